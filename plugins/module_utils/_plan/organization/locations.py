# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Where in the input an error is: said once in front of it, with the file and line of an entry that stands in a file. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import SeveralErrors, VeracodeError

_PLACE = re.compile(r"(?:(?P<file>.+): )?(?P<path>[a-z_]+(?:\[\d+\])?(?:\.[a-z_]+)?)\Z", re.DOTALL)
_ENTRY = re.compile(r".*?[a-z_]+\[\d+\]", re.DOTALL)
_LISTS = ("business_units", "teams", "users", "api_users")
# So many places of one fault are named.
_MOST = 10


@dataclass(frozen=True)
class Part:
    """The lists and defaults that stand in one file, or that the options of a task hold.

    :param name: of the file, empty for the options of a task.
    :param values: lists of entries and defaults, as the options of these names hold them.
    :param line: returns the line at which something such as `users[17].roles` stands.
    :param problems: what is wrong with them.
    """

    name: str
    values: t.Mapping[str, t.Any]
    line: t.Callable[[str], int | None] = lambda _path: None
    problems: list[VeracodeError] = field(default_factory=list)

    def location(self, path: str) -> str:
        """Return where something in this part stands, by which it is known until an error about it is shown."""
        return f"{self.name}: {path}" if self.name else path


def in_order(errors: t.Iterable[VeracodeError], parts: t.Sequence[Part]) -> list[VeracodeError]:
    """Return errors in the order of the places they are at; those without a place come first."""
    files = {part.name: number for number, part in enumerate(parts)}

    def key(error: VeracodeError) -> tuple[int, int, int]:
        entry = _ENTRY.match(error.place or "")
        place = _PLACE.match(entry.group()) if entry else None
        if place is None:
            return -1, -1, -1
        name, _bracket, number = place["path"].rstrip("]").partition("[")
        return files.get(place["file"] or "", -1), _LISTS.index(name) if name in _LISTS else -1, int(number)

    return sorted(errors, key=key)


def show(errors: t.Iterable[VeracodeError], parts: t.Iterable[Part]) -> None:
    """Let each error say where it is: `users[17].roles (rm@example.com): …`, in a file `people.yml:118 (users[17].roles, …)`."""
    lines = {part.name: part.line for part in parts}
    for error in errors:
        places = [_Place.of(place, lines) for place in (error.place or "").split(", ")]
        if len(places) > 1:
            for place in places:
                error.msg = error.msg.replace(place.text, place.shown)
            error.place = ", ".join(place.shown for place in places)
        else:
            _show_one(error, places[0])


@dataclass(frozen=True)
class _Place:
    """Where something is, as it is known and as it is shown.

    :param at: the file and line of what stands in a file.
    :param path: where in that file.
    """

    text: str
    at: str | None = None
    path: str = ""

    @property
    def shown(self) -> str:
        return f"{self.at} ({self.path})" if self.at is not None else self.text

    @classmethod
    def of(cls, text: str, lines: t.Mapping[str, t.Callable[[str], int | None]]) -> _Place:
        match = _PLACE.match(text)
        if match is None or match["file"] not in lines:
            return cls(text)
        line = lines[match["file"]](match["path"])
        return cls(text, f"{match['file']}:{line}" if line is not None else match["file"], match["path"])


def _show_one(error: VeracodeError, place: _Place) -> None:
    prefix = f"{place.text}: "
    says_where = bool(place.text) and error.msg.startswith(prefix)
    text = error.msg[len(prefix) :] if says_where else error.msg
    if place.at is not None:
        error.place = place.shown
        error.msg = f"{place.at} ({', '.join(filter(None, (place.path, error.name)))}): {text}"
    elif says_where and error.name and _PLACE.match(place.text):
        error.msg = f"{place.text} ({error.name}): {text}"


def as_one(error: VeracodeError) -> VeracodeError:
    """Return errors of the input as one, which says the same fault of many entries once, with its places."""
    if len(error.all) == 1:
        return error
    faults: dict[str, list[str]] = {}
    for each in error.all:
        before, separator, text = each.msg.partition("): ")
        if not separator or each.place is None:
            before, text = "", each.msg
        faults.setdefault(text, []).append(f"{before})" if before else "")
    united = SeveralErrors(error.all)
    united.msg = "\n".join(_line(text, list(dict.fromkeys(places))) for text, places in faults.items())
    united.args = (united.msg,)
    return united


def _line(text: str, places: t.Sequence[str]) -> str:
    shown = [place for place in places[:_MOST] if place]
    more = f" and {len(places) - _MOST} more" if len(places) > _MOST else ""
    return f"{', '.join(shown)}{more}: {text}" if shown else text

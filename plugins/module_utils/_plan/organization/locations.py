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

from ansible_collections.community.veracode.plugins.module_utils._errors import SeveralErrors, VeracodeError, united

_LOCATION = re.compile(r"(?:(?P<file>.+): )?(?P<path>[a-z_]+(?:\[\d+\])?(?:\.[a-z_]+)?)\Z", re.DOTALL)
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
    :param errors: what is wrong with them.
    """

    name: str
    values: t.Mapping[str, t.Any]
    line: t.Callable[[str], int | None] = lambda _path: None
    errors: list[VeracodeError] = field(default_factory=list)

    def location(self, path: str) -> str:
        """Return where something in this part stands, by which it is known until an error about it is shown."""
        return f"{self.name}: {path}" if self.name else path


def in_order(errors: t.Iterable[VeracodeError], parts: t.Sequence[Part]) -> list[VeracodeError]:
    """Return errors in the order of their locations; those without a location come first."""
    files = {part.name: number for number, part in enumerate(parts)}

    def key(error: VeracodeError) -> tuple[int, int, int]:
        entry = _ENTRY.match(error.location or "")
        location = _LOCATION.match(entry.group()) if entry else None
        if location is None:
            return -1, -1, -1
        name, _bracket, number = location["path"].rstrip("]").partition("[")
        return files.get(location["file"] or "", -1), _LISTS.index(name) if name in _LISTS else -1, int(number)

    return sorted(errors, key=key)


def entries_of(errors: t.Iterable[VeracodeError]) -> set[str]:
    """Return the locations of the entries that errors are about."""
    parts = (part for error in errors for part in str(error.location or "").split(", "))
    return {entry.group() for entry in map(_ENTRY.match, parts) if entry is not None}


def shown(error: VeracodeError, parts: t.Iterable[Part]) -> VeracodeError:
    """Return the error with the line of each entry that stands in a file: `people.yml:118 (users[17].roles)`."""
    lines = {part.name: part.line for part in parts}
    return united([_with_lines(each, lines) for each in error.all])


def _with_lines(error: VeracodeError, lines: t.Mapping[str, t.Callable[[str], int | None]]) -> VeracodeError:
    if error.location is None:
        return error
    known = error.location.split(", ")
    shown_as = [_shown(location, lines) for location in known]
    text = error.text
    if len(known) > 1:
        # A text about several entries names their locations itself.
        for location, instead in zip(known, shown_as, strict=True):
            text = text.replace(location, instead)
    return error.replaced_by(text).at(", ".join(shown_as))


def _shown(location: str, lines: t.Mapping[str, t.Callable[[str], int | None]]) -> str:
    match = _LOCATION.match(location)
    if match is None or match["file"] not in lines:
        return location
    line = lines[match["file"]](match["path"])
    at = f"{match['file']}:{line}" if line is not None else match["file"]
    return f"{at} ({match['path']})"


def as_one(error: VeracodeError) -> VeracodeError:
    """Return errors of the input as one, which says the same fault of many entries once, with its locations."""
    if len(error.all) == 1:
        return error
    locations_of: dict[str, list[str]] = {}
    for each in error.all:
        locations_of.setdefault(each.fault if each.has_where else each.msg, []).append(
            each.where if each.has_where else ""
        )
    return SeveralErrors(
        error.all, [_line(text, list(dict.fromkeys(locations))) for text, locations in locations_of.items()]
    )


def _line(text: str, locations: t.Sequence[str]) -> str:
    shown = [location for location in locations[:_MOST] if location]
    more = f" and {len(locations) - _MOST} more" if len(locations) > _MOST else ""
    return f"{', '.join(shown)}{more}: {text}" if shown else text

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Names: which are refused, which are the same, and which one is near to another."""

from __future__ import annotations

import json
import re
import typing as t
import unicodedata

from ansible_collections.community.veracode.plugins.module_utils._errors import BLANK, InputError, Missing

# Documented as at most 256 characters for teams and business units.
LONGEST_NAME = 256

# The selectors of a variant are invisible, too.
_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))

T = t.TypeVar("T")


def is_invisible(character: str) -> bool:
    """Tell whether nobody sees a character where it stands, a plain blank between words excepted."""
    if character == " ":
        return False
    if unicodedata.category(character) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs") or character in BLANK:
        return True
    return any(first <= ord(character) <= last for first, last in _SELECTORS)


def fault_of(name: str) -> str | None:
    """Return what no name may have, `None` if it is a name: blanks at an end, or an invisible character."""
    # All that ASCII can print is to be seen.
    for position, character in enumerate("" if name.isascii() and name.isprintable() else name, start=1):
        if is_invisible(character):
            about = f"{_code(character)} {unicodedata.name(character, '')}".rstrip()
            return f"contains the invisible character {about} at position {position}; write the name without it"
    for where, character in (("begins", name[:1]), ("ends", name[-1:])):
        if character == " ":
            return f"{where} with a blank ({_code(character)}); write the name without it"
    return None


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def check_names(params: t.Mapping[str, t.Any], options: t.Iterable[str]) -> list[InputError]:
    """Return an error for each name in these options, alone or in a list, that no name can be."""
    errors = []
    for option in options:
        given = params.get(option)
        for name in given if isinstance(given, (list, tuple)) else [given]:
            fault = fault_of(name) if isinstance(name, str) else None
            if fault is not None:
                errors.append(InputError(f'{option}: "{name}" {fault}', option=option, value=name))
    return errors


def username_key(name: str) -> str:
    """Return what usernames and addresses are compared by: without case."""
    return name.casefold()


def select(username: str, found: t.Iterable[T], name_of: t.Callable[[T], str], option: str = "username") -> T | None:
    """Return the one of that username: the very same, else the only one that differs by case.

    :raises InputError: there are several, which differ by case or by what lower-casing folds only.
    """
    same = [each for each in found if username_key(name_of(each)) == username_key(username)]
    exact = next((each for each in same if name_of(each) == username), None)
    if exact is not None or len(same) < 2:
        return exact if exact is not None else next(iter(same), None)
    sentence = which_of(username, (name_of(each) for each in same))
    raise InputError(f"{option}: {sentence}", option=option, value=username)


def which_of(username: str, names: t.Iterable[str]) -> str:
    """Return the sentence about a name that may mean any of several."""
    those = ", ".join(f'"{name}"' for name in sorted(set(names)))
    return f'"{username}" may be any of the accounts {those}, whose names differ by case only; give the exact name'


class NameKeys:
    """Keys under which names that an input gives and accounts meet: the exact name, else the one without case.

    :param usernames: of all accounts; a name that is exactly one of these means no other account.
    """

    def __init__(self, usernames: t.Iterable[str] = ()) -> None:
        self._usernames = frozenset(usernames)

    def of_name(self, name: str) -> tuple[str, bool]:
        """Return the key of a name that an input gives, and whether it is exact."""
        return (name, True) if name in self._usernames else (username_key(name), False)

    @staticmethod
    def of_username(username: str) -> frozenset[tuple[str, bool]]:
        """Return the keys that mean an account of that name."""
        return frozenset({(username, True), (username_key(username), False)})


def look(name: str) -> str:
    """Return what a name looks like: two names of one look cannot be told apart by reading them."""
    visible = "".join(" " if unicodedata.category(each) == "Zs" else each for each in name)
    visible = "".join(each for each in visible if not is_invisible(each))
    return unicodedata.normalize("NFKC", visible).strip()


# What other tools and the APIs call an option, which is near to another option of ours; `None` where we have none.
_CALLED = {"team_name": "teams", "teamname": "teams", "role_name": "roles", "usertype": None, "user_type": None}


def nearest(name: str, names: t.Iterable[str]) -> str | None:
    """Return the most similar of the names, ignoring case, or `None` if none is similar.

    A name that looks the same is never returned: to offer it would help nobody.
    """
    import difflib  # needed for errors only

    names = list(names)
    if "teams" in names and name.casefold() in _CALLED:
        return _CALLED[name.casefold()]
    own = look(name)
    folded: dict[str, str] = {}
    for candidate in sorted(names, key=lambda n: (n == n.lower(), n)):
        if look(candidate) != own:
            folded.setdefault(candidate.casefold(), candidate)
    match = difflib.get_close_matches(name.strip().casefold(), list(folded), n=1, cutoff=0.6)
    return folded[match[0]] if match else None


def _double(name: str, names: t.Iterable[str]) -> str | None:
    """Return in what a name differs that looks the same, `None` if there is no such name."""
    for other in sorted(names):
        if other != name and look(other) == look(name):
            codes = [_code(each) for each in other if not each.isascii() or each == " "]
            return f"one that looks the same is written with {', '.join(codes) or 'other characters'}; correct that one first"
    return None


_CREATE_OR_CORRECT = "create it first, or correct the name"
_OTHERWISE = {
    "permission": "take one of those that veracode_role_info shows",
    "role": "choose one that veracode_role_info lists",
}


def did_you_mean(name: str, names: t.Iterable[str], otherwise: str) -> str:
    """Return the tail of an error message that offers the nearest of the names.

    :param otherwise: what to do where none is near.
    """
    names = list(names)
    return offered_list(name, names) or or_nearest(nearest(name, names), _double(name, names) or otherwise)


def offered_list(name: str, names: t.Collection[str]) -> str | None:
    """Return the tail of an error message if a text is several of the names with commas or semicolons between them."""
    parts = [part.strip() for part in re.split("[,;]", name)]
    if len(parts) < 2 or not set(parts) <= set(names):
        return None
    return f", did you mean the list {json.dumps(parts, ensure_ascii=False)}?"


def or_nearest(match: str | None, otherwise: str) -> str:
    """Return the tail of an error message that offers a name, or says what to do where there is none."""
    return f', did you mean "{match}"?' if match else f" ({otherwise})"


def there_is_no(what: str, name: str, names: t.Iterable[str], *, leaves: bool = False) -> str:
    """Return the sentence about a name that nothing has, or that nothing will have after this run.

    :param names: what to offer the nearest of.
    :param leaves: this run removes what has the name.
    """
    if leaves:
        return f'this run removes the {what} "{name}"; keep it, or remove it here'
    return Missing(f'there is no {what} "{name}"{did_you_mean(name, names, _OTHERWISE.get(what, _CREATE_OR_CORRECT))}')

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Names: how long one may be, and which one is near to another."""

from __future__ import annotations

import typing as t


def nearest(name: str, names: t.Iterable[str]) -> str | None:
    """Return the most similar of the names, ignoring case, or `None` if none is similar."""
    import difflib  # needed for errors only

    folded: dict[str, str] = {}
    for candidate in sorted(names, key=lambda n: (n == n.lower(), n)):
        folded.setdefault(candidate.casefold(), candidate)
    match = difflib.get_close_matches(name.strip().casefold(), list(folded), n=1, cutoff=0.6)
    return folded[match[0]] if match else None


_CREATE_OR_CORRECT = "create it first, or correct the name"
_OTHERWISE = {
    "permission": "take one of those that veracode_role_info shows",
    "role": "choose one that veracode_role_info lists",
}


def did_you_mean(name: str, names: t.Iterable[str], otherwise: str) -> str:
    """Return the tail of an error message that offers the nearest of the names.

    :param otherwise: what to do where none is near.
    """
    return or_nearest(nearest(name, names), otherwise)


def or_nearest(match: str | None, otherwise: str) -> str:
    return f', did you mean "{match}"?' if match else f" ({otherwise})"


def there_is_no(what: str, name: str, names: t.Iterable[str], *, leaves: bool = False) -> str:
    """Return the sentence about a name that nothing has, or that nothing will have after this run.

    :param names: what to offer the nearest of.
    :param leaves: this run removes what has the name.
    """
    if leaves:
        return f'this run removes the {what} "{name}", as its entry or an exclusive list says; keep it, or leave it out here'
    return f'there is no {what} "{name}"' + did_you_mean(name, names, _OTHERWISE.get(what, _CREATE_OR_CORRECT))


# Documented as at most 256 characters for teams and business units.
LONGEST_NAME = 256

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How messages count, and the sentence that modules, roles and playbooks end with."""

from __future__ import annotations

import typing as t

# What was done, and how a plan says that it would be.
VERBS = {
    "created": "create",
    "updated": "update",
    "renamed": "rename",
    "disabled": "disable",
    "deleted": "delete",
    "off-boarded": "off-board",
}


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun, `1 account` or `2 accounts`.

    :param many: the plural, if it is not the singular with an `s`.
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def summary_sentence(
    changed: t.Mapping[str, int],
    total: int,
    noun: str = "account",
    other: t.Mapping[str, int] | None = None,
    *,
    check_mode: bool = False,
) -> str:
    """Return what was changed, `3 of 40 accounts changed: 2 created, 1 updated; 1 failed.`.

    In check mode it is `Would change 3 of 40 accounts: create 2, update 1; 1 failed.`.

    :param changed: how many objects were changed in which way, by the keys of `VERBS`.
    :param total: how many objects it was about.
    :param other: further counts; a count of zero is omitted.
    """
    count = sum(changed.values())
    of_all = f"{count} of {counted(total, noun)}"
    if check_mode:
        text = f"Would change {of_all}"
        parts = [f"{VERBS[word]} {number}" for word, number in changed.items() if number]
    else:
        text = f"{of_all} changed"
        parts = [f"{number} {word}" for word, number in changed.items() if number]
    text += f": {', '.join(parts)}" if parts else ""
    rest = [f"{number} {word}" for word, number in (other or {}).items() if number]
    return text + (f"; {', '.join(rest)}" if rest else "") + "."

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The sentence that a role ends with. Pure."""

from __future__ import annotations

import typing as t


def account_summary(
    changed: t.Mapping[str, int], total: int, other: t.Mapping[str, int] | None = None, *, check_mode: bool = False
) -> str:
    """Return what a role did, `3 of 40 accounts changed: 2 created, 1 updated; 1 failed.`.

    :param changed: how many accounts were changed in which way.
    :param total: how many accounts it was about.
    :param other: what else is to be said of how many; none is not said.
    :param check_mode: nothing was done, and is only planned.
    """
    count = sum(changed.values())
    noun = "account" if total == 1 else "accounts"
    text = f"Would change {count} of {total} {noun}" if check_mode else f"{count} of {total} {noun} changed"
    parts = [f"{number} {word}" for word, number in changed.items() if number]
    text += f": {', '.join(parts)}" if parts else ""
    rest = [f"{number} {word}" for word, number in (other or {}).items() if number]
    return text + (f"; {', '.join(rest)}" if rest else "") + "."

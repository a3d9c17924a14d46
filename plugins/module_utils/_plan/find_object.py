# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which team, business unit or role a task means."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import CustomRole
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import BUSINESS_UNIT, ROLE, TEAM, WORDS
from ansible_collections.community.veracode.plugins.module_utils._model.named import N, Named
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import DesiredObject


def find_structure(desired: DesiredObject, existing: t.Iterable[N]) -> N | None:
    """Return the object a task means: the one of that name, or else the one of a former name.

    :param existing: at least all that have one of the names, however they are spelled.
    :raises InputError: old and new both exist, several former names exist, or the name is a slip of case.
    """
    word = WORDS[desired.kind]
    existing = list(existing)
    current = next((each for each in existing if each.name == desired.name), None)
    former = [each for each in existing if each.name in desired.previously]
    names = ", ".join(f'"{each.name}"' for each in sorted(former, key=lambda each: each.name))
    if current is not None and former:
        raise desired.problem(
            f'previously: the {word} "{desired.name}" and {names} both exist; remove one of them, or remove the former '
            "name from the list",
            "previously",
            [each.name for each in former],
        )
    if len(former) > 1:
        raise desired.problem(
            f'previously: {names} all exist, and only one {word} can become "{desired.name}"; list only that one',
            "previously",
            [each.name for each in former],
        )
    found = current or (former[0] if former else None)
    slip = next(
        (
            each.name
            for each in existing
            if each is not found and each.name.casefold() == desired.name.casefold() and current is None
        ),
        None,
    )
    if slip is not None:
        raise desired.problem(
            f'name: there is no {word} "{desired.name}", did you mean "{slip}"? Names are exact; to change the spelling '
            "of one, list the current one in previously",
            "name",
            desired.name,
            is_about_something_missing=True,
        )
    _check_short_name(desired, found, existing)
    return found


def _check_short_name(desired: DesiredObject, found: Named | None, existing: t.Iterable[Named]) -> None:
    desired_name = desired.values.get("role_name")
    for each in existing:
        if (
            desired_name is not None
            and isinstance(each, CustomRole)
            and each.role_name == desired_name
            and each is not found
        ):
            raise desired.problem(
                f'role_name: "{desired_name}" is that of the role "{each.name}"; choose another, or list that name in '
                "previously to rename it",
                "role_name",
                desired_name,
            )


# What is lost with an object, and shown as the difference of its deletion.
_LOST = {TEAM: ("members", "managers"), BUSINESS_UNIT: ("teams", "is_default"), ROLE: ("permissions",)}


def lists_needed(desired: DesiredObject) -> frozenset[str]:
    """Return the options that a reading has to report for this entry to be planned."""
    if desired.state == "absent":
        return frozenset(_LOST[desired.kind])
    if desired.kind == BUSINESS_UNIT and "teams" in desired.values:
        return frozenset(desired.values) | {"is_default"}
    return frozenset(desired.values) - {"role_name"}

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The change of a team, business unit or role that a comparison comes to."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import names_missing, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import CustomRole, are_same
from ansible_collections.community.veracode.plugins.module_utils._model.named import N
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import DesiredObject


def refuse(desired: DesiredObject, wrong: t.Mapping[str, t.Sequence[str]]) -> None:
    """Raise all that is wrong, an error for each option."""
    raise_all(
        [
            desired.problem(
                f"{option}: {'; '.join(sorted(sentences))}",
                option,
                desired.values.get(option),
                is_about_something_missing=names_missing(sentences),
            )
            for option, sentences in sorted(wrong.items())
            if sentences
        ]
    )


def plan_removal(desired: DesiredObject, current: N | None) -> Plan[N]:
    if current is None:
        return Plan(None, None)
    return Plan(
        Change(
            "delete",
            desired.kind,
            current.name,
            (),
            {},
            current,
            None,
            desired.location,
            permanently=desired.permanently,
        ),
        None,
    )


def plan_change(desired: DesiredObject, current: N | None, after: N, values: dict[str, t.Any]) -> Plan[N]:
    if current is None:
        given = {option: value for option, value in values.items() if value not in (None, ())}
        fields = tuple(sorted({"name", *given}))
        return Plan(
            Change(
                "create",
                desired.kind,
                desired.name,
                fields,
                {"name": desired.name, **given},
                None,
                after,
                desired.location,
            ),
            after,
        )
    if current.name != desired.name:
        values["name"] = desired.name
    if not values:
        return Plan(None, current)
    action = "rename" if "name" in values else "update"
    change = Change(
        action,
        desired.kind,
        desired.name,
        tuple(sorted(values)),
        values,
        current,
        after,
        desired.location,
        formerly=current.name,
    )
    return Plan(change, after)


def unmet(change: Change[N], answered: N) -> list[str]:
    """Return the options that were written and that the answer shows with another value than was sent.

    An answer that does not report an option tells nothing about it.
    """
    shown = dict(answered.values_and_lists)
    after = change.after
    if isinstance(answered, CustomRole) and isinstance(after, CustomRole):
        if are_same(after.child_roles, answered.child_roles):
            shown["child_roles"] = after.values_and_lists["child_roles"]
    return sorted(
        option
        for option, sent in change.values.items()
        if option in shown and _folded(option, shown[option]) != _folded(option, sent)
    )


def _folded(option: str, value: t.Any) -> t.Any:
    return sorted(name.casefold() for name in value) if option in ("members", "managers") else value

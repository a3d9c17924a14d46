# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Compare a business unit as it is desired with the current one."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known
from ansible_collections.community.veracode.plugins.module_utils._model.names import there_is_no
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import DesiredObject
from ansible_collections.community.veracode.plugins.module_utils._plan.object_change import (
    plan_change,
    plan_removal,
    refuse,
)


def plan_business_unit(desired: DesiredObject, current: BusinessUnit | None, known: Known) -> Plan[BusinessUnit]:
    """Plan one business unit.

    :param current: the business unit as found, with its teams where the entry manages them.
    :raises InputError: the entry names teams that do not exist, or takes teams out of the default business unit.
    """
    if desired.state == "absent":
        if current is not None and current.is_default:
            raise desired.problem(
                f'name: "{desired.name}" is the default business unit, which cannot be deleted; remove its entry',
                "name",
                desired.name,
            )
        return plan_removal(desired, current)
    after = replace(current, name=desired.name) if current else BusinessUnit(desired.name, teams={})
    values: dict[str, t.Any] = {}
    named = desired.values.get("teams")
    if named is not None:
        current_teams = dict((current.teams if current else None) or {})
        teams = _unit_teams_after(desired, current_teams, named, known)
        gone = sorted(set(current_teams) - set(teams))
        if gone and current is not None and current.is_default:
            raise desired.problem(
                f"teams: {', '.join(gone)} cannot be removed from the "
                "default business unit; name them in the business unit they are to move to",
                "teams",
                gone,
            )
        after = replace(after, teams=teams)
        if set(teams) != set(current_teams):
            values["teams"] = tuple(sorted(teams))
    return plan_change(desired, current, after, values)


def _unit_teams_after(
    desired: DesiredObject, current_teams: dict[str, str | None], named: t.Sequence[str], known: Known
) -> dict[str, str | None]:
    near = (*known.all_teams, *current_teams)
    there = (set(current_teams) | set(known.teams)) - set(known.leaving_teams)
    unknown = [name for name in named if name not in there]
    if desired.mode == "remove":
        # Having no such team is desired; only a slip that would leave it where it is matters.
        folded = {name.casefold() for name in current_teams}
        unknown = [name for name in unknown if name.casefold() in folded]
    refuse(
        desired,
        {"teams": [there_is_no("team", name, near, leaves=name in known.leaving_teams) for name in unknown]},
    )
    if desired.mode == "remove":
        return {name: handle for name, handle in current_teams.items() if name not in named}
    added = {name: current_teams[name] if name in current_teams else known.teams[name] for name in named}
    return {**current_teams, **added} if desired.mode == "add" else added

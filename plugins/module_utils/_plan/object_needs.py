# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What has to be read to plan a team, business unit or role."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import CustomRole
from ansible_collections.community.veracode.plugins.module_utils._model.known import Needed
from ansible_collections.community.veracode.plugins.module_utils._model.named import Named
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import DesiredObject
from ansible_collections.community.veracode.plugins.module_utils._plan.team import users_by_name


def needed(desired: DesiredObject, current: Named | None) -> Needed:
    """Return what has to be read to plan the entry."""
    values = desired.values
    if desired.state == "absent":
        return Needed()
    if isinstance(current, BusinessUnit) or desired.kind == "business_unit":
        held_teams = (current.teams or {}) if isinstance(current, BusinessUnit) else {}
        named = values.get("teams", ()) if desired.mode != "remove" else ()
        return Needed(teams=tuple(name for name in named if name not in held_teams))
    if isinstance(current, CustomRole) or desired.kind == "role":
        held_permissions = current.values_and_lists.get("permissions", ()) if current else ()
        return Needed(permissions=tuple(name for name in values.get("permissions", ()) if name not in held_permissions))
    team = current if isinstance(current, Team) else None
    unit = values.get("business_unit")
    users: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    if desired.mode != "remove":
        current_users = users_by_name(team)
        managers = tuple(
            name for name in values.get("managers", ()) if name not in current_users or not current_users[name].manages
        )
        named = {*values.get("members", ()), *values.get("managers", ())}
        users = tuple(sorted(named - current_users.keys()))
    moves = unit is not None and (team is None or team.business_unit != unit)
    return Needed(business_units=(str(unit),) if moves else (), users=users, managers=managers)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Identity REST API below /api/authn/v2: teams, business units, roles, permissions, provisioning defaults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from . import render, rules
from .accounts import FORBIDDEN, Accounts
from .identity import (
    accounts,
    checked_uuid,
    exists,
    find_roles,
    find_team,
    find_teams,
    is_hard,
    new_id,
    read_relationship,
    read_values,
    refuse_unknown,
)
from .model import CUSTOM, BusinessUnit, JitSettings, Permission, Role, Team, User
from .rules import Rejected
from .wire import Answer, Call, empty_answer, is_true, json_answer, order, page

TEAM_KNOWN = {
    "team_id", "team_legacy_id", "team_name", "bu_name", "bu_id", "business_unit", "users", "member_only", "organization", "_links",
    "user_count", "features", "insert_ts", "modify_ts", "external_id", "scim_team", "relationship",
}  # fmt: skip
TEAM_SORT: dict[str, Callable[[Team], Any]] = {
    "team_id": lambda team: team.team_id,
    "team_legacy_id": lambda team: team.legacy_id,
    "team_name": lambda team: team.team_name.lower(),
}
UNIT_SORT: dict[str, Callable[[BusinessUnit], Any]] = {
    "bu_id": lambda unit: unit.bu_id,
    "bu_legacy_id": lambda unit: unit.legacy_id,
    "bu_name": lambda unit: unit.bu_name.lower(),
}
ROLE_SORT: dict[str, Callable[[Role], Any]] = {
    "role_id": lambda role: role.role_id,
    "role_legacy_id": lambda role: role.legacy_id,
    "role_name": lambda role: role.role_name.lower(),
    "role_description": lambda role: role.role_description.lower(),
}
PERMISSION_SORT: dict[str, Callable[[Permission], Any]] = {
    "permission_id": lambda permission: permission.permission_id,
    "permission_name": lambda permission: permission.permission_name.lower(),
}


# --- teams -----------------------------------------------------------------------------------------------------------


def _own_teams(call: Call) -> set[str]:
    return set(call.caller.teams)


def list_teams(call: Call) -> Answer:
    """GET /teams: without all_for_org or ignore_self_teams only the caller's own"""
    whole = call.flag("all_for_org") or call.flag("ignore_self_teams")
    who = accounts(call)
    restricted = who.restricted_to
    if (
        whole
        and restricted is not None
        and not (who.is_administrator and call.switches["restricted_caller_sees"] == "all")
    ):
        whole = False
    part = (call.one("team_name") or "").lower()
    manageable = call.flag("only_manageable")
    own = _own_teams(call)
    shows_deleted = call.flag("deleted") or not call.switches.on("listings_hide_deleted")

    def wanted(team: Team) -> bool:
        if (team.deleted and not shows_deleted) or part not in team.team_name.lower():
            return False
        if not whole and team.team_id not in own:
            return False
        return not manageable or restricted is None or team.team_id in restricted

    teams = order(
        call, [team for team in call.store.teams.values() if wanted(team)], TEAM_SORT, lambda team: team.team_id
    )
    return page(call, "teams", teams, lambda team: render.team_item(call, team))


def list_own_teams(call: Call) -> Answer:
    """GET /teams/self"""
    part = (call.one("team_name") or "").lower()
    teams = [
        team for team in call.store.live_teams() if team.team_id in call.caller.teams and part in team.team_name.lower()
    ]
    teams = order(call, teams, TEAM_SORT, lambda team: team.team_id)
    return page(call, "teams", teams, lambda team: render.team_item(call, team))


def teams_by_permissions(call: Call) -> Answer:
    """POST /teams/by_permissions and /teams/by_permissions/{team_id}, which only read"""
    call.json()
    wanted = call.params.get("team_id")
    if wanted is not None:
        return json_answer(render.team_item(call, _found_team(call)))
    teams = order(call, list(call.store.live_teams()), TEAM_SORT, lambda team: team.team_id)
    return page(call, "teams", teams, lambda team: render.team_item(call, team))


def _found_team(call: Call) -> Team:
    wanted = checked_uuid(call.params["team_id"])
    team = call.store.teams.get(wanted)
    if team is None or team.deleted or not _sees_team(call, team):
        raise Rejected(f"Team not found: {wanted}", 404)
    return team


def _sees_team(call: Call, team: Team) -> bool:
    if team.team_id in call.caller.teams:
        return True
    restricted = accounts(call).restricted_to
    return restricted is None or call.switches["restricted_caller_sees"] == "all"


def get_team(call: Call) -> Answer:
    """GET /teams/{team_id}"""
    accounts(call).require_manager()
    return json_answer(render.team_full(call, _found_team(call)))


def _team_unit(call: Call, body: dict[str, Any]) -> BusinessUnit | None:
    """The business unit that a body names: bu_name, bu_id or business_unit{bu_id|bu_name}."""
    inner = body.get("business_unit")
    entry = inner if isinstance(inner, dict) else body
    store = call.store
    if entry.get("bu_id"):
        unit = store.business_units.get(checked_uuid(str(entry["bu_id"])))
    elif entry.get("bu_name"):
        unit = store.business_unit_by_name(str(entry["bu_name"]))
    else:
        return None
    if unit is None:
        raise Rejected(f"Business unit not found: {entry.get('bu_name') or entry.get('bu_id')}")
    return unit


def _team_name(call: Call, body: dict[str, Any], *, ignore: Team | None = None) -> str:
    name = body.get("team_name")
    if not isinstance(name, str) or not name.strip():
        raise Rejected("team_name is required")
    rules.check_text("team_name", name)
    keeps = call.switches["reuse_deleted_name"] == "refused"
    for team in call.store.teams.values():
        if team is not ignore and (keeps or not team.deleted) and team.team_name.lower() == name.lower():
            raise Rejected(f"Team {name} already exists", int(call.switches["duplicate_status"]))
    return name


def _team_users(call: Call, entries: object, team: Team | None) -> dict[str, str]:
    """User ids with relationships; users are named by user_name or user_id. Raises Rejected."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Rejected("users must be a list of objects")
    found: dict[str, str] = {}
    for entry in entries:
        user: User | None = None
        if entry.get("user_id"):
            user = call.store.users.get(checked_uuid(str(entry["user_id"])))
        elif entry.get("user_name"):
            user = call.store.user_by_name(str(entry["user_name"]))
        if user is None or not call.store.visible(user):
            raise Rejected(f"User not found: {entry.get('user_name') or entry.get('user_id')}")
        before = user.teams.get(team.team_id) if team is not None else None
        relationship = read_relationship(call, entry, before)
        if relationship == "ADMIN" and before != "ADMIN":
            rules.check_managers(call.store, call.store.roles_of(user), {"": "ADMIN"}, call.switches)
        found[user.user_id] = relationship
    return found


def _set_users(call: Call, team: Team, wanted: dict[str, str], *, keep_others: bool) -> None:
    for user in call.store.members_of(team):
        if not keep_others and user.user_id not in wanted:
            call.store.set_teams(user, {key: value for key, value in user.teams.items() if key != team.team_id})
    for user_id, relationship in wanted.items():
        user = call.store.users[user_id]
        if user.teams.get(team.team_id) != relationship:
            call.store.set_teams(user, {**user.teams, team.team_id: relationship})


def create_team(call: Call) -> Answer:
    """POST /teams"""
    accounts(call).require_administrator()
    body = call.json()
    refuse_unknown(call, body, TEAM_KNOWN)
    name = _team_name(call, body)
    unit = _team_unit(call, body) or call.store.default_business_unit()
    users = _team_users(call, body.get("users") or [], None)
    team = Team(new_id(), call.store.next_legacy(), name, unit.bu_id, insert_ts=call.store.now())
    team.member_only = bool(body.get("member_only"))
    call.store.put_team(team)
    _set_users(call, team, users, keep_others=True)
    return json_answer(render.team_full(call, team), 201)


def put_team(call: Call) -> Answer:
    """PUT /teams/{team_id}: without incremental a list of users replaces the members"""
    who = accounts(call)
    who.require_manager()
    team = _found_team(call)
    if not who.is_administrator and team.team_id not in who.managed:
        raise Rejected(FORBIDDEN, 403)
    body = call.json()
    refuse_unknown(call, body, TEAM_KNOWN)
    partial, incremental = call.flag("partial"), call.flag("incremental")
    name = _team_name(call, body, ignore=team) if body.get("team_name") is not None else team.team_name
    unit = _team_unit(call, body)
    if unit is None and not partial:
        unit = call.store.default_business_unit()
    users = _team_users(call, body["users"], team) if body.get("users") is not None else None
    if users is None and not partial:
        users = {}
    if users is not None and not incremental:
        leavers = [user for user in call.store.members_of(team) if user.user_id not in users]
        rules.check_leavers(call.store, team, leavers, call.switches)
    team.team_name = name
    if unit is not None:
        team.bu_id = unit.bu_id
    if "member_only" in body or not partial:
        team.member_only = bool(body.get("member_only"))
    if users is not None:
        _set_users(call, team, users, keep_others=incremental)
    call.store.put_team(team)
    return json_answer(render.team_full(call, team))


def delete_team(call: Call) -> Answer:
    """DELETE /teams/{team_id}"""
    accounts(call).require_administrator()
    team = _found_team(call)
    if team.applications:
        raise Rejected(f"Team {team.team_name} cannot be deleted because applications are assigned to it")
    rules.check_leavers(call.store, team, call.store.members_of(team), call.switches)
    if is_hard(call):
        call.store.drop_team(team)
    else:
        call.store.delete_team(team)
    return empty_answer(int(call.switches["delete_status"]))


# --- business units --------------------------------------------------------------------------------------------------


def list_business_units(call: Call) -> Answer:
    """GET /business_units"""
    accounts(call).require_manager()
    part = (call.one("bu_name") or "").lower()
    units = [unit for unit in call.store.business_units.values() if part in unit.bu_name.lower()]
    units = order(call, units, UNIT_SORT, lambda unit: unit.bu_id)
    return page(call, "business_units", units, lambda unit: render.business_unit_item(call, unit))


def _found_unit(call: Call) -> BusinessUnit:
    wanted = checked_uuid(call.params["bu_id"])
    unit = call.store.business_units.get(wanted)
    if unit is None:
        raise Rejected(f"Business unit not found: {wanted}", 404)
    return unit


def get_business_unit(call: Call) -> Answer:
    """GET /business_units/{bu_id}"""
    accounts(call).require_manager()
    return json_answer(render.business_unit_full(call, _found_unit(call)))


def _unit_name(call: Call, body: dict[str, Any], *, ignore: BusinessUnit | None = None) -> str:
    name = body.get("bu_name")
    if not isinstance(name, str) or not name.strip():
        raise Rejected("bu_name is required")
    rules.check_text("bu_name", name)
    for unit in call.store.business_units.values():
        if unit is not ignore and unit.bu_name.lower() == name.lower():
            raise Rejected(f"Business unit {name} already exists", int(call.switches["duplicate_status"]))
    return name


def _unit_teams(call: Call, body: dict[str, Any]) -> list[Team] | None:
    entries = body.get("teams")
    if entries is None:
        return None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Rejected("teams must be a list of objects")
    return [find_team(call, entry) for entry in entries]


def _set_unit_teams(call: Call, unit: BusinessUnit, teams: list[Team], *, keep_others: bool) -> None:
    wanted = {team.team_id for team in teams}
    rest = call.store.default_business_unit()
    for team in list(call.store.live_teams()):
        if team.team_id in wanted:
            team.bu_id = unit.bu_id
        elif team.bu_id == unit.bu_id and not keep_others and unit is not rest:
            team.bu_id = rest.bu_id
        else:
            continue
        call.store.put_team(team)


def _set_default(call: Call, unit: BusinessUnit, body: dict[str, Any]) -> None:
    if body.get("is_default") is True:
        for other in call.store.business_units.values():
            if other.is_default and other is not unit:
                other.is_default = False
                call.store.put_business_unit(other)
        unit.is_default = True


def create_business_unit(call: Call) -> Answer:
    """POST /business_units"""
    accounts(call).require_administrator()
    body = call.json()
    name = _unit_name(call, body)
    teams = _unit_teams(call, body) or []
    unit = BusinessUnit(new_id(), call.store.next_legacy(), name)
    _set_default(call, unit, body)
    call.store.put_business_unit(unit)
    _set_unit_teams(call, unit, teams, keep_others=True)
    return json_answer(render.business_unit_full(call, unit), int(call.switches["create_status"]))


def put_business_unit(call: Call) -> Answer:
    """PUT /business_units/{bu_id}"""
    accounts(call).require_administrator()
    unit = _found_unit(call)
    body = call.json()
    partial, incremental = call.flag("partial"), call.flag("incremental")
    name = _unit_name(call, body, ignore=unit) if body.get("bu_name") is not None else unit.bu_name
    teams = _unit_teams(call, body)
    if teams is None and not partial:
        teams = []
    unit.bu_name = name
    _set_default(call, unit, body)
    if teams is not None:
        _set_unit_teams(call, unit, teams, keep_others=incremental)
    call.store.put_business_unit(unit)
    return json_answer(render.business_unit_full(call, unit))


def delete_business_unit(call: Call) -> Answer:
    """DELETE /business_units/{bu_id}"""
    accounts(call).require_administrator()
    unit = _found_unit(call)
    if unit.is_default:
        raise Rejected("The default business unit cannot be deleted")
    teams = [team for team in call.store.live_teams() if team.bu_id == unit.bu_id]
    if teams and call.switches["business_unit_delete"] == "refused":
        raise Rejected(f"Business unit {unit.bu_name} cannot be deleted because teams are assigned to it")
    for team in teams if call.switches["business_unit_delete"] == "deletes" else ():
        call.store.delete_team(team)
    _set_unit_teams(call, unit, [], keep_others=False)
    call.store.drop_business_unit(unit)
    return empty_answer(int(call.switches["delete_status"]))


# --- roles and permissions -------------------------------------------------------------------------------------------


def list_roles(call: Call) -> Answer:
    """GET /roles and GET /roles/search"""
    accounts(call).require_manager()
    role_id, permission = call.one("role_id"), call.one("permission_name")
    permission_id = call.one("permission_id")
    if permission_id:
        known = call.store.permissions.get(checked_uuid(permission_id))
        permission = known.permission_name if known else "\0"
    is_api = call.one("is_api")
    parents = call.flag("role_parents_only")
    roles = [
        role
        for role in call.store.roles.values()
        if (is_api is None or role.is_api == is_true(is_api))
        and (role.child_roles or not parents)
        and (role_id is None or role.role_id == checked_uuid(role_id))
        and (permission is None or any(entry["permission_name"] == permission for entry in role.permissions))
        and exists(call, role)
    ]
    roles = order(call, roles, ROLE_SORT, lambda role: role.role_id)
    return page(call, "roles", roles, lambda role: render.role_item(call, role))


def _found_role(call: Call) -> Role:
    wanted = checked_uuid(call.params["role_id"])
    role = call.store.roles.get(wanted)
    if role is None or not exists(call, role):
        raise Rejected(f"Role not found: {wanted}", 404)
    return role


def get_role(call: Call) -> Answer:
    """GET /roles/{role_id}"""
    accounts(call).require_manager()
    return json_answer(render.role_full(call, _found_role(call)))


def _role_permissions(call: Call, entries: object, *, is_api: bool) -> list[dict[str, object]]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Rejected("permissions must be a list of objects")
    found: dict[str, dict[str, object]] = {}
    for entry in entries:
        permission = call.store.permission(str(entry.get("permission_name") or entry.get("permission_id")))
        if permission is None:
            raise Rejected(f"Permission not found: {entry.get('permission_name') or entry.get('permission_id')}")
        if not permission.custom_role_enabled:
            raise Rejected(f"Permission {permission.permission_name} cannot be used in a custom role")
        if permission.ui_only and is_api:
            raise Rejected(f"Permission {permission.permission_name} cannot be used in an API role")
        types = entry.get("permission_types")
        if types is not None and (not isinstance(types, list) or not set(types) <= set(permission.permission_types)):
            raise Rejected(f"Invalid permission types for {permission.permission_name}")
        kept: dict[str, object] = {"permission_name": permission.permission_name}
        if types is not None:
            kept["permission_types"] = types
        found[permission.permission_name] = kept
    return list(found.values())


_ROLE_FLAGS = ("team_admin_manageable", "jit_assignable", "jit_assignable_default", "ignore_team_restrictions")


def _role_texts(call: Call, body: dict[str, Any], role: Role | None) -> tuple[str, str]:
    description = body.get("role_description", role.role_description if role else body.get("role_name"))
    rules.check_text("role_description", description if isinstance(description, str) else None, required=True)
    sent = body.get("role_name") if role is not None or call.switches["role_name_created"] == "kept" else None
    name = sent or (role.role_name if role else "custom" + "".join(str(description).split()).lower())
    rules.check_text("role_name", str(name), required=True)
    for other in call.store.roles.values():
        if other is not role and (other.role_name == name or other.role_description == description):
            raise Rejected(f"Role {description} already exists", int(call.switches["duplicate_status"]))
    return str(name), str(description)


def _child_roles(call: Call, entries: object, role: Role | None, *, is_api: bool) -> list[str]:
    """Ids of the roles that a role is to include. Raises Rejected."""
    children = find_roles(call, entries)
    for child in children:
        if child.is_api != is_api:
            raise Rejected(f"Role {child.role_description} cannot be included in a role of the other type")
        if role is not None and role in call.store.with_children([child]):
            raise Rejected(f"Role {role.role_description} cannot include itself")
    return [child.role_id for child in children]


def create_role(call: Call) -> Answer:
    """POST /roles: a custom role"""
    accounts(call).require_administrator()
    body = call.json()
    name, description = _role_texts(call, body, None)
    is_api = bool(body.get("is_api"))
    permissions = _role_permissions(call, body.get("permissions") or [], is_api=is_api)
    children = _child_roles(call, body.get("child_roles") or [], None, is_api=is_api)
    if not permissions and not children:
        raise Rejected("A custom role requires at least one permission")
    role = Role(
        new_id(), call.store.next_legacy(), name, description, is_api=is_api, custom=True, permissions=permissions
    )
    role.child_roles = children
    for flag in _ROLE_FLAGS:
        if flag in body:
            setattr(role, flag, bool(body[flag]))
    call.store.put_role(role)
    return json_answer(render.role_full(call, role), int(call.switches["create_role_status"]))


def _custom_role(call: Call) -> Role:
    role = _found_role(call)
    if not role.custom:
        raise Rejected(f"Role {role.role_description} is not a custom role")
    return role


def put_role(call: Call) -> Answer:
    """PUT /roles/{role_id}"""
    accounts(call).require_administrator()
    role = _custom_role(call)
    body = call.json()
    partial, incremental = call.flag("partial"), call.flag("incremental")
    name, description = _role_texts(call, body, role)
    if "is_api" in body and bool(body["is_api"]) != role.is_api:
        raise Rejected("is_api cannot be changed")
    permissions = role.permissions
    if body.get("permissions") is not None:
        permissions = _role_permissions(call, body["permissions"], is_api=role.is_api)
        if incremental:
            by_name = {str(entry["permission_name"]): entry for entry in [*role.permissions, *permissions]}
            permissions = list(by_name.values())
    elif not partial:
        permissions = []
    children = role.child_roles
    if body.get("child_roles") is not None:
        children = _child_roles(call, body["child_roles"], role, is_api=role.is_api)
        if incremental:
            children = list(dict.fromkeys([*role.child_roles, *children]))
    elif not partial:
        children = []
    if not permissions and not children:
        raise Rejected("A custom role requires at least one permission")
    role.role_name, role.role_description = name, description
    role.permissions, role.child_roles = permissions, children
    for flag in _ROLE_FLAGS:
        if flag in body or not partial:
            setattr(role, flag, bool(body.get(flag)))
    call.store.put_role(role)
    return json_answer(render.role_full(call, role))


def delete_role(call: Call) -> Answer:
    """DELETE /roles/{role_id}"""
    accounts(call).require_administrator()
    role = _custom_role(call)
    holders = [user for user in call.store.users.values() if role.role_id in user.roles and not user.deleted]
    if holders and call.switches["role_delete_assigned"] == "refused":
        raise Rejected(f"Role {role.role_description} cannot be deleted because it is assigned to users")
    for user in holders:
        user.roles.remove(role.role_id)
        call.store.put_user(user)
    for parent in call.store.roles.values():
        if role.role_id in parent.child_roles:
            parent.child_roles.remove(role.role_id)
            call.store.put_role(parent)
    call.store.drop_role(role)
    return empty_answer(int(call.switches["delete_status"]))


def list_roles_disabled(call: Call) -> Answer:
    """GET /roles_disabled"""
    accounts(call).require_administrator()
    roles = [role for role in call.store.roles.values() if role.disabled is not None]
    return page(call, "roles_disabled", roles, lambda role: render.role_disabled(call, role))


def create_role_disabled(call: Call) -> Answer:
    """POST /roles_disabled"""
    accounts(call).require_administrator()
    body = call.json()
    role = find_roles(call, [body])[0]
    if role.custom:
        raise Rejected("Only built-in roles can be disabled")
    if role.disabled is not None:
        raise Rejected(f"Role {role.role_description} already exists", int(call.switches["duplicate_status"]))
    role.disabled = bool(body.get("disabled", True))
    call.store.put_role(role)
    return json_answer(render.role_disabled(call, role), int(call.switches["create_status"]))


def _noted_role(call: Call) -> Role:
    role = _found_role(call)
    if role.disabled is None:
        raise Rejected(f"Role not found: {role.role_id}", 404)
    return role


def get_role_disabled(call: Call) -> Answer:
    """GET /roles_disabled/{role_id}"""
    accounts(call).require_administrator()
    return json_answer(render.role_disabled(call, _noted_role(call)))


def put_role_disabled(call: Call) -> Answer:
    """PUT /roles_disabled/{role_id}"""
    accounts(call).require_administrator()
    role = _noted_role(call)
    role.disabled = bool(call.json().get("disabled", True))
    call.store.put_role(role)
    return json_answer(render.role_disabled(call, role))


def delete_role_disabled(call: Call) -> Answer:
    """DELETE /roles_disabled/{role_id}"""
    accounts(call).require_administrator()
    role = _noted_role(call)
    role.disabled = None
    call.store.put_role(role)
    return empty_answer(int(call.switches["delete_status"]))


def list_permissions(call: Call) -> Answer:
    """GET /permissions"""
    accounts(call).require_manager()
    hide = call.flag("exclude_ui")
    permissions = [one for one in call.store.permissions.values() if not (hide and one.ui_only)]
    permissions = order(call, permissions, PERMISSION_SORT, lambda one: one.permission_id)
    return page(call, "permissions", permissions, render.permission_item)


def get_permission(call: Call) -> Answer:
    """GET /permissions/{permission_id}"""
    accounts(call).require_manager()
    wanted = checked_uuid(call.params["permission_id"])
    permission = call.store.permissions.get(wanted)
    if permission is None:
        raise Rejected(f"Permission not found: {wanted}", 404)
    return json_answer(render.permission_item(permission))


# --- just-in-time provisioning ---------------------------------------------------------------------------------------

_JIT_FLAGS = (
    "use_csv_for_roles_claim",
    "use_csv_for_teams_claim",
    "use_csv_for_teams_managed_claim",
    "use_csv_for_ip_address_claim",
)


_JIT_KNOWN = {
    "jit_default_settings_id", "ip_restricted", "prefer_veracode_data", "allowed_ip_addresses", "roles", "teams", "_links",
    *_JIT_FLAGS, *CUSTOM,
}  # fmt: skip
# Invented: settings of a later release. A PUT that does not send them clears them.
_JIT_NEWER: dict[str, object] = {"use_csv_for_custom_claim": True, "session_minutes": 30}


def _jit_newer(call: Call, body: dict[str, Any], *, creation: bool) -> dict[str, object]:
    if not call.switches.on("jit_newer_keys"):
        return {}
    sent = {name: value for name, value in body.items() if name not in _JIT_KNOWN}
    return {**_JIT_NEWER, **sent} if creation else {**dict.fromkeys(_JIT_NEWER), **sent}


def _jit_document(call: Call, body: dict[str, Any], kept: dict[str, object] | None = None) -> dict[str, object]:
    for name in ("ip_restricted", "prefer_veracode_data"):
        if not isinstance(body.get(name), bool):
            raise Rejected(f"{name} is required")
    if body.get("roles") == [] and kept is not None and call.switches["jit_without_roles"] == "kept":
        body = {**body, "roles": [{"role_id": role_id} for role_id in cast(list[str], kept["roles"])]}
    if not body.get("roles"):
        raise Rejected("roles is required")
    roles = find_roles(call, body["roles"])
    for role in roles:
        if role.is_api or not role.jit_assignable:
            raise Rejected(f"Role {role.role_description} cannot be assigned by just-in-time provisioning")
    teams = find_teams(call, body.get("teams") or [], {})
    values = read_values({name: body[name] for name in ("allowed_ip_addresses", *CUSTOM) if name in body})
    rules.check_addresses(values.get("allowed_ip_addresses") or (), call.switches)
    return {
        "ip_restricted": body["ip_restricted"],
        "prefer_veracode_data": body["prefer_veracode_data"],
        "allowed_ip_addresses": values.get("allowed_ip_addresses", []),
        "roles": [role.role_id for role in roles],
        "teams": list(teams),
        **{name: bool(body.get(name)) for name in _JIT_FLAGS},
        **{name: values.get(name) for name in CUSTOM},
        **_jit_newer(call, body, creation=kept is None),
    }


def _jit_shown(call: Call, settings: JitSettings) -> dict[str, Any]:
    document: dict[str, Any] = {"jit_default_settings_id": settings.jit_id, **settings.document}
    kept_roles, kept_teams = document["roles"], document["teams"]
    document["roles"] = [
        render.role_in_user(call, call.store.roles[one]) for one in call.shuffled(kept_roles) if one in call.store.roles
    ]
    document["teams"] = [
        {"team_id": one, "team_name": call.store.teams[one].team_name}
        for one in call.shuffled(kept_teams)
        if one in call.store.teams and not call.store.teams[one].deleted
    ]
    return document


def get_jit(call: Call) -> Answer:
    """GET /jit_default_settings"""
    accounts(call).require_administrator()
    if call.store.jit is None:
        if call.switches["jit_none"] == "empty":
            return json_answer({})
        raise Rejected("JIT default settings not found", 404)
    return json_answer(_jit_shown(call, call.store.jit))


def _saml_administrator(call: Call) -> Accounts:
    who = accounts(call)
    who.require_administrator()
    if not call.switches.on("saml_subscription"):
        raise Rejected("SAML is not enabled for your organization")
    return who


def create_jit(call: Call) -> Answer:
    """POST /jit_default_settings"""
    _saml_administrator(call)
    if call.store.jit is not None:
        raise Rejected("JIT default settings already exists", int(call.switches["duplicate_status"]))
    settings = JitSettings(new_id(), _jit_document(call, call.json()))
    call.store.put_jit(settings)
    return json_answer(_jit_shown(call, settings), int(call.switches["create_status"]))


def _found_jit(call: Call) -> JitSettings:
    wanted = checked_uuid(call.params["jit_id"])
    if call.store.jit is None or call.store.jit.jit_id != wanted:
        raise Rejected(f"JIT default settings not found: {wanted}", 404)
    return call.store.jit


def put_jit(call: Call) -> Answer:
    """PUT /jit_default_settings/{id}"""
    _saml_administrator(call)
    settings = _found_jit(call)
    settings.document = _jit_document(call, call.json(), settings.document)
    call.store.put_jit(settings)
    return json_answer(_jit_shown(call, settings))


def delete_jit(call: Call) -> Answer:
    """DELETE /jit_default_settings/{id}"""
    _saml_administrator(call)
    _found_jit(call)
    call.store.put_jit(None)
    return empty_answer(int(call.switches["delete_status"]))

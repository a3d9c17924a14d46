# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects as the Identity API shows them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from .catalog import API_USER
from .model import PLAIN_TEXTS, BusinessUnit, Credentials, Permission, Role, Team, User, iso
from .wire import Call


def when(call: Call, seconds: float) -> str | int:
    """A time in the form that the switch says."""
    form = call.switches["timestamps"]
    if form == "number":
        return int(seconds * 1000)
    if form == "zulu":
        return iso(seconds)
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    if form == "offset":
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def _text(call: Call, document: dict[str, Any], name: str, value: str | None) -> None:
    """Put a text field, in the manner that the switches say for unset and cleared ones."""
    if value:
        document[name] = value
        return
    manner = call.switches["unset_fields"]
    if value == "":
        cleared = call.switches["cleared_fields"]
        manner = manner if cleared == "unset" else cleared
    if manner == "null":
        document[name] = None
    elif manner == "empty":
        document[name] = ""


def relationship(call: Call, value: str, *, in_team: bool = False) -> object:
    form = call.switches["relationship_read"]
    if form == "string" or (form == "both" and in_team):
        return value
    return {"name": value}


def role_in_user(call: Call, role: Role) -> dict[str, Any]:
    description = role.role_description
    if call.switches["user_role_names"] == "other":
        description = f"{description} (Role)"
    document: dict[str, Any] = {
        "role_id": role.role_id,
        "role_name": role.role_name,
        "role_description": description,
    }
    if call.switches.on("user_role_flags"):
        document["is_api"] = role.is_api
        document["is_scan_type"] = role.is_scan_type
    return document


def user_roles(call: Call, user: User) -> list[dict[str, Any]]:
    return [role_in_user(call, role) for role in call.shuffled(call.store.roles_of(user))]


def user_teams(call: Call, user: User) -> list[dict[str, Any]]:
    teams = call.store.teams
    return [
        {
            "team_id": team_id,
            "team_legacy_id": teams[team_id].legacy_id,
            "team_name": teams[team_id].team_name,
            "relationship": relationship(call, value),
        }
        for team_id, value in call.shuffled(list(user.teams.items()))
    ]


def _href(call: Call, path: str) -> dict[str, Any]:
    return {"self": {"href": f"https://{call.host}/api/authn/v2/{path}"}}


def user_summary(call: Call, user: User) -> dict[str, Any]:
    """An item of a listing without any option."""
    document: dict[str, Any] = {
        "user_id": user.user_id,
        "user_legacy_id": user.legacy_id,
        "user_name": user.user_name,
    }
    if call.switches.on("summary_names"):
        document["first_name"] = user.first_name
        document["last_name"] = user.last_name
    document["email_address"] = user.email_address
    document["saml_user"] = user.saml_user
    if _shows_login_enabled(call, user):
        document["login_enabled"] = user.login_enabled
    if user.deleted:
        document["deleted"] = True
    document["_links"] = _href(call, f"users/{user.user_id}")
    return document


def _shows_login_enabled(call: Call, user: User) -> bool:
    return not user.login_enabled or call.switches["login_enabled_shown"] == "always"


def user_full(call: Call, user: User, *, detailed: bool = False) -> dict[str, Any]:
    """A user read by its id."""
    store = call.store
    document: dict[str, Any] = {
        "user_id": user.user_id,
        "user_legacy_id": user.legacy_id,
        "user_name": user.user_name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email_address": user.email_address,
        "user_type": user.user_type,
        "active": user.active,
        "saml_user": user.saml_user,
        "ip_restricted": user.ip_restricted,
        "allowed_ip_addresses": call.shuffled(user.allowed_ip_addresses),
        "pin_required": user.pin_required,
        "team_count": len(user.teams),
        "okta_user_id": user.okta_user_id,
        "organization": {"org_id": store.organization.org_id, "org_name": store.organization.org_name},
    }
    if _shows_login_enabled(call, user):
        document["login_enabled"] = user.login_enabled
    if call.switches["account_times"] == "shown":
        document["insert_ts"] = when(call, user.insert_ts)
        document["modify_ts"] = when(call, user.modify_ts)
    if call.switches["email_verified"] == "shown":
        document["is_email_verified"] = user.activated and user.pending_email is None
    if detailed:
        document["account_type"] = "API" if user.is_api else "USER"
    _text(call, document, "saml_subject", user.saml_subject)
    for name in PLAIN_TEXTS:
        if name != "title" or call.switches.on("title_readable_rest"):
            _text(call, document, name, getattr(user, name))
    if user.last_login is not None and _shows_last_login(call, user):
        document["last_login"] = when(call, user.last_login)
    if user.deleted:
        document["deleted"] = True
    document["roles"] = user_roles(call, user)
    document["teams"] = user_teams(call, user)
    document["permissions"] = call.shuffled(_user_permissions(call, user))
    key = store.current_key(user)
    if key is not None:
        document["api_credentials"] = {
            "api_id": shown_id(call, key.api_id),
            "created_ts": when(call, key.created_ts),
            "expiration_ts": when(call, key.expiration_ts),
        }
    document["_links"] = _href(call, f"users/{user.user_id}")
    return document


def _shows_last_login(call: Call, user: User) -> bool:
    manner = call.switches["last_login"]
    return manner == "shown" or (manner == "own" and user is call.caller)


def _user_permissions(call: Call, user: User) -> list[dict[str, Any]]:
    names = {str(entry["permission_name"]): None for role in _all_roles(call, user) for entry in role.permissions}
    if user.is_api:
        names = {API_USER: None, **names}
    found = (call.store.permission(name) for name in names)
    return [
        {
            "permission_id": one.permission_id,
            "permission_name": one.permission_name,
            "permission_description": one.permission_description,
        }
        for one in found
        if one is not None
    ]


def _all_roles(call: Call, user: User) -> list[Role]:
    return call.store.with_children(call.store.roles_of(user))


# What the sparse form of a listing omits of the whole user; phone and custom_one are there.
SPARSE = ("saml_subject", "title", "custom_two", "custom_three", "custom_four", "custom_five", "last_login")


def _sparse(call: Call, user: User) -> dict[str, Any]:
    whole = user_full(call, user, detailed=call.flag("detailed"))
    return {name: value for name, value in whole.items() if name not in SPARSE}


def user_item(call: Call, user: User) -> dict[str, Any]:
    """An item of GET /users, with what its options and the switch let it carry."""
    carries = call.switches["list_carries"]
    detailed = call.flag("detailed")
    if carries == "everything":
        return user_full(call, user, detailed=detailed)
    if carries == "sparse":
        return _sparse(call, user)
    document = user_summary(call, user)
    if detailed:
        document["account_type"] = "API" if user.is_api else "USER"
    if carries == "roles_teams":
        if call.flag("include_roles"):
            document["roles"] = user_roles(call, user)
        if call.flag("include_teams"):
            document["teams"] = user_teams(call, user)
    return document


def search_item(call: Call, user: User) -> dict[str, Any]:
    """An item of GET /users/search."""
    carries = call.switches["search_carries"]
    detailed = call.flag("detailed")
    if detailed and carries == "everything":
        document = user_full(call, user, detailed=True)
    elif detailed and carries == "sparse":
        document = _sparse(call, user)
    else:
        document = user_summary(call, user)
        if detailed:
            document["account_type"] = "API" if user.is_api else "USER"
            if carries == "roles_teams":
                document["roles"] = user_roles(call, user)
                document["teams"] = user_teams(call, user)
    wanted = [name for value in call.every("fields_to_return") for name in value.split(",")]
    if wanted and call.switches["fields_to_return"] == "honoured":
        whole = user_full(call, user, detailed=True)
        document = {name: whole[name] for name in ("user_id", *wanted) if name in whole}
    return document


def team_item(call: Call, team: Team) -> dict[str, Any]:
    organization = call.store.organization
    document: dict[str, Any] = {
        "team_id": team.team_id,
        "team_legacy_id": team.legacy_id,
        "team_name": team.team_name,
        "organization": {
            "org_id": organization.org_id,
            "org_legacy_id": organization.legacy_id,
            "org_name": organization.org_name,
        },
        "member_only": team.member_only,
        "_links": _href(call, f"teams/{team.team_id}"),
    }
    if call.switches.on("team_list_business_unit"):
        document["business_unit"] = business_unit_in_team(call, team)
    if team.deleted:
        document["deleted"] = True
    return document


def business_unit_in_team(call: Call, team: Team) -> dict[str, Any]:
    document = business_unit_item(call, call.store.business_units[team.bu_id])
    document.pop("_links", None)
    return document


def team_full(call: Call, team: Team) -> dict[str, Any]:
    document = team_item(call, team)
    members = call.store.members_of(team)
    document["business_unit"] = business_unit_in_team(call, team)
    document["user_count"] = len(members)
    document["insert_ts"] = when(call, team.insert_ts)
    document["modify_ts"] = when(call, team.modify_ts)
    if call.switches.on("team_users"):
        document["users"] = [
            {
                "user_id": user.user_id,
                "user_legacy_id": user.legacy_id,
                "user_name": user.user_name,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "relationship": relationship(call, user.teams[team.team_id], in_team=True),
            }
            for user in call.shuffled(members)
        ]
    return document


def business_unit_item(call: Call, unit: BusinessUnit) -> dict[str, Any]:
    document: dict[str, Any] = {"bu_id": unit.bu_id, "bu_legacy_id": unit.legacy_id, "bu_name": unit.bu_name}
    if call.switches["business_unit_list"] == "whole":
        document["is_default"] = unit.is_default
        document["_links"] = _href(call, f"business_units/{unit.bu_id}")
    return document


def business_unit_full(call: Call, unit: BusinessUnit) -> dict[str, Any]:
    document = business_unit_item(call, unit)
    document["is_default"] = unit.is_default
    document["_links"] = _href(call, f"business_units/{unit.bu_id}")
    document["teams"] = [
        {"team_id": team.team_id, "team_legacy_id": team.legacy_id, "team_name": team.team_name}
        for team in call.shuffled([team for team in call.store.live_teams() if team.bu_id == unit.bu_id])
    ]
    return document


def role_item(call: Call, role: Role) -> dict[str, Any]:
    document: dict[str, Any] = {
        "role_id": role.role_id,
        "role_legacy_id": role.legacy_id,
        "role_name": role.role_name,
        "role_description": role.role_description,
        "is_internal": False,
        "assigned_to_proxy_users": False,
        "team_admin_manageable": role.team_admin_manageable,
        "jit_assignable": role.jit_assignable,
        "jit_assignable_default": role.jit_assignable_default,
        "is_api": role.is_api,
        "is_scan_type": role.is_scan_type,
        "_links": _href(call, f"roles/{role.role_id}"),
    }
    if call.switches.on("role_list_permissions"):
        _role_details(call, role, document)
    if call.switches["child_roles_shown"] == "everywhere":
        _child_roles(call, role, document)
    return document


def _child_roles(call: Call, role: Role, document: dict[str, Any]) -> None:
    children = [call.store.roles[one] for one in call.shuffled(role.child_roles) if one in call.store.roles]
    carried = call.switches["child_roles_carry"]
    document["child_roles"] = [
        {
            "role_id": child.role_id,
            **({"role_name": child.role_name} if carried != "description" else {}),
            **({"role_description": child.role_description} if carried != "name" else {}),
        }
        for child in children
    ]


def _role_details(call: Call, role: Role, document: dict[str, Any]) -> None:
    document["ignore_team_restrictions"] = role.ignore_team_restrictions
    document["requires_token"] = False
    document["role_disabled"] = bool(role.disabled)
    entries = []
    for entry in call.shuffled(role.permissions):
        permission = call.store.permission(str(entry["permission_name"]))
        if permission is None:
            continue
        entries.append(
            {
                **permission_item(permission),
                "permission_types": entry.get("permission_types", permission.permission_types),
            }
        )
    document["permissions"] = entries


def role_full(call: Call, role: Role) -> dict[str, Any]:
    document = role_item(call, role)
    _role_details(call, role, document)
    _child_roles(call, role, document)
    return document


def role_disabled(call: Call, role: Role) -> dict[str, Any]:
    return {
        "org_id": call.store.organization.org_id,
        "role_id": role.role_id,
        "role_name": role.role_name,
        "role_description": role.role_description,
        "disabled": bool(role.disabled),
    }


def permission_item(permission: Permission) -> dict[str, Any]:
    return {
        "permission_id": permission.permission_id,
        "permission_legacy_id": permission.legacy_id,
        "permission_name": permission.permission_name,
        "permission_description": permission.permission_description,
        "permission_types": permission.permission_types,
        "api_only": permission.api_only,
        "custom_role_enabled": permission.custom_role_enabled,
        "ui_only": permission.ui_only,
    }


def shown_id(call: Call, api_id: str) -> str:
    return f"vera01{call.region}i-{api_id}" if call.switches.on("key_prefix_in_answers") else api_id


def credentials(call: Call, key: Credentials, *, with_secret: bool = False, detail: bool = False) -> dict[str, Any]:
    """A key pair; its secret only in the answer that generates it."""
    document: dict[str, Any] = {
        "api_id": shown_id(call, key.api_id),
        "user_id": key.user_id,
        "created_ts": when(call, key.created_ts),
        "expiration_ts": when(call, key.expiration_ts),
    }
    if with_secret:
        secret = key.secret.hex()
        prefixed = call.switches.on("key_prefix_in_answers")
        document["api_secret"] = f"vera01{call.region}s-{secret}" if prefixed else secret
    if key.last_used_ts is not None:
        document["last_used_ts"] = when(call, key.last_used_ts)
    if key.revocation_ts is not None:
        document["revocation_ts"] = when(call, key.revocation_ts)
        document["revocation_user"] = key.revocation_user
    elif call.switches["revocation_unset"] == "empty":
        document["revocation_ts"] = ""
    if detail:
        document["org_id"] = call.store.organization.org_id
    return document

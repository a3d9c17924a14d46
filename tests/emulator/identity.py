# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Identity REST API below /api/authn/v2: users, and what belongs to one user."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from . import render, rules
from .accounts import FORBIDDEN, Accounts
from .catalog import API_USER
from .model import CUSTOM, PLAIN_TEXTS, Role, Team, User
from .rules import Rejected
from .wire import Answer, Call, QueryInvalid, empty_answer, is_true, json_answer, order, page

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")

_BOOLEAN_SPELLINGS = {
    "any": re.compile(r"(?i:true|false|yes|no)"),
    "words": re.compile(r"Yes|No"),
    "true_false": re.compile(r"(?i:true|false)"),
}

STRINGS = ("user_name", "first_name", "last_name", "email_address", "saml_subject", *PLAIN_TEXTS)
BOOLEANS = ("active", "login_enabled", "saml_user", "ip_restricted", "pin_required")
KNOWN = {
    *STRINGS, *BOOLEANS, "allowed_ip_addresses", "roles", "teams", "permissions", "user_type", "userType", "account_type",
    "api_user", "user_id", "user_legacy_id", "api_credentials", "organization", "insert_ts", "modify_ts", "last_login", "_links",
    "agree_terms", "allow_edit", "allow_maintenance", "allow_multiple_sessions", "copyable", "deleted", "external_id",
    "ip_address", "last_host", "learn_group_id", "learn_track_id", "login_answer", "login_question", "login_failure_count",
    "no_teams_required", "okta_user_id", "partial_team_admin_manageable", "scim_user", "session_id",
    "show_html5_flaw_viewer_check", "show_welcome", "team_admin_manageable", "team_count",
}  # fmt: skip

USER_SORT: dict[str, Callable[[User], Any]] = {
    "user_id": lambda user: user.user_id,
    "user_legacy_id": lambda user: user.legacy_id,
    "user_name": lambda user: user.user_name.lower(),
    "first_name": lambda user: user.first_name.lower(),
    "last_name": lambda user: user.last_name.lower(),
    "email_address": lambda user: user.email_address.lower(),
    "last_login": lambda user: user.last_login or 0,
    "insert_ts": lambda user: user.insert_ts,
    "modify_ts": lambda user: user.modify_ts,
    "login_enabled": lambda user: user.login_enabled,
    "active": lambda user: user.active,
    "saml_user": lambda user: user.saml_user,
}


# --- what handlers share ---------------------------------------------------------------------------------------------


def accounts(call: Call) -> Accounts:
    return Accounts(call.store, call.switches, call.caller)


def checked_uuid(text: str) -> str:
    """The id in lower case; what is no UUID is refused with 400."""
    if not _UUID.fullmatch(text):
        raise Rejected(f"Invalid UUID string: {text}")
    return text.lower()


def found_user(call: Call, name: str = "user_id", *, deleted: bool = False) -> User:
    """The user of the path that the caller can see; 404 otherwise."""
    wanted = checked_uuid(call.params[name])
    user = call.store.users.get(wanted)
    visible = user is not None and user.visible_from <= call.store.now() and (deleted or not user.deleted)
    if user is None or not visible or not accounts(call).may_see(user):
        raise Rejected(f"User not found: {wanted}", 404)
    return user


def changeable_user(call: Call) -> User:
    """The user of the path, if the caller may change it: 403 before 404."""
    who = accounts(call)
    who.require_manager()
    user = found_user(call)
    who.require_may_change(user)
    return user


def refuse_unknown(call: Call, body: dict[str, Any], known: set[str]) -> None:
    if call.switches["unknown_property"] == "refused":
        unknown = sorted(set(body) - known)
        if unknown:
            raise Rejected(f'Unrecognized field "{unknown[0]}"')


def find_roles(call: Call, entries: object) -> list[Role]:
    """Roles named by role_name, role_description or role_id, each once. Raises Rejected."""
    if not isinstance(entries, list):
        raise Rejected("roles must be a list")
    found: dict[str, Role] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            raise Rejected("roles must be a list of objects")
        role = None
        if entry.get("role_id"):
            role = call.store.roles.get(checked_uuid(str(entry["role_id"])))
        elif entry.get("role_name"):
            role = call.store.role_by_name(str(entry["role_name"]))
        elif entry.get("role_description"):
            role = call.store.role_by_description(str(entry["role_description"]))
        if role is None or not exists(call, role):
            name = entry.get("role_name") or entry.get("role_description") or entry.get("role_id")
            raise Rejected(f"Role not found: {name}")
        found[role.role_id] = role
    return list(found.values())


def exists(call: Call, role: Role) -> bool:
    """Whether the organization has this built-in role (switches)."""
    if role.newer:
        return call.switches.on("newer_roles")
    return role.role_name != "noteamrestrictionapi" or call.switches.on("no_team_restriction_role")


def find_team(call: Call, entry: dict[str, Any]) -> Team:
    """A team named by team_id or team_name. Raises Rejected."""
    team = None
    if entry.get("team_id"):
        team = call.store.teams.get(checked_uuid(str(entry["team_id"])))
    elif entry.get("team_name"):
        team = call.store.team_by_name(str(entry["team_name"]))
    if team is None or team.deleted:
        raise Rejected(f"Team not found: {entry.get('team_name') or entry.get('team_id')}")
    return team


def read_relationship(call: Call, entry: dict[str, Any], before: str | None) -> str:
    """ADMIN or MEMBER, sent as a string or as an object with a name."""
    value = entry.get("relationship")
    accepted = call.switches["relationship_written"]
    if value is not None and accepted != "both" and isinstance(value, dict) != (accepted == "object"):
        raise Rejected("relationship: cannot be read")
    if isinstance(value, dict):
        value = value.get("name")
    if value is None:
        return before if before is not None and call.switches["relationship_omitted"] == "kept" else "MEMBER"
    if value not in ("ADMIN", "MEMBER"):
        raise Rejected(f"Invalid relationship: {value}")
    return str(value)


def find_teams(call: Call, entries: object, before: dict[str, str]) -> dict[str, str]:
    """Team ids with relationships. Raises Rejected."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Rejected("teams must be a list of objects")
    found: dict[str, str] = {}
    for entry in entries:
        team = find_team(call, entry)
        found[team.team_id] = read_relationship(call, entry, before.get(team.team_id))
    return found


def _read_boolean(name: str, value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        value = is_true(value)
    if value is not None and not isinstance(value, bool):
        raise Rejected(f"{name}: must be a boolean")
    return bool(value)


def read_values(body: dict[str, Any]) -> dict[str, Any]:
    """The plain fields of a body, checked for their type. null stays None. Raises Rejected."""
    values: dict[str, Any] = {}
    for name in STRINGS:
        if name in body:
            if body[name] is not None and not isinstance(body[name], str):
                raise Rejected(f"{name}: must be a string")
            values[name] = body[name]
    for name in BOOLEANS:
        if name in body:
            values[name] = _read_boolean(name, body[name])
    if "allowed_ip_addresses" in body:
        addresses = body["allowed_ip_addresses"] or []
        if not isinstance(addresses, list) or not all(isinstance(one, str) for one in addresses):
            raise Rejected("allowed_ip_addresses: must be a list of strings")
        if len(set(addresses)) != len(addresses):
            raise Rejected("allowed_ip_addresses: must be unique")
        values["allowed_ip_addresses"] = list(addresses)
    kind = body.get("user_type", body.get("userType"))
    if kind is not None:
        if kind not in ("VOSP", "NO_VOSP"):
            raise Rejected(f"user_type: invalid value {kind}")
        values["user_type"] = kind
    return values


# --- lists -----------------------------------------------------------------------------------------------------------


def listing(call: Call, choose: Callable[[], list[User]]) -> list[User]:
    """The users of a listing in order; kept for the following pages as long as nothing changes."""
    others = tuple((key, value) for key, value in call.query if key not in ("page", "size"))
    key = (call.path, others, call.caller.user_id, call.switches["shuffle_lists"])
    known = call.listings.get(key)
    if known is not None and known[0] == call.store.version:
        return known[1]
    users = order(call, choose(), USER_SORT, lambda user: user.user_id)
    if call.store.last_visible <= call.store.now():  # else somebody appears without any change
        if len(call.listings) > 64:
            call.listings.clear()
        call.listings[key] = (call.store.version, users)
    return users


def sees(call: Call) -> Callable[[User], bool]:
    """Whether the caller sees a user, with the caller's own teams looked up only once."""
    who = accounts(call)
    who.require_manager()
    teams = who.restricted_to
    if teams is None or (who.is_administrator and call.switches["restricted_caller_sees"] == "all"):
        return lambda user: True
    own = teams
    return lambda user: user is call.caller or bool(own & set(user.teams))


def list_users(call: Call) -> Answer:
    """GET /users"""
    may_see = sees(call)
    names = call.every("user_name")
    addresses = {one.strip().lower() for value in call.every("email_address") for one in value.split(",")}
    deleted, inactive = call.flag("deleted"), call.flag("inactive")
    only_deleted = deleted and call.switches["deleted_filter"] == "only"
    only_inactive = inactive and call.switches["inactive_filter"] == "only"
    shows_deleted = deleted or not call.switches.on("listings_hide_deleted")
    enabled = call.one("enabled")

    def wanted(user: User) -> bool:
        if user.visible_from > now or (user.deleted and not shows_deleted) or (only_deleted and not user.deleted):
            return False
        if (not user.active and not inactive and not user.deleted) or (only_inactive and user.active):
            return False
        if addresses and user.email_address.lower() not in addresses:
            return False
        return (enabled is None or user.login_enabled == is_true(enabled)) and may_see(user)

    def choose() -> list[User]:
        if not names:
            candidates = list(call.store.users.values())
            if addresses:
                candidates = [user for address in addresses for user in call.store.users_with_address(address)]
        elif call.switches["user_name_filter"] == "exact":
            candidates = [user for name in names for user in call.store.users_named(name)]
        else:
            parts = [name.lower() for name in names]
            candidates = [
                user for user in call.store.users.values() if any(part in user.user_name.lower() for part in parts)
            ]
        return sorted((user for user in candidates if wanted(user)), key=lambda user: user.legacy_id)

    now = call.store.now()
    return page(call, "users", listing(call, choose), lambda user: render.user_item(call, user))


def search_users(call: Call) -> Answer:
    """GET /users/search"""
    may_see = sees(call)
    tests = _search_tests(call)
    newer = call.switches["search_newer_filters"] == "honoured"
    inactive, deleted = newer and call.flag("inactive"), newer and call.flag("deleted")
    shows_deleted = deleted or not call.switches.on("listings_hide_deleted")
    only_deleted = deleted and call.switches["deleted_filter"] == "only"
    only_inactive = inactive and call.switches["inactive_filter"] == "only"
    hides_inactive = call.switches.on("search_hides_inactive") and not inactive

    def shown(user: User) -> bool:
        if (user.deleted and not shows_deleted) or (only_deleted and not user.deleted):
            return False
        return not (not user.active and hides_inactive and not user.deleted) and not (only_inactive and user.active)

    def choose() -> list[User]:
        return [
            user
            for user in call.store.users.values()
            if user.visible_from <= now and shown(user) and all(test(user) for test in tests) and may_see(user)
        ]

    now = call.store.now()
    return page(call, "users", listing(call, choose), lambda user: render.search_item(call, user))


def _search_tests(call: Call) -> list[Callable[[User], bool]]:
    """The filters of a search. All errors of their form together."""
    query = dict(call.query)
    tests: list[Callable[[User], bool]] = []
    errors: list[str] = []
    for filters in (_search_relations, _search_flags, _search_status):
        more, wrong = filters(call, query)
        tests += more
        errors += wrong
    if "api_id" in query:
        key = call.store.credentials.get(query["api_id"].rsplit("-", 1)[-1].lower())
        tests.append(lambda user: key is not None and key.user_id == user.user_id)
    tests += [_reads(name, query[name]) for name in ("title", *CUSTOM) if name in query]
    term = query.get("search_term", "").lower()
    if term:
        searched = ("user_name", "first_name", "last_name", "email_address")
        tests.append(lambda user: any(term in getattr(user, name).lower() for name in searched))
    if errors:
        raise QueryInvalid(*errors)
    return tests


_Filters = tuple[list[Callable[[User], bool]], list[str]]  # and the errors of their form


def _search_relations(call: Call, query: dict[str, str]) -> _Filters:
    tests: list[Callable[[User], bool]] = []
    errors = []
    for name, kind in (("role_id", "roles"), ("team_id", "teams")):
        value = query.get(name)
        if value is None:
            continue
        if not _UUID.fullmatch(value):
            errors.append(f"{name}: not a valid GUID")
        else:
            tests.append(_holds(call, kind, value.lower()))
    return tests, errors


def _search_flags(call: Call, query: dict[str, str]) -> _Filters:
    tests: list[Callable[[User], bool]] = []
    errors = []
    if "user_type" in query:
        kind = query["user_type"].lower()
        if kind not in ("api", "user"):
            errors.append("user_type: Invalid value.")
        tests.append(lambda user: user.is_api == (kind == "api"))
    names = ["login_enabled", "saml_user"]
    if call.switches["search_newer_filters"] == "honoured":
        names.append("ip_restricted")
    for name in names:
        if name in query:
            if not _BOOLEAN_SPELLINGS[call.switches["search_booleans"]].fullmatch(query[name]):
                errors.append(f"{name}: Invalid value.")
            tests.append(_has(name, is_true(query[name])))
    return tests, errors


def _search_status(call: Call, query: dict[str, str]) -> _Filters:
    if "login_status" not in query:
        return [], []
    status = query["login_status"].lower()
    manner = call.switches["login_status"]
    spelt = {"any_case": query["login_status"], "capital": status.capitalize(), "lower": status}[manner]
    valid = status in ("active", "locked", "never") and query["login_status"] == spelt
    errors = [] if valid else ["login_status: Invalid value."]
    return [lambda user: _login_status(user) == status], errors


def _holds(call: Call, kind: str, wanted: str) -> Callable[[User], bool]:
    if kind == "roles" and call.switches["search_by_role"] == "recursive":
        including = _including(call, wanted)
        return lambda user: bool(including & set(user.roles))
    return lambda user: wanted in getattr(user, kind)


def _including(call: Call, wanted: str) -> set[str]:
    """The ids of a role and of all that include it."""
    roles = call.store.roles.values()
    return {role.role_id for role in roles if any(one.role_id == wanted for one in call.store.with_children([role]))}


def _has(name: str, wanted: bool) -> Callable[[User], bool]:
    return lambda user: getattr(user, name) == wanted


def _reads(name: str, wanted: str) -> Callable[[User], bool]:
    return lambda user: (getattr(user, name) or "").lower() == wanted.lower()


def _login_status(user: User) -> str:
    if user.locked:
        return "locked"
    return "never" if user.last_login is None else "active"


def _user_page(call: Call, test: Callable[[User], bool]) -> Answer:
    may_see = sees(call)
    hides_deleted = call.switches.on("listings_hide_deleted")
    users = [
        user
        for user in call.store.users.values()
        if user.visible_from <= call.store.now()
        and (user.active or user.deleted)
        and not (user.deleted and hides_deleted)
        and test(user)
        and may_see(user)
    ]
    users = order(call, users, USER_SORT, lambda user: user.user_id)
    return page(call, "users", users, lambda user: render.user_summary(call, user))


def users_by_role(call: Call) -> Answer:
    """GET /users/by_role/{role_id}: also those whose role includes it"""
    wanted = checked_uuid(call.params["role_id"])
    if wanted not in call.store.roles:
        raise Rejected(f"Role not found: {wanted}", 404)
    including = _including(call, wanted)
    return _user_page(call, lambda user: bool(including & set(user.roles)))


def users_by_permissions(call: Call) -> Answer:
    """POST /users/by_permissions, which only reads"""
    names = call.json().get("permission_names")
    if not isinstance(names, list):
        raise Rejected("permission_names is required")
    wanted = {str(name) for name in names}

    def holds(user: User) -> bool:
        roles = call.store.with_children(call.store.roles_of(user))
        held = {str(entry["permission_name"]) for role in roles for entry in role.permissions}
        return bool(wanted & (held | ({API_USER} if user.is_api else set())))

    return _user_page(call, holds)


def users_not_in_team(call: Call) -> Answer:
    """GET /users/notinteam?team_id=&search_term= and POST /users/notinteam/{team_id}, which only read"""
    text = call.params.get("team_id") or call.one("team_id")
    if not text:
        raise QueryInvalid("team_id: Invalid value.")
    team_id = checked_uuid(text)
    term = (call.one("search_term") or "").lower()
    return _user_page(
        call,
        lambda user: (
            team_id not in user.teams and term in f"{user.user_name} {user.first_name} {user.last_name}".lower()
        ),
    )


# --- one user --------------------------------------------------------------------------------------------------------


def get_user(call: Call) -> Answer:
    """GET /users/{user_id}"""
    if call.params["user_id"].lower() != call.caller.user_id:
        accounts(call).require_manager()
    user = found_user(call, deleted=call.switches["deleted_by_id"] == "shown")
    return json_answer(render.user_full(call, user, detailed=call.flag("detailed")))


def get_self(call: Call) -> Answer:
    """GET /users/self"""
    return json_answer(render.user_full(call, call.caller, detailed=call.flag("detailed")))


def get_user_by_legacy(call: Call) -> Answer:
    """GET /users/legacy_id/{int}"""
    accounts(call).require_manager()
    return json_answer(render.user_full(call, _by_legacy(call), detailed=call.flag("detailed")))


def _by_legacy(call: Call) -> User:
    text = call.params["legacy_id"]
    if not (text.isascii() and text.isdigit()):
        raise Rejected(f"Invalid user id: {text}")
    user = call.store.user_by_legacy(int(text))
    if user is None or not accounts(call).may_see(user):
        raise Rejected(f"User not found: {text}", 404)
    return user


def create_user(call: Call) -> Answer:
    """POST /users"""
    who = accounts(call)
    who.require_manager()
    body = call.json()
    refuse_unknown(call, body, KNOWN)
    values = {name: value for name, value in read_values(body).items() if value is not None}
    permissions = body.get("permissions") or []
    is_api = any(isinstance(entry, dict) and entry.get("permission_name") == API_USER for entry in permissions)
    # Documented by experience: a body without "active" makes an inactive account.
    values.setdefault("active", False)
    roles = find_roles(call, body.get("roles") or [])
    teams = find_teams(call, body.get("teams") or [], {})
    user = who.create(values, roles, teams, is_api=is_api)
    document = render.user_full(call, user)
    if call.flag("generate_api_creds"):
        document["api_credentials"] = render.credentials(call, _generate(call, user), with_secret=True)
    return json_answer(document, int(call.switches["create_status"]))


def put_user(call: Call) -> Answer:
    """PUT /users/{user_id}"""
    who = accounts(call)
    user = changeable_user(call)
    return _update(call, who, user)


def put_self(call: Call) -> Answer:
    """PUT /users/self"""
    return _update(call, accounts(call), call.caller)


def _update(call: Call, who: Accounts, user: User) -> Answer:
    body = call.json()
    refuse_unknown(call, body, KNOWN)
    partial, incremental = call.flag("partial"), call.flag("incremental")
    values = read_values(body)
    if not partial:
        values = {**_nulls(), **values}
    address = values.pop("email_address", None)
    name = values.pop("user_name", None)
    for field in ("first_name", "last_name"):  # columns that the database does not let be null
        if values.get(field, "") is None:
            del values[field]
    who.check_update(user, values)
    roles, teams = _new_membership(call, user, body, partial=partial, incremental=incremental)
    if roles is not None or teams is not None:
        new_roles = call.store.roles_of(user) if roles is None else roles
        new_teams = user.teams if teams is None else teams
        who.check_membership(user, new_roles, new_teams)
    naming = call.switches["put_user_name"]
    if name and name != user.user_name and naming == "refused":
        raise Rejected("user_name cannot be changed")
    if name and name != user.user_name and naming == "honoured":
        rules.check_text("user_name", name, required=True)
        rules.check_name_free(call.store, name, call.switches, ignore=user)
    else:
        name = None
    if address:
        at_once = call.flag("adminNoVerificationEmail")
        follows = call.switches.on("rest_name_follows_address") or naming == "refused"
        who.change_address(user, address, at_once=at_once, follows=follows)
    if roles is not None or teams is not None:
        who.set_membership(user, new_roles, new_teams)
    if name:
        call.store.rename_user(user, name)
    who.set_values(user, values)
    full = call.switches["put_answer"] == "full"
    return json_answer(render.user_full(call, user) if full else render.user_summary(call, user))


def _nulls() -> dict[str, Any]:
    """What a PUT without partial does to every field that it does not name."""
    values: dict[str, Any] = dict.fromkeys(PLAIN_TEXTS)
    values.update(active=False, login_enabled=False, ip_restricted=False, pin_required=False, allowed_ip_addresses=[])
    return values


def _new_membership(
    call: Call, user: User, body: dict[str, Any], *, partial: bool, incremental: bool
) -> tuple[list[Role] | None, dict[str, str] | None]:
    """The complete new roles and teams, or None for what stays."""
    roles: list[Role] | None = None
    teams: dict[str, str] | None = None
    if body.get("roles") is not None:
        roles = find_roles(call, body["roles"])
        if not roles and not incremental and call.switches["empty_roles"] == "refused":
            raise Rejected("At least one role is required")
        if incremental:
            added = roles if call.switches["incremental_roles"] == "adds" else []
            roles = list({role.role_id: role for role in [*call.store.roles_of(user), *added]}.values())
    elif not partial:
        roles = []
    if body.get("teams") is not None:
        teams = find_teams(call, body["teams"], user.teams)
        if incremental:
            teams = {**user.teams, **teams}
    elif not partial:
        teams = {}
    return roles, teams


def delete_user(call: Call) -> Answer:
    """DELETE /users/{user_id}"""
    user = changeable_user(call)
    accounts(call).require_may_delete(user)
    if user is call.caller:
        raise Rejected("You cannot delete your own account")
    if is_hard(call):
        call.store.drop_user(user, call.caller.user_name)
    else:
        call.store.delete_user(user, call.caller.user_name)
    return empty_answer(int(call.switches["delete_status"]))


def is_hard(call: Call) -> bool:
    """Whether a deletion is to be permanent."""
    return call.flag("hard_delete") and call.switches["hard_delete"] == "honoured"


def reset_mfa(call: Call) -> Answer:
    """POST /users/{user_id}/reset_mfa"""
    user = changeable_user(call)
    user.mfa_resets += 1
    call.store.put_user(user)
    return empty_answer(int(call.switches["reset_status"]))


def reset_password(call: Call) -> Answer:
    """POST /users/{user_legacy_id}/resetPassword: a reset mail, or the activation mail again"""
    accounts(call).require_manager()
    user = _by_legacy(call)
    accounts(call).require_may_delete(user)
    if user.activated:
        user.password_mails += 1
    else:
        user.activation_mails += 1
    call.store.put_user(user)
    return empty_answer(int(call.switches["reset_status"]))


def revoke_tokens(call: Call) -> Answer:
    """DELETE /users/okta/tokens/{user_id}"""
    user = changeable_user(call)
    user.token_revocations += 1
    call.store.put_user(user)
    return empty_answer(202)


def revoke_sessions(call: Call) -> Answer:
    """DELETE /session/user_id/{user_id}"""
    user = changeable_user(call)
    user.session_revocations += 1
    call.store.put_user(user)
    return empty_answer(int(call.switches["session_status"]))


def revoke_idp_sessions(call: Call) -> Answer:
    """DELETE /session/idp_user_id/{okta_user_id}"""
    wanted = call.params["okta_user_id"]
    user = next(
        (one for one in call.store.users.values() if one.okta_user_id == wanted and call.store.visible(one)), None
    )
    if user is None:
        raise Rejected(f"User not found: {wanted}", 404)
    accounts(call).require_may_change(user)
    user.session_revocations += 1
    call.store.put_user(user)
    return empty_answer(int(call.switches["session_status"]))


# --- key pairs -------------------------------------------------------------------------------------------------------


def _generate(call: Call, user: User) -> Any:
    return call.store.generate_key(
        user,
        days=call.switches.number("key_days"),
        overlap_hours=call.switches.number("old_key_hours"),
        by=call.caller.user_name,
    )


def _key_owner(call: Call) -> User:
    """The user of the path, or the caller."""
    if "user_id" not in call.params:
        return call.caller
    if call.params["user_id"].lower() == call.caller.user_id:
        return call.caller
    return changeable_user(call)


def get_credentials(call: Call) -> Answer:
    """GET /api_credentials and /api_credentials/user_id/{user_id}"""
    user = _key_owner(call)
    key = call.store.current_key(user)
    if key is None:
        if call.switches["credentials_none"] == "empty":
            return json_answer({})
        raise Rejected("API credentials not found", 404)
    return json_answer(render.credentials(call, key))


def post_credentials(call: Call) -> Answer:
    """POST /api_credentials and /api_credentials/user_id/{user_id}"""
    return json_answer(render.credentials(call, _generate(call, _key_owner(call)), with_secret=True), 201)


def delete_credentials(call: Call) -> Answer:
    """DELETE /api_credentials and /api_credentials/user_id/{user_id}: every pair that still works is dead"""
    user = _key_owner(call)
    keys = [call.store.credentials[api_id] for api_id in call.store.keys_of.get(user.user_id, ())]
    working = [key for key in keys if key.works(call.store.now())]
    if not working:
        raise Rejected("API credentials not found", 404)
    for key in working:
        call.store.revoke(key, call.caller.user_name)
    return empty_answer(int(call.switches["delete_status"]))


def _key_by_id(call: Call) -> Any:
    who = accounts(call)
    key = call.store.credentials.get(call.params["api_id"].rsplit("-", 1)[-1].lower())
    owner = call.store.users[key.user_id] if key else None
    if owner is not call.caller:
        who.require_manager()
    if key is None or owner is None or not who.may_see(owner):
        raise Rejected("API credentials not found", 404)
    return key


def get_credentials_by_id(call: Call) -> Answer:
    """GET /api_credentials/{api_id}"""
    key = _key_by_id(call)
    if not key.works(call.store.now()) and not call.flag("expired") and call.switches["revoked_key_lookup"] == "404":
        raise Rejected("API credentials not found", 404)
    return json_answer(render.credentials(call, key, detail=call.flag("detail")))


def delete_credentials_by_id(call: Call) -> Answer:
    """DELETE /api_credentials/{api_id}"""
    key = _key_by_id(call)
    if not key.works(call.store.now()):
        raise Rejected("API credentials not found", 404)
    owner = call.store.users[key.user_id]
    if owner is not call.caller:
        accounts(call).require_may_change(owner)
    call.store.revoke(key, call.caller.user_name)
    return empty_answer(int(call.switches["delete_status"]))


def principal(call: Call) -> Answer:
    """GET and HEAD /principal, GET /principal/refresh"""
    user, organization = call.caller, call.store.organization
    roles = call.store.roles_of(user)
    permissions = {
        str(entry["permission_name"]) for role in call.store.with_children(roles) for entry in role.permissions
    }
    return json_answer(
        {
            "username": user.user_name,
            "userId": user.legacy_id,
            "userUuid": user.user_id,
            "userFirstName": user.first_name,
            "userLastName": user.last_name,
            "email": user.email_address,
            "roles": call.shuffled([role.role_name for role in roles]),
            "permissions": sorted(permissions | ({API_USER} if user.is_api else set())),
            "organizationId": organization.legacy_id,
            "organizationUuid": organization.org_id,
            "organizationName": organization.org_name,
            "pinRequired": user.pin_required,
            "samlUser": user.saml_user,
            "sandboxEnabled": True,
            "features": [],
        }
    )


def forbidden(_call: Call) -> Answer:
    raise Rejected(FORBIDDEN, 403)


def new_id() -> str:
    return str(uuid.uuid4())

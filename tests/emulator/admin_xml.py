# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Admin XML API, /api/3.0/*.do: one function for each call.

Every call takes its parameters from the query, from a form body or from a multipart body, whatever the method.
Refusals are <error> documents with status 200.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from . import rules
from .accounts import FORBIDDEN, Accounts
from .model import CUSTOM, Role, Team, User
from .rules import Rejected
from .wire import XML, Answer, Call, is_true

_PLAIN = re.compile(r"[^A-Za-z0-9,.\-_ ]")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_HOST = "https://analysiscenter.veracode.com"
_BOOLEANS = (
    "is_saml_user",
    "login_enabled",
    "requires_token",
    "is_elearning_manager",
    "keep_elearning_active",
    "has_ip_restrictions",
)
_ELEARNING = (
    "is_elearning_manager",
    "elearning_manager",
    "elearning_track",
    "elearning_curriculum",
    "keep_elearning_active",
)

CREATE_USER = frozenset({
    "first_name", "last_name", "email_address", "roles", "custom_id", "is_saml_user", "login_enabled", "requires_token", "phone",
    "title", "teams",
})  # fmt: skip
UPDATE_USER = frozenset({
    "username", "custom_id", "first_name", "last_name", "email_address", "phone", "teams", "roles", "new_custom_id",
    "has_ip_restrictions", "allowed_ip_addresses", "is_saml_user", "login_enabled", "requires_token", "login_account_type",
    *_ELEARNING, *CUSTOM,
})  # fmt: skip
USER_FILTERS = (
    "first_name", "last_name", "custom_id", "email_address", "login_account_type", "phone", "teams", "roles", "is_saml_user",
    "login_enabled", "requires_token", *_ELEARNING, *CUSTOM,
)  # fmt: skip
SELECTOR = frozenset({"username", "custom_id"})

_DEFAULT_MANAGER, _DEFAULT_TRACK, _DEFAULT_CURRICULUM = "No Manager", "No Track Assigned", "No Curriculum Assigned"


# --- documents -------------------------------------------------------------------------------------------------------


def encode(text: str) -> str:
    """Entity-encode like the service: letters, digits, blank and ``, . - _`` stay."""
    return _PLAIN.sub(lambda found: f"&#x{ord(found[0]):x};", _ILLEGAL.sub(" ", text))


def minimal(text: str) -> str:
    """Escape only what XML needs."""
    text = _ILLEGAL.sub(" ", text).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return text.replace("\n", "&#xa;").replace("\r", "&#xd;").replace("\t", "&#x9;")


def attributes(call: Call, values: dict[str, str | None], *, plain: bool = False) -> str:
    """Attributes of an element; those that are None are omitted."""
    escape = minimal if plain or call.switches["xml_encoding"] != "on" else encode
    return "".join(f' {name}="{escape(value)}"' for name, value in values.items() if value is not None)


def document(
    call: Call, root: str, values: dict[str, str | None], inner: str, *, schema: str, xsd: str, plain: bool = False
) -> Answer:
    """A whole document with its namespace and schema location."""
    namespace = f"{_HOST}/schema/{schema}"
    head = attributes(
        call,
        {
            "xmlns:xsi": _XSI,
            "xmlns": namespace,
            "xsi:schemaLocation": f"{namespace} {_HOST}/resource/{xsd}.xsd",
            **values,
        },
        plain=plain,
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n\n<{root}{head}>\n{inner}</{root}>\n'
    return Answer(200, text.encode(), XML)


def error(message: str, status: int = 200) -> Answer:
    """The error document: no namespace, HTTP status 200."""
    return Answer(status, f'<?xml version="1.0" encoding="UTF-8"?>\n<error>{minimal(message)}</error>\n'.encode(), XML)


def boolean(call: Call, value: bool) -> str:
    text = "true" if value else "false"
    return text.title() if call.switches["xml_booleans"] == "title" else text


def joined(call: Call, names: list[str]) -> str:
    return (", " if call.switches.on("xml_list_blanks") else ",").join(call.shuffled(names))


def day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%m/%d/%Y")


# --- parameters ------------------------------------------------------------------------------------------------------


def split(text: str) -> list[str]:
    """A comma separated list; blanks around names do not count."""
    return [name.strip() for name in text.split(",") if name.strip()]


def required(call: Call, name: str) -> str:
    value = call.form.get(name, "")
    if not value.strip():
        raise Rejected(f"No {name} parameter specified")
    return value


def read_boolean(call: Call, name: str) -> bool | None:
    """A boolean parameter in any case; None if it is not given."""
    value = call.form.get(name)
    if value is None:
        return None
    if value.lower() not in ("true", "false", "yes", "no"):
        raise Rejected(f"Invalid value for {name}: {value}")
    return is_true(value)


def check_documented(call: Call, known: frozenset[str]) -> None:
    """Parameters that the call does not document are dropped, or refused (switch)."""
    for name in [name for name in call.form if name not in known]:
        if call.switches["xml_undocumented"] == "error":
            raise Rejected(f"Invalid parameter: {name}")
        del call.form[name]


def read_empty(call: Call) -> None:
    """What an empty value means (switch): it clears, it is as if not sent, or it is refused."""
    manner = call.switches["xml_empty"]
    for name in [name for name, value in call.form.items() if value == ""]:
        if manner == "error":
            raise Rejected(f"No {name} parameter specified")
        if manner == "ignored":
            del call.form[name]


def accounts(call: Call) -> Accounts:
    return Accounts(call.store, call.switches, call.caller)


def require_administrator(call: Call) -> Accounts:
    who = accounts(call)
    if not who.is_administrator:
        raise Rejected(FORBIDDEN, 403)
    return who


def require_switched_on(call: Call) -> None:
    """Single sign-on switches the user calls off."""
    if call.switches["xml_api"] != "on":
        raise Rejected(FORBIDDEN, 403 if call.switches["xml_api"] == "off_403" else 200)


# --- users -----------------------------------------------------------------------------------------------------------


def find_user(call: Call) -> User:
    """The account that username or custom_id selects."""
    name, subject = call.form.get("username"), call.form.get("custom_id")
    if name:
        user = call.store.user_by_name(name)
        if user is not None and user.saml_user and not subject and call.switches["xml_saml_by_username"] == "refused":
            raise Rejected("custom_id is required for SAML users")
        what = f"username={name}"
    elif subject:
        user = call.store.user_by_subject(subject)
        what = f"custom_id={subject}"
    else:
        raise Rejected("No username parameter specified")
    if user is None or not accounts(call).may_see(user):
        raise Rejected(f"Could not find a user for {what}")
    return user


def nameable(call: Call, role: Role) -> bool:
    """Whether the XML API takes this role."""
    return role.xml or (not role.is_api and call.switches.on("xml_newer_roles"))


def read_roles(call: Call, before: list[Role]) -> list[Role]:
    """The roles of a call by display name, case-sensitive, with what the server adds by itself."""
    found: dict[str, Role] = {}
    for name in split(call.form["roles"]):
        role = call.store.role_by_description(name)
        if role is None or not nameable(call, role):
            raise Rejected(f"Invalid role: {name}")
        found[role.role_id] = role
    if call.switches["xml_other_roles"] == "kept":
        found.update({role.role_id: role for role in before if not nameable(call, role)})
    if any(rules.needs_scan(role) for role in found.values()) and call.switches["xml_any_scan"] == "added":
        scans = any(role.is_scan_type for role in found.values())
        any_scan = call.store.role_by_name("extsubmitanyscan")
        if any_scan is not None and (not scans or call.switches["xml_narrow_scan"] == "adds"):
            found[any_scan.role_id] = any_scan
    return list(found.values())


def read_teams(call: Call, before: dict[str, str]) -> dict[str, str]:
    """The teams of a call by name, case-sensitive; a relation that exists stays."""
    found: dict[str, str] = {}
    for name in split(call.form["teams"]):
        team = call.store.team_by_name(name)
        if team is None:
            raise Rejected(f"Could not find a team for team_name={name}")
        found[team.team_id] = before.get(team.team_id, "MEMBER")
    return found


def read_addresses(call: Call) -> list[str]:
    return split(call.form.get("allowed_ip_addresses", ""))


def userinfo(call: Call, user: User) -> Answer:
    """The userinfo document."""
    store = call.store
    roles = [
        role for role in store.roles_of(user) if role.xml or role.is_api or call.switches.on("xml_shows_newer_roles")
    ]
    roles.sort(key=lambda role: (role.is_scan_type, role.role_description.lower()))
    teams = sorted((store.teams[team_id].team_name for team_id in user.teams), key=str.lower)
    learns = any(role.role_name == "extelearn" for role in roles)
    login = None
    if user.last_login is not None:
        login = datetime.fromtimestamp(user.last_login, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    values: dict[str, str | None] = {
        "custom_id": user.saml_subject or None,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "login_account_type": "api" if user.is_api else "user",
        "email_address": user.email_address,
        "title": (user.title or None) if call.switches.on("title_readable_xml") else None,
        "phone": user.phone or None,
        "is_saml_user": boolean(call, True) if user.saml_user else None,
        "login_enabled": boolean(call, user.login_enabled),
        "requires_token": boolean(call, user.pin_required),
        "teams": joined(call, teams),
        "roles": joined(call, [role.role_description for role in roles]),
        "allowed_ip_addresses": ",".join(user.allowed_ip_addresses) or None if user.ip_restricted else None,
    }
    if learns:
        values["is_elearning_manager"] = boolean(call, user.is_elearning_manager)
        values["elearning_manager"] = user.elearning_manager or _DEFAULT_MANAGER
        values["elearning_track"] = user.elearning_track or _DEFAULT_TRACK
        values["elearning_curriculum"] = user.elearning_curriculum or _DEFAULT_CURRICULUM
        values["keep_elearning_active"] = boolean(call, user.keep_elearning_active)
    for name in CUSTOM:
        values[name] = getattr(user, name) or None
    values["last_successful_login_date"] = login
    inner = f"   <login_account{attributes(call, values)}/>\n"
    root: dict[str, str | None] = {"userinfo_version": "3.0", "username": user.user_name}
    return document(call, "userinfo", root, inner, schema="userinfo/3.0", xsd="3.0/userinfo")


def create_user(call: Call) -> Answer:
    """createuser.do: a person's account"""
    require_switched_on(call)
    who = require_administrator(call)
    if call.switches["createuser_caller"] == "api_only" and not call.caller.is_api:
        raise Rejected(FORBIDDEN, 403)
    check_documented(call, CREATE_USER)
    read_empty(call)
    values: dict[str, Any] = {name: required(call, name) for name in ("first_name", "last_name", "email_address")}
    required(call, "roles")
    for name in ("phone", "title"):
        if call.form.get(name):
            values[name] = call.form[name]
    values["login_enabled"] = read_boolean(call, "login_enabled") is not False
    values["pin_required"] = read_boolean(call, "requires_token") is True
    if read_boolean(call, "is_saml_user"):
        values["saml_user"] = True
        values["saml_subject"] = call.form.get("custom_id") or None
    else:
        values["user_name"] = values["email_address"]
        if call.form.get("custom_id"):
            values["saml_subject"] = call.form["custom_id"]
    if values.get("saml_subject") and call.store.user_by_subject(values["saml_subject"]) is not None:
        raise Rejected(f"User {values['saml_subject']} already exists")
    teams = read_teams(call, {}) if call.form.get("teams") else {}
    user = who.create(values, read_roles(call, []), teams, is_api=False)
    return userinfo(call, user)


def update_user(call: Call) -> Answer:
    """updateuser.do: what is not sent stays"""
    require_switched_on(call)
    who = require_administrator(call)
    check_documented(call, UPDATE_USER)
    read_empty(call)
    user = find_user(call)
    if user.is_api:
        raise Rejected("API service accounts cannot be updated with this call")
    values = _update_values(call, user)
    who.check_update(user, values)
    roles = read_roles(call, call.store.roles_of(user)) if "roles" in call.form else None
    if roles is not None and not roles:
        raise Rejected("No roles parameter specified")
    teams = read_teams(call, user.teams) if "teams" in call.form else None
    new_roles = call.store.roles_of(user) if roles is None else roles
    new_teams = user.teams if teams is None else teams
    if roles is not None or teams is not None:
        who.check_membership(user, new_roles, new_teams)
    values.update(_elearning_values(call, user, new_roles))
    if "email_address" in call.form:
        address = required(call, "email_address")
        at_once = not call.switches.on("xml_email_pending")
        who.change_address(user, address, at_once=at_once, follows=call.switches.on("xml_name_follows_address"))
    if roles is not None or teams is not None:
        who.set_membership(user, new_roles, new_teams)
    who.set_values(user, values)
    return userinfo(call, user)


def _update_values(call: Call, user: User) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in ("first_name", "last_name", "phone", *CUSTOM):
        if name in call.form:
            values[name] = call.form[name]
    for name, field in (
        ("login_enabled", "login_enabled"),
        ("requires_token", "pin_required"),
        ("is_saml_user", "saml_user"),
    ):
        value = read_boolean(call, name)
        if value is not None:
            values[field] = value
    if values.get("saml_user") is False and not user.saml_user:
        del values["saml_user"]
    if call.form.get("new_custom_id"):
        values["saml_subject"] = call.form["new_custom_id"]
    elif call.form.get("custom_id") and call.form.get("username"):
        values["saml_subject"] = call.form["custom_id"]
    values.update(_address_values(call, user))
    kind = call.form.get("login_account_type")
    if kind is not None and kind.lower() != ("api" if user.is_api else "user"):
        raise Rejected("login_account_type cannot be changed")
    return values


def _address_values(call: Call, user: User) -> dict[str, Any]:
    values: dict[str, Any] = {}
    restricted = read_boolean(call, "has_ip_restrictions")
    if restricted is not None:
        values["ip_restricted"] = restricted
    if "allowed_ip_addresses" in call.form:
        addresses = read_addresses(call)
        if addresses and not values.get("ip_restricted", user.ip_restricted):
            raise Rejected("allowed_ip_addresses can only be updated if has_ip_restrictions is true")
        values["allowed_ip_addresses"] = addresses
    return values


def _elearning_values(call: Call, user: User, roles: list[Role]) -> dict[str, Any]:
    given = {name: call.form[name] for name in _ELEARNING if name in call.form}
    if not given:
        return {}
    if not call.switches.on("elearning_subscription"):
        raise Rejected("Your account does not have an active Veracode eLearning subscription")
    if not any(role.role_name == "extelearn" for role in roles):
        raise Rejected("The user does not have the eLearning role")
    values: dict[str, Any] = {}
    for name in ("is_elearning_manager", "keep_elearning_active"):
        flag = read_boolean(call, name)
        if flag is not None:
            values[name] = flag
    organization = call.store.organization
    for name, default, known in (
        ("elearning_track", _DEFAULT_TRACK, organization.tracks),
        ("elearning_curriculum", _DEFAULT_CURRICULUM, organization.curricula),
        ("elearning_manager", _DEFAULT_MANAGER, None),
    ):
        value = given.get(name)
        if value is None:
            continue
        if value in ("", default):
            values[name] = None
            continue
        if known is None:
            known = [
                one.elearning_name for one in call.store.users.values() if one.is_elearning_manager and not one.deleted
            ]
        if value not in known:
            raise Rejected(f"Could not find {name}={value}")
        values[name] = value
    return values


def get_user_info(call: Call) -> Answer:
    """getuserinfo.do"""
    require_switched_on(call)
    require_administrator(call)
    check_documented(call, SELECTOR)
    return userinfo(call, find_user(call))


def delete_user(call: Call) -> Answer:
    """deleteuser.do: people only"""
    require_switched_on(call)
    require_administrator(call)
    check_documented(call, SELECTOR)
    user = find_user(call)
    if user.is_api:
        raise Rejected("API service accounts cannot be deleted with this call")
    if user is call.caller:
        raise Rejected("You cannot delete your own account")
    call.store.delete_user(user, call.caller.user_name)
    values: dict[str, str | None] = {
        "userlist_version": "3.0",
        "username": user.user_name,
        "custom_id": user.saml_subject or None,
    }
    inner = "  <result>success</result>\n"
    return document(
        call, "deleteuserresult", values, inner, schema="deleteuserresult", xsd="deleteuserresult", plain=True
    )


def get_user_list(call: Call) -> Answer:
    """getuserlist.do: the names of the users that match all filters"""
    require_switched_on(call)
    who = require_administrator(call)
    check_documented(call, frozenset(USER_FILTERS))
    filters = {name: call.form[name] for name in USER_FILTERS if call.form.get(name)}
    tests = [_filter(call, name, value) for name, value in filters.items()]
    names = [
        user.user_name
        for user in call.store.users.values()
        if call.store.visible(user)
        and (user.active or call.switches.on("xml_lists_inactive"))
        and all(test(user) for test in tests)
        and who.may_see(user)
    ]
    names.sort(key=str.lower)
    inner = f"<filters{attributes(call, dict(filters))}/>\n"
    inner += f"   <users{attributes(call, {'usernames': joined(call, names)})}/>\n"
    root: dict[str, str | None] = {"userlist_version": "3.0", "account_id": str(call.store.organization.legacy_id)}
    return document(call, "userlist", root, inner, schema="userlist/3.0", xsd="3.0/userlist")


_FILTER_FIELD = {
    "custom_id": "saml_subject",
    "requires_token": "pin_required",
    "is_saml_user": "saml_user",
}


def _filter(call: Call, name: str, value: str) -> Callable[[User], bool]:
    store = call.store
    if name == "login_account_type":
        if value.lower() not in ("user", "api"):
            raise Rejected(f"Invalid value for login_account_type: {value}")
        return lambda user: user.is_api == (value.lower() == "api")
    if name == "teams":
        teams = [store.team_by_name(one) for one in split(value)]
        wanted = {team.team_id if team else "" for team in teams}
        return lambda user: wanted <= set(user.teams)
    if name == "roles":
        roles = [store.role_by_description(one) for one in split(value)]
        held = {role.role_id if role else "" for role in roles}
        return lambda user: held <= set(user.roles)
    field = _FILTER_FIELD.get(name, name)
    if name in _BOOLEANS:
        flag = read_boolean(call, name)
        return lambda user: getattr(user, field) == flag
    text = value.lower()
    if call.switches["xml_filters"] == "substring":
        return lambda user: text in (getattr(user, field) or "").lower()
    return lambda user: (getattr(user, field) or "").lower() == text


# --- teams -----------------------------------------------------------------------------------------------------------


def _team(call: Call) -> Team:
    text = required(call, "team_id")
    team = call.store.team_by_legacy(int(text)) if text.isascii() and text.isdigit() else None
    restricted = accounts(call).restricted_to
    hidden = restricted is not None and call.switches["restricted_caller_sees"] == "own"
    if team is None or (hidden and team.team_id not in (restricted or ())):
        raise Rejected(f"Could not find a team for team_id={text}")
    return team


def _members(call: Call) -> list[User]:
    found = []
    for name in split(call.form["members"]):
        user = call.store.user_by_name(name)
        if user is None:
            raise Rejected(f"Could not find a user for username={name}")
        found.append(user)
    return found


def _set_members(call: Call, team: Team, members: list[User]) -> None:
    wanted = {user.user_id for user in members}
    for user in call.store.members_of(team):
        if user.user_id not in wanted:
            call.store.set_teams(user, {key: value for key, value in user.teams.items() if key != team.team_id})
    for user in members:
        if team.team_id not in user.teams:
            call.store.set_teams(user, {**user.teams, team.team_id: "MEMBER"})


def _check_team_name(call: Call, name: str, *, ignore: Team | None = None) -> None:
    rules.check_text("team_name", name)
    for team in call.store.live_teams():
        if team is not ignore and team.team_name.lower() == name.lower():
            raise Rejected(f"Team {name} already exists")


def _teaminfo(call: Call, team: Team) -> Answer:
    names = sorted((user.user_name for user in call.store.members_of(team)), key=str.lower)
    root: dict[str, str | None] = {
        "teaminfo_version": "3.1",
        "account_id": str(call.store.organization.legacy_id),
        "team_id": str(team.legacy_id),
        "team_name": team.team_name,
        "creation_date": day(team.insert_ts),
    }
    inner = f"   <users{attributes(call, {'usernames': joined(call, names)})}/>\n"
    return document(call, "teaminfo", root, inner, schema="teaminfo/3.0", xsd="3.0/teaminfo")


def create_team(call: Call) -> Answer:
    """createteam.do"""
    require_switched_on(call)
    require_administrator(call)
    check_documented(call, frozenset({"team_name", "members"}))
    name = required(call, "team_name")
    _check_team_name(call, name)
    members = _members(call) if "members" in call.form else []
    unit = call.store.default_business_unit()
    team = Team(str(uuid.uuid4()), call.store.next_legacy(), name, unit.bu_id, insert_ts=call.store.now())
    call.store.put_team(team)
    _set_members(call, team, members)
    return _teaminfo(call, team)


def update_team(call: Call) -> Answer:
    """updateteam.do: members is the complete list"""
    require_switched_on(call)
    require_administrator(call)
    check_documented(call, frozenset({"team_id", "team_name", "members"}))
    read_empty(call)
    team = _team(call)
    if "team_name" in call.form:
        _check_team_name(call, required(call, "team_name"), ignore=team)
    members = _members(call) if "members" in call.form else None
    if members is not None:
        staying = {user.user_id for user in members}
        leavers = [user for user in call.store.members_of(team) if user.user_id not in staying]
        rules.check_leavers(call.store, team, leavers, call.switches)
    if "team_name" in call.form:
        team.team_name = call.form["team_name"]
    if members is not None:
        _set_members(call, team, members)
    call.store.put_team(team)
    return _teaminfo(call, team)


def get_team_info(call: Call) -> Answer:
    """getteaminfo.do"""
    require_switched_on(call)
    require_administrator(call)
    check_documented(call, frozenset({"team_id", "include_users", "include_applications"}))
    team = _team(call)
    inner = ""
    account = str(call.store.organization.legacy_id)
    if read_boolean(call, "include_users"):
        for user in call.shuffled(call.store.members_of(team)):
            name = encode(user.user_name) if call.switches.on("xml_double_encoding") else user.user_name
            values: dict[str, str | None] = {
                "username": name,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "email_address": user.email_address,
            }
            inner += f"   <user{attributes(call, values)}/>\n"
    unit = call.store.business_units[team.bu_id].bu_name
    if read_boolean(call, "include_applications"):
        for number, name in enumerate(team.applications, start=1):
            values = {
                "app_id": str(team.legacy_id * 100 + number),
                "app_name": name,
                "assessment_type": "SDLC",
                "account_id": account,
                "business_unit": unit,
            }
            inner += f"   <application{attributes(call, values)}/>\n"
    root: dict[str, str | None] = {
        "teaminfo_version": "3.1",
        "team_name": team.team_name,
        "can_view_shared_types": boolean(call, False),
        "business_unit": unit,
    }
    return document(call, "teaminfo", root, inner, schema="teaminfo/3.0", xsd="3.0/teaminfo")


def get_team_list(call: Call) -> Answer:
    """getteamlist.do"""
    require_switched_on(call)
    who = require_administrator(call)
    check_documented(call, frozenset())
    restricted = who.restricted_to if call.switches["restricted_caller_sees"] == "own" else None
    teams = [team for team in call.store.live_teams() if restricted is None or team.team_id in restricted]
    teams.sort(key=lambda team: team.team_name.lower())
    inner = ""
    for team in call.shuffled(teams):
        values: dict[str, str | None] = {
            "team_id": str(team.legacy_id),
            "team_name": team.team_name,
            "creation_date": day(team.insert_ts),
        }
        inner += f"   <team{attributes(call, values)}/>\n"
    root: dict[str, str | None] = {"teamlist_version": "3.0", "account_id": str(call.store.organization.legacy_id)}
    return document(call, "teamlist", root, inner, schema="teamlist/3.0", xsd="3.0/teamlist")


def delete_team(call: Call) -> Answer:
    """deleteteam.do"""
    require_switched_on(call)
    require_administrator(call)
    check_documented(call, frozenset({"team_id"}))
    team = _team(call)
    if team.applications:
        raise Rejected(f"Team {team.team_name} cannot be deleted because applications are assigned to it")
    rules.check_leavers(call.store, team, call.store.members_of(team), call.switches)
    call.store.delete_team(team)
    root: dict[str, str | None] = {
        "userlist_version": "3.0",
        "account_id": str(call.store.organization.legacy_id),
        "team_id": str(team.legacy_id),
    }
    inner = "  <result>success</result>\n"
    return document(
        call, "deleteteamresult", root, inner, schema="deleteteamresult", xsd="deleteteamresult", plain=True
    )


# --- eLearning and maintenance ---------------------------------------------------------------------------------------


def _learning_list(call: Call, kind: str, names: list[str]) -> Answer:
    if not call.caller.is_api or not accounts(call).is_administrator:
        raise Rejected(FORBIDDEN, 403)
    root: dict[str, str | None] = {f"{kind}list_version": "3.0", "account_id": str(call.store.organization.legacy_id)}
    inner = f"   <{kind}s{attributes(call, {f'{kind}_names': joined(call, names)})}/>\n"
    return document(call, f"{kind}list", root, inner, schema=f"{kind}list/3.0", xsd=f"3.0/{kind}list")


def get_curriculum_list(call: Call) -> Answer:
    """getcurriculumlist.do: API users only"""
    return _learning_list(call, "curriculum", call.store.organization.curricula)


def get_track_list(call: Call) -> Answer:
    """gettracklist.do: API users only"""
    return _learning_list(call, "track", call.store.organization.tracks)


def get_maintenance(call: Call) -> Answer:
    """getmaintenancescheduleinfo.do: any account"""
    escape = encode if call.switches["xml_encoding"] == "on" else minimal
    when = "2019-08-28T16:44:42-04:00"
    inner = "   <maintenanceschedule>\n"
    for name, text in (
        ("downtime_start", when),
        ("downtime_end", when),
        ("title", "Scheduled Maintenance Notification"),
        ("description", "The service will be unavailable due to maintenance."),
    ):
        inner += f"      <{name}>{escape(text)}</{name}>\n"
    inner += "   </maintenanceschedule>\n"
    return document(
        call,
        "maintenancescheduleinfo",
        {},
        inner,
        schema="3.0/maintenancescheduleinfo",
        xsd="3.0/maintenancescheduleinfo",
    )


CALLS: dict[str, Callable[[Call], Answer]] = {
    "createuser": create_user,
    "updateuser": update_user,
    "getuserinfo": get_user_info,
    "getuserlist": get_user_list,
    "deleteuser": delete_user,
    "createteam": create_team,
    "updateteam": update_team,
    "getteaminfo": get_team_info,
    "getteamlist": get_team_list,
    "deleteteam": delete_team,
    "getcurriculumlist": get_curriculum_list,
    "gettracklist": get_track_list,
    "getmaintenancescheduleinfo": get_maintenance,
}


def answer(call: Call, name: str) -> Answer:
    """Answer one call; a refusal becomes an <error> document."""
    try:
        return CALLS[name](call)
    except Rejected as exc:
        if exc.message == FORBIDDEN and (call.switches["xml_denied"] == "403" or call.switches["xml_api"] == "off_403"):
            return Answer(403, b"", XML)
        return error(exc.message)

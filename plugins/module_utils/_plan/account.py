# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Compare what is wanted with what is there. Pure: no call, no clock, no AnsibleModule."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.fields import (
    FIELDS,
    FLAG,
    NAMES,
    REST,
    XML,
    can_update,
)
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.role import TEAM_ADMIN, Role
from ansible_collections.community.veracode.plugins.module_utils._plan.account_addresses import (
    no_address_left,
    plan_addresses,
    put,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account_roles import (
    needs_unrestricted,
    roles_after,
    same_roles,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account_teams import (
    doubts_without_team,
    refuse_to_manage_none,
    teams_after,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired, is_address
from ansible_collections.community.veracode.plugins.module_utils._plan.find import Found

# Options that have rules of their own below; all others are compared as they are.
_RULED = frozenset(
    {
        "username",
        "email_address",
        "roles",
        "teams",
        "managed_teams",
        "has_ip_restrictions",
        "allowed_ip_addresses",
        "is_saml_user",
        "title",
    }
)

_RELATIONS = frozenset({"roles", "teams", "managed_teams"})


def plan_account(desired: Desired, found: Found | None, names: Names) -> Plan[Account]:
    """Plan one account.

    :raises InputError: the entry asks for what cannot be.
    """
    try:
        return _plan_account(desired, found, names)
    except VeracodeError as error:
        raise error.about(kind=desired.kind, name=desired.label or None, location=desired.location) from None


@contextlib.contextmanager
def _collected(problems: list[VeracodeError]) -> t.Iterator[None]:
    """Note what is wrong with one option and go on with the others."""
    try:
        yield
    except VeracodeError as error:
        problems.append(error)


def _plan_account(desired: Desired, found: Found | None, names: Names) -> Plan[Account]:
    account = found.account if found else None
    if account is not None and account.kind != desired.kind:
        other, module = ("an API user", "veracode_api_user")
        if account.kind == USER:
            other, module = ("a user", "veracode_user")
        raise desired.problem(
            f'username: "{account.username}" is {other}, and Veracode cannot convert an account; '
            f"use community.veracode.{module}, or another username",
            "username",
            account.username,
        )
    if desired.state == "absent":
        return _plan_removal(desired, account)
    if desired.state == "disabled":
        return _plan_disabling(desired, account)
    if found is None:
        return _plan_creation(desired, names)
    return _plan_update(desired, found, names)


def _plan_removal(desired: Desired, account: Account | None) -> Plan[Account]:
    if account is None:
        return Plan(None, None)
    change = Change(
        "delete",
        desired.kind,
        account.username,
        (),
        {},
        account,
        None,
        desired.location,
        permanently=desired.permanently,
    )
    return Plan(change, None)


def _plan_disabling(desired: Desired, account: Account | None) -> Plan[Account]:
    if account is None:
        return Plan(None, None, (f'There is no account "{desired.label}", so nothing is disabled',))
    switches = ["login_enabled"]
    if desired.kind == API_USER and desired.api == REST:
        switches.append("active")
    values = {option: False for option in switches if account.values.get(option) is not False}
    if not values:
        return Plan(None, account)
    after = replace(account, values={**account.values, **values})
    change = Change(
        "disable",
        desired.kind,
        account.username,
        (),
        values,
        account,
        after,
        desired.location,
        compared=tuple(values),
    )
    return Plan(change, after)


def _plan_creation(desired: Desired, names: Names) -> Plan[Account]:
    values = dict(desired.values)
    if desired.roles_mode == "remove":
        values.pop("roles", None)
    problems: list[VeracodeError] = []
    with _collected(problems):
        _complete_names(desired, values)
    told = {problem.option for problem in problems}
    missing = [
        option
        for option in ("first_name", "last_name", "email_address")
        if not values.get(option) and option not in told
    ]
    if values.get("is_saml_user") and not values.get("custom_id"):
        missing.append("custom_id")
    if desired.kind == API_USER and not values.get("username"):
        missing.append("username")
    if (desired.api == XML or desired.kind == USER) and not values.get("roles"):
        missing.append("roles")
    if missing:
        problem = desired.problem(
            f"{missing[0]}: {desired.label} does not exist, and creating it needs {', '.join(missing)}; "
            "give what is missing, or correct the name",
            missing[0],
            is_about_something_missing=True,
        )
        problems.append(problem)
    shown = set(values)
    warnings: list[str] = []
    if values.get("has_ip_restrictions") and not values.get("allowed_ip_addresses"):
        warnings.append(no_address_left(desired))
    if values.get("allowed_ip_addresses"):
        values["has_ip_restrictions"] = True
        shown.add("has_ip_restrictions")
    roles, teams = _relations_after(desired, None, names, values, problems)
    raise_all(problems)
    if teams is not None:
        # What the two options and their mode come to.
        values["teams"] = tuple(team.name for team in teams)
    values = {option: value for option, value in values.items() if value not in (None, ())}
    values.setdefault("login_enabled", True)
    if desired.api == REST:
        values.setdefault("active", True)
    account = Account(
        desired.kind,
        None,
        {**_as_created(desired.api), **{option: value for option, value in values.items() if option not in _RELATIONS}},
        tuple(sorted(roles, key=lambda role: role.title)) if roles is not None else (),
        teams or (),
    )
    shown = {option for option in shown if values.get(option) is not None or option in ("roles", "teams")}
    shown = {option for option in shown if account.values_and_lists.get(option) not in (None, ())}
    change = Change(
        "create", desired.kind, account.username, tuple(sorted(shown)), values, None, account, desired.location
    )
    return Plan(change, account, tuple(warnings), doubts=doubts_without_team(desired.kind, roles or (), teams))


def _as_created(api: str) -> dict[str, t.Any]:
    """Return what an account has of which its creation says nothing (documented: no restriction, no SAML, no token)."""
    return {
        field.option: False if field.type == FLAG else ()
        for field in FIELDS
        if field.type in (FLAG, NAMES) and field.option not in _RELATIONS and can_update(field.option, api)
    }


def _relations_after(
    desired: Desired,
    account: Account | None,
    names: Names,
    values: t.Mapping[str, t.Any],
    problems: list[VeracodeError],
) -> tuple[frozenset[Role] | None, tuple[Membership, ...] | None]:
    """Return the roles and teams the account is to have, each `None` if the task does not manage them."""
    roles: frozenset[Role] | None = None
    # Who may manage a team is told by the roles; where these are wrong, that is enough to tell.
    for_teams: frozenset[Role] = frozenset({TEAM_ADMIN})
    lost_team = False
    told = len(problems)
    with _collected(problems):
        lost_team = desired.kind == API_USER and needs_unrestricted(desired, account)
    if account is not None or "roles" in values:
        with _collected(problems):
            roles = roles_after(desired, account, names, values, lost_team=lost_team)
            for_teams = roles if roles is not None else frozenset(account.roles or () if account else ())
    else:
        for_teams = frozenset()
    teams = None
    with _collected(problems):
        teams = teams_after(desired, account, names, for_teams)
        if len(problems) == told:
            refuse_to_manage_none(desired, account, for_teams, teams)
    return roles, teams


def _complete_names(desired: Desired, values: dict[str, t.Any]) -> None:
    """Let username and address imply one another (documented: they are the same for a person without SAML)."""
    if desired.kind != USER:
        return
    username, address = values.get("username"), values.get("email_address")
    differ = bool(username and address and username.casefold() != address.casefold())
    if desired.api == XML and differ:
        raise desired.problem(
            f'username: the Admin XML API makes the address the username, so "{username}" cannot be created with '
            f'email_address "{address}"; use api: rest, or omit username',
            "username",
            username,
        )
    if username and not address and not values.get("is_saml_user"):
        if not is_address(username):
            raise desired.problem(
                f'email_address: "{username}" does not exist, and its username is not an address, '
                "so creating it needs email_address; give it, or correct the name",
                "email_address",
                is_about_something_missing=True,
            )
        values["email_address"] = username
    if address and not username:
        values["username"] = address


def _plan_update(desired: Desired, found: Found, names: Names) -> Plan[Account]:
    account = found.account
    now = account.values_and_lists
    values: dict[str, t.Any] = {}
    warnings = list(found.warnings)
    if now.get("active") is False and "active" not in desired.values:
        warnings.append(
            f'The account "{account.username}" is inactive and stays inactive; set active: true to reactivate it'
        )
    if found.formerly:
        warnings += _plan_rename(desired, account, values)
    elif "email_address" in desired.values:
        put(values, now, "email_address", desired.values["email_address"])
        if "email_address" in values and not desired.verify_email and _name_is_address(account):
            # For a person without SAML one implies the other; said explicitly, since a server may not do it by itself.
            values["username"] = values["email_address"]
    for option, wanted in desired.values.items():
        if option not in _RULED:
            put(values, now, option, wanted)
    warnings += _plan_title(desired, now, values)
    problems: list[VeracodeError] = []
    with _collected(problems):
        _plan_saml(desired, now, values)
    with _collected(problems):
        warnings += plan_addresses(desired, account, now, values)
    roles, teams = _relations_after(desired, account, names, desired.values, problems)
    raise_all(problems)
    if roles is not None and account.roles is not None and not same_roles(desired, account.roles, roles):
        values["roles"] = tuple(sorted(role.title for role in roles))
    else:
        roles = None
    if teams is not None:
        put(values, now, "teams", tuple(sorted(team.name for team in teams)))
        if desired.api == REST:
            put(values, now, "managed_teams", tuple(sorted(team.name for team in teams if team.manages)))
        if "teams" not in values and "managed_teams" not in values:
            teams = None
    _refuse_what_cannot_be_written(desired, account, values)
    if not values:
        return Plan(None, account, tuple(warnings))
    after = replace(
        account,
        values={
            **account.values,
            **{option: value for option, value in values.items() if option not in _RELATIONS},
        },
        roles=tuple(sorted(roles, key=lambda role: role.title)) if roles is not None else account.roles,
        teams=teams if teams is not None else account.teams,
    )
    change = Change(
        "rename" if "username" in values else "update",
        desired.kind,
        str(values.get("username", account.username)),
        tuple(sorted(values)),
        values,
        account,
        after,
        desired.location,
        verify_email=desired.verify_email and "email_address" in values,
        formerly=account.username if "username" in values else None,
    )
    doubts = doubts_without_team(desired.kind, after.roles or (), after.teams) if teams is not None else ()
    return Plan(change, after, tuple(warnings), pending=change.verify_email, doubts=doubts)


def _plan_rename(desired: Desired, account: Account, values: dict[str, t.Any]) -> list[str]:
    new = str(desired.username)
    address = desired.values.get("email_address")
    if desired.kind == USER and address is None and not account.values.get("is_saml_user") and is_address(new):
        address = new
    now = account.values_and_lists
    if address is not None:
        put(values, now, "email_address", address)
        if desired.kind == USER and "email_address" not in values and new.casefold() == address.casefold():
            return [
                f'The account still has the username "{account.username}" although its address is "{new}" already; '
                "the server keeps usernames when an address changes, and the account is still found by it"
            ]
    if desired.api == XML and (address is None or address.casefold() != new.casefold()):
        raise desired.problem(
            f'username: the Admin XML API renames by a new email_address only, so "{account.username}" cannot become '
            f'"{new}"; use api: rest, or let email_address be the new username',
            "username",
            new,
        )
    if desired.verify_email and new.casefold() == str(address).casefold() and _name_is_address(account):
        return []  # the name is to follow the address, which is not confirmed yet
    values["username"] = new
    return []


def _name_is_address(account: Account) -> bool:
    """Tell whether a new address is a new username, too."""
    now = account.values
    if account.kind != USER or now.get("is_saml_user"):
        return False
    return str(now.get("username") or "").casefold() == str(now.get("email_address") or "").casefold()


def _plan_title(desired: Desired, now: t.Mapping[str, t.Any], values: dict[str, t.Any]) -> list[str]:
    if "title" not in desired.values:
        return []
    if "title" not in now:
        return [
            "title: this API does not report it, so it was neither compared nor changed; "
            "if it is wrong, correct it on the platform"
        ]
    put(values, now, "title", desired.values["title"])
    return []


def _plan_saml(desired: Desired, now: t.Mapping[str, t.Any], values: dict[str, t.Any]) -> None:
    wanted = desired.values.get("is_saml_user")
    present = bool(now.get("is_saml_user"))
    if wanted is None or wanted == present:
        if present and desired.values.get("requires_token"):
            raise desired.problem(
                "requires_token: a SAML user cannot have Veracode's multi-factor authentication; "
                "omit requires_token or set it to false",
                "requires_token",
                True,
            )
        return
    if not wanted:
        raise desired.problem(
            "is_saml_user: Veracode cannot turn a SAML user back into one with a password; "
            "omit is_saml_user or set it to true, or create another account",
            "is_saml_user",
            False,
        )
    if not (desired.values.get("custom_id") or now.get("custom_id")):
        raise desired.problem(
            "is_saml_user: a SAML user needs a custom_id, the subject its identity provider sends; give custom_id",
            "is_saml_user",
            True,
        )
    values["is_saml_user"] = True


def _refuse_what_cannot_be_written(desired: Desired, account: Account, values: t.Mapping[str, t.Any]) -> None:
    for option in values:
        if not can_update(option, desired.api):
            raise desired.problem(
                f"{option}: the Admin XML API can set it only when an account is created, and it differs on "
                f'"{account.username}"; use api: rest to change it',
                option,
                values[option],
            )
    if desired.api == XML and "roles" in values:
        kept = [role.title for role in account.roles or () if not role.in_xml and role.title in values["roles"]]
        if kept:
            raise desired.problem(
                f"roles: the Admin XML API does not know {', '.join(sorted(kept))}, which the account "
                "has and would lose with any change of its roles; use api: rest",
                "roles",
                list(values["roles"]),
            )

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Compare the desired account with the current one. Pure: no call, no clock, no AnsibleModule."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.fields import (
    REST,
    XML,
    can_update,
)
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._plan.account_addresses import (
    plan_addresses,
    put,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account_creation import plan_creation
from ansible_collections.community.veracode.plugins.module_utils._plan.account_relations import (
    RELATIONS,
    collected,
    relations_after,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account_roles import (
    same_roles,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account_teams import (
    doubts_without_team,
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


def plan_account(desired: Desired, found: Found | None, names: Names) -> Plan[Account]:
    """Plan one account.

    :raises InputError: the entry asks for what cannot be.
    """
    try:
        return _plan_account(desired, found, names)
    except VeracodeError as error:
        raise error.about(kind=desired.kind, name=desired.label or None, location=desired.location) from None


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
        return plan_creation(desired, names)
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
    for option, desired_value in desired.values.items():
        if option not in _RULED:
            put(values, now, option, desired_value)
    warnings += _plan_title(desired, now, values)
    errors: list[VeracodeError] = []
    with collected(errors):
        _plan_saml(desired, now, values)
    with collected(errors):
        warnings += plan_addresses(desired, account, now, values)
    roles, teams = relations_after(desired, account, names, desired.values, errors)
    raise_all(errors)
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
            **{option: value for option, value in values.items() if option not in RELATIONS},
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
    desired_value = desired.values.get("is_saml_user")
    present = bool(now.get("is_saml_user"))
    if desired_value is None or desired_value == present:
        if present and desired.values.get("requires_token"):
            raise desired.problem(
                "requires_token: a SAML user cannot have Veracode's multi-factor authentication; "
                "omit requires_token or set it to false",
                "requires_token",
                True,
            )
        return
    if not desired_value:
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

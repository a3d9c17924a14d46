# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Plan the creation of an account."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
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
from ansible_collections.community.veracode.plugins.module_utils._plan.account_addresses import no_address_left
from ansible_collections.community.veracode.plugins.module_utils._plan.account_relations import (
    RELATIONS,
    collected,
    relations_after,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account_teams import doubts_without_team
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired, is_address


def plan_creation(desired: Desired, names: Names) -> Plan[Account]:
    values = dict(desired.values)
    if desired.roles_mode == "remove":
        values.pop("roles", None)
    errors: list[VeracodeError] = []
    with collected(errors):
        _complete_names(desired, values)
    faulty = {error.option for error in errors}
    missing = [
        option
        for option in ("first_name", "last_name", "email_address")
        if not values.get(option) and option not in faulty
    ]
    if values.get("is_saml_user") and not values.get("custom_id"):
        missing.append("custom_id")
    if desired.kind == API_USER and not values.get("username"):
        missing.append("username")
    if (desired.api == XML or desired.kind == USER) and not values.get("roles"):
        missing.append("roles")
    if missing:
        error = desired.problem(
            f"{missing[0]}: {desired.label} does not exist, and creating it needs {', '.join(missing)}; "
            "give what is missing, or correct the name",
            missing[0],
            is_about_something_missing=True,
        )
        errors.append(error)
    shown = set(values)
    warnings: list[str] = []
    if values.get("has_ip_restrictions") and not values.get("allowed_ip_addresses"):
        warnings.append(no_address_left(desired))
    if values.get("allowed_ip_addresses"):
        values["has_ip_restrictions"] = True
        shown.add("has_ip_restrictions")
    roles, teams = relations_after(desired, None, names, values, errors)
    raise_all(errors)
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
        {**_as_created(desired.api), **{option: value for option, value in values.items() if option not in RELATIONS}},
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
        if field.type in (FLAG, NAMES) and field.option not in RELATIONS and can_update(field.option, api)
    }


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

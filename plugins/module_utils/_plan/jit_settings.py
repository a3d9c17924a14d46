# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The defaults of just-in-time provisioning: what a task wants of them, and what differs. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, names_missing
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.ip_ranges import private_addresses
from ansible_collections.community.veracode.plugins.module_utils._model.jit_settings import (
    FLAGS,
    KIND,
    LISTS,
    TEXTS,
    JitSettings,
)
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.names import there_is_no
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    Role,
    RoleCatalog,
    impossible,
    resolve,
    target_roles,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account_teams import OWN_TEAMS_ONLY
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import (
    LONGEST_LENGTH,
    Desired,
    address_problems,
    name_problems,
    restriction_problems,
    text_problems,
)

# Documented: without these three they cannot be created.
REQUIRED = ("ip_restricted", "prefer_veracode_data", "roles")


def desired_jit(params: t.Mapping[str, t.Any]) -> tuple[Desired, list[InputError], list[str]]:
    """Read the options of a task: the desired state, its errors, and warnings."""
    values: dict[str, t.Any] = {}
    if params["state"] == "present":
        for option in (*FLAGS, *TEXTS, *LISTS):
            value = params.get(option)
            if value is not None:
                values[option] = tuple(sorted(set(value))) if option in LISTS else value if value != "" else None
    desired = Desired(KIND, params["state"], username=KIND, values=values)
    errors = list(_errors(desired))
    warnings = private_addresses(values.get("allowed_ip_addresses", ())) if not errors else []
    return desired, errors, warnings


def _errors(desired: Desired) -> t.Iterator[InputError]:
    for option in TEXTS:
        value = desired.values.get(option)
        if value is not None:
            yield from text_problems(desired, option, value)
            if len(value) > LONGEST_LENGTH:
                yield desired.problem(
                    f'{option}: "{value[:40]}…" has {len(value)} characters; shorten it to {LONGEST_LENGTH}, the most Veracode takes',
                    option,
                    value,
                )
    for option in LISTS:
        for value in desired.values.get(option, ()):
            check = text_problems if option == "allowed_ip_addresses" else name_problems
            yield from check(desired, option, value)
            if value == "":
                yield desired.problem(f'{option}: "" is not a name; remove the empty entry', option, value)
    if desired.values.get("roles") == ():
        yield desired.problem(
            "roles: the list is empty, but a new account needs at least one role; use state: absent to delete "
            "the settings",
            "roles",
            [],
        )
    for value in desired.values.get("allowed_ip_addresses", ()):
        if value:
            yield from address_problems(desired, value)
    yield from restriction_problems(desired, "ip_restricted")


def jit_names_needed(desired: Desired, current: JitSettings | None) -> tuple[bool, tuple[str, ...]]:
    """Return whether the organization's roles have to be read, and which teams have to be looked up."""
    current_roles = RoleCatalog(current.roles if current else ())
    known = current.teams if current else {}
    # What a role that the tables do not know includes, only the catalog tells.
    return (
        any(
            (role := current_roles.find(name)) is None or not role.is_known for name in desired.values.get("roles", ())
        ),
        tuple(name for name in desired.values.get("teams", ()) if name not in known),
    )


def jit_roles_used(desired: Desired, current: JitSettings | None) -> list[str]:
    """Return the names of the roles of which it matters what they include."""
    return [*desired.values.get("roles", ()), *(role.key for role in (current.roles if current else ()))]


def plan_jit(desired: Desired, current: JitSettings | None, names: Names) -> Plan[JitSettings]:
    """Plan the settings.

    :raises InputError: the task asks for what cannot be.
    """
    if desired.state == "absent":
        if current is None:
            return Plan(None, None)
        return Plan(Change("delete", KIND, KIND, (), {}, current, None), None)
    desired_values = dict(desired.values)
    addresses = desired_values.get("allowed_ip_addresses")
    if addresses is not None:
        desired_values["ip_restricted"] = bool(addresses)
    elif desired_values.get("ip_restricted") is False:
        desired_values["allowed_ip_addresses"] = ()
    missing = [option for option in REQUIRED if option not in desired_values]
    if current is None and missing:
        raise desired.problem(
            f"{missing[0]}: there are no just-in-time settings yet, and creating them needs {', '.join(missing)}; "
            "give what is missing",
            missing[0],
        )
    roles = _roles(desired, current, names) if "roles" in desired_values else current.roles if current else ()
    teams = _teams(desired, current, names) if "teams" in desired_values else current.teams if current else {}
    plain = {option: value for option, value in desired_values.items() if option not in ("roles", "teams")}
    now = current.values if current else {**dict.fromkeys(FLAGS, False), **dict.fromkeys(TEXTS)}
    after = JitSettings(
        current.settings_id if current else None, {"allowed_ip_addresses": (), **now, **plain}, roles, teams
    )
    shown = after.values_and_lists
    if current is None:
        fields = tuple(sorted(option for option in desired_values if shown[option] not in (None, ())))
        return Plan(Change("create", KIND, KIND, fields, desired_values, None, after), after)
    before = current.values_and_lists
    fields = tuple(sorted(option for option in desired_values if shown[option] != before.get(option)))
    if not fields:
        return Plan(None, current)
    return Plan(Change("update", KIND, KIND, fields, desired_values, current, after), after, _warnings(after, fields))


def _warnings(after: JitSettings, fields: t.Collection[str]) -> tuple[str, ...]:
    if "ip_restricted" in fields and after.values["ip_restricted"] and not after.values["allowed_ip_addresses"]:
        return ("ip_restricted: there are no allowed_ip_addresses, so new accounts cannot log in",)
    return ()


def _roles(desired: Desired, current: JitSettings | None, names: Names) -> tuple[Role, ...]:
    catalog = names.roles or RoleCatalog(current.roles if current else ())
    current_roles = tuple(catalog.find(role.key) or role for role in (current.roles if current else ()))
    desired_values = desired.values["roles"]
    named, wrong = resolve(desired_values, catalog, USER)
    if wrong:
        raise desired.problem(
            f"roles: {'; '.join(wrong)}", "roles", list(desired_values), is_about_something_missing=names_missing(wrong)
        )
    after = target_roles(current_roles, named, "exact", USER)
    reason = impossible(after) if after != set(current_roles) else None
    if reason:
        raise desired.problem(f"roles: {reason}", "roles", sorted(role.title for role in after))
    return tuple(sorted(after, key=lambda role: role.title))


def _teams(desired: Desired, current: JitSettings | None, names: Names) -> dict[str, str | None]:
    known = {**names.teams, **(current.teams if current else {})}
    desired_values = desired.values["teams"]
    unknown = [name for name in desired_values if name not in known]
    if unknown:
        sentences = [there_is_no("team", name, (*names.all_teams, *known)) for name in unknown]
        sentences.append(OWN_TEAMS_ONLY)
        raise desired.problem(f"teams: {'; '.join(sentences)}", "teams", unknown, is_about_something_missing=True)
    return {name: known[name] for name in desired_values}

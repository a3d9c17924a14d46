# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of the modules for teams, business units and roles."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from ansible_collections.community.veracode.plugins.module_utils._api.rest.objects import ObjectClient, ObjectListing
from ansible_collections.community.veracode.plugins.module_utils._apply.kinds import NamedObjects
from ansible_collections.community.veracode.plugins.module_utils._apply.object import apply_plan
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import (
    BusinessUnit,
    report_business_unit,
)
from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import CustomRole, report_role
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known
from ansible_collections.community.veracode.plugins.module_utils._model.named import N
from ansible_collections.community.veracode.plugins.module_utils._model.names import check_names, there_is_no
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, report_team
from ansible_collections.community.veracode.plugins.module_utils._plan.business_unit import plan_business_unit
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import (
    DesiredObject,
    desired_business_unit,
    desired_role,
    desired_team,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.find_object import find_structure, lists_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.last_team import (
    leaving,
    refuse_last_team,
    refuse_last_team_with_unit,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.object_needs import needed
from ansible_collections.community.veracode.plugins.module_utils._plan.role import RolesByName, plan_role
from ansible_collections.community.veracode.plugins.module_utils._plan.team import plan_team
from ansible_collections.community.veracode.plugins.module_utils._read.structure import StructureReader
from ansible_collections.community.veracode.plugins.module_utils._session import Session

# Details wait for the network nearly all the time; the rate limit holds for all of them together.
READERS = 8

Result = dict[str, t.Any]


@dataclass(frozen=True)
class _Kind(t.Generic[N]):
    """How one kind of object is read, planned and reported."""

    desired: t.Callable[[t.Mapping[str, t.Any]], tuple[DesiredObject, list[InputError]]]
    client: t.Callable[[StructureReader], ObjectClient[N]]
    plan: t.Callable[[DesiredObject, N | None, Known], Plan[N]]
    report: t.Callable[[N], Result]
    result: str
    #: What only this kind has to be checked for before anything is written.
    check: t.Callable[[Session, StructureReader, Plan[N]], None] = lambda _session, _structure, _plan: None


def _check_last_team(session: Session, structure: StructureReader, plan: Plan[Team]) -> None:
    """Refuse to take the last team from API users unless the task allows it.

    :raises GuardError: it would.
    """
    users = leaving(plan.change)
    if not users or session.params.get("allow_unrestricted_api_users") or plan.change is None:
        return

    accounts = structure.accounts_in(users)
    error = refuse_last_team(plan.change, accounts)
    if error is not None:
        raise error


def _check_teams_of_unit(_session: Session, structure: StructureReader, plan: Plan[BusinessUnit]) -> None:
    """Refuse to delete a business unit whose teams are all that API users have.

    :raises GuardError: they are.
    """
    change = plan.change
    if change is None or change.action != "delete" or change.before is None or not change.before.teams:
        return
    accounts = structure.accounts_in(structure.users_of(change.before.teams))
    error = refuse_last_team_with_unit(change, change.before.teams, accounts)
    if error is not None:
        raise error


_TEAM: _Kind[Team] = _Kind(
    desired_team, lambda all_of_it: all_of_it.teams, plan_team, report_team, "team", _check_last_team
)
_UNIT: _Kind[BusinessUnit] = _Kind(
    desired_business_unit,
    lambda all_of_it: all_of_it.business_units,
    plan_business_unit,
    report_business_unit,
    "business_unit",
    _check_teams_of_unit,
)
_ROLE: _Kind[CustomRole] = _Kind(desired_role, lambda all_of_it: all_of_it.roles, plan_role, report_role, "role")


def manage_team(session: Session) -> Result:
    """Do the work of `veracode_team`."""
    return _manage(session, _TEAM)


def manage_business_unit(session: Session) -> Result:
    """Do the work of `veracode_business_unit`."""
    return _manage(session, _UNIT)


def manage_role(session: Session) -> Result:
    """Do the work of `veracode_role`."""
    return _manage(session, _ROLE)


def _manage(session: Session, kind: _Kind[N]) -> Result:
    entry: DesiredObject
    entry, errors = kind.desired(session.params)
    raise_all(errors)
    structure = StructureReader(session.rest())
    client = kind.client(structure)
    existing = client.named((entry.name, *entry.previously))
    current: N | None = find_structure(entry, existing)
    if current is not None:
        current = client.reading(current, lists_needed(entry))
    known = replace(structure.known(needed(entry, current)), roles=_roles_included(structure, entry, existing))
    roles = RolesByName(known.roles)
    if isinstance(current, CustomRole):
        current = t.cast("N", roles.identified(current))
    plan = kind.plan(entry, current, known)
    kind.check(session, structure, plan)
    entity = apply_plan(plan, NamedObjects(client), session.progress, check_mode=session.check_mode)
    result = kind.report(entity) if entity is not None else None
    if isinstance(entity, CustomRole):
        result = report_role(entity, roles.included_in(entity))
    return {kind.result: result, "diff": plan.diff}


def _roles_included(
    structure: StructureReader, entry: DesiredObject, existing: t.Iterable[t.Any]
) -> tuple[CustomRole, ...]:
    """Return all roles, those that an entry names as included with the roles that they include in turn.

    A listing may omit what a role includes; then it is read on its own, as far as the entry needs it.
    """
    roles = [each for each in existing if isinstance(each, CustomRole)]
    by_name = RolesByName(roles)
    open_ = [role for name in entry.values.get("child_roles", ()) if (role := by_name.by_name.get(name)) is not None]
    whole: dict[str, CustomRole] = {}
    while open_:
        role = open_.pop()
        if role.key in whole:
            continue
        if role.child_roles is None and role.is_custom:
            role = structure.roles.details(role) or role
        whole[role.key] = role
        open_ += [found for child in role.child_roles or () if (found := by_name.find(child)) is not None]
    return tuple(whole.get(role.key, role) for role in roles)


def list_teams(session: Session) -> Result:
    """Do the work of `veracode_team_info`."""
    raise_all(check_names(session.params, ("name", "business_unit")))
    name, unit = session.params["name"], session.params["business_unit"]
    structure = StructureReader(session.rest())
    listing = structure.teams.listing(name)
    teams = [team for team in listing.items if name is None or team.name == name]
    if unit is not None:
        inside = structure.teams_of(unit)
        if inside is None:
            units = [each.name for each in structure.business_units.listing().items]
            raise InputError(
                f"business_unit: {there_is_no('business unit', unit, units)}",
                option="business_unit",
                value=unit,
            )
        teams = [team for team in teams if team.team_id in inside]
    if session.params["detailed"] or name is not None:
        teams = _details(structure.teams, teams, ("members",), whole=True)
    return _listed(session, "teams", [report_team(team) for team in teams], listing)


def list_business_units(session: Session) -> Result:
    """Do the work of `veracode_business_unit_info`."""
    raise_all(check_names(session.params, ("name",)))
    name = session.params["name"]
    client = StructureReader(session.rest()).business_units
    listing = client.listing()
    units = [unit for unit in client.with_default(listing.items) if name is None or unit.name == name]
    if session.params["detailed"] or name is not None:
        units = _details(client, units, ("teams",))
    return _listed(session, "business_units", [report_business_unit(unit) for unit in units], listing)


def list_roles(session: Session) -> Result:
    """Do the work of `veracode_role_info`."""
    raise_all(check_names(session.params, ("name",)))
    params = session.params
    name = params["name"]
    client = StructureReader(session.rest()).roles
    listing = client.listing()
    roles = [
        role
        for role in listing.items
        if (name is None or name in (role.name, role.role_name))
        and (params["is_api"] is None or role.flags.get("is_api", False) == params["is_api"])
        and (params["is_custom"] is None or role.is_custom == params["is_custom"])
    ]
    if params["detailed"] or name is not None:
        # A listing that carries what some roles include leaves it out of those that include none.
        lacking = () if any(role.child_roles is not None for role in listing.items) else ("child_roles",)
        roles = _details(client, roles, ("permissions", "ignore_team_restrictions", *lacking))
    by_name = RolesByName((*roles, *listing.items))
    return _listed(
        session, "roles", [report_role(by_name.identified(role), by_name.included_in(role)) for role in roles], listing
    )


def _details(client: ObjectClient[N], items: list[N], need: t.Collection[str], *, whole: bool = False) -> list[N]:
    """Return the objects read on their own; one that is gone meanwhile is omitted.

    :param need: options that tell whether a listing carries everything.
    :param whole: a listing never does.
    """

    def read(item: N) -> N | None:
        fresh = client.details(item) if whole else item
        return client.reading(fresh, need) if fresh is not None else None

    with ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="veracode-read") as pool:
        return [item for item in pool.map(read, items) if item is not None]


def _listed(session: Session, key: str, items: list[Result], listing: ObjectListing[N]) -> Result:
    if not listing.complete:
        session.progress.warnings.append(
            f"The listing of {key.replace('_', ' ')} does not match the server's total, even when read again, "
            "so some may be missing"
        )
    return {key: items, "count": len(items), "complete": listing.complete}

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What teams and business units need, after what the accounts' own changes do to them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known, KnownUser
from ansible_collections.community.veracode.plugins.module_utils._model.names import username_key
from ansible_collections.community.veracode.plugins.module_utils._model.role import TEAM_ADMIN, has_role
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._plan.business_unit import plan_business_unit
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.match import (
    StructureEntry,
    StructureMatches,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.phases import Phase, Step
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.relations import (
    AccountSide,
    Keys,
    account_side,
    relations_of,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.team import plan_team


@dataclass(frozen=True)
class NamesAfter:
    """The names of teams or business units as a run leaves them.

    :param there: with their GUIDs.
    :param renamed: new names by the old ones.
    :param leaving: of what is deleted.
    """

    there: dict[str, str | None]
    renamed: dict[str, str]
    leaving: set[str]


def names_after(
    existing: t.Sequence[Team | BusinessUnit], entries: t.Sequence[StructureEntry], removed: t.Collection[str]
) -> NamesAfter:
    """Return the names there will be.

    :param removed: names of what no entry claims and an exclusive list removes.
    """
    leaving = {entry.current.name for entry in entries if entry.desired.state == "absent" and entry.current is not None}
    leaving |= set(removed)
    after: dict[str, str | None] = {each.name: each.handle for each in existing if each.name not in leaving}
    renamed: dict[str, str] = {}
    for entry in entries:
        if entry.desired.state == "absent":
            continue
        if entry.current is None:
            after[entry.desired.name] = None
        elif entry.current.name != entry.desired.name:
            renamed[entry.current.name] = entry.desired.name
            # Two entries may mean the same object, which is reported as an error.
            after[entry.desired.name] = after.pop(entry.current.name, None)
    return NamesAfter(after, renamed, leaving)


def rename_units(entries: list[StructureEntry], renamed: t.Mapping[str, str]) -> None:
    """Let the business units of teams have the names that they get in this run."""
    for number, entry in enumerate(entries):
        if entry.current is not None and entry.current.business_unit in renamed:
            unit = renamed[entry.current.business_unit]
            entries[number] = replace(entry, current=replace(entry.current, business_unit=unit))


def rename_unit_teams(entries: list[StructureEntry], renamed: t.Mapping[str, str]) -> None:
    """Let the teams of business units have the names that they get in this run."""
    for number, entry in enumerate(entries):
        if entry.current is not None and entry.current.teams:
            teams = {renamed.get(name, name): handle for name, handle in entry.current.teams.items()}
            entries[number] = replace(entry, current=replace(entry.current, teams=teams))


def rename_teams(inventory: Inventory, renamed: t.Mapping[str, str]) -> None:
    """Let the accounts' teams have the names that teams get in this run."""
    if not renamed:
        return
    for account in inventory.accounts:
        if account.teams and any(team.name in renamed for team in account.teams):
            teams = tuple(replace(team, name=renamed.get(team.name, team.name)) for team in account.teams)
            inventory.put(replace(account, teams=teams))


def use_kept_usernames(entries: list[StructureEntry], kept: t.Mapping[str, str]) -> None:
    """Let the entries of teams mean those accounts whose username the server keeps, although their entry gives another.

    :param kept: usernames by the key of the name that the entry of the account gives.
    """
    if not kept:
        return
    for number, entry in enumerate(entries):
        lists = {option: names for option, names in entry.desired.values.items() if option in ("members", "managers")}
        values = {
            option: tuple(sorted({kept.get(username_key(name), name) for name in names}))
            for option, names in lists.items()
        }
        entries[number] = replace(entry, desired=replace(entry.desired, values={**entry.desired.values, **values}))


def renamed_teams(entries: t.Sequence[StructureEntry]) -> list[Team]:
    """Return the teams that are there and have an entry, under the names that they get in this run."""
    return [
        replace(entry.current, name=entry.desired.name) if entry.desired.state == "present" else entry.current
        for entry in entries
        if entry.current is not None
    ]


def known_users(inventory: Inventory, plans: t.Sequence[Plan[t.Any]]) -> dict[str, KnownUser]:
    """Return who can be put into a team once the accounts are as planned."""
    users: dict[str, KnownUser] = {}
    gone: set[str] = set()
    for account in inventory.by_handle.values():
        users[account.username] = _known_user(account)
    for plan in plans:
        if plan.change is not None and plan.change.before is not None:
            gone.add(plan.change.before.username)
    there = [plan.entity for plan in plans if plan.entity is not None]
    users = {name: user for name, user in users.items() if name not in gone}
    return {**users, **{account.username: _known_user(account) for account in there}}


def leaving(plans: t.Sequence[Plan[t.Any]]) -> frozenset[str]:
    """Return the casefolded usernames of the accounts that are deleted."""
    return frozenset(
        plan.change.before.username.casefold()
        for plan in plans
        if plan.change is not None and plan.change.before is not None and plan.entity is None
    )


def _known_user(account: Account) -> KnownUser:
    admin = None if account.roles is None else has_role(account.roles, TEAM_ADMIN)
    return KnownUser(account.username, account.handle, admin)


@dataclass
class StructurePlans:
    """What teams and business units need.

    :param steps: their plans.
    :param errors: what is wrong with their entries.
    """

    steps: list[Step] = field(default_factory=list)
    errors: list[VeracodeError] = field(default_factory=list)

    def add(self, phase: Phase, entry: StructureEntry, plan: Plan[t.Any]) -> None:
        """Note the plan of an entry."""
        self.steps.append(Step(phase, plan, entry.desired.location))


def plan_structure(matches: StructureMatches, known: Known, accounts: t.Sequence[Plan[t.Any]]) -> StructurePlans:
    """Plan business units and teams.

    :param known: names as they will be: planned teams, business units and accounts included.
    :param accounts: the plans of the accounts, whose memberships are written first.
    """
    plans = StructurePlans()
    side = account_side(accounts)
    units = _Units(matches, known)
    for entry in matches.units:
        try:
            units.plan(entry, plans)
        except VeracodeError as error:
            plans.errors += error.all
    for entry in matches.teams:
        try:
            _plan_team(plans, entry, known, units.moved, side)
        except VeracodeError as error:
            plans.errors += error.all
    return plans


class _Units:
    """Plans the business units.

    :param known: names as they will be.
    """

    def __init__(self, matches: StructureMatches, known: Known) -> None:
        self._known = known
        self._new_teams = [entry.desired for entry in matches.teams if entry.current is None]
        self._unit_of_team = _unit_of_team(matches, known)
        # The business unit to which another entry than its own moves a team.
        self.moved: dict[str, str] = {}

    def plan(self, entry: StructureEntry, plans: StructurePlans) -> None:
        """Plan one business unit, its teams apart: those of this run join it once they exist."""
        desired, current = entry.desired, entry.current
        if entry.name_only and current is not None:
            plans.add(Phase.UNITS, entry, Plan(None, current))
            return
        if desired.state == "absent":
            plans.add(Phase.REMOVED_UNITS, entry, plan_business_unit(desired, current, self._known))
            return
        named = {option: value for option, value in desired.values.items() if option != "teams"}
        first = plan_business_unit(replace(desired, values=named), current, self._known)
        if first.change is not None or "teams" not in desired.values:
            plans.add(Phase.UNITS, entry, first)
        if "teams" in desired.values:
            self._plan_teams(entry, first, plans)

    def _plan_teams(self, entry: StructureEntry, first: Plan[t.Any], plans: StructurePlans) -> None:
        desired = entry.desired
        current = first.entity if isinstance(first.entity, BusinessUnit) else entry.current
        present = dict(current.teams or {})
        current = replace(current, teams=self._left_to(desired.name, desired.mode, present))
        second = plan_business_unit(replace(desired, previously=()), current, self._known)
        if second.change is not None or first.change is None:
            # What leaves the default business unit leaves it by joining another.
            plans.add(Phase.LEAVING_MEMBERS if current.is_default else Phase.UNIT_TEAMS, entry, second)
        if isinstance(second.entity, BusinessUnit) and second.change is not None:
            relations = relations_of(second.change, Keys(()))
            self.moved.update(dict.fromkeys(relations.to_add, desired.name))
            if self._known.default_business_unit is not None:
                for name in present.keys() - relations.desired.keys():
                    self.moved.setdefault(name, self._known.default_business_unit)

    def _left_to(self, unit: str, mode: str, present: t.Mapping[str, str | None]) -> dict[str, str | None]:
        """Return the teams of a business unit as other entries leave them to its own.

        Teams are written as a whole list, so one that another entry takes is not in it, and cannot be taken back. Those
        that are created join with their creation, if their entry says so.
        """
        stay = {unit, None} if mode == "add" else {unit}
        teams = {name: handle for name, handle in present.items() if self._unit_of_team.get(name, unit) in stay}
        created = [team.name for team in self._new_teams if team.values.get("business_unit") == unit]
        return {**teams, **dict.fromkeys(created)}


def teams_left_in(unit: BusinessUnit, matches: StructureMatches, known: Known) -> dict[str, str | None]:
    """Return the teams that are still in a business unit when it is deleted, with their GUIDs."""
    units = _unit_of_team(matches, known)
    return {
        name: handle
        for name, handle in (unit.teams or {}).items()
        if handle is not None and units.get(name, unit.name) == unit.name
    }


def _unit_of_team(matches: StructureMatches, known: Known) -> dict[str, str | None]:
    """Return the business unit that an entry names for a team, `None` for a team that this run deletes."""
    units: dict[str, str | None] = dict.fromkeys(known.leaving_teams)
    for unit in matches.units:
        if unit.desired.mode != "remove":
            units.update(dict.fromkeys(unit.desired.values.get("teams", ()), unit.desired.name))
    for team in matches.teams:
        named = team.desired.values.get("business_unit")
        if named is not None:
            units[team.desired.name] = named or known.default_business_unit
    return units


def _plan_team(
    plans: StructurePlans, entry: StructureEntry, known: Known, moved: t.Mapping[str, str], side: AccountSide
) -> None:
    desired = entry.desired
    if entry.name_only and entry.current is not None:
        plans.add(Phase.TEAMS, entry, Plan(None, entry.current))
        return
    if desired.state == "absent":
        plans.add(Phase.REMOVED_TEAMS, entry, plan_team(desired, entry.current, known))
        return
    team = _named_first(plans, entry, known)
    if team is None:
        return
    team = side.left_to(replace(team, business_unit=moved.get(team.name, team.business_unit)))
    plan = plan_team(desired, team, known)
    if plan.change is not None or (entry.current is not None and entry.current.name == desired.name):
        plans.add(Phase.MEMBERS, entry, plan)


def _named_first(plans: StructurePlans, entry: StructureEntry, known: Known) -> Team | None:
    """Create or rename a team before anything refers to it.

    :returns: the team as it is then, `None` if nothing else is to be done.
    """
    desired = entry.desired
    current: Team | None = entry.current
    if current is None:
        plan_team(desired, None, known)  # for all that is wrong with it
        # It is created empty, so that accounts of this run can join it.
        named = {option: value for option, value in desired.values.items() if option == "business_unit"}
        first = plan_team(replace(desired, values=named), None, known)
        plans.add(Phase.TEAMS, entry, first)
        has_members = bool({"members", "managers"} & set(desired.values))
        return replace(first.entity, users=()) if has_members and isinstance(first.entity, Team) else None
    if current.name == desired.name:
        return current
    first = plan_team(replace(desired, values={}), current, known)
    plans.add(Phase.TEAMS, entry, first)
    return replace(current, name=desired.name) if desired.values else None

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One plan for a whole organization, in the order in which it has to be carried out. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._accounts import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._organization import Options, Organization
from ansible_collections.community.veracode.plugins.module_utils._organization_accounts import (
    DELETE,
    AccountPlans,
    Match,
    is_removal,
)
from ansible_collections.community.veracode.plugins.module_utils._plan import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._plan_structure import (
    Known,
    KnownUser,
    find_structure,
    plan_business_unit,
    plan_team,
)
from ansible_collections.community.veracode.plugins.module_utils._roles import TEAM_ADMIN
from ansible_collections.community.veracode.plugins.module_utils._structure import (
    BUSINESS_UNIT,
    TEAM,
    BusinessUnit,
    DesiredObject,
    Team,
    TeamUser,
    desired_business_unit,
    desired_team,
)

# What has to be there before what: a business unit before its teams, a team before its members, an account before it
# manages a team, and removals last. Within a phase the order does not matter.
UNITS, TEAMS, UNIT_TEAMS, ACCOUNTS, MEMBERS, REMOVED_ACCOUNTS, REMOVED_TEAMS, REMOVED_UNITS = range(8)


@dataclass(frozen=True)
class Step:
    """One plan and when it is carried out."""

    phase: int
    plan: Plan
    place: str | None = None


@dataclass(frozen=True)
class StructureEntry:
    """One entry of C(teams) or C(business_units), and the object it means."""

    desired: DesiredObject
    current: t.Any = None
    name_only: bool = False


@dataclass
class StructurePlans:
    """What teams and business units need.

    :param steps: their plans.
    :param reported: names by kind of what only C(absent_action) keeps.
    """

    teams: list[StructureEntry] = field(default_factory=list)
    units: list[StructureEntry] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    reported: list[tuple[str, str]] = field(default_factory=list)
    problems: list[VeracodeError] = field(default_factory=list)


def match_structure(
    organization: Organization,
    teams: t.Sequence[Team],
    units: t.Sequence[BusinessUnit],
    exclusive: t.Collection[str],
) -> StructurePlans:
    """Find the team and the business unit of every entry."""
    result = StructurePlans()
    for number, options in enumerate(organization.business_units):
        desired, problems = desired_business_unit(options, place=f"business_units[{number}]")
        result.problems += problems
        if not problems:
            _match(desired, options, units, "business_units" in exclusive, result.units, result.problems)
    for number, options in enumerate(organization.teams):
        desired, problems = desired_team(options, place=f"teams[{number}]")
        result.problems += problems
        if not problems:
            _match(desired, options, teams, "teams" in exclusive, result.teams, result.problems)
    return result


def _match(
    desired: DesiredObject,
    options: Options,
    existing: t.Sequence[t.Any],
    exclusive: bool,
    entries: list[StructureEntry],
    problems: list[VeracodeError],
) -> None:
    try:
        current = find_structure(desired, existing)
    except VeracodeError as error:
        problems.append(error)
        return
    name_only = len(options) == 1
    if name_only and current is None and exclusive:
        # Elsewhere a name is all it takes to create one; in an exclusive list it may be a slip of what is to be kept.
        problems.append(
            desired.problem(
                f'name: there is no {desired.kind.replace("_", " ")} "{desired.name}", and in an exclusive list an '
                "entry with only a name keeps what is there; correct the name, or add state: present to create it",
                "name",
                desired.name,
            )
        )
    entries.append(StructureEntry(desired, current, name_only))


def team_names_after(teams: t.Sequence[Team], plans: StructurePlans) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return the teams there will be, by name with their GUID, and the new names of those that are renamed."""
    after: dict[str, str | None] = {team.name: team.team_id for team in teams}
    renamed: dict[str, str] = {}
    for entry in plans.teams:
        if entry.desired.state == "absent":
            after.pop(entry.desired.name, None)
        elif entry.current is None:
            after[entry.desired.name] = None
        elif entry.current.name != entry.desired.name:
            renamed[entry.current.name] = entry.desired.name
            after[entry.desired.name] = after.pop(entry.current.name)
    return after, renamed


def with_memberships(matches: t.Sequence[Match], plans: StructurePlans) -> list[Match]:
    """Give accounts that are to be created the teams that C(teams) puts them into.

    Most roles need a team from the start, so these relations are written with the account and not with the team.
    """
    member: dict[str, set[str]] = {}
    manager: dict[str, set[str]] = {}
    for entry in plans.teams:
        if entry.desired.state == "absent" or entry.desired.mode == "remove":
            continue
        for relation, option in ((member, "members"), (manager, "managers")):
            for name in entry.desired.values.get(option, ()):
                relation.setdefault(name.casefold(), set()).add(entry.desired.name)
    result = []
    for match in matches:
        desired = match.entry.desired
        names = {str(name).casefold() for name in (desired.username, desired.email_address) if name}
        teams = set().union(*(member.get(name, set()) | manager.get(name, set()) for name in names))
        managed = set().union(*(manager.get(name, set()) for name in names))
        if match.found is None and desired.state == "present" and not match.entry.name_only and teams:
            values = dict(desired.values)
            values["teams"] = tuple(sorted({*values.get("teams", ()), *teams}))
            if managed:
                values["managed_teams"] = tuple(sorted({*values.get("managed_teams", ()), *managed}))
            match = replace(match, entry=replace(match.entry, desired=replace(desired, values=values)))
        result.append(match)
    return result


def known_users(inventory: Inventory, plans: t.Sequence[Plan]) -> dict[str, KnownUser]:
    """Return who can be put into a team once the accounts are as planned."""
    users: dict[str, KnownUser] = {}
    gone: set[str] = set()
    for account in inventory.by_handle.values():
        users[account.username.casefold()] = _known_user(account)
    for plan in plans:
        change = plan.change
        if change is not None and change.account_before is not None:
            name = change.account_before.username.casefold()
            if change.action == DELETE or (plan.account is not None and plan.account.username.casefold() != name):
                gone.add(name)
        if plan.account is not None:
            users[plan.account.username.casefold()] = _known_user(plan.account)
    return {name: user for name, user in users.items() if name not in gone or name in _names(plans)}


def _names(plans: t.Sequence[Plan]) -> set[str]:
    return {plan.account.username.casefold() for plan in plans if plan.account is not None}


def _known_user(account: Account) -> KnownUser:
    admin = None if account.roles is None else TEAM_ADMIN in account.roles
    return KnownUser(account.username, account.handle, admin)


def plan_structure(
    plans: StructurePlans,
    known: Known,
    accounts: t.Sequence[Plan],
) -> None:
    """Plan business units and teams, after what the plans of the accounts do to memberships.

    :param known: names as they will be: planned teams, business units and accounts included.
    """
    moved: dict[str, str] = {}
    joins = _joins(accounts)
    for entry in plans.units:
        try:
            _plan_unit(plans, entry, known, moved)
        except VeracodeError as error:
            plans.problems.append(error)
    for entry in plans.teams:
        try:
            _plan_team(plans, entry, known, moved, joins)
        except VeracodeError as error:
            plans.problems.append(error)


def _plan_unit(plans: StructurePlans, entry: StructureEntry, known: Known, moved: dict[str, str]) -> None:
    if entry.name_only and entry.current is not None:
        plans.steps.append(Step(UNITS, Plan(None, entry.current), entry.desired.place))
        return
    desired = entry.desired
    if desired.state == "absent":
        plans.steps.append(Step(REMOVED_UNITS, plan_business_unit(desired, entry.current, known), desired.place))
        return
    named = {option: value for option, value in desired.values.items() if option != "teams"}
    first = plan_business_unit(replace(desired, values=named), entry.current, known)
    plans.steps.append(Step(UNITS, first, desired.place))
    if "teams" not in desired.values:
        return
    # Teams of this run join once they exist; those that are created join with their creation, if their entry says so.
    current = first.entity if isinstance(first.entity, BusinessUnit) else entry.current
    held = dict((current.teams or {}) if current is not None else {})
    for other in plans.teams:
        if other.current is None and other.desired.values.get("business_unit") == desired.name:
            held[other.desired.name] = None
    current = replace(current, teams=held)
    second = plan_business_unit(replace(desired, previously=()), current, known)
    if second.change is not None:
        plans.steps.append(Step(UNIT_TEAMS, second, desired.place))
        after = t.cast(BusinessUnit, second.entity)
        for name in after.teams or {}:
            if name not in held:
                moved[name] = desired.name
        for name in held:
            if name not in (after.teams or {}) and known.default_business_unit is not None:
                moved[name] = known.default_business_unit


@dataclass
class _Joins:
    """What the plans of the accounts do to one team."""

    renamed: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    memberships: dict[str, dict[str, TeamUser]] = field(default_factory=dict)
    left: dict[str, set[str]] = field(default_factory=dict)


def _joins(accounts: t.Sequence[Plan]) -> _Joins:
    joins = _Joins()
    for plan in accounts:
        change = plan.change
        if change is None:
            continue
        before, after = change.account_before, change.account_after
        key = before.username.casefold() if before is not None else change.name.casefold()
        if after is None:
            joins.gone.add(key)
            continue
        if before is not None and before.username.casefold() != after.username.casefold():
            joins.renamed[key] = after.username
        if "teams" not in change.values and "managed_teams" not in change.values:
            continue
        held = {team.name for team in (before.teams or ())} if before is not None else set()
        for team in after.teams or ():
            user = TeamUser(after.username, bool(team.manages), after.handle)
            joins.memberships.setdefault(team.name, {})[key] = user
        for name in held - {team.name for team in after.teams or ()}:
            joins.left.setdefault(name, set()).add(key)
    return joins


def _plan_team(
    plans: StructurePlans, entry: StructureEntry, known: Known, moved: dict[str, str], joins: _Joins
) -> None:
    desired = entry.desired
    if entry.name_only and entry.current is not None:
        plans.steps.append(Step(TEAMS, Plan(None, entry.current), desired.place))
        return
    if desired.state == "absent":
        plans.steps.append(Step(REMOVED_TEAMS, plan_team(desired, entry.current, known), desired.place))
        return
    current: Team | None = entry.current
    if current is None:
        plan_team(desired, None, known)  # for all that is wrong with it
        # It is created empty, so that accounts of this run can join it.
        named = {option: value for option, value in desired.values.items() if option == "business_unit"}
        first = plan_team(replace(desired, values=named), None, known)
        plans.steps.append(Step(TEAMS, first, desired.place))
        current = replace(t.cast(Team, first.entity), users=())
        if not {"members", "managers"} & set(desired.values):
            return
    elif current.name != desired.name:
        # It is renamed before accounts of this run refer to it by its new name.
        first = plan_team(replace(desired, values={}), current, known)
        plans.steps.append(Step(TEAMS, first, desired.place))
        current = replace(current, name=desired.name)
        if not desired.values:
            return
    current = _as_it_will_be(current, moved, joins)
    plan = plan_team(desired, current, known)
    if plan.change is not None or (entry.current is not None and entry.current.name == desired.name):
        plans.steps.append(Step(MEMBERS, plan, desired.place))


def _as_it_will_be(team: Team, moved: t.Mapping[str, str], joins: _Joins) -> Team:
    if team.name in moved:
        team = replace(team, business_unit=moved[team.name])
    if team.users is None:
        return team
    users: dict[str, TeamUser] = {}
    for user in team.users:
        key = user.username.casefold()
        if key in joins.gone or key in joins.left.get(team.name, ()):
            continue
        users[key] = replace(user, username=joins.renamed.get(key, user.username))
    users.update(joins.memberships.get(team.name, {}))
    return replace(team, users=tuple(sorted(users.values(), key=lambda user: user.username)))


def plan_exclusive_structure(
    plans: StructurePlans,
    teams: t.Sequence[Team],
    units: t.Sequence[BusinessUnit],
    exclusive: t.Collection[str],
    action: str,
) -> None:
    """Plan the removal of every team and business unit that no entry claims; these go only with C(delete)."""
    lists: list[tuple[str, t.Sequence[Team | BusinessUnit], list[StructureEntry], int]] = [
        (TEAM, teams, plans.teams, REMOVED_TEAMS),
        (BUSINESS_UNIT, units, plans.units, REMOVED_UNITS),
    ]
    for kind, existing, entries, phase in lists:
        if f"{kind}s" not in exclusive:
            continue
        claimed = {entry.current.handle for entry in entries if entry.current is not None}
        for each in sorted(existing, key=lambda each: each.name):
            if each.handle in claimed or (isinstance(each, BusinessUnit) and each.is_default):
                continue
            if action != DELETE:
                plans.reported.append((kind, each.name))
                continue
            plans.steps.append(Step(phase, Plan(Change("delete", kind, each.name, (), {}, each, None), None)))


def account_steps(accounts: AccountPlans) -> list[Step]:
    """Return the steps of the accounts: changes first, removals last."""
    return [
        Step(REMOVED_ACCOUNTS if is_removal(plan) else ACCOUNTS, plan, plan.change.place if plan.change else None)
        for plan in accounts.plans
    ]


def removals(steps: t.Sequence[Step]) -> list[Change]:
    """Return every change that takes an object away."""
    return [
        step.plan.change
        for step in steps
        if step.plan.change is not None and step.plan.change.action in ("delete", "disable")
    ]


def merge_entries(entries: t.Iterable[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Make one entry of what was done to one object in several calls: created, and then given its members."""
    merged: dict[tuple[str, str], dict[str, t.Any]] = {}
    result: list[dict[str, t.Any]] = []
    for entry in entries:
        key = (entry["kind"], entry["name"])
        first = merged.get(key)
        if first is None or entry["kind"] == "api_credentials":
            merged[key] = dict(entry)
            result.append(merged[key])
        else:
            first["fields"] = sorted({*first["fields"], *entry["fields"]})
    return result


def merge_diffs(changes: t.Iterable[Change]) -> dict[str, dict[str, dict[str, dict[str, t.Any]]]]:
    """Return C(before) and C(after) of all changes: kind, then name, then options."""
    diff: dict[str, dict[str, dict[str, dict[str, t.Any]]]] = {"before": {}, "after": {}}
    for change in changes:
        one = change.diff
        before = diff["before"].setdefault(change.kind, {})
        after = diff["after"].setdefault(change.kind, {})
        created = change.name in before and not before[change.name]
        before.setdefault(change.name, {}).update({} if created else one["before"])
        after.setdefault(change.name, {}).update(one["after"])
    return {
        side: {kind: dict(sorted(names.items())) for kind, names in sorted(kinds.items())}
        for side, kinds in diff.items()
    }


def memberships(teams: t.Iterable[Team]) -> dict[str, list[Membership]]:
    """Return the teams of each account by its handle, from who is in each team."""
    result: dict[str, list[Membership]] = {}
    for team in teams:
        for user in team.users or ():
            result.setdefault(str(user.user_id), []).append(Membership(team.name, user.manages, team.team_id))
    return result

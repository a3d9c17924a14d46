# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One plan for a whole organization, in the order in which it has to be carried out. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, BUSINESS_UNIT, TEAM, USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known, KnownUser
from ansible_collections.community.veracode.plugins.module_utils._model.role import TEAM_ADMIN, RoleCatalog
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, TeamUser
from ansible_collections.community.veracode.plugins.module_utils._plan.account_teams import team_names_after
from ansible_collections.community.veracode.plugins.module_utils._plan.business_unit import plan_business_unit
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import (
    DesiredObject,
    desired_business_unit,
    desired_team,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.find_object import find_structure
from ansible_collections.community.veracode.plugins.module_utils._plan.guards import is_removal
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import Options, Organization
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.match import (
    DELETE,
    AccountPlans,
    Match,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.team import plan_team

# What has to be there before what: a business unit before its teams, a team before its members, an account before it
# manages a team; who moves from one team to another joins before leaving, as an account may need a team; and removals
# last. Within a phase the order does not matter.
UNITS, TEAMS, UNIT_TEAMS, ACCOUNTS, MEMBERS, LEAVERS, REMOVED_ACCOUNTS, REMOVED_TEAMS, REMOVED_UNITS = range(9)


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
    :param removed_teams: names of the teams that no entry claims and an exclusive list removes.
    :param removed_units: likewise.
    :param reported: names by kind of what only C(absent_action) keeps.
    """

    teams: list[StructureEntry] = field(default_factory=list)
    units: list[StructureEntry] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    removed_teams: set[str] = field(default_factory=set)
    removed_units: set[str] = field(default_factory=set)
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
        wanted = desired_business_unit(options, place=f"business_units[{number}]")
        _match(wanted, options, units, "business_units" in exclusive, result.units, result.problems)
    for number, options in enumerate(organization.teams):
        wanted = desired_team(options, place=f"teams[{number}]")
        _match(wanted, options, teams, "teams" in exclusive, result.teams, result.problems)
    return result


def _match(
    wanted: tuple[DesiredObject, list[InputError]],
    options: Options,
    existing: t.Sequence[t.Any],
    exclusive: bool,
    entries: list[StructureEntry],
    problems: list[VeracodeError],
) -> None:
    desired, faulty = wanted
    problems += faulty
    faults = {problem.option for problem in faulty}
    if faults & {"name", "previously"}:
        return
    # What is wrong by itself is left out, so that the other options can still be looked at.
    desired = replace(
        desired, values={option: value for option, value in desired.values.items() if option not in faults}
    )
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
            # Two entries may mean the same object, which is told as an error.
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


def with_memberships(matches: t.Sequence[Match], plans: StructurePlans, deleted: t.Collection[str]) -> list[Match]:
    """Give accounts the teams that C(teams) puts them into, where they could not be written without.

    Most roles need a team from the start, and Team Admin one to manage, so these relations are written with the account
    and not with the team. So is the loss of its last team by an API service account, which has to be said with it.

    :param deleted: names of the teams that this run deletes.
    """
    joins = _joins_of_teams(plans)
    takers = _takers(plans, deleted)
    result = []
    for match in matches:
        desired = match.entry.desired
        teams, managed = joins(match)
        new = match.found is None and desired.state == "present" and not match.entry.name_only
        values = dict(desired.values)
        if teams and (new or _needs_team(match)):
            # Their own entry leaves them none, or is what creates them.
            own = team_names_after(desired, match.found.account if match.found else None)
            values["teams"] = tuple(sorted(own | teams))
            desired = replace(desired, teams_mode="exact")
        elif not teams and _loses_all(match, takers):
            values["teams"] = ()
            desired = replace(desired, teams_mode="exact")
        if managed and (new or _becomes_team_admin(match)):
            values["managed_teams"] = tuple(sorted({*_managed(match), *managed}))
        if values != desired.values:
            match = replace(match, entry=replace(match.entry, desired=replace(desired, values=values)))
        result.append(match)
    return result


def teams_unread(matches: t.Sequence[Match], plans: StructurePlans, deleted: t.Collection[str]) -> list[str]:
    """Return the handles of the accounts whose own teams matter for C(with_memberships) and were not read."""
    joins = _joins_of_teams(plans)
    takes = bool(_takers(plans, deleted))
    return sorted(
        str(match.found.account.handle)
        for match in matches
        if match.found is not None
        and match.found.account.teams is None
        and ((takes and _is_kept_api_user(match)) or (_gains_role(match) and any(joins(match))))
    )


_Takers: t.TypeAlias = "dict[str, tuple[frozenset[str], bool]]"


def _takers(plans: StructurePlans, deleted: t.Collection[str]) -> _Takers:
    """Return whom teams let go: the casefolded usernames that an entry names, and whether it is all but these."""
    takers: _Takers = dict.fromkeys(deleted, (frozenset(), True))
    for entry in plans.teams:
        desired = entry.desired
        if desired.state == "absent" or "members" not in desired.values or desired.mode == "add":
            continue
        named = set(desired.values["members"])
        if desired.mode == "exact":
            named |= set(desired.values.get("managers", ()))
        takers[desired.name] = (frozenset(name.casefold() for name in named), desired.mode == "exact")
    return takers


def _is_kept_api_user(match: Match) -> bool:
    return match.entry.desired.kind == API_USER and match.entry.desired.state == "present" and not match.entry.name_only


def _loses_all(match: Match, takers: _Takers) -> bool:
    """Tell whether teams let an API service account go from all that its own entry leaves it."""
    if match.found is None or not _is_kept_api_user(match) or not match.found.account.teams:
        return False
    own = team_names_after(match.entry.desired, match.found.account)
    names = _usernames(match)
    return bool(own) and all(name in takers and bool(takers[name][0] & names) != takers[name][1] for name in own)


def _joins_of_teams(plans: StructurePlans) -> t.Callable[[Match], tuple[set[str], set[str]]]:
    """Return what tells of an entry which teams put its account into them, and which let it manage them."""
    member: dict[str, set[str]] = {}
    manager: dict[str, set[str]] = {}
    for entry in plans.teams:
        if entry.desired.state == "absent" or entry.desired.mode == "remove":
            continue
        for relation, option in ((member, "members"), (manager, "managers")):
            for name in entry.desired.values.get(option, ()):
                relation.setdefault(name.casefold(), set()).add(entry.desired.name)

    def joins(match: Match) -> tuple[set[str], set[str]]:
        names = _usernames(match)
        managed = set().union(*(manager.get(name, set()) for name in names))
        return managed.union(*(member.get(name, set()) for name in names)), managed

    return joins


def _usernames(match: Match) -> set[str]:
    """Return the casefolded names by which C(teams) may mean an account: as it is called now, and as it will be."""
    desired = match.entry.desired
    if match.found is None:
        names = [desired.username or desired.email_address]
    else:
        # The address of an API service account may be the username of a person.
        address = desired.email_address if desired.kind == USER else None
        names = [desired.username, match.found.account.username, address]
    return {name.casefold() for name in names if name}


def _needs_team(match: Match) -> bool:
    """Tell whether the own entry of an account that is there gives it a role or takes teams, and leaves it no team."""
    if match.found is None or match.found.account.teams is None:
        return False
    changes = _gains_role(match) or "teams" in match.entry.desired.values
    return changes and not team_names_after(match.entry.desired, match.found.account)


def _gains_role(match: Match) -> bool:
    """Tell whether an entry gives a role to an account that is there and does not hold it."""
    desired = match.entry.desired
    if match.found is None or match.entry.name_only or desired.roles_mode == "remove":
        return False
    held = match.found.account.roles
    return held is not None and any(RoleCatalog(held).find(name) is None for name in desired.values.get("roles", ()))


def _becomes_team_admin(match: Match) -> bool:
    """Tell whether an entry gives the Team Admin role to an account that is there and does not hold it."""
    names = {TEAM_ADMIN.name, TEAM_ADMIN.title} & set(match.entry.desired.values.get("roles", ()))
    if match.found is None or not names or not _gains_role(match):
        return False
    return match.found.account.teams is not None and TEAM_ADMIN not in (match.found.account.roles or ())


def _managed(match: Match) -> set[str]:
    """Return the teams that an account is to manage as far as its own entry says."""
    if "managed_teams" in match.entry.desired.values:
        return set(match.entry.desired.values["managed_teams"])
    return {team.name for team in (match.found.account.teams or ()) if team.manages} if match.found else set()


def known_users(inventory: Inventory, plans: t.Sequence[Plan]) -> dict[str, KnownUser]:
    """Return who can be put into a team once the accounts are as planned."""
    users: dict[str, KnownUser] = {}
    gone: set[str] = set()
    for account in inventory.by_handle.values():
        users[account.username.casefold()] = _known_user(account)
    for plan in plans:
        if plan.change is not None and plan.change.account_before is not None:
            gone.add(plan.change.account_before.username.casefold())
    there = [plan.account for plan in plans if plan.account is not None]
    users = {name: user for name, user in users.items() if name not in gone}
    return {**users, **{account.username.casefold(): _known_user(account) for account in there}}


def leaving(plans: t.Sequence[Plan]) -> frozenset[str]:
    """Return the casefolded usernames of the accounts that are deleted."""
    return frozenset(
        plan.change.account_before.username.casefold()
        for plan in plans
        if plan.change is not None and plan.change.account_before is not None and plan.account is None
    )


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
    homes = _homes(plans, known)
    for entry in plans.units:
        try:
            _plan_unit(plans, entry, known, moved, homes)
        except VeracodeError as error:
            plans.problems += error.all
    for entry in plans.teams:
        try:
            _plan_team(plans, entry, known, moved, joins)
        except VeracodeError as error:
            plans.problems += error.all
    movers = _movers(plans.steps)
    plans.steps = [each for step in plans.steps for each in _joining_first(step, movers)]


def _homes(plans: StructurePlans, known: Known) -> dict[str, str | None]:
    """Return the business unit that an entry names for a team, C(None) for a team that this run deletes."""
    homes: dict[str, str | None] = dict.fromkeys(known.leaving_teams)
    for unit in plans.units:
        if unit.desired.mode != "remove":
            homes.update(dict.fromkeys(unit.desired.values.get("teams", ()), unit.desired.name))
    for team in plans.teams:
        named = team.desired.values.get("business_unit")
        if named is not None:
            homes[team.desired.name] = named or known.default_business_unit
    return homes


def _plan_unit(
    plans: StructurePlans,
    entry: StructureEntry,
    known: Known,
    moved: dict[str, str],
    homes: t.Mapping[str, str | None],
) -> None:
    if entry.name_only and entry.current is not None:
        plans.steps.append(Step(UNITS, Plan(None, entry.current), entry.desired.place))
        return
    desired = entry.desired
    if desired.state == "absent":
        plans.steps.append(Step(REMOVED_UNITS, plan_business_unit(desired, entry.current, known), desired.place))
        return
    named = {option: value for option, value in desired.values.items() if option != "teams"}
    first = plan_business_unit(replace(desired, values=named), entry.current, known)
    if first.change is not None or "teams" not in desired.values:
        plans.steps.append(Step(UNITS, first, desired.place))
    if "teams" not in desired.values:
        return
    # Teams of this run join once they exist; those that are created join with their creation, if their entry says so.
    current = first.entity if isinstance(first.entity, BusinessUnit) else entry.current
    present = (current.teams or {}) if current is not None else {}
    # Teams are written as a whole list, so one that another entry takes away is not in it, and cannot be taken back.
    stay = {desired.name, None} if desired.mode == "add" else {desired.name}
    held = {name: handle for name, handle in present.items() if homes.get(name, desired.name) in stay}
    for other in plans.teams:
        if other.current is None and other.desired.values.get("business_unit") == desired.name:
            held[other.desired.name] = None
    current = replace(current, teams=held)
    second = plan_business_unit(replace(desired, previously=()), current, known)
    if second.change is not None or first.change is None:
        # What leaves the default business unit leaves it by joining another.
        phase = LEAVERS if current.is_default else UNIT_TEAMS
        plans.steps.append(Step(phase, second, desired.place))
    if second.change is not None:
        after = t.cast(BusinessUnit, second.entity)
        for name in after.teams or {}:
            if name not in held:
                moved[name] = desired.name
        for name in present:
            if name not in (after.teams or {}) and known.default_business_unit is not None:
                moved.setdefault(name, known.default_business_unit)


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


def _movers(steps: t.Sequence[Step]) -> frozenset[str]:
    """Return the casefolded usernames of who leaves one team and joins another."""
    joined: set[str] = set()
    left: set[str] = set()
    for step in steps:
        before, after = _users_of(step)
        joined |= after.keys() - before.keys()
        left |= before.keys() - after.keys()
    return frozenset(joined & left)


def _users_of(step: Step) -> tuple[dict[str, TeamUser], dict[str, TeamUser]]:
    """Return who is in a team before and after a change of its users, by casefolded username."""
    change = step.plan.change
    if change is None or step.phase != MEMBERS or not {"members", "managers"} & set(change.values):
        return {}, {}
    sides = [t.cast(Team, side).users or () for side in (change.before, change.after)]
    before, after = ({user.username.casefold(): user for user in users} for users in sides)
    return before, after


def _joining_first(step: Step, movers: frozenset[str]) -> t.Iterator[Step]:
    """Let those who move leave a team later than all others join theirs, in a second call if some also join this one."""
    before, after = _users_of(step)
    leavers = before.keys() - after.keys()
    if not leavers & movers:
        yield step
        return
    change = t.cast(Change, step.plan.change)
    if after.keys() - before.keys():
        both = replace(t.cast(Team, change.after), users=tuple({**before, **after}.values()))
        values = {**change.values, "members": both.values_and_lists["members"]}
        yield replace(step, plan=Plan(replace(change, values=values, after=both), both))
        change = replace(change, before=both)
    yield replace(step, phase=LEAVERS, plan=replace(step.plan, change=change))


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
    removed = {TEAM: plans.removed_teams, BUSINESS_UNIT: plans.removed_units}
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
            removed[kind].add(each.name)
            plans.steps.append(Step(phase, Plan(Change("delete", kind, each.name, (), {}, each, None), None)))


def account_steps(accounts: AccountPlans) -> list[Step]:
    """Return the steps of the accounts: changes first, removals last."""
    return [
        Step(
            REMOVED_ACCOUNTS if plan.change is not None and is_removal(plan.change) else ACCOUNTS,
            plan,
            plan.change.place if plan.change else None,
        )
        for plan in accounts.plans
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
        # What was there before the first of several changes of an object was there before all of them.
        first = before.setdefault(change.name, dict(one["before"]))
        if first:
            before[change.name] = {**one["before"], **first}
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

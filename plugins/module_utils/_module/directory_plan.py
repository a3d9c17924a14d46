# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What one run of `veracode_directory` has to do: everything that is read, planned and judged before the first write."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError, VeracodeError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import (
    API_USER,
    BUSINESS_UNIT,
    NOUNS,
    TEAM,
    USER,
)
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known, Names
from ansible_collections.community.veracode.plugins.module_utils._model.names import check_names, username_key
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._model.wording import counted
from ansible_collections.community.veracode.plugins.module_utils._module.account import unseen
from ansible_collections.community.veracode.plugins.module_utils._plan.account_needs import names_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.guards import (
    Administrators,
    Limits,
    check_administrators,
    check_removals,
    lockout_risk,
    named_accounts,
    removal_action,
    split_names,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.last_team import (
    refuse_last_team_in_run,
    refuse_last_team_with_unit,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.achieved import Achieved
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import (
    Organization,
    contradictions,
    unit_contradictions,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.locations import (
    Part,
    entries_of,
    in_order,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.match import (
    AccountPlans,
    Match,
    StructureMatches,
    match_accounts,
    plan_entries,
    same_accounts,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.phases import (
    Phase,
    Step,
    account_step,
    in_phases,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.plan import (
    NamesAfter,
    known_users,
    leaving,
    names_after,
    plan_structure,
    rename_teams,
    rename_unit_teams,
    rename_units,
    renamed_teams,
    teams_left_in,
    use_kept_usernames,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.relations import (
    Keys,
    TeamSide,
    last_teams_lost,
    relations_of,
    with_team_side,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.removals import (
    DELETE,
    Scope,
    Unclaimed,
    exclusive_accounts,
    keep_caller,
    removal,
    unclaimed,
)
from ansible_collections.community.veracode.plugins.module_utils._read.organization import KINDS, OrganizationReader
from ansible_collections.community.veracode.plugins.module_utils._read.structure import StructureReader
from ansible_collections.community.veracode.plugins.module_utils._session import Session


class Reconciliation:
    """What one run has to do.

    :param organization: the entries.
    :param parts: where they stand.
    """

    def __init__(self, session: Session, organization: Organization, parts: t.Sequence[Part]) -> None:
        self.params = session.params
        self.organization = organization
        self._parts = parts
        self.client = session.rest()
        self.structure = StructureReader(self.client)
        self.exclusive: list[str] = list(self.params["exclusive"])
        self.protected = split_names(self.params["protected_users"])
        self.required = split_names(self.params["required_administrators"])
        lists = {"protected_users": self.protected, "required_administrators": self.required}
        organization.errors += check_names(lists, lists)
        self.reader = OrganizationReader(
            self.client,
            self.structure,
            organization,
            exclusive=self.exclusive,
            names_accounts=bool(self.protected or self.required),
            activity=session.activity,
        )
        self.accounts = AccountPlans()
        self.steps: list[Step] = []
        self.warnings: list[str] = []
        self._matches: list[Match] = []
        self._teams: list[Team] = []
        self._reported: list[Unclaimed] = []
        self._administrators: Administrators | None = None
        self._known = Known()

    # Planning

    def plan(self) -> None:
        """Plan what has to be done, in its order.

        :raises VeracodeError: an entry cannot be; nothing was written.
        """
        structure = self.reader.read()
        removed_teams = self._unclaimed("teams", self.reader.teams, structure.teams)
        removed_units = self._unclaimed("business_units", self.reader.units, structure.units)
        teams = names_after(self.reader.teams, structure.teams, [team.name for team in removed_teams])
        units = names_after(self.reader.units, structure.units, [unit.name for unit in removed_units])
        deleted = teams.leaving if self.reader.inventory.complete else ()
        side = TeamSide(structure.teams, deleted, self._usernames())
        self.reader.read_concerned(structure, side, removed_teams)
        rename_teams(self.reader.inventory, teams.renamed)
        rename_units(structure.teams, units.renamed)
        rename_unit_teams(structure.units, teams.renamed)
        self._teams = [*renamed_teams(structure.teams), *removed_teams]
        planned = self._plan_accounts(side, teams)
        planned += self._plan_structure(structure, teams, units)
        self._add(Phase.UNCLAIMED_TEAMS, map(removal, removed_teams))
        self._add(Phase.UNCLAIMED_UNITS, map(removal, removed_units))
        errors = [*self.organization.errors, *planned, *self.accounts.errors]
        self._order()
        raise_all(in_order([*errors, *self._lost_teams(errors), *self._lost_with_units(structure)], self._parts))
        self.warnings += self.accounts.warnings
        gone = [each.entry.desired for each in self._matches if each.found is None]
        self.warnings += unseen(
            lambda: self.client, [each.label for each in gone if each.state in ("absent", "disabled")]
        )
        self._report_unclaimed()

    def _usernames(self) -> t.Iterator[str]:
        """Yield the usernames of the accounts that are there, and those that entries give."""
        yield from (account.username for account in self.reader.inventory.by_handle.values())
        yield from (each.desired.username for each in self.organization.accounts if each.desired.username)

    def _add(self, phase: Phase, plans: t.Iterable[Plan[t.Any]]) -> None:
        self.steps += [Step(phase, plan) for plan in plans]

    def _unclaimed(self, kind: str, existing: t.Sequence[t.Any], entries: t.Sequence[t.Any]) -> list[t.Any]:
        """Return the teams or business units that are removed since no entry claims them, with what is lost with them."""
        if kind not in self.exclusive:
            return []
        those = unclaimed(existing, entries)
        if self.params["absent_action"] == DELETE:
            return self.reader.whole(those)
        self._reported += [(TEAM if kind == "teams" else BUSINESS_UNIT, each.name) for each in those]
        return []

    def _plan_accounts(self, side: TeamSide, teams: NamesAfter) -> list[VeracodeError]:
        matches, errors = match_accounts(self.organization.accounts, self.reader.inventory)
        errors += same_accounts(self.organization, matches)
        allow = self.params["allow_unrestricted_api_users"]
        self._matches = [with_team_side(match, side, allow_unrestricted=allow) for match in matches]
        plan_entries(self._matches, self._names(teams), self.accounts)
        errors += contradictions(self.organization, self.accounts.usernames)
        protected = named_accounts("protected_users", self.protected, self._named())
        required = named_accounts("required_administrators", self.required, self._named())
        if self.reader.inventory.complete:
            errors += [*protected.errors, *required.errors]
        claimed = {str(match.found.account.handle) for match in matches if match.found}
        kinds = [KINDS[name] for name in self.exclusive if name in KINDS]
        scope = Scope(protected.all, self.params["exclude_saml"])
        plans, reported = exclusive_accounts(self.reader.inventory, claimed, kinds, self.params["absent_action"], scope)
        self._reported = [*reported, *self._reported]
        self._keep_caller(plans)
        self._add(Phase.UNCLAIMED_ACCOUNTS, plans)
        return errors

    def _named(self) -> list[tuple[str, Account]]:
        """Return the accounts that are there and those that will be, each with its key."""
        planned = [plan.entity for plan in self.accounts.plans if plan.entity is not None]
        return [(Keys.of_account(each), each) for each in (*self.reader.inventory.by_handle.values(), *planned)]

    def _names(self, teams: NamesAfter) -> Names:
        need_roles = False
        need_teams: set[str] = set()
        for match in self._matches:
            if match.entry.name_only:
                continue
            roles, names = names_needed(match.entry.desired, match.found.account if match.found else None)
            need_roles = need_roles or roles
            need_teams.update(names)
        known = dict(teams.there)
        all_teams = tuple(known)
        unknown = need_teams - set(known)
        if unknown and not self.reader.teams:
            found, all_teams = self.client.teams(unknown)
            known.update(found)
        used = {name for match in self._matches for name in match.entry.desired.values.get("roles", ())}
        return Names(self.client.roles(sorted(used)) if need_roles else None, known, all_teams, teams.leaving)

    def _keep_caller(self, removals: list[Plan[t.Any]]) -> None:
        plans = [*self.accounts.plans, *removals]
        if any(lockout_risk(plan.change) for plan in plans):
            allowed = {
                str(match.found.account.handle)
                for match in self._matches
                if match.found and match.entry.desired.allow_self_lockout
            }
            caller = self.client.caller()
            keep_caller(self.accounts.plans, caller, allowed, self.accounts)
            keep_caller(removals, caller, allowed, self.accounts)

    def _plan_structure(self, structure: StructureMatches, teams: NamesAfter, units: NamesAfter) -> list[VeracodeError]:
        default_unit = next(
            (units.renamed.get(unit.name, unit.name) for unit in self.reader.units if unit.is_default), None
        )
        plans = [*self.accounts.plans, *(step.plan for step in self.steps)]
        known = Known(
            business_units=units.there,
            default_business_unit=default_unit,
            teams=teams.there,
            all_teams=tuple(teams.there),
            users=known_users(self.reader.inventory, plans),
            leaving_users=leaving(plans),
            leaving_teams=teams.leaving,
            leaving_units=units.leaving,
        )
        use_kept_usernames(structure.teams, self._kept_usernames())
        self._known = known
        planned = plan_structure(structure, known, plans)
        self.steps += planned.steps
        return [*unit_contradictions(self.organization, default_unit), *structure.errors, *planned.errors]

    def _kept_usernames(self) -> dict[str, str]:
        """Return the usernames of accounts that have another one after this run than their entry gives, by the key of that."""
        kept: dict[str, str] = {}
        for match in self._matches:
            username = self.accounts.usernames.get(str(match.entry.desired.location))
            key = username_key(match.entry.desired.username or "")
            if key and username and username_key(username) != key and not self.reader.inventory.named_like(key):
                kept[key] = username
        return kept

    def _order(self) -> None:
        """Put the steps into their order, and omit what an incomplete inventory forbids."""
        keys = self._keys()
        steps = [*self.steps, *(account_step(plan, keys) for plan in self.accounts.plans)]
        if not self.reader.inventory.complete:
            kept = [step for step in steps if step.plan.change is None or not removal_action(step.plan.change)]
            if len(kept) < len(steps):
                self.warnings.append(
                    "The inventory could not be read completely, so nothing is removed; "
                    f"{len(steps) - len(kept)} removals were skipped"
                )
            steps = kept
        api_users = {key for key, account in self.reader.inventory.by_handle.items() if account.kind == API_USER}
        self.steps = in_phases(steps, keys, api_users)

    def _keys(self) -> Keys:
        return Keys(self.reader.inventory.by_handle.values(), self.accounts.plans)

    @property
    def changes(self) -> list[Change[t.Any]]:
        """The changes in their order."""
        return [step.plan.change for step in self.steps if step.plan.change is not None]

    def _unrestricted(self) -> frozenset[str]:
        """Return the keys of the API users whose entry says that they may be without a team."""
        return frozenset(
            str(match.found.account.handle)
            for match in self._matches
            if match.found is not None and match.entry.desired.unrestricted
        )

    def _lost_teams(self, errors: t.Sequence[VeracodeError]) -> t.Iterator[VeracodeError]:
        """Yield an error for each step that takes the last team of an API user.

        :param errors: what else is wrong; what the entries concerned would give is not known, so nothing is said of it.
        """
        if self.params["allow_unrestricted_api_users"]:
            return
        keys = self._keys()
        accounts = self.reader.inventory.by_handle
        faulty = entries_of(errors)
        excepted = self._unrestricted() | self._named_by(faulty, keys)
        lost = last_teams_lost(self.changes, keys, accounts.values(), excepted)
        for step in self.steps:
            change = step.plan.change
            if change is None or change.kind != TEAM or step.location in faulty:
                continue
            names = sorted(accounts[key].username for key in lost & relations_of(change, keys).to_remove)
            if names:
                yield refuse_last_team_in_run(change, step.location, names, self._given(step))

    def _lost_with_units(self, structure: StructureMatches) -> t.Iterator[VeracodeError]:
        """Yield an error for each business unit that is deleted with teams that are all that API users have."""
        for step in self.steps:
            change = step.plan.change
            if change is None or change.kind != BUSINESS_UNIT or change.before is None or change.after is not None:
                continue
            teams = teams_left_in(change.before, structure, self._known)
            if teams and not self.params["allow_unrestricted_api_users"]:
                accounts = self.structure.accounts_in(self.structure.users_of(teams))
                error = refuse_last_team_with_unit(change, teams, accounts, location=step.location, in_run=True)
                if error is not None:
                    yield error

    def _given(self, step: Step) -> t.Mapping[str, t.Any]:
        """Return the options of the team's entry that a step is about, empty if no entry claims the team."""
        return next((team.options for team in self.organization.teams if team.location == step.location), {})

    def _named_by(self, locations: set[str], keys: Keys) -> frozenset[str]:
        """Return the keys of the accounts of which the entries at these locations say something."""
        names = [each.desired.username for each in self.organization.accounts if each.desired.location in locations]
        for team in self.organization.teams:
            if team.location in locations:
                names += [*(team.options.get("members") or ()), *(team.options.get("managers") or ())]
        return frozenset(keys.of_name(name) for name in names if name)

    def _report_unclaimed(self) -> None:
        for kind in dict.fromkeys(kind for kind, _name in self._reported):
            names = [name for each, name in self._reported if each == kind]
            word = NOUNS[kind]
            self.warnings.append(
                f"{counted(len(names), f'{word} is', f'{word}s are')} in no list and kept with absent_action: "
                f"{self.params['absent_action']}: {', '.join(names)}"
            )

    # Guards

    def check_guards(self) -> None:
        """Refuse a plan that removes too much, before the first write."""
        params = self.params
        inventory = self.reader.inventory
        protected = named_accounts("protected_users", self.protected, self._named())
        limits = Limits(params["max_removals"], params["max_removal_percent"], protected.keys)
        scope = Scope(protected.all, params["exclude_saml"])
        in_scope = {kind: scope.count(inventory, kind) for kind in (USER, API_USER)}
        in_scope |= {TEAM: len(self.reader.teams), BUSINESS_UNIT: len(self.reader.units)}
        errors = list(check_removals(self.changes, in_scope, limits))
        if self.required or any(map(_may_lower_administrators, self.changes)):
            errors += self._check_administrators()
        raise_all(errors)

    def _check_administrators(self) -> list[GuardError]:
        self.reader.read_reactivated(self.changes)
        holders = {str(account.handle): account for account in self.reader.administrators()}
        required = named_accounts("required_administrators", self.required, self._named())
        least = self.params["min_administrators"]
        self._administrators = Administrators(holders, least, required.keys)
        changes = [
            (Keys.of_account(account), change)
            for change in self.changes
            if (account := change.before or change.after if change.kind == USER else None)
        ]
        return list(check_administrators(self._administrators, self._administrators.after(changes), least))

    def achieved(self) -> Achieved:
        """Return what there is before the first write."""
        unrestricted = None if self.params["allow_unrestricted_api_users"] else self._unrestricted()
        accounts = self.reader.inventory.by_handle.values()
        achieved = Achieved(self._keys(), accounts, self._teams, self._administrators, unrestricted)
        achieved.expect(self.steps)
        return achieved


def _may_lower_administrators(change: Change[t.Any]) -> bool:
    if change.kind != USER or change.before is None:
        return False
    return change.action in ("delete", "disable") or bool({"roles", "login_enabled", "active"} & set(change.values))

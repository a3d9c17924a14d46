# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of C(veracode_directory): read the organization once, plan, check the guards, and write what differs."""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.objects import ObjectClient
from ansible_collections.community.veracode.plugins.module_utils._apply.organization import OrganizationWriter, Report
from ansible_collections.community.veracode.plugins.module_utils._argspec import entry_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import (
    DETAILS,
    INVERSE,
    LISTING,
    Inventory,
)
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known, Names
from ansible_collections.community.veracode.plugins.module_utils._model.plan_file import compare_plan, write_plan
from ansible_collections.community.veracode.plugins.module_utils._model.role import ADMINISTRATOR
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._module.key_owner import find_owner
from ansible_collections.community.veracode.plugins.module_utils._plan.account_needs import names_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.find_object import lists_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.guards import (
    Limits,
    check_administrators,
    check_removals,
    lockout_risk,
    takes_away,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.object_needs import needed
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import (
    Organization,
    contradictions,
    in_order,
    read_organization,
    unit_contradictions,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.match import (
    AccountPlans,
    Match,
    administrators_after,
    in_scope,
    is_enabled,
    keep_caller,
    match_accounts,
    options_lacking,
    plan_entries,
    plan_exclusive,
    rename_teams,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.plan import (
    NamesAfter,
    Step,
    StructureEntry,
    StructurePlans,
    account_steps,
    known_users,
    leaving,
    match_structure,
    memberships,
    merge_diffs,
    merge_entries,
    names_after,
    plan_exclusive_structure,
    plan_structure,
    rename_unit_teams,
    rename_units,
    teams_unread,
    with_memberships,
)
from ansible_collections.community.veracode.plugins.module_utils._read.accounts import (
    INVERSE_FIELDS,
    AccountReader,
    Memberships,
)
from ansible_collections.community.veracode.plugins.module_utils._read.structure import StructureReader
from ansible_collections.community.veracode.plugins.module_utils._session import Session

KINDS = {"users": USER, "api_users": API_USER}

# Below so many accounts to read, reading each is cheaper than an index of all roles, of which there are about 45.
FEW = 40


class Reconciliation:
    """One run of C(veracode_directory), step by step."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.params = session.params
        self.directory: RestAccountClient = session.rest()
        self.structure = StructureReader(self.directory)
        self.reader = AccountReader(self.directory, self.directory.client)
        self.exclusive: list[str] = list(self.params["exclusive"])
        self.strategy = LISTING
        self.inventory = Inventory((), complete=True)
        self.teams: list[Team] = []
        self.units: list[BusinessUnit] = []
        self.accounts = AccountPlans()

    # Reading

    def read(self, organization: Organization) -> StructurePlans:
        """Read what the entries need in the fewest calls, and match the entries with it."""
        # Either waits for the network nearly all the time.
        _none, complete = self.reader.at_once(
            lambda: self._read_accounts(organization), lambda: self._read_structure(organization)
        )
        self.inventory.complete = self.inventory.complete and complete
        structure = match_structure(organization, self.teams, self.units, self.exclusive)
        matches, _problems = match_accounts(organization.accounts, self.inventory)
        self._read_team_users(structure)
        self._complete_accounts(matches)
        return structure

    def _read_accounts(self, organization: Organization) -> None:
        everyone = bool(set(self.exclusive) & set(KINDS)) or self._names_users(organization)
        if not (organization.accounts or everyone):
            return
        self.inventory = self.reader.everyone() if everyone else self.reader.active()
        self._read_subjects(organization)
        # Inactive accounts are hidden from the listing, and take another one if they can matter.
        matches, _problems = match_accounts(organization.accounts, self.inventory)
        all_found = len(matches) == len(organization.accounts) and all(match.found is not None for match in matches)
        if not (all_found or everyone):
            self.reader.add_inactive(self.inventory)
            self._read_subjects(organization)
        if not self.inventory.complete:
            self._look_up_missing(organization)

    def _read_subjects(self, organization: Organization) -> None:
        """Read the SAML accounts if entries name their subject, which may be told by the account itself only."""
        if any(entry.desired.custom_id and not entry.desired.username for entry in organization.accounts):
            accounts = self.inventory.by_handle.items()
            saml = [handle for handle, account in accounts if account.values.get("is_saml_user")]
            lacking = [handle for handle in saml if "custom_id" not in self.inventory.by_handle[handle].values]
            self.reader.details(self.inventory, lacking)

    @staticmethod
    def _names_users(organization: Organization) -> bool:
        return any(team.get("members") or team.get("managers") for team in organization.teams)

    def _look_up_missing(self, organization: Organization) -> None:
        """Look up on its own what an incomplete listing may have missed, before it is taken for absent."""
        matches, _problems = match_accounts(organization.accounts, self.inventory)
        for match in matches:
            desired = match.entry.desired
            name = desired.username or desired.email_address
            if match.found is None and name:
                account = self.directory.by_username(name, desired.kind, frozenset())
                if account is not None:
                    self.inventory.put(account)

    def _read_structure(self, organization: Organization) -> bool:
        """Read the teams and business units, and return whether they agree with the server's totals."""
        complete = True
        if organization.teams or organization.business_units or "teams" in self.exclusive:
            listing = self.structure.teams.listing()
            self.teams = list(listing.items)
            complete = listing.complete
        units_named = any(team.get("business_unit") is not None for team in organization.teams)
        if organization.business_units or units_named or "business_units" in self.exclusive:
            units = self.structure.business_units.listing()
            self.units = [self._with_teams(unit) for unit in units.items]
            complete = complete and units.complete
        return complete

    def _with_teams(self, unit: BusinessUnit) -> BusinessUnit:
        """Give a business unit its teams from the listing of the teams, if that tells them."""
        if unit.teams is not None or any(team.business_unit is None for team in self.teams):
            return unit
        return replace(unit, teams={team.name: team.team_id for team in self.teams if team.business_unit == unit.name})

    def _read_team_users(self, structure: StructurePlans) -> None:
        """Read those teams and business units on their own whose entries need more than the listing carries."""
        self._read_lists(self.structure.teams, structure.teams)
        self._read_lists(self.structure.business_units, structure.units)

    def _read_lists(self, store: ObjectClient[t.Any], entries: list[StructureEntry]) -> None:
        wanted = [
            number
            for number, entry in enumerate(entries)
            if entry.current is not None and not entry.name_only and entry.desired.state == "present"
        ]

        def read(number: int) -> Team | BusinessUnit | None:
            current: Team | BusinessUnit | None = store.reading(
                entries[number].current, lists_needed(entries[number].desired)
            )
            return current

        for number, current in zip(wanted, self.reader.map(read, wanted), strict=True):
            entries[number] = replace(entries[number], current=current)

    def _complete_accounts(self, matches: t.Sequence[Match]) -> None:
        """Read what the listing does not carry of the accounts that have an entry, in the cheapest way."""
        lacking = self._lacking(matches)
        if len(lacking) > 1:
            self.reader.believe(self.inventory)
            lacking = self._lacking(match_accounts([match.entry for match in matches], self.inventory)[0])
        if not lacking:
            return
        options = frozenset().union(*lacking.values())
        if not (len(lacking) > FEW and options <= INVERSE_FIELDS and self._read_inverse(sorted(lacking), options)):
            self.strategy = DETAILS
            self.reader.details(self.inventory, sorted(lacking))

    @staticmethod
    def _lacking(matches: t.Sequence[Match]) -> dict[str, frozenset[str]]:
        lacking = {str(match.found.account.handle): options_lacking(match) for match in matches if match.found}
        return {handle: options for handle, options in lacking.items() if options}

    def _read_inverse(self, lacking: t.Sequence[str], options: frozenset[str]) -> bool:
        """Read roles and teams by the inverse index, if that is cheaper; C(False) if not, or if it does not tell."""
        with_teams = bool(options & {"teams", "managed_teams"})
        self.reader.at_once(self.directory.roles, *([self._list_teams] if with_teams and not self.teams else []))
        if len(self.directory.roles().roles) + (len(self.teams) if with_teams else 0) >= len(lacking):
            return False
        told = self.reader.inverse(self.inventory, lacking, self._memberships if with_teams else None)
        self.strategy = INVERSE
        return told

    def _list_teams(self) -> None:
        self.teams = list(self.structure.teams.listing().items)

    def _memberships(self) -> Memberships | None:
        """Return the teams of each account as the teams tell them, C(None) if they do not."""
        teams = [team for team in self.reader.map(self.structure.teams.details, self.teams) if team is not None]
        told = len(teams) == len(self.teams) and all(team.users is not None for team in teams)
        return memberships(teams) if told else None

    def _read_concerned(
        self, organization: Organization, structure: StructurePlans, deleted: t.Collection[str]
    ) -> None:
        """Read the accounts of which the entries of teams need more than was read so far."""
        matches, _problems = match_accounts(organization.accounts, self.inventory)
        unread = set(teams_unread(matches, structure, deleted))
        for entry in structure.teams:
            for name in needed(entry.desired, entry.current).managers:
                account = self.inventory.by_username(name, USER, frozenset())
                if account is not None and account.roles is None:
                    unread.add(str(account.handle))
        self.reader.details(self.inventory, sorted(unread))

    # Planning

    def plan(self, organization: Organization) -> list[Step]:
        """Return what has to be done, in its order.

        :raises VeracodeError: an entry cannot be, or a guard refuses the plan; nothing was written.
        """
        structure = self.read(organization)
        plan_exclusive_structure(structure, self.teams, self.units, self.exclusive, self.params["absent_action"])
        teams = names_after(self.teams, structure.teams, structure.removed_teams)
        units = names_after(self.units, structure.units, structure.removed_units)
        deleted = teams.leaving if self.inventory.complete else set()
        self._read_concerned(organization, structure, deleted)
        rename_teams(self.inventory, teams.renamed)
        rename_units(structure.teams, units.renamed)
        rename_unit_teams(structure.units, teams.renamed)
        matches, problems = match_accounts(organization.accounts, self.inventory)
        matches = with_memberships(matches, structure, deleted)
        names = self._names(matches, teams)
        plan_entries(matches, names, self.accounts)
        default_unit = next((units.renamed.get(unit.name, unit.name) for unit in self.units if unit.is_default), None)
        problems += contradictions(organization, self.accounts.usernames)
        problems += unit_contradictions(organization, default_unit)
        self._plan_removals(matches)
        known = Known(
            business_units=units.there,
            default_business_unit=default_unit,
            teams=teams.there,
            all_teams=tuple(teams.there),
            users=known_users(self.inventory, self.accounts.plans),
            leaving_users=leaving(self.accounts.plans),
            leaving_teams=teams.leaving,
            leaving_units=units.leaving,
        )
        plan_structure(structure, known, self.accounts.plans)
        raise_all(in_order([*organization.problems, *problems, *self.accounts.problems, *structure.problems]))
        self._tell_reported(structure)
        steps = sorted([*structure.steps, *account_steps(self.accounts)], key=lambda step: step.phase)
        return self._without_removals_if_incomplete(steps)

    def _names(self, matches: t.Sequence[Match], teams: NamesAfter) -> Names:
        need_roles = False
        need_teams: set[str] = set()
        for match in matches:
            if match.entry.name_only:
                continue
            roles, names = names_needed(match.entry.desired, match.found.account if match.found else None)
            need_roles = need_roles or roles
            need_teams.update(names)
        known = dict(teams.there)
        all_teams = tuple(known)
        unknown = need_teams - set(known)
        if unknown and not self.teams:
            found, all_teams = self.directory.teams(unknown)
            known.update(found)
        return Names(self.directory.roles() if need_roles else None, known, all_teams, teams.leaving)

    def _plan_removals(self, matches: t.Sequence[Match]) -> None:
        claimed = {str(match.found.account.handle) for match in matches if match.found}
        kinds = [KINDS[name] for name in self.exclusive if name in KINDS]
        plan_exclusive(
            self.inventory,
            claimed,
            kinds,
            self.params["absent_action"],
            protected=self.params["protected_users"],
            exclude_saml=self.params["exclude_saml"],
            result=self.accounts,
        )
        if any(lockout_risk(plan.change) for plan in self.accounts.plans):
            allowed = {
                str(match.found.account.handle)
                for match in matches
                if match.found and match.entry.desired.allow_self_lockout
            }
            keep_caller(self.accounts, self.directory.caller(), allowed)

    def _tell_reported(self, structure: StructurePlans) -> None:
        reported = [(account.kind, account.username) for account in self.accounts.reported] + structure.reported
        for kind in dict.fromkeys(kind for kind, _name in reported):
            names = [name for each, name in reported if each == kind]
            self.accounts.warnings.append(
                f"{len(names)} objects of kind {kind} are in no list and are left alone with absent_action: "
                f"{self.params['absent_action']}: {', '.join(names)}"
            )

    def _without_removals_if_incomplete(self, steps: list[Step]) -> list[Step]:
        if self.inventory.complete:
            return steps
        kept = [step for step in steps if step.plan.change is None or not takes_away(step.plan.change)]
        if len(kept) < len(steps):
            self.accounts.warnings.append(
                "The inventory could not be read completely, so nothing is removed; "
                f"{len(steps) - len(kept)} removals were left out"
            )
        return kept

    # Guards

    def check_guards(self, steps: t.Sequence[Step]) -> None:
        """Refuse a plan that removes too much, before the first write."""
        params = self.params
        limits = Limits(
            params["max_removals"],
            params["max_removal_percent"],
            params["min_administrators"],
            tuple(params["required_administrators"]),
            tuple(params["protected_users"]),
        )
        protected, exclude_saml = params["protected_users"], params["exclude_saml"]
        scope = {
            kind: in_scope(self.inventory, kind, protected=protected, exclude_saml=exclude_saml)
            for kind in (USER, API_USER)
        }
        scope.update(team=len(self.teams), business_unit=len(self.units))
        changes = [step.plan.change for step in steps if step.plan.change is not None]
        problems = list(check_removals(changes, scope, limits))
        if self._may_lower_administrators(steps) or limits.required_administrators:
            self._read_reactivated(steps)
            holders = self._administrators()
            before = {str(account.handle): account.username for account in holders if is_enabled(account)}
            after = administrators_after(holders, [step.plan for step in steps])
            problems += check_administrators(before, after, limits)
        raise_all(problems)

    def _may_lower_administrators(self, steps: t.Sequence[Step]) -> bool:
        for step in steps:
            change = step.plan.change
            if change is None or change.kind != USER or change.account_before is None:
                continue
            if change.action in ("delete", "disable") or {"roles", "login_enabled", "active"} & set(change.values):
                return True
        return False

    def _read_reactivated(self, steps: t.Sequence[Step]) -> None:
        """Read the roles of the people that a run reactivates: searches by role hide them as long as they are inactive."""
        changes = [step.plan.change for step in steps if step.plan.change is not None and step.plan.change.kind == USER]
        people = [change.account_before for change in changes if change.values.get("active") is True]
        unread = [str(account.handle) for account in people if account is not None and account.roles is None]
        self.reader.details(self.inventory, sorted(unread))

    def _administrators(self) -> list[Account]:
        """Return who holds the Administrator role, enabled or not."""
        if not self.inventory.by_handle:
            complete = self.inventory.complete
            self.inventory = self.reader.active()
            self.inventory.complete = self.inventory.complete and complete
        accounts = self.inventory.by_handle
        administrator = ADMINISTRATOR[USER]
        if all(account.roles is not None for account in accounts.values()):
            holders = {handle for handle, account in accounts.items() if administrator in (account.roles or ())}
        elif administrator in self.directory.roles():
            holders, _complete = self.directory.role_holders(administrator)
            holders |= {handle for handle, account in accounts.items() if administrator in (account.roles or ())}
        else:
            holders = set()
        return [account for handle, account in accounts.items() if handle in holders]


def reconcile(session: Session) -> dict[str, t.Any]:
    """Do the work of C(veracode_directory)."""
    started = time.monotonic()
    params = session.params
    run = Reconciliation(session)
    try:
        _check_limits(params)
        organization = read_organization(params, {name: tuple(spec) for name, spec in entry_arguments().items()})
        session.progress.warnings += organization.warnings
        steps = run.plan(organization)
        changes = [step.plan.change for step in steps if step.plan.change is not None]
        diff = merge_diffs(changes)
        session.progress.warnings += run.accounts.warnings
        _approve(run, steps, merge_entries(_entries(steps, organization)), diff)
        writer = OrganizationWriter(
            run.directory,
            run.structure,
            session.progress,
            organization,
            check_mode=session.check_mode,
            workers=params["workers"],
            find_owner=find_owner(session),
        )
        writer.check_keys(steps)
        report = Report(params["progress_file"], len(changes))
        errors = writer.carry_out(steps, stop=params["on_error"] == "stop", report=report)
    except VeracodeError as error:
        session.progress.kept["errors"] = [each.failure() for each in error.all]
        raise
    finally:
        run.reader.close()
    session.progress.actions = merge_entries(session.progress.actions)
    result = {
        "diff": diff,
        "errors": [error.failure() for error in errors],
        "read_strategy": run.strategy,
        "complete": run.inventory.complete,
        "elapsed": round(time.monotonic() - started, 3),
        "summary": _summary(steps, writer),
    }
    result["msg"] = _closing_line(result, session)
    if errors:
        session.progress.kept.update({name: value for name, value in result.items() if name != "msg"})
        first = errors[0]
        more = f" (and {len(errors) - 1} more, see errors)" if len(errors) > 1 else ""
        where = f"{first.place}: " if first.place else ""
        raise VeracodeError(f"{result['msg']}. Failed{more}: {where}{first.msg}", **first.details())
    return result


def _entries(steps: t.Sequence[Step], organization: Organization) -> t.Iterator[dict[str, t.Any]]:
    """Yield what will be noted, in its order."""
    generates = {
        entry.desired.place for entry in organization.accounts if entry.options.get("credentials") == "on_create"
    }
    for step in steps:
        if step.plan.change is None:
            continue
        yield step.plan.change.entry
        if step.plan.change.action == "create" and step.place in generates:
            yield {"action": "generate", "kind": "api_credentials", "name": step.plan.change.name, "fields": []}


def _approve(
    run: Reconciliation, steps: t.Sequence[Step], planned: t.Sequence[dict[str, t.Any]], diff: dict[str, t.Any]
) -> None:
    """Write the plan, check the guards, and hold the plan against the approved one."""
    params = run.params
    approved = params["expect_plan"]
    # However it is spelled, the file that was approved is not overwritten before it is read.
    if params["plan_file"] and not (approved and os.path.realpath(params["plan_file"]) == os.path.realpath(approved)):
        write_plan(params["plan_file"], planned, diff)
    run.check_guards(steps)
    if approved:
        compare_plan(approved, planned, diff)


def _check_limits(params: t.Mapping[str, t.Any]) -> None:
    for option, least in (
        ("workers", 1),
        ("max_removals", 0),
        ("max_removal_percent", 0),
        ("min_administrators", 0),
    ):
        if params[option] < least:
            raise InputError(
                f"{option}: {params[option]} is too small; give {least} or more", option=option, value=params[option]
            )
    if params["workers"] > 32:
        raise InputError(
            f"workers: {params['workers']} connections are too many; give 32 or fewer",
            option="workers",
            value=params["workers"],
        )


_WORDS = {"create": "created", "update": "updated", "rename": "renamed", "disable": "disabled", "delete": "deleted"}


def _summary(steps: t.Sequence[Step], writer: OrganizationWriter) -> dict[str, int]:
    """Count objects by what became of them; what was not begun any more is in none of the counts."""
    summary = dict.fromkeys([*_WORDS.values(), "unchanged", "failed"], 0)
    outcomes: dict[tuple[str, str], str] = {}
    for step in steps:
        change = step.plan.change
        if change is None:
            summary["unchanged"] += 1
        elif id(step) in writer.failed:
            outcomes[change.kind, change.name] = "failed"
        elif id(step) in writer.done:
            outcomes.setdefault((change.kind, change.name), _WORDS[change.action])
    for outcome in outcomes.values():
        summary[outcome] += 1
    return summary


def _closing_line(result: t.Mapping[str, t.Any], session: Session) -> str:
    counts = ", ".join(f"{number} {word}" for word, number in result["summary"].items() if number) or "nothing to do"
    calls = session.calls.as_dict()
    would = "would be: " if session.check_mode else ""
    sent = " and ".join(
        f"{calls[word]} {word if calls[word] != 1 else word.rstrip('s')}" for word in ("reads", "writes")
    )
    return f"{would}{counts}; {sent} in {result['elapsed']:.1f} s (read by {result['read_strategy']})"

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Carry out the plan of a whole organization, several objects at a time."""

from __future__ import annotations

import contextlib
import itertools
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.base import AccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.structure import StructureClients
from ansible_collections.community.veracode.plugins.module_utils._apply.breaker import Breaker
from ansible_collections.community.veracode.plugins.module_utils._apply.kinds import Accounts, NamedObjects
from ansible_collections.community.veracode.plugins.module_utils._apply.object import Progress, apply_plan, wait_for
from ansible_collections.community.veracode.plugins.module_utils._apply.progress_file import Report
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    ApiError,
    InputError,
    VeracodeError,
    raise_all,
)
from ansible_collections.community.veracode.plugins.module_utils._keys.delivery import KeyDelivery, key_store
from ansible_collections.community.veracode.plugins.module_utils._keys.ownership import (
    Destination,
    FindOwner,
    shared_destinations,
)
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, BUSINESS_UNIT, TEAM, USER
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.achieved import Achieved, Outcome
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import Organization
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.phases import Step


class OrganizationWriter:
    """Carries out steps in the order of their phases, those of one phase in parallel.

    :param progress: takes what was done, in the order of the plan.
    :param achieved: judges each step by what was really done before.
    :param workers: how many threads write.
    :param find_owner: finds the account of a pair that a destination holds.
    :param stop: begin nothing more after a step failed.
    """

    def __init__(
        self,
        client: AccountClient,
        structure: StructureClients,
        progress: Progress,
        organization: Organization,
        achieved: Achieved,
        *,
        check_mode: bool,
        workers: int,
        find_owner: FindOwner,
        stop: bool,
    ) -> None:
        self._find_owner = find_owner
        self._client = client
        self._structure = structure
        self._progress = progress
        self._achieved = achieved
        self._check_mode = check_mode
        self._workers = workers
        self._stops = stop
        # A plan that changes nothing has no location, so these are found by username.
        self._key_options = {
            str(entry.desired.username).casefold(): {"credentials_format": "ini", **entry.options}
            for entry in organization.accounts
            if entry.options.get("credentials") == "on_create"
        }
        self._created: dict[tuple[str, str], t.Any] = {}
        self._lock = threading.Lock()
        self._breaker = Breaker()
        self._stopped = False
        self._has_failed = False
        self._withheld: list[str] = []
        self._untried: list[str] = []
        self.done: set[int] = set()
        self.failed: set[int] = set()

    def check_keys(self, steps: t.Sequence[Step]) -> None:
        """See, before the first write, whether every key pair that will be generated can be kept.

        :raises VeracodeError: some cannot.
        """
        errors: list[VeracodeError] = []
        destinations: list[Destination] = []
        for step in steps:
            entity = step.plan.entity
            keys = self._keys(entity, self._progress)
            if keys is None or not isinstance(entity, Account):
                continue
            if not _creates(step):
                keys.warn_if_missing(entity.username)
                continue
            try:
                keys.check(entity.username)
                store = key_store(self._key_options[entity.username.casefold()], entity.username)
                destinations += [Destination(str(step.location), store)] if store is not None else []
            except InputError as error:
                errors.append(error.about(kind=entity.kind, name=entity.username, location=step.location))
        raise_all([*errors, *shared_destinations(destinations)])

    def _keys(self, entity: t.Any, progress: Progress) -> KeyDelivery | None:
        if not isinstance(entity, Account) or entity.kind != API_USER:
            return None
        options = self._key_options.get(entity.username.casefold())
        return KeyDelivery(options, progress, self._find_owner) if options is not None else None

    def carry_out(self, steps: t.Sequence[Step], report: Report) -> list[VeracodeError]:
        """Do what is planned and return what went wrong, in the order of the plan."""
        errors: list[VeracodeError] = []
        with ThreadPoolExecutor(max_workers=self._workers, thread_name_prefix="veracode-write") as pool:
            for _phase, group in itertools.groupby(steps, key=lambda step: step.phase):
                todo = [step for step in group if step.plan.change is not None]
                outcomes = pool.map(lambda step: self._one(step, report), todo)
                for step, (progress, failures) in zip(todo, outcomes, strict=True):
                    self._take(progress)
                    errors += failures
                    if failures:
                        self.failed.add(id(step))
                    elif progress.actions:
                        self.done.add(id(step))
        if self._withheld:
            self._progress.warnings.append(
                "exclusive removes nothing in a run with errors; not removed: " + ", ".join(self._withheld)
            )
        if self._untried:
            self._progress.warnings.append(
                "on_error: stop ended the run at its first failure; not tried: "
                + ", ".join(dict.fromkeys(self._untried))
            )
        return errors

    def _one(self, step: Step, report: Report) -> tuple[Progress, list[VeracodeError]]:
        """Carry out one step and return what was done and what went wrong."""
        progress = Progress()
        change = step.plan.change
        if change is None:
            return progress, []
        if self._stopped:
            with self._lock:
                self._untried.append(f'{change.kind} "{change.name}"')
            return progress, []
        if step.is_unclaimed and self._has_failed:
            with self._lock:
                self._withheld.append(f'{change.kind} "{change.name}"')
            return progress, []
        if self._lacks_its_object(step):
            return progress, []
        reason = self._breaker.begin()
        if reason is not None:
            return progress, [_not_tried(step, change, reason)]
        errors: list[VeracodeError] = []
        try:
            errors = self._judged(step, progress)
        finally:
            self._breaker.end(errors[-1] if errors else None)
        if errors:
            self._has_failed = True
            self._stopped = self._stopped or self._stops
        report.one(failed=bool(errors))
        return progress, errors

    def _judged(self, step: Step, progress: Progress) -> list[VeracodeError]:
        """Carry out what may be done of a step by what was really done before."""
        try:
            self._read_again(step)
        except VeracodeError as error:
            return [error.about(location=step.location)]
        with self._lock:
            admission = self._achieved.admit(step)
        errors: list[VeracodeError] = list(admission.errors)
        if admission.plan is None:
            return errors
        outcome, entity = Outcome.DONE, None
        try:
            entity = self._apply(step, admission.plan, progress)
        except VeracodeError as error:
            errors.append(error.about(location=step.location))
            outcome = Outcome.REFUSED if _is_refusal(error) else Outcome.UNKNOWN
        except Exception as error:
            errors.append(_unexpected(step, error))
            outcome = Outcome.UNKNOWN
        with self._lock:
            self._achieved.settle(step, outcome, entity)
        return errors

    def _read_again(self, step: Step) -> None:
        """Read what a write without a clear outcome left open, where this step depends on it."""
        with self._lock:
            unclear = self._achieved.unclear(step)
        for entity in unclear:
            if isinstance(entity, Account):
                account = self._client.details(entity)
                with self._lock:
                    self._achieved.put_account(account if account is not None else replace(entity, teams=()))
            else:
                team = self._structure.teams.reading(entity, ("members", "managers"))
                with self._lock:
                    self._achieved.put_team(team if team is not None else replace(entity, users=()))

    def _apply(self, step: Step, plan: Plan[t.Any], progress: Progress) -> t.Any:
        plan = self._with_handles(plan)
        change = plan.change
        if change is None:
            return None
        if change.kind == TEAM:
            self._created[TEAM, change.name] = team = self._apply_team(plan, progress)
            return team
        if change.kind == BUSINESS_UNIT:
            self._created[BUSINESS_UNIT, change.name] = unit = apply_plan(
                plan, NamedObjects(self._structure.business_units), progress, check_mode=self._check_mode
            )
            return unit
        return self._apply_account(step, plan, change, progress)

    def _apply_account(
        self, step: Step, plan: Plan[t.Any], change: Change[t.Any], progress: Progress
    ) -> Account | None:
        # The warnings of an entry were given with its location while it was planned.
        plan = replace(plan, warnings=())
        keys = self._keys(plan.entity, progress) if _creates(step) else None
        with keys or contextlib.nullcontext():
            if keys is not None:
                keys.check(change.name)
            account = apply_plan(plan, Accounts(self._client), progress, check_mode=self._check_mode, keys=keys)
        if change.action == "create":
            self._created[change.kind, change.name] = account
        progress.warnings += keys.warnings if keys is not None else []
        return account

    def _apply_team(self, plan: Plan[Team], progress: Progress) -> Team | None:
        """Carry out the plan of a team; one that names new accounts waits until these can be read, if it has to."""
        teams = NamedObjects(self._structure.teams)
        try:
            return apply_plan(plan, teams, progress, check_mode=self._check_mode)
        except ApiError as error:
            after = plan.change.after if plan.change is not None else None
            names = {user.username for user in (after.users or ())} if isinstance(after, Team) else set()
            new = [
                each for (kind, name), each in list(self._created.items()) if kind in (USER, API_USER) and name in names
            ]
            if error.status not in (400, 404) or not new:
                raise
        wait_for(lambda: all(self._client.details(account) for account in new) or None)
        return apply_plan(plan, teams, progress, check_mode=self._check_mode)

    def _lacks_its_object(self, step: Step) -> bool:
        """Tell whether a step goes on with what could not be created, which is an error of its own."""
        change = step.plan.change
        if change is None or change.before is None or getattr(change.before, "handle", None) is not None:
            return False
        return (change.kind, change.name) not in self._created

    def _with_handles(self, plan: Plan[t.Any]) -> Plan[t.Any]:
        """Give an object that this run has created the GUID it got."""
        change = plan.change
        if change is None or change.before is None:
            return plan
        created = self._created.get((change.kind, change.name))
        before = change.before
        if isinstance(before, Team) and before.team_id is None and created is not None:
            return replace(plan, change=_from(change, replace(before, team_id=created.team_id), created.team_id))
        if isinstance(before, BusinessUnit):
            change = self._with_teams_that_exist(change)
            if before.unit_id is None and created is not None:
                change = _from(change, replace(before, unit_id=created.unit_id), created.unit_id)
        return replace(plan, change=change)

    def _with_teams_that_exist(self, change: Change[t.Any]) -> Change[t.Any]:
        """Remove from the teams of a business unit what could not be created."""
        after = change.after
        if not isinstance(after, BusinessUnit) or "teams" not in change.values:
            return change
        teams = {
            name: handle
            for name, handle in (after.teams or {}).items()
            if handle is not None or (TEAM, name) in self._created
        }
        if len(teams) == len(after.teams or {}):
            return change
        after = replace(after, teams=teams)
        return replace(change, after=after, values={**change.values, "teams": after.values_and_lists["teams"]})

    def _take(self, progress: Progress) -> None:
        self._progress.actions += progress.actions
        self._progress.warnings += progress.warnings
        self._progress.pending = self._progress.pending or progress.pending
        self._progress.masked |= progress.masked


def _creates(step: Step) -> bool:
    return step.plan.change is not None and step.plan.change.action == "create"


def _is_refusal(error: VeracodeError) -> bool:
    """Tell whether an error surely means that nothing was written."""
    if error.is_outcome_unknown:
        return False
    if isinstance(error, InputError):
        return True
    return isinstance(error, ApiError) and error.status is not None and 400 <= error.status < 500


def _not_tried(step: Step, change: Change[t.Any], reason: str) -> VeracodeError:
    return VeracodeError(
        f'"{change.name}" was not tried, since {reason}; run the task again',
        location=step.location,
        kind=change.kind,
        name=change.name,
    )


def _unexpected(step: Step, error: Exception) -> VeracodeError:
    """Return the error for a fault of the collection itself, which must not hide what was done."""
    change = step.plan.change
    return VeracodeError(
        f"An unexpected {type(error).__name__} occurred, so it is unknown whether the change was made; please report it, then "
        "run the task again",
        location=step.location,
        kind=change.kind if change else None,
        name=change.name if change else None,
    )


def _from(change: Change[t.Any], before: Team | BusinessUnit, handle: str | None) -> Change[t.Any]:
    after = change.after
    if isinstance(after, Team):
        after = replace(after, team_id=handle)
    elif isinstance(after, BusinessUnit):
        after = replace(after, unit_id=handle)
    return replace(change, before=before, after=after)

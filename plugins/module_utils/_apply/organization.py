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
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.base import AccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.structure import StructureClients
from ansible_collections.community.veracode.plugins.module_utils._apply.object import (
    Progress,
    apply_plan,
    wait_for,
)
from ansible_collections.community.veracode.plugins.module_utils._apply.structure import apply_structure
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
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import Organization
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.plan import Step


class OrganizationWriter:
    """Carries out steps in the order of their phases, those of one phase at once.

    :param progress: takes what was done, in the order of the plan.
    :param workers: how many threads write.
    :param find_owner: finds the account of a pair that a destination holds.
    """

    def __init__(
        self,
        directory: AccountClient,
        structure: StructureClients,
        progress: Progress,
        organization: Organization,
        *,
        check_mode: bool,
        workers: int,
        find_owner: FindOwner,
    ) -> None:
        self._find_owner = find_owner
        self._directory = directory
        self._structure = structure
        self._progress = progress
        self._check_mode = check_mode
        self._workers = workers
        # A plan that changes nothing has no place, so these are found by username.
        self._key_options = {
            str(entry.desired.username).casefold(): {"credentials_format": "ini", **entry.options}
            for entry in organization.accounts
            if entry.options.get("credentials") == "on_create"
        }
        self._created: dict[tuple[str, str], t.Any] = {}
        self._stop = threading.Event()
        self.done: set[int] = set()
        self.failed: set[int] = set()

    def check_keys(self, steps: t.Sequence[Step]) -> None:
        """See, before the first write, whether every key pair that will be generated can be kept.

        :raises VeracodeError: some cannot.
        """
        problems: list[VeracodeError] = []
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
                destinations += [Destination(str(step.place), store)] if store is not None else []
            except InputError as error:
                error.place = f"{step.place}.{error.option}"
                error.msg = f"{step.place}.{error.msg}"
                error.kind, error.name = entity.kind, entity.username
                problems.append(error)
        raise_all([*problems, *shared_destinations(destinations)])

    def _keys(self, entity: t.Any, progress: Progress) -> KeyDelivery | None:
        if not isinstance(entity, Account) or entity.kind != API_USER:
            return None
        options = self._key_options.get(entity.username.casefold())
        return KeyDelivery(options, progress, self._find_owner) if options is not None else None

    def carry_out(self, steps: t.Sequence[Step], *, stop: bool, report: Report) -> list[VeracodeError]:
        """Carry out all steps and return what failed, each with its place.

        :param stop: begin nothing more after the first failure.
        """
        errors: list[VeracodeError] = []
        with ThreadPoolExecutor(max_workers=self._workers, thread_name_prefix="veracode-write") as pool:
            for _phase, group in itertools.groupby(steps, key=lambda step: step.phase):
                todo = [step for step in group if step.plan.change is not None]
                outcomes = pool.map(lambda step: self._one(step, stop=stop, report=report), todo)
                for step, (progress, error) in zip(todo, outcomes, strict=True):
                    self._take(progress)
                    if error is not None:
                        errors.append(error)
                        self.failed.add(id(step))
                    elif progress is not None:
                        self.done.add(id(step))
        return errors

    def _one(self, step: Step, *, stop: bool, report: Report) -> tuple[Progress | None, VeracodeError | None]:
        if self._stop.is_set():
            return None, None
        progress = Progress()
        error: VeracodeError | None = None
        try:
            self._apply(step, progress)
        except VeracodeError as caught:
            error = caught
            error.place = error.place or step.place
            if stop:
                self._stop.set()
        report.one(failed=error is not None)
        return progress, error

    def _apply(self, step: Step, progress: Progress) -> None:
        plan = self._with_handles(step.plan)
        change = plan.change
        if change is None:
            return
        if not self._check_mode and change.before is not None and getattr(change.before, "handle", None) is None:
            # What this would go on with could not be created, and that has been told.
            return
        if change.kind == TEAM:
            self._created[TEAM, change.name] = self._apply_team(plan, progress)
        elif change.kind == BUSINESS_UNIT:
            self._created[BUSINESS_UNIT, change.name] = apply_structure(
                plan, self._structure.business_units, progress, check_mode=self._check_mode
            )
        else:
            # What was said of an entry while it was planned has been told with its place.
            plan = replace(plan, warnings=())
            keys = self._keys(plan.entity, progress) if _creates(step) else None
            with keys or contextlib.nullcontext():
                if keys is not None:
                    keys.check(change.name)
                account = apply_plan(plan, self._directory, progress, check_mode=self._check_mode, keys=keys)
            if change.action == "create":
                self._created[change.kind, change.name] = account
            progress.warnings += keys.warnings if keys is not None else []

    def _apply_team(self, plan: Plan, progress: Progress) -> Team | None:
        """Carry out the plan of a team; one that names new accounts waits until these can be read, if it has to."""
        try:
            return apply_structure(plan, self._structure.teams, progress, check_mode=self._check_mode)
        except ApiError as error:
            after = plan.change.after if plan.change is not None else None
            names = {user.username for user in (after.users or ())} if isinstance(after, Team) else set()
            new = [
                each for (kind, name), each in list(self._created.items()) if kind in (USER, API_USER) and name in names
            ]
            if error.status not in (400, 404) or not new:
                raise
        wait_for(lambda: all(self._directory.details(account) for account in new) or None)
        return apply_structure(plan, self._structure.teams, progress, check_mode=self._check_mode)

    def _with_handles(self, plan: Plan) -> Plan:
        """Give an object that this run has created the GUID it got."""
        change = plan.change
        if change is None or change.before is None:
            return plan
        created = self._created.get((change.kind, change.name))
        before = change.before
        if isinstance(before, Team) and before.team_id is None and created is not None:
            return replace(plan, change=_from(change, replace(before, team_id=created.team_id), created.team_id))
        if isinstance(before, BusinessUnit) and before.unit_id is None and created is not None:
            return replace(plan, change=_from(change, replace(before, unit_id=created.unit_id), created.unit_id))
        return plan

    def _take(self, progress: Progress | None) -> None:
        if progress is None:
            return
        self._progress.actions += progress.actions
        self._progress.warnings += progress.warnings
        self._progress.pending = self._progress.pending or progress.pending
        self._progress.masked |= progress.masked


def _creates(step: Step) -> bool:
    return step.plan.change is not None and step.plan.change.action == "create"


def _from(change: Change, before: Team | BusinessUnit, handle: str | None) -> Change:
    after = change.after
    if isinstance(after, Team):
        after = replace(after, team_id=handle)
    elif isinstance(after, BusinessUnit):
        after = replace(after, unit_id=handle)
    return replace(change, before=before, after=after)


class Report:
    """Tells how far a long run is, in a file that can be followed while the module runs.

    :param path: the file, C(None) for none; it is begun anew.
    :param total: how many objects there are to write.
    :raises InputError: the file cannot be written.
    """

    def __init__(self, path: str | None, total: int) -> None:
        self._path = path
        self._total = total
        self._done = 0
        self._failed = 0
        self._last = 0.0
        self._lock = threading.Lock()
        if path is not None:
            self._write("w")

    def one(self, *, failed: bool) -> None:
        """Count one object; the file gets a line once a second, and the last one."""
        with self._lock:
            self._done += 1
            self._failed += failed
            now = time.monotonic()
            if self._path is not None and (self._done == self._total or now - self._last >= 1):
                self._last = now
                # What is done meanwhile matters more than a line about it.
                with contextlib.suppress(InputError):
                    self._write("a")

    def _write(self, mode: str) -> None:
        failed = f", {self._failed} failed" if self._failed else ""
        moment = time.strftime("%H:%M:%S")
        try:
            with open(str(self._path), mode, encoding="utf-8") as stream:
                stream.write(f"{moment} {self._done} of {self._total} written{failed}\n")
        except OSError as error:
            raise InputError(
                f'progress_file: "{self._path}" cannot be written ({error.strerror}); create its folder first, or choose another',
                option="progress_file",
                value=self._path,
            ) from None

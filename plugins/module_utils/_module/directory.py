# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of `veracode_directory`: read the organization once, plan, check the guards, and write what differs."""

from __future__ import annotations

import os
import time
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._apply.organization import OrganizationWriter
from ansible_collections.community.veracode.plugins.module_utils._apply.progress_file import Report
from ansible_collections.community.veracode.plugins.module_utils._argspec import directory_arguments, entry_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    InputError,
    SeveralErrors,
    VeracodeError,
    united,
)
from ansible_collections.community.veracode.plugins.module_utils._files import read_regular, write_regular
from ansible_collections.community.veracode.plugins.module_utils._model.plan_file import (
    compare_plan,
    plan_document,
    plan_text,
    read_plan,
)
from ansible_collections.community.veracode.plugins.module_utils._model.wording import counted, summary_sentence
from ansible_collections.community.veracode.plugins.module_utils._module.directory_plan import Reconciliation
from ansible_collections.community.veracode.plugins.module_utils._module.key_owner import find_owner
from ansible_collections.community.veracode.plugins.module_utils._module.organization import host_of, organization_of
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import (
    Organization,
    read_organization,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.locations import Part, as_one, shown
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.merge import (
    merge_diffs,
    merge_entries,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.phases import Step
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Session


def reconcile(session: Session) -> dict[str, t.Any]:
    """Do the work of `veracode_directory`."""
    started = time.monotonic()
    params = session.params
    run: Reconciliation | None = None
    parts: list[Part] = []
    try:
        _check_limits(params)
        parts = [*_read_files(params["files"]), Part("", params)]
        organization = read_organization(parts, {name: tuple(spec) for name, spec in entry_arguments().items()})
        session.progress.warnings += organization.warnings
        run = Reconciliation(session, organization, parts)
        run.plan()
        header = f"directory {host_of(session)}"
        diff = {"before_header": header, "after_header": header, **merge_diffs(run.changes)}
        session.progress.warnings += run.warnings
        _approve(run, session, diff)
        writer = OrganizationWriter(
            run.client,
            run.structure,
            session.progress,
            organization,
            run.achieved(),
            check_mode=session.check_mode,
            workers=params["workers"],
            find_owner=find_owner(session),
            stop=params["on_error"] == "stop",
        )
        writer.check_keys(run.steps)
        with session.activity.phase("writing", len(run.changes)) as phase:
            errors = writer.carry_out(run.steps, Report(params["progress_file"], len(run.changes), phase))
    except VeracodeError as error:
        error = shown(error, parts)
        session.progress.kept["errors"] = [each.failure() for each in error.all]
        raise as_one(error) from None
    finally:
        if run is not None:
            run.reader.close()
    errors = [shown(error, parts) for error in errors]
    session.progress.actions = merge_entries(session.progress.actions)
    result = {
        "diff": diff,
        "errors": [error.failure() for error in errors],
        "read_strategy": run.reader.strategy,
        "complete": run.reader.inventory.complete,
        "elapsed": round(time.monotonic() - started, 3),
        "summary": _summary(run.steps, writer),
    }
    result["msg"] = _closing_line(result, session, run.steps)
    if errors:
        session.progress.kept.update({name: value for name, value in result.items() if name != "msg"})
        raise _failed(str(result["msg"]), errors)
    return result


def _read_files(paths: t.Sequence[str] | None) -> list[Part]:
    if paths is None:
        return []
    # Imported here, since a task without files does without YAML.
    from ansible_collections.community.veracode.plugins.module_utils._module.directory_files import read_files

    return read_files(paths)


def _failed(closing_line: str, errors: t.Sequence[VeracodeError]) -> VeracodeError:
    """Return the error for a run in which something went wrong: the closing line, then a line for each fault."""
    return SeveralErrors(errors, [closing_line, as_one(united(errors)).msg])


def _approve(run: Reconciliation, session: Session, diff: dict[str, t.Any]) -> None:
    """Write the plan, check the guards, and hold the plan against the approved one."""
    approved_path, path = (_path(run.params[option]) for option in ("expect_plan", "plan_file"))
    # Read before anything is written: however it is spelled, the new plan may go to the same file.
    approved = read_plan(read_regular(approved_path, "expect_plan"), approved_path) if approved_path else None
    today: dict[str, t.Any] = {}
    if path is not None or approved is not None:
        organization = organization_of(session)
        entries = merge_entries(_entries(run.steps, run.organization))
        today = plan_document(organization, entries, diff, _destinations(run))
        is_same_file = bool(path and approved_path) and os.path.realpath(str(path)) == os.path.realpath(
            str(approved_path)
        )
        if path is not None and not is_same_file:
            write_regular(path, "plan_file", plan_text(today))
    run.check_guards()
    if approved is not None:
        compare_plan(approved, today, str(approved_path))


def _path(value: str | None) -> str | None:
    return os.path.expanduser(value) if value else None


def _destinations(run: Reconciliation) -> list[dict[str, t.Any]]:
    """Return where the key pair of each new account goes."""
    options = {entry.desired.location: entry.options for entry in run.organization.accounts}
    destinations = []
    for step in run.steps:
        given = options.get(step.location, {})
        change = step.plan.change
        if change is not None and change.action == "create" and given.get("credentials") == "on_create":
            destination = {option: given.get(option) for option in _DESTINATION}
            destinations.append({"name": change.name, **destination})
    return destinations


_DESTINATION = ("credentials_dest", "credentials_format", "credentials_profile")


def _entries(steps: t.Sequence[Step], organization: Organization) -> t.Iterator[dict[str, t.Any]]:
    """Yield what will be noted, in its order."""
    generates = {
        entry.desired.location for entry in organization.accounts if entry.options.get("credentials") == "on_create"
    }
    for step in steps:
        if step.plan.change is None:
            continue
        yield step.plan.change.entry
        if step.plan.change.action == "create" and step.location in generates:
            yield {"action": "generate", "kind": "api_credentials", "name": step.plan.change.name, "fields": []}


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
    """Count objects by their outcome; what was not begun any more is in none of the counts."""
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


def _closing_line(result: t.Mapping[str, t.Any], session: Session, steps: t.Sequence[Step]) -> str:
    """Return what was done, or in check mode would be, and at what cost."""
    total = sum(step.plan.change is None for step in steps)
    total += len({(step.plan.change.kind, step.plan.change.name) for step in steps if step.plan.change is not None})
    noun = "account" if all(step.is_of_account for step in steps) else "object"
    summary = result["summary"]
    changed = {word: summary[word] for word in _WORDS.values()}
    left = {"failed": summary["failed"], "not tried": total - sum(summary.values())}
    calls = session.calls.as_dict()
    return (
        f"{summary_sentence(changed, total, noun, left, check_mode=session.check_mode)} "
        f"{counted(calls['reads'], 'read')} and {counted(calls['writes'], 'write')} in {result['elapsed']:.1f} s, "
        f"read by {result['read_strategy']}."
    )


DIRECTORY = Module(options=directory_arguments, work=reconcile, plans_all=True)

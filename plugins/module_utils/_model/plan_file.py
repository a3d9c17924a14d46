# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The file that holds a plan, so that what was approved is what runs."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError, InputError

Plan = dict[str, t.Any]


def write_plan(path: str, actions: t.Sequence[Plan], diff: Plan) -> None:
    """Write a plan, whole or not at all. It holds names and options of accounts and no secret.

    :raises InputError: the file cannot be written.
    """
    path = os.path.expanduser(path)
    folder = os.path.dirname(path) or "."
    text = json.dumps(_plan(actions, diff), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".plan-")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise InputError(
            f'plan_file: "{path}" cannot be written ({error.strerror}); choose a folder that exists and is writable',
            option="plan_file",
            value=path,
        ) from None


def _plan(actions: t.Sequence[Plan], diff: Plan) -> Plan:
    return {"actions": list(actions), "diff": diff}


def compare_plan(path: str, actions: t.Sequence[Plan], diff: Plan) -> None:
    """Refuse to go on if the plan differs from the one in a file.

    :raises GuardError: it differs; says how.
    :raises InputError: the file cannot be read.
    """
    path = os.path.expanduser(path)
    try:
        with open(path, encoding="utf-8") as stream:
            approved = json.load(stream)
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or "it is not JSON"
        raise InputError(
            f'expect_plan: "{path}" cannot be read ({why}); give the file that plan_file wrote',
            option="expect_plan",
            value=path,
        ) from None
    # What is compared has gone through JSON, too.
    today = json.loads(json.dumps(_plan(actions, diff)))
    if approved == today:
        return
    then = _lines(approved)
    now = _lines(today)
    more, less = sorted(now - then), sorted(then - now)
    told = [f"not in the approved plan: {line}" for line in more[:10]] + [
        f"no longer planned: {line}" for line in less[:10]
    ]
    left = len(more) + len(less) - len(told)
    told += [f"and {left} more"] if left else []
    raise GuardError(
        f'expect_plan: today\'s plan differs from the one in "{path}": {"; ".join(told) or "its values differ"}. Nothing '
        "was written; look at the new plan (plan_file in check mode) and approve that",
        option="expect_plan",
        value=path,
    )


def _lines(plan: t.Any) -> set[str]:
    """Return a plan, or whatever a file held in its stead, as lines that can be told to a person."""
    lines = set()
    actions = _at(plan, "actions")
    for action in actions if isinstance(actions, list) else []:
        kind, name = str(_at(action, "kind")), str(_at(action, "name"))
        sides = [_at(plan, "diff", side, kind, name) for side in ("before", "after")]
        lines.add(f"{_at(action, 'action')} {kind} {name} {json.dumps(sides, sort_keys=True, ensure_ascii=False)}")
    return lines


def _at(value: t.Any, *keys: str) -> t.Any:
    """Return what stands below these keys, `None` if nothing does."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value

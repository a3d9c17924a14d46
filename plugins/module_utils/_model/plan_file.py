# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The document that holds a plan, so that what was approved is what runs. Pure.

It is JSON with `version`, `organization` (`host`, `id`, `name`), `actions` and `diff` as in the result of the module, and
`destinations`, the files that new key pairs go to.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError, InputError

Document = dict[str, t.Any]

VERSION = 1

_NEW = "review and approve the new plan (plan_file in check mode)"
# So many differences of each sort are named.
_MOST = 10


def plan_document(
    organization: Document, actions: t.Sequence[Document], diff: Document, destinations: t.Sequence[Document]
) -> Document:
    """Return the document of a plan. It holds names and options of accounts and no secret.

    :param organization: its `host`, and its `id` and `name` as far as they are known.
    :param destinations: where the key pair of each new account goes.
    """
    return {
        "version": VERSION,
        "organization": dict(organization),
        "actions": list(actions),
        "diff": diff,
        "destinations": sorted(destinations, key=lambda each: str(each["name"])),
    }


def plan_text(document: Document) -> bytes:
    """Return a plan as it stands in a file."""
    return (json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


def read_plan(content: bytes, path: str) -> t.Any:
    """Return the plan that a file holds.

    :raises InputError: it holds none.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise _no_plan(path, "is not JSON") from None
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise _no_plan(path, "is not a plan of this version")
    return document


def _no_plan(path: str, what: str) -> InputError:
    return InputError(
        f'expect_plan: "{path}" {what}; give a file that plan_file wrote', option="expect_plan", value=path
    )


def compare_plan(approved: Document, today: Document, path: str) -> None:
    """Refuse to go on if today's plan differs from the approved one.

    :raises GuardError: it differs; says how.
    """
    # What is compared has gone through JSON, too.
    today = json.loads(json.dumps(today))
    if approved == today:
        return
    then, now = _organization(approved), _organization(today)
    if then != now:
        raise _differs(path, f"it was made for {then}, and this is {now}")
    more, less = sorted(_lines(today) - _lines(approved)), sorted(_lines(approved) - _lines(today))
    differences = [f"not in the approved plan: {line}" for line in more[:_MOST]]
    differences += [f"no longer planned: {line}" for line in less[:_MOST]]
    left = len(more) + len(less) - len(differences)
    differences += [f"and {left} more"] if left else []
    raise _differs(path, "; ".join(differences) or "its values differ")


def _differs(path: str, how: str) -> GuardError:
    return GuardError(
        f'expect_plan: today\'s plan differs from the one in "{path}": {how}. Nothing was written; {_NEW}',
        option="expect_plan",
        value=path,
    )


def _organization(plan: t.Any) -> str:
    name, number = _at(plan, "organization", "name"), _at(plan, "organization", "id")
    return f'"{name or number or "an organization"}" ({number or "without id"}) at {_at(plan, "organization", "host")}'


def _lines(plan: t.Any) -> set[str]:
    """Return a plan, or whatever a file held in its stead, as lines that can be shown to a person."""
    lines = set()
    for action in _list(plan, "actions"):
        kind, name = str(_at(action, "kind")), str(_at(action, "name"))
        sides = [_at(plan, "diff", side, kind, name) for side in ("before", "after")]
        lines.add(f"{_at(action, 'action')} {kind} {name} {json.dumps(sides, sort_keys=True, ensure_ascii=False)}")
    for destination in _list(plan, "destinations"):
        lines.add(f"key pair of {_at(destination, 'name')} in {json.dumps(destination, sort_keys=True)}")
    return lines


def _list(plan: t.Any, key: str) -> list[t.Any]:
    value = _at(plan, key)
    return value if isinstance(value, list) else []


def _at(value: t.Any, *keys: str) -> t.Any:
    """Return what stands below these keys, `None` if nothing does."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value

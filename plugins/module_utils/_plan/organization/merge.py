# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One entry and one difference for each object, however many calls it takes. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._model.change import Change


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


def merge_diffs(changes: t.Iterable[Change[t.Any]]) -> dict[str, dict[str, dict[str, dict[str, t.Any]]]]:
    """Return `before` and `after` of all changes: kind, then name, then options.

    An object that is created or deleted stands on one side only.
    """
    before: dict[str, dict[str, dict[str, t.Any]]] = {}
    after: dict[str, dict[str, dict[str, t.Any]]] = {}
    created: set[tuple[str, str]] = set()
    for change in changes:
        diff = change.diff
        if change.action == "create":
            created.add((change.kind, change.name))
        if (change.kind, change.name) not in created:
            # What was there before the first of several changes of an object was there before all of them.
            names = before.setdefault(change.kind, {})
            names[change.name] = {**diff["before"], **names.get(change.name, {})}
        if change.action != "delete":
            after.setdefault(change.kind, {}).setdefault(change.name, {}).update(diff["after"])
    return {side: _sorted(kinds) for side, kinds in (("before", before), ("after", after))}


def _sorted(kinds: dict[str, dict[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    return {kind: dict(sorted(names.items())) for kind, names in sorted(kinds.items())}

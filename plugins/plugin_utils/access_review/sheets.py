# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The sheets of an access review: a CSV for each team manager, and the record of what was written into them. Pure."""

from __future__ import annotations

import hashlib
import re
import typing as t

from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import (
    API,
    TEAM,
    Record,
    day,
    full_name,
    is_enabled,
    kind_of,
)
from ansible_collections.community.veracode.plugins.plugin_utils.csv import write_csv

DECISIONS = ("keep", "change", "remove")
COLUMNS = (
    "team",
    "username",
    "name",
    "type",
    "team_manager",
    "roles",
    "last_login",
    "findings",
    "decision",
    "new_roles",
    "note",
    "reviewer",
    "review",
)
NOBODY = "no-manager"
"""Reviewer, and stem of the sheet, of the accounts for which no team manager answers."""

_MAX_STEM = 80


def file_stem(manager: str) -> str:
    """Return a file name for a manager, without an ending; a long one is cut and made unique by a checksum."""
    stem = re.sub(r"[^A-Za-z0-9@._-]", "_", manager).lstrip(".") or "_"
    if len(stem) <= _MAX_STEM:
        return stem
    return f"{stem[:_MAX_STEM]}-{hashlib.sha256(manager.encode()).hexdigest()[:8]}"


def sheets(users: t.Sequence[Record], teams: t.Sequence[Record], result: Record) -> tuple[list[Record], Record]:
    """Return a CSV for each team manager, and the record of their rows.

    A member of two teams is in the sheets of both managers, each of whom decides about the own team. Each sheet has
    `manager` (`None` for the accounts without), `file` and `text`. The record is what `decisions` holds sheets against.

    :param result: the review of the same reading.
    """
    by_name = {user["username"].casefold(): user for user in users}
    found: dict[str, list[str]] = {}
    for finding in result["findings"]:
        if finding["kind"] != TEAM:
            found.setdefault(finding["name"].casefold(), []).append(finding["title"])
    members, managers = _members(by_name, teams)
    rows: dict[str, list[list[str]]] = {}
    for name in sorted(members):
        for key in sorted(members[name] & by_name.keys()):
            row = _row(name, by_name[key], key in managers.get(name, ()), found.get(key, []))
            for manager in sorted(managers.get(name, ())) or [NOBODY]:
                rows.setdefault(manager, []).append(row)
    in_team = {key for keys in members.values() for key in keys}
    for key in sorted(by_name):
        if key not in in_team and is_enabled(by_name[key]):
            rows.setdefault(NOBODY, []).append(_row("", by_name[key], False, found.get(key, [])))
    written: list[Record] = []
    record: Record = {"id": result["id"], "sheets": {}, "files": {}, "applied": {}}
    taken: set[str] = set()
    for manager in sorted(rows, key=lambda name: (name == NOBODY, name)):
        shown = by_name[manager]["username"] if manager in by_name else manager
        stem = file_stem(shown)
        while stem.casefold() in taken:
            stem += "_"
        taken.add(stem.casefold())
        text = write_csv(COLUMNS, [[*row, shown, result["id"]] for row in rows[manager]])
        # The byte order mark lets Excel see UTF-8.
        written.append(
            {"manager": None if manager == NOBODY else shown, "file": f"{stem}.csv", "text": f"\ufeff{text}"}
        )
        record["files"][shown] = f"{stem}.csv"
        record["sheets"][shown] = [[row[0], row[1], row[5]] for row in rows[manager]]
    return written, record


def _members(
    by_name: t.Mapping[str, Record], teams: t.Sequence[Record]
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the members and the managers of each team, as the teams and the accounts report them."""
    members: dict[str, set[str]] = {team["name"]: set() for team in teams}
    managers: dict[str, set[str]] = {team["name"]: set() for team in teams}
    for team in teams:
        managers[team["name"]] |= {name.casefold() for name in team.get("managers") or ()}
        members[team["name"]] |= {name.casefold() for name in team.get("members") or ()} | managers[team["name"]]
    for key, user in by_name.items():
        for name in user.get("teams") or ():
            members.setdefault(name, set()).add(key)
        for name in user.get("managed_teams") or ():
            managers.setdefault(name, set()).add(key)
    return members, managers


def _row(team: str, user: Record, is_manager: bool, found: t.Sequence[str]) -> list[str]:
    return [
        team,
        user["username"],
        full_name(user),
        "API user" if kind_of(user) == API else "person",
        "yes" if is_manager else "",
        "; ".join(user.get("roles") or ()),
        day(user.get("last_login")) or "unknown",
        "; ".join(found),
        "",
        "",
        "",
    ]

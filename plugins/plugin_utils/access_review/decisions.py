# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the sheets decide that were filled in for an access review, as input for `veracode_directory`. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.plugin_utils.access_review.sheets import COLUMNS, DECISIONS
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import (
    ADMINISTRATORS,
    API,
    Record,
    ReviewError,
    is_administrator,
    is_enabled,
    kind_of,
)
from ansible_collections.community.veracode.plugins.plugin_utils.csv import Row, error_lines, read_table


@dataclass(frozen=True)
class Decision:
    """One row of a sheet.

    :param location: file and line.
    :param roles: of the account at the review.
    """

    location: str
    reviewer: str
    team: str
    username: str
    decision: str
    roles: frozenset[str]
    new_roles: tuple[str, ...]

    @property
    def key(self) -> str:
        """What identifies the row in the record of the review."""
        return f"{self.team}\n{self.username}"

    @property
    def outcome(self) -> str:
        """What was decided, for the record of the review."""
        return self.decision + ": " * bool(self.new_roles) + "; ".join(sorted(self.new_roles))


@dataclass
class _Sheets:
    """The sheets as they are read.

    :param record: of the review that they belong to.
    :param newest: id of the newest review of the same folder, `None` if there is none.
    """

    record: Record
    newest: str | None
    rows: list[Decision] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def read(self, name: str, source: bytes) -> None:
        """Read one sheet; its errors are noted."""
        table = read_table(source)
        if table.errors:
            self.errors += error_lines(table.errors, name)
            return
        missing = [column for column in COLUMNS if column != "note" and table.find(column) is None]
        if missing:
            self.errors.append(
                f"{name}: the column {missing[0]} is missing; keep the first line of the sheet as it was"
            )
            return
        reviewers = set()
        for row in table.rows:
            cells = {column: self._cell(table.find(column), row) for column in COLUMNS}
            location = f"{name}: line {row.line}"
            error = self._error(cells)
            if error:
                self.errors.append(f"{location}: {error}")
                if cells["review"] != self.record["id"]:
                    return  # The same is wrong with each row.
                continue
            reviewers.add(cells["reviewer"])
            self.rows.append(_decision(cells, location))
        if len(reviewers) > 1:
            self.errors.append(f"{name}: rows of several reviewers; keep the sheets apart as they were written")
        for reviewer in sorted(reviewers):
            file = self.record.get("files", {}).get(reviewer)
            # Otherwise a manager could decide about the sheet of another one.
            if file is not None and _stem(name) != _stem(file):
                self.errors.append(
                    f'{name}: reviewer: "{reviewer}" was written into the sheet "{file}"; give the file this name again, or '
                    "correct its rows"
                )

    @staticmethod
    def _cell(key: str | None, row: Row) -> str:
        cell = row.cells.get(key or "")
        return cell.text if cell is not None else ""

    def _error(self, cells: t.Mapping[str, str]) -> str | None:
        """Return what is wrong with a row, `None` if nothing is."""
        decision = cells["decision"].casefold()
        if cells["review"] != self.record["id"]:
            return (
                f'review: "{cells["review"]}" is another review than "{self.record["id"]}"; use the sheets of this one'
            )
        if self.newest is not None and self.newest != self.record["id"]:
            return (
                f'review: "{cells["review"]}" is not the newest review, which is "{self.newest}"; use the newest sheets'
            )
        rows = self.record["sheets"].get(cells["reviewer"], [])
        roles = next((row[2] for row in rows if row[:2] == [cells["team"], cells["username"]]), None)
        if roles is None:
            return (
                f'username: "{cells["username"]}" of the team "{cells["team"]}" was not written into the sheet of '
                f'"{cells["reviewer"]}"; remove the row'
            )
        if set(_names(roles)) != set(_names(cells["roles"])):
            return (
                f'roles: "{cells["roles"]}" is not what was written into the sheet; write the new ones into new_roles'
            )
        return _decision_error(decision, cells)


def _decision_error(decision: str, cells: t.Mapping[str, str]) -> str | None:
    if decision and decision not in DECISIONS:
        return f"decision: unknown value {cells['decision']!r}; use keep, change or remove"
    if decision == "change" and not _names(cells["new_roles"]):
        return "new_roles: change needs all roles that the account is to have; separate them by semicolons"
    if decision != "change" and cells["new_roles"]:
        return f"decision: new_roles are given, but the decision is {decision or 'empty'!r}; use change"
    return None


def _is_record(record: t.Any) -> bool:
    """Whether this is the record of a review, as `sheets` returns it."""
    if not isinstance(record, dict) or not {"id", "sheets", "applied"} <= set(record):
        return False
    parts = (record["sheets"], record["applied"], record.get("files", {}))
    return all(isinstance(part, dict) for part in parts) and all(
        isinstance(row, list) and len(row) == 3 and all(isinstance(cell, str) for cell in row)
        for rows in record["sheets"].values()
        for row in (rows if isinstance(rows, list) else [None])
    )


def _stem(file: str) -> str:
    """Return the name of a file without its ending and without what a browser adds to a copy, ` (1)`."""
    return re.sub(r" ?\([0-9]+\)$", "", file.rpartition(".")[0]).casefold()


def _names(cell: str) -> list[str]:
    return [part.strip() for part in re.split("[,;]", cell) if part.strip()]


def _decision(cells: t.Mapping[str, str], location: str) -> Decision:
    return Decision(
        location,
        cells["reviewer"],
        cells["team"],
        cells["username"],
        cells["decision"].casefold(),
        frozenset(_names(cells["roles"])),
        tuple(_names(cells["new_roles"])),
    )


def decisions(
    files: t.Sequence[tuple[str, bytes]],
    users: t.Sequence[Record],
    record: t.Any,
    newest: str | None = None,
) -> Record:
    """Return what the sheets say that were filled in, as input for `veracode_directory`.

    Only rows that the review wrote into a sheet count. A decision that holds already changes nothing.

    :param files: names and contents of the sheets.
    :param users: the accounts as they are now: a sheet that another change has overtaken is refused.
    :param record: of the review that wrote the sheets, as `sheets` returns it.
    :param newest: id of the newest review of this organization.
    :returns: `users`, `api_users`, `counts` by decision (`open`: none yet), and `record` with what is applied now.
    :raises ReviewError: with every error, each with file and line.
    """
    if not _is_record(record):
        raise ReviewError("record: not the review.json of the sheets; keep it in the folder of the sheets")
    read = _Sheets(record, newest)
    for name, source in files:
        read.read(name, source)
    counts = {**dict.fromkeys(DECISIONS, 0), "open": 0}
    by_name = {user["username"].casefold(): user for user in users}
    decided = _agreed(read.rows, read.errors)
    applied = dict(record["applied"])
    changes = _Changes(by_name, read.errors)
    for found in decided.values():
        counts[found.decision or "open"] += 1
        if found.decision in ("", "keep"):
            continue
        if applied.get(found.key) != found.outcome:
            changes.add(found)
            applied[found.key] = found.outcome
    changes.check()
    if read.errors:
        raise ReviewError("\n".join(dict.fromkeys(read.errors)))
    return {**changes.entries_by_list(), "counts": counts, "record": {**record, "applied": applied}}


def _agreed(rows: t.Sequence[Decision], errors: list[str]) -> dict[tuple[str, str], Decision]:
    """Return the decision on each account in each team, out of all sheets."""
    seen: dict[tuple[str, str], Decision] = {}
    for found in rows:
        key = (found.username.casefold(), found.team)
        other = seen.get(key)
        if other is not None and found.decision and other.decision:
            if other.outcome != found.outcome:
                errors.append(
                    f"{found.location}: decision: {found.decision!r} contradicts {other.location}; agree on one"
                )
        elif other is None or found.decision:
            seen[key] = found
    return seen


class _Changes:
    """What the decisions make of each account."""

    def __init__(self, by_name: t.Mapping[str, Record], errors: list[str]) -> None:
        self._by_name = by_name
        self._errors = errors
        self._entries: dict[str, Record] = {}
        self._roles_from: dict[str, Decision] = {}
        self._teams_from: dict[str, Decision] = {}

    def add(self, found: Decision) -> None:
        """Add a decision to change or to remove."""
        key = found.username.casefold()
        user = self._by_name.get(key)
        if user is None:
            self._refuse(found, f'username: there is no account "{found.username}" any more; review again')
        elif found.decision == "change":
            self._change(found, key, user)
        elif found.team:
            if found.team in (user.get("teams") or ()):
                entry = self._entry(key)
                entry["teams"] = sorted({*entry.get("teams", ()), found.team})
                entry["teams_mode"] = "remove"
                self._teams_from.setdefault(key, found)
        elif is_enabled(user):
            if is_administrator(user):
                self._refuse(
                    found, f'decision: "{found.username}" is an administrator; let another administrator disable it'
                )
            self._entry(key)["state"] = "disabled"

    def _change(self, found: Decision, key: str, user: Record) -> None:
        current, desired = set(user.get("roles") or ()), set(found.new_roles)
        earlier = self._roles_from.setdefault(key, found)
        if set(earlier.new_roles) != desired:
            self._refuse(found, f"new_roles: they contradict {earlier.location}; agree on one set")
            return
        if desired == current:
            return
        if found.roles != current:
            self._refuse(
                found,
                f'roles: "{found.username}" holds other roles by now ({"; ".join(sorted(current))}); review again',
            )
        touched = sorted((desired ^ current) & set(ADMINISTRATORS))
        if touched:
            verb = "given" if touched[0] in desired else "removed"
            self._refuse(found, f"new_roles: {touched[0]} cannot be {verb} by a sheet; an administrator has to do it")
        self._entry(key)["roles"] = sorted(desired)

    def _entry(self, key: str) -> Record:
        return self._entries.setdefault(key, {"username": self._by_name[key]["username"]})

    def _refuse(self, found: Decision, msg: str) -> None:
        self._errors.append(f"{found.location}: {msg}")

    def check(self) -> None:
        """Refuse to take the last team of an API user, which would then see every application."""
        for key, found in self._teams_from.items():
            user, entry = self._by_name[key], self._entries[key]
            left = set(user.get("teams") or ()) - set(entry["teams"])
            if kind_of(user) == API and not left and "state" not in entry:
                self._refuse(
                    found,
                    f'decision: "{user["username"]}" would have no team, and an API user without a team sees every '
                    "application; keep it in one, or disable it",
                )

    def entries_by_list(self) -> Record:
        """Return the entries for the lists `users` and `api_users`."""
        result: Record = {"users": [], "api_users": []}
        for key in sorted(self._entries):
            entry = self._entries[key]
            if entry.get("state") == "disabled":
                entry = {"username": entry["username"], "state": "disabled"}
            result["api_users" if kind_of(self._by_name[key]) == API else "users"].append(entry)
        return result

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The feed of a personnel system: who leaves, or who works there. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import date

import yaml

from ansible_collections.community.veracode.plugins.module_utils._errors import printable
from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.plugin_utils.csv import (
    Cell,
    FileError,
    Row,
    Table,
    error_lines,
    fold_header,
    read_table,
)
from ansible_collections.community.veracode.plugins.plugin_utils.names import quoted
from ansible_collections.community.veracode.plugins.plugin_utils.onboarding import yaml_error
from ansible_collections.community.veracode.plugins.plugin_utils.spreadsheet import is_workbook

LEAVERS = "leavers"
STAFF = "staff"
# Without regard to case, blanks, `_` and `-`, as all headers.
NAME_COLUMNS = ("username", "email_address", "email", "mail")


def parse_day(text: t.Any) -> date | None:
    """Return a day that is written as `2026-01-31`, or `None`."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Feed:
    """A file that says who leaves, or who is there.

    :param kind: `leavers` or `staff`.
    :param column: the column with the names, `None` for the first that is called like one.
    :param where: values by column; other rows do not count.
    :param last_day_column: the column with a last day. A leaver leaves, and staff is staff no more, from the day after.
    :param sheet: the sheet of a workbook, the first if `None`.
    """

    file: str
    text: str
    kind: str = LEAVERS
    column: str | None = None
    where: t.Mapping[str, t.Any] = field(default_factory=dict)
    last_day_column: str | None = None
    sheet: str | None = None

    @property
    def is_yaml(self) -> bool:
        """Whether the file is YAML by its name."""
        return self.file.lower().endswith((".yml", ".yaml", ".json"))

    @property
    def is_csv(self) -> bool:
        """Whether the file is text with a line for each row, and no workbook."""
        return not self.is_yaml and not is_workbook(self.text[:4].encode("utf-8", "surrogateescape"))


@dataclass
class Names:
    """What a feed says.

    :param counting: the names of the rows that count today: who leaves, or who stays.
    :param known: every name in it.
    :param cut: a name in the last line, which has no line end: the file may be broken off in the middle of it.
    """

    counting: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    cut: str | None = None
    errors: list[str] = field(default_factory=list)


def read_feed(feed: Feed, today: date) -> Names:
    """Return the names in a feed, and everything that is wrong with it."""
    names = Names()
    if feed.is_yaml:
        table, names.errors = _yaml_table(feed)
    else:
        table = read_table(feed.text, sheet=feed.sheet)
        broken = _broken_off(feed, table)
        table.errors += [broken] if broken is not None else []
    if names.errors or not (table.rows or table.columns):
        names.errors += error_lines(table.errors, feed.file, with_row=True)
        return names
    columns = _feed_columns(feed, table)
    if columns is not None:
        for row in table.rows:
            _read_row(feed, row, columns, names, table.errors, today)
        if names.known and feed.is_csv and not feed.text.endswith(("\n", "\r")):
            names.cut = names.known[-1]
    names.errors += error_lines(table.errors, feed.file, with_row=True)
    return names


def _broken_off(feed: Feed, table: Table) -> FileError | None:
    """Return an error if the last line has fewer cells than the header: the writing of the file ended in its middle."""
    if not table.rows or not feed.is_csv:
        return None
    last = table.rows[-1]
    others = [row.count for row in table.rows[:-1]] or [len(table.headers)]
    if last.count < len(table.headers) and min(others) >= len(table.headers):
        return last.error(
            f"the line has {last.count} of {len(table.headers)} columns, so the file may be truncated; export it again"
        )
    return None


@dataclass(frozen=True)
class _Columns:
    name: str
    where: t.Mapping[str, t.Any]
    last_day: str | None


def _feed_columns(feed: Feed, table: Table) -> _Columns | None:
    """Return the keys of the columns that count, or `None` with errors where one is missing."""
    shown = ", ".join(table.columns.values())

    def key(name: str, variable: str) -> str:
        found = table.find(name)
        if found is None:
            hint = did_you_mean(name, table.columns.values(), f"choose one of {shown}")
            table.errors.append(FileError(f"{variable}: there is no column {quoted(name)}{hint}", table.header_line))
        return found or ""

    before = len(table.errors)
    if feed.column is not None:
        name = key(feed.column, "offboarding_feed_column")
    else:
        names = {fold_header(column) for column in NAME_COLUMNS}
        name = next((key for key, header in table.columns.items() if fold_header(header) in names), "")
        if not name:
            msg = f"no column is called {', '.join(NAME_COLUMNS)}; name the one with the usernames or addresses in "
            table.errors.append(
                FileError(f"{msg}offboarding_feed_column, out of {printable(shown)}", table.header_line)
            )
    where = {key(column, "offboarding_feed_where"): value for column, value in feed.where.items()}
    last_day = key(feed.last_day_column, "offboarding_feed_last_day_column") if feed.last_day_column else None
    return _Columns(name, where, last_day) if len(table.errors) == before else None


def _read_row(feed: Feed, row: Row, columns: _Columns, names: Names, errors: list[FileError], today: date) -> None:
    cell = row.cells.get(columns.name)
    if cell is not None:
        hidden = cell.invisible()
        if hidden is not None:
            errors.append(row.error(hidden, cell))
            return
        names.known.append(cell.text)
    if not all(_matches(row.cells.get(key), value) for key, value in columns.where.items()):
        return
    is_past = _is_past(row, columns, errors, today)
    if cell is None:
        errors.append(row.error(f"the column {quoted(columns.name)} is empty; fill it in, or remove the row"))
    elif is_past is None or is_past == (feed.kind == LEAVERS):
        names.counting.append(cell.text)


def _is_past(row: Row, columns: _Columns, errors: list[FileError], today: date) -> bool | None:
    """Return whether the last day of a row is past; `None` if it has none."""
    cell = row.cells.get(columns.last_day) if columns.last_day else None
    if cell is None:
        return None
    last_day = parse_day(cell.text.removesuffix(" 00:00:00"))
    if last_day is None:
        errors.append(row.error(f"{quoted(cell.text)} is not a day; write it as 2026-01-31", cell))
    return last_day is not None and last_day < today


def _matches(cell: Cell | None, wanted: t.Any) -> bool:
    values = wanted if isinstance(wanted, (list, tuple)) else [wanted]
    text = cell.text if cell is not None else ""
    return any(text == (str(value).lower() if isinstance(value, bool) else str(value)).strip() for value in values)


def _yaml_table(feed: Feed) -> tuple[Table, list[str]]:
    table, file = Table(), printable(feed.file)
    try:
        data = yaml.safe_load(feed.text.removeprefix("\ufeff"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return table, [f"{file}: {yaml_error(error)}"]
    if data is None:
        return table, []
    if not isinstance(data, list):
        return table, [f"{file}: not a list of names, or of dictionaries with a name in each; write one of them"]
    errors = []
    for number, entry in enumerate(data, start=1):
        values = entry if isinstance(entry, dict) else {feed.column or NAME_COLUMNS[0]: entry}
        texts = {str(key): value for key, value in values.items() if value is not None and value != ""}
        if not all(isinstance(value, (str, int, date)) for value in texts.values()):
            errors.append(f"{file}: entry {number} is neither a name nor a dictionary of texts; write one of them")
            continue
        table.columns.update({str(key): str(key) for key in values})
        cells = {
            key: Cell(str(value).lower() if isinstance(value, bool) else str(value).strip(), column, key)
            for column, (key, value) in enumerate(texts.items(), start=1)
        }
        table.rows.append(Row(number, number, {key: cell for key, cell in cells.items() if cell.text}))
    return table, errors

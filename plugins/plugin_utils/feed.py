# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The feed of an HR system: who leaves, or who works there. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

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
# Columns that look like one with the last day, without blanks, `_` and `-`.
_LAST_DAY_COLUMNS = frozenset(
    {
        *("lastday", "lastdate", "lastworkingday", "lastdayofwork", "lastdayworked", "leavingdate", "leavedate"),
        *("enddate", "exitdate", "terminationdate", "departuredate", "contractend", "contractenddate"),
    }
)


# Newer Pythons read more forms, such as weeks.
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_ISO_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:Z|[+-][0-9:]+)?\Z"
)
# Excel's number of a day; 1954 to 2173.
_SERIAL = re.compile(r"[2-9][0-9]{4}(?:\.0)?\Z")


def parse_day(text: t.Any) -> date | None:
    """Return a day that is written as `2026-01-31`, or `None`."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) and _ISO_DAY.match(text) else None
    except ValueError:
        return None


def local_day(now: str, zone: str) -> tuple[date | None, list[str]]:
    """Return the day that it is in a time zone, `None` for what is not a time, and what is wrong with the zone.

    :param now: a time in ISO 8601, of UTC if it names no zone; or a day, which is taken as it is.
    :param zone: a name of the IANA database, such as `Europe/Berlin`.
    """
    day = parse_day(now)
    try:
        moment = datetime.fromisoformat(now.replace("Z", "+00:00"))
    except ValueError:
        return None, []
    errors = []
    try:
        local = moment.replace(tzinfo=moment.tzinfo or timezone.utc).astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
        hint = did_you_mean(
            zone, known, "write a name such as Europe/Berlin" if known else "install tzdata where Ansible runs"
        )
        errors.append(f"offboarding_time_zone: {quoted(zone)} is not the name of a time zone{hint}")
        local = moment
    return day or local.date(), errors


def parse_last_day(text: str, form: str | None = None) -> date | None:
    """Return a day of a feed, or `None`: in the given form, or as `2026-01-31`, with or without a time.

    A time is ignored, and so is its zone: what counts is the day that the feed names.

    :param form: as `datetime.strptime` takes it.
    """
    if form is not None:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            pass
    timed = _ISO_TIME.match(text)
    return parse_day(timed.group(1) if timed else text)


def form_error(form: str) -> str | None:
    """Return what is wrong with the form of days, or `None`."""
    sample = date(2026, 11, 27)
    try:
        # Python warns of a form without a year.
        if "%y" in form.casefold() and datetime.strptime(sample.strftime(form), form).date() == sample:
            return None
    except ValueError:
        pass
    return f"offboarding_feed_day_format: {quoted(form)} does not form a day; write it with %d, %m and %Y, for example %d.%m.%Y"


@dataclass(frozen=True)
class Feed:
    """A file that says who leaves, or who is there.

    :param kind: `leavers` or `staff`.
    :param column: the column with the names, `None` for the first that is called like one.
    :param where: values by column; other rows do not count.
    :param last_day_column: the column with a last day. A leaver leaves, and staff is staff no more, from the day after.
    :param day_format: the form of the days, as `datetime.strptime` takes it, in addition to `2026-01-31`.
    :param sheet: the sheet of a workbook, the first if `None`.
    """

    file: str
    text: str
    kind: str = LEAVERS
    column: str | None = None
    where: t.Mapping[str, t.Any] = field(default_factory=dict)
    last_day_column: str | None = None
    sheet: str | None = None
    day_format: str | None = None

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
    :param not_counting: the names of the rows that do not count today, with the places of these rows.
    :param places: the places of the rows that count, by name.
    :param known: every name in it.
    :param matching: how many rows have the values of the conditions.
    :param cut: a name in the last line, which has no line end: the file may be broken off in the middle of it.
    """

    counting: list[str] = field(default_factory=list)
    not_counting: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    matching: int = 0
    cut: str | None = None
    errors: list[str] = field(default_factory=list)


def read_feed(feed: Feed, today: date) -> Names:
    """Return the names in a feed, and everything that is wrong with it."""
    names = Names()
    wrong_form = form_error(feed.day_format) if feed.day_format is not None else None
    if wrong_form is not None:
        names.errors.append(wrong_form)
        return names
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
    unused_last_day: str | None


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
    unused = None
    if last_day is None:
        unused = next((key for key, header in table.columns.items() if fold_header(header) in _LAST_DAY_COLUMNS), None)
    return _Columns(name, where, last_day, unused) if len(table.errors) == before else None


def _read_row(feed: Feed, row: Row, columns: _Columns, names: Names, errors: list[FileError], today: date) -> None:
    cell = row.cells.get(columns.name)
    if cell is not None:
        hidden = cell.invisible()
        if hidden is not None:
            errors.append(row.error(hidden, cell))
            return
        names.known.append(cell.text)
    place = f"entry {row.line}" if feed.is_yaml else f"line {row.line}"
    if not all(_matches(row.cells.get(key), value) for key, value in columns.where.items()):
        if cell is not None:
            names.not_counting.setdefault(cell.text, []).append(place)
        return
    names.matching += 1
    unused = _unused_last_day(feed, row, columns, today)
    if unused is not None:
        errors.append(unused)
    is_past = _is_past(feed, row, columns, errors, today)
    if cell is None:
        errors.append(row.error(f"the column {quoted(columns.name)} is empty; fill it in, or remove the row"))
    elif is_past is None or is_past == (feed.kind == LEAVERS):
        names.counting.append(cell.text)
        names.places.setdefault(cell.text, []).append(place)
    else:
        names.not_counting.setdefault(cell.text, []).append(place)


def _unused_last_day(feed: Feed, row: Row, columns: _Columns, today: date) -> FileError | None:
    """Return an error if the row counts although a column that nobody named says that it does not yet, or no more."""
    cell = row.cells.get(columns.unused_last_day) if columns.unused_last_day else None
    last_day = parse_last_day(cell.text, feed.day_format) if cell is not None else None
    if cell is None or last_day is None or (last_day < today) == (feed.kind == LEAVERS):
        return None
    what = "is to come, and the row would leave now" if feed.kind == LEAVERS else "is past, and the row would stay"
    return row.error(
        f"{quoted(cell.text)} {what}; set offboarding_feed_last_day_column to {quoted(cell.header)}, or remove the column",
        cell,
    )


def _is_past(feed: Feed, row: Row, columns: _Columns, errors: list[FileError], today: date) -> bool | None:
    """Return whether the last day of a row is past; `None` if it has none."""
    cell = row.cells.get(columns.last_day) if columns.last_day else None
    if cell is None:
        return None
    last_day = parse_last_day(cell.text, feed.day_format)
    if last_day is None:
        errors.append(_day_error(row, cell, feed.day_format))
    return last_day is not None and last_day < today


def _day_error(row: Row, cell: Cell, form: str | None) -> FileError:
    day = quoted(cell.text)
    if _SERIAL.match(cell.text):
        return row.error(
            f"{day} is Excel's number of a day; format the column as a date, and save the file again", cell
        )
    if form is not None:
        return row.error(f"{day} is not a day; write it in the form {printable(form)}, or as 2026-01-31", cell)
    msg = f"{day} is not a day; write it as 2026-01-31, or set offboarding_feed_day_format, for example %d.%m.%Y"
    return row.error(msg, cell)


def _matches(cell: Cell | None, desired: t.Any) -> bool:
    values = desired if isinstance(desired, (list, tuple)) else [desired]
    text = cell.text.casefold() if cell is not None else ""
    return any(text == str(value).strip().casefold() for value in values)


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

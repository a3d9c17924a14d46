# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""CSV files with a header, read so that every complaint can name line and column. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean

_SEPARATORS = {";": "semicolons", "\t": "tabulators", "|": "bars"}


@dataclass(frozen=True)
class Problem:
    """What is wrong at one place of a file.

    :param line: line of the file, the first is 1; C(None) where no line can be named.
    :param row: which of the rows below the header, the first is 1; blank lines do not count.
    :param column: number of the column, the first is 1.
    :param header: name of the column.
    """

    msg: str
    line: int | None = None
    row: int | None = None
    column: int | None = None
    header: str | None = None

    def text(self, file: str | None = None, *, with_row: bool = False) -> str:
        """Return the complaint with its place, C(people.csv: line 18 (row 17), column 3 "roles": ...)."""
        parts = [f"{file}: " if file else ""]
        if self.line is not None:
            parts.append(f"line {self.line}")
            if with_row and self.row is not None:
                parts.append(f" (row {self.row})")
            if self.column is not None:
                parts.append(f", column {self.column}")
            if self.header:
                parts.append(f' "{self.header}"')
            parts.append(": ")
        return "".join(parts) + self.msg


@dataclass(frozen=True)
class Cell:
    """A cell that is not empty."""

    text: str
    column: int
    header: str


@dataclass(frozen=True)
class Row:
    """A row with its cells by header; an empty cell is not among them."""

    line: int
    row: int
    cells: t.Mapping[str, Cell]

    def problem(self, msg: str, cell: Cell | None = None) -> Problem:
        """Return a complaint about this row, or about one of its cells."""
        if cell is None:
            return Problem(msg, self.line, self.row)
        return Problem(msg, self.line, self.row, cell.column, cell.header)


def read_rows(
    text: str, known: t.Collection[str] | None, refused: t.Mapping[str, str] | None = None
) -> tuple[list[Row], list[Problem]]:
    """Read a CSV file: commas, quotes as in RFC 4180, one header.

    Never raises for what is in the file. An empty cell, a missing cell at the end of a row and a blank line mean "not
    given". A byte order mark and any line ending are understood.

    :param known: the names that columns may have, case observed; C(None) if they may have any.
    :param refused: what to say of columns that are refused for a reason of their own.
    :returns: the rows, and everything that is wrong.
    """
    broken = _not_text(text)
    if broken is not None:
        return [], [broken]
    records: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            problems.append(Problem(_advice(str(error)), line))
            break
        if any(cell.strip() for cell in record):
            records.append((line, record))
    if not records:
        return [], problems or [Problem("there is no header; name the columns in the first line", 1)]
    header_line, header = records[0]
    separated = _wrong_separator(header, known)
    if separated is not None:
        return [], [Problem(separated, header_line)]
    headers = _check_header(header_line, header, known, refused or {}, problems)
    rows = []
    for number, (line, record) in enumerate(records[1:], start=1):
        cells: dict[str, Cell] = {}
        row = Row(line, number, cells)
        for index, value in enumerate(record):
            name = headers[index] if index < len(headers) else None
            if value == "" or (name == "" and not value.strip()):
                continue
            if not name:
                if index >= len(headers) or header[index] == "":
                    problems.append(
                        Problem(
                            f"the cell {_short(value)} has no column; put quotes around a list with commas",
                            line,
                            number,
                            index + 1,
                        )
                    )
                continue
            cells[name] = Cell(value, index + 1, name)
        rows.append(row)
    return rows, problems


def header_names(text: str) -> list[str]:
    """Return what stands in the first line, whatever separates it: enough to tell one form of file from another."""
    first = next((line for line in text.removeprefix("\ufeff").splitlines() if line.strip()), "")
    return [name.strip('"') for name in re.split(r"[,;\t|]", first)]


def _not_text(text: str) -> Problem | None:
    for number, line in enumerate(text.splitlines(), start=1):
        if "\x00" in line or any("\ud800" <= character <= "\udfff" for character in line):
            return Problem("the file is not UTF-8 text; save it as CSV in UTF-8", number)
    return None


def _advice(error: str) -> str:
    if "expected after" in error:
        return 'a quoted cell goes on after its closing quote; write a quote inside a cell as ""'
    if "unexpected end" in error:
        return "a quote is opened here and never closed"
    return f"not a CSV file: {error}"


def _wrong_separator(header: list[str], known: t.Collection[str] | None) -> str | None:
    if len(header) == 1 if known is None else not set(header) & set(known):
        for separator, plural in _SEPARATORS.items():
            if any(
                separator in cell if known is None else any(name in known for name in cell.split(separator))
                for cell in header
            ):
                return f"the columns are separated by {plural}; save the file with commas between them"
    return None


def _check_header(
    line: int, header: list[str], known: t.Collection[str] | None, refused: t.Mapping[str, str], problems: list[Problem]
) -> list[str]:
    """Return the name of each column, empty for one that cannot be used."""
    names: list[str] = []
    for index, name in enumerate(header):
        if name == "":
            names.append("")
            continue
        usable = False
        if name in names:
            msg = f"the column is there twice, first as column {names.index(name) + 1}; keep one"
        elif name in refused:
            msg = refused[name]
        elif known is None or name in known:
            usable = True
        else:
            hint = did_you_mean(name, known, f"choose one of {', '.join(sorted(known))}")
            msg = f"unknown column{hint}"
        if not usable:
            problems.append(Problem(msg, line, None, index + 1, _short(name).strip('"')))
        names.append(name if usable else "")
    return names


def _short(value: str) -> str:
    text = value if len(value) <= 60 else value[:60] + "…"
    return '"' + text.replace("\r", "\\r").replace("\n", "\\n") + '"'


def flag(row: Row, cell: Cell, problems: list[Problem]) -> bool | None:
    """Return a cell that is C(true) or C(false) in any case; anything else is a problem."""
    value = {"true": True, "false": False}.get(cell.text.casefold())
    if value is None:
        problems.append(row.problem(f"{_short(cell.text)} is not a boolean; write true or false", cell))
    return value


def names(row: Row, cell: Cell, problems: list[Problem]) -> list[str] | None:
    """Return a cell that is a list: names with commas between them, blanks around a comma do not count.

    A name that holds a comma itself can be given as a JSON list, C(["R, D", "Quality Team"]).
    """
    if cell.text.lstrip().startswith("["):
        try:
            value = json.loads(cell.text)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return value
        if cell.text.rstrip().endswith("]"):
            problems.append(
                row.problem(f'{_short(cell.text)} is not a JSON list of names; write it as ["One", "Two"]', cell)
            )
            return None
    listed = [name.strip() for name in cell.text.split(",")]
    if not all(listed):
        problems.append(row.problem(f"{_short(cell.text)} has an empty name between its commas; remove it", cell))
        return None
    return listed


def write_csv(header: t.Sequence[str], rows: t.Iterable[t.Sequence[t.Any]]) -> str:
    """Return a CSV file as in RFC 4180; C(None) is an empty cell.

    Python 3.10 can neither write nor read the character NUL, so that is shown by the sign for what cannot be shown.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if cell is None else str(cell).replace("\0", "\ufffd") for cell in row])
    return out.getvalue()

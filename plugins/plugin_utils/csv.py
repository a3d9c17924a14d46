# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Tables with a header, from CSV text or an Excel workbook: the one reader and the one writer of the collection. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import printable
from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.plugin_utils.names import invisible_character, quoted
from ansible_collections.community.veracode.plugins.plugin_utils.spreadsheet import is_workbook, read_workbook

_SEPARATORS = ",;\t"
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

# What a spreadsheet program takes for a formula (OWASP, CSV injection). An apostrophe in front makes text of it. What
# already has apostrophes in front gets one more, so that reading is the exact reverse of writing.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")

_MAX_PLACES = 10


@dataclass(frozen=True)
class FileError:
    """What is wrong at one location of a file.

    :param line: line of the file, the first is 1; `None` where no line can be named.
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
        """Return the error with its location, `people.csv: line 18 (row 17), column 3 "roles": ...`."""
        return error_lines([self], file, with_row=with_row)[0]


def error_lines(errors: t.Iterable[FileError], file: str | None = None, *, with_row: bool = False) -> list[str]:
    """Return one line for each kind of error, in the order of the file; the same error of many rows names its lines.

    :param with_row: add the numbers of the rows below the header.
    """
    groups: dict[tuple[str, int | None, str | None, bool], list[FileError]] = {}
    for error in sorted(errors, key=lambda error: (error.line or 0, error.column or 0)):
        groups.setdefault((error.msg, error.column, error.header, error.row is None), []).append(error)
    lines = []
    for (msg, column, header, _is_file), members in groups.items():
        parts = [f"{printable(file)}: " if file else ""]
        numbers = list(dict.fromkeys(member.line for member in members if member.line is not None))
        if numbers:
            parts.append(_numbers("line", numbers))
            rows = list(dict.fromkeys(member.row for member in members if member.row is not None))
            if with_row and rows:
                parts.append(f" ({_numbers('row', rows)})")
            if column is not None:
                parts.append(f", column {column}")
            if header:
                parts.append(f' "{printable(header)}"')
            parts.append(": ")
        lines.append("".join(parts) + msg)
    return lines


def _numbers(word: str, numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"{word} {numbers[0]}"
    shown = ", ".join(map(str, numbers[:_MAX_PLACES]))
    more = len(numbers) - _MAX_PLACES
    return f"{word}s {shown}" + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True)
class Cell:
    """A cell that is not empty, trimmed."""

    text: str
    column: int
    header: str

    def invisible(self) -> str | None:
        """Return what to say of an invisible character in the cell, or `None`."""
        found = invisible_character(self.text, multiline=True)
        if found is None:
            return None
        return f"{quoted(self.text)} has {found} in it, which cannot be seen; type the value again"


@dataclass(frozen=True)
class Row:
    """A row with its cells by column; an empty cell is not among them.

    :param count: how many cells the row has in the file, empty ones included.
    """

    line: int
    row: int
    cells: t.Mapping[str, Cell]
    count: int = 0

    def error(self, msg: str, cell: Cell | None = None) -> FileError:
        """Return an error about this row, or about one of its cells."""
        if cell is None:
            return FileError(msg, self.line, self.row)
        return FileError(msg, self.line, self.row, cell.column, cell.header)


@dataclass
class Table:
    """What is in a file.

    :param headers: the columns as the file spells them, trimmed; one without a name is empty.
    :param columns: the columns that can be used, by the name their cells have in `Row.cells`.
    :param header_line: the line of the header.
    """

    headers: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    errors: list[FileError] = field(default_factory=list)
    header_line: int | None = None

    def find(self, name: str) -> str | None:
        """Return the key of a column, whatever the case, blanks, `_` and `-` in its name, or `None`."""
        folded = fold_header(name)
        return next((key for key, header in self.columns.items() if fold_header(header) == folded), None)


def fold_header(name: str) -> str:
    """Return the name of a column without case, blanks, `_` and `-`: `E-Mail` is `email`."""
    return "".join(character for character in name.casefold() if not character.isspace() and character not in "_-")


def read_table(
    source: str | bytes,
    known: t.Mapping[str, str] | None = None,
    refused: t.Mapping[str, str] | None = None,
    *,
    sheet: str | None = None,
) -> Table:
    """Read a file: CSV with commas, semicolons or tabs, found by the header, or an Excel workbook (`.xlsx`).

    Never raises for what is in the file. An empty cell, a missing cell at the end of a row and a blank line mean "not
    given". Cells are trimmed of white space. What `write_csv` did to cells that look like formulas is undone.

    :param source: the content; text may carry bytes that are not UTF-8 as surrogates, as Ansible's lookups return them.
    :param known: the key in `Row.cells` by the names that its column may have; `None` if columns may have any name.
    :param refused: what to say of columns that are refused for a reason of their own.
    :param sheet: the sheet of a workbook; the first if `None`.
    """
    table = Table()
    records = _records(source, known or {}, sheet, table.errors)
    if not records:
        if not table.errors:
            table.errors.append(FileError("there is no header; name the columns in the first line", 1))
        return table
    table.header_line, header = records[0]
    keys = _read_header(table, [_trimmed(cell) for cell in header], known, refused or {})
    for number, (line, record) in enumerate(records[1:], start=1):
        _add_row(table, keys, Row(line, number, {}, len(record)), record, check=known is not None)
    return table


def _add_row(table: Table, keys: t.Sequence[str], row: Row, record: t.Sequence[str], *, check: bool) -> None:
    cells: dict[str, Cell] = {}
    for index, value in enumerate(record):
        text = _trimmed(value)
        if not text:
            continue
        key = keys[index] if index < len(keys) else ""
        if key:
            cell = Cell(text, index + 1, table.columns[key])
            cells[key] = cell
            hidden = cell.invisible() if check else None
            if hidden:
                table.errors.append(row.error(hidden, cell))
        elif index >= len(keys) or not table.headers[index]:
            msg = f"the cell {quoted(text)} has no column; put quotes around a list with commas"
            table.errors.append(FileError(msg, row.line, row.row, index + 1))
    table.rows.append(Row(row.line, row.row, cells, row.count))


def _records(
    source: str | bytes, known: t.Collection[str], sheet: str | None, errors: list[FileError]
) -> list[tuple[int, list[str]]]:
    """Return the lines that are not blank, each with its number."""
    content = source.encode("utf-8", "surrogateescape") if _is_disguised(source) else source
    if isinstance(content, bytes) and is_workbook(content):
        records, found = read_workbook(content, sheet)
        errors += [FileError(msg, line, column=column) for msg, line, column in found]
        return records
    text = _decoded(content)
    if isinstance(text, FileError):
        errors.append(text)
        return []
    records, error = _split(text, _separator(text, known))
    errors += [error] if error is not None else []
    return records


def _is_disguised(source: str | bytes) -> t.TypeGuard[str]:
    """Return whether a text holds bytes as surrogates instead of characters; or is a workbook whose bytes are all ASCII."""
    return isinstance(source, str) and (
        source.startswith("PK\x03\x04") or any("\udc80" <= character <= "\udcff" for character in source)
    )


def _decoded(content: str | bytes) -> str | FileError:
    advice = "the file is not UTF-8 text; save it as CSV in UTF-8"
    if isinstance(content, bytes):
        encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            return FileError(advice, content[: error.start].count(b"\n") + 1)
    else:
        text = content
    for number, part in enumerate(text.split("\n"), start=1):
        # Python 3.10 cannot read the character NUL.
        if "\x00" in part or any("\ud800" <= character <= "\udfff" for character in part):
            return FileError(advice, number)
    return text.removeprefix("\ufeff")


def _separator(text: str, known: t.Collection[str]) -> str:
    """Return what separates the columns: what finds the most known ones in the header, else the most at all."""
    if text[:4].casefold() == "sep=" and text[4:5] in tuple(_SEPARATORS):
        return text[4]
    folded = {fold_header(name) for name in known}

    def rank(separator: str) -> tuple[int, int]:
        records, _error = _split(text, separator, limit=1)
        header = [cell for _line, record in records for cell in record]
        return sum(fold_header(cell) in folded for cell in header), len(header)

    return max(_SEPARATORS, key=rank)


def _split(text: str, separator: str, limit: int | None = None) -> tuple[list[tuple[int, list[str]]], FileError | None]:
    """Return the lines that are not blank, and what stopped the reading.

    :param limit: stop after so many lines.
    """
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while limit is None or len(records) < limit:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            return records, FileError(_advice(str(error)), line)
        # Excel's own hint, which it does not show as a row.
        if any(cell.strip() for cell in record) and not (line == 1 and re.match("(?i)sep=.?$", separator.join(record))):
            records.append((line, record))
    return records, None


def _advice(error: str) -> str:
    if "expected after" in error:
        return 'a quoted cell continues after its closing quote; write a quote inside a cell as ""'
    if "unexpected end" in error:
        return "a quote is opened here and never closed; close it"
    return f"not CSV: {error}; save the file again as CSV"


def _read_header(
    table: Table, header: list[str], known: t.Mapping[str, str] | None, refused: t.Mapping[str, str]
) -> list[str]:
    """Fill in the columns; return the key of each, empty for one that cannot be used."""
    table.headers = header
    folded = {fold_header(name): key for name, key in (known or {}).items()}
    reasons = {fold_header(name): msg for name, msg in refused.items()}
    keys: list[str] = []
    for index, name in enumerate(header):
        key, msg = "", None
        hidden = invisible_character(name)
        short = fold_header(name)
        if hidden:
            msg = f"the name of the column has {hidden} in it, which cannot be seen; type it again"
        elif known is None:
            key = name
        elif short in folded:
            key = folded[short]
        elif short in reasons:
            msg = reasons[short]
        elif short:
            msg = "unknown column" + did_you_mean(name, known, "correct its name, or remove it")
        if key:
            first = next((number for number, other in enumerate(keys) if _is_same(other, key)), None)
            if first is None:
                table.columns[key] = name
            else:
                msg = f"the column appears twice, first as column {first + 1}; keep one"
                key = ""
        if msg is not None:
            table.errors.append(FileError(msg, table.header_line, None, index + 1, quoted(name)[1:-1]))
        keys.append(key)
    return keys


def _is_same(one: str, other: str) -> bool:
    return bool(one) and fold_header(one) == fold_header(other)


def _trimmed(value: str) -> str:
    """Return what a cell says; a tab that `write_csv` has defused is no blank at its end."""
    text = undefused(value)
    return value.strip() if text == value else text.rstrip()


def undefused(text: str) -> str:
    """Return the text of a cell as it was before `write_csv` has defused it."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def defused(text: str) -> str:
    """Return the text of a cell so that no spreadsheet program runs it as a formula."""
    return "'" + text if _FORMULA.match(text) else text


def flag(row: Row, cell: Cell, errors: list[FileError]) -> bool | None:
    """Return a cell that is `true` or `false` in any case; anything else is an error."""
    value = {"true": True, "false": False}.get(cell.text.casefold())
    if value is None:
        errors.append(row.error(f"{quoted(cell.text)} is not a boolean; write true or false", cell))
    return value


def names(row: Row, cell: Cell, errors: list[FileError]) -> list[str] | None:
    """Return a cell that is a list: names with commas or semicolons between them; blanks around these do not count.

    A name that holds one itself can be given in a JSON list, `["R, D", "Quality Team"]`.
    """
    if cell.text.startswith("["):
        try:
            value = json.loads(cell.text)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return value
        if cell.text.endswith("]"):
            msg = f'{quoted(cell.text)} is not a JSON list of names; write it as ["One", "Two"]'
            errors.append(row.error(msg, cell))
            return None
    listed = [name.strip() for name in re.split("[,;]", cell.text)]
    if not all(listed):
        errors.append(row.error(f"{quoted(cell.text)} has an empty name in its list; remove it", cell))
        return None
    return listed


def write_csv(header: t.Sequence[str], rows: t.Iterable[t.Sequence[t.Any]]) -> str:
    """Return a CSV file as in RFC 4180; `None` is an empty cell, and no cell is a formula.

    Python 3.10 can neither write nor read the character NUL, so that is shown by the sign for what cannot be shown.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([defused(name) for name in header])
    for row in rows:
        writer.writerow(["" if cell is None else defused(str(cell).replace("\0", "\ufffd")) for cell in row])
    return out.getvalue()

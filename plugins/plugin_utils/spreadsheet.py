# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Excel workbooks, read with the library openpyxl, which is imported here and nowhere else. Pure."""

from __future__ import annotations

import io
import typing as t
import zipfile
from datetime import date, datetime, time

from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean

# A workbook is a ZIP archive. A few kilobytes of it can unpack to gigabytes, so what it says of itself is asked first;
# the library `zipfile` unpacks no more than that.
MAX_UNPACKED = 64 * 1024 * 1024
MAX_PARTS = 2000
MAX_ROWS = 50_000
MAX_COLUMNS = 500

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Fault = tuple[str, int | None, int | None]
Records = list[tuple[int, list[str]]]


class _Refused(Exception):
    """The workbook cannot be read, with what to say of it."""


def is_workbook(content: bytes) -> bool:
    """Tell whether a file is a workbook, of Excel's old form (`.xls`) or the one since 2007 (`.xlsx`)."""
    return content.startswith((_ZIP, _OLD_EXCEL))


def read_workbook(content: bytes, sheet: str | None = None) -> tuple[Records, list[Fault]]:
    """Return the rows of a sheet that are not blank, each with its number, and what is wrong: message, row, column.

    :param sheet: name of the sheet; the first if `None`.
    """
    try:
        _check_archive(content)
        return _read(content, sheet)
    except _Refused as refused:
        return [], [(str(refused), None, None)]


def _check_archive(content: bytes) -> None:
    if content.startswith(_OLD_EXCEL):
        raise _Refused("a workbook in Excel's old format, or one with a password; save it as .xlsx or CSV")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _Refused(
                    f"the workbook unpacks to more than {MAX_UNPACKED // 1024 // 1024} MiB; save the sheet alone as CSV"
                )
            for part in parts:
                data = archive.read(part).replace(b"\0", b"")
                # Entities, by which a small text can grow without bounds, need a document type. Excel writes none.
                if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
                    raise _Refused("the workbook holds an XML document type, which Excel never writes; save it again")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        raise _Refused("the workbook is damaged or encrypted; save it again as .xlsx or CSV") from None


def _read(content: bytes, sheet: str | None) -> tuple[Records, list[Fault]]:
    try:
        import openpyxl
    except ImportError:
        raise _Refused(
            "reading .xlsx needs the Python library openpyxl where Ansible runs; install it, or save the sheet as CSV"
        ) from None
    try:
        rows, formulas = _rows(openpyxl, content, sheet, values=False)
        if formulas:
            # What they came to is in the workbook, too, if a spreadsheet program has saved it.
            rows, _none = _rows(openpyxl, content, sheet, values=True)
    except _Refused:
        raise
    # What a damaged workbook makes of the library is anything: KeyError, ParseError, TypeError, ...
    except Exception:
        raise _Refused("the workbook cannot be read; save it again as .xlsx or CSV") from None
    saved = {(line, column): value for line, cells in rows for column, value in enumerate(cells, start=1)}
    faults: list[Fault] = [
        ("a formula without a saved value; save the file in Excel once", line, column)
        for line, column in sorted(formulas)
        if saved.get((line, column)) is None
    ]
    faults += [
        (f"the cell shows {value}; correct its formula", line, column)
        for (line, column), value in saved.items()
        if value in _ERRORS
    ]
    records = [(line, [_text(value) for value in cells]) for line, cells in rows]
    return [(line, texts) for line, texts in records if any(text.strip() for text in texts)], faults


_ERRORS = frozenset({"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"})


def _rows(
    openpyxl: t.Any, content: bytes, sheet: str | None, *, values: bool
) -> tuple[list[tuple[int, list[t.Any]]], set[tuple[int, int]]]:
    """Return the rows with their numbers, and where formulas are.

    :param values: the saved values of formulas, and not the formulas.
    """
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=values, keep_links=False)
    try:
        sheets = {page.title: page for page in book.worksheets}
        if sheet is not None and sheet not in sheets:
            raise _Refused(f'there is no sheet "{sheet}"' + did_you_mean(sheet, sheets, f"it has {', '.join(sheets)}"))
        if not sheets:
            raise _Refused("the workbook has no sheet with cells; save the table as CSV")
        page = sheets[sheet] if sheet is not None else book.worksheets[0]
        # What the sheet says of its own size is wrong in files of some programs.
        page.reset_dimensions()
        return _collect(page)
    finally:
        book.close()


def _collect(page: t.Any) -> tuple[list[tuple[int, list[t.Any]]], set[tuple[int, int]]]:
    rows: list[tuple[int, list[t.Any]]] = []
    formulas: set[tuple[int, int]] = set()
    for line, cells in enumerate(page.iter_rows(), start=1):
        values = [cell.value for cell in cells]
        while values and values[-1] is None:
            values.pop()
        if not values:
            continue
        if len(values) > MAX_COLUMNS or len(rows) >= MAX_ROWS:
            raise _Refused(
                f"the sheet has more than {MAX_ROWS} rows or {MAX_COLUMNS} columns; remove what does not belong to the table"
            )
        formulas |= {(line, column) for column, cell in enumerate(cells, start=1) if _is_formula(cell)}
        rows.append((line, values))
    return rows, formulas


def _is_formula(cell: t.Any) -> bool:
    return cell.value is not None and cell.data_type == "f"


def _text(value: t.Any) -> str:
    """Return a value as the CSV file of the same table would have it, with days as `2026-01-31`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)

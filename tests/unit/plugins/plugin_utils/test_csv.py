# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one reader of tables: what people export is read, and what is wrong is said once with its location."""

from __future__ import annotations

import csv
import io
import sys
import typing as t
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.veracode.plugins.plugin_utils.csv import (
    Table,
    error_lines,
    names,
    read_table,
    write_csv,
)

KNOWN = {"username": "username", "first_name": "first_name", "e_mail": "email_address", "roles": "roles"}


def cells(table: Table) -> list[dict[str, str]]:
    assert error_lines(table.errors) == []
    return [{key: cell.text for key, cell in row.cells.items()} for row in table.rows]


def disguised(content: bytes) -> str:
    """Return bytes as Ansible's lookups return them."""
    return content.decode("utf-8", "surrogateescape")


EXCEL = "\ufeffUsername;First Name;E-Mail;Roles\r\nneu@example.com ;Jörg;\u00a0j@example.com;Creator,Submitter\r\n;;;\r\n\r\n"


@pytest.mark.parametrize(
    "source",
    [
        EXCEL,
        EXCEL.encode(),
        disguised(EXCEL.encode()),
        EXCEL.removeprefix("\ufeff").encode("utf-16"),
        disguised(EXCEL.removeprefix("\ufeff").replace(";", "\t").encode("utf-16")),
        EXCEL.replace("Creator,Submitter", '"Creator,Submitter"').replace(";", ","),
        EXCEL.replace(";", "\t"),
        "sep=;\r\n" + EXCEL.removeprefix("\ufeff"),
        EXCEL.replace("First Name", "FIRSTNAME").replace("E-Mail", "e_mail"),
    ],
    ids=["text", "bytes", "lookup", "utf-16", "utf-16 tabs", "commas", "tabs", "hint", "headers"],
)
def test_what_excel_exports_is_read(source: str | bytes) -> None:
    (row,) = cells(read_table(source, KNOWN))
    assert row == {
        "username": "neu@example.com",
        "first_name": "Jörg",
        "email_address": "j@example.com",
        "roles": "Creator,Submitter",
    }


def test_the_separator_is_found_by_the_header() -> None:
    assert cells(read_table("username;roles\na;b,c,d\n", KNOWN)) == [{"username": "a", "roles": "b,c,d"}]
    assert cells(read_table("username,roles\na,b;c;d\n", KNOWN)) == [{"username": "a", "roles": "b;c;d"}]
    assert cells(read_table("a;b\n1,2;3\n")) == [{"a": "1,2", "b": "3"}]
    assert cells(read_table("mail\na@example.com\n")) == [{"mail": "a@example.com"}]


def test_lists_have_commas_or_semicolons() -> None:
    table = read_table('username\troles\na\tA, B;C\nb\t["D, E", "F"]\n', KNOWN)
    assert [names(row, row.cells["roles"], table.errors) for row in table.rows] == [["A", "B", "C"], ["D, E", "F"]]
    assert table.errors == []


@pytest.mark.parametrize("character", ["\u200b", "\u00ad", "\ufeff", "\u202e", "\x1b", "\x00".replace("\x00", "\x07")])
def test_an_invisible_character_is_an_error_with_its_location(character: str) -> None:
    (line,) = error_lines(read_table(f"username,roles\na@exa{character}mple.com,x\n", KNOWN).errors)
    assert line.startswith('line 2, column 1 "username": "a@exa\\')
    assert f"U+{ord(character):04X}" in line
    assert line.isprintable()
    (line,) = error_lines(read_table(f"user{character}name,roles\n", KNOWN).errors)
    assert line.startswith("line 1, column 1")
    assert f"U+{ord(character):04X}" in line


def test_one_unknown_column_is_one_error_and_hides_no_other() -> None:
    text = "username,colour,roles\n" + "".join(f"p{n},red,\n" for n in range(50)) + "q,red,a,b\n"
    assert error_lines(read_table(text, KNOWN).errors, "p.csv", with_row=True) == [
        'p.csv: line 1, column 2 "colour": unknown column (correct its name, or remove it)',
        'p.csv: line 52 (row 51), column 4: the cell "b" has no column; put quotes around a list with commas',
    ]


def test_the_same_error_of_many_rows_is_one_line() -> None:
    table = read_table("username\n" + "a\n" * 14)
    errors = [row.error("unknown", row.cells["username"]) for row in table.rows]
    assert error_lines(errors[:3], "p.csv", with_row=True) == [
        'p.csv: lines 2, 3, 4 (rows 1, 2, 3), column 1 "username": unknown'
    ]
    assert error_lines(errors) == [
        'lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4 more, column 1 "username": unknown',
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "line 1: there is no header"),
        (b"username\nM\xfcller\n", "line 2: the file is not UTF-8 text; save it as CSV in UTF-8"),
        (disguised(b"username\n\nM\xfcller\n"), "line 3: the file is not UTF-8 text"),
        ("username\na\x00\n", "line 2: the file is not UTF-8 text"),
        (b"\xff\xfea", "line 1: the file is not UTF-8 text"),
        ("username,Username\na,b\n", 'line 1, column 2 "Username": the column appears twice, first as column 1'),
        ("user\x1b[31m\n", "U+001B"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel's old format"),
        (b"PK\x03\x04nothing", "the workbook is damaged or encrypted"),
    ],
)
def test_what_is_no_table_is_explained(source: str | bytes, expected: str) -> None:
    lines = error_lines(read_table(source, KNOWN).errors)
    assert any(expected in line for line in lines), lines


# Writing

CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")).filter(
    lambda cell: bool(cell.strip())
)


def kept(cell: str) -> str:
    """Return a cell as it is read back: trimmed, but for a tab at its beginning, which is defused."""
    return cell.rstrip() if cell[0] in "\t\r" else cell.strip()


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1))
def test_what_is_written_is_read_back(rows: list[tuple[str, str]]) -> None:
    table = read_table(write_csv(["username", "phone"], rows))
    assert [(row.cells["username"].text, row.cells["phone"].text) for row in table.rows] == [
        (kept(name), kept(phone)) for name, phone in rows
    ]
    assert [row.row for row in table.rows] == list(range(1, len(rows) + 1))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1))
def test_no_cell_that_is_written_is_a_formula(rows: list[tuple[str, str]]) -> None:
    for row in csv.reader(io.StringIO(write_csv(["=1", "-2"], rows), newline="")):
        assert all(cell[0] not in "=+-@\t\r" for cell in row)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1))
def test_lines_are_where_an_editor_shows_them(rows: list[tuple[str, str]]) -> None:
    text = write_csv(["username", "phone"], [(kept(name), phone) for name, phone in rows])
    lines = io.StringIO(text, newline="").readlines()
    for row in read_table(text).rows:
        rest = "".join(lines[row.line - 1 :])
        assert kept(next(csv.reader(io.StringIO(rest, newline="")))[0]).lstrip("'") == row.cells[
            "username"
        ].text.lstrip("'")


def test_a_value_with_a_tab_is_applied_as_it_was_exported() -> None:
    values = ["\tNorth", "+49 123", "'=1", "''@x", "'quoted'", "a\tb"]
    assert [row["v"] for row in cells(read_table(write_csv(["v"], [[value] for value in values])))] == values


def test_a_file_can_be_written_whatever_stands_in_a_cell() -> None:
    assert write_csv(["name", "note"], [["a\0b", None], ["c,d", 1]]) == 'name,note\r\na\ufffdb,\r\n"c,d",1\r\n'


# Workbooks


def workbook(rows: t.Sequence[t.Sequence[t.Any]], **more: t.Sequence[t.Sequence[t.Any]]) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for title, table in {"People": rows, **more}.items():
        sheet = book.create_sheet(title)
        for row in table:
            sheet.append(list(row))
    del book[book.sheetnames[0]]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_as_its_csv_would_be() -> None:
    content = workbook(
        [
            ["Username", "First Name", "Last day", "Phone", "Active"],
            ["a@example.com\u00a0", "Ann", datetime(2026, 1, 31), 12345.0, True],
            [],
            ["b@example.com", None, date(2026, 2, 1), 1.5, False],
        ]
    )
    for source in (content, disguised(content)):
        table = read_table(source)
        assert cells(table) == [
            {
                "Username": "a@example.com",
                "First Name": "Ann",
                "Last day": "2026-01-31",
                "Phone": "12345",
                "Active": "true",
            },
            {"Username": "b@example.com", "Last day": "2026-02-01", "Phone": "1.5", "Active": "false"},
        ]
        assert [(row.line, row.row) for row in table.rows] == [(2, 1), (4, 2)]


def test_the_sheet_is_the_first_or_the_one_named() -> None:
    content = workbook([["username"], ["a"]], Others=[["username"], ["b"]])
    assert cells(read_table(content)) == [{"username": "a"}]
    assert cells(read_table(content, sheet="Others")) == [{"username": "b"}]
    (line,) = error_lines(read_table(content, sheet="Other").errors, "p.xlsx")
    assert line == 'p.xlsx: there is no sheet "Other", did you mean "Others"?'


def test_a_formula_counts_by_its_saved_value() -> None:
    (line,) = error_lines(read_table(workbook([["username", "phone"], ["a", "=1+1"]])).errors)
    assert line == "line 2, column 2: a formula without a saved value; save the file in Excel once"
    (line,) = error_lines(read_table(workbook([["username", "phone"], ["a", "#N/A"]])).errors)
    assert line == "line 2, column 2: the cell shows #N/A; correct its formula"


def test_a_workbook_needs_openpyxl_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook([["username"], ["a"]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    (line,) = error_lines(read_table(content).errors, "p.xlsx")
    assert line.startswith("p.xlsx: reading .xlsx needs the Python library openpyxl")


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (archive(bomb=b"0" * (65 * 1024 * 1024)), "unpacks to more than 64 MiB"),
        (archive(**{f"part{number}": b"" for number in range(2001)}), "unpacks to more than 64 MiB"),
        (archive(sheet=b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'), "document type"),
        (archive(sheet="<!DOCTYPE x><x/>".encode("utf-16")), "document type"),
        (archive(nothing=b""), "the workbook cannot be read"),
    ],
    ids=["bomb", "many parts", "entities", "entities in utf-16", "no workbook"],
)
def test_a_workbook_that_is_an_attack_is_refused(content: bytes, expected: str) -> None:
    assert len(content) < 1024 * 1024
    (line,) = error_lines(read_table(content).errors)
    assert expected in line


def test_a_huge_sheet_is_refused() -> None:
    (line,) = error_lines(read_table(workbook([["x"] * 501])).errors)
    assert "500 columns" in line


@pytest.mark.parametrize("text", ["sep=", "SEP=", "sep=x", "sep=\n", "sep=;"])
def test_a_hint_of_excel_alone_is_a_file_without_a_header(text: str) -> None:
    assert [error.msg for error in read_table(text).errors] == [
        "there is no header; name the columns in the first line"
    ]

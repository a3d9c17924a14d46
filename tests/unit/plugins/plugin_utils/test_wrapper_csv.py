# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of the API wrappers: what it means, and how its mistakes are named."""

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.veracode.plugins.module_utils._argspec import account_arguments
from ansible_collections.community.veracode.plugins.plugin_utils.csv import error_lines, write_csv
from ansible_collections.community.veracode.plugins.plugin_utils.wrapper_csv import (
    COLUMNS,
    KNOWN,
    is_wrapper_header,
    read_wrapper_csv,
)

HEADER = "action,firstname,lastname,emailaddress,roles,teams\n"


def options(text: str, action: str | None = None) -> list[dict[str, t.Any]]:
    entries, errors = read_wrapper_csv(text, action)
    assert not errors, error_lines(errors)
    return [entry.options for entry in entries]


def complaints(text: str, action: str | None = None) -> list[str]:
    _entries, errors = read_wrapper_csv(text, action)
    return error_lines(errors)


def test_short_row_and_empty_cell_take_nothing_from_the_row_above() -> None:
    text = HEADER + (
        'createuser,Ella,Adams,ella@example.com,"Creator, Submitter",Release Team\n'
        "createuser,Ben,Brook,ben@example.com,Security Insights\n"
        "createuser,Cora,Cole,cora@example.com,Reviewer,\n"
    )
    ella, ben, cora = options(text)
    assert ella == {
        "first_name": "Ella",
        "last_name": "Adams",
        "email_address": "ella@example.com",
        "roles": ["Creator", "Submitter"],
        "teams": ["Release Team"],
        "state": "present",
    }
    assert ben["roles"] == ["Security Insights"]
    assert "teams" not in ben
    assert "teams" not in cora


def test_every_column_becomes_an_option_of_the_module() -> None:
    spec = account_arguments("user")
    assert set(COLUMNS.values()) <= set(spec)
    flags = {column for column, option in COLUMNS.items() if spec[option]["type"] == "bool"}
    lists = {column for column, option in COLUMNS.items() if spec[option]["type"] == "list"}
    for column, option in COLUMNS.items():
        value = "True" if column in flags else "One,Two" if column in lists else " as it is\u00a0"
        text = write_csv(["action", column], [["updateuser", value]])
        if option not in ("username", "custom_id", "email_address"):
            text = write_csv(["action", "username", column], [["updateuser", "x", value]])
        expected: t.Any = True if column in flags else ["One", "Two"] if column in lists else "as it is"
        assert options(text)[0][option] == expected


def test_actions_may_be_mixed_and_deleting_carries_only_the_selector() -> None:
    text = (
        "username,customid,phone,action\n"
        "a@example.com,,1,updateuser\n"
        "b@example.com,,2,DeleteUser\n"
        ",EX\\carl,3,deleteuser\n"
    )
    assert options(text) == [
        {"username": "a@example.com", "phone": "1", "state": "present"},
        {"username": "b@example.com", "state": "absent"},
        {"custom_id": "EX\\carl", "state": "absent"},
    ]


def test_action_of_the_command_line_is_for_rows_without_one() -> None:
    text = "username,action\na@example.com,\nb@example.com,deleteuser\n"
    assert [entry["state"] for entry in options(text, "updateuser")] == ["present", "absent"]
    assert "no action" in complaints(text)[0]


def test_line_numbers_count_lines_of_the_file() -> None:
    text = (
        "\ufeffaction,username,title,loginenabled\r\n"
        "\r\n"
        'updateuser,a@example.com,"Head of\r\nthings, ""all"" of them",true\r\n'
        ",,,\r\n"
        "updateuser,b@example.com,,nope\r\n"
    )
    entries, errors = read_wrapper_csv(text)
    assert entries[0].options["title"] == 'Head of\r\nthings, "all" of them'
    (error,) = errors
    assert error.text("p.csv", with_row=True) == (
        'p.csv: line 6 (row 2), column 4 "loginenabled": "nope" is not a boolean; write true or false'
    )


@pytest.mark.parametrize("value", ["yes", "no", "1", "0", "Y", "tru", "on"])
def test_bad_boolean(value: str) -> None:
    text = write_csv(["action", "username", "issamluser"], [["updateuser", "a@example.com", value]])
    assert complaints(text) == [f'line 2, column 3 "issamluser": "{value}" is not a boolean; write true or false']


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1: there is no header"),
        ("\ufeff\n\n", "line 1: there is no header"),
        ("action|username\nupdateuser|a\n", 'line 1, column 1 "action|username": unknown column'),
        ("action,frstname\ncreateuser,A\n", 'column 2 "frstname": unknown column, did you mean "firstname"?'),
        ("action,customone\nupdateuser,A\n", 'column 2 "customone": unknown column, did you mean "custom1"?'),
        ("action,colour\nupdateuser,A\n", 'column 2 "colour": unknown column (correct its name, or remove it)'),
        ("action,vkey\nupdateuser,hush\n", 'column 2 "vkey": a parameter of the wrapper\'s command line'),
        ("action,userid\nupdateuser,1\n", "name the account in the column username"),
        ("action,username,action\nupdateuser,a,b\n", 'column 3 "action": the column appears twice, first as column 1'),
        ("action,username\nupdateuser,a,b\n", 'line 2, column 3: the cell "b" has no column'),
        ("action,username,\nupdateuser,a,b\n", 'line 2, column 3: the cell "b" has no column'),
        ('action,username\nupdateuser,"a"b\n', "line 2: a quoted cell continues after its closing quote"),
        ('action,username\n\nupdateuser,"a\nb\nc', "line 3: a quote is opened here and never closed"),
        ("action,username\nupdateuser,a\x00b\n", "line 2: the file is not UTF-8 text"),
        ("action,username\nupdateuser,M\udcfcller\n", "line 2: the file is not UTF-8 text"),
        ("action,username\nupdateuser," + "a" * 140000, "line 2: not CSV: field larger than"),
        ("action,username\ngetuserinfo,a\n", 'the action "getuserinfo" does not manage accounts'),
        ("action,username\ncreatuser,a\n", 'did you mean "createuser"?'),
        ("action,phone\nupdateuser,1\n", "line 1: no column selects the account; add username or"),
        ('action,username,roles\nupdateuser,a,"A,,B"\n', "has an empty name in its list"),
        ('action,username,roles\nupdateuser,a,"[""A"", 1]"\n', "is not a JSON list of names"),
        ("action,username,loginaccounttype\nupdateuser,a,api\n", "the type of an account cannot be changed"),
        ("action,username,title,position\nupdateuser,a,b,c\n", 'column 4 "position": contradicts column 3 "title"'),
    ],
)
def test_mistakes_are_named(text: str, expected: str) -> None:
    assert any(expected in line for line in complaints(text)), complaints(text)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        # An unknown column is one error, whatever its rows hold, and it hides no other.
        ("action,colour\nnone,x\nnone,y\n", ["line 1, column 2", "lines 2, 3, column 1"]),
        ("action,username\nnone,a\nupdateuser,'b\n" + 'updateuser,"c', ["line 2, column 1", "line 4"]),
        ('"action', ["line 1"]),
        ("username,phone\na,1\nb,2\n", ["line 1"]),
        ("action,phone\nupdateuser,1\nupdateuser,2\n", ["line 1"]),
        (
            "action,username,active\nupdateuser,a,x\nupdateuser,b,x\nupdateuser,c,y\n",
            ["lines 2, 3, column 3", "line 4, column 3"],
        ),
        ("action,phone,active\nupdateuser,1,maybe\n", ["line 1", "line 2, column 3"]),
        ("action,username,phone\nnone,a,1,,2\n", ["line 2, column 1", "line 2, column 5"]),
        ("action,username,phone\nnone,,1\nupdateuser,,,2\n", ["lines 2, 3", "line 2, column 1", "line 3, column 4"]),
    ],
)
def test_each_mistake_is_told_once_in_the_order_of_the_file(text: str, places: list[str]) -> None:
    assert [re.split(': | "', line)[0] for line in complaints(text)] == places


def test_what_is_no_mistake() -> None:
    text = 'action,username,title,position,loginaccounttype,roles\nupdateuser,a,Boss,Boss,User,"[Old] Creator, B"\n'
    assert options(text) == [{"username": "a", "title": "Boss", "roles": ["[Old] Creator", "B"], "state": "present"}]


def test_a_long_cell_is_shortened() -> None:
    cell = "x" * 60
    assert f'"{cell}" is not a boolean' in complaints(f"action,username,active\nupdateuser,a,{cell}\n")[0]
    assert f'"{cell}…" is not a boolean' in complaints(f"action,username,active\nupdateuser,a,{cell}yz\n")[0]


def test_all_mistakes_come_together_in_the_order_of_the_file() -> None:
    text = "action,username,issamluser,active\nupdateuser,a,x,true\nnone,b,true,y\nupdateuser,,true,true\n"
    assert [line.partition(":")[0] for line in complaints(text)] == [
        'line 2, column 3 "issamluser"',
        'line 3, column 1 "action"',
        'line 3, column 4 "active"',
        "line 4",
    ]


def test_header_only_is_nothing_to_do() -> None:
    assert options(HEADER) == []


def test_columns_without_a_name_are_ignored_while_they_are_empty() -> None:
    assert options("action,username,,\nupdateuser,a@example.com,,\n") == [
        {"username": "a@example.com", "state": "present"}
    ]


def test_name_with_a_comma_in_a_json_list() -> None:
    text = write_csv(["action", "username", "teams"], [["updateuser", "a", '["R, D", "Quality Team"]']])
    assert options(text)[0]["teams"] == ["R, D", "Quality Team"]
    assert options(write_csv(["action", "username", "teams"], [["updateuser", "a", "[]"]]))[0]["teams"] == []


def test_own_columns_are_not_taken_for_the_wrappers() -> None:
    for header in (["action"], ["Action", "username"], ["username", "custom1"], ["username", "Login Account Type"]):
        assert is_wrapper_header(header)
    # `firstname` is the same as `first_name`, so that an action for the whole file has to tell.
    assert not is_wrapper_header(["username", "emailaddress", "firstname"])
    assert is_wrapper_header(["username", "emailaddress", ""], "createuser")
    assert not is_wrapper_header(["username", "job_profile"], "createuser")
    assert not is_wrapper_header(["username", "first_name", "roles", "teams", "title", "phone", "active", "custom_one"])


FILES = st.one_of(
    st.text(),
    st.text(alphabet='action,username"\n\r;\t \ufefftrue'),
    st.lists(st.lists(st.one_of(st.sampled_from(sorted(KNOWN)), st.text()))).map(
        lambda rows: write_csv(["action", "username", "roles", "active"], rows)
    ),
)


@given(FILES, st.sampled_from([None, "createuser", "deleteuser"]))
def test_no_file_is_a_traceback(text: str, action: str | None) -> None:
    entries, errors = read_wrapper_csv(text, action)
    for entry in entries:
        assert entry.options["state"] in ("present", "absent")
        assert any(entry.options.get(name) for name in ("username", "custom_id", "email_address"))
    for error in errors:
        assert error.line is not None
        assert 1 <= error.line <= len(text.splitlines()) + 1
    for line in error_lines(errors, "file.csv", with_row=True):
        assert line.startswith("file.csv: line")
        assert line.isprintable()

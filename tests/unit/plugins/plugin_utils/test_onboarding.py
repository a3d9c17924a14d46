# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of any file become entries or complaints, and never a traceback."""

from __future__ import annotations

import io
import re
import typing as t
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.veracode.plugins.filter.onboarding_entries import onboarding_entries
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.plugin_utils.csv import write_csv
from ansible_collections.community.veracode.plugins.plugin_utils.feed import Feed, read_feed
from ansible_collections.community.veracode.plugins.plugin_utils.onboarding import (
    LISTS,
    Onboarding,
    Profiles,
    add_file,
    add_variables,
    entry_arguments,
    outcome,
    summary,
)

ROOT = Path(__file__).resolve().parents[4]
OPTIONS = sorted({*entry_arguments(USER), *entry_arguments(API_USER), "job_profile", "user_type"})

CSV_FILES = st.one_of(
    st.text(),
    st.lists(st.lists(st.one_of(st.sampled_from([*OPTIONS, "api", "human", "true", "Developer"]), st.text()))).map(
        lambda rows: write_csv(["username", "user_type", "job_profile", "roles", "login_enabled", "state"], rows)
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text())
YAML_FILES = st.one_of(
    st.text(),
    st.dictionaries(
        st.sampled_from(["users", "api_users", "teams"]),
        st.one_of(SCALARS, st.lists(st.dictionaries(st.sampled_from(OPTIONS), st.one_of(SCALARS, st.lists(SCALARS))))),
    ).map(yaml.safe_dump),
    st.lists(SCALARS).map(yaml.safe_dump),
)


def read(name: str, text: str, **profiles: list[str]) -> Onboarding:
    result = Onboarding()
    add_file(result, name, text, Profiles(profiles))
    return result


def check(result: Onboarding, name: str) -> None:
    assert all(error.startswith(f"{name}: ") for error in result.errors)
    for kind in (USER, API_USER):
        assert len(result.entries[kind]) == len(result.origins[kind])
        for options in result.entries[kind]:
            assert set(options) <= set(entry_arguments(kind))
    assert all(isinstance(team, str) for team in result.teams)


@given(CSV_FILES)
def test_no_csv_is_a_traceback(text: str) -> None:
    check(read("people.csv", text), "people.csv")


@given(YAML_FILES)
def test_no_yaml_is_a_traceback(text: str) -> None:
    check(read("people.yml", text), "people.yml")


@given(st.one_of(CSV_FILES, YAML_FILES), st.sampled_from(["feed.csv", "feed.yml"]), st.sampled_from([None, "username"]))
def test_no_feed_is_a_traceback(text: str, name: str, column: str | None) -> None:
    feed = read_feed(Feed(name, text, column=column, where={"state": "true"}), date(2026, 1, 31))
    assert all(error.startswith(f"{name}: ") for error in feed.errors)
    assert all(isinstance(each, str) and each for each in feed.counting)


def test_row_without_anything_but_a_name_is_taken() -> None:
    result = read("people.csv", "username,phone\na@example.com,\n")
    assert result.entries[USER] == [{"username": "a@example.com"}]


def test_profile_and_roles_are_joined() -> None:
    result = read(
        "people.csv", 'username,roles,job_profile\na@example.com,"Executive,Mine",Own\n', Own=["Reviewer", "Mine"]
    )
    assert result.entries[USER] == [{"username": "a@example.com", "roles": ["Reviewer", "Mine", "Executive"]}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user_type,username\nrobot,a\n", 'column 1 "user_type": "robot" is not a type of account'),
        ("user_type,username,custom_id\napi,a,b\n", 'column 3 "custom_id": only people have this option'),
        ("username,unrestricted\na,true\n", 'column 2 "unrestricted": only API users'),
        ("username,state\na,presnt\n", 'did you mean "present"?'),
        ("username,user_name\na,b\n", 'line 1, column 2 "user_name": the column appears twice, first as column 1'),
        ("username,return_secret\na,true\n", 'column 2 "return_secret": unknown column'),
    ],
)
def test_mistakes_are_named(text: str, expected: str) -> None:
    result = read("people.csv", text)
    assert any(expected in problem for problem in result.errors), result.errors
    # Of a broken header, the rows are read nevertheless, so that their errors are said, too.
    assert result.entries == {USER: [{"username": "a"}] if "line 1, " in result.errors[0] else [], API_USER: []}


def test_each_mistake_of_a_row_is_told_once_in_the_order_of_the_file() -> None:
    text = "username,state,active\na,x,maybe\nb,present,perhaps\n,,true,c\n"
    assert [re.split(': "|: the|: no value', problem)[0] for problem in read("p.csv", text).errors] == [
        'p.csv: line 2 (row 1), column 2 "state"',
        'p.csv: line 2 (row 1), column 3 "active"',
        'p.csv: line 3 (row 2), column 3 "active"',
        "p.csv: line 4 (row 3)",
        "p.csv: line 4 (row 3), column 4",
    ]
    # An unknown column hides nothing else, and is no error of each row.
    assert len(read("p.csv", "username,colour,state\na,red,present\nb,blue,x\n").errors) == 2
    assert len(read("p.csv", "usrname,phone\na,1\nb,2\n").errors) == 1
    assert read("p.csv", "phone\n1\n2\n").errors == [
        "p.csv: line 1: no column selects the account; add username or custom_id or email_address"
    ]


def test_files_are_told_apart_by_name_and_header() -> None:
    wrapper = read("p.csv", "action,username,firstname\nupdateuser,a,A\nnone,b,B\n")
    assert wrapper.entries[USER] == [{"username": "a", "first_name": "A", "state": "present"}]
    assert wrapper.origins[USER][0].text("first_name") == 'p.csv: line 2 (row 1), column 3 "firstname"'
    assert wrapper.errors[0].startswith('p.csv: line 3 (row 2), column 1 "action": the action "none"')
    for name in ("P.YML", "p.yaml", "p.json"):
        assert read(name, '[{"username": "a"}]').entries[USER] == [{"username": "a"}]
    assert read("p.txt", "username\n").errors == []


YAML = """\
users:
  - user_name: a@example.com
    phone: null
    login_enabled: "yes"
    job_profile: Own
  - username: b@example.com
    roles: []
api_users:

  - {username: bot, teams: Web}
"""


def test_entries_of_yaml_are_what_was_given() -> None:
    result = read("p.yml", YAML, Own=["Reviewer"])
    assert result.errors == []
    assert result.entries == {
        USER: [
            {"username": "a@example.com", "login_enabled": True, "roles": ["Reviewer"]},
            {"username": "b@example.com", "roles": []},
        ],
        API_USER: [{"username": "bot", "teams": ["Web"]}],
    }
    assert [origin.text("phone") for kind in (USER, API_USER) for origin in result.origins[kind]] == [
        "p.yml: line 2 (row 1), phone",
        "p.yml: line 6 (row 2), phone",
        "p.yml: line 10 (row 1), phone",
    ]
    assert read("p.yml", "- {username: a}\n").entries[USER] == [{"username": "a"}]


@pytest.mark.parametrize("text", ["users:\napi_users: null\n", "[]", "{}"])
def test_a_file_of_nobody_is_nothing_to_do(text: str) -> None:
    result = read("p.yml", text)
    assert (result.entries, result.errors) == ({USER: [], API_USER: []}, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n", "line 1 (row 1): write an account as a dictionary of options"),
        ("- {username: a}\n- {1: a}\n", "line 2 (row 2): write an account as a dictionary of options"),
        (
            "- {username: a}\n- username: b\n  fone: '1'\n",
            'line 2 (row 2), fone: unknown option, did you mean "phone"?',
        ),
        ("- {username: a, state: gone}\n", "line 1 (row 1): value of state must be one of"),
        ("- {username: a, job_profile: Owner}\n", "line 1 (row 1), job_profile: "),
        ("users: a\n", "line 1: users is not a list; write a list of accounts"),
        ("users: []\nusrs: []\n", 'line 2: unknown key "usrs", did you mean "users"?'),
        ("users: []\n7: []\n", 'unknown key "7"'),
        ("users: []\n? [1]\n: 2\n", "not YAML"),
        ("users: [\n", "not YAML"),
        ("users: 2026-99-99\n", "not YAML"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
        ("", "line 1: write a list of people, or a dictionary with users and api_users"),
        ("12\n", "line 1: write a list of people, or a dictionary with users and api_users"),
    ],
)
def test_mistakes_of_yaml_are_named(text: str, expected: str) -> None:
    result = read("p.yml", text, Own=["Reviewer"])
    (problem,) = result.errors
    assert len(result.entries[USER]) == text.count("username: a}\n- ")
    assert problem.startswith("p.yml: ")
    assert expected in problem


def test_entries_of_a_variable_count_as_ansible_does() -> None:
    result = Onboarding()
    add_variables(result, API_USER, "onboarding_api_users", [{"username": "bot"}, {"nme": "x"}], Profiles({}))
    assert result.entries[API_USER] == [{"username": "bot"}]
    assert result.origins[API_USER][0].text() == "onboarding_api_users[0]"
    assert [error.partition(":")[0] for error in result.errors] == ["onboarding_api_users[1].nme"]


def test_teams_are_those_that_somebody_joins() -> None:
    text = (
        "username,teams,managed_teams,teams_mode,state\na,A,B,,\nb,C,,remove,\nc,D,E,remove,\nd,F,,,absent\n"
        "e,,,,present\nf,A,,add,\n"
    )
    assert read("p.csv", text).teams == ["A", "B", "E"]


ENTRIES = "username,email_address,custom_id\na@x,,\n,b@x,\n,,EX\\c\nd@x,,\n"


def outcomes(run: dict[str, t.Any], *, stops: bool = False) -> tuple[list[tuple[str, str, str]], list[str]]:
    result = read("p.csv", ENTRIES)
    assert result.errors == []
    rows, messages = outcome(result.entries, result.origins, run, stops=stops)
    return [(row["account"], row["outcome"], row["message"]) for row in rows], messages


def test_what_became_of_each_row() -> None:
    done = [
        {"kind": "user", "name": "A@x", "action": "create", "fields": ["username"]},
        {"kind": "user", "name": "b@X", "action": "disable", "fields": ["login_enabled"]},
    ]
    failed = {"place": "users[3]", "msg": "Could not create it"}
    names = ["a@x", "b@x", "EX\\c", "d@x"]
    assert outcomes({"summary": {}, "actions": done, "errors": [failed], "failed": True}) == (
        list(
            zip(
                names,
                ["created", "disabled", "done", "failed"],
                ["", "", "", "p.csv: line 5 (row 4): Could not create it"],
                strict=True,
            )
        ),
        ["p.csv: line 5 (row 4): Could not create it"],
    )
    rows, _messages = outcomes({"summary": {}, "actions": done[:1], "errors": [failed], "failed": True}, stops=True)
    assert [row[1] for row in rows] == ["created", "not tried", "not tried", "failed"]
    rows, messages = outcomes({"summary": {}, "actions": []}, stops=True)
    assert ([row[1] for row in rows], messages) == (["unchanged", "unchanged", "done", "unchanged"], [])


def test_a_run_that_refused_everything() -> None:
    rows, messages = outcomes({"failed": True, "msg": "No credentials"})
    assert (messages, {row[1] for row in rows}) == (["No credentials"], {"not tried"})
    assert outcomes({})[1] == outcomes({"summary": {}, "failed": True})[1] == ["the run failed without a message"]
    # One failure by itself, about no row, about a row that is not there
    failure = {"place": "users[1].email_address", "msg": "users[1].email_address is none; users[17] neither"}
    rows, messages = outcomes({"failed": True, "msg": "x", "failure": failure})
    assert messages == ['p.csv: line 3 (row 2), column 2 "email_address" is none; users[17] neither']
    assert [row[1] for row in rows] == ["not tried", "refused", "not tried", "not tried"]
    assert outcomes({"failure": {"place": "teams[0]", "msg": "Is unknown"}})[1] == ["Is unknown"]
    assert outcomes({"errors": ["odd"], "msg": "Odd"})[1] == ["Odd"]
    both = {"errors": [{"msg": "First"}], "failure": failure}
    assert outcomes(both)[1] == ["First"]


def test_rows_come_in_the_order_of_their_files() -> None:
    result = read("z.csv", "username,user_type\na,api\nb,\n")
    add_file(result, "a.csv", "username\nc\n", Profiles({}))
    rows, _messages = outcome(result.entries, result.origins, {"summary": {}})
    assert sorted((row["file"], row["line"]) for row in rows) != [(row["file"], row["line"]) for row in rows]
    assert [(row["file"], row["line"], row["user_type"]) for row in rows] == [
        ("z.csv", 2, "api"),
        ("z.csv", 3, "human"),
        ("a.csv", 2, "human"),
    ]


def test_errors_of_the_directory_are_said_in_words_of_the_file() -> None:
    result = read("p.csv", "user_type,username,roles\n,a@example.com,Reviewer\n\napi,bot,Results\n,b@example.com,X\n")
    run: dict[str, t.Any] = {
        "errors": [
            {"place": "api_users[0].roles", "msg": 'api_users[0].roles: unknown role "Results"'},
            {"place": "users[1].username", "msg": "users[1].username: stands in users[0] already"},
            {"place": "users[0].phone", "msg": "too long"},
        ]
    }
    rows, messages = outcome(result.entries, result.origins, run)
    assert messages == [
        "p.csv: line 2 (row 1): phone: too long",
        'p.csv: line 4 (row 2), column 3 "roles": unknown role "Results"',
        'p.csv: line 5 (row 3), column 2 "username": stands in p.csv: line 2 (row 1) already',
    ]
    assert [(row["line"], row["outcome"]) for row in rows] == [(2, "refused"), (4, "refused"), (5, "refused")]


@pytest.mark.parametrize("kind", [USER, API_USER])
def test_role_documents_every_option_of_an_entry(kind: str) -> None:
    text = (ROOT / "roles" / "onboarding" / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    documented = yaml.safe_load(text)["argument_specs"]["main"]["options"][f"onboarding_{LISTS[kind]}"]["options"]
    spec = entry_arguments(kind)
    assert set(documented) == {*spec, "job_profile"}
    for name, option in spec.items():
        for key in ("type", "elements", "choices"):
            assert documented[name].get(key) == option.get(key), name


@pytest.mark.parametrize("role", ["onboarding", "offboarding"])
def test_variables_of_a_role_are_told_the_same_everywhere(role: str) -> None:
    folder = ROOT / "roles" / role
    options = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options = options["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((folder / "defaults" / "main.yml").read_text(encoding="utf-8"))
    assert {name: option["default"] for name, option in options.items() if "default" in option} == defaults
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert [line.split("`")[1] for line in readme.splitlines() if line.startswith("| `")] == sorted(
        options, key=lambda name: readme.index(f"| `{name}`")
    )


def test_the_same_error_of_many_rows_is_one_line_after_the_directory_too() -> None:
    result = read("p.csv", "username,roles\na@example.com,X\nb@example.com,X\nc@example.com,X\n")
    failures = [
        {"place": f"users[{number}].roles", "msg": f'users[{number}].roles (x@example.com): unknown role "X\x1b"'}
        for number in range(3)
    ]
    rows, messages = outcome(result.entries, result.origins, {"errors": failures})
    assert messages == ['p.csv: lines 2, 3, 4 (rows 1, 2, 3), column 2 "roles": unknown role "X\\x1b"']
    assert {row["outcome"] for row in rows} == {"refused"}


def entries(*texts: str, **more: t.Any) -> dict[str, t.Any]:
    files = [f"{number}.csv" for number in range(len(texts))]
    return t.cast("dict[str, t.Any]", onboarding_entries(list(texts), files=files, **more))


def test_nothing_given_is_an_error() -> None:
    (error,) = entries()["errors"]
    assert error.startswith("onboarding_files: nothing to do; name files")
    (error,) = entries("username\n", "user_type;username\n")["errors"]
    assert error == "0.csv, 1.csv: there is no account in it; fill in a row, or name another file"
    assert entries("username\n", users=[{"username": "a@example.com"}])["errors"] == []


def test_a_name_is_trimmed_in_a_table_and_refused_in_a_variable() -> None:
    assert entries("username;roles\n\u00a0neu@example.com ;Creator , Submitter\n")["users"] == [
        {"username": "neu@example.com", "roles": ["Creator", "Submitter"]}
    ]
    for option, value in (
        ("username", "neu@example.com "),
        ("username", "neu@example.com\u00a0"),
        ("roles", ["Creator\u200b"]),
        ("teams", [" Web"]),
    ):
        errors = entries(users=[{"username": "a@example.com", option: value}])["errors"]
        assert len(errors) == 1, errors
        assert errors[0].startswith(f"onboarding_users[0].{option}: ")
        assert re.search(r"U\+(0020|00A0|200B)", errors[0])
        assert errors[0].isprintable()


@pytest.mark.parametrize("action", [None, "createuser"])
def test_a_real_export_of_excel_is_read(action: str | None) -> None:
    text = "\ufeffUsername;First Name;Last Name;E-Mail \r\nneu@example.com ;Jörg;Ö\u00a0;\r\n;;;\r\n"
    assert [
        {key: value for key, value in user.items() if key != "state"} for user in entries(text, action=action)["users"]
    ] == [{"username": "neu@example.com", "first_name": "Jörg", "last_name": "Ö"}]


def test_the_sheet_is_named_for_workbooks() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["username"])
    book.active.append(["first@example.com"])
    other = book.create_sheet("New")
    other.append(["Username", "Login enabled"])
    other.append(["second@example.com", True])
    out = io.BytesIO()
    book.save(out)
    text = out.getvalue().decode("utf-8", "surrogateescape")
    assert entries(text)["users"] == [{"username": "first@example.com"}]
    assert entries(text, sheet="New")["users"] == [{"username": "second@example.com", "login_enabled": True}]


def test_the_summary_is_one_sentence() -> None:
    rows = [{"outcome": word} for word in ("created", "created", "updated", "unchanged", "failed")]
    assert summary(rows, check_mode=False) == "3 of 5 accounts changed: 2 created, 1 updated; 1 failed."
    assert summary(rows[:4], check_mode=True) == "Would change 3 of 4 accounts: create 2, update 1."

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of any file become entries or complaints, and never a traceback."""

from __future__ import annotations

import typing as t
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.veracode.plugins.module_utils._csv import write_csv
from ansible_collections.community.veracode.plugins.module_utils._roles import API_USER, USER
from ansible_collections.community.veracode.plugins.plugin_utils._offboarding import Feed, read_feed, record
from ansible_collections.community.veracode.plugins.plugin_utils._onboarding import (
    LISTS,
    Onboarding,
    Profiles,
    add_file,
    entry_arguments,
    outcome,
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
    assert all(problem.startswith(f"{name}: ") for problem in result.problems)
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
    names, problems = read_feed(Feed(name, text, column=column, where={"state": "true"}), date(2026, 1, 31))
    assert all(problem.startswith(f"{name}: ") for problem in problems)
    assert all(isinstance(each, str) and each for each in names)


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
        ("username,unrestricted\na,true\n", 'column 2 "unrestricted": only API service accounts'),
        ("username,state\na,presnt\n", 'did you mean "present"?'),
        ("username,user_name\na,b\n", 'the same as column 1 "username"'),
        ("username,return_secret\na,true\n", 'column 2 "return_secret": unknown column'),
    ],
)
def test_mistakes_are_named(text: str, expected: str) -> None:
    assert any(expected in problem for problem in read("people.csv", text).problems), read("people.csv", text).problems


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
        'p.csv: line 4 (row 2), column 3 "roles": unknown role "Results"',
        'p.csv: line 5 (row 3), column 2 "username": stands in p.csv: line 2 (row 1) already',
        "p.csv: line 2 (row 1), phone: too long",
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


def test_ledger_keeps_what_a_broken_off_run_saw() -> None:
    first = record({"leavers": {}}, "2026-01-01", details=[{"username": "A@example.com", "teams": ["T"]}])
    again = record(first, "2026-01-02", details=[{"username": "a@example.com", "teams": []}])
    assert again["leavers"]["A@example.com"]["before"]["teams"] == ["T"]
    done = record(again, "2026-01-02", done=["A@example.com"])
    assert done["leavers"]["A@example.com"]["offboarded"] == "2026-01-02"
    back = record(done, "2026-01-03", restored=["A@example.com"])
    later = record(back, "2026-02-01", details=[{"username": "A@example.com", "teams": ["U"]}])
    assert later["leavers"]["A@example.com"]["before"]["teams"] == ["U"]
    assert later["leavers"]["A@example.com"]["offboarded"] is None

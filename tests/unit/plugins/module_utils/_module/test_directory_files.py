# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An organization in files: read as data, with errors that say file and line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._module.directory_files import read_files
from tests.emulator.control import Emulator
from tests.inside import apply, converge

PEOPLE = """\
---
# Who works here.
user_defaults: {roles: [Creator], teams: [Web]}
teams:
  - name: Web
users:
  - username: n1@example.com
    first_name: N
    last_name: '{{ lookup("pipe", "id") }}'
    custom_one: 2026-01-31
    phone: 5551234
  - username: n2@example.com
    first_name: N
    last_name: Two
    roles:
      - Creator
      - Reveiwer
"""


def test_files_are_joined_with_the_options_and_are_data(emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "org").mkdir()
    (tmp_path / "org" / "20-people.yml").write_text(PEOPLE.replace("Reveiwer", "Reviewer"), encoding="utf-8")
    (tmp_path / "org" / "10-api.json").write_text(
        json.dumps(
            {
                "users": [
                    {"user_name": "mdoe@example.com", "login_enabled": "no", "roles": ["eLearning"], "teams": ["Web"]}
                ]
            }
        ),
        encoding="utf-8",
    )
    (tmp_path / "org" / "notes.txt").write_text("not read", encoding="utf-8")
    done = converge(
        emulator,
        files=[str(tmp_path / "org")],
        user_defaults={"teams": ["Web", "Demo Team"]},
        users=[{"username": "tmonarch@example.com", "phone": "1"}],
    )
    assert sorted(action["name"] for action in done["actions"]) == [
        "Web",
        "mdoe@example.com",
        "n1@example.com",
        "n2@example.com",
        "tmonarch@example.com",
    ]
    user = emulator.user("n1@example.com")
    assert user is not None
    assert user["last_name"] == '{{ lookup("pipe", "id") }}'
    assert (user["custom_one"], user["phone"]) == ("2026-01-31", "5551234")
    # The options win over the defaults of a file.
    assert sorted(user["teams"]) == ["Demo Team", "Web"]


def test_an_error_says_file_and_line(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("people.yml").write_text(PEOPLE, encoding="utf-8")
    Path("more.json").write_text(
        '{\n"users": [\n\t{"username": "x@example.com",\n\t "state": "gone"}]}', encoding="utf-8"
    )
    result = apply(emulator, files=["people.yml", "more.json"], users=[{"username": "nobody@example.com"}])
    assert result["msg"].splitlines() == [
        'people.yml:16 (users[1].roles, n2@example.com): unknown role "Reveiwer", did you mean "Reviewer"?',
        'more.json:4 (users[0].state, x@example.com): "gone" is not a choice; use one of present, disabled, absent',
        *[line for line in result["msg"].splitlines() if "more.json:3 (users[0]" in line],
        *[line for line in result["msg"].splitlines() if "nobody@example.com" in line],
    ]
    assert result["errors"][0]["place"] == "people.yml:16 (users[1].roles)"
    assert result["calls"]["writes"] == 0


def test_two_sides_in_files_that_contradict_one_another_are_shown_with_their_lines(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yml").write_text("users:\n- username: tmonarch@example.com\n  teams: [Demo Team]\n", encoding="utf-8")
    Path("b.yml").write_text("teams:\n- name: Release Team\n  members: [tmonarch@example.com]\n", encoding="utf-8")
    result = apply(emulator, files=["a.yml", "b.yml"])
    assert result["failure"]["place"] == "a.yml:3 (users[0].teams), b.yml:3 (teams[0].members)"
    assert result["msg"].startswith(
        'a.yml:3 (users[0].teams) omits the team "Release Team", but b.yml:3 (teams[0].members) names'
    )


def test_a_failure_of_an_entry_in_a_file_says_where_it_stands(emulator: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "people.yml"
    path.write_text("users:\n  - username: mdoe@example.com\n    phone: '1'\n", encoding="utf-8")
    emulator.fault("status", status=400, method="PUT", count=0)
    result = apply(emulator, files=[str(path)])
    assert result["errors"][0]["place"] == f"{path}:2 (users[0])"
    assert f"{path}:2 (users[0], mdoe@example.com): Could not update" in result["msg"]


WRONG: list[tuple[str, str]] = [
    ("", "is empty"),
    ("---\n# nothing\n", "is empty"),
    ("{}\n", "is empty"),
    ("- a\n", "does not hold a dictionary"),
    ("users: [\n", "people.yml:2: this is not plain YAML"),
    ("users: !vault x\n", "people.yml:1: this is not plain YAML"),
    ("users: []\nusers: []\n", 'people.yml:2: the key "users" stands twice'),
    ("users:\n  - username: a\n    phone: 1\n    phone: 2\n", 'people.yml:4: the key "phone" stands twice'),
    ("---\nusers: []\n---\nteams: []\n", "people.yml:3: this is not plain YAML"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_file_that_cannot_be_meant_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "people.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VeracodeError) as caught:
        read_files([str(path)])
    assert message in caught.value.msg


def test_json_is_read_as_strictly(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    for text, message in (
        ("", "is empty"),
        ('{"users": [', "people.json:1: this is not JSON"),
        ('{"users": [],\n"users": []}', 'people.json:2: the key "users" stands twice'),
        (
            '{"teams": [{"name": "phone"}],\n"users": [{\n\t"phone": "1",\n\t"phone": "2"}]}',
            'people.json:4: the key "phone"',
        ),
        ('{"users": NaN}', "people.json:1: this is not JSON (NaN)"),
        ("{" * 100_000, "people.json:1: this is"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(VeracodeError) as caught:
            read_files([str(path)])
        assert message in caught.value.msg


@pytest.mark.parametrize("name", ["people.yml", "people.json"])
def test_values_are_the_text_that_stands_there(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    many = "1" * 5000
    if name.endswith("yml"):
        path.write_bytes(
            b"\xef\xbb\xbfusers:\r\n- &a {username: a, phone: 0123, custom_one: 1.10, custom_two: no, custom_three: 12:30}\r\n"
            b"- {<<: *a, username: b, login_enabled: no, custom_four: 1_000, custom_five: " + many.encode() + b"}\r\n"
        )
    else:
        shared = '"phone": "0123", "custom_one": 1.10, "custom_two": "no", "custom_three": "12:30"'
        path.write_bytes(
            b"\xef\xbb\xbf"
            + f'{{"users": [{{"username": "a", {shared}}}, {{"username": "b", {shared}, "login_enabled": false, '
            f'"custom_four": "1_000", "custom_five": {many}}}]}}'.encode()
        )
    shown = {"phone": "0123", "custom_one": "1.10", "custom_two": "no", "custom_three": "12:30"}
    (part,) = read_files([str(path)])
    assert part.errors == []
    assert dict(part.values)["users"] == [
        {"username": "a", **shown},
        {"username": "b", **shown, "login_enabled": False, "custom_four": "1_000", "custom_five": many},
    ]


@pytest.mark.parametrize(
    "tag", ["!vault", "!unsafe", "!!python/object/apply:os.system", "!include", "!!python/name:os.system"]
)
def test_a_tag_is_an_error_with_its_line(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "people.yml"
    path.write_text(f"users:\n- username: a\n  phone: {tag} [id]\n", encoding="utf-8")
    with pytest.raises(VeracodeError, match=r"people\.yml:3: this is not plain YAML"):
        read_files([str(path)])


def test_what_is_no_text_is_in_no_message(tmp_path: Path) -> None:
    path = tmp_path / "people.yml"
    path.write_text("users:\n- {username: !!binary aGk=, phone: [a]}\n- &u {username: b, <<: *u}\n", encoding="utf-8")
    (part,) = read_files([str(path)])
    assert [problem.name for problem in part.errors] == [None, None]


ENTRIES: list[tuple[str, str]] = [
    ("people: []", 'people: there is no option "people" here; remove it'),
    ("user: []", 'user: there is no option "user" here, did you mean "users"?'),
    ("users: {a: b}", "users: this is not a list"),
    ("users: [a]", "users[0]: this is not a dictionary of options"),
    ("users: [{username: a, fone: 1}]", 'users[0].fone: there is no option "fone" here, did you mean "phone"?'),
    ("users: [{username: a, roles: {b: c}}]", "users[0].roles: this is not a list"),
    ("users: [{username: a, roles: [[b]]}]", "users[0].roles: this is not a text"),
    ("users: [{username: a, login_enabled: maybe}]", "users[0].login_enabled: this is not a boolean"),
    ("users: [{username: [a]}]", "users[0].username: this is not a text"),
    ("teams: [{members: []}]", "teams[0].name: an entry of teams needs a name"),
    ("user_defaults: [a]", "user_defaults: this is not a dictionary of options"),
]


@pytest.mark.parametrize(("text", "message"), ENTRIES)
def test_an_entry_of_a_file_is_checked_as_an_option_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("people.yml").write_text(text, encoding="utf-8")
    (part,) = read_files(["people.yml"])
    said = [f"{problem.location}: {problem.fault}" for problem in part.errors]
    assert [message in each for each in said] == [True], said


def test_a_small_file_cannot_hold_an_endless_value(tmp_path: Path) -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    path = tmp_path / "people.yml"
    path.write_text(f"l0: &l0 [x]\n{levels}users: [{{username: a, phone: *l11, roles: *l11}}]\n", encoding="utf-8")
    (part,) = read_files([str(path)])
    assert len(part.errors) == 14


def test_merge_keys_cannot_multiply_without_end(tmp_path: Path) -> None:
    levels = "".join(f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 9)}]}}\n" for n in range(1, 12))
    path = tmp_path / "people.yml"
    path.write_text(f"l0: &l0 {{phone: x}}\n{levels}users: [{{username: a, <<: *l11}}]\n", encoding="utf-8")
    with pytest.raises(VeracodeError, match="the merge keys come to too many keys"):
        read_files([str(path)])


def test_special_files_and_empty_folders_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "empty").mkdir()
    for name, message in (
        (str(tmp_path / "pipe.yml"), "is a pipe and not a regular file"),
        ("/dev/zero", "is a device and not a regular file"),
        (str(tmp_path / "empty"), "holds no .yml, .yaml or .json file"),
        (str(tmp_path / "none.yml"), "does not exist"),
        (str(tmp_path), "is a pipe and not a regular file"),
    ):
        with pytest.raises(VeracodeError) as caught:
            read_files([name])
        assert message in caught.value.msg


def test_options_of_an_entry_become_what_the_options_of_a_task_become(tmp_path: Path) -> None:
    path = tmp_path / "people.yml"
    path.write_text(
        "users: [{user_name: a, active: 'yes', roles: 'Creator,Reviewer', phone: 1, custom_one: null}]\n"
        "api_users: [{username: b, credentials_dest: ~/key}]\n",
        encoding="utf-8",
    )
    (part,) = read_files([str(path)])
    values: dict[str, Any] = dict(part.values)
    assert values["users"] == [{"username": "a", "active": True, "roles": ["Creator", "Reviewer"], "phone": "1"}]
    assert values["api_users"][0]["credentials_dest"] == os.path.expanduser("~/key")

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of single objects against the emulator: the last team of API users, deletions, names, child roles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.emulator.control import Emulator
from tests.inside import Inside, apply
from tests.integration.scenarios import NEW, TED
from tests.integration.test_structure import run_inside
from tests.states import every_write

Result = dict[str, Any]
# An API user of the seed that has one team only.
BOT, TEAM = "build-upload", "Release Team"


def teams_of(inside: Inside, username: str) -> list[str]:
    return list(inside.info(username=username)["users"][0]["teams"])


def team(folder: Path, emulator: Emulator, *, check: bool = False, **options: Any) -> Result:
    return run_inside(folder, emulator, "veracode_team", {"name": TEAM, **options}, check)


@pytest.mark.parametrize(
    "options", [{"members": []}, {"members": [BOT], "members_mode": "remove"}, {"state": "absent"}], ids=str
)
def test_a_team_never_takes_the_last_team_of_an_api_user_unless_told(
    inside: Inside, emulator: Emulator, tmp_path: Path, options: dict[str, Any]
) -> None:
    assert teams_of(inside, BOT) == [TEAM]
    for check in (True, False):
        result = team(tmp_path, emulator, check=check, **options)
        assert result["failed"]
        assert result["failure"]["option"] == "allow_unrestricted_api_users"
        assert BOT in result["msg"]
        assert result["calls"]["writes"] == 0
    assert teams_of(inside, BOT) == [TEAM]
    result = team(tmp_path, emulator, allow_unrestricted_api_users=True, **options)
    assert not result["failed"], result["msg"]
    assert teams_of(inside, BOT) == []


def test_the_deletion_of_a_team_shows_its_members_on_one_side(emulator: Emulator, tmp_path: Path) -> None:
    result = team(tmp_path, emulator, check=True, state="absent", allow_unrestricted_api_users=True)
    assert not result["failed"], result["msg"]
    assert BOT in result["diff"]["before"]["members"]
    assert result["diff"]["after"] == {}
    assert result["diff"]["before_header"] == f"team {TEAM}"


def test_a_permanent_deletion_is_asked_for_and_an_account_that_is_gone_is_left(
    inside: Inside, emulator: Emulator
) -> None:
    result = inside.user(username=TED, state="absent", permanently=True)
    assert not result.get("failed"), result["msg"]
    sent = [entry for entry in emulator.log(writes=True) if entry["method"] == "DELETE"]
    assert ["hard_delete=true" in entry["query"] for entry in sent] == [True]
    again = inside.user(username=TED, state="absent", permanently=True)
    assert (again["changed"], again["calls"]["writes"]) == (False, 0)
    assert inside.user(username=TED, state="disabled", permanently=True)["failure"]["option"] == "permanently"


@pytest.mark.parametrize("state", ["present", "absent", "disabled"])
def test_a_username_with_an_invisible_end_is_refused_before_any_call(inside: Inside, state: str) -> None:
    result = inside.user(username=f"{TED}\u00a0", state=state)
    assert result["failed"]
    assert "U+00A0" in result["msg"]
    assert result["calls"] == {"reads": 0, "writes": 0}


@pytest.mark.parametrize("option", ["name", "previously", "members", "managers", "business_unit"])
def test_a_name_of_a_team_task_with_a_blank_at_its_end_is_refused_before_any_call(
    emulator: Emulator, tmp_path: Path, option: str
) -> None:
    value: Any = ["x "] if option in ("previously", "members", "managers") else "x "
    result = team(tmp_path, emulator, **{option: value})
    assert result["failure"]["option"] == option
    assert "U+0020" in result["msg"]
    assert result["calls"]["reads"] == 0


def test_check_mode_refuses_a_person_without_roles_as_the_run_does(inside: Inside) -> None:
    check, run, _again = inside.cycle("user", {key: value for key, value in NEW.items() if key != "roles"})
    assert check["failed"]
    assert run["failed"]
    assert check["failure"]["option"] == run["failure"]["option"] == "roles"
    assert run["calls"]["writes"] == 0


def test_check_mode_says_that_an_earlier_task_may_create_what_is_missing(inside: Inside) -> None:
    task = {"username": TED, "teams": ["A team of an earlier task"]}
    assert "veracode_directory" in inside.run("user", task, check=True)["msg"]
    assert "veracode_directory" not in inside.run("user", task)["msg"]


MISSING: list[tuple[str, dict[str, Any]]] = [
    ("user", {"username": "nobody@example.com", "phone": "1"}),
    ("user", {"username": TED, "roles": ["A role of an earlier task"]}),
    ("api_user", {"username": "no-bot", "roles": ["Results API"]}),
    ("team", {"name": "Demo Team", "members": ["nobody@example.com"], "members_mode": "add"}),
    ("team", {"name": "Demo Team", "business_unit": "A unit of an earlier task"}),
    ("business_unit", {"name": "Example Unit", "teams": ["A team of an earlier task"]}),
    ("role", {"name": "New", "permissions": ["viewReports"], "child_roles": ["A role of an earlier task"]}),
    ("user_reset", {"username": "nobody@example.com", "reset": ["mfa"]}),
    ("api_credentials", {"username": "no-bot", "return_secret": True}),
    ("user_info", {"team": "A team of an earlier task"}),
    ("oauth_client", {"username": "no-bot", "revoke_tokens": True}),
]


@pytest.mark.parametrize(("module", "options"), MISSING, ids=str)
def test_check_mode_says_of_whatever_is_missing_that_an_earlier_task_may_create_it(
    inside: Inside, module: str, options: dict[str, Any]
) -> None:
    check, run = (inside.run(module, options, check=check) for check in (True, False))
    assert check["failed"]
    assert run["failed"]
    assert check["msg"].startswith(run["msg"])
    assert "veracode_directory plans all of it in one task" in check["msg"]
    assert "veracode_directory plans" not in run["msg"]


def test_a_deactivated_person_under_the_new_address_is_taken_and_not_created_twice(inside: Inside) -> None:
    assert not inside.user(username=TED, active=False).get("failed")
    before = len(inside.people())
    person = {"username": "old@example.com", "email_address": TED, "first_name": "Ted", "last_name": "M"}
    result = inside.user(**person, roles=["Creator"])
    assert not result.get("failed"), result["msg"]
    assert any("is used instead" in warning for warning in result["warnings"])
    assert len(inside.people()) == before


def test_a_restricted_caller_is_warned_that_an_account_may_exist_unseen(inside: Inside, emulator: Emulator) -> None:
    restricted = emulator.env_for("restricted-api")
    for kind, name in (("user", "nobody@example.com"), ("api_user", "nobody")):
        warnings = {
            (state, caller): inside.run(kind, {"username": name, "state": state}, env=env)["warnings"]
            for state in ("absent", "disabled")
            for caller, env in (("all", None), ("own", restricted))
        }
        assert [len(each) for each in warnings.values()] == [0, 1, 1, 2], warnings
        unseen = f'"{name}" may exist unseen'
        assert unseen in warnings["absent", "own"][0]
        assert [unseen in each for each in warnings["disabled", "own"]].count(True) == 1
        assert unseen not in warnings["disabled", "all"][0]


def test_a_restricted_caller_is_warned_of_an_account_that_does_exist_unseen(inside: Inside, emulator: Emulator) -> None:
    restricted = emulator.env_for("restricted-api")
    emulator.change("user", TED, teams=[])
    for state in ("absent", "disabled"):
        result = inside.run("user", {"username": TED, "state": state}, env=restricted)
        assert not result.get("failed"), result["msg"]
        assert result["changed"] is False
        assert any(f'"{TED}" may exist unseen' in warning for warning in result["warnings"])


def test_child_roles_are_written_compared_and_cleared(emulator: Emulator, tmp_path: Path) -> None:
    options: dict[str, Any] = {"name": "Lead Auditor", "permissions": ["viewReports"], "child_roles": ["Executive"]}

    def role(check: bool = False, **more: Any) -> Result:
        result = run_inside(tmp_path, emulator, "veracode_role", {**options, **more}, check)
        assert not result["failed"], result["msg"]
        return result

    check, run, again = role(check=True), role(), role()
    assert check["actions"] == run["actions"]
    assert run["role"]["child_roles"] == ["Executive"]
    assert again["changed"] is False
    changed = role(child_roles=["extexecutive", "Reviewer"])
    assert changed["actions"][0]["fields"] == ["child_roles"]
    assert role(child_roles=["Executive", "Reviewer"])["changed"] is False
    assert role(child_roles=[])["role"]["child_roles"] == []
    emulator.switch(child_roles_shown="by_id")
    assert role(child_roles=["Reviewer"])["changed"] is True
    assert role(child_roles=["Reviewer"])["changed"] is False


def test_a_team_takes_the_exact_one_of_two_names_that_fold_to_one(tmp_path: Path, emulator: Emulator) -> None:
    one, other = "strasse@example.com", "straße@example.com"
    emulator.change("user", TED, user_name=one)
    emulator.change("user", "mdoe@example.com", user_name=other)

    def changed(mode: str, *members: str) -> Result:
        return team(tmp_path, emulator, name="Two", members=list(members), members_mode=mode)

    for username, members in ((one, [one]), (other, [one, other])):
        added = changed("add", username)
        assert added["changed"], added
        assert added["team"]["members"] == members
        assert not changed("add", username)["changed"]
    assert changed("remove", one)["team"]["members"] == [other]
    refused = changed("add", "STRASSE@example.com")
    assert "may be any of the accounts" in refused["msg"]
    assert refused["failure"]["option"] == "members"


def unit(folder: Path, emulator: Emulator, *, check: bool = False, **options: Any) -> Result:
    return run_inside(folder, emulator, "veracode_business_unit", {"name": "Example Unit", **options}, check)


@pytest.mark.parametrize("listed", ["keys", "whole"])
def test_the_deletion_of_a_business_unit_shows_its_teams_and_takes_nobody_out_of_them(
    inside: Inside, emulator: Emulator, tmp_path: Path, listed: str
) -> None:
    emulator.switch(business_unit_list=listed, business_unit_delete="moves")
    emulator.change("team", "Quality Team", business_unit="Example Unit")
    results = [unit(tmp_path, emulator, check=check, state="absent") for check in (True, False)]
    for result in results:
        assert not result["failed"], result["msg"]
        assert result["diff"]["before"]["teams"] == ["Engineering", "Quality Team"]
        assert result["diff"]["after"] == {}
        assert result["diff"]["before_header"] == "business_unit Example Unit"
    assert results[0]["diff"] == results[1]["diff"]
    assert teams_of(inside, BOT) == [TEAM]
    planned = apply(emulator, check=True, business_units=[{"name": "Other", "teams": [TEAM]}])
    assert not planned["failed"], planned["msg"]


def test_a_business_unit_that_the_server_keeps_for_its_teams_is_explained(emulator: Emulator, tmp_path: Path) -> None:
    refused = unit(tmp_path, emulator, state="absent")
    assert refused["failed"]
    assert "teams" in refused["msg"]
    assert (refused["changed"], refused["actions"]) == (False, [])


def test_no_move_of_teams_between_business_units_takes_the_team_of_an_api_user(emulator: Emulator) -> None:
    units = [
        [{"name": "One", "teams": [TEAM]}, {"name": "Example Unit", "teams": ["Quality Team"]}],
        [{"name": "Example Unit", "teams": [TEAM, "Demo Team"]}, {"name": "One", "state": "absent"}],
        [{"name": "One", "teams": [TEAM]}, {"name": "Example Unit", "state": "absent"}],
    ]
    emulator.switch(business_unit_delete="deletes")
    for lists in units[:2]:
        with every_write(emulator):
            done = apply(emulator, business_units=lists)
        assert not done["failed"], done["msg"]
        assert list((emulator.user(BOT) or {})["teams"]) == [TEAM]
    moved = [*units[2], {"name": "Two", "teams": ["Demo Team"], "teams_mode": "add"}]
    with every_write(emulator):
        assert not apply(emulator, business_units=moved)["failed"]


@pytest.mark.parametrize("position", ["refused", "moves", "deletes"])
def test_a_business_unit_is_not_deleted_with_the_last_team_of_an_api_user(
    inside: Inside, emulator: Emulator, tmp_path: Path, position: str
) -> None:
    emulator.switch(business_unit_delete=position)
    emulator.change("team", TEAM, business_unit="Example Unit")
    by_entry: dict[str, Any] = {"business_units": [{"name": "Example Unit", "state": "absent"}]}
    exclusive = {"business_units": [{"name": "Other", "state": "present"}], "exclusive": ["business_units"]}
    for check in (True, False):
        results = [
            unit(tmp_path, emulator, check=check, state="absent"),
            apply(emulator, check=check, **by_entry),
            apply(emulator, check=check, **exclusive, absent_action="delete"),
        ]
        for result in results:
            assert result["failed"]
            assert f"{BOT}, keyless-api would have no team" in result["msg"]
            assert result["calls"]["writes"] == 0
    assert results[1]["errors"][0]["place"] == "business_units[0].state"
    assert [result["failure"]["option"] for result in results] == ["state", "state", "exclusive"]
    assert ["allow_unrestricted_api_users: true" in result["msg"] for result in results] == [False, True, True]
    moves = {"teams": [{"name": TEAM, "business_unit": ""}, {"name": "Engineering", "business_unit": ""}]}
    with every_write(emulator):
        done = apply(emulator, **moves, **by_entry)
    assert not done["failed"], done["msg"]
    assert teams_of(inside, BOT) == [TEAM]


@pytest.mark.parametrize(("hard", "reuse"), [("honoured", "refused"), ("ignored", "allowed"), ("honoured", "allowed")])
def test_a_permanent_deletion_of_a_team_is_asked_for_and_frees_its_name(
    emulator: Emulator, tmp_path: Path, hard: str, reuse: str
) -> None:
    emulator.switch(hard_delete=hard, reuse_deleted_name=reuse, listings_hide_deleted="no")
    emulator.add("team", name="Temporary")
    gone = {"name": "Temporary", "state": "absent", "permanently": True}
    check, done, again = (team(tmp_path, emulator, check=check, **gone) for check in (True, False, False))
    assert (
        check["actions"] == done["actions"] == [{"action": "delete", "kind": "team", "name": "Temporary", "fields": []}]
    )
    sent = [entry for entry in emulator.log(writes=True) if entry["method"] == "DELETE"]
    assert ["hard_delete=true" in entry["query"] for entry in sent] == [True]
    assert (again["failed"], again["changed"], again["calls"]["writes"]) == (False, False, 0)
    created = team(tmp_path, emulator, name="Temporary")
    assert (created["failed"], created["changed"]) == (False, True), created


def test_a_team_that_was_deleted_softly_is_left_and_its_name_is_explained(emulator: Emulator, tmp_path: Path) -> None:
    emulator.switch(reuse_deleted_name="refused", listings_hide_deleted="no")
    emulator.add("team", name="Temporary")
    assert team(tmp_path, emulator, name="Temporary", state="absent")["changed"]
    left = team(tmp_path, emulator, name="Temporary", state="absent", permanently=True)
    assert (left["failed"], left["changed"], left["calls"]["writes"]) == (False, False, 0)
    refused = team(tmp_path, emulator, name="Temporary")
    assert refused["failed"]
    assert '"Temporary"' in refused["msg"]


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        ("straße@example.com", "STRASSE@example.com"),
        ("straße@example.com", "strasse@example.com"),
        ("strasse@example.com", "straße@example.com"),
        ("STRASSE@example.com", "Straße@example.com"),
        ("mass@example.com", "maſſ@example.com"),
    ],
)
@pytest.mark.parametrize("by", ["username", "email_address"])
@pytest.mark.parametrize("active", [True, False])
def test_an_account_under_another_spelling_is_neither_absent_nor_created_again(
    inside: Inside, emulator: Emulator, there: str, asked: str, by: str, active: bool
) -> None:
    """The filter of the server lowers the case and no more; a directory compares everybody."""
    emulator.change("user", TED, user_name=there, email_address=there, active=active)
    before = len(inside.people())
    options = {by: asked, "first_name": "T", "last_name": "M", "roles": ["Executive"]}
    done = inside.user(**options)
    assert not done["failed"], done["msg"]
    assert len(inside.people()) == before
    assert done["user"]["username"] == there
    assert apply(emulator, users=[options])["actions"] == []
    assert inside.user(**{by: asked, "state": "absent"})["changed"]
    assert len(inside.people()) == before - 1


def test_of_two_spellings_the_exact_one_is_taken(inside: Inside, emulator: Emulator) -> None:
    emulator.change("user", TED, user_name="straße@example.com")
    emulator.change("user", "mdoe@example.com", user_name="strasse@example.com")
    for name in ("straße@example.com", "strasse@example.com"):
        assert inside.user(username=name, phone="1")["user"]["username"] == name

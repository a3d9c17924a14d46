# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds after every single write of veracode_directory, whichever of its writes fails and however."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.community.veracode.plugins.module_utils._api.rest import accounts
from tests.emulator.control import Emulator
from tests.inside import Result, apply
from tests.states import Watch, assert_nobody_is_lost
from tests.turns import in_turn


@pytest.fixture
def watch(emulator: Emulator) -> Watch:
    return Watch(emulator)


# Administrators who are created, promoted, demoted, disabled and deleted; API users that move by their own entry, by
# the entries of teams, by the deletion of a team, and in part.
CHANGES: dict[str, Any] = {
    "teams": [
        {"name": "Web", "members": ["build-upload", "half-api", "sviceroy@example.com"], "members_mode": "add"},
        {"name": "Release Team", "members": ["tmonarch@example.com"]},
        {"name": "Quality Team", "members": ["half-api"], "members_mode": "remove"},
        {"name": "Engineering", "state": "absent"},
        {"name": "Demo Team", "members": ["lpieris@example.com", "restricted-api"]},
    ],
    "users": [
        {"username": "boss@example.com", "first_name": "B", "last_name": "S", "roles": ["Administrator"]},
        {"username": "mdoe@example.com", "roles": ["Administrator"]},
        {"username": "aswallowtail@example.com", "roles": ["Executive"]},
        {"username": "old1@example.com", "state": "absent"},
        {"username": "old2@example.com", "login_enabled": False},
        {"username": "old3@example.com", "state": "disabled"},
    ],
    "api_users": [
        {"username": "keyless-api", "teams": ["Web"]},
        {"username": "eng-api", "teams": ["Web"], "teams_mode": "add"},
    ],
}


def prepare(emulator: Emulator) -> None:
    emulator.reset()
    emulator.clear_faults()
    for number in (1, 2, 3):
        emulator.add(
            "user", user_name=f"old{number}@example.com", first_name="O", last_name="D", roles=["Administrator"]
        )
    service = {"first_name": "S", "last_name": "V", "email_address": "s@example.com"}
    emulator.add("api_user", user_name="half-api", roles=["Results API"], teams=["Quality Team"], **service)
    emulator.add("api_user", user_name="eng-api", roles=["Results API"], teams=["Engineering"], **service)


FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"kind": "status", "status": 403},
    "failed": {"kind": "status", "status": 503},
    "lost": {"kind": "status", "status": 500, "acts": True},
}


@pytest.mark.parametrize(
    ("fault", "workers"), in_turn([("refused", 4), ("refused", 1), ("lost", 1), ("failed", 4)], of=2)
)
def test_no_failure_leaves_too_few_administrators_or_an_api_user_without_a_team(
    emulator: Emulator, watch: Watch, monkeypatch: pytest.MonkeyPatch, fault: str, workers: int
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    options = {"workers": workers, "max_retries": 0, "min_administrators": 2}
    prepare(emulator)
    watch.begin()
    whole = apply(emulator, **copy.deepcopy(CHANGES), **options)
    assert not whole["failed"], whole["errors"]
    assert_nobody_is_lost(watch.states, least=2)
    for number in range(whole["calls"]["writes"]):
        prepare(emulator)
        emulator.fault(writes=True, skip=number, count=1, **FAULTS[fault])
        watch.begin()
        result = apply(emulator, **copy.deepcopy(CHANGES), **options)
        assert_nobody_is_lost(watch.states, least=2)
        assert result["failed"] or fault != "refused", number
        assert result["changed"] is bool(result["actions"])
        emulator.clear_faults()
        emulator.advance(60)
        watch.begin()
        again = apply(emulator, **copy.deepcopy(CHANGES), **options)
        assert not again["failed"], (number, again["errors"])
        assert_nobody_is_lost(watch.states, least=2)


def users(result: Result, key: str = "errors") -> list[str]:
    return [error["name"] for error in result[key]]


@pytest.mark.parametrize("state", ["absent", "disabled"])
def test_an_administrator_stays_where_the_new_one_could_not_be_created(
    emulator: Emulator, watch: Watch, state: str
) -> None:
    emulator.fault("status", status=400, method="POST", path="/users$", count=0)
    watch.begin()
    new = {"username": "boss@example.com", "first_name": "B", "last_name": "S", "roles": ["Administrator"]}
    entries = [new, {"username": "aswallowtail@example.com", "state": state}]
    result = apply(emulator, users=[*entries, {"username": "mdoe@example.com", "state": "absent"}])
    assert_nobody_is_lost(watch.states, least=2)
    assert users(result) == ["boss@example.com", "aswallowtail@example.com"]
    assert result["errors"][1]["option"] == "min_administrators"
    assert result["errors"][1]["place"] == "users[1].min_administrators"
    # A removal that no guard needs goes on.
    assert result["actions"] == [{"action": "delete", "kind": "user", "name": "mdoe@example.com", "fields": []}]


def test_an_administrator_is_not_demoted_where_the_promotion_of_the_other_was_refused(emulator: Emulator) -> None:
    mary = emulator.user("mdoe@example.com")
    assert mary is not None
    emulator.fault("status", status=400, method="PUT", path=mary["user_id"], count=0)
    entries = [
        {"username": "aswallowtail@example.com", "roles": ["Executive"]},
        {"username": "mdoe@example.com", "roles": ["Administrator"]},
    ]
    result = apply(emulator, users=entries, min_administrators=1)
    assert users(result) == ["mdoe@example.com", "aswallowtail@example.com"]
    assert "Administrator" in (emulator.user("aswallowtail@example.com") or {})["roles"]


def test_no_administrator_goes_before_the_required_one_is_there(emulator: Emulator, watch: Watch) -> None:
    emulator.add("user", user_name="old@example.com", first_name="O", last_name="D", roles=["Administrator"])
    emulator.fault("status", status=400, method="POST", path="/users$", count=0)
    new = {"username": "boss@example.com", "first_name": "B", "last_name": "S", "roles": ["Administrator"]}
    watch.begin()
    result = apply(
        emulator,
        users=[new, {"username": "old@example.com", "state": "absent"}],
        min_administrators=0,
        required_administrators=["boss@example.com"],
    )
    assert_nobody_is_lost(watch.states, least=0, required=["boss@example.com"])
    assert result["errors"][1]["option"] == "required_administrators"


@pytest.mark.parametrize("kind", ["refused", "failed"])
def test_an_api_user_stays_in_its_team_where_joining_the_other_failed(
    emulator: Emulator, watch: Watch, kind: str
) -> None:
    web = {"name": "Quality Team", "members": ["build-upload"], "members_mode": "add"}
    left = {"name": "Release Team", "members": ["build-upload", "mdoe@example.com"], "members_mode": "remove"}
    emulator.change("user", "mdoe@example.com", teams=["Release Team", "Demo Team"])
    quality = emulator.team("Quality Team")
    assert quality is not None
    emulator.fault(method="PUT", path=f"/teams/{quality['team_id']}", count=0, **FAULTS[kind])
    watch.begin()
    result = apply(emulator, teams=[web, left], max_retries=0)
    assert_nobody_is_lost(watch.states, least=0)
    assert [error["name"] for error in result["errors"]] == ["Quality Team", "Release Team"]
    assert '"build-upload" stays in Release Team' in result["errors"][1]["msg"]
    # Who loses nothing by it leaves nevertheless.
    assert list((emulator.user("mdoe@example.com") or {})["teams"]) == ["Demo Team"]


def test_exclusive_removes_nothing_in_a_run_in_which_a_step_failed(emulator: Emulator) -> None:
    mary = emulator.user("mdoe@example.com")
    assert mary is not None
    emulator.fault("status", status=400, method="PUT", path=mary["user_id"], count=0)
    result = apply(
        emulator,
        users=[
            {"username": "mdoe@example.com", "phone": "1"},
            {"username": "aswallowtail@example.com"},
            {"username": "tmonarch@example.com", "state": "absent"},
        ],
        exclusive=["users"],
        absent_action="delete",
    )
    assert users(result) == ["mdoe@example.com"]
    assert [(each["action"], each["name"]) for each in result["actions"]] == [("delete", "tmonarch@example.com")]
    assert any("exclusive removes nothing in a run with errors" in each for each in result["warnings"])


LAST_TEAM: list[tuple[dict[str, Any], str]] = [
    ({"teams": [{"name": "Release Team", "members": []}]}, "teams[0].members"),
    ({"teams": [{"name": "Release Team", "members": ["tmonarch@example.com"]}]}, "teams[0].members"),
    (
        {"teams": [{"name": "Release Team", "members": ["BUILD-upload", "keyless-api"], "members_mode": "remove"}]},
        "teams[0].members",
    ),
    ({"teams": [{"name": "Release Team", "state": "absent"}]}, "teams[0].state"),
    ({"teams": [{"name": "Demo Team"}], "exclusive": ["teams"], "absent_action": "delete"}, ""),
]


@pytest.mark.parametrize("carries", ["no", "everything"])
@pytest.mark.parametrize(("options", "place"), LAST_TEAM)
def test_an_api_user_without_an_entry_never_loses_its_last_team(
    emulator: Emulator, carries: str, options: dict[str, Any], place: str
) -> None:
    emulator.switch(list_carries=carries)
    for check in (True, False):
        refused = apply(emulator, check=check, **copy.deepcopy(options))
        assert refused["calls"]["writes"] == 0
        (error,) = refused["errors"]
        assert error.get("place", "") == place
        assert '"build-upload", "keyless-api"' in error["msg"]
        assert "allow_unrestricted_api_users: true" in error["msg"]
    done = apply(emulator, allow_unrestricted_api_users=True, **copy.deepcopy(options))
    assert not done["failed"], done["msg"]
    assert (emulator.user("build-upload") or {})["teams"] == {}


@pytest.mark.parametrize("status", [503, 408, 499])
def test_a_server_that_fails_for_three_objects_ends_the_run(emulator: Emulator, status: int) -> None:
    names = [f"p{number}@example.com" for number in range(12)]
    for name in names:
        emulator.add("user", user_name=name, first_name="P", last_name="N", roles=["Executive"])
    emulator.fault("status", status=status, method="PUT", count=0)
    wanted = [{"username": name, "phone": "1"} for name in names]
    result = apply(emulator, users=wanted, workers=1, max_retries=1)
    assert result["calls"]["writes"] == 6
    assert users(result) == names
    assert all(
        "was not tried, since the server failed for 3 objects in a row" in each["msg"] for each in result["errors"][3:]
    )
    assert result["summary"]["failed"] == len(names)
    emulator.clear_faults()
    emulator.fault("status", status=status, method="PUT", count=0)
    emulator.clear_log()
    result = apply(emulator, users=wanted, workers=12, max_retries=1)
    assert len(emulator.log(writes=True)) <= 8
    assert result["summary"]["failed"] == len(names)


def test_a_refusal_between_failures_shows_that_the_server_works(emulator: Emulator) -> None:
    names = ["tmonarch@example.com", "sviceroy@example.com", "lpieris@example.com", "mdoe@example.com"]
    for number, status in enumerate((503, 503, 400, 503)):
        emulator.fault("status", status=status, method="PUT", path=(emulator.user(names[number]) or {})["user_id"])
    result = apply(emulator, users=[{"username": name, "phone": "1"} for name in names], workers=1, max_retries=0)
    assert [error["status"] for error in result["errors"]] == [503, 503, 400, 503]


@pytest.mark.parametrize("workers", [1, 4])
def test_credentials_that_are_refused_end_the_run_at_once(emulator: Emulator, workers: int) -> None:
    names = [f"p{number}@example.com" for number in range(12)]
    for name in names:
        emulator.add("user", user_name=name, first_name="P", last_name="N", roles=["Executive"])
    emulator.fault("status", status=401, method="PUT", skip=2, count=0)
    wanted = [{"username": name, "phone": "1"} for name in names]
    result = apply(emulator, users=wanted, workers=workers)
    assert result["calls"]["writes"] <= 2 + workers
    assert len(result["actions"]) == 2
    assert result["changed"] is True
    assert len(result["errors"]) == len(names) - 2
    assert any(
        "was not tried, since the server does not accept the credentials" in each["msg"] for each in result["errors"]
    )


@pytest.mark.parametrize("workers", [1, 4])
def test_an_unexpected_exception_hides_nothing_of_what_was_done(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    update: Callable[..., Any] = accounts.RestAccountClient.update

    def broken(client: Any, before: Any, *arguments: Any, **options: Any) -> Any:
        if before.username == "sviceroy@example.com":
            raise KeyError("a fault of the collection")
        return update(client, before, *arguments, **options)

    monkeypatch.setattr(accounts.RestAccountClient, "update", broken)
    names = ["tmonarch@example.com", "sviceroy@example.com", "lpieris@example.com", "mdoe@example.com"]
    result = apply(emulator, users=[{"username": name, "phone": "1"} for name in names], workers=workers)
    assert result["failed"]
    assert result["changed"] is True
    assert users(result) == ["sviceroy@example.com"]
    assert "unexpected KeyError" in result["errors"][0]["msg"]
    assert sorted(each["name"] for each in result["actions"]) == sorted(set(names) - {"sviceroy@example.com"})


def test_two_administrators_are_not_taken_at_once(emulator: Emulator, watch: Watch) -> None:
    """Each alone could go; the plan was made before somebody else was refused."""
    for number in range(4):
        emulator.add("user", user_name=f"a{number}@example.com", first_name="A", last_name="N", roles=["Administrator"])
    emulator.fault("status", status=400, method="POST", path="/users$", count=0)
    new = [
        {"username": f"n{number}@example.com", "first_name": "N", "last_name": "N", "roles": ["Administrator"]}
        for number in range(3)
    ]
    gone = [{"username": f"a{number}@example.com", "roles": ["Executive"]} for number in range(4)]
    watch.begin()
    result = apply(emulator, users=[*new, *gone], min_administrators=3, workers=8)
    assert_nobody_is_lost(watch.states, least=3)
    refused = [error for error in result["errors"] if error.get("option") == "min_administrators"]
    assert len(refused) == 2


@pytest.mark.parametrize("roles", [None, ["Executive"]])
def test_a_person_stays_in_its_team_where_the_team_that_it_moves_to_refuses_it(
    emulator: Emulator, roles: list[str] | None
) -> None:
    """One half of the move is in the account's own entry, the other one in that of a team."""
    emulator.change(
        "user", "mdoe@example.com", teams=["Quality Team", "Release Team"], roles=["Administrator", "Executive"]
    )
    demo = emulator.team("Demo Team")
    assert demo is not None
    emulator.fault("status", status=403, method="PUT", path=f"/teams/{demo['team_id']}", count=0)
    entry = {"username": "mdoe@example.com", "teams": ["Quality Team"], "teams_mode": "remove", "roles": roles}
    joins = {"name": "Demo Team", "members": ["mdoe@example.com"], "members_mode": "add"}
    result = apply(emulator, users=[entry], teams=[joins], min_administrators=0)
    assert [error.get("option") for error in result["errors"]] == [None, "teams"]
    assert '"mdoe@example.com" stays in Quality Team, since joining Demo Team failed' in result["errors"][1]["msg"]
    assert set((emulator.user("mdoe@example.com") or {})["teams"]) == {"Quality Team", "Release Team"}
    emulator.clear_faults()
    assert not apply(emulator, users=[entry], teams=[joins], min_administrators=0)["failed"]
    assert set((emulator.user("mdoe@example.com") or {})["teams"]) == {"Demo Team", "Release Team"}


@pytest.mark.parametrize("workers", [1, 4])
def test_who_leaves_a_team_becomes_an_administrator_before_another_one_stops_being_one(
    emulator: Emulator, watch: Watch, workers: int
) -> None:
    emulator.change("user", "mdoe@example.com", teams=["Quality Team"])
    emulator.add("user", user_name="second@example.com", first_name="S", last_name="A", roles=["Administrator"])
    demoted = {"username": "aswallowtail@example.com", "roles": ["Executive"]}
    promoted = {"username": "mdoe@example.com", "roles": ["Administrator"], "teams": []}
    watch.begin()
    result = apply(emulator, users=[demoted, promoted], min_administrators=2, workers=workers)
    assert not result["failed"], result["msg"]
    assert_nobody_is_lost(watch.states, least=2)

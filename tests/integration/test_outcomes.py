# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A write whose answer is no verdict: it is read again where that tells, else its outcome is reported as unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.veracode.plugins.module_utils._apply import object as _apply
from tests.emulator.control import Emulator
from tests.inside import Inside, apply
from tests.integration.scenarios import NEW, SVC, TED
from tests.integration.test_structure import run_inside
from tests.turns import in_turn

# What is done nevertheless: the server gives up, or what comes back cannot be an answer.
DONE: dict[str, dict[str, Any]] = {
    **{str(status): {"kind": "status", "status": status, "acts": True} for status in (408, 421, 425, 499, 500, 503)},
    "two lengths": {"kind": "lengths", "delta": 2},
    "cut off": {"kind": "cut"},
    "reset": {"kind": "reset_after"},
    "html": {"kind": "wrong_type", "content_type": "text/html"},
}
NOT_DONE: dict[str, dict[str, Any]] = {
    **{str(status): {"kind": "status", "status": status} for status in (408, 421, 425, 499, 503)},
    "page": {"kind": "html"},
}
# Module, what is there before, the task, and the action that it takes.
WRITES: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "user": ("veracode_user", {}, {"username": TED, "phone": "1"}, "update"),
    "user by XML": ("veracode_user", {}, {"username": TED, "phone": "1", "api": "xml"}, "update"),
    "disabled": ("veracode_user", {}, {"username": TED, "state": "disabled"}, "disable"),
    "account gone": ("veracode_user", {}, {"username": TED, "state": "absent"}, "delete"),
    "account gone by XML": ("veracode_user", {}, {"username": TED, "state": "absent", "api": "xml"}, "delete"),
    "API user": (
        "veracode_api_user",
        {},
        {"username": "keyless-api", "roles": ["Upload and Scan API", "Any Scan (API)"]},
        "update",
    ),
    "team": ("veracode_team", {}, {"name": "Demo Team", "members": [TED], "members_mode": "remove"}, "update"),
    "team renamed": ("veracode_team", {}, {"name": "Other", "previously": ["Quality Team"]}, "rename"),
    "team gone": ("veracode_team", {"kind": "team", "name": "Web"}, {"name": "Web", "state": "absent"}, "delete"),
    "unit": ("veracode_business_unit", {}, {"name": "Example Unit", "teams": ["Demo Team"]}, "update"),
    "unit gone": (
        "veracode_business_unit",
        {"kind": "business_unit", "name": "Web"},
        {"name": "Web", "state": "absent"},
        "delete",
    ),
    "role": ("veracode_role", {}, {"name": "Custom Reporter", "team_admin_manageable": True}, "update"),
    "role gone": ("veracode_role", {}, {"name": "Custom Reporter", "state": "absent"}, "delete"),
}


def run(folder: Path, emulator: Emulator, write: str) -> dict[str, Any]:
    """Do a task whose only write fails as was ordered."""
    module, _before, options, _action = WRITES[write]
    return run_inside(folder, emulator, module, {**options, "max_retries": 0})


def begin(emulator: Emulator, write: str, fault: dict[str, Any]) -> None:
    before = dict(WRITES[write][1])
    if before:
        emulator.add(before.pop("kind"), **before)
    emulator.fault(writes=True, **fault)


@pytest.mark.parametrize(("write", "fault"), in_turn(WRITES, DONE, of=3))
def test_a_write_that_was_done_all_the_same_is_read_again_and_reported(
    emulator: Emulator, tmp_path: Path, write: str, fault: str
) -> None:
    begin(emulator, write, DONE[fault])
    result = run(tmp_path, emulator, write)
    assert not result["failed"], result["msg"]
    assert [each["action"] for each in result["actions"]] == [WRITES[write][3]]
    assert result["calls"]["writes"] == 1
    again = run(tmp_path, emulator, write)
    assert (again["failed"], again["changed"], again["calls"]["writes"]) == (False, False, 0)


@pytest.mark.parametrize(("write", "fault"), in_turn(WRITES, NOT_DONE, of=3))
def test_a_write_that_was_not_done_is_no_change_and_its_outcome_is_said_to_be_unknown(
    emulator: Emulator, tmp_path: Path, write: str, fault: str
) -> None:
    begin(emulator, write, NOT_DONE[fault])
    result = run(tmp_path, emulator, write)
    assert result["failed"], fault
    assert "whether it was carried out is unknown" in result["msg"]
    assert (result["changed"], result["actions"], result["calls"]["writes"]) == (False, [], 1)
    again = run(tmp_path, emulator, write)
    assert (again["failed"], again["changed"]) == (False, True)


@pytest.mark.parametrize("acts", [True, False])
def test_an_address_to_be_confirmed_is_not_reported_as_ordered_where_nothing_tells(
    inside: Inside, emulator: Emulator, acts: bool
) -> None:
    task = {"username": TED, "email_address": "ted2@example.com", "verify_email": True, "max_retries": 0}
    emulator.fault("status", status=503, acts=acts, method="PUT", path="/users/")
    lost = inside.user(**task)
    assert "whether it was carried out is unknown" in lost["msg"]
    assert (lost["changed"], lost["actions"]) == (False, [])
    again = inside.user(**task)
    assert (again["failed"], again["changed"], again["pending"]) == (False, True, True)


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_cannot_be_read_again_is_reported_as_unknown(
    emulator: Emulator, tmp_path: Path, write: str
) -> None:
    begin(emulator, write, {"kind": "refuse", "seconds": 0, "acts": True, "count": 1})
    result = run(tmp_path, emulator, write)
    emulator.clear_faults()
    assert not result["failed"] or result["actions"] == []
    assert result["calls"]["writes"] == 1


@pytest.mark.parametrize("write", WRITES)
def test_an_interim_answer_before_the_real_one_changes_nothing(emulator: Emulator, tmp_path: Path, write: str) -> None:
    begin(emulator, write, {"kind": "interim", "status": 103})
    result = run(tmp_path, emulator, write)
    assert (result["failed"], result["calls"]["writes"]) == (False, 1)


@pytest.mark.parametrize("status", [401, 429])
def test_a_refusal_after_a_lost_answer_does_not_say_that_nothing_was_done(
    inside: Inside, emulator: Emulator, status: int
) -> None:
    emulator.fault("reset_after", method="PUT", path="/users/")
    emulator.fault("status", status=status, method="PUT", path="/users/", retry_after="1", count=0)
    result = inside.user(username=TED, phone="1", max_retries=1)
    assert not result["failed"], result["msg"]  # it is read again
    assert [each["name"] for each in result["actions"]] == [TED]
    emulator.clear_faults()
    emulator.fault("reset_before", method="PUT", path="/users/")
    emulator.fault("status", status=status, method="PUT", path="/users/", retry_after="1", count=0)
    result = inside.user(username=TED, phone="2", max_retries=1)
    assert "whether it was carried out is unknown" in result["msg"]
    assert result["changed"] is False


def test_a_creation_that_shows_later_than_it_is_looked_for_is_the_accounts_creation(
    inside: Inside, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its second sending is refused, since the name is taken; the account can be read some time after that."""
    monkeypatch.setattr(_apply, "LOOK_UP_WAITS", (1, 1))
    monkeypatch.setattr(_apply.SYSTEM, "sleep", emulator.advance)
    emulator.switch(creation_delay=3)
    emulator.fault("reset_after", method="POST", path="/users$")
    before = len(inside.people())
    result = inside.user(**NEW, roles=["Executive"])
    assert not result["failed"], result["msg"]
    assert [each["action"] for each in result["actions"]] == ["create"]
    assert result["calls"]["writes"] == 2
    assert len(inside.people()) == before + 1


def test_a_creation_that_is_refused_when_it_is_sent_again_is_a_refusal(
    inside: Inside, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_apply, "LOOK_UP_WAITS", (0.01,))
    emulator.fault("reset_before", method="POST", path="/users$")
    emulator.fault("status", status=400, method="POST", path="/users$")
    result = inside.api_user(**SVC, roles=["Results API"], teams=["Demo Team"])
    assert (result["failed"], result["changed"], result["failure"]["status"]) == (True, False, 400)
    assert emulator.user("svc") is None


@pytest.mark.parametrize("status", [408, 421, 425, 499])
def test_a_team_that_may_have_been_left_counts_as_left(emulator: Emulator, status: int) -> None:
    """An API user does not leave its second team after a call that may have taken the first one."""
    emulator.change("user", "build-upload", teams=["Release Team", "Quality Team"])
    quality = emulator.team("Quality Team")
    assert quality is not None
    emulator.fault("status", status=status, acts=True, method="PUT", path=quality["team_id"], count=0)
    joins = {"name": "Demo Team", "members": ["build-upload"], "members_mode": "add"}
    demo = emulator.team("Demo Team")
    assert demo is not None
    emulator.fault("status", status=403, method="PUT", path=demo["team_id"], count=0)
    leaves = [
        {"name": name, "members": ["build-upload"], "members_mode": "remove"}
        for name in ("Quality Team", "Release Team")
    ]
    emulator.watch()
    result = apply(emulator, teams=[joins, *leaves], workers=1, max_retries=0)
    assert result["failed"]
    assert all(state["accounts"]["build-upload"]["teams"] for state in emulator.history())

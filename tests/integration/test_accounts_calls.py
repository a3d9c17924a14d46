# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many calls an account costs, and what becomes of it when answers are lost or come late."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.control import Emulator
from tests.inside import Inside, Result, assert_converged
from tests.integration.scenarios import NEW, SVC, TED

MANAGED: dict[str, Any] = {"roles": ["Creator", "eLearning", "Submitter"], "teams": ["Demo Team"], "first_name": "Ted"}


def calls(result: Result) -> tuple[int, int]:
    assert not result.get("failed"), result["msg"]
    return result["calls"]["reads"], result["calls"]["writes"]


def test_cost_of_a_converged_account(inside: Inside, emulator: Emulator) -> None:
    """At most two reads by REST, one where the listing carries roles and teams, three for an inactive one; one by XML."""
    assert calls(inside.user(username=TED, **MANAGED)) == (2, 0)
    assert calls(inside.user(username="wbuckeye@example.com", roles=["Reviewer"], teams=["Quality Team"])) == (3, 0)
    assert calls(inside.user(username=TED, api="xml", **MANAGED)) == (1, 0)
    assert calls(inside.user(username="wbuckeye@example.com", roles=["Reviewer"], api="xml")) == (1, 0)
    assert calls(
        inside.api_user(username="build-upload", teams=["Release Team"], roles=["uploadapi", "resultsapi"])
    ) == (2, 0)
    emulator.switch(list_carries="roles_teams")
    assert calls(inside.user(username=TED, roles=MANAGED["roles"], teams=MANAGED["teams"])) == (1, 0)


def test_cost_of_a_creation(inside: Inside) -> None:
    """One write after at most three reads, and one more for each kind of name."""
    reads, writes = calls(inside.user(**NEW, roles=["Executive"]))
    assert (reads <= 4, writes) == (True, 1)
    reads, writes = calls(inside.user(**{**NEW, "username": "b@example.com"}, roles=["Creator"], teams=["Demo Team"]))
    assert (reads <= 5, writes) == (True, 1)
    reads, writes = calls(inside.api_user(**SVC, roles=["Results API"], teams=["Demo Team"]))
    assert (reads <= 5, writes) == (True, 1)


def test_reported_calls_are_those_that_arrived(inside: Inside, emulator: Emulator) -> None:
    """Counted by meaning, although every XML call is a POST."""
    for api in ("rest", "xml"):
        emulator.clear_log()
        result = inside.user(username=TED, phone=api, teams=["Demo Team", "Engineering"], api=api)
        log = emulator.log()
        writes = [entry for entry in log if entry["writes"]]
        assert calls(result) == (len(log) - len(writes), len(writes))
        assert all("example.com" not in entry["path"] + entry["query"] for entry in log if api == "xml")


def creation(api: str) -> dict[str, Any]:
    return {"path": "/users$", "method": "POST"} if api == "rest" else {"call": "createuser"}


FAULTS: list[dict[str, Any]] = [
    {"kind": "reset_after"},
    {"kind": "timeout", "acts": True},
    {"kind": "status", "status": 502, "acts": True},
    {"kind": "cut"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault["kind"]))
@pytest.mark.parametrize("api", ["rest", "xml"])
def test_lost_answer_of_a_creation(inside: Inside, emulator: Emulator, api: str, fault: dict[str, Any]) -> None:
    """What was created is found and adopted, or found by the next run; never created twice."""
    before = len(inside.people())
    emulator.fault(**fault, **creation(api))
    task = {**NEW, "roles": ["Creator"], "teams": ["Demo Team"], "api": api, "phone": "1", "timeout": 2}
    first = inside.user(**task)
    created = [entry for entry in emulator.log(writes=True) if entry["method"] == "POST"]
    assert len([entry for entry in created if entry["call"] in (None, "createuser")]) == 1
    assert len(inside.people()) == before + 1
    if not first.get("failed"):
        assert first["changed"] is True
        assert [action["action"] for action in first["actions"]] == ["create"]
        assert first["user"]["roles"] == ["Any Scan", "Creator"]
    else:
        assert fault["kind"] == "cut"
    second = inside.user(**task)
    assert not second.get("failed"), second["msg"]
    assert second["changed"] is False
    assert len(inside.people()) == before + 1


@pytest.mark.parametrize("api", ["rest", "xml"])
def test_creation_that_never_arrived(inside: Inside, emulator: Emulator, api: str, monkeypatch: Any) -> None:
    """Looked for first, and only then sent again, once."""
    from ansible_collections.community.veracode.plugins.module_utils._apply import object as _apply

    monkeypatch.setattr(_apply, "LOOK_UP_WAITS", (0.1, 0.1))
    before = len(inside.people())
    emulator.fault("reset_before", **creation(api))
    result = inside.user(**NEW, roles=["Executive"], api=api)
    assert not result.get("failed"), result["msg"]
    assert [action["action"] for action in result["actions"]] == ["create"]
    assert len(inside.people()) == before + 1


def test_lost_answer_that_shows_late(inside: Inside, emulator: Emulator) -> None:
    """The new account can be read only later; it is waited for."""
    emulator.switch(creation_delay=2)
    emulator.fault("reset_after", **creation("rest"))
    before = len(inside.people())
    result = inside.user(**NEW, roles=["Executive"])
    assert not result.get("failed"), result["msg"]
    assert result["changed"] is True
    assert len(inside.people()) == before + 1


def test_lost_answer_of_a_stranger(inside: Inside, emulator: Emulator, monkeypatch: Any) -> None:
    """An account of that name with another address is not changed."""
    from ansible_collections.community.veracode.plugins.module_utils._apply import object as _apply

    monkeypatch.setattr(_apply, "LOOK_UP_WAITS", (1.5,))
    emulator.fault("reset_before", **creation("rest"))
    real = _apply.SYSTEM.sleep

    def stranger(seconds: float) -> None:
        if seconds == 1.5:
            emulator.add(
                "user",
                user_name="nick",
                first_name="A",
                last_name="B",
                email_address="o@example.com",
                roles=["Executive"],
            )
        else:
            real(seconds)

    monkeypatch.setattr(_apply.SYSTEM, "sleep", stranger)
    result = inside.user(
        username="nick", email_address="n@example.com", first_name="N", last_name="P", roles=["Executive"]
    )
    assert result["failed"]
    assert "not with what was sent, so it was not changed" in result["msg"]
    assert len([user for user in inside.people() if user["user_name"] == "nick"]) == 1


def test_lost_key_pair(inside: Inside, emulator: Emulator) -> None:
    """A secret is never asked for twice: the account is there, and the error says how to go on."""
    emulator.fault("reset_after", **creation("rest"))
    result = inside.api_user(
        **SVC, roles=["Results API"], teams=["Demo Team"], credentials="on_create", return_secret=True
    )
    assert result["failed"]
    assert "veracode_api_credentials" in result["msg"]
    assert len([entry for entry in emulator.log(writes=True) if entry["method"] == "POST"]) == 1
    assert emulator.user("svc") is not None


def test_key_pair_that_was_probably_not_generated(inside: Inside, emulator: Emulator, monkeypatch: Any) -> None:
    """Even where no account came of it, a creation with a key pair is never sent again by itself."""
    from ansible_collections.community.veracode.plugins.module_utils._apply import object as _apply

    monkeypatch.setattr(_apply, "LOOK_UP_WAITS", (0.1, 0.1))
    emulator.fault("reset_before", **creation("rest"))
    task = {**SVC, "roles": ["Results API"], "teams": ["Demo Team"], "credentials": "on_create", "return_secret": True}
    result = inside.api_user(**task)
    assert result["failed"]
    assert "it is not tried again by itself" in result["msg"]
    assert emulator.user("svc") is None
    assert inside.api_user(**task)["credentials"]["api_key_secret"]


@pytest.mark.parametrize("status", [400, 409])
def test_account_that_another_run_created(inside: Inside, emulator: Emulator, status: int) -> None:
    """The refusal of the one that came later says what it means."""
    emulator.fault("status", status=status, acts=True, **creation("rest"))
    result = inside.user(**NEW, roles=["Executive"])
    assert f'"{NEW["username"]}" exists by now: another run created it at the same time' in result["msg"]
    assert "Probably" not in result["msg"]
    assert_converged(inside.cycle("user", {**NEW, "roles": ["Executive"]}), changed=False)


@pytest.mark.parametrize("api", ["rest", "xml"])
def test_lost_answer_of_an_update(inside: Inside, emulator: Emulator, api: str) -> None:
    """An update is repeated: it says the same twice."""
    emulator.fault("reset_after", writes=True)
    result = inside.user(username=TED, phone="1", api=api)
    assert not result.get("failed"), result["msg"]
    assert result["calls"]["writes"] == 2
    account = emulator.user(TED)
    assert account is not None
    assert account["phone"] == "1"


@pytest.mark.parametrize("api", ["rest", "xml"])
@pytest.mark.parametrize("kind", ["html", "empty", "wrong_type", "cut"])
def test_answers_that_are_none(inside: Inside, emulator: Emulator, kind: str, api: str) -> None:
    """A maintenance page, an empty or a broken answer is never treated as "there is no such account"."""
    emulator.fault(kind, writes=False, count=0)
    before = len(inside.people())
    result = inside.user(**NEW, roles=["Executive"], api=api, max_retries=1)
    assert len(inside.people()) == before or not result.get("failed")
    if kind != "wrong_type" or api == "rest":
        assert result["failed"]
        assert "Could not" in result["msg"]


def test_half_done_creation(inside: Inside, emulator: Emulator) -> None:
    """By XML a creation can be two calls; the next run does the rest."""
    emulator.fault("status", call="updateuser", status=500, count=0)
    task = {**NEW, "roles": ["Creator"], "teams": ["Demo Team"], "custom_one": "1", "api": "xml", "max_retries": 0}
    first = inside.user(**task)
    assert "was created, but not everything is set yet" in first["msg"]
    assert first["changed"] is True
    assert [action["action"] for action in first["actions"]] == ["create"]
    emulator.clear_faults()
    run = assert_converged(inside.cycle("user", task), changed=True)
    assert run["actions"][0]["fields"] == ["custom_one"]

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any entries of a few accounts and teams, of whose writes any one fails in any way: nobody is lost, and the next run ends it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from tests.emulator.control import Emulator
from tests.inside import apply
from tests.states import every_write

PEOPLE = ["p0@example.com", "p1@example.com", "p2@example.com"]
BOTS = ["bot0", "bot1"]
SERVICE = [*BOTS, "build-upload", "keyless-api", "restricted-api"]
TEAMS = ["Alpha", "Beta", "Gamma"]
HELD = [
    ["Administrator"],
    ["Administrator", "Executive"],
    ["Executive"],
    ["Executive", "Security Insights"],
    ["Team Admin"],
]
# The SAML user of the seed, by its subject.
SAML: list[dict[str, Any]] = [
    {"custom_id": "EX\\msaml", "roles": ["Administrator"]},
    {"custom_id": "EX\\msaml", "state": "disabled"},
    {"custom_id": "EX\\msaml", "new_custom_id": "EX\\other", "teams": ["Alpha"]},
    {"custom_id": "EX\\msaml", "username": "msaml@example.com", "roles": ["Administrator"]},
]
# What servers do differently and what matters here.
SWITCHES = [
    {},
    {"list_carries": "everything"},
    {"put_answer": "summary", "team_users": "no"},
    {"members_need_team": "refused", "business_unit_delete": "moves"},
    {"business_unit_delete": "deletes"},
    {"team_list_business_unit": "no", "put_user_name": "ignored"},
]
MODES = ["exact", "add", "remove"]
FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"kind": "status", "status": 403},
    "down": {"kind": "status", "status": 503},
    "lost": {"kind": "status", "status": 500, "acts": True},
    "given up": {"kind": "status", "status": 408, "acts": True},
    "cut off": {"kind": "reset_after"},
    "not taken": {"kind": "close"},
    "another answer": {"kind": "other", "path": "/(users|teams)/"},
    "another reading": {"kind": "other", "method": "GET", "path": "/(users|teams)/", "writes": False},
    "no roles": {"kind": "without", "names": ["roles"], "method": "GET", "path": "/users/", "writes": False},
    "no teams": {"kind": "without", "names": ["teams"], "method": "GET", "path": "/users/", "writes": False},
    "no users": {"kind": "without", "names": ["users"], "method": "GET", "path": "/teams/", "writes": False},
    "pages that move": {"kind": "drift", "shift": 1, "writes": False},
    "wrong totals": {"kind": "totals", "delta": 1, "writes": False},
}


def _teams(least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(TEAMS), unique=True, min_size=least, max_size=2).map(sorted)


@st.composite
def organizations(draw: st.DrawFn) -> list[tuple[str, dict[str, Any]]]:
    """People, some of them administrators, and API users, most of them in a team."""
    accounts: list[tuple[str, dict[str, Any]]] = []
    for name in PEOPLE:
        held: dict[str, Any] = {
            "roles": draw(st.sampled_from(HELD)),
            "login_enabled": draw(_MOSTLY),
            "active": draw(_MOSTLY),
        }
        if "Team Admin" in held["roles"]:
            held["managed_teams"] = draw(_teams(1))
        else:
            held["teams"] = draw(_teams())
        accounts.append(("user", {"user_name": name, **held}))
    for name in BOTS:
        accounts.append(("api_user", {"user_name": name, "roles": ["Results API"], "teams": draw(_teams(1))}))
    return accounts


_MOSTLY = st.sampled_from([True, True, True, False])


@st.composite
def _person(draw: st.DrawFn, name: str) -> dict[str, Any]:
    state = draw(st.sampled_from(["present"] * 5 + ["disabled", "absent"]))
    if state != "present":
        return {"username": name, "state": state}
    entry: dict[str, Any] = {"username": draw(st.sampled_from([name, name, name.upper()]))}
    if draw(_MOSTLY):
        entry["roles"] = draw(st.sampled_from(HELD))
    if "Team Admin" in entry.get("roles", ()):
        entry["managed_teams"] = draw(_teams(1))
    if draw(st.booleans()):
        entry.update(teams=draw(_teams()), teams_mode=draw(st.sampled_from(MODES)))
    for option in ("login_enabled", "active"):
        entry[option] = draw(st.sampled_from([None, None, None, True, False]))
    if draw(st.sampled_from([False, False, True])):
        entry.update(username=f"new-{name}", email_address=f"new-{name}", previously=[name])
    return entry


@st.composite
def _bot(draw: st.DrawFn, name: str) -> dict[str, Any]:
    if draw(st.sampled_from([False] * 5 + [True])):
        return {"username": name, "state": draw(st.sampled_from(["disabled", "absent"]))}
    return {"username": name, "teams": draw(_teams()), "teams_mode": draw(st.sampled_from(MODES))}


@st.composite
def _team(draw: st.DrawFn, name: str, people: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(["members"] * 5 + ["rename", "absent"]))
    if kind == "absent":
        return {"name": name, "state": "absent"}
    entry = {
        "name": name,
        "members": draw(st.lists(st.sampled_from([*people, *BOTS]), unique=True, max_size=3)),
        "members_mode": draw(st.sampled_from(MODES)),
        "business_unit": draw(st.sampled_from([None, None, "Example Unit", ""])),
    }
    if people and draw(st.sampled_from([False, False, False, True])):
        entry["managers"] = draw(st.lists(st.sampled_from(people), unique=True, max_size=1))
    if kind == "rename":
        entry.update(name=f"New {name}", previously=[name])
    return entry


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    """What is asked of a run."""
    users = [draw(_person(name)) for name in draw(st.lists(st.sampled_from(PEOPLE), unique=True))]
    if draw(st.booleans()):
        users.append({"username": "boss@example.com", "first_name": "B", "last_name": "S", "roles": ["Administrator"]})
    users += draw(st.sampled_from([[], [], [], *([each] for each in SAML)]))
    names = [
        each["username"] for each in users if "username" in each and each.get("state", "present") == "present"
    ] or ["mdoe@example.com"]
    return {
        "users": draw(st.permutations(users)),
        "api_users": [draw(_bot(name)) for name in draw(st.lists(st.sampled_from(BOTS), unique=True))],
        "teams": [draw(_team(name, names)) for name in draw(st.lists(st.sampled_from(TEAMS), unique=True))],
        "business_units": draw(
            st.sampled_from([[], [], [{"name": "Example Unit", "teams": TEAMS[:2], "teams_mode": "add"}]])
        ),
        "exclusive": draw(st.sampled_from([[], [], [], ["teams"], ["users"], ["api_users"]])),
        "absent_action": draw(st.sampled_from(["disable", "delete"])),
        "allow_unrestricted_api_users": draw(st.sampled_from([False, False, False, True])),
        "required_administrators": draw(
            st.sampled_from([[], [], [], ["aswallowtail@example.com"], ["boss@example.com"]])
        ),
        "on_error": draw(st.sampled_from(["continue", "continue", "stop"])),
        "min_administrators": draw(st.integers(0, 3)),
        "workers": draw(st.sampled_from([1, 4])),
        "max_retries": draw(st.sampled_from([0, 1])),
    }


def prepare(emulator: Emulator, accounts: list[tuple[str, dict[str, Any]]], switches: dict[str, str]) -> None:
    emulator.reset()
    emulator.switch(**switches)
    # A team with applications cannot be deleted.
    emulator.change("team", "Demo Team", applications=[])
    for name in TEAMS:
        emulator.add("team", name=name)
    for kind, account in accounts:
        emulator.add(
            kind,
            first_name="F",
            last_name="L",
            **({"email_address": "s@x.com"} if kind == "api_user" else {}),
            **account,
        )


def known(emulator: Emulator) -> dict[str, Any]:
    """Return what there is, without what a caller cannot decide."""
    return {key: value for key, value in emulator.snapshot().items() if key in ("accounts", "teams")}


@settings(
    max_examples=settings.default.max_examples * 6 // 10,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(
    there=organizations(),
    wanted=wishes(),
    fault=st.sampled_from(sorted(FAULTS)),
    skip=st.integers(0, 6),
    count=st.sampled_from([1, 1, 1, 2, 0]),
    switches=st.sampled_from(SWITCHES),
)
def test_nobody_is_lost_whichever_write_fails_and_the_next_run_does_the_rest(
    emulator: Emulator,
    there: Any,
    wanted: dict[str, Any],
    fault: str,
    skip: int,
    count: int,
    switches: dict[str, str],
) -> None:
    rules = {
        "least": wanted["min_administrators"],
        "required": wanted["required_administrators"],
        "unrestricted": SERVICE if wanted["allow_unrestricted_api_users"] else [],
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _seconds: None)
        prepare(emulator, there, switches)
        before = len(emulator.snapshot()["administrators"])
        emulator.read_only(True)
        planned = apply(emulator, check=True, **copy.deepcopy(wanted))
        assert emulator.violations() == []
        emulator.read_only(False)
        event("refused" if planned["failed"] else f"actions: {min(len(planned['actions']), 3)}")
        assume(not planned["failed"])
        with every_write(emulator, **rules):
            whole = apply(emulator, **copy.deepcopy(wanted))
        if switches.get("members_need_team") == "refused":
            # The server may keep an account in a team that its roles need, which no reading tells before.
            assume(not any("cannot leave the team" in error["msg"] for error in whole.get("errors", ())))
        assert not whole["failed"], whole["msg"]
        assert (whole["actions"], whole["diff"]) == (planned["actions"], planned["diff"])
        emulator.advance(60)
        again = apply(emulator, **copy.deepcopy(wanted))
        assert (again["failed"], again["actions"], again["calls"]["writes"]) == (False, [], 0), again
        end = known(emulator)

        prepare(emulator, there, switches)
        emulator.fault(**{"writes": True, "skip": skip, "count": count, **FAULTS[fault]})
        with every_write(emulator, **rules):
            partly = apply(emulator, **copy.deepcopy(wanted))
        assert partly["changed"] is bool(partly["actions"])
        emulator.clear_faults()
        emulator.advance(60)
        with every_write(emulator, **rules):
            rest = apply(emulator, **copy.deepcopy(wanted))
        if rest["failed"] and before < wanted["min_administrators"]:
            # A plan may keep their number where it is too small, but what is left of it may not lower it.
            assert [error["option"] for error in rest["errors"]] == ["min_administrators"]
            return
        assert not rest["failed"], (partly["errors"], rest["msg"])
        assert known(emulator) == end


@settings(
    max_examples=settings.default.max_examples * 4 // 10,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    there=organizations(),
    wanted=wishes(),
    fault=st.sampled_from(["none", *sorted(FAULTS)]),
    skip=st.integers(0, 3),
    sees=st.sampled_from(["own", "all"]),
)
def test_nobody_is_lost_by_a_caller_that_is_restricted_to_teams(
    emulator: Emulator, there: Any, wanted: dict[str, Any], fault: str, skip: int, sees: str
) -> None:
    """What it does not see, it may fail to do; what it does not know of an account, it does not take for nothing."""
    prepare(emulator, there, {"restricted_caller_sees": sees})
    emulator.change("user", "restricted-api", teams=TEAMS[:2])
    pair = emulator.key("restricted-api") or {}
    caller = {"api_key_id": pair["api_id"], "api_key_secret": pair["api_secret"]}
    rules = {
        "least": wanted["min_administrators"],
        "unrestricted": SERVICE if wanted["allow_unrestricted_api_users"] else [],
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _seconds: None)
        emulator.read_only(True)
        planned = apply(emulator, check=True, **caller, **copy.deepcopy(wanted))
        assert emulator.violations() == []
        emulator.read_only(False)
        event("refused" if planned["failed"] else f"actions: {min(len(planned['actions']), 3)}")
        if fault in FAULTS:
            emulator.fault(**{"writes": True, "skip": skip, "count": 1, **FAULTS[fault]})
        with every_write(emulator, **rules) as watch:
            done = apply(emulator, **caller, **copy.deepcopy(wanted))
        assert not (planned["failed"] and len(watch.states) > 1)
        assert done["changed"] is bool(done["actions"])

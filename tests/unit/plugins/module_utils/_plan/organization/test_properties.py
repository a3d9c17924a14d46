# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds of veracode_directory for any organization and anything that is wanted of it."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.emulator.control import Emulator
from tests.inside import apply

PEOPLE = [f"p{number}@example.com" for number in range(6)]
TEAMS = ["Demo Team", "Release Team", "Quality Team", "New Team", "Other Team"]
ROLES = [["Creator"], ["Reviewer"], ["Executive"], ["Security Lead", "Reviewer"], ["Creator", "Static Scan"]]
TEXT = st.one_of(st.none(), st.sampled_from(["", "a", "B b", "ü€"]))


def _lists(pool: list[str], most: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(pool), unique=True, max_size=most)


@st.composite
def organizations(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Accounts that are there before: some of the people, in some of the existing teams."""
    there = draw(_lists(PEOPLE, 6))
    return [
        {
            "user_name": name,
            "first_name": "F",
            "last_name": "L",
            "roles": draw(st.sampled_from(ROLES[:4])),
            "teams": ["Demo Team", *draw(_lists(TEAMS[1:3], 2))],
            "phone": draw(st.sampled_from([None, "1", "2"])),
            "active": draw(st.sampled_from([True, True, True, False])),
            "login_enabled": draw(st.booleans()),
        }
        for name in there
    ]


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    """What is wanted; relations are declared so that the two sides do not contradict one another."""
    users = []
    for name in draw(_lists(PEOPLE, 6)):
        state = draw(st.sampled_from(["present"] * 4 + ["disabled", "absent"]))
        entry: dict[str, Any] = {"username": name.upper() if draw(st.booleans()) else name}
        if state != "present":
            users.append({**entry, "state": state})
            continue
        entry.update(first_name="F", last_name=draw(st.sampled_from(["L", "M"])))
        entry.update(
            roles=draw(st.sampled_from(ROLES)),
            phone=draw(TEXT),
            custom_one=draw(TEXT),
            login_enabled=draw(st.sampled_from([None, True, False])),
            active=draw(st.sampled_from([None, True])),
            teams=["Demo Team", *draw(_lists(TEAMS[1:], 2))],
            teams_mode="add",
        )
        users.append(entry)
    present = [entry["username"] for entry in users if entry.get("state") is None]
    teams: list[dict[str, Any]] = []
    for name in TEAMS:
        unit = draw(st.sampled_from([None, "Example Unit", ""]))
        teams.append({"name": name, "business_unit": unit, "state": "present"})
        if present and draw(st.booleans()):
            teams[-1].update(members=draw(_lists(present)), members_mode="add")
    return {
        "users": users,
        "teams": teams,
        "exclusive": draw(_lists(["users", "api_users", "teams"], 3)),
        "protected_users": draw(_lists(PEOPLE, 1)),
        "absent_action": draw(st.sampled_from(["disable", "delete", "report"])),
        "max_removals": draw(st.integers(0, 12)),
        "min_administrators": draw(st.integers(0, 2)),
        "workers": draw(st.sampled_from([1, 4])),
    }


def stored(emulator: Emulator, kind: str) -> dict[str, dict[str, Any]]:
    """Return the objects that are not deleted, by their names, without what the server itself keeps."""
    key = "user_name" if kind == "users" else "team_name"
    own = {"modify_ts", "last_login", "role_names", "api_id", "activated"}
    objects = [each for each in emulator.state()[kind] if not each["deleted"]]
    names = [each[key].lower() for each in objects]
    assert len(names) == len(set(names)), "nothing appears twice"
    return {each[key].lower(): {name: value for name, value in each.items() if name not in own} for each in objects}


def assert_is_as_desired(entry: dict[str, Any], old: dict[str, Any] | None, user: dict[str, Any]) -> None:
    """Check an account after a run against its entry and what it was before."""
    if entry.get("state") == "absent":
        assert user == {}
    elif entry.get("state") == "disabled":
        assert user.get("login_enabled", False) is False
    else:
        for option in ("phone", "custom_one"):
            if entry[option] is not None:
                assert (user[option] or "") == entry[option]
            elif old is not None:
                assert user[option] == old[option]
        assert set(entry["teams"]) <= set(user["teams"])


@settings(
    max_examples=settings.default.max_examples * 4 // 10,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(there=organizations(), wanted=wishes(), carries=st.sampled_from(["no", "roles_teams", "everything"]))
def test_what_is_planned_is_done_once_and_nothing_else(
    emulator: Emulator, there: list[dict[str, Any]], wanted: dict[str, Any], carries: str
) -> None:
    emulator.reset()
    emulator.switch(list_carries=carries)
    for user in there:
        emulator.add("user", **user)
    before = stored(emulator, "users")

    emulator.read_only(True)
    planned = apply(emulator, check=True, **wanted)
    assert emulator.violations() == []
    emulator.read_only(False)
    removals = [action for action in planned["actions"] if action["action"] in ("disable", "delete")]
    event(planned["msg"].split(":")[0] if planned["failed"] else f"actions: {bool(planned['actions'])}")
    done = apply(emulator, **wanted)
    if planned["failed"]:
        assert (done["failed"], done["msg"]) == (True, planned["msg"])
        assert done["calls"]["writes"] == 0
        assert stored(emulator, "users") == before
        return
    assert not done["failed"], done["msg"]
    assert (done["actions"], done["diff"]) == (planned["actions"], planned["diff"])
    assert len(removals) <= wanted["max_removals"]
    assert sum(done["summary"].values()) - done["summary"]["unchanged"] == len(done["actions"])
    names = [(action["kind"], action["name"].lower()) for action in done["actions"]]
    assert len(names) == len(set(names)), "one entry an object"

    after = stored(emulator, "users")
    told = {name for kind, name in names if kind in ("user", "api_user")}
    joined = {member.lower() for team in wanted["teams"] for member in team.get("members") or ()}
    for name, user in before.items():
        if name not in told | joined:
            assert after[name] == user, "what nothing is said of stays"
    for entry in wanted["users"]:
        name = entry["username"].lower()
        assert_is_as_desired(entry, before.get(name), after.get(name, {}))
    usable = ("login_enabled", "active")
    for name in set(wanted["protected_users"]) & before.keys():
        assert all(after[name][option] >= before[name][option] for option in usable)
    if "users" in wanted["exclusive"] and wanted["absent_action"] == "delete":
        named = {entry["username"].lower() for entry in wanted["users"]} | set(wanted["protected_users"])
        assert {name for name, user in after.items() if not user["is_api"]} <= named

    emulator.read_only(True)
    again = apply(emulator, **wanted)
    assert emulator.violations() == []
    emulator.read_only(False)
    assert not again["failed"], again["msg"]
    assert (again["actions"], again["calls"]["writes"]) == ([], 0)

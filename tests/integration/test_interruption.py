# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run over 300 accounts that is killed, wherever it is: the next one does the rest."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.emulator.control import Emulator
from tests.faults.matrix import meaning, no_duplicates
from tests.inside import apply
from tests.integration.playbooks import World, holds_pair
from tests.leaks import Watch

KILLS = 30
ACCOUNTS = 300
SEED = 20


class Size(NamedTuple):
    """How many accounts a task changes in which way."""

    created: int
    updated: int
    renamed: int
    removed: int
    services: int  # created with a key pair


SMALL = Size(created=20, updated=20, renamed=6, removed=6, services=8)
LARGE = Size(created=90, updated=120, renamed=30, removed=30, services=30)


def organization(folder: Path, leaks: Watch, size: Size) -> Iterator[World]:
    with Emulator("small", people=size.updated + size.renamed + size.removed, teams=8) as running:
        yield World(folder, running, leaks)


@pytest.fixture
def small_world(tmp_path: Path, leaks: Watch) -> Iterator[World]:
    yield from organization(tmp_path, leaks, SMALL)


@pytest.fixture
def large_world(tmp_path: Path, leaks: Watch) -> Iterator[World]:
    yield from organization(tmp_path, leaks, LARGE)


def wanted(world: World, size: Size) -> dict[str, Any]:
    """Return a task that creates, updates, renames and removes people, teams and service accounts."""
    state = world.emulator.state()
    people = [user for user in state["users"] if not user["is_api"]]
    first = len(people) - size.updated - size.renamed - size.removed
    seeded, updated = people[:first], people[first : first + size.updated]
    renamed = people[first + size.updated : first + size.updated + size.renamed]
    plain = [user["user_name"] for user in updated if "Team Admin" not in user["roles"]]
    teams = [team["team_name"] for team in state["teams"]][-8:]
    more = {"members_mode": "add"}
    return {
        "business_units": [{"name": "New Unit"}],
        "teams": [
            *(
                {"name": f"New Team {n}", "business_unit": "New Unit", "members": plain[n::4][:10], **more}
                for n in range(4)
            ),
            {"name": "Renamed Team", "previously": [teams[0]], "members": plain[10:20], **more},
            {"name": teams[1], "members": plain[:15], **more},
        ],
        "users": [
            *({"username": user["user_name"]} for user in seeded),
            *(
                {
                    "username": f"new{n:03}@example.com",
                    "first_name": "N",
                    "last_name": "P",
                    "roles": ["Creator"],
                    "teams": ["New Team 1"],
                }
                for n in range(size.created)
            ),
            *({"username": user["user_name"], "phone": "1", "custom_one": "x"} for user in updated),
            *({"username": f"r-{user['user_name']}", "previously": [user["user_name"]]} for user in renamed),
        ],
        "api_users": [service(world, n) for n in range(size.services)],
        "exclusive": ["users"],
        "absent_action": "delete",
        "max_removals": size.removed,
        "max_removal_percent": 100,
    }


def service(world: World, number: int) -> dict[str, Any]:
    return {
        "username": f"new-service-{number}",
        "first_name": "New",
        "last_name": "Service",
        "email_address": f"s{number}@example.com",
        "roles": ["Results API"],
        "teams": ["New Team 2"],
        "credentials": "on_create",
        "credentials_dest": str(world.files / f"{number}.json"),
        "credentials_format": "json",
    }


def killed_after(world: World, task: dict[str, Any], calls: int) -> int:
    """Start the module, kill it when the server has seen so many calls, and return how many it has seen then."""
    emulator = world.emulator
    begun = emulator.status()["requests"]
    process = world.module("veracode_directory", **task, rate_limit=10_000)
    seen = 0
    while process.poll() is None and seen < calls:
        time.sleep(0.002)
        seen = emulator.status()["requests"] - begun
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "it had ended before"
    return int(emulator.status()["requests"] - begun)


def kill(world: World, size: Size, moments: list[float]) -> None:
    """Kill a run at each of these parts of its writing calls, and look at the next ones."""
    emulator = world.emulator
    task = wanted(world, size)
    done = apply(emulator, **task)
    assert not done["failed"], done["msg"]
    assert done["summary"]["unchanged"] == len(task["users"]) - sum(size[:3])
    expected, reads, writes = meaning(emulator.state()), done["calls"]["reads"], done["calls"]["writes"]
    for moment in moments:
        emulator.reset()
        for file in world.files.iterdir():
            file.unlink()
        seen = killed_after(world, task, reads + int(moment * writes))
        lost = check_next_run(world, task, expected)
        print(f"killed after {seen} of {reads + writes} calls, {lost} key pairs lost", flush=True)


def check_next_run(world: World, task: dict[str, Any], expected: dict[str, Any]) -> int:
    """The next run does the rest and says which key pair is not where it belongs; the one after it does nothing.

    :returns: how many key pairs are lost.
    """
    emulator = world.emulator
    finished = apply(emulator, **task)
    assert not finished["failed"], finished["msg"]
    state = emulator.state()
    assert meaning(state) == expected
    no_duplicates(state, "after the next run")
    lost = 0
    for entry in task["api_users"]:
        kept = holds_pair(Path(entry["credentials_dest"]), emulator, entry["username"])
        told = [warning for warning in finished["warnings"] if f'"{entry["username"]}" exists, so no key' in warning]
        assert kept is not bool(told), entry["username"]
        lost += any("the secret is lost" in warning for warning in told)
    again = apply(emulator, **task)
    assert (again["failed"], again["changed"], again["calls"]["writes"]) == (False, False, 0), again["diff"]
    # What was made ready for a pair is next to its destination, until the next pair is written there, and nowhere else.
    left = tuple(world.files.iterdir())
    assert {path.stat().st_mode & 0o777 for path in left} <= {0o600}
    assert world.secrets_found(allowed=left) == []
    return lost


def moments(number: int) -> list[float]:
    """Return moments of a run from its first to its last writing call, at random in equal parts of it."""
    dice = random.Random(SEED)
    return [(part + dice.random() * 0.9) / number for part in range(number)]


def test_a_run_that_is_killed_twice(small_world: World) -> None:
    kill(small_world, SMALL, moments(2))


@pytest.mark.slow
def test_a_run_over_300_accounts_that_is_killed_thirty_times(large_world: World) -> None:
    assert sum(LARGE) == ACCOUNTS
    kill(large_world, LARGE, moments(KILLS))

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays and forks at the same time: nothing is lost permanently, one rate limit holds for all, and nobody waits for ever.

Two plays on one file with key pairs: `test_credentials.py`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.control import Emulator
from tests.faults.matrix import no_duplicates
from tests.inside import apply
from tests.integration.playbooks import PLAYBOOK, World, task
from tests.processes import descendants, kill

FORKS = 10
PEOPLE = [f"both{number}@example.com" for number in range(6)]


def wanted(play: str) -> dict[str, Any]:
    """Return what one of two plays wants of the same people; what the two want does not contradict."""
    own: dict[str, Any] = {"phone": "1"} if play == "first" else {"custom_one": "x"}
    team = {"first": "Engineering", "second": "Release Team"}[play]
    return {
        "business_units": [{"name": "Shared Unit"}],
        "teams": [{"name": "Shared Team"}],
        "users": [
            *(
                {
                    "username": name,
                    "first_name": "Both",
                    "last_name": "Plays",
                    "roles": ["Reviewer"],
                    "roles_mode": "add",
                    "teams": [team, "Shared Team"],
                    "teams_mode": "add",
                    **own,
                }
                for name in PEOPLE
            ),
            {"username": "tmonarch@example.com", "teams": [team], "teams_mode": "add", **own},
        ],
    }


def test_two_plays_on_one_organization(world: World, emulator: Emulator) -> None:
    """Either may find that the other was faster; after both have run again, each has what it wants."""
    emulator.switch(latency_ms=60)
    plays = {name: [task("veracode_directory", **wanted(name))] for name in ("first", "second")}
    running = {name: world.start(tasks, name=name) for name, tasks in plays.items()}
    while not emulator.log(writes=True):
        time.sleep(0.05)
    assert [process.poll() for process in running.values()] == [None, None]
    together = [world.finish(process, name)[0] for name, process in running.items()]
    for result in together:
        assert not result.get("failed") or "run the task again" in json.dumps(result["errors"]).lower(), result
    emulator.switch(latency_ms=0)
    for name in plays:
        result = apply(emulator, **wanted(name))
        assert not result["failed"], result["msg"]
    for name in plays:
        assert apply(emulator, **wanted(name))["changed"] is False
    no_duplicates(emulator.state(), "after two plays")
    for name in (*PEOPLE, "tmonarch@example.com"):
        user = emulator.user(name)
        assert user is not None
        assert (user["phone"], user["custom_one"]) == ("1", "x")
        assert {"Engineering", "Release Team"} <= set(user["teams"])


def loop(world: World, folder: Path, limit: int, *, as_module: bool = False, **env: str) -> subprocess.Popen[str]:
    """Start a play whose ten forks read one account each, again and again.

    :param as_module: each read is a process of its own, which may be killed without an end of the play.
    """
    hosts = {f"host{number}": None for number in range(FORKS)}
    connection: dict[str, Any] = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    connection["veracode_run_as_module"] = as_module
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts, "vars": connection}}), encoding="utf-8")
    read = {"community.veracode.veracode_user_info": {"username": "tmonarch@example.com"}, "loop": [1, 2, 3, 4, 5]}
    play = [{"hosts": "all", "gather_facts": False, "strategy": "free", "tasks": [{"name": "Read", **read}]}]
    (folder / "loop.json").write_text(json.dumps(play), encoding="utf-8")
    command = [str(PLAYBOOK), "-i", str(folder / "hosts.json"), "-f", str(FORKS), str(folder / "loop.json")]
    environment = world.env(VERACODE_RATE_LIMIT=str(limit), **env)
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def a_module(process: subprocess.Popen[str]) -> int:
    """Return the process of a module that a run has started."""
    while process.poll() is None:
        for pid in descendants(process.pid):
            with contextlib.suppress(OSError):
                program, *words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                # Not the shell that starts it
                if b"python" in program and any(b"AnsiballZ_veracode_user_info" in word for word in words):
                    return pid
        time.sleep(0.05)
    raise AssertionError("the run ended before")


def most_in_a_minute(emulator: Emulator) -> int:
    times = sorted(entry["monotonic"] for entry in emulator.log())
    return max(sum(begin <= each < begin + 60 for each in times) for begin in times)


def test_ten_forks_share_the_limit(world: World, emulator: Emulator, tmp_path: Path) -> None:
    """Ten processes have one window: as many calls as it holds arrive, and then none."""
    limit = 15
    process = loop(world, tmp_path, limit)
    try:
        deadline = time.monotonic() + 120
        while len(emulator.log()) < limit and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(4)  # for those that would come nevertheless
        assert len(emulator.log()) == limit
        assert process.poll() is None
    finally:
        kill(process)


@pytest.mark.slow
def test_ten_forks_in_a_loop_keep_to_the_limit_and_end(world: World, emulator: Emulator, tmp_path: Path) -> None:
    """The whole loop, and one of the forks is killed on the way: the others neither wait for it nor exceed the limit."""
    limit = 30
    process = loop(world, tmp_path, limit, as_module=True)
    try:
        while len(emulator.log()) < limit - 5:
            time.sleep(0.1)
        os.kill(a_module(process), signal.SIGKILL)
        output = process.communicate(timeout=1800)[0]
    finally:
        if process.poll() is None:
            kill(process)
    assert output.count("failed=0") >= FORKS - 1, output
    # Each of the 50 tasks reads twice, but for the one that was killed.
    assert 5 * FORKS - 2 <= len(emulator.log()) <= 2 * 5 * FORKS
    assert most_in_a_minute(emulator) <= limit


def test_a_cache_folder_that_cannot_be_written_stops_nobody(world: World, emulator: Emulator) -> None:
    """As with a read-only home: each process counts for itself."""
    (world.folder / "file").touch()
    asked = task("veracode_user", username="tmonarch@example.com", phone="9")
    (result,) = world.play([asked], XDG_CACHE_HOME=str(world.folder / "file"))
    assert result["changed"] is True
    assert (emulator.user("tmonarch@example.com") or {})["phone"] == "9"

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time of a converged run: one task for the organization, a loop of tasks, and scripts with the official client."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from typing import Any

from tests.benchmarks.support import (
    BenchmarkError,
    Figures,
    directory_task,
    playbook,
    slim,
    user_loop,
    without_units,
)
from tests.emulator.control import Emulator
from tests.organization import export_all

PEOPLE = 1000
LATENCY_MS = 100


def measure(
    client_python: str | None,
    *,
    ways: tuple[str, ...] = ("listing", "inverse", "details"),
    loops: tuple[int, ...] = (100, 300),
    times: int = 3,
) -> dict[str, Any]:
    """Measure all ways against one emulator and hold them against each other.

    :param client_python: an interpreter that has veracode-api-py; None leaves that comparison out.
    :param ways: how veracode_directory reads.
    :param loops: for how many people the loop of tasks is run; more is extrapolated from the last.
    """
    figures = Figures()
    with Emulator("small", people=PEOPLE, api_users=50, teams=80) as emulator:
        whole = without_units(export_all(emulator)["directory"])
        told = slim(whole)
        emulator.switch(latency_ms=LATENCY_MS)
        figures["people"] = len(told["users"])
        for way in ways:
            emulator.switch(list_carries="everything" if way == "listing" else "no")
            values = told if way == "inverse" else whole
            runs = 1 if way == "details" else times
            emulator.clear_log()
            seconds = [playbook(emulator, [directory_task()], values) for _run in range(runs)]
            figures[f"{way}_seconds"] = statistics.median(seconds)
            figures[f"{way}_calls"] = len(emulator.log()) // runs
        for people in loops:
            emulator.clear_log()
            values = {"users": told["users"][:people]}
            figures[f"loop_{people}_seconds"] = playbook(emulator, [user_loop()], values)
            figures[f"loop_{people}_calls"] = len(emulator.log())
        each = figures[f"loop_{loops[-1]}_seconds"] / loops[-1]
        figures["loop_extrapolated_seconds"] = each * figures["people"]
        if client_python:
            active = [user for user in whole["users"] if user.get("active")]  # the client lists no others
            for threads in (1, 4):
                emulator.clear_log()
                figures[f"client_{threads}_seconds"] = _client(emulator, client_python, threads, active)
                figures[f"client_{threads}_calls"] = len(emulator.log())
                figures[f"client_{threads}_most_in_a_minute"] = most_in_a_minute(emulator.log())
    return figures


def _client(emulator: Emulator, python: str, threads: int, users: list[dict[str, Any]]) -> float:
    done = subprocess.run(
        [python, os.path.join(os.path.dirname(__file__), "official_client.py"), str(threads)],
        input="\n".join(user["username"] for user in users),
        env={"PATH": os.environ["PATH"], **emulator.env},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    if answer["failures"]:
        raise BenchmarkError(f"the official client could not read {answer['failures']} accounts")
    return float(answer["seconds"])


def most_in_a_minute(log: list[dict[str, Any]]) -> int:
    """Return the largest number of requests in any 60 seconds, by when the server saw them."""
    moments = sorted(float(line["monotonic"]) for line in log)
    most = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] >= 60:
            start += 1
        most = max(most, end - start + 1)
    return most


def check(figures: dict[str, Any]) -> list[str]:
    """Return what is not as it has to be."""
    wrong = []
    for way in ("listing", "inverse"):
        seconds = figures[f"{way}_seconds"]
        against_loop = figures["loop_extrapolated_seconds"] / seconds
        if against_loop < 100:
            wrong.append(f"{way}: only {against_loop:.0f} times faster than a loop of veracode_user")
        for threads in (1, 4):
            other = figures.get(f"client_{threads}_seconds")
            if other is not None and other / seconds < 10:
                wrong.append(f"{way}: only {other / seconds:.1f} times faster than the client with {threads} threads")
    return wrong

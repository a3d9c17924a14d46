# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time of a converged run: one task for the organization, a loop of tasks, and scripts with the official client."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from ansible_collections.community.veracode.plugins.module_utils._http.client import DEFAULT_LIMITS
from tests.benchmarks.support import (
    BenchmarkError,
    Figures,
    check_rate,
    directory_task,
    full_minutes,
    most_in_a_minute,
    nothing,
    playbook,
    slim,
    user_loop,
    without_units,
)
from tests.emulator.control import Emulator
from tests.inside import apply, export_all

PEOPLE = 1000
LATENCY_MS = 100
PUBLISHED_LIMIT = 500  # calls a minute
WAYS = ("listing", "inverse", "details")
LOOPS = (100, 300)
SIZES = (1_000, 10_000)


def measure(
    client_python: str | None,
    *,
    times: int = 3,
) -> dict[str, Any]:
    """Measure all ways against one emulator and hold them against each other.

    Times are those of whole processes. The floor is that of a playbook that hands the same entries to a module that does
    nothing with them; what veracode_directory takes longer is its own.

    :param client_python: an interpreter that has veracode-api-py; None leaves that comparison out.
    :param times: runs of which the median is taken; those at the rate limit and the loops are run once.
    """
    figures = Figures()
    with Emulator("small", people=PEOPLE, api_users=50, teams=80) as emulator:
        whole = without_units(export_all(emulator, compact=True)["directory"])
        told = slim(whole)
        emulator.switch(latency_ms=LATENCY_MS)
        figures["people"] = len(told["users"])
        for way in WAYS:
            emulator.switch(list_carries="everything" if way == "listing" else "no")
            values = told if way == "inverse" else whole
            runs = 1 if way == "details" else times
            emulator.clear_log()
            figures[f"{way}_seconds"] = _median(runs, partial(playbook, emulator, [directory_task()], values))
            figures[f"{way}_calls"] = len(emulator.log()) // runs
            figures[f"{way}_floor_seconds"] = _median(times, partial(nothing, emulator, values))
            if way == "details":
                figures["details_full_minutes"] = full_minutes(emulator.log())
                figures["details_most_in_a_minute"] = most_in_a_minute(emulator.log())
        for people in LOOPS:
            emulator.clear_log()
            values = {"users": told["users"][:people]}
            figures[f"loop_{people}_seconds"] = playbook(emulator, [user_loop()], values)
            figures[f"loop_{people}_calls"] = len(emulator.log())
        each = figures[f"loop_{LOOPS[-1]}_seconds"] / LOOPS[-1]
        figures["loop_extrapolated_seconds"] = each * figures["people"]
        if client_python:
            active = [user for user in whole["users"] if user.get("active")]  # the client lists no others
            for threads in (1, 4):
                emulator.clear_log()
                figures[f"client_{threads}_seconds"] = _median(
                    times, partial(_client, emulator, client_python, threads, active)
                )
                figures[f"client_{threads}_calls"] = len(emulator.log()) // times
                figures[f"client_{threads}_most_in_a_minute"] = most_in_a_minute(emulator.log())
            # The same where the server holds to what Veracode publishes.
            emulator.switch(rate_limit_rest=PUBLISHED_LIMIT)
            emulator.clear_log()
            figures["client_4_not_read_within_the_limit"] = _unread(emulator, client_python, 4, active)
            figures["client_4_refusals"] = sum(line["status"] == 429 for line in emulator.log())
    return figures


def _median(times: int, run: Callable[[], float]) -> float:
    return statistics.median(run() for _run in range(times))


def _client(emulator: Emulator, python: str, threads: int, users: list[dict[str, Any]]) -> float:
    started = time.monotonic()
    unread = _unread(emulator, python, threads, users)
    if unread:
        raise BenchmarkError(f"the official client could not read {unread} accounts")
    return time.monotonic() - started


def _unread(emulator: Emulator, python: str, threads: int, users: list[dict[str, Any]]) -> int:
    """Read these people with the official client and return how many it could not read."""
    done = subprocess.run(
        [python, os.path.join(os.path.dirname(__file__), "official_client.py"), str(threads)],
        input="\n".join(user["username"] for user in users),
        env={"PATH": os.environ["PATH"], **emulator.env},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return int(done.stdout)


def check(figures: dict[str, Any]) -> list[str]:
    """Return what is not as it has to be."""
    wrong = []
    for way in ("listing", "inverse"):
        seconds = figures[f"{way}_seconds"]
        for other, least in (("loop_extrapolated", 50), ("client_1", 10), ("client_4", 10)):
            if f"{other}_seconds" in figures and figures[f"{other}_seconds"] / seconds < least:
                times = figures[f"{other}_seconds"] / seconds
                wrong.append(f"{way}: only {times:.1f} times faster than {other}")
    first, last = (figures[f"loop_{people}_seconds"] / people for people in LOOPS)
    if not 0.8 < last / first < 1.25:
        wrong.append(f"the loop is not linear: {first:.2f} s each of {LOOPS[0]}, {last:.2f} s each of {LOOPS[1]}")
    wrong += check_rate(figures["details_most_in_a_minute"], figures["details_full_minutes"], DEFAULT_LIMITS["rest"])
    return wrong


def measure_growth() -> dict[str, Any]:
    """Count the calls of a converged run for organizations of different sizes."""
    figures = Figures()
    for people in SIZES:
        with Emulator("small", people=people, api_users=people // 20, teams=80) as emulator:
            whole = without_units(export_all(emulator, compact=True)["directory"])
            for way, values in (("listing", whole), ("inverse", slim(whole)), ("details", whole)):
                emulator.switch(list_carries="everything" if way == "listing" else "no")
                result = apply(emulator, **values)
                if result["failed"] or result["changed"] or result["read_strategy"] != way:
                    raise BenchmarkError(str(result.get("msg")))
                figures[f"{way}_{people}_calls"] = result["calls"]["reads"]
    return figures


def check_growth(figures: dict[str, Any]) -> list[str]:
    """Return what grows faster than the number of people."""
    small, large = SIZES
    calls = {way: (figures[f"{way}_{small}_calls"], figures[f"{way}_{large}_calls"]) for way in WAYS}
    return [
        f"{way}: {many} calls for {large} people, {few} for {small}"
        for way, (few, many) in calls.items()
        if many > few * large / small
    ]

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A loop over people in Ansible's own process, against the same by the module and against an empty module."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ansible_collections.community.veracode.plugins.module_utils._http.client import DEFAULT_LIMITS
from tests.benchmarks.support import NOTHING, Figures, playbook, used, user_loop
from tests.emulator.control import Emulator

LATENCY = 0.1  # seconds
PEOPLE = 100
EMPTY = NOTHING.replace('"api_users", "teams")}', '"api_users", "teams")}\nlists["username"] = {"type": "str"}')


def measure(people: int = PEOPLE, latency: float = LATENCY) -> dict[str, Any]:
    """Run all the playbooks against one organization in which nobody has to change."""
    figures = Figures({"people": people, "latency": latency})
    with Emulator("small", people=people + people // 5) as emulator, tempfile.TemporaryDirectory() as library:
        (Path(library) / "nothing.py").write_text(EMPTY)
        everyone = [user for user in emulator.state()["users"] if not user["is_api"] and user["active"]][:people]
        users = [{"username": user["user_name"], "first_name": user["first_name"]} for user in everyone]
        settings = {"ANSIBLE_LIBRARY": library, "VERACODE_RATE_LIMIT": "100000"}

        def play(name: str, tasks: list[dict[str, Any]]) -> None:
            emulator.clear_log()
            seconds, cpu = used(lambda: playbook(emulator, tasks, {"users": users}, **settings))
            log = emulator.log()
            figures[name] = {
                "seconds": seconds,
                "cpu": cpu,
                "calls": len(log),
                "connections": len({call["connection"] for call in log}),
            }

        loop = {"loop": "{{ users }}", "loop_control": {"label": "{{ item.username }}"}}
        one = {"community.veracode.veracode_user": users[0]}
        each = {"community.veracode.veracode_user": "{{ item }}", **loop}
        play("start", [])
        play("empty task", [{"nothing": {"username": "a"}}])
        play("task", [one])
        play("empty loop", [{"nothing": {"username": "{{ item.username }}"}, **loop}])
        emulator.fault("latency", ms=int(latency * 1000), count=0)
        play("loop", [each])
        play("loop by the module", [{**each, "vars": {"veracode_run_as_module": True}}])
    start = figures["start"]["cpu"]
    for name in ("empty loop", "loop", "loop by the module"):
        figures[f"cpu an item, {name}"] = (figures[name]["cpu"] - start) / people
    return figures


def check(figures: dict[str, Any]) -> list[str]:
    """Return what is not as it has to be."""
    wrong = []
    share = figures["cpu an item, loop"] / figures["cpu an item, empty loop"]
    if share > 0.1:
        wrong.append(f"an item takes {share:.2f} of the CPU of an empty module's")
    most = figures["loop"]["calls"] * figures["latency"] * 1.25 + figures["start"]["seconds"]
    if figures["loop"]["seconds"] > most:
        wrong.append(f"the loop took {figures['loop']['seconds']:.1f} s, though its calls allow {most:.1f} s")
    if figures["loop"]["connections"] != 1:
        wrong.append(f"the loop made {figures['loop']['connections']} connections")
    if figures["task"]["cpu"] > figures["empty task"]["cpu"]:
        wrong.append("one task takes more CPU than an empty module's")
    return wrong


def measure_long(people: int = 1_000, latency: float = LATENCY) -> dict[str, Any]:
    """Loop over many people, in Ansible's own process, at the rate limit that holds by default."""
    figures = Figures({"people": people, "latency": latency, "limit": DEFAULT_LIMITS["rest"]})
    with Emulator("small", people=people + people // 5) as emulator:
        emulator.switch(list_carries="everything")
        everyone = [user for user in emulator.state()["users"] if not user["is_api"] and user["active"]][:people]
        users = [{"username": user["user_name"], "first_name": user["first_name"]} for user in everyone]
        figures["start"] = playbook(emulator, [], {"users": users})
        emulator.fault("latency", ms=int(latency * 1000), count=0)
        emulator.clear_log()
        figures["seconds"], figures["cpu"] = used(lambda: playbook(emulator, [user_loop()], {"users": users}))
        log = emulator.log()
        figures["calls"] = len(log)
        figures["connections"] = len({call["connection"] for call in log})
    return figures


def check_long(figures: dict[str, Any]) -> list[str]:
    """Return what is not as it has to be: nothing but the latency and the rate limit takes time."""
    minutes, rest = divmod(figures["calls"], figures["limit"])
    most = (
        max(figures["calls"] * figures["latency"], minutes * 60 + rest * figures["latency"]) * 1.25 + figures["start"]
    )
    if figures["seconds"] > most:
        return [f"the loop took {figures['seconds']:.0f} s, though its calls allow {most:.0f} s"]
    return []

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the benchmarks share: playbooks against the emulator, and organizations to reconcile."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.community.veracode.plugins.module_utils import _session as _module
from tests.emulator.control import Emulator

TREE = next(path.parent for path in Path(_module.__file__).parents if path.name == "ansible_collections")

# What a listing of summaries and an inverse index tell together.
SUMMARY_FIELDS = ("username", "first_name", "last_name", "roles", "teams", "managed_teams", "unrestricted")

NOTHING = """
from ansible.module_utils.basic import AnsibleModule

lists = {name: {"type": "list", "elements": "dict"} for name in ("users", "api_users", "teams")}
AnsibleModule(argument_spec=lists, supports_check_mode=True).exit_json(changed=False)
"""


class BenchmarkError(RuntimeError):
    """A run failed, or a figure is not what it has to be."""


class Figures(dict[str, Any]):
    """Figures by name, shown as they come."""

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        shown = f"{value:.3f}" if isinstance(value, float) else value
        print(f"  {name}: {shown}", file=sys.stderr, flush=True)


def used(work: Callable[[], float]) -> tuple[float, float]:
    """Return the seconds that some work took, and the seconds of CPU of all its processes, user and system."""

    def now() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = now()
    return work(), now() - before


def playbook(emulator: Emulator, tasks: list[dict[str, Any]], values: dict[str, Any], **env: str) -> float:
    """Run tasks by ansible-playbook in a fresh home, and return how long that took, in seconds, start included."""
    with tempfile.TemporaryDirectory(prefix="veracode-bench-") as name:
        folder = Path(name)
        (folder / "values.json").write_text(json.dumps(values))
        play = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]
        (folder / "play.json").write_text(json.dumps(play))
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", "-e", "@values.json"]
        environment = {
            **{
                key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "VERACODE_", "XDG_"))
            },
            **emulator.env,
            "ANSIBLE_COLLECTIONS_PATH": str(TREE),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
            "HOME": name,
            **env,
        }
        started = time.monotonic()
        done = subprocess.run(
            [*command, "play.json"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        elapsed = time.monotonic() - started
        if done.returncode:
            raise BenchmarkError(done.stdout[-3000:])
        return elapsed


def directory_task(**options: Any) -> dict[str, Any]:
    """Return a task that reconciles the organization in the variables and must not find a difference."""
    lists = {name: "{{ " + name + " }}" for name in ("users", "api_users", "teams")}
    return {
        "community.veracode.veracode_directory": {**lists, **options},
        "register": "result",
        "failed_when": "result is changed or result.failed",
    }


def nothing(emulator: Emulator, values: dict[str, Any]) -> float:
    """Return how long a playbook takes that hands the same lists to a module that does nothing with them."""
    with tempfile.TemporaryDirectory(prefix="veracode-bench-") as library:
        (Path(library) / "nothing.py").write_text(NOTHING)
        task = {"nothing": {name: "{{ " + name + " }}" for name in ("users", "api_users", "teams")}}
        return playbook(emulator, [task], values, ANSIBLE_LIBRARY=library)


def user_loop() -> dict[str, Any]:
    """Return a task that does the same for people, one by one."""
    return {
        "community.veracode.veracode_user": "{{ item }}",
        "loop": "{{ users }}",
        "loop_control": {"label": "{{ item.username }}"},
        "register": "result",
        "failed_when": "result is changed or result.failed",
    }


def slim(directory: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return an organization with no more than what the inverse index covers."""
    return {
        kind: [
            {name: value for name, value in entry.items() if name in SUMMARY_FIELDS or not kind.endswith("users")}
            for entry in entries
        ]
        for kind, entries in directory.items()
    }


def without_units(directory: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return an organization without its business units."""
    lists = {kind: entries for kind, entries in directory.items() if kind != "business_units"}
    lists["teams"] = [{"name": team["name"]} for team in lists["teams"]]
    return lists


def most_in_a_minute(log: list[dict[str, Any]]) -> int:
    """Return the largest number of requests in any 60 seconds, by when the server saw them."""
    moments = sorted(float(line["monotonic"]) for line in log)
    most = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] >= 60:
            start += 1
        most = max(most, end - start + 1)
    return most


def full_minutes(log: list[dict[str, Any]]) -> list[int]:
    """Return the calls in each full minute since the first."""
    moments = sorted(float(line["monotonic"]) for line in log)
    counts = [0] * int((moments[-1] - moments[0]) // 60)
    for moment in moments:
        minute = int((moment - moments[0]) // 60)
        if minute < len(counts):
            counts[minute] += 1
    return counts


def check_rate(most: int, minutes: list[int], limit: int) -> list[str]:
    """Return what is not as it has to be of a run that has as much to do as the limit allows."""
    wrong = []
    if most > limit:
        wrong.append(f"{most} calls in 60 seconds, though the limit is {limit}")
    if not minutes or any(count < 0.9 * limit for count in minutes):
        wrong.append(f"full minutes with {minutes} calls, though the limit is {limit}")
    return wrong

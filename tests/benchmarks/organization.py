# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task for an organization in which nothing differs, against a module that does nothing with the same entries."""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks.support import Figures, directory_task, nothing, playbook, used, without_units
from tests.emulator.control import Emulator
from tests.inside import export_all

PEOPLE = 1_000
KINDS = ("users", "api_users", "teams")


def measure(people: int = PEOPLE, times: int = 3) -> dict[str, Any]:
    """Run whole playbooks without latency: the entries as options, and as files that are read as data.

    :param times: runs in turn, of which the medians are taken.
    """
    figures = Figures({"people": people})
    with Emulator("small", people=people, api_users=50, teams=80) as emulator, tempfile.TemporaryDirectory() as name:
        emulator.switch(list_carries="everything")
        whole = without_units(export_all(emulator, compact=True)["directory"])
        values = {kind: whole[kind] for kind in KINDS}
        (Path(name) / "people.json").write_text(json.dumps(values))
        (Path(name) / "people.yml").write_text(yaml.safe_dump(values, allow_unicode=True))

        def files(kind: str) -> float:
            task = directory_task(files=[f"{name}/people.{kind}"])
            for each in KINDS:
                del task["community.veracode.veracode_directory"][each]
            return playbook(emulator, [task], {})

        ways = {
            "empty module": lambda: nothing(emulator, values),
            "entries": lambda: playbook(emulator, [directory_task()], values),
            "files, JSON": lambda: files("json"),
            "files, YAML": lambda: files("yml"),
        }
        runs: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        for _time in range(times):
            for way, run in ways.items():
                runs[way].append(used(run))
        for way, measured in runs.items():
            figures[way] = {
                "seconds": statistics.median(seconds for seconds, _cpu in measured),
                "cpu": statistics.median(cpu for _seconds, cpu in measured),
            }
    return figures


def check(figures: dict[str, Any]) -> list[str]:
    """Return what is not as it has to be."""
    wrong = []
    empty = figures["empty module"]
    for unit in ("seconds", "cpu"):
        times = figures["entries"][unit] / empty[unit]
        if times > 1.25:
            wrong.append(f"{unit}: the task takes {times:.2f} times what an empty module takes")
    for way in ("files, JSON", "files, YAML"):
        if figures[way]["cpu"] >= empty["cpu"]:
            wrong.append(f"{way}: more CPU than handing the entries to an empty module")
    return wrong

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook detect_drift: it fails if the organization differs from the files, says how, and writes nothing."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.emulator.control import Emulator
from tests.integration.playbooks import Outcome, Runs

DRIFT = "community.veracode.detect_drift"
TED = "tmonarch@example.com"


@pytest.fixture
def runs(tmp_path: Path, installed: Path, emulator: Emulator) -> Runs:
    emulator.read_only()
    return Runs(tmp_path, installed, emulator)


def drift(runs: Runs, users: list[dict[str, t.Any]], *arguments: str, **variables: t.Any) -> Outcome:
    (runs.folder / "directory.yml").write_text(yaml.safe_dump({"users": users}), encoding="utf-8")
    given = {"directory_file": "directory.yml", "directory_markdown_file": "drift.md", **variables}
    return runs.play(DRIFT, given, *arguments)


def markdown(runs: Runs) -> str:
    return (runs.folder / "drift.md").read_text(encoding="utf-8")


def test_nothing_differs(runs: Runs, emulator: Emulator) -> None:
    outcome = drift(runs, [{"username": TED, "first_name": "Ted"}])
    assert (outcome.returncode, outcome.changed) == (0, 0), outcome.output
    assert "The organization is as the files say" in outcome.output
    assert markdown(runs).endswith("\n\nNo changes.\n")
    assert emulator.violations() == []


@pytest.mark.parametrize("arguments", [(), pytest.param(("--check", "--diff"), marks=pytest.mark.slow)])
def test_drift_fails_with_the_counts_and_the_plan(runs: Runs, emulator: Emulator, arguments: tuple[str, ...]) -> None:
    users = [
        {"username": TED, "phone": "1", "roles": ["Reviewer"]},
        {"username": "new@example.com", "first_name": "New", "last_name": "Person", "roles": ["Executive"]},
    ]
    outcome = drift(runs, users, *arguments, directory_plan_file="plan.json")
    assert outcome.returncode != 0
    assert "The organization differs from the files: 1 to create, 1 to change, 0 to remove" in outcome.output
    assert outcome.output.count("FAILED!") == 1
    text = markdown(runs)
    assert "1 to create, 1 to change, 0 to remove" in text
    assert f"| update | `{TED}` | phone: nothing → `1`; roles: " in text
    plan = json.loads((runs.folder / "plan.json").read_text(encoding="utf-8"))
    assert sorted(action["action"] for action in plan["actions"]) == ["create", "update"]
    assert emulator.violations() == []


def test_what_a_guard_would_refuse_is_reported_all_the_same(runs: Runs, emulator: Emulator) -> None:
    outcome = drift(runs, [{"username": TED}], directory_exclusive=["users"], directory_max_removals=1)
    assert outcome.returncode != 0
    assert "max_removals" in outcome.output
    assert "0 to create, 0 to change, " in markdown(runs)
    assert "| disable user | `mdoe@example.com` |" in markdown(runs)
    assert emulator.violations() == []


def test_a_wrong_file_says_what_is_wrong(runs: Runs) -> None:
    outcome = drift(runs, [{"username": TED, "roles": ["Reveiwer"]}])
    assert outcome.returncode != 0
    assert 'unknown role "Reveiwer"' in outcome.output.replace('\\"', '"')
    assert not (runs.folder / "drift.md").exists()
    without = runs.play(DRIFT, {})
    assert "directory_file: no file is given" in without.output

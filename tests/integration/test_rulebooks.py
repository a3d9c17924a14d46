# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebooks for Event-Driven Ansible, by its own parser and, where there is Java, by its own engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.emulator.control import Emulator
from tests.integration.playbooks import ROOT, Runs

RULEBOOKS = sorted((ROOT / "extensions" / "eda" / "rulebooks").glob("*.yml"))
LEAKED = "svc-build-booking"
VALIDATE = """
import sys, yaml
from ansible_rulebook.rules_parser import parse_rule_sets
from ansible_rulebook.validators import Validate
for path in sys.argv[1:]:
    data = yaml.safe_load(open(path, encoding="utf-8"))
    Validate.rulebook(data)
    assert parse_rule_sets(data)[0].rules
"""


def load(name: str) -> t.Any:
    return yaml.safe_load((ROOT / "extensions" / "eda" / "rulebooks" / name).read_text(encoding="utf-8"))


def test_the_job_template_of_a_rulebook_is_one_of_the_role() -> None:
    defaults = yaml.safe_load((ROOT / "roles" / "controller_setup" / "defaults" / "main.yml").read_text())
    templates = {each["name"]: each for each in defaults["controller_setup_job_templates"]}
    [rules] = load("offboard_leavers.yml")
    job = rules["rules"][0]["action"]["run_job_template"]
    survey = ROOT / "roles" / "controller_setup" / "files" / "surveys" / f"{templates[job['name']]['survey']}.json"
    questions = {question["variable"] for question in json.loads(survey.read_text())["spec"]}
    assert set(job["job_args"]["extra_vars"]) <= questions
    # The job template offers a check first; an event has to run it.
    assert job["job_args"]["job_type"] == "run"


@pytest.fixture(scope="session")
def rulebook_python() -> Path:
    """Return the Python of an environment with ansible-rulebook, which is made once."""
    folder = Path(os.environ.get("VIRTUAL_ENV") or sys.prefix).parent / "rulebook"
    command = [sys.executable, str(ROOT / "tests" / "tools" / "environment.py"), str(folder), "--python", "3.11"]
    done = subprocess.run(
        [*command, "-r", "tests/requirements/rulebook.txt"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"needs ansible-rulebook, which cannot be installed here: {done.stderr[-300:]}")
    return folder / "bin" / "python"


@pytest.mark.slow
def test_the_parser_takes_every_rulebook(rulebook_python: Path) -> None:
    assert RULEBOOKS
    command = [str(rulebook_python), "-c", VALIDATE, *map(str, RULEBOOKS)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_an_event_revokes_a_leaked_key(tmp_path: Path, installed: Path, rulebook_python: Path) -> None:
    if not shutil.which("java"):
        pytest.skip("the engine of ansible-rulebook needs Java")
    with Emulator(seed="organization") as emulator:
        api_id = (emulator.user(LEAKED) or {})["api_id"]
        [rules] = load("revoke_leaked_keys.yml")
        events = [
            {"payload": {"event": "other", "api_id": "0" * 32}},
            {"payload": {"event": "leaked_key", "api_id": api_id}},
        ]
        rules["sources"] = [{"eda.builtin.generic": {"payload": events}}]
        (tmp_path / "rules.yml").write_text(yaml.safe_dump([rules]), encoding="utf-8")
        hosts = {
            "all": {
                "hosts": {"localhost": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}
            }
        }
        (tmp_path / "inventory.yml").write_text(yaml.safe_dump(hosts))
        path = f"{rulebook_python.parent}{os.pathsep}{os.environ['PATH']}"
        env = {**Runs(tmp_path, installed, emulator).env, "PATH": path}
        command = ["ansible-rulebook", "--rulebook", "rules.yml", "--inventory", "inventory.yml"]
        command[0] = str(rulebook_python.parent / command[0])
        done = subprocess.run(command, cwd=tmp_path, env=env, check=False, capture_output=True, text=True, timeout=1800)
        assert done.returncode == 0, done.stdout + done.stderr
        assert (emulator.user(LEAKED) or {})["api_id"] is None, done.stdout + done.stderr

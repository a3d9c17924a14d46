# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The worked example of CONTRIBUTING.md is true: a field is one row and its documentation."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "regina.monarch@example.com"


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the collection with the change of the example."""
    copy = tmp_path / "tree" / "ansible_collections" / "community" / "veracode"
    for name in ("plugins", "meta", "tests/emulator", "tests/tools"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests" / "__init__.py", copy / "tests")
    shutil.copy(ROOT / "galaxy.yml", copy)
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for diff in re.findall(r"```diff\n(.*?)```", text, re.DOTALL):
        subprocess.run(["git", "apply", "-"], cwd=copy, input=diff, text=True, check=True)
    return copy


@pytest.fixture
def emulator(changed: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The emulator of the copy, as environment of those who call it."""
    command = [sys.executable, "-m", "tests.emulator", "--seed", "small", "--idle-exit", "900"]
    state = tmp_path / "emulator"
    process = subprocess.Popen(
        [*command, "--state-dir", str(state)],
        cwd=changed,
        env={**os.environ, "PYTHONPATH": str(changed)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    started = json.loads(process.stdout.readline())
    yield {
        "VERACODE_API_KEY_ID": started["api_id"],
        "VERACODE_API_KEY_SECRET": started["api_secret"],
        "VERACODE_API_URL": started["url"],
        "VERACODE_CA_PATH": started["ca_path"],
    }
    process.terminate()
    process.wait(timeout=30)


def run(command: list[str], copy: Path, **env: str) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "VERACODE_", "PYTHON"))}
    env = {
        **kept,
        **env,
        "ANSIBLE_COLLECTIONS_PATH": str(copy.parents[2]),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "HOME": str(copy.parents[3]),
        "NO_PROXY": "127.0.0.1",
    }
    command = [str(Path(sys.executable).with_name(command[0])), *command[1:]]
    done = subprocess.run(command, cwd=copy, env=env, check=False, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_field_is_one_row(changed: Path, emulator: dict[str, str]) -> None:
    run(["python", "tests/tools/directory_docs.py"], changed)
    for module in ("veracode_user", "veracode_api_user", "veracode_directory"):
        assert "cost_center" in run(["ansible-doc", f"community.veracode.{module}"], changed)
    account = {"username": ADDRESS, "first_name": "Regina", "last_name": "Monarch", "roles": ["Executive"]}

    def task(value: str, **more: t.Any) -> dict[str, t.Any]:
        return {"community.veracode.veracode_user": {**account, "cost_center": value}, "diff": True, **more}

    tasks = [task("4711"), task("4712", check_mode=True), task("4712"), task("4712"), task("")]
    numbered = [{"name": f"Task {n}", **one, "register": f"r{n}"} for n, one in enumerate(tasks)]
    results = changed.parents[3] / "results.json"
    content = "{{ [" + ", ".join(f"r{n}" for n in range(len(tasks))) + "] | to_json }}"
    copy = {"ansible.builtin.copy": {"content": content, "dest": str(results), "mode": "0600"}}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [*numbered, copy]}
    (changed / "play.json").write_text(json.dumps([play]), encoding="utf-8")
    run(["ansible-playbook", "play.json"], changed, **emulator)
    created, promised, updated, again, cleared = json.loads(results.read_text(encoding="utf-8"))
    assert created["user"]["cost_center"] == "4711"
    for result in (promised, updated):
        assert result["actions"] == [{"action": "update", "kind": "user", "name": ADDRESS, "fields": ["cost_center"]}]
        assert result["diff"] == {
            "before_header": f"user {ADDRESS}",
            "after_header": f"user {ADDRESS}",
            "before": {"cost_center": "4711"},
            "after": {"cost_center": "4712"},
        }
        assert result["user"]["cost_center"] == "4712"
    assert again["changed"] is False
    assert cleared["user"]["cost_center"] is None

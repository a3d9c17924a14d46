# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The patterns as a controller runs them: in an execution environment's layout, with a credential and a survey.

What the collection's playbooks and roles do is tested by the tests of the roles, from the same installed collection.
"""

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
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.emulator.control import Emulator
from tests.integration.playbooks import Outcome, Runs, program
from tests.turns import in_turn

LEAVER, ROTATED = "sviceroy@example.com", "build-upload"
ANSWERS: dict[str, dict[str, t.Any]] = {
    "onboard": {"onboarding_files": "people.csv", "onboarding_result_file": "out/result.csv"},
    "offboard": {"offboarding_ledger": "out/ledger.json", "offboarding_leavers": f"{LEAVER}, {LEAVER}"},
    "rotate_credentials": {"credential_rotation_file": "rotation.yml", "credential_rotation_store": "store.yml"},
    "access_review": {"access_review_dest": "out/review"},
    "export_directory": {"directory_file": "out/directory.yml"},
    "detect_drift": {"directory_file": "same.yml", "directory_markdown_file": "out/drift.md"},
    "sync_groups": {"group_sync_file": "groups.csv", "group_sync_mapping_file": "mapping.yml"},
    "apply_directory": {"directory_file": "directory.yml", "directory_exclusive": ["users"]},
}
PROJECT = {
    "people.csv": "username,first_name,last_name,roles,teams\nnew@example.com,New,Comer,Reviewer,Demo Team\n",
    "rotation.yml": f"""
credential_rotation_if_missing: renew
credential_rotation_accounts:
  - username: {ROTATED}
    dest: out/build.env
    format: env
  - username: keyless-api
""",
    "groups.csv": "group,mail,givenName,sn\nDevelopers,new@example.com,New,Comer\n",
    "mapping.yml": "Developers:\n  roles: [Reviewer]\n  teams: [Demo Team]\n",
    "same.yml": "users:\n  - username: tmonarch@example.com\n    last_name: Monarch\n",
    "directory.yml": "users:\n  - username: tmonarch@example.com\n    phone: '111'\n",
    # Keeps nothing but the ID, and so the secret is nowhere.
    "store.yml": """
- name: Keep the ID
  ansible.builtin.copy:
    content: "{{ credential_rotation_pair.api_key_id }}"
    dest: "{{ credential_rotation_folder }}/out/{{ credential_rotation_name }}"
    mode: '0600'
  when: credential_rotation_action == 'write'

- name: Say which one it is
  ansible.builtin.set_fact:
    credential_rotation_stored_api_id: "{{ lookup('ansible.builtin.file', kept) if kept is file else '' }}"
  vars:
    kept: "{{ credential_rotation_folder }}/out/{{ credential_rotation_name }}"
  when: credential_rotation_action == 'read'
""",
}


def check_effect(name: str, project: Path, emulator: Emulator) -> None:
    """Check that a job did what its pattern is for."""
    out = project / "out"
    if name == "onboard":
        assert emulator.user("new@example.com")
        assert "created" in (out / "result.csv").read_text()
    elif name == "offboard":
        assert not (emulator.user(LEAVER) or {})["login_enabled"]
        assert list(json.loads((out / "ledger.json").read_text())["leavers"]) == [LEAVER]
    elif name == "rotate_credentials":
        for user, file in ((ROTATED, "build.env"), ("keyless-api", "keyless-api")):
            api_id = (emulator.user(user) or {})["api_id"]
            assert api_id
            assert api_id in (out / file).read_text()
    elif name == "access_review":
        assert (out / "review" / "review.html").exists()
    elif name == "export_directory":
        assert "tmonarch@example.com" in {user["username"] for user in load(out / "directory.yml")["users"]}
    elif name == "detect_drift":
        assert "No changes." in (out / "drift.md").read_text()
    elif name == "sync_groups":
        assert (emulator.user("new@example.com") or {})["roles"] == ["Reviewer"]
        # The survey's own default: everybody else keeps their access.
        assert (emulator.user(LEAVER) or {})["login_enabled"]
    elif name == "apply_directory":
        assert (emulator.user("tmonarch@example.com") or {})["phone"] == "111"
        # The survey's own default: what the file does not name is reported.
        assert (emulator.user(LEAVER) or {})["login_enabled"]


def load(path: Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


class Job:
    """A project with the files of a user and the playbook of a pattern, as the installed collection has it."""

    def __init__(self, folder: Path, tree: Path, emulator: Emulator, name: str) -> None:
        collection = tree / "ansible_collections" / "community" / "veracode"
        self.folder, self.name = folder, name
        self.project = folder / "project"
        # The project of a pattern is the repository of the collection. What no job looks at need not be copied.
        self.project.mkdir()
        for path in collection.iterdir():
            if path.name == "extensions":
                shutil.copytree(path, self.project / path.name)
            else:
                (self.project / path.name).symlink_to(path)
        self.playbook = f"extensions/patterns/{name}/playbooks/{name}.yml"
        (self.project / "out").mkdir()
        for file, text in PROJECT.items():
            (self.project / file).write_text(text, encoding="utf-8")
        role = collection / "roles" / "controller_setup" / "files"
        questions = json.loads((role / "surveys" / f"{name}.json").read_text())["spec"]
        defaults = {question["variable"]: question["default"] for question in questions if question.get("default")}
        self.answers = {**defaults, **ANSWERS[name]}
        assert {question["variable"] for question in questions if question["required"]} <= set(self.answers)
        # What the credential type makes of the fields of a credential
        fields = {"api_key_id": emulator.api_id, "api_key_secret": emulator.api_secret}
        injectors = json.loads((role / "credential_type" / "injectors.json").read_text())
        assert list(injectors) == ["env"]
        templates = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        self.injected = {key: templates.from_string(text).render(fields) for key, text in injectors["env"].items()}
        self.env = {
            key: value
            for key, value in Runs(self.project, tree, emulator).env.items()
            if key.startswith(("ANSIBLE_", "NO_PROXY", "VERACODE_")) and "_KEY_" not in key
        }

    def run(self) -> Outcome:
        """Run it by ansible-runner, as a job of a controller is run."""
        for name, content in (
            (
                "inventory/hosts",
                "localhost ansible_connection=local ansible_python_interpreter={{ansible_playbook_python}}",
            ),
            ("env/envvars", json.dumps({**self.env, **self.injected, "HOME": str(self.folder / "home")})),
            ("env/extravars", json.dumps(self.answers)),
        ):
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(content)
        command = [
            program("ansible-runner"),
            "run",
            str(self.folder),
            "--playbook",
            self.playbook,
            "--ident",
            "job",
        ]
        # The job has no environment but that of its layout.
        env = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        run = subprocess.run(command, cwd="/", env=env, check=False, capture_output=True, text=True, timeout=1800)
        return Outcome(run.returncode, run.stdout + run.stderr)

    def secrets_shown(self) -> list[Path]:
        """Return what a job leaves behind that holds the secret of its credential."""
        secret = self.injected["VERACODE_API_KEY_SECRET"]
        artifacts = self.folder / "artifacts" / "job"
        files = [artifacts / "stdout", *artifacts.glob("job_events/*"), *artifacts.glob("fact_cache/*")]
        assert len(files) > 5
        return [
            file
            for file in [*files, *(self.project / "out").rglob("*")]
            if file.is_file() and secret in file.read_text()
        ]


# make test runs the first of them.
EACH = pytest.mark.parametrize("name", in_turn(ANSWERS, of=len(ANSWERS)))


@EACH
def test_a_job_of_a_pattern(tmp_path: Path, installed: Path, emulator: Emulator, name: str) -> None:
    job = Job(tmp_path, installed, emulator, name)
    outcome = job.run()
    assert outcome.returncode == 0, outcome.output
    check_effect(name, job.project, emulator)
    assert job.secrets_shown() == []


@EACH
def test_the_playbook_of_a_pattern_runs_as_modules_too(
    tmp_path: Path, installed: Path, emulator: Emulator, name: str
) -> None:
    job = Job(tmp_path, installed, emulator, name)
    as_modules = {"veracode_run_as_module": True}
    outcome = Runs(job.project, installed, emulator).play(job.playbook, {**job.answers, **as_modules}, "-vv")
    assert outcome.returncode == 0, outcome.output
    assert "runs as a module: veracode_run_as_module is true" in outcome.output
    check_effect(name, job.project, emulator)


def test_an_answer_that_is_missing_or_wrong_is_told(tmp_path: Path, installed: Path, emulator: Emulator) -> None:
    job = Job(tmp_path, installed, emulator, "onboard")
    outcome = Runs(job.project, installed, emulator).play(job.playbook, {"onboarding_missing_teams": "make"})
    assert outcome.returncode != 0
    assert "missing required arguments: onboarding_files" in outcome.output
    assert "value of onboarding_missing_teams must be one of: error, create, got: make" in outcome.output
    assert not emulator.log()

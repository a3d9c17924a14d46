# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role controller_setup, with the real modules of awx.awx against a stand-in of the controller's API."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import typing as t
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.integration.controller_standin import TOKEN
from tests.integration.playbooks import ROOT, Outcome, Runs

ROLE = ROOT / "roles" / "controller_setup"
SECRET = "0" * 60 + "5ec7e700"
# The example that the README shows; variables of the command line win over those in it.
PLAY = re.findall(r"```yaml\n(.*?)```", (ROLE / "README.md").read_text(encoding="utf-8"), re.DOTALL)[-1]


@pytest.fixture(scope="session")
def awx_collection() -> Path:
    """Return a folder with the collection awx.awx, out of a download that is kept next to the test environments."""
    place = Path(os.environ.get("VIRTUAL_ENV") or sys.prefix) / "awx-collection"
    marker = place / "ansible_collections" / "awx" / "awx" / "MANIFEST.json"
    if not marker.exists():
        requirements = str(ROOT / "tests" / "requirements" / "controller.txt")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-qq",
            "--no-deps",
            "--dest",
            str(place),
            "-r",
            requirements,
        ]
        subprocess.run(command, check=True)
        [wheel] = place.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            # The marker comes last, for tests in another process.
            names = [name for name in archive.namelist() if name.startswith("ansible_collections/awx/awx/")]
            archive.extractall(place, sorted(names, key=lambda name: name.endswith("/MANIFEST.json")))
        wheel.unlink()
    return place


class Standin:
    """A running stand-in."""

    def __init__(self, url: str) -> None:
        self.url = url

    def look(self) -> t.Any:
        with urllib.request.urlopen(f"{self.url}/standin", timeout=30) as answer:
            return json.load(answer)

    def names(self, kind: str) -> list[str]:
        return [item["name"] for item in self.look()["objects"][kind]]


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[Standin]:
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "tests.integration.controller_standin", str(port_file)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        deadline = time.monotonic() + 30
        while not port_file.exists() or not port_file.read_text():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield Standin(f"http://127.0.0.1:{port_file.read_text()}")
        process.terminate()


def variables(standin: Standin, **more: t.Any) -> dict[str, t.Any]:
    return {
        "controller_setup_host": standin.url,
        "controller_setup_oauthtoken": TOKEN,
        "controller_setup_api_key_id": "0" * 31 + "1",
        "controller_setup_api_key_secret": SECRET,
        "controller_setup_project_folder": "project",
        **more,
    }


NOTIFY = {
    "controller_setup_notification_type": "webhook",
    "controller_setup_notification_configuration": {"url": "https://chat.example.com/hook", "headers": {}},
}


@pytest.fixture
def play(tmp_path: Path, installed: Path, awx_collection: Path) -> t.Callable[..., Outcome]:
    """Return what runs the example of the README, in a folder with a working copy of a project."""
    (tmp_path / "project").mkdir()
    (tmp_path / "play.yml").write_text(PLAY)
    runs = Runs(tmp_path, installed, collections=[awx_collection])

    def run(given: dict[str, t.Any], *arguments: str) -> Outcome:
        return runs.play(str(tmp_path / "play.yml"), given, *arguments)

    return run


@pytest.mark.slow
def test_a_second_run_changes_nothing(tmp_path: Path, standin: Standin, play: t.Callable[..., Outcome]) -> None:
    check = play(variables(standin, **NOTIFY), "--check")
    assert check.returncode == 0, check.output
    assert check.changed > 0
    assert standin.look()["writes"] == []
    assert list((tmp_path / "project").iterdir()) == []

    first = play(variables(standin, **NOTIFY), "-vvv", "--diff")
    assert first.returncode == 0, first.output
    assert SECRET not in first.output
    known = standin.look()
    writes = len(known["writes"])
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
    templates = defaults["controller_setup_job_templates"]
    assert standin.names("job_templates") == [each["name"] for each in templates]
    assert standin.names("schedules") == [each["name"] for each in defaults["controller_setup_schedules"]]
    assert standin.names("projects") == ["Veracode"]
    assert standin.names("execution_environments") == ["Veracode"]
    assert standin.names("hosts") == ["localhost"]
    assert known["objects"]["projects"][0]["scm_update_on_launch"] is True
    assert all(schedule["enabled"] is False for schedule in known["objects"]["schedules"])
    [kind] = known["objects"]["credential_types"]
    assert kind["injectors"]["env"]["VERACODE_API_KEY_SECRET"] == "{{ api_key_secret }}"
    [credential] = known["objects"]["credentials"]
    assert credential["inputs"]["api_key_secret"] == SECRET
    assert len(known["surveys"]) == len(templates) + len(defaults["controller_setup_workflows"])
    notifications = {each["name"]: each["id"] for each in known["objects"]["notification_templates"]}
    assert sorted(notifications) == ["Veracode: approval", "Veracode: drift", "Veracode: failure"]
    for template, about in zip(known["objects"]["job_templates"], templates, strict=True):
        linked = {link[2]: link[3] for link in known["links"] if link[:2] == ["job_templates", template["id"]]}
        assert linked["credentials"] == [credential["id"]]
        name = "Veracode: drift" if about["imports"] == "detect_drift" else "Veracode: failure"
        assert linked["notification_templates_error"] == [notifications[name]]
        assert template["job_type"] == "check"
        assert all(template[key] is True for key in ("ask_job_type_on_launch", "ask_diff_mode_on_launch", "diff_mode"))
        # What the template runs is a playbook of the project that imports one of the installed collection.
        [imported] = yaml.safe_load((tmp_path / "project" / template["playbook"]).read_text())
        assert imported["ansible.builtin.import_playbook"] == f"community.veracode.{about['imports']}"
        assert (ROOT / "playbooks" / f"{about['imports']}.yml").is_file()

    for arguments in ([], ["--check"]):
        again = play(variables(standin, **NOTIFY), *arguments)
        assert again.returncode == 0, again.output
        assert again.changed == 0, again.output
        assert len(standin.look()["writes"]) == writes


@pytest.mark.slow
def test_a_workflow_applies_the_plan_that_was_approved(standin: Standin, play: t.Callable[..., Outcome]) -> None:
    run = play(variables(standin, **NOTIFY))
    assert run.returncode == 0, run.output
    known = standin.look()
    [workflow] = known["objects"]["workflow_job_templates"]
    nodes = {node["identifier"]: node for node in known["objects"]["workflow_job_template_nodes"]}
    links = {(link[1], link[2]): link[3] for link in known["links"] if link[0] == "workflow_job_template_nodes"}
    assert links[nodes["plan"]["id"], "success_nodes"] == [nodes["approve"]["id"]]
    assert links[nodes["approve"]["id"], "success_nodes"] == [nodes["apply"]["id"]]
    assert (nodes["plan"]["job_type"], nodes["apply"]["job_type"]) == ("check", "run")
    plan, expected = nodes["plan"]["extra_data"], nodes["apply"]["extra_data"]
    assert plan["directory_plan_file"] == expected["directory_expect_plan"]
    template = next(each for each in known["objects"]["job_templates"] if each["name"] == "Veracode: apply directory")
    asked = {question["variable"] for question in known["surveys"][str(template["id"])]["spec"]}
    assert {*plan, *expected} <= asked
    # What the survey of the workflow asks goes to both jobs.
    questions = known["surveys"][str(workflow["id"])]["spec"]
    assert {question["variable"] for question in questions} == asked - {*plan, *expected}
    [approval] = known["objects"]["workflow_approval_templates"]
    assert approval["timeout"] > 0
    [notified] = [link[3] for link in known["links"] if link[2] == "notification_templates_approvals"]
    assert notified == [
        each["id"] for each in known["objects"]["notification_templates"] if each["name"] == "Veracode: approval"
    ]


@pytest.mark.slow
def test_a_schedule_that_was_switched_on_stays_on(standin: Standin, play: t.Callable[..., Outcome]) -> None:
    assert play(variables(standin)).returncode == 0
    schedule = standin.look()["objects"]["schedules"][0]
    body = json.dumps({"enabled": True}).encode()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    request = urllib.request.Request(f"{standin.url}{schedule['url']}", data=body, headers=headers, method="PATCH")
    urllib.request.urlopen(request, timeout=30).close()
    again = play(variables(standin))
    assert again.changed == 0, again.output
    assert [each["enabled"] for each in standin.look()["objects"]["schedules"]][:2] == [True, False]


@pytest.mark.slow
def test_without_a_credential_the_templates_ask_for_one(standin: Standin, play: t.Callable[..., Outcome]) -> None:
    template = {"name": "Review", "playbook": "review.yml", "survey": "access_review"}
    more = {
        "controller_setup_api_key_id": "",
        "controller_setup_job_templates": [template],
        "controller_setup_schedules": [],
        "controller_setup_workflows": [],
        "controller_setup_execution_environment_image": "",
    }
    run = play(variables(standin, **more))
    assert run.returncode == 0, run.output
    [made] = standin.look()["objects"]["job_templates"]
    assert made["ask_credential_on_launch"] is True
    assert standin.names("credentials") == []
    # No image name is made up.
    assert standin.names("execution_environments") == []
    assert "execution_environment" not in made


def test_variables_do_not_meet_those_of_the_configuration_collection() -> None:
    options = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    for entry in options.values():
        assert all(name.startswith("controller_setup_") for name in entry["options"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "needs the collection awx.awx"),
        pytest.param(
            {"controller_setup_project_scm_url": ""},
            "controller_setup_project_scm_url: no repository is given",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"controller_setup_project_folder": ""},
            "controller_setup_project_folder: no folder is given",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, installed: Path, given: dict[str, t.Any], message: str) -> None:
    playbook = tmp_path / "play.yml"
    given = {"controller_setup_project_folder": str(tmp_path), "controller_setup_job_templates": [], **given}
    playbook.write_text(PLAY)
    run = Runs(tmp_path, installed).play(str(playbook), given)
    assert run.returncode != 0
    assert message in run.output

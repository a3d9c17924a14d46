# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role controller, with the real modules of awx.awx against a stand-in of the controller's API."""

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
from tests.integration.role_runs import ROOT, Runs

ROLE = ROOT / "roles" / "controller"
SECRET = "0" * 60 + "5ec7e700"
# The example that the README shows; variables of the command line win over those in it.
PLAY = re.search(r"```yaml\n(.*?)```", (ROLE / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]  # type: ignore[index]


@pytest.fixture(scope="session")
def awx_collection() -> Path:
    """Return a folder with the collection awx.awx, out of a download that is kept beside the test environments."""
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
        "controller_host": standin.url,
        "controller_oauthtoken": TOKEN,
        "controller_api_key_id": "0" * 31 + "1",
        "controller_api_key_secret": SECRET,
        **more,
    }


@pytest.mark.slow
def test_controller_is_made_ready_once(tmp_path: Path, installed: Path, standin: Standin, awx_collection: Path) -> None:
    runs = Runs(tmp_path, installed, collections=[awx_collection])
    playbook = tmp_path / "play.yml"
    playbook.write_text(PLAY)

    check = runs.play(str(playbook), variables(standin), "--check")
    assert check.returncode == 0, check.output
    assert check.changed > 0
    assert standin.look()["writes"] == []

    first = runs.play(str(playbook), variables(standin), "-vvv", "--diff")
    assert first.returncode == 0, first.output
    assert SECRET not in first.output
    known = standin.look()
    writes = len(known["writes"])
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
    assert standin.names("job_templates") == [each["name"] for each in defaults["controller_job_templates"]]
    assert standin.names("schedules") == [each["name"] for each in defaults["controller_schedules"]]
    assert standin.names("projects") == standin.names("execution_environments") == ["Veracode"]
    assert standin.names("hosts") == ["localhost"]
    [kind] = known["objects"]["credential_types"]
    assert kind["injectors"]["env"]["VERACODE_API_KEY_SECRET"] == "{{ api_key_secret }}"
    [credential] = known["objects"]["credentials"]
    assert credential["inputs"]["api_key_secret"] == SECRET
    assert len(known["surveys"]) == len(defaults["controller_job_templates"])
    for template in known["objects"]["job_templates"]:
        assert [link[3] for link in known["links"] if link[1:3] == [template["id"], "credentials"]] == [
            [credential["id"]]
        ]

    for arguments in ([], ["--check"]):
        again = runs.play(str(playbook), variables(standin), *arguments)
        assert again.returncode == 0, again.output
        assert again.changed == 0, again.output
        assert len(standin.look()["writes"]) == writes


@pytest.mark.slow
def test_without_a_credential_the_templates_ask_for_one(
    tmp_path: Path, installed: Path, standin: Standin, awx_collection: Path
) -> None:
    runs = Runs(tmp_path, installed, collections=[awx_collection])
    playbook = tmp_path / "play.yml"
    playbook.write_text(PLAY)
    template = {"name": "Review", "playbook": "review.yml", "survey": "access_review"}
    more = {"controller_api_key_id": "", "controller_job_templates": [template], "controller_schedules": []}
    run = runs.play(str(playbook), variables(standin, **more))
    assert run.returncode == 0, run.output
    [made] = standin.look()["objects"]["job_templates"]
    assert made["ask_credential_on_launch"] is True
    assert standin.names("credentials") == []


def test_the_absence_of_awx_awx_is_said(tmp_path: Path, installed: Path) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(PLAY)
    run = Runs(tmp_path, installed).play(str(playbook), {})
    assert run.returncode != 0
    assert "needs the collection awx.awx" in run.output
    assert "ansible-galaxy collection install awx.awx" in run.output

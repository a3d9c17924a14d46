# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Continuous integration asks for a changelog fragment where users can notice a change."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / ".ci" / "fragment"


@pytest.mark.parametrize(
    ("files", "fine"),
    [
        (["plugins/modules/veracode_user.py"], False),
        (["roles/onboarding/tasks/main.yml", "changelogs/config.yaml"], False),
        (["plugins/modules/veracode_user.py", "changelogs/fragments/1-slip.yml"], True),
        (["plugins/modules/veracode_user.py", "changelogs/changelog.yaml"], True),
        (["tests/unit/conftest.py", "README.md"], True),
    ],
)
def test_a_change_that_users_notice_needs_a_fragment(tmp_path: Path, files: list[str], fine: bool) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet", "--initial-branch=main")
    git("commit", "--quiet", "--allow-empty", "--message=Begin")
    git("checkout", "--quiet", "-b", "change")
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    git("add", "--all")
    git("commit", "--quiet", "--message=Change")
    run = subprocess.run([str(SCRIPT), "main"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (run.returncode == 0) is fine
    assert ("changelogs/fragments" in run.stderr) is not fine

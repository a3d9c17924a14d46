# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo runs, and all that it claims holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def demo(home: Path, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    home.mkdir()
    env = {key: value for key, value in os.environ.items() if key not in ("ANSIBLE_FORCE_COLOR", "PYTHONPATH")}
    env["HOME"] = str(home)
    return subprocess.run(
        [sys.executable, "-m", "tests.demo"],
        cwd=root,
        env=env,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
    )


def test_demo_holds_its_claims_and_leaves_the_home_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run = demo(home)
    assert run.returncode == 0, run.stdout
    assert run.stdout.splitlines()[-1] == "Every claim holds."
    assert "✘" not in run.stdout
    assert "WARNING" not in run.stdout
    assert "\033" not in run.stdout
    assert list(home.iterdir()) == []


@pytest.mark.slow
def test_demo_fails_where_a_claim_does_not_hold(tmp_path: Path) -> None:
    for name in ("__init__.py", "demo", "emulator"):
        source, target = ROOT / "tests" / name, tmp_path / "tests" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    accounts = tmp_path / "tests" / "demo" / "accounts.yml"
    # An address that waits for its confirmation is ordered again by each run.
    pending = (
        "  - username: ingrid.solberg@example.com\n    email_address: ingrid@example.com\n    verify_email: true\n"
    )
    accounts.write_text(accounts.read_text(encoding="utf-8").replace("people:\n", f"people:\n{pending}"))
    run = demo(tmp_path / "home", tmp_path)
    assert run.returncode == 1, run.stdout
    assert "✘ changed=0" in run.stdout
    assert "claims do not hold" in run.stdout

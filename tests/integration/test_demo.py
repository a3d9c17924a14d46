# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo runs, and all that it claims holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_demo_holds_its_claims_and_leaves_the_home_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    env = {key: value for key, value in os.environ.items() if key not in ("ANSIBLE_FORCE_COLOR", "PYTHONPATH")}
    env["HOME"] = str(home)
    run = subprocess.run(
        [sys.executable, "-m", "tests.demo"],
        cwd=ROOT,
        env=env,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout
    assert run.stdout.splitlines()[-1] == "Everything held."
    assert "✘" not in run.stdout
    assert "WARNING" not in run.stdout
    assert "\033" not in run.stdout
    assert list(home.iterdir()) == []

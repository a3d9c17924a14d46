# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask whether the packages of an environment have known vulnerabilities. Not to get an answer is a failure, too.

Usage: python audit.py FOLDER OF PACKAGES
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def judge(document: dict[str, Any] | None, said: str) -> list[str]:
    """Return what is wrong.

    :param document: what pip-audit answered; `None` if it answered nothing.
    :param said: what it printed beside.
    """
    packages = (document or {}).get("dependencies") or []
    if not packages:
        lines = said.strip().splitlines()
        return [f"could not ask for known vulnerabilities: {lines[-1] if lines else 'pip-audit says nothing'}"]
    problems = []
    for package in packages:
        if "skip_reason" in package:
            problems.append(f"could not ask about {package['name']}: {package['skip_reason']}")
        for found in package.get("vulns", ()):
            mended = ", ".join(found.get("fix_versions") or ["no version yet"])
            problems.append(f"{package['name']} {package['version']}: {found['id']}, mended in {mended}")
    return problems


def main(folder: str) -> int:
    """Ask, tell, and return the exit code."""
    command = [sys.executable, "-m", "pip_audit", "--path", folder, "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        document = json.loads(done.stdout)
    except ValueError:
        document = None
    problems = judge(document, done.stderr)
    for problem in problems:
        print(problem)
    if not problems:
        print(f"No known vulnerability in {len((document or {})['dependencies'])} packages.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

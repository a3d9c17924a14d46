# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run sessions of noxfile.py, then say in a table what came of each check, and in the last line how many passed.

Usage: python run.py SESSION ... [-- ARGUMENTS OF THE SESSIONS]
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / ".nox" / "results"
REPORT = ROOT / ".nox" / "report.json"


def junit_counts(path: Path) -> tuple[int, int, int]:
    """Return how many tests of a JUnit file passed, failed, were skipped."""
    passed = failed = skipped = 0
    for suite in ET.parse(path).getroot().iter("testsuite"):
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        left_out = int(suite.get("skipped", 0))
        failed += bad
        skipped += left_out
        passed += int(suite.get("tests", 0)) - bad - left_out
    return passed, failed, skipped


def main(arguments: list[str]) -> int:
    """Run the sessions and return the exit code: 0 only if nothing failed and something passed."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    REPORT.unlink(missing_ok=True)
    split = arguments.index("--") if "--" in arguments else len(arguments)
    started = time.monotonic()
    code = subprocess.run(
        [sys.executable, "-m", "nox", "--noxfile", str(ROOT / "noxfile.py"), "--report", str(REPORT), "--session"]
        + arguments,
        cwd=ROOT,
        check=False,
    ).returncode

    rows: list[tuple[str, int, int, str]] = []
    for path in sorted(RESULTS.glob("*.json"), key=lambda found: found.stat().st_mtime):
        for check in json.loads(path.read_text()):
            note = f"{path.stem}, {check['seconds']:.0f} s"
            tests = RESULTS / check["junit"] if check.get("junit") else None
            if tests and tests.is_file():
                passed, failed, skipped = junit_counts(tests)
                # A run that broke down has failed, whatever its tests say.
                failed = max(failed, 0 if check["ok"] else 1)
                note += f", {skipped} skipped" if skipped else ""
            else:
                passed, failed = int(check["ok"]), int(not check["ok"])
            rows.append((check["name"], passed, failed, note))
    sessions = json.loads(REPORT.read_text())["sessions"] if REPORT.is_file() else []
    if not sessions:
        rows.append((" ".join(arguments[:split]), 0, 1, "did not start"))
    for session in sessions:
        # A session that names its checks counts by them; one that does not, or that broke down beside them, by itself.
        name, ok = (session["signatures"] or [session["name"]])[-1], session["result"] == "success"
        own = [row for row in rows if row[3].startswith(f"{name}, ")]
        if not own or (not ok and not any(row[2] for row in own)):
            rows.append((name, int(ok), int(not ok), session["result"]))

    passed = sum(row[1] for row in rows)
    failed = sum(row[2] for row in rows)
    width = max(len(row[0]) for row in rows)
    print(f"\n{'check':{width}}  passed  failed")
    for name, good, bad, note in rows:
        print(f"{name:{width}}  {good:6}  {bad:6}  {note}")
    print(f"\n{time.monotonic() - started:.0f} seconds")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or code or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run sessions of noxfile.py side by side, then print a table of the results, and in the last line how many passed.

Usage: python run.py SESSION ... [-- ARGUMENTS OF THE SESSIONS]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / ".nox" / "results"
REPORTS = ROOT / ".nox" / "reports"

Row = tuple[str, int, int, str]  # a check, what of it passed, what failed, a note


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


def run_session(session: str, arguments: list[str], log: Path | None) -> int:
    """Run one session and return its exit code.

    :param log: where its output goes, to be shown when it is done; without it, the output is shown as it comes.
    """
    command = [sys.executable, "-m", "nox", "--noxfile", str(ROOT / "noxfile.py")]
    command += ["--report", str(REPORTS / f"{session}.json"), "--session", session, *arguments]
    if log is None:
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    started = time.monotonic()
    print(f"{session}: started", flush=True)
    with log.open("w") as output:
        code = subprocess.run(command, cwd=ROOT, check=False, stdout=output, stderr=subprocess.STDOUT).returncode
    text = log.read_text(errors="replace")
    print(f"\n{text}\n{session}: done after {time.monotonic() - started:.0f} seconds", flush=True)
    return code


def run_sessions(sessions: list[str], arguments: list[str]) -> int:
    """Run sessions side by side, as many as there are processors, and return 0 only if all of them did."""
    if len(sessions) == 1:
        return run_session(sessions[0], arguments, None)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        codes = pool.map(lambda session: run_session(session, arguments, RESULTS / f"{session}.log"), sessions)
        return max(codes)


def check_rows() -> list[Row]:
    """Return a row for each check that a session named."""
    rows = []
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
    return rows


def session_rows(asked: str, checks: list[Row]) -> list[Row]:
    """Return a row for each session that does not count by its checks: it names none, or broke down in addition to them."""
    report = REPORTS / f"{asked}.json"
    sessions = json.loads(report.read_text())["sessions"] if report.is_file() else []
    if not sessions:
        return [(asked, 0, 1, "did not start")]
    rows = []
    for session in sessions:
        name, ok = (session["signatures"] or [session["name"]])[-1], session["result"] == "success"
        own = [row for row in checks if row[3].startswith(f"{name}, ")]
        if not own or (not ok and not any(row[2] for row in own)):
            rows.append((name, int(ok), int(not ok), session["result"]))
    return rows


def main(arguments: list[str]) -> int:
    """Run the sessions and return the exit code: 0 only if nothing failed and something passed."""
    for folder in (RESULTS, REPORTS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    split = arguments.index("--") if "--" in arguments else len(arguments)
    started = time.monotonic()
    code = run_sessions(arguments[:split], arguments[split:])
    checks = check_rows()
    rows = checks + [row for session in arguments[:split] for row in session_rows(session, checks)]
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

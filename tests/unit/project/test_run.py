# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks that run side by side wait for one another where they share something, and none of them is lost."""

from __future__ import annotations

import json
import multiprocessing
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.tools import run
from tests.tools.locks import locked

SIDE_BY_SIDE = 4


def _append(path: Path) -> None:
    with locked(path.with_suffix(".lock")):
        before = path.read_text() if path.exists() else ""
        path.write_text(f"{before}x")


def test_a_lock_lets_one_process_in_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    path.parent.mkdir()
    processes = [multiprocessing.Process(target=_append, args=(path,)) for _n in range(SIDE_BY_SIDE)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert path.read_text() == "x" * SIDE_BY_SIDE


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for nox: it writes the report that `result.json` of its session holds, and the results next to it."""
    for name in ("RESULTS", "REPORTS"):
        monkeypatch.setattr(run, name, tmp_path / name)
    program = tmp_path / "python"
    program.write_text(
        f"""#!{sys.executable}
import json, sys
session = sys.argv[sys.argv.index("--session") + 1]
about = json.load(open({str(tmp_path / "about.json")!r}))[session]
print(f"the output of {{session}}")
if about.get("checks") is not None:
    json.dump(about["checks"], open(f"{tmp_path}/RESULTS/{{session}}.json", "w"))
result = "success" if about["ok"] else "failed"
sessions = [{{"name": session, "signatures": [], "result": result}}]
if about.get("report", True):
    json.dump({{"sessions": sessions}}, open(sys.argv[sys.argv.index("--report") + 1], "w"))
sys.exit(not about["ok"])
"""
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    return tmp_path


def check(ok: bool = True) -> dict[str, Any]:
    return {"name": "a check", "ok": ok, "seconds": 1.0}


@pytest.mark.parametrize(
    ("sessions", "last_line"),
    [
        ({"one": {"ok": True, "checks": [check(), check()]}, "two": {"ok": True}}, "3 passed, 0 failed"),
        ({"one": {"ok": False, "checks": [check(), check(False)]}, "two": {"ok": True}}, "2 passed, 1 failed"),
        ({"one": {"ok": True}, "two": {"ok": False, "checks": [check()]}}, "2 passed, 1 failed"),
        ({"one": {"ok": True}, "two": {"ok": False, "report": False}}, "1 passed, 1 failed"),
        ({"one": {"ok": False, "report": False}}, "0 passed, 1 failed"),
    ],
    ids=["all pass", "a check fails", "a session breaks down beside its checks", "a session does not start", "alone"],
)
def test_every_check_of_every_session_is_counted(
    folders: Path, capfd: pytest.CaptureFixture[str], sessions: dict[str, Any], last_line: str
) -> None:
    (folders / "about.json").write_text(json.dumps(sessions))
    code = run.main([*sessions, "--", "-k", "x"])
    output = capfd.readouterr().out
    assert output.splitlines()[-1] == last_line
    assert all(output.count(f"the output of {session}\n") == 1 for session in sessions)
    assert code == int("0 failed" not in last_line)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks of accounts and destinations."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from ansible_collections.community.veracode.plugins.module_utils._keys import locks

HOLD = """
import sys
from ansible_collections.community.veracode.plugins.module_utils._keys.locks import acquire
lock = acquire("account", "a")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(locks, "LOCK_SECONDS", 0.0)
    return tmp_path / "cache" / "community.veracode" / "locks"


def holder() -> subprocess.Popen[str]:
    """Start a process that holds a lock."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_lock_excludes_others_and_leaves_nothing_behind(cache: Path) -> None:
    lock = locks.acquire("account", "a")
    assert lock is not None
    [file] = cache.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(locks.LockedError):
        locks.acquire("account", "a")
    other = locks.acquire("destination", "a")
    assert other is not None
    lock.release()
    lock.release()
    again = locks.acquire("account", "a")
    assert again is not None
    again.release()
    other.release()
    assert list(cache.iterdir()) == []


def test_another_process_excludes_and_a_killed_one_does_not() -> None:
    process = holder()
    with pytest.raises(locks.LockedError):
        locks.acquire("account", "a")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    lock = locks.acquire("account", "a")
    assert lock is not None
    lock.release()


def test_whoever_waited_has_the_lock_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file goes with the lock, so one who waited for the old file must not believe to have the new one."""
    monkeypatch.setattr(locks, "LOCK_SECONDS", 60.0)
    monkeypatch.setattr(locks, "_STEP", 0.0)
    inside, most = 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _turn in range(20):
            lock = locks.acquire("account", "a")
            assert lock is not None
            with guard:
                inside += 1
                most = max(most, inside)
            with guard:
                inside -= 1
            lock.release()

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_the_temporary_folder_serves_where_the_cache_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    lock = locks.acquire("account", "a")
    assert lock is not None
    assert len(list((tmp_path / f"community.veracode-{os.geteuid()}").iterdir())) == 1
    lock.release()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    assert locks.acquire("account", "a") is None


def test_a_folder_that_somebody_else_laid_there_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    (tmp_path / f"community.veracode-{os.geteuid()}").symlink_to("elsewhere")
    assert locks.acquire("account", "a") is None
    assert list((tmp_path / "elsewhere").iterdir()) == []

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks of accounts and destinations."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
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


# Leases of a run of many processes

PROGRAM = Path(__file__).parents[5] / "roles" / "credential_rotation" / "files" / "lock.py"
RUN = """
import subprocess, sys
print(subprocess.run([sys.executable, *sys.argv[1:]], capture_output=True, text=True).stdout.strip(), flush=True)
sys.stdin.read()
"""


def lock_program(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def run_of_ansible(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that leases the lock of the account "a" of "https://host" with the token "one", and goes on."""
    program = tmp_path / "ansible-playbook"
    program.write_text(RUN)
    command = [sys.executable, str(program), str(PROGRAM), "lease", "one", "https://host", "a"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "leased\n"
    yield process
    process.kill()
    process.communicate()


def test_a_lease_excludes_others_and_not_the_tasks_of_its_own_run(
    cache: Path, run_of_ansible: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [file] = cache.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(locks.LockedError):
        locks.acquire("account", "https://host", "a")
    other = locks.acquire("account", "https://host", "b")
    assert other is not None
    other.release()
    monkeypatch.setenv("VERACODE_KEY_LOCK", "one")
    own = locks.acquire("account", "https://host", "a")
    assert own is not None
    own.release()
    assert list(cache.iterdir()) == [file], "the lease goes on after the task"
    assert lock_program("free", "another", "https://host", "a").stdout.strip() == "freed"
    assert list(cache.iterdir()) == [file]
    assert lock_program("free", "one", "https://host", "a").returncode == 0
    assert list(cache.iterdir()) == []


def test_a_lease_ends_with_its_run_and_never_lasts_for_long(
    cache: Path, run_of_ansible: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [file] = cache.iterdir()
    lease = json.loads(file.read_text())
    now = lease["until"] - 900
    for seconds, is_free in ((899, False), (901, True), (-10, True)):
        monkeypatch.setattr(locks.time, "time", lambda seconds=seconds: now + seconds)
        if is_free:
            lock = locks.acquire("account", "https://host", "a")
            assert lock is not None
            lock.release()
            file.write_text(json.dumps(lease))
            file.chmod(0o600)
        else:
            with pytest.raises(locks.LockedError):
                locks.acquire("account", "https://host", "a")
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parents[1]))
    # Nobody has waited for its end: it has ended all the same.
    run_of_ansible.kill()
    os.waitid(os.P_PID, run_of_ansible.pid, os.WEXITED | os.WNOWAIT)
    own = locks.acquire("account", "https://host", "a")
    assert own is not None
    own.release()
    file.write_text(json.dumps(lease))
    file.chmod(0o600)
    assert lock_program("lease", "two", "https://host", "a").stdout.strip() == "leased"


def test_a_run_waits_for_a_module_and_hosts_of_one_run_do_not_wait_for_each_other(
    cache: Path, run_of_ansible: subprocess.Popen[str], tmp_path: Path
) -> None:
    lock = locks.acquire("account", "https://host", "b")
    assert lock is not None
    waiting = subprocess.Popen([sys.executable, str(PROGRAM), "lease", "two", "https://host", "b"])
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(1)
    lock.release()
    assert waiting.wait(60) == 0
    # A task that waits for another host would keep that host from its next task.
    program = tmp_path / "both" / "ansible-playbook"
    program.parent.mkdir()
    program.write_text(
        "import subprocess, sys\n"
        "runs = [subprocess.run([sys.executable, sys.argv[1], 'lease', token, 'https://host', 'c'], capture_output=True, text=True)"
        " for token in ('one', 'two')]\n"
        "print([run.returncode for run in runs], runs[1].stderr)\n"
    )
    run = subprocess.run(
        [sys.executable, str(program), str(PROGRAM)], capture_output=True, text=True, check=False, timeout=60
    )
    assert "[0, 1] another host of this play rotates this account" in run.stdout


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "1", '{"token": "x"}', '{"token": 1, "until": "x", "pid": null}', "\0"]
)
def test_what_is_no_lease_holds_nobody_up(cache: Path, content: str) -> None:
    lock = locks.acquire("account", "https://host", "a")
    assert lock is not None
    [file] = cache.iterdir()
    lock.release()
    for program in (False, True):
        file.write_text(content)
        file.chmod(0o600)
        if program:
            assert lock_program("lease", "one", "https://host", "a").stdout.strip() == "leased"
        else:
            again = locks.acquire("account", "https://host", "a")
            assert again is not None
            again.release()

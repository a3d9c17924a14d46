# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lease or free the lock of an account: `lock.py lease|free TOKEN API_URL USER_ID`.

The role runs in many processes, so it cannot hold a lock as the modules do. It writes a lease into the lock file of the
account instead, which the modules obey (`_keys/locks.py`): from before a key pair is generated until the store has it. A lease
ends with the run of Ansible that it names, or else after a quarter of an hour.

Runs on the host of the play, so it needs nothing but Python. Prints `leased`, or `unlocked` where no folder can hold a lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import stat
import sys
import tempfile
import time

WAIT = 600.0  # seconds
LEASE = 900.0  # seconds


class LockError(Exception):
    """The lock cannot be had."""


def folders():
    """Yield where locks are kept."""
    cache = os.environ.get("XDG_CACHE_HOME") or ""
    if not os.path.isabs(cache):
        cache = os.path.join(os.path.expanduser("~"), ".cache")
    if os.path.isabs(cache):
        yield os.path.join(cache, "community.veracode", "locks")
    with contextlib.suppress(OSError):
        yield os.path.join(tempfile.gettempdir(), f"community.veracode-{os.geteuid()}")


def machine() -> str:
    """Return what processes of one machine or container have in common."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip() + os.readlink("/proc/self/ns/pid")
    except OSError:
        return platform.node()


def process(pid: int) -> tuple[int, str] | None:
    """Return the parent of a process and when it started; `None` if it has ended, or that cannot be known."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else (int(fields[1]), fields[19])
    except (OSError, IndexError, ValueError):
        return None


def is_ansible(pid: int) -> bool:
    """Tell whether a process runs a playbook."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().split(b"\0")[:3]
    except OSError:
        return False
    return any(os.path.basename(word).startswith(b"ansible") for word in words)


def run_of_ansible() -> tuple[int | None, str | None]:
    """Return the process of Ansible that this belongs to, and when it started; `None` on another host."""
    found: tuple[int | None, str | None] = (None, None)
    pid = os.getppid()
    while pid > 1:
        about = process(pid)
        if about is None:
            break
        if is_ansible(pid):
            found = (pid, about[1])
        pid = about[0]
    return found


def is_over(lease: dict) -> bool:
    """Tell whether a lease holds no more."""
    if not time.time() < lease["until"] <= time.time() + LEASE:
        return True
    if lease["pid"] is None or lease["machine"] != machine():
        return False
    about = process(lease["pid"])
    return about is None or about[1] != lease["started"]


def read(handle: int) -> dict | None:
    """Return the lease in a lock file."""
    try:
        lease = json.loads(os.pread(handle, 4096, 0))
        return (
            lease if isinstance(lease["token"], str) and {"until", "pid", "machine", "started"} <= set(lease) else None
        )
    except (ValueError, TypeError, KeyError):
        return None


@contextlib.contextmanager
def locked(path: str, flags: int):
    """Open and lock a file that only this user can read; `None` if another process has it, or has just removed it."""
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | flags, 0o600)
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode) or info.st_uid != os.geteuid():
            raise PermissionError(path)
        is_ours = False
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = os.path.samestat(os.stat(path, follow_symlinks=False), info)
        yield handle if is_ours else None
    finally:
        os.close(handle)


def lease(path: str, token: str) -> None:
    """Wait until nobody works on the key pair, and write the lease."""
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    info = os.lstat(folder)
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
        raise PermissionError(folder)
    pid, started = run_of_ansible()
    until = time.monotonic() + WAIT
    while True:
        with locked(path, os.O_CREAT) as handle:
            other = read(handle) if handle is not None else None
            if handle is not None and (other is None or other["token"] == token or is_over(other)):
                about = {
                    "token": token,
                    "until": time.time() + LEASE,
                    "machine": machine(),
                    "pid": pid,
                    "started": started,
                }
                os.ftruncate(handle, 0)
                os.pwrite(handle, json.dumps(about).encode(), 0)
                return
        if other is not None and pid is not None and (other["pid"], other["machine"]) == (pid, machine()):
            # It frees the lock with a later task, which this one would keep it from.
            raise LockError(
                "another host of this play rotates this account; add run_once: true, or run the play on one host"
            )
        if time.monotonic() > until:
            raise LockError("another run has been rotating this account for ten minutes; run again when that has ended")
        time.sleep(0.1)


def free(path: str, token: str) -> None:
    """Remove the lease if it is still ours."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        with locked(path, 0) as handle:
            if handle is not None:
                found = read(handle)
                if found is not None and found["token"] == token:
                    os.unlink(path)
                return
        time.sleep(0.1)


def main(action: str, token: str, *identity: str) -> str:
    """Do what the command line says; return what to print."""
    name = (
        hashlib.sha256("\0".join(("account", *identity)).encode("utf-8", "surrogateescape")).hexdigest()[:32] + ".lock"
    )
    for folder in folders():
        with contextlib.suppress(OSError):
            (lease if action == "lease" else free)(os.path.join(folder, name), token)
            return "leased" if action == "lease" else "freed"
    return "unlocked"


if __name__ == "__main__":
    try:
        sys.stdout.write(main(*sys.argv[1:]))
    except LockError as error:
        sys.exit(str(error))

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Locks between the processes of a user, one for each account and for each destination of a key pair.

A lock is an empty file in the user's cache folder with an `flock`. The kernel drops it when its owner ends, however it
ends, so no lock is ever stale. The file is removed with the lock. A process that holds an account's lock may take that of one
destination, and nobody takes them in the other order, so no two processes wait for each other.

A run of many processes, that of the role credential_rotation, holds the lock of an account by a lease: its content
(`roles/credential_rotation/files/lock.py`). A task of that run knows its token by the environment.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import stat
import tempfile
import time
import typing as t

#: Seconds to wait for another run, which may wait for Veracode's answer meanwhile.
LOCK_SECONDS = 600.0

#: Environment variable with the token of the lease that a task belongs to.
LEASE_VARIABLE = "VERACODE_KEY_LOCK"

# Seconds that a lease lasts at most.
_LEASE = 900.0

_STEP = 0.05


class LockedError(Exception):
    """Another process kept a lock for `LOCK_SECONDS`."""


class Lock:
    """A lock that is held until it is released, or until the process ends.

    :param is_leased: the run that this process belongs to holds the lock beyond it.
    """

    def __init__(self, path: str, descriptor: int, *, is_leased: bool = False) -> None:
        self._path = path
        self._descriptor = descriptor
        self._is_leased = is_leased

    def release(self) -> None:
        """Remove the file and the lock."""
        if self._descriptor >= 0:
            if not self._is_leased:
                with contextlib.suppress(OSError):
                    os.unlink(self._path)
            os.close(self._descriptor)
            self._descriptor = -1


def try_lock(descriptor: int) -> bool:
    """Lock an open file. Returns whether it was free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(descriptor: int, seconds: float, step: float) -> None:
    """Lock an open file, and wait while another process has it locked.

    :raises LockedError: it stays locked for that many seconds.
    """
    deadline = time.monotonic() + seconds
    while not try_lock(descriptor):
        if time.monotonic() >= deadline:
            raise LockedError
        time.sleep(step)


def acquire(*identity: str) -> Lock | None:
    """Wait for a lock and take it.

    :param identity: what is locked; the same words are the same lock.
    :returns: `None` where no folder can hold it.
    :raises LockedError: another process keeps it.
    """
    name = hashlib.sha256("\0".join(identity).encode("utf-8", "surrogateescape")).hexdigest()[:32] + ".lock"
    for folder in _folders(os.environ):
        with contextlib.suppress(OSError):
            return _acquire(os.path.join(folder, name))
    return None


def _folders(environ: t.Mapping[str, str]) -> t.Iterator[str]:
    cache = environ.get("XDG_CACHE_HOME") or ""
    if not os.path.isabs(cache):
        cache = os.path.join(os.path.expanduser("~"), ".cache")
    if os.path.isabs(cache):
        yield os.path.join(cache, "community.veracode", "locks")
    with contextlib.suppress(OSError):
        yield os.path.join(tempfile.gettempdir(), f"community.veracode-{os.geteuid()}")


def _acquire(path: str) -> Lock:
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    _require_own(os.lstat(folder), stat.S_ISDIR, folder)
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            _require_own(os.fstat(descriptor), stat.S_ISREG, path)
            if try_lock(descriptor) and _is_at(path, descriptor):
                token = _living_lease(os.pread(descriptor, 4096, 0))
                if token is None or token == os.environ.get(LEASE_VARIABLE):
                    return Lock(path, descriptor, is_leased=token is not None)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if time.monotonic() >= deadline:
            raise LockedError
        time.sleep(_STEP)


def _is_at(path: str, descriptor: int) -> bool:
    """Tell whether an open file is still there: the owner before removed it with its lock."""
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _living_lease(content: bytes) -> str | None:
    """Return the token of the lease in a lock file, `None` if there is none or it is over."""
    try:
        lease = json.loads(content)
        token, until, pid = lease["token"], lease["until"], lease["pid"]
        if not time.time() < until <= time.time() + _LEASE:
            return None
        is_here = pid is not None and lease["machine"] == _machine()
        return None if is_here and _started(pid) != lease["started"] else str(token)
    except (ValueError, TypeError, KeyError):
        return None


def _machine() -> str:
    """Return what processes of one machine or container have in common."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip() + os.readlink("/proc/self/ns/pid")
    except OSError:
        return platform.node()


def _started(pid: int) -> str | None:
    """Return when a process started, in the kernel's count, `None` if it has ended."""
    try:
        with open(f"/proc/{int(pid)}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        return None


def _require_own(info: os.stat_result, is_right: t.Callable[[int], bool], path: str) -> None:
    if not is_right(info.st_mode) or info.st_uid != os.geteuid():
        raise PermissionError(path)

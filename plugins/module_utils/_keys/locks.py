# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Locks between the processes of a user, one for each account and for each destination of a key pair.

A lock is an empty file in the user's cache folder with an `flock`. The kernel drops it when its owner ends, however it
ends, so no lock is ever stale. The file is removed with the lock. Whoever holds an account's lock may take that of one
destination, and nobody takes them in the other order, so no two processes wait for each other.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
import time
import typing as t

#: Seconds to wait for another run, which may wait for Veracode's answer meanwhile.
LOCK_SECONDS = 600.0

_STEP = 0.05


class LockedError(Exception):
    """Another process kept a lock for `LOCK_SECONDS`."""


class Lock:
    """A lock that is held until it is released, or until the process ends."""

    def __init__(self, path: str, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def release(self) -> None:
        """Remove the file and the lock."""
        if self._descriptor >= 0:
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
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            _require_own(os.fstat(descriptor), stat.S_ISREG, path)
            wait_for_lock(descriptor, LOCK_SECONDS, _STEP)
            # The owner before removed the file with its lock: then the next one is with a new file.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(descriptor)):
                    return Lock(path, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _require_own(info: os.stat_result, is_right: t.Callable[[int], bool], path: str) -> None:
    if not is_right(info.st_mode) or info.st_uid != os.geteuid():
        raise PermissionError(path)

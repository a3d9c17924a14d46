# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A sliding window over the calls of all threads and all processes of a user on a machine.

Veracode counts calls as they arrive. All that is known here of an arrival is that it lies between sending the call
and the beginning of its answer. So a call holds one of `limit` places from before it is sent until `window` seconds
after its answer began. Of any `limit + 1` calls, the last one was sent only when the place of an earlier one was free
again, that is, at least `window` seconds after that one's arrival: no window at the server can hold them all. While
there are free places, nothing waits.

The places are kept in a small file that all processes lock, change and unlock, never while waiting. Where that is not
possible (read-only home, no locks, a file of somebody else) the places are kept for the process alone.
"""

from __future__ import annotations

import fcntl
import os
import stat
import struct
import threading
import typing as t
from array import array
from collections.abc import Mapping

from ansible_collections.community.veracode.plugins.module_utils._http.clock import SYSTEM, Clock

WINDOW = 60.0

# Longest shared pause (seconds): what a caller accepts as retry-after.
MAX_PAUSE = 300.0

# A place whose process died is free again after this many seconds beyond the window. A call that takes longer than
# this to be answered has arrived at the server long before.
_IN_FLIGHT = 60.0

# The file: this mark, then doubles in the machine's own order: the end of the pause, then the end of each place, as
# `time.monotonic()` of this boot of the machine. That clock is the same for all processes and never set.
_MARK = b"veracode-calls1\n"
_DOUBLE = struct.Struct("=d")
_MAX_PLACES = 10_000
_MAX_BYTES = len(_MARK) + _DOUBLE.size * (1 + _MAX_PLACES)

_LOCK_TIMEOUT = 10.0  # seconds; a lock is held for microseconds, unless its holder was stopped
_OLD_FILE = 24 * 3600.0


class Place(t.NamedTuple):
    """The place of one call: where it is kept, and what is written there."""

    number: int
    end: float


class RateLimiter:
    """At most `limit` calls in any `window` seconds, counted where they arrive.

    :param limit: number of calls; more than 10000 are taken as 10000.
    :param path: the file of the shared places; `None` keeps them in the process.
    :param window: seconds.
    :param clock: for tests.
    """

    def __init__(self, limit: int, path: str | None, *, window: float = WINDOW, clock: Clock = SYSTEM) -> None:
        self._clock = clock
        self.limit = min(limit, _MAX_PLACES)
        self._path = path
        self._window = window
        self._horizon = window + _IN_FLIGHT + 1.0
        self._queue = threading.Lock()  # held while waiting: the threads of a process are served one after the other
        self._guard = threading.Lock()  # held for microseconds: around the file or its replacement
        self._fd: int | None = None
        self._inode = -1
        self._pid = os.getpid()
        self._own = array("d", [0.0])  # what was last seen, and the state itself once there is no file

    @property
    def shared(self) -> bool:
        """Whether the places are (still) shared with other processes."""
        return self._path is not None

    def acquire(self) -> Place:
        """Wait until a call may be sent, and return its place. Each place is to be released."""
        self._notice_fork()
        with self._queue:
            while True:
                with self._guard:
                    place, wait = self._try()
                if place is not None:
                    return place
                self._clock.sleep(wait)

    def release(self, place: Place, *, sent: bool = True) -> None:
        """Start the window of a call, as its answer has begun (or is given up).

        :param sent: `False` if the call was surely not sent; its place is free immediately.
        """
        with self._guard:
            locked = self._lock()
            try:
                state = self._read() if locked else self._own
                now = self._clock.monotonic()
                end = now + self._window if sent else 0.0
                if place.number < len(state) and state[place.number] == place.end:
                    self._write(place.number, end)
                elif sent:
                    # It took so long that another call has the place now: two calls, two places.
                    self._write(self._free_index(state, now), end)
            finally:
                self._unlock(locked)

    def pause(self, seconds: float) -> None:
        """Let no call of any thread or process begin for so long.

        :param seconds: no more than `MAX_PAUSE`, since a longer pause would be treated as none.
        """
        self._notice_fork()
        with self._guard:
            locked = self._lock()
            try:
                state = self._read() if locked else self._own
                now = self._clock.monotonic()
                end = now + seconds
                if not state[0] <= now + MAX_PAUSE or end > state[0]:
                    self._write(0, end)
            finally:
                self._unlock(locked)

    def _try(self) -> tuple[Place | None, float]:
        """Return a place, or else the seconds to wait before another attempt."""
        locked = self._lock()
        try:
            state = self._read() if locked else self._own
            now = self._clock.monotonic()
            # What ends later than any call or pause can is not ours: corrupt, or of another clock.
            if now < state[0] <= now + MAX_PAUSE:
                return None, state[0] - now
            horizon = now + self._horizon
            taken = [end for end in state[1:] if now < end <= horizon]
            if len(taken) >= self.limit:
                taken.sort()
                return None, taken[len(taken) - self.limit] - now + 0.001
            place = Place(self._free_index(state, now), now + self._window + _IN_FLIGHT)
            self._write(*place)
            return place, 0.0
        finally:
            self._unlock(locked)

    def _free_index(self, state: array[float], now: float) -> int:
        horizon = now + self._horizon
        for index in range(1, len(state)):
            if not now < state[index] <= horizon:
                return index
        return len(state)

    # The file. None of these waits for anything but the lock, and none fails: the process's own places take over.

    def _lock(self) -> bool:
        """Lock the file; `False` if there is none (any more)."""
        if self._path is None:
            return False
        try:
            self._open(self._path)
            deadline = 0.0
            while True:
                try:
                    fcntl.flock(t.cast(int, self._fd), fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return True
                except BlockingIOError:
                    if not deadline:
                        deadline = self._clock.monotonic() + _LOCK_TIMEOUT
                    elif self._clock.monotonic() > deadline:
                        raise
                    self._clock.sleep(0.0005)
        except OSError:
            self._give_up()
            return False

    def _unlock(self, locked: bool) -> None:
        if locked and self._fd is not None:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _open(self, path: str) -> None:
        if self._fd is not None:
            try:
                if os.stat(path).st_ino == self._inode:
                    return
            except FileNotFoundError:
                pass
            # Somebody cleaned the cache: the others are with a new file.
            os.close(self._fd)
            self._fd = None
        folder = os.path.dirname(path)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        new = not os.path.exists(path)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode) or info.st_uid != os.geteuid():
            os.close(fd)
            raise PermissionError(path)
        self._fd, self._inode = fd, info.st_ino
        if new:
            _remove_old(folder)

    def _read(self) -> array[float]:
        """Return the places in the file, or none if it holds something else."""
        try:
            content = os.pread(t.cast(int, self._fd), _MAX_BYTES, 0)
            numbers = len(content) - len(_MARK)
            if numbers < _DOUBLE.size or numbers % _DOUBLE.size or not content.startswith(_MARK):
                os.ftruncate(t.cast(int, self._fd), 0)
                os.pwrite(t.cast(int, self._fd), _MARK + _DOUBLE.pack(0.0), 0)
                self._own = array("d", [0.0])
            else:
                self._own = array("d", content[len(_MARK) :])
        except OSError:
            self._give_up()
        return self._own

    def _write(self, index: int, end: float) -> None:
        if index < len(self._own):
            self._own[index] = end
        else:
            self._own.append(end)
        if self._fd is not None:
            try:
                # Eight bytes in one write: a process that is killed leaves either the old or the new end.
                os.pwrite(self._fd, _DOUBLE.pack(end), len(_MARK) + _DOUBLE.size * index)
            except OSError:
                self._give_up()

    def _give_up(self) -> None:
        """Go on with the places of the process alone, beginning with what was last seen."""
        self._path = None
        if self._fd is not None:
            os.close(self._fd)  # which unlocks it
            self._fd = None

    def _notice_fork(self) -> None:
        """Part from the parent's open file, with which a forked process would share the lock itself."""
        if self._pid != os.getpid():
            self._queue = threading.Lock()
            self._guard = threading.Lock()
            if self._fd is not None:
                os.close(self._fd)
                self._fd = None
            self._pid = os.getpid()


_limiters: dict[tuple[str | None, str, int, Clock], RateLimiter] = {}
_limiters_guard = threading.Lock()


def limiter_for(family: str, netloc: str, limit: int, environ: Mapping[str, str], clock: Clock = SYSTEM) -> RateLimiter:
    """Return the limiter of an API, the same one for the same arguments.

    :param family: `rest` or `xml`, which Veracode limits separately (documented).
    :param netloc: host, with a port if it is not the usual one.
    :param limit: calls in any 60 seconds.
    :param environ: the environment, for the user's cache folder.
    """
    name = "".join(character if character.isalnum() or character in ".-" else "_" for character in netloc)
    folder = _folder(environ)
    path = None if folder is None else os.path.join(folder, f"{family}_{name}_{_boot()}")
    key = (path, f"{family} {netloc}", limit, clock)
    with _limiters_guard:
        if key not in _limiters:
            _limiters[key] = RateLimiter(limit, path, clock=clock)
        return _limiters[key]


def _folder(environ: Mapping[str, str]) -> str | None:
    cache = environ.get("XDG_CACHE_HOME") or ""
    if not os.path.isabs(cache):
        home = environ.get("HOME") or os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        cache = os.path.join(home, ".cache")
    return os.path.join(cache, "community.veracode")


def _boot() -> str:
    """Name this boot of this machine: its clock means nothing to another one that has the same home folder."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
            return stream.read(8)
    except (OSError, ValueError):
        return "".join(character for character in os.uname().nodename if character.isalnum()) or "unknown"


def _remove_old(folder: str) -> None:
    """Remove the files of other boots, now and then: when a new one was made."""
    before = SYSTEM.time() - _OLD_FILE
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(("rest_", "xml_")) and entry.stat(follow_symlinks=False).st_mtime < before:
                    os.unlink(entry.path)
    except OSError:
        pass  # it was for tidiness only

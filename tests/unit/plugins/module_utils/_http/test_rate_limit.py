# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rate limit, judged by when calls arrive: never too many in any window, and not many fewer.

One test runs in real time; the others have a clock that jumps.
"""

from __future__ import annotations

import errno
import fcntl
import itertools
import math
import os
import signal
import struct
import subprocess
import sys
import threading
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.veracode.plugins.module_utils._http import rate_limit as _rate_limit
from ansible_collections.community.veracode.plugins.module_utils._http.clock import Clock
from ansible_collections.community.veracode.plugins.module_utils._http.rate_limit import RateLimiter, limiter_for

MARK = b"veracode-calls1\n"

# What each of the processes does: threads whose calls arrive at some time between being sent and being answered.
PROGRAM = """
import random, sys, threading, time
from ansible_collections.community.veracode.plugins.module_utils._http.rate_limit import RateLimiter

path, limit, window, threads, seconds = sys.argv[1], *map(float, sys.argv[2:])
limiter = RateLimiter(int(limit), path or None, window=window)
end = time.monotonic() + seconds
arrivals = []

def work():
    while time.monotonic() < end:
        place = limiter.acquire()
        time.sleep(random.uniform(0, 0.004))
        arrivals.append(time.monotonic())
        time.sleep(random.uniform(0, 0.004))
        limiter.release(place)

workers = [threading.Thread(target=work) for _ in range(int(threads))]
[worker.start() for worker in workers]
[worker.join() for worker in workers]
print(limiter.shared, *map(repr, arrivals))
"""


def run(path: str, *, limit: int, window: float, seconds: float, processes: int, threads: int = 4) -> list[list[float]]:
    """Return the arrivals of each process."""
    arguments = [sys.executable, "-c", PROGRAM, path, str(limit), str(window), str(threads), str(seconds)]
    running = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _count in range(processes)]
    arrivals = []
    for process in running:
        output, _errors = process.communicate(timeout=seconds + 20)
        assert process.returncode == 0
        shared, *times = output.split()
        assert shared == str(bool(path))
        arrivals.append([float(time_) for time_ in times])
    return arrivals


def most_in_a_window(arrivals: list[float], window: float) -> int:
    arrivals = sorted(arrivals)
    most = first = 0
    for last, arrival in enumerate(arrivals):
        while arrival - arrivals[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def test_the_judge() -> None:
    assert most_in_a_window([0.0, 0.5, 0.99], 1.0) == 3
    assert most_in_a_window([0.0, 0.5, 1.0], 1.0) == 2
    assert most_in_a_window([3.0, 0.0], 1.0) == 1


def test_threads_and_processes_share_the_limit_and_use_it(tmp_path: Path) -> None:
    """In real time."""
    limit, window, seconds = 30, 0.6, 2.0
    arrivals = sorted(
        itertools.chain(*run(str(tmp_path / "f"), limit=limit, window=window, seconds=seconds, processes=3))
    )
    assert most_in_a_window(arrivals, window) <= limit
    # Saturated: each full window from the first arrival on is used at nine tenths at least.
    for number in range(int(seconds / window) - 1):
        begin = arrivals[0] + number * window
        assert sum(begin <= arrival < begin + window for arrival in arrivals) >= 0.9 * limit


class Simulation(Clock):
    """Calls on a clock of their own, so that whole minutes pass at once."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept = 0.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.pass_until(self.now + seconds)

    def pass_until(self, end: float) -> None:
        while self.due and min(self.due, key=lambda one: one[0])[0] <= end:
            one = min(self.due, key=lambda one: one[0])
            self.due.remove(one)
            self.now = max(self.now, one[0])
            one[1]()
        self.now = end


@pytest.fixture
def clock() -> Simulation:
    return Simulation()


def waited(limiter: RateLimiter, clock: Simulation) -> float:
    """Return how long a call has to wait for its place."""
    begin = clock.now
    limiter.acquire()
    return clock.now - begin


@pytest.mark.parametrize("with_file", [True, False])
def test_the_limit_is_used_and_kept(tmp_path: Path, clock: Simulation, with_file: bool) -> None:
    """Two limiters that share a file, or one without; calls that take a tenth of a second."""
    limiters = [RateLimiter(40, str(tmp_path / "f") if with_file else None, clock=clock) for _count in range(2)]
    arrivals: list[float] = []
    for number in range(200):
        limiter = limiters[number % 2 if with_file else 0]
        place = limiter.acquire()
        arrivals.append(clock.now)
        clock.pass_until(clock.now + 0.1)
        limiter.release(place)
    assert all(limiter.shared == with_file for limiter in limiters)
    assert most_in_a_window(arrivals, 60.0) <= 40
    assert arrivals[-1] - arrivals[0] < 4 * 65  # five windows of 40, of which the first waits for nothing


@given(
    limit=st.integers(1, 8),
    calls=st.lists(
        st.tuples(
            st.sampled_from([0.0, 0.0, 0.0, 0.5, 7.0, 61.0]),  # seconds before it
            st.sampled_from([0.0, 0.2, 3.0, 59.0, 65.0, 200.0]),  # seconds until its answer
            st.floats(0.0, 1.0),  # when in between it arrives
            st.booleans(),  # whether it is sent at all
        ),
        max_size=60,
    ),
)
def test_any_sequence_of_calls(limit: int, calls: list[tuple[float, float, float, bool]]) -> None:
    simulation = Simulation()
    arrivals: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        # A call that takes longer than this has arrived before; so no arrival is later here.
        patch.setattr(_rate_limit, "_IN_FLIGHT", 60.0)
        limiter = RateLimiter(limit, None, clock=simulation)
        for gap, latency, moment, sent in calls:
            simulation.pass_until(simulation.now + gap)
            place = limiter.acquire()
            begin = simulation.now
            if sent:
                arrivals.append(begin + min(latency, 60.0) * moment)
            simulation.due.append((begin + latency, lambda place=place, sent=sent: limiter.release(place, sent=sent)))
        assert most_in_a_window(arrivals, 60.0) <= limit
        # And what waited did not wait for ever.
        assert simulation.slept <= len(calls) * 121.0


def test_a_burst_within_the_limit_is_not_slowed_down(tmp_path: Path, clock: Simulation) -> None:
    limiter = RateLimiter(400, str(tmp_path / "f"), clock=clock)
    for _count in range(400):
        limiter.release(limiter.acquire())
    assert clock.slept == 0
    assert 60 <= waited(limiter, clock) < 61


def test_a_call_that_was_not_sent_gives_its_place_back(tmp_path: Path, clock: Simulation) -> None:
    limiter = RateLimiter(1, str(tmp_path / "f"), clock=clock)
    for _count in range(50):
        limiter.release(limiter.acquire(), sent=False)
    assert clock.slept == 0


def test_the_window_begins_when_the_answer_begins(tmp_path: Path, clock: Simulation) -> None:
    limiter = RateLimiter(1, str(tmp_path / "f"), clock=clock)
    place = limiter.acquire()
    clock.pass_until(clock.now + 50)
    limiter.release(place)
    assert 60 <= waited(limiter, clock) < 61


def test_a_smaller_limit_sees_the_calls_of_a_larger_one(tmp_path: Path, clock: Simulation) -> None:
    path = str(tmp_path / "f")
    large, small = RateLimiter(10, path, clock=clock), RateLimiter(3, path, clock=clock)
    for _count in range(5):
        large.release(large.acquire())
    assert 60 <= waited(small, clock) < 61


# The pause


def test_a_pause_holds_for_all(tmp_path: Path, clock: Simulation) -> None:
    path = str(tmp_path / "f")
    RateLimiter(10, path, clock=clock).pause(200)
    RateLimiter(10, path, clock=clock).pause(10)  # a shorter one does not end it
    assert waited(RateLimiter(10, path, clock=clock), clock) == 200


def test_a_pause_without_a_file(clock: Simulation) -> None:
    limiter = RateLimiter(10, None, clock=clock)
    limiter.pause(200)
    assert waited(limiter, clock) == 200


# The file


def doubles(*numbers: float) -> bytes:
    return MARK + struct.pack(f"={len(numbers)}d", *numbers)


CONTENTS: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "mark only": lambda: MARK,
    "half a number": lambda: MARK + b"1234",
    "text": lambda: b"something else altogether" * 1000,
    "random": lambda: os.urandom(10_000),
    "far future": lambda: doubles(0.0, *[1e300] * 10),
    "nan": lambda: doubles(math.nan, *[math.nan] * 10),
    "infinity": lambda: doubles(math.inf, *[math.inf] * 10),
    "past": lambda: doubles(-math.inf, *[-1.0] * 10),
    "seconds of a wall clock": lambda: doubles(1e15, *[1.8e9] * 10),
    "later than any pause or place can end": lambda: doubles(*[1400.0] * 11),
    "very long": lambda: doubles(*[0.0] * 200_000),
}


@pytest.mark.parametrize("name", list(CONTENTS))
def test_foreign_content_blocks_nobody(tmp_path: Path, name: str, clock: Simulation) -> None:
    path = tmp_path / "f"
    path.write_bytes(CONTENTS[name]())
    limiter = RateLimiter(5, str(path), clock=clock)
    assert waited(limiter, clock) == 0
    assert limiter.shared
    for _count in range(4):
        limiter.acquire()
    assert waited(limiter, clock) > 60  # and it counts


def test_the_file_is_for_the_user_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        limiter = limiter_for("rest", "api.veracode.com", 400, {"XDG_CACHE_HOME": str(tmp_path / "c")})
        limiter.acquire()
    finally:
        os.umask(old)
    folder = tmp_path / "c" / "community.veracode"
    (file,) = folder.iterdir()
    assert file.name.startswith("rest_api.veracode.com_")
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


def test_one_file_for_each_api_and_host(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_CACHE_HOME": "relative/is/ignored"}
    limiters = {
        limiter_for(family, host, 400, environ)
        for family in ("rest", "xml")
        for host in ("localhost:1", "localhost:2", "../../etc", "[::1]:3")
    }
    for limiter in limiters:
        limiter.acquire()
        assert limiter.shared
    assert len(limiters) == 8
    assert len(list((tmp_path / ".cache" / "community.veracode").iterdir())) == 8
    again = limiter_for("xml", "localhost:2", 400, environ)
    assert again in limiters


def test_files_of_other_boots_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "community.veracode"
    folder.mkdir()
    old, new, foreign = folder / "rest_h_0", folder / "rest_h_1", folder / "notes"
    for file in (old, new, foreign):
        file.write_text("")
    for file in (old, foreign):
        os.utime(file, (1, 1))
    limiter_for("rest", "h", 400, {"XDG_CACHE_HOME": str(tmp_path)}).acquire()
    assert not old.exists()
    assert new.exists()
    assert foreign.exists()


def in_a_file(path: Path) -> str:
    (path / "file").write_text("")
    return str(path / "file" / "f")


def a_folder(path: Path) -> str:
    (path / "f").mkdir()
    return str(path / "f")


def a_link(path: Path) -> str:
    (path / "target").write_text("precious")
    (path / "f").symlink_to(path / "target")
    return str(path / "f")


def a_pipe(path: Path) -> str:
    os.mkfifo(path / "f")
    return str(path / "f")


def of_another_user(path: Path) -> str:
    if os.geteuid() != 0:
        pytest.skip("only root can make a file of another user")
    (path / "f").write_bytes(doubles(0.0))
    os.chown(path / "f", 1, 1)
    return str(path / "f")


@pytest.mark.parametrize("make", [in_a_file, a_folder, a_link, a_pipe, of_another_user])
def test_without_a_usable_file_the_process_keeps_the_limit(
    tmp_path: Path, make: Callable[[Path], str], clock: Simulation
) -> None:
    limiter = RateLimiter(3, make(tmp_path), clock=clock)
    for _count in range(3):
        limiter.release(limiter.acquire())
    assert clock.slept == 0
    assert not limiter.shared
    assert 60 <= waited(limiter, clock) < 61
    if make is a_link:
        assert (tmp_path / "target").read_text() == "precious"


def test_a_file_that_is_removed_is_made_anew(tmp_path: Path, clock: Simulation) -> None:
    path = tmp_path / "f"
    first, second, newcomer = (RateLimiter(2, str(path), clock=clock) for _count in range(3))
    first.acquire()
    place = second.acquire()
    path.unlink()
    newcomer.acquire()
    second.release(place)  # counts in the new file
    assert waited(newcomer, clock) >= 60
    assert waited(first, clock) > 0
    assert first.shared


def test_a_file_that_cannot_be_read_any_more_makes_it_the_processs_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Simulation
) -> None:
    def broken(*_args: t.Any) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    limiter = RateLimiter(2, str(tmp_path / "f"), clock=clock)
    limiter.acquire()
    monkeypatch.setattr(os, "pread", broken)
    limiter.acquire()  # next to the place that was seen last
    assert not limiter.shared
    assert waited(limiter, clock) > 60


def test_a_full_disk_makes_it_the_processs_own(tmp_path: Path) -> None:
    """A limit on the size of files makes writing fail as a full disk does."""
    program = f"""
import resource, signal
from ansible_collections.community.veracode.plugins.module_utils._http.rate_limit import RateLimiter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))
limiter = RateLimiter(100, {str(tmp_path / "f")!r})
places = [limiter.acquire() for _ in range(100)]
[limiter.release(place) for place in places]
print(limiter.shared)
"""
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=20)
    assert result.stdout == "False\n"


# Holders of the lock


@pytest.fixture
def holder(tmp_path: Path) -> t.Iterator[subprocess.Popen[str]]:
    """A process that holds the lock of the file `f`."""
    program = f"""
import fcntl, os, time
fd = os.open({str(tmp_path / "f")!r}, os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(fd, fcntl.LOCK_EX)
print("locked", flush=True)
time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "locked\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_killed_holder_is_no_dead_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    limiter = RateLimiter(5, str(tmp_path / "f"))
    taken = threading.Thread(target=limiter.acquire, daemon=True)
    taken.start()
    taken.join(0.1)
    assert taken.is_alive()
    holder.send_signal(signal.SIGKILL)
    taken.join(20)
    assert not taken.is_alive()
    assert limiter.shared


def test_a_stopped_holder_is_not_waited_for_long(
    tmp_path: Path, holder: subprocess.Popen[str], clock: Simulation
) -> None:
    holder.send_signal(signal.SIGSTOP)
    limiter = RateLimiter(5, str(tmp_path / "f"), clock=clock)
    assert 10 <= waited(limiter, clock) < 11
    assert not limiter.shared


def test_the_lock_is_not_held_while_waiting(tmp_path: Path, clock: Simulation) -> None:
    path = tmp_path / "f"
    limiter = RateLimiter(1, str(path), clock=clock)
    limiter.release(limiter.acquire())
    looked = []

    def look() -> None:
        with path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(stream, fcntl.LOCK_UN)
        looked.append(clock.now)

    clock.due.append((clock.now + 30, look))
    limiter.acquire()
    assert len(looked) == 1


def test_the_places_of_a_killed_process_become_free(tmp_path: Path, clock: Simulation) -> None:
    """It never released them, so they are free when the longest call would have ended."""
    killed = RateLimiter(3, str(tmp_path / "f"), clock=clock)
    for _count in range(3):
        killed.acquire()
    assert 120 <= waited(RateLimiter(3, str(tmp_path / "f"), clock=clock), clock) < 121


def test_a_forked_process_locks_for_itself(tmp_path: Path, clock: Simulation) -> None:
    """A child shares the parent's open file and with it the lock, unless it opens the file again."""
    limiter = RateLimiter(40, str(tmp_path / "f"), clock=clock)
    limiter.release(limiter.acquire())
    locked = limiter._lock()
    child = os.fork()
    if child == 0:
        # With a lock of its own it gives the file up, which its parent holds.
        limiter.acquire()
        os._exit(0 if not limiter.shared and clock.slept > 10 else 1)
    _pid, status = os.waitpid(child, 0)
    limiter._unlock(locked)
    assert os.waitstatus_to_exitcode(status) == 0
    assert limiter.shared

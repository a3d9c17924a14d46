# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""End a run between two calls, where breaking it off within one would leave open what was written.

Ansible ends a task by signals: its time-out, Ctrl-C. A run that holds them until its writes under way have been answered
can report its work, and stores a key pair that is being generated. Calls that read are broken off, and no other begins.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import StoppedError

_STEP = 0.2  # seconds between two looks at whether to go on waiting

_REASONS = {
    signal.SIGALRM: "the time-out of the task is over",
    signal.SIGINT: "the run was interrupted",
    signal.SIGTERM: "the run was terminated",
}


class Stop:
    """Whether the run in this process is to end. Only one run at a time may be stopped."""

    def __init__(self) -> None:
        self._is_armed = False
        self._reason: str | None = None
        self._reads: dict[int, t.Any] = {}  # by its thread, the connection of each call that reads

    @contextlib.contextmanager
    def armed(self) -> t.Iterator[list[int]]:
        """Hold the signals that end a task, and yield those that came; the holder passes them on.

        The second one of a kind goes to the handler of before immediately. In a thread that gets no signals nothing is held.
        """
        received: list[int] = []
        before: dict[int, t.Any] = {}

        def stop(number: int, _frame: t.Any) -> None:
            if number in received:
                signal.signal(number, before[number])
                signal.raise_signal(number)
            received.append(number)
            self._end(_REASONS[signal.Signals(number)])

        if threading.current_thread() is threading.main_thread():
            handlers = {int(number): signal.getsignal(number) for number in _REASONS}
            before = {number: handler for number, handler in handlers.items() if handler not in (None, signal.SIG_IGN)}
        self._is_armed = bool(before)
        try:
            for number in before:
                signal.signal(number, stop)
            yield received
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._is_armed, self._reason = False, None

    def _end(self, reason: str) -> None:
        """Let no other call begin, and break off those that read. Called by a handler, so it waits for nothing."""
        self._reason = self._reason or reason
        for connection in list(self._reads.values()):
            _break_off(connection)

    def check(self) -> None:
        """Go on, unless the run is to end.

        :raises StoppedError: it is.
        """
        if self._reason is not None:
            raise StoppedError(self._reason)

    def sleep(self, seconds: float) -> None:
        """Wait.

        :raises StoppedError: the run is to end.
        """
        if not self._is_armed:
            time.sleep(seconds)
            return
        end = time.monotonic() + seconds
        while True:
            self.check()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(_STEP, left))

    @contextlib.contextmanager
    def reading(self) -> t.Iterator[None]:
        """Let the call that this thread makes be broken off."""
        thread = threading.get_ident()
        self._reads[thread] = None
        try:
            yield
        finally:
            del self._reads[thread]

    def uses(self, connection: t.Any) -> None:
        """Say on which connection this thread makes its call."""
        thread = threading.get_ident()
        if thread in self._reads:
            self._reads[thread] = connection
            if self._reason is not None:
                _break_off(connection)


def _break_off(connection: t.Any) -> None:
    """Let those that wait for an answer on a connection see its end. The socket stays theirs, to be closed."""
    suppressed = contextlib.suppress(AttributeError, OSError, ValueError)
    with suppressed, socket.socket(fileno=os.dup(connection.sock.fileno())) as same:
        same.shutdown(socket.SHUT_RDWR)


STOP = Stop()

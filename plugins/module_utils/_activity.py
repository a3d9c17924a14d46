# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a long run is doing and its progress, for the code that shows it. Holds numbers only, no name and no secret."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t

# Seconds after which the speed so far says something of the time that is left.
_ESTIMATES_AFTER = 5.0


class Phase:
    """A part of a run that does the same for many objects. May be advanced by many threads.

    :param what: is done, for example `reading accounts`.
    :param total: number of objects.
    """

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._began = time.monotonic()
        self._guard = threading.Lock()

    def advance(self) -> None:
        """Count an object that is done."""
        with self._guard:
            self._done += 1

    def __str__(self) -> str:
        text = f"{self._what} {self._done:,}/{self._total:,}"
        elapsed = time.monotonic() - self._began
        if not self._done or elapsed < _ESTIMATES_AFTER:
            return text
        return f"{text}, about {elapsed / self._done * (self._total - self._done):.0f} s left"


class Activity:
    """What a run is doing.

    :param is_waiting: tells whether calls wait for the rate limit.
    """

    def __init__(self) -> None:
        self.is_waiting: t.Callable[[], bool] = lambda: False
        self._phases: list[Phase] = []

    @contextlib.contextmanager
    def phase(self, what: str, total: int) -> t.Iterator[Phase]:
        """Report what is done within the context, and count it."""
        phase = Phase(what, total)
        self._phases.append(phase)
        try:
            yield phase
        finally:
            self._phases.remove(phase)

    def __str__(self) -> str:
        """Return what is being done; empty if nothing is that takes long."""
        parts = [str(phase) for phase in list(self._phases)]
        if parts and self.is_waiting():
            parts.append("waiting for the rate limit")
        return ", ".join(parts)

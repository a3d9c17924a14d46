# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Bounds the attempts that many threads make together while a server does not work."""

from __future__ import annotations

import threading

from ansible_collections.community.veracode.plugins.module_utils._http.clock import Clock

# A server that failed so often in a row, whatever the call, counts as not working.
IN_A_ROW = 8


class Outage:
    """Sees the outcome of every attempt of a run, and decides which repetitions are worth sending.

    As long as a server does not work, one repetition in a while determines whether it does again. The others wait as if
    they had been sent. The first and the last attempt of a call are always sent.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._next = 0.0

    def note(self, *, failed: bool) -> None:
        """Note the outcome of an attempt."""
        with self._lock:
            self._failures = self._failures + 1 if failed else 0

    def is_worth_a_try(self, seconds: float) -> bool:
        """Tell whether a repetition is to be sent.

        :param seconds: for which no other one is, if this one is.
        """
        with self._lock:
            if self._failures < IN_A_ROW:
                return True
            now = self._clock.monotonic()
            if now < self._next:
                return False
            self._next = now + seconds
            return True

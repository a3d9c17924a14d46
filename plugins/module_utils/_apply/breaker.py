# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Ends a run whose server does not work."""

from __future__ import annotations

import threading

from ansible_collections.community.veracode.plugins.module_utils._errors import (
    ApiError,
    StoppedError,
    VeracodeError,
)

# So many objects in a row that a server could not serve end a run.
IN_A_ROW = 3
# So many objects are begun before the first one is done, and one more for each that is. A server that does not work
# then costs the retries of a few objects, however many threads write.
AT_FIRST = 4


class Breaker:
    """Sees what becomes of each object, from several threads, and tells when to stop.

    After a failure of the server, one object at a time is tried until one succeeds.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self._most = AT_FIRST
        self._failures = 0
        self.reason: str | None = None

    def begin(self) -> str | None:
        """Begin an object as soon as that is sensible; returns the reason not to, `None` if there is none."""
        with self._changed:
            self._changed.wait_for(self._may_begin)
            if self.reason is None:
                self._under_way += 1
            return self.reason

    def _may_begin(self) -> bool:
        return self.reason is not None or self._under_way < (1 if self._failures else self._most)

    def end(self, error: VeracodeError | None) -> None:
        """Note the outcome of an object that was begun.

        :param error: why it failed, `None` if it did not.
        """
        with self._changed:
            self._under_way -= 1
            if isinstance(error, StoppedError):
                self.reason = self.reason or error.reason
            if error is not None and error.is_unauthorized:
                self.reason = self.reason or "the server does not accept the credentials any more (HTTP status 401)"
            if error is None or (isinstance(error, ApiError) and not error.is_server_down):
                self._failures = 0
                self._most += 1
            elif error.is_server_down:
                self._failures += 1
                self._most = AT_FIRST
                if self._failures >= IN_A_ROW and self.reason is None:
                    status = f"HTTP status {error.status}" if error.status is not None else "no answer"
                    self.reason = f"the server failed for {IN_A_ROW} objects in a row ({status})"
            self._changed.notify_all()

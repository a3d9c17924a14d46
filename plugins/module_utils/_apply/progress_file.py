# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A file that says how far a long run is."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._activity import Phase
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._files import append_regular, write_regular


class Report:
    """Says how far a long run is, in a file that can be followed while the task runs.

    :param path: the file, `None` for none; it is overwritten.
    :param total: how many objects there are to write.
    :param phase: counts them, too.
    :raises InputError: the file cannot be written.
    """

    def __init__(self, path: str | None, total: int, phase: Phase | None = None) -> None:
        self._path = path
        self._phase = phase or Phase("writing", total)
        self._total = total
        self._done = 0
        self._failed = 0
        self._last = 0.0
        self._lock = threading.Lock()
        if path is not None:
            self._write(write_regular)

    def one(self, *, failed: bool) -> None:
        """Count one object; the file gets a line once a second, and the last one."""
        self._phase.advance()
        with self._lock:
            self._done += 1
            self._failed += failed
            now = time.monotonic()
            if self._path is not None and (self._done == self._total or now - self._last >= 1):
                self._last = now
                # What is done meanwhile matters more than a line about it.
                with contextlib.suppress(InputError):
                    self._write(append_regular)

    def _write(self, write: t.Callable[[str, str, bytes], None]) -> None:
        failed = f", {self._failed} failed" if self._failed else ""
        moment = time.strftime("%H:%M:%S")
        line = f"{moment} {self._done} of {self._total} written{failed}\n".encode()
        write(str(self._path), "progress_file", line)

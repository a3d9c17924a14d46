# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The clocks of the machine, in one object, so that tests can give one of their own."""

from __future__ import annotations

import time

from ansible_collections.community.veracode.plugins.module_utils._http.stop import STOP


class Clock:
    """The time, and waiting."""

    def monotonic(self) -> float:
        """Return seconds of a clock that is never set and that all processes of the machine share."""
        return time.monotonic()

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait.

        :raises StoppedError: the run is to end.
        """
        STOP.sleep(seconds)


SYSTEM = Clock()

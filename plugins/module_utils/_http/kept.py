# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Connections that outlive a run: all items of a loop are runs in one worker process of Ansible."""

from __future__ import annotations

import os
import threading

from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from ansible_collections.community.veracode.plugins.module_utils._http.session import Session

IDLE = 30.0  # seconds
_MOST = 4


class KeptConnections:
    """The connections of a process by their settings. They are dropped when idle, and no fork takes them over.

    :param idle: so many seconds without a call.
    """

    def __init__(self, idle: float = IDLE) -> None:
        self._idle = idle
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._guard = threading.Lock()
        self._sessions: dict[Connection, Session] = {}  # those used last are at the end
        self._timer: threading.Timer | None = None

    def of(self, connection: Connection) -> Session:
        """Return the connections with these settings. Of more than a few settings, those used last are kept."""
        if self._pid != os.getpid():
            self._begin()
        with self._guard:
            self._close_idle()
            self._sessions[connection] = session = self._sessions.pop(connection, None) or Session(connection)
            for each in list(self._sessions)[:-_MOST]:
                self._sessions.pop(each).close()
            self._watch()
        return session

    @property
    def settings(self) -> list[Connection]:
        """For which settings there are connections; those used last are at the end."""
        return list(self._sessions)

    def _watch(self) -> None:
        """See to it that somebody looks when connections may be idle."""
        if self._timer is None and self._sessions:
            self._timer = threading.Timer(self._idle, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        with self._guard:
            self._timer = None
            self._close_idle()
            self._watch()

    def _close_idle(self) -> None:
        for connection, session in list(self._sessions.items()):
            if session.idle >= self._idle:
                self._sessions.pop(connection).close()

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The request log: one entry for each request. No header values but the User-Agent, no secret, no parameter value."""

from __future__ import annotations

import re
import time
from typing import Any

_READS = re.compile(r"/api/authn/v2/(users/by_permissions|users/notinteam|teams/by_permissions|oauth2/token)(/|$)")
_CALL = re.compile(r"/api/3\.0/(\w+)\.do$")
_XML_WRITES = ("create", "update", "delete")


def xml_call(path: str) -> str | None:
    """The name of the XML call of a path."""
    found = _CALL.search(path)
    return found[1] if found else None


def is_write(method: str, path: str) -> bool:
    """Whether a request changes something by its meaning: XML reads are POST too, XML writes may be GET."""
    call = xml_call(path)
    if call is not None:
        return call.startswith(_XML_WRITES)
    if method in ("GET", "HEAD", "OPTIONS"):
        return False
    return _READS.search(path) is None


class RequestLog:
    """Entries in the order of arrival."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.violations: list[dict[str, Any]] = []
        self._done: list[dict[str, Any]] = []
        self._number = 0

    def begin(
        self, *, method: str, path: str, query: str, connection: int, client_port: int, user_agent: str
    ) -> dict[str, Any]:
        self._number += 1
        entry: dict[str, Any] = {
            "n": self._number,
            "time": time.time(),
            "monotonic": time.monotonic(),
            "method": method,
            "path": path,
            "query": query,
            "parameters": [],
            "call": xml_call(path),
            "status": None,
            "connection": connection,
            "client_port": client_port,
            "writes": is_write(method, path),
            "user_agent": user_agent,
            "caller": None,
            "refused": None,
            "fault": None,
        }
        self.entries.append(entry)
        return entry

    def finish(self, entry: dict[str, Any]) -> None:
        self._done.append(entry)

    def violate(self, entry: dict[str, Any]) -> None:
        self.violations.append(entry)

    def take_done(self) -> list[dict[str, Any]]:
        """Entries that are finished since the last call."""
        done, self._done = self._done, []
        return done

    def clear(self) -> None:
        self.entries = []
        self.violations = []

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a call is, what comes back, and how calls are counted."""

from __future__ import annotations

import contextlib
import enum
import threading
import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._errors import OUTCOME_UNKNOWN, is_no_verdict
from ansible_collections.community.veracode.plugins.module_utils._http.session import Request


class Effect(enum.Enum):
    """What a call does, which decides when it may be repeated and how it is counted."""

    #: Reads.
    READ = "read"
    #: Writes something that may be written again: PUT of a whole value, DELETE.
    REPEATABLE = "repeatable"
    #: Writes, and is never repeated when its outcome is unknown: a creation, a generated key, a mail.
    ONCE = "once"


class Calls:
    """Counts every attempt that was sent, from all threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._reads = 0
        self._writes = 0
        self._waiting = 0

    @property
    def reads(self) -> int:
        return self._reads

    @property
    def writes(self) -> int:
        return self._writes

    def add(self, effect: Effect) -> None:
        """Count an attempt."""
        with self._guard:
            if effect is Effect.READ:
                self._reads += 1
            else:
                self._writes += 1

    @contextlib.contextmanager
    def waiting(self) -> t.Iterator[None]:
        """Note that a call waits for the rate limit."""
        with self._guard:
            self._waiting += 1
        try:
            yield
        finally:
            with self._guard:
                self._waiting -= 1

    def is_waiting(self) -> bool:
        """Tell whether a call waits for the rate limit."""
        return self._waiting > 0

    def as_dict(self) -> dict[str, int]:
        """Return the form of the results."""
        with self._guard:
            return {"reads": self._reads, "writes": self._writes}


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status.

    :param body: decoded of its content encoding, complete.
    :param content_type: in lower case, without parameters; empty if there was none.
    :param request_id: Veracode's conversation id.
    :param path: of the call, without its query.
    :param date: the server's `Date` header.
    :param repeated: whether the outcome of an earlier attempt is unknown: a DELETE that is answered with 404 may have
        done its work before.
    :param effect: of the call.
    """

    status: int
    body: bytes
    content_type: str
    request_id: str | None
    method: str
    path: str
    date: str | None = None
    repeated: bool = False
    effect: Effect = Effect.READ

    @property
    def is_open(self) -> bool:
        """Whether a refusal does not tell that nothing was written."""
        return self.effect is not Effect.READ and (self.repeated or is_no_verdict(self.status))


def with_outcome(message: str, answer: Answer) -> str:
    """Add to a refusal's message whether something may have been written nevertheless."""
    if answer.is_open:
        return f"{message} As an earlier attempt or this one may have worked, {OUTCOME_UNKNOWN}."
    return message


@dataclass(frozen=True)
class Call:
    """A call of which each attempt is the same."""

    request: Request
    path: str
    effect: Effect

    def __str__(self) -> str:
        return f"{self.request.method} {self.path}"

    @property
    def where(self) -> dict[str, t.Any]:
        """What an error carries of it."""
        return {"method": self.request.method, "path": self.path}

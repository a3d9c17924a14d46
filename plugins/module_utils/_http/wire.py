# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What `http.client` lets pass and this collection does not: slow, broken and contradicting answers.

A call that writes may have been done when its answer makes no sense, so such an answer must never look like a verdict.
This file is imported with the libraries, when the first call is made.
"""

from __future__ import annotations

import http.client
import io
import re
import threading
import time
import typing as t
from email.errors import MissingHeaderBodySeparatorDefect

from ansible_collections.community.veracode.plugins.module_utils._http.stop import STOP

# Interim answers (103 and others) before the final one. More than this is not an answer.
_MOST_INTERIM = 10

_LENGTH = re.compile(r"[0-9]{1,15}")

#: Of this thread: whether the request of its current attempt may have left.
stage = threading.local()


if t.TYPE_CHECKING:
    _Connection = http.client.HTTPSConnection
else:
    _Connection = object


class _Deadline(io.RawIOBase):
    """The bytes of an answer, all of which are to arrive within the time-out of the socket.

    A socket's own time-out begins again with each byte: a server that drips would hold a run for hours.
    """

    def __init__(self, sock: t.Any) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._timeout = sock.gettimeout()
        self._end = None if self._timeout is None else time.monotonic() + self._timeout
        self.has_ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> t.Any:
        if self._end is not None:
            left = self._end - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
        try:
            size = self._raw.readinto(buffer)
        finally:
            if self._sock.fileno() >= 0:
                self._sock.settimeout(self._timeout)
        self.has_ended = size == 0
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Source:
    """Replaces a socket where an answer is read from: all that `http.client` asks of one is a file."""

    def __init__(self, sock: t.Any) -> None:
        self.deadline = _Deadline(sock)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.deadline)


class StrictResponse(http.client.HTTPResponse):
    """An answer with a deadline, whose headers are whole and agree with each other. Interim answers are skipped."""

    def __init__(self, sock: t.Any, *args: t.Any, **kwargs: t.Any) -> None:
        source = _Source(sock)
        super().__init__(t.cast("t.Any", source), *args, **kwargs)
        self._deadline = source.deadline

    def begin(self) -> None:
        """Read the headers of the final answer.

        :raises http.client.HTTPException: what came is not an answer.
        """
        for _count in range(_MOST_INTERIM):
            super().begin()
            if self._deadline.has_ended:
                # http.client takes headers that are cut off for all headers, and no length for an empty body.
                raise http.client.BadStatusLine("its headers are cut off")
            problem = _contradiction(self.headers)
            if problem is not None:
                raise http.client.HTTPException(problem)
            if self.status == http.client.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("it switches to another protocol")
            if self.status >= 200:
                return
            self.headers = self.msg = t.cast("t.Any", None)  # so that begin() reads on
        raise http.client.HTTPException("it consists of interim answers")


def _contradiction(headers: http.client.HTTPMessage) -> str | None:
    """Return why headers do not tell where the answer ends, `None` if they do."""
    if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in headers.defects):
        return "one of its headers is none"
    lengths = {each.strip() for text in headers.get_all("Content-Length", []) for each in str(text).split(",")}
    encodings = [str(text).strip().lower() for text in headers.get_all("Transfer-Encoding", [])]
    if lengths and encodings:
        return "its headers give a length and a transfer encoding"
    if len(lengths) > 1:
        return "its headers give two different lengths"
    if not all(_LENGTH.fullmatch(each) for each in lengths):
        return "its header Content-Length is not a number"
    if encodings not in ([], ["chunked"]):
        return "its header Transfer-Encoding is unknown"
    return None


class Watched(_Connection):
    """A connection of urllib3 whose answers are strict, and that notes when a request may have left.

    Mixed into the class of connection that urllib3 would use, also for a proxy.
    """

    response_class = StrictResponse
    is_verified: bool
    proxy_is_verified: bool | None

    def connect(self) -> None:
        """Connect. With `validate_certs: false` the run has a warning of its own, and needs none of urllib3 a call.

        These two are all that urllib3 decides its warnings by, and they decide nothing else.
        """
        super().connect()
        self.is_verified = True
        if self.proxy_is_verified is False:
            self.proxy_is_verified = None

    def putrequest(self, *args: t.Any, **kwargs: t.Any) -> None:
        """Begin a request: connected, secured and through the proxy it is by now."""
        stage.sent = True
        STOP.uses(self)
        super().putrequest(*args, **kwargs)

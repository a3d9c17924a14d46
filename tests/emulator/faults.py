# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults that a test orders: which requests they hit, and what they do to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Any

# What the server does instead of answering, or to its answer.
BEFORE = frozenset({"close", "reset_before", "status", "html", "redirect", "huge", "dtd", "bomb"})
AFTER = frozenset(
    {
        *("reset_after", "cut", "wrong_encoding", "wrong_type", "slow_body", "empty", "drift", "totals", "latency"),
        *("other", "without", "interim", "lengths"),
    }
)
EITHER = frozenset({"timeout"})
LISTENER = frozenset({"refuse"})
KINDS: dict[str, str] = {
    "close": "the connection is closed in good order before anything is read or done",
    "reset_before": "the request is read, then the connection is reset; nothing is done",
    "reset_after": "the request is done, then the connection is reset",
    "timeout": "no answer ever; acts=true: the request is done first",
    "slow_body": "the request is done; its answer comes one byte every `interval` seconds",
    "status": "the answer is `status` (429, 500, 401 ...) with a `body` of json, html or empty, and `retry_after` if "
    "given (seconds, an HTTP date, or nonsense); acts=true: the request is done first",
    "html": "an HTML page with status 200 (or `status`)",
    "cut": "the answer breaks off after `keep` of its length, with a content-length that fits",
    "wrong_encoding": "the answer says UTF-8 and is UTF-16",
    "wrong_type": "the answer says `content_type`",
    "empty": "the request is done; the answer has no body",
    "dtd": "an XML error document with a DTD and an external entity (`location`) as its text",
    "bomb": "an XML error document with nested entities as its text",
    "huge": "a body of `megabytes`, streamed",
    "redirect": "a redirect (`status`, 302) to `location`",
    "drift": "pages of a listing move by `shift` items for each page: 1 leaves items out, -1 repeats them",
    "totals": "the total of a listing is wrong by `delta`",
    "latency": "the answer comes `ms` milliseconds later",
    "other": "the request is done; the answer is about another object of its kind: that `name`, else any",
    "without": "the answer, and each item of a listing, lacks the keys in `names`",
    "interim": "an answer with `status` (103) comes before the real one",
    "lengths": "the answer has two headers content-length that differ by `delta`",
    "refuse": "the port refuses connections for `seconds`, or until the faults are cleared; existing ones are reset. Takes "
    "effect at once; acts=true: after a request that matches, which is answered",
}


class FaultError(ValueError):
    """An order that cannot be understood."""


@dataclass
class Fault:
    """One order. It hits the requests that match, after the first ``skip`` of them, ``count`` times (0: always)."""

    kind: str
    method: str | None = None
    path: str | None = None  # regular expression, searched in the path
    query: str | None = None  # regular expression, searched in the raw query
    call: str | None = None  # name of an XML call, without .do
    writes: bool | None = None
    skip: int = 0
    count: int = 1
    acts: bool = False
    status: int | None = None
    body: str = "json"
    retry_after: str | None = None
    interval: float = 0.05
    keep: float = 0.5
    content_type: str = "text/plain"
    location: str = ""
    megabytes: int = 50
    shift: int = 1
    delta: int = 1
    ms: float = 1000
    name: str = ""
    names: list[str] = field(default_factory=lambda: ["roles", "teams"])
    seconds: float = 1
    number: int = 0
    seen: int = 0
    hits: int = 0
    _path: re.Pattern[str] | None = field(default=None, repr=False)
    _query: re.Pattern[str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise FaultError(f"there is no fault {self.kind!r}; there are {', '.join(KINDS)}")
        if self.body not in ("json", "html", "empty"):
            raise FaultError(f"body: {self.body!r} is none of json, html, empty")
        try:
            self._path = re.compile(self.path) if self.path else None
            self._query = re.compile(self.query) if self.query else None
        except re.error as exc:
            raise FaultError(f"no regular expression: {exc}") from exc

    def matches(self, method: str, path: str, query: str, call: str | None, writes: bool) -> bool:
        """Whether this request is hit; counts it."""
        if self.count and self.hits >= self.count:
            return False
        if self.method is not None and self.method != method:
            return False
        if self._path is not None and not self._path.search(path):
            return False
        if self._query is not None and not self._query.search(query):
            return False
        if self.call is not None and self.call != call:
            return False
        if self.writes is not None and self.writes != writes:
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        self.hits += 1
        return True

    def document(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self) if not one.name.startswith("_")}


class Faults:
    """The orders in force, in the order they were given; a request is hit by the first that matches."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []
        self._number = 0

    def order(self, document: dict[str, Any]) -> Fault:
        """Add an order; FaultError if it makes no sense."""
        try:
            fault = Fault(**{**document, "seen": 0, "hits": 0})
        except TypeError as exc:
            raise FaultError(str(exc)) from exc
        self._number += 1
        fault.number = self._number
        if fault.kind not in LISTENER or fault.acts:
            self.orders.append(fault)
        return fault

    def hit(self, method: str, path: str, query: str, call: str | None, writes: bool) -> Fault | None:
        return next((one for one in self.orders if one.matches(method, path, query, call, writes)), None)

    def clear(self) -> None:
        self.orders.clear()


MAINTENANCE = (
    b"<!DOCTYPE html>\n<html><head><title>Scheduled maintenance</title></head>\n"
    b"<body><h1>We will be back soon</h1><p>The service is down for maintenance.</p></body></html>\n"
)


def external_entity(location: str) -> bytes:
    """An error document whose text, which clients show, is an external entity."""
    where = location or "file:///etc/passwd"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE error [<!ENTITY leak SYSTEM "{where}">]>\n'
        "<error>&leak;</error>\n"
    ).encode()


def entity_bomb() -> bytes:
    """An error document whose text grows to gigabytes where entities are expanded."""
    entities = '<!ENTITY a0 "aaaaaaaaaa">'
    for level in range(1, 10):
        entities += f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE error [{entities}]>\n<error>&a9;</error>\n'.encode()

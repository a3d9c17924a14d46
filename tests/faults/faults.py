# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The faults that strike."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Order = dict[str, t.Any]

SURVIVED, EXPLAINED = "survived", "explained"

# Small pages, so that there are several of each listing.
PAGED = {"max_page_size": 8}
LATE = {"creation_delay": 30}


@dataclass(frozen=True)
class Fault:
    """One fault.

    :param orders: to the emulator; each strikes the call it is meant for once, unless it says how often.
    :param says: a pattern of the error, where there is one.
    :param switches: of the organization in which it strikes.
    :param slow: it is over only when the client's patience is.
    :param calls: which calls it can strike: all, `pages` of listings, `creations` of accounts, or `named`, all but those that
        ask who calls.
    :param read: what a run comes to whose reading call it strikes: `survived`, as that is sent again, or `explained`.
    """

    name: str
    orders: tuple[Order, ...] = ()
    says: str = ""
    switches: dict[str, t.Any] = field(default_factory=dict)
    slow: bool = False
    calls: str = "all"
    read: str = ""


def _fault(
    name: str, kind: str, says: str = "", *, slow: bool = False, read: str = "", calls: str = "all", **order: t.Any
) -> Fault:
    return Fault(name, ({"kind": kind, **order},), says, slow=slow, read=read, calls=calls)


def _paging(name: str, **order: t.Any) -> Fault:
    return Fault(name, (order,), switches=PAGED, calls="pages")


_LOST = "|unknown|lost|probably"

FAULTS: tuple[Fault, ...] = (
    _fault("connection refused", "refuse", "no connection to|refused", seconds=300),
    _fault("connection closed", "close", "broke" + _LOST, read=SURVIVED),
    _fault("reset before the server acted", "reset_before", "broke" + _LOST, read=SURVIVED),
    _fault("reset after the server acted", "reset_after", "broke" + _LOST, read=SURVIVED),
    _fault("time-out before the server acted", "timeout", "no complete answer" + _LOST, slow=True),
    _fault("time-out after the server acted", "timeout", "no complete answer" + _LOST, slow=True, acts=True),
    _fault("slow-loris body", "slow_body", "no complete answer" + _LOST, slow=True, interval=0.3),
    _fault("429, retry-after in seconds", "status", "429", status=429, retry_after="0", read=SURVIVED),
    _fault("429, retry-after as a date", "status", "429", status=429, retry_after="NOW", read=SURVIVED),
    _fault(
        "429, retry-after a date of tomorrow",
        "status",
        "retry-after: .* GMT",
        status=429,
        retry_after="TOMORROW",
        read=EXPLAINED,
    ),
    _fault(
        "429, retry-after of a day", "status", "retry-after: 86400", status=429, retry_after="86400", read=EXPLAINED
    ),
    _fault("429, retry-after without meaning", "status", "429", status=429, retry_after="soon", read=SURVIVED),
    _fault("500 with JSON, HTML or nothing", "status", "500" + _LOST, status=500, body="ANY", read=SURVIVED),
    _fault("502 with JSON, HTML or nothing", "status", "502" + _LOST, status=502, body="ANY", read=SURVIVED),
    _fault("503 with JSON, HTML or nothing", "status", "503" + _LOST, status=503, body="ANY", read=SURVIVED),
    _fault("500 after the server acted", "status", "500" + _LOST, status=500, body="json", acts=True, read=SURVIVED),
    _fault("maintenance page with 200", "html", "HTML|html|not JSON" + _LOST, read=EXPLAINED),
    _fault("body cut off", "cut", "cut off|empty" + _LOST),
    _fault("wrong encoding", "wrong_encoding", "not valid" + _LOST),
    _fault("wrong content type", "wrong_type", "not JSON" + _LOST, content_type="text/plain"),
    _fault("empty body", "empty", "empty" + _LOST),
    _fault(
        "DTD with external entity",
        "dtd",
        "document type|not JSON" + _LOST,
        location="file:///etc/passwd",
        read=EXPLAINED,
    ),
    _fault("entity bomb", "bomb", "document type|not JSON" + _LOST, read=EXPLAINED),
    _fault("body of 50 MB", "huge", "more than 32 MiB" + _LOST, megabytes=50, read=EXPLAINED),
    _fault("redirect to another host", "redirect", "was redirected to", location="ELSEWHERE", read=EXPLAINED),
    _fault("redirect on the same host", "redirect", "was redirected to", location="/login", status=307, read=EXPLAINED),
    _fault(
        "redirect to a host that parsers disagree on",
        "redirect",
        r"was redirected to .https://other:8443.@localhost",
        location="https://other:8443\\@localhost/login",
        read=EXPLAINED,
    ),
    _fault(
        "redirect after the server acted",
        "status",
        "was redirected to an address that it does not name" + _LOST,
        status=303,
        body="empty",
        acts=True,
        read=EXPLAINED,
    ),
    *(
        _fault(
            f"{status} after the server acted", "status", f"{status}{_LOST}", status=status, acts=True, read=SURVIVED
        )
        for status in (408, 421, 425, 499)
    ),
    _fault("an interim answer before the real one", "interim", read=SURVIVED),
    _fault("two different lengths", "lengths", "broke" + _LOST, delta=2, read=SURVIVED),
    # Who calls is asked without an id, so that an answer about another account is none to be known by.
    _fault("an answer about another object", "other", "another|other" + _LOST, calls="named"),
    _fault("an answer without roles and teams", "without"),
    _fault("one 401", "status", "401", status=401),
    _fault("one 403", "status", "403|refused|may not", status=403),
    Fault(
        "answer lost, and nothing but 503 after it",
        ({"kind": "reset_after"}, {"kind": "status", "status": 503, "count": 0}),
        "503|broke" + _LOST,
    ),
    Fault("creation visible after 30 s", ({"kind": "latency", "ms": 0},), switches=LATE, calls="creations"),
    Fault("creation visible after 30 s, answer lost", ({"kind": "reset_after"},), switches=LATE, calls="creations"),
    Fault("creation visible after 30 s, answer cut off", ({"kind": "cut"},), switches=LATE, calls="creations"),
    _paging("paging drifts once", kind="drift", shift=1),
    _paging("paging drifts, items left out", kind="drift", shift=1, count=0),
    _paging("paging drifts, items repeated", kind="drift", shift=-1, count=0),
    _paging("total too large once", kind="totals", delta=7),
    _paging("total too large", kind="totals", delta=7, count=0),
    _paging("total too small", kind="totals", delta=-1, count=0),
)

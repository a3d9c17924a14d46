# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Signed calls of the two APIs: limited, repeated where that is safe, counted, and answered.

What an answer means is not judged here, except where no API would come to see it: a redirect, too many calls,
credentials that are not accepted, an answer that is too large, and an answer that is no verdict on a call that writes.
"""

from __future__ import annotations

import contextlib
import json as json_module
import os
import re
import secrets
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from ansible_collections.community.veracode.plugins.module_utils._errors import (
    OUTCOME_UNKNOWN,
    StoppedError,
    TransportError,
    is_no_verdict,
)
from ansible_collections.community.veracode.plugins.module_utils._http.calls import (
    Answer,
    Call,
    Calls,
    Effect,
)
from ansible_collections.community.veracode.plugins.module_utils._http.clock import SYSTEM, Clock
from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from ansible_collections.community.veracode.plugins.module_utils._http.failures import NoAnswerError
from ansible_collections.community.veracode.plugins.module_utils._http.outage import Outage
from ansible_collections.community.veracode.plugins.module_utils._http.rate_limit import (
    MAX_PAUSE,
    RateLimiter,
    limiter_for,
)
from ansible_collections.community.veracode.plugins.module_utils._http.refusals import (
    lost_answer,
    open_outcome,
    redirected,
    refused,
    request_id,
    timestamp,
    too_large,
    unauthorized,
)
from ansible_collections.community.veracode.plugins.module_utils._http.session import (
    RawAnswer,
    Request,
    Session,
    TooLargeError,
)
from ansible_collections.community.veracode.plugins.module_utils._http.stop import STOP

# 80 % of what Veracode allows an address in a minute (documented: 500 and 250).
DEFAULT_LIMITS = {"rest": 400, "xml": 200}

_MAX_RETRY_AFTER = int(MAX_PAUSE)
_DEFAULT_RETRY_AFTER = 60.0  # seconds, for a 429 that names none: the length of the documented window
_BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds, each varied by a quarter; the last one is repeated
_RANDOM = secrets.SystemRandom()


@dataclass
class _Tries:
    """What happened to a call so far."""

    failures: int = 0
    waits: int = 0
    is_unknown: bool = False  # an attempt was sent whose outcome is not known


class Transport:
    """Calls of one API with one key pair. May be used by many threads.

    :param connection: from `connection_from_options`.
    :param calls: where the calls are counted; may be shared.
    :param family: `rest` or `xml`.
    :param session: the connections, which may be shared by the transports of one `Connection`, also by those of
        many tasks; then its maker closes it. Without one the transport has its own.
    :param clock: for tests.
    :raises InputError: the key pair is not of the form of Veracode's.
    """

    def __init__(
        self,
        connection: Connection,
        calls: Calls,
        *,
        family: str,
        session: Session | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        connection.credentials.check("the connection")
        self._connection = connection
        self._calls = calls
        self._family = family
        self._clock = clock
        self._base = connection.api_url if family == "rest" else connection.xml_api_url
        self._session = session or Session(connection, clock=clock)
        self._owns_session = session is None
        self._outage = Outage(clock)
        self.limiter: RateLimiter = limiter_for(
            family, urlsplit(self._base).netloc, connection.rate_limit or DEFAULT_LIMITS[family], os.environ, clock
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        effect: Effect,
        query: Iterable[tuple[str, str]] = (),
        json: t.Any = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make a call and return its final answer, whatever the status.

        :param path: absolute path; what is variable in it is to be percent-encoded already.
        :param query: names and values as they are; they are encoded here, once.
        :param json: the body of a REST call; `None` for no body.
        :param form: the body of a form call; may be empty.
        :raises LostAnswerError: a call that is to be made once was sent, and whether it was carried out is unknown.
        :raises TransportError: no answer could be had.
        :raises ApiError: refused for what no API judges: 401, 429 again and again, a redirect, an answer too large.
        :raises MissingLibraryError: requests, veracode-api-signing or PySocks is missing or too old.
        """
        try:
            request = self._encode(method, path, query, json, form)
        except UnicodeEncodeError:
            raise TransportError(
                f"{method} {path} cannot be sent: a value contains an invalid Unicode character (a lone surrogate); remove it",
                method=method,
                path=path,
            ) from None
        return self._call(Call(request, path, effect))

    def close(self) -> None:
        """Close the connections, unless they are shared. A later call opens new ones."""
        if self._owns_session:
            self._session.close()

    def _encode(
        self,
        method: str,
        path: str,
        query: Iterable[tuple[str, str]],
        json: t.Any,
        form: Mapping[str, str] | None,
    ) -> Request:
        if not path.startswith("/") or "?" in path or "#" in path:
            raise ValueError(f"not a path: {path!r}")
        # With %20 for a blank, not +, which Veracode answers with 401 (seen in code), and unreserved characters as they
        # are: so requests finds nothing to change, and what is signed is what is sent.
        encoded = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)
        url = f"{self._base}{path}?{encoded}" if encoded else f"{self._base}{path}"
        headers: dict[str, str] = {}
        body = None
        if form is not None:
            body = urlencode(form, quote_via=quote).encode("ascii")
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        elif self._family == "rest":
            # Veracode's documentation demands the type on calls without a body too.
            headers["Content-Type"] = "application/json"
            headers["Accept"] = "application/json"
            if json is not None:
                body = json_module.dumps(json, ensure_ascii=False).encode("utf-8")
        return Request(method, url, headers, body)

    def _call(self, call: Call) -> Answer:
        """Make a call, and say of one that is not repeated since the run is to end what is known of it."""
        tries = _Tries()
        try:
            return self._repeated(call, tries)
        except StoppedError as stopped:
            if tries.is_unknown and call.effect is not Effect.READ:
                raise StoppedError(stopped.reason, f"{call} got no answer, {OUTCOME_UNKNOWN}") from None
            raise

    def _repeated(self, call: Call, tries: _Tries) -> Answer:
        """Make a call with its repetitions."""
        while True:
            self._wait_for_the_server(tries)
            try:
                raw = self._attempt(call)
            except NoAnswerError as lost:
                self._outage.note(failed=True)
                self._after_no_answer(call, lost, tries)
            except TooLargeError:
                raise too_large(call) from None
            else:
                self._outage.note(failed=is_no_verdict(raw.status))
                if not self._is_to_be_repeated(call, raw, tries):
                    return _answer(call, raw, tries)

    def _wait_for_the_server(self, tries: _Tries) -> None:
        """Let the repetitions of other calls determine whether a server works again that failed for many in a row."""
        while 0 < tries.failures < self._connection.max_retries:
            if self._outage.is_worth_a_try(_pause(tries.failures) / 2):
                return
            self._back_off(tries)

    def _attempt(self, call: Call) -> RawAnswer:
        """Send a request once, as soon as the rate limit lets it, and count it if it was sent."""
        with self._calls.waiting():
            place = self.limiter.acquire()
        try:
            STOP.check()
        except StoppedError:
            self.limiter.release(place, sent=False)
            raise

        def began(sent: bool) -> None:
            self.limiter.release(place, sent=sent)
            if sent:
                self._calls.add(call.effect)

        with STOP.reading() if call.effect is Effect.READ else contextlib.nullcontext():
            return self._session.send(call.request, once=call.effect is Effect.ONCE, began=began)

    def _after_no_answer(self, call: Call, lost: NoAnswerError, tries: _Tries) -> None:
        """Wait before another attempt.

        :raises TransportError: there is to be none.
        """
        tries.is_unknown = tries.is_unknown or lost.sent
        if lost.sent and call.effect is Effect.ONCE:
            raise lost_answer(call, lost.reason)
        STOP.check()
        if lost.final or tries.failures >= self._connection.max_retries:
            attempts = f" ({tries.failures + 1} attempts)" if tries.failures else ""
            outcome = open_outcome(call, tries.is_unknown)
            raise TransportError(
                f"{call} failed: {lost.reason}{attempts}{outcome}{lost.remedy}",
                is_outcome_unknown=bool(outcome),
                **call.where,
            )
        self._back_off(tries)

    def _is_to_be_repeated(self, call: Call, raw: RawAnswer, tries: _Tries) -> bool:
        """Return whether there is to be another attempt, after the wait before it.

        :raises VeracodeError: the answer is not for an API to judge.
        """
        if raw.status == 429:
            # Not carried out, so this holds for every effect.
            self.limiter.pause(self._seconds_to_wait(call, raw, tries))
            tries.waits += 1
            return True
        if is_no_verdict(raw.status):
            if call.effect is Effect.ONCE:
                raise lost_answer(call, f"it was answered with HTTP status {raw.status}", raw)
            if tries.failures < self._connection.max_retries:
                tries.is_unknown = True
                self._back_off(tries, self._retry_after(call, raw, tries))
                return True
        if 300 <= raw.status < 400:
            raise redirected(call, raw)
        if raw.status == 401:
            raise unauthorized(call, raw, self._connection, self._clock.time(), tries.is_unknown)
        return False

    def _back_off(self, tries: _Tries, at_least: float | None = None) -> None:
        seconds = _pause(tries.failures) * _RANDOM.uniform(0.75, 1.25)
        tries.failures += 1
        self._clock.sleep(max(seconds, at_least or 0.0))

    def _seconds_to_wait(self, call: Call, raw: RawAnswer, tries: _Tries) -> float:
        """Return the seconds to wait after a 429.

        :raises ApiError: it was waited often enough.
        """
        seconds = self._retry_after(call, raw, tries)
        if tries.waits >= self._connection.max_retries:
            outcome = open_outcome(call, tries.is_unknown)
            raise refused(
                call,
                raw,
                f"was answered with HTTP status 429 (too many calls) {tries.waits + 1} times{outcome}. Other clients behind "
                "the same address use up the calls that Veracode allows it; lower rate_limit or run at another time",
                is_outcome_unknown=bool(outcome),
            )
        if seconds is None:
            return _DEFAULT_RETRY_AFTER
        return seconds or _pause(tries.waits)

    def _retry_after(self, call: Call, raw: RawAnswer, tries: _Tries) -> float | None:
        """Return what the header retry-after asks for, in seconds; `None` if it is missing or means nothing.

        :raises ApiError: it asks for more than 300 seconds.
        """
        text = raw.headers.get("Retry-After", "").strip()
        if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", text):
            seconds = float(text)
        else:
            until = timestamp(text)
            if until is None:
                return None
            # By the server's clock, if it tells it.
            now = timestamp(raw.headers.get("Date"))
            seconds = until - (self._clock.time() if now is None else now)
        if seconds > _MAX_RETRY_AFTER:
            outcome = open_outcome(call, tries.is_unknown or is_no_verdict(raw.status))
            raise refused(
                call,
                raw,
                f"was answered with HTTP status {raw.status} and retry-after: {text[:100]}, which is more than the "
                f"{_MAX_RETRY_AFTER} seconds that are waited for{outcome}. Run again later",
                is_outcome_unknown=bool(outcome),
            )
        return max(seconds, 0.0)


def _pause(failures: int) -> float:
    """Return the seconds before the next attempt after so many."""
    return _BACKOFF[min(failures, len(_BACKOFF) - 1)]


def _answer(call: Call, raw: RawAnswer, tries: _Tries) -> Answer:
    return Answer(
        status=raw.status,
        body=raw.body,
        content_type=raw.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        request_id=request_id(raw),
        date=raw.headers.get("Date"),
        repeated=tries.is_unknown,
        effect=call.effect,
        method=call.request.method,
        path=call.path,
    )

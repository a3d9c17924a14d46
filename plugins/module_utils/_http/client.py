# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Signed calls of the two APIs: sent, limited, repeated where that is safe, counted, and answered.

What an answer means is not judged here, except where no API would come to see it: a redirect elsewhere, too many
calls, credentials that are not accepted, an answer that is too large. This is the only file that imports requests and
the signing library, and it does so when the first call is made.
"""

from __future__ import annotations

import contextlib
import enum
import io
import json as json_module
import os
import re
import threading
import time
import typing as t
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urljoin, urlsplit

from ansible_collections.community.veracode.plugins.module_utils._errors import (
    OUTCOME_UNKNOWN,
    ApiError,
    LostAnswerError,
    MissingLibraryError,
    TransportError,
    VeracodeError,
)
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Connection
from ansible_collections.community.veracode.plugins.module_utils._http.rate_limit import MAX_PAUSE, limiter_for
from ansible_collections.community.veracode.plugins.module_utils._http.version import VERSION

# 80 % of what Veracode allows an address in a minute (documented: 500 and 250).
DEFAULT_LIMITS = {"rest": 400, "xml": 200}

# No list of an organization comes near this size (bytes, decoded).
MAX_ANSWER = 32 * 1024 * 1024

_MAX_RETRY_AFTER = int(MAX_PAUSE)
_DEFAULT_RETRY_AFTER = 60.0  # seconds, for a 429 that names none: the length of the documented window
_BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds, each varied by a quarter; the last one is repeated
_CONNECT_TIMEOUT = 30.0  # seconds
_MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_IDLE = 10.0  # seconds after which a connection may have been dropped without a sign
_CLOCK_TOLERANCE = 60  # seconds
_CHUNK = 64 * 1024
_CHECK = "Check that it can be reached from where the module runs (api_url or xml_api_url, firewall, proxy variables)"

_MIN_REQUESTS = (2, 28)
_MIN_SIGNING = (24, 11)

_SIGNATURE = re.compile(r"(?i)VERACODE-HMAC-SHA-256[^\r\n'\"]*|\b(?:sig|nonce)=[0-9a-f]+")


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
    :param charset: the parameter of the content type, in lower case.
    :param request_id: Veracode's conversation id.
    :param path: of the call, without its query.
    :param date: the server's C(Date) header.
    :param repeated: whether the outcome of an earlier attempt is unknown: a DELETE that is answered with 404 may have
        done its work before.
    :param effect: of the call.
    """

    status: int
    body: bytes
    content_type: str
    charset: str | None
    request_id: str | None
    method: str
    path: str
    date: str | None
    repeated: bool = False
    effect: Effect = Effect.READ

    @property
    def leaves_open(self) -> bool:
        """Whether a refusal does not tell that nothing was written."""
        return self.effect is not Effect.READ and (self.repeated or self.status >= 500)


def with_outcome(message: str, answer: Answer) -> str:
    """Add to what is told of a refusal whether something may have been written all the same."""
    if answer.leaves_open:
        return f"{message} As an earlier attempt or this one may have worked, {OUTCOME_UNKNOWN}."
    return message


class _Lost(Exception):
    """An attempt without an answer.

    :param sent: C(False) if the request surely never left.
    :param final: it would be the same once more.
    :param remedy: what to do where the call may be made again.
    """

    def __init__(self, reason: str, *, sent: bool, final: bool = False, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.sent = sent
        self.final = final


class _TooLarge(Exception):
    """An answer beyond the limit."""


@dataclass(frozen=True)
class _Request:
    """A call, encoded: the same for each of its attempts."""

    method: str
    path: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    effect: Effect


@dataclass(frozen=True)
class _Raw:
    """An answer as it arrived."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class _Line:
    """A connection, which one call has to itself.

    :param session: of requests.
    :param auth: signs each request.
    :param used: when it was used last, by the monotonic clock.
    """

    session: t.Any
    auth: t.Any
    used: float = 0.0


class Session:
    """The connections with one set of connection settings. Each call borrows one; what is free is used again.

    Transports may share it, also those of many tasks, one after another. It remembers its process: in a forked child it
    starts anew, and leaves the connections to its parent.
    """

    def __init__(self, connection: Connection) -> None:
        self._credentials = connection.credentials
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._guard = threading.Lock()
        self._free: list[_Line] = []

    @contextlib.contextmanager
    def line(self, library: _Library) -> t.Iterator[_Line]:
        """Lend a connection for one attempt: the one that was used last, or a new one."""
        if self._pid != os.getpid():
            self._begin()
        with self._guard:
            line = self._free.pop() if self._free else None
        if line is None:
            # The bare pair, so that it is the same for every version of the library.
            auth = library.sign(self._credentials.bare_id, self._credentials.bare_secret)
            line = _Line(library.new_session(), auth)
        try:
            yield line
        finally:
            line.used = time.monotonic()
            with self._guard:
                self._free.append(line)

    def close(self) -> None:
        """Close all connections. A later call opens new ones."""
        if self._pid == os.getpid():
            for line in self._free:
                line.session.close()
        self._begin()


class Transport:
    """Calls of one API with one key pair. May be used by many threads, each of which has a connection of its own.

    :param connection: from C(connection_from_options).
    :param calls: where the calls are counted; may be shared.
    :param family: `rest` or `xml`.
    :param session: connections that are shared; whoever made it closes it. Without one the transport has its own.
    :raises InputError: the key pair is not of the form of Veracode's.
    """

    def __init__(self, connection: Connection, calls: Calls, *, family: str, session: Session | None = None) -> None:
        connection.credentials.check("the connection")
        self._connection = connection
        self._calls = calls
        self._family = family
        self._base = connection.api_url if family == "rest" else connection.xml_api_url
        self._limiter = limiter_for(
            family, urlsplit(self._base).netloc, connection.rate_limit or DEFAULT_LIMITS[family], os.environ
        )
        self._session = session or Session(connection)
        self._owns_session = session is None
        self._library: _Library | None = None

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
        :param json: the body of a REST call; C(None) for no body.
        :param form: the body of a form call; may be empty.
        :raises LostAnswerError: a call that is to be made once was sent, and whether it was carried out is unknown.
        :raises TransportError: no answer could be had.
        :raises ApiError: refused for what no API room judges: 401, 429 beyond the patience, a redirect elsewhere, an
            answer too large.
        :raises MissingLibraryError: requests or veracode-api-signing is missing or too old.
        """
        if self._library is None:
            self._library = libraries()
        try:
            return self._call(self._library, self._encode(method, path, effect, query, json, form))
        except VeracodeError as error:
            raise error.replaced_by(self._scrub(error.text)) from None
        except Exception as error:  # no library's own text or traceback reaches the user
            raise TransportError(
                self._scrub(
                    f"{method} {path} failed: {type(error).__name__}: {error}. Report this to the collection's issue tracker"
                ),
                method=method,
                path=path,
            ) from None

    def close(self) -> None:
        """Close the connections, unless they are shared. A later call opens new ones."""
        if self._owns_session:
            self._session.close()

    def _encode(
        self,
        method: str,
        path: str,
        effect: Effect,
        query: Iterable[tuple[str, str]],
        json: t.Any,
        form: Mapping[str, str] | None,
    ) -> _Request:
        if not path.startswith("/") or "?" in path or "#" in path:
            raise ValueError(f"not a path: {path!r}")
        # With %20 for a blank, not +, which Veracode answers with 401 (seen in code), and unreserved characters as they
        # are: so requests finds nothing to change, and what is signed is what is sent.
        encoded = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)
        url = f"{self._base}{path}?{encoded}" if encoded else f"{self._base}{path}"
        headers = {}
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
        return _Request(method, path, url, headers, body, effect)

    def _call(self, library: _Library, request: _Request) -> Answer:
        """Make a call with its repetitions and redirects."""
        method, path, effect = request.method, request.path, request.effect
        failures = waits = redirects = 0
        unknown = False
        while True:
            try:
                raw = self._attempt(library, request)
            except _Lost as lost:
                unknown = unknown or lost.sent
                if lost.sent and effect is Effect.ONCE:
                    raise self._lost_answer(request, lost.reason) from None
                if lost.final or failures >= self._connection.max_retries:
                    attempts = f" ({failures + 1} attempts)" if failures else ""
                    outcome = f"; {OUTCOME_UNKNOWN}" if unknown and effect is not Effect.READ else ""
                    raise TransportError(
                        f"{method} {path} failed: {lost.reason}{attempts}{outcome}{lost.remedy}",
                        method=method,
                        path=path,
                    ) from None
                _back_off(failures)
                failures += 1
                continue
            except _TooLarge:
                text = f"{method} {path} was answered with more than {MAX_ANSWER // 1024**2} MiB, which was not read on"
                if effect is Effect.ONCE:
                    raise LostAnswerError(f"{text}; {OUTCOME_UNKNOWN}", method=method, path=path) from None
                outcome = f"; {OUTCOME_UNKNOWN}" if effect is Effect.REPEATABLE else ""
                raise ApiError(f"{text}{outcome}; check api_url and xml_api_url", method=method, path=path) from None

            status = raw.status
            if status == 429:
                # Not carried out, so this holds for every effect.
                self._limiter.pause(self._patience(request, raw, waits))
                waits += 1
            elif status >= 500 and effect is Effect.ONCE:
                raise self._lost_answer(request, f"it was answered with HTTP status {status}", raw)
            elif status >= 500 and failures < self._connection.max_retries:
                unknown = True
                _back_off(failures, self._retry_after(request, raw))
                failures += 1
            elif status in _REDIRECTS and raw.headers.get("Location"):
                request = self._redirected(request, raw, redirects)
                redirects += 1
            elif status == 401:
                raise self._unauthorized(request, raw)
            else:
                content_type, charset = _content_type(raw.headers.get("Content-Type"))
                return Answer(
                    status=status,
                    body=raw.body,
                    content_type=content_type,
                    charset=charset,
                    request_id=_request_id(raw),
                    method=method,
                    path=path,
                    date=raw.headers.get("Date"),
                    repeated=unknown,
                    effect=effect,
                )

    def _attempt(self, library: _Library, request: _Request) -> _Raw:
        """Send a request once.

        :raises _Lost: no complete answer came.
        """
        with self._session.line(library) as line:
            return self._send(library, line, request)

    def _send(self, library: _Library, line: _Line, request: _Request) -> _Raw:
        connection = self._connection
        if request.effect is Effect.ONCE and time.monotonic() - line.used > _IDLE:
            # If the connection turned out to be dropped, the outcome would be unknown. A new one is cheaper.
            line.session.close()
        with self._calls.waiting():
            place = self._limiter.acquire()
        sent = False
        library.stage.connecting = False
        try:
            # Signs, as each attempt needs a signature of its own. verify is passed here because
            # REQUESTS_CA_BUNDLE would override that of the session.
            response = line.session.request(
                request.method,
                request.url,
                data=request.body,
                headers=request.headers,
                auth=line.auth,
                timeout=(min(_CONNECT_TIMEOUT, connection.timeout), connection.timeout),
                allow_redirects=False,
                verify=connection.validate_certs and (connection.ca_path or True),
                stream=True,
            )
            sent = True
        except ValueError:
            raise  # of requests: it could not even prepare the call
        except BaseException as error:
            sent = not library.stage.connecting
            if isinstance(error, library.request_exception):
                raise self._explain(error, sent) from None
            raise
        finally:
            self._limiter.release(place, sent=sent)
            if sent:
                self._calls.add(request.effect)
        try:
            with response:
                return _Raw(response.status_code, response.headers, _read(response))
        except _TooLarge:
            raise
        except Exception as error:
            raise self._explain(error, True) from None

    def _explain(self, error: BaseException, sent: bool) -> _Lost:
        """Say in our words why there was no answer. Exceptions of requests quote the whole URL with its names."""
        host = urlsplit(self._base).netloc
        cause = _root_cause(error)
        text = str(getattr(cause, "strerror", None) or cause) or type(cause).__name__
        kind = type(error).__name__
        if not sent:
            import ssl

            if isinstance(cause, ssl.SSLError) and not isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
                reason = getattr(cause, "verify_message", None) or getattr(cause, "reason", None) or text
                remedy = (
                    "If the server's certificate is issued by an authority of your own, name it with ca_path; "
                    "validate_certs: false turns the check off, which is for tests only"
                )
                return _Lost(f"no secure connection to {host}: {reason}. {remedy}", sent=False, final=True)
            if "Tunnel connection failed: 4" in text:
                return _Lost(f"the proxy refused the connection to {host}: {text}. {_CHECK}", sent=False, final=True)
            if kind == "ConnectTimeout" or isinstance(cause, TimeoutError):
                seconds = min(_CONNECT_TIMEOUT, self._connection.timeout)
                return _Lost(
                    f"no connection to {host} within {seconds:g} seconds. {_CHECK}",
                    sent=False,
                )
            what = "the proxy" if kind == "ProxyError" else host
            return _Lost(f"no connection to {what}: {text}. {_CHECK}", sent=False)
        if kind in ("ReadTimeout", "ReadTimeoutError") or isinstance(cause, TimeoutError):
            return _Lost(
                f"no complete answer within {self._connection.timeout:g} seconds. Raise timeout if {host} needs longer",
                sent=True,
            )
        return _Lost(
            f"the connection to {host} broke before the answer was complete: {text}",
            sent=True,
            remedy=". Run the task again",
        )

    def _lost_answer(self, request: _Request, reason: str, raw: _Raw | None = None) -> LostAnswerError:
        return LostAnswerError(
            f"{request.method} {request.path} was sent once, and {OUTCOME_UNKNOWN}: {reason}",
            method=request.method,
            path=request.path,
            status=None if raw is None else raw.status,
            request_id=None if raw is None else _request_id(raw),
        )

    def _patience(self, request: _Request, raw: _Raw, waits: int) -> float:
        """Return the seconds to wait after a 429.

        :raises ApiError: the patience is at its end.
        """
        seconds = self._retry_after(request, raw)
        if waits >= self._connection.max_retries:
            raise self._refused(
                request,
                raw,
                f"was answered with HTTP status 429 (too many calls) {waits + 1} times. Other clients behind the same "
                "address use up the calls that Veracode allows it; lower rate_limit or run at another time",
            )
        if seconds is None:
            return _DEFAULT_RETRY_AFTER
        return seconds or _BACKOFF[min(waits, len(_BACKOFF) - 1)]

    def _retry_after(self, request: _Request, raw: _Raw) -> float | None:
        """Return what the header retry-after asks for, in seconds; C(None) if it is missing or means nothing.

        :raises ApiError: it asks for more than 300 seconds.
        """
        text = (raw.headers.get("Retry-After") or "").strip()
        if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", text):
            seconds = float(text)
        else:
            until = _timestamp(text)
            if until is None:
                return None
            # By the server's clock, if it tells it.
            now = _timestamp(raw.headers.get("Date"))
            seconds = until - (time.time() if now is None else now)
        if seconds > _MAX_RETRY_AFTER:
            raise self._refused(
                request,
                raw,
                f"was answered with HTTP status {raw.status} and retry-after: {text[:100]}, which is more than the "
                f"{_MAX_RETRY_AFTER} seconds that are waited for. Run again later",
            )
        return max(seconds, 0.0)

    def _redirected(self, request: _Request, raw: _Raw, redirects: int) -> _Request:
        """Return the request that a redirect asks for.

        :raises ApiError: it leads elsewhere, or is not a read, or there are too many.
        """
        location = raw.headers["Location"]
        try:
            target = urlsplit(urljoin(request.url, location))
            same = _origin(target) == _origin(urlsplit(request.url))
        except ValueError:
            raise self._refused(
                request, raw, "was redirected to something that is not a URL. Check api_url and xml_api_url"
            ) from None
        shown = f"{target.scheme}://{target.netloc.rsplit('@', 1)[-1]}{target.path}"
        if not same:
            raise self._refused(
                request,
                raw,
                f"was redirected to {shown}, which is another server; signed calls are not sent there. Check api_url, "
                "xml_api_url and region, and that no proxy asks for a login",
            )
        keeps_method = raw.status in (307, 308) or request.method == "GET"
        if request.effect is not Effect.READ or not keeps_method:
            raise self._refused(
                request,
                raw,
                f"was redirected to {shown}; only reading calls follow a redirect. Check api_url and xml_api_url",
            )
        if redirects >= _MAX_REDIRECTS:
            raise self._refused(
                request, raw, f"was redirected more than {_MAX_REDIRECTS} times. Check api_url and xml_api_url"
            )
        return _Request(
            method=request.method,
            path=request.path,
            url=target._replace(fragment="").geturl(),
            headers=request.headers,
            body=request.body,
            effect=request.effect,
        )

    def _unauthorized(self, request: _Request, raw: _Raw) -> ApiError:
        clock = "check that the clock of this machine is right"
        server = _timestamp(raw.headers.get("Date"))
        if server is not None:
            difference = round(time.time() - server)
            if abs(difference) > _CLOCK_TOLERANCE:
                direction = "ahead of" if difference > 0 else "behind"
                clock = (
                    f"the clock of this machine is {abs(difference)} seconds {direction} the server's, which alone "
                    "makes a signature invalid: set it right"
                )
        return self._refused(
            request,
            raw,
            "was answered with HTTP status 401. Veracode gives no reason for it. "
            f"Likely ones, for the key id {self._connection.credentials.bare_id[:6]}...: the key pair was mistyped, "
            "revoked, or has expired; it belongs to another region "
            f"(this is {self._connection.region}); the account is disabled, or lacks the role for this call "
            "(Administrator; Admin API for an API service account); the account may not call from this IP address; "
            f"{clock}",
        )

    def _refused(self, request: _Request, raw: _Raw, text: str) -> ApiError:
        return ApiError(
            f"{request.method} {request.path} {text}",
            status=raw.status,
            method=request.method,
            path=request.path,
            request_id=_request_id(raw),
        )

    def _scrub(self, text: str) -> str:
        """Take out of a text what must not be seen."""
        for secret in sorted(self._connection.credentials.secrets(), key=len, reverse=True):
            text = re.sub(re.escape(secret), "********", text, flags=re.IGNORECASE)
        return _SIGNATURE.sub("********", text)


# The libraries, which are imported when the first call is made.


@dataclass(frozen=True)
class _Library:
    new_session: t.Callable[[], t.Any]
    sign: t.Callable[[str, str], t.Any]
    request_exception: type[Exception]
    stage: t.Any  # of this thread: whether a connection is being made (and nothing is sent yet)


_loaded: list[_Library] = []
_loading = threading.Lock()


def libraries() -> _Library:
    """Import the libraries, once in a process. May be called before a fork: nothing is opened.

    :raises MissingLibraryError: requests or veracode-api-signing is missing or too old.
    """
    with _loading:
        if not _loaded:
            _loaded.append(_load())
        return _loaded[0]


def _load() -> _Library:
    name = f"requests >= {'.'.join(map(str, _MIN_REQUESTS))}"
    try:
        import requests
        import requests.adapters
        import urllib3

        _check_version(name, requests.__version__, _MIN_REQUESTS, requests)
        name = f"veracode-api-signing >= {'.'.join(map(str, _MIN_SIGNING))}"
        from veracode_api_signing import plugin_requests
    except ImportError:
        import traceback

        raise MissingLibraryError(name, traceback.format_exc()) from None
    try:
        # The package itself does not tell its version, and to ask importlib.metadata takes longer than a call.
        from veracode_api_signing._version import __version__ as signing_version
    except ImportError:
        pass  # the file is private to that library; without it, the version is not known to be too old
    else:
        _check_version(name, signing_version, _MIN_SIGNING, plugin_requests)

    # validate_certs: false is the user's decision; a warning with each call helps nobody.
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    stage = threading.local()
    return _Library(
        _session_factory(stage),
        plugin_requests.RequestsAuthPluginVeracodeHMAC,
        requests.exceptions.RequestException,
        stage,
    )


class _Deadline(io.RawIOBase):
    """The bytes of an answer, all of which are to arrive within the time-out of the socket.

    A socket's own time-out begins anew with each byte: a server that drips would hold a run for hours.
    """

    def __init__(self, sock: t.Any, raw: t.Any) -> None:
        super().__init__()
        self._sock = sock
        self._raw = raw
        self._timeout = sock.gettimeout()
        self._end = None if self._timeout is None else time.monotonic() + self._timeout
        self.ended = False

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
        self.ended = size == 0
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


def _connection_pool(stage: t.Any) -> type[t.Any]:
    """Return the class of connection pools whose answers have a deadline, and that note when a connection is made.

    :param stage: where it is noted.
    """
    import http.client

    from urllib3.connection import HTTPSConnection
    from urllib3.connectionpool import HTTPSConnectionPool

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: t.Any, *args: t.Any, **kwargs: t.Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self._deadline = _Deadline(sock, self.fp.detach())
            self.fp = io.BufferedReader(self._deadline)

        def begin(self) -> None:
            super().begin()
            if self._deadline.ended:
                # http.client takes headers that are cut off for all headers, and no length for an empty body.
                raise http.client.BadStatusLine("the headers are cut off")

    class SignedConnection(HTTPSConnection):
        response_class = Response

        def connect(self) -> None:
            stage.connecting = True
            super().connect()
            stage.connecting = False

    class SignedPool(HTTPSConnectionPool):
        ConnectionCls = SignedConnection

    return SignedPool


def _session_factory(stage: t.Any) -> t.Callable[[], t.Any]:
    """Return what makes a session of requests that keeps our rules."""
    from http.cookiejar import DefaultCookiePolicy

    import requests
    import requests.adapters

    pool = _connection_pool(stage)

    class Adapter(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = {"https": pool}

        def proxy_manager_for(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
            manager = super().proxy_manager_for(*args, **kwargs)
            manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": pool}
            return manager

    class Session(requests.Session):
        def get_redirect_target(self, resp: t.Any) -> None:
            """Leave redirects to us. Otherwise requests reads the whole body of each, whatever its size."""

    def new_session() -> t.Any:
        session = Session()
        session.adapters.clear()
        session.mount("https://", Adapter(pool_connections=1, pool_maxsize=1, max_retries=0))
        session.headers.clear()
        session.headers.update(
            {"User-Agent": f"community.veracode/{VERSION}", "Accept-Encoding": "gzip", "Accept": "*/*"}
        )
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return session

    return new_session


def _check_version(name: str, version: str, minimum: tuple[int, ...], module: t.Any) -> None:
    numbers = tuple(int(number) for number in re.findall(r"[0-9]+", version)[: len(minimum)])
    if numbers < minimum:
        raise MissingLibraryError(f"{name} (found {version} at {module.__file__})", "")


def _read(response: t.Any) -> bytes:
    """Read an answer to its end, but not beyond the limit.

    The content is decoded here, as a small compressed body may decode to any size.

    :raises OSError: it is cut off or not decodable.
    """
    encoding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding in ("gzip", "x-gzip") else None
    if inflate is None and encoding != "identity":
        raise OSError(f"unknown content encoding {encoding[:40]!r}")
    parts: list[bytes] = []
    size = received = 0
    while True:
        chunk = response.raw.read(_CHUNK, decode_content=False)
        if not chunk:
            break
        received += len(chunk)
        while chunk:
            try:
                part = chunk if inflate is None else inflate.decompress(chunk, _CHUNK)
            except zlib.error:
                raise OSError("its compressed content is damaged") from None
            parts.append(part)
            size += len(part)
            if size > MAX_ANSWER:
                raise _TooLarge
            chunk = b"" if inflate is None else inflate.unconsumed_tail
    length = response.headers.get("Content-Length")
    if length is not None and length.isdigit() and int(length) != received and response.request.method != "HEAD":
        raise OSError(f"{received} of {length} bytes arrived")
    if inflate is not None and received and not inflate.eof:
        raise OSError("its compressed content is cut off")
    return b"".join(parts)


def _back_off(failures: int, at_least: float | None = None) -> None:
    # Imported here as requests has imported it by now. It only spreads waits, for which it is random enough.
    import random

    seconds = _BACKOFF[min(failures, len(_BACKOFF) - 1)] * random.uniform(0.75, 1.25)  # noqa: S311  # nosec B311
    time.sleep(max(seconds, at_least or 0.0))


def _root_cause(error: BaseException) -> BaseException:
    """Return the innermost of the exceptions that libraries wrapped into each other."""
    seen = {id(error)}
    while True:
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((part for part in reversed(error.args) if isinstance(part, BaseException)), None)
        inner = inner or error.__cause__ or error.__context__
        if inner is None or id(inner) in seen:
            return error
        seen.add(id(inner))
        error = inner


def _origin(url: t.Any) -> tuple[str, str | None, int]:
    return (url.scheme.lower(), url.hostname, url.port or {"https": 443, "http": 80}.get(url.scheme.lower(), 0))


def _content_type(header: str | None) -> tuple[str, str | None]:
    kind, *parameters = (header or "").split(";")
    charset = None
    for parameter in parameters:
        name, _equals, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'").lower() or None
    return kind.strip().lower(), charset


def _request_id(raw: _Raw) -> str | None:
    """Return the conversation id: the last one of the header, which is the one that a 401 has in its body (seen)."""
    text = (raw.headers.get("X-Conversation-Id") or "").rsplit(",", 1)[-1].strip()
    if not text and raw.status == 401:
        match = re.search(rb'"message"\s*:\s*"([0-9A-Fa-f-]{36})"', raw.body[:1000])
        text = match.group(1).decode("ascii") if match else ""
    return text[:200] if text.isprintable() and text else None


def _timestamp(text: str | None) -> float | None:
    """Return the seconds since the epoch of an HTTP date."""
    if not text:
        return None
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None

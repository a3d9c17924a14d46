# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Connections: a request is signed, sent once, and its answer read, or it is said why there is none.

This is the only file that imports requests and the signing library, and it does so when the first call is made.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import itertools
import os
import re
import threading
import typing as t
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.community.veracode.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.community.veracode.plugins.module_utils._http.clock import SYSTEM, Clock
from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from ansible_collections.community.veracode.plugins.module_utils._http.failures import (
    NoAnswerError,
    explain_broken,
    explain_unsent,
)
from ansible_collections.community.veracode.plugins.module_utils._http.proxy import Proxy, proxy_for
from ansible_collections.community.veracode.plugins.module_utils._http.version import VERSION

# No list of an organization comes near this size (bytes, decoded).
MAX_ANSWER = 32 * 1024 * 1024

CONNECT_TIMEOUT = 30.0  # seconds
_IDLE = 10.0  # seconds after which a connection may have been dropped without a sign
_CHUNK = 8 * 1024  # bytes as they arrive; compressed ones may become a thousand times as many

_MIN_REQUESTS = (2, 28)
_MIN_SIGNING = (24, 11)

# What is read of the headers of an answer.
_HEADERS = ("Content-Type", "Date", "Location", "Retry-After", "X-Conversation-Id")

# A signature, should a server or a library repeat one.
_SIGNATURE = re.compile(r"(?i)VERACODE-HMAC-SHA-256[^\r\n'\"<]*|\b(?:sig|nonce)=[0-9a-f]+")
_SIGNATURE_BYTES = re.compile(_SIGNATURE.pattern.encode("ascii"))
_HIDDEN = "********"


class TooLargeError(Exception):
    """An answer is larger than `MAX_ANSWER`; it was not read to its end."""


@dataclass(frozen=True)
class Request:
    """A call, encoded: the same for each of its attempts."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True)
class RawAnswer:
    """An answer as it arrived.

    :param headers: those that are looked at; a missing one is missing.
    :param body: decoded of its content encoding, complete.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class _Line:
    """A connection to one host, which one attempt has to itself."""

    adapter: t.Any
    used: float = 0.0


@dataclass(frozen=True)
class _Libraries:
    new_adapter: Callable[[], t.Any]
    prepare: Callable[..., t.Any]
    environment_proxies: Callable[[str], Mapping[str, str]]
    sign: Callable[[str, str], t.Any]
    stage: t.Any  # of this thread: whether the request of the current attempt may have left


class Session:
    """The connections to Veracode's hosts with one set of connection settings.

    Each attempt of a call borrows one; what is free is used again. So it may be used by many threads, and by several
    transports, one after another or in parallel: a process that runs many tasks keeps one session for each
    `Connection` (which is hashable and holds all that matters; the proxies of the environment are looked up for each
    call) and gives it to the transports of all of them. `idle` tells how long nothing was sent; `close` drops all
    connections, and a later call opens new ones.

    A session remembers its process. In a forked child it starts again and leaves the connections to its parent.

    :param connection: the settings.
    :param clock: for tests.
    """

    def __init__(self, connection: Connection, *, clock: Clock = SYSTEM) -> None:
        self._connection = connection
        self._clock = clock
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._guard = threading.Lock()
        self._free: dict[str, list[_Line]] = {}
        self._used = self._clock.monotonic()

    @property
    def idle(self) -> float:
        """The seconds since the session was last used."""
        return self._clock.monotonic() - self._used

    def close(self) -> None:
        """Close all connections. A later call opens new ones."""
        if self._pid != os.getpid():
            self._begin()
            return
        with self._guard:
            free, self._free = self._free, {}
        for line in itertools.chain(*free.values()):
            line.adapter.close()

    def send(self, request: Request, *, once: bool, began: Callable[[bool], None]) -> RawAnswer:
        """Sign a request, send it once, and return its answer.

        :param once: it must not be sent on a connection that may have been dropped without a sign.
        :param began: is called, exactly once, when the answer began or was given up, whether the request was sent.
        :raises NoAnswerError: no complete answer came.
        :raises TooLargeError: the answer is too large.
        :raises MissingLibraryError: a library is missing or too old.
        """
        reported = False

        def report(sent: bool) -> None:
            nonlocal reported
            if not reported:
                reported = True
                began(sent)

        try:
            known = libraries()
            with self._line(known, request.url) as line:
                return self._send(known, line, request, once, report)
        finally:
            report(False)

    def _send(
        self, known: _Libraries, line: _Line, request: Request, once: bool, began: Callable[[bool], None]
    ) -> RawAnswer:
        if once and self._clock.monotonic() - line.used > _IDLE:
            # If the connection turned out to be dropped, the outcome would be unknown. A new one is cheaper.
            line.adapter.close()
        proxy = proxy_for(request.url, known.environment_proxies)
        pair = self._connection.credentials
        known.stage.sent = False
        try:
            # Signed here, as each attempt needs a signature of its own; with the bare pair, so that it is the same for
            # every version of the library.
            prepared = known.prepare(request, known.sign(pair.bare_id, pair.bare_secret))
            response = line.adapter.send(
                prepared,
                stream=True,
                timeout=(min(CONNECT_TIMEOUT, self._connection.timeout), self._connection.timeout),
                verify=authorities(self._connection),
                proxies=proxy.as_mapping(),
            )
            began(True)
            with response:
                return self._raw_answer(response)
        except (NoAnswerError, TooLargeError, MissingLibraryError):
            raise
        except Exception as error:
            raise self._explain(error, request, proxy, known.stage.sent) from None
        finally:
            began(known.stage.sent)
            line.used = self._used = self._clock.monotonic()

    def _explain(self, error: Exception, request: Request, proxy: Proxy, sent: bool) -> NoAnswerError:
        host = urlsplit(request.url).netloc
        if sent:
            lost = explain_broken(error, host, self._connection.timeout)
        else:
            lost = explain_unsent(error, host, proxy.shown, self._connection, CONNECT_TIMEOUT)
        lost.reason = self._hide(proxy.hide(lost.reason))
        return lost

    def _raw_answer(self, response: t.Any) -> RawAnswer:
        """Read an answer to its end. What it repeats of a secret or a signature is taken out."""
        headers = {name: self._hide(str(response.headers[name])) for name in _HEADERS if name in response.headers}
        body = _read(response)
        for secret in self._connection.credentials.secrets():
            body = body.replace(secret.encode("ascii"), _HIDDEN.encode("ascii"))
        if b"VERACODE-HMAC" in body or b"sig=" in body:
            body = _SIGNATURE_BYTES.sub(_HIDDEN.encode("ascii"), body)
        return RawAnswer(response.status_code, headers, body)

    def _hide(self, text: str) -> str:
        """Take out of a text what must not be seen."""
        for secret in sorted(self._connection.credentials.secrets(), key=len, reverse=True):
            text = re.sub(re.escape(secret), _HIDDEN, text, flags=re.IGNORECASE)
        return _SIGNATURE.sub(_HIDDEN, text)

    @contextlib.contextmanager
    def _line(self, known: _Libraries, url: str) -> t.Iterator[_Line]:
        """Lend a connection to a host: the one that was used last, or a new one."""
        if self._pid != os.getpid():
            self._begin()
        host = urlsplit(url).netloc
        with self._guard:
            free = self._free.setdefault(host, [])
            line = free.pop() if free else None
        line = line or _Line(known.new_adapter())
        try:
            yield line
        finally:
            with self._guard:
                self._free.setdefault(host, []).append(line)


def authorities(connection: Connection) -> bool | str:
    """Return what certificates are verified against: a file or folder, or `True` for what requests brings along.

    :raises NoAnswerError: it is not there.
    """
    if not connection.validate_certs:
        return False
    if connection.ca_path:
        return connection.ca_path
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        path = os.environ.get(name)
        if path and not (os.path.isfile(path) or os.path.isdir(path)):
            raise NoAnswerError(
                f'the environment variable {name} is "{path}", which is not a file or folder of certificates; name one, '
                "or unset it",
                sent=False,
                final=True,
            )
        if path:
            return path
    return True


def _read(response: t.Any) -> bytes:
    """Read an answer to its end, but not beyond the limit.

    :raises OSError: it is cut off or not decodable.
    """
    encoding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise OSError(f'its content encoding "{encoding[:40]}" is unknown')
    parts: list[bytes] = []
    size = 0
    for part in response.raw.stream(_CHUNK, decode_content=False):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER:
            raise TooLargeError
    length = response.headers.get("Content-Length")
    # urllib3 checks this since version 2 only.
    if length is not None and size < int(length.split(",")[0]):
        raise OSError(f"{size} of {length} bytes arrived")
    body = b"".join(parts)
    return body if encoding == "identity" else _unpacked(body)


def _unpacked(body: bytes) -> bytes:
    """Return what was compressed. Unlike urllib3, gzip notices that the end is missing.

    :raises OSError: it is cut off or damaged.
    """
    parts: list[bytes] = []
    size = 0
    problem = ""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
            while part := file.read(_CHUNK):
                parts.append(part)
                size += len(part)
                if size > MAX_ANSWER:
                    raise TooLargeError
    except EOFError:
        problem = "its compressed content is cut off"
    except (OSError, zlib.error):
        problem = "its compressed content is damaged"
    if problem:
        raise OSError(problem)
    return b"".join(parts)


# The libraries, which are imported when the first call is made.

_loaded: list[_Libraries] = []
_loading = threading.Lock()


def libraries() -> _Libraries:
    """Import the libraries, once in a process. May be called before a fork: nothing is opened.

    :raises MissingLibraryError: requests or veracode-api-signing is missing or too old.
    """
    with _loading:
        if not _loaded:
            _loaded.append(_load())
        return _loaded[0]


def _load() -> _Libraries:
    name = f"requests >= {'.'.join(map(str, _MIN_REQUESTS))}"
    try:
        import requests

        _check_version(name, requests.__version__, _MIN_REQUESTS, requests)
        import requests.utils

        name = f"veracode-api-signing >= {'.'.join(map(str, _MIN_SIGNING))}"
        from veracode_api_signing import plugin_requests
    except ImportError:
        import traceback

        raise MissingLibraryError(name, traceback.format_exc()) from None
    try:
        # The package itself does not report its version, and to ask importlib.metadata takes longer than a call.
        from veracode_api_signing._version import __version__ as signing_version
    except ImportError:
        pass  # the file is private to that library; without it, the version is not known to be too old
    else:
        _check_version(name, signing_version, _MIN_SIGNING, plugin_requests)
    from ansible_collections.community.veracode.plugins.module_utils._http.wire import stage

    def prepare(request: Request, auth: t.Any) -> t.Any:
        headers = {"User-Agent": f"community.veracode/{VERSION}", "Accept-Encoding": "gzip", "Accept": "*/*"}
        return requests.Request(
            request.method, request.url, headers={**headers, **request.headers}, data=request.body, auth=auth
        ).prepare()

    return _Libraries(
        new_adapter=_adapter_factory(),
        prepare=prepare,
        environment_proxies=requests.utils.get_environ_proxies,
        sign=plugin_requests.RequestsAuthPluginVeracodeHMAC,
        stage=stage,
    )


def _adapter_factory() -> Callable[[], t.Any]:
    """Return what makes an adapter of requests.

    An adapter and not a session of requests: it knows no redirects, no cookies, no netrc and no environment.
    """
    from requests.adapters import HTTPAdapter

    from ansible_collections.community.veracode.plugins.module_utils._http.wire import Watched

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            _watch(self.poolmanager)

        def proxy_manager_for(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
            manager = super().proxy_manager_for(*args, **kwargs)
            _watch(manager)
            return manager

    def _watch(manager: t.Any) -> None:
        """Have a pool manager of urllib3, of whatever kind, make connections that are watched."""
        pool = manager.pool_classes_by_scheme["https"]
        if not issubclass(pool.ConnectionCls, Watched):
            connection = type("WatchedConnection", (Watched, pool.ConnectionCls), {})
            watched = type("WatchedPool", (pool,), {"ConnectionCls": connection})
            manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": watched}

    return lambda: Adapter(pool_connections=1, pool_maxsize=1, max_retries=0)


def _check_version(name: str, version: str, minimum: tuple[int, ...], module: t.Any) -> None:
    numbers = tuple(int(number) for number in re.findall(r"[0-9]+", version)[: len(minimum)])
    if numbers < minimum:
        raise MissingLibraryError(f"{name} (found {version} at {module.__file__})", "")

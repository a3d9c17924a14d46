# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transport against a real HTTPS server that checks each signature and commits each fault that is asked of it."""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import hmac
import itertools
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import traceback
import typing as t
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import (
    ApiError,
    InputError,
    LostAnswerError,
    MissingLibraryError,
    TransportError,
    VeracodeError,
)
from ansible_collections.community.veracode.plugins.module_utils._http import client as _transport
from ansible_collections.community.veracode.plugins.module_utils._http import rate_limit as _rate_limit
from ansible_collections.community.veracode.plugins.module_utils._http.client import Answer, Calls, Effect, Transport
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Connection, Credentials
from ansible_collections.community.veracode.plugins.module_utils._http.version import VERSION

trustme = pytest.importorskip("trustme")

KEY_ID = "0123456789abcdef" * 2
SECRET = "fedcba9876543210" * 8
READ, REPEATABLE, ONCE = Effect.READ, Effect.REPEATABLE, Effect.ONCE


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    time: float
    signed: bool


Fault = t.Callable[["Handler"], None]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 50

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.context = context
        self.seen: list[Seen] = []
        self.plan: list[Fault] = []
        self.guard = threading.Lock()
        self.connections = 0

    def get_request(self) -> tuple[t.Any, t.Any]:
        sock, address = super().get_request()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections += 1
        return self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        pass  # connections break here on purpose

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_address[1]}"


def signature_is_right(method: str, path: str, header: str) -> bool:
    """Verify as Veracode documents it, without its library."""
    match = re.fullmatch(
        r"VERACODE-HMAC-SHA-256 id=([0-9a-f]+),ts=(\d+),nonce=([0-9a-f]{32}),sig=([0-9a-f]{64})", header
    )
    if not match:
        return False
    key_id, ts, nonce, signature = match.groups()
    key = bytes.fromhex(SECRET)
    for part in (bytes.fromhex(nonce), ts.encode(), b"vcode_request_version_1"):
        key = hmac.new(key, part, hashlib.sha256).digest()
    data = f"id={key_id}&host=localhost&url={path}&method={method}"
    expected = hmac.new(key, data.encode(), hashlib.sha256).hexdigest()
    return key_id == KEY_ID and signature == expected and abs(time.time() * 1000 - int(ts)) < 10_000


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.guard:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.server.seen.append(
                Seen(
                    self.command,
                    self.path,
                    headers,
                    body,
                    id(self.connection),
                    time.monotonic(),
                    signature_is_right(self.command, self.path, headers.get("authorization", "")),
                )
            )
            fault = self.server.plan.pop(0) if self.server.plan else answer(200)
        fault(self)

    do_GET = do_PUT = do_POST = do_DELETE = handle_any

    def log_message(self, format: str, *args: t.Any) -> None:
        pass

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        headers = {"Content-Type": "application/json;charset=UTF-8", "Content-Length": str(len(body)), **headers}
        headers.setdefault("Date", email.utils.formatdate(usegmt=True))
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def answer(status: int, body: bytes = b"{}", **headers: str) -> Fault:
    return lambda handler: handler.reply(
        status, body, {name.replace("_", "-"): value for name, value in headers.items()}
    )


def reset(handler: Handler) -> None:
    """Break the connection after the request was read."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def silence(handler: Handler) -> None:
    """Never answer."""
    time.sleep(3)
    handler.close_connection = True


def drip(head: bytes) -> Fault:
    """Send the beginning, and then a byte now and then, each well within the time-out."""

    def fault(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(head)
        for _count in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.1)

    return fault


def raw(data: bytes) -> Fault:
    def fault(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(data)

    return fault


def chunked(data: bytes) -> Fault:
    def fault(handler: Handler) -> None:
        handler.send_response_only(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for start in range(0, len(data), 5):
            part = data[start : start + 5]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        handler.wfile.write(b"0\r\n\r\n")

    return fault


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[t.Any, str]:
    ca = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return ca, str(path)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the state of the rate limit, and what this machine is set up with, out of the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(_rate_limit, "_limiters", {})
    for name in (
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NETRC",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(_transport, "_BACKOFF", (0.02, 0.04))


@pytest.fixture
def make_server(authority: tuple[t.Any, str]) -> Iterator[Callable[[], Server]]:
    servers = []

    def make() -> Server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority[0].issue_cert("localhost").configure_cert(context)
        server = Server(context)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(make_server: Callable[[], Server]) -> Server:
    return make_server()


@pytest.fixture
def connection(server: Server, authority: tuple[t.Any, str]) -> Connection:
    return Connection(
        credentials=Credentials(KEY_ID, SECRET),
        region="commercial",
        api_url=server.url,
        xml_api_url=server.url,
        ca_path=authority[1],
        timeout=1.0,
        max_retries=2,
    )


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def rest(connection: Connection, calls: Calls) -> Iterator[Transport]:
    transport = Transport(connection, calls, family="rest")
    yield transport
    transport.close()


def failure_of(action: Callable[[], object], kind: type[VeracodeError]) -> VeracodeError:
    """Return the error of an action, after a look for secrets in all that it carries."""
    with pytest.raises(kind) as caught:
        action()
    everything = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(caught.value.failure())
    assert SECRET not in everything
    assert "VERACODE-HMAC" not in everything
    assert "sig=" not in everything
    return caught.value


# What is sent


def test_a_call_and_its_answer(rest: Transport, server: Server, calls: Calls) -> None:
    server.plan = [answer(200, b'{"a": 1}', X_Conversation_Id="first, second", Date="Thu, 03 Mar 2022 19:59:58 GMT")]
    got = rest.call("GET", "/api/authn/v2/users", effect=READ, query=[("page", "0")])
    assert got == Answer(
        status=200,
        body=b'{"a": 1}',
        content_type="application/json",
        charset="utf-8",
        request_id="second",
        method="GET",
        path="/api/authn/v2/users",
        date="Thu, 03 Mar 2022 19:59:58 GMT",
        repeated=False,
    )
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body, seen.signed) == ("GET", "/api/authn/v2/users?page=0", b"", True)
    assert seen.headers["user-agent"] == f"community.veracode/{VERSION}"
    assert seen.headers["accept-encoding"] == "gzip"
    assert seen.headers["content-type"] == "application/json"
    assert calls.as_dict() == {"reads": 1, "writes": 0}


def test_json_and_form_bodies(connection: Connection, rest: Transport, server: Server, calls: Calls) -> None:
    xml = Transport(connection, calls, family="xml")
    rest.call("POST", "/a", effect=ONCE, json={"name": "Zoë"})
    rest.call("DELETE", "/b", effect=REPEATABLE)
    xml.call("POST", "/c.do", effect=READ, form={"first_name": "Zoë + &=", "empty": ""})
    xml.call("POST", "/d.do", effect=READ, form={})
    assert [seen.signed for seen in server.seen] == [True] * 4
    first, second, third, fourth = server.seen
    assert json.loads(first.body) == {"name": "Zoë"}
    assert second.headers["content-type"] == "application/json"
    assert third.body == b"first_name=Zo%C3%AB%20%2B%20%26%3D&empty="
    assert third.headers["content-type"] == "application/x-www-form-urlencoded; charset=UTF-8"
    assert (fourth.body, fourth.headers["content-length"]) == (b"", "0")
    assert calls.as_dict() == {"reads": 2, "writes": 2}
    xml.close()


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("rm@example.com", "rm%40example.com"),
        ("two words", "two%20words"),
        ("a+b", "a%2Bb"),
        ("100%", "100%25"),
        ("50%25 of %2F", "50%2525%20of%20%252F"),
        ("R&D/Ops?x=y#z", "R%26D%2FOps%3Fx%3Dy%23z"),
        ("Zoë 東京 🚀", "Zo%C3%AB%20%E6%9D%B1%E4%BA%AC%20%F0%9F%9A%80"),
        ("a-b_c.d~e", "a-b_c.d~e"),
        ("(!*');:,[]\"<>\\^`{|}", "%28%21%2A%27%29%3B%3A%2C%5B%5D%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("", ""),
    ],
)
def test_query_values_are_encoded_once_and_signed_as_sent(
    rest: Transport, server: Server, value: str, encoded: str
) -> None:
    rest.call("GET", "/users", effect=READ, query=[("user_name", value), ("user_name", "2")])
    assert server.seen[0].path == f"/users?user_name={encoded}&user_name=2"
    assert server.seen[0].signed


def test_an_encoded_path_is_sent_as_it_is(rest: Transport, server: Server) -> None:
    rest.call("GET", "/users/a%2Fb%20c%25", effect=READ)
    assert (server.seen[0].path, server.seen[0].signed) == ("/users/a%2Fb%20c%25", True)


def test_prefixes_are_not_sent(connection: Connection, calls: Calls, server: Server) -> None:
    pair = Credentials("vera01gi-" + KEY_ID.upper(), "vera01gs-" + SECRET)
    Transport(replace(connection, credentials=pair), calls, family="rest").call("GET", "/", effect=READ)
    assert server.seen[0].signed


def test_each_thread_has_one_connection_and_keeps_it(rest: Transport, server: Server, calls: Calls) -> None:
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _count in range(5):
            rest.call("GET", "/", effect=READ)

    threads = [threading.Thread(target=work) for _count in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.connections == 4
    assert (len(server.seen), calls.reads) == (20, 20)
    assert len({seen.headers["authorization"] for seen in server.seen}) == 20


def test_no_cookie_is_kept(rest: Transport, server: Server) -> None:
    server.plan = [answer(200, Set_Cookie="session=1; Path=/")]
    rest.call("GET", "/", effect=READ)
    rest.call("GET", "/", effect=READ)
    assert "cookie" not in server.seen[1].headers


def test_netrc_is_not_used(
    connection: Connection, calls: Calls, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login somebody password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    import requests.utils

    assert requests.utils.get_netrc_auth(server.url) == ("somebody", "something")  # so it would be, if it were asked
    Transport(connection, calls, family="rest").call("GET", "/", effect=READ)
    assert server.seen[0].signed


# TLS and proxies


def test_ca_path_wins_over_requests_ca_bundle(rest: Transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    assert rest.call("GET", "/", effect=READ).status == 200


def test_an_unknown_authority_is_refused_at_once(connection: Connection, calls: Calls, server: Server) -> None:
    transport = Transport(replace(connection, ca_path=None), calls, family="rest")
    error = failure_of(lambda: transport.call("POST", "/", effect=ONCE), TransportError)
    assert not isinstance(error, LostAnswerError)
    assert "ca_path" in error.msg
    assert "validate_certs" in error.msg
    assert "certificate" in error.msg
    assert (server.connections, server.seen, calls.as_dict()) == (1, [], {"reads": 0, "writes": 0})


def test_validate_certs_false(server: Server) -> None:
    """In a process of its own, as pytest shows the warnings that are turned off."""
    program = f"""
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Connection, Credentials
from ansible_collections.community.veracode.plugins.module_utils._http.client import Calls, Effect, Transport
connection = Connection(
    Credentials("{KEY_ID}", "{SECRET}"), "commercial", "{server.url}", "{server.url}", validate_certs=False
)
print(Transport(connection, Calls(), family="rest").call("GET", "/", effect=Effect.READ).status)
"""
    environ = {**os.environ, "REQUESTS_CA_BUNDLE": __file__}  # which would refuse everything
    result = subprocess.run(
        [sys.executable, "-c", program], env=environ, check=True, capture_output=True, text=True, timeout=20
    )
    assert (result.stdout, result.stderr) == ("200\n", "")


class Proxy:
    """A proxy for CONNECT that wants a password and hands bytes on."""

    def __init__(self, status: str = "200 Connection established") -> None:
        self.status = status
        self.asked: list[bytes] = []
        self.sock = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])

    def serve(self) -> None:
        while True:
            try:
                client, _address = self.sock.accept()
            except OSError:
                return
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.asked.append(head)
            client.sendall(f"HTTP/1.1 {self.status}\r\n\r\n".encode())
            if not self.status.startswith("200"):
                client.close()
                continue
            port = int(head.split()[1].rsplit(b":", 1)[1])
            upstream = socket.create_connection(("127.0.0.1", port))
            for source, sink in ((client, upstream), (upstream, client)):
                threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.sock.close()


def test_the_proxy_of_the_environment(
    rest: Transport, server: Server, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:proxypassword@127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "")
    server.plan = [reset]
    assert rest.call("GET", "/users", effect=READ, query=[("a", "b c")]).status == 200
    assert len(proxy.asked) == 2
    assert b"Proxy-Authorization: Basic" in proxy.asked[0]
    assert server.seen[-1].signed
    assert "proxy-authorization" not in server.seen[-1].headers


def test_no_proxy(rest: Transport, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert rest.call("GET", "/", effect=READ).status == 200
    assert proxy.asked == []


def test_a_proxy_that_refuses(rest: Transport, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy.status = "407 Proxy Authentication Required"
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:proxypassword@127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "")
    error = failure_of(lambda: rest.call("POST", "/", effect=ONCE), TransportError)
    assert not isinstance(error, LostAnswerError)
    assert "407" in error.msg
    assert "proxypassword" not in error.msg
    assert len(proxy.asked) == 1


# No answer


@pytest.mark.parametrize("effect", [READ, REPEATABLE])
@pytest.mark.parametrize("fault", [reset, answer(500), answer(502), answer(503), raw(b"HTTP/1.1 200 OK\r\n"), raw(b"")])
def test_what_is_safe_is_repeated(rest: Transport, server: Server, calls: Calls, effect: Effect, fault: Fault) -> None:
    server.plan = [fault, fault]
    got = rest.call("PUT", "/users/1", effect=effect, json={"a": "b"})
    assert (got.status, got.repeated) == (200, True)
    assert [seen.body for seen in server.seen] == [b'{"a": "b"}'] * 3
    assert all(seen.signed for seen in server.seen)
    assert len({seen.headers["authorization"] for seen in server.seen}) == 3
    assert calls.reads + calls.writes == 3


def test_repeating_ends(rest: Transport, server: Server, calls: Calls) -> None:
    server.plan = [reset] * 9
    error = failure_of(lambda: rest.call("GET", "/users", effect=READ, query=[("name", "private")]), TransportError)
    assert not isinstance(error, LostAnswerError)
    assert "3 attempts" in error.msg
    assert "private" not in error.msg
    assert (error.method, error.path) == ("GET", "/users")
    assert calls.as_dict() == {"reads": 3, "writes": 0}


def test_the_last_5xx_is_an_answer(rest: Transport, server: Server) -> None:
    server.plan = [answer(500), answer(502), answer(503, b"down for maintenance", Content_Type="text/html")]
    got = rest.call("GET", "/", effect=READ)
    assert (got.status, got.body, got.content_type) == (503, b"down for maintenance", "text/html")
    assert len(server.seen) == 3


def test_a_5xx_waits_as_long_as_it_says(rest: Transport, server: Server) -> None:
    server.plan = [answer(503, Retry_After="1")]
    rest.call("GET", "/", effect=READ)
    assert server.seen[1].time - server.seen[0].time >= 1.0


def test_the_back_off_grows(
    connection: Connection, calls: Calls, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_transport, "_BACKOFF", (0.1, 0.2, 0.4))
    server.plan = [answer(500)] * 4
    Transport(replace(connection, max_retries=4), calls, family="rest").call("GET", "/", effect=READ)
    times = [seen.time for seen in server.seen]
    gaps = [after - before for before, after in itertools.pairwise(times)]
    for gap, expected in zip(gaps, (0.1, 0.2, 0.4, 0.4), strict=True):
        assert 0.75 * expected <= gap < 1.25 * expected + 0.2


@pytest.mark.parametrize(
    "fault",
    [
        reset,
        silence,
        answer(500),
        answer(503),
        raw(b"HTTP/1.1 20"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
        raw(b"nonsense\r\n\r\n"),
    ],
)
def test_what_is_done_once_is_never_repeated(rest: Transport, server: Server, calls: Calls, fault: Fault) -> None:
    server.plan = [fault]
    error = failure_of(lambda: rest.call("POST", "/users", effect=ONCE, json={}), LostAnswerError)
    assert "unknown" in error.msg
    assert error.path == "/users"
    assert len(server.seen) == 1
    assert calls.as_dict() == {"reads": 0, "writes": 1}


def test_once_is_repeated_when_it_was_not_sent(connection: Connection, calls: Calls, server: Server) -> None:
    port = server.server_address[1]
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    elsewhere = replace(connection, api_url=f"https://localhost:{closed}", rate_limit=3)
    transport = Transport(elsewhere, calls, family="rest")
    error = failure_of(lambda: transport.call("POST", "/", effect=ONCE), TransportError)
    assert not isinstance(error, LostAnswerError)
    assert "3 attempts" in error.msg
    assert "refused" in error.msg
    assert calls.as_dict() == {"reads": 0, "writes": 0}
    assert transport._limiter._try()[0]  # none of the three attempts counts, so another call need not wait
    assert port != closed


def test_once_after_an_interrupted_handshake(connection: Connection, calls: Calls, server: Server) -> None:
    """A server that hangs up before the handshake is through has seen nothing of the call."""
    real = server.get_request

    def hang_up() -> tuple[t.Any, t.Any]:
        sock, address = super(Server, server).get_request()
        sock.close()
        server.get_request = real  # type: ignore[method-assign]
        return sock, address

    server.get_request = hang_up  # type: ignore[method-assign]
    transport = Transport(connection, calls, family="rest")
    assert transport.call("POST", "/", effect=ONCE).status == 200
    assert calls.as_dict() == {"reads": 0, "writes": 1}


def test_a_name_that_does_not_exist(connection: Connection, calls: Calls) -> None:
    transport = Transport(replace(connection, api_url="https://nowhere.invalid", max_retries=0), calls, family="rest")
    error = failure_of(lambda: transport.call("GET", "/", effect=READ), TransportError)
    assert "nowhere.invalid" in error.msg
    assert calls.reads == 0


def test_a_connection_that_is_not_accepted(connection: Connection, calls: Calls) -> None:
    """A listener whose queue is full answers nothing at all."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = []
        for _count in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        transport = Transport(replace(connection, api_url=url, max_retries=0, timeout=0.5), calls, family="rest")
        error = failure_of(lambda: transport.call("POST", "/", effect=ONCE), TransportError)
        for filler in fillers:
            filler.close()
    assert not isinstance(error, LostAnswerError)
    assert "within 0.5 seconds" in error.msg
    assert calls.writes == 0


@pytest.mark.parametrize(
    "fault",
    [
        silence,
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n"),
        drip(b"HTTP/1.1 200 OK\r\n\r\n"),
    ],
    ids=["silence", "header", "body", "chunk", "until-close"],
)
def test_the_time_out_is_that_of_the_whole_answer(
    connection: Connection, calls: Calls, server: Server, fault: Fault
) -> None:
    server.plan = [fault]
    transport = Transport(replace(connection, max_retries=0), calls, family="rest")
    begin = time.monotonic()
    error = failure_of(lambda: transport.call("GET", "/", effect=READ), TransportError)
    assert 0.9 < time.monotonic() - begin < 1.8
    assert "within 1 seconds" in error.msg
    assert "timeout" in error.msg


def test_a_slow_answer_leaves_the_connection_usable(rest: Transport, server: Server) -> None:
    def slow(handler: Handler) -> None:
        time.sleep(0.9)
        answer(200)(handler)

    server.plan = [slow, slow]
    for _count in range(3):
        rest.call("GET", "/", effect=READ)
    assert server.connections == 1
    assert len(server.seen) == 3


def test_a_connection_that_the_server_closed_is_not_used_again(rest: Transport, server: Server, calls: Calls) -> None:
    def close_after(handler: Handler) -> None:
        answer(200)(handler)
        handler.close_connection = True

    server.plan = [close_after]
    rest.call("GET", "/", effect=READ)
    time.sleep(0.2)
    assert rest.call("POST", "/", effect=ONCE).status == 200
    assert calls.as_dict() == {"reads": 1, "writes": 1}


def test_an_idle_connection_is_not_trusted_with_what_is_done_once(
    rest: Transport, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest.call("GET", "/", effect=READ)
    rest.call("POST", "/", effect=ONCE)
    assert server.connections == 1
    monkeypatch.setattr(_transport, "_IDLE", 0.0)
    rest.call("GET", "/", effect=READ)
    assert server.connections == 1
    rest.call("POST", "/", effect=ONCE)
    assert server.connections == 2


# Too many calls


@pytest.mark.parametrize("effect", [READ, REPEATABLE, ONCE])
def test_429_waits_what_it_says_and_repeats_everything(
    rest: Transport, server: Server, calls: Calls, effect: Effect
) -> None:
    server.plan = [answer(429, Retry_After="1")]
    got = rest.call("POST", "/users", effect=effect, json={})
    assert (got.status, got.repeated) == (200, False)
    assert 1.0 <= server.seen[1].time - server.seen[0].time < 1.5
    assert calls.reads + calls.writes == 2


@pytest.mark.parametrize("skew", [0, 5000, -5000])
def test_429_with_a_date_by_the_clock_of_the_server(rest: Transport, server: Server, skew: int) -> None:
    now = int(time.time()) + skew
    server.plan = [
        answer(
            429, Date=email.utils.formatdate(now, usegmt=True), Retry_After=email.utils.formatdate(now + 1, usegmt=True)
        )
    ]
    rest.call("GET", "/", effect=READ)
    assert 1.0 <= server.seen[1].time - server.seen[0].time < 1.5


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "Thu, 99 Foo 2022"])
def test_429_that_names_no_time(rest: Transport, server: Server, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_transport, "_DEFAULT_RETRY_AFTER", 0.5)
    server.plan = [answer(429, Retry_After=text)]
    rest.call("GET", "/", effect=READ)
    assert 0.5 <= server.seen[1].time - server.seen[0].time < 1.0


@pytest.mark.parametrize("text", ["0", "-10", "Thu, 03 Mar 2022 19:59:58 GMT"])
def test_429_of_the_past_is_repeated_after_the_back_off(rest: Transport, server: Server, text: str) -> None:
    server.plan = [answer(429, Retry_After=text)]
    rest.call("GET", "/", effect=READ)
    assert 0.02 <= server.seen[1].time - server.seen[0].time < 0.5


@pytest.mark.parametrize("text", ["301", "86400", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_that_is_too_long(rest: Transport, server: Server, text: str, status: int) -> None:
    server.plan = [answer(status, Retry_After=text, X_Conversation_Id="the-id")]
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), ApiError)
    assert text[:100] in error.msg
    assert "300 seconds" in error.msg
    assert (error.status, error.request_id) == (status, "the-id")
    assert len(server.seen) == 1


def test_429_without_end(rest: Transport, server: Server) -> None:
    server.plan = [answer(429, Retry_After="0")] * 9
    error = failure_of(lambda: rest.call("POST", "/", effect=ONCE), ApiError)
    assert "429" in error.msg
    assert "3 times" in error.msg
    assert len(server.seen) == 3


def test_429_pauses_all_threads(rest: Transport, server: Server) -> None:
    server.plan = [answer(429, Retry_After="1")]
    rest_of_them = threading.Thread(target=lambda: [rest.call("GET", "/", effect=READ) for _count in range(3)])
    first = threading.Thread(target=lambda: rest.call("GET", "/first", effect=READ))
    first.start()
    time.sleep(0.3)
    rest_of_them.start()
    first.join()
    rest_of_them.join()
    assert len(server.seen) == 5
    assert min(seen.time for seen in server.seen[1:]) - server.seen[0].time >= 1.0


def test_429_pauses_other_processes(
    connection: Connection, calls: Calls, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.plan = [answer(429, Retry_After="2")]
    transport = Transport(replace(connection, max_retries=0), calls, family="rest")
    program = f"""
import os
from ansible_collections.community.veracode.plugins.module_utils._http.rate_limit import limiter_for
limiter_for("rest", "localhost:{server.server_address[1]}", 400, os.environ).acquire()
"""
    failed = threading.Thread(
        target=lambda: Transport(connection, Calls(), family="rest").call("GET", "/", effect=READ)
    )
    failed.start()
    while not server.seen:
        time.sleep(0.01)
    time.sleep(0.2)
    subprocess.run([sys.executable, "-c", program], check=True, timeout=10)
    assert time.monotonic() - server.seen[0].time >= 2.0
    failed.join()
    transport.close()


def test_the_rate_limit_of_each_family(connection: Connection, calls: Calls) -> None:
    limits = {
        family: Transport(connection, calls, family=family)._limiter._limit  # as only its effect in a minute shows it
        for family in ("rest", "xml")
    }
    assert limits == {"rest": 400, "xml": 200}
    assert Transport(replace(connection, rate_limit=7), calls, family="xml")._limiter._limit == 7


def test_the_rate_limit_holds_where_calls_arrive(
    connection: Connection, calls: Calls, server: Server, tmp_path: Path
) -> None:
    """Two transports that share only the file, four threads each, a server that takes its time now and then."""
    limit, window, seconds = 50, 1.0, 3.5

    def slow(handler: Handler) -> None:
        time.sleep(0.05)
        answer(200)(handler)

    server.plan = [slow, answer(200), answer(200), answer(500)] * 200
    end = time.monotonic() + seconds
    threads = []
    for _count in range(2):
        transport = Transport(connection, calls, family="rest")
        transport._limiter = _rate_limit.RateLimiter(limit, str(tmp_path / "f"), window=window)  # a shorter window

        def work(transport: Transport = transport) -> None:
            while time.monotonic() < end:
                transport.call("GET", "/", effect=READ)

        threads += [threading.Thread(target=work) for _count in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    arrivals = sorted(seen.time for seen in server.seen)
    assert all(later - earlier >= window for earlier, later in zip(arrivals, arrivals[limit:], strict=False))
    assert len(arrivals) >= 0.9 * limit * (seconds // window)
    assert calls.reads == len(arrivals)


# Answers that are refused


def test_401_says_what_may_be_wrong(rest: Transport, server: Server) -> None:
    body = b'{"message":"1fe7eb75-07c6-477f-b13f-a7ead5d6ee4e","http_code":401,"http_status":"Unauthorized"}'
    server.plan = [answer(401, body)]
    error = failure_of(lambda: rest.call("GET", "/users", effect=READ), ApiError)
    for word in ("no reason", "expired", "IP address", "region", "commercial", "role", "check that the clock"):
        assert word in error.msg
    assert error.request_id == "1fe7eb75-07c6-477f-b13f-a7ead5d6ee4e"
    assert (error.status, error.method, error.path) == (401, "GET", "/users")
    assert len(server.seen) == 1


@pytest.mark.parametrize(("skew", "text"), [(-600, "600 seconds ahead of"), (3600, "3600 seconds behind")])
def test_401_compares_the_clocks(rest: Transport, server: Server, skew: int, text: str) -> None:
    server.plan = [answer(401, Date=email.utils.formatdate(int(time.time()) + skew + 0.5, usegmt=True))]
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), ApiError)
    number, words = text.split(" ", 1)
    match = re.search(rf"(\d+) {words}", error.msg)
    assert match
    assert abs(int(match.group(1)) - int(number)) <= 2


@pytest.mark.parametrize("status", [200, 204, 304, 400, 403, 404, 409, 415])
def test_other_statuses_are_answers(rest: Transport, server: Server, status: int) -> None:
    server.plan = [answer(status, b"" if status in (204, 304) else b"text")]
    assert rest.call("POST", "/", effect=ONCE).status == status
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_refused(
    rest: Transport, server: Server, make_server: Callable[[], Server], status: int
) -> None:
    other = make_server()
    for location in (f"{other.url}/login?user=private", "http://localhost/login", "//example.com/login"):
        server.plan = [answer(status, Location=location)]
        error = failure_of(lambda: rest.call("GET", "/", effect=READ), ApiError)
        assert "another server" in error.msg
        assert "/login" in error.msg
        assert "private" not in error.msg
        assert error.status == status
    assert other.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_read_follows_a_redirect_on_the_same_host(rest: Transport, server: Server, calls: Calls, status: int) -> None:
    server.plan = [answer(status, Location="/new?a=b%20c"), answer(status, Location=f"{server.url}/newer")]
    got = rest.call("GET", "/old", effect=READ)
    assert (got.status, got.path) == (200, "/old")
    assert [seen.path for seen in server.seen] == ["/old", "/new?a=b%20c", "/newer"]
    assert all(seen.signed for seen in server.seen)
    assert calls.reads == 3


def test_a_form_read_follows_only_what_keeps_its_form(connection: Connection, calls: Calls, server: Server) -> None:
    xml = Transport(connection, calls, family="xml")
    server.plan = [answer(307, Location="/new.do"), answer(200), answer(302, Location="/login")]
    xml.call("POST", "/old.do", effect=READ, form={"a": "b"})
    assert [(seen.method, seen.path, seen.body) for seen in server.seen] == [
        ("POST", "/old.do", b"a=b"),
        ("POST", "/new.do", b"a=b"),
    ]
    failure_of(lambda: xml.call("POST", "/old.do", effect=READ, form={"a": "b"}), ApiError)
    assert len(server.seen) == 3


@pytest.mark.parametrize("effect", [REPEATABLE, ONCE])
def test_a_write_follows_no_redirect(rest: Transport, server: Server, effect: Effect) -> None:
    server.plan = [answer(307, Location="/new")]
    error = failure_of(lambda: rest.call("PUT", "/old", effect=effect, json={}), ApiError)
    assert "only reading calls" in error.msg
    assert len(server.seen) == 1


def test_redirects_in_a_circle(rest: Transport, server: Server) -> None:
    server.plan = [answer(302, Location="/again")] * 9
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), ApiError)
    assert "more than 3 times" in error.msg
    assert len(server.seen) == 4


# Bodies


@pytest.mark.parametrize("body", [b"", b"x", b"abc" * 100_000])
def test_bodies_of_each_kind(rest: Transport, server: Server, body: bytes) -> None:
    server.plan = [answer(200, body), chunked(body[:1000]), answer(200, gzip.compress(body), Content_Encoding="gzip")]
    assert rest.call("GET", "/", effect=READ).body == body
    assert rest.call("GET", "/", effect=READ).body == body[:1000]
    assert rest.call("GET", "/", effect=READ).body == body
    assert server.connections == 1


@pytest.mark.parametrize(
    "fault",
    [
        answer(200, b"abc", Content_Encoding="gzip"),
        answer(200, gzip.compress(b"abc" * 1000)[:-9], Content_Encoding="gzip"),
        answer(200, b"abc", Content_Encoding="br"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
    ],
)
def test_a_broken_body_is_no_answer(rest: Transport, server: Server, fault: Fault) -> None:
    server.plan = [fault] * 3
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), TransportError)
    assert "broke" in error.msg
    assert len(server.seen) == 3


def huge(handler: Handler) -> None:
    handler.send_response_only(200)
    handler.send_header("Content-Length", str(50 * 1024 * 1024))
    handler.end_headers()
    for _count in range(50):
        handler.wfile.write(b"x" * 1024 * 1024)
    handler.close_connection = True


def bomb(handler: Handler) -> None:
    """Send what decodes to 300 MiB, and never hold that."""
    deflate = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    body = b"".join(deflate.compress(bytes(1024 * 1024)) for _count in range(300)) + deflate.flush()
    answer(200, body, Content_Encoding="gzip")(handler)


@pytest.mark.parametrize("fault", [huge, bomb])
def test_an_answer_that_is_too_large(connection: Connection, calls: Calls, server: Server, fault: Fault) -> None:
    import tracemalloc

    transport = Transport(replace(connection, timeout=20.0), calls, family="rest")
    server.plan = [fault, fault]
    tracemalloc.start()
    try:
        error = failure_of(lambda: transport.call("GET", "/", effect=READ), ApiError)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "32 MiB" in error.msg
    assert most < 40 * 1024**2
    failure_of(lambda: transport.call("POST", "/", effect=ONCE), LostAnswerError)
    assert len(server.seen) == 2


# Secrets and libraries


@pytest.mark.parametrize(
    "pair", [(KEY_ID, "abc"), ("zz" + KEY_ID[2:], SECRET), (KEY_ID, "zz" + SECRET[2:]), (SECRET, KEY_ID)]
)
def test_a_bad_pair_never_reaches_the_signing_library(
    connection: Connection, calls: Calls, pair: tuple[str, str]
) -> None:
    with pytest.raises(InputError) as caught:
        Transport(replace(connection, credentials=Credentials(*pair)), calls, family="rest")
    assert pair[1] not in "".join(traceback.format_exception(caught.value))


def test_secrets_are_taken_out_of_what_a_server_says(rest: Transport, server: Server) -> None:
    def mirror(handler: Handler) -> None:
        handler.reply(302, b"", {"Location": f"https://example.com/{SECRET}/{handler.headers['Authorization']}"})

    server.plan = [mirror]
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), ApiError)
    assert "********" in error.msg


def test_what_a_library_refuses_is_an_error_of_ours(
    rest: Transport, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests cannot even prepare a call through such a proxy, and raises a ValueError."""
    monkeypatch.setenv("HTTPS_PROXY", "http://")
    error = failure_of(lambda: rest.call("GET", "/users", effect=READ), TransportError)
    assert "GET /users failed: InvalidProxyURL: " in error.msg
    assert server.seen == []


def test_no_secret_in_a_repr(connection: Connection, rest: Transport) -> None:
    assert SECRET not in repr(connection)
    assert SECRET not in repr(connection.credentials)
    assert SECRET not in repr(rest)


@pytest.mark.parametrize(
    ("file", "content", "library", "found"),
    [
        ("requests.py", "raise ImportError('none')", "requests >= 2.28", ""),
        ("requests/__init__.py", "__version__ = '2.27.1'", "requests >= 2.28", "2.27.1"),
        ("veracode_api_signing.py", "", "veracode-api-signing >= 24.11", ""),
        ("veracode_api_signing/_version.py", "__version__ = '22.3.0'", "veracode-api-signing >= 24.11", "22.3.0"),
    ],
)
def test_libraries_that_are_missing_or_old(file: str, content: str, library: str, found: str, tmp_path: Path) -> None:
    """In a process of its own, as a library can be imported only once."""
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    if file == "requests/__init__.py":
        (path.parent / "adapters.py").write_text("")
    if file == "veracode_api_signing/_version.py":
        (path.parent / "__init__.py").write_text("")
        (path.parent / "plugin_requests.py").write_text("RequestsAuthPluginVeracodeHMAC = None")
    program = f"""
import sys
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Connection, Credentials
from ansible_collections.community.veracode.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.community.veracode.plugins.module_utils._http.client import Calls, Effect, Transport
connection = Connection(Credentials("{KEY_ID}", "{SECRET}"), "commercial", "https://localhost", "https://localhost")
transport = Transport(connection, Calls(), family="rest")
assert "requests" not in sys.modules and "veracode_api_signing" not in sys.modules
sys.path.insert(0, {str(tmp_path)!r})
try:
    transport.call("GET", "/", effect=Effect.READ)
except MissingLibraryError as error:
    print(error.library)
"""
    result = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=20)
    assert result.stdout.startswith(library)
    assert found in result.stdout


def test_a_missing_library_is_an_error_of_ours() -> None:
    assert issubclass(MissingLibraryError, VeracodeError)

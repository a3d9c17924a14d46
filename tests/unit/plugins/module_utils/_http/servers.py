# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTPS servers that check each signature and commit each fault that is asked of them, and a clock that only tests have."""

from __future__ import annotations

import contextlib
import email.utils
import hashlib
import hmac
import re
import socket
import ssl
import struct
import threading
import time
import traceback
import typing as t
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Effect
from ansible_collections.community.veracode.plugins.module_utils._http.clock import Clock

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
    """Never answer within the time-out."""
    time.sleep(5)
    handler.close_connection = True


def drip(head: bytes) -> Fault:
    """Send the beginning, and then a byte now and then, each well within the time-out."""

    def fault(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(head)
        for _count in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.05)

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
            client.sendall(f"HTTP/1.1 {self.status}\r\n\r\n".encode("latin-1"))
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
        except OSError:
            pass
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


class SocksProxy:
    """A proxy for SOCKS 5 that takes a password, and hands bytes on to this machine."""

    def __init__(self, *, accepts: bool = True) -> None:
        self.accepts = accepts
        self.asked: list[tuple[str, int]] = []
        self.sock = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> SocksProxy:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.sock.close()

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])

    def serve(self) -> None:
        while True:
            try:
                client, _address = self.sock.accept()
            except OSError:
                return
            self.greet(client.makefile("rb"), client)

    def greet(self, stream: t.BinaryIO, client: socket.socket) -> None:
        _version, count = stream.read(2)
        wants_password = 2 in stream.read(count)
        client.sendall(b"\x05\x02" if wants_password else b"\x05\x00")
        if wants_password:
            stream.read(1)
            stream.read(stream.read(1)[0])
            stream.read(stream.read(1)[0])
            client.sendall(b"\x01\x00" if self.accepts else b"\x01\x01")
            if not self.accepts:
                client.close()
                return
        kind = stream.read(4)[3]
        host = stream.read(stream.read(1)[0]).decode() if kind == 3 else socket.inet_ntoa(stream.read(4))
        port = int.from_bytes(stream.read(2), "big")
        self.asked.append((host, port))
        upstream = socket.create_connection(("127.0.0.1", port))
        client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x01")
        for source, sink in ((client, upstream), (upstream, client)):
            threading.Thread(target=Proxy.pump, args=(source, sink), daemon=True).start()


class FakeClock(Clock):
    """Goes on with the time of the machine, and jumps where the collection would wait."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._guard = threading.Lock()
        self._ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def time(self) -> float:
        return time.time() + self._ahead

    def sleep(self, seconds: float) -> None:
        with self._guard:
            self.slept.append(seconds)
            self._ahead += seconds

    @property
    def waited(self) -> float:
        """The seconds of all waits."""
        return sum(self.slept)


def failure_of(action: Callable[[], object], kind: type[VeracodeError]) -> VeracodeError:
    """Return the error of an action, after a look for secrets in all that it carries."""
    with pytest.raises(kind) as caught:
        action()
    everything = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(caught.value.failure())
    assert SECRET not in everything
    assert "VERACODE-HMAC" not in everything
    assert "sig=" not in everything
    return caught.value

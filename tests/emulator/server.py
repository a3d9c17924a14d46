# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two listeners in one event loop: the signed API with TLS, and the control port on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import shlex
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trustme
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from . import control_app
from .app import Application
from .world import World

_connections = itertools.count(1)


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which tells the application the raw target, the transport and a connection number."""

    connection_number = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.connection_number = next(_connections)
        super().connection_made(transport)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["emulator.target"] = self.url
        scope["emulator.transport"] = self.transport
        scope["emulator.connection"] = self.connection_number


class Server(uvicorn.Server):
    """A uvicorn server that leaves the signals to this module and whose port can refuse connections for a while."""

    address: tuple[str, int] = ("127.0.0.1", 0)
    # What listens again after a while, and what makes it do so at once.
    _reopening: asyncio.Task[None] | None = None
    _now: asyncio.Event

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def refuse(self, seconds: float, but: asyncio.BaseTransport | None = None) -> None:
        """Close the listening socket, reset what is connected, and listen again after ``seconds``.

        :param but: a connection that stays, on which there is something to say.
        """
        await self.listen_again()
        for listener in self.servers:
            listener.close()
        self.servers.clear()
        self._now = asyncio.Event()
        self._reopening = asyncio.create_task(self._reopen(seconds))
        for connection in list(self.server_state.connections):
            transport = connection.transport
            if transport is but:
                continue
            sock = transport.get_extra_info("socket")
            if sock is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()

    async def listen_again(self) -> None:
        """Take connections again, if the port refuses them."""
        if self._reopening is not None:
            self._now.set()
            await self._reopening

    async def _reopen(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._now.wait(), seconds)
        loop = asyncio.get_running_loop()
        config = self.config

        def protocol() -> asyncio.Protocol:
            return Protocol(config=config, server_state=self.server_state, app_state={})

        self.servers.append(
            await loop.create_server(protocol, sock=listening(*self.address), ssl=config.ssl, backlog=config.backlog)
        )


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to the address."""
    # With the protocol named, asyncio sets TCP_NODELAY on what it accepts; without, answers would wait 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    sock.setblocking(False)
    return sock


def write_certificates(folder: Path) -> tuple[Path, Path, Path]:
    """A certificate authority of its own and a server certificate: paths of CA, certificate and key."""
    authority = trustme.CA(organization_name="Emulator")
    server = authority.issue_cert("127.0.0.1", "localhost")
    ca_file, certificate, key = folder / "ca.pem", folder / "server.pem", folder / "server.key"
    authority.cert_pem.write_to_path(str(ca_file))
    certificate.write_bytes(b"".join(blob.bytes() for blob in server.cert_chain_pems))
    key.touch(mode=0o600)
    server.private_key_pem.write_to_path(str(key))
    return ca_file, certificate, key


async def serve(
    world: World, *, state_dir: Path, port: int, caller: str, idle_exit: float, exports: bool = False
) -> None:
    """Serve until SIGTERM, SIGINT or ``idle_exit`` seconds without a request (0: never).

    :param exports: print lines for a shell instead of JSON.
    """
    ca_file, certificate, key = write_certificates(state_dir)
    application = Application(world)
    options: dict[str, Any] = {
        "loop": "asyncio",
        "lifespan": "off",
        "ws": "none",
        "access_log": False,
        "log_level": "warning",
        "server_header": False,
        "timeout_keep_alive": 120,
        "timeout_graceful_shutdown": 1,
    }
    config = uvicorn.Config(application, http=Protocol, ssl_certfile=certificate, ssl_keyfile=key, **options)
    api = Server(config)
    api_socket, control_socket = listening("127.0.0.1", port), listening("127.0.0.1", 0)
    api.address = api_socket.getsockname()
    about: dict[str, Any] = {
        "url": f"https://127.0.0.1:{api.address[1]}",
        "ca_path": str(ca_file),
        "control_url": f"http://127.0.0.1:{control_socket.getsockname()[1]}{control_app.PREFIX}",
        "caller": caller,
        "pid": os.getpid(),
        "database": str(world.database.path) if world.database else None,
        "state_dir": str(state_dir),
    }
    application.stop_listening = api.refuse
    control = control_app.Control(world, application, api, about)
    touched = _Touch(control_app.application(control), application)
    steering = Server(uvicorn.Config(touched, http=Protocol, **options))

    def stop() -> None:
        api.should_exit = steering.should_exit = True

    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    tasks = [
        asyncio.create_task(api.serve(sockets=[api_socket])),
        asyncio.create_task(steering.serve(sockets=[control_socket])),
    ]
    while not (api.started and steering.started):
        await asyncio.sleep(0.01)
    announce(state_dir, {**about, **world.prefixed(world.keys[caller.lower()])}, exports=exports)
    while not api.should_exit:
        await asyncio.sleep(0.2)
        world.flush()
        if idle_exit and not application.active and time.monotonic() - application.last_activity > idle_exit:
            stop()
    await asyncio.gather(*tasks)
    world.flush()
    if world.database is not None:
        world.database.close()


class _Touch:
    """The control application; a control request counts as activity."""

    def __init__(self, inner: Any, application: Application) -> None:
        self.inner = inner
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.application.last_activity = time.monotonic()
        await self.inner(scope, receive, send)


def announce(state_dir: Path, document: dict[str, Any], *, exports: bool = False) -> None:
    """One JSON line, or lines for a shell, on stdout; the JSON also as a file that only the owner can read."""
    text = json.dumps(document)
    part = state_dir / ".emulator.json.part"
    part.touch(mode=0o600)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(state_dir / "emulator.json")
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write((export_lines(document) if exports else text) + "\n")
        sys.stdout.flush()


def export_lines(document: dict[str, Any]) -> str:
    """What makes a shell, and the playbooks that it starts, call this emulator."""
    values = {
        "VERACODE_API_KEY_ID": document["api_id"],
        "VERACODE_API_KEY_SECRET": document["api_secret"],
        "VERACODE_API_URL": document["url"],
        "VERACODE_XML_API_URL": document["url"],
        "VERACODE_CA_PATH": document["ca_path"],
    }
    head = [
        "# The emulator plays Veracode until Ctrl-C. Paste these lines into another shell: what runs there calls it, as the",
        f"# administrator {document['caller']}. The organization can be looked at under {document['control_url']}/state",
    ]
    return "\n".join([*head, *(f"export {name}={shlex.quote(str(value))}" for name, value in values.items())])

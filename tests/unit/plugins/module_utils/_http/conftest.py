# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the transport have in common."""

from __future__ import annotations

import ssl
import threading
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.community.veracode.plugins.module_utils._http import rate_limit as _rate_limit
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Calls
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Credentials
from tests.unit.plugins.module_utils._http.servers import KEY_ID, SECRET, FakeClock, Proxy, Server

trustme = pytest.importorskip("trustme")


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
        "NO_PROXY",
        "no_proxy",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NETRC",
    ):
        monkeypatch.delenv(name, raising=False)


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
        timeout=5.0,
        max_retries=2,
    )


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def rest(connection: Connection, calls: Calls, clock: FakeClock) -> Iterator[Transport]:
    transport = Transport(connection, calls, family="rest", clock=clock)
    yield transport
    transport.close()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.sock.close()

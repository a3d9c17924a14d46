# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent, and what comes back: against real HTTPS servers, and against sockets that break the rules."""

from __future__ import annotations

import functools
import gzip
import json
import os
import socket
import subprocess
import sys
import threading
import time
import traceback
import typing as t
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import (
    OUTCOME_UNKNOWN,
    ApiError,
    InputError,
    LostAnswerError,
    MissingLibraryError,
    TransportError,
    VeracodeError,
)
from ansible_collections.community.veracode.plugins.module_utils._http import session as _session
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer, Calls, Effect
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Credentials
from ansible_collections.community.veracode.plugins.module_utils._http.session import Session
from ansible_collections.community.veracode.plugins.module_utils._http.version import VERSION
from tests.unit.plugins.module_utils._http.servers import (
    KEY_ID,
    ONCE,
    READ,
    REPEATABLE,
    SECRET,
    FakeClock,
    Fault,
    Handler,
    Proxy,
    Server,
    SocksProxy,
    answer,
    chunked,
    drip,
    failure_of,
    raw,
    reset,
    silence,
)

trustme = pytest.importorskip("trustme")

# What is sent


def test_a_call_and_its_answer(rest: Transport, server: Server, calls: Calls) -> None:
    server.plan = [answer(200, b'{"a": 1}', X_Conversation_Id="first, second", Date="Thu, 03 Mar 2022 19:59:58 GMT")]
    got = rest.call("GET", "/api/authn/v2/users", effect=READ, query=[("page", "0")])
    assert got == Answer(
        status=200,
        body=b'{"a": 1}',
        content_type="application/json",
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


def test_threads_have_connections_of_their_own_and_keep_them(rest: Transport, server: Server, calls: Calls) -> None:
    barrier = threading.Barrier(4)

    def meet(handler: Handler) -> None:
        barrier.wait(timeout=20)
        answer(200)(handler)

    server.plan = [meet] * 4

    def work() -> None:
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


def test_transports_of_one_session_share_its_connection(connection: Connection, calls: Calls, server: Server) -> None:
    session = Session(connection)
    for family in ("rest", "xml", "rest"):
        transport = Transport(connection, calls, family=family, session=session)
        transport.call("POST", "/", effect=READ, form={})
        transport.close()
    assert server.connections == 1
    session.close()
    Transport(connection, calls, family="rest", session=session).call("GET", "/", effect=READ)
    assert server.connections == 2


def test_a_session_tells_how_long_it_was_not_used(connection: Connection, calls: Calls, clock: FakeClock) -> None:
    session = Session(connection, clock=clock)
    clock.sleep(100)
    assert session.idle >= 100
    Transport(connection, calls, family="rest", session=session, clock=clock).call("GET", "/", effect=READ)
    assert session.idle < 5


def test_a_forked_process_leaves_the_connections_to_its_parent(
    connection: Connection, calls: Calls, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it looks from within the child: another process id, and the parent's connections still there."""
    session = Session(connection)
    transport = Transport(connection, calls, family="rest", session=session)
    transport.call("GET", "/", effect=READ)
    parent = os.getpid()
    monkeypatch.setattr(_session.os, "getpid", lambda: parent + 1)
    transport.call("GET", "/", effect=READ)
    assert server.connections == 2
    monkeypatch.setattr(_session.os, "getpid", lambda: parent + 2)
    session.close()  # closes nothing that is not its own
    transport.call("GET", "/", effect=READ)
    assert server.connections == 3


def test_the_connection_of_a_thread_that_ended_is_used_again(
    connection: Connection, calls: Calls, server: Server
) -> None:
    transport = Transport(connection, calls, family="rest", session=Session(connection))
    for _count in range(3):
        thread = threading.Thread(target=lambda: transport.call("GET", "/", effect=READ))
        thread.start()
        thread.join()
    assert server.connections == 1


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
from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Credentials
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Calls, Effect
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
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


def test_an_authority_of_the_environment(connection: Connection, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(connection.ca_path))
    transport = Transport(replace(connection, ca_path=None), calls, family="rest")
    assert transport.call("GET", "/", effect=READ).status == 200


@pytest.mark.parametrize(
    "content", ["", "not a certificate", "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n"]
)
def test_a_broken_file_of_authorities_is_said_to_be_broken(
    connection: Connection, calls: Calls, server: Server, tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(content)
    transport = Transport(replace(connection, ca_path=str(path)), calls, family="rest")
    error = failure_of(lambda: transport.call("POST", "/", effect=ONCE), TransportError)
    assert f'ca_path: "{path}" cannot be used as certificates of authorities: it is broken' in error.msg
    assert "name it with ca_path" not in error.msg
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    transport = Transport(replace(connection, ca_path=None), calls, family="rest")
    error = failure_of(lambda: transport.call("POST", "/", effect=ONCE), TransportError)
    assert f'REQUESTS_CA_BUNDLE: "{path}" cannot be used' in error.msg
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/dev/zero")
    error = failure_of(lambda: transport.call("POST", "/", effect=ONCE), TransportError)
    assert 'REQUESTS_CA_BUNDLE is "/dev/zero", which is not a file or folder of certificates' in error.msg
    assert (server.seen, calls.as_dict()) == ([], {"reads": 0, "writes": 0})


def test_an_authority_that_did_not_issue_the_certificate(connection: Connection, calls: Calls, tmp_path: Path) -> None:
    path = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    transport = Transport(replace(connection, ca_path=str(path)), calls, family="rest")
    error = failure_of(lambda: transport.call("GET", "/", effect=READ), TransportError)
    assert f'The authorities are those of ca_path, "{path}"' in error.msg


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


PASSWORDS = ["proxypassword", "p%40ss%3Aw%2Frd", "pa@ssword", "p%C3%A9ss", "'quoted\"word"]


WAYS = [
    "http://me:{}@127.0.0.1:{proxy}",
    "me:{}@127.0.0.1:{proxy}",
    *(f"{scheme}://me:{{}}@127.0.0.1:{{closed}}" for scheme in ("http", "https", "socks5", "socks5h", "ftp")),
    *(
        f"http://me:{{}}@{end}"
        for end in ("nowhere.invalid:3128", "host:port", "", "[::1", "a b", "host:99999", "ho/st")
    ),
    "http:///me:{}@host",
    "http://{}@127.0.0.1:{closed}",
]


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("way", WAYS)
def test_no_password_of_a_proxy_is_shown(
    connection: Connection, calls: Calls, proxy: Proxy, password: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    proxy.status = f"407 {unquote(password)}"
    monkeypatch.setenv("HTTPS_PROXY", way.format(password, closed=closed, proxy=proxy.port))
    transport = Transport(replace(connection, max_retries=0), calls, family="rest")
    error = failure_of(lambda: transport.call("GET", "/users", effect=READ), TransportError)
    for form in (password, unquote(password)):
        assert form not in error.msg
    assert error.msg.isprintable()


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_socks_proxy(
    rest: Transport, server: Server, scheme: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("socks")
    with SocksProxy() as proxy:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://me:{password}@127.0.0.1:{proxy.port}")
        assert rest.call("GET", "/users", effect=READ, query=[("a", "b c")]).status == 200
        assert rest.call("GET", "/users", effect=READ).status == 200
    assert len(proxy.asked) == 1
    assert proxy.asked[0] == ("localhost" if scheme == "socks5h" else "127.0.0.1", server.server_address[1])
    assert all(seen.signed for seen in server.seen)


def test_what_is_done_once_is_never_repeated_through_a_socks_proxy(
    rest: Transport, server: Server, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("socks")
    with SocksProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"socks5h://127.0.0.1:{proxy.port}")
        server.plan = [reset]
        failure_of(lambda: rest.call("POST", "/users", effect=ONCE), LostAnswerError)
    assert calls.as_dict() == {"reads": 0, "writes": 1}


def test_a_socks_proxy_that_refuses(rest: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("socks")
    with SocksProxy(accepts=False) as proxy:
        port = proxy.port
        monkeypatch.setenv("HTTPS_PROXY", f"socks5h://me:proxypassword@127.0.0.1:{proxy.port}")
        error = failure_of(lambda: rest.call("POST", "/", effect=ONCE), TransportError)
    assert not isinstance(error, LostAnswerError)
    assert f"through the proxy 127.0.0.1:{port}" in error.msg
    assert "proxypassword" not in error.msg


def test_a_socks_proxy_without_its_library_is_explained(rest: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5h://127.0.0.1:1")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), MissingLibraryError)
    assert "PySocks" in error.msg
    assert "ALL_PROXY" in error.msg


@pytest.mark.parametrize(
    "value", ["http://", "http://[::1", "http://host:port", "http://host:99999", "http://a b", "://x"]
)
def test_a_proxy_that_is_not_one(rest: Transport, server: Server, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    error = failure_of(lambda: rest.call("GET", "/users", effect=READ), TransportError)
    assert "HTTPS_PROXY is not the URL of a proxy; write http://host:port" in error.msg
    assert server.seen == []


# Time


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
    transport = Transport(replace(connection, max_retries=0, timeout=0.4), calls, family="rest")
    begin = time.monotonic()
    error = failure_of(lambda: transport.call("GET", "/", effect=READ), TransportError)
    assert 0.4 <= time.monotonic() - begin < 3.0  # a server that drips goes on for five seconds
    assert "within 0.4 seconds" in error.msg
    assert "timeout" in error.msg


def test_a_slow_answer_leaves_the_connection_usable(connection: Connection, calls: Calls, server: Server) -> None:
    rest = Transport(replace(connection, timeout=1.0), calls, family="rest")

    def slow(handler: Handler) -> None:
        time.sleep(0.6)
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
    rest: Transport, server: Server, clock: FakeClock
) -> None:
    rest.call("GET", "/", effect=READ)
    rest.call("POST", "/", effect=ONCE)
    assert server.connections == 1
    clock.sleep(11)
    rest.call("GET", "/", effect=READ)
    assert server.connections == 1
    clock.sleep(11)
    rest.call("POST", "/", effect=ONCE)
    assert server.connections == 2


# Answers that break the rules


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"
BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    "interim", [EARLY, EARLY * 3, b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 102 Processing\r\n\r\n"]
)
@pytest.mark.parametrize("effect", [READ, REPEATABLE, ONCE])
def test_interim_answers_are_skipped(
    rest: Transport, server: Server, calls: Calls, interim: bytes, effect: Effect
) -> None:
    def fault(handler: Handler) -> None:
        handler.wfile.write(interim)
        answer(200, b'{"a": 1}')(handler)

    server.plan = [fault, answer(200, b'{"b": 2}')]
    assert rest.call("POST", "/", effect=effect).body == b'{"a": 1}'
    assert rest.call("POST", "/", effect=effect).body == b'{"b": 2}'  # and no answer is left over for the next call
    assert (len(server.seen), server.connections, calls.reads + calls.writes) == (2, 1, 2)


CUT = gzip.compress(b'{"a": 1}')[:-9]

BROKEN = {
    "an interim answer alone": raw(EARLY),
    "interim answers without end": raw(EARLY * 50 + BODY),
    "another protocol": raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
    "two lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} "),
    "two lengths in one header": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{} "),
    "two lengths on a refusal": raw(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} "),
    "a length and chunks": raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    ),
    "a length that is no number": raw(b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}"),
    "a negative length": raw(b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}"),
    "an unknown transfer encoding": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}"),
    "chunked twice": raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    ),
    "a line that is no header": raw(b"HTTP/1.1 404 Not Found\r\nno header\r\nContent-Length: 2\r\n\r\n{}"),
    "headers that are cut off": raw(b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"),
    "a body that is cut off": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"),
    "a chunk that is cut off": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
    "chunks without an end": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
    "a chunk of no size": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n{}\r\n0\r\n\r\n"),
    "too many headers": raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\n"),
    "a header that is too long": raw(b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 70_000 + b"\r\n\r\n"),
    "a status that is none": raw(b"HTTP/1.1 20\r\n\r\n"),
    "no protocol": raw(b"nonsense\r\n\r\n"),
    "an escape sequence": raw(b"\x1b[2Jnonsense\r\n\r\n"),
    "nothing": raw(b""),
    "a reset": reset,
    "what is not compressed": answer(200, b"abc", Content_Encoding="gzip"),
    "a compressed body that is cut off under its own length": answer(
        200, gzip.compress(b'{"a": 1}' * 100)[:-12], Content_Encoding="gzip"
    ),
    "a compressed body without its check sum": answer(200, gzip.compress(b"{}")[:-8], Content_Encoding="gzip"),
    "the header of a compressed body alone": answer(200, gzip.compress(b"{}")[:10], Content_Encoding="gzip"),
    "a compressed body that is damaged": answer(
        200, gzip.compress(b"{}")[:-8] + bytes(4) + gzip.compress(b"{}")[-4:], Content_Encoding="gzip"
    ),
    "chunks of a compressed body that is cut off": raw(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"%x\r\n%b\r\n0\r\n\r\n" % (len(CUT), CUT)
    ),
    "an unknown compression": answer(200, b"abc", Content_Encoding="br"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_no_verdict(connection: Connection, server: Server, clock: FakeClock, name: str) -> None:
    """What is read or may be written again is repeated; of what is done once, the outcome is unknown, and it counts."""
    for effect in (READ, REPEATABLE):
        calls = Calls()
        transport = Transport(replace(connection, max_retries=1), calls, family="rest", clock=clock)
        server.plan = [BROKEN[name]] * 2
        error = failure_of(functools.partial(transport.call, "PUT", "/users", effect=effect), TransportError)
        assert (OUTCOME_UNKNOWN in error.msg) == (effect is REPEATABLE)
        assert error.msg.isprintable()
        assert calls.reads + calls.writes == 2
    calls = Calls()
    transport = Transport(connection, calls, family="rest", clock=clock)
    server.seen.clear()
    server.plan = [BROKEN[name]]
    error = failure_of(lambda: transport.call("POST", "/users", effect=ONCE, json={}), LostAnswerError)
    assert "was sent once, and whether it was carried out is unknown" in error.msg
    assert (len(server.seen), calls.as_dict()) == (1, {"reads": 0, "writes": 1})


def test_the_same_length_twice_is_no_contradiction(rest: Transport, server: Server) -> None:
    server.plan = [raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}")]
    assert rest.call("POST", "/", effect=ONCE).body == b"{}"


# Bodies


@pytest.mark.parametrize("body", [b"", b"x", b"abc" * 100_000])
def test_bodies_of_each_kind(rest: Transport, server: Server, body: bytes) -> None:
    server.plan = [answer(200, body), chunked(body[:1000]), answer(200, gzip.compress(body), Content_Encoding="gzip")]
    assert rest.call("GET", "/", effect=READ).body == body
    assert rest.call("GET", "/", effect=READ).body == body[:1000]
    assert rest.call("GET", "/", effect=READ).body == body
    assert server.connections == 1


BOMB = gzip.compress(bytes(1024 * 1024)) * 300


def huge(handler: Handler) -> None:
    handler.send_response_only(200)
    handler.send_header("Content-Length", str(50 * 1024 * 1024))
    handler.end_headers()
    for _count in range(50):
        handler.wfile.write(b"x" * 1024 * 1024)
    handler.close_connection = True


def bomb(handler: Handler) -> None:
    """Send what decodes to 300 MiB."""
    answer(200, BOMB, Content_Encoding="gzip")(handler)


@pytest.mark.parametrize("fault", [huge, bomb])
def test_an_answer_that_is_too_large(connection: Connection, calls: Calls, server: Server, fault: Fault) -> None:
    import tracemalloc

    transport = Transport(replace(connection, timeout=60.0, max_retries=0), calls, family="rest")
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


def test_a_signature_is_taken_out_of_what_a_server_says(rest: Transport, server: Server) -> None:
    def mirror(status: int, into: str) -> Fault:
        def fault(handler: Handler) -> None:
            header = str(handler.headers["Authorization"])
            body = json.dumps({"message": f"no: {header}", "parts": header.split(",")}).encode()
            handler.reply(status, body, {into: f"https://example.com/{SECRET}/{header}"})

        return fault

    server.plan = [mirror(302, "Location"), mirror(400, "X-Conversation-Id")]
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), ApiError)
    assert "********" in error.msg
    got = rest.call("GET", "/", effect=READ)
    assert b"sig=" not in got.body
    assert b"VERACODE-HMAC" not in got.body
    assert json.loads(got.body)["message"] == "no: ********"
    assert "sig=" not in repr(got)


@pytest.mark.parametrize("where", ["prepare", "send"])
def test_no_text_of_a_library_is_shown(
    rest: Transport, server: Server, calls: Calls, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their texts quote URLs, headers and proxies; only the kind and the place of the error are reported."""
    import requests
    import requests.adapters

    kinds = [
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidHeader,
        requests.exceptions.InvalidProxyURL,
        requests.exceptions.InvalidSchema,
        ValueError,
        AssertionError,
        TypeError,
    ]
    for kind in kinds:

        def fail(*args: t.Any, kind: type[Exception] = kind, **kwargs: t.Any) -> t.Any:
            raise kind(f"header value: VERACODE-HMAC-SHA-256 id=a,sig=0123 {SECRET} /users?user_name=private")

        with monkeypatch.context() as patch:
            if where == "prepare":
                patch.setattr(requests.Request, "prepare", fail)
            else:
                patch.setattr(requests.adapters.HTTPAdapter, "send", fail)
            error = failure_of(lambda: rest.call("POST", "/users", effect=ONCE), TransportError)
        assert not isinstance(error, LostAnswerError)
        assert f"{kind.__name__} at _http/test_session.py:" in error.msg
        assert "private" not in error.msg
    assert (server.seen, calls.as_dict()) == ([], {"reads": 0, "writes": 0})


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
from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Credentials
from ansible_collections.community.veracode.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Calls, Effect
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
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

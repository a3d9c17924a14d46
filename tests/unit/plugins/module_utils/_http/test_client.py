# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is repeated and what is not, what counts, and how long is waited: on a clock that jumps."""

from __future__ import annotations

import email.utils
import re
import socket
import threading
import time
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import (
    OUTCOME_UNKNOWN,
    ApiError,
    LostAnswerError,
    TransportError,
    VeracodeError,
)
from ansible_collections.community.veracode.plugins.module_utils._http import rate_limit as _rate_limit
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Calls, Effect
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from tests.unit.plugins.module_utils._http.servers import (
    ONCE,
    READ,
    REPEATABLE,
    FakeClock,
    Fault,
    Handler,
    Server,
    answer,
    failure_of,
    raw,
    reset,
    silence,
)

# No answer, or one that is no verdict

GIVEN_UP = [408, 421, 425, 499, 500, 502, 503, 504, 520]


@pytest.mark.parametrize("effect", [READ, REPEATABLE])
@pytest.mark.parametrize("fault", [reset, *map(answer, GIVEN_UP), raw(b"HTTP/1.1 200 OK\r\n"), raw(b"")])
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


@pytest.mark.parametrize("status", GIVEN_UP)
@pytest.mark.parametrize("effect", [READ, REPEATABLE])
def test_the_last_of_them_is_an_answer_that_may_have_been_done(
    rest: Transport, server: Server, effect: Effect, status: int
) -> None:
    server.plan = [answer(500), answer(502), answer(status, b"down for maintenance", Content_Type="text/html")]
    got = rest.call("PUT", "/", effect=effect)
    assert (got.status, got.body, got.content_type) == (status, b"down for maintenance", "text/html")
    assert got.is_open == (effect is REPEATABLE)
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", GIVEN_UP)
def test_a_write_that_was_given_up_may_have_been_done_also_without_repetition(
    connection: Connection, calls: Calls, server: Server, status: int
) -> None:
    server.plan = [answer(status)]
    got = Transport(replace(connection, max_retries=0), calls, family="rest").call("DELETE", "/", effect=REPEATABLE)
    assert (got.status, got.repeated, got.is_open) == (status, False, True)


class StandingClock(FakeClock):
    """Waits without time passing, as if all threads waited at the same time."""

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_many_calls_under_way_do_not_repeat_all_at_once_to_a_server_that_died(
    connection: Connection, calls: Calls, server: Server
) -> None:
    number = 16
    server.plan = [answer(503)] * number * 9
    with_retries = replace(connection, max_retries=5)
    transport = Transport(with_retries, calls, family="rest", clock=StandingClock())
    got: list[int] = []
    threads = [
        threading.Thread(target=lambda: got.append(transport.call("GET", "/", effect=READ).status))
        for _each in range(number)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [503] * number
    assert len(server.seen) <= 3 * number  # and not six for each
    server.plan = [answer(503)]
    assert transport.call("GET", "/", effect=READ).status == 200  # the last attempt is sent in any case
    server.plan = [answer(503), answer(503)]
    assert transport.call("GET", "/", effect=READ).status == 200
    transport.close()


def test_a_5xx_waits_as_long_as_it_says(rest: Transport, server: Server, clock: FakeClock) -> None:
    server.plan = [answer(503, Retry_After="120")]
    rest.call("GET", "/", effect=READ)
    assert clock.slept == [120.0]


def test_the_back_off_grows(connection: Connection, calls: Calls, server: Server, clock: FakeClock) -> None:
    server.plan = [answer(500)] * 7
    Transport(replace(connection, max_retries=7), calls, family="rest", clock=clock).call("GET", "/", effect=READ)
    assert len(clock.slept) == 7
    for gap, expected in zip(clock.slept, (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0), strict=True):
        assert 0.75 * expected <= gap <= 1.25 * expected


@pytest.mark.parametrize("fault", [reset, *map(answer, GIVEN_UP), raw(b"HTTP/1.1 20"), raw(b"nonsense\r\n\r\n")])
def test_what_is_done_once_is_never_repeated(rest: Transport, server: Server, calls: Calls, fault: Fault) -> None:
    server.plan = [fault]
    error = failure_of(lambda: rest.call("POST", "/users", effect=ONCE, json={}), LostAnswerError)
    assert "unknown" in error.msg
    assert error.path == "/users"
    assert error.is_server_down
    assert len(server.seen) == 1
    assert calls.as_dict() == {"reads": 0, "writes": 1}


def test_what_is_done_once_is_not_repeated_after_silence(connection: Connection, calls: Calls, server: Server) -> None:
    server.plan = [silence]
    transport = Transport(replace(connection, timeout=0.4), calls, family="rest")
    failure_of(lambda: transport.call("POST", "/users", effect=ONCE, json={}), LostAnswerError)
    assert calls.as_dict() == {"reads": 0, "writes": 1}


def test_once_is_repeated_when_it_was_not_sent(connection: Connection, calls: Calls, server: Server) -> None:
    port = server.server_address[1]
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    elsewhere = replace(connection, api_url=f"https://localhost:{closed}", rate_limit=3)
    transport = Transport(elsewhere, calls, family="rest", clock=FakeClock())
    error = failure_of(lambda: transport.call("POST", "/", effect=ONCE), TransportError)
    assert not isinstance(error, LostAnswerError)
    assert "3 attempts" in error.msg
    assert "refused" in error.msg
    assert calls.as_dict() == {"reads": 0, "writes": 0}
    assert transport.limiter._try()[0]  # none of the three attempts counts, so another call need not wait
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


# Too many calls


@pytest.mark.parametrize("effect", [READ, REPEATABLE, ONCE])
def test_429_waits_what_it_says_and_repeats_everything(
    rest: Transport, server: Server, calls: Calls, clock: FakeClock, effect: Effect
) -> None:
    server.plan = [answer(429, Retry_After="300")]
    got = rest.call("POST", "/users", effect=effect, json={})
    assert (got.status, got.repeated) == (200, False)
    assert 299 < clock.waited < 301
    assert calls.reads + calls.writes == 2


@pytest.mark.parametrize("skew", [0, 5000, -5000])
def test_429_with_a_date_by_the_clock_of_the_server(
    rest: Transport, server: Server, clock: FakeClock, skew: int
) -> None:
    now = int(time.time()) + skew
    server.plan = [
        answer(
            429,
            Date=email.utils.formatdate(now, usegmt=True),
            Retry_After=email.utils.formatdate(now + 90, usegmt=True),
        )
    ]
    rest.call("GET", "/", effect=READ)
    assert 89 < clock.waited < 91


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "Thu, 99 Foo 2022"])
def test_429_that_names_no_time_waits_a_window(rest: Transport, server: Server, text: str, clock: FakeClock) -> None:
    server.plan = [answer(429, Retry_After=text)]
    rest.call("GET", "/", effect=READ)
    assert 59 < clock.waited < 61


@pytest.mark.parametrize("text", ["0", "-10", "Thu, 03 Mar 2022 19:59:58 GMT"])
def test_429_of_the_past_is_repeated_after_the_back_off(
    rest: Transport, server: Server, text: str, clock: FakeClock
) -> None:
    server.plan = [answer(429, Retry_After=text)]
    rest.call("GET", "/", effect=READ)
    assert 0.3 < clock.waited <= 0.5


@pytest.mark.parametrize("text", ["301", "86400", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
@pytest.mark.parametrize("status", [429, 503, 408])
def test_a_retry_after_that_is_too_long(rest: Transport, server: Server, text: str, status: int) -> None:
    server.plan = [answer(status, Retry_After=text, X_Conversation_Id="the-id")]
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), ApiError)
    assert text[:100] in error.msg
    assert "300 seconds" in error.msg
    assert (error.status, error.request_id) == (status, "the-id")
    assert len(server.seen) == 1


def test_a_retry_after_that_is_too_long_for_a_write_leaves_its_outcome_open(rest: Transport, server: Server) -> None:
    server.plan = [answer(503, Retry_After="301")]
    error = failure_of(lambda: rest.call("DELETE", "/", effect=REPEATABLE), ApiError)
    assert "whether it was carried out is unknown" in error.msg


def test_429_without_end(rest: Transport, server: Server) -> None:
    server.plan = [answer(429, Retry_After="0")] * 9
    error = failure_of(lambda: rest.call("POST", "/", effect=ONCE), ApiError)
    assert "429" in error.msg
    assert "3 times" in error.msg
    assert len(server.seen) == 3


def test_429_pauses_all_threads_and_transports(
    connection: Connection, calls: Calls, server: Server, clock: FakeClock
) -> None:
    """All of them wait at the limiter, which is one for each host and family."""
    server.plan = [answer(429, Retry_After="30")]
    first, second = (Transport(connection, calls, family="rest", clock=clock) for _count in range(2))
    assert first.limiter is second.limiter
    failing = Transport(replace(connection, max_retries=0), calls, family="rest", clock=clock)
    failure_of(lambda: failing.call("GET", "/first", effect=READ), ApiError)
    assert clock.waited == 0
    server.plan = [answer(429, Retry_After="30")]
    threading.Thread(target=lambda: first.call("GET", "/", effect=READ)).start()
    while len(server.seen) < 2 or not clock.slept:
        time.sleep(0.001)
    second.call("GET", "/", effect=READ)
    assert clock.waited > 29


def test_the_rate_limit_of_each_family(connection: Connection, calls: Calls) -> None:
    limits = {
        family: Transport(connection, calls, family=family).limiter.limit  # as only its effect in a minute shows it
        for family in ("rest", "xml")
    }
    assert limits == {"rest": 400, "xml": 200}
    assert Transport(replace(connection, rate_limit=7), calls, family="xml").limiter.limit == 7


def test_the_rate_limit_holds_where_calls_arrive(
    connection: Connection, calls: Calls, server: Server, tmp_path: Path
) -> None:
    """In real time: two transports that share only the file, four threads each, a server that takes its time now and then."""
    limit, window, seconds = 30, 0.5, 1.8

    def slow(handler: Handler) -> None:
        time.sleep(0.02)
        answer(200)(handler)

    server.plan = [slow, answer(200), answer(200), answer(200)] * 200
    end = time.monotonic() + seconds
    threads = []
    for _count in range(2):
        transport = Transport(connection, calls, family="rest")
        transport.limiter = _rate_limit.RateLimiter(limit, str(tmp_path / "f"), window=window)  # a shorter window

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
    assert len(arrivals) >= 0.9 * limit * (seconds // window - 1)
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


def test_errors_tell_a_dead_key_and_a_dead_server_from_a_refusal(rest: Transport, server: Server) -> None:
    server.plan = [answer(401)]
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), ApiError)
    assert (error.is_unauthorized, error.is_server_down) == (True, False)
    server.plan = [reset] * 3
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), TransportError)
    assert (error.is_unauthorized, error.is_server_down) == (False, True)
    for status, is_down in ((400, False), (404, False), (408, True), (499, True), (500, True), (503, True)):
        assert ApiError("", status=status).is_server_down is is_down


@pytest.mark.parametrize("status", [200, 204, 400, 403, 404, 409, 415])
def test_other_statuses_are_answers(rest: Transport, server: Server, status: int) -> None:
    server.plan = [answer(status, b"" if status == 204 else b"text")]
    assert rest.call("POST", "/", effect=ONCE).status == status
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 306, 307, 308, 399])
@pytest.mark.parametrize("effect", [READ, REPEATABLE, ONCE])
@pytest.mark.parametrize(
    "location", ["/new", "https://other.example/login?user=private#private", "//other.example/login", ""]
)
def test_no_redirect_is_followed_and_none_is_a_verdict(
    rest: Transport, server: Server, calls: Calls, status: int, effect: Effect, location: str
) -> None:
    """Servers answer a form that they have taken with a redirect, too: what was to be created is looked up."""
    server.plan = [answer(status, b"" if status == 304 else b"{}", Location=location)]
    lost = failure_of(lambda: rest.call("PUT", "/old", effect=effect, json={}), VeracodeError)
    named = f'"{location.partition("?")[0]}"' if location else "an address that it does not name"
    assert f"was redirected to {named} (HTTP {status})" in lost.msg
    assert "private" not in lost.msg
    assert (lost.status, lost.path) == (status, "/old")
    assert len(server.seen) == calls.reads + calls.writes == 1
    assert (OUTCOME_UNKNOWN in lost.msg) == (effect is not READ)
    assert isinstance(lost, LostAnswerError) == (effect is ONCE)


@pytest.mark.parametrize("effect", [READ, REPEATABLE, ONCE])
def test_a_refresh_header_leads_nowhere(rest: Transport, server: Server, effect: Effect) -> None:
    server.plan = [answer(200, b"{}", Refresh="0; url=https://other.example/", Content_Location="//other.example/")]
    assert rest.call("GET", "/", effect=effect).body == b"{}"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://other:8443\\@localhost/x", "https://other:8443\\@localhost/x"),
        ("https://me:password@other/x", "https://...@other/x"),
        ("https://[::1/x", "https://[::1/x"),
        ("https://other:port/x", "https://other:port/x"),
        ("https:other", "https:other"),
        ("\\\\other\\x", "\\\\other\\x"),
        ("/\x1b[2J\x07\x9b", "/\\x1b[2J\\x07\\x9b"),
        ("/" + "x" * 500, "/" + "x" * 199 + "..."),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("/\\other/x", "/\\other/x"),
        ("///other/x", "///other/x"),
        ("//me:password@other/x", "//...@other/x"),
        ("https://me:password@localhost:1@other/x", "https://...@other/x"),
        ("../x", "../x"),
    ],
)
def test_a_redirect_is_named_as_it_was_written_whatever_a_parser_makes_of_it(
    rest: Transport, server: Server, location: str, shown: str
) -> None:
    server.plan = [answer(302, Location=location)]
    error = failure_of(lambda: rest.call("GET", "/", effect=READ), ApiError)
    assert f'was redirected to "{shown}"' in error.msg
    assert error.msg.isprintable()
    assert "password" not in error.msg
    assert len(server.seen) == 1

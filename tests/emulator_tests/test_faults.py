# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults: each does what it says to the request it is meant for, and to no other."""

from __future__ import annotations

import json
import socket
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree

from tests.emulator.control import Emulator, EmulatorError
from tests.emulator.faults import KINDS
from tests.emulator_tests.client import BASE, Client, person

TED = "tmonarch@example.com"
SELF = "/users/self"


def fresh(emulator: Emulator, timeout: float = 20) -> Client:
    return Client(emulator, timeout=timeout)


def change_phone(client: Client, phone: str = "1") -> Any:
    return client.put_user(TED, {"phone": phone})


def phone(emulator: Emulator) -> object:
    return (emulator.user(TED) or {})["phone"]


# --- matching --------------------------------------------------------------------------------------------------------


def test_matching(client: Client, emulator: Emulator) -> None:
    emulator.fault("status", status=500, method="GET", path="/users/self$", skip=1, count=2)
    seen = [client.get(SELF).status for _number in range(5)]
    assert seen == [200, 500, 500, 200, 200]
    assert client.get("/teams").status == 200
    assert [(one["seen"], one["hits"]) for one in emulator.faults()] == [(3, 2)]
    emulator.clear_faults()
    assert emulator.faults() == []


def test_matching_by_query_call_and_writing(client: Client, emulator: Emulator) -> None:
    emulator.fault("status", status=500, query="page=1", count=0)
    emulator.fault("status", status=502, call="getuserlist", count=0)
    emulator.fault("status", status=503, writes=True, count=0)
    assert [client.get("/users", page=number, size=3).status for number in range(3)] == [200, 500, 200]
    assert client.xml_reply("getuserlist").status == 502
    assert client.xml_reply("getuserinfo", username=TED).status == 200
    assert client.xml_reply("updateuser", username=TED).status == 503
    assert change_phone(client).status == 503


def test_orders_that_make_no_sense(emulator: Emulator) -> None:
    for options in (
        {"kind": "nonsense"},
        {"kind": "status", "path": "("},
        {"kind": "status", "nonsense": 1},
        {"kind": "status", "body": "x"},
    ):
        with pytest.raises(EmulatorError):
            emulator.fault(**options)


# --- connections -----------------------------------------------------------------------------------------------------


def test_close(client: Client, emulator: Emulator) -> None:
    emulator.fault("close", writes=True)
    with pytest.raises(OSError, match=r"EOF|closed|reset|pipe|Remote end"):
        change_phone(client)
    assert phone(emulator) is None


def test_reset_before_and_after(emulator: Emulator) -> None:
    emulator.fault("reset_before", writes=True)
    with pytest.raises(ConnectionResetError):
        change_phone(fresh(emulator))
    assert phone(emulator) is None
    emulator.clear_faults()
    emulator.fault("reset_after", writes=True)
    with pytest.raises(ConnectionResetError):
        change_phone(fresh(emulator))
    assert phone(emulator) == "1"
    assert change_phone(fresh(emulator), "2").status == 200
    assert "Exception" not in emulator.output()


@pytest.mark.parametrize(("acts", "expected"), [(False, None), (True, "1")])
def test_timeout(emulator: Emulator, acts: bool, expected: object) -> None:
    emulator.fault("timeout", writes=True, acts=acts)
    with pytest.raises(TimeoutError):
        change_phone(fresh(emulator, timeout=0.5))
    assert phone(emulator) == expected
    assert change_phone(fresh(emulator), "2").status == 200


def test_refuse(client: Client, emulator: Emulator) -> None:
    assert client.get(SELF).status == 200
    emulator.fault("refuse", seconds=0.5)
    with pytest.raises(OSError, match=r"reset|closed|EOF|refused|Remote end"):
        client.get(SELF)
    with pytest.raises(ConnectionRefusedError):
        fresh(emulator).get(SELF)
    time.sleep(0.8)
    assert fresh(emulator).get(SELF).status == 200


def test_slow_body(client: Client, emulator: Emulator) -> None:
    emulator.fault("slow_body", interval=0.001, writes=True)
    started = time.monotonic()
    assert change_phone(client).json["phone"] == "1"
    assert time.monotonic() - started > 0.3


def test_latency(client: Client, emulator: Emulator) -> None:
    emulator.fault("latency", ms=300)
    started = time.monotonic()
    assert client.get(SELF).status == 200
    assert time.monotonic() - started > 0.3


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["json", "html", "empty"])
@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_status(client: Client, emulator: Emulator, status: int, body: str) -> None:
    emulator.fault("status", status=status, body=body, retry_after="Sun, 22 Nov 2026 20:00:00 GMT")
    reply = change_phone(client)
    assert (reply.status, reply.headers["retry-after"]) == (status, "Sun, 22 Nov 2026 20:00:00 GMT")
    assert {"json": b"{", "html": b"<!DOC", "empty": b""}[body] == reply.body[
        : {"json": 1, "html": 5, "empty": 1}[body]
    ]
    assert phone(emulator) is None


def test_status_after_the_deed(client: Client, emulator: Emulator) -> None:
    emulator.fault("status", status=502, acts=True, writes=True)
    assert change_phone(client).status == 502
    assert phone(emulator) == "1"


def test_one_401(client: Client, emulator: Emulator) -> None:
    emulator.fault("status", status=401)
    reply = client.get(SELF)
    assert (reply.status, set(reply.json)) == (401, {"message", "http_code", "http_status"})
    assert client.get(SELF).status == 200


def test_maintenance_page(client: Client, emulator: Emulator) -> None:
    emulator.fault("html")
    reply = change_phone(client)
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html;charset=UTF-8")
    assert phone(emulator) is None


def test_cut(client: Client, emulator: Emulator) -> None:
    emulator.fault("cut", count=2)
    with pytest.raises(json.JSONDecodeError):
        assert client.get(SELF).json
    with pytest.raises(etree.XMLSyntaxError):
        client.xml("getuserinfo", username=TED)


def test_wrong_encoding_and_type(client: Client, emulator: Emulator) -> None:
    emulator.fault("wrong_encoding")
    reply = client.get(SELF)
    assert "UTF-8" in reply.headers["content-type"]
    with pytest.raises(UnicodeDecodeError):
        reply.body.decode("utf-8")
    emulator.fault("wrong_type", content_type="application/pdf")
    reply = client.get(SELF)
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.json["user_name"]
    emulator.fault("empty")
    assert client.get(SELF).body == b""


def test_hostile_xml(client: Client, emulator: Emulator) -> None:
    emulator.fault("dtd", location="file:///nonexistent/secret")
    assert b'SYSTEM "file:///nonexistent/secret"' in client.xml_reply("getuserinfo", username=TED).body
    emulator.fault("bomb")
    body = client.xml_reply("getuserinfo", username=TED).body
    assert len(body) < 2000
    assert body.count(b"<!ENTITY") == 10


def test_huge(client: Client, emulator: Emulator) -> None:
    emulator.fault("huge", megabytes=3)
    assert len(client.get(SELF).body) == 3 * 1024 * 1024
    emulator.fault("huge", megabytes=2, call="getuserlist")
    assert client.xml_reply("getuserlist").body.startswith(b'<?xml version="1.0"?>\n<userinfo>')


def test_redirect(client: Client, emulator: Emulator) -> None:
    emulator.fault("redirect", location="https://other.example.com/")
    assert [(reply.status, reply.headers["location"]) for reply in [client.get(SELF)]] == [
        (302, "https://other.example.com/")
    ]
    emulator.fault("redirect", status=307)
    assert client.get(SELF).headers["location"].startswith("https://127.0.0.1")


def test_drifting_pages(client: Client, emulator: Emulator) -> None:
    def read() -> list[str]:
        return [item["user_name"] for number in range(4) for item in client.get("/users", page=number, size=3).items]

    whole = read()
    emulator.fault("drift", shift=1, count=0, path="/users$")
    assert len(set(read())) < len(set(whole)), "some are left out"
    emulator.clear_faults()
    emulator.fault("drift", shift=-1, count=0, path="/users$")
    assert len(read()) > len(set(read())), "some come twice"


def test_lying_totals(client: Client, emulator: Emulator) -> None:
    emulator.fault("totals", delta=3)
    assert client.get("/users").json["page"]["total_elements"] == 13


def test_an_answer_about_another_object(client: Client, emulator: Emulator) -> None:
    emulator.fault("other", count=0)
    reply = client.put_user(TED, {"phone": "1"})
    assert (reply.status, reply.json["user_id"] != client.user_id(TED)) == (200, True)
    assert phone(emulator) == "1"  # what was asked for is done nevertheless
    assert client.user(TED)["user_name"] != TED
    assert client.post("/users", person()).json["user_name"] != "new@example.com"
    assert emulator.user("new@example.com")
    team = (emulator.team("Demo Team") or {})["team_id"]
    unit = (emulator.look("business_unit", "Example Unit") or {})["bu_id"]
    role = (emulator.look("role", "customreporter") or {})["role_id"]
    assert client.get(f"/teams/{team}").json["team_id"] != team
    assert client.get(f"/business_units/{unit}").json["bu_id"] != unit
    assert client.get(f"/roles/{role}").json["role_id"] != role
    emulator.add("oauth_client", user="admin-api", name="one")
    emulator.add("oauth_client", user="admin-api", name="two")
    one = (emulator.look("oauth_client", "one") or {})["client_id"]
    assert client.get(f"/oauth2/client_credentials/{one}").json["name"] == "two"
    assert client.get("/api_credentials").json["api_id"] != client.api_id
    emulator.clear_faults()
    emulator.fault("other", name="lpieris@example.com")
    assert client.user(TED)["user_name"] == "lpieris@example.com"


def test_an_answer_without_keys(client: Client, emulator: Emulator) -> None:
    emulator.fault("without")
    assert not {"roles", "teams"} & set(client.user(TED))
    assert {"roles", "teams"} <= set(client.user(TED))
    emulator.fault("without", names=["user_name"])
    assert [item for item in client.get("/users").items if "user_name" in item] == []


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_an_interim_answer(emulator: Emulator, status: int) -> None:
    emulator.fault("interim", status=status)
    parts = urlsplit(emulator.url)
    context = ssl.create_default_context(cafile=emulator.ca_path)
    target = f"{BASE}/users/self"
    header = fresh(emulator).header("GET", target)
    request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: {header}\r\nConnection: close\r\n\r\n"
    with (
        socket.create_connection((parts.hostname, parts.port), 10) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as secured,
        secured.makefile("rb") as stream,
    ):
        secured.sendall(request.encode())
        answer = stream.read()
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"\r\n\r\nHTTP/1.1 200 OK\r\n" in answer


@pytest.mark.parametrize("status", [408, 421, 425, 499])
def test_no_verdict_after_the_deed(client: Client, emulator: Emulator, status: int) -> None:
    emulator.fault("status", status=status, acts=True, writes=True)
    assert change_phone(client).status == status
    assert phone(emulator) == "1"


def test_two_lengths(emulator: Emulator) -> None:
    client = fresh(emulator)
    emulator.fault("lengths", delta=5)
    target = f"{BASE}{SELF}"
    client.connection.request("GET", target, headers={"Authorization": client.header("GET", target)})
    first, second = client.connection.getresponse().headers.get_all("content-length")
    assert int(first) == int(second) + 5


def test_redirect_with_an_odd_host(client: Client, emulator: Emulator) -> None:
    for odd in ("https://other:8443\\@host/", "//other", "https://user:word@other/", "https://[::1/", "ftp://other/"):
        emulator.fault("redirect", location=odd)
        assert client.get(SELF).headers["location"] == odd


def test_the_key_dies_in_mid_run(client: Client, emulator: Emulator) -> None:
    emulator.fault("status", status=401, skip=2, count=0)
    assert [client.get(SELF).status for _number in range(4)] == [200, 200, 401, 401]


def test_the_server_goes_down_in_mid_run(client: Client, emulator: Emulator) -> None:
    emulator.fault("status", status=503, body="html", skip=1, count=0)
    assert [client.get(SELF).status for _number in range(3)] == [200, 503, 503]
    emulator.clear_faults()
    other = fresh(emulator)
    assert other.get(SELF).status == 200
    emulator.fault("refuse", seconds=60, skip=1, acts=True)
    assert [client.get(SELF).status for _number in range(2)] == [200, 200]
    with pytest.raises(ConnectionRefusedError):
        fresh(emulator).get(SELF)
    with pytest.raises(OSError, match=r"reset|closed|EOF|Remote end"):
        other.get(SELF)


def test_every_kind_is_tested() -> None:
    with open(__file__, encoding="utf-8") as text:
        source = text.read()
    assert [kind for kind in KINDS if f'fault("{kind}"' not in source] == []

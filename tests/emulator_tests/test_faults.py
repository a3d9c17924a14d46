# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults: each does what it says to the request it is meant for, and to no other."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from lxml import etree

from tests.emulator.control import Emulator, EmulatorError
from tests.emulator.faults import KINDS
from tests.emulator_tests.client import Client

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


def test_every_kind_is_tested() -> None:
    with open(__file__, encoding="utf-8") as text:
        source = text.read()
    assert [kind for kind in KINDS if f'fault("{kind}"' not in source] == []

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signatures: the published algorithm, and everything that the service refuses with 401."""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid
from collections.abc import Callable

import pytest

from tests.emulator.control import Emulator
from tests.emulator.signature import sign
from tests.emulator_tests.client import BASE, Client

TARGET = f"{BASE}/users/self"


def by_hand(client: Client, *, method: str = "GET", target: str = TARGET, **changes: str) -> str:
    """The header, computed from the published description, with parts changed."""
    part = {
        "id": client.api_id,
        "host": client.host,
        "ts": str(int(time.time() * 1000)),
        "nonce": uuid.uuid4().hex,
        **changes,
    }
    data = f"id={part['id'].lower()}&host={part['host']}&url={target}&method={method}"
    key = bytes.fromhex(client.secret)
    for step in (bytes.fromhex(part["nonce"]), part["ts"].encode(), b"vcode_request_version_1"):
        key = hmac.new(key, step, hashlib.sha256).digest()
    sig = changes.get("sig") or hmac.new(key, data.encode(), hashlib.sha256).hexdigest()
    return f"VERACODE-HMAC-SHA-256 id={part['id']},ts={part['ts']},nonce={part['nonce']},sig={sig}"


def status(client: Client, authorization: str, target: str = TARGET, **headers: str) -> int:
    return client.raw("GET", target, None, {"Authorization": authorization, **headers}).status


def test_known_vector() -> None:
    """Random keys, invented for this test; the result was computed with Veracode's library."""
    signature = sign(
        "dbb6f2a2ed0b6890bbd32e949f72c8c8",
        bytes.fromhex(
            "530da152f87e5530c82f786907fbc74b09a6894785a78bab3891632ba69325400a40713bdc11d2a6d2d1c3969431281c0a73f455a53c0ed5ea0756e9c54f366c"
        ),
        host="api.veracode.com",
        target="/api/authn/v2/users?page=0&size=50",
        method="GET",
        ts="1700000000000",
        nonce=bytes.fromhex("00112233445566778899aabbccddeeff"),
    )
    assert signature == "3d91d47a476de8e4c2636d80900753420bfaa2867a908d40fe107168b656e6dc"


def test_veracodes_library_is_accepted(client: Client) -> None:
    assert client.get("/users/self").json["user_name"] == client.emulator.caller


def test_by_hand_is_accepted(client: Client) -> None:
    assert status(client, by_hand(client)) == 200


def test_upper_case_and_long_nonce_are_accepted(client: Client) -> None:
    assert status(client, by_hand(client, nonce=uuid.uuid4().hex.upper())) == 200
    assert status(client, by_hand(client, nonce=uuid.uuid4().hex * 2)) == 200


@pytest.mark.parametrize("authorization", ["", "Basic abc", "VERACODE-HMAC-SHA-256 id=1", "Bearer x"])
def test_other_headers_are_refused(client: Client, authorization: str) -> None:
    assert status(client, authorization) == 401


def test_wrong_parts_are_refused(client: Client) -> None:
    assert status(client, by_hand(client, sig="0" * 64)) == 401
    assert status(client, by_hand(client, id="0" * 32)) == 401
    assert status(client, by_hand(client, host=f"{client.host}:{client.port}")) == 401, (
        "the host is signed without port"
    )
    assert status(client, by_hand(client, target=TARGET + "?x=1")) == 401
    assert status(client, by_hand(client, method="POST")) == 401


def test_answer_to_401_has_no_reason(client: Client) -> None:
    reply = client.raw("GET", TARGET, None, {"Authorization": by_hand(client, sig="0" * 64)})
    assert set(reply.json) == {"message", "http_code", "http_status"}
    assert (reply.json["http_code"], reply.json["http_status"]) == (401, "Unauthorized")
    assert str(uuid.UUID(reply.message)) in reply.headers["x-conversation-id"].split(", ")[1]
    assert client.emulator.log()[-1]["refused"] == "wrong signature"


def test_raw_query_counts(client: Client) -> None:
    """The query is signed as it is sent, in whatever encoding."""
    for query in ("?a=%40", "?a=@", "?a=%7e", "?b&&a=1"):
        assert client.raw("GET", TARGET + query).status == 200, query


def test_plus_in_a_query(client: Client) -> None:
    target = f"{BASE}/users/search?search_term=a+b"
    assert client.raw("GET", target).status == 401
    client.emulator.switch(plus_in_query="accepted")
    assert client.raw("GET", target).status == 200


def test_window(client: Client) -> None:
    for seconds, expected in ((-250, 200), (250, 200), (-400, 401), (400, 401)):
        stamp = str(int((time.time() + seconds) * 1000))
        assert status(client, by_hand(client, ts=stamp)) == expected
    client.emulator.switch(clock_skew=600)
    assert client.get("/users/self").status == 401


def test_replay(client: Client) -> None:
    header = by_hand(client)
    assert [status(client, header), status(client, header)] == [200, 401]
    client.emulator.switch(nonce_replay="accepted")
    assert status(client, header) == 200


def test_prefix_has_to_be_stripped() -> None:
    with Emulator(key_prefix="e") as emulator:
        assert emulator.api_id.startswith("vera01ei-")
        assert emulator.api_secret.startswith("vera01es-")
        prefixed = Client(emulator, emulator.api_id, emulator.api_secret.split("-")[1])
        assert status(prefixed, by_hand(prefixed)) == 401
        assert Client(emulator).get("/users/self").status == 200, "the library strips it"
        plain = Client(emulator, emulator.api_id.split("-")[1], emulator.api_secret.split("-")[1])
        assert plain.get("/users/self").status == 200


@pytest.mark.parametrize("change", [{"login_enabled": False}, {"active": False}, {"locked": True}])
def test_accounts_that_may_not_call(
    emulator: Emulator, caller: Callable[[str], Client], change: dict[str, object]
) -> None:
    other = caller("build-upload")
    assert other.get("/users/self").status == 200
    emulator.change("user", "build-upload", **change)
    assert other.get("/users/self").status == 401


def test_deleted_caller(emulator: Emulator, caller: Callable[[str], Client]) -> None:
    other = caller("build-upload")
    emulator.remove("user", "build-upload")
    assert other.get("/users/self").status == 401


def test_ip_restricted_caller(emulator: Emulator, caller: Callable[[str], Client]) -> None:
    other = caller("build-upload")
    emulator.change("user", "build-upload", ip_restricted=True, allowed_ip_addresses=["74.0.0.1"])
    assert other.get("/users/self").status == 200
    emulator.switch(enforce_ip=True)
    assert other.get("/users/self").status == 401


def test_revoked_expired_and_overlapping_keys(
    emulator: Emulator, client: Client, caller: Callable[[str], Client]
) -> None:
    old = caller("build-upload")
    answer = client.post(f"/api_credentials/user_id/{client.user_id('build-upload')}").json
    new = Client(emulator, answer["api_id"], answer["api_secret"])
    assert [old.get("/users/self").status, new.get("/users/self").status] == [200, 200]
    emulator.advance(23 * 3600)
    assert old.get("/users/self").status == 200
    emulator.advance(2 * 3600)
    assert [old.get("/users/self").status, new.get("/users/self").status] == [401, 200]
    emulator.advance(366 * 86400)
    assert new.get("/users/self").status == 401
    new.close()

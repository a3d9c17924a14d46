# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OAuth client credentials: who may have and see them, their roles, secrets and tokens."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.emulator.control import Emulator
from tests.emulator_tests.client import BASE, Client, Reply, roles

PATH = "/oauth2/client_credentials"
BUILD = "build-upload"


def create(client: Client, name: str = "ci", **more: object) -> Any:
    reply = client.post(PATH, {"name": name, "description": "pipeline", **more})
    assert reply.status == 201, reply.body
    return reply.json


def token(client: Client, client_id: str, secret: str, *, basic: bool = False) -> Reply:
    form = {"grant_type": "client_credentials"}
    headers = {"Authorization": "", "Content-Type": "application/x-www-form-urlencoded"}
    if basic:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    else:
        form |= {"client_id": client_id, "client_secret": secret}
    return client.raw("POST", f"{BASE}/oauth2/token", urlencode(form).encode(), headers)


def test_a_client_has_the_roles_of_its_user_and_a_secret_that_gets_tokens(client: Client, emulator: Emulator) -> None:
    made = create(client, expiration_days=10)
    assert {role["role_name"] for role in made["roles"]} == {"adminapi", "noteamrestrictionapi"}
    assert (made["is_scoped"], made["user_name"], len(made["secrets"])) == (False, "admin-api", 1)
    assert token(client, made["client_id"], made["client_secret"]).json["token_type"] == "Bearer"
    assert token(client, made["client_id"], made["client_secret"], basic=True).status == 200
    assert token(client, made["client_id"], "wrong").status == 401
    assert token(client, "nobody", made["client_secret"]).json["error"] == "invalid_client"
    read = client.get(f"{PATH}/{made['client_id']}").json
    assert "client_secret" not in read
    assert made["client_secret"] in emulator.secrets()["secrets"]
    assert made["client_secret"] not in str(emulator.state())
    emulator.advance(11 * 86400)
    assert token(client, made["client_id"], made["client_secret"]).status == 401


def test_a_client_has_a_part_of_the_roles_of_its_user(client: Client) -> None:
    made = create(client, is_scoped=True, roles=roles("adminapi"))
    assert [role["role_name"] for role in made["roles"]] == ["adminapi"]
    body = {"name": "x", "description": "x", "is_scoped": True}
    assert client.post(PATH, {**body, "roles": roles("resultsapi")}).status == 400
    assert client.post(PATH, body).status == 400
    assert client.post(PATH, {"name": "x"}).status == 400
    for days in (0, 366, "9", True):
        assert client.post(PATH, {**body, "is_scoped": False, "expiration_days": days}).status == 400


def test_secrets_live_beside_each_other_until_they_are_deleted(client: Client) -> None:
    made = create(client)
    path = f"{PATH}/{made['client_id']}/secrets"
    second = client.post(path).json
    assert set(second) == {"secret_id", "client_secret", "created_ts", "expiration_ts"}
    for secret in (made["client_secret"], second["client_secret"]):
        assert token(client, made["client_id"], secret).status == 200
    first = made["secrets"][0]["secret_id"]
    assert [one["secret_id"] for one in client.get(path).items] == [first, second["secret_id"]]
    assert client.get(f"{path}/{first}").json["secret_id"] == first
    assert client.delete(f"{path}/{first}").status == 200
    assert client.get(f"{path}/{first}").status == 404
    assert token(client, made["client_id"], made["client_secret"]).status == 401
    assert token(client, made["client_id"], second["client_secret"]).status == 200


def test_a_deleted_client_is_seen_only_where_it_is_asked_for(client: Client) -> None:
    made = create(client)
    assert client.delete(f"{PATH}/{made['client_id']}").status == 200
    assert client.get(f"{PATH}/{made['client_id']}").status == 404
    assert client.get(PATH).items == []
    assert [one["deleted"] for one in client.get(PATH, deleted="true").items] == [True]
    assert token(client, made["client_id"], made["client_secret"]).status == 401


def test_administrators_see_and_end_the_clients_of_others(
    client: Client, caller: Callable[[str], Client], emulator: Emulator
) -> None:
    build = caller(BUILD)
    made = create(build)
    of_build = f"{PATH}/user/{client.user_id(BUILD)}"
    assert [one["client_id"] for one in client.get(of_build).items] == [made["client_id"]]
    assert client.get(f"{PATH}/{made['client_id']}").status == 200
    assert client.get(PATH).items == []
    assert client.post(f"{PATH}/{made['client_id']}/secrets").status == 403
    mine = create(client)
    assert build.get(f"{PATH}/{mine['client_id']}").status == 404
    assert build.get(f"{PATH}/user/{client.user_id('admin-api')}").status == 403
    assert build.get(of_build).status == 200
    assert client.delete(f"{of_build}/tokens").status == 200
    assert client.delete(f"{PATH}/{made['client_id']}/tokens").status == 200
    assert (emulator.look("oauth_client", "ci") or {})["token_revocations"] in (0, 2)
    assert client.delete(of_build).status == 200
    assert client.get(of_build).items == []


def test_clients_end_with_their_user(client: Client, caller: Callable[[str], Client]) -> None:
    made = create(caller(BUILD))
    client.put_user(BUILD, {"login_enabled": False})
    assert token(client, made["client_id"], made["client_secret"]).status == 401
    client.put_user(BUILD, {"login_enabled": True})
    assert token(client, made["client_id"], made["client_secret"]).status == 200
    client.delete(f"/users/{client.user_id(BUILD)}")
    assert token(client, made["client_id"], made["client_secret"]).status == 401


@pytest.mark.parametrize("status", [403, 404])
def test_an_organization_without_the_feature(client: Client, emulator: Emulator, status: int) -> None:
    made = create(client)
    emulator.switch(oauth_clients=status)
    assert client.get(PATH).status == client.post(PATH, {"name": "x", "description": "x"}).status == status
    assert client.get(f"{PATH}/{made['client_id']}").status == client.delete(f"{PATH}/{made['client_id']}").status
    assert client.get(f"{PATH}/user/{client.user_id(BUILD)}").status == status
    assert token(client, made["client_id"], made["client_secret"]).status == 400


def test_a_client_without_a_secret_until_one_is_asked_for(client: Client, emulator: Emulator) -> None:
    emulator.switch(oauth_secret="by_secrets")
    made = create(client)
    assert (made["secrets"], "client_secret" in made) == ([], False)
    secret = client.post(f"{PATH}/{made['client_id']}/secrets").json["client_secret"]
    assert token(client, made["client_id"], secret).status == 200

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the client of OAuth clients sends and reads, and what it takes for no answer."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import RestClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.oauth import OauthClients
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, LostAnswerError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer, Effect
from ansible_collections.community.veracode.plugins.module_utils._model.oauth_client import OauthClient, Secret
from ansible_collections.community.veracode.plugins.module_utils._model.role import BY_NAME

Json = dict[str, t.Any]
ITEM: Json = {
    "client_id": "c1",
    "name": "ci",
    "description": "Pipeline",
    "is_scoped": True,
    "roles": [{"role_id": "r", "role_name": "adminapi", "role_description": "Admin API"}],
    "created_ts": "2026-01-01T00:00:00.000+0000",
    "expiration_ts": "2026-12-01T00:00:00Z",
    "user_id": "u1",
    "user_name": "bot",
}
SECRET: Json = {"secret_id": "s1", "created_ts": None, "expiration_ts": "2026-12-01T00:00:00Z"}
CLIENT = OauthClient("c1", "ci", "bot", "u1", "Pipeline", (BY_NAME["adminapi"],), True, expires_in=30)
PATH = "/api/authn/v2/oauth2/client_credentials"


class Server:
    """Stands in for a transport: answers by method and path."""

    def __init__(self, answers: dict[tuple[str, str], Json], status: int = 200) -> None:
        self._answers, self._status = answers, status
        self.calls: list[tuple[str, str, t.Any]] = []

    def call(self, method: str, path: str, *, effect: Effect, query: t.Any = (), **more: t.Any) -> Answer:
        self.calls.append((method, path, more.get("json")))
        raw = json.dumps(self._answers.get((method, path.removeprefix(PATH)), {})).encode()
        return Answer(self._status, raw, "application/json", None, None, method, path, None, effect=effect)

    def close(self) -> None:
        pass


def clients(answers: dict[tuple[str, str], Json], status: int = 200) -> tuple[OauthClients, Server]:
    server = Server(answers, status)
    return OauthClients(RestClient(t.cast("t.Any", server))), server


def page(key: str, *items: Json, total: int | None = None) -> Json:
    count = len(items) if total is None else total
    return {
        "_embedded": {key: list(items)},
        "page": {"size": 500, "total_elements": count, "total_pages": 1, "number": 0},
    }


def test_clients_are_read_in_the_words_of_the_options() -> None:
    own, _server = clients({("GET", ""): page("client_credentials", {**ITEM, "secrets": [SECRET]})})
    found, complete = own.own()
    assert complete
    assert (found[0].client_id, found[0].username, found[0].role_titles) == ("c1", "bot", ("Admin API",))
    assert (found[0].created, found[0].expires) == ("2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z")
    assert found[0].secrets == (Secret("s1", "2026-12-01T00:00:00Z"),)
    without, _server = clients({("GET", ""): page("client_credentials", ITEM)})
    assert without.own()[0][0].secrets is None


def test_the_clients_of_an_account_are_about_that_account() -> None:
    listed = {("GET", "/user/u2"): page("client_credentials", ITEM)}
    with pytest.raises(ApiError, match="u1"):
        clients(listed)[0].of("other", "u2")


@pytest.mark.parametrize("field", sorted(ITEM))
def test_a_missing_field_is_an_error_that_names_it(field: str) -> None:
    item = {key: value for key, value in ITEM.items() if key != field}
    listed, _server = clients({("GET", "/user/u1"): page("client_credentials", item)})
    with pytest.raises(ApiError, match=f"lacks the field {field}"):
        listed.of("bot", "u1")
    # After a creation it is no verdict.
    created, _server = clients({("POST", ""): {**item, "client_secret": "x"}})
    if field != "name":
        with pytest.raises(LostAnswerError, match=f"lacks the field {field}"):
            created.create(CLIENT)


def test_a_creation_sends_what_is_documented() -> None:
    made, server = clients({("POST", ""): {**ITEM, "client_secret": "x"}})
    assert made.create(CLIENT)[1] == "x"
    body = {"name": "ci", "description": "Pipeline", "is_scoped": True, "expiration_days": 30}
    assert server.calls == [("POST", PATH, {**body, "roles": [{"role_name": "adminapi"}]})]
    made, server = clients({("POST", ""): ITEM})
    plain = OauthClient(None, "ci", "", None, "Pipeline")
    assert made.create(plain)[1] is None
    assert server.calls[0][2] == {"name": "ci", "description": "Pipeline", "is_scoped": False}


def test_an_answer_about_another_client_is_no_verdict() -> None:
    made, _server = clients({("POST", ""): {**ITEM, "name": "other", "client_secret": "x"}})
    with pytest.raises(LostAnswerError):
        made.create(CLIENT)


@pytest.mark.parametrize("answer", [{}, SECRET, {"client_secret": "x"}, {**SECRET, "client_secret": ""}])
def test_a_secret_without_its_value_or_id_is_lost(answer: Json) -> None:
    made, _server = clients({("POST", "/c1/secrets"): answer})
    with pytest.raises(LostAnswerError):
        made.generate_secret(CLIENT)


def test_secrets_that_do_not_add_up_are_an_error() -> None:
    read, _server = clients({("GET", "/c1/secrets"): page("secrets", SECRET, total=2)})
    with pytest.raises(ApiError, match="do not add up"):
        read.secrets(CLIENT)


@pytest.mark.parametrize("status", [403, 404])
def test_an_organization_that_lacks_clients_is_explained(status: int) -> None:
    without, _server = clients({}, status)
    for call in (without.own, lambda: without.of("bot", "u1"), lambda: without.create(CLIENT)):
        with pytest.raises(ApiError, match="does not have OAuth client credentials"):
            call()


def test_what_is_gone_is_deleted() -> None:
    gone, server = clients({}, 404)
    assert not gone.delete(CLIENT)
    assert not gone.delete_of("bot", "u1")
    assert not gone.delete_secret(CLIENT, Secret("s/1"))
    assert not gone.revoke_tokens(CLIENT)
    assert [path.removeprefix(PATH) for _method, path, _body in server.calls] == [
        "/c1",
        "/user/u1",
        "/c1/secrets/s%2F1",
        "/c1/tokens",
    ]

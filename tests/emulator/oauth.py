# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Identity REST API below /api/authn/v2/oauth2: client credentials, their secrets and tokens.

Paths and the body of a creation are those of Veracode's API description; the names in answers are guesses.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import uuid
from typing import Any
from urllib.parse import parse_qsl

from . import render, rules
from .identity import accounts, changeable_user, checked_uuid, find_roles, refuse_unknown
from .model import ClientSecret, OauthClient, User
from .rules import Rejected
from .wire import Answer, Call, empty_answer, json_answer, order, page

KNOWN = {"name", "description", "expiration_days", "is_scoped", "roles", "permissions"}
MOST_DAYS = 365
TOKEN_SECONDS = 3600


def _require_feature(call: Call) -> None:
    """Whether the organization has OAuth clients is a switch."""
    manner = call.switches["oauth_clients"]
    if manner != "on":
        raise Rejected("Not Found" if manner == "404" else "Access denied.", int(manner))


def _owner(call: Call) -> User:
    """The account of the path, for administrators; the calling account where it is its own."""
    _require_feature(call)
    if checked_uuid(call.params["user_id"]) == call.caller.user_id:
        return call.caller
    accounts(call).require_administrator()
    return changeable_user(call)


def _found(call: Call) -> OauthClient:
    """The client of the path: the caller's own, or anybody's for administrators."""
    _require_feature(call)
    wanted = checked_uuid(call.params["client_id"])
    client = call.store.oauth_clients.get(wanted)
    if client is None or client.deleted or not _may_see(call, client):
        raise Rejected(f"Client credentials not found: {wanted}", 404)
    return client


def _may_see(call: Call, client: OauthClient) -> bool:
    if client.user_id == call.caller.user_id:
        return True
    who = accounts(call)
    return who.is_administrator and who.may_see(call.store.users[client.user_id])


# --- documents -------------------------------------------------------------------------------------------------------


def shown(call: Call, client: OauthClient, *, secrets_too: bool = True) -> dict[str, Any]:
    owner = call.store.users[client.user_id]
    roles = call.store.roles_of(owner) if client.roles is None else [call.store.roles[one] for one in client.roles]
    document: dict[str, Any] = {
        "client_id": client.client_id,
        "name": client.name,
        "description": client.description,
        "is_scoped": client.roles is not None,
        "roles": [render.role_in_user(call, role) for role in call.shuffled(roles)],
        "created_ts": render.when(call, client.created_ts),
        "expiration_ts": render.when(call, client.expiration_ts),
        "user_id": owner.user_id,
        "user_name": owner.user_name,
    }
    if client.deleted:
        document["deleted"] = True
    if secrets_too:
        document["secrets"] = [_secret(call, one) for one in call.shuffled(client.secrets)]
    return document


def _secret(call: Call, secret: ClientSecret) -> dict[str, Any]:
    return {
        "secret_id": secret.secret_id,
        "created_ts": render.when(call, secret.created_ts),
        "expiration_ts": render.when(call, secret.expiration_ts),
    }


def _page(call: Call, owner: User) -> Answer:
    clients = [one for one in call.store.oauth_clients.values() if one.user_id == owner.user_id]
    if not call.flag("deleted"):
        clients = [one for one in clients if not one.deleted]
    clients = order(call, clients, {"name": lambda one: one.name.lower()}, lambda one: one.client_id)
    carries = call.switches.on("oauth_list_secrets")
    return page(call, "client_credentials", clients, lambda one: shown(call, one, secrets_too=carries))


# --- clients ---------------------------------------------------------------------------------------------------------


def list_clients(call: Call) -> Answer:
    """GET /oauth2/client_credentials: the calling account's"""
    _require_feature(call)
    return _page(call, call.caller)


def list_clients_of_user(call: Call) -> Answer:
    """GET /oauth2/client_credentials/user/{user_id}"""
    return _page(call, _owner(call))


def get_client(call: Call) -> Answer:
    """GET /oauth2/client_credentials/{client_id}"""
    return json_answer(shown(call, _found(call)))


def create_client(call: Call) -> Answer:
    """POST /oauth2/client_credentials: for the calling account"""
    _require_feature(call)
    body = call.json()
    refuse_unknown(call, body, KNOWN)
    for name in ("name", "description"):
        value = body.get(name)
        rules.check_text(name, value if isinstance(value, str) else None, required=True)
    days = body.get("expiration_days", MOST_DAYS)
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= MOST_DAYS:
        raise Rejected(f"expiration_days: must be between 1 and {MOST_DAYS}")
    roles = None
    if body.get("is_scoped"):
        roles = [role.role_id for role in find_roles(call, body.get("roles") or [])]
        if not roles:
            raise Rejected("roles is required for scoped client credentials")
        if not set(roles) <= set(call.caller.roles):
            raise Rejected("The roles of client credentials must be roles of their user")
    now = call.store.now()
    client = OauthClient(
        str(uuid.uuid4()), call.caller.user_id, body["name"], body["description"], roles, now, now + days * 86400
    )
    call.store.put_client(client)
    document = shown(call, client)
    if call.switches["oauth_secret"] == "with_client":
        document["client_secret"] = _made(call, client).secret
        document["secrets"] = [_secret(call, one) for one in client.secrets]
    return json_answer(document, 201)


def delete_client(call: Call) -> Answer:
    """DELETE /oauth2/client_credentials/{client_id}"""
    client = _found(call)
    _delete(call, client)
    return empty_answer(int(call.switches["delete_status"]))


def delete_clients_of_user(call: Call) -> Answer:
    """DELETE /oauth2/client_credentials/user/{user_id}: all of them"""
    owner = _owner(call)
    for client in call.store.clients_of(owner):
        _delete(call, client)
    return empty_answer(int(call.switches["delete_status"]))


def _delete(call: Call, client: OauthClient) -> None:
    client.deleted = True
    client.secrets = []
    call.store.note_client(client)


def revoke_tokens(call: Call) -> Answer:
    """DELETE /oauth2/client_credentials/{client_id}/tokens"""
    client = _found(call)
    client.token_revocations += 1
    call.store.note_client(client)
    return empty_answer(int(call.switches["delete_status"]))


def revoke_tokens_of_user(call: Call) -> Answer:
    """DELETE /oauth2/client_credentials/user/{user_id}/tokens"""
    for client in call.store.clients_of(_owner(call)):
        client.token_revocations += 1
        call.store.note_client(client)
    return empty_answer(int(call.switches["delete_status"]))


# --- secrets and tokens ----------------------------------------------------------------------------------------------


def _found_secret(call: Call) -> tuple[OauthClient, ClientSecret]:
    client = _found(call)
    wanted = checked_uuid(call.params["secret_id"])
    secret = next((one for one in client.secrets if one.secret_id == wanted), None)
    if secret is None:
        raise Rejected(f"Secret not found: {wanted}", 404)
    return client, secret


def list_secrets(call: Call) -> Answer:
    """GET /oauth2/client_credentials/{client_id}/secrets"""
    return page(call, "secrets", call.shuffled(_found(call).secrets), lambda one: _secret(call, one))


def create_secret(call: Call) -> Answer:
    """POST /oauth2/client_credentials/{client_id}/secrets: in addition to those that there are"""
    client = _found(call)
    if client.user_id != call.caller.user_id:
        raise Rejected("Access denied.", 403)
    made = _made(call, client)
    return json_answer({**_secret(call, made), "client_secret": made.secret}, 201)


def _made(call: Call, client: OauthClient) -> ClientSecret:
    return call.store.add_secret(client, seconds=86400 if call.switches["oauth_secret_life"] == "day" else None)


def get_secret(call: Call) -> Answer:
    """GET /oauth2/client_credentials/{client_id}/secrets/{secret_id}"""
    return json_answer(_secret(call, _found_secret(call)[1]))


def delete_secret(call: Call) -> Answer:
    """DELETE /oauth2/client_credentials/{client_id}/secrets/{secret_id}"""
    client, secret = _found_secret(call)
    client.secrets.remove(secret)
    call.store.note_client(client)
    return empty_answer(int(call.switches["delete_status"]))


def token(call: Call) -> Answer:
    """POST /oauth2/token: not signed, but with id and secret of a client, as Basic authorization or in the form."""
    form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    given = _basic(call.authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
    if call.switches["oauth_clients"] != "on" or form.get("grant_type") != "client_credentials":
        return _token_error("unsupported_grant_type", 400)
    now = call.store.now()
    client = call.store.oauth_clients.get(given[0])
    user = call.store.users[client.user_id] if client else None
    lives = client is not None and not client.deleted and now < client.expiration_ts
    knows = client is not None and any(
        secrets.compare_digest(one.secret.encode(), given[1].encode()) and now < one.expiration_ts
        for one in client.secrets
    )
    if user is None or user.deleted or not user.active or not user.login_enabled or not (lives and knows):
        return _token_error("invalid_client", 401)
    document = {"access_token": secrets.token_urlsafe(32), "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
    return json_answer(document)


def _token_error(code: str, status: int) -> Answer:
    return json_answer({"error": code, "error_description": code.replace("_", " ")}, status)


def _basic(authorization: str) -> tuple[str, str] | None:
    kind, _blank, value = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client, _colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client, secret

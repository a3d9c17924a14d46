# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""OAuth client credentials by the Identity REST API.

Paths and the body of a creation are documented. The names in answers are a guess, and they are read here only: one that is
missing is an error that says which.
"""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import role_reference
from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import Json, about, is_deleted
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import (
    RestClient,
    RestRefusal,
    segment,
)
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, LostAnswerError
from ansible_collections.community.veracode.plugins.module_utils._model.oauth_client import OauthClient, Secret
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role, known_role
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import timestamp

# What each client carries. A listing may omit `secrets`.
_FIELDS = (
    "client_id",
    "name",
    "description",
    "is_scoped",
    "roles",
    "created_ts",
    "expiration_ts",
    "user_id",
    "user_name",
)

_NO_FEATURE = (
    "If the calling account may do this, the organization does not have OAuth client credentials; ask Veracode whether they "
    "can be turned on"
)

Resolve: t.TypeAlias = t.Callable[[str | None, str | None], Role]


class OauthClients:
    """Reads, creates and deletes clients, their secrets and tokens.

    :param client: a client of the Identity REST API.
    :param resolve: knows the roles of the organization.
    """

    def __init__(self, client: RestClient, resolve: Resolve = known_role) -> None:
        self._client = client
        self._resolve = resolve

    # Reading

    def own(self) -> tuple[list[OauthClient], bool]:
        """Return the clients of the calling account, and whether they are as many as the server reports."""
        return self._list("list the OAuth clients of the calling account", "/oauth2/client_credentials")

    def own_deleted(self, client_id: str) -> bool:
        """Tell whether an id is that of a deleted client of the calling account."""
        what, path = "list the deleted OAuth clients", "/oauth2/client_credentials"
        for items, _total in self._client.pages(what, path, "client_credentials", [("deleted", "true")]):
            if any(is_deleted(item) and str(item.get("client_id")) == client_id for item in items):
                return True
        return False

    def of(self, username: str, user_id: str) -> tuple[list[OauthClient], bool]:
        """Return the clients of an account, and whether they are as many as the server reports.

        An account without administrator's roles may ask for its own alone.
        """
        what = f'list the OAuth clients of "{username}"'
        clients, complete = self._list(what, f"/oauth2/client_credentials/user/{segment(user_id)}")
        for client in clients:
            about(what, {"user_id": client.user_id}, "user_id", user_id)
        return clients, complete

    def _list(self, what: str, path: str) -> tuple[list[OauthClient], bool]:
        try:
            items, complete = self._client.everything(what, path, "client_credentials", "client_id")
        except RestRefusal as refusal:
            raise explained(refusal) from None
        clients = [self._client_from(what, item) for item in items]
        return sorted(clients, key=lambda one: (one.name, str(one.client_id))), complete

    def details(self, client_id: str) -> OauthClient | None:
        """Return a client by its id, `None` if there is none that the calling account may see."""
        what = f"read the OAuth client {client_id}"
        item = self._client.read_one(what, "/oauth2/client_credentials", "client_id", client_id)
        return self._client_from(what, item) if item is not None else None

    def secrets(self, client: OauthClient) -> tuple[Secret, ...]:
        """Return the secrets of a client, without their values."""
        what = f'list the secrets of the OAuth client "{client.name}"'
        path = f"/oauth2/client_credentials/{segment(str(client.client_id))}/secrets"
        items, complete = self._client.everything(what, path, "secrets", "secret_id")
        if not complete:
            raise ApiError(f"Could not {what}: the pages do not add up to the total of Veracode. Run the task again")
        return tuple(_secret_from(what, item) for item in items)

    # Changing

    def create(self, after: OauthClient) -> tuple[OauthClient, str | None]:
        """Create a client of the calling account.

        :returns: the client, and the value of its first secret, `None` if a secret has to be asked for.
        :raises LostAnswerError: no usable answer arrived; it may have been created.
        """
        what = f'create the OAuth client "{after.name}"'
        body: Json = {"name": after.name, "description": after.description, "is_scoped": after.is_scoped}
        if after.expires_in is not None:
            body["expiration_days"] = after.expires_in
        if after.is_scoped:
            body["roles"] = [role_reference(role) for role in after.roles]
        try:
            item = self._client.generate(what, "/oauth2/client_credentials", body=body)
        except RestRefusal as refusal:
            raise explained(refusal) from None
        try:
            about(what, item, "name", after.name, sent=True)
            return self._client_from(what, item), _text(item, "client_secret")
        except ApiError as error:
            raise LostAnswerError(error.text) from None

    def generate_secret(self, client: OauthClient) -> tuple[Secret, str]:
        """Generate another secret in addition to those that there are, and return it with its value.

        :raises LostAnswerError: no usable answer arrived; it may have been generated.
        """
        what = f'generate a secret for the OAuth client "{client.name}"'
        path = f"/oauth2/client_credentials/{segment(str(client.client_id))}/secrets"
        item = self._client.generate(what, path)
        try:
            secret, value = _secret_from(what, item), _text(item, "client_secret")
        except ApiError as error:
            raise LostAnswerError(error.text) from None
        if value is None:
            raise LostAnswerError(_missing(what, "client_secret").text)
        return secret, value

    def delete_secret(self, client: OauthClient, secret: Secret) -> bool:
        """Delete a secret. Returns whether there was one."""
        what = f'delete a secret of the OAuth client "{client.name}"'
        client_id, secret_id = segment(str(client.client_id)), segment(secret.secret_id)
        return self._client.delete(what, f"/oauth2/client_credentials/{client_id}/secrets/{secret_id}")

    def delete(self, client: OauthClient) -> bool:
        """Delete a client. Returns whether there was one."""
        what = f'delete the OAuth client "{client.name}"'
        return self._client.delete(what, f"/oauth2/client_credentials/{segment(str(client.client_id))}")

    def delete_of(self, username: str, user_id: str) -> bool:
        """Delete all clients of an account. Returns whether there was one."""
        what = f'delete the OAuth clients of "{username}"'
        return self._client.delete(what, f"/oauth2/client_credentials/user/{segment(user_id)}")

    def revoke_tokens(self, client: OauthClient) -> bool:
        """Revoke the tokens of a client. Returns whether there were any, as far as the answer tells."""
        what = f'revoke the tokens of the OAuth client "{client.name}"'
        return self._client.delete(what, f"/oauth2/client_credentials/{segment(str(client.client_id))}/tokens")

    def revoke_tokens_of(self, username: str, user_id: str) -> bool:
        """Revoke the tokens of all clients of an account. Returns whether there were any, as far as the answer tells."""
        what = f'revoke the tokens of the OAuth clients of "{username}"'
        return self._client.delete(what, f"/oauth2/client_credentials/user/{segment(user_id)}/tokens")

    # Answers

    def _client_from(self, what: str, item: Json) -> OauthClient:
        """Return the client of an answer.

        :raises ApiError: a field is missing.
        """
        for field in _FIELDS:
            if field not in item or (field in ("client_id", "name", "user_id", "user_name") and not item[field]):
                raise _missing(what, field)
        secrets = item.get("secrets")
        return OauthClient(
            client_id=str(item["client_id"]),
            name=str(item["name"]),
            username=str(item["user_name"]),
            user_id=str(item["user_id"]),
            description=_text(item, "description"),
            roles=tuple(
                self._resolve(each.get("role_name") or None, each.get("role_description") or None)
                for each in item["roles"] or ()
            ),
            is_scoped=item["is_scoped"] is True,
            created=timestamp(item["created_ts"]),
            expires=timestamp(item["expiration_ts"]),
            secrets=tuple(_secret_from(what, each) for each in secrets if isinstance(each, dict))
            if isinstance(secrets, list)
            else None,
        )


def _secret_from(what: str, item: Json) -> Secret:
    for field in ("secret_id", "expiration_ts"):
        if field not in item:
            raise _missing(what, field)
    return Secret(str(item["secret_id"]), timestamp(item["expiration_ts"]))


def _text(item: Json, key: str) -> str | None:
    value = item.get(key)
    return value if isinstance(value, str) and value else None


def _missing(what: str, field: str) -> ApiError:
    return ApiError(
        f"Could not {what}: the answer lacks the field {field}. Veracode does not document these answers; report this to the "
        "collection's issue tracker"
    )


def explained(refusal: RestRefusal) -> ApiError:
    """Return a refusal with what it means if it is the first call for clients: the organization may not have them."""
    if refusal.status not in (403, 404):
        return refusal
    return t.cast("ApiError", refusal.followed_by(_NO_FEATURE))

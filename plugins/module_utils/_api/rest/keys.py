# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Key pairs by the Identity REST API."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import Json, about
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import RestClient, segment
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, LostAnswerError
from ansible_collections.community.veracode.plugins.module_utils._model.key_pair import Holder, Key, bare
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import timestamp

# What a search is asked to show of an owner; a server may ignore it (documented, but not for what it holds of a pair).
_OWNER = ("user_name", "user_legacy_id", "active", "login_enabled", "account_type", "api_credentials")


class KeyClient:
    """Reads, generates and revokes key pairs.

    :param client: a client of the Identity REST API.
    """

    def __init__(self, client: RestClient) -> None:
        self._client = client
        self._caller: Holder | None = None

    # Reading

    def of(self, holder: Holder) -> Key | None:
        """Return the pair of an account, `None` if it has none: a 404 or an empty object (sources differ)."""
        what = f'read the key pair of "{holder.username}"'
        item = self._client.read_if_there(what, _path(holder))
        _check_owner(what, item, holder)
        return key_from(item)

    def own(self) -> Key | None:
        """Return the pair of the calling account, which needs no role for it."""
        return key_from(self._client.read_if_there("read the calling account's key pair", "/api_credentials"))

    def by_id(self, api_id: str) -> tuple[Key, str] | None:
        """Return a pair with the GUID of its account, `None` if it is not known.

        A server may also not know a pair that was revoked or has expired; `expired` asks for these, too.
        """
        path = f"/api_credentials/{segment(bare(api_id))}"
        what = "read the key pair"
        item = self._client.read_if_there(what, path, [("expired", "true")])
        key = key_from(item)
        if item is None or key is None or not item.get("user_id"):
            return None
        about(what, {"api_id": bare(key.api_id)}, "api_id", bare(api_id))
        return key, str(item["user_id"])

    def owner(self, api_id: str) -> tuple[Holder, Key | None] | None:
        """Return the account that a pair belongs to, and the pair if the search shows that it is the present one.

        One call. `None` if the search does not tell: it hides inactive accounts, and may ignore a filter.
        """
        query = [("api_id", bare(api_id)), ("detailed", "true"), *(("fields_to_return", name) for name in _OWNER)]
        what = "look up whose key pair this is"
        items, _total = next(self._client.pages(what, "/users/search", "users", query), ([], 0))
        if len(items) != 1 or not items[0].get("user_id") or not items[0].get("user_name"):
            return None
        holder = holder_from(items[0])
        key = key_from(items[0].get("api_credentials"))
        return holder, key if key is not None and bare(key.api_id) == bare(api_id) else None

    def holder(self, user_id: str) -> tuple[Holder, Key | None] | None:
        """Return an account by its GUID, with the pair that its details show; `None` if it is gone."""
        item = self._client.read_one("read the owner", "/users", "user_id", user_id, [("detailed", "true")])
        if item is None or not item.get("user_name"):
            return None
        return holder_from(item), key_from(item.get("api_credentials"))

    def caller(self) -> Holder:
        """Return the calling account. One call, the first time."""
        if self._caller is None:
            what = "read the calling account"
            item = self._client.read(what, "/users/self")
            for key in ("user_id", "user_name"):
                if not item.get(key):
                    raise ApiError(f"Could not {what}: the answer lacks the {key}. Check api_url", path="/users/self")
            self._caller = holder_from(item)
        return self._caller

    # Changing

    def generate(self, holder: Holder, *, own: bool) -> dict[str, t.Any]:
        """Generate a pair and return `api_id`, `api_secret` and `expires`.

        The secret is in this answer only, and the old pair ends with the call (immediately or after 24 hours; documents
        differ), so the call is never repeated.

        :param own: the calling account's, which needs no role for it.
        :raises LostAnswerError: no usable answer arrived; it may have been carried out.
        """
        path = "/api_credentials" if own else _path(holder)
        what = f'generate a key pair for "{holder.username}"'
        item = self._client.generate(what, path)
        if not isinstance(item.get("api_id"), str) or not isinstance(item.get("api_secret"), str):
            raise LostAnswerError(f"Could not {what}: the answer holds no key pair")
        try:
            _check_owner(what, item, holder)
        except ApiError as error:
            raise LostAnswerError(error.msg) from None
        return {
            "api_id": item["api_id"],
            "api_secret": item["api_secret"],
            "expires": timestamp(item.get("expiration_ts")),
            "created": timestamp(item.get("created_ts")),
        }

    def revoke_of(self, holder: Holder, *, own: bool) -> bool:
        """Revoke the pair of an account immediately. Returns whether there was one."""
        path = "/api_credentials" if own else _path(holder)
        return self._client.delete(f'revoke the key pair of "{holder.username}"', path)

    def revoke(self, api_id: str, holder: Holder) -> bool:
        """Revoke one pair immediately. Returns whether there was one that worked."""
        path = f"/api_credentials/{segment(bare(api_id))}"
        return self._client.delete(f'revoke a key pair of "{holder.username}"', path)


def _check_owner(what: str, item: Json | None, holder: Holder) -> None:
    """Refuse a pair that the answer says is another account's; whose it is may be left out."""
    if item is not None and item.get("user_id"):
        about(what, item, "user_id", holder.user_id)


def _path(holder: Holder) -> str:
    return f"/api_credentials/user_id/{segment(holder.user_id)}"


def key_from(item: t.Any) -> Key | None:
    """Return a pair from an answer; `None` if it holds none."""
    if not isinstance(item, dict) or not item.get("api_id"):
        return None
    return Key(
        str(item["api_id"]),
        expires=timestamp(item.get("expiration_ts")),
        created=timestamp(item.get("created_ts")),
        revoked=timestamp(item.get("revocation_ts")),
    )


def holder_from(item: Json) -> Holder:
    """Return the account of an answer."""
    usable = None
    if item.get("active") is False:
        usable = "is inactive"
    elif item.get("login_enabled") is False:
        usable = "is disabled (login_enabled: false)"
    return Holder(str(item.get("user_name")), str(item.get("user_id")), usable)

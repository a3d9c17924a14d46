# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Resets by the Identity REST API."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import Json
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import RestClient, segment
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Effect
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.reset import Person


class ResetClient:
    """Resets passwords, second factors and sessions.

    :param client: a client of the Identity REST API.
    """

    def __init__(self, client: RestClient) -> None:
        self._client = client

    def person(self, account: Account) -> Person | None:
        """Read what a reset has to know, `None` if the account is gone."""
        query = [("detailed", "true")]
        item = self._client.read_one(f'read "{account.username}"', "/users", "user_id", str(account.handle), query)
        if item is None:
            return None
        legacy_id = item.get("user_legacy_id")
        return Person(
            kind=account.kind,
            username=str(item.get("user_name") or account.username),
            user_id=str(account.handle),
            legacy_id=None if legacy_id is None else str(legacy_id),
            is_saml=item.get("saml_user") is True,
            logged_in=_has_logged_in(item),
            has_tokens=bool(item.get("okta_user_id")),
            active=item.get("active", account.values.get("active")) is not False,
        )

    def with_login(self, person: Person) -> Person:
        """Return a person of whom it is known whether they ever logged in, where a search tells.

        A reading may leave the last login out because the server never shows it. The search knows who never logged in.
        Both answers are asked for, since a server that ignores the filter finds everybody for either.
        """
        never, ever = (self._is_found(person, status) for status in ("Never", "Active"))
        return replace(person, logged_in=ever) if never is not ever else person

    def _is_found(self, person: Person, status: str) -> bool:
        """Tell whether a search by login status finds a person. Sources disagree about the spelling of its values."""
        what = f'look up whether "{person.username}" has ever logged in'
        query = [("search_term", person.username), *([] if person.active else [("inactive", "true")])]
        try:
            items = self._search(what, [*query, ("login_status", status)])
        except ApiError as error:
            if error.status != 400:
                raise
            items = self._search(what, [*query, ("login_status", status.lower())])
        return any(str(item.get("user_id")) == person.user_id for item in items)

    def _search(self, what: str, query: t.Sequence[tuple[str, str]]) -> list[Json]:
        return self._client.everything(what, "/users/search", "users", "user_id", query)[0]

    def password(self, person: Person) -> None:
        """Send the reset mail, or the activation mail again to an account that was never activated (seen in code).

        :raises LostAnswerError: no answer; the mail may be on its way, and a second one is not sent blindly.
        """
        if person.legacy_id is None:
            raise ApiError(
                f'The mail to "{person.username}" needs the account\'s user_legacy_id, which Veracode does not report; reset '
                "the password in the Veracode Platform"
            )
        path = f"/users/{segment(person.legacy_id)}/resetPassword"
        self._client.order(f'reset the password of "{person.username}"', path, effect=Effect.ONCE)

    def mfa(self, person: Person) -> None:
        """Forget the second factor. The same, done once or twice."""
        path = f"/users/{segment(person.user_id)}/reset_mfa"
        what = f'reset the multi-factor authentication of "{person.username}"'
        self._client.order(what, path, effect=Effect.REPEATABLE)

    def sessions(self, person: Person) -> None:
        """End the sessions, and revoke the login service's tokens, which could open new ones. None to end is no error."""
        what = f'end the sessions of "{person.username}"'
        self._client.delete(what, f"/session/user_id/{segment(person.user_id)}")
        if person.has_tokens:
            self._client.delete(what, f"/users/okta/tokens/{segment(person.user_id)}")


def _has_logged_in(item: Json) -> bool | None:
    """Tell whether an account has ever logged in, `None` if its reading does not say so.

    An account that was never activated has not. A last login that is omitted says nothing: it may be shown of the
    calling account only (seen in code).
    """
    if item.get("last_login"):
        return True
    return False if "last_login" in item or item.get("is_email_verified") is False else None

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Resets by the Identity REST API."""

from __future__ import annotations

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
            logged_in=bool(item.get("last_login")),
            has_tokens=bool(item.get("okta_user_id")),
            active=item.get("active", account.values.get("active")) is not False,
        )

    def password(self, person: Person) -> None:
        """Send the reset mail, or the activation mail again to an account that was never activated (seen in code).

        :raises LostAnswerError: no answer; the mail may be on its way, and a second one is not sent blindly.
        """
        if person.legacy_id is None:
            raise ApiError(
                f'The mail to "{person.username}" needs the account\'s user_legacy_id, which Veracode does not tell; reset '
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

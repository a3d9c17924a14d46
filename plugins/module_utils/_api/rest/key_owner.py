# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whose a key pair is that was found in a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import RestClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.keys import KeyClient
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, TransportError, VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Calls
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Credentials
from ansible_collections.community.veracode.plugins.module_utils._model.key_pair import Holder


class KeyOwners:
    """Finds the account of a pair by its ID, and where Veracode does not tell, by a call that the pair signs.

    :param client: a client of the Identity REST API.
    :param connection: that of the client.
    :param calls: counts what is sent.
    """

    def __init__(self, client: RestClient, connection: Connection, calls: Calls) -> None:
        self._keys = KeyClient(client)
        self._connection = connection
        self._calls = calls

    def find(self, api_id: str, api_secret: str) -> Holder | None:
        """Return the account that a pair belongs to, `None` if it no longer belongs to anybody.

        A pair that is revoked or has expired, or whose account was deleted, belongs to nobody. One to three calls.

        :raises VeracodeError: it cannot be determined, as for a pair of another region.
        """
        credentials = Credentials(api_id, api_secret)
        credentials.check("the destination")
        if credentials.prefix_region not in (None, self._connection.region):
            raise VeracodeError(
                f"it is a pair of the region {credentials.prefix_region}; ask with an account of that region"
            )
        try:
            found = self._keys.by_id(api_id)
        except ApiError as error:
            if error.status != 403:
                raise
            found = None  # an account without administrator's roles may not ask
        if found is None:
            return self._by_signing(credentials)
        key, user_id = found
        if not key.works(datetime.now(timezone.utc)):
            return None
        owner = self._keys.holder(user_id)
        return owner[0] if owner is not None else None

    def _by_signing(self, credentials: Credentials) -> Holder | None:
        """Return the account of a pair that Veracode does not show: one of another organization, or one out of sight."""
        transport = Transport(replace(self._connection, credentials=credentials), self._calls, family="rest")
        try:
            return KeyClient(RestClient(transport)).caller()
        except (ApiError, TransportError) as error:
            if error.status != 401:
                raise
            return None
        finally:
            transport.close()

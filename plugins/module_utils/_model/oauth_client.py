# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""OAuth client credentials of accounts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.community.veracode.plugins.module_utils._model.role import Role
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import moment

KIND = "oauth_client"


@dataclass(frozen=True)
class Secret:
    """A secret of a client as Veracode shows it, without its value.

    :param expires: in the form of results, `None` if it is not reported.
    """

    secret_id: str
    expires: str | None = None

    def works(self, now: datetime) -> bool:
        """Tell whether it has not expired."""
        return self.expires is None or moment(self.expires) > now


@dataclass(frozen=True)
class OauthClient:
    """A client as it is, or as it is to be.

    :param client_id: `None` if it is only planned.
    :param username: of the account that it belongs to.
    :param user_id: GUID of that account.
    :param roles: what it may do; of a client that is not scoped, all roles of the account.
    :param is_scoped: it has roles of its own.
    :param expires_in: the days that a new one is to live, `None` if the server sets it.
    :param secrets: `None` where a reading does not report them.
    """

    client_id: str | None
    name: str
    username: str
    user_id: str | None
    description: str | None
    roles: tuple[Role, ...] = ()
    is_scoped: bool = False
    expires_in: int | None = None
    created: str | None = None
    expires: str | None = None
    secrets: tuple[Secret, ...] | None = None

    def works(self, now: datetime) -> bool:
        """Tell whether it has not expired."""
        return self.expires is None or moment(self.expires) > now

    @property
    def usable_until(self) -> str | None:
        """When it ends or its newest secret does, whichever is first; `None` if neither is reported."""
        ends = [each.expires for each in self.secrets or () if each.expires is not None]
        newest = max(ends, key=moment, default=None)
        return min((each for each in (self.expires, newest) if each is not None), key=moment, default=None)

    @property
    def role_titles(self) -> tuple[str, ...]:
        """The display names of its roles, sorted."""
        return tuple(sorted(role.title for role in self.roles))

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """All values by option, and the ids of its secrets."""
        secrets = tuple(sorted(each.secret_id for each in self.secrets)) if self.secrets is not None else None
        return {
            "description": self.description,
            "expires_in": self.expires_in,
            "roles": self.role_titles,
            "secret_ids": secrets,
        }

    @property
    def lost(self) -> dict[str, t.Any]:
        """What is lost with it."""
        return {"description": self.description, "expires": self.expires, "roles": self.role_titles}


def report_client(client: OauthClient) -> dict[str, t.Any]:
    """Return a client as modules return it."""
    return {
        "client_id": client.client_id,
        "name": client.name,
        "description": client.description,
        "username": client.username,
        "user_id": client.user_id,
        "roles": list(client.role_titles),
        "is_scoped": client.is_scoped,
        "created": client.created,
        "expires": client.expires,
    }

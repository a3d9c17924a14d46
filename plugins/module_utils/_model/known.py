# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What an entry can refer to, and what has to be read for that."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import CustomRole, Permission
from ansible_collections.community.veracode.plugins.module_utils._model.names import username_key
from ansible_collections.community.veracode.plugins.module_utils._model.role import RoleCatalog


@dataclass(frozen=True)
class KnownUser:
    """An account that can be put into a team.

    :param user_id: GUID, `None` for one that is only planned and is referred to by its name.
    :param team_admin: it holds (or will hold) the Team Admin role; `None` leaves that to the server.
    """

    username: str
    user_id: str | None = None
    team_admin: bool | None = None


@dataclass(frozen=True)
class Known:
    """What an entry can refer to, as far as it had to be read; what is only planned has no GUID.

    :param business_units: GUIDs by name.
    :param default_business_unit: name of the one for teams that are in no other.
    :param teams: GUIDs by name; at least those that were asked for and exist.
    :param all_teams: names to offer as the nearest ones.
    :param users: accounts by their username, people and API users, inactive ones too.
    :param leaving_users: casefolded usernames of accounts that the same run deletes.
    :param leaving_teams: names of teams that it deletes.
    :param leaving_units: names of business units that it deletes.
    :param permissions: every permission by name.
    :param roles: every role, those that an entry includes with the roles that they include.
    """

    business_units: t.Mapping[str, str | None] = field(default_factory=dict)
    default_business_unit: str | None = None
    teams: t.Mapping[str, str | None] = field(default_factory=dict)
    all_teams: tuple[str, ...] = ()
    users: t.Mapping[str, KnownUser] = field(default_factory=dict)
    leaving_users: t.Collection[str] = frozenset()
    leaving_teams: t.Collection[str] = frozenset()
    leaving_units: t.Collection[str] = frozenset()
    permissions: t.Mapping[str, Permission] = field(default_factory=dict)
    roles: tuple[CustomRole, ...] = ()

    @functools.cached_property
    def _users_without_case(self) -> dict[str, list[KnownUser]]:
        users: dict[str, list[KnownUser]] = {}
        for user in self.users.values():
            users.setdefault(username_key(user.username), []).append(user)
        return users

    def users_like(self, name: str) -> t.Sequence[KnownUser]:
        """Return the accounts whose username differs from a name by case at most."""
        return self._users_without_case.get(username_key(name), ())


@dataclass(frozen=True)
class Needed:
    """What has to be read for an entry to be planned; names that the object already holds need no look-up.

    :param business_units: business units that have to exist.
    :param users: usernames that have to exist.
    :param managers: usernames that need the Team Admin role.
    :param teams: team names that have to exist.
    :param permissions: permissions that have to exist.
    """

    business_units: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """The names that can be given, as far as they had to be read.

    :param roles: all roles of the organization; `None` if the account's own suffice.
    :param teams: teams by name, with their GUID or `None`; holds at least those that were asked for and exist.
    :param all_teams: names to offer as the nearest ones.
    :param leaving_teams: names of teams that the same run removes.
    """

    roles: RoleCatalog | None = None
    teams: t.Mapping[str, str | None] = field(default_factory=dict)
    all_teams: tuple[str, ...] = ()
    leaving_teams: t.Collection[str] = frozenset()

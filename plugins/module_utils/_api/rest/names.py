# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The names that accounts refer to: roles and teams, by the Identity REST API."""

from __future__ import annotations

import threading
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import Query, RestClient, incomplete
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    BY_NAME,
    BY_TITLE,
    SPELLINGS,
    Role,
    RoleCatalog,
    known_role,
)

_LIST_TEAMS = "list the teams"


class NameClient:
    """Knows the roles and the teams of an organization. Several threads may ask it.

    :param client: a client of the API.
    """

    def __init__(self, client: RestClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._role_ids: dict[Role, str] = {}
        self._roles: RoleCatalog | None = None
        self._teams: dict[str, str | None] | None = None
        self._all_teams = False

    def roles(self) -> RoleCatalog:
        """Return all roles of the organization, built in and custom, read once."""
        with self._lock:
            if self._roles is None:
                self._roles = self._read_roles()
            return self._roles

    def _read_roles(self) -> RoleCatalog:
        what = "list the roles"
        items, complete = self._client.everything(what, "/roles", "roles", "role_id")
        for item in items:
            role = known_role(
                item.get("role_name") or None,
                item.get("role_description") or None,
                is_api=item.get("is_api") is True,
                is_scan=item.get("is_scan_type") is True,
            )
            self._role_ids[role] = str(item.get("role_id"))
        return RoleCatalog(self._role_ids, lacking=None if complete else incomplete(what))

    def resolve(self, name: str | None, title: str | None) -> Role:
        """Return the role that an account reports, with what the catalog says of it.

        The catalog is read for a role that is not built in only. A caller that may not read it gets what the account says.
        """
        role = known_role(name, title)
        if role.name in BY_NAME or (name is None and SPELLINGS.get(role.title, role.title) in BY_TITLE):
            return role
        try:
            catalog = self.roles()
        except ApiError as error:
            if error.status != 403:
                raise
            return role
        return next((each for each in catalog.roles if each.key == role.key), role)

    def role_id(self, role: Role) -> str:
        """Return the GUID of one of the roles that `roles` returned."""
        return self._role_ids[role]

    def role_holders(self, role: Role) -> tuple[set[str], bool]:
        """Return the handles of the accounts that hold a role, and whether their number is what the server reports.

        :param role: one of those that `roles` returned.
        """
        query = [("role_id", self.role_id(role))]
        what = f"list who holds {role.title}"
        items, complete = self._client.everything(what, "/users/search", "users", "user_id", query)
        return {str(item.get("user_id")) for item in items}, complete

    def teams(self, names: t.Collection[str]) -> tuple[dict[str, str | None], tuple[str, ...]]:
        """Return those of the teams that exist, by name with their GUID, and all names there are if one is missing."""
        if self._teams is None and len(names) == 1:
            # The filter is loose (partial, without case), so equality is checked here.
            found, _complete = self._read_teams([("team_name", next(iter(names)))])
            if all(name in found for name in names):
                return {name: found[name] for name in names}, ()
        if self._teams is None:
            self._teams, self._all_teams = self._read_teams([])
        known = {name: self._teams[name] for name in names if name in self._teams}
        if len(known) == len(set(names)):
            return known, ()
        if not self._all_teams:
            raise incomplete(_LIST_TEAMS)
        return known, tuple(self._teams)

    def _read_teams(self, query: Query) -> tuple[dict[str, str | None], bool]:
        # Without these flags only the caller's own teams are listed; documents name one or the other.
        query = [*query, ("all_for_org", "true"), ("ignore_self_teams", "true")]
        items, complete = self._client.everything(_LIST_TEAMS, "/teams", "teams", "team_id", query)
        return {str(item["team_name"]): str(item.get("team_id")) for item in items if "team_name" in item}, complete

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The names that accounts refer to: roles and teams, by the Identity REST API."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import Json
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


def roles_from(items: t.Iterable[Json]) -> list[Role]:
    """Return the roles of a listing, each with all roles that it includes, however deep."""
    items = list(items)
    by_name = _by_name(items)
    plain = {id(item): _plain_role(item) for item in items}
    roles = []
    for item in items:
        included = {id(item): item}
        todo = [item]
        while todo:
            new = [child for child in _children_of(todo.pop(), by_name) if id(child) not in included]
            included.update((id(child), child) for child in new)
            todo += new
        del included[id(item)]
        children = tuple(sorted((plain[key] for key in included), key=lambda role: role.title))
        roles.append(replace(plain[id(item)], includes=children) if children else plain[id(item)])
    return roles


def _plain_role(item: Json) -> Role:
    role = known_role(
        item.get("role_name") or None,
        item.get("role_description") or None,
        is_api=item.get("is_api") is True,
        is_scan=item.get("is_scan_type") is True,
    )
    return replace(role, ignores_teams=True) if item.get("ignore_team_restrictions") is True else role


def _role_key(item: Json) -> str:
    return known_role(item.get("role_name") or None, item.get("role_description") or None).key


def _by_name(items: t.Iterable[Json]) -> dict[str, Json]:
    by_name: dict[str, Json] = {}
    for item in items:
        role = known_role(item.get("role_name") or None, item.get("role_description") or None)
        for name in (item.get("role_name"), item.get("role_description"), role.key, role.title, item.get("role_id")):
            if name:
                by_name.setdefault(str(name), item)
    return by_name


def _children_of(item: Json, by_name: t.Mapping[str, Json]) -> list[Json]:
    """Return the items of the roles that an item says it includes, whichever of their names it gives."""
    found = []
    for child in item.get("child_roles") or ():
        names = [child.get(key) for key in ("role_name", "role_description", "role_id")]
        found += [by_name[name] for name in names if name in by_name][:1]
    return found


class NameClient:
    """Knows the roles and the teams of an organization. Several threads may ask it.

    :param client: a client of the API.
    """

    def __init__(self, client: RestClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._role_ids: dict[Role, str] = {}
        self._role_items: dict[str, Json] = {}
        self._whole_roles: set[str] = set()
        self._tells_children = True
        self._lacking: ApiError | None = None
        self._roles: RoleCatalog | None = None
        self._teams: dict[str, str | None] | None = None
        self._all_teams = False

    def roles(self, used: t.Iterable[str] | None = ()) -> RoleCatalog:
        """Return all roles of the organization, built in and custom, read once.

        :param used: names of those of which it matters what they include; `None`: of all. Where the listing leaves that out, they
            are read on their own.
        """
        with self._lock:
            if not self._role_items:
                self._read_roles()
            if not self._tells_children:
                self._read_children(used)
            if self._roles is None:
                self._roles = self._catalog()
            return self._roles

    def _read_roles(self) -> None:
        what = "list the roles"
        items, complete = self._client.everything(what, "/roles", "roles", "role_id")
        self._role_items = {_role_key(item): item for item in items}
        self._tells_children = any(isinstance(item.get("child_roles"), list) for item in items)
        self._lacking = None if complete else incomplete(what)

    def _catalog(self) -> RoleCatalog:
        roles = roles_from(self._role_items.values())
        self._role_ids = {
            role: str(item.get("role_id")) for role, item in zip(roles, self._role_items.values(), strict=True)
        }
        return RoleCatalog(roles, lacking=self._lacking)

    def _read_children(self, used: t.Iterable[str] | None) -> None:
        """Read custom roles, and those that they include, on their own."""
        by_name = _by_name(self._role_items.values())
        todo = [by_name[name] for name in (by_name if used is None else used) if name in by_name]
        while todo:
            item = todo.pop()
            key = _role_key(item)
            if key in self._whole_roles or known_role(item.get("role_name") or None, None).is_known:
                continue
            self._whole_roles.add(key)
            whole = self._client.read_one(f"read the role {key}", "/roles", "role_id", str(item.get("role_id")))
            if whole is not None:
                self._role_items[key] = {**item, **whole}
                self._roles = None
                todo += _children_of(whole, by_name)

    def resolve(self, name: str | None, title: str | None) -> Role:
        """Return the role that an account reports, with what the catalog says of it.

        The catalog is read for a role that is not built in only. A caller that may not read it gets what the account says.
        """
        role = known_role(name, title)
        if role.name in BY_NAME or (name is None and SPELLINGS.get(role.title, role.title) in BY_TITLE):
            return role
        try:
            catalog = self.roles((role.key,))
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

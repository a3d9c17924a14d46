# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Teams, business units, roles and permissions behind the Identity REST API."""

from __future__ import annotations

import abc
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.community.veracode.plugins.module_utils._api.advice import DELETION
from ansible_collections.community.veracode.plugins.module_utils._api.base import Filters
from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import (
    ADMIN,
    MEMBER,
    relationship,
)
from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import IdentityDirectory
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import (
    Client,
    Json,
    incomplete,
    segment,
)
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError
from ansible_collections.community.veracode.plugins.module_utils._http.client import Effect
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, timestamp
from ansible_collections.community.veracode.plugins.module_utils._model.role import TEAM_ADMIN, USER, known_role
from ansible_collections.community.veracode.plugins.module_utils._model.structure import (
    BUSINESS_UNIT,
    ROLE,
    ROLE_FLAGS,
    TEAM,
    WORDS,
    BusinessUnit,
    CustomRole,
    Permission,
    S,
    Team,
    TeamUser,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.structure import Known, KnownUser, Needed

# Up to so many names, looking each up is cheaper than reading the listing of a large organization.
_FEW = 2


@dataclass(frozen=True)
class StructureListing(t.Generic[S]):
    """Objects that were listed.

    :param items: each once, sorted by name.
    :param complete: the listing agrees with the server's own total.
    """

    items: tuple[S, ...]
    complete: bool


class Store(abc.ABC, t.Generic[S]):
    """Reads and writes one kind of object.

    :param client: a client of the API.
    """

    kind: str
    path: str
    key: str
    identity: str
    #: Whether a listing can be asked for one name.
    filters_names = False

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def word(self) -> str:
        """How messages speak of the kind."""
        return WORDS[self.kind]

    @abc.abstractmethod
    def parse(self, item: Json) -> S | None:
        """Return what an item carries, C(None) if it is none of them."""

    @abc.abstractmethod
    def body(self, values: t.Mapping[str, t.Any], after: S, before: S | None) -> Json:
        """Return the JSON that sets C(values), with complete lists."""

    def _query(self, name: str | None) -> list[tuple[str, str]]:
        """Return the query of a listing, for one name where the API can filter it (loosely)."""
        return []

    def listing(self, name: str | None = None) -> StructureListing[S]:
        """Return all objects, or at least all whose name is C(name), however it is spelled."""
        items, complete = self._client.everything(
            f"list the {self.word}s", self.path, self.key, self.identity, self._query(name)
        )
        return StructureListing(_by_name(parsed for item in items if (parsed := self.parse(item))), complete)

    def named(self, names: t.Iterable[str]) -> list[S]:
        """Return at least all objects that have one of the names, however they are spelled.

        :raises ApiError: none of them has, and not all could be read.
        """
        names = list(names)
        listings = [self.listing(name) for name in (names if self.filters_names else [None])]
        found = {str(item.handle): item for listing in listings for item in listing.items}
        if not all(listing.complete for listing in listings) and not {each.name for each in found.values()} & set(
            names
        ):
            raise incomplete(f"list the {self.word}s")
        return list(found.values())

    def details(self, entity: S) -> S | None:
        """Return the object read on its own, C(None) if it is gone."""
        path = f"{self.path}/{segment(str(entity.handle))}"
        item = self._client.read_if_there(f'read the {self.word} "{entity.name}"', path)
        if item is None or item.get("deleted") is True:
            return None
        return self.parse(item)

    def reading(self, entity: S, need: t.Collection[str]) -> S | None:
        """Return the object with everything that is needed, read on its own unless the reading carries it."""
        carried = entity.values_and_lists
        return entity if all(option in carried for option in need) else self.details(entity)

    def create(self, after: S, values: t.Mapping[str, t.Any]) -> S:
        """Create an object and return it as the answer shows it.

        :raises LostAnswerError: whether it was created is not known.
        """
        item = self._client.write_related(
            f'create the {self.word} "{after.name}"',
            "POST",
            self.path,
            effect=Effect.ONCE,
            body=self.body(values, after, None),
        )
        return self._answered(item, after)

    def update(self, before: S, after: S, values: t.Mapping[str, t.Any]) -> S:
        """Change what C(values) lists and return the object as the answer shows it.

        C(partial) keeps what is not sent; lists are sent whole, since C(incremental) cannot remove (documented).
        """
        item = self._client.write_related(
            f'update the {self.word} "{before.name}"',
            "PUT",
            f"{self.path}/{segment(str(before.handle))}",
            effect=Effect.REPEATABLE,
            query=[("partial", "true"), ("incremental", "false")],
            body=self.body(values, after, before),
        )
        return self._answered(item, after)

    @abc.abstractmethod
    def bare(self, entity: S) -> S:
        """Return the object without anything that an answer would have to tell."""

    def _answered(self, item: Json | None, after: S) -> S:
        parsed = self.parse(item) if item is not None else None
        return parsed if parsed is not None else self.bare(after)

    def delete(self, entity: S) -> None:
        """Delete an object; one that is gone already is no error."""
        path = f"{self.path}/{segment(str(entity.handle))}"
        try:
            self._client.write(f'delete the {self.word} "{entity.name}"', "DELETE", path, effect=Effect.REPEATABLE)
        except ApiError as error:
            if error.status == 404:
                return
            if error.status in (400, 409) and DELETION[self.kind] not in error.msg:
                error.msg += f" {DELETION[self.kind]}."
            raise


def _by_name(items: t.Iterable[S]) -> tuple[S, ...]:
    return tuple(sorted(items, key=lambda item: (item.name.casefold(), item.name)))


class TeamStore(Store[Team]):
    """Teams.

    :param accounts: the accounts of the same organization, for a server whose teams do not show their users.
    """

    kind = TEAM
    path = "/teams"
    key = "teams"
    identity = "team_id"
    filters_names = True

    def __init__(self, client: Client, accounts: IdentityDirectory) -> None:
        super().__init__(client)
        self._accounts = accounts

    def _query(self, name: str | None) -> list[tuple[str, str]]:
        # Without these flags only the caller's own teams are listed; documents name one or the other. The filter is
        # partial and ignores case (seen in code).
        query = [("team_name", name)] if name else []
        return [*query, ("all_for_org", "true"), ("ignore_self_teams", "true")]

    def parse(self, item: Json) -> Team | None:
        """Return what an item carries; its users come with a team on its own (documented)."""
        if "team_id" not in item or "team_name" not in item or item.get("deleted") is True:
            return None
        unit = item.get("business_unit")
        unit = unit if isinstance(unit, dict) else {}
        users = item.get("users")
        return Team(
            str(item["team_name"]),
            str(item["team_id"]),
            unit.get("bu_name"),
            unit.get("bu_id"),
            _users(users) if isinstance(users, list) else None,
            {
                "member_only": item.get("member_only"),
                "created": timestamp(item.get("insert_ts")),
                "modified": timestamp(item.get("modify_ts")),
            },
        )

    def reading(self, entity: Team, need: t.Collection[str]) -> Team | None:
        """Return the team with everything that is needed."""
        team = super().reading(entity, need)
        if team is not None and team.users is None and {"members", "managers"} & set(need):
            return replace(team, users=self._users_of(team))
        return team

    def _users_of(self, team: Team) -> tuple[TeamUser, ...]:
        """Return the users of a team that does not tell them, from the accounts that are in it."""
        users = []
        for account in self._accounts.list_accounts(Filters(team=team.name)).accounts:
            manages = any(each.name == team.name and each.manages for each in account.teams or ())
            users.append(TeamUser(account.username, manages, account.handle))
        return tuple(sorted(users, key=lambda user: user.username))

    def body(self, values: t.Mapping[str, t.Any], after: Team, before: Team | None) -> Json:
        """Return the JSON that sets C(values); what has no GUID yet is referred to by its name (documented)."""
        body: Json = {}
        if "name" in values:
            body["team_name"] = after.name
        if "business_unit" in values:
            body["business_unit"] = (
                {"bu_id": after.business_unit_id} if after.business_unit_id else {"bu_name": after.business_unit}
            )
        if "members" in values or "managers" in values:
            body["users"] = [
                {
                    **({"user_id": user.user_id} if user.user_id else {"user_name": user.username}),
                    "relationship": ADMIN if user.manages else MEMBER,
                }
                for user in after.users or ()
            ]
        return body

    def bare(self, entity: Team) -> Team:
        """Return just the name."""
        return Team(entity.name, entity.team_id)


def _users(raw: list[t.Any]) -> tuple[TeamUser, ...]:
    users = [
        TeamUser(
            str(each["user_name"]),
            relationship(each) == ADMIN,
            str(each["user_id"]) if each.get("user_id") else None,
        )
        for each in raw
        if isinstance(each, dict) and each.get("user_name")
    ]
    return tuple(sorted(users, key=lambda user: user.username))


class BusinessUnitStore(Store[BusinessUnit]):
    """Business units."""

    kind = BUSINESS_UNIT
    path = "/business_units"
    key = "business_units"
    identity = "bu_id"

    def parse(self, item: Json) -> BusinessUnit | None:
        """Return what an item carries; its teams come with a business unit on its own."""
        if "bu_id" not in item or "bu_name" not in item:
            return None
        raw = item.get("teams")
        teams: dict[str, str | None] | None = None
        if isinstance(raw, list):
            teams = {str(each["team_name"]): each.get("team_id") for each in raw if "team_name" in each}
        return BusinessUnit(str(item["bu_name"]), str(item["bu_id"]), teams, item.get("is_default") is True)

    def body(self, values: t.Mapping[str, t.Any], after: BusinessUnit, before: BusinessUnit | None) -> Json:
        """Return the JSON that sets C(values); what has no GUID yet is referred to by its name (documented)."""
        body: Json = {}
        if "name" in values:
            body["bu_name"] = after.name
        if "teams" in values:
            body["teams"] = [
                {"team_id": handle} if handle else {"team_name": name} for name, handle in (after.teams or {}).items()
            ]
        return body

    def bare(self, entity: BusinessUnit) -> BusinessUnit:
        """Return just the name."""
        return BusinessUnit(entity.name, entity.unit_id)


class RoleStore(Store[CustomRole]):
    """Roles, built in and custom."""

    kind = ROLE
    path = "/roles"
    key = "roles"
    identity = "role_id"

    def parse(self, item: Json) -> CustomRole | None:
        """Return what an item carries; the permissions and newer flags may come with a role on its own only."""
        if "role_id" not in item:
            return None
        permissions = item.get("permissions")
        short = item.get("role_name")
        return CustomRole(
            known_role(short, item.get("role_description") or None).title,
            str(short) if short else None,
            str(item["role_id"]),
            tuple(_permission(each) for each in permissions if isinstance(each, dict))
            if isinstance(permissions, list)
            else None,
            {flag: item[flag] for flag in ("is_api", *ROLE_FLAGS) if isinstance(item.get(flag), bool)},
            {
                "is_scan_type": item.get("is_scan_type"),
                "requires_token": item.get("requires_token"),
                "disabled": item.get("role_disabled"),
            },
        )

    def body(self, values: t.Mapping[str, t.Any], after: CustomRole, before: CustomRole | None) -> Json:
        """Return the JSON that sets C(values)."""
        body: Json = {flag: values[flag] for flag in ("is_api", *ROLE_FLAGS) if flag in values}
        if "name" in values:
            body["role_description"] = after.name
        if "role_name" in values:
            body["role_name"] = after.role_name
        if "permissions" in values:
            body["permissions"] = [
                {
                    "permission_name": permission.name,
                    # A permission that stays keeps what it is given for.
                    **({"permission_types": list(permission.types)} if permission.types else {}),
                }
                for permission in after.permissions or ()
            ]
        return body

    def bare(self, entity: CustomRole) -> CustomRole:
        """Return just the name."""
        return CustomRole(entity.name, None, entity.role_id)


def _permission(item: Json) -> Permission:
    types = item.get("permission_types")
    return Permission(
        str(item.get("permission_name")),
        tuple(str(each) for each in types) if isinstance(types, list) else None,
        item.get("custom_role_enabled") is not False,
    )


class IdentityStructure:
    """Everything of an organization beside its accounts.

    :param directory: its accounts.
    """

    def __init__(self, directory: IdentityDirectory) -> None:
        self._directory = directory
        self.teams = TeamStore(directory.client, directory)
        self.business_units = BusinessUnitStore(directory.client)
        self.roles = RoleStore(directory.client)

    def teams_of(self, name: str) -> tuple[str, ...] | None:
        """Return the GUIDs of the teams in a business unit, C(None) if there is no such business unit."""
        for unit in self.business_units.listing().items:
            if unit.name == name:
                whole = self.business_units.reading(unit, ("teams",))
                return tuple(str(handle) for handle in ((whole.teams if whole else None) or {}).values())
        return None

    def known(self, needed: Needed) -> Known:
        """Read what an entry can refer to, and no more.

        A few usernames are looked up, more are searched in the listing of all accounts, active and inactive. Who may
        manage a team costs one search, and the details of those candidates that it hides.
        """
        units = self._units(needed.business_units) if needed.business_units else ()
        team_ids, all_teams = self._directory.teams(needed.teams) if needed.teams else ({}, ())
        return Known(
            business_units={unit.name: unit.unit_id for unit in units},
            default_business_unit=next((unit.name for unit in units if unit.is_default), None),
            teams=team_ids,
            all_teams=all_teams,
            users=self._known_users(needed),
            permissions=self._permissions(needed.permissions) if needed.permissions else {},
        )

    def _units(self, names: t.Collection[str]) -> tuple[BusinessUnit, ...]:
        """Return every business unit, at least these if there are."""
        listing = self.business_units.listing()
        if not listing.complete and not {unit.name for unit in listing.items} >= set(names):
            raise incomplete("list the business units")
        return listing.items

    def _permissions(self, names: t.Collection[str]) -> dict[str, Permission]:
        """Return every permission by its name, at least these if there are."""
        what = "list the permissions"
        items, complete = self._directory.client.everything(what, "/permissions", "permissions", "permission_id")
        # For what a new permission is given is left to the server.
        found = {str(item.get("permission_name")): replace(_permission(item), types=None) for item in items}
        if not complete and not found.keys() >= set(names):
            raise incomplete(what)
        return found

    def _known_users(self, needed: Needed) -> dict[str, KnownUser]:
        names = {name.casefold(): name for name in (*needed.users, *needed.managers)}
        if not names:
            return {}
        accounts = self._accounts(names)
        admins: set[str] = set()
        if needed.managers:
            admins = self._team_admins([accounts[key] for key in _folded(needed.managers) if key in accounts])
        return {
            key: KnownUser(account.username, account.handle, account.handle in admins if needed.managers else None)
            for key, account in accounts.items()
        }

    def _accounts(self, names: t.Mapping[str, str]) -> dict[str, Account]:
        if len(names) <= _FEW:
            found = [self._directory.by_username(name, USER, frozenset()) for name in names.values()]
            if all(found):
                return {account.username.casefold(): account for account in found if account is not None}
        listing = self._directory.list_accounts(Filters())
        accounts = {account.username.casefold(): account for account in listing.accounts}
        if not listing.complete and not accounts.keys() >= names.keys():
            raise incomplete("list the accounts")
        return accounts

    def _team_admins(self, candidates: t.Sequence[Account]) -> set[str]:
        """Return the handles of all accounts with the Team Admin role, as far as the candidates are concerned."""
        if TEAM_ADMIN not in self._directory.roles():
            return set()
        holders, complete = self._directory.role_holders(TEAM_ADMIN)
        for account in candidates:
            # The search may hide inactive accounts.
            if account.handle not in holders and (not complete or account.values.get("active") is False):
                whole = self._directory.details(account)
                if whole is not None and TEAM_ADMIN in (whole.roles or ()):
                    holders.add(str(account.handle))
        return holders


def _folded(names: t.Iterable[str]) -> list[str]:
    return [name.casefold() for name in names]

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One organization in memory, written through to SQLite so that a run can be looked at afterwards.

Secrets are never written: the table of key pairs holds their SHA-256.
"""

from __future__ import annotations

import functools
import hashlib
import json
import secrets
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import catalog
from .model import (
    BusinessUnit,
    ClientSecret,
    Credentials,
    JitSettings,
    OauthClient,
    Organization,
    Permission,
    Role,
    Team,
    User,
    iso,
)

_NAMESPACE = uuid.UUID("6f1a8f52-7b4e-5c0d-9a3e-2d5b7c9e1f04")
_TABLES = ("users", "teams", "business_units", "roles", "credentials", "oauth_clients", "jit_settings")
DEFAULT_BUSINESS_UNIT = "Not Specified"


@functools.cache
def stable_id(kind: str, name: str) -> str:
    """An id that is the same in every run, for what a seed names."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))


class Store:
    """Objects and their indexes. Everything runs in one thread, so each request is atomic."""

    def __init__(self, organization: Organization, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.organization = organization
        self.users: dict[str, User] = {}
        self.teams: dict[str, Team] = {}
        self.business_units: dict[str, BusinessUnit] = {}
        self.roles: dict[str, Role] = {}
        self.permissions: dict[str, Permission] = {}
        self.credentials: dict[str, Credentials] = {}
        self.oauth_clients: dict[str, OauthClient] = {}
        self.jit: JitSettings | None = None
        self.members: dict[str, set[str]] = {}
        self.keys_of: dict[str, list[str]] = {}
        self.version = 0
        self.last_visible = 0.0
        self._names: dict[str, list[str]] = {}
        self._addresses: dict[str, set[str]] = {}
        self._by_legacy: dict[int, str] = {}
        self._role_names: dict[str, str] = {}
        self._permission_names: dict[str, str] = {}
        self._legacy = 400_000
        self._dirty: set[tuple[str, str]] = set()
        self._add_catalog()

    # --- clock, ids, changes --------------------------------------------------------------------------------------

    def now(self) -> float:
        return self.clock()

    def next_legacy(self) -> int:
        self._legacy += 1
        return self._legacy

    def _touch(self, table: str, key: str) -> None:
        self.version += 1
        self._dirty.add((table, key))

    def take_dirty(self) -> set[tuple[str, str]]:
        """Table and key of what changed since the last call."""
        dirty, self._dirty = self._dirty, set()
        return dirty

    def _add_catalog(self) -> None:
        for known in catalog.PERMISSIONS:
            permission_id = stable_id("permission", known.name)
            self._permission_names[known.name] = permission_id
            self.permissions[permission_id] = Permission(
                permission_id,
                self.next_legacy(),
                known.name,
                known.description,
                list(known.types),
                known.api_only,
                known.custom_role,
                known.ui_only,
            )
        for built_in in catalog.ROLES:
            self.put_role(
                Role(
                    stable_id("role", built_in.name),
                    self.next_legacy(),
                    built_in.name,
                    built_in.description,
                    is_api=built_in.is_api,
                    is_scan_type=built_in.is_scan,
                    xml=built_in.xml,
                    no_team=built_in.no_team,
                    ignore_team_restrictions=built_in.ignores_teams,
                    team_admin_manageable=built_in.team_admin,
                    newer=built_in.newer,
                    permissions=[{"permission_name": name} for name in built_in.permissions],
                )
            )

    # --- users ----------------------------------------------------------------------------------------------------

    def put_user(self, user: User, *, modified: bool = True) -> None:
        """Add a user, or record that one changed. Rename with rename_user, teams with set_teams."""
        if user.user_id not in self.users:
            self.users[user.user_id] = user
            self._names.setdefault(user.user_name.lower(), []).append(user.user_id)
            self._addresses.setdefault(user.email_address.lower(), set()).add(user.user_id)
            self._by_legacy[user.legacy_id] = user.user_id
            for team_id in user.teams:
                self.members.setdefault(team_id, set()).add(user.user_id)
            self.last_visible = max(self.last_visible, user.visible_from)
        if modified:
            user.modify_ts = self.now()
        self._touch("users", user.user_id)

    def rename_user(self, user: User, name: str) -> None:
        self._names[user.user_name.lower()].remove(user.user_id)
        user.user_name = name
        self._names.setdefault(name.lower(), []).append(user.user_id)
        self.put_user(user)

    def set_address(self, user: User, address: str) -> None:
        self._addresses[user.email_address.lower()].discard(user.user_id)
        user.email_address = address
        self._addresses.setdefault(address.lower(), set()).add(user.user_id)
        self.put_user(user)

    def set_teams(self, user: User, teams: dict[str, str]) -> None:
        for team_id in user.teams:
            self.members.get(team_id, set()).discard(user.user_id)
        user.teams = dict(teams)
        for team_id in user.teams:
            self.members.setdefault(team_id, set()).add(user.user_id)
        self.put_user(user)

    def visible(self, user: User) -> bool:
        return not user.deleted and user.visible_from <= self.now()

    def users_named(self, name: str) -> list[User]:
        """All accounts that have or had this name, whatever the case; also deleted and not yet visible ones."""
        return [self.users[user_id] for user_id in self._names.get(name.lower(), ())]

    def user_by_name(self, name: str) -> User | None:
        """The account of that name that can be read."""
        return next((user for user in self.users_named(name) if self.visible(user)), None)

    def users_with_address(self, address: str) -> list[User]:
        """All accounts with that address, whatever the case; also deleted and not yet visible ones."""
        return [self.users[user_id] for user_id in sorted(self._addresses.get(address.lower(), ()))]

    def user_by_legacy(self, legacy_id: int) -> User | None:
        user = self.users.get(self._by_legacy.get(legacy_id, ""))
        return user if user is not None and self.visible(user) else None

    def user_by_subject(self, subject: str) -> User | None:
        return next(
            (user for user in self.users.values() if user.saml_subject == subject and self.visible(user)),
            None,
        )

    def delete_user(self, user: User, by: str) -> None:
        """Soft-delete: the teams are left, the keys are dead."""
        self.set_teams(user, {})
        user.deleted = True
        self.put_user(user)
        for api_id in self.keys_of.get(user.user_id, ()):
            self.revoke(self.credentials[api_id], by)
        for client in self.clients_of(user):
            client.deleted = True
            self.note_client(client)

    def drop_user(self, user: User, by: str) -> None:
        """Delete permanently: nobody can tell that there was an account of that name."""
        self.delete_user(user, by)
        self._names[user.user_name.lower()].remove(user.user_id)
        self._addresses[user.email_address.lower()].discard(user.user_id)
        del self._by_legacy[user.legacy_id]
        del self.users[user.user_id]
        for api_id in self.keys_of.pop(user.user_id, ()):
            del self.credentials[api_id]
            self._touch("credentials", api_id)
        for client in [one for one in self.oauth_clients.values() if one.user_id == user.user_id]:
            del self.oauth_clients[client.client_id]
            self.note_client(client)

    # --- teams, business units, roles --------------------------------------------------------------------------------

    def put_team(self, team: Team) -> None:
        self.teams[team.team_id] = team
        self.members.setdefault(team.team_id, set())
        team.modify_ts = self.now()
        self._touch("teams", team.team_id)

    def live_teams(self) -> Iterable[Team]:
        return (team for team in self.teams.values() if not team.deleted)

    def team_by_name(self, name: str) -> Team | None:
        return next((team for team in self.live_teams() if team.team_name == name), None)

    def team_by_legacy(self, legacy_id: int) -> Team | None:
        return next((team for team in self.live_teams() if team.legacy_id == legacy_id), None)

    def members_of(self, team: Team) -> list[User]:
        found = [self.users[user_id] for user_id in self.members.get(team.team_id, ())]
        return sorted((user for user in found if self.visible(user)), key=lambda user: user.legacy_id)

    def delete_team(self, team: Team) -> None:
        for user_id in list(self.members.get(team.team_id, ())):
            user = self.users[user_id]
            self.set_teams(user, {key: value for key, value in user.teams.items() if key != team.team_id})
        team.deleted = True
        self.put_team(team)

    def drop_team(self, team: Team) -> None:
        """Delete permanently: nobody can tell that there was a team of that name."""
        self.delete_team(team)
        del self.teams[team.team_id]
        self.members.pop(team.team_id, None)

    def put_business_unit(self, unit: BusinessUnit) -> None:
        self.business_units[unit.bu_id] = unit
        self._touch("business_units", unit.bu_id)

    def drop_business_unit(self, unit: BusinessUnit) -> None:
        del self.business_units[unit.bu_id]
        self._touch("business_units", unit.bu_id)

    def business_unit_by_name(self, name: str) -> BusinessUnit | None:
        return next((unit for unit in self.business_units.values() if unit.bu_name == name), None)

    def default_business_unit(self) -> BusinessUnit:
        return next(unit for unit in self.business_units.values() if unit.is_default)

    def put_role(self, role: Role) -> None:
        self.roles[role.role_id] = role
        self._role_names = {known.role_name: known.role_id for known in self.roles.values()}
        self._touch("roles", role.role_id)

    def drop_role(self, role: Role) -> None:
        del self.roles[role.role_id]
        self._role_names.pop(role.role_name, None)
        self._touch("roles", role.role_id)

    def role_by_name(self, name: str) -> Role | None:
        return self.roles.get(self._role_names.get(name, ""))

    def role_by_description(self, description: str) -> Role | None:
        return next((role for role in self.roles.values() if role.role_description == description), None)

    def find_role(self, name: str) -> Role | None:
        """By short name, display name or id."""
        return self.role_by_name(name) or self.role_by_description(name) or self.roles.get(name)

    def roles_of(self, user: User) -> list[Role]:
        return [self.roles[role_id] for role_id in user.roles if role_id in self.roles]

    def with_children(self, roles: Iterable[Role]) -> list[Role]:
        """The roles and those that they include, however deep; each once."""
        found: dict[str, Role] = {}
        todo = list(roles)
        while todo:
            role = todo.pop()
            if role.role_id not in found:
                found[role.role_id] = role
                todo += [self.roles[child] for child in role.child_roles if child in self.roles]
        return list(found.values())

    def permission(self, name: str) -> Permission | None:
        """By name or id."""
        return self.permissions.get(self._permission_names.get(name, name))

    def put_jit(self, settings: JitSettings | None) -> None:
        if self.jit is not None and settings is None:
            self._touch("jit_settings", self.jit.jit_id)
        self.jit = settings
        if settings is not None:
            self._touch("jit_settings", settings.jit_id)

    # --- key pairs ---------------------------------------------------------------------------------------------------

    def generate_key(
        self, user: User, *, days: float, overlap_hours: float, by: str, pair: tuple[str, str] | None = None
    ) -> Credentials:
        """A new pair for the user. An older working pair dies after ``overlap_hours``."""
        now = self.now()
        for api_id in self.keys_of.get(user.user_id, ()):
            old = self.credentials[api_id]
            if old.works(now):
                end = now + overlap_hours * 3600
                old.revocation_ts = end if old.revocation_ts is None else min(old.revocation_ts, end)
                old.revocation_user = by
                old.replaced = True
                self._touch("credentials", old.api_id)
        api_id, secret = pair or (secrets.token_hex(16), secrets.token_hex(64))
        made = Credentials(api_id, bytes.fromhex(secret), user.user_id, now, now + days * 86400)
        self.credentials[api_id] = made
        self.keys_of.setdefault(user.user_id, []).append(api_id)
        self._touch("credentials", api_id)
        return made

    def revoke(self, key: Credentials, by: str) -> None:
        """The key is dead at once."""
        now = self.now()
        if key.works(now):
            key.revocation_ts = now
            key.revocation_user = by
            self.note_key(key)

    def note_key(self, key: Credentials) -> None:
        self._touch("credentials", key.api_id)

    def current_key(self, user: User) -> Credentials | None:
        """The pair that is in force: not expired, not revoked, not replaced."""
        now = self.now()
        for api_id in reversed(self.keys_of.get(user.user_id, ())):
            key = self.credentials[api_id]
            if key.works(now) and not key.replaced:
                return key
        return None

    # --- OAuth clients -----------------------------------------------------------------------------------------------

    def put_client(self, client: OauthClient) -> None:
        self.oauth_clients[client.client_id] = client
        self.note_client(client)

    def note_client(self, client: OauthClient) -> None:
        self._touch("oauth_clients", client.client_id)

    def clients_of(self, user: User) -> list[OauthClient]:
        """The clients of an account that are not deleted."""
        return [one for one in self.oauth_clients.values() if one.user_id == user.user_id and not one.deleted]

    def add_secret(self, client: OauthClient, *, seconds: float | None = None) -> ClientSecret:
        """A new secret of a client, which lives as long as the client, or as many seconds."""
        now = self.now()
        end = client.expiration_ts if seconds is None else min(client.expiration_ts, now + seconds)
        made = ClientSecret(str(uuid.uuid4()), secrets.token_urlsafe(48), now, end)
        client.secrets.append(made)
        client.secrets_made += 1
        self.note_client(client)
        return made

    # --- raw view ----------------------------------------------------------------------------------------------------

    def user_document(self, user: User) -> dict[str, Any]:
        """A user as the store has it, with names for roles and teams."""
        document = asdict(user)
        document["roles"] = sorted(role.role_description for role in self.roles_of(user))
        document["role_names"] = sorted(role.role_name for role in self.roles_of(user))
        document["teams"] = {self.teams[team_id].team_name: value for team_id, value in user.teams.items()}
        key = self.current_key(user)
        document["api_id"] = key.api_id if key else None
        return document

    def team_document(self, team: Team) -> dict[str, Any]:
        document = asdict(team)
        unit = self.business_units.get(team.bu_id)
        document["business_unit"] = unit.bu_name if unit else None
        document["users"] = {user.user_name: user.teams[team.team_id] for user in self.members_of(team)}
        return document

    def client_document(self, client: OauthClient) -> dict[str, Any]:
        """An OAuth client as it is kept, with names, and without its secrets."""
        document = asdict(client)
        document["user_name"] = self.users[client.user_id].user_name
        if client.roles is not None:
            document["roles"] = sorted(self.roles[role_id].role_description for role_id in client.roles)
        document["secrets"] = [
            {"secret_id": one.secret_id, "created": iso(one.created_ts), "secret_sha256": _digest(one.secret)}
            for one in client.secrets
        ]
        return document

    def document(self, table: str, key: str) -> dict[str, Any] | None:
        """One object as it is written to SQLite; None if it is gone."""
        if table == "users":
            return self.user_document(self.users[key]) if key in self.users else None
        if table == "teams":
            return self.team_document(self.teams[key]) if key in self.teams else None
        if table == "business_units":
            return asdict(self.business_units[key]) if key in self.business_units else None
        if table == "roles":
            return asdict(self.roles[key]) if key in self.roles else None
        if table == "credentials":
            return key_document(self.credentials[key]) if key in self.credentials else None
        if table == "oauth_clients":
            return self.client_document(self.oauth_clients[key]) if key in self.oauth_clients else None
        return self.jit.document if self.jit is not None and self.jit.jit_id == key else None


def key_document(key: Credentials) -> dict[str, Any]:
    document = {name: value for name, value in asdict(key).items() if name != "secret"}
    document["secret_sha256"] = _digest(key.secret.hex())
    return document


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Database:
    """The SQLite file: one table for each kind, and the request log."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=OFF")
        for table in _TABLES:
            self.connection.execute(
                f"CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY, name TEXT, document TEXT)"
            )
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS requests (n INTEGER PRIMARY KEY, time REAL, method TEXT, path TEXT, query TEXT,"
            " status INTEGER, connection INTEGER, writes INTEGER, document TEXT)"
        )

    def clear(self) -> None:
        """Forget the objects of an earlier seed; the request log stays."""
        with self.connection:
            for table in _TABLES:
                self.connection.execute(f"DELETE FROM {table}")

    def write(self, store: Store, requests: list[dict[str, Any]]) -> None:
        """Write what changed, in one transaction."""
        dirty = store.take_dirty()
        if not dirty and not requests:
            return
        with self.connection:
            for table, key in dirty:
                document = store.document(table, key)
                if document is None:
                    self.connection.execute(f"DELETE FROM {table} WHERE id = ?", (key,))
                    continue
                name = next(
                    (
                        document[field]
                        for field in ("name", "user_name", "team_name", "bu_name", "role_name", "user_id")
                        if field in document
                    ),
                    None,
                )
                self.connection.execute(
                    f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", (key, name, json.dumps(document))
                )
            self.connection.executemany(
                "INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        entry["n"],
                        entry["time"],
                        entry["method"],
                        entry["path"],
                        entry["query"],
                        entry["status"],
                        entry["connection"],
                        int(entry["writes"]),
                        json.dumps(entry),
                    )
                    for entry in requests
                ],
            )

    def close(self) -> None:
        self.connection.close()

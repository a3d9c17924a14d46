# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that a running emulator has: the organization, switches, faults, the log, and by-hand changes."""

from __future__ import annotations

import random
import time
from collections import deque
from dataclasses import fields
from pathlib import Path
from typing import Any

from . import seed as seeds
from .accounts import Accounts
from .faults import Faults
from .model import BusinessUnit, Organization, Role, Team, User
from .requestlog import RequestLog
from .rules import Rejected
from .signature import Signatures
from .store import Database, Store, stable_id
from .switches import Switches

_USER_FIELDS = {one.name for one in fields(User)}
_TEAM_FIELDS = {one.name for one in fields(Team)}


class ByHandError(ValueError):
    """A change by hand that names what does not exist."""


class World:
    """The state behind both listeners."""

    def __init__(
        self, document: dict[str, Any], switches: dict[str, str], *, database: Path | None = None, region: str = ""
    ) -> None:
        self.document = document
        self.start_switches = dict(switches)
        self.region = region
        self.switches = Switches()
        self.signatures = Signatures(self.switches)
        self.faults = Faults()
        self.log = RequestLog()
        self.keys: dict[str, tuple[str, str]] = {}
        self._old_secrets: set[str] = set()
        self.read_only = False
        self.watching = False
        self.history: list[dict[str, Any]] = []
        self.clock_offset = 0.0
        self.windows: dict[str, deque[float]] = {"rest": deque(), "xml": deque()}
        self.database = Database(database) if database else None
        self.listings: dict[object, tuple[int, list[Any]]] = {}
        self.shuffler = random.Random(1)
        self.requests = 0
        self.store = Store(Organization("", 0, ""))
        self.reset()

    def now(self) -> float:
        return time.time() + self.clock_offset

    def reset(self) -> None:
        """The state right after the start: same seed, same ids, same keys; the log is empty."""
        self.switches.values = Switches().values
        for name, value in self.start_switches.items():
            self.switches.set(name, value)
        self.faults.clear()
        self.log.clear()
        self.listings.clear()
        for window in self.windows.values():
            window.clear()
        self.read_only = False
        self.watching = False
        self.history = []
        self.clock_offset = 0.0
        if self.database is not None:
            self.flush()
            self.database.clear()
        self._old_secrets |= self.secrets()
        self.store = seeds.build(self.document, self.keys, self.now)

    def secrets(self) -> set[str]:
        """The secret of every pair and of every OAuth client there ever was."""
        pairs = {key.secret.hex() for key in self.store.credentials.values()}
        clients = {one.secret for client in self.store.oauth_clients.values() for one in client.secrets}
        return self._old_secrets | pairs | clients

    def flush(self) -> None:
        """Write what changed to the SQLite file, if there is one."""
        if self.database is not None:
            self.database.write(self.store, self.log.take_done())
        else:
            self.log.take_done()
            self.store.take_dirty()

    def note(self, entry: dict[str, Any], status: int) -> None:
        """Keep what a write has made of the organization, while somebody watches."""
        if self.watching and entry["writes"]:
            asked = {name: entry[name] for name in ("n", "method", "path", "query", "call")}
            self.history.append({**asked, "status": status, **self.snapshot()})

    def snapshot(self) -> dict[str, Any]:
        """What rules for a whole organization are about, by names: who may log in, with which roles, in which teams."""
        store = self.store
        accounts: dict[str, dict[str, Any]] = {
            user.user_name: {
                "is_api": user.is_api,
                "enabled": user.active and user.login_enabled,
                "roles": sorted(role.role_description for role in store.roles_of(user)),
                "teams": {store.teams[team_id].team_name: relation for team_id, relation in user.teams.items()},
            }
            for user in store.users.values()
            if not user.deleted
        }
        return {
            "accounts": accounts,
            "administrators": sorted(
                name
                for name, one in accounts.items()
                if one["enabled"] and not one["is_api"] and "Administrator" in one["roles"]
            ),
            "teams": {
                team.team_name: {
                    "business_unit": store.business_units[team.bu_id].bu_name,
                    "members": {user.user_name: user.teams[team.team_id] for user in store.members_of(team)},
                }
                for team in store.live_teams()
            },
        }

    # --- rate limit ----------------------------------------------------------------------------------------------------

    def over_limit(self, family: str) -> float:
        """Seconds until another call of this family is taken; 0 if it is taken now."""
        limit = int(self.switches.number(f"rate_limit_{family}"))
        if limit == 0:
            return 0.0
        now = time.monotonic()
        window = self.windows[family]
        while window and window[0] <= now - 60:
            window.popleft()
        if len(window) >= limit:
            return window[0] + 60 - now
        window.append(now)
        return 0.0

    # --- raw views and changes by hand -----------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """The whole organization as the store has it, without any secret."""
        store = self.store
        return {
            "users": [store.user_document(user) for user in store.users.values()],
            "teams": [store.team_document(team) for team in store.teams.values()],
            "business_units": [store.document("business_units", unit) for unit in store.business_units],
            "roles": [store.document("roles", role_id) for role_id, role in store.roles.items() if role.custom],
            "credentials": [store.document("credentials", api_id) for api_id in store.credentials],
            "oauth_clients": [store.client_document(client) for client in store.oauth_clients.values()],
            "jit_settings": store.jit.document if store.jit else None,
        }

    def user(self, name: str) -> User:
        """The account of that name; the newest deleted one if there is no other. Raises ByHandError."""
        users = sorted(self.store.users_named(name), key=lambda user: (user.deleted, -user.legacy_id))
        if not users:
            raise ByHandError(f"there is no user {name!r}")
        return users[0]

    def team(self, name: str) -> Team:
        team = self.store.team_by_name(name)
        if team is None:
            raise ByHandError(f"there is no team {name!r}")
        return team

    def unit(self, name: str) -> BusinessUnit:
        unit = self.store.business_unit_by_name(name)
        if unit is None:
            raise ByHandError(f"there is no business unit {name!r}")
        return unit

    def role(self, name: str) -> Role:
        role = self.store.find_role(name)
        if role is None:
            raise ByHandError(f"there is no role {name!r}")
        return role

    def look(self, kind: str, name: str) -> dict[str, Any] | None:
        """One object, or None."""
        try:
            if kind == "user":
                return self.store.user_document(self.user(name))
            if kind == "team":
                return self.store.team_document(self.team(name))
            if kind == "business_unit":
                return self.store.document("business_units", self.unit(name).bu_id)
            if kind == "role":
                return self.store.document("roles", self.role(name).role_id)
        except ByHandError:
            return None
        if kind == "credentials":
            return self.store.document("credentials", name) if name in self.store.credentials else None
        if kind == "oauth_client":
            clients = sorted(self.store.oauth_clients.values(), key=lambda client: client.deleted)
            found = next((one for one in clients if name in (one.name, one.client_id)), None)
            return self.store.client_document(found) if found else None
        raise ByHandError(f"there is no kind {kind!r}")

    def change(self, kind: str, name: str, values: dict[str, Any]) -> dict[str, Any] | None:
        """Change an object without any rule, as somebody in the user interface, or a fault of nature."""
        if kind == "user":
            self._change_user(self.user(name), values)
            return self.store.user_document(self.user(str(values.get("user_name", name))))
        if kind == "team":
            team = self.team(name)
            self._change_team(team, values)
            return self.store.team_document(team)
        if kind == "business_unit":
            unit = self.unit(name)
            unit.bu_name = str(values.get("bu_name", unit.bu_name))
            self.store.put_business_unit(unit)
            return self.store.document("business_units", unit.bu_id)
        if kind == "role":
            role = self.role(name)
            for field, value in values.items():
                if not hasattr(role, field):
                    raise ByHandError(f"a role has no {field!r}")
                setattr(role, field, [self.role(one).role_id for one in value] if field == "child_roles" else value)
            self.store.put_role(role)
            return self.store.document("roles", role.role_id)
        if kind == "credentials":
            key = self.store.credentials.get(name)
            if key is None:
                raise ByHandError(f"there is no key {name!r}")
            for field in ("expiration_ts", "revocation_ts", "created_ts", "last_used_ts"):
                if field in values:
                    setattr(key, field, values[field])
            self.store.note_key(key)
            return self.store.document("credentials", name)
        if kind == "oauth_client":
            return self._change_client(name, values)
        raise ByHandError(f"there is no kind {kind!r}")

    def _change_client(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Change when the secrets of an OAuth client end."""
        client = next((one for one in self.store.oauth_clients.values() if name in (one.name, one.client_id)), None)
        if client is None:
            raise ByHandError(f"there is no client {name!r}")
        for secret in client.secrets:
            secret.expiration_ts = float(values["secrets_end"])
        self.store.note_client(client)
        return self.store.client_document(client)

    def _change_user(self, user: User, values: dict[str, Any]) -> None:
        for field, value in values.items():
            if field == "roles":
                user.roles = [self.role(role).role_id for role in value]
            elif field == "teams":
                named = value if isinstance(value, dict) else dict.fromkeys(value, "MEMBER")
                self.store.set_teams(user, {self.team(team).team_id: relation for team, relation in named.items()})
            elif field == "user_name":
                self.store.rename_user(user, value)
            elif field == "email_address":
                self.store.set_address(user, value)
            elif field in _USER_FIELDS:
                setattr(user, field, value)
            else:
                raise ByHandError(f"a user has no {field!r}")
        self.store.put_user(user)

    def _change_team(self, team: Team, values: dict[str, Any]) -> None:
        for field, value in values.items():
            if field == "users":
                named = value if isinstance(value, dict) else dict.fromkeys(value, "MEMBER")
                wanted = {self.user(user).user_id: relation for user, relation in named.items()}
                for member in self.store.members_of(team):
                    if member.user_id not in wanted:
                        self.store.set_teams(
                            member, {key: old for key, old in member.teams.items() if key != team.team_id}
                        )
                for user_id, relation in wanted.items():
                    user = self.store.users[user_id]
                    self.store.set_teams(user, {**user.teams, team.team_id: relation})
            elif field == "business_unit":
                team.bu_id = self.unit(value).bu_id
            elif field in _TEAM_FIELDS:
                setattr(team, field, value)
            else:
                raise ByHandError(f"a team has no {field!r}")
        self.store.put_team(team)

    def add(self, kind: str, document: dict[str, Any]) -> None:
        """Add an object in the words of a seed."""
        try:
            seeds.add(self.store, kind, document, self.keys)
        except seeds.SeedError as exc:
            raise ByHandError(str(exc)) from exc

    def remove(self, kind: str, name: str) -> None:
        """Delete an object without any rule."""
        if kind == "user":
            self.store.delete_user(self.user(name), "by hand")
        elif kind == "team":
            self.store.delete_team(self.team(name))
        elif kind == "business_unit":
            unit = self.unit(name)
            rest = self.store.default_business_unit()
            for team in self.store.teams.values():
                if team.bu_id == unit.bu_id:
                    team.bu_id = rest.bu_id
            self.store.drop_business_unit(unit)
        elif kind == "role":
            role = self.role(name)
            for user in self.store.users.values():
                if role.role_id in user.roles:
                    user.roles.remove(role.role_id)
                    self.store.put_user(user)
            self.store.drop_role(role)
        else:
            raise ByHandError(f"there is no kind {kind!r}")

    def confirm_address(self, name: str) -> bool:
        """The user follows the link in the confirmation mail."""
        user = self.user(name)
        try:
            return Accounts(self.store, self.switches, user).confirm_address(user)
        except Rejected as exc:
            raise ByHandError(exc.message) from exc

    def make_key(self, name: str, *, days: float, overlap_hours: float) -> tuple[str, str]:
        """A new pair for a user, as (id, secret)."""
        user = self.user(name)
        key = self.store.generate_key(user, days=days, overlap_hours=overlap_hours, by="by hand")
        self.keys[user.user_name.lower()] = (key.api_id, key.secret.hex())
        return key.api_id, key.secret.hex()

    def prefixed(self, pair: tuple[str, str]) -> dict[str, str]:
        """A pair as a person has it, with the region prefix where the emulator was started with one."""
        if not self.region:
            return {"api_id": pair[0], "api_secret": pair[1]}
        return {"api_id": f"vera01{self.region}i-{pair[0]}", "api_secret": f"vera01{self.region}s-{pair[1]}"}

    def stable_id(self, kind: str, name: str) -> str:
        return stable_id(kind, name)

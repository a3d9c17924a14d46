# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reads teams, business units and roles, and what entries can refer to."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import incomplete
from ansible_collections.community.veracode.plugins.module_utils._api.rest.structure import StructureClients
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import Permission
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known, KnownUser, Needed
from ansible_collections.community.veracode.plugins.module_utils._model.names import username_key
from ansible_collections.community.veracode.plugins.module_utils._model.role import TEAM_ADMIN, has_role, including
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, TeamUser
from ansible_collections.community.veracode.plugins.module_utils._read.accounts import AccountReader, Parallel

# Up to so many names, looking each up is cheaper than reading the listing of a large organization.
_FEW = 2


class StructureReader(StructureClients):
    """Reads what entries of teams, business units and roles can refer to."""

    def teams_of(self, name: str) -> tuple[str, ...] | None:
        """Return the GUIDs of the teams in a business unit, `None` if there is no such business unit."""
        for unit in self.business_units.listing().items:
            if unit.name == name:
                whole = self.business_units.reading(unit, ("teams",))
                return tuple(str(handle) for handle in ((whole.teams if whole else None) or {}).values())
        return None

    def accounts_in(self, users: t.Iterable[TeamUser]) -> list[Account]:
        """Return the accounts of users of teams, each read on its own; one that is gone is omitted."""

        def read(user: TeamUser) -> Account | None:
            if user.user_id is None:
                return self.accounts.by_username(user.username, USER, frozenset({"teams"}))
            return self.accounts.details(Account(USER, user.user_id, {"username": user.username}))

        each = list({user.user_id or user.username: user for user in users}.values())
        with Parallel() as parallel:
            return [account for account in parallel.map(read, each) if account is not None]

    def users_of(self, teams: t.Mapping[str, str | None]) -> list[TeamUser]:
        """Return who is in any of these teams.

        :param teams: GUIDs by name.
        """
        read = (self.teams.reading(Team(name, handle), ("members", "managers")) for name, handle in teams.items())
        return [user for team in read if team is not None for user in team.users or ()]

    def known(self, needed: Needed) -> Known:
        """Read what an entry can refer to, and no more.

        A few usernames are looked up, more are searched in the listing of all accounts, active and inactive. Who may
        manage a team costs one search, and the details of those candidates that it hides.
        """
        units = self._units(needed.business_units) if needed.business_units else ()
        if "" in needed.business_units:
            units = self.business_units.with_default(units)
        team_ids, all_teams = self.accounts.teams(needed.teams) if needed.teams else ({}, ())
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
        if not listing.complete and not {unit.name for unit in listing.items} >= set(names) - {""}:
            raise incomplete("list the business units")
        return listing.items

    def _permissions(self, names: t.Collection[str]) -> dict[str, Permission]:
        """Return every permission by its name, at least these if there are."""
        found, complete = self.roles.all_permissions()
        if not complete and not found.keys() >= set(names):
            raise incomplete("list the permissions")
        return found

    def _known_users(self, needed: Needed) -> dict[str, KnownUser]:
        names = {*needed.users, *needed.managers}
        if not names:
            return {}
        accounts = self._accounts(names)
        admins: set[str] = set()
        if needed.managers:
            managers = {username_key(name) for name in needed.managers}
            admins = self._team_admins([each for each in accounts if username_key(each.username) in managers])
        return {
            each.username: KnownUser(each.username, each.handle, each.handle in admins if needed.managers else None)
            for each in accounts
        }

    def _accounts(self, names: t.Collection[str]) -> list[Account]:
        """Return at least the accounts of these names as far as there are; of a name that several have, all of them."""
        if len(names) <= _FEW:
            try:
                found = [self.accounts.by_username(name, USER, frozenset()) for name in sorted(names)]
            except InputError:
                found = [None]  # several have one of the names
            accounts = [account for account in found if account is not None]
            if len(accounts) == len(found):
                return accounts
        with AccountReader(self.accounts) as reader:
            inventory = reader.everyone()
        if not inventory.complete and not all(inventory.named_like(name) for name in names):
            raise incomplete("list the accounts")
        return inventory.accounts

    def _team_admins(self, candidates: t.Sequence[Account]) -> set[str]:
        """Return the handles of all accounts with the Team Admin role, as far as the candidates are concerned."""
        holders: set[str] = set()
        complete = True
        for role in including(self.accounts.roles(None).roles, TEAM_ADMIN):
            those, is_all = self.accounts.role_holders(role)
            holders |= those
            complete = complete and is_all
        for account in candidates:
            # The search may hide inactive accounts.
            if account.handle not in holders and (not complete or account.values.get("active") is False):
                whole = self.accounts.details(account)
                if whole is not None and has_role(whole.roles or (), TEAM_ADMIN):
                    holders.add(str(account.handle))
        return holders

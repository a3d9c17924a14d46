# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Read the accounts of a whole organization in the fewest calls, many at a time."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._accounts import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._identity.accounts import account_from
from ansible_collections.community.veracode.plugins.module_utils._identity.client import Client, Query
from ansible_collections.community.veracode.plugins.module_utils._identity.directory import CARRY, IdentityDirectory
from ansible_collections.community.veracode.plugins.module_utils._inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._roles import API_USER, USER, Role

# A listing that drifts while it is read is read again this often before it counts as incomplete.
ATTEMPTS = 3
# Reads wait for the network nearly all the time; the rate limit holds for all of them together.
READERS = 32

# What the inverse index tells: who holds a role, and who is in a team and as what.
INVERSE_FIELDS = frozenset({"roles", "teams", "managed_teams"})

T = t.TypeVar("T")
U = t.TypeVar("U")


class InventoryReader:
    """Reads accounts for an Inventory.

    :param directory: the directory to read.
    :param client: its client.
    """

    def __init__(self, directory: IdentityDirectory, client: Client) -> None:
        self._directory = directory
        self._client = client
        self._pool = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="veracode-read")

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def map(self, work: t.Callable[[T], U], items: t.Iterable[T]) -> list[U]:
        """Do something for all items at once and return the results in their order."""
        return list(self._pool.map(work, items))

    def active(self) -> Inventory:
        """Return the active accounts with what their listing carries."""
        accounts, complete = self._listing("/users", [], active=True)
        return Inventory(accounts.values(), complete=complete)

    def add_inactive(self, inventory: Inventory) -> None:
        """Add the inactive accounts, which the plain listing hides."""
        accounts, complete = self._listing("/users", [("inactive", "true")], active=False)
        for handle, account in accounts.items():
            if handle not in inventory.by_handle:
                inventory.put(account)
        inventory.complete = inventory.complete and complete

    def details(self, inventory: Inventory, handles: t.Iterable[str]) -> None:
        """Read these accounts one by one; one that is gone meanwhile leaves the inventory incomplete."""
        accounts = [inventory.by_handle[handle] for handle in handles]
        for account, read in zip(accounts, self.map(self._directory.details, accounts), strict=True):
            if read is None:
                inventory.complete = False
                inventory.remove(account)
            else:
                inventory.put(read)

    def inverse(self, inventory: Inventory, memberships: t.Mapping[str, t.Sequence[Membership]] | None) -> set[str]:
        """Give the accounts their roles and teams from who holds each role and who is in each team.

        :param memberships: the teams of each account by its handle, as the teams tell them; C(None) if not needed.
        :returns: the handles of accounts that the searches cannot be trusted for, since these hide inactive accounts.
        """
        roles = list(self._directory.roles().roles)
        held: dict[str, set[Role]] = {}
        for role, (holders, complete) in zip(roles, self.map(self._directory.role_holders, roles), strict=True):
            inventory.complete = inventory.complete and complete
            for handle in holders:
                held.setdefault(handle, set()).add(role)
        untold = set()
        for handle, account in list(inventory.by_handle.items()):
            if account.values.get("active") is False:
                untold.add(handle)
                continue
            teams = account.teams
            if memberships is not None:
                teams = tuple(sorted(memberships.get(handle, ()), key=lambda team: team.name))
            has = tuple(sorted(held.get(handle, ()), key=lambda role: role.title))
            inventory.put(replace(account, roles=has, teams=teams))
        return untold

    def _listing(self, path: str, query: Query, *, active: bool) -> tuple[dict[str, Account], bool]:
        """Return a listing by handle, and whether it is what the server tells there is."""
        found: dict[str, Account] = {}
        for _attempt in range(ATTEMPTS):
            found, complete = self._read(path, query, active=active)
            if complete:
                return found, True
        return found, False

    def _read(self, path: str, query: Query, *, active: bool) -> tuple[dict[str, Account], bool]:
        what = "list the accounts"
        query = [*query, *CARRY]
        first = self._client.page(what, path, "users", query, 0)
        numbers = range(1, first.pages or 1)
        pages = [first, *self.map(lambda number: self._client.page(what, path, "users", query, number), numbers)]
        found: dict[str, Account] = {}
        untold: set[str] = set()
        for page in pages:
            for item in page.items:
                account, told = account_from(item, whole=False, active=active)
                found[str(account.handle)] = account
                if not told:
                    untold.add(str(account.handle))
        complete = all(page.total == len(found) for page in pages)
        if untold:
            self._tell_kinds(found, untold)
        return found, complete

    def _tell_kinds(self, found: dict[str, Account], untold: set[str]) -> None:
        """Tell people from service accounts where the listing does not: one search finds all of the latter."""
        items = self._client.pages("list the API service accounts", "/users/search", "users", [("user_type", "api")])
        service = {str(item.get("user_id")) for page, _total in items for item in page}
        for handle in untold:
            found[handle] = replace(found[handle], kind=API_USER if handle in service else USER)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Read the accounts of a whole organization in the fewest calls, many at a time."""

from __future__ import annotations

import functools
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import (
    account_from,
    as_whole,
    shows_all,
    shows_text,
)
from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import CARRY, RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import Query, RestClient, segment
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role

# A listing that drifts while it is read is read again this often before it counts as incomplete.
ATTEMPTS = 3
# Reads wait for the network nearly all the time; the rate limit holds for all of them together.
READERS = 32

# What the inverse index tells: who holds a role, and who is in a team and as what.
INVERSE_FIELDS = frozenset({"roles", "teams", "managed_teams"})

# The teams of each account by its handle.
Memberships = t.Mapping[str, t.Sequence[Membership]]

T = t.TypeVar("T")
U = t.TypeVar("U")


class AccountReader:
    """Reads accounts for an Inventory.

    :param directory: the directory to read.
    :param client: its client.
    """

    def __init__(self, directory: RestAccountClient, client: RestClient) -> None:
        self._directory = directory
        self._client = client
        self._keys: dict[str, frozenset[str]] = {}
        self._pool = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="veracode-read")

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def map(self, work: t.Callable[[T], U], items: t.Iterable[T]) -> list[U]:
        """Do something for all items at once and return the results in their order."""
        return list(self._pool.map(work, items))

    def at_once(self, *works: t.Callable[[], t.Any]) -> list[t.Any]:
        """Do different things at once and return their results. Each may C(map) in turn, so give a few at most."""
        return self.map(lambda work: work(), works)

    def active(self) -> Inventory:
        """Return the active accounts with what their listing carries."""
        accounts, complete = self._listing([], active=True)
        return Inventory(accounts.values(), complete=complete)

    def everyone(self) -> Inventory:
        """Return the active and the inactive accounts with what their listings carry."""
        inventory, inactive = self.at_once(self.active, self._inactive)
        _add(inventory, *inactive)
        return t.cast(Inventory, inventory)

    def add_inactive(self, inventory: Inventory) -> None:
        """Add the inactive accounts, which the plain listing hides."""
        _add(inventory, *self._inactive())

    def _inactive(self) -> tuple[dict[str, Account], bool]:
        return self._listing([("inactive", "true")], active=False)

    def believe(self, inventory: Inventory) -> None:
        """Take items of the listing for whole users if they are; then a key that is missing says that it is unset.

        They are if they show all that cannot be unset, and some show a text that can. If none does, the one that shows
        most is held against the same user read on its own.
        """
        handle = max(self._keys, key=lambda each: len(self._keys[each]), default="")
        if not shows_all(self._keys.get(handle, ())):
            return
        if not any(shows_text(keys) for keys in set(self._keys.values())):
            item = self._client.read_if_there("read an account", f"/users/{segment(handle)}", [("detailed", "true")])
            if item is None or not {key for key in item if not key.startswith("_")} <= self._keys[handle]:
                return
        for each, account in list(inventory.by_handle.items()):
            if shows_all(self._keys.get(each, ())):
                inventory.put(as_whole(account))

    def details(self, inventory: Inventory, handles: t.Iterable[str]) -> None:
        """Read these accounts one by one; one that is gone meanwhile leaves the inventory incomplete."""
        accounts = [inventory.by_handle[handle] for handle in handles]
        _replace(inventory, accounts, self.map(self._directory.details, accounts))

    def inverse(
        self, inventory: Inventory, handles: t.Collection[str], read_teams: t.Callable[[], Memberships | None] | None
    ) -> bool:
        """Give the accounts their roles and teams from who holds each role and who is in each team.

        The searches hide inactive accounts, so those are read one by one.

        :param handles: the accounts that are wanted.
        :param read_teams: reads the teams of each account by its handle, and returns C(None) if they do not tell;
            C(None) if teams are not needed.
        :returns: C(False) if the teams did not tell; then nothing was learnt.
        """
        roles = list(self._directory.roles().roles)
        hidden = [inventory.by_handle[each] for each in handles if not _is_active(inventory.by_handle[each])]
        holders, memberships, read = self.at_once(
            lambda: self.map(self._directory.role_holders, roles),
            lambda: read_teams and read_teams(),
            lambda: self.map(self._directory.details, hidden),
        )
        if read_teams and memberships is None:
            return False
        held: dict[str, set[Role]] = {}
        for role, (those, complete) in zip(roles, holders, strict=True):
            inventory.complete = inventory.complete and complete
            for handle in those:
                held.setdefault(handle, set()).add(role)
        for handle, account in list(inventory.by_handle.items()):
            if _is_active(account):
                teams = account.teams
                if memberships is not None:
                    teams = tuple(sorted(memberships.get(handle, ()), key=lambda team: team.name))
                has = tuple(sorted(held.get(handle, ()), key=lambda role: role.title))
                inventory.put(replace(account, roles=has, teams=teams))
        _replace(inventory, hidden, read)
        return True

    def _listing(self, query: Query, *, active: bool) -> tuple[dict[str, Account], bool]:
        """Return a listing by handle, and whether it is what the server tells there is."""
        found: dict[str, Account] = {}
        for _attempt in range(ATTEMPTS):
            found, complete = self._read(query, active=active)
            if complete:
                return found, True
        return found, False

    def _read(self, query: Query, *, active: bool) -> tuple[dict[str, Account], bool]:
        what, path = "list the accounts", "/users"
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
                self._keys[str(account.handle)] = _same(frozenset(item))
                if not told:
                    untold.add(str(account.handle))
        complete = all(page.total == len(found) for page in pages)
        if untold:
            complete = self._tell_kinds(found, untold) and complete
        return found, complete

    def _tell_kinds(self, found: dict[str, Account], untold: set[str]) -> bool:
        """Tell people from service accounts where the listing does not: one search finds all of the latter.

        :returns: whether it surely did, as a service account that is taken for a person could be removed as one.
        """
        what = "list the API service accounts"
        items, complete = self._client.everything(what, "/users/search", "users", "user_id", [("user_type", "api")])
        service = {str(item.get("user_id")) for item in items}
        for handle in untold:
            found[handle] = replace(found[handle], kind=API_USER if handle in service else USER)
        return complete


@functools.cache
def _same(keys: frozenset[str]) -> frozenset[str]:
    """Return one set for all that are equal: there are few, and many accounts."""
    return keys


def _is_active(account: Account) -> bool:
    return account.values.get("active") is not False


def _add(inventory: Inventory, accounts: t.Mapping[str, Account], complete: bool) -> None:
    """Add what another listing tells; who is in both was seen by the first."""
    for handle, account in accounts.items():
        if handle not in inventory.by_handle:
            inventory.put(account)
    inventory.complete = inventory.complete and complete


def _replace(inventory: Inventory, accounts: t.Sequence[Account], read: t.Sequence[Account | None]) -> None:
    """Put what was read in the place of these accounts."""
    for account, whole in zip(accounts, read, strict=True):
        if whole is None:
            inventory.complete = False
            inventory.remove(account)
        else:
            inventory.put(whole)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reads many accounts in parallel: for filters, and for an inventory of all."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._activity import Activity
from ansible_collections.community.veracode.plugins.module_utils._api.base import AccountSource, Filters, Listing
from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import (
    as_whole,
    is_whole_item,
    texts_in,
)
from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.listing import AccountLister, Items
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role

# Reads wait for the network nearly all the time; the rate limit holds for all of them together.
READERS = 32

# What the inverse index tells: who holds a role, and who is in a team and as what.
INVERSE_FIELDS = frozenset({"roles", "teams", "managed_teams"})

# The teams of each account by its handle.
Memberships = t.Mapping[str, t.Sequence[Membership]]

T = t.TypeVar("T")
U = t.TypeVar("U")
P = t.TypeVar("P", bound="Parallel")


class Parallel:
    """Does the same for many things in parallel. Ends its threads when it is left.

    :param activity: shows what is read.
    """

    def __init__(self, activity: Activity | None = None) -> None:
        self._activity = activity or Activity()
        self._pool = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="veracode-read")

    def __enter__(self: P) -> P:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def map(self, work: t.Callable[[T], U], items: t.Iterable[T]) -> list[U]:
        """Do something for all items in parallel and return the results in their order."""
        return list(self._pool.map(work, items))

    def read(self, what: str, work: t.Callable[[T], U], items: t.Sequence[T]) -> list[U]:
        """Read all items in parallel, report the progress, and return the results in their order.

        :param what: is read, in the plural.
        """
        with self._activity.phase(f"reading {what}", len(items)) as phase:

            def counted(item: T) -> U:
                found = work(item)
                phase.advance()
                return found

            return self.map(counted, items)

    def at_once(self, *works: t.Callable[[], t.Any]) -> list[t.Any]:
        """Do different things in parallel and return their results. Each may `map` in turn, so give a few at most."""
        return self.map(lambda work: work(), works)


def matching_accounts(source: AccountSource, filters: Filters, parallel: Parallel) -> Listing:
    """Return the accounts that match all filters, sorted by username.

    What a listing reports is filtered first. Details are read of what is left, where a filter or the task needs them.
    """
    filters = source.resolved(filters)
    listing = source.candidates(filters)
    fresh: set[int] = set()

    def read(account: Account) -> Account | None:
        whole = source.details(account)
        fresh.add(id(whole))
        return whole

    possible = [account for account in listing.accounts if filters.may_match(account)]
    completed = parallel.map(
        lambda account: account if filters.need <= account.values_and_lists.keys() else read(account), possible
    )
    matching = [account for account in completed if account is not None and filters.match(account)]
    if filters.detailed or filters.selects:
        again = parallel.map(
            lambda account: account if id(account) in fresh or source.is_whole(account) else read(account), matching
        )
        matching = [account for account in again if account is not None]
    return Listing(tuple(sorted(matching, key=lambda account: account.username.casefold())), listing.complete)


class AccountReader(Parallel):
    """Reads accounts for an Inventory.

    :param client: the client of the accounts.
    :param activity: shows what is read.
    """

    def __init__(self, client: RestAccountClient, activity: Activity | None = None) -> None:
        super().__init__(activity)
        self._client = client
        self._lister = AccountLister(client, self.map)
        self._keys: dict[str, frozenset[str]] = {}

    def active(self) -> Inventory:
        """Return the active accounts with what their listing carries."""
        items = self._noted(self._lister.active())
        return Inventory(items.accounts.values(), complete=items.complete)

    def everyone(self) -> Inventory:
        """Return the active and the inactive accounts with what their listings carry."""
        active, inactive = self.at_once(self._lister.active, self._lister.inactive)
        inventory = Inventory(self._noted(active).accounts.values(), complete=active.complete)
        self._add(inventory, inactive)
        return inventory

    def add_inactive(self, inventory: Inventory) -> None:
        """Add the inactive accounts, which the plain listing hides."""
        self._add(inventory, self._lister.inactive())

    def _noted(self, items: Items) -> Items:
        self._keys.update({handle: items.keys[handle] for handle in items.accounts})
        return items

    def _add(self, inventory: Inventory, items: Items) -> None:
        """Add what another listing reports; who is in both was seen by the first."""
        for handle, account in self._noted(items).accounts.items():
            if handle not in inventory.by_handle:
                inventory.put(account)
        inventory.complete = inventory.complete and items.complete

    def infer_unset_texts(self, inventory: Inventory) -> None:
        """Treat a text that an item of the listing does not show as unset, if other items show that text.

        The item that shows most is compared with the same account on its own: if that has a text which its item omits,
        nothing is treated as unset. A listing says nothing about a text that none of its items shows. An account whose
        entry manages such a text is read on its own.
        """
        candidates = [handle for handle in inventory.by_handle if is_whole_item(self._keys.get(handle, ()))]
        if not candidates:
            return
        fullest = min(candidates, key=lambda handle: (-len(self._keys[handle]), handle))
        item = self._client.item(inventory.by_handle[fullest])
        if item is None or not texts_in(item) <= self._keys[fullest]:
            return
        shown = texts_in(key for keys in set(self._keys.values()) for key in keys)
        for handle in candidates:
            inventory.put(as_whole(inventory.by_handle[handle], shown))

    def details(self, inventory: Inventory, handles: t.Iterable[str]) -> None:
        """Read these accounts one by one; one that is gone meanwhile leaves the inventory incomplete."""
        accounts = [inventory.by_handle[handle] for handle in handles]
        _replace(inventory, accounts, self.read("accounts", self._client.details, accounts))

    def inverse(
        self, inventory: Inventory, handles: t.Collection[str], read_teams: t.Callable[[], Memberships | None] | None
    ) -> bool:
        """Give the accounts their roles and teams from who holds each role and who is in each team.

        The searches hide inactive accounts, so those are read one by one, and so are those with a role and one that it includes.

        :param handles: the accounts to read.
        :param read_teams: reads the teams of each account by its handle, and returns `None` if they do not tell;
            `None` if teams are not needed.
        :returns: `False` if the teams did not tell; then nothing was learnt.
        """
        roles = list(self._client.roles(None).roles)
        hidden = [inventory.by_handle[each] for each in handles if not _is_active(inventory.by_handle[each])]
        holders, memberships, read = self.at_once(
            lambda: self.read("roles", self._client.role_holders, roles),
            lambda: read_teams and read_teams(),
            lambda: self.read("accounts", self._client.details, hidden),
        )
        if read_teams and memberships is None:
            return False
        roles_of: dict[str, set[Role]] = {}
        for role, (those, complete) in zip(roles, holders, strict=True):
            inventory.complete = inventory.complete and complete
            for handle in those:
                roles_of.setdefault(handle, set()).add(role)
        for handle, account in list(inventory.by_handle.items()):
            if _is_active(account):
                teams = account.teams
                if memberships is not None:
                    teams = tuple(sorted(memberships.get(handle, ()), key=lambda team: team.name))
                has = tuple(sorted(roles_of.get(handle, ()), key=lambda role: role.title))
                inventory.put(replace(account, roles=has, teams=teams))
        _replace(inventory, hidden, read)
        # A search for a role may find who holds one that includes it; only the account itself tells them apart.
        doubtful = [
            inventory.by_handle[each] for each in roles_of if each in inventory.by_handle and _in_doubt(roles_of[each])
        ]
        _replace(inventory, doubtful, self.read("accounts", self._client.details, doubtful))
        return True


def _in_doubt(roles: t.Collection[Role]) -> bool:
    return any(included in roles for role in roles for included in role.includes)


def _is_active(account: Account) -> bool:
    return account.values.get("active") is not False


def _replace(inventory: Inventory, accounts: t.Sequence[Account], read: t.Sequence[Account | None]) -> None:
    """Replace these accounts by what was read."""
    for account, whole in zip(accounts, read, strict=True):
        if whole is None:
            inventory.complete = False
            inventory.remove(account)
        else:
            inventory.put(whole)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Listings and searches of accounts by the Identity REST API."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.community.veracode.plugins.module_utils._api.base import Filters, Listing, unknown_filter
from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import CARRY, RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import is_deleted
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import Query
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role

# A listing that drifts while it is read is read again this often before it counts as incomplete.
ATTEMPTS = 3

# Does the same for all items, in parallel or one after the other, and returns the results in their order.
Each: t.TypeAlias = "t.Callable[[t.Callable[[t.Any], t.Any], t.Iterable[t.Any]], list[t.Any]]"


@dataclass(frozen=True)
class Items:
    """What was listed.

    :param accounts: by handle, with what their items carry.
    :param keys: the keys of each item by handle.
    :param complete: they agree with the server's own total, and the kind of each is known.
    """

    accounts: dict[str, Account]
    keys: dict[str, frozenset[str]]
    complete: bool

    def without(self, other: Items) -> Items:
        """Return these items without those that are in the other listing, too."""
        accounts = {handle: account for handle, account in self.accounts.items() if handle not in other.accounts}
        return replace(self, accounts=accounts)


class AccountLister:
    """Lists accounts.

    :param client: the client of the accounts.
    :param each: reads several pages.
    """

    def __init__(self, client: RestAccountClient, each: Each) -> None:
        self._client = client
        self._each = each

    def details(self, account: Account) -> Account | None:
        """Return the account read on its own, `None` if it is gone."""
        return self._client.details(account)

    def is_whole(self, account: Account) -> bool:
        """Tell whether a reading reports all that an account on its own reports."""
        return self._client.is_whole(account)

    def active(self, query: Query = ()) -> Items:
        """Return the active accounts."""
        return self._read("/users", query, active=True)

    def inactive(self, query: Query = ()) -> Items:
        """Return at least the inactive accounts; the filter may include the active ones (sources differ)."""
        return self._read("/users", [*query, ("inactive", "true")], active=False)

    def resolved(self, filters: Filters) -> Filters:
        """Return the filters with the key of a role.

        :raises InputError: there is no such role or team.
        """
        if filters.team is not None:
            known, names = self._client.teams([filters.team])
            if filters.team not in known:
                raise unknown_filter("team", filters.team, names)
        return replace(filters, role=self._role(filters.role).key) if filters.role is not None else filters

    def candidates(self, filters: Filters) -> Listing:
        """Return at least the accounts that match, each with what the listing carries.

        A name is looked up. Otherwise the active accounts cost a page of the listing or of a search each, the inactive
        ones two listings, since a listing hides them.
        """
        if filters.username is not None:
            found = self._client.by_username(filters.username, USER, filters.need, inactive=filters.include_inactive)
            return Listing((found,) if found else (), True)
        by_address: Query = [("email_address", filters.email_address)] if filters.email_address is not None else []
        search = self._search(filters)
        items = self._read("/users/search", search) if search else self.active(by_address)
        complete = items.complete
        accounts = dict(items.accounts)
        if filters.include_inactive and filters.api_id is None:
            active = self.active(by_address) if search else items
            hidden = self.inactive(by_address).without(active)
            accounts = {**hidden.accounts, **accounts}
            complete = complete and active.complete and hidden.complete
        chosen = list(accounts.values())
        if filters.api_id is not None and len(chosen) > 1:
            read = self._each(self.details, chosen)
            chosen = [account for account in read if account is not None and _holds(account, filters.api_id)]
        return Listing(tuple(chosen), complete)

    def _search(self, filters: Filters) -> list[tuple[str, str]]:
        """Return the query of the search for what only the search can filter, empty if the plain listing does."""
        query: list[tuple[str, str]] = []
        if filters.api_id is not None:
            query.append(("api_id", filters.api_id.rpartition("-")[2]))
        if filters.role is not None:
            query.append(("role_id", self._client.names.role_id(self._role(filters.role))))
        if filters.team is not None:
            query.append(("team_id", str(self._client.teams([filters.team])[0][filters.team])))
        if filters.search_term is not None:
            query.append(("search_term", filters.search_term))
        if filters.is_saml_user or filters.custom_id is not None:
            query.append(("saml_user", "true"))
        if query and filters.login_enabled is not None:
            query.append(("login_enabled", str(filters.login_enabled).lower()))
        if query and filters.kind is not None:
            query.append(("user_type", "api" if filters.kind == API_USER else "user"))
        return query

    def _role(self, name: str) -> Role:
        """Return the role that a filter names."""
        role = self._client.roles().find(name)
        if role is None:
            raise unknown_filter("role", name, self._client.roles().names())
        return role

    def _read(self, path: str, query: Query, *, active: bool | None = None) -> Items:
        """Return a listing; one that moves while it is read is read again."""
        items = self._read_once(path, query, active)
        for _attempt in range(ATTEMPTS - 1):
            if items.complete:
                break
            items = self._read_once(path, query, active)
        return items

    def _read_once(self, path: str, query: Query, active: bool | None) -> Items:
        what, query = "list the accounts", [*query, *CARRY]
        first = self._client.page(what, path, query, 0)
        numbers = range(1, first.pages or 1)
        pages = [first, *self._each(lambda number: self._client.page(what, path, query, number), numbers)]
        accounts: dict[str, Account] = {}
        keys: dict[str, frozenset[str]] = {}
        without_kind: set[str] = set()
        for item in (item for page in pages for item in page.items):
            account, has_kind = self._client.account(item, active=active)
            handle = str(account.handle)
            keys[handle] = _same(frozenset(item))
            if is_deleted(item):
                continue
            accounts[handle] = account
            if not has_kind:
                without_kind.add(handle)
        complete = all(page.total == len(keys) for page in pages)
        if without_kind:
            complete = self._determine_kinds(accounts, without_kind) and complete
        return Items(accounts, keys, complete)

    def _determine_kinds(self, accounts: dict[str, Account], without_kind: set[str]) -> bool:
        """Tell people from API users where the listing does not: one search finds all of the latter.

        :returns: whether it surely did, as an API user that is treated as a person could be removed as one.
        """
        service, complete = self._client.service_accounts()
        for handle in without_kind:
            accounts[handle] = replace(accounts[handle], kind=API_USER if handle in service else USER)
        return complete


def _holds(account: Account, api_id: str) -> bool:
    """Tell whether the key id is the account's."""
    own = account.facts.get("api_credentials") or {}
    return str(own.get("api_id") or "").casefold() == api_id.rpartition("-")[2].casefold()


@functools.cache
def _same(keys: frozenset[str]) -> frozenset[str]:
    """Return one set for all that are equal: there are few, and many accounts."""
    return keys

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""All accounts of an organization, read once. Pure: looking something up here makes no call."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.names import select

LISTING = "listing"
INVERSE = "inverse"
DETAILS = "details"


def several(address: str, accounts: t.Iterable[Account]) -> InputError:
    """Return the error for an address that several accounts have."""
    names = ", ".join(sorted(account.username for account in accounts))
    return InputError(
        f'email_address: "{address}" is that of several accounts ({names}); select one of them by username',
        option="email_address",
        value=address,
    )


def of_that_name(accounts: t.Iterable[Account], username: str) -> Account | None:
    """Return the account of exactly that name, else the only one whose name differs by case, `None` if there is none.

    :raises InputError: several differ by case.
    """
    return select(username, accounts, lambda account: account.username)


class Inventory:
    """Accounts by what selects them. Implements Lookup.

    :param accounts: each once.
    :param complete: they agree with the server's own totals.
    """

    def __init__(self, accounts: t.Iterable[Account], *, complete: bool) -> None:
        self.complete = complete
        self.by_handle: dict[str, Account] = {}
        self._usernames: dict[str, list[str]] = {}
        self._addresses: dict[str, list[str]] = {}
        self._subjects: dict[str, str] = {}
        for account in accounts:
            self.put(account)

    def put(self, account: Account) -> None:
        """Add an account, or replace what was read of it before."""
        handle = str(account.handle)
        self.by_handle[handle] = account
        address = str(account.values.get("email_address") or "").casefold()
        for index, key in ((self._usernames, account.username.casefold()), (self._addresses, address)):
            if key and handle not in index.setdefault(key, []):
                index[key].append(handle)
        subject = account.values.get("custom_id")
        if subject:
            self._subjects[subject] = handle

    def remove(self, account: Account) -> None:
        """Forget an account that is gone."""
        handle = str(account.handle)
        del self.by_handle[handle]
        self._subjects = {subject: each for subject, each in self._subjects.items() if each != handle}
        for index in (self._usernames, self._addresses):
            for handles in index.values():
                if handle in handles:
                    handles.remove(handle)

    @property
    def accounts(self) -> list[Account]:
        """All accounts, sorted by username."""
        return sorted(self.by_handle.values(), key=lambda account: account.username.casefold())

    def by_username(self, username: str, kind: str, need: frozenset[str], *, inactive: bool = True) -> Account | None:
        """Return the account of that name: the exact one, else the only one that differs by case."""
        return of_that_name(self.named_like(username), username)

    def named_like(self, username: str) -> list[Account]:
        """Return the accounts whose name differs by case at most."""
        return [self.by_handle[handle] for handle in self._usernames.get(username.casefold(), [])]

    def by_email(self, address: str, kind: str, need: frozenset[str]) -> Account | None:
        """Return the one account of that kind with that address; one of the other kind is not meant."""
        handles = self._addresses.get(address.casefold(), [])
        found = [self.by_handle[handle] for handle in handles if self.by_handle[handle].kind == kind]
        if len(found) > 1:
            raise several(address, found)
        return found[0] if found else None

    def by_custom_id(self, custom_id: str, need: frozenset[str]) -> Account | None:
        """Return the SAML account of that subject."""
        handle = self._subjects.get(custom_id)
        return self.by_handle[handle] if handle is not None else None

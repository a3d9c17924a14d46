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

LISTING = "listing"
INVERSE = "inverse"
DETAILS = "details"


class Inventory:
    """Accounts by what selects them. Implements Lookup.

    :param accounts: each once.
    :param complete: they agree with the server's own totals.
    """

    def __init__(self, accounts: t.Iterable[Account], *, complete: bool) -> None:
        self.complete = complete
        self.by_handle: dict[str, Account] = {}
        self._usernames: dict[str, str] = {}
        self._addresses: dict[str, list[str]] = {}
        self._subjects: dict[str, str] = {}
        for account in accounts:
            self.put(account)

    def put(self, account: Account) -> None:
        """Add an account, or replace what was read of it before."""
        handle = str(account.handle)
        self.by_handle[handle] = account
        self._usernames[account.username.casefold()] = handle
        address = str(account.values.get("email_address") or "").casefold()
        if address and handle not in self._addresses.setdefault(address, []):
            self._addresses[address].append(handle)
        subject = account.values.get("custom_id")
        if subject:
            self._subjects[subject] = handle

    def remove(self, account: Account) -> None:
        """Forget an account that is gone."""
        handle = str(account.handle)
        del self.by_handle[handle]
        self._usernames = {name: each for name, each in self._usernames.items() if each != handle}
        self._subjects = {subject: each for subject, each in self._subjects.items() if each != handle}
        self._addresses = {
            address: [each for each in handles if each != handle] for address, handles in self._addresses.items()
        }

    @property
    def accounts(self) -> list[Account]:
        """All accounts, sorted by username."""
        return sorted(self.by_handle.values(), key=lambda account: account.username.casefold())

    def by_username(self, username: str, kind: str, need: frozenset[str], *, inactive: bool = True) -> Account | None:
        """Return the account of that name, compared without case."""
        handle = self._usernames.get(username.casefold())
        return self.by_handle[handle] if handle is not None else None

    def by_email(self, address: str, kind: str, need: frozenset[str]) -> Account | None:
        """Return the one account of that kind with that address."""
        handles = self._addresses.get(address.casefold(), [])
        found = [self.by_handle[handle] for handle in handles if self.by_handle[handle].kind == kind]
        if len(found) > 1:
            names = ", ".join(sorted(account.username for account in found))
            raise InputError(
                f'email_address: "{address}" is that of several accounts ({names}); select one of them by username',
                option="email_address",
                value=address,
            )
        if not found and handles:
            return self.by_handle[handles[0]]
        return found[0] if found else None

    def by_custom_id(self, custom_id: str, need: frozenset[str]) -> Account | None:
        """Return the SAML account of that subject."""
        handle = self._subjects.get(custom_id)
        return self.by_handle[handle] if handle is not None else None

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What any directory of accounts can do, whichever API stands behind it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.lookup import Lookup
from ansible_collections.community.veracode.plugins.module_utils._model.names import there_is_no
from ansible_collections.community.veracode.plugins.module_utils._model.role import RoleCatalog


@dataclass(frozen=True)
class Listing:
    """Accounts that were listed.

    :param accounts: each once, in the order of their usernames.
    :param complete: the listing agrees with the server's own total.
    """

    accounts: tuple[Account, ...]
    complete: bool


@dataclass(frozen=True)
class Filters:
    """Which accounts to list, in the options of C(veracode_user_info); C(None) does not filter.

    :param kind: C(user) or C(api_user).
    :param role: a name of it that C(match) finds, so its short name or its display name.
    :param detailed: every account with all that the API reports, at a call each where the listing carries less.
    """

    username: str | None = None
    custom_id: str | None = None
    email_address: str | None = None
    search_term: str | None = None
    kind: str | None = None
    role: str | None = None
    team: str | None = None
    login_enabled: bool | None = None
    is_saml_user: bool | None = None
    api_id: str | None = None
    include_inactive: bool = True
    detailed: bool = False

    @property
    def selects(self) -> bool:
        """Whether a filter names an account, which is then told with all that the API reports."""
        return any(each is not None for each in (self.username, self.custom_id, self.email_address, self.api_id))

    @property
    def need(self) -> frozenset[str]:
        """The options that a reading has to carry for the filters to be checked."""
        need = {
            option
            for option in ("custom_id", "email_address", "login_enabled", "is_saml_user")
            if getattr(self, option) is not None
        }
        if self.role is not None:
            need.add("roles")
        if self.team is not None:
            need.add("teams")
        if self.search_term is not None:
            need |= {"first_name", "last_name", "email_address"}
        return frozenset(need)

    def match(self, account: Account) -> bool:
        """Tell whether an account that carries what is needed matches all filters; the server's own may be loose."""
        values = account.values

        def same(option: str) -> bool:
            wanted = getattr(self, option)
            return wanted is None or str(values.get(option) or "").casefold() == wanted.casefold()

        if not (same("username") and same("email_address")):
            return False
        if self.kind is not None and account.kind != self.kind:
            return False
        for option in ("custom_id", "login_enabled", "is_saml_user"):
            wanted = getattr(self, option)
            if wanted is not None and values.get(option) != wanted:
                return False
        if self.role is not None and not any(self.role in (role.name, role.title) for role in account.roles or ()):
            return False
        if self.team is not None and not any(self.team == team.name for team in account.teams or ()):
            return False
        if self.search_term is not None:
            texts = [values.get(option) for option in ("username", "first_name", "last_name", "email_address")]
            return any(self.search_term.casefold() in str(text or "").casefold() for text in texts)
        return True


def unknown_filter(option: str, value: str, names: t.Iterable[str], remedy: str = "") -> InputError:
    """Return the error for a filter that names a role or a team that is not there.

    :param names: those that are.
    """
    return InputError(f"{option}: {there_is_no(option, value, names)}{remedy}", option=option, value=value)


class AccountClient(Lookup, t.Protocol):
    """A Lookup that can also change accounts."""

    def roles(self) -> RoleCatalog:
        """Return every role that can be named."""

    def teams(self, names: t.Collection[str]) -> tuple[dict[str, str | None], tuple[str, ...]]:
        """Return those of the teams that exist, by name with their GUID, and all names there are if one is missing."""

    def details(self, account: Account) -> Account | None:
        """Return the account read anew with all that the API reports, C(None) if it is gone."""

    def create(self, after: Account, values: t.Mapping[str, t.Any], *, with_credentials: bool = False) -> Account:
        """Create an account and return it as the answer shows it.

        :param with_credentials: also generate a key pair, found in the C(api_credentials) fact with its C(api_secret).
        :raises LostAnswerError: whether it was created is not known.
        """

    def finish(self, account: Account, after: Account, values: t.Mapping[str, t.Any]) -> Account:
        """Set what creation alone could not set and return the account."""

    def update(
        self, before: Account, after: Account, values: t.Mapping[str, t.Any], *, verify_email: bool = False
    ) -> Account:
        """Change what C(values) lists and return the account as the answer shows it."""

    def delete(self, account: Account) -> None:
        """Delete an account; one that is gone already is no error."""

    def is_caller(self, account: Account) -> bool:
        """Tell whether the account is the one that signs these calls."""

    def list_accounts(self, filters: Filters) -> Listing:
        """Return the accounts that match all filters.

        :raises InputError: this API lacks a filter.
        """

    def close(self) -> None:
        """Give the connections back."""

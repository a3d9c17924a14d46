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
    """Which accounts to list, in the options of `veracode_user_info`; `None` does not filter.

    :param kind: `user` or `api_user`.
    :param role: a name of it that `match` finds, so its short name or its display name.
    :param detailed: every account with all that the API reports, at a call each where the listing reports less.
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
        """Whether a filter names an account, which is then returned with all that the API reports."""
        return any(each is not None for each in (self.username, self.custom_id, self.email_address, self.api_id))

    @property
    def need(self) -> frozenset[str]:
        """The options that a reading has to report for the filters to be checked."""
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
        """Tell whether an account that reports what is needed matches all filters; the server's own may be loose."""
        return all(verdict is True for verdict in self._verdicts(account))

    def may_match(self, account: Account) -> bool:
        """Tell whether nothing that a reading reports speaks against the account."""
        return all(verdict is not False for verdict in self._verdicts(account))

    def _verdicts(self, account: Account) -> t.Iterator[bool | None]:
        """Yield for each filter whether the account matches it, `None` where its reading does not tell."""
        values = account.values_and_lists
        yield self.kind in (None, account.kind)
        for option in ("username", "email_address"):
            filter_value = getattr(self, option)
            if filter_value is not None:
                yield str(values[option] or "").casefold() == filter_value.casefold() if option in values else None
        for option in ("custom_id", "login_enabled", "is_saml_user"):
            filter_value = getattr(self, option)
            if filter_value is not None:
                yield values[option] == filter_value if option in values else None
        if self.role is not None:
            yield None if account.roles is None else any(self.role in (each.key, each.title) for each in account.roles)
        if self.team is not None:
            yield None if account.teams is None else any(self.team == each.name for each in account.teams)
        if self.search_term is not None:
            yield self._has_term(values)

    def _has_term(self, values: t.Mapping[str, t.Any]) -> bool | None:
        texts = ("username", "first_name", "last_name", "email_address")
        term = str(self.search_term).casefold()
        if any(term in str(values.get(option) or "").casefold() for option in texts):
            return True
        return False if all(option in values for option in texts) else None


def unknown_filter(option: str, value: str, names: t.Iterable[str], remedy: str = "") -> InputError:
    """Return the error for a filter that names a role or a team that is not there.

    :param names: those that are.
    """
    return InputError(
        f"{option}: {there_is_no(option, value, names)}{remedy}",
        option=option,
        value=value,
        is_about_something_missing=True,
    )


class AccountSource(t.Protocol):
    """Lists accounts."""

    def resolved(self, filters: Filters) -> Filters:
        """Return the filters in the names by which accounts are matched.

        :raises InputError: this API lacks a filter, or a filter names what does not exist.
        """

    def candidates(self, filters: Filters) -> Listing:
        """Return at least the accounts that match resolved filters, each with what the listing of the API carries."""

    def details(self, account: Account) -> Account | None:
        """Return the account read again with all that the API reports, `None` if it is gone."""

    def is_whole(self, account: Account) -> bool:
        """Tell whether a reading reports all that the API reports."""


class AccountClient(Lookup, t.Protocol):
    """A Lookup that can also change accounts."""

    def roles(self, used: t.Iterable[str] | None = ()) -> RoleCatalog:
        """Return every role that can be named.

        :param used: names of those of which it matters what they include; `None`: of all.
        """

    def teams(self, names: t.Collection[str]) -> tuple[dict[str, str | None], tuple[str, ...]]:
        """Return those of the teams that exist, by name with their GUID, and all names there are if one is missing."""

    def details(self, account: Account) -> Account | None:
        """Return the account read again with all that the API reports, `None` if it is gone."""

    def create(self, after: Account, values: t.Mapping[str, t.Any], *, with_credentials: bool = False) -> Account:
        """Create an account and return it as the answer shows it.

        :param with_credentials: also generate a key pair, found in the `api_credentials` fact with its `api_secret`.
        :raises LostAnswerError: whether it was created is not known.
        """

    def finish(self, account: Account, after: Account, values: t.Mapping[str, t.Any]) -> Account:
        """Set what creation alone could not set and return the account."""

    def update(
        self, before: Account, after: Account, values: t.Mapping[str, t.Any], *, verify_email: bool = False
    ) -> Account:
        """Change what `values` lists and return the account as the answer shows it."""

    def delete(self, account: Account, *, permanently: bool = False) -> None:
        """Delete an account; one that is gone already is no error.

        :param permanently: not softly, where the API can.
        """

    def is_caller(self, account: Account) -> bool:
        """Tell whether the account is the one that signs these calls."""

    def close(self) -> None:
        """Give the connections back."""

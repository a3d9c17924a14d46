# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The directory of accounts behind the Identity REST API."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.base import Filters, Listing, unknown_filter
from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import (
    account_from,
    body_for,
    is_whole,
)
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import (
    Json,
    Query,
    RestClient,
    incomplete,
    reconciled,
    segment,
)
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, InputError, LostAnswerError
from ansible_collections.community.veracode.plugins.module_utils._http.client import Effect, Transport
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role, RoleCatalog, known_role
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import timestamp

# Asked for with every listing; a server may ignore what it does not know, so an item is believed only for the keys it
# really carries. account_type appears with detailed only (seen in code).
_LIST_TEAMS = "list the teams"

CARRY: Query = (("detailed", "true"), ("include_roles", "true"), ("include_teams", "true"))


class RestAccountClient:
    """Accounts by the Identity REST API.

    :param transport: a transport to the REST host.
    :param own_api_id: the key id that signs the calls, without its prefix.
    """

    def __init__(self, transport: Transport, own_api_id: str) -> None:
        self._transport = transport
        self._client = RestClient(transport)
        self._own_api_id = own_api_id.casefold()
        self._role_ids: dict[Role, str] = {}
        self._roles: RoleCatalog | None = None
        self._teams: dict[str, str | None] | None = None
        self._all_teams = False
        self._self: Json | None = None
        self._says_yes = False

    @property
    def client(self) -> RestClient:
        """The client of this directory, for the other readers of the same API."""
        return self._client

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    # Finding

    def by_username(self, username: str, kind: str, need: frozenset[str], *, inactive: bool = True) -> Account | None:
        """Return the account of that name, compared without case.

        The filter is documented to match whole names only, without case; that is checked again here.
        Costs one call, another for an inactive account, and one for details that the listing does not carry.
        """
        return self._by_filter("user_name", "username", username, kind, need, inactive=inactive)

    def by_email(self, address: str, kind: str, need: frozenset[str]) -> Account | None:
        """Return the one account of that kind with that address; several service accounts may share one."""
        return self._by_filter("email_address", "email_address", address, kind, need, inactive=True)

    def _by_filter(
        self, parameter: str, option: str, value: str, kind: str, need: frozenset[str], *, inactive: bool
    ) -> Account | None:
        for look_at_inactive in (False, True) if inactive else (False,):
            query = [(parameter, value), *CARRY]
            if look_at_inactive:
                query.append(("inactive", "true"))
            found: dict[str, Account] = {}
            others: dict[str, Account] = {}
            for items, _total in self._client.pages(f'look up the {option} "{value}"', "/users", "users", query):
                for item in items:
                    account, told = account_from(item, whole=False, active=not look_at_inactive)
                    if str(account.values.get(option) or "").casefold() != value.casefold():
                        continue
                    complete = self._with_details(account, told, need)
                    if complete is not None:
                        # An address may be shared by accounts of both kinds; a username belongs to one account.
                        right = option == "username" or complete.kind == kind
                        (found if right else others)[str(complete.handle)] = complete
                if found and option == "username":
                    break
            found = found or others
            if len(found) > 1:
                names = ", ".join(sorted(account.username for account in found.values()))
                raise InputError(
                    f'{option}: "{value}" is that of several accounts ({names}); select one of them by username',
                    option=option,
                    value=value,
                )
            for account in found.values():
                return account
        return None

    def by_custom_id(self, custom_id: str, need: frozenset[str]) -> Account | None:
        """Return the SAML account of that subject.

        The API has no filter for it and its listings do not show it (seen in code), so the details of the SAML accounts
        are read until it is found: as many calls as there are SAML accounts before it. The inactive ones come last, out
        of the listing of all accounts, since the search hides them.
        """
        what = f'look up the custom_id "{custom_id}"'
        seen: set[str] = set()
        for path, query in (
            ("/users/search", [("saml_user", "true"), ("detailed", "true")]),
            ("/users", [("inactive", "true"), *CARRY]),
        ):
            for items, _total in self._pages(what, path, query):
                for item in items:
                    account, told = account_from(item, whole=False)
                    if account.values.get("is_saml_user") is False or account.handle in seen:
                        continue
                    seen.add(str(account.handle))
                    complete = self._with_details(account, told, need | {"custom_id", "active"})
                    if complete is not None and complete.values.get("custom_id") == custom_id:
                        return complete
        return None

    def _pages(self, what: str, path: str, query: Query) -> t.Iterator[tuple[list[Json], int | None]]:
        """Yield the pages of a listing or of a search, whose filters take C(true) or C(Yes): sources disagree."""
        if self._says_yes:
            query = _with_yes(query)
        try:
            yield from self._client.pages(what, path, "users", query)
        except ApiError as error:
            other = _with_yes(query)
            if error.status != 400 or other == query:
                raise
            self._says_yes = True
            yield from self._client.pages(what, path, "users", other)

    def _with_details(self, account: Account, told: bool, need: frozenset[str]) -> Account | None:
        """Return the account with everything that is needed, read on its own unless its item carried it."""
        if told and all(option in account.values_and_lists for option in need):
            return account
        return self.details(account)

    def details(self, account: Account) -> Account | None:
        """Return the account read on its own, C(None) if it is gone."""
        path = f"/users/{segment(str(account.handle))}"
        item = self._client.read_if_there(f'read "{account.username}"', path, [("detailed", "true")])
        if item is None or item.get("deleted") is True:
            return None
        return self._account(item, account.kind, account.values.get("active"))

    def _account(self, item: Json, kind: str, active: bool | None) -> Account:
        if "user_name" not in item:
            raise ApiError("Could not read an account: the answer is not a user. Check api_url")
        account, _told = account_from(item, whole=True, kind=kind, active=active)
        return account

    # Listing

    def list_accounts(self, filters: Filters) -> Listing:
        """Return the accounts that match all filters.

        A name is looked up. Otherwise the active accounts cost a page of the listing or of a search each, the inactive
        ones two listings, since a listing hides them; details are read where a filter or the task needs them.
        """
        if filters.role is not None:
            filters = replace(filters, role=self._role(filters.role).key)
        if filters.username is not None:
            account = self.by_username(filters.username, USER, filters.need, inactive=filters.include_inactive)
            return self._listing([account] if account else [], filters, True)
        search = self._search(filters)
        if search:
            found, complete = self._read_listing("/users/search", search)
        else:
            found, complete = self._read_listing("/users", self._email_query(filters), active=True)
        if filters.include_inactive and filters.api_id is None:
            inactive, all_read = self._inactive(filters, {} if search else found)
            found.update({handle: item for handle, item in inactive.items() if handle not in found})
            complete = complete and all_read
        accounts = [whole for account, told in found.values() if (whole := self._full(account, told, filters))]
        if filters.api_id is not None and len(accounts) > 1:
            accounts = [each for each in map(self.details, accounts) if each and self._holds(each, filters.api_id)]
        return self._listing(accounts, filters, complete)

    @staticmethod
    def _holds(account: Account, api_id: str) -> bool:
        """Tell whether the key id is the account's."""
        own = account.facts.get("api_credentials") or {}
        return str(own.get("api_id") or "").casefold() == api_id.rpartition("-")[2].casefold()

    def _full(self, account: Account, told: bool, filters: Filters) -> Account | None:
        if filters.detailed:
            return self.details(account)
        return self._with_details(account, told, filters.need) if told or filters.kind or filters.need else account

    def _listing(self, accounts: list[Account], filters: Filters, complete: bool) -> Listing:
        matching = [account for account in accounts if filters.match(account)]
        if filters.selects:
            matching = [
                whole for account in matching if (whole := account if is_whole(account) else self.details(account))
            ]
        return Listing(tuple(sorted(matching, key=lambda account: account.username.casefold())), complete)

    def _search(self, filters: Filters) -> list[tuple[str, str]]:
        """Return the query of the search for what only the search can filter, empty if the plain listing does."""
        query: list[tuple[str, str]] = []
        if filters.api_id is not None:
            query.append(("api_id", filters.api_id.rpartition("-")[2]))
        if filters.role is not None:
            query.append(("role_id", self._role_ids[self._role(filters.role)]))
        if filters.team is not None:
            known, names = self.teams([filters.team])
            if filters.team not in known:
                raise unknown_filter("team", filters.team, names)
            query.append(("team_id", str(known[filters.team])))
        if filters.search_term is not None:
            query.append(("search_term", filters.search_term))
        if filters.is_saml_user or filters.custom_id is not None:
            query.append(("saml_user", "true"))
        if query and filters.kind is not None:
            query.append(("user_type", "api" if filters.kind == API_USER else "user"))
        return query

    def _role(self, name: str) -> Role:
        """Return the role that a filter names."""
        role = self.roles().find(name)
        if role is None:
            raise unknown_filter("role", name, self.roles().names())
        return role

    @staticmethod
    def _email_query(filters: Filters) -> list[tuple[str, str]]:
        return [("email_address", filters.email_address)] if filters.email_address is not None else []

    def _inactive(
        self, filters: Filters, active: dict[str, tuple[Account, bool]]
    ) -> tuple[dict[str, tuple[Account, bool]], bool]:
        """Return the inactive accounts: C(inactive=true) may include the active ones (sources differ)."""
        query = self._email_query(filters)
        complete = True
        if not active:
            active, complete = self._read_listing("/users", query, active=True)
        both, all_read = self._read_listing("/users", [*query, ("inactive", "true")], active=False)
        return {handle: item for handle, item in both.items() if handle not in active}, complete and all_read

    def _read_listing(
        self, path: str, query: Query, active: bool | None = None
    ) -> tuple[dict[str, tuple[Account, bool]], bool]:
        """Return the accounts of a listing by handle, and whether their number is what the server tells."""
        items, complete = reconciled(lambda: self._pages("list the accounts", path, [*query, *CARRY]), "user_id")
        found = [account_from(item, whole=False, active=active) for item in items]
        return {str(account.handle): (account, told) for account, told in found}, complete

    # Names

    def roles(self) -> RoleCatalog:
        """Return all roles of the organization, built in and custom, read once."""
        if self._roles is None:
            what = "list the roles"
            items, complete = self._client.everything(what, "/roles", "roles", "role_id")
            for item in items:
                role = known_role(
                    item.get("role_name"),
                    item.get("role_description"),
                    is_api=item.get("is_api") is True,
                    is_scan=item.get("is_scan_type") is True,
                )
                self._role_ids[role] = str(item.get("role_id"))
            self._roles = RoleCatalog(self._role_ids, lacking=None if complete else incomplete(what))
        return self._roles

    def role_holders(self, role: Role) -> tuple[set[str], bool]:
        """Return the handles of the accounts that hold a role, and whether their number is what the server tells.

        :param role: one of those that C(roles) returned.
        """
        query = [("role_id", self._role_ids[role])]
        what = f"list who holds {role.title}"
        items, complete = self._client.everything(what, "/users/search", "users", "user_id", query)
        return {str(item.get("user_id")) for item in items}, complete

    def teams(self, names: t.Collection[str]) -> tuple[dict[str, str | None], tuple[str, ...]]:
        """Return those of the teams that exist, by name with their GUID, and all names there are if one is missing."""
        if self._teams is None and len(names) == 1:
            # The filter is loose (partial, without case), so equality is checked here.
            found, _complete = self._read_teams([("team_name", next(iter(names)))])
            if all(name in found for name in names):
                return {name: found[name] for name in names}, ()
        if self._teams is None:
            self._teams, self._all_teams = self._read_teams([])
        known = {name: self._teams[name] for name in names if name in self._teams}
        if len(known) == len(set(names)):
            return known, ()
        if not self._all_teams:
            raise incomplete(_LIST_TEAMS)
        return known, tuple(self._teams)

    def _read_teams(self, query: Query) -> tuple[dict[str, str | None], bool]:
        # Without these flags only the caller's own teams are listed; documents name one or the other.
        query = [*query, ("all_for_org", "true"), ("ignore_self_teams", "true")]
        items, complete = self._client.everything(_LIST_TEAMS, "/teams", "teams", "team_id", query)
        return {str(item["team_name"]): str(item.get("team_id")) for item in items if "team_name" in item}, complete

    # Changing

    def create(self, after: Account, values: t.Mapping[str, t.Any], *, with_credentials: bool = False) -> Account:
        """Create an account: one call, with its key pair if that is wanted."""
        body = body_for(values, after, None)
        if after.kind == API_USER:
            body["permissions"] = [{"permission_name": "apiUser"}]
        else:
            body["user_type"] = "VOSP"
        what = f'create "{after.username}"'
        if not with_credentials:
            return self._answered(
                after, self._client.write_related(what, "POST", "/users", effect=Effect.ONCE, body=body)
            )
        # A service account manages no team, so its body tells no relationship.
        item = self._client.generate(what, "/users", query=[("generate_api_creds", "true")], body=body)
        account = self._answered(after, item)
        return replace(account, facts={**account.facts, "api_credentials": _generated(item, after.username)})

    def finish(self, account: Account, after: Account, values: t.Mapping[str, t.Any]) -> Account:
        """Return the account: creation sets everything here."""
        return account

    def update(
        self, before: Account, after: Account, values: t.Mapping[str, t.Any], *, verify_email: bool = False
    ) -> Account:
        """Change what C(values) lists.

        C(partial) keeps what is not sent; lists are sent whole, since C(incremental) cannot remove (documented).
        """
        query = [("partial", "true"), ("incremental", "false")]
        if "email_address" in values and not verify_email:
            query.append(("adminNoVerificationEmail", "TRUE"))
        path = f"/users/{segment(str(before.handle))}"
        body = body_for(values, after, before)
        what = f'update "{before.username}"'
        item = self._client.write_related(what, "PUT", path, effect=Effect.REPEATABLE, query=query, body=body)
        return self._answered(after, item)

    def _answered(self, after: Account, item: Json | None) -> Account:
        """Return what the answer to a change carries: it may be the whole user, or less."""
        if item is None or "user_id" not in item:
            return Account(after.kind, after.handle, {})
        whole = "roles" in item and "user_name" in item
        return account_from(item, whole=whole, kind=after.kind)[0]

    def delete(self, account: Account) -> None:
        """Delete an account (softly, and for good; documented); one that is gone already is no error."""
        path = f"/users/{segment(str(account.handle))}"
        try:
            self._client.write(f'delete "{account.username}"', "DELETE", path, effect=Effect.REPEATABLE)
        except ApiError as error:
            if error.status != 404:
                raise

    def is_caller(self, account: Account) -> bool:
        """Tell whether the account signs these calls, with one call unless its key id tells already."""
        own = account.facts.get("api_credentials") or {}
        if str(own.get("api_id") or "").casefold() == self._own_api_id:
            return True
        return self.caller() == account.handle

    def caller(self) -> str:
        """Return the GUID of the account that signs the calls."""
        return str(self._caller().get("user_id"))

    def caller_username(self) -> str:
        """Return the username of the account that signs the calls."""
        return str(self._caller().get("user_name"))

    def organization(self) -> dict[str, t.Any]:
        """Return `id` and `name` of the organization as far as the calling account reports them."""
        organization = self._caller().get("organization")
        organization = organization if isinstance(organization, dict) else {}
        return {"id": organization.get("org_id"), "name": organization.get("org_name")}

    def _caller(self) -> Json:
        if self._self is None:
            self._self = self._client.read("read the calling account", "/users/self")
        return self._self


def _with_yes(query: Query) -> Query:
    """Return the query with the other spelling of the filters of a search."""
    spelt = {"true": "Yes", "false": "No"}
    return [(name, spelt[value] if name == "saml_user" and value in spelt else value) for name, value in query]


def _generated(item: Json, username: str) -> dict[str, t.Any]:
    raw = item.get("api_credentials")
    if not isinstance(raw, dict) or not raw.get("api_id") or not raw.get("api_secret"):
        raise LostAnswerError(f'Could not create "{username}" with a key pair: the answer holds none')
    expires = timestamp(raw.get("expiration_ts"))
    return {"api_id": str(raw["api_id"]), "api_secret": str(raw["api_secret"]), "expires": expires}

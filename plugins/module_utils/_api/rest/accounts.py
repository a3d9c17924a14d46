# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The accounts by the Identity REST API."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import (
    account_from,
    body_for,
    has_lists,
    is_whole,
)
from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import Json, about, not_deleted
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import (
    Page,
    Query,
    RestClient,
    RestRefusal,
    segment,
)
from ansible_collections.community.veracode.plugins.module_utils._api.rest.names import NameClient
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, LostAnswerError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Effect
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import of_that_name, several
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER
from ansible_collections.community.veracode.plugins.module_utils._model.names import username_key
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role, RoleCatalog
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import timestamp

# Asked for with every listing; a server may ignore what it does not know, so an item is used only for the keys it
# really carries. account_type appears with detailed only (seen in code).
CARRY: Query = (("detailed", "true"), ("include_roles", "true"), ("include_teams", "true"))

_CALLER = "read the calling account"

# A refusal of a username in a change; nobody has published its words. One that is taken is another matter.
_NAME_STAYS = re.compile(
    r"user_?name\b.*(can ?not|can't|may not|must not|not (be|allowed|supported|permitted)|read.?only|immutable)|"
    r"(unrecogni[sz]ed|unknown|read.?only|immutable)\b.*user_?name",
    re.IGNORECASE,
)


class RestAccountClient:
    """Accounts by the Identity REST API.

    :param transport: a transport to the REST host.
    :param own_api_id: the key id that signs the calls, without its prefix.
    """

    def __init__(self, transport: Transport, own_api_id: str) -> None:
        self._transport = transport
        self._client = RestClient(transport)
        self._own_api_id = own_api_id.casefold()
        self.names = NameClient(self._client)
        self._self: Json | None = None
        self._says_yes = False

    @property
    def client(self) -> RestClient:
        """The client that sends the calls, for the other clients of the same API."""
        return self._client

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    # Finding

    def by_username(self, username: str, kind: str, need: frozenset[str], *, inactive: bool = True) -> Account | None:
        """Return the account of that name: the exact one, else the only one that differs by case.

        The filter is documented to match whole names only, without case; that is checked again here.
        Costs one call, another for an account that is inactive or spelled differently, and one for details that the
        listing does not carry. Before a name with `ss` or `ß` counts as absent, its other spelling is looked up, too.
        """
        found: dict[str, tuple[Account, bool]] = {}
        for spelling in (username, *other_spellings(username)):
            for hidden in (False, True) if inactive else (False,):
                for handle, item in self._named("user_name", "username", spelling, hidden).items():
                    found.setdefault(handle, item)
                if any(account.username == username for account, _told in found.values()):
                    break
            if found:
                break
        account = of_that_name((account for account, _told in found.values()), username)
        if account is None:
            return None
        return self.with_details(*found[str(account.handle)], need)

    def by_email(self, address: str, kind: str, need: frozenset[str]) -> Account | None:
        """Return the one account of that kind with that address; several API users may share one."""
        for spelling in (address, *other_spellings(address)):
            for hidden in (False, True):
                items = self._named("email_address", "email_address", spelling, hidden).values()
                read = [
                    self.with_details(account, has_kind, need)
                    for account, has_kind in items
                    if not has_kind or account.kind == kind
                ]
                found = [account for account in read if account is not None and account.kind == kind]
                if len(found) > 1:
                    raise several(address, found)
                if found:
                    return found[0]
        return None

    def _named(self, parameter: str, option: str, value: str, hidden: bool) -> dict[str, tuple[Account, bool]]:
        """Return the accounts of a listing that have a value, by handle, with whether their kind is reported.

        :param hidden: look at the inactive ones, too.
        """
        query = [(parameter, value), *CARRY, *([("inactive", "true")] if hidden else [])]
        found: dict[str, tuple[Account, bool]] = {}
        for items, _total in self._client.pages(f'look up the {option} "{value}"', "/users", "users", query):
            for item in not_deleted(items):
                account, has_kind = self.account(item, active=None if hidden else True)
                if str(account.values.get(option) or "").casefold() == value.casefold():
                    found[str(account.handle)] = account, has_kind
        return found

    def by_custom_id(self, custom_id: str, need: frozenset[str]) -> Account | None:
        """Return the SAML account of that subject.

        The API has no filter for it and its listings do not show it (seen in code), so the details of the SAML accounts
        are read until it is found: as many calls as there are SAML accounts before it, the inactive ones last.
        """
        what = f'look up the custom_id "{custom_id}"'
        for _listed, item in self._with_inactive(what, [("saml_user", "true"), ("detailed", "true")]):
            account, has_kind = self.account(item)
            if account.values.get("is_saml_user") is False:
                continue
            complete = self.with_details(account, has_kind, need | {"custom_id", "active"})
            if complete is not None and complete.values.get("custom_id") == custom_id:
                return complete
        return None

    def _with_inactive(self, what: str, query: Query) -> t.Iterator[tuple[bool, Json]]:
        """Yield the items that a search finds, then the inactive accounts, which it may hide; each once.

        The search has a parameter for these, which a server may not know; so the listing of all accounts comes last,
        its items marked, since they are not filtered.
        """
        seen: set[str] = set()
        inactive = ("inactive", "true")
        for path, each in (
            ("/users/search", query),
            ("/users/search", [*query, inactive]),
            ("/users", [inactive, *CARRY]),
        ):
            for item in self._items(what, path, each):
                handle = str(item.get("user_id"))
                if handle not in seen:
                    seen.add(handle)
                    yield path == "/users", item

    def _items(self, what: str, path: str, query: Query) -> t.Iterator[Json]:
        """Yield the items of a listing or search that are not deleted."""
        number = 0
        while True:
            page = self.page(what, path, query, number)
            yield from not_deleted(page.items)
            number += 1
            if not page.items or page.pages is None or number >= page.pages:
                return

    def page(self, what: str, path: str, query: Query, number: int) -> Page:
        """Return one page of a listing or of a search, whose filters take `true` or `Yes`: sources disagree."""
        if self._says_yes:
            query = _with_yes(query)
        try:
            return self._client.page(what, path, "users", query, number)
        except ApiError as error:
            other = _with_yes(query)
            if error.status != 400 or other == query:
                raise
            page = self._client.page(what, path, "users", other, number)
            self._says_yes = True
            return page

    def account(
        self, item: Json, *, whole: bool = False, kind: str | None = None, active: bool | None = None
    ) -> tuple[Account, bool]:
        """Return what an item carries, and whether it reports the kind of account, as `account_from` does."""
        return account_from(item, whole=whole, kind=kind, active=active, resolve=self.names.resolve)

    def with_details(self, account: Account, has_kind: bool, need: t.Collection[str]) -> Account | None:
        """Return the account with everything that is needed, read on its own unless its item reported it."""
        if has_kind and all(option in account.values_and_lists for option in need):
            return account
        return self.details(account)

    def details(self, account: Account) -> Account | None:
        """Return the account read on its own, `None` if it is gone."""
        item = self.item(account)
        if item is None:
            return None
        return self.account(item, whole=True, kind=account.kind, active=account.values.get("active"))[0]

    def item(self, account: Account) -> Json | None:
        """Return an account on its own as the API reports it, `None` if it is gone.

        One that lacks its roles or teams is read once more.
        """
        item: Json | None = None
        for _attempt in range(2):
            what, query = f'read "{account.username}"', [("detailed", "true")]
            item = self._client.read_one(what, "/users", "user_id", str(account.handle), query)
            if item is None or has_lists(item):
                break
        if item is not None and "user_name" not in item:
            raise ApiError("Could not read an account: the answer is not a user. Check api_url")
        return item

    @staticmethod
    def is_whole(account: Account) -> bool:
        """Tell whether a reading reports all that an account on its own reports."""
        return is_whole(account)

    def service_accounts(self) -> tuple[set[str], bool]:
        """Return the handles of the API users that a search finds, and whether these are all."""
        what = "list the API users"
        items, complete = self._client.everything(what, "/users/search", "users", "user_id", [("user_type", "api")])
        return {str(item.get("user_id")) for item in items}, complete

    def in_team(self, name: str, team_id: str) -> list[Account]:
        """Return who is in a team, for a server whose teams do not show it.

        Of the inactive accounts, which the search may hide, each is read that the listings do not show to be active.
        """
        what = f'list who is in the team "{name}"'
        found: list[Account] = []
        active: set[str] | None = None
        for listed, item in self._with_inactive(what, [("team_id", team_id), ("detailed", "true")]):
            if listed and "active" not in item and active is None:
                active = {str(each.get("user_id")) for each in self._items(what, "/users", CARRY)}
            if listed and (item.get("active") is True or str(item.get("user_id")) in (active or ())):
                continue
            account, has_kind = self.account(item)
            complete = self.with_details(account, has_kind, {"teams", "managed_teams"})
            if complete is not None and any(team.name == name for team in complete.teams or ()):
                found.append(complete)
        return found

    # Names

    def roles(self, used: t.Iterable[str] | None = ()) -> RoleCatalog:
        """Return all roles of the organization, built in and custom, read once.

        :param used: names of those of which it matters what they include; `None`: of all.
        """
        return self.names.roles(used)

    def role_holders(self, role: Role) -> tuple[set[str], bool]:
        """Return the handles of the accounts that hold a role, and whether their number is what the server reports."""
        return self.names.role_holders(role)

    def teams(self, names: t.Collection[str]) -> tuple[dict[str, str | None], tuple[str, ...]]:
        """Return those of the teams that exist, by name with their GUID, and all names there are if one is missing."""
        return self.names.teams(names)

    # Changing

    def create(self, after: Account, values: t.Mapping[str, t.Any], *, with_credentials: bool = False) -> Account:
        """Create an account: one call, with a key pair if asked for."""
        body = body_for(values, after, None)
        if after.kind == API_USER:
            body["permissions"] = [{"permission_name": "apiUser"}]
        else:
            body["user_type"] = "VOSP"
        what = f'create "{after.username}"'
        if not with_credentials:
            item = self._client.write_related(what, "POST", "/users", effect=Effect.ONCE, body=body)
            return self._created(what, after, item)
        # An API user manages no team, so its body holds no relationship.
        item = self._client.generate(what, "/users", query=[("generate_api_creds", "true")], body=body)
        account = self._created(what, after, item)
        return replace(account, facts={**account.facts, "api_credentials": _generated(item, after.username)})

    def _created(self, what: str, after: Account, item: Json | None) -> Account:
        """Return what the answer to a creation carries.

        :raises LostAnswerError: it is about another account.
        """
        name = str((item or {}).get("user_name") or after.username)
        if name.casefold() != after.username.casefold() and not after.values.get("custom_id"):
            raise LostAnswerError(f'Could not {what}: the answer is about the account "{name}". Check api_url')
        return self._answered(after, item)

    def finish(self, account: Account, after: Account, values: t.Mapping[str, t.Any]) -> Account:
        """Return the account: creation sets everything here."""
        return account

    def update(
        self, before: Account, after: Account, values: t.Mapping[str, t.Any], *, verify_email: bool = False
    ) -> Account:
        """Change what `values` lists.

        `partial` keeps what is not sent; lists are sent whole, since `incremental` cannot remove (documented). A server
        that refuses the username is sent the address alone, which may rename the account, too.
        """
        query = [("partial", "true"), ("incremental", "false")]
        if "email_address" in values and not verify_email:
            query.append(("adminNoVerificationEmail", "TRUE"))
        path = f"/users/{segment(str(before.handle))}"
        body = body_for(values, after, before)
        what = f'update "{before.username}"'
        try:
            item = self._client.write_related(what, "PUT", path, effect=Effect.REPEATABLE, query=query, body=body)
        except RestRefusal as refusal:
            without = {key: value for key, value in body.items() if key != "user_name"}
            is_name = refusal.status == 400 and "user_name" in body and _NAME_STAYS.search(refusal.said)
            if not is_name or "email_address" not in without:
                raise
            item = self._client.write_related(what, "PUT", path, effect=Effect.REPEATABLE, query=query, body=without)
        if item is not None and "user_id" in item:
            about(what, item, "user_id", str(before.handle), sent=True)
        return self._answered(after, item)

    def _answered(self, after: Account, item: Json | None) -> Account:
        """Return what the answer to a change carries: it may be the whole user, or less."""
        if item is None or "user_id" not in item:
            return Account(after.kind, after.handle, {})
        return self.account(item, whole=has_lists(item) and "user_name" in item, kind=after.kind)[0]

    def delete(self, account: Account, *, permanently: bool = False) -> None:
        """Delete an account; one that is gone already is no error.

        :param permanently: not softly, so that its name may be free again (documented as `hard_delete`).
        """
        path = f"/users/{segment(str(account.handle))}"
        self._client.delete(f'delete "{account.username}"', path, permanently=permanently)

    def is_caller(self, account: Account) -> bool:
        """Tell whether the account signs these calls, with one call unless its key id tells already."""
        own = account.facts.get("api_credentials") or {}
        if str(own.get("api_id") or "").casefold() == self._own_api_id:
            return True
        return account.handle is not None and self.caller() == account.handle

    def caller(self) -> str:
        """Return the GUID of the calling account."""
        return self._own("user_id")

    def caller_username(self) -> str:
        """Return the username of the calling account."""
        return self._own("user_name")

    def organization(self) -> dict[str, t.Any]:
        """Return `id` and `name` of the organization as far as the calling account reports them."""
        organization = self._caller().get("organization")
        organization = organization if isinstance(organization, dict) else {}
        return {"id": organization.get("org_id"), "name": organization.get("org_name")}

    def _own(self, key: str) -> str:
        value = self._caller().get(key)
        if not value:
            raise ApiError(f"Could not {_CALLER}: the answer lacks the {key}. Check api_url", path="/users/self")
        return str(value)

    def calling_account(self) -> Account:
        """Return the calling account."""
        return account_from(self._caller(), whole=True)[0]

    def _caller(self) -> Json:
        if self._self is None:
            self._self = self._client.read(_CALLER, "/users/self")
        return self._self


def other_spellings(name: str) -> list[str]:
    """Return what folds to the same name and what a filter that only lowers the case does not find: `ss` and `ß`."""
    folded = username_key(name)
    return sorted({spelling for spelling in (folded, folded.replace("ss", "ß")) if spelling != name.lower()})


def _with_yes(query: Query) -> Query:
    """Return the query with the other spelling of the filters of a search."""
    spelt = {"true": "Yes", "false": "No"}
    filters = ("saml_user", "login_enabled")
    return [(name, spelt[value] if name in filters and value in spelt else value) for name, value in query]


def _generated(item: Json, username: str) -> dict[str, t.Any]:
    raw = item.get("api_credentials")
    if not isinstance(raw, dict) or not raw.get("api_id") or not raw.get("api_secret"):
        raise LostAnswerError(f'Could not create "{username}" with a key pair: the answer holds none')
    expires = timestamp(raw.get("expiration_ts"))
    return {"api_id": str(raw["api_id"]), "api_secret": str(raw["api_secret"]), "expires": expires}

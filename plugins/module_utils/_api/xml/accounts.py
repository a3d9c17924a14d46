# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The directory of people behind the Admin XML API."""

from __future__ import annotations

import html
import re
import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.base import Filters, Listing, unknown_filter
from ansible_collections.community.veracode.plugins.module_utils._api.xml.client import (
    Document,
    XmlClient,
    XmlRefusal,
)
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, InputError, SelectorError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Effect
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.fields import (
    BY_OPTION,
    FIELDS,
    FLAG,
    NAMES,
    Field,
)
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import of_that_name, several
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    BUILT_IN,
    Role,
    RoleCatalog,
    known_role,
)
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import timestamp

# No text of a refusal of these calls is published. A text that speaks of not finding something means that the account
# is not there; one that speaks of permission or of the API itself does not; any other is settled by the list of users.
_NOT_THERE = re.compile(
    r"could ?n[o']t (be )?f(i|ou)nd|not (be )?(find|found)|does ?n[o']t exist|do(es)? not exist|no such|unknown user|"
    r"invalid (username|user|custom)|no user",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"access denied|permission|authori[sz]|forbidden|disabled|single.sign|sso|maintenance|deprecated|unavailable|"
    r"parameter specified|internal|error occurred|saml",
    re.IGNORECASE,
)
# Documented: username selects non-SAML users only. Whether that is enforced, and in what words, is not known.
_WANTS_CUSTOM_ID = re.compile(r"custom_?id is required|custom_?id (must|has to) be|use custom_?id", re.IGNORECASE)


class XmlAccountClient:
    """People by the Admin XML API, which is deprecated and the only API with eLearning settings.

    :param transport: a transport to the XML host.
    :param caller_username: tells who signs these calls, which this API cannot.
    """

    def __init__(self, transport: Transport, caller_username: t.Callable[[], str]) -> None:
        self._transport = transport
        self._client = XmlClient(transport)
        self._caller_username = caller_username
        self._teams: tuple[str, ...] | None = None

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    # Finding

    def by_username(self, username: str, kind: str, need: frozenset[str], *, inactive: bool = True) -> Account | None:
        """Return the account of that name, with one call; with another if it is spelled differently."""
        account = self._get({"username": username}, lambda account: account.username.casefold() == username.casefold())
        if account is None or account.username == username:
            return account
        names = {account.username, *self._usernames({})}
        chosen = of_that_name((Account(kind, name, {"username": name}) for name in names), username)
        if chosen is None or chosen.username != account.username:
            raise ApiError(
                f'Could not look up "{username}": the answer is about "{account.username}", which is another account, so it '
                "is ignored. Use api: rest for this one"
            )
        return account

    def by_email(self, address: str, kind: str, need: frozenset[str]) -> Account | None:
        """Return the one account of that kind with that address: with one call where it is the username, else by the list."""
        account = self.by_username(address, kind, need)
        if account is not None and _has_address(account, address) and account.kind == kind:
            return account
        read = (self.by_username(name, kind, need) for name in self._usernames({"email_address": address}))
        found = [each for each in read if each is not None and _has_address(each, address) and each.kind == kind]
        if len(found) > 1:
            raise several(address, found)
        return found[0] if found else None

    def by_custom_id(self, custom_id: str, need: frozenset[str]) -> Account | None:
        """Return the SAML account of that subject, with one call."""
        # The attribute is documented and in no example, so an answer without it is used.
        return self._get(
            {"custom_id": custom_id}, lambda account: account.values.get("custom_id") in (None, custom_id), custom_id
        )

    def details(self, account: Account) -> Account | None:
        """Return the account read again."""
        custom_id = _selector(account).get("custom_id")
        if custom_id is not None:
            return self.by_custom_id(custom_id, frozenset())
        return self.by_username(account.username, account.kind, frozenset())

    def _get(
        self, selector: t.Mapping[str, str], is_it: t.Callable[[Account], bool], custom_id: str | None = None
    ) -> Account | None:
        value = next(iter(selector.values()))
        try:
            document = self._client.call(f'look up "{value}"', "getuserinfo", "userinfo", Effect.READ, selector)
        except XmlRefusal as refusal:
            # What the text repeats of the call is no word of its own: a name may be anything.
            text = refusal.said.replace(value, "")
            if custom_id is None and _WANTS_CUSTOM_ID.search(text):
                raise SelectorError(refusal.msg, status=refusal.status, path=refusal.path) from None
            if _REFUSED.search(text):
                raise
            if _NOT_THERE.search(text):
                return None
            filters = {} if custom_id is None else {"custom_id": custom_id}
            names = self._usernames(filters)
            if custom_id is None and value.casefold() not in (name.casefold() for name in names):
                return None
            if custom_id is not None and not names:
                return None
            raise
        account = self._account(document, value if custom_id is None else None, custom_id)
        return account if is_it(account) else None

    def _account(self, document: Document, username: str | None, custom_id: str | None = None) -> Account:
        login = document.child("login_account")
        if login is None:
            raise ApiError("Could not read an account: the userinfo document holds no login_account. Check xml_api_url")
        # Documented: an account without teams has the attribute, too, empty.
        if login.get("roles") is None or login.get("teams") is None:
            raise ApiError(
                f'Could not read "{username or custom_id}": the userinfo document lacks the roles or the '
                "teams, which every account has. Run the task again"
            )
        name = document.get("username") or login.get("username") or username or login.get("email_address")
        values: dict[str, t.Any] = {"username": name}
        for field in FIELDS:
            if field.xml is None or field.option in ("roles", "teams", "has_ip_restrictions"):
                continue
            raw = login.get(field.xml)
            if raw is not None:
                values[field.option] = _value(field, raw)
            elif field.option not in ("title", "login_enabled", "requires_token"):
                values[field.option] = field.xml_absent
        if values.get("is_saml_user") and values.get("custom_id") is None and custom_id is not None:
            values["custom_id"] = custom_id
        # The document has no such attribute; addresses appear only while a restriction holds (seen in examples).
        values["has_ip_restrictions"] = bool(values["allowed_ip_addresses"])
        return Account(
            API_USER if login.get("login_account_type") == "api" else USER,
            name,
            values,
            tuple(known_role(None, title) for title in _split(login.get("roles"))),
            tuple(Membership(team, None) for team in _split(login.get("teams"))),
            {"last_login": timestamp(login.get("last_successful_login_date"))},
        )

    # Listing

    @staticmethod
    def is_whole(account: Account) -> bool:
        """Tell whether a reading reports all that the API reports: a listing reports names only."""
        return account.roles is not None

    def resolved(self, filters: Filters) -> Filters:
        """Return the filters with the display name of a role.

        :raises InputError: this API lacks a filter, or a filter names what does not exist.
        """
        for option, why in (("search_term", "search"), ("api_id", "key id")):
            if getattr(filters, option) is not None:
                raise InputError(
                    f"{option}: the Admin XML API has no filter by {why}; use api: rest",
                    option=option,
                    value=getattr(filters, option),
                )
        if not filters.include_inactive:
            raise InputError(
                "include_inactive: the Admin XML API does not report which accounts are inactive; use api: rest",
                option="include_inactive",
                value=False,
            )
        if filters.team is not None:
            known, names = self.teams([filters.team])
            if filters.team not in known:
                raise unknown_filter("team", filters.team, names)
        return replace(filters, role=self._role(filters.role).title) if filters.role is not None else filters

    def candidates(self, filters: Filters) -> Listing:
        """Return at least the accounts that match; the API lists usernames only, so details cost a call each."""
        if filters.username is not None or filters.custom_id is not None:
            account = (
                self.by_username(filters.username, USER, filters.need)
                if filters.username is not None
                else self.by_custom_id(str(filters.custom_id), filters.need)
            )
            return Listing((account,) if account is not None else (), True)
        return Listing(tuple(self._listed(filters)), True)

    @staticmethod
    def _role(name: str) -> Role:
        """Return the role that a filter names; this API has no call that lists them, so custom ones are not known."""
        catalog = RoleCatalog(BUILT_IN)
        role = catalog.find(name)
        if role is None:
            remedy = "; the Admin XML API does not report custom roles, use api: rest for these"
            raise unknown_filter("role", name, catalog.names(), remedy)
        return role

    def _listed(self, filters: Filters) -> t.Iterator[Account]:
        parameters = {
            "email_address": filters.email_address,
            "roles": filters.role,
            "teams": filters.team,
            "login_enabled": None if filters.login_enabled is None else str(filters.login_enabled),
            "is_saml_user": None if filters.is_saml_user is None else str(filters.is_saml_user),
        }
        given = {name: value for name, value in parameters.items() if value is not None}
        for kind, account_type in ((USER, "user"), (API_USER, "api")):
            if filters.kind not in (None, kind):
                continue
            for name in self._usernames({**given, "login_account_type": account_type}):
                yield Account(kind, name, {"username": name})

    def _usernames(self, filters: t.Mapping[str, str]) -> list[str]:
        document = self._client.call("list the users", "getuserlist", "userlist", Effect.READ, filters)
        users = document.child("users")
        return [html.unescape(name) for name in _split(users.get("usernames"))] if users is not None else []

    # Names

    def roles(self, used: t.Iterable[str] | None = ()) -> RoleCatalog:
        """Return the roles that this API is documented to take; it has no call that lists them.

        :param used: does not matter, since nothing tells what roles include.
        """
        return RoleCatalog(role for role in BUILT_IN if role.in_xml or role.is_api)

    def teams(self, names: t.Collection[str]) -> tuple[dict[str, str | None], tuple[str, ...]]:
        """Return those of the teams that exist, and all names there are if one is missing."""
        if self._teams is None:
            document = self._client.call("list the teams", "getteamlist", "teamlist", Effect.READ, {})
            self._teams = tuple(str(team.get("team_name")) for team in document.children("team"))
        known: dict[str, str | None] = {name: None for name in names if name in self._teams}
        return known, self._teams if len(known) < len(names) else ()

    # Changing

    def create(self, after: Account, values: t.Mapping[str, t.Any], *, with_credentials: bool = False) -> Account:
        """Create a user with what createuser.do takes; `finish` sets the rest."""
        parameters = {}
        for field in FIELDS:
            if field.xml_create and field.xml is not None and field.option in values:
                parameters[field.xml] = _parameter(field, values[field.option], after)
        document = self._client.call(f'create "{after.username}"', "createuser", "userinfo", Effect.ONCE, parameters)
        return self._account(document, after.username, values.get("custom_id"))

    def finish(self, account: Account, after: Account, values: t.Mapping[str, t.Any]) -> Account:
        """Set what createuser.do does not take, with a second call if there is any of it."""
        rest = {option: value for option, value in values.items() if _only_updatable(BY_OPTION[option])}
        if not rest:
            return account
        return self._update(f'finish the creation of "{account.username}"', account, after, rest)

    def update(
        self, before: Account, after: Account, values: t.Mapping[str, t.Any], *, verify_email: bool = False
    ) -> Account:
        """Change what `values` lists; what is not sent stays (documented), lists are sent whole."""
        return self._update(f'update "{before.username}"', before, after, values)

    def _update(self, what: str, before: Account, after: Account, values: t.Mapping[str, t.Any]) -> Account:
        parameters = _selector(before)
        becomes_saml = bool(values.get("is_saml_user")) and not before.values.get("custom_id")
        for field in FIELDS:
            if field.option not in values or field.xml_update is None:
                continue
            name = field.xml_update
            if field.option == "custom_id" and becomes_saml:
                name = "custom_id"
            parameters[name] = _parameter(field, values[field.option], after)
        # Documented: the list can only be changed while the restriction is on, so turning it off is what empties it.
        if parameters.get("allowed_ip_addresses"):
            parameters["has_ip_restrictions"] = "True"
        elif "allowed_ip_addresses" in parameters:
            del parameters["allowed_ip_addresses"]
            parameters["has_ip_restrictions"] = "False"
        document = self._client.call(what, "updateuser", "userinfo", Effect.REPEATABLE, parameters)
        account = self._account(document, before.username, after.values.get("custom_id"))
        possible = (
            before.username,
            after.username,
            after.values.get("email_address"),
            before.values.get("email_address"),
        )
        if account.username.casefold() not in {str(name).casefold() for name in possible if name}:
            raise ApiError(
                f'Could not {what}: the answer is about another account, "{account.username}", so it does not show what '
                "was done. Check xml_api_url and proxies that cache answers, then run the task again"
            )
        return account

    def delete(self, account: Account, *, permanently: bool = False) -> None:
        """Delete a user; one that is gone already is no error.

        :raises InputError: permanently, which this API cannot.
        """
        if permanently:
            raise InputError(
                "permanently: the Admin XML API cannot delete permanently; use api: rest",
                option="permanently",
                value=True,
            )
        try:
            self._client.call(
                f'delete "{account.username}"',
                "deleteuser",
                "deleteuserresult",
                Effect.REPEATABLE,
                _selector(account),
            )
        except XmlRefusal as refusal:
            if not _NOT_THERE.search(refusal.said):
                raise

    def is_caller(self, account: Account) -> bool:
        """Tell whether the account signs these calls."""
        return self._caller_username().casefold() == account.username.casefold()


def _has_address(account: Account, address: str) -> bool:
    return str(account.values.get("email_address") or "").casefold() == address.casefold()


def _selector(account: Account) -> dict[str, str]:
    """Return the parameter that selects the account: documented as the custom_id for SAML users, else the username."""
    custom_id = account.values.get("custom_id")
    if account.values.get("is_saml_user") and custom_id:
        return {"custom_id": str(custom_id)}
    return {"username": account.username}


def _only_updatable(field: Field) -> bool:
    return field.xml_update is not None and not field.xml_create


def _split(text: str | None) -> list[str]:
    """Return the names of a comma separated list; blanks around them are not theirs (seen in an example)."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _value(field: Field, raw: str) -> t.Any:
    if field.type == FLAG:
        return raw.strip().casefold() == "true"
    if field.type == NAMES:
        return field.canonical(_split(raw))
    return field.canonical(raw)


def _parameter(field: Field, value: t.Any, after: Account) -> str:
    if field.option == "roles":
        return ",".join(sorted(role.title for role in after.roles or ()))
    if field.type == FLAG:
        return "True" if value else "False"
    if field.type == NAMES:
        return ",".join(value)
    return "" if value is None else str(value)

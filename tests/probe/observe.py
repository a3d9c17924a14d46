# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The questions of the probe, each answered by reading."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, NamedTuple

from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import BASE, RestClient, segment
from ansible_collections.community.veracode.plugins.module_utils._api.xml.client import XmlClient
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer, Calls, Effect
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from tests.probe import newer
from tests.probe.writing import Writer

CONFIRMED, CONTRADICTED, UNKNOWN = "confirmed", "contradicted", "not observable"

Item = dict[str, Any]

# Roles that need no team by Veracode's page, and scan permissions, which are reported of none.
NO_TEAM = {
    *("extadmin", "extexecutive", "greenlightideuser", "extpolicyadmin", "securityinsightsonly", "extseclead"),
    *("extsubmitanyscan", "extsubmitstaticscan", "extsubmitdynamicscan", "extsubmitdynamicanalysis"),
    *("extsubmitdynamicmpscan", "extsubmitdiscoveryscan", "extsubmitmanualscan"),
}


class Observation(NamedTuple):
    """The answer to one question.

    `assumed` is what the collection would do without looking, `observed` what was seen.
    """

    question: str
    assumed: str
    observed: str
    verdict: str


class Probe:
    """Looks at one organization. A context manager.

    :param connection: whose organization, and where.
    :param most: how many accounts are read one by one.
    :param writes: whether a team and a role of the probe's own are made and deleted, too.
    """

    def __init__(self, connection: Connection, *, most: int = 20, writes: bool = False) -> None:
        self._writes = writes
        self.calls = Calls()
        self._most = most
        self._rest = Transport(connection, self.calls, family="rest")
        self._xml_transport = Transport(connection, self.calls, family="xml")
        self._client = RestClient(self._rest)
        self._xml = XmlClient(self._xml_transport)
        self._own_id = connection.credentials.bare_id
        self._results: list[Observation] = []
        # What one look leaves for those after it; a look that is refused leaves nothing.
        self._accounts: list[Item] = []
        self._carrying: list[Item] = []
        self._roles: list[Item] = []

    def __enter__(self) -> Probe:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rest.close()
        self._xml_transport.close()

    def run(self) -> list[Observation]:
        """Return the answers to all questions.

        :raises VeracodeError: not even the calling account can be read.
        """
        self._self = self._client.read("read the calling account", "/users/self")
        for look in (
            self._look_at_listings,
            self._look_at_accounts,
            self._look_at_structure,
            self._look_at_newer,
            self._look_at_oauth,
            self._look_at_keys,
            self._look_at_xml,
        ):
            try:
                look()
            except VeracodeError as error:
                self._note(look.__name__.replace("_look_at_", ""), "can be read", f"refused ({error.status})", UNKNOWN)
        if self._writes:
            Writer(self._rest, self._note).run()
        return self._results

    def _note(self, question: str, assumed: str, observed: str, verdict: str | None = None) -> None:
        if verdict is None:
            verdict = UNKNOWN if observed == "nothing to see" else CONFIRMED if observed == assumed else CONTRADICTED
        self._results.append(Observation(question, assumed, observed, verdict))

    def _raw(self, path: str, query: Iterable[tuple[str, str]] = ()) -> Answer:
        return self._rest.call("GET", BASE + path, effect=Effect.READ, query=list(query))

    def _note_if_any(self, question: str, found: bool) -> None:
        """Note what is proved by a single case, and by none of them not disproved."""
        self._note(question, "not known", "yes" if found else "nothing to see", CONFIRMED if found else UNKNOWN)

    # Listings

    def _look_at_listings(self) -> None:
        carry = [("detailed", "true"), ("include_roles", "true"), ("include_teams", "true")]
        sent = time.time()
        answer = self._raw("/users", [*carry, ("page", "0"), ("size", "1")])
        if answer.date:
            skew = abs(parsedate_to_datetime(answer.date).timestamp() - sent)
            self._note(
                "clock of this machine and the server's",
                "less than 60 s apart",
                "less than 60 s apart" if skew < 60 else "60 s apart or more",
            )
        page = self._client.page("list", "/users", "users", carry, 0)
        plain = self._client.page("list", "/users", "users", [], 0)
        self._note("the listing of users can carry roles and teams", "no", _carried(page.items, ("roles", "teams")))
        self._note(
            "the listing can carry everything",
            "no",
            _carried(page.items, ("roles", "phone", "custom_one", "insert_ts")),
        )
        self._note("the listing carries names of people", "yes", _carried(plain.items, ("first_name", "last_name")))
        self._note("account_type comes with detailed", "yes", _carried(page.items, ("account_type",)))
        self._carrying = page.items
        self._note(
            "listings leave out deleted accounts",
            "yes",
            "no" if any(item.get("deleted") for item in plain.items) else "yes",
        )
        size = len(page.items)
        total = page.total or 0
        capped = (
            f"cut to {size}" if total > size and size < 500 else "500 or more" if total > size else "nothing to see"
        )
        self._note("largest page (500 asked for)", "500 or more", capped)
        self._active = {str(item.get("user_id")): item for item in page.items if not item.get("deleted")}
        inactive = self._client.page("list", "/users", "users", [("inactive", "true")], 0)
        only_inactive = [item for item in inactive.items if str(item.get("user_id")) not in self._active]
        self._inactive = only_inactive
        seen = "nothing to see"
        if only_inactive or not inactive.items:
            seen = "includes" if len(only_inactive) < len(inactive.items) else "only"
        self._note(
            "inactive=true includes active accounts, or shows only inactive ones",
            "includes",
            seen if only_inactive else "nothing to see",
        )
        deleted = self._client.page("list", "/users", "users", [("deleted", "true")], 0)
        gone = [item for item in deleted.items if str(item.get("user_id")) not in self._active]
        self._note(
            "deleted=true includes accounts that are there",
            "includes",
            ("includes" if len(gone) < len(deleted.items) else "only") if gone else "nothing to see",
        )
        self._look_at_deleted(gone)
        nobody = self._client.read(
            "list", "/users", [("user_name", "nobody-of-this-name@probe.invalid"), ("size", "1")]
        )
        self._note("an empty page leaves _embedded out", "yes", "yes" if "_embedded" not in nobody else "no")
        self._look_at_filters()
        self._look_at_search()

    def _look_at_deleted(self, gone: list[Item]) -> None:
        seen = "nothing to see"
        if gone:
            answer = self._raw(f"/users/{segment(str(gone[0].get('user_id')))}", [("detailed", "true")])
            seen = "missing" if answer.status == 404 else "shown"
        self._note("a deleted account read by its id", "missing", seen)
        present = {_folded(item, "user_name") for item in (*self._active.values(), *self._inactive)}
        self._note_if_any(
            "the name of a deleted account can be used again",
            any(_folded(item, "user_name") in present for item in gone),
        )

    def _look_at_filters(self) -> None:
        name = str(self._self.get("user_name"))
        by_part = self._client.page("list", "/users", "users", [("user_name", name[:-1])], 0)
        self._note("user_name matches whole names only", "yes", "yes" if not _named(by_part.items, name) else "no")
        upper = self._client.page("list", "/users", "users", [("user_name", name.swapcase())], 0)
        self._note("user_name ignores case", "yes", "yes" if _named(upper.items, name) else "no")

    def _look_at_search(self) -> None:
        found = self._client.page("search", "/users/search", "users", [("user_type", "user"), ("detailed", "true")], 0)
        self._note("users/search can carry roles", "no", _carried(found.items, ("roles",)))
        hidden = {str(item.get("user_id")) for item in self._inactive}
        shown = {str(item.get("user_id")) for item in found.items}
        if hidden and (found.total or 0) <= len(found.items):
            people = {str(i.get("user_id")) for i in self._inactive if i.get("account_type", "USER") == "USER"}
            self._note("users/search hides inactive accounts", "yes", "no" if people & shown else "yes")
        else:
            self._note("users/search hides inactive accounts", "yes", "nothing to see")
        self._look_at_newer_filters()
        self._note("spelling of the filters of users/search that are true or false", "any", self._booleans())
        self._note("spelling of login_status in users/search", "any", self._login_status())
        narrow = self._client.page(
            "search", "/users/search", "users", [("user_type", "user"), ("fields_to_return", "user_name")], 0
        )
        keys = set().union(*(set(item) for item in narrow.items)) if narrow.items else set()
        self._note(
            "users/search honours fields_to_return",
            "yes",
            "nothing to see" if not keys else "yes" if "email_address" not in keys else "no",
        )

    def _look_at_newer_filters(self) -> None:
        def total(name: str | None = None) -> int | None:
            """How many a search finds with a filter, in the spelling that is taken; none where neither is."""
            for value in ("true", "Yes"):
                query = [(name, value)] if name else []
                try:
                    return self._client.page("search", "/users/search", "users", query, 0).total
                except ApiError:
                    continue
            return None

        usual = total()
        found = any(total(name) not in (usual, None) for name in ("inactive", "ip_restricted"))
        self._note("users/search takes inactive and ip_restricted", "yes", "yes" if found else "no")

    def _accepts(self, name: str, value: str) -> bool:
        return self._raw("/users/search", [(name, value), ("size", "1")]).status == 200

    def _booleans(self) -> str:
        code, words = self._accepts("saml_user", "true"), self._accepts("saml_user", "Yes")
        return {(True, True): "any", (True, False): "true, false", (False, True): "Yes, No"}.get(
            (code, words), "neither"
        )

    def _login_status(self) -> str:
        capital, lower = self._accepts("login_status", "Active"), self._accepts("login_status", "active")
        return {(True, True): "any", (True, False): "Active", (False, True): "active"}.get((capital, lower), "neither")

    # Accounts

    def _look_at_accounts(self) -> None:
        handles = [*list(self._active)[: self._most], *[str(item.get("user_id")) for item in self._inactive[:3]]]
        items = [
            self._client.read("read an account", f"/users/{segment(handle)}", [("detailed", "true")])
            for handle in handles
        ]
        self._accounts = items
        # An account without a title looks like one whose title is not told.
        self._note("title is read back", "no", "yes" if any(item.get("title") for item in items) else "nothing to see")
        self._note(
            "form of a relationship to a team",
            "object",
            _first(_relationship(team) for item in items for team in item.get("teams") or []),
        )
        self._note("text fields that are not set", "absent", _unset(items))
        times = [item.get(key) for item in items for key in ("insert_ts", "modify_ts", "last_login")]
        self._note("form of times", "zulu", _first(_time_form(each) for each in times))
        saml = [item for item in items if item.get("saml_user")]
        follows = {"address" if _folded(i, "user_name") == _folded(i, "email_address") else "other" for i in saml}
        self._note(
            "username of a SAML user",
            "address",
            follows.pop() if len(follows) == 1 else "both" if follows else "nothing to see",
        )
        people = [item for item in items if not _is_api(item) and not item.get("saml_user")]
        same = {_folded(item, "user_name") == _folded(item, "email_address") for item in people}
        self._note(
            "username of a person is the address",
            "yes",
            "nothing to see" if not same else "yes" if same == {True} else "not always",
        )
        shared = [_folded(item, "email_address") for item in items if _is_api(item)]
        self._note(
            "API service accounts may share an address",
            "yes",
            "yes" if len(shared) > len(set(shared)) else "nothing to see",
        )
        scans = [item for item in items if _leftover(item)]
        self._note("scan permissions without a role that needs one exist", "no", "yes" if scans else "no")
        self._look_at_combinations(items)

    def _look_at_combinations(self, items: list[Item]) -> None:
        """Look for what only exists if the server allows it."""
        people = [item for item in items if not _is_api(item)]
        services = [item for item in items if _is_api(item)]
        self._note_if_any(
            "API service accounts without team and No Team Restriction API exist",
            any(not item.get("teams") and "noteamrestrictionapi" not in _roles(item) for item in services),
        )
        self._note_if_any(
            "addresses are kept while a restriction is off",
            any(item.get("ip_restricted") is False and item.get("allowed_ip_addresses") for item in items),
        )
        self._note_if_any("accounts without any role exist", any(not _roles(item) for item in items))
        self._note_if_any(
            "people without a team hold roles that Veracode's page says need one",
            any(not item.get("teams") and _roles(item) - NO_TEAM for item in people),
        )
        self._note_if_any(
            "people manage a team without Team Admin",
            any(_manages(item) and "teamAdmin" not in _roles(item) for item in people),
        )
        self._note_if_any(
            "API service accounts hold roles of people", any("extreviewer" in _roles(item) for item in services)
        )

    # Structure

    def _look_at_structure(self) -> None:
        roles = self._client.page("list", "/roles", "roles", [], 0).items
        self._roles = roles
        self._note("roles are listed with their permissions", "yes", _carried(roles, ("permissions",)))
        names = {str(role.get("role_name")) for role in roles}
        self._note(
            "short name of the Submitter role",
            "extsubmitter",
            _first(name for name in ("extsubmitter", "submitter") if name in names),
        )
        shown = {str(role.get("role_name")): role.get("role_description") for role in roles}
        self._note("display name of Any Scan", "Any Scan", str(shown.get("extsubmitanyscan") or "nothing to see"))
        answer = self._raw("/roles/search", [("size", "1")])
        self._note("roles/search exists", "yes", "yes" if answer.status == 200 else "no")
        self._note(
            "the organization has No Team Restriction API", "yes", "yes" if "noteamrestrictionapi" in names else "no"
        )
        everything = [("all_for_org", "true"), ("ignore_self_teams", "true")]
        teams = self._client.page("list", "/teams", "teams", everything, 0).items
        self._note("teams are listed with their business unit", "yes", _carried(teams, ("business_unit",)))
        own = self._client.page("list", "/teams", "teams", [], 0).items
        self._note(
            "without all_for_org only own teams are listed",
            "yes",
            "nothing to see" if not teams else "yes" if len(own) < len(teams) else "no",
        )
        if teams:
            team = self._client.read("read a team", f"/teams/{segment(str(teams[0].get('team_id')))}")
            self._note("a team carries its users", "yes", "yes" if "users" in team else "no")
        jit = self._raw("/jit_default_settings")
        seen = "404" if jit.status == 404 else "empty" if jit.body.strip() in (b"", b"{}", b"[]") else "nothing to see"
        self._note("just-in-time settings where there are none", "404", seen)

    # What newer documents and other clients raised

    def _look_at_newer(self) -> None:
        details = self._accounts
        self._note(
            "text fields in a listing that can carry them", "none", newer.texts_of_listing(self._carrying, details)
        )
        self._note("last_login is told of", "everybody", newer.last_logins(details, self._self))
        self._note("accounts have insert_ts", "yes", newer.always(details, "insert_ts"))
        self._note("accounts have login_enabled", "yes", newer.always(details, "login_enabled"))
        self._note("accounts have is_email_verified", "yes", newer.always(details, "is_email_verified"))
        self._note("an account's roles are called as in the catalog", "yes", newer.role_names(details, self._roles))
        self._note("an account's roles carry is_api", "no", newer.role_flags(details))
        units = self._client.page("list", "/business_units", "business_units", [], 0).items
        self._note("business units are listed with is_default", "no", _carried(units, ("is_default",)))
        self._note("roles are listed with child_roles", "yes", _carried(self._roles, ("child_roles",)))
        if self._roles:
            role = self._client.read("read a role", f"/roles/{segment(str(self._roles[0].get('role_id')))}")
            self._note("a role read by its id carries child_roles", "yes", "yes" if "child_roles" in role else "no")
        self._note_if_any("roles that include others exist", any(role.get("child_roles") for role in self._roles))

    def _look_at_oauth(self) -> None:
        answer = self._raw("/oauth2/client_credentials", [("page", "0"), ("size", "1")])
        self._note("OAuth client credentials", "200", str(answer.status))
        if answer.status != 200:
            return
        items = self._client.page("list", "/oauth2/client_credentials", "client_credentials", [], 0).items
        self._note("fields of an OAuth client", "as assumed", newer.oauth_fields(items))
        self._note("OAuth clients are listed with their secrets' ids", "yes", _carried(items, ("secrets",)))
        self._note("a secret of an OAuth client ends with the client", "yes", newer.same_ends(items))

    # Keys

    def _look_at_keys(self) -> None:
        own = self._client.read("read the own key pair", "/api_credentials")
        self._note("key ids are told without their prefix", "yes", "no" if "-" in str(own.get("api_id", "")) else "yes")
        self._note("revocation_ts of a key that is not revoked", "absent", _presence(own, "revocation_ts"))
        without = next(
            (item for item in self._accounts if not item.get("api_credentials") and item.get("user_id")), None
        )
        if without is None:
            self._note("key pair of an account without one", "404", "nothing to see")
            return
        answer = self._raw(f"/api_credentials/user_id/{segment(str(without['user_id']))}")
        self._note("key pair of an account without one", "404", "404" if answer.status == 404 else "empty")

    # Admin XML API

    def _look_at_xml(self) -> None:
        try:
            answer = self._xml_transport.call("POST", "/api/3.0/getuserlist.do", effect=Effect.READ, form={})
            document = self._xml.call("list", "getuserlist", "userlist", Effect.READ, {})
        except VeracodeError:
            self._note("the Admin XML API answers", "yes", "no")
            return
        self._note("the Admin XML API answers", "yes", "yes")
        self._note(
            "it encodes special characters of attributes",
            "yes",
            "yes" if b"&#x40;" in answer.body else "no" if b"@" in answer.body else "nothing to see",
        )
        users = document.child("users")
        listed = (users.get("usernames") if users else None) or ""
        self._note(
            "its lists have a blank after each comma",
            "no",
            "nothing to see" if "," not in listed else "yes" if re.search(r", \S", listed) else "no",
        )
        names = [name.strip() for name in listed.split(",") if name.strip()]
        hidden = {_folded(item, "user_name") for item in self._inactive}
        seen = {name.casefold() for name in names}
        self._note(
            "it lists inactive accounts", "yes", "nothing to see" if not hidden else "yes" if hidden & seen else "no"
        )
        infos = [self._user_info(name) for name in self._people()]
        self._note("it tells titles", "no", "yes" if any(info.get("title") for info in infos) else "nothing to see")
        booleans = {str(info.get("login_enabled")) for info in infos} - {"None"}
        self._note(
            "its booleans", "lower", _first("title" if each in ("True", "False") else "lower" for each in booleans)
        )
        newer = any("Team Admin" in str(info.get("roles")) for info in infos)
        admins = any("teamAdmin" in _roles(item) for item in self._accounts)
        self._note(
            "it shows roles that it does not document",
            "yes",
            ("yes" if newer else "no") if admins else "nothing to see",
        )
        self._note("a SAML user can be selected by username", "yes", self._saml_by_username())
        self._note("its filters match whole values only", "yes", self._xml_filter())
        answer = self._xml_transport.call(
            "POST", "/api/3.0/getuserlist.do", effect=Effect.READ, form={"not_a_parameter": "x"}
        )
        self._note("it ignores parameters that it does not know", "yes", "no" if b"<error" in answer.body else "yes")
        answer = self._xml_transport.call(
            "POST", "/api/3.0/getuserinfo.do", effect=Effect.READ, form={"username": "nobody@probe.invalid"}
        )
        told = answer.status == 200 and b"<error" in answer.body
        self._note("it tells of an unknown user by an error document with status 200", "yes", "yes" if told else "no")
        self._note("team listings encode usernames twice", "yes", self._double_encoding())

    def _people(self) -> list[str]:
        return [str(item["user_name"]) for item in self._accounts if not _is_api(item) and not item.get("saml_user")][
            : self._most
        ]

    def _user_info(self, name: str) -> Item:
        document = self._xml.call("read", "getuserinfo", "userinfo", Effect.READ, {"username": name})
        login = document.child("login_account")
        keys = ("title", "login_enabled", "roles")
        return {key: login.get(key) for key in keys} if login is not None else {}

    def _saml_by_username(self) -> str:
        saml = next((item for item in self._accounts if item.get("saml_user")), None)
        if saml is None:
            return "nothing to see"
        return self._answers(lambda: self._user_info(str(saml["user_name"])))

    def _xml_filter(self) -> str:
        address = next((str(item["email_address"]) for item in self._accounts if not _is_api(item)), None)
        if address is None:
            return "nothing to see"
        document = self._xml.call("list", "getuserlist", "userlist", Effect.READ, {"email_address": address[:-1]})
        users = document.child("users")
        return "no" if users is not None and users.get("usernames") else "yes"

    def _double_encoding(self) -> str:
        teams = list(self._xml.call("list", "getteamlist", "teamlist", Effect.READ, {}).children("team"))
        for team in teams[: self._most]:
            form = {"team_id": str(team.get("team_id")), "include_users": "yes"}
            document = self._xml.call("read", "getteaminfo", "teaminfo", Effect.READ, form)
            for user in document.children("user"):
                name = user.get("username") or ""
                if "@" in name or "&#" in name:
                    return "yes" if "&#" in name else "no"
        return "nothing to see"

    @staticmethod
    def _answers(work: Callable[[], Any]) -> str:
        try:
            work()
        except ApiError:
            return "no"
        return "yes"


def _carried(items: list[Item], keys: tuple[str, ...]) -> str:
    if not items:
        return "nothing to see"
    return "yes" if any(all(key in item for key in keys) for item in items) else "no"


def _named(items: list[Item], name: str) -> bool:
    return any(str(item.get("user_name")).casefold() == name.casefold() for item in items)


def _folded(item: Item, key: str) -> str:
    return str(item.get(key) or "").casefold()


def _is_api(item: Item) -> bool:
    names = {each.get("permission_name") for each in item.get("permissions") or [] if isinstance(each, dict)}
    return item.get("account_type") == "API" or "apiUser" in names


def _roles(item: Item) -> set[str]:
    return {str(role.get("role_name")) for role in item.get("roles") or [] if isinstance(role, dict)}


def _manages(item: Item) -> bool:
    relations = [team.get("relationship") for team in item.get("teams") or [] if isinstance(team, dict)]
    return any((each.get("name") if isinstance(each, dict) else each) == "ADMIN" for each in relations)


def _leftover(item: Item) -> bool:
    roles = _roles(item)
    scans = {role for role in roles if "submit" in role and role not in ("extsubmitter", "submitterapi")}
    return bool(scans) and not roles & {"extcreator", "extseclead", "extsubmitter", "uploadapi", "submitterapi"}


def _relationship(team: Item) -> str | None:
    if "relationship" not in team:
        return None
    return "object" if isinstance(team["relationship"], dict) else "string"


def _presence(item: Item, key: str) -> str:
    return (
        "absent"
        if key not in item
        else "null"
        if item[key] is None
        else "empty"
        if item[key] == ""
        else "nothing to see"
    )


def _unset(items: list[Item]) -> str:
    forms = {_presence(item, key) for item in items for key in ("phone", "custom_one", "custom_two", "custom_five")}
    forms.discard("nothing to see")
    return _first(sorted(forms))


def _time_form(value: Any) -> str | None:
    if isinstance(value, int):
        return "number"
    if not isinstance(value, str) or not value:
        return None
    return "zulu" if value.endswith("Z") else "text" if value.endswith("UTC") else "offset"


def _first(values: Iterable[str | None]) -> str:
    found = sorted({value for value in values if value is not None})
    return " and ".join(found) if found else "nothing to see"

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task may want of an account, and which positions of the server's switches make which of it impossible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulator.control import Emulator

TED = "tmonarch@example.com"
BUILD = "build-upload"
BOTH = ("rest", "xml")
REST = ("rest",)
XML = ("xml",)


@dataclass(frozen=True)
class Scenario:
    """One task.

    :param apis: by which it is run.
    :param stops: switch=position to a pattern of the error that explains why this cannot be there; with a prefix
        `rest:` or `xml:` for one API only.
    :param before: makes the organization as the task finds it.
    """

    name: str
    options: Mapping[str, Any]
    kind: str = "user"
    apis: tuple[str, ...] = BOTH
    stops: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[Emulator], object] | None = None

    def stops_at(self, positions: Mapping[str, str], api: str) -> list[str]:
        """Return the patterns of the errors that are possible with these positions."""
        found = []
        for condition, pattern in self.all_stops.items():
            where, _colon, switch = condition.rpartition(":")
            name, _equals, position = switch.partition("=")
            if where in ("", api) and positions.get(name) == position:
                found.append(pattern)
        return found

    @property
    def all_stops(self) -> dict[str, str]:
        """The scenario's own stops and those of what it does."""
        stops = {
            "xml:xml_api=off": "turns the Admin XML API off",
            "xml:xml_api=off_403": "turns the Admin XML API off",
            **self.stops,
        }
        options = self.options
        if options.get("is_saml_user"):
            stops["saml_subscription=no"] = "SAML is not enabled"
        if any("elearning" in option for option in options):
            stops["elearning_subscription=no"] = "eLearning subscription"
            stops["prefer_idp_data=all"] = "prefers the data of its identity provider"
        return stops

    def __str__(self) -> str:
        return self.name


IDP = {"prefer_idp_data=all": "prefers the data of its identity provider"}
SAML_IDP = {**IDP, "prefer_idp_data=saml": "prefers the data of its identity provider"}
BY_CUSTOM_ID = {"xml:xml_saml_by_username=refused": "give custom_id, and omit username"}
CLEARS = {
    **IDP,
    "xml:xml_empty=ignored": "cannot clear",
    "xml:xml_empty=error": "does not take an empty value",
}
NEW = {"username": "new@example.com", "first_name": "New", "last_name": "Person"}
SVC = {"username": "svc", "first_name": "S", "last_name": "V", "email_address": "svc@example.com"}
SAML = {
    "custom_id": "EX\\new",
    "email_address": "new@example.com",
    "first_name": "New",
    "last_name": "Person",
    "is_saml_user": True,
    "roles": ["Executive"],
}


def _ted(**fields: Any) -> Callable[[Emulator], object]:
    return lambda emulator: emulator.change("user", TED, **fields)


FULL = _ted(phone="9", custom_one="x", custom_three="z", allowed_ip_addresses=["74.0.0.1"], ip_restricted=True)


def _creations() -> list[Scenario]:
    def one(name: str, apis: tuple[str, ...] = BOTH, stops: Mapping[str, str] | None = None, **more: Any) -> Scenario:
        return Scenario(f"create {name}", {**NEW, **more}, apis=apis, stops=stops or {})

    # In the XML API what createuser.do does not take is a second call, which is an update.
    two_calls = {"xml:prefer_idp_data=all": "was created, but not everything is set yet"}
    return [
        one("with a role that scans", roles=["Creator"], teams=["Demo Team"]),
        one("with a narrow scan permission", roles=["Creator", "Static Scan"], teams=["Demo Team"]),
        one("without a team", roles=["Executive"]),
        one("without a team, with a scan", roles=["Security Lead"]),
        one(
            "with everything",
            stops=two_calls,
            roles=["Security Lead", "Submitter"],
            teams=["Demo Team", "Engineering"],
            phone="1",
            title="Boss",
            custom_one="1",
            custom_five="5",
            allowed_ip_addresses=["74.0.0.[0-99]", "74.1.1.*"],
            login_enabled=False,
            requires_token=True,
        ),
        one("inactive", REST, roles=["Executive"], active=False),
        one("as team admin", REST, roles=["Team Admin"], managed_teams=["Demo Team", "Engineering"]),
        one("with a custom role", REST, roles=["Custom Reporter"]),
        one(
            "with eLearning",
            XML,
            roles=["eLearning"],
            teams=["Demo Team"],
            elearning_track="eLearning",
            elearning_curriculum="Beginner Curriculum",
            elearning_manager="Mary Doe",
            is_elearning_manager=True,
            keep_elearning_active=True,
        ),
        Scenario("create by address", {key: value for key, value in SAML.items() if "saml" not in key and key != "custom_id"}),
        Scenario("create SAML", SAML),
        Scenario("create SAML with its username", {**SAML, "username": "new@example.com"}),
        Scenario(
            "create SAML with another username",
            {**SAML, "username": "subject"},
            apis=REST,
        ),
        Scenario(
            "create with another username",
            {**NEW, "username": "nick", "email_address": "nick@example.com", "roles": ["Executive"]},
            apis=REST,
            stops={"human_name_is_address=yes": "omit username"},
        ),
        Scenario(
            "create a deleted name again",
            {**NEW, "username": TED, "roles": ["Executive"]},
            before=lambda emulator: emulator.remove("user", TED),
            stops={"reuse_deleted_name=refused": "a deleted one, whose name is not always given back"},
        ),
    ]  # fmt: skip


def _updates() -> list[Scenario]:
    def ted(name: str, apis: tuple[str, ...] = BOTH, stops: Mapping[str, str] | None = None, **more: Any) -> Scenario:
        return Scenario(name, {"username": TED, **more}, apis=apis, stops=IDP if stops is None else stops)

    def clear(name: str, **more: Any) -> Scenario:
        return Scenario(name, {"username": TED, **more}, stops=CLEARS, before=FULL)

    return [
        ted("names", first_name="Theo", last_name="Mon"),
        Scenario("phone, by another case", {"username": "TMonarch@Example.com", "phone": "1"}, stops=IDP),
        ted("custom fields", custom_one="1", custom_two="2", custom_three="3", custom_four="4", custom_five="5"),
        clear("clear phone", phone=""),
        clear("clear custom fields", custom_one="", custom_two="", custom_three=""),
        Scenario("clear addresses", {"username": TED, "allowed_ip_addresses": []}, stops=IDP, before=FULL),
        Scenario("unrestrict", {"username": TED, "has_ip_restrictions": False}, stops=IDP, before=FULL),
        Scenario("change addresses", {"username": TED, "allowed_ip_addresses": ["74.0.0.2"]}, stops=IDP, before=FULL),
        ted("set addresses", allowed_ip_addresses=["74.0.0.2", "74.0.0.[5-9]"]),
        ted("title", stops={}, title="Boss"),
        ted("roles", roles=["Reviewer"]),
        ted("roles by short name", roles=["extreviewer", "Security Lead"]),
        ted("roles in another order", stops={}, roles=["Submitter", "eLearning", "Creator"]),
        ted("roles add", roles=["Reviewer", "Security Lead"], roles_mode="add"),
        ted("roles remove", roles=["Creator"], roles_mode="remove"),
        ted("roles remove all that scan", roles=["Creator", "Submitter"], roles_mode="remove"),
        ted("roles that need no more scan", roles=["eLearning"]),
        Scenario(
            "roles add one that scans",
            {"username": "wbuckeye@example.com", "roles": ["Creator"], "roles_mode": "add"},
            stops=IDP,
        ),
        ted("narrow the scan permission", roles=["Creator", "eLearning", "Static Scan"]),
        ted("two scan permissions", roles=["Creator", "Any Scan", "Static Scan"]),
        ted("add a scan permission", roles=["Static Scan"], roles_mode="add"),
        ted("roles only REST knows", REST, roles=["Reviewer", "Workspace Editor"]),
        ted(
            "administrator",
            stops={**IDP, "grant_administrator=refused": r"Administrator"},
            roles=["Administrator"],
            roles_mode="add",
        ),
        ted("teams", teams=["Engineering", "Release Team"]),
        ted("teams add", teams=["Engineering"], teams_mode="add"),
        Scenario(
            "teams remove",
            {"username": TED, "teams": ["Demo Team", "Quality Team"], "teams_mode": "remove"},
            stops=IDP,
            before=_ted(teams=["Demo Team", "Engineering"]),
        ),
        Scenario("teams clear", {"username": "sviceroy@example.com", "teams": []}, stops=CLEARS),
        Scenario("manage more", {"username": "lpieris@example.com", "managed_teams": ["Demo Team", "Engineering"]}, apis=REST, stops=IDP),
        Scenario("manage another", {"username": "lpieris@example.com", "managed_teams": ["Engineering"]}, apis=REST, stops=IDP),
        Scenario("keep managing", {"username": "lpieris@example.com", "teams": ["Demo Team", "Engineering"]}, apis=REST, stops=IDP),
        Scenario("manage none", {"username": "lpieris@example.com", "managed_teams": [], "roles": ["Reviewer"]}, apis=REST, stops=IDP),
        Scenario("a team admin's phone", {"username": "lpieris@example.com", "phone": "1"}, stops=IDP),
        ted("no login", login_enabled=False),
        Scenario("login", {"username": TED, "login_enabled": True}, stops=IDP, before=_ted(login_enabled=False)),
        ted("inactive", REST, active=False),
        Scenario("active", {"username": "wbuckeye@example.com", "active": True}, apis=REST, stops=IDP),
        Scenario("update an inactive one", {"username": "wbuckeye@example.com", "phone": "1"}, stops=IDP),
        ted("token", requires_token=True),
        Scenario("no token", {"username": TED, "requires_token": False}, stops=IDP, before=_ted(pin_required=True)),
        ted("eLearning", XML, elearning_track="eLearning", elearning_manager="Mary Doe", is_elearning_manager=True),
        Scenario("clear eLearning", {"username": TED, "elearning_track": ""}, apis=XML, stops=CLEARS, before=_ted(elearning_track="eLearning")),
    ]  # fmt: skip


def _names() -> list[Scenario]:
    by_new_name = "the server keeps usernames"
    return [
        Scenario("SAML phone", {"custom_id": "EX\\msaml", "phone": "5"}, stops=SAML_IDP),
        Scenario("SAML phone by username", {"username": "msaml@example.com", "phone": "5"}, stops={**SAML_IDP, **BY_CUSTOM_ID}),
        Scenario("SAML conversion", {"username": TED, "custom_id": "EX\\t", "is_saml_user": True}, stops=IDP),
        Scenario(
            "SAML conversion with the custom_id it has",
            {"username": TED, "is_saml_user": True},
            stops={**IDP, **BY_CUSTOM_ID},
            before=_ted(saml_subject="EX\\t"),
        ),
        Scenario("new custom_id", {"custom_id": "EX\\msaml", "new_custom_id": "EX\\m2"}, stops=SAML_IDP),
        Scenario("new custom_id by username", {"username": "msaml@example.com", "custom_id": "EX\\m2"}, stops={**SAML_IDP, **BY_CUSTOM_ID}),
        Scenario(
            "an inactive SAML account",
            {"custom_id": "EX\\msaml", "phone": "5"},
            stops=SAML_IDP,
            before=lambda emulator: emulator.change("user", "msaml@example.com", active=False),
        ),
        Scenario("rename", {"username": "ted.m@example.com", "previously": [TED]}, stops=IDP),
        Scenario(
            "rename with more",
            {"username": "ted.m@example.com", "previously": ["x@example.com", TED], "last_name": "King"},
            stops=IDP,
        ),
        Scenario("new address", {"username": TED, "email_address": "ted.m@example.com"}, stops=IDP),
        Scenario("new address to confirm", {"username": TED, "email_address": "ted.m@example.com", "verify_email": True}, apis=REST, stops=IDP),
        Scenario(
            "rename to what is no address",
            {"username": "ted", "previously": [TED]},
            apis=REST,
            stops={**IDP, "put_user_name=ignored": by_new_name, "put_user_name=refused": "does not let this username be changed"},
        ),
        Scenario("disable", {"username": TED, "state": "disabled"}, stops=IDP),
        Scenario("disable nobody", {"username": "none@example.com", "state": "disabled"}),
        Scenario("delete", {"username": TED, "state": "absent"}),
        Scenario("delete nobody", {"username": "none@example.com", "state": "absent"}),
        Scenario("delete a SAML user", {"custom_id": "EX\\msaml", "state": "absent"}),
        Scenario("delete again", {"username": TED, "state": "absent"}, before=lambda emulator: emulator.remove("user", TED)),
    ]  # fmt: skip


def _service_accounts() -> list[Scenario]:
    def one(name: str, options: Mapping[str, Any], stops: Mapping[str, str] | None = None) -> Scenario:
        return Scenario(f"service account: {name}", options, kind="api_user", apis=REST, stops=stops or {})

    has_team = {**SVC, "teams": ["Demo Team"]}
    shares = {"api_shared_address=no": "the name is taken"}
    return [
        one("create", {**has_team, "roles": ["Results API"]}),
        one("create to scan", {**has_team, "roles": ["Upload and Scan API", "Results API"]}),
        one("create unrestricted", {**SVC, "roles": ["Results API"], "unrestricted": True}),
        one("create with keys", {**has_team, "roles": ["Results API"], "credentials": "on_create", "return_secret": True}),
        one("create with more", {**has_team, "roles": ["Results API"], "title": "t", "custom_one": "1", "phone": "3",
                                 "allowed_ip_addresses": ["74.0.0.1"]}),
        one("share an address", {**has_team, "roles": ["Results API"], "email_address": "build@example.com"}, shares),
        one("update", {"username": BUILD, "phone": "4", "custom_one": "1", "first_name": "Bu"}, IDP),
        one("roles", {"username": BUILD, "roles": ["Results API"]}, IDP),
        one("scan roles", {"username": BUILD, "roles": ["submitterapi", "apisubmitstaticscan"]}, IDP),
        one("teams", {"username": BUILD, "teams": ["Demo Team", "Engineering"]}, IDP),
        one("no team", {"username": BUILD, "teams": [], "unrestricted": True},
            IDP),
        one("disable", {"username": BUILD, "state": "disabled"}, IDP),
        one("delete", {"username": BUILD, "state": "absent"}),
        one("rename", {"username": "build2", "previously": [BUILD], "email_address": "build2@example.com"},
            {**IDP, "put_user_name=ignored": "the server keeps usernames", "put_user_name=refused": "the server keeps usernames"}),
        one("new address", {"username": BUILD, "email_address": "build2@example.com"}, IDP),
    ]  # fmt: skip


SCENARIOS: tuple[Scenario, ...] = (*_creations(), *_updates(), *_names(), *_service_accounts())

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Admin XML API, from the documented examples and parameter tables."""

from __future__ import annotations

import html
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest

from tests.emulator.control import Emulator
from tests.emulator_tests.client import Client, Document, role_names

TED = "tmonarch@example.com"
REGINA = {
    "first_name": "Regina",
    "last_name": "Monarch",
    "email_address": "rmonarch@example.com",
    "teams": "Demo Team",
    "roles": "Creator,Submitter,eLearning",
}


# --- documented examples ---------------------------------------------------------------------------------------------


def test_regina_monarch(client: Client) -> None:
    document = client.xml("createuser", **REGINA)
    assert (document.name, document.root.get("username")) == ("userinfo", "rmonarch@example.com")
    assert document.account == {
        "first_name": "Regina",
        "last_name": "Monarch",
        "login_account_type": "user",
        "email_address": "rmonarch@example.com",
        "login_enabled": "true",
        "requires_token": "false",
        "teams": "Demo Team",
        "roles": "Creator,eLearning,Submitter,Any Scan",
        "is_elearning_manager": "false",
        "elearning_manager": "No Manager",
        "elearning_track": "No Track Assigned",
        "elearning_curriculum": "No Curriculum Assigned",
        "keep_elearning_active": "false",
    }


def test_ted_monarchs_phone(client: Client) -> None:
    account = client.xml("updateuser", username=TED, phone="111-222-3333").account
    assert account["phone"] == "111-222-3333"
    assert (account["teams"], account["roles"]) == ("Demo Team", "Creator,eLearning,Submitter,Any Scan")
    assert client.xml("getuserinfo", username=TED).account == account


@pytest.mark.parametrize(
    ("first", "last", "roles", "teams", "expected"),
    [
        ("Wayne", "Shorter", "Security Lead", "Release Team", "Security Lead,Any Scan"),
        ("Tony", "Williams", "Creator,Submitter", "Demo Team", "Creator,Submitter,Any Scan"),
        ("Carla", "Bley", "Security Insights", None, "Security Insights"),
    ],
)
def test_wrapper_examples(client: Client, first: str, last: str, roles: str, teams: str | None, expected: str) -> None:
    form = {"first_name": first, "last_name": last, "email_address": f"{first.lower()}@example.com", "roles": roles}
    account = client.xml("createuser", **form, **({"teams": teams} if teams else {})).account
    assert (account["roles"], account["teams"]) == (expected, teams or "")


def test_delete(client: Client) -> None:
    document = client.xml("deleteuser", username=TED)
    assert (document.name, document.root.get("username")) == ("deleteuserresult", TED)
    assert [one.text for one in document.root] == ["success"]
    assert document.root.nsmap[None] == "https://analysiscenter.veracode.com/schema/deleteuserresult"
    assert client.xml("getuserinfo", username=TED).error
    assert client.get(f"/users/{client.user_id(TED)}").status == 404


# --- transport -------------------------------------------------------------------------------------------------------


def test_get_post_and_multipart(client: Client) -> None:
    query = urlencode({"username": TED, "phone": "1 2"}, quote_via=quote)
    assert Document(client.raw("GET", f"/api/3.0/updateuser.do?{query}")).account["phone"] == "1 2"
    assert client.xml("updateuser", username=TED, phone="2 3").account["phone"] == "2 3"
    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = (part.format("username", TED) + part.format("phone", "4") + "--b--\r\n").encode()
    reply = client.raw("POST", "/api/3.0/updateuser.do", body, {"Content-Type": "multipart/form-data; boundary=b"})
    assert Document(reply).account["phone"] == "4"


def test_attributes_are_entity_encoded(client: Client) -> None:
    text = client.xml_reply("getuserinfo", username=TED).body.decode()
    assert 'username="tmonarch&#x40;example.com"' in text
    assert 'xmlns="https&#x3a;&#x2f;&#x2f;analysiscenter.veracode.com&#x2f;schema&#x2f;userinfo&#x2f;3.0"' in text
    assert 'roles="Creator,eLearning,Submitter,Any Scan"' in text


def test_unicode_and_markup_survive(client: Client) -> None:
    name = 'O\'Shé & <Söhne> "日本" 😀'
    assert client.xml("updateuser", username=TED, last_name=name).account["last_name"] == name
    assert client.user(TED)["last_name"] == name


def test_gzip_where_it_is_offered(client: Client) -> None:
    target = f"/api/3.0/getuserinfo.do?username={quote(TED)}"
    assert client.raw("GET", target, None, {"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.raw("GET", target, None, {"Accept-Encoding": "identity"}).headers


def test_refusals_are_error_documents_with_200(client: Client) -> None:
    reply = client.xml_reply("getuserinfo", username="nobody@example.com")
    assert reply.status == 200
    assert Document(reply).error == "Could not find a user for username=nobody@example.com"
    assert Document(reply).root.nsmap == {}
    assert client.raw("POST", "/api/3.0/nonsense.do").status == 404


# --- createuser ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["first_name", "last_name", "email_address", "roles"])
def test_required_parameters(client: Client, missing: str) -> None:
    form = {name: value for name, value in REGINA.items() if name != missing}
    assert client.xml("createuser", **form).error == f"No {missing} parameter specified"


@pytest.mark.parametrize(
    "change",
    [
        {"roles": "creator"},
        {"roles": "Results API"},
        {"roles": "Team Admin"},
        {"roles": "Custom Reporter"},
        {"roles": "Reviewer,Any Scan"},
        {"roles": "Delete Scans"},
        {"roles": "Creator", "teams": ""},
        {"teams": "demo team"},
        {"is_saml_user": "True"},
        {"login_enabled": "maybe"},
        {"email_address": TED},
    ],
)
def test_refused_creations(client: Client, change: dict[str, str]) -> None:
    assert client.xml("createuser", **{**REGINA, **change}).error
    assert client.emulator.user("rmonarch@example.com") is None


def test_booleans_in_any_case(client: Client) -> None:
    account = client.xml("createuser", **REGINA, login_enabled="False", requires_token="True").account
    assert (account["login_enabled"], account["requires_token"]) == ("false", "true")


def test_title_is_written_on_creation_only(client: Client) -> None:
    assert "title" not in client.xml("createuser", **REGINA, title="Boss").account
    client.xml("updateuser", username="rmonarch@example.com", title="Chief")
    raw = client.emulator.user("rmonarch@example.com")
    assert raw is not None
    assert raw["title"] == "Boss"


def test_update_fields_are_dropped_on_creation(client: Client) -> None:
    client.xml(
        "createuser",
        **REGINA,
        custom_one="x",
        has_ip_restrictions="true",
        allowed_ip_addresses="74.0.0.1",
        is_elearning_manager="true",
    )
    raw = client.emulator.user("rmonarch@example.com")
    assert raw is not None
    assert (raw["custom_one"], raw["ip_restricted"], raw["allowed_ip_addresses"], raw["is_elearning_manager"]) == (
        None,
        False,
        [],
        False,
    )


def test_created_in_xml_read_in_rest(client: Client) -> None:
    client.xml("createuser", **REGINA, phone="7")
    user = client.user("rmonarch@example.com")
    assert role_names(user) == {"extcreator", "extsubmitter", "extelearn", "extsubmitanyscan"}
    assert (user["active"], user["phone"]) == (True, "7")


def test_saml_person(client: Client) -> None:
    form = {**REGINA, "is_saml_user": "True", "custom_id": "EX\\regina"}
    account = client.xml("createuser", **form).account
    assert (account["is_saml_user"], account["custom_id"]) == ("true", "EX\\regina")
    assert client.xml("getuserinfo", custom_id="EX\\regina").root.get("username") == "rmonarch@example.com"


# --- updateuser ------------------------------------------------------------------------------------------------------


def test_what_is_not_sent_stays(client: Client) -> None:
    before = client.xml("getuserinfo", username=TED).account
    assert client.xml("updateuser", username=TED).account == before


def test_address_moves_the_user_name(client: Client) -> None:
    assert (
        client.xml("updateuser", username=TED, email_address="ted@example.com").root.get("username")
        == "ted@example.com"
    )
    assert client.xml("getuserinfo", username=TED).error


def test_roles_replace_and_any_scan_comes_and_goes(client: Client) -> None:
    assert client.xml("updateuser", username=TED, roles="Reviewer").account["roles"] == "Reviewer"
    assert (
        client.xml("updateuser", username=TED, roles="Creator, Static Scan").account["roles"] == "Creator,Static Scan"
    )
    assert client.xml("updateuser", username=TED, roles="Creator").account["roles"] == "Creator,Any Scan"


def test_teams_replace(client: Client) -> None:
    assert (
        client.xml("updateuser", username=TED, teams="Release Team,Engineering").account["teams"]
        == "Engineering,Release Team"
    )
    assert client.xml("updateuser", username=TED, teams="").error, "Creator needs a team"


def test_ip_restrictions(client: Client) -> None:
    assert client.xml("updateuser", username=TED, allowed_ip_addresses="74.0.0.1").error
    account = client.xml(
        "updateuser", username=TED, has_ip_restrictions="True", allowed_ip_addresses="74.0.0.1,74.0.1.[0-9]"
    ).account
    assert account["allowed_ip_addresses"] == "74.0.0.1,74.0.1.[0-9]"
    assert "has_ip_restrictions" not in account
    assert "allowed_ip_addresses" not in client.xml("updateuser", username=TED, has_ip_restrictions="False").account


def test_saml_conversion(client: Client) -> None:
    assert client.xml("updateuser", username=TED, is_saml_user="True").error
    account = client.xml("updateuser", username=TED, is_saml_user="True", custom_id="EX\\ted").account
    assert (account["is_saml_user"], account["custom_id"]) == ("true", "EX\\ted")
    assert client.xml("updateuser", custom_id="EX\\ted", is_saml_user="False").error
    assert client.xml("updateuser", custom_id="EX\\ted", new_custom_id="EX\\t2").account["custom_id"] == "EX\\t2"


def test_elearning(client: Client) -> None:
    form = {
        "elearning_manager": "Mary Doe",
        "elearning_track": "eLearning",
        "elearning_curriculum": "Beginner Curriculum",
        "keep_elearning_active": "True",
    }
    account = client.xml("updateuser", username=TED, **form).account
    assert {name: account[name] for name in form} == {**form, "keep_elearning_active": "true"}
    assert client.xml("updateuser", username=TED, elearning_track="Nonsense").error
    assert client.xml("updateuser", username=TED, elearning_manager="Saiya Viceroy").error
    assert client.xml("updateuser", username="sviceroy@example.com", elearning_track="eLearning").error, (
        "no eLearning role"
    )
    client.emulator.switch(elearning_subscription=False)
    assert client.xml("updateuser", username=TED, elearning_track="eLearning").error


def test_custom_fields(client: Client) -> None:
    assert client.xml("updateuser", username=TED, custom_five="x").account["custom_five"] == "x"
    assert "custom_five" not in client.xml("updateuser", username=TED, custom_five="").account


def test_service_accounts_are_not_for_these_calls(client: Client) -> None:
    assert client.xml("updateuser", username="build-upload", phone="1").error
    assert client.xml("deleteuser", username="build-upload").error
    assert client.xml("getuserinfo", username="build-upload").account["login_account_type"] == "api"


# --- getuserlist -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"last_name": "Monarch"}, {TED}),
        ({"login_account_type": "api"}, {"admin-api", "build-upload", "keyless-api", "restricted-api"}),
        ({"teams": "Demo Team", "roles": "Creator,Submitter"}, {TED}),
        ({"teams": "Demo Team,Release Team"}, set()),
        ({"is_saml_user": "True"}, {"msaml@example.com"}),
        ({"custom_id": "EX\\msaml"}, {"msaml@example.com"}),
        ({"is_elearning_manager": "true"}, {"mdoe@example.com"}),
        ({"email_address": "monarch"}, set()),
    ],
)
def test_user_list(client: Client, filters: dict[str, str], expected: set[str]) -> None:
    document = client.xml("getuserlist", **filters)
    assert {name for name in document.all("users")[0]["usernames"].split(",") if name} == expected
    assert document.all("filters") == [filters]


# --- teams and the rest ----------------------------------------------------------------------------------------------


def test_teams(client: Client) -> None:
    document = client.xml("createteam", team_name="New Team", members=f"{TED},lpieris@example.com")
    team_id = document.root.get("team_id")
    assert document.all("users")[0]["usernames"] == "lpieris@example.com,tmonarch@example.com"
    assert document.root.get("teaminfo_version") == "3.1"
    assert client.xml("createteam", team_name="New Team").error
    assert client.xml("updateteam", team_id=team_id, team_name="Newer", members=TED).all("users")[0]["usernames"] == TED
    assert {team["team_name"] for team in client.xml("getteamlist").all("team")} >= {"Newer", "Demo Team"}
    assert client.xml("deleteteam", team_id=team_id).name == "deleteteamresult"
    assert client.xml("getteaminfo", team_id=team_id).error
    assert client.xml("deleteteam", team_id="144659").error, "it has applications"


def test_team_info_encodes_user_names_twice(client: Client) -> None:
    document = client.xml("getteaminfo", team_id="144659", include_users="yes", include_applications="Yes")
    ted = next(user for user in document.all("user") if user["first_name"] == "Ted")
    assert ted["username"] == "tmonarch&#x40;example.com"
    assert html.unescape(ted["username"]) == ted["email_address"]
    assert [one["assessment_type"] for one in document.all("application")] == ["SDLC", "SDLC"]
    assert client.xml("getteaminfo", team_id="144659").all("user") == []


def test_learning_and_maintenance(client: Client, caller: Callable[[str], Client]) -> None:
    assert client.xml("gettracklist").all("tracks") == [{"track_names": "eLearning,eLearning Awareness"}]
    assert client.xml("getcurriculumlist").all("curriculums") == [{"curriculum_names": "Beginner Curriculum"}]
    assert caller("aswallowtail@example.com").xml("gettracklist").error == "Access denied."
    assert caller("build-upload").xml("getmaintenancescheduleinfo").name == "maintenancescheduleinfo"


# --- callers ---------------------------------------------------------------------------------------------------------


def test_callers(caller: Callable[[str], Client]) -> None:
    assert caller("build-upload").xml("getuserlist").error == "Access denied."
    assert caller("aswallowtail@example.com").xml("createuser", **REGINA).account
    restricted = caller("restricted-api")
    assert "Release Team" in str(
        restricted.xml("createuser", **{**REGINA, "email_address": "x@example.com", "teams": "Release Team"}).error
    )


def test_log_knows_reads_from_writes(client: Client, emulator: Emulator) -> None:
    client.xml("getuserinfo", username=TED)
    client.xml("updateuser", username=TED, phone="secret-looking-value")
    read, write = emulator.log()
    assert (read["call"], read["writes"], write["call"], write["writes"]) == ("getuserinfo", False, "updateuser", True)
    assert write["parameters"] == ["phone", "username"]
    assert "secret-looking-value" not in str(emulator.log())

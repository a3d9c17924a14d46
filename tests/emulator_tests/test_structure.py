# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key pairs, teams, business units, roles, permissions and provisioning defaults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.control import Emulator
from tests.emulator_tests.client import Client, person, roles

TED, LI, UNKNOWN = "tmonarch@example.com", "lpieris@example.com", "00000000-0000-4000-8000-000000000000"


def raw_team(emulator: Emulator, name: str) -> dict[str, Any]:
    found = emulator.team(name)
    if found is None:
        raise LookupError(name)
    return found


# --- key pairs -------------------------------------------------------------------------------------------------------


def test_own_key(client: Client) -> None:
    body = client.get("/api_credentials").json
    assert body["api_id"] == client.api_id
    assert body["expiration_ts"].endswith("Z")
    assert "api_secret" not in body


def test_generate_shows_the_secret_once(client: Client) -> None:
    path = f"/api_credentials/user_id/{client.user_id('keyless-api')}"
    assert client.get(path).status == 404
    reply = client.post(path)
    assert reply.status == 201
    assert len(reply.json["api_secret"]) == 128
    assert client.get(path).json["api_id"] == reply.json["api_id"]
    assert "api_secret" not in client.get(path).json
    again = client.post(path).json
    assert again["api_id"] != reply.json["api_id"]
    assert client.get(path).json["api_id"] == again["api_id"], "one active pair"


def test_revoke_is_at_once(client: Client, caller: Callable[[str], Client]) -> None:
    other = caller("build-upload")
    path = f"/api_credentials/user_id/{client.user_id('build-upload')}"
    assert client.delete(path).status == 200
    assert other.get("/users/self").status == 401
    assert (client.get(path).status, client.delete(path).status) == (404, 404)


def test_leaked_id(client: Client, caller: Callable[[str], Client]) -> None:
    """Who owns this id, then revoke it."""
    other = caller("build-upload")
    assert client.get(f"/api_credentials/{other.api_id}").json["user_id"] == client.user_id("build-upload")
    assert client.get(f"/api_credentials/{other.api_id}", detail="true").json["org_id"]
    assert client.delete(f"/api_credentials/{other.api_id}").status == 200
    assert other.get("/users/self").status == 401
    assert client.get(f"/api_credentials/{other.api_id}").status == 404
    assert client.get(f"/api_credentials/{other.api_id}", expired="true").json["revocation_ts"]
    assert client.get(f"/api_credentials/{'0' * 32}").status == 404


def test_own_new_key(client: Client) -> None:
    made = client.post("/api_credentials").json
    new = Client(client.emulator, made["api_id"], made["api_secret"])
    assert new.get("/api_credentials").json["api_id"] == made["api_id"]
    assert client.get("/users/self").status == 200, "the old pair still works for a day"
    new.close()


def test_keys_of_others_need_an_administrator(caller: Callable[[str], Client]) -> None:
    plain = caller("build-upload")
    assert plain.post(f"/api_credentials/user_id/{plain.user_id('keyless-api')}").status == 403
    assert plain.get(f"/api_credentials/{plain.emulator.api_id}").status == 403
    assert plain.get(f"/api_credentials/{plain.api_id}").status == 200


def test_age_of_seeded_key(client: Client) -> None:
    body = client.get(f"/api_credentials/user_id/{client.user_id('build-upload')}").json
    assert body["created_ts"] < body["expiration_ts"]
    client.emulator.change("credentials", body["api_id"], expiration_ts=1)
    assert client.get(f"/api_credentials/user_id/{client.user_id('build-upload')}").status == 404


# --- teams -----------------------------------------------------------------------------------------------------------


def test_only_own_teams_without_the_option(client: Client, caller: Callable[[str], Client]) -> None:
    assert client.get("/teams").items == []
    assert len(client.get("/teams", all_for_org="true").items) == 4
    assert len(client.get("/teams", ignore_self_teams="true").items) == 4
    assert [team["team_name"] for team in caller(LI).get("/teams/self").items] == ["Demo Team"]


def test_team_name_filter_is_loose(client: Client) -> None:
    found = client.get("/teams", all_for_org="true", team_name="TEAM").items
    assert {team["team_name"] for team in found} == {"Demo Team", "Release Team", "Quality Team"}


def test_team_by_id(client: Client) -> None:
    team = client.get(f"/teams/{raw_team(client.emulator, 'Demo Team')['team_id']}").json
    relations = {user["user_name"]: user["relationship"] for user in team["users"]}
    assert relations[LI] == {"name": "ADMIN"}
    assert relations[TED] == {"name": "MEMBER"}
    assert team["business_unit"]["bu_name"] == "Not Specified"
    assert client.get(f"/teams/{UNKNOWN}").status == 404
    assert client.get("/teams/x").status == 400


def test_create_team(client: Client) -> None:
    users = [{"user_name": TED}, {"user_id": client.user_id(LI), "relationship": "ADMIN"}]
    reply = client.post("/teams", {"team_name": "New Team", "bu_name": "Example Unit", "users": users})
    assert reply.status == 201
    team = raw_team(client.emulator, "New Team")
    assert (team["users"], team["business_unit"]) == ({TED: "MEMBER", LI: "ADMIN"}, "Example Unit")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"team_name": ""},
        {"team_name": "x" * 257},
        {"team_name": "demo team"},
        {"team_name": "A", "bu_name": "nonsense"},
        {"team_name": "A", "users": [{"user_name": "nobody@example.com"}]},
        {"team_name": "A", "users": [{"user_name": TED, "relationship": "ADMIN"}]},
    ],
)
def test_refused_teams(client: Client, body: dict[str, object]) -> None:
    assert client.post("/teams", body).status == 400
    assert len(client.get("/teams", all_for_org="true").items) == 4


def test_members_are_replaced_unless_incremental(client: Client) -> None:
    team = raw_team(client.emulator, "Quality Team")
    path = f"/teams/{team['team_id']}"
    client.put(path, {"users": [{"user_name": TED}]}, partial="true", incremental="true")
    assert set(raw_team(client.emulator, "Quality Team")["users"]) > {TED}
    client.put(path, {"users": [{"user_name": LI, "relationship": "ADMIN"}]}, partial="true")
    assert raw_team(client.emulator, "Quality Team")["users"] == {LI: "ADMIN"}
    client.put(path, {"team_name": "Quality"}, partial="true")
    assert raw_team(client.emulator, "Quality")["users"] == {LI: "ADMIN"}
    assert raw_team(client.emulator, "Quality")["team_id"] == team["team_id"]
    client.put(path, {"team_name": "Quality"})
    assert raw_team(client.emulator, "Quality")["users"] == {}


def test_forty_members_in_one_put(client: Client) -> None:
    for number in range(40):
        client.emulator.add("user", user_name=f"m{number}@example.com", roles=["Executive"])
    users = [{"user_name": f"m{number}@example.com"} for number in range(40)]
    path = f"/teams/{raw_team(client.emulator, 'Release Team')['team_id']}"
    assert client.put(path, {"users": users}, partial="true", incremental="true").json["user_count"] == 42


def test_team_with_applications_stays(client: Client) -> None:
    assert "applications" in client.delete(f"/teams/{raw_team(client.emulator, 'Demo Team')['team_id']}").message
    team = raw_team(client.emulator, "Quality Team")
    assert client.delete(f"/teams/{team['team_id']}").status == 200
    assert client.emulator.team("Quality Team") is None
    raw = client.emulator.user("mdoe@example.com")
    assert raw is not None
    assert raw["teams"] == {}


# --- business units --------------------------------------------------------------------------------------------------


def test_business_units(client: Client) -> None:
    team = raw_team(client.emulator, "Release Team")
    made = client.post("/business_units", {"bu_name": "Five", "teams": [{"team_name": "Demo Team"}]})
    assert made.status == 201
    path = f"/business_units/{made.json['bu_id']}"
    client.put(path, {"teams": [{"team_id": team["team_id"]}]}, partial="true", incremental="true")
    assert {one["team_name"] for one in client.get(path).json["teams"]} == {"Demo Team", "Release Team"}
    client.put(path, {"bu_name": "Six", "teams": [{"team_id": team["team_id"]}]}, partial="true")
    assert client.get(path).json["bu_name"] == "Six"
    assert raw_team(client.emulator, "Demo Team")["business_unit"] == "Not Specified"
    assert client.delete(path).status == 400
    client.put(path, {"teams": []}, partial="true")
    assert client.delete(path).status == 200
    assert client.get(path).status == 404
    assert client.post("/business_units", {"bu_name": "example unit"}).status == 400
    paths = [f"/business_units/{unit['bu_id']}" for unit in client.get("/business_units").items]
    [default] = [path for path in paths if client.get(path).json["is_default"]]
    assert client.delete(default).status == 400


# --- roles and permissions -------------------------------------------------------------------------------------------


def test_roles_are_those_of_the_documentation(client: Client) -> None:
    listed = {role["role_name"]: role for role in client.get("/roles", size=200).items}
    for name, description in (
        ("extseclead", "Security Lead"),
        ("workSpaceAdmin", "Workspace Administrator"),
        ("customreporter", "Custom Reporter"),
    ):
        assert listed[name]["role_description"] == description
    assert listed["uploadapi"]["is_api"] is True
    assert listed["extsubmitanyscan"]["is_scan_type"] is True
    assert client.get("/roles/search", role_id=listed["extadmin"]["role_id"]).items[0]["role_name"] == "extadmin"
    names = {role["role_name"] for role in client.get("/roles", permission_name="submitScan", size=100).items}
    assert names == {"extcreator", "extseclead", "extsubmitter", "uploadapi", "submitterapi"}


def test_custom_roles(client: Client) -> None:
    body = {
        "role_name": "download",
        "role_description": "Download",
        "permissions": [{"permission_name": "viewReports"}],
    }
    made = client.post("/roles", body)
    assert made.status == 201
    path = f"/roles/{made.json['role_id']}"
    assert client.post("/users", person(roles=roles("download"))).status == 201
    assert client.delete(path).status == 400, "it is assigned"
    reply = client.put(
        path,
        {"permissions": [{"permission_name": "viewResults", "permission_types": ["Static"]}]},
        partial="true",
        incremental="true",
    )
    assert {one["permission_name"] for one in reply.json["permissions"]} == {"viewReports", "viewResults"}
    client.put(
        path, {"role_description": "Downloads", "permissions": [{"permission_name": "viewResults"}]}, partial="true"
    )
    role = client.get(path).json
    assert (role["role_description"], [one["permission_name"] for one in role["permissions"]]) == (
        "Downloads",
        ["viewResults"],
    )
    client.emulator.remove("user", "new@example.com")
    assert client.delete(path).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"role_name": "a", "permissions": []},
        {"role_name": "a", "permissions": [{"permission_name": "nonsense"}]},
        {"role_name": "a", "permissions": [{"permission_name": "apiUser"}]},
        {"role_name": "extadmin", "permissions": [{"permission_name": "viewReports"}]},
        {"permissions": [{"permission_name": "viewReports"}]},
    ],
)
def test_refused_roles(client: Client, body: dict[str, object]) -> None:
    assert client.post("/roles", body).status == 400


def test_built_in_roles_stay(client: Client) -> None:
    role = client.emulator.look("role", "extadmin")
    assert role is not None
    assert client.delete(f"/roles/{role['role_id']}").status == 400
    assert client.put(f"/roles/{role['role_id']}", {"role_description": "x"}, partial="true").status == 400


def test_disabled_roles(client: Client) -> None:
    assert client.post("/roles_disabled", {"role_name": "extexecutive", "disabled": True}).status == 201
    listed = client.get("/roles_disabled").items
    assert [(one["role_name"], one["disabled"]) for one in listed] == [("extexecutive", True)]
    assert "disabled" in client.post("/users", person(roles=roles("extexecutive"))).message
    path = f"/roles_disabled/{listed[0]['role_id']}"
    assert client.put(path, {"disabled": False}).json["disabled"] is False
    assert client.post("/users", person(roles=roles("extexecutive"))).status == 201
    assert client.delete(path).status == 200
    assert client.get(path).status == 404


def test_permissions(client: Client) -> None:
    everything = client.get("/permissions", size=100).items
    without = client.get("/permissions", size=100, exclude_ui="true").items
    assert {one["permission_name"] for one in everything} >= {"apiUser"}
    assert 0 < len(without) < len(everything)
    assert client.get(f"/permissions/{everything[0]['permission_id']}").json == everything[0]


# --- just-in-time provisioning ---------------------------------------------------------------------------------------


def test_jit_settings(client: Client) -> None:
    assert client.get("/jit_default_settings").status == 404
    body = {
        "ip_restricted": False,
        "prefer_veracode_data": True,
        "roles": roles("extexecutive"),
        "teams": [{"team_name": "Demo Team"}],
        "use_csv_for_roles_claim": True,
        "custom_one": "x",
    }
    made = client.post("/jit_default_settings", body)
    assert made.status == 201
    assert client.post("/jit_default_settings", body).status == 400
    path = f"/jit_default_settings/{made.json['jit_default_settings_id']}"
    shown = client.get("/jit_default_settings").json
    assert shown["roles"][0]["role_name"] == "extexecutive"
    assert shown["teams"][0]["team_name"] == "Demo Team"
    assert (shown["use_csv_for_roles_claim"], shown["use_csv_for_teams_claim"], shown["custom_one"]) == (
        True,
        False,
        "x",
    )
    assert client.put(path, {**body, "prefer_veracode_data": False}).json["prefer_veracode_data"] is False
    assert client.put(path, {"roles": roles("extexecutive")}).status == 400
    assert client.put(path, {**body, "roles": roles("adminapi")}).status == 400
    assert client.delete(path).status == 200
    assert client.get("/jit_default_settings").status == 404

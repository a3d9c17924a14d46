# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What newer documents and collections of requests tell: hard deletion, roles in roles, more filters, roles to come."""

from __future__ import annotations

from typing import Any

from tests.emulator.control import Emulator
from tests.emulator_tests.client import Client, person, role_names, roles, service

TED, LI, MARIA, WILL = "tmonarch@example.com", "lpieris@example.com", "msaml@example.com", "wbuckeye@example.com"


def role_id(client: Client, name: str) -> str:
    return str((client.emulator.look("role", name) or {})["role_id"])


def create_role(client: Client, name: str, **more: Any) -> Any:
    return client.post("/roles", {"role_name": name, "role_description": name, **more})


# --- deletion --------------------------------------------------------------------------------------------------------


def test_a_deleted_name_is_free_again_after_a_hard_deletion_only(client: Client, emulator: Emulator) -> None:
    emulator.switch(reuse_deleted_name="refused")
    client.delete(f"/users/{client.user_id(TED)}")
    assert client.post("/users", person(TED)).status == 400
    client.rest("DELETE", f"/users/{client.user_id(LI)}", hard_delete="true")
    assert client.post("/users", person(LI)).status == 201
    for name, query in (("Engineering", {}), ("Quality Team", {"hard_delete": "true"})):
        team = (emulator.team(name) or {})["team_id"]
        assert client.rest("DELETE", f"/teams/{team}", **query).status == 200
        assert client.post("/teams", {"team_name": name}).status == (201 if query else 400)


def test_nothing_is_left_of_what_was_deleted_for_good(client: Client, emulator: Emulator) -> None:
    build, team = client.user_id("build-upload"), (emulator.team("Release Team") or {})["team_id"]
    emulator.add("oauth_client", user="build-upload", name="ci")
    client.rest("DELETE", f"/teams/{team}", hard_delete="true")
    client.rest("DELETE", f"/users/{build}", hard_delete="true")
    state = emulator.state()
    assert build not in str(state)
    assert team not in str(state)
    assert (client.get(f"/users/{build}").status, client.get(f"/teams/{team}").status) == (404, 404)
    assert [item for item in client.get("/users", deleted="true", size=100).items if item["user_id"] == build] == []


# --- filters ---------------------------------------------------------------------------------------------------------


def test_a_search_finds_inactive_deleted_and_restricted_accounts(client: Client, emulator: Emulator) -> None:
    def found(**query: str) -> set[str]:
        return {item["user_name"] for item in client.get("/users/search", size=100, **query).items}

    client.delete(f"/users/{client.user_id(MARIA)}")
    emulator.change("user", TED, ip_restricted=True)
    usual = found()
    assert not usual & {WILL, MARIA}
    assert found(inactive="true") == usual | {WILL}
    assert found(deleted="true") == usual | {MARIA}
    assert found(ip_restricted="true") == {TED}
    emulator.switch(inactive_filter="only", deleted_filter="only")
    assert found(inactive="true") == {WILL}
    assert found(deleted="true") == {MARIA}


def test_roles_by_type_and_by_having_children(client: Client, emulator: Emulator) -> None:
    def found(**query: str) -> set[str]:
        return {item["role_name"] for item in client.get("/roles", size=200, **query).items}

    assert found(is_api="true") | found(is_api="false") == found()
    assert "adminapi" in found(is_api="true")
    assert "extadmin" in found(is_api="false")
    assert found(role_parents_only="true") == set()
    emulator.change("role", "customreporter", child_roles=["Reviewer"])
    assert found(role_parents_only="true") == {"customreporter"}


# --- roles in roles --------------------------------------------------------------------------------------------------


def test_a_custom_role_includes_others(client: Client, emulator: Emulator) -> None:
    made = create_role(client, "lead", child_roles=[{"role_description": "Reviewer"}])
    assert (made.status, [child["role_name"] for child in made.json["child_roles"]]) == (201, ["extreviewer"])
    path = f"/roles/{made.json['role_id']}"
    more = client.put(path, {"child_roles": roles("extsubmitter")}, partial="true", incremental="true")
    assert {child["role_name"] for child in more.json["child_roles"]} == {"extreviewer", "extsubmitter"}
    fewer = client.put(path, {"child_roles": roles("extsubmitter")}, partial="true")
    assert [child["role_name"] for child in fewer.json["child_roles"]] == ["extsubmitter"]
    assert client.put(path, {"child_roles": []}, partial="true").status == 400  # nothing would be left
    emulator.switch(create_role_status=202)
    assert create_role(client, "other", child_roles=roles("lead")).status == 202


def test_what_a_role_cannot_include(client: Client) -> None:
    first = create_role(client, "first", child_roles=roles("extreviewer")).json
    second = create_role(client, "second", child_roles=roles("first")).json
    for wanted in ("first", "second"):
        refused = client.put(f"/roles/{first['role_id']}", {"child_roles": roles(wanted)}, partial="true")
        assert (refused.status, "include itself" in refused.message) == (400, True)
    assert client.put(f"/roles/{second['role_id']}", {"child_roles": roles("resultsapi")}, partial="true").status == 400
    assert create_role(client, "third", child_roles=roles("nonsense")).status == 400


def test_holders_of_a_role_are_those_who_hold_it_through_another(client: Client, emulator: Emulator) -> None:
    def holders(name: str) -> set[str]:
        return {item["user_name"] for item in client.get(f"/users/by_role/{role_id(client, name)}", size=100).items}

    emulator.add("role", name="inner", child_roles=["Policy Administrator"])
    emulator.add("role", name="outer", child_roles=["inner"])
    before = holders("extpolicyadmin")
    emulator.change("user", TED, roles=["outer"])
    assert holders("outer") == {TED}
    assert holders("extpolicyadmin") == before | {TED}


def test_a_role_needs_what_its_child_roles_need(client: Client, emulator: Emulator) -> None:
    create_role(client, "scanner", child_roles=roles("extsubmitter"))
    assert "scan type" in client.put_user(TED, {"roles": roles("scanner")}).message
    assert client.put_user(TED, {"roles": roles("scanner", "extsubmitanyscan")}).status == 200
    body = person(roles=roles("scanner", "extsubmitanyscan"))
    assert "team is required" in client.post("/users", body).message
    create_role(client, "free", ignore_team_restrictions=True, child_roles=roles("scanner", "extsubmitanyscan"))
    assert client.post("/users", {**body, "roles": roles("free")}).status == 201
    emulator.switch(child_role_rules="ignored")
    assert client.put_user(TED, {"roles": roles("scanner")}).status == 200


def test_a_role_goes_with_those_that_include_it(client: Client) -> None:
    inner = create_role(client, "inner", permissions=[{"permission_name": "viewReports"}]).json
    outer = create_role(client, "outer", child_roles=roles("inner", "extreviewer")).json
    assert client.delete(f"/roles/{inner['role_id']}").status == 200
    children = client.get(f"/roles/{outer['role_id']}").json["child_roles"]
    assert [child["role_name"] for child in children] == ["extreviewer"]


# --- a later release -------------------------------------------------------------------------------------------------


def test_roles_of_a_later_release(client: Client, emulator: Emulator) -> None:
    newer = roles("extriskmanager", "extsubmitter", "extsubmitagenticscan")
    assert client.put_user(TED, {"roles": newer}).status == 400
    emulator.switch(newer_roles=True)
    assert role_names(client.put_user(TED, {"roles": newer}).json) == {role["role_name"] for role in newer}
    by_name = {item["role_name"]: item for item in client.get("/roles", size=200).items}
    assert by_name["extsubmitagenticscan"]["is_scan_type"]
    assert by_name["extglobalreader"]["ignore_team_restrictions"]
    body = service(roles=roles("riskapi", "uploadapi", "apisubmitagenticscan", "noteamrestrictionapi"))
    assert client.post("/users", body).status == 201


def test_settings_of_a_later_release_are_lost_where_they_are_not_sent(client: Client, emulator: Emulator) -> None:
    emulator.switch(jit_newer_keys=True)
    body = {"ip_restricted": False, "prefer_veracode_data": True, "roles": roles("extreviewer")}
    made = client.post("/jit_default_settings", body).json
    path = f"/jit_default_settings/{made['jit_default_settings_id']}"
    assert (made["session_minutes"], made["use_csv_for_custom_claim"]) == (30, True)
    assert client.put(path, {**made, "custom_one": "x"}).json["session_minutes"] == 30
    assert client.put(path, body).json["session_minutes"] is None


# --- what a test can ask after every write -----------------------------------------------------------------------------


def test_history_tells_who_administers_and_who_is_in_which_team_after_every_write(
    client: Client, emulator: Emulator
) -> None:
    emulator.watch()
    client.put_user(TED, {"phone": "1"})
    client.put_user("aswallowtail@example.com", {"login_enabled": False})
    client.put_user("build-upload", {"teams": []})
    client.xml("updateuser", username=TED, roles="Reviewer", teams="Release Team")
    client.put_user(TED, {"roles": roles("nonsense")})
    client.user(TED)
    writes = emulator.history()
    assert [write["status"] for write in writes] == [200, 200, 200, 200, 400]
    assert [write["administrators"] for write in writes] == [["aswallowtail@example.com"], [], [], [], []]
    assert [write["accounts"]["build-upload"]["teams"] for write in writes[1:3]] == [{"Release Team": "MEMBER"}, {}]
    assert writes[3]["call"] == "updateuser"
    members = {TED: "MEMBER", "keyless-api": "MEMBER"}
    assert writes[3]["teams"]["Release Team"] == {"business_unit": "Not Specified", "members": members}
    assert writes[3]["accounts"][TED]["roles"] == ["Reviewer"]
    assert all(emulator.snapshot()[key] == writes[-1][key] for key in ("accounts", "administrators", "teams"))
    emulator.watch(False)
    client.put_user(TED, {"phone": "2"})
    assert emulator.history() == []

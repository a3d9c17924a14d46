# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users of the Identity REST API, from the documented requests and the facts that public clients rely on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.control import Emulator
from tests.emulator_tests.client import BASE, Client, person, role_names, roles, service, team_names

ACTIVE = 10  # accounts of the small organization that are active
UNKNOWN = "00000000-0000-4000-8000-000000000000"


# --- lists -----------------------------------------------------------------------------------------------------------


def test_page_has_the_hal_shape(client: Client) -> None:
    page = client.get("/users", page=1, size=4).json
    assert page["page"] == {"size": 4, "total_elements": ACTIVE, "total_pages": 3, "number": 1}
    assert set(page["_links"]) == {"first", "self", "next", "prev", "last"}
    assert page["_links"]["next"]["href"].endswith("/api/authn/v2/users?page=2&size=4")
    assert len(page["_embedded"]["users"]) == 4


def test_default_size_is_20_and_pages_cover_everything(client: Client) -> None:
    assert client.get("/users").json["page"]["size"] == 20
    names = [item["user_name"] for number in range(4) for item in client.get("/users", page=number, size=3).items]
    assert len(names) == len(set(names)) == ACTIVE


def test_page_behind_the_end_is_empty(client: Client) -> None:
    page = client.get("/users", page=9).json
    assert "_embedded" not in page
    assert page["page"]["total_elements"] == ACTIVE


@pytest.mark.parametrize("query", [{"size": 0}, {"size": "x"}, {"page": -1}, {"sort": "nothing,asc"}])
def test_bad_paging(client: Client, query: dict[str, object]) -> None:
    reply = client.get("/users", **query)
    assert reply.status == 400
    assert set(reply.json) == {"errors", "status"}


@pytest.mark.parametrize("name", ["last_name", "lastName"])
def test_sort(client: Client, name: str) -> None:
    names = [item["last_name"] for item in client.get("/users", sort=f"{name},desc", size=100).items]
    assert names == sorted(names, key=str.lower, reverse=True)


def test_items_are_summaries(client: Client) -> None:
    item = client.get("/users", include_roles="true", include_teams="true").items[0]
    assert set(item) == {
        "user_id", "user_legacy_id", "user_name", "first_name", "last_name", "email_address", "saml_user", "login_enabled", "_links",
    }  # fmt: skip


def test_account_type_with_detailed_only(client: Client) -> None:
    kinds = {item["user_name"]: item["account_type"] for item in client.get("/users", detailed="TRUE").items}
    assert kinds["admin-api"] == "API"
    assert kinds["tmonarch@example.com"] == "USER"
    assert "account_type" not in client.user("admin-api")
    assert client.user("admin-api", detailed="true")["account_type"] == "API"


def test_inactive_and_deleted_are_hidden(client: Client) -> None:
    assert client.delete(f"/users/{client.user_id('mdoe@example.com')}").status == 200
    plain = {item["user_name"] for item in client.get("/users").items}
    inactive = {item["user_name"] for item in client.get("/users", inactive="true").items}
    deleted = {item["user_name"] for item in client.get("/users", deleted="true").items}
    assert inactive - plain == {"wbuckeye@example.com"}
    assert deleted - plain == {"mdoe@example.com"}


def test_user_name_filter_is_whole_and_without_case(client: Client) -> None:
    assert [item["user_name"] for item in client.get("/users", user_name="TMonarch@Example.com").items] == [
        "tmonarch@example.com"
    ]
    assert client.get("/users", user_name="tmonarch").items == []
    assert len(client.get("/users", user_name=["tmonarch@example.com", "admin-api"]).items) == 2


def test_email_filter_is_a_list(client: Client) -> None:
    found = client.get("/users", email_address="tmonarch@example.com,ADMIN-API@example.com").items
    assert {item["user_name"] for item in found} == {"tmonarch@example.com", "admin-api", "restricted-api"}


def test_search(client: Client) -> None:
    def names(**query: object) -> set[str]:
        return {item["user_name"] for item in client.get("/users/search", size=100, **query).items}

    role_id = {role["role_name"]: role["role_id"] for role in client.get("/roles", size=200).items}
    assert names(search_term="MONARCH") == {"tmonarch@example.com"}
    assert names(user_type="api") == {"admin-api", "restricted-api", "build-upload", "keyless-api"}
    assert names(role_id=role_id["extcreator"]) == {"tmonarch@example.com"}
    assert names(saml_user="Yes") == {"msaml@example.com"}
    assert "mdoe@example.com" in names(login_status="Never")
    assert names(api_id=client.api_id) == {"admin-api"}
    demo = next(team for team in client.get("/teams", all_for_org="true").items if team["team_name"] == "Demo Team")
    assert "tmonarch@example.com" in names(team_id=demo["team_id"])
    fields = client.get("/users/search", search_term="monarch", fields_to_return="last_name").items[0]
    assert fields == {"user_id": client.user_id("tmonarch@example.com"), "last_name": "Monarch"}


def test_search_says_all_errors_of_form(client: Client) -> None:
    reply = client.get("/users/search", role_id="x", team_id="y")
    assert (reply.status, reply.json) == (
        400,
        {"errors": ["role_id: not a valid GUID", "team_id: not a valid GUID"], "status": 400},
    )


def test_other_lists(client: Client) -> None:
    role_id = next(
        role["role_id"] for role in client.get("/roles", size=200).items if role["role_name"] == "extcreator"
    )
    assert [item["user_name"] for item in client.get(f"/users/by_role/{role_id}").items] == ["tmonarch@example.com"]
    found = client.post("/users/by_permissions", {"permission_names": ["apiUser"]}).items
    assert {item["user_name"] for item in found} == {"admin-api", "restricted-api", "build-upload", "keyless-api"}
    demo = client.emulator.team("Demo Team")
    assert demo is not None
    for reply in (
        client.get("/users/notinteam", team_id=demo["team_id"], search_term="ma"),
        client.post(f"/users/notinteam/{demo['team_id']}", {}, search_term="ma"),
    ):
        assert {item["user_name"] for item in reply.items} == {"mdoe@example.com", "msaml@example.com"}


# --- one user --------------------------------------------------------------------------------------------------------


def test_full_user(client: Client) -> None:
    user = client.user("tmonarch@example.com")
    assert role_names(user) == {"extcreator", "extelearn", "extsubmitter", "extsubmitanyscan"}
    assert user["teams"][0]["team_name"] == "Demo Team"
    assert user["teams"][0]["relationship"] == {"name": "MEMBER"}
    assert "api_credentials" not in user, "the key is absent when there are none"
    assert "phone" not in user
    assert user["user_type"] == "VOSP"


def test_permission_marks_an_api_account(client: Client) -> None:
    assert "apiUser" in {one["permission_name"] for one in client.user("build-upload")["permissions"]}
    assert "apiUser" not in {one["permission_name"] for one in client.user("tmonarch@example.com")["permissions"]}
    assert len(client.user("build-upload")["api_credentials"]["api_id"]) == 32


def test_unknown_and_bad_ids(client: Client) -> None:
    assert client.get(f"/users/{UNKNOWN}").status == 404
    reply = client.get("/users/abcd")
    assert (reply.status, reply.json) == (
        400,
        {"http_code": 400, "http_status": "Bad Request", "message": "Invalid UUID string: abcd"},
    )
    legacy = client.user("tmonarch@example.com")["user_legacy_id"]
    assert client.get(f"/users/legacy_id/{legacy}").json["user_name"] == "tmonarch@example.com"
    assert client.get("/users/legacy_id/1").status == 404


def test_unknown_path_and_method(client: Client) -> None:
    assert client.get("/nonsense").status == 404
    assert client.rest("PATCH", "/users").status == 405


# --- creation --------------------------------------------------------------------------------------------------------


def test_create_person(client: Client) -> None:
    reply = client.post("/users", person(teams=[{"team_name": "Demo Team"}], phone="1", custom_one="x"))
    assert reply.status == 201
    user = client.user("new@example.com")
    assert user["user_id"] == reply.json["user_id"]
    assert (user["active"], user["login_enabled"], user["pin_required"], user["phone"], user["custom_one"]) == (
        True,
        True,
        True,
        "1",
        "x",
    )
    assert role_names(user) == {"extseclead", "extsubmitanyscan"}
    assert team_names(user) == {"Demo Team"}


def test_create_service_account(client: Client) -> None:
    reply = client.post("/users", service(), generate_api_creds="true")
    key = reply.json["api_credentials"]
    assert (len(key["api_id"]), len(key["api_secret"])) == (32, 128)
    new = Client(client.emulator, key["api_id"], key["api_secret"])
    assert new.get("/users/self").json["user_name"] == "new-api"
    new.close()
    assert "api_secret" not in client.user("new-api")["api_credentials"]
    assert client.user("new-api", detailed="true")["account_type"] == "API"


def test_create_saml_person_without_user_name(client: Client) -> None:
    body = person(saml_user=True, saml_subject="EX\\new", pin_required=False)
    del body["user_name"]
    assert client.post("/users", body).json["user_name"] == "new@example.com"


def test_roles_by_name_description_and_id(client: Client) -> None:
    reviewer = client.emulator.look("role", "extreviewer")
    assert reviewer is not None
    for number, role in enumerate(
        ({"role_name": "extexecutive"}, {"role_description": "Executive"}, {"role_id": reviewer["role_id"]})
    ):
        teams = [{"team_name": "Demo Team"}]
        reply = client.post("/users", person(f"n{number}@example.com", roles=[role], teams=teams))
        assert reply.status == 201, reply.body


def test_forgotten_active_makes_an_inactive_account(client: Client) -> None:
    body = person()
    del body["active"]
    assert client.post("/users", body).json["active"] is False
    assert client.get("/users", user_name="new@example.com").items == []
    assert len(client.get("/users", user_name="new@example.com", inactive="true").items) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"user_name": None},
        {"email_address": None},
        {"email_address": "nonsense"},
        {"first_name": ""},
        {"last_name": "x" * 257},
        {"custom_one": "x" * 257},
        {"active": "maybe"},
        {"user_type": "HUMAN"},
        {"roles": []},
        {"roles": roles("extReviewer")},
        {"roles": roles("resultsapi")},
        {"roles": roles("extseclead")},
        {"roles": roles("extexecutive", "extsubmitanyscan")},
        {"roles": roles("extexecutive", "deletescans")},
        {"roles": roles("sandboxadmin"), "teams": [{"team_name": "Demo Team"}]},
        {"roles": roles("teamAdmin", "extreviewer"), "teams": [{"team_name": "Demo Team"}]},
        {"roles": roles("teamAdmin", "extadmin"), "teams": [{"team_name": "Demo Team", "relationship": "ADMIN"}]},
        {"roles": roles("extreviewer")},
        {"teams": [{"team_name": "demo team"}]},
        {"teams": [{"team_name": "Demo Team", "relationship": "MANAGER"}]},
        {"teams": [{"team_name": "Demo Team", "relationship": "ADMIN"}]},
        {"saml_user": True, "pin_required": False},
        {"saml_user": True, "saml_subject": "s"},
        {"ip_restricted": True, "allowed_ip_addresses": ["74.0.0.0/24"]},
        {"ip_restricted": True, "allowed_ip_addresses": ["10.0.0.1"]},
        {"ip_restricted": True, "allowed_ip_addresses": ["74.0.*.*"]},
        {"ip_restricted": True, "allowed_ip_addresses": ["74.0.0.[9-1]"]},
        {"ip_restricted": True, "allowed_ip_addresses": ["74.0.0.1", "74.0.0.1"]},
    ],
)
def test_refused_creations(client: Client, change: dict[str, Any]) -> None:
    reply = client.post("/users", person(**change))
    assert reply.status == 400, reply.body
    assert set(reply.json) == {"http_code", "http_status", "message"}
    assert client.emulator.user("new@example.com") is None


@pytest.mark.parametrize("address", ["74.0.0.1", "74.0.0.*", "74.0.0.[0-99]"])
def test_accepted_addresses(client: Client, address: str) -> None:
    assert client.post("/users", person(ip_restricted=True, allowed_ip_addresses=[address])).status == 201


@pytest.mark.parametrize(
    ("names", "teams"),
    [
        (["teamAdmin", "extreviewer"], [{"team_name": "Demo Team", "relationship": "ADMIN"}]),
        (["teamAdmin", "extreviewer"], [{"team_name": "Demo Team", "relationship": {"name": "ADMIN"}}]),
        (["extseclead", "deletescans", "extsubmitstaticscan"], [{"team_name": "Demo Team"}]),
        (["securityinsightsonly"], []),
    ],
)
def test_accepted_combinations(client: Client, names: list[str], teams: list[dict[str, object]]) -> None:
    reply = client.post("/users", person(roles=roles(*names), teams=teams))
    assert reply.status == 201, reply.body


@pytest.mark.parametrize(
    "change", [{"roles": roles("uploadapi")}, {"roles": roles("extreviewer")}, {"roles": roles("apisubmitanyscan")}]
)
def test_refused_service_accounts(client: Client, change: dict[str, Any]) -> None:
    assert client.post("/users", service(**change)).status == 400


def test_duplicates(client: Client) -> None:
    reply = client.post("/users", person("TMonarch@example.com"))
    assert reply.status == 400
    assert "already exists" in reply.message
    assert "already exists" in client.post("/users", person("wbuckeye@example.com")).message, "inactive ones too"


def test_body_that_is_no_json(client: Client) -> None:
    assert client.raw("POST", f"{BASE}/users", b"{", {"Content-Type": "application/json"}).status == 500


def test_creation_that_cannot_be_read_yet(client: Client) -> None:
    client.emulator.switch(creation_delay=30)
    made = client.post("/users", person())
    assert made.status == 201
    assert client.get(f"/users/{made.json['user_id']}").status == 404
    assert client.get("/users", user_name="new@example.com").items == []
    assert "new@example.com" not in {item["user_name"] for item in client.get("/users", size=100).items}
    assert "already exists" in client.post("/users", person()).message
    assert client.xml("getuserinfo", username="new@example.com").error
    client.emulator.advance(31)
    assert client.get(f"/users/{made.json['user_id']}").status == 200
    assert "new@example.com" in {item["user_name"] for item in client.get("/users", size=100).items}


# --- PUT -------------------------------------------------------------------------------------------------------------

TED = "tmonarch@example.com"


def test_partial_changes_only_what_is_given(client: Client) -> None:
    before = client.user(TED)
    reply = client.put_user(TED, {"ip_restricted": True, "allowed_ip_addresses": ["72.22.163.41"]})
    assert reply.status == 200
    assert "account_type" not in reply.json
    after = client.user(TED)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"ip_restricted", "allowed_ip_addresses", "modify_ts"}


def test_without_partial_everything_else_is_gone(client: Client) -> None:
    client.put_user(TED, {"phone": "1", "custom_one": "x"})
    client.put_user(TED, {"first_name": "Theodore"}, partial="false")
    raw = client.emulator.user(TED)
    assert raw is not None
    assert (raw["first_name"], raw["last_name"], raw["email_address"]) == ("Theodore", "Monarch", TED)
    assert (raw["phone"], raw["custom_one"], raw["roles"], raw["teams"], raw["active"]) == (None, None, [], {}, False)


def test_lists_replace(client: Client) -> None:
    reply = client.put_user(TED, {"roles": roles("extreviewer"), "teams": [{"team_name": "Release Team"}]})
    assert reply.status == 200
    assert role_names(client.user(TED)) == {"extreviewer"}
    assert team_names(client.user(TED)) == {"Release Team"}


def test_incremental_only_adds(client: Client) -> None:
    reply = client.put_user(
        TED, {"roles": roles("extreviewer"), "teams": [{"team_name": "Release Team"}]}, incremental="TRUE"
    )
    assert reply.status == 200
    assert {"extreviewer", "extcreator"} <= role_names(client.user(TED))
    assert team_names(client.user(TED)) == {"Release Team", "Demo Team"}
    assert client.put_user(TED, {"roles": []}, incremental="true").status == 200
    assert "extcreator" in role_names(client.user(TED))


def test_leftover_and_missing_scan_roles(client: Client) -> None:
    assert client.put_user(TED, {"roles": roles("extreviewer", "extsubmitanyscan")}).status == 400
    assert client.put_user(TED, {"roles": roles("extcreator")}).status == 400
    assert "extcreator" in role_names(client.user(TED)), "a refused change changes nothing"


def test_last_team_of_a_role_that_needs_one(client: Client) -> None:
    assert client.put_user(TED, {"teams": []}).status == 400
    assert client.put_user(TED, {"teams": [], "roles": roles("extexecutive")}).status == 200


def test_old_sins_do_not_stop_other_changes(client: Client) -> None:
    client.emulator.change("user", TED, roles=["Creator"], teams=[])
    assert client.put_user(TED, {"phone": "1"}).status == 200


def test_refused_update_changes_nothing(client: Client) -> None:
    before = client.user(TED)
    for body in (
        {"phone": "1", "roles": roles("nonsense")},
        {"roles": roles("extexecutive"), "teams": [], "email_address": "nonsense"},
        {"first_name": "X", "custom_one": "x" * 300},
        {"phone": "1", "user_name": "admin-api"},
    ):
        assert client.put_user(TED, body).status == 400
    assert client.user(TED) == before


def test_null_and_empty_clear(client: Client) -> None:
    client.put_user(TED, {"custom_one": "x", "phone": "1"})
    client.put_user(TED, {"custom_one": "", "phone": None})
    user = client.user(TED)
    assert user["custom_one"] == ""
    assert "phone" not in user


def test_address_waits_for_confirmation(client: Client) -> None:
    assert client.put_user(TED, {"email_address": "ted@example.com"}).status == 200
    assert client.user(TED)["email_address"] == TED
    assert client.emulator.confirm_email(TED)
    assert client.user(TED)["email_address"] == "ted@example.com"
    assert client.user(TED)["user_name"] == TED


def test_address_at_once(client: Client) -> None:
    client.put_user(TED, {"email_address": "ted@example.com"}, adminNoVerificationEmail="TRUE")
    assert client.user(TED)["email_address"] == "ted@example.com"
    assert not client.emulator.confirm_email(TED)


def test_address_of_an_account_that_was_never_activated(client: Client) -> None:
    client.post("/users", person())
    assert client.put_user("new@example.com", {"email_address": "n2@example.com"}).status == 400
    assert (
        client.put_user("new@example.com", {"email_address": "n2@example.com"}, adminNoVerificationEmail="TRUE").status
        == 200
    )


def test_rename_by_user_name(client: Client) -> None:
    assert client.put_user(TED, {"user_name": "ted@example.com"}).status == 200
    assert client.get("/users", user_name="ted@example.com").items
    assert not client.get("/users", user_name=TED).items


def test_saml_is_one_way(client: Client) -> None:
    assert client.put_user("msaml@example.com", {"saml_user": False}).status == 400
    assert client.put_user(TED, {"saml_user": True}).status == 400
    assert client.put_user(TED, {"saml_user": True, "saml_subject": "EX\\ted"}).status == 200
    assert client.put_user("sviceroy@example.com", {"saml_user": True, "saml_subject": "EX\\ted"}).status == 400


def test_type_cannot_change(client: Client) -> None:
    client.put_user(TED, {"permissions": [{"permission_name": "apiUser"}], "account_type": "API"})
    assert client.user(TED, detailed="true")["account_type"] == "USER"


def test_title_is_written_and_not_read(client: Client) -> None:
    client.put_user(TED, {"title": "Engineer"})
    assert "title" not in client.user(TED)
    raw = client.emulator.user(TED)
    assert raw is not None
    assert raw["title"] == "Engineer"


# --- life cycle ------------------------------------------------------------------------------------------------------


def test_delete_is_soft(client: Client) -> None:
    user_id = client.user_id("build-upload")
    assert (client.delete(f"/users/{user_id}").status, client.get(f"/users/{user_id}").status) == (200, 404)
    assert client.delete(f"/users/{user_id}").status == 404
    raw = client.emulator.user("build-upload")
    assert raw is not None
    assert (raw["deleted"], raw["teams"], raw["api_id"]) == (True, {}, None)
    assert client.post("/users", service("build-upload")).status == 201
    assert client.user_id("build-upload") != user_id


def test_resets(client: Client) -> None:
    user = client.user(TED)
    assert client.post(f"/users/{user['user_id']}/reset_mfa").status == 200
    assert client.post(f"/users/{user['user_legacy_id']}/resetPassword").status == 200
    assert client.delete(f"/session/user_id/{user['user_id']}").status == 200
    assert client.delete(f"/session/idp_user_id/{user['okta_user_id']}").status == 200
    assert client.delete(f"/users/okta/tokens/{user['user_id']}").status == 202
    raw = client.emulator.user(TED)
    assert raw is not None
    assert [raw[name] for name in ("mfa_resets", "password_mails", "session_revocations", "token_revocations")] == [
        1,
        1,
        2,
        1,
    ]
    client.post("/users", person())
    client.post(f"/users/{client.user('new@example.com')['user_legacy_id']}/resetPassword")
    new = client.emulator.user("new@example.com")
    assert new is not None
    assert (new["activation_mails"], new["password_mails"]) == (2, 0), "not activated yet: the activation mail again"


# --- callers ---------------------------------------------------------------------------------------------------------


def test_principal(client: Client) -> None:
    body = client.get("/principal").json
    assert (body["username"], body["organizationId"], body["roles"]) == (
        "admin-api",
        10023,
        ["adminapi", "noteamrestrictionapi"],
    )
    assert client.rest("HEAD", "/principal").body == b""


def test_plain_account_may_little(caller: Callable[[str], Client]) -> None:
    plain = caller("build-upload")
    assert plain.get("/users/self").status == 200
    assert plain.get("/api_credentials").status == 200
    assert plain.get("/principal").status == 200
    reply = plain.get("/users")
    assert (reply.status, reply.json["http_status"]) == (403, "Forbidden")
    assert plain.post("/users", person()).status == 403
    assert plain.post("/teams", {"team_name": "x"}).status == 403
    assert plain.delete(f"/users/{plain.user_id(TED)}").status == 403


def test_human_administrator_may(caller: Callable[[str], Client]) -> None:
    assert caller("aswallowtail@example.com").post("/users", person()).status == 201


def test_restricted_caller(caller: Callable[[str], Client]) -> None:
    restricted = caller("restricted-api")
    assert {item["user_name"] for item in restricted.get("/users").items} >= {"restricted-api", TED}
    assert "admin-api" not in {item["user_name"] for item in restricted.get("/users").items}
    assert [team["team_name"] for team in restricted.get("/teams", all_for_org="true").items] == ["Demo Team"]
    assert restricted.post("/users", person(teams=[{"team_name": "Demo Team"}])).status == 201
    reply = restricted.post("/users", person("other@example.com", teams=[{"team_name": "Release Team"}]))
    assert reply.status == 403
    assert "Release Team" in reply.message
    assert restricted.get(f"/users/{restricted.user_id('admin-api')}").status == 404


def test_team_admin(caller: Callable[[str], Client]) -> None:
    manager = caller("lpieris@example.com")
    assert "mdoe@example.com" not in {item["user_name"] for item in manager.get("/users").items}
    body = person(roles=roles("extreviewer"), teams=[{"team_name": "Demo Team"}])
    assert manager.post("/users", body).status == 201
    assert (
        manager.post(
            "/users",
            {**body, "user_name": "b@example.com", "email_address": "b@example.com", "roles": roles("extseclead")},
        ).status
        != 201
    )
    assert manager.put_user(TED, {"roles": roles("extexecutive")}).status == 403
    assert manager.put_user(TED, {"phone": "1"}).status == 200
    assert manager.put_user("mdoe@example.com", {"phone": "1"}).status == 404
    assert manager.delete(f"/users/{manager.user_id(TED)}").status == 200


def test_organization_without_saml(emulator: Emulator, client: Client) -> None:
    emulator.switch(saml_subscription=False)
    assert "SAML" in client.post("/users", person(saml_user=True, saml_subject="s", pin_required=False)).message

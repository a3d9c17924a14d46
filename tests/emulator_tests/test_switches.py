# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every switch is shown to do something: each position gives another observation."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.control import Emulator, EmulatorError
from tests.emulator.switches import BY_NAME, TABLE
from tests.emulator_tests.client import BASE, Client, person, roles, service

TED, LI, MARIA, WILL = "tmonarch@example.com", "lpieris@example.com", "msaml@example.com", "wbuckeye@example.com"
REGINA = {
    "first_name": "Regina",
    "last_name": "Monarch",
    "email_address": "rmonarch@example.com",
    "roles": "Creator",
    "teams": "Demo Team",
}


def raw(client: Client, name: str) -> dict[str, Any]:
    return client.emulator.user(name) or {}


def other(client: Client, name: str) -> Client:
    pair = client.emulator.key(name) or client.emulator.make_key(name)
    return Client(client.emulator, pair["api_id"], pair["api_secret"])


def role_id(client: Client, name: str) -> str:
    return str((client.emulator.look("role", name) or {})["role_id"])


def keys_of_item(client: Client, path: str, **query: object) -> object:
    return sorted(client.get(path, **query).items[0])


def names(client: Client, path: str, **query: object) -> object:
    return [item.get("user_name") or item.get("team_name") for item in client.get(path, **query).items]


def carried(client: Client) -> object:
    client.emulator.change("user", TED, phone="1", custom_two="2")
    item = client.get("/users", user_name=TED, include_roles="true", include_teams="true").items[0]
    return sorted({"roles", "teams", "phone", "custom_two", "active"} & set(item))


def searched_item(client: Client) -> object:
    client.emulator.change("user", TED, phone="1", custom_two="2")
    return keys_of_item(client, "/users/search", search_term=TED, detailed="true")


def newer_filters(client: Client) -> object:
    """How many a search finds that are inactive, deleted, or restricted to addresses."""
    client.delete(f"/users/{client.user_id(MARIA)}")
    filters = ("inactive", "deleted", "ip_restricted")
    return [len(client.get("/users/search", **{name: "true"}).items) for name in filters]


def deleted_shown(client: Client) -> object:
    """What listings that nobody asked for deleted objects say of them."""
    client.delete(f"/users/{client.user_id(MARIA)}")
    client.emulator.remove("team", "Engineering")
    paths = ("/users", "/users/search", "/teams?all_for_org=true")
    pages = [client.raw("GET", BASE + path).items for path in paths]
    return [[item["deleted"] for item in items if "deleted" in item] for items in pages]


def other_name(client: Client) -> object:
    """Whether a PUT takes another user name, and what the user name is after a new address."""
    path = f"/users/{client.user_id(TED)}"
    named = client.put(path, {"user_name": "ted@example.com"}, partial="true")
    client.put(path, {"email_address": "ted.m@example.com"}, partial="true", adminNoVerificationEmail="TRUE")
    return named.status, client.get(path).json["user_name"]


def hard(client: Client) -> object:
    client.rest("DELETE", f"/users/{client.user_id(TED)}", hard_delete="true")
    return client.emulator.user(TED)


def last_logins(client: Client) -> object:
    caller = other(client, "aswallowtail@example.com")
    return ("last_login" in caller.user(TED), "last_login" in caller.get("/users/self").json)


def team_admin(client: Client) -> object:
    li = other(client, LI)
    legacy = raw(client, TED)["legacy_id"]
    changed = li.put_user(TED, {"phone": "1"}).status
    return (
        changed,
        li.post(f"/users/{legacy}/resetPassword").status,
        li.delete(f"/users/{client.user_id(TED)}").status,
    )


def role_of_account(client: Client) -> object:
    return next(role for role in client.user(TED)["roles"] if role["role_name"] == "extsubmitter")


def with_child_role(client: Client) -> object:
    client.emulator.change("role", "customreporter", child_roles=["Submitter"])
    return client.put_user(TED, {"roles": roles("customreporter")}).status


def holders_of_child(client: Client) -> object:
    client.emulator.change("role", "customreporter", child_roles=["Reviewer"])
    client.emulator.change("user", TED, roles=["customreporter"])
    return names(client, "/users/search", role_id=role_id(client, "extreviewer"))


def jit(client: Client, **changes: object) -> Any:
    body = {"ip_restricted": False, "prefer_veracode_data": True, "roles": roles("extreviewer")}
    made = client.post("/jit_default_settings", body)
    return client.put(f"/jit_default_settings/{made.json['jit_default_settings_id']}", {**body, **changes})


def jit_newer(client: Client) -> object:
    settings = jit(client).json
    return {name: value for name, value in settings.items() if name in ("session_minutes", "use_csv_for_custom_claim")}


def oauth_client(client: Client) -> Any:
    return client.post("/oauth2/client_credentials", {"name": "ci", "description": "pipeline"})


def oauth_listed(client: Client) -> object:
    oauth_client(client)
    return sorted(client.get("/oauth2/client_credentials").items[0])


def relationship(client: Client) -> object:
    team = (client.emulator.team("Demo Team") or {})["team_id"]
    users = client.get(f"/teams/{team}").json["users"]
    return (str(client.user(LI)["teams"][0]["relationship"]), str(users[0]["relationship"]))


def written_relationship(client: Client) -> object:
    forms: tuple[object, ...] = ("MEMBER", {"name": "MEMBER"})
    return tuple(
        client.put_user(TED, {"teams": [{"team_name": "Demo Team", "relationship": form}]}).status for form in forms
    )


def cleared(client: Client) -> object:
    client.put_user(TED, {"custom_one": ""})
    return client.user(TED).get("custom_one", "absent")


def create_and(client: Client, body: dict[str, Any]) -> int:
    return client.post("/users", body).status


def own_key(client: Client) -> dict[str, Any]:
    return dict(client.get("/api_credentials").json)


def omitted_relationship(client: Client) -> object:
    client.put_user(LI, {"teams": [{"team_name": "Demo Team"}], "roles": roles("extreviewer")})
    return raw(client, LI)["teams"]


def team_rule(client: Client) -> object:
    """Security Insights needs a team by the table, Reviewer by both, eLearning by the page."""
    wanted = ("securityinsightsonly", "extreviewer", "extelearn")
    return tuple(create_and(client, person(f"{name}@example.com", roles=roles(name))) for name in wanted)


def xml_account(client: Client, **form: str) -> object:
    document = client.xml("updateuser", username=TED, **form)
    return document.error or document.account


def denied_xml(client: Client) -> object:
    reply = other(client, "build-upload").xml_reply("getuserlist")
    return reply.status


def two_calls(client: Client, kind: str) -> object:
    """Statuses of six calls, of which a limit of three takes three."""
    if kind == "rest":
        return tuple(client.get("/users/self").status for _number in range(6))
    return tuple(client.xml_reply("getuserinfo", username=TED).status for _number in range(6))


def retry_after(client: Client) -> object:
    client.emulator.switch(rate_limit_rest=1)
    client.get("/users/self")
    value = client.get("/users/self").headers["retry-after"]
    return "seconds" if value.isdigit() else value[3]


def latency(client: Client) -> object:
    """Whether no call is answered at once; a busy machine may make some of them slow, too."""

    def seconds() -> float:
        started = time.monotonic()
        client.get("/users/self")
        return time.monotonic() - started

    return all(seconds() >= 0.5 for _number in range(5))


def compressed(client: Client) -> object:
    offers = {"Accept-Encoding": "gzip"}
    target = f"{BASE}/users"
    rest = client.raw("GET", target, None, offers)
    xml = client.raw("GET", "/api/3.0/getuserlist.do", None, offers)
    return ("content-encoding" in rest.headers, "content-encoding" in xml.headers)


def order_of_lists(client: Client) -> object:
    """Whether lists keep their order. The inner ones change from answer to answer."""
    seen = {str([role["role_name"] for role in client.user(TED)["roles"]]) for _number in range(12)}
    pages = [item["user_name"] for number in range(4) for item in client.get("/users", page=number, size=3).items]
    return (len(seen) > 1, pages == sorted(pages), len(set(pages)))


def signed(client: Client, **changes: float) -> int:
    """The status of a call that is signed 100 seconds ago."""
    from tests.emulator_tests.test_signature import by_hand, status

    return status(client, by_hand(client, ts=str(int((time.time() - changes["ago"]) * 1000))))


def replayed(client: Client) -> object:
    from tests.emulator_tests.test_signature import by_hand, status

    header = by_hand(client)
    return status(client, header), status(client, header)


def prefixed(client: Client) -> object:
    from tests.emulator_tests.test_signature import by_hand, status

    return status(client, by_hand(client, id=f"vera01ei-{client.api_id}"))


def delayed(client: Client) -> object:
    made = client.post("/users", person()).json["user_id"]
    seen = [client.get(f"/users/{made}").status]
    client.emulator.advance(5)
    return (*seen, client.get(f"/users/{made}").status)


def deleted_read(client: Client) -> object:
    user_id = client.user_id(TED)
    client.delete(f"/users/{user_id}")
    return client.get(f"/users/{user_id}").status


def recreated(client: Client) -> object:
    client.delete(f"/users/{client.user_id(TED)}")
    return create_and(client, person(TED))


def revoked_lookup(client: Client) -> object:
    key = other(client, "build-upload")
    client.delete(f"/api_credentials/{key.api_id}")
    return client.get(f"/api_credentials/{key.api_id}").status


def replaced_key(client: Client) -> object:
    old = other(client, "build-upload")
    client.post(f"/api_credentials/user_id/{client.user_id('build-upload')}")
    return old.get("/users/self").status


def new_key_days(client: Client) -> object:
    made = client.post(f"/api_credentials/user_id/{client.user_id('build-upload')}").json
    client.emulator.advance(40 * 86400)
    return Client(client.emulator, made["api_id"], made["api_secret"]).get("/users/self").status


def unit_delete(client: Client) -> object:
    unit = client.emulator.look("business_unit", "Example Unit") or {}
    status = client.delete(f"/business_units/{unit['bu_id']}").status
    return (status, "Engineering" in client.emulator.snapshot()["teams"])


def left_team(client: Client) -> object:
    team = client.emulator.team("Demo Team") or {}
    emptied = client.put(f"/teams/{team['team_id']}", {"users": []}, partial="true").status
    return (emptied, client.xml("updateteam", team_id="144659", members="").name)


def role_delete(client: Client) -> object:
    client.emulator.change("user", MARIA, roles=["Executive", "Custom Reporter"])
    return client.delete(f"/roles/{role_id(client, 'customreporter')}").status


def xml_unseen(client: Client) -> object:
    client.emulator.change("user", TED, roles=["Creator", "Any Scan", "Security Labs User"])
    client.xml("updateuser", username=TED, roles="Creator")
    return raw(client, TED)["roles"]


def xml_shown(client: Client) -> object:
    client.emulator.change("user", TED, roles=["Creator", "Any Scan", "Security Labs User"])
    return client.xml("getuserinfo", username=TED).account["roles"]


def xml_renamed(client: Client) -> object:
    document = client.xml("updateuser", username=TED, email_address="ted@example.com")
    return (document.root.get("username"), document.account["email_address"])


def xml_cleared(client: Client) -> object:
    client.xml("updateuser", username=TED, phone="1")
    return xml_phone(client.xml("updateuser", username=TED, phone=""))


def xml_phone(document: Any) -> object:
    return document.error or document.account.get("phone")


def xml_lists(client: Client) -> object:
    return client.xml("getuserinfo", username=TED).account["roles"]


def idp(client: Client) -> object:
    return (client.put_user(TED, {"phone": "1"}).status, client.put_user(MARIA, {"phone": "1"}).status)


def ips_left(client: Client) -> object:
    client.put_user(TED, {"ip_restricted": True, "allowed_ip_addresses": ["74.0.0.1"]})
    client.put_user(TED, {"ip_restricted": False})
    return client.user(TED)["allowed_ip_addresses"]


def rest_renamed(client: Client) -> object:
    client.put_user(TED, {"email_address": "ted@example.com"}, adminNoVerificationEmail="TRUE")
    return client.get("/users", user_name="ted@example.com").json["page"]["total_elements"]


def unactivated(client: Client) -> object:
    client.post("/users", person())
    return client.put_user("new@example.com", {"email_address": "n2@example.com"}).status


def saml_name(client: Client) -> object:
    body = person(saml_user=True, saml_subject="EX\\new", pin_required=False)
    del body["user_name"]
    return client.post("/users", body).json["user_name"]


def saml_mfa(client: Client) -> object:
    return create_and(client, person(saml_user=True, saml_subject="s", pin_required=True))


def restricted_view(client: Client) -> object:
    return len(other(client, "restricted-api").get("/users", size=100).items)


def ip_enforced(client: Client) -> object:
    client.emulator.change("user", "build-upload", ip_restricted=True)
    return other(client, "build-upload").get("/users/self").status


def narrow_scan(client: Client) -> object:
    return client.xml("updateuser", username=TED, roles="Creator,Static Scan").account["roles"]


def with_title(client: Client) -> dict[str, Any]:
    client.emulator.change("user", TED, title="Boss")
    return client.user(TED)


def json_type(client: Client) -> object:
    return client.raw("DELETE", f"{BASE}/users/{client.user_id(TED)}").status


def address_shared(client: Client) -> object:
    return create_and(client, service(email_address="build@example.com"))


def managers(client: Client) -> object:
    return client.put_user(TED, {"teams": [{"team_name": "Demo Team", "relationship": "ADMIN"}]}).status


def searched(client: Client, name: str, *values: str) -> object:
    return tuple(client.get("/users/search", **{name: value}).status for value in values)


def deleted_list(client: Client, **query: str) -> object:
    client.delete(f"/users/{client.user_id(MARIA)}")
    return len(client.get("/users", **query).items)


def team_info_name(client: Client) -> object:
    return client.xml("getteaminfo", team_id="144659", include_users="yes").all("user")[0]["username"]


def answer_status(client: Client, method: str, path: str) -> object:
    reply = client.rest(method, path)
    return (reply.status, reply.body)


SCENARIOS: dict[str, Callable[[Client], object]] = {
    "list_carries": carried,
    "search_carries": searched_item,
    "search_newer_filters": newer_filters,
    "listings_hide_deleted": deleted_shown,
    "business_unit_list": lambda c: keys_of_item(c, "/business_units"),
    "role_name_created": lambda c: c.post(
        "/roles", {"role_name": "x", "permissions": [{"permission_name": "viewReports"}]}
    ).json["role_name"],
    "child_roles_carry": lambda c: sorted(
        c.post("/roles", {"role_name": "x", "child_roles": [{"role_name": "extreviewer"}]}).json["child_roles"][0]
    ),
    "child_roles_shown": lambda c: "child_roles" in c.get("/roles").items[0],
    "newer_roles": lambda c: c.get("/roles").json["page"]["total_elements"],
    "account_times": lambda c: "insert_ts" in c.user(TED),
    "last_login": last_logins,
    "login_enabled_shown": lambda c: "login_enabled" in c.user(TED),
    "email_verified": lambda c: c.user(TED).get("is_email_verified"),
    "user_role_names": role_of_account,
    "user_role_flags": role_of_account,
    "create_role_status": lambda c: (
        c.post("/roles", {"role_name": "x", "permissions": [{"permission_name": "viewReports"}]}).status
    ),
    "hard_delete": hard,
    "team_admin_may": team_admin,
    "scan_rule": lambda c: c.put_user(TED, {"roles": roles("extsubmitter")}).status,
    "child_role_rules": with_child_role,
    "search_by_role": holders_of_child,
    "jit_without_roles": lambda c: jit(c, roles=[]).status,
    "jit_newer_keys": jit_newer,
    "oauth_clients": lambda c: c.get("/oauth2/client_credentials").status,
    "oauth_secret": lambda c: "client_secret" in oauth_client(c).json,
    "oauth_secret_life": lambda c: (
        (made := oauth_client(c).json)["secrets"][0]["expiration_ts"] == made["expiration_ts"]
    ),
    "oauth_list_secrets": oauth_listed,
    "summary_names": lambda c: keys_of_item(c, "/users"),
    "inactive_filter": lambda c: len(c.get("/users", inactive="true").items),
    "deleted_filter": lambda c: deleted_list(c, deleted="true"),
    "search_hides_inactive": lambda c: names(c, "/users/search", search_term=WILL),
    "max_page_size": lambda c: c.get("/users", size=1000).json["page"]["size"],
    "empty_page_embedded": lambda c: "_embedded" in c.get("/users", user_name="nobody").json,
    "user_name_filter": lambda c: names(c, "/users", user_name="monarch"),
    "search_booleans": lambda c: searched(c, "saml_user", "Yes", "true", "no"),
    "login_status": lambda c: searched(c, "login_status", "Active", "active"),
    "fields_to_return": lambda c: keys_of_item(c, "/users/search", search_term=TED, fields_to_return="last_name"),
    "shuffle_lists": order_of_lists,
    "team_list_business_unit": lambda c: "business_unit" in c.get("/teams", all_for_org="true").items[0],
    "role_list_permissions": lambda c: keys_of_item(c, "/roles"),
    "title_readable_rest": lambda c: with_title(c).get("title"),
    "title_readable_xml": lambda c: (with_title(c), c.xml("getuserinfo", username=TED).account.get("title"))[1],
    "relationship_read": relationship,
    "relationship_written": written_relationship,
    "unset_fields": lambda c: c.user(TED).get("phone", "absent"),
    "cleared_fields": cleared,
    "timestamps": lambda c: c.user(TED)["insert_ts"],
    "revocation_unset": lambda c: own_key(c).get("revocation_ts"),
    "deleted_by_id": deleted_read,
    "team_users": lambda c: "users" in c.get(f"/teams/{(c.emulator.team('Demo Team') or {})['team_id']}").json,
    "put_answer": lambda c: sorted(c.put_user(TED, {}).json),
    "key_prefix_in_answers": lambda c: own_key(c)["api_id"].startswith("vera01"),
    "create_status": lambda c: create_and(c, person()),
    "delete_status": lambda c: c.delete(f"/users/{c.user_id(TED)}").status,
    "duplicate_status": lambda c: create_and(c, person(TED)),
    "reset_status": lambda c: answer_status(c, "POST", f"/users/{c.user_id(TED)}/reset_mfa"),
    "session_status": lambda c: answer_status(c, "DELETE", f"/session/user_id/{c.user_id(TED)}"),
    "reuse_deleted_name": recreated,
    "unknown_property": lambda c: create_and(c, person(nonsense=1)),
    "require_json_type": json_type,
    "create_without_roles": lambda c: create_and(c, person(roles=[])),
    "empty_roles": lambda c: c.put_user(TED, {"roles": []}).status,
    "incremental_roles": lambda c: len(
        c.put_user(TED, {"roles": roles("extreviewer")}, incremental="true").json["roles"]
    ),
    "put_user_name": other_name,
    "rest_name_follows_address": rest_renamed,
    "email_unactivated": unactivated,
    "relationship_omitted": omitted_relationship,
    "manager_needs_team_admin": managers,
    "leftover_scan_roles": lambda c: c.put_user(TED, {"roles": roles("extreviewer", "extsubmitanyscan")}).status,
    "team_rule": team_rule,
    "api_without_team": lambda c: create_and(c, service(roles=roles("resultsapi"))),
    "api_human_roles": lambda c: create_and(c, service(roles=roles("noteamrestrictionapi", "extexecutive"))),
    "api_shared_address": address_shared,
    "human_name_is_address": lambda c: create_and(c, person(user_name="new")),
    "saml_username": saml_name,
    "saml_with_mfa": saml_mfa,
    "private_ip": lambda c: c.put_user(TED, {"ip_restricted": True, "allowed_ip_addresses": ["10.1.12.167"]}).status,
    "ips_when_unrestricted": ips_left,
    "grant_administrator": lambda c: create_and(c, person(roles=roles("extadmin"))),
    "creation_delay": delayed,
    "old_key_hours": replaced_key,
    "credentials_none": lambda c: c.get(f"/api_credentials/user_id/{c.user_id(TED)}").status,
    "revoked_key_lookup": revoked_lookup,
    "key_days": new_key_days,
    "members_need_team": left_team,
    "business_unit_delete": unit_delete,
    "role_delete_assigned": role_delete,
    "jit_none": lambda c: c.get("/jit_default_settings").status,
    "xml_api": lambda c: (c.xml_reply("getuserlist").status, c.xml_reply("getuserlist").body[:60]),
    "xml_denied": denied_xml,
    "createuser_caller": lambda c: other(c, "aswallowtail@example.com").xml("createuser", **REGINA).name,
    "xml_undocumented": lambda c: c.xml("updateuser", username=TED, title="x").name,
    "xml_empty": xml_cleared,
    "xml_any_scan": lambda c: c.xml("createuser", **REGINA).name,
    "xml_narrow_scan": narrow_scan,
    "xml_newer_roles": lambda c: c.xml("createuser", **{**REGINA, "roles": "Custom Reporter"}).name,
    "xml_other_roles": xml_unseen,
    "xml_shows_newer_roles": xml_shown,
    "xml_name_follows_address": xml_renamed,
    "xml_email_pending": xml_renamed,
    "xml_saml_by_username": lambda c: c.xml("getuserinfo", username=MARIA).name,
    "xml_filters": lambda c: c.xml("getuserlist", last_name="mon").all("users"),
    "xml_lists_inactive": lambda c: c.xml("getuserlist", email_address=WILL).all("users"),
    "xml_list_blanks": xml_lists,
    "xml_encoding": lambda c: c.xml_reply("getuserinfo", username=TED).body,
    "xml_double_encoding": team_info_name,
    "xml_booleans": lambda c: c.xml("getuserinfo", username=TED).account["login_enabled"],
    "saml_subscription": lambda c: create_and(c, person(saml_user=True, saml_subject="s", pin_required=False)),
    "elearning_subscription": lambda c: c.xml("updateuser", username=TED, elearning_track="eLearning").name,
    "prefer_idp_data": idp,
    "no_team_restriction_role": lambda c: create_and(c, service()),
    "restricted_caller_sees": restricted_view,
    "clock_window": lambda c: signed(c, ago=100),
    "clock_skew": lambda c: c.get("/users/self").status,
    "plus_in_query": lambda c: c.raw("GET", f"{BASE}/users/search?search_term=a+b").status,
    "nonce_replay": replayed,
    "prefixed_key_id": prefixed,
    "enforce_ip": ip_enforced,
    "rate_limit_rest": lambda c: two_calls(c, "rest"),
    "rate_limit_xml": lambda c: two_calls(c, "xml"),
    "retry_after": retry_after,
    "latency_ms": latency,
    "gzip": compressed,
}
# Positions to try where the suggested ones would take too long or show nothing in so small an organization.
TRIED = {
    "rate_limit_rest": ("0", "3"),
    "rate_limit_xml": ("0", "3"),
    "creation_delay": ("0", "3", "30"),
    "latency_ms": ("0", "500"),
}


def test_every_switch_has_a_scenario() -> None:
    assert set(SCENARIOS) == set(BY_NAME)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_positions_differ(emulator: Emulator, name: str) -> None:
    seen: dict[str, str] = {}
    for position in TRIED.get(name, BY_NAME[name].positions):
        emulator.reset()
        emulator.switch(**{name: position})
        client = Client(emulator)
        seen[position] = repr(SCENARIOS[name](client))
        client.close()
    assert len(set(seen.values())) == len(seen), seen


def test_unknown_switches_and_positions(emulator: Emulator) -> None:
    with pytest.raises(EmulatorError, match="no switch"):
        emulator.switch(nonsense="x")
    with pytest.raises(EmulatorError, match="none of"):
        emulator.switch(gzip="sometimes")
    with pytest.raises(EmulatorError, match="not a number"):
        emulator.switch(latency_ms="soon")


def test_defaults_come_back(emulator: Emulator) -> None:
    emulator.switch(summary_names=False, latency_ms=1)
    emulator.reset()
    assert emulator.switches() == {switch.name: switch.default for switch in TABLE}

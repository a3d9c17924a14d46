# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules that hold everywhere, each with its error: it names the option, the value and what to do."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.emulator.control import Emulator
from tests.inside import Inside, assert_converged
from tests.integration.scenarios import BUILD, NEW, SAML, SVC, TED

BOTH = ("rest", "xml")
REST = ("rest",)
XML = ("xml",)

# Rule, kind, options, by which APIs, the option of the failure, what the message has to say.
REFUSALS: list[tuple[int, str, dict[str, Any], tuple[str, ...], str, str]] = [
    (1, "user", {"username": TED, "roles": []}, BOTH, "roles", r"the list is empty.*state: disabled"),
    (1, "user", {"username": TED, "first_name": ""}, BOTH, "first_name", "cannot clear it; omit it"),
    (1, "user", {"username": TED, "active": True}, XML, "active", "only the Identity REST API.*api: rest"),
    (1, "user", {"username": TED, "managed_teams": []}, XML, "managed_teams", "only the Identity REST API"),
    (1, "user", {"username": TED, "elearning_track": "x"}, REST, "elearning_track", "only the Admin XML API.*api: xml"),
    (2, "user", {"username": TED, "roles": ["reviewer"]}, BOTH, "roles", r'unknown role "reviewer", did you mean "(ext)?[Rr]eviewer"'),
    (2, "user", {"username": TED, "roles": ["Reveiwer"]}, BOTH, "roles", r'"Reveiwer", did you mean "Reviewer"\?'),
    (2, "user", {"username": TED, "roles": [" Reviewer"]}, BOTH, "roles", r'begins with a blank \(U\+0020\)'),
    (2, "user", {"username": TED, "teams": ["demo team"]}, BOTH, "teams", r'no team "demo team", did you mean "Demo Team"\?'),
    (2, "user", {"username": TED, "teams": ["Nope", "Nada"]}, BOTH, "teams", r'"Nada".*"Nope"'),
    (4, "user", {"username": TED, "roles": ["Reviewer", "Any Scan"]}, BOTH, "roles", "Any Scan needs a role that scans"),
    (4, "user", {"username": TED, "roles": ["Any Scan"], "roles_mode": "remove"}, BOTH, "roles", "last scan permission"),
    (4, "user", {"username": TED, "roles": ["Any Scan"]}, BOTH, "roles", "alone cannot be held"),
    (4, "user", {"username": "mdoe@example.com", "roles": ["eLearning"], "roles_mode": "remove"}, BOTH, "roles", "no role would be left"),
    (5, "user", {"username": TED, "email_address": "mdoe@example.com"}, BOTH, "email_address", 'that of "mdoe@example.com"'),
    (5, "user", {"username": TED, "custom_id": "EX\\msaml"}, BOTH, "custom_id", 'that of "msaml@example.com"'),
    (5, "user", {"username": TED, "custom_id": "EX\\msaml", "state": "absent"}, BOTH, "custom_id", 'but username selects "tmonarch'),
    (5, "user", {"username": TED, "email_address": "mdoe@example.com", "state": "disabled"}, BOTH, "email_address", "but username selects"),
    (5, "user", {"custom_id": "EX\\msaml", "email_address": TED}, BOTH, "email_address", 'but custom_id selects "msaml@example.com"'),
    (5, "user", {**SAML, "email_address": TED}, BOTH, "custom_id", f"is not a known SAML subject.*give username: {TED}"),
    (5, "user", {**SAML, "email_address": "msaml@example.com"}, BOTH, "custom_id", "is not a known SAML subject"),
    (5, "user", {"username": ""}, BOTH, "username", '"" is not a name'),
    (5, "user", {"username": "none@example.com", "phone": "1"}, BOTH, "first_name", "does not exist, and creating it needs first_name"),
    (5, "user", {"custom_id": "EX\\none", "phone": "1"}, BOTH, "first_name", "does not exist"),
    (5, "api_user", {"email_address": "build@example.com", "phone": "1"}, REST, "email_address", r"several accounts \(build-upload, keyless-api\)"),
    (6, "user", {"username": TED, "previously": ["mdoe@example.com"]}, BOTH, "previously", "both exist, as different accounts"),
    (6, "user", {"username": "n@example.com", "previously": [TED, "mdoe@example.com"]}, BOTH, "previously", "all exist, and only one"),
    (6, "user", {"username": TED, "previously": [TED.upper()]}, BOTH, "previously", "current username"),
    (6, "user", {"custom_id": "EX\\msaml", "previously": [TED]}, BOTH, "previously", "need username"),
    (6, "user", {"username": "ted", "previously": [TED]}, XML, "username", "renames by a new email_address only.*api: rest"),
    (10, "user", {**NEW, "email_address": "other@example.com", "roles": ["Executive"]}, XML, "username", "makes the address the username"),
    (10, "user", {"username": TED, "email_address": "t@example.com", "verify_email": True}, XML, "verify_email", "only the Identity REST API"),
    (2, "user", {**NEW, "username": " new@example.com", "roles": ["Executive"]}, BOTH, "username", r"begins with a blank \(U\+0020\)"),
    (10, "user", {**NEW, "username": "new", "roles": ["Executive"]}, BOTH, "email_address", "is not an address"),
    (10, "user", {"username": TED, "email_address": "no address"}, BOTH, "email_address", "is not an e-mail address"),
    (10, "user", {"username": TED, "first_name": "x" * 257}, BOTH, "first_name", "has 257 characters; shorten it to 256"),
    (10, "user", {"username": TED, "teams": ["Demo Team, Engineering"]}, XML, "teams", "contains a comma.*api: rest"),
    (11, "user", {"username": TED, "allowed_ip_addresses": ["74.0.0.0/24"]}, BOTH, "allowed_ip_addresses", r"CIDR is not supported.*74\.0\.0\.\*"),
    (11, "user", {"username": TED, "allowed_ip_addresses": ["2001:db8::1"]}, BOTH, "allowed_ip_addresses", "IPv6 is not supported"),
    (11, "user", {"username": TED, "allowed_ip_addresses": ["74.0.*.*"]}, BOTH, "allowed_ip_addresses", "last octet"),
    (11, "user", {"username": TED, "allowed_ip_addresses": ["74.0.0.[9-1]"]}, BOTH, "allowed_ip_addresses", "smaller number first"),
    (11, "user", {"username": TED, "allowed_ip_addresses": ["74.0.0.1"], "has_ip_restrictions": False}, BOTH, "has_ip_restrictions", "contradicts"),
    (11, "user", {"username": TED, "allowed_ip_addresses": [], "has_ip_restrictions": True}, BOTH, "has_ip_restrictions", "Activity Log"),
    (12, "api_user", {"username": "admin-api", "state": "disabled"}, REST, "allow_self_lockout", "would disable"),
    (12, "api_user", {"username": "admin-api", "state": "absent"}, REST, "allow_self_lockout", "would delete"),
    (12, "api_user", {"username": "admin-api", "active": False}, REST, "allow_self_lockout", "would disable"),
    (12, "api_user", {"username": "admin-api", "roles": ["Results API"]}, REST, "allow_self_lockout", "take Admin API from"),
    (12, "api_user", {"username": "admin-api", "allowed_ip_addresses": ["74.0.0.1"]}, REST, "allow_self_lockout", "Activity Log"),
    (4, "user", {"username": TED, "roles": ["Sandbox Administrator"]}, BOTH, "roles", "Sandbox Administrator also needs a role such as Creator"),
    (13, "user", {"username": TED, "roles": ["Team Admin", "Reviewer"]}, REST, "managed_teams", "at least one team to manage"),
    (13, "user", {**NEW, "roles": ["Team Admin"], "teams": ["Demo Team"]}, REST, "managed_teams", "at least one team to manage"),
    (13, "user", {"username": TED, "managed_teams": ["Demo Team"]}, REST, "managed_teams", "Team Admin role; add Team Admin"),
    (
        13,
        "user",
        {"username": TED, "teams": ["Demo Team"], "teams_mode": "remove", "managed_teams": ["Demo Team"]},
        REST,
        "managed_teams",
        "name it in one of them",
    ),
    (15, "user", {"username": BUILD, "phone": "1"}, BOTH, "username", "cannot convert an account.*veracode_api_user"),
    (15, "api_user", {"username": TED, "phone": "1"}, REST, "username", "cannot convert an account.*veracode_user"),
    (4, "api_user", {"username": BUILD, "roles": ["Creator"]}, REST, "roles", 'role "Creator" is for people only'),
    (4, "user", {"username": TED, "roles": ["Results API"]}, BOTH, "roles", "is for API users only"),
    (7, "api_user", {**SVC, "roles": ["Results API"]}, REST, "teams", "sees every application.*unrestricted: true"),
    (7, "api_user", {"username": BUILD, "teams": []}, REST, "teams", "unrestricted: true"),
    (13, "user", {"username": "msaml@example.com", "is_saml_user": False}, BOTH, "is_saml_user", "cannot turn a SAML user back"),
    (13, "user", {"username": TED, "is_saml_user": True}, BOTH, "is_saml_user", "needs a custom_id"),
    (13, "user", {"username": TED, "is_saml_user": True, "custom_id": "EX\\t", "requires_token": True}, BOTH, "requires_token", "multi-factor"),
    (
        1,
        "user",
        {"username": "lpieris@example.com", "roles": ["Reviewer", "Team Admin", "Executive"]},
        XML,
        "roles",
        'does not take the role "Team Admin".*api: rest',
    ),
    (9, "api_user", {**SVC, "roles": ["Results API"], "teams": ["Demo Team"], "credentials": "on_create"}, REST, "credentials_dest", "return_secret: true"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "options", "api", "option", "says"),
    [
        pytest.param(kind, options, api, option, says, id=f"rule {rule}: {option} {number} {api}")
        for number, (rule, kind, options, apis, option, says) in enumerate(REFUSALS)
        for api in apis
    ],
)
def test_refused_before_any_write(
    inside: Inside, emulator: Emulator, kind: str, options: dict[str, Any], api: str, option: str, says: str
) -> None:
    """In check mode and for real alike, and nothing is written."""
    for check in (True, False):
        result = inside.run(kind, {**options, "api": api} if kind == "user" else options, check=check)
        assert result.get("failed"), result["actions"]
        assert re.search(says, result["msg"]), result["msg"]
        assert result["failure"]["option"] == option
        assert result["failure"]["msg"] == result["msg"]
        assert result["failure"]["kind"] == kind
        assert (result["changed"], result["actions"], result["calls"]["writes"]) == (False, [], 0)
    assert emulator.log(writes=True) == []


@pytest.mark.parametrize("api", BOTH)
def test_unmanaged(inside: Inside, api: str) -> None:
    """1: what is omitted or null is not managed."""
    nothing = dict.fromkeys(("phone", "roles", "teams", "first_name", "custom_one", "login_enabled"))
    assert_converged(inside.cycle("user", {"username": TED, "api": api, **nothing}), changed=False)


@pytest.mark.parametrize("api", BOTH)
def test_case_of_names(inside: Inside, emulator: Emulator, api: str) -> None:
    """2: usernames and addresses compare without case and are never rewritten for it."""
    task = {"username": TED.upper(), "email_address": TED.title(), "previously": ["OLD@example.com"], "api": api}
    assert_converged(inside.cycle("user", task), changed=False)


@pytest.mark.parametrize("api", BOTH)
def test_scan_permissions(inside: Inside, api: str) -> None:
    """4: they come with the roles that need them, stay while one does, and go with the last."""

    def roles(**options: Any) -> list[str]:
        run = assert_converged(inside.cycle("user", {"username": TED, "api": api, **options}))
        return list(run["user"]["roles"])

    assert roles(roles=["Reviewer"]) == ["Reviewer"]
    assert roles(roles=["Creator", "Reviewer"]) == ["Any Scan", "Creator", "Reviewer"]
    assert roles(roles=["Static Analysis"], roles_mode="add") == ["Any Scan", "Creator", "Reviewer", "Static Scan"]
    if api == "rest":
        assert roles(roles=["Any Scan"], roles_mode="remove") == ["Creator", "Reviewer", "Static Scan"]
        assert roles(roles=["Submitter"]) == ["Static Scan", "Submitter"]
    assert roles(roles=["Creator", "All Scan Types"]) == ["Any Scan", "Creator"]
    assert roles(roles=["Reviewer"], roles_mode="add") == ["Any Scan", "Creator", "Reviewer"]
    assert roles(roles=["Creator"], roles_mode="remove") == ["Reviewer"]


@pytest.mark.parametrize("api", BOTH)
def test_old_username_with_a_new_address(inside: Inside, api: str) -> None:
    """6: the way of updateuser.do goes on working, with a warning."""
    task = {"username": TED, "email_address": "ted.m@example.com", "api": api}
    run = assert_converged(results := inside.cycle("user", task), changed=True)
    assert run["actions"] == [
        {"action": "rename", "kind": "user", "name": "ted.m@example.com", "fields": ["email_address", "username"]}
    ]
    assert 'There is no account "tmonarch@example.com"' in results[2]["warnings"][0]


@pytest.mark.parametrize("api", BOTH)
def test_subject_that_is_no_saml_user_yet(inside: Inside, api: str) -> None:
    """5: an account that was created with a custom_id and without SAML is found again."""
    task = {key: value for key, value in SAML.items() if key != "is_saml_user"}
    assert assert_converged(inside.cycle("user", {**task, "api": api}), changed=True)["user"]["is_saml_user"] is False


@pytest.mark.parametrize("api", BOTH)
def test_inactive(inside: Inside, emulator: Emulator, api: str) -> None:
    """7: an inactive account is found and updated, not reactivated, and a warning says so."""
    run = assert_converged(inside.cycle("user", {"username": "wbuckeye@example.com", "phone": "1", "api": api}))
    assert run["changed"] is True
    account = emulator.user("wbuckeye@example.com")
    assert account is not None
    assert account["active"] is False
    if api == "rest":
        assert "is inactive and stays inactive; set active: true" in run["warnings"][0]


@pytest.mark.parametrize("api", BOTH)
def test_created_ready_for_use(inside: Inside, emulator: Emulator, api: str) -> None:
    """7: active and enabled unless told otherwise."""
    assert_converged(inside.cycle("user", {**NEW, "roles": ["Executive"], "api": api}), changed=True)
    account = emulator.user(NEW["username"])
    assert account is not None
    assert (account["active"], account["login_enabled"]) == (True, True)


def test_disabled(inside: Inside, emulator: Emulator) -> None:
    """8: login for people, the API too for service accounts; other options are not applied."""
    assert_converged(inside.cycle("user", {"username": TED, "state": "disabled", "phone": "9"}), changed=True)
    assert_converged(inside.cycle("api_user", {"username": BUILD, "state": "disabled"}), changed=True)
    ted, build = emulator.user(TED), emulator.user(BUILD)
    assert ted is not None
    assert build is not None
    assert (ted["login_enabled"], ted["active"], ted["phone"]) == (False, True, None)
    assert (build["login_enabled"], build["active"]) == (False, False)


def test_address_to_confirm(inside: Inside, emulator: Emulator) -> None:
    """10: the old address stays until the mail is answered, and each run says that it waits."""
    task = {"username": TED, "email_address": "ted.m@example.com", "verify_email": True}
    for result in inside.cycle("user", task):
        assert (result["changed"], result["pending"]) == (True, True)
    assert emulator.confirm_email(TED)
    result = inside.user(**task)
    assert not result.get("failed")
    assert result["changed"] is False


@pytest.mark.parametrize("follows", ["yes", "no"])
def test_new_name_to_confirm(inside: Inside, emulator: Emulator, follows: str) -> None:
    """10: a username that is the address waits with it, so that each run orders the change again."""
    emulator.switch(rest_name_follows_address=follows)
    task = {"username": "ted.m@example.com", "previously": [TED], "verify_email": True}
    for result in inside.cycle("user", task):
        assert (result["changed"], result["pending"]) == (True, True)
        assert result["actions"] == [{"action": "update", "kind": "user", "name": TED, "fields": ["email_address"]}]
    assert emulator.confirm_email(TED)
    result = inside.user(**task)
    assert (result["failed"], result["changed"]) == (False, False)
    assert result["user"]["email_address"] == "ted.m@example.com"


@pytest.mark.parametrize("api", BOTH)
def test_private_addresses(inside: Inside, emulator: Emulator, api: str) -> None:
    """11: they warn; whether the server takes them is its decision."""
    emulator.switch(private_ip="allowed")
    results = inside.cycle("user", {"username": TED, "allowed_ip_addresses": ["10.0.0.1"], "api": api})
    warning = assert_converged(results, changed=True)["warnings"][0]
    assert "private address" in warning
    assert "Activity Log" in warning


@pytest.mark.parametrize("options", [{"state": "disabled"}, {"allowed_ip_addresses": ["74.0.0.1"]}])
def test_lockout_that_is_meant(inside: Inside, options: dict[str, Any]) -> None:
    """12: allowed when it is said."""
    result = inside.api_user(username="admin-api", allow_self_lockout=True, **options)
    assert not result.get("failed"), result
    assert result["changed"] is True


def test_lockout_by_xml(inside: Inside, emulator: Emulator) -> None:
    """12: a person who calls the XML API is known as the caller, too."""
    env = emulator.env_for("aswallowtail@example.com")
    result = inside.run("user", {"username": "aswallowtail@example.com", "state": "absent", "api": "xml"}, env=env)
    assert "allow_self_lockout" in result["msg"]
    assert emulator.user("aswallowtail@example.com") is not None


def test_managed_teams(inside: Inside, emulator: Emulator) -> None:
    """13: managed teams join the membership; omitted, relations stay in every team that stays."""

    def user(**options: Any) -> tuple[list[str], list[str]]:
        run = assert_converged(inside.cycle("user", {"username": "lpieris@example.com", **options}))
        return run["user"]["teams"], run["user"]["managed_teams"]

    assert user(managed_teams=["Demo Team", "Engineering"]) == (["Demo Team", "Engineering"],) * 2
    assert user(teams=["Engineering", "Release Team"]) == (["Engineering", "Release Team"], ["Engineering"])
    assert user(managed_teams=["Release Team"]) == (["Engineering", "Release Team"], ["Release Team"])


@pytest.mark.parametrize(
    ("switches", "options", "says"),
    [
        (
            {"saml_subscription": False},
            {"username": TED, "is_saml_user": True, "custom_id": "EX\\t"},
            "set up SAML",
        ),
        ({"prefer_idp_data": "all"}, {"username": TED, "phone": "1"}, "identity provider, or turn off"),
    ],
)
@pytest.mark.parametrize("api", BOTH)
def test_refusals_of_the_server(
    inside: Inside, emulator: Emulator, switches: dict[str, Any], options: dict[str, Any], says: str, api: str
) -> None:
    """14: explained, with what to do."""
    emulator.switch(**switches)
    result = inside.user(**options, api=api)
    assert says in result["msg"]
    assert result["failure"]["path"]


@pytest.mark.parametrize(
    ("caller", "options", "says"),
    [
        ("lpieris@example.com", {"roles": ["Executive"]}, "a Team Admin may not give every role: call with"),
        ("lpieris@example.com", {"teams": ["Engineering"]}, "restricted to teams sees only its own"),
        ("admin-api", {"email_address": "t@example.com", "verify_email": True}, "omit verify_email"),
        ("admin-api", {"allowed_ip_addresses": ["10.0.0.1"]}, "public IPv4 addresses.*Activity Log"),
        ("admin-api", {"roles": ["Policy Administrator"]}, "go with another role"),
    ],
)
def test_what_to_do_about_a_refusal(
    inside: Inside, emulator: Emulator, caller: str, options: dict[str, Any], says: str
) -> None:
    """14: the remedy fits the cause."""
    emulator.change("user", TED, activated=False)
    result = inside.run("user", {"username": TED, **options}, env=emulator.env_for(caller))
    assert result["failed"]
    assert re.search(says, result["msg"]), result["msg"]


@pytest.mark.parametrize("api", BOTH)
def test_caller_with_team_restrictions(inside: Inside, emulator: Emulator, api: str) -> None:
    """14: a calling account that is restricted to its teams cannot give others."""
    task = {**NEW, "roles": ["Reviewer"], "teams": ["Engineering"], "api": api}
    result = inside.run("user", task, env=emulator.env_for("restricted-api"))
    assert result["failed"]
    assert "team" in result["msg"]
    assert emulator.user(NEW["username"]) is None
    task["teams"] = ["Demo Team"]
    assert inside.run("user", task, env=emulator.env_for("restricted-api"))["changed"] is True


@pytest.mark.parametrize("api", BOTH)
def test_what_check_mode_returns_of_a_creation(inside: Inside, api: str) -> None:
    """The account as it will be; only what the server sets is null."""
    for kind, task in (
        ("user", {**NEW, "roles": ["Creator"], "teams": ["Demo Team"], "api": api}),
        *([("api_user", {**SVC, "roles": ["Results API"], "teams": ["Demo Team"]})] if api == "rest" else []),
    ):
        check, run, _again = inside.cycle(kind, task)
        differ = {field for field in run["user"] if check["user"][field] != run["user"][field]}
        assert differ == ({"user_id", "created", "modified"} if api == "rest" else set())
        assert all(check["user"][field] is None for field in differ)


@pytest.mark.parametrize("api", BOTH)
def test_what_is_told_of_a_deletion(inside: Inside, api: str) -> None:
    """It is final, so its diff holds everything that goes."""
    run = assert_converged(inside.cycle("user", {"username": TED, "state": "absent", "api": api}), changed=True)
    assert run["diff"]["after"] == {}
    assert run["diff"]["before"]["roles"] == ["Any Scan", "Creator", "Submitter", "eLearning"]
    assert run["diff"]["before"]["teams"] == ["Demo Team"]


@pytest.mark.parametrize("api", BOTH)
def test_filters(inside: Inside, api: str) -> None:
    """Roles by each of their names; a name that is none is an error; who is named is read whole."""
    found = [
        [user["username"] for user in inside.info(role=role, api=api)["users"]]
        for role in ("Any Scan", "extsubmitanyscan", "All Scan Types")
    ]
    assert found == [["sviceroy@example.com", TED]] * 3
    for option, value, says in (
        ("role", "creator", 'did you mean "Creator"'),
        ("team", "demo team", 'did you mean "Demo Team"'),
        *((option, "", "omit") for option in ("username", "custom_id", "email_address", "role", "team")),
    ):
        result = inside.info(**{option: value}, api=api)
        assert result.get("failed"), (option, value)
        assert says in result["msg"]
        assert (result["failure"]["option"], result["failure"]["value"]) == (option, value)
    for named in ({"username": TED}, {"email_address": TED}):
        [user] = inside.info(**named, api=api)["users"]
        assert (user["teams"], user["requires_token"]) == (["Demo Team"], False)

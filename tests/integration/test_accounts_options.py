# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every single option of veracode_user and veracode_api_user, by each API: set, change, clear, each idempotent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.veracode.plugins.module_utils import _argspec as _arguments
from tests.emulator.control import Emulator
from tests.inside import Inside, assert_converged, failures
from tests.integration.scenarios import BUILD, TED

# What an option is set to, changed to and cleared with; None where it cannot be cleared.
TEXT = ("one", "another", "")
VALUES: dict[str, tuple[Any, Any, Any]] = {
    "first_name": ("Theo", "Tom", None),
    "last_name": ("King", "Queen", None),
    "email_address": ("ted.king@example.com", "ted.queen@example.com", None),
    "phone": TEXT,
    "custom_one": TEXT,
    "custom_two": TEXT,
    "custom_three": TEXT,
    "custom_four": TEXT,
    "custom_five": TEXT,
    "login_enabled": (False, True, None),
    "requires_token": (True, False, None),
    "allowed_ip_addresses": (["74.0.0.1"], ["74.0.0.*", "74.0.1.[0-9]"], []),
    "roles": (["Reviewer"], ["Security Lead", "Static Scan"], None),
    "teams": (["Engineering"], ["Release Team", "Demo Team"], []),
    "custom_id": ("EX\\one", "EX\\two", ""),
    "elearning_track": ("eLearning", "eLearning Awareness", ""),
    "elearning_curriculum": ("Beginner Curriculum", None, ""),
    "elearning_manager": ("Mary Doe", None, ""),
    "is_elearning_manager": (True, False, None),
    "keep_elearning_active": (True, False, None),
    "active": (False, True, None),
}
API_VALUES = {
    **{option: VALUES[option] for option in ("first_name", "last_name", "email_address", "phone", "login_enabled")},
    **{f"custom_{n}": TEXT for n in ("one", "two", "three", "four", "five")},
    "allowed_ip_addresses": VALUES["allowed_ip_addresses"],
    "active": VALUES["active"],
    "roles": (["Results API"], ["uploadapi", "Static Scan (API)"], None),
    "teams": (["Engineering"], ["Release Team", "Demo Team"], None),
}
# Options with a test of their own here or among the scenarios and rules.
ELSEWHERE = {
    *("state", "username", "previously", "new_custom_id", "verify_email", "roles_mode", "teams_mode", "api"),
    *("managed_teams", "title", "is_saml_user", "has_ip_restrictions", "allow_self_lockout", "unrestricted"),
    "permanently",
}
XML_ONLY = {option for option in VALUES if "elearning" in option}
REST_ONLY = {"active"}
# Without a team only some roles can be held.
FITTING = {"teams": {"roles": ["Security Lead"]}}


def test_no_option_is_forgotten() -> None:
    """A new option has to come into one of the tables."""
    people = set(_arguments.account_arguments("user")) | set(_arguments.api_argument())
    assert people == set(VALUES) | ELSEWHERE - {"unrestricted"}
    assert set(_arguments.account_arguments("api_user")) <= set(API_VALUES) | ELSEWHERE


def steps(values: tuple[Any, Any, Any]) -> list[Any]:
    return [value for value in values if value is not None]


def assert_has(user: dict[str, Any], option: str, wanted: Any) -> None:
    if isinstance(wanted, list):
        if option == "roles":
            assert set(wanted) <= {*user["roles"], *user["role_names"]}
        else:
            assert user[option] == sorted(wanted)
    else:
        assert user[option] == (wanted if wanted != "" else None)


@pytest.mark.parametrize("api", ["rest", "xml"])
@pytest.mark.parametrize("option", sorted(VALUES))
def test_option_of_a_person(inside: Inside, emulator: Emulator, option: str, api: str) -> None:
    """Only the option changes, all others stay; a second run finds nothing to do."""
    if (api == "xml" and option in REST_ONLY) or (api == "rest" and option in XML_ONLY):
        [problem] = set(failures([inside.user(username=TED, api=api, **{option: VALUES[option][0]})]))
        assert option in problem
        assert f"api: {'rest' if api == 'xml' else 'xml'}" in problem
        return
    if option in FITTING:
        assert not inside.user(username=TED, api="rest", **FITTING[option]).get("failed")
    name = TED
    for wanted in steps(VALUES[option]):
        before = inside.user(username=name, api=api)["user"]
        results = inside.cycle("user", {"username": name, option: wanted, "api": api})
        if (option, api, wanted) == ("custom_id", "xml", ""):
            assert "cannot clear this" in failures(results)[0]  # the server takes an empty new_custom_id for none
            assert (results[1]["failure"]["option"], results[1]["failure"]["value"]) == ("custom_id", "")
            return
        run = assert_converged(results, changed=True)
        [action] = run["actions"]
        if option != "email_address":
            expected = {option} | ({"has_ip_restrictions"} if option == "allowed_ip_addresses" else set())
            assert option in action["fields"]
            assert set(action["fields"]) <= expected
            assert action["action"] == "update"
        else:
            assert action == {"action": "rename", "kind": "user", "name": wanted, "fields": [option, "username"]}
            name = wanted
        assert_has(run["user"], option, wanted)
        own = {*action["fields"], "role_names", "modified", *({"managed_teams"} if option == "teams" else ())}
        assert {key: value for key, value in run["user"].items() if key not in own} == {
            key: value for key, value in before.items() if key not in own
        }


@pytest.mark.parametrize("option", sorted(API_VALUES))
def test_option_of_a_service_account(inside: Inside, option: str) -> None:
    for wanted in steps(API_VALUES[option]):
        run = assert_converged(inside.cycle("api_user", {"username": BUILD, option: wanted}), changed=True)
        assert option in run["actions"][0]["fields"]
        assert run["actions"][0]["action"] == "update"
        assert_has(run["user"], option, wanted)


@pytest.mark.parametrize("readable", [False, True])
@pytest.mark.parametrize("api", ["rest", "xml"])
def test_title(inside: Inside, emulator: Emulator, api: str, readable: bool) -> None:
    """A title is sent on creation, compared where it is reported, and else left alone with a warning."""
    emulator.switch(**{f"title_readable_{api}": readable})
    new = {"username": "new@example.com", "first_name": "N", "last_name": "P", "roles": ["Executive"], "api": api}
    assert_converged(inside.cycle("user", {**new, "title": "Boss"}), changed=True)
    account = emulator.user("new@example.com")
    assert account is not None
    assert account["title"] == "Boss"
    results = inside.cycle("user", {**new, "title": "Chief"})
    if not readable:
        assert assert_converged(results, changed=False)["warnings"][0].startswith("title: ")
    elif api == "xml":
        assert "only when an account is created" in failures(results)[0]
    else:
        assert assert_converged(results, changed=True)["user"]["title"] == "Chief"


def test_apis_agree(inside: Inside) -> None:
    """An account made by one API is the same by the other, in every field that both report."""
    task = {
        "first_name": "New",
        "last_name": "Person",
        "roles": ["Creator", "eLearning"],
        "teams": ["Demo Team", "Engineering"],
        "phone": "1",
        "custom_one": "1",
        "custom_five": "5",
        "allowed_ip_addresses": ["74.0.0.[0-99]", "74.0.1.7"],
        "requires_token": True,
    }
    users = {}
    for api in ("rest", "xml"):
        name = f"{api}@example.com"
        users[api] = assert_converged(inside.cycle("user", {**task, "username": name, "api": api}))["user"]
        other = inside.user(username=name, api="xml" if api == "rest" else "rest")["user"]
        differ = {
            field: (users[api][field], other[field])
            for field in other
            if None not in (users[api][field], other[field]) and users[api][field] != other[field]
        }
        assert differ == {}
    changing = {"username", "email_address", "user_id", "created", "modified"}
    for field in set(users["rest"]) - changing:
        if None not in (users["rest"][field], users["xml"][field]):
            assert users["rest"][field] == users["xml"][field], field
    silent = {field for field in users["xml"] if users["xml"][field] is None and users["rest"][field] is not None}
    assert silent == {"user_id", "active", "managed_teams", "created", "modified"} | (
        {"title"} if users["rest"]["title"] else set()
    )


@pytest.mark.parametrize(
    "selector",
    [
        {"username": "TMonarch@example.com"},
        {"email_address": "tmonarch@example.com"},
        {"custom_id": "EX\\msaml"},
    ],
)
def test_an_account_that_is_asked_for_by_name_is_told_whole(inside: Inside, selector: dict[str, str]) -> None:
    found = inside.info(**selector)
    assert found["count"] == 1
    assert None not in (found["users"][0]["roles"], found["users"][0]["teams"], found["users"][0]["active"])


def test_tls_is_verified_unless_switched_off_and_that_is_warned_of(inside: Inside) -> None:
    without_authority = {key: value for key, value in inside.emulator.env.items() if key != "VERACODE_CA_PATH"}
    refused = inside.run("user", {"username": TED, "phone": "1"}, env=without_authority)
    assert refused["failed"]
    assert "no secure connection" in refused["msg"]
    assert "ca_path" in refused["msg"]
    assert inside.emulator.log() == []
    for off in (
        {"options": {"validate_certs": False}, "env": {}},
        {"options": {}, "env": {"VERACODE_VALIDATE_CERTS": "no"}},
    ):
        task = {"username": TED, "phone": "1", **off["options"]}
        done = inside.run("user", task, env={**without_authority, **off["env"]})
        assert not done.get("failed"), done["msg"]
        [warning] = [text for text in done["warnings"] if "validate_certs" in text]
        assert "not verified" in warning
    assert not any("validate_certs" in text for text in inside.user(username=TED, phone="1")["warnings"])

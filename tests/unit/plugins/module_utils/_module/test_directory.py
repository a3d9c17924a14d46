# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of veracode_directory and veracode_directory_info in this process, against the emulator."""

from __future__ import annotations

import copy
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.veracode.plugins.module_utils._apply.progress_file import Report
from ansible_collections.community.veracode.plugins.module_utils._module.directory import DIRECTORY
from tests.emulator.control import Emulator
from tests.inside import Result, apply, converge, export_all, outcome
from tests.turns import in_turn

# Every kind of change at once: units, teams, accounts, created, renamed, moved, left, disabled and deleted, with
# references to what the same run creates or renames.
EVERYTHING: dict[str, Any] = {
    "business_units": [
        {"name": "Payments", "teams": ["Web", "Demo Team"]},
        {"name": "Example Unit", "teams": ["Quality Team"]},
    ],
    "teams": [
        {
            "name": "Web",
            "business_unit": "Payments",
            "members": ["tmonarch@example.com", "n1@example.com", "n2@example.com"],
        },
        {"name": "Demo Team", "managers": ["lpieris@example.com"]},
        {"name": "Core", "managers": ["lead@example.com"]},
        {
            "name": "Shipping",
            "previously": ["Release Team"],
            "members": ["sam.viceroy@example.com", "build-upload", "tmonarch@example.com"],
        },
        {"name": "Engineering", "business_unit": ""},
    ],
    "users": [
        {"username": "n1@example.com", "first_name": "N", "last_name": "One", "phone": "1"},
        {"username": "n2@example.com", "first_name": "N", "last_name": "Two", "teams": ["Web", "Demo Team"]},
        {"username": "lead@example.com", "first_name": "L", "last_name": "Ead", "roles": ["Team Admin", "Reviewer"]},
        {"username": "tmonarch@example.com", "teams": ["Web", "Shipping"], "roles": ["Creator"]},
        {
            "username": "sam.viceroy@example.com",
            "previously": ["sviceroy@example.com"],
            "email_address": "sam.viceroy@example.com",
            "roles": ["Security Lead"],
            "phone": "77",
        },
        {"username": "wbuckeye@example.com", "roles": ["Reviewer", "Creator"], "custom_two": ""},
        {"custom_id": "EX\\msaml", "first_name": "Marie", "roles": ["Executive"]},
        {"username": "mdoe@example.com", "state": "disabled"},
        {"username": "gone@example.com", "state": "absent"},
    ],
    "user_defaults": {"roles": ["Creator"]},
    "api_users": [
        {
            "username": "svc1",
            "first_name": "S",
            "last_name": "V",
            "email_address": "s@example.com",
            "roles": ["uploadapi"],
            "teams": ["Core"],
        },
        {"username": "keyless-api", "state": "absent"},
    ],
}

POSITIONS = [
    ("list_carries", "no"),
    ("list_carries", "roles_teams"),
    ("list_carries", "everything"),
    ("search_carries", "roles_teams"),
    ("search_carries", "everything"),
    ("summary_names", "no"),
    ("inactive_filter", "only"),
    ("deleted_filter", "only"),
    ("search_hides_inactive", "no"),
    ("max_page_size", "20"),
    ("empty_page_embedded", "empty"),
    ("user_name_filter", "substring"),
    ("fields_to_return", "ignored"),
    ("shuffle_lists", "yes"),
    ("team_list_business_unit", "no"),
    ("title_readable_rest", "yes"),
    ("relationship_read", "string"),
    ("relationship_read", "both"),
    ("relationship_written", "string"),
    ("relationship_written", "object"),
    ("relationship_omitted", "kept"),
    ("unset_fields", "null"),
    ("unset_fields", "empty"),
    ("cleared_fields", "null"),
    ("cleared_fields", "unset"),
    ("timestamps", "offset"),
    ("timestamps", "text"),
    ("deleted_by_id", "shown"),
    ("team_users", "no"),
    ("put_answer", "summary"),
    ("create_status", "200"),
    ("delete_status", "204"),
    ("unknown_property", "refused"),
    ("require_json_type", "yes"),
    ("empty_roles", "refused"),
    ("incremental_roles", "ignored"),
    ("rest_name_follows_address", "yes"),
    ("email_unactivated", "pending"),
    ("leftover_scan_roles", "allowed"),
    ("team_rule", "table"),
    ("team_rule", "off"),
    ("members_need_team", "refused"),
    ("business_unit_delete", "moves"),
    ("creation_delay", "30"),
]


def stored(emulator: Emulator) -> dict[str, Any]:
    """Return the organization as it is stored, without when a key was last used."""
    return {kind: items for kind, items in emulator.state().items() if kind != "credentials"}


def messages(result: Result) -> list[str]:
    assert result["failed"]
    return str(result["msg"]).splitlines()


@pytest.mark.parametrize("option", ["protected_users", "required_administrators"])
@pytest.mark.parametrize(("name", "code"), [(" mdoe@example.com", "U+0020"), ("mdoe@example.com\u00a0", "U+00A0")])
def test_no_name_in_a_guard_is_trimmed(emulator: Emulator, option: str, name: str, code: str) -> None:
    result = apply(emulator, users=[{"username": "tmonarch@example.com", "phone": "1"}], **{option: [name]})
    assert result["failed"]
    assert code in result["msg"]
    assert option in result["msg"]
    assert result["calls"]["writes"] == 0


@pytest.mark.parametrize(("switch", "position"), in_turn(POSITIONS, of=2))
def test_one_organization_converges_whatever_the_server_is_like(emulator: Emulator, switch: str, position: str) -> None:
    emulator.switch(**{switch: position})
    done = converge(emulator, **EVERYTHING)
    assert done["summary"] == {
        "created": 7,
        "updated": 4,
        "renamed": 2,
        "disabled": 1,
        "deleted": 1,
        "unchanged": done["summary"]["unchanged"],
        "failed": 0,
    }
    names = [(action["kind"], action["name"]) for action in done["actions"]]
    assert len(names) == len(set(names)), "one entry an object"
    web = emulator.team("Web")
    assert web is not None
    assert sorted(web["users"]) == ["n1@example.com", "n2@example.com", "tmonarch@example.com"]
    core = emulator.team("Core")
    assert core is not None
    assert core["users"]["lead@example.com"] == "ADMIN"


@pytest.mark.parametrize("carries", ["no", "everything"])
def test_an_inactive_account_is_found_by_its_subject(emulator: Emulator, carries: str) -> None:
    emulator.switch(list_carries=carries)
    assert not apply(emulator, users=[{"custom_id": "EX\\msaml", "active": False}])["failed"]
    done = converge(emulator, users=[{"custom_id": "EX\\msaml", "phone": "5"}])
    assert (done["summary"]["updated"], done["summary"]["created"]) == (1, 0)


def test_a_team_admin_is_made_with_the_teams_that_name_the_account(emulator: Emulator) -> None:
    """The server takes neither the role without a team to manage nor the team's manager without the role."""
    team = {"name": "Demo Team", "managers": ["tmonarch@example.com"], "members_mode": "add"}
    done = converge(emulator, users=[{"username": "tmonarch@example.com", "roles": ["Team Admin"]}], teams=[team])
    assert done["actions"] == [
        {"action": "update", "kind": "user", "name": "tmonarch@example.com", "fields": ["managed_teams", "roles"]}
    ]
    refused = apply(emulator, users=[{"username": "sviceroy@example.com", "roles": ["Team Admin"]}])
    assert messages(refused)[0].startswith(
        "users[0].managed_teams (sviceroy@example.com): Team Admin needs at least one team to manage"
    )


@pytest.mark.parametrize("carries", ["no", "everything"])
def test_who_cannot_manage_a_team_is_told_before_the_first_write(emulator: Emulator, carries: str) -> None:
    emulator.switch(list_carries=carries)
    names = ["build-upload", "tmonarch@example.com"]
    teams = [{"name": "Demo Team", "managers": [*names, "lpieris@example.com"], "members_mode": "add"}]
    result = apply(emulator, teams=teams, users=[{"username": "mdoe@example.com", "phone": "1"}])
    assert [error["place"] for error in result["errors"]] == ["teams[0].managers"]
    assert all(f'"{name}" cannot manage a team' in result["msg"] for name in names)
    assert result["calls"]["writes"] == 0


@pytest.mark.parametrize("selector", [{"custom_id": "EX\\msaml"}, {"email_address": "msaml@example.com"}])
def test_a_team_admin_is_made_whatever_selects_the_account(emulator: Emulator, selector: dict[str, Any]) -> None:
    team = {"name": "Demo Team", "managers": ["msaml@example.com"], "members_mode": "add"}
    done = converge(emulator, users=[{**selector, "roles": ["Team Admin"]}], teams=[team])
    assert done["actions"][0]["fields"] == ["managed_teams", "roles", "teams"]


@pytest.mark.parametrize("carries", ["no", "everything"])
def test_who_gets_a_role_that_needs_a_team_gets_the_team_that_names_them(emulator: Emulator, carries: str) -> None:
    emulator.switch(list_carries=carries)
    emulator.change("user", "mdoe@example.com", roles=["Executive"], teams=[])
    teams = [
        {"name": "Quality Team", "members": ["mdoe@example.com", "tmonarch@example.com"], "members_mode": "add"},
        {"name": "Demo Team", "members": ["lpieris@example.com", "sviceroy@example.com", "restricted-api"]},
    ]
    users = [
        {"username": "mdoe@example.com", "roles": ["Creator"]},
        {"username": "tmonarch@example.com", "teams": ["Demo Team"], "teams_mode": "remove"},
    ]
    done = converge(emulator, users=users, teams=teams)
    assert [(action["name"], action["fields"]) for action in done["actions"]] == [
        ("mdoe@example.com", ["roles", "teams"]),
        ("tmonarch@example.com", ["teams"]),
    ]


def test_the_teams_of_who_joins_are_read_where_the_index_of_roles_does_not_tell_them(emulator: Emulator) -> None:
    users = [f"p{number}@example.com" for number in range(60)]
    for name in users:
        emulator.add("user", user_name=name, first_name="P", last_name="N", roles=["Executive"])
    done = converge(
        emulator,
        users=[{"username": name, "roles": ["Executive"]} for name in users[1:]]
        + [{"username": users[0], "roles": ["Creator"]}],
        teams=[{"name": "Quality Team", "members": [users[0]], "members_mode": "add"}],
    )
    assert done["read_strategy"] == "inverse"
    assert [(action["name"], action["fields"]) for action in done["actions"]] == [(users[0], ["roles", "teams"])]


@pytest.mark.parametrize("carries", ["no", "everything"])
@pytest.mark.parametrize(
    "options",
    [
        {"teams": [{"name": "Release Team", "members": []}]},
        {"teams": [{"name": "Shipping", "previously": ["Release Team"], "members": []}]},
        {"teams": [{"name": "Release Team", "members": ["build-upload"], "members_mode": "remove"}]},
        {"teams": [{"name": "Release Team", "state": "absent"}]},
        {"teams": [{"name": "Demo Team"}], "exclusive": ["teams"], "absent_action": "delete"},
    ],
)
def test_teams_do_not_take_the_last_team_of_an_api_user_with_an_entry(
    emulator: Emulator, carries: str, options: dict[str, Any]
) -> None:
    """Without a team it sees every application."""
    emulator.switch(list_carries=carries)
    emulator.change("user", "keyless-api", teams=["Demo Team"])
    service = {"username": "build-upload", "phone": "1"}
    result = apply(emulator, api_users=[service], **options)
    assert [error["place"] for error in result["errors"]] == ["api_users[0].teams"]
    assert "set unrestricted: true" in result["msg"]
    assert result["calls"]["writes"] == 0
    converge(emulator, api_users=[{**service, "unrestricted": True}], **options)
    user = emulator.user("build-upload")
    assert user is not None
    assert not user["teams"]
    assert "No Team Restriction API" in user["roles"]


def test_the_last_team_of_an_api_user_is_told_together_with_all_other_errors(emulator: Emulator) -> None:
    release = {"name": "Release Team", "members": ["keyless-api"]}
    wrong = {"username": "tmonarch@example.com", "roles": ["Reveiwer"]}
    result = apply(emulator, teams=[release], users=[wrong])
    assert [error["place"] for error in result["errors"]] == ["teams[0].members", "users[0].roles"]
    assert result["calls"]["writes"] == 0
    # An entry that has an error may give the team that is missing.
    moving = {"username": "build-upload", "teams": ["Demo Team"], "roles": ["nonsense"]}
    result = apply(emulator, teams=[release], api_users=[moving])
    assert [error["place"] for error in result["errors"]] == ["api_users[0].roles"]
    joining = {"name": "Demo Team", "members": ["build-upload", "nobody@example.com"]}
    result = apply(emulator, teams=[release, joining])
    assert [error["place"] for error in result["errors"]] == ["teams[1].members"]


def test_an_api_service_account_goes_from_one_team_to_another(emulator: Emulator) -> None:
    teams = [{"name": "Release Team", "members": ["keyless-api"]}, {"name": "Web", "members": ["build-upload"]}]
    converge(emulator, api_users=[{"username": "build-upload", "phone": "1"}], teams=teams)


def test_the_address_of_an_api_service_account_is_not_its_name(emulator: Emulator) -> None:
    service = {
        "username": "svc",
        "first_name": "S",
        "last_name": "V",
        "email_address": "tmonarch@example.com",
        "roles": ["resultsapi"],
        "teams": ["Demo Team"],
    }
    team = {"name": "Quality Team", "members": ["tmonarch@example.com"], "members_mode": "add"}
    converge(emulator, api_users=[service], teams=[team])
    user = emulator.user("svc")
    assert user is not None
    assert list(user["teams"]) == ["Demo Team"]


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_input(emulator: Emulator) -> None:
    emulator.read_only(True)
    result = apply(
        emulator,
        users=[
            {"username": "tmonarch@example.com", "roles": ["Reveiwer"]},
            {"username": "new@example.com", "roles": ["Reveiwer"], "teams": ["Demo Taem"]},
            {"username": "b@example.com", "allowed_ip_addresses": ["192.0.2.0/24"], "roles": ["Reveiwer"]},
            {"username": "TMonarch@example.com", "phone": "1"},
            {"username": "nobody@example.com"},
        ],
        teams=[{"name": "Web", "members": ["tmonach@example.com"], "business_unit": "Example Unti"}],
        api_users=[{"username": "svc", "roles": ["Upload API"], "first_name": "S"}],
    )
    told = messages(result)
    assert [error["place"] for error in result["errors"]] == [
        "teams[0].business_unit",
        "teams[0].members",
        "users[0].roles",
        "users[1].first_name",
        "users[1].roles",
        "users[1].teams",
        "users[2].allowed_ip_addresses",
        "users[2].first_name",
        "users[2].roles",
        "users[3].username",
        "users[4].username",
        "api_users[0].last_name",
        "api_users[0].teams",
        "api_users[0].roles",
    ]
    text = "\n".join(told)
    assert 'unknown role "Reveiwer", did you mean "Reviewer"?' in text
    assert 'did you mean "Demo Team"?' in text
    assert 'did you mean "Example Unit"?' in text
    assert 'did you mean "tmonarch@example.com"?' in text
    assert (
        "users[1].first_name (new@example.com): new@example.com does not exist, and creating it needs first_name, last_name"
        in text
    )
    assert 'users[3].username (TMonarch@example.com): "TMonarch@example.com" is already in users[0], as names' in text
    assert "nobody@example.com" in text
    # The same fault of several entries is said once, with its places.
    shared = "users[0].roles (tmonarch@example.com), users[1].roles (new@example.com), users[2].roles (b@example.com)"
    assert f'{shared}: unknown role "Reveiwer", did you mean "Reviewer"?' in told
    assert text.count("Reveiwer") == 1
    assert 'users[1].roles (new@example.com): unknown role "Reveiwer"' in result["errors"][4]["msg"]
    assert result["changed"] is False
    assert result["calls"]["writes"] == 0
    assert emulator.violations() == []


def test_an_entry_that_says_nothing_of_whom_it_means_has_no_name(emulator: Emulator) -> None:
    result = apply(emulator, users=[{"phone": "1"}])
    assert [(error["place"], "name" in error) for error in result["errors"]] == [("users[0].username", False)]


def test_an_entry_that_names_nobody_and_has_a_wrong_role_is_told_both(emulator: Emulator) -> None:
    told = messages(apply(emulator, users=[{"username": "new@example.com", "last_name": "N", "roles": ["Reveiwer"]}]))
    assert [line.split(" ")[0] for line in told] == ["users[0].first_name", "users[0].roles"]


@pytest.mark.parametrize(
    ("options", "places"),
    [
        (
            {
                "users": [{"username": "tmonarch@example.com", "teams": ["Demo Team"]}],
                "teams": [{"name": "Release Team", "members": ["tmonarch@example.com"]}],
            },
            "users[0].teams, teams[0].members",
        ),
        (
            {
                "users": [{"username": "tmonarch@example.com", "teams": ["Release Team"]}],
                "teams": [{"name": "Release Team", "members": ["sviceroy@example.com"]}],
            },
            "users[0].teams, teams[0].members",
        ),
        (
            {
                "users": [{"username": "lpieris@example.com", "managed_teams": ["Demo Team"]}],
                "teams": [{"name": "Demo Team", "managers": []}],
            },
            "users[0].managed_teams, teams[0].managers",
        ),
        (
            {
                "business_units": [{"name": "Example Unit", "teams": ["Engineering"]}],
                "teams": [{"name": "Release Team", "business_unit": "Example Unit"}],
            },
            "teams[0].business_unit, business_units[0].teams",
        ),
        (
            {
                "business_units": [{"name": "Example Unit", "teams": ["Engineering"]}, {"name": "Second"}],
                "teams": [{"name": "Engineering", "business_unit": "Second"}],
            },
            "teams[0].business_unit, business_units[0].teams",
        ),
        (
            {
                "business_units": [{"name": "Example Unit", "teams": ["Engineering"]}],
                "teams": [{"name": "Engineering", "business_unit": ""}],
            },
            "teams[0].business_unit, business_units[0].teams",
        ),
        (
            {
                "business_units": [{"name": "Example Unit", "teams": ["Engineering"], "teams_mode": "remove"}],
                "teams": [{"name": "Engineering", "business_unit": "Example Unit"}],
            },
            "teams[0].business_unit, business_units[0].teams",
        ),
        (
            {
                "users": [{"custom_id": "EX\\msaml", "teams": ["Demo Team"]}],
                "teams": [{"name": "Release Team", "members": ["msaml@example.com"]}],
            },
            "users[0].teams, teams[0].members",
        ),
        (
            {
                "users": [{"username": "mdoe@example.com", "email_address": "new@example.com", "teams": ["Demo Team"]}],
                "teams": [{"name": "Release Team", "members": ["new@example.com"], "members_mode": "add"}],
            },
            "users[0].teams, teams[0].members",
        ),
    ],
)
def test_two_sides_that_contradict_one_another_are_told_with_both_places(
    emulator: Emulator, options: dict[str, Any], places: str
) -> None:
    result = apply(emulator, **options)
    assert result["failed"]
    assert result["failure"]["place"] == places
    for place in places.split(", "):
        assert place in result["msg"]
    assert result["calls"]["writes"] == 0


def test_the_default_business_unit_has_two_names(emulator: Emulator) -> None:
    units = [{"name": "Not Specified", "teams": ["Engineering"], "teams_mode": "add"}]
    done = converge(emulator, business_units=units, teams=[{"name": "Engineering", "business_unit": ""}])
    assert [(action["kind"], action["name"]) for action in done["actions"]] == [("business_unit", "Not Specified")]


def test_the_default_business_unit_can_get_another_name(emulator: Emulator) -> None:
    units = [{"name": "Rest", "previously": ["Not Specified"]}]
    done = converge(emulator, business_units=units, teams=[{"name": "Engineering", "business_unit": ""}])
    assert done["diff"]["after"]["team"]["Engineering"] == {"business_unit": "Rest"}


@pytest.mark.parametrize("teams", [[], [{"name": "Quality Team", "business_unit": "Example Unit"}]])
def test_a_team_leaves_the_default_business_unit_by_joining_another(
    emulator: Emulator, teams: list[dict[str, Any]]
) -> None:
    joins = ["Quality Team"] if not teams else []
    units = [
        {"name": "Not Specified", "teams": ["Engineering", "Release Team"]},
        {"name": "Example Unit", "teams": joins, "teams_mode": "add"},
        {"name": "Other", "teams": ["Demo Team"]},
    ]
    converge(emulator, business_units=units, teams=teams)


def test_a_deleted_team_leaves_the_default_business_unit(emulator: Emulator) -> None:
    units = [{"name": "Not Specified", "teams": ["Demo Team", "Release Team"]}]
    done = converge(emulator, business_units=units, teams=[{"name": "Quality Team", "state": "absent"}])
    assert [(action["action"], action["name"]) for action in done["actions"]] == [("delete", "Quality Team")]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_business_unit_does_not_take_back_what_another_one_takes(emulator: Emulator, backwards: bool) -> None:
    units = [
        {"name": "Other", "teams": ["Engineering"]},
        {"name": "Example Unit", "teams": ["Quality Team"], "teams_mode": "add"},
    ]
    apply(emulator, business_units=[{"name": "Other"}])
    converge(emulator, business_units=units[::-1] if backwards else units, workers=1)


@pytest.mark.parametrize("mode", ["exact", "add"])
def test_a_team_stays_in_its_business_unit_under_a_new_name(emulator: Emulator, mode: str) -> None:
    units = [{"name": "Example Unit", "teams": ["New"], "teams_mode": mode}]
    done = converge(emulator, business_units=units, teams=[{"name": "New", "previously": ["Engineering"]}])
    assert [(action["action"], action["name"]) for action in done["actions"]] == [("rename", "New")]


def test_two_sides_are_united_where_neither_excludes_the_other(emulator: Emulator) -> None:
    converge(
        emulator,
        users=[{"username": "tmonarch@example.com", "teams": ["Release Team"], "teams_mode": "add"}],
        teams=[
            {"name": "Quality Team", "members": ["tmonarch@example.com"], "members_mode": "add"},
            {"name": "Engineering", "members": ["sviceroy@example.com"]},
        ],
    )
    user = emulator.user("tmonarch@example.com")
    assert user is not None
    assert sorted(user["teams"]) == ["Demo Team", "Quality Team", "Release Team"]


def test_an_entry_wins_over_the_defaults_also_with_nothing(emulator: Emulator) -> None:
    emulator.change("user", "tmonarch@example.com", phone="5", custom_one="old")
    emulator.change("user", "sviceroy@example.com", phone="5", custom_one="old")
    converge(
        emulator,
        users=[
            {"username": "tmonarch@example.com", "phone": "", "teams": ["Release Team"]},
            {"username": "sviceroy@example.com", "custom_one": None, "last_name": "V"},
        ],
        user_defaults={"phone": "77", "custom_one": "new", "teams": ["Demo Team", "Quality Team"]},
    )
    one, two = emulator.user("tmonarch@example.com"), emulator.user("sviceroy@example.com")
    assert one is not None
    assert two is not None
    assert (one["phone"] or "", one["custom_one"], sorted(one["teams"])) == ("", "new", ["Release Team"])
    assert (two["phone"], two["custom_one"], sorted(two["teams"])) == ("77", "new", ["Demo Team", "Quality Team"])


def test_an_entry_with_only_a_name_is_kept_and_left_alone(emulator: Emulator) -> None:
    before = emulator.user("tmonarch@example.com")
    done = converge(
        emulator,
        users=[{"username": "TMonarch@example.com"}],
        user_defaults={"roles": ["Executive"], "phone": "77"},
        exclusive=["users"],
        min_administrators=0,
    )
    assert emulator.user("tmonarch@example.com") == before
    assert "tmonarch@example.com" not in [action["name"] for action in done["actions"]]
    others = [
        user for user in emulator.state()["users"] if not user["is_api"] and user["user_name"] != "tmonarch@example.com"
    ]
    assert others
    assert not any(user["login_enabled"] for user in others)


def test_people_that_are_protected_or_come_by_saml_are_no_leftovers(emulator: Emulator) -> None:
    done = converge(
        emulator,
        users=[{"username": "tmonarch@example.com"}],
        exclusive=["users"],
        absent_action="delete",
        protected_users=["ASwallowtail@example.com", "mdoe@example.com"],
        exclude_saml=True,
        max_removals=20,
    )
    assert {action["action"] for action in done["actions"]} == {"delete"}
    left = sorted(user["user_name"] for user in emulator.state()["users"] if not user["is_api"] and not user["deleted"])
    assert left == ["aswallowtail@example.com", "mdoe@example.com", "msaml@example.com", "tmonarch@example.com"]


def test_the_calling_account_is_never_removed(emulator: Emulator) -> None:
    done = converge(emulator, api_users=[{"username": "build-upload"}], exclusive=["api_users"], absent_action="delete")
    assert sorted(action["name"] for action in done["actions"]) == ["keyless-api", "restricted-api"]
    assert any('"admin-api" is the calling account' in warning for warning in done["warnings"])


@pytest.mark.parametrize("kind", ["business_units", "teams", "users", "api_users"])
def test_what_is_in_no_list_is_only_reported_if_so_wished(emulator: Emulator, kind: str) -> None:
    before = stored(emulator)
    result = apply(emulator, exclusive=[kind], absent_action="report", max_removals=0)
    assert not result["failed"]
    assert result["actions"] == []
    assert any("in no list and kept with absent_action: report" in each for each in result["warnings"])
    assert stored(emulator) == before


@pytest.mark.parametrize("kind", ["business_units", "teams"])
def test_teams_and_business_units_go_only_by_deletion(emulator: Emulator, kind: str) -> None:
    result = apply(emulator, exclusive=[kind])
    assert result["actions"] == []
    assert any("in no list and kept with" in warning for warning in result["warnings"])
    if kind == "business_units":
        emulator.change("team", "Engineering", business_unit="Not Specified")
    keep = [{"name": "Demo Team"}, {"name": "Release Team"}] if kind == "teams" else []
    done = converge(emulator, **{kind: keep}, exclusive=[kind], absent_action="delete", max_removals=20)
    wanted = ["Engineering", "Quality Team"] if kind == "teams" else ["Example Unit"]
    assert [(action["action"], action["name"]) for action in done["actions"]] == [("delete", name) for name in wanted]


def test_the_calling_account_is_locked_out_only_if_that_is_meant(emulator: Emulator) -> None:
    entry = {"username": "admin-api", "allowed_ip_addresses": ["74.0.0.1"]}
    refused = apply(emulator, api_users=[{"username": "build-upload", "phone": "1"}, entry])
    assert [error["place"] for error in refused["errors"]] == ["api_users[1].allow_self_lockout"]
    assert "the calling account" in refused["msg"]
    assert refused["calls"]["writes"] == 0
    done = apply(emulator, check=True, api_users=[{**entry, "allow_self_lockout": True}])
    assert done["summary"]["updated"] == 1


@pytest.mark.parametrize(
    ("option", "value"),
    [("workers", 0), ("workers", 33), ("max_removals", -1), ("max_removal_percent", -1), ("min_administrators", -1)],
)
def test_a_limit_that_cannot_be_is_refused_before_the_first_call(emulator: Emulator, option: str, value: int) -> None:
    result = apply(emulator, users=[{"username": "tmonarch@example.com"}], **{option: value})
    assert result["msg"].startswith(f"{option}: {value} ")
    assert result["calls"] == {"reads": 0, "writes": 0}


def test_each_object_is_counted_once(emulator: Emulator) -> None:
    done = converge(emulator, business_units=[{"name": "Example Unit", "teams": ["Quality Team"]}, {"name": "New"}])
    assert done["summary"]["updated"] == 1
    assert done["summary"]["created"] == 1
    assert done["summary"]["unchanged"] == 0
    done = converge(
        emulator,
        business_units=[{"name": "Renamed", "previously": ["Example Unit"]}],
        teams=[{"name": "Quality Team", "business_unit": "Renamed"}],
    )
    assert [(action["action"], action["name"]) for action in done["actions"]] == [("rename", "Renamed")]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {
                "users": [{"username": "mdoe@example.com", "state": "absent"}],
                "teams": [{"name": "Release Team", "members": ["mdoe@example.com"]}],
            },
            'teams[0].members (Release Team): this run removes the account "mdoe@example.com"',
        ),
        (
            {
                "users": [{"username": "aswallowtail@example.com"}],
                "exclusive": ["users"],
                "absent_action": "delete",
                "teams": [{"name": "Release Team", "members": ["mdoe@example.com"]}],
            },
            'teams[0].members (Release Team): this run removes the account "mdoe@example.com"',
        ),
        (
            {
                "users": [{"username": "mdoe@example.com", "teams": ["Quality Team"]}],
                "teams": [{"name": "Quality Team", "state": "absent"}],
            },
            'users[0].teams (mdoe@example.com): this run removes the team "Quality Team"',
        ),
        (
            {
                "users": [{"username": "mdoe@example.com", "teams": ["Quality Team"]}],
                "exclusive": ["teams"],
                "absent_action": "delete",
            },
            'users[0].teams (mdoe@example.com): this run removes the team "Quality Team"',
        ),
        (
            {
                "business_units": [{"name": "Example Unit", "state": "absent"}],
                "teams": [{"name": "Engineering", "business_unit": "Example Unit"}],
            },
            'teams[0].business_unit (Engineering): this run removes the business unit "Example Unit"',
        ),
        (
            {
                "business_units": [{"name": "Example Unit", "teams": ["Quality Team"]}],
                "teams": [{"name": "Quality Team", "state": "absent"}],
            },
            'business_units[0].teams (Example Unit): this run removes the team "Quality Team"',
        ),
    ],
)
def test_what_a_run_removes_cannot_be_named_by_another_entry(
    emulator: Emulator, options: dict[str, Any], text: str
) -> None:
    result = apply(emulator, **options)
    assert text in result["msg"]
    assert [error["msg"] for error in result["errors"]] == messages(result)
    assert result["calls"]["writes"] == 0


def test_two_entries_that_mean_the_same_object_are_an_error(emulator: Emulator) -> None:
    result = apply(
        emulator,
        teams=[{"name": "A", "previously": ["Demo Team"]}, {"name": "B", "previously": ["Demo Team"]}],
        business_units=[{"name": "New", "previously": ["Example Unit"]}, {"name": "Example Unit", "state": "absent"}],
    )
    assert [error["place"] for error in result["errors"]] == ["business_units[1].name", "teams[1].previously"]


@pytest.mark.parametrize(
    ("kind", "entries", "place"),
    [
        ("api_users", [{"email_address": "one@example.com"}, {"email_address": "ONE@example.com"}], "email_address"),
        ("users", [{"username": "subject"}, {"custom_id": "subject"}], "username"),
        (
            "users",
            [
                {"username": "mdoe@example.com", "new_custom_id": "x", "is_saml_user": True},
                {"username": "tmonarch@example.com", "custom_id": "x", "is_saml_user": True},
            ],
            "custom_id",
        ),
        (
            "users",
            [
                {"username": "mdoe@example.com", "new_custom_id": "x", "is_saml_user": True},
                {"username": "tmonarch@example.com", "new_custom_id": "x", "is_saml_user": True},
            ],
            "new_custom_id",
        ),
    ],
)
def test_two_entries_that_select_or_make_the_same_account_are_an_error(
    emulator: Emulator, kind: str, entries: list[dict[str, Any]], place: str
) -> None:
    emulator.change("user", "build-upload", email_address="one@example.com")
    emulator.change("user", "msaml@example.com", user_name="subject", saml_subject="subject")
    result = apply(emulator, **{kind: entries})
    assert [error["place"] for error in result["errors"]] == [f"{kind}[1].{place}"]
    assert result["calls"]["writes"] == 0


def test_two_accounts_cannot_come_to_one_username(emulator: Emulator) -> None:
    names = ["mdoe@example.com", "tmonarch@example.com"]
    result = apply(emulator, users=[{"username": name, "email_address": "one@example.com"} for name in names])
    assert [error["place"] for error in result["errors"]] == ["users[1].email_address"]
    assert 'and users[0] ("mdoe@example.com") would both have the username "one@example.com"' in result["msg"]


def test_an_option_of_the_other_api_is_refused_with_the_module_that_has_it(emulator: Emulator) -> None:
    result = apply(emulator, users=[{"username": "mdoe@example.com", "elearning_track": "eLearning"}])
    assert "use community.veracode.veracode_user with api: xml" in result["msg"]


def test_a_new_account_is_in_the_teams_that_its_options_come_to(emulator: Emulator) -> None:
    new = {"first_name": "N", "last_name": "W", "roles": ["Team Admin", "Reviewer"]}
    done = converge(
        emulator,
        users=[
            {**new, "username": "a@example.com", "teams": ["Demo Team"], "managed_teams": ["Engineering"]},
            {
                **new,
                "username": "b@example.com",
                "roles": ["Executive"],
                "teams": ["Demo Team"],
                "teams_mode": "remove",
            },
        ],
    )
    assert done["diff"]["after"]["user"]["a@example.com"]["teams"] == ["Demo Team", "Engineering"]
    assert "teams" not in done["diff"]["after"]["user"]["b@example.com"]


@pytest.mark.parametrize("position", ["ignored", "refused"])
def test_members_change_places_in_one_run(emulator: Emulator, position: str) -> None:
    emulator.switch(members_need_team=position)
    done = converge(
        emulator,
        teams=[
            {"name": "Demo Team", "members": ["mdoe@example.com", "wbuckeye@example.com", "lpieris@example.com"]},
            {"name": "Quality Team", "members": ["tmonarch@example.com", "sviceroy@example.com"]},
            {"name": "Release Team", "members": ["restricted-api"], "members_mode": "add"},
        ],
    )
    names = ["Demo Team", "Quality Team", "Release Team"]
    assert [action["name"] for action in done["actions"]] == names, "one entry an object"
    assert done["diff"]["before"]["team"]["Quality Team"] == {"members": ["mdoe@example.com", "wbuckeye@example.com"]}


def test_a_team_waits_for_new_members_that_cannot_be_read_yet(emulator: Emulator) -> None:
    emulator.switch(creation_delay=2)
    new = {"username": "new@example.com", "first_name": "N", "last_name": "W", "roles": ["Creator"], "teams": ["Web"]}
    teams = [{"name": "Web", "members": ["tmonarch@example.com"], "members_mode": "add"}]
    converge(emulator, users=[new], teams=teams)
    web = emulator.team("Web")
    assert web is not None
    assert sorted(web["users"]) == ["new@example.com", "tmonarch@example.com"]


def test_key_pairs_need_places_of_their_own(emulator: Emulator, tmp_path: Path) -> None:
    def service(name: str, **options: Any) -> dict[str, Any]:
        names = {"first_name": "S", "last_name": "V", "email_address": "s@example.com"}
        return {"username": name, **names, "roles": ["uploadapi"], "teams": ["Demo Team"], **options}

    one = {"credentials": "on_create", "credentials_dest": str(tmp_path / "key"), "credentials_format": "json"}
    result = apply(emulator, api_users=[service("a", **one), service("b", **one)])
    assert [error["place"] for error in result["errors"]] == ["api_users[1].credentials_dest"]
    assert "is that of api_users[0] already" in result["msg"]
    lost = {**one, "credentials_dest": str(tmp_path / "none" / "key")}
    result = apply(emulator, api_users=[service("a", **lost), service("b", credentials="on_create")])
    assert [error["place"] for error in result["errors"]] == [f"api_users[{n}].credentials_dest" for n in (0, 1)]
    assert "return_secret" not in result["msg"]
    assert result["calls"]["writes"] == 0
    ini = {"credentials": "on_create", "credentials_dest": str(tmp_path / "keys")}
    result = apply(emulator, api_users=[service("a", **ini), service("b", **ini)])
    assert not result["failed"]
    assert (tmp_path / "keys").read_text(encoding="utf-8").count("veracode_api_key_secret") == 2


def test_a_generated_secret_is_hidden_whatever_would_show_it(emulator: Emulator, tmp_path: Path) -> None:
    names = {"username": "a", "first_name": "S", "last_name": "V", "email_address": "s@example.com"}
    key = {"credentials": "on_create", "credentials_dest": str(tmp_path / "key"), "credentials_format": "json"}
    entry = {**names, "roles": ["uploadapi"], "teams": ["Demo Team"], **key}
    done = outcome(emulator, DIRECTORY, api_users=[entry])
    assert not done.result.get("failed"), done.result
    secret = json.loads((tmp_path / "key").read_text(encoding="utf-8"))["api_key_secret"]
    assert done.secrets >= {secret, secret.rpartition("-")[2]}


def test_an_account_that_is_there_without_its_key_pair_is_told(emulator: Emulator, tmp_path: Path) -> None:
    key = {"credentials": "on_create", "credentials_dest": str(tmp_path / "key"), "credentials_format": "json"}
    result = apply(emulator, api_users=[{"username": "build-upload", **key}])
    assert not result["failed"], result["msg"]
    assert any('"build-upload" exists, so no key pair is generated' in warning for warning in result["warnings"])
    (tmp_path / "key").write_text('{"api_key_id": "a", "api_key_secret": "b"}', encoding="utf-8")
    assert apply(emulator, api_users=[{"username": "build-upload", **key}])["warnings"] == []


def test_a_protected_account_is_kept_usable(emulator: Emulator) -> None:
    name = "mdoe@example.com"
    for option, value, verb in (
        ("state", "absent", "delete"),
        ("state", "disabled", "disable"),
        ("login_enabled", False, "disable"),
    ):
        result = apply(emulator, users=[{"username": name, option: value}], protected_users=["MDoe@example.com"])
        assert result["msg"].startswith(f'protected_users: this plan would {verb} "{name}"')
        assert [error["place"] for error in result["errors"]] == ["users[0]"]
        assert result["calls"]["writes"] == 0
    assert not apply(emulator, users=[{"username": name, "phone": "1"}], protected_users=[name])["failed"]
    renamed = {"username": "new@example.com", "previously": [name], "login_enabled": False}
    for each in (name, renamed["username"]):
        result = apply(emulator, users=[renamed], protected_users=[each])
        assert result["msg"].startswith(f'protected_users: this plan would disable "{each}"')


@pytest.mark.parametrize("option", ["login_enabled", "active"])
def test_an_option_that_disables_counts_as_a_removal(emulator: Emulator, option: str) -> None:
    names = ["tmonarch@example.com", "sviceroy@example.com", "mdoe@example.com"]
    users = [{"username": name, option: False} for name in names]
    assert "would remove 3 objects" in apply(emulator, users=users, max_removals=2)["msg"]
    assert converge(emulator, users=users, max_removals=3)["summary"]["updated"] == 3


GUARDS: list[tuple[dict[str, Any], str]] = [
    ({"max_removals": 2}, "max_removals: this plan would remove 6 objects (aswallowtail@example.com, "),
    (
        {"min_administrators": 1},
        "min_administrators: this plan would leave 0 of 1 administrators, without aswallowtail@example.com",
    ),
    (
        {"required_administrators": ["aswallowtail@example.com"], "min_administrators": 0},
        'required_administrators: "aswallowtail@example.com" would not be an enabled, active administrator',
    ),
]


@pytest.mark.parametrize(("options", "text"), GUARDS)
@pytest.mark.parametrize("absent_action", ["disable", "delete"])
def test_a_guard_stops_the_run_before_its_first_write(
    emulator: Emulator, options: dict[str, Any], text: str, absent_action: str
) -> None:
    before = stored(emulator)
    everything = {
        "users": [{"username": "tmonarch@example.com"}],
        "exclusive": ["users"],
        "absent_action": absent_action,
    }
    for check in (True, False):
        result = apply(emulator, check=check, **everything, **options)
        assert result["failed"]
        assert text in result["msg"]
        assert (result["changed"], result["actions"], result["calls"]["writes"]) == (False, [], 0)
    assert stored(emulator) == before


@pytest.mark.parametrize("carries", ["no", "everything"])
@pytest.mark.parametrize("option", ["login_enabled", "active"])
def test_who_is_enabled_again_is_an_administrator_again(emulator: Emulator, carries: str, option: str) -> None:
    emulator.switch(list_carries=carries)
    emulator.change("user", "mdoe@example.com", roles=["Administrator"], **{option: False})
    users = [
        {"username": "mdoe@example.com", option: True},
        {"username": "aswallowtail@example.com", "login_enabled": False},
    ]
    converge(emulator, users=users, required_administrators=["mdoe@example.com"], min_administrators=1)


def test_a_guard_that_reads_the_accounts_keeps_what_was_incomplete(emulator: Emulator) -> None:
    emulator.fault("totals", path="/teams$", count=0, method="GET", delta=3)
    required = ["aswallowtail@example.com"]
    result = apply(emulator, teams=[{"name": "Quality Team", "state": "absent"}], required_administrators=required)
    assert (result["complete"], result["actions"]) == (False, [])


def test_the_share_of_removals_counts_where_there_are_many(emulator: Emulator) -> None:
    for number in range(60):
        emulator.add("user", user_name=f"p{number}@example.com", first_name="P", last_name="N", roles=["Executive"])
    off = {"user_name": "off@example.com", "first_name": "O", "last_name": "F", "roles": ["Executive"]}
    emulator.add("user", login_enabled=False, **off)
    export = export_all(emulator)["directory"]
    kept = [user for user in export["users"] if not user["username"].startswith("p")]
    some = [user for user in export["users"] if user["username"].startswith("p")]
    refused = apply(emulator, users=kept + some[7:], exclusive=["users"], max_removals=100)
    assert refused["failed"]
    people = [user for user in emulator.state()["users"] if not (user["is_api"] or user["deleted"])]
    enabled = sum(user["login_enabled"] for user in people)
    assert enabled < len(people)
    assert f"max_removal_percent: this plan would remove 7 of {enabled} enabled users" in refused["msg"]
    done = apply(emulator, users=kept + some[6:], exclusive=["users"], max_removals=100)
    assert not done["failed"]
    assert done["summary"]["disabled"] == 6
    # Who is disabled already is no further removal.
    done = apply(emulator, users=kept + some[7:], exclusive=["users"], max_removals=1)
    assert not done["failed"]
    assert done["summary"]["disabled"] == 1


@pytest.mark.parametrize(
    "fault", [{"kind": "drift", "shift": 1}, {"kind": "drift", "shift": -1}, {"kind": "totals", "delta": 3}]
)
def test_nothing_is_removed_on_an_incomplete_inventory(emulator: Emulator, fault: dict[str, Any]) -> None:
    emulator.switch(max_page_size=20, inactive_filter="only")
    for number in range(70):
        emulator.add("user", user_name=f"p{number:02}@example.com", first_name="P", last_name="N", roles=["Executive"])
    emulator.fault(path="/users$", count=0, method="GET", **fault)
    everybody = [{"username": f"p{number:02}@example.com", "phone": "1"} for number in range(70)]
    everybody[-2]["state"] = "disabled"
    everybody[-1]["login_enabled"] = False
    result = apply(
        emulator, users=everybody, exclusive=["users"], absent_action="delete", max_removals=100, min_administrators=0
    )
    assert not result["failed"], result["msg"]
    assert result["complete"] is False
    assert {action["action"] for action in result["actions"]} == {"update"}
    assert result["summary"]["updated"] == 68
    assert any("nothing is removed" in warning for warning in result["warnings"])
    emulator.clear_faults()
    result = apply(
        emulator,
        check=True,
        users=everybody,
        exclusive=["users"],
        absent_action="delete",
        max_removals=100,
        max_removal_percent=100,
        min_administrators=0,
    )
    assert result["complete"] is True
    assert result["summary"]["deleted"] == 7


@pytest.mark.parametrize("kind", ["business_units", "teams"])
def test_no_team_or_business_unit_is_removed_on_an_incomplete_listing(emulator: Emulator, kind: str) -> None:
    if kind == "business_units":
        emulator.change("team", "Engineering", business_unit="Not Specified")
    wanted: dict[str, Any] = {"exclusive": [kind], "absent_action": "delete", "allow_unrestricted_api_users": True}
    assert apply(emulator, check=True, **wanted)["summary"]["deleted"] > 0
    emulator.fault("totals", path=f"/{kind}$", method="GET", count=0, delta=3)
    result = apply(emulator, **wanted)
    assert not result["failed"], result["msg"]
    assert (result["complete"], result["actions"], result["calls"]["writes"]) == (False, [], 0)
    assert any("nothing is removed" in warning for warning in result["warnings"])


def test_a_plan_that_was_approved_is_what_runs(emulator: Emulator, tmp_path: Path) -> None:
    plan = str(tmp_path / "plan.json")
    approved = {"users": [{"username": "tmonarch@example.com", "phone": "9"}]}
    result = apply(emulator, check=True, plan_file=plan, **approved)
    written = json.loads(Path(plan).read_text(encoding="utf-8"))
    organization = written.pop("organization")
    assert sorted(organization) == ["host", "id", "name"]
    assert organization["name"] == "Example Organization"
    assert written == {"version": 1, "actions": result["actions"], "diff": result["diff"], "destinations": []}
    other = {"users": [{"username": "tmonarch@example.com", "phone": "8"}]}
    refused = apply(emulator, expect_plan=plan, plan_file=plan, **other)
    assert refused["failed"]
    assert refused["calls"]["writes"] == 0
    assert refused["msg"].startswith("expect_plan: today's plan differs")
    assert "tmonarch@example.com" in refused["msg"]
    more = {"users": [*approved["users"], {"username": "sviceroy@example.com", "phone": "1"}]}
    refused = apply(emulator, expect_plan=plan, **more)
    assert "not in the approved plan: update user sviceroy@example.com" in refused["msg"]
    done = apply(emulator, expect_plan=plan, plan_file=plan, **approved)
    assert not done["failed"]
    assert done["changed"]
    refused = apply(emulator, expect_plan=plan, **approved)
    assert "no longer planned: update user tmonarch@example.com" in refused["msg"]
    link = tmp_path / "link.json"
    link.symlink_to(plan)
    for spelled in (str(link), f"{tmp_path}/./plan.json"):
        refused = apply(emulator, expect_plan=plan, plan_file=spelled, **other)
        assert refused["msg"].startswith("expect_plan: today's plan differs")
    missing = apply(emulator, expect_plan=str(tmp_path / "none.json"), **approved)
    assert missing["failed"]
    assert "expect_plan" in missing["msg"]


@pytest.mark.parametrize("status", [400, 500])
def test_one_failure_does_not_stop_the_others(emulator: Emulator, status: int) -> None:
    names = ["tmonarch@example.com", "sviceroy@example.com", "lpieris@example.com", "mdoe@example.com"]
    wanted = {"users": [{"username": name, "phone": "77"} for name in names]}
    victim = emulator.user(names[1])
    assert victim is not None
    emulator.fault("status", status=status, method="PUT", path=victim["user_id"], count=0)
    result = apply(emulator, max_retries=0, **wanted)
    assert result["failed"]
    assert result["changed"]
    assert [error["place"] for error in result["errors"]] == ["users[1]"]
    assert result["errors"][0]["status"] == status
    assert f"HTTP {status}" in result["errors"][0]["msg"]
    assert result["errors"][0]["name"] == names[1]
    assert [action["name"] for action in result["actions"]] == [names[0], *names[2:]]
    assert result["summary"]["updated"] == 3
    assert result["summary"]["failed"] == 1
    emulator.clear_faults()
    result = apply(emulator, **wanted)
    assert [action["name"] for action in result["actions"]] == [names[1]]


def test_a_progress_file_tells_how_far_a_run_is(emulator: Emulator, tmp_path: Path) -> None:
    names = ["tmonarch@example.com", "sviceroy@example.com", "lpieris@example.com"]
    emulator.fault("status", status=400, method="PUT", skip=1)
    path = tmp_path / "progress"
    path.write_text("of the run before\n", encoding="utf-8")
    apply(emulator, users=[{"username": name, "phone": "77"} for name in names], workers=1, progress_file=str(path))
    lines = [line.split(maxsplit=1)[1] for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[:2] == ["0 of 3 written", "1 of 3 written"]
    assert lines[-1] == "3 of 3 written, 1 failed"
    lost = apply(emulator, users=[{"username": names[1], "phone": "77"}], progress_file=str(tmp_path / "none" / "file"))
    assert lost["msg"].startswith("progress_file: ")
    assert lost["calls"]["writes"] == 0


def test_a_progress_file_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "progress"
    folder.mkdir()
    report = Report(str(folder / "file"), 1)
    assert (folder / "file").exists()
    shutil.rmtree(folder)
    report.one(failed=False)


def test_the_file_of_an_approved_plan_is_a_regular_file(emulator: Emulator, tmp_path: Path) -> None:
    users = [{"username": "tmonarch@example.com", "phone": "9"}]
    os.mkfifo(tmp_path / "pipe")
    for option in ("plan_file", "expect_plan", "progress_file"):
        result = apply(emulator, users=users, **{option: str(tmp_path / "pipe")})
        assert result["msg"].startswith(f"{option}: ")
        assert "is a pipe and not a regular file" in result["msg"]
        assert result["calls"]["writes"] == 0


def test_a_plan_is_approved_for_the_destination_of_its_secrets(emulator: Emulator, tmp_path: Path) -> None:
    service = {
        "username": "ci",
        "first_name": "C",
        "last_name": "I",
        "email_address": "ci@example.com",
        "roles": ["uploadapi"],
        "teams": ["Demo Team"],
        "credentials": "on_create",
        "credentials_format": "json",
    }
    plan = str(tmp_path / "plan.json")
    destinations = [str(tmp_path / name) for name in ("a.json", "b.json")]
    apply(emulator, check=True, api_users=[{**service, "credentials_dest": destinations[0]}], plan_file=plan)
    assert json.loads(Path(plan).read_text(encoding="utf-8"))["destinations"][0]["credentials_dest"] == destinations[0]
    refused = apply(emulator, api_users=[{**service, "credentials_dest": destinations[1]}], expect_plan=plan)
    assert refused["msg"].startswith("expect_plan: today's plan differs")
    assert refused["calls"]["writes"] == 0
    assert not apply(emulator, api_users=[{**service, "credentials_dest": destinations[0]}], expect_plan=plan)["failed"]


def test_a_difference_shows_whose_it_is_and_what_is_lost(emulator: Emulator) -> None:
    result = apply(
        emulator,
        check=True,
        business_units=[{"name": "Example Unit", "state": "absent"}, {"name": "New", "teams": ["Web"]}],
        teams=[{"name": "Web", "members": ["tmonarch@example.com"]}, {"name": "Quality Team", "state": "absent"}],
    )
    diff = result["diff"]
    host = emulator.url.split("//")[1]
    assert (diff["before_header"], diff["after_header"]) == (f"directory {host}", f"directory {host}")
    assert diff["before"]["team"] == {
        "Quality Team": {
            "business_unit": "Not Specified",
            "members": ["mdoe@example.com", "wbuckeye@example.com"],
            "name": "Quality Team",
        }
    }
    assert diff["before"]["business_unit"] == {"Example Unit": {"name": "Example Unit", "teams": ["Engineering"]}}
    assert list(diff["after"]["team"]) == ["Web"]
    assert diff["after"]["team"]["Web"]["members"] == ["tmonarch@example.com"]
    assert list(diff["after"]["business_unit"]) == ["New"]


def test_the_closing_line_says_what_was_done(emulator: Emulator) -> None:
    users = [{"username": "tmonarch@example.com", "phone": "9"}, {"username": "mdoe@example.com", "state": "disabled"}]
    assert apply(emulator, check=True, users=users)["msg"].startswith(
        "Would change 2 of 2 accounts: update 1, disable 1. "
    )
    assert apply(emulator, users=users)["msg"].startswith("2 of 2 accounts changed: 1 updated, 1 disabled. ")
    assert apply(emulator, users=users)["msg"].startswith("0 of 2 accounts changed. ")


def test_guards_name_accounts_by_username_or_address(emulator: Emulator) -> None:
    emulator.change("user", "msaml@example.com", user_name="maria")
    saml = {"username": "maria", "state": "disabled"}
    result = apply(emulator, users=[saml], protected_users=["nobody-else , MSaml@example.com"])
    assert result["errors"][0]["msg"].startswith(
        'protected_users: "nobody-else" is the username or address of no account'
    )
    result = apply(emulator, users=[saml], protected_users=["tmonarch@example.com , MSaml@example.com"])
    assert result["msg"].startswith('protected_users: this plan would disable "maria"')
    result = apply(emulator, users=[saml], required_administrators=["aswalowtail@example.com"])
    assert result["msg"].startswith(
        'required_administrators: "aswalowtail@example.com" is the username or address of no'
    )
    assert result["calls"]["writes"] == 0


@pytest.mark.parametrize("carries", ["no", "everything"])
def test_an_exact_name_that_is_inactive_comes_before_an_active_one_of_another_case(
    emulator: Emulator, carries: str
) -> None:
    emulator.switch(list_carries=carries)
    emulator.change("user", "tmonarch@example.com", user_name="strasse@example.com", active=False)
    emulator.change("user", "mdoe@example.com", user_name="straße@example.com")
    done = converge(emulator, users=[{"username": "strasse@example.com", "phone": "77"}])
    assert [action["name"] for action in done["actions"]] == ["strasse@example.com"]
    done = converge(emulator, users=[{"username": "straße@example.com", "phone": "78"}])
    assert [action["name"] for action in done["actions"]] == ["straße@example.com"]


@pytest.mark.parametrize("value", ["here", ""])
def test_a_text_that_no_item_shows_is_read_before_it_is_written_or_cleared(emulator: Emulator, value: str) -> None:
    emulator.switch(list_carries="sparse")
    for user in emulator.state()["users"]:
        emulator.change("user", user["user_name"], custom_two=None)
    names = [f"p{number}@example.com" for number in range(20)]
    for name in names:
        emulator.add("user", user_name=name, first_name="P", last_name="N", roles=["Executive"])
    emulator.change("user", names[-1], custom_two="here")
    exported = export_all(emulator)["directory"]["users"]
    assert [user["username"] for user in exported if user["custom_two"]] == names[-1:]
    done = apply(emulator, users=[{"username": name, "custom_two": value} for name in names])
    assert not done["failed"], done["msg"]
    assert [action["name"] for action in done["actions"]] == (names[:-1] if value else names[-1:])


def test_a_run_can_stop_at_its_first_failure(emulator: Emulator) -> None:
    names = ["tmonarch@example.com", "sviceroy@example.com", "lpieris@example.com", "mdoe@example.com"]
    wanted = {"users": [{"username": name, "phone": "77"} for name in names], "workers": 1, "on_error": "stop"}
    emulator.fault("status", status=400, method="PUT", skip=1, count=0)
    result = apply(emulator, **wanted)
    assert result["failed"]
    assert result["changed"]
    assert [action["name"] for action in result["actions"]] == names[:1]
    assert len(result["errors"]) == 1
    assert result["calls"]["writes"] == 2
    not_tried = ", ".join(f'user "{name}"' for name in names[2:])
    assert any(warning.endswith(f"not tried: {not_tried}") for warning in result["warnings"])
    emulator.clear_faults()
    result = apply(emulator, **wanted)
    assert [action["name"] for action in result["actions"]] == names[1:]


def test_what_needs_an_object_that_could_not_be_created_is_not_sent_astray(emulator: Emulator) -> None:
    emulator.fault("status", status=400, method="POST", path="/teams$", count=0)
    result = apply(emulator, teams=[{"name": "Web", "members": ["tmonarch@example.com"]}])
    assert result["failed"]
    assert [error["place"] for error in result["errors"]] == ["teams[0]"]
    assert not any("None" in line["path"] for line in emulator.log())


KINDS = ["business_units", "teams", "users", "api_users"]


def test_an_export_applies_without_a_change_and_restores_what_was_damaged(emulator: Emulator) -> None:
    exported = export_all(emulator)
    assert exported["complete"] is True
    assert export_all(emulator)["directory"] == exported["directory"]
    snapshot = exported["directory"]
    same = apply(emulator, exclusive=KINDS, **copy.deepcopy(snapshot))
    assert not same["failed"]
    assert same["actions"] == []
    emulator.change("user", "tmonarch@example.com", roles=["Executive"], teams=["Release Team"], last_name="X")
    emulator.change("user", "sviceroy@example.com", login_enabled=False)
    emulator.change("user", "lpieris@example.com", phone="1", custom_two="x", pin_required=True)
    emulator.change("user", "build-upload", allowed_ip_addresses=["74.0.0.1"], ip_restricted=True)
    emulator.change("team", "Release Team", business_unit="Example Unit")
    emulator.remove("team", "Engineering")
    emulator.remove("business_unit", "Example Unit")
    emulator.change("user", "wbuckeye@example.com", active=True)
    emulator.remove("user", "mdoe@example.com")
    emulator.remove("user", "keyless-api")
    emulator.remove("team", "Quality Team")
    emulator.add("team", name="Stray Team")
    emulator.add("user", user_name="stray@example.com", first_name="S", last_name="T", roles=["Executive"])
    done = apply(emulator, exclusive=KINDS, absent_action="delete", **copy.deepcopy(snapshot))
    assert not done["failed"], done["errors"]
    assert export_all(emulator)["directory"] == snapshot


@pytest.mark.parametrize("phone", [None, "1"])
def test_an_export_of_a_listing_that_carries_everything_reads_nothing_twice(
    emulator: Emulator, phone: str | None
) -> None:
    emulator.switch(list_carries="everything")
    if phone is not None:
        emulator.change("user", "mdoe@example.com", phone=phone)
    exported = export_all(emulator, compact=True)
    same = apply(emulator, exclusive=KINDS, **exported["directory"])
    assert (same["actions"], same["read_strategy"]) == ([], "listing")
    # One item is compared with the same account on its own.
    assert same["calls"]["reads"] == 4 + 1


def test_an_export_gives_no_role_to_an_api_service_account_without_a_team(emulator: Emulator) -> None:
    emulator.change("user", "keyless-api", teams=[])
    exported = export_all(emulator)
    assert any(warning.startswith('"keyless-api" has no team') for warning in exported["warnings"])
    assert apply(emulator, exclusive=KINDS, **exported["directory"])["actions"] == []
    emulator.change("user", "keyless-api", roles=["Results API", "No Team Restriction API"])
    exported = export_all(emulator)
    assert exported["warnings"] == []
    assert apply(emulator, exclusive=KINDS, **copy.deepcopy(exported["directory"]))["actions"] == []
    emulator.remove("user", "keyless-api")
    assert apply(emulator, exclusive=KINDS, **exported["directory"])["summary"]["created"] == 1


def test_addresses_that_restrict_nothing_are_not_exported(emulator: Emulator) -> None:
    emulator.change("user", "tmonarch@example.com", allowed_ip_addresses=["74.0.0.1"], ip_restricted=False)
    exported = export_all(emulator)["directory"]
    assert apply(emulator, **exported)["actions"] == []


def test_the_kinds_of_an_export_can_be_narrowed(emulator: Emulator) -> None:
    for kind in KINDS:
        narrowed = export_all(emulator, kinds=[kind])
        assert list(narrowed["directory"]) == [kind]
        assert apply(emulator, exclusive=[kind], **narrowed["directory"])["actions"] == []


def test_a_compact_export_leaves_out_what_is_unset(emulator: Emulator) -> None:
    compact = export_all(emulator, compact=True)["directory"]
    entries = [entry for kind in KINDS for entry in compact[kind]]
    assert not any(value in ("", [], None) for entry in entries for value in entry.values())
    assert next(entry for entry in compact["users"] if entry["username"] == "mdoe@example.com")["roles"] == [
        "eLearning"
    ]
    assert apply(emulator, exclusive=KINDS, absent_action="delete", **compact)["actions"] == []


@pytest.mark.parametrize("carries", ["no", "everything"])
def test_an_export_with_custom_roles_of_api_users_applies(emulator: Emulator, carries: str) -> None:
    emulator.switch(list_carries=carries)
    emulator.add("role", name="apireporter", description="API Reporter", permissions=["viewReports"], is_api=True)
    emulator.change("user", "build-upload", roles=["Upload and Scan API", "Any Scan (API)", "API Reporter"])
    exported = export_all(emulator)
    assert exported["warnings"] == []
    entry = next(entry for entry in exported["directory"]["api_users"] if entry["username"] == "build-upload")
    assert entry["roles"] == ["API Reporter", "Any Scan (API)", "Upload and Scan API"]
    assert apply(emulator, exclusive=KINDS, **exported["directory"])["actions"] == []


def test_an_api_user_default_fills_every_option_of_an_entry(emulator: Emulator, tmp_path: Path) -> None:
    defaults = {
        "first_name": "C",
        "last_name": "I",
        "email_address": "ci@example.com",
        "roles": ["uploadapi"],
        "teams": ["Demo Team"],
        "credentials": "on_create",
        "credentials_dest": str(tmp_path / "keys"),
        "credentials_format": "ini",
    }
    done = converge(
        emulator,
        api_users=[{"username": "a", "phone": "1"}, {"username": "b", "phone": "2"}],
        api_user_defaults=defaults,
    )
    assert [action["action"] for action in done["actions"]] == ["create", "generate", "create", "generate"]
    assert (tmp_path / "keys").read_text(encoding="utf-8").count("[") == 2


def test_accounts_whose_names_only_fold_to_one_are_two(emulator: Emulator) -> None:
    names = ["straße@example.com", "strasse@example.com"]
    for name in names:
        emulator.add("user", user_name=name, first_name="R", last_name="M", roles=["Executive"])
    exported = export_all(emulator)["directory"]
    assert apply(emulator, exclusive=["users", "api_users"], **exported)["actions"] == []
    done = converge(emulator, users=[{"username": name, "phone": "1"} for name in names])
    assert [action["name"] for action in done["actions"]] == names


@pytest.mark.parametrize("carries", ["no", "everything"])
def test_accounts_whose_names_fold_to_one_are_two_members(emulator: Emulator, carries: str) -> None:
    one, other = "strasse@example.com", "straße@example.com"
    emulator.switch(list_carries=carries)
    emulator.change("user", "tmonarch@example.com", user_name=one)
    emulator.change("user", "mdoe@example.com", user_name=other)

    def members(name: str) -> list[str]:
        teams = export_all(emulator, kinds=["teams"])["directory"]["teams"]
        return next(list(team["members"]) for team in teams if team["name"] == name)

    done = converge(emulator, teams=[{"name": "Web", "members": [one, other]}, {"name": "Core", "members": [other]}])
    assert (members("Web"), members("Core")) == ([one, other], [other])
    assert done["summary"]["created"] == 2
    converge(emulator, teams=[{"name": "Web", "members": [other]}, {"name": "Core", "members": [one]}])
    assert (members("Web"), members("Core")) == ([other], [one])
    converge(emulator, teams=[{"name": "Web", "members": [other], "members_mode": "remove"}])
    assert members("Web") == []
    converge(
        emulator,
        users=[{"username": one, "teams": ["Web"]}, {"username": other, "teams": ["Core"]}],
        teams=[{"name": "Web", "members": [one]}],
    )
    assert members("Web") == [one]
    said = messages(apply(emulator, teams=[{"name": "Web", "members": ["STRASSE@example.com"]}]))
    assert said == [
        f'teams[0].members (Web): "STRASSE@example.com" may be any of the accounts "{one}", "{other}", whose names differ '
        "by case only; give the exact name"
    ]

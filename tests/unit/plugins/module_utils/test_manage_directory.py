# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of veracode_directory and veracode_directory_info in this process, against the emulator."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.emulator.control import Emulator
from tests.organization import Result, apply, converge, export_all

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
    ("delete_status", "200"),
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


@pytest.fixture(scope="module")
def process() -> Iterator[Emulator]:
    with Emulator("small") as emulator:
        yield emulator


@pytest.fixture
def emulator(process: Emulator) -> Emulator:
    process.reset()
    process.clear_faults()
    return process


def messages(result: Result) -> list[str]:
    assert result["failed"]
    return str(result["msg"]).splitlines()


@pytest.mark.parametrize(("switch", "position"), POSITIONS)
def test_one_organization_converges_whatever_the_server_is_like(
    emulator: Emulator, switch: str, position: str
) -> None:
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
    assert core is not None and core["users"]["lead@example.com"] == "ADMIN"

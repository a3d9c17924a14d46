# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What 70 typical mistakes are answered with: one line each, with the option, the value and what to do. `-s` prints all of them."""

from __future__ import annotations

import typing as t

import pytest

from tests.emulator.control import Emulator
from tests.inside import declaration, result

TED = "tmonarch@example.com"
NEW = {"first_name": "Nora", "last_name": "New", "roles": ["Reviewer"], "teams": ["Demo Team"]}
NBSP = "\u00a0"

# Module, options, what the message says.
MISTAKES: list[tuple[str, dict[str, t.Any], list[str]]] = [
    ("user", {"username": TED, "roles": ["Reveiwer"]}, ["roles", '"Reveiwer"', 'did you mean "Reviewer"?']),
    ("user", {"username": TED, "roles": ["reviewer"]}, ["roles", '"reviewer"', 'did you mean "Reviewer"?']),
    ("user", {"username": TED, "roles": []}, ["roles", "at least one role"]),
    ("user", {"username": TED, "roles": ["Results API"]}, ["roles", '"Results API"']),
    ("user", {"username": TED, "teams": ["Demo team"]}, ["teams", '"Demo team"', 'did you mean "Demo Team"?']),
    ("user", {"username": TED, "teams": ["Marketing"]}, ["teams", '"Marketing"', "create it first"]),
    ("user", {"username": TED, "teams": ["Demo Team "]}, ["teams", "U+0020"]),
    ("user", {"username": f"{TED}{NBSP}", "state": "disabled"}, ["username", "U+00A0"]),
    ("user", {"username": "nobody@example.com", "phone": "1"}, ["first_name", "does not exist"]),
    ("user", {"username": "build-upload", "phone": "1"}, ["username", "veracode_api_user"]),
    (
        "user",
        {"username": TED, "allowed_ip_addresses": ["203.0.113.0/24"]},
        ["allowed_ip_addresses", "/24", "203.0.113."],
    ),
    (
        "user",
        {"username": TED, "allowed_ip_addresses": ["2001:db8::1"]},
        ["allowed_ip_addresses", "2001:db8::1", "IPv4"],
    ),
    (
        "user",
        {"username": TED, "allowed_ip_addresses": ["203.0.113.1"], "has_ip_restrictions": False},
        ["has_ip_restrictions"],
    ),
    ("user", {"username": TED, "is_saml_user": True}, ["is_saml_user", "custom_id"]),
    ("user", {"username": "msaml@example.com", "is_saml_user": False}, ["is_saml_user", "omit"]),
    ("user", {"username": TED, "managed_teams": ["Demo Team"]}, ["managed_teams", "Team Admin"]),
    ("user", {"username": TED, "roles": ["Reviewer", "Any Scan"]}, ["roles", "Any Scan"]),
    ("user", {"username": TED, "elearning_track": "eLearning"}, ["elearning_track", "api: xml"]),
    ("user", {"username": TED, "active": True, "api": "xml"}, ["active", "api: rest"]),
    ("user", {"username": TED, "state": "disabled", "permanently": True}, ["permanently", "absent"]),
    ("user", {"username": "wrong", "email_address": "wrong", **NEW}, ["email_address", '"wrong"']),
    ("user", {"username": "new@example.com", "previously": [TED, "sviceroy@example.com"]}, ["previously"]),
    (
        "user",
        {"username": TED, "previously": ["sviceroy@example.com"], "phone": "1"},
        ["previously", "sviceroy@example.com"],
    ),
    ("user", {"username": TED, "custom_id": "EX\\msaml"}, ["custom_id"]),
    ("user", {"username": TED, "first_name": ""}, ["first_name"]),
    ("api_user", {"username": TED, "phone": "1"}, ["username", "veracode_user"]),
    ("api_user", {"username": "build-upload", "roles": ["Reviewer"]}, ["roles", '"Reviewer"']),
    ("api_user", {"username": "build-upload", "teams": []}, ["teams", "unrestricted: true"]),
    ("api_user", {"username": "new-api", "roles": ["Results API"]}, ["new-api"]),
    ("api_user", {"username": "admin-api", "state": "absent"}, ["allow_self_lockout"]),
    ("team", {"name": "demo team", "members": []}, ["name", 'did you mean "Demo Team"?']),
    ("team", {"name": "Demo Team", "members": ["nobody@example.com"]}, ["members", '"nobody@example.com"']),
    ("team", {"name": "Release Team", "state": "absent"}, ["allow_unrestricted_api_users", "build-upload"]),
    ("team", {"name": "Demo Team", "managers": [TED]}, ["managers", "Team Admin"]),
    ("team", {"name": "Demo Team", "business_unit": "Exampel Unit"}, ["business_unit", 'did you mean "Example Unit"?']),
    ("business_unit", {"name": "Not Specified", "state": "absent"}, ["Not Specified"]),
    ("business_unit", {"name": "Example Unit", "teams": ["Enginering"]}, ["teams", 'did you mean "Engineering"?']),
    ("role", {"name": "Reviewer", "permissions": ["viewReports"]}, ["name", "Reviewer"]),
    ("role", {"name": "Auditor", "permissions": ["viewReprots"]}, ["permissions", 'did you mean "viewReports"?']),
    ("role", {"name": "Custom Reporter", "child_roles": ["Custom Reporter"]}, ["child_roles"]),
    ("api_credentials", {"username": "build-upload", "state": "rotated"}, ["credentials_dest", "return_secret"]),
    (
        "api_credentials",
        {"username": "build-upload", "state": "rotated", "credentials_dest": "/no/such/folder/x"},
        ["/no/such/folder"],
    ),
    ("api_credentials", {"username": "admin-api", "state": "rotated", "return_secret": True}, ["allow_self"]),
    ("user_reset", {"username": "nobody@example.com", "reset": ["password"]}, ["username", "nobody@example.com"]),
    ("directory", {"users": [{"username": TED, "rolls": ["Reviewer"]}]}, ["rolls"]),
    ("directory", {"users": [{"username": TED}, {"username": TED.upper(), "phone": "1"}]}, ["users[1]", "users[0]"]),
    (
        "directory",
        {"protected_users": ["tmonach@example.com"], "users": [{"username": TED, "phone": "1"}]},
        ["protected_users", "tmonach@example.com"],
    ),
    ("user_info", {"role": "Reveiwer"}, ["role", 'did you mean "Reviewer"?']),
    # Lists as one text, texts as lists, and other forms.
    ("user", {"username": TED, "teams": "Demo Team, Release Team"}, ["teams"]),
    (
        "user",
        {"username": TED, "roles": ["Reviewer; Submitter"]},
        ["roles", 'did you mean the list ["Reviewer", "Submitter"]?'],
    ),
    ("user", {"username": TED, "state": "enabled"}, ["state"]),
    ("user", {"username": "Ted Monarch <tmonarch@example.com>", "phone": "1"}, ["username"]),
    ("user", {"username": ["tmonarch@example.com"], "phone": "1"}, ["['tmonarch@example.com'] does not exist"]),
    ("user", {"username": TED, "allowed_ip_addresses": ["203.0.113.1-203.0.113.9"]}, ["allowed_ip_addresses"]),
    ("user", {"username": TED, "allowed_ip_addresses": ["vpn.example.com"]}, ["allowed_ip_addresses"]),
    ("user", {"username": TED, "phone": "1", "api_url": "api.veracode.com"}, ["api_url"]),
    ("user", {"username": TED, "phone": "1", "region": "eu"}, ["region"]),
    ("user", {"username": TED, "phone": "1", "rate_limit": 0}, ["rate_limit"]),
    ("api_user", {"username": "build-upload", "roles": ["Administrator"]}, ["roles"]),
    ("team", {"name": "Demo Team", "members": ["Ted Monarch"]}, ["members"]),
    (
        "team",
        {"name": "Demo Team", "members": "tmonarch@example.com;mdoe@example.com"},
        ["members", f'the list ["{TED}", "mdoe'],
    ),
    ("api_credentials", {"username": "build-upload", "renew_within": "30", "return_secret": True}, ["renew_within"]),
    (
        "api_credentials",
        {"username": "build-upload", "credentials_dest": "/tmp", "state": "rotated"},
        ["credentials_dest"],
    ),
    ("user_reset", {"username": TED, "reset": ["passwd"]}, ["reset"]),
    ("directory", {"users": {"username": TED}}, ["users"]),
    ("directory", {"users": [TED]}, ["users"]),
    ("directory", {"exclusive": ["all"], "users": [{"username": TED}]}, ["exclusive"]),
    ("directory", {"exclusive": ["users"], "users": []}, ["min_administrators"]),
    ("directory", {"files": ["people.csv"]}, ["files"]),
    ("directory", {"users": [{"username": TED, "roles": "Reviewer", "teams": None, "state": "gone"}]}, ["state"]),
]


def test_there_are_at_least_70() -> None:
    assert len(MISTAKES) >= 70


@pytest.fixture(scope="module")
def organization() -> t.Iterator[Emulator]:
    with Emulator() as running:
        running.read_only(True)
        yield running


@pytest.mark.parametrize(("module", "options", "says"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_answered_with_what_to_do(
    organization: Emulator, module: str, options: dict[str, t.Any], says: list[str]
) -> None:
    try:
        answer = result(organization, declaration(f"veracode_{module}"), check=True, **options)
        msg = str(answer["msg"])
        assert answer["failed"], answer
        assert answer["changed"] is False
    except ValueError as error:  # Ansible's own check of the options
        msg = str(error)
    print(f"{module:16} {msg}")
    assert [part for part in says if part not in msg] == []
    # A line an error, and short enough to be read; Ansible's own lists all options that there are.
    assert all(len(line) < 400 for line in msg.splitlines() if "Supported parameters" not in line)
    assert organization.violations() == []

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A name that nobody can read rightly is refused in every option that takes one, where something is given and where it is taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.control import Emulator
from tests.inside import MODULES, run_action, specification
from tests.integration.playbooks import Runs, World

TED, BOT, TEAM = "tmonarch@example.com", "build-upload", "Demo Team"
# What is put at the end of a name that exists: a no-break blank, a zero-width one, a blank, and a letter that shows nothing.
ENDS = {"\u00a0": "U+00A0", "\u200b": "U+200B", " ": "U+0020", "\u3164": "U+3164"}

PERSON = {"username": TED, "email_address": TED, "custom_id": "EX\\ted", "previously": [TED], "roles": ["Reviewer"]}
PERSON |= {"teams": [TEAM], "managed_teams": [TEAM], "new_custom_id": "EX\\ted"}
# A right value of each option that takes a name, and what each task needs in addition.
NAMES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "veracode_user": (PERSON, {"username": TED}),
    "veracode_api_user": (
        {key: value for key, value in PERSON.items() if "custom" not in key},
        {"username": BOT},
    ),
    "veracode_user_info": (
        {"username": TED, "custom_id": "EX\\ted", "email_address": TED, "role": "Reviewer", "team": TEAM},
        {},
    ),
    "veracode_user_reset": ({"username": TED}, {"username": TED, "reset": ["sessions"]}),
    "veracode_team": (
        {"name": TEAM, "previously": [TEAM], "business_unit": "Example Unit", "members": [TED], "managers": [TED]},
        {"name": TEAM},
    ),
    "veracode_team_info": ({"name": TEAM, "business_unit": "Example Unit"}, {}),
    "veracode_business_unit": (
        {"name": "Example Unit", "previously": ["Example Unit"], "teams": [TEAM]},
        {"name": "Example Unit"},
    ),
    "veracode_business_unit_info": ({"name": "Example Unit"}, {}),
    "veracode_role": (
        {
            "name": "Custom Reporter",
            "previously": ["Custom"],
            "permissions": ["viewReports"],
            "child_roles": ["Reviewer"],
        },
        {"name": "Custom Reporter"},
    ),
    "veracode_role_info": ({"name": "Reviewer"}, {}),
    "veracode_api_credentials": ({"username": BOT}, {"username": BOT, "return_secret": True}),
    "veracode_jit_settings": ({"roles": ["Reviewer"], "teams": [TEAM]}, {}),
    "veracode_oauth_client": (
        {"name": "ci", "roles": ["Reviewer"], "username": TED},
        {"name": "ci", "return_secret": True},
    ),
    "veracode_oauth_client_info": ({"name": "ci", "username": TED}, {}),
    "veracode_directory": ({"protected_users": [TED], "required_administrators": ["admin@example.com"]}, {}),
}
ENTRIES = {
    "users": "veracode_user",
    "api_users": "veracode_api_user",
    "teams": "veracode_team",
    "business_units": "veracode_business_unit",
}
TAKEN = ("disabled", "absent")


def spoiled(value: Any, end: str) -> Any:
    return [value[0] + end] if isinstance(value, list) else value + end


def cases() -> list[tuple[str, str, dict[str, Any], str]]:
    """Return module, option, options of the task, and the character; each end in turn."""
    found = []
    ends = list(ENDS)
    for module, (names, needed) in NAMES.items():
        for option, value in names.items():
            states = specification(module).get("state", {}).get("choices", [])
            # Where something is taken away, only the selector counts.
            selects = option in ("username", "name", "email_address", "custom_id")
            for state in [None, *(state for state in TAKEN if state in states and selects)]:
                end = ends[len(found) % len(ends)]
                given = {**needed, option: spoiled(value, end), **({"state": state} if state else {})}
                if option in ("email_address", "custom_id") and state:
                    given.pop("username", None)
                found.append((module, option, given, end))
    for kind, module in ENTRIES.items():
        names, needed = NAMES[module]
        for option, value in names.items():
            end = ends[len(found) % len(ends)]
            entry = {key: each for key, each in needed.items() if key in ("username", "name")}
            found.append(("veracode_directory", option, {kind: [{**entry, option: spoiled(value, end)}]}, end))
    return found


def test_every_option_that_takes_a_name_is_in_this_test() -> None:
    """A new option is either in NAMES, or known to take something else."""
    others = {
        *("first_name", "last_name", "phone", "title", "description", "reset", "allowed_ip_addresses", "search_term"),
        *(
            "custom_one",
            "custom_two",
            "custom_three",
            "custom_four",
            "custom_five",
            "api_id",
            "expires_in",
            "renew_within",
        ),
        *("api_key_id", "api_key_secret", "profile", "region", "api_url", "xml_api_url", "role_name"),
        *("elearning_manager", "elearning_track", "elearning_curriculum", "credentials_profile", "kinds", "files"),
    }
    for module in set(MODULES) - {"veracode_directory_info"}:
        for option, about in specification(module).items():
            is_text = about.get("type", "str") in ("str", "list") and about.get("elements", "str") == "str"
            if is_text and not about.get("choices") and option not in others:
                assert option in NAMES[module][0], f"{module}: {option}"


def test_a_name_that_cannot_be_read_rightly_is_refused_before_any_call(world: World) -> None:
    missed = []
    for module, option, options, end in cases():
        result = run_action(module, options, world.env())
        assert "Traceback" not in json.dumps(result), result
        said = str(result.get("msg"))
        is_refused = result.get("failed") and ENDS[end] in said and option in said
        if not is_refused or result["calls"]["writes"] or (end != " " and end in said):
            missed.append((module, option, options, said))
    assert not missed, "\n".join(map(repr, missed))
    assert world.emulator.log(writes=True) == []


# directory_from_groups hands names on, and veracode_directory refuses them.
FILTERS = {
    "job_profile_roles": "{{ 'p' | community.veracode.job_profile_roles({'p': ['Reviewer' ~ end]}) }}",
    "role_name": "{{ ('Reviewer' ~ end) | community.veracode.role_name }}",
    "role_description": "{{ ('reviewer' ~ end) | community.veracode.role_description }}",
    "from_wrapper_csv": (
        "{{ ('action,firstname,lastname,emailaddress,roles\\ncreateuser,A,B,a' ~ end ~ '@example.com,Reviewer\\n')"
        " | community.veracode.from_wrapper_csv }}"
    ),
}


def test_filters_refuse_such_names_too(world: World) -> None:
    tasks = [
        {
            "ansible.builtin.set_fact": {"value": template},
            "vars": {"end": end},
            "ignore_errors": True,
        }
        for template in FILTERS.values()
        for end in ("\u200b", "\u3164")
    ]
    results = world.play(tasks)
    for result, (name, end) in zip(
        results, [(name, end) for name in FILTERS for end in ("\u200b", "\u3164")], strict=True
    ):
        assert result.get("failed"), (name, result)
        assert end not in result["msg"], (name, result["msg"])


LEDGER = {"offboarding_ledger": "ledger.json"}


@pytest.mark.parametrize(
    ("playbook", "variables"),
    [
        ("offboard", {**LEDGER, "offboarding_leavers": [TED + "\u3164"]}),
        ("offboard", {**LEDGER, "offboarding_leavers": [TED], "offboarding_hold": [BOT + "\u200b"]}),
        ("rotate_credentials", {"credential_rotation_accounts": [{"username": BOT + "\u200b", "dest": "x"}]}),
        pytest.param("apply_directory", {"directory_file": "directory.yml"}, marks=pytest.mark.slow),
        pytest.param(
            "sync_groups",
            {
                "group_sync_groups": [{"name": "G", "members": [{"mail": TED + "\u3164"}]}],
                "group_sync_mapping": {"G": {"roles": ["Reviewer"]}},
            },
            marks=pytest.mark.slow,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_roles_refuse_such_names_too(
    tmp_path: Path, installed: Path, emulator: Emulator, playbook: str, variables: dict[str, Any]
) -> None:
    (tmp_path / "directory.yml").write_text(json.dumps({"users": [{"username": TED + "\u200b", "phone": "1"}]}))
    done = Runs(tmp_path, installed, emulator).play(f"community.veracode.{playbook}", variables)
    assert done.returncode != 0, done.output
    assert "U+3164" in done.output or "U+200B" in done.output, done.output
    assert emulator.log(writes=True) == []

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that protect accounts protect them however they are given, and a caller that sees a part of the accounts is told so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.control import Emulator
from tests.integration.playbooks import Runs, World, task

TED, MARY, BOT = "tmonarch@example.com", "mdoe@example.com", "build-upload"


def exclusive(world: World, **options: Any) -> dict[str, Any]:
    """Return a task that would disable everybody but the calling account."""
    keep = [{"username": world.emulator.caller}]
    return task(
        "veracode_directory", api_users=keep, exclusive=["users"], max_removals=500, min_administrators=0, **options
    )


def test_a_list_that_protects_is_a_list_or_a_text_of_names_or_addresses(world: World) -> None:
    emulator = world.emulator
    emulator.change("user", MARY, email_address="mary.doe@example.com")
    everybody = {user["user_name"] for user in emulator.state()["users"] if user["active"] and user["login_enabled"]}
    assert {TED, MARY} <= everybody
    # As a text, Ansible splits it at its commas, and what is left of blanks is refused.
    forms: list[Any] = [[TED, MARY], f"{TED},{MARY}", f"{TED.upper()},mary.doe@example.com"]
    tasks = [
        exclusive(world, check=True, max_removal_percent=100, protected_users=form, required_administrators=[])
        for form in forms
    ]
    options = {"check": True, "max_removal_percent": 100}
    faults = [
        exclusive(world, **options, protected_users=f"{TED},mdo@example.com"),
        exclusive(world, **options, protected_users=f"{TED}, {MARY}"),
        exclusive(world, **options, required_administrators=[MARY, "nobody@example.com"]),
    ]
    *results, near, blank, nobody = world.play([*tasks, *faults])
    for form, result in zip(forms, results, strict=True):
        assert not result.get("failed"), (form, result["msg"])
        removed = {entry["name"] for entry in result["actions"]}
        assert removed, form
        assert not removed & {TED, MARY}, form
    assert "protected_users: " in near["msg"]
    assert '"mdo@example.com" is the username or address of no account' in near["msg"]
    assert "U+0020" in blank["msg"]
    assert "required_administrators" in nobody["msg"]
    assert "nobody@example.com" in nobody["msg"]
    for result in (near, blank, nobody):
        assert result["failed"]
        assert result["actions"] == []
    assert emulator.log(writes=True) == []


def test_a_caller_that_sees_only_its_own_teams_is_told_where_something_does_not_exist(world: World) -> None:
    caller = world.emulator.env_for("restricted-api")
    unseen = [
        task("veracode_user", username="unseen@example.com", state=state, api=api)
        for state in ("absent", "disabled")
        for api in ("rest", "xml")
    ]
    unseen.append(task("veracode_api_user", username="unseen-api", state="absent"))
    unseen.append(task("veracode_directory", users=[{"username": "unseen@example.com", "state": "absent"}]))
    known = [task("veracode_user", username="unseen@example.com", state="absent")]
    pair = {name: caller[name] for name in ("VERACODE_API_KEY_ID", "VERACODE_API_KEY_SECRET")}
    results = world.play(unseen, **pair)
    told = []
    for one, result in zip(unseen, results, strict=True):
        assert not result.get("failed"), result["msg"]
        assert not result["changed"]
        said = result.get("warnings", [])
        if not any("sees only the accounts of its own teams" in warning for warning in said):
            told.append((one, said))
    assert not told, "\n".join(map(repr, told))
    (result,) = world.play(known)
    assert not any("team" in warning for warning in result.get("warnings", []))


@pytest.mark.parametrize("playbook", ["apply_directory", "detect_drift"])
def test_a_text_with_commas_on_the_command_line_protects_each_of_its_names(
    tmp_path: Path, installed: Path, emulator: Emulator, playbook: str
) -> None:
    emulator.read_only(True)
    (tmp_path / "directory.yml").write_text(json.dumps({"api_users": [{"username": emulator.caller}]}))
    limits = {"directory_max_removals": 500, "directory_max_removal_percent": 100, "directory_min_administrators": 0}
    variables = {
        "directory_file": "directory.yml",
        "directory_exclusive": ["users"],
        "directory_plan_file": "plan.json",
        "directory_protected_users": f"{TED}, {MARY}",
        **limits,
    }
    done = Runs(tmp_path, installed, emulator).play(f"community.veracode.{playbook}", variables, "--check")
    assert (tmp_path / "plan.json").exists(), done.output
    removed = {entry["name"] for entry in json.loads((tmp_path / "plan.json").read_text())["actions"]}
    assert removed, done.output
    assert not removed & {TED, MARY}
    assert emulator.violations() == []

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the server sees of a task, whoever calls it and wherever it runs: check mode writes nothing, a second run neither."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests import inside
from tests.emulator.control import Emulator
from tests.integration.playbooks import World, task
from tests.integration.scenarios import BUILD, NEW, SVC, TED
from tests.integration.test_in_process import to_the_letter
from tests.states import every_write
from tests.turns import in_turn

Options = dict[str, Any]

# FOLDER is one of the run.
TASKS: list[tuple[str, Options]] = [
    ("user", {**NEW, "email_address": NEW["username"], "roles": ["Executive"], "teams": ["Demo Team"]}),
    ("user", {"username": "ted2@example.com", "email_address": "ted2@example.com", "previously": [TED]}),
    ("user", {"username": TED, "teams": ["Quality Team"], "roles": ["Reviewer"], "phone": ""}),
    ("user", {"username": TED, "state": "disabled"}),
    ("user", {"username": TED, "state": "absent", "permanently": True}),
    ("user", {"custom_id": "EX\\msaml", "custom_one": "1"}),
    ("user", {"username": TED, "managed_teams": ["Demo Team"], "roles": ["Team Admin"]}),
    ("api_user", {**SVC, "roles": ["Results API"], "teams": ["Demo Team"], "credentials": "on_create"}),
    ("api_user", {**SVC, "roles": ["Results API"], "teams": ["Demo Team"]}),
    ("api_user", {"username": BUILD, "teams": []}),
    ("api_user", {"username": BUILD, "teams": ["Demo Team"]}),
    ("api_user", {"username": BUILD, "teams": [], "unrestricted": True}),
    ("team", {"name": "Demo Team", "members": [TED], "managers": ["lpieris@example.com"]}),
    ("team", {"name": "Demo", "previously": ["Demo Team"], "business_unit": "Example Unit"}),
    ("team", {"name": "Quality Team", "state": "absent"}),
    ("team", {"name": "Release Team", "state": "absent"}),
    ("business_unit", {"name": "New Unit", "teams": ["Demo Team"]}),
    ("business_unit", {"name": "Example Unit", "teams": []}),
    ("business_unit", {"name": "Not Specified", "state": "absent"}),
    ("role", {"name": "Auditor", "permissions": ["viewReports"], "child_roles": ["Executive"]}),
    ("role", {"name": "Custom Reporter", "team_admin_manageable": True}),
    ("role", {"name": "Custom Reporter", "state": "absent"}),
    (
        "jit_settings",
        {"roles": ["Reviewer"], "teams": ["Demo Team"], "ip_restricted": False, "prefer_veracode_data": True},
    ),
    ("jit_settings", {"state": "absent"}),
    ("user_info", {"role": "Reviewer", "detailed": True}),
    ("user_info", {"team": "Demo Team", "login_enabled": True}),
    ("user_info", {"custom_id": "EX\\msaml"}),
    ("user_info", {"search_term": "mon", "user_type": "human"}),
    ("user_info", {"api": "xml", "is_saml_user": True}),
    ("team_info", {"business_unit": "Example Unit", "detailed": True}),
    ("business_unit_info", {"detailed": True}),
    ("role_info", {"is_custom": True, "detailed": True}),
    ("directory_info", {"compact": True}),
    (
        "directory",
        {
            "teams": [{"name": "Web", "members": [BUILD, TED], "members_mode": "add"}],
            "users": [{"username": TED, "custom_one": "1"}, {"username": "mdoe@example.com", "state": "disabled"}],
            "api_users": [{"username": BUILD, "teams": ["Release Team"], "teams_mode": "remove"}],
            "plan_file": "FOLDER/plan.json",
        },
    ),
    ("directory", {"users": [{"username": TED}], "exclusive": ["users"], "max_removals": 99, "min_administrators": 0}),
    ("directory", {"teams": [{"name": "Demo Team"}], "exclusive": ["teams"], "absent_action": "delete"}),
    ("directory", {"users": [{"username": TED}], "protected_users": ["nobody@example.com"]}),
]
# An administrator, an API user of one team, and a Team Admin.
CALLERS = ("admin-api", "restricted-api", "lpieris@example.com")


def transcript(
    run: Any, emulator: Emulator, folder: Path, caller: str, module: str, options: Options
) -> list[dict[str, Any]]:
    """Return the results of a check, a run and a second run, having checked what the server saw of them."""
    emulator.reset()
    env = inside.environment(emulator, folder, emulator.env_for(caller))
    name = f"veracode_{module}"
    options = {
        key: value.replace("FOLDER", str(folder)) if isinstance(value, str) else value for key, value in options.items()
    }
    if options.get("credentials"):
        options = {**options, "credentials_dest": str(folder / run.__name__), "credentials_format": "json"}
    emulator.read_only(True)
    check = run(name, copy.deepcopy(options), env, check=True)
    assert emulator.violations() == []
    emulator.read_only(False)
    with every_write(emulator, least=0, unrestricted=[BUILD] if options.get("unrestricted") else []) as watch:
        done = run(name, copy.deepcopy(options), env)
    assert len(watch.states) - 1 == done["calls"]["writes"]
    if check.get("failed"):
        assert (done["failed"], done["calls"]["writes"]) == (True, 0), "check mode refuses what a run does"
    elif not done.get("failed"):
        assert all(check.get(key) == done.get(key) for key in ("changed", "actions", "diff"))
    emulator.advance(60)
    emulator.clear_log()
    again = run(name, copy.deepcopy(options), env)
    if not done.get("failed"):
        assert not again.get("failed"), again.get("msg")
        assert (again["changed"], again.get("actions"), emulator.log(writes=True)) == (False, [], [])
    if module.endswith("_info"):
        assert not done["changed"]
        assert done["calls"]["writes"] == 0
    return [check, done, again]


@pytest.mark.parametrize(
    ("caller", "module", "options"), in_turn(CALLERS, TASKS, of=len(CALLERS)), ids=lambda value: str(value)[:60]
)
def test_the_server_sees_the_same_of_a_task_wherever_it_runs(
    emulator: Emulator, tmp_path: Path, caller: str, module: str, options: Options
) -> None:
    (tmp_path / "module").mkdir()
    by_module = transcript(inside.run_module, emulator, tmp_path, caller, module, options)
    by_action = transcript(inside.run_action, emulator, tmp_path, caller, module, options)
    for here, there in zip(by_action, by_module, strict=True):
        text = to_the_letter(here).replace("run_action", "run_module")
        assert text == to_the_letter(there)


@pytest.mark.parametrize("as_module", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_playbook_that_fails_in_part_loses_nobody_and_does_the_rest_with_a_new_plan(
    world: World, emulator: Emulator, as_module: bool
) -> None:
    """Check with a plan, apply that plan while writes fail, and apply again: after each write everybody is there."""
    options: Options = {
        "teams": [
            {"name": "Web", "members": [BUILD], "members_mode": "add"},
            {"name": "Release Team", "state": "absent"},
        ],
        "api_users": [{"username": "keyless-api", "teams": ["Web"]}],
        "users": [
            {"username": "boss@example.com", "first_name": "B", "last_name": "S", "roles": ["Administrator"]},
            {"username": "aswallowtail@example.com", "roles": ["Executive"]},
        ],
        "min_administrators": 1,
        "max_retries": 0,
    }
    plan = str(world.files / "plan.json")
    way = {"vars": {"veracode_run_as_module": as_module}}
    emulator.read_only(True)
    (checked,) = world.play([{**task("veracode_directory", check=True, **options, plan_file=plan), **way}])
    assert emulator.violations() == []
    assert not checked.get("failed"), checked["msg"]
    emulator.read_only(False)
    emulator.fault("status", status=403, method="PUT", path="/teams/", count=1)
    emulator.fault("status", status=500, acts=True, method="POST", path="/users$", count=1)
    with every_write(emulator, least=1):
        (partly,) = world.play([{**task("veracode_directory", **options, expect_plan=plan), **way}])
    assert partly["failed"]
    assert emulator.user(BUILD)["teams"]  # type: ignore[index]
    emulator.clear_faults()
    emulator.advance(60)
    with every_write(emulator, least=1):
        refused, done, again = world.play(
            [
                {**task("veracode_directory", **options, expect_plan=plan), **way},
                {**task("veracode_directory", **options), **way},
                {**task("veracode_directory", **options), **way},
            ]
        )
    assert refused["failed"]
    assert refused["calls"]["writes"] == 0
    assert not done.get("failed"), done["msg"]
    assert (again["changed"], again["calls"]["writes"]) == (False, 0)
    assert emulator.team("Release Team") is None or emulator.team("Release Team")["deleted"]  # type: ignore[index]

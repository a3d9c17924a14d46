# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task in Ansible's own process gives the result of the module, to the letter."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests import inside
from tests.emulator.control import Emulator
from tests.integration.playbooks import Task, World, task
from tests.integration.scenarios import SCENARIOS, Scenario

MODULES = {"user": "veracode_user", "api_user": "veracode_api_user"}
# The clock goes on between two runs, and the emulator makes ids and key pairs of chance.
_CHANCE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+0000)?|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,128}"
    r'|(?<="elapsed": )[0-9.]+|\d+(\.\d+)?(?= s\b)'
)


def to_the_letter(result: dict[str, Any]) -> str:
    """Return a result as text that can be compared."""
    return _CHANCE.sub("*", json.dumps(result, indent=1, sort_keys=True))


def both(name: str, options: dict[str, Any], emulator: Emulator, folder: Path, **more: Any) -> tuple[str, str]:
    """Return the results of the module and of the action, each from the same organization."""
    env = inside.environment(emulator, folder)
    before = more.pop("before", None)
    results = []
    for run in (inside.run_module, inside.run_action):
        emulator.reset()
        if before is not None:
            before(emulator)
        results.append(run(name, options, env, **more))
    return to_the_letter(results[0]), to_the_letter(results[1])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_every_scenario_gives_the_same_result_either_way(
    scenario: Scenario, emulator: Emulator, tmp_path: Path
) -> None:
    for api in scenario.apis:
        options = dict(scenario.options) if scenario.kind == "api_user" else {**scenario.options, "api": api}
        for check in (True, False):
            module, action = both(
                MODULES[scenario.kind], options, emulator, tmp_path, before=scenario.before, check=check
            )
            assert action == module


def test_a_playbook_registers_the_same_either_way(world: World) -> None:
    """What Ansible makes of a result, too: warnings, failures, `environment`, `until`, `no_log`, a loop, a delegation."""
    user = {"username": "tmonarch@example.com"}
    wrong_key = {"environment": {"VERACODE_API_KEY_SECRET": "0" * 128}}
    tasks: list[Task] = [
        task("veracode_user", check=True, **user, phone="{{ 40 + 2 }}"),
        task("veracode_user", check=True, **user, user_name="x@example.com", title="Boss"),
        task("veracode_user", **user, usrname="x"),
        task("veracode_user", **user, timeout="soon"),
        task("veracode_user", **user, roles=["Reveiwer"]),
        {**task("veracode_user_info", **user), **wrong_key},
        {**task("veracode_user_info", **user), "no_log": True},
        {**task("veracode_user_info", **user), "timeout": 100},
        {**task("veracode_user_info", **user), "until": "true", "retries": 1, "delay": 0},
        {**task("veracode_user_info", username="{{ item }}"), "loop": ["tmonarch@example.com", "mdoe@example.com"]},
        {**task("veracode_user_info", **user), "delegate_to": "localhost", "run_once": True},
        task("veracode_api_credentials", username="build-upload", credentials_dest="no/such/folder/file"),
        task("veracode_api_user", username="build-upload"),
        task("veracode_business_unit", name="Example Unit"),
        task("veracode_business_unit_info"),
        task("veracode_directory", users=[{**user, "phone": "1"}], check=True),
        task("veracode_directory_info"),
        task("veracode_jit_settings", roles=["Reviewer"], check=True),
        task("veracode_oauth_client", name="never-there", state="absent"),
        task("veracode_oauth_client_info"),
        task("veracode_role", name="Custom Reporter"),
        task("veracode_role_info"),
        task("veracode_team", name="Demo Team"),
        task("veracode_team_info"),
        task("veracode_user_reset", **user, reset=["mfa"], check=True),
    ]
    played = {name.rpartition(".")[2] for one in tasks for name in one}
    assert played >= set(inside.MODULES)
    both_ways = [{**one, "vars": {"veracode_run_as_module": as_module}} for one in tasks for as_module in (False, True)]
    results = world.play(both_ways, "-vv", ANSIBLE_INJECT_INVOCATION="true")
    assert world.printed[0].count("runs as a module: veracode_run_as_module is true") >= len(tasks)
    for number, (here, module) in enumerate(zip(results[::2], results[1::2], strict=True)):
        assert to_the_letter(here) == to_the_letter(module), tasks[number]

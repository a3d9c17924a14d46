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

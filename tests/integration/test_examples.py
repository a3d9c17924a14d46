# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of the modules for key pairs, resets and just-in-time settings run as they stand."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.community.veracode.plugins.modules import (
    veracode_api_credentials,
    veracode_jit_settings,
    veracode_user_reset,
)
from tests.integration.key_runs import World


@pytest.mark.parametrize(
    "module", [veracode_api_credentials, veracode_user_reset, veracode_jit_settings], ids=lambda module: module.__name__
)
def test_examples_promise_what_they_do(world: World, module: Any) -> None:
    world.emulator.add("team", name="Web Shop")
    for name in ("pipeline-web-shop", "pipeline-billing", "pipeline-reporting"):
        names = {"user_name": name, "first_name": "Pipeline", "last_name": name, "email_address": f"{name}@example.com"}
        world.emulator.add("api_user", **names, roles=["Results API"], teams=["Web Shop"])
    person = {"user_name": "regina.monarch@example.com", "first_name": "Regina", "last_name": "Monarch"}
    world.emulator.add("user", **person, roles=["Reviewer"], teams=["Web Shop"])
    examples = yaml.safe_load(module.EXAMPLES)
    results = world.play([{**one, "check_mode": check, "diff": True} for one in examples for check in (True, False)])
    for n in range(len(examples)):
        promised, run = results[2 * n : 2 * n + 2]
        assert not run.get("failed"), run
        assert promised["calls"]["writes"] == 0
        assert [promised[key] for key in ("changed", "actions", "diff")] == [
            run[key] for key in ("changed", "actions", "diff")
        ]
    assert sum(one["changed"] for one in results[1::2]) >= len(examples) - 1

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in the documentation of modules and filters run as they stand, and check mode promises what they do."""

from __future__ import annotations

import ast
import json
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.community.veracode.plugins.filter.offboarding_record import offboarding_record
from tests.emulator.control import Emulator
from tests.integration.playbooks import World

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
# These run three times each, in test_accounts_playbooks.py.
ACCOUNTS = {"veracode_user", "veracode_api_user", "veracode_user_info"}
MODULES = sorted({path.stem for path in (PLUGINS / "modules").glob("veracode_*.py")} - ACCOUNTS)
# What make test runs of them.
SHORT = {"veracode_api_credentials", "veracode_directory", "veracode_jit_settings", "veracode_user_reset"}
FILTERS = sorted(path.stem for path in (PLUGINS / "filter").glob("*.py"))
# The first lines of a wrapper's file, and one without the column action.
CREATE = (
    "action,firstname,lastname,emailaddress,roles,teams\ncreateuser,Amara,Diallo,amara@example.com,Reviewer,Demo Team\n"
)
PHONES = "emailaddress,phone\namara@example.com,111-222-3333\n"
PEOPLE = "username,first_name,last_name,roles,teams\nnoah@example.com,Noah,Fischer,Reviewer,Demo Team\n"
# Who stays, as files of an organization say it.
ORGANIZATION = """\
user_defaults:
  teams: [Web Shop]
users:
  - username: regina@example.com
  - username: ted@example.com
  - username: emergency@example.com
    teams: []
"""

Task = dict[str, t.Any]


def examples(path: Path) -> list[Task]:
    """Return the tasks that the documentation in a file shows."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES":
            return list(yaml.safe_load(ast.literal_eval(node.value)))
    raise AssertionError(f"{path.name} shows no example")


def twice(tasks: list[Task]) -> list[Task]:
    """Run what calls Veracode in check mode and for real, and keep what the tasks register for those that follow."""
    played: list[Task] = []
    for one in tasks:
        modes = (True, False) if ours(one) and "check_mode" not in one else (None,)
        for mode in modes:
            played.append({**one, "diff": True, **({} if mode is None else {"check_mode": mode})})
        if "register" in one:
            played.append({"ansible.builtin.set_fact": {one["register"]: f"{{{{ r{len(played) - 1} }}}}"}})
    return played


def ours(one: Task) -> bool:
    return any(key.startswith("community.veracode.") for key in one)


def people(emulator: Emulator) -> None:
    """Add those of whom the examples speak."""
    for name in ("regina", "ted", "wayne", "regina.monarch"):
        address = f"{name}@example.com"
        roles = ["Reviewer", *(["Team Admin"] if name == "ted" else [])]
        managed = ["Web Shop"] if name == "ted" else []
        names = {"user_name": address, "first_name": name.title(), "last_name": "Monarch"}
        emulator.add("user", **names, roles=roles, teams=["Web Shop"], managed_teams=managed)
    for name in ("pipeline-web-shop", "pipeline-billing", "pipeline-reporting", "payments-pipeline"):
        names = {"user_name": name, "first_name": "Pipeline", "last_name": name, "email_address": f"{name}@example.com"}
        emulator.add("api_user", **names, roles=["Results API"], teams=["Web Shop"])


def one_administrator_only(emulator: Emulator) -> None:
    """Leave only one of the seed's people enabled: the one that examples call in an emergency."""
    for user in emulator.state()["users"]:
        if not user["is_api"] and not user["deleted"]:
            emulator.change("user", user["user_name"], login_enabled=False)
    names = {"user_name": "emergency@example.com", "first_name": "Emergency", "last_name": "Account"}
    emulator.add("user", **names, roles=["Administrator"])


@pytest.mark.parametrize(
    "module", [name if name in SHORT else pytest.param(name, marks=pytest.mark.slow) for name in MODULES]
)
def test_examples_of_modules_promise_what_they_do(world: World, module: str) -> None:
    for team in ("Web Shop", *(("Billing", "Payments", "Treasury") if "business_unit" in module else ())):
        world.emulator.add("team", name=team)
    if module == "veracode_team":
        world.emulator.add("business_unit", name="Finance")
    if module == "veracode_team_info":
        world.emulator.add("team", name="Payments")
    if module == "veracode_directory":
        one_administrator_only(world.emulator)
        (world.folder / "organization").mkdir()
        (world.folder / "organization" / "people.yml").write_text(ORGANIZATION, encoding="utf-8")
    else:
        people(world.emulator)
    tasks = twice(examples(PLUGINS / "modules" / f"{module}.py"))
    results = world.play(tasks)
    pairs = 0
    for number, (one, result) in enumerate(zip(tasks, results, strict=True)):
        assert not result.get("failed"), (one, result)
        if ours(one) and one.get("check_mode") is False:
            promised = results[number - 1]
            assert promised["calls"]["writes"] == 0
            keys = ("changed", "actions", "diff") if "diff" in result else ("changed",)
            assert [promised[key] for key in keys] == [result[key] for key in keys], one
            assert result["changed"] is False or not module.endswith("_info") or "veracode_directory" in str(one)
            pairs += 1
    assert pairs >= 1


def test_examples_of_filters_run(world: World, emulator: Emulator) -> None:
    for team in ("Web Shop", "Demo Team"):
        emulator.add("team", name=team)
    people(emulator)
    ted = {"username": "regina@example.com", "user_type": "human", "login_enabled": True, "teams": ["Web Shop"]}
    ledger = offboarding_record([ted], today="2026-01-30")["ledger"]
    files = {"newusers.csv": CREATE, "phones.csv": PHONES, "people.csv": PEOPLE, "leavers.json": json.dumps(ledger)}
    files["directory.yml"] = "users: [{username: regina@example.com, phone: 111-222-3333}]\n"
    for name, text in files.items():
        (world.folder / name).write_text(text, encoding="utf-8")
    tasks: list[Task] = []
    for name in FILTERS:
        tasks += examples(PLUGINS / "filter" / f"{name}.py")
    played: list[Task] = []
    for one in tasks:
        played.append(one)
        if "register" in one:
            played.append({"ansible.builtin.set_fact": {one["register"]: f"{{{{ r{len(played) - 1} }}}}"}})
    for one, result in zip(played, world.play(played), strict=True):
        assert not result.get("failed"), (one, result)
        assert "Traceback" not in json.dumps(result), one
    made = {user["user_name"]: user for user in emulator.state()["users"]}
    assert {"amara@example.com", "noah@example.com"} <= set(made)
    assert made["amara@example.com"]["phone"] == "111-222-3333"

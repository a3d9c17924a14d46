# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""veracode_directory and veracode_directory_info through real playbooks."""

from __future__ import annotations

import json
import signal
import time
from typing import Any

import pytest
from ansible.release import __version__

from tests.emulator.control import Emulator
from tests.integration.playbooks import World, assert_three, task, three

ANSIBLE_CORE = tuple(int(number) for number in __version__.split(".")[:2])

ORGANIZATION: dict[str, Any] = {
    "business_units": [{"name": "Payments"}],
    "teams": [
        {"name": "Web", "business_unit": "Payments", "members": ["tmonarch@example.com", "n1@example.com"]},
        {"name": "Core", "managers": ["lead@example.com"]},
    ],
    "users": [
        {"username": "n1@example.com", "first_name": "N", "last_name": "One"},
        {"username": "lead@example.com", "first_name": "L", "last_name": "Ead", "roles": ["Team Admin", "Reviewer"]},
        {"username": "tmonarch@example.com"},
        {"username": "sviceroy@example.com", "phone": "77", "teams": ["Demo Team"], "roles": ["Security Lead"]},
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
        }
    ],
}


def test_what_no_entry_sets_does_not_weigh_on_a_result(world: World) -> None:
    users = [{"username": "tmonarch@example.com", "phone": ""}]
    # Since ansible-core 2.21 it is reported only where that is asked for.
    asked = {"_ansible_inject_invocation": True} if ANSIBLE_CORE >= (2, 21) else {}
    done = world.run_module("veracode_directory", users=users, workers=2, **asked)
    assert done["invocation"]["module_args"]["users"] == users
    assert done["invocation"]["module_args"]["workers"] == 2


def test_an_organization_is_built_in_one_task(world: World, emulator: Emulator) -> None:
    tasks = three("veracode_directory", **ORGANIZATION)
    done = assert_three(world.play(tasks))
    assert done["summary"] == {
        "created": 6,
        "updated": 1,
        "renamed": 0,
        "disabled": 0,
        "deleted": 0,
        "unchanged": 1,
        "failed": 0,
    }
    assert done["read_strategy"] == "details"
    assert done["complete"] is True
    assert done["errors"] == []
    assert done["msg"].startswith("7 of 8 objects changed: 6 created, 1 updated. ")
    assert done["elapsed"] > 0
    svc = emulator.user("svc1")
    assert svc is not None
    assert list(svc["teams"]) == ["Core"]


def test_a_task_that_fails_in_part_says_what_was_done_and_the_next_does_the_rest(
    world: World, emulator: Emulator
) -> None:
    names = ["tmonarch@example.com", "sviceroy@example.com", "mdoe@example.com"]
    wanted = {"users": [{"username": name, "phone": "5"} for name in names]}
    victim = emulator.user(names[1])
    assert victim is not None
    emulator.fault("status", status=400, method="PUT", path=victim["user_id"])
    first, second = world.play([task("veracode_directory", **wanted), task("veracode_directory", **wanted)])
    assert first["failed"] is True
    assert first["changed"] is True
    assert [action["name"] for action in first["actions"]] == [names[0], names[2]]
    assert [(error["place"], error["name"], error["status"]) for error in first["errors"]] == [
        ("users[1]", names[1], 400)
    ]
    assert first["failure"]["place"] == "users[1]"
    assert first["summary"]["failed"] == 1
    assert "users[1]" in first["msg"]
    assert not second.get("failed")
    assert [action["name"] for action in second["actions"]] == [names[1]]


def test_all_errors_of_the_input_come_together(world: World, emulator: Emulator) -> None:
    emulator.read_only()
    users = [{"username": "tmonarch@example.com", "roles": ["Reveiwer"]}, {"username": "nobody@example.com"}]
    (result,) = world.play([task("veracode_directory", users=users)])
    assert result["failed"] is True
    assert result["changed"] is False
    assert [error["place"] for error in result["errors"]] == ["users[0].roles", "users[1].username"]
    assert 'users[0].roles (tmonarch@example.com): unknown role "Reveiwer", did you mean "Reviewer"?' in result["msg"]
    assert "users[1].username" in result["msg"]
    assert emulator.violations() == []


def test_an_export_is_applied_and_restores(world: World, emulator: Emulator) -> None:
    (exported,) = world.play([task("veracode_directory_info")])
    directory = exported["directory"]
    assert list(directory) == ["business_units", "teams", "users", "api_users"]
    emulator.change("user", "tmonarch@example.com", roles=["Executive"], teams=["Release Team"])
    emulator.remove("user", "mdoe@example.com")
    tasks = [*three("veracode_directory", exclusive=list(directory), **directory), task("veracode_directory_info")]
    *runs, after = world.play(tasks)
    done = assert_three(runs)
    assert sorted((action["action"], action["name"]) for action in done["actions"]) == [
        ("create", "mdoe@example.com"),
        ("update", "tmonarch@example.com"),
    ]
    assert after["directory"] == directory


def test_a_value_with_a_tab_is_exported_and_applied_and_a_line_break_is_refused(
    world: World, emulator: Emulator
) -> None:
    values = {"custom_one": "\tNorth", "custom_two": "a\tb", "phone": "0123"}
    emulator.change("user", "tmonarch@example.com", **values)
    (exported,) = world.play([task("veracode_directory_info", kinds=["users"])])
    entries = [entry for entry in exported["directory"]["users"] if entry["username"] == "tmonarch@example.com"]
    assert [{name: entry[name] for name in values} for entry in entries] == [values]
    broken = task("veracode_directory", users=[{**entries[0], "first_name": "Ted\n"}])
    *runs, refused = world.play([*three("veracode_directory", users=entries), broken])
    assert_three(runs, changed=False)
    assert refused["failure"]["option"] == "first_name"
    assert "control character '\\n'" in refused["msg"]


def test_a_plan_that_was_approved_stores_its_secrets_nowhere_else(world: World, emulator: Emulator) -> None:
    plan, approved, other = (str(world.files / name) for name in ("plan.json", "approved.json", "other.json"))
    entry = {**ORGANIZATION["api_users"][0], "teams": ["Demo Team"], "credentials": "on_create"}
    entry["credentials_format"] = "json"
    apply = "veracode_directory"
    planned, refused, done = world.play(
        [
            task(apply, check=True, api_users=[{**entry, "credentials_dest": approved}], plan_file=plan),
            task(apply, api_users=[{**entry, "credentials_dest": other}], expect_plan=plan),
            task(apply, api_users=[{**entry, "credentials_dest": approved}], expect_plan=plan),
        ]
    )
    assert planned["changed"]
    assert refused["failed"]
    assert refused["calls"]["writes"] == 0
    assert "expect_plan" in refused["msg"]
    assert not done.get("failed"), done["msg"]
    assert len(emulator.log(writes=True)) == done["calls"]["writes"]
    assert sorted(path.name for path in world.files.glob("*.json")) == ["approved.json", "plan.json"]


def test_secrets_are_kept_and_never_shown(world: World, emulator: Emulator) -> None:
    key = world.files / "key.json"
    entry = {
        **ORGANIZATION["api_users"][0],
        "teams": ["Demo Team"],
        "credentials": "on_create",
        "credentials_dest": str(key),
        "credentials_format": "json",
    }
    done = assert_three(world.play(three("veracode_directory", api_users=[entry]), "-vvv"))
    assert [action["action"] for action in done["actions"]] == ["create", "generate"]
    pair = json.loads(key.read_text(encoding="utf-8"))
    assert len(pair["api_key_secret"]) > 30
    assert pair["api_key_secret"] not in "".join(world.printed)
    assert pair["api_key_secret"] not in json.dumps(done)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM])
def test_the_run_after_one_that_was_killed_does_the_rest(
    world: World, emulator: Emulator, blow: signal.Signals
) -> None:
    users = [
        {
            "username": f"k{number:02}@example.com",
            "first_name": "K",
            "last_name": "N",
            "roles": ["Creator"],
            "teams": ["Web"],
        }
        for number in range(40)
    ]
    wanted: dict[str, Any] = {"teams": [{"name": "Web"}], "users": users}
    emulator.switch(latency_ms=100)
    process = world.module("veracode_directory", **wanted)
    end = time.monotonic() + 60
    while time.monotonic() < end and len(emulator.log(writes=True)) < 8:
        time.sleep(0.05)
    process.send_signal(blow)
    process.communicate(timeout=60)
    emulator.switch(latency_ms=0)

    first, again = world.play([task("veracode_directory", **wanted), task("veracode_directory", **wanted)])
    assert not first.get("failed"), first["msg"]
    assert 0 < first["summary"]["created"] < 40
    assert again["changed"] is False
    names = [user["user_name"] for user in emulator.state()["users"] if user["last_name"] == "N"]
    assert sorted(names) == [user["username"] for user in users]

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A destination belongs to one account, and two runs at once leave one valid pair in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbooks import PLAYBOOK, World, holds_pair, play, task

MODULE = "veracode_api_credentials"
KEYLESS, BUILD, OTHER = "keyless-api", "build-upload", "restricted-api"
HOSTS = 5


def options(dest: Path, **more: Any) -> dict[str, Any]:
    return {"username": BUILD, "state": "rotated", "credentials_dest": str(dest), "credentials_format": "json", **more}


def put(dest: Path, pair: dict[str, str]) -> Path:
    dest.write_text(json.dumps({"api_key_id": pair["api_id"], "api_key_secret": pair["api_secret"], "expires": None}))
    return dest


def new_api_user(name: str, dest: Path, **more: Any) -> dict[str, Any]:
    return {
        "username": name,
        "first_name": "New",
        "last_name": "API",
        "email_address": "new@example.com",
        "roles": ["Results API"],
        "teams": ["Demo Team"],
        "credentials": "on_create",
        "credentials_dest": str(dest),
        "credentials_format": "json",
        **more,
    }


def assert_refused(world: World, result: dict[str, Any], dest: Path, said: str) -> None:
    """Refused before anything was generated, and nothing is left behind."""
    assert result["failed"], result
    assert said in result["msg"]
    assert "credentials_overwrite: true" in result["msg"]
    assert result["failure"]["option"] == "credentials_dest"
    assert result["calls"]["writes"] == 0
    assert result["changed"] is False
    assert [path.name for path in dest.parent.iterdir()] == [dest.name]
    assert world.emulator.log(writes=True) == []


def test_a_loop_of_rotations_into_one_file_keeps_the_first_pair(world: World) -> None:
    dest = world.files / "pair.json"
    loop = task(MODULE, **options(dest, username="{{ item }}"))
    (result,) = world.play([{**loop, "loop": [BUILD, KEYLESS]}])
    first, second = result["results"]
    assert first["changed"]
    assert second["failed"]
    assert f'of "{BUILD}"' in second["msg"]
    assert holds_pair(dest, world.emulator, BUILD)
    assert len(world.emulator.log(writes=True)) == 1


def test_the_pair_of_another_account_is_replaced_only_where_that_is_asked_for(world: World) -> None:
    dest = put(world.files / "pair.json", world.emulator.make_key(OTHER))
    before = dest.read_text()
    for check in (True, False):
        result = world.run_module(MODULE, **options(dest), _ansible_check_mode=check)
        assert_refused(world, result, dest, f'of "{OTHER}"')
    assert dest.read_text() == before
    ini = world.files / "pair.json"
    pair = world.emulator.make_key(OTHER)
    ini.write_text(
        f"[default]\nveracode_api_key_id = {pair['api_id']}\nveracode_api_key_secret = {pair['api_secret']}\n"
    )
    wanted = options(ini, credentials_format="ini", credentials_profile="default")
    assert_refused(world, world.run_module(MODULE, **wanted), ini, "the section [default]")
    result = world.run_module(MODULE, **wanted, credentials_overwrite=True)
    assert result["changed"], result
    assert holds_pair(ini, world.emulator, BUILD)


@pytest.mark.parametrize("what", ["unknown", "revoked", "expired", "of a deleted account", "replaced and its own"])
def test_a_pair_that_belongs_to_nobody_or_to_the_account_is_replaced(world: World, what: str) -> None:
    pair = world.emulator.make_key(BUILD if what == "replaced and its own" else OTHER)
    dest = put(world.files / "pair.json", pair)
    if what == "unknown":
        put(dest, {"api_id": "0" * 32, "api_secret": "f" * 128})
    elif what == "revoked":
        world.run_module(MODULE, username=OTHER, state="absent")
    elif what == "expired":
        world.emulator.change("credentials", pair["api_id"], expiration_ts=world.emulator.advance(0) - 60)
    elif what == "of a deleted account":
        world.run_module("veracode_api_user", username=OTHER, state="absent")
    else:
        world.emulator.make_key(BUILD, overlap_hours=24)
    result = world.run_module(MODULE, **options(dest))
    assert result.get("changed"), result
    assert holds_pair(dest, world.emulator, BUILD)


@pytest.mark.parametrize("what", ["another region", "not told", "out of sight", "not a pair"])
def test_a_pair_whose_owner_cannot_be_found_out_is_not_replaced(world: World, what: str) -> None:
    pair = world.emulator.make_key(OTHER)
    said = "its owner cannot be determined"
    if what == "another region":
        pair = {"api_id": f"vera01ei-{pair['api_id']}", "api_secret": f"vera01es-{pair['api_secret']}"}
    elif what == "not told":
        world.emulator.fault("status", method="GET", path=f"/api_credentials/{pair['api_id']}", status=503, count=0)
    elif what == "out of sight":
        world.emulator.fault("status", method="GET", path=f"/api_credentials/{pair['api_id']}", status=404, count=0)
        said = f'of "{OTHER}"'
    else:
        pair = {"api_id": "to be filled in", "api_secret": "later"}
    dest = put(world.files / "pair.json", pair)
    assert_refused(world, world.run_module(MODULE, **options(dest), max_retries=0), dest, said)


def test_a_new_account_gets_no_destination_of_another(world: World) -> None:
    dest = put(world.files / "pair.json", world.emulator.make_key(OTHER))
    result = world.run_module("veracode_api_user", **new_api_user("new-api", dest))
    assert_refused(world, result, dest, f'of "{OTHER}"')
    result = world.run_module("veracode_directory", api_users=[new_api_user("new-api", dest)])
    assert result["failed"]
    assert "credentials_overwrite: true" in result["msg"]
    assert world.emulator.user("new-api") is None
    result = world.run_module("veracode_api_user", **new_api_user("new-api", dest, credentials_overwrite=True))
    assert result.get("changed"), result
    assert holds_pair(dest, world.emulator, "new-api")


def test_two_new_accounts_of_a_directory_never_share_a_file_however_it_is_spelled(world: World) -> None:
    (world.files / "link").symlink_to(world.files)
    entries = [
        new_api_user("first-api", world.files / "pair.json"),
        new_api_user("second-api", world.files / "link" / "pair.json"),
    ]
    for check in (True, False):
        result = world.run_module("veracode_directory", api_users=entries, _ansible_check_mode=check)
        assert result["failed"]
        assert "api_users[1].credentials_dest" in result["msg"]
        assert "api_users[0]" in result["msg"]
    assert world.emulator.log(writes=True) == []


@pytest.mark.parametrize(("state", "generated"), [("present", 1), ("rotated", HOSTS)])
def test_hosts_without_run_once_end_with_one_valid_pair(world: World, state: str, generated: int) -> None:
    dest = world.files / "pair.json"
    world.emulator.switch(old_key_hours=0, latency_ms=50)
    names = [f"host{number}" for number in range(HOSTS)]
    connection = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = {"all": {"hosts": dict.fromkeys(names), "vars": connection}}
    (world.folder / "hosts.json").write_text(json.dumps(inventory))
    wanted = options(dest, state=state, username=KEYLESS, verify=True)
    rotate = {"name": "Rotate", f"community.veracode.{MODULE}": wanted}
    (world.folder / "play.json").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [rotate]}]))
    command = [str(PLAYBOOK), "-i", str(world.folder / "hosts.json"), "-f", str(HOSTS), str(world.folder / "play.json")]
    code, output = play(command, cwd=Path.cwd(), env=world.env())
    assert code == 0, output
    assert output.count("failed=0") == HOSTS
    assert len(world.emulator.log(writes=True)) == generated
    assert holds_pair(dest, world.emulator, KEYLESS)
    assert [path.name for path in world.files.iterdir()] == ["pair.json"]
    locks = world.folder / "home" / "cache" / "community.veracode" / "locks"
    assert list(locks.iterdir()) == []

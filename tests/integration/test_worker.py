# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks in Ansible's own process, in the ways in which people start Ansible: they behave as the module does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ansible import constants as C
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.emulator.control import Emulator
from tests.inside import MODULES
from tests.integration.playbooks import PLAYBOOK, Task, World, holds_pair, play, task
from tests.integration.test_in_process import to_the_letter
from tests.processes import descendants

Result = dict[str, Any]

VERACODE = "community.veracode"
WAYS = (False, True)  # veracode_run_as_module
USER = {"username": "tmonarch@example.com"}
# A task of each module, which can be repeated.
TASKS: dict[str, dict[str, Any]] = {
    "veracode_api_credentials": {"username": "build-upload", "return_secret": True, "state": "rotated"},
    "veracode_api_user": {"username": "build-upload", "custom_one": "x"},
    "veracode_business_unit": {"name": "New Unit"},
    "veracode_business_unit_info": {},
    "veracode_directory": {"users": [{**USER, "phone": "2"}]},
    "veracode_directory_info": {},
    "veracode_jit_settings": {"ip_restricted": False, "prefer_veracode_data": True, "roles": ["Creator"]},
    "veracode_oauth_client": {"name": "New Client", "return_secret": True},
    "veracode_oauth_client_info": {},
    "veracode_role": {"name": "New Role", "permissions": ["viewReports"]},
    "veracode_role_info": {},
    "veracode_team": {"name": "New Team"},
    "veracode_team_info": {},
    "veracode_user": {**USER, "phone": "{{ vaulted }}"},
    "veracode_user_info": {**USER},
    "veracode_user_reset": {**USER, "reset": ["sessions"]},
}


def _both_ways(world: World, tasks: list[Task], *arguments: str) -> list[Result]:
    """Run tasks in Ansible's process and as modules, compare what they register, and return that."""
    results = world.play(
        [{**one, "vars": {"veracode_run_as_module": way}} for one in tasks for way in WAYS],
        *("--diff", "-vvvv", *arguments),
        ANSIBLE_INJECT_INVOCATION="true",
    )
    assert world.printed[0].count("runs as a module: veracode_run_as_module is true") >= len(tasks)
    assert not world.emulator.log(writes=True)
    for one, here, module in zip(tasks, results[::2], results[1::2], strict=True):
        assert to_the_letter(_timeless(here)) == to_the_letter(_timeless(module)), one
    return results[::2]


def test_each_module_registers_the_same_either_way(world: World) -> None:
    """With a vaulted value, `--diff` and the highest verbosity."""
    password = world.folder / "password"
    password.write_text("the password of the vault", encoding="utf-8")
    vault = VaultLib([("default", VaultSecret(password.read_bytes()))])
    text = vault.encrypt("+1 555 0100").decode()
    (world.folder / "vaulted.yml").write_text(
        "vaulted: !vault |\n" + "".join(f"  {line}\n" for line in text.splitlines()), encoding="utf-8"
    )
    assert set(TASKS) == set(MODULES)
    tasks = [task(name, check=True, **options) for name, options in TASKS.items()]
    vaulted = ["-e", f"@{world.folder / 'vaulted.yml'}", "--vault-password-file", str(password)]
    results = _both_ways(world, tasks, *vaulted)
    assert [result["msg"] for result in results if result.get("failed")] == []
    assert results[list(TASKS).index("veracode_user")]["diff"]["after"]["phone"] == "+1 555 0100"


@pytest.mark.slow
def test_whatever_a_task_says_is_registered_the_same_either_way(world: World) -> None:
    """What Ansible makes of a result: warnings, failures, `environment`, `until`, `no_log`, a loop, a delegation."""
    read = task("veracode_user_info", **USER)
    tasks = [
        task("veracode_user", check=True, **USER, phone="{{ 40 + 2 }}"),
        task("veracode_user", check=True, **USER, user_name="x@example.com", title="Boss"),
        task("veracode_user", **USER, usrname="x"),
        task("veracode_user", **USER, timeout="soon"),
        task("veracode_user", **USER, roles=["Reveiwer"]),
        {**read, "environment": {"VERACODE_API_KEY_SECRET": "0" * 128}},
        {**read, "no_log": True},
        {**read, "timeout": 100},
        {**read, "until": "true", "retries": 1, "delay": 0},
        {**task("veracode_user_info", username="{{ item }}"), "loop": ["tmonarch@example.com", "mdoe@example.com"]},
        {**read, "delegate_to": "localhost", "run_once": True},
        task("veracode_api_credentials", username="build-upload", credentials_dest="no/such/folder/file"),
        task("veracode_api_user", username="build-upload"),
    ]
    _both_ways(world, tasks)


def _timeless(result: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a result what no two runs share: how long it took."""
    words = {"msg"} if "elapsed" in result and not result.get("failed") else set()
    return {name: value for name, value in result.items() if name not in {"elapsed"} | words}


def _play(world: World, plays: list[dict[str, Any]], inventory: dict[str, Any], *arguments: str, **env: str) -> str:
    (world.folder / "hosts.json").write_text(json.dumps({"all": {"hosts": inventory}}), encoding="utf-8")
    (world.folder / "plays.json").write_text(json.dumps(plays), encoding="utf-8")
    command = [str(PLAYBOOK), "-i", str(world.folder / "hosts.json"), str(world.folder / "plays.json"), *arguments]
    code, output = play(command, cwd=Path.cwd(), env=world.env(**env))
    assert code == 0, output
    return output


def test_remote_hosts_delegate_to_the_controller_with_the_environment_of_each_level(
    world: World, emulator: Emulator
) -> None:
    """Four hosts that nobody can reach, with `strategy: free` and 50 forks."""
    hosts = {f"host{number}.invalid": {"ansible_connection": "ssh"} for number in range(4)}

    def read(name: str, **more: Any) -> dict[str, Any]:
        return {"name": name, f"{VERACODE}.veracode_user_info": {"username": "{{ who }}"}, "register": name, **more}

    play = {
        "hosts": "all",
        "gather_facts": False,
        "strategy": "free",
        "environment": {"VERACODE_TIMEOUT": "71"},
        "vars": {"who": USER["username"]},
        "tasks": [
            {
                "delegate_to": "localhost",
                "block": [
                    read("play"),
                    {
                        "environment": {"VERACODE_TIMEOUT": "72"},
                        "block": [read("block"), read("task", environment={"VERACODE_TIMEOUT": "73"})],
                    },
                    read("module", vars={"veracode_run_as_module": True, "ansible_python_interpreter": sys.executable}),
                ],
            },
            {
                "name": "Check",
                "ansible.builtin.assert": {
                    "that": [
                        "play == module",
                        "play.users[0].username == who",
                    ]
                },
            },
        ],
    }
    output = _play(world, [play], hosts, "-f", "50", "-vvv", ANSIBLE_INJECT_INVOCATION="true")
    assert output.count("runs as a module: ") == len(hosts)
    # What is registered has no invocation before ansible-core 2.21, but what is printed has.
    for level, times in ((71, 2), (72, 1), (73, 1)):
        assert output.count(f'"timeout": {level}') == times * len(hosts)
    # One connection for each process of Ansible, and one for each module.
    assert len({call["connection"] for call in emulator.log()}) == 4 * len(hosts)


@pytest.mark.parametrize("way", ["ansible", "ansible-runner"])
def test_ad_hoc_and_by_the_runner(world: World, way: str) -> None:
    program = PLAYBOOK.with_name(way)
    if not program.exists():
        pytest.skip(f"{way} is not installed")
    arguments = "username=tmonarch@example.com phone=5"
    said = []
    for as_module in ("false", "true"):
        variables = ["-e", f"veracode_run_as_module={as_module}", "-e", f"ansible_python_interpreter={sys.executable}"]
        module = ["localhost", "-m", f"{VERACODE}.veracode_user", "-a", arguments]
        command = [str(program), *module, "--check", *variables]
        if way == "ansible-runner":
            runner = ["-m", f"{VERACODE}.veracode_user", "-a", arguments, "--hosts", "localhost"]
            command = [str(program), "run", str(world.folder / as_module), *runner]
            command += ["--cmdline", " ".join(["--check", *variables])]
            (world.folder / as_module).mkdir()
        process = subprocess.Popen(
            command,
            env=world.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        output, errors = process.communicate(timeout=300)
        assert process.returncode == 0, output + errors
        said.append(output[output.index("localhost | CHANGED") :])
    assert said[0] == said[1]


def test_ctrl_c_ends_a_run_cleanly_and_the_next_one_does_the_rest(world: World, emulator: Emulator) -> None:
    """No process and no half-done write is left: the key pair that is being generated is stored."""
    person = {"first_name": "P", "last_name": "X", "roles": ["Creator"], "teams": ["Engineering"]}
    users = [{"username": f"p{number}@example.com", **person} for number in range(9)]
    stored = world.files / "pair.json"
    service = {
        "username": "ci-bot",
        "first_name": "C",
        "last_name": "I",
        "email_address": "ci@example.com",
        "roles": ["Results API"],
        "teams": ["Engineering"],
        "credentials": "on_create",
        "credentials_dest": str(stored),
        "credentials_format": "json",
    }
    options = {"users": users, "api_users": [service], "workers": 2}
    emulator.switch(latency_ms=400)
    play = world.folder / "play.json"
    tasks = [{"name": "Apply", f"{VERACODE}.veracode_directory": options}]
    play.write_text(
        json.dumps([{"hosts": "localhost", "gather_facts": False, "connection": "local", "tasks": tasks}]),
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [str(PLAYBOOK), str(play)],
        env=world.env(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # Where the tests run in the background, a shell has made them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not emulator.log(writes=True) and process.poll() is None:
        time.sleep(0.02)
    workers = list(descendants(process.pid))
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 99, output  # what Ansible ends with when a user interrupts it
    assert "Traceback" not in output
    end = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    state = emulator.state()
    made = [user["user_name"] for user in state["users"] if user["user_name"] in {each["username"] for each in users}]
    assert len(made) < len(users)
    if emulator.user("ci-bot") is not None:
        assert holds_pair(stored, emulator, "ci-bot")
    emulator.switch(latency_ms=0)
    (result,) = world.play([task("veracode_directory", **options)])
    assert not result.get("failed"), result["msg"]
    assert result["summary"]["unchanged"] == len(made) + (
        1 if "ci-bot" in {u["user_name"] for u in state["users"]} else 0
    )
    assert holds_pair(stored, emulator, "ci-bot")


@pytest.mark.skipif(
    C.config.get_configuration_definition("DISPLAY_TRACEBACK") is None, reason="ansible-core 2.19 has it"
)
def test_tracebacks_hold_no_secret(world: World) -> None:
    """Shown where Ansible is asked for them, either way, for errors and for warnings."""
    wrong = [task("veracode_user", **USER, roles=["Reveiwer"]), task("veracode_user", **USER, validate_certs=False)]
    tasks = [{**one, "vars": {"veracode_run_as_module": way}} for one in wrong for way in WAYS]
    play = {"hosts": "localhost", "gather_facts": False, "connection": "local", "tasks": tasks}
    output = _play(
        world, [play], {"localhost": {"ansible_python_interpreter": sys.executable}}, ANSIBLE_DISPLAY_TRACEBACK="always"
    )
    assert output.count("did you mean") >= len(WAYS)
    assert world.emulator.api_secret not in output

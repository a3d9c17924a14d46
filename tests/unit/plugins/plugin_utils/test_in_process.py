# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a task runs, and what an action does that AnsibleModule does for a module."""

from __future__ import annotations

import datetime
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible.plugins.action.normal import ActionModule as NormalAction

from ansible_collections.community.veracode.plugins.module_utils import _session
from ansible_collections.community.veracode.plugins.module_utils._activity import Activity, Phase
from ansible_collections.community.veracode.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.community.veracode.plugins.plugin_utils import in_process
from ansible_collections.community.veracode.plugins.plugin_utils.in_process import InProcessAction, plain
from tests import inside
from tests.emulator.control import Emulator

SECRET = "5ec4e7" * 20


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where tasks ran: `here` or `module`. Neither does anything."""
    places: list[str] = []

    def here(_declaration: Any, params: Mapping[str, Any], *, check_mode: bool, **_more: Any) -> _session.Outcome:
        places.append("here")
        return _session.Outcome({"changed": check_mode, "invocation": {"module_args": params}}, [], set())

    def module(_action: Any, _tmp: Any = None, _task_vars: Any = None) -> dict[str, Any]:
        places.append("module")
        return {"changed": False}

    monkeypatch.setattr(in_process, "run", here)
    monkeypatch.setattr(NormalAction, "run", module)
    return places


def run(action: InProcessAction, **variables: Any) -> dict[str, Any]:
    return action.run(task_vars=variables)


def user(**task: Any) -> InProcessAction:
    return inside.action("veracode_user", {"username": "a@example.com"}, **task)


def test_a_local_task_runs_here(ran: list[str]) -> None:
    run(user())
    assert ran == ["here"]


@pytest.mark.parametrize("name", inside.MODULES)
def test_every_module_has_an_action_with_its_own_declaration(name: str) -> None:
    assert inside.action(name, {}).declaration is inside.declaration(name)


def test_a_remote_task_runs_as_a_module(ran: list[str]) -> None:
    action = user()
    with mock.patch.object(type(action._connection), "transport", "ssh"):
        run(action)
    assert ran == ["module"]


def test_a_task_that_becomes_another_user_runs_as_a_module(ran: list[str]) -> None:
    action = user()
    action._connection.become = object()
    run(action)
    assert ran == ["module"]


def test_an_asynchronous_task_runs_as_a_module(ran: list[str]) -> None:
    run(user(async_val=10))
    assert ran == ["module"]


@pytest.mark.parametrize(("value", "place"), [(True, "module"), ("yes", "module"), (False, "here"), ("no", "here")])
def test_a_variable_makes_a_task_run_as_a_module(ran: list[str], value: Any, place: str) -> None:
    run(user(), veracode_run_as_module=value)
    assert ran == [place]


@pytest.mark.parametrize("named", [None, "auto", "auto_silent", "", sys.executable])
def test_a_python_that_is_discovered_or_is_our_own_keeps_a_task_here(ran: list[str], named: str | None) -> None:
    run(user(), **({} if named is None else {"ansible_python_interpreter": named}))
    assert ran == ["here"]


def test_another_python_makes_a_task_run_as_a_module(ran: list[str], tmp_path: Path) -> None:
    bare = os.path.realpath(sys.executable)  # the same program without our virtual environment
    other = tmp_path / "venv" / "bin" / "python"
    other.parent.mkdir(parents=True)
    (tmp_path / "venv" / "pyvenv.cfg").write_text("", encoding="utf-8")
    other.symlink_to(bare)
    for named in (bare, str(other), "/no/such/python", "/usr/bin/env python3"):
        run(user(), ansible_python_interpreter=named)
    assert ran == ["module"] * 4


def test_a_link_to_our_own_environment_is_our_own_python(ran: list[str], tmp_path: Path) -> None:
    folder = Path(sys.executable).parent
    (tmp_path / "link").symlink_to(folder.parent)
    run(user(), ansible_python_interpreter=str(tmp_path / "link" / folder.name / Path(sys.executable).name))
    assert ran == ["here"]


def test_the_python_of_the_host_that_a_task_is_delegated_to_counts(ran: list[str]) -> None:
    delegated = {"localhost": {"ansible_python_interpreter": sys.executable}}
    run(user(delegate_to="localhost"), ansible_python_interpreter="/other/python", ansible_delegated_vars=delegated)
    delegated = {"localhost": {"ansible_python_interpreter": "/other/python"}}
    run(user(delegate_to="localhost"), ansible_python_interpreter=sys.executable, ansible_delegated_vars=delegated)
    assert ran == ["here", "module"]


def test_a_missing_library_makes_a_task_run_as_a_module(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process, "run", _session.run)
    monkeypatch.setattr(_session, "Session", mock.Mock(side_effect=MissingLibraryError("requests >= 2.28", "")))
    run(user())
    assert ran == ["module"]


def test_the_environment_and_the_folder_are_those_of_a_module_and_are_given_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[tuple[str | None, str]] = []

    def here(_declaration: Any, _params: Any, *, check_mode: bool, **_more: Any) -> _session.Outcome:
        seen.append((os.environ.get("VERACODE_API_PROFILE"), os.getcwd()))
        os.environ["LEFT_BEHIND"] = "1"
        raise KeyboardInterrupt

    monkeypatch.setattr(in_process, "run", here)
    monkeypatch.delenv("VERACODE_API_PROFILE", raising=False)
    action = user(environment=[{"VERACODE_API_PROFILE": "play"}, {"VERACODE_API_PROFILE": "{{ 'ta' ~ 'sk' }}"}])
    action._loader.set_basedir(str(tmp_path))
    before, folder = dict(os.environ), os.getcwd()
    with pytest.raises(KeyboardInterrupt):
        run(action)
    assert seen[0][1] == str(tmp_path)
    assert seen[0][0] in ("task", "{{ 'ta' ~ 'sk' }}")  # whether a bare text is a template depends on ansible-core
    assert (dict(os.environ), os.getcwd()) == (before, folder)


def test_secrets_are_masked_and_yes_and_no_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def here(_declaration: Any, params: Mapping[str, Any], *, check_mode: bool, **_more: Any) -> _session.Outcome:
        invocation = {"invocation": {"module_args": params}}
        return _session.Outcome({"changed": True, "user": f"a {SECRET}", **invocation}, [f"w {SECRET}"], {SECRET})

    monkeypatch.setattr(in_process, "run", here)
    action = inside.action("veracode_user", {"username": "a", "api_key_secret": "given in the task"})
    result = run(action, ansible_inject_invocation=True)
    assert result["changed"] is True
    assert result["invocation"]["module_args"]["api_key_secret"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert SECRET not in str(result)
    assert "given in the task" not in str(result)


def test_an_error_of_the_collection_itself_is_a_result_that_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"VERACODE_API_KEY_ID": "a" * 32, "VERACODE_API_KEY_SECRET": "b" * 128}
    monkeypatch.setattr(_session.Session, "rest", mock.Mock(side_effect=ValueError(f"broken by {'b' * 128}")))
    result = inside.run_action("veracode_user", {"username": "a@example.com"}, {**os.environ, **environment})
    assert result["failed"]
    assert result["msg"].startswith("ValueError: broken by ****")
    assert "report this" in result["msg"]
    assert "b" * 128 not in str(result)


@pytest.mark.parametrize(
    "options",
    [
        {"username": "a", "usrname": "b"},
        {"username": "a", "timeout": "soon"},
        {"username": "a", "state": "gone"},
        {"phone": "1"},
        {"username": "a", "user_name": "b", "api_url": "http://x"},
        {"username": "a", "roles": {"a": 1}},
    ],
)
def test_wrong_options_are_refused_as_the_module_refuses_them(options: dict[str, Any], tmp_path: Path) -> None:
    env = {**os.environ, "HOME": str(tmp_path), "VERACODE_API_KEY_ID": "a" * 32, "VERACODE_API_KEY_SECRET": "b" * 128}
    assert inside.run_action("veracode_user", options, env) == inside.run_module("veracode_user", options, env)


def test_values_become_what_json_makes_of_them() -> None:
    class Text(str):
        """As text that Ansible marks."""

    value = {1: (Text("a"), datetime.date(2026, 11, 1), True, None, 1.5), "b": [{"c": Text("d")}]}
    assert plain(value) == {"1": ["a", "2026-11-01", True, None, 1.5], "b": [{"c": "d"}]}
    assert type(plain(Text("a"))) is str


def test_a_deprecated_alias_is_a_deprecation_of_the_result(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    old = {"name": "old_name", "version": "9.0.0", "collection_name": "community.veracode"}
    spec = {"name": {"type": "str", "aliases": ["old_name"], "deprecated_aliases": [old]}}
    monkeypatch.setattr(_session.Module, "argument_spec", lambda _self: spec)
    (deprecation,) = run(inside.action("veracode_user", {"old_name": "x"}))["deprecations"]
    assert "old_name" in deprecation["msg"]


def test_one_connection_is_kept_for_all_items_of_a_loop_and_never_by_a_forked_process(
    emulator: Emulator, tmp_path: Path
) -> None:
    env = {**os.environ, **emulator.env, "VERACODE_RATE_LIMIT": "100000", "XDG_CACHE_HOME": str(tmp_path)}
    emulator.clear_log()
    for _item in range(3):
        assert not inside.run_action("veracode_user_info", {"username": "tmonarch@example.com"}, env).get("failed")
    calls = emulator.log()
    assert len(calls) == 6
    assert {call["connection"] for call in calls} == {calls[0]["connection"]}
    child = os.fork()
    if not child:
        failed = inside.run_action("veracode_user_info", {"username": "tmonarch@example.com"}, env).get("failed")
        os._exit(1 if failed else 0)
    assert os.waitpid(child, 0)[1] == 0
    assert not inside.run_action("veracode_user_info", {"username": "tmonarch@example.com"}, env).get("failed")
    connections = [call["connection"] for call in emulator.log()]
    assert len(set(connections)) == 2
    assert connections[0] == connections[-1] != connections[6]


def test_few_connections_are_kept_and_those_used_last(emulator: Emulator, tmp_path: Path) -> None:
    env = {**os.environ, **emulator.env, "VERACODE_RATE_LIMIT": "100000", "XDG_CACHE_HOME": str(tmp_path)}
    for timeout in (50, 51, 50, 52, 53, 54, 50):
        options = {"username": "tmonarch@example.com", "timeout": timeout}
        assert not inside.run_action("veracode_user_info", options, env).get("failed")
    assert [each.timeout for each in in_process._connections] == [52, 53, 54, 50]


class _Screen:
    """What Ansible is asked to show."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def display(self, text: str, *, stderr: bool = False) -> None:
        assert stderr  # standard output belongs to the callback
        self.lines.append(text)

    def vv(self, text: str) -> None:
        raise AssertionError(text)


@pytest.mark.parametrize("shows", [True, False])
def test_a_long_run_says_what_it_is_doing_unless_it_is_to_be_quiet(
    monkeypatch: pytest.MonkeyPatch, shows: bool
) -> None:
    screen = _Screen()
    monkeypatch.setattr(in_process, "display", screen)
    monkeypatch.setattr(in_process, "INTERVAL", 0.01)

    def here(_declaration: Any, _params: Any, *, activity: Activity, **_more: Any) -> _session.Outcome:
        time.sleep(0.05)  # nothing that takes long yet
        activity.is_waiting = lambda: True
        with activity.phase("reading accounts", 1000) as phase:
            for _account in range(400):
                phase.advance()
            end = time.monotonic() + 10
            while shows and not screen.lines and time.monotonic() < end:
                time.sleep(0.01)
        return _session.Outcome({"changed": False, "invocation": {}}, [], set())

    monkeypatch.setattr(in_process, "run", here)
    run(inside.action("veracode_directory", {}), veracode_show_progress=shows)
    told = "community.veracode.veracode_directory: reading accounts 400/1,000, waiting for the rate limit"
    assert set(screen.lines) == ({told} if shows else set())


def test_a_directory_run_says_how_far_it_is(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    advance = Phase.advance

    def told(phase: Phase) -> None:
        advance(phase)
        seen.append(str(phase))

    monkeypatch.setattr(Phase, "advance", told)
    env = {**os.environ, **emulator.env, "VERACODE_RATE_LIMIT": "100000", "XDG_CACHE_HOME": str(tmp_path)}
    users = [{"username": f"{name}@example.com", "phone": "1"} for name in ("tmonarch", "mdoe", "sviceroy")]
    assert not inside.run_action("veracode_directory", {"users": users}, env).get("failed")
    assert {"writing 1/3", "writing 2/3", "writing 3/3"} <= set(seen)


def test_the_time_that_is_left_is_estimated_from_the_speed_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = mock.Mock(return_value=0.0)
    monkeypatch.setattr(time, "monotonic", clock)
    phase = Phase("writing", 120)
    for _object in range(30):
        phase.advance()
    assert str(phase) == "writing 30/120"
    clock.return_value = 15.0
    assert str(phase) == "writing 30/120, about 45 s left"

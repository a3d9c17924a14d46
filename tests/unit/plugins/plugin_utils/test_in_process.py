# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a task runs, and what an action does that AnsibleModule does for a module."""

from __future__ import annotations

import datetime
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import urllib3
from ansible.plugins.action.normal import ActionModule as NormalAction
from urllib3.exceptions import InsecureRequestWarning

from ansible_collections.community.veracode.plugins.module_utils import _session
from ansible_collections.community.veracode.plugins.module_utils._activity import Activity, Phase
from ansible_collections.community.veracode.plugins.module_utils._errors import MissingLibraryError, StoppedError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Calls, Effect
from ansible_collections.community.veracode.plugins.module_utils._http.kept import KeptConnections
from ansible_collections.community.veracode.plugins.module_utils._http.stop import STOP
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
    assert not isinstance(plain(Text("a")), Text)


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
    assert [each.timeout for each in in_process.KEPT.settings] == [52, 53, 54, 50]


def test_connections_are_dropped_when_nothing_was_sent_for_long(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptConnections(idle=0.05)
    monkeypatch.setattr(in_process, "KEPT", kept)
    for _item in range(2):
        assert not inside.run_action(
            "veracode_user_info", {"username": "mdoe@example.com"}, _env(emulator, tmp_path)
        ).get("failed")
        end = time.monotonic() + 60
        while kept.settings and time.monotonic() < end:
            time.sleep(0.01)
        assert kept.settings == []
    assert len({call["connection"] for call in emulator.log()}) == 2


def test_what_ansible_runs_beside_is_warned_as_ever(emulator: Emulator, tmp_path: Path) -> None:
    """With `validate_certs: false` there is one warning, that of the run; the filters of the process stay as they are."""
    options = {"username": "mdoe@example.com", "validate_certs": False}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        filters = list(warnings.filters)
        result = inside.run_action("veracode_user_info", options, _env(emulator, tmp_path))
        assert warnings.filters == filters
        assert not result.get("failed")
        assert [each for each in result["warnings"] if each.startswith("validate_certs")]
        assert not [each for each in caught if each.category is InsecureRequestWarning]
        urllib3.PoolManager(cert_reqs="CERT_NONE").request("GET", emulator.env["VERACODE_API_URL"])
        assert [each for each in caught if each.category is InsecureRequestWarning]


class _TimeOutError(BaseException):
    """What Ansible raises in a worker whose task takes too long."""


@pytest.fixture
def time_out() -> Iterator[None]:
    def raise_it(_number: int, _frame: Any) -> None:
        raise _TimeOutError("Timed out after 7 second(s).")

    before = signal.signal(signal.SIGALRM, raise_it)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def _env(emulator: Emulator, folder: Path) -> dict[str, str]:
    return {**os.environ, **emulator.env, "VERACODE_RATE_LIMIT": "100000", "XDG_CACHE_HOME": str(folder)}


def _at_write(number: int, signum: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send this process a signal as soon as so many writes have been sent."""
    add = Calls.add
    writes: list[Effect] = []

    def counted(calls: Calls, effect: Effect) -> None:
        add(calls, effect)
        if effect is not Effect.READ:
            writes.append(effect)
            if len(writes) == number:
                signal.pthread_kill(threading.main_thread().ident or 0, signum)

    monkeypatch.setattr(Calls, "add", counted)


@pytest.mark.parametrize("name", ["veracode_directory", "veracode_user"])
def test_a_time_out_leaves_no_write_unreported(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, time_out: None, name: str
) -> None:
    person = {"first_name": "P", "last_name": "X", "roles": ["Creator"], "teams": ["Engineering"]}
    users = [{"username": f"p{number}@example.com", **person} for number in range(12)]
    options = {"users": users, "workers": 3} if name == "veracode_directory" else users[0]
    _at_write(2 if name == "veracode_directory" else 1, signal.SIGALRM, monkeypatch)
    result = inside.run_action(name, options, _env(emulator, tmp_path), timeout=7)
    sent = emulator.log(writes=True)
    assert result["failed"] is True
    assert result["msg"] == "Task failed: Timed out after 7 second(s)."
    assert result["timedout"] == {"period": 7}
    assert result["calls"]["writes"] == len(sent) == len(result["actions"])
    made = {user["user_name"] for user in emulator.state()["users"]}
    assert {action["name"] for action in result["actions"]} == made & {user["username"] for user in users}
    if name == "veracode_directory":
        assert 2 <= len(sent) < len(users)
        assert len(result["actions"]) + len(result["errors"]) == len(users)
        assert all("the time-out of the task is over" in error["msg"] for error in result["errors"])
    assert not [
        thread for thread in threading.enumerate() if thread.name.startswith(("veracode-write", "veracode-read"))
    ]


def test_a_time_out_does_not_wait_for_what_is_read(emulator: Emulator, tmp_path: Path, time_out: None) -> None:
    """Without a write, Ansible says what it says of every module."""
    emulator.fault("latency", ms=300_000, count=0)
    signal.alarm(2)
    with pytest.raises(_TimeOutError):
        inside.run_action("veracode_user_info", {"username": "mdoe@example.com"}, _env(emulator, tmp_path), timeout=2)


def test_a_time_out_does_not_wait_for_the_rate_limit(emulator: Emulator, tmp_path: Path, time_out: None) -> None:
    env = {**_env(emulator, tmp_path), "VERACODE_RATE_LIMIT": "1"}
    signal.alarm(2)
    with pytest.raises(_TimeOutError):
        inside.run_action("veracode_user_info", {"username": "mdoe@example.com"}, env, timeout=2)
    assert len(emulator.log()) == 1


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_waits_for_the_write_under_way_only(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signum: int
) -> None:
    """A key pair that is being generated is stored before the process ends."""
    passed_on: list[int] = []
    before = signal.signal(signum, lambda number, _frame: passed_on.append(number))
    try:
        _at_write(1, signum, monkeypatch)
        options = {"username": "build-upload", "state": "rotated", "credentials_dest": str(tmp_path / "pair")}
        result = inside.run_action("veracode_api_credentials", options, _env(emulator, tmp_path))
    finally:
        signal.signal(signum, before)
    assert passed_on == [signum]
    assert len(emulator.log(writes=True)) == 1
    assert result["changed"] is True
    assert result["api_credentials"]["api_id"] in (tmp_path / "pair").read_text()


def test_a_second_interruption_ends_the_task_at_once() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with STOP.armed() as received:
            signal.raise_signal(signal.SIGINT)
            with pytest.raises(StoppedError):
                STOP.sleep(3600)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            assert received == [signal.SIGINT]
        STOP.check()  # the next task is not concerned
    finally:
        signal.signal(signal.SIGINT, before)


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

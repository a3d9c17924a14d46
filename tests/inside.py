# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run modules in this process, against an emulator: the same code and the same HTTPS, without the start of Ansible.

`outcome`, `result` and `Inside` do what a module and an action have in common. `run_module` runs a whole module, from
Ansible's arguments as JSON to the result on standard output; `run_action` a whole action, with Ansible's own task,
connection and templates.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from ansible import constants as C
from ansible.module_utils import basic
from ansible.module_utils.common import arg_spec
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar

from ansible_collections.community.veracode.plugins.module_utils import _session
from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Outcome
from ansible_collections.community.veracode.plugins.plugin_utils.in_process import InProcessAction
from tests.emulator.control import Emulator
from tests.leaks import assert_silent, exception_text

Result = dict[str, Any]

FOLDER = Path(__file__).resolve().parents[1] / "plugins" / "modules"
MODULES = sorted(path.stem for path in FOLDER.glob("veracode_*.py"))
# The collection's own limit, where it is not what is tested, is not to be waited for.
NO_LIMIT = "100000"
# What would decide of a run here and is the developer's own.
FOREIGN = ("ANSIBLE_", "VERACODE_", "XDG_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def environment(emulator: Emulator, folder: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a run that calls the emulator.

    :param folder: home and cache of the run.
    :param env: the variables of the collection; those of the emulator's administrator by default.
    """
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)},
        **(emulator.env if env is None else env),
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "VERACODE_RATE_LIMIT": NO_LIMIT,
        "no_proxy": "*",
    }


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"ansible_collections.community.veracode.plugins.modules.{name}")


def declaration(name: str) -> Module:
    """Return the declaration that a module runs."""
    (found,) = (value for value in vars(_module(name)).values() if isinstance(value, Module))
    return found


def specification(name: str) -> dict[str, dict[str, Any]]:
    """Return the options of a module."""
    return declaration(name).argument_spec()


# --- what a module and an action have in common ------------------------------------------------------------------------


def _work(emulator: Emulator, module: Module, options: Mapping[str, Any], *, check: bool) -> Outcome:
    """Run a module in the environment of this process. No exception of it shows a secret, no result either."""
    validated = ArgumentSpecValidator(module.argument_spec()).validate(dict(options))
    if validated.error_messages:
        raise ValueError(validated.error_messages)
    known = _session._failure

    def failure(error: VeracodeError) -> Result:
        assert_silent(emulator, exception_text(error))
        return known(error)

    with mock.patch.object(_session, "_failure", failure):
        done = _session.run(module, validated.validated_parameters, check_mode=check)
    assert done.missing_library or "exception" not in done.result, done.result["exception"]
    return done


def _result(emulator: Emulator, done: Outcome) -> Result:
    """Return what a task returns, with `failed` and `warnings` in any case."""
    found = {"failed": False, **done.result, "warnings": done.warnings}
    invocation = found.pop("invocation")
    assert_silent(emulator, json.dumps(found))
    return {**found, "invocation": invocation}


def outcome(emulator: Emulator, module: Module, *, check: bool = False, **options: Any) -> Outcome:
    """Run a module with the connection in its options."""
    connection = {
        "api_key_id": emulator.api_id,
        "api_key_secret": emulator.api_secret,
        "api_url": emulator.url,
        "xml_api_url": emulator.url,
        "ca_path": emulator.ca_path,
        "rate_limit": int(NO_LIMIT),
    }
    folder = tempfile.TemporaryDirectory(prefix="veracode-calls-")
    with folder as cache, mock.patch.dict(os.environ, {"XDG_CACHE_HOME": cache}):
        return _work(emulator, module, {**connection, **options}, check=check)


def result(emulator: Emulator, module: Module, *, check: bool = False, **options: Any) -> Result:
    """Run a module with the connection in its options, and return its result."""
    return _result(emulator, outcome(emulator, module, check=check, **options))


def apply(emulator: Emulator, *, check: bool = False, **options: Any) -> Result:
    """Run veracode_directory."""
    return result(emulator, declaration("veracode_directory"), check=check, **options)


def export_all(emulator: Emulator, **options: Any) -> Result:
    """Run veracode_directory_info."""
    return result(emulator, declaration("veracode_directory_info"), **options)


def converge(emulator: Emulator, **options: Any) -> Result:
    """Check, run and run again; everything that has to hold of the three, and the result of the second."""
    emulator.read_only(True)
    planned = apply(emulator, check=True, **options)
    assert emulator.violations() == []
    emulator.read_only(False)
    done = apply(emulator, **options)
    assert not done["failed"], done["msg"]
    for key in ("changed", "actions", "diff"):
        assert planned[key] == done[key], key
    emulator.advance(60)  # until then a new account may not be readable (documented)
    emulator.read_only(True)
    again = apply(emulator, **options)
    assert emulator.violations() == []
    emulator.read_only(False)
    assert not again["failed"], again["msg"]
    assert (again["changed"], again["actions"], again["calls"]["writes"]) == (False, [], 0), again["diff"]
    return done


class Inside:
    """Runs modules with the connection in the environment.

    :param folder: home and cache of the runs.
    """

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self._folder = folder

    def run(
        self, kind: str, options: Mapping[str, Any], *, check: bool = False, env: Mapping[str, str] | None = None
    ) -> Result:
        """Return what `veracode_KIND` would return; a failure is a result, too."""
        with mock.patch.dict(os.environ, environment(self.emulator, self._folder, env), clear=True):
            done = _work(self.emulator, declaration(f"veracode_{kind}"), options, check=check)
        return _result(self.emulator, done)

    def user(self, **options: Any) -> Result:
        """Run `veracode_user`."""
        return self.run("user", options)

    def api_user(self, **options: Any) -> Result:
        """Run `veracode_api_user`."""
        return self.run("api_user", options)

    def info(self, **options: Any) -> Result:
        """Run `veracode_user_info`."""
        return self.run("user_info", options)

    def people(self) -> list[dict[str, Any]]:
        """Return the accounts that are not deleted."""
        users = self.emulator.state()["users"]
        return [user for user in (users.values() if isinstance(users, dict) else users) if not user.get("deleted")]

    def cycle(self, kind: str, options: Mapping[str, Any]) -> list[Result]:
        """Return a check, a run and a second run, having proved what holds whatever comes of them.

        Check mode writes nothing; it says what the run then does; no account comes to be twice.
        """
        before = len(self.people())
        self.emulator.clear_log()
        self.emulator.read_only(True)
        check = self.run(kind, options, check=True)
        self.emulator.read_only(False)
        assert self.emulator.violations() == []
        assert check["calls"]["writes"] == 0
        run = self.run(kind, options)
        if float(self.emulator.switches()["creation_delay"]):
            self.emulator.advance(100)
        marker = max((entry["n"] for entry in self.emulator.log()), default=0)
        again = self.run(kind, options)
        writes = self.emulator.log(marker, writes=True)
        assert len(writes) == again["calls"]["writes"]
        people = self.people()
        assert len(people) <= before + 1
        names = [user["user_name"].casefold() for user in people]
        assert len(set(names)) == len(names)
        if not check.get("failed") and not run.get("failed"):
            for key in ("changed", "actions", "diff"):
                assert check[key] == run[key], (key, check[key], run[key])
        return [check, run, again]


def failures(results: list[Result]) -> list[str]:
    """Return the messages of those that failed."""
    return [one["msg"] for one in results if one.get("failed")]


def assert_converged(results: list[Result], *, changed: bool | None = None) -> Result:
    """Check that nothing failed and the second run did nothing, and return the run.

    :param changed: whether the run is to have changed something.
    """
    assert failures(results) == []
    _check, run, again = results
    if changed is not None:
        assert run["changed"] is changed, run
    assert again["changed"] is False, again["diff"]
    assert again["actions"] == []
    assert again["calls"]["writes"] == 0
    return run


# --- whole modules, whole actions -------------------------------------------------------------------------------------


def run_module(name: str, options: Mapping[str, Any], env: Mapping[str, str], *, check: bool = False) -> dict[str, Any]:
    """Run a module and return its result; what it raises is raised.

    :param env: the whole environment of the run.
    """
    special = {
        "_ansible_check_mode": check,
        "_ansible_diff": True,
        "_ansible_module_name": f"community.veracode.{name}",
        "_ansible_remote_tmp": env["HOME"],
    }
    if C.config.get_configuration_definition("INJECT_INVOCATION"):  # ansible-core 2.21 and later
        special["_ansible_inject_invocation"] = True
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {**options, **special}}).encode()
    output = io.StringIO()
    warnings: list[str] = []

    def warn(warning: str, **_more: object) -> None:
        """Take a warning, which Ansible keeps for the process, or shows at once where the process is its own."""
        warnings.append(warning)

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, env, clear=True))
        stack.enter_context(mock.patch.object(sys, "argv", [name]))
        stack.enter_context(mock.patch.object(basic, "_ANSIBLE_ARGS", arguments))
        if hasattr(basic, "_ANSIBLE_PROFILE"):  # ansible-core 2.19 and later
            stack.enter_context(mock.patch.object(basic, "_ANSIBLE_PROFILE", "legacy"))
        stack.enter_context(mock.patch.object(basic, "warn", warn))
        stack.enter_context(mock.patch.object(arg_spec, "warn", warn))
        stack.enter_context(contextlib.redirect_stdout(output))
        try:
            _module(name).main()
        except SystemExit:
            return {**json.loads(output.getvalue()), **({"warnings": warnings} if warnings else {})}
    raise AssertionError(f"{name} ended without a result: {output.getvalue()!r}")


def action(
    name: str,
    options: Mapping[str, Any],
    *,
    check: bool = False,
    variables: Mapping[str, Any] | None = None,
    **task: Any,
) -> InProcessAction:
    """Return the action of a task.

    :param task: further keywords of the task.
    """
    loader = DataLoader()
    loader.set_basedir(str(Path.cwd()))
    context = PlayContext()
    made = Task()
    made.action = f"community.veracode.{name}"
    made.args = dict(options)
    for keyword, value in {"check_mode": check, "diff": True, **task}.items():
        setattr(made, keyword, value)
    connection = connection_loader.get("local", context, os.devnull)
    plugin = importlib.import_module(f"ansible_collections.community.veracode.plugins.action.{name}")
    found: InProcessAction = plugin.ActionModule(
        task=made,
        connection=connection,
        play_context=context,
        loader=loader,
        templar=Templar(loader=loader, variables=dict(variables or {})),
        shared_loader_obj=None,
    )
    return found


def run_action(
    name: str,
    options: Mapping[str, Any],
    env: Mapping[str, str],
    *,
    check: bool = False,
    variables: Mapping[str, Any] | None = None,
    **task: Any,
) -> dict[str, Any]:
    """Run an action and return its result; what it raises is raised.

    :param env: the whole environment of the run.
    """
    known = {"ansible_inject_invocation": True, **(variables or {})}
    with mock.patch.dict(os.environ, env, clear=True):
        return action(name, options, check=check, variables=known, **task).run(task_vars=known)

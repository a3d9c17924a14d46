# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Run a module's work in Ansible's own worker process, where that is the same as running the module.

The work, the options and the rules are the module's own declaration. What `AnsibleModule` does around them is done
here, so that the result is the same to the letter: the options are checked, `environment` and the working directory
are those of a module, secrets are masked. Everywhere else the task runs as a module, as ever.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import os
import shutil
import signal
import sys
import threading
import typing as t
from collections.abc import Iterator, Mapping

from ansible import constants as C
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.community.veracode.plugins.module_utils._activity import Activity
from ansible_collections.community.veracode.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.community.veracode.plugins.module_utils._http.kept import KeptConnections
from ansible_collections.community.veracode.plugins.module_utils._http.session import libraries
from ansible_collections.community.veracode.plugins.module_utils._http.stop import STOP
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Outcome, Result, run

DISCOVERED = frozenset({"auto", "auto_legacy", "auto_silent", "auto_legacy_silent"})

display = Display()

# Ansible loads an action before it forks its workers: so each of them has the libraries, and none imports them itself.
with contextlib.suppress(MissingLibraryError):
    libraries()

# The connections of this worker process, in which all items of a loop run. They end with it.
KEPT = KeptConnections()

# Seconds between two lines on what a long run is doing.
INTERVAL = 10.0


@contextlib.contextmanager
def shown(activity: Activity, name: str) -> Iterator[None]:
    """Show on standard error what takes long, as long as it does; standard output belongs to the callback."""
    done = threading.Event()

    def show() -> None:
        while not done.wait(INTERVAL):
            if text := str(activity):
                display.display(f"{name}: {text}", stderr=True)

    thread = threading.Thread(target=show, name="veracode-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class InProcessAction(NormalAction):
    """The action of a module of this collection. A subclass only names the declaration of its module."""

    declaration: t.ClassVar[Module]

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Run the task here, or as a module, and return its result."""
        variables = task_vars or {}
        reason = self._reason_for_module(variables)
        if reason is None:
            result, reason = self._run_here(variables)
            if reason is None:
                return result
        display.vv(f"{self._task.action} runs as a module: {reason}")
        run_as_module: t.Callable[..., Result] = super().run
        return run_as_module(tmp, task_vars)

    def _reason_for_module(self, variables: Mapping[str, t.Any]) -> str | None:
        """Return why the task cannot run here, if it cannot."""
        if self._connection.transport != "local":
            return f"its connection is {self._connection.transport}"
        if self._connection.become is not None:
            return "it becomes another user"
        if self._task.async_val:
            return "it is asynchronous"
        if self._is_true(variables, "veracode_run_as_module", False):
            return "veracode_run_as_module is true"
        interpreter = self._interpreter(variables)
        if interpreter is not None and not is_own_python(interpreter):
            return f"its Python is {interpreter}"
        return None

    def _interpreter(self, variables: Mapping[str, t.Any]) -> str | None:
        """Return the Python that the user named for modules, if any."""
        named = C.config.get_config_value("INTERPRETER_PYTHON", variables=self._variables_of_target(variables))
        path = str(self._templar.template(named) or "").strip()
        return path if path and path not in DISCOVERED else None

    def _variables_of_target(self, variables: Mapping[str, t.Any]) -> Mapping[str, t.Any]:
        delegated = (
            variables.get("ansible_delegated_vars", {}).get(self._task.delegate_to) if self._task.delegate_to else None
        )
        return variables if delegated is None else t.cast("Mapping[str, t.Any]", delegated)

    def _run_here(self, variables: Mapping[str, t.Any]) -> tuple[Result, str | None]:
        """Return the result, or why the task has to run as a module after all."""
        with self._surroundings():
            arguments = plain(self._task.args)
            validated = ArgumentSpecValidator(self.declaration.argument_spec(), **self.declaration.rules).validate(
                arguments
            )
            params = {**arguments, **validated.validated_parameters}
            secrets = set(validated._no_log_values)
            warnings = [
                f"Both option {each['option']} and its alias {each['alias']} are set." for each in validated._warnings
            ]
            if validated.error_messages:
                result = {"failed": True, "msg": self._argument_error(validated), "invocation": {"module_args": params}}
            else:
                outcome = self._work(params, variables)
                if outcome.missing_library:
                    return {}, f"{outcome.missing_library} cannot be imported here"
                result = outcome.result
                secrets |= outcome.secrets
                warnings += outcome.warnings
        if warnings:
            result["warnings"] = warnings
        if validated._deprecations:
            result["deprecations"] = validated._deprecations
        if not self._reports_invocation(variables):
            del result["invocation"]
        return masked(result, secrets), None

    def _work(self, params: Result, variables: Mapping[str, t.Any]) -> Outcome:
        """Do the work, and what Ansible asked for meanwhile by a signal once no write is under way."""
        activity = Activity()
        with contextlib.ExitStack() as stack:
            if self._is_true(variables, "veracode_show_progress", True):
                stack.enter_context(shown(activity, self._task.action))
            signals = stack.enter_context(STOP.armed())
            check_mode = self._task.check_mode
            outcome = run(self.declaration, params, check_mode=check_mode, connections=KEPT.of, activity=activity)
        for each in signals:
            if each != signal.SIGALRM:
                signal.raise_signal(each)
        if signal.SIGALRM in signals:
            return self._timed_out(outcome)
        return outcome

    def _timed_out(self, outcome: Outcome) -> Outcome:
        """Return what Ansible says of a task whose time is over, with what was done by then. If that is nothing, Ansible
        says it itself.
        """
        try:
            signal.raise_signal(signal.SIGALRM)
        except (
            BaseException
        ) as error:  # Ansible's own, which is no Exception, so that no handler of exceptions catches it
            if not (outcome.result["changed"] or outcome.result["calls"]["writes"]):
                raise
            timed_out = {
                "failed": True,
                "msg": self._time_out_message(error),
                "timedout": {"period": self._task.timeout},
            }
            return dataclasses.replace(outcome, result={**outcome.result, **timed_out})
        return outcome

    def _time_out_message(self, error: BaseException) -> str:
        if str(error):  # ansible-core 2.19 and later
            return f"Task failed: {error}"
        return (
            f"The {self._task.action} action failed to execute in the expected time frame ({self._task.timeout}) "
            "and was terminated"
        )

    def _is_true(self, variables: Mapping[str, t.Any], name: str, default: bool) -> bool:
        return bool(boolean(self._templar.template(variables.get(name, default)), strict=False))

    def _argument_error(self, validated: t.Any) -> str:
        text = str(validated.errors.msg)
        if isinstance(validated.errors[0], UnsupportedError):
            return f"Unsupported parameters for ({self._task.action}) module: {text}"
        return text

    @staticmethod
    def _reports_invocation(variables: Mapping[str, t.Any]) -> bool:
        # A setting since ansible-core 2.21; before, every result had it.
        if C.config.get_configuration_definition("INJECT_INVOCATION") is None:
            return True
        return bool(C.config.get_config_value("INJECT_INVOCATION", variables=variables))

    @contextlib.contextmanager
    def _surroundings(self) -> Iterator[None]:
        """Give the work the environment and the working directory that the module's process would have."""
        environment: dict[str, t.Any] = {}
        compute: t.Callable[..., str] = self._compute_environment_string
        compute(raw_environment_out=environment)
        before, folder = dict(os.environ), os.getcwd()
        os.environ.update({str(name): str(value) for name, value in environment.items()})
        try:
            os.chdir(self._loader.get_basedir())
            yield
        finally:
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(before)


def is_own_python(interpreter: str) -> bool:
    """Tell whether a Python is the one that runs this, with the same packages."""
    path = shutil.which(os.path.expanduser(interpreter))
    return path is not None and _identity(path) == _identity(sys.executable)


def _identity(path: str) -> tuple[str, str]:
    """Return the program itself, and the virtual environment in which it finds its packages."""
    environment = os.path.dirname(os.path.dirname(os.path.abspath(path)))
    is_virtual = os.path.isfile(os.path.join(environment, "pyvenv.cfg"))
    return os.path.realpath(path), os.path.realpath(environment) if is_virtual else ""


def plain(value: t.Any) -> t.Any:
    """Return a value of a task as the JSON that a module gets has it: untagged, and vaulted text decrypted."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    for number in (int, float):
        if isinstance(value, number):
            return number(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str.__str__(value) if isinstance(value, str) else str(value)


def masked(result: Result, secrets: set[str]) -> Result:
    """Return a result as a module's would arrive: plain, without secrets, and nothing in it a template."""
    kept = {name: value for name, value in result.items() if value is None or isinstance(value, bool)}
    hidden = {**remove_values(result, secrets), **kept}
    return t.cast(Result, wrap_var(json.loads(json.dumps(hidden))))

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module in this process: its whole code, from Ansible's arguments as JSON to the result on standard output."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from ansible import constants as C
from ansible.module_utils import basic
from ansible.module_utils.common import arg_spec

from ansible_collections.community.veracode.plugins.module_utils._session import Module

FOLDER = Path(__file__).resolve().parents[1] / "plugins" / "modules"
MODULES = sorted(path.stem for path in FOLDER.glob("veracode_*.py"))


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"ansible_collections.community.veracode.plugins.modules.{name}")


def declaration(name: str) -> Module:
    """Return the declaration that a module runs."""
    (found,) = (value for value in vars(_module(name)).values() if isinstance(value, Module))
    return found


def specification(name: str) -> dict[str, dict[str, Any]]:
    """Return the options of a module."""
    return declaration(name).argument_spec()


def run(name: str, options: Mapping[str, Any], env: Mapping[str, str], *, check: bool = False) -> dict[str, Any]:
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

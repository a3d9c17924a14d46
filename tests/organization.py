# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module in this process, against an emulator."""

from __future__ import annotations

import os
import tempfile
from typing import Any
from unittest import mock

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.veracode.plugins.module_utils._module.directory import DIRECTORY
from ansible_collections.community.veracode.plugins.module_utils._module.directory_info import DIRECTORY_INFO
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Outcome, run
from tests.emulator.control import Emulator

Result = dict[str, Any]

# Not to wait for, where the limit is not what is tested.
NO_LIMIT = 10_000


def outcome(emulator: Emulator, module: Module, *, check: bool = False, **options: Any) -> Outcome:
    """Run a module in this process."""
    connection = {
        "api_key_id": emulator.api_id,
        "api_key_secret": emulator.api_secret,
        "api_url": emulator.url,
        "xml_api_url": emulator.url,
        "ca_path": emulator.ca_path,
        "rate_limit": NO_LIMIT,
    }
    validated = ArgumentSpecValidator(module.argument_spec()).validate({**connection, **options})
    if validated.error_messages:
        raise ValueError(validated.error_messages)
    folder = tempfile.TemporaryDirectory(prefix="veracode-calls-")
    with folder as cache, mock.patch.dict(os.environ, {"XDG_CACHE_HOME": cache}):
        return run(module, validated.validated_parameters, check_mode=check)


def result(emulator: Emulator, module: Module, *, check: bool = False, **options: Any) -> Result:
    """Run a module in this process; the result is what a task returns, with `failed` and `warnings` in any case."""
    done = outcome(emulator, module, check=check, **options)
    return {"failed": False, **done.result, "warnings": done.warnings}


def apply(emulator: Emulator, *, check: bool = False, **options: Any) -> Result:
    """Run veracode_directory."""
    return result(emulator, DIRECTORY, check=check, **options)


def export_all(emulator: Emulator, **options: Any) -> Result:
    """Run veracode_directory_info."""
    return result(emulator, DIRECTORY_INFO, **options)


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

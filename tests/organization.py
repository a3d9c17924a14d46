# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the work of veracode_directory and veracode_directory_info in this process, against an emulator."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import Any
from unittest import mock

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.veracode.plugins.module_utils import _argspec as _arguments
from ansible_collections.community.veracode.plugins.module_utils import _session as _module
from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._module.account import manage_account
from ansible_collections.community.veracode.plugins.module_utils._module.directory import reconcile
from ansible_collections.community.veracode.plugins.module_utils._module.directory_info import export
from tests.emulator.control import Emulator

Result = dict[str, Any]

# Not to wait for, where the limit is not what is tested.
NO_LIMIT = 10_000


def apply(emulator: Emulator, *, check: bool = False, **options: Any) -> Result:
    """Run veracode_directory; the result is what a task returns, with C(failed), C(msg) and C(warnings)."""
    return _run(emulator, reconcile, _arguments.directory_arguments(), check, options)


def export_all(emulator: Emulator, **options: Any) -> Result:
    """Run veracode_directory_info."""
    return _run(emulator, export, {"kinds": {"type": "list", "elements": "str"}}, False, options)


def one_user(emulator: Emulator, *, check: bool = False, **options: Any) -> Result:
    """Run veracode_user."""
    spec = {**_arguments.account_arguments("user"), **_arguments.api_argument()}
    return _run(emulator, manage_account("user"), spec, check, options)


def _run(
    emulator: Emulator,
    work: Callable[[_module.Session], Result],
    spec: dict[str, Any],
    check: bool,
    options: dict[str, Any],
) -> Result:
    connection = {
        "api_key_id": emulator.api_id,
        "api_key_secret": emulator.api_secret,
        "api_url": emulator.url,
        "xml_api_url": emulator.url,
        "ca_path": emulator.ca_path,
        "rate_limit": NO_LIMIT,
    }
    validator = ArgumentSpecValidator({**_arguments.connection_arguments(), **spec})
    validated = validator.validate({**connection, **options})
    if validated.error_messages:
        raise ValueError(validated.error_messages)
    folder = tempfile.TemporaryDirectory(prefix="veracode-calls-")
    with folder as cache, mock.patch.dict(os.environ, {"XDG_CACHE_HOME": cache}):
        session = _module.Session(validated.validated_parameters, check_mode=check)
        try:
            result = {"failed": False, **work(session)}
        except VeracodeError as error:
            result = {"failed": True, "msg": error.msg, "failure": error.failure()}
        finally:
            session.close()
        return {**_module._so_far(session), **result, "warnings": session.progress.warnings}


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

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the work of the account modules inside this process: the same code, the same HTTPS, no start of Ansible."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._session import Session, _so_far
from tests.emulator.control import Emulator
from tests.leaks import assert_silent, exception_text
from tests.modules import declaration

Result = dict[str, Any]

MODULES = {"user": "veracode_user", "api_user": "veracode_api_user", "info": "veracode_user_info"}
# The collection's own limit, where it is not what is tested, is not to be waited for.
NO_LIMIT = "100000"
# What would decide of a run here and is the developer's own.
FOREIGN = ("VERACODE_", "XDG_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Inside:
    """Runs modules.

    :param folder: home and cache of the runs.
    """

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self._folder = folder

    def run(
        self, kind: str, options: Mapping[str, Any], *, check: bool = False, env: Mapping[str, str] | None = None
    ) -> Result:
        """Return what the module would return; a failure is a result, too."""
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)},
            **(self.emulator.env if env is None else env),
            "HOME": str(self._folder),
            "XDG_CACHE_HOME": str(self._folder / "cache"),
            "VERACODE_RATE_LIMIT": NO_LIMIT,
        }
        with mock.patch.dict(os.environ, environment, clear=True):
            module = declaration(MODULES[kind])
            validated = ArgumentSpecValidator(module.argument_spec()).validate(dict(options))
            if validated.error_messages:
                raise ValueError(validated.error_messages)
            session = Session(validated.validated_parameters, check_mode=check)
            try:
                result = module.work(session)
            except VeracodeError as error:
                assert_silent(self.emulator, exception_text(error))
                result = {"failed": True, "msg": error.msg, "failure": error.failure()}
            finally:
                session.close()
        assert_silent(self.emulator, json.dumps(result))
        result = {**_so_far(session), **result, "warnings": list(session.progress.warnings)}
        return {**result, "pending": True} if session.progress.pending else result

    def user(self, **options: Any) -> Result:
        """Run C(veracode_user)."""
        return self.run("user", options)

    def api_user(self, **options: Any) -> Result:
        """Run C(veracode_api_user)."""
        return self.run("api_user", options)

    def info(self, **options: Any) -> Result:
        """Run C(veracode_user_info)."""
        return self.run("info", options)

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

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix: what is run, what strikes it, and what has to hold afterwards."""

from __future__ import annotations

import json
import os
import tempfile
import typing as t
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.veracode.plugins.module_utils import (
    _apply,
    _arguments,
    _manage,
    _manage_credentials,
    _manage_directory,
    _manage_directory_info,
    _manage_structure,
    _module,
    _transport,
)
from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from tests.emulator.control import Emulator

Result = dict[str, t.Any]
Work = Callable[[_module.Session], Result]


class Scenario(t.NamedTuple):
    """One run of one module.

    :param options: of the task; C(DEST) stands for a file of the run.
    :param secret: the run generates a key pair.
    """

    name: str
    work: Work
    spec: dict[str, t.Any]
    options: dict[str, t.Any]
    secret: bool = False
    always_writes: bool = False


def _spec(*parts: dict[str, t.Any]) -> dict[str, t.Any]:
    return {name: option for part in parts for name, option in part.items()}


_PERSON = _spec(_arguments.account_arguments("user"), _arguments.api_argument())
_SERVICE = _spec(
    _arguments.account_arguments("api_user"),
    _arguments.key_store_arguments(),
    {"credentials": {"type": "str", "default": "none", "choices": ["none", "on_create"]}},
)
_NEW = {
    "username": "new@example.com",
    "first_name": "New",
    "last_name": "Person",
    "roles": ["Creator"],
    "teams": ["Demo Team"],
}
_NEW_SERVICE = {
    "username": "new-service",
    "first_name": "New",
    "last_name": "Service",
    "email_address": "service@example.com",
    "roles": ["Results API"],
    "teams": ["Demo Team"],
    "credentials": "on_create",
    "credentials_dest": "DEST",
    "credentials_format": "json",
}

_user = _manage.manage_account("user")

SCENARIOS = [
    Scenario("create", _user, _PERSON, _NEW),
    Scenario("create by XML", _user, _PERSON, {**_NEW, "api": "xml", "custom_one": "x"}),
    Scenario("update", _user, _PERSON, {"username": "tmonarch@example.com", "phone": "1", "roles": ["Reviewer"]}),
    Scenario("update by XML", _user, _PERSON, {"username": "tmonarch@example.com", "phone": "1", "api": "xml"}),
    Scenario("rename", _user, _PERSON, {"username": "ted@example.com", "previously": ["tmonarch@example.com"]}),
    Scenario("disable", _user, _PERSON, {"username": "tmonarch@example.com", "state": "disabled"}),
    Scenario("delete", _user, _PERSON, {"username": "tmonarch@example.com", "state": "absent"}),
    Scenario("delete by XML", _user, _PERSON, {"username": "tmonarch@example.com", "state": "absent", "api": "xml"}),
    Scenario("create with key pair", _manage.manage_account("api_user"), _SERVICE, _NEW_SERVICE, secret=True),
    Scenario("list", _manage.list_accounts, _spec(_arguments.filter_arguments(), _arguments.api_argument()), {}),
    Scenario(
        "team",
        _manage_structure.manage_team,
        _arguments.team_arguments(),
        {"name": "New Team", "business_unit": "Example Unit", "members": ["tmonarch@example.com"]},
    ),
    Scenario(
        "business unit",
        _manage_structure.manage_business_unit,
        _arguments.business_unit_arguments(),
        {"name": "New Unit", "teams": ["Quality Team"]},
    ),
    Scenario(
        "rotate",
        _manage_credentials.manage_credentials,
        _spec(_arguments.key_pair_arguments(), _arguments.key_store_arguments()),
        {"username": "build-upload", "state": "rotated", "credentials_dest": "DEST", "credentials_format": "json"},
        secret=True,
        always_writes=True,
    ),
    Scenario(
        "revoke",
        _manage_credentials.manage_credentials,
        _spec(_arguments.key_pair_arguments(), _arguments.key_store_arguments()),
        {"username": "build-upload", "state": "absent"},
    ),
    Scenario(
        "directory",
        _manage_directory.reconcile,
        _arguments.directory_arguments(),
        {
            "teams": [{"name": "New Team"}],
            "users": [{**_NEW, "teams": ["New Team"]}, {"username": "tmonarch@example.com", "phone": "1"}],
        },
    ),
    Scenario("export", _manage_directory_info.export, {"kinds": {"type": "list", "elements": "str"}}, {}),
]

# A time-out has to be short here, and a wait after an error as well; how long they are has tests of its own.
TIMEOUT = 1

FAULTS: dict[str, dict[str, t.Any]] = {
    "closed": {"kind": "close"},
    "reset before": {"kind": "reset_before"},
    "reset after": {"kind": "reset_after"},
    "time-out before": {"kind": "timeout"},
    "time-out after": {"kind": "timeout", "acts": True},
    "slow body": {"kind": "slow_body", "interval": 0.3},
    "429 seconds": {"kind": "status", "status": 429, "retry_after": "0"},
    "429 absurd": {"kind": "status", "status": 429, "retry_after": "86400"},
    "500 JSON": {"kind": "status", "status": 500, "body": "json"},
    "500 after": {"kind": "status", "status": 500, "body": "json", "acts": True},
    "502 HTML": {"kind": "status", "status": 502, "body": "html"},
    "503 empty": {"kind": "status", "status": 503, "body": "empty"},
    "403": {"kind": "status", "status": 403, "body": "json"},
    "401 once": {"kind": "status", "status": 401, "body": "json"},
    "maintenance page": {"kind": "html"},
    "cut off": {"kind": "cut", "keep": 0.5},
    "wrong encoding": {"kind": "wrong_encoding"},
    "wrong type": {"kind": "wrong_type", "content_type": "text/plain"},
    "empty": {"kind": "empty"},
    "external entity": {"kind": "dtd", "location": "file:///etc/passwd"},
    "entity bomb": {"kind": "bomb"},
    "50 MB": {"kind": "huge", "megabytes": 50},
    "redirect": {"kind": "redirect", "location": "https://elsewhere.invalid/"},
    "drift": {"kind": "drift", "shift": 1},
    "totals": {"kind": "totals", "delta": 7},
}


class Matrix:
    """Runs cells of the matrix against one emulator.

    :param folder: for the files of the runs.
    """

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self._folder = folder
        self._number = 0

    def run(self, scenario: Scenario, dest: Path, *, check: bool = False, **connection: t.Any) -> Result:
        """Run a scenario in this process, over real connections."""
        options = json.loads(json.dumps(scenario.options).replace('"DEST"', json.dumps(str(dest))))
        settings = {
            "api_key_id": self.emulator.api_id,
            "api_key_secret": self.emulator.api_secret,
            "api_url": self.emulator.url,
            "xml_api_url": self.emulator.url,
            "ca_path": self.emulator.ca_path,
            "rate_limit": 100_000,
            "max_retries": 1,
            "timeout": TIMEOUT,
            **connection,
        }
        validator = ArgumentSpecValidator({**_arguments.connection_arguments(), **scenario.spec})
        validated = validator.validate({**settings, **options})
        assert not validated.error_messages, validated.error_messages
        with (
            tempfile.TemporaryDirectory(prefix="veracode-faults-") as cache,
            mock.patch.dict(os.environ, {"XDG_CACHE_HOME": cache}),
            mock.patch.object(_transport, "_back_off", return_value=None),
            mock.patch.object(_apply, "LOOK_UP_WAITS", (0.05, 0.1)),
        ):
            session = _module.Session(validated.validated_parameters, check_mode=check)
            try:
                result = {"failed": False, **scenario.work(session)}
            except VeracodeError as error:
                result = {"failed": True, "msg": error.msg, "failure": error.failure()}
            finally:
                session.close()
            return {**_module._so_far(session), **result}

    def calls(self, scenario: Scenario) -> int:
        """Return how many calls an undisturbed run makes."""
        self.emulator.reset()
        result = self.run(scenario, self._dest())
        assert not result["failed"], result
        return int(result["calls"]["reads"]) + int(result["calls"]["writes"])

    def _dest(self) -> Path:
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        return folder / "key.json"

    def strike(self, scenario: Scenario, fault: str, call: int) -> str:
        """Run a scenario while a fault strikes its call number C(call), and check everything that has to hold.

        :returns: C(survived), C(explained), or C(missed) if the run did not get to that call.
        """
        emulator = self.emulator
        emulator.reset()
        dest = self._dest()
        before = _names(emulator)
        keys_before = _keys(emulator)
        emulator.fault(**{"count": 1, **FAULTS[fault], "skip": call})
        result = self.run(scenario, dest)
        struck = any(order["hits"] for order in emulator.faults())
        emulator.clear_faults()
        if not struck:
            return "missed"
        where = f"{scenario.name}, {fault} at call {call}"
        if result["failed"]:
            message = result["msg"]
            assert len(message) > 20, where
            assert "Traceback" not in message, where
            assert emulator.api_secret not in json.dumps(result), where
            assert "root:" not in message, where
        self._no_secret_lost(scenario, dest, result, keys_before, where)
        emulator.advance(60)
        clean = self.run(scenario, dest)
        if not (scenario.secret and result["failed"]):
            assert not clean["failed"], f"{where}: {clean.get('msg')}"
        if not scenario.always_writes and not clean["failed"]:
            again = self.run(scenario, dest)
            assert not again["failed"], where
            assert not again["changed"], where
            assert again["calls"]["writes"] == 0, where
        assert len(_names(emulator)) <= len(before) + 1, f"{where}: duplicated"
        return "explained" if result["failed"] else "survived"

    def _no_secret_lost(
        self, scenario: Scenario, dest: Path, result: Result, keys_before: set[str], where: str
    ) -> None:
        """A pair that was made is in its file, or the error says that it could not be had."""
        if not scenario.secret:
            return
        made = _keys(self.emulator) - keys_before
        if dest.exists():
            stored = json.loads(dest.read_text())["api_key_id"]
            assert stored in made, where
            assert dest.stat().st_mode & 0o777 == 0o600, where
        elif made:
            assert result["failed"], where
            assert "lost" in result["msg"] or "generat" in result["msg"] or "rotated" in result["msg"], where


def _names(emulator: Emulator) -> list[str]:
    """Return the names of all accounts that are not deleted, deleted ones left out."""
    return [user["user_name"].casefold() for user in emulator.state()["users"] if not user.get("deleted")]


def _keys(emulator: Emulator) -> set[str]:
    return {str(key["api_id"]) for key in emulator.state()["credentials"]}

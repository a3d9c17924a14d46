# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runs that are struck: each module by each API that it has, in what it does."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils import _argspec as _arguments
from ansible_collections.community.veracode.plugins.module_utils import _session as _module
from ansible_collections.community.veracode.plugins.module_utils._module import account as _manage
from ansible_collections.community.veracode.plugins.module_utils._module import api_credentials as _manage_credentials
from ansible_collections.community.veracode.plugins.module_utils._module import directory as _manage_directory
from ansible_collections.community.veracode.plugins.module_utils._module import directory_info as _manage_directory_info
from ansible_collections.community.veracode.plugins.module_utils._module import jit_settings as _manage_jit
from ansible_collections.community.veracode.plugins.module_utils._module import structure as _manage_structure
from ansible_collections.community.veracode.plugins.module_utils._module import user_reset as _manage_resets

Result = dict[str, t.Any]
Work = Callable[[_module.Session], Result]
Options = dict[str, t.Any]


@dataclass(frozen=True)
class Scenario:
    """One run of one module.

    :param options: of the task; C(DEST) stands for a file of the run.
    :param secret: it generates a key pair.
    :param always_writes: each run of it does the same again.
    :param first: what was run before.
    """

    module: str
    does: str
    work: Work
    spec: Options
    options: Options
    secret: bool = False
    always_writes: bool = False
    first: Scenario | None = None

    @property
    def name(self) -> str:
        return f"{self.module}: {self.does}"

    @property
    def writes(self) -> bool:
        return not self.module.endswith("_info")


def _spec(*parts: Options) -> Options:
    return {name: option for part in parts for name, option in part.items()}


TED = "tmonarch@example.com"
BUILD = "build-upload"

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
}
_KEY = {"credentials": "on_create", "credentials_dest": "DEST", "credentials_format": "json"}


def _people() -> t.Iterator[Scenario]:
    work = _manage.manage_account("user")
    spec = _spec(_arguments.account_arguments("user"), _arguments.api_argument())
    for does, options in (
        ("creates", _NEW),
        ("updates", {"username": TED, "phone": "1", "roles": ["Reviewer"]}),
        ("renames", {"username": "ted@example.com", "previously": [TED]}),
        ("disables", {"username": TED, "state": "disabled"}),
        ("deletes", {"username": TED, "state": "absent"}),
    ):
        yield Scenario("veracode_user", does, work, spec, options)
        if does != "disables":
            more = {"custom_one": "x"} if does == "creates" else {"roles": None} if does == "updates" else {}
            yield Scenario("veracode_user", f"{does} by XML", work, spec, {**options, **more, "api": "xml"})


def _services() -> t.Iterator[Scenario]:
    work = _manage.manage_account("api_user")
    spec = _spec(
        _arguments.account_arguments("api_user"),
        _arguments.key_store_arguments(),
        {"credentials": {"type": "str", "default": "none", "choices": ["none", "on_create"]}},
    )
    yield Scenario("veracode_api_user", "creates with key pair", work, spec, {**_NEW_SERVICE, **_KEY}, secret=True)
    wanted = {"username": BUILD, "roles": ["Results API"], "teams": ["Demo Team"]}
    yield Scenario("veracode_api_user", "updates", work, spec, wanted)


def _lists() -> t.Iterator[Scenario]:
    spec = _spec(_arguments.filter_arguments(), _arguments.api_argument())
    work = _manage.list_accounts
    yield Scenario("veracode_user_info", "lists all", work, spec, {})
    yield Scenario("veracode_user_info", "lists a role", work, spec, {"role": "Results API", "include_inactive": False})
    yield Scenario("veracode_user_info", "lists a team by XML", work, spec, {"team": "Demo Team", "api": "xml"})
    for kind, work in (
        ("team", _manage_structure.list_teams),
        ("business_unit", _manage_structure.list_business_units),
        ("role", _manage_structure.list_roles),
    ):
        options = {"name": "Demo Team", "detailed": True} if kind == "team" else {}
        yield Scenario(f"veracode_{kind}_info", "lists", work, _arguments.structure_filter_arguments(kind), options)


def _structure() -> t.Iterator[Scenario]:
    work, spec = _manage_structure.manage_team, _arguments.team_arguments()
    new_team = {"name": "New Team", "business_unit": "Example Unit", "members": [TED]}
    yield Scenario("veracode_team", "creates", work, spec, new_team)
    renamed = {"name": "Quality", "previously": ["Quality Team"], "members": [TED], "managers": ["lpieris@example.com"]}
    yield Scenario("veracode_team", "renames", work, spec, renamed)
    yield Scenario("veracode_team", "deletes", work, spec, {"name": "Engineering", "state": "absent"})
    work, spec = _manage_structure.manage_business_unit, _arguments.business_unit_arguments()
    yield Scenario("veracode_business_unit", "creates", work, spec, {"name": "New Unit", "teams": ["Quality Team"]})
    work, spec = _manage_structure.manage_role, _arguments.role_arguments()
    new_role = {"name": "New Role", "permissions": ["viewReports"]}
    yield Scenario("veracode_role", "creates", work, spec, new_role)
    yield Scenario("veracode_role", "deletes", work, spec, {"name": "Custom Reporter", "state": "absent"})


def _keys() -> t.Iterator[Scenario]:
    work = _manage_credentials.manage_credentials
    spec = _spec(_arguments.key_pair_arguments(), _arguments.key_store_arguments())
    file = {"credentials_dest": "DEST", "credentials_format": "json"}
    wanted = {"username": BUILD, "state": "rotated", "verify": True, **file}
    yield Scenario("veracode_api_credentials", "rotates", work, spec, wanted, secret=True, always_writes=True)
    yield Scenario("veracode_api_credentials", "revokes", work, spec, {"username": BUILD, "state": "absent"})


def _rest() -> t.Iterator[Scenario]:
    wanted: Options = {"username": TED, "reset": ["password", "mfa", "sessions"], "only_never_logged_in": False}
    yield Scenario(
        "veracode_user_reset",
        "resets",
        _manage_resets.reset_account,
        _arguments.reset_arguments(),
        wanted,
        always_writes=True,
    )
    work, spec = _manage_jit.manage_jit_settings, _arguments.jit_arguments()
    made = Scenario(
        "veracode_jit_settings",
        "creates",
        work,
        spec,
        {"roles": ["Reviewer"], "ip_restricted": False, "prefer_veracode_data": True},
    )
    yield made
    yield Scenario("veracode_jit_settings", "deletes", work, spec, {"state": "absent"}, first=made)


def _directories() -> t.Iterator[Scenario]:
    work, spec = _manage_directory.reconcile, _arguments.directory_arguments()
    wanted: Options = {
        "teams": [{"name": "New Team"}, {"name": "Demo Team"}],
        "users": [{**_NEW, "teams": ["New Team"]}, {"username": TED, "phone": "1"}],
        "api_users": [{**_NEW_SERVICE, **_KEY}],
        "workers": 1,  # so that the same call is struck each time
    }
    yield Scenario("veracode_directory", "creates and updates", work, spec, wanted, secret=True)
    kept = [{"username": name} for name in ("admin-api", "restricted-api", BUILD)]
    removed: Options = {"api_users": kept, "exclusive": ["api_users"], "absent_action": "delete", "workers": 1}
    yield Scenario("veracode_directory", "removes", work, spec, removed)
    kinds = {"kinds": {"type": "list", "elements": "str"}}
    yield Scenario(
        "veracode_directory_info", "exports", _manage_directory_info.export, kinds, {"kinds": ["teams", "api_users"]}
    )


SCENARIOS: tuple[Scenario, ...] = (
    *_people(),
    *_services(),
    *_lists(),
    *_structure(),
    *_keys(),
    *_rest(),
    *_directories(),
)

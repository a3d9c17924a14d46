# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runs that are struck: each module by each API that it has, in what it does."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils import _session as _module
from tests.inside import declaration

Result = dict[str, t.Any]
Options = dict[str, t.Any]


@dataclass(frozen=True)
class Scenario:
    """One run of one module.

    :param options: of the task; `DEST` means a file of the run.
    :param secret: it generates a key pair.
    :param always_writes: each run of it does the same again.
    :param first: what was run before.
    :param switches: of the organization, in addition to those of the fault.
    :param client_of: an account that has an OAuth client before.
    """

    module: str
    does: str
    options: Options
    secret: bool = False
    always_writes: bool = False
    first: Scenario | None = None
    switches: Options = field(default_factory=dict)
    client_of: str | None = None

    @property
    def name(self) -> str:
        return f"{self.module}: {self.does}"

    @property
    def declaration(self) -> _module.Module:
        return declaration(self.module)

    @property
    def writes(self) -> bool:
        return not self.module.endswith("_info")


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
    for does, options in (
        ("creates", _NEW),
        ("updates", {"username": TED, "phone": "1", "roles": ["Reviewer"]}),
        ("renames", {"username": "ted@example.com", "previously": [TED]}),
        ("disables", {"username": TED, "state": "disabled"}),
        ("deletes", {"username": TED, "state": "absent"}),
    ):
        yield Scenario("veracode_user", does, options)
        if does != "disables":
            more = {"custom_one": "x"} if does == "creates" else {"roles": None} if does == "updates" else {}
            yield Scenario("veracode_user", f"{does} by XML", {**options, **more, "api": "xml"})


def _services() -> t.Iterator[Scenario]:
    yield Scenario("veracode_api_user", "creates with key pair", {**_NEW_SERVICE, **_KEY}, secret=True)
    wanted = {"username": BUILD, "roles": ["Results API"], "teams": ["Demo Team"]}
    yield Scenario("veracode_api_user", "updates", wanted)


def _lists() -> t.Iterator[Scenario]:
    yield Scenario("veracode_user_info", "lists all", {})
    yield Scenario("veracode_user_info", "lists a role", {"role": "Results API", "include_inactive": False})
    yield Scenario("veracode_user_info", "lists a team by XML", {"team": "Demo Team", "api": "xml"})
    for kind in ("team", "business_unit", "role"):
        options = {"name": "Demo Team", "detailed": True} if kind == "team" else {}
        yield Scenario(f"veracode_{kind}_info", "lists", options)


def _structure() -> t.Iterator[Scenario]:
    new_team = {"name": "New Team", "business_unit": "Example Unit", "members": [TED]}
    yield Scenario("veracode_team", "creates", new_team)
    renamed = {"name": "Quality", "previously": ["Quality Team"], "members": [TED], "managers": ["lpieris@example.com"]}
    yield Scenario("veracode_team", "renames", renamed)
    yield Scenario("veracode_team", "deletes", {"name": "Engineering", "state": "absent"})
    yield Scenario("veracode_business_unit", "creates", {"name": "New Unit", "teams": ["Quality Team"]})
    yield Scenario("veracode_role", "creates", {"name": "New Role", "permissions": ["viewReports"]})
    yield Scenario("veracode_role", "deletes", {"name": "Custom Reporter", "state": "absent"})


def _keys() -> t.Iterator[Scenario]:
    file = {"credentials_dest": "DEST", "credentials_format": "json"}
    wanted = {"username": BUILD, "state": "rotated", "verify": True, **file}
    yield Scenario("veracode_api_credentials", "rotates", wanted, secret=True, always_writes=True)
    yield Scenario("veracode_api_credentials", "revokes", {"username": BUILD, "state": "absent"})


def _clients() -> t.Iterator[Scenario]:
    module = "veracode_oauth_client"
    wanted: Options = {"name": "ci", "expires_in": 30, "roles": ["Admin API"], "credentials_dest": "DEST"}
    # Where an answer is lost, the error tells to say so.
    wanted["renew_if_missing"] = True
    made = Scenario(module, "creates", wanted, secret=True)
    yield made
    yield Scenario(
        module, "creates and asks for a secret", wanted, secret=True, switches={"oauth_secret": "by_secrets"}
    )
    yield Scenario(module, "rotates", {**wanted, "state": "rotated"}, secret=True, always_writes=True, first=made)
    yield Scenario(module, "deletes", {"name": "ci", "state": "absent", "revoke_tokens": True}, first=made)
    leaver: Options = {"username": TED, "state": "absent", "revoke_tokens": True}
    yield Scenario(module, "deletes those of an account", leaver, client_of=TED)
    yield Scenario("veracode_oauth_client_info", "lists an account", {"username": TED}, client_of=TED)


def _rest() -> t.Iterator[Scenario]:
    wanted: Options = {"username": TED, "reset": ["password", "mfa", "sessions"], "only_never_logged_in": False}
    yield Scenario("veracode_user_reset", "resets", wanted, always_writes=True)
    settings: Options = {"roles": ["Reviewer"], "ip_restricted": False, "prefer_veracode_data": True}
    made = Scenario("veracode_jit_settings", "creates", settings)
    yield made
    yield Scenario("veracode_jit_settings", "deletes", {"state": "absent"}, first=made)


def _directories() -> t.Iterator[Scenario]:
    wanted: Options = {
        "teams": [{"name": "New Team"}, {"name": "Demo Team"}],
        "users": [{**_NEW, "teams": ["New Team"]}, {"username": TED, "phone": "1"}],
        "api_users": [{**_NEW_SERVICE, **_KEY}],
        "workers": 1,  # so that the same call is struck each time
    }
    yield Scenario("veracode_directory", "creates and updates", wanted, secret=True)
    kept = [{"username": name} for name in ("admin-api", "restricted-api", BUILD)]
    removed: Options = {"api_users": kept, "exclusive": ["api_users"], "absent_action": "delete", "workers": 1}
    yield Scenario("veracode_directory", "removes", removed)
    yield Scenario("veracode_directory_info", "exports", {"kinds": ["teams", "api_users"]})


SCENARIOS: tuple[Scenario, ...] = (
    *_people(),
    *_services(),
    *_lists(),
    *_structure(),
    *_keys(),
    *_clients(),
    *_rest(),
    *_directories(),
)

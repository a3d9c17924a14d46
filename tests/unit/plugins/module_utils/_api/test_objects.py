# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the clients of single objects send and read."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.business_units import BusinessUnitClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import RestClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.jit import JitClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.roles import RoleClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.teams import TeamClient
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer, Effect
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import CustomRole
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team

Json = dict[str, t.Any]


class Server:
    """Stands in for a transport.

    :param answers: by method and the end of the path.
    """

    def __init__(self, **answers: Json) -> None:
        self._answers = {name.split("_", 1)[0] + " " + name.split("_", 1)[1]: each for name, each in answers.items()}
        self.calls: list[tuple[str, str, t.Any, t.Any]] = []

    def call(self, method: str, path: str, *, effect: Effect, query: t.Any = (), **more: t.Any) -> Answer:
        body = more.get("json")
        self.calls.append((method, path, list(query), body))
        answer = self._answers.get(f"{method} {path.rsplit('/', 1)[-1]}", {})
        raw = json.dumps(answer).encode()
        return Answer(200, raw, "application/json", None, None, method, path, None, effect=effect)

    def close(self) -> None:
        pass


def client(server: Server) -> RestClient:
    return RestClient(t.cast("t.Any", server))


def test_what_the_just_in_time_settings_have_beside_survives_a_change() -> None:
    """The call writes the whole object, so what a later release added is sent as it was read."""
    read = {
        "jit_default_settings_id": "7",
        "prefer_veracode_data": True,
        "roles": [],
        "session_minutes": 30,
        "_links": {},
    }
    server = Server(GET_jit_default_settings=read, PUT_7=read)
    jit = JitClient(client(server))
    settings = jit.read()
    assert settings is not None
    jit.update(settings)
    body = server.calls[-1][3]
    assert body["session_minutes"] == 30
    assert not {"_links", "jit_default_settings_id"} & body.keys()


@pytest.mark.parametrize(("permanently", "query"), [(False, []), (True, [("hard_delete", "true")])])
def test_what_is_deleted_permanently_is_deleted_hard(permanently: bool, query: list[tuple[str, str]]) -> None:
    server = Server()
    accounts = RestAccountClient(t.cast("t.Any", server), "0" * 32)
    accounts.delete(Account(USER, "1", {"username": "a@example.com"}), permanently=permanently)
    assert server.calls[-1][:3] == ("DELETE", "/api/authn/v2/users/1", query)
    TeamClient(accounts.client, accounts).delete(Team("A", "2"), permanently=permanently)
    assert server.calls[-1][:3] == ("DELETE", "/api/authn/v2/teams/2", query)


def test_child_roles_are_read_and_written() -> None:
    item = {
        "role_id": "9",
        "role_name": "lead",
        "role_description": "Lead",
        "child_roles": [{"role_name": "extreviewer", "role_description": "Reviewer"}, {"role_name": "triage"}],
    }
    roles = RoleClient(client(Server()))
    role = roles.parse(item)
    assert role is not None
    assert role.values_and_lists["child_roles"] == ("Reviewer", "triage")
    after = CustomRole("Lead", child_roles=(Role("extreviewer", "Reviewer"), Role(None, "Triage")))
    assert roles.body({"child_roles": ()}, after, None) == {
        "child_roles": [{"role_name": "extreviewer"}, {"role_description": "Triage"}]
    }
    del item["child_roles"]
    without = roles.parse(item)
    assert without is not None
    assert "child_roles" not in without.values_and_lists


def test_the_default_business_unit_is_looked_for_under_its_usual_name_first() -> None:
    units = [BusinessUnit("A", "1"), BusinessUnit("Not Specified", "2"), BusinessUnit("Z", "3")]
    server = Server(GET_2={"bu_id": "2", "bu_name": "Not Specified", "is_default": True})
    marked = BusinessUnitClient(client(server)).with_default(units)
    assert [unit.name for unit in marked if unit.is_default] == ["Not Specified"]
    assert len(server.calls) == 1


def test_a_default_business_unit_of_another_name_is_found() -> None:
    units = [BusinessUnit("A", "1"), BusinessUnit("Not Specified", "2"), BusinessUnit("Z", "3")]
    server = Server(
        GET_1={"bu_id": "1", "bu_name": "A", "is_default": False},
        GET_2={"bu_id": "2", "bu_name": "Not Specified", "is_default": False},
        GET_3={"bu_id": "3", "bu_name": "Z", "is_default": True},
    )
    marked = BusinessUnitClient(client(server)).with_default(units)
    assert [unit.name for unit in marked if unit.is_default] == ["Z"]


@pytest.mark.parametrize("answer", [{}, {"user_id": "", "user_name": ""}, {"user_id": None, "user_name": None}])
def test_a_calling_account_without_an_id_is_nobody(answer: Json) -> None:
    accounts = RestAccountClient(t.cast("t.Any", Server(GET_self=answer)), "0" * 32)
    assert accounts.is_caller(Account(USER, None, {"username": "a@example.com"})) is False
    with pytest.raises(ApiError, match="lacks the user_id"):
        accounts.is_caller(Account(USER, "None", {"username": "a@example.com"}))
    with pytest.raises(ApiError, match="lacks the user_name"):
        accounts.caller_username()

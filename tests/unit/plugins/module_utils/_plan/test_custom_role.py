# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plans of custom roles: their short names, their kind, and the roles that they include."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import CustomRole, Permission
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import desired_role
from ansible_collections.community.veracode.plugins.module_utils._plan.role import plan_role

KNOWN = Known(permissions={"read": Permission("read")})


def the_change(plan: Plan[CustomRole]) -> Change[CustomRole]:
    assert plan.change is not None
    return plan.change


def role(name: str, *children: str, is_api: bool = False, handle: str | None = None) -> CustomRole:
    included = tuple(Role(child, child) for child in children)
    return CustomRole(name, name.lower(), handle or name, (Permission("read"),), {"is_api": is_api}, {}, included)


@pytest.mark.parametrize(
    ("child", "says"),
    [
        ("Lead", "cannot include itself"),
        ("lead", "cannot include itself"),
        ("Parent", "includes .* already"),
        ("Grand", "includes .* already"),
        ("Robot", "is a role of API users"),
        ("Nobody at all", "there is no role"),
    ],
)
def test_a_role_includes_neither_itself_nor_what_includes_it_nor_roles_of_the_other_kind(child: str, says: str) -> None:
    lead = role("Lead")
    roles = (lead, role("Parent", "lead"), role("Grand", "parent"), role("Robot", is_api=True), role("Plain"))
    desired = desired_role({"name": "Lead", "role_name": "lead", "child_roles": [child]})[0]
    with pytest.raises(InputError, match=says) as caught:
        plan_role(desired, lead, Known(roles=roles))
    assert caught.value.option == "child_roles"


def test_a_child_role_of_the_other_kind_names_the_option_that_makes_it_one() -> None:
    robots = Known(roles=(role("Robot", is_api=True),))
    wanted = {"name": "Two", "child_roles": ["Robot"]}
    with pytest.raises(InputError, match="set is_api: true"):
        plan_role(desired_role(wanted)[0], None, robots)
    created = the_change(plan_role(desired_role({**wanted, "is_api": True})[0], None, robots))
    assert created.values["child_roles"] == ("Robot",)


def test_a_role_whose_kind_is_not_reported_is_of_the_kind_of_what_it_includes_and_what_includes_it() -> None:
    unreported = replace(role("Two", "Robot"), flags={})
    robot, parent, person = role("Robot", is_api=True), role("Parent", "two", is_api=True), role("Person", "two")
    wanted = desired_role({"name": "Two", "is_api": False})[0]
    assert plan_role(wanted, unreported, Known(roles=(unreported,))).change is None
    turned = desired_role({"name": "Two", "is_api": True})[0]
    assert the_change(plan_role(turned, unreported, Known(roles=(unreported, robot, parent)))).fields == ("is_api",)
    with pytest.raises(InputError, match='it is included in "Person", which is a role of people'):
        plan_role(turned, unreported, Known(roles=(unreported, robot, person)))
    included = replace(role("Two", "Person"), flags={})
    with pytest.raises(InputError, match='it includes "Person", which is a role of people'):
        plan_role(turned, included, Known(roles=(included, role("Person"))))
    # Of whose kind nothing is known, nothing is refused.
    named = desired_role({"name": "Two", "child_roles": ["Robot"]})[0]
    assert plan_role(named, unreported, Known(roles=(unreported, robot))).change is None


def test_a_cycle_is_found_whichever_name_the_server_gives_of_a_child_role() -> None:
    lead = role("Lead")
    by_title = replace(role("Middle"), child_roles=(Role(None, "Lead"),))
    by_name = replace(role("Outer"), child_roles=(Role("middle", "middle"),))
    known = Known(roles=(lead, by_title, by_name))
    with pytest.raises(InputError, match='"Outer" includes "Lead" already'):
        plan_role(desired_role({"name": "Lead", "child_roles": ["Outer"]})[0], lead, known)
    renamed = desired_role({"name": "Boss", "role_name": "boss", "previously": ["Lead"], "child_roles": ["Outer"]})[0]
    with pytest.raises(InputError, match='"Outer" includes "Boss" already'):
        plan_role(renamed, lead, known)


@pytest.mark.parametrize("child", [Role(None, "Plain"), Role("plain", "plain"), Role("plain", "Plain")])
def test_a_child_role_is_no_difference_whichever_name_the_server_gives_of_it(child: Role) -> None:
    lead = replace(role("Lead"), child_roles=(child,))
    known = Known(roles=(lead, role("Plain")))
    assert plan_role(desired_role({"name": "Lead", "child_roles": ["Plain"]})[0], lead, known).change is None


@pytest.mark.parametrize(
    ("name", "short"),
    [("Lead Auditor", "leadauditor"), ("R&D (EU) 2", "rdeu2"), ("Prüfer", "prüfer"), ("Pru\u0308fer", "prüfer")],
)
def test_the_short_name_follows_from_the_display_name(name: str, short: str) -> None:
    plan = plan_role(desired_role({"name": name, "permissions": ["read"]})[0], None, KNOWN)
    assert plan.entity is not None
    assert plan.entity.role_name == short
    assert the_change(plan).fields == ("name", "permissions")
    current = replace(plan.entity, role_id="r", role_name="other")
    assert plan_role(desired_role({"name": name})[0], current, Known(roles=(current,))).change is None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"name": "!?"}, "has no letter or digit .* set role_name"),
        (
            {"name": "Ext Reviewer"},
            '"extreviewer", which follows from "Ext Reviewer", is .* "Reviewer" already; set role',
        ),
        ({"name": "P-Lain"}, '"plain", which follows .* "Plain" already'),
        (
            {"name": "New", "role_name": "plain"},
            '"plain" is the short name of the role "Plain" already; choose another',
        ),
    ],
)
def test_a_short_name_that_cannot_be_is_refused_with_the_remedy(options: dict[str, t.Any], says: str) -> None:
    known = replace(KNOWN, roles=(role("Plain"),))
    with pytest.raises(InputError, match=says) as caught:
        plan_role(desired_role({**options, "permissions": ["read"]})[0], None, known)
    assert caught.value.option == "role_name"


def test_a_role_keeps_its_own_short_name_and_takes_none_of_another() -> None:
    lead, plain = role("Lead"), role("Plain")
    known = Known(roles=(lead, plain))
    assert plan_role(desired_role({"name": "Lead", "role_name": "lead"})[0], lead, known).change is None
    with pytest.raises(InputError, match='short name of the role "Plain" already'):
        plan_role(desired_role({"name": "Lead", "role_name": "plain"})[0], lead, known)


def test_child_roles_are_a_set_that_is_compared_by_keys() -> None:
    lead = role("Lead", "plain")
    known = Known(roles=(lead, role("Plain"), role("Other")))
    assert plan_role(desired_role({"name": "Lead", "child_roles": ["Plain"]})[0], lead, known).change is None
    changed = plan_role(desired_role({"name": "Lead", "child_roles": ["plain", "Other"]})[0], lead, known)
    assert the_change(changed).values == {"child_roles": ("Other", "Plain")}

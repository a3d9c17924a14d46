# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task wants of a team, a business unit or a role: read, checked, and reported."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import (
    BusinessUnit,
    report_business_unit,
)
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import (
    CustomRole,
    Permission,
    report_role,
)
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, TeamUser, report_team
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import (
    desired_business_unit,
    desired_role,
    desired_team,
)


def problems(found: list[t.Any]) -> list[tuple[str | None, str]]:
    return [(problem.option, problem.msg) for problem in found]


def test_what_is_omitted_or_null_is_not_managed() -> None:
    desired, found = desired_team({"name": "Payments", "members": None, "business_unit": None})
    assert not found
    assert desired.values == {}
    assert (desired.state, desired.mode, desired.previously) == ("present", "exact", ())


def test_empty_values_are_managed() -> None:
    desired, found = desired_team({"name": "Payments", "members": [], "managers": [], "business_unit": ""})
    assert not found
    assert desired.values == {"members": (), "managers": (), "business_unit": ""}


def test_spellings_of_a_username_are_kept_until_the_accounts_are_known_and_lists_are_sets() -> None:
    names = ["b@example.com", "A@example.com", "a@example.com", "A@example.com"]
    team, _found = desired_team({"name": "Payments", "members": names})
    assert team.values["members"] == ("A@example.com", "a@example.com", "b@example.com")
    unit, _found = desired_business_unit({"name": "Finance", "teams": ["b", "B", "b"]})
    assert unit.values["teams"] == ("B", "b")


@pytest.mark.parametrize("state", ["absent"])
def test_only_the_name_counts_for_what_is_to_go(state: str) -> None:
    desired, found = desired_team({"name": "Payments", "members": [""], "previously": ["Old"], "state": state})
    assert not found
    assert (desired.values, desired.previously) == ({}, ())


@pytest.mark.parametrize(
    ("options", "option", "words"),
    [
        ({"name": ""}, "name", 'name: "" is not a name; give the name of the team'),
        ({"name": None}, "name", '"" is not a name'),
        ({"name": "x" * 257}, "name", "has 257 characters; shorten it to 256"),
        ({"name": "a\nb"}, "name", "invisible character U+000A"),
        ({"name": "a", "members": ["b\x00"]}, "members", "invisible character U+0000"),
        ({"name": "a", "managers": [""]}, "managers", 'managers: "" is not a name; remove the empty entry'),
        ({"name": "a", "previously": ["a"]}, "previously", 'previously: "a" is the current name'),
        ({"name": "a", "previously": [""]}, "previously", 'previously: "" is not a name; list former names'),
    ],
)
def test_bad_input_names_option_value_and_remedy(options: dict[str, t.Any], option: str, words: str) -> None:
    _desired, found = desired_team(options)
    assert [problem.option for problem in found] == [option]
    assert words in found[0].msg


def test_the_longest_name_is_taken() -> None:
    assert desired_team({"name": "x" * 256})[1] == []


def test_an_entry_of_a_list_says_where_it_stands() -> None:
    _desired, found = desired_team({"name": "a", "members": [""]}, location="teams[3]")
    assert found[0].location == "teams[3].members"
    assert found[0].msg.startswith('teams[3].members (a): "" is not a name')
    assert found[0].failure()["kind"] == "team"
    assert found[0].failure()["name"] == "a"


def test_all_that_is_wrong_is_told() -> None:
    _desired, found = desired_business_unit({"name": "a\tb", "teams": ["", "x" * 300], "previously": [""]})
    assert [problem.option for problem in found] == ["name", "previously", "teams", "teams"]


def test_a_role_needs_a_permission_and_cannot_be_a_default_that_is_never_given() -> None:
    _desired, found = desired_role(
        {"name": "r", "permissions": [], "jit_assignable": False, "jit_assignable_default": True}
    )
    assert [problem.option for problem in found] == ["permissions", "jit_assignable_default"]
    assert desired_role({"name": "r", "jit_assignable": False, "jit_assignable_default": False})[1] == []


def test_a_manager_is_a_member_of_the_team_that_is_reported() -> None:
    users = (TeamUser("z@example.com"), TeamUser("a@example.com", manages=True))
    team = report_team(Team("Payments", "id", "Finance", "unit", users, {"member_only": False}))
    assert team["members"] == ["a@example.com", "z@example.com"]
    assert team["managers"] == ["a@example.com"]
    assert team["business_unit"] == "Finance"


def test_what_was_not_read_is_null_and_not_empty() -> None:
    team = report_team(Team("Payments", "id"))
    assert (team["members"], team["managers"], team["business_unit"]) == (None, None, None)
    assert report_business_unit(BusinessUnit("Finance", "id"))["teams"] is None
    assert report_business_unit(BusinessUnit("Finance", "id", {}))["teams"] == []
    assert report_role(CustomRole("Auditor", "auditor", "id"))["permissions"] is None


@pytest.mark.parametrize(
    ("role", "custom", "needs"),
    [
        (CustomRole("Auditor", "customauditor"), True, []),
        (CustomRole("Creator", "extcreator"), False, ["a scan permission, such as Any Scan"]),
        (
            CustomRole("Upload and Scan API", "uploadapi", flags={"is_api": True}),
            False,
            ["a scan permission, such as Any Scan (API)"],
        ),
        (
            CustomRole("Any Scan", "extsubmitanyscan", facts={"is_scan_type": True}),
            False,
            ["one of Creator, Security Lead, Submitter"],
        ),
        (CustomRole("Delete Scans", "deletescans"), False, ["one of Creator, Security Lead"]),
        (CustomRole("Vendor Manager", "vendormanager"), False, []),
        (CustomRole("All Scan Types", None), False, []),
    ],
)
def test_a_role_tells_whether_it_is_custom_and_what_it_needs(role: CustomRole, custom: bool, needs: list[str]) -> None:
    reported = report_role(role)
    assert reported["is_custom"] is custom
    assert reported["needs"] == needs


def test_the_permissions_of_a_role_are_sorted() -> None:
    role = CustomRole("r", "r", "id", (Permission("b"), Permission("a", ("read",))))
    assert report_role(role)["permissions"] == ["a", "b"]

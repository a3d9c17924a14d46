# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plans of teams, business units and roles, held against what the documentation says of them."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, SeveralErrors
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import (
    CustomRole,
    Permission,
)
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known, KnownUser
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, TeamUser
from ansible_collections.community.veracode.plugins.module_utils._plan.business_unit import plan_business_unit
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import (
    DesiredObject,
    desired_business_unit,
    desired_role,
    desired_team,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.find_object import find_structure, lists_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.object_change import unmet
from ansible_collections.community.veracode.plugins.module_utils._plan.object_needs import needed
from ansible_collections.community.veracode.plugins.module_utils._plan.role import plan_role
from ansible_collections.community.veracode.plugins.module_utils._plan.team import plan_team

NAMES = ("ann", "bob", "cid", "dan", "eve")
# Known users, three of whom may manage a team. The server spells them in capitals, the tasks do not.
KNOWN = Known(
    business_units={"Default": "0", "Finance": "1", "Law": "2"},
    default_business_unit="Default",
    teams={"A": "a", "B": "b", "C": None},
    all_teams=("A", "B", "C", "Delta"),
    users={name.upper(): KnownUser(name.upper(), f"id-{name}", name in ("ann", "bob", "cid")) for name in NAMES},
    permissions={
        "read": Permission("read"),
        "write": Permission("write"),
        "secret": Permission("secret", assignable=False),
    },
)


def team(members: t.Iterable[str] = (), managers: t.Iterable[str] = (), unit: str = "Default") -> Team:
    managing = set(managers)
    users = tuple(TeamUser(name.upper(), name in managing, f"id-{name}") for name in sorted({*members, *managing}))
    return Team("Payments", "t", unit, KNOWN.business_units.get(unit), users)


def wants(**options: t.Any) -> DesiredObject:
    desired, problems = desired_team({"name": "Payments", **options})
    assert not problems
    return desired


def people(entity: t.Any) -> tuple[set[str], set[str]]:
    return {user.username.lower() for user in entity.users}, {
        user.username.lower() for user in entity.users if user.manages
    }


def the_change(plan: Plan) -> Change:
    assert plan.change is not None
    return plan.change


def shown(names: set[str] | None) -> str:
    """Return the same name for the same set in every process."""
    return "-" if names is None else "+".join(sorted(names)) or "none"


def subsets(*names: str) -> list[set[str]]:
    return [set(chosen) for size in range(len(names) + 1) for chosen in itertools.combinations(names, size)]


PEOPLE = subsets("ann", "bob", "dan")
ADMINS = subsets("ann", "bob")


@pytest.mark.parametrize("mode", ["exact", "add", "remove"])
@pytest.mark.parametrize("managers", [None, *ADMINS], ids=shown)
@pytest.mark.parametrize("members", [None, *PEOPLE], ids=shown)
def test_relations_end_as_documented_and_a_second_plan_is_empty(
    members: set[str] | None, managers: set[str] | None, mode: str
) -> None:
    """Every combination of what is there and what is wanted, of two who may manage a team and one who may not."""
    for held, managing in itertools.product(PEOPLE, ADMINS):
        _relations_end_as_documented(held, managing, members, managers, mode)


def _relations_end_as_documented(
    held: set[str], managing: set[str], members: set[str] | None, managers: set[str] | None, mode: str
) -> None:
    current = team(held, managing)
    before_members, before_managers = held | managing, set(managing)
    desired = wants(
        members=sorted(members) if members is not None else None,
        managers=sorted(managers) if managers is not None else None,
        members_mode=mode,
    )
    plan = plan_team(desired, current, KNOWN)
    after_members, after_managers = people(plan.entity)

    if mode == "remove":
        expected_members = before_members - (members or set())
        expected_managers = before_managers - (members or set()) - (managers or set())
    elif mode == "add":
        expected_members = before_members | (members or set()) | (managers or set())
        expected_managers = before_managers | (managers or set())
    else:
        expected_managers = before_managers if managers is None else managers
        expected_members = (before_members if members is None else members) | expected_managers
    assert after_members == expected_members
    assert after_managers == expected_managers

    differs = (after_members, after_managers) != (before_members, before_managers)
    assert (plan.change is not None) == differs
    if plan.change is not None:
        assert set(plan.change.fields) == {
            option
            for option, one, other in (
                ("members", before_members, after_members),
                ("managers", before_managers, after_managers),
            )
            if one != other
        }
    assert plan_team(desired, t.cast(Team, plan.entity), KNOWN).change is None


@pytest.mark.parametrize("mode", ["exact", "add", "remove"])
@pytest.mark.parametrize("named", subsets("A", "B", "C"), ids=shown)
@pytest.mark.parametrize("held", subsets("A", "B", "X"), ids=shown)
def test_teams_of_a_business_unit_end_as_documented(held: set[str], named: set[str], mode: str) -> None:
    current = BusinessUnit("Finance", "1", {name: name.lower() for name in held})
    desired, _problems = desired_business_unit({"name": "Finance", "teams": sorted(named), "teams_mode": mode})
    plan = plan_business_unit(desired, current, KNOWN)
    expected = {"exact": named, "add": held | named, "remove": held - named}[mode]
    after = t.cast(BusinessUnit, plan.entity)
    assert set(after.teams or {}) == expected
    assert (plan.change is not None) == (expected != held)
    assert plan_business_unit(desired, after, KNOWN).change is None


def test_a_converged_team_needs_no_look_up() -> None:
    current = team(["ann", "bob"], ["ann"], "Finance")
    desired = wants(members=["ANN", "BOB"], managers=["ANN"], business_unit="Finance")
    need = needed(desired, current)
    assert (need.business_units, need.users, need.managers) == ((), (), ())
    # An account outside of the team may have exactly that name.
    assert needed(wants(members=["ANN", "bob"]), current).users == ("bob",)
    assert plan_team(desired, current, Known()).change is None


def test_only_new_names_are_looked_up_and_a_member_who_is_to_manage_needs_the_role() -> None:
    assert lists_needed(wants(members=["ann"], business_unit="Law")) == {"members", "business_unit"}
    assert lists_needed(wants()) == set()
    # What is lost with a team is shown as the difference of its deletion.
    assert lists_needed(wants(business_unit="Law", state="absent")) == {"members", "managers"}
    need = needed(wants(members=["ANN", "dan"], managers=["BOB"]), team(["ann", "bob"]))
    assert (need.users, need.managers) == (("dan",), ("BOB",))
    assert needed(wants(members=["dan"], members_mode="remove"), team(["ann"])).users == ()
    assert needed(wants(state="absent"), team(["ann"])).users == ()


def test_usernames_keep_the_spelling_of_the_server() -> None:
    plan = plan_team(wants(members=["Ann", "dan"]), team(["ann"]), KNOWN)
    headers = {"before_header": "team Payments", "after_header": "team Payments"}
    assert plan.diff == {**headers, "before": {"members": ["ANN"]}, "after": {"members": ["ANN", "DAN"]}}


def test_two_spellings_of_one_account_are_one_member() -> None:
    plan = plan_team(wants(members=["ann", "ANN", "Ann", "dan"]), team(["ann"]), KNOWN)
    assert plan.diff["after"] == {"members": ["ANN", "DAN"]}
    assert plan_team(wants(members=["ann", "Ann"]), team(["ann"]), KNOWN).change is None


def test_everything_wrong_with_a_team_is_one_error() -> None:
    desired, _problems = desired_team(
        {
            "name": "Payments",
            "business_unit": "Finanse",
            "members": ["annn", "nobody-at-all"],
            "managers": ["dan", "evee"],
        },
        location="teams[2]",
    )
    with pytest.raises(SeveralErrors) as caught:
        plan_team(desired, team(), KNOWN)
    assert [error.location for error in caught.value.all] == [
        f"teams[2].{option}" for option in ("business_unit", "managers", "members")
    ]
    msg = caught.value.msg
    assert msg.startswith("teams[2].")
    for words in (
        'teams[2].business_unit (Payments): there is no business unit "Finanse", did you mean "Finance"?',
        'there is no account "annn", did you mean "ANN"?',
        'there is no account "nobody-at-all"',
        '"DAN" cannot manage a team without the Team Admin role',
        'there is no account "evee", did you mean "EVE"?',
    ):
        assert words in msg
    assert caught.value.location == "teams[2].business_unit"


def test_who_manages_already_is_not_asked_for_the_role_again() -> None:
    assert plan_team(wants(managers=["dan"]), team([], ["dan"]), KNOWN).change is None


def test_a_role_that_is_not_known_is_left_to_the_server() -> None:
    known = Known(users={"dan": KnownUser("dan", None, None)})
    after = t.cast(Team, plan_team(wants(managers=["dan"]), team(), known).entity)
    assert after.users == (TeamUser("dan", manages=True, user_id=None),)


def test_a_team_without_business_unit_goes_to_the_default_one() -> None:
    plan = plan_team(wants(business_unit=""), team(unit="Finance"), KNOWN)
    assert the_change(plan).values == {"business_unit": "Default"}
    assert t.cast(Team, plan.entity).business_unit_id == "0"
    assert plan_team(wants(business_unit=""), team(unit="Default"), KNOWN).change is None
    with pytest.raises(InputError, match="no business unit is the default one"):
        plan_team(wants(business_unit=""), team(unit="Finance"), Known())


def test_a_team_that_shows_no_business_unit_is_in_the_default_one() -> None:
    current = Team("Payments", "t")
    assert plan_team(wants(business_unit="Default"), current, KNOWN).change is None
    assert the_change(plan_team(wants(business_unit="Law"), current, KNOWN)).fields == ("business_unit",)


def test_a_new_team_shows_what_was_given_and_nothing_else() -> None:
    change = the_change(plan_team(wants(members=["ann"], managers=["bob"], business_unit="Law"), None, KNOWN))
    assert change.entry == {
        "action": "create",
        "kind": "team",
        "name": "Payments",
        "fields": ["business_unit", "managers", "members", "name"],
    }
    assert change.diff["after"] == {
        "business_unit": "Law",
        "managers": ["BOB"],
        "members": ["ANN", "BOB"],
        "name": "Payments",
    }
    bare = the_change(plan_team(wants(members=[]), None, KNOWN))
    assert bare.fields == ("name",)


def test_a_renaming_with_other_changes_is_one_renaming() -> None:
    current = team(["ann"])
    desired = wants(name="Billing", previously=["Payments"], members=["bob"])
    change = the_change(plan_team(desired, current, KNOWN))
    assert (change.action, change.name, change.fields) == ("rename", "Billing", ("members", "name"))
    assert t.cast(Team, change.after).team_id == "t"


def test_what_is_gone_needs_no_deletion() -> None:
    assert plan_team(wants(state="absent"), None, KNOWN).change is None
    change = the_change(plan_team(wants(state="absent"), team(["ann"]), KNOWN))
    assert (change.action, change.fields) == ("delete", ())
    assert change.diff["after"] == {}


EXISTING = [Team("Payments", "1"), Team("Billing", "2"), Team("Old", "3")]


def found(**options: t.Any) -> str | None:
    current = find_structure(wants(**options), EXISTING)
    return current.team_id if current else None


def test_an_object_is_found_by_its_name_or_a_former_one() -> None:
    assert found(name="Payments") == "1"
    assert found(name="New", previously=["Gone", "Old"]) == "3"
    assert found(name="Payments", previously=["Gone"]) == "1"
    assert found(name="Nowhere") is None
    # Where both spellings exist, the name is exact.
    both = [Team("Old", "3"), Team("old", "4")]
    assert find_structure(wants(name="old"), both) is both[1]
    # Its spelling can be changed.
    assert found(name="OLD", previously=["Old"]) == "3"


@pytest.mark.parametrize(
    ("options", "option", "words"),
    [
        ({"name": "Payments", "previously": ["Old"]}, "previously", 'the team "Payments" and "Old" both exist'),
        ({"name": "New", "previously": ["Old", "Billing"]}, "previously", '"Billing", "Old" all exist'),
        ({"name": "payments"}, "name", 'there is no team "payments", did you mean "Payments"?'),
        ({"name": "payments", "state": "absent"}, "name", 'did you mean "Payments"?'),
        ({"name": "billing", "previously": ["Old"]}, "name", 'did you mean "Billing"?'),
    ],
)
def test_what_could_be_two_objects_is_an_error(options: dict[str, t.Any], option: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        found(**options)
    assert caught.value.option == option
    assert words in caught.value.msg


def unit_wants(**options: t.Any) -> DesiredObject:
    return desired_business_unit({"name": "Finance", **options})[0]


def test_teams_that_do_not_exist_are_all_listed() -> None:
    with pytest.raises(InputError) as caught:
        plan_business_unit(unit_wants(teams=["A", "delta", "Nix"]), BusinessUnit("Finance", "1", {}), KNOWN)
    assert (
        caught.value.msg
        == 'teams: there is no team "Nix" (create it first, or correct the name); there is no team "delta", did you mean "Delta"?'
    )
    current = BusinessUnit("Finance", "1", {"A": "a"})
    assert plan_business_unit(unit_wants(teams=["Nix"], teams_mode="remove"), current, KNOWN).change is None
    with pytest.raises(InputError, match='there is no team "a", did you mean "A"'):
        plan_business_unit(unit_wants(teams=["a"], teams_mode="remove"), current, KNOWN)


def test_the_default_business_unit_stays_and_keeps_its_teams() -> None:
    current = BusinessUnit("Finance", "1", {"A": "a", "B": "b"}, is_default=True)
    with pytest.raises(InputError, match="cannot be deleted"):
        plan_business_unit(unit_wants(state="absent"), current, KNOWN)
    with pytest.raises(InputError, match="A, B cannot be removed from the default business unit"):
        plan_business_unit(unit_wants(teams=[]), current, KNOWN)
    assert the_change(plan_business_unit(unit_wants(teams=["C"], teams_mode="add"), current, KNOWN)).fields == (
        "teams",
    )


AUDITOR = CustomRole(
    "Auditor",
    "customauditor",
    "r",
    (Permission("read", ("view",)),),
    {"is_api": False, "ignore_team_restrictions": False, "jit_assignable": True},
)


def role_wants(**options: t.Any) -> DesiredObject:
    desired, problems = desired_role({"name": "Auditor", **options})
    assert not problems
    return desired


def test_a_permission_that_stays_keeps_what_it_is_given_for() -> None:
    plan = plan_role(role_wants(permissions=["write", "read"]), AUDITOR, KNOWN)
    after = t.cast(CustomRole, plan.entity)
    assert {permission.name: permission.types for permission in after.permissions or ()} == {
        "read": ("view",),
        "write": None,
    }
    assert plan_role(role_wants(permissions=["write", "read"]), after, Known()).change is None


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ({}, None),
        ({"permissions": ["read"], "is_api": False, "jit_assignable": True}, None),
        # What the API does not report is not set.
        ({"team_admin_manageable": False}, None),
        ({"team_admin_manageable": True}, ("team_admin_manageable",)),
        ({"ignore_team_restrictions": True}, ("ignore_team_restrictions",)),
        ({"role_name": "audit"}, ("role_name",)),
    ],
)
def test_only_what_differs_of_a_role_is_written(options: dict[str, t.Any], fields: tuple[str, ...] | None) -> None:
    plan = plan_role(role_wants(**options), AUDITOR, KNOWN)
    assert (plan.change.fields if plan.change else None) == fields
    assert plan_role(role_wants(**options), t.cast(CustomRole, plan.entity), KNOWN).change is None


def test_every_flag_of_a_new_role_is_sent() -> None:
    change = the_change(plan_role(role_wants(permissions=["read"], is_api=False, jit_assignable=False), None, KNOWN))
    assert change.values == {"name": "Auditor", "permissions": ("read",), "is_api": False, "jit_assignable": False}


@pytest.mark.parametrize(
    ("options", "current", "option", "words"),
    [
        ({"permissions": ["raed", "secret"]}, AUDITOR, "permissions", 'no permission "raed", did you mean "read"?'),
        ({"permissions": ["raed", "secret"]}, AUDITOR, "permissions", '"secret" cannot be given to custom roles'),
        ({}, None, "permissions", "creating it needs permissions"),
        ({"is_api": True}, AUDITOR, "is_api", "cannot turn it into one of the other kind"),
        ({"name": "Reviewer"}, CustomRole("Reviewer", "extreviewer", "x"), "name", "only custom roles can be managed"),
        ({"name": "Creator", "permissions": ["read"]}, None, "name", "only custom roles can be managed"),
        (
            {"name": "Mine", "previously": ["Reviewer"]},
            CustomRole("Reviewer", "extreviewer", "x"),
            "name",
            "only custom roles can be managed",
        ),
    ],
)
def test_what_a_role_cannot_be(options: dict[str, t.Any], current: CustomRole | None, option: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        plan_role(role_wants(**options), current, KNOWN)
    assert caught.value.option == option
    assert words in caught.value.msg


def test_a_short_name_belongs_to_one_role() -> None:
    other = CustomRole("Other", "audit", "o")
    with pytest.raises(InputError, match='role_name: "audit" is that of the role "Other"'):
        find_structure(role_wants(role_name="audit"), [AUDITOR, other])
    assert find_structure(role_wants(role_name="customauditor"), [AUDITOR, other]) is AUDITOR


def test_an_answer_is_held_against_what_was_sent() -> None:
    change = the_change(plan_team(wants(members=["ann"], managers=["bob"], business_unit="Law"), team(), KNOWN))
    assert unmet(change, team(["ann"], ["bob"], "Law")) == []
    assert unmet(change, team(["ann", "bob"], unit="Default")) == ["business_unit", "managers"]
    assert unmet(change, Team("Payments", "t", "Law", users=(TeamUser("ann"), TeamUser("Bob", manages=True)))) == []
    # What an answer does not carry it does not contradict.
    assert unmet(change, Team("Payments", "t")) == []

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds of the plan of one account, whatever it is and whatever is wanted of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.fields import (
    REST,
    XML,
    can_create,
    can_update,
    fields_of,
)
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    BUILT_IN,
    NEEDS_SCAN,
    TEAM_ADMIN,
    Role,
    RoleCatalog,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account import plan_account
from ansible_collections.community.veracode.plugins.module_utils._plan.account_needs import options_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.account_unmet import unmet_of_account as unmet
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_account import desired_account
from ansible_collections.community.veracode.plugins.module_utils._plan.find import Found

TEAMS = ("Alpha", "Beta", "Gamma")
NAMES = Names(RoleCatalog(BUILT_IN), {team: f"id-{team}" for team in TEAMS}, TEAMS)
TEXTS = st.sampled_from([None, "a", "A", " a", "é,b"])
ADDRESSES = st.lists(st.sampled_from(["74.0.0.1", "74.0.0.*", "74.0.1.[0-9]"]), unique=True, max_size=3)


def roles_for(kind: str, scan: bool) -> list[Role]:
    return [role for role in BUILT_IN if role.is_api == (kind == API_USER) and role.is_scan == scan and role.name]


@st.composite
def held_roles(draw: st.DrawFn, kind: str) -> tuple[Role, ...]:
    """Roles that an account may hold: a scan permission in addition to a role that needs one, and none without."""
    held = set(draw(st.lists(st.sampled_from(roles_for(kind, False)), min_size=1, max_size=4, unique=True)))
    if kind == USER and draw(st.booleans()):
        held.add(TEAM_ADMIN)
    if any(role.name in NEEDS_SCAN for role in held):
        held |= set(draw(st.lists(st.sampled_from(roles_for(kind, True)), min_size=1, max_size=2, unique=True)))
    return tuple(sorted(held, key=lambda role: role.title))


@st.composite
def accounts(draw: st.DrawFn, kind: str, api: str) -> Account:
    """An account as a whole reading of an API shows it."""
    values: dict[str, Any] = {}
    for each in fields_of(kind):
        if not (can_create(each.option, api) or can_update(each.option, api)):
            continue
        if each.type == "flag":
            values[each.option] = draw(st.booleans())
        elif each.type == "text" and each.option != "title":
            values[each.option] = draw(TEXTS)
    values.update(username="one@example.com", email_address="one@example.com", first_name="A", last_name="B")
    if kind == USER:
        values["is_saml_user"] = bool(values.get("custom_id")) and values["is_saml_user"]
        if values["is_saml_user"]:
            values["requires_token"] = False
    values["allowed_ip_addresses"] = tuple(sorted(draw(ADDRESSES)))
    values["has_ip_restrictions"] = bool(values["allowed_ip_addresses"])
    roles = draw(held_roles(kind))
    manages = TEAM_ADMIN in roles
    teams = tuple(
        Membership(team, (manages and draw(st.booleans())) if api == REST else None, f"id-{team}")
        for team in sorted(draw(st.lists(st.sampled_from(TEAMS), unique=True, min_size=1)))
    )
    return Account(kind, "handle", values, roles, teams)


@st.composite
def tasks(draw: st.DrawFn, kind: str, api: str, always: str = "") -> dict[str, Any]:
    """Options of one task, with `always` among them; some combinations of them are refused."""
    options: dict[str, Any] = {"username": draw(st.sampled_from(["one@example.com", "ONE@Example.COM"]))}
    for each in fields_of(kind):
        if (
            each.option == "username"
            or draw(st.integers(0, 2))
            or not (can_create(each.option, api) or can_update(each.option, api))
        ):
            continue
        if each.type == "flag":
            options[each.option] = draw(st.booleans())
        elif each.type == "text":
            options[each.option] = (
                draw(st.sampled_from(["", "a", "b"])) if each.clearable else draw(st.sampled_from(["A", "C"]))
            )
    if "email_address" in options:
        options["email_address"] = draw(st.sampled_from(["one@example.com", "One@EXAMPLE.com", "two@example.com"]))
    if draw(st.booleans()):
        options["allowed_ip_addresses"] = draw(ADDRESSES)
    if draw(st.booleans()) or always == "roles":
        names = [role.title for scan in (False, True) for role in roles_for(kind, scan)]
        options["roles"] = draw(st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=4))
        options["roles_mode"] = draw(st.sampled_from(["exact", "add", "remove"]))
    if draw(st.booleans()) or always == "teams":
        options["teams"] = draw(st.lists(st.sampled_from(TEAMS), unique=True, max_size=3))
        options["teams_mode"] = draw(st.sampled_from(["exact", "add", "remove"]))
    if kind == USER and api == REST and draw(st.booleans()):
        options["managed_teams"] = draw(st.lists(st.sampled_from(TEAMS), unique=True, max_size=2))
    if kind == API_USER:
        options["unrestricted"] = draw(st.booleans())
    return options


KINDS = st.sampled_from([(USER, REST), (USER, XML), (API_USER, REST)])


def planned(options: dict[str, Any], account: Account | None, kind: str, api: str) -> tuple[Desired, Plan]:
    """Plan a task; one that is refused is no example."""
    desired, problems, _warnings = desired_account(options, kind, api=api)
    try:
        assume(not problems)
        return desired, plan_account(desired, Found(account) if account else None, NAMES)
    except VeracodeError as error:
        event(f"refused: {error.option}")
        # An error that says less is one of this test, too.
        assume(not all(each.option and each.name == desired.label for each in error.all))
        raise


@given(st.data())
def test_a_plan_that_was_carried_out_is_empty(data: st.DataObject) -> None:
    """Planned again on what it leads to, there is nothing to do; so check mode and the second run are true."""
    kind, api = data.draw(KINDS)
    account = data.draw(accounts(kind, api))
    options = data.draw(tasks(kind, api))
    _desired, plan = planned(options, account, kind, api)
    assert plan.entity is not None
    event("changes" if plan.change else "changes nothing")
    if plan.change:
        assert unmet(plan.change, plan.entity) == []
        assert set(plan.change.diff["before"]) == set(plan.change.diff["after"]) == set(plan.change.fields)
    _again, second = planned(options, plan.entity, kind, api)
    assert second.change is None


@given(st.data())
def test_unmanaged_options_are_never_touched(data: st.DataObject) -> None:
    """What a task does not name is neither compared nor written; a reading may even lack it."""
    kind, api = data.draw(KINDS)
    account = data.draw(accounts(kind, api))
    options = data.draw(tasks(kind, api))
    desired, plan = planned(options, account, kind, api)
    assert plan.entity is not None
    implied = {
        "email_address": {"username"},
        "allowed_ip_addresses": {"has_ip_restrictions"},
        "has_ip_restrictions": {"allowed_ip_addresses"},
        "managed_teams": {"teams"},
        # A membership that ends takes its relation with it, and the last team of a service account its restriction.
        "teams": {"managed_teams", "roles"},
    }
    named = set(desired.values)
    allowed = named.union(*(implied.get(option, set()) for option in named))
    if plan.change:
        assert set(plan.change.fields) <= allowed
    before, after = account.values_and_lists, plan.entity.values_and_lists
    assert {option: before[option] for option in before if option not in allowed} == {
        option: after[option] for option in after if option not in allowed
    }
    need = options_needed(desired)
    less = replace(
        account,
        values={
            option: value
            for option, value in account.values.items()
            if option in need | {"username", "email_address", "is_saml_user"}
        },
        roles=account.roles if "roles" in need or kind == API_USER or "managed_teams" in need else None,
        teams=account.teams if need & {"teams", "managed_teams"} else None,
    )
    if kind == USER:
        _desired, second = planned(options, less, kind, api)
        assert (second.change.entry if second.change else None) == (plan.change.entry if plan.change else None)


@given(st.data())
def test_lists_are_sets(data: st.DataObject) -> None:
    """Order and repetition mean nothing."""
    kind, api = data.draw(KINDS)
    account = data.draw(accounts(kind, api))
    options = data.draw(tasks(kind, api))
    _desired, plan = planned(options, account, kind, api)
    shuffled = {
        option: data.draw(st.permutations(value * 2)) if isinstance(value, list) else value
        for option, value in options.items()
    }
    _again, other = planned(shuffled, account, kind, api)
    assert (other.change.entry if other.change else None) == (plan.change.entry if plan.change else None)
    assert (other.change.diff if other.change else None) == (plan.change.diff if plan.change else None)


@given(st.data())
def test_modes(data: st.DataObject) -> None:
    """`exact` has what is named, `add` keeps what is held, `remove` has none of it."""
    kind, api = data.draw(KINDS)
    account = data.draw(accounts(kind, api))
    options = data.draw(tasks(kind, api, "teams"))
    _desired, plan = planned(options, account, kind, api)
    assert plan.entity is not None
    named, held = set(options["teams"]), {team.name for team in account.teams or ()}
    after = {team.name for team in plan.entity.teams or ()}
    managed = set(options.get("managed_teams") or ())
    expected = {"exact": named, "add": held | named, "remove": held - named}[options["teams_mode"]]
    assert after == expected | managed
    manages = {team.name for team in plan.entity.teams or () if team.manages}
    if "managed_teams" in options:
        assert manages == managed
    else:
        assert manages == {team.name for team in account.teams or () if team.manages} & after


@given(st.data())
def test_case_is_no_difference(data: st.DataObject) -> None:
    """Usernames and addresses are never rewritten for case alone."""
    kind, api = data.draw(KINDS)
    account = data.draw(accounts(kind, api))
    options = {"username": "ONE@example.com", "email_address": "One@Example.com"}
    _desired, plan = planned(options, account, kind, api)
    assert plan.change is None


@given(st.data())
def test_scan_permissions(data: st.DataObject) -> None:
    """They are held exactly as long as a role needs one, whatever a task says."""
    kind, api = data.draw(KINDS)
    account = data.draw(accounts(kind, api))
    options = data.draw(tasks(kind, api, "roles"))
    _desired, plan = planned(options, account, kind, api)
    assert plan.entity is not None
    roles = plan.entity.roles or ()
    assert roles
    assert any(role.is_scan for role in roles) == any(role.name in NEEDS_SCAN for role in roles)
    if options["roles_mode"] == "remove":
        # Without a team, unrestricted brings this one back.
        stays = {"No Team Restriction API"} if options.get("unrestricted") else set()
        assert {role.title for role in roles} & set(options["roles"]) <= stays
    elif options["roles_mode"] == "add":
        assert {role.title for role in roles} >= set(options["roles"])
    else:
        assert {role.title for role in roles} >= set(options["roles"])


@given(st.data())
def test_a_created_account_is_what_was_wanted(data: st.DataObject) -> None:
    """The plan of a creation leads to an account with which the same task finds nothing to do."""
    kind, api = data.draw(KINDS)
    options = {"first_name": "A", "last_name": "C", "roles": ["Executive"] if kind == USER else ["Results API"]}
    options = {**options, "email_address": "one@example.com", **data.draw(tasks(kind, api))}
    if kind == USER:
        options["email_address"] = "one@example.com"
    options.update(
        {option: value for option, value in {"roles_mode": "exact", "teams_mode": "exact"}.items() if option in options}
    )
    _desired, plan = planned(options, None, kind, api)
    assert plan.change is not None
    assert plan.entity is not None
    assert plan.change.diff["before"] == {}
    assert set(plan.change.diff["after"]) == set(plan.change.fields)
    assert plan.entity.values["login_enabled"] is options.get("login_enabled", True)
    _again, second = planned(options, plan.entity, kind, api)
    changes = second.change.entry if second.change else None
    assert changes is None


@given(st.data(), st.sampled_from(["disabled", "absent"]))
def test_only_the_selector_counts(data: st.DataObject, state: str) -> None:
    """With disabled and absent, other options are not applied."""
    kind, api = data.draw(KINDS)
    account = data.draw(accounts(kind, api))
    options = {**data.draw(tasks(kind, api)), "state": state}
    desired, problems, _warnings = desired_account(options, kind, api=api)
    assert not problems
    assert desired.values == {}
    plan = plan_account(desired, Found(account), NAMES)
    if state == "absent":
        assert plan.change is not None
        assert (plan.change.action, plan.change.fields, plan.entity) == ("delete", (), None)
    else:
        assert plan.entity is not None
        assert plan.entity.values["login_enabled"] is False
        assert plan_account(desired, Found(plan.entity), NAMES).change is None
        assert plan.entity.roles == account.roles
    assert plan_account(desired, None, NAMES).change is None

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of one account that a plan keeps: what is known to fail, roles by their keys, deletions."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    BUILT_IN,
    BY_NAME,
    Role,
    RoleCatalog,
    known_role,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account import plan_account
from ansible_collections.community.veracode.plugins.module_utils._plan.account_needs import names_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_account import desired_account
from ansible_collections.community.veracode.plugins.module_utils._plan.find import Found

TED: dict[str, t.Any] = {"username": "ted@example.com", "first_name": "Ted", "last_name": "M"}


def plan(
    options: dict[str, t.Any], account: Account | None = None, names: Names | None = None, kind: str = "user"
) -> Plan[Account]:
    desired, errors, _warnings = desired_account(options, kind, api=options.get("api", "rest"))
    assert errors == []
    return plan_account(desired, Found(account) if account else None, names or Names())


def errors_of(options: dict[str, t.Any], kind: str = "user") -> list[str]:
    return [error.msg for error in desired_account(options, kind, api=options.get("api", "rest"))[1]]


def held(*roles: Role, kind: str = "user", teams: tuple[str, ...] = ("Web",)) -> Account:
    values = {"username": "ted@example.com", "email_address": "ted@example.com"}
    return Account(kind, "1", values, roles, tuple(Membership(team) for team in teams))


def test_a_person_without_roles_is_refused_before_it_is_tried() -> None:
    with pytest.raises(VeracodeError, match="roles") as caught:
        plan(TED)
    assert caught.value.option == "roles"


def test_disabling_whom_nobody_knows_is_warned_of_and_deleting_is_silent() -> None:
    assert "ted@example.com" in plan({"username": "ted@example.com", "state": "disabled"}).warnings[0]
    assert plan({"username": "ted@example.com", "state": "absent"}).warnings == ()


def test_only_a_deletion_by_rest_can_be_permanent() -> None:
    gone = {"username": "ted@example.com", "state": "absent", "permanently": True}
    change = plan(gone, held()).change
    assert change is not None
    assert change.permanently
    assert plan(gone).change is None
    assert "permanently" in errors_of({**gone, "state": "disabled"})[0]
    assert "permanently" in errors_of({**gone, "state": "present"})[0]
    assert "api: rest" in errors_of({**gone, "api": "xml"})[0]


@pytest.mark.parametrize(
    "option",
    ["username", "custom_id", "email_address", "previously", "roles", "teams", "managed_teams", "new_custom_id"],
)
def test_a_name_with_a_blank_at_its_end_is_refused_in_every_option(option: str) -> None:
    value: t.Any = "a@example.com "
    if option in ("previously", "roles", "teams", "managed_teams"):
        value = [value]
    found = errors_of({"username": "b@example.com", "custom_id": "c", option: value})
    assert [msg for msg in found if msg.startswith(option) and "U+0020" in msg]


@pytest.mark.parametrize("state", ["absent", "disabled"])
def test_a_name_is_checked_where_access_is_taken_away_too(state: str) -> None:
    assert "U+0020" in errors_of({"username": "tmonarch@example.com ", "state": state})[0]


def test_a_custom_role_of_api_users_is_no_error_at_the_second_run() -> None:
    account = held(known_role("ourapi", "Our API"), kind="api_user")
    assert plan({"username": "ted@example.com", "roles": ["Our API"]}, account, kind="api_user").change is None


def test_a_role_is_its_key_whatever_its_description() -> None:
    account = held(known_role("auditor", "Auditor of old"))
    catalog = RoleCatalog([*BUILT_IN, Role("auditor", "Auditor")])
    assert plan({"username": "ted@example.com", "roles": ["Auditor"]}, account, Names(catalog)).change is None


def test_a_scan_permission_that_the_tables_do_not_know_is_kept_as_the_catalog_tells() -> None:
    options = {"username": "ted@example.com", "roles": ["Creator", "Reviewer"]}
    account = held(BY_NAME["extcreator"], known_role("extsubmitnewscan", "New Scan"))
    desired = desired_account(options, "user")[0]
    assert names_needed(desired, account)[0]
    catalog = RoleCatalog([*BUILT_IN, Role("extsubmitnewscan", "New Scan", is_scan=True)])
    after = plan(options, account, Names(catalog)).entity
    assert after is not None
    assert after.values_and_lists["roles"] == ("Creator", "New Scan", "Reviewer")


def test_a_team_with_a_comma_that_an_account_holds_is_explained_in_xml() -> None:
    account = held(BY_NAME["extreviewer"], teams=("Ops", "Night"))
    names = Names(None, {"Web": None}, ("Ops, Night", "Web"))
    with pytest.raises(VeracodeError, match=r"Ops, Night.*comma"):
        plan({"username": "ted@example.com", "teams": ["Web"], "api": "xml"}, account, names)


def test_a_team_that_a_restricted_caller_may_not_see_is_explained_beside_a_near_name() -> None:
    with pytest.raises(VeracodeError, match=r"did you mean .*sees only its own"):
        plan({"username": "ted@example.com", "teams": ["Webb"]}, held(), Names(None, {}, ("Web",)))


@pytest.mark.parametrize(
    ("account", "restricted"),
    [
        (held(BY_NAME["teamAdmin"]), True),
        (held(BY_NAME["teamAdmin"], BY_NAME["extadmin"]), False),
        (held(BY_NAME["adminapi"], kind="api_user"), True),
        (held(BY_NAME["adminapi"], kind="api_user", teams=()), False),
        (held(BY_NAME["adminapi"], BY_NAME["noteamrestrictionapi"], kind="api_user"), False),
    ],
)
def test_who_sees_only_its_own_teams(account: Account, restricted: bool) -> None:
    assert account.sees_only_own_teams is restricted


def test_a_rename_names_both_in_the_headers_of_its_difference() -> None:
    desired = desired_account({"username": "tom@example.com", "previously": ["ted@example.com"]}, "user")[0]
    diff = plan_account(desired, Found(held(), formerly=True), Names()).diff
    assert (diff["before_header"], diff["after_header"]) == ("user ted@example.com", "user tom@example.com")


def test_a_role_that_may_need_a_team_is_a_doubt_of_check_mode() -> None:
    creation = {**TED, "email_address": "ted@example.com"}
    catalog = Names(RoleCatalog(BUILT_IN), {"Web": "1"}, ("Web",))
    assert "Reviewer" in plan({**creation, "roles": ["Reviewer"]}, None, catalog).doubts[0]
    assert plan({**creation, "roles": ["Reviewer"], "teams": ["Web"]}, None, catalog).doubts == ()
    assert plan({**creation, "roles": ["Executive"]}, None, catalog).doubts == ()
    leaves = plan({"username": "ted@example.com", "teams": []}, held(BY_NAME["extreviewer"]))
    assert leaves.warnings == ()
    assert "Reviewer" in leaves.doubts[0]

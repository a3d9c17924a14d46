# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles' two vocabularies and the rules of scan permissions; the forms of times; advice about refusals."""

from __future__ import annotations

import pytest

from ansible_collections.community.veracode.plugins.module_utils._api.advice import advice_for, with_advice
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.fields import FIELDS, can_create, can_update
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    ANY_SCAN,
    BUILT_IN,
    BY_NAME,
    SPELLINGS,
    Role,
    RoleCatalog,
    impossible,
    known_role,
    resolve,
    target_roles,
)
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import timestamp

CATALOG = RoleCatalog(BUILT_IN)


def roles(*names: str, kind: str = USER) -> frozenset[Role]:
    found, wrong = resolve(names, CATALOG, kind)
    assert wrong == []
    return frozenset(found)


def test_both_vocabularies_lead_to_one_role() -> None:
    for role in BUILT_IN:
        assert CATALOG.find(role.title) is role
        if role.name:
            assert CATALOG.find(role.name) is role
            assert known_role(role.name, "anything") == role
        assert known_role(None, role.title) == role
    for spelling, title in SPELLINGS.items():
        found = CATALOG.find(spelling)
        assert found is not None
        assert found.title == title


def test_a_custom_role_keeps_both_names() -> None:
    role = known_role("reporter", "Custom Reporter")
    assert (role.key, role.title) == ("reporter", "Custom Reporter")
    assert resolve(["Custom Reporter", "reporter"], RoleCatalog([*BUILT_IN, role]), USER) == ([role, role], [])


@pytest.mark.parametrize(
    ("held", "named", "mode", "after"),
    [
        ((), ["Creator"], "exact", ["Creator", "Any Scan"]),
        ((), ["Creator", "Static Scan"], "exact", ["Creator", "Static Scan"]),
        (["Creator", "Static Scan"], ["Submitter"], "exact", ["Submitter", "Static Scan"]),
        (["Creator", "Static Scan"], ["Reviewer"], "exact", ["Reviewer"]),
        (["Creator", "Static Scan"], ["Manual Scan"], "add", ["Creator", "Static Scan", "Manual Scan"]),
        (["Creator", "Any Scan"], ["Reviewer"], "add", ["Creator", "Any Scan", "Reviewer"]),
        (["Reviewer"], ["Security Lead"], "add", ["Reviewer", "Security Lead", "Any Scan"]),
        (["Creator", "Reviewer", "Any Scan"], ["Creator"], "remove", ["Reviewer"]),
        (["Creator", "Any Scan", "Static Scan"], ["Any Scan"], "remove", ["Creator", "Static Scan"]),
        (["Creator", "Any Scan"], ["Static Scan", "Reviewer"], "remove", ["Creator", "Any Scan"]),
    ],
)
def test_scan_permissions(held: list[str], named: list[str], mode: str, after: list[str]) -> None:
    assert target_roles(roles(*held), roles(*named), mode, USER) == roles(*after)


@pytest.mark.parametrize(
    ("held", "named", "mode"),
    [
        ((), ["Reviewer", "Any Scan"], "exact"),
        ((), ["Any Scan"], "exact"),
        (["Reviewer"], ["Any Scan"], "add"),
        (["Creator", "Any Scan"], ["Any Scan"], "remove"),
        (["Reviewer"], ["Reviewer"], "remove"),
        (["Creator", "Any Scan"], ["Creator"], "remove"),
    ],
)
def test_scan_permissions_that_cannot_be(held: list[str], named: list[str], mode: str) -> None:
    with pytest.raises(InputError) as caught:
        target_roles(roles(*held), roles(*named), mode, USER)
    assert caught.value.option == "roles"
    assert caught.value.value == sorted(role.title for role in roles(*named))


def test_scan_permissions_of_service_accounts() -> None:
    after = target_roles((), roles("Upload and Scan API", kind=API_USER), "exact", API_USER)
    assert after == roles("uploadapi", ANY_SCAN[API_USER].title, kind=API_USER)


def test_what_a_custom_role_needs_is_not_known() -> None:
    custom = Role("reporter", "Custom Reporter")
    assert target_roles({custom, ANY_SCAN[USER]}, {custom}, "exact", USER) == {custom, ANY_SCAN[USER]}


LEAD = Role("lead", "Lead", includes=(BY_NAME["extcreator"],))
SCANNING = Role("scanning", "Scanning", includes=(BY_NAME["extcreator"], BY_NAME["extsubmitstaticscan"]))
PLAIN = Role("plain", "Plain", includes=(BY_NAME["extreviewer"],))


@pytest.mark.parametrize(
    ("held", "named", "mode", "after"),
    [
        ((), {LEAD}, "exact", {LEAD, ANY_SCAN[USER]}),
        ({BY_NAME["extreviewer"]}, {LEAD}, "add", {BY_NAME["extreviewer"], LEAD, ANY_SCAN[USER]}),
        ({LEAD, PLAIN, ANY_SCAN[USER]}, {PLAIN}, "remove", {LEAD, ANY_SCAN[USER]}),
        ({LEAD, BY_NAME["extsubmitstaticscan"]}, {LEAD}, "exact", {LEAD, BY_NAME["extsubmitstaticscan"]}),
        # It includes the scan permission, too.
        ((), {SCANNING}, "exact", {SCANNING}),
        ({SCANNING, ANY_SCAN[USER]}, {ANY_SCAN[USER]}, "remove", {SCANNING}),
        ({LEAD, SCANNING}, {SCANNING}, "remove", {LEAD, ANY_SCAN[USER]}),
        ((), {LEAD, SCANNING}, "exact", {LEAD, SCANNING}),
        ((), {PLAIN}, "exact", {PLAIN}),
    ],
)
def test_what_a_child_role_needs_is_needed_by_the_role(
    held: set[Role], named: set[Role], mode: str, after: set[Role]
) -> None:
    assert target_roles(held, named, mode, USER) == after


def test_the_last_scan_permission_stays_while_a_child_role_needs_one() -> None:
    with pytest.raises(InputError, match="the last scan permission and Lead needs one"):
        target_roles({LEAD, ANY_SCAN[USER]}, {ANY_SCAN[USER]}, "remove", USER)


def test_a_role_is_for_the_accounts_that_its_child_roles_are_for() -> None:
    unreported = Role("two", "Two", is_api=None, includes=(BY_NAME["adminapi"],))
    catalog = RoleCatalog([*BUILT_IN, unreported])
    assert "is for API users only" in resolve(["Two"], catalog, USER)[1][0]
    assert resolve(["Two"], catalog, API_USER) == ([unreported], [])


def test_child_roles_cannot_be_held_together_with_what_they_exclude() -> None:
    team_lead = Role("teamlead", "Team Lead", includes=(BY_NAME["teamAdmin"],))
    cleaner = Role("cleaner", "Cleaner", includes=(BY_NAME["deletescans"],))
    assert "Team Admin cannot be combined" in str(impossible({team_lead, BY_NAME["extadmin"]}))
    assert "Delete Scans also needs" in str(impossible({cleaner}))
    assert impossible({cleaner, LEAD}) is None


def test_impossible_combinations() -> None:
    assert "Security Lead or Creator" in str(impossible(roles("Delete Scans", "Reviewer")))
    assert impossible(roles("Delete Scans", "Creator")) is None
    assert "Administrator" in str(impossible(roles("Team Admin", "Administrator")))
    assert "Creator, Reviewer" in str(impossible(roles("Sandbox Administrator", "Sandbox User")))
    assert impossible(roles("Sandbox Administrator", "Executive")) is None


@pytest.mark.parametrize(
    "text",
    ["2023-04-06T12:34:56Z", "2023-04-06T12:34:56.000+0000", "2023-04-06 12:34:56 UTC", "2023-04-06T08:34:56-04:00"],
)
def test_times_have_one_form(text: str) -> None:
    assert timestamp(text) == "2023-04-06T12:34:56Z"


def test_times_that_are_none() -> None:
    assert (timestamp(""), timestamp(None), timestamp("soon")) == (None, None, "soon")


def test_each_field_can_be_written_by_an_api() -> None:
    for field in FIELDS:
        assert any(can(field.option, api) for can in (can_create, can_update) for api in ("rest", "xml")), field.option


def test_a_repeated_name_is_no_cause() -> None:
    """A refusal repeats what was sent; a team or a person may be called anything."""
    plain = "Could not find a user for {}"
    for name in ("username=saml@example.com", "custom_id=EX\\\\elearning", '"forbidden"', "sso@identity.provider"):
        assert advice_for(plain.format(name)) is None, name
    assert advice_for("SAML is not enabled for your organization") is not None


def test_a_switched_off_api_says_no_more_than_a_missing_role() -> None:
    for said, status in (("Access denied.", None), ("", 403)):
        assert "api: rest" in with_advice("Could not look up", said, status, xml=True)
        assert "api: rest" not in with_advice("Could not look up", said, status)


def test_a_server_gives_no_orders_to_a_terminal() -> None:
    assert (
        with_advice("Could not read", "no \x1b]0;title\x07\u202eevil\r\nmore")
        == "Could not read: no  ]0;title  evil  more."
    )

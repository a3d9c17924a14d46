# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read is believed only if it is about what was asked, and whole; who is meant by it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._module.api_credentials import API_CREDENTIALS
from ansible_collections.community.veracode.plugins.module_utils._module.business_unit import BUSINESS_UNIT
from ansible_collections.community.veracode.plugins.module_utils._module.business_unit_info import BUSINESS_UNIT_INFO
from ansible_collections.community.veracode.plugins.module_utils._module.role import ROLE
from ansible_collections.community.veracode.plugins.module_utils._module.team import TEAM
from ansible_collections.community.veracode.plugins.module_utils._module.user_info import USER_INFO
from ansible_collections.community.veracode.plugins.module_utils._session import Module
from tests.emulator.control import Emulator
from tests.inside import Inside, apply, assert_converged, converge, export_all, result
from tests.integration.scenarios import BUILD, NEW, SVC, TED

OTHER = "mdoe@example.com"
BOTH = ("rest", "xml")


def writes(emulator: Emulator) -> list[dict[str, Any]]:
    return emulator.log(writes=True)


# An answer about another object


@pytest.mark.parametrize(
    "options",
    [{"phone": "1"}, {"state": "absent"}, {"state": "disabled"}, {"roles": ["Executive"], "roles_mode": "add"}],
)
def test_an_account_that_is_answered_with_another_one_is_an_error(
    inside: Inside, emulator: Emulator, options: dict[str, Any]
) -> None:
    emulator.fault("other", method="GET", path=r"/users/[0-9a-f-]{36}$", name=OTHER, count=0)
    before = emulator.user(OTHER)
    emulator.clear_log()
    failed = inside.user(username=TED, **options)
    assert "the answer is about another object" in failed["msg"]
    assert "with the user_id" in failed["msg"]
    assert writes(emulator) == []
    assert emulator.user(OTHER) == before


def test_a_change_that_is_answered_about_another_account_is_read_again(inside: Inside, emulator: Emulator) -> None:
    emulator.fault("other", method="PUT", path="/users/", name=OTHER)
    done = inside.user(username=TED, phone="1")
    assert not done.get("failed"), done
    assert (done["changed"], done["calls"]["writes"]) == (True, 1)
    emulator.fault("other", method="PUT", path="/users/", name=OTHER)
    emulator.fault("status", method="PUT", path="/users/", status=403, skip=1)
    emulator.fault("status", method="GET", path=r"/users/[0-9a-f-]{36}$", status=403, skip=1, count=0)
    failed = inside.user(username=TED, phone="2")
    assert "the answer is about another object" in failed["msg"]
    assert "whether it was carried out is unknown" in failed["msg"]


def test_a_creation_that_is_answered_about_another_account_is_looked_up(inside: Inside, emulator: Emulator) -> None:
    emulator.fault("other", method="POST", path="/users$", name=OTHER)
    done = inside.user(**NEW, email_address=NEW["username"], roles=["Executive"])
    assert not done.get("failed"), done
    assert done["user"]["username"] == NEW["username"]
    assert done["calls"]["writes"] == 1


@pytest.mark.parametrize(
    ("module", "path", "options"),
    [
        (TEAM, "/teams/", {"name": "Demo Team", "members": []}),
        (BUSINESS_UNIT, "/business_units/", {"name": "Consumer", "state": "absent"}),
        (ROLE, "/roles/", {"name": "Release Manager", "permissions": ["viewReports"]}),
        (API_CREDENTIALS, "/api_credentials/user_id/", {"username": BUILD, "state": "present", "return_secret": True}),
    ],
)
def test_an_object_that_is_answered_with_another_one_is_an_error(
    emulator: Emulator, module: Module, path: str, options: dict[str, Any]
) -> None:
    if module is BUSINESS_UNIT:
        emulator.add("business_unit", name="Consumer")
    if module is ROLE:
        emulator.add("role", name="releasemanager", description="Release Manager", permissions=["viewReports"])
        emulator.switch(role_list_permissions=False)
    emulator.fault("other", method="GET", path=path, count=0)
    emulator.clear_log()
    failed = result(emulator, module, **options)
    assert failed["failed"]
    assert "the answer is about another object" in failed["msg"], failed
    assert writes(emulator) == []


# An answer that is not whole


@pytest.mark.parametrize("names", [["roles"], ["teams"], ["roles", "teams"]])
@pytest.mark.parametrize(
    "options",
    [
        {"roles": ["Executive"], "roles_mode": "add"},
        {"teams": ["Engineering"], "teams_mode": "add"},
        {"roles": ["Executive"], "teams": ["Engineering"]},
    ],
)
def test_details_without_roles_or_teams_are_never_no_roles_and_no_teams(
    inside: Inside, emulator: Emulator, names: list[str], options: dict[str, Any]
) -> None:
    before = emulator.user(TED)
    emulator.clear_log()
    emulator.fault("without", method="GET", path=r"/users/[0-9a-f-]{36}$", names=names, count=0)
    failed = inside.user(username=TED, **options)
    assert "lacks the roles or the teams" in failed["msg"]
    assert writes(emulator) == []
    assert emulator.user(TED) == before


def test_details_that_lack_their_roles_once_are_read_again(inside: Inside, emulator: Emulator) -> None:
    held = set(emulator.user(TED)["roles"])  # type: ignore[index]
    emulator.fault("without", method="GET", path=r"/users/[0-9a-f-]{36}$", names=["roles"])
    done = inside.user(username=TED, roles=["Executive"], roles_mode="add")
    assert not done.get("failed"), done
    assert held < set(emulator.user(TED)["roles"])  # type: ignore[index]


def test_an_answer_to_a_change_without_roles_is_no_loss_of_them(inside: Inside, emulator: Emulator) -> None:
    emulator.fault("without", method="PUT", path="/users/", names=["teams"])
    done = inside.user(username=TED, roles=["Executive"], roles_mode="add")
    assert not done.get("failed"), done
    assert done["user"]["teams"] == ["Demo Team"]


def test_a_listing_that_leaves_texts_out_says_nothing_about_them(emulator: Emulator) -> None:
    """Every account has texts that a sparse listing does not show: an export holds them, and applying it changes nothing."""
    for number, user in enumerate(emulator.state()["users"]):
        fields = {"phone": str(number), "custom_four": f"four {number}", "custom_two": "2"}
        emulator.change("user", user["user_name"], **fields)
    whole = export_all(emulator)["directory"]
    emulator.switch(list_carries="sparse")
    assert export_all(emulator)["directory"] == whole
    emulator.clear_log()
    same = apply(emulator, users=whole["users"])
    assert (same["failed"], same["actions"]) == (False, [])
    assert writes(emulator) == []


# Who is meant


@pytest.mark.parametrize("api", BOTH)
def test_an_address_never_selects_an_account_of_the_other_kind(inside: Inside, emulator: Emulator, api: str) -> None:
    """A person is created, changed and deleted in addition to the service account that has the same contact address."""
    emulator.add("api_user", user_name="contact-api", email_address="contact@example.com", roles=["Results API"])
    service = emulator.user("contact-api")
    options = {
        "email_address": "contact@example.com",
        "first_name": "Con",
        "last_name": "Tact",
        "roles": ["Executive"],
        "api": api,
    }
    created = assert_converged(inside.cycle("user", options), changed=True)
    assert created["user"]["user_type"] == "human"
    assert_converged(inside.cycle("user", {"email_address": "contact@example.com", "state": "absent", "api": api}))
    assert_converged(
        inside.cycle("user", {"email_address": "contact@example.com", "state": "absent", "api": api}), changed=False
    )
    assert emulator.user("contact-api") == service


def test_an_address_never_selects_an_account_of_the_other_kind_in_a_directory(emulator: Emulator) -> None:
    emulator.add("api_user", user_name="contact-api", email_address="contact@example.com", roles=["Results API"])
    service = emulator.user("contact-api")
    person = {"email_address": "contact@example.com", "first_name": "C", "last_name": "T", "roles": ["Executive"]}
    converge(emulator, users=[person])
    converge(emulator, users=[{"email_address": "contact@example.com", "state": "absent"}], max_removals=1)
    assert emulator.user("contact-api") == service


@pytest.mark.parametrize("api", BOTH)
@pytest.mark.parametrize(
    ("one", "other"), [("mass@example.com", "maſſ@example.com"), ("strasse@example.com", "straße@example.com")]
)
def test_usernames_that_fold_to_one_are_two_accounts(
    inside: Inside, emulator: Emulator, one: str, other: str, api: str
) -> None:
    for name in (one, other):
        emulator.add("user", user_name=name, email_address=name, first_name="A", last_name=name, roles=["Executive"])
    before = emulator.user(other)
    done = inside.user(username=one, phone="1", api=api)
    if not done.get("failed"):  # by XML the server itself may answer with the other one, which is then an error
        assert done["user"]["username"] == one
        assert done["user"]["last_name"] == one
    else:
        assert api == "xml"
    found = [user for user in emulator.state()["users"] if user["user_name"] == other]
    assert [user.get("phone") for user in found] == [(before or {}).get("phone")]


def test_a_name_that_several_accounts_fold_to_is_an_error(emulator: Emulator) -> None:
    for name in ("mass@example.com", "ma\u017f\u017f@example.com"):
        emulator.add("user", user_name=name, email_address=name, first_name="A", last_name="B", roles=["Executive"])
    failed = apply(emulator, users=[{"username": "MASS@example.com", "phone": "1"}])
    assert 'any of the accounts "mass@example.com", "ma\u017f\u017f@example.com"' in failed["msg"]
    assert writes(emulator) == []
    done = apply(emulator, users=[{"username": "mass@example.com", "phone": "1"}])
    assert [action["name"] for action in done["actions"]] == ["mass@example.com"]


@pytest.mark.parametrize("carries", ["no", "everything"])
def test_deleted_accounts_of_a_listing_are_absent(inside: Inside, emulator: Emulator, carries: str) -> None:
    emulator.switch(listings_hide_deleted=False, list_carries=carries, search_carries=carries)
    emulator.remove("user", OTHER)
    assert OTHER not in [user["username"] for user in inside.info()["users"]]
    assert inside.info(username=OTHER)["users"] == []
    assert_converged(inside.cycle("user", {"username": OTHER, "state": "absent"}), changed=False)
    names = [user["username"] for user in export_all(emulator)["directory"]["users"]]
    assert OTHER not in names
    done = inside.user(username=OTHER, first_name="M", last_name="D", roles=["Executive"])
    assert done["actions"][0]["action"] == "create"


def test_deleted_teams_of_a_listing_are_absent(inside: Inside, emulator: Emulator) -> None:
    emulator.switch(listings_hide_deleted=False)
    emulator.remove("team", "Release Team")
    failed = inside.user(username=TED, teams=["Release Team"])
    assert 'no team "Release Team"' in failed["msg"]
    assert "Release Team" not in [team["name"] for team in export_all(emulator)["directory"]["teams"]]


def test_a_deactivated_person_under_the_new_address_is_taken_with_a_warning(inside: Inside, emulator: Emulator) -> None:
    """By REST, too: it is not created a second time."""
    emulator.change("user", OTHER, active=False)
    options = {"username": "maiden@example.com", "email_address": OTHER, "first_name": "Mary", "last_name": "Doe"}
    done = inside.user(**options, roles=["Executive"])
    assert not done.get("failed"), done
    assert any("is used instead" in warning for warning in done["warnings"])
    assert len([user for user in inside.people() if user["email_address"] == OTHER]) == 1


@pytest.mark.parametrize("position", ["honoured", "ignored", "refused"])
def test_a_server_that_refuses_usernames_renames_by_the_address(
    inside: Inside, emulator: Emulator, position: str
) -> None:
    emulator.switch(put_user_name=position)
    options = {"username": "ted2@example.com", "email_address": "ted2@example.com", "previously": [TED]}
    done = inside.user(**options)
    assert not done.get("failed"), done
    assert inside.user(**options)["changed"] is False or position == "ignored"


def test_a_team_with_a_comma_that_an_account_holds_is_explained(inside: Inside, emulator: Emulator) -> None:
    emulator.add("team", name="North, South")
    emulator.change("user", TED, teams=["North, South"])
    failed = inside.user(username=TED, teams=["Engineering"], teams_mode="add", api="xml")
    assert 'in the team "North, South", whose name contains a comma' in failed["msg"]
    assert "use api: rest" in failed["msg"]
    assert_converged(
        inside.cycle("user", {"username": TED, "teams": ["Engineering"], "teams_mode": "add"}), changed=True
    )


# Roles by the catalog


def test_a_custom_role_of_api_users_is_one_although_the_account_does_not_tell(
    inside: Inside, emulator: Emulator
) -> None:
    emulator.add("role", name="deployapi", description="Deploy", is_api=True, permissions=["viewReports"])
    options = {**SVC, "roles": ["Results API", "Deploy"], "teams": ["Demo Team"]}
    assert_converged(inside.cycle("api_user", options), changed=True)
    exported = export_all(emulator)["directory"]
    emulator.clear_log()
    same = apply(emulator, api_users=exported["api_users"], users=exported["users"])
    assert (same["failed"], same["actions"]) == (False, []), same.get("msg")


@pytest.mark.parametrize("carries", ["no", "roles_teams", "everything"])
def test_a_role_with_another_description_is_no_change(inside: Inside, emulator: Emulator, carries: str) -> None:
    emulator.add("role", name="triage", description="Triage", permissions=["viewReports"])
    emulator.change("user", TED, roles=["extreviewer", "triage"])
    emulator.switch(user_role_names="other", list_carries=carries)
    done = inside.user(username=TED, roles=["Reviewer", "Triage"])
    assert (done["changed"], done["user"]["roles"]) == (False, ["Reviewer", "Triage"])
    same = apply(emulator, users=[{"username": TED, "roles": ["Reviewer", "Triage"]}])
    assert same["actions"] == []


# Times


@pytest.mark.parametrize("times", ["zulu", "number"])
def test_times_are_read_in_every_form(inside: Inside, emulator: Emulator, times: str) -> None:
    whole = inside.info(username=TED)["users"][0]
    emulator.switch(timestamps=times)
    assert inside.info(username=TED)["users"] == [whole]


@pytest.mark.parametrize("position", ["own", "absent"])
def test_a_last_login_that_is_not_reported_is_null(inside: Inside, emulator: Emulator, position: str) -> None:
    emulator.switch(last_login=position)
    assert inside.info(username=TED)["users"][0]["last_login"] is None


def test_an_account_that_lacks_login_enabled_can_log_in(inside: Inside, emulator: Emulator) -> None:
    emulator.switch(login_enabled_shown="if_false")
    assert inside.info(username=TED)["users"][0]["login_enabled"] is True
    assert_converged(inside.cycle("user", {"username": TED, "login_enabled": True}), changed=False)
    assert_converged(inside.cycle("user", {"username": TED, "state": "disabled"}), changed=True)


# The default business unit


@pytest.mark.parametrize("listed", ["whole", "keys"])
def test_the_default_business_unit_is_known_by_its_own_reading(emulator: Emulator, listed: str) -> None:
    emulator.switch(business_unit_list=listed)
    emulator.add("business_unit", name="Finance")
    units = result(emulator, BUSINESS_UNIT_INFO)["business_units"]
    assert [unit["name"] for unit in units if unit["is_default"]] == ["Not Specified"]
    refused = result(emulator, BUSINESS_UNIT, name="Not Specified", state="absent")
    assert "is the default business unit" in refused["msg"]
    assert result(emulator, TEAM, name="Demo Team", business_unit="Finance")["changed"] is True
    back = result(emulator, TEAM, name="Demo Team", business_unit="")
    assert (back["failed"], back["changed"]) == (False, True), back
    assert back["team"]["business_unit"] == "Not Specified"
    assert result(emulator, TEAM, name="Demo Team", business_unit="")["changed"] is False
    planned = apply(emulator, check=True, exclusive=["business_units"], absent_action="delete")
    assert "Not Specified" not in [action["name"] for action in planned["actions"]]


# The one reader


def test_details_are_read_of_matching_accounts_only(inside: Inside, emulator: Emulator) -> None:
    emulator.change("user", TED, login_enabled=False)
    emulator.clear_log()
    found = inside.info(login_enabled=False, detailed=True)
    assert TED in [user["username"] for user in found["users"]]
    details = [entry for entry in emulator.log() if entry["path"].count("/") == 5]
    assert len(details) <= len(found["users"])


def test_the_calling_account_is_never_the_one_without_an_id(inside: Inside, emulator: Emulator) -> None:
    emulator.fault("without", path="/users/self", names=["user_id"], count=0)
    failed = inside.api_user(username="admin-api", state="disabled")
    assert failed["failed"]
    assert emulator.user("admin-api")["login_enabled"] is True  # type: ignore[index]


def test_accounts_are_read_in_parallel_after_they_are_filtered(emulator: Emulator) -> None:
    """333 accounts wait for their 333 readings together; a filter that leaves none costs none."""
    with Emulator("small", people=300, api_users=20, teams=5) as many:
        every = many.state()["users"]
        many.clear_log()
        result(many, USER_INFO, login_enabled=False, detailed=True)
        disabled = [user for user in every if not user["login_enabled"] and not user["deleted"]]
        assert len([entry for entry in many.log() if "-" in entry["path"]]) <= len(disabled)
        Together.reset()
        with mock.patch.object(RestAccountClient, "details", Together.counting(RestAccountClient.details)):
            found = result(many, USER_INFO, detailed=True)
        assert found["count"] == len([user for user in every if not user["deleted"]])
        assert found["complete"] is True
        assert Together.most > 8


class Together:
    """Counts how many readings are under way at once."""

    now = most = 0
    lock = threading.Lock()

    @classmethod
    def reset(cls) -> None:
        cls.now = cls.most = 0

    @classmethod
    def counting(cls, work: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            with cls.lock:
                cls.now += 1
                cls.most = max(cls.most, cls.now)
            try:
                return work(*arguments)
            finally:
                with cls.lock:
                    cls.now -= 1

        return counted


# Inactive accounts, which searches may hide


@pytest.mark.parametrize("inactive_filter", ["includes", "only"])
@pytest.mark.parametrize(("hides", "newer"), [("yes", "honoured"), ("yes", "ignored"), ("no", "ignored")])
def test_an_inactive_saml_account_is_found_by_its_subject_and_in_its_team(
    inside: Inside, emulator: Emulator, hides: str, newer: str, inactive_filter: str
) -> None:
    emulator.switch(
        search_hides_inactive=hides,
        inactive_filter=inactive_filter,
        search_newer_filters=newer,
        team_users="no",
        list_carries="no",
    )
    emulator.change("user", "msaml@example.com", active=False)
    emulator.clear_log()
    found = inside.user(custom_id="EX\\msaml")
    assert found["user"]["username"] == "msaml@example.com"
    listed = [entry for entry in emulator.log() if entry["path"].split("?")[0].endswith("/v2/users")]
    if newer == "honoured" or hides == "no":
        assert listed == []  # a server whose listing hides inactive accounts is no worse
    team = result(emulator, TEAM, name="Quality Team", members=["msaml@example.com"], members_mode="add")
    assert team["changed"]
    emulator.clear_log()
    again = result(emulator, TEAM, name="Quality Team", members=["msaml@example.com"], members_mode="add")
    assert not again["changed"], again["diff"]
    read_alone = [entry for entry in emulator.log() if re.search(r"/users/[0-9a-f-]{36}", entry["path"])]
    assert len(read_alone) < len(inside.people()) / 2  # whom the listing shows to be active is not read

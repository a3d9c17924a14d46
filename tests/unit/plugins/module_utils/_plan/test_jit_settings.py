# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs in the settings of just-in-time provisioning."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.veracode.plugins.module_utils._argspec import jit_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.jit_settings import (
    FLAGS,
    LISTS,
    TEXTS,
    JitSettings,
)
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.role import BUILT_IN, BY_NAME, RoleCatalog
from ansible_collections.community.veracode.plugins.module_utils._plan.jit_settings import (
    desired_jit,
    jit_names_needed,
    plan_jit,
)

NAMES = Names(RoleCatalog(BUILT_IN), {"Web": "1", "Shop": "2"}, ("Web", "Shop"))
REVIEWER, CREATOR, ANY = BY_NAME["extreviewer"], BY_NAME["extcreator"], BY_NAME["extsubmitanyscan"]
NEEDED = {"roles": ["Reviewer"], "prefer_veracode_data": True, "ip_restricted": False}


def settings(roles: tuple[Any, ...] = (REVIEWER,), teams: dict[str, str | None] | None = None, **values: Any) -> Any:
    plain = {**dict.fromkeys(FLAGS, False), **dict.fromkeys(TEXTS), "allowed_ip_addresses": (), **values}
    return JitSettings("id", plain, roles, teams or {})


def plan(current: JitSettings | None, **options: Any) -> Plan:
    desired, problems, _warnings = desired_jit({"state": "present", **options})
    assert not problems, problems
    return plan_jit(desired, current, NAMES)


def fields(plan: Plan) -> tuple[str, ...]:
    return plan.change.fields if plan.change else ()


def test_every_option_of_the_module_is_known() -> None:
    assert {*FLAGS, *TEXTS, *LISTS, "state"} == set(jit_arguments())


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_creation_needs_what_veracode_needs(missing: str) -> None:
    options = {option: value for option, value in NEEDED.items() if option != missing}
    with pytest.raises(InputError, match=f"needs {missing}") as caught:
        plan(None, **options)
    assert caught.value.option == missing


def test_addresses_say_that_they_restrict() -> None:
    options = {option: value for option, value in NEEDED.items() if option != "ip_restricted"}
    created = plan(None, **options, allowed_ip_addresses=["74.0.0.1"])
    assert fields(created) == ("allowed_ip_addresses", "ip_restricted", "prefer_veracode_data", "roles")
    now = settings(ip_restricted=True, allowed_ip_addresses=("74.0.0.1",))
    assert fields(plan(now, ip_restricted=False)) == ("allowed_ip_addresses", "ip_restricted")
    assert fields(plan(now, allowed_ip_addresses=[])) == ("allowed_ip_addresses", "ip_restricted")
    assert fields(plan(now, ip_restricted=True)) == ()
    assert "new accounts cannot log in" in plan(settings(), ip_restricted=True).warnings[0]


def test_only_what_is_given_is_compared() -> None:
    now = settings(custom_one="x", teams={"Web": "1"}, use_csv_for_roles_claim=True)
    assert plan(now).change is None
    assert plan(now, custom_one="x", teams=["Web"], roles=["extreviewer"]).change is None
    changed = plan(now, custom_one="", teams=[])
    assert changed.change is not None
    assert changed.change.diff == {
        "before_header": "jit_settings",
        "after_header": "jit_settings",
        "before": {"custom_one": "x", "teams": ["Web"]},
        "after": {"custom_one": None, "teams": []},
    }


def test_scan_permission_comes_and_goes_with_the_role_that_needs_it() -> None:
    after = plan(settings(), roles=["Creator"]).entity
    assert after is not None
    assert after.values_and_lists["roles"] == ("Any Scan", "Creator")
    held = settings(roles=(ANY, CREATOR))
    assert plan(held, roles=["Creator"]).change is None
    back = plan(held, roles=["Reviewer"]).entity
    assert back is not None
    assert back.values_and_lists["roles"] == ("Reviewer",)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"roles": ["Reveiwer"]}, 'did you mean "Reviewer"'),
        ({"roles": ["Results API"]}, "API users only"),
        ({"roles": ["Team Admin", "Administrator"]}, "cannot be combined"),
        ({"teams": ["web", "Nothing"]}, 'did you mean "Web"'),
    ],
)
def test_names_that_cannot_be_meant(options: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text) as caught:
        plan(settings(), **options)
    assert caught.value.option in options


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("roles", [], "the list is empty"),
        ("roles", [""], '"" is not a name'),
        ("teams", ["a\nb"], "invisible character U+000A"),
        ("custom_two", "x" * 257, "shorten it to 256"),
        ("custom_two", "\0", "control character"),
        ("allowed_ip_addresses", ["74.0.0.0/24"], "CIDR"),
        ("allowed_ip_addresses", ["::1"], "IPv6"),
        ("allowed_ip_addresses", ["74.0.0.[9-1]"], "empty range"),
    ],
)
def test_values_that_cannot_be_meant(option: str, value: Any, text: str) -> None:
    _desired, problems, _warnings = desired_jit({"state": "present", option: value})
    assert [problem.option for problem in problems] == [option]
    assert text in problems[0].msg


def test_contradictions() -> None:
    for restricted, addresses in ((False, ["74.0.0.1"]), (True, [])):
        options = {"state": "present", "ip_restricted": restricted, "allowed_ip_addresses": addresses}
        (problem,) = desired_jit(options)[1]
        assert problem.option == "ip_restricted"
    assert "private" in desired_jit({"state": "present", "allowed_ip_addresses": ["10.0.0.1"]})[2][0]


def test_absent_takes_the_settings_away_and_applies_nothing_else() -> None:
    assert plan(None, state="absent", roles=[]).change is None
    gone = plan(settings(), state="absent", roles=[]).change
    assert gone is not None
    assert gone.entry == {"action": "delete", "kind": "jit_settings", "name": "jit_settings", "fields": []}
    headers = {"before_header": "jit_settings", "after_header": "jit_settings"}
    assert gone.diff == {**headers, "before": {"roles": ["Reviewer"]}, "after": {}}


def test_nothing_is_looked_up_that_is_held() -> None:
    now = settings(teams={"Web": "1"})
    assert jit_names_needed(desired_jit({"state": "present", "roles": ["Reviewer"], "teams": ["Web"]})[0], now) == (
        False,
        (),
    )
    assert jit_names_needed(desired_jit({"state": "present", "roles": ["Creator"], "teams": ["Shop"]})[0], now) == (
        True,
        ("Shop",),
    )

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of just-in-time provisioning, and what Veracode refuses because of an identity provider."""

from __future__ import annotations

import pytest

from tests.integration.playbooks import World, assert_three, task, three

MODULE = "veracode_jit_settings"
FIRST = {"prefer_veracode_data": False, "ip_restricted": False, "roles": ["Creator", "extreviewer"]}
TED = "tmonarch@example.com"

CHANGES: list[dict[str, object]] = [
    {"prefer_veracode_data": True},
    {"roles": ["Security Lead", "Static Scan"]},
    {"roles": ["Reviewer"]},
    {"teams": ["Release Team", "Demo Team"]},
    {"teams": []},
    {"allowed_ip_addresses": ["74.0.0.1", "74.0.1.*", "74.0.2.[0-99]"]},
    {"ip_restricted": False},
    {"ip_restricted": True},
    {"use_csv_for_roles_claim": True, "use_csv_for_teams_claim": True},
    {"use_csv_for_teams_managed_claim": True, "use_csv_for_ip_address_claim": True},
    {f"custom_{number}": "x" for number in ("one", "two", "three", "four", "five")},
    {"custom_one": "", "custom_five": "y"},
]


@pytest.mark.parametrize(
    "switches",
    [{}, {"jit_none": "empty", "create_status": 200, "delete_status": 204, "shuffle_lists": True}],
    ids=["defaults", "others"],
)
def test_each_option_is_promised_done_and_then_left_alone(world: World, switches: dict[str, object]) -> None:
    world.emulator.switch(**switches)
    changes = CHANGES[:4] if switches else CHANGES  # the other positions matter to the calls, not to each option
    wanted = [{"state": "absent"}, FIRST, *changes, {"state": "absent"}]
    results = world.play([each for options in wanted for each in three(MODULE, **options)])
    runs = [assert_three(results[3 * n : 3 * n + 3], changed=n > 0) for n in range(len(wanted))]
    assert runs[1]["actions"] == [
        {
            "action": "create",
            "kind": "jit_settings",
            "name": "jit_settings",
            "fields": ["ip_restricted", "prefer_veracode_data", "roles"],
        }
    ]
    assert runs[1]["jit_settings"]["roles"] == ["Any Scan", "Creator", "Reviewer"]
    for options, run in zip(changes, runs[2:-1], strict=True):
        assert run["calls"]["writes"] == 1
        assert set(options) <= set(run["actions"][0]["fields"])
        assert run["jit_settings"]["prefer_veracode_data"] is True  # set by the first change, kept by all others
    assert runs[-1]["jit_settings"] is None
    assert runs[-1]["diff"]["after"] == {}


def test_refusals_come_before_the_first_write(world: World) -> None:
    refused = [
        ({}, "ip_restricted"),
        ({**FIRST, "roles": ["Reveiwer"]}, "roles"),
        ({**FIRST, "roles": ["Results API"]}, "roles"),
        ({**FIRST, "teams": ["demo team"]}, "teams"),
        ({**FIRST, "roles": []}, "roles"),
        ({**FIRST, "allowed_ip_addresses": ["74.0.0.0/24"], "ip_restricted": True}, "allowed_ip_addresses"),
        ({**FIRST, "allowed_ip_addresses": ["74.0.0.1"]}, "ip_restricted"),
    ]
    results = world.play([task(MODULE, **options) for options, _option in refused])
    for (options, option), one in zip(refused, results, strict=True):
        assert one["failed"], options
        assert one["failure"]["option"] == option, one["msg"]
        assert one["calls"]["writes"] == 0
    assert 'did you mean "Demo Team"' in results[3]["msg"]


def test_creation_whose_answer_was_lost_is_found(world: World) -> None:
    world.emulator.fault("reset_after", method="POST", path="/jit_default_settings")
    one = world.run_module(MODULE, **FIRST)
    assert one["changed"], one
    assert one["calls"]["writes"] == 1
    assert not world.run_module(MODULE, **FIRST)["changed"]


def test_organization_without_saml_is_told_what_it_lacks(world: World) -> None:
    world.emulator.switch(saml_subscription=False)
    one = world.run_module(MODULE, **FIRST)
    assert one["failed"]
    assert "SAML is not enabled" in one["msg"]
    assert "set up SAML" in one["msg"]


@pytest.mark.parametrize(
    ("position", "refused"),
    [
        pytest.param("no", [], marks=pytest.mark.slow),
        ("saml", ["saml"]),
        pytest.param("all", ["saml", "ted"], marks=pytest.mark.slow),
    ],
)
def test_refusal_for_the_identity_providers_data_says_what_to_do(
    world: World, position: str, refused: list[str]
) -> None:
    world.emulator.switch(prefer_idp_data=position)
    saml, ted = world.play(
        [
            task("veracode_user", username="msaml@example.com", phone="1"),
            task("veracode_user", username=TED, phone="1"),
        ]
    )
    for name, one in (("saml", saml), ("ted", ted)):
        assert one.get("failed", False) is (name in refused), one
        if name in refused:
            assert "change the account in the identity provider" in one["msg"]
            assert "Prefer Organization Identity Provider Data" in one["msg"]


@pytest.mark.parametrize("position", [pytest.param("on", marks=pytest.mark.slow), "off", "off_403"])
def test_refusal_by_the_xml_api_for_single_sign_on_says_what_to_do(world: World, position: str) -> None:
    world.emulator.switch(xml_api=position)
    by_xml, by_rest = world.play([task("veracode_user", username=TED, phone="1", api=api) for api in ("xml", "rest")])
    assert not by_rest.get("failed")
    assert by_xml.get("failed", False) is (position != "on")
    if position != "on":
        assert "single sign-on" in by_xml["msg"]
        assert "use api: rest" in by_xml["msg"]


def test_role_that_just_in_time_provisioning_cannot_give_is_explained(world: World) -> None:
    world.emulator.change("role", "Reviewer", jit_assignable=False)
    one = world.run_module(MODULE, **FIRST)
    assert one["failed"]
    assert "remove that role from roles" in one["msg"]

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords, second factors and sessions are reset: once, and nothing more."""

from __future__ import annotations

import pytest

from ansible_collections.community.veracode.plugins.module_utils._module.user_reset import USER_RESET
from tests.emulator.control import Emulator
from tests.inside import result
from tests.integration.playbooks import World, task

MODULE = "veracode_user_reset"
NEVER, OFTEN, SERVICE, SAML = "mdoe@example.com", "tmonarch@example.com", "build-upload", "msaml@example.com"
COUNTS = ("password_mails", "activation_mails", "mfa_resets", "session_revocations", "token_revocations")


def counts(emulator: Emulator, name: str) -> tuple[int, ...]:
    user = emulator.user(name)
    assert user is not None
    return tuple(int(user[count]) for count in COUNTS)


@pytest.mark.parametrize("status", [(200, 200), (204, 202)])
def test_check_mode_promises_what_is_reset(world: World, status: tuple[int, int]) -> None:
    world.emulator.switch(reset_status=status[0], session_status=status[1])
    world.emulator.change("user", NEVER, activated=False, okta_user_id="00u1")
    everything = {"reset": ["sessions", "password", "mfa"]}
    results = world.play(
        [
            task(MODULE, check=True, username=NEVER.upper(), **everything),
            task(MODULE, username=NEVER.upper(), **everything),
            task(MODULE, check=True, username=SERVICE, **everything),
            task(MODULE, username=SERVICE, **everything),
            task(MODULE, username=OFTEN, reset=["password"]),
            task(MODULE, username=OFTEN, reset=["password"], only_never_logged_in=False),
        ]
    )
    for promised, run, kind, name in (
        (*results[0:2], "user", NEVER),
        (*results[2:4], "api_user", SERVICE),
    ):
        assert not run.get("failed"), run
        assert [promised[key] for key in ("changed", "actions", "diff")] == [
            run[key] for key in ("changed", "actions", "diff")
        ]
        fields = ["mfa", "password", "sessions"]
        assert run["actions"] == [{"action": "reset", "kind": kind, "name": name, "fields": fields}]
        headers = {"before_header": f"{kind} {name}", "after_header": f"{kind} {name}"}
        assert run["diff"] == {**headers, "before": {"reset": []}, "after": {"reset": fields}}
        assert promised["calls"]["writes"] == 0
    assert counts(world.emulator, NEVER) == (0, 1, 1, 1, 1)
    left_alone, sent = results[4:6]
    assert not left_alone["changed"]
    assert left_alone["calls"]["writes"] == 0
    assert sent["changed"]
    assert sum(counts(world.emulator, OFTEN)[:2]) == 1


def test_refusals_name_option_value_and_remedy(world: World) -> None:
    refused = [
        ({"username": SAML, "reset": ["password"]}, "reset"),
        ({"username": SAML, "reset": ["mfa"]}, "reset"),
        ({"username": "nobody", "reset": ["mfa"]}, "username"),
        ({"username": "", "reset": ["mfa"]}, "username"),
        ({"username": OFTEN, "reset": []}, "reset"),
    ]
    results = world.play([task(MODULE, **options) for options, _option in refused])
    for (_options, option), one in zip(refused, results, strict=True):
        assert one["failed"]
        assert one["failure"]["option"] == option
        assert one["calls"]["writes"] == 0
        assert not one["changed"]


def test_mail_whose_answer_was_lost_is_not_sent_again_and_the_rest_is_told(world: World) -> None:
    world.emulator.fault("reset_after", path="resetPassword", count=0)
    before = counts(world.emulator, NEVER)
    one = world.run_module(MODULE, username=NEVER, reset=["mfa", "password"])
    assert one["failed"]
    assert "not sent again by itself" in one["msg"]
    assert one["actions"][0]["fields"] == ["mfa"]
    assert one["changed"]
    after = counts(world.emulator, NEVER)
    assert sum(after[:2]) == sum(before[:2]) + 1


def test_reset_that_can_be_repeated_is_repeated(world: World) -> None:
    world.emulator.fault("reset_after", path="reset_mfa|/session/")
    world.emulator.fault("status", path="/session/", status=503)
    one = world.run_module(MODULE, username=OFTEN, reset=["mfa", "sessions"])
    assert not one.get("failed"), one
    assert counts(world.emulator, OFTEN)[2] == 2


def test_no_session_to_end_is_no_error(world: World) -> None:
    world.emulator.fault("status", path="/session/", status=404)
    assert world.run_module(MODULE, username=OFTEN, reset=["sessions"])["changed"]


@pytest.mark.parametrize("spelling", ["any_case", "capital", "lower"])
@pytest.mark.parametrize("verified", ["shown", "absent"])
@pytest.mark.parametrize("last_login", ["shown", "own", "absent"])
def test_nobody_counts_as_never_logged_in_because_the_server_shows_no_last_login(
    emulator: Emulator, last_login: str, verified: str, spelling: str
) -> None:
    emulator.switch(last_login=last_login, email_verified=verified, login_status=spelling)
    for name, sent in ((OFTEN, False), (NEVER, True), (SERVICE, True)):
        emulator.change("user", name, active=name != NEVER)
        before = counts(emulator, name)
        one = result(emulator, USER_RESET, username=name, reset=["password"])
        assert not one["failed"], one
        assert one["changed"] is sent, (name, one)
        assert sum(counts(emulator, name)) - sum(before) == sent


def test_an_account_of_which_no_answer_tells_a_login_is_skipped_with_a_warning(emulator: Emulator) -> None:
    # The search by login status has a status of its own for who is locked.
    emulator.switch(last_login="own", email_verified="absent")
    emulator.change("user", OFTEN, locked=True)
    one = result(emulator, USER_RESET, username=OFTEN, reset=["password", "mfa"])
    assert one["actions"][0]["fields"] == ["mfa"]
    assert any("only_never_logged_in: false" in warning for warning in one["warnings"])
    forced = result(emulator, USER_RESET, username=OFTEN, reset=["password"], only_never_logged_in=False)
    assert forced["actions"][0]["fields"] == ["password"]
    assert not forced["warnings"]


def test_an_account_that_was_never_activated_needs_no_search(emulator: Emulator) -> None:
    emulator.switch(last_login="own")
    emulator.change("user", OFTEN, activated=False)
    one = result(emulator, USER_RESET, username=OFTEN, reset=["password"])
    assert one["changed"]
    assert one["calls"]["reads"] == 2

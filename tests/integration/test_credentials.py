# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key pairs: generated, renewed, rotated and revoked by playbooks, under every doubt about the server and every mishap."""

from __future__ import annotations

import json
import signal
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbooks import World, assert_three, holds_pair, task, three
from tests.turns import in_turn

MODULE = "veracode_api_credentials"
KEYLESS, BUILD = "keyless-api", "build-upload"
GENERATE_KEYLESS = [{"action": "generate", "kind": "api_credentials", "name": KEYLESS, "fields": []}]
GENERATE_BUILD = [{"action": "generate", "kind": "api_credentials", "name": BUILD, "fields": []}]
REVOKE_BUILD = [{"action": "revoke", "kind": "api_credentials", "name": BUILD, "fields": []}]
UNKNOWN = {"api_id": None, "expires": None}
GENERATING = "/api_credentials/user_id/"


# Under every switch


@pytest.mark.parametrize(
    "switches",
    in_turn(
        [
            {},
            {"old_key_hours": 0, "credentials_none": "empty", "delete_status": 204, "key_prefix_in_answers": True},
            {
                "revoked_key_lookup": "shown",
                "revocation_unset": "empty",
                "timestamps": "text",
                "search_carries": "everything",
            },
            {"key_days": 30, "timestamps": "offset", "list_carries": "everything", "fields_to_return": "ignored"},
        ],
        of=2,
    ),
    ids=lambda switches: ",".join(switches) or "defaults",
)
def test_check_mode_promises_what_the_run_does_and_the_next_one_does_nothing(
    world: World, switches: dict[str, object]
) -> None:
    emulator = world.emulator
    emulator.switch(**switches)
    dest = str(world.files / "credentials")
    old = emulator.key(BUILD)
    assert old is not None
    results = world.play(
        [
            *three(MODULE, username=KEYLESS, credentials_dest=dest, verify=True),
            *three(MODULE, username=BUILD, credentials_dest=dest, renew_if_missing=True),
            task(MODULE, check=True, username=BUILD, state="rotated", credentials_dest=dest),
            task(MODULE, username=BUILD, state="rotated", credentials_dest=dest, verify=True),
            task(MODULE, username=BUILD, state="rotated", credentials_dest=dest),
            *three(MODULE, username=BUILD, state="absent"),
            *three(MODULE, username="nobody", state="absent"),
        ]
    )
    made = assert_three(results[0:3])
    assert made["actions"] == GENERATE_KEYLESS
    headers = {"before_header": f"api_credentials {KEYLESS}", "after_header": f"api_credentials {KEYLESS}"}
    assert made["diff"] == {**headers, "before": {}, "after": UNKNOWN}
    assert made["calls"]["writes"] == 1
    assert results[2]["calls"]["reads"] <= 2
    renewed = assert_three(results[3:6])
    assert renewed["actions"] == GENERATE_BUILD
    assert renewed["diff"]["before"]["api_id"].endswith(old["api_id"])
    assert renewed["diff"]["after"] == UNKNOWN
    promised, rotated, again = results[6:9]
    assert [promised[key] for key in ("changed", "actions", "diff")] == [
        rotated[key] for key in ("changed", "actions", "diff")
    ]
    assert rotated["actions"] == again["actions"] == GENERATE_BUILD
    assert len({each["api_credentials"]["api_id"] for each in (renewed, rotated, again)}) == 3
    revoked = assert_three(results[9:12])
    assert revoked["actions"] == REVOKE_BUILD
    assert revoked["diff"]["after"] == {}
    assert revoked["api_credentials"]["api_id"] is None
    assert assert_three(results[12:15], changed=False)["actions"] == []
    assert holds_pair(world.files / "credentials", emulator, KEYLESS)
    account = emulator.user(BUILD)
    assert account is not None
    assert account["api_id"] is None
    assert world.secrets_found(allowed=(world.files / "credentials",)) == []


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"revoked_key_lookup": "shown", "delete_status": 204},
        {"search_carries": "everything", "fields_to_return": "ignored", "key_prefix_in_answers": True},
    ],
    ids=lambda switches: ",".join(switches) or "defaults",
)
def test_leaked_pair_is_revoked_in_two_calls(world: World, switches: dict[str, object]) -> None:
    world.emulator.switch(**switches)
    leaked = world.emulator.key(BUILD)
    assert leaked is not None
    results = world.play(
        [
            *three(MODULE, api_id=f"vera01gi-{leaked['api_id'].upper()}", state="absent"),
            *three(MODULE, api_id="0" * 32, state="absent"),
        ]
    )
    run = assert_three(results[0:3])
    assert run["actions"] == REVOKE_BUILD
    assert run["calls"] == {"reads": 1, "writes": 1}
    assert run["api_credentials"]["username"] == BUILD
    assert_three(results[3:6], changed=False)
    key = world.emulator.look("credentials", leaked["api_id"])
    assert key is not None
    assert key["revocation_ts"] is not None


@pytest.mark.parametrize("lookup", ["404", "shown"])
@pytest.mark.parametrize("fields", ["honoured", "ignored"])
def test_pair_that_was_replaced_is_revoked_by_its_id(world: World, lookup: str, fields: str) -> None:
    world.emulator.switch(revoked_key_lookup=lookup, fields_to_return=fields)
    old = world.emulator.key(BUILD)
    assert old is not None
    new = world.emulator.make_key(BUILD, overlap_hours=24)
    options = {"api_id": old["api_id"], "state": "absent"}
    promised = world.run_module(MODULE, **options, _ansible_check_mode=True)
    run = assert_three([promised, world.run_module(MODULE, **options), world.run_module(MODULE, **options)])
    assert run["actions"] == REVOKE_BUILD
    revoked = world.emulator.look("credentials", old["api_id"])
    kept = world.emulator.user(BUILD)
    assert revoked is not None
    assert revoked["revocation_ts"] <= world.emulator.advance(0)
    assert kept is not None
    assert kept["api_id"] == new["api_id"]


def test_pair_of_an_inactive_account_is_revoked_by_its_id(world: World) -> None:
    leaked = world.emulator.make_key("wbuckeye@example.com")
    run = assert_three(world.play(three(MODULE, api_id=leaked["api_id"], state="absent")))
    assert run["actions"][0]["name"] == "wbuckeye@example.com"


def test_account_can_be_selected_by_the_id_it_holds_or_held(world: World) -> None:
    old = world.emulator.key(BUILD)
    assert old is not None
    dest = str(world.files / "pair.json")
    options = {
        "api_id": old["api_id"],
        "credentials_dest": dest,
        "credentials_format": "json",
        "renew_if_missing": True,
    }
    run = assert_three(world.play(three(MODULE, **options)))
    assert run["actions"] == GENERATE_BUILD
    assert json.loads(Path(dest).read_text())["api_key_id"] == run["api_credentials"]["api_id"] != old["api_id"]


def test_valid_pair_costs_two_reads_and_another_spelling_one_more(world: World) -> None:
    key = world.emulator.key(BUILD)
    assert key is not None
    results = world.play(
        [task(MODULE, username=BUILD), task(MODULE, username=BUILD.upper()), task(MODULE, api_id=key["api_id"])]
    )
    # A username that differs by case may be that of another account, which the first listing need not show.
    for one, reads in zip(results, (2, 3, 2), strict=True):
        assert not one["changed"]
        assert one["calls"] == {"reads": reads, "writes": 0}
        assert one["api_credentials"] == {**one["api_credentials"], "username": BUILD, "api_id": key["api_id"]}


@pytest.mark.parametrize(("left", "renews"), [("31d", False), ("29d", True), ("-1h", True)])
def test_pair_is_renewed_when_it_expires_soon(world: World, left: str, renews: bool) -> None:
    key = world.emulator.key(BUILD)
    assert key is not None
    hours = int(left[:-1]) * (24 if left.endswith("d") else 1)
    expires = world.emulator.advance(0) + hours * 3600
    world.emulator.change("credentials", key["api_id"], expiration_ts=expires)
    one = world.run_module(MODULE, username=BUILD, return_secret=True)
    assert one["changed"] is renews, one


# Formats and files


def test_each_format_is_written_whole_with_mode_0600_and_what_was_there_stays(world: World) -> None:
    ini, env, new = (world.files / name for name in ("credentials", "pair.env", "pair.json"))
    ini.write_text("# mine\n[default]\nveracode_api_key_id = a\nveracode_api_key_secret = b\n\n[other]\nx=1\n")
    ini.chmod(0o644)
    env.write_text("# mine\nexport OTHER=1\n")
    results = world.play(
        [
            task(MODULE, username=KEYLESS, state="rotated", credentials_dest=str(path), credentials_format=form)
            for path, form in ((ini, "ini"), (env, "env"), (new, "json"))
        ]
    )
    ids = [one["api_credentials"]["api_id"] for one in results]
    text = ini.read_text()
    assert text.startswith("# mine\n[default]\nveracode_api_key_id = a\nveracode_api_key_secret = b\n\n[other]\nx=1\n")
    assert f"[{KEYLESS}]" in text
    assert ids[0] in text
    assert env.read_text().startswith(f"# mine\nexport OTHER=1\nVERACODE_API_KEY_ID={ids[1]}\n")
    assert json.loads(new.read_text())["api_key_id"] == ids[2]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (ini, env, new)} == {0o600}
    assert sorted(path.name for path in world.files.iterdir()) == ["credentials", "pair.env", "pair.json"]


def test_secret_is_returned_only_where_that_is_asked_for(world: World) -> None:
    dest = str(world.files / "c")
    shown, kept = world.play(
        [
            task(MODULE, username=KEYLESS, state="rotated", return_secret=True),
            task(MODULE, username=KEYLESS, state="rotated", credentials_dest=dest),
        ]
    )
    assert len(shown["credentials"]["api_key_secret"]) == 128
    assert "api_key_secret" not in kept["credentials"]
    assert kept["credentials"]["dest"] == dest


# Refusals


def test_what_cannot_be_meant_is_refused_before_anything_is_written(world: World) -> None:
    own = world.emulator.caller
    refused = {
        "allow_self": [
            {"username": own, "state": "rotated", "return_secret": True},
            {"username": own, "state": "absent"},
            {"api_id": world.emulator.api_id, "state": "absent"},
            {"api_id": world.emulator.api_id, "state": "rotated", "return_secret": True},
        ],
        "credentials_dest": [
            {"username": BUILD, "state": "rotated"},
            {"username": BUILD, "credentials_dest": str(world.files / "none")},
            {"username": BUILD, "state": "rotated", "credentials_dest": str(world.files / "no" / "folder")},
            {"username": BUILD, "state": "rotated", "credentials_dest": str(world.files)},
        ],
        "username": [{"username": "nobody"}, {"username": ""}],
        "api_id": [{"api_id": "not one"}, {"api_id": "0" * 32}],
        "renew_within": [{"username": BUILD, "renew_within": text} for text in ("30", "-1d", "1y", "d", "1.5d", "")],
    }
    # The first of each in check mode, too
    wanted = [
        (option, options, check)
        for option in refused
        for n, options in enumerate(refused[option])
        for check in ((True, False) if n == 0 else (False,))
    ]
    results = world.play([task(MODULE, check=check, **options) for _option, options, check in wanted])
    for (option, options, _check), one in zip(wanted, results, strict=True):
        assert one["failed"], options
        assert one["failure"]["option"] == option, one["msg"]
        assert one["failure"]["kind"] == "api_credentials"
        assert "username" not in options or one["failure"]["name"] == options["username"]
        assert one["msg"].startswith(f"{option}: ")
        assert one["calls"]["writes"] == 0
        assert one["changed"] is False
    assert world.emulator.log(writes=True) == []


def test_exactly_one_selector_is_needed(world: World) -> None:
    for one in world.play([task(MODULE), task(MODULE, username=BUILD, api_id="0" * 32)]):
        assert one["failed"]
        assert "api_id" in one["msg"]
        assert "username" in one["msg"]


def test_valid_pair_that_the_destination_lacks_is_an_error_that_names_the_rescue_file(world: World) -> None:
    dest = world.files / "credentials"
    rescue = world.files / "credentials.rescue-0123456789abcdef.json"
    rescue.write_text(
        json.dumps({"api_key_id": "a" * 32, "api_key_secret": "b" * 128, "format": "ini", "profile": BUILD})
    )
    rescue.chmod(0o600)
    missing, renewed = world.play(
        [
            task(MODULE, username=BUILD, credentials_dest=str(dest)),
            task(MODULE, username=BUILD, credentials_dest=str(dest), renew_if_missing=True),
        ]
    )
    assert missing["failed"]
    assert str(rescue) in missing["msg"]
    assert "renew_if_missing: true" in missing["msg"]
    assert renewed["changed"]
    assert any(str(rescue) in text for text in renewed["warnings"])
    assert holds_pair(dest, world.emulator, BUILD)


def test_inactive_and_disabled_accounts_are_told(world: World) -> None:
    world.emulator.change("user", KEYLESS, login_enabled=False)
    inactive, disabled = world.play(
        [
            task(MODULE, username="wbuckeye@example.com", return_secret=True),
            task(MODULE, username=KEYLESS, return_secret=True),
        ]
    )
    assert any("is inactive" in text for text in inactive["warnings"])
    assert any("is disabled" in text for text in disabled["warnings"])


# The calling account's own pair


@pytest.mark.parametrize("hours", [24, 0])
def test_own_pair_is_rotated_verified_and_used_by_the_next_task(world: World, hours: int) -> None:
    world.emulator.switch(old_key_hours=hours)
    mine = world.files / "mine"
    mine.write_text(
        f"[default]\nveracode_api_key_id = {world.emulator.api_id}\n"
        f"veracode_api_key_secret = {world.emulator.api_secret}\n"
    )
    use = {"credentials_file": str(mine)}
    own = {"username": world.emulator.caller, "allow_self": True, "credentials_profile": "default", **use}
    rotated, after, revoked, refused = world.play(
        [
            task(MODULE, **own, state="rotated", credentials_dest=str(mine), verify=True),
            task(MODULE, username=BUILD, **use),
            task(MODULE, **own, state="absent"),
            task(MODULE, username=BUILD, **use),
        ]
    )
    assert rotated["changed"], rotated
    assert any("later tasks have to sign with the new one" in text for text in rotated["warnings"])
    assert not after.get("failed")
    assert revoked["changed"]
    assert refused["failed"]
    assert refused["failure"]["status"] == 401


def test_account_without_administrators_roles_renews_its_own_pair_and_no_other(world: World) -> None:
    env = world.emulator.env_for(BUILD)
    dest = world.files / "own"
    own, other = world.play(
        [
            task(MODULE, username=BUILD, state="rotated", allow_self=True, verify=True, credentials_dest=str(dest)),
            task(MODULE, username=KEYLESS, state="rotated", return_secret=True),
        ],
        **{key: env[key] for key in ("VERACODE_API_KEY_ID", "VERACODE_API_KEY_SECRET")},
    )
    assert own["changed"], own
    assert holds_pair(dest, world.emulator, BUILD)
    assert other["failed"]
    assert other["failure"]["status"] == 403


# Mishaps


def test_failing_destination_leaves_the_pair_in_the_rescue_file_and_nowhere_else(world: World) -> None:
    dest = world.files / "credentials"
    world.emulator.fault("latency", method="POST", path=GENERATING, ms=3000)

    def spoil() -> None:
        while not list(world.files.glob("*.rescue-*")):
            time.sleep(0.02)
        dest.write_text("this is no INI file\n")

    spoiler = threading.Thread(target=spoil)
    spoiler.start()
    (one,) = world.play([task(MODULE, username=BUILD, state="rotated", credentials_dest=str(dest))], "-vvvv")
    spoiler.join()
    assert one["failed"]
    assert one["changed"]
    assert one["actions"] == GENERATE_BUILD
    (rescue,) = world.files.glob("*.rescue-*.json")
    assert str(rescue) in one["msg"]
    assert stat.S_IMODE(rescue.stat().st_mode) == 0o600
    assert holds_pair(rescue, world.emulator, BUILD)
    assert dest.read_text() == "this is no INI file\n"
    assert world.secrets_found(allowed=(rescue,)) == []


def test_failing_verify_says_where_the_pair_is(world: World) -> None:
    dest = world.files / "credentials"
    old = world.emulator.key(BUILD)
    assert old is not None
    world.emulator.fault("status", method="GET", path="/api_credentials$", status=403, count=0)
    (one,) = world.play(
        [task(MODULE, username=BUILD, state="rotated", credentials_dest=str(dest), verify=True)], "-vvvv"
    )
    assert one["failed"]
    assert one["changed"]
    assert one["failure"]["option"] == "verify"
    for word in (str(dest), one["credentials"]["api_key_id"], old["api_id"], "24 hours"):
        assert word in one["msg"]
    assert holds_pair(dest, world.emulator, BUILD)
    assert world.secrets_found(allowed=(dest,)) == []


def test_failing_verify_still_returns_a_secret_that_is_kept_nowhere_else(world: World) -> None:
    world.emulator.fault("status", method="GET", path="/api_credentials$", status=403, count=0)
    one = world.run_module(MODULE, username=BUILD, state="rotated", return_secret=True, verify=True)
    assert one["failed"]
    assert len(one["credentials"]["api_key_secret"]) == 128


def test_verify_refuses_an_answer_about_another_pair(world: World) -> None:
    other = world.emulator.key(BUILD)
    assert other is not None
    world.emulator.fault("other", method="GET", path="/api_credentials$", name=other["api_id"], count=0)
    one = world.run_module(
        MODULE,
        username="aswallowtail@example.com",
        state="rotated",
        credentials_dest=str(world.files / "credentials"),
        verify=True,
    )
    assert one["failed"]
    assert one["failure"]["option"] == "verify"
    assert "another key pair" in one["msg"]


def test_new_pair_that_is_known_a_little_later_is_verified(world: World) -> None:
    dest = world.files / "credentials"
    world.emulator.fault("status", method="GET", path="/api_credentials$", status=401, count=2)
    one = world.run_module(MODULE, username=BUILD, state="rotated", credentials_dest=str(dest), verify=True)
    assert not one.get("failed"), one
    assert one["calls"] == {"reads": 6, "writes": 1}


@pytest.mark.parametrize(
    ("fault", "options", "generated"),
    in_turn(
        [
            ("reset_after", {}, True),
            ("cut", {}, True),
            ("empty", {}, True),
            ("wrong_type", {}, True),
            ("status", {"status": 502, "body": "html", "acts": True}, True),
            ("html", {}, False),
            ("reset_before", {}, False),
            ("status", {"status": 503, "body": "json"}, False),
            # No final verdict, or an answer about another account: its outcome is looked up.
            ("status", {"status": 408, "body": "json", "acts": True}, True),
            ("status", {"status": 499, "body": "html", "acts": True}, True),
            ("status", {"status": 425, "body": "empty"}, False),
            ("lengths", {"delta": 2}, True),
            ("other", {}, True),
        ],
        of=3,
    ),
)
def test_lost_answer_is_never_asked_for_again_and_the_state_is_told(
    world: World, fault: str, options: dict[str, object], generated: bool
) -> None:
    dest = world.files / "credentials"
    dest.write_text("[kept]\nveracode_api_key_id = a\n")
    world.emulator.fault(fault, method="POST", path=GENERATING, count=0, **options)
    wanted = {"username": BUILD, "state": "rotated", "credentials_dest": str(dest)}
    assert_lost(world, world.run_module(MODULE, **wanted), generated)
    world.emulator.clear_faults()
    again = world.run_module(MODULE, **wanted, verify=True)
    assert again["changed"], again
    assert holds_pair(dest, world.emulator, BUILD)


def test_an_interim_answer_hides_no_pair(world: World) -> None:
    """It is no verdict; the answer behind it is."""
    dest = world.files / "credentials"
    world.emulator.fault("interim", method="POST", path=GENERATING, status=103)
    one = world.run_module(MODULE, username=BUILD, state="rotated", credentials_dest=str(dest))
    assert one.get("changed"), one
    assert one["calls"]["writes"] == 1
    assert holds_pair(dest, world.emulator, BUILD)


def assert_lost(world: World, one: dict[str, Any], generated: bool) -> None:
    """The run says what state things are in, and no secret is anywhere."""
    old = world.emulator.key(BUILD)
    account = world.emulator.user(BUILD)
    assert old is not None
    assert account is not None
    assert one["failed"]
    assert one["calls"]["writes"] == 1
    assert one["changed"] is generated
    assert (account["api_id"] != old["api_id"]) is generated
    assert account["api_id"] in one["msg"]
    assert ("secret is lost" in one["msg"]) is generated
    assert ("probably none was generated" in one["msg"]) is not generated
    assert [path.name for path in world.files.iterdir()] == ["credentials"]
    assert world.secrets_found() == []


def test_lost_answer_leaves_no_secret_at_any_verbosity(world: World) -> None:
    dest = world.files / "credentials"
    dest.write_text("[kept]\nveracode_api_key_id = a\n")
    world.emulator.fault("cut", method="POST", path=GENERATING, keep=0.95)
    (one,) = world.play([task(MODULE, username=BUILD, state="rotated", credentials_dest=str(dest))], "-vvvv")
    assert_lost(world, one, True)


def test_lost_answer_that_cannot_be_looked_up_is_told_as_unknown(world: World) -> None:
    world.emulator.fault("reset_after", method="POST", path=GENERATING)
    world.emulator.fault("status", method="GET", path=GENERATING, status=403, count=0, skip=1)
    one = world.run_module(MODULE, username=BUILD, state="rotated", credentials_dest=str(world.files / "c"))
    assert one["failed"]
    assert "cannot be read either" in one["msg"]


def test_refusal_by_veracode_leaves_everything_as_it_was(world: World) -> None:
    world.emulator.fault("status", method="POST", path=GENERATING, status=403)
    one = world.run_module(MODULE, username=BUILD, state="rotated", credentials_dest=str(world.files / "c"))
    assert one["failed"]
    assert one["failure"]["status"] == 403
    assert not one["changed"]
    assert list(world.files.iterdir()) == []


@pytest.mark.parametrize("fault", ["cut", "reset_after"])
def test_pair_of_a_new_account_whose_answer_was_lost_is_told(world: World, fault: str) -> None:
    dest = world.files / "credentials"
    new = {
        "username": "new-api",
        "first_name": "New",
        "last_name": "API",
        "email_address": "new@example.com",
        "roles": ["Results API"],
        "teams": ["Demo Team"],
        "credentials": "on_create",
        "credentials_dest": str(dest),
    }
    world.emulator.fault(fault, method="POST", path="/users$", keep=0.98)
    one = world.run_module("veracode_api_user", **new)
    assert one["failed"]
    assert "the answer with its key pair was lost" in one["msg"]
    assert [entry["action"] for entry in one["actions"]] == ["create", "generate"]
    assert one["changed"]
    assert list(world.files.iterdir()) == []
    assert world.secrets_found() == []
    assert not world.run_module("veracode_api_user", **new)["changed"]
    healed = world.run_module(MODULE, username="new-api", credentials_dest=str(dest), state="rotated", verify=True)
    assert healed["changed"], healed
    assert holds_pair(dest, world.emulator, "new-api")


def test_two_plays_on_one_file_lose_no_profile(world: World) -> None:
    dest = world.files / "credentials"
    users = [KEYLESS, BUILD, "restricted-api", "lpieris@example.com", "mdoe@example.com", "tmonarch@example.com"]
    plays = [
        [task(MODULE, username=user, state="rotated", credentials_dest=str(dest)) for user in half for _again in (1, 2)]
        for half in (users[:3], users[3:])
    ]
    processes = [world.start(tasks, name=f"play{n}") for n, tasks in enumerate(plays)]
    for n, process in enumerate(processes):
        for one in world.finish(process, f"play{n}"):
            assert one["changed"], one
    text = dest.read_text()
    for user in users:
        section = text.split(f"[{user}]\n")[1].split("\n[")[0]
        part = world.files / "part"
        world.leaks.allow(part)
        part.write_text(section)
        assert holds_pair(part, world.emulator, user), user


@pytest.mark.parametrize("after", in_turn([0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.15, 1.3], of=3))
def test_run_that_was_killed_is_healed_by_the_next(world: World, after: float) -> None:
    """Each answer takes a while, so that the kill finds the run in a different call each time."""
    dest = world.files / "credentials"
    dest.write_text("[other]\nveracode_api_key_id = a\nveracode_api_key_secret = b\n")
    world.emulator.switch(latency_ms=150, old_key_hours=0)
    options = {"username": BUILD, "credentials_dest": str(dest), "renew_if_missing": True}
    process = world.module(MODULE, **options)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    world.emulator.switch(latency_ms=0)
    healed, again = world.run_module(MODULE, **options), world.run_module(MODULE, **options)
    assert not healed.get("failed"), healed
    assert not again["changed"]
    assert holds_pair(dest, world.emulator, BUILD)
    assert dest.read_text().startswith("[other]\nveracode_api_key_id = a\nveracode_api_key_secret = b\n")
    assert [path.name for path in world.files.iterdir()] == ["credentials"]


def test_run_that_was_killed_between_the_answer_and_the_file_is_healed_by_the_next(world: World) -> None:
    dest = world.files / "credentials"
    options = {"username": BUILD, "credentials_dest": str(dest), "renew_if_missing": True}
    world.emulator.fault("latency", method="POST", path=GENERATING, ms=5000)
    before = world.emulator.user(BUILD)
    process = world.module(MODULE, **options)
    while world.emulator.user(BUILD) == before:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    lacking, healed, again = world.play(
        [task(MODULE, **{**options, "renew_if_missing": False}), task(MODULE, **options), task(MODULE, **options)]
    )
    assert lacking["failed"]
    assert "renew_if_missing: true" in lacking["msg"]
    assert healed["changed"]
    assert not again["changed"]
    assert holds_pair(dest, world.emulator, BUILD)
    assert [path.name for path in world.files.iterdir()] == ["credentials"]
    assert world.secrets_found(allowed=(dest,)) == []

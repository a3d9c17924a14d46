# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks: the documented examples, both APIs, credentials from everywhere, and no secret anywhere."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.community.veracode.plugins.modules import veracode_api_user, veracode_user, veracode_user_info
from tests.emulator.control import Emulator
from tests.integration.playbooks import Task, World, assert_three, task, three
from tests.integration.scenarios import BUILD, TED

Result = dict[str, Any]

# People of Veracode's own examples: createuser.do by itself and by the wrapper's CSV, and updateuser.do.
REGINA = {
    "username": "rmonarch@example.com",
    "first_name": "Regina",
    "last_name": "Monarch",
    "roles": ["Creator", "Submitter", "eLearning"],
    "teams": ["Demo Team"],
}
WAYNE = {
    "username": "wayneshorter@example.com",
    "first_name": "Wayne",
    "last_name": "Shorter",
    "roles": ["Security Lead"],
    "teams": ["Release Team"],
}
TONY = {
    "username": "tonywilliams@example.com",
    "first_name": "Tony",
    "last_name": "Williams",
    "roles": ["Creator", "Submitter"],
    "teams": ["Demo Team"],
}
CARLA = {
    "username": "carlabley@example.com",
    "first_name": "Carla",
    "last_name": "Bley",
    "roles": ["Security Insights"],
    "teams": [],
}
# What Veracode's pages print of them.
PRINTED: dict[str, tuple[list[str], list[str]]] = {
    "rmonarch@example.com": (["Any Scan", "Creator", "Submitter", "eLearning"], ["Demo Team"]),
    "wayneshorter@example.com": (["Any Scan", "Security Lead"], ["Release Team"]),
    "tonywilliams@example.com": (["Any Scan", "Creator", "Submitter"], ["Demo Team"]),
    "carlabley@example.com": (["Security Insights"], []),
}
PHONE = {"username": TED, "phone": "111-222-3333"}


@pytest.mark.parametrize("api", ["rest", pytest.param("xml", marks=pytest.mark.slow)])
def test_founding_examples(world: World, emulator: Emulator, api: str) -> None:
    """A whole playbook in check mode, for real, and again; what it says and what is there is what the pages print."""
    tasks = [
        {"community.veracode.veracode_user": {**options, "api": api}} for options in (REGINA, WAYNE, TONY, CARLA, PHONE)
    ]
    emulator.read_only(True)
    check = world.play(tasks, "--check", "--diff")
    assert emulator.violations() == []
    emulator.read_only(False)
    run = world.play(tasks, "--diff")
    emulator.clear_log()
    again = world.play(tasks, "--diff")
    assert emulator.log(writes=True) == []
    for results in zip(check, run, again, strict=True):
        assert_three(list(results))
    for result in run[:4]:
        roles, teams = PRINTED[result["user"]["username"]]
        assert (result["user"]["roles"], result["user"]["teams"]) == (roles, teams)
        assert result["user"]["login_enabled"] is True
        assert result["user"]["requires_token"] is False
        assert result["user"]["user_type"] == "human"
    assert run[4]["user"]["phone"] == "111-222-3333"
    assert run[4]["diff"] == {
        "before_header": f"user {TED}",
        "after_header": f"user {TED}",
        "before": {"phone": None},
        "after": {"phone": "111-222-3333"},
    }
    assert run[4]["actions"] == [{"action": "update", "kind": "user", "name": TED, "fields": ["phone"]}]


@pytest.mark.parametrize("api", ["rest", "xml"])
def test_all_options_of_a_person(world: World, api: str) -> None:
    """Everything set at once, changed at once, cleared at once."""
    person = {"username": "new@example.com", "api": api}
    text = ("phone", "custom_one", "custom_two", "custom_three", "custom_four", "custom_five")
    extra = {"managed_teams": ["Demo Team"]} if api == "rest" else {"elearning_track": "eLearning"}
    roles = ["Security Lead", "Team Admin"] if api == "rest" else ["Security Lead", "eLearning"]
    full = {
        **dict.fromkeys(text, "one"),
        "first_name": "New",
        "last_name": "Person",
        "roles": roles,
        "teams": ["Demo Team", "Engineering"],
        "allowed_ip_addresses": ["74.0.0.1"],
        "requires_token": True,
        **extra,
    }
    changed = {
        **dict.fromkeys(text, "two"),
        "first_name": "Newer",
        "roles": ["Security Lead"],
        "teams": ["Release Team"],
        "allowed_ip_addresses": ["74.0.0.*"],
        "requires_token": False,
        "login_enabled": False,
        **({"managed_teams": []} if api == "rest" else {}),
    }
    cleared = {**dict.fromkeys(text, ""), "teams": [], "allowed_ip_addresses": []}
    ways = [{**person, **options} for options in (full, changed, cleared)]
    results = world.play([one for options in ways for one in three("veracode_user", **options)])
    for number, options in enumerate(ways):
        run = assert_three(results[3 * number : 3 * number + 3])
        assert set(run["actions"][0]["fields"]) >= set(options) - {"username", "api"}
    assert all(results[-1]["user"][option] is None for option in text)
    assert results[-1]["user"]["has_ip_restrictions"] is False


def test_all_options_of_a_service_account(world: World, emulator: Emulator) -> None:
    dest = world.files / "svc.env"
    account = {"username": "svc"}
    full = {
        **account,
        "first_name": "S",
        "last_name": "V",
        "email_address": "svc@example.com",
        "roles": ["Upload and Scan API"],
        "teams": ["Demo Team"],
        "phone": "1",
        "custom_one": "1",
        "credentials": "on_create",
        "credentials_dest": str(dest),
        "credentials_format": "env",
    }
    ways = [
        full,
        {**account, "roles": ["Results API"], "teams": ["Engineering"], "custom_one": "", "phone": "2"},
        {**account, "teams": [], "unrestricted": True, "allowed_ip_addresses": ["74.0.0.1"]},
        {**account, "state": "disabled"},
        {**account, "state": "absent"},
    ]
    results = world.play([one for options in ways for one in three("veracode_api_user", **options)])
    for number in range(len(ways)):
        assert_three(results[3 * number : 3 * number + 3])
    assert [action["action"] for action in results[1]["actions"]] == ["create", "generate"]
    assert dest.stat().st_mode & 0o777 == 0o600
    assert results[1]["credentials"]["api_key_id"] in dest.read_text()
    assert world.secrets_found(allowed=(dest,)) == []
    assert emulator.user("svc") is None or emulator.user("svc")["deleted"]  # type: ignore[index]


@pytest.mark.parametrize(
    "module",
    [veracode_user, veracode_api_user, veracode_user_info],
    ids=lambda module: module.__name__.rpartition(".")[2],
)
def test_documented_examples(world: World, emulator: Emulator, module: Any) -> None:
    """Every example of the documentation runs as it stands: in check mode, for real, and again without a change."""
    for team in ("Web Shop", "Billing"):
        emulator.add("team", name=team)
    examples: list[Task] = yaml.safe_load(module.EXAMPLES)
    tasks = [{**one, "check_mode": check, "diff": True} for one in examples for check in (True, False, False)]
    results = world.play(tasks, "-e", json.dumps({"leaked_api_id": emulator.api_id}))
    assert len(results) == 3 * len(examples)
    changes = module is not veracode_user_info
    for number in range(len(examples)):
        assert_three_info(results[3 * number : 3 * number + 3]) if not changes else assert_three(
            results[3 * number : 3 * number + 3]
        )


def assert_three_info(results: list[Result]) -> None:
    for result in results:
        assert not result.get("failed"), result["msg"]
        assert result["changed"] is False
        assert result["count"] == len(result["users"]) > 0
    assert results[0]["users"] == results[1]["users"]


def keys(emulator: Emulator, user: str) -> tuple[str, str]:
    pair = emulator.key(user) or emulator.make_key(user)
    return pair["api_id"], pair["api_secret"]


def ini(*sections: tuple[str, tuple[str, str]]) -> str:
    return "".join(
        f"[{name}]\nveracode_api_key_id = {key_id}\nveracode_api_key_secret = {secret}\n"
        for name, (key_id, secret) in sections
    )


def test_where_credentials_come_from(world: World, emulator: Emulator) -> None:
    """Options, a profile or file given as an option, the environment, the file; and module_defaults of the group."""
    option, profile, variables, default = (
        keys(emulator, name)
        for name in ("restricted-api", "aswallowtail@example.com", "admin-api", "lpieris@example.com")
    )
    file = world.folder / "home" / ".veracode" / "credentials"
    file.parent.mkdir()
    file.write_text(ini(("default", default), ("other", profile)))
    given = {"api_key_id": option[0], "api_key_secret": option[1]}
    look = {"username": TED}
    group = "group/community.veracode.veracode"

    def who(tasks: list[Task], **env: str) -> list[str]:
        emulator.clear_log()
        results = world.play(tasks, **env)
        for result in results:
            assert not result.get("failed"), result["msg"]
        callers = [entry["caller"] for entry in emulator.log()]
        return [name for number, name in enumerate(callers) if number == 0 or callers[number - 1] != name]

    env = {"VERACODE_API_KEY_ID": variables[0], "VERACODE_API_KEY_SECRET": variables[1]}
    asked = [
        task("veracode_user_info", **look, **given, profile="other"),
        task("veracode_user_info", **look, profile="other"),
        task("veracode_user_info", **look),
        {**task("veracode_user_info", **look), "module_defaults": {group: {"profile": "other"}}},
    ]
    # The caller of the third is that of the environment; a profile in the environment is only about the file.
    expected = ["restricted-api", "aswallowtail@example.com", "admin-api", "aswallowtail@example.com"]
    assert who(asked, **env, VERACODE_API_PROFILE="default") == expected
    # An empty variable counts as unset, whichever it is.
    unset = ("API_KEY_ID", "API_KEY_SECRET", "REGION", "VALIDATE_CERTS", "TIMEOUT", "RATE_LIMIT", "CREDENTIALS_FILE")
    bare = {f"VERACODE_{name}": "" for name in unset}
    assert who([task("veracode_user_info", **look)], **bare, VERACODE_API_PROFILE="other") == [expected[1]]
    elsewhere = world.files / "credentials"
    elsewhere.write_text(ini(("default", option)))
    named = {**bare, "VERACODE_CREDENTIALS_FILE": str(elsewhere)}
    assert who([task("veracode_user_info", **look)], **named) == [expected[0]]


def test_half_a_pair(world: World, emulator: Emulator) -> None:
    """Half a pair is an error, not a reason to look elsewhere."""
    results = world.play([task("veracode_user_info", username=TED, api_key_id=emulator.api_id)])
    assert results[0]["failed"]
    assert "api_key_secret" in results[0]["msg"]
    assert emulator.log() == []


def test_no_secret_anywhere(world: World, emulator: Emulator) -> None:
    """Nothing that is printed at the highest verbosity, or written anywhere, holds a secret; failures included."""
    calling = emulator.api_secret
    short = "5ec2e7" * 5
    wrong = "0ddba11" * 18 + "00"
    odd = "not-hexadecimal-" * 8
    canaries = {"calling": calling, "short": short, "wrong": wrong, "odd": odd}
    blocked = world.files / "missing" / "pair.ini"
    account = {"first_name": "S", "last_name": "V", "roles": ["Results API"], "teams": ["Demo Team"]}
    look = {"username": TED, "api_key_id": emulator.api_id}

    def secret(name: str) -> str:
        return "{{ lookup('ansible.builtin.env', 'CANARY_" + name.upper() + "') }}"

    kept = world.files / "kept.json"
    tasks = [
        *(task("veracode_user", phone="1", **look, api_key_secret=secret(name)) for name in canaries),
        *(task("veracode_user", phone="2", api="xml", **look, api_key_secret=secret(name)) for name in canaries),
        task("veracode_api_user", username="one", email_address="one@example.com", **account,
             credentials="on_create", credentials_dest=str(blocked)),
        task("veracode_api_user", username="two", email_address="two@example.com", **account,
             credentials="on_create", credentials_dest=str(kept), credentials_format="json"),
        task("veracode_user", username=TED, roles=["Nope"]),
        task("veracode_user", username=TED, phone="3", api_url="https://127.0.0.1:1", max_retries=0),
        task("veracode_user", username=TED, phone="3", ca_path="/nonexistent.pem"),
        # The calling secret comes from the environment, and the server tells it.
        task("veracode_user_info", username="sviceroy@example.com"),
    ]  # fmt: skip
    emulator.change("user", "sviceroy@example.com", custom_one=calling)
    env = {f"CANARY_{name.upper()}": value for name, value in canaries.items()}
    results = world.play(tasks, "-vvvv", "--diff", **env, ANSIBLE_KEEP_REMOTE_FILES="0", ANSIBLE_DEBUG="0")
    failed = [bool(result.get("failed")) for result in results]
    assert failed == [False, True, True, True] * 2 + [True, False, True, True, True, False]
    assert results[-1]["users"][0]["custom_one"]
    assert emulator.user("one") is None  # nothing was created that could not be kept
    assert "30 hexadecimal digits instead of 128" in results[1]["msg"]
    assert results[2]["failure"]["status"] == 401
    assert world.secrets_found(allowed=(kept,)) == []
    found = [name for name, value in canaries.items() for text in world.printed if value in text or value[:24] in text]
    assert found == []
    signed = [text for text in world.printed if "VERACODE-HMAC" in text or "sig=" in text]
    assert signed == []
    assert leaks(world, canaries.values()) == []


def leaks(world: World, secrets: Any) -> list[str]:
    """Return the files below the world that hold one of the secrets."""
    found = []
    for path in Path(world.folder).rglob("*"):
        if path.is_file() and world.tree not in path.parents:
            text = path.read_bytes().decode("latin-1")
            found += [str(path) for secret in secrets if secret in text]
    return found


def test_info_by_both_apis(world: World, emulator: Emulator) -> None:
    """The filters that both APIs have find the same accounts, and change nothing."""
    filters: list[dict[str, Any]] = [
        {"username": TED.upper()},
        {"role": "Administrator"},
        {"team": "Demo Team", "user_type": "human"},
        {"is_saml_user": True},
        {"custom_id": "EX\\msaml"},
        {"email_address": TED},
    ]
    tasks = [task("veracode_user_info", api=api, **one) for one in filters for api in ("rest", "xml")]
    results = world.play(tasks)
    for number, one in enumerate(filters):
        rest, xml = results[2 * number : 2 * number + 2]
        assert not rest.get("failed"), rest["msg"]
        assert not xml.get("failed"), xml["msg"]
        names = [[user["username"] for user in result["users"]] for result in (rest, xml)]
        assert names[0] == names[1] != [], one
        assert rest["changed"] is xml["changed"] is False
        assert rest["complete"] is True
    assert emulator.log(writes=True) == []
    results = world.play(
        [task("veracode_user_info", api="xml", search_term="x"), task("veracode_api_user", username=BUILD)]
    )
    assert "use api: rest" in results[0]["msg"]
    assert results[1]["user"]["roles"] == ["Any Scan (API)", "Results API", "Upload and Scan API"]


def test_missing_library(world: World) -> None:
    """What cannot be imported is a failure like any other, and says what to install and where."""
    (world.files / "lxml.py").write_text("raise ImportError('none')")
    path = f"{world.files}{os.pathsep}{world.env()['PYTHONPATH']}"
    tasks = [task("veracode_user", username=TED, phone="1", api="xml")]
    [result] = world.finish(world.start(tasks, PYTHONPATH=path))  # a process that has no library yet
    assert result["failed"]
    assert "lxml >= 4.9" in result["msg"]
    assert result["failure"] == {"kind": "user", "name": TED, "msg": result["msg"]}
    assert (result["changed"], result["actions"], result["calls"]["writes"]) == (False, [], 0)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OAuth clients: created, rotated, deleted and listed, under every doubt about the server and every mishap."""

from __future__ import annotations

import ast
import hashlib
import itertools
import json
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests import inside
from tests.emulator.control import Emulator
from tests.integration.playbooks import World, assert_three, task, three
from tests.integration.test_in_process import to_the_letter
from tests.leaks import assert_silent

MODULE, INFO = "veracode_oauth_client", "veracode_oauth_client_info"
CALLER, BUILD, TED = "admin-api", "build-upload", "tmonarch@example.com"
PATH = "/oauth2/client_credentials"
NEW = {"name": "ci", "description": "Pipeline", "expires_in": 30, "roles": ["Admin API"]}
SWITCHES: list[dict[str, object]] = [
    {},
    {"oauth_secret": "by_secrets", "delete_status": 204, "timestamps": "offset"},
    {"oauth_list_secrets": "no", "oauth_secret_life": "day", "shuffle_lists": True, "create_status": 200},
]

Result = dict[str, Any]


class Runs:
    """Runs the modules in this process."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self.dest = folder / "client.json"
        self._env = inside.environment(emulator, folder)

    def run(self, options: Mapping[str, Any], *, module: str = MODULE, check: bool = False, **env: str) -> Result:
        """Return the result; without the secret where it may not be."""
        result = inside.run_module(module, options, {**self._env, **env}, check=check)
        shown = json.dumps(result)
        assert_silent(self.emulator, shown)
        if not options.get("return_secret"):
            for secret in self.emulator.secrets()["secrets"]:
                assert secret not in shown
        return result

    def cycle(self, options: Mapping[str, Any], *, again: bool = False) -> Result:
        """Return a run that check mode promised, and after which another one does nothing, or `again` the same."""
        self.emulator.read_only(True)
        promised = self.run(options, check=True)
        assert self.emulator.violations() == []
        self.emulator.read_only(False)
        results = [promised, self.run(options), self.run(options)]
        return assert_three(results, changed=bool(promised["actions"]), again=again)

    def client(self, name: str = "ci") -> Result:
        """Return a client as the server keeps it."""
        found = [one for one in self.emulator.state()["oauth_clients"] if one["name"] == name and not one["deleted"]]
        assert len(found) == 1, found
        return dict(found[0])

    def stored(self) -> Result:
        """Return what the destination holds."""
        assert stat.S_IMODE(self.dest.stat().st_mode) == 0o600
        return dict(json.loads(self.dest.read_text(encoding="utf-8")))

    def assert_stored_lives(self, name: str = "ci") -> None:
        """Check that the destination holds the one secret of a client."""
        client, stored = self.client(name), self.stored()
        assert stored["client_id"] == client["client_id"]
        assert [hashlib.sha256(stored["client_secret"].encode()).hexdigest()] == [
            one["secret_sha256"] for one in client["secrets"]
        ]


@pytest.fixture
def runs(emulator: Emulator, tmp_path: Path) -> Runs:
    return Runs(emulator, tmp_path)


@pytest.fixture(params=SWITCHES, ids=lambda one: ",".join(one) or "defaults")
def switched(request: pytest.FixtureRequest, emulator: Emulator) -> Emulator:
    emulator.switch(**request.param)
    return emulator


# What a run does


def test_a_client_is_created_once_with_its_secret(runs: Runs, switched: Emulator) -> None:
    run = runs.cycle({**NEW, "credentials_dest": str(runs.dest)})
    assert run["actions"] == [
        {"action": "create", "kind": "oauth_client", "name": "ci", "fields": ["description", "expires_in", "roles"]}
    ]
    assert run["diff"] == {
        "before_header": "oauth_client ci",
        "after_header": "oauth_client ci",
        "before": {},
        "after": {"description": "Pipeline", "expires_in": 30, "roles": ["Admin API"]},
    }
    client = runs.client()
    assert run["oauth_client"]["client_id"] == client["client_id"] == run["credentials"]["client_id"]
    assert (run["oauth_client"]["username"], run["oauth_client"]["roles"]) == (CALLER, ["Admin API"])
    assert client["roles"] == ["Admin API"]
    runs.assert_stored_lives()
    assert set(runs.stored()) == {"client_id", "client_secret", "expires"}
    assert run["credentials"]["expires"]
    assert run["credentials"]["expires"] == runs.stored()["expires"]


def test_a_client_without_roles_and_expiry_has_all_roles_of_its_account(runs: Runs) -> None:
    run = runs.cycle({"name": "ci", "credentials_dest": str(runs.dest), "credentials_format": "env"})
    assert run["actions"][0]["fields"] == ["description"]
    assert run["oauth_client"]["roles"] == ["Admin API", "No Team Restriction API"]
    assert (run["oauth_client"]["is_scoped"], run["oauth_client"]["description"]) == (False, "ci")
    assert runs.dest.read_text(encoding="utf-8").startswith(f"VERACODE_CLIENT_ID={runs.client()['client_id']}\n")
    assert "\nVERACODE_CLIENT_SECRET=" in runs.dest.read_text(encoding="utf-8")


def test_rotating_leaves_the_same_client_with_exactly_one_secret(runs: Runs, switched: Emulator) -> None:
    options = {**NEW, "credentials_dest": str(runs.dest)}
    made = runs.run(options)
    before = runs.stored()["client_secret"]
    run = runs.cycle({**options, "state": "rotated"}, again=True)
    assert run["actions"] == [{"action": "generate", "kind": "oauth_client", "name": "ci", "fields": []}]
    assert len(run["diff"]["before"]["secret_ids"]) == 1
    assert run["diff"]["after"] == {"secret_ids": None}
    assert run["oauth_client"]["client_id"] == made["oauth_client"]["client_id"]
    assert runs.stored()["client_secret"] != before
    runs.assert_stored_lives()
    assert runs.cycle(options)["changed"] is False


def test_rotating_creates_a_client_that_is_missing(runs: Runs) -> None:
    run = runs.run({**NEW, "state": "rotated", "credentials_dest": str(runs.dest)})
    assert run["actions"][0]["action"] == "create"
    runs.assert_stored_lives()


def test_absent_deletes_the_client_and_leaves_the_file(runs: Runs, switched: Emulator) -> None:
    runs.run({**NEW, "credentials_dest": str(runs.dest)})
    run = runs.cycle({"name": "ci", "state": "absent", "revoke_tokens": True})
    assert run["actions"] == [
        {"action": action, "kind": "oauth_client", "name": "ci", "fields": []} for action in ("revoke", "delete")
    ]
    assert run["diff"]["before"]["ci"]["roles"] == ["Admin API"]
    assert run["oauth_client"] is None
    [client] = runs.emulator.state()["oauth_clients"]
    assert (client["deleted"], client["token_revocations"], runs.dest.exists()) == (True, 1, True)
    # Nobody owns that secret any more.
    assert runs.cycle({**NEW, "credentials_dest": str(runs.dest)})["actions"][0]["action"] == "create"
    runs.assert_stored_lives()


def test_names_are_exact_and_several_of_one_name_are_an_error(runs: Runs) -> None:
    for user, name in ((CALLER, "ci"), (CALLER, "CI"), (BUILD, "nightly")):
        runs.emulator.add("oauth_client", user=user, name=name)
    assert runs.run({"name": "Ci", "state": "absent"})["changed"] is False
    assert runs.run({"name": "nightly", "state": "absent"})["changed"] is False
    assert runs.run({"name": "CI", "state": "absent"})["changed"] is True
    runs.emulator.add("oauth_client", user=CALLER, name="ci")
    twice = runs.run({"name": "ci"})
    assert (twice["failure"]["option"], twice["calls"]["writes"]) == ("name", 0)
    assert 'several clients named "ci"' in twice["msg"]
    gone = runs.cycle({"name": "ci", "state": "absent"})
    assert len(gone["actions"]) == len(gone["diff"]["before"]) == 2


def test_an_expired_client_is_replaced(runs: Runs) -> None:
    runs.emulator.add("oauth_client", user=CALLER, name="ci", created="-30d", expires="-1d")
    run = runs.cycle({**NEW, "credentials_dest": str(runs.dest)})
    assert [one["action"] for one in run["actions"]] == ["delete", "create"]
    assert run["reason"].startswith("the client expired on ")
    runs.assert_stored_lives()


def test_a_client_without_a_valid_secret_gets_one_if_the_task_says_where_it_goes(runs: Runs) -> None:
    runs.emulator.switch(oauth_secret="by_secrets")
    runs.emulator.add("oauth_client", user=CALLER, name="ci")
    secret = runs.client()["secrets"][0]["secret_id"]
    fail = runs.run({"name": "ci", "state": "rotated"})
    assert fail["failure"]["option"] == "credentials_dest"
    path = f"{PATH}/{runs.client()['client_id']}/secrets"
    runs.emulator.fault("status", status=503, method="DELETE", path=f"{path}/{secret}", count=99)
    partial = runs.run({"name": "ci", "state": "rotated", "credentials_dest": str(runs.dest), "max_retries": 0})
    assert partial["failed"]
    assert partial["changed"] is True
    assert "an older one is not deleted" in partial["msg"]
    runs.emulator.clear_faults()
    assert len(runs.client()["secrets"]) == 2
    runs.run({"name": "ci", "state": "rotated", "credentials_dest": str(runs.dest)})
    runs.assert_stored_lives()
    assert runs.cycle({"name": "ci"})["changed"] is False


@pytest.mark.parametrize("secret", ["with_client", "by_secrets"])
def test_a_secret_may_end_before_its_client(runs: Runs, secret: str) -> None:
    runs.emulator.switch(oauth_secret=secret, oauth_secret_life="day")
    options = {**NEW, "credentials_dest": str(runs.dest)}
    made = runs.run(options)
    assert made["credentials"]["expires"] == runs.stored()["expires"] < made["oauth_client"]["expires"]
    assert runs.run(options)["changed"] is False
    runs.emulator.change("oauth_client", "ci", secrets_end=time.time() - 60)
    run = runs.cycle(options)
    assert (run["actions"][0]["action"], run["reason"]) == ("generate", "the client has no valid secret")
    runs.assert_stored_lives()


@pytest.mark.parametrize("states", [("present", "present"), ("rotated", "rotated"), ("present", "rotated")])
def test_two_runs_at_once_leave_one_client_whose_living_secret_is_stored(
    runs: Runs, emulator: Emulator, tmp_path: Path, states: tuple[str, str]
) -> None:
    emulator.fault("latency", ms=150, count=0)
    (tmp_path / "home").mkdir()
    env = inside.environment(emulator, tmp_path / "home")
    running = []
    for state in states:
        options = {**NEW, "state": state, "credentials_dest": str(runs.dest)}
        code = f"from tests import inside; print(inside.run_module({MODULE!r}, {options!r}, __import__('os').environ))"
        running.append(subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True))
    results = [ast.literal_eval(process.communicate(timeout=120)[0].strip().splitlines()[-1]) for process in running]
    emulator.clear_faults()
    assert not any(result.get("failed") for result in results), results
    changed = sum(result["changed"] for result in results)
    assert changed in {0: {1}, 1: {1, 2}, 2: {2}}[states.count("rotated")]
    runs.assert_stored_lives()


def test_another_life_of_a_client_is_a_warning(runs: Runs) -> None:
    runs.run({**NEW, "credentials_dest": str(runs.dest)})
    assert "warnings" not in runs.run({**NEW, "credentials_dest": str(runs.dest)})
    [warning] = runs.run({"name": "ci", "expires_in": 90})["warnings"]
    assert warning.startswith('expires_in: the client "ci" expires ')


# What is refused before anything is written


@pytest.mark.parametrize(
    ("options", "option", "words"),
    [
        ({"description": "Other"}, "description", "Veracode cannot change a client"),
        ({"roles": ["noteamrestrictionapi"]}, "roles", "Veracode cannot change a client"),
        ({"roles": ["admin api"]}, "roles", 'did you mean "Admin API"?'),
        ({"roles": ["Results API"]}, "roles", '"Results API" is not a role of "admin-api"'),
        ({"roles": []}, "roles", "leave roles out for all of the account"),
        ({"description": ""}, "description", "Veracode requires a description"),
        ({"expires_in": 0}, "expires_in", "give 1 or more"),
        ({"name": ""}, "name", "an empty text names nothing"),
        ({"name": "ci\u200b"}, "name", "U+200B"),
        ({"name": "other"}, "credentials_dest", "it needs a destination"),
        ({"username": BUILD}, "username", "for the calling account only"),
        ({"username": BUILD, "state": "rotated", "revoke_tokens": True}, "username", "for the calling account only"),
        ({"username": "nobody", "revoke_tokens": True}, "username", 'no account is named "nobody"'),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    runs: Runs, options: dict[str, Any], option: str, words: str
) -> None:
    runs.run({**NEW, "credentials_dest": str(runs.dest)})
    for check in (True, False):
        result = runs.run({"name": "ci", **options}, check=check)
        assert result["failed"], result
        assert (result["failure"]["option"], result["failure"]["kind"]) == (option, "oauth_client")
        assert words in result["msg"]
        assert (result["changed"], result["calls"]["writes"]) == (False, 0)


@pytest.mark.parametrize("state", ["present", "rotated"])
def test_a_destination_belongs_to_one_client(runs: Runs, state: str) -> None:
    dest = str(runs.dest)
    runs.run({**NEW, "credentials_dest": dest})
    other = runs.run({"name": "other", "state": state, "credentials_dest": dest})
    assert other["failure"]["option"] == "credentials_dest"
    assert f"holds the OAuth client {runs.client()['client_id']} of" in other["msg"]
    assert len(runs.emulator.state()["oauth_clients"]) == 1
    assert runs.run({"name": "other", "credentials_dest": dest, "credentials_overwrite": True})["changed"]
    runs.assert_stored_lives("other")


def test_the_client_of_another_account_is_not_replaced_unseen(runs: Runs) -> None:
    runs.run({**NEW, "credentials_dest": str(runs.dest)})
    env = runs.emulator.env_for(BUILD)
    options = {"name": "build", "credentials_dest": str(runs.dest)}
    refused = runs.run(options, **env)
    assert "the calling account does not see that client" in refused["msg"]
    assert refused["calls"]["writes"] == 0
    assert runs.run({**options, "credentials_overwrite": True}, **env)["oauth_client"]["username"] == BUILD


def test_a_secret_that_the_destination_lacks_is_an_error_unless_it_may_be_renewed(runs: Runs) -> None:
    runs.run({**NEW, "credentials_dest": str(runs.dest)})
    runs.dest.unlink()
    options = {"name": "ci", "credentials_dest": str(runs.dest)}
    missing = runs.run(options)
    assert "has a valid secret, but" in missing["msg"]
    assert missing["calls"]["writes"] == 0
    assert runs.cycle({**options, "renew_if_missing": True})["actions"][0]["action"] == "generate"
    runs.assert_stored_lives()


def test_a_folder_that_cannot_be_written_is_refused_before_the_client_is_created(runs: Runs) -> None:
    result = runs.run({**NEW, "credentials_dest": str(runs.dest.parent / "none" / "client.json")})
    assert result["failure"]["option"] == "credentials_dest"
    assert runs.emulator.state()["oauth_clients"] == []


# Clients of others


def test_an_administrator_takes_all_clients_of_an_account(runs: Runs, switched: Emulator) -> None:
    for name in ("one", "two"):
        runs.emulator.add("oauth_client", user=TED, name=name)
    runs.emulator.add("oauth_client", user=BUILD, name="one")
    run = runs.cycle({"username": TED.upper(), "state": "absent", "revoke_tokens": True})
    assert [(one["action"], one["name"]) for one in run["actions"]] == [
        ("revoke", TED.upper()),
        ("delete", "one"),
        ("delete", "two"),
    ]
    assert run["calls"]["writes"] == 2
    assert {one["user_name"] for one in runs.emulator.state()["oauth_clients"] if not one["deleted"]} == {BUILD}
    assert runs.cycle({"username": "nobody", "state": "absent"})["changed"] is False


def test_tokens_are_revoked_without_deleting_a_client(runs: Runs, switched: Emulator) -> None:
    assert runs.cycle({"username": TED, "revoke_tokens": True})["changed"] is False
    for name in ("one", "two"):
        runs.emulator.add("oauth_client", user=TED, name=name)
    run = runs.cycle({"username": TED, "revoke_tokens": True}, again=True)
    assert run["actions"] == [{"action": "revoke", "kind": "oauth_client", "name": TED, "fields": []}]
    assert (run["diff"]["before"], run["diff"]["after"]) == ({"revoke_tokens": False}, {"revoke_tokens": True})
    one = runs.cycle({"username": TED, "name": "two", "revoke_tokens": True}, again=True)
    assert one["actions"] == [{"action": "revoke", "kind": "oauth_client", "name": "two", "fields": []}]
    revoked = {one["name"]: one["token_revocations"] for one in runs.emulator.state()["oauth_clients"]}
    assert revoked == {"one": 2, "two": 4}


# Mishaps


@pytest.fixture
def _no_waits() -> Any:
    with mock.patch("time.sleep"):
        yield


@pytest.mark.usefixtures("_no_waits")
@pytest.mark.parametrize("secret", ["with_client", "by_secrets"])
def test_a_creation_whose_answer_is_lost_is_looked_up(runs: Runs, secret: str) -> None:
    runs.emulator.switch(oauth_secret=secret)
    options = {**NEW, "credentials_dest": str(runs.dest)}
    runs.emulator.fault("reset_before", method="POST", path=PATH)
    lost = runs.run(options)
    assert "it was probably not created" in lost["msg"]
    assert (lost["changed"], lost["calls"]["writes"]) == (False, 1)
    runs.emulator.fault("reset_after", method="POST", path=PATH)
    assert runs.run(options)["actions"][0]["action"] == "create"
    runs.assert_stored_lives()


@pytest.mark.usefixtures("_no_waits")
def test_a_secret_whose_answer_is_lost_is_deleted_and_the_next_run_makes_one(runs: Runs) -> None:
    runs.emulator.switch(oauth_secret="by_secrets")
    options = {**NEW, "credentials_dest": str(runs.dest)}
    runs.emulator.fault("reset_after", method="POST", path="/secrets$")
    lost = runs.run(options)
    assert lost["failed"]
    assert f'The client "ci" ({runs.client()["client_id"]}) was created, but its secret is not stored.' in lost["msg"]
    assert "so it was deleted again" in lost["msg"]
    assert (lost["changed"], runs.client()["secrets"]) == (True, [])
    assert runs.run(options)["actions"] == [{"action": "generate", "kind": "oauth_client", "name": "ci", "fields": []}]
    runs.assert_stored_lives()
    runs.emulator.fault("reset_after", method="POST", path="/secrets$")
    again = runs.run({**options, "state": "rotated"})
    assert "The older ones still work" in again["msg"]
    runs.assert_stored_lives()


@pytest.mark.parametrize("state", ["present", "rotated"])
def test_a_destination_that_fails_leaves_the_secret_in_the_rescue_file(runs: Runs, state: str) -> None:
    if state == "rotated":
        runs.run({**NEW, "credentials_dest": str(runs.dest)})
    folder = runs.dest.parent
    runs.emulator.fault("latency", ms=1500, method="POST", path=PATH)

    def spoil() -> None:
        while not list(folder.glob("*.rescue-*")):
            time.sleep(0.02)
        runs.dest.unlink(missing_ok=True)
        runs.dest.mkdir()

    spoiler = threading.Thread(target=spoil)
    spoiler.start()
    result = runs.run({**NEW, "state": state, "credentials_dest": str(runs.dest)})
    spoiler.join()
    (rescue,) = folder.glob("*.rescue-*")
    assert (result["failed"], result["changed"]) == (True, True)
    assert str(rescue) in result["msg"]
    assert stat.S_IMODE(rescue.stat().st_mode) == 0o600
    stored, client = json.loads(rescue.read_text(encoding="utf-8")), runs.client()
    assert stored["client_id"] == client["client_id"]
    living = {one["secret_sha256"] for one in client["secrets"]}
    assert hashlib.sha256(stored["client_secret"].encode()).hexdigest() in living
    # The next run names the file; told to, it makes another secret, and that is then the only one.
    runs.dest.rmdir()
    options = {**NEW, "credentials_dest": str(runs.dest)}
    assert str(rescue) in runs.run(options)["msg"]
    runs.run({**options, "renew_if_missing": True})
    runs.assert_stored_lives()


def test_an_answer_that_lacks_a_field_is_an_error_that_names_it(runs: Runs) -> None:
    runs.emulator.add("oauth_client", user=CALLER, name="ci")
    for field in ("client_id", "name", "description", "is_scoped", "roles", "expiration_ts", "user_id", "user_name"):
        runs.emulator.clear_faults()
        runs.emulator.fault("without", names=[field], path=PATH, count=0)
        for module in (MODULE, INFO):
            result = runs.run({"name": "ci"}, module=module)
            assert result["failed"], field
            assert f"the answer lacks the field {field}." in result["msg"]
            assert result["calls"]["writes"] == 0


@pytest.mark.parametrize("status", [403, 404])
def test_an_organization_without_clients_is_explained(runs: Runs, status: int) -> None:
    runs.emulator.switch(oauth_clients=status)
    for module, options in itertools.product(
        (MODULE, INFO), ({"name": "ci"}, {"name": "ci", "username": TED}, {"name": "ci", "state": "absent"})
    ):
        if module == INFO:
            options = {"username": options.get("username")}
        elif "username" in options:
            options = {**options, "state": "absent"}
        result = runs.run(options, module=module)
        assert (result["failed"], result["failure"]["status"]) == (True, status)
        assert "the organization does not have OAuth client credentials" in result["msg"]
        assert result["calls"]["writes"] == 0


# Listing


def test_clients_are_listed_by_account_without_their_secrets(runs: Runs, switched: Emulator) -> None:
    for user, name, roles in ((TED, "two", ["Creator"]), (TED, "one", None), (CALLER, "ci", None)):
        runs.emulator.add("oauth_client", user=user, name=name, **({"roles": roles} if roles else {}))
    everyone = runs.run({}, module=INFO)
    found = [(one["username"], one["name"]) for one in everyone["oauth_clients"]]
    assert found == [(CALLER, "ci"), (TED, "one"), (TED, "two")]
    assert (everyone["count"], everyone["complete"]) == (3, True)
    assert "secret" not in json.dumps(everyone["oauth_clients"])
    mine = runs.run({"username": TED, "name": "two"}, module=INFO)
    assert [one["roles"] for one in mine["oauth_clients"]] == [["Creator"]]
    assert mine["oauth_clients"][0]["expires"].endswith("Z")
    assert mine["calls"]["reads"] == 2
    assert runs.run({"username": "nobody"}, module=INFO)["oauth_clients"] == []


def test_an_account_that_is_no_administrator_lists_its_own_clients(runs: Runs) -> None:
    for user in (BUILD, CALLER):
        runs.emulator.add("oauth_client", user=user, name="ci")
    env = runs.emulator.env_for(BUILD)
    listed = runs.run({}, module=INFO, **env)
    assert [one["username"] for one in listed["oauth_clients"]] == [BUILD]
    assert listed["complete"] is False
    assert "only its own are listed" in listed["warnings"][0]
    assert runs.run({"username": BUILD}, module=INFO, **env)["count"] == 1
    assert runs.run({"username": CALLER}, module=INFO, **env)["failed"]


# Either way


def test_a_playbook_manages_and_lists_clients(world: World) -> None:
    dest = str(world.files / "client.json")
    results = world.play(
        [
            *three(MODULE, **NEW, credentials_dest=dest),
            task(INFO, username=CALLER),
            *three(MODULE, name="ci", state="absent", revoke_tokens=True),
            {**task(MODULE, name="ci", return_secret=True), "no_log": True},
        ]
    )
    assert assert_three(results[:3])["credentials"]["dest"] == dest
    assert results[3]["oauth_clients"][0]["name"] == "ci"
    assert assert_three(results[4:7])["oauth_client"] is None
    assert results[7]["changed"]


@pytest.mark.parametrize(
    "options",
    [
        {**NEW, "return_secret": True},
        {**NEW, "credentials_dest": "DEST", "state": "rotated"},
        {"username": TED, "state": "absent", "revoke_tokens": True},
        {"name": "ci", "roles": ["Reveiwer"]},
    ],
)
def test_a_task_gives_the_same_result_either_way(emulator: Emulator, tmp_path: Path, options: dict[str, Any]) -> None:
    env = inside.environment(emulator, tmp_path)
    for check in (True, False):
        shown = []
        for run in (inside.run_module, inside.run_action):
            emulator.reset()
            emulator.add("oauth_client", user=TED, name="one")
            (tmp_path / "dest").unlink(missing_ok=True)
            given = {name: str(tmp_path / "dest") if value == "DEST" else value for name, value in options.items()}
            result = run(MODULE, given, env, check=check)
            if result.get("credentials", {}).get("client_secret"):
                result["credentials"]["client_secret"] = "the secret"
            shown.append(to_the_letter(result))
        assert shown[0] == shown[1]

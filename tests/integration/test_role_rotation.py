# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role credential_rotation: no key pair is lost, whatever fails and whenever it is killed."""

from __future__ import annotations

import json
import re
import signal
import stat
import time
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.emulator.control import Emulator
from tests.integration.playbooks import ROOT, Outcome, Runs
from tests.leaks import Watch
from tests.processes import kill

PLAYBOOK = "community.veracode.rotate_credentials"
ACCOUNT = "build-upload"

# A store of a user: files, in place of a vault. It can be told to fail, to forget, or to kill the run.
STORE = """
- name: Die before the store is written
  ansible.builtin.command: kill -KILL {{ lookup('ansible.builtin.file', folder ~ '/pid') }}
  when: kill_at | default('') == credential_rotation_action ~ ' ' ~ credential_rotation_name

- name: Fail
  ansible.builtin.fail:
    msg: The vault is sealed
  when: fail_at | default('') == credential_rotation_action ~ ' ' ~ credential_rotation_name

- name: Take long
  ansible.builtin.shell: |
    touch {{ folder }}/writing
    until [ -e {{ folder }}/go ]; do sleep 0.1; done
  when: pause | default(false) and credential_rotation_action == 'write' and credential_rotation_name == 'build-upload'

- name: Write the pair
  ansible.builtin.copy:
    content: "{{ credential_rotation_pair | to_json }}"
    dest: "{{ folder }}/vault/{{ credential_rotation_name }}"
    mode: '0600'
  when:
    - credential_rotation_action == 'write'
    - forget | default('') != credential_rotation_name

- name: Delete the pair
  ansible.legacy.record:
    dest: "{{ folder }}/vault/{{ credential_rotation_name }}"
  when: credential_rotation_action == 'delete' and not keep_dummies | default(false)

- name: Die after the store was written
  ansible.builtin.command: kill -KILL {{ lookup('ansible.builtin.file', folder ~ '/pid') }}
  when: kill_at | default('') == credential_rotation_action ~ 'n ' ~ credential_rotation_name

- name: Say which pair it is
  ansible.builtin.set_fact:
    credential_rotation_stored_api_id: >-
      {{ (lookup('ansible.builtin.file', file) | from_json).api_key_id if file is exists else '' }}
  vars:
    file: "{{ folder }}/vault/{{ credential_rotation_name }}"
  when: credential_rotation_action == 'read'
"""


class Rotation:
    """The role with a store of tasks, for one account whose key pair expires soon."""

    def __init__(self, folder: Path, tree: Path, emulator: Emulator) -> None:
        self.folder, self.emulator = folder, emulator
        self.runs = Runs(folder, tree, emulator)
        (folder / "vault").mkdir()
        (folder / "store.yml").write_text(STORE)
        self.variables: dict[str, t.Any] = {
            "credential_rotation_accounts": [{"username": ACCOUNT}],
            "credential_rotation_store": "store.yml",
            "credential_rotation_report": "report.json",
            "credential_rotation_escrow": str(folder / "escrow"),
            "folder": str(folder),
        }
        self.outputs: list[str] = []
        # The store holds the pair that is valid, which expires in ten days.
        pair = emulator.make_key(ACCOUNT)
        self.first = pair["api_id"]
        now, day = time.time(), 86400
        emulator.change("credentials", self.first, created_ts=now - 355 * day, expiration_ts=now + 10 * day)
        (folder / "vault" / ACCOUNT).write_text(
            json.dumps({"api_key_id": self.first, "api_key_secret": pair["api_secret"]})
        )

    def run(self, *arguments: str, **variables: t.Any) -> Outcome:
        # A process of its own, as the role knows a run by its command line.
        process = self.runs.start(PLAYBOOK, {**self.variables, **variables}, "-vvv", "--diff", *arguments)
        (self.folder / "pid").write_text(str(process.pid))
        output = process.communicate(timeout=1800)[0]
        self.outputs.append(output)
        return Outcome(process.returncode, output)

    def report(self) -> t.Any:
        return json.loads((self.folder / "report.json").read_text())

    def stored(self) -> dict[str, str]:
        pair: dict[str, str] = json.loads((self.folder / "vault" / ACCOUNT).read_text())
        return pair

    def valid(self) -> str:
        """Return the API ID that the server gave the account last."""
        state = self.emulator.state()
        [user] = [user for user in state["users"] if user["user_name"] == ACCOUNT]
        keys = [key for key in state["credentials"] if key["user_id"] == user["user_id"] and not key["replaced"]]
        return str(max(keys, key=lambda key: float(key["created_ts"]))["api_id"])

    @property
    def escrow(self) -> Path:
        """The file of the account in the escrow: named by the GUIDs of the organization and the account."""
        account = self.emulator.user(ACCOUNT)
        assert account is not None
        [file] = (self.folder / "escrow").glob(f"*_{account['user_id']}.json")
        assert re.match("[0-9a-f]{8}-[0-9a-f-]{27}_", file.name)
        return file

    def generated(self) -> int:
        """Return how many pairs were generated by now."""
        return len(self.emulator.log(writes=True))

    def entry(self) -> t.Any:
        """Return what the report says of the account."""
        [entry] = self.report()
        return entry

    def check_secrets(self) -> None:
        """No secret is in what was said, in the report or in the fact cache. The watch looks at all other files."""
        secret = self.stored()["api_key_secret"]
        everywhere = "".join(self.outputs) + self.runs.cached()
        if (self.folder / "report.json").exists():
            everywhere += (self.folder / "report.json").read_text()
        assert len(secret) > 20
        assert secret not in everywhere


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def rotation(tmp_path: Path, installed: Path, emulator: Emulator, leaks: Watch) -> Rotation:
    emulator.reset()
    leaks.allow_copies()
    return Rotation(tmp_path, installed, emulator)


@pytest.mark.slow
def test_rotation_into_a_store_of_tasks(rotation: Rotation) -> None:
    check = rotation.run("--check")
    assert check.returncode == 0, check.output
    assert rotation.generated() == 0
    assert sorted(path.name for path in (rotation.folder / "vault").iterdir()) == [ACCOUNT]

    done = rotation.run()
    assert done.returncode == 0, done.output
    assert rotation.generated() == 1
    assert rotation.stored()["api_key_id"] == rotation.valid() != rotation.first
    assert (rotation.entry()["outcome"], rotation.entry()["api_id"]) == ("renewed", rotation.valid())
    assert list((rotation.folder / "escrow").iterdir()) == []
    # The dummy value with which the store was tested is gone.
    assert sorted(path.name for path in (rotation.folder / "vault").iterdir()) == [ACCOUNT]
    assert f"{ACCOUNT}: due, the key pair expires on" in done.output
    assert f"Rotated 1 of 1 account: {ACCOUNT}." in done.output
    assert f"Would rotate 1 of 1 account: {ACCOUNT}." in check.output

    # Safe on any schedule: nothing is due any more.
    again = rotation.run()
    assert again.returncode == 0, again.output
    assert rotation.generated() == 1
    assert rotation.entry()["outcome"] == "kept"
    assert again.changed == 0
    assert f"{ACCOUNT}: not due, the key pair is valid until" in again.output
    assert "Rotated 0 of 1 account." in again.output
    rotation.check_secrets()


@pytest.mark.slow
def test_force_renews_what_is_not_due(rotation: Rotation) -> None:
    rotation.run()
    second = rotation.valid()
    assert rotation.run(credential_rotation_force=True).returncode == 0
    assert rotation.generated() == 2
    assert rotation.stored()["api_key_id"] == rotation.valid() != second


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "step"),
    [
        ({"fail_at": f"read {ACCOUNT}"}, "read"),
        ({"fail_at": f"write {ACCOUNT}.canary"}, "canary"),
        ({"forget": f"{ACCOUNT}.canary"}, "canary"),
    ],
)
def test_a_store_that_fails_before_costs_nothing(rotation: Rotation, variables: dict[str, str], step: str) -> None:
    failed = rotation.run(**variables)
    assert failed.returncode != 0
    assert rotation.generated() == 0
    assert rotation.stored()["api_key_id"] == rotation.valid() == rotation.first
    assert (rotation.entry()["outcome"], rotation.entry()["step"]) == ("failed", step)
    assert "Nothing was changed" in rotation.entry()["msg"]

    assert rotation.run().returncode == 0
    assert rotation.stored()["api_key_id"] == rotation.valid() != rotation.first
    rotation.check_secrets()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "step"), [({"fail_at": f"write {ACCOUNT}"}, "store"), ({"forget": ACCOUNT}, "verify")]
)
def test_a_store_that_fails_after_loses_nothing(rotation: Rotation, variables: dict[str, str], step: str) -> None:
    # The second account is not put at risk.
    accounts = [{"username": ACCOUNT}, {"username": "keyless-api"}]
    failed = rotation.run(credential_rotation_accounts=accounts, **variables)
    assert failed.returncode != 0
    assert rotation.generated() == 1
    first, second = rotation.report()
    assert (first["outcome"], first["step"], second["outcome"]) == ("failed", step, "skipped")
    kept = rotation.escrow
    assert str(kept) in first["msg"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    pair = json.loads(kept.read_text())
    assert pair["api_key_id"] == rotation.valid()
    assert pair["api_key_secret"] not in failed.output

    # The next run brings the very pair to the store.
    assert rotation.run().returncode == 0
    assert rotation.generated() == 1
    assert rotation.stored() == pair
    assert rotation.entry()["outcome"] == "recovered"
    rotation.check_secrets()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kill_at", "generated"),
    [
        (f"read {ACCOUNT}", 1),
        (f"write {ACCOUNT}.canary", 1),
        (f"readn {ACCOUNT}.canary", 1),
        (f"write {ACCOUNT}", 1),
        (f"writen {ACCOUNT}", 1),
    ],
)
def test_killed_at_the_store(rotation: Rotation, kill_at: str, generated: int) -> None:
    killed = rotation.run(kill_at=kill_at)
    assert killed.returncode == -signal.SIGKILL
    before = rotation.generated()
    after = rotation.run()
    assert after.returncode == 0, after.output
    assert rotation.generated() == generated
    assert rotation.stored()["api_key_id"] == rotation.valid() != rotation.first
    if before and "writen" not in kill_at:
        assert rotation.entry()["outcome"] == "recovered"
    # The run that was killed and this one agree: nothing is left to do.
    assert rotation.run().returncode == 0
    assert rotation.generated() == generated
    rotation.check_secrets()


def wait_for(condition: t.Callable[[], object]) -> None:
    deadline = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("store", ["tasks", "file"])
def test_killed_while_the_pair_is_generated(rotation: Rotation, store: str) -> None:
    if store == "file":
        dest = {"dest": f"vault/{ACCOUNT}", "format": "json"}
        rotation.variables["credential_rotation_accounts"] = [{"username": ACCOUNT, **dest}]
    # The server generates the pair, and its answer does not arrive before everything is killed.
    rotation.emulator.fault("latency", writes=True, ms=20000)
    process = rotation.runs.start(PLAYBOOK, rotation.variables)
    wait_for(lambda: rotation.generated() or rotation.valid() != rotation.first)
    kill(process)
    rotation.emulator.clear_faults()
    lost = rotation.valid()
    assert lost != rotation.first
    assert rotation.stored()["api_key_id"] == rotation.first

    # The next run sees that the store lacks the valid pair, which nobody can read any more, and replaces nothing unasked.
    lacking = rotation.run()
    assert lacking.returncode != 0
    assert "credential_rotation_if_missing: renew" in rotation.entry()["msg"]
    assert rotation.valid() == lost
    after = rotation.run(credential_rotation_if_missing="renew")
    assert after.returncode == 0, after.output
    assert rotation.stored()["api_key_id"] == rotation.valid()
    assert rotation.valid() not in (rotation.first, lost)
    assert rotation.entry()["outcome"] == "renewed"
    rotation.check_secrets()


@pytest.mark.slow
def test_killed_while_the_pair_is_proven(rotation: Rotation) -> None:
    process = rotation.runs.start(PLAYBOOK, rotation.variables)
    wait_for(lambda: rotation.stored()["api_key_id"] != rotation.first)
    rotation.emulator.fault("latency", ms=20000, count=0)
    wait_for(lambda: any(fault["hits"] for fault in rotation.emulator.faults()))
    kill(process)
    rotation.emulator.clear_faults()
    pair = rotation.stored()
    secret = pair["api_key_secret"].encode()
    left = [
        path
        for path in rotation.folder.rglob("*")
        # What Ansible hands on to the host: the arguments of a module, and what a task of the store copies
        if not (
            path.parent.name.startswith("ansible-tmp-") and path.name.startswith(("AnsiballZ_", ".source", "source"))
        )
        and path.is_file()
        and secret in path.read_bytes()
    ]
    assert {path.parent.name for path in left} == {"vault", "escrow"}

    # Both have it: the next run proves nothing again and empties the escrow.
    assert rotation.run().returncode == 0
    assert (rotation.generated(), rotation.stored()) == (1, pair)
    rotation.check_secrets()


@pytest.mark.slow
def test_an_answer_that_is_lost(rotation: Rotation) -> None:
    rotation.emulator.fault("reset_after", writes=True)
    failed = rotation.run()
    assert failed.returncode != 0
    assert rotation.entry()["step"] == "generate"
    assert "secret is lost" in rotation.entry()["msg"]
    assert rotation.run(credential_rotation_if_missing="renew").returncode == 0
    assert rotation.stored()["api_key_id"] == rotation.valid() != rotation.first
    rotation.check_secrets()


def test_rotation_into_files(rotation: Rotation) -> None:
    dest = rotation.folder / "vault" / "credentials.json"
    accounts = [
        {"username": ACCOUNT, "dest": str(dest), "format": "json"},
        {"username": "keyless-api", "dest": str(rotation.folder / "nowhere" / "file")},
    ]
    failed = rotation.run(credential_rotation_accounts=accounts)
    assert failed.returncode != 0
    first, second = rotation.report()
    assert first["outcome"] == "renewed"
    assert (second["outcome"], second["step"]) == ("failed", "generate")
    assert "there is no folder" in second["msg"]
    assert json.loads(dest.read_text())["api_key_id"] == rotation.valid()
    assert rotation.generated() == 1
    secret = json.loads(dest.read_text())["api_key_secret"]
    assert secret not in failed.output + rotation.runs.cached()

    again = rotation.run(credential_rotation_accounts=accounts[:1])
    assert again.returncode == 0, again.output
    assert rotation.entry()["outcome"] == "kept"
    assert rotation.generated() == 1


@pytest.mark.parametrize(
    ("accounts", "message"),
    [
        ([{"username": "a"}], "a: there is no place for the key pair"),
        ([{"username": "a", "dest": "x"}, {"username": "A", "dest": "y"}], "an account is named twice"),
        ([{"name": "a"}], "missing required arguments: username"),
        (
            [{"username": "a", "dest": "x/../y", "format": "json"}, {"username": "b", "dest": "./y", "format": "env"}],
            '\\"b\\" has the same destination as \\"a\\"',
        ),
        (
            [{"username": "a", "dest": "y"}, {"username": "b", "dest": "vault/../y", "profile": "a"}],
            '\\"b\\" has the same destination as \\"a\\"',
        ),
    ],
)
def test_what_is_refused_at_once(rotation: Rotation, accounts: list[dict[str, str]], message: str) -> None:
    failed = rotation.run(credential_rotation_accounts=accounts, credential_rotation_store="")
    assert failed.returncode != 0
    assert message in failed.output
    assert rotation.emulator.log(writes=True) == []


@pytest.mark.slow
def test_a_valid_pair_that_a_file_or_a_store_lacks_is_replaced_only_where_that_is_asked_for(rotation: Rotation) -> None:
    """As in a fresh container: nothing is where the pairs should be."""
    valid = rotation.emulator.make_key(ACCOUNT)["api_id"]
    other = rotation.emulator.make_key("restricted-api")["api_id"]
    accounts = [{"username": ACCOUNT}, {"username": "restricted-api", "dest": "vault/other.env", "format": "env"}]
    for arguments in (["--check"], []):
        failed = rotation.run(*arguments, credential_rotation_accounts=accounts)
        assert failed.returncode != 0
        first, second = rotation.report() if not arguments else (None, None)
        assert rotation.generated() == 0
        assert "Nothing was changed. The store holds" in failed.output
        assert "Rotated 0 of 2 accounts; 2 failed" in failed.output or arguments
    for entry, api_id in ((first, valid), (second, other)):
        assert entry["outcome"] == "failed"
        assert api_id in entry["msg"]
        assert "credential_rotation_if_missing: renew" in entry["msg"]
        assert "\n" not in entry["msg"]

    renewed = rotation.run(credential_rotation_accounts=accounts, credential_rotation_if_missing="renew")
    assert renewed.returncode == 0, renewed.output
    assert [entry["outcome"] for entry in rotation.report()] == ["renewed", "renewed"]
    assert [entry["due"] for entry in rotation.report()] == [True, True]
    assert "lacks the valid key pair" in rotation.report()[0]["reason"]
    assert rotation.stored()["api_key_id"] == rotation.valid() != valid


@pytest.mark.slow
def test_a_store_that_deletes_nothing_works_and_the_escrow_of_others_is_left_alone(rotation: Rotation) -> None:
    """Another organization may know an account of the same name, or even of the same GUID."""
    account = rotation.emulator.user(ACCOUNT)
    assert account is not None
    (rotation.folder / "escrow").mkdir()
    foreign = rotation.folder / "escrow" / f"another_{account['user_id']}.json"
    foreign.write_text(json.dumps({"api_key_id": "a" * 32, "api_key_secret": "b" * 128, "expires": None}))
    done = rotation.run(keep_dummies=True)
    assert done.returncode == 0, done.output
    assert f"keeps the dummy value {ACCOUNT}.canary" in rotation.entry()["msg"]
    assert rotation.entry()["outcome"] == "renewed"
    assert [path.name for path in (rotation.folder / "escrow").iterdir()] == [foreign.name]


@pytest.mark.slow
def test_a_pair_that_the_escrow_cannot_take_is_brought_to_the_store_by_the_next_run(rotation: Rotation) -> None:
    """The module keeps it in a rescue file."""
    rotation.emulator.fault("latency", method="POST", path="/api_credentials/", ms=15000)
    process = rotation.runs.start(PLAYBOOK, rotation.variables)
    escrow = rotation.folder / "escrow"
    wait_for(lambda: list(escrow.glob("*.rescue-*.json")))
    [rescue] = escrow.glob("*.rescue-*.json")
    spoiled = escrow / rescue.name.partition(".rescue-")[0]
    spoiled.write_text("no JSON")
    output = process.communicate(timeout=1800)[0]
    rotation.outputs.append(output)
    assert process.returncode != 0
    assert rotation.entry()["step"] == "generate"
    assert "A new key pair was generated." in rotation.entry()["msg"]
    assert str(rescue) in rotation.entry()["msg"]
    pair = json.loads(rescue.read_text())
    assert pair["api_key_id"] == rotation.valid() != rotation.first
    done = rotation.run()
    assert done.returncode == 0, done.output
    assert rotation.entry()["outcome"] == "recovered"
    assert rotation.stored() == {key: pair[key] for key in ("api_key_id", "api_key_secret", "expires")}
    assert [path.name for path in escrow.iterdir()] == [spoiled.name]
    rotation.check_secrets()


def locks_of(rotation: Rotation) -> list[Path]:
    """Return the lock files in the home of the runs."""
    return list((rotation.folder / ".cache" / "community.veracode" / "locks").glob("*"))


@pytest.mark.slow
@pytest.mark.parametrize("killed", [False, True])
def test_two_runs_at_once_generate_one_pair_and_the_store_has_it(rotation: Rotation, killed: bool) -> None:
    """The second one waits while the first brings its pair to the store, but not for one that was killed."""
    rotation.emulator.switch(old_key_hours=0)
    first = rotation.runs.start(PLAYBOOK, {**rotation.variables, "pause": True})
    wait_for((rotation.folder / "writing").exists)
    assert rotation.generated() == 1
    asked = len(rotation.emulator.log())
    second = rotation.runs.start(PLAYBOOK, {**rotation.variables, "credential_rotation_report": "second.json"}, "-vvv")
    wait_for(lambda: len(rotation.emulator.log()) > asked + 1)
    time.sleep(3)
    assert rotation.generated() == 1
    assert second.poll() is None
    if killed:
        kill(first)
    (rotation.folder / "go").touch()
    if not killed:
        output = first.communicate(timeout=1800)[0]
        assert first.returncode == 0, output
        assert rotation.entry()["outcome"] == "renewed"
    output = second.communicate(timeout=1800)[0]
    rotation.outputs.append(output)
    assert second.returncode == 0, output
    [entry] = json.loads((rotation.folder / "second.json").read_text())
    assert entry["outcome"] == ("recovered" if killed else "kept")
    assert rotation.generated() == 1
    assert rotation.stored()["api_key_id"] == rotation.valid() != rotation.first
    assert locks_of(rotation) == []
    rotation.check_secrets()


@pytest.mark.slow
def test_a_module_waits_until_the_store_has_the_pair(rotation: Rotation) -> None:
    first = rotation.runs.start(PLAYBOOK, {**rotation.variables, "pause": True})
    wait_for((rotation.folder / "writing").exists)
    task = {"username": ACCOUNT, "state": "rotated", "credentials_dest": str(rotation.folder / "vault" / "file.json")}
    task |= {"credentials_format": "json"}
    play = [
        {"hosts": "localhost", "gather_facts": False, "tasks": [{"community.veracode.veracode_api_credentials": task}]}
    ]
    (rotation.folder / "module.yml").write_text(json.dumps(play))
    asked = len(rotation.emulator.log())
    second = rotation.runs.start("module.yml", {})
    wait_for(lambda: len(rotation.emulator.log()) > asked)
    time.sleep(2)
    assert rotation.generated() == 1
    (rotation.folder / "go").touch()
    assert first.communicate(timeout=1800)[0].count("failed=0") == 1
    output = second.communicate(timeout=1800)[0]
    assert second.returncode == 0, output
    assert rotation.generated() == 2
    assert json.loads((rotation.folder / "vault" / "file.json").read_text())["api_key_id"] == rotation.valid()
    assert locks_of(rotation) == []


@pytest.mark.slow
def test_hosts_of_one_play_do_not_rotate_one_account_twice(rotation: Rotation) -> None:
    play = [
        {
            "hosts": "all",
            "gather_facts": False,
            "connection": "local",
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "roles": ["community.veracode.credential_rotation"],
        }
    ]
    (rotation.folder / "play.yml").write_text(json.dumps(play))
    process = rotation.runs.start("play.yml", rotation.variables, "-i", "one,two,three")
    output = process.communicate(timeout=1800)[0]
    assert process.returncode != 0
    assert output.count("failed=0") == 1, output
    assert "another host of this play rotates this account; add run_once: true" in output
    assert rotation.generated() == 1
    assert rotation.stored()["api_key_id"] == rotation.valid() != rotation.first
    assert locks_of(rotation) == []


def example(number: int) -> str:
    """Return one of the YAML blocks in the README of the role."""
    text = (ROOT / "roles" / "credential_rotation" / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[number]


@pytest.mark.slow
def test_the_store_in_the_readme(rotation: Rotation) -> None:
    store = example(1)
    assert "/mnt/secrets/" in store
    (rotation.folder / "store.yml").write_text(store.replace("/mnt/secrets", str(rotation.folder / "vault")))
    done = rotation.run()
    assert done.returncode == 0, done.output
    assert json.loads((rotation.folder / "vault" / f"{ACCOUNT}.json").read_text())["api_key_id"] == rotation.valid()
    assert rotation.generated() == 1
    assert rotation.run().returncode == 0
    assert rotation.generated() == 1


def test_the_play_in_the_readme(rotation: Rotation) -> None:
    username = yaml.safe_load(example(0))[0]["roles"][0]["vars"]["credential_rotation_accounts"][0]["username"]
    rotation.emulator.add(
        "api_user",
        user_name=username,
        first_name="Pipeline",
        last_name="Web Shop",
        email_address="devops@example.com",
        roles=["Results API"],
        teams=["Demo Team"],
    )
    (rotation.folder / "play.yml").write_text(example(0))
    (rotation.folder / ".veracode").mkdir()
    done = rotation.runs.play("play.yml", {})
    assert done.returncode == 0, done.output
    assert "VERACODE_API_KEY_ID" in (rotation.folder / ".veracode" / "web-shop.env").read_text()
    assert rotation.runs.play("play.yml", {}).changed == 0

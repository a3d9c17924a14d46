# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process: start and end, store, log, read-only switch, limits, and what it costs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

import pytest

from tests.emulator import seed
from tests.emulator.control import ROOT, Emulator, EmulatorError
from tests.emulator.faults import KINDS
from tests.emulator.requestlog import is_write
from tests.emulator.switches import TABLE, as_markdown
from tests.emulator_tests.client import Client, person, roles

TED = "tmonarch@example.com"


# --- start and end ---------------------------------------------------------------------------------------------------


def test_announcement_and_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.emulator", "--state-dir", str(tmp_path), "--seed", "organization"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        line = json.loads(process.stdout.readline())  # type: ignore[union-attr]
        assert set(line) >= {"url", "ca_path", "control_url", "api_id", "api_secret", "caller"}
        path = tmp_path / "emulator.json"
        assert json.loads(path.read_text(encoding="utf-8")) == line
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        attached = Emulator.attach(tmp_path)
        client = Client(attached)
        assert client.get("/users/self").json["user_name"] == "svc-identity-admin"
        client.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_export_lines_make_a_shell_call_the_emulator(tmp_path: Path) -> None:
    folder = tmp_path / "a 'b"
    command = [sys.executable, "-m", "tests.emulator", "--exports", "--state-dir", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _number in range(7)]
            emulator = Emulator.attach(folder)
            assert [line[0] for line in lines[:2]] == ["#", "#"]
            assert emulator.caller in lines[1]
            shown = subprocess.run(
                ["sh", "-c", "".join(lines) + "env"], check=True, capture_output=True, text=True, env={}
            ).stdout
            assert emulator.env.items() <= dict(line.partition("=")[::2] for line in shown.splitlines()).items()
        finally:
            process.terminate()


def test_ends_when_nobody_asks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.emulator", "--state-dir", str(tmp_path), "--idle-exit", "1"]
    assert subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, timeout=20, check=False).returncode == 0


def test_secrets_differ_from_start_to_start() -> None:
    with Emulator() as one, Emulator() as two:
        assert one.api_secret != two.api_secret
        assert one.user(TED) == {**(two.user(TED) or {}), "last_login": (one.user(TED) or {})["last_login"]}, (
            "ids are the same"
        )


@pytest.mark.parametrize(
    "arguments", [{"seed": "nonsense"}, {"switches": {"nonsense": 1}}, {"switches": {"gzip": "x"}}]
)
def test_bad_start(arguments: dict[str, object]) -> None:
    emulator = Emulator(**arguments)  # type: ignore[arg-type]
    with pytest.raises(EmulatorError, match="error:"):
        emulator.start()
    assert not emulator.state_dir.exists(), "nothing is left behind"


def test_bad_seeds(tmp_path: Path) -> None:
    for text in (
        "[]",
        "caller: x\n",
        "caller: x\napi_users: [{user_name: x, roles: [Nonsense]}]\n",
        "caller: x\napi_users: [{user_name: x, colour: red}]\n",
    ):
        path = tmp_path / "seed.yml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(seed.SeedError):
            seed.build(seed.load(str(path)), {})


def test_list_of_switches() -> None:
    command = [sys.executable, "-m", "tests.emulator", "--list-switches"]
    table = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [switch.name for switch in TABLE if f"| `{switch.name}` |" not in table] == []
    rows = json.loads(subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert len(rows) == len(TABLE)


def test_shares_no_code_with_the_collection() -> None:
    for path in (ROOT / "tests" / "emulator").glob("*.py"):
        assert not re.search(
            r"^\s*(from|import)\s+(ansible|plugins)", path.read_text(encoding="utf-8"), re.MULTILINE
        ), path


# --- store -----------------------------------------------------------------------------------------------------------


def test_sqlite_shows_the_run(tmp_path: Path) -> None:
    database = tmp_path / "run.sqlite"
    with Emulator(database=database) as emulator:
        client = Client(emulator)
        client.put_user(TED, {"phone": "1"})
        key = client.post(f"/api_credentials/user_id/{client.user_id('keyless-api')}").json
        client.xml("deleteuser", username="mdoe@example.com")
        client.close()
        secrets = [emulator.api_secret, key["api_secret"]]
    with sqlite3.connect(database) as connection:
        users = {name: json.loads(text) for name, text in connection.execute("SELECT name, document FROM users")}
        assert (users[TED]["phone"], users[TED]["teams"], users["mdoe@example.com"]["deleted"]) == (
            "1",
            {"Demo Team": "MEMBER"},
            True,
        )
        (text,) = connection.execute("SELECT document FROM credentials WHERE id = ?", (key["api_id"],)).fetchone()
        assert json.loads(text)["secret_sha256"] == hashlib.sha256(key["api_secret"].encode()).hexdigest()
        rows = connection.execute("SELECT method, status, writes FROM requests ORDER BY n").fetchall()
        assert rows == [("PUT", 200, 1), ("POST", 201, 1), ("POST", 200, 1)]
    for path in tmp_path.iterdir():
        assert not [secret for secret in secrets if secret.encode() in path.read_bytes()]


def test_reset_puts_everything_back(client: Client, emulator: Emulator) -> None:
    before = emulator.state()
    client.put_user(TED, {"phone": "1"})
    client.post("/users", person())
    emulator.remove("team", "Quality Team")
    emulator.fault("status", status=500)
    emulator.read_only()
    emulator.reset()
    after = emulator.state()
    for state in (before, after):  # times are days before now
        for kind in ("users", "teams", "credentials"):
            for one in state[kind]:
                for name in [name for name in one if name.endswith("_ts") or name == "last_login"]:
                    del one[name]
    assert after == before
    assert emulator.log() == []
    assert client.get("/users/self").status == 200


def test_changes_by_hand(client: Client, emulator: Emulator) -> None:
    emulator.change(
        "user", TED, roles=["Reviewer"], teams={"Release Team": "ADMIN"}, phone="7", user_name="ted@example.com"
    )
    user = client.user("ted@example.com")
    assert (user["phone"], user["teams"][0]["relationship"], user["roles"][0]["role_name"]) == (
        "7",
        {"name": "ADMIN"},
        "extreviewer",
    )
    emulator.change(
        "team", "Release Team", users=["ted@example.com"], business_unit="Example Unit", team_name="Releases"
    )
    assert (emulator.team("Releases") or {})["users"] == {"ted@example.com": "MEMBER"}
    emulator.add("api_user", user_name="by-hand", roles=["Results API"], credentials="generate", key_expires="+5d")
    assert client.get(f"/api_credentials/user_id/{client.user_id('by-hand')}").status == 200
    emulator.add("team", name="By Hand", members=["by-hand"])
    assert (emulator.team("By Hand") or {})["users"] == {"by-hand": "MEMBER"}
    emulator.remove("team", "By Hand")
    assert emulator.team("By Hand") is None
    for kind, name in (("user", "nobody"), ("team", "none"), ("nonsense", "x")):
        with pytest.raises(EmulatorError, match="there is no"):
            emulator.change(kind, name, phone="1")


# --- log and read-only switch ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "writes"),
    [
        ("GET", "/api/authn/v2/users", False),
        ("POST", "/api/authn/v2/users", True),
        ("PUT", "/api/authn/v2/users/x", True),
        ("DELETE", "/api/authn/v2/users/x", True),
        ("POST", "/api/authn/v2/api_credentials/user_id/x", True),
        ("POST", "/api/authn/v2/users/by_permissions", False),
        ("POST", "/api/authn/v2/users/notinteam/x", False),
        ("POST", "/api/authn/v2/teams/by_permissions", False),
        ("HEAD", "/api/authn/v2/principal", False),
        ("POST", "/api/3.0/getuserinfo.do", False),
        ("GET", "/api/3.0/getuserlist.do", False),
        ("GET", "/api/3.0/updateuser.do", True),
        ("POST", "/api/3.0/createteam.do", True),
        ("POST", "/api/3.0/deleteuser.do", True),
    ],
)
def test_what_writes_by_meaning(method: str, path: str, writes: bool) -> None:
    assert is_write(method, path) is writes


def test_log_entries(client: Client, emulator: Emulator) -> None:
    client.raw("GET", "/api/authn/v2/users?size=3", None, {"User-Agent": "test/1"})
    client.get("/users/nonsense")
    second = Client(emulator)
    second.get("/users/self")
    second.close()
    first, bad, other = emulator.log()
    assert (first["method"], first["path"], first["query"], first["status"]) == (
        "GET",
        "/api/authn/v2/users",
        "size=3",
        200,
    )
    assert (first["user_agent"], first["caller"], first["writes"], bad["status"]) == ("test/1", "admin-api", False, 400)
    assert first["connection"] == bad["connection"] != other["connection"]
    assert first["monotonic"] < bad["monotonic"] < other["monotonic"]
    assert emulator.log(since=first["n"]) == [bad, other]
    text = json.dumps(emulator.log())
    assert client.secret not in text
    assert "VERACODE-HMAC" not in text
    emulator.clear_log()
    assert emulator.log() == []


def test_read_only(client: Client, emulator: Emulator) -> None:
    emulator.read_only()
    assert client.get("/users/self").status == 200
    assert client.xml_reply("getuserinfo", username=TED).status == 200
    assert client.post("/users/by_permissions", {"permission_names": ["apiUser"]}).status == 200
    assert emulator.violations() == []
    assert client.put_user(TED, {"phone": "1"}).status == 599
    assert client.xml_reply("updateuser", username=TED, phone="1").status == 599
    assert client.raw("GET", f"/api/3.0/deleteuser.do?username={TED}").status == 599
    assert [entry["call"] or entry["method"] for entry in emulator.violations()] == ["PUT", "updateuser", "deleteuser"]
    assert [entry["status"] for entry in emulator.log(writes=True)] == [599, 599, 599]
    assert (emulator.user(TED) or {})["phone"] is None
    emulator.read_only(False)
    assert client.put_user(TED, {"phone": "1"}).status == 200


# --- limits ----------------------------------------------------------------------------------------------------------


def test_sliding_window(client: Client, emulator: Emulator) -> None:
    """Each API has its own window; a call that is refused does not count."""
    emulator.switch(rate_limit_rest=3, rate_limit_xml=2)
    assert [client.get("/users/self").status for _number in range(5)] == [200, 200, 200, 429, 429]
    assert [client.xml_reply("gettracklist").status for _number in range(3)] == [200, 200, 429]
    reply = client.get("/users/self")
    assert 55 <= int(reply.headers["retry-after"]) <= 60


# --- what it costs ---------------------------------------------------------------------------------------------------


def cost(emulator: Emulator, client: Client, target: str, times: int) -> float:
    """CPU seconds of the emulator for one call."""
    before = emulator.usage()
    for _number in range(times):
        if client.raw("GET", target).status != 200:
            raise AssertionError(target)
    after = emulator.usage()
    if after["requests"] - before["requests"] != times:
        raise AssertionError("not alone")
    return (after["user"] + after["system"] - before["user"] - before["system"]) / times


def test_a_signed_read_costs_at_most_two_milliseconds(client: Client, emulator: Emulator) -> None:
    assert cost(emulator, client, f"/api/authn/v2/users/{client.user_id(TED)}", 1000) <= 0.002


def test_large_organization_is_cheap() -> None:
    with Emulator(people=10_000, api_users=50, teams=80) as emulator:
        client = Client(emulator)
        page = "/api/authn/v2/users?size=500&inactive=true&page="
        assert client.raw("GET", page + "0").json["page"]["total_elements"] == 10_061
        assert cost(emulator, client, page + "3", 20) <= 0.02
        assert cost(emulator, client, "/api/authn/v2/users?user_name=svc-payments", 100) <= 0.002
        names = deque(
            (item["user_name"] for number in range(21) for item in client.raw("GET", f"{page}{number}").items),
            maxlen=None,
        )
        assert len(names) == len(set(names)) == 10_061
        client.close()


def test_generated_organizations_are_the_same() -> None:
    document = seed.load("small")
    assert seed.generate(document, 50, 5, 8) == seed.generate(document, 50, 5, 8)


@pytest.mark.parametrize("name", ["small", "organization"])
def test_seeds_keep_the_rules(name: str) -> None:
    with Emulator(name, people=60, api_users=12, teams=9) as emulator:
        client = Client(emulator)
        for raw in emulator.state()["users"]:
            relations = [{"team_name": name, "relationship": relation} for name, relation in raw["teams"].items()]
            reply = client.put_user(raw["user_name"], {"roles": roles(*raw["role_names"]), "teams": relations})
            assert reply.status == 200, (raw, reply.body)
        client.close()


def test_no_busy_waiting(emulator: Emulator) -> None:
    before = emulator.usage()
    time.sleep(1)
    after = emulator.usage()
    assert after["user"] + after["system"] - before["user"] - before["system"] < 0.05
    assert emulator.pid != os.getpid()


def test_readme_has_the_tables() -> None:
    text = (ROOT / "tests" / "emulator" / "README.md").read_text(encoding="utf-8")
    assert as_markdown() in text
    assert [kind for kind, meaning in KINDS.items() if f"| `{kind}` | {meaning} |" not in text] == []

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start and steer an emulator from tests, benchmarks and the demo. Standard library only.

::

    with Emulator(seed="small", switches={"list_carries": "roles_teams"}) as emulator:
        subprocess.run([...], env={**os.environ, **emulator.env})
        emulator.user("tmonarch@example.com")["phone"]
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

ROOT = Path(__file__).resolve().parents[2]


class EmulatorError(RuntimeError):
    """The emulator did not start, or refused an order."""


class Emulator:
    """A running emulator.

    As a context manager it starts a process of its own and ends it; ``attach`` connects to one that runs already.

    :param seed: a YAML file or the name of a shipped organization (``small``, ``organization``)
    :param switches: positions that differ from the defaults, see ``--list-switches``
    :param people, api_users, teams: how many are generated on top of the seed
    :param database: a SQLite file that the organization and the log are written to; None: memory only
    :param key_prefix: g, e or f: hand out credentials with that region's prefix
    :param state_dir: where emulator.json and the CA go; a temporary folder by default
    :param idle_exit: seconds without a request after which the process ends by itself
    :param python: the interpreter; default ``VERACODE_EMULATOR_PYTHON`` or this one
    """

    #: Those that this process has started and not stopped.
    running: ClassVar[set[Emulator]] = set()

    def __init__(
        self,
        seed: str | Path = "small",
        *,
        switches: dict[str, object] | None = None,
        people: int = 0,
        api_users: int = 0,
        teams: int = 0,
        database: str | Path | None = None,
        key_prefix: str = "",
        state_dir: str | Path | None = None,
        port: int = 0,
        idle_exit: float = 900,
        python: str | None = None,
    ) -> None:
        self._own_dir = state_dir is None
        self.state_dir = Path(state_dir) if state_dir else Path(tempfile.mkdtemp(prefix="veracode-emulator-"))
        self.database = Path(database) if database else None
        self._command = [
            python or os.environ.get("VERACODE_EMULATOR_PYTHON") or sys.executable,
            "-m",
            "tests.emulator",
            *(
                "--port",
                str(port),
                "--seed",
                str(seed),
                "--state-dir",
                str(self.state_dir),
                "--idle-exit",
                str(idle_exit),
            ),
            *("--people", str(people), "--api-users", str(api_users), "--teams", str(teams)),
        ]
        if database:
            self._command += ["--database", str(database)]
        if key_prefix:
            self._command += ["--key-prefix", key_prefix]
        for name, value in (switches or {}).items():
            self._command += ["--set", f"{name}={_position(value)}"]
        self._process: subprocess.Popen[str] | None = None
        self.about: dict[str, Any] = {}
        self._kept = threading.local()  # each thread has a connection of its own

    # --- life --------------------------------------------------------------------------------------------------------

    @classmethod
    def attach(cls, where: str | Path) -> Emulator:
        """Connect to a running emulator by its state folder or its emulator.json."""
        path = Path(where)
        if path.is_dir():
            path = path / "emulator.json"
        emulator = cls(state_dir=path.parent)
        emulator.about = json.loads(path.read_text(encoding="utf-8"))
        return emulator

    def start(self, timeout: float = 60) -> Emulator:
        """Start the process and wait until it serves. Raises EmulatorError with what it printed."""
        announcement = self.state_dir / "emulator.json"
        announcement.unlink(missing_ok=True)
        self.state_dir.mkdir(parents=True, exist_ok=True)
        with open(self.state_dir / "emulator.log", "w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors, text=True
            )
        end = time.monotonic() + timeout
        while not announcement.exists():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop(keep=True)
                output = self.output()
                self.stop()
                raise EmulatorError(f"the emulator did not start:\n{output}")
            time.sleep(0.02)
        self.about = json.loads(announcement.read_text(encoding="utf-8"))
        Emulator.running.add(self)
        return self

    def stop(self, *, keep: bool = False) -> None:
        """End the process; its temporary folder goes too."""
        Emulator.running.discard(self)
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._own_dir and not keep:
            shutil.rmtree(self.state_dir, ignore_errors=True)

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def output(self) -> str:
        """What the process wrote to stderr."""
        path = self.state_dir / "emulator.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    # --- what clients need -------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Base URL of both APIs, https://127.0.0.1:port."""
        return str(self.about["url"])

    @property
    def ca_path(self) -> str:
        return str(self.about["ca_path"])

    @property
    def control_url(self) -> str:
        return str(self.about["control_url"])

    @property
    def caller(self) -> str:
        """User name of the administrator's API account."""
        return str(self.about["caller"])

    @property
    def api_id(self) -> str:
        return str(self.about["api_id"])

    @property
    def api_secret(self) -> str:
        return str(self.about["api_secret"])

    @property
    def pid(self) -> int:
        return int(self.about["pid"])

    @property
    def env(self) -> dict[str, str]:
        """Environment variables for a client that is to call this emulator as its administrator."""
        return self._environment(self.api_id, self.api_secret)

    def env_for(self, user: str) -> dict[str, str]:
        """The same for another account: its seeded pair, or a new one."""
        pair = self.key(user) or self.make_key(user)
        return self._environment(pair["api_id"], pair["api_secret"])

    def _environment(self, api_id: str, secret: str) -> dict[str, str]:
        return {
            "VERACODE_API_KEY_ID": api_id,
            "VERACODE_API_KEY_SECRET": secret,
            "VERACODE_API_URL": self.url,
            "VERACODE_XML_API_URL": self.url,
            "VERACODE_CA_PATH": self.ca_path,
        }

    # --- orders ------------------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, document: object = None, **query: object) -> Any:
        base = urllib.parse.urlsplit(self.control_url)
        target = f"{base.path}/{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        data = json.dumps(document).encode() if document is not None else None
        connection: http.client.HTTPConnection | None = getattr(self._kept, "connection", None)
        used = connection is not None and (connection.host, connection.port) == (base.hostname, base.port)
        if connection is None or not used:
            connection = self._kept.connection = http.client.HTTPConnection(base.netloc, timeout=120)
        try:
            connection.request(method, target, data, {"content-type": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            del self._kept.connection
            if not used:
                raise
            # The process has closed what was idle for long, or is another one on the same port.
            return self._ask(method, path, document, **query)
        if answer.status >= 400:
            raise EmulatorError(body.decode("utf-8", "replace"))
        return json.loads(body)

    def switch(self, **positions: object) -> dict[str, str]:
        """Set switches; True and False mean yes and no. Returns all positions."""
        wanted = {name: _position(value) for name, value in positions.items()}
        return dict(self._ask("PUT", "switches", wanted))

    def switches(self) -> dict[str, str]:
        return dict(self._ask("GET", "switches"))

    def fault(self, kind: str, **options: object) -> dict[str, Any]:
        """Order a fault; options are the fields of faults.Fault (method, path, query, call, writes, skip, count, ...)."""
        return dict(self._ask("POST", "faults", {"kind": kind, **options}))

    def faults(self) -> list[dict[str, Any]]:
        """Orders with how often each matched (``seen``) and struck (``hits``)."""
        return list(self._ask("GET", "faults"))

    def clear_faults(self) -> None:
        self._ask("DELETE", "faults")

    def log(self, since: int = 0, *, writes: bool = False) -> list[dict[str, Any]]:
        """Requests in the order of arrival; with ``writes`` only those that change something by meaning."""
        return list(self._ask("GET", "log", since=since, **({"writes": 1} if writes else {})))

    def clear_log(self) -> None:
        """Forget requests and violations."""
        self._ask("DELETE", "log")

    def read_only(self, on: bool = True) -> None:
        """Refuse and record every write, by either API."""
        self._ask("PUT", "read_only", {"on": on})

    def violations(self) -> list[dict[str, Any]]:
        """Writes that the read-only switch refused."""
        return list(self._ask("GET", "violations"))

    def watch(self, on: bool = True) -> None:
        """Keep from now on what each write makes of the organization; see history."""
        self._ask("PUT", "history", {"on": on})

    def history(self) -> list[dict[str, Any]]:
        """The writes since watch, in their order, each with what there was right after it, by names.

        Each has ``n, method, path, query, call, status``, then ``accounts`` {name: {is_api, enabled, roles, teams}},
        ``administrators`` [names of enabled people] and ``teams`` {name: {business_unit, members {name: relation}}}.
        """
        return list(self._ask("GET", "history"))

    def snapshot(self) -> dict[str, Any]:
        """What there is now, in the words of history."""
        return dict(self._ask("GET", "snapshot"))

    def state(self) -> dict[str, Any]:
        """The whole organization as it is stored: users, teams, business_units, roles (custom), credentials, oauth_clients,
        jit_settings."""
        return dict(self._ask("GET", "state"))

    def look(self, kind: str, name: str) -> dict[str, Any] | None:
        """One user, team, business_unit, role, oauth_client or (by api_id) credentials as stored; None if there is none."""
        found = self._ask("GET", f"look/{kind}", name=name)
        return dict(found) if found is not None else None

    def user(self, name: str) -> dict[str, Any] | None:
        return self.look("user", name)

    def team(self, name: str) -> dict[str, Any] | None:
        return self.look("team", name)

    def change(self, kind: str, name: str, **fields: object) -> dict[str, Any] | None:
        """Change an object by hand, without any rule. Users: roles by name, teams as a list or {team: relationship}.
        Teams: users likewise. Credentials: by api_id, expiration_ts and the like in seconds since the epoch."""
        found = self._ask("POST", "change", {"kind": kind, "name": name, "fields": fields})
        return dict(found) if found is not None else None

    def add(self, kind: str, **fields: object) -> None:
        """Add a user, api_user, team, business_unit, role or oauth_client by hand, in the words of a seed."""
        self._ask("POST", "add", {"kind": kind, "fields": fields})

    def remove(self, kind: str, name: str) -> None:
        """Delete an object by hand, without any rule."""
        self._ask("POST", "remove", {"kind": kind, "name": name})

    def key(self, user: str) -> dict[str, str] | None:
        """The pair that the seed or make_key gave this user."""
        found = self._ask("GET", "keys").get(user.lower())
        return dict(found) if found is not None else None

    def secrets(self) -> dict[str, list[str]]:
        """What nobody else may see: the ``secrets`` of all pairs there ever were, and the last ``signatures``, in hex."""
        return dict(self._ask("GET", "secrets"))

    def make_key(self, user: str, *, days: float = 365, overlap_hours: float = 0) -> dict[str, str]:
        """A new pair for the user, made by hand; an older one ends after ``overlap_hours``."""
        return dict(self._ask("POST", "keys", {"name": user, "days": days, "overlap_hours": overlap_hours}))

    def confirm_email(self, user: str) -> bool:
        """The user follows the link that confirms a new address. False if none was pending."""
        return bool(self._ask("POST", "confirm_email", {"name": user})["confirmed"])

    def advance(self, seconds: float) -> float:
        """Let the organization's clock go on (expiry, overlap, creation delay; not that of signatures)."""
        return float(self._ask("POST", "clock", {"advance": seconds})["now"])

    def reset(self) -> None:
        """Back to the state after the start: seed, ids, keys and switches; no faults, empty log."""
        self._ask("POST", "reset")

    def flush(self) -> None:
        """Write everything to the SQLite file now."""
        self._ask("POST", "flush")

    def usage(self) -> dict[str, float]:
        """The process's own resource usage: user and system seconds, max_rss_kib, requests served."""
        return dict(self._ask("GET", "usage"))

    def status(self) -> dict[str, Any]:
        return dict(self._ask("GET", "status"))


def _position(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)

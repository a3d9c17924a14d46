# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix: a fault strikes a call of a run, and this is what has to hold afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import time
import types
import typing as t
from collections import Counter
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from pathlib import Path
from unittest import mock

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.veracode.plugins.module_utils import _session as _module
from ansible_collections.community.veracode.plugins.module_utils._apply import object as _apply
from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._http import rate_limit
from ansible_collections.community.veracode.plugins.module_utils._http.clock import SYSTEM, Clock
from ansible_collections.community.veracode.plugins.module_utils._module import api_credentials as _manage_credentials
from ansible_collections.community.veracode.plugins.module_utils._module import oauth_client as _manage_client
from ansible_collections.community.veracode.plugins.module_utils._read.accounts import Parallel
from tests.emulator.control import Emulator
from tests.faults.faults import EXPLAINED, FAULTS, SURVIVED, Fault, Order
from tests.faults.scenarios import Result, Scenario
from tests.leaks import assert_silent, exception_text

# A wait for an answer that never comes has to be short here; how long it is has tests of its own.
TIMEOUT = 1
USUAL_TIMEOUT = 60
LONGEST = 20

# What an error says where it cannot know whether something was done.
OPEN = re.compile(
    r"whether it was carried out is unknown|may have been carried out|cannot be read either|may be on its way"
)
# What a run was about when the fault struck.
_EXPLAINED = re.compile(
    r"Could not \w+|(GET|POST|PUT|DELETE) /api/|was created, but|a call signed with it failed|Veracode accepted the change of"
)
SECRET = re.compile(r"\b[0-9a-f]{128}\b")
MOMENTS = ("insert_ts", "modify_ts", "last_login", "created_ts", "last_used_ts", "visible_from")

State = dict[str, t.Any]


class _Jumping(Clock):
    """The clock of the transport: it jumps where the collection would wait."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def sleep(self, seconds: float) -> None:
        self._ahead += seconds


def _one_by_one(_parallel: Parallel, work: t.Callable[[t.Any], t.Any], items: t.Iterable[t.Any]) -> list[t.Any]:
    return [work(item) for item in items]


class Call(t.NamedTuple):
    """A call of an undisturbed run.

    :param kind: `pages` of a listing, `creations` of accounts, `caller` where it asks who calls, or `other`.
    """

    number: int
    writes: bool
    kind: str


class Matrix:
    """Runs cells of the matrix against one emulator.

    :param folder: for the files of the runs.
    """

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self._folder = folder
        self._number = 0
        self._undisturbed: dict[tuple[str, str], tuple[list[Call], State, Result]] = {}

    def run(self, scenario: Scenario, dest: Path, *, check: bool = False, timeout: float = USUAL_TIMEOUT) -> Result:
        """Run a scenario in this process, over real connections."""
        options = json.loads(json.dumps(scenario.options).replace('"DEST"', json.dumps(str(dest))))
        settings = {
            "api_key_id": self.emulator.api_id,
            "api_key_secret": self.emulator.api_secret,
            "api_url": self.emulator.url,
            "xml_api_url": self.emulator.url,
            "ca_path": self.emulator.ca_path,
            "rate_limit": 10_000,
            "max_retries": 1,
            "timeout": timeout,
        }
        validator = ArgumentSpecValidator(scenario.declaration.argument_spec())
        validated = validator.validate({**settings, **options})
        assert not validated.error_messages, validated.error_messages
        with self._without_waiting():
            session = _module.Session(validated.validated_parameters, check_mode=check)
            try:
                result = {"failed": False, **scenario.declaration.work(session)}
            except VeracodeError as error:
                assert_silent(self.emulator, exception_text(error))
                result = {"failed": True, "msg": error.msg, "failure": error.failure()}
            finally:
                session.close()
        return {**_module._so_far(session), "warnings": session.progress.warnings, **result}

    @contextlib.contextmanager
    def _without_waiting(self) -> Iterator[None]:
        """Let the organization's clock go on where the collection would sleep."""
        clock = types.SimpleNamespace(sleep=self.emulator.advance)
        own = _Jumping()
        with (
            tempfile.TemporaryDirectory(prefix="veracode-faults-") as cache,
            mock.patch.dict(os.environ, {"XDG_CACHE_HOME": cache}),
            mock.patch.dict(rate_limit._limiters, clear=True),
            mock.patch.object(SYSTEM, "sleep", own.sleep),
            mock.patch.object(SYSTEM, "monotonic", own.monotonic),
            mock.patch.object(_apply, "SYSTEM", clock),
            mock.patch.object(_manage_credentials, "SYSTEM", clock),
            mock.patch.object(_manage_client, "SYSTEM", clock),
        ):
            try:
                yield
            finally:
                # Users have one folder; here each run has one, and a worker makes thousands of runs.
                for limiter in rate_limit._limiters.values():
                    if limiter._fd is not None:
                        os.close(limiter._fd)

    def undisturbed(self, scenario: Scenario, fault: Fault) -> tuple[list[Call], State, Result]:
        """Return the calls of an undisturbed run in the fault's organization, what it leaves behind, and its result."""
        key = (scenario.name, json.dumps(fault.switches))
        if key not in self._undisturbed:
            self._begin(scenario, fault)
            result = self.run(scenario, self._dest())
            assert not result["failed"], result
            calls = [_call(number, entry) for number, entry in enumerate(self.emulator.log())]
            assert len(calls) == result["calls"]["reads"] + result["calls"]["writes"]
            self.emulator.advance(60)
            self._undisturbed[key] = calls, meaning(self.emulator.state()), result
        return self._undisturbed[key]

    def calls(self, scenario: Scenario, fault: Fault) -> list[Call]:
        """Return the calls that the fault can strike."""
        calls, _state, _result = self.undisturbed(scenario, fault)
        if fault.calls == "named":
            return [call for call in calls if call.kind != "caller"]
        return [call for call in calls if fault.calls in ("all", call.kind)]

    def _begin(self, scenario: Scenario, fault: Fault) -> None:
        self.emulator.reset()
        if scenario.client_of is not None:
            self.emulator.add("oauth_client", user=scenario.client_of, name="ci")
        if scenario.first is not None:
            self.run(scenario.first, self._dest())
            self.emulator.clear_log()
        self.emulator.switch(**scenario.switches, **fault.switches)

    def _dest(self) -> Path:
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        return folder / "key.json"

    def strike(self, scenario: Scenario, fault: Fault, call: int) -> str:
        """Run a scenario while a fault strikes its call number `call`, and check everything that has to hold.

        :returns: `survived` or `explained`.
        """
        calls, expected, truth = self.undisturbed(scenario, fault)
        emulator, dest = self.emulator, self._dest()
        where = f"{scenario.name}, {fault.name}, call {call}"
        self._begin(scenario, fault)
        before = emulator.state()
        self._order(fault, call)
        started = time.monotonic()
        # Once the server is gone, it is chance which of several calls at once it has answered before.
        is_gone = any(order["kind"] == "refuse" for order in fault.orders)
        with mock.patch.object(Parallel, "map", _one_by_one) if is_gone else contextlib.nullcontext():
            result = self.run(scenario, dest, timeout=TIMEOUT if fault.slow else USUAL_TIMEOUT)
        assert not fault.slow or time.monotonic() - started < LONGEST, where
        assert (fault.calls == "all" and call == 0) or emulator.faults()[0]["hits"], f"{where}: it did not strike"
        emulator.clear_faults()
        after = emulator.state()
        where = f"{where}: {json.dumps(result)[:2000]}"
        _nothing_leaks(result, emulator, dest, where)
        outcome = EXPLAINED if result["failed"] else SURVIVED
        assert calls[call].writes or fault.read in ("", outcome), where
        if result["failed"]:
            _explains(fault, result, where)
        elif not scenario.writes:
            assert _listed(result) == _listed(truth) or result["complete"] is False, where
        _honest(scenario, result, before, after, where)
        _no_secret_lost(scenario, dest, result, before, after, where)
        # Where nothing at all was changed, the next run is the undisturbed one.
        if dest.exists() or _visible(after) != _visible(before):
            self._converges(scenario, dest, expected, where)
        else:
            assert result["failed"] or not scenario.writes or result.get("complete") is False, where
        return outcome

    def strike_all(
        self, scenario: Scenario, known: Mapping[str, Mapping[str, int]] = types.MappingProxyType({})
    ) -> dict[str, dict[str, int]]:
        """Strike every call of a scenario with every fault, and count the outcomes by the names of the faults.

        :param known: outcomes that are kept, by the names of their faults, as long as they are of as many calls.
        """
        counts = {}
        for fault in FAULTS:
            calls = self.calls(scenario, fault)
            outcomes = Counter(known.get(fault.name, {}))
            if outcomes.total() != len(calls):
                outcomes = Counter(self.strike(scenario, fault, call.number) for call in calls)
            if outcomes:
                counts[fault.name] = dict(sorted(outcomes.items()))
        return counts

    def _order(self, fault: Fault, call: int) -> None:
        for order in fault.orders:
            if order["kind"] != "refuse":
                self.emulator.fault(**{"count": 1, **self._filled(order, call), "skip": call})
            elif call:
                # The server is gone after it has answered the call before.
                self.emulator.fault(**order, acts=True, skip=call - 1)
            else:
                self.emulator.fault(**order)

    def _filled(self, order: Order, call: int) -> Order:
        """Return the order with what is known only now; bodies differ from call to call."""
        port = self.emulator.url.rpartition(":")[2]
        values = {
            "NOW": formatdate(time.time(), usegmt=True),
            "TOMORROW": formatdate(time.time() + 86400, usegmt=True),
            "ANY": ("json", "html", "empty")[(call + int(order.get("status", 0))) % 3],
            "ELSEWHERE": f"https://localhost:{port}/elsewhere",
        }
        return {key: values.get(str(value), value) for key, value in order.items()}

    def _converges(self, scenario: Scenario, dest: Path, expected: State, where: str) -> None:
        """The next run, undisturbed, does the rest, and the one after it nothing at all."""
        self.emulator.advance(60)  # until then a new account may not be readable (documented)
        clean = self.run(scenario, dest)
        assert not clean["failed"], f"{where}\nthe next run: {clean}"
        state = self.emulator.state()
        assert meaning(state) == expected, where
        no_duplicates(state, where)
        if clean["changed"] and not scenario.always_writes:
            clean = self.run(scenario, dest)
            assert not clean["failed"], f"{where}\nthe run after the next: {clean}"
        if not scenario.always_writes:
            assert (clean["changed"], clean["calls"]["writes"]) == (False, 0), f"{where}\nonce more: {clean}"

    def check(self, scenario: Scenario, fault: Fault, call: int) -> None:
        """Run a scenario in check mode while a fault strikes: nothing is written."""
        dest = self._dest()
        self._begin(scenario, fault)
        self.emulator.read_only(True)
        self._order(fault, call)
        result = self.run(scenario, dest, check=True, timeout=TIMEOUT if fault.slow else USUAL_TIMEOUT)
        where = f"{scenario.name} in check mode, {fault.name}, call {call}: {result}"
        assert self.emulator.violations() == [], where
        assert result["calls"]["writes"] == 0, where
        assert list(dest.parent.iterdir()) == [], where
        if result["failed"]:
            _explains(fault, result, where)


def _call(number: int, entry: dict[str, t.Any]) -> Call:
    creation = entry["call"] == "createuser" or (entry["method"], entry["path"]) == ("POST", "/api/authn/v2/users")
    caller = entry["path"].endswith("/users/self")
    kind = "creations" if creation else "caller" if caller else "pages" if "page=" in entry["query"] else "other"
    return Call(number, entry["writes"], kind)


def _nothing_leaks(result: Result, emulator: Emulator, dest: Path, where: str) -> None:
    text = json.dumps(result)
    assert emulator.api_secret not in text, where
    assert not SECRET.search(text), where
    assert "Traceback" not in text, where
    assert "root:" not in text, where  # of the file that the external entity is
    assert [entry for entry in emulator.log() if "elsewhere" in entry["path"]] == [], where  # of the redirect
    assert [path for path in dest.parent.iterdir() if path != dest] == [], where


def _explains(fault: Fault, result: Result, where: str) -> None:
    """The error says what was being done, and the fault by its name."""
    message, failure = result["msg"], result["failure"]
    assert _EXPLAINED.search(message), where
    assert failure["msg"], where
    if fault.says and not result["actions"]:
        assert re.search(fault.says, message), where


def _honest(scenario: Scenario, result: Result, before: State, after: State, where: str) -> None:
    """What the run says it has changed is what is changed, unless it says that it cannot know."""
    if result["failed"] and OPEN.search(result["msg"]):
        return
    assert result["changed"] is (_visible(before) != _visible(after)), where
    assert scenario.writes or not result["changed"], where


def _no_secret_lost(scenario: Scenario, dest: Path, result: Result, before: State, after: State, where: str) -> None:
    """A pair or a client's secret that was made is in its file, or the error says that it could not be had."""
    if scenario.module == "veracode_oauth_client":
        _no_client_lost(scenario, dest, result, before, after, where)
        return
    made = {key["api_id"] for key in after["credentials"]} - {key["api_id"] for key in before["credentials"]}
    if dest.exists():
        assert json.loads(dest.read_text(encoding="utf-8"))["api_key_id"] in made, where
        assert dest.stat().st_mode & 0o777 == 0o600, where
    elif made:
        assert scenario.secret, where
        assert result["failed"], where
        assert re.search(r"secret is lost|key pair was lost|carried out is unknown", result["msg"]), where


def _no_client_lost(scenario: Scenario, dest: Path, result: Result, before: State, after: State, where: str) -> None:
    """What the file holds is the id and a living secret of the client; a secret that it lacks is named with the client."""
    living = {one["client_id"]: one["secrets"] for one in after["oauth_clients"] if not one["deleted"]}
    known = {secret["secret_id"] for one in before["oauth_clients"] for secret in one["secrets"]}
    made = {
        secret["secret_sha256"]: client
        for client, secrets in living.items()
        for secret in secrets
        if secret["secret_id"] not in known
    }
    if dest.exists():
        stored = json.loads(dest.read_text(encoding="utf-8"))
        assert made.pop(hashlib.sha256(stored["client_secret"].encode()).hexdigest()) == stored["client_id"], where
        assert dest.stat().st_mode & 0o777 == 0o600, where
    for client in made.values():
        assert scenario.secret, where
        assert result["failed"], where
        assert client in result["msg"] or OPEN.search(result["msg"]), where
    # Whatever happens, an existing client keeps a living secret, and one that somebody can have.
    for client in living.keys() & {one["client_id"] for one in before["oauth_clients"]}:
        assert living[client] or dest.exists(), where


def no_duplicates(state: State, where: str) -> None:
    for kind, name in (("users", "user_name"), ("teams", "team_name"), ("business_units", "bu_name")):
        names = [each[name].casefold() for each in state[kind] if not each.get("deleted")]
        assert len(names) == len(set(names)), f"{kind}: {where}"
    titles = [role["role_description"] for role in state["roles"]]
    assert len(titles) == len(set(titles)), where


def _visible(state: State) -> State:
    """Return what an administrator would call the organization: no moments, which a read may change, too."""
    return {
        kind: [{name: value for name, value in each.items() if name not in MOMENTS} for each in state[kind]]
        for kind in ("users", "teams", "business_units", "roles", "credentials", "oauth_clients")
    } | {"jit_settings": state["jit_settings"]}


def meaning(state: State) -> State:
    """Return what two runs with the same input leave behind alike: no ids, of which each server makes its own."""

    def named(kind: str, name: str, dropped: str) -> list[State]:
        kept = [each for each in _visible(state)[kind] if not each.get("deleted")]
        return sorted(
            ({key: value for key, value in each.items() if not re.fullmatch(dropped, key)} for each in kept),
            key=lambda each: str(each[name]),
        )

    counters = r"\w+_id|\w+_mails|\w+_resets|\w+_revocations"
    settings = state["jit_settings"] or {}
    return {
        "users": named("users", "user_name", counters),
        "teams": named("teams", "team_name", r"\w+_id"),
        "business_units": named("business_units", "bu_name", r"\w+_id"),
        "roles": named("roles", "role_description", r"\w+_id"),
        "oauth_clients": [
            {**client, "secrets": len(client["secrets"])}
            for client in named("oauth_clients", "name", r"\w+_id|\w+_made|\w+_revocations|\w+_ts")
        ],
        "jit_settings": {key: value for key, value in settings.items() if not key.endswith("id") and key != "_links"},
        "holders": sorted(user["user_name"] for user in state["users"] if user["api_id"] and not user["deleted"]),
    }


def _listed(found: t.Any) -> t.Any:
    """Return what an info module found, without its moments, which are those of another organization."""
    if isinstance(found, dict):
        moments = ("last_login", "created", "modified", "expires", "calls", "warnings")
        return {key: _listed(value) for key, value in found.items() if key not in moments}
    return [_listed(each) for each in found] if isinstance(found, list) else found

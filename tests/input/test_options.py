# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of every module, as its argument specification names it, is given what nobody should give it."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from tests import inside
from tests.emulator.control import Emulator
from tests.input import values
from tests.leaks import assert_silent

Options = dict[str, Any]
Result = dict[str, Any]

# Tasks in which one option after the other is replaced. DEST is a file of the run.
TASKS: dict[str, list[Options]] = {
    "veracode_api_credentials": [
        {"username": "build-upload", "state": "rotated", "return_secret": True},
        {"username": "keyless-api", "credentials_dest": "DEST"},
        {"api_id": "0" * 32, "state": "absent"},
    ],
    "veracode_api_user": [
        {"username": "build-upload"},
        {
            "username": "new-service",
            "first_name": "New",
            "last_name": "Service",
            "email_address": "service@example.com",
            "roles": ["Results API"],
            "teams": ["Demo Team"],
            "credentials": "on_create",
            "credentials_dest": "DEST",
        },
    ],
    "veracode_business_unit": [{"name": "Example Unit"}, {"name": "New Unit", "teams": ["Quality Team"]}],
    "veracode_business_unit_info": [{}, {"detailed": True}],
    "veracode_directory": [
        {"teams": [{"name": "New Team"}], "users": [{"username": "tmonarch@example.com", "phone": "1"}]},
        {"users": [{"username": "tmonarch@example.com"}], "exclusive": ["users"], "absent_action": "report"},
    ],
    "veracode_directory_info": [{}],
    "veracode_jit_settings": [{"roles": ["Reviewer"], "prefer_veracode_data": True, "ip_restricted": False}],
    "veracode_oauth_client": [{"name": "ci", "return_secret": True}, {"username": "build-upload", "state": "absent"}],
    "veracode_oauth_client_info": [{}],
    "veracode_role": [{"name": "Custom Reporter"}, {"name": "New Role", "permissions": ["viewReports"]}],
    "veracode_role_info": [{}, {"detailed": True}],
    "veracode_team": [{"name": "Demo Team"}, {"name": "New Team", "members": ["tmonarch@example.com"]}],
    "veracode_team_info": [{}, {"detailed": True}],
    "veracode_user": [
        {"username": "tmonarch@example.com"},
        {"username": "tmonarch@example.com", "api": "xml"},
        {"username": "new@example.com", "first_name": "New", "last_name": "Person", "roles": ["Executive"]},
        {
            "username": "new@example.com",
            "first_name": "New",
            "last_name": "Person",
            "roles": ["Executive"],
            "api": "xml",
        },
        {"custom_id": "EX\\msaml"},
    ],
    "veracode_user_info": [{}, {"api": "xml"}, {"detailed": True}],
    "veracode_user_reset": [{"username": "tmonarch@example.com", "reset": ["mfa"]}],
}
# Entries of veracode_directory, likewise.
ENTRIES: dict[str, Options] = {
    "business_units": {"name": "Example Unit"},
    "teams": {"name": "Demo Team"},
    "users": {"username": "tmonarch@example.com"},
    "api_users": {"username": "build-upload"},
}
# They are the same in every module, so that one module is enough for each.
CONNECTION = set.intersection(*(set(inside.specification(name)) for name in inside.MODULES))


class Case(NamedTuple):
    """An option.

    :param inside: the option of veracode_directory that it is a part of.
    """

    module: str
    inside: str | None
    option: str
    spec: Options

    def __str__(self) -> str:
        return ".".join(filter(None, (self.module.removeprefix("veracode_"), self.inside, self.option)))

    def task(self, base: Options, value: Any) -> Options:
        """Return a task with the option replaced."""
        if self.inside is None:
            return {**base, self.option: value}
        if self.inside in ENTRIES:
            return {self.inside: [{**ENTRIES[self.inside], self.option: value}]}
        many = self.inside.replace("_defaults", "s")
        return {self.inside: {self.option: value}, many: [ENTRIES[many]]}


def cases() -> Iterator[Case]:
    """Yield every option of every module."""
    for number, module in enumerate(inside.MODULES):
        specs = inside.specification(module)
        for option, spec in specs.items():
            if option not in CONNECTION or sorted(CONNECTION).index(option) % len(inside.MODULES) == number:
                yield Case(module, None, option, spec)
            for part, inner in spec.get("options", {}).items():
                yield Case(module, option, part, inner)


CASES = list(cases())


class Runs:
    """Runs a task three times, in check mode, for real and again, and judges what comes of it.

    :param folder: everything that the runs write is below it.
    """

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder
        self.count = 0
        (folder / "credentials").write_text(
            f"[default]\nveracode_api_key_id = {emulator.api_id}\nveracode_api_key_secret = {emulator.api_secret}\n"
        )
        self.env = {
            **emulator.env,
            "HOME": str(folder),
            # An odd URL must not lead out of this machine.
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "NO_PROXY": "127.0.0.1",
            "PATH": os.environ["PATH"],
            "VERACODE_RATE_LIMIT": "100000",
            "XDG_CACHE_HOME": str(folder / "cache"),
        }

    def run(self, module: str, options: Options, *, check: bool = False) -> Result:
        """Run a module; no traceback and no secret comes of it."""
        result = inside.run_module(module, options, self.env, check=check)
        shown = json.dumps(result)
        assert "Traceback" not in shown
        assert "exception" not in result
        assert_silent(self.emulator, shown)
        return result

    def cycle(self, module: str, options: Options) -> Result:
        """Return what comes of the task; the three runs have to agree."""
        self.count += 1
        self.emulator.reset()
        (self.folder / "dest").unlink(missing_ok=True)
        options = json.loads(json.dumps({"max_retries": 0, **options}).replace('"DEST"', f'"{self.folder / "dest"}"'))
        self.emulator.read_only(True)
        planned = self.run(module, options, check=True)
        assert self.emulator.violations() == []
        self.emulator.read_only(False)
        done = self.run(module, options)
        if planned.get("failed"):
            assert done.get("failed"), "check mode refuses what a run does"
            return done
        if done.get("failed"):
            assert done["calls"]["reads"] or done["calls"]["writes"], "what needs no call is refused in check mode too"
            return done
        for key in ("changed", "actions", "diff"):
            assert planned.get(key) == done.get(key), key
        self.emulator.advance(60)
        again = self.run(module, options)
        assert not again.get("failed"), again["msg"]
        repeats = module == "veracode_user_reset" or options.get("state") == "rotated" or options.get("revoke_tokens")
        if not repeats and not done.get("pending"):
            assert again["changed"] is False, again["diff"]
        return done


def assert_explained(case: Case, value: Any, result: Result) -> None:
    """A failure names the option and its value, or, if Veracode refused, the object."""
    msg, failure = result["msg"], result.get("failure")
    names = [case.option, case.option.replace("_", " "), *case.spec.get("aliases", ())]
    if failure is None:
        # From Python 3.12 on, the log of the system takes no null character, and Ansible ends a module for that.
        if "\\x00" in repr(value) and "embedded null character" in msg:
            return
        # Ansible's own check of arguments, which says of a list of dictionaries only what was expected.
        assert any(name in msg for name in names) or "dictionary requested" in msg or "dict" in msg, msg
        return
    if "method" in failure:
        told = failure.get("place") or failure.get("name") or failure["path"]
        assert told in msg or repr(told)[1:-1] in msg or failure.get("status") is None, (told, msg)
        return
    option = failure.get("option")
    assert (option or case.option) in msg or any(name in msg for name in names), msg
    if option == case.option:
        if case.option == "api_id" and "The value is not shown here" in msg:
            return  # a secret that was given in the wrong option would be shown
        given = failure.get("value")
        shown = (msg + (given if isinstance(given, str) else json.dumps(given, ensure_ascii=False))).casefold()
        told = any(word.casefold() in shown for word in values.words(value))
        assert told or isinstance(given, bool), (value, msg)


@pytest.fixture
def runs(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Any) -> Iterator[Runs]:
    monkeypatch.chdir(tmp_path)  # a relative path is an input, too
    runs = Runs(emulator, tmp_path)
    yield runs
    record_property("inputs", runs.count)


def examples(name: str, number: int, test: Callable[[st.DataObject], None]) -> None:
    """Run a test on examples: the same ones each time, and other ones for each name."""
    limited = settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    seed(zlib.crc32(name.encode()))(limited(given(st.data())(test)))()


def one_option(case: Case, runs: Runs, number: int) -> None:
    def test(data: st.DataObject) -> None:
        value = data.draw(values.values(case.spec, runs.folder), label=str(case))
        assume(case.option != "rate_limit" or not _is_low(value))
        options = case.task(data.draw(st.sampled_from(TASKS[case.module])), value)
        result = runs.cycle(case.module, options)
        if result.get("failed"):
            assert_explained(case, value, result)

    examples(str(case), number, test)


def _is_low(limit: Any) -> bool:
    """Tell whether a rate limit would be kept, by waiting."""
    try:
        return 0 < float(limit) < 1_000
    except (TypeError, ValueError):
        return False


def many_options(module: str, runs: Runs, number: int) -> None:
    specs = {name: spec for name, spec in inside.specification(module).items() if name not in CONNECTION}

    def test(data: st.DataObject) -> None:
        options = dict(data.draw(st.sampled_from(TASKS[module])))
        for name in data.draw(st.lists(st.sampled_from(sorted(specs)), unique=True, max_size=6)):
            options[name] = data.draw(values.values(specs[name], runs.folder), label=name)
        runs.cycle(module, options)

    examples(module, number, test)


def test_every_module_has_a_task() -> None:
    assert set(TASKS) == set(inside.MODULES)
    assert len(CONNECTION) >= 12


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_bad_option(case: Case, runs: Runs) -> None:
    one_option(case, runs, 2)


@pytest.mark.parametrize("module", inside.MODULES)
def test_many_bad_options(module: str, runs: Runs) -> None:
    many_options(module, runs, 8)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_bad_option_many_times(case: Case, runs: Runs) -> None:
    one_option(case, runs, 40)


@pytest.mark.slow
@pytest.mark.parametrize("module", inside.MODULES)
def test_many_bad_options_many_times(module: str, runs: Runs) -> None:
    many_options(module, runs, 300)

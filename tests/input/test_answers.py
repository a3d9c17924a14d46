# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Well-formed answers that mean nothing: one value of one answer of a run is another one, or is missing."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
from tests.emulator.control import Emulator
from tests.faults.matrix import Matrix
from tests.faults.scenarios import SCENARIOS, Scenario

VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**20,
        "",
        " ",
        "x",
        "a,b",
        "\x00",
        "\ud800",
        "x" * 5_000,
        "2026-13-45T99:99:99Z",
    ),
    *([], [None], [[]], ["x"], [{}], {}, {"x": 1}, {"name": None}, {"name": ["x"]}),
]
# No run of the matrix needs as many calls; an answer must not lead to more.
MOST_CALLS = 400
_ATTRIBUTE = re.compile(rb' ([\w:]+)="([^"]*)"')
_TEXTS = [
    b"",
    b" ",
    b"x",
    b"a,,b",
    b",",
    b"TRUE",
    b"&#0;",
    b"&#x41;",
    b"&amp;#x40;",
    b"x" * 5_000,
    b"-1",
    b"2026-13-45",
]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container with each of its keys."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def _edit_json(body: bytes, chance: random.Random) -> bytes:
    holder = [copy.deepcopy(json.loads(body))]
    container, key = chance.choice(list(_places(holder)))
    if isinstance(container, dict) and chance.random() < 0.3:
        del container[key]
    else:
        container[key] = chance.choice(VALUES)
    return json.dumps(holder[0]).encode()


def _edit_xml(body: bytes, chance: random.Random) -> bytes:
    found = [match for match in _ATTRIBUTE.finditer(body) if not match[1].startswith(b"xml")]
    if not found:
        return body
    match = chance.choice(found)
    replaced = b"" if chance.random() < 0.3 else b' %s="%s"' % (match[1], chance.choice(_TEXTS))
    return body[: match.start()] + replaced + body[match.end() :]


def edit(answer: Answer, chance: random.Random) -> Answer:
    """Return an answer with one value replaced or missing."""
    if not answer.body.strip():
        return answer
    change = _edit_json if "json" in answer.content_type else _edit_xml
    return dataclasses.replace(answer, body=change(answer.body, chance))


def _with_edits(chance: random.Random, at: int) -> Callable[..., Answer]:
    """Return a Transport.call whose answers from number `at` on are edited, one or each."""
    whole = chance.random() < 0.3
    calls = 0
    real = Transport.call

    def call(self: Transport, *args: Any, **kwargs: Any) -> Answer:
        nonlocal calls
        calls += 1
        if calls > MOST_CALLS:
            raise AssertionError("an answer makes a run call without end")
        answer = real(self, *args, **kwargs)
        return edit(answer, chance) if calls - 1 == at or (whole and calls > at) else answer

    return call


def _strike(emulator: Emulator, folder: Path, scenario: Scenario, number: int) -> None:
    matrix = Matrix(emulator, folder)
    for attempt in range(number):
        emulator.reset()
        chance = random.Random(f"{scenario.name} {attempt}")
        dest = folder / f"{attempt}.json"
        with mock.patch.object(Transport, "call", _with_edits(chance, attempt % 6)):
            # Whatever is not explained is raised.
            result = matrix.run(scenario, dest, check=chance.random() < 0.5)
        assert emulator.api_secret not in json.dumps(result), attempt
        if result["failed"]:
            assert len(result["msg"]) > 20, attempt


ALL = pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])


@ALL
def test_odd_answers_are_survived_or_explained(emulator: Emulator, tmp_path: Path, scenario: Scenario) -> None:
    _strike(emulator, tmp_path, scenario, 15)


@pytest.mark.slow
@ALL
def test_many_odd_answers_are_survived_or_explained(emulator: Emulator, tmp_path: Path, scenario: Scenario) -> None:
    _strike(emulator, tmp_path, scenario, 1_000)


def test_a_listing_without_end_is_refused(emulator: Emulator, tmp_path: Path) -> None:
    """Whatever number of pages a server tells, a run is not kept busy by it."""
    real = Transport.call
    calls = 0

    def call(self: Transport, *args: Any, **kwargs: Any) -> Answer:
        nonlocal calls
        calls += 1
        assert calls < MOST_CALLS
        answer = real(self, *args, **kwargs)
        data = json.loads(answer.body)
        if "page" in data:
            data["page"].update(total_pages=10**9, total_elements=10**9)
        return dataclasses.replace(answer, body=json.dumps(data).encode())

    for scenario in SCENARIOS:
        if scenario.name in ("list", "directory", "export", "team"):
            calls = 0
            with mock.patch.object(Transport, "call", call):
                result = Matrix(emulator, tmp_path).run(scenario, tmp_path / "key.json")
            assert result["failed"]
            assert "1000000000 pages" in result["msg"]

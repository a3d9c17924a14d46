# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each fault strikes each call of each scenario: it survives or explains, and the next run puts everything right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.control import Emulator
from tests.faults.matrix import FAULTS, SCENARIOS, Matrix, Scenario


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator("small") as running:
        yield running


@pytest.fixture
def matrix(emulator: Emulator, tmp_path: Path) -> Matrix:
    return Matrix(emulator, tmp_path)


# They cost seconds each, so that only one scenario of each way of writing waits for them in the short form.
WAITING = ("timeout", "slow_body", "huge")
WAITED_FOR = ("create", "update by XML", "rotate")

ALL = pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])


@ALL
def test_each_fault_at_one_call(matrix: Matrix, scenario: Scenario) -> None:
    """Each fault strikes once, at the calls of the run in turn."""
    calls = matrix.calls(scenario)
    shift = SCENARIOS.index(scenario)
    outcomes = Counter(matrix.strike(scenario, fault, (number + shift) % calls) for number, fault in enumerate(FAULTS))
    assert outcomes["survived"] + outcomes["explained"] >= len(FAULTS) * 0.6, outcomes


@pytest.mark.slow
@ALL
def test_each_fault_at_every_call(matrix: Matrix, scenario: Scenario) -> None:
    outcomes: Counter[str] = Counter()
    calls = min(matrix.calls(scenario), 12)
    for call in range(calls):
        for fault in FAULTS:
            outcomes[matrix.strike(scenario, fault, call)] += 1
    print(f"{scenario.name}: {calls} calls, {dict(outcomes)}")
    assert outcomes["survived"] + outcomes["explained"] >= calls * len(FAULTS) * 0.6, outcomes


@ALL
def test_check_mode_writes_nothing_under_faults(matrix: Matrix, scenario: Scenario, tmp_path: Path) -> None:
    matrix.emulator.reset()
    matrix.emulator.read_only(True)
    for fault in FAULTS:
        if FAULTS[fault]["kind"] in WAITING:
            continue
        matrix.emulator.fault(**{"count": 1, **FAULTS[fault]})
        matrix.run(scenario, tmp_path / "key.json", check=True)
        matrix.emulator.clear_faults()
    assert matrix.emulator.violations() == []
    assert not (tmp_path / "key.json").exists()

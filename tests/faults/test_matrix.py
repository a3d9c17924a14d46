# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fault strikes a call: the run survives or explains, and the next run puts everything right.

Short form: each scenario is struck by a part of the faults, each fault strikes a part of the scenarios, once.
Long form (slow): every fault strikes every call of every scenario, and what came of it is what the guide says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator.control import Emulator
from tests.faults import page
from tests.faults.faults import FAULTS, Fault
from tests.faults.matrix import Matrix
from tests.faults.scenarios import SCENARIOS, Scenario

ROOT = Path(__file__).resolve().parents[2]

# One of so many faults strikes a scenario in the short form, and others that cost seconds strike few.
STRIDE = 7

ALL = pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])


@pytest.fixture
def matrix(emulator: Emulator, tmp_path: Path) -> Matrix:
    return Matrix(emulator, tmp_path)


def some(scenario: Scenario, turn: int) -> list[tuple[int, Fault]]:
    """Return the faults that strike this scenario in the short form, with their numbers."""
    first = SCENARIOS.index(scenario) + turn
    chosen = [(number, fault) for number, fault in enumerate(FAULTS) if (number + first) % STRIDE == 0]
    return [(number, fault) for number, fault in chosen if not fault.slow or (number + first) % (3 * STRIDE) == 0]


@ALL
def test_some_faults_at_one_call(matrix: Matrix, scenario: Scenario) -> None:
    """A fault in two strikes the first call that writes, the others strike the calls in turn."""
    for turn, (number, fault) in enumerate(some(scenario, 0)):
        calls = matrix.calls(scenario, fault)
        if calls:
            writing = [call for call in calls if call.writes]
            chosen = writing[0] if writing and turn % 2 else calls[number % len(calls)]
            matrix.strike(scenario, fault, chosen.number)


@ALL
def test_check_mode_writes_nothing_whatever_strikes(matrix: Matrix, scenario: Scenario) -> None:
    for number, fault in some(scenario, 1):
        calls = [call for call in matrix.calls(scenario, fault) if not call.writes]
        if calls:
            matrix.check(scenario, fault, calls[number % len(calls)].number)


@ALL
def test_figures_are_of_these_cells(matrix: Matrix, scenario: Scenario) -> None:
    counted = {fault: sum(outcomes.values()) for fault, outcomes in page.read(ROOT)[scenario.name].items()}
    calls = {fault.name: len(matrix.calls(scenario, fault)) for fault in FAULTS}
    assert counted == {fault: number for fault, number in calls.items() if number}


def test_guide_tells_the_figures() -> None:
    figures = page.read(ROOT)
    assert list(figures) == [scenario.name for scenario in SCENARIOS]
    text = (ROOT / page.GUIDE).read_text(encoding="utf-8")
    assert text == page.with_tables(text, figures)


@pytest.mark.slow
@ALL
def test_every_fault_at_every_call(matrix: Matrix, scenario: Scenario) -> None:
    assert matrix.strike_all(scenario) == page.read(ROOT)[scenario.name]

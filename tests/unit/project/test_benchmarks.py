# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmarks call what the collection has today; what they measure is judged by themselves."""

from __future__ import annotations

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks.planning import plan


def test_every_benchmark_can_be_imported() -> None:
    assert "planning" in benchmarks.ALL


def test_the_benchmark_of_planning_plans_what_differs_and_who_is_in_no_entry() -> None:
    people = 200
    assert plan(people)["changes"] == people // 10 + people // 100

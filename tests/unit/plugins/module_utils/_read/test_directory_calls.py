# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of a converged run for each way of reading; the budgets hold in every run of the tests."""

from __future__ import annotations

import cProfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.benchmarks.support import slim, without_units
from tests.emulator.control import Emulator
from tests.inside import apply, export_all

PAGE = 500


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator("small", people=1000, api_users=50, teams=80, switches={"list_carries": "everything"}) as running:
        yield running


@pytest.fixture(scope="module")
def directory(emulator: Emulator) -> dict[str, list[dict[str, Any]]]:
    return without_units(export_all(emulator, compact=True)["directory"])


def converged(emulator: Emulator, carries: str, **lists: Any) -> dict[str, Any]:
    emulator.switch(list_carries=carries)
    emulator.clear_log()
    result = apply(emulator, **lists)
    assert not result["failed"], result["msg"]
    assert result["actions"] == []
    assert result["calls"] == {"reads": len(emulator.log()), "writes": 0}
    return result


def test_a_listing_that_carries_everything_is_all_it_takes(
    emulator: Emulator, directory: dict[str, list[dict[str, Any]]]
) -> None:
    result = converged(emulator, "everything", **directory)
    pages = -(-len(directory["users"] + directory["api_users"]) // PAGE)
    assert result["read_strategy"] == "listing"
    # One item is compared with the same account on its own.
    assert result["calls"]["reads"] <= 4 + pages + 1


def test_the_index_by_role_and_team_takes_few_calls(
    emulator: Emulator, directory: dict[str, list[dict[str, Any]]]
) -> None:
    result = converged(emulator, "no", **slim(directory))
    assert result["read_strategy"] == "inverse"
    assert result["calls"]["reads"] <= 200


def test_what_only_the_details_tell_takes_one_call_an_account(
    emulator: Emulator, directory: dict[str, list[dict[str, Any]]]
) -> None:
    result = converged(emulator, "no", **directory)
    assert result["read_strategy"] == "details"
    assert result["calls"]["reads"] <= 1100


def test_a_few_entries_cost_little(emulator: Emulator, directory: dict[str, list[dict[str, Any]]]) -> None:
    few = [user for user in directory["users"] if user.get("active")][:3]
    assert converged(emulator, "no", users=few)["calls"]["reads"] <= 3 + 3


@pytest.mark.slow
def test_the_work_grows_with_the_organization_and_no_faster(
    emulator: Emulator, directory: dict[str, list[dict[str, Any]]]
) -> None:
    """As counted in calls of functions, which are the same on each machine."""

    def work(server: Emulator, entries: dict[str, list[dict[str, Any]]]) -> int:
        profile = cProfile.Profile()
        with profile:
            converged(server, "everything", **entries)
        return sum(each.callcount for each in profile.getstats())

    with Emulator("small", people=250, api_users=12, teams=20, switches={"list_carries": "everything"}) as small:
        few = without_units(export_all(small, compact=True)["directory"])
        assert work(emulator, directory) < 5 * work(small, few)

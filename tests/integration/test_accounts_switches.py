# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The account modules converge, or explain why not, with every switch of the emulator in each position (pairwise)."""

from __future__ import annotations

import itertools
import os
import random
import re
from collections.abc import Iterator, Mapping

import pytest

from tests.emulator.control import Emulator
from tests.emulator.switches import TABLE
from tests.inside import Inside, Result, assert_converged, failures
from tests.integration.scenarios import SCENARIOS, Scenario
from tests.turns import in_turn

# With these in another position whole groups of scenarios are impossible, which would hide everything else; each of
# their positions has a row of its own.
HIDING = ("xml_api", "prefer_idp_data", "saml_subscription", "elearning_subscription")
# These say nothing about accounts: the tests of the transport try them, with clocks and limits of their own.
TRANSPORT = ("rate_limit_rest", "rate_limit_xml", "retry_after", "latency_ms", "clock_skew")
# Nor do these: teams, business units, roles, provisioning and OAuth clients are tried by their own tests.
OTHER = (
    *("business_unit_list", "business_unit_delete", "team_list_business_unit", "team_users", "create_role_status"),
    *(
        "role_delete_assigned",
        "child_roles_shown",
        "child_roles_carry",
        "role_name_created",
        "jit_none",
        "jit_without_roles",
        "jit_newer_keys",
    ),
    *("oauth_clients", "oauth_secret", "oauth_secret_life", "oauth_list_secrets"),
)
# Long enough to be noticed and short enough to wait for.
SHORTER = {"creation_delay": ("0", "3")}

POSITIONS: dict[str, tuple[str, ...]] = {
    switch.name: SHORTER.get(switch.name, switch.positions)
    for switch in TABLE
    if switch.name not in (*TRANSPORT, *OTHER) and len(switch.positions) > 1
}


def pairwise(positions: Mapping[str, tuple[str, ...]]) -> list[dict[str, str]]:
    """Return rows in which any two positions of any two switches come together at least once (greedily)."""
    chance = random.Random(7)
    names = sorted(positions, key=lambda name: (-len(positions[name]), name))
    todo = {
        frozenset(pair)
        for one, other in itertools.combinations(names, 2)
        for pair in itertools.product(((one, p) for p in positions[one]), ((other, p) for p in positions[other]))
    }
    rows = []
    while todo:
        seed = min(todo, key=sorted)
        row = dict(seed)
        rest = [name for name in names if name not in row]
        chance.shuffle(rest)
        for name in rest:
            gain = {
                position: sum(frozenset(((name, position), pair)) in todo for pair in row.items())
                for position in positions[name]
            }
            row[name] = max(positions[name], key=lambda position: gain[position])
        todo -= {frozenset(pair) for pair in itertools.combinations(row.items(), 2)}
        rows.append(row)
    return rows


ROWS = pairwise({name: places for name, places in POSITIONS.items() if name not in HIDING})
# In each row every third scenario; all of them with VERACODE_TESTS_THOROUGH=1, which takes three times as long.
SHARE = 1 if os.environ.get("VERACODE_TESTS_THOROUGH") else 3


def changed_from_default(row: Mapping[str, str]) -> dict[str, str]:
    return {name: position for name, position in row.items() if position != POSITIONS[name][0]}


def test_rows_hold_every_pair() -> None:
    """The rows are what they claim to be."""
    open_switches = [name for name in POSITIONS if name not in HIDING]
    for one, other in itertools.combinations(open_switches, 2):
        met = {(row[one], row[other]) for row in ROWS}
        assert met == set(itertools.product(POSITIONS[one], POSITIONS[other]))


def prove(inside: Inside, emulator: Emulator, scenario: Scenario, api: str, positions: Mapping[str, str]) -> None:
    """Run a scenario: it converges, or what stops it is known and explained."""
    emulator.reset()
    if scenario.before is not None:
        scenario.before(emulator)
    if positions:
        emulator.switch(**positions)
    options = {**scenario.options, "api": api} if scenario.kind == "user" else scenario.options
    results = inside.cycle(scenario.kind, options)
    stops = scenario.stops_at({**{name: places[0] for name, places in POSITIONS.items()}, **positions}, api)
    stopped = failures(results)
    if stopped and stops:
        assert any(re.search(stop, stopped[0]) for stop in stops), (stopped[0], stops)
        return
    assert stopped == [], (stopped[0], stops)
    if waits(results):
        return
    assert_converged(results)


def waits(results: list[Result]) -> bool:
    """Tell whether a new address waits for its confirmation, which each run says and orders again."""
    _check, run, again = results
    if run.get("pending"):
        assert again.get("pending") is True
        assert set(again["actions"][0]["fields"]) <= {"email_address", "username"}
    return bool(run.get("pending"))


def _cases(row: int) -> Iterator[tuple[Scenario, str]]:
    for number, scenario in enumerate(SCENARIOS):
        if (number + row) % SHARE == 0:
            for api in scenario.apis:
                yield scenario, api


@pytest.mark.parametrize("row", in_turn(range(len(ROWS)), of=16))
def test_every_pair_of_positions(inside: Inside, emulator: Emulator, row: int) -> None:
    """Whatever the server does of all that nobody can see from outside, the second run finds nothing to do."""
    positions = changed_from_default(ROWS[row])
    for scenario, api in _cases(row):
        try:
            prove(inside, emulator, scenario, api, positions)
        except AssertionError as error:
            raise AssertionError(f"{scenario} ({api})\n{positions}") from error


@pytest.mark.parametrize("scenario", in_turn(SCENARIOS, of=2), ids=str)
def test_each_stop_is_one(inside: Inside, emulator: Emulator, scenario: Scenario) -> None:
    """What is treated as impossible really is, with the error that explains it; by itself the scenario converges."""
    for api in scenario.apis:
        prove(inside, emulator, scenario, api, {})
        for condition, pattern in scenario.all_stops.items():
            where, _colon, switch = condition.rpartition(":")
            if where not in ("", api):
                continue
            name, _equals, position = switch.partition("=")
            emulator.reset()
            if scenario.before is not None:
                scenario.before(emulator)
            emulator.switch(**{name: position})
            options = {**scenario.options, "api": api} if scenario.kind == "user" else scenario.options
            stopped = failures(inside.cycle(scenario.kind, options))
            assert stopped, (api, condition)
            assert re.search(pattern, stopped[0]), (api, condition, stopped[0])

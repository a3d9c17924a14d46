# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to hold after every single write, as the server saw it: enough administrators, and no API user without a team."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Collection, Iterator
from typing import Any

from tests.emulator.control import Emulator

State = dict[str, Any]


def api_users(state: State) -> dict[str, set[str]]:
    """Return the teams of the API users by name."""
    return {name: set(each["teams"]) for name, each in state["accounts"].items() if each["is_api"]}


def assert_nobody_is_lost(
    states: list[State], *, least: int = 2, required: Collection[str] = (), unrestricted: Collection[str] = ()
) -> None:
    """Check the organization before a run and after each of its writes.

    :param least: how many administrators have to stay, as far as there are so many.
    :param required: administrators without whom no other one may go.
    :param unrestricted: API users that may be without a team.
    """
    first = states[0]
    had_team = {name for name, teams in api_users(first).items() if teams} - set(unrestricted)
    administrators = set(first["administrators"])
    floor = min(least, len(administrators))
    for earlier, state in itertools.pairwise(states):
        what = (state["method"], state["path"], state["status"])
        there = set(state["administrators"])
        assert len(there) >= floor, (what, there)
        if set(earlier["administrators"]) - there:
            assert set(required) <= there, (what, there)
        for name, teams in api_users(state).items():
            assert teams or name not in had_team, (what, f"{name} has no team")


class Watch:
    """The organization before a run and after each of its writes."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._first: State = {}

    def begin(self) -> None:
        """Watch from now on."""
        self._first = self._emulator.snapshot()
        self._emulator.watch()

    @property
    def states(self) -> list[State]:
        """What there was at the beginning, then what there was after each write."""
        return [self._first, *self._emulator.history()]


@contextlib.contextmanager
def every_write(emulator: Emulator, **rules: Any) -> Iterator[Watch]:
    """Check the organization after each write.

    :param rules: those of `assert_nobody_is_lost`.
    """
    watch = Watch(emulator)
    watch.begin()
    yield watch
    assert_nobody_is_lost(watch.states, **rules)

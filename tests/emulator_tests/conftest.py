# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients of the emulator, as its administrator and as others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator.control import Emulator
from tests.emulator_tests.client import Client


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Client]:
    made = Client(emulator)
    yield made
    made.close()


@pytest.fixture
def caller(emulator: Emulator) -> Iterator[object]:
    """A function that gives a client for another account of the seed."""
    made: list[Client] = []

    def build(name: str) -> Client:
        pair = emulator.key(name) or emulator.make_key(name)
        made.append(Client(emulator, pair["api_id"], pair["api_secret"]))
        return made[-1]

    yield build
    for one in made:
        one.close()

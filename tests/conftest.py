# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all tests share: one emulator for each worker, as good as new for each test; and no test is judged by its time."""

from __future__ import annotations

import gc
import importlib.util
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


def _importable() -> bool:
    try:
        return importlib.util.find_spec("ansible_collections.community.veracode") is not None
    except ModuleNotFoundError:
        return False


if not _importable():
    # A bare pytest in a checkout that is not in a tree of collections.
    _tree = Path(tempfile.mkdtemp(prefix="veracode-tree-"))
    _place = _tree / "ansible_collections" / "community"
    _place.mkdir(parents=True)
    (_place / "veracode").symlink_to(ROOT)
    sys.path.insert(0, str(_tree))

pytest.register_assert_rewrite("tests.inside", "tests.integration.playbooks")

from tests.emulator.control import Emulator  # noqa: E402

# How many examples a property is tried with: in test-all, and in `make test` (--hypothesis-profile=quick).
settings.register_profile("thorough", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("thorough"), max_examples=25)
settings.load_profile("thorough")


def pytest_collection_finish() -> None:
    """Keep what is there for all tests out of the collections of garbage: they would go through it again and again."""
    gc.collect()
    gc.freeze()


IDLE = 7200  # seconds after which the emulator of a worker that was killed ends by itself


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    """The small organization, as the test before has left it."""
    with Emulator(idle_exit=IDLE) as running:
        yield running


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """The small organization, untouched."""
    shared_emulator.reset()
    shared_emulator.read_only(False)
    return shared_emulator

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all integration tests share: an emulator a process, as good as new for each test, and a world to play in."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

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
from tests.inside import Inside  # noqa: E402
from tests.integration.playbooks import World, install  # noqa: E402
from tests.leaks import Watch, watching  # noqa: E402
from tests.tools.locks import locked  # noqa: E402


@pytest.fixture(autouse=True)
def leaks(tmp_path: Path, record_property: Callable[[str, object], None]) -> Iterator[Watch]:
    """No run of the test lets a secret out; the test says which files are there to hold one."""
    with watching(tmp_path) as watch:
        yield watch
        found = watch.close()
    for name in ("runs", "files", "processes"):
        record_property(f"leaks_{name}", getattr(watch, name))
    assert not found, "secrets were let out:\n" + "\n".join(found)


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """The small organization, untouched."""
    shared_emulator.reset()
    shared_emulator.read_only(False)
    return shared_emulator


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A tree with the collection as a user gets it: built, and installed from what was built; one for all workers."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "installed"
    with locked(folder.with_suffix(".lock")):
        return tree if (tree := folder / "collections").is_dir() else install(folder)


@pytest.fixture
def world(tmp_path: Path, emulator: Emulator, leaks: Watch) -> World:
    """A home and a tree of collections; playbooks call the emulator as its administrator."""
    return World(tmp_path, emulator, leaks)


@pytest.fixture
def inside(tmp_path: Path, emulator: Emulator) -> Inside:
    """The work of the account modules without a process for each."""
    return Inside(emulator, tmp_path)

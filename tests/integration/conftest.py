# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all integration tests share: a search for secrets, the installed collection, and a world to play in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.emulator.control import Emulator
from tests.inside import Inside
from tests.integration.playbooks import World, install
from tests.leaks import Watch, watching
from tests.tools.locks import locked


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

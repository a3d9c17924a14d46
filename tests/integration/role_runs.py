# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the collection's playbooks as a user does, and read what came of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from tests.emulator.control import Emulator
from tests.integration.inside import NO_LIMIT

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Outcome:
    """What one run of C(ansible-playbook) said."""

    returncode: int
    output: str

    @property
    def changed(self) -> int:
        """The number of changed tasks in the recap."""
        return int(re.search(r"changed=(\d+)", self.output)[1])  # type: ignore[index]


def program(name: str) -> str:
    """Return the path of a program beside this Python, or on the PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or name


def bare_environment() -> dict[str, str]:
    """Return the environment without settings of Ansible, and without any way to the sources of the collection."""
    foreign = ("ANSIBLE_", "VERACODE_", "PYTHON", "XDG_")
    return {key: value for key, value in os.environ.items() if not key.startswith(foreign)}


def install(folder: Path) -> Path:
    """Build the collection and install what was built, as a user does; return the tree that it is in."""
    galaxy, tree = program("ansible-galaxy"), folder / "unfinished"
    folder.mkdir(exist_ok=True)
    env = {**bare_environment(), "ANSIBLE_COLLECTIONS_PATH": str(tree), "HOME": str(folder)}

    def run(*arguments: str) -> None:
        done = subprocess.run([galaxy, "collection", *arguments], env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    run("build", "--output-path", str(folder), str(ROOT))
    [built] = folder.glob("*.tar.gz")
    run("install", "--offline", "--collections-path", str(tree), str(built))
    return tree.rename(folder / "collections")


class Runs:
    """Runs playbooks in a folder of their own.

    :param folder: an empty folder; it is the home and the working directory of every run.
    :param tree: where the collection is installed. The runs find no other collection, and nothing of the sources.
    :param emulator: whom the runs call, as its administrator.
    :param collections: further folders with collections.
    """

    def __init__(
        self, folder: Path, tree: Path, emulator: Emulator | None = None, collections: t.Sequence[Path] = ()
    ) -> None:
        self.folder = folder
        self.env = {
            **bare_environment(),
            **(emulator.env if emulator else {}),
            "VERACODE_RATE_LIMIT": NO_LIMIT,
            "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, [tree, *collections])),
            "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            # Whatever a role brings into the facts is to be seen in the cache.
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "facts"),
            "HOME": str(folder),
            # Ansible asks the system for the home of the user, not the environment.
            "ANSIBLE_REMOTE_TEMP": str(folder / ".ansible" / "tmp"),
        }
        for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            self.env.pop(proxy, None)

    def start(self, playbook: str, variables: t.Mapping[str, t.Any], *arguments: str) -> subprocess.Popen[str]:
        """Start a run without waiting for its end; further playbooks may be among the arguments."""
        command = [program("ansible-playbook"), playbook, *arguments, "-e", json.dumps(variables)]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def play(self, playbook: str, variables: t.Mapping[str, t.Any], *arguments: str) -> Outcome:
        """Run a playbook, by its path or its name."""
        process = self.start(playbook, variables, *arguments)
        output = process.communicate(timeout=300)[0]
        return Outcome(process.returncode, output)

    def cached(self) -> str:
        """Return everything in the fact cache."""
        folder = self.folder / "facts"
        return "".join(path.read_text() for path in folder.iterdir()) if folder.is_dir() else ""

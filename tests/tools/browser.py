# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find a Chromium that runs without a window, or unpack Debian's into a folder, which needs no rights on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")
PACKAGE = "chromium-headless-shell"


class Browser(t.NamedTuple):
    """How to start a browser.

    :param program: its path.
    :param env: what it wants of the environment.
    """

    program: str
    env: dict[str, str]


def find(target: Path) -> Browser | None:
    """Return the browser of the machine, or the one unpacked into `target`, which is done first if need be.

    :returns: `None` where there is no browser and nothing to get one with.
    """
    for name in NAMES:
        program = shutil.which(name)
        if program:
            return Browser(program, {})
    if not target.exists():
        unpack(target)
    if not target.exists():
        return None
    [libraries] = target.glob("usr/lib/*-linux-gnu")
    paths = os.pathsep.join(map(str, (libraries, libraries / "pulseaudio")))
    return Browser(str(target / "usr" / "lib" / "chromium" / PACKAGE), {"LD_LIBRARY_PATH": paths})


def unpack(target: Path) -> None:
    """Download Debian's package, with what it needs and the machine lacks, and unpack all of it into a folder.

    Where that cannot be had, there is no folder afterwards.
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        work = Path(folder)
        for name in ("lists/partial", "cache/archives/partial", "packages", "tree"):
            (work / name).mkdir(parents=True)
        # Lists and locks of our own, so that the machine's are not touched.
        own = (
            f"Dir::State::lists={work}/lists",
            f"Dir::Cache={work}/cache",
            "Debug::NoLocking=1",
            "APT::Sandbox::User=",
        )
        apt = ["apt-get", "--quiet", "--quiet", *(part for option in own for part in ("--option", option))]

        def run(*arguments: str, check: bool = True) -> str:
            pipe = subprocess.PIPE
            return subprocess.run(arguments, cwd=work / "packages", check=check, stdout=pipe, text=True).stdout

        run(*apt, "update", check=False)
        plan = run(*apt, "--simulate", "--no-install-recommends", "install", PACKAGE, check=False)
        missing = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
        if PACKAGE not in missing:
            return
        run(*apt, "download", *missing)
        for package in (work / "packages").glob("*.deb"):
            run("dpkg-deb", "--extract", str(package), str(work / "tree"))
        try:
            (work / "tree").rename(target)
        except OSError:
            if not target.exists():  # but for another process that was faster
                raise

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a virtual environment with given requirements, or leave it alone if it has them already.

An environment is made again when its Python, its requirements or the files that these name have changed; so the
second run of a command installs nothing and needs no network.

Usage: python environment.py FOLDER [--python 3.12] ARGUMENTS OF PIP INSTALL
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from locks import locked

STAMP = ".requirements"


def find_python(version: str) -> str | None:
    """Return an interpreter of this version (`3.12`): the one that runs this, on the PATH, or installed by pyenv.

    `None` if there is none.
    """
    candidates = [shutil.which(f"python{version}")]
    # Where pyenv keeps its versions: what it says itself, where it usually is, and next to the Python that runs this.
    folders = [Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions", Path(sys.base_prefix).parent]
    for folder in folders:
        candidates += [str(path) for path in sorted(folder.glob(f"{version}.*/bin/python"))]
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        candidates.insert(0, sys.executable)
    for candidate in filter(None, candidates):
        # A shim of pyenv is there also for a version that is not selected; so ask it.
        question = "import sys; print('%d.%d' % sys.version_info[:2])"
        probe = subprocess.run([candidate, "-c", question], check=False, capture_output=True, text=True)
        if probe.returncode == 0 and probe.stdout.strip() == version:
            return candidate
    return None


def fingerprint(python: str, arguments: list[str]) -> str:
    """Return what the environment depends on, as one line."""
    digest = hashlib.sha256()
    version = subprocess.run([python, "-VV"], check=True, capture_output=True, text=True).stdout
    for part in [version, *arguments]:
        digest.update(part.encode() + b"\0")
    for flag, name in itertools.pairwise(arguments):
        if flag in ("-r", "-c"):
            digest.update(Path(name).read_bytes() + b"\0")
    return digest.hexdigest()


def environment(folder: Path, arguments: list[str], version: str | None = None) -> Path:
    """Return the folder of the programs of an environment that has what `arguments` of pip install ask for.

    :param version: of Python; without it, the Python that runs this.
    :raises SystemExit: if there is no Python of that version.
    """
    python = find_python(version) if version else sys.executable
    if python is None:
        sys.exit(
            f"Python {version} is needed here, and neither the PATH nor pyenv has it. Install it and run this again."
        )
    with locked(folder.with_name(f"{folder.name}.lock")):
        desired = fingerprint(python, arguments)
        stamp = folder / STAMP
        programs = folder / "bin"
        if stamp.is_file() and stamp.read_text() == desired and (programs / "python").exists():
            return programs
        print(f"Making the environment {folder} ...", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, "-m", "venv", str(folder)], check=True)
        install = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", *arguments]
        subprocess.run([str(programs / "python"), *install], check=True)
        stamp.write_text(desired)
        return programs


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", metavar="VERSION")
    known, pip_arguments = parser.parse_known_args()
    try:
        environment(known.folder, pip_arguments, known.python)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the collection to where Ansible looks for it: `TREE/ansible_collections/community/veracode`.

The copy holds what git tracks plus what is new and not ignored. It is a git work tree of its own, because
ansible-test and ansible-lint ask git for the list of files. Files that did not change are not touched, so that
the caches of the tools stay good.

Usage: python mirror.py TREE
"""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

from locks import locked

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = Path("ansible_collections", "community", "veracode")
# What tools write into the copy and want to find again.
KEEP = {".git", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", "output", "__pycache__"}


def source_files() -> list[Path]:
    """Return the files of the checkout, relative to it."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = (Path(name) for name in listing.split("\0") if name)
    return sorted(name for name in names if (ROOT / name).is_symlink() or (ROOT / name).is_file())


def copy(source: Path, target: Path) -> None:
    """Make `target` the same as `source`; a link stays a link."""
    if source.is_symlink():
        target.unlink(missing_ok=True)
        target.symlink_to(source.readlink())
    elif not target.is_file() or not filecmp.cmp(source, target, shallow=False):
        shutil.copy2(source, target)
    elif source.stat().st_mode != target.stat().st_mode:
        shutil.copymode(source, target)


def prune(folder: Path, files: set[Path]) -> None:
    """Remove what is not in `files` below `folder`, and folders that became empty."""
    for entry in folder.iterdir():
        if entry.name in KEEP:
            continue
        if entry.is_dir() and not entry.is_symlink():
            prune(entry, files)
            if all(left.name == "__pycache__" for left in entry.iterdir()):
                shutil.rmtree(entry)
        elif entry not in files:
            entry.unlink()


def mirror(tree: Path) -> Path:
    """Bring the copy below `tree` up to date and return its path."""
    target = tree.resolve() / COLLECTION
    target.mkdir(parents=True, exist_ok=True)
    with locked(tree / "lock"):
        if not (target / ".git").exists():
            subprocess.run(["git", "init", "--quiet", str(target)], check=True)
        files = source_files()
        prune(target, {target / name for name in files})
        for name in files:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            copy(ROOT / name, target / name)
        subprocess.run(["git", "add", "--all"], cwd=target, check=True)
    return target


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(mirror(Path(sys.argv[1])))

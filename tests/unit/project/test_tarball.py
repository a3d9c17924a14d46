# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tarball of a collection follows from its content alone, can be installed, and holds what it should."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.tools.tarball import errors, listing, normalise

FILES = {
    "galaxy.yml": "namespace: acme\nname: demo\nversion: 1.0.0\nreadme: README.md\nauthors: [Somebody]\n",
    "README.md": "# Demo\n",
    "meta/runtime.yml": "requires_ansible: '>=2.16.0'\n",
    "plugins/modules/one.py": "one = 1\n",
    "plugins/modules/two.py": "two = 2\n",
    "playbooks/zero.yml": "[]\n",
}
MOMENT = 1_700_000_000


def galaxy(*arguments: str | Path, cwd: Path) -> None:
    env = {**os.environ, "ANSIBLE_HOME": str(cwd / "home")}
    program = Path(sys.executable).with_name("ansible-galaxy")
    subprocess.run([program, "collection", *arguments], cwd=cwd, env=env, check=True, capture_output=True, timeout=120)


def built(folder: Path, names: list[str], age: int) -> Path:
    """Build a collection whose files were made in this order and are of this age."""
    for number, name in enumerate(names):
        path = folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILES[name])
        os.utime(path, (MOMENT - age - number, MOMENT - age - number))
    galaxy("build", "source", cwd=folder)
    return folder / "acme-demo-1.0.0.tar.gz"


def shuffled(tarball: Path, target: Path) -> Path:
    """Write the tarball again with its files the other way round, as another file system might list them."""
    with tarfile.open(tarball) as old, tarfile.open(target, "w:gz") as new:
        for member in reversed(old.getmembers()):
            content = old.extractfile(member).read() if member.isfile() else b""  # type: ignore[union-attr]
            if member.name == "FILES.json":
                files = json.loads(content)
                content = json.dumps({**files, "files": files["files"][::-1]}).encode()
                member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return target


def test_same_content_same_bytes_and_it_installs(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one = built(tmp_path / "one", list(FILES), age=10)
    two = shuffled(built(tmp_path / "two", list(FILES)[::-1], age=99), tmp_path / "two" / "shuffled.tar.gz")
    assert one.read_bytes() != two.read_bytes()
    targets = [tmp_path / "acme-demo-1.0.0.tar.gz", tmp_path / "again.tar.gz"]
    for source, target in zip((one, two), targets, strict=True):
        normalise(source, target, MOMENT)
    assert targets[0].read_bytes() == targets[1].read_bytes()
    with tarfile.open(targets[0]) as archive:
        assert {member.mtime for member in archive} == {MOMENT}
        assert [member.name for member in archive][:2] == ["MANIFEST.json", "FILES.json"]
    # ansible-galaxy holds each file against its checksum.
    galaxy("install", "--offline", "--collections-path", "tree", targets[0], cwd=tmp_path)
    for name in FILES.keys() - {"galaxy.yml"}:
        assert (tmp_path / "tree" / "ansible_collections" / "acme" / "demo" / name).read_text() == FILES[name]


@pytest.mark.parametrize(
    ("there", "sources", "found"),
    [
        ({"README.md", "meta/runtime.yml"}, {"README.md", "meta/runtime.yml", "Makefile"}, []),
        ({"README.md", "notes.txt"}, {"README.md"}, ["notes.txt is no file of the sources"]),
        ({"README.md"}, {"README.md", "plugins/modules/one.py"}, ["plugins/modules/one.py is missing"]),
        ({".cache/x"}, {".cache/x"}, [".cache/x is hidden"]),
    ],
)
def test_what_should_not_be_is_seen(tmp_path: Path, there: set[str], sources: set[str], found: list[str]) -> None:
    tarball = tmp_path / "some.tar.gz"
    with tarfile.open(tarball, "w:gz") as archive:
        for name in sorted(there):
            archive.addfile(tarfile.TarInfo(name))
    assert [name for name, _size in listing(tarball)] == sorted(there)
    assert errors(tarball, sources) == found


def test_a_large_tarball_is_seen(tmp_path: Path) -> None:
    tarball = tmp_path / "some.tar.gz"
    (tmp_path / "data").write_bytes(os.urandom(1_000_000))
    with tarfile.open(tarball, "w:gz") as archive:
        archive.add(tmp_path / "data", "data")
    [found] = errors(tarball, {"data"})
    assert "bytes are more than" in found

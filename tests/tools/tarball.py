# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the tarball of a collection depend on nothing but its content, and tell what is wrong with what it holds.

`ansible-galaxy collection build` takes the order of its files from the file system, their times from the checkout and
two more from the clock. Here names are sorted, and all times are one.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Collection
from pathlib import Path

LARGEST = 700_000  # bytes of the tarball
# Galaxy's own ansible-lint run reads them.
SETTINGS = {".ansible-lint", ".yamllint"}
# What an installed collection may need at run time: nothing else.
NEEDED = ("meta", "plugins", "roles", "playbooks")


def _as_json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode() + b"\n"


def _contents(tarball: Path) -> dict[str, tuple[int, bytes | None]]:
    """Return mode and content of each member; of a folder, `None`."""
    found: dict[str, tuple[int, bytes | None]] = {}
    with tarfile.open(tarball) as archive:
        for member in archive:
            if not member.isdir() and not member.isfile():
                raise ValueError(f"{member.name}: neither a file nor a folder, so not every system can unpack it")
            stream = archive.extractfile(member)
            found[member.name] = (member.mode, stream.read() if stream else None)
    return found


def normalise(tarball: Path, target: Path, moment: int) -> None:
    """Write the tarball that has the same content, but of which each byte follows from the content.

    :param moment: the time of everything in it, in seconds since 1970.
    """
    members = _contents(tarball)
    listing = json.loads(members["FILES.json"][1] or b"")
    listing["files"].sort(key=lambda entry: entry["name"])
    files = _as_json(listing)
    manifest = json.loads(members["MANIFEST.json"][1] or b"")
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(files).hexdigest()
    first = {"MANIFEST.json": (0o644, _as_json(manifest)), "FILES.json": (0o644, files)}
    rest = {name: members[name] for name in sorted(members) if name not in first}
    with (
        target.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for name, (mode, content) in {**first, **rest}.items():
            entry = tarfile.TarInfo(name)
            entry.mode, entry.mtime = mode, moment
            entry.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
            entry.size = len(content or b"")
            archive.addfile(entry, io.BytesIO(content or b""))


def listing(tarball: Path) -> list[tuple[str, int]]:
    """Return the name and the size of each file."""
    return [(name, len(content)) for name, (_mode, content) in _contents(tarball).items() if content is not None]


def errors(tarball: Path, sources: Collection[str]) -> list[str]:
    """Return what is wrong with what the tarball holds.

    :param sources: the files of the checkout.
    """
    names = {name for name, _size in listing(tarball)}
    found = [f"{name} is no file of the sources" for name in sorted(names - {*sources, "MANIFEST.json", "FILES.json"})]
    found += [f"{name} is missing" for name in sorted({*sources} - names) if name.split("/")[0] in NEEDED]
    hidden = {name for name in names if any(part.startswith(".") for part in name.split("/"))}
    found += [f"{name} is hidden" for name in sorted(hidden - SETTINGS)]
    size = tarball.stat().st_size
    return found + ([f"{size} bytes are more than {LARGEST}"] if size >= LARGEST else [])

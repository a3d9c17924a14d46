# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Files that lie ready in the folder of a destination before a key pair is generated, and what killed runs left.

* `<name>.rescue-<hex>.json` takes the pair the moment it arrives.
* `.<name>.<hex>.tmp` becomes the destination by a rename.

Both have mode 0600 and their room on the disk. Their living owner keeps them locked, so that what a killed process left
can be told from what another one works with.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import stat
import tempfile
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._keys.formats import (
    RefusedError,
    find_format,
    names_of,
)
from ansible_collections.community.veracode.plugins.module_utils._keys.locks import try_lock

#: Bytes. A larger file is no credentials file.
MAX_BYTES = 1024 * 1024


class Slot:
    """A file made before it is needed: open, locked while its owner lives, mode 0600, its room taken on the disk.

    :param room: bytes.
    """

    def __init__(self, path: str, room: int) -> None:
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(self.fd, 0o600)
            try_lock(self.fd)
            self._put(b"\n" * room)
            os.fsync(self.fd)
        except BaseException:
            self.discard()
            raise

    def _put(self, data: bytes) -> None:
        done = 0
        while done < len(data):
            done += os.pwrite(self.fd, data[done:], done)

    def write(self, data: bytes) -> None:
        """Replace the content, and see it on the disk."""
        self._put(data)
        os.ftruncate(self.fd, len(data))
        os.fsync(self.fd)

    def is_in_place(self) -> bool:
        """Tell whether the path still leads to this file."""
        try:
            return os.path.samestat(os.stat(self.path, follow_symlinks=False), os.fstat(self.fd))
        except OSError:
            return False

    def close(self) -> None:
        """Close the file, and keep it."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def discard(self) -> None:
        """Remove the file."""
        with contextlib.suppress(OSError):
            os.unlink(self.path)
        self.close()


def rescue_path(folder: str, name: str, token: str) -> str:
    """Return the path of a rescue file."""
    return os.path.join(folder, f"{name}.rescue-{token}.json")


def temporary_path(folder: str, name: str, token: str) -> str:
    """Return the path of the file that becomes the destination."""
    return os.path.join(folder, f".{name}.{token}.tmp")


def rescue_elsewhere(name: str, data: bytes) -> str | None:
    """Write a rescue file where the folder of the destination cannot take it.

    :returns: its path, `None` if no folder took it.
    """
    folders = [os.path.expanduser("~")]
    with contextlib.suppress(OSError):
        folders.append(tempfile.gettempdir())
    for folder in folders:
        with contextlib.suppress(OSError):
            slot = Slot(rescue_path(folder, name, secrets.token_hex(8)), 0)
            try:
                slot.write(data)
            except OSError:
                slot.discard()
                continue
            slot.close()
            return slot.path
    return None


class Leftovers(t.NamedTuple):
    """What killed processes left next to a destination.

    :param litter: files without a pair that is needed.
    :param rescues: rescue files with a pair that the destination does not hold.
    """

    litter: list[str]
    rescues: list[str]


def find_leftovers(folder: str, name: str, text: str, owners: t.Collection[int]) -> Leftovers:
    """Return what killed processes left. To be called under the lock of the folder.

    :param name: name of the destination in its folder.
    :param text: content of the destination.
    :param owners: users whose files these may be.
    """
    found = Leftovers([], [])
    own = re.compile(rf"(\.?){re.escape(name)}\.(?:[0-9a-f]{{16}}\.tmp|rescue-[0-9a-f]{{16}}\.json)")
    for entry in sorted(os.listdir(folder)):
        match = own.fullmatch(entry)
        if not match or bool(match.group(1)) != entry.endswith(".tmp"):
            continue
        path = os.path.join(folder, entry)
        data = _read_abandoned(path, owners)
        if data is not None:
            is_rescue = not entry.endswith(".tmp") and _is_needed(data, text)
            (found.rescues if is_rescue else found.litter).append(path)
    return found


def _read_abandoned(path: str, owners: t.Collection[int]) -> bytes | None:
    """Return the content of a file whose owner has ended, `None` if it is something else."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(fd, "rb") as file:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode) or info.st_uid not in owners or not try_lock(fd):
            return None
        return file.read(MAX_BYTES)


def _is_needed(rescue: bytes, text: str) -> bool:
    """Tell whether a rescue file holds a pair that its destination does not."""
    try:
        found = json.loads(rescue)
        names = names_of(found.get("kind"))
        pair = tuple(found[key] for key in names.json)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False  # killed before a pair was there
    kind = find_format(found.get("format"), found.get("profile"), names)
    try:
        return kind is None or kind.read(text) != pair
    except RefusedError:
        return True

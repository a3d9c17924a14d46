# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A file that receives a key pair: which one it is, what it holds, and whether it can be written."""

from __future__ import annotations

import os
import re
import stat
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._files import MissingFileError, read_content
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import RefusedError
from ansible_collections.community.veracode.plugins.module_utils._keys.locks import LockedError, try_lock
from ansible_collections.community.veracode.plugins.module_utils._keys.slots import MAX_BYTES, rescue_path

#: Bytes beyond what is known to be needed: other writers may add profiles while the pair is generated.
SPARE_BYTES = 8192

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_MOST_LINKS = 40


class UnusableError(Exception):
    """Why a path cannot be a destination.

    :param why: completes "credentials_dest: <path> …".
    :param remedy: what the user can do.
    """

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why = why
        self.remedy = remedy


class Found(t.NamedTuple):
    """The real file behind a destination, as it is now.

    :param info: `None` if there is no file.
    """

    folder: str
    name: str
    text: str
    info: os.stat_result | None

    @property
    def target(self) -> str:
        return os.path.join(self.folder, self.name)

    @property
    def owners(self) -> set[int]:
        """The users whose leftovers are those of this destination."""
        return {os.geteuid(), self.info.st_uid if self.info else os.geteuid()}


def shown(path: str) -> str:
    """Return a path that can be printed, whatever its bytes."""
    return path.encode("utf-8", "backslashreplace").decode()


def explain(exc: Exception) -> str:
    """Return what went wrong, without what a library's message may quote."""
    if isinstance(exc, LockedError):
        return "another process keeps its folder locked"
    if isinstance(exc, UnusableError):
        return f"it {exc.why}"
    if isinstance(exc, (RefusedError, VeracodeError)):
        return str(exc)
    return (isinstance(exc, OSError) and exc.strerror) or type(exc).__name__


def look(path: str) -> Found:
    """Return what is at a destination now.

    :param path: absolute.
    :raises InputError: it is not a regular file, is too large, or cannot be read.
    :raises UnusableError: another user could have put it there.
    """
    refuse_foreign_links(path)
    folder, name = os.path.split(os.path.realpath(path))
    try:
        content = read_content(os.path.join(folder, name), "credentials_dest", MAX_BYTES)
    except MissingFileError:
        return Found(folder, name, "", None)
    if content.info.st_uid != os.geteuid() and _is_shared(os.stat(folder)):
        raise UnusableError(
            f"belongs to another user, and others may write in {shown(folder)}",
            "choose a folder that only this user can write to",
        )
    return Found(folder, name, content.data.decode("utf-8", "surrogateescape"), content.info)


def _is_shared(folder: os.stat_result) -> bool:
    return bool(folder.st_mode & _OTHERS_WRITE)


def refuse_foreign_links(path: str) -> None:
    """Refuse a path through a link that another user may have made: it leads where that user wants.

    :param path: absolute.
    :raises UnusableError: there is one.
    """
    current, rest = "/", [part for part in path.split("/") if part]
    links = 0
    while rest and links < _MOST_LINKS:
        part = rest.pop(0)
        following = os.path.normpath(os.path.join(current, part))
        try:
            info = os.lstat(following)
            if not stat.S_ISLNK(info.st_mode):
                current = following
                continue
            if info.st_uid not in (os.geteuid(), 0) and _is_shared(os.stat(current)):
                raise UnusableError(
                    f"leads through {shown(following)}, a link that another user made",
                    "choose a folder that only this user can write to",
                )
            links += 1
            leads_to = os.readlink(following)
        except OSError:
            return  # what is not there leads nowhere
        current = "/" if leads_to.startswith("/") else current
        rest = [step for step in leads_to.split("/") if step] + rest


def obstacle(found: Found, room: int) -> str | None:
    """Return why a destination cannot be written, as far as that shows without writing.

    :param room: bytes that it needs.
    """
    folder = shown(found.folder)
    try:
        why = _obstacle_in_folder(found, folder, room)
    except OSError as exc:
        return f"{folder}: {explain(exc)}"
    return why or _obstacle_at_file(found)


def _obstacle_in_folder(found: Found, folder: str, room: int) -> str | None:
    space = os.statvfs(found.folder)
    if space.f_flag & os.ST_RDONLY:
        return f"the file system of {folder} is read-only"
    if not may(found.folder, os.R_OK | os.W_OK | os.X_OK):
        return f"the user may not write in {folder}"
    free = (space.f_bfree if os.geteuid() == 0 else space.f_bavail) * space.f_frsize
    if (space.f_blocks and free < room + SPARE_BYTES) or (space.f_files and space.f_favail < 2):
        return f"there is no space left in {folder}"
    fd = os.open(found.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try_lock(fd)  # whether the file system can; taken or not is no matter here
    finally:
        os.close(fd)
    if len(os.fsencode(rescue_path("", found.name, "0" * 16))) > os.pathconf(found.folder, "PC_NAME_MAX"):
        return "its name is too long"
    return None


def _obstacle_at_file(found: Found) -> str | None:
    if found.info is None:
        return None
    writable = may(found.target, os.W_OK)
    if os.geteuid() == 0:
        if not writable:
            return "it is immutable"
    elif os.geteuid() != found.info.st_uid and not writable:
        return "it belongs to another user, who alone may write it"
    if is_mount_point(found.target):
        return "the file itself is a mount point and cannot be replaced as a whole (mount its folder instead)"
    return None


def may(path: str, mode: int) -> bool:
    """Tell whether the user may use a path so."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def is_mount_point(path: str) -> bool:
    """Tell whether a single file is mounted at the path, as containers do with secrets: it cannot be replaced."""
    try:
        with open("/proc/self/mountinfo", "rb") as mounts:
            points = [line.split()[4] for line in mounts]
    except OSError:
        return False
    plain = (re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal.group(1), 8)]), point) for point in points)
    return os.fsencode(path) in plain

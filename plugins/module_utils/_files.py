# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reading and writing of the files that options name.

Only regular files are read and written: a FIFO or a terminal could wait without end, `/dev/zero` could fill the
memory, and a device that is replaced becomes a file. Paths are taken as they are; `~` is the caller's.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError

#: Bytes. Far beyond every list of an organization.
LIMIT = 64 * 1024 * 1024

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH

_KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a pipe"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
)


class MissingFileError(InputError):
    """There is no file of this name."""


class Content(t.NamedTuple):
    """What was read, and what the file system says of the file."""

    data: bytes
    info: os.stat_result


def read_regular(path: str, option: str, limit: int = LIMIT) -> bytes:
    """Return the content of a regular file.

    :param option: the option that names the file, for the message.
    :param limit: bytes; a larger file is refused.
    :raises MissingFileError: there is no such file.
    :raises InputError: it cannot be read, is not a regular file, or is too large.
    """
    return read_content(path, option, limit).data


def read_text(path: str, option: str, limit: int = LIMIT) -> str:
    """Return the text of a regular file in UTF-8, without a byte order mark.

    :raises InputError: as `read_regular`, and if it is not text in UTF-8.
    """
    try:
        return read_regular(path, option, limit).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _error(option, path, "is not text in UTF-8", "save it as UTF-8") from None


def read_content(path: str, option: str, limit: int = LIMIT) -> Content:
    """Return the content of a regular file with its status. Parameters and errors as of `read_regular`."""
    with _explained(path, option, "read"):
        # Asked before it is opened, as opening alone moves some devices.
        _refuse_special(os.stat(path), path, option)
        with open(os.open(path, _READ), "rb") as stream:
            info = os.fstat(stream.fileno())
            _refuse_special(info, path, option)
            data = stream.read(limit + 1)
    if len(data) > limit:
        raise _error(option, path, f"is larger than {_size(limit)}", "name another file")
    return Content(data, info)


def write_regular(path: str, option: str, data: bytes, mode: int = 0o600) -> None:
    """Write a file, whole or not at all. A symbolic link is kept, and what it leads to is written.

    :param option: the option that names the file, for the message.
    :param mode: permissions of a new file; a file of this user keeps its own.
    :raises InputError: it cannot be written, or what is there is not a regular file.
    """
    with _explained(path, option, "written"):
        target = _target(path, option)
        with contextlib.suppress(FileNotFoundError):
            info = os.stat(target)
            _refuse_special(info, path, option)
            if info.st_uid == os.geteuid():
                mode = stat.S_IMODE(info.st_mode)
        _replace(target, data, mode)


def append_regular(path: str, option: str, data: bytes, mode: int = 0o600) -> None:
    """Append to a file, which is created if there is none. Parameters and errors as of `write_regular`."""
    with _explained(path, option, "written"):
        target = _target(path, option)
        with contextlib.suppress(FileNotFoundError):
            _refuse_special(os.stat(target), path, option)
        with open(os.open(target, _APPEND, mode), "ab") as stream:
            _refuse_special(os.fstat(stream.fileno()), path, option)
            stream.write(data)


def _replace(target: str, data: bytes, mode: int) -> None:
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, _NEW, 0o600)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _target(path: str, option: str) -> str:
    """Return where a path leads.

    :raises InputError: through a link that somebody else made where anybody may make one.
    """
    path = os.path.abspath(path)
    if os.path.islink(path):
        folder = os.stat(os.path.dirname(path))
        if folder.st_mode & _OTHERS_WRITE and os.lstat(path).st_uid not in (os.geteuid(), folder.st_uid):
            raise _error(option, path, "is a link that another user made", "name a file in a folder of your own")
    return os.path.realpath(path)


def _refuse_special(info: os.stat_result, path: str, option: str) -> None:
    if not stat.S_ISREG(info.st_mode):
        kind = next((text for test, text in _KINDS if test(info.st_mode)), "is special")
        raise _error(option, path, f"{kind} and not a regular file", "name a regular file")


@contextlib.contextmanager
def _explained(path: str, option: str, verb: str) -> t.Iterator[None]:
    """Turn what the operating system says into an error about the option."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        folder = os.path.dirname(os.path.abspath(path))
        if verb == "written" or not os.path.isdir(folder):
            raise _error(
                option, path, f"cannot be {verb}: its folder does not exist", "create it", missing=True
            ) from None
        raise _error(option, path, "does not exist", "check the path", missing=True) from None
    except OSError as error:
        remedy = "choose another folder" if verb == "written" else "let the user that runs the task read it"
        raise _error(option, path, f"cannot be {verb}: {error.strerror or type(error).__name__}", remedy) from None
    except ValueError:  # a NUL in the path
        raise _error(option, path, "is not a valid path", "check the path") from None


def _error(option: str, path: str, what: str, remedy: str, *, missing: bool = False) -> InputError:
    return (MissingFileError if missing else InputError)(
        f'{option}: "{path}" {what}; {remedy}', option=option, value=path
    )


def _size(limit: int) -> str:
    return f"{limit // 1024**2} MiB" if limit >= 1024**2 else f"{limit} bytes"

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The one writer of generated key pairs.

Veracode shows a generated secret once, and generating destroys the old pair. So everything that can be refused is refused
before, and two files lie ready in the destination's folder when the pair is generated, both with mode 0600 and with their
room on the disk:

* C(<name>.rescue-<hex>.json) takes the pair the moment it arrives, before anything else is tried;
* C(.<name>.<hex>.tmp) becomes the destination by a rename.

The rescue file goes only when the destination is safely on the disk. Whatever goes wrong in between, a kill included, leaves
the pair in it, and it is never deleted by this collection unless the destination holds the same pair. Both files are locked by
their living owner, so that what a killed process left behind can be told from what another one is working with.

Writers of one folder exclude each other by a lock on the folder itself, which leaves no litter. It is held only while a file
is prepared or replaced, never while the server is asked: no writer can wait for one that waits for it. (On NFS it works between
the processes of one machine only.)
"""

from __future__ import annotations

import configparser
import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import (
    Format,
    KeyPair,
    RefusedError,
    find_format,
)

LOCK_SECONDS = 60.0
"""How long to wait for another writer of the same folder, which needs it for milliseconds."""

MAX_BYTES = 1024 * 1024
"""A larger file is no credentials file."""

SPARE_BYTES = 8192
"""Room beyond what is known: other writers may add profiles while the pair is generated."""


class KeyStoreError(VeracodeError):
    """A pair was generated and could not be stored where it belongs; the message says where it is instead.

    :param rescue: the path of the rescue file that holds it, or V(None) if that failed too.
    """

    def __init__(self, msg: str, *, rescue: str | None, option: str, value: str) -> None:
        super().__init__(msg, option=option, value=value)
        self.rescue = rescue


def _shown(path: str) -> str:
    """Return a path that can be printed, whatever its bytes."""
    return path.encode("utf-8", "backslashreplace").decode()


def _why(exc: Exception) -> str:
    """Return what went wrong, without what a library's message may quote."""
    if isinstance(exc, (RefusedError, VeracodeError)):
        return str(exc)
    return (isinstance(exc, OSError) and exc.strerror) or type(exc).__name__


def _may(path: str, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _locked(folder: str) -> Iterator[int]:
    """Hold the lock of a folder; give its descriptor. Raises C(RefusedError) when it stays taken, and C(OSError)."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _try_lock(fd):
            if time.monotonic() >= deadline:
                raise RefusedError(f"another process has kept its folder locked for {LOCK_SECONDS:g} seconds")
            time.sleep(0.02)
        yield fd
    finally:
        os.close(fd)


def _sync_folder(fd: int) -> None:
    try:
        os.fsync(fd)
    except OSError as exc:
        if exc.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems have no such thing
            raise


def _is_mount_point(path: str) -> bool:
    """Say whether a single file is mounted at the path, as containers do with secrets: it cannot be replaced."""
    try:
        with open("/proc/self/mountinfo", "rb") as mounts:
            points = [line.split()[4] for line in mounts]
    except OSError:
        return False
    plain = (re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal.group(1), 8)]), point) for point in points)
    return os.fsencode(path) in plain


class _Slot:
    """A file made before it is needed: open, locked while its owner lives, mode 0600, its room taken on the disk."""

    def __init__(self, path: str, room: int) -> None:
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(self.fd, 0o600)
            _try_lock(self.fd)
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
        self._put(data)
        os.ftruncate(self.fd, len(data))
        os.fsync(self.fd)

    def is_in_place(self) -> bool:
        try:
            return os.path.samestat(os.stat(self.path, follow_symlinks=False), os.fstat(self.fd))
        except OSError:
            return False

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            os.unlink(self.path)
        self.close()


@dataclass(frozen=True)
class _Place:
    """The real file behind the destination, as it is now."""

    folder: str
    name: str
    text: str
    info: os.stat_result | None

    @property
    def target(self) -> str:
        return os.path.join(self.folder, self.name)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")  # bytes that are no UTF-8 come out as they came in


class KeyStore:
    """A place for key pairs: a file of the user's.

    :param dest: path of the file; C(~) and relative paths are expanded, a symbolic link is followed and kept.
    :param format: V(ini), V(json) or V(env).
    :param profile: for V(ini), the section; there is no default.
    :raises InputError: when the arguments cannot be meant.
    """

    def __init__(self, dest: str | bytes, *, format: str, profile: str | None) -> None:
        self.dest = _shown(os.fsdecode(dest))
        self.format = format
        self.profile = profile
        try:
            raw = os.fsencode(dest)
        except UnicodeEncodeError:
            raw = b""
        if not raw or b"\0" in raw:
            raise self._error("is no path", "give the path of a file")
        if self.dest.endswith("/"):
            raise self._error("names a folder", "give the path of a file in it")
        self._path = os.path.abspath(os.path.expanduser(os.fsdecode(raw)))
        kind = find_format(format, profile)
        if kind is None:
            raise self._error("is no format", "choose ini, json or env", "credentials_format")
        if format == "ini":
            self._check_profile(profile or "")
        self._kind: Format = kind

    def _check_profile(self, profile: str) -> None:
        option, remedy = "credentials_profile", "choose another name"
        if not profile:
            raise self._error("names no section", "name the section for the pair", option)
        if profile == configparser.DEFAULTSECT:
            raise self._error("is no profile in an INI file but the defaults of all of them", remedy, option)
        if set("[]") & set(profile) or profile != profile.strip() or not profile.isprintable():
            why = "cannot name a section of an INI file: it has a bracket, a control character, or a space at an end"
            raise self._error(why, remedy, option)

    def _error(self, why: str, remedy: str, option: str = "credentials_dest") -> InputError:
        value = {"credentials_dest": self.dest, "credentials_format": self.format, "credentials_profile": self.profile}
        return InputError(f"{option}: {value[option]!r} {why}; {remedy}", option=option, value=value[option])

    def _look(self) -> _Place:
        """Return what is at the destination now. Raises InputError when that is no such file or cannot be read."""
        folder, name = os.path.split(os.path.realpath(self._path))
        target = os.path.join(folder, name)
        try:
            info = os.stat(target)
            if not stat.S_ISREG(info.st_mode):
                what = "a folder" if stat.S_ISDIR(info.st_mode) else "not an ordinary file"
                raise self._error(f"is {what}", "give the path of a file")
            with open(target, "rb") as file:
                data = file.read(MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return _Place(folder, name, "", None)
        except OSError as exc:
            raise self._error(f"cannot be read ({_why(exc)})", "choose a file of the user that runs the task") from None
        if len(data) > MAX_BYTES:
            raise self._error("is too large for a credentials file", "choose another file")
        return _Place(folder, name, data.decode("utf-8", "surrogateescape"), info)

    def _refusal(self, exc: Exception) -> InputError:
        return self._error(
            f"cannot be used: {_why(exc)}",
            f"repair the file, choose another one or another credentials_format than {self.format}",
        )

    def _inspect(self) -> tuple[_Place, int]:
        """Return the place and the room it needs, in bytes. Raises InputError for what can be seen without writing."""
        place = self._look()
        folder = _shown(place.folder)
        if not os.path.isdir(place.folder):
            raise self._error(f"cannot be written: there is no folder {folder}", "create it first")
        try:
            room = len(_encode(self._kind.edit(place.text, KeyPair("0" * 64, "0" * 256, "0" * 64)))) + SPARE_BYTES
        except RefusedError as exc:
            raise self._refusal(exc) from None
        why = self._obstacle(place, room)
        if why:
            raise self._error(f"cannot be written: {why}", "choose a file in a folder where the user may write")
        return place, room

    def _obstacle(self, place: _Place, room: int) -> str | None:
        folder = _shown(place.folder)
        try:
            space = os.statvfs(place.folder)
            if space.f_flag & os.ST_RDONLY:
                return f"the file system of {folder} is read-only"
            if not _may(place.folder, os.R_OK | os.W_OK | os.X_OK):
                return f"the user may not write in {folder}"
            free = (space.f_bfree if os.geteuid() == 0 else space.f_bavail) * space.f_frsize
            if (space.f_blocks and free < room + SPARE_BYTES) or (space.f_files and space.f_favail < 2):
                return f"there is no space left in {folder}"
            fd = os.open(place.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                _try_lock(fd)  # whether the file system can; taken or not is no matter here
            finally:
                os.close(fd)
            above = os.stat(place.folder)
            longest = self._rescue_path("", place.name, "0" * 16)
            if len(os.fsencode(longest)) > os.pathconf(place.folder, "PC_NAME_MAX"):
                return "its name is too long"
        except OSError as exc:
            return f"{folder}: {_why(exc)}"
        if place.info is not None and os.geteuid() not in (0, place.info.st_uid):
            if above.st_mode & stat.S_ISVTX and os.geteuid() != above.st_uid:
                return f"it belongs to another user, and in {folder} only that one may replace it"
            if not _may(place.target, os.W_OK):
                return "it belongs to another user, who alone may write it"
        if place.info is not None and os.geteuid() == 0 and not _may(place.target, os.W_OK):
            return "it is immutable"
        if place.info is not None and _is_mount_point(place.target):
            return "the file itself is a mount point and cannot be replaced as a whole (mount its folder instead)"
        return None

    def stored_api_id(self) -> str | None:
        """Return the id that the file holds, V(None) if there is no file, no such profile, or only half a pair.

        :raises InputError: when the file is there and cannot be read or understood.
        """
        try:
            api_id, api_secret = self._kind.read(self._look().text)
        except RefusedError as exc:
            raise self._refusal(exc) from None
        return api_id if api_secret else None

    def check(self) -> None:
        """Raise what C(prepare()) would raise, as far as it can be known without writing; write nothing.

        :raises InputError: naming option, value and remedy.
        """
        self._inspect()

    def prepare(self) -> Reservation:
        """Prove that a pair can be stored, and make everything ready for it.

        :raises InputError: naming option, value and remedy; nothing is left behind then.
        """
        place, room = self._inspect()
        try:
            with _locked(place.folder) as fd, contextlib.ExitStack() as undo:
                litter, rescues = self._leftovers(place)
                for path in litter:
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(path)
                token = secrets.token_hex(8)
                rescue = _Slot(self._rescue_path(place.folder, place.name, token), SPARE_BYTES)
                undo.callback(rescue.discard)
                temporary = _Slot(os.path.join(place.folder, f".{place.name}.{token}.tmp"), room)
                undo.callback(temporary.discard)
                _sync_folder(fd)
                undo.pop_all()
        except (OSError, RefusedError) as exc:
            why = f"cannot be written: {_why(exc)}"
            raise self._error(why, "make room for it, or choose another folder") from None
        return Reservation(self, place, rescue, temporary, tuple(_shown(path) for path in rescues))

    @staticmethod
    def _rescue_path(folder: str, name: str, token: str) -> str:
        return os.path.join(folder, f"{name}.rescue-{token}.json")

    def rescue_files(self) -> list[str]:
        """Return the rescue files of earlier runs beside the destination, for a warning or an error. Changes nothing."""
        place = self._look()
        try:
            with _locked(place.folder):
                return [_shown(path) for path in self._leftovers(place)[1]]
        except (OSError, RefusedError):
            return []

    def _leftovers(self, place: _Place) -> tuple[list[str], list[str]]:
        """Return what killed processes left: files without a pair of their own, and rescue files.

        To be called under the folder's lock.
        """
        litter: list[str] = []
        rescues: list[str] = []
        owners = {os.geteuid(), place.info.st_uid if place.info else os.geteuid()}  # of nobody else's files
        own = re.compile(rf"(\.?){re.escape(place.name)}\.(?:[0-9a-f]{{16}}\.tmp|rescue-[0-9a-f]{{16}}\.json)")
        for name in sorted(os.listdir(place.folder)):
            match = own.fullmatch(name)
            if not match or bool(match.group(1)) != name.endswith(".tmp"):
                continue
            path = os.path.join(place.folder, name)
            try:
                fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError:
                continue
            with open(fd, "rb") as file:
                info = os.fstat(fd)
                if not stat.S_ISREG(info.st_mode) or info.st_uid not in owners or not _try_lock(fd):
                    continue
                kept = not name.endswith(".tmp") and self._is_needed(file.read(MAX_BYTES), place)
                (rescues if kept else litter).append(path)
        return litter, rescues

    def _is_needed(self, rescue: bytes, place: _Place) -> bool:
        """Say whether a rescue file holds a pair that its destination does not."""
        try:
            found = json.loads(rescue)
            pair = (found["api_key_id"], found["api_key_secret"])
        except (ValueError, TypeError, KeyError):
            return False  # killed before a pair was there
        kind = find_format(found.get("format"), found.get("profile"))
        try:
            return kind is None or kind.read(place.text) != pair
        except RefusedError:
            return True


class Reservation:
    """A destination that is ready for one pair. A context manager: left without C(store()), it changes nothing.

    C(rescue_files) are those that earlier runs left beside the destination, worth a warning.
    """

    def __init__(
        self, store: KeyStore, place: _Place, rescue: _Slot, temporary: _Slot, rescue_files: tuple[str, ...]
    ) -> None:
        self.rescue_files = rescue_files
        self._store = store
        self._place = place
        self._rescue = rescue
        self._temporary = temporary
        self._begun = False

    def __enter__(self) -> Reservation:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Take away what was prepared and is not needed."""
        if self._temporary.fd >= 0:
            self._temporary.discard()
        if self._begun:
            self._rescue.close()  # if it is still there, it holds the pair
        elif self._rescue.fd >= 0:
            self._rescue.discard()

    def store(self, pair: KeyPair) -> None:
        """Put the pair into the destination: whole, on the disk, mode 0600; or else into a rescue file.

        :raises KeyStoreError: when it is not in the destination; says where it is.
        """
        if self._begun:
            raise RuntimeError("A reservation is for one key pair")
        self._begun = True
        record = pair.record() | {"format": self._store.format, "profile": self._store.profile}
        data = (json.dumps(record, indent=2) + "\n").encode()
        saved = False
        with contextlib.suppress(OSError):  # then the destination may still take it
            self._rescue.write(data)
            saved = True
        try:
            self._replace(pair)
        except Exception as exc:  # whatever it is, the pair must not be lost with it
            why = _why(exc)
        else:
            self._rescue.discard()
            return
        if saved and self._rescue.is_in_place():
            path: str | None = self._rescue.path
        else:
            self._rescue.discard()
            path = self._rescue_elsewhere(data)
        self.close()
        raise self._error(pair.api_id, why, path) from None

    def _replace(self, pair: KeyPair) -> None:
        with _locked(self._place.folder) as fd:
            now = self._store._look()
            if now.target != self._place.target:
                raise RefusedError("it leads to another file now")
            self._temporary.write(_encode(self._store._kind.edit(now.text, pair)))
            if now.info is not None:
                with contextlib.suppress(OSError):  # root gives the file back to its owner, others cannot
                    os.fchown(self._temporary.fd, now.info.st_uid, now.info.st_gid)
            os.replace(self._temporary.path, now.target)
            self._temporary.close()
            _sync_folder(fd)

    def _rescue_elsewhere(self, data: bytes) -> str | None:
        """Write the rescue file where the folder cannot take it; return its path, V(None) if that failed too."""
        folders = [os.path.expanduser("~")]
        with contextlib.suppress(OSError):
            folders.append(tempfile.gettempdir())
        for folder in folders:
            with contextlib.suppress(OSError):
                slot = _Slot(self._store._rescue_path(folder, self._place.name, secrets.token_hex(8)), 0)
                try:
                    slot.write(data)
                except OSError:
                    slot.discard()
                    continue
                slot.close()
                return slot.path
        return None

    def _error(self, api_id: str, why: str, rescue: str | None) -> KeyStoreError:
        dest = self._store.dest
        msg = f"credentials_dest: the new key pair {api_id} was generated, but storing it in {dest!r} failed: {why}. "
        if rescue is None:
            msg += (
                "No rescue file could be written either: its secret is lost. Generate a new pair when this is repaired"
            )
        else:
            msg += (
                f"The pair, with its secret, is in the rescue file {_shown(rescue)!r} (mode 0600): "
                "put it in its place and delete that file"
            )
        return KeyStoreError(msg, rescue=rescue, option="credentials_dest", value=dest)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The one writer of generated key pairs.

Veracode shows a generated secret once, and generating ends the old pair. So everything that can be refused is refused
before, and two files lie ready when the pair is generated (see `slots`). The rescue file is removed only when the
destination is safely on the disk. Whatever goes wrong in between, a kill included, leaves the pair in it, and it is never
deleted by this collection unless the destination holds the same pair.

Writers of one folder exclude each other by a lock on the folder itself, which leaves no file behind. It is held only while
a file is prepared or replaced, never while the server is asked. (On NFS it works between the processes of one machine only.)
"""

from __future__ import annotations

import configparser
import contextlib
import errno
import json
import os
import secrets
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._keys.destination import (
    SPARE_BYTES,
    Found,
    UnusableError,
    explain,
    look,
    obstacle,
    shown,
)
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import (
    KEY_PAIR,
    Format,
    KeyPair,
    Names,
    RefusedError,
    find_format,
)
from ansible_collections.community.veracode.plugins.module_utils._keys.locks import LockedError, wait_for_lock
from ansible_collections.community.veracode.plugins.module_utils._keys.slots import (
    Slot,
    find_leftovers,
    rescue_elsewhere,
    rescue_path,
    temporary_path,
)

#: Seconds to wait for another writer of the same folder, which needs it for milliseconds.
FOLDER_SECONDS = 60.0

#: Tells whether a pair that came into the destination meanwhile may be replaced.
MayReplace = t.Callable[[KeyPair], bool]


class KeyStoreError(VeracodeError):
    """A pair was generated and could not be stored where it belongs; the message says where it is instead.

    :param rescue: the path of the rescue file that holds it, or `None` if that failed too.
    """

    def __init__(self, msg: str, *, rescue: str | None, option: str, value: str) -> None:
        super().__init__(msg, option=option, value=value)
        self.rescue = rescue


@contextlib.contextmanager
def _locked(folder: str) -> t.Iterator[int]:
    """Hold the lock of a folder; give its descriptor. Raises `LockedError` and `OSError`."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        wait_for_lock(fd, FOLDER_SECONDS, 0.02)
        yield fd
    finally:
        os.close(fd)


def _sync_folder(fd: int) -> None:
    try:
        os.fsync(fd)
    except OSError as exc:
        if exc.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems have no such thing
            raise


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")  # bytes that are no UTF-8 come out as they came in


class KeyStore:
    """A destination for key pairs: a file of the user's.

    :param dest: path of the file; `~` and relative paths are expanded, a symbolic link is followed and kept.
    :param format: `ini`, `json` or `env`.
    :param profile: for `ini`, the section; there is no default.
    :param names: how the halves are called in the file.
    :raises InputError: the arguments are not valid.
    """

    def __init__(self, dest: str | bytes, *, format: str, profile: str | None, names: Names = KEY_PAIR) -> None:
        self.dest = shown(os.fsdecode(dest))
        self.format = format
        self.profile = profile
        self.names = names
        try:
            raw = os.fsencode(dest)
        except UnicodeEncodeError:
            raw = b""
        if not raw or b"\0" in raw:
            raise self._error("is not a valid path", "give the path of a file")
        if self.dest.endswith("/"):
            raise self._error("names a folder", "give the path of a file in it")
        self._path = os.path.abspath(os.path.expanduser(os.fsdecode(raw)))
        kind = find_format(format, profile, names)
        if kind is None:
            choices = "ini, json or env" if names.ini else "json or env"
            raise self._error("is not a format", f"choose {choices}", "credentials_format")
        if format == "ini":
            self._check_profile(profile or "")
        self._kind: Format = kind

    @property
    def file(self) -> str:
        """The real path of the file, the same however it is spelled and whatever links lead to it."""
        return os.path.realpath(self._path)

    @property
    def identity(self) -> tuple[str, str]:
        """What belongs to one account: the file, and for `ini` its section."""
        return self.file, f"[{self.profile}]" if self.format == "ini" else ""

    @property
    def label(self) -> str:
        """The destination as a message calls it."""
        return f'the section [{self.profile}] of "{self.dest}"' if self.format == "ini" else f'"{self.dest}"'

    def overlaps(self, other: KeyStore) -> bool:
        """Tell whether both are the same destination."""
        if self.file != other.file:
            return False
        return self.identity == other.identity or {self.format, other.format} != {"ini"}

    def _check_profile(self, profile: str) -> None:
        option, remedy = "credentials_profile", "choose another name"
        if not profile:
            raise self._error("names no section", "name the section for the pair", option)
        if profile == configparser.DEFAULTSECT:
            raise self._error("is reserved for the defaults of all profiles", remedy, option)
        if set("[]") & set(profile) or profile != profile.strip() or not profile.isprintable():
            why = "cannot name a section of an INI file: it has a bracket, a control character, or a space at an end"
            raise self._error(why, remedy, option)

    def _error(self, why: str, remedy: str, option: str = "credentials_dest") -> InputError:
        value = {"credentials_dest": self.dest, "credentials_format": self.format, "credentials_profile": self.profile}
        return InputError(f"{option}: {value[option]!r} {why}; {remedy}", option=option, value=value[option])

    def _look(self) -> Found:
        try:
            return look(self._path)
        except UnusableError as exc:
            raise self._error(exc.why, exc.remedy) from None

    def _refusal(self, exc: Exception) -> InputError:
        return self._error(
            f"cannot be used: {explain(exc)}",
            f"repair the file, choose another one or another credentials_format than {self.format}",
        )

    def _inspect(self) -> tuple[Found, int]:
        """Return what is there and the room it needs, in bytes. Raises InputError for what can be seen without writing."""
        found = self._look()
        if not os.path.isdir(found.folder):
            raise self._error(f"cannot be written: there is no folder {shown(found.folder)}", "create it first")
        try:
            room = len(_encode(self._kind.edit(found.text, KeyPair("0" * 64, "0" * 256, "0" * 64)))) + SPARE_BYTES
        except RefusedError as exc:
            raise self._refusal(exc) from None
        why = obstacle(found, room)
        if why:
            raise self._error(f"cannot be written: {why}", "choose a file in a folder where the user may write")
        return found, room

    def _pair_in(self, text: str) -> KeyPair | None:
        api_id, api_secret = self._kind.read(text)
        return KeyPair(api_id, api_secret, None) if api_id and api_secret else None

    def stored_api_id(self) -> str | None:
        """Return the id that a reader of the file gets, `None` if there is no file, no such profile, or only half a pair.

        :raises InputError: the file is there and cannot be read or understood.
        """
        try:
            pair = self._pair_in(self._look().text)
        except RefusedError as exc:
            raise self._refusal(exc) from None
        return pair.api_id if pair else None

    def replaceable(self) -> KeyPair | None:
        """Return the pair that storing another one would replace, `None` if there is none.

        That is less than a reader gets: the section `[DEFAULT]` of an INI file holds for all profiles, and stays.

        :raises InputError: the file is there and cannot be read or understood.
        """
        try:
            return self._replaceable_in(self._look().text)
        except RefusedError as exc:
            raise self._refusal(exc) from None

    def _replaceable_in(self, text: str) -> KeyPair | None:
        api_id, api_secret = self._kind.read_own(text)
        return KeyPair(api_id, api_secret, None) if api_id and api_secret else None

    def check(self) -> None:
        """Raise what `prepare()` would raise, as far as it can be known without writing; write nothing.

        :raises InputError: naming option, value and remedy.
        """
        self._inspect()

    def prepare(self) -> Reservation:
        """Prove that a pair can be stored, and make everything ready for it.

        :raises InputError: naming option, value and remedy; nothing is left behind then.
        """
        found, room = self._inspect()
        try:
            with _locked(found.folder) as fd, contextlib.ExitStack() as undo:
                leftovers = find_leftovers(found.folder, found.name, found.text, found.owners)
                for path in leftovers.litter:
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(path)
                token = secrets.token_hex(8)
                rescue = Slot(rescue_path(found.folder, found.name, token), SPARE_BYTES)
                undo.callback(rescue.discard)
                temporary = Slot(temporary_path(found.folder, found.name, token), room)
                undo.callback(temporary.discard)
                _sync_folder(fd)
                undo.pop_all()
        except (OSError, LockedError) as exc:
            why = f"cannot be written: {explain(exc)}"
            raise self._error(why, "free some space, or choose another folder") from None
        return Reservation(self, found, rescue, temporary, tuple(shown(path) for path in leftovers.rescues))

    def rescue_files(self) -> list[str]:
        """Return the rescue files of earlier runs next to the destination, for a warning or an error. Changes nothing."""
        found = self._look()
        try:
            with _locked(found.folder):
                leftovers = find_leftovers(found.folder, found.name, found.text, found.owners)
                return [shown(path) for path in leftovers.rescues]
        except (OSError, LockedError):
            return []


class Reservation:
    """A destination that is ready for one pair. A context manager: left without `store()`, it changes nothing.

    `rescue_files` are those that earlier runs left next to the destination, worth a warning.
    """

    def __init__(
        self, store: KeyStore, found: Found, rescue: Slot, temporary: Slot, rescue_files: tuple[str, ...]
    ) -> None:
        self.rescue_files = rescue_files
        self._store = store
        self._found = found
        self._before = store._replaceable_in(found.text)
        self._rescue = rescue
        self._temporary = temporary
        self._begun = False

    def __enter__(self) -> Reservation:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def replaces(self) -> KeyPair | None:
        """The pair that the destination held when this was prepared."""
        return self._before

    def close(self) -> None:
        """Take away what was prepared and is not needed."""
        if self._temporary.fd >= 0:
            self._temporary.discard()
        if self._begun:
            self._rescue.close()  # if it is still there, it holds the pair
        elif self._rescue.fd >= 0:
            self._rescue.discard()

    def store(self, pair: KeyPair, may_replace: MayReplace | None = None) -> None:
        """Put the pair into the destination: whole, on the disk, mode 0600; or else into a rescue file.

        :param may_replace: asked about a pair that came into the destination since this was prepared.
        :raises KeyStoreError: it is not in the destination; says where it is.
        """
        if self._begun:
            raise RuntimeError("A reservation is for one key pair")
        self._begun = True
        about = {"kind": self._store.names.kind, "format": self._store.format, "profile": self._store.profile}
        record = pair.record(self._store.names) | about
        data = (json.dumps(record, indent=2) + "\n").encode()
        saved = False
        with contextlib.suppress(OSError):  # then the destination may still take it
            self._rescue.write(data)
            saved = True
        try:
            self._replace(pair, may_replace)
        except Exception as exc:  # whatever it is, the pair must not be lost with it
            why = explain(exc)
        else:
            self._rescue.discard()
            return
        if saved and self._rescue.is_in_place():
            path: str | None = self._rescue.path
        else:
            self._rescue.discard()
            path = rescue_elsewhere(self._found.name, data)
        self.close()
        raise self._error(pair.api_id, why, path) from None

    def _replace(self, pair: KeyPair, may_replace: MayReplace | None) -> None:
        asked: KeyPair | None = None
        while True:
            with _locked(self._found.folder) as fd:
                now = self._store._look()
                if now.target != self._found.target:
                    raise RefusedError("it leads to another file now")
                other = self._store._replaceable_in(now.text)
                if other in (None, self._before, asked):
                    self._put(pair, now, fd)
                    return
            # Asked without the lock, as the server is asked for it.
            if other is None or may_replace is None or not may_replace(other):
                api_id = other.api_id if other else None
                raise RefusedError(f"another run has stored the pair {api_id} there meanwhile")
            asked = other

    def _put(self, pair: KeyPair, now: Found, fd: int) -> None:
        self._temporary.write(_encode(self._store._kind.edit(now.text, pair)))
        if now.info is not None:
            with contextlib.suppress(OSError):  # root gives the file back to its owner, others cannot
                os.fchown(self._temporary.fd, now.info.st_uid, now.info.st_gid)
        os.replace(self._temporary.path, now.target)
        self._temporary.close()
        _sync_folder(fd)

    def _error(self, api_id: str, why: str, rescue: str | None) -> KeyStoreError:
        dest = self._store.dest
        noun = self._store.names.noun[1]
        msg = f"credentials_dest: the new {noun} {api_id} was generated, but storing it in {dest!r} failed: {why}. "
        if rescue is None:
            msg += (
                "No rescue file could be written either: its secret is lost. "
                f"Generate a new {'pair' if self._store.names.ini else 'secret'} when this is repaired"
            )
        else:
            msg += (
                f"The {noun.rpartition(' ')[2]}, with its secret, is in the rescue file {shown(rescue)!r} (mode 0600): "
                "put it where it belongs and delete that file"
            )
        return KeyStoreError(msg, rescue=rescue, option="credentials_dest", value=dest)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The way of a generated key pair to where the task wants it."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import KEY_PAIR, KeyPair, Names
from ansible_collections.community.veracode.plugins.module_utils._keys.locks import Lock, LockedError, acquire
from ansible_collections.community.veracode.plugins.module_utils._keys.ownership import FindOwner, refuse_foreign_pair
from ansible_collections.community.veracode.plugins.module_utils._keys.store import KeyStore, Reservation


class Report(t.Protocol):
    """Takes what a run has to tell.

    :param warnings: what could not be verified.
    :param kept: what a result has even if the run fails afterwards.
    :param masked: secrets that must not be shown.
    """

    warnings: list[str]
    kept: dict[str, t.Any]
    masked: set[str]


def key_store(params: t.Mapping[str, t.Any], username: str, names: Names = KEY_PAIR) -> KeyStore | None:
    """Return the destination that the options name, `None` if they name none.

    :raises InputError: the options are not valid.
    """
    if not params.get("credentials_dest"):
        return None
    return KeyStore(
        params["credentials_dest"],
        format=params["credentials_format"],
        profile=params.get("credentials_profile") or username,
        names=names,
    )


class KeyDelivery:
    """Brings a generated key pair to where the task wants it. A context manager, which ends its locks.

    :param params: the options `credentials_dest`, `credentials_format`, `credentials_profile`, `credentials_overwrite`,
        `return_secret`.
    :param report: receives the pair, so that a failure after it was generated loses nothing and shows nothing.
    :param find_owner: finds the account that a pair in the destination belongs to.
    :param names: how the halves of the secret are called in a file.
    """

    def __init__(
        self,
        params: t.Mapping[str, t.Any],
        report: Report,
        find_owner: FindOwner,
        *,
        names: Names = KEY_PAIR,
    ) -> None:
        self._params = params
        self._report = report
        self._find_owner = find_owner
        self._names = names
        self._locks: list[Lock] = []
        self._locked: set[tuple[str, ...]] = set()
        self._store: KeyStore | None = None
        self._user_id: str | None = None
        self._accepted: KeyPair | None = None
        self._reservation: Reservation | None = None
        self._pair: KeyPair | None = None
        self._is_unlocked = False
        self.warnings: list[str] = []

    def __enter__(self) -> KeyDelivery:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._reservation is not None:
            self._reservation.close()
        while self._locks:
            self._locks.pop().release()

    def lock_account(self, host: str, user_id: str) -> None:
        """Wait until no other run works on the key pair of that account, and let none until this one ends.

        :raises VeracodeError: another run keeps it.
        """
        self._lock("account", host, user_id)

    def lock_destination(self, username: str) -> KeyStore | None:
        """Return the destination, which no other run changes until this one ends; `None` if there is none.

        :raises InputError: the options are not valid.
        :raises VeracodeError: another run keeps it.
        """
        store = key_store(self._params, username, self._names)
        if store is not None:
            self._lock("destination", *store.identity)
        return store

    def _lock(self, *identity: str) -> None:
        if identity in self._locked:
            return
        try:
            lock = acquire(*identity)
        except LockedError:
            raise VeracodeError(
                f"Another run has been working on this {identity[0]} for ten minutes, so nothing was generated; wait until it "
                "has finished, then run the task again"
            ) from None
        self._locked.add(identity)
        if lock is not None:
            self._locks.append(lock)
        self._is_unlocked = self._is_unlocked or lock is None

    def check(self, username: str, user_id: str | None = None, own: t.Collection[str] = ()) -> None:
        """See whether the pair could be kept, without writing anything.

        :param user_id: GUID of the account, or id of the OAuth client; `None` if it is to be created.
        :param own: IDs of pairs that are known to be those of the account, as they are compared.
        :raises InputError: it could not, or the options name no destination, or one of another account.
        """
        self._user_id = user_id
        self._store = key_store(self._params, username, self._names)
        if self._store is not None:
            self._store.check()
            self._check_owner(self._store, own)
            self.warnings += [
                f"{path} holds {self._names.a} of an earlier run that could not be stored; use it or remove it"
                for path in self._store.rescue_files()
            ]
        elif not self._params.get("return_secret"):
            # The entries of a directory have no such option.
            instead = (
                ", or set return_secret: true and no_log: true on the task" if "return_secret" in self._params else ""
            )
            what = "a generated key pair" if self._names.ini else "an OAuth client"
            raise InputError(
                f"credentials_dest: the secret of {what} is shown once, so it needs a destination; give "
                f"credentials_dest, a file to write it to{instead}",
                option="credentials_dest",
            )

    def _check_owner(self, store: KeyStore, own: t.Collection[str]) -> None:
        pair = store.replaceable()
        if (
            pair is not None
            and self._names.comparable(pair.api_id) not in own
            and not self._params.get("credentials_overwrite")
        ):
            refuse_foreign_pair(store, self._user_id, self._find_owner)
        self._accepted = pair

    def warn_if_missing(self, username: str) -> None:
        """Warn if the destination of the pair of an account that exists holds none, as after a run that was killed."""
        try:
            store = key_store(self._params, username, self._names)
            if store is None or store.stored_api_id() is not None:
                return
        except InputError:
            return  # nothing is to be written there
        rescued = store.rescue_files()
        remedy = (
            f"A pair of an earlier run is in {rescued[0]}: use it"
            if rescued
            else "If the run that created it was stopped, the secret is lost: generate another pair with "
            "community.veracode.veracode_api_credentials and renew_if_missing: true"
        )
        self._report.warnings.append(
            f'"{username}" exists, so no key pair is generated, but {self._params["credentials_dest"]} holds none of it. {remedy}'
        )

    def prepare(self) -> None:
        """Prove that the pair can be kept, right before it is generated.

        :raises InputError: it cannot, or another run has put another pair there since `check()`.
        """
        if self._store is None:
            return
        self._lock("destination", *self._store.identity)
        self._reservation = self._store.prepare()
        if self._reservation.replaces not in (None, self._accepted):
            self._check_owner(self._store, ())
        if self._is_unlocked:
            self._report.warnings.append(
                "No folder could hold a lock (neither the user's cache folder nor the folder for temporary files), so another run may "
                f"generate {self._names.a} for {self._store.label} at the same time"
            )

    def receive(self, credentials: t.Mapping[str, t.Any], is_newest: t.Callable[[], bool] | None = None) -> None:
        """Store the pair; should that fail, the error says where it is instead.

        :param is_newest: tells whether the account still has this pair; asked if another pair came into the destination
            while it was generated.
        """
        pair = self._pair = KeyPair(credentials["api_id"], credentials["api_secret"], credentials.get("expires"))
        self._report.kept["credentials"] = self.result()
        if not self._params.get("return_secret"):
            self._report.masked |= self._names.secrets(pair.api_secret)
        if self._reservation is not None:
            self._reservation.store(pair, lambda other: is_newest is not None and self._is_older(other, is_newest))

    def _is_older(self, other: KeyPair, is_newest: t.Callable[[], bool]) -> bool:
        """Tell whether a pair that came into the destination meanwhile is an older one of the same account."""
        with contextlib.suppress(VeracodeError):
            owner = self._find_owner(other)
            return (owner is None or owner.user_id == self._user_id) and is_newest()
        return False

    def result(self) -> dict[str, t.Any]:
        """Return the pair, with its secret only where that was asked for."""
        result: dict[str, t.Any] = {
            self._names.json[0]: self._pair.api_id if self._pair else None,
            "expires": self._pair.expires if self._pair else None,
            "dest": self._params.get("credentials_dest"),
        }
        if self._params.get("return_secret"):
            result[self._names.json[1]] = self._pair.api_secret if self._pair else None
        return result

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The way of a generated key pair to where the task wants it."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._apply.object import Progress
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import KeyPair
from ansible_collections.community.veracode.plugins.module_utils._keys.store import KeyStore, Reservation


def key_store(params: t.Mapping[str, t.Any], username: str) -> KeyStore | None:
    """Return the destination that the options name, C(None) if they name none.

    :raises InputError: the options cannot be meant.
    """
    if not params.get("credentials_dest"):
        return None
    return KeyStore(
        params["credentials_dest"],
        format=params["credentials_format"],
        profile=params.get("credentials_profile") or username,
    )


class KeyDelivery:
    """Brings a generated key pair to where the task wants it. A context manager.

    :param params: the options C(credentials_dest), C(credentials_format), C(credentials_profile), C(return_secret).
    :param progress: is told the pair, so that a failure after it was generated loses nothing and shows nothing.
    """

    def __init__(self, params: t.Mapping[str, t.Any], progress: Progress) -> None:
        self._params = params
        self._progress = progress
        self._store: KeyStore | None = None
        self._reservation: Reservation | None = None
        self._pair: KeyPair | None = None
        self.warnings: list[str] = []

    def __enter__(self) -> KeyDelivery:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._reservation is not None:
            self._reservation.close()

    def check(self, username: str) -> None:
        """See whether the pair could be kept, without writing anything.

        :raises InputError: it could not, or nothing says where it should go.
        """
        self._store = key_store(self._params, username)
        if self._store is not None:
            self._store.check()
            self.warnings += [
                f"{path} holds a key pair of an earlier run that could not be stored; use it or remove it"
                for path in self._store.rescue_files()
            ]
        elif not self._params.get("return_secret"):
            # The entries of a directory have no such option.
            instead = (
                ", or set return_secret: true and no_log: true on the task" if "return_secret" in self._params else ""
            )
            raise InputError(
                "credentials_dest: the secret of a generated key pair is shown once, so it needs a place; give "
                f"credentials_dest, a file to write it to{instead}",
                option="credentials_dest",
            )

    def warn_if_missing(self, username: str) -> None:
        """Warn if the place of the pair of an account that exists holds none, as after a run that was killed."""
        try:
            store = key_store(self._params, username)
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
        self._progress.warnings.append(
            f'"{username}" exists, so no key pair is generated, but {self._params["credentials_dest"]} holds none of it. {remedy}'
        )

    def prepare(self) -> None:
        """Prove that the pair can be kept, right before it is generated.

        :raises InputError: it cannot.
        """
        if self._store is not None:
            self._reservation = self._store.prepare()

    def receive(self, credentials: t.Mapping[str, t.Any]) -> None:
        """Store the pair; should that fail, the error says where it is instead."""
        self._pair = KeyPair(credentials["api_id"], credentials["api_secret"], credentials.get("expires"))
        self._progress.kept["credentials"] = self.result()
        if not self._params.get("return_secret"):
            secret = self._pair.api_secret
            self._progress.masked |= {secret, secret.rpartition("-")[2]}
        if self._reservation is not None:
            self._reservation.store(self._pair)

    def result(self) -> dict[str, t.Any]:
        """Return the pair, with its secret only where that was asked for."""
        result: dict[str, t.Any] = {
            "api_key_id": self._pair.api_id if self._pair else None,
            "expires": self._pair.expires if self._pair else None,
            "dest": self._params.get("credentials_dest"),
        }
        if self._params.get("return_secret"):
            result["api_key_secret"] = self._pair.api_secret if self._pair else None
        return result

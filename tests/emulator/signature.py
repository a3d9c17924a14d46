# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Veracode's HMAC signature, checked as the service does: over the raw request target and the bare host name."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections import deque
from dataclasses import dataclass

from .model import Credentials, User
from .store import Store
from .switches import Switches

_HEADER = re.compile(
    r"VERACODE-HMAC-SHA-256\s+id=(?P<id>[^,\s]+),\s*ts=(?P<ts>\d{1,16}),\s*nonce=(?P<nonce>[0-9A-Fa-f]+),\s*sig=(?P<sig>[0-9A-Fa-f]{64})\s*"
)
_VERSION = b"vcode_request_version_1"


def sign(api_id: str, secret: bytes, *, host: str, target: str, method: str, ts: str, nonce: bytes) -> str:
    """The signature as hex. ``target`` is path and query exactly as sent; ``host`` has no port."""
    data = f"id={api_id.lower()}&host={host.lower()}&url={target}&method={method.upper()}"
    key = hmac.digest(secret, nonce, "sha256")
    key = hmac.digest(key, ts.encode(), "sha256")
    key = hmac.digest(key, _VERSION, "sha256")
    return hmac.digest(key, data.encode(), "sha256").hex()


@dataclass(frozen=True)
class Caller:
    """Who signed a request."""

    user: User
    key: Credentials


class Refused(Exception):
    """The signature is not accepted. The reason goes to the request log, never into an answer."""


class Signatures:
    """Checks signatures; remembers nonces as long as their time would be accepted."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self._nonces: dict[bytes, float] = {}
        #: The last signatures that came, so that a test can look whether one of them is anywhere.
        self.seen: deque[str] = deque(maxlen=10_000)
        self._next_purge = 0.0

    def check(
        self, store: Store, authorization: str | None, *, host: str, target: str, method: str, client: str
    ) -> Caller:
        """Return the caller; raise Refused."""
        if authorization is None:
            raise Refused("no Authorization header")
        found = _HEADER.fullmatch(authorization)
        if found is None:
            raise Refused("Authorization header is not of the form VERACODE-HMAC-SHA-256 id=,ts=,nonce=,sig=")
        self.seen.append(found["sig"].lower())
        api_id = found["id"]
        if "-" in api_id:
            if self.switches["prefixed_key_id"] == "refused":
                raise Refused("the id carries its region prefix")
            api_id = api_id.rsplit("-", 1)[-1]
        key = store.credentials.get(api_id.lower())
        if key is None:
            raise Refused("unknown id")
        nonce = _nonce(found["nonce"])
        host_name = host.rsplit(":", 1)[0] if re.search(r":\d+$", host) else host
        expected = sign(
            found["id"], key.secret, host=host_name, target=target, method=method, ts=found["ts"], nonce=nonce
        )
        if not hmac.compare_digest(expected, found["sig"].lower()):
            raise Refused("wrong signature")
        if "+" in target.partition("?")[2] and self.switches["plus_in_query"] == "refused":
            raise Refused("a + in the query")
        now = time.time() + self.switches.number("clock_skew")
        window = self.switches.number("clock_window")
        if abs(int(found["ts"]) / 1000 - now) > window:
            raise Refused("time outside the window")
        self._remember(api_id.encode() + nonce, now, window)
        self._check_account(store, key, client)
        user = store.users[key.user_id]
        key.last_used_ts = store.now()
        return Caller(user, key)

    def _remember(self, nonce: bytes, now: float, window: float) -> None:
        if self.switches["nonce_replay"] == "refused" and self._nonces.get(nonce, 0) > now:
            raise Refused("nonce used before")
        self._nonces[nonce] = now + 2 * window + 1
        if now > self._next_purge:
            self._next_purge = now + 30
            self._nonces = {known: end for known, end in self._nonces.items() if end > now}

    def _check_account(self, store: Store, key: Credentials, client: str) -> None:
        if not key.works(store.now()):
            raise Refused("the key is expired or revoked")
        user = store.users[key.user_id]
        if user.deleted or not user.active or not user.login_enabled or user.locked:
            raise Refused("the account is deleted, inactive, locked or may not log in")
        if self.switches.on("enforce_ip") and user.ip_restricted and client not in user.allowed_ip_addresses:
            raise Refused("the account is restricted to other addresses")


def _nonce(text: str) -> bytes:
    if len(text) % 2:
        raise Refused("the nonce is not hex")
    return bytes.fromhex(text)


def secret_digest(secret: str) -> str:
    """SHA-256 of a secret in hex, as the SQLite file has it."""
    return hashlib.sha256(secret.encode()).hexdigest()

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change the ledger of the role offboarding under a lock: `ledger.py PATH`, with the change as JSON on standard input.

It runs on the host that has the file, so it needs nothing but Python. Two runs at once change it one after the other, and
each finds what the other has written. A run that is killed leaves no lock, and the file is whole at every moment.

The change has `organization`, `today`, and any of `begin` (what accounts had before, by name), `done` (whether they kept
their teams, by name), `deleted` and `restored` (lists of names). Prints `changed` or `unchanged`.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import tempfile
import time

WAIT = 60.0  # seconds


class LedgerError(Exception):
    """The ledger cannot be changed."""


def apply_change(ledger: dict, change: dict) -> dict:
    """Return the ledger after a change."""
    owner, organization = ledger.get("organization"), change.get("organization")
    if owner and organization and owner != organization:
        raise LedgerError(f"the ledger belongs to the organization {owner}, not to {organization}; name another file")
    leavers = {name: dict(entry) for name, entry in ledger.get("leavers", {}).items()}
    keys = {name.casefold(): name for name in leavers}
    today = change["today"]
    for name, before in change.get("begin", {}).items():
        old = leavers.get(keys.get(name.casefold(), ""))
        if old is not None and _keeps(old, before):
            continue
        leavers.pop(keys.get(name.casefold(), ""), None)
        keys[name.casefold()] = name
        leavers[name] = {"before": before, "begun": today, "offboarded": None, "deleted": None, "restored": None}
    for name, kept_teams in change.get("done", {}).items():
        if name.casefold() in keys:
            leavers[keys[name.casefold()]].update(offboarded=today, kept_teams=kept_teams)
    for field in ("deleted", "restored"):
        for name in change.get(field, []):
            if name.casefold() in keys:
                leavers[keys[name.casefold()]][field] = today
    return {"version": 1, "organization": owner or organization, "leavers": dict(sorted(leavers.items()))}


def _keeps(old: dict, before: dict) -> bool:
    """Tell whether an entry holds what the account had before, and the account now is what a run has left of it."""
    if old.get("restored") or old.get("deleted"):
        return False
    return not old.get("offboarded") or not before.get("login_enabled")


def locked(path: str) -> int:
    """Open the file and lock it. It is created if it does not exist, readable for its owner alone."""
    until = time.monotonic() + WAIT
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The file that was locked may have been replaced in the meantime.
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(handle)
        if time.monotonic() > until:
            raise LedgerError("another run of the role holds the ledger; run it again when that has ended")
        time.sleep(0.05)


def change_file(path: str, change: dict) -> bool:
    """Change the file; return whether it differs."""
    path = os.path.realpath(path)
    handle = locked(path)
    try:
        with open(handle, encoding="utf-8", closefd=False) as stream:
            text = stream.read()
        ledger = json.loads(text) if text.strip() else {}
        after = apply_change(ledger, change)
        if after == ledger:
            return False
        temporary, name = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".ledger-")
        try:
            with open(temporary, "w", encoding="utf-8") as stream:
                stream.write(json.dumps(after, indent=2, ensure_ascii=False) + "\n")
                stream.flush()
                os.fsync(temporary)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
        return True
    finally:
        os.close(handle)


if __name__ == "__main__":
    try:
        is_changed = change_file(sys.argv[1], json.load(sys.stdin))
    except (LedgerError, OSError, ValueError) as error:
        sys.exit(f"offboarding_ledger: {error}")
    sys.stdout.write("changed" if is_changed else "unchanged")

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Refuse a plan before its first write. Pure."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._desired import LOCK_OUT
from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError
from ansible_collections.community.veracode.plugins.module_utils._plan import Change
from ansible_collections.community.veracode.plugins.module_utils._roles import ADMINISTRATOR


def lockout_risk(change: Change | None) -> str | None:
    """Return how a change could lock out the account it is about, C(None) if it cannot.

    It matters where that account is the one that signs the calls.
    """
    if change is None or change.before is None:
        return None
    if change.action == "delete":
        return "delete"
    if (
        change.action == "disable"
        or change.values.get("login_enabled") is False
        or change.values.get("active") is False
    ):
        return "disable"
    administrator = ADMINISTRATOR[change.kind]
    if "roles" in change.values and change.after is not None:
        if administrator in (change.before.roles or ()) and administrator not in (change.after.roles or ()):
            return f"take {administrator.title} from"
    if change.values.get("has_ip_restrictions") or change.values.get("allowed_ip_addresses"):
        return "restrict the addresses of"
    return None


def refuse_self_lockout(change: Change, risk: str) -> GuardError:
    """Return the error for a change that would lock out the calling account.

    :param risk: as told by C(lockout_risk).
    """
    tail = f" ({LOCK_OUT})" if risk.startswith("restrict") else ""
    return GuardError(
        f'allow_self_lockout: this would {risk} "{change.name}", the account that signs these calls{tail}; '
        "call with another account, or set allow_self_lockout: true if it is meant",
        place=change.place,
        kind=change.kind,
        name=change.name,
        option="allow_self_lockout",
        value=False,
    )

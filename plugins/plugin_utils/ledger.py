# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The ledger of the role offboarding: what accounts had before, and what brings them back. Pure.

The file is changed by `roles/offboarding/files/ledger.py`, under a lock, on the host that has it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import printable
from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.plugin_utils.feed import parse_day
from ansible_collections.community.veracode.plugins.plugin_utils.names import quoted

Account = t.Mapping[str, t.Any]

# What is kept of an account before it is changed, to bring it back or to know what it had.
KEPT = (
    *("user_type", "first_name", "last_name", "email_address", "custom_id", "title", "phone", "is_saml_user"),
    *("login_enabled", "active", "roles", "teams", "managed_teams", "has_ip_restrictions", "allowed_ip_addresses"),
    *("custom_one", "custom_two", "custom_three", "custom_four", "custom_five", "api_credentials"),
)


def check_ledger(ledger: t.Any, organization: str | None = None) -> list[str]:
    """Return what is wrong with a ledger that was read.

    :param organization: the one that the ledger has to belong to, if it names one.
    """
    leavers = ledger.get("leavers") if isinstance(ledger, t.Mapping) else None
    if not isinstance(leavers, t.Mapping) or not all(
        isinstance(entry, t.Mapping) and isinstance(entry.get("before"), t.Mapping) for entry in leavers.values()
    ):
        return [
            "offboarding_ledger: the file is not a ledger of this role; restore it from a copy, or name another file"
        ]
    owner = ledger.get("organization")
    if organization is not None and owner is not None and owner != organization:
        return [
            f"offboarding_ledger: the file belongs to the organization {quoted(str(owner))}, and the calling account to "
            f"{quoted(organization)}; name a ledger for each organization"
        ]
    return [
        f"offboarding_ledger: {quoted(str(entry['offboarded']))} of {printable(str(name))} is not a day; write it as 2026-01-31"
        for name, entry in leavers.items()
        if entry.get("offboarded") is not None and parse_day(entry["offboarded"]) is None
    ]


def ledger_entry(ledger: t.Mapping[str, t.Any], name: str) -> t.Mapping[str, t.Any] | None:
    """Return the entry of an account, whatever the case of its name."""
    return next((entry for key, entry in ledger["leavers"].items() if key.casefold() == name.casefold()), None)


def kept_of(account: Account) -> dict[str, t.Any]:
    """Return what the ledger keeps of an account."""
    return {option: account.get(option) for option in KEPT}


@dataclass
class Restoring:
    """What brings accounts back: entries of `veracode_directory`."""

    users: list[dict[str, t.Any]] = field(default_factory=list)
    api_users: list[dict[str, t.Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def plan_restoring(names: t.Sequence[str], ledger: t.Mapping[str, t.Any], date_field: str | None) -> Restoring:
    """Return what gives accounts back what they had before they were off-boarded."""
    result = Restoring(errors=check_ledger(ledger))
    if result.errors:
        return result
    by_name = {name.casefold(): name for name in ledger["leavers"]}
    for name, entry in ledger["leavers"].items():
        if entry["before"].get("user_type") == "human" and entry["before"].get("email_address"):
            by_name.setdefault(str(entry["before"]["email_address"]).casefold(), name)
    for name in dict.fromkeys(names):
        username = by_name.get(name.casefold())
        if username is None:
            hint = did_you_mean(name, ledger["leavers"], "name an account that is in the ledger")
            result.errors.append(f"offboarding_restore: {quoted(name)} is not in the ledger{hint}")
            continue
        if username in result.names:
            continue
        entry = ledger["leavers"][username]
        if entry.get("deleted"):
            result.errors.append(
                f"offboarding_restore: {quoted(username)} was deleted on {entry['deleted']}, which cannot be undone; create the account "
                "again with the values in the ledger"
            )
            continue
        before = entry["before"]
        options: dict[str, t.Any] = {"username": username, "state": "present"}
        for option in ("login_enabled", "active", "teams", "managed_teams"):
            if before.get(option) is not None:
                options[option] = before[option]
        if date_field is not None:
            options[date_field] = before.get(date_field) or ""
        (result.api_users if before.get("user_type") == "api" else result.users).append(options)
        result.names.append(username)
        if before.get("api_credentials"):
            result.warnings.append(
                f"{username} had an API key, which stays revoked; generate a new one with veracode_api_credentials"
            )
    return result

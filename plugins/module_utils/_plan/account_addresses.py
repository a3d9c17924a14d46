# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The addresses from which an account may log in."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.fields import BY_OPTION, ELEARNING, NAMES, XML
from ansible_collections.community.veracode.plugins.module_utils._model.ip_ranges import LOCK_OUT
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired


def put(values: dict[str, t.Any], now: t.Mapping[str, t.Any], option: str, desired_value: t.Any) -> None:
    """Note a value to write if it differs from the present one."""
    each = BY_OPTION[option]
    unset: t.Any = () if each.type == NAMES else None
    if not each.same(now.get(option, unset), desired_value):
        if option in ELEARNING and desired_value is False and now.get(option) is None:
            return
        values[option] = desired_value


def no_address_left(desired: Desired) -> str:
    return (
        f'has_ip_restrictions: "{desired.label}" is restricted and has no allowed_ip_addresses, so it can log in '
        f"from nowhere: {LOCK_OUT}"
    )


def plan_addresses(
    desired: Desired, account: Account, now: t.Mapping[str, t.Any], values: dict[str, t.Any]
) -> list[str]:
    addresses = desired.values.get("allowed_ip_addresses")
    restricted = desired.values.get("has_ip_restrictions")
    if addresses is not None:
        restricted = bool(addresses)
    elif restricted is False:
        addresses = ()
    elif restricted and not now.get("allowed_ip_addresses"):
        if desired.api == XML:
            raise desired.problem(
                f"has_ip_restrictions: true needs allowed_ip_addresses, and the account has none: {LOCK_OUT}; give them, "
                "or omit has_ip_restrictions",
                "has_ip_restrictions",
                True,
            )
        put(values, now, "has_ip_restrictions", True)
        return [no_address_left(desired)]
    if restricted is not None:
        put(values, {"has_ip_restrictions": False, **now}, "has_ip_restrictions", restricted)
    if addresses is not None:
        put(values, now, "allowed_ip_addresses", addresses)
    return []

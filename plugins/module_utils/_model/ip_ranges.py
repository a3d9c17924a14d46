# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Ranges of IPv4 addresses in the form that Veracode takes."""

from __future__ import annotations

import re
import typing as t

_OCTET = r"(?:0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
IP_RANGE = re.compile(rf"({_OCTET}\.{_OCTET}\.{_OCTET})\.(?:({_OCTET})|(\*)|\[({_OCTET})-({_OCTET})\])\Z")

LOCK_OUT = (
    "an account can only log in and call from the addresses listed; Veracode's Activity Log shows from which address "
    "an account tries to log in"
)


def private_addresses(addresses: t.Iterable[str]) -> list[str]:
    """Return a warning for each address that nobody can call from."""
    return [
        f"allowed_ip_addresses: {address} is a private address; Veracode compares with the public address of a "
        f"caller, so it never matches: {LOCK_OUT}"
        for address in addresses
        if _is_private(address)
    ]


def _is_private(address: str) -> bool:
    import ipaddress

    match = IP_RANGE.match(address)
    if match is None:
        return False
    return ipaddress.ip_address(f"{match.group(1)}.{match.group(2) or match.group(4) or '1'}").is_private

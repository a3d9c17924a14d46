# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a task asks for of one account, and checks of its single values."""

from __future__ import annotations

import re
import typing as t
import unicodedata
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.fields import REST
from ansible_collections.community.veracode.plugins.module_utils._model.ip_ranges import IP_RANGE, LOCK_OUT
from ansible_collections.community.veracode.plugins.module_utils._model.names import fault_of


@dataclass(frozen=True)
class Desired:
    """What a task wants of one account.

    :param kind: `user` or `api_user`.
    :param state: `present`, `disabled` or `absent`.
    :param location: where the entry stands in the input, `None` for a task about one account.
    :param username: the selector, or `None`.
    :param custom_id: selects where `username` is not given.
    :param email_address: selects where neither of the others is given.
    :param values: canonical values by option of everything the task manages; empty unless `present`.
    """

    kind: str
    state: str = "present"
    location: str | None = None
    username: str | None = None
    custom_id: str | None = None
    email_address: str | None = None
    values: t.Mapping[str, t.Any] = field(default_factory=dict)
    previously: tuple[str, ...] = ()
    roles_mode: str = "exact"
    teams_mode: str = "exact"
    verify_email: bool = False
    allow_self_lockout: bool = False
    unrestricted: bool = False
    permanently: bool = False
    api: str = REST

    @property
    def label(self) -> str:
        """The name by which messages speak of the account, empty if nothing says which it is."""
        return self.username or self.custom_id or self.email_address or ""

    def problem(
        self, msg: str, option: str, value: t.Any = None, *, is_about_something_missing: bool = False
    ) -> InputError:
        """Return an error about one option of this entry.

        :param is_about_something_missing: it refers to what does not exist, at least now.
        """
        return InputError(
            msg,
            location=f"{self.location}.{option}" if self.location else None,
            kind=self.kind,
            name=self.label or None,
            option=option,
            value=value,
            is_about_something_missing=is_about_something_missing,
        )


LONGEST_LENGTH = 256

_ADDRESS = re.compile(r"[^\s@,;<>()\"]+@[^\s@,;<>()\"]+\Z")


def is_address(text: str) -> bool:
    """Tell whether a text has the form of an e-mail address."""
    return _ADDRESS.match(text) is not None


def text_problems(desired: Desired, option: str, value: str) -> t.Iterator[InputError]:
    """Yield what no text of an account can hold.

    A tab is kept, as an export may have one. A line break is a slip: a block of YAML ends with it.
    """
    for character in value:
        if character != "\t" and (unicodedata.category(character) in ("Cc", "Cs") or character in "\ufffe\uffff"):
            yield desired.problem(
                f"{option}: {value!r} contains the control character {character!r}; remove it", option, repr(value)
            )
            return


def name_problems(desired: Desired, option: str, value: str) -> t.Iterator[InputError]:
    """Yield what no name can be: nothing is trimmed, so that what looks like a name is the name."""
    fault = fault_of(value)
    if fault is not None:
        yield desired.problem(f'{option}: "{value}" {fault}', option, value)


def address_problems(desired: Desired, value: str) -> t.Iterator[InputError]:
    """Yield what is wrong with one of `allowed_ip_addresses` (documented: an IPv4 address or a range in its last part)."""
    option = "allowed_ip_addresses"
    match = IP_RANGE.match(value)
    if match is None:
        if "/" in value:
            remedy = "CIDR is not supported; write the range as 74.0.0.* or 74.0.0.[0-99]"
        elif ":" in value:
            remedy = "IPv6 is not supported; give the IPv4 address the account calls from"
        else:
            remedy = "write a single IPv4 address, or a wildcard 74.0.0.* or range 74.0.0.[0-99] in the last octet"
        yield desired.problem(f'{option}: "{value}" is not a supported address: {remedy}', option, value)
    elif match.group(4) is not None and int(match.group(4)) > int(match.group(5)):
        yield desired.problem(f'{option}: "{value}" is an empty range; write the smaller number first', option, value)


def restriction_problems(desired: Desired, option: str) -> t.Iterator[InputError]:
    """Yield contradictions between the addresses and whether they restrict.

    :param option: the one that says whether.
    """
    addresses = desired.values.get("allowed_ip_addresses")
    restricted = desired.values.get(option)
    if addresses and restricted is False:
        yield desired.problem(
            f"{option}: false contradicts the addresses in allowed_ip_addresses; omit {option}, or empty the list",
            option,
            False,
        )
    if addresses == () and restricted is True:
        yield desired.problem(
            f"{option}: true with an empty allowed_ip_addresses would lock the account out: {LOCK_OUT}; list them, or "
            f"omit {option}",
            option,
            True,
        )

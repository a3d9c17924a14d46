# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which account a task means."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, SelectorError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.fields import XML
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.lookup import Lookup
from ansible_collections.community.veracode.plugins.module_utils._plan.account_needs import options_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired


@dataclass(frozen=True)
class Found:
    """The account a task means.

    :param account: as read.
    :param formerly: it was found under one of its former names, and is to be renamed.
    :param warnings: what the user should know about how it was found.
    """

    account: Account
    formerly: bool = False
    warnings: tuple[str, ...] = ()


def find_account(lookup: Lookup, desired: Desired, report: frozenset[str] = frozenset()) -> Found | None:
    """Return the account a task means.

    :param report: options that the reading is to report although nothing is compared with them.
    :raises InputError: the selectors point at different accounts.
    """
    need = options_needed(desired) | report
    if desired.username:
        if desired.custom_id:
            need |= {"custom_id"}
        return _find_by_username(lookup, desired, desired.username, need)
    if desired.custom_id:
        return _find_by_custom_id(lookup, desired, desired.custom_id, need)
    account = lookup.by_email(str(desired.email_address), desired.kind, need)
    return Found(account) if account else None


def _find_by_username(lookup: Lookup, desired: Desired, username: str, need: frozenset[str]) -> Found | None:
    account = _by_username(lookup, desired, username, need)
    former: dict[str | None, Account] = {}
    for name in desired.previously:
        old = lookup.by_username(name, desired.kind, need)
        if old is not None and (account is None or old.handle != account.handle):
            former[old.handle] = old
    if account is not None and former:
        others = ", ".join(sorted(old.username for old in former.values()))
        raise desired.problem(
            f'previously: "{username}" and its former name {others} both exist, as different accounts; '
            "remove one of them, or remove the former name from the list",
            "previously",
            others,
        )
    if len(former) > 1:
        names = ", ".join(sorted(old.username for old in former.values()))
        raise desired.problem(
            f'previously: {names} all exist, and only one account can become "{username}"; list only that one',
            "previously",
            names,
        )
    if account is not None:
        _check_address(lookup, desired, account, "username")
        _check_subject(lookup, desired, account)
        return Found(account)
    for old in former.values():
        return Found(old, formerly=True)
    return _find_moved(lookup, desired, username, need)


def _by_username(lookup: Lookup, desired: Desired, username: str, need: frozenset[str]) -> Account | None:
    try:
        return lookup.by_username(username, desired.kind, need)
    except SelectorError:
        custom_id = desired.values.get("custom_id") or desired.custom_id
        account = lookup.by_custom_id(custom_id, need) if custom_id else None
        if account is None or account.username.casefold() != username.casefold():
            raise
        return account


def _check_address(lookup: Lookup, desired: Desired, account: Account, selector: str) -> None:
    """Refuse an address that is the username of another account than the selected one."""
    address = desired.email_address
    if desired.kind != USER or not address or address.casefold() in (_address(account), account.username.casefold()):
        return
    other = _named(lookup, desired, address, frozenset(), inactive=False)
    if other is not None and other.handle != account.handle:
        raise _different(desired, "email_address", address, selector, account, other)


def _check_subject(lookup: Lookup, desired: Desired, account: Account) -> None:
    """Refuse a SAML subject that is that of another account than the selected one."""
    subject = desired.values.get("custom_id") or desired.custom_id
    if not subject or subject == account.values.get("custom_id"):
        return
    other = lookup.by_custom_id(subject, frozenset())
    if other is not None and other.handle != account.handle:
        raise _different(desired, "custom_id", subject, "username", account, other)


def _named(
    lookup: Lookup, desired: Desired, username: str, need: frozenset[str], *, inactive: bool = True
) -> Account | None:
    """Return the account of that name, with no more than its name where the API wants another selector for it."""
    try:
        return lookup.by_username(username, desired.kind, need, inactive=inactive)
    except SelectorError:
        return Account(desired.kind, None, {"username": username})


def _different(
    desired: Desired, option: str, value: str, selector: str, selected: Account, other: Account
) -> InputError:
    return desired.problem(
        f'{option}: "{value}" is that of "{other.username}", but {selector} selects "{selected.username}"; '
        "correct one of the two, or merge the accounts first",
        option,
        value,
    )


def _address(account: Account) -> str:
    return str(account.values.get("email_address") or "").casefold()


def _find_moved(lookup: Lookup, desired: Desired, username: str, need: frozenset[str]) -> Found | None:
    """Find a person whose username followed a new address, as it does with updateuser.do."""
    address = desired.values.get("email_address")
    if desired.kind == USER and desired.api == XML and desired.values.get("is_saml_user"):
        found = _find_under_other_name(lookup, desired, username, need)
        if found is not None:
            return found
    if desired.kind != USER or not address or address.casefold() == username.casefold():
        return None
    account = lookup.by_username(address, desired.kind, need | {"email_address"})
    if account is None or _address(account) != address.casefold():
        return None
    return Found(
        account,
        warnings=(
            f'There is no account "{username}"; "{account.username}" has the new address as its username and is '
            f'used instead. Write username: {account.username} (and previously: ["{username}"])',
        ),
    )


def _find_under_other_name(lookup: Lookup, desired: Desired, username: str, need: frozenset[str]) -> Found | None:
    """Find a SAML user whom the Admin XML API, which takes no username, gave another one when it was created."""
    custom_id = desired.values.get("custom_id")
    account = lookup.by_custom_id(custom_id, need) if custom_id else None
    if account is None or _address(account) != username.casefold():
        return None
    return Found(
        account,
        warnings=(
            f'There is no account "{username}"; the SAML user with that address has the username "{account.username}" '
            "and is used instead. Omit username, so that custom_id selects it",
        ),
    )


def _find_by_custom_id(lookup: Lookup, desired: Desired, custom_id: str, need: frozenset[str]) -> Found | None:
    account = lookup.by_custom_id(custom_id, need)
    new = desired.values.get("custom_id")
    if new is not None and new != custom_id:
        renamed = lookup.by_custom_id(new, need)
        if account is not None and renamed is not None and account.handle != renamed.handle:
            raise desired.problem(
                f'new_custom_id: "{new}" is that of "{renamed.username}" already, and custom_id selects '
                f'"{account.username}"; correct one of the two, or remove one of the accounts first',
                "new_custom_id",
                new,
            )
        account = account or renamed
    if account is not None:
        _check_address(lookup, desired, account, "custom_id")
        return Found(account)
    address = desired.email_address
    if not address or desired.state != "present":
        return None
    other = _named(lookup, desired, address, need | {"custom_id"})
    if other is None or other.values.get("custom_id") == custom_id:
        return Found(other) if other else None
    raise desired.problem(
        f'custom_id: "{custom_id}" is not a known SAML subject, but email_address belongs to "{other.username}"; '
        f"give username: {other.username} to make it the subject of that account, or correct one of the two",
        "custom_id",
        custom_id,
    )

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Refuse a plan before its first write. Pure."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError, InputError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change
from ansible_collections.community.veracode.plugins.module_utils._model.ip_ranges import LOCK_OUT
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import NOUNS, USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import ADMINISTRATOR, has_role
from ansible_collections.community.veracode.plugins.module_utils._model.wording import counted


def is_removal(change: Change[t.Any]) -> bool:
    """Tell whether a change has an object removed, by deletion or by disabling."""
    return change.action in ("disable", "delete")


def removal_action(change: Change[t.Any]) -> str | None:
    """Return `delete` or `disable` for a change after which an account or object cannot be used, else `None`.

    Also a change that is about options, one of which happens to be that the account cannot be used any more.
    """
    if is_removal(change):
        return change.action
    off = change.values.get("login_enabled") is False or change.values.get("active") is False
    return "disable" if off and change.before is not None else None


def lockout_risk(change: Change[t.Any] | None) -> str | None:
    """Return how a change could lock out the account it is about, `None` if it cannot.

    It matters where that account is the one that signs the calls.
    """
    if change is None or change.before is None:
        return None
    before, after = change.before, change.after
    taken = removal_action(change)
    if taken is not None:
        return taken
    administrator = ADMINISTRATOR[change.kind]
    if "roles" in change.values and before is not None and after is not None:
        if has_role(before.roles or (), administrator) and not has_role(after.roles or (), administrator):
            return f"take {administrator.title} from"
    if change.values.get("has_ip_restrictions") or change.values.get("allowed_ip_addresses"):
        return "restrict the addresses of"
    return None


def refuse_self_lockout(change: Change[t.Any], risk: str) -> GuardError:
    """Return the error for a change that would lock out the calling account.

    :param risk: as returned by `lockout_risk`.
    """
    tail = f" ({LOCK_OUT})" if risk.startswith("restrict") else ""
    return GuardError(
        f'allow_self_lockout: this would {risk} "{change.name}", the calling account{tail}; '
        "call with another account, or set allow_self_lockout: true if this is intended",
        location=f"{change.location}.allow_self_lockout" if change.location else None,
        kind=change.kind,
        name=change.name,
        option="allow_self_lockout",
        value=False,
    )


def is_enabled(account: Account) -> bool:
    """Tell whether an account can be used."""
    return account.values.get("login_enabled") is not False and account.values.get("active") is not False


class Administrators:
    """The enabled, active people with the Administrator role, by key, and how many and which of them have to stay.

    :param holders: who holds the role, enabled or not, by key.
    :param least: how many have to stay; a run never lowers their number below this.
    :param required: the keys of those that have to be among them, by what the option names.
    """

    def __init__(
        self, holders: t.Mapping[str, Account], least: int, required: t.Mapping[str, t.Collection[str]]
    ) -> None:
        self.current = {key: account.username for key, account in holders.items() if is_enabled(account)}
        self._holders = set(holders)
        self._least = min(least, len(self.current))
        self._required = dict(required)

    def includes(self, key: str, account: Account | None) -> bool:
        """Tell whether an account, as it will be, is one of them."""
        if account is None or account.kind != USER or not is_enabled(account):
            return False
        return key in self._holders if account.roles is None else has_role(account.roles, ADMINISTRATOR[USER])

    def is_lost_by(self, key: str, change: Change[t.Any]) -> bool:
        """Tell whether a change takes one of them."""
        return key in self.current and not self.includes(key, change.after)

    def reason_to_keep(self, key: str) -> tuple[str, str] | None:
        """Return the option and the reason for which one of them cannot be taken now, `None` if nothing is against it."""
        if any(key in keys for keys in self._required.values()):
            return "required_administrators", "it is required"
        missing = self.missing()
        if missing:
            return "required_administrators", f'"{missing[0]}", which is required, is not an administrator now'
        if len(self.current) <= self._least:
            return "min_administrators", f"only {len(self.current)} are left and {self._least} have to stay"
        return None

    def missing(self) -> list[str]:
        """Return what the option names and is none of them."""
        return sorted(name for name, keys in self._required.items() if not self.current.keys() & set(keys))

    def after(self, changes: t.Iterable[tuple[str, Change[t.Any]]]) -> Administrators:
        """Return them as they will be after changes of accounts, each with the key of its account."""
        after = copy.copy(self)
        after.current, after._holders = dict(self.current), set(self._holders)
        for key, change in changes:
            if after.is_lost_by(key, change):
                del after.current[key]
            after.note(key, change)
        return after

    def put(self, key: str, account: Account) -> None:
        """Note an account as it was read."""
        if account.kind == USER and account.roles is not None:
            (self._holders.add if has_role(account.roles, ADMINISTRATOR[USER]) else self._holders.discard)(key)
            if self.includes(key, account):
                self.current[key] = account.username
            else:
                self.current.pop(key, None)

    def note(self, key: str, change: Change[t.Any]) -> None:
        """Note a change that was made."""
        account = change.after
        if account is None or change.kind != USER:
            return
        if account.roles is not None:
            (self._holders.add if has_role(account.roles, ADMINISTRATOR[USER]) else self._holders.discard)(key)
        if self.includes(key, account):
            self.current[key] = account.username


class Limits(t.NamedTuple):
    """How much one run may remove, and whom it leaves as usable as they are.

    :param max_removals: objects disabled or deleted, of all kinds together.
    :param max_removal_percent: of the enabled objects of one kind in scope, where these are `PERCENT_FROM` or more.
    :param protected: keys of accounts that stay as usable as they are, by what names them.
    """

    max_removals: int
    max_removal_percent: int
    protected: t.Mapping[str, frozenset[str]]


PERCENT_FROM = 50


def check_removals(
    changes: t.Iterable[Change[t.Any]], in_scope: t.Mapping[str, int], limits: Limits
) -> t.Iterator[GuardError]:
    """Yield an error for each limit on removals that a plan breaks.

    :param in_scope: how many enabled objects there are by kind.
    """
    removals = [change for change in changes if removal_action(change)]
    yield from _check_protected(removals, limits)
    if len(removals) > limits.max_removals:
        yield GuardError(
            f"max_removals: this plan would remove {counted(len(removals), 'object')} ({_who(removals)}), and "
            f"{limits.max_removals} {'is' if limits.max_removals == 1 else 'are'} allowed; correct the input, or raise max_removals if this is intended",
            option="max_removals",
            value=limits.max_removals,
        )
    kinds = sorted({change.kind for change in removals})
    for kind in kinds:
        total = in_scope.get(kind, 0)
        those = [change for change in removals if change.kind == kind]
        if total >= PERCENT_FROM and len(those) * 100 > limits.max_removal_percent * total:
            yield GuardError(
                f"max_removal_percent: this plan would remove {len(those)} of {total} enabled {NOUNS[kind]}s "
                f"({_who(those)}), and {limits.max_removal_percent} percent are allowed; correct the input, or raise "
                "max_removal_percent if this is intended",
                kind=kind,
                option="max_removal_percent",
                value=limits.max_removal_percent,
            )


def _check_protected(removals: t.Sequence[Change[t.Any]], limits: Limits) -> t.Iterator[GuardError]:
    for change in removals:
        before = change.before if change.kind in ADMINISTRATOR else None
        named = next((name for name, keys in limits.protected.items() if before and before.handle in keys), None)
        if before is None or named is None:
            continue
        # A new name of this run may be the one that is protected.
        after = change.after
        is_new = after is not None and after.username.casefold() == named.casefold()
        name = after.username if after is not None and is_new else before.username
        yield GuardError(
            f'protected_users: this plan would {removal_action(change)} "{name}", which is protected; correct its entry, or '
            "remove it from protected_users if this is intended",
            location=change.location,
            kind=change.kind,
            name=name,
            option="protected_users",
            value=named,
        )


def check_administrators(before: Administrators, after: Administrators, least: int) -> t.Iterator[GuardError]:
    """Yield an error if a plan leaves too few administrators, or not those that are required.

    Only a plan that lowers their number is stopped for it.

    :param before: the administrators as they are.
    :param after: the administrators as they will be.
    :param least: how many have to stay.
    """
    lost = sorted(name for key, name in before.current.items() if key not in after.current)
    if len(after.current) < min(len(before.current), least):
        yield GuardError(
            f"min_administrators: this plan would leave {len(after.current)} of {len(before.current)} administrators, "
            f"without {', '.join(lost)}, and {least} have to stay; correct the input, or lower min_administrators if "
            "this is intended",
            option="min_administrators",
            value=least,
        )
    for name in after.missing():
        yield GuardError(
            f'required_administrators: "{name}" would not be an enabled, active administrator after this plan; '
            "correct its entry, or remove it from required_administrators",
            kind="user",
            name=name,
            option="required_administrators",
            value=name,
        )


def split_names(texts: t.Iterable[str]) -> list[str]:
    """Return the names in a list whose texts may hold several, separated by commas and blanks.

    A text that holds one name is not trimmed.
    """
    parts = (part.strip(" ") if "," in text else part for text in texts for part in text.split(","))
    return list(dict.fromkeys(part for part in parts if part))


class Named(t.NamedTuple):
    """The accounts that an option names by username or address.

    :param keys: their keys, by what names them.
    :param errors: what names none.
    """

    keys: dict[str, frozenset[str]]
    errors: list[InputError]

    @property
    def all(self) -> frozenset[str]:
        """The keys of all of them."""
        return frozenset().union(*self.keys.values())


def named_accounts(option: str, names: t.Iterable[str], accounts: t.Iterable[tuple[str, Account]]) -> Named:
    """Return whom an option names: each entry is a username, or else an address, and compares without case.

    :param accounts: those that are there and those that will be, each with its key.
    """
    usernames: dict[str, set[str]] = {}
    addresses: dict[str, set[str]] = {}
    for key, account in accounts:
        usernames.setdefault(account.username.casefold(), set()).add(key)
        addresses.setdefault(str(account.values.get("email_address") or "").casefold(), set()).add(key)
    named = Named({}, [])
    for name in names:
        found = usernames.get(name.casefold()) or addresses.get(name.casefold())
        if found and name:
            named.keys[name] = frozenset(found)
            continue
        named.errors.append(
            InputError(
                f'{option}: "{name}" is the username or address of no account; correct it, or remove it',
                option=option,
                value=name,
            )
        )
    return named


def _who(changes: t.Sequence[Change[t.Any]], most: int = 10) -> str:
    names = [change.name for change in changes[:most]]
    more = len(changes) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")

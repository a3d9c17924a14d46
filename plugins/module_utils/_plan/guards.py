# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Refuse a plan before its first write. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change
from ansible_collections.community.veracode.plugins.module_utils._model.ip_ranges import LOCK_OUT
from ansible_collections.community.veracode.plugins.module_utils._model.role import ADMINISTRATOR


def is_removal(change: Change) -> bool:
    """Tell whether a change has an object removed, by deletion or by disabling."""
    return change.action in ("disable", "delete")


def takes_away(change: Change) -> str | None:
    """Return `delete` or `disable` for a change after which an account or object cannot be used, else `None`.

    Also a change that is about options, one of which happens to be that the account cannot be used any more.
    """
    if is_removal(change):
        return change.action
    off = change.values.get("login_enabled") is False or change.values.get("active") is False
    return "disable" if off and change.before is not None else None


def lockout_risk(change: Change | None) -> str | None:
    """Return how a change could lock out the account it is about, `None` if it cannot.

    It matters where that account is the one that signs the calls.
    """
    if change is None or change.before is None:
        return None
    before, after = change.account_before, change.account_after
    taken = takes_away(change)
    if taken is not None:
        return taken
    administrator = ADMINISTRATOR[change.kind]
    if "roles" in change.values and before is not None and after is not None:
        if administrator in (before.roles or ()) and administrator not in (after.roles or ()):
            return f"take {administrator.title} from"
    if change.values.get("has_ip_restrictions") or change.values.get("allowed_ip_addresses"):
        return "restrict the addresses of"
    return None


def refuse_self_lockout(change: Change, risk: str) -> GuardError:
    """Return the error for a change that would lock out the calling account.

    :param risk: as told by `lockout_risk`.
    """
    tail = f" ({LOCK_OUT})" if risk.startswith("restrict") else ""
    entry = f"{change.place}." if change.place else ""
    return GuardError(
        f'{entry}allow_self_lockout: this would {risk} "{change.name}", the account that signs these calls{tail}; '
        "call with another account, or set allow_self_lockout: true if it is meant",
        place=f"{entry}allow_self_lockout" if entry else None,
        kind=change.kind,
        name=change.name,
        option="allow_self_lockout",
        value=False,
    )


class Limits(t.NamedTuple):
    """How much one run may remove, and who has to stay an administrator.

    :param max_removals: objects disabled or deleted, of all kinds together.
    :param max_removal_percent: of the enabled objects of one kind in scope, where these are `PERCENT_FROM` or more.
    :param min_administrators: enabled, active people with the Administrator role.
    :param required_administrators: usernames that have to be among them.
    :param protected_users: usernames of accounts that stay as usable as they are.
    """

    max_removals: int = 10
    max_removal_percent: int = 10
    min_administrators: int = 2
    required_administrators: tuple[str, ...] = ()
    protected_users: tuple[str, ...] = ()


PERCENT_FROM = 50


def check_removals(
    changes: t.Iterable[Change], in_scope: t.Mapping[str, int], limits: Limits
) -> t.Iterator[GuardError]:
    """Yield an error for each limit on removals that a plan breaks.

    :param in_scope: how many enabled objects there are by kind.
    """
    removals = [change for change in changes if takes_away(change)]
    yield from _check_protected(removals, limits)
    if len(removals) > limits.max_removals:
        yield GuardError(
            f"max_removals: this plan would remove {len(removals)} objects ({_who(removals)}), and "
            f"{limits.max_removals} are allowed; correct the input, or raise max_removals if it is meant",
            option="max_removals",
            value=limits.max_removals,
        )
    kinds = sorted({change.kind for change in removals})
    for kind in kinds:
        total = in_scope.get(kind, 0)
        those = [change for change in removals if change.kind == kind]
        if total >= PERCENT_FROM and len(those) * 100 > limits.max_removal_percent * total:
            yield GuardError(
                f"max_removal_percent: this plan would remove {len(those)} of {total} enabled objects of kind {kind} "
                f"({_who(those)}), and {limits.max_removal_percent} percent are allowed; correct the input, or raise "
                "max_removal_percent if it is meant",
                kind=kind,
                option="max_removal_percent",
                value=limits.max_removal_percent,
            )


def _check_protected(removals: t.Sequence[Change], limits: Limits) -> t.Iterator[GuardError]:
    protected = {name.casefold() for name in limits.protected_users}
    for change in removals:
        if change.kind not in ADMINISTRATOR:
            continue
        # A new name of this run may be the one that is protected.
        sides = (change.account_before, change.account_after)
        names = [account.username for account in sides if account is not None]
        name = next((name for name in names if name.casefold() in protected), None)
        if name is not None:
            yield GuardError(
                f'protected_users: this plan would {takes_away(change)} "{name}", which is protected; '
                "correct its entry, or take it out of protected_users if it is meant",
                place=change.place,
                kind=change.kind,
                name=name,
                option="protected_users",
                value=name,
            )


def check_administrators(
    before: t.Mapping[str, str], after: t.Mapping[str, str], limits: Limits
) -> t.Iterator[GuardError]:
    """Yield an error if a plan leaves too few administrators, or not those that are required.

    Only a plan that lowers their number is stopped for it.

    :param before: usernames of the enabled, active administrators by handle, as they are.
    :param after: the same as they will be.
    """
    lost = sorted(name for handle, name in before.items() if handle not in after)
    if len(after) < len(before) and len(after) < limits.min_administrators:
        yield GuardError(
            f"min_administrators: this plan would leave {len(after)} of {len(before)} administrators, without "
            f"{', '.join(lost)}, and {limits.min_administrators} have to stay; correct the input, or lower "
            "min_administrators if it is meant",
            option="min_administrators",
            value=limits.min_administrators,
        )
    present = {name.casefold() for name in after.values()}
    for name in limits.required_administrators:
        if name.casefold() not in present:
            yield GuardError(
                f'required_administrators: "{name}" would not be an enabled, active administrator after this plan; '
                "correct its entry, or take it out of required_administrators",
                kind="user",
                name=name,
                option="required_administrators",
                value=name,
            )


def _who(changes: t.Sequence[Change], most: int = 10) -> str:
    names = [change.name for change in changes[:most]]
    more = len(changes) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")

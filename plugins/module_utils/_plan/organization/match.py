# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The accounts of a whole organization: one net change for each, and what exclusive lists remove. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.role import ADMINISTRATOR
from ansible_collections.community.veracode.plugins.module_utils._plan.account import plan_account
from ansible_collections.community.veracode.plugins.module_utils._plan.account_needs import options_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired
from ansible_collections.community.veracode.plugins.module_utils._plan.find import Found, find_account
from ansible_collections.community.veracode.plugins.module_utils._plan.guards import (
    is_removal,
    lockout_risk,
    refuse_self_lockout,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import AccountEntry

REPORT = "report"
DELETE = "delete"


@dataclass(frozen=True)
class Match:
    """An entry and the account it means."""

    entry: AccountEntry
    found: Found | None


@dataclass
class AccountPlans:
    """What the accounts need.

    :param plans: a plan for each entry and each removal, in that order.
    :param reported: accounts that only C(absent_action=report) keeps.
    :param usernames: those that the accounts will have, by the place of their entry.
    """

    plans: list[Plan] = field(default_factory=list)
    usernames: dict[str, str] = field(default_factory=dict)
    reported: list[Account] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problems: list[VeracodeError] = field(default_factory=list)


def match_accounts(entries: t.Sequence[AccountEntry], inventory: Inventory) -> tuple[list[Match], list[VeracodeError]]:
    """Find the account of every entry; two entries that mean the same account are an error."""
    matches: list[Match] = []
    problems: list[VeracodeError] = []
    claimed: dict[str, Desired] = {}
    for entry in entries:
        desired = entry.desired
        try:
            found = find_account(inventory, desired)
        except VeracodeError as error:
            problems.append(_placed(error, desired))
            continue
        if found is not None:
            other = claimed.setdefault(str(found.account.handle), desired)
            # A name that just stands there twice has been told.
            if other is not desired and _selector(other) != _selector(desired):
                problems.append(
                    desired.problem(
                        f'username: "{desired.label}" and {other.place} ("{other.label}") mean the same account '
                        f'"{found.account.username}"; keep one of the two entries',
                        "username",
                        desired.label,
                    )
                )
        elif entry.name_only:
            problems.append(
                desired.problem(
                    f'username: "{desired.label}" does not exist, and an entry with only a name manages nothing; '
                    "give what is needed to create it, or remove the entry",
                    "username",
                    desired.label,
                )
            )
        matches.append(Match(entry, found))
    return matches, problems


def _selector(desired: Desired) -> tuple[bool, str]:
    """Return what an entry selects by, as far as it is compared with other entries."""
    return not desired.username and bool(desired.custom_id), desired.label.casefold()


def _placed(error: VeracodeError, desired: Desired) -> VeracodeError:
    error.kind = error.kind or desired.kind
    error.name = error.name or desired.label
    if desired.place and error.place is None:
        error.place = f"{desired.place}.{error.option}" if error.option else desired.place
        error.msg = f"{desired.place}.{error.msg}"
    return error


def options_lacking(match: Match) -> frozenset[str]:
    """Return the options that planning needs and the reading of the account does not carry."""
    if match.found is None or match.entry.name_only:
        return frozenset()
    carried = match.found.account.values_and_lists
    lacking = {option for option in options_needed(match.entry.desired) if option not in carried}
    # A title may be reported by no reading at all; asking once more does not help.
    return frozenset(lacking - {"title"})


def plan_entries(matches: t.Sequence[Match], names: Names, result: AccountPlans) -> None:
    """Plan every entry and collect what is wrong with them."""
    warned: list[tuple[str, Match, str]] = []
    taken: dict[str, Desired] = {}
    for match in matches:
        place = str(match.entry.desired.place)
        if match.found is not None:
            result.usernames[place] = match.entry.desired.username or match.found.account.username
        if match.entry.name_only:
            result.plans.append(Plan(None, match.found.account if match.found else None))
            continue
        try:
            plan = plan_account(match.entry.desired, match.found, names)
        except VeracodeError as error:
            # What is wrong by itself has been told.
            result.problems += [each for each in error.all if each.option not in match.entry.faults]
            continue
        result.plans.append(plan)
        if plan.account is not None:
            result.usernames[place] = plan.account.username
        problem = _name_taken(match.entry.desired, plan, taken)
        if problem is not None:
            result.problems.append(problem)
        warned += [(place, match, warning) for warning in plan.warnings]
    result.warnings += _grouped(warned)


def _name_taken(desired: Desired, plan: Plan, taken: dict[str, Desired]) -> VeracodeError | None:
    """Return an error if another entry gives its account the same username."""
    if plan.account is None:
        return None
    username = plan.account.username
    other = taken.setdefault(username.casefold(), desired)
    # What just stands there twice has been told.
    if other is desired or _selector(other) == _selector(desired):
        return None
    option = "email_address" if desired.values.get("email_address") else "username"
    return desired.problem(
        f'{option}: "{desired.label}" and {other.place} ("{other.label}") would both have the username "{username}"; '
        "correct one of the two",
        option,
        username,
    )


def _grouped(warned: t.Sequence[tuple[str, Match, str]], most: int = 3) -> list[str]:
    """Tell what holds for many entries once, with their places."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for place, match, warning in warned:
        name = match.found.account.username if match.found else match.entry.desired.label
        groups.setdefault(warning.replace(f'"{name}"', '"…"'), []).append((place, warning))
    lines = []
    for general, each in groups.items():
        if len(each) <= most:
            lines += [f"{place}: {warning}" for place, warning in each]
        else:
            places = ", ".join(place for place, _warning in each)
            lines.append(f"{len(each)} entries ({places}): {general}")
    return lines


def plan_exclusive(
    inventory: Inventory,
    claimed: t.Collection[str],
    kinds: t.Collection[str],
    action: str,
    *,
    protected: t.Collection[str],
    exclude_saml: bool,
    result: AccountPlans,
) -> None:
    """Plan the removal of every account of these kinds that no entry claims.

    :param claimed: handles of the accounts that have an entry.
    :param protected: usernames that are left alone.
    """
    kept = {name.casefold() for name in protected}
    for account in inventory.accounts:
        if account.kind not in kinds or account.handle in claimed or account.username.casefold() in kept:
            continue
        if exclude_saml and account.kind == USER and account.values.get("is_saml_user"):
            continue
        if action == REPORT:
            result.reported.append(account)
            continue
        desired = Desired(account.kind, state="absent" if action == DELETE else "disabled", username=account.username)
        plan = plan_account(desired, Found(account), Names())
        if plan.change is not None:
            result.plans.append(plan)


def in_scope(inventory: Inventory, kind: str, *, protected: t.Collection[str], exclude_saml: bool) -> int:
    """Return how many enabled accounts of a kind a run could remove."""
    kept = {name.casefold() for name in protected}
    return sum(
        account.kind == kind
        and account.values.get("login_enabled") is not False
        and account.username.casefold() not in kept
        and not (exclude_saml and kind == USER and account.values.get("is_saml_user"))
        for account in inventory.by_handle.values()
    )


def keep_caller(result: AccountPlans, caller: str, allowed: t.Collection[str]) -> None:
    """Leave out what would remove the calling account, and refuse what would lock it out.

    :param caller: handle of the calling account.
    :param allowed: handles for which an entry says C(allow_self_lockout).
    """
    for number, plan in enumerate(result.plans):
        change = plan.change
        if change is None or change.before is None or getattr(change.before, "handle", None) != caller:
            continue
        risk = lockout_risk(change)
        if is_removal(change):
            result.warnings.append(f'"{change.name}" is the account that signs these calls, and is not removed')
            result.plans[number] = Plan(None, change.before)
        elif risk and caller not in allowed:
            result.problems.append(refuse_self_lockout(change, risk))


def administrators_after(holders: t.Iterable[Account], plans: t.Sequence[Plan]) -> dict[str, str]:
    """Return the usernames of the enabled, active administrators as they will be, by handle.

    :param holders: who holds the Administrator role as it is, enabled or not.
    """
    held = {str(account.handle): account for account in holders}
    after = {handle: account.username for handle, account in held.items() if is_enabled(account)}
    administrator = ADMINISTRATOR[USER]
    for number, plan in enumerate(plans):
        change = plan.change
        if change is None or change.kind != USER:
            continue
        account = plan.account
        handle = str(getattr(change.before, "handle", None) or f"new-{number}")
        if account is None or not is_enabled(account):
            after.pop(handle, None)
        elif account.roles is not None:
            if administrator in account.roles:
                after[handle] = account.username
            else:
                after.pop(handle, None)
        elif handle in held:
            after[handle] = account.username
    return after


def is_enabled(account: Account) -> bool:
    """Tell whether an account can be used."""
    return account.values.get("login_enabled") is not False and account.values.get("active") is not False


def rename_teams(inventory: Inventory, renamed: t.Mapping[str, str]) -> None:
    """Let the accounts' teams have the names that teams get in this run."""
    if not renamed:
        return
    for account in inventory.accounts:
        if account.teams and any(team.name in renamed for team in account.teams):
            teams = tuple(replace(team, name=renamed.get(team.name, team.name)) for team in account.teams)
            inventory.put(replace(account, teams=teams))

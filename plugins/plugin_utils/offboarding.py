# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The role offboarding: who leaves and who is due to be deleted. Pure."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from ansible_collections.community.veracode.plugins.module_utils._errors import printable
from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.module_utils._model.wording import counted
from ansible_collections.community.veracode.plugins.plugin_utils.feed import STAFF, Feed, Names, parse_day, read_feed
from ansible_collections.community.veracode.plugins.plugin_utils.ledger import Account, check_ledger, ledger_entry
from ansible_collections.community.veracode.plugins.plugin_utils.names import quoted

_MARK = re.compile(r"offboarded ([0-9]{4}-[0-9]{2}-[0-9]{2})\Z")

# As for the guards of veracode_directory: in a small organization a percentage says nothing.
PERCENT_FROM = 50


@dataclass(frozen=True)
class Limits:
    """How much may happen in one run."""

    max_leavers: int = 10
    max_percent: int = 10
    max_deletions: int = 10
    min_known_percent: int = 50
    empty_feed: bool = False


@dataclass(frozen=True)
class Leaving:
    """Everything that says who leaves.

    :param names: who is named by hand.
    :param hold: who is never touched.
    :param organization: which one the accounts belong to.
    """

    names: t.Sequence[str]
    feed: Feed | None
    hold: t.Sequence[str]
    ledger: t.Mapping[str, t.Any]
    today: date
    delete_after: int | None = None
    date_field: str | None = None
    organization: str | None = None


@dataclass
class Plan:
    """Who leaves in this run.

    :param leavers: usernames of all accounts that are off-boarded or to be, by kind of account.
    :param begin: those of them for whom everything is yet to be done.
    :param delete: usernames of those whose time has come, by kind of account.
    :param missing: names of the feed without an account.
    :param held: names on the hold list.
    :param contradicted: usernames that stay, since one row of the feed says so and another one that they leave; with the reason.
    """

    leavers: dict[str, list[str]] = field(default_factory=lambda: {"human": [], "api": []})
    begin: list[str] = field(default_factory=list)
    delete: dict[str, list[str]] = field(default_factory=lambda: {"human": [], "api": []})
    missing: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    contradicted: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def ledger_of(content: t.Any) -> t.Any:
    """Return the ledger in the text of its file, or as it is given; `None` if the text is not JSON.

    A file that does not exist, or is empty, is a ledger without entries.
    """
    if isinstance(content, str) and content.strip():
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            return None
    return {"leavers": {}} if isinstance(content, str) or not content else content


class _Accounts:
    """Every account by its names: usernames, and the addresses of people."""

    def __init__(self, accounts: t.Sequence[Account], hold: t.Collection[str]) -> None:
        self.all = accounts
        self._exact = {str(account["username"]): account for account in accounts}
        self._folded: dict[str, list[Account]] = {}
        for account in accounts:
            self._folded.setdefault(str(account["username"]).casefold(), []).append(account)
        self._by_address: dict[str, list[Account]] = {}
        for account in accounts:
            if account.get("user_type") == "human" and account.get("email_address"):
                self._by_address.setdefault(str(account["email_address"]).casefold(), []).append(account)
        self._hold = {name.casefold() for name in hold}

    def find(self, name: str) -> list[Account]:
        """Return the accounts that a name can mean: one, none, or several that differ by case only."""
        if name in self._exact:
            return [self._exact[name]]
        return self._folded.get(name.casefold()) or self._by_address.get(name.casefold()) or []

    def with_same_address(self, account: Account) -> set[str]:
        """Return the usernames of further people who can log in, are not held, and whose address is a name of this account."""
        return {
            str(other["username"])
            for name in _names(account)
            for other in self._by_address.get(name, ())
            if other is not account and other.get("login_enabled") is not False and not self.is_held(other)
        }

    def is_held(self, account: Account) -> bool:
        """Tell whether an account is on the hold list, by any of its names."""
        return bool(_names(account) & self._hold)

    def names(self) -> list[str]:
        """Return every username, to offer the nearest of."""
        return list(self._exact)


def _not_there(name: str, accounts: _Accounts) -> str:
    # A calling account that is restricted to teams sees only their members.
    hint = did_you_mean(name, accounts.names(), "correct the name, or run the role with an account that sees all teams")
    return f"the calling account sees no account {quoted(name)}{hint}"


def plan_leaving(leaving: Leaving, accounts: t.Sequence[Account], marked: t.Sequence[Account], limits: Limits) -> Plan:
    """Decide who leaves and who is deleted.

    :param accounts: every account, as `veracode_user_info` returns them.
    :param marked: details of those that cannot log in, if a custom field holds the day.
    """
    plan = Plan(errors=check_ledger(leaving.ledger, leaving.organization))
    if plan.errors:
        # What else is wrong is to be said, too.
        leaving = replace(leaving, ledger={"leavers": {}})
    everyone = _Accounts(accounts, leaving.hold)
    plan.errors += [
        f"offboarding_hold: {_not_there(name, everyone)}" for name in leaving.hold if not everyone.find(name)
    ]
    found: dict[str, Account] = {}
    for name in leaving.names:
        if not _take(plan, leaving, everyone, name, found):
            plan.errors.append(f"offboarding_leavers: {_not_there(name, everyone)}")
    staying = _take_feed(plan, leaving, everyone, limits, found)
    if plan.errors:
        return plan
    _warn_of_second_accounts(plan, everyone, found)
    for username, account in sorted(found.items()):
        plan.leavers[str(account.get("user_type"))].append(username)
        entry = ledger_entry(leaving.ledger, username)
        done = entry is not None and entry.get("offboarded") and not entry.get("restored")
        if not done or account.get("login_enabled"):
            plan.begin.append(username)
    _check_limits(plan, accounts, limits)
    _plan_deletions(plan, leaving, everyone, marked, staying)
    plan.held, plan.missing = list(dict.fromkeys(plan.held)), list(dict.fromkeys(plan.missing))
    deletions = sum(len(names) for names in plan.delete.values())
    if deletions > limits.max_deletions:
        plan.errors.append(
            f"offboarding_max_deletions: {counted(deletions, 'account is', 'accounts are')} due to be deleted, and the limit is "
            f"{limits.max_deletions}; "
            f"raise it if this is intended: {_listed([name for names in plan.delete.values() for name in names])}"
        )
    return plan


def _listed(names: t.Sequence[str]) -> str:
    return ", ".join(map(printable, names[:20])) + (", …" if len(names) > 20 else "")


def _take(plan: Plan, leaving: Leaving, everyone: _Accounts, name: str, found: dict[str, Account]) -> bool:
    """Add the account that a name means to those that leave; return whether the name means something."""
    accounts = everyone.find(name)
    if not accounts:
        entry = ledger_entry(leaving.ledger, name)
        return entry is not None and bool(entry.get("deleted"))
    if len(accounts) > 1:
        usernames = _listed(sorted(str(account["username"]) for account in accounts))
        plan.errors.append(f"{quoted(name)} can mean several accounts: {usernames}; give one exactly as it is spelled")
        return True
    if everyone.is_held(accounts[0]):
        plan.held.append(str(accounts[0]["username"]))
    else:
        found[str(accounts[0]["username"])] = accounts[0]
    return True


def _take_feed(
    plan: Plan, leaving: Leaving, everyone: _Accounts, limits: Limits, found: dict[str, Account]
) -> set[str]:
    """Add who leaves by the feed; return the names of those who stay by it."""
    feed = leaving.feed
    if feed is None:
        return set()
    names = read_feed(feed, leaving.today)
    plan.errors += names.errors
    if names.errors:
        return set()
    empty = None if limits.empty_feed else _empty_feed(feed, names)
    if empty is not None:
        plan.errors.append(
            f"{printable(feed.file)}: {empty}, or set offboarding_allow_empty_feed: true if this is intended"
        )
        return set()
    if feed.kind != STAFF:
        _take_leavers(plan, leaving, everyone, names, found)
        return {name.casefold() for name in names.not_counting}
    plan.missing += [name for name in names.known if not everyone.find(name)]
    plan.errors += _broken_staff(feed, names, everyone, limits)
    staff = {name.casefold() for name in names.counting}
    for account in everyone.all:
        if account.get("user_type") != "human" or account.get("login_enabled") is False or _names(account) & staff:
            continue
        if everyone.is_held(account):
            plan.held.append(str(account["username"]))
        else:
            found[str(account["username"])] = account
    return staff


def _empty_feed(feed: Feed, names: Names) -> str | None:
    """Return why a feed says nothing, with what to do, or `None`. Leavers whose last day is to come are no reason."""
    if not names.known:
        return "the feed is empty; export it again"
    if not names.matching:
        return "no row has the values of offboarding_feed_where; correct them"
    if feed.kind == STAFF and not names.counting:
        return "the last day of everybody in the feed is past; export it again"
    return None


def _take_leavers(plan: Plan, leaving: Leaving, everyone: _Accounts, names: Names, found: dict[str, Account]) -> None:
    """Add who leaves by a feed of leavers.

    Who was employed twice has a row for each time. As long as one of them says that the person is there, the account stays.
    """
    staying: dict[str, list[str]] = {}
    for name, places in names.not_counting.items():
        for account in everyone.find(name):
            staying.setdefault(str(account["username"]), []).extend(places)
    for name in names.counting:
        accounts = everyone.find(name)
        stays = staying.get(str(accounts[0]["username"])) if len(accounts) == 1 else None
        if stays is None or everyone.is_held(accounts[0]) or str(accounts[0]["username"]) in found:
            if not _take(plan, leaving, everyone, name, found):
                plan.missing.append(name)
            continue
        leaves = ", ".join(names.places[name])
        plan.contradicted[str(accounts[0]["username"])] = (
            f"leaves by {leaves} of the feed, and stays by {', '.join(stays)}"
        )


def _warn_of_second_accounts(plan: Plan, everyone: _Accounts, found: t.Mapping[str, Account]) -> None:
    for username, account in sorted(found.items()):
        others = sorted(everyone.with_same_address(account) - set(found)) if account.get("user_type") == "human" else []
        if others:
            plan.warnings.append(
                f"{printable(username)} leaves, and {_listed(others)} with the same address can still log in; off-board that as "
                "well, or put it on offboarding_hold"
            )


def _broken_staff(feed: Feed, names: Names, everyone: _Accounts, limits: Limits) -> list[str]:
    """Return why the feed cannot be the whole staff."""
    file = printable(feed.file)
    if names.cut is not None and not everyone.find(names.cut):
        return [
            f"{file}: the last line has no line end, and {quoted(names.cut)} is not an account, so the file "
            "may be truncated; export it again"
        ]
    known = {name.casefold() for name in names.known}
    people = [
        account
        for account in everyone.all
        if account.get("user_type") == "human" and account.get("login_enabled") is not False
    ]
    there = sum(1 for account in people if _names(account) & known)
    if there * 100 < limits.min_known_percent * len(people):
        return [
            f"{file}: it knows {there} of the {len(people)} people who can log in, and offboarding_min_known_percent is "
            f"{limits.min_known_percent}; export it again, or lower the limit if this is intended"
        ]
    return []


def _names(account: Account) -> set[str]:
    names = {str(account["username"]).casefold()}
    if account.get("user_type") == "human" and account.get("email_address"):
        names.add(str(account["email_address"]).casefold())
    return names


def _check_limits(plan: Plan, accounts: t.Sequence[Account], limits: Limits) -> None:
    leaving = len(plan.begin)
    if leaving > limits.max_leavers:
        plan.errors.append(
            f"{counted(leaving, 'account')} would be off-boarded, and offboarding_max_leavers is {limits.max_leavers}; check the feed, and "
            f"raise the limit if this is intended: {_listed(plan.begin)}"
        )
    for user_type, what in (("human", "people"), ("api", "API users")):
        enabled = {
            str(account["username"])
            for account in accounts
            if account.get("user_type") == user_type and account.get("login_enabled") is not False
        }
        going = len(enabled & set(plan.begin))
        if len(enabled) >= PERCENT_FROM and going * 100 > limits.max_percent * len(enabled):
            plan.errors.append(
                f"{going} of {len(enabled)} {what} would be off-boarded, and offboarding_max_percent is {limits.max_percent}; "
                "check the feed, and raise the limit if this is intended"
            )


def _plan_deletions(
    plan: Plan, leaving: Leaving, everyone: _Accounts, marked: t.Sequence[Account], staying: t.Collection[str]
) -> None:
    if leaving.delete_after is None:
        return
    for name, day in sorted(_days(leaving, marked).items()):
        found = everyone.find(name)
        if not found or str(found[0]["username"]).casefold() != name:
            continue
        if day + timedelta(days=leaving.delete_after) > leaving.today:
            continue
        username = str(found[0]["username"])
        if found[0].get("login_enabled"):
            plan.warnings.append(f"{printable(username)} is due to be deleted, but can log in again; it was kept")
        elif everyone.is_held(found[0]):
            plan.held.append(username)
        elif _names(found[0]) & set(staying):
            plan.warnings.append(f"{printable(username)} is due to be deleted, but stays by the feed; it was kept")
        else:
            plan.delete[str(found[0].get("user_type"))].append(username)


def _days(leaving: Leaving, marked: t.Sequence[Account]) -> dict[str, date]:
    """Return when accounts were off-boarded, by casefolded username."""
    days: dict[str, date] = {}
    if leaving.date_field is not None:
        for account in marked:
            match = _MARK.match(str(account.get(leaving.date_field) or ""))
            day = parse_day(match.group(1)) if match else None
            if day is not None:
                days[str(account["username"]).casefold()] = day
        return days
    for name, entry in leaving.ledger["leavers"].items():
        day = parse_day(entry.get("offboarded"))
        if day is not None and not entry.get("restored") and not entry.get("deleted"):
            days[name.casefold()] = day
    return days


def disable_entries(plan: Plan) -> dict[str, list[dict[str, t.Any]]]:
    """Return the entries of `veracode_directory` that disable the leavers, those aside that are deleted now."""
    gone = {name for names in plan.delete.values() for name in names}
    return {
        key: [{"username": name, "state": "disabled"} for name in plan.leavers[user_type] if name not in gone]
        for key, user_type in (("users", "human"), ("api_users", "api"))
    }


def delete_entries(plan: Plan) -> dict[str, list[dict[str, t.Any]]]:
    """Return the entries of `veracode_directory` that delete those whose time has come."""
    return {
        key: [{"username": name, "state": "absent"} for name in plan.delete[user_type]]
        for key, user_type in (("users", "human"), ("api_users", "api"))
    }

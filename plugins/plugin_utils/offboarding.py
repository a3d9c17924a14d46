# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The role offboarding: who leaves, who is due to be deleted, and the ledger that remembers both. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import yaml

from ansible_collections.community.veracode.plugins.module_utils._errors import printable
from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.plugin_utils.csv import (
    Cell,
    FileError,
    Row,
    Table,
    error_lines,
    fold_header,
    read_table,
    write_csv,
)
from ansible_collections.community.veracode.plugins.plugin_utils.names import quoted
from ansible_collections.community.veracode.plugins.plugin_utils.onboarding import yaml_error
from ansible_collections.community.veracode.plugins.plugin_utils.spreadsheet import is_workbook

Account = t.Mapping[str, t.Any]

LEAVERS = "leavers"
STAFF = "staff"
# Without regard to case, blanks, `_` and `-`, as all headers.
NAME_COLUMNS = ("username", "email_address", "email", "mail")

# What is kept of an account before it is changed, to bring it back or to know what it had.
KEPT = (
    *("user_type", "first_name", "last_name", "email_address", "custom_id", "title", "phone", "is_saml_user"),
    *("login_enabled", "active", "roles", "teams", "managed_teams", "has_ip_restrictions", "allowed_ip_addresses"),
    *("custom_one", "custom_two", "custom_three", "custom_four", "custom_five", "api_credentials"),
)

_MARK = re.compile(r"offboarded ([0-9]{4}-[0-9]{2}-[0-9]{2})\Z")

# As for the guards of veracode_directory: in a small organization a percentage says nothing.
PERCENT_FROM = 50


def mark(day: str) -> str:
    """Return what stands in the custom field of an account that was off-boarded on a day, `2026-01-31`."""
    return f"offboarded {day}"


def parse_day(text: t.Any) -> date | None:
    """Return a day that is written as `2026-01-31`, or `None`."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Feed:
    """A file that says who leaves, or who is there.

    :param kind: `leavers` or `staff`.
    :param column: the column with the names, `None` for the first that is called like one.
    :param where: values by column; other rows do not count.
    :param last_day_column: the column with a last day. A leaver leaves, and staff is staff no more, from the day after.
    :param sheet: the sheet of a workbook, the first if `None`.
    """

    file: str
    text: str
    kind: str = LEAVERS
    column: str | None = None
    where: t.Mapping[str, t.Any] = field(default_factory=dict)
    last_day_column: str | None = None
    sheet: str | None = None

    @property
    def is_yaml(self) -> bool:
        """Whether the file is YAML by its name."""
        return self.file.lower().endswith((".yml", ".yaml", ".json"))

    @property
    def is_csv(self) -> bool:
        """Whether the file is text with a line for each row, and no workbook."""
        return not self.is_yaml and not is_workbook(self.text[:4].encode("utf-8", "surrogateescape"))


@dataclass
class Names:
    """What a feed says.

    :param counting: the names of the rows that count today: who leaves, or who stays.
    :param known: every name in it.
    :param cut: a name in the last line, which has no line end: the file may be broken off in the middle of it.
    """

    counting: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    cut: str | None = None
    errors: list[str] = field(default_factory=list)


def read_feed(feed: Feed, today: date) -> Names:
    """Return the names in a feed, and everything that is wrong with it."""
    names = Names()
    if feed.is_yaml:
        table, names.errors = _yaml_table(feed)
    else:
        table = read_table(feed.text, sheet=feed.sheet)
        broken = _broken_off(feed, table)
        table.errors += [broken] if broken is not None else []
    if names.errors or not (table.rows or table.columns):
        names.errors += error_lines(table.errors, feed.file, with_row=True)
        return names
    columns = _feed_columns(feed, table)
    if columns is not None:
        for row in table.rows:
            _read_row(feed, row, columns, names, table.errors, today)
        if names.known and feed.is_csv and not feed.text.endswith(("\n", "\r")):
            names.cut = names.known[-1]
    names.errors += error_lines(table.errors, feed.file, with_row=True)
    return names


def _broken_off(feed: Feed, table: Table) -> FileError | None:
    """Return an error if the last line has fewer cells than the header: the writing of the file ended in its middle."""
    if not table.rows or not feed.is_csv:
        return None
    last = table.rows[-1]
    others = [row.count for row in table.rows[:-1]] or [len(table.headers)]
    if last.count < len(table.headers) and min(others) >= len(table.headers):
        return last.error(
            f"the line has {last.count} of {len(table.headers)} columns, so the file seems to be broken off; export it again"
        )
    return None


@dataclass(frozen=True)
class _Columns:
    name: str
    where: t.Mapping[str, t.Any]
    last_day: str | None


def _feed_columns(feed: Feed, table: Table) -> _Columns | None:
    """Return the keys of the columns that count, or `None` with errors where one is missing."""
    shown = ", ".join(table.columns.values())

    def key(name: str, variable: str) -> str:
        found = table.find(name)
        if found is None:
            hint = did_you_mean(name, table.columns.values(), f"choose one of {shown}")
            table.errors.append(FileError(f"{variable}: there is no column {quoted(name)}{hint}", table.header_line))
        return found or ""

    before = len(table.errors)
    if feed.column is not None:
        name = key(feed.column, "offboarding_feed_column")
    else:
        names = {fold_header(column) for column in NAME_COLUMNS}
        name = next((key for key, header in table.columns.items() if fold_header(header) in names), "")
        if not name:
            msg = f"no column is called {', '.join(NAME_COLUMNS)}; name the one with the usernames or addresses in "
            table.errors.append(
                FileError(f"{msg}offboarding_feed_column, out of {printable(shown)}", table.header_line)
            )
    where = {key(column, "offboarding_feed_where"): value for column, value in feed.where.items()}
    last_day = key(feed.last_day_column, "offboarding_feed_last_day_column") if feed.last_day_column else None
    return _Columns(name, where, last_day) if len(table.errors) == before else None


def _read_row(feed: Feed, row: Row, columns: _Columns, names: Names, errors: list[FileError], today: date) -> None:
    cell = row.cells.get(columns.name)
    if cell is not None:
        hidden = cell.invisible()
        if hidden is not None:
            errors.append(row.error(hidden, cell))
            return
        names.known.append(cell.text)
    if not all(_matches(row.cells.get(key), value) for key, value in columns.where.items()):
        return
    is_past = _is_past(row, columns, errors, today)
    if cell is None:
        errors.append(row.error(f"the column {quoted(columns.name)} is empty; fill it in, or remove the row"))
    elif is_past is None or is_past == (feed.kind == LEAVERS):
        names.counting.append(cell.text)


def _is_past(row: Row, columns: _Columns, errors: list[FileError], today: date) -> bool | None:
    """Return whether the last day of a row is past; `None` if it has none."""
    cell = row.cells.get(columns.last_day) if columns.last_day else None
    if cell is None:
        return None
    last_day = parse_day(cell.text.removesuffix(" 00:00:00"))
    if last_day is None:
        errors.append(row.error(f"{quoted(cell.text)} is not a day; write it as 2026-01-31", cell))
    return last_day is not None and last_day < today


def _matches(cell: Cell | None, wanted: t.Any) -> bool:
    values = wanted if isinstance(wanted, (list, tuple)) else [wanted]
    text = cell.text if cell is not None else ""
    return any(text == (str(value).lower() if isinstance(value, bool) else str(value)).strip() for value in values)


def _yaml_table(feed: Feed) -> tuple[Table, list[str]]:
    table, file = Table(), printable(feed.file)
    try:
        data = yaml.safe_load(feed.text.removeprefix("\ufeff"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return table, [f"{file}: {yaml_error(error)}"]
    if data is None:
        return table, []
    if not isinstance(data, list):
        return table, [f"{file}: not a list of names, or of dictionaries with a name in each; write one of them"]
    errors = []
    for number, entry in enumerate(data, start=1):
        values = entry if isinstance(entry, dict) else {feed.column or NAME_COLUMNS[0]: entry}
        texts = {str(key): value for key, value in values.items() if value is not None and value != ""}
        if not all(isinstance(value, (str, int, date)) for value in texts.values()):
            errors.append(f"{file}: entry {number} is neither a name nor a dictionary of texts; write one of them")
            continue
        table.columns.update({str(key): str(key) for key in values})
        cells = {
            key: Cell(str(value).lower() if isinstance(value, bool) else str(value).strip(), column, key)
            for column, (key, value) in enumerate(texts.items(), start=1)
        }
        table.rows.append(Row(number, number, {key: cell for key, cell in cells.items() if cell.text}))
    return table, errors


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


def _entry(ledger: t.Mapping[str, t.Any], name: str) -> t.Mapping[str, t.Any] | None:
    return next((entry for key, entry in ledger["leavers"].items() if key.casefold() == name.casefold()), None)


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
    """

    leavers: dict[str, list[str]] = field(default_factory=lambda: {"human": [], "api": []})
    begin: list[str] = field(default_factory=list)
    delete: dict[str, list[str]] = field(default_factory=lambda: {"human": [], "api": []})
    missing: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


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

    def is_held(self, account: Account) -> bool:
        """Tell whether an account is on the hold list, by any of its names."""
        return bool(_names(account) & self._hold)

    def names(self) -> list[str]:
        """Return every username, to offer the nearest of."""
        return list(self._exact)


def _not_there(name: str, accounts: _Accounts) -> str:
    hint = did_you_mean(
        name,
        accounts.names(),
        "correct the name; a calling account that is restricted to teams sees only their members",
    )
    return f"there is no account {quoted(name)}{hint}"


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
    staff = _take_feed(plan, leaving, everyone, limits, found)
    if plan.errors:
        return plan
    for username, account in sorted(found.items()):
        plan.leavers[str(account.get("user_type"))].append(username)
        entry = _entry(leaving.ledger, username)
        done = entry is not None and entry.get("offboarded") and not entry.get("restored")
        if not done or account.get("login_enabled"):
            plan.begin.append(username)
    _check_limits(plan, accounts, limits)
    _plan_deletions(plan, leaving, everyone, marked, staff)
    plan.held, plan.missing = list(dict.fromkeys(plan.held)), list(dict.fromkeys(plan.missing))
    deletions = sum(len(names) for names in plan.delete.values())
    if deletions > limits.max_deletions:
        plan.errors.append(
            f"offboarding_max_deletions: {deletions} accounts are due to be deleted, and the limit is {limits.max_deletions}; "
            f"raise it if this is intended: {_listed([name for names in plan.delete.values() for name in names])}"
        )
    return plan


def _listed(names: t.Sequence[str]) -> str:
    return ", ".join(map(printable, names[:20])) + (", …" if len(names) > 20 else "")


def _take(plan: Plan, leaving: Leaving, everyone: _Accounts, name: str, found: dict[str, Account]) -> bool:
    """Add the account that a name means to those that leave; return whether the name means something."""
    accounts = everyone.find(name)
    if not accounts:
        entry = _entry(leaving.ledger, name)
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
) -> set[str] | None:
    """Add who leaves by the feed; return the names of the staff, if the feed lists those."""
    feed = leaving.feed
    if feed is None:
        return None
    names = read_feed(feed, leaving.today)
    plan.errors += names.errors
    if names.errors:
        return None
    if not names.counting and not limits.empty_feed:
        plan.errors.append(
            f"{printable(feed.file)}: nobody is in it, which is more often a broken feed than a quiet day; "
            "set offboarding_allow_empty_feed to true if it may be empty"
        )
        return None
    if feed.kind != STAFF:
        plan.missing += [name for name in names.counting if not _take(plan, leaving, everyone, name, found)]
        return None
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


def _broken_staff(feed: Feed, names: Names, everyone: _Accounts, limits: Limits) -> list[str]:
    """Return why the feed cannot be the whole staff."""
    file = printable(feed.file)
    if names.cut is not None and not everyone.find(names.cut):
        return [
            f"{file}: the last line has no line end, and {quoted(names.cut)} is no account, so the file seems to be broken "
            "off; export it again"
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
            f"{leaving} accounts would be off-boarded, and offboarding_max_leavers is {limits.max_leavers}; check the feed, and "
            f"raise the limit if this is intended: {_listed(plan.begin)}"
        )
    for user_type, what in (("human", "people"), ("api", "API service accounts")):
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
    plan: Plan, leaving: Leaving, everyone: _Accounts, marked: t.Sequence[Account], staff: t.Collection[str] | None
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
            plan.warnings.append(f"{printable(username)} is due to be deleted, but can log in again; it is left alone")
        elif everyone.is_held(found[0]):
            plan.held.append(username)
        elif staff is not None and _names(found[0]) & set(staff):
            plan.warnings.append(
                f"{printable(username)} is due to be deleted, but is in the feed of the staff; it is left alone"
            )
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


def record(
    ledger: t.Mapping[str, t.Any],
    today: str,
    *,
    details: t.Sequence[Account] = (),
    done: t.Sequence[str] = (),
    kept: t.Mapping[str, str] | None = None,
    deleted: t.Sequence[str] = (),
    restored: t.Sequence[str] = (),
) -> dict[str, t.Any]:
    """Return a new ledger.

    :param details: accounts that are about to be changed; what is in the ledger of a run that broke off stays.
    :param done: usernames of those who are off-boarded now.
    :param kept: why an account kept its teams.
    """
    leavers = {name: dict(entry) for name, entry in ledger["leavers"].items()}
    keys = {name.casefold(): name for name in leavers}
    for account in details:
        name = str(account["username"])
        old = leavers.get(keys.get(name.casefold(), ""))
        begun = old is not None and not old.get("offboarded") and not old.get("restored") and not old.get("deleted")
        if begun:
            continue
        leavers.pop(keys.get(name.casefold(), ""), None)
        keys[name.casefold()] = name
        leavers[name] = {
            "before": {option: account.get(option) for option in KEPT},
            "begun": today,
            "offboarded": None,
            "deleted": None,
            "restored": None,
        }
    for name in done:
        entry = leavers[keys[name.casefold()]]
        entry["offboarded"] = today
        entry["kept_teams"] = bool(kept and name in kept)
    for name in deleted:
        if name.casefold() in keys:
            leavers[keys[name.casefold()]]["deleted"] = today
    for name in restored:
        leavers[keys[name.casefold()]]["restored"] = today
    return {"version": 1, "leavers": dict(sorted(leavers.items()))}


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


def leave_entries(details: t.Sequence[Account]) -> list[dict[str, t.Any]]:
    """Return the entries that take people from all teams; API service accounts stay, as no team is every team."""
    entries: list[dict[str, t.Any]] = []
    for account in details:
        if account.get("user_type") != "human" or not account.get("teams"):
            continue
        options: dict[str, t.Any] = {"username": account["username"], "teams": []}
        if account.get("managed_teams"):
            options["managed_teams"] = []
        entries.append(options)
    return entries


def date_entries(details: t.Sequence[Account], date_field: str | None, today: str) -> dict[str, list[dict[str, t.Any]]]:
    """Return the entries that write the day into the custom field."""
    return {
        key: [
            {"username": account["username"], date_field: mark(today)}
            for account in details
            if date_field and account.get("user_type") == user_type
        ]
        for key, user_type in (("users", "human"), ("api_users", "api"))
    }


def without_manager(teams: t.Sequence[Account], leavers: t.Collection[str], accounts: t.Sequence[Account]) -> list[str]:
    """Return the teams that nobody manages who stays and can log in."""
    gone = {name.casefold() for name in leavers}
    able = {
        str(account["username"]).casefold() for account in accounts if account.get("login_enabled") is not False
    } - gone
    return sorted(
        str(team["name"])
        for team in teams
        if not any(str(manager).casefold() in able for manager in team.get("managers") or ())
    )


def refusals(run: t.Mapping[str, t.Any], users: t.Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Tell apart who may not leave the teams, and what went wrong otherwise.

    Which roles need a team is told differently by Veracode's pages, so Veracode itself is asked: it is an answer to
    the order to leave them, with a status of a client's error.

    :param run: what `veracode_directory` returned for these users.
    :returns: the reasons by username, and other errors.
    """
    kept: dict[str, str] = {}
    errors: list[str] = []
    failures = [failure for failure in run.get("errors") or () if isinstance(failure, t.Mapping)]
    if not failures and isinstance(run.get("failure"), t.Mapping):
        failures = [run["failure"]]
    known = {name.casefold(): name for name in users}
    for failure in failures:
        name = known.get(str(failure.get("name")).casefold())
        if name is not None and failure.get("status") in (400, 409, 422):
            kept[name] = str(failure.get("msg"))
        else:
            errors.append(str(failure.get("msg")))
    if "summary" not in run and "msg" in run and not errors and not kept:
        errors = [str(run["msg"])]
    return kept, errors


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
    for wanted in dict.fromkeys(names):
        username = by_name.get(wanted.casefold())
        if username is None:
            hint = did_you_mean(
                wanted, ledger["leavers"], "name one who is in the ledger, nobody else can be brought back"
            )
            result.errors.append(f"offboarding_restore: {quoted(wanted)} is not in the ledger{hint}")
            continue
        if username in result.names:
            continue
        entry = ledger["leavers"][username]
        if entry.get("deleted"):
            result.errors.append(
                f"offboarding_restore: {quoted(username)} was deleted on {entry['deleted']}, and Veracode cannot bring it back; "
                "create the account anew, the ledger holds what it had"
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


REPORT_HEADER = ("account", "user_type", "outcome", "key_revoked", "teams_left", "teams_kept", "message")


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    :param rows: one for each account or name that was spoken of.
    :param unmanaged: teams without a manager who stays.
    :param errors: what Veracode refused, other than to leave teams.
    """

    ledger: dict[str, t.Any]
    rows: list[dict[str, t.Any]]
    unmanaged: list[str]
    errors: list[str]


def finish(
    plan: t.Mapping[str, t.Any],
    ledger: t.Mapping[str, t.Any],
    details: t.Sequence[Account],
    teams_run: t.Mapping[str, t.Any],
    unmanaged: t.Sequence[str],
    *,
    today: str,
    revoked: bool,
    leave_teams: bool,
) -> Outcome:
    """Say what became of everyone, and write it into the ledger."""
    people = [str(account["username"]) for account in details if account.get("user_type") == "human"]
    kept, errors = refusals(teams_run, people) if leave_teams else ({}, [])
    for account in details:
        if leave_teams and account.get("teams") and account.get("user_type") == "api":
            kept[str(account["username"])] = "an API service account without a team could see every application"
    deleted = [name for names in plan["delete"].values() for name in names]
    rows: list[dict[str, t.Any]] = []

    def row(account: str, user_type: str | None, what: str, **more: t.Any) -> None:
        rows.append(
            {**dict.fromkeys(REPORT_HEADER), "account": account, "user_type": user_type, "outcome": what, **more}
        )

    for account in details:
        name, teams = str(account["username"]), list(account.get("teams") or ())
        keeps = name in kept or not leave_teams
        row(
            name,
            account.get("user_type"),
            "off-boarded",
            key_revoked=bool(revoked and account.get("api_credentials")),
            teams_left=[] if keeps else teams,
            teams_kept=teams if keeps else [],
            message=kept.get(name),
        )
    begun = {str(account["username"]) for account in details}
    for user_type, names in plan["leavers"].items():
        for name in names:
            if name not in begun and name not in deleted:
                row(name, user_type, "off-boarded before")
    for user_type, names in plan["delete"].items():
        for name in names:
            row(name, user_type, "deleted")
    for name in plan["held"]:
        row(name, None, "on hold")
    for name in plan["missing"]:
        row(name, None, "no account")
    new = record(
        ledger,
        today,
        done=[] if errors else [str(account["username"]) for account in details],
        kept=kept,
        deleted=deleted,
    )
    return Outcome(new, rows, list(unmanaged), errors)


def report_csv(rows: t.Iterable[Account]) -> str:
    """Return the rows of the outcome as a CSV file."""

    def cell(value: t.Any) -> t.Any:
        if isinstance(value, bool):
            return "true" if value else "false"
        return ",".join(value) if isinstance(value, list) else value

    return write_csv(REPORT_HEADER, [[cell(row[name]) for name in REPORT_HEADER] for row in rows])

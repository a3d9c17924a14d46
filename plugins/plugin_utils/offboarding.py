# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The role offboarding: who leaves, who is due to be deleted, and the ledger that remembers both. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import date, timedelta

import yaml

from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.plugin_utils.csv import (
    Cell,
    Row,
    header_names,
    read_rows,
    write_csv,
)

Account = t.Mapping[str, t.Any]

LEAVERS = "leavers"
STAFF = "staff"
NAME_COLUMNS = ("username", "user_name", "email_address", "email", "mail", "emailaddress", "e-mail")

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
    """Return what stands in the custom field of an account that was off-boarded on a day, C(2026-01-31)."""
    return f"offboarded {day}"


def parse_day(text: t.Any) -> date | None:
    """Return a day that is written as C(2026-01-31), or C(None)."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Feed:
    """A file that tells who leaves, or who is there.

    :param kind: C(leavers) or C(staff).
    :param column: the column with the names, C(None) for the first that is called like one.
    :param where: values by column; other rows do not count.
    :param last_day_column: the column with a last day; a row counts from the day after.
    """

    file: str
    text: str
    kind: str = LEAVERS
    column: str | None = None
    where: t.Mapping[str, t.Any] = field(default_factory=dict)
    last_day_column: str | None = None


def read_feed(feed: Feed, today: date) -> tuple[list[str], list[str]]:
    """Return the names in a feed, and everything that is wrong with it."""
    if feed.file.lower().endswith((".yml", ".yaml", ".json")):
        rows, problems = _yaml_rows(feed)
        headers = []
    else:
        rows, found = read_rows(feed.text, None)
        headers = header_names(feed.text)
        problems = [problem.text(feed.file, with_row=True) for problem in found]
    if problems:
        return [], problems
    # A column that is empty in every row is there all the same.
    headers = list(dict.fromkeys([*headers, *(header for row in rows for header in row.cells)]))
    column = feed.column or next((name for name in headers if name.casefold() in NAME_COLUMNS), None)
    needed = [column, *feed.where, feed.last_day_column]
    if rows and column is None:
        return [], [
            f"{feed.file}: no column is called {', '.join(NAME_COLUMNS)}; name the one with the usernames or addresses in "
            f"offboarding_feed_column, out of {', '.join(headers)}"
        ]
    for header in needed:
        if rows and header is not None and header not in headers:
            hint = did_you_mean(header, headers, f"choose one of {', '.join(headers)}")
            problems.append(f'{feed.file}: there is no column "{header}"{hint}')
    if problems:
        return [], problems
    names: list[str] = []
    for row in rows:
        if not all(_matches(row.cells.get(header), wanted) for header, wanted in feed.where.items()):
            continue
        cell = row.cells.get(feed.last_day_column) if feed.last_day_column else None
        if cell is not None:
            last_day = parse_day(cell.text)
            if last_day is None:
                problem = row.problem(f'"{cell.text}" is not a day; write it as 2026-01-31', cell)
                problems.append(problem.text(feed.file, with_row=True))
                continue
            if last_day >= today:
                continue
        name = row.cells.get(str(column))
        if name is None or not name.text.strip():
            problems.append(
                row.problem(f'the column "{column}" is empty; fill it in, or remove the row').text(
                    feed.file, with_row=True
                )
            )
            continue
        names.append(name.text.strip())
    return names, problems


def _matches(cell: Cell | None, wanted: t.Any) -> bool:
    values = wanted if isinstance(wanted, (list, tuple)) else [wanted]
    return (cell.text if cell is not None else "") in [str(value) for value in values]


def _yaml_rows(feed: Feed) -> tuple[list[Row], list[str]]:
    try:
        data = yaml.safe_load(feed.text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return [], [f"{feed.file}: not a YAML file: {getattr(error, 'problem', None) or error}"]
    if data is None:
        return [], []
    if not isinstance(data, list):
        return [], [f"{feed.file}: not a list of names, or of dictionaries with a name in each"]
    rows, problems = [], []
    for number, entry in enumerate(data, start=1):
        values = entry if isinstance(entry, dict) else {feed.column or NAME_COLUMNS[0]: entry}
        texts = {str(key): value for key, value in values.items() if value is not None and value != ""}
        if not all(isinstance(value, (str, int, date)) for value in texts.values()):
            problems.append(
                f"{feed.file}: entry {number} is neither a name nor a dictionary of texts; write one of them"
            )
            continue
        cells = {key: Cell(str(value), column, key) for column, (key, value) in enumerate(texts.items(), start=1)}
        rows.append(Row(number, number, cells))
    return rows, problems


def check_ledger(ledger: t.Any) -> list[str]:
    """Return what is wrong with a ledger that was read."""
    leavers = ledger.get("leavers") if isinstance(ledger, t.Mapping) else None
    if not isinstance(leavers, t.Mapping) or not all(
        isinstance(entry, t.Mapping) and isinstance(entry.get("before"), t.Mapping) for entry in leavers.values()
    ):
        return [
            "offboarding_ledger: the file is not a ledger of this role; restore it from a copy, or name another file"
        ]
    return [
        f'offboarding_ledger: "{entry["offboarded"]}" of {name} is not a day; write it as 2026-01-31'
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
    empty_feed: bool = False


@dataclass(frozen=True)
class Leaving:
    """Everything that says who leaves."""

    names: t.Sequence[str]
    feed: Feed | None
    hold: t.Sequence[str]
    ledger: t.Mapping[str, t.Any]
    today: date
    delete_after: int | None = None
    date_field: str | None = None


@dataclass
class Plan:
    """Who leaves in this run.

    :param leavers: usernames of all accounts that are off-boarded or to be, by kind of account.
    :param begin: those of them for whom everything is yet to be done.
    :param delete: usernames of those whose time has come, by kind of account.
    :param missing: names without an account.
    :param held: names on the hold list.
    """

    leavers: dict[str, list[str]] = field(default_factory=lambda: {"human": [], "api": []})
    begin: list[str] = field(default_factory=list)
    delete: dict[str, list[str]] = field(default_factory=lambda: {"human": [], "api": []})
    missing: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def plan_leaving(leaving: Leaving, accounts: t.Sequence[Account], marked: t.Sequence[Account], limits: Limits) -> Plan:
    """Decide who leaves and who is deleted.

    :param accounts: every account, as C(veracode_user_info) returns them.
    :param marked: details of those that cannot log in, if a custom field holds the day.
    """
    plan = Plan(problems=check_ledger(leaving.ledger))
    named, staff = _named(plan, leaving, limits)
    if plan.problems:
        return plan
    by_name = {str(account["username"]).casefold(): account for account in accounts}
    by_address = {
        str(account["email_address"]).casefold(): account
        for account in accounts
        if account.get("user_type") == "human" and account.get("email_address")
    }
    hold = {name.casefold() for name in leaving.hold}

    def on_hold(account: Account) -> bool:
        return bool(_names(account) & hold)

    found: dict[str, Account] = {}
    for name in dict.fromkeys(named):
        account = by_name.get(name.casefold()) or by_address.get(name.casefold())
        entry = _entry(leaving.ledger, name)
        if account is None:
            if entry is None or not entry.get("deleted"):
                plan.missing.append(name)
        elif on_hold(account) or name.casefold() in hold:
            plan.held.append(str(account["username"]))
        else:
            found[str(account["username"])] = account
    if staff is not None:
        for account in accounts:
            if account.get("user_type") != "human" or account.get("login_enabled") is False or _names(account) & staff:
                continue
            if on_hold(account):
                plan.held.append(str(account["username"]))
            else:
                found[str(account["username"])] = account
    for username, account in sorted(found.items()):
        plan.leavers[str(account.get("user_type"))].append(username)
        entry = _entry(leaving.ledger, username)
        done = entry is not None and entry.get("offboarded") and not entry.get("restored")
        if not done or account.get("login_enabled"):
            plan.begin.append(username)
    _check_limits(plan, accounts, limits)
    _plan_deletions(plan, leaving, by_name, marked, staff, on_hold)
    plan.held = list(dict.fromkeys(plan.held))
    deletions = sum(len(names) for names in plan.delete.values())
    if deletions > limits.max_deletions:
        plan.problems.append(
            f"{deletions} accounts are due to be deleted, and offboarding_max_deletions is {limits.max_deletions}: "
            f"{', '.join(name for names in plan.delete.values() for name in names)}; raise it if they are meant"
        )
    return plan


def _named(plan: Plan, leaving: Leaving, limits: Limits) -> tuple[t.Sequence[str], set[str] | None]:
    """Return who is named as leaving, and who works there, if the feed says that instead."""
    if leaving.feed is None:
        return leaving.names, None
    names, problems = read_feed(leaving.feed, leaving.today)
    plan.problems += problems
    if not problems and not names and not limits.empty_feed:
        plan.problems.append(
            f"{leaving.feed.file}: nobody is in it, which is more often a broken feed than a quiet day; "
            "set offboarding_allow_empty_feed to true if it may be empty"
        )
    if leaving.feed.kind == STAFF:
        return leaving.names, {name.casefold() for name in names}
    return [*leaving.names, *names], None


def _names(account: Account) -> set[str]:
    names = {str(account["username"]).casefold()}
    if account.get("user_type") == "human" and account.get("email_address"):
        names.add(str(account["email_address"]).casefold())
    return names


def _check_limits(plan: Plan, accounts: t.Sequence[Account], limits: Limits) -> None:
    leaving = len(plan.begin)
    if leaving > limits.max_leavers:
        plan.problems.append(
            f"{leaving} accounts would be off-boarded, and offboarding_max_leavers is {limits.max_leavers}; look whether the "
            f"feed is right, and raise it if it is: {', '.join(plan.begin[:20])}{', …' if leaving > 20 else ''}"
        )
    for user_type, what in (("human", "people"), ("api", "API service accounts")):
        enabled = {
            str(account["username"])
            for account in accounts
            if account.get("user_type") == user_type and account.get("login_enabled") is not False
        }
        going = len(enabled & set(plan.begin))
        if len(enabled) >= PERCENT_FROM and going * 100 > limits.max_percent * len(enabled):
            plan.problems.append(
                f"{going} of {len(enabled)} {what} would be off-boarded, and offboarding_max_percent is {limits.max_percent}; "
                "look whether the feed is right, and raise it if it is"
            )


def _plan_deletions(
    plan: Plan,
    leaving: Leaving,
    by_name: t.Mapping[str, Account],
    marked: t.Sequence[Account],
    staff: t.Collection[str] | None,
    on_hold: t.Callable[[Account], bool],
) -> None:
    if leaving.delete_after is None:
        return
    days: dict[str, date] = {}
    if leaving.date_field is not None:
        for account in marked:
            match = _MARK.match(str(account.get(leaving.date_field) or ""))
            day = parse_day(match.group(1)) if match else None
            if day is not None:
                days[str(account["username"]).casefold()] = day
    else:
        for name, entry in leaving.ledger["leavers"].items():
            day = parse_day(entry.get("offboarded"))
            if day is not None and not entry.get("restored") and not entry.get("deleted"):
                days[name.casefold()] = day
    for name, day in sorted(days.items()):
        found = by_name.get(name)
        if found is None or day + timedelta(days=leaving.delete_after) > leaving.today:
            continue
        username = str(found["username"])
        if found.get("login_enabled"):
            plan.warnings.append(f"{username} is due to be deleted, but can log in again; it is left alone")
        elif on_hold(found):
            plan.held.append(username)
        elif staff is not None and _names(found) & set(staff):
            plan.warnings.append(f"{username} is due to be deleted, but is in the feed of the staff; it is left alone")
        else:
            plan.delete[str(found.get("user_type"))].append(username)


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
    """Return the entries of C(veracode_directory) that disable the leavers, those aside that are deleted now."""
    gone = {name for names in plan.delete.values() for name in names}
    return {
        key: [{"username": name, "state": "disabled"} for name in plan.leavers[user_type] if name not in gone]
        for key, user_type in (("users", "human"), ("api_users", "api"))
    }


def delete_entries(plan: Plan) -> dict[str, list[dict[str, t.Any]]]:
    """Return the entries of C(veracode_directory) that delete those whose time has come."""
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

    :param run: what C(veracode_directory) returned for these users.
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
    """What brings accounts back: entries of C(veracode_directory)."""

    users: list[dict[str, t.Any]] = field(default_factory=list)
    api_users: list[dict[str, t.Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def plan_restoring(names: t.Sequence[str], ledger: t.Mapping[str, t.Any], date_field: str | None) -> Restoring:
    """Return what gives accounts back what they had before they were off-boarded."""
    result = Restoring(problems=check_ledger(ledger))
    if result.problems:
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
            result.problems.append(f'offboarding_restore: "{wanted}" is not in the ledger{hint}')
            continue
        if username in result.names:
            continue
        entry = ledger["leavers"][username]
        if entry.get("deleted"):
            result.problems.append(
                f'offboarding_restore: "{username}" was deleted on {entry["deleted"]}, and Veracode cannot bring it back; '
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

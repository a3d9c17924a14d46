# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The role offboarding: what is done with the leavers, and what came of it. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import printable
from ansible_collections.community.veracode.plugins.module_utils._model.role import BUILT_IN
from ansible_collections.community.veracode.plugins.module_utils._model.wording import VERBS, summary_sentence
from ansible_collections.community.veracode.plugins.plugin_utils.csv import write_csv
from ansible_collections.community.veracode.plugins.plugin_utils.ledger import Account, kept_of

# Documented (t_create_users): the roles of people that need no team. Every other built-in role does; what a custom role
# needs is known to Veracode alone.
NEEDS_NO_TEAM = frozenset(
    {
        *("Administrator", "Executive", "Greenlight IDE User", "Policy Administrator", "Security Insights"),
        *("Security Lead", "Any Scan", "Static Scan", "Dynamic Scan", "Dynamic Analysis", "Dynamicmp Scan"),
        *("Discovery Scan", "Manual Scan"),
    }
)
# An Administrator has no team restrictions, whatever other roles it has.
FREES_FROM_TEAMS = "Administrator"
_BUILT_IN = frozenset(role.title for role in BUILT_IN)

REPORT_HEADER = ("account", "user_type", "outcome", "key_revoked", "teams_left", "teams_kept", "message")


def mark(day: str) -> str:
    """Return what stands in the custom field of an account that was off-boarded on a day, `2026-01-31`."""
    return f"offboarded {day}"


def why_teams_stay(account: Account) -> str | None:
    """Return why an account cannot leave its teams, as far as the documentation says, or `None`."""
    if account.get("user_type") != "human":
        return "teams kept: an API user without a team could see every application"
    roles = [str(role) for role in account.get("roles") or ()]
    needing = sorted(role for role in roles if role in _BUILT_IN and role not in NEEDS_NO_TEAM)
    if not needing or FREES_FROM_TEAMS in roles:
        return None
    return f"teams kept: role {needing[0]} needs one"


def leave_entries(details: t.Sequence[Account]) -> list[dict[str, t.Any]]:
    """Return the entries that take people from all teams, where they can leave them."""
    entries: list[dict[str, t.Any]] = []
    for account in details:
        if not account.get("teams") or why_teams_stay(account) is not None:
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


def ledger_begin(details: t.Sequence[Account], today: str, organization: str | None) -> dict[str, t.Any]:
    """Return the change of the ledger that keeps what accounts have now."""
    return {
        "organization": organization,
        "today": today,
        "begin": {str(account["username"]): kept_of(account) for account in details},
    }


def refusals(run: t.Mapping[str, t.Any], details: t.Sequence[Account]) -> tuple[dict[str, str], list[str]]:
    """Return who may not leave the teams, with the reason, and what else went wrong.

    What custom roles need is known to Veracode alone. It refuses the order to leave with a status of a client's error.

    :param run: what `veracode_directory` returned for these accounts.
    """
    kept: dict[str, str] = {}
    errors: list[str] = []
    failures = [failure for failure in run.get("errors") or () if isinstance(failure, t.Mapping)]
    if not failures and isinstance(run.get("failure"), t.Mapping):
        failures = [run["failure"]]
    known = {str(account["username"]).casefold(): account for account in details}
    for failure in failures:
        account = known.get(str(failure.get("name")).casefold())
        if account is not None and failure.get("status") in (400, 409, 422):
            roles = ", ".join(sorted(map(str, account.get("roles") or ())))
            kept[str(account["username"])] = f"teams kept: Veracode requires one for the roles {roles}"
        else:
            errors += [printable(str(failure.get("msg")))]
    if "summary" not in run and "msg" in run and not errors and not kept:
        errors = [printable(str(run["msg"]))]
    return kept, errors


def step_errors(steps: t.Sequence[Account]) -> tuple[list[str], set[str], set[str]]:
    """Return what went wrong in steps for single accounts: a line each, the accounts, and those of them that keep a key.

    An organization without OAuth clients refuses to revoke them, which is no error.

    :param steps: results of modules that failed, each with its `item`, a username.
    """
    lines: list[str] = []
    failed: set[str] = set()
    with_key: set[str] = set()
    for step in steps:
        failure, name = step["failure"], str(step["item"])
        if "/oauth2/" in str(failure.get("path")) and failure.get("status") in (403, 404):
            continue
        msg = printable(str(failure.get("msg")))
        lines.append(msg if name in msg else f"{printable(name)}: {msg}")
        failed.add(name)
        if failure.get("kind") == "api_credentials":
            with_key.add(name)
    return list(dict.fromkeys(lines)), failed, with_key


@dataclass
class Outcome:
    """What came of a run.

    :param rows: one for each account or name that was spoken of.
    :param unmanaged: teams without a manager who stays.
    :param errors: what Veracode refused, other than to leave teams for which a role needs them.
    :param ledger: the change of the ledger that says what was done.
    """

    rows: list[dict[str, t.Any]] = field(default_factory=list)
    unmanaged: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    ledger: dict[str, t.Any] = field(default_factory=dict)

    def row(self, account: str, user_type: str | None, outcome: str, **more: t.Any) -> None:
        """Add a row."""
        row = {**dict.fromkeys(REPORT_HEADER), "account": account, "user_type": user_type, "outcome": outcome, **more}
        self.rows.append(row)


def finish(
    plan: t.Mapping[str, t.Any],
    details: t.Sequence[Account],
    teams_run: t.Mapping[str, t.Any],
    steps: t.Sequence[Account] = (),
    *,
    revoked: bool,
    leave_teams: bool,
) -> Outcome:
    """Return what was done with every account."""
    outcome = Outcome()
    kept: dict[str, str] = {}
    team_errors: list[str] = []
    lines, failed, with_key = step_errors(steps)
    if leave_teams:
        kept, team_errors = refusals(teams_run, details)
        kept.update(
            {
                str(account["username"]): reason
                for account in details
                if account.get("teams") and (reason := why_teams_stay(account)) is not None
            }
        )
    deleted = [name for names in plan["delete"].values() for name in names]
    begun = {str(account["username"]) for account in details}
    for account in details:
        name, teams = str(account["username"]), list(account.get("teams") or ())
        keeps = name in kept or not leave_teams
        outcome.row(
            name,
            account.get("user_type"),
            "off-boarded",
            key_revoked=bool(revoked and account.get("api_credentials")) and name not in with_key,
            teams_left=[] if keeps else teams,
            teams_kept=teams if keeps else [],
            message=kept.get(name),
        )
    for user_type, names in plan["leavers"].items():
        for name in names:
            if name not in begun and name not in deleted:
                outcome.row(name, user_type, "off-boarded before")
    for user_type, names in plan["delete"].items():
        for name in names:
            outcome.row(name, user_type, "deleted")
    for name in plan["held"]:
        outcome.row(name, None, "on hold")
    for name, reason in plan.get("contradicted", {}).items():
        outcome.row(name, None, "kept", message=f"{reason}; correct the feed")
    for name in plan["missing"]:
        outcome.row(name, None, "no account")
    outcome.errors = lines + team_errors
    # After an error the next run does the rest.
    outcome.ledger = {
        "done": {} if team_errors else {name: name in kept for name in sorted(begun - failed)},
        "deleted": deleted,
    }
    return outcome


def line(row: Account, *, check_mode: bool = False) -> str:
    """Return a row of the outcome in words, `ted: off-boarded, key revoked, left A` or `ted: would off-board, …`."""
    outcome = str(row["outcome"])
    if check_mode and outcome in VERBS:
        outcome, revoked, left = f"would {VERBS[outcome]}", "revoke the key", "leave"
    else:
        revoked, left = "key revoked", "left"
    text = f"{printable(str(row['account']))}: {outcome}"
    text += f", {revoked}" if row["key_revoked"] else ""
    text += f", {left} {', '.join(map(printable, row['teams_left']))}" if row["teams_left"] else ""
    return text + (f"; {printable(str(row['message']))}" if row["message"] else "")


def summary(rows: t.Sequence[Account], total: int, *, check_mode: bool) -> str:
    """Return the sentence that the role ends with."""

    def count(outcome: str) -> int:
        return sum(row["outcome"] == outcome for row in rows)

    changed = {word: count(word) for word in ("off-boarded", "deleted")}
    other = {word: count(word) for word in ("off-boarded before", "on hold", "kept")}
    other["without account"] = count("no account")
    return summary_sentence(changed, total, other=other, check_mode=check_mode)


def report_csv(rows: t.Iterable[Account]) -> str:
    """Return the rows of the outcome as a CSV file."""

    def cell(value: t.Any) -> t.Any:
        if isinstance(value, bool):
            return "true" if value else "false"
        return ",".join(value) if isinstance(value, list) else value

    return write_csv(REPORT_HEADER, [[cell(row[name]) for name in REPORT_HEADER] for row in rows])

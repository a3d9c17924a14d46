# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The thinking of an access review: a reading in, findings and sheets out. Functions of values: no I/O, no clock."""

from __future__ import annotations

import csv
import io
import re
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from ansible_collections.community.veracode.plugins.plugin_utils.csv import undefused, write_csv

Record = dict[str, t.Any]

FORMAT = 1
"""Version of the form of a snapshot."""

HIGH, MEDIUM, LOW, NOTE = "high", "medium", "low", "note"
SEVERITIES = (HIGH, MEDIUM, LOW, NOTE)
PERSON, API, TEAM = "person", "api", "team"
ADMINISTRATORS = ("Administrator", "Admin API")
DECISIONS = ("keep", "change", "remove")
COLUMNS = (
    "team",
    "username",
    "name",
    "type",
    "team_manager",
    "roles",
    "last_login",
    "findings",
    "decision",
    "new_roles",
    "note",
)


class ReviewError(ValueError):
    """Input that cannot be meant; the message says where it is and what to do."""


class Rule(t.NamedTuple):
    """Something that a review looks for."""

    id: str
    severity: str
    title: str
    remedy: str


RULES = (
    Rule("key_expired", HIGH, "Expired API key", "Renew it if something still uses it, else revoke it."),
    Rule("api_without_team", HIGH, "API account without team", "It sees every application: give it teams."),
    Rule("disabled_with_key", HIGH, "API key of a disabled account", "Revoke it."),
    Rule("administrator", MEDIUM, "Administrator", "Confirm that the account still needs it."),
    Rule("key_expiring", MEDIUM, "API key expires soon", "Renew it before what uses it stops."),
    Rule("key_without_expiry", MEDIUM, "API key without expiry date", "Renew it, so that it gets one."),
    Rule("key_unrotated", MEDIUM, "API key never rotated", "Rotate it."),
    Rule("outside_saml", MEDIUM, "Person outside SAML", "Let the person log in through the identity provider."),
    Rule("not_logged_in", MEDIUM, "No login for a long time", "Disable the account if it is not needed."),
    Rule("never_logged_in", MEDIUM, "Never logged in", "Send the activation mail again, or disable the account."),
    Rule("team_without_manager", MEDIUM, "Team without manager", "Name a member who answers for the team."),
    Rule("person_without_team", LOW, "Person without team", "Add the person to a team, or confirm that none is meant."),
    Rule("team_without_members", LOW, "Team without members", "Delete it if nothing needs it."),
    Rule("no_ip_restriction", LOW, "No IP restriction", "Name the addresses from which it is used."),
)
_RULES = {rule.id: rule for rule in RULES}


@dataclass(frozen=True)
class Limits:
    """From when on something is a finding, in days.

    :param inactive_days: without a login.
    :param never_logged_in_days: since a person's account was created that never logged in.
    :param key_days: before a key expires.
    :param key_age_days: since a review first saw a key that is still in use.
    """

    inactive_days: int = 90
    never_logged_in_days: int = 14
    key_days: int = 30
    key_age_days: int = 180


def moment(text: str | None) -> datetime | None:
    """Return the time that a text in ISO 8601 means, in UTC; V(None) if there is none or it is no time."""
    if not text:
        return None
    try:
        # Python 3.10 knows neither "Z" nor fractions of other than 3 or 6 digits nor an offset without a colon.
        plain = re.sub(r"\.\d+", "", text.strip().replace("Z", "+00:00"))
        found = datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", plain))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def iso(when: datetime) -> str:
    """Return a time as text, in whole seconds of UTC."""
    return when.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _day(text: str | None) -> str:
    when = moment(text)
    return when.date().isoformat() if when else ""


def _name(user: t.Mapping[str, t.Any]) -> str:
    return " ".join(part for part in (user.get("first_name"), user.get("last_name")) if part) or str(user["username"])


def _enabled(user: t.Mapping[str, t.Any]) -> bool:
    return user.get("login_enabled") is not False and user.get("active") is not False


def _kind(user: t.Mapping[str, t.Any]) -> str:
    return API if user.get("user_type") == "api" else PERSON


def reading_problems(
    users: t.Sequence[Record], teams: t.Sequence[Record], *, users_complete: bool, teams_complete: bool
) -> list[str]:
    """Return why what was read cannot be all there is; nothing if it can be."""
    problems = []
    if not users_complete:
        problems.append("The list of accounts does not agree with the server's own total: accounts may be missing.")
    if not teams_complete:
        problems.append("The list of teams does not agree with the server's own total: teams may be missing.")
    if not users:
        problems.append("Not a single account was read, not even the calling one.")
    known = {user["username"].casefold() for user in users}
    unknown = {
        name
        for team in teams
        for name in (*(team.get("members") or ()), *(team.get("managers") or ()))
        if name.casefold() not in known
    }
    if unknown:
        some = ", ".join(sorted(unknown)[:5])
        problems.append(f"{len(unknown)} members of teams are not in the list of accounts: {some}.")
    held = {name for user in users for name in user.get("teams") or ()}
    missing = held - {team["name"] for team in teams}
    if missing:
        problems.append(
            f"{len(missing)} teams of accounts are not in the list of teams: {', '.join(sorted(missing)[:5])}."
        )
    return problems


def _account_findings(user: Record, now: datetime, limits: Limits, key_seen: str | None) -> t.Iterator[tuple[str, str]]:
    """Give rule and detail of each finding of one account."""
    kind, enabled = _kind(user), _enabled(user)
    key = user.get("api_credentials") or {}
    if key.get("api_id"):
        expires = moment(key.get("expires"))
        if not enabled:
            if expires is None or expires > now:
                yield "disabled_with_key", f"Expires {_day(key.get('expires')) or 'never'}."
        elif expires is None:
            yield "key_without_expiry", "The server reports no expiry date."
        elif expires <= now:
            yield "key_expired", f"Expired {_day(key['expires'])}."
        elif expires <= now + timedelta(days=limits.key_days):
            yield "key_expiring", f"Expires {_day(key['expires'])}, in {(expires - now).days} days."
        seen = moment(key_seen)
        if enabled and seen and now - seen > timedelta(days=limits.key_age_days):
            yield "key_unrotated", f"The same key since {_day(key_seen)} at least."
    if not enabled:
        return
    administrator = [role for role in user.get("roles") or () if role in ADMINISTRATORS]
    if administrator:
        yield "administrator", f"Holds {', '.join(administrator)}."
    if not (user.get("has_ip_restrictions") and user.get("allowed_ip_addresses")):
        yield "no_ip_restriction", "Usable from any address."
    if kind == API:
        if not user.get("teams"):
            yield "api_without_team", "It sees every application."
        return
    if user.get("is_saml_user") is False:
        yield "outside_saml", "Logs in with a password of Veracode."
    if not user.get("teams"):
        yield "person_without_team", "In no team."
    last, created = moment(user.get("last_login")), moment(user.get("created"))
    if last is None:
        if created is None or now - created > timedelta(days=limits.never_logged_in_days):
            yield "never_logged_in", f"Created {_day(user.get('created')) or 'at an unknown date'}."
    elif now - last > timedelta(days=limits.inactive_days):
        yield "not_logged_in", f"Last login {_day(user['last_login'])}, {(now - last).days} days ago."


def _finding(rule: Rule, kind: str, name: str, label: str, teams: t.Sequence[str], detail: str) -> Record:
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "title": rule.title,
        "kind": kind,
        "name": name,
        "label": label,
        "teams": list(teams),
        "detail": detail,
    }


def _findings(
    users: t.Sequence[Record],
    teams: t.Sequence[Record],
    now: datetime,
    limits: Limits,
    keys_seen: t.Mapping[t.Any, str],
) -> list[Record]:
    """Return what is found of each account and team, the gravest rules first."""
    findings: list[Record] = []
    for user in users:
        key_seen = keys_seen.get((user.get("api_credentials") or {}).get("api_id"))
        for rule, detail in _account_findings(user, now, limits, key_seen):
            user_teams = user.get("teams") or ()
            findings.append(_finding(_RULES[rule], _kind(user), user["username"], _name(user), user_teams, detail))
    for team in teams:
        name = team["name"]
        if not team.get("members") and not team.get("managers"):
            findings.append(_finding(_RULES["team_without_members"], TEAM, name, name, [name], "Nobody is in it."))
        elif not team.get("managers"):
            count = len(team.get("members") or ())
            detail = f"{count} {'member' if count == 1 else 'members'}, none of them team admin."
            findings.append(_finding(_RULES["team_without_manager"], TEAM, name, name, [name], detail))
    order = {rule.id: number for number, rule in enumerate(RULES)}
    return sorted(findings, key=lambda finding: (order[finding["rule"]], finding["name"].casefold()))


def review(
    users: t.Sequence[Record],
    teams: t.Sequence[Record],
    *,
    now: datetime,
    limits: Limits | None = None,
    previous: Record | None = None,
    users_complete: bool = True,
    teams_complete: bool = True,
) -> Record:
    """Return what a review finds.

    :param users: accounts as C(veracode_user_info) returns them, with details.
    :param teams: teams as C(veracode_team_info) returns them, with C(members) and C(managers).
    :param previous: the snapshot of the last review, which says what changed and since when a key has been there.
    :raises ReviewError: if C(previous) is no snapshot.
    """
    limits = limits or Limits()
    check_snapshot(previous)
    taken = _snapshot(users, teams, now=now, previous=previous)
    findings = _findings(users, teams, now, limits, taken["keys_seen"])
    known = set(previous["findings"]) if previous else set()
    for finding in findings:
        finding["new"] = bool(previous) and f"{finding['rule']}:{finding['name']}" not in known
    counts = {rule.id: 0 for rule in RULES}
    for finding in findings:
        counts[finding["rule"]] += 1
    problems = reading_problems(users, teams, users_complete=users_complete, teams_complete=teams_complete)
    if previous and not previous["complete"]:
        problems_of_previous = ["The last snapshot was not complete, so what is listed as added may have been there."]
    else:
        problems_of_previous = []
    return {
        "generated": iso(now),
        "complete": not problems,
        "problems": problems,
        "passed": not problems and not findings,
        "limits": {
            "inactive_days": limits.inactive_days,
            "never_logged_in_days": limits.never_logged_in_days,
            "key_days": limits.key_days,
            "key_age_days": limits.key_age_days,
        },
        "totals": {
            "people": sum(_kind(user) == PERSON for user in users),
            "api_users": sum(_kind(user) == API for user in users),
            "enabled": sum(map(_enabled, users)),
            "teams": len(teams),
            "findings": len(findings),
            "new": sum(finding["new"] for finding in findings),
            **{severity: sum(finding["severity"] == severity for finding in findings) for severity in SEVERITIES[:3]},
        },
        "rules": [{**rule._asdict(), "count": counts[rule.id]} for rule in RULES],
        "findings": findings,
        "since": previous["taken"] if previous else None,
        "notes": problems_of_previous,
        "changes": changes(previous, taken) if previous else [],
    }


# --- snapshots --------------------------------------------------------------------------------------------------------

_WATCHED = (
    "first_name",
    "last_name",
    "email_address",
    "roles",
    "teams",
    "managed_teams",
    "login_enabled",
    "active",
    "is_saml_user",
    "has_ip_restrictions",
    "allowed_ip_addresses",
)


def check_snapshot(previous: object) -> None:
    """Raise ReviewError if this is neither V(None) nor a snapshot of a form that is known."""
    if previous is None:
        return
    wanted = {"format", "taken", "complete", "users", "teams", "keys_seen", "findings"}
    if not isinstance(previous, dict) or not wanted <= set(previous):
        raise ReviewError("previous: this is no snapshot of an access review; name the snapshot.json of an earlier one")
    if previous["format"] != FORMAT:
        raise ReviewError(
            f"previous: its format is {previous['format']!r}, and only {FORMAT} is known; review once without it"
        )


def _snapshot(
    users: t.Sequence[Record], teams: t.Sequence[Record], *, now: datetime, previous: Record | None
) -> Record:
    seen = dict((previous or {}).get("keys_seen") or {})
    ids = sorted({(user.get("api_credentials") or {}).get("api_id") or "" for user in users} - {""})
    return {
        "format": FORMAT,
        "taken": iso(now),
        "users": {
            user["username"]: {
                "user_type": user.get("user_type"),
                **{option: user.get(option) for option in _WATCHED},
                "api_id": (user.get("api_credentials") or {}).get("api_id"),
                "key_expires": (user.get("api_credentials") or {}).get("expires"),
            }
            for user in sorted(users, key=lambda user: user["username"].casefold())
        },
        "teams": {
            team["name"]: {
                "business_unit": team.get("business_unit"),
                "members": sorted(team.get("members") or ()),
                "managers": sorted(team.get("managers") or ()),
            }
            for team in sorted(teams, key=lambda team: team["name"])
        },
        "keys_seen": {api_id: seen.get(api_id, iso(now)) for api_id in ids},
    }


def snapshot(
    users: t.Sequence[Record],
    teams: t.Sequence[Record],
    *,
    now: datetime,
    previous: Record | None,
    result: Record,
) -> Record:
    """Return what the next review compares with.

    :param result: of C(review()) for the same reading.
    :raises ReviewError: if C(previous) is no snapshot.
    """
    check_snapshot(previous)
    return {
        **_snapshot(users, teams, now=now, previous=previous),
        "complete": result["complete"],
        "findings": sorted(f"{finding['rule']}:{finding['name']}" for finding in result["findings"]),
    }


def changes(before: Record, after: Record) -> list[Record]:
    """Return what differs between two snapshots, sorted by kind and name."""
    found: list[Record] = []
    for section in ("users", "teams"):
        old, new = before[section], after[section]
        for name in sorted({*old, *new}, key=str.casefold):
            either = new.get(name) or old.get(name) or {}
            kind = TEAM if section == "teams" else _kind(either)
            if name not in old or name not in new:
                what = "added" if name in new else "removed"
                found.append(
                    {"change": what, "kind": kind, "name": name, "option": None, "before": None, "after": None}
                )
                continue
            for option in sorted({*old[name], *new[name]}):
                left, right = old[name].get(option), new[name].get(option)
                if left != right:
                    found.append(
                        {
                            "change": "changed",
                            "kind": kind,
                            "name": name,
                            "option": option,
                            "before": _shown(left),
                            "after": _shown(right),
                        }
                    )
    return found


def _shown(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value in (None, "") else str(value)


# --- sheets -----------------------------------------------------------------------------------------------------------


def _file_name(manager: str) -> str:
    return re.sub(r"[^A-Za-z0-9@._-]", "_", manager).lstrip(".") or "_"


NOBODY = "no-manager"
"""Stem of the sheet for those for whom no team manager answers."""


def sheets(users: t.Sequence[Record], teams: t.Sequence[Record], result: Record) -> list[Record]:
    """Return a CSV for each team manager: C(manager) (V(None): nobody), C(file) and C(text).

    A member of two teams is in the sheets of both managers, each of whom decides about the own team.
    """
    by_name = {user["username"].casefold(): user for user in users}
    found: dict[str, list[str]] = {}
    for finding in result["findings"]:
        if finding["kind"] != TEAM:
            found.setdefault(finding["name"].casefold(), []).append(finding["title"])
    members: dict[str, set[str]] = {team["name"]: set() for team in teams}
    managers: dict[str, set[str]] = {team["name"]: set() for team in teams}
    for team in teams:
        managers[team["name"]] |= {name.casefold() for name in team.get("managers") or ()}
        members[team["name"]] |= {name.casefold() for name in team.get("members") or ()} | managers[team["name"]]
    for key, user in by_name.items():
        for name in user.get("teams") or ():
            members.setdefault(name, set()).add(key)
        for name in user.get("managed_teams") or ():
            managers.setdefault(name, set()).add(key)
    rows: dict[str | None, list[list[str]]] = {}
    for name in sorted(members):
        for key in sorted(members[name]):
            if key not in by_name:
                continue  # said as a problem of the reading
            row = _row(name, by_name[key], key in managers.get(name, ()), found.get(key, []))
            answerable: list[str | None] = [*sorted(managers.get(name, ()))]
            for manager in answerable or [None]:
                rows.setdefault(manager, []).append(row)
    in_team = {key for keys in members.values() for key in keys}
    for key in sorted(by_name):
        if key not in in_team and _enabled(by_name[key]):
            rows.setdefault(None, []).append(_row("", by_name[key], False, found.get(key, [])))
    result_sheets: list[Record] = []
    taken: set[str] = set()
    for manager in sorted(rows, key=lambda stem: (stem is None, stem or "")):
        shown = by_name[manager]["username"] if manager in by_name else manager
        stem = NOBODY if manager is None else _file_name(shown or "")
        while stem.casefold() in taken:
            stem += "_"
        taken.add(stem.casefold())
        text = write_csv(COLUMNS, rows[manager])
        # The byte order mark lets Excel see UTF-8.
        result_sheets.append({"manager": shown, "file": f"{stem}.csv", "text": f"\ufeff{text}"})
    return result_sheets


def _row(team: str, user: Record, is_manager: bool, found: t.Sequence[str]) -> list[str]:
    return [
        team,
        user["username"],
        _name(user),
        "API service account" if _kind(user) == API else "person",
        "yes" if is_manager else "",
        "; ".join(user.get("roles") or ()),
        _day(user.get("last_login")),
        "; ".join(found),
        "",
        "",
        "",
    ]


# --- decisions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Decision:
    place: str
    team: str
    username: str
    decision: str
    roles: tuple[str, ...]
    new_roles: tuple[str, ...]


def _cells(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _read_sheet(name: str, text: str) -> t.Iterator[_Decision | str]:
    """Give the decisions of a sheet, and texts for what is wrong with it."""
    text = text.removeprefix("\ufeff")
    header = text.split("\n", 1)[0]
    # Spreadsheets of some countries save with semicolons.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if header.count(";") > header.count(",") else ",")
    try:
        columns = [cell.strip().casefold() for cell in next(reader, [])]
        missing = {"team", "username", "roles", "decision", "new_roles"} - set(columns)
        if missing:
            yield f"{name}: the column {sorted(missing)[0]} is missing; keep the first line of the sheet as it was"
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"{name}, line {reader.line_num}"
            row = dict(zip(columns, [undefused(cell) for cell in cells] + [""] * (len(columns) - len(cells))))
            decision = row["decision"].strip().casefold()
            if decision and decision not in DECISIONS:
                yield f"{place}: decision: {row['decision']!r} is none; write keep, change or remove, or leave it empty"
                continue
            if not row["username"]:
                yield f"{place}: username: it is empty; leave the columns before the decision as they were"
                continue
            new_roles = _cells(row["new_roles"])
            if decision == "change" and not new_roles:
                yield f"{place}: new_roles: change says nothing without them; name all roles, separated by semicolons"
                continue
            if new_roles and decision != "change":
                yield f"{place}: decision: there are new_roles but the decision is {decision!r}; write change"
                continue
            yield _Decision(place, row["team"], row["username"], decision, _cells(row["roles"]), new_roles)
    except csv.Error as exc:
        yield f"{name}, line {reader.line_num}: this is no CSV ({exc}); save the sheet as CSV again"


def decisions(files: t.Sequence[t.Mapping[str, str]], users: t.Sequence[Record]) -> Record:
    """Return what filled-in sheets say, as input for C(veracode_directory).

    :param files: sheets, each with C(name) and C(text).
    :param users: the accounts as they are now: a sheet that another change has overtaken is refused.
    :returns: C(users), C(api_users), C(counts) by decision (C(open): no decision yet).
    :raises ReviewError: with everything that is wrong, each with file and line.
    """
    problems: list[str] = []
    counts = {**dict.fromkeys(DECISIONS, 0), "open": 0}
    by_name = {user["username"].casefold(): user for user in users}
    decided = _decided(files, problems)
    for found in decided.values():
        counts[found.decision or "open"] += 1
    entries = _entries(decided, by_name, problems)
    if problems:
        raise ReviewError("\n".join(problems))
    result: Record = {"users": [], "api_users": [], "counts": counts}
    for key in sorted(entries):
        entry = entries[key]
        if entry.get("state") == "disabled":
            entry = {"username": entry["username"], "state": "disabled"}
        if len(entry) > 1:
            result["api_users" if _kind(by_name[key]) == API else "users"].append(entry)
    return result


_Decided = dict[tuple[str, str], _Decision]


def _decided(files: t.Sequence[t.Mapping[str, str]], problems: list[str]) -> _Decided:
    """Return the decision on each account, and on it in each team, out of all sheets."""
    seen: _Decided = {}
    for file in files:
        for found in _read_sheet(file["name"], file["text"]):
            if isinstance(found, str):
                problems.append(found)
                continue
            key = found.username.casefold()
            other = seen.get((key, found.team))
            if other is not None and found.decision and other.decision:
                if (other.decision, set(other.new_roles)) != (found.decision, set(found.new_roles)):
                    problems.append(
                        f"{found.place}: decision: {found.decision!r} contradicts {other.place}; agree on one"
                    )
                continue
            if other is None or found.decision:
                seen[key, found.team] = found
    return seen


def _entries(decided: _Decided, by_name: t.Mapping[str, Record], problems: list[str]) -> dict[str, Record]:
    """Return what the decisions make of each account."""
    entries: dict[str, Record] = {}
    reasons: dict[str, _Decision] = {}
    for (key, team), found in decided.items():
        if found.decision in ("", "keep"):
            continue
        user = by_name.get(key)
        if user is None:
            problems.append(f"{found.place}: username: there is no account {found.username!r} any more; review again")
            continue
        entry = entries.setdefault(key, {"username": user["username"]})
        if found.decision == "change":
            if set(found.roles) != set(user.get("roles") or ()):
                held = "; ".join(user.get("roles") or ())
                problems.append(
                    f"{found.place}: roles: {found.username} holds other roles by now ({held}); review again"
                )
            earlier = reasons.setdefault(key, found)
            if set(earlier.new_roles) != set(found.new_roles):
                problems.append(f"{found.place}: new_roles: they contradict {earlier.place}; agree on one set")
            entry["roles"] = list(found.new_roles)
        elif team:
            if team in (user.get("teams") or ()):
                entry["teams"] = sorted({*entry.get("teams", ()), team})
                entry["teams_mode"] = "remove"
        else:
            entry["state"] = "disabled"
    return entries


def limits_of(options: t.Mapping[str, t.Any]) -> Limits:
    """Return the limits with those replaced that are given.

    :raises ReviewError: for a number of days that is none.
    """
    given = {name: options[name] for name in Limits.__dataclass_fields__ if options.get(name) is not None}
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ReviewError(f"{name}: {value!r} is no number of days; give 0 or more")
    return replace(Limits(), **given)

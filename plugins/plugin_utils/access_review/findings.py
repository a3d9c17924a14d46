# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What an access review finds in the accounts and teams of an organization. Pure: no clock, no file, no call."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ansible_collections.community.veracode.plugins.module_utils._model.wording import counted
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.snapshot import (
    changes,
    check_snapshot,
    take_snapshot,
)
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import (
    ADMINISTRATORS,
    API,
    BY_ID,
    ORGANIZATION,
    PERSON,
    SEPARATION,
    SEVERITIES,
    TEAM,
    Limits,
    Record,
    Rule,
    day,
    full_name,
    is_administrator,
    is_enabled,
    iso,
    kind_of,
    moment,
    rules_without,
)
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.waivers import (
    apply_waivers,
    read_waivers,
)

# In a smaller organization a percentage says nothing.
_SHARE_FROM = 20

Found = t.Iterator[tuple[str, str]]


class Reading(t.NamedTuple):
    """What was read of an organization.

    :param users: accounts as `veracode_user_info` returns them, with details.
    :param teams: teams as `veracode_team_info` returns them, with `members` and `managers`.
    :param oauth_clients: OAuth clients as `veracode_oauth_client_info` returns them, each with its `username`.
    :param users_complete: the list of accounts agrees with the server's own total.
    :param organization: what identifies the organization; empty if that is not known.
    """

    users: t.Sequence[Record]
    teams: t.Sequence[Record]
    oauth_clients: t.Sequence[Record] = ()
    users_complete: bool = True
    teams_complete: bool = True
    organization: str = ""


class Settings(t.NamedTuple):
    """What a review looks for.

    :param separation: sets of roles that one account should not hold together.
    :param waivers: the option of that name, not checked yet.
    """

    limits: Limits = Limits()
    rules: tuple[Rule, ...] = rules_without(())
    separation: t.Sequence[t.Sequence[str]] = SEPARATION
    waivers: t.Sequence[t.Any] = ()


def reading_errors(reading: Reading) -> list[str]:
    """Return why the reading cannot be complete; nothing if it can be."""
    errors = []
    if not reading.users_complete:
        errors.append(
            "The list of accounts does not match the server's total, so accounts may be missing; run the review again."
        )
    if not reading.teams_complete:
        errors.append(
            "The list of teams does not match the server's total, so teams may be missing; run the review again."
        )
    if not reading.users:
        errors.append("No account was read, not even the calling one.")
    known = {user["username"].casefold() for user in reading.users}
    unknown = {
        name
        for team in reading.teams
        for name in (*(team.get("members") or ()), *(team.get("managers") or ()))
        if name.casefold() not in known
    }
    if unknown:
        some = ", ".join(sorted(unknown)[:5])
        some += ", …" if len(unknown) > 5 else ""
        verb = counted(len(unknown), "member of a team is", "members of teams are")
        errors.append(f"{verb} not in the list of accounts: {some}.")
    missing = {name for user in reading.users for name in user.get("teams") or ()}
    missing -= {team["name"] for team in reading.teams}
    if missing:
        some = ", ".join(sorted(missing)[:5])
        some += ", …" if len(missing) > 5 else ""
        verb = counted(len(missing), "team of an account is", "teams of accounts are")
        errors.append(f"{verb} not in the list of teams: {some}.")
    return errors


def _key_findings(user: Record, now: datetime, limits: Limits, key_seen: str | None) -> Found:
    key = user.get("api_credentials") or {}
    if not key.get("api_id"):
        return
    expires = moment(key.get("expires"))
    if not is_enabled(user):
        if expires is None or expires > now:
            yield "disabled_with_key", f"Expires {day(key.get('expires')) or 'never'}."
        return
    if expires is None:
        yield "key_without_expiry", "Veracode reports no expiry."
    elif expires <= now:
        yield "key_expired", f"Expired {day(key['expires'])}."
    elif expires <= now + timedelta(days=limits.key_days):
        yield "key_expiring", f"Expires {day(key['expires'])}, in {(expires - now).days} days."
    seen = moment(key_seen)
    if seen and now - seen > timedelta(days=limits.key_age_days):
        yield "key_unrotated", f"The same since {day(key_seen)} or longer."
    if kind_of(user) == PERSON and (expires is None or expires > now):
        yield "person_with_key", f"API ID {key['api_id']}."


def _oauth_findings(user: Record, clients: t.Sequence[Record], now: datetime) -> Found:
    for client in clients:
        expires = moment(client.get("expires"))
        name = client.get("name") or client.get("client_id")
        if not is_enabled(user):
            if expires is None or expires > now:
                yield "disabled_with_oauth", f'"{name}" expires {day(client.get("expires")) or "never"}.'
        elif expires is None:
            yield "oauth_without_expiry", f'"{name}" has no expiry.'
        elif expires <= now:
            yield "oauth_expired", f'"{name}" expired {day(client["expires"])}.'


def _role_findings(user: Record, separation: t.Sequence[t.Sequence[str]]) -> Found:
    roles = set(user.get("roles") or ())
    administrator = [role for role in user.get("roles") or () if role in ADMINISTRATORS]
    if administrator:
        yield "administrator", f"Holds {', '.join(administrator)}."
    conflicts = [" and ".join(conflict) for conflict in separation if len(conflict) > 1 and roles.issuperset(conflict)]
    if conflicts:
        yield "separation_of_duties", f"Holds {'; '.join(conflicts)}."


def _access_findings(user: Record, now: datetime, limits: Limits) -> Found:
    if not (user.get("has_ip_restrictions") and user.get("allowed_ip_addresses")):
        yield "no_ip_restriction", "Usable from any address."
    if kind_of(user) == API:
        if not user.get("teams"):
            yield "api_without_team", "It sees every application."
        return
    if user.get("is_saml_user") is False:
        yield "outside_saml", "Logs in with a password of Veracode."
    if not user.get("teams"):
        yield "person_without_team", "In no team."
    # Veracode does not report the last login of every account, so a missing one says nothing.
    last = moment(user.get("last_login"))
    if last is not None and now - last > timedelta(days=limits.inactive_days):
        yield "not_logged_in", f"Last login {day(user['last_login'])}, {(now - last).days} days ago."


def _team_findings(team: Record) -> Found:
    if not team.get("members") and not team.get("managers"):
        yield "team_without_members", "Nobody is in it."
    elif not team.get("managers"):
        count = len(team.get("members") or ())
        yield "team_without_manager", f"{count} {'member' if count == 1 else 'members'}, none of them team admin."


def _share_findings(users: t.Sequence[Record], limits: Limits) -> Found:
    people = [user for user in users if kind_of(user) == PERSON and is_enabled(user)]
    if len(people) < _SHARE_FROM:
        return
    administrators = sum(map(is_administrator, people))
    if administrators * 100 > limits.max_administrators_percent * len(people):
        yield "many_administrators", f"{administrators} of {len(people)} people are administrators."
    saml = sum(user.get("is_saml_user") is True for user in people)
    if saml > 0 and saml * 100 < limits.min_saml_percent * len(people):
        yield "little_saml", f"{saml} of {len(people)} people are SAML users."


def _all_findings(
    reading: Reading, settings: Settings, now: datetime, keys_seen: t.Mapping[t.Any, str]
) -> list[Record]:
    """Return the findings of the rules that are on, the gravest rules first."""
    on = {rule.id for rule in settings.rules}
    findings: list[Record] = []

    def add(found: Found, kind: str, about: Record) -> None:
        for rule, detail in found:
            if rule in on:
                findings.append({**BY_ID[rule]._asdict(), "rule": rule, "kind": kind, **about, "detail": detail})

    clients: dict[str, list[Record]] = {}
    for client in reading.oauth_clients:
        clients.setdefault(str(client.get("username")).casefold(), []).append(client)
    for user in reading.users:
        about = {
            "name": user["username"],
            "label": full_name(user),
            "also": [user.get("email_address")],
            "teams": list(user.get("teams") or ()),
            "roles": list(user.get("roles") or ()),
        }
        key_seen = keys_seen.get((user.get("api_credentials") or {}).get("api_id"))
        add(_key_findings(user, now, settings.limits, key_seen), kind_of(user), about)
        add(_oauth_findings(user, clients.get(user["username"].casefold(), ()), now), kind_of(user), about)
        if is_enabled(user):
            add(_role_findings(user, settings.separation), kind_of(user), about)
            add(_access_findings(user, now, settings.limits), kind_of(user), about)
    for team in reading.teams:
        about = {"name": team["name"], "label": team["name"], "also": [], "teams": [team["name"]], "roles": []}
        add(_team_findings(team), TEAM, about)
    about = {"name": ORGANIZATION, "label": "The organization", "also": [], "teams": [], "roles": []}
    add(_share_findings(reading.users, settings.limits), ORGANIZATION, about)
    order = {rule.id: number for number, rule in enumerate(settings.rules)}
    return sorted(findings, key=lambda finding: (order[finding["rule"]], finding["name"].casefold()))


def by_account(findings: t.Sequence[Record]) -> list[Record]:
    """Return the accounts, teams and the organization with all their findings, those with the gravest first."""
    accounts: dict[tuple[str, str], Record] = {}
    for finding in findings:
        about = {key: finding[key] for key in ("kind", "name", "label", "teams", "roles")}
        account = accounts.setdefault((finding["kind"], finding["name"]), {**about, "findings": []})
        account["findings"].append(
            {key: finding[key] for key in ("rule", "severity", "title", "detail", "remedy", "new")}
        )
    for account in accounts.values():
        account["severity"] = min((each["severity"] for each in account["findings"]), key=SEVERITIES.index)
        account["new"] = any(each["new"] for each in account["findings"])
    return sorted(
        accounts.values(),
        key=lambda account: (
            SEVERITIES.index(account["severity"]),
            -len(account["findings"]),
            account["name"].casefold(),
        ),
    )


def review(
    reading: Reading, *, now: datetime, settings: Settings | None = None, previous: Record | None = None
) -> tuple[Record, Record]:
    """Return what a review finds, and the snapshot for the next one.

    :param previous: snapshot of the last review: what changed since then, and since when a key pair exists.
    :raises ReviewError: `previous` is not a snapshot, or a waiver is invalid.
    """
    settings = settings or Settings()
    check_snapshot(previous, reading.organization)
    waivers = read_waivers(settings.waivers)
    taken = take_snapshot(reading.users, reading.teams, now=now, previous=previous, organization=reading.organization)
    known = set(previous["findings"]) if previous else set()
    findings = _all_findings(reading, settings, now, taken["keys_seen"])
    for finding in findings:
        finding["new"] = bool(previous) and f"{finding['rule']}:{finding['name']}" not in known
    findings, waived, notes = apply_waivers(findings, waivers, now.date())
    errors = reading_errors(reading)
    if previous and not previous["complete"]:
        notes.append("The last snapshot was not complete, so what is listed as added may have existed.")
    for finding in (*findings, *waived):
        del finding["also"], finding["id"]
    totals = _totals(reading, findings, waived)
    result = {
        "id": taken["id"],
        "generated": iso(now),
        "complete": not errors,
        "problems": errors,
        "passed": not errors and not findings,
        "limits": settings.limits.__dict__,
        "totals": totals,
        "summary": _summary(totals, has_previous=bool(previous)),
        "rules": [
            {**rule._asdict(), "count": sum(finding["rule"] == rule.id for finding in findings)}
            for rule in settings.rules
        ],
        "findings": findings,
        "accounts": by_account(findings),
        "waived": waived,
        "since": previous["taken"] if previous else None,
        "notes": notes,
        "changes": changes(previous, taken) if previous else [],
    }
    taken["complete"] = not errors
    taken["findings"] = sorted({f"{finding['rule']}:{finding['name']}" for finding in (*findings, *waived)})
    return result, taken


def _summary(totals: t.Mapping[str, int], *, has_previous: bool) -> str:
    """Return what was found in one sentence."""
    accounts = counted(totals["people"] + totals["api_users"], "account")
    text = f"in {accounts} and {counted(totals['teams'], 'team')}"
    waived = f"{totals['waived']} waived"
    if not totals["findings"]:
        return f"No findings {text}{'; ' + waived if totals['waived'] else ''}."
    text = f"{counted(totals['findings'], 'finding')} {text}: "
    text += ", ".join(f"{totals[severity]} {severity}" for severity in SEVERITIES if totals[severity])
    rest = [f"{totals['new']} new"] if has_previous else []
    rest += [waived] if totals["waived"] else []
    return text + (f"; {', '.join(rest)}" if rest else "") + "."


def _totals(reading: Reading, findings: t.Sequence[Record], waived: t.Sequence[Record]) -> Record:
    people = [user for user in reading.users if kind_of(user) == PERSON]
    return {
        "people": len(people),
        "api_users": len(reading.users) - len(people),
        "enabled": sum(map(is_enabled, reading.users)),
        "administrators": sum(is_enabled(user) and is_administrator(user) for user in reading.users),
        "saml_users": sum(user.get("is_saml_user") is True for user in people),
        "teams": len(reading.teams),
        "accounts": len({(finding["kind"], finding["name"]) for finding in findings}),
        "findings": len(findings),
        "waived": len(waived),
        "new": sum(finding["new"] for finding in findings),
        **{severity: sum(finding["severity"] == severity for finding in findings) for severity in SEVERITIES},
    }

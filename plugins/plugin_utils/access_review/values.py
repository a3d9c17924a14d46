# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the parts of an access review share: rules, limits, and how accounts are read. Pure."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean

Record = dict[str, t.Any]

HIGH, MEDIUM, LOW = "high", "medium", "low"
SEVERITIES = (HIGH, MEDIUM, LOW)
PERSON, API, TEAM, ORGANIZATION = "person", "api", "team", "organization"
ADMINISTRATORS = ("Administrator", "Admin API")


class ReviewError(ValueError):
    """The input is invalid; the message has one line for each error."""


def document_of(content: t.Any) -> t.Any:
    """Return what a JSON file holds, if its text is given; text that is not JSON is returned as it is, and is no document."""
    if not isinstance(content, str):
        return content
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content


class Rule(t.NamedTuple):
    """Something that a review looks for.

    :param id: its name in options and results.
    :param remedy: what to do about a finding.
    """

    id: str
    severity: str
    title: str
    remedy: str


RULES = (
    Rule("key_expired", HIGH, "Expired key pair", "Renew it if it is still in use, or revoke it."),
    Rule("api_without_team", HIGH, "API user without team", "Give it teams, or disable it."),
    Rule("disabled_with_key", HIGH, "Key pair of a disabled account", "Revoke it."),
    Rule(
        "separation_of_duties", HIGH, "Conflicting roles", "Remove one of the roles, or add a waiver with the reason."
    ),
    Rule("many_administrators", MEDIUM, "Many administrators", "Remove the role from people who do not need it."),
    Rule("little_saml", MEDIUM, "Few people use single sign-on", "Convert people to SAML users."),
    Rule("administrator", MEDIUM, "Administrator", "Confirm that the account needs the role."),
    Rule("key_expiring", MEDIUM, "Key pair expires soon", "Renew it before it expires."),
    Rule("key_without_expiry", MEDIUM, "Key pair without expiry", "Renew it. The new pair expires."),
    Rule("key_unrotated", MEDIUM, "Key pair never rotated", "Rotate it."),
    Rule("person_with_key", MEDIUM, "Key pair of a person", "Use an API user for automation, and revoke it."),
    Rule("oauth_expired", MEDIUM, "Expired OAuth client", "Rotate its secret if it is still in use, or delete it."),
    Rule("oauth_without_expiry", MEDIUM, "OAuth client without expiry", "Rotate it with an expiry, or delete it."),
    Rule("disabled_with_oauth", HIGH, "OAuth client of a disabled account", "Delete it."),
    Rule("outside_saml", MEDIUM, "Person without single sign-on", "Convert the person to a SAML user."),
    Rule("not_logged_in", MEDIUM, "No login for a long time", "Disable the account if it is not needed."),
    Rule("team_without_manager", MEDIUM, "Team without manager", "Let a member manage the team."),
    Rule("person_without_team", LOW, "Person without team", "Add the person to a team, or confirm the exception."),
    Rule("team_without_members", LOW, "Team without members", "Delete the team if it is not needed."),
    Rule("no_ip_restriction", LOW, "No IP restriction", "Allow only the addresses in use."),
)
BY_ID = {rule.id: rule for rule in RULES}

# Roles that one account should not hold together, since it could approve its own work.
SEPARATION = (
    ("Submitter", "Mitigation Approver"),
    ("Creator", "Mitigation Approver"),
    ("Creator", "Reviewer"),
    ("Policy Administrator", "Mitigation Approver"),
    ("Submitter", "Policy Administrator"),
)


@dataclass(frozen=True)
class Limits:
    """From when on something is a finding.

    :param inactive_days: days without a login.
    :param key_days: days before a key pair expires.
    :param key_age_days: days since a review first saw a key pair that is still in use.
    :param max_administrators_percent: share of administrators among the enabled people, in organizations of 20 or more.
    :param min_saml_percent: share of SAML users among the enabled people, where there is at least one.
    """

    inactive_days: int = 90
    key_days: int = 30
    key_age_days: int = 180
    max_administrators_percent: int = 10
    min_saml_percent: int = 80


def limits_of(options: t.Mapping[str, t.Any]) -> Limits:
    """Return the limits with the given ones replaced.

    :raises ReviewError: a limit is not a number of 0 or more.
    """
    given = {name: options[name] for name in Limits.__dataclass_fields__ if options.get(name) is not None}
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ReviewError(f"{name}: {value!r} is not a number; give 0 or more")
    return replace(Limits(), **given)


def rules_without(disabled: t.Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules that are on.

    :raises ReviewError: a name is not that of a rule.
    """
    off = list(disabled)
    errors = [
        f'disabled_rules: there is no rule "{name}"' + did_you_mean(name, BY_ID, "correct the name")
        for name in off
        if name not in BY_ID
    ]
    if errors:
        raise ReviewError("\n".join(errors))
    return tuple(rule for rule in RULES if rule.id not in off)


def moment(text: str | None) -> datetime | None:
    """Return the time that a text in ISO 8601 means, in UTC; `None` if there is none or it is not a time."""
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


def day(text: str | None) -> str:
    """Return the day of a time, empty if there is none."""
    when = moment(text)
    return when.date().isoformat() if when else ""


def full_name(user: t.Mapping[str, t.Any]) -> str:
    """Return first and last name, or else the username."""
    return " ".join(part for part in (user.get("first_name"), user.get("last_name")) if part) or str(user["username"])


def is_enabled(user: t.Mapping[str, t.Any]) -> bool:
    """Whether the account can be used."""
    return user.get("login_enabled") is not False and user.get("active") is not False


def kind_of(user: t.Mapping[str, t.Any]) -> str:
    """Return `person` or `api`."""
    return API if user.get("user_type") == "api" else PERSON


def is_administrator(user: t.Mapping[str, t.Any]) -> bool:
    """Whether the account holds a role that manages all others."""
    return any(role in ADMINISTRATORS for role in user.get("roles") or ())

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts and teams for the tests of the access review."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ansible_collections.community.veracode.plugins.plugin_utils.access_review.findings import (
    Reading,
    Settings,
    review,
)
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import (
    iso,
    limits_of,
    rules_without,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


def ago(days: float) -> str:
    return iso(NOW - timedelta(days=days))


def person(username: str = "pat@example.com", **fields: t.Any) -> dict[str, t.Any]:
    """An account without findings."""
    return {
        "username": username,
        "user_type": "human",
        "first_name": "Pat",
        "last_name": "Lee",
        "email_address": "pat.lee@example.com",
        "roles": ["Reviewer"],
        "teams": ["Web"],
        "login_enabled": True,
        "active": True,
        "is_saml_user": True,
        "has_ip_restrictions": True,
        "allowed_ip_addresses": ["203.0.113.1"],
        "created": ago(400),
        "last_login": ago(1),
        "api_credentials": None,
        **fields,
    }


def service(username: str = "svc", **fields: t.Any) -> dict[str, t.Any]:
    return person(username, **{"user_type": "api", "is_saml_user": False, "last_login": None, **fields})


def team(name: str = "Web", **fields: t.Any) -> dict[str, t.Any]:
    return {"name": name, "members": ["pat@example.com"], "managers": ["pat@example.com"], **fields}


def key(expires: str | None) -> dict[str, t.Any]:
    return {"api_id": "00000000000000000000000000000001", "expires": expires}


def both(
    users: list[t.Any],
    teams: list[t.Any] | None = None,
    *,
    previous: t.Any = None,
    now: datetime = NOW,
    limits: dict[str, int] | None = None,
    off: t.Sequence[str] = (),
    settings: dict[str, t.Any] | None = None,
    **reading: t.Any,
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Return the review of a reading and its snapshot."""
    about = Settings(limits_of(limits or {}), rules_without(off), **(settings or {}))
    teams = [team()] if teams is None else teams
    return review(Reading(users, teams, **reading), now=now, settings=about, previous=previous)


def look(users: list[t.Any], teams: list[t.Any] | None = None, **options: t.Any) -> t.Any:
    return both(users, teams, **options)[0]


def take(users: list[t.Any], teams: list[t.Any] | None = None, previous: t.Any = None, now: datetime = NOW) -> t.Any:
    return both(users, teams, previous=previous, now=now)[1]


def rules(result: t.Any) -> list[tuple[str, str]]:
    return [(finding["rule"], finding["name"]) for finding in result["findings"]]

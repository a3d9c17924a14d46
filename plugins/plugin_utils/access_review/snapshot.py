# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What an access review remembers of an organization, and what changed since the last one. Pure."""

from __future__ import annotations

import hashlib
import json
import typing as t
from datetime import datetime

from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import (
    TEAM,
    Record,
    ReviewError,
    iso,
    kind_of,
)

FORMAT = 2
"""Version of the form of a snapshot."""

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
_KEYS = {"format", "id", "taken", "organization", "complete", "users", "teams", "keys_seen", "findings"}


def check_snapshot(previous: object, organization: str) -> None:
    """Check that this is `None` or a snapshot of this organization.

    :param organization: what identifies the organization; empty if that is not known.
    :raises ReviewError: it is neither.
    """
    if previous is None:
        return
    if not isinstance(previous, dict) or "format" not in previous:
        raise ReviewError("previous: not a snapshot of an access review; name the snapshot.json of an earlier one")
    if previous["format"] != FORMAT:
        raise ReviewError(
            f"previous: unknown format {previous['format']!r}; use a snapshot of format {FORMAT}, or review once without it"
        )
    missing = sorted(_KEYS - set(previous))
    if missing:
        raise ReviewError(f"previous: the snapshot has no {missing[0]}; name the snapshot.json of an earlier review")
    other = previous["organization"]
    if organization and other and other != organization:
        raise ReviewError(
            f'previous: the snapshot is of the organization "{other}", and this is "{organization}"; use another folder '
            "for each organization"
        )


def take_snapshot(
    users: t.Sequence[Record],
    teams: t.Sequence[Record],
    *,
    now: datetime,
    previous: Record | None,
    organization: str = "",
) -> Record:
    """Return the snapshot of a reading, without what the review finds.

    :param organization: what identifies the organization; empty if that is not known.
    """
    seen = dict((previous or {}).get("keys_seen") or {})
    ids = sorted({(user.get("api_credentials") or {}).get("api_id") or "" for user in users} - {""})
    taken = {
        "format": FORMAT,
        "taken": iso(now),
        "organization": organization,
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
    digest = hashlib.sha256(json.dumps(taken, sort_keys=True).encode()).hexdigest()
    return {"id": f"{iso(now)[:10]}-{digest[:8]}", **taken}


def changes(before: Record, after: Record) -> list[Record]:
    """Return the accounts and teams that differ between two snapshots, each once, sorted by kind and name.

    Each has `change` (`added`, `removed` or `changed`) and `options`: for each option that differs `before` and
    `after`, for lists `added` and `removed` instead.
    """
    found: list[Record] = []
    for section in ("users", "teams"):
        old, new = before[section], after[section]
        for name in sorted({*old, *new}, key=str.casefold):
            kind = TEAM if section == "teams" else kind_of(new.get(name) or old[name])
            if name not in old or name not in new:
                found.append(
                    {"change": "added" if name in new else "removed", "kind": kind, "name": name, "options": []}
                )
                continue
            options = [
                _difference(option, old[name].get(option), new[name].get(option))
                for option in sorted({*old[name], *new[name]})
                if old[name].get(option) != new[name].get(option)
            ]
            if options:
                found.append({"change": "changed", "kind": kind, "name": name, "options": options})
    return found


def _difference(option: str, before: t.Any, after: t.Any) -> Record:
    if isinstance(before or [], list) and isinstance(after or [], list):
        old, new = before or [], after or []
        return {
            "option": option,
            "added": [value for value in new if value not in old],
            "removed": [value for value in old if value not in new],
        }
    return {"option": option, "before": _shown(before), "after": _shown(after)}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value in (None, "") else str(value)

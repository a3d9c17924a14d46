# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Accounts between the Identity API's JSON and the collection's own words. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.fields import (
    FIELDS,
    FLAG,
    NAMES,
    TEXT,
    fields_of,
)
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role, known_role
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import timestamp

Json = t.Mapping[str, t.Any]

# Returns the role of a short name and a display name, each `None` where it is not reported.
Resolve: t.TypeAlias = "t.Callable[[str | None, str | None], Role]"

_LISTS = frozenset({"roles", "teams", "managed_teams"})
# Written, and by some accounts of the API never returned, so that a missing key does not mean that it is unset.
_MAY_BE_HIDDEN = frozenset({"title"})

# What a missing key of a user on its own means. An old account may lack login_enabled and can log in (seen in code).
_UNSET: t.Mapping[str, t.Any] = {
    field.option: {FLAG: field.option == "login_enabled", NAMES: (), TEXT: None}[field.type]
    for field in FIELDS
    if field.rest is not None and field.option not in _LISTS | _MAY_BE_HIDDEN | {"active"}
}
# The keys of texts that can be unset, by option.
_TEXTS: t.Mapping[str, str] = {
    field.option: field.rest
    for field in FIELDS
    if field.rest is not None and field.type == TEXT and field.clearable and field.option not in _MAY_BE_HIDDEN
}

ADMIN = "ADMIN"
MEMBER = "MEMBER"


def account_from(
    item: Json,
    *,
    whole: bool,
    kind: str | None = None,
    active: bool | None = None,
    resolve: Resolve = known_role,
) -> tuple[Account, bool]:
    """Return what an item carries, and whether it reports the kind of account.

    :param whole: a user on its own, in which a missing key means that the field is unset; items of listings are
        summaries, in which it means nothing.
    :param kind: what is known of it already.
    :param active: what is known from where it was found: listings hide inactive accounts.
    :param resolve: knows the roles of the organization.
    :raises ApiError: it is not a user, or a whole one without roles or teams, which every user on its own carries.
    """
    if not item.get("user_id"):
        raise ApiError("Could not read an account: the answer is not a user, it lacks the user_id. Check api_url")
    values: dict[str, t.Any] = {}
    for field in FIELDS:
        if field.rest is None or field.option in _LISTS:
            continue
        if field.rest in item:
            values[field.option] = _value(field.type, field.canonical, item[field.rest])
        elif field.option == "active":
            if active is not None:
                values["active"] = active
    if whole:
        if not has_lists(item):
            raise ApiError(
                f'Could not read "{item.get("user_name") or item["user_id"]}": the answer lacks the roles or '
                "the teams, which every account has. Run the task again"
            )
        values = {**_UNSET, **values}
    found_kind = _kind(item, whole) or kind
    account = Account(
        found_kind or USER,
        str(item["user_id"]),
        values,
        _roles(item["roles"], resolve) if _is_list(item, "roles") else None,
        _teams(item["teams"]) if _is_list(item, "teams") else None,
        {
            "user_id": str(item["user_id"]),
            "api_credentials": _credentials(item.get("api_credentials")),
            "last_login": timestamp(item.get("last_login")),
            "created": timestamp(item.get("insert_ts")),
            "modified": timestamp(item.get("modify_ts")),
        },
    )
    return account, found_kind is not None


def is_whole(account: Account) -> bool:
    """Tell whether a reading reports all that a user on its own does."""
    reported = {field.option for field in fields_of(account.kind) if field.rest is not None}
    return reported - _MAY_BE_HIDDEN <= account.values_and_lists.keys()


def is_whole_item(keys: t.Collection[str]) -> bool:
    """Tell whether an item of a listing may be a whole user: it shows all that cannot be unset."""
    flags = {field.rest for field in FIELDS if field.type == FLAG and field.rest is not None}
    return (flags | {"roles", "teams"}) <= set(keys)


def texts_in(keys: t.Iterable[str]) -> frozenset[str]:
    """Return those of the keys whose value is a text that can be unset."""
    return frozenset(_TEXTS.values()).intersection(keys)


def as_whole(account: Account, shown: t.Collection[str]) -> Account:
    """Return an account of a listing with what its item does not show as unset, as far as the listing shows that at all.

    :param shown: the keys of the texts that the listing shows of any account.
    """
    unset = {option: value for option, value in _UNSET.items() if option not in _TEXTS or _TEXTS[option] in shown}
    return replace(account, values={**unset, **account.values})


def has_lists(item: Json) -> bool:
    """Tell whether an item reports roles and teams."""
    return _is_list(item, "roles") and _is_list(item, "teams")


def _is_list(item: Json, key: str) -> bool:
    return isinstance(item.get(key), list)


def _value(kind: str, canonical: t.Callable[[t.Any], t.Any], raw: t.Any) -> t.Any:
    if kind == FLAG:
        return raw if isinstance(raw, bool) else str(raw).casefold() in ("true", "yes", "1")
    if kind == NAMES:
        return canonical([str(each) for each in raw] if isinstance(raw, list) else [])
    return canonical(str(raw) if raw is not None else None)


def _kind(item: Json, whole: bool) -> str | None:
    """Tell people from API users: by `account_type`, or by the permission that marks the latter."""
    account_type = item.get("account_type")
    if isinstance(account_type, str):
        return API_USER if account_type.upper() == "API" else USER
    if item.get("api_user") is True:
        return API_USER
    permissions = item.get("permissions")
    if isinstance(permissions, list):
        names = {each.get("permission_name") for each in permissions if isinstance(each, dict)}
        return API_USER if "apiUser" in names else USER
    return USER if whole else None


def _roles(raw: list[t.Any], resolve: Resolve) -> tuple[Role, ...]:
    return tuple(
        resolve(each.get("role_name") or None, each.get("role_description") or None)
        for each in raw
        if isinstance(each, dict) and (each.get("role_name") or each.get("role_description"))
    )


def _teams(raw: list[t.Any]) -> tuple[Membership, ...] | None:
    """Return the memberships, `None` if they lack the relationship, without which they cannot be written back."""
    teams = []
    for each in raw:
        if not isinstance(each, dict) or "team_name" not in each:
            continue
        if "relationship" not in each:
            return None
        teams.append(Membership(str(each["team_name"]), relationship(each) == ADMIN, each.get("team_id")))
    return tuple(sorted(teams, key=lambda team: team.name))


def relationship(item: Json) -> str:
    """Return the relationship of a user to a team, which is read as an object and written as a string."""
    raw = item.get("relationship")
    if isinstance(raw, dict):
        raw = raw.get("name")
    return ADMIN if isinstance(raw, str) and raw.upper() == ADMIN else MEMBER


def _credentials(raw: t.Any) -> dict[str, t.Any] | None:
    if not isinstance(raw, dict) or not raw.get("api_id"):
        return None
    return {"api_id": str(raw["api_id"]), "expires": timestamp(raw.get("expiration_ts"))}


def body_for(values: t.Mapping[str, t.Any], after: Account, before: Account | None) -> dict[str, t.Any]:
    """Return the JSON that sets `values`, with roles and teams as complete lists.

    :param before: the account as it is, `None` for a creation.
    """
    body: dict[str, t.Any] = {}
    for field in FIELDS:
        if field.option not in values or field.rest is None or field.option in _LISTS:
            continue
        value = values[field.option]
        body[field.rest] = list(value) if field.type == NAMES else "" if value is None else value
    if "roles" in values:
        body["roles"] = [role_reference(role) for role in after.roles or ()]
    if "teams" in values or "managed_teams" in values:
        managed_before = {team.name for team in (before.teams or ()) if team.manages} if before else set()
        body["teams"] = [_team_reference(team, team.name in managed_before) for team in after.teams or ()]
    # An address list is only taken together with the restriction (documented).
    if body.get("allowed_ip_addresses"):
        body["ip_restricted"] = True
    return body


def role_reference(role: Role) -> dict[str, str]:
    """Return the JSON that names a role in a body."""
    return {"role_name": role.name} if role.name is not None else {"role_description": role.title}


def _team_reference(team: Membership, managed_before: bool) -> dict[str, str]:
    reference = {"team_id": team.team_id} if team.team_id else {"team_name": team.name}
    # Said only where it matters: a plain membership is the documented default.
    if team.manages or managed_before:
        reference["relationship"] = ADMIN if team.manages else MEMBER
    return reference

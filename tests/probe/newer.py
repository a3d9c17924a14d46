# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What newer documents and other clients raised: pure judgements of answers, which `observe` asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Item = dict[str, Any]
NOTHING = "nothing to see"

TEXTS = ("phone", "title", "saml_subject", "custom_one", "custom_two", "custom_three", "custom_four", "custom_five")
# What the collection reads of an OAuth client. No source shows an answer.
OAUTH_FIELDS = frozenset(
    {"client_id", "name", "description", "is_scoped", "roles", "created_ts", "expiration_ts", "user_id", "user_name"}
)


def texts_of_listing(items: Iterable[Item], details: Iterable[Item]) -> str:
    """Which of the text fields that an account has, read by its id, the listing shows: `none`, `all` or `some`."""
    by_id = {str(item.get("user_id")): item for item in items}
    shown = hidden = 0
    for one in details:
        item = by_id.get(str(one.get("user_id")))
        if item is None:
            continue
        for name in TEXTS:
            if one.get(name):
                shown += bool(item.get(name))
                hidden += not item.get(name)
    if shown + hidden == 0:
        return NOTHING
    return "some" if shown and hidden else "all" if shown else "none"


def last_logins(details: Iterable[Item], own: Item) -> str:
    """Of whom the last login is reported: `everybody`, `the caller only` or `nobody`."""
    own_id = own.get("user_id")
    if any(one.get("last_login") for one in details if one.get("user_id") != own_id):
        return "everybody"
    return "the caller only" if own.get("last_login") else "nobody"


def always(details: Iterable[Item], name: str) -> str:
    """Whether each account has a field."""
    has = [name in one for one in details]
    return NOTHING if not has else "yes" if all(has) else "no"


def role_names(details: Iterable[Item], catalog: Iterable[Item]) -> str:
    """Whether the roles of an account are called as in the catalog."""
    known = {role.get("role_name"): role.get("role_description") for role in catalog}
    pairs = [
        (role.get("role_description"), known[role.get("role_name")])
        for one in details
        for role in one.get("roles") or []
        if isinstance(role, dict) and role.get("role_name") in known
    ]
    return NOTHING if not pairs else "yes" if all(one == other for one, other in pairs) else "no"


def role_flags(details: Iterable[Item]) -> str:
    """Whether the roles of an account carry the flags of the catalog."""
    held = [role for one in details for role in one.get("roles") or [] if isinstance(role, dict)]
    return NOTHING if not held else "yes" if any("is_api" in role for role in held) else "no"


def same_ends(items: Iterable[Item]) -> str:
    """Whether the secrets of OAuth clients end when the clients do."""
    ends = [
        secret.get("expiration_ts") == item.get("expiration_ts")
        for item in items
        for secret in item.get("secrets") or []
        if isinstance(secret, dict)
    ]
    return NOTHING if not ends else "yes" if all(ends) else "no"


def oauth_fields(items: list[Item]) -> str:
    """Whether an OAuth client has the fields that the collection reads; else which are missing and which are new."""
    if not items:
        return NOTHING
    keys = set(items[0])
    missing, new = sorted(OAUTH_FIELDS - keys), sorted(keys - OAUTH_FIELDS - {"secrets", "deleted", "_links"})
    said = [f"{word}: {', '.join(names)}" for word, names in (("missing", missing), ("new", new)) if names]
    return "; ".join(said) or "as assumed"

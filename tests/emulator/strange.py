# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that say something else than what was asked for: another object, or not everything of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from . import oauth, render
from .model import BusinessUnit, Credentials, Role, Team, User
from .wire import Answer, Call, json_answer


def other(call: Call, answer: Answer, name: str) -> Answer:
    """The answer about another object of the same kind, of that name or else any; as it is where there is none."""
    if answer.status >= 300 or not answer.body:
        return answer
    try:
        document = orjson.loads(answer.body)
    except ValueError:
        return answer
    for key, show, found in _KINDS:
        handle = document.get(key)
        if handle is not None and "_embedded" not in document:
            candidates = [one for one in found(call) if _name_and_id(one)[1] != handle]
            strangers = [one for one in candidates if name in ("", _name_and_id(one)[0])]
            return json_answer(show(call, strangers[0]), answer.status) if strangers else answer
    return answer


def without(body: bytes, names: list[str]) -> bytes:
    """The document, and each of its embedded items, without these keys."""
    try:
        document = orjson.loads(body)
    except ValueError:
        return body
    items = [item for listed in document.get("_embedded", {}).values() for item in listed]
    for one in (document, *items):
        for name in names:
            one.pop(name, None)
    return orjson.dumps(document)


def _name_and_id(one: Any) -> tuple[str, str]:
    if isinstance(one, User):
        return one.user_name, one.user_id
    if isinstance(one, Team):
        return one.team_name, one.team_id
    if isinstance(one, BusinessUnit):
        return one.bu_name, one.bu_id
    if isinstance(one, Role):
        return one.role_description, one.role_id
    if isinstance(one, Credentials):
        return one.api_id, one.api_id
    return one.name, one.client_id


# Which key tells the kind of a document, how another one is shown, and which there are. The id of an account stands in
# the documents of key pairs and OAuth clients, too, so those come first.
_KINDS: tuple[tuple[str, Callable[[Call, Any], dict[str, Any]], Callable[[Call], list[Any]]], ...] = (
    ("client_id", oauth.shown, lambda call: list(call.store.oauth_clients.values())),
    ("api_id", render.credentials, lambda call: list(call.store.credentials.values())),
    ("user_id", render.user_full, lambda call: [one for one in call.store.users.values() if not one.deleted]),
    ("team_id", render.team_full, lambda call: list(call.store.live_teams())),
    ("bu_id", render.business_unit_full, lambda call: list(call.store.business_units.values())),
    ("role_id", render.role_full, lambda call: list(call.store.roles.values())),
)

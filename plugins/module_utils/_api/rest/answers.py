# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What an answer of the Identity REST API says: of which form it is, about what, and why it refuses."""

from __future__ import annotations

import functools
import json
import re
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import OUTCOME_UNKNOWN, ApiError

Json = dict[str, t.Any]

# What the parsing of answers relies on: of which keys the value is a list of objects or of texts, an object, a text, or no
# container. A list that is read as empty would be written back as empty.
_LISTS = frozenset({"users", "roles", "child_roles", "teams", "permissions", "business_units"})
_TEXT_LISTS = frozenset({"allowed_ip_addresses", "permission_types"})
_OBJECTS = frozenset({"page", "_embedded"})
_CONTAINERS = frozenset({"list", "texts", "object"})
_ITEMS: dict[str, type] = {"list": dict, "texts": str}
_TEXT = re.compile(r".*_(?:name|description|secret)\Z")
_WORD = re.compile(r".*_(?:id|ts|type)\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.IGNORECASE)


def is_deleted(item: Json) -> bool:
    """Tell whether an item is an object that is deleted, which counts as absent."""
    return item.get("deleted") is True


def not_deleted(items: t.Iterable[Json]) -> list[Json]:
    """Return the items that are there; a server may list deleted ones, too."""
    return [item for item in items if not is_deleted(item)]


def about(what: str, item: Json, key: str, handle: str, *, sent: bool = False) -> None:
    """Refuse an answer that is about another object than was asked for.

    :param key: the key of the GUID.
    :param sent: the call was a change.
    :raises ApiError: it is, or does not say.
    """
    found = str(item.get(key) or "")
    if found.casefold() == handle.casefold():
        return
    outcome = f", so {OUTCOME_UNKNOWN}" if sent else ", so it is ignored"
    subject = (
        f"another object, with the {key} {found!r} instead of {handle!r}" if found else f"no object, it lacks the {key}"
    )
    raise ApiError(
        f"Could not {what}: the answer is about {subject}{outcome}. Check api_url and proxies "
        "that cache answers, then run the task again",
        is_outcome_unknown=sent,
    )


@functools.lru_cache(maxsize=1024)
def _form(key: str) -> str:
    """Return what the value of a key has to be: a `list` of objects, `texts`, an `object`, a `text`, a `word` or `anything`."""
    if key in _LISTS:
        return "list"
    if key in _TEXT_LISTS:
        return "texts"
    if key in _OBJECTS:
        return "object"
    if _TEXT.match(key):
        return "text"
    return "word" if _WORD.match(key) else "anything"


def misshapen(data: Json) -> str | None:
    """Return a key whose value is nothing that the API could mean, `None` if there is none.

    So parsing does not have to reckon with it. Keys that are missing, unknown or `null` are no fault here.
    """
    containers: list[t.Iterable[tuple[str, t.Any]]] = [data.items()]
    while containers:
        for key, value in containers.pop():
            if value is None:
                continue
            if isinstance(value, str):
                if _form(key) in _CONTAINERS or (not value.isascii() and _SURROGATE.search(value)):
                    return key
                continue
            form = _form(key)
            if form == "text":
                return key
            if isinstance(value, dict):
                if form in ("list", "texts", "word"):
                    return key
                containers.append(value.items())
            elif isinstance(value, list):
                if form in ("object", "word") or not all(isinstance(item, _ITEMS.get(form, object)) for item in value):
                    return key
                inner = key + "[]"
                containers.append([(inner, item) for item in value])
            elif form in _CONTAINERS:
                return key
    return None


def count(value: t.Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def message(body: bytes) -> str:
    """Return the API's own words from any of the shapes its errors have (seen in code), empty if there are none."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict):
        return ""
    embedded = data.get("_embedded")
    inner = embedded.get("api_errors") if isinstance(embedded, dict) else None
    candidates: list[t.Any] = []
    if isinstance(inner, list):
        candidates += [each.get("title") for each in inner if isinstance(each, dict)]
    if isinstance(data.get("errors"), list):
        candidates += data["errors"]
    candidates += [data.get(key) for key in ("message", "detail", "error_description", "title")]
    texts = [text for text in candidates if isinstance(text, str) and text and not _UUID.match(text)]
    return "; ".join(dict.fromkeys(texts))[:1000]

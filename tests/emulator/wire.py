# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a handler gets and what it returns, and the paging of list answers."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

import orjson

from .model import User
from .rules import Rejected
from .store import Store
from .switches import Switches

JSON = "application/json;charset=UTF-8"
XML = "text/xml;charset=UTF-8"
T = TypeVar("T")


@dataclass
class Answer:
    """An HTTP answer that is not sent yet."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Call:
    """A request after its signature was checked."""

    method: str
    path: str
    query_string: str
    host: str
    body: bytes
    content_type: str
    caller: User
    store: Store
    switches: Switches
    shuffler: random.Random
    listings: dict[object, tuple[int, list[Any]]]
    region: str = "e"
    authorization: str = ""
    params: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    page_shift: int = 0
    total_delta: int = 0
    _query: list[tuple[str, str]] | None = None

    @property
    def query(self) -> list[tuple[str, str]]:
        if self._query is None:
            self._query = parse_qsl(self.query_string, keep_blank_values=True)
        return self._query

    def one(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return next((value for key, value in reversed(self.query) if key == name), None)

    def every(self, name: str) -> list[str]:
        """All values of a repeatable query parameter, also written with []."""
        return [value for key, value in self.query if key in (name, name + "[]")]

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes/no query parameter; true, yes and 1 in any case."""
        value = self.one(name)
        return default if value is None else is_true(value)

    def json(self) -> dict[str, Any]:
        """The body as an object. What cannot be parsed is answered with 500, as the service does."""
        try:
            document = orjson.loads(self.body)
        except ValueError as exc:
            raise Rejected("Internal Server Error", 500) from exc
        if not isinstance(document, dict):
            raise Rejected("The request body must be an object")
        return document

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items, in an order without meaning where the switch says so."""
        listed = list(items)
        if self.switches.on("shuffle_lists"):
            self.shuffler.shuffle(listed)
        return listed


def is_true(value: str) -> bool:
    return value.strip().lower() in ("true", "yes", "1")


def json_answer(document: Any, status: int = 200) -> Answer:
    return Answer(status, orjson.dumps(document))


def empty_answer(status: int) -> Answer:
    return Answer(status, b"", "")


def rest_error(status: int, message: str) -> Answer:
    """The general error shape of the Identity API."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Refused"
    return json_answer({"http_code": status, "http_status": phrase, "message": message}, status)


class QueryInvalid(Exception):
    """Query values of the wrong form; answered in the shape of query validation."""

    def __init__(self, *errors: str) -> None:
        super().__init__(*errors)
        self.errors = list(errors)


def query_error(errors: list[str]) -> Answer:
    return json_answer({"errors": errors, "status": 400}, 400)


def _number(call: Call, name: str, default: int, least: int) -> int:
    text = call.one(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) < least or len(text) > 9:
        raise QueryInvalid(f"{name}: Invalid value.")
    return int(text)


def page(call: Call, kind: str, items: Sequence[T], render: Callable[[T], dict[str, Any]]) -> Answer:
    """A HAL page of ``items``. Honours page and size; drift and lying totals come from faults."""
    number = _number(call, "page", 0, 0)
    size = _number(call, "size", 20, 1)
    cap = int(call.switches.number("max_page_size"))
    if cap:
        size = min(size, cap)
    total = max(0, len(items) + call.total_delta)
    pages = -(-total // size)
    start = max(0, number * size + call.page_shift * number)
    rendered = [render(item) for item in items[start : start + size]]
    document: dict[str, Any] = {}
    if rendered or call.switches["empty_page_embedded"] == "empty":
        document["_embedded"] = {kind: rendered}
    others = [(key, value) for key, value in call.query if key not in ("page", "size")]
    base = f"https://{call.host}{call.path}"

    def link(to: int) -> dict[str, Any]:
        return {"href": f"{base}?{urlencode([('page', to), ('size', size), *others], quote_via=quote)}"}

    links: dict[str, Any] = {"first": link(0), "self": {"href": base + "{?page,size,sort}", "templated": True}}
    if number + 1 < pages:
        links["next"] = link(number + 1)
    if number > 0:
        links["prev"] = link(number - 1)
    links["last"] = link(max(0, pages - 1))
    document["_links"] = links
    document["page"] = {"size": size, "total_elements": total, "total_pages": pages, "number": number}
    return json_answer(document)


def order(call: Call, items: list[T], keys: dict[str, Callable[[T], Any]], identity: Callable[[T], str]) -> list[T]:
    """Sort by the ``sort`` parameters (snake_case or camelCase); else by id, or without meaning (switch)."""
    wanted = []
    for entry in call.every("sort"):
        name, _comma, direction = entry.partition(",")
        snake = "".join("_" + letter.lower() if letter.isupper() else letter for letter in name.strip())
        if snake not in keys or direction.strip().lower() not in ("", "asc", "desc"):
            raise QueryInvalid(f"sort: Invalid value {entry!r}.")
        wanted.append((keys[snake], direction.strip().lower() == "desc"))
    if not wanted:
        if call.switches.on("shuffle_lists"):
            # An order that means nothing but is the same on every page.
            items.sort(key=lambda item: hashlib.md5(identity(item).encode(), usedforsecurity=False).digest())
        return items
    for key, descending in reversed(wanted):
        items.sort(key=key, reverse=descending)
    return items

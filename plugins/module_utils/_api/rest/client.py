# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Calls of the Identity REST API, their answers checked."""

from __future__ import annotations

import copy
import json
import re
import typing as t
from urllib.parse import quote

from ansible_collections.community.veracode.plugins.module_utils._api.advice import with_advice
from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import (
    Json,
    about,
    count,
    is_deleted,
    message,
    misshapen,
    not_deleted,
)
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    OUTCOME_UNKNOWN,
    ApiError,
    LostAnswerError,
    VeracodeError,
)
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer, Effect, with_outcome
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport

BASE = "/api/authn/v2"
# No maximum is documented and the documents disagree; the server's own page size is followed whatever was asked.
PAGE_SIZE = 500
# Far beyond every organization, also with pages of 20: what a server tells must not keep a run busy without end.
MOST_PAGES = 10_000

_ATTEMPTS = 2

# A refusal of the form in which a relationship is written; nobody has published its words.
_FORM = re.compile(r"relationship|deseriali[sz]|json|pars(e|ing)|malformed|bad request|cannot be read", re.IGNORECASE)


Query = t.Sequence[tuple[str, str]]
Pages: t.TypeAlias = "t.Iterator[tuple[list[Json], int | None]]"


class RestRefusal(ApiError):
    """The API answered with an error status.

    :param said: its own words, empty if there are none.
    """

    said: str = ""


class Page(t.NamedTuple):
    """One page of a listing: its items, and what the server reports about all of them."""

    items: list[Json]
    total: int | None
    pages: int | None


class RestClient:
    """Sends calls and checks what comes back.

    :param transport: a transport to the REST host.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def read(self, what: str, path: str, query: Query = ()) -> Json:
        """Return the JSON object at a path.

        :param what: completes "Could not …" for a person.
        :raises ApiError: refused, or not an answer of this API.
        """
        answer = self._transport.call("GET", BASE + path, effect=Effect.READ, query=query)
        self._check(what, answer)
        return self._object(what, answer)

    def read_if_there(self, what: str, path: str, query: Query = ()) -> Json | None:
        """Return the JSON object at a path, `None` if the answer says that there is none.

        An empty body alone does not say so: it may come from a proxy, and what is treated as absent may be made again.
        """
        answer = self._transport.call("GET", BASE + path, effect=Effect.READ, query=query)
        if answer.status in (204, 404):
            return None
        self._check(what, answer)
        return self._object(what, answer)

    def read_one(self, what: str, path: str, key: str, handle: str, query: Query = ()) -> Json | None:
        """Return the object with that GUID, `None` if there is none or it is deleted.

        :param path: that of the listing.
        :param key: the key of the GUID.
        :raises ApiError: the answer is about another object.
        """
        item = self.read_if_there(what, f"{path}/{segment(handle)}", query)
        if item is None:
            return None
        about(what, item, key, handle)
        return None if is_deleted(item) else item

    def write(
        self, what: str, method: str, path: str, *, effect: Effect, query: Query = (), body: t.Any = None
    ) -> Json | None:
        """Send a change and return the JSON object of the answer, `None` if it is empty (as deletions answer).

        :raises LostAnswerError: a change that is to be made once was answered by something that cannot be read.
        """
        answer = self._transport.call(method, BASE + path, effect=effect, query=query, json=body)
        self._check(what, answer, body)
        # A creation is answered with what was created: nothing at all may come from a proxy.
        return self._object(what, answer) if answer.body.strip() or effect is Effect.ONCE else None

    def generate(self, what: str, path: str, *, query: Query = (), body: Json | None = None) -> Json:
        """Send a POST whose answer holds a secret, which is shown this once, and return its JSON object.

        :raises LostAnswerError: whatever arrived cannot be read, so that it may have been carried out.
        """
        return self.write(what, "POST", path, effect=Effect.ONCE, query=query, body=body or {}) or {}

    def order(self, what: str, path: str, *, effect: Effect) -> None:
        """Send a POST of whose answer nothing is needed but that it is one, and no page of something in between."""
        self._done(what, self._transport.call("POST", BASE + path, effect=effect, json={}))

    def delete(self, what: str, path: str, *, permanently: bool = False) -> bool:
        """Delete what is at a path, and return whether it was there.

        A 404 after a call whose answer was lost may be the doing of that call, so it counts as there.

        :param permanently: for what is otherwise deleted softly.
        """
        query = [("hard_delete", "true")] if permanently else []
        answer = self._transport.call("DELETE", BASE + path, effect=Effect.REPEATABLE, query=query)
        if answer.status == 404:
            return answer.repeated
        self._done(what, answer)
        return True

    def _done(self, what: str, answer: Answer) -> None:
        self._check(what, answer)
        if "html" in answer.content_type or "xml" in answer.content_type:
            self._object(what, answer)

    def write_related(
        self, what: str, method: str, path: str, *, effect: Effect, query: Query = (), body: Json
    ) -> Json | None:
        """Send a change whose body may tell relationships between accounts and teams.

        The specification writes a relationship as a string, some public clients as an object. A 400 means that nothing
        was done, so the other form can be tried, if the refusal is about the form.
        """
        return self.write_either(
            what, method, path, effect=effect, query=query, body=body, other=_with_relationship_objects(body), why=_FORM
        )

    def write_either(
        self,
        what: str,
        method: str,
        path: str,
        *,
        effect: Effect,
        query: Query = (),
        body: Json,
        other: Json | None,
        why: re.Pattern[str],
    ) -> Json | None:
        """Send a change, and once more with another body if it is refused for the reason that the other one avoids.

        :param other: that body, `None` if there is none.
        :param why: matches the API's words for that reason. A refusal without words may have it.
        :raises RestRefusal: the first refusal, if the other body is refused, too.
        """
        try:
            return self.write(what, method, path, effect=effect, query=query, body=body)
        except RestRefusal as refusal:
            if refusal.status != 400 or other is None or (refusal.said and not why.search(refusal.said)):
                raise
            try:
                return self.write(what, method, path, effect=effect, query=query, body=other)
            except RestRefusal as second:
                raise (refusal if second.status == 400 else second) from None

    def page(self, what: str, path: str, key: str, query: Query, number: int) -> Page:
        """Return one page of a listing. An empty result may lack `_embedded` (seen in code)."""
        data = self.read(what, path, [*query, ("page", str(number)), ("size", str(PAGE_SIZE))])
        page = data.get("page") or {}
        items = (data.get("_embedded") or {}).get(key) or []
        if not isinstance(page, dict) or not isinstance(items, list) or not all(isinstance(i, dict) for i in items):
            raise ApiError(
                f"Could not {what}: the answer is not a page of {key}. Check api_url", method="GET", path=BASE + path
            )
        pages = count(page.get("total_pages"))
        if pages is not None and pages > MOST_PAGES:
            raise ApiError(
                f"Could not {what}: the answer reports {pages} pages, more than expected. Check api_url",
                method="GET",
                path=BASE + path,
            )
        return Page(items, count(page.get("total_elements")), pages)

    def everything(self, what: str, path: str, key: str, identity: str, query: Query = ()) -> tuple[list[Json], bool]:
        """Return the items of all pages, each once, and whether they are as many as the server tells.

        :param identity: the key of an item's GUID.
        """
        return reconciled(lambda: self.pages(what, path, key, query), identity)

    def pages(self, what: str, path: str, key: str, query: Query = ()) -> Pages:
        """Yield the items of each page with the total the server tells.

        A server that ignores `page` is noticed by the caller, which reconciles what it got with the total.
        """
        number = 0
        while True:
            page = self.page(what, path, key, query, number)
            yield page.items, page.total
            number += 1
            if not page.items or page.pages is None or number >= page.pages:
                return

    def _check(self, what: str, answer: Answer, body: t.Any = None) -> None:
        if 200 <= answer.status < 300:
            return
        text = message(answer.body)
        refusal = RestRefusal(
            with_outcome(with_advice(f"Could not {what}", text, answer.status, fields=body or ()), answer),
            status=answer.status,
            method=answer.method,
            path=answer.path,
            request_id=answer.request_id,
            is_outcome_unknown=answer.is_open,
        )
        refusal.said = text
        raise refusal

    def _object(self, what: str, answer: Answer) -> Json:
        def wrong(why: str) -> VeracodeError:
            is_write = answer.effect is not Effect.READ
            outcome = f", so {OUTCOME_UNKNOWN}" if is_write else ""
            text = (
                f"Could not {what}: {why}{outcome}. Check api_url, and Veracode's status page for a maintenance window"
            )
            where = {key: getattr(answer, key) for key in ("status", "method", "path", "request_id")}
            if answer.effect is Effect.ONCE:
                return LostAnswerError(text, **where)
            return ApiError(text, is_outcome_unknown=is_write, **where)

        if not answer.body.strip():
            raise wrong("the answer is empty")
        if "json" not in answer.content_type:
            raise wrong(f"the answer is {answer.content_type or 'of no known type'} and not JSON")
        try:
            data = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise wrong("the answer is not valid JSON, or is cut off") from None
        if not isinstance(data, dict):
            raise wrong("the answer is not a JSON object")
        wrong_key = misshapen(data)
        if wrong_key is not None:
            raise wrong(f"the answer is not of the form of this API (at {wrong_key!r})")
        return data


def reconciled(read: t.Callable[[], Pages], identity: str) -> tuple[list[Json], bool]:
    """Return the items of all pages, each once and without the deleted ones, and whether they are as many as the server tells.

    Pages that moved while they were read, so that items were omitted or came twice, are read once more.
    """
    found: dict[str, Json] = {}
    for _attempt in range(_ATTEMPTS):
        found = {}
        totals = set()
        for items, total in read():
            totals.add(total)
            found.update((str(item.get(identity)), item) for item in items)
        if totals <= {len(found)}:
            return not_deleted(found.values()), True
    return not_deleted(found.values()), False


def incomplete(what: str) -> ApiError:
    """Return the error about something that was not found where not everything could be read."""
    return ApiError(
        f"Could not {what} in full: the pages do not add up to the total that "
        "Veracode reports, also when read again, so entries may be missing. Run the task again"
    )


def _with_relationship_objects(body: Json) -> Json | None:
    """Return the body with each relationship as an object, `None` if it has none."""
    other = copy.deepcopy(body)
    related = [
        item
        for items in (other.get("teams"), other.get("users"))
        if isinstance(items, list)
        for item in items
        if "relationship" in item
    ]
    for item in related:
        item["relationship"] = {"name": item["relationship"]}
    return other if related else None


def segment(value: str) -> str:
    """Return a value as one segment of a path."""
    return quote(value, safe="")

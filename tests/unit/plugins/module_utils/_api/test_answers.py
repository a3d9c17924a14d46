# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is no answer of an API is never treated as one, by either client."""

from __future__ import annotations

import copy
import json
import os
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import (
    MOST_PAGES,
    RestClient,
    reconciled,
)
from ansible_collections.community.veracode.plugins.module_utils._api.rest.jit import JitClient
from ansible_collections.community.veracode.plugins.module_utils._api.xml.client import XmlClient, XmlRefusal
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, LostAnswerError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer, Effect

LIST = b'<userlist xmlns="https://analysiscenter.veracode.com/schema/userlist/3.0" account_id="1"/>'


class Server:
    """Stands in for a transport: every call has the same answer."""

    def __init__(self, body: bytes | str, kind: str = "application/json", status: int = 200, **more: t.Any) -> None:
        self._body = body.encode() if isinstance(body, str) else body
        self._kind, self._status, self._more = kind, status, more

    def call(self, method: str, path: str, *, effect: Effect, **_sent: object) -> Answer:
        return Answer(self._status, self._body, self._kind, None, method, path, effect=effect, **self._more)


def rest(body: bytes | str, **more: t.Any) -> RestClient:
    return RestClient(t.cast("t.Any", Server(body, **more)))


def xml(body: bytes | str, **more: t.Any) -> t.Any:
    client = XmlClient(t.cast("t.Any", Server(body, **{"kind": "text/xml", **more})))
    return client.call("list the users", "getuserlist", "userlist", Effect.READ, {})


NONE = {
    "empty": ("", "application/json"),
    "a page": ("<html></html>", "text/html"),
    "of another type": ('{"users": []}', "text/plain"),
    "of no type": ('{"users": []}', ""),
    "cut off": ('{"users": [', "application/json"),
    "a list": ("[]", "application/json"),
    "deep": ("[" * 100_000, "application/json"),
    "a text that is none": ('{"first_name": "\\ud800"}', "application/json"),
    "a text that is none, deep inside": ('{"users": [{"x": [["\\udfff"]]}]}', "application/json"),
    "of another form": ('{"users": {}}', "application/json"),
}
EVERY = pytest.mark.parametrize(("body", "kind"), NONE.values(), ids=NONE)


@EVERY
def test_what_is_read(body: str, kind: str) -> None:
    for read in (rest(body, kind=kind).read, rest(body, kind=kind).read_if_there):
        with pytest.raises(ApiError, match="Could not read it: the answer is") as caught:
            read("read it", "/users")
        assert "unknown" not in caught.value.msg


@EVERY
def test_what_a_creation_is_answered_with(body: str, kind: str) -> None:
    """It may have been carried out, so it is not sent again before that is known."""
    with pytest.raises(LostAnswerError, match=r"Could not create it: the answer is .*unknown"):
        rest(body, kind=kind).write("create it", "POST", "/users", effect=Effect.ONCE, body={})
    with pytest.raises(LostAnswerError):
        rest(body, kind=kind).generate("create it", "/api_credentials")


@EVERY
def test_what_a_change_is_answered_with(body: str, kind: str) -> None:
    """An empty answer is one; another attempt at it does no harm."""
    client = rest(body, kind=kind)
    if not body:
        assert client.write("change it", "PUT", "/users/1", effect=Effect.REPEATABLE, body={}) is None
        return
    with pytest.raises(ApiError, match=r"Could not change it: the answer is .*unknown") as caught:
        client.write("change it", "PUT", "/users/1", effect=Effect.REPEATABLE, body={})
    assert not isinstance(caught.value, LostAnswerError)


@pytest.mark.parametrize("value", [True, 1, "x", {}, {"role_name": "x"}, [None], [1], ["x"], [[]]])
@pytest.mark.parametrize("key", ["users", "roles", "child_roles", "teams", "permissions", "business_units"])
@pytest.mark.parametrize("outer", [{}, {"_embedded": {"roles": [{}]}}], ids=["outside", "inside"])
def test_what_ought_to_be_a_list_of_objects_is_one(outer: dict[str, t.Any], key: str, value: t.Any) -> None:
    answer = copy.deepcopy(outer)
    (answer["_embedded"]["roles"][0] if answer else answer)[key] = value
    with pytest.raises(ApiError, match=f"not of the form of this API \\(at '{key}'\\)"):
        rest(json.dumps(answer)).read("read it", "/users")


@pytest.mark.parametrize("value", [True, 1, "", "x", {}, {"x": 1}, [None], [1], [{}], [[]]])
@pytest.mark.parametrize("key", ["allowed_ip_addresses", "permission_types"])
def test_a_list_of_texts_is_never_read_as_empty_and_so_written_back_as_empty(key: str, value: t.Any) -> None:
    answer = {"roles": [], "jit_default_settings_id": "1", key: value}
    with pytest.raises(ApiError, match=f"not of the form of this API \\(at '{key}'\\)"):
        JitClient(rest(json.dumps(answer))).read()


@pytest.mark.parametrize("kind", ["text/html", "application/xml"])
def test_a_page_is_no_answer_to_a_deletion_or_an_order(kind: str) -> None:
    client = rest("<html></html>", kind=kind)
    with pytest.raises(ApiError, match=f"Could not delete it: the answer is {kind}"):
        client.delete("delete it", "/users/1")
    with pytest.raises(ApiError, match=f"Could not order it: the answer is {kind}"):
        client.order("order it", "/users/1/reset", effect=Effect.REPEATABLE)
    assert rest("").delete("delete it", "/users/1") is True


@pytest.mark.parametrize("repeated", [False, True])
def test_what_is_gone_was_deleted_only_by_an_attempt_whose_answer_was_lost(repeated: bool) -> None:
    client = rest("{}", status=404, repeated=repeated)
    assert client.delete("delete it", "/users/1") is repeated


def test_more_pages_than_any_organization_has_are_refused() -> None:
    body = {"_embedded": {"users": []}, "page": {"total_pages": MOST_PAGES + 1, "total_elements": 10**9}}
    with pytest.raises(ApiError, match=f"{MOST_PAGES + 1} pages, more than expected"):
        rest(json.dumps(body)).everything("list the users", "/users", "users", "user_id")
    body["page"] = {"total_pages": MOST_PAGES, "total_elements": 0}
    assert rest(json.dumps(body)).everything("list the users", "/users", "users", "user_id") == ([], True)


def test_pages_that_moved_are_read_once_more() -> None:
    def reading(*passes: list[tuple[list[str], int | None]]) -> tuple[list[dict[str, t.Any]], bool]:
        left = [[([{"id": name} for name in names], total) for names, total in one] for one in passes]
        return reconciled(lambda: iter(left.pop(0)), "id")

    whole = [(["a", "b"], 3), (["c"], 3)]
    moved = [(["a", "b"], 3), (["b"], 3)]
    assert reading(whole) == ([{"id": "a"}, {"id": "b"}, {"id": "c"}], True)
    assert reading(moved, whole) == ([{"id": "a"}, {"id": "b"}, {"id": "c"}], True)
    assert reading(moved, moved) == ([{"id": "a"}, {"id": "b"}], False)
    # Pages that tell different totals, and pages that tell none
    assert reading([(["a"], 2), (["b"], 3)], [(["a"], 2), (["b"], 2)]) == ([{"id": "a"}, {"id": "b"}], True)
    assert reading([(["a"], None)], [(["a"], None)]) == ([{"id": "a"}], False)


def test_another_document_is_no_answer() -> None:
    assert xml(LIST).get("account_id") == "1"
    for body in (b"<userinfo/>", b'<x:userinfo xmlns:x="urn:x"/>', b"<a><userlist/></a>"):
        with pytest.raises(
            ApiError, match=r"Could not list the users: the answer is a <[a-z]+> document and not <userlist>"
        ):
            xml(body)


@pytest.mark.parametrize(("body", "kind"), [(b"<userlist/>", "text/html"), (b" <HTML></HTML>", "text/xml"), (b"", "")])
def test_a_page_or_nothing_is_no_document(body: bytes, kind: str) -> None:
    with pytest.raises(ApiError, match=r"the answer is (an HTML page|empty)"):
        xml(body, kind=kind)


def test_an_error_document_is_a_refusal_whatever_its_status() -> None:
    for status in (200, 403, 500):
        with pytest.raises(XmlRefusal) as caught:
            xml("<error>No <b>such</b> user</error>", status=status)
        assert caught.value.said == "No such user"
    with pytest.raises(ApiError, match="Could not list the users"):
        xml(LIST, status=500)


def encodings(text: str) -> dict[str, bytes]:
    return {name: f'<?xml version="1.0" encoding="{name}"?>{text}'.encode(name) for name in ("utf-8", "utf-16")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "type_",
    [
        "<!DOCTYPE userlist>",
        '<!DOCTYPE userlist SYSTEM "file://PLACE">',
        '<!DOCTYPE userlist [<!ENTITY leak SYSTEM "file://PLACE">]>',
        '<!DOCTYPE userlist [<!ENTITY % leak SYSTEM "file://PLACE"> %leak;]>',
        '<!DOCTYPE userlist [<!ENTITY leak "x">]>',
    ],
)
def test_a_document_type_is_refused_and_nothing_that_it_names_is_opened(
    tmp_path: Path, type_: str, encoding: str
) -> None:
    """In an encoding, too, in which it cannot be found before the document is parsed."""
    place = tmp_path / "place"
    os.mkfifo(place)
    opened, end = [], threading.Event()

    def watch() -> None:
        while not end.is_set():
            try:
                os.close(os.open(place, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:  # nobody reads it
                time.sleep(0.005)
            else:
                opened.append(place)

    watcher = threading.Thread(target=watch)
    watcher.start()
    text = f"{type_.replace('PLACE', str(place))}<userlist>{'&leak;' if 'leak' in type_ else ''}</userlist>"
    try:
        with pytest.raises(ApiError, match=r"carries a document type|not valid XML"):
            xml(encodings(text)[encoding])
        time.sleep(0.02)
    finally:
        end.set()
        watcher.join()
    assert opened == []


class Refusing:
    """Stands in for a transport that refuses with one text after the other, and keeps what it was sent."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self._answers = list(answers)
        self.sent: list[t.Any] = []

    def call(self, method: str, path: str, *, effect: Effect, json: t.Any = None, **_sent: object) -> Answer:
        self.sent.append(json)
        status, text = self._answers[len(self.sent) - 1]
        body = f'{{"message": "{text}"}}'.encode()
        return Answer(status, body, "application/json", None, None, method, path, None, effect=effect)


RELATED: dict[str, t.Any] = {"teams": [{"team_id": "1", "relationship": "ADMIN"}]}


@pytest.mark.parametrize("text", ["relationship: cannot be read", "Cannot deserialize value", "Malformed JSON", ""])
def test_a_relationship_is_written_in_the_other_form_where_the_form_was_refused(text: str) -> None:
    server = Refusing((400, text), (200, "fine"))
    client = RestClient(t.cast("t.Any", server))
    client.write_related("update it", "PUT", "/users/1", effect=Effect.REPEATABLE, body=RELATED)
    assert server.sent[1] == {"teams": [{"team_id": "1", "relationship": {"name": "ADMIN"}}]}


def test_a_refusal_for_another_reason_is_not_repeated() -> None:
    server = Refusing((400, "Role not found: x"))
    with pytest.raises(ApiError, match="Role not found: x"):
        RestClient(t.cast("t.Any", server)).write_related(
            "update it", "PUT", "/users/1", effect=Effect.REPEATABLE, body=RELATED
        )
    assert len(server.sent) == 1


def test_of_two_refusals_the_first_is_said() -> None:
    server = Refusing((400, "relationship ADMIN needs Team Admin"), (400, "cannot read an object"))
    with pytest.raises(ApiError, match="needs Team Admin"):
        RestClient(t.cast("t.Any", server)).write_related(
            "update it", "PUT", "/users/1", effect=Effect.REPEATABLE, body=RELATED
        )
    assert len(server.sent) == 2

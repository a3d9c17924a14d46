# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is fuzzed. A target takes any bytes; whatever it raises is a defect."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.filter.from_wrapper_csv import from_wrapper_csv
from ansible_collections.community.veracode.plugins.filter.onboarding_entries import onboarding_entries
from ansible_collections.community.veracode.plugins.module_utils._api.base import AccountSource, Filters
from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.jit import _settings
from ansible_collections.community.veracode.plugins.module_utils._api.rest.keys import key_from
from ansible_collections.community.veracode.plugins.module_utils._api.rest.listing import AccountLister
from ansible_collections.community.veracode.plugins.module_utils._api.xml.accounts import XmlAccountClient
from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError, printable
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer, Call, Effect
from ansible_collections.community.veracode.plugins.module_utils._http.refusals import redirected
from ansible_collections.community.veracode.plugins.module_utils._http.session import RawAnswer, Request
from ansible_collections.community.veracode.plugins.module_utils._http.sources import find_credentials
from ansible_collections.community.veracode.plugins.module_utils._http.wire import StrictResponse
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import KeyPair, RefusedError, find_format
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Needed
from ansible_collections.community.veracode.plugins.module_utils._model.names import fault_of, is_invisible
from ansible_collections.community.veracode.plugins.module_utils._model.plan_file import (
    compare_plan,
    plan_document,
    read_plan,
)
from ansible_collections.community.veracode.plugins.module_utils._read.accounts import Parallel, matching_accounts
from ansible_collections.community.veracode.plugins.module_utils._read.structure import StructureReader
from ansible_collections.community.veracode.plugins.plugin_utils.distinguished_names import fold_dn
from ansible_collections.community.veracode.plugins.plugin_utils.group_sync import Settings, people_of
from ansible_collections.community.veracode.plugins.plugin_utils.names import name_error, name_list
from ansible_collections.community.veracode.plugins.plugin_utils.plan_markdown import plan_markdown

CORPUS = Path(__file__).parent / "corpus"
_NAME = "tmonarch@example.com"
_NEED = frozenset({"roles", "teams", "custom_id", "email_address"})
_PAIR = KeyPair("0" * 32, "1" * 128, "2027-01-01T00:00:00Z")
_ACTIONS = [{"action": "update", "kind": "user", "name": _NAME, "fields": ["phone"]}]
_FOLDER = Path(tempfile.mkdtemp(prefix="veracode-fuzz-"))


class Server:
    """Stands in for a transport: every call has the same answer.

    :param patience: how many calls a run may make before they are refused.
    """

    def __init__(self, body: bytes, content_type: str, status: int, patience: int = 30) -> None:
        self._answer = Answer(status, body, content_type, None, "GET", "/")
        self._patience = patience

    def call(self, *_args: Any, **_kwargs: Any) -> Answer:
        self._patience -= 1
        if self._patience < 0:
            raise VeracodeError("that is enough")
        return self._answer

    def close(self) -> None:
        pass


def _each(*works: Callable[[], object]) -> None:
    for work in works:
        with contextlib.suppress(VeracodeError):
            work()


def _split(data: bytes) -> tuple[int, bytes]:
    """Return a number out of the first byte, and the rest."""
    return (data[0], data[1:]) if data else (0, b"")


def _one_by_one(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    return [work(item) for item in items]


def _matching(source: AccountSource, filters: Filters) -> None:
    with Parallel() as parallel:
        matching_accounts(source, filters, parallel)


def json_answers(data: bytes) -> None:
    """Answers of the Identity REST API, as accounts, teams, business units, roles, key pairs and settings."""
    number, body = _split(data)
    server: Any = Server(body, "application/json", (200, 200, 200, 400)[number % 4])
    directory = RestAccountClient(server, "0" * 32)
    structure = StructureReader(directory)
    read = directory.client.read
    _each(
        lambda: directory.by_username(_NAME, USER, _NEED),
        lambda: directory.by_custom_id("EX\\t", _NEED),
        lambda: _matching(
            AccountLister(directory, _one_by_one),
            Filters(detailed=bool(number & 4), role="Creator" if number & 8 else None),
        ),
        directory.roles,
        lambda: directory.teams(["Demo Team", "Other Team"]),
        directory.caller_username,
        *(
            lambda store=store: [store.details(item) for item in store.listing("Demo Team").items]  # type: ignore[misc]
            for store in (structure.teams, structure.business_units, structure.roles)
        ),
        lambda: structure.known(Needed(business_units=("Unit",), users=(_NAME,), permissions=("viewReports",))),
        lambda: key_from(read("read", "/api_credentials")),
        lambda: _settings(read("read", "/jit")),
    )
    directory.close()


def xml_answers(data: bytes) -> None:
    """Documents of the Admin XML API, as accounts and teams."""
    number, body = _split(data)
    server: Any = Server(body, ("text/xml", "application/xml", "")[number % 3], (200, 200, 200, 400)[number // 3 % 4])
    directory = XmlAccountClient(server, lambda: "admin-api")
    _each(
        lambda: directory.by_username(_NAME, USER, _NEED),
        lambda: directory.by_custom_id("EX\\t", _NEED),
        lambda: directory.by_email(_NAME, USER, _NEED),
        lambda: _matching(directory, Filters(detailed=bool(number & 32))),
        lambda: directory.teams(["Demo Team", "Other Team"]),
    )
    directory.close()


def csv_files(data: bytes) -> None:
    """Files for the filters that read CSV. Every complaint is an error of Ansible's filters."""
    number, content = _split(data)
    # Ansible hands on what is no UTF-8 in this way.
    text = content.decode("utf-8", "surrogateescape")
    action = (None, "createuser", "deleteuser", "updateuser")[number % 4]
    with contextlib.suppress(AnsibleFilterError):
        for options in from_wrapper_csv(text, action=action):
            assert options["state"] in ("present", "absent")
    with contextlib.suppress(AnsibleFilterError):
        onboarding_entries([text], files=["people.csv"], action=action)


def key_files(data: bytes) -> None:
    """Files that hold key pairs: read as a caller's, and as the destination of a new pair; some of them are special."""
    number, content = _split(data)
    path = _FOLDER / "credentials"
    path.unlink(missing_ok=True)
    if number >= 250:
        (os.mkfifo if number % 2 else os.symlink)(*((path,) if number % 2 else ("/dev/zero", path)))
    else:
        path.write_bytes(content)
    _each(lambda: find_credentials({"credentials_file": str(path), "profile": "default"}, {}, str(_FOLDER)))
    form = find_format(("ini", "json", "env")[number % 3], "build")
    text = content.decode("utf-8", "replace")
    assert form is not None
    with contextlib.suppress(RefusedError):
        form.read(text)
    try:
        edited = form.edit(text, _PAIR)
    except RefusedError:
        return
    assert form.read(edited) == (_PAIR.api_id, _PAIR.api_secret)


class _Socket:
    """Stands in for a socket that all of an answer has arrived at."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str, buffering: int = -1) -> io.BytesIO:
        return io.BytesIO(self._data)

    def gettimeout(self) -> None:
        return None

    def fileno(self) -> int:
        return -1


def wire_answers(data: bytes) -> None:
    """What a server sends: no answer, or a final one whose headers agree. A redirect is shown as it may be shown."""
    response = StrictResponse(_Socket(data), method="POST")
    with contextlib.suppress(http.client.HTTPException, OSError, ValueError):
        response.begin()
        assert response.status >= 200
        lengths = {each.strip() for text in response.headers.get_all("Content-Length", []) for each in text.split(",")}
        assert len(lengths) <= 1
        assert not lengths or response.headers["Transfer-Encoding"] is None
        body = response.read()
        assert response.length in (None, 0)
        call = Call(Request("POST", "https://localhost/", {}, None), "/", Effect.ONCE)
        location = response.headers.get("Location", body[:300].decode("latin-1"))
        shown = redirected(call, RawAnswer(302, {"Location": location}, b"")).msg
        assert shown.isprintable()
        assert len(shown) < 2500


def names_of_objects(data: bytes) -> None:
    """Names with white space of every kind: one that is taken can be read rightly, and both checks agree."""
    text = data.decode("utf-8", "surrogateescape")
    fault = fault_of(text)
    assert not text or (fault is None) == (name_error(text) is None)
    if fault is None:
        assert text == text.strip(" ")
        assert not any(map(is_invisible, text))
    for shown in (fault or "", name_error(text) or "", printable(text)):
        assert shown.isprintable()
    found, errors = name_list(text, "option")
    assert not any(map(fault_of, found))
    assert "".join(errors).isprintable()


def plan_files(data: bytes) -> None:
    """Files that should hold an approved plan: compared with today's, and written as a comment."""
    with contextlib.suppress(VeracodeError):
        plan = read_plan(data, "plan.json")
        today = plan_document({"host": "api.example.com"}, _ACTIONS, {}, [])
        compare_plan(plan, today, "plan.json")
    with contextlib.suppress(VeracodeError, ValueError, RecursionError):
        assert len(plan_markdown(json.loads(data), max_length=5000)) <= 5000


def groups_of_a_directory(data: bytes) -> None:
    """Groups with a mapping and attributes, entries of LDAP, and files with groups."""
    number, content = _split(data)
    text = content.decode("utf-8", "surrogateescape")
    with contextlib.suppress(ValueError, RecursionError):
        given = json.loads(content)
        parts = given if isinstance(given, dict) else {"groups": given}
        mapping, attributes = parts.get("mapping", {"G": {}}), parts.get("attributes")
        for form, source in (("variable", parts.get("groups")), ("ldap", parts.get("entries"))):
            _each(lambda form=form, source=source: people_of(form, source, Settings(mapping, attributes)))  # type: ignore[misc]
    name = ("groups.csv", "groups.yml")[number % 2]
    people_of("file", text, Settings({"G": {"roles": ["Reviewer"]}}), name)
    fold_dn(text)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "json": json_answers,
    "xml": xml_answers,
    "csv": csv_files,
    "keys": key_files,
    "plan": plan_files,
    "groups": groups_of_a_directory,
    "wire": wire_answers,
    "names": names_of_objects,
}

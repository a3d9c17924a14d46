# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A light client for the emulator's tests, signed by Veracode's own library."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from lxml import etree
from veracode_api_signing.veracode_hmac_auth import generate_veracode_hmac_header

from tests.emulator.control import Emulator

BASE = "/api/authn/v2"


@dataclass
class Reply:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def items(self) -> list[dict[str, Any]]:
        """What a page embeds; nothing where it has no _embedded."""
        embedded = self.json.get("_embedded", {})
        return list(next(iter(embedded.values()), []))

    @property
    def message(self) -> str:
        return str(self.json["message"])


@dataclass
class Document:
    """An XML answer, by local names."""

    reply: Reply
    root: Any = field(init=False)

    def __post_init__(self) -> None:
        self.root = etree.fromstring(self.reply.body, etree.XMLParser(resolve_entities=False, no_network=True))

    @property
    def name(self) -> str:
        return str(etree.QName(self.root).localname)

    @property
    def error(self) -> str | None:
        return str(self.root.text) if self.root.tag == "error" else None

    def all(self, name: str) -> list[dict[str, str]]:
        return [dict(one.attrib) for one in self.root.iter() if etree.QName(one).localname == name]

    @property
    def account(self) -> dict[str, str]:
        return self.all("login_account")[0]


class Client:
    """Signed calls over one kept-alive connection."""

    def __init__(
        self, emulator: Emulator, api_id: str | None = None, secret: str | None = None, timeout: float = 20
    ) -> None:
        self.emulator = emulator
        self.api_id = api_id or emulator.api_id
        self.secret = secret or emulator.api_secret
        parts = urlsplit(emulator.url)
        self.host, self.port = str(parts.hostname), parts.port
        context = ssl.create_default_context(cafile=emulator.ca_path)
        self.connection = http.client.HTTPSConnection(self.host, self.port, context=context, timeout=timeout)

    def close(self) -> None:
        self.connection.close()

    def header(self, method: str, target: str) -> str:
        return str(generate_veracode_hmac_header(self.host, target, method, self.api_id, self.secret))

    def raw(self, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        """A request whose target and headers are sent as they are; signed unless Authorization is given."""
        sent = {"Authorization": self.header(method, target), **(headers or {})}
        self.connection.request(method, target, body, {name: value for name, value in sent.items() if value})
        answer = self.connection.getresponse()
        data = answer.read()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, data)

    def rest(self, method: str, path: str, document: object = None, **query: object) -> Reply:
        target = BASE + path
        if query:
            target += "?" + urlencode(query, doseq=True, quote_via=quote)
        body = json.dumps(document).encode() if document is not None else None
        return self.raw(method, target, body, {"Content-Type": "application/json"})

    def get(self, path: str, **query: object) -> Reply:
        return self.rest("GET", path, **query)

    def post(self, path: str, document: object = None, **query: object) -> Reply:
        return self.rest("POST", path, {} if document is None else document, **query)

    def put(self, path: str, document: object, **query: object) -> Reply:
        return self.rest("PUT", path, document, **query)

    def delete(self, path: str) -> Reply:
        return self.rest("DELETE", path)

    def xml(self, call: str, **form: str) -> Document:
        return Document(self.xml_reply(call, **form))

    def xml_reply(self, call: str, **form: str) -> Reply:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.raw("POST", f"/api/3.0/{call}.do", urlencode(form).encode(), headers)

    def user_id(self, name: str) -> str:
        raw = self.emulator.user(name)
        if raw is None:
            raise LookupError(name)
        return str(raw["user_id"])

    def user(self, name: str, **query: object) -> dict[str, Any]:
        """A user read by its id."""
        reply = self.get(f"/users/{self.user_id(name)}", **query)
        if reply.status != 200:
            raise LookupError(reply.body)
        return dict(reply.json)

    def put_user(self, name: str, document: dict[str, Any], **query: object) -> Reply:
        return self.put(f"/users/{self.user_id(name)}", document, **({"partial": "true"} | query))


def person(address: str = "new@example.com", **changes: object) -> dict[str, Any]:
    """The documented body for a person."""
    document: dict[str, Any] = {
        "email_address": address,
        "user_name": address,
        "first_name": "New",
        "last_name": "Person",
        "ip_restricted": False,
        "pin_required": True,
        "active": True,
        "roles": roles("extseclead", "extsubmitanyscan"),
        "userType": "VOSP",
    }
    return {**document, **changes}


def service(name: str = "new-api", **changes: object) -> dict[str, Any]:
    """The documented body for an API user."""
    document: dict[str, Any] = {
        "user_name": name,
        "first_name": "New",
        "last_name": "Service",
        "email_address": "service@example.com",
        "ip_restricted": False,
        "active": True,
        "roles": roles("noteamrestrictionapi", "apisubmitanyscan", "uploadapi", "resultsapi"),
        "permissions": [{"permission_name": "apiUser"}],
    }
    return {**document, **changes}


def roles(*names: str) -> list[dict[str, str]]:
    return [{"role_name": name} for name in names]


def role_names(user: dict[str, Any]) -> set[str]:
    return {role["role_name"] for role in user["roles"]}


def team_names(user: dict[str, Any]) -> set[str]:
    return {team["team_name"] for team in user["teams"]}

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ASGI application of the API port: log, faults, limits and signatures around Starlette's routing."""

from __future__ import annotations

import asyncio
import gzip
import math
import socket
import struct
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.routing import Route, Router

from . import admin_xml, identity, oauth, strange, structure
from .faults import AFTER, MAINTENANCE, Fault, entity_bomb, external_entity
from .model import User
from .rules import Rejected
from .signature import Refused
from .wire import JSON, XML, Answer, Call, QueryInvalid, json_answer, query_error, rest_error
from .world import World

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Handler = Callable[[Call], Answer]
BASE = "/api/authn/v2"
REFUSED_WRITE = 599
TOKEN = "/oauth2/token"  # what is asked for with the id and secret of a client and not signed

# The first route that matches a path wins: fixed words stand before ids.
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/users", identity.list_users),
    ("POST", "/users", identity.create_user),
    ("GET", "/users/search", identity.search_users),
    ("GET", "/users/self", identity.get_self),
    ("PUT", "/users/self", identity.put_self),
    ("GET", "/users/notinteam", identity.users_not_in_team),
    ("POST", "/users/notinteam/{team_id}", identity.users_not_in_team),
    ("POST", "/users/by_permissions", identity.users_by_permissions),
    ("GET", "/users/by_role/{role_id}", identity.users_by_role),
    ("GET", "/users/legacy_id/{legacy_id}", identity.get_user_by_legacy),
    ("DELETE", "/users/okta/tokens/{user_id}", identity.revoke_tokens),
    ("POST", "/users/{user_id}/reset_mfa", identity.reset_mfa),
    ("POST", "/users/{legacy_id}/resetPassword", identity.reset_password),
    ("GET", "/users/{user_id}", identity.get_user),
    ("PUT", "/users/{user_id}", identity.put_user),
    ("DELETE", "/users/{user_id}", identity.delete_user),
    ("DELETE", "/session/user_id/{user_id}", identity.revoke_sessions),
    ("DELETE", "/session/idp_user_id/{okta_user_id}", identity.revoke_idp_sessions),
    ("GET", "/api_credentials", identity.get_credentials),
    ("POST", "/api_credentials", identity.post_credentials),
    ("DELETE", "/api_credentials", identity.delete_credentials),
    ("GET", "/api_credentials/user_id/{user_id}", identity.get_credentials),
    ("POST", "/api_credentials/user_id/{user_id}", identity.post_credentials),
    ("DELETE", "/api_credentials/user_id/{user_id}", identity.delete_credentials),
    ("GET", "/api_credentials/{api_id}", identity.get_credentials_by_id),
    ("DELETE", "/api_credentials/{api_id}", identity.delete_credentials_by_id),
    ("GET", "/teams", structure.list_teams),
    ("POST", "/teams", structure.create_team),
    ("GET", "/teams/self", structure.list_own_teams),
    ("POST", "/teams/by_permissions", structure.teams_by_permissions),
    ("POST", "/teams/by_permissions/{team_id}", structure.teams_by_permissions),
    ("GET", "/teams/{team_id}", structure.get_team),
    ("PUT", "/teams/{team_id}", structure.put_team),
    ("DELETE", "/teams/{team_id}", structure.delete_team),
    ("GET", "/business_units", structure.list_business_units),
    ("POST", "/business_units", structure.create_business_unit),
    ("GET", "/business_units/{bu_id}", structure.get_business_unit),
    ("PUT", "/business_units/{bu_id}", structure.put_business_unit),
    ("DELETE", "/business_units/{bu_id}", structure.delete_business_unit),
    ("GET", "/roles", structure.list_roles),
    ("POST", "/roles", structure.create_role),
    ("GET", "/roles/search", structure.list_roles),
    ("GET", "/roles/{role_id}", structure.get_role),
    ("PUT", "/roles/{role_id}", structure.put_role),
    ("DELETE", "/roles/{role_id}", structure.delete_role),
    ("GET", "/roles_disabled", structure.list_roles_disabled),
    ("POST", "/roles_disabled", structure.create_role_disabled),
    ("GET", "/roles_disabled/{role_id}", structure.get_role_disabled),
    ("PUT", "/roles_disabled/{role_id}", structure.put_role_disabled),
    ("DELETE", "/roles_disabled/{role_id}", structure.delete_role_disabled),
    ("GET", "/permissions", structure.list_permissions),
    ("GET", "/permissions/{permission_id}", structure.get_permission),
    ("GET", "/principal", identity.principal),
    ("GET", "/principal/refresh", identity.principal),
    ("GET", "/jit_default_settings", structure.get_jit),
    ("POST", "/jit_default_settings", structure.create_jit),
    ("PUT", "/jit_default_settings/{jit_id}", structure.put_jit),
    ("DELETE", "/jit_default_settings/{jit_id}", structure.delete_jit),
    ("POST", TOKEN, oauth.token),
    ("GET", "/oauth2/client_credentials", oauth.list_clients),
    ("POST", "/oauth2/client_credentials", oauth.create_client),
    ("GET", "/oauth2/client_credentials/user/{user_id}", oauth.list_clients_of_user),
    ("DELETE", "/oauth2/client_credentials/user/{user_id}", oauth.delete_clients_of_user),
    ("DELETE", "/oauth2/client_credentials/user/{user_id}/tokens", oauth.revoke_tokens_of_user),
    ("GET", "/oauth2/client_credentials/{client_id}", oauth.get_client),
    ("DELETE", "/oauth2/client_credentials/{client_id}", oauth.delete_client),
    ("DELETE", "/oauth2/client_credentials/{client_id}/tokens", oauth.revoke_tokens),
    ("GET", "/oauth2/client_credentials/{client_id}/secrets", oauth.list_secrets),
    ("POST", "/oauth2/client_credentials/{client_id}/secrets", oauth.create_secret),
    ("GET", "/oauth2/client_credentials/{client_id}/secrets/{secret_id}", oauth.get_secret),
    ("DELETE", "/oauth2/client_credentials/{client_id}/secrets/{secret_id}", oauth.delete_secret),
)


class Exchange:
    """One request on its way through the application."""

    def __init__(
        self,
        world: World,
        scope: Scope,
        receive: Receive,
        send: Send,
        stop_listening: Callable[[float, asyncio.BaseTransport], Awaitable[None]],
    ) -> None:
        self.world = world
        self.stop_listening = stop_listening
        self.scope = scope
        self.receive = receive
        self.send = send
        target = cast(bytes, scope["emulator.target"]).decode("latin-1")
        self.target = target
        self.path, _mark, self.query = target.partition("?")
        self.method = str(scope["method"])
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.host = self.headers.get(b"host", b"").decode("latin-1")
        self.client = scope["client"][0] if scope["client"] else ""
        self.fault: Fault | None = None
        self.entry = world.log.begin(
            method=self.method,
            path=self.path,
            query=self.query,
            connection=scope["emulator.connection"],
            client_port=scope["client"][1] if scope["client"] else 0,
            user_agent=self.headers.get(b"user-agent", b"").decode("latin-1"),
        )

    @property
    def is_xml(self) -> bool:
        return self.path.startswith("/api/3.0/")

    async def body(self) -> bytes:
        """The whole request body."""
        parts = []
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ConnectionAbortedError
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                return b"".join(parts)

    # --- answers -----------------------------------------------------------------------------------------------------

    async def deliver(self, answer: Answer) -> None:
        """Send an answer, after the fault that was ordered for it."""
        kind = self.fault.kind if self.fault else None
        if kind == "reset_after":
            self.entry["status"] = answer.status
            await self.reset()
            return
        if self.fault is not None and kind in AFTER:
            self.change(answer, self.fault)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
        if kind == "refuse" and self.fault is not None:
            await self.stop_listening(self.fault.seconds, self.scope["emulator.transport"])
            headers.append((b"connection", b"close"))
        if answer.content_type:
            headers.append((b"content-type", answer.content_type.encode()))
        body = answer.body
        if len(body) > 500 and self._compressed(answer.content_type):
            body = gzip.compress(body, 1)
            headers.append((b"content-encoding", b"gzip"))
        if kind == "lengths" and self.fault is not None:
            headers.append((b"content-length", str(len(body) + self.fault.delta).encode()))
        headers.append((b"content-length", str(len(body)).encode()))
        if answer.status == 204:
            headers.pop()
            body = b""
        self.entry["status"] = answer.status
        await self.send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if kind == "slow_body" and self.fault is not None:
            for at in range(len(body)):
                await self.send({"type": "http.response.body", "body": body[at : at + 1], "more_body": True})
                await asyncio.sleep(self.fault.interval)
            body = b""
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    def change(self, answer: Answer, fault: Fault) -> None:
        """Change an answer as the fault says."""
        if fault.kind == "cut":
            answer.body = answer.body[: max(1, int(len(answer.body) * fault.keep))] if answer.body else b""
        elif fault.kind == "wrong_encoding":
            answer.body = b"\xff\xfe" + answer.body.decode().encode("utf-16-le")
        elif fault.kind == "wrong_type":
            answer.content_type = fault.content_type
        elif fault.kind == "empty":
            answer.body = b""
        elif fault.kind == "without":
            answer.body = strange.without(answer.body, fault.names)
        elif fault.kind == "interim":
            self.interim(fault.status or 103)

    def interim(self, status: int) -> None:
        """An answer that is not the last one."""
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = "Interim"
        line = f"HTTP/1.1 {status} {phrase}\r\nlink: </>; rel=preload\r\n\r\n"
        self.scope["emulator.transport"].write(line.encode())

    def _compressed(self, content_type: str) -> bool:
        manner = self.world.switches["gzip"]
        if manner == "none" or (manner == "xml" and content_type != XML):
            return False
        return b"gzip" in self.headers.get(b"accept-encoding", b"")

    async def reset(self) -> None:
        """A TCP reset instead of an answer."""
        transport = self.scope["emulator.transport"]
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await self.never()

    async def close(self) -> None:
        """The end of the connection in good order instead of an answer."""
        self.scope["emulator.transport"].close()
        await self.never()

    async def never(self) -> None:
        """Wait until the client has given up."""
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                return

    # --- faults that come before anything is done ---------------------------------------------------------------------

    async def spoil(self, fault: Fault) -> bool:
        """Do what the fault says instead of the request; False where the request goes on."""
        if fault.kind == "close":
            await self.close()
        elif fault.kind == "reset_before":
            await self.body()
            await self.reset()
        elif fault.kind == "timeout":
            await self.never()
        elif fault.kind == "status":
            await self.body()
            await self.deliver(self.failure(fault))
        elif fault.kind == "html":
            await self.body()
            await self.deliver(Answer(fault.status or 200, MAINTENANCE, "text/html;charset=UTF-8"))
        elif fault.kind == "dtd":
            await self.body()
            await self.deliver(Answer(200, external_entity(fault.location), XML))
        elif fault.kind == "bomb":
            await self.body()
            await self.deliver(Answer(200, entity_bomb(), XML))
        elif fault.kind == "redirect":
            await self.body()
            await self.deliver(
                Answer(
                    fault.status or 302,
                    b"",
                    "text/html",
                    [("location", fault.location or f"https://{self.host}/login")],
                )
            )
        elif fault.kind == "huge":
            await self.body()
            await self.flood(fault.megabytes)
        else:
            return False
        return True

    def failure(self, fault: Fault) -> Answer:
        """A status with the body that the fault says."""
        status = fault.status or 503
        if fault.body == "empty":
            answer = Answer(status, b"", JSON)
        elif fault.body == "html":
            answer = Answer(status, MAINTENANCE, "text/html;charset=UTF-8")
        elif status == 401:
            answer = unauthorized()
        else:
            answer = rest_error(status, "The request could not be processed")
        if fault.retry_after is not None:
            answer.headers.append(("retry-after", fault.retry_after))
        return answer

    async def flood(self, megabytes: int) -> None:
        """A well-formed beginning, then blanks without end."""
        chunk = b" " * 65536
        length = megabytes * 1024 * 1024
        kind, start = (XML, b'<?xml version="1.0"?>\n<userinfo>') if self.is_xml else (JSON, b'{"_embedded":{"users":[')
        headers = [(b"content-type", kind.encode()), (b"content-length", str(length).encode())]
        self.entry["status"] = 200
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.send({"type": "http.response.body", "body": start, "more_body": True})
        sent = len(start)
        transport = self.scope["emulator.transport"]
        while sent < length and not transport.is_closing():
            part = chunk[: length - sent]
            sent += len(part)
            await self.send({"type": "http.response.body", "body": part, "more_body": sent < length})
            await asyncio.sleep(0)


def unauthorized() -> Answer:
    """401 as recorded: no reason, only a conversation id."""
    conversation = str(uuid.uuid4())
    body = {"message": conversation, "http_code": 401, "http_status": "Unauthorized"}
    answer = json_answer(body, 401)
    answer.headers = [
        ("x-conversation-id", f"{uuid.uuid4()}, {conversation}"),
        ("cache-control", "no-cache, no-store, max-age=0, must-revalidate"),
    ]
    return answer


NOBODY = User("", 0, "")


def signer(exchange: Exchange) -> User:
    """The account that signed the request; raises Refused."""
    authorization = exchange.headers.get(b"authorization")
    caller = exchange.world.signatures.check(
        exchange.world.store,
        authorization.decode("latin-1") if authorization is not None else None,
        host=exchange.host,
        target=exchange.target,
        method=exchange.method,
        client=exchange.client,
    )
    return caller.user


class Endpoint:
    """A route: a signed request is parsed, handled and answered."""

    def __init__(self, handlers: dict[str, Handler]) -> None:
        self.handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = cast(Exchange, scope["emulator.exchange"])
        body = await exchange.body()
        answer = await self.act(
            exchange, body, {str(key): str(value) for key, value in scope.get("path_params", {}).items()}
        )
        if exchange.fault is not None and exchange.fault.acts:
            if exchange.fault.kind == "timeout":
                await exchange.never()
                return
            if exchange.fault.kind == "status":
                answer = exchange.failure(exchange.fault)
        extra = exchange.world.switches.number("latency_ms") / 2000
        if exchange.fault is not None and exchange.fault.kind == "latency":
            extra += exchange.fault.ms / 1000
        if extra:
            await asyncio.sleep(extra)
        await exchange.deliver(answer)

    async def act(self, exchange: Exchange, body: bytes, params: dict[str, str]) -> Answer:
        """Check the signature, then let the handler answer."""
        world = exchange.world
        try:
            caller = NOBODY if exchange.path == BASE + TOKEN else signer(exchange)
        except Refused as exc:
            exchange.entry["refused"] = str(exc)
            return unauthorized()
        exchange.entry["caller"] = caller.user_name
        call = Call(
            method=exchange.method,
            path=exchange.path,
            query_string=exchange.query,
            host=exchange.host,
            body=body,
            content_type=exchange.headers.get(b"content-type", b"").decode("latin-1"),
            caller=caller,
            store=world.store,
            switches=world.switches,
            shuffler=world.shuffler,
            listings=world.listings,
            region=world.region or "g",
            params=params,
            authorization=exchange.headers.get(b"authorization", b"").decode("latin-1"),
        )
        if exchange.fault is not None:
            call.page_shift = exchange.fault.shift if exchange.fault.kind == "drift" else 0
            call.total_delta = exchange.fault.delta if exchange.fault.kind == "totals" else 0
        if exchange.is_xml:
            answer = await self._xml(exchange, call)
        else:
            answer = self._rest(exchange, call)
        if exchange.fault is not None and exchange.fault.kind == "other":
            answer = strange.other(call, answer, exchange.fault.name)
        world.note(exchange.entry, answer.status)
        return answer

    def _rest(self, exchange: Exchange, call: Call) -> Answer:
        if not self.handlers:
            return rest_error(404, "Not Found")
        handler = self.handlers.get("GET" if call.method == "HEAD" else call.method)
        if handler is None:
            return rest_error(405, f"Request method '{call.method}' not supported")
        if exchange.entry["writes"] and call.switches.on("require_json_type") and "json" not in call.content_type:
            return rest_error(415, f"Content type '{call.content_type}' not supported")
        try:
            return handler(call)
        except Rejected as exc:
            return rest_error(exc.status, exc.message)
        except QueryInvalid as exc:
            return query_error(exc.errors)

    async def _xml(self, exchange: Exchange, call: Call) -> Answer:
        name = exchange.entry["call"]
        if name not in admin_xml.CALLS:
            return Answer(404, b"", XML)
        call.form = {**dict(call.query), **await read_form(exchange, call)}
        exchange.entry["parameters"] = sorted(call.form)
        return admin_xml.answer(call, name)


async def read_form(exchange: Exchange, call: Call) -> dict[str, str]:
    """The parameters of a form or multipart body."""
    if not call.body:
        return {}
    if call.content_type.startswith("multipart/form-data"):

        async def stream() -> Any:
            yield call.body

        try:
            form = await MultiPartParser(Headers(raw=list(exchange.scope["headers"])), stream()).parse()
        except MultiPartException:
            return {}
        return {key: value for key, value in form.multi_items() if isinstance(value, str)}
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


async def _listen_on(_seconds: float, _but: asyncio.BaseTransport) -> None:
    """Where the application has no port of its own, it cannot refuse connections."""


class Application:
    """What stands in front of the routes."""

    def __init__(self, world: World) -> None:
        self.world = world
        handlers: dict[str, dict[str, Handler]] = {}
        for method, path, handler in ROUTES:
            handlers.setdefault(path, {})[method] = handler
        routes = [Route(BASE + path, Endpoint(methods)) for path, methods in handlers.items()]
        # XML calls are distinguished by their name, whatever the method: they need no route of their own.
        self.router = Router(routes, redirect_slashes=False, default=Endpoint({}))
        self.active = 0
        self.last_activity = time.monotonic()
        self.stop_listening: Callable[[float, asyncio.BaseTransport], Awaitable[None]] = _listen_on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.last_activity = time.monotonic()
        self.world.requests += 1
        self.active += 1
        exchange = Exchange(self.world, scope, receive, send, self.stop_listening)
        scope["emulator.exchange"] = exchange
        try:
            await self.handle(exchange)
        except ConnectionAbortedError:
            pass
        finally:
            self.active -= 1
            self.world.log.finish(exchange.entry)

    async def handle(self, exchange: Exchange) -> None:
        world, entry = self.world, exchange.entry
        if world.read_only and entry["writes"]:
            world.log.violate(entry)
            await exchange.body()
            await exchange.deliver(
                rest_error(REFUSED_WRITE, "The emulator is read-only: this request would have written")
            )
            return
        fault = world.faults.hit(exchange.method, exchange.path, exchange.query, entry["call"], entry["writes"])
        if fault is not None:
            exchange.fault = fault
            entry["fault"] = fault.kind
            if not fault.acts and await exchange.spoil(fault):
                return
        wait = world.over_limit("xml" if exchange.is_xml else "rest")
        if wait:
            await exchange.body()
            seconds = max(1, math.ceil(wait))
            text = (
                str(seconds)
                if world.switches["retry_after"] == "seconds"
                else formatdate(time.time() + seconds, usegmt=True)
            )
            answer = rest_error(429, "Too many requests")
            answer.headers.append(("retry-after", text))
            await exchange.deliver(answer)
            return
        half = world.switches.number("latency_ms") / 2000
        if half:
            await asyncio.sleep(half)
        await self.router(exchange.scope, exchange.receive, exchange.send)

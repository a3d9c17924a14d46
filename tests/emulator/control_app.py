# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control port: plain HTTP on loopback, unsigned, for tests. Every answer is JSON."""

from __future__ import annotations

import resource
from typing import Any, Protocol

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .app import Application
from .faults import LISTENER, FaultError
from .switches import SwitchError
from .world import ByHandError, World

PREFIX = "/__emulator__"


def _json(document: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")


class Listener(Protocol):
    """The API port, as far as faults need it."""

    async def refuse(self, seconds: float) -> None:
        """Refuse connections for this long."""

    async def listen_again(self) -> None:
        """Take connections again, on the same port."""


class Control:
    """Handlers of the control port."""

    def __init__(self, world: World, application: Application, listener: Listener, about: dict[str, Any]) -> None:
        self.world = world
        self.application = application
        self.listener = listener
        self.about = about

    async def body(self, request: Request) -> dict[str, Any]:
        raw = await request.body()
        document = orjson.loads(raw) if raw else {}
        if not isinstance(document, dict):
            raise ByHandError("an object is expected")
        return document

    async def status(self, _request: Request) -> Response:
        return _json(
            {
                **self.about,
                "read_only": self.world.read_only,
                "requests": self.world.requests,
                "active": self.application.active,
            }
        )

    async def usage(self, _request: Request) -> Response:
        used = resource.getrusage(resource.RUSAGE_SELF)
        document = {
            "user": used.ru_utime,
            "system": used.ru_stime,
            "max_rss_kib": used.ru_maxrss,
            "requests": self.world.requests,
        }
        return _json(document)

    async def switches(self, request: Request) -> Response:
        if request.method == "PUT":
            for name, value in (await self.body(request)).items():
                self.world.switches.set(name, value)
            self.world.listings.clear()
        return _json(self.world.switches.values)

    async def faults(self, request: Request) -> Response:
        if request.method == "POST":
            fault = self.world.faults.order(await self.body(request))
            if fault.kind in LISTENER and not fault.acts:
                await self.listener.refuse(fault.seconds)
            return _json(fault.document())
        if request.method == "DELETE":
            self.world.faults.clear()
            await self.listener.listen_again()
        return _json([fault.document() for fault in self.world.faults.orders])

    async def log(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.world.log.clear()
            return _json([])
        since = int(request.query_params.get("since", "0"))
        entries = [entry for entry in self.world.log.entries if entry["n"] > since]
        if request.query_params.get("writes"):
            entries = [entry for entry in entries if entry["writes"]]
        return _json(entries)

    async def read_only(self, request: Request) -> Response:
        self.world.read_only = bool((await self.body(request)).get("on"))
        return _json({"read_only": self.world.read_only})

    async def history(self, request: Request) -> Response:
        if request.method == "PUT":
            self.world.watching = bool((await self.body(request)).get("on"))
            self.world.history = []
        return _json(self.world.history)

    async def snapshot(self, _request: Request) -> Response:
        return _json(self.world.snapshot())

    async def violations(self, _request: Request) -> Response:
        return _json(self.world.log.violations)

    async def state(self, _request: Request) -> Response:
        return _json(self.world.state())

    async def look(self, request: Request) -> Response:
        return _json(self.world.look(request.path_params["kind"], request.query_params.get("name", "")))

    async def change(self, request: Request) -> Response:
        document = await self.body(request)
        return _json(self.world.change(document["kind"], document["name"], document["fields"]))

    async def add(self, request: Request) -> Response:
        document = await self.body(request)
        self.world.add(document["kind"], document["fields"])
        return _json({})

    async def remove(self, request: Request) -> Response:
        document = await self.body(request)
        self.world.remove(document["kind"], document["name"])
        return _json({})

    async def keys(self, request: Request) -> Response:
        if request.method == "POST":
            document = await self.body(request)
            days, overlap = float(document.get("days", 365)), float(document.get("overlap_hours", 0))
            pair = self.world.make_key(document["name"], days=days, overlap_hours=overlap)
            return _json(self.world.prefixed(pair))
        return _json({name: self.world.prefixed(pair) for name, pair in self.world.keys.items()})

    async def secrets(self, _request: Request) -> Response:
        signatures = list(self.world.signatures.seen)
        return _json({"secrets": sorted(self.world.secrets()), "signatures": signatures})

    async def confirm(self, request: Request) -> Response:
        return _json({"confirmed": self.world.confirm_address((await self.body(request))["name"])})

    async def clock(self, request: Request) -> Response:
        self.world.clock_offset += float((await self.body(request)).get("advance", 0))
        return _json({"offset": self.world.clock_offset, "now": self.world.now()})

    async def reset(self, _request: Request) -> Response:
        self.world.reset()
        await self.listener.listen_again()
        return _json({})

    async def flush(self, _request: Request) -> Response:
        self.world.flush()
        return _json({})


def application(control: Control) -> Starlette:
    """The Starlette application of the control port."""

    async def refused(_request: Request, exc: Exception) -> Response:
        return _json({"error": f"{exc}" if not isinstance(exc, KeyError) else f"{exc} is missing"}, 400)

    routes = [
        Route(f"{PREFIX}/status", control.status),
        Route(f"{PREFIX}/usage", control.usage),
        Route(f"{PREFIX}/switches", control.switches, methods=["GET", "PUT"]),
        Route(f"{PREFIX}/faults", control.faults, methods=["GET", "POST", "DELETE"]),
        Route(f"{PREFIX}/log", control.log, methods=["GET", "DELETE"]),
        Route(f"{PREFIX}/read_only", control.read_only, methods=["PUT"]),
        Route(f"{PREFIX}/history", control.history, methods=["GET", "PUT"]),
        Route(f"{PREFIX}/snapshot", control.snapshot),
        Route(f"{PREFIX}/violations", control.violations),
        Route(f"{PREFIX}/state", control.state),
        Route(f"{PREFIX}/look/{{kind}}", control.look),
        Route(f"{PREFIX}/change", control.change, methods=["POST"]),
        Route(f"{PREFIX}/add", control.add, methods=["POST"]),
        Route(f"{PREFIX}/remove", control.remove, methods=["POST"]),
        Route(f"{PREFIX}/keys", control.keys, methods=["GET", "POST"]),
        Route(f"{PREFIX}/secrets", control.secrets),
        Route(f"{PREFIX}/confirm_email", control.confirm, methods=["POST"]),
        Route(f"{PREFIX}/clock", control.clock, methods=["POST"]),
        Route(f"{PREFIX}/reset", control.reset, methods=["POST"]),
        Route(f"{PREFIX}/flush", control.flush, methods=["POST"]),
    ]
    errors = {SwitchError: refused, FaultError: refused, ByHandError: refused, KeyError: refused, ValueError: refused}
    return Starlette(routes=routes, exception_handlers=dict(errors))

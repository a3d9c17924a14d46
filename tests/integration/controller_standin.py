# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in of the API of AWX: it stores objects and records writes, in the way that the modules of awx.awx expect.

Usage: python -m tests.integration.controller_standin PORT_FILE
"""

from __future__ import annotations

import json
import socket
import sys
import typing as t
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "standin-token"
TYPES = {
    "credential_types": "credential_type",
    "credentials": "credential",
    "execution_environments": "execution_environment",
    "hosts": "host",
    "inventories": "inventory",
    "job_templates": "job_template",
    "labels": "label",
    "notification_templates": "notification_template",
    "organizations": "organization",
    "projects": "project",
    "schedules": "schedule",
    "workflow_approval_templates": "workflow_approval_template",
    "workflow_job_template_nodes": "workflow_job_template_node",
    "workflow_job_templates": "workflow_job_template",
}
# What an object has that its creator did not give.
DEFAULTS: dict[str, dict[str, t.Any]] = {
    "inventories": {"kind": "", "host_filter": None, "variables": ""},
    "projects": {"scm_revision": ""},
    "job_templates": {"survey_enabled": False, "extra_vars": ""},
}
ENCRYPTED = "$encrypted$"
# What an association is called where its name is not that of the kind.
ASSOCIATIONS = {"always_nodes", "failure_nodes", "success_nodes"}


def kind_of(association: str) -> str:
    """Return the kind of the objects in an association."""
    if association in ASSOCIATIONS:
        return "workflow_job_template_nodes"
    return "notification_templates" if association.startswith("notification_templates") else association


class Controller:
    """Everything that the controller knows, and what was written to it."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, dict[str, t.Any]]] = {kind: {} for kind in TYPES}
        self.links: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[int, t.Any] = {}
        self.writes: list[dict[str, t.Any]] = []
        self.last = 0
        self.create("organizations", {"name": "Default"})

    def create(self, kind: str, fields: dict[str, t.Any]) -> dict[str, t.Any]:
        self.last += 1
        url = f"/api/v2/{kind}/{self.last}/"
        made = {
            "id": self.last,
            "type": TYPES[kind],
            "url": url,
            "related": {"survey_spec": f"{url}survey_spec/"} if kind.endswith("job_templates") else {},
            "summary_fields": {},
            **DEFAULTS.get(kind, {}),
            **fields,
        }
        self.objects[kind][self.last] = made
        return made

    def shown(self, kind: str, found: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return an object as the API shows it: without what its type calls a secret."""
        if kind != "credentials":
            return found
        fields = self.objects["credential_types"][found["credential_type"]]["inputs"]["fields"]
        secret = {field["id"] for field in fields if field.get("secret")}
        inputs = {key: ENCRYPTED if key in secret else value for key, value in found.get("inputs", {}).items()}
        return {**found, "inputs": inputs}

    def listed(self, kind: str, query: t.Mapping[str, str]) -> dict[str, t.Any]:
        unified = ("job_templates", "projects", "workflow_job_templates")
        kinds = unified if kind == "unified_job_templates" else (kind,)
        found = []
        for each in kinds:
            for item in self.objects[each].values():
                exact = [key for key in query if not key.startswith(("or__", "page", "order_by"))]
                either = [key for key in query if key.startswith("or__")]
                matches = all(str(item.get(key)) == query[key] for key in exact)
                if either:
                    matches = matches and any(str(item.get(key[4:])) == query[key] for key in either)
                if matches:
                    found.append(self.shown(each, item))
        return {"count": len(found), "next": None, "previous": None, "results": found}


Handler = t.Callable[[Request], t.Awaitable[Response]]


def answer(document: object, status: int = 200) -> Response:
    """Return an answer of AWX."""
    return JSONResponse(document, status, {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"})


def authenticated(handler: Handler) -> Handler:
    """Refuse who has not the token."""

    async def checked(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return answer({"detail": "Authentication credentials were not provided."}, 401)
        return await handler(request)

    return checked


async def fields_of(request: Request) -> t.Any:
    """Return what the body of a request holds."""
    data = await request.body()
    return json.loads(data) if data else {}


class Pages:
    """Answers requests.

    :param controller: what there is.
    """

    def __init__(self, controller: Controller) -> None:
        self.controller = controller

    def note(self, request: Request, fields: t.Any) -> None:
        """Remember a write."""
        self.controller.writes.append({"method": request.method, "path": request.url.path, "fields": fields})

    async def collection(self, request: Request) -> Response:
        """List objects of a kind, or create one."""
        kind = request.path_params["kind"]
        if kind not in TYPES and kind != "unified_job_templates":
            return answer({"detail": "Not found."}, 404)
        if request.method == "GET":
            return answer(self.controller.listed(kind, request.query_params))
        fields = await fields_of(request)
        self.note(request, fields)
        if not fields.get("identifier" if kind == "workflow_job_template_nodes" else "name"):
            return answer({"name": ["This field is required."]}, 400)
        return answer(self.controller.shown(kind, self.controller.create(kind, fields)), 201)

    async def item(self, request: Request) -> Response:
        """Show or change one object."""
        kind, number = request.path_params["kind"], request.path_params["number"]
        found = self.controller.objects.get(kind, {}).get(number)
        if found is None:
            return answer({"detail": "Not found."}, 404)
        if request.method == "PATCH":
            fields = await fields_of(request)
            self.note(request, fields)
            found.update(fields)
        return answer(self.controller.shown(kind, found))

    async def survey(self, request: Request) -> Response:
        """Show or set the survey of a template."""
        number = request.path_params["number"]
        if request.method == "POST":
            self.controller.surveys[number] = await fields_of(request)
            self.note(request, None)
        return answer(self.controller.surveys.get(number, {}))

    async def approval(self, request: Request) -> Response:
        """Make a node one that waits for an approval."""
        fields = await fields_of(request)
        self.note(request, fields)
        made = self.controller.create("workflow_approval_templates", fields)
        node = self.controller.objects[request.path_params["kind"]][request.path_params["number"]]
        node["related"]["unified_job_template"] = made["url"]
        return answer(made, 201)

    async def related(self, request: Request) -> Response:
        """List what is linked to an object, or link to it."""
        kind, number, name = (request.path_params[key] for key in ("kind", "number", "name"))
        linked = self.controller.links.setdefault((kind, number, name), [])
        if request.method == "GET":
            found = [self.controller.objects[kind_of(name)][one] for one in linked]
            return answer({"count": len(linked), "next": None, "results": found})
        order = await fields_of(request)
        self.note(request, order)
        if order.get("disassociate"):
            linked.remove(order["id"])
        else:
            linked.append(order["id"])
        return Response(status_code=204)

    async def everything(self, _request: Request) -> Response:
        """Show a test what there is."""
        controller = self.controller
        return answer(
            {
                "objects": {kind: list(items.values()) for kind, items in controller.objects.items()},
                "surveys": controller.surveys,
                "links": [[*key, value] for key, value in controller.links.items()],
                "writes": controller.writes,
            }
        )


def application(controller: Controller) -> Starlette:
    """Return the web application."""
    pages = Pages(controller)

    def route(path: str, handler: Handler, *methods: str) -> Route:
        return Route(f"/api/v2/{path}/", authenticated(handler), methods=list(methods))

    return Starlette(
        routes=[
            Route("/standin", pages.everything),
            route("{kind}", pages.collection, "GET", "POST"),
            route("{kind}/{number:int}", pages.item, "GET", "PATCH"),
            route("{kind}/{number:int}/survey_spec", pages.survey, "GET", "POST"),
            route("{kind}/{number:int}/create_approval_template", pages.approval, "POST"),
            route("{kind}/{number:int}/{name}", pages.related, "GET", "POST"),
        ]
    )


def main(port_file: Path) -> None:
    """Serve on a free port, whose number goes into the file."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(16)
    port_file.write_text(str(listener.getsockname()[1]))
    config = uvicorn.Config(application(Controller()), log_level="warning", lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]))

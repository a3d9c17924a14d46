# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a write tells. An empty team and a custom role of the probe's own are made and deleted, and nothing else."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import BASE, segment
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer, Effect
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport

Note = Callable[[str, str, str], None]
HARD = [("hard_delete", "true")]


class Writer:
    """Makes and deletes objects whose names nobody has.

    :param note: takes a question, what is assumed and what was seen.
    """

    def __init__(self, transport: Transport, note: Note) -> None:
        self._transport = transport
        self._note = note
        self._name = f"probe {secrets.token_hex(6)}"

    def run(self) -> None:
        """Make, delete, and note what was seen. What could not be deleted is noted by its name."""
        self._look_at_teams()
        self._look_at_roles()

    def _call(self, method: str, path: str, document: Any = None, query: list[tuple[str, str]] | None = None) -> Answer:
        effect = Effect.READ if method == "GET" else Effect.ONCE
        return self._transport.call(method, BASE + path, effect=effect, query=query or [], json=document)

    def _look_at_teams(self) -> None:
        handle = self._create("team", "/teams", {"team_name": self._name}, "team_id", "201")
        if handle is None:
            return
        deleted = self._call("DELETE", f"/teams/{segment(handle)}")
        self._note("status of a deletion", "200", str(deleted.status))
        again = self._call("POST", "/teams", {"team_name": self._name})
        self._note("the name of a deleted team can be used again", "yes", "yes" if again.status < 300 else "no")
        if again.status < 300:
            handle = str(_document(again).get("team_id"))
            gone = self._call("DELETE", f"/teams/{segment(handle)}", query=HARD)
            query = [("deleted", "true"), ("all_for_org", "true"), ("team_name", self._name), ("size", "500")]
            listed = _document(self._call("GET", "/teams", query=query)).get("_embedded", {}).get("teams", [])
            is_left = any(item.get("team_id") == handle for item in listed)
            seen = str(gone.status) if gone.status >= 300 else "no" if is_left else "yes"
            self._note("hard_delete leaves nothing of a team", "yes", seen)

    def _look_at_roles(self) -> None:
        listed = _document(self._call("GET", "/permissions", query=[("exclude_ui", "true"), ("size", "500")]))
        names = [one for one in listed.get("_embedded", {}).get("permissions", []) if one.get("custom_role_enabled")]
        if not names:
            self._note("status of the creation of a role", "201", "nothing to see")
            return
        permissions = [{"permission_name": names[0].get("permission_name")}]
        document = {
            "role_name": self._name.replace(" ", ""),
            "role_description": self._name,
            "permissions": permissions,
        }
        document["child_roles"] = [{"role_name": "extreviewer"}]
        handle = self._create("role", "/roles", document, "role_id", "201")
        if handle is not None:
            read = _document(self._call("GET", f"/roles/{segment(handle)}"))
            self._note_role(document, read)
            self._call("DELETE", f"/roles/{segment(handle)}")

    def _note_role(self, sent: dict[str, Any], read: dict[str, Any]) -> None:
        is_kept = read.get("role_name") == sent["role_name"]
        self._note("the short name that the creation of a role sends is kept", "yes", "yes" if is_kept else "no")
        children = read.get("child_roles") or [{}]
        names = {key: children[0].get(key) for key in ("role_name", "role_description") if children[0].get(key)}
        is_there = len(children) == 1 and (names.get("role_name") or "extreviewer") == "extreviewer" and bool(names)
        self._note("child_roles of a role are read back", "yes", "yes" if is_there else "no")
        self._note("names that a child role carries", "role_name, role_description", ", ".join(names) or "none")

    def _create(self, kind: str, path: str, document: dict[str, Any], key: str, assumed: str) -> str | None:
        answer = self._call("POST", path, document)
        self._note(f"status of the creation of a {kind}", assumed, str(answer.status))
        handle = _document(answer).get(key) if answer.status < 300 else None
        return str(handle) if handle else None


def _document(answer: Answer) -> dict[str, Any]:
    try:
        document = json.loads(answer.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}

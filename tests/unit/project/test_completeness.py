# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every documented call that the emulator knows is made by the collection, or is omitted for a reason."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.emulator.admin_xml import CALLS
from tests.emulator.app import ROUTES

UTILS = Path(__file__).resolve().parents[3] / "plugins" / "module_utils"
OTHER_WAY = "the listings and details that are read anyway tell the same"
SESSION = "belongs to whoever logs in, not to an administrator"
LEFT_OUT = {
    "/oauth2/token": "takes a client's secret, which the collection hands over and never uses",
    "/permissions/{}": OTHER_WAY,
    "/roles/search": OTHER_WAY,
    "/teams/by_permissions": OTHER_WAY,
    "/teams/by_permissions/{}": OTHER_WAY,
    "/teams/self": OTHER_WAY,
    "/users/by_permissions": OTHER_WAY,
    "/users/by_role/{}": OTHER_WAY,
    "/users/legacy_id/{}": OTHER_WAY,
    "/users/notinteam": OTHER_WAY,
    "/users/notinteam/{}": OTHER_WAY,
    "/principal": SESSION,
    "/principal/refresh": SESSION,
    "/session/idp_user_id/{}": "ends the same sessions as /session/user_id/{}",
    "/roles_disabled": "turns a role off for a whole organization, which Veracode does by contract",
    "/roles_disabled/{}": "turns a role off for a whole organization, which Veracode does by contract",
    "createteam.do": "teams are managed through the Identity REST API",
    "updateteam.do": "teams are managed through the Identity REST API",
    "deleteteam.do": "teams are managed through the Identity REST API",
    "getcurriculumlist.do": "the server itself refuses a curriculum that there is not",
    "gettracklist.do": "the server itself refuses a track that there is not",
    "getmaintenancescheduleinfo.do": "a task cannot wait for the end of a maintenance",
    "getteaminfo.do": "teams are managed through the Identity REST API",
}


def strings(package: str) -> set[str]:
    """Return the texts in a package, with {} where something variable goes."""
    found = set()
    for file in (UTILS / package).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            found.add("".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts))
    return found


def test_every_documented_call_is_made_or_left_out_for_a_reason() -> None:
    documented = {re.sub(r"\{\w+(:\w+)?\}", "{}", path) for _method, path, _handler in ROUTES}
    asked = strings("_api/rest")
    assert "{}/{}" in asked  # a listing, and one of it
    made = {path for path in documented if path in asked or (path.count("/") == 2 and path[:-3] in asked)}
    documented |= {f"{name}.do" for name in CALLS}
    made |= {f"{name}.do" for name in CALLS if name in strings("_api/xml")}
    assert made | set(LEFT_OUT) == documented
    assert not made & (set(LEFT_OUT) - {"/permissions/{}"})

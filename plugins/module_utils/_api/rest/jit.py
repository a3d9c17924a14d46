# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The defaults of just-in-time provisioning by the Identity REST API."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import role_reference
from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import Json
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import RestClient, segment
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Effect
from ansible_collections.community.veracode.plugins.module_utils._model.jit_settings import (
    FLAGS,
    LISTS,
    TEXTS,
    JitSettings,
)
from ansible_collections.community.veracode.plugins.module_utils._model.role import known_role

_PATH = "/jit_default_settings"
# What is written by its option, or belongs to the path.
_KNOWN = frozenset({*FLAGS, *TEXTS, *LISTS, "jit_default_settings_id", "id"})


class JitClient:
    """Reads and writes the one object of settings.

    :param client: a client of the Identity REST API.
    """

    def __init__(self, client: RestClient) -> None:
        self._client = client
        self._unknown: Json = {}

    def read(self) -> JitSettings | None:
        """Return the settings, `None` if there are none: a 404, nothing, or an empty object (a guess)."""
        item = self._client.read_if_there("read the just-in-time settings", _PATH) or {}
        self._unknown = {key: value for key, value in item.items() if key not in _KNOWN and not key.startswith("_")}
        return _settings(item)

    def create(self, after: JitSettings) -> JitSettings | None:
        """Create them, and return them if the answer shows them."""
        what = "create the just-in-time settings"
        return _settings(self._client.write(what, "POST", _PATH, effect=Effect.ONCE, body=_body(after)) or {})

    def update(self, after: JitSettings) -> JitSettings | None:
        """Write the complete object, since this call has no partial form, and return it if the answer shows it.

        What was read and is not known here is sent as it was.
        """
        what = "change the just-in-time settings"
        body = {**self._unknown, **_body(after)}
        return _settings(self._client.write(what, "PUT", self._path(after), effect=Effect.REPEATABLE, body=body) or {})

    def delete(self, settings: JitSettings) -> None:
        """Delete them; if they are gone already, that is no error."""
        self._client.delete("delete the just-in-time settings", self._path(settings))

    @staticmethod
    def _path(settings: JitSettings) -> str:
        if settings.settings_id is None:
            raise ApiError(
                "Could not change the just-in-time settings: Veracode does not report their ID. Change them on the Veracode "
                "Platform, and report this to the collection's issue tracker"
            )
        return f"{_PATH}/{segment(settings.settings_id)}"


def _settings(item: Json) -> JitSettings | None:
    if "roles" not in item and "prefer_veracode_data" not in item:
        return None
    values: dict[str, t.Any] = {flag: item.get(flag) is True for flag in FLAGS}
    values.update({text: str(item[text]) if item.get(text) else None for text in TEXTS})
    values["allowed_ip_addresses"] = tuple(sorted(item.get("allowed_ip_addresses") or ()))
    roles = [known_role(each.get("role_name"), each.get("role_description")) for each in item.get("roles") or ()]
    teams = {
        str(each["team_name"]): str(each["team_id"]) if each.get("team_id") else None
        for each in item.get("teams") or ()
        if "team_name" in each
    }
    return JitSettings(_id(item), values, tuple(sorted(roles, key=lambda role: role.title)), teams)


def _id(item: Json) -> str | None:
    """Return the id. Only its name in paths is documented; in an answer it could also be in a link."""
    found = item.get("jit_default_settings_id") or item.get("id")
    if not found:
        links = item.get("_links")
        link = links.get("self") if isinstance(links, dict) else None
        href = str(link.get("href") or "") if isinstance(link, dict) else ""
        found = href.partition(f"{_PATH}/")[2].partition("?")[0].partition("{")[0]
    return str(found) if found else None


def _body(after: JitSettings) -> Json:
    body: Json = {
        option: list(value) if isinstance(value, tuple) else value if value is not None else ""
        for option, value in after.values.items()
    }
    body["roles"] = [role_reference(role) for role in after.roles]
    body["teams"] = [{"team_id": team_id} if team_id else {"team_name": name} for name, team_id in after.teams.items()]
    return body

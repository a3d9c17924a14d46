# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Roles, built in and custom, by the Identity REST API."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import role_reference
from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import Json
from ansible_collections.community.veracode.plugins.module_utils._api.rest.objects import ObjectClient
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import (
    ROLE_FLAGS,
    CustomRole,
    Permission,
)
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import ROLE
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role, known_role


class RoleClient(ObjectClient[CustomRole]):
    """Roles, built in and custom."""

    kind = ROLE
    path = "/roles"
    key = "roles"
    identity = "role_id"

    def parse(self, item: Json) -> CustomRole | None:
        """Return what an item carries; the permissions and newer flags may come with a role on its own only."""
        if "role_id" not in item:
            return None
        permissions = item.get("permissions")
        short = item.get("role_name")
        children = item.get("child_roles")
        return CustomRole(
            known_role(short, item.get("role_description") or None).title,
            str(short) if short else None,
            str(item["role_id"]),
            tuple(permission_from(each) for each in permissions if isinstance(each, dict))
            if isinstance(permissions, list)
            else None,
            {flag: item[flag] for flag in ("is_api", *ROLE_FLAGS) if isinstance(item.get(flag), bool)},
            {
                "is_scan_type": item.get("is_scan_type"),
                "requires_token": item.get("requires_token"),
                "disabled": item.get("role_disabled"),
            },
            child_roles=_children(children) if isinstance(children, list) else None,
        )

    def body(self, values: t.Mapping[str, t.Any], after: CustomRole, before: CustomRole | None) -> Json:
        """Return the JSON that sets `values`."""
        body: Json = {flag: values[flag] for flag in ("is_api", *ROLE_FLAGS) if flag in values}
        if "name" in values:
            body["role_description"] = after.name
        if "role_name" in values or (before is None and after.role_name is not None):
            body["role_name"] = after.role_name
        if "permissions" in values:
            body["permissions"] = [
                {
                    "permission_name": permission.name,
                    # A permission that stays keeps what it is given for.
                    **({"permission_types": list(permission.types)} if permission.types else {}),
                }
                for permission in after.permissions or ()
            ]
        if "child_roles" in values:
            body["child_roles"] = [role_reference(role) for role in after.child_roles or ()]
        return body

    def all_permissions(self) -> tuple[dict[str, Permission], bool]:
        """Return every permission by its name, and whether they are as many as the server tells."""
        items, complete = self._client.everything(
            "list the permissions", "/permissions", "permissions", "permission_id"
        )
        # For what a new permission is given is left to the server.
        return {
            str(item.get("permission_name")): replace(permission_from(item), types=None) for item in items
        }, complete

    def bare(self, entity: CustomRole) -> CustomRole:
        """Return just the name."""
        return CustomRole(entity.name, None, entity.role_id)


def _children(items: list[Json]) -> tuple[Role, ...]:
    roles = [
        known_role(item.get("role_name") or None, item.get("role_description") or None)
        for item in items
        if item.get("role_name") or item.get("role_description")
    ]
    return tuple(sorted(roles, key=lambda role: role.title))


def permission_from(item: Json) -> Permission:
    types = item.get("permission_types")
    return Permission(
        str(item.get("permission_name")),
        tuple(str(each) for each in types) if isinstance(types, list) else None,
        item.get("custom_role_enabled") is not False,
    )

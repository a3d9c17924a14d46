# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Compare a custom role as it is desired with the current one."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import (
    ROLE_FLAGS,
    CustomRole,
    Permission,
)
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known
from ansible_collections.community.veracode.plugins.module_utils._model.names import there_is_no
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import DesiredObject
from ansible_collections.community.veracode.plugins.module_utils._plan.object_change import (
    plan_change,
    plan_removal,
    refuse,
)


def plan_role(desired: DesiredObject, current: CustomRole | None, known: Known) -> Plan:
    """Plan one custom role.

    :param current: the role as found, with its permissions and flags where the entry manages them.
    :raises InputError: the role is built in, or the entry asks for what cannot be.
    """
    target = current or CustomRole(desired.name, desired.values.get("role_name"))
    if not target.is_custom or not CustomRole(desired.name).is_custom:
        raise desired.problem(
            f'name: "{desired.name}" is a role that Veracode defines, and only custom roles can be managed; choose '
            "another name, and give the custom role the permissions it needs",
            "name",
            desired.name,
        )
    if desired.state == "absent":
        return plan_removal(desired, current)
    if current is None and not desired.values.get("permissions"):
        raise desired.problem(
            f'permissions: the role "{desired.name}" does not exist, and creating it needs permissions; '
            "give them, or correct the name",
            "permissions",
        )
    now = current.values_and_lists if current else {}
    wanted_api = desired.values.get("is_api")
    if current is not None and wanted_api is not None and now.get("is_api", wanted_api) != wanted_api:
        raise desired.problem(
            f'is_api: "{current.name}" is a role of {"people" if wanted_api else "API service accounts"}, and Veracode '
            "cannot turn it into one of the other kind; leave is_api out, or create another role",
            "is_api",
            wanted_api,
        )
    after = replace(current, name=desired.name) if current else CustomRole(desired.name)
    values: dict[str, t.Any] = {}
    flags = dict(after.flags)
    for option in ("is_api", *ROLE_FLAGS):
        wanted = desired.values.get(option)
        # A flag that the API does not report is not set.
        if wanted is not None and (current is None or wanted != now.get(option, False)):
            values[option] = flags[option] = wanted
    after = replace(after, flags=flags)
    short = desired.values.get("role_name")
    if short is not None and short != now.get("role_name"):
        values["role_name"] = short
        after = replace(after, role_name=short)
    permissions = _permissions_after(desired, current, known)
    if permissions is not None:
        after = replace(after, permissions=permissions)
        if after.values_and_lists["permissions"] != now.get("permissions"):
            values["permissions"] = after.values_and_lists["permissions"]
    return plan_change(desired, current, after, values)


def _permissions_after(
    desired: DesiredObject, current: CustomRole | None, known: Known
) -> tuple[Permission, ...] | None:
    named = desired.values.get("permissions")
    if named is None:
        return None
    held = {permission.name: permission for permission in (current.permissions or ())} if current else {}
    assignable = [name for name, permission in known.permissions.items() if permission.assignable]
    wrong = []
    for name in named:
        if name in held:
            continue
        if name not in known.permissions:
            wrong.append(there_is_no("permission", name, assignable))
        elif not known.permissions[name].assignable:
            wrong.append(f'the permission "{name}" cannot be given to custom roles; take it out')
    refuse(desired, {"permissions": wrong})
    return tuple(held.get(name) or Permission(name) for name in named)

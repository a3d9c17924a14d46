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
from ansible_collections.community.veracode.plugins.module_utils._model.role import SPELLINGS, Role
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import DesiredObject
from ansible_collections.community.veracode.plugins.module_utils._plan.object_change import (
    plan_change,
    plan_removal,
    refuse,
)


def plan_role(desired: DesiredObject, current: CustomRole | None, known: Known) -> Plan[CustomRole]:
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
    if current is None and not (desired.values.get("permissions") or desired.values.get("child_roles")):
        raise desired.problem(
            f'permissions: the role "{desired.name}" does not exist, and creating it needs permissions; '
            "give them, or correct the name",
            "permissions",
            is_about_something_missing=True,
        )
    now = current.values_and_lists if current else {}
    wanted_api = desired.values.get("is_api")
    if current is not None and wanted_api is not None and now.get("is_api", wanted_api) != wanted_api:
        raise desired.problem(
            f'is_api: "{current.name}" is a role of {"people" if wanted_api else "API users"}, and Veracode '
            "cannot turn it into one of the other kind; omit is_api, or create another role",
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
    children = _children_after(desired, after, known)
    if children is not None:
        held = current.child_roles if current else None
        after = replace(after, child_roles=children)
        if set(children) != set(held or ()):
            values["child_roles"] = after.values_and_lists["child_roles"]
    return plan_change(desired, current, after, values)


def _children_after(desired: DesiredObject, role: CustomRole, known: Known) -> tuple[Role, ...] | None:
    """Return the roles that it is to include, `None` if the task does not manage them.

    :param role: as it is to be beside them.
    """
    named = desired.values.get("child_roles")
    if named is None:
        return None
    by_name = {name: each for each in known.roles for name in (each.name, each.role_name) if name}
    by_name.update({spelling: by_name[title] for spelling, title in SPELLINGS.items() if title in by_name})
    is_api = bool(role.flags.get("is_api"))
    children, wrong = [], []
    for name in named:
        child = by_name.get(name)
        if name in (desired.name, desired.values.get("role_name")) or (
            child is not None and child.role_id == role.role_id
        ):
            wrong.append(f'"{name}" is the role itself, which cannot include itself; remove it')
        elif child is None:
            wrong.append(there_is_no("role", name, by_name))
        elif bool(child.flags.get("is_api")) != is_api:
            whose = ("people", "API users") if is_api else ("API users", "people")
            wrong.append(f'"{name}" is a role of {whose[0]}, and this is one of {whose[1]}; remove it')
        elif role.role_id is not None and role.key in _included(child, {each.key: each for each in known.roles}):
            wrong.append(f'"{name}" includes "{role.name}" already, and roles cannot include each other; remove it')
        else:
            children.append(child.as_role)
    refuse(desired, {"child_roles": wrong})
    return tuple(children)


def _included(role: CustomRole, roles: t.Mapping[str, CustomRole]) -> set[str]:
    """Return the keys of all roles that a role includes, and those that these include."""
    found: set[str] = set()
    open_ = [role]
    while open_:
        for child in open_.pop().child_roles or ():
            if child.key not in found:
                found.add(child.key)
                open_ += [roles[child.key]] if child.key in roles else []
    return found


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
            wrong.append(f'the permission "{name}" cannot be given to custom roles; remove it')
    refuse(desired, {"permissions": wrong})
    return tuple(held.get(name) or Permission(name) for name in named)

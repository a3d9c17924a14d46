# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Compare a custom role as it is desired with the current one."""

from __future__ import annotations

import typing as t
import unicodedata
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import (
    ROLE_FLAGS,
    CustomRole,
    Permission,
    are_same,
)
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known
from ansible_collections.community.veracode.plugins.module_utils._model.names import there_is_no
from ansible_collections.community.veracode.plugins.module_utils._model.role import BY_NAME, SPELLINGS, Role
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
    _refuse_other_kind(desired, current)
    after = replace(current, name=desired.name) if current else CustomRole(desired.name)
    values: dict[str, t.Any] = {}
    flags = dict(after.flags)
    for option in ("is_api", *ROLE_FLAGS):
        value = desired.values.get(option)
        # A flag that the API does not report is not set.
        if value is not None and (current is None or value != now.get(option, False)):
            values[option] = flags[option] = value
    short = _short_name_after(desired, current, known)
    # One that follows from the display name is sent with a creation, and is not managed.
    if "role_name" in desired.values and short != now.get("role_name"):
        values["role_name"] = short
    after = replace(after, flags=flags, role_name=short)
    permissions = _permissions_after(desired, current, known)
    if permissions is not None:
        after = replace(after, permissions=permissions)
        if after.values_and_lists["permissions"] != now.get("permissions"):
            values["permissions"] = after.values_and_lists["permissions"]
    children = _children_after(desired, current, after, known)
    if children is not None:
        after = replace(after, child_roles=children)
        if not are_same(children, (current.child_roles if current else None) or ()):
            values["child_roles"] = after.values_and_lists["child_roles"]
    if "is_api" in values:
        _refuse_mixed(desired, current, after, known)
    return plan_change(desired, current, after, values)


def short_name(name: str) -> str:
    """Return the short name that follows from a display name: its letters and digits in lower case."""
    return "".join(each for each in unicodedata.normalize("NFC", name).lower() if each.isalnum())


def _short_name_after(desired: DesiredObject, current: CustomRole | None, known: Known) -> str | None:
    """Return the short name that the role is to have.

    :raises InputError: none follows from the display name, or another role has it.
    """
    short = desired.values.get("role_name")
    if short is None and current is not None:
        return current.role_name
    given = short is not None
    short = short if short is not None else short_name(desired.name)
    if not short:
        raise desired.problem(
            f'role_name: "{desired.name}" has no letter or digit of which a short name could be made; set role_name',
            "role_name",
        )
    handle = current.role_id if current else None
    owner = next((role for role in known.roles if role.role_name == short and role.role_id != handle), None)
    built_in = BY_NAME.get(short)
    if owner is None and built_in is None:
        return short
    title = owner.name if owner is not None else built_in.title if built_in is not None else ""
    why = "" if given else f', which follows from "{desired.name}",'
    raise desired.problem(
        f'role_name: "{short}"{why} is the short name of the role "{title}" already; '
        + ("choose another" if given else "set role_name to another, or choose another name"),
        "role_name",
        short,
    )


def _refuse_other_kind(desired: DesiredObject, current: CustomRole | None) -> None:
    is_api = desired.values.get("is_api")
    if current is not None and is_api is not None and current.flags.get("is_api", is_api) != is_api:
        raise desired.problem(
            f'is_api: "{current.name}" is a role of {_whose(not is_api)}, and Veracode '
            "cannot turn it into one of the other kind; omit is_api, or create another role",
            "is_api",
            is_api,
        )


def _refuse_mixed(desired: DesiredObject, current: CustomRole | None, after: CustomRole, known: Known) -> None:
    """Refuse a kind that the roles which it includes, or which include it, do not have.

    :raises InputError: one of them is of the other kind.
    """
    is_api = bool(after.flags.get("is_api"))
    roles = RolesByName(known.roles)
    related = [("it includes", child) for each in after.child_roles or () if (child := roles.find(each)) is not None]
    own = roles.find(current.as_role) if current is not None else None
    if own is not None:
        related += [
            ("it is included in", parent)
            for parent in known.roles
            if any(roles.find(child) is own for child in parent.child_roles or ())
        ]
    others = sorted(f'{how} "{role.name}"' for how, role in related if role.flags.get("is_api", is_api) != is_api)
    if others:
        raise desired.problem(
            f"is_api: {', '.join(others)}, which is a role of {_whose(not is_api)}, and roles of people and of API users cannot "
            "be mixed; correct is_api or child_roles",
            "is_api",
            is_api,
        )


def _whose(is_api: bool) -> str:
    return "API users" if is_api else "people"


class RolesByName:
    """The roles of an organization by every name that they can be given by.

    :param roles: all of them.
    """

    def __init__(self, roles: t.Iterable[CustomRole]) -> None:
        self.by_name: dict[str, CustomRole] = {}
        for role in roles:
            for name in (role.name, role.role_name):
                if name:
                    self.by_name.setdefault(name, role)
        spelled = {spelling: title for spelling, title in SPELLINGS.items() if title in self.by_name}
        self.by_name.update((spelling, self.by_name[title]) for spelling, title in spelled.items())

    def find(self, role: Role) -> CustomRole | None:
        """Return the role that another one includes, which may have one of its names only."""
        return self.by_name.get(role.key) or self.by_name.get(role.title)

    def identified(self, role: CustomRole) -> CustomRole:
        """Return a role with those that it includes under the names that they have in the listing."""
        if role.child_roles is None:
            return role
        found = [(each, self.find(each)) for each in role.child_roles]
        return replace(role, child_roles=tuple(named.as_role if named is not None else each for each, named in found))

    def included_in(self, role: CustomRole) -> list[CustomRole]:
        """Return all roles that a role includes, and those that these include, each once."""
        found: dict[int, CustomRole] = {}
        open_ = [role]
        while open_:
            for child in open_.pop().child_roles or ():
                each = self.find(child)
                if each is not None and id(each) not in found:
                    found[id(each)] = each
                    open_.append(each)
        return list(found.values())


def _children_after(
    desired: DesiredObject, current: CustomRole | None, role: CustomRole, known: Known
) -> tuple[Role, ...] | None:
    """Return the roles that it is to include, `None` if the task does not manage them.

    :param role: as it is to be in addition to them.
    """
    named = desired.values.get("child_roles")
    if named is None:
        return None
    roles = RolesByName(known.roles)
    own = roles.find(current.as_role) if current is not None else None
    # A reading that leaves the kind out does not tell it; a role that is created without is one of people.
    is_api = role.flags.get("is_api", None if current is not None else False)
    remedy = "remove it" if current is not None or "is_api" in desired.values else "remove it, or set is_api: true"
    children, wrong = [], []
    for name in named:
        child = roles.by_name.get(name)
        if name in (desired.name, role.role_name) or (child is not None and child is own):
            wrong.append(f'"{name}" is the role itself, which cannot include itself; remove it')
        elif child is None:
            wrong.append(there_is_no("role", name, roles.by_name))
        elif is_api is not None and child.flags.get("is_api", is_api) != is_api:
            wrong.append(f'"{name}" is a role of {_whose(not is_api)}, and this is one of {_whose(is_api)}; {remedy}')
        elif own is not None and own in roles.included_in(child):
            wrong.append(f'"{name}" includes "{role.name}" already, and roles cannot include each other; remove it')
        else:
            children.append(child.as_role)
    refuse(desired, {"child_roles": wrong})
    return tuple(sorted(set(children), key=lambda each: each.title))


def _permissions_after(
    desired: DesiredObject, current: CustomRole | None, known: Known
) -> tuple[Permission, ...] | None:
    named = desired.values.get("permissions")
    if named is None:
        return None
    current_permissions = {permission.name: permission for permission in (current.permissions or ())} if current else {}
    assignable = [name for name, permission in known.permissions.items() if permission.assignable]
    wrong = []
    for name in named:
        if name in current_permissions:
            continue
        if name not in known.permissions:
            wrong.append(there_is_no("permission", name, assignable))
        elif not known.permissions[name].assignable:
            wrong.append(f'the permission "{name}" cannot be given to custom roles; remove it')
    refuse(desired, {"permissions": wrong})
    return tuple(current_permissions.get(name) or Permission(name) for name in named)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Roles as they are managed: names, permissions and flags."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._model.reports import as_list
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    BY_NAME,
    BY_TITLE,
    NEEDS_SCAN,
    SPELLINGS,
    Role,
    known_role,
)

# Options of a role that are either set or not.
ROLE_FLAGS = ("ignore_team_restrictions", "team_admin_manageable", "jit_assignable", "jit_assignable_default")


@dataclass(frozen=True)
class Permission:
    """A permission of a role.

    :param types: for what it is given (for example reading), `None` where that is left to the server.
    :param assignable: it can be given to custom roles.
    """

    name: str
    types: tuple[str, ...] | None = field(default=None, compare=False)
    assignable: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class CustomRole:
    """What one reading of a role, built in or custom, carries.

    :param name: display name (`role_description` of the Identity API).
    :param role_name: short name, `None` for a role that is only planned and leaves it to the server.
    :param role_id: GUID, `None` for a role that is only planned.
    :param permissions: `None` where the reading does not report them.
    :param flags: `is_api` and those of ROLE_FLAGS that the reading carries.
    :param facts: what cannot be managed: `is_scan_type`, `requires_token`, `disabled`.
    :param child_roles: the roles that it includes, `None` where the reading does not report them.
    """

    name: str
    role_name: str | None = None
    role_id: str | None = None
    permissions: tuple[Permission, ...] | None = None
    flags: t.Mapping[str, bool] = field(default_factory=dict)
    facts: t.Mapping[str, t.Any] = field(default_factory=dict)
    child_roles: tuple[Role, ...] | None = None

    @property
    def key(self) -> str:
        """What identifies it: the short name where there is one."""
        return self.role_name or self.name

    @property
    def as_role(self) -> Role:
        """The role as accounts and other roles hold it."""
        return known_role(self.role_name, self.name, is_api=self.flags.get("is_api"))

    @property
    def handle(self) -> str | None:
        """What the API addresses it by."""
        return self.role_id

    @property
    def is_custom(self) -> bool:
        """Whether it is none of the known built-in roles; the API does not tell."""
        return self.role_name not in BY_NAME and SPELLINGS.get(self.name, self.name) not in BY_TITLE

    @property
    def lost(self) -> dict[str, t.Any]:
        """What is set."""
        return {option: value for option, value in self.values_and_lists.items() if value not in (None, ())}

    def updated(self, other: CustomRole) -> CustomRole:
        """Return this reading with what the other, later one reports written over it."""
        return replace(
            other,
            role_id=other.role_id or self.role_id,
            permissions=other.permissions if other.permissions is not None else self.permissions,
            flags={**self.flags, **other.flags},
            # An answer may give one name only of a role that it includes.
            child_roles=other.child_roles
            if other.child_roles is not None and not are_same(self.child_roles, other.child_roles)
            else self.child_roles,
        )

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """All values that the reading carries."""
        values: dict[str, t.Any] = {"name": self.name, **self.flags}
        if self.role_name is not None:
            values["role_name"] = self.role_name
        if self.permissions is not None:
            values["permissions"] = tuple(sorted(permission.name for permission in self.permissions))
        if self.child_roles is not None:
            values["child_roles"] = tuple(sorted(role.title for role in self.child_roles))
        return values


def are_same(roles: t.Collection[Role] | None, others: t.Collection[Role] | None) -> bool:
    """Tell whether two readings of child roles mean the same ones; either may give one name only of each."""
    if roles is None or others is None or len(roles) != len(others):
        return False
    names = [{role.key, role.title} for role in others]
    return all(any({role.key, role.title} & each for each in names) for role in roles)


def report_role(role: CustomRole, included: t.Collection[CustomRole] = ()) -> dict[str, t.Any]:
    """Return the role in the one form in which modules return it; what was not read is `None`.

    :param included: the roles that it includes, however deep.
    """
    values = role.values_and_lists
    return {
        "name": role.name,
        "role_name": role.role_name,
        "role_id": role.role_id,
        "is_custom": role.is_custom,
        "is_api": values.get("is_api"),
        "is_scan_type": role.facts.get("is_scan_type"),
        "permissions": as_list(values.get("permissions")),
        "child_roles": as_list(values.get("child_roles")),
        **{flag: values.get(flag) for flag in ROLE_FLAGS},
        "requires_token": role.facts.get("requires_token"),
        "disabled": role.facts.get("disabled"),
        "needs": _needs((role, *included)),
    }


_SCANNERS = {
    False: {"Creator", "Security Lead", "Submitter"},
    True: {"Upload API - Submit Only", "Upload and Scan API"},
}


def _needs(roles: t.Collection[CustomRole]) -> list[str]:
    """Return what an account with these roles needs in addition to them, of what is documented for built-in roles."""
    titles = {role.name for role in roles}
    has_scan = any(role.facts.get("is_scan_type") for role in roles)
    needs: dict[str, None] = {}
    for role in roles:
        is_api = bool(role.flags.get("is_api"))
        if role.role_name in NEEDS_SCAN and not has_scan:
            needs["a scan permission, such as " + ("Any Scan (API)" if is_api else "Any Scan")] = None
        if role.facts.get("is_scan_type") and not titles & _SCANNERS[is_api]:
            needs[f"one of {', '.join(sorted(_SCANNERS[is_api]))}"] = None
        if role.role_name == "deletescans" and not titles & {"Creator", "Security Lead"}:
            needs["one of Creator, Security Lead"] = None
        if role.role_name == "teamAdmin":
            needs.update(dict.fromkeys(("a team that the account manages", "not to be held with Administrator")))
    return list(needs)

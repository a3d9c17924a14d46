# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The two vocabularies of roles, for the filters role_name and role_description."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.module_utils._model.role import BUILT_IN, Role, RoleCatalog
from ansible_collections.community.veracode.plugins.plugin_utils.names import name_error, quoted


def translate(value: t.Any, custom: t.Any, to: str) -> t.Any:
    """Return the name of a role, or of each role in a list, in the other vocabulary.

    :param custom: custom roles as veracode_role_info returns them.
    :param to: `name` or `description`.
    :raises AnsibleFilterError: the input is not a name, or no role has it.
    """
    catalog = RoleCatalog([*BUILT_IN, *_custom_roles(custom, to)])
    if isinstance(value, str):
        return _translated(value, catalog, to)
    if isinstance(value, (list, tuple)):
        return [_translated(each, catalog, to) for each in value]
    raise AnsibleFilterError(
        f"role_{to}: the input is of type {type(value).__name__}; give the name of a role or a list of names"
    )


def _custom_roles(custom: t.Any, to: str) -> list[Role]:
    if not custom:
        return []
    if not isinstance(custom, (list, tuple)) or not all(isinstance(role, Mapping) for role in custom):
        raise AnsibleFilterError(
            f"role_{to}: roles: not a list of roles; give the list roles of what veracode_role_info returned"
        )
    return [
        Role(role.get("role_name"), str(role.get("name") or role.get("role_name")))
        for role in custom
        if role.get("name") or role.get("role_name")
    ]


def _translated(name: t.Any, catalog: RoleCatalog, to: str) -> str:
    role = catalog.find(name) if isinstance(name, str) else None
    if role is None:
        wrong = name_error(name) if isinstance(name, str) else None
        if wrong is not None:
            raise AnsibleFilterError(f"role_{to}: {wrong}")
        hint = did_you_mean(str(name), catalog.names(), "name a role of Veracode's, or give custom ones in roles")
        raise AnsibleFilterError(f"role_{to}: unknown role {quoted(str(name))}{hint}")
    if to == "description":
        return role.title
    if role.name is None:
        raise AnsibleFilterError(
            f"role_name: no short name is known for {quoted(role.title)}; read it with veracode_role_info"
        )
    return role.name

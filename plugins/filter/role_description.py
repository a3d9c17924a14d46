# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: role_description
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Return the display name of a role
description:
  - Converts short names of roles (C(extseclead)), as the Identity REST API and its scripts use them, into display names
    (C(Security Lead)). A display name is returned unchanged.
  - The modules of this collection accept both names. Use the filter for reports and for other tools.
  - Knows the built-in roles, the spellings in Veracode's documentation, and the custom roles in O(roles). An unknown name is an error.
positional: _input
options:
  _input:
    description:
      - Name of a role, or a list of names.
    type: raw
    required: true
  roles:
    description:
      - Custom roles from M(community.veracode.veracode_role_info).
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Translate a role
  ansible.builtin.debug:
    msg: "{{ 'extseclead' | community.veracode.role_description }}"
  # => Security Lead

- name: Read the roles of the organization
  community.veracode.veracode_role_info:
  register: organization

- name: Translate a list of roles, including custom roles
  ansible.builtin.debug:
    msg: "{{ ['extseclead'] | community.veracode.role_description(roles=organization.roles) }}"
"""

RETURN = r"""
_value:
  description:
    - The display name, or the list of them if a list was given.
  type: raw
  sample: Security Lead
"""

import typing as t

from ansible_collections.community.veracode.plugins.plugin_utils.filters import veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.role_names import translate


@veracode_filter
def role_description(value: t.Any, roles: t.Any = None) -> t.Any:
    """Return the display name of each role."""
    return translate(value, roles, "description")


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"role_description": role_description}

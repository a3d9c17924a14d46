#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_role_info
short_description: List built-in and custom roles on Veracode
version_added: 1.0.0
description:
  - Returns the roles that match all filters that are given, or all roles of the organization, built in and custom, with both of their
    names and with what each needs.
  - A listing may carry less than the role itself, and what it does not carry is V(null). Use O(detailed) to read everything, at a call for
    each role that the listing tells too little of.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  name:
    description: Only the role of this display name or short name, which is exact. It is read with its permissions and all flags.
    type: str
  is_api:
    description: Only roles of API service accounts, or only roles of people.
    type: bool
  is_custom:
    description: Only custom roles, or only those that Veracode defines.
    type: bool
  detailed:
    description: Whether each role is read with its permissions and all flags.
    type: bool
    default: false
seealso:
  - module: community.veracode.veracode_role
  - module: community.veracode.veracode_user_info
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: List the roles that API service accounts can have
  community.veracode.veracode_role_info:
    is_api: true
  register: api_roles

- name: Show what the custom roles permit
  community.veracode.veracode_role_info:
    is_custom: true
    detailed: true
  register: custom_roles
"""

RETURN = r"""
roles:
  description: The roles, sorted by display name. What the listing does not report is V(null).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The display name.
      type: str
    role_name:
      description: The short name.
      type: str
    role_id:
      description: The GUID of the role.
      type: str
    is_custom:
      description: Whether the role is none of those that Veracode is known to define. The API does not tell.
      type: bool
    is_api:
      description: Whether it is a role of API service accounts.
      type: bool
    is_scan_type:
      description: Whether it is a scan permission.
      type: bool
    permissions:
      description: Names of its permissions, sorted.
      type: list
      elements: str
    child_roles:
      description: Display names of the roles that the role includes, sorted.
      type: list
      elements: str
    ignore_team_restrictions:
      description: Whether an account with this role is not restricted to its teams.
      type: bool
    team_admin_manageable:
      description: Whether a team admin can give the role.
      type: bool
    jit_assignable:
      description: Whether just-in-time provisioning can give the role.
      type: bool
    jit_assignable_default:
      description: Whether just-in-time provisioning gives the role by default.
      type: bool
    requires_token:
      description: Whether the role requires multi-factor authentication.
      type: bool
    disabled:
      description: Whether the role is switched off in the organization.
      type: bool
    needs:
      description: What an account with this role needs beside it, as far as Veracode documents it. Nothing is known of custom roles.
      type: list
      elements: str
  sample:
    - name: Auditor
      role_name: customauditor
      role_id: 00000000-0000-0000-0000-000000000004
      is_custom: true
      is_api: false
      is_scan_type: false
      permissions: [viewReports, viewResults]
      child_roles: []
      ignore_team_restrictions: true
      team_admin_manageable: false
      jit_assignable: true
      jit_assignable_default: false
      requires_token: false
      disabled: false
      needs: []
count:
  description: How many roles matched.
  returned: success
  type: int
  sample: 1
complete:
  description: Whether the listing agrees with the server's own total. If not, roles may be missing.
  returned: success
  type: bool
  sample: true
calls:
  description: How many calls were sent, each attempt counted, by what they mean and not by their HTTP method.
  returned: always
  type: dict
  contains:
    reads:
      description: Calls that read.
      type: int
    writes:
      description: Calls that change something.
      type: int
  sample:
    reads: 2
    writes: 0
failure:
  description: What went wrong. Holds what applies of the following.
  returned: failure
  type: dict
  contains:
    kind:
      description: The kind of object.
      type: str
    name:
      description: The name of the object.
      type: str
    option:
      description: The option at fault.
      type: str
    value:
      description: The value at fault.
      type: raw
    msg:
      description: What happened, and what to do.
      type: str
    status:
      description: The HTTP status of the refusal.
      type: int
    method:
      description: The HTTP method of the refused call.
      type: str
    path:
      description: The path of the refused call.
      type: str
    request_id:
      description: Veracode's id of the call, for its support.
      type: str
  sample:
    msg: 'Could not list the roles (HTTP 403): Access denied.'
    status: 403
    method: GET
    path: /api/authn/v2/roles
"""

from ansible_collections.community.veracode.plugins.module_utils._module.role_info import ROLE_INFO
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(ROLE_INFO)


if __name__ == "__main__":
    main()

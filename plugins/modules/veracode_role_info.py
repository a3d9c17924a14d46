#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_role_info
short_description: List built-in and custom roles
version_added: 1.0.0
description:
  - Returns the roles that match all filters, or all roles, with both names, their flags and what each role needs.
  - Values that a listing does not include are V(null). Use O(detailed) to read them, at a call for each such role.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  name:
    description: Return only the role with this display name or short name, which is case-sensitive, with all its values.
    type: str
  is_api:
    description: Return only roles for API users, or only roles for users.
    type: bool
  is_custom:
    description: Return only custom roles, or only built-in roles.
    type: bool
  detailed:
    description: Whether to read the permissions and all flags of each role.
    type: bool
    default: false
seealso:
  - module: community.veracode.veracode_role
  - module: community.veracode.veracode_user_info
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: List the roles for API users
  community.veracode.veracode_role_info:
    is_api: true
  register: api_roles

- name: List the custom roles with their permissions
  community.veracode.veracode_role_info:
    is_custom: true
    detailed: true
  register: custom_roles
"""

RETURN = r"""
roles:
  description: The roles, sorted by display name. Values that were not read are V(null).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Display name.
      type: str
    role_name:
      description: Short name.
      type: str
    role_id:
      description: GUID of the role.
      type: str
    is_custom:
      description: Whether the role is not one of the known built-in roles. The API does not report this.
      type: bool
    is_api:
      description: Whether it is a role for API users.
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
      description: Whether accounts with this role are not restricted to their teams.
      type: bool
    team_admin_manageable:
      description: Whether team admins can assign the role.
      type: bool
    jit_assignable:
      description: Whether just-in-time provisioning can assign the role.
      type: bool
    jit_assignable_default:
      description: Whether just-in-time provisioning assigns the role by default.
      type: bool
    requires_token:
      description: Whether the role requires multi-factor authentication.
      type: bool
    disabled:
      description: Whether the role is switched off in the organization.
      type: bool
    needs:
      description: What an account with this role also needs, as documented by Veracode for built-in roles. Of a custom role, what its child roles need.
      type: list
      elements: str
  sample:
    - name: Auditor
      role_name: auditor
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
  description: Whether the listing matches the server's total. If not, roles may be missing.
  returned: success
  type: bool
  sample: true
calls:
  description: Number of calls that were sent, including retries. Reading with a POST counts as a read.
  returned: always
  type: dict
  contains:
    reads:
      description: Number of reading calls.
      type: int
    writes:
      description: Number of writing calls.
      type: int
  sample:
    reads: 2
    writes: 0
failure:
  description: Details of the error. Contains the values that apply.
  returned: failure
  type: dict
  contains:
    kind:
      description: Kind of the object.
      type: str
    name:
      description: Name of the object.
      type: str
    option:
      description: Option that caused the error.
      type: str
    value:
      description: Value that caused the error.
      type: raw
    msg:
      description: The error message.
      type: str
    status:
      description: HTTP status of the answer.
      type: int
    method:
      description: HTTP method of the call.
      type: str
    path:
      description: Path of the call.
      type: str
    request_id:
      description: Veracode's ID of the call, for its support.
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

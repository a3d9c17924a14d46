#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_role
short_description: Manage custom roles
version_added: 1.0.0
description:
  - Creates, updates, renames and deletes custom roles. Uses the Identity REST API.
  - Built-in roles cannot be changed. Use M(community.veracode.veracode_role_info) to list both.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.actiongroup_veracode
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - State of the role.
      - V(present) creates or updates it.
      - V(absent) deletes it. Veracode may refuse this while accounts have the role. Only O(name) is used.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Display name, case-sensitive. It selects the role.
    type: str
    required: true
  role_name:
    description:
      - Short name. If omitted, a new role gets the letters and digits of O(name) in lower case.
      - The name of another role is refused.
    type: str
  previously:
    description:
      - Former display names. A role with one of these is renamed to O(name).
      - It is an error if roles exist under two of the names.
    type: list
    elements: str
  permissions:
    description:
      - Names of exactly the permissions of the role. Required to create a role. The list must not be empty.
    type: list
    elements: str
  child_roles:
    description:
      - Display or short names of exactly the roles that this role includes. An empty list clears it.
      - Roles that include each other, and roles of users and API users together, are refused.
      - Accounts need what the included roles need.
    type: list
    elements: str
  is_api:
    description:
      - Whether it is a role for API users. It cannot be changed later.
    type: bool
  ignore_team_restrictions:
    description:
      - Whether accounts with this role are not restricted to their teams.
    type: bool
  team_admin_manageable:
    description:
      - Whether team admins can assign the role.
    type: bool
  jit_assignable:
    description:
      - Whether just-in-time provisioning can assign the role.
    type: bool
  jit_assignable_default:
    description:
      - Whether just-in-time provisioning assigns the role by default.
    type: bool
seealso:
  - module: community.veracode.veracode_role_info
  - module: community.veracode.veracode_user
  - module: community.veracode.veracode_api_user
notes:
  - Options that are omitted or null are not managed. Values are never trimmed.
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Create a role for auditors
  community.veracode.veracode_role:
    name: Auditor
    permissions:
      - viewReports
      - viewResults
    ignore_team_restrictions: true

- name: Create a role that includes another role
  community.veracode.veracode_role:
    name: Lead Auditor
    permissions:
      - viewReports
    child_roles:
      - Security Insights

- name: Rename a role
  community.veracode.veracode_role:
    name: Internal Auditor
    previously:
      - Auditor

- name: Delete a role
  community.veracode.veracode_role:
    name: Internal Auditor
    state: absent
"""

RETURN = r"""
role:
  description: Role after the run, in check mode as planned. V(null) if there is none. Values that were not read are V(null).
  returned: success
  type: dict
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
    name: Auditor
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
actions:
  description:
    - Actions that were taken, in check mode planned.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update), V(rename) or V(delete). V(rename) may include other changes.
      type: str
    kind:
      description: Kind of the object.
      type: str
    name:
      description: Name after the run.
      type: str
    fields:
      description: Options that differed, sorted. Empty for V(delete).
      type: list
      elements: str
  sample:
    - action: update
      kind: role
      name: Auditor
      fields: [permissions]
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
    writes: 1
diff:
  description: Managed options that differ.
  returned: success
  type: dict
  contains:
    before_header:
      description: Kind and name of the object before the run.
      type: str
    after_header:
      description: Kind and name of the object after the run.
      type: str
    before:
      description: Values before the run. Empty if it is created.
      type: dict
    after:
      description: Planned values. Empty if it is deleted.
      type: dict
  sample:
    before_header: role Auditor
    after_header: role Auditor
    before:
      permissions: [viewReports]
    after:
      permissions: [viewReports, viewResults]
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
    kind: role
    name: Auditor
    option: permissions
    value: [viewReprots]
    msg: 'permissions: there is no permission "viewReprots", did you mean "viewReports"?'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.role import ROLE
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(ROLE)


if __name__ == "__main__":
    main()

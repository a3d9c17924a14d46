#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_role
short_description: Manage a custom role on Veracode
version_added: 1.0.0
description:
  - Creates, updates, renames and deletes a custom role. Only what differs is written.
  - The roles that Veracode defines cannot be changed. M(community.veracode.veracode_role_info) lists both kinds.
  - Uses the Identity REST API. A converged task costs one call that lists the roles, and one that reads this one where the listing does
    not carry all that is managed.
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
      - What is wanted. With V(absent) only O(name) counts, other options are not applied.
      - With V(present), the role exists and has what the other options say.
      - With V(absent), the role does not exist. Veracode may refuse to delete one that accounts hold.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The display name. It selects the role. Names are exact; a name that differs only in case from that of another role is an error.
    type: str
    required: true
  role_name:
    description:
      - The short name. It is left to Veracode if this is omitted.
    type: str
  previously:
    description:
      - Former display names. The role is found under O(name), or else under one of these, and then renamed.
      - That two of the names exist is an error.
    type: list
    elements: str
  permissions:
    description:
      - Names of the permissions. Needed to create a role.
      - The role has exactly these. A set; the order does not matter. An empty list is refused.
      - A permission that stays keeps what it is given for; for a new one that is left to Veracode.
    type: list
    elements: str
  child_roles:
    description:
      - Names of the roles that it includes, by display name or short name. The role has exactly these; an empty list clears.
      - The role itself, a role that includes it, and a role of the other kind of accounts are refused.
    type: list
    elements: str
  is_api:
    description:
      - Whether it is a role of API service accounts. It cannot be changed later.
    type: bool
  ignore_team_restrictions:
    description:
      - Whether an account with this role is not restricted to its teams.
    type: bool
  team_admin_manageable:
    description:
      - Whether a team admin can give the role.
    type: bool
  jit_assignable:
    description:
      - Whether just-in-time provisioning can give the role.
    type: bool
  jit_assignable_default:
    description:
      - Whether just-in-time provisioning gives the role by default.
    type: bool
seealso:
  - module: community.veracode.veracode_role_info
  - module: community.veracode.veracode_user
  - module: community.veracode.veracode_api_user
notes:
  - An option that is omitted or null is not managed. No value is trimmed.
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Make sure that there is a role for auditors
  community.veracode.veracode_role:
    name: Auditor
    permissions:
      - viewReports
      - viewResults
    ignore_team_restrictions: true

- name: A role that includes another one
  community.veracode.veracode_role:
    name: Lead Auditor
    permissions:
      - viewReports
    child_roles:
      - Security Insights

- name: Rename the role
  community.veracode.veracode_role:
    name: Internal Auditor
    previously:
      - Auditor

- name: Remove the role
  community.veracode.veracode_role:
    name: Internal Auditor
    state: absent
"""

RETURN = r"""
role:
  description: The role as it is after the run, as it would be in check mode, V(null) if there is none. What was not read is V(null).
  returned: success
  type: dict
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
    name: Auditor
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
actions:
  description:
    - What was done, or in check mode would be done.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update), V(rename) or V(delete). A renaming with other changes is one V(rename) that lists them.
      type: str
    kind:
      description: What it was done to.
      type: str
    name:
      description: The name after the run.
      type: str
    fields:
      description: The options that differed, sorted. Empty for V(delete).
      type: list
      elements: str
  sample:
    - action: update
      kind: role
      name: Auditor
      fields: [permissions]
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
    writes: 1
diff:
  description: The managed options that differ, before and after.
  returned: success
  type: dict
  contains:
    before_header:
      description: Whose the values before are, kind and name; of a rename the old name.
      type: str
    after_header:
      description: Whose the values after are, kind and name.
      type: str
    before:
      description: Their values before the run. Empty for a creation.
      type: dict
    after:
      description: Their values as planned. Empty for a deletion.
      type: dict
  sample:
    before_header: role Auditor
    after_header: role Auditor
    before:
      permissions: [viewReports]
    after:
      permissions: [viewReports, viewResults]
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

#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_directory_info
short_description: Export a whole organization
version_added: 1.0.0
description:
  - Returns business units, teams, users and API users in the form that M(community.veracode.veracode_directory) accepts, to be edited and
    applied, or kept as a snapshot.
  - The result is sorted. Applying it unchanged changes nothing. Empty values are included, so that applying it clears them.
  - An export does not include GUIDs and secrets. A deleted API user that is restored from it needs a new key pair.
  - Reads each account with a call of its own, unless the listing includes everything.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  kinds:
    description:
      - Kinds of objects to export. Defaults to all. An empty list reads only RV(organization).
      - Without users or API users, teams include their members and managers. Without teams, business units include their teams.
    type: list
    elements: str
    choices: [business_units, teams, users, api_users]
  compact:
    description:
      - Whether to omit empty values. Applying such an export does not clear anything.
    type: bool
    default: false
seealso:
  - module: community.veracode.veracode_directory
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Export the organization
  community.veracode.veracode_directory_info:
  register: export

- name: Write the export to a file
  ansible.builtin.copy:
    content: "{{ export.directory | to_nice_yaml }}"
    dest: "{{ lookup('env', 'HOME') }}/organization.yml"
    mode: "0600"

- name: Restore the organization from the export
  community.veracode.veracode_directory:
    business_units: "{{ export.directory.business_units }}"
    teams: "{{ export.directory.teams }}"
    users: "{{ export.directory.users }}"
    api_users: "{{ export.directory.api_users }}"
"""

RETURN = r"""
directory:
  description: The organization, in the form that M(community.veracode.veracode_directory) accepts.
  returned: success
  type: dict
  contains:
    business_units:
      description: The business units.
      type: list
      elements: dict
      returned: when exported
    teams:
      description: The teams.
      type: list
      elements: dict
      returned: when exported
    users:
      description: The users.
      type: list
      elements: dict
      returned: when exported
    api_users:
      description: The API users.
      type: list
      elements: dict
      returned: when exported
  sample:
    business_units:
      - name: Payments
        state: present
    teams:
      - name: Web Shop
        business_unit: Payments
    users:
      - username: regina@example.com
        first_name: Regina
        last_name: Monarch
        email_address: regina@example.com
        phone: ""
        roles: [Any Scan, Creator]
        teams: [Web Shop]
        managed_teams: []
        login_enabled: true
        active: true
        requires_token: false
        has_ip_restrictions: false
        custom_one: ""
        custom_two: ""
        custom_three: ""
        custom_four: ""
        custom_five: ""
    api_users: []
complete:
  description: Whether the listings match the server's totals. If not, objects may be missing.
  returned: success
  type: bool
  sample: true
organization:
  description: The organization of the calling account.
  returned: success
  type: dict
  contains:
    host:
      description: Host of the API.
      type: str
    id:
      description: GUID of the organization, V(null) if Veracode does not report it.
      type: str
    name:
      description: Name of the organization, V(null) if Veracode does not report it.
      type: str
  sample:
    host: api.veracode.com
    id: 00000000-0000-0000-0000-000000000002
    name: Example Ltd
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
failure:
  description: Details of the error. Contains the values that apply.
  returned: failure
  type: dict
  contains:
    place:
      description: Location in the input.
      type: str
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
    kind: user
    name: regina@example.com
    option: roles
    value: [Reveiwer]
    msg: 'roles: unknown role "Reveiwer", did you mean "Reviewer"?'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.directory_info import DIRECTORY_INFO
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(DIRECTORY_INFO)


if __name__ == "__main__":
    main()

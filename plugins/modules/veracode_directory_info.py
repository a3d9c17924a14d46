#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_directory_info
short_description: Export a whole Veracode organization
version_added: 1.0.0
description:
  - Returns business units, teams, people and API service accounts in the form that M(community.veracode.veracode_directory) takes, so that
    it can be kept in git, edited and applied, or kept as a snapshot and restored.
  - The result is sorted and stable. Applied as it is, it changes nothing. What is empty is exported, too, so that it is emptied again.
  - A deleted account that is restored from an export gets a new GUID and needs a new key pair. Titles are exported only where the API
    reports them. A person who has become a SAML user stays one.
  - Reads the details of every account, at a call for each, unless the listing carries everything.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  kinds:
    description:
      - What to export.
      - If people or API service accounts are left out, teams tell their members and managers themselves; if teams are left out, business units
        tell their teams.
      - If not given, everything is exported. An empty list reads only RV(organization).
    type: list
    elements: str
    choices: [business_units, teams, users, api_users]
  compact:
    description:
      - Whether to leave out what is unset. Such an export is shorter to read and edit, and applied it does not empty what was filled since.
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

- name: Keep it in a file
  ansible.builtin.copy:
    content: "{{ export.directory | to_nice_yaml }}"
    dest: "{{ lookup('env', 'HOME') }}/organization.yml"
    mode: "0600"

- name: Put everything back as it was
  community.veracode.veracode_directory:
    business_units: "{{ export.directory.business_units }}"
    teams: "{{ export.directory.teams }}"
    users: "{{ export.directory.users }}"
    api_users: "{{ export.directory.api_users }}"
"""

RETURN = r"""
directory:
  description: The organization, in the form that M(community.veracode.veracode_directory) takes.
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
      description: The accounts of people.
      type: list
      elements: dict
      returned: when exported
    api_users:
      description: The API service accounts.
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
  description: Whether all that was listed agrees with the server's own totals. If not, objects may be missing.
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
failure:
  description: What went wrong. Holds what applies of the following.
  returned: failure
  type: dict
  contains:
    place:
      description: Where in the input.
      type: str
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

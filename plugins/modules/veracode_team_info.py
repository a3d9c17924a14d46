#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_team_info
short_description: List teams
version_added: 1.0.0
description:
  - Returns the teams that match all filters, or all teams.
  - Listings do not include members and managers. Use O(detailed) to read them, at a call for each team.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  name:
    description: Return only the team with this name, which is case-sensitive, including its members and managers.
    type: str
  business_unit:
    description: Return only the teams in this business unit. An unknown business unit is an error.
    type: str
  detailed:
    description: Whether to read members and managers, at a call for each team.
    type: bool
    default: false
seealso:
  - module: community.veracode.veracode_team
  - module: community.veracode.veracode_business_unit_info
  - module: community.veracode.veracode_user_info
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: List all teams
  community.veracode.veracode_team_info:
  register: all_teams

- name: Get the members of a team
  community.veracode.veracode_team_info:
    name: Payments
    detailed: true
  register: payments
"""

RETURN = r"""
teams:
  description: The teams, sorted by name. Values that were not read are V(null).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name.
      type: str
    team_id:
      description: GUID of the team.
      type: str
    business_unit:
      description: Name of the business unit the team is in.
      type: str
    members:
      description: Usernames of all members, including managers, sorted.
      type: list
      elements: str
    managers:
      description: Usernames of the managers, sorted.
      type: list
      elements: str
    member_only:
      description: Whether only members can see what the team has.
      type: bool
    created:
      description: Time of the creation.
      type: str
    modified:
      description: Time of the last change.
      type: str
  sample:
    - name: Payments
      team_id: 00000000-0000-0000-0000-000000000002
      business_unit: Finance
      members: [regina@example.com, ted@example.com]
      managers: [ted@example.com]
      member_only: false
      created: "2026-01-31T12:00:00Z"
      modified: "2026-02-28T12:00:00Z"
count:
  description: How many teams matched.
  returned: success
  type: int
  sample: 1
complete:
  description: Whether the listing matches the server's total. If not, teams may be missing.
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
    option: business_unit
    value: Finanse
    msg: 'business_unit: there is no business unit "Finanse", did you mean "Finance"?'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.team_info import TEAM_INFO
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(TEAM_INFO)


if __name__ == "__main__":
    main()

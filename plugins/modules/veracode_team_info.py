#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_team_info
short_description: List teams on Veracode
version_added: 1.0.0
description:
  - Returns the teams that match all filters that are given, or all teams of the organization.
  - A listing does not tell who is in a team. Use O(detailed) to read that, at a call for each team.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  name:
    description: Only the team of this name, which is exact. It is read with its members and managers.
    type: str
  business_unit:
    description: Only teams in this business unit. It has to exist.
    type: str
  detailed:
    description: Whether each team is read with its members and managers, at a call for each.
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
- name: List every team
  community.veracode.veracode_team_info:
  register: all_teams

- name: Show who is in a team
  community.veracode.veracode_team_info:
    name: Payments
    detailed: true
  register: payments
"""

RETURN = r"""
teams:
  description: The teams, sorted by name. What the listing does not report is V(null).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
    team_id:
      description: The GUID of the team.
      type: str
    business_unit:
      description: Name of the business unit the team is in.
      type: str
    members:
      description: Usernames of everybody in the team, managers too, sorted.
      type: list
      elements: str
    managers:
      description: Usernames of those who manage the team, sorted.
      type: list
      elements: str
    member_only:
      description: Whether Veracode shows what the team has to its members only.
      type: bool
    created:
      description: When the team was created.
      type: str
    modified:
      description: When the team was changed last.
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
  description: Whether the listing agrees with the server's own total. If not, teams may be missing.
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

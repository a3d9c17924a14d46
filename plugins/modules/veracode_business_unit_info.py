#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_business_unit_info
short_description: List business units on Veracode
version_added: 1.0.0
description:
  - Returns the business unit of the name that is given, or all business units.
  - A listing does not tell which teams are in a business unit. Use O(detailed) to read that, at a call for each business unit.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  name:
    description: Only the business unit of this name, which is exact. It is read with its teams.
    type: str
  detailed:
    description: Whether each business unit is read with its teams, at a call for each.
    type: bool
    default: false
seealso:
  - module: community.veracode.veracode_business_unit
  - module: community.veracode.veracode_team_info
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: List every business unit with its teams
  community.veracode.veracode_business_unit_info:
    detailed: true
  register: structure
"""

RETURN = r"""
business_units:
  description: The business units, sorted by name. What the listing does not report is V(null).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
    business_unit_id:
      description: The GUID of the business unit.
      type: str
    is_default:
      description: Whether it is the business unit of teams that are in no other.
      type: bool
    teams:
      description: Names of its teams, sorted.
      type: list
      elements: str
  sample:
    - name: Finance
      business_unit_id: 00000000-0000-0000-0000-000000000003
      is_default: false
      teams: [Billing, Payments]
count:
  description: How many business units matched.
  returned: success
  type: int
  sample: 1
complete:
  description: Whether the listing agrees with the server's own total. If not, business units may be missing.
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
    msg: 'Could not list the business units (HTTP 403): Access denied.'
    status: 403
    method: GET
    path: /api/authn/v2/business_units
"""

from ansible_collections.community.veracode.plugins.module_utils._module.business_unit_info import BUSINESS_UNIT_INFO
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(BUSINESS_UNIT_INFO)


if __name__ == "__main__":
    main()

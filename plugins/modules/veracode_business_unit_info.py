#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_business_unit_info
short_description: List business units
version_added: 1.0.0
description:
  - Returns one business unit, or all business units.
  - Listings do not include the teams. Use O(detailed) to read them, at a call for each business unit.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  name:
    description: Return only the business unit with this name, which is case-sensitive, including its teams.
    type: str
  detailed:
    description: Whether to read the teams, at a call for each business unit.
    type: bool
    default: false
seealso:
  - module: community.veracode.veracode_business_unit
  - module: community.veracode.veracode_team_info
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: List all business units with their teams
  community.veracode.veracode_business_unit_info:
    detailed: true
  register: structure
"""

RETURN = r"""
business_units:
  description: The business units, sorted by name. Values that were not read are V(null).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name.
      type: str
    business_unit_id:
      description: GUID of the business unit.
      type: str
    is_default:
      description: Whether it is the default business unit.
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
  description: Whether the listing matches the server's total. If not, business units may be missing.
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

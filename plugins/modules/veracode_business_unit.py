#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_business_unit
short_description: Manage business units
version_added: 1.0.0
description:
  - Creates, updates, renames and deletes business units. Uses the Identity REST API.
extends_documentation_fragment:
  - community.veracode.structure.business_unit
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
seealso:
  - module: community.veracode.veracode_business_unit_info
  - module: community.veracode.veracode_team
notes:
  - Options that are omitted or null are not managed. Values are never trimmed.
  - Veracode does not document what becomes of the teams of a business unit that is deleted. So a business unit is not deleted while it holds
    the only teams of an API user. Move the teams to another business unit first. Finding out costs a call for each of the teams, and one for
    each of their members.
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Create a business unit with two teams
  community.veracode.veracode_business_unit:
    name: Finance
    teams:
      - Billing
      - Payments

- name: Add a team
  community.veracode.veracode_business_unit:
    name: Finance
    teams:
      - Treasury
    teams_mode: add

- name: Rename a business unit
  community.veracode.veracode_business_unit:
    name: Finance and Law
    previously:
      - Finance

- name: Move all teams to another business unit
  community.veracode.veracode_business_unit:
    name: Operations
    teams:
      - Billing
      - Payments
      - Treasury
    teams_mode: add

- name: Delete the empty business unit
  community.veracode.veracode_business_unit:
    name: Finance and Law
    state: absent
"""

RETURN = r"""
business_unit:
  description: Business unit after the run, in check mode as planned. V(null) if there is none. Values that were not read are V(null).
  returned: success
  type: dict
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
    name: Finance
    business_unit_id: 00000000-0000-0000-0000-000000000003
    is_default: false
    teams: [Billing, Payments]
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
      kind: business_unit
      name: Finance
      fields: [teams]
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
    before_header: business_unit Finance
    after_header: business_unit Finance
    before:
      teams: [Billing]
    after:
      teams: [Billing, Payments]
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
    kind: business_unit
    name: Finance
    option: teams
    value: [Paymnets]
    msg: 'teams: there is no team "Paymnets", did you mean "Payments"?'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.business_unit import BUSINESS_UNIT
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(BUSINESS_UNIT)


if __name__ == "__main__":
    main()

#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_business_unit
short_description: Manage a business unit on Veracode
version_added: 1.0.0
description:
  - Creates, updates, renames and deletes a business unit. Only what differs is written, and any number of teams in one call.
  - Uses the Identity REST API. A converged task costs one call that lists the business units, and one that reads this one if O(teams) is
    managed.
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
      - With V(present), the business unit exists and has what the other options say.
      - With V(absent), the business unit does not exist. Veracode may refuse to delete one that has teams, and the default one cannot be
        deleted.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name. It selects the business unit. Names are exact; a name that differs only in case from that of another one is an error.
    type: str
    required: true
  previously:
    description:
      - Former names. The business unit is found under O(name), or else under one of these, and then renamed.
      - That two of the names exist is an error.
    type: list
    elements: str
  teams:
    description:
      - Names of the teams in the business unit. The names are exact, and the teams have to exist.
      - A set; the order does not matter. A team is in one business unit only, so one that is named here leaves the one it was in, and
        one that leaves this one goes to the default business unit.
      - Nothing can leave the default business unit this way.
    type: list
    elements: str
  teams_mode:
    description:
      - How O(teams) relates to the teams that are there.
      - With V(exact), exactly these teams are in the business unit.
      - With V(add), at least these teams are in the business unit.
      - With V(remove), none of these teams is in the business unit.
    type: str
    choices: [exact, add, remove]
    default: exact
seealso:
  - module: community.veracode.veracode_business_unit_info
  - module: community.veracode.veracode_team
notes:
  - An option that is omitted or null is not managed. No value is trimmed.
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Make sure that there is a business unit with these teams
  community.veracode.veracode_business_unit:
    name: Finance
    teams:
      - Billing
      - Payments

- name: Move one more team into it
  community.veracode.veracode_business_unit:
    name: Finance
    teams:
      - Treasury
    teams_mode: add

- name: Rename the business unit
  community.veracode.veracode_business_unit:
    name: Finance and Law
    previously:
      - Finance

- name: Move its teams into another business unit
  community.veracode.veracode_business_unit:
    name: Operations
    teams:
      - Billing
      - Payments
      - Treasury
    teams_mode: add

- name: Remove the business unit, which has no teams now
  community.veracode.veracode_business_unit:
    name: Finance and Law
    state: absent
"""

RETURN = r"""
business_unit:
  description: The business unit as it is after the run, as it would be in check mode, V(null) if there is none. What was not read is
    V(null).
  returned: success
  type: dict
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
    name: Finance
    business_unit_id: 00000000-0000-0000-0000-000000000003
    is_default: false
    teams: [Billing, Payments]
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
      kind: business_unit
      name: Finance
      fields: [teams]
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
    before_header: business_unit Finance
    after_header: business_unit Finance
    before:
      teams: [Billing]
    after:
      teams: [Billing, Payments]
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

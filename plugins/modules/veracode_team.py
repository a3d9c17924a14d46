#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_team
short_description: Manage teams
version_added: 1.0.0
description:
  - Creates, updates, renames and deletes teams. Uses the Identity REST API.
extends_documentation_fragment:
  - community.veracode.structure.team
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
  allow_unrestricted_api_users:
    description:
      - Whether API users may lose their last team, and so see every application. By default this is refused before anything is written.
    type: bool
    default: false
seealso:
  - module: community.veracode.veracode_team_info
  - module: community.veracode.veracode_business_unit
  - module: community.veracode.veracode_user
notes:
  - Options that are omitted or null are not managed. Values are never trimmed.
  - Names with leading or trailing blanks or with invisible characters are refused.
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Create a team in a business unit
  community.veracode.veracode_team:
    name: Payments
    business_unit: Finance

- name: Set members and managers
  community.veracode.veracode_team:
    name: Payments
    members:
      - regina@example.com
      - payments-pipeline
    managers:
      - ted@example.com

- name: Add a member
  community.veracode.veracode_team:
    name: Payments
    members:
      - wayne@example.com
    members_mode: add

- name: Rename a team
  community.veracode.veracode_team:
    name: Payments and Billing
    previously:
      - Payments

- name: Delete a team
  community.veracode.veracode_team:
    name: Payments and Billing
    state: absent
"""

RETURN = r"""
team:
  description: Team after the run, in check mode as planned. V(null) if there is none. Values that were not read are V(null).
  returned: success
  type: dict
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
    name: Payments
    team_id: 00000000-0000-0000-0000-000000000002
    business_unit: Finance
    members: [regina@example.com, ted@example.com]
    managers: [ted@example.com]
    member_only: false
    created: "2026-01-31T12:00:00Z"
    modified: "2026-02-28T12:00:00Z"
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
      kind: team
      name: Payments
      fields: [business_unit, members]
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
    before_header: team Payments
    after_header: team Payments
    before:
      business_unit: Not Specified
      members: [ted@example.com]
    after:
      business_unit: Finance
      members: [regina@example.com, ted@example.com]
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
    kind: team
    name: Payments
    option: members
    value: [regnia@example.com]
    msg: 'members: there is no account "regnia@example.com", did you mean "regina@example.com"?'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.team import TEAM
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(TEAM)


if __name__ == "__main__":
    main()

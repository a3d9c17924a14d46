#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_jit_settings
short_description: Manage the defaults of just-in-time provisioning on Veracode
version_added: 1.0.0
description:
  - With single sign-on, Veracode can create an account when a person logs in for the first time. These settings say what such an account
    gets if the identity provider says nothing about it.
  - An organization has one object of settings. Options that are not given stay as they are.
  - The organization needs SAML, and the calling account the Administrator or Admin API role.
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
      - What is wanted. With V(absent), no other option is applied.
      - With V(present), there are settings, and they have what the other options say.
      - With V(absent), there are no settings.
    type: str
    choices: [present, absent]
    default: present
  prefer_veracode_data:
    description:
      - Whether what is set in Veracode counts for accounts that exist, and not what the identity provider says at each login.
      - With V(false), Veracode may refuse changes of accounts by any module of this collection, as they are made in the identity provider.
      - Needed to create the settings.
    type: bool
  roles:
    description:
      - The roles of a new account, by display name or short name. A set, the order does not matter. An empty list is refused.
      - Scan permissions are named among them. If a role needs one and the task names none, the present ones are kept, and if there are none, Any Scan
        is added.
      - Needed to create the settings.
    type: list
    elements: str
  teams:
    description:
      - The teams of a new account, by their exact names. A set. An empty list clears it.
    type: list
    elements: str
  ip_restricted:
    description:
      - Whether a new account can be used from the O(allowed_ip_addresses) only. V(false) clears that list.
      - Needed to create the settings, unless O(allowed_ip_addresses) is given, which says it.
    type: bool
  allowed_ip_addresses:
    description:
      - The addresses from which a new account can be used, each a public IPv4 address, a wildcard V(74.0.0.*) or a range V(74.0.0.[0-99]). A
        set.
      - A list that is not empty implies O(ip_restricted=true), an empty one V(false).
    type: list
    elements: str
  use_csv_for_roles_claim:
    description:
      - Whether the claim for the roles holds one text of values with commas between them, not several values.
    type: bool
  use_csv_for_teams_claim:
    description:
      - Whether the claim for the teams holds one text of values with commas between them, not several values.
    type: bool
  use_csv_for_teams_managed_claim:
    description:
      - Whether the claim for the managed teams holds one text of values with commas between them, not several values.
    type: bool
  use_csv_for_ip_address_claim:
    description:
      - Whether the claim for the IP addresses holds one text of values with commas between them, not several values.
    type: bool
  custom_one:
    description:
      - Custom field 1 of a new account. V("") clears it.
    type: str
  custom_two:
    description:
      - Custom field 2 of a new account. V("") clears it.
    type: str
  custom_three:
    description:
      - Custom field 3 of a new account. V("") clears it.
    type: str
  custom_four:
    description:
      - Custom field 4 of a new account. V("") clears it.
    type: str
  custom_five:
    description:
      - Custom field 5 of a new account. V("") clears it.
    type: str
seealso:
  - module: community.veracode.veracode_user
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: New people may review, and belong to one team
  community.veracode.veracode_jit_settings:
    prefer_veracode_data: true
    ip_restricted: false
    roles:
      - Reviewer
    teams:
      - Web Shop

- name: Let the identity provider send roles as one text
  community.veracode.veracode_jit_settings:
    use_csv_for_roles_claim: true

- name: Take the settings away
  community.veracode.veracode_jit_settings:
    state: absent
"""

RETURN = r"""
jit_settings:
  description: The settings after the run, as they would be in check mode, V(null) if there are none.
  returned: success
  type: dict
  contains:
    prefer_veracode_data:
      description: Whether what is set in Veracode counts for accounts that exist.
      type: bool
    roles:
      description: Display names of the roles, sorted.
      type: list
      elements: str
    teams:
      description: Names of the teams, sorted.
      type: list
      elements: str
    ip_restricted:
      description: Whether a new account can be used from certain addresses only.
      type: bool
    allowed_ip_addresses:
      description: These addresses, sorted.
      type: list
      elements: str
    custom_one:
      description: Custom field 1.
      type: str
    custom_two:
      description: Custom field 2.
      type: str
    custom_three:
      description: Custom field 3.
      type: str
    custom_four:
      description: Custom field 4.
      type: str
    custom_five:
      description: Custom field 5.
      type: str
    use_csv_for_roles_claim:
      description: Whether the claim for the roles is one text with commas.
      type: bool
    use_csv_for_teams_claim:
      description: Whether the claim for the teams is one text with commas.
      type: bool
    use_csv_for_teams_managed_claim:
      description: Whether the claim for the managed teams is one text with commas.
      type: bool
    use_csv_for_ip_address_claim:
      description: Whether the claim for the IP addresses is one text with commas.
      type: bool
  sample:
    prefer_veracode_data: true
    roles: [Reviewer]
    teams: [Web Shop]
    ip_restricted: false
    allowed_ip_addresses: []
actions:
  description:
    - What was done, or in check mode would be done.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: What was done.
      type: str
    kind:
      description: What it was done to.
      type: str
    name:
      description: Always V(jit_settings).
      type: str
    fields:
      description: The options that differed, sorted. Empty when the settings were deleted.
      type: list
      elements: str
  sample:
    - action: update
      kind: jit_settings
      name: jit_settings
      fields: [roles, teams]
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
  description: What differs, before and after.
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
      description: Values of the options that differ, before the run. Empty if the settings are created.
      type: dict
    after:
      description: Their values as planned. Empty if the settings are deleted.
      type: dict
  sample:
    before_header: jit_settings
    after_header: jit_settings
    before:
      roles: [Reviewer]
    after:
      roles: [Any Scan, Creator]
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
    kind: jit_settings
    name: jit_settings
    option: roles
    value: [Reveiwer]
    msg: 'roles: unknown role "Reveiwer", did you mean "Reviewer"?'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.jit_settings import JIT_SETTINGS
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(JIT_SETTINGS)


if __name__ == "__main__":
    main()

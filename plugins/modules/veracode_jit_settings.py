#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_jit_settings
short_description: Manage the defaults of just-in-time provisioning
version_added: 1.0.0
description:
  - Manages the defaults of accounts that Veracode creates when a person logs in with single sign-on for the first time.
  - They apply where the identity provider does not send a value. An organization has one set of them.
  - The organization needs SAML.
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
      - State of the settings.
      - V(present) creates or updates them.
      - V(absent) deletes them. No other option is used.
    type: str
    choices: [present, absent]
    default: present
  prefer_veracode_data:
    description:
      - Whether the data in Veracode takes precedence over those of the identity provider for existing accounts. Required to create the
        settings.
      - With V(false), Veracode may refuse changes of accounts.
    type: bool
  roles:
    description:
      - Roles of new accounts, by display name or short name. Required to create the settings.
      - Scan permissions belong here, too. If none is listed and a role needs one, the current ones are kept, or Any Scan is
        added.
    type: list
    elements: str
  teams:
    description:
      - Names of the teams of new accounts, case-sensitive. An empty list clears it.
    type: list
    elements: str
  ip_restricted:
    description:
      - Whether new accounts can be used only from O(allowed_ip_addresses). V(false) clears that list.
      - This or O(allowed_ip_addresses) is required to create the settings.
    type: bool
  allowed_ip_addresses:
    description:
      - Public IPv4 addresses from which new accounts can be used. The last octet may be a wildcard or a range, as in V(74.0.0.*) and
        V(74.0.0.[0-99]).
      - A non-empty list implies O(ip_restricted=true), an empty list O(ip_restricted=false).
    type: list
    elements: str
  use_csv_for_roles_claim:
    description:
      - Whether the claim for roles is a comma-separated string.
    type: bool
  use_csv_for_teams_claim:
    description:
      - Whether the claim for teams is a comma-separated string.
    type: bool
  use_csv_for_teams_managed_claim:
    description:
      - Whether the claim for managed teams is a comma-separated string.
    type: bool
  use_csv_for_ip_address_claim:
    description:
      - Whether the claim for IP addresses is a comma-separated string.
    type: bool
  custom_one:
    description:
      - Custom field 1 of new accounts. An empty string clears it.
    type: str
  custom_two:
    description:
      - Custom field 2 of new accounts. An empty string clears it.
    type: str
  custom_three:
    description:
      - Custom field 3 of new accounts. An empty string clears it.
    type: str
  custom_four:
    description:
      - Custom field 4 of new accounts. An empty string clears it.
    type: str
  custom_five:
    description:
      - Custom field 5 of new accounts. An empty string clears it.
    type: str
seealso:
  - module: community.veracode.veracode_user
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Assign a role and a team to new accounts
  community.veracode.veracode_jit_settings:
    prefer_veracode_data: true
    ip_restricted: false
    roles:
      - Reviewer
    teams:
      - Web Shop

- name: Read the roles from a comma-separated claim
  community.veracode.veracode_jit_settings:
    use_csv_for_roles_claim: true

- name: Delete the settings
  community.veracode.veracode_jit_settings:
    state: absent
"""

RETURN = r"""
jit_settings:
  description: Settings after the run, in check mode as planned. V(null) if there are none.
  returned: success
  type: dict
  contains:
    prefer_veracode_data:
      description: Whether the data in Veracode takes precedence for existing accounts.
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
      description: Whether new accounts are restricted to IP addresses.
      type: bool
    allowed_ip_addresses:
      description: Addresses from which new accounts can be used, sorted.
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
      description: Whether the claim for the roles is a comma-separated string.
      type: bool
    use_csv_for_teams_claim:
      description: Whether the claim for the teams is a comma-separated string.
      type: bool
    use_csv_for_teams_managed_claim:
      description: Whether the claim for the managed teams is a comma-separated string.
      type: bool
    use_csv_for_ip_address_claim:
      description: Whether the claim for the IP addresses is a comma-separated string.
      type: bool
  sample:
    prefer_veracode_data: true
    roles: [Reviewer]
    teams: [Web Shop]
    ip_restricted: false
    allowed_ip_addresses: []
actions:
  description:
    - Actions that were taken, in check mode planned.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: Action that was taken.
      type: str
    kind:
      description: Kind of the object.
      type: str
    name:
      description: Always V(jit_settings).
      type: str
    fields:
      description: Options that differed, sorted. Empty if the settings were deleted.
      type: list
      elements: str
  sample:
    - action: update
      kind: jit_settings
      name: jit_settings
      fields: [roles, teams]
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
  description: Values that differ.
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
      description: Values before the run. Empty if the settings are created.
      type: dict
    after:
      description: Planned values. Empty if the settings are deleted.
      type: dict
  sample:
    before_header: jit_settings
    after_header: jit_settings
    before:
      roles: [Reviewer]
    after:
      roles: [Any Scan, Creator]
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

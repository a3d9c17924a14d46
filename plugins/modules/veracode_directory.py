#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_directory
short_description: Manage a whole organization in one task
version_added: 1.0.0
description:
  - Manages business units, teams, users and API users together. Veracode calls the account of a person a UI user and an API service account
    an API user.
  - Reads the organization, plans all changes, checks the plan against the guards, and writes it with several connections. Uses the Identity
    REST API.
  - All entries are validated before the first write. All validation errors are reported together, with their locations.
  - Each object is changed once, in a working order. Access is granted before other access is removed.
  - The guards are checked again before anything is removed. O(exclusive) removes nothing in a run with errors.
  - A relation can be declared on both sides, for example with O(users[].teams) and O(teams[].members). The result is the union. An exact list
    that excludes what the other side includes is an error.
  - The run ends early if the credentials are refused or if the server fails for three objects in a row. RV(errors) lists what was not tried.
extends_documentation_fragment:
  - community.veracode.directory
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.actiongroup_veracode
attributes:
  check_mode:
    support: full
    details:
      - O(plan_file) and O(progress_file) are also written in check mode.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(users[].verify_email=true), each run requests a new address again until it is confirmed.
options:
  files:
    description:
      - YAML or JSON files with lists and defaults of this module, or folders of such files, added to the options.
      - Values are never templated. Numbers, booleans and dates in YAML are read as text, so V(0123) is a phone number.
    type: list
    elements: path
  exclusive:
    description:
      - Kinds of objects to remove if they have no entry.
      - The calling account, O(protected_users) and, with O(exclude_saml=true), SAML users are never removed.
    type: list
    elements: str
    choices: [business_units, teams, users, api_users]
    default: []
  absent_action:
    description:
      - What to do with objects that O(exclusive) removes.
      - V(disable) disables accounts, and only reports teams and business units.
      - V(delete) deletes them. This cannot be undone.
      - V(report) only reports them in a warning.
    type: str
    choices: [disable, delete, report]
    default: disable
  exclude_saml:
    description:
      - Whether to keep SAML users that O(exclusive) would remove, for example if the identity provider manages them.
    type: bool
    default: false
  protected_users:
    description:
      - Usernames or addresses of accounts that must never be disabled or deleted. O(exclusive) keeps them, and an entry that removes one is
        an error.
      - It is an error if one matches no account.
    type: list
    elements: str
    default: []
  required_administrators:
    description:
      - Usernames or addresses of people who must be enabled, active administrators after the run.
      - It is an error if one matches no account.
    type: list
    elements: str
    default: []
  allow_unrestricted_api_users:
    description:
      - Whether API users may lose their last team, and so see every application. O(api_users[].unrestricted=true) allows it for one account.
    type: bool
    default: false
  min_administrators:
    description:
      - Minimum number of enabled, active people with the Administrator role. Only a plan that lowers their number is refused.
    type: int
    default: 2
  max_removals:
    description:
      - Maximum number of objects to disable or delete in a run. Entries that set O(users[].login_enabled) or O(users[].active) to V(false)
        count.
    type: int
    default: 10
  max_removal_percent:
    description:
      - Maximum percentage of the enabled objects of a kind to disable or delete in a run. It applies if there are 50 or more.
    type: int
    default: 10
  plan_file:
    description:
      - File to write the plan to, as JSON without secrets. It is written in check mode, too. Its folder must exist.
      - Use the filter P(community.veracode.plan_markdown#filter) to show it in a pull request.
    type: path
  expect_plan:
    description:
      - File with an approved plan, written by O(plan_file). Nothing is written if the current plan, its organization or its files of key
        pairs differ.
    type: path
  progress_file:
    description:
      - File that gets a line with the progress every second while the task runs.
    type: path
  on_error:
    description:
      - What to do if an object cannot be written.
      - V(continue) writes the others and fails at the end.
      - V(stop) starts nothing more.
    type: str
    choices: [continue, stop]
    default: continue
  workers:
    description:
      - Number of connections that write at the same time, at most 32. They share the rate limit.
    type: int
    default: 4
notes:
  - This is much faster than a loop over tasks with single objects.
  - Key pairs that O(api_users[].credentials=on_create) generates are written to files only.
seealso:
  - module: community.veracode.veracode_directory_info
  - module: community.veracode.veracode_user
  - module: community.veracode.veracode_api_user
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Manage business units, teams, users and API users
  community.veracode.veracode_directory:
    business_units:
      - name: Payments
    teams:
      - name: Web Shop
        business_unit: Payments
    user_defaults:
      roles:
        - Creator
      teams:
        - Web Shop
    users:
      - username: regina@example.com
        first_name: Regina
        last_name: Monarch
      - username: ted@example.com
        first_name: Ted
        last_name: Monarch
        roles:
          - Security Lead
    api_users:
      - username: pipeline-web-shop
        first_name: Pipeline
        last_name: Web Shop
        email_address: devops@example.com
        roles:
          - Upload and Scan API
        teams:
          - Web Shop

- name: Manage the organization from a folder of files
  community.veracode.veracode_directory:
    files:
      - "{{ playbook_dir }}/organization"
    exclusive:
      - users

- name: Disable all other users, but at most three
  community.veracode.veracode_directory:
    users: "{{ everybody }}"
    exclusive:
      - users
    protected_users:
      - emergency@example.com
    max_removals: 3
    required_administrators:
      - emergency@example.com
  vars:
    everybody:
      - username: regina@example.com
      - username: ted@example.com

- name: Write the plan to a file for approval
  community.veracode.veracode_directory:
    users:
      - username: regina@example.com
        phone: 111-222-3333
    plan_file: "{{ lookup('env', 'HOME') }}/plan.json"
  check_mode: true

- name: Apply only the approved plan
  community.veracode.veracode_directory:
    users:
      - username: regina@example.com
        phone: 111-222-3333
    expect_plan: "{{ lookup('env', 'HOME') }}/plan.json"
"""

RETURN = r"""
msg:
  description: Summary of the run in one line. If something failed, a line for each error follows.
  returned: always
  type: str
  sample: '4 of 1050 objects changed: 3 created, 1 updated. 12 reads and 4 writes in 2.1 s, read by listing.'
summary:
  description: Number of objects by outcome.
  returned: when the plan was carried out
  type: dict
  contains:
    created:
      description: Objects that were created.
      type: int
    updated:
      description: Objects that were changed.
      type: int
    renamed:
      description: Objects that were renamed.
      type: int
    disabled:
      description: Accounts that were disabled.
      type: int
    deleted:
      description: Objects that were deleted.
      type: int
    unchanged:
      description: Entries without changes.
      type: int
    failed:
      description: Objects that could not be written.
      type: int
  sample:
    created: 3
    updated: 1
    renamed: 0
    disabled: 0
    deleted: 0
    unchanged: 1046
    failed: 0
errors:
  description: All errors, each in the form of RV(failure).
  returned: always
  type: list
  elements: dict
  sample: []
read_strategy:
  description: How the accounts were read. V(listing) if the listing included everything, V(inverse) by role and team, V(details) one account at a time.
  returned: when the plan was carried out
  type: str
  sample: listing
complete:
  description: Whether the listings match the server's totals. If not, nothing was removed.
  returned: when the plan was carried out
  type: bool
  sample: true
elapsed:
  description: Duration in seconds.
  returned: when the plan was carried out
  type: float
  sample: 2.1
pending:
  description: Whether a new address waits for its confirmation by mail.
  returned: when an address is pending
  type: bool
  sample: true
actions:
  description:
    - Actions that were taken, in check mode planned. One entry for each object, even if it took several calls.
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
      description: Username or name after the run.
      type: str
    fields:
      description: Options that differed, sorted. Empty if the object was disabled or deleted.
      type: list
      elements: str
  sample:
    - action: update
      kind: user
      name: regina@example.com
      fields: [phone, roles]
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
  description:
    - Managed options that differ, by kind and name.
    - Created and deleted objects are on one side only. A deletion includes the members or teams that are lost with it.
  returned: when the plan was carried out
  type: dict
  contains:
    before_header:
      description: Host of the API.
      type: str
    after_header:
      description: Host of the API.
      type: str
    before:
      description: Values before the run.
      type: dict
    after:
      description: Planned values.
      type: dict
  sample:
    before_header: directory api.veracode.com
    after_header: directory api.veracode.com
    before:
      user:
        regina@example.com:
          phone: null
    after:
      user:
        regina@example.com:
          phone: "1"
failure:
  description: Details of the error. Contains the values that apply.
  returned: failure
  type: dict
  contains:
    place:
      description: Location in the input.
      type: str
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
    kind: user
    name: regina@example.com
    option: roles
    value: [Reveiwer]
    msg: 'roles: unknown role "Reveiwer", did you mean "Reviewer"?'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.directory import DIRECTORY
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(DIRECTORY)


if __name__ == "__main__":
    main()

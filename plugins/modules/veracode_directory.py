#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_directory
short_description: Make a whole Veracode organization what it should be, in one task
version_added: 1.0.0
description:
  - Reads the organization once, plans what differs of business units, teams, people and API service accounts, checks the plan against
    guards, and writes it with several connections at once.
  - Every entry is checked before the first write, and everything that is wrong is told at once, with its place.
  - Each object gets one net change, in an order that works. A team comes before its members, an account before it manages a team, and
    removals come last.
  - The organization is read in the fewest calls, which RV(read_strategy) tells. A listing that carries all that the entries declare; or an index of
    who holds each role and who is in each team, for entries that declare nothing else than username, names, address, roles, teams,
    login and SAML; or else the details of just the accounts that have an entry.
  - What gives comes before what takes. Before anything is taken, the guards are judged again by what was really done. A step that would
    break one is left out and is an error. O(exclusive) removes nothing in a run in which a step failed.
  - A server that fails for three objects in a row, or that refuses the credentials, ends the run. What was not tried is listed in RV(errors).
  - The same relation can be declared from both sides, for example O(users[].teams) and O(teams[].members), and is the union of both.
    An exact list that leaves out what the other side names is an error.
extends_documentation_fragment:
  - community.veracode.directory
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.actiongroup_veracode
attributes:
  check_mode:
    support: full
    details:
      - The files of O(plan_file) and O(progress_file) are written in check mode, too.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(users[].verify_email=true), a new address is ordered again by each run until it is confirmed.
options:
  files:
    description:
      - YAML or JSON files with O(business_units), O(teams), O(users), O(api_users), O(user_defaults) and O(api_user_defaults), read where the task
        runs and joined with the options. The options win over defaults in files.
      - Of a folder, the files that end in C(.yml), C(.yaml) or C(.json) are read in the order of their names.
      - Values are plain data and never templates. Errors say file and line, such as C(people.yml:118 (users[17].roles, regina@example.com)).
    type: list
    elements: path
  exclusive:
    description:
      - Kinds of which nothing else may exist than what has an entry.
      - Never removed are the calling account, O(protected_users), and with O(exclude_saml=true) people who log in by SAML.
      - Nothing is removed if the organization could not be read completely.
    type: list
    elements: str
    choices: [business_units, teams, users, api_users]
    default: []
  absent_action:
    description:
      - What happens to what O(exclusive) leaves out.
      - With V(disable), accounts are disabled. Teams and business units are only reported.
      - With V(delete), it is deleted for good.
      - With V(report), it is only reported, in a warning.
    type: str
    choices: [disable, delete, report]
    default: disable
  exclude_saml:
    description:
      - Whether people who log in by SAML are left out of O(exclusive), for example since the identity provider manages them.
    type: bool
    default: false
  protected_users:
    description:
      - Usernames or addresses of accounts that O(exclusive) never removes. A plan whose entries would disable or delete one is refused.
      - An entry that matches no account is an error.
    type: list
    elements: str
    default: []
  required_administrators:
    description:
      - Usernames or addresses of people who have to be enabled, active administrators after the run.
      - An entry that matches no account is an error.
    type: list
    elements: str
    default: []
  allow_unrestricted_api_users:
    description:
      - Whether a run may take the last team of an API user, which then sees every application.
      - Without it such a plan is refused, unless the entry of the account says O(api_users[].unrestricted=true).
    type: bool
    default: false
  min_administrators:
    description:
      - How many enabled, active people with the Administrator role have to stay. It stops only a plan that lowers their number.
    type: int
    default: 2
  max_removals:
    description:
      - How many objects a run may remove. Every disabling and every deletion counts, and so does an entry that sets O(users[].login_enabled)
        or O(users[].active) to V(false).
    type: int
    default: 10
  max_removal_percent:
    description:
      - How many percent of the enabled objects of one kind a run may remove, where there are 50 or more of them.
    type: int
    default: 10
  plan_file:
    description:
      - A file for the plan, written in check mode, too, before anything else is. Its folder has to exist.
      - It is JSON with C(version), C(organization) (C(host), C(id), C(name)), C(actions) and C(diff) as in the result, and C(destinations), the
        files of new key pairs. It holds no secret.
      - The filter C(community.veracode.plan_markdown) makes a comment of it.
    type: path
  expect_plan:
    description:
      - A file that O(plan_file) wrote. If today's plan differs from it, nothing is written, so that what was approved is what runs.
      - A plan that was made for another organization, or for other files of key pairs, differs, too.
    type: path
  progress_file:
    description:
      - A file that gets a line each second that says how much is written, to be followed while the task runs.
    type: path
  on_error:
    description:
      - What happens after an object could not be written.
      - With V(continue), the others are written, and the task fails at its end.
      - With V(stop), nothing more is begun.
    type: str
    choices: [continue, stop]
    default: continue
  workers:
    description:
      - How many connections write at once, under one rate limit. At most 32.
    type: int
    default: 4
notes:
  - For a list of accounts this takes seconds where a loop of single tasks takes minutes.
  - Key pairs that O(api_users[].credentials=on_create) generates go into files only.
seealso:
  - module: community.veracode.veracode_directory_info
  - module: community.veracode.veracode_user
  - module: community.veracode.veracode_api_user
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Make the organization what the files in git say
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

- name: Make the organization what a folder of files says
  community.veracode.veracode_directory:
    files:
      - "{{ playbook_dir }}/organization"
    exclusive:
      - users

- name: Disable everybody else, but not many at once
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

- name: Write down what would be done, to be approved
  community.veracode.veracode_directory:
    users:
      - username: regina@example.com
        phone: 111-222-3333
    plan_file: "{{ lookup('env', 'HOME') }}/plan.json"
  check_mode: true

- name: Do what was approved, and nothing else
  community.veracode.veracode_directory:
    users:
      - username: regina@example.com
        phone: 111-222-3333
    expect_plan: "{{ lookup('env', 'HOME') }}/plan.json"
"""

RETURN = r"""
msg:
  description: One line that says what was done and at what cost.
  returned: always
  type: str
  sample: Created 3, updated 1. 1046 unchanged; 12 reads and 4 writes in 2.1 s (read by listing).
summary:
  description: How many objects there are by what became of them.
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
      description: Entries that were as they should be.
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
  description: What went wrong, each in the form of RV(failure).
  returned: always
  type: list
  elements: dict
  sample: []
read_strategy:
  description: How the accounts were read; V(listing), V(inverse) or V(details).
  returned: when the plan was carried out
  type: str
  sample: listing
complete:
  description: Whether all that was listed agrees with the server's own totals. If not, nothing was removed.
  returned: when the plan was carried out
  type: bool
  sample: true
elapsed:
  description: How long it took, in seconds.
  returned: when the plan was carried out
  type: float
  sample: 2.1
pending:
  description: A new address was ordered and waits for its confirmation by mail.
  returned: when an address is pending
  type: bool
  sample: true
actions:
  description:
    - What was done, or in check mode would be done. One entry for each object, even if it took two calls.
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
      description: The username or name after the run.
      type: str
    fields:
      description: The options that differed, sorted. Empty when an account was disabled or deleted.
      type: list
      elements: str
  sample:
    - action: update
      kind: user
      name: regina@example.com
      fields: [phone, roles]
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
  description:
    - The managed options that differ, before and after, by kind and name.
    - What is created or deleted stands on one side only. A deletion shows what is lost with it.
  returned: when the plan was carried out
  type: dict
  contains:
    before_header:
      description: Whose they are, by the host of the API.
      type: str
    after_header:
      description: The same.
      type: str
    before:
      description: Kinds, names and options before the run.
      type: dict
    after:
      description: Kinds, names and options as planned.
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
  description: What went wrong. Holds what applies of the following.
  returned: failure
  type: dict
  contains:
    place:
      description: Where in the input.
      type: str
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

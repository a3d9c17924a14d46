#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_user
short_description: Manage the account of a person on Veracode
version_added: 1.0.0
description:
  - Creates, updates, renames, disables and deletes the account of a person. Only what differs is written.
  - Works with the Identity REST API or with the Admin XML API, which is deprecated and the only way to eLearning settings.
  - An API service account cannot be converted into a person's account. See M(community.veracode.veracode_api_user) for these.
  - With the Identity REST API, a converged task costs one call that lists and one that reads the details, or only the first where the
    listing carries the roles, the teams and all that is managed. With the Admin XML API it costs one call.
extends_documentation_fragment:
  - community.veracode.account
  - community.veracode.account.person
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.actiongroup_veracode
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(verify_email=true), a new address is ordered again by each run until it is confirmed.
options:
  state:
    description:
      - What is wanted. With V(disabled) and V(absent) only the options that select the account count, others are not applied.
      - With V(present), the account exists and has what the other options say.
      - With V(disabled), the account cannot log in. An account that does not exist is left alone.
      - With V(absent), the account does not exist. Deletion is soft and final, Veracode has no way to undo it.
    type: str
    choices: [present, disabled, absent]
    default: present
  api:
    description:
      - Which of Veracode's APIs to use. An option that the chosen API lacks is refused.
      - V(rest) is the Identity REST API.
      - V(xml) is the Admin XML API. It needs the Python library C(lxml). Single sign-on with just-in-time provisioning turns it off.
    type: str
    choices: [rest, xml]
    default: rest
requirements:
  - lxml >= 4.9, for O(api=xml)
seealso:
  - module: community.veracode.veracode_api_user
  - module: community.veracode.veracode_user_info
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Make sure that a person has an account
  community.veracode.veracode_user:
    username: regina@example.com
    first_name: Regina
    last_name: Monarch
    roles:
      - Creator
      - Submitter
      - eLearning
    teams:
      - Demo Team

- name: Change only the phone number
  community.veracode.veracode_user:
    username: regina@example.com
    phone: 111-222-3333

- name: Give one more role and keep the others
  community.veracode.veracode_user:
    username: regina@example.com
    roles:
      - Reviewer
    roles_mode: add

- name: Restrict from where the account can be used
  community.veracode.veracode_user:
    username: regina@example.com
    allowed_ip_addresses:
      - 74.0.0.[0-99]
      - 74.0.1.7

- name: Rename the account after a marriage
  community.veracode.veracode_user:
    username: regina.king@example.com
    previously:
      - regina@example.com
    last_name: King

- name: Let a person log in by SAML
  community.veracode.veracode_user:
    custom_id: ted.monarch
    email_address: ted@example.com
    first_name: Ted
    last_name: Monarch
    is_saml_user: true
    roles:
      - Security Lead
    teams:
      - Demo Team

- name: Set the eLearning track, which only the Admin XML API can
  community.veracode.veracode_user:
    username: regina.king@example.com
    elearning_track: eLearning
    api: xml

- name: Take away access and keep the account
  community.veracode.veracode_user:
    username: regina.king@example.com
    state: disabled

- name: Delete the account for good
  community.veracode.veracode_user:
    username: regina.king@example.com
    state: absent
"""

RETURN = r"""
user:
  description: The account as it is after the run, as it would be in check mode, V(null) if there is none. What an API does not report is
    V(null).
  returned: success
  type: dict
  contains:
    username:
      description: The username.
      type: str
    user_id:
      description: The GUID of the account. Only the Identity REST API reports it.
      type: str
    user_type:
      description: V(human) for a person, V(api) for an API service account.
      type: str
    first_name:
      description: The first name.
      type: str
    last_name:
      description: The last name.
      type: str
    email_address:
      description: The address.
      type: str
    title:
      description: The title, where the API reports it.
      type: str
    phone:
      description: The phone number.
      type: str
    is_saml_user:
      description: Whether the account logs in by SAML.
      type: bool
    custom_id:
      description: The SAML subject.
      type: str
    login_enabled:
      description: Whether the account can log in.
      type: bool
    active:
      description: Whether the account is active. Only the Identity REST API reports it.
      type: bool
    requires_token:
      description: Whether Veracode's multi-factor authentication is required.
      type: bool
    has_ip_restrictions:
      description: Whether the account can be used from certain addresses only.
      type: bool
    allowed_ip_addresses:
      description: The addresses from which it can be used, sorted.
      type: list
      elements: str
    roles:
      description: Display names of the roles, sorted.
      type: list
      elements: str
    role_names:
      description: Short names of those roles that have one, sorted.
      type: list
      elements: str
    teams:
      description: Names of the teams, sorted.
      type: list
      elements: str
    managed_teams:
      description: Names of the teams where the account is team admin, sorted. Only the Identity REST API reports them.
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
    is_elearning_manager:
      description: Whether the person is an eLearning manager. Only the Admin XML API reports it.
      type: bool
    elearning_manager:
      description: Name of the person's eLearning manager. Only the Admin XML API reports it.
      type: str
    elearning_track:
      description: Name of the eLearning track. Only the Admin XML API reports it.
      type: str
    elearning_curriculum:
      description: Name of the eLearning curriculum. Only the Admin XML API reports it.
      type: str
    keep_elearning_active:
      description: Whether the eLearning account is kept active. Only the Admin XML API reports it.
      type: bool
    api_credentials:
      description: The key pair of the account, without its secret. V(null) if there is none.
      type: dict
      contains:
        api_id:
          description: The API ID.
          type: str
        expires:
          description: When the pair expires.
          type: str
    last_login:
      description: When the account logged in last.
      type: str
    created:
      description: When the account was created.
      type: str
    modified:
      description: When the account was changed last.
      type: str
  sample:
    username: regina@example.com
    user_id: 00000000-0000-0000-0000-000000000001
    user_type: human
    first_name: Regina
    last_name: Monarch
    email_address: regina@example.com
    roles: [Any Scan, Creator]
    role_names: [extcreator, extsubmitanyscan]
    teams: [Demo Team]
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
      description: The username after the run.
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
      description: Their values before the run. Empty if the account is created.
      type: dict
    after:
      description: Their values as planned. Empty if the account is deleted.
      type: dict
  sample:
    before_header: user rm@example.com
    after_header: user rm@example.com
    before:
      phone: null
      roles: [Reviewer]
    after:
      phone: "1"
      roles: [Any Scan, Creator]
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

from ansible_collections.community.veracode.plugins.module_utils._module.user import USER
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(USER)


if __name__ == "__main__":
    main()

#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_user
short_description: Manage users
version_added: 1.0.0
description:
  - Creates, updates, renames, disables and deletes users. Veracode calls the account of a person a UI user and an API service account an
    API user.
  - Uses the Identity REST API, or the deprecated Admin XML API, which is the only one with the eLearning settings.
  - Use M(community.veracode.veracode_api_user) for API users. A user cannot be converted into an API user.
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
      - With O(verify_email=true), each run requests a new address again until it is confirmed.
options:
  state:
    description:
      - State of the account.
      - V(present) creates or updates it.
      - V(disabled) denies the login and keeps the account.
      - V(absent) deletes it. This cannot be undone.
      - V(disabled) and V(absent) use only the options that select the account.
    type: str
    choices: [present, disabled, absent]
    default: present
  api:
    description:
      - API to use. Options that it does not support are refused.
      - V(rest) is the Identity REST API.
      - V(xml) is the Admin XML API, which requires C(lxml). Single sign-on with just-in-time provisioning turns it off.
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
- name: Create a user
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

- name: Add a role and keep the others
  community.veracode.veracode_user:
    username: regina@example.com
    roles:
      - Reviewer
    roles_mode: add

- name: Restrict the account to IP addresses
  community.veracode.veracode_user:
    username: regina@example.com
    allowed_ip_addresses:
      - 74.0.0.[0-99]
      - 74.0.1.7

- name: Rename a user
  community.veracode.veracode_user:
    username: regina.king@example.com
    previously:
      - regina@example.com
    last_name: King

- name: Create a SAML user
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

- name: Set the eLearning track through the Admin XML API
  community.veracode.veracode_user:
    username: regina.king@example.com
    elearning_track: eLearning
    api: xml

- name: Disable a user
  community.veracode.veracode_user:
    username: regina.king@example.com
    state: disabled

- name: Delete a user
  community.veracode.veracode_user:
    username: regina.king@example.com
    state: absent
"""

RETURN = r"""
user:
  description: Account after the run, in check mode as planned. V(null) if there is none. Values that the API does not report are V(null).
  returned: success
  type: dict
  contains:
    username:
      description: Username.
      type: str
    user_id:
      description: GUID of the account. Only the Identity REST API reports it.
      type: str
    user_type:
      description: V(human) for a user, V(api) for an API user.
      type: str
    first_name:
      description: First name.
      type: str
    last_name:
      description: Last name.
      type: str
    email_address:
      description: Address.
      type: str
    title:
      description: Title, where the API reports it.
      type: str
    phone:
      description: Phone number.
      type: str
    is_saml_user:
      description: Whether the account logs in with SAML.
      type: bool
    custom_id:
      description: SAML subject.
      type: str
    login_enabled:
      description: Whether the account can log in.
      type: bool
    active:
      description: Whether the account is active. Only the Identity REST API reports it.
      type: bool
    requires_token:
      description: Whether multi-factor authentication is required.
      type: bool
    has_ip_restrictions:
      description: Whether the account is restricted to IP addresses.
      type: bool
    allowed_ip_addresses:
      description: Addresses from which the account can be used, sorted.
      type: list
      elements: str
    roles:
      description: Display names of the roles, sorted.
      type: list
      elements: str
    role_names:
      description: Short names of the roles, where they have one, sorted.
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
      description: Key pair of the account, without its secret. V(null) if there is none.
      type: dict
      contains:
        api_id:
          description: API ID.
          type: str
        expires:
          description: Expiry of the key pair.
          type: str
    last_login:
      description: Time of the last login.
      type: str
    created:
      description: Time of the creation.
      type: str
    modified:
      description: Time of the last change.
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
      description: Username after the run.
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
      description: Values before the run. Empty if the account is created.
      type: dict
    after:
      description: Planned values. Empty if the account is deleted.
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

from ansible_collections.community.veracode.plugins.module_utils._module.user import USER
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(USER)


if __name__ == "__main__":
    main()

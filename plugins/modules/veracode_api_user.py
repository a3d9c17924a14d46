#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_api_user
short_description: Manage API users
version_added: 1.0.0
description:
  - Creates, updates, renames, disables and deletes API users. Veracode calls an API service account an API user and the account of a person
    a UI user.
  - Use M(community.veracode.veracode_user) for the accounts of people. An API user cannot be converted into one.
extends_documentation_fragment:
  - community.veracode.account
  - community.veracode.account.service
  - community.veracode.connection
  - community.veracode.key_store
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
      - V(disabled) denies the login and deactivates the account. Its key pair is refused.
      - V(absent) deletes it. This cannot be undone.
      - V(disabled) and V(absent) use only the options that select the account.
    type: str
    choices: [present, disabled, absent]
    default: present
  credentials:
    description:
      - Whether to generate a key pair.
      - V(none) generates none.
      - V(on_create) generates one when the account is created. Requires O(credentials_dest) or O(return_secret). Use
        M(community.veracode.veracode_api_credentials) for accounts that exist.
    type: str
    choices: [none, on_create]
    default: none
seealso:
  - module: community.veracode.veracode_user
  - module: community.veracode.veracode_user_info
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Create an API user for a pipeline
  community.veracode.veracode_api_user:
    username: pipeline-web-shop
    first_name: Pipeline
    last_name: Web Shop
    email_address: devops@example.com
    roles:
      - Upload and Scan API
      - Results API
    teams:
      - Web Shop

- name: Create an API user and write its key pair to a file
  community.veracode.veracode_api_user:
    username: pipeline-billing
    first_name: Pipeline
    last_name: Billing
    email_address: devops@example.com
    roles:
      - Results API
    teams:
      - Billing
    credentials: on_create
    credentials_dest: "{{ lookup('env', 'HOME') }}/billing.env"
    credentials_format: env

- name: Create an API user that sees every application
  community.veracode.veracode_api_user:
    username: reporting
    first_name: Company
    last_name: Reporting
    email_address: appsec@example.com
    roles:
      - Results API
    unrestricted: true

- name: Disable an API user
  community.veracode.veracode_api_user:
    username: reporting
    state: disabled

- name: Delete an API user
  community.veracode.veracode_api_user:
    username: reporting
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
    username: pipeline-web-shop
    user_id: 00000000-0000-0000-0000-000000000001
    user_type: api
    first_name: Pipeline
    last_name: Web Shop
    email_address: devops@example.com
    roles: [Results API]
    role_names: [resultsapi]
    teams: [Web Shop]
credentials:
  description: The key pair that was generated. Its values are V(null) in check mode.
  returned: when O(credentials=on_create) and the account is created
  type: dict
  contains:
    api_key_id:
      description: API ID.
      type: str
    api_key_secret:
      description: The secret, shown only now. Use C(no_log) on the task.
      type: str
      returned: when O(return_secret=true)
    expires:
      description: Expiry of the key pair.
      type: str
    dest:
      description: The file that holds the pair.
      type: str
  sample:
    api_key_id: "00000000000000000000000000000000"
    expires: "2027-01-31T12:00:00Z"
    dest: /home/devops/billing.env
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
      kind: api_user
      name: pipeline-web-shop
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
    before_header: api_user ci-bot
    after_header: api_user ci-bot
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
    kind: api_user
    name: pipeline-web-shop
    option: roles
    value: [Reveiwer]
    msg: 'roles: unknown role "Reveiwer", did you mean "Reviewer"?'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.api_user import API_USER
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(API_USER)


if __name__ == "__main__":
    main()

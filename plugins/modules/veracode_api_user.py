#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_api_user
short_description: Manage an API service account on Veracode
version_added: 1.0.0
description:
  - Creates, updates, renames, disables and deletes an API service account. Only what differs is written.
  - An API service account calls Veracode's APIs and cannot log in for anything but its own key pair.
  - A person's account cannot be converted into an API service account. See M(community.veracode.veracode_user) for these.
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
      - With O(verify_email=true), a new address is ordered again by each run until it is confirmed.
options:
  state:
    description:
      - What is wanted. With V(disabled) and V(absent) only the options that select the account count, others are not applied.
      - With V(present), the account exists and has what the other options say.
      - With V(disabled), the account cannot log in and is inactive, so that its key pair is not accepted. An account that does not exist is
        left alone.
      - With V(absent), the account does not exist. Deletion is soft and final, Veracode has no way to undo it.
    type: str
    choices: [present, disabled, absent]
    default: present
  credentials:
    description:
      - Whether to generate a key pair.
      - An account that exists keeps what it has. See M(community.veracode.veracode_api_credentials) to renew and revoke key pairs.
      - With V(none), no key pair is generated.
      - With V(on_create), an account that is created gets a key pair, in the same call. Needs O(credentials_dest) or O(return_secret).
        If the account exists and O(credentials_dest) holds no key pair of it, as after a run that was killed, a warning says so.
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
- name: Make sure that the pipeline has an API service account
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

- name: Create an account together with its key pair, which goes into a file
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

- name: Create an account that sees every application
  community.veracode.veracode_api_user:
    username: reporting
    first_name: Company
    last_name: Reporting
    email_address: appsec@example.com
    roles:
      - Results API
    unrestricted: true

- name: Take away access and keep the account
  community.veracode.veracode_api_user:
    username: reporting
    state: disabled

- name: Delete the account for good
  community.veracode.veracode_api_user:
    username: reporting
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
      description: The API ID.
      type: str
    api_key_secret:
      description: The secret, shown only now. Use C(no_log) on the task.
      type: str
      returned: when O(return_secret=true)
    expires:
      description: When the pair expires.
      type: str
    dest:
      description: The file that holds the pair.
      type: str
  sample:
    api_key_id: 00000000000000000000000000000000
    expires: "2027-01-31T12:00:00Z"
    dest: /home/devops/billing.env
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
      kind: api_user
      name: pipeline-web-shop
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
    before_header: api_user ci-bot
    after_header: api_user ci-bot
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

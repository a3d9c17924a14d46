#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_user_info
short_description: List users and API users
version_added: 1.0.0
description:
  - Returns the accounts that match all filters, or all accounts.
  - Values that a listing does not include are V(null). Use O(detailed) to read them, at a call for each account.
  - Filters by O(username), O(custom_id), O(email_address) and O(api_id) always read the whole account.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  username:
    description: Return only the account with this username, compared case-insensitively.
    type: str
    aliases: [user_name]
  custom_id:
    description:
      - Return only the account with this SAML subject. This is slow with the Identity REST API, which cannot search for it.
    type: str
    aliases: [saml_subject]
  email_address:
    description: Return only accounts with this address, compared case-insensitively.
    type: str
  search_term:
    description:
      - Return only accounts with this text in their username, name or address. Requires the Identity REST API.
    type: str
  user_type:
    description:
      - Return only accounts of this type.
      - V(human) returns users.
      - V(api) returns API users.
    type: str
    choices: [human, api]
  role:
    description:
      - Return only accounts with this role, by display name or short name. An unknown role is an error.
      - Custom roles require the Identity REST API.
    type: str
  team:
    description: Return only accounts in this team. An unknown team is an error.
    type: str
  login_enabled:
    description: Return only accounts that can log in, or only those that cannot.
    type: bool
  is_saml_user:
    description: Return only accounts that log in with SAML, or only the others.
    type: bool
    aliases: [saml_user]
  api_id:
    description:
      - Return only the account whose key pair has this API ID. Requires the Identity REST API.
    type: str
  include_inactive:
    description:
      - Whether to return inactive accounts, too. V(false) requires the Identity REST API.
    type: bool
    default: true
  detailed:
    description: Whether to read everything that the API reports, at a call for each account.
    type: bool
    default: false
  api:
    description:
      - API to use. Filters that it does not support are refused.
      - V(rest) is the Identity REST API.
      - V(xml) is the Admin XML API, which requires C(lxml).
    type: str
    choices: [rest, xml]
    default: rest
requirements:
  - lxml >= 4.9, for O(api=xml)
seealso:
  - module: community.veracode.veracode_user
  - module: community.veracode.veracode_api_user
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: List every account
  community.veracode.veracode_user_info:
  register: everybody

- name: List the administrators
  community.veracode.veracode_user_info:
    role: Administrator
    user_type: human
  register: administrators

- name: Find the owner of a key pair
  community.veracode.veracode_user_info:
    api_id: "{{ leaked_api_id }}"
  register: owner
"""

RETURN = r"""
users:
  description: The accounts, sorted by username. What the API or the listing does not report is V(null).
  returned: success
  type: list
  elements: dict
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
    - username: regina@example.com
      user_id: 00000000-0000-0000-0000-000000000001
      user_type: human
      first_name: Regina
      last_name: Monarch
      email_address: regina@example.com
      roles: [Any Scan, Creator]
      role_names: [extcreator, extsubmitanyscan]
      teams: [Demo Team]
count:
  description: How many accounts matched.
  returned: success
  type: int
  sample: 1
complete:
  description: Whether the listing matches the server's total. If not, accounts may be missing.
  returned: success
  type: bool
  sample: true
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

from ansible_collections.community.veracode.plugins.module_utils._module.user_info import USER_INFO
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(USER_INFO)


if __name__ == "__main__":
    main()

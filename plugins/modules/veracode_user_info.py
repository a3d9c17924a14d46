#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_user_info
short_description: List people and API service accounts on Veracode
version_added: 1.0.0
description:
  - Returns the accounts that match all filters that are given, or all accounts.
  - A listing carries less than the account itself, and what it does not carry is V(null). Everything is read, at a call for each account,
    with O(detailed) and where O(username), O(custom_id), O(email_address) or O(api_id) names an account.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  username:
    description: Only the account of this name, compared without case.
    type: str
    aliases: [user_name]
  custom_id:
    description:
      - Only the account with this SAML subject. With the Identity REST API this reads the details of every SAML account.
    type: str
    aliases: [saml_subject]
  email_address:
    description: Only accounts with this address, compared without case.
    type: str
  search_term:
    description:
      - Only accounts with this text in their username, first name, last name or address.
      - Only the Identity REST API has this filter.
    type: str
  user_type:
    description:
      - Only accounts of this type.
      - V(human) are people.
      - V(api) are API service accounts.
    type: str
    choices: [human, api]
  role:
    description:
      - Only accounts that hold this role, by display name or short name. A role that does not exist is an error.
      - The Admin XML API does not tell custom roles, so it is refused for these.
    type: str
  team:
    description: Only accounts that are in this team. A team that does not exist is an error.
    type: str
  login_enabled:
    description: Only accounts that can log in, or that cannot.
    type: bool
  is_saml_user:
    description: Only accounts that log in by SAML, or that do not.
    type: bool
    aliases: [saml_user]
  api_id:
    description:
      - Only the account whose key pair has this API ID.
      - Only the Identity REST API has this filter.
    type: str
  include_inactive:
    description:
      - Whether inactive accounts are listed as well. The Identity REST API hides them, so that they take a listing of their own.
      - The Admin XML API does not tell which accounts are inactive, so V(false) is refused with it.
    type: bool
    default: true
  detailed:
    description: Whether each account is read with all that the API reports, at a call for each.
    type: bool
    default: false
  api:
    description:
      - Which of Veracode's APIs to use. A filter that the chosen API lacks is refused.
      - V(rest) is the Identity REST API.
      - V(xml) is the Admin XML API. It needs the Python library C(lxml).
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

- name: Show who is an administrator
  community.veracode.veracode_user_info:
    role: Administrator
    user_type: human
  register: administrators

- name: Find out whose key pair this is
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
  description: Whether the listing agrees with the server's own total. If not, accounts may be missing.
  returned: success
  type: bool
  sample: true
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

from ansible_collections.community.veracode.plugins.module_utils._module.user_info import USER_INFO
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(USER_INFO)


if __name__ == "__main__":
    main()

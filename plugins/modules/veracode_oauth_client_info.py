#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_oauth_client_info
short_description: List OAuth client credentials
version_added: 1.0.0
description:
  - Returns the OAuth clients of one account, or of all accounts, without their secrets.
  - Veracode lists clients by account. Without O(username), there is a call for each account of the organization.
  - A calling account that is not an administrator sees only its own clients.
  - OAuth clients work with the REST APIs only. Not every organization has them.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.info_module
  - community.veracode.attributes.actiongroup_veracode
options:
  username:
    description: Return only the clients of this account. An unknown account has none.
    type: str
    aliases: [user_name]
  name:
    description: Return only clients with this name, which is case-sensitive.
    type: str
seealso:
  - module: community.veracode.veracode_oauth_client
  - module: community.veracode.veracode_user_info
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: List the OAuth clients of every account
  community.veracode.veracode_oauth_client_info:
  register: all_clients

- name: List the OAuth clients of one account
  community.veracode.veracode_oauth_client_info:
    username: regina@example.com
  register: clients_of_regina
"""

RETURN = r"""
oauth_clients:
  description: Clients, sorted by username and name.
  returned: success
  type: list
  elements: dict
  contains:
    client_id:
      description: ID of the client.
      type: str
    name:
      description: Name.
      type: str
    description:
      description: Description.
      type: str
    username:
      description: Username of the account.
      type: str
    user_id:
      description: GUID of the account.
      type: str
    roles:
      description: Display names of the roles, sorted. Those of the account if the client is not scoped.
      type: list
      elements: str
    is_scoped:
      description: Whether the client has its own subset of roles. If not, it has all roles of its account.
      type: bool
    created:
      description: Time of the creation.
      type: str
    expires:
      description: Time of the expiry. V(null) if Veracode reports none.
      type: str
  sample:
    - client_id: 00000000-0000-0000-0000-000000000003
      name: access-report
      description: Weekly report of who has access
      username: report-api
      user_id: 00000000-0000-0000-0000-000000000001
      roles: [Admin API]
      is_scoped: true
      created: "2026-11-02T12:00:00Z"
      expires: "2027-01-31T12:00:00Z"
count:
  description: Number of clients that match.
  returned: success
  type: int
  sample: 1
complete:
  description: Whether the listings are complete. If V(false), clients may be missing.
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
    writes: 0
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
    kind: oauth_client
    msg: 'Could not list the OAuth clients of the calling account (HTTP 404): Not Found. If the calling account may do this, the organization
      does not have OAuth client credentials; ask Veracode whether they can be turned on'
    status: 404
    method: GET
    path: /api/authn/v2/oauth2/client_credentials
"""

from ansible_collections.community.veracode.plugins.module_utils._module.oauth_client_info import OAUTH_CLIENT_INFO
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(OAUTH_CLIENT_INFO)


if __name__ == "__main__":
    main()

#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_oauth_client
short_description: Manage OAuth client credentials
version_added: 1.0.0
description:
  - Creates and deletes OAuth clients of the calling account, and replaces their secrets. A client has some or all roles of its account.
  - Administrators also delete the clients of other accounts, or revoke their tokens.
  - Veracode returns a secret only once. All options are therefore checked before one is generated.
  - A client cannot be changed. If its O(description) or O(roles) differ, the task fails.
  - OAuth clients work with the REST APIs only. Not every organization has them.
  - Veracode does not document the answers of these calls. If an answer lacks a field, the error names it.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.actiongroup_veracode
attributes:
  check_mode:
    support: full
    details:
      - Check mode tests whether O(credentials_dest) is writable without writing to it.
  diff_mode:
    support: full
    details:
      - The IDs of new clients and secrets are V(null), since the server sets them.
  idempotent:
    support: partial
    details:
      - With O(state=rotated), each run generates a new secret. With O(revoke_tokens=true), each run revokes the tokens.
options:
  name:
    description:
      - Name of the client, case-sensitive. It selects the client. Required without O(username).
      - A client that has expired counts as absent. Creating one with its name deletes it.
    type: str
  username:
    description:
      - Username of another account, to delete its clients or to revoke its tokens. Defaults to the calling account.
      - Without O(name), all clients of the account are affected.
    type: str
    aliases: [user_name]
  description:
    description:
      - Description of the client. By default, a new client has its name as its description.
    type: str
  expires_in:
    description:
      - Days for which a new client is valid. By default, Veracode decides.
      - It cannot be changed later. A difference is a warning.
    type: int
  roles:
    description:
      - Roles of the client by display name or short name, out of those of the calling account. By default, a new client has all of them.
    type: list
    elements: str
  state:
    description:
      - State of the client.
      - V(present) creates a client, and a secret if none is valid.
      - V(rotated) generates a new secret, stores it, and deletes the older ones.
      - V(absent) deletes the client. Files are not changed.
    type: str
    choices: [present, rotated, absent]
    default: present
  revoke_tokens:
    description:
      - Whether to revoke the tokens that were issued to the client, or to all clients of O(username).
    type: bool
    default: false
  renew_if_missing:
    description:
      - Whether O(state=present) replaces the secret if O(credentials_dest) does not hold the valid one.
      - By default this is an error, since the current secret ends.
    type: bool
    default: false
  credentials_dest:
    description:
      - File for the generated secret, with mode C(0600), where the task runs.
      - Its folder must exist. In a shared folder, another user's file or link is refused.
      - If writing fails, the error names a rescue file.
    type: path
  credentials_format:
    description:
      - Format of the file. Veracode's credentials file cannot hold an OAuth client.
      - V(json) is an object with C(client_id), C(client_secret) and C(expires).
      - V(env) sets E(VERACODE_CLIENT_ID) and E(VERACODE_CLIENT_SECRET). Other lines are kept.
    type: str
    choices: [json, env]
    default: json
  credentials_overwrite:
    description:
      - Whether to replace the secret of another client in O(credentials_dest). By default this is refused.
      - An expired or deleted client is always replaced.
    type: bool
    default: false
  return_secret:
    description:
      - Whether to return the secret. Set C(no_log=true) on the task, since Ansible does not mask it.
    type: bool
    default: false
seealso:
  - module: community.veracode.veracode_oauth_client_info
  - module: community.veracode.veracode_api_credentials
    description: Manages key pairs, which work with all APIs.
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Create a client for 90 days with one of the roles of the calling account
  community.veracode.veracode_oauth_client:
    name: access-report
    description: Weekly report of who has access
    expires_in: 90
    roles:
      - Admin API
    credentials_dest: "{{ lookup('env', 'HOME') }}/access-report.json"

- name: Replace the secret of a client
  community.veracode.veracode_oauth_client:
    name: access-report
    state: rotated
    credentials_dest: "{{ lookup('env', 'HOME') }}/access-report.env"
    credentials_format: env

- name: Delete a client and revoke its tokens
  community.veracode.veracode_oauth_client:
    name: access-report
    state: absent
    revoke_tokens: true

- name: Delete all clients of an account and revoke their tokens
  community.veracode.veracode_oauth_client:
    username: regina@example.com
    state: absent
    revoke_tokens: true
"""

RETURN = r"""
oauth_client:
  description: Client after the run, without its secret. V(null) if it is deleted, and with O(username).
  returned: success
  type: dict
  contains:
    client_id:
      description: ID of the client. V(null) in check mode if it would be created.
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
    client_id: 00000000-0000-0000-0000-000000000003
    name: access-report
    description: Weekly report of who has access
    username: report-api
    user_id: 00000000-0000-0000-0000-000000000001
    roles: [Admin API]
    is_scoped: true
    created: "2026-11-02T12:00:00Z"
    expires: "2027-01-31T12:00:00Z"
reason:
  description: Reason for the action, or for none.
  returned: success
  type: str
  sample: there is no such client
credentials:
  description:
    - Secret that was generated. Its values are V(null) in check mode.
    - It is also returned if the task fails after generating it.
  returned: when a secret is generated
  type: dict
  contains:
    client_id:
      description: ID of the client.
      type: str
    client_secret:
      description: The secret. Veracode does not return it again. Set C(no_log=true) on the task.
      type: str
      returned: when O(return_secret=true)
    expires:
      description: Expiry of the secret.
      type: str
    dest:
      description: File that contains the secret.
      type: str
  sample:
    client_id: 00000000-0000-0000-0000-000000000003
    expires: "2027-01-31T12:00:00Z"
    dest: /home/devops/access-report.json
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
      description: Name of the client, or the username if the tokens of an account are revoked.
      type: str
    fields:
      description: Options that were set, sorted. Empty unless a client was created.
      type: list
      elements: str
  sample:
    - action: create
      kind: oauth_client
      name: access-report
      fields: [description, expires_in, roles]
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
      description: Deleted client, or IDs of the replaced secrets. Several clients are listed by name.
      type: dict
    after:
      description: Created client, or V(null) as the ID of a new secret. Empty if the client is deleted.
      type: dict
  sample:
    before_header: oauth_client access-report
    after_header: oauth_client access-report
    before: {}
    after:
      description: Weekly report of who has access
      expires_in: 90
      roles: [Admin API]
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
    name: access-report
    option: roles
    value: [Results API]
    msg: 'roles: "Results API" is not a role of "report-api" (a client has at most the roles of its account)'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.oauth_client import OAUTH_CLIENT
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(OAUTH_CLIENT)


if __name__ == "__main__":
    main()

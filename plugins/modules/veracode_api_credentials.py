#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_api_credentials
short_description: Manage API key pairs
version_added: 1.0.0
description:
  - Generates, renews, rotates and revokes the API key pair (API ID and secret) of a user or an API user. An account has one at a time.
  - Veracode returns a secret only once, and a new key pair ends the old one immediately or after 24 hours. All options are therefore
    checked before a key pair is generated.
  - Locks keep other runs of the same operating system user away from the account and the file meanwhile.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.key_store
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
      - The new API ID and its expiry are V(null), since the server sets them.
  idempotent:
    support: partial
    details:
      - With O(state=rotated), each run generates a new pair.
options:
  username:
    description:
      - Username of the account. Exactly one of O(username) and O(api_id) is required.
    type: str
    aliases: [user_name]
  api_id:
    description:
      - API ID, with or without its prefix, such as C(vera01ei-). It selects the account that has or had this key pair.
      - With O(state=absent), only this key pair is revoked. An unknown one is not an error.
    type: str
  state:
    description:
      - State of the key pair.
      - V(present) generates one if none is valid for longer than O(renew_within).
      - V(rotated) always generates a new one.
      - V(absent) revokes it immediately. Files are not changed.
    type: str
    choices: [present, rotated, absent]
    default: present
  renew_within:
    description:
      - Remaining validity at which O(state=present) renews a key pair, with the unit V(m), V(h), V(d) or V(w).
      - Key pairs with a shorter lifetime are renewed at half of it, with a warning.
    type: str
    default: 30d
  renew_if_missing:
    description:
      - Whether O(state=present) generates a new key pair if O(credentials_dest) does not hold the valid one.
      - By default this is an error, since the new key pair ends the current one.
    type: bool
    default: false
  verify:
    description:
      - Whether to test the new key pair with a call. This fails outside of the IP addresses to which the account is restricted.
    type: bool
    default: false
  allow_self:
    description:
      - Whether to generate or revoke the key pair of the calling account. This needs no administrator role.
      - Later tasks must use the new key pair.
    type: bool
    default: false
seealso:
  - module: community.veracode.veracode_api_user
  - module: community.veracode.veracode_user_info
    description: Finds the accounts whose key pairs expire soon.
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Renew a key pair in its last 30 days
  community.veracode.veracode_api_credentials:
    username: pipeline-web-shop
    credentials_dest: "{{ lookup('env', 'HOME') }}/veracode-credentials"
    credentials_profile: web-shop
    renew_if_missing: true
    verify: true

- name: Rotate a key pair
  community.veracode.veracode_api_credentials:
    username: pipeline-billing
    state: rotated
    credentials_dest: "{{ lookup('env', 'HOME') }}/billing.json"
    credentials_format: json

- name: Rotate a key pair and use it in another task
  community.veracode.veracode_api_credentials:
    username: pipeline-reporting
    state: rotated
    return_secret: true
  register: rotated
  no_log: true

- name: Revoke a key pair that was found in a repository
  community.veracode.veracode_api_credentials:
    api_id: "00000000000000000000000000000000"
    state: absent

- name: Revoke the key pair of an account
  community.veracode.veracode_api_credentials:
    username: pipeline-billing
    state: absent
"""

RETURN = r"""
api_credentials:
  description: Account and key pair after the run, without the secret.
  returned: success
  type: dict
  contains:
    username:
      description: Username of the account. V(null) if no account has O(api_id).
      type: str
    user_id:
      description: GUID of the account.
      type: str
    api_id:
      description: API ID. V(null) if there is no key pair, or in check mode if one would be generated.
      type: str
    expires:
      description: Expiry of the key pair.
      type: str
  sample:
    username: pipeline-web-shop
    user_id: 00000000-0000-0000-0000-000000000001
    api_id: "00000000000000000000000000000000"
    expires: "2027-01-31T12:00:00Z"
reason:
  description: Why a key pair was or was not generated or revoked.
  returned: success
  type: str
  sample: the key pair expires on 2026-02-01T12:00:00Z, within 30 days
credentials:
  description:
    - Generated key pair. Its values are V(null) in check mode.
    - It is also returned if the task fails later.
  returned: when a key pair is generated
  type: dict
  contains:
    api_key_id:
      description: API ID.
      type: str
    api_key_secret:
      description: The secret. It cannot be read again. Set C(no_log=true) on the task.
      type: str
      returned: when O(return_secret=true)
    expires:
      description: Expiry of the key pair.
      type: str
    dest:
      description: File that contains the key pair.
      type: str
  sample:
    api_key_id: "00000000000000000000000000000000"
    expires: "2027-01-31T12:00:00Z"
    dest: /home/devops/billing.json
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
      description: Username of the account.
      type: str
    fields:
      description: Always empty.
      type: list
      elements: str
  sample:
    - action: generate
      kind: api_credentials
      name: pipeline-web-shop
      fields: []
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
      description: Key pair that is replaced or revoked. Empty if there was none.
      type: dict
    after:
      description: Values of a new key pair, which are V(null) since the server sets them. Empty if it is revoked.
      type: dict
  sample:
    before_header: api_credentials ci-bot
    after_header: api_credentials ci-bot
    before:
      api_id: "00000000000000000000000000000000"
      expires: "2026-02-01T12:00:00Z"
    after:
      api_id: null
      expires: null
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
    kind: api_credentials
    name: admin-api
    option: allow_self
    value: false
    msg: 'allow_self: this would replace the key pair of "admin-api", the calling account; call with another account, or
      set allow_self: true if this is intended'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.api_credentials import API_CREDENTIALS
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(API_CREDENTIALS)


if __name__ == "__main__":
    main()

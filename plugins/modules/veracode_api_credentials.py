#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_api_credentials
short_description: Generate, renew and revoke the API key pair of a Veracode account
version_added: 1.0.0
description:
  - Generates, renews, rotates or revokes the API key pair (API ID and secret) of a user or an API user. An account has one key pair at a time.
  - Veracode shows a secret once, in the answer that generates it, and a new pair ends the old one, at once or after 24 hours. So everything that
    can be refused is refused before, and the new pair is on the disk before anything else is done.
  - While a pair is generated, locks keep other runs of the same user away from the account and the destination. What such a run finds
    afterwards is the new pair.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.key_store
  - community.veracode.attributes
  - community.veracode.attributes.actiongroup_veracode
attributes:
  check_mode:
    support: full
    details:
      - Whether O(credentials_dest) could be written is checked as far as that can be known without writing.
  diff_mode:
    support: full
    details:
      - What the server decides, the new API ID and its expiry, is V(null).
  idempotent:
    support: partial
    details:
      - With O(state=rotated), each run generates a new pair.
options:
  username:
    description:
      - Username of the account.
      - Exactly one of O(username) and O(api_id) is required.
    type: str
    aliases: [user_name]
  api_id:
    description:
      - API ID of the key pair, with or without the prefix of a region (such as C(vera01ei-)).
      - With O(state=absent), just this pair is revoked, even one that was replaced and still works. An unknown ID is no change.
      - With the other states, it selects the account that has or had this pair.
    type: str
  state:
    description:
      - State of the key pair.
      - V(present) generates a pair if there is none, or none that is valid longer than O(renew_within).
      - V(rotated) always generates a new pair.
      - V(absent) revokes the pair at once. A file is left as it is.
    type: str
    choices: [present, rotated, absent]
    default: present
  renew_within:
    description:
      - With O(state=present), renew a pair that is valid no longer than this.
      - A whole number with a unit, V(m) (minutes), V(h) (hours), V(d) (days) or V(w) (weeks).
      - Where the organization's pairs live no longer than this, they are renewed at half of their life, with a warning.
    type: str
    default: 30d
  renew_if_missing:
    description:
      - Whether O(state=present) generates a new pair if O(credentials_dest) does not hold the valid one, which shows by its API ID.
      - By default this is an error, since a new pair ends the current one for everybody who uses it.
    type: bool
    default: false
  verify:
    description:
      - Whether to sign a call with the new pair, after it is stored. It is tried again for some seconds.
      - An account with an IP restriction is refused outside of its addresses.
    type: bool
    default: false
  allow_self:
    description:
      - Whether to generate or revoke the key pair of the calling account.
      - Later tasks have to sign with the new pair. Let the C(credentials_) options name the file and section that they read.
      - An account without an administrator's role can renew its own pair this way, and no other.
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
- name: Renew the key pair of a pipeline in its last month
  community.veracode.veracode_api_credentials:
    username: pipeline-web-shop
    credentials_dest: "{{ lookup('env', 'HOME') }}/veracode-credentials"
    credentials_profile: web-shop
    renew_if_missing: true
    verify: true

- name: Replace a key pair now
  community.veracode.veracode_api_credentials:
    username: pipeline-billing
    state: rotated
    credentials_dest: "{{ lookup('env', 'HOME') }}/billing.json"
    credentials_format: json

- name: Replace a key pair and hand it to another task
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
  description: The account and its key pair after the run, without the secret.
  returned: success
  type: dict
  contains:
    username:
      description: The username of the account. V(null) if nobody holds O(api_id).
      type: str
    user_id:
      description: The GUID of the account.
      type: str
    api_id:
      description: The API ID. V(null) if there is no pair, and in check mode if one would be generated.
      type: str
    expires:
      description: When the pair expires.
      type: str
  sample:
    username: pipeline-web-shop
    user_id: 00000000-0000-0000-0000-000000000001
    api_id: 00000000000000000000000000000000
    expires: "2027-01-31T12:00:00Z"
reason:
  description: Why a key pair is generated or revoked, or why not.
  returned: success
  type: str
  sample: the key pair expires on 2026-02-01T12:00:00Z, within 30 days
organization_id:
  description: GUID of the organization.
  returned: when a key pair is generated, or would be, for another account than the calling one
  type: str
  sample: 00000000-0000-0000-0000-000000000002
credentials:
  description:
    - The key pair that was generated. Its values are V(null) in check mode.
    - A task that fails after it was generated returns it, too.
  returned: when a key pair is generated
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
    dest: /home/devops/billing.json
actions:
  description:
    - What was done, or in check mode would be done.
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
      description: The username of the account.
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
  description: What differs, before and after.
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
      description: The pair that is replaced or revoked. Empty if there was none.
      type: dict
    after:
      description: For a new pair, its values are V(null), as they are decided by the server. Empty if it is revoked.
      type: dict
  sample:
    before_header: api_credentials ci-bot
    after_header: api_credentials ci-bot
    before:
      api_id: 00000000000000000000000000000000
      expires: "2026-02-01T12:00:00Z"
    after:
      api_id: null
      expires: null
failure:
  description: What went wrong. Holds what applies of the following.
  returned: failure
  type: dict
  contains:
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
    kind: api_credentials
    name: admin-api
    option: allow_self
    value: false
    msg: 'allow_self: this would replace the key pair of "admin-api", the account that signs these calls; call with another account, or
      set allow_self: true if this is intended'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.api_credentials import API_CREDENTIALS
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(API_CREDENTIALS)


if __name__ == "__main__":
    main()

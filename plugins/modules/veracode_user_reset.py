#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_user_reset
short_description: Reset passwords, multi-factor authentication and sessions
version_added: 1.0.0
description:
  - Sends a password or activation mail, resets the second factor, or ends the sessions of a user or an API user.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.actiongroup_veracode
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff shows what is reset.
  idempotent:
    support: none
    details:
      - Each run resets again.
options:
  username:
    description:
      - Username of the account, compared case-insensitively.
    type: str
    required: true
    aliases: [user_name]
  reset:
    description:
      - What to reset.
      - V(password) mails a password link, or the activation link. Not for SAML users.
      - V(mfa) requires a new second factor at the next login. Not for SAML users.
      - V(sessions) ends all sessions. The API key pair stays valid.
    type: list
    elements: str
    choices: [password, mfa, sessions]
    required: true
  only_never_logged_in:
    description:
      - Whether to send the V(password) mail only to accounts that have never logged in. Other accounts are skipped.
      - If Veracode does not show whether an account has logged in, it is skipped with a warning.
    type: bool
    default: true
seealso:
  - module: community.veracode.veracode_user
  - module: community.veracode.veracode_api_credentials
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Send the activation mail again to a user who has never logged in
  community.veracode.veracode_user_reset:
    username: regina.monarch@example.com
    reset:
      - password

- name: Reset everything after a phone was lost
  community.veracode.veracode_user_reset:
    username: regina.monarch@example.com
    reset:
      - mfa
      - sessions

- name: Send a password mail
  community.veracode.veracode_user_reset:
    username: regina.monarch@example.com
    reset:
      - password
    only_never_logged_in: false
"""

RETURN = r"""
reset:
  description: What was reset, in check mode what would be, sorted.
  returned: success
  type: list
  elements: str
  sample: [mfa, sessions]
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
      description: What was reset, sorted.
      type: list
      elements: str
  sample:
    - action: reset
      kind: user
      name: regina.monarch@example.com
      fields: [mfa, sessions]
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
      description: An empty list under C(reset).
      type: dict
    after:
      description: What is reset, under C(reset).
      type: dict
  sample:
    before_header: user rm@example.com
    after_header: user rm@example.com
    before:
      reset: []
    after:
      reset: [mfa, sessions]
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
    kind: user
    name: regina.monarch@example.com
    option: reset
    value: password
    msg: 'reset: "regina.monarch@example.com" logs in with SAML and has no password of Veracode''s to reset; have the password reset in the
      identity provider, and remove password from the list'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.user_reset import USER_RESET
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(USER_RESET)


if __name__ == "__main__":
    main()

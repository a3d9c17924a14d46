#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_user_reset
short_description: Reset the password, the second factor or the sessions of a Veracode account
version_added: 1.0.0
description:
  - Sends the mail to set a new password, or the activation mail again, makes an account set up its second factor anew, or ends its sessions.
  - For people and for API service accounts.
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
      - No option has a value that differs, so it shows what is reset.
  idempotent:
    support: none
    details:
      - A reset is done anew by each run.
options:
  username:
    description:
      - The username of the account, compared without case.
    type: str
    required: true
    aliases: [user_name]
  reset:
    description:
      - What to reset.
      - V(password) sends a mail, which lets the person set a new password. An account that was never activated gets the activation mail again. See
        O(only_never_logged_in).
      - V(mfa) forgets the second factor, so that it is set up anew at the next login.
      - V(sessions) ends all sessions, so that the account has to log in again. Its API key pair goes on working, see
        M(community.veracode.veracode_api_credentials).
      - An account that logs in by SAML has neither a password nor a second factor of Veracode's, so these two are refused for it.
      - If one of several fails, those done before are told in the RV(actions) of the failure. The mail is sent last.
    type: list
    elements: str
    choices: [password, mfa, sessions]
    required: true
  only_never_logged_in:
    description:
      - Whether the mail is sent only to an account that has never logged in, so that a whole team can be reminded of its activation without
        disturbing those who have done it. The account is left alone otherwise, which is no failure.
      - It governs V(password) only.
    type: bool
    default: true
seealso:
  - module: community.veracode.veracode_user
  - module: community.veracode.veracode_api_credentials
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Send the activation mail again, if it was not followed yet
  community.veracode.veracode_user_reset:
    username: regina.monarch@example.com
    reset:
      - password

- name: A lost telephone
  community.veracode.veracode_user_reset:
    username: regina.monarch@example.com
    reset:
      - mfa
      - sessions

- name: Let a person set a new password
  community.veracode.veracode_user_reset:
    username: regina.monarch@example.com
    reset:
      - password
    only_never_logged_in: false
"""

RETURN = r"""
reset:
  description: What was reset, or would be in check mode, sorted.
  returned: success
  type: list
  elements: str
  sample: [mfa, sessions]
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
      description: What was reset, sorted.
      type: list
      elements: str
  sample:
    - action: reset
      kind: user
      name: regina.monarch@example.com
      fields: [mfa, sessions]
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
    kind: user
    name: regina.monarch@example.com
    option: reset
    value: password
    msg: 'reset: "regina.monarch@example.com" logs in by SAML and has no password of Veracode''s to reset; have the password reset in the
      identity provider, and take password out of the list'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.user_reset import USER_RESET
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(USER_RESET)


if __name__ == "__main__":
    main()

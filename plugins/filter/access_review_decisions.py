# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: access_review_decisions
short_description: Turn the filled-in sheets of an access review into changes
version_added: 1.0.0
description:
  - Reads the sheets that the role P(community.veracode.access_review#role) wrote and team managers filled in, and returns what
    M(community.veracode.veracode_directory) needs to do what they decided.
  - C(keep) changes nothing. C(change) gives the account exactly the roles in the column C(new_roles), separated by semicolons. C(remove) takes
    the account out of the team of that row; without a team in the row, the account is disabled. An empty cell is no decision.
  - Everything that is wrong with the sheets is reported together, with file and line. So is a row whose roles or account have changed since.
positional: _input
options:
  _input:
    description: The sheets, each with C(name), the name of the file, and C(text), what is in it.
    type: list
    elements: dict
    required: true
  users:
    description: The accounts as they are now, as M(community.veracode.veracode_user_info) returns them.
    type: list
    elements: dict
    required: true
seealso:
  - plugin: community.veracode.access_review_findings
    plugin_type: filter
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Read every account
  community.veracode.veracode_user_info:
    detailed: true
  register: accounts

- name: Show what the manager of the web shop decided
  ansible.builtin.debug:
    msg: "{{ [{'name': 'manager.csv', 'text': sheet}] | community.veracode.access_review_decisions(users=accounts.users) }}"
  vars:
    sheet: |
      team,username,roles,decision,new_roles
      Web Shop,maria@example.com,Reviewer,keep,
"""

RETURN = r"""
_value:
  description: What the sheets decide.
  type: dict
  contains:
    users:
      description: People to change, as M(community.veracode.veracode_directory) takes them.
      type: list
      elements: dict
    api_users:
      description: API service accounts to change, as M(community.veracode.veracode_directory) takes them.
      type: list
      elements: dict
    counts:
      description: How many rows say C(keep), C(change) and C(remove), and how many are C(open).
      type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.plugin_utils import access_review as _review


def access_review_decisions(files: list[dict[str, str]], users: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    """Return what the sheets decide."""
    try:
        return _review.decisions(files, users)
    except _review.ReviewError as error:
        raise AnsibleFilterError(f"access_review_decisions: {error}") from None


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return it by its name."""
        return {"access_review_decisions": access_review_decisions}

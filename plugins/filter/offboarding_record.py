# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: offboarding_record
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Record the accounts of leavers (used by the role offboarding only)
description:
  - Only the role P(community.veracode.offboarding#role) uses this filter. It can change without notice.
  - Returns the ledger entries of accounts and the input of the next tasks of the role.
positional: _input
options:
  _input:
    description:
      - Accounts from M(community.veracode.veracode_user_info) with O(community.veracode.veracode_user_info#module:detailed).
    type: list
    elements: dict
    required: true
  organization:
    description:
      - The organization that the accounts belong to, if it is known.
    type: str
  date_field:
    description:
      - Custom field to write the day into.
    type: str
  today:
    description:
      - Current day, such as C(2026-01-31).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Read the account of a leaver
  community.veracode.veracode_user_info:
    username: regina@example.com
    detailed: true
  register: found

- name: Show the teams to leave
  ansible.builtin.debug:
    msg: "{{ (found.users | community.veracode.offboarding_record(today='2026-01-31')).leave_entries }}"
"""

RETURN = r"""
_value:
  description:
    - Input of the next tasks.
  type: dict
  contains:
    ledger:
      description: Changes to record in the ledger.
      type: dict
    leave_entries:
      description: Entries of M(community.veracode.veracode_directory) that remove people from all their teams, where their roles allow it.
      type: list
      elements: dict
    date_entries:
      description: Entries that write the day into the custom field, in C(users) and C(api_users).
      type: dict
    with_key:
      description: Usernames of accounts with an API key pair.
      type: list
      elements: str
    managed_teams:
      description: Names of the teams that the accounts manage.
      type: list
      elements: str
"""

import typing as t

from ansible_collections.community.veracode.plugins.plugin_utils.filters import veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.offboarding_report import (
    date_entries,
    leave_entries,
    ledger_begin,
)


@veracode_filter
def offboarding_record(
    value: t.Any, today: str, date_field: str | None = None, organization: str | None = None
) -> dict[str, t.Any]:
    """Return what is to be done with the accounts."""
    return {
        "ledger": ledger_begin(value, today, organization or None),
        "leave_entries": leave_entries(value),
        "date_entries": date_entries(value, date_field or None, today),
        "with_key": [account["username"] for account in value if account.get("api_credentials")],
        "managed_teams": sorted({team for account in value for team in account.get("managed_teams") or ()}),
    }


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"offboarding_record": offboarding_record}

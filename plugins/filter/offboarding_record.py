# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: offboarding_record
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Write into a ledger what accounts are before they are off-boarded
description:
  - Adds an entry for each account. What an earlier run, which broke off, has recorded is kept.
  - It is made for the role P(community.veracode.offboarding#role), whose README explains the words.
positional: _input
options:
  _input:
    description:
      - The ledger.
    type: dict
    required: true
  details:
    description:
      - The accounts, as M(community.veracode.veracode_user_info) returns them with O(community.veracode.veracode_user_info#module:detailed).
    type: list
    elements: dict
    required: true
  date_field:
    description:
      - The custom field that gets the day, if one does.
    type: str
  today:
    description:
      - The day, as C(2026-01-31).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Read the account of somebody who leaves
  community.veracode.veracode_user_info:
    username: regina@example.com
    detailed: true
  register: found

- name: Remember it
  ansible.builtin.set_fact:
    ledger: "{{ ({'leavers': {}} | community.veracode.offboarding_record(details=found.users, today='2026-01-31')).ledger }}"
"""

RETURN = r"""
_value:
  description:
    - The new ledger, and what is to be done with the accounts.
  type: dict
  contains:
    ledger:
      description: The new ledger.
      type: dict
    leave_entries:
      description: Entries of M(community.veracode.veracode_directory) that take people from all their teams.
      type: list
      elements: dict
    date_entries:
      description: Entries that write the day into the custom field, in C(users) and C(api_users).
      type: dict
    with_key:
      description: Usernames of accounts that have an API key.
      type: list
      elements: str
    managed_teams:
      description: Names of the teams that the accounts manage.
      type: list
      elements: str
"""

import typing as t

from ansible_collections.community.veracode.plugins.plugin_utils.filters import plain, veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.offboarding import date_entries, leave_entries, record


@veracode_filter
def offboarding_record(value: t.Any, details: t.Any, today: str, date_field: str | None = None) -> dict[str, t.Any]:
    """Return the new ledger, and what is to be done."""
    accounts = plain(details)
    return {
        "ledger": record(plain(value), today, details=accounts),
        "leave_entries": leave_entries(accounts),
        "date_entries": date_entries(accounts, date_field or None, today),
        "with_key": [account["username"] for account in accounts if account.get("api_credentials")],
        "managed_teams": sorted({team for account in accounts for team in account.get("managed_teams") or ()}),
    }


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"offboarding_record": offboarding_record}

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: offboarding_restore
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Find in a ledger what brings accounts back
description:
  - Returns entries of M(community.veracode.veracode_directory) that give accounts back the login and the teams they had.
  - It is made for the role P(community.veracode.offboarding#role), whose README explains the words.
positional: _input
options:
  _input:
    description:
      - The ledger.
    type: dict
    required: true
  names:
    description:
      - Usernames or addresses.
    type: list
    elements: str
    required: true
  date_field:
    description:
      - The custom field that holds the day, if one does.
    type: str
  today:
    description:
      - The day, as C(2026-01-31).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Bring an account back
  community.veracode.veracode_directory:
    users: "{{ (ledger | community.veracode.offboarding_restore(['regina@example.com'], today='2026-01-31')).users }}"
  vars:
    ledger: "{{ lookup('ansible.builtin.file', 'leavers.json') | from_json }}"
"""

RETURN = r"""
_value:
  description:
    - What brings the accounts back.
  type: dict
  contains:
    users:
      description: Entries of people.
      type: list
      elements: dict
    api_users:
      description: Entries of API service accounts.
      type: list
      elements: dict
    ledger:
      description: The ledger as it is afterwards.
      type: dict
    errors:
      description: Everything that is wrong.
      type: list
      elements: str
    warnings:
      description: What cannot be brought back.
      type: list
      elements: str
"""

import typing as t

from ansible_collections.community.veracode.plugins.plugin_utils.filters import plain, veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.names import name_list
from ansible_collections.community.veracode.plugins.plugin_utils.offboarding import plan_restoring, record


@veracode_filter
def offboarding_restore(value: t.Any, names: t.Any, date_field: str | None = None, today: str = "") -> dict[str, t.Any]:
    """Return what brings the accounts back."""
    ledger = plain(value)
    wanted, errors = name_list(plain(names), "offboarding_restore")
    plan = plan_restoring(wanted, ledger, date_field or None)
    plan.errors[:0] = errors
    return {
        "users": plan.users,
        "api_users": plan.api_users,
        "ledger": ledger if plan.errors else record(ledger, today, restored=plan.names),
        "errors": plan.errors,
        "warnings": plan.warnings,
    }


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"offboarding_restore": offboarding_restore}

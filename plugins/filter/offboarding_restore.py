# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: offboarding_restore
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Restore off-boarded accounts from the ledger (used by the role offboarding only)
description:
  - Only the role P(community.veracode.offboarding#role) uses this filter. It can change without notice.
  - Returns entries of M(community.veracode.veracode_directory) that restore the login and the teams of accounts.
positional: _input
options:
  _input:
    description:
      - The ledger, or the text of its file.
    type: raw
    required: true
  names:
    description:
      - Usernames or addresses.
    type: list
    elements: str
    required: true
  date_field:
    description:
      - Custom field that contains the day.
    type: str
"""

EXAMPLES = r"""
- name: Restore an account
  community.veracode.veracode_directory:
    users: "{{ (ledger | community.veracode.offboarding_restore(['regina@example.com'])).users }}"
  vars:
    ledger: "{{ lookup('ansible.builtin.file', 'leavers.json') | from_json }}"
"""

RETURN = r"""
_value:
  description:
    - Entries that restore the accounts.
  type: dict
  contains:
    users:
      description: Entries of users.
      type: list
      elements: dict
    api_users:
      description: Entries of API users.
      type: list
      elements: dict
    names:
      description: Usernames of the accounts.
      type: list
      elements: str
    organization:
      description: Organization that the ledger belongs to, if it names one.
      type: str
    errors:
      description: All errors.
      type: list
      elements: str
    warnings:
      description: What cannot be restored.
      type: list
      elements: str
"""

import typing as t

from ansible_collections.community.veracode.plugins.plugin_utils.filters import veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.ledger import plan_restoring
from ansible_collections.community.veracode.plugins.plugin_utils.names import name_list
from ansible_collections.community.veracode.plugins.plugin_utils.offboarding import ledger_of


@veracode_filter
def offboarding_restore(value: t.Any, names: t.Any, date_field: str | None = None) -> dict[str, t.Any]:
    """Return what brings the accounts back."""
    usernames, errors = name_list(names, "offboarding_restore")
    ledger = ledger_of(value)
    plan = plan_restoring(usernames, ledger, date_field or None)
    return {
        "organization": ledger.get("organization") if isinstance(ledger, dict) else None,
        "users": plan.users,
        "api_users": plan.api_users,
        "names": plan.names,
        "errors": errors + plan.errors,
        "warnings": plan.warnings,
    }


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"offboarding_restore": offboarding_restore}

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: offboarding_outcome
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Find out what was done with every leaver
description:
  - Only the role P(community.veracode.offboarding#role) uses this filter. It is outside of the promise of compatibility.
  - Compares what the tasks of the role did with its plan.
positional: _input
options:
  _input:
    description:
      - What P(community.veracode.offboarding_plan#filter) returned.
    type: dict
    required: true
  details:
    description:
      - The accounts as they were before.
    type: list
    elements: dict
    required: true
  accounts:
    description:
      - Every account as it was before.
    type: list
    elements: dict
    required: true
  teams_run:
    description:
      - What the task that took people from their teams registered, failed or not.
    type: dict
    default: {}
  teams:
    description:
      - The teams that leavers managed, with their managers as they are after.
    type: list
    elements: dict
    default: []
  revoked:
    description:
      - Whether keys were revoked.
    type: bool
    default: true
  leave_teams:
    description:
      - Whether people were taken from their teams.
    type: bool
    default: true
  check_mode:
    description:
      - Whether the tasks ran in check mode.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read every account
  community.veracode.veracode_user_info:
    detailed: true
  register: everyone

- name: Show what would be done
  ansible.builtin.debug:
    msg: "{{ (plan | community.veracode.offboarding_outcome(details, everyone.users)).summary }}"
  vars:
    plan: "{{ everyone.users | community.veracode.offboarding_plan({'leavers': ['regina@example.com']}, {}, today='2026-01-31') }}"
    details: "{{ everyone.users | selectattr('username', 'in', plan.begin) }}"
"""

RETURN = r"""
_value:
  description:
    - What was done.
  type: dict
  contains:
    ledger:
      description: The change of the ledger that says what was done.
      type: dict
    rows:
      description: One dictionary for each account, with C(account), C(user_type), C(outcome), C(key_revoked), C(teams_left), C(teams_kept), C(message).
      type: list
      elements: dict
    lines:
      description: The rows in words.
      type: list
      elements: str
    csv:
      description: The rows as a CSV file.
      type: str
    summary:
      description: What was done, in one sentence.
      type: str
    unmanaged:
      description: Teams without a manager who stays.
      type: list
      elements: str
    errors:
      description: What went wrong.
      type: list
      elements: str
"""

import typing as t

from ansible_collections.community.veracode.plugins.plugin_utils.filters import veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.offboarding_report import (
    finish,
    line,
    report_csv,
    summary,
    without_manager,
)


@veracode_filter
def offboarding_outcome(
    value: t.Any,
    details: t.Any,
    accounts: t.Any,
    teams_run: t.Any = None,
    teams: t.Any = None,
    revoked: bool = True,
    leave_teams: bool = True,
    check_mode: bool = False,
) -> dict[str, t.Any]:
    """Return what was done with every leaver."""
    gone = [name for group in (*value["leavers"].values(), *value["delete"].values()) for name in group]
    outcome = finish(value, details, teams_run or {}, revoked=revoked, leave_teams=leave_teams)
    return {
        "ledger": outcome.ledger,
        "rows": outcome.rows,
        "lines": [line(row) for row in outcome.rows],
        "csv": report_csv(outcome.rows),
        "summary": summary(outcome.rows, len(accounts), check_mode=check_mode),
        "unmanaged": without_manager(teams or [], gone, accounts),
        "errors": outcome.errors,
    }


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"offboarding_outcome": offboarding_outcome}

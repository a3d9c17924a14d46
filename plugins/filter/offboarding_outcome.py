# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: offboarding_outcome
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Report the outcome of an off-boarding (used by the role offboarding only)
description:
  - Only the role P(community.veracode.offboarding#role) uses this filter. It can change without notice.
  - Compares the results of the role with its plan.
positional: _input
options:
  _input:
    description:
      - Result of P(community.veracode.offboarding_plan#filter).
    type: dict
    required: true
  details:
    description:
      - Details of the leavers before the run.
    type: list
    elements: dict
    required: true
  accounts:
    description:
      - All accounts before the run.
    type: list
    elements: dict
    required: true
  teams_run:
    description:
      - Registered result of the task that removed people from their teams, even if it failed.
    type: dict
    default: {}
  teams:
    description:
      - Teams that leavers managed, with their managers after the run.
    type: list
    elements: dict
    default: []
  steps:
    description:
      - Failed results of the loops over leavers that revoke credentials and end sessions, each with its C(item).
    type: list
    elements: dict
    default: []
  revoked:
    description:
      - Whether key pairs were revoked.
    type: bool
    default: true
  leave_teams:
    description:
      - Whether people were removed from their teams.
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

- name: Show the planned outcome
  ansible.builtin.debug:
    msg: "{{ (plan | community.veracode.offboarding_outcome(details, everyone.users)).summary }}"
  vars:
    plan: "{{ everyone.users | community.veracode.offboarding_plan({'leavers': ['regina@example.com']}, {}, today='2026-01-31') }}"
    details: "{{ everyone.users | selectattr('username', 'in', plan.begin) }}"
"""

RETURN = r"""
_value:
  description:
    - The outcome.
  type: dict
  contains:
    ledger:
      description: Changes to record in the ledger.
      type: dict
    rows:
      description: One dictionary for each account, with C(account), C(user_type), C(outcome), C(key_revoked), C(teams_left), C(teams_kept), C(message).
      type: list
      elements: dict
    lines:
      description: One sentence for each row.
      type: list
      elements: str
    csv:
      description: The rows as a CSV file.
      type: str
    summary:
      description: Summary in one sentence.
      type: str
    unmanaged:
      description: Teams that are left without a manager.
      type: list
      elements: str
    errors:
      description: All errors.
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
    steps: t.Any = None,
    revoked: bool = True,
    leave_teams: bool = True,
    check_mode: bool = False,
) -> dict[str, t.Any]:
    """Return what was done with every leaver."""
    gone = [name for group in (*value["leavers"].values(), *value["delete"].values()) for name in group]
    outcome = finish(value, details, teams_run or {}, steps or [], revoked=revoked, leave_teams=leave_teams)
    return {
        "ledger": outcome.ledger,
        "rows": outcome.rows,
        "lines": [line(row, check_mode=check_mode) for row in outcome.rows],
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

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: offboarding_outcome
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Say what became of everyone who was off-boarded
description:
  - Holds what the tasks of the role did against its plan, and writes it into the ledger.
  - It is made for the role P(community.veracode.offboarding#role), whose README explains the words.
positional: _input
options:
  _input:
    description:
      - What P(community.veracode.offboarding_plan#filter) returned.
    type: dict
    required: true
  ledger:
    description:
      - The ledger, as the role keeps it.
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
  today:
    description:
      - The day, as C(2026-01-31).
    type: str
    required: true
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
"""

EXAMPLES = r"""
- name: Read every account
  community.veracode.veracode_user_info:
    detailed: true
  register: everyone

- name: Say what became of everyone
  ansible.builtin.debug:
    msg: "{{ (plan | community.veracode.offboarding_outcome(ledger, details, everyone.users, {}, today='2026-01-31')).rows }}"
  vars:
    empty:
      leavers: {}
    plan: >-
      {{ everyone.users | community.veracode.offboarding_plan({'leavers': ['regina@example.com']}, ledger=empty, today='2026-01-31') }}
    details: "{{ everyone.users | selectattr('username', 'in', plan.begin) }}"
    ledger: "{{ (empty | community.veracode.offboarding_record(details=details, today='2026-01-31')).ledger }}"
"""

RETURN = r"""
_value:
  description:
    - What became of everyone.
  type: dict
  contains:
    ledger:
      description: The new ledger.
      type: dict
    rows:
      description: One dictionary for each account, with C(account), C(user_type), C(outcome), C(key_revoked), C(teams_left), C(teams_kept), C(message).
      type: list
      elements: dict
    csv:
      description: The rows as a CSV file.
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

from ansible_collections.community.veracode.plugins.plugin_utils.filters import plain, veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.offboarding import (
    finish,
    report_csv,
    without_manager,
)


@veracode_filter
def offboarding_outcome(
    value: t.Any,
    ledger: t.Any,
    details: t.Any,
    accounts: t.Any,
    teams_run: t.Any = None,
    teams: t.Any = None,
    today: str = "",
    revoked: bool = True,
    leave_teams: bool = True,
) -> dict[str, t.Any]:
    """Return what became of everyone."""
    plan = plain(value)
    gone = [name for group in (*plan["leavers"].values(), *plan["delete"].values()) for name in group]
    outcome = finish(
        plan,
        plain(ledger),
        plain(details),
        plain(teams_run or {}),
        without_manager(plain(teams or []), gone, plain(accounts)),
        today=today,
        revoked=revoked,
        leave_teams=leave_teams,
    )
    return {
        "ledger": outcome.ledger,
        "rows": outcome.rows,
        "csv": report_csv(outcome.rows),
        "unmanaged": outcome.unmanaged,
        "errors": outcome.errors,
    }


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"offboarding_outcome": offboarding_outcome}

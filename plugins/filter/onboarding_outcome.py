# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding_outcome
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Report the outcome of each row of an onboarding (used by the role onboarding only)
description:
  - Only the role P(community.veracode.onboarding#role) uses this filter. It can change without notice.
  - Assigns the result of M(community.veracode.veracode_directory) to the rows from
    P(community.veracode.onboarding_entries#filter).
  - Errors about C(users[17].roles) are rewritten to name file, line, row and column.
positional: _input
options:
  _input:
    description:
      - Registered result of M(community.veracode.veracode_directory), even if it failed.
    type: dict
    required: true
  entries:
    description:
      - Result of P(community.veracode.onboarding_entries#filter).
    type: dict
    required: true
  stops:
    description:
      - Whether the task stops at the first failure.
    type: bool
    default: false
  check_mode:
    description:
      - Whether the task ran in check mode.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read a file
  ansible.builtin.set_fact:
    entries: "{{ query('ansible.builtin.unvault', *files) | community.veracode.onboarding_entries(files=files) }}"
  vars:
    files: [people.csv]

- name: Create its accounts
  community.veracode.veracode_directory:
    users: "{{ entries.users }}"
  register: run
  failed_when: false

- name: Show the outcome of each row
  ansible.builtin.debug:
    msg: "{{ (run | community.veracode.onboarding_outcome(entries)).rows }}"
"""

RETURN = r"""
_value:
  description:
    - The outcome.
  type: dict
  contains:
    rows:
      description:
        - One dictionary for each row, with C(file), C(line), C(row), C(user_type), C(account), C(outcome), C(fields), C(message).
        - C(outcome) is one of C(created), C(updated), C(renamed), C(disabled), C(deleted), C(unchanged), C(failed), C(refused),
          C(not tried), and C(done) for a row that selects by C(custom_id) alone.
      type: list
      elements: dict
    csv:
      description: The rows as a CSV file.
      type: str
    errors:
      description: What went wrong, with locations in the files; one line for each kind of error.
      type: list
      elements: str
    summary:
      description: Summary in one sentence.
      type: str
    counts:
      description: Number of rows by outcome.
      type: dict
"""

import typing as t
from collections import Counter
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.plugin_utils.csv import Cell
from ansible_collections.community.veracode.plugins.plugin_utils.filters import veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.onboarding import (
    LISTS,
    Origin,
    outcome,
    result_csv,
    summary,
)


@veracode_filter
def onboarding_outcome(value: t.Any, entries: t.Any, stops: bool = False, check_mode: bool = False) -> dict[str, t.Any]:
    """Return the outcome of the rows."""
    if not isinstance(value, Mapping) or not isinstance(entries, Mapping) or "origins" not in entries:
        raise AnsibleFilterError(
            "onboarding_outcome: entries: not what onboarding_entries returned; give that, and a registered result"
        )
    origins = {
        kind: [
            Origin(
                origin["file"],
                origin["line"],
                origin["row"],
                {option: Cell("", column, header) for option, (column, header) in origin["columns"].items()},
            )
            for origin in entries["origins"][name]
        ]
        for kind, name in LISTS.items()
    }
    rows, errors = outcome({kind: entries[name] for kind, name in LISTS.items()}, origins, value, stops=stops)
    counts = Counter(row["outcome"] for row in rows)
    return {
        "rows": rows,
        "csv": result_csv(rows),
        "errors": errors,
        "counts": dict(sorted(counts.items())),
        "summary": summary(rows, check_mode=check_mode),
    }


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"onboarding_outcome": onboarding_outcome}

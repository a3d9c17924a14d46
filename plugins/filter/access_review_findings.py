# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: access_review_findings
short_description: Find what an access review has to look at
version_added: 1.0.0
description:
  - Looks through accounts and teams for what a reviewer should see, compares them with the snapshot of the last review, and makes a sheet for
    each team manager.
  - It reads and writes nothing itself. The role P(community.veracode.access_review#role) writes the files.
positional: _input
options:
  _input:
    description: The accounts, as M(community.veracode.veracode_user_info) returns them with O(community.veracode.veracode_user_info#module:detailed=true).
    type: list
    elements: dict
    required: true
  teams:
    description: The teams, as M(community.veracode.veracode_team_info) returns them.
    type: list
    elements: dict
    required: true
  now:
    description: The time of the review, in ISO 8601.
    type: str
    required: true
  previous:
    description: The snapshot of an earlier review. Without it, nothing is new and no changes are listed.
    type: dict
  users_complete:
    description: Whether the list of accounts is complete.
    type: bool
    default: true
  teams_complete:
    description: Whether the list of teams is complete.
    type: bool
    default: true
  inactive_days:
    description: A person who has not logged in for more days is a finding.
    type: int
    default: 90
  never_logged_in_days:
    description: A person who never logged in is a finding when the account is older, in days.
    type: int
    default: 14
  key_days:
    description: An API key that expires within so many days is a finding.
    type: int
    default: 30
  key_age_days:
    description: An API key that a review saw more days ago, and that is still the same, is a finding.
    type: int
    default: 180
seealso:
  - plugin: community.veracode.access_review_decisions
    plugin_type: filter
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Read every account
  community.veracode.veracode_user_info:
    detailed: true
  register: accounts

- name: Read every team
  community.veracode.veracode_team_info:
    detailed: true
  register: teams

- name: Show the titles of what was found
  ansible.builtin.debug:
    msg: "{{ found.review.findings | map(attribute='title') | unique }}"
  vars:
    found: >-
      {{ accounts.users | community.veracode.access_review_findings(teams=teams.teams, now=now(utc=true).isoformat()) }}
"""

RETURN = r"""
_value:
  description: What the review found.
  type: dict
  contains:
    review:
      description: The review with C(complete), C(problems), C(passed), C(totals), C(rules), C(findings) and C(changes).
      type: dict
    snapshot:
      description: What the next review takes as O(previous).
      type: dict
    sheets:
      description: For each team manager, C(manager), C(file) and C(text), a CSV. Its manager is V(null) for those for whom nobody answers.
      type: list
      elements: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.plugin_utils import access_review as _review


def access_review_findings(
    users: list[dict[str, t.Any]],
    teams: list[dict[str, t.Any]],
    now: str,
    previous: dict[str, t.Any] | None = None,
    users_complete: bool = True,
    teams_complete: bool = True,
    **limits: int,
) -> dict[str, t.Any]:
    """Return review, snapshot and sheets of a reading."""
    known = ", ".join(sorted(_review.Limits.__dataclass_fields__))
    unknown = set(limits) - set(_review.Limits.__dataclass_fields__)
    if unknown:
        raise AnsibleFilterError(
            f"access_review_findings: there is no option {sorted(unknown)[0]!r}; choose one of {known}"
        )
    when = _review.moment(now)
    if when is None:
        raise AnsibleFilterError(f"access_review_findings: now: {now!r} is no time; give it in ISO 8601")
    try:
        result = _review.review(
            users,
            teams,
            now=when,
            limits=_review.limits_of(limits),
            previous=previous or None,
            users_complete=users_complete,
            teams_complete=teams_complete,
        )
        taken = _review.snapshot(users, teams, now=when, previous=previous or None, result=result)
    except _review.ReviewError as error:
        raise AnsibleFilterError(f"access_review_findings: {error}") from None
    return {"review": result, "snapshot": taken, "sheets": _review.sheets(users, teams, result)}


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return it by its name."""
        return {"access_review_findings": access_review_findings}

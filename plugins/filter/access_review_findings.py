# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: access_review_findings
short_description: Find risks for an access review (used by the role access_review only)
version_added: 1.0.0
description:
  - Only the role P(community.veracode.access_review#role) uses this filter. It can change without notice.
  - Finds risks in accounts and teams, compares them with the last snapshot, and creates a sheet for each team manager.
positional: _input
options:
  _input:
    description: Accounts from M(community.veracode.veracode_user_info) with O(community.veracode.veracode_user_info#module:detailed=true).
    type: list
    elements: dict
    required: true
  teams:
    description: Teams from M(community.veracode.veracode_team_info).
    type: list
    elements: dict
    required: true
  now:
    description: Time of the review, in ISO 8601.
    type: str
    required: true
  previous:
    description: Snapshot of an earlier review, or the text of its file. Without it, nothing is new and no changes are listed.
    type: raw
  organization:
    description: Name of the organization. A snapshot of another one is refused.
    type: str
    default: ""
  oauth_clients:
    description: OAuth clients, each with its C(username), C(name) and C(expires).
    type: list
    elements: dict
  users_complete:
    description: Whether the list of accounts is complete.
    type: bool
    default: true
  teams_complete:
    description: Whether the list of teams is complete.
    type: bool
    default: true
  disabled_rules:
    description: Rules that are off.
    type: list
    elements: str
  separation:
    description: Lists of roles that one account should not hold together.
    type: list
    elements: list
  waivers:
    description: Accepted findings, each with C(rule), C(name), C(reason) and C(until).
    type: list
    elements: dict
  inactive_days:
    description: Days without a login after which a person is a finding.
    type: int
    default: 90
  key_days:
    description: Days before the expiry of a key pair at which it is a finding.
    type: int
    default: 30
  key_age_days:
    description: Days after which a key pair that a review has seen before is a finding.
    type: int
    default: 180
  max_administrators_percent:
    description: Maximum percentage of administrators among the enabled people.
    type: int
    default: 10
  min_saml_percent:
    description: Minimum percentage of SAML users among the enabled people.
    type: int
    default: 80
seealso:
  - plugin: community.veracode.access_review_decisions
    plugin_type: filter
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Read all accounts
  community.veracode.veracode_user_info:
    detailed: true
  register: accounts

- name: Read all teams
  community.veracode.veracode_team_info:
    detailed: true
  register: teams

- name: Show the titles of the findings
  ansible.builtin.debug:
    msg: "{{ found.review.findings | map(attribute='title') | unique }}"
  vars:
    found: >-
      {{ accounts.users | community.veracode.access_review_findings(teams=teams.teams, now=now(utc=true).isoformat()) }}
"""

RETURN = r"""
_value:
  description: The review.
  type: dict
  contains:
    errors:
      description: All errors. If there are any, nothing else is returned.
      type: list
      elements: str
    review:
      description: The review with C(id), C(complete), C(problems), C(passed), C(totals), C(rules), C(findings), C(accounts), C(waived) and C(changes).
      type: dict
    snapshot:
      description: Value of O(previous) for the next review.
      type: dict
    sheets:
      description: For each team manager C(manager), C(file) and C(text), a CSV. The manager is V(null) for accounts without one.
      type: list
      elements: dict
    record:
      description: What was written into the sheets, for the filter P(community.veracode.access_review_decisions#filter).
      type: dict
"""

import typing as t

from ansible_collections.community.veracode.plugins.plugin_utils.access_review.findings import (
    Reading,
    Settings,
    review,
)
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.sheets import sheets
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import (
    SEPARATION,
    Limits,
    Record,
    ReviewError,
    document_of,
    limits_of,
    moment,
    rules_without,
)
from ansible_collections.community.veracode.plugins.plugin_utils.filters import plain, veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.names import name_list


@veracode_filter
def access_review_findings(
    users: list[Record],
    teams: list[Record],
    now: str,
    previous: t.Any = None,
    oauth_clients: list[Record] | None = None,
    disabled_rules: t.Any = None,
    separation: list[list[str]] | None = None,
    waivers: list[Record] | None = None,
    **options: t.Any,
) -> Record:
    """Return review, snapshot and sheets of a reading, or what is wrong with the options."""
    about = {
        name: options.pop(name) for name in ("organization", "users_complete", "teams_complete") if name in options
    }
    when = moment(now)
    try:
        unknown = sorted(set(options) - set(Limits.__dataclass_fields__))
        if unknown or when is None:
            raise ReviewError(
                f"{unknown[0]}: unknown option; use one of {', '.join(sorted(Limits.__dataclass_fields__))}"
                if unknown
                else f'now: "{now}" is not a time; give it in ISO 8601'
            )
        off, errors = name_list(plain(disabled_rules), "disabled_rules")
        if errors:
            raise ReviewError("\n".join(errors))
        settings = Settings(
            limits_of(options),
            rules_without(off),
            plain(separation) if separation is not None else SEPARATION,
            plain(waivers or []),
        )
        reading = Reading(plain(users), plain(teams), plain(oauth_clients or []), **about)
        last = document_of(plain(previous))
        result, snapshot = review(reading, now=when, settings=settings, previous=None if last == {} else last)
    except ReviewError as error:
        return {"errors": str(error).split("\n")}
    written, record = sheets(reading.users, reading.teams, result)
    return {"errors": [], "review": result, "snapshot": snapshot, "sheets": written, "record": record}


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return it by its name."""
        return {"access_review_findings": access_review_findings}

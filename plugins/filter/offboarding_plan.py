# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: offboarding_plan
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Plan which accounts are off-boarded and deleted (used by the role offboarding only)
description:
  - Only the role P(community.veracode.offboarding#role) uses this filter. It can change without notice.
  - Compares leavers and the feed of an HR system with the accounts, the hold list, the limits and the ledger.
  - Errors in the feed do not raise an exception. They are returned.
positional: _input
options:
  _input:
    description:
      - All accounts from M(community.veracode.veracode_user_info).
    type: list
    elements: dict
    required: true
  settings:
    description:
      - The variables of the role, without their prefix C(offboarding_), and the content of the feed as the list C(feed_texts), empty if it cannot be read.
    type: dict
    required: true
  ledger:
    description:
      - Ledger of the role, or the text of its file.
    type: raw
    required: true
  today:
    description:
      - Current time in ISO 8601, or a day such as C(2026-01-31).
    type: str
    required: true
  marked:
    description:
      - Details of the accounts that cannot log in, if a custom field contains the day.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Read every account
  community.veracode.veracode_user_info:
  register: everyone

- name: Show who would be off-boarded
  ansible.builtin.debug:
    msg: "{{ everyone.users | community.veracode.offboarding_plan(settings, ledger={}, today='2026-01-31') }}"
  vars:
    settings:
      leavers: [regina@example.com]
"""

RETURN = r"""
_value:
  description:
    - The plan.
  type: dict
  contains:
    leavers:
      description: Usernames of current and earlier leavers, by C(human) and C(api).
      type: dict
    begin:
      description: Usernames of new leavers.
      type: list
      elements: str
    delete:
      description: Usernames of accounts that are due to be deleted, by C(human) and C(api).
      type: dict
    disable_entries:
      description: Entries of M(community.veracode.veracode_directory) that disable the leavers, in C(users) and C(api_users).
      type: dict
    delete_entries:
      description: Entries that delete the accounts that are due, in C(users) and C(api_users).
      type: dict
    today:
      description: Current day in the time zone of the settings.
      type: str
    organization:
      description: Organization that the ledger belongs to, if it names one.
      type: str
    contradicted:
      description: Usernames that stay because rows of the feed contradict each other, with the reason.
      type: dict
    held:
      description: Usernames on the hold list.
      type: list
      elements: str
    missing:
      description: Names that match no account.
      type: list
      elements: str
    errors:
      description: All errors.
      type: list
      elements: str
    warnings:
      description: Warnings.
      type: list
      elements: str
"""

import typing as t
from dataclasses import asdict

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.plugin_utils.feed import Feed, local_day
from ansible_collections.community.veracode.plugins.plugin_utils.filters import veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.names import name_list, quoted
from ansible_collections.community.veracode.plugins.plugin_utils.offboarding import (
    Leaving,
    Limits,
    delete_entries,
    disable_entries,
    ledger_of,
    plan_leaving,
)


def _feed(given: t.Mapping[str, t.Any]) -> tuple[Feed | None, list[str]]:
    """Return the feed of the settings, if they name one, and an error if its file could not be read."""
    if not given.get("feed"):
        return None, []
    name = str(given["feed"])
    texts = given.get("feed_texts") or []
    if not texts:
        return None, [f"offboarding_feed: there is no file {quoted(name)} that can be read; correct the path"]
    feed = Feed(
        name,
        str(texts[0]),
        given.get("feed_kind", "leavers"),
        given.get("feed_column"),
        given.get("feed_where", {}),
        given.get("feed_last_day_column"),
        given.get("feed_sheet"),
        given.get("feed_day_format"),
    )
    return feed, []


@veracode_filter
def offboarding_plan(
    value: t.Any, settings: t.Any, ledger: t.Any = None, today: str = "", marked: t.Any = None
) -> dict[str, t.Any]:
    """Return who leaves and who is deleted."""
    given = {key: each for key, each in settings.items() if each is not None and each != ""}
    day, wrong_zone = local_day(today, given.get("time_zone", "UTC"))
    if day is None:
        raise AnsibleFilterError(f"offboarding_plan: today: {quoted(str(today))} is not a day; write it as 2026-01-31")
    feed, missing = _feed(given)
    document = ledger_of(ledger)
    delete_after = given.get("delete_after_days")
    leavers, wrong_leavers = name_list(given.get("leavers"), "offboarding_leavers")
    hold, wrong_hold = name_list(given.get("hold"), "offboarding_hold")
    plan = plan_leaving(
        Leaving(
            leavers,
            feed,
            hold,
            document,
            day,
            None if delete_after is None else int(delete_after),
            given.get("date_field"),
        ),
        value,
        marked or [],
        Limits(
            int(given.get("max_leavers", 10)),
            int(given.get("max_percent", 10)),
            int(given.get("max_deletions", 10)),
            int(given.get("min_known_percent", 50)),
            bool(given.get("allow_empty_feed", False)),
        ),
    )
    plan.errors[:0] = wrong_zone + wrong_leavers + wrong_hold + missing
    if delete_after is not None and int(delete_after) < 0:
        plan.errors.append(f"offboarding_delete_after_days: {delete_after} is too small; give 0 or more")
    owner = document.get("organization") if isinstance(document, dict) else None
    return {
        **asdict(plan),
        "today": day.isoformat(),
        "organization": owner,
        "disable_entries": disable_entries(plan),
        "delete_entries": delete_entries(plan),
    }


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"offboarding_plan": offboarding_plan}

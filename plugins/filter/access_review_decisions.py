# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: access_review_decisions
short_description: Read the decisions of an access review (used by the role access_review only)
version_added: 1.0.0
description:
  - Only the role P(community.veracode.access_review#role) uses this filter. It can change without notice.
  - Reads the sheets that the role wrote and team managers filled in, and returns input for M(community.veracode.veracode_directory).
  - V(keep) changes nothing. V(change) gives the account exactly the roles in C(new_roles). V(remove) removes the account from the team of the row,
    or disables it in a row without team. An empty cell is not a decision.
  - Only rows that the review wrote into a sheet count. A decision that was applied before, or holds already, changes nothing.
positional: _input
options:
  _input:
    description: Sheets, CSV or Excel, as M(ansible.builtin.slurp) returns them, with C(source) and C(content) in Base64.
    type: list
    elements: dict
    required: true
  users:
    description: Accounts as they are now, from M(community.veracode.veracode_user_info).
    type: list
    elements: dict
    required: true
  record:
    description: Record of the review, the C(review.json) in the folder of its sheets, or the text of that file.
    type: raw
    required: true
  newest:
    description: ID of the newest review. Sheets of an older one are refused.
    type: str
  snapshot:
    description: Snapshot of the newest review, or the text of its file. It replaces O(newest).
    type: raw
seealso:
  - plugin: community.veracode.access_review_findings
    plugin_type: filter
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Read all accounts
  community.veracode.veracode_user_info:
    detailed: true
  register: accounts

- name: Show the decisions of one sheet
  ansible.builtin.debug:
    msg: "{{ sheets | community.veracode.access_review_decisions(users=accounts.users, record=record) }}"
  vars:
    sheets:
      - source: maria@example.com.csv
        content: "{{ sheet | b64encode }}"
    sheet: |
      team,username,name,type,team_manager,roles,last_login,findings,decision,new_roles,note,reviewer,review
      Web Shop,maria@example.com,Maria,person,yes,Reviewer,unknown,,keep,,,maria@example.com,2026-11-27-1f2e3d4c
    record:
      id: 2026-11-27-1f2e3d4c
      sheets:
        maria@example.com:
          - [Web Shop, maria@example.com, Reviewer]
      applied: {}
"""

RETURN = r"""
_value:
  description: What the sheets decide.
  type: dict
  contains:
    errors:
      description: All errors. If there are any, nothing else is returned.
      type: list
      elements: str
    users:
      description: Users to change, as M(community.veracode.veracode_directory) takes them.
      type: list
      elements: dict
    api_users:
      description: API users to change, as M(community.veracode.veracode_directory) takes them.
      type: list
      elements: dict
    counts:
      description: Numbers of rows by decision, C(keep), C(change) and C(remove). Rows without one are counted in C(open).
      type: dict
    record:
      description: Record with the decisions that are applied now.
      type: dict
"""

import base64
import posixpath
import typing as t

from ansible_collections.community.veracode.plugins.plugin_utils.access_review.decisions import decisions
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.snapshot import check_snapshot
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import (
    Record,
    ReviewError,
    document_of,
)
from ansible_collections.community.veracode.plugins.plugin_utils.filters import plain, veracode_filter


def _id_of(snapshot: t.Any) -> str:
    """Return the id of a snapshot.

    :raises ReviewError: it is not one.
    """
    try:
        check_snapshot(snapshot, "")
    except ReviewError:
        raise ReviewError(
            "snapshot: the snapshot.json above the folder of the sheets is not one of a review; restore it, or review again"
        ) from None
    return str(snapshot["id"])


@veracode_filter
def access_review_decisions(
    files: list[dict[str, str]],
    users: list[Record],
    record: t.Any,
    newest: str | None = None,
    snapshot: t.Any = None,
) -> Record:
    """Return what the sheets decide, or what is wrong with them."""
    sheets = [(posixpath.basename(str(file["source"])), base64.b64decode(file["content"])) for file in files]
    try:
        if snapshot is not None:
            newest = _id_of(document_of(plain(snapshot)))
        return {"errors": [], **decisions(sheets, plain(users), document_of(plain(record)), newest or None)}
    except ReviewError as error:
        return {"errors": str(error).split("\n")}


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return it by its name."""
        return {"access_review_decisions": access_review_decisions}

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: plan_markdown
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Convert a plan into Markdown
description:
  - Converts the plan from O(community.veracode.veracode_directory#module:plan_file) into Markdown for a comment on a pull request.
  - The text has one line of counts, the removals, and a table of the changes for each kind. Disabling an account counts as a removal.
  - Names and values cannot become links, mentions, headings or HTML.
positional: _input, title, max_length
options:
  _input:
    description:
      - Plan from the file.
    type: dict
    required: true
  title:
    description:
      - Heading of the text.
    type: str
    default: Veracode plan
  max_length:
    description:
      - Maximum number of characters. A longer text is cut after an entry. GitHub accepts up to 65536 characters.
    type: int
    default: 60000
seealso:
  - module: community.veracode.veracode_directory
"""

EXAMPLES = r"""
- name: Plan
  community.veracode.veracode_directory:
    files:
      - "{{ playbook_dir }}/directory.yml"
    plan_file: "{{ playbook_dir }}/plan.json"
  check_mode: true

- name: Write the comment
  ansible.builtin.copy:
    content: "{{ lookup('ansible.builtin.file', playbook_dir ~ '/plan.json') | from_json | community.veracode.plan_markdown('Access to Veracode') }}"
    dest: "{{ playbook_dir }}/plan.md"
    mode: "0644"
"""

RETURN = r"""
_value:
  description:
    - The text, in Markdown as GitHub and GitLab read it. Without changes, it is C(No changes.).
  type: str
  sample: |
    ## Veracode plan

    0 to create, 1 to change, 0 to remove

    ### Users

    | Action | Name | Details |
    |---|---|---|
    | update | `rm@example.com` | phone: nothing → `1` |
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.plugin_utils import plan_markdown as _plan_markdown
from ansible_collections.community.veracode.plugins.plugin_utils.filters import plain, veracode_filter


@veracode_filter
def plan_markdown(value: t.Any, title: str = "Veracode plan", max_length: int = 60000) -> str:
    """Return the plan as Markdown."""
    if isinstance(max_length, bool) or not isinstance(max_length, int) or max_length < 1:
        raise AnsibleFilterError(f"plan_markdown: max_length is {max_length!r}; give a number of characters")
    return _plan_markdown.plan_markdown(plain(value), str(title), max_length)


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"plan_markdown": plan_markdown}

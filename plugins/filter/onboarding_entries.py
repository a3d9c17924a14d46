# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding_entries
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Read users and API users from files (used by the role onboarding only)
description:
  - Only the role P(community.veracode.onboarding#role) uses this filter. It can change without notice.
  - Reads the contents of files and the entries of variables into entries of M(community.veracode.veracode_directory).
  - Files ending in C(.yml), C(.yaml) or C(.json) are read as YAML, others as Excel or CSV. The form of Veracode's API wrapper is recognized by
    its header.
  - Errors in the files do not raise an exception. They are returned.
positional: _input
options:
  _input:
    description:
      - Contents of the files, from P(ansible.builtin.unvault#lookup). V(null) for a file that cannot be read.
    type: list
    elements: str
    required: true
  files:
    description:
      - Names of the files, in the same order.
    type: list
    elements: str
    default: []
  users:
    description:
      - Users from a variable.
    type: list
    elements: dict
    default: []
  api_users:
    description:
      - API users from a variable.
    type: list
    elements: dict
    default: []
  job_profiles:
    description:
      - Your own job profiles, as for P(community.veracode.job_profile_roles#filter).
    type: dict
    default: {}
  common:
    description:
      - Whether to include the roles that Veracode calls common.
    type: bool
    default: false
  action:
    description:
      - Action of rows without one, in the form of Veracode's API wrapper.
    type: str
    choices:
      - createuser
      - updateuser
      - deleteuser
  sheet:
    description:
      - Sheet of Excel files. Defaults to the first.
    type: str
"""

EXAMPLES = r"""
- name: Check a file without calling Veracode
  ansible.builtin.assert:
    that: entries.errors == []
    fail_msg: "{{ entries.errors | join('\n') }}"
  vars:
    files: [people.csv]
    entries: "{{ query('ansible.builtin.unvault', *files) | community.veracode.onboarding_entries(files=files) }}"
"""

RETURN = r"""
_value:
  description:
    - Entries, their locations, and errors.
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
    origins:
      description: Location of each entry, for P(community.veracode.onboarding_outcome#filter).
      type: dict
    teams:
      description: One entry with only a name for each team of an account, sorted.
      type: list
      elements: dict
    errors:
      description: All errors, a line for each, with file, line and column.
      type: list
      elements: str
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.plugin_utils.filters import text_of, veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.names import quoted
from ansible_collections.community.veracode.plugins.plugin_utils.onboarding import (
    LISTS,
    Onboarding,
    Profiles,
    add_file,
    add_variables,
    nothing_given,
)


@veracode_filter
def onboarding_entries(
    value: t.Any,
    files: t.Any = None,
    users: t.Any = None,
    api_users: t.Any = None,
    job_profiles: t.Any = None,
    common: bool = False,
    action: str | None = None,
    sheet: str | None = None,
) -> dict[str, t.Any]:
    """Return the entries of all files and variables."""
    texts, names = value, files or []
    if not isinstance(texts, list) or not isinstance(names, list) or len(texts) != len(names):
        raise AnsibleFilterError("onboarding_entries: files: not as many as contents; give a name for each")
    result = Onboarding()
    profiles = Profiles(job_profiles or {}, common)
    add_variables(result, USER, "onboarding_users", users or [], profiles)
    add_variables(result, API_USER, "onboarding_api_users", api_users or [], profiles)
    for name, text in zip(names, texts):
        if text is None:
            result.errors.append(
                f"onboarding_files: there is no file {quoted(str(name))} that can be read; correct the path"
            )
            continue
        add_file(result, str(name), text_of(text, "onboarding_entries"), profiles, action=action, sheet=sheet or None)
    nothing = nothing_given(result, [str(name) for name in names])
    result.errors += [nothing] if nothing is not None else []
    return {
        **{name: result.entries[kind] for kind, name in LISTS.items()},
        "origins": {
            name: [
                {
                    "file": origin.file,
                    "line": origin.line,
                    "row": origin.row,
                    "columns": {option: [cell.column, cell.header] for option, cell in origin.columns.items()},
                }
                for origin in result.origins[kind]
            ]
            for kind, name in LISTS.items()
        },
        "teams": [{"name": team} for team in result.teams],
        "errors": result.errors,
    }


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"onboarding_entries": onboarding_entries}

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: from_wrapper_csv
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Read the CSV file of Veracode's Java or C# API wrapper
description:
  - Converts a CSV file for the C(inputfilepath) of Veracode's API wrappers into options of M(community.veracode.veracode_user), one set for
    each row.
  - Commas, semicolons and tabs are recognized as separators. Blanks around a cell are ignored; invisible characters are an error.
  - The columns have the wrapper's names. Case, blanks, C(_) and C(-) are ignored. They are C(action), C(username), C(customid),
    C(newcustomid), C(firstname), C(lastname), C(emailaddress), C(phone), C(title) or C(position), C(roles),
    C(teams), C(issamluser), C(loginenabled), C(active), C(requirestoken),
    C(hasiprestrictions), C(allowedipaddresses), C(custom1) to C(custom5), C(iselearningmanager), C(elearningmanager),
    C(elearningtrack), C(elearningcurriculum), C(keepelearningactive), C(loginaccounttype). The order does not matter.
  - An empty cell omits the option. The wrapper itself repeats the value of the row above instead.
  - The actions C(createuser) and C(updateuser) become C(state=present), C(deleteuser) becomes C(state=absent).
  - All errors are reported together, with line and column. The header is line 1.
  - The names in a list are separated by commas or semicolons. Use a JSON list for names that contain one, C("[""R, D"", ""Quality Team""]").
positional: _input
options:
  _input:
    description:
      - Text of the file.
    type: str
    required: true
  action:
    description:
      - Action of rows without one, like C(-action) of the wrapper.
      - If omitted, such rows are an error.
    type: str
    choices:
      - createuser
      - updateuser
      - deleteuser
  file:
    description:
      - Name of the file for error messages.
    type: str
"""

EXAMPLES = r"""
- name: Apply a file for the API wrapper
  community.veracode.veracode_directory:
    users: "{{ lookup('ansible.builtin.file', 'newusers.csv') | community.veracode.from_wrapper_csv }}"

- name: Use a file without the column action
  community.veracode.veracode_directory:
    users: "{{ lookup('ansible.builtin.file', 'phones.csv') | community.veracode.from_wrapper_csv(action='updateuser') }}"
"""

RETURN = r"""
_value:
  description:
    - Options of M(community.veracode.veracode_user) for each row, always with C(state).
  type: list
  elements: dict
  sample:
    - first_name: Tony
      last_name: Williams
      email_address: tonywilliams@example.com
      roles: [Creator, Submitter]
      teams: [Demo Team]
      state: present
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.plugin_utils.csv import error_lines
from ansible_collections.community.veracode.plugins.plugin_utils.filters import text_of, veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.names import quoted
from ansible_collections.community.veracode.plugins.plugin_utils.wrapper_csv import ACTIONS, read_wrapper_csv


@veracode_filter
def from_wrapper_csv(value: t.Any, action: str | None = None, file: str | None = None) -> list[dict[str, t.Any]]:
    """Return the options of each row."""
    if action is not None and action not in ACTIONS:
        raise AnsibleFilterError(
            f"from_wrapper_csv: action: unknown value {quoted(str(action))}; choose one of {', '.join(ACTIONS)}"
        )
    entries, errors = read_wrapper_csv(text_of(value, "from_wrapper_csv"), action)
    if errors:
        raise AnsibleFilterError("\n".join(error_lines(errors, file)))
    return [entry.options for entry in entries]


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"from_wrapper_csv": from_wrapper_csv}

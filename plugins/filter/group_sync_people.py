# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: group_sync_people
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Read the users of a source of groups (used by the role group_sync only)
description:
  - Only the role P(community.veracode.group_sync#role) uses this filter. It can change without notice.
  - Reads a variable, a file or LDAP entries, and returns the users with access by the mapping, or the errors.
positional: _input, form
options:
  _input:
    description:
      - List of groups, content of a file, or list of LDAP entries.
    type: raw
    required: true
  form:
    description:
      - Form of the input.
    type: str
    choices: [variable, file, ldap]
    required: true
  mapping:
    description:
      - Access by group, as for P(community.veracode.directory_from_groups#filter).
    type: dict
    required: true
  attributes:
    description:
      - Attributes by option, as for P(community.veracode.directory_from_groups#filter).
    type: dict
    default: {}
  missing:
    description:
      - What to do if a mapped group is not in the source.
    type: str
    choices: [error, ignore]
    default: error
  allow_empty:
    description:
      - Whether a mapped group may have no members.
    type: bool
    default: false
  member_attributes:
    description:
      - Further attributes of an LDAP group that contain members, in addition to C(member), C(uniqueMember) and C(memberUid).
    type: list
    elements: str
    default: []
  profiles:
    description:
      - Your own job profiles.
    type: dict
    default: {}
  common:
    description:
      - Whether to add the roles that Veracode calls common for a job.
    type: bool
    default: false
  file:
    description:
      - Path of the file. Its ending determines the format.
    type: str
"""

EXAMPLES = r"""
- name: Show the access of each user
  ansible.builtin.debug:
    msg: "{{ groups_of_the_company | community.veracode.group_sync_people('variable', mapping={'Developers': {'roles': ['Reviewer']}}) }}"
  vars:
    groups_of_the_company:
      - name: Developers
        members:
          - {mail: ann@example.com, givenName: Ann, sn: Lee}
"""

RETURN = r"""
_value:
  description:
    - The people, what is wrong, and what is still to be read.
  type: dict
  sample:
    users:
      - username: ann@example.com
        email_address: ann@example.com
        first_name: Ann
        last_name: Lee
        roles: [Reviewer]
    errors: []
    groups: 1
    ranges: []
    unknown: 0
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.plugin_utils.filters import plain, veracode_filter
from ansible_collections.community.veracode.plugins.plugin_utils.group_sync import FORMS, Settings, people_of
from ansible_collections.community.veracode.plugins.plugin_utils.groups import Profiles


@veracode_filter
def group_sync_people(
    value: t.Any,
    form: str,
    mapping: t.Any,
    attributes: t.Any = None,
    missing: str = "error",
    allow_empty: bool = False,
    member_attributes: t.Any = None,
    profiles: t.Any = None,
    common: bool = False,
    file: str | None = None,
) -> dict[str, t.Any]:
    """Return the people of the mapped groups."""
    if form not in FORMS:
        raise AnsibleFilterError(f"group_sync_people: form is {form!r}; choose one of {', '.join(FORMS)}")
    settings = Settings(
        mapping=plain(mapping),
        attributes=plain(attributes),
        missing=missing,
        allow_empty=allow_empty,
        member_attributes=[str(name) for name in member_attributes or ()],
        profiles=Profiles(plain(profiles) or {}, common),
    )
    return people_of(form, plain(value), settings, file)


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"group_sync_people": group_sync_people}

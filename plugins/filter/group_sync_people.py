# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: group_sync_people
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: The people of a source of groups, for the role group_sync
description:
  - Only the role P(community.veracode.group_sync#role) uses this filter. It is outside of the promise of compatibility.
  - Reads a variable, a file or entries of LDAP and returns the people that the mapping gives access, or what is wrong.
positional: _input, form
options:
  _input:
    description:
      - A list of groups, the content of a file, or a list of entries of LDAP.
    type: raw
    required: true
  form:
    description:
      - What the input is.
    type: str
    choices: [variable, file, ldap]
    required: true
  mapping:
    description:
      - What each group gives, as for P(community.veracode.directory_from_groups#filter).
    type: dict
    required: true
  attributes:
    description:
      - From option to attribute, as for P(community.veracode.directory_from_groups#filter).
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
      - Attributes of an LDAP group that hold members, beside C(member), C(uniqueMember) and C(memberUid).
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
      - Add the roles that Veracode calls common for a job.
    type: bool
    default: false
  file:
    description:
      - Path of the file, by whose ending its form is known.
    type: str
"""

EXAMPLES = r"""
- name: Find out who has which access
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

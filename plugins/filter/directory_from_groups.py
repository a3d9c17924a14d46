# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: directory_from_groups
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Convert groups of a directory into users
description:
  - Converts groups of a company directory, such as LDAP, with the attributes of their members, into the list
    O(community.veracode.veracode_directory#module:users).
  - A person in several mapped groups gets the roles and teams of all of them. People without a mapped group are omitted, so that
    O(community.veracode.veracode_directory#module:exclusive) can disable them.
  - Options that no group of a person sets are not managed.
  - All errors are reported together.
positional: _input
options:
  _input:
    description:
      - Groups with C(name) and C(members), a list of dictionaries of attributes. C(dn) is optional.
      - A value may be a list with one element, as LDAP returns it.
    type: list
    elements: dict
    required: true
  mapping:
    description:
      - Access by name or distinguished name of the group.
      - Each value has lists of names in any of C(roles), C(job_profiles), C(teams) and C(managed_teams).
    type: dict
    required: true
  attributes:
    description:
      - Attribute of a member for each option, such as C(phone), C(title), C(custom_id), C(custom_one) or C(previously).
      - It extends the default, C(mail) for C(username) and C(email_address), C(givenName) for C(first_name), C(sn) for C(last_name). An
        empty attribute removes an option.
    type: dict
    default: {}
  missing:
    description:
      - What to do if a mapped group is not among the groups.
    type: str
    choices:
      error: Raise an error.
      ignore: Ignore the group.
    default: error
  profiles:
    description:
      - Your own job profiles, as for P(community.veracode.job_profile_roles#filter).
    type: dict
    default: {}
  common:
    description:
      - Whether to add the roles that Veracode calls common for a job, as for P(community.veracode.job_profile_roles#filter).
    type: bool
    default: false
seealso:
  - plugin: community.veracode.job_profile_roles
    plugin_type: filter
  - module: community.veracode.veracode_directory
"""

EXAMPLES = r"""
- name: Give users the access of their groups
  community.veracode.veracode_directory:
    users: "{{ groups_of_the_company | community.veracode.directory_from_groups(mapping) }}"
  vars:
    groups_of_the_company:
      - name: Developers
        members:
          - {mail: ann@example.com, givenName: Ann, sn: Lee}
          - {mail: bo@example.com, givenName: Bo, sn: Berg}
      - name: CN=AppSec,OU=Groups,DC=example,DC=com
        members:
          - {mail: ann@example.com, givenName: Ann, sn: Lee}
    mapping:
      Developers:
        job_profiles: [Developer]
        teams: [Demo Team]
      cn=appsec,ou=groups,dc=example,dc=com:
        roles: [Security Lead]

- name: Create SAML users
  community.veracode.veracode_directory:
    users: "{{ groups_of_the_company | community.veracode.directory_from_groups(mapping, attributes={'custom_id': 'userPrincipalName'}) }}"
    user_defaults:
      is_saml_user: true
  vars:
    groups_of_the_company:
      - name: Developers
        members:
          - {mail: ann@example.com, givenName: Ann, sn: Lee, userPrincipalName: ann@corp.example.com}
    mapping:
      Developers:
        job_profiles: [Developer]
        teams: [Demo Team]
"""

RETURN = r"""
_value:
  description:
    - Users, sorted by username, in the form of O(community.veracode.veracode_directory#module:users).
  type: list
  elements: dict
  sample:
    - username: ann@example.com
      email_address: ann@example.com
      first_name: Ann
      last_name: Lee
      roles: [Reviewer, Security Lead]
      teams: [Demo Team]
"""

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.plugin_utils import groups as _groups
from ansible_collections.community.veracode.plugins.plugin_utils.filters import plain, veracode_filter


@veracode_filter
def directory_from_groups(
    value: t.Any,
    mapping: t.Any,
    attributes: t.Any = None,
    missing: str = "error",
    profiles: t.Any = None,
    common: bool = False,
) -> list[dict[str, t.Any]]:
    """Return the people of the mapped groups."""
    if profiles is not None and not isinstance(profiles, Mapping):
        raise AnsibleFilterError(
            f"directory_from_groups: profiles is {profiles!r}; give a dictionary of lists of roles"
        )
    return _groups.directory_from_groups(
        plain(value),
        plain(mapping),
        plain(attributes),
        missing=missing,
        profiles=_groups.Profiles(plain(profiles) or {}, common),
    )


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"directory_from_groups": directory_from_groups}

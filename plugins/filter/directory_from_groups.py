# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: directory_from_groups
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: People with the access that their groups give
description:
  - Turns groups of your company's directory, with the attributes of their members, into the list O(community.veracode.veracode_directory#module:users).
  - A person in several mapped groups is there once, with the roles and teams of all of them. A person in no mapped group is not there,
    so that O(community.veracode.veracode_directory#module:exclusive) can disable the account, with its guards.
  - An option that no group of a person names is not managed.
  - All errors are reported together.
positional: _input
options:
  _input:
    description:
      - The groups. Each has C(name) and C(members), a list of dictionaries of attributes.
      - C(dn) can stand beside the name, or the name can itself be a distinguished name. A value may be a list of one, as LDAP gives it.
    type: list
    elements: dict
    required: true
  mapping:
    description:
      - What each group gives, by its name, or by its distinguished name, which compares without case.
      - Each value has any of C(roles), C(job_profiles), C(teams) and C(managed_teams), lists of names.
    type: dict
    required: true
  attributes:
    description:
      - From option of M(community.veracode.veracode_user) to attribute of a member. It extends the default and wins over it.
      - Options are C(username), C(custom_id), C(email_address), C(first_name), C(last_name), C(phone), C(title) and C(custom_one) to
        C(custom_five), and C(previously), whose attribute may hold many old names, as C(proxyAddresses) does.
      - An empty attribute takes an option out.
      - The default is C(username) and C(email_address) from C(mail), C(first_name) from C(givenName), C(last_name) from C(sn).
    type: dict
    default: {}
  missing:
    description:
      - What to do if a mapped group is not among the groups.
    type: str
    choices:
      error: It is an error.
      ignore: Nobody has that group's access.
    default: error
  profiles:
    description:
      - Your own job profiles, as for P(community.veracode.job_profile_roles#filter).
    type: dict
    default: {}
  common:
    description:
      - Add the roles that Veracode calls common for a job, as for P(community.veracode.job_profile_roles#filter).
    type: bool
    default: false
seealso:
  - plugin: community.veracode.job_profile_roles
    plugin_type: filter
  - module: community.veracode.veracode_directory
"""

EXAMPLES = r"""
- name: Give people the access that their groups stand for
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

- name: Log people in by SAML
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
    - The people, sorted by username, in the form of O(community.veracode.veracode_directory#module:users).
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

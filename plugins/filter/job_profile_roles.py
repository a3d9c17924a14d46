# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: job_profile_roles
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
version_added: 1.0.0
short_description: Return the roles of a job profile
description:
  - Returns the roles of a job profile. The profiles are those of Veracode's page Common roles for user accounts,
    U(https://docs.veracode.com/r/Common_Roles_for_User_Accounts), and your own.
  - Veracode's are C(Account Administrator), C(Application Stakeholder), C(AppSec Manager), C(Architect), C(Developer),
    C(Developer Lead), C(DevOps Engineer), C(Engineering Leader), C(Executive), C(Project Manager/Owner), C(QA and Release Engineer),
    C(Security Leader), C(Security Risk Team), C(Security Team Member), C(Technical Lead), C(Vulnerability Manager).
  - The profile DevOps Engineer includes Creator, since its role Delete Scans needs it.
  - Profiles include no scan permissions. The modules add Any Scan if a role needs one.
positional: _input
options:
  _input:
    description:
      - Name of the profile, case-sensitive.
    type: str
    required: true
  profiles:
    description:
      - Your own profiles, each a list of roles. They replace profiles of Veracode with the same name.
    type: dict
    default: {}
  common:
    description:
      - Whether to add the roles that Veracode calls common for the job to the typical ones. Your own profiles are not changed.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Create the account of a developer lead
  community.veracode.veracode_user:
    username: regina@example.com
    first_name: Regina
    last_name: Monarch
    roles: "{{ 'Developer Lead' | community.veracode.job_profile_roles }}"
    teams:
      - Demo Team
    managed_teams:
      - Demo Team

- name: Use your own profile
  community.veracode.veracode_user:
    username: ted@example.com
    first_name: Ted
    last_name: Monarch
    roles: "{{ 'Auditor' | community.veracode.job_profile_roles(profiles={'Auditor': ['Executive', 'Security Insights']}) }}"
"""

RETURN = r"""
_value:
  description:
    - Names of the roles.
  type: list
  elements: str
  sample: [Reviewer, Submitter, Team Admin, Workspace Editor]
"""

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.plugin_utils import job_profiles as _job_profiles
from ansible_collections.community.veracode.plugins.plugin_utils.filters import text_of, veracode_filter


@veracode_filter
def job_profile_roles(value: t.Any, profiles: t.Any = None, common: bool = False) -> list[str]:
    """Return the roles of the profile."""
    if profiles is not None and not isinstance(profiles, Mapping):
        raise AnsibleFilterError(
            f"job_profile_roles: profiles is of type {type(profiles).__name__}; give a dictionary of lists of roles"
        )
    return _job_profiles.job_profile_roles(text_of(value, "job_profile_roles"), profiles, common=common)


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"job_profile_roles": job_profile_roles}

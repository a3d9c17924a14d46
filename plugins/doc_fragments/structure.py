# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of teams and business units: keep in sync with C(module_utils/_arguments.py)."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of teams (C(team)) and business units (C(business_unit))."""

    TEAM = r"""
options:
  name:
    description:
      - The name of the team, exact. It selects the team.
    type: str
    required: true
  previously:
    description:
      - Former names. The team is found under O(name), or else under one of these, and then renamed; it stays the same team, so its
        applications keep it.
      - That teams exist under both, or under two former names, is an error.
    type: list
    elements: str
  business_unit:
    description:
      - The name of the business unit the team is in. A team is in one business unit only. An empty string moves it to the default one.
    type: str
  members:
    description:
      - Usernames of the members, compared without case. The accounts have to exist.
      - Who manages the team is a member, too. If only one of O(members) and O(managers) is given, the other relation stays as it is.
    type: list
    elements: str
  managers:
    description:
      - Usernames of the accounts that manage the team, compared without case. They need the Team Admin role.
    type: list
    elements: str
  members_mode:
    description:
      - How O(members) and O(managers) relate to who is in the team.
      - With V(exact), the team has exactly these members and managers.
      - With V(add), the team has at least these members and managers.
      - With V(remove), who is listed in O(members) is not in the team, and who is listed in O(managers) does not manage it.
    type: str
    choices: [exact, add, remove]
    default: exact
  state:
    description:
      - What is wanted. With V(absent) only O(name) counts. Veracode refuses to delete a team that has applications.
      - With V(present), the team exists and has what the other options say.
      - With V(absent), the team does not exist.
    type: str
    choices: [present, absent]
    default: present
  permanently:
    description:
      - Whether the team is deleted for good instead of softly. Only with O(state=absent).
    type: bool
    default: false
"""

    BUSINESS_UNIT = r"""
options:
  name:
    description:
      - The name of the business unit, exact. It selects the business unit.
    type: str
    required: true
  previously:
    description:
      - Former names. The business unit is found under O(name), or else under one of these, and then renamed.
      - That business units exist under both, or under two former names, is an error.
    type: list
    elements: str
  teams:
    description:
      - Names of the teams in the business unit, exact. The teams have to exist. A team is in one business unit only, so it leaves the one
        it was in.
    type: list
    elements: str
  teams_mode:
    description:
      - How O(teams) relates to the teams in the business unit.
      - With V(exact), the business unit has exactly these teams. Others go to the default business unit.
      - With V(add), the business unit has at least these teams.
      - With V(remove), the business unit has none of these teams. They go to the default business unit.
    type: str
    choices: [exact, add, remove]
    default: exact
  state:
    description:
      - What is wanted. With V(absent) only O(name) counts.
      - With V(present), the business unit exists and has what the other options say.
      - With V(absent), the business unit does not exist.
    type: str
    choices: [present, absent]
    default: present
"""

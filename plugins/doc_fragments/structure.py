# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of teams and business units: keep in sync with `module_utils/_argspec.py`."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of teams (`team`) and business units (`business_unit`)."""

    TEAM = r"""
options:
  name:
    description:
      - Name of the team, case-sensitive. It selects the team.
    type: str
    required: true
  previously:
    description:
      - Former names. A team with one of these is renamed to O(name) and keeps its members and applications.
      - It is an error if teams exist under two of the names.
    type: list
    elements: str
  business_unit:
    description:
      - Name of the business unit. A team is in one only. An empty string moves it to the default business unit.
    type: str
  members:
    description:
      - Usernames of the users and API users in the team, compared case-insensitively. The accounts must exist.
      - Managers are members, too. They stay unless O(managers) is given.
    type: list
    elements: str
  managers:
    description:
      - Usernames of the accounts that manage the team. They need the Team Admin role and become members.
      - Former managers stay members unless O(members) is given.
    type: list
    elements: str
  members_mode:
    description:
      - How O(members) and O(managers) are applied to the current ones.
      - V(exact) sets exactly these members and managers.
      - V(add) adds them and keeps the others.
      - V(remove) removes O(members) from the team. O(managers) no longer manage it but stay members.
    type: str
    choices: [exact, add, remove]
    default: exact
  state:
    description:
      - State of the team.
      - V(present) creates or updates it.
      - V(absent) deletes it. Veracode refuses this while the team has applications. Only O(name) is used.
    type: str
    choices: [present, absent]
    default: present
  permanently:
    description:
      - Whether to delete the team permanently instead of softly. Requires O(state=absent).
    type: bool
    default: false
"""

    BUSINESS_UNIT = r"""
options:
  name:
    description:
      - Name of the business unit, case-sensitive. It selects the business unit.
    type: str
    required: true
  previously:
    description:
      - Former names. A business unit with one of these is renamed to O(name).
      - It is an error if business units exist under two of the names.
    type: list
    elements: str
  teams:
    description:
      - Names of the teams in the business unit, case-sensitive. The teams must exist.
      - They leave their former business unit.
    type: list
    elements: str
  teams_mode:
    description:
      - How O(teams) is applied to the current teams.
      - V(exact) sets exactly these teams. Others move to the default business unit.
      - V(add) adds them and keeps the others.
      - V(remove) moves them to the default business unit.
    type: str
    choices: [exact, add, remove]
    default: exact
  state:
    description:
      - State of the business unit.
      - V(present) creates or updates it.
      - V(absent) deletes it. Veracode may refuse this while it has teams. Only O(name) is used.
    type: str
    choices: [present, absent]
    default: present
"""

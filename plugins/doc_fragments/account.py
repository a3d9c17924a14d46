# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of an account: keep in sync with the table of fields in C(module_utils/_accounts.py)."""

from __future__ import annotations


class ModuleDocFragment:
    """Options that people and API service accounts share."""

    DOCUMENTATION = r"""
options:
  previously:
    description:
      - Former usernames. The account is found under O(username), or else under one of these, and then renamed.
      - That an account exists under both is an error.
    type: list
    elements: str
  first_name:
    description:
      - The first name. Needed to create an account.
    type: str
  last_name:
    description:
      - The last name. Needed to create an account.
    type: str
  verify_email:
    description:
      - Whether a new address has to be confirmed by mail before it holds.
      - With V(false), the change of O(email_address) holds at once and no mail is sent.
      - With V(true), the old address stays until the new one is confirmed, each run orders the change again, and the result says
        RV(pending).
    type: bool
    default: false
  phone:
    description:
      - The phone number. An empty string clears it.
    type: str
  title:
    description:
      - The title or position.
      - It is sent when the account is created, and later compared where the API reports it. Where it does not, the title is
        left alone, and a warning says so.
    type: str
  roles_mode:
    description:
      - How O(roles) relates to the roles the account has.
    type: str
    choices:
      exact: The account has exactly these roles.
      add: The account has at least these roles.
      remove: The account has none of these roles.
    default: exact
  teams:
    description:
      - Names of teams. The names are exact, and the teams have to exist.
      - A set; the order does not matter. An empty list leaves all teams, where the remaining roles allow that.
    type: list
    elements: str
  teams_mode:
    description:
      - How O(teams) relates to the teams the account is in.
    type: str
    choices:
      exact: The account is in exactly these teams, and in those of O(managed_teams).
      add: The account is in at least these teams.
      remove: The account is in none of these teams.
    default: exact
  managed_teams:
    description:
      - Names of the teams that the account manages as team admin. They are added to its teams.
      - The account manages exactly these teams. If the option is omitted, it goes on managing those of its teams that it manages.
      - Needs the Team Admin role.
      - Only the Identity REST API has this option.
    type: list
    elements: str
  login_enabled:
    description:
      - Whether the account can log in. A new account can, unless this is V(false).
    type: bool
  active:
    description:
      - Whether the account is active. A new account is, unless this is V(false).
      - An inactive account is found and updated, and stays inactive unless this is V(true).
      - Only the Identity REST API has this option.
    type: bool
  has_ip_restrictions:
    description:
      - Whether the account can be used only from O(allowed_ip_addresses). V(false) also clears that list.
    type: bool
    aliases: [ip_restricted]
  allowed_ip_addresses:
    description:
      - The public IPv4 addresses from which the account can be used. A single address, V(74.0.0.*), or V(74.0.0.[0-99]); the wildcard
        and the range are possible in the last octet only. CIDR and IPv6 are not taken by Veracode.
      - A list that is not empty implies O(has_ip_restrictions=true), an empty one O(has_ip_restrictions=false).
      - A wrong list locks the account out. Veracode's Activity Log shows from which address an account tries to log in.
    type: list
    elements: str
  custom_one:
    description: Custom field 1. An empty string clears it.
    type: str
  custom_two:
    description: Custom field 2. An empty string clears it.
    type: str
  custom_three:
    description: Custom field 3. An empty string clears it.
    type: str
  custom_four:
    description: Custom field 4. An empty string clears it.
    type: str
  custom_five:
    description: Custom field 5. An empty string clears it.
    type: str
  allow_self_lockout:
    description:
      - Whether the account that makes the calls may be disabled, deleted, restricted to addresses, or lose its administrator role.
    type: bool
    default: false
notes:
  - An option that is omitted or null is not managed. An empty string or an empty list clears.
  - Usernames and addresses are compared without case and are never rewritten for case alone. No value is trimmed.
"""

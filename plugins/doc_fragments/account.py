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
        RV(pending). A username that is the address stays as long.
      - V(true) needs the Identity REST API, as the Admin XML API cannot order a confirmation.
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
      - With V(exact), the account has exactly these roles.
      - With V(add), the account has at least these roles.
      - With V(remove), the account has none of these roles.
    type: str
    choices: [exact, add, remove]
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
      - With V(exact), the account is in exactly these teams, and in those of O(managed_teams).
      - With V(add), the account is in at least these teams.
      - With V(remove), the account is in none of these teams.
    type: str
    choices: [exact, add, remove]
    default: exact
  managed_teams:
    description:
      - Names of the teams that the account manages as team admin. They are added to its teams.
      - The account manages exactly these teams. If the option is omitted, it goes on managing those of its teams that it manages.
      - Needs the Team Admin role, and that role needs at least one team to manage.
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
  permanently:
    description:
      - Whether the account is deleted for good instead of softly. Only with O(state=absent), and not by the Admin XML API.
      - An account that is deleted already is left as it is.
    type: bool
    default: false
notes:
  - An option that is omitted or null is not managed. An empty string or an empty list clears.
  - Usernames and addresses are compared without case and are never rewritten for case alone. No value is trimmed.
  - A name with a blank at an end, a no-break space or another invisible character is refused, and the character is named.
"""

    PERSON = r"""
options:
  username:
    description:
      - The username. It selects the account.
      - For a person without SAML, username and address are the same, and one implies the other.
      - The way of C(updateuser.do) works too. With the old username here and the new address in O(email_address), the account is
        renamed, and when the username is gone later, the account that has the new address as its username is taken, with a warning.
      - At least one of O(username), O(custom_id) and O(email_address) is required. If they mean different
        accounts, that is an error, also where the account is to be disabled or deleted.
    type: str
    aliases: [user_name]
  custom_id:
    description:
      - The SAML subject, by which the identity provider knows the person. Needed to create a SAML user.
      - It selects the account if O(username) is not given, and is a managed value otherwise.
      - The Identity REST API has no search for it, so selecting by it reads the details of the SAML accounts until it is found.
    type: str
    aliases: [saml_subject]
  new_custom_id:
    description:
      - The SAML subject the account is to have.
    type: str
  email_address:
    description:
      - The address. Needed to create an account. It selects the account if neither O(username) nor O(custom_id) is given.
      - A username that differs from it is sent as given by the Identity REST API, and refused by the Admin XML API.
    type: str
  roles:
    description:
      - The roles, by display name or short name.
      - A set; the order does not matter. An empty list is refused, an account needs a role.
      - Scan permissions are named among them. If a held role needs one and the task names none, the present ones are kept, and if there
        are none, Any Scan is added. If the task names some, the account has exactly these. Without a role that needs one, leftovers are
        taken away, and naming one is refused.
    type: list
    elements: str
  requires_token:
    description:
      - Whether Veracode's multi-factor authentication is required. It cannot be combined with SAML.
    type: bool
    aliases: [pin_required]
  is_saml_user:
    description:
      - Whether the person logs in by SAML. Needs O(custom_id). Veracode cannot turn a SAML user back, so V(false) is refused for one.
    type: bool
    aliases: [saml_user]
  is_elearning_manager:
    description:
      - Whether the person is an eLearning manager. Only the Admin XML API has this option, and it needs an eLearning subscription.
    type: bool
  elearning_manager:
    description:
      - First and last name of the person's eLearning manager. An empty string clears it.
      - Only the Admin XML API has this option, and it needs an eLearning subscription.
    type: str
  elearning_track:
    description:
      - Name of the eLearning track. An empty string clears it.
      - Only the Admin XML API has this option, and it needs an eLearning subscription.
    type: str
  elearning_curriculum:
    description:
      - Name of the eLearning curriculum. An empty string clears it.
      - Only the Admin XML API has this option, and it needs an eLearning subscription.
    type: str
  keep_elearning_active:
    description:
      - Whether the eLearning account is kept active. Only the Admin XML API has this option, and it needs an eLearning subscription.
    type: bool
"""

    SERVICE = r"""
options:
  username:
    description:
      - The username, which can be any name. It selects the account. Needed to create an account.
      - At least one of O(username) and O(email_address) is required.
    type: str
    aliases: [user_name]
  email_address:
    description:
      - The address to which Veracode sends its mails about the account. Needed to create an account.
      - It selects the account if O(username) is not given. Several accounts may share an address, and then it cannot select.
    type: str
  roles:
    description:
      - The API roles, by display name or short name.
      - A set; the order does not matter. An empty list is refused, an account needs a role.
      - Scan permissions are named among them. If a held role needs one and the task names none, the present ones are kept, and if there
        are none, Any Scan (API) is added. If the task names some, the account has exactly these. Without a role that needs one,
        leftovers are taken away, and naming one is refused.
    type: list
    elements: str
  unrestricted:
    description:
      - Says that an account without a team is meant, which sees every application. Without it, creating such an account, or taking the last
        team from one, is refused.
      - Adds the No Team Restriction API role where the organization has it, which is then no difference.
    type: bool
    default: false
"""

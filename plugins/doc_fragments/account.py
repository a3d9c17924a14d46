# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of an account: keep in sync with the table of fields in `module_utils/_model/fields.py`."""

from __future__ import annotations


class ModuleDocFragment:
    """Options that users and API users share."""

    DOCUMENTATION = r"""
options:
  previously:
    description:
      - Former usernames. An account with one of these is renamed to O(username).
      - It is an error if accounts exist under the former and the new name.
    type: list
    elements: str
  first_name:
    description:
      - First name. Required to create an account.
    type: str
  last_name:
    description:
      - Last name. Required to create an account.
    type: str
  verify_email:
    description:
      - Whether a new address must be confirmed by mail before it takes effect. V(true) requires the Identity REST API.
      - With V(true), the old address stays until then, and each run requests the change again and returns RV(pending).
    type: bool
    default: false
  phone:
    description:
      - Phone number. An empty string clears it.
    type: str
  title:
    description:
      - Title or position.
      - It is set on creation. Later it is updated only if the API reports it; otherwise a warning says that it was not compared.
    type: str
  roles_mode:
    description:
      - How O(roles) is applied to the current roles.
      - V(exact) sets exactly these roles.
      - V(add) adds them and keeps the others.
      - V(remove) removes them and keeps the others.
    type: str
    choices: [exact, add, remove]
    default: exact
  teams:
    description:
      - Names of the teams. They are case-sensitive, and the teams must exist.
      - An empty list removes the account from all teams, if its roles allow that.
    type: list
    elements: str
  teams_mode:
    description:
      - How O(teams) is applied to the current teams.
      - V(exact) sets exactly these teams and those of O(managed_teams).
      - V(add) adds them and keeps the others.
      - V(remove) removes them and keeps the others.
    type: str
    choices: [exact, add, remove]
    default: exact
  managed_teams:
    description:
      - Names of exactly the teams that the account manages as a team admin. It becomes a member of them.
      - Requires the Team Admin role and the Identity REST API. If omitted, the account manages its teams as before.
    type: list
    elements: str
  login_enabled:
    description:
      - Whether the account can log in. New accounts can by default.
    type: bool
  active:
    description:
      - Whether the account is active. New accounts are by default. Requires the Identity REST API.
      - Updates of an inactive account do not activate it unless this is V(true).
    type: bool
  has_ip_restrictions:
    description:
      - Whether the account can be used only from O(allowed_ip_addresses). V(false) clears that list.
    type: bool
    aliases: [ip_restricted]
  allowed_ip_addresses:
    description:
      - Public IPv4 addresses from which the account can be used, such as V(74.0.0.1), V(74.0.0.*) or V(74.0.0.[0-99]). CIDR and
        IPv6 are refused. A wrong list locks the account out.
      - A non-empty list implies O(has_ip_restrictions=true), an empty list V(false).
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
      - Whether the calling account may be disabled, deleted, restricted to IP addresses, or lose its administrator role.
    type: bool
    default: false
  permanently:
    description:
      - Whether to delete the account permanently instead of softly. Requires O(state=absent) and the Identity REST API.
      - An account that is already deleted is not deleted again.
    type: bool
    default: false
notes:
  - Options that are omitted or null are not managed. An empty string or an empty list clears the value.
  - The order of lists does not matter.
  - Usernames and addresses are compared case-insensitively. A difference in case alone is not a change.
  - Names with leading or trailing blanks or with invisible characters are refused. Values are never trimmed.
"""

    PERSON = r"""
options:
  username:
    description:
      - Username. It selects the account. O(username), O(custom_id) or O(email_address) is required.
      - Without SAML, the username is the email address, and each defaults to the other. The old username with a new
        O(email_address) renames the account.
    type: str
    aliases: [user_name]
  custom_id:
    description:
      - SAML subject, by which the identity provider knows the person. Required to create a SAML user.
      - It selects the account only if O(username) is omitted. This is slow with the Identity REST API, which cannot search for it.
    type: str
    aliases: [saml_subject]
  new_custom_id:
    description:
      - New SAML subject of the account.
    type: str
  email_address:
    description:
      - Email address. Required to create an account.
      - It selects the account if O(username) and O(custom_id) are omitted.
      - The Admin XML API refuses a username that differs from it.
    type: str
  roles:
    description:
      - Roles, by display name or short name. The list must not be empty.
      - Scan permissions belong in this list, too. If none is listed and a role needs one, the current ones are kept, or Any Scan is
        added.
    type: list
    elements: str
  requires_token:
    description:
      - Whether multi-factor authentication is required. It cannot be combined with SAML.
    type: bool
    aliases: [pin_required]
  is_saml_user:
    description:
      - Whether the person logs in with SAML. Requires O(custom_id). A SAML user cannot be changed back.
    type: bool
    aliases: [saml_user]
  is_elearning_manager:
    description:
      - Whether the person is an eLearning manager. Requires the Admin XML API and an eLearning subscription.
    type: bool
  elearning_manager:
    description:
      - First and last name of the eLearning manager. An empty string clears it. Requires the Admin XML API and an eLearning subscription.
    type: str
  elearning_track:
    description:
      - Name of the eLearning track. An empty string clears it. Requires the Admin XML API and an eLearning subscription.
    type: str
  elearning_curriculum:
    description:
      - Name of the eLearning curriculum. An empty string clears it. Requires the Admin XML API and an eLearning subscription.
    type: str
  keep_elearning_active:
    description:
      - Whether to keep the eLearning account active. Requires the Admin XML API and an eLearning subscription.
    type: bool
"""

    SERVICE = r"""
options:
  username:
    description:
      - Username, which can be any name. It selects the account. Required to create an account.
      - At least one of O(username) and O(email_address) is required.
    type: str
    aliases: [user_name]
  email_address:
    description:
      - Email address that receives Veracode's mails about the account. Required to create an account.
      - It selects the account if O(username) is omitted and only one API user has this address.
    type: str
  roles:
    description:
      - API roles, by display name or short name. The list must not be empty.
      - Scan permissions belong here, too. If none is listed and a role needs one, the current ones are kept, or Any Scan (API)
        is added.
    type: list
    elements: str
  unrestricted:
    description:
      - Whether the API user may be without a team, and so see every application. Without this option, that is refused.
      - Also assigns the No Team Restriction API role where the organization has it.
    type: bool
    default: false
"""

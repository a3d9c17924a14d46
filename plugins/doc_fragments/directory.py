# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of a directory: written by `tests/tools/directory_docs.py` from the options of single objects."""

from __future__ import annotations


class ModuleDocFragment:
    """The lists of `veracode_directory`."""

    DOCUMENTATION = r"""
options:
  business_units:
    description:
      - Business units, with the options of M(community.veracode.veracode_business_unit).
      - An entry with only a name creates the object. If its kind is in O(exclusive), the object must exist, and is kept.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the business unit, case-sensitive. It selects the business unit.
        type: str
        required: true
      previously:
        description:
          - Former names. A business unit with one of these is renamed to O(business_units[].name).
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
          - How O(business_units[].teams) is applied to the current teams.
          - V(exact) sets exactly these teams. Others move to the default business unit.
          - V(add) adds them and keeps the others.
          - V(remove) moves them to the default business unit.
        type: str
        choices: [exact, add, remove]
      state:
        description:
          - State of the business unit.
          - V(present) creates or updates it.
          - V(absent) deletes it. Veracode may refuse this while it has teams. Only O(business_units[].name) is used.
        type: str
        choices: [present, absent]
  teams:
    description:
      - Teams, with the options of M(community.veracode.veracode_team).
      - An entry with only a name creates the object. If its kind is in O(exclusive), the object must exist, and is kept.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the team, case-sensitive. It selects the team.
        type: str
        required: true
      previously:
        description:
          - Former names. A team with one of these is renamed to O(teams[].name) and keeps its members and applications.
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
          - Managers are members, too. They stay unless O(teams[].managers) is given.
        type: list
        elements: str
      managers:
        description:
          - Usernames of the accounts that manage the team. They need the Team Admin role and become members.
          - Former managers stay members unless O(teams[].members) is given.
        type: list
        elements: str
      members_mode:
        description:
          - How O(teams[].members) and O(teams[].managers) are applied to the current ones.
          - V(exact) sets exactly these members and managers.
          - V(add) adds them and keeps the others.
          - V(remove) removes O(teams[].members) from the team. O(teams[].managers) no longer manage it but stay members.
        type: str
        choices: [exact, add, remove]
      state:
        description:
          - State of the team.
          - V(present) creates or updates it.
          - V(absent) deletes it. Veracode refuses this while the team has applications. Only O(teams[].name) is used.
        type: str
        choices: [present, absent]
      permanently:
        description:
          - Whether to delete the team permanently instead of softly. Requires O(teams[].state=absent).
        type: bool
  users:
    description:
      - Users, with the options of M(community.veracode.veracode_user).
      - An entry with only a name keeps the account from being removed by O(exclusive).
    type: list
    elements: dict
    suboptions:
      state:
        description:
          - State of the account.
          - V(present) creates or updates it.
          - V(disabled) denies the login and keeps the account.
          - V(absent) deletes it. This cannot be undone.
        type: str
        choices: [present, disabled, absent]
      username:
        description:
          - Username. It selects the account. O(users[].username), O(users[].custom_id) or O(users[].email_address) is required.
          - Without SAML, the username is the email address, and each defaults to the other. The old username with a new
            O(users[].email_address) renames the account.
        type: str
        aliases: [user_name]
      custom_id:
        description:
          - SAML subject, by which the identity provider knows the person. Required to create a SAML user.
          - It selects the account only if O(users[].username) is omitted. This is slow, since the API cannot search for it.
        type: str
        aliases: [saml_subject]
      new_custom_id:
        description:
          - New SAML subject of the account.
        type: str
      email_address:
        description:
          - Email address. Required to create an account.
          - It selects the account if O(users[].username) and O(users[].custom_id) are omitted.
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
          - Whether the person logs in with SAML. Requires O(users[].custom_id). A SAML user cannot be changed back.
        type: bool
        aliases: [saml_user]
      is_elearning_manager:
        description:
          - Whether the person is an eLearning manager. Refused; use M(community.veracode.veracode_user).
        type: bool
      elearning_manager:
        description:
          - First and last name of the eLearning manager. Refused; use M(community.veracode.veracode_user).
        type: str
      elearning_track:
        description:
          - Name of the eLearning track. Refused; use M(community.veracode.veracode_user).
        type: str
      elearning_curriculum:
        description:
          - Name of the eLearning curriculum. Refused; use M(community.veracode.veracode_user).
        type: str
      keep_elearning_active:
        description:
          - Whether to keep the eLearning account active. Refused; use M(community.veracode.veracode_user).
        type: bool
      previously:
        description:
          - Former usernames. An account with one of these is renamed to O(users[].username).
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
          - Whether a new address must be confirmed by mail before it takes effect.
          - With V(true), the old address stays until then, and each run requests the change again and returns RV(pending).
        type: bool
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
          - How O(users[].roles) is applied to the current roles.
          - V(exact) sets exactly these roles.
          - V(add) adds them and keeps the others.
          - V(remove) removes them and keeps the others.
        type: str
        choices: [exact, add, remove]
      teams:
        description:
          - Names of the teams. They are case-sensitive, and the teams must exist.
          - An empty list removes the account from all teams, if its roles allow that.
        type: list
        elements: str
      teams_mode:
        description:
          - How O(users[].teams) is applied to the current teams.
          - V(exact) sets exactly these teams and those of O(users[].managed_teams).
          - V(add) adds them and keeps the others.
          - V(remove) removes them and keeps the others.
        type: str
        choices: [exact, add, remove]
      managed_teams:
        description:
          - Names of exactly the teams that the account manages as a team admin. It becomes a member of them.
          - Requires the Team Admin role. If omitted, the account manages its teams as before.
        type: list
        elements: str
      login_enabled:
        description:
          - Whether the account can log in. New accounts can by default.
        type: bool
      active:
        description:
          - Whether the account is active. New accounts are by default.
          - Updates of an inactive account do not activate it unless this is V(true).
        type: bool
      has_ip_restrictions:
        description:
          - Whether the account can be used only from O(users[].allowed_ip_addresses). V(false) clears that list.
        type: bool
        aliases: [ip_restricted]
      allowed_ip_addresses:
        description:
          - Public IPv4 addresses from which the account can be used, such as V(74.0.0.1), V(74.0.0.*) or V(74.0.0.[0-99]). CIDR and
            IPv6 are refused. A wrong list locks the account out.
          - A non-empty list implies O(users[].has_ip_restrictions=true), an empty list V(false).
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
      permanently:
        description:
          - Whether to delete the account permanently instead of softly. Requires O(users[].state=absent).
          - An account that is already deleted is not deleted again.
        type: bool
  api_users:
    description:
      - API users, with the options of M(community.veracode.veracode_api_user).
      - An entry with only a name keeps the account from being removed by O(exclusive).
    type: list
    elements: dict
    suboptions:
      state:
        description:
          - State of the account.
          - V(present) creates or updates it.
          - V(disabled) denies the login and keeps the account.
          - V(absent) deletes it. This cannot be undone.
        type: str
        choices: [present, disabled, absent]
      credentials:
        description: Whether to generate a key pair when the account is created. Requires O(api_users[].credentials_dest).
        type: str
        choices: [none, on_create]
      username:
        description:
          - Username, which can be any name. It selects the account. Required to create an account.
          - At least one of O(api_users[].username) and O(api_users[].email_address) is required.
        type: str
        aliases: [user_name]
      email_address:
        description:
          - Email address that receives Veracode's mails about the account. Required to create an account.
          - It selects the account if O(api_users[].username) is omitted and only one API user has this address.
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
      previously:
        description:
          - Former usernames. An account with one of these is renamed to O(api_users[].username).
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
          - Whether a new address must be confirmed by mail before it takes effect.
          - With V(true), the old address stays until then, and each run requests the change again and returns RV(pending).
        type: bool
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
          - How O(api_users[].roles) is applied to the current roles.
          - V(exact) sets exactly these roles.
          - V(add) adds them and keeps the others.
          - V(remove) removes them and keeps the others.
        type: str
        choices: [exact, add, remove]
      teams:
        description:
          - Names of the teams. They are case-sensitive, and the teams must exist.
          - An empty list removes the account from all teams, if its roles allow that.
        type: list
        elements: str
      teams_mode:
        description:
          - How O(api_users[].teams) is applied to the current teams.
          - V(exact) sets exactly these teams and those of O(api_users[].managed_teams).
          - V(add) adds them and keeps the others.
          - V(remove) removes them and keeps the others.
        type: str
        choices: [exact, add, remove]
      managed_teams:
        description:
          - Names of exactly the teams that the account manages as a team admin. It becomes a member of them.
          - Requires the Team Admin role. If omitted, the account manages its teams as before.
        type: list
        elements: str
      login_enabled:
        description:
          - Whether the account can log in. New accounts can by default.
        type: bool
      active:
        description:
          - Whether the account is active. New accounts are by default.
          - Updates of an inactive account do not activate it unless this is V(true).
        type: bool
      has_ip_restrictions:
        description:
          - Whether the account can be used only from O(api_users[].allowed_ip_addresses). V(false) clears that list.
        type: bool
        aliases: [ip_restricted]
      allowed_ip_addresses:
        description:
          - Public IPv4 addresses from which the account can be used, such as V(74.0.0.1), V(74.0.0.*) or V(74.0.0.[0-99]). CIDR and
            IPv6 are refused. A wrong list locks the account out.
          - A non-empty list implies O(api_users[].has_ip_restrictions=true), an empty list V(false).
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
      permanently:
        description:
          - Whether to delete the account permanently instead of softly. Requires O(api_users[].state=absent).
          - An account that is already deleted is not deleted again.
        type: bool
      credentials_dest:
        description:
          - File for the generated key pair, with mode C(0600), where the task runs.
          - Its folder must exist. In a shared folder, another user's file or link is refused.
          - If writing fails, the error names a rescue file.
        type: path
      credentials_format:
        description:
          - Format of the file. Other profiles and lines in it are kept.
          - V(ini) is Veracode's credentials file.
          - V(json) is an object with C(api_key_id), C(api_key_secret) and C(expires).
          - V(env) sets E(VERACODE_API_KEY_ID) and E(VERACODE_API_KEY_SECRET).
        type: str
        choices: [ini, json, env]
      credentials_profile:
        description:
          - Section of the INI file. Defaults to the username.
        type: str
      credentials_overwrite:
        description:
          - Whether to replace the key pair of another account in O(api_users[].credentials_dest).
          - By default this is refused before anything is generated. A key pair that no account owns any more is always replaced.
        type: bool
  user_defaults:
    description:
      - Defaults for options that an entry of O(users) omits. Lists are replaced, not merged.
    type: dict
    suboptions:
      state:
        description:
          - State of the account.
          - V(present) creates or updates it.
          - V(disabled) denies the login and keeps the account.
          - V(absent) deletes it. This cannot be undone.
        type: str
        choices: [present, disabled, absent]
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
          - Whether the person logs in with SAML. Requires O(users[].custom_id). A SAML user cannot be changed back.
        type: bool
        aliases: [saml_user]
      is_elearning_manager:
        description:
          - Whether the person is an eLearning manager. Refused; use M(community.veracode.veracode_user).
        type: bool
      elearning_manager:
        description:
          - First and last name of the eLearning manager. Refused; use M(community.veracode.veracode_user).
        type: str
      elearning_track:
        description:
          - Name of the eLearning track. Refused; use M(community.veracode.veracode_user).
        type: str
      elearning_curriculum:
        description:
          - Name of the eLearning curriculum. Refused; use M(community.veracode.veracode_user).
        type: str
      keep_elearning_active:
        description:
          - Whether to keep the eLearning account active. Refused; use M(community.veracode.veracode_user).
        type: bool
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
          - Whether a new address must be confirmed by mail before it takes effect.
          - With V(true), the old address stays until then, and each run requests the change again and returns RV(pending).
        type: bool
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
          - How O(user_defaults.roles) is applied to the current roles.
          - V(exact) sets exactly these roles.
          - V(add) adds them and keeps the others.
          - V(remove) removes them and keeps the others.
        type: str
        choices: [exact, add, remove]
      teams:
        description:
          - Names of the teams. They are case-sensitive, and the teams must exist.
          - An empty list removes the account from all teams, if its roles allow that.
        type: list
        elements: str
      teams_mode:
        description:
          - How O(user_defaults.teams) is applied to the current teams.
          - V(exact) sets exactly these teams and those of O(user_defaults.managed_teams).
          - V(add) adds them and keeps the others.
          - V(remove) removes them and keeps the others.
        type: str
        choices: [exact, add, remove]
      managed_teams:
        description:
          - Names of exactly the teams that the account manages as a team admin. It becomes a member of them.
          - Requires the Team Admin role. If omitted, the account manages its teams as before.
        type: list
        elements: str
      login_enabled:
        description:
          - Whether the account can log in. New accounts can by default.
        type: bool
      active:
        description:
          - Whether the account is active. New accounts are by default.
          - Updates of an inactive account do not activate it unless this is V(true).
        type: bool
      has_ip_restrictions:
        description:
          - Whether the account can be used only from O(user_defaults.allowed_ip_addresses). V(false) clears that list.
        type: bool
        aliases: [ip_restricted]
      allowed_ip_addresses:
        description:
          - Public IPv4 addresses from which the account can be used, such as V(74.0.0.1), V(74.0.0.*) or V(74.0.0.[0-99]). CIDR and
            IPv6 are refused. A wrong list locks the account out.
          - A non-empty list implies O(user_defaults.has_ip_restrictions=true), an empty list V(false).
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
      permanently:
        description:
          - Whether to delete the account permanently instead of softly. Requires O(user_defaults.state=absent).
          - An account that is already deleted is not deleted again.
        type: bool
  api_user_defaults:
    description:
      - Defaults for options that an entry of O(api_users) omits. Lists are replaced, not merged.
    type: dict
    suboptions:
      state:
        description:
          - State of the account.
          - V(present) creates or updates it.
          - V(disabled) denies the login and keeps the account.
          - V(absent) deletes it. This cannot be undone.
        type: str
        choices: [present, disabled, absent]
      credentials:
        description: Whether to generate a key pair when the account is created. Requires O(api_user_defaults.credentials_dest).
        type: str
        choices: [none, on_create]
      username:
        description:
          - Username, which can be any name. It selects the account. Required to create an account.
          - At least one of O(api_user_defaults.username) and O(api_user_defaults.email_address) is required.
        type: str
        aliases: [user_name]
      email_address:
        description:
          - Email address that receives Veracode's mails about the account. Required to create an account.
          - It selects the account if O(api_user_defaults.username) is omitted and only one API user has this address.
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
      previously:
        description:
          - Former usernames. An account with one of these is renamed to O(api_user_defaults.username).
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
          - Whether a new address must be confirmed by mail before it takes effect.
          - With V(true), the old address stays until then, and each run requests the change again and returns RV(pending).
        type: bool
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
          - How O(api_user_defaults.roles) is applied to the current roles.
          - V(exact) sets exactly these roles.
          - V(add) adds them and keeps the others.
          - V(remove) removes them and keeps the others.
        type: str
        choices: [exact, add, remove]
      teams:
        description:
          - Names of the teams. They are case-sensitive, and the teams must exist.
          - An empty list removes the account from all teams, if its roles allow that.
        type: list
        elements: str
      teams_mode:
        description:
          - How O(api_user_defaults.teams) is applied to the current teams.
          - V(exact) sets exactly these teams and those of O(api_user_defaults.managed_teams).
          - V(add) adds them and keeps the others.
          - V(remove) removes them and keeps the others.
        type: str
        choices: [exact, add, remove]
      managed_teams:
        description:
          - Names of exactly the teams that the account manages as a team admin. It becomes a member of them.
          - Requires the Team Admin role. If omitted, the account manages its teams as before.
        type: list
        elements: str
      login_enabled:
        description:
          - Whether the account can log in. New accounts can by default.
        type: bool
      active:
        description:
          - Whether the account is active. New accounts are by default.
          - Updates of an inactive account do not activate it unless this is V(true).
        type: bool
      has_ip_restrictions:
        description:
          - Whether the account can be used only from O(api_user_defaults.allowed_ip_addresses). V(false) clears that list.
        type: bool
        aliases: [ip_restricted]
      allowed_ip_addresses:
        description:
          - Public IPv4 addresses from which the account can be used, such as V(74.0.0.1), V(74.0.0.*) or V(74.0.0.[0-99]). CIDR and
            IPv6 are refused. A wrong list locks the account out.
          - A non-empty list implies O(api_user_defaults.has_ip_restrictions=true), an empty list V(false).
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
      permanently:
        description:
          - Whether to delete the account permanently instead of softly. Requires O(api_user_defaults.state=absent).
          - An account that is already deleted is not deleted again.
        type: bool
      credentials_dest:
        description:
          - File for the generated key pair, with mode C(0600), where the task runs.
          - Its folder must exist. In a shared folder, another user's file or link is refused.
          - If writing fails, the error names a rescue file.
        type: path
      credentials_format:
        description:
          - Format of the file. Other profiles and lines in it are kept.
          - V(ini) is Veracode's credentials file.
          - V(json) is an object with C(api_key_id), C(api_key_secret) and C(expires).
          - V(env) sets E(VERACODE_API_KEY_ID) and E(VERACODE_API_KEY_SECRET).
        type: str
        choices: [ini, json, env]
      credentials_profile:
        description:
          - Section of the INI file. Defaults to the username.
        type: str
      credentials_overwrite:
        description:
          - Whether to replace the key pair of another account in O(api_user_defaults.credentials_dest).
          - By default this is refused before anything is generated. A key pair that no account owns any more is always replaced.
        type: bool
"""

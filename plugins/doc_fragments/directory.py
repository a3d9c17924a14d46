# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of a directory: written by C(tests/tools/directory_docs.py) from the options of single objects."""

from __future__ import annotations


class ModuleDocFragment:
    """The lists of C(veracode_directory)."""

    DOCUMENTATION = r"""
options:
  business_units:
    description:
      - Business units. The same options as those of M(community.veracode.veracode_business_unit).
      - An entry with only a name creates what does not exist. In an O(exclusive) list it keeps what is there, and an unknown name is an error.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the business unit, exact. It selects the business unit.
        type: str
        required: true
      previously:
        description:
          - Former names. The business unit is found under O(business_units[].name), or else under one of these, and then renamed.
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
          - How O(business_units[].teams) relates to the teams in the business unit.
          - With V(exact), the business unit has exactly these teams. Others go to the default business unit.
          - With V(add), the business unit has at least these teams.
          - With V(remove), the business unit has none of these teams. They go to the default business unit.
        type: str
        choices: [exact, add, remove]
      state:
        description:
          - What is wanted. With V(absent) only O(business_units[].name) counts.
          - With V(present), the business unit exists and has what the other options say.
          - With V(absent), the business unit does not exist.
        type: str
        choices: [present, absent]
  teams:
    description:
      - Teams. The same options as those of M(community.veracode.veracode_team).
      - An entry with only a name creates what does not exist. In an O(exclusive) list it keeps what is there, and an unknown name is an error.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the team, exact. It selects the team.
        type: str
        required: true
      previously:
        description:
          - Former names. The team is found under O(teams[].name), or else under one of these, and then renamed; it stays the same team, so its
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
          - Who manages the team is a member, too. If only one of O(teams[].members) and O(teams[].managers) is given, the other relation stays as it is.
        type: list
        elements: str
      managers:
        description:
          - Usernames of the accounts that manage the team, compared without case. They need the Team Admin role.
        type: list
        elements: str
      members_mode:
        description:
          - How O(teams[].members) and O(teams[].managers) relate to who is in the team.
          - With V(exact), the team has exactly these members and managers.
          - With V(add), the team has at least these members and managers.
          - With V(remove), who is listed in O(teams[].members) is not in the team, and who is listed in O(teams[].managers) does not manage it.
        type: str
        choices: [exact, add, remove]
      state:
        description:
          - What is wanted. With V(absent) only O(teams[].name) counts. Veracode refuses to delete a team that has applications.
          - With V(present), the team exists and has what the other options say.
          - With V(absent), the team does not exist.
        type: str
        choices: [present, absent]
      permanently:
        description:
          - Whether the team is deleted for good instead of softly. Only with O(teams[].state=absent).
        type: bool
  users:
    description:
      - Accounts of people. The same options as those of M(community.veracode.veracode_user).
      - An entry with only a name keeps that account from O(exclusive) and manages nothing of it.
    type: list
    elements: dict
    suboptions:
      state:
        description: What is wanted. With V(disabled) and V(absent) only the options that select the account count.
        type: str
        choices: [present, disabled, absent]
      username:
        description:
          - The username. It selects the account.
          - For a person without SAML, username and address are the same, and one implies the other.
          - The way of C(updateuser.do) works too. With the old username here and the new address in O(users[].email_address), the account is
            renamed, and when the username is gone later, the account that has the new address as its username is taken, with a warning.
          - At least one of O(users[].username), O(users[].custom_id) and O(users[].email_address) is required. If they mean different
            accounts, that is an error, also where the account is to be disabled or deleted.
        type: str
        aliases: [user_name]
      custom_id:
        description:
          - The SAML subject, by which the identity provider knows the person. Needed to create a SAML user.
          - It selects the account if O(users[].username) is not given, and is a managed value otherwise.
          - The Identity REST API has no search for it, so selecting by it reads the details of the SAML accounts until it is found.
        type: str
        aliases: [saml_subject]
      new_custom_id:
        description:
          - The SAML subject the account is to have.
        type: str
      email_address:
        description:
          - The address. Needed to create an account. It selects the account if neither O(users[].username) nor O(users[].custom_id) is given.
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
          - Whether the person logs in by SAML. Needs O(users[].custom_id). Veracode cannot turn a SAML user back, so V(false) is refused for one.
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
      previously:
        description:
          - Former usernames. The account is found under O(users[].username), or else under one of these, and then renamed.
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
          - With V(false), the change of O(users[].email_address) holds at once and no mail is sent.
          - With V(true), the old address stays until the new one is confirmed, each run orders the change again, and the result says
            RV(pending). A username that is the address stays as long.
          - V(true) needs the Identity REST API, as the Admin XML API cannot order a confirmation.
        type: bool
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
          - How O(users[].roles) relates to the roles the account has.
          - With V(exact), the account has exactly these roles.
          - With V(add), the account has at least these roles.
          - With V(remove), the account has none of these roles.
        type: str
        choices: [exact, add, remove]
      teams:
        description:
          - Names of teams. The names are exact, and the teams have to exist.
          - A set; the order does not matter. An empty list leaves all teams, where the remaining roles allow that.
        type: list
        elements: str
      teams_mode:
        description:
          - How O(users[].teams) relates to the teams the account is in.
          - With V(exact), the account is in exactly these teams, and in those of O(users[].managed_teams).
          - With V(add), the account is in at least these teams.
          - With V(remove), the account is in none of these teams.
        type: str
        choices: [exact, add, remove]
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
          - Whether the account can be used only from O(users[].allowed_ip_addresses). V(false) also clears that list.
        type: bool
        aliases: [ip_restricted]
      allowed_ip_addresses:
        description:
          - The public IPv4 addresses from which the account can be used. A single address, V(74.0.0.*), or V(74.0.0.[0-99]); the wildcard
            and the range are possible in the last octet only. CIDR and IPv6 are not taken by Veracode.
          - A list that is not empty implies O(users[].has_ip_restrictions=true), an empty one O(users[].has_ip_restrictions=false).
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
      permanently:
        description:
          - Whether the account is deleted for good instead of softly. Only with O(users[].state=absent), and not by the Admin XML API.
          - An account that is deleted already is left as it is.
        type: bool
  api_users:
    description:
      - API service accounts. The same options as those of M(community.veracode.veracode_api_user).
      - An entry with only a name keeps that account from O(exclusive) and manages nothing of it.
    type: list
    elements: dict
    suboptions:
      state:
        description: What is wanted. With V(disabled) and V(absent) only the options that select the account count.
        type: str
        choices: [present, disabled, absent]
      credentials:
        description: Whether to generate a key pair when the account is created. Needs O(api_users[].credentials_dest).
        type: str
        choices: [none, on_create]
      username:
        description:
          - The username, which can be any name. It selects the account. Needed to create an account.
          - At least one of O(api_users[].username) and O(api_users[].email_address) is required.
        type: str
        aliases: [user_name]
      email_address:
        description:
          - The address to which Veracode sends its mails about the account. Needed to create an account.
          - It selects the account if O(api_users[].username) is not given. Several accounts may share an address, and then it cannot select.
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
      previously:
        description:
          - Former usernames. The account is found under O(api_users[].username), or else under one of these, and then renamed.
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
          - With V(false), the change of O(api_users[].email_address) holds at once and no mail is sent.
          - With V(true), the old address stays until the new one is confirmed, each run orders the change again, and the result says
            RV(pending). A username that is the address stays as long.
          - V(true) needs the Identity REST API, as the Admin XML API cannot order a confirmation.
        type: bool
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
          - How O(api_users[].roles) relates to the roles the account has.
          - With V(exact), the account has exactly these roles.
          - With V(add), the account has at least these roles.
          - With V(remove), the account has none of these roles.
        type: str
        choices: [exact, add, remove]
      teams:
        description:
          - Names of teams. The names are exact, and the teams have to exist.
          - A set; the order does not matter. An empty list leaves all teams, where the remaining roles allow that.
        type: list
        elements: str
      teams_mode:
        description:
          - How O(api_users[].teams) relates to the teams the account is in.
          - With V(exact), the account is in exactly these teams, and in those of O(api_users[].managed_teams).
          - With V(add), the account is in at least these teams.
          - With V(remove), the account is in none of these teams.
        type: str
        choices: [exact, add, remove]
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
          - Whether the account can be used only from O(api_users[].allowed_ip_addresses). V(false) also clears that list.
        type: bool
        aliases: [ip_restricted]
      allowed_ip_addresses:
        description:
          - The public IPv4 addresses from which the account can be used. A single address, V(74.0.0.*), or V(74.0.0.[0-99]); the wildcard
            and the range are possible in the last octet only. CIDR and IPv6 are not taken by Veracode.
          - A list that is not empty implies O(api_users[].has_ip_restrictions=true), an empty one O(api_users[].has_ip_restrictions=false).
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
      permanently:
        description:
          - Whether the account is deleted for good instead of softly. Only with O(api_users[].state=absent), and not by the Admin XML API.
          - An account that is deleted already is left as it is.
        type: bool
      credentials_dest:
        description:
          - File for the generated key pair, on the machine where the module runs. It is written whole or not at all, with mode C(0600).
          - Its folder must exist. The module proves that it can write the file before it generates the key pair.
          - In a folder where other users may write, a file or a link of another user is refused.
          - If writing fails all the same, the pair is in a rescue file, which the error names.
        type: path
      credentials_format:
        description:
          - Format of the file.
          - V(ini) is Veracode's credentials file. Other profiles and comments are kept.
          - V(json) is an object with C(api_key_id), C(api_key_secret) and C(expires).
          - V(env) is lines that set E(VERACODE_API_KEY_ID) and E(VERACODE_API_KEY_SECRET). Other lines are kept.
        type: str
        choices: [ini, json, env]
      credentials_profile:
        description:
          - Section of an INI file. The default is the username.
        type: str
      credentials_overwrite:
        description:
          - Whether to replace a key pair of another account in O(api_users[].credentials_dest). By default this is refused before anything is generated.
          - A pair that no longer belongs to anybody is always replaced.
          - A file belongs to one account, in the format C(ini) a section.
        type: bool
  user_defaults:
    description:
      - Fills per option what an entry of O(users) omits. The entry wins, also with an empty list or string; lists are replaced, never merged.
    type: dict
    suboptions:
      state:
        description: What is wanted. With V(disabled) and V(absent) only the options that select the account count.
        type: str
        choices: [present, disabled, absent]
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
          - Whether the person logs in by SAML. Needs O(users[].custom_id). Veracode cannot turn a SAML user back, so V(false) is refused for one.
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
          - With V(false), the change of O(users[].email_address) holds at once and no mail is sent.
          - With V(true), the old address stays until the new one is confirmed, each run orders the change again, and the result says
            RV(pending). A username that is the address stays as long.
          - V(true) needs the Identity REST API, as the Admin XML API cannot order a confirmation.
        type: bool
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
          - How O(user_defaults.roles) relates to the roles the account has.
          - With V(exact), the account has exactly these roles.
          - With V(add), the account has at least these roles.
          - With V(remove), the account has none of these roles.
        type: str
        choices: [exact, add, remove]
      teams:
        description:
          - Names of teams. The names are exact, and the teams have to exist.
          - A set; the order does not matter. An empty list leaves all teams, where the remaining roles allow that.
        type: list
        elements: str
      teams_mode:
        description:
          - How O(user_defaults.teams) relates to the teams the account is in.
          - With V(exact), the account is in exactly these teams, and in those of O(user_defaults.managed_teams).
          - With V(add), the account is in at least these teams.
          - With V(remove), the account is in none of these teams.
        type: str
        choices: [exact, add, remove]
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
          - Whether the account can be used only from O(user_defaults.allowed_ip_addresses). V(false) also clears that list.
        type: bool
        aliases: [ip_restricted]
      allowed_ip_addresses:
        description:
          - The public IPv4 addresses from which the account can be used. A single address, V(74.0.0.*), or V(74.0.0.[0-99]); the wildcard
            and the range are possible in the last octet only. CIDR and IPv6 are not taken by Veracode.
          - A list that is not empty implies O(user_defaults.has_ip_restrictions=true), an empty one O(user_defaults.has_ip_restrictions=false).
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
      permanently:
        description:
          - Whether the account is deleted for good instead of softly. Only with O(user_defaults.state=absent), and not by the Admin XML API.
          - An account that is deleted already is left as it is.
        type: bool
  api_user_defaults:
    description:
      - Fills per option what an entry of O(api_users) omits, as O(user_defaults) does. Takes every option of an entry.
    type: dict
    suboptions:
      state:
        description: What is wanted. With V(disabled) and V(absent) only the options that select the account count.
        type: str
        choices: [present, disabled, absent]
      credentials:
        description: Whether to generate a key pair when the account is created. Needs O(api_user_defaults.credentials_dest).
        type: str
        choices: [none, on_create]
      username:
        description:
          - The username, which can be any name. It selects the account. Needed to create an account.
          - At least one of O(api_user_defaults.username) and O(api_user_defaults.email_address) is required.
        type: str
        aliases: [user_name]
      email_address:
        description:
          - The address to which Veracode sends its mails about the account. Needed to create an account.
          - It selects the account if O(api_user_defaults.username) is not given. Several accounts may share an address, and then it cannot select.
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
      previously:
        description:
          - Former usernames. The account is found under O(api_user_defaults.username), or else under one of these, and then renamed.
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
          - With V(false), the change of O(api_user_defaults.email_address) holds at once and no mail is sent.
          - With V(true), the old address stays until the new one is confirmed, each run orders the change again, and the result says
            RV(pending). A username that is the address stays as long.
          - V(true) needs the Identity REST API, as the Admin XML API cannot order a confirmation.
        type: bool
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
          - How O(api_user_defaults.roles) relates to the roles the account has.
          - With V(exact), the account has exactly these roles.
          - With V(add), the account has at least these roles.
          - With V(remove), the account has none of these roles.
        type: str
        choices: [exact, add, remove]
      teams:
        description:
          - Names of teams. The names are exact, and the teams have to exist.
          - A set; the order does not matter. An empty list leaves all teams, where the remaining roles allow that.
        type: list
        elements: str
      teams_mode:
        description:
          - How O(api_user_defaults.teams) relates to the teams the account is in.
          - With V(exact), the account is in exactly these teams, and in those of O(api_user_defaults.managed_teams).
          - With V(add), the account is in at least these teams.
          - With V(remove), the account is in none of these teams.
        type: str
        choices: [exact, add, remove]
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
          - Whether the account can be used only from O(api_user_defaults.allowed_ip_addresses). V(false) also clears that list.
        type: bool
        aliases: [ip_restricted]
      allowed_ip_addresses:
        description:
          - The public IPv4 addresses from which the account can be used. A single address, V(74.0.0.*), or V(74.0.0.[0-99]); the wildcard
            and the range are possible in the last octet only. CIDR and IPv6 are not taken by Veracode.
          - A list that is not empty implies O(api_user_defaults.has_ip_restrictions=true), an empty one O(api_user_defaults.has_ip_restrictions=false).
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
      permanently:
        description:
          - Whether the account is deleted for good instead of softly. Only with O(api_user_defaults.state=absent), and not by the Admin XML API.
          - An account that is deleted already is left as it is.
        type: bool
      credentials_dest:
        description:
          - File for the generated key pair, on the machine where the module runs. It is written whole or not at all, with mode C(0600).
          - Its folder must exist. The module proves that it can write the file before it generates the key pair.
          - In a folder where other users may write, a file or a link of another user is refused.
          - If writing fails all the same, the pair is in a rescue file, which the error names.
        type: path
      credentials_format:
        description:
          - Format of the file.
          - V(ini) is Veracode's credentials file. Other profiles and comments are kept.
          - V(json) is an object with C(api_key_id), C(api_key_secret) and C(expires).
          - V(env) is lines that set E(VERACODE_API_KEY_ID) and E(VERACODE_API_KEY_SECRET). Other lines are kept.
        type: str
        choices: [ini, json, env]
      credentials_profile:
        description:
          - Section of an INI file. The default is the username.
        type: str
      credentials_overwrite:
        description:
          - Whether to replace a key pair of another account in O(api_user_defaults.credentials_dest). By default this is refused before anything is generated.
          - A pair that no longer belongs to anybody is always replaced.
          - A file belongs to one account, in the format C(ini) a section.
        type: bool
"""

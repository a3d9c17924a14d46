#!/usr/bin/python

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: veracode_team
short_description: Manage a team on Veracode
version_added: 1.0.0
description:
  - Creates, updates, renames and deletes a team. Only what differs is written, and any number of members in one call.
  - Uses the Identity REST API. A converged task costs one call that lists the team, and one that reads it if O(members) or O(managers) are
    managed. Names that are not in the team yet are looked up. One or two by their name, more in the listing of all accounts. Who
    may manage a team costs one search.
extends_documentation_fragment:
  - community.veracode.connection
  - community.veracode.attributes
  - community.veracode.attributes.actiongroup_veracode
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - What is wanted. With V(absent) only O(name) counts, other options are not applied.
      - With V(present), the team exists and has what the other options say.
      - With V(absent), the team does not exist. Veracode refuses to delete a team that has applications.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name. It selects the team. Names are exact; a name that differs only in case from that of another team is an error.
    type: str
    required: true
  previously:
    description:
      - Former names. The team is found under O(name), or else under one of these, and then renamed. It stays the same team, so what
        applications and accounts have to do with it survives.
      - That two of the names exist is an error.
    type: list
    elements: str
  business_unit:
    description:
      - Name of the business unit the team is in. A team is in one business unit only, so this moves it.
      - An empty string moves it to the default business unit, which Veracode calls V(Not Specified).
    type: str
  members:
    description:
      - Usernames of who is in the team, people and API service accounts, compared without case. The accounts have to exist.
      - A set; the order does not matter. An empty list removes everybody who does not manage the team.
      - Who manages the team stays in it, unless O(managers) is given, too.
    type: list
    elements: str
  managers:
    description:
      - Usernames of who manages the team as team admin. They are members, too, and need not be listed in O(members).
      - The accounts have to exist and to hold the Team Admin role.
      - Who manages the team no longer stays a member, unless O(members) is given, too.
    type: list
    elements: str
  members_mode:
    description:
      - How O(members) and O(managers) relate to what is there.
      - With V(exact), exactly these are in the team or manage it.
      - With V(add), at least these are in the team or manage it. A member who is named in O(managers) manages it from then on.
      - With V(remove), none of the O(members) is in the team, and none of the O(managers) manages it. Who is named in O(managers) only
        stays a member.
    type: str
    choices: [exact, add, remove]
    default: exact
  permanently:
    description:
      - Whether the team is deleted for good instead of softly. Only with O(state=absent).
    type: bool
    default: false
  allow_unrestricted_api_users:
    description:
      - Whether API users may lose their last team. An API user without a team sees every application.
      - Without it, a change that takes the last team of an API user is refused before anything is written.
    type: bool
    default: false
seealso:
  - module: community.veracode.veracode_team_info
  - module: community.veracode.veracode_business_unit
  - module: community.veracode.veracode_user
notes:
  - An option that is omitted or null is not managed. No value is trimmed.
  - A name with a blank at an end, a no-break space or another invisible character is refused, and the character is named.
author:
  - Ansible Veracode Collection contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Make sure that there is a team
  community.veracode.veracode_team:
    name: Payments
    business_unit: Finance

- name: Say who is in the team and who manages it
  community.veracode.veracode_team:
    name: Payments
    members:
      - regina@example.com
      - payments-pipeline
    managers:
      - ted@example.com

- name: Put one more person into the team
  community.veracode.veracode_team:
    name: Payments
    members:
      - wayne@example.com
    members_mode: add

- name: Rename the team
  community.veracode.veracode_team:
    name: Payments and Billing
    previously:
      - Payments

- name: Remove the team
  community.veracode.veracode_team:
    name: Payments and Billing
    state: absent
"""

RETURN = r"""
team:
  description: The team as it is after the run, as it would be in check mode, V(null) if there is none. What was not read is V(null).
  returned: success
  type: dict
  contains:
    name:
      description: The name.
      type: str
    team_id:
      description: The GUID of the team.
      type: str
    business_unit:
      description: Name of the business unit the team is in.
      type: str
    members:
      description: Usernames of everybody in the team, managers too, sorted.
      type: list
      elements: str
    managers:
      description: Usernames of those who manage the team, sorted.
      type: list
      elements: str
    member_only:
      description: Whether Veracode shows what the team has to its members only.
      type: bool
    created:
      description: When the team was created.
      type: str
    modified:
      description: When the team was changed last.
      type: str
  sample:
    name: Payments
    team_id: 00000000-0000-0000-0000-000000000002
    business_unit: Finance
    members: [regina@example.com, ted@example.com]
    managers: [ted@example.com]
    member_only: false
    created: "2026-01-31T12:00:00Z"
    modified: "2026-02-28T12:00:00Z"
actions:
  description:
    - What was done, or in check mode would be done.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update), V(rename) or V(delete). A renaming with other changes is one V(rename) that lists them.
      type: str
    kind:
      description: What it was done to.
      type: str
    name:
      description: The name after the run.
      type: str
    fields:
      description: The options that differed, sorted. Empty for V(delete).
      type: list
      elements: str
  sample:
    - action: update
      kind: team
      name: Payments
      fields: [business_unit, members]
calls:
  description: How many calls were sent, each attempt counted, by what they mean and not by their HTTP method.
  returned: always
  type: dict
  contains:
    reads:
      description: Calls that read.
      type: int
    writes:
      description: Calls that change something.
      type: int
  sample:
    reads: 2
    writes: 1
diff:
  description: The managed options that differ, before and after.
  returned: success
  type: dict
  contains:
    before_header:
      description: Whose the values before are, kind and name; of a rename the old name.
      type: str
    after_header:
      description: Whose the values after are, kind and name.
      type: str
    before:
      description: Their values before the run. Empty for a creation.
      type: dict
    after:
      description: Their values as planned. Empty for a deletion.
      type: dict
  sample:
    before_header: team Payments
    after_header: team Payments
    before:
      business_unit: Not Specified
      members: [ted@example.com]
    after:
      business_unit: Finance
      members: [regina@example.com, ted@example.com]
failure:
  description: What went wrong. Holds what applies of the following.
  returned: failure
  type: dict
  contains:
    kind:
      description: The kind of object.
      type: str
    name:
      description: The name of the object.
      type: str
    option:
      description: The option at fault.
      type: str
    value:
      description: The value at fault.
      type: raw
    msg:
      description: What happened, and what to do.
      type: str
    status:
      description: The HTTP status of the refusal.
      type: int
    method:
      description: The HTTP method of the refused call.
      type: str
    path:
      description: The path of the refused call.
      type: str
    request_id:
      description: Veracode's id of the call, for its support.
      type: str
  sample:
    kind: team
    name: Payments
    option: members
    value: [regnia@example.com]
    msg: 'members: there is no account "regnia@example.com", did you mean "regina@example.com"?'
"""

from ansible_collections.community.veracode.plugins.module_utils._module.team import TEAM
from ansible_collections.community.veracode.plugins.module_utils._session import run_as_module


def main() -> None:
    run_as_module(TEAM)


if __name__ == "__main__":
    main()

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the answer to a change of an account shows with another value than was sent."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change
from ansible_collections.community.veracode.plugins.module_utils._model.fields import BY_OPTION


def unmet_of_account(change: Change[Account], account: Account) -> list[str]:
    """Return the options that were written and that the answer shows with another value than was sent.

    An answer that does not report an option tells nothing about it.
    """
    shown = account.values_and_lists
    wrong = []
    for option, sent in change.values.items():
        if option not in shown or option == "roles":
            continue
        if option == "email_address" and change.verify_email:
            continue
        if not BY_OPTION[option].same(shown[option], BY_OPTION[option].canonical(sent)):
            wrong.append(option)
    after = change.after
    if "roles" in change.values and account.roles is not None and after is not None:
        extra = set(account.roles) - set(after.roles or ())
        lacking = set(after.roles or ()) - set(account.roles)
        if lacking or any(not role.is_scan for role in extra):
            wrong.append("roles")
    return sorted(wrong)

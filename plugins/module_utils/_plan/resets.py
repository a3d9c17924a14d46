# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a reset does to one account. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.reset import BY_MAIL, MFA, Person, Reset


def plan_reset(person: Person, reset: t.Collection[str], *, only_never_logged_in: bool) -> Plan[Reset]:
    """Plan the resets of one account.

    :param only_never_logged_in: leave the password of an account alone that has, or may have, logged in.
    :raises InputError: the account cannot have that reset.
    """
    desired = set(reset)
    for each, remedy in (
        (BY_MAIL, "reset the password in the identity provider"),
        (MFA, "have the second factor reset in the identity provider"),
    ):
        if person.is_saml and each in desired:
            raise InputError(
                f'reset: "{person.username}" logs in with SAML and has no {each} of Veracode\'s to reset; {remedy}, and remove '
                f"{each} from the list",
                kind=person.kind,
                name=person.username,
                option="reset",
                value=each,
            )
    warnings: tuple[str, ...] = ()
    if BY_MAIL in desired and only_never_logged_in and person.logged_in is not False:
        desired.remove(BY_MAIL)
        if person.logged_in is None:
            warnings = (
                f'Veracode does not report whether "{person.username}" has ever logged in, so no mail is sent; set '
                "only_never_logged_in: false to send it anyway",
            )
    if BY_MAIL in desired and not person.active:
        warnings = (
            f'The account "{person.username}" is inactive and stays so, so the mail alone does not let it log in; set '
            "active: true to reactivate it",
        )
    if not desired:
        return Plan(None, None, warnings)
    after = Reset(tuple(sorted(desired)))
    change = Change("reset", person.kind, person.username, after.reset, {}, Reset(()), after, compared=("reset",))
    return Plan(change, after, warnings)

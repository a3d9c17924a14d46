# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of `veracode_user_reset`."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.rest.resets import ResetClient
from ansible_collections.community.veracode.plugins.module_utils._apply.object import carry_out
from ansible_collections.community.veracode.plugins.module_utils._argspec import reset_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, LostAnswerError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.names import check_names
from ansible_collections.community.veracode.plugins.module_utils._model.reset import BY_MAIL, ORDER, Person, Reset
from ansible_collections.community.veracode.plugins.module_utils._plan.resets import plan_reset
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Session


def reset_account(session: Session) -> dict[str, t.Any]:
    """Do the work of `veracode_user_reset`."""
    username, reset = session.params["username"], session.params["reset"]
    if not username or not reset:
        option, remedy = ("reset", "name password, mfa or sessions") if username else ("username", "name an account")
        raise InputError(
            f"{option}: an empty value resets nothing; {remedy}", option=option, value=session.params[option]
        )
    raise_all(check_names(session.params, ("username",)))
    desk = ResetClient(session.rest().client)
    account = session.rest().by_username(username, USER, frozenset())
    person = desk.person(account) if account is not None else None
    if person is None:
        raise InputError(
            f'username: no account is named "{username}"; correct the name',
            name=username,
            option="username",
            value=username,
            is_about_something_missing=True,
        )
    only_never_logged_in = session.params["only_never_logged_in"]
    if only_never_logged_in and BY_MAIL in reset and not person.is_saml and person.logged_in is None:
        person = desk.with_login(person)
    plan = plan_reset(person, reset, only_never_logged_in=only_never_logged_in)

    def write(change: Change[Reset]) -> Reset | None:
        return _reset(desk, person, change, session)

    carry_out(plan, session.progress, check_mode=session.check_mode, write=write)
    return {
        "reset": list(plan.change.fields) if plan.change else [],
        "diff": plan.diff,
    }


def _reset(desk: ResetClient, person: Person, change: Change[Reset], session: Session) -> Reset | None:
    """Do each reset, and note those that were done even if another one fails."""
    done: list[str] = []
    try:
        for each in ORDER:
            if each in change.fields:
                try:
                    getattr(desk, each)(person)
                except LostAnswerError as lost:
                    raise lost.followed_by(
                        f'A mail to "{person.username}" may be on its way, so it is not sent again by itself; run the '
                        "task again if none arrives"
                    ) from None
                done.append(each)
    finally:
        if done:
            session.progress.actions.append({**change.entry, "fields": sorted(done)})
    return change.after


USER_RESET = Module(options=reset_arguments, work=reset_account)

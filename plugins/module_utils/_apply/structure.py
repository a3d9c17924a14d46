# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Carry out the plan of a team, business unit or role, through the one gate of C(_apply)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._apply.object import (
    Progress,
    carry_out,
    look_for_lost,
    note,
)
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, LostAnswerError
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import CustomRole
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import WORDS
from ansible_collections.community.veracode.plugins.module_utils._model.named import S, Structure
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._plan.object_change import unmet


class Store(t.Protocol[S]):
    """Reads and writes one kind of object."""

    def named(self, names: t.Iterable[str]) -> list[S]:
        """Return at least all objects that have one of the names."""

    def details(self, entity: S) -> S | None:
        """Return the object read on its own, C(None) if it is gone."""

    def create(self, after: S, values: t.Mapping[str, t.Any]) -> S:
        """Create an object and return it as the answer shows it."""

    def update(self, before: S, after: S, values: t.Mapping[str, t.Any]) -> S:
        """Change what C(values) lists and return the object as the answer shows it."""

    def delete(self, entity: S) -> None:
        """Delete an object; one that is gone already is no error."""


def apply_structure(plan: Plan, store: Store[S], progress: Progress, *, check_mode: bool) -> S | None:
    """Carry out what is planned for one team, business unit or role.

    :returns: the object as it is now, as it would be in check mode, C(None) if there is none.
    """

    def write(change: Change) -> S | None:
        if change.action == "delete":
            store.delete(t.cast("S", change.before))
            note(change, progress)
            return None
        if change.action == "create":
            return _create(change, store, progress)
        return _update(change, store, progress)

    return t.cast("S | None", carry_out(plan, progress, check_mode=check_mode, write=write))


def _update(change: Change, store: Store[S], progress: Progress) -> S:
    before, after = t.cast("S", change.before), t.cast("S", change.after)
    answered = store.update(before, after, change.values)
    note(change, progress)
    return _verified(change, store, answered, progress)


def _create(change: Change, store: Store[S], progress: Progress) -> S:
    after = t.cast("S", change.after)
    try:
        created = store.create(after, change.values)
    except LostAnswerError as lost:
        created = _look_for(change, store, lost)
    except ApiError as error:
        if error.status in (400, 409) and _of_that_name(store, after.name) is not None:
            error.msg += f' "{after.name}" exists by now: another run created it at the same time; run the task again'
        raise
    note(change, progress)
    return _verified(change, store, created, progress)


def _of_that_name(store: Store[S], name: str) -> S | None:
    return next((each for each in store.named([name]) if each.name == name), None)


def _look_for(change: Change, store: Store[S], lost: LostAnswerError) -> S:
    """Find out what became of a creation whose answer was lost, before anything is sent again."""
    after = t.cast("S", change.after)
    found = look_for_lost(lost, lambda: _of_that_name(store, after.name))
    if found is None:
        return store.create(after, change.values)
    found = store.details(found) or found
    if unmet(change, t.cast("Structure", found)):
        lost.msg = lost.followed_by(
            f'There is a {WORDS[change.kind]} "{after.name}" now, but not with what was sent, so it is left alone; look '
            "at it, then run the task again"
        )
        raise lost
    return found


def _verified(change: Change, store: Store[S], answered: S, progress: Progress) -> S:
    """Hold the answer against what was sent.

    :raises ApiError: the server took the call and did not do all of it.
    """
    after = t.cast("S", change.after)
    missing = [option for option in change.values if option not in answered.values_and_lists]
    if missing and answered.handle is not None:
        answered = store.details(answered) or answered
        missing = [option for option in change.values if option not in answered.values_and_lists]
    if missing:
        progress.warnings.append(
            f'{", ".join(sorted(missing))} of the {WORDS[change.kind]} "{change.name}" could not be verified: '
            "Veracode does not show it"
        )
    wrong = unmet(change, t.cast("Structure", answered))
    if wrong:
        value = change.values[wrong[0]]
        raise ApiError(
            f'{", ".join(wrong)}: Veracode accepted the change of the {WORDS[change.kind]} "{change.name}" but did not '
            "take this, so it still has another value; correct the value, or leave the option out",
            option=wrong[0],
            value=list(value) if isinstance(value, tuple) else value,
        )
    return t.cast("S", _merged(t.cast("Structure", after), t.cast("Structure", answered)))


def _merged(after: Structure, answered: Structure) -> Structure:
    """Return what was planned with what the answer carries written over it."""
    if isinstance(after, Team) and isinstance(answered, Team):
        return replace(
            answered,
            business_unit=answered.business_unit or after.business_unit,
            users=answered.users if answered.users is not None else after.users,
        )
    if isinstance(after, BusinessUnit) and isinstance(answered, BusinessUnit):
        return replace(answered, teams=answered.teams if answered.teams is not None else after.teams)
    if isinstance(after, CustomRole) and isinstance(answered, CustomRole):
        return replace(
            answered,
            permissions=answered.permissions if answered.permissions is not None else after.permissions,
            flags={**after.flags, **answered.flags},
        )
    return answered

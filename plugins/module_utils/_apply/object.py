# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Carry out a plan, or in check mode say what would be done."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._api.base import AccountClient
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    ApiError,
    LostAnswerError,
    VeracodeError,
)
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Entity, Plan
from ansible_collections.community.veracode.plugins.module_utils._plan.account_unmet import unmet_of_account as unmet

# Documented: it can take up to a minute until a new account can be read. Seconds between the look-ups of one whose
# creation was not answered; a minute in all.
LOOK_UP_WAITS = (1, 2, 4, 8, 15, 30)

Found = t.TypeVar("Found")


class KeyReceiver(t.Protocol):
    """Takes a key pair that is generated."""

    def prepare(self) -> None:
        """Make everything ready for it, right before it is generated."""

    def receive(self, credentials: t.Mapping[str, t.Any]) -> None:
        """Store C(api_id), C(api_secret) and C(expires), so that the secret cannot be lost."""


@dataclass
class Progress:
    """What was done so far, or would be; a failure reports it, too.

    :param actions: entries of the result's C(actions).
    :param warnings: what could not be verified.
    :param pending: a new address waits for its confirmation.
    :param kept: what a result carries even if the run fails afterwards.
    :param masked: secrets that must not be shown.
    """

    actions: list[dict[str, t.Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    pending: bool = False
    kept: dict[str, t.Any] = field(default_factory=dict)
    masked: set[str] = field(default_factory=set)

    @property
    def changed(self) -> bool:
        """Something was written, or would be."""
        return bool(self.actions)


def carry_out(
    plan: Plan,
    progress: Progress,
    *,
    check_mode: bool,
    write: t.Callable[[Change], Entity | None],
    keys: KeyReceiver | None = None,
) -> Entity | None:
    """Carry out a plan, or in check mode only note what would be done: the one gate before anything is written.

    :param progress: takes what was done as soon as it is done.
    :param write: does the change, notes it as soon as it is done, and returns the object as it is then.
    :param keys: a creation also generates a key pair.
    :returns: the object as it is now, as it would be in check mode, C(None) if there is none.
    """
    change = plan.change
    progress.warnings += plan.warnings
    if change is None:
        return plan.entity
    progress.pending = plan.pending
    if check_mode:
        note(change, progress, keys)
        return plan.entity
    try:
        return write(change)
    except VeracodeError as error:
        error.kind = error.kind or change.kind
        error.name = error.name or change.name
        error.place = error.place or change.place
        raise


def apply_plan(
    plan: Plan, directory: AccountClient, progress: Progress, *, check_mode: bool, keys: KeyReceiver | None = None
) -> Account | None:
    """Carry out what is planned for one account.

    :param progress: takes what was done as soon as it is done.
    :param keys: generate a key pair with a creation, and give it to this.
    :returns: the account as it is now, as it would be in check mode, C(None) if there is none.
    """

    def write(change: Change) -> Account | None:
        if change.action == "create":
            return _create(change, directory, progress, keys)
        if change.action == "delete":
            directory.delete(_before(change))
            note(change, progress)
            return None
        return _update(change, directory, progress)

    entity = carry_out(plan, progress, check_mode=check_mode, write=write, keys=keys)
    return entity if isinstance(entity, Account) else None


def wait_for(look_up: t.Callable[[], Found | None]) -> Found | None:
    """Look for what cannot be read yet, for up to a minute.

    :returns: what was found, C(None) if it most likely is not there.
    """
    for wait in LOOK_UP_WAITS:
        found = look_up()
        if found is not None:
            return found
        time.sleep(wait)
    return look_up()


def look_for_lost(lost: LostAnswerError, look_up: t.Callable[[], Found | None]) -> Found | None:
    """Look for what may have been created by a call whose answer was lost.

    :returns: what was found, C(None) if it was most likely not created.
    :raises LostAnswerError: that cannot be found out either.
    """
    try:
        return wait_for(look_up)
    except VeracodeError as error:
        lost.msg = lost.followed_by(
            f"What became of it cannot be read either ({error.msg.rstrip('.')}). Run the task again: it looks first, and "
            "creates nothing twice"
        )
        raise lost from None


def note(change: Change, progress: Progress, keys: KeyReceiver | None = None) -> None:
    """Note a change that was made, or would be."""
    progress.actions.append(change.entry)
    if keys is not None and change.action == "create":
        progress.actions.append({"action": "generate", "kind": "api_credentials", "name": change.name, "fields": []})


def _before(change: Change) -> Account:
    if change.account_before is None:
        raise ValueError(f"a {change.action} needs an account")
    return change.account_before


def _after(change: Change) -> Account:
    if change.account_after is None:
        raise ValueError(f"a {change.action} needs a target")
    return change.account_after


def _update(change: Change, directory: AccountClient, progress: Progress) -> Account:
    before, after = _before(change), _after(change)
    answered = directory.update(before, after, change.values, verify_email=change.verify_email)
    note(change, progress)
    if not _carries(answered, change):
        reread = directory.details(before)
        if reread is None:
            progress.warnings.append(f'The change of "{change.name}" could not be verified: it can not be read now')
        else:
            answered = reread
    account = after.updated(answered)
    _verify(change, answered, account, progress)
    return account


def _carries(answered: Account, change: Change) -> bool:
    shown = answered.values_and_lists
    return all(option in shown for option in change.values if option != "title")


def _create(change: Change, directory: AccountClient, progress: Progress, keys: KeyReceiver | None) -> Account:
    after = _after(change)
    if keys is not None:
        keys.prepare()
    try:
        created = directory.create(after, change.values, with_credentials=keys is not None)
    except LostAnswerError as lost:
        created = _look_for(change, directory, lost, progress, keys)
    except ApiError as error:
        if error.status in (400, 409) and directory.by_username(after.username, after.kind, frozenset()) is not None:
            error.msg += (
                f' "{after.username}" exists by now: another run created it at the same time; run the task again'
            )
        raise
    note(change, progress, keys)
    if keys is not None:
        keys.receive(created.facts["api_credentials"])
    try:
        finished = _finish(change, directory, after.updated(created))
    except VeracodeError as error:
        error.msg = (
            f'"{after.username}" was created, but not everything is set yet; the next run does the rest. {error.msg}'
        )
        raise
    account = after.updated(finished)
    _verify(change, finished, account, progress)
    return account


def _finish(change: Change, directory: AccountClient, created: Account) -> Account:
    """Set what the creation could not, as soon as the new account can be read."""
    try:
        return directory.finish(created, _after(change), change.values)
    except ApiError:
        if directory.details(created) is not None:
            raise
    for wait in LOOK_UP_WAITS:
        time.sleep(wait)
        if directory.details(created) is not None:
            break
    return directory.finish(created, _after(change), change.values)


def _look_for(
    change: Change, directory: AccountClient, lost: LostAnswerError, progress: Progress, keys: KeyReceiver | None
) -> Account:
    """Find out what became of a creation whose answer was lost, before anything is sent again."""
    after = _after(change)
    need = frozenset({"email_address"})
    found = look_for_lost(lost, lambda: directory.by_username(after.username, after.kind, need))
    if found is None:
        if keys is not None:
            lost.msg = lost.followed_by(
                f'"{after.username}" cannot be found after a minute, so it was probably not created; it is not tried '
                "again by itself, since that would generate a key pair. Run the task again"
            )
            raise lost
        return directory.create(after, change.values)
    address = str(after.values.get("email_address") or "")
    if str(found.values.get("email_address") or "").casefold() != address.casefold() or found.kind != after.kind:
        lost.msg = lost.followed_by(
            f'There is an account "{found.username}" now, but with another address or type than was sent, so it is left '
            "alone; look at it, then run the task again"
        )
        raise lost
    if keys is not None:
        note(change, progress, keys)
        lost.msg = (
            f'"{after.username}" was created, but the answer with its key pair was lost, and a secret is never asked '
            "for twice. Generate a new pair with community.veracode.veracode_api_credentials and state: rotated"
        )
        raise lost
    return directory.details(found) or found


def _verify(change: Change, answered: Account, account: Account, progress: Progress) -> None:
    """Hold the answer against what was sent.

    :raises ApiError: the server took the call and did not do all of it.
    """
    wrong = unmet(change, answered)
    if "email_address" in wrong:
        wrong.remove("email_address")
        progress.pending = True
        progress.warnings.append(
            f'The new address of "{account.username}" waits for its confirmation by mail; the old one holds until then'
        )
        wrong = [option for option in wrong if option != "username"]
    if "username" in wrong and _is_address(change):
        wrong.remove("username")
        progress.warnings.append(
            f'Veracode kept the username "{account.username}" although the address changed; the account goes on being '
            "found by it"
        )
    if wrong:
        cleared = [option for option in wrong if change.values[option] in (None, ())]
        what, remedy = "did not take", "correct the value, or leave the option out"
        if wrong == cleared:
            what, remedy = (
                "cannot clear",
                "give a value instead of an empty one, or use api: rest where that has the option",
            )
        elif wrong == ["username"]:
            remedy = "the server keeps usernames, so name the account by the one it has"
        raise ApiError(
            f'{", ".join(wrong)}: Veracode accepted the change of "{change.name}" but {what} this, so it still has '
            f"another value; {remedy}",
            option=wrong[0],
            value=_plain(change.values[wrong[0]]),
        )


def _is_address(change: Change) -> bool:
    """Tell whether the new username is the new address, which a server may keep apart."""
    username, address = change.values.get("username"), change.values.get("email_address")
    return username is not None and address is not None and str(username).casefold() == str(address).casefold()


def _plain(value: t.Any) -> t.Any:
    """Return a canonical value as a task gives it."""
    return list(value) if isinstance(value, tuple) else "" if value is None else value

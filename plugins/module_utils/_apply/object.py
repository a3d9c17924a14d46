# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Carry out the plan of one object of any kind, or in check mode report what would be done."""

from __future__ import annotations

import abc
import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import (
    ApiError,
    LostAnswerError,
    VeracodeError,
)
from ansible_collections.community.veracode.plugins.module_utils._http.clock import SYSTEM
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Entity, Plan

# Documented: it can take up to a minute until a new account can be read. Seconds between the look-ups of one whose
# creation was not answered; a minute in all.
LOOK_UP_WAITS = (1, 2, 4, 8, 15, 30)

Found = t.TypeVar("Found")
E = t.TypeVar("E", bound=Entity)


class KeyReceiver(t.Protocol):
    """Takes a key pair that is generated."""

    def prepare(self) -> None:
        """Make everything ready for it, right before it is generated."""

    def receive(self, credentials: t.Mapping[str, t.Any]) -> None:
        """Store `api_id`, `api_secret` and `expires`, so that the secret cannot be lost."""


@dataclass
class Progress:
    """What was done so far, or would be; a failure reports it, too.

    :param actions: entries of the result's `actions`.
    :param warnings: what could not be verified.
    :param pending: a new address waits for its confirmation.
    :param kept: what a result holds even if the run fails afterwards.
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


class Kind(abc.ABC, t.Generic[E]):
    """How objects of one kind are written: all that differs between the kinds."""

    #: Whether a reading of a new object reports what its creation did not answer; a new account cannot be read immediately.
    readable_at_once = True
    #: Options that no reading may carry, which is explained elsewhere.
    unreported: frozenset[str] = frozenset()

    @abc.abstractmethod
    def phrase(self, change: Change[E]) -> str:
        """Return how messages speak of the object."""

    @abc.abstractmethod
    def create(self, change: Change[E], *, with_credentials: bool) -> E | None:
        """Create the object, and return it if the answer shows it.

        :raises LostAnswerError: whether it was created is not known.
        """

    @abc.abstractmethod
    def update(self, change: Change[E]) -> E | None:
        """Change what `values` of the change lists, and return the object if the answer shows it."""

    @abc.abstractmethod
    def delete(self, change: Change[E]) -> None:
        """Delete the object; one that is gone already is no error."""

    @abc.abstractmethod
    def look_up(self, change: Change[E]) -> E | None:
        """Return the object that has the name of a new one, `None` if there is none."""

    @abc.abstractmethod
    def read(self, entity: E) -> E | None:
        """Return the object read on its own, `None` if it is gone or cannot be addressed."""

    @abc.abstractmethod
    def merged(self, planned: E, answered: E) -> E:
        """Return what was planned with what the answer reports written over it."""

    @abc.abstractmethod
    def unmet(self, change: Change[E], answered: E) -> list[str]:
        """Return the options that were written and that the answer shows with another value than was sent."""

    def is_sent(self, change: Change[E], found: E) -> bool:
        """Tell whether what was found is what a lost creation sent."""
        return not self.unmet(change, found)

    def finish(self, change: Change[E], created: E) -> E:
        """Set what the creation could not, and return the object."""
        return created

    def credentials(self, created: E) -> t.Mapping[str, t.Any]:
        """Return the key pair that was generated with the object."""
        return {}

    def explained(self, change: Change[E], answered: E, wrong: list[str], progress: Progress) -> list[str]:
        """Return those of the unmet options that are an error; the others are noted in the progress."""
        return wrong


def carry_out(
    plan: Plan[E],
    progress: Progress,
    *,
    check_mode: bool,
    write: t.Callable[[Change[E]], E | None],
    keys: KeyReceiver | None = None,
) -> E | None:
    """Carry out a plan, or in check mode only note what would be done: the one gate before anything is written.

    :param progress: takes what was done as soon as it is done.
    :param write: does the change, notes it as soon as it is done, and returns the object as it is then.
    :param keys: a creation also generates a key pair.
    :returns: the object as it is now, as it would be in check mode, `None` if there is none.
    """
    change = plan.change
    progress.warnings += plan.warnings
    if change is None:
        return plan.entity
    progress.pending = plan.pending
    if check_mode:
        note(change, progress, keys)
        progress.warnings += plan.doubts
        return plan.entity
    try:
        return write(change)
    except VeracodeError as error:
        raise error.about(kind=change.kind, name=change.name, location=change.location) from None


def apply_plan(
    plan: Plan[E], kind: Kind[E], progress: Progress, *, check_mode: bool, keys: KeyReceiver | None = None
) -> E | None:
    """Carry out what is planned for one object.

    :param progress: takes what was done as soon as it is done.
    :param keys: generate a key pair with a creation, and give it to this.
    :returns: the object as it is now, as it would be in check mode, `None` if there is none.
    """

    def write(change: Change[E]) -> E | None:
        if change.action == "create":
            return _create(change, kind, progress, keys)
        if change.action == "delete":
            _delete(change, kind, progress)
            return None
        return _update(change, kind, progress)

    return carry_out(plan, progress, check_mode=check_mode, write=write, keys=keys)


def wait_for(look_up: t.Callable[[], Found | None]) -> Found | None:
    """Look for what cannot be read yet, for up to a minute.

    :returns: what was found, `None` if it most likely is not there.
    """
    for wait in LOOK_UP_WAITS:
        found = look_up()
        if found is not None:
            return found
        SYSTEM.sleep(wait)
    return look_up()


def look_for_lost(lost: LostAnswerError, look_up: t.Callable[[], Found | None]) -> Found | None:
    """Look for what may have been created by a call whose answer was lost.

    :returns: what was found, `None` if it was most likely not created.
    :raises LostAnswerError: that cannot be determined either.
    """
    try:
        return wait_for(look_up)
    except VeracodeError as error:
        raise lost.followed_by(
            f"The result could not be read either ({error.text.rstrip('.')}). Run the task again: it looks first, and "
            "creates nothing twice"
        ) from None


def note(change: Change[t.Any], progress: Progress, keys: KeyReceiver | None = None) -> None:
    """Note a change that was made, or would be."""
    progress.actions.append(change.entry)
    if keys is not None and change.action == "create":
        progress.actions.append({"action": "generate", "kind": "api_credentials", "name": change.name, "fields": []})


def planned(change: Change[E]) -> E:
    """Return the object as it is to be."""
    if change.after is None:
        raise ValueError(f"nothing is left after a {change.action}")
    return change.after


def current(change: Change[E]) -> E:
    """Return the object as it is."""
    if change.before is None:
        raise ValueError(f"there is nothing before a {change.action}")
    return change.before


def _delete(change: Change[E], kind: Kind[E], progress: Progress) -> None:
    try:
        kind.delete(change)
    except VeracodeError as error:
        if not error.is_outcome_unknown or _read_again(kind, change, error) is not None:
            raise
    note(change, progress)


def _update(change: Change[E], kind: Kind[E], progress: Progress) -> E:
    try:
        answered = kind.update(change)
    except VeracodeError as error:
        if not error.is_outcome_unknown:
            raise
        answered = _read_again(kind, change, error)
        # An address that waits for its confirmation is in no reading.
        if change.verify_email or answered is None or _missing(change, kind, answered) or kind.unmet(change, answered):
            raise
    note(change, progress)
    return _verified(change, kind, answered, progress)


def _read_again(kind: Kind[E], change: Change[E], error: VeracodeError) -> E | None:
    """Return the object as it is after a call whose outcome is unknown.

    :raises VeracodeError: the first one, if that cannot be read either.
    """
    try:
        return kind.read(current(change))
    except VeracodeError:
        raise error from None


def _create(change: Change[E], kind: Kind[E], progress: Progress, keys: KeyReceiver | None) -> E:
    if keys is not None:
        keys.prepare()
    try:
        created = kind.create(change, with_credentials=keys is not None)
    except LostAnswerError as lost:
        created = _look_for(change, kind, lost, progress, keys)
    except ApiError as error:
        if error.status in (400, 409) and kind.look_up(change) is not None:
            # The reasons that a refusal usually has are not this one's.
            raise error.replaced_by(
                f'Could not create "{change.name}" (HTTP {error.status}): "{change.name}" exists by now: another run created it at '
                "the same time, or this task on another host; run the task again, and in a play over several hosts use run_once: true"
            ) from None
        raise
    note(change, progress, keys)
    if keys is not None and created is not None:
        keys.receive(kind.credentials(created))
    try:
        created = _finished(change, kind, created)
    except VeracodeError as error:
        raise error.preceded_by(
            f'"{change.name}" was created, but not everything is set yet; the next run does the rest.'
        ) from None
    return _verified(change, kind, created, progress)


def _finished(change: Change[E], kind: Kind[E], created: E | None) -> E | None:
    """Set what the creation could not, as soon as the new object can be read."""
    if created is None:
        return None
    after = kind.merged(planned(change), created)
    try:
        return kind.finish(change, after)
    except ApiError:
        if kind.read(after) is not None:
            raise
    for wait in LOOK_UP_WAITS:
        SYSTEM.sleep(wait)
        if kind.read(after) is not None:
            break
    return kind.finish(change, after)


def _look_for(
    change: Change[E], kind: Kind[E], lost: LostAnswerError, progress: Progress, keys: KeyReceiver | None
) -> E | None:
    """Determine the outcome of a creation whose answer was lost, before anything is sent again."""
    found = look_for_lost(lost, lambda: kind.look_up(change))
    if found is None:
        if keys is not None:
            raise lost.followed_by(
                f'"{change.name}" cannot be found after a minute, so it was probably not created; it is not tried '
                "again by itself, since that would generate a key pair. Run the task again"
            )
        return _create_again(change, kind)
    found = kind.read(found) or found
    if not kind.is_sent(change, found):
        raise lost.followed_by(
            f"There is {kind.phrase(change)} now, but not with what was sent, so it was not changed; look at it, then run "
            "the task again"
        )
    if keys is not None:
        note(change, progress, keys)
        raise lost.replaced_by(
            f'"{change.name}" was created, but the answer with its key pair was lost, and a secret is never asked '
            "for twice. Generate a new pair with community.veracode.veracode_api_credentials and state: rotated"
        )
    return found


def _create_again(change: Change[E], kind: Kind[E]) -> E | None:
    """Send a creation again whose first sending seems not to have worked; if it has after all, that is the creation."""
    try:
        return kind.create(change, with_credentials=False)
    except ApiError as error:
        if error.status not in (400, 409):
            raise
        # The name may be taken by the first sending, whose object cannot be read yet.
        found = wait_for(lambda: kind.look_up(change))
        found = (kind.read(found) or found) if found is not None else None
        if found is None or not kind.is_sent(change, found):
            raise
        return found


def _missing(change: Change[E], kind: Kind[E], answered: E) -> list[str]:
    """Return the options that were written and of which a reading says nothing."""
    reported = answered.values_and_lists
    return sorted(option for option in change.values if option not in reported and option not in kind.unreported)


def _verified(change: Change[E], kind: Kind[E], answered: E | None, progress: Progress) -> E:
    """Hold the answer against what was sent.

    :returns: the object as it is now.
    :raises ApiError: the server took the call and did not do all of it.
    """
    after = planned(change)
    if change.before is not None or kind.readable_at_once:
        answered = _whole(change, kind, answered, progress)
    if answered is None:
        return after
    wrong = kind.explained(change, answered, kind.unmet(change, answered), progress)
    if wrong:
        raise _not_done(change, kind, wrong)
    return kind.merged(after, answered)


def _whole(change: Change[E], kind: Kind[E], answered: E | None, progress: Progress) -> E | None:
    """Return the object with all that was written, read on its own where the answer does not show it."""
    if answered is not None and not _missing(change, kind, answered):
        return answered
    reread = kind.read(kind.merged(planned(change), answered) if answered is not None else planned(change))
    answered = reread if reread is not None else answered
    missing = sorted(change.values) if answered is None else _missing(change, kind, answered)
    if missing:
        progress.warnings.append(
            f"{', '.join(missing)} of {kind.phrase(change)} could not be verified: Veracode does not report it"
        )
    return answered


def _not_done(change: Change[E], kind: Kind[E], wrong: list[str]) -> ApiError:
    cleared = [option for option in wrong if change.values[option] in (None, ())]
    what, remedy = "did not take", "correct the value, or leave the option out"
    if wrong == cleared:
        what, remedy = (
            "cannot clear",
            "give a value instead of an empty one, or use api: rest where that has the option",
        )
    elif wrong == ["username"]:
        remedy = "the server keeps usernames, so name the account by the one it has"
    return ApiError(
        f"{', '.join(wrong)}: Veracode accepted the change of {kind.phrase(change)} but {what} this, so it still has "
        f"another value; {remedy}",
        option=wrong[0],
        value=_plain(change.values[wrong[0]]),
    )


def _plain(value: t.Any) -> t.Any:
    """Return a canonical value as a task gives it."""
    return list(value) if isinstance(value, tuple) else "" if value is None else value

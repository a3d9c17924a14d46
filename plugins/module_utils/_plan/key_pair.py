# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whether an account's key pair has to be generated, revoked, or is right. Pure: the time is an argument."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError, InputError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.key_pair import Holder, Key, bare
from ansible_collections.community.veracode.plugins.module_utils._model.names import check_names
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import moment

KIND = "api_credentials"

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"([0-9]{1,5})([mhdw])\Z")
_LONGEST = timedelta(weeks=5200)
_API_ID = re.compile(r"(?:[A-Za-z0-9]{8}-)?[0-9A-Fa-f]{32,64}\Z")


@dataclass(frozen=True)
class DesiredKey:
    """What a task wants of a key pair.

    :param state: `present`, `rotated` or `absent`.
    :param username: selects the account, or `None`.
    :param api_id: selects the pair, or `None`.
    :param renew_within: a pair that is valid no longer than this is renewed.
    :param dest: the destination, for messages; `None` if there is none.
    """

    state: str
    username: str | None
    api_id: str | None
    renew_within: timedelta
    renew_within_text: str
    renew_if_missing: bool
    dest: str | None


@dataclass(frozen=True)
class Stored:
    """What the destination holds.

    :param api_id: `None` if it holds no pair.
    :param rescue_files: what earlier runs could not store, next to it.
    """

    api_id: str | None
    rescue_files: tuple[str, ...] = ()


def desired_key(params: t.Mapping[str, t.Any]) -> DesiredKey:
    """Read the options of a task.

    :raises InputError: one of them cannot be meant.
    """
    for option in ("username", "api_id"):
        if params.get(option) == "":
            raise InputError(f'{option}: "" is not a name; give the account\'s {option}', option=option, value="")
    raise_all(check_names(params, ("username",)))
    api_id = params.get("api_id")
    if api_id is not None and not _API_ID.match(api_id):
        raise InputError(
            "api_id: this is not an API ID, which has 32 or more hexadecimal digits; give the one that Veracode "
            "shows of the pair. The value is not shown here, as it may be a secret given by mistake",
            option="api_id",
        )
    return DesiredKey(
        state=params["state"],
        username=params.get("username"),
        api_id=api_id,
        renew_within=_span(params["renew_within"]),
        renew_within_text=params["renew_within"],
        renew_if_missing=bool(params.get("renew_if_missing")),
        dest=params.get("credentials_dest"),
    )


def _span(text: str) -> timedelta:
    match = _SPAN.match(text)
    span = timedelta(**{_UNITS[match.group(2)]: int(match.group(1))}) if match else None
    if span is None or span > _LONGEST:
        raise InputError(
            f'renew_within: "{text[:40]}" is not a span of time; write a whole number with m (minutes), h (hours), '
            "d (days) or w (weeks), such as 30d",
            option="renew_within",
            value=text,
        )
    return span


@dataclass(frozen=True)
class KeyPlan(Plan[Key]):
    """What an account's key pair needs.

    :param reason: why, in a few words.
    """

    reason: str = ""


def plan_key(desired: DesiredKey, holder: Holder, key: Key | None, stored: Stored | None, now: datetime) -> KeyPlan:
    """Plan the key pair of one account.

    :param key: the account's pair, `None` if there is none.
    :param stored: what the destination holds, `None` if the task names none.
    :param now: with its time zone.
    :raises InputError: the destination lacks the secret of a valid pair.
    """
    if desired.state == "absent":
        if key is None or not key.works(now):
            return KeyPlan(None, None, reason="there is no valid key pair")
        change = Change("revoke", KIND, holder.username, (), {}, key, None)
        return KeyPlan(change, None, reason="the key pair is valid")
    warnings = []
    if holder.usable is not None:
        warnings.append(f'The account "{holder.username}" {holder.usable}, so Veracode accepts no key pair of it')
    within, warning = _threshold(desired, key)
    if warning:
        warnings.append(warning)
    reason = _reason_to_generate(desired, key, within, now)
    if reason is None and key is not None:
        if stored is None or (stored.api_id is not None and bare(stored.api_id) == bare(key.api_id)):
            return KeyPlan(None, key, tuple(warnings), reason=_valid(key))
        if not desired.renew_if_missing:
            raise _missing(desired, holder, key, stored)
        reason = "the destination lacks the valid key pair"
    change = Change("generate", KIND, holder.username, (), {}, key, Key(""), compared=("api_id", "expires"))
    return KeyPlan(change, None, tuple(warnings), reason=str(reason))


def _reason_to_generate(desired: DesiredKey, key: Key | None, within: timedelta, now: datetime) -> str | None:
    """Return why a pair has to be generated whatever the destination holds, `None` if it has not."""
    if desired.state == "rotated":
        return "a new key pair was asked for"
    if key is None:
        return "there is no key pair"
    if key.revoked and moment(key.revoked) <= now:
        return "the key pair is revoked"
    if not key.works(now):
        return f"the key pair expired on {key.expires}"
    if not _lasts(key, now + within):
        return f"the key pair expires on {key.expires}, within {_span_text(within)}"
    return None


def _valid(key: Key) -> str:
    return f"the key pair is valid until {key.expires}" if key.expires else "the key pair is valid"


def _span_text(span: timedelta) -> str:
    if span.days:
        return f"{span.days} days"
    hours = span.seconds // 3600
    return f"{hours} hours" if hours else f"{span.seconds // 60} minutes"


def _lasts(key: Key, until: datetime) -> bool:
    return key.expires is None or moment(key.expires) > until


def _threshold(desired: DesiredKey, key: Key | None) -> tuple[timedelta, str | None]:
    """Return how long a pair has to be valid still, and a warning if that is not what the task says.

    An organization may give its pairs a shorter life than `renew_within`: each run would renew them.
    """
    if desired.state != "present" or key is None or not key.created or not key.expires:
        return desired.renew_within, None
    life = moment(key.expires) - moment(key.created)
    if life > desired.renew_within:
        return desired.renew_within, None
    return life / 2, (
        f'renew_within: key pairs of this organization are valid for {life.days} days, so "{desired.renew_within_text}" '
        "would renew them at each run; they are renewed at half of their life instead. Choose a shorter span"
    )


def _missing(desired: DesiredKey, holder: Holder, key: Key, stored: Stored) -> InputError:
    holds = f"holds another one ({stored.api_id})" if stored.api_id else "does not hold it"
    rescue = ""
    if stored.rescue_files:
        rescue = (
            f"if the API ID in {', '.join(stored.rescue_files)}, which an earlier run left, is that of the valid pair, copy "
            "the file there; otherwise "
        )
    return InputError(
        f'credentials_dest: "{holder.username}" has the valid key pair {key.api_id}, but "{desired.dest}" {holds}; '
        f"{rescue}copy the pair there from where it is kept, or set renew_if_missing: true to generate a new one, which "
        "ends the current one for everybody who uses it",
        kind=KIND,
        name=holder.username,
        option="credentials_dest",
        value=desired.dest,
    )


def refuse_own_pair(change: Change[Key]) -> GuardError:
    """Return the error for a change of the pair that signs the calls."""
    verb = "revoke" if change.action == "revoke" else "replace"
    return GuardError(
        f'allow_self: this would {verb} the key pair of "{change.name}", the calling account; call with '
        "another account, or set allow_self: true if this is intended",
        kind=KIND,
        name=change.name,
        option="allow_self",
        value=False,
    )

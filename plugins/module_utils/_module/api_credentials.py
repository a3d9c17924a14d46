# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of `veracode_api_credentials`."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import RestClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.keys import KeyClient
from ansible_collections.community.veracode.plugins.module_utils._apply.object import carry_out, note
from ansible_collections.community.veracode.plugins.module_utils._argspec import key_pair_arguments, key_store_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    ApiError,
    InputError,
    LostAnswerError,
    TransportError,
    VeracodeError,
)
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
from ansible_collections.community.veracode.plugins.module_utils._http.clock import SYSTEM
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Credentials
from ansible_collections.community.veracode.plugins.module_utils._keys.delivery import KeyDelivery, key_store
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.key_pair import Holder, Key, bare
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._module.key_owner import find_owner
from ansible_collections.community.veracode.plugins.module_utils._plan.key_pair import (
    KIND,
    DesiredKey,
    Stored,
    desired_key,
    plan_key,
    refuse_own_pair,
)
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Session

# Seconds between the looks at the outcome of a generation whose answer was lost, and between the attempts to call with a
# new pair, which other servers of Veracode may come to know a little later (a guess).
LOST_WAITS = (0, 2, 5)
VERIFY_WAITS = (1, 2, 4, 8)

OLD_PAIR = "is dead or stays valid for up to 24 hours"


@dataclass(frozen=True)
class _Situation:
    """What was read.

    :param key: the account's pair, `None` if there is none.
    :param own: it is known to be the calling account's.
    """

    holder: Holder
    key: Key | None
    own: bool = False


def manage_credentials(session: Session) -> dict[str, t.Any]:
    """Do the work of `veracode_api_credentials`."""
    try:
        with KeyDelivery(session.params, session.progress, find_owner(session)) as delivery:
            return _manage(session, delivery)
    except VeracodeError as error:
        raise error.about(kind=KIND, name=session.params.get("username")) from None


def _manage(session: Session, delivery: KeyDelivery) -> dict[str, t.Any]:
    desired = desired_key(session.params)
    ring = KeyClient(session.rest().client)
    may_generate = desired.state != "absent" and not session.check_mode

    def lock(user_id: str) -> None:
        # Before the pair is read, so that what is planned holds until the new pair is stored.
        if may_generate:
            delivery.lock_account(session.connection.api_url, user_id)

    situation = _read(session, ring, desired, lock)
    if situation is None:
        return _nothing(desired)
    holder, key = situation.holder, situation.key
    if may_generate:
        delivery.lock_destination(holder.username)
    plan = plan_key(desired, holder, key, _stored(session, desired, holder), datetime.now(timezone.utc))
    own = plan.change is not None and _is_own(session, ring, desired, situation)
    if plan.change is not None and own and not session.params.get("allow_self"):
        raise refuse_own_pair(plan.change)
    work = _Work(session, ring, desired, situation, own)
    generates = plan.change is not None and plan.change.action == "generate"
    if generates:
        delivery.check(holder.username, holder.user_id, {bare(key.api_id)} if key is not None else ())
        session.progress.warnings += delivery.warnings
    after = work.carry_out(plan, delivery)
    result: dict[str, t.Any] = {"api_credentials": _reported(holder, after), "reason": plan.reason}
    if generates:
        result["credentials"] = delivery.result()
    done = plan.change if session.progress.actions else None
    result["diff"] = done.diff if done else {"before": {}, "after": {}}
    return result


def _reported(holder: Holder, key: Key | None) -> dict[str, t.Any]:
    return {
        "username": holder.username,
        "user_id": holder.user_id,
        "api_id": (key.api_id or None) if key else None,
        "expires": key.expires if key else None,
    }


def _nothing(desired: DesiredKey) -> dict[str, t.Any]:
    """Return the result where there is no such account or pair."""
    if desired.state != "absent":
        option, value = ("username", desired.username) if desired.username else ("api_id", desired.api_id)
        remedy = (
            "create the account with community.veracode.veracode_api_user or veracode_user, or correct the name"
            if desired.username
            else "give the username of the account instead"
        )
        raise InputError(
            f'{option}: no account {"is named" if desired.username else "holds the API ID"} "{value}"; {remedy}',
            option=option,
            value=value,
            is_about_something_missing=True,
        )
    nobody = {"username": desired.username, "user_id": None, "api_id": None, "expires": None}
    return {"api_credentials": nobody, "reason": "there is no such account", "diff": {"before": {}, "after": {}}}


# Reading


def _read(session: Session, ring: KeyClient, desired: DesiredKey, lock: t.Callable[[str], None]) -> _Situation | None:
    """Read the account and its pair.

    :param lock: to be called with the GUID of the account before its pair is read.
    """
    if desired.username is not None:
        return _read_by_name(session, ring, desired.username, lock)
    if desired.state == "absent":
        return _read_leaked(ring, str(desired.api_id))
    return _read_by_id(ring, str(desired.api_id), lock)


def _read_by_name(session: Session, ring: KeyClient, username: str, lock: t.Callable[[str], None]) -> _Situation | None:
    """Two calls: the account and its pair; more for an account that is inactive or spelled differently.

    An account without administrator's roles may ask for its own alone.
    """
    try:
        account = session.rest().by_username(username, USER, frozenset({"active"}))
    except ApiError as error:
        if error.status != 403:
            raise
        caller = ring.caller()
        if caller.username.casefold() != username.casefold():
            raise error from None
        lock(caller.user_id)
        return _Situation(caller, ring.own(), own=True)
    if account is None:
        return None
    usable = None
    if account.values.get("active") is False:
        usable = "is inactive"
    elif account.values.get("login_enabled") is False:
        usable = "is disabled (login_enabled: false)"
    holder = Holder(account.username, str(account.handle), usable)
    lock(holder.user_id)
    return _Situation(holder, ring.of(holder))


def _read_leaked(ring: KeyClient, api_id: str) -> _Situation | None:
    """One call where a search shows the account with its pair; else the pair is asked for, and its owner if need be."""
    found = ring.owner(api_id)
    if found is not None and found[1] is not None:
        return _Situation(*found)
    by_id = ring.by_id(api_id)
    if by_id is None:
        return _Situation(found[0], None) if found is not None else None
    key, user_id = by_id
    owner = found if found is not None and found[0].user_id == user_id else ring.holder(user_id)
    return _Situation(owner[0] if owner is not None else Holder(user_id, user_id), key)


def _read_by_id(ring: KeyClient, api_id: str, lock: t.Callable[[str], None]) -> _Situation | None:
    """Two calls, and one more if the pair was replaced by now: the task means the account that held it."""
    by_id = ring.by_id(api_id)
    if by_id is None:
        return None
    lock(by_id[1])
    owner = ring.holder(by_id[1])
    if owner is None:
        return None
    holder, current = owner
    if current is not None and bare(current.api_id) == bare(by_id[0].api_id):
        return _Situation(holder, by_id[0])
    return _Situation(holder, ring.of(holder))


def _stored(session: Session, desired: DesiredKey, holder: Holder) -> Stored | None:
    if desired.state != "present":
        return None
    store = key_store(session.params, holder.username)
    if store is None:
        return None
    return Stored(store.stored_api_id(), tuple(store.rescue_files()))


def _is_own(session: Session, ring: KeyClient, desired: DesiredKey, situation: _Situation) -> bool:
    """Tell whether a change would end the pair that signs the calls; one more call if that is not plain."""
    if situation.own:
        return True
    signing = bare(session.connection.credentials.bare_id)
    if situation.key is not None and bare(situation.key.api_id) == signing:
        return True
    if desired.state == "absent" and desired.api_id is not None:
        return False  # only that pair ends
    return ring.caller().user_id == situation.holder.user_id


# Changing


class _Work:
    """Generates or revokes the pair of one account."""

    def __init__(
        self, session: Session, ring: KeyClient, desired: DesiredKey, situation: _Situation, own: bool
    ) -> None:
        self._session = session
        self._ring = ring
        self._desired = desired
        self._situation = situation
        self._own = own

    def carry_out(self, plan: Plan[Key], delivery: KeyDelivery) -> Key | None:
        def write(change: Change[Key]) -> Key | None:
            if change.action == "generate":
                return self._generate(change, delivery)
            self._revoke(change)
            return None

        return carry_out(
            plan,
            self._session.progress,
            check_mode=self._session.check_mode,
            write=write,
        )

    def _revoke(self, change: Change[Key]) -> None:
        holder = self._situation.holder
        if self._desired.api_id is not None:
            there = self._ring.revoke(self._desired.api_id, holder)
        else:
            there = self._ring.revoke_of(holder, own=self._own)
        if there:
            note(change, self._session.progress)
            if self._own:
                self._warn_of_own("was revoked; calls signed with it are refused from now on")

    def _warn_of_own(self, what: str) -> None:
        self._session.progress.warnings.append(
            f'The key pair of the calling account "{self._situation.holder.username}" {what}'
        )

    def _generate(self, change: Change[Key], delivery: KeyDelivery) -> Key:
        progress, holder, before = self._session.progress, self._situation.holder, self._situation.key
        delivery.prepare()
        try:
            pair = self._ring.generate(holder, own=self._own)
        except LostAnswerError as lost:
            raise self._explain_lost(change, lost) from None
        note(change, progress)
        delivery.receive(pair, lambda: self._has(pair))
        if self._own:
            self._warn_of_own("was replaced; later tasks have to sign with the new one")
        key = Key(pair["api_id"], expires=pair["expires"], created=pair["created"])
        if self._session.params.get("verify"):
            self._verify(pair, before)
        return key

    def _has(self, pair: t.Mapping[str, t.Any]) -> bool:
        """Tell whether the account has this pair still, and no newer one."""
        now = self._ring.own() if self._own else self._ring.of(self._situation.holder)
        return now is not None and bare(now.api_id) == bare(str(pair["api_id"]))

    def _explain_lost(self, change: Change[Key], lost: LostAnswerError) -> VeracodeError:
        """Determine the outcome of a generation whose answer was lost. It is never sent again."""
        holder, before = self._situation.holder, self._situation.key
        old = f"the old pair {before.api_id} {OLD_PAIR}" if before else "there was no pair before"
        again = "Run the task again with state: rotated to generate another"
        try:
            now = before
            for wait in LOST_WAITS:
                SYSTEM.sleep(wait)
                now = self._ring.own() if self._own else self._ring.of(holder)
                if now is not None and (before is None or bare(now.api_id) != bare(before.api_id)):
                    break
        except VeracodeError as error:
            return lost.followed_by(
                f"Whether a new pair was generated cannot be read either ({error.text.rstrip('.')}). If it was, its "
                f"secret is lost with the answer, and {old}. {again}"
            )
        if now is None or (before is not None and bare(now.api_id) == bare(before.api_id)):
            held = f"still has the pair {before.api_id}" if before else "still has no pair"
            text = f'"{holder.username}" {held}, so probably none was generated. Run the task again'
        else:
            note(change, self._session.progress)
            text = (
                f'A new pair {now.api_id} was generated for "{holder.username}", but its secret is lost with the answer, '
                f"and {old}. {again}"
            )
        return lost.followed_by(text)

    def _verify(self, pair: t.Mapping[str, t.Any], before: Key | None) -> None:
        """Sign a call with the new pair.

        :raises ApiError: it is not accepted; says where the pair is.
        """
        connection = replace(
            self._session.connection, credentials=Credentials(str(pair["api_id"]), str(pair["api_secret"]))
        )
        try:
            transport = Transport(connection, self._session.calls, family="rest")
            try:
                own = self._first_call(KeyClient(RestClient(transport)))
            finally:
                transport.close()
            if own is None or bare(own.api_id) != bare(str(pair["api_id"])):
                raise ApiError("the answer is about another key pair than the one that signed the call")
        except VeracodeError as error:
            raise ApiError(self._not_verified(pair, before, error), option="verify", value=True) from None

    @staticmethod
    def _first_call(ring: KeyClient) -> Key | None:
        for wait in VERIFY_WAITS:
            try:
                return ring.own()
            except (ApiError, TransportError) as error:
                if error.status != 401:
                    raise
            SYSTEM.sleep(wait)
        return ring.own()

    def _not_verified(self, pair: t.Mapping[str, t.Any], before: Key | None, error: VeracodeError) -> str:
        dest = self._session.params.get("credentials_dest")
        holder = self._situation.holder
        where = f'stored in "{dest}"' if dest else "in the result"
        old = f" The old pair {before.api_id} {OLD_PAIR}." if before else ""
        why = f" The account {holder.usable}." if holder.usable else ""
        return (
            f'verify: the new key pair {pair["api_id"]} of "{holder.username}" was generated and is {where}, but a call '
            f"signed with it failed: {error.msg.rstrip('.')}.{why}{old} Try the new pair before generating another"
        )


API_CREDENTIALS = Module(
    options=lambda: {**key_pair_arguments(), **key_store_arguments()},
    work=manage_credentials,
    rules={"mutually_exclusive": [("username", "api_id")], "required_one_of": [("username", "api_id")]},
)

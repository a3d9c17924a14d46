# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of `veracode_oauth_client`."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timezone

from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import incomplete
from ansible_collections.community.veracode.plugins.module_utils._api.rest.oauth import OauthClients
from ansible_collections.community.veracode.plugins.module_utils._apply.object import carry_out, current, note, planned
from ansible_collections.community.veracode.plugins.module_utils._argspec import oauth_client_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    ApiError,
    InputError,
    LostAnswerError,
    VeracodeError,
    raise_all,
)
from ansible_collections.community.veracode.plugins.module_utils._http.clock import SYSTEM
from ansible_collections.community.veracode.plugins.module_utils._keys.delivery import KeyDelivery, key_store
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import OAUTH_CLIENT as NAMES
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import KeyPair
from ansible_collections.community.veracode.plugins.module_utils._keys.ownership import Owner
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.oauth_client import (
    KIND,
    OauthClient,
    Secret,
    report_client,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.key_pair import Stored
from ansible_collections.community.veracode.plugins.module_utils._plan.oauth_client import (
    ClientPlan,
    DesiredClient,
    deletion,
    desired_client,
    merged_diff,
    needs_secrets,
    plan_client,
    revocation,
    roles_of_client,
)
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Session

# Seconds between the looks at the outcome of a creation or a secret whose answer was lost.
LOST_WAITS = (0, 2, 5)

Result = dict[str, t.Any]
NOTHING: Result = {"before": {}, "after": {}}


def manage_oauth_client(session: Session) -> Result:
    """Do the work of `veracode_oauth_client`."""
    desired, errors = desired_client(session.params)
    try:
        raise_all(errors)
        clients = OauthClients(session.rest().client, session.rest().names.resolve)
        if desired.username is not None:
            return _manage_account(session, desired, clients)
        if desired.state == "absent":
            found = _named(clients.own(), desired)
            return _take(session, desired, found, clients.delete, clients.revoke_tokens)
        with KeyDelivery(session.params, session.progress, _find_owner(clients), names=NAMES) as delivery:
            return _Work(session, desired, clients, delivery).run()
    except VeracodeError as error:
        raise error.about(kind=KIND, name=desired.label) from None


def _named(listed: tuple[list[OauthClient], bool], desired: DesiredClient) -> list[OauthClient]:
    """Return the clients that a task means.

    :raises ApiError: not all could be listed.
    """
    found, complete = listed
    if not complete:
        raise incomplete("list the OAuth clients")
    return [client for client in found if desired.name in (None, client.name)]


def _find_owner(clients: OauthClients) -> t.Callable[[KeyPair], Owner | None]:
    def find(pair: KeyPair) -> Owner | None:
        client = clients.details(pair.api_id)
        if client is not None:
            return Owner(client.client_id, client.username) if client.works(datetime.now(timezone.utc)) else None
        if clients.own_deleted(pair.api_id):
            return None
        raise VeracodeError("the calling account does not see that client; call with the account that owns it")

    return find


# Clients and tokens that go


def _manage_account(session: Session, desired: DesiredClient, clients: OauthClients) -> Result:
    """Delete the clients of an account, or revoke their tokens."""
    username = str(desired.username)
    account = session.rest().by_username(username, USER, frozenset())
    if account is None:
        if desired.state == "absent":
            return {"oauth_client": None, "reason": "there is no such account", "diff": NOTHING}
        raise InputError(
            f'username: no account is named "{username}"; correct the name',
            option="username",
            value=username,
            is_about_something_missing=True,
        )
    username, user_id = account.username, str(account.handle)
    found = _named(clients.of(username, user_id), desired)
    if desired.name is not None:
        return _take(session, desired, found, clients.delete, clients.revoke_tokens)
    return _take(
        session,
        desired,
        found,
        lambda _client: clients.delete_of(username, user_id),
        lambda _client: clients.revoke_tokens_of(username, user_id),
    )


def _take(
    session: Session,
    desired: DesiredClient,
    found: t.Sequence[OauthClient],
    delete: t.Callable[[OauthClient], bool],
    revoke: t.Callable[[OauthClient], bool],
) -> Result:
    """Revoke the tokens of clients and delete them, as far as the task says so.

    :param delete: deletes a client, or if the task names none, all of them.
    :param revoke: revokes the tokens of a client, or if the task names none, of all of them.
    """
    is_for_all = desired.name is None
    changes: list[Change[t.Any]] = []
    if desired.revoke_tokens:
        changes += [revocation(desired.label, client) for client in (found[:1] if is_for_all else found)]
    if desired.state == "absent":
        changes += [deletion(client) for client in found]
    done: set[str] = set()

    def write(change: Change[t.Any]) -> None:
        if not (is_for_all and change.action in done):
            if change.action == "delete":
                delete(current(change))
            else:
                revoke(current(change).client)
            done.add(change.action)
        note(change, session.progress)

    for change in changes:
        carry_out(Plan(change, None), session.progress, check_mode=session.check_mode, write=write)
    reason = "there is no such client"
    if found:
        reason = f"{len(found)} {'client' if len(found) == 1 else 'clients'} found"
    return {"oauth_client": None, "reason": reason, "diff": merged_diff(desired.label, changes)}


# Clients that are to be there


class _Work:
    """Brings one client of the calling account into the desired state."""

    def __init__(self, session: Session, desired: DesiredClient, clients: OauthClients, delivery: KeyDelivery) -> None:
        self._session = session
        self._desired = desired
        self._clients = clients
        self._delivery = delivery
        self._known: frozenset[str | None] = frozenset()
        self._is_ready = False

    def run(self) -> Result:
        """Read, plan, carry out, and return the result."""
        session, desired = self._session, self._desired
        caller = session.rest().calling_account()
        if not session.check_mode:
            # Before the clients are read, so that what is planned holds until the secret is stored.
            self._delivery.lock_account(session.connection.api_url, str(caller.handle))
            self._delivery.lock_destination("")
        plan = self._plan(caller)
        self._check(plan)
        changes: list[Change[t.Any]] = [deletion(client) for client in plan.expired]
        for change in changes:
            self._carry_out(Plan(change, None))
        after = self._carry_out(plan)
        if plan.change is not None:
            changes.append(plan.change)
        existing = plan.change.before if plan.change is not None else plan.entity
        if desired.revoke_tokens and existing is not None:
            changes.append(revocation(existing.name, existing))
            self._carry_out(Plan(changes[-1], None))
        result: Result = {"reason": plan.reason, "diff": merged_diff(str(desired.name), changes)}
        if after is None and plan.change is not None:
            after = planned(plan.change)
            after = replace(after, username=caller.username, user_id=str(caller.handle))
        result["oauth_client"] = report_client(after) if after is not None else None
        if plan.change is not None:
            result["credentials"] = self._delivery.result()
        return result

    # Reading

    def _plan(self, caller: Account) -> ClientPlan:
        desired = self._desired
        roles = roles_of_client(desired, caller.username, caller.roles or ())
        listed = self._clients.own()
        self._known = frozenset(client.client_id for client in listed[0])
        found = [
            replace(client, secrets=self._clients.secrets(client)) if needs_secrets(desired, client) else client
            for client in _named(listed, desired)
        ]
        return plan_client(desired, roles, found, self._stored(), datetime.now(timezone.utc))

    def _stored(self) -> Stored | None:
        if self._desired.state != "present":
            return None
        store = key_store(self._session.params, "", NAMES)
        return Stored(store.stored_api_id(), tuple(store.rescue_files())) if store is not None else None

    def _check(self, plan: ClientPlan) -> None:
        """See whether a secret could be kept, before anything is written."""
        if plan.change is None:
            return
        before = plan.change.before
        own = {str(client.client_id).casefold() for client in (before, *plan.expired) if client is not None}
        self._delivery.check("", before.client_id if before is not None else None, own)
        self._session.progress.warnings += self._delivery.warnings

    # Changing

    def _carry_out(self, plan: Plan[t.Any]) -> OauthClient | None:
        session = self._session
        return carry_out(plan, session.progress, check_mode=session.check_mode, write=self._write)

    def _write(self, change: Change[t.Any]) -> OauthClient | None:
        if change.action == "revoke":
            self._clients.revoke_tokens(current(change).client)
            note(change, self._session.progress)
            return None
        if not self._is_ready:
            self._delivery.prepare()
            self._is_ready = True
        if change.action == "delete":
            self._clients.delete(current(change))
            note(change, self._session.progress)
            return None
        return self._create(change) if change.action == "create" else self._renew(current(change), change)

    def _create(self, change: Change[OauthClient]) -> OauthClient:
        try:
            client, value = self._clients.create(planned(change))
        except LostAnswerError as lost:
            client, value = self._look_for(change, lost), None
        note(change, self._session.progress)
        if value is None:
            try:
                self._renew(client)
            except VeracodeError as error:
                raise error.preceded_by(
                    f'The client "{client.name}" ({client.client_id}) was created, but its secret is not stored.'
                ) from None
        else:
            self._receive(
                client, value, client.usable_until, lambda: self._clients.details(str(client.client_id)) is not None
            )
        self._check_created(change, client)
        return client

    def _check_created(self, change: Change[OauthClient], client: OauthClient) -> None:
        """Refuse to call a client created that has other roles than were asked for.

        :raises ApiError: it has.
        """
        if "roles" in change.values and set(client.roles) != set(planned(change).roles):
            raise ApiError(
                f'roles: Veracode created the client "{client.name}" with the roles {", ".join(client.role_titles) or "none"} '
                "instead; delete it with state: absent",
                option="roles",
                value=list(change.values["roles"]),
            )

    def _look_for(self, change: Change[OauthClient], lost: LostAnswerError) -> OauthClient:
        """Return the client that a creation made whose answer was lost; it is not sent again by itself.

        :raises LostAnswerError: it was most likely not created, or that cannot be determined.
        """
        try:
            for wait in LOST_WAITS:
                SYSTEM.sleep(wait)
                found = [
                    one
                    for one in self._clients.own()[0]
                    if one.name == change.name and one.client_id not in self._known
                ]
                if found:
                    break
        except VeracodeError as error:
            raise lost.followed_by(
                f"Whether it was created cannot be read either ({error.text.rstrip('.')}). If it was created, its secret is lost with the "
                "answer. Run the task again with renew_if_missing: true, which then generates another one"
            ) from None
        if not found:
            raise lost.followed_by(
                f'"{change.name}" is not among the clients of the calling account, so it was probably not created. Run the '
                "task again"
            )
        return found[0]

    def _renew(self, client: OauthClient, change: Change[OauthClient] | None = None) -> OauthClient:
        """Generate a secret, store it, and then delete those that there were.

        :param change: to be noted as soon as there is another secret.
        :returns: the client with this secret alone.
        """
        before = client.secrets if client.secrets is not None else self._clients.secrets(client)
        try:
            secret, value = self._clients.generate_secret(client)
        except LostAnswerError as lost:
            raise self._explain_lost(client, before, change, lost) from None
        if change is not None:
            note(change, self._session.progress)
        self._receive(
            client,
            value,
            replace(client, secrets=(secret,)).usable_until,
            lambda: secret in self._clients.secrets(client),
        )
        for old in before:
            try:
                self._clients.delete_secret(client, old)
            except VeracodeError as error:
                raise error.preceded_by(
                    f'The new secret of "{client.name}" ({client.client_id}) is stored, but an older one is not deleted; run the '
                    "task again with state: rotated."
                ) from None
        return replace(client, secrets=(secret,))

    def _receive(self, client: OauthClient, value: str, expires: str | None, is_newest: t.Callable[[], bool]) -> None:
        credentials = {"api_id": client.client_id, "api_secret": value, "expires": expires}
        self._delivery.receive(credentials, is_newest)

    def _explain_lost(
        self,
        client: OauthClient,
        before: t.Sequence[Secret],
        change: Change[OauthClient] | None,
        lost: LostAnswerError,
    ) -> VeracodeError:
        """Determine the outcome of a secret whose answer was lost, and delete it: nobody knows its value."""
        known = {secret.secret_id for secret in before}
        new: list[Secret] = []
        try:
            for wait in LOST_WAITS:
                SYSTEM.sleep(wait)
                new = [secret for secret in self._clients.secrets(client) if secret.secret_id not in known]
                if new:
                    break
            if new and change is not None:
                note(change, self._session.progress)
            for secret in new:
                self._clients.delete_secret(client, secret)
        except VeracodeError as error:
            return lost.followed_by(
                f"The result cannot be determined ({error.text.rstrip('.')}). If a secret of {client.client_id} was generated, it "
                "may still work, and its value is lost with the answer. The older ones still work. Run the task again with "
                "state: rotated or renew_if_missing: true, which deletes it"
            )
        if new:
            return lost.followed_by(
                f"A secret of {client.client_id} was generated and its value lost with the answer, so it was deleted again. The "
                "older ones still work. Run the task again"
            )
        return lost.followed_by(f'"{client.name}" has no new secret, so none was generated. Run the task again')


OAUTH_CLIENT = Module(
    options=oauth_client_arguments,
    work=manage_oauth_client,
    rules={"required_one_of": [("name", "username")]},
)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of `veracode_oauth_client_info`."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.base import Filters
from ansible_collections.community.veracode.plugins.module_utils._api.rest.listing import AccountLister
from ansible_collections.community.veracode.plugins.module_utils._api.rest.oauth import OauthClients
from ansible_collections.community.veracode.plugins.module_utils._argspec import oauth_client_filter_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    ApiError,
    InputError,
    VeracodeError,
    raise_all,
)
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.names import check_names, username_key
from ansible_collections.community.veracode.plugins.module_utils._model.oauth_client import (
    KIND,
    OauthClient,
    report_client,
)
from ansible_collections.community.veracode.plugins.module_utils._read.accounts import Parallel
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Session

_INCOMPLETE = (
    "The listing does not agree with the server's own total, even when read again, so OAuth clients may be missing"
)
_OWN_ONLY = (
    "The calling account may not see the OAuth clients of other accounts, so only its own are listed; call with an account "
    "that has the Admin API or Administrator role"
)

# Clients, and whether these are all.
Found: t.TypeAlias = tuple[list[OauthClient], bool]


def list_oauth_clients(session: Session) -> dict[str, t.Any]:
    """Do the work of `veracode_oauth_client_info`."""
    username, name = session.params["username"], session.params["name"]
    raise_all(check_names(session.params, ("username", "name")))
    for option in ("username", "name"):
        if session.params[option] == "":
            raise InputError(
                f"{option}: an empty text selects nothing; give one, or leave {option} out", option=option, value=""
            )
    clients = OauthClients(session.rest().client, session.rest().names.resolve)
    try:
        found, complete = _of_one(session, clients, username) if username is not None else _of_all(session, clients)
    except VeracodeError as error:
        raise error.about(kind=KIND, name=username) from None
    shown = [client for client in found if name in (None, client.name)]
    shown.sort(key=lambda client: (username_key(client.username), client.name, str(client.client_id)))
    return {"oauth_clients": [report_client(client) for client in shown], "count": len(shown), "complete": complete}


def _of_one(session: Session, clients: OauthClients, username: str) -> Found:
    """Return the clients of one account; one without administrator's roles may ask for its own."""
    try:
        account = session.rest().by_username(username, USER, frozenset())
    except ApiError as error:
        if error.status != 403 or username_key(session.rest().caller_username()) != username_key(username):
            raise
        return _warned(session, clients.own())
    if account is None:
        return [], True
    return _warned(session, clients.of(account.username, str(account.handle)))


def _warned(session: Session, found: Found) -> Found:
    if not found[1]:
        session.progress.warnings.append(_INCOMPLETE)
    return found


def _of_all(session: Session, clients: OauthClients) -> Found:
    """Return the clients of all accounts that the calling one may see, with a call for each account.

    Its own come first: where the organization has no clients at all, that is the only call.
    """
    own, complete = clients.own()
    with Parallel(session.activity) as parallel:
        try:
            listing = AccountLister(session.rest(), parallel.map).candidates(Filters())
            lists = parallel.read("OAuth clients", lambda account: _visible(clients, account), listing.accounts)
        except ApiError as error:
            if error.status != 403:
                raise
            session.progress.warnings.append(_OWN_ONLY)
            return own, False
    known = {client.client_id: client for client in own}
    for found, is_all in lists:
        known.update((client.client_id, client) for client in found)
        complete = complete and is_all
    return _warned(session, (list(known.values()), complete and listing.complete))


def _visible(clients: OauthClients, account: Account) -> Found:
    """Return the clients of an account, none for one that is gone meanwhile."""
    try:
        return clients.of(account.username, str(account.handle))
    except ApiError as error:
        if error.status != 404:
            raise
        return [], True


OAUTH_CLIENT_INFO = Module(options=oauth_client_filter_arguments, work=list_oauth_clients)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of `veracode_user` and `veracode_api_user`: a directory with one account."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.base import AccountClient, AccountSource, Filters
from ansible_collections.community.veracode.plugins.module_utils._api.rest.listing import AccountLister
from ansible_collections.community.veracode.plugins.module_utils._apply.kinds import Accounts
from ansible_collections.community.veracode.plugins.module_utils._apply.object import apply_plan
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    InputError,
    VeracodeError,
    raise_all,
)
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, report
from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.fields import REST
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.names import check_names
from ansible_collections.community.veracode.plugins.module_utils._plan.account import plan_account
from ansible_collections.community.veracode.plugins.module_utils._plan.account_needs import names_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_account import desired_account
from ansible_collections.community.veracode.plugins.module_utils._plan.find import find_account
from ansible_collections.community.veracode.plugins.module_utils._plan.guards import lockout_risk, refuse_self_lockout
from ansible_collections.community.veracode.plugins.module_utils._read.accounts import Parallel, matching_accounts
from ansible_collections.community.veracode.plugins.module_utils._session import Session

if t.TYPE_CHECKING:
    from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
    from ansible_collections.community.veracode.plugins.module_utils._keys.delivery import KeyDelivery

# Accounts that one warning names.
_MOST_NAMED = 5


def manage_account(kind: str) -> t.Callable[[Session], dict[str, t.Any]]:
    """Return the work of the module for that kind of account."""

    def work(session: Session) -> dict[str, t.Any]:
        params = session.params
        desired, errors, warnings = desired_account(params, kind, api=params.get("api") or REST)
        raise_all(errors)
        session.progress.warnings += warnings
        client = session.accounts(desired.api)
        try:
            return _manage(session, desired, client)
        except VeracodeError as error:
            raise error.about(kind=kind, name=desired.label or None) from None

    return work


def _manage(session: Session, desired: Desired, client: AccountClient) -> dict[str, t.Any]:
    params = session.params
    plan = plan_one(client, desired)
    if plan.change is None and plan.entity is None:
        session.progress.warnings += unseen(session.rest, [desired.label])
    risk = lockout_risk(plan.change)
    before = plan.change.before if plan.change else None
    if risk and plan.change and before and not desired.allow_self_lockout:
        if client.is_caller(before):
            raise refuse_self_lockout(plan.change, risk)
    creates = plan.change is not None and plan.change.action == "create"
    keys = None
    if params.get("credentials") == "on_create" and params["state"] == "present":
        delivery = _key_delivery(session)
        if creates:
            keys = delivery
        elif plan.entity is not None:
            delivery.warn_if_missing(plan.entity.username)
    with keys or contextlib.nullcontext():
        if keys is not None:
            keys.check(str(plan.change.name if plan.change else ""))
        account = apply_plan(plan, Accounts(client), session.progress, check_mode=session.check_mode, keys=keys)
    result: dict[str, t.Any] = {"user": _reported(account)}
    result["diff"] = plan.diff
    if keys is not None:
        session.progress.warnings += keys.warnings
        result["credentials"] = keys.result()
    return result


def unseen(rest: t.Callable[[], RestAccountClient], labels: t.Sequence[str]) -> list[str]:
    """Return a warning if accounts that were not found may exist nevertheless.

    :param rest: returns the client of the accounts.
    :param labels: what the task calls them.
    """
    with contextlib.suppress(VeracodeError):
        if labels and rest().calling_account().sees_only_own_teams:
            names = ", ".join(f'"{label}"' for label in labels[:_MOST_NAMED])
            more = f" and {len(labels) - _MOST_NAMED} more" if len(labels) > _MOST_NAMED else ""
            return [
                f"The calling account sees only the accounts of its own teams, so {names}{more} may exist unseen; call "
                "with an account without team restriction"
            ]
    return []


def _key_delivery(session: Session) -> KeyDelivery:
    # Imported here, since nearly every task does without it and each import costs each task.
    from ansible_collections.community.veracode.plugins.module_utils._keys.delivery import KeyDelivery
    from ansible_collections.community.veracode.plugins.module_utils._module.key_owner import find_owner

    return KeyDelivery(session.params, session.progress, find_owner(session))


# What an account is returned with, or in the diff of its deletion, even if the task manages none of it. A listing that
# carries these is enough.
_REPORTED = frozenset({"roles", "teams"})


def plan_one(client: AccountClient, desired: Desired) -> Plan[Account]:
    """Read what one account needs, and what is reported of it in the result, and plan it."""
    found = find_account(client, desired, _REPORTED)
    if found is not None and found.account.kind != desired.kind:
        return plan_account(desired, found, Names())
    need_roles, team_names = names_needed(desired, found.account if found else None)
    teams, all_teams = client.teams(team_names) if team_names else ({}, ())
    names = Names(client.roles(desired.values.get("roles", ())) if need_roles else None, teams, all_teams)
    return plan_account(desired, found, names)


def _reported(account: Account | None) -> dict[str, t.Any] | None:
    if account is None:
        return None
    user = report(account)
    if user["api_credentials"]:
        user["api_credentials"] = {key: user["api_credentials"].get(key) for key in ("api_id", "expires")}
    return user


def list_accounts(session: Session) -> dict[str, t.Any]:
    """Do the work of `veracode_user_info`."""
    params = session.params
    raise_all(check_names(params, ("username", "custom_id", "email_address", "role", "team")))
    for option in ("username", "custom_id", "email_address", "search_term", "role", "team", "api_id"):
        if params[option] == "":
            raise InputError(
                f"{option}: the text is empty; give one, or omit {option}",
                option=option,
                value="",
            )
    kinds = {None: None, "human": USER, "api": API_USER}
    filters = Filters(
        kind=kinds[params["user_type"]],
        **{
            option: params[option]
            for option in (
                "username",
                "custom_id",
                "email_address",
                "search_term",
                "role",
                "team",
                "login_enabled",
                "is_saml_user",
                "api_id",
                "include_inactive",
                "detailed",
            )
        },
    )
    with Parallel() as parallel:
        source: AccountSource = AccountLister(session.rest(), parallel.map) if params["api"] == REST else session.xml()
        listing = matching_accounts(source, filters, parallel)
    if not listing.complete:
        session.progress.warnings.append(
            "The listing does not match the server's total, even when read again, so accounts may be missing"
        )
    users = [_reported(account) for account in listing.accounts]
    return {"users": users, "count": len(users), "complete": listing.complete}

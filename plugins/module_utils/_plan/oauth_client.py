# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What an OAuth client needs: to be created, another secret, to be deleted. Pure: the time is an argument."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.names import check_names, did_you_mean
from ansible_collections.community.veracode.plugins.module_utils._model.oauth_client import KIND, OauthClient
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role, RoleCatalog
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import moment
from ansible_collections.community.veracode.plugins.module_utils._plan.key_pair import Stored

# So much may the life of a client differ from what was asked for, in days: a server may let it end with a day.
_TOLERANCE = 1.0


@dataclass(frozen=True)
class DesiredClient:
    """What a task wants.

    :param state: `present`, `rotated` or `absent`.
    :param name: selects the client; `None`: all of an account.
    :param username: the account, `None` for the calling one.
    :param description: `None` if it is not managed.
    :param expires_in: days; `None` if the server sets it.
    :param roles: names, `None` if they are not managed.
    :param stores: the task says where a new secret goes.
    :param dest: the destination, for messages; `None` if there is none.
    """

    state: str
    name: str | None
    username: str | None
    description: str | None
    expires_in: int | None
    roles: tuple[str, ...] | None
    revoke_tokens: bool
    renew_if_missing: bool
    stores: bool
    dest: str | None

    @property
    def label(self) -> str:
        """How failures name what is managed."""
        return str(self.name if self.name is not None else self.username)


def desired_client(params: t.Mapping[str, t.Any]) -> tuple[DesiredClient, list[InputError]]:
    """Read the options of a task: what is desired, and all that is wrong with it."""
    errors = check_names(params, ("username", "name", "roles"))
    for option in ("username", "name"):
        if params.get(option) == "":
            errors.append(_wrong(option, "", "an empty text names nothing; give a name, or leave the option out"))
    desired = DesiredClient(
        state=params["state"],
        name=params.get("name"),
        username=params.get("username"),
        description=params.get("description"),
        expires_in=params.get("expires_in"),
        roles=tuple(dict.fromkeys(params["roles"])) if params.get("roles") is not None else None,
        revoke_tokens=bool(params.get("revoke_tokens")),
        renew_if_missing=bool(params.get("renew_if_missing")),
        stores=bool(params.get("credentials_dest") or params.get("return_secret")),
        dest=params.get("credentials_dest"),
    )
    if desired.username is None and desired.state != "absent":
        errors += _value_errors(desired)
    if desired.username is not None and not (desired.state == "absent" or _only_tokens(desired)):
        errors.append(
            _wrong(
                "username",
                desired.username,
                "clients can be created and rotated for the calling account only; set state: absent or revoke_tokens: true, "
                "or leave username out and call with that account",
            )
        )
    return desired, errors


def _only_tokens(desired: DesiredClient) -> bool:
    return desired.revoke_tokens and desired.state == "present"


def _value_errors(desired: DesiredClient) -> list[InputError]:
    errors = []
    if desired.description == "":
        errors.append(
            _wrong("description", "", "Veracode requires a description; give one, or leave it out to use the name")
        )
    if desired.expires_in is not None and desired.expires_in < 1:
        errors.append(
            _wrong("expires_in", desired.expires_in, f'"{desired.expires_in}" is not a number of days; give 1 or more')
        )
    if desired.roles == ():
        errors.append(_wrong("roles", [], "a client needs a role; name one, or leave roles out for all of the account"))
    return errors


def _wrong(option: str, value: t.Any, why: str) -> InputError:
    return InputError(f"{option}: {why}", option=option, value=value)


def roles_of_client(desired: DesiredClient, username: str, current: t.Collection[Role]) -> tuple[Role, ...] | None:
    """Return the roles that the client is to have, `None` if they are not managed.

    :param username: of the calling account.
    :param current: its roles.
    :raises InputError: the account lacks one of them.
    """
    if desired.roles is None:
        return None
    catalog = RoleCatalog(current)
    wrong = [
        f'"{name}" is not a role of "{username}"'
        + did_you_mean(name, catalog.names(), "a client has at most the roles of its account")
        for name in desired.roles
        if catalog.find(name) is None
    ]
    if wrong:
        raise _wrong("roles", list(desired.roles), "; ".join(wrong))
    return tuple(sorted({role for name in desired.roles if (role := catalog.find(name))}, key=lambda role: role.title))


@dataclass(frozen=True)
class ClientPlan(Plan[OauthClient]):
    """What a client needs.

    :param reason: why, in a few words.
    :param expired: clients of that name that have expired and go with the change.
    """

    reason: str = ""
    expired: tuple[OauthClient, ...] = ()


def plan_client(
    desired: DesiredClient,
    roles: tuple[Role, ...] | None,
    clients: t.Sequence[OauthClient],
    stored: Stored | None,
    now: datetime,
) -> ClientPlan:
    """Plan a client that is to be there.

    :param roles: as `roles_of_client` returns them.
    :param clients: those of that name.
    :param stored: what the destination holds, `None` if the task names none.
    :param now: with its time zone.
    :raises InputError: the name is ambiguous, or Veracode cannot change what differs.
    """
    living = [client for client in clients if client.works(now)]
    expired = tuple(client for client in clients if client not in living)
    if len(living) > 1:
        ids = ", ".join(sorted(str(client.client_id) for client in living))
        raise _wrong(
            "name",
            desired.name,
            f'the account has several clients named "{desired.name}" ({ids}); delete those that are not needed on the '
            "Veracode Platform",
        )
    if not living:
        absence = f"the client expired on {expired[0].expires}" if expired else "there is no such client"
        return ClientPlan(_creation(desired, roles), None, reason=absence, expired=expired)
    client = living[0]
    _refuse_difference(desired, roles, client)
    warnings = _life_warnings(desired, client)
    reason = _reason_for_secret(desired, client, stored, now)
    if reason is None:
        what = "the client has a valid secret" if desired.stores else "the client exists"
        return ClientPlan(None, client, warnings, reason=what)
    after = replace(client, secrets=None)
    change = Change("generate", KIND, client.name, (), {}, client, after, compared=("secret_ids",))
    return ClientPlan(change, client, warnings, reason=reason)


def _creation(desired: DesiredClient, roles: tuple[Role, ...] | None) -> Change[OauthClient]:
    name = str(desired.name)
    after = OauthClient(
        client_id=None,
        name=name,
        username="",
        user_id=None,
        description=desired.description if desired.description is not None else name,
        roles=roles or (),
        is_scoped=roles is not None,
        expires_in=desired.expires_in,
    )
    values: dict[str, t.Any] = {"description": after.description}
    if desired.expires_in is not None:
        values["expires_in"] = after.expires_in
    if roles is not None:
        values["roles"] = after.role_titles
    return Change("create", KIND, name, tuple(sorted(values)), values, None, after)


def _refuse_difference(desired: DesiredClient, roles: tuple[Role, ...] | None, client: OauthClient) -> None:
    """Refuse to leave a difference unsaid: Veracode has no call that changes a client.

    :raises InputError: there is one.
    """
    differing: dict[str, t.Any] = {}
    if desired.description is not None and desired.description != client.description:
        differing["description"] = desired.description
    if roles is not None and set(roles) != set(client.roles):
        differing["roles"] = list(desired.roles or ())
    if differing:
        option = next(iter(differing))
        raise InputError(
            f'{", ".join(differing)}: the client "{client.name}" has another value, and Veracode cannot change a client; '
            "delete it with state: absent and create it again, which gives it a new id and secret",
            option=option,
            value=differing[option],
        )


def _life_warnings(desired: DesiredClient, client: OauthClient) -> tuple[str, ...]:
    """Warn if the life of a client is not what the task says. Its expiry is set with its creation."""
    if desired.expires_in is None:
        return ()
    if client.created and client.expires:
        days = (moment(client.expires) - moment(client.created)).total_seconds() / 86400
        if abs(days - desired.expires_in) <= _TOLERANCE:
            return ()
    return (
        f'expires_in: the client "{client.name}" expires {client.expires or "never"}, which Veracode cannot change; delete and '
        "create it again for another expiry",
    )


def _reason_for_secret(desired: DesiredClient, client: OauthClient, stored: Stored | None, now: datetime) -> str | None:
    """Return why a secret has to be generated, `None` if it has not.

    :raises InputError: the destination lacks the secret of a client that has one.
    """
    if desired.state == "rotated":
        return "a new secret was asked for"
    if not desired.stores:
        return None
    if not any(secret.works(now) for secret in client.secrets or ()):
        return "the client has no valid secret"
    if stored is None or (stored.api_id or "").casefold() == str(client.client_id).casefold():
        return None
    if not desired.renew_if_missing:
        raise _missing(desired, client, stored)
    return "the destination lacks the secret of the client"


def _missing(desired: DesiredClient, client: OauthClient, stored: Stored) -> InputError:
    holds = f"holds another one ({stored.api_id})" if stored.api_id else "does not hold it"
    rescue = f"if {', '.join(stored.rescue_files)} has it, copy it there; otherwise " if stored.rescue_files else ""
    return InputError(
        f'credentials_dest: the client "{client.name}" ({client.client_id}) has a valid secret, but "{desired.dest}" {holds}; '
        f"{rescue}copy it there from where it is kept, or set renew_if_missing: true to generate a new one, which ends the "
        "current one for everybody who uses it",
        kind=KIND,
        name=client.name,
        option="credentials_dest",
        value=desired.dest,
    )


def needs_secrets(desired: DesiredClient, client: OauthClient) -> bool:
    """Tell whether the secrets of a client have to be read for the plan."""
    if desired.state == "rotated":
        return True
    return desired.stores and client.secrets is None


def deletion(client: OauthClient) -> Change[OauthClient]:
    """Return the change that deletes a client."""
    return Change("delete", KIND, client.name, (), {}, client, None)


@dataclass(frozen=True)
class Tokens:
    """The tokens of a client, or of all clients of its account, of which Veracode reports nothing."""

    client: OauthClient
    revoked: bool

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """Whether they are revoked."""
        return {"revoke_tokens": self.revoked}

    @property
    def lost(self) -> dict[str, t.Any]:
        """Nothing."""
        return {}


def revocation(name: str, client: OauthClient) -> Change[Tokens]:
    """Return the change that revokes tokens.

    :param name: of the client, or the username of the account.
    """
    before, after = Tokens(client, revoked=False), Tokens(client, revoked=True)
    return Change("revoke", KIND, name, (), {}, before, after, compared=("revoke_tokens",))


def merged_diff(name: str, changes: t.Sequence[Change[t.Any]]) -> dict[str, t.Any]:
    """Return the diff of the changes of one run: of one client its own, of several each below its name.

    :param name: whose the diff is.
    """
    if not changes:
        return {"before": {}, "after": {}}
    if len(changes) == 1:
        return changes[0].diff
    names = [change.name for change in changes if isinstance(change.after or change.before, OauthClient)]
    sides: dict[str, dict[str, t.Any]] = {"before": {}, "after": {}}
    for change in changes:
        key = change.name
        if names.count(change.name) > 1 and isinstance(change.before, OauthClient):
            key = f"{change.name} ({change.before.client_id})"
        for side, values in sides.items():
            if change.diff[side]:
                values[key] = {**values.get(key, {}), **change.diff[side]}
    header = f"{KIND} {name}"
    return {"before_header": header, "after_header": header, **sides}

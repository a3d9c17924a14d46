# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A destination belongs to one account: whose pair it holds decides whether another may be put there."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import KeyPair
from ansible_collections.community.veracode.plugins.module_utils._keys.store import KeyStore


@dataclass(frozen=True)
class Owner:
    """The account that a pair belongs to, or the OAuth client that a secret belongs to.

    :param user_id: GUID of the account or id of the client, `None` if the pair works and its account cannot be seen.
    :param username: of the account, `None` if that is not known.
    """

    user_id: str | None
    username: str | None = None


#: Returns the account that a pair belongs to, `None` if the pair no longer belongs to anybody. Raises VeracodeError if
#: that cannot be determined.
FindOwner = t.Callable[[KeyPair], "Owner | None"]


def refuse_foreign_pair(store: KeyStore, user_id: str | None, find_owner: FindOwner) -> None:
    """Refuse a destination that holds the pair of another account.

    :param user_id: GUID of the account that is to get a pair, `None` if it is to be created.
    :raises InputError: it does, or it cannot be determined whose pair that is.
    """
    pair = store.replaceable()
    if pair is None:
        return
    try:
        owner = find_owner(pair)
    except VeracodeError as error:
        why = f"and its owner cannot be determined ({error.msg.rstrip('.')})"
    else:
        if owner is None or (user_id is not None and owner.user_id == user_id):
            return
        why = f'of "{owner.username}"' if owner.username else "of an account that this one cannot see"
    raise InputError(
        f"credentials_dest: {store.label} holds the {store.names.noun[1]} {pair.api_id} {why}; choose another destination, or set "
        f"credentials_overwrite: true to replace {'that pair' if store.names.ini else 'it'}",
        option="credentials_dest",
        value=store.dest,
    )


class Destination(t.NamedTuple):
    """Where the pair of one account goes.

    :param location: of the entry in the input.
    """

    location: str
    store: KeyStore


def shared_destinations(destinations: t.Sequence[Destination]) -> list[InputError]:
    """Return an error for each destination that an earlier one has already: its pair would replace the other one."""
    errors: list[InputError] = []
    files: dict[str, list[Destination]] = {}
    for destination in destinations:
        others = files.setdefault(destination.store.file, [])
        first = next((other for other in others if destination.store.overlaps(other.store)), None)
        others.append(destination)
        if first is not None:
            errors.append(
                InputError(
                    f"{destination.location}.credentials_dest: {destination.store.label} is the destination of "
                    f"{first.location}; give each account its own destination",
                    location=f"{destination.location}.credentials_dest",
                    option="credentials_dest",
                    value=destination.store.dest,
                )
            )
    return errors

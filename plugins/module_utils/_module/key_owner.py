# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Whose a key pair is that a destination holds, for the modules that generate one."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._api.rest.key_owner import KeyOwners
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import KeyPair
from ansible_collections.community.veracode.plugins.module_utils._keys.ownership import FindOwner, Owner
from ansible_collections.community.veracode.plugins.module_utils._session import Session


def find_owner(session: Session) -> FindOwner:
    """Return the function that finds the account of a pair; nothing is opened before it is called."""

    def find(pair: KeyPair) -> Owner | None:
        owners = KeyOwners(session.rest().client, session.connection, session.calls)
        holder = owners.find(pair.api_id, pair.api_secret)
        return Owner(holder.user_id, holder.username) if holder is not None else None

    return find

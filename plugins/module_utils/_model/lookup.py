# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How single accounts are looked up."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._model.account import Account


class Lookup(t.Protocol):
    """Finds single accounts. `need` names the options that the reading has to carry."""

    def by_username(self, username: str, kind: str, need: frozenset[str], *, inactive: bool = True) -> Account | None:
        """Return the account of that name, compared without case.

        :param inactive: also look among the inactive ones, which a listing hides.
        """

    def by_email(self, address: str, kind: str, need: frozenset[str]) -> Account | None:
        """Return the one account of that kind with that address.

        :raises InputError: several have it.
        """

    def by_custom_id(self, custom_id: str, need: frozenset[str]) -> Account | None:
        """Return the SAML account of that subject."""

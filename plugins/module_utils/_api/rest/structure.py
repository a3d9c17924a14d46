# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The clients of everything in an organization in addition to its accounts."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.business_units import BusinessUnitClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.roles import RoleClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.teams import TeamClient


class StructureClients:
    """The clients of teams, business units and roles.

    :param accounts: the client of the accounts of the same organization.
    """

    def __init__(self, accounts: RestAccountClient) -> None:
        self.accounts = accounts
        self.teams = TeamClient(accounts.client, accounts)
        self.business_units = BusinessUnitClient(accounts.client)
        self.roles = RoleClient(accounts.client)

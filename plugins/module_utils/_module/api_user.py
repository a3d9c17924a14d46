# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The module `veracode_api_user`."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._argspec import (
    CREDENTIALS,
    account_arguments,
    key_store_arguments,
)
from ansible_collections.community.veracode.plugins.module_utils._model import kinds
from ansible_collections.community.veracode.plugins.module_utils._module.account import manage_account
from ansible_collections.community.veracode.plugins.module_utils._session import Module

API_USER = Module(
    options=lambda: {**account_arguments(kinds.API_USER), **key_store_arguments(), **CREDENTIALS},
    work=manage_account(kinds.API_USER),
    rules={"required_one_of": [("username", "email_address")]},
)

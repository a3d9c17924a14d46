# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The module `veracode_role`."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._argspec import role_arguments
from ansible_collections.community.veracode.plugins.module_utils._module.structure import manage_role
from ansible_collections.community.veracode.plugins.module_utils._session import Module

ROLE = Module(options=role_arguments, work=manage_role)

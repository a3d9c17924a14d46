# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The module `veracode_business_unit`."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._argspec import business_unit_arguments
from ansible_collections.community.veracode.plugins.module_utils._module.structure import manage_business_unit
from ansible_collections.community.veracode.plugins.module_utils._session import Module

BUSINESS_UNIT = Module(options=business_unit_arguments, work=manage_business_unit)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Teams, business units and roles: what is managed by its name."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import CustomRole
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team

Structure: t.TypeAlias = "Team | BusinessUnit | CustomRole"
S = t.TypeVar("S", Team, BusinessUnit, CustomRole)

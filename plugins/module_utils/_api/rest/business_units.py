# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Business units by the Identity REST API."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import Json
from ansible_collections.community.veracode.plugins.module_utils._api.rest.objects import ObjectClient
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import BUSINESS_UNIT


class BusinessUnitClient(ObjectClient[BusinessUnit]):
    """Business units."""

    kind = BUSINESS_UNIT
    path = "/business_units"
    key = "business_units"
    identity = "bu_id"

    def parse(self, item: Json) -> BusinessUnit | None:
        """Return what an item carries; its teams come with a business unit on its own."""
        if "bu_id" not in item or "bu_name" not in item:
            return None
        raw = item.get("teams")
        teams: dict[str, str | None] | None = None
        if isinstance(raw, list):
            teams = {str(each["team_name"]): each.get("team_id") for each in raw if "team_name" in each}
        return BusinessUnit(str(item["bu_name"]), str(item["bu_id"]), teams, item.get("is_default") is True)

    def body(self, values: t.Mapping[str, t.Any], after: BusinessUnit, before: BusinessUnit | None) -> Json:
        """Return the JSON that sets C(values); what has no GUID yet is referred to by its name (documented)."""
        body: Json = {}
        if "name" in values:
            body["bu_name"] = after.name
        if "teams" in values:
            body["teams"] = [
                {"team_id": handle} if handle else {"team_name": name} for name, handle in (after.teams or {}).items()
            ]
        return body

    def bare(self, entity: BusinessUnit) -> BusinessUnit:
        """Return just the name."""
        return BusinessUnit(entity.name, entity.unit_id)

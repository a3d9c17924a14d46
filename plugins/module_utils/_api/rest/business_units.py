# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Business units by the Identity REST API."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import Json
from ansible_collections.community.veracode.plugins.module_utils._api.rest.objects import ObjectClient
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import BUSINESS_UNIT

# The name of the business unit for teams that are in no other, unless it was renamed (seen in code).
DEFAULT_UNIT = "Not Specified"


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
        is_default = item.get("is_default")
        return BusinessUnit(
            str(item["bu_name"]), str(item["bu_id"]), teams, is_default if isinstance(is_default, bool) else None
        )

    def reading(self, entity: BusinessUnit, need: t.Collection[str]) -> BusinessUnit | None:
        """Return the business unit with everything that is needed, `is_default` among it."""
        if "is_default" in need and entity.is_default is None:
            return self.details(entity)
        return super().reading(entity, set(need) - {"is_default"})

    def with_default(self, units: t.Sequence[BusinessUnit]) -> tuple[BusinessUnit, ...]:
        """Return the business units with the default one marked.

        A listing does not mark it, so business units are read on their own until it is found, the one of
        Veracode's usual name first. If none says so, that one counts as the default.

        :param units: all of them, as listed.
        """
        if any(unit.is_default for unit in units):
            return tuple(units)
        usual = [unit for unit in units if unit.name == DEFAULT_UNIT]
        unread = [unit for unit in units if unit.is_default is None]
        default: str | None = usual[0].unit_id if usual else None
        for unit in sorted(unread, key=lambda each: each.name != DEFAULT_UNIT):
            whole = self.details(unit)
            if whole is not None and whole.is_default:
                default = whole.unit_id
                break
        return tuple(replace(unit, is_default=unit.unit_id == default) for unit in units)

    def body(self, values: t.Mapping[str, t.Any], after: BusinessUnit, before: BusinessUnit | None) -> Json:
        """Return the JSON that sets `values`; what has no GUID yet is referred to by its name (documented)."""
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

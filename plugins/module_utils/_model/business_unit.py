# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Business units, and the teams in them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.community.veracode.plugins.module_utils._model.reports import as_list


@dataclass(frozen=True)
class BusinessUnit:
    """What one reading of a business unit carries.

    :param unit_id: GUID, `None` for one that is only planned.
    :param teams: GUIDs of its teams by name, `None` where the reading does not report them.
    :param is_default: teams that are in no other are in this one; `None` where the reading does not tell.
    """

    name: str
    unit_id: str | None = None
    teams: t.Mapping[str, str | None] | None = None
    is_default: bool | None = None

    @property
    def handle(self) -> str | None:
        """What the API addresses it by."""
        return self.unit_id

    @property
    def lost(self) -> dict[str, t.Any]:
        """What is set."""
        return {option: value for option, value in self.values_and_lists.items() if value not in (None, ())}

    def updated(self, other: BusinessUnit) -> BusinessUnit:
        """Return this reading with what the other, later one reports written over it."""
        return replace(
            other,
            unit_id=other.unit_id or self.unit_id,
            teams=other.teams if other.teams is not None else self.teams,
            is_default=other.is_default if other.is_default is not None else self.is_default,
        )

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """All values that the reading carries."""
        values: dict[str, t.Any] = {"name": self.name}
        if self.teams is not None:
            values["teams"] = tuple(sorted(self.teams))
        return values


def report_business_unit(unit: BusinessUnit) -> dict[str, t.Any]:
    """Return the business unit in the one form in which modules return it; what was not read is `None`."""
    return {
        "name": unit.name,
        "business_unit_id": unit.unit_id,
        "is_default": unit.is_default,
        "teams": as_list(unit.values_and_lists.get("teams")),
    }

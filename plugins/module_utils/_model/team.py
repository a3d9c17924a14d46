# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Teams, and who is in them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._model.reports import as_list


@dataclass(frozen=True)
class TeamUser:
    """An account in a team.

    :param manages: it is team admin there.
    :param user_id: GUID, `None` for an account that does not exist yet.
    """

    username: str
    manages: bool = False
    user_id: str | None = None


@dataclass(frozen=True)
class Team:
    """What one reading of a team carries.

    :param team_id: GUID, `None` for a team that is only planned.
    :param business_unit: name of the one it is in, `None` where the reading does not report it.
    :param business_unit_id: its GUID, `None` where it is not known.
    :param users: everybody in the team, `None` where the reading does not report them.
    :param facts: what cannot be managed: `member_only`, `created`, `modified`.
    """

    name: str
    team_id: str | None = None
    business_unit: str | None = None
    business_unit_id: str | None = None
    users: tuple[TeamUser, ...] | None = None
    facts: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def handle(self) -> str | None:
        """What the API addresses it by."""
        return self.team_id

    @property
    def lost(self) -> dict[str, t.Any]:
        """What is set."""
        return {option: value for option, value in self.values_and_lists.items() if value not in (None, ())}

    def updated(self, other: Team) -> Team:
        """Return this reading with what the other, later one reports written over it."""
        return replace(
            other,
            team_id=other.team_id or self.team_id,
            business_unit=other.business_unit or self.business_unit,
            users=other.users if other.users is not None else self.users,
        )

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """All values that the reading carries; a manager is a member, too."""
        values: dict[str, t.Any] = {"name": self.name}
        if self.business_unit is not None:
            values["business_unit"] = self.business_unit
        if self.users is not None:
            values["members"] = tuple(sorted(user.username for user in self.users))
            values["managers"] = tuple(sorted(user.username for user in self.users if user.manages))
        return values


def report_team(team: Team) -> dict[str, t.Any]:
    """Return the team in the one form in which modules return it; what was not read is `None`."""
    values = team.values_and_lists
    return {
        "name": team.name,
        "team_id": team.team_id,
        "business_unit": team.business_unit,
        "members": as_list(values.get("members")),
        "managers": as_list(values.get("managers")),
        "member_only": team.facts.get("member_only"),
        "created": team.facts.get("created"),
        "modified": team.facts.get("modified"),
    }

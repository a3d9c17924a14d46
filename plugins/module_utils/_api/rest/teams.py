# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Teams by the Identity REST API."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import (
    ADMIN,
    MEMBER,
    relationship,
)
from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import Json
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import RestClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.objects import ObjectClient
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import TEAM
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, TeamUser
from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import timestamp


class TeamClient(ObjectClient[Team]):
    """Teams.

    :param accounts: the accounts of the same organization, for a server whose teams do not show their users.
    """

    kind = TEAM
    path = "/teams"
    key = "teams"
    identity = "team_id"
    filters_names = True

    def __init__(self, client: RestClient, accounts: RestAccountClient) -> None:
        super().__init__(client)
        self._accounts = accounts

    def _query(self, name: str | None) -> list[tuple[str, str]]:
        # Without these flags only the caller's own teams are listed; documents name one or the other. The filter is
        # partial and ignores case (seen in code).
        query = [("team_name", name)] if name else []
        return [*query, ("all_for_org", "true"), ("ignore_self_teams", "true")]

    def parse(self, item: Json) -> Team | None:
        """Return what an item carries; its users come with a team on its own (documented)."""
        if "team_id" not in item or "team_name" not in item or item.get("deleted") is True:
            return None
        unit = item.get("business_unit")
        unit = unit if isinstance(unit, dict) else {}
        users = item.get("users")
        return Team(
            str(item["team_name"]),
            str(item["team_id"]),
            unit.get("bu_name"),
            unit.get("bu_id"),
            _users(users) if isinstance(users, list) else None,
            {
                "member_only": item.get("member_only"),
                "created": timestamp(item.get("insert_ts")),
                "modified": timestamp(item.get("modify_ts")),
            },
        )

    def reading(self, entity: Team, need: t.Collection[str]) -> Team | None:
        """Return the team with everything that is needed."""
        team = super().reading(entity, need)
        if team is not None and team.users is None and {"members", "managers"} & set(need):
            return replace(team, users=self._users_of(team))
        return team

    def _users_of(self, team: Team) -> tuple[TeamUser, ...]:
        """Return the users of a team that does not tell them, from the accounts that are in it."""
        users = []
        for account in self._accounts.in_team(team.name, str(team.team_id)):
            manages = any(each.name == team.name and each.manages for each in account.teams or ())
            users.append(TeamUser(account.username, manages, account.handle))
        return tuple(sorted(users, key=lambda user: user.username))

    def body(self, values: t.Mapping[str, t.Any], after: Team, before: Team | None) -> Json:
        """Return the JSON that sets `values`; what has no GUID yet is referred to by its name (documented)."""
        body: Json = {}
        if "name" in values:
            body["team_name"] = after.name
        if "business_unit" in values:
            body["business_unit"] = (
                {"bu_id": after.business_unit_id} if after.business_unit_id else {"bu_name": after.business_unit}
            )
        if "members" in values or "managers" in values:
            body["users"] = [
                {
                    **({"user_id": user.user_id} if user.user_id else {"user_name": user.username}),
                    "relationship": ADMIN if user.manages else MEMBER,
                }
                for user in after.users or ()
            ]
        return body

    def bare(self, entity: Team) -> Team:
        """Return just the name."""
        return Team(entity.name, entity.team_id)


def _users(raw: list[t.Any]) -> tuple[TeamUser, ...]:
    users = [
        TeamUser(
            str(each["user_name"]),
            relationship(each) == ADMIN,
            str(each["user_id"]) if each.get("user_id") else None,
        )
        for each in raw
        if isinstance(each, dict) and each.get("user_name")
    ]
    return tuple(sorted(users, key=lambda user: user.username))

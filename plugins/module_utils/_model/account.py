# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Accounts in the collection's own words: the one table of their fields, and what a reading of one account carries."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._model.fields import FIELDS, NAMES, fields_of
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    ADMINISTRATOR,
    NO_TEAM_RESTRICTION,
    TEAM_ADMIN,
    Role,
    has_role,
    with_included,
)


@dataclass(frozen=True, slots=True)
class Membership:
    """An account's place in one team.

    :param name: the team's name.
    :param manages: the account is team admin there; `None` where the API does not tell.
    :param team_id: GUID, `None` where the API gives none.
    """

    name: str
    manages: bool | None = False
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What one reading of an account carries.

    :param kind: `user` or `api_user`.
    :param handle: what its API addresses it by; `None` for an account that is only planned.
    :param values: canonical values by option, only of those fields that the reading carries.
    :param roles: the roles, `None` where the reading does not report them.
    :param teams: the memberships, `None` where the reading does not report them.
    :param facts: what cannot be managed: `user_id`, `api_credentials`, `last_login`, `created`, `modified`.
    """

    kind: str
    handle: str | None
    values: t.Mapping[str, t.Any]
    roles: tuple[Role, ...] | None = None
    teams: tuple[Membership, ...] | None = None
    facts: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def username(self) -> str:
        """The name the account is known by."""
        return str(self.values.get("username") or self.values.get("email_address") or self.handle)

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """All values, with roles, teams and managed teams as sorted names."""
        values = dict(self.values)
        if self.roles is not None:
            values["roles"] = tuple(sorted(role.title for role in self.roles))
        if self.teams is not None:
            values["teams"] = tuple(sorted(team.name for team in self.teams))
            if all(team.manages is not None for team in self.teams):
                values["managed_teams"] = tuple(sorted(team.name for team in self.teams if team.manages))
        return values

    @property
    def sees_only_own_teams(self) -> bool:
        """Whether it sees, as the calling account, only the accounts of its own teams (documented for Team Admins)."""
        roles = self.roles or ()
        if self.kind == API_USER:
            is_free = any(role == NO_TEAM_RESTRICTION or role.ignores_teams for role in with_included(roles))
            return bool(self.teams) and not is_free
        return has_role(roles, TEAM_ADMIN) and not has_role(roles, ADMINISTRATOR[USER])

    @property
    def lost(self) -> dict[str, t.Any]:
        """What is set of the options that its kind has; a reading may report more."""
        options = {each.option for each in fields_of(self.kind)}
        return {k: v for k, v in self.values_and_lists.items() if k in options and v not in (None, ())}

    def updated(self, other: Account) -> Account:
        """Return this reading with what the other, later one reports written over it."""
        return replace(
            self,
            handle=other.handle or self.handle,
            values={**self.values, **other.values},
            roles=other.roles if other.roles is not None else self.roles,
            teams=other.teams if other.teams is not None else self.teams,
            facts={**self.facts, **{key: value for key, value in other.facts.items() if value is not None}},
        )


FACTS = ("user_id", "api_credentials", "last_login", "created", "modified")


def report(account: Account) -> dict[str, t.Any]:
    """Return the account in the one form in which modules return it, whichever API it came from.

    What the API does not report is `None`.
    """
    values = account.values_and_lists
    result: dict[str, t.Any] = {each.option: values.get(each.option) for each in FIELDS}
    for each in FIELDS:
        if each.type == NAMES and result[each.option] is not None:
            result[each.option] = list(result[each.option])
    result["user_type"] = "human" if account.kind == USER else "api"
    result["role_names"] = (
        sorted(role.name for role in account.roles if role.name is not None) if account.roles is not None else None
    )
    for fact in FACTS:
        result[fact] = account.facts.get(fact)
    return result

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who is in which team, as far as a run knows; kept up with every write. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, TeamUser
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.relations import Keys


class Memberships:
    """Who is in which team, and as what; accounts by their key, teams by their name.

    :param keys: the keys of the accounts.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._teams: dict[str, dict[str, bool]] = {}
        self._users: dict[str, dict[str, bool]] = {}
        self._accounts: dict[str, TeamUser] = {}
        self._team_ids: dict[str, str | None] = {}
        # Those of which all relations are known.
        self._whole_accounts: set[str] = set()
        self._whole_teams: set[str] = set()

    def put_account(self, account: Account) -> None:
        """Note an account as it was read."""
        key = self._keys.of_account(account)
        self._accounts[key] = TeamUser(account.username, False, account.handle)
        if account.teams is None:
            return
        self._whole_accounts.add(key)
        for team in self.teams_of(key).keys() - {team.name for team in account.teams}:
            self.remove(key, team)
        for membership in account.teams:
            self._team_ids[membership.name] = membership.team_id or self._team_ids.get(membership.name)
            self.add(key, membership.name, bool(membership.manages))

    def put_team(self, team: Team) -> None:
        """Note a team as it was read."""
        self._team_ids[team.name] = team.team_id or self._team_ids.get(team.name)
        if team.users is None:
            return
        self._whole_teams.add(team.name)
        users = {self._keys.of_user(user): user for user in team.users}
        for key in self.users_of(team.name).keys() - users.keys():
            self.remove(key, team.name)
        for key, user in users.items():
            self._accounts.setdefault(key, replace(user, manages=False))
            self.add(key, team.name, user.manages)

    def add(self, key: str, team: str, manages: bool) -> None:
        """Note that an account is in a team."""
        self._teams.setdefault(key, {})[team] = manages
        self._users.setdefault(team, {})[key] = manages

    def remove(self, key: str, team: str) -> bool | None:
        """Note that an account is not in a team, and return whether it managed it, `None` if it was not in it."""
        self._users.get(team, {}).pop(key, None)
        return self._teams.get(key, {}).pop(team, None)

    def forget_account(self, key: str) -> None:
        """Note that an account does not exist any more."""
        for team in list(self.teams_of(key)):
            self.remove(key, team)

    def rename(self, key: str, account: Account) -> None:
        """Note the name that an account has now."""
        self._accounts[key] = TeamUser(account.username, False, account.handle)

    def username(self, key: str) -> str:
        """Return the name of an account."""
        return self._accounts[key].username if key in self._accounts else key

    def account(self, key: str, kind: str) -> Account | None:
        """Return an account with what it takes to read it, `None` for one of which only the name is known."""
        user = self._accounts.get(key)
        return Account(kind, user.user_id, {"username": user.username}) if user and user.user_id else None

    def team_id(self, team: str) -> str | None:
        """Return the GUID of a team, `None` where it is not known."""
        return self._team_ids.get(team)

    def teams_of(self, key: str) -> t.Mapping[str, bool]:
        """Return the teams of an account, each with whether the account manages it."""
        return self._teams.get(key, {})

    def users_of(self, team: str) -> t.Mapping[str, bool]:
        """Return the keys of who is in a team, each with whether the account manages it."""
        return self._users.get(team, {})

    def with_teams(self, change: Change[t.Any], key: str, desired: t.Mapping[str, bool]) -> Change[t.Any]:
        """Return a change of an account with the teams that it has now and is to have.

        :param desired: the teams that it is to have.
        """
        before, after = change.before, change.after
        if after is None or (before is not None and key not in self._whole_accounts):
            return change
        known = {team.name: team for team in (after.teams or ())}
        teams = tuple(
            replace(known[name], manages=manages if known[name].manages is not None else None)
            if name in known
            else Membership(name, manages, self._team_ids.get(name))
            for name, manages in sorted(desired.items())
        )
        if {team.name: bool(team.manages) for team in after.teams or ()} == desired:
            return change
        after = replace(after, teams=teams)
        if before is not None:
            now = sorted(self.teams_of(key).items())
            before = replace(
                before, teams=tuple(Membership(name, each, self._team_ids.get(name)) for name, each in now)
            )
        return replace(change, before=before, after=after, values=_relisted(change, after.values_and_lists))

    def with_users(self, change: Change[t.Any], desired: t.Mapping[str, bool]) -> Change[t.Any]:
        """Return a change of a team with the users that it has now and is to have, as `with_teams` does."""
        before, after = change.before, change.after
        if not isinstance(after, Team) or not isinstance(before, Team) or change.name not in self._whole_teams:
            return change
        known = {self._keys.of_user(user): user for user in (*(before.users or ()), *(after.users or ()))}
        before = replace(before, users=self._listed(self.users_of(change.name), known))
        after = replace(after, users=self._listed(desired, known))
        return replace(change, before=before, after=after, values=_relisted(change, after.values_and_lists))

    def _listed(self, ends: t.Mapping[str, bool], known: t.Mapping[str, TeamUser]) -> tuple[TeamUser, ...]:
        users = [replace(self._accounts.get(key) or known[key], manages=manages) for key, manages in ends.items()]
        return tuple(sorted(users, key=lambda user: user.username))


def _relisted(change: Change[t.Any], after: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    lists = ("teams", "managed_teams", "members", "managers")
    return {option: after.get(option, value) if option in lists else value for option, value in change.values.items()}

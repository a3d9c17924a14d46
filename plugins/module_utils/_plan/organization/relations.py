# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Who is in which team and as what: as it is, as both sides want it, and what has to be added and removed. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, TEAM, USER
from ansible_collections.community.veracode.plugins.module_utils._model.names import NameKeys, username_key
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    TEAM_ADMIN,
    RoleCatalog,
    has_role,
    is_built_in,
)
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, TeamUser
from ansible_collections.community.veracode.plugins.module_utils._plan.account_teams import team_names_after
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.match import Match, StructureEntry

NameKey: t.TypeAlias = "tuple[str, bool]"

# The other ends of the relations of one object, each with whether it is a relation of a team admin.
Ends: t.TypeAlias = "t.Mapping[str, bool]"


@dataclass(frozen=True)
class Relations:
    """The relations of one object to others: an account's teams, a team's users, a business unit's teams.

    :param current: the other ends as they are.
    :param desired: the other ends as they are to be.
    """

    current: Ends = field(default_factory=dict)
    desired: Ends = field(default_factory=dict)

    @property
    def to_add(self) -> dict[str, bool]:
        """The relations that are missing, and those that are to become another kind of relation."""
        return {end: manages for end, manages in self.desired.items() if self.current.get(end) is not manages}

    @property
    def to_remove(self) -> frozenset[str]:
        """The ends that are to be left."""
        return frozenset(self.current.keys() - self.desired.keys())


class Keys:
    """One key for each account, however it is referred to: its handle, or else its username.

    :param accounts: those that are there.
    :param plans: what is planned for them, for the names they get.
    """

    def __init__(self, accounts: t.Iterable[Account], plans: t.Iterable[Plan[t.Any]] = ()) -> None:
        self._by_name: dict[str, str] = {}
        for account in accounts:
            self._by_name.setdefault(account.username, self.of_account(account))
        for plan in plans:
            if plan.entity is not None and plan.entity.handle is not None:
                self._by_name[plan.entity.username] = plan.entity.handle
        self._folded: dict[str, str] = {}
        for username, key in self._by_name.items():
            self._folded.setdefault(username_key(username), key)

    @staticmethod
    def of_account(account: Account) -> str:
        """Return the key of an account."""
        return account.handle or account.username.casefold()

    def of_name(self, username: str) -> str:
        """Return the key of the account of that name."""
        folded = username_key(username)
        return self._by_name.get(username) or self._folded.get(folded, folded)

    def of_user(self, user: TeamUser) -> str:
        """Return the key of an account in a team."""
        return user.user_id or self.of_name(user.username)


def relations_of(change: Change[t.Any] | None, keys: Keys) -> Relations:
    """Return the relations that a change is about, empty if it is about none."""
    if change is None:
        return Relations()
    listed = {"teams", "managed_teams", "members", "managers"} & set(change.values)
    before = _ends(change.before, keys)
    if change.action == "delete":
        return Relations(before)
    return Relations(before, _ends(change.after, keys)) if listed else Relations()


def _ends(entity: t.Any, keys: Keys) -> dict[str, bool]:
    if isinstance(entity, Account):
        return {team.name: bool(team.manages) for team in entity.teams or ()}
    if isinstance(entity, Team):
        return {keys.of_user(user): user.manages for user in entity.users or ()}
    if isinstance(entity, BusinessUnit):
        return dict.fromkeys(entity.teams or (), False)
    return {}


@dataclass(frozen=True)
class _Removal:
    """Whom a team lets go: those whose keys are named, or everybody else."""

    named: frozenset[NameKey]
    all_others: bool = False

    def includes(self, keys: frozenset[NameKey]) -> bool:
        return bool(self.named & keys) != self.all_others


class TeamSide:
    """What the entries of teams say of accounts.

    :param deleted: names of the teams that this run deletes.
    :param usernames: of the accounts that are there or will be.
    """

    def __init__(
        self, entries: t.Sequence[StructureEntry], deleted: t.Collection[str], usernames: t.Iterable[str]
    ) -> None:
        self._names = NameKeys(usernames)
        self._members: dict[NameKey, set[str]] = {}
        self._managers: dict[NameKey, set[str]] = {}
        self._removals: dict[str, _Removal] = dict.fromkeys(deleted, _Removal(frozenset(), all_others=True))
        for entry in entries:
            self._add(entry)

    def _add(self, entry: StructureEntry) -> None:
        desired = entry.desired
        if desired.state == "absent":
            return
        members, managers = (desired.values.get(option) for option in ("members", "managers"))
        if desired.mode != "remove":
            for relation, names in ((self._members, members), (self._managers, managers)):
                for name in names or ():
                    relation.setdefault(self._names.of_name(name), set()).add(desired.name)
        if members is not None and desired.mode != "add":
            is_exact = desired.mode == "exact"
            named = {self._names.of_name(name) for name in (*members, *((managers or ()) if is_exact else ()))}
            self._removals[desired.name] = _Removal(frozenset(named), all_others=is_exact)

    @property
    def removes(self) -> bool:
        """Whether any team may let an account go."""
        return bool(self._removals)

    def to_add(self, keys: frozenset[NameKey]) -> dict[str, bool]:
        """Return the teams that name an account, each with whether the account is to manage it."""
        joined = {team: False for key in keys for team in self._members.get(key, ())}
        return joined | {team: True for key in keys for team in self._managers.get(key, ())}

    def to_remove(self, keys: frozenset[NameKey], teams: t.Iterable[str]) -> set[str]:
        """Return those of its teams that let an account go."""
        return {team for team in teams if team in self._removals and self._removals[team].includes(keys)}


def keys_of(match: Match) -> frozenset[NameKey]:
    """Return the keys by which the entry of a team may mean an account: as it is called now, and will be."""
    desired = match.entry.desired
    if match.found is None:
        names = [desired.username or desired.email_address]
    else:
        # The address of an API user may be the username of a person.
        address = desired.email_address if desired.kind == USER else None
        names = [desired.username, match.found.account.username, address]
    return frozenset().union(*(NameKeys.of_username(name) for name in names if name))


def with_team_side(match: Match, side: TeamSide, *, allow_unrestricted: bool) -> Match:
    """Give an account those relations of the entries of teams without which it could not be written.

    Most roles need a team from the start, and Team Admin one to manage, so these are written with the account and not
    with the team. So is the loss of its last team by an API user, which its own entry has to allow.

    :param allow_unrestricted: an API user may lose its last team.
    """
    desired = match.entry.desired
    if desired.state != "present" or match.entry.name_only:
        return match
    account = match.found.account if match.found else None
    to_add = side.to_add(keys_of(match))
    own = team_names_after(desired, account)
    values = dict(desired.values)
    if to_add and (account is None or _needs_team(match, own)):
        values["teams"] = tuple(sorted(own | to_add.keys()))
        desired = replace(desired, teams_mode="exact")
    elif not to_add and not allow_unrestricted and _loses_all(match, side, own):
        values["teams"] = ()
        desired = replace(desired, teams_mode="exact")
    managed = {team for team, manages in to_add.items() if manages}
    if managed and (account is None or _becomes_team_admin(match)):
        values["managed_teams"] = tuple(sorted(_managed(match) | managed))
    if allow_unrestricted and desired.kind == API_USER and account is not None:
        desired = replace(desired, unrestricted=desired.unrestricted or not own)
    return replace(match, entry=replace(match.entry, desired=replace(desired, values=values)))


def teams_unread(matches: t.Sequence[Match], side: TeamSide) -> list[str]:
    """Return the handles of the accounts whose own teams matter for `with_team_side` and were not read."""
    return sorted(
        str(match.found.account.handle)
        for match in matches
        if match.found is not None
        and match.found.account.teams is None
        and ((side.removes and _is_managed_api_user(match)) or (_gains_role(match) and side.to_add(keys_of(match))))
    )


def _is_managed_api_user(match: Match) -> bool:
    return match.entry.desired.kind == API_USER and match.entry.desired.state == "present" and not match.entry.name_only


def _loses_all(match: Match, side: TeamSide, own: set[str]) -> bool:
    """Tell whether teams let an API user go from all that its own entry leaves it."""
    if match.found is None or not _is_managed_api_user(match) or not match.found.account.teams:
        return False
    return bool(own) and side.to_remove(keys_of(match), own) == own


def _needs_team(match: Match, own: set[str]) -> bool:
    """Tell whether the own entry of an account that is there gives it a role or takes teams, and leaves it no team."""
    if match.found is None or match.found.account.teams is None or own:
        return False
    return _gains_role(match) or "teams" in match.entry.desired.values


def _gains_role(match: Match) -> bool:
    """Tell whether an entry gives a role to an account that is there and does not hold it."""
    desired = match.entry.desired
    if match.found is None or match.entry.name_only or desired.roles_mode == "remove":
        return False
    current_roles = match.found.account.roles
    return current_roles is not None and any(
        RoleCatalog(current_roles).find(name) is None for name in desired.values.get("roles", ())
    )


def _becomes_team_admin(match: Match) -> bool:
    """Tell whether an entry gives the Team Admin role to an account that is there and does not hold it.

    A custom role may include it.
    """
    roles = match.entry.desired.values.get("roles", ())
    names = [name for name in roles if name in (TEAM_ADMIN.name, TEAM_ADMIN.title) or not is_built_in(name)]
    if match.found is None or not names or not _gains_role(match):
        return False
    return match.found.account.teams is not None and not has_role(match.found.account.roles or (), TEAM_ADMIN)


def _managed(match: Match) -> set[str]:
    """Return the teams that an account is to manage as far as its own entry says."""
    if "managed_teams" in match.entry.desired.values:
        return set(match.entry.desired.values["managed_teams"])
    return {team.name for team in (match.found.account.teams or ()) if team.manages} if match.found else set()


@dataclass
class AccountSide:
    """What the plans of the accounts do to the teams; accounts by the username that they have now."""

    renamed: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    to_add: dict[str, dict[str, TeamUser]] = field(default_factory=dict)
    to_remove: dict[str, set[str]] = field(default_factory=dict)

    def left_to(self, team: Team) -> Team:
        """Return a team as the accounts' own changes leave it to its own entry."""
        if team.users is None:
            return team
        users: dict[str, TeamUser] = {}
        for user in team.users:
            key = user.username
            if key not in self.deleted and key not in self.to_remove.get(team.name, ()):
                users[key] = replace(user, username=self.renamed.get(key, user.username))
        users.update(self.to_add.get(team.name, {}))
        return replace(team, users=tuple(sorted(users.values(), key=lambda user: user.username)))


def account_side(plans: t.Iterable[Plan[t.Any]]) -> AccountSide:
    """Return what the plans of the accounts do to the teams."""
    side = AccountSide()
    keys = Keys(())
    for change in (plan.change for plan in plans):
        if change is None:
            continue
        before, after = change.before, change.after
        key = before.username if before is not None else change.name
        if after is None:
            side.deleted.add(key)
            continue
        if before is not None and before.username != after.username:
            side.renamed[key] = after.username
        relations = relations_of(change, keys)
        for team, manages in relations.desired.items():
            side.to_add.setdefault(team, {})[key] = TeamUser(after.username, manages, after.handle)
        for team in relations.to_remove:
            side.to_remove.setdefault(team, set()).add(key)
    return side


def last_teams_lost(
    changes: t.Iterable[Change[t.Any]], keys: Keys, accounts: t.Iterable[Account], unrestricted: t.Collection[str]
) -> frozenset[str]:
    """Return the keys of the API users that changes leave without a team, although they have one.

    :param changes: in the order in which they are made.
    :param accounts: those that are there.
    :param unrestricted: keys of those that may be without.
    """
    teams = {
        keys.of_account(account): {team.name for team in account.teams}
        for account in accounts
        if account.kind == API_USER and account.teams
    }
    for change in changes:
        relations = relations_of(change, keys)
        if change.kind == TEAM:
            for key in relations.to_remove & teams.keys():
                teams[key].discard(change.name)
            for key in relations.to_add.keys() & teams.keys():
                teams[key].add(change.name)
        elif isinstance(change.before, Account):
            key = keys.of_account(change.before)
            if change.after is None:
                teams.pop(key, None)
            elif key in teams:
                teams[key] = (teams[key] - relations.to_remove) | relations.to_add.keys()
    return frozenset(key for key, names in teams.items() if not names and key not in unrestricted)

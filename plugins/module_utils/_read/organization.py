# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Read what the entries of an organization need, in the fewest calls."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._activity import Activity
from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.objects import ObjectClient
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import (
    DETAILS,
    INVERSE,
    LISTING,
    Inventory,
)
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, BUSINESS_UNIT, TEAM, USER
from ansible_collections.community.veracode.plugins.module_utils._model.names import NameKeys
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    ADMINISTRATOR,
    Role,
    has_role,
    including,
)
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._plan.find_object import lists_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.object_needs import needed
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import LISTS, Organization
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.match import (
    Match,
    StructureEntry,
    StructureMatches,
    match_accounts,
    match_structure,
    options_lacking,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.relations import (
    TeamSide,
    teams_unread,
)
from ansible_collections.community.veracode.plugins.module_utils._read.accounts import (
    INVERSE_FIELDS,
    AccountReader,
    Memberships,
)
from ansible_collections.community.veracode.plugins.module_utils._read.structure import StructureReader

KINDS = {name: kind for kind, name in LISTS.items()}

# Below so many accounts to read, reading each is cheaper than an index of all roles, of which there are about 45.
FEW = 40


class OrganizationReader:
    """Reads an organization for the entries of one task.

    :param exclusive: the kinds of which everything has to be known.
    :param names_accounts: an option names accounts, so all of them have to be known.
    :param activity: shows what is read.
    """

    def __init__(
        self,
        client: RestAccountClient,
        structure: StructureReader,
        organization: Organization,
        *,
        exclusive: t.Collection[str],
        names_accounts: bool,
        activity: Activity,
    ) -> None:
        self.client = client
        self.structure = structure
        self.reader = AccountReader(client, activity)
        self.strategy = LISTING
        self.inventory = Inventory((), complete=True)
        self.teams: list[Team] = []
        self.units: list[BusinessUnit] = []
        self._organization = organization
        self._exclusive = exclusive
        self._names_accounts = names_accounts

    def close(self) -> None:
        """End the threads."""
        self.reader.close()

    def read(self) -> StructureMatches:
        """Read what the entries need in the fewest calls, and match the entries of teams and business units with it."""
        # Either waits for the network nearly all the time.
        _none, complete = self.reader.at_once(self._read_accounts, self._read_structure)
        self.inventory.complete = self.inventory.complete and complete
        matches = match_structure(self._organization, self.teams, self.units, self._exclusive)
        self._read_lists(self.structure.teams, matches.teams)
        self._read_lists(self.structure.business_units, matches.units)
        self._complete_accounts(self.match_accounts())
        return matches

    def match_accounts(self) -> list[Match]:
        """Match the entries of accounts with what was read."""
        return match_accounts(self._organization.accounts, self.inventory)[0]

    # Accounts

    def _read_accounts(self) -> None:
        organization = self._organization
        everyone = bool(set(self._exclusive) & set(KINDS)) or self._names_accounts or _names_users(organization)
        if not (organization.accounts or everyone):
            return
        self.inventory = self.reader.everyone() if everyone else self.reader.active()
        self._read_subjects()
        # Inactive accounts are hidden from the listing, and take another one if they can matter.
        matches = self.match_accounts()
        all_found = len(matches) == len(organization.accounts) and all(map(_is_surely_meant, matches))
        if not (all_found or everyone):
            self.reader.add_inactive(self.inventory)
            self._read_subjects()
        if not self.inventory.complete:
            self._look_up_missing()

    def _read_subjects(self) -> None:
        """Read the SAML accounts if entries name their subject, which may be reported by the account itself only."""
        if any(entry.desired.custom_id and not entry.desired.username for entry in self._organization.accounts):
            accounts = self.inventory.by_handle.items()
            saml = [handle for handle, account in accounts if account.values.get("is_saml_user")]
            lacking = [handle for handle in saml if "custom_id" not in self.inventory.by_handle[handle].values]
            self.reader.details(self.inventory, lacking)

    def _look_up_missing(self) -> None:
        """Look up on its own what an incomplete listing may have missed, before it is treated as absent."""
        for match in self.match_accounts():
            desired = match.entry.desired
            name = desired.username or desired.email_address
            if match.found is None and name:
                account = self.client.by_username(name, desired.kind, frozenset())
                if account is not None:
                    self.inventory.put(account)

    def _complete_accounts(self, matches: t.Sequence[Match]) -> None:
        """Read what the listing does not report of the accounts that have an entry, in the cheapest way."""
        lacking = _lacking(matches)
        if len(lacking) > 1:
            self.reader.infer_unset_texts(self.inventory)
            lacking = _lacking(self.match_accounts())
        if not lacking:
            return
        options = frozenset().union(*lacking.values())
        if not (len(lacking) > FEW and options <= INVERSE_FIELDS and self._read_inverse(sorted(lacking), options)):
            self.strategy = DETAILS
            self.reader.details(self.inventory, sorted(lacking))

    def _read_inverse(self, lacking: t.Sequence[str], options: frozenset[str]) -> bool:
        """Read roles and teams by the inverse index, if that is cheaper; `False` if not, or if it does not tell."""
        with_teams = bool(options & {"teams", "managed_teams"})
        self.reader.at_once(self.client.roles, *([self._list_teams] if with_teams and not self.teams else []))
        if len(self.client.roles().roles) + (len(self.teams) if with_teams else 0) >= len(lacking):
            return False
        is_read = self.reader.inverse(self.inventory, lacking, self._memberships if with_teams else None)
        self.strategy = INVERSE
        return is_read

    def _list_teams(self) -> None:
        self.teams = list(self.structure.teams.listing().items)

    def _memberships(self) -> Memberships | None:
        """Return the teams of each account as the teams report them, `None` if they do not."""
        teams = [
            team for team in self.reader.read("teams", self.structure.teams.details, self.teams) if team is not None
        ]
        if len(teams) < len(self.teams) or any(team.users is None for team in teams):
            return None
        result: dict[str, list[Membership]] = {}
        for team in teams:
            for user in team.users or ():
                result.setdefault(str(user.user_id), []).append(Membership(team.name, user.manages, team.team_id))
        return result

    # Teams and business units

    def _read_structure(self) -> bool:
        """Read the teams and business units, and return whether they agree with the server's totals."""
        organization = self._organization
        complete = True
        if organization.teams or organization.business_units or "teams" in self._exclusive:
            listing = self.structure.teams.listing()
            self.teams = list(listing.items)
            complete = listing.complete
        units_named = any(team.options.get("business_unit") is not None for team in organization.teams)
        if organization.business_units or units_named or "business_units" in self._exclusive:
            units = self.structure.business_units.listing()
            self.units = [self._with_teams(unit) for unit in self.structure.business_units.with_default(units.items)]
            complete = complete and units.complete
        return complete

    def _with_teams(self, unit: BusinessUnit) -> BusinessUnit:
        """Give a business unit its teams from the listing of the teams, if that reports them."""
        if unit.teams is not None or any(team.business_unit is None for team in self.teams):
            return unit
        return replace(unit, teams={team.name: team.team_id for team in self.teams if team.business_unit == unit.name})

    def _read_lists(self, client: ObjectClient[t.Any], entries: list[StructureEntry]) -> None:
        """Read those on their own whose entries need more than the listing carries."""
        needing = [number for number, entry in enumerate(entries) if entry.current is not None and not entry.name_only]

        def read(number: int) -> t.Any:
            entry = entries[number]
            need = lists_needed(entry.desired) if entry.desired.state == "present" else _LOST[entry.desired.kind]
            return client.reading(entry.current, need)

        for number, current in zip(needing, self.reader.map(read, needing), strict=True):
            entries[number] = replace(entries[number], current=current)

    def whole(self, entities: t.Sequence[t.Any]) -> list[t.Any]:
        """Return teams or business units with all that is lost with them; what is gone meanwhile is omitted."""

        def read(entity: t.Any) -> t.Any:
            if isinstance(entity, Team):
                return self.structure.teams.reading(entity, _LOST[TEAM])
            return self.structure.business_units.reading(entity, _LOST[BUSINESS_UNIT])

        return [entity for entity in self.reader.map(read, entities) if entity is not None]

    # What follows from both

    def read_concerned(self, matches: StructureMatches, side: TeamSide, removed: t.Sequence[Team]) -> None:
        """Read the accounts of which the entries of teams need more than was read so far.

        :param removed: the teams that no entry claims and that are deleted.
        """
        unread = set(teams_unread(self.match_accounts(), side))
        for entry in matches.teams:
            for name in needed(entry.desired, entry.current).managers:
                # A name that several have is an error of the entry.
                accounts = self.inventory.named_like(name)
                unread |= {str(account.handle) for account in accounts if account.roles is None}
        self.reader.details(self.inventory, sorted(unread | self._unread_leaving(matches, side, removed)))

    def _unread_leaving(self, matches: StructureMatches, side: TeamSide, removed: t.Sequence[Team]) -> set[str]:
        """Return the handles of the API users that a team lets go and whose other teams are not known."""
        teams = [(entry.desired.name, entry.current) for entry in matches.teams if entry.current is not None]
        leaving = {
            str(user.user_id)
            for name, team in [*teams, *((team.name, team) for team in removed)]
            for user in team.users or ()
            if user.user_id is not None and side.to_remove(NameKeys.of_username(user.username), [name])
        }
        if leaving - self.inventory.by_handle.keys():
            # A listing of the active accounts does not show everybody who is in a team.
            _unite(self.inventory, self.reader.everyone())
        accounts = (self.inventory.by_handle[key] for key in leaving & self.inventory.by_handle.keys())
        return {str(each.handle) for each in accounts if each.kind == API_USER and each.teams is None}

    # Administrators

    def read_reactivated(self, changes: t.Iterable[Change[t.Any]]) -> None:
        """Read the roles of the people that a run reactivates: searches by role hide them as long as they are inactive."""
        people = [change.before for change in changes if change.values.get("active") is True]
        unread = [
            str(account.handle)
            for account in people
            if account is not None and account.kind == USER and account.roles is None
        ]
        self.reader.details(self.inventory, sorted(unread))

    def administrators(self) -> list[Account]:
        """Return who holds the Administrator role, enabled or not."""
        if not self.inventory.by_handle:
            complete = self.inventory.complete
            self.inventory = self.reader.active()
            self.inventory.complete = self.inventory.complete and complete
        accounts = self.inventory.by_handle
        administrator = ADMINISTRATOR[USER]
        if all(account.roles is not None for account in accounts.values()):
            holders = _holders(accounts, administrator)
        elif roles := including(self.client.roles(None).roles, administrator):
            holders = _holders(accounts, administrator).union(*(self.client.role_holders(role)[0] for role in roles))
        else:
            holders = set()
        return [account for handle, account in accounts.items() if handle in holders and account.kind == USER]


def _holders(accounts: t.Mapping[str, Account], role: Role) -> set[str]:
    return {handle for handle, account in accounts.items() if has_role(account.roles or (), role)}


# What is lost with an object that is deleted.
_LOST = {TEAM: frozenset({"members", "managers", "business_unit"}), BUSINESS_UNIT: frozenset({"teams"})}


def _is_surely_meant(match: Match) -> bool:
    """Tell whether no account that was not listed can be the one that an entry means: an exact name comes first."""
    if match.found is None:
        return False
    return match.entry.desired.username in (None, match.found.account.username)


def _names_users(organization: Organization) -> bool:
    return any(team.options.get("members") or team.options.get("managers") for team in organization.teams)


def _lacking(matches: t.Sequence[Match]) -> dict[str, frozenset[str]]:
    """Return the options that have to be read of accounts, by handle."""
    lacking = {str(match.found.account.handle): options_lacking(match) for match in matches if match.found}
    return {handle: options for handle, options in lacking.items() if options}


def _unite(inventory: Inventory, other: Inventory) -> None:
    """Add another reading; what the first one reports stays."""
    for handle, account in other.by_handle.items():
        if handle not in inventory.by_handle:
            inventory.put(account)
    inventory.complete = inventory.complete and other.complete

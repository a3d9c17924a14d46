# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of `veracode_directory_info`: the organization in the form that `veracode_directory` takes."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import is_whole
from ansible_collections.community.veracode.plugins.module_utils._argspec import export_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.fields import TEXT, fields_of
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    NO_TEAM_RESTRICTION,
    impossible,
    target_roles,
)
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._module.organization import organization_of
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import LISTS
from ansible_collections.community.veracode.plugins.module_utils._read.accounts import AccountReader
from ansible_collections.community.veracode.plugins.module_utils._read.structure import StructureReader
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Session

KINDS = ("business_units", "teams", "users", "api_users")

# Who does not log in with SAML cannot be turned back into that, so a false says nothing.
_ONE_WAY = frozenset({"is_saml_user", "custom_id"})


def export(session: Session) -> dict[str, t.Any]:
    """Return the organization, sorted and stable: applied as it is, it changes nothing."""
    exported = _Export(session, set(KINDS if session.params["kinds"] is None else session.params["kinds"]))
    try:
        directory = exported.read()
    finally:
        exported.reader.close()
    if not exported.complete:
        session.progress.warnings.append(
            "The listings do not match the server's totals, even when read again, so objects may be missing; "
            "do not apply this with exclusive"
        )
    if session.params["compact"]:
        directory = {kind: [_compact(entry) for entry in entries] for kind, entries in directory.items()}
    return {
        "directory": {kind: directory[kind] for kind in KINDS if kind in directory},
        "complete": exported.complete,
        "organization": organization_of(session),
    }


def _compact(entry: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return an entry without what is unset."""
    return _more_than_a_name({option: value for option, value in entry.items() if value not in ("", [], None)})


class _Export:
    """Reads what is exported.

    :param kinds: the lists that are wanted.
    """

    def __init__(self, session: Session, kinds: set[str]) -> None:
        self._session = session
        self._kinds = kinds
        self._structure = StructureReader(session.rest())
        self.reader = AccountReader(session.rest(), session.activity)
        self.complete = True

    def read(self) -> dict[str, list[dict[str, t.Any]]]:
        """Return the lists."""
        directory: dict[str, list[dict[str, t.Any]]] = {}
        if self._kinds & {"users", "api_users"}:
            directory |= self._accounts()
        if self._kinds & {"teams", "business_units"}:
            directory |= self._teams_and_units()
        return directory

    def _accounts(self) -> dict[str, list[dict[str, t.Any]]]:
        inventory = self.reader.everyone()
        _complete(self.reader, inventory, self._kinds)
        self.complete = self.complete and inventory.complete
        return {
            LISTS[kind]: [_account(self._session, account) for account in inventory.accounts if account.kind == kind]
            for kind in (USER, API_USER)
            if LISTS[kind] in self._kinds
        }

    def _teams_and_units(self) -> dict[str, list[dict[str, t.Any]]]:
        directory: dict[str, list[dict[str, t.Any]]] = {}
        listing = self._structure.teams.listing()
        self.complete = self.complete and listing.complete
        teams = list(listing.items)
        if "teams" in self._kinds:
            # The accounts say who is in a team, if these are exported, too.
            both = {"users", "api_users"} <= self._kinds
            need = {"business_unit"} if both else {"business_unit", "members", "managers"}
            read = self.reader.map(lambda team: self._structure.teams.reading(team, need), teams)
            directory["teams"] = [_team(team, members=not both) for team in read if team is not None]
        if "business_units" in self._kinds:
            units = self._structure.business_units.listing()
            self.complete = self.complete and units.complete
            with_teams = "teams" not in self._kinds
            directory["business_units"] = [
                _unit(unit, teams, with_teams=with_teams)
                for unit in self._structure.business_units.with_default(units.items)
            ]
        return directory


def _complete(reader: AccountReader, inventory: Inventory, kinds: set[str]) -> None:
    reader.infer_unset_texts(inventory)
    accounts = inventory.by_handle.items()
    lacking = [handle for handle, account in accounts if LISTS[account.kind] in kinds and not is_whole(account)]
    reader.details(inventory, sorted(lacking))


def _account(session: Session, account: Account) -> dict[str, t.Any]:
    """Return the options that make an account what it is; what is empty is reported, so that it is emptied again."""
    warnings = session.progress.warnings
    values = account.values_and_lists
    options: dict[str, t.Any] = {}
    for field in fields_of(account.kind):
        if field.rest is None or field.option not in values:
            continue
        value = values[field.option]
        if not value and (field.option in _ONE_WAY or (value is None and not (field.type == TEXT and field.clearable))):
            continue
        options[field.option] = list(value) if isinstance(value, tuple) else "" if value is None else value
    if values.get("has_ip_restrictions"):
        options.pop("has_ip_restrictions" if options.get("allowed_ip_addresses") else "allowed_ip_addresses", None)
    elif options.pop("allowed_ip_addresses", None):
        # A list that is kept while it restricts nothing cannot be declared.
        options.pop("has_ip_restrictions", None)
    if account.kind == API_USER:
        options.pop("managed_teams", None)
    if not options.get("roles"):
        options.pop("roles", None)
    elif _refused(account):
        options.pop("roles")
        warnings.append(
            f'"{account.username}" holds roles that cannot be set together ({", ".join(values["roles"])}), '
            "so its roles are omitted"
        )
    if account.kind == API_USER and not account.teams:
        if "roles" in options and _would_gain_a_role(session, account):
            warnings.append(
                f'"{account.username}" has no team and does not hold {NO_TEAM_RESTRICTION.title}, which unrestricted: true '
                "would give it, so unrestricted is omitted; it is needed to create the account again"
            )
        else:
            options["unrestricted"] = True
    return options


def _would_gain_a_role(session: Session, account: Account) -> bool:
    """Tell whether `unrestricted` would change the roles of an account."""
    return NO_TEAM_RESTRICTION not in (account.roles or ()) and NO_TEAM_RESTRICTION in session.rest().roles()


def _refused(account: Account) -> bool:
    """Tell whether the roles, as they are held, could not be declared."""
    current_roles = frozenset(account.roles or ())
    try:
        after = target_roles(current_roles, current_roles, "exact", account.kind)
    except InputError:
        return True
    return after != current_roles or impossible(after) is not None


def _team(team: Team, *, members: bool) -> dict[str, t.Any]:
    options: dict[str, t.Any] = {"name": team.name}
    if team.business_unit is not None:
        options["business_unit"] = team.business_unit
    if members:
        values = team.values_and_lists
        options["members"] = list(values.get("members", ()))
        options["managers"] = list(values.get("managers", ()))
    return _more_than_a_name(options)


def _unit(unit: BusinessUnit, teams: t.Sequence[Team], *, with_teams: bool) -> dict[str, t.Any]:
    options: dict[str, t.Any] = {"name": unit.name}
    if with_teams and not unit.is_default:
        if unit.teams is None:
            unit = replace(unit, teams={team.name: team.team_id for team in teams if team.business_unit == unit.name})
        options["teams"] = list(unit.values_and_lists["teams"])
    return _more_than_a_name(options)


def _more_than_a_name(options: dict[str, t.Any]) -> dict[str, t.Any]:
    """Say that the object is to be there, which an entry with only a name in an exclusive list does not."""
    return {**options, "state": "present"} if len(options) == 1 else options


DIRECTORY_INFO = Module(options=export_arguments, work=export)

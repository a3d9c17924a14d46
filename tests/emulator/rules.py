# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of the service for accounts, shared by both APIs. Each returns a message, or raises Rejected with one.

The messages are plausible, not recorded: Veracode does not publish them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from . import catalog
from .model import Role, Team, User
from .store import Store
from .switches import Switches

_EMAIL = re.compile(r"[^@\s,<>\x00-\x1f]+@[^@\s,<>\x00-\x1f]+\.[^@\s.,<>\x00-\x1f]+")
_LAST_OCTET = re.compile(r"(\d{1,3}\.\d{1,3}\.\d{1,3})\.(\*|\[(\d{1,3})-(\d{1,3})\])")
MAX_TEXT = 256


class Rejected(Exception):
    """A request that the service refuses.

    ``status`` is the HTTP status of the REST API; the XML API answers <error> with 200 in any case.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def check_email(address: str) -> None:
    if not _EMAIL.fullmatch(address) or len(address) > MAX_TEXT:
        raise Rejected(f"Invalid email address: {address}")


def check_text(name: str, value: str | None, *, required: bool = False) -> None:
    if required and not (value and value.strip()):
        raise Rejected(f"{name} is required")
    if value is not None and len(value) > MAX_TEXT:
        raise Rejected(f"{name}: size must be between 0 and {MAX_TEXT}")


def check_addresses(addresses: Iterable[str], switches: Switches) -> None:
    """Single IPv4 addresses, ``74.0.0.*`` or ``74.0.0.[0-99]``; public ones unless the switch allows others."""
    for address in addresses:
        found = _LAST_OCTET.fullmatch(address)
        probe = address
        if found:
            first, last = (found[3], found[4]) if found[3] else ("0", "255")
            if int(first) > int(last) or int(last) > 255:
                raise Rejected(f"Invalid IP address: {address}")
            probe = f"{found[1]}.{int(last)}"
        try:
            parsed = ipaddress.IPv4Address(probe)
        except ValueError as exc:
            raise Rejected(f"Invalid IP address: {address}") from exc
        if not parsed.is_global and switches["private_ip"] == "refused":
            raise Rejected(f"IP address is not an externally valid address: {address}")


def needs_scan(role: Role) -> bool:
    return role.role_name in catalog.NEEDS_SCAN or role.role_name in catalog.API_NEEDS_SCAN


def check_roles(store: Store, roles: list[Role], teams: dict[str, str], *, is_api: bool, switches: Switches) -> None:
    """Refuse combinations of roles and teams that the service does not take. Raises Rejected."""
    for role in roles:
        if role.disabled:
            raise Rejected(f"Role {role.role_description} is disabled for this organization")
        if role.is_api != is_api and switches["api_human_roles"] == "refused":
            kind = "API service account" if is_api else "user account"
            raise Rejected(f"Role {role.role_description} cannot be assigned to this {kind}")
    if switches["child_role_rules"] == "apply":
        roles = store.with_children(roles)
    names = {role.role_name for role in roles}
    _check_scan_roles(roles, switches)
    _check_companions(names)
    if "teamAdmin" in names:
        if "extadmin" in names:
            raise Rejected("Team Admin cannot be combined with Administrator")
        if "ADMIN" not in teams.values():
            raise Rejected("A user with the Team Admin role must be the administrator of at least one team")
    if not teams:
        _check_team_needed(roles, names, is_api=is_api, switches=switches)


def _check_scan_roles(roles: list[Role], switches: Switches) -> None:
    users = [role for role in roles if needs_scan(role)]
    scans = [role for role in roles if role.is_scan_type]
    for role in users:
        if switches["scan_rule"] == "required" and not any(scan.is_api == role.is_api for scan in scans):
            raise Rejected(f"At least one scan type is required for the role {role.role_description}")
    if scans and not users and not any(role.custom for role in roles) and switches["leftover_scan_roles"] == "refused":
        raise Rejected(f"Scan type {scans[0].role_description} cannot be assigned without a role that submits scans")


def _check_companions(names: set[str]) -> None:
    if "deletescans" in names and not names & {"extseclead", "extcreator"}:
        raise Rejected("Delete Scans requires the role Security Lead or Creator")
    alone = names & catalog.COMPANIONS
    if alone and not names & catalog.COMPANION_OF:
        raise Rejected(f"Role {sorted(alone)[0]} cannot be assigned on its own")


def _check_team_needed(roles: list[Role], names: set[str], *, is_api: bool, switches: Switches) -> None:
    if any(role.ignore_team_restrictions for role in roles):
        return
    if is_api:
        # An organization without that role cannot ask for it.
        if switches["api_without_team"] == "refused" and switches.on("no_team_restriction_role"):
            raise Rejected("An API service account without a team requires the role No Team Restriction API")
        return
    if switches["team_rule"] == "off":
        return
    if switches["team_rule"] == "table":
        needing = sorted(names & catalog.TEAM_TABLE)
    else:
        needing = sorted(
            role.role_description for role in roles if not (role.no_team or role.is_scan_type or role.custom)
        )
    if needing:
        raise Rejected(f"At least one team is required for the role {needing[0]}")


def check_name_free(store: Store, name: str, switches: Switches, *, ignore: User | None = None) -> None:
    """Refuse a user name that is taken, by accounts that cannot be read yet or (switch) by deleted ones too."""
    for other in store.users_named(name):
        if other is ignore or (other.deleted and switches["reuse_deleted_name"] == "allowed"):
            continue
        raise Rejected(f"User {name} already exists", int(switches["duplicate_status"]))


def check_address_free(
    store: Store, address: str, *, is_api: bool, switches: Switches, ignore: User | None = None
) -> None:
    """Addresses are unique among people; among API accounts only where the switch says so."""
    if is_api and switches.on("api_shared_address"):
        return
    wanted = address.lower()
    for other in store.users_with_address(wanted):
        if other is not ignore and not other.deleted and other.is_api == is_api:
            raise Rejected(f"A user with the email address {address} already exists", int(switches["duplicate_status"]))


def check_managers(store: Store, roles: list[Role], teams: dict[str, str], switches: Switches) -> None:
    """Only a user with the Team Admin role may be the administrator of a team (switch)."""
    if switches["child_role_rules"] == "apply":
        roles = store.with_children(roles)
    if "ADMIN" in teams.values() and switches["manager_needs_team_admin"] == "refused":
        if not any(role.role_name == "teamAdmin" for role in roles):
            raise Rejected("Relationship ADMIN requires the role Team Admin")


def check_leavers(store: Store, team: Team, leavers: Iterable[User], switches: Switches) -> None:
    """Refuse to take users out of a team that their roles need (switch)."""
    if switches["members_need_team"] == "ignored":
        return
    for user in leavers:
        rest = {team_id: relation for team_id, relation in user.teams.items() if team_id != team.team_id}
        try:
            check_roles(store, store.roles_of(user), rest, is_api=user.is_api, switches=switches)
        except Rejected as exc:
            raise Rejected(f"User {user.user_name} cannot leave the team {team.team_name}: {exc.message}") from exc


def is_team_restricted(store: Store, user: User) -> bool:
    """An API account with teams and without No Team Restriction API sees and gives only its own teams."""
    if not user.is_api or not user.teams:
        return False
    return not any(role.ignore_team_restrictions for role in store.with_children(store.roles_of(user)))


def role_names(store: Store, user: User) -> set[str]:
    return {role.role_name for role in store.with_children(store.roles_of(user))}


def is_administrator(store: Store, user: User) -> bool:
    return ("adminapi" if user.is_api else "extadmin") in role_names(store, user)


def managed_teams(store: Store, user: User) -> set[str]:
    """The teams that a Team Admin manages."""
    if "teamAdmin" not in role_names(store, user):
        return set()
    return {team_id for team_id, relationship in user.teams.items() if relationship == "ADMIN"}

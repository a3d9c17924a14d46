# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Compare a team as it is desired with the current one."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.known import Known, KnownUser
from ansible_collections.community.veracode.plugins.module_utils._model.names import there_is_no, username_key, which_of
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, TeamUser
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import DesiredObject
from ansible_collections.community.veracode.plugins.module_utils._plan.object_change import (
    plan_change,
    plan_removal,
    refuse,
)


def plan_team(desired: DesiredObject, current: Team | None, known: Known) -> Plan[Team]:
    """Plan one team.

    :param current: the team as found, with its users and business unit where the entry manages them.
    :raises InputError: the entry names what does not exist, or a manager without the Team Admin role; all together.
    """
    if desired.state == "absent":
        return plan_removal(desired, current)
    wrong: dict[str, list[str]] = {}
    values: dict[str, t.Any] = {}
    unit = _unit_after(desired, current, known, wrong)
    users = _users_after(desired, current, known, wrong)
    refuse(desired, wrong)
    after = replace(current, name=desired.name) if current else Team(desired.name, users=())
    if unit is not None:
        values["business_unit"], unit_id = unit
        after = replace(after, business_unit=unit[0], business_unit_id=unit_id)
    if users is not None:
        after = replace(after, users=users)
        before = current.users or () if current else ()
        if {user.username for user in before} != {user.username for user in users}:
            values["members"] = after.values_and_lists["members"]
        if {user.username for user in before if user.manages} != {user.username for user in users if user.manages}:
            values["managers"] = after.values_and_lists["managers"]
    return plan_change(desired, current, after, values)


def users_by_name(team: Team | None) -> dict[str, TeamUser]:
    """Return who is in a team by username."""
    return {user.username: user for user in (team.users or ())} if team else {}


def _unit_after(
    desired: DesiredObject, current: Team | None, known: Known, wrong: dict[str, list[str]]
) -> tuple[str, str | None] | None:
    """Return name and GUID of the business unit the team is to move to, or `None` if it is to stay."""
    desired_unit = desired.values.get("business_unit")
    if desired_unit == "":
        desired_unit = known.default_business_unit
        if desired_unit is None:
            wrong["business_unit"] = [
                "no business unit is the default one, so a team cannot be without; name the one it is to move to"
            ]
    if desired_unit is None or (
        current is not None and current.business_unit == desired_unit and desired_unit not in known.leaving_units
    ):
        return None
    if current is not None and current.business_unit is None and desired_unit == known.default_business_unit:
        # A team is always in one, so that of which none is shown is in the default one.
        return None
    if desired_unit not in known.business_units:
        leaves = desired_unit in known.leaving_units
        wrong["business_unit"] = [there_is_no("business unit", desired_unit, known.business_units, leaves=leaves)]
        return None
    return desired_unit, known.business_units[desired_unit]


def _users_after(
    desired: DesiredObject, current: Team | None, known: Known, wrong: dict[str, list[str]]
) -> tuple[TeamUser, ...] | None:
    """Return everybody who is to be in the team, or `None` if the task does not manage that.

    The two relations are governed apart: what is not given stays. Who manages the team is in it, too.
    """
    members, managers = desired.values.get("members"), desired.values.get("managers")
    if members is None and managers is None:
        return None
    current_users = users_by_name(current)
    resolve = _Resolver(current_users, known, wrong)
    in_members = resolve.all("members", members or ())
    in_managers = resolve.all("managers", managers or ())
    if desired.mode == "remove":
        return _sorted(
            replace(user, manages=user.manages and key not in in_managers)
            for key, user in current_users.items()
            if key not in in_members
        )
    if desired.mode == "add" or members is None:
        stay = set(current_users)
    else:
        stay = {key for key, user in current_users.items() if user.manages and managers is None}
    after = []
    for key in sorted(stay | in_members | in_managers):
        present = current_users.get(key)
        managed = present.manages if present else False
        if managers is not None:
            managed = key in in_managers or (desired.mode == "add" and managed)
        option = "managers" if key in in_managers else "members"
        user = _user(present, known.users.get(key), managed)
        if user is None:
            leaves = key.casefold() in known.leaving_users
            wrong.setdefault(option, []).append(there_is_no("account", key, known.users, leaves=leaves))
            continue
        admin = known.users[key].team_admin if key in known.users else None
        if managed and not (present and present.manages) and admin is False:
            wrong.setdefault("managers", []).append(
                f'"{user.username}" cannot manage a team without the Team Admin role; give it that role first'
            )
        after.append(user)
    return _sorted(after)


class _Resolver:
    """Finds the account of a name: exactly that username, else the only one that differs by case.

    :param current_users: the members of the team, by username.
    :param wrong: takes a sentence about each name that several have.
    """

    def __init__(self, current_users: t.Mapping[str, TeamUser], known: Known, wrong: dict[str, list[str]]) -> None:
        self._current: dict[str, set[str]] = {}
        for username in current_users:
            self._current.setdefault(username_key(username), set()).add(username)
        self._known = known
        self._wrong = wrong

    def all(self, option: str, names: t.Iterable[str]) -> set[str]:
        """Return the usernames that are meant; a name that nobody has stays as it is."""
        usernames = set()
        for name in names:
            like = self._current.get(username_key(name), set()) | {
                user.username for user in self._known.users_like(name)
            }
            if name not in like and len(like) > 1:
                self._wrong.setdefault(option, []).append(which_of(name, like))
            else:
                usernames.add(name if name in like or not like else next(iter(like)))
        return usernames


def _user(present: TeamUser | None, account: KnownUser | None, manages: bool) -> TeamUser | None:
    if present is not None:
        return replace(present, manages=manages)
    return TeamUser(account.username, manages, account.user_id) if account is not None else None


def _sorted(users: t.Iterable[TeamUser]) -> tuple[TeamUser, ...]:
    return tuple(sorted(users, key=lambda user: user.username))

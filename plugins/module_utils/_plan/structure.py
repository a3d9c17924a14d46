# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Compare teams, business units and custom roles as they are wanted with what is there. Pure, like C(_plan)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._errors import raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.role import there_is_no
from ansible_collections.community.veracode.plugins.module_utils._model.structure import (
    ROLE_FLAGS,
    WORDS,
    BusinessUnit,
    CustomRole,
    DesiredObject,
    Permission,
    S,
    Structure,
    Team,
    TeamUser,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account import Change, Plan


@dataclass(frozen=True)
class KnownUser:
    """An account that can be put into a team.

    :param user_id: GUID, C(None) for one that is only planned and is referred to by its name.
    :param team_admin: it holds (or will hold) the Team Admin role; C(None) leaves that to the server.
    """

    username: str
    user_id: str | None = None
    team_admin: bool | None = None


@dataclass(frozen=True)
class Known:
    """What an entry can refer to, as far as it had to be read; what is only planned has no GUID.

    :param business_units: GUIDs by name.
    :param default_business_unit: name of the one for teams that are in no other.
    :param teams: GUIDs by name; at least those that were asked for and exist.
    :param all_teams: names to offer as the nearest ones.
    :param users: accounts by their casefolded username, people and API service accounts, inactive ones too.
    :param leaving_users: casefolded usernames of accounts that the same run deletes.
    :param leaving_teams: names of teams that it deletes.
    :param leaving_units: names of business units that it deletes.
    :param permissions: every permission by name.
    """

    business_units: t.Mapping[str, str | None] = field(default_factory=dict)
    default_business_unit: str | None = None
    teams: t.Mapping[str, str | None] = field(default_factory=dict)
    all_teams: tuple[str, ...] = ()
    users: t.Mapping[str, KnownUser] = field(default_factory=dict)
    leaving_users: t.Collection[str] = frozenset()
    leaving_teams: t.Collection[str] = frozenset()
    leaving_units: t.Collection[str] = frozenset()
    permissions: t.Mapping[str, Permission] = field(default_factory=dict)


@dataclass(frozen=True)
class Needed:
    """What has to be read for an entry to be planned; names that the object already holds need no look-up.

    :param business_units: business units that have to exist.
    :param users: usernames that have to exist.
    :param managers: usernames that need the Team Admin role.
    :param teams: team names that have to exist.
    :param permissions: permissions that have to exist.
    """

    business_units: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()


def find_structure(desired: DesiredObject, existing: t.Iterable[S]) -> S | None:
    """Return the object a task means: the one of that name, or else the one of a former name.

    :param existing: at least all that have one of the names, however they are spelled.
    :raises InputError: old and new both exist, several former names exist, or the name is a slip of case.
    """
    word = WORDS[desired.kind]
    existing = list(existing)
    current = next((each for each in existing if each.name == desired.name), None)
    former = [each for each in existing if each.name in desired.previously]
    names = ", ".join(f'"{each.name}"' for each in sorted(former, key=lambda each: each.name))
    if current is not None and former:
        raise desired.problem(
            f'previously: the {word} "{desired.name}" and {names} both exist; remove one of them, or take the former '
            "name out of the list",
            "previously",
            [each.name for each in former],
        )
    if len(former) > 1:
        raise desired.problem(
            f'previously: {names} all exist, and only one {word} can become "{desired.name}"; list only that one',
            "previously",
            [each.name for each in former],
        )
    found = current or (former[0] if former else None)
    slip = next(
        (
            each.name
            for each in existing
            if each is not found and each.name.casefold() == desired.name.casefold() and current is None
        ),
        None,
    )
    if slip is not None:
        raise desired.problem(
            f'name: there is no {word} "{desired.name}", did you mean "{slip}"? Names are exact; to change the spelling '
            "of one, list the present one in previously",
            "name",
            desired.name,
        )
    _check_short_name(desired, found, existing)
    return found


def _check_short_name(desired: DesiredObject, found: Structure | None, existing: t.Iterable[Structure]) -> None:
    wanted = desired.values.get("role_name")
    for each in existing:
        if wanted is not None and isinstance(each, CustomRole) and each.role_name == wanted and each is not found:
            raise desired.problem(
                f'role_name: "{wanted}" is that of the role "{each.name}"; choose another, or list that name in '
                "previously to rename it",
                "role_name",
                wanted,
            )


def lists_needed(desired: DesiredObject) -> frozenset[str]:
    """Return the options that a reading has to carry for this entry to be planned."""
    return frozenset(desired.values) - {"role_name"}


def needed(desired: DesiredObject, current: Structure | None) -> Needed:
    """Return what has to be read to plan the entry."""
    values = desired.values
    if desired.state == "absent":
        return Needed()
    if isinstance(current, BusinessUnit) or desired.kind == "business_unit":
        held_teams = (current.teams or {}) if isinstance(current, BusinessUnit) else {}
        named = values.get("teams", ()) if desired.mode != "remove" else ()
        return Needed(teams=tuple(name for name in named if name not in held_teams))
    if isinstance(current, CustomRole) or desired.kind == "role":
        held_permissions = current.values_and_lists.get("permissions", ()) if current else ()
        return Needed(permissions=tuple(name for name in values.get("permissions", ()) if name not in held_permissions))
    team = current if isinstance(current, Team) else None
    unit = values.get("business_unit")
    users: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    if desired.mode != "remove":
        held = _held(team)
        managers = tuple(
            name
            for name in values.get("managers", ())
            if name.casefold() not in held or not held[name.casefold()].manages
        )
        named = {name.casefold(): name for name in (*values.get("members", ()), *values.get("managers", ()))}
        users = tuple(sorted(name for key, name in named.items() if key not in held))
    moves = unit is not None and (team is None or team.business_unit != unit)
    return Needed(business_units=(str(unit),) if moves else (), users=users, managers=managers)


def plan_team(desired: DesiredObject, current: Team | None, known: Known) -> Plan:
    """Plan one team.

    :param current: the team as found, with its users and business unit where the entry manages them.
    :raises InputError: the entry names what does not exist, or a manager without the Team Admin role; all at once.
    """
    if desired.state == "absent":
        return _removal(desired, current)
    wrong: dict[str, list[str]] = {}
    values: dict[str, t.Any] = {}
    unit = _unit_after(desired, current, known, wrong)
    users = _users_after(desired, current, known, wrong)
    _refuse(desired, wrong)
    after = replace(current, name=desired.name) if current else Team(desired.name, users=())
    if unit is not None:
        values["business_unit"], unit_id = unit
        after = replace(after, business_unit=unit[0], business_unit_id=unit_id)
    if users is not None:
        after = replace(after, users=users)
        before = current.users or () if current else ()
        if {_key(user) for user in before} != {_key(user) for user in users}:
            values["members"] = after.values_and_lists["members"]
        if {_key(user) for user in before if user.manages} != {_key(user) for user in users if user.manages}:
            values["managers"] = after.values_and_lists["managers"]
    return _plan(desired, current, after, values)


def _key(user: TeamUser) -> str:
    return user.username.casefold()


def _held(team: Team | None) -> dict[str, TeamUser]:
    return {_key(user): user for user in (team.users or ())} if team else {}


def _unit_after(
    desired: DesiredObject, current: Team | None, known: Known, wrong: dict[str, list[str]]
) -> tuple[str, str | None] | None:
    """Return name and GUID of the business unit the team is to move to, or C(None) if it is to stay."""
    wanted = desired.values.get("business_unit")
    if wanted == "":
        wanted = known.default_business_unit
        if wanted is None:
            wrong["business_unit"] = [
                "no business unit is the default one, so a team cannot be without; name the one it is to move to"
            ]
    if wanted is None or (
        current is not None and current.business_unit == wanted and wanted not in known.leaving_units
    ):
        return None
    if current is not None and current.business_unit is None and wanted == known.default_business_unit:
        # A team is always in one, so that of which none is shown is in the default one.
        return None
    if wanted not in known.business_units:
        leaves = wanted in known.leaving_units
        wrong["business_unit"] = [there_is_no("business unit", wanted, known.business_units, leaves=leaves)]
        return None
    return wanted, known.business_units[wanted]


def _users_after(
    desired: DesiredObject, current: Team | None, known: Known, wrong: dict[str, list[str]]
) -> tuple[TeamUser, ...] | None:
    """Return everybody who is to be in the team, or C(None) if the task does not manage that.

    The two relations are governed apart: what is not given stays. Who manages the team is in it, too.
    """
    members, managers = desired.values.get("members"), desired.values.get("managers")
    if members is None and managers is None:
        return None
    held = _held(current)
    in_members = {name.casefold(): name for name in members or ()}
    in_managers = {name.casefold(): name for name in managers or ()}
    if desired.mode == "remove":
        return _sorted(
            replace(user, manages=user.manages and key not in in_managers)
            for key, user in held.items()
            if key not in in_members
        )
    if desired.mode == "add" or members is None:
        stay = set(held)
    else:
        stay = {key for key, user in held.items() if user.manages and managers is None}
    after = []
    for key in stay | set(in_members) | set(in_managers):
        present = held.get(key)
        managed = present.manages if present else False
        if managers is not None:
            managed = key in in_managers or (desired.mode == "add" and managed)
        option = "managers" if key in in_managers else "members"
        user = _user(present, known.users.get(key), in_managers.get(key) or in_members.get(key) or key, managed)
        if user is None:
            name = in_managers.get(key) or in_members[key]
            names = [each.username for each in known.users.values()]
            leaves = name.casefold() in known.leaving_users
            wrong.setdefault(option, []).append(there_is_no("account", name, names, leaves=leaves))
            continue
        admin = known.users[key].team_admin if key in known.users else None
        if managed and not (present and present.manages) and admin is False:
            wrong.setdefault("managers", []).append(
                f'"{user.username}" cannot manage a team without the Team Admin role; give it that role first'
            )
        after.append(user)
    return _sorted(after)


def _user(present: TeamUser | None, account: KnownUser | None, name: str, manages: bool) -> TeamUser | None:
    if present is not None:
        return replace(present, manages=manages)
    return TeamUser(account.username, manages, account.user_id) if account is not None else None


def _sorted(users: t.Iterable[TeamUser]) -> tuple[TeamUser, ...]:
    return tuple(sorted(users, key=lambda user: user.username))


def plan_business_unit(desired: DesiredObject, current: BusinessUnit | None, known: Known) -> Plan:
    """Plan one business unit.

    :param current: the business unit as found, with its teams where the entry manages them.
    :raises InputError: the entry names teams that do not exist, or takes teams out of the default business unit.
    """
    if desired.state == "absent":
        if current is not None and current.is_default:
            raise desired.problem(
                f'name: "{desired.name}" is the default business unit, which every organization has; '
                "it cannot be deleted; take it out of what is to be absent",
                "name",
                desired.name,
            )
        return _removal(desired, current)
    after = replace(current, name=desired.name) if current else BusinessUnit(desired.name, teams={})
    values: dict[str, t.Any] = {}
    named = desired.values.get("teams")
    if named is not None:
        held = dict((current.teams if current else None) or {})
        teams = _unit_teams_after(desired, held, named, known)
        gone = sorted(set(held) - set(teams))
        if gone and current is not None and current.is_default:
            raise desired.problem(
                f"teams: {', '.join(gone)} cannot just leave the default business unit, a team is always in one; "
                "name them in the business unit they are to move to",
                "teams",
                gone,
            )
        after = replace(after, teams=teams)
        if set(teams) != set(held):
            values["teams"] = tuple(sorted(teams))
    return _plan(desired, current, after, values)


def _unit_teams_after(
    desired: DesiredObject, held: dict[str, str | None], named: t.Sequence[str], known: Known
) -> dict[str, str | None]:
    near = (*known.all_teams, *held)
    there = (set(held) | set(known.teams)) - set(known.leaving_teams)
    unknown = [name for name in named if name not in there]
    if desired.mode == "remove":
        # Having no such team is what is wanted; only a slip that would leave it where it is matters.
        folded = {name.casefold() for name in held}
        unknown = [name for name in unknown if name.casefold() in folded]
    _refuse(
        desired,
        {"teams": [there_is_no("team", name, near, leaves=name in known.leaving_teams) for name in unknown]},
    )
    if desired.mode == "remove":
        return {name: handle for name, handle in held.items() if name not in named}
    added = {name: held[name] if name in held else known.teams[name] for name in named}
    return {**held, **added} if desired.mode == "add" else added


def plan_role(desired: DesiredObject, current: CustomRole | None, known: Known) -> Plan:
    """Plan one custom role.

    :param current: the role as found, with its permissions and flags where the entry manages them.
    :raises InputError: the role is built in, or the entry asks for what cannot be.
    """
    target = current or CustomRole(desired.name, desired.values.get("role_name"))
    if not target.is_custom or not CustomRole(desired.name).is_custom:
        raise desired.problem(
            f'name: "{desired.name}" is a role that Veracode defines, and only custom roles can be managed; choose '
            "another name, and give the custom role the permissions it needs",
            "name",
            desired.name,
        )
    if desired.state == "absent":
        return _removal(desired, current)
    if current is None and not desired.values.get("permissions"):
        raise desired.problem(
            f'permissions: the role "{desired.name}" does not exist, and creating it needs permissions; '
            "give them, or correct the name",
            "permissions",
        )
    now = current.values_and_lists if current else {}
    wanted_api = desired.values.get("is_api")
    if current is not None and wanted_api is not None and now.get("is_api", wanted_api) != wanted_api:
        raise desired.problem(
            f'is_api: "{current.name}" is a role of {"people" if wanted_api else "API service accounts"}, and Veracode '
            "cannot turn it into one of the other kind; leave is_api out, or create another role",
            "is_api",
            wanted_api,
        )
    after = replace(current, name=desired.name) if current else CustomRole(desired.name)
    values: dict[str, t.Any] = {}
    flags = dict(after.flags)
    for option in ("is_api", *ROLE_FLAGS):
        wanted = desired.values.get(option)
        # A flag that the API does not report is not set.
        if wanted is not None and (current is None or wanted != now.get(option, False)):
            values[option] = flags[option] = wanted
    after = replace(after, flags=flags)
    short = desired.values.get("role_name")
    if short is not None and short != now.get("role_name"):
        values["role_name"] = short
        after = replace(after, role_name=short)
    permissions = _permissions_after(desired, current, known)
    if permissions is not None:
        after = replace(after, permissions=permissions)
        if after.values_and_lists["permissions"] != now.get("permissions"):
            values["permissions"] = after.values_and_lists["permissions"]
    return _plan(desired, current, after, values)


def _permissions_after(
    desired: DesiredObject, current: CustomRole | None, known: Known
) -> tuple[Permission, ...] | None:
    named = desired.values.get("permissions")
    if named is None:
        return None
    held = {permission.name: permission for permission in (current.permissions or ())} if current else {}
    assignable = [name for name, permission in known.permissions.items() if permission.assignable]
    wrong = []
    for name in named:
        if name in held:
            continue
        if name not in known.permissions:
            wrong.append(there_is_no("permission", name, assignable))
        elif not known.permissions[name].assignable:
            wrong.append(f'the permission "{name}" cannot be given to custom roles; take it out')
    _refuse(desired, {"permissions": wrong})
    return tuple(held.get(name) or Permission(name) for name in named)


def _refuse(desired: DesiredObject, wrong: t.Mapping[str, t.Sequence[str]]) -> None:
    """Raise all that is wrong, an error for each option."""
    raise_all(
        [
            desired.problem(f"{option}: {'; '.join(sorted(sentences))}", option, desired.values.get(option))
            for option, sentences in sorted(wrong.items())
            if sentences
        ]
    )


def _removal(desired: DesiredObject, current: Structure | None) -> Plan:
    if current is None:
        return Plan(None, None)
    return Plan(Change("delete", desired.kind, current.name, (), {}, current, None, desired.place), None)


def _plan(desired: DesiredObject, current: Structure | None, after: Structure, values: dict[str, t.Any]) -> Plan:
    if current is None:
        shown = {option: value for option, value in values.items() if value not in (None, ())}
        fields = tuple(sorted({"name", *shown}))
        return Plan(
            Change(
                "create",
                desired.kind,
                desired.name,
                fields,
                {"name": desired.name, **shown},
                None,
                after,
                desired.place,
            ),
            after,
        )
    if current.name != desired.name:
        values["name"] = desired.name
    if not values:
        return Plan(None, current)
    action = "rename" if "name" in values else "update"
    change = Change(action, desired.kind, desired.name, tuple(sorted(values)), values, current, after, desired.place)
    return Plan(change, after)


def unmet(change: Change, answered: Structure) -> list[str]:
    """Return the options that were written and that the answer shows with another value than was sent.

    An answer that does not carry an option tells nothing about it.
    """
    shown = answered.values_and_lists
    return sorted(
        option
        for option, sent in change.values.items()
        if option in shown and _folded(option, shown[option]) != _folded(option, sent)
    )


def _folded(option: str, value: t.Any) -> t.Any:
    return {name.casefold() for name in value} if option in ("members", "managers") else value

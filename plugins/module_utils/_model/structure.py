# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Teams, business units and roles in the collection's own words, and what a task wants of one of them. Pure."""

from __future__ import annotations

import typing as t
import unicodedata
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    BY_NAME,
    BY_TITLE,
    NEEDS_SCAN,
    SPELLINGS,
)

TEAM = "team"
BUSINESS_UNIT = "business_unit"
ROLE = "role"

# How messages speak of a kind.
WORDS = {TEAM: "team", BUSINESS_UNIT: "business unit", ROLE: "role"}

# Documented as at most 256 characters for teams and business units.
LONGEST_NAME = 256

# Options of a role that are either set or not.
ROLE_FLAGS = ("ignore_team_restrictions", "team_admin_manageable", "jit_assignable", "jit_assignable_default")


@dataclass(frozen=True)
class TeamUser:
    """An account in a team.

    :param manages: it is team admin there.
    :param user_id: GUID, C(None) for an account that does not exist yet.
    """

    username: str
    manages: bool = False
    user_id: str | None = None


@dataclass(frozen=True)
class Team:
    """What one reading of a team carries.

    :param team_id: GUID, C(None) for a team that is only planned.
    :param business_unit: name of the one it is in, C(None) where the reading does not carry it.
    :param business_unit_id: its GUID, C(None) where it is not known.
    :param users: everybody in the team, C(None) where the reading does not carry them.
    :param facts: what cannot be managed: C(member_only), C(created), C(modified).
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
    def values_and_lists(self) -> dict[str, t.Any]:
        """All values that the reading carries; a manager is a member, too."""
        values: dict[str, t.Any] = {"name": self.name}
        if self.business_unit is not None:
            values["business_unit"] = self.business_unit
        if self.users is not None:
            values["members"] = tuple(sorted(user.username for user in self.users))
            values["managers"] = tuple(sorted(user.username for user in self.users if user.manages))
        return values


@dataclass(frozen=True)
class BusinessUnit:
    """What one reading of a business unit carries.

    :param unit_id: GUID, C(None) for one that is only planned.
    :param teams: GUIDs of its teams by name, C(None) where the reading does not carry them.
    :param is_default: teams that are in no other are in this one.
    """

    name: str
    unit_id: str | None = None
    teams: t.Mapping[str, str | None] | None = None
    is_default: bool = False

    @property
    def handle(self) -> str | None:
        """What the API addresses it by."""
        return self.unit_id

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """All values that the reading carries."""
        values: dict[str, t.Any] = {"name": self.name}
        if self.teams is not None:
            values["teams"] = tuple(sorted(self.teams))
        return values


@dataclass(frozen=True)
class Permission:
    """A permission of a role.

    :param types: for what it is given (for example reading), C(None) where that is left to the server.
    :param assignable: it can be given to custom roles.
    """

    name: str
    types: tuple[str, ...] | None = field(default=None, compare=False)
    assignable: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class CustomRole:
    """What one reading of a role, built in or custom, carries.

    :param name: display name (C(role_description) of the Identity API).
    :param role_name: short name, C(None) for a role that is only planned and leaves it to the server.
    :param role_id: GUID, C(None) for a role that is only planned.
    :param permissions: C(None) where the reading does not carry them.
    :param flags: C(is_api) and those of ROLE_FLAGS that the reading carries.
    :param facts: what cannot be managed: C(is_scan_type), C(requires_token), C(disabled).
    """

    name: str
    role_name: str | None = None
    role_id: str | None = None
    permissions: tuple[Permission, ...] | None = None
    flags: t.Mapping[str, bool] = field(default_factory=dict)
    facts: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def handle(self) -> str | None:
        """What the API addresses it by."""
        return self.role_id

    @property
    def is_custom(self) -> bool:
        """Whether it is none of the known built-in roles; the API does not tell."""
        return self.role_name not in BY_NAME and SPELLINGS.get(self.name, self.name) not in BY_TITLE

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """All values that the reading carries."""
        values: dict[str, t.Any] = {"name": self.name, **self.flags}
        if self.role_name is not None:
            values["role_name"] = self.role_name
        if self.permissions is not None:
            values["permissions"] = tuple(sorted(permission.name for permission in self.permissions))
        return values


Structure: t.TypeAlias = "Team | BusinessUnit | CustomRole"
S = t.TypeVar("S", Team, BusinessUnit, CustomRole)


def report_team(team: Team) -> dict[str, t.Any]:
    """Return the team in the one form in which modules return it; what was not read is C(None)."""
    values = team.values_and_lists
    return {
        "name": team.name,
        "team_id": team.team_id,
        "business_unit": team.business_unit,
        "members": _list(values.get("members")),
        "managers": _list(values.get("managers")),
        "member_only": team.facts.get("member_only"),
        "created": team.facts.get("created"),
        "modified": team.facts.get("modified"),
    }


def report_business_unit(unit: BusinessUnit) -> dict[str, t.Any]:
    """Return the business unit in the one form in which modules return it; what was not read is C(None)."""
    return {
        "name": unit.name,
        "business_unit_id": unit.unit_id,
        "is_default": unit.is_default,
        "teams": _list(unit.values_and_lists.get("teams")),
    }


def report_role(role: CustomRole) -> dict[str, t.Any]:
    """Return the role in the one form in which modules return it; what was not read is C(None)."""
    values = role.values_and_lists
    return {
        "name": role.name,
        "role_name": role.role_name,
        "role_id": role.role_id,
        "is_custom": role.is_custom,
        "is_api": values.get("is_api"),
        "is_scan_type": role.facts.get("is_scan_type"),
        "permissions": _list(values.get("permissions")),
        **{flag: values.get(flag) for flag in ROLE_FLAGS},
        "requires_token": role.facts.get("requires_token"),
        "disabled": role.facts.get("disabled"),
        "needs": _needs(role),
    }


def _needs(role: CustomRole) -> list[str]:
    """Return what an account with this role needs beside it, of what is documented for built-in roles."""
    if role.role_name in NEEDS_SCAN:
        return ["a scan permission, such as " + ("Any Scan (API)" if role.flags.get("is_api") else "Any Scan")]
    if role.facts.get("is_scan_type"):
        if role.flags.get("is_api"):
            return ["one of Upload API - Submit Only, Upload and Scan API"]
        return ["one of Creator, Security Lead, Submitter"]
    return {
        "deletescans": ["one of Creator, Security Lead"],
        "teamAdmin": ["a team that the account manages", "not to be held with Administrator"],
    }.get(str(role.role_name), [])


def _list(value: t.Any) -> list[str] | None:
    return list(value) if value is not None else None


@dataclass(frozen=True)
class DesiredObject:
    """What a task wants of one team, business unit or custom role.

    :param kind: C(team), C(business_unit) or C(role).
    :param name: the name it is to have, which selects it.
    :param state: C(present) or C(absent).
    :param place: where the entry stands in the input, C(None) for a task about one object.
    :param values: canonical values by option of everything the task manages beside the name; empty unless C(present).
    :param previously: names under which it may still be found, to be renamed.
    :param mode: how its lists relate to what is there: C(exact), C(add) or C(remove).
    """

    kind: str
    name: str
    state: str = "present"
    place: str | None = None
    values: t.Mapping[str, t.Any] = field(default_factory=dict)
    previously: tuple[str, ...] = ()
    mode: str = "exact"

    def problem(self, msg: str, option: str, value: t.Any = None) -> InputError:
        """Return an error about one option of this entry."""
        return InputError(
            f"{self.place}.{msg}" if self.place else msg,
            place=f"{self.place}.{option}" if self.place else None,
            kind=self.kind,
            name=self.name,
            option=option,
            value=value,
        )


# Options by kind, each with its type; a list of usernames is compared without case.
_TEXT, _NAMES, _USERNAMES, _FLAG = "text", "names", "usernames", "flag"
_OPTIONS: dict[str, dict[str, str]] = {
    TEAM: {"business_unit": _TEXT, "members": _USERNAMES, "managers": _USERNAMES},
    BUSINESS_UNIT: {"teams": _NAMES},
    ROLE: {
        "role_name": _TEXT,
        "permissions": _NAMES,
        "is_api": _FLAG,
        **dict.fromkeys(ROLE_FLAGS, _FLAG),
    },
}
_MODES = {TEAM: "members_mode", BUSINESS_UNIT: "teams_mode"}


def desired_team(params: t.Mapping[str, t.Any], *, place: str | None = None) -> tuple[DesiredObject, list[InputError]]:
    """Read the options of one team.

    An option that is C(None) is not managed. With C(absent) only the name counts.

    :param place: where the entry stands in the input, for example C(teams[3]).
    :returns: what is wanted, and all that is wrong with it.
    """
    return _desired(TEAM, params, place)


def desired_business_unit(
    params: t.Mapping[str, t.Any], *, place: str | None = None
) -> tuple[DesiredObject, list[InputError]]:
    """Read the options of one business unit, as C(desired_team) does."""
    return _desired(BUSINESS_UNIT, params, place)


def desired_role(params: t.Mapping[str, t.Any], *, place: str | None = None) -> tuple[DesiredObject, list[InputError]]:
    """Read the options of one custom role, as C(desired_team) does."""
    return _desired(ROLE, params, place)


def _desired(kind: str, params: t.Mapping[str, t.Any], place: str | None) -> tuple[DesiredObject, list[InputError]]:
    state = params.get("state") or "present"
    values: dict[str, t.Any] = {}
    if state == "present":
        for option, form in _OPTIONS[kind].items():
            if params.get(option) is not None:
                values[option] = _canonical(form, params[option])
    desired = DesiredObject(
        kind=kind,
        name=str(params.get("name") or ""),
        state=state,
        place=place,
        values=values,
        previously=tuple(dict.fromkeys(params.get("previously") or ())) if state == "present" else (),
        mode=params.get(_MODES.get(kind, "")) or "exact",
    )
    return desired, list(_problems(desired))


def _canonical(form: str, value: t.Any) -> t.Any:
    if form == _NAMES:
        return tuple(sorted(set(value)))
    if form == _USERNAMES:
        folded: dict[str, str] = {}
        for name in value:
            folded.setdefault(name.casefold(), name)
        return tuple(sorted(folded.values()))
    return value


def _problems(desired: DesiredObject) -> t.Iterator[InputError]:
    word = WORDS[desired.kind]
    yield from _name_problems(desired, "name", desired.name, f"give the name of the {word}")
    for name in desired.previously:
        yield from _name_problems(desired, "previously", name, "list former names")
        if name and name == desired.name:
            yield desired.problem(
                f'previously: "{name}" is the present name; list only former names', "previously", name
            )
    for option, value in desired.values.items():
        for each in value if isinstance(value, tuple) else [value]:
            if not isinstance(each, str):
                continue
            # An empty business unit is the default one: a team is always in one.
            if each or option != "business_unit":
                yield from _name_problems(desired, option, each, "remove the empty entry, or leave the option out")
    if desired.values.get("permissions") == ():
        yield desired.problem(
            "permissions: an empty list is refused, a role needs at least one permission; "
            "use state: absent to remove the role",
            "permissions",
            [],
        )
    if desired.values.get("jit_assignable_default") and desired.values.get("jit_assignable") is False:
        yield desired.problem(
            "jit_assignable_default: a role that cannot be given by just-in-time provisioning cannot be its default; "
            "leave it out, or set jit_assignable: true",
            "jit_assignable_default",
            True,
        )


def _name_problems(desired: DesiredObject, option: str, name: str, remedy: str) -> t.Iterator[InputError]:
    if name == "":
        yield desired.problem(f'{option}: "" is not a name; {remedy}', option, "")
    if len(name) > LONGEST_NAME:
        yield desired.problem(
            f'{option}: "{name[:40]}…" has {len(name)} characters; shorten it to {LONGEST_NAME}, the most Veracode takes',
            option,
            name,
        )
    for character in name:
        if unicodedata.category(character) in ("Cc", "Cs") or character in "\ufffe\uffff":
            yield desired.problem(
                f"{option}: {name!r} holds the control character {character!r}; remove it", option, repr(name)
            )
            return

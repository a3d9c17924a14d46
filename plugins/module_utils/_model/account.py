# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Accounts in the collection's own words: the one table of their fields, and what a reading of one account carries."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from ansible_collections.community.veracode.plugins.module_utils._model.role import API_USER, USER, Role

REST = "rest"
XML = "xml"

TEXT = "text"
FLAG = "flag"
NAMES = "names"


@dataclass(frozen=True)
class Field:
    """One managed field of an account.

    :param option: its name in the collection.
    :param type: C(text) (unset is C(None)), C(flag), or C(names) (a set, kept as a sorted tuple).
    :param rest: key in the Identity API's User, C(None) where only the Admin XML API has it.
    :param xml: attribute of userinfo, and parameter of the calls below; C(None) where only the Identity API has it.
    :param xml_create: createuser.do documents the parameter.
    :param xml_update: updateuser.do documents the parameter, under this name.
    :param xml_absent: what a missing attribute means in userinfo.
    :param xml_unset: words that userinfo uses for "not set".
    :param kinds: the kinds of account that have it.
    :param folds_case: compared without case and never rewritten for case alone.
    :param clearable: an empty value is possible at all.
    :param aliases: other names of the option.
    """

    option: str
    type: str
    rest: str | None
    xml: str | None = None
    xml_create: bool = False
    xml_update: str | None = None
    xml_absent: t.Any = None
    xml_unset: tuple[str, ...] = ()
    kinds: tuple[str, ...] = (USER, API_USER)
    folds_case: bool = False
    clearable: bool = True
    aliases: tuple[str, ...] = ()

    def canonical(self, value: t.Any) -> t.Any:
        """Return the one form in which values of this field are compared."""
        if self.type == TEXT:
            return value if value not in (None, "") and value not in self.xml_unset else None
        if self.type == NAMES:
            return tuple(sorted(set(value))) if value is not None else ()
        return value

    def same(self, one: t.Any, other: t.Any) -> bool:
        """Tell whether two canonical values are no difference."""
        if self.folds_case and isinstance(one, str) and isinstance(other, str):
            return one.casefold() == other.casefold()
        return bool(one == other)


def _text(option: str, rest: str | None = "", **more: t.Any) -> Field:
    return Field(option, TEXT, option if rest == "" else rest, **more)


_PEOPLE = (USER,)

# Keys and parameters as documented; which call takes what is documented for the Admin XML API, so that IP, eLearning and
# custom fields need a second call on creation and a title can only be set on creation.
FIELDS: tuple[Field, ...] = (
    _text("username", "user_name", folds_case=True, clearable=False, aliases=("user_name",)),
    _text(
        "custom_id",
        "saml_subject",
        xml="custom_id",
        xml_create=True,
        xml_update="new_custom_id",
        kinds=_PEOPLE,
        aliases=("saml_subject",),
    ),
    _text("first_name", xml="first_name", xml_create=True, xml_update="first_name", clearable=False),
    _text("last_name", xml="last_name", xml_create=True, xml_update="last_name", clearable=False),
    _text(
        "email_address",
        xml="email_address",
        xml_create=True,
        xml_update="email_address",
        folds_case=True,
        clearable=False,
    ),
    _text("phone", xml="phone", xml_create=True, xml_update="phone"),
    _text("title", xml="title", xml_create=True),
    Field("roles", NAMES, "roles", xml="roles", xml_create=True, xml_update="roles", clearable=False),
    Field("teams", NAMES, "teams", xml="teams", xml_create=True, xml_update="teams"),
    Field("managed_teams", NAMES, "teams"),
    Field("login_enabled", FLAG, "login_enabled", xml="login_enabled", xml_create=True, xml_update="login_enabled"),
    Field("active", FLAG, "active"),
    Field(
        "requires_token",
        FLAG,
        "pin_required",
        xml="requires_token",
        xml_create=True,
        xml_update="requires_token",
        kinds=_PEOPLE,
        aliases=("pin_required",),
    ),
    Field(
        "is_saml_user",
        FLAG,
        "saml_user",
        xml="is_saml_user",
        xml_create=True,
        xml_update="is_saml_user",
        xml_absent=False,
        kinds=_PEOPLE,
        aliases=("saml_user",),
    ),
    Field(
        "has_ip_restrictions",
        FLAG,
        "ip_restricted",
        xml="has_ip_restrictions",
        xml_update="has_ip_restrictions",
        aliases=("ip_restricted",),
    ),
    Field(
        "allowed_ip_addresses",
        NAMES,
        "allowed_ip_addresses",
        xml="allowed_ip_addresses",
        xml_update="allowed_ip_addresses",
        xml_absent=(),
    ),
    *(
        _text(f"custom_{n}", xml=f"custom_{n}", xml_update=f"custom_{n}")
        for n in ("one", "two", "three", "four", "five")
    ),
    Field(
        "is_elearning_manager",
        FLAG,
        None,
        xml="is_elearning_manager",
        xml_update="is_elearning_manager",
        xml_absent=False,
        kinds=_PEOPLE,
    ),
    *(
        _text(option, None, xml=option, xml_update=option, xml_unset=(unset,), kinds=_PEOPLE)
        for option, unset in (
            ("elearning_manager", "No Manager"),
            ("elearning_track", "No Track Assigned"),
            ("elearning_curriculum", "No Curriculum Assigned"),
        )
    ),
    Field(
        "keep_elearning_active",
        FLAG,
        None,
        xml="keep_elearning_active",
        xml_update="keep_elearning_active",
        xml_absent=False,
        kinds=_PEOPLE,
    ),
)

BY_OPTION: dict[str, Field] = {each.option: each for each in FIELDS}
ELEARNING = frozenset(each.option for each in FIELDS if each.rest is None)


def can_create(option: str, api: str) -> bool:
    """Tell whether an API documents that the option can be set when an account is created."""
    each = BY_OPTION[option]
    return each.rest is not None if api == REST else each.xml_create or option == "username"


def can_update(option: str, api: str) -> bool:
    """Tell whether an API documents that the option can be changed later."""
    each = BY_OPTION[option]
    return each.rest is not None if api == REST else each.xml_update is not None or option == "username"


def fields_of(kind: str) -> tuple[Field, ...]:
    """Return the fields that this kind of account has."""
    return tuple(each for each in FIELDS if kind in each.kinds)


@dataclass(frozen=True, slots=True)
class Membership:
    """An account's place in one team.

    :param name: the team's name.
    :param manages: the account is team admin there; C(None) where the API does not tell.
    :param team_id: GUID, C(None) where the API gives none.
    """

    name: str
    manages: bool | None = False
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What one reading of an account carries.

    :param kind: C(user) or C(api_user).
    :param handle: what its API addresses it by; C(None) for an account that is only planned.
    :param values: canonical values by option, only of those fields that the reading carries.
    :param roles: the roles, C(None) where the reading does not carry them.
    :param teams: the memberships, C(None) where the reading does not carry them.
    :param facts: what cannot be managed: C(user_id), C(api_credentials), C(last_login), C(created), C(modified).
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

    def updated(self, other: Account) -> Account:
        """Return this reading with what the other, later one carries written over it."""
        return replace(
            self,
            handle=other.handle or self.handle,
            values={**self.values, **other.values},
            roles=other.roles if other.roles is not None else self.roles,
            teams=other.teams if other.teams is not None else self.teams,
            facts={**self.facts, **{key: value for key, value in other.facts.items() if value is not None}},
        )


_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:?00)\Z", re.ASCII)


def timestamp(value: t.Any) -> str | None:
    """Return a time in the one form that results use, C(2026-01-31T12:00:00Z).

    Veracode writes times with an offset, with C(Z), with milliseconds, as C(2006-01-02 15:04:05 UTC), or as an empty
    string (seen in code); what is none of these is returned as it came.
    """
    if not isinstance(value, str) or not value:
        return None
    if _UTC.match(value):
        return value[:19] + "Z"  # by far the most, and parsing is slow
    text = value.strip().replace(" UTC", "Z").replace("Z", "+0000")
    text = text.replace(" ", "T", 1)
    if len(text) > 6 and text[-3] == ":" and text[-6] in "+-":
        text = text[:-3] + text[-2:]
    for form in ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"):
        try:
            return datetime.strptime(text, form).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError):
            continue
    return value


FACTS = ("user_id", "api_credentials", "last_login", "created", "modified")


def report(account: Account) -> dict[str, t.Any]:
    """Return the account in the one form in which modules return it, whichever API it came from.

    What the API does not report is C(None).
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

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The one table of the fields of an account."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER

REST = "rest"
XML = "xml"

TEXT = "text"
FLAG = "flag"
NAMES = "names"


@dataclass(frozen=True)
class Field:
    """One managed field of an account.

    :param option: its name in the collection.
    :param type: `text` (unset is `None`), `flag`, or `names` (a set, kept as a sorted tuple).
    :param rest: key in the Identity API's User, `None` where only the Admin XML API has it.
    :param xml: attribute of userinfo, and parameter of the calls below; `None` where only the Identity API has it.
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

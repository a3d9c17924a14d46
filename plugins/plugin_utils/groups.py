# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Groups of a company's directory and their members to the people of `veracode_directory`. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.plugin_utils.distinguished_names import first_value, fold_dn
from ansible_collections.community.veracode.plugins.plugin_utils.job_profiles import job_profile_roles
from ansible_collections.community.veracode.plugins.plugin_utils.names import quoted

Options = dict[str, t.Any]

DEFAULT_ATTRIBUTES = {
    "username": "mail",
    "email_address": "mail",
    "first_name": "givenName",
    "last_name": "sn",
}
ATTRIBUTE_OPTIONS = (
    *("username", "custom_id", "email_address", "first_name", "last_name", "phone", "title"),
    *("custom_one", "custom_two", "custom_three", "custom_four", "custom_five", "previously"),
)
ACCESS = ("roles", "job_profiles", "teams", "managed_teams")
MISSING = ("error", "ignore")

# What selects an account, and so compares without case.
_FOLDED = ("username", "email_address")
_SELECTORS = ("username", "email_address", "custom_id")
_ADDRESS_TYPE = re.compile(r"smtp:", re.IGNORECASE)
# By what a member is called that lacks what it needs: the first of these that it has.
NAMING = ("dn", "cn", "displayName", "name", "sAMAccountName", "uid", "mail")


@dataclass(frozen=True)
class Profiles:
    """How job profiles are looked up.

    :param own: profiles of the user's own.
    :param common: add the roles that Veracode calls common in addition to the typical ones.
    """

    own: Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    common: bool = False


@dataclass(frozen=True)
class Group:
    """One group of the source, with its location for messages."""

    name: str
    dn: str | None
    members: t.Sequence[t.Any]

    @property
    def names(self) -> set[str]:
        """What a key of the mapping may call it, in addition to its distinguished name."""
        short = first_value(self.dn) if self.dn else None
        return {self.name, *([short] if short else [])}


@dataclass
class Person:
    """One person, as the members of that username say."""

    values: dict[str, str]
    group: str
    previously: list[str] = field(default_factory=list)
    access: dict[str, list[str]] = field(default_factory=dict)

    def options(self) -> Options:
        """Return the entry of `veracode_directory`."""
        username = self.values.get("username", "").lower()
        old = sorted({name for name in self.previously if name.lower() != username})
        renames = {"previously": old} if old else {}
        return {**self.values, **renames, **{option: sorted(set(names)) for option, names in self.access.items()}}


def directory_from_groups(
    groups: t.Any,
    mapping: t.Any,
    attributes: t.Any = None,
    *,
    missing: str = "error",
    profiles: Profiles | None = None,
) -> list[Options]:
    """Return the list `users` of `veracode_directory`: each person in a mapped group once, with the union of its access.

    :param groups: `{name, members: [attributes of a person]}`; `dn` may stand next to or instead of `name`.
    :param mapping: by the name or the distinguished name of a group: `roles`, `job_profiles`, `teams`, `managed_teams`.
    :param attributes: from option to attribute, added to the default ones; an empty attribute takes an option out.
    :param missing: `error` or `ignore`: what to do of a mapped group that is not among the groups.
    :raises InputError: the input cannot be meant as it stands; all errors together.
    """
    errors: list[InputError] = []
    if missing not in MISSING:
        raise InputError(f"missing: unknown value {quoted(str(missing))}; use error or ignore", option="missing")
    known = read_groups(groups, errors)
    sources = read_attributes(attributes, errors)
    access = _read_mapping(mapping, profiles or Profiles(), errors)
    raise_all(errors)
    people: dict[str, Person] = {}
    for key, granted in access.items():
        found = find_group(key, known, errors, missing=missing)
        for number, member in enumerate(found.members if found else ()):
            _add_member(people, found, number, member, sources, granted, errors)
    raise_all(errors)
    return [people[key].options() for key in sorted(people)]


def text_value(value: t.Any) -> str | None:
    """Return the value of an attribute as text: LDAP gives a list of one; nothing, `None` and an empty text are `None`.

    :raises ValueError: there are several values, or it is none that could be text.
    """
    if isinstance(value, (list, tuple)):
        if len(value) > 1:
            raise ValueError(f"has {len(value)} values; map an attribute that has one")
        value = value[0] if value else None
    if value is None or value == "":
        return None
    if isinstance(value, (Mapping, list, tuple, bytes)):
        raise ValueError("is not text")
    return str(value)


def old_names(value: t.Any) -> list[str]:
    """Return the names of an attribute with many values, without the type that Active Directory writes before an address."""
    values = value if isinstance(value, (list, tuple)) else [value]
    return [_ADDRESS_TYPE.sub("", str(name)) for name in values if name not in (None, "")]


def attribute_of(member: Mapping[str, t.Any], name: str) -> t.Any:
    """Return an attribute; its name compares without case, as in LDAP."""
    if name in member:
        return member[name]
    folded = name.casefold()
    return next((value for key, value in member.items() if str(key).casefold() == folded), None)


def read_groups(groups: t.Any, errors: list[InputError]) -> list[Group]:
    """Return the groups of a source, and note what is wrong with their form."""
    if isinstance(groups, Mapping) or not isinstance(groups, (list, tuple)):
        msg = f"groups: is not a list ({quoted(str(groups))}); give a list of {{name, members}}"
        errors.append(InputError(msg, option="groups"))
        return []
    found = []
    for number, group in enumerate(groups):
        location = f"groups[{number}]"
        if not isinstance(group, Mapping):
            msg = f"{location}: is not a dictionary ({quoted(str(group))}); give {{name, members}}"
            errors.append(InputError(msg, option="groups", location=location))
            continue
        try:
            name = text_value(group.get("name")) or text_value(group.get("cn"))
            dn = text_value(group.get("dn"))
        except ValueError as error:
            errors.append(InputError(f"{location}.name: {error}", option="groups", location=location))
            continue
        members = group.get("members")
        if not (name or dn):
            msg = f"{location}: has no name; give it one"
            errors.append(InputError(msg, option="groups", value=dict(group), location=location))
        elif isinstance(members, (str, Mapping)) or not isinstance(members, (list, tuple, type(None))):
            msg = f"{location}.members ({name or dn}): is not a list; give a list of {{attribute: value}}"
            errors.append(InputError(msg, option="groups", location=location))
        else:
            dn = dn or (name if name and fold_dn(name) else None)
            found.append(Group(str(name or dn), dn, list(members or ())))
    return found


def read_attributes(attributes: t.Any, errors: list[InputError]) -> dict[str, str]:
    """Return from which attribute each option is taken, and note what is wrong."""
    if attributes is not None and not isinstance(attributes, Mapping):
        msg = f"attributes: is not a dictionary ({quoted(str(attributes))}); give {{option: attribute}}"
        errors.append(InputError(msg, option="attributes"))
        return dict(DEFAULT_ATTRIBUTES)
    for option, attribute in (attributes or {}).items():
        if option not in ATTRIBUTE_OPTIONS:
            hint = did_you_mean(str(option), ATTRIBUTE_OPTIONS, f"choose one of {', '.join(ATTRIBUTE_OPTIONS)}")
            errors.append(InputError(f"attributes: unknown option {quoted(str(option))}{hint}", option="attributes"))
        elif attribute is not None and not isinstance(attribute, str):
            msg = f"attributes.{option}: is not the name of an attribute ({quoted(str(attribute))}); write it as text"
            errors.append(InputError(msg, option="attributes"))
    sources = {**DEFAULT_ATTRIBUTES, **(attributes or {})}
    sources = {option: attribute for option, attribute in sources.items() if attribute}
    if not any(option in sources for option in _SELECTORS):
        msg = f"attributes: none selects an account ({', '.join(sources) or 'all are empty'}); map {_SELECTORS[0]}"
        errors.append(InputError(msg, option="attributes"))
    return sources


def _read_mapping(mapping: t.Any, profiles: Profiles, errors: list[InputError]) -> dict[str, dict[str, list[str]]]:
    if not isinstance(mapping, Mapping) or not mapping:
        msg = f"mapping: {quoted(str(mapping))} names no group; give {{group: {{{', '.join(ACCESS)}}}}}"
        errors.append(InputError(msg, option="mapping"))
        return {}
    return {str(key): _read_access(str(key), value, profiles, errors) for key, value in mapping.items()}


def _read_access(key: str, value: t.Any, profiles: Profiles, errors: list[InputError]) -> dict[str, list[str]]:
    location = f"mapping[{quoted(key)}]"
    if value is not None and not isinstance(value, Mapping):
        msg = f"{location}: is not a dictionary ({quoted(str(value))}); give {', '.join(ACCESS)}"
        errors.append(InputError(msg, option="mapping", location=location))
        return {}
    access: dict[str, list[str]] = {}
    for name, names in (value or {}).items():
        if name not in ACCESS:
            hint = did_you_mean(str(name), ACCESS, f"choose one of {', '.join(ACCESS)}")
            msg = f"{location}: unknown key {quoted(str(name))}{hint}"
            errors.append(InputError(msg, option="mapping", location=location))
        elif names is None:
            continue
        elif _is_names(names):
            access[name] = [names] if isinstance(names, str) else list(names)
        else:
            msg = f"{location}.{name}: {quoted(str(names))} is not a list of names; write them as a list"
            errors.append(InputError(msg, option="mapping", location=location))
    for profile in access.pop("job_profiles", ()):
        try:
            roles = job_profile_roles(profile, profiles.own, common=profiles.common)
        except InputError as error:
            errors.append(InputError(f"{location}.job_profiles: {error.msg}", option="mapping", location=location))
        else:
            access["roles"] = [*access.get("roles", []), *roles]
    return access


def _is_names(value: t.Any) -> bool:
    if isinstance(value, str):
        return True
    return isinstance(value, (list, tuple)) and all(isinstance(name, str) and name for name in value)


def find_group(key: str, groups: t.Sequence[Group], errors: list[InputError], *, missing: str) -> Group | None:
    """Return the group that a key of the mapping means: by its name, or its distinguished name; `None` if there is none."""
    folded = fold_dn(key)
    found = [group for group in groups if folded and group.dn and fold_dn(group.dn) == folded]
    found = found or [group for group in groups if key == group.name]
    found = found or [group for group in groups if key in group.names]
    location = f"mapping[{quoted(key)}]"
    if len({fold_dn(group.dn) if group.dn else None for group in found}) > 1:
        which = ", ".join(sorted(quoted(group.dn) if group.dn else "one without DN" for group in found))
        msg = f"{location}: several groups have this name ({which}); use the distinguished name"
        errors.append(InputError(msg, option="mapping", location=location))
        return None
    if found:
        return Group(found[0].name, found[0].dn, [member for group in found for member in group.members])
    if missing == "error":
        names = sorted({name for group in groups for name in group.names})
        hint = did_you_mean(key, names, "correct the name, or use missing=ignore")
        errors.append(InputError(f"{location}: there is no such group{hint}", option="mapping", location=location))
    return None


def _add_member(
    people: dict[str, Person],
    group: Group | None,
    number: int,
    member: t.Any,
    sources: Mapping[str, str],
    access: Mapping[str, list[str]],
    errors: list[InputError],
) -> None:
    """Add a member of a group to the people, or note why it cannot be one."""
    name = group.name if group else ""
    location = f"group {quoted(name)}, member {number + 1}"
    if not isinstance(member, Mapping):
        msg = f"{location}: {quoted(str(member))} is not a dictionary of attributes; give {{mail: …}}"
        errors.append(InputError(msg, location=location))
        return
    location += _called(member)
    values = _values(member, sources, location, errors)
    if values is None:
        return
    # Names that only folding makes equal, such as `ß` and `ss`, are those of two people.
    key = (values.get("username") or values.get("custom_id") or values.get("email_address") or "").lower()
    person = people.setdefault(key, Person({}, name))
    if not _merge(person, values, location, errors):
        return
    if "previously" in sources:
        person.previously += old_names(attribute_of(member, sources["previously"]))
    for option, names in access.items():
        person.access.setdefault(option, []).extend(names)


def _values(
    member: Mapping[str, t.Any], sources: Mapping[str, str], location: str, errors: list[InputError]
) -> dict[str, str] | None:
    values: dict[str, str] = {}
    count = len(errors)
    for option, attribute in sources.items():
        if option == "previously":
            continue
        try:
            value = text_value(attribute_of(member, attribute))
        except ValueError as error:
            msg = f"{location}: {attribute} {error}"
            if not any(each.msg == msg for each in errors[count:]):
                errors.append(InputError(msg, location=location, option=option))
            continue
        if value is not None:
            values[option] = value
    for option in _FOLDED:
        if option in sources and option not in values and len(errors) == count:
            what = "username" if option == "username" else "address"
            msg = f"{location}: has no {sources[option]}, which is its {what}; set it, or remove it from the group"
            errors.append(InputError(msg, location=location, option=option))
    return values if len(errors) == count else None


def _merge(person: Person, values: Mapping[str, str], location: str, errors: list[InputError]) -> bool:
    """Join what one more member of the same username says with what is known; false if they disagree."""
    for option, value in values.items():
        known = person.values.setdefault(option, value)
        same = known.lower() == value.lower() if option in _FOLDED else known == value
        if not same:
            username = values.get("username", "")
            msg = (
                f"{location}: two members have the username {quoted(username)} and another {option} ({quoted(known)} in "
                f"group {quoted(person.group)}, {quoted(value)} here); correct one"
            )
            errors.append(InputError(msg, location=location, option=option, value=value))
            return False
    return True


def _called(member: Mapping[str, t.Any]) -> str:
    """Return by what a member can be recognized: the first of its naming attributes, else all that it has."""
    for name in NAMING:
        try:
            value = text_value(attribute_of(member, name))
        except ValueError:
            continue
        if value:
            return f" ({name} {quoted(value)})"
    shown = ", ".join(
        f"{key} {quoted(str(value))}" for key, value in list(member.items())[:3] if value not in (None, "")
    )
    return f" ({shown})" if shown else " (without any attribute)"

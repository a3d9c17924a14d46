# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a task asks for of one team, business unit or custom role, checked as far as that goes without asking Veracode."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import ROLE_FLAGS
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import BUSINESS_UNIT, ROLE, TEAM, WORDS
from ansible_collections.community.veracode.plugins.module_utils._model.names import LONGEST_NAME, fault_of


@dataclass(frozen=True)
class DesiredObject:
    """What a task wants of one team, business unit or custom role.

    :param kind: `team`, `business_unit` or `role`.
    :param name: the name it is to have, which selects it.
    :param state: `present` or `absent`.
    :param location: where the entry stands in the input, `None` for a task about one object.
    :param values: canonical values by option of everything the task manages in addition to the name; empty unless `present`.
    :param previously: names under which it may still be found, to be renamed.
    :param mode: how its lists relate to what is there: `exact`, `add` or `remove`.
    """

    kind: str
    name: str
    state: str = "present"
    location: str | None = None
    values: t.Mapping[str, t.Any] = field(default_factory=dict)
    previously: tuple[str, ...] = ()
    mode: str = "exact"
    permanently: bool = False

    def problem(
        self, msg: str, option: str, value: t.Any = None, *, is_about_something_missing: bool = False
    ) -> InputError:
        """Return an error about one option of this entry.

        :param is_about_something_missing: it refers to what does not exist, at least now.
        """
        return InputError(
            msg,
            location=f"{self.location}.{option}" if self.location else None,
            kind=self.kind,
            name=self.name,
            option=option,
            value=value,
            is_about_something_missing=is_about_something_missing,
        )


# Options by kind, each with its type.
_TEXT, _NAMES, _FLAG = "text", "names", "flag"
_OPTIONS: dict[str, dict[str, str]] = {
    TEAM: {"business_unit": _TEXT, "members": _NAMES, "managers": _NAMES},
    BUSINESS_UNIT: {"teams": _NAMES},
    ROLE: {
        "role_name": _TEXT,
        "permissions": _NAMES,
        "child_roles": _NAMES,
        "is_api": _FLAG,
        **dict.fromkeys(ROLE_FLAGS, _FLAG),
    },
}
_MODES = {TEAM: "members_mode", BUSINESS_UNIT: "teams_mode"}


def desired_team(
    params: t.Mapping[str, t.Any], *, location: str | None = None
) -> tuple[DesiredObject, list[InputError]]:
    """Read the options of one team.

    An option that is `None` is not managed. With `absent` only the name counts.

    :param location: where the entry stands in the input, for example `teams[3]`.
    :returns: the desired state, and its errors.
    """
    return _desired(TEAM, params, location)


def desired_business_unit(
    params: t.Mapping[str, t.Any], *, location: str | None = None
) -> tuple[DesiredObject, list[InputError]]:
    """Read the options of one business unit, as `desired_team` does."""
    return _desired(BUSINESS_UNIT, params, location)


def desired_role(
    params: t.Mapping[str, t.Any], *, location: str | None = None
) -> tuple[DesiredObject, list[InputError]]:
    """Read the options of one custom role, as `desired_team` does."""
    return _desired(ROLE, params, location)


def _desired(kind: str, params: t.Mapping[str, t.Any], location: str | None) -> tuple[DesiredObject, list[InputError]]:
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
        location=location,
        values=values,
        previously=tuple(dict.fromkeys(params.get("previously") or ())) if state == "present" else (),
        mode=params.get(_MODES.get(kind, "")) or "exact",
        permanently=bool(params.get("permanently")),
    )
    return desired, list(_errors(desired))


def _canonical(form: str, value: t.Any) -> t.Any:
    if form == _NAMES:
        return tuple(sorted(set(value)))
    return value


def _errors(desired: DesiredObject) -> t.Iterator[InputError]:
    word = WORDS[desired.kind]
    yield from _name_errors(desired, "name", desired.name, f"give the name of the {word}")
    for name in desired.previously:
        yield from _name_errors(desired, "previously", name, "list former names")
        if name and name == desired.name:
            yield desired.problem(
                f'previously: "{name}" is the current name; list only former names', "previously", name
            )
    if desired.permanently and desired.state != "absent":
        yield desired.problem(
            "permanently: only a deletion can be permanent; omit permanently, or set state: absent",
            "permanently",
            True,
        )
    for option, value in desired.values.items():
        for each in value if isinstance(value, tuple) else [value]:
            if not isinstance(each, str):
                continue
            # An empty business unit is the default one: a team is always in one.
            if each or option != "business_unit":
                yield from _name_errors(desired, option, each, "remove the empty entry, or leave the option out")
    if desired.values.get("permissions") == ():
        yield desired.problem(
            "permissions: the list is empty, but a role needs at least one permission; "
            "use state: absent to remove the role",
            "permissions",
            [],
        )
    if desired.values.get("jit_assignable_default") and desired.values.get("jit_assignable") is False:
        yield desired.problem(
            "jit_assignable_default: just-in-time provisioning cannot assign the role, so "
            "it cannot be a default; omit it, or set jit_assignable: true",
            "jit_assignable_default",
            True,
        )


def _name_errors(desired: DesiredObject, option: str, name: str, remedy: str) -> t.Iterator[InputError]:
    if name == "":
        yield desired.problem(f'{option}: "" is not a name; {remedy}', option, "")
    if len(name) > LONGEST_NAME:
        yield desired.problem(
            f'{option}: "{name[:40]}…" has {len(name)} characters; shorten it to {LONGEST_NAME}, the most Veracode takes',
            option,
            name,
        )
    fault = fault_of(name)
    if fault is not None:
        yield desired.problem(f'{option}: "{name}" {fault}', option, name)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Read what a task asks for of one account, and check it as far as that goes without asking Veracode."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.fields import (
    BY_OPTION,
    NAMES,
    REST,
    TEXT,
    XML,
    can_create,
    can_update,
    fields_of,
)
from ansible_collections.community.veracode.plugins.module_utils._model.ip_ranges import private_addresses
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.names import fault_of
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import (
    LONGEST_LENGTH,
    Desired,
    address_problems,
    is_address,
    name_problems,
    restriction_problems,
    text_problems,
)

# Documented as at most 256 characters in the Identity API.
LONGEST = {"first_name", "last_name", "title", "custom_one", "custom_two", "custom_three", "custom_four", "custom_five"}

# Options that name something, of which nothing is trimmed.
NAMES_OF_THINGS = frozenset(
    {"username", "custom_id", "new_custom_id", "email_address", "roles", "teams", "managed_teams"}
)


def desired_account(
    params: t.Mapping[str, t.Any], kind: str, *, api: str = REST, location: str | None = None
) -> tuple[Desired, list[InputError], list[str]]:
    """Read the options of one account.

    An option that is `None` is not managed. With `disabled` and `absent` only the selector counts.

    :returns: the desired state, its errors, and warnings.
    """
    state = params.get("state") or "present"
    managed: dict[str, t.Any] = {}
    if state == "present":
        for each in fields_of(kind):
            value = params.get(each.option)
            if value is not None:
                managed[each.option] = each.canonical(value)
        if params.get("new_custom_id") is not None:
            managed["custom_id"] = BY_OPTION["custom_id"].canonical(params["new_custom_id"])
    desired = Desired(
        kind=kind,
        state=state,
        location=location,
        username=params.get("username"),
        custom_id=params.get("custom_id") if kind == USER else None,
        email_address=params.get("email_address"),
        values=managed,
        previously=tuple(params.get("previously") or ()) if state == "present" else (),
        roles_mode=params.get("roles_mode") or "exact",
        teams_mode=params.get("teams_mode") or "exact",
        verify_email=bool(params.get("verify_email")),
        allow_self_lockout=bool(params.get("allow_self_lockout")),
        unrestricted=bool(params.get("unrestricted")),
        permanently=bool(params.get("permanently")),
        api=api,
    )
    errors = list(_errors(desired, params))
    warnings: list[str] = []
    if not errors:
        warnings = private_addresses(managed.get("allowed_ip_addresses", ()))
    return desired, errors, warnings


def _errors(desired: Desired, params: t.Mapping[str, t.Any]) -> t.Iterator[InputError]:
    yield from _selector_problems(desired, params)
    for option in desired.values:
        given_as = "new_custom_id" if option == "custom_id" and params.get("new_custom_id") else option
        given = params.get(given_as)
        yield from _value_problems(desired, option, given, given_as)
        if not can_create(option, desired.api) and not can_update(option, desired.api):
            yield _lacking(desired, option, given)
    if desired.custom_id and params.get("new_custom_id") is not None:
        yield from name_problems(desired, "custom_id", desired.custom_id)
    if desired.permanently and desired.state != "absent":
        yield desired.problem(
            f"permanently: only a deletion can be permanent, and state is {desired.state}; omit permanently, or set "
            "state: absent",
            "permanently",
            True,
        )
    if desired.permanently and desired.api == XML:
        yield _lacking(desired, "permanently", True)
    if desired.verify_email and desired.api == XML and desired.state == "present":
        yield _lacking(desired, "verify_email", True)
    yield from _combination_problems(desired)


def _lacking(desired: Desired, option: str, given: t.Any) -> InputError:
    other, name = (XML, "Admin XML API") if desired.api == REST else (REST, "Identity REST API")
    # The entries of a directory have no such option.
    module = "" if desired.location is None else "community.veracode.veracode_user with "
    return desired.problem(
        f"{option}: only the {name} has this option; omit it or use {module}api: {other}", option, given
    )


def _selector_problems(desired: Desired, params: t.Mapping[str, t.Any]) -> t.Iterator[InputError]:
    if not (desired.username or desired.custom_id or desired.email_address):
        options = ("username", "custom_id", "email_address") if desired.kind == USER else ("username", "email_address")
        given = next((option for option in options if params.get(option) == ""), None)
        if given is not None:
            yield desired.problem(f'{given}: "" is not a name; give the account\'s {given}', given, "")
        else:
            yield desired.problem(f"username: no account is selected; give one of {', '.join(options)}", "username")
    for option in ("username", "custom_id", "email_address"):
        if desired.state != "present" and params.get(option) is not None:
            yield from _value_problems(desired, option, params[option])
    for name in desired.previously:
        yield from name_problems(desired, "previously", name)
        if not name:
            yield desired.problem('previously: "" is not a name; list former usernames', "previously", name)
        elif desired.username is None:
            yield desired.problem(
                "previously: former names need username; give it, the name the account is to have now",
                "previously",
                name,
            )
        elif name.casefold() == desired.username.casefold():
            yield desired.problem(
                f'previously: "{name}" is the current username; list only former names', "previously", name
            )
    if params.get("new_custom_id") is not None and not (desired.custom_id or desired.username):
        yield desired.problem(
            "new_custom_id: give custom_id, the current SAML subject, or username to say whose it is",
            "new_custom_id",
            params["new_custom_id"],
        )


def _value_problems(desired: Desired, option: str, given: t.Any, given_as: str | None = None) -> t.Iterator[InputError]:
    """Yield what is wrong with one value.

    :param given_as: the option that the task names, if it is another one.
    """
    each = BY_OPTION[option]
    values = given if isinstance(given, (list, tuple)) else [given]
    for value in values:
        if isinstance(value, str):
            check = name_problems if option in NAMES_OF_THINGS else text_problems
            yield from check(desired, given_as or option, value)
    if each.type == TEXT and given == "" and not each.clearable:
        yield desired.problem(f"{option}: Veracode cannot clear it; omit it to keep it", option, given)
    if option == "email_address" and given and fault_of(given) is None and not is_address(given):
        yield desired.problem(
            f'email_address: "{given}" is not an e-mail address; give one address such as user@example.com',
            option,
            given,
        )
    if option in LONGEST and len(given) > LONGEST_LENGTH:
        yield desired.problem(
            f'{option}: "{given[:40]}…" has {len(given)} characters; shorten it to {LONGEST_LENGTH}, the most Veracode takes',
            option,
            given,
        )
    if each.type == NAMES:
        yield from _list_problems(desired, option, given)


def _list_problems(desired: Desired, option: str, given: t.Sequence[str]) -> t.Iterator[InputError]:
    if "" in given:
        yield desired.problem(f'{option}: "" is not a name; remove the empty entry', option, given)
    if option == "roles" and not given:
        yield desired.problem(
            "roles: the list is empty, but an account needs at least one role; "
            "use state: disabled to remove the access",
            option,
            given,
        )
    if option == "allowed_ip_addresses":
        for value in given:
            yield from address_problems(desired, value)
    if desired.api == XML and option in ("teams", "roles"):
        for value in given:
            if "," in value:
                yield desired.problem(
                    f'{option}: "{value}" contains a comma, which separates names in the Admin XML API; use api: rest',
                    option,
                    value,
                )


def _combination_problems(desired: Desired) -> t.Iterator[InputError]:
    values = desired.values
    yield from restriction_problems(desired, "has_ip_restrictions")
    if values.get("is_saml_user") and values.get("requires_token"):
        yield desired.problem(
            "requires_token: a SAML user cannot have Veracode's multi-factor authentication; "
            "omit requires_token or set it to false, and let the identity provider ask for the second factor",
            "requires_token",
            True,
        )
    if desired.teams_mode == "remove":
        both = sorted(set(values.get("teams", ())) & set(values.get("managed_teams", ())))
        if both:
            yield desired.problem(
                f"managed_teams: {', '.join(both)} is in managed_teams and is removed by teams_mode: remove; "
                "name it in one of them",
                "managed_teams",
                both,
            )

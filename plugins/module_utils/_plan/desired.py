# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a task wants of one account, checked as far as that goes without asking Veracode. Pure."""

from __future__ import annotations

import re
import typing as t
import unicodedata
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.account import (
    BY_OPTION,
    NAMES,
    REST,
    TEXT,
    XML,
    can_create,
    can_update,
    fields_of,
)
from ansible_collections.community.veracode.plugins.module_utils._model.role import USER

# Documented as at most 256 characters in the Identity API.
LONGEST = {"first_name", "last_name", "title", "custom_one", "custom_two", "custom_three", "custom_four", "custom_five"}
LONGEST_LENGTH = 256

_ADDRESS = re.compile(r"[^\s@,;<>()\"]+@[^\s@,;<>()\"]+\Z")
_OCTET = r"(?:0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
_IP_RANGE = re.compile(rf"({_OCTET}\.{_OCTET}\.{_OCTET})\.(?:({_OCTET})|(\*)|\[({_OCTET})-({_OCTET})\])\Z")

LOCK_OUT = (
    "an account can only log in and call from the addresses listed; Veracode's Activity Log shows from which address "
    "an account tries to log in"
)


@dataclass(frozen=True)
class Desired:
    """What a task wants of one account.

    :param kind: C(user) or C(api_user).
    :param state: C(present), C(disabled) or C(absent).
    :param place: where the entry stands in the input, C(None) for a task about one account.
    :param username: the selector, or C(None).
    :param custom_id: selects where C(username) is not given.
    :param email_address: selects where neither of the others is given.
    :param values: canonical values by option of everything the task manages; empty unless C(present).
    """

    kind: str
    state: str = "present"
    place: str | None = None
    username: str | None = None
    custom_id: str | None = None
    email_address: str | None = None
    values: t.Mapping[str, t.Any] = field(default_factory=dict)
    previously: tuple[str, ...] = ()
    roles_mode: str = "exact"
    teams_mode: str = "exact"
    verify_email: bool = False
    allow_self_lockout: bool = False
    unrestricted: bool = False
    api: str = REST

    @property
    def label(self) -> str:
        """The name by which messages speak of the account, empty if nothing says which it is."""
        return self.username or self.custom_id or self.email_address or ""

    def problem(self, msg: str, option: str, value: t.Any = None) -> InputError:
        """Return an error about one option of this entry."""
        return InputError(
            f"{self.place}.{msg}" if self.place else msg,
            place=f"{self.place}.{option}" if self.place else None,
            kind=self.kind,
            name=self.label or None,
            option=option,
            value=value,
        )


def desired_account(
    params: t.Mapping[str, t.Any], kind: str, *, api: str = REST, place: str | None = None
) -> tuple[Desired, list[InputError], list[str]]:
    """Read the options of one account.

    An option that is C(None) is not managed. With C(disabled) and C(absent) only the selector counts.

    :returns: what is wanted, all that is wrong with it, and warnings.
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
        place=place,
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
        api=api,
    )
    problems = list(_problems(desired, params))
    warnings: list[str] = []
    if not problems:
        warnings = private_addresses(managed.get("allowed_ip_addresses", ()))
    return desired, problems, warnings


def _problems(desired: Desired, params: t.Mapping[str, t.Any]) -> t.Iterator[InputError]:
    yield from _selector_problems(desired, params)
    for option in desired.values:
        given = params.get("new_custom_id" if option == "custom_id" and params.get("new_custom_id") else option)
        yield from _value_problems(desired, option, given)
        if not can_create(option, desired.api) and not can_update(option, desired.api):
            yield _lacking(desired, option, given)
    if desired.verify_email and desired.api == XML and desired.state == "present":
        yield _lacking(desired, "verify_email", True)
    yield from _combination_problems(desired)


def _lacking(desired: Desired, option: str, given: t.Any) -> InputError:
    other, name = (XML, "Admin XML API") if desired.api == REST else (REST, "Identity REST API")
    # The entries of a directory have no such option.
    module = "" if desired.place is None else "community.veracode.veracode_user with "
    return desired.problem(
        f"{option}: only the {name} has this option; leave it out or use {module}api: {other}", option, given
    )


def _selector_problems(desired: Desired, params: t.Mapping[str, t.Any]) -> t.Iterator[InputError]:
    if not (desired.username or desired.custom_id or desired.email_address):
        options = ("username", "custom_id", "email_address") if desired.kind == USER else ("username", "email_address")
        given = next((option for option in options if params.get(option) == ""), None)
        if given is not None:
            yield desired.problem(f'{given}: "" is not a name; give the account\'s {given}', given, "")
        else:
            yield desired.problem(
                f"username: nothing says which account is meant; give one of {', '.join(options)}", "username"
            )
    for option in ("username", "custom_id", "email_address"):
        if desired.state != "present" and params.get(option) is not None:
            yield from _value_problems(desired, option, params[option])
    for name in desired.previously:
        yield from text_problems(desired, "previously", name)
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
                f'previously: "{name}" is the present username; list only former names', "previously", name
            )
    if params.get("new_custom_id") is not None and not (desired.custom_id or desired.username):
        yield desired.problem(
            "new_custom_id: give custom_id, the present SAML subject, or username to say whose it is",
            "new_custom_id",
            params["new_custom_id"],
        )


def _value_problems(desired: Desired, option: str, given: t.Any) -> t.Iterator[InputError]:
    each = BY_OPTION[option]
    values = given if isinstance(given, (list, tuple)) else [given]
    for value in values:
        if isinstance(value, str):
            yield from text_problems(desired, option, value)
    if each.type == TEXT and given == "" and not each.clearable:
        yield desired.problem(f"{option}: Veracode cannot clear it; leave it out to keep it", option, given)
    if option == "email_address" and given and not is_address(given):
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
        for value in given:
            if value == "":
                yield desired.problem(f'{option}: "" is not a name; remove the empty entry', option, given)
    if option == "roles" and not given:
        yield desired.problem(
            "roles: an empty list is refused, an account needs at least one role; "
            "use state: disabled to take away access",
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
                    f'{option}: "{value}" holds a comma, which separates names in the Admin XML API; use api: rest',
                    option,
                    value,
                )


def is_address(text: str) -> bool:
    """Tell whether a text has the form of an e-mail address."""
    return _ADDRESS.match(text) is not None


def text_problems(desired: Desired, option: str, value: str) -> t.Iterator[InputError]:
    """Yield what no text of an account can hold."""
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs") or character in "\ufffe\uffff":
            yield desired.problem(
                f"{option}: {value!r} holds the control character {character!r}; remove it", option, repr(value)
            )
            return


def address_problems(desired: Desired, value: str) -> t.Iterator[InputError]:
    """Yield what is wrong with one of C(allowed_ip_addresses) (documented: an IPv4 address or a range in its last part)."""
    option = "allowed_ip_addresses"
    match = _IP_RANGE.match(value)
    if match is None:
        if "/" in value:
            remedy = "CIDR is not taken by Veracode; write the range as 74.0.0.* or 74.0.0.[0-99]"
        elif ":" in value:
            remedy = "IPv6 is not taken by Veracode; give the IPv4 address the account calls from"
        else:
            remedy = "write a single IPv4 address, or a wildcard 74.0.0.* or range 74.0.0.[0-99] in the last octet"
        yield desired.problem(f'{option}: "{value}" is not an address Veracode takes: {remedy}', option, value)
    elif match.group(4) is not None and int(match.group(4)) > int(match.group(5)):
        yield desired.problem(f'{option}: "{value}" is an empty range; write the smaller number first', option, value)


def _combination_problems(desired: Desired) -> t.Iterator[InputError]:
    values = desired.values
    yield from restriction_problems(desired, "has_ip_restrictions")
    if values.get("is_saml_user") and values.get("requires_token"):
        yield desired.problem(
            "requires_token: a SAML user cannot have Veracode's multi-factor authentication; "
            "leave requires_token out or false, and let the identity provider ask for the second factor",
            "requires_token",
            True,
        )
    if desired.teams_mode == "remove":
        both = sorted(set(values.get("teams", ())) & set(values.get("managed_teams", ())))
        if both:
            yield desired.problem(
                f"managed_teams: {', '.join(both)} is to be managed and to be left (teams with teams_mode: remove); "
                "name it in one of them",
                "managed_teams",
                both,
            )


def restriction_problems(desired: Desired, option: str) -> t.Iterator[InputError]:
    """Yield contradictions between the addresses and whether they restrict.

    :param option: the one that says whether.
    """
    addresses = desired.values.get("allowed_ip_addresses")
    restricted = desired.values.get(option)
    if addresses and restricted is False:
        yield desired.problem(
            f"{option}: false contradicts the addresses in allowed_ip_addresses; leave {option} out, or empty the list",
            option,
            False,
        )
    if addresses == () and restricted is True:
        yield desired.problem(
            f"{option}: true with an empty allowed_ip_addresses would lock the account out: {LOCK_OUT}; list them, or "
            f"leave {option} out",
            option,
            True,
        )


def private_addresses(addresses: t.Iterable[str]) -> list[str]:
    """Return a warning for each address that nobody can call from."""
    return [
        f"allowed_ip_addresses: {address} is a private address; Veracode compares with the public address of a "
        f"caller, so it can match nobody: {LOCK_OUT}"
        for address in addresses
        if _is_private(address)
    ]


def _is_private(address: str) -> bool:
    import ipaddress

    match = _IP_RANGE.match(address)
    if match is None:
        return False
    return ipaddress.ip_address(f"{match.group(1)}.{match.group(2) or match.group(4) or '1'}").is_private

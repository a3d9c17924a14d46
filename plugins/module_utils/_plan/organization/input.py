# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The input of `veracode_directory`: every entry with its location, checked and held against the others. Pure."""

from __future__ import annotations

import posixpath
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.names import NameKeys
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_account import desired_account
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.locations import Part

Options = t.Mapping[str, t.Any]

_SELECTORS = ("username", "custom_id", "email_address")
LISTS = {USER: "users", API_USER: "api_users"}
DEFAULTS = {USER: "user_defaults", API_USER: "api_user_defaults"}


@dataclass(frozen=True)
class AccountEntry:
    """One entry of `users` or `api_users`.

    :param options: its options with the defaults filled in, none of them `None`.
    :param desired: without the options that are wrong by themselves, so that the others can still be looked at.
    :param name_only: it keeps the account from `exclusive` and manages nothing of it.
    :param faulty_options: the options that are wrong by themselves.
    """

    desired: Desired
    options: Options
    name_only: bool = False
    faulty_options: frozenset[str] = frozenset()

    @property
    def selects(self) -> bool:
        """Whether it selects an account."""
        selector = next((option for option in _SELECTORS if self.options.get(option) is not None), "username")
        return not self.faulty_options & {selector, "previously"}


@dataclass(frozen=True)
class ListedEntry:
    """One entry of a list of teams or business units.

    :param location: where it stands, for example `teams[3]`.
    :param options: its options, none of them `None`.
    """

    location: str
    options: Options


@dataclass
class Organization:
    """What a task wants of a whole organization.

    :param entries: the accounts of both kinds, people first, in their order.
    :param errors: all that is wrong with the input.
    :param similar: entries that mostly select the same account.
    """

    entries: list[AccountEntry] = field(default_factory=list)
    teams: list[ListedEntry] = field(default_factory=list)
    business_units: list[ListedEntry] = field(default_factory=list)
    errors: list[VeracodeError] = field(default_factory=list)
    similar: list[Similar] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def accounts(self) -> list[AccountEntry]:
        """The entries that can be looked at further; the others are among the errors."""
        return [entry for entry in self.entries if entry.selects]


def read_organization(parts: t.Sequence[Part], option_names: t.Mapping[str, t.Collection[str]]) -> Organization:
    """Read the options of `veracode_directory` and the files that it names.

    :param parts: the files in their order, then the options of the task, which win over defaults in files.
    :param option_names: for each of the lists, the names of the options of an entry, without aliases.
    """
    organization = Organization()
    for part in parts:
        organization.errors += part.errors
    for kind in (USER, API_USER):
        names = option_names[LISTS[kind]]
        defaults: dict[str, t.Any] = {}
        for part in parts:
            defaults |= _given(part.values.get(DEFAULTS[kind]) or {}, names)
        for part in parts:
            for number, raw in enumerate(part.values.get(LISTS[kind]) or ()):
                location = part.location(f"{LISTS[kind]}[{number}]")
                _read_account(organization, kind, location, _given(raw, names), defaults)
    for name, entries in (("teams", organization.teams), ("business_units", organization.business_units)):
        for part in parts:
            for number, raw in enumerate(part.values.get(name) or ()):
                entries.append(ListedEntry(part.location(f"{name}[{number}]"), _given(raw, option_names[name])))
    _find_duplicates(organization)
    _find_shared_destinations(organization)
    return organization


def _given(raw: Options, names: t.Collection[str]) -> dict[str, t.Any]:
    return {name: raw[name] for name in names if raw.get(name) is not None}


def _read_account(organization: Organization, kind: str, location: str, given: Options, defaults: Options) -> None:
    name_only = len(given) == 1 and next(iter(given)) in _SELECTORS
    options = dict(given) if name_only else {**defaults, **given}
    desired, errors, warnings = desired_account(options, kind, location=location)
    faulty_options = frozenset(str(problem.option) for problem in errors)
    values = (
        {} if name_only else {option: value for option, value in desired.values.items() if option not in faulty_options}
    )
    if "new_custom_id" in faulty_options:
        values.pop("custom_id", None)
    organization.entries.append(AccountEntry(replace(desired, values=values), options, name_only, faulty_options))
    organization.errors += errors
    organization.warnings += warnings


_CASE = ", as names are compared without case"


@dataclass(frozen=True)
class Similar:
    """Two entries whose usernames differ by case only: mostly one account, but there may be two.

    :param first: where the one stands.
    :param second: where the other stands.
    :param error: to be raised unless they mean two accounts that are there.
    """

    first: str
    second: str
    error: InputError


class _Names:
    """Notes what stands twice in the input."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._seen: dict[tuple[str, str], tuple[str, str]] = {}

    def once(self, what: str, option: str, location: str, name: str | None, kind: str) -> None:
        """Note a name that may stand in one entry only."""
        if name is None:
            return
        folds = what in ("username", "address")
        first, first_name = self._seen.setdefault((what, name.casefold() if folds else name), (location, name))
        if first == location:
            return
        error = InputError(
            f'{option}: "{name}" is already in {first}{_CASE if folds else ""}; keep one of the two entries',
            location=f"{location}.{option}",
            kind=kind,
            name=name,
            option=option,
            value=name,
        )
        if what == "username" and name != first_name:
            self._organization.similar.append(Similar(first, location, error))
        else:
            self._organization.errors.append(error)


def _find_duplicates(organization: Organization) -> None:
    once = _Names(organization).once
    for entry in organization.entries:
        desired = entry.desired
        location = str(desired.location)
        if desired.username is not None:
            once("username", "username", location, desired.username, desired.kind)
        elif desired.custom_id is None:
            # The address of a person is the username as well.
            what = "username" if desired.kind == USER else "address"
            once(what, "email_address", location, desired.email_address, desired.kind)
        once("custom_id", "custom_id", location, desired.custom_id, desired.kind)
        if desired.state == "present":
            once("custom_id", "new_custom_id", location, entry.options.get("new_custom_id"), desired.kind)
        for name in desired.previously:
            once("username", "previously", location, name, desired.kind)
    for kind, entries in (("team", organization.teams), ("business_unit", organization.business_units)):
        for listed in entries:
            once(kind, "name", listed.location, listed.options.get("name"), kind)
            for former in listed.options.get("previously") or ():
                once(kind, "previously", listed.location, former, kind)


def _find_shared_destinations(organization: Organization) -> None:
    """Refuse two new key pairs for one place: the second would overwrite the first, whose secret is shown only once."""
    seen: dict[tuple[str, str], str] = {}
    for entry in organization.entries:
        options = entry.options
        if options.get("credentials") != "on_create" or not options.get("credentials_dest"):
            continue
        dest = posixpath.normpath(options["credentials_dest"])
        ini = options.get("credentials_format", "ini") == "ini"
        section = options.get("credentials_profile") or entry.desired.label if ini else ""
        first = seen.setdefault((dest, section), str(entry.desired.location))
        if first != entry.desired.location:
            what = f'the section "{section}" of "{dest}"' if ini else f'"{dest}"'
            organization.errors.append(
                entry.desired.problem(
                    f"credentials_dest: {what} is that of {first} already, and one key pair would overwrite the other; "
                    "give each account its own file or section",
                    "credentials_dest",
                    options["credentials_dest"],
                )
            )


def contradictions(organization: Organization, usernames: t.Mapping[str, str]) -> list[InputError]:
    """Return an error for each relation that one side names and an exact list of the other side excludes.

    :param usernames: those that the accounts will have, by the location of their entry, as a team names them.
    """
    accounts: dict[str, Desired] = {}
    for entry in organization.accounts:
        if entry.desired.state == "present" and not entry.name_only:
            name = usernames.get(str(entry.desired.location)) or entry.desired.username or entry.desired.email_address
            accounts[str(name)] = entry.desired
    names = NameKeys(accounts)
    by_key = {key: username for username in accounts for key in names.of_username(username)}
    naming: dict[str, set[str]] = {}
    for username, desired in accounts.items():
        for name in (*desired.values.get("teams", ()), *desired.values.get("managed_teams", ())):
            naming.setdefault(name, set()).add(username)
    errors: list[InputError] = []
    for listed in organization.teams:
        team = listed.options
        if team.get("state") == "absent":
            continue
        # Only who is named by one of the two sides can be in contradiction.
        given = {names.of_name(name) for option in ("members", "managers") for name in team.get(option) or ()}
        concerned = sorted({by_key[key] for key in given & by_key.keys()} | naming.get(team["name"], set()))
        those = {username: accounts[username] for username in concerned}
        for option, of_account in (("members", "teams"), ("managers", "managed_teams")):
            errors += _hold_members(those, names, listed.location, team, option, of_account)
    return errors


def _hold_members(
    accounts: t.Mapping[str, Desired], names: NameKeys, location: str, team: Options, option: str, of_account: str
) -> t.Iterator[InputError]:
    listed = team.get(option)
    name = team["name"]
    given = {names.of_name(each) for each in listed or ()}
    if option == "members":
        given |= {names.of_name(each) for each in team.get("managers") or ()}
    mode = team.get("members_mode") or "exact"
    for username, desired in accounts.items():
        desired_names = desired.values.get(of_account)
        account_mode = desired.teams_mode if of_account == "teams" else "exact"
        is_given = bool(names.of_username(username) & given)
        named_here = is_given and (listed is not None or option == "members")
        named_there = name in (desired_names or ()) or (
            of_account == "teams" and name in desired.values.get("managed_teams", ())
        )
        if account_mode == "remove" and name in (desired_names or ()):
            if named_here and mode != "remove":
                yield _contradiction(desired, of_account, location, option, name, leaves=True)
        elif named_here and mode != "remove":
            if desired_names is not None and account_mode == "exact" and not named_there:
                yield _contradiction(desired, of_account, location, option, name, leaves=True)
        elif named_there and listed is not None and (mode == "remove") == is_given and mode != "add":
            yield _contradiction(desired, of_account, location, option, name, leaves=False)


def _contradiction(
    desired: Desired, of_account: str, location: str, option: str, team: str, *, leaves: bool
) -> InputError:
    who = desired.label
    if leaves:
        msg = f'{desired.location}.{of_account} omits the team "{team}", but {location}.{option} names "{who}"'
    else:
        msg = f'{location}.{option} omits "{who}", but {desired.location}.{of_account} names the team "{team}"'
    return InputError(
        f"{msg}; make both agree, or omit one of them",
        location=f"{desired.location}.{of_account}, {location}.{option}",
        kind=desired.kind,
        name=who,
        option=of_account,
        value=team,
    )


def unit_contradictions(organization: Organization, default: str | None) -> list[InputError]:
    """Return an error for each team that its own entry puts elsewhere than the entry of a business unit does.

    :param default: name of the business unit for teams that are in no other.
    """
    errors: list[InputError] = []
    named: dict[str, tuple[str, str]] = {}
    exact: dict[str, tuple[str, frozenset[str]]] = {}
    left: dict[tuple[str, str], str] = {}

    def refuse(location: str, team: str, msg: str) -> None:
        errors.append(
            InputError(
                f"{msg}; a team is in one business unit only, so make both agree",
                location=location,
                kind="team",
                name=team,
                option="business_unit",
                value=team,
            )
        )

    for listed in organization.business_units:
        unit, location = listed.options, listed.location
        teams = unit.get("teams")
        if unit.get("state") == "absent" or teams is None:
            continue
        if unit.get("teams_mode") == "remove":
            left.update({(unit["name"], team): location for team in teams})
            continue
        for team in teams:
            other, other_location = named.setdefault(team, (unit["name"], location))
            if other_location != location:
                refuse(
                    f"{location}.teams, {other_location}.teams",
                    team,
                    f'{location}.teams and {other_location}.teams both name "{team}"',
                )
        if (unit.get("teams_mode") or "exact") == "exact":
            exact[unit["name"]] = (location, frozenset(teams))
    for listed in organization.teams:
        team = listed.options
        said = team.get("business_unit")
        unit_name = default if said == "" else said
        if unit_name is None or team.get("state") == "absent":
            continue
        location = f"{listed.location}.business_unit"
        other, other_location = named.get(team["name"], (unit_name, ""))
        if other != unit_name:
            refuse(
                f"{location}, {other_location}.teams",
                team["name"],
                f'{location} is "{said}", but {other_location}.teams puts "{team["name"]}" into "{other}"',
            )
            continue
        other_location, teams = exact.get(unit_name, ("", frozenset({team["name"]})))
        leaver = left.get((unit_name, team["name"]), "" if team["name"] in teams else other_location)
        if leaver:
            refuse(
                f"{location}, {leaver}.teams",
                team["name"],
                f'{location} is "{said}", but {leaver}.teams omits "{team["name"]}"',
            )
    return errors

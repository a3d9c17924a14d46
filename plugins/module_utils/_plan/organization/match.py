# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The object that each entry means, and one net change for each account. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._plan.account import plan_account
from ansible_collections.community.veracode.plugins.module_utils._plan.account_needs import options_needed
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired
from ansible_collections.community.veracode.plugins.module_utils._plan.desired_object import (
    DesiredObject,
    desired_business_unit,
    desired_team,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.find import Found, find_account
from ansible_collections.community.veracode.plugins.module_utils._plan.find_object import find_structure
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import (
    AccountEntry,
    ListedEntry,
    Organization,
)


@dataclass(frozen=True)
class Match:
    """An entry and the account it means."""

    entry: AccountEntry
    found: Found | None


@dataclass
class AccountPlans:
    """What the accounts need.

    :param plans: a plan for each entry and each removal, in that order.
    :param reported: accounts that only `absent_action=report` keeps.
    :param usernames: those that the accounts will have, by the location of their entry.
    """

    plans: list[Plan[t.Any]] = field(default_factory=list)
    usernames: dict[str, str] = field(default_factory=dict)
    reported: list[Account] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[VeracodeError] = field(default_factory=list)


def match_accounts(entries: t.Sequence[AccountEntry], inventory: Inventory) -> tuple[list[Match], list[VeracodeError]]:
    """Find the account of every entry; two entries that select the same account are an error."""
    matches: list[Match] = []
    errors: list[VeracodeError] = []
    claimed: dict[str, Desired] = {}
    for entry in entries:
        desired = entry.desired
        try:
            found = find_account(inventory, desired)
        except VeracodeError as error:
            errors.append(error.about(kind=desired.kind, name=desired.label or None, location=desired.location))
            continue
        if found is not None:
            other = claimed.setdefault(str(found.account.handle), desired)
            # A name that just stands there twice is an error already.
            if other is not desired and _selector(other) != _selector(desired):
                errors.append(
                    desired.problem(
                        f'username: "{desired.label}" and {other.location} ("{other.label}") select the same account '
                        f'"{found.account.username}"; keep one of the two entries',
                        "username",
                        desired.label,
                    )
                )
        elif entry.name_only:
            errors.append(
                desired.problem(
                    f'username: "{desired.label}" does not exist, and an entry with only a name manages nothing; '
                    "give what is needed to create it, or remove the entry",
                    "username",
                    desired.label,
                )
            )
        matches.append(Match(entry, found))
    return matches, errors


def _selector(desired: Desired) -> tuple[bool, str]:
    """Return what an entry selects by, as far as it is compared with other entries."""
    return not desired.username and bool(desired.custom_id), desired.label.casefold()


def options_lacking(match: Match) -> frozenset[str]:
    """Return the options that planning needs and the reading of the account does not carry."""
    if match.found is None or match.entry.name_only:
        return frozenset()
    reported = match.found.account.values_and_lists
    lacking = {option for option in options_needed(match.entry.desired) if option not in reported}
    # A title may be reported by no reading at all; asking once more does not help.
    return frozenset(lacking - {"title"})


def plan_entries(matches: t.Sequence[Match], names: Names, result: AccountPlans) -> None:
    """Plan every entry and collect what is wrong with them."""
    warned: list[tuple[str, Match, str]] = []
    taken: dict[str, tuple[Desired, bool]] = {}
    for match in matches:
        location = str(match.entry.desired.location)
        if match.found is not None:
            result.usernames[location] = match.entry.desired.username or match.found.account.username
        if match.entry.name_only:
            result.plans.append(Plan(None, match.found.account if match.found else None))
            continue
        try:
            plan = plan_account(match.entry.desired, match.found, names)
        except VeracodeError as error:
            # What is wrong by itself is an error already.
            result.errors += [each for each in error.all if each.option not in match.entry.faulty_options]
            continue
        result.plans.append(plan)
        if plan.entity is not None:
            result.usernames[location] = plan.entity.username
        problem = _name_taken(match.entry.desired, plan, taken)
        if problem is not None:
            result.errors.append(problem)
        warned += [(location, match, warning) for warning in plan.warnings]
    result.warnings += _grouped(warned)


def same_accounts(organization: Organization, matches: t.Iterable[Match]) -> list[InputError]:
    """Return an error for entries whose usernames differ by case only, unless they are those of two accounts."""
    handles = {str(match.entry.desired.location): match.found.account.handle for match in matches if match.found}
    return [
        each.error
        for each in organization.similar
        if each.first not in handles or handles[each.first] == handles.get(each.second, handles[each.first])
    ]


def _name_taken(desired: Desired, plan: Plan[t.Any], taken: dict[str, tuple[Desired, bool]]) -> VeracodeError | None:
    """Return an error if another entry gives its account the same username; names that stay are those of two accounts."""
    if plan.entity is None:
        return None
    username = plan.entity.username
    is_new = plan.change is not None and (plan.change.action == "create" or "username" in plan.change.values)
    other, other_is_new = taken.setdefault(username.casefold(), (desired, is_new))
    # What just stands there twice is an error already.
    if other is desired or _selector(other) == _selector(desired) or not (is_new or other_is_new):
        return None
    option = "email_address" if desired.values.get("email_address") else "username"
    return desired.problem(
        f'{option}: "{desired.label}" and {other.location} ("{other.label}") would both have the username "{username}"; '
        "correct one of the two",
        option,
        username,
    )


def _grouped(warned: t.Sequence[tuple[str, Match, str]], most: int = 3) -> list[str]:
    """Tell what holds for many entries once, with their locations."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for location, match, warning in warned:
        name = match.found.account.username if match.found else match.entry.desired.label
        groups.setdefault(warning.replace(f'"{name}"', '"…"'), []).append((location, warning))
    lines = []
    for general, each in groups.items():
        if len(each) <= most:
            lines += [f"{location}: {warning}" for location, warning in each]
        else:
            locations = ", ".join(location for location, _warning in each)
            lines.append(f"{len(each)} entries ({locations}): {general}")
    return lines


@dataclass(frozen=True)
class StructureEntry:
    """One entry of `teams` or `business_units`, and the object it means."""

    desired: DesiredObject
    current: t.Any = None
    name_only: bool = False


@dataclass
class StructureMatches:
    """The entries of teams and business units.

    :param errors: what is wrong with them.
    """

    teams: list[StructureEntry] = field(default_factory=list)
    units: list[StructureEntry] = field(default_factory=list)
    errors: list[VeracodeError] = field(default_factory=list)


def match_structure(
    organization: Organization,
    teams: t.Sequence[Team],
    units: t.Sequence[BusinessUnit],
    exclusive: t.Collection[str],
) -> StructureMatches:
    """Find the team and the business unit of every entry."""
    result = StructureMatches()
    for listed in organization.business_units:
        desired = desired_business_unit(listed.options, location=listed.location)
        _match_structure(listed, desired, units, "business_units" in exclusive, result.units, result.errors)
    for listed in organization.teams:
        desired = desired_team(listed.options, location=listed.location)
        _match_structure(listed, desired, teams, "teams" in exclusive, result.teams, result.errors)
    return result


def _match_structure(
    listed: ListedEntry,
    desired_and_errors: tuple[DesiredObject, list[InputError]],
    existing: t.Sequence[t.Any],
    is_exclusive: bool,
    entries: list[StructureEntry],
    errors: list[VeracodeError],
) -> None:
    desired, faulty = desired_and_errors
    errors += faulty
    faulty_options = {problem.option for problem in faulty}
    if faulty_options & {"name", "previously"}:
        return
    # What is wrong by itself is omitted, so that the other options can still be looked at.
    desired = replace(
        desired, values={option: value for option, value in desired.values.items() if option not in faulty_options}
    )
    try:
        current = find_structure(desired, existing)
    except VeracodeError as error:
        errors.append(error)
        return
    name_only = len(listed.options) == 1
    if name_only and current is None and is_exclusive:
        # Elsewhere a name is all it takes to create one; in an exclusive list it may be a slip of what is to be kept.
        errors.append(
            desired.problem(
                f'name: there is no {desired.kind.replace("_", " ")} "{desired.name}", and in an exclusive list an '
                "entry with only a name keeps what is there; correct the name, or add state: present to create it",
                "name",
                desired.name,
            )
        )
    entries.append(StructureEntry(desired, current, name_only))

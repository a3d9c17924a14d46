# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The teams that an account is to be in."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import names_missing
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.fields import XML
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.names import there_is_no
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    NEEDS_NO_TEAM,
    TEAM_ADMIN,
    Role,
    has_role,
    including,
    with_included,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired


def team_names_after(desired: Desired, account: Account | None) -> set[str]:
    """Return the teams an account is to be in, as far as its own entry says."""
    current_teams = {team.name for team in (account.teams or ())} if account else set()
    named = desired.values.get("teams")
    if named is not None:
        if desired.teams_mode == "add":
            current_teams = current_teams | set(named)
        elif desired.teams_mode == "remove":
            current_teams = current_teams - set(named)
        else:
            current_teams = set(named)
    return current_teams | set(desired.values.get("managed_teams", ()))


def refuse_to_manage_none(
    desired: Desired, account: Account | None, roles: t.Collection[Role], teams: tuple[Membership, ...] | None
) -> None:
    """Refuse to leave a Team Admin without a team to manage (seen in code: the server does not take it).

    One that manages none already is not changed.
    """
    current_teams = account.teams if account is not None else ()
    after = teams if teams is not None else current_teams
    if not has_role(roles, TEAM_ADMIN) or after is None or not all(team.manages is False for team in after):
        return
    is_gained = account is None or not has_role(account.roles or (), TEAM_ADMIN)
    if is_gained or any(team.manages for team in current_teams or ()):
        role = next(each.title for each in sorted(including(roles, TEAM_ADMIN), key=lambda each: each != TEAM_ADMIN))
        what = role if role == TEAM_ADMIN.title else f"{role}, which includes {TEAM_ADMIN.title},"
        raise desired.problem(
            f"managed_teams: {what} needs at least one team to manage; name it in managed_teams, or remove {role} from roles",
            "managed_teams",
            [],
        )


def teams_after(
    desired: Desired, account: Account | None, names: Names, roles: t.Collection[Role] | None
) -> tuple[Membership, ...] | None:
    """Return the memberships the account is to have, or `None` if the task does not manage them."""
    desired_teams = desired.values.get("teams")
    managed = desired.values.get("managed_teams")
    if desired_teams is None and managed is None:
        return None
    current_teams = {team.name: team for team in (account.teams or ())} if account else {}
    _refuse_commas(desired, current_teams, names)
    _refuse_unknown_teams(desired, current_teams, names)
    if managed and not has_role(roles or (), TEAM_ADMIN):
        raise desired.problem(
            f"managed_teams: {', '.join(managed)} can only be managed by an account with the Team Admin role; "
            + (
                "omit managed_teams, an API user cannot have it"
                if desired.kind == API_USER
                else "add Team Admin to roles"
            ),
            "managed_teams",
            list(managed),
        )
    after = []
    for name in sorted(team_names_after(desired, account)):
        present = current_teams.get(name)
        if managed is not None:
            manages: bool | None = name in managed
        elif present is not None:
            manages = present.manages
        else:
            manages = None if desired.api == XML else False
        team_id = present.team_id if present else names.teams.get(name)
        after.append(Membership(name, manages, team_id))
    return tuple(after)


def doubts_without_team(
    kind: str, roles: t.Collection[Role], teams: t.Collection[Membership] | None
) -> tuple[str, ...]:
    """Return a warning if a person would have no team and roles that may need one: sources disagree on which do."""
    needing = sorted(role.title for role in roles if any(_may_need_team(each) for each in (role, *role.includes)))
    if kind != USER or teams or not needing or any(role.ignores_teams for role in with_included(roles)):
        return ()
    return (
        f"teams: Veracode may refuse {', '.join(needing)} without a team, which check mode cannot determine; name teams",
    )


def _may_need_team(role: Role) -> bool:
    return role.is_known and not role.is_scan and role.name not in NEEDS_NO_TEAM


# What may be behind a team that does not exist, whether a similar name exists or not.
OWN_TEAMS_ONLY = "a calling account that is restricted to teams sees only its own"


def _refuse_commas(desired: Desired, current_teams: t.Collection[str], names: Names) -> None:
    """Refuse to write the teams of an account that is in one whose name the Admin XML API takes for several."""
    pieces = {name.strip() for name in current_teams}
    for team in names.all_teams:
        if desired.api == XML and "," in team and {piece.strip() for piece in team.split(",")} <= pieces:
            raise desired.problem(
                f'teams: "{desired.label}" is in the team "{team}", whose name contains a comma, which separates names in '
                "the Admin XML API, so the account would leave it; use api: rest",
                "teams",
                team,
            )


def _refuse_unknown_teams(desired: Desired, current_teams: t.Collection[str], names: Names) -> None:
    desired_teams, managed = desired.values.get("teams", ()), desired.values.get("managed_teams", ())
    there = {*current_teams, *names.teams} - set(names.leaving_teams)
    unknown = sorted({*desired_teams, *managed} - there)
    if desired.teams_mode == "remove":
        # Being in no such team is desired; only a slip that would leave the account where it is matters.
        folded = {name.casefold() for name in current_teams}
        unknown = [name for name in unknown if name in managed or name.casefold() in folded]
    if not unknown:
        return
    option = "teams" if set(unknown) & set(desired_teams) else "managed_teams"
    near = (*names.all_teams, *current_teams)
    sentences = [there_is_no("team", name, near, leaves=name in names.leaving_teams) for name in unknown]
    if not all(name in names.leaving_teams for name in unknown):
        sentences.append(OWN_TEAMS_ONLY)
    raise desired.problem(
        f"{option}: {'; '.join(sentences)}", option, unknown, is_about_something_missing=names_missing(sentences)
    )

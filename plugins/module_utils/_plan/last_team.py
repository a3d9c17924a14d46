# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The last team of an API user, which nothing takes unless the task says so."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER
from ansible_collections.community.veracode.plugins.module_utils._model.names import NameKeys
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, TeamUser

OPTION = "allow_unrestricted_api_users"


def leaving(change: Change[Team] | None) -> list[TeamUser]:
    """Return who is in a team and will not be after a change of it."""
    if change is None or change.before is None:
        return []
    names = NameKeys(user.username for user in change.before.users or ())
    after = {names.of_name(user.username) for user in change.after.users or ()} if change.after is not None else set()
    if change.after is not None and not {"members", "managers"} & set(change.values):
        return []
    return [user for user in change.before.users or () if not names.of_username(user.username) & after]


def refuse_last_team_with_unit(
    change: Change[BusinessUnit],
    teams: t.Mapping[str, str | None],
    accounts: t.Iterable[Account],
    *,
    location: str | None = None,
    in_run: bool = False,
) -> GuardError | None:
    """Return an error if API users are only in teams of a business unit that is deleted.

    What becomes of these teams is not documented, so they may be deleted, too.

    :param teams: those that are in it when it is deleted, with their GUIDs.
    :param accounts: those that are in these teams.
    :param location: of the entry, `None` if no entry claims the business unit.
    :param in_run: the task manages many objects, so it has `exclusive` and `allow_unrestricted_api_users`.
    """
    handles = set(teams.values())
    lost = sorted(
        account.username
        for account in accounts
        if account.kind == API_USER and {team.team_id for team in account.teams or ()} <= handles
    )
    if not lost:
        return None
    option, value = ("exclusive", None) if in_run and not location else ("state", "absent")
    return GuardError(
        f'{option}: the teams of the business unit "{change.name}" may be deleted with it, and {", ".join(lost)} would have no '
        "team then; an API user without a team sees every application. Move the teams to another business unit first"
        + (f", or set {OPTION}: true" if in_run else ""),
        location=f"{location}.state" if location else None,
        kind=change.kind,
        name=change.name,
        option=option,
        value=value,
    )


def refuse_last_team(change: Change[Team], accounts: t.Iterable[Account]) -> GuardError | None:
    """Return an error if a change takes the last team from API users, which then see every application.

    :param accounts: those that leave the team, with their teams.
    """
    lost = sorted(
        account.username
        for account in accounts
        if account.kind == API_USER
        and {team.name for team in account.teams or ()} <= {str(change.before and change.before.name)}
    )
    if not lost:
        return None
    return GuardError(
        f"{OPTION}: {', '.join(lost)} would have no team, and an API user without a team sees every application; give "
        f"{'it' if len(lost) == 1 else 'each'} another team first, or set {OPTION}: true",
        kind=change.kind,
        name=change.name,
        option=OPTION,
        value=False,
    )


def refuse_last_team_in_run(
    change: Change[Team], location: str | None, names: t.Sequence[str], given: t.Mapping[str, t.Any]
) -> GuardError:
    """Return the error for a change of a run that takes the last team of API users.

    :param location: of the entry, `None` if no entry claims the team.
    :param names: usernames of those API users.
    :param given: the options of its entry.
    """
    option = "state" if change.action == "delete" else "members"
    those = ", ".join(f'"{name}"' for name in names)
    what = f'{location}.{option}: the team "{change.name}"' if location else f'teams: the team "{change.name}"'
    return GuardError(
        f"{what} is the last one of {those}, and an API user without a team sees every application; name another team, or "
        "set unrestricted: true in the account's entry or allow_unrestricted_api_users: true",
        location=f"{location}.{option}" if location else None,
        kind=change.kind,
        name=change.name,
        option=option if location else "exclusive",
        value=given.get(option),
    )

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The roles and teams that an account is to have, each fault of them found."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.role import TEAM_ADMIN, Role
from ansible_collections.community.veracode.plugins.module_utils._plan.account_roles import (
    needs_unrestricted,
    roles_after,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account_teams import (
    refuse_to_manage_none,
    teams_after,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired

# Options whose values are relations to other objects.
RELATIONS = frozenset({"roles", "teams", "managed_teams"})


@contextlib.contextmanager
def collected(errors: list[VeracodeError]) -> t.Iterator[None]:
    """Note the errors of one option and go on with the others."""
    try:
        yield
    except VeracodeError as error:
        errors.append(error)


def relations_after(
    desired: Desired,
    account: Account | None,
    names: Names,
    values: t.Mapping[str, t.Any],
    errors: list[VeracodeError],
) -> tuple[frozenset[Role] | None, tuple[Membership, ...] | None]:
    """Return the roles and teams the account is to have, each `None` if the task does not manage them."""
    roles: frozenset[Role] | None = None
    # Who may manage a team follows from the roles; where these are wrong, that is enough.
    for_teams: frozenset[Role] = frozenset({TEAM_ADMIN})
    lost_team = False
    count = len(errors)
    with collected(errors):
        lost_team = desired.kind == API_USER and needs_unrestricted(desired, account)
    if account is not None or "roles" in values:
        with collected(errors):
            roles = roles_after(desired, account, names, values, lost_team=lost_team)
            for_teams = roles if roles is not None else frozenset(account.roles or () if account else ())
    else:
        for_teams = frozenset()
    teams = None
    with collected(errors):
        teams = teams_after(desired, account, names, for_teams)
        if len(errors) == count:
            refuse_to_manage_none(desired, account, for_teams, teams)
    return roles, teams

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The order in which a plan is carried out: what gives before what takes. Pure."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import TEAM
from ansible_collections.community.veracode.plugins.module_utils._model.role import ADMINISTRATOR, has_role
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._plan.guards import is_removal, removal_action
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.relations import (
    Keys,
    Relations,
    relations_of,
)


class Phase(enum.IntEnum):
    """When a step is carried out. Within a phase the order does not matter.

    A business unit comes before its teams, a team before its members, an account before it manages a team. Who moves
    joins before leaving. An account that leaves a team may become an administrator in the same call, so it comes before
    those that stop being one. What is removed since no entry claims it goes after what an entry removes, but before the
    business units, which can be deleted only when they are empty.
    """

    UNITS = 0
    TEAMS = 1
    UNIT_TEAMS = 2
    ACCOUNTS = 3
    MEMBERS = 4
    # From here on something is taken away.
    LEAVING_ACCOUNTS = 5
    ACCOUNT_LOSSES = 6
    LEAVING_MEMBERS = 7
    REMOVED_ACCOUNTS = 8
    REMOVED_TEAMS = 9
    UNCLAIMED_ACCOUNTS = 10
    UNCLAIMED_TEAMS = 11
    REMOVED_UNITS = 12
    UNCLAIMED_UNITS = 13


@dataclass(frozen=True)
class Step:
    """One plan and when it is carried out.

    :param location: where its entry stands in the input.
    """

    phase: Phase
    plan: Plan[t.Any]
    location: str | None = None

    @property
    def is_of_account(self) -> bool:
        """Whether it is about an account, and not about a team or a business unit."""
        return self.phase in (
            *(Phase.ACCOUNTS, Phase.ACCOUNT_LOSSES),
            *(Phase.REMOVED_ACCOUNTS, Phase.UNCLAIMED_ACCOUNTS),
        )

    @property
    def is_unclaimed(self) -> bool:
        """Whether it removes what no entry claims."""
        return self.phase in (Phase.UNCLAIMED_ACCOUNTS, Phase.UNCLAIMED_TEAMS, Phase.UNCLAIMED_UNITS)


def account_step(plan: Plan[t.Any], keys: Keys) -> Step:
    """Return the step of the entry of an account."""
    change = plan.change
    if change is None:
        return Step(Phase.ACCOUNTS, plan)
    phase = Phase.ACCOUNTS
    if is_removal(change):
        phase = Phase.REMOVED_ACCOUNTS
    elif removal_action(change) or loses_administrator(change):
        phase = Phase.ACCOUNT_LOSSES
    elif _only_leaves(relations_of(change, keys)):
        phase = Phase.LEAVING_ACCOUNTS
    return Step(phase, plan, change.location)


def _only_leaves(relations: Relations) -> bool:
    """Return whether an account leaves teams and joins none.

    One that does both does it in one call, so it is never without a team.
    """
    return bool(relations.to_remove) and not relations.to_add


def loses_administrator(change: Change[t.Any]) -> bool:
    """Tell whether a change takes the administrator role from an account."""
    before, after = change.before, change.after
    if "roles" not in change.values or before is None or after is None:
        return False
    role = ADMINISTRATOR[change.kind]
    return has_role(before.roles or (), role) and not has_role(after.roles or (), role)


def in_phases(steps: t.Sequence[Step], keys: Keys, api_users: t.Collection[str]) -> list[Step]:
    """Return steps in the order of their phases, those of teams that give and take in two halves where that matters.

    :param api_users: keys of the API users, which must not lose their last team.
    """
    joined: set[str] = set()
    left: set[str] = set()
    for step in steps:
        if _is_about_members(step):
            relations = relations_of(step.plan.change, keys)
            joined |= relations.desired.keys() - relations.current.keys()
            left |= relations.to_remove
    careful = frozenset({*(joined & left), *(left & set(api_users))})
    halves = [half for step in steps for half in _halves(step, keys, careful)]
    return sorted(halves, key=lambda step: step.phase)


def _is_about_members(step: Step) -> bool:
    change = step.plan.change
    return step.phase == Phase.MEMBERS and change is not None and change.kind == TEAM


def _halves(step: Step, keys: Keys, careful: frozenset[str]) -> t.Iterator[Step]:
    """Yield a change of a team, first those who join, then those who leave, in one call where nobody has to wait.

    :param careful: keys of the accounts that have to join a team before they leave one.
    """
    change = step.plan.change
    if change is None or not _is_about_members(step):
        yield step
        return
    relations = relations_of(change, keys)
    if not relations.to_remove:
        yield step
        return
    if relations.to_add and careful & (relations.to_remove | relations.to_add.keys()):
        before, after = change.before, change.after
        if isinstance(before, Team) and isinstance(after, Team):
            stay = [user for user in before.users or () if keys.of_user(user) in relations.to_remove]
            both = replace(after, users=tuple(sorted((*(after.users or ()), *stay), key=lambda user: user.username)))
            lists = {option: value for option, value in change.values.items() if option in ("members", "managers")}
            joined = {option: both.values_and_lists[option] for option in lists}
            yield replace(step, plan=Plan(replace(change, values={**change.values, **joined}, after=both), both))
            change = replace(change, before=both, values=lists)
    yield replace(step, phase=Phase.LEAVING_MEMBERS, plan=replace(step.plan, change=change))

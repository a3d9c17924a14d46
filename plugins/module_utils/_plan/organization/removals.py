# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What exclusive lists remove, and who is never removed. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.business_unit import BusinessUnit
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import BUSINESS_UNIT, TEAM, USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._plan.account import plan_account
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired
from ansible_collections.community.veracode.plugins.module_utils._plan.find import Found
from ansible_collections.community.veracode.plugins.module_utils._plan.guards import (
    is_removal,
    lockout_risk,
    refuse_self_lockout,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.match import (
    AccountPlans,
    StructureEntry,
)

REPORT = "report"
DELETE = "delete"

# What `exclusive` names and no entry claims: kind and name.
Unclaimed: t.TypeAlias = "tuple[str, str]"

S = t.TypeVar("S", Team, BusinessUnit)


@dataclass(frozen=True)
class Scope:
    """Whom `exclusive` may remove.

    :param protected: handles of the accounts that are not changed.
    :param exclude_saml: people who log in with SAML are not changed, too.
    """

    protected: frozenset[str] = frozenset()
    exclude_saml: bool = False

    def includes(self, account: Account) -> bool:
        """Tell whether a run may remove the account."""
        if account.handle in self.protected:
            return False
        return not (self.exclude_saml and account.kind == USER and account.values.get("is_saml_user"))

    def count(self, inventory: Inventory, kind: str) -> int:
        """Return how many enabled accounts of a kind a run could remove."""
        return sum(
            account.kind == kind and account.values.get("login_enabled") is not False and self.includes(account)
            for account in inventory.by_handle.values()
        )


def exclusive_accounts(
    inventory: Inventory, claimed: t.Collection[str], kinds: t.Collection[str], action: str, scope: Scope
) -> tuple[list[Plan[t.Any]], list[Unclaimed]]:
    """Return the removal of every account of these kinds that no entry claims, and whom `report` only names.

    :param claimed: handles of the accounts that have an entry.
    """
    plans: list[Plan[t.Any]] = []
    reported: list[Unclaimed] = []
    for account in inventory.accounts:
        if account.kind not in kinds or account.handle in claimed or not scope.includes(account):
            continue
        if action == REPORT:
            reported.append((account.kind, account.username))
            continue
        desired = Desired(account.kind, state="absent" if action == DELETE else "disabled", username=account.username)
        plan = plan_account(desired, Found(account), Names())
        if plan.change is not None:
            plans.append(plan)
    return plans, reported


def unclaimed(existing: t.Sequence[S], entries: t.Sequence[StructureEntry]) -> list[S]:
    """Return every team or business unit that no entry claims, but for the default business unit."""
    claimed = {entry.current.handle for entry in entries if entry.current is not None}
    return [
        each
        for each in sorted(existing, key=lambda each: each.name)
        if each.handle not in claimed and not (isinstance(each, BusinessUnit) and each.is_default)
    ]


def removal(entity: Team | BusinessUnit) -> Plan[t.Any]:
    """Return the plan that deletes a team or business unit."""
    kind = TEAM if isinstance(entity, Team) else BUSINESS_UNIT
    return Plan(Change("delete", kind, entity.name, (), {}, entity, None), None)


def keep_caller(plans: list[Plan[t.Any]], caller: str, allowed: t.Collection[str], result: AccountPlans) -> None:
    """Omit what would remove the calling account, and refuse what would lock it out.

    :param caller: handle of the calling account.
    :param allowed: handles for which an entry says `allow_self_lockout`.
    """
    for number, plan in enumerate(plans):
        change = plan.change
        if change is None or change.before is None or getattr(change.before, "handle", None) != caller:
            continue
        risk = lockout_risk(change)
        if is_removal(change):
            result.warnings.append(f'"{change.name}" is the calling account, and is not removed')
            plans[number] = Plan(None, change.before)
        elif risk and caller not in allowed:
            result.errors.append(refuse_self_lockout(change, risk))

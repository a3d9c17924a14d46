# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time and memory of planning alone: no call, no emulator. Run as a process of its own, so that its peak can be told.

Usage: ``python -m tests.benchmarks.planning PEOPLE``. Prints JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from typing import Any

from ansible_collections.community.veracode.plugins.module_utils._argspec import entry_arguments
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.role import BUILT_IN, RoleCatalog
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.input import read_organization
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.locations import Part
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.match import (
    AccountPlans,
    match_accounts,
    plan_entries,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.merge import merge_diffs
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.phases import (
    account_step,
    in_phases,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.relations import Keys
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.removals import (
    Scope,
    exclusive_accounts,
)

CATALOG = RoleCatalog(BUILT_IN)
HELD = tuple(role for role in BUILT_IN if role.title in ("Creator", "Any Scan"))


def plan(people: int) -> dict[str, Any]:
    """Plan that many people, of whom one in ten differs and one in a hundred is in no entry."""
    rss_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    teams = [f"Team {number}" for number in range(80)]
    known: dict[str, str | None] = {name: f"guid-{name}" for name in teams}
    accounts = (
        Account(
            USER,
            f"guid-{number}",
            {
                "username": f"person{number}@example.com",
                "email_address": f"person{number}@example.com",
                "first_name": "First",
                "last_name": f"Last{number}",
                "phone": "1",
                "login_enabled": True,
                "active": True,
            },
            HELD,
            (Membership(teams[number % 80], False, known[teams[number % 80]]),),
        )
        for number in range(people)
    )
    entries = [
        {
            "username": f"person{number}@example.com",
            "first_name": "First",
            "last_name": f"Last{number}",
            "phone": "2" if number % 10 == 0 else "1",
            "roles": ["Creator", "Any Scan"],
            "teams": [teams[number % 80]],
        }
        for number in range(people)
        if number % 100 != 7
    ]
    started = time.process_time()
    inventory = Inventory(accounts, complete=True)
    names = {name: tuple(spec) for name, spec in entry_arguments().items()}
    organization = read_organization([Part("", {"users": entries})], names)
    matches, problems = match_accounts(organization.accounts, inventory)
    plans = AccountPlans()
    plan_entries(matches, Names(CATALOG, known, tuple(teams)), plans)
    claimed = {str(match.found.account.handle) for match in matches if match.found}
    removals, _reported = exclusive_accounts(inventory, claimed, [USER], "disable", Scope())
    keys = Keys(inventory.by_handle.values(), plans.plans)
    steps = in_phases([account_step(each, keys) for each in (*plans.plans, *removals)], keys, ())
    changes = [step.plan.change for step in steps if step.plan.change is not None]
    merge_diffs(changes)
    if problems or plans.errors or organization.errors:
        raise RuntimeError(str((problems, plans.errors, organization.errors)))
    return {
        "people": people,
        "changes": len(changes),
        "cpu_seconds": time.process_time() - started,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "before_mib": rss_before / 1024,
    }


def measure(people: int) -> dict[str, Any]:
    """Plan in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.planning", str(people)], stdout=subprocess.PIPE, text=True, check=True
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    print(json.dumps(plan(int(sys.argv[1]))))

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of `veracode_jit_settings`."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.rest.jit import JitClient
from ansible_collections.community.veracode.plugins.module_utils._apply.kinds import JitDefaults
from ansible_collections.community.veracode.plugins.module_utils._apply.object import apply_plan
from ansible_collections.community.veracode.plugins.module_utils._argspec import jit_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.jit_settings import report_jit
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._plan.jit_settings import (
    desired_jit,
    jit_names_needed,
    jit_roles_used,
    plan_jit,
)
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Session


def manage_jit_settings(session: Session) -> dict[str, t.Any]:
    """Do the work of `veracode_jit_settings`."""
    desired, errors, warnings = desired_jit(session.params)
    raise_all(errors)
    session.progress.warnings += warnings
    accounts = session.rest()
    client = JitClient(accounts.client)
    current = client.read()
    need_roles, team_names = jit_names_needed(desired, current)
    teams, all_teams = accounts.teams(team_names) if team_names else ({}, ())
    names = Names(accounts.roles(jit_roles_used(desired, current)) if need_roles else None, teams, all_teams)
    plan = plan_jit(desired, current, names)
    after = apply_plan(plan, JitDefaults(client), session.progress, check_mode=session.check_mode)
    return {
        "jit_settings": report_jit(after),
        "diff": plan.diff,
    }


JIT_SETTINGS = Module(options=jit_arguments, work=manage_jit_settings)

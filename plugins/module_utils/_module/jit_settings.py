# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The work of C(veracode_jit_settings)."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.rest.jit import JitClient
from ansible_collections.community.veracode.plugins.module_utils._apply.object import carry_out, look_for_lost, note
from ansible_collections.community.veracode.plugins.module_utils._argspec import jit_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, LostAnswerError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change
from ansible_collections.community.veracode.plugins.module_utils._model.jit_settings import JitSettings, report_jit
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._plan.jit_settings import (
    desired_jit,
    jit_names_needed,
    plan_jit,
)
from ansible_collections.community.veracode.plugins.module_utils._session import Module, Session


def manage_jit_settings(session: Session) -> dict[str, t.Any]:
    """Do the work of C(veracode_jit_settings)."""
    desired, problems, warnings = desired_jit(session.params)
    raise_all(problems)
    session.progress.warnings += warnings
    directory = session.rest()
    store = JitClient(directory.client)
    current = store.read()
    need_roles, team_names = jit_names_needed(desired, current)
    teams, all_teams = directory.teams(team_names) if team_names else ({}, ())
    names = Names(directory.roles() if need_roles else None, teams, all_teams)
    plan = plan_jit(desired, current, names)

    def write(change: Change) -> JitSettings | None:
        if isinstance(change.after, JitSettings):
            return _write(store, change, change.after, session)
        if current is not None:
            store.delete(current)
            note(change, session.progress)
        return None

    after = carry_out(plan, session.progress, check_mode=session.check_mode, write=write)
    return {
        "jit_settings": report_jit(after if isinstance(after, JitSettings) else None),
        "diff": plan.change.diff if plan.change else {"before": {}, "after": {}},
    }


def _write(store: JitClient, change: Change, wanted: JitSettings, session: Session) -> JitSettings:
    """Write the settings and hold what the server made of them against what was sent.

    :raises ApiError: it took the call and did not do all of it, or what it did is not known.
    """
    try:
        answered = store.create(wanted) if change.action == "create" else store.update(wanted)
    except LostAnswerError as lost:
        answered = look_for_lost(lost, store.read)
        if answered is None:
            lost.msg = lost.followed_by("There are no settings now, so probably not; run the task again")
            raise
    note(change, session.progress)
    answered = answered or store.read()
    shown = answered.values_and_lists if answered else {}
    wrong = [option for option in change.fields if shown.get(option) != wanted.values_and_lists[option]]
    if answered is None or wrong:
        raise ApiError(
            f"{', '.join(wrong)}: Veracode accepted the change of the just-in-time settings but did not take this; correct "
            "the value, or leave the option out",
            option=wrong[0] if wrong else None,
            value=wanted.values_and_lists[wrong[0]] if wrong else None,
        )
    return answered


JIT_SETTINGS = Module(options=jit_arguments, work=manage_jit_settings)

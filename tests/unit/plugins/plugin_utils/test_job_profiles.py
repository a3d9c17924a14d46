# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Job profiles can be given to people as they are."""

from __future__ import annotations

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    BUILT_IN,
    RoleCatalog,
    impossible,
    resolve,
    target_roles,
)
from ansible_collections.community.veracode.plugins.plugin_utils.job_profiles import JOB_PROFILES, job_profile_roles


@pytest.mark.parametrize("profile", sorted(JOB_PROFILES))
@pytest.mark.parametrize("common", [False, True])
def test_profiles_name_roles_that_can_be_held_together(profile: str, common: bool) -> None:
    named = job_profile_roles(profile, common=common)
    assert named == sorted(set(named))
    roles, wrong = resolve(named, RoleCatalog(BUILT_IN), USER)
    assert not wrong
    assert impossible(target_roles(set(), set(roles), "exact", USER)) is None


def test_published_rows() -> None:
    assert len(JOB_PROFILES) == 16
    assert job_profile_roles("Developer") == ["Reviewer"]
    assert job_profile_roles("Developer Lead") == ["Reviewer", "Submitter", "Team Admin", "Workspace Editor"]
    assert job_profile_roles("AppSec Manager", common=True) == [
        "Creator",
        "Delete Scans",
        "Reviewer",
        "Security Insights",
    ]


def test_own_profiles_add_and_win() -> None:
    own = {"Auditor": ["Executive"], "Developer": ["Creator", "extreviewer"]}
    assert job_profile_roles("Auditor", own) == ["Executive"]
    assert job_profile_roles("Developer", own, common=True) == ["Creator", "extreviewer"]
    assert job_profile_roles("Architect", own) == ["Reviewer", "Workspace Editor"]


def test_unknown_profile_and_wrong_profile() -> None:
    with pytest.raises(InputError, match='unknown job profile "Develper", did you mean "Developer"'):
        job_profile_roles("Develper")
    with pytest.raises(InputError, match='unknown job profile "Auditr", did you mean "Auditor"'):
        job_profile_roles("Auditr", {"Auditor": ["Executive"]})
    with pytest.raises(InputError, match="its roles are not a list of names; write them"):
        job_profile_roles("Auditor", {"Auditor": "Executive"})
    with pytest.raises(InputError, match="U\\+00A0"):
        job_profile_roles("Auditor", {"Auditor": ["Executive\u00a0"]})

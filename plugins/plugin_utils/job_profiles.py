# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Job profiles and the roles that Veracode publishes for them. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.plugin_utils.names import name_error, quoted

_LEARNER = ("Greenlight IDE User", "eLearning", "Security Labs User")

# Documented: https://docs.veracode.com/r/Common_Roles_for_User_Accounts. First the roles that are typical of a job, then
# those that are common in addition to them. Where that page writes "Security Insight" and "Delete Scan", the names of the roles
# are used. One row differs: Veracode documents elsewhere that Delete Scans needs Creator or Security Lead, so that the
# Creator of a DevOps Engineer is among the typical roles and not among the common ones.
JOB_PROFILES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Account Administrator": (
        (
            *("Administrator", "Creator", "Delete Scans", "Executive", "Policy Administrator", "eLearning", "Reviewer"),
            *("Sandbox Administrator", "Security Lead"),
        ),
        (),
    ),
    "Application Stakeholder": (("Executive",), ()),
    "AppSec Manager": (("Security Insights", "Creator"), ("Reviewer", "Delete Scans")),
    "Architect": (("Reviewer", "Workspace Editor"), ("Submitter", *_LEARNER, "Mitigation Approver", "Sandbox User")),
    "Developer": (("Reviewer",), ("Submitter", *_LEARNER, "Sandbox User")),
    "Developer Lead": (
        ("Reviewer", "Submitter", "Team Admin", "Workspace Editor"),
        (*_LEARNER, "Mitigation Approver", "Sandbox Administrator", "Sandbox User"),
    ),
    "DevOps Engineer": (
        ("Delete Scans", "Sandbox Administrator", "Submitter", "Workspace Editor", "Creator"),
        ("Workspace Administrator", "Reviewer"),
    ),
    "Engineering Leader": (
        ("Reviewer", "Submitter", "Workspace Editor"),
        (*_LEARNER, "Mitigation Approver", "Sandbox User"),
    ),
    "Executive": (("Executive",), ("eLearning",)),
    "Project Manager/Owner": (("Security Insights", "Team Admin"), ("Reviewer",)),
    "QA and Release Engineer": (("Reviewer",), ()),
    "Security Leader": (
        (
            *("Security Lead", "Executive", "Mitigation Approver", "Policy Administrator", "Reviewer", "Delete Scans"),
            "Workspace Administrator",
        ),
        (),
    ),
    "Security Risk Team": (("Policy Administrator", "Reviewer"), ("eLearning",)),
    "Security Team Member": (("Executive", "Mitigation Approver", "Policy Administrator", "Reviewer"), ()),
    "Technical Lead": (
        ("Reviewer", "Submitter", "Workspace Administrator"),
        (*_LEARNER, "Mitigation Approver", "Sandbox User"),
    ),
    "Vulnerability Manager": (("Security Insights",), ()),
}


def job_profile_roles(
    profile: str, own: t.Mapping[str, t.Sequence[str]] | None = None, *, common: bool = False
) -> list[str]:
    """Return the roles of a job profile, sorted display names as far as the profile is Veracode's.

    :param own: profiles of the user's own, which win over Veracode's of the same name.
    :param common: add the roles that Veracode calls common in addition to the typical ones.
    :raises InputError: there is no such profile, or one of the user's own is not a list of role names.
    """
    if own is not None and profile in own:
        roles = own[profile]
        if isinstance(roles, str) or not isinstance(roles, t.Sequence) or not all(isinstance(r, str) for r in roles):
            raise InputError(
                f"job profile {quoted(profile)}: its roles are not a list of names; write them as a list",
                option="job_profile",
                value=profile,
            )
        for role in roles:
            wrong = name_error(role)
            if wrong is not None:
                raise InputError(f"job profile {quoted(profile)}: {wrong}", option="job_profile", value=profile)
        return list(roles)
    if profile not in JOB_PROFILES:
        known = sorted({*JOB_PROFILES, *(own or {})})
        hint = did_you_mean(profile, known, f"choose one of {', '.join(known)}")
        raise InputError(f"unknown job profile {quoted(profile)}{hint}", option="job_profile", value=profile)
    typical, more = JOB_PROFILES[profile]
    return sorted({*typical, *(more if common else ())})

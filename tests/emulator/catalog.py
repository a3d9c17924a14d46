# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Built-in roles and permissions.

Role names, display names and flags are those that Veracode's pages and public clients name. The permission names
other than ``apiUser`` are invented: Veracode publishes no list of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BuiltIn:
    """A built-in role."""

    name: str
    description: str
    is_api: bool = False
    is_scan: bool = False
    xml: bool = False  # documented as a value of createuser.do and updateuser.do
    team_admin: bool = False  # a Team Admin may grant it
    no_team: bool = False  # the published page: this role needs no team
    ignores_teams: bool = False
    newer: bool = False  # only in organizations with roles of a later release (switch)
    permissions: tuple[str, ...] = ()


API_USER = "apiUser"

HUMAN_SCANS = (
    BuiltIn("extsubmitanyscan", "Any Scan", is_scan=True, xml=True, team_admin=True),
    BuiltIn("extsubmitstaticscan", "Static Scan", is_scan=True, xml=True, team_admin=True),
    BuiltIn("extsubmitdynamicscan", "Dynamic Scan", is_scan=True, xml=True, team_admin=True),
    BuiltIn("extsubmitdynamicanalysis", "Dynamic Analysis", is_scan=True, xml=True, team_admin=True),
    BuiltIn("extsubmitdynamicmpscan", "Dynamicmp Scan", is_scan=True, xml=True, team_admin=True),
    BuiltIn("extsubmitdiscoveryscan", "Discovery Scan", is_scan=True, xml=True, team_admin=True),
    BuiltIn("extsubmitmanualscan", "Manual Scan", is_scan=True, xml=True, team_admin=True),
)
API_SCANS = (
    BuiltIn("apisubmitanyscan", "Any Scan (API)", is_api=True, is_scan=True, team_admin=True),
    BuiltIn("apisubmitstaticscan", "Static Scan (API)", is_api=True, is_scan=True, team_admin=True),
    BuiltIn("apisubmitdynamicscan", "Dynamic Scan (API)", is_api=True, is_scan=True, team_admin=True),
    BuiltIn("apisubmitdynamicanalysis", "Dynamic Analysis (API)", is_api=True, is_scan=True, team_admin=True),
    BuiltIn("apisubmitmanualscan", "Manual Scan (API)", is_api=True, is_scan=True, team_admin=True),
)

# Invented: what a later release of the service may bring.
NEWER = (
    BuiltIn("extriskmanager", "Risk Manager", newer=True, no_team=True, permissions=("viewReports",)),
    BuiltIn("extglobalreader", "Global Reader", newer=True, ignores_teams=True, permissions=("viewResults",)),
    BuiltIn("extsubmitagenticscan", "Agentic Scan", newer=True, is_scan=True),
    BuiltIn("riskapi", "Risk API", newer=True, is_api=True, permissions=("viewReports",)),
    BuiltIn("apisubmitagenticscan", "Agentic Scan (API)", newer=True, is_api=True, is_scan=True),
)

ROLES: tuple[BuiltIn, ...] = (
    BuiltIn(
        "extadmin",
        "Administrator",
        xml=True,
        no_team=True,
        ignores_teams=True,
        permissions=("manageUsers", "manageTeams"),
    ),
    BuiltIn("extcreator", "Creator", xml=True, team_admin=True, permissions=("createApp", "submitScan")),
    BuiltIn(
        "extseclead",
        "Security Lead",
        xml=True,
        no_team=True,
        permissions=("createApp", "submitScan", "approveMitigation"),
    ),
    BuiltIn("extsubmitter", "Submitter", xml=True, team_admin=True, permissions=("submitScan",)),
    BuiltIn("extreviewer", "Reviewer", xml=True, team_admin=True, permissions=("viewResults",)),
    BuiltIn("extexecutive", "Executive", xml=True, no_team=True, permissions=("viewReports",)),
    BuiltIn(
        "extmitigationapprover", "Mitigation Approver", xml=True, team_admin=True, permissions=("approveMitigation",)
    ),
    BuiltIn("extpolicyadmin", "Policy Administrator", xml=True, no_team=True, permissions=("managePolicies",)),
    BuiltIn("extelearn", "eLearning", xml=True, permissions=("takeCourses",)),
    BuiltIn(
        "securityinsightsonly",
        "Security Insights",
        xml=True,
        team_admin=True,
        no_team=True,
        permissions=("viewReports",),
    ),
    BuiltIn("securityLabsUser", "Security Labs User", permissions=("takeLabs",)),
    BuiltIn("greenlightideuser", "Greenlight IDE User", xml=True, no_team=True, permissions=("scanInIde",)),
    BuiltIn("deletescans", "Delete Scans", xml=True, team_admin=True, permissions=("deleteScan",)),
    BuiltIn("sandboxadmin", "Sandbox Administrator", xml=True, team_admin=True, permissions=("manageSandboxes",)),
    BuiltIn("sandboxuser", "Sandbox User", xml=True, team_admin=True, permissions=("useSandboxes",)),
    BuiltIn("vendormanager", "Vendor Manager", xml=True, permissions=("manageVendors",)),
    BuiltIn("workSpaceAdmin", "Workspace Administrator", permissions=("manageWorkspaces",)),
    BuiltIn("workSpaceEditor", "Workspace Editor", team_admin=True, permissions=("editWorkspaces",)),
    BuiltIn("teamAdmin", "Team Admin", permissions=("manageOwnTeams",)),
    BuiltIn("analyticsCreator", "Analytics Creator", permissions=("createDashboards",)),
    BuiltIn("collectionManager", "Collection Manager", permissions=("manageCollections",)),
    BuiltIn("collectionReviewer", "Collection Reviewer", permissions=("viewCollections",)),
    *HUMAN_SCANS,
    BuiltIn("adminapi", "Admin API", is_api=True, permissions=("manageUsers", "manageTeams")),
    BuiltIn("uploadapi", "Upload and Scan API", is_api=True, team_admin=True, permissions=("createApp", "submitScan")),
    BuiltIn("submitterapi", "Upload API - Submit Only", is_api=True, team_admin=True, permissions=("submitScan",)),
    BuiltIn("resultsapi", "Results API", is_api=True, team_admin=True, permissions=("viewResults",)),
    BuiltIn("mitigationapi", "Mitigation API", is_api=True, team_admin=True, permissions=("approveMitigation",)),
    BuiltIn("archerreports", "Archer Report API", is_api=True, permissions=("viewReports",)),
    BuiltIn("greenlightapiuser", "Greenlight API User", is_api=True, team_admin=True, permissions=("scanInIde",)),
    BuiltIn("reportingApi", "Reporting API User", is_api=True, permissions=("viewReports",)),
    BuiltIn("collectionManagerAPI", "Collection Manager API", is_api=True, permissions=("manageCollections",)),
    BuiltIn("collectionReviewerAPI", "Collection Reviewer API", is_api=True, permissions=("viewCollections",)),
    BuiltIn("noteamrestrictionapi", "No Team Restriction API", is_api=True, ignores_teams=True),
    *API_SCANS,
    *NEWER,
)

NEEDS_SCAN = frozenset({"extseclead", "extcreator", "extsubmitter"})
API_NEEDS_SCAN = frozenset({"uploadapi", "submitterapi"})

# Roles that a public client's table lets go only with one of the others.
COMPANIONS = frozenset({"sandboxadmin", "extpolicyadmin", "collectionManager", "collectionReviewer"})
COMPANION_OF = frozenset(
    {"extadmin", "securityinsightsonly", "extseclead", "extexecutive", "extcreator", "extsubmitter", "extreviewer"}
)
# The same client's table of roles that need a team.
TEAM_TABLE = frozenset(
    {
        "extmitigationapprover",
        "workSpaceEditor",
        "deletescans",
        "extreviewer",
        "analyticsCreator",
        "securityinsightsonly",
        "workSpaceAdmin",
        "sandboxuser",
        "teamAdmin",
        "extcreator",
        "extsubmitter",
    }
)


@dataclass(frozen=True)
class BuiltInPermission:
    """A permission."""

    name: str
    description: str
    types: tuple[str, ...] = ()
    api_only: bool = False
    custom_role: bool = True
    ui_only: bool = False


PERMISSIONS: tuple[BuiltInPermission, ...] = (
    BuiltInPermission(API_USER, "API User", api_only=True, custom_role=False),
    BuiltInPermission("manageUsers", "Manage Users", custom_role=False),
    BuiltInPermission("manageTeams", "Manage Teams", custom_role=False),
    BuiltInPermission("manageOwnTeams", "Manage Own Teams", custom_role=False),
    BuiltInPermission("createApp", "Create Applications"),
    BuiltInPermission("submitScan", "Submit Scans", ("Static", "Dynamic", "Manual")),
    BuiltInPermission("deleteScan", "Delete Scans"),
    BuiltInPermission("viewResults", "View Results", ("Static", "Dynamic", "Manual")),
    BuiltInPermission("viewReports", "View Reports"),
    BuiltInPermission("approveMitigation", "Approve Mitigations"),
    BuiltInPermission("managePolicies", "Manage Policies"),
    BuiltInPermission("manageSandboxes", "Manage Sandboxes"),
    BuiltInPermission("useSandboxes", "Use Sandboxes"),
    BuiltInPermission("manageVendors", "Manage Vendors"),
    BuiltInPermission("manageWorkspaces", "Manage Workspaces"),
    BuiltInPermission("editWorkspaces", "Edit Workspaces"),
    BuiltInPermission("createDashboards", "Create Dashboards", ui_only=True),
    BuiltInPermission("manageCollections", "Manage Collections"),
    BuiltInPermission("viewCollections", "View Collections"),
    BuiltInPermission("scanInIde", "Scan in the IDE"),
    BuiltInPermission("takeCourses", "Take Courses", ui_only=True),
    BuiltInPermission("takeLabs", "Take Labs", ui_only=True),
)

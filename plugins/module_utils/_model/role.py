# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Roles: their two vocabularies, and the rules that tie scan permissions to the roles that need them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, Missing, VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.names import nearest, offered_list, or_nearest


@dataclass(frozen=True, eq=False)
class Role:
    """One role of an organization. Roles are the same if their keys are; a description tells nothing.

    :param name: short name of the Identity API (`role_name`), `None` where only the display name is known.
    :param title: display name (`role_description` of the Identity API, the name the Admin XML API uses).
    :param is_api: a role of API users; `None` where a reading does not tell.
    :param is_scan: a scan permission.
    :param in_xml: the Admin XML API documents that it takes this role.
    :param includes: the roles that it includes, and those that these include, as far as the catalog tells.
    :param ignores_teams: accounts with it are not restricted to their teams, as far as the catalog tells.
    """

    name: str | None
    title: str
    is_api: bool | None = False
    is_scan: bool = False
    in_xml: bool = False
    includes: tuple[Role, ...] = ()
    ignores_teams: bool = False

    @property
    def key(self) -> str:
        """What identifies the role: the short name where there is one."""
        return self.name if self.name is not None else self.title

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Role) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def is_known(self) -> bool:
        """Whether the tables of this module know it."""
        return self.key in BY_NAME or self.title in BY_TITLE


def _role(name: str | None, title: str, flags: str = "") -> Role:
    return Role(name, title, is_api="a" in flags, is_scan="s" in flags, in_xml="x" in flags)


# Names as documented on Veracode's pages on creating accounts with the Identity API; those not documented there are
# seen in the role listings of public clients. Flags: a role of API accounts, s scan permission, x documented for XML.
BUILT_IN: tuple[Role, ...] = (
    _role("extadmin", "Administrator", "x"),
    _role("extcreator", "Creator", "x"),
    _role("deletescans", "Delete Scans", "x"),
    _role("extelearn", "eLearning", "x"),
    _role("extexecutive", "Executive", "x"),
    _role("greenlightideuser", "Greenlight IDE User", "x"),
    _role("extmitigationapprover", "Mitigation Approver", "x"),
    _role("extpolicyadmin", "Policy Administrator", "x"),
    _role("extreviewer", "Reviewer", "x"),
    _role("sandboxadmin", "Sandbox Administrator", "x"),
    _role("sandboxuser", "Sandbox User", "x"),
    _role("securityinsightsonly", "Security Insights", "x"),
    _role("extseclead", "Security Lead", "x"),
    _role("extsubmitter", "Submitter", "x"),
    _role(None, "Vendor Manager", "x"),
    _role("extsubmitanyscan", "Any Scan", "sx"),
    _role("extsubmitstaticscan", "Static Scan", "sx"),
    _role("extsubmitdynamicscan", "Dynamic Scan", "sx"),
    _role("extsubmitdynamicanalysis", "Dynamic Analysis", "sx"),
    _role("extsubmitdynamicmpscan", "Dynamicmp Scan", "sx"),
    _role("extsubmitdiscoveryscan", "Discovery Scan", "sx"),
    _role("extsubmitmanualscan", "Manual Scan", "sx"),
    _role("teamAdmin", "Team Admin"),
    _role("workSpaceAdmin", "Workspace Administrator"),
    _role("workSpaceEditor", "Workspace Editor"),
    _role("securityLabsUser", "Security Labs User"),
    _role("analyticsCreator", "Analytics Creator"),
    _role("collectionManager", "Collection Manager"),
    _role("collectionReviewer", "Collection Reviewer"),
    _role("consultationuseradmin", "Consultation User Admin"),
    _role("adminapi", "Admin API", "a"),
    _role("uploadapi", "Upload and Scan API", "a"),
    _role("submitterapi", "Upload API - Submit Only", "a"),
    _role("resultsapi", "Results API", "a"),
    _role("mitigationapi", "Mitigation API", "a"),
    _role("archerreports", "Archer Report API", "a"),
    _role("greenlightapiuser", "Greenlight API User", "a"),
    _role("reportingApi", "Reporting API User", "a"),
    _role("collectionManagerAPI", "Collection Manager API", "a"),
    _role("collectionReviewerAPI", "Collection Reviewer API", "a"),
    _role("noteamrestrictionapi", "No Team Restriction API", "a"),
    _role("apisubmitanyscan", "Any Scan (API)", "as"),
    _role("apisubmitstaticscan", "Static Scan (API)", "as"),
    _role("apisubmitdynamicscan", "Dynamic Scan (API)", "as"),
    _role("apisubmitdynamicanalysis", "Dynamic Analysis (API)", "as"),
    _role("apisubmitmanualscan", "Manual Scan (API)", "as"),
)

# Other spellings on Veracode's pages of what is one role (documented; the answers use the names above).
SPELLINGS: dict[str, str] = {
    "All Scan Types": "Any Scan",
    "DynamicMP Scan": "Dynamicmp Scan",
    "DynamicMP": "Dynamicmp Scan",
    "DynamicDS": "Dynamic Scan",
    "Static Analysis": "Static Scan",
    "Discovery": "Discovery Scan",
    "Manual": "Manual Scan",
    "Veracode eLearning": "eLearning",
    "Archer Reports API": "Archer Report API",
    "Greenlight API": "Greenlight API User",
}

BY_NAME: dict[str, Role] = {role.name: role for role in BUILT_IN if role.name is not None}
BY_TITLE: dict[str, Role] = {role.title: role for role in BUILT_IN}

ADMINISTRATOR = {USER: BY_NAME["extadmin"], API_USER: BY_NAME["adminapi"]}
ANY_SCAN = {USER: BY_NAME["extsubmitanyscan"], API_USER: BY_NAME["apisubmitanyscan"]}
TEAM_ADMIN = BY_NAME["teamAdmin"]
NO_TEAM_RESTRICTION = BY_NAME["noteamrestrictionapi"]

# Documented: each of these needs at least one scan permission.
NEEDS_SCAN = frozenset({"extcreator", "extseclead", "extsubmitter", "uploadapi", "submitterapi"})


# The published page: people with only these roles need no team. Another source has a longer list of those that do.
NEEDS_NO_TEAM = frozenset(
    {
        "extadmin",
        "extexecutive",
        "greenlightideuser",
        "extpolicyadmin",
        "securityinsightsonly",
        "extseclead",
    }
)


def with_included(roles: t.Iterable[Role]) -> frozenset[Role]:
    """Return roles with those that they include."""
    return frozenset(each for role in roles for each in (role, *role.includes))


def has_role(roles: t.Iterable[Role], role: Role) -> bool:
    """Tell whether a role is one of these, or is included in one of them."""
    return any(role == each or role in each.includes for each in roles)


def including(catalog: t.Iterable[Role], role: Role) -> list[Role]:
    """Return those of the roles of an organization that are a role or include it."""
    return [each for each in catalog if has_role([each], role)]


def known_role(name: str | None, title: str | None, *, is_api: bool | None = None, is_scan: bool = False) -> Role:
    """Return the role an API reports, under the one display name that both APIs share where it is built in.

    :param name: short name, `None` from the Admin XML API.
    :param title: display name, `None` where a reading leaves it out.
    :param is_api: as the catalog of roles tells it, `None` where a reading does not.
    """
    if name is not None and name in BY_NAME:
        return BY_NAME[name]
    if name is None and title is not None:
        built_in = BY_TITLE.get(SPELLINGS.get(title, title))
        if built_in is not None:
            return built_in
    return Role(name, title if title is not None else str(name), is_api=is_api, is_scan=is_scan)


def is_built_in(name: str) -> bool:
    """Tell whether the tables of this module know a role of this name, in whichever spelling."""
    return name in BY_NAME or SPELLINGS.get(name, name) in BY_TITLE


class RoleCatalog:
    """The roles that can be named, found by short name, display name or one of Veracode's other spellings.

    :param lacking: there may be more of them; this is raised for a role that is not found.
    """

    def __init__(self, roles: t.Iterable[Role], *, lacking: VeracodeError | None = None) -> None:
        self.roles = tuple(roles)
        self._lacking = lacking
        self._index: dict[str, Role] = {}
        for role in self.roles:
            for name in (role.name, role.title):
                if name:
                    self._index.setdefault(name, role)
        for spelling, title in SPELLINGS.items():
            if title in self._index:
                self._index.setdefault(spelling, self._index[title])

    def find(self, name: str) -> Role | None:
        """Return the role of this name, case-sensitive, or `None`."""
        if self._lacking is not None and name not in self._index:
            raise self._lacking
        return self._index.get(name)

    def names(self) -> tuple[str, ...]:
        """Return every name that a role can be given by."""
        return tuple(self._index)

    def __contains__(self, role: Role) -> bool:
        return self.find(role.key) is not None

    def nearest(self, name: str, kind: str) -> str | None:
        """Return the valid name nearest to `name` for that kind of account."""
        names = [key for key, role in self._index.items() if role.is_api in (None, kind == API_USER)]
        return nearest(name, names)


def resolve(names: t.Iterable[str], catalog: RoleCatalog, kind: str) -> tuple[list[Role], list[str]]:
    """Turn names into roles.

    :returns: the roles, and a sentence for each name that cannot be used for that kind of account.
    """
    roles: list[Role] = []
    wrong: list[str] = []
    for name in names:
        role = catalog.find(name)
        if role is None:
            hint = offered_list(name, catalog.names()) or or_nearest(
                catalog.nearest(name, kind), "choose one that veracode_role_info lists"
            )
            wrong.append(Missing(f'unknown role "{name}"{hint}'))
        elif _is_for_other(role, kind):
            owner = "people" if kind == API_USER else "API users"
            match = catalog.nearest(f"{name} (API)" if kind == API_USER else name.replace(" (API)", ""), kind)
            wrong.append(f'role "{name}" is for {owner} only{or_nearest(match, "remove it")}')
        else:
            roles.append(role)
    return roles, wrong


def _is_for_other(role: Role, kind: str) -> bool:
    """Tell whether a role cannot be held by a kind of account; where it does not tell, what it includes does."""
    kinds = {each.is_api for each in (role, *role.includes)} if role.is_api is None else {role.is_api}
    return (kind != API_USER) in kinds


def needs_scan(roles: t.Iterable[Role]) -> list[Role]:
    """Return those of the roles that need a scan permission (documented for built-in roles), or include one that does.

    Whether a custom role needs one for another reason cannot be known.
    """
    return [role for role in roles if any(each.name in NEEDS_SCAN for each in (role, *role.includes))]


def has_scan(roles: t.Iterable[Role]) -> bool:
    """Tell whether a scan permission is among roles, or included in one of them."""
    return any(each.is_scan for each in with_included(roles))


def _titles(roles: t.Iterable[Role]) -> str:
    return ", ".join(sorted(role.title for role in roles))


def target_roles(
    current: t.Collection[Role], named: t.Collection[Role], mode: str, kind: str, *, location: str | None = None
) -> frozenset[Role]:
    """Return the roles an account is to hold, scan permissions included.

    A scan permission stays as long as a role of the account needs one. If the task names none, the current ones are kept, and if
    there are none, Any Scan is added; without a role that needs one, leftovers go and naming one is refused.

    :param current: the roles of the account; empty for an account that is to be created.
    :param named: the roles the task names.
    :param mode: `exact`, `add` or `remove`.
    :raises InputError: no role would be left, or the scan permissions contradict the roles.
    """

    def refuse(msg: str) -> InputError:
        return InputError(msg, option="roles", value=sorted(role.title for role in named), location=location)

    named_scans = {role for role in named if role.is_scan}
    named_roles = {role for role in named if not role.is_scan}
    current_scans = {role for role in current if role.is_scan}
    current_roles = {role for role in current if not role.is_scan}
    if mode == "add":
        roles, scans = current_roles | named_roles, current_scans | named_scans
    elif mode == "remove":
        roles, scans = current_roles - named_roles, current_scans - named_scans
    else:
        roles, scans = named_roles, named_scans or current_scans
    if not roles:
        if mode != "remove":
            raise refuse(f"roles: {_titles(named_scans)} alone cannot be held; name a role that scans, such as Creator")
        raise refuse(
            "roles: no role would be left, and Veracode requires at least one; "
            "use state: disabled to remove the access, or name the roles to keep with roles_mode: exact"
        )
    needing = needs_scan(roles)
    # A custom role may include the scan permission together with the role that needs it.
    is_met = has_scan(roles)
    custom = [role for role in roles if not role.is_known]
    if needing and not is_met:
        if mode == "remove" and not scans and current_scans:
            raise refuse(
                f"roles: {_titles(named_scans)} cannot be removed, it is the last scan permission and "
                f"{_titles(needing)} needs one; name another scan permission with roles_mode: exact"
            )
        return frozenset(roles | (scans or {ANY_SCAN[kind]}))
    if custom and scans:
        # Whether a custom role needs a scan permission cannot be known; the current and the named one are kept.
        return frozenset(roles | scans)
    if named_scans and mode != "remove":
        raise refuse(
            f"roles: {_titles(named_scans)} needs a role that scans; none of {_titles(roles)} does, "
            "so remove the scan permission or name a role such as "
            + ("Upload and Scan API" if kind == API_USER else "Creator, Security Lead or Submitter")
        )
    return frozenset(roles)


# Four of them documented as what goes with Sandbox Administrator, all of them seen in a public client's rules.
_BESIDE_SANDBOX_ADMIN = frozenset(
    {"extadmin", "extcreator", "extexecutive", "extreviewer", "extseclead", "extsubmitter", "securityinsightsonly"}
)


def impossible(roles: t.Collection[Role]) -> str | None:
    """Return why the roles cannot be held together, or `None` (documented combinations only)."""
    names = {role.name for role in with_included(roles)}
    if "deletescans" in names and not names & {"extseclead", "extcreator"}:
        return "Delete Scans also needs Security Lead or Creator; add one of them, or remove it"
    if "sandboxadmin" in names and not names & _BESIDE_SANDBOX_ADMIN:
        return (
            "Sandbox Administrator also needs a role such as Creator, Reviewer, Security "
            "Lead or Submitter; add one of them, or remove it"
        )
    if "teamAdmin" in names and "extadmin" in names:
        return "Team Admin cannot be combined with Administrator, which manages every team already; remove one of them"
    return None

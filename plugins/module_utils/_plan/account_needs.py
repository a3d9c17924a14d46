# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What has to be read to plan an account."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.fields import XML
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import NO_TEAM_RESTRICTION, RoleCatalog
from ansible_collections.community.veracode.plugins.module_utils._plan.account_roles import known_roles
from ansible_collections.community.veracode.plugins.module_utils._plan.account_teams import team_names_after
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired


def options_needed(desired: Desired) -> frozenset[str]:
    """Return the options that a reading has to report for this entry to be planned."""
    if desired.state == "absent":
        return frozenset()
    if desired.state == "disabled":
        return frozenset({"login_enabled", "active"} if desired.kind == API_USER else {"login_enabled"})
    needed = set(desired.values) - {"username"}
    if "managed_teams" in needed:
        needed.add("roles")
    if "is_saml_user" in needed:
        needed.add("custom_id")
    if needed & {"has_ip_restrictions", "allowed_ip_addresses"}:
        needed |= {"has_ip_restrictions", "allowed_ip_addresses"}
    return frozenset(needed)


def names_needed(desired: Desired, account: Account | None) -> tuple[bool, tuple[str, ...]]:
    """Return whether the organization's roles have to be read, and which team names have to be looked up.

    Names that the account already holds need no look-up, so that a converged account costs none.
    """
    if desired.state != "present":
        return False, ()
    values = desired.values
    current_roles = RoleCatalog(account.roles or ()) if account else RoleCatalog(())
    known = known_roles(desired, account)
    need_roles = any(known.find(name) is None for name in values.get("roles", ())) or _flags_matter(
        desired, current_roles
    )
    if not need_roles and desired.unrestricted and NO_TEAM_RESTRICTION not in current_roles:
        need_roles = not team_names_after(desired, account)
    own = {team.name for team in (account.teams or ())} if account else set()
    teams = set(values.get("managed_teams", ()))
    if desired.teams_mode != "remove":
        teams |= set(values.get("teams", ()))
    if desired.api == XML and "teams" in values and team_names_after(desired, account) != own:
        # Its answers separate the names by a comma, which a name may hold, too.
        return need_roles, tuple(sorted(teams | own))
    return need_roles, tuple(sorted(teams - own))


def _flags_matter(desired: Desired, current_roles: RoleCatalog) -> bool:
    """Tell whether a role that the tables do not know may be a scan permission, which only the catalog tells.

    It matters where the task would take the role away.
    """
    named = desired.values.get("roles")
    unknown = [role for role in current_roles.roles if not role.is_known]
    if named is None or not unknown or desired.roles_mode == "add" or desired.api == XML:
        return False
    is_named = [bool({role.name, role.title} & set(named)) for role in unknown]
    return any(is_named) if desired.roles_mode == "remove" else not all(is_named)

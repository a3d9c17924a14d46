# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The roles that an account is to hold."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import names_missing
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.fields import XML
from ansible_collections.community.veracode.plugins.module_utils._model.known import Names
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    BUILT_IN,
    NO_TEAM_RESTRICTION,
    Role,
    RoleCatalog,
    impossible,
    resolve,
    target_roles,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.account_teams import team_names_after
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import Desired


def known_roles(desired: Desired, account: Account | None) -> RoleCatalog:
    """Return the roles whose names are known to be right without asking.

    The current roles are; so are all built-in roles where some are to be removed, as an absent one changes nothing.
    """
    current_roles = account.roles or () if account else ()
    return RoleCatalog((*current_roles, *BUILT_IN) if desired.roles_mode == "remove" and account else current_roles)


def roles_after(
    desired: Desired, account: Account | None, names: Names, values: t.Mapping[str, t.Any], *, lost_team: bool
) -> frozenset[Role] | None:
    """Return the roles the account is to hold, or `None` if the task does not manage them.

    :param lost_team: an API user ends without a team, as intended.
    """
    catalog = names.roles or known_roles(desired, account)
    # What the account's own list omits of a role, the catalog tells.
    current_roles = (
        frozenset(catalog.find(role.key) or role for role in account.roles or ()) if account else frozenset()
    )
    desired_roles = values.get("roles")
    if desired_roles is None and not lost_team:
        return None
    after = current_roles
    if desired_roles is not None:
        named, wrong = resolve(desired_roles, catalog, desired.kind)
        if wrong and desired.api == XML:
            wrong = [
                _xml_lacks(name) for name in desired_roles if catalog.find(name) is None and _REST_ROLES.find(name)
            ] or wrong
        if wrong:
            raise desired.problem(
                f"roles: {'; '.join(wrong)}",
                "roles",
                list(desired_roles),
                is_about_something_missing=names_missing(wrong),
            )
        mode = desired.roles_mode if account else "exact"
        after = target_roles(current_roles, named, mode, desired.kind)
        if mode == "exact" and desired.unrestricted and NO_TEAM_RESTRICTION in current_roles:
            after = after | {NO_TEAM_RESTRICTION}
    if lost_team and NO_TEAM_RESTRICTION in catalog:
        after = after | {NO_TEAM_RESTRICTION}
    if after != current_roles:
        reason = impossible(after)
        if reason:
            raise desired.problem(f"roles: {reason}", "roles", sorted(role.title for role in after))
    return after


_REST_ROLES = RoleCatalog(role for role in BUILT_IN if not role.in_xml and not role.is_api)


def _xml_lacks(name: str) -> str:
    return f'the Admin XML API does not take the role "{name}"; use api: rest'


def needs_unrestricted(desired: Desired, account: Account | None) -> bool:
    """Tell whether an API user ends without a team, which has to be said explicitly.

    :raises InputError: it was not said.
    """
    teams = team_names_after(desired, account)
    if teams:
        return False
    takes_last = account is None or bool(account.teams)
    if takes_last and not desired.unrestricted:
        raise desired.problem(
            f'teams: "{desired.label}" would have no team, and an API user without '
            "a team sees every application; name its teams, or set unrestricted: true",
            "teams",
            [],
        )
    if not desired.unrestricted:
        return False
    return takes_last or "roles" in desired.values


def same_roles(desired: Desired, current_roles: t.Collection[Role], after: t.Collection[Role]) -> bool:
    if set(current_roles) == set(after):
        return True
    # The Admin XML API may add Any Scan by itself to what was asked for.
    extra = set(current_roles) - set(after)
    return (
        desired.api == XML
        and not set(after) - set(current_roles)
        and all(role.name == "extsubmitanyscan" for role in extra)
        and any(role.is_scan for role in after)
        and not (desired.roles_mode == "remove" and extra & _named(desired, current_roles))
    )


def _named(desired: Desired, current_roles: t.Collection[Role]) -> set[Role]:
    return set(resolve(desired.values.get("roles", ()), RoleCatalog(current_roles), desired.kind)[0])

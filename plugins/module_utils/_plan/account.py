# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Compare what is wanted with what is there. Pure: no call, no clock, no AnsibleModule."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._model.account import (
    BY_OPTION,
    ELEARNING,
    FIELDS,
    FLAG,
    NAMES,
    REST,
    XML,
    Account,
    Membership,
    can_update,
    fields_of,
)
from ansible_collections.community.veracode.plugins.module_utils._model.role import (
    API_USER,
    BUILT_IN,
    NO_TEAM_RESTRICTION,
    TEAM_ADMIN,
    USER,
    Role,
    RoleCatalog,
    impossible,
    nearest,
    resolve,
    target_roles,
    there_is_no,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.desired import LOCK_OUT, Desired, is_address

# Options that have rules of their own below; all others are compared as they are.
_RULED = frozenset(
    {
        "username",
        "email_address",
        "roles",
        "teams",
        "managed_teams",
        "has_ip_restrictions",
        "allowed_ip_addresses",
        "is_saml_user",
        "title",
    }
)

_RELATIONS = frozenset({"roles", "teams", "managed_teams"})


@dataclass(frozen=True)
class Names:
    """The names that can be given, as far as they had to be read.

    :param roles: all roles of the organization; C(None) if the account's own suffice.
    :param teams: teams by name, with their GUID or C(None); holds at least those that were asked for and exist.
    :param all_teams: names to offer as the nearest ones.
    :param leaving_teams: names of teams that the same run removes.
    """

    roles: RoleCatalog | None = None
    teams: t.Mapping[str, str | None] = field(default_factory=dict)
    all_teams: tuple[str, ...] = ()
    leaving_teams: t.Collection[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """The account a task means.

    :param account: as read.
    :param formerly: it was found under one of its former names, and is to be renamed.
    :param warnings: what the user should know about how it was found.
    """

    account: Account
    formerly: bool = False
    warnings: tuple[str, ...] = ()


class Entity(t.Protocol):
    """Anything that is managed, as far as a change of it has to be told."""

    @property
    def values_and_lists(self) -> t.Mapping[str, t.Any]:
        """All values by option, lists as sorted tuples."""


def _account(entity: Entity | None) -> Account | None:
    if entity is None or isinstance(entity, Account):
        return entity
    raise TypeError(f"{type(entity).__name__} is not an account")


@dataclass(frozen=True)
class Change:
    """One net change of one object.

    :param action: C(create), C(update), C(rename), C(disable) or C(delete).
    :param name: the name after the run.
    :param fields: the options that change, sorted.
    :param values: what to write: canonical value by option.
    :param before: the object as it is, C(None) for a creation.
    :param after: the object as it is to be, C(None) for a deletion.
    :param verify_email: a new address holds only once it is confirmed.
    """

    action: str
    kind: str
    name: str
    fields: tuple[str, ...]
    values: t.Mapping[str, t.Any]
    before: Entity | None
    after: Entity | None
    place: str | None = None
    verify_email: bool = False

    @property
    def account_before(self) -> Account | None:
        """C(before) of a change of an account."""
        return _account(self.before)

    @property
    def account_after(self) -> Account | None:
        """C(after) of a change of an account."""
        return _account(self.after)

    @property
    def entry(self) -> dict[str, t.Any]:
        """The change as an entry of C(actions)."""
        return {"action": self.action, "kind": self.kind, "name": self.name, "fields": list(self.fields)}

    @property
    def diff(self) -> dict[str, t.Any]:
        """The change as C(before) and C(after) in the collection's own words."""
        before = self.before.values_and_lists if self.before else {}
        after = self.after.values_and_lists if self.after else {}
        if self.action == "create":
            return {"before": {}, "after": _shown(after, self.fields)}
        if self.action == "delete":
            # An account carries what its API reports; the kind may lack the option.
            managed = {each.option for each in fields_of(self.kind)} if isinstance(self.before, Account) else before
            options = [option for option, value in before.items() if option in managed and value not in (None, ())]
            return {"before": _shown(before, options), "after": {}}
        changed = self.fields or tuple(self.values)
        return {"before": _shown(before, changed), "after": _shown(after, changed)}


def _shown(values: t.Mapping[str, t.Any], options: t.Iterable[str]) -> dict[str, t.Any]:
    return {
        option: list(values[option]) if isinstance(values.get(option), tuple) else values.get(option)
        for option in sorted(options)
    }


@dataclass(frozen=True)
class Plan:
    """What one entry needs.

    :param change: C(None) if nothing differs.
    :param entity: the object as it will be, C(None) if there is none.
    :param pending: a new address was ordered and waits for its confirmation.
    """

    change: Change | None
    entity: Entity | None
    warnings: tuple[str, ...] = ()
    pending: bool = False

    @property
    def account(self) -> Account | None:
        """The entity of a plan of an account."""
        return _account(self.entity)


def options_needed(desired: Desired) -> frozenset[str]:
    """Return the options that a reading has to carry for this entry to be planned."""
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
    held = RoleCatalog(account.roles or ()) if account else RoleCatalog(())
    known = _known_roles(desired, account)
    need_roles = any(known.find(name) is None for name in values.get("roles", ()))
    if not need_roles and desired.unrestricted and NO_TEAM_RESTRICTION not in held:
        need_roles = not team_names_after(desired, account)
    own = {team.name for team in (account.teams or ())} if account else set()
    teams = set(values.get("managed_teams", ()))
    if desired.teams_mode != "remove":
        teams |= set(values.get("teams", ()))
    return need_roles, tuple(sorted(teams - own))


def _known_roles(desired: Desired, account: Account | None) -> RoleCatalog:
    """Return the roles whose names are known to be right without asking.

    What is held is; and to take away a built-in role that is not held needs no proof that the organization has it.
    """
    held = account.roles or () if account else ()
    return RoleCatalog((*held, *BUILT_IN) if desired.roles_mode == "remove" and account else held)


def team_names_after(desired: Desired, account: Account | None) -> set[str]:
    """Return the teams an account is to be in, as far as its own entry says."""
    held = {team.name for team in (account.teams or ())} if account else set()
    named = desired.values.get("teams")
    if named is not None:
        if desired.teams_mode == "add":
            held = held | set(named)
        elif desired.teams_mode == "remove":
            held = held - set(named)
        else:
            held = set(named)
    return held | set(desired.values.get("managed_teams", ()))


def plan_account(desired: Desired, found: Found | None, names: Names) -> Plan:
    """Plan one account.

    :raises InputError: the entry asks for what cannot be.
    """
    try:
        return _plan_account(desired, found, names)
    except VeracodeError as error:
        for each in error.all:
            each.kind = each.kind or desired.kind
            each.name = each.name or desired.label
            if desired.place and each.place is None:
                each.place = f"{desired.place}.{each.option}" if each.option else desired.place
                each.msg = f"{desired.place}.{each.msg}"
        raise


@contextlib.contextmanager
def _collected(problems: list[VeracodeError]) -> t.Iterator[None]:
    """Note what is wrong with one option and go on with the others."""
    try:
        yield
    except VeracodeError as error:
        problems.append(error)


def _plan_account(desired: Desired, found: Found | None, names: Names) -> Plan:
    account = found.account if found else None
    if account is not None and account.kind != desired.kind:
        other, module = ("an API service account", "veracode_api_user")
        if account.kind == USER:
            other, module = ("a person's account", "veracode_user")
        raise desired.problem(
            f'username: "{account.username}" is {other}, and Veracode cannot convert an account; '
            f"use community.veracode.{module}, or another username",
            "username",
            account.username,
        )
    if desired.state == "absent":
        return _plan_removal(desired, account)
    if desired.state == "disabled":
        return _plan_disabling(desired, account)
    if found is None:
        return _plan_creation(desired, names)
    return _plan_update(desired, found, names)


def _plan_removal(desired: Desired, account: Account | None) -> Plan:
    if account is None:
        return Plan(None, None)
    change = Change("delete", desired.kind, account.username, (), {}, account, None, desired.place)
    return Plan(change, None)


def _plan_disabling(desired: Desired, account: Account | None) -> Plan:
    if account is None:
        return Plan(None, None)
    switches = ["login_enabled"]
    if desired.kind == API_USER and desired.api == REST:
        switches.append("active")
    values = {option: False for option in switches if account.values.get(option) is not False}
    if not values:
        return Plan(None, account)
    after = replace(account, values={**account.values, **values})
    change = Change("disable", desired.kind, account.username, (), values, account, after, desired.place)
    return Plan(change, after)


def _plan_creation(desired: Desired, names: Names) -> Plan:
    values = dict(desired.values)
    if desired.roles_mode == "remove":
        values.pop("roles", None)
    problems: list[VeracodeError] = []
    with _collected(problems):
        _complete_names(desired, values)
    told = {problem.option for problem in problems}
    missing = [
        option
        for option in ("first_name", "last_name", "email_address")
        if not values.get(option) and option not in told
    ]
    if values.get("is_saml_user") and not values.get("custom_id"):
        missing.append("custom_id")
    if desired.kind == API_USER and not values.get("username"):
        missing.append("username")
    if desired.api == XML and not values.get("roles"):
        missing.append("roles")
    if missing:
        problem = desired.problem(
            f"{missing[0]}: {desired.label} does not exist, and creating it needs {', '.join(missing)}; "
            "give what is missing, or correct the name",
            missing[0],
        )
        problems.append(problem)
    shown = set(values)
    warnings: list[str] = []
    if values.get("has_ip_restrictions") and not values.get("allowed_ip_addresses"):
        warnings.append(_no_address_left(desired))
    if values.get("allowed_ip_addresses"):
        values["has_ip_restrictions"] = True
        shown.add("has_ip_restrictions")
    roles, teams = _relations_after(desired, None, names, values, problems)
    raise_all(problems)
    if teams is not None:
        # What the two options and their mode come to.
        values["teams"] = tuple(team.name for team in teams)
    values = {option: value for option, value in values.items() if value not in (None, ())}
    values.setdefault("login_enabled", True)
    if desired.api == REST:
        values.setdefault("active", True)
    account = Account(
        desired.kind,
        None,
        {**_as_created(desired.api), **{option: value for option, value in values.items() if option not in _RELATIONS}},
        tuple(sorted(roles, key=lambda role: role.title)) if roles is not None else (),
        teams or (),
    )
    shown = {option for option in shown if values.get(option) is not None or option in ("roles", "teams")}
    shown = {option for option in shown if account.values_and_lists.get(option) not in (None, ())}
    change = Change(
        "create", desired.kind, account.username, tuple(sorted(shown)), values, None, account, desired.place
    )
    return Plan(change, account, tuple(warnings))


def _as_created(api: str) -> dict[str, t.Any]:
    """Return what an account has of which its creation says nothing (documented: no restriction, no SAML, no token)."""
    return {
        field.option: False if field.type == FLAG else ()
        for field in FIELDS
        if field.type in (FLAG, NAMES) and field.option not in _RELATIONS and can_update(field.option, api)
    }


def _relations_after(
    desired: Desired,
    account: Account | None,
    names: Names,
    values: t.Mapping[str, t.Any],
    problems: list[VeracodeError],
) -> tuple[frozenset[Role] | None, tuple[Membership, ...] | None]:
    """Return the roles and teams the account is to have, each C(None) if the task does not manage them."""
    roles: frozenset[Role] | None = None
    # Who may manage a team is told by the roles; where these are wrong, that is enough to tell.
    for_teams: frozenset[Role] = frozenset({TEAM_ADMIN})
    lost_team = False
    told = len(problems)
    with _collected(problems):
        lost_team = desired.kind == API_USER and _needs_unrestricted(desired, account)
    if account is not None or "roles" in values:
        with _collected(problems):
            roles = _roles_after(desired, account, names, values, lost_team=lost_team)
            for_teams = roles if roles is not None else frozenset(account.roles or () if account else ())
    else:
        for_teams = frozenset()
    teams = None
    with _collected(problems):
        teams = _teams_after(desired, account, names, for_teams)
        if len(problems) == told:
            _refuse_to_manage_none(desired, account, for_teams, teams)
    return roles, teams


def _refuse_to_manage_none(
    desired: Desired, account: Account | None, roles: t.Collection[Role], teams: tuple[Membership, ...] | None
) -> None:
    """Refuse to give the Team Admin role without a team to manage (seen in code: the server does not take it)."""
    held = account.roles or () if account is not None else ()
    after = teams if teams is not None else account.teams if account is not None else ()
    if TEAM_ADMIN not in roles or TEAM_ADMIN in held or after is None:
        return
    if all(team.manages is False for team in after):
        raise desired.problem(
            "managed_teams: Team Admin needs at least one team to manage; name it in managed_teams, or take Team Admin "
            "out of roles",
            "managed_teams",
            [],
        )


def _complete_names(desired: Desired, values: dict[str, t.Any]) -> None:
    """Let username and address imply one another (documented: they are the same for a person without SAML)."""
    if desired.kind != USER:
        return
    username, address = values.get("username"), values.get("email_address")
    differ = bool(username and address and username.casefold() != address.casefold())
    if desired.api == XML and differ:
        raise desired.problem(
            f'username: the Admin XML API makes the address the username, so "{username}" cannot be created with '
            f'email_address "{address}"; use api: rest, or leave username out',
            "username",
            username,
        )
    if username and not address and not values.get("is_saml_user"):
        if not is_address(username):
            raise desired.problem(
                f'email_address: "{username}" does not exist, and its username is not an address, '
                "so creating it needs email_address; give it, or correct the name",
                "email_address",
            )
        values["email_address"] = username
    if address and not username:
        values["username"] = address


def _plan_update(desired: Desired, found: Found, names: Names) -> Plan:
    account = found.account
    now = account.values_and_lists
    values: dict[str, t.Any] = {}
    warnings = list(found.warnings)
    if now.get("active") is False and "active" not in desired.values:
        warnings.append(f'The account "{account.username}" is inactive and stays so; set active: true to reactivate it')
    if found.formerly:
        warnings += _plan_rename(desired, account, values)
    elif "email_address" in desired.values:
        _put(values, now, "email_address", desired.values["email_address"])
        if "email_address" in values and not desired.verify_email and _name_is_address(account):
            # For a person without SAML one implies the other; said explicitly, since a server may not do it by itself.
            values["username"] = values["email_address"]
    for option, wanted in desired.values.items():
        if option not in _RULED:
            _put(values, now, option, wanted)
    warnings += _plan_title(desired, now, values)
    problems: list[VeracodeError] = []
    with _collected(problems):
        _plan_saml(desired, now, values)
    with _collected(problems):
        warnings += _plan_addresses(desired, account, now, values)
    roles, teams = _relations_after(desired, account, names, desired.values, problems)
    raise_all(problems)
    if roles is not None and account.roles is not None and not _same_roles(desired, account.roles, roles):
        values["roles"] = tuple(sorted(role.title for role in roles))
    else:
        roles = None
    if teams is not None:
        _put(values, now, "teams", tuple(sorted(team.name for team in teams)))
        if desired.api == REST:
            _put(values, now, "managed_teams", tuple(sorted(team.name for team in teams if team.manages)))
        if "teams" not in values and "managed_teams" not in values:
            teams = None
    _refuse_what_cannot_be_written(desired, account, values)
    if not values:
        return Plan(None, account, tuple(warnings))
    after = replace(
        account,
        values={
            **account.values,
            **{option: value for option, value in values.items() if option not in _RELATIONS},
        },
        roles=tuple(sorted(roles, key=lambda role: role.title)) if roles is not None else account.roles,
        teams=teams if teams is not None else account.teams,
    )
    change = Change(
        "rename" if "username" in values else "update",
        desired.kind,
        str(values.get("username", account.username)),
        tuple(sorted(values)),
        values,
        account,
        after,
        desired.place,
        verify_email=desired.verify_email and "email_address" in values,
    )
    return Plan(change, after, tuple(warnings), pending=change.verify_email)


def _put(values: dict[str, t.Any], now: t.Mapping[str, t.Any], option: str, wanted: t.Any) -> None:
    """Note a value to write if it differs from the present one."""
    each = BY_OPTION[option]
    unset: t.Any = () if each.type == NAMES else None
    if not each.same(now.get(option, unset), wanted):
        if option in ELEARNING and wanted is False and now.get(option) is None:
            return
        values[option] = wanted


def _plan_rename(desired: Desired, account: Account, values: dict[str, t.Any]) -> list[str]:
    new = str(desired.username)
    address = desired.values.get("email_address")
    if desired.kind == USER and address is None and not account.values.get("is_saml_user") and is_address(new):
        address = new
    now = account.values_and_lists
    if address is not None:
        _put(values, now, "email_address", address)
        if desired.kind == USER and "email_address" not in values and new.casefold() == address.casefold():
            return [
                f'The account still has the username "{account.username}" although its address is "{new}" already; '
                "the server keeps usernames when an address changes, and the account goes on being found by it"
            ]
    if desired.api == XML and (address is None or address.casefold() != new.casefold()):
        raise desired.problem(
            f'username: the Admin XML API renames by a new email_address only, so "{account.username}" cannot become '
            f'"{new}"; use api: rest, or let email_address be the new username',
            "username",
            new,
        )
    if desired.verify_email and new.casefold() == str(address).casefold() and _name_is_address(account):
        return []  # the name is to follow the address, which is not confirmed yet
    values["username"] = new
    return []


def _name_is_address(account: Account) -> bool:
    """Tell whether a new address is a new username, too."""
    now = account.values
    if account.kind != USER or now.get("is_saml_user"):
        return False
    return str(now.get("username") or "").casefold() == str(now.get("email_address") or "").casefold()


def _plan_title(desired: Desired, now: t.Mapping[str, t.Any], values: dict[str, t.Any]) -> list[str]:
    if "title" not in desired.values:
        return []
    if "title" not in now:
        return [
            "title: this API does not report the title of an account, so it could not be compared; "
            "it is sent on creation only and was left alone"
        ]
    _put(values, now, "title", desired.values["title"])
    return []


def _plan_saml(desired: Desired, now: t.Mapping[str, t.Any], values: dict[str, t.Any]) -> None:
    wanted = desired.values.get("is_saml_user")
    present = bool(now.get("is_saml_user"))
    if wanted is None or wanted == present:
        if present and desired.values.get("requires_token"):
            raise desired.problem(
                "requires_token: a SAML user cannot have Veracode's multi-factor authentication; "
                "leave requires_token out or false",
                "requires_token",
                True,
            )
        return
    if not wanted:
        raise desired.problem(
            "is_saml_user: Veracode cannot turn a SAML user back into one with a password; "
            "leave is_saml_user out or true, or create another account",
            "is_saml_user",
            False,
        )
    if not (desired.values.get("custom_id") or now.get("custom_id")):
        raise desired.problem(
            "is_saml_user: a SAML user needs a custom_id, the subject its identity provider sends; give custom_id",
            "is_saml_user",
            True,
        )
    values["is_saml_user"] = True


def _no_address_left(desired: Desired) -> str:
    return (
        f'has_ip_restrictions: "{desired.label}" is restricted and has no allowed_ip_addresses, so it can log in '
        f"from nowhere: {LOCK_OUT}"
    )


def _plan_addresses(
    desired: Desired, account: Account, now: t.Mapping[str, t.Any], values: dict[str, t.Any]
) -> list[str]:
    addresses = desired.values.get("allowed_ip_addresses")
    restricted = desired.values.get("has_ip_restrictions")
    if addresses is not None:
        restricted = bool(addresses)
    elif restricted is False:
        addresses = ()
    elif restricted and not now.get("allowed_ip_addresses"):
        if desired.api == XML:
            raise desired.problem(
                f"has_ip_restrictions: true needs allowed_ip_addresses, and the account has none: {LOCK_OUT}; give them, "
                "or leave has_ip_restrictions out",
                "has_ip_restrictions",
                True,
            )
        _put(values, now, "has_ip_restrictions", True)
        return [_no_address_left(desired)]
    if restricted is not None:
        _put(values, {"has_ip_restrictions": False, **now}, "has_ip_restrictions", restricted)
    if addresses is not None:
        _put(values, now, "allowed_ip_addresses", addresses)
    return []


def _roles_after(
    desired: Desired, account: Account | None, names: Names, values: t.Mapping[str, t.Any], *, lost_team: bool
) -> frozenset[Role] | None:
    """Return the roles the account is to hold, or C(None) if the task does not manage them.

    :param lost_team: an API service account ends without a team, as it is meant.
    """
    held = frozenset(account.roles or ()) if account else frozenset()
    catalog = names.roles or _known_roles(desired, account)
    wanted = values.get("roles")
    if wanted is None and not lost_team:
        return None
    after = held
    if wanted is not None:
        named, wrong = resolve(wanted, catalog, desired.kind)
        if wrong and desired.api == XML:
            wrong = [
                _xml_lacks(name) for name in wanted if catalog.find(name) is None and _REST_ROLES.find(name)
            ] or wrong
        if wrong:
            raise desired.problem(f"roles: {'; '.join(wrong)}", "roles", list(wanted))
        mode = desired.roles_mode if account else "exact"
        after = target_roles(held, named, mode, desired.kind)
        if mode == "exact" and desired.unrestricted and NO_TEAM_RESTRICTION in held:
            after = after | {NO_TEAM_RESTRICTION}
    if lost_team and NO_TEAM_RESTRICTION in catalog:
        after = after | {NO_TEAM_RESTRICTION}
    if after != held:
        reason = impossible(after)
        if reason:
            raise desired.problem(f"roles: {reason}", "roles", sorted(role.title for role in after))
    return after


_REST_ROLES = RoleCatalog(role for role in BUILT_IN if not role.in_xml and not role.is_api)


def _xml_lacks(name: str) -> str:
    return f'the Admin XML API does not take the role "{name}"; use api: rest'


def _needs_unrestricted(desired: Desired, account: Account | None) -> bool:
    """Tell whether an API service account ends without a team, which has to be said explicitly.

    :raises InputError: it was not said.
    """
    teams = team_names_after(desired, account)
    if teams:
        return False
    takes_last = account is None or bool(account.teams)
    if takes_last and not desired.unrestricted:
        raise desired.problem(
            f'teams: "{desired.label}" would have no team, and an API service account without a team sees every '
            "application; name its teams, or set unrestricted: true",
            "teams",
            [],
        )
    if not desired.unrestricted:
        return False
    return takes_last or "roles" in desired.values


def _same_roles(desired: Desired, held: t.Collection[Role], after: t.Collection[Role]) -> bool:
    if set(held) == set(after):
        return True
    # The Admin XML API may add Any Scan by itself to what was asked for.
    extra = set(held) - set(after)
    return (
        desired.api == XML
        and not set(after) - set(held)
        and all(role.name == "extsubmitanyscan" for role in extra)
        and any(role.is_scan for role in after)
        and not (desired.roles_mode == "remove" and extra & _named(desired, held))
    )


def _named(desired: Desired, held: t.Collection[Role]) -> set[Role]:
    return set(resolve(desired.values.get("roles", ()), RoleCatalog(held), desired.kind)[0])


def _teams_after(
    desired: Desired, account: Account | None, names: Names, roles: t.Collection[Role] | None
) -> tuple[Membership, ...] | None:
    """Return the memberships the account is to have, or C(None) if the task does not manage them."""
    wanted = desired.values.get("teams")
    managed = desired.values.get("managed_teams")
    if wanted is None and managed is None:
        return None
    held = {team.name: team for team in (account.teams or ())} if account else {}
    _refuse_unknown_teams(desired, held, names)
    if managed and TEAM_ADMIN not in (roles or ()):
        raise desired.problem(
            f"managed_teams: {', '.join(managed)} can only be managed by an account with the Team Admin role; "
            + (
                "leave managed_teams out, an API service account cannot have it"
                if desired.kind == API_USER
                else "add Team Admin to roles"
            ),
            "managed_teams",
            list(managed),
        )
    after = []
    for name in sorted(team_names_after(desired, account)):
        present = held.get(name)
        if managed is not None:
            manages: bool | None = name in managed
        elif present is not None:
            manages = present.manages
        else:
            manages = None if desired.api == XML else False
        team_id = present.team_id if present else names.teams.get(name)
        after.append(Membership(name, manages, team_id))
    return tuple(after)


def _refuse_unknown_teams(desired: Desired, held: t.Collection[str], names: Names) -> None:
    wanted, managed = desired.values.get("teams", ()), desired.values.get("managed_teams", ())
    there = {*held, *names.teams} - set(names.leaving_teams)
    unknown = sorted({*wanted, *managed} - there)
    if desired.teams_mode == "remove":
        # Being in no such team is what is wanted; only a slip that would leave the account where it is matters.
        folded = {name.casefold() for name in held}
        unknown = [name for name in unknown if name in managed or name.casefold() in folded]
    if not unknown:
        return
    option = "teams" if set(unknown) & set(wanted) else "managed_teams"
    near = (*names.all_teams, *held)
    sentences = [there_is_no("team", name, near, leaves=name in names.leaving_teams) for name in unknown]
    if not all(name in names.leaving_teams or nearest(name, near) for name in unknown):
        sentences.append("a calling account that is restricted to teams sees only its own")
    raise desired.problem(f"{option}: {'; '.join(sentences)}", option, unknown)


def _refuse_what_cannot_be_written(desired: Desired, account: Account, values: t.Mapping[str, t.Any]) -> None:
    for option in values:
        if not can_update(option, desired.api):
            raise desired.problem(
                f"{option}: the Admin XML API can set it only when an account is created, and it differs on "
                f'"{account.username}"; use api: rest to change it',
                option,
                values[option],
            )
    if desired.api == XML and "roles" in values:
        kept = [role.title for role in account.roles or () if not role.in_xml and role.title in values["roles"]]
        if kept:
            raise desired.problem(
                f"roles: the Admin XML API does not know {', '.join(sorted(kept))}, which the account holds and would "
                "lose with any change of its roles; use api: rest",
                "roles",
                list(values["roles"]),
            )


def unmet(change: Change, account: Account) -> list[str]:
    """Return the options that were written and that the answer shows with another value than was sent.

    An answer that does not carry an option tells nothing about it.
    """
    shown = account.values_and_lists
    wrong = []
    for option, sent in change.values.items():
        if option not in shown or option == "roles":
            continue
        if option == "email_address" and change.verify_email:
            continue
        if not BY_OPTION[option].same(shown[option], BY_OPTION[option].canonical(sent)):
            wrong.append(option)
    after = change.account_after
    if "roles" in change.values and account.roles is not None and after is not None:
        extra = set(account.roles) - set(after.roles or ())
        lacking = set(after.roles or ()) - set(account.roles)
        if lacking or any(not role.is_scan for role in extra):
            wrong.append("roles")
    return sorted(wrong)

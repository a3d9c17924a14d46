# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Organizations to start with: YAML files, and generated people. The same input gives the same ids in every run."""

from __future__ import annotations

import random
import re
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from .model import CUSTOM, BusinessUnit, JitSettings, OauthClient, Organization, Role, Team, User
from .store import DEFAULT_BUSINESS_UNIT, Store, stable_id

SEEDS = Path(__file__).parent / "seeds"
_USER_KEYS = {
    "user_name", "email_address", "first_name", "last_name", "roles", "teams", "managed_teams", "active", "login_enabled",
    "locked", "activated", "saml_user", "saml_subject", "ip_restricted", "allowed_ip_addresses", "pin_required", "phone", "title",
    "last_login", "credentials", "key_created", "key_expires", "is_elearning_manager", "elearning_manager", "elearning_track",
    "elearning_curriculum", "keep_elearning_active", "created", *CUSTOM,
}  # fmt: skip
_DAYS = re.compile(r"([+-])(\d+)d")


class SeedError(ValueError):
    """A seed that names what does not exist, or has a key that nobody knows."""


def load(name: str) -> dict[str, Any]:
    """Read a seed by path, or by the name of one that is shipped. Raises SeedError."""
    path = Path(name)
    if not path.exists() and (SEEDS / f"{name}.yml").exists():
        path = SEEDS / f"{name}.yml"
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as exc:
        raise SeedError(f"{name}: {exc}") from exc
    if not isinstance(document, dict):
        raise SeedError(f"{name}: not a mapping")
    return document


def build(document: dict[str, Any], keys: dict[str, tuple[str, str]], clock: Callable[[], float] = time.time) -> Store:
    """A store with what the document names. Generated pairs go into ``keys``; those that are there already are kept."""
    organization = document.get("organization") or {}
    store = Store(
        Organization(
            stable_id("organization", str(organization.get("name", "Example"))),
            int(organization.get("legacy_id", 10023)),
            str(organization.get("name", "Example")),
            list(organization.get("tracks") or ["eLearning", "eLearning Awareness"]),
            list(organization.get("curricula") or ["Beginner Curriculum"]),
        ),
        clock,
    )
    units = document.get("business_units") or []
    if not any(unit.get("default") for unit in units):
        units = [{"name": DEFAULT_BUSINESS_UNIT, "default": True}, *units]
    for kind, entries in (
        ("business_unit", units),
        ("team", document.get("teams") or []),
        ("role", document.get("roles") or []),
        ("user", document.get("users") or []),
        ("api_user", document.get("api_users") or []),
        ("oauth_client", document.get("oauth_clients") or []),
    ):
        for entry in entries:
            add(store, kind, entry, keys)
    if document.get("jit_settings"):
        store.put_jit(JitSettings(stable_id("jit", "settings"), dict(document["jit_settings"])))
    caller = document.get("caller")
    if not caller or store.user_by_name(str(caller)) is None:
        raise SeedError(f"caller: there is no account {caller!r}")
    if str(caller).lower() not in keys or store.current_key(_named(store, str(caller))) is None:
        _generate(store, _named(store, str(caller)), keys, {})
    return store


def _named(store: Store, name: str) -> User:
    user = store.user_by_name(name)
    if user is None:
        raise SeedError(f"there is no account {name!r}")
    return user


def add(store: Store, kind: str, entry: dict[str, Any], keys: dict[str, tuple[str, str]]) -> None:
    """Add one object in the words of a seed. Raises SeedError."""
    if kind == "business_unit":
        name = str(entry["name"])
        store.put_business_unit(
            BusinessUnit(stable_id(kind, name), store.next_legacy(), name, bool(entry.get("default")))
        )
    elif kind == "team":
        _add_team(store, entry)
    elif kind == "role":
        _add_role(store, entry)
    elif kind == "oauth_client":
        _add_client(store, entry)
    elif kind in ("user", "api_user"):
        _add_user(store, entry, keys, is_api=kind == "api_user")
    else:
        raise SeedError(f"there is no kind {kind!r}")


def _add_role(store: Store, entry: dict[str, Any]) -> None:
    """A custom role; with ``custom: false`` a built-in one."""
    name = str(entry["name"])
    children = []
    for child in entry.get("child_roles") or ():
        found = store.find_role(str(child))
        if found is None:
            raise SeedError(f"role {name}: there is no role {child!r}")
        children.append(found.role_id)
    role = Role(
        stable_id("role", name),
        store.next_legacy(),
        name,
        str(entry.get("description", name)),
        custom=bool(entry.get("custom", True)),
        child_roles=children,
        permissions=[{"permission_name": one} for one in entry.get("permissions", ["viewReports"])],
    )
    flags = ("is_api", "is_scan_type", "ignore_team_restrictions", "team_admin_manageable", "no_team", "jit_assignable")
    for flag in (*flags, "jit_assignable_default"):
        if flag in entry:
            setattr(role, flag, bool(entry[flag]))
    store.put_role(role)


def _add_client(store: Store, entry: dict[str, Any]) -> None:
    """An OAuth client of ``user`` with one secret."""
    owner, name = _named(store, str(entry["user"])), str(entry["name"])
    roles = None
    if entry.get("roles"):
        found = [store.find_role(str(role)) for role in entry["roles"]]
        roles = [role.role_id for role in found if role is not None]
    client = OauthClient(
        stable_id("oauth_client", f"{owner.user_name}/{name}#{len(store.oauth_clients)}"),
        owner.user_id,
        name,
        str(entry.get("description", name)),
        roles,
        moment(store, entry.get("created", "-30d")),
        moment(store, entry.get("expires", "+335d")),
    )
    store.put_client(client)
    store.add_secret(client)


def _add_team(store: Store, entry: dict[str, Any]) -> None:
    name = str(entry["name"])
    unit = (
        store.business_unit_by_name(str(entry["business_unit"]))
        if entry.get("business_unit")
        else store.default_business_unit()
    )
    if unit is None:
        raise SeedError(f"team {name}: there is no business unit {entry['business_unit']!r}")
    team = Team(
        stable_id("team", name),
        int(entry.get("legacy_id") or store.next_legacy()),
        name,
        unit.bu_id,
        member_only=bool(entry.get("member_only")),
        applications=list(entry.get("applications") or []),
        insert_ts=moment(store, entry.get("created", "2019-08-13T12:00:00Z")),
    )
    store.put_team(team)
    _place_members(store, team, entry)


def _place_members(store: Store, team: Team, entry: dict[str, Any]) -> None:
    for relation, names in (("MEMBER", entry.get("members")), ("ADMIN", entry.get("managers"))):
        for name in names or ():
            user = _named(store, str(name))
            store.set_teams(user, {**user.teams, team.team_id: relation})


def moment(store: Store, text: object) -> float:
    """Seconds since the epoch for an ISO time, or for ``-90d``: days from now."""
    if isinstance(text, datetime):
        return text.replace(tzinfo=text.tzinfo or timezone.utc).timestamp()
    if isinstance(text, (int, float)):
        return float(text)
    found = _DAYS.fullmatch(str(text))
    if found:
        days = int(found[2]) * (1 if found[1] == "+" else -1)
        return store.now() + days * 86400
    try:
        parsed = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError as exc:
        raise SeedError(f"{text!r} is no time") from exc
    return parsed.replace(tzinfo=parsed.tzinfo or timezone.utc).timestamp()


def _add_user(store: Store, entry: dict[str, Any], keys: dict[str, tuple[str, str]], *, is_api: bool) -> None:
    unknown = set(entry) - _USER_KEYS
    name = str(entry.get("user_name") or entry.get("email_address"))
    if unknown:
        raise SeedError(f"user {name}: nobody knows {', '.join(sorted(unknown))}")
    if any(not user.deleted for user in store.users_named(name)):
        raise SeedError(f"user {name}: named twice")
    teams: dict[str, str] = {}
    for relation, names in (("MEMBER", entry.get("teams")), ("ADMIN", entry.get("managed_teams"))):
        for team_name in names or ():
            team = store.team_by_name(str(team_name))
            if team is None:
                raise SeedError(f"user {name}: there is no team {team_name!r}")
            teams[team.team_id] = relation
    roles = []
    for role_name in entry.get("roles") or ():
        role = store.find_role(str(role_name))
        if role is None:
            raise SeedError(f"user {name}: there is no role {role_name!r}")
        roles.append(role.role_id)
    again = len(store.users_named(name))  # a name that deleted accounts had
    user = User(stable_id("user", name.lower() + "#" * again), store.next_legacy(), name)
    user.is_api = is_api
    user.first_name = str(entry.get("first_name", "Example"))
    user.last_name = str(entry.get("last_name", "User"))
    user.email_address = str(entry.get("email_address") or name)
    user.activated = bool(entry.get("activated", True))
    for field in _USER_KEYS & set(User.__dataclass_fields__):
        if field in entry and field not in ("roles", "teams", "user_name", "email_address", "last_login"):
            setattr(user, field, entry[field])
    user.roles = roles
    user.teams = teams
    if entry.get("last_login") is not None:
        user.last_login = moment(store, entry["last_login"])
    user.insert_ts = user.modify_ts = moment(store, entry.get("created", "2022-01-31T09:00:00Z"))
    user.okta_user_id = "00u" + user.user_id.replace("-", "")[:17]
    store.put_user(user, modified=False)
    if entry.get("credentials"):
        _generate(store, user, keys, entry)


def _generate(store: Store, user: User, keys: dict[str, tuple[str, str]], entry: dict[str, Any]) -> None:
    """A pair for the user: the one of before a reset, one that the seed gives, or a random one."""
    given = entry.get("credentials")
    pair = keys.get(user.user_name.lower())
    if isinstance(given, dict):
        pair = (str(given["api_id"]), str(given["api_secret"]))
    if pair is None:
        pair = (secrets.token_hex(16), secrets.token_hex(64))
    keys[user.user_name.lower()] = pair
    key = store.generate_key(user, days=365, overlap_hours=0, by="seed", pair=pair)
    if entry.get("key_created") is not None:
        key.created_ts = moment(store, entry["key_created"])
        key.expiration_ts = key.created_ts + 365 * 86400
    if entry.get("key_expires") is not None:
        key.expiration_ts = moment(store, entry["key_expires"])
    store.note_key(key)


# --- generated organizations -----------------------------------------------------------------------------------------


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    "Ada Alan Amelie Amir Ana Andrei Anna Arjun Astrid Ben Bianca Carlos Carmen Chen Chloe Clara Daniel David Deepa Diego Elena "
    "Emil Emma Erik Esra Fatima Felix Finn Freya Gabriel Grace Hana Hannah Hugo Ines Ingrid Ivan Jakob Jan Jana Javier Jonas Julia "
    "Kai Karim Katharina Kenji Lara Laura Lea Leila Leon Lina Linh Louis Lucia Lukas Magnus Maja Marco Maria Marta Mateo Mei Mia "
    "Milan Mira Nadia Nia Nils Nina Noah Nora Olga Omar Oskar Paula Pavel Petra Priya Rafael Ravi Rosa Samir Sara Sofia Stefan "
    "Sven Tara Theo Tomas Vera Viktor Wei Yara Yuki Zoe"
)
_LAST = _words(
    "Adams Ahmed Almeida Andersen Bauer Becker Bernard Bianchi Blom Bosch Brown Carvalho Castro Chen Costa Dahl Das Diaz Dubois "
    "Eriksen Fernandez Fischer Fontaine Garcia Gomez Gupta Haas Hansen Hoffmann Horvat Huber Ibrahim Ito Ivanova Jansen Jensen "
    "Johansson Jones Kaya Keller Khan Kim Klein Kowalski Kumar Lambert Larsen Lee Lindgren Lopez Maier Mancini Martin Mehta Meyer "
    "Moreau Moretti Mueller Nakamura Nguyen Nielsen Novak Okafor Olsen Osei Patel Pereira Petrov Popescu Ramos Rao Ricci Rossi Roth "
    "Sanchez Santos Sato Schmidt Schneider Schulz Sharma Silva Singh Smith Suzuki Svensson Tanaka Taylor Torres Tran Vargas Vogel "
    "Wagner Wang Weber Wilson Winter Wolf Wong Yamada Yilmaz Zhang Zimmermann"
)
_PRODUCTS = _words(
    "Payments Mobile Web Identity Search Billing Ledger Claims Mail Storage Reports Mapping Orders Catalogue Chat Portal"
)
_FUNCTIONS = _words("Backend Frontend Platform Quality Security Data Operations Research")
_JOBS: tuple[tuple[str, ...], ...] = (
    ("Submitter", "Reviewer", "Any Scan"),
    ("Creator", "Submitter", "Static Scan"),
    ("Security Lead", "Any Scan"),
    ("Reviewer",),
    ("Executive",),
    ("Reviewer", "Mitigation Approver"),
    ("Creator", "Delete Scans", "Any Scan"),
    ("Policy Administrator", "Reviewer"),
)
_API_JOBS: tuple[tuple[str, ...], ...] = (
    ("Upload and Scan API", "Any Scan (API)", "Results API"),
    ("Results API",),
    ("Upload API - Submit Only", "Static Scan (API)"),
    ("Mitigation API", "Results API"),
)


def generate(document: dict[str, Any], people: int, api_users: int, teams: int, random_seed: int = 7) -> dict[str, Any]:
    """The document, with that many generated people, API accounts and teams added."""
    dice = random.Random(random_seed)
    grown = {**document}
    units = ["Retail", "Corporate", "Technology", "Operations"]
    known_units = [unit["name"] for unit in document.get("business_units") or []]
    grown["business_units"] = [
        *(document.get("business_units") or []),
        *({"name": unit} for unit in units if unit not in known_units),
    ]
    taken = {team["name"] for team in document.get("teams") or []}
    names: list[str] = []
    number = 0
    while len(names) < teams:
        round_, place = divmod(number, len(_PRODUCTS) * len(_FUNCTIONS))
        function, product = divmod(place, len(_PRODUCTS))
        name = f"{_PRODUCTS[product]} {_FUNCTIONS[function]}" + (f" {round_ + 1}" if round_ else "")
        number += 1
        if name not in taken:
            names.append(name)
    grown["teams"] = [
        *(document.get("teams") or []),
        *(
            {"name": name, "business_unit": dice.choice(units), "applications": [name] if dice.random() < 0.5 else []}
            for name in names
        ),
    ]
    grown["users"] = [*(document.get("users") or []), *_people(dice, people, names)]
    grown["api_users"] = [*(document.get("api_users") or []), *_service_accounts(dice, api_users, names)]
    return grown


def _people(dice: random.Random, count: int, teams: list[str]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    used: dict[str, int] = {}
    for number in range(count):
        first, last = dice.choice(_FIRST), dice.choice(_LAST)
        base = f"{first}.{last}".lower()
        used[base] = used.get(base, 0) + 1
        address = f"{base}{used[base] if used[base] > 1 else ''}@example.com"
        person: dict[str, Any] = {
            "user_name": address,
            "first_name": first,
            "last_name": last,
            "roles": list(dice.choice(_JOBS)),
        }
        if teams:
            person["teams"] = sorted(dice.sample(teams, min(len(teams), dice.choice((1, 1, 1, 2, 3)))))
            if number < len(teams):  # the first people manage one team each
                person["roles"] = ["Team Admin", "Reviewer"]
                person["managed_teams"] = [teams[number]]
                person["teams"] = [team for team in person["teams"] if team != teams[number]]
        else:
            person["roles"] = ["Executive"]
        if dice.random() < 0.03:
            person["active"] = False
        if dice.random() < 0.05:
            person["saml_user"], person["saml_subject"] = True, f"EX\\{base}{used[base]}"
        if dice.random() < 0.3:
            person["phone"] = f"+49 30 {dice.randrange(10**6, 10**7)}"
        if dice.random() < 0.8:
            person["last_login"] = f"-{dice.randrange(1, 200)}d"
        made.append(person)
    return made


def _service_accounts(dice: random.Random, count: int, teams: list[str]) -> list[dict[str, Any]]:
    made = []
    for number in range(count):
        roles = list(dice.choice(_API_JOBS))
        name = f"svc-{dice.choice(_PRODUCTS).lower()}-{number + 1:03d}"
        account: dict[str, Any] = {
            "user_name": name,
            "first_name": "Service",
            "last_name": name,
            "email_address": f"{name}@example.com",
            "roles": roles,
            "credentials": "generate",
            "key_created": f"-{dice.randrange(1, 360)}d",
        }
        if teams:
            account["teams"] = [dice.choice(teams)]
        else:
            account["roles"] = [*roles, "No Team Restriction API"]
        made.append(account)
    return made

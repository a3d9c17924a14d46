# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The role group_sync: a variable, a file or entries of LDAP to the people of `veracode_directory`. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError, printable
from ansible_collections.community.veracode.plugins.plugin_utils.csv import (
    FileError,
    Row,
    Table,
    error_lines,
    read_table,
)
from ansible_collections.community.veracode.plugins.plugin_utils.groups import (
    DEFAULT_ATTRIBUTES,
    NAMING,
    Profiles,
    directory_from_groups,
    find_group,
    read_groups,
)
from ansible_collections.community.veracode.plugins.plugin_utils.ldap_groups import read_ldap
from ansible_collections.community.veracode.plugins.plugin_utils.names import quoted

Options = dict[str, t.Any]
FORMS = ("variable", "file", "ldap")
_YAML = (".yml", ".yaml", ".json")


@dataclass(frozen=True)
class Settings:
    """What the role gets in addition to the source.

    :param allow_empty: whether a mapped group may have no members.
    :param missing: `error` or `ignore`: what to do of a mapped group that is not in the source.
    :param member_attributes: attributes of an LDAP group that hold members, in addition to the usual ones.
    """

    mapping: t.Any
    attributes: t.Any = None
    missing: str = "error"
    allow_empty: bool = False
    member_attributes: t.Sequence[str] = ()
    profiles: Profiles = field(default_factory=Profiles)


def people_of(form: str, source: t.Any, settings: Settings, file: str | None = None) -> Options:
    """Return the people of a source, or what is wrong with it.

    :param form: `variable` (a list of groups), `file` (its content) or `ldap` (a list of entries).
    :param file: the path of a file, by whose ending its form is known.
    :returns: `users` of `veracode_directory`, `errors` (a line each), `groups` (how many there are), `ranges` (what is still to
        be read) and `unknown` (how many members were not read).
    """
    result: Options = {"users": [], "errors": [], "groups": 0, "ranges": [], "unknown": 0}
    keys = list(settings.mapping) if isinstance(settings.mapping, Mapping) else []
    errors: list[str] = []
    groups = source
    if form == "ldap":
        reading = read_ldap(source, map(str, keys), settings.member_attributes)
        groups, result["unknown"] = reading.groups, reading.unknown
        if reading.ranges:
            return {**result, "ranges": reading.ranges}
    elif form == "file":
        groups, errors = read_file(str(file), source, settings.attributes)
    if not errors and groups in ([], ()):
        errors = ["The source has no group at all; check its filter, file or variable"]
    is_broken = bool(errors)
    if not is_broken and not settings.allow_empty:
        errors = _empty(groups, keys)
    try:
        result["users"] = directory_from_groups(
            groups,
            settings.mapping,
            settings.attributes,
            # What a broken source lacks needs no second message.
            missing="ignore" if is_broken else settings.missing,
            profiles=settings.profiles,
        )
    except VeracodeError as error:
        errors += [each.msg for each in error.all]
    result["errors"] = list(dict.fromkeys(errors))
    result["groups"] = len(groups) if isinstance(groups, (list, tuple)) else 0
    return result


def _empty(groups: t.Any, keys: t.Sequence[t.Any]) -> list[str]:
    """Return which mapped groups have no members, which is what a broken source looks like."""
    errors: list[InputError] = []
    known = read_groups(groups, errors)
    if errors:
        return []  # said by the filter, too
    found = [find_group(str(key), known, [], missing="ignore") for key in keys]
    return [
        f"group {quoted(group.name)}: has no members; remove it from group_sync_mapping, or set group_sync_allow_empty_groups"
        for group in found
        if group is not None and not group.members
    ]


def read_file(file: str, content: str, attributes: t.Any) -> tuple[list[t.Any], list[str]]:
    """Return the groups of a file and what is wrong with it: YAML or JSON by its name, else a table."""
    if file.lower().endswith(_YAML):
        return _read_yaml(file, content)
    table = read_table(content)
    groups = _read_rows(table, attributes)
    return groups, error_lines(table.errors, file)


def _read_yaml(file: str, content: str) -> tuple[list[t.Any], list[str]]:
    shown = printable(file)
    try:
        document = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark is not None else "the file"
        return [], [f"{shown}: {where}: is not YAML ({printable(str(getattr(error, 'problem', error)))}); correct it"]
    if isinstance(document, Mapping) and set(document) == {"groups"}:
        document = document["groups"]
    if not isinstance(document, list):
        return [], [f"{shown}: is neither a list of groups nor a dictionary with such a list under groups; write one"]
    return document, []


def _read_rows(table: Table, attributes: t.Any) -> list[t.Any]:
    """Return the groups of a table in which each row is one person in one group; errors go to the table."""
    if table.header_line is None:
        return []
    sources = {**DEFAULT_ATTRIBUTES, **(attributes if isinstance(attributes, Mapping) else {})}
    names = {str(name) for name in (*sources.values(), *NAMING) if name}
    columns = {name: key for name in names if (key := table.find(name)) is not None}
    group_column = table.find("group")
    needed = {str(sources[option]): option for option in ("username", "email_address") if sources.get(option)}
    for name in ["group", *needed] if group_column is None else list(needed):
        if name == "group" or name not in columns:
            what = f", which is the {needed[name]}" if name in needed else ""
            hint = "add it, or name another in group_sync_attributes" if name in needed else "add it"
            table.errors.append(FileError(f'there is no column "{printable(name)}"{what}; {hint}', table.header_line))
    if group_column is None or table.errors:
        return []
    groups: dict[str, list[Options]] = {}
    for row in table.rows:
        cell = row.cells.get(group_column)
        if cell is None:
            table.errors.append(row.error("the row names no group; write one, or remove the row"))
            continue
        groups.setdefault(cell.text, []).append(_member(table, row, columns, needed))
    return [{"name": name, "members": members} for name, members in groups.items()] if not table.errors else []


def _member(table: Table, row: Row, columns: Mapping[str, str], needed: Mapping[str, str]) -> Options:
    member: Options = {}
    for name, key in columns.items():
        cell = row.cells.get(key)
        if cell is None:
            if name in needed:
                table.errors.append(row.error(f'the row has no "{printable(name)}"; write it, or remove the row'))
            continue
        hidden = cell.invisible()
        if hidden:
            table.errors.append(row.error(hidden, cell))
        member[name] = cell.text
    return member

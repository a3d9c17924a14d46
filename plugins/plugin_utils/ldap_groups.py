# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Entries of an LDAP directory, as `community.general.ldap_search` returns them, to groups with their members. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.plugin_utils.distinguished_names import (
    Components,
    first_value,
    fold_dn,
)
from ansible_collections.community.veracode.plugins.plugin_utils.groups import attribute_of, find_group, read_groups

Options = dict[str, t.Any]

# What holds the members of a group: names of entries, or (posixGroup) the uid of people.
MEMBER_ATTRIBUTES = ("member", "uniqueMember", "memberUid")
_BY_UID = "memberuid"
_GROUP_CLASSES = frozenset({"group", "groupofnames", "groupofuniquenames", "groupofmembers", "posixgroup"})
# Active Directory returns so many values of an attribute in one answer: `member;range=0-1499`; the last part ends with `*`.
_RANGE = re.compile(r"(?P<name>[^;]+);range=(?P<first>\d+)-(?P<last>\d+|\*)\Z", re.IGNORECASE)


@dataclass
class Entry:
    """One entry, joined from all parts in which it came."""

    dn: str
    attributes: dict[str, t.Any] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    next_ranges: dict[str, int | None] = field(default_factory=dict)
    is_group: bool = False


@dataclass
class Reading:
    """What was read of an LDAP directory.

    :param groups: every group as `directory_from_groups` takes it.
    :param ranges: what is still to be read of the mapped groups: `dn` and `attribute`.
    :param unknown: how many members of the mapped groups are neither people nor groups that were read.
    """

    groups: list[Options] = field(default_factory=list)
    ranges: list[dict[str, str]] = field(default_factory=list)
    unknown: int = 0


def read_ldap(entries: t.Any, keys: t.Iterable[str], member_attributes: t.Iterable[str] = ()) -> Reading:
    """Return the groups among entries, with the people of their nested groups.

    :param entries: groups and people in any order; an entry that came in several parts is joined.
    :param keys: the keys of the mapping; what is still to be read, and what is unknown, is reported of these groups only.
    :param member_attributes: attributes that hold members, in addition to the usual ones.
    """
    attributes = {name.casefold(): name for name in (*MEMBER_ATTRIBUTES, *member_attributes)}
    directory = _Directory(_join(entries, attributes))
    reading = Reading()
    expanded = {key: directory.expand(key) for key, entry in directory.entries.items() if entry.is_group}
    for key, (people, _groups, _unknown) in expanded.items():
        entry = directory.entries[key]
        name = _first(attribute_of(entry.attributes, "cn")) or first_value(entry.dn) or entry.dn
        members = [{**directory.entries[one].attributes, "dn": directory.entries[one].dn} for one in people]
        reading.groups.append({"name": name, "dn": entry.dn, "members": members})
    mapped = _mapped(keys, reading.groups)
    reached = {one for key in mapped for one in (key, *expanded[key][1])}
    for key in sorted(reached):
        entry = directory.entries[key]
        for name, start in sorted(entry.next_ranges.items()):
            if start is not None:
                reading.ranges.append({"dn": entry.dn, "attribute": f"{attributes[name]};range={start}-*"})
    reading.unknown = len({one for key in mapped for one in expanded[key][2]})
    return reading


class _Directory:
    """Entries by their folded distinguished names."""

    def __init__(self, entries: dict[Components, Entry]) -> None:
        self.entries = entries
        self._by_uid: dict[str, Components] = {}
        for key, entry in entries.items():
            uid = _first(attribute_of(entry.attributes, "uid"))
            if uid and not entry.is_group:
                self._by_uid.setdefault(uid, key)

    def expand(self, key: Components) -> tuple[list[Components], list[Components], list[str]]:
        """Return the people of a group and of the groups in it, those groups, and what is neither; each once."""
        people: dict[Components, None] = {}
        groups: dict[Components, None] = {}
        unknown: dict[str, None] = {}
        todo = [key]
        while todo:
            for member, found in self._members(self.entries[todo.pop()]):
                if found is None:
                    unknown[member] = None
                elif not self.entries[found].is_group:
                    people[found] = None
                elif found not in groups and found != key:
                    groups[found] = None
                    todo.append(found)
        return list(people), list(groups), list(unknown)

    def _members(self, group: Entry) -> t.Iterator[tuple[str, Components | None]]:
        for name, values in group.members.items():
            for value in values:
                if name == _BY_UID:
                    yield value, self._by_uid.get(value)
                    continue
                key = fold_dn(value)
                yield value, key if key in self.entries else None


def _join(entries: t.Any, attributes: Mapping[str, str]) -> dict[Components, Entry]:
    if isinstance(entries, Mapping) or not isinstance(entries, (list, tuple)):
        raise InputError(
            f"group_sync_ldap: {str(entries)[:60]!r} is not a list of entries; give the results of ldap_search",
            option="group_sync_ldap",
        )
    joined: dict[Components, Entry] = {}
    for one in entries:
        dn = str(one.get("dn", "")) if isinstance(one, Mapping) else ""
        key = fold_dn(dn)
        if key is None:
            continue  # a reference to another server has no name of its own
        entry = joined.setdefault(key, Entry(dn))
        for name, value in one.items():
            if name != "dn":
                _take(entry, str(name), value, attributes)
        classes = {each.casefold() for each in _values(attribute_of(entry.attributes, "objectClass"))}
        entry.is_group = entry.is_group or bool(entry.members) or bool(classes & _GROUP_CLASSES)
    return joined


def _take(entry: Entry, name: str, value: t.Any, attributes: Mapping[str, str]) -> None:
    found = _RANGE.match(name)
    folded = (found["name"] if found else name).casefold()
    if folded not in attributes:
        entry.attributes.setdefault(name, value)
        return
    known = entry.members.setdefault(folded, [])
    seen = set(known)
    known += [one for one in _values(value) if one not in seen]
    if found:
        after = None if found["last"] == "*" else int(found["last"]) + 1
        before = entry.next_ranges.get(folded, 0)
        entry.next_ranges[folded] = None if after is None or before is None else max(after, before)
    if not known:
        # `member: []` comes next to `member;range=…`; an empty group has none at all.
        del entry.members[folded]


def _mapped(keys: t.Iterable[str], groups: t.Sequence[Options]) -> list[Components]:
    """Return the groups that the mapping means, as far as it is clear which."""
    known = read_groups(groups, [])
    found = (find_group(str(key), known, [], missing="ignore") for key in keys)
    folded = (fold_dn(group.dn) for group in found if group is not None and group.dn)
    return [key for key in folded if key is not None]


def _values(value: t.Any) -> list[str]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [str(one) for one in values if one not in (None, "")]


def _first(value: t.Any) -> str | None:
    values = _values(value)
    return values[0] if values else None

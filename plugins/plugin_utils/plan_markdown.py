# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A plan of `veracode_directory` as a comment on a pull request. Pure."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, printable
from ansible_collections.community.veracode.plugins.plugin_utils.names import quoted

NO_CHANGES = "No changes."

_CREATING = frozenset({"create", "generate"})
_REMOVING = frozenset({"disable", "delete", "revoke"})
# In the order in which they are shown, with what they are called.
_KINDS = {
    "business_unit": "Business units",
    "team": "Teams",
    "role": "Roles",
    "user": "Users",
    "api_user": "API users",
    "api_credentials": "Key pairs",
    "oauth_client": "OAuth clients",
    "jit_settings": "Just-in-time provisioning",
}
_MAX_VALUE = 200
_MORE_LENGTH = len("\nand 1000000 more\n")

# In a code span nothing is Markdown, no name becomes a link or a mention, and GitHub and GitLab look for no references. What would
# end the cell of a table, or be HTML, a link or a mention for whatever reads the text in another way, stands between spans as an entity.
_BETWEEN = re.compile(r"([<>|]|\](?=\()|(?<!\w)@)")
_BACKTICKS = re.compile("`+")
# A title of words and these signs is no Markdown; a link, an emoji, or what GitHub takes for an issue or a commit is.
_TITLE = re.compile(r"[^\W_](?:[^\W_]|[ .,:()/–-])*")
_REFERENCE = re.compile(r"://|www\.|:\S+:|\bGH-\d|\b[0-9a-f]{7,}\b", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One action of a plan with what it changes."""

    action: str
    kind: str
    name: str
    fields: t.Sequence[str]
    before: Mapping[str, t.Any]
    after: Mapping[str, t.Any]
    destination: Mapping[str, t.Any]

    @property
    def is_removing(self) -> bool:
        """Whether something is taken away; disabling is."""
        return self.action in _REMOVING

    def row(self, *, with_kind: bool) -> str:
        """Return the entry as a row of a table."""
        action = f"{_plain(self.action)} {_kind_word(self.kind)}" if with_kind else _plain(self.action)
        details = [self._details(), *self._destination()]
        cells = [action, code(self.name), "; ".join(each for each in details if each)]
        return f"| {' | '.join(cells)} |"

    def _details(self) -> str:
        if self.is_removing:
            return "; ".join(f"{_plain(option)}: {_value(value)}" for option, value in _set(self.before))
        if not self.before:
            return "; ".join(f"{_plain(option)}: {_value(value)}" for option, value in _set(self.after))
        options = sorted({*self.before, *self.after})
        changes = [_change(option, self.before.get(option), self.after.get(option)) for option in options]
        return "; ".join(change for change in changes if change) or ", ".join(map(_plain, self.fields))

    def _destination(self) -> list[str]:
        """Return where a secret goes, which is approved with the plan."""
        return [f"{_plain(option)}: {_value(value)}" for option, value in _set(self.destination) if option != "name"]


def plan_markdown(plan: t.Any, title: str = "Veracode plan", max_length: int = 60000) -> str:
    """Return a plan as Markdown: one line of counts, what is removed, then a table for each kind.

    :param plan: what `plan_file` holds.
    :param max_length: how long the text may be, in characters; it ends after an entry and says how many are omitted.
    :raises InputError: the plan is none.
    """
    entries = _entries(plan)
    is_text = _TITLE.fullmatch(title) and not _REFERENCE.search(title)
    head = [f"## {title if is_text else code(title)}", ""]
    organization = _organization(plan.get("organization"))
    if organization:
        head += [f"Organization: {organization}", ""]
    if not entries:
        return "\n".join([*head, NO_CHANGES]) + "\n"
    head.append(counts(entries))
    lines = head
    length = sum(len(line) + 1 for line in lines)
    left = len(entries)
    for heading, rows in _sections(entries):
        table = ["", f"### {heading}", "", "| Action | Name | Details |", "|---|---|---|"]
        for number, row in enumerate(rows):
            new = [*(table if number == 0 else []), row]
            length += sum(len(line) + 1 for line in new)
            if length + _MORE_LENGTH > max_length:
                return "\n".join([*lines, "", f"and {left} more"]) + "\n"
            lines += new
            left -= 1
    return "\n".join(lines) + "\n"


def _organization(organization: t.Any) -> str:
    """Return the name and the host of an organization, as far as they are known."""
    if not isinstance(organization, Mapping):
        return _value(str(organization)) if organization else ""
    return ", ".join(_value(str(organization[key])) for key in ("name", "host") if organization.get(key))


def counts(entries: t.Sequence[Entry]) -> str:
    """Return how many objects are created, changed and removed."""
    removed = sum(entry.is_removing for entry in entries)
    created = sum(entry.action in _CREATING for entry in entries)
    return f"{created} to create, {len(entries) - created - removed} to change, {removed} to remove"


def code(text: str) -> str:
    """Return text as code spans, in which it is nothing but text, also in a cell of a table."""
    parts = _BETWEEN.split(printable(text))
    return "".join(f"&#{ord(part)};" if number % 2 else _span(part) for number, part in enumerate(parts)) or "(empty)"


def _span(text: str) -> str:
    if not text.strip():
        return f"`{text}`" if text else ""
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(text)), default=0) + 1)
    blank = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def _entries(plan: t.Any) -> list[Entry]:
    actions = plan.get("actions") if isinstance(plan, Mapping) else None
    if not isinstance(actions, (list, tuple)) or not all(isinstance(action, Mapping) for action in actions):
        msg = f"plan: {quoted(str(plan))} has no list of actions; give the dictionary that the file of plan_file holds"
        raise InputError(msg, option="plan")
    diff = plan.get("diff")
    listed_destinations = plan.get("destinations")
    destinations = {
        str(one.get("name")): one
        for one in (listed_destinations if isinstance(listed_destinations, (list, tuple)) else [])
        if isinstance(one, Mapping)
    }
    entries = []
    for action in actions:
        kind, name = str(action.get("kind")), str(action.get("name"))
        before, after = _at(diff, "before", kind, name), _at(diff, "after", kind, name)
        fields = action.get("fields")
        listed = [str(field) for field in fields] if isinstance(fields, (list, tuple)) else []
        destination = destinations.get(name, {}) if kind == "api_user" else {}
        entries.append(Entry(str(action.get("action")), kind, name, listed, before, after, destination))
    return entries


def _sections(entries: t.Sequence[Entry]) -> t.Iterator[tuple[str, list[str]]]:
    """Return the headings and the rows below each: removals first, then kind by kind."""
    order = list(_KINDS)
    known = sorted(entries, key=lambda entry: order.index(entry.kind) if entry.kind in order else len(order))
    removals = [entry.row(with_kind=True) for entry in known if entry.is_removing]
    if removals:
        yield "To remove", removals
    for kind in dict.fromkeys(entry.kind for entry in known):
        rows = [entry.row(with_kind=False) for entry in known if entry.kind == kind and not entry.is_removing]
        if rows:
            yield _KINDS.get(kind, code(kind)), rows


def _change(option: str, before: t.Any, after: t.Any) -> str:
    if before == after:
        return ""
    if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        added = [f"+{_value(one)}" for one in after if one not in before]
        removed = [f"−{_value(one)}" for one in before if one not in after]
        return f"{_plain(option)}: {', '.join([*removed, *added])}"
    return f"{_plain(option)}: {_value(before)} → {_value(after)}"


def _set(values: Mapping[str, t.Any]) -> list[tuple[str, t.Any]]:
    return [(option, value) for option, value in sorted(values.items()) if value not in (None, "", [], ())]


def _value(value: t.Any) -> str:
    if value in (None, "", [], ()):
        return "nothing"
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(one) for one in value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return code(text if len(text) <= _MAX_VALUE else text[:_MAX_VALUE] + "…")


def _plain(word: str) -> str:
    """Return the name of an option; what is none is shown as code."""
    return word if _is_plain(word) else code(word)


def _is_plain(text: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", text) is not None


def _kind_word(kind: str) -> str:
    return {"api_user": "API user"}.get(kind, kind.replace("_", " ")) if kind in _KINDS else code(kind)


def _at(diff: t.Any, *keys: str) -> Mapping[str, t.Any]:
    for key in keys:
        diff = diff.get(key) if isinstance(diff, Mapping) else None
    return diff if isinstance(diff, Mapping) else {}

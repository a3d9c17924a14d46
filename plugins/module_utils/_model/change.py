# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One change of one object, whatever its kind."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


class Entity(t.Protocol):
    """Anything that is managed, as far as a change of it has to be reported."""

    @property
    def values_and_lists(self) -> t.Mapping[str, t.Any]:
        """All values by option, lists as sorted tuples."""

    @property
    def lost(self) -> t.Mapping[str, t.Any]:
        """Those of the values that are lost with it when it is deleted."""


E_co = t.TypeVar("E_co", bound=Entity, covariant=True)


@dataclass(frozen=True)
class Change(t.Generic[E_co]):
    """One net change of one object.

    :param action: `create`, `update`, `rename`, `disable`, `delete`, `generate`, `revoke` or `reset`.
    :param name: the name after the run.
    :param fields: the options that change, sorted.
    :param values: what to write: canonical value by option.
    :param before: the object as it is, `None` for a creation.
    :param after: the object as it is to be, `None` for a deletion.
    :param verify_email: a new address holds only once it is confirmed.
    :param compared: the options that a diff shows, where they are not `fields`.
    :param formerly: the name before the run, of a rename.
    :param permanently: a deletion is no soft one.
    """

    action: str
    kind: str
    name: str
    fields: tuple[str, ...]
    values: t.Mapping[str, t.Any]
    before: E_co | None
    after: E_co | None
    location: str | None = None
    verify_email: bool = False
    compared: tuple[str, ...] = ()
    formerly: str | None = None
    permanently: bool = False

    @property
    def entry(self) -> dict[str, t.Any]:
        """The change as an entry of `actions`."""
        return {"action": self.action, "kind": self.kind, "name": self.name, "fields": list(self.fields)}

    @property
    def diff(self) -> dict[str, t.Any]:
        """The change as `before` and `after` in the collection's own words, with headers that say whose.

        What is created or deleted stands on one side only.
        """
        options = self.compared or self.fields
        before: dict[str, t.Any] = {}
        after: dict[str, t.Any] = {}
        if self.after is not None:
            after = shown(self.after.values_and_lists, options)
            before = shown(self.before.values_and_lists, options) if self.before is not None else {}
        elif self.before is not None:
            before = shown(self.before.lost, self.before.lost)
        return {
            "before_header": self._header(self.formerly or self.name),
            "after_header": self._header(self.name),
            "before": before,
            "after": after,
        }

    def _header(self, name: str) -> str:
        # There is one object of just-in-time settings, which has no name of its own.
        return f"{self.kind} {name}" if name != self.kind else name


def shown(values: t.Mapping[str, t.Any], options: t.Iterable[str]) -> dict[str, t.Any]:
    """Return the values of some options in the form of results, sorted by option."""
    return {
        option: list(values[option]) if isinstance(values.get(option), tuple) else values.get(option)
        for option in sorted(options)
    }


@dataclass(frozen=True)
class Plan(t.Generic[E_co]):
    """What one entry needs.

    :param change: `None` if nothing differs.
    :param entity: the object as it will be, `None` if there is none.
    :param pending: a new address was ordered and waits for its confirmation.
    :param doubts: why the server may refuse the change, which check mode cannot determine.
    """

    change: Change[E_co] | None
    entity: E_co | None
    warnings: tuple[str, ...] = ()
    pending: bool = False
    doubts: tuple[str, ...] = ()

    @property
    def diff(self) -> dict[str, t.Any]:
        """The diff of the change, empty if nothing differs."""
        return self.change.diff if self.change is not None else {"before": {}, "after": {}}

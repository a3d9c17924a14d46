# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One change of one object, whatever its kind."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.fields import fields_of


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

    :param action: `create`, `update`, `rename`, `disable` or `delete`.
    :param name: the name after the run.
    :param fields: the options that change, sorted.
    :param values: what to write: canonical value by option.
    :param before: the object as it is, `None` for a creation.
    :param after: the object as it is to be, `None` for a deletion.
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
        """`before` of a change of an account."""
        return _account(self.before)

    @property
    def account_after(self) -> Account | None:
        """`after` of a change of an account."""
        return _account(self.after)

    @property
    def entry(self) -> dict[str, t.Any]:
        """The change as an entry of `actions`."""
        return {"action": self.action, "kind": self.kind, "name": self.name, "fields": list(self.fields)}

    @property
    def diff(self) -> dict[str, t.Any]:
        """The change as `before` and `after` in the collection's own words."""
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

    :param change: `None` if nothing differs.
    :param entity: the object as it will be, `None` if there is none.
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

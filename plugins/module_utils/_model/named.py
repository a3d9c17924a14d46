# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What is managed by its name: teams, business units and custom roles."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._model.change import Entity

_Self = t.TypeVar("_Self")


class Named(Entity, t.Protocol):
    """An object that has a name."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def handle(self) -> str | None:
        """What the API addresses it by, `None` for an object that is only planned."""

    def updated(self: _Self, other: _Self) -> _Self:
        """Return this reading with what the other, later one reports written over it."""


N = t.TypeVar("N", bound=Named)

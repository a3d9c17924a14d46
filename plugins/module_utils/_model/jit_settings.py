# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The defaults of just-in-time provisioning."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._model.change import shown
from ansible_collections.community.veracode.plugins.module_utils._model.role import Role

KIND = "jit_settings"

FLAGS = (
    "ip_restricted",
    "prefer_veracode_data",
    "use_csv_for_ip_address_claim",
    "use_csv_for_roles_claim",
    "use_csv_for_teams_claim",
    "use_csv_for_teams_managed_claim",
)
TEXTS = ("custom_five", "custom_four", "custom_one", "custom_three", "custom_two")
LISTS = ("allowed_ip_addresses", "roles", "teams")


@dataclass(frozen=True)
class JitSettings:
    """The settings as they are, or as they are to be.

    :param settings_id: what the API addresses them by, `None` if they are only planned.
    :param values: flags, texts (unset is `None`) and `allowed_ip_addresses` by option.
    :param teams: their GUIDs by name, `None` where one is not told.
    """

    settings_id: str | None
    values: t.Mapping[str, t.Any]
    roles: tuple[Role, ...] = ()
    teams: t.Mapping[str, str | None] = field(default_factory=dict)

    @property
    def handle(self) -> str | None:
        """What the API addresses them by."""
        return self.settings_id

    @property
    def lost(self) -> dict[str, t.Any]:
        """What is set."""
        return {option: value for option, value in self.values_and_lists.items() if value not in (None, (), False)}

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """All values by option, lists as sorted tuples."""
        return {
            **self.values,
            "roles": tuple(sorted(role.title for role in self.roles)),
            "teams": tuple(sorted(self.teams)),
        }


def report_jit(settings: JitSettings | None) -> dict[str, t.Any] | None:
    """Return the settings as the module returns them."""
    if settings is None:
        return None
    return shown(settings.values_and_lists, (*FLAGS, *TEXTS, *LISTS))

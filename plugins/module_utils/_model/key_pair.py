# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Key pairs and the accounts that hold them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.community.veracode.plugins.module_utils._model.timestamps import moment


def bare(api_id: str) -> str:
    """Return an API ID as it is compared: without a region's prefix (`vera01ei-`), in lower case."""
    return api_id.rpartition("-")[2].casefold()


@dataclass(frozen=True)
class Key:
    """A key pair as Veracode shows it, without its secret.

    :param api_id: as shown; may carry a region's prefix.
    :param expires: in the form of results, `None` if it is not told.
    :param created: likewise.
    :param revoked: when it was or will be revoked: a pair that was replaced may go on working for a while.
    """

    api_id: str
    expires: str | None = None
    created: str | None = None
    revoked: str | None = None

    def works(self, now: datetime) -> bool:
        """Tell whether the pair is neither revoked nor expired."""
        ends = [moment(text) for text in (self.expires, self.revoked) if text]
        return all(end > now for end in ends)

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """What is shown of it in a diff."""
        return {"api_id": self.api_id or None, "expires": self.expires}

    @property
    def lost(self) -> dict[str, t.Any]:
        """What is shown of it in a diff."""
        return self.values_and_lists


@dataclass(frozen=True)
class Holder:
    """An account that may hold a key pair.

    :param user_id: its GUID.
    :param usable: why its pair is not accepted whatever its date, `None` if nothing speaks against it.
    """

    username: str
    user_id: str
    usable: str | None = None

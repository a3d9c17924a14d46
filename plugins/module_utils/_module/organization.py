# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which organization a run is about."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ansible_collections.community.veracode.plugins.module_utils._session import Session


def host_of(session: Session) -> str:
    """Return the host of the Identity REST API, with its port if one is given."""
    return urlsplit(session.connection.api_url).netloc


def organization_of(session: Session) -> dict[str, t.Any]:
    """Return `host`, `id` and `name` of the organization of the calling account; `None` what Veracode does not report."""
    return {"host": host_of(session), **session.rest().organization()}

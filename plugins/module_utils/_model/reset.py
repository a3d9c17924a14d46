# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a reset has to know of an account."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

# What can be reset. The mail comes last, so that the person finds everything else done.
ORDER = ("mfa", "sessions", "password")
MFA, SESSIONS, BY_MAIL = ORDER


@dataclass(frozen=True)
class Person:
    """What a reset has to know of an account, of either kind.

    :param kind: `user` or `api_user`.
    :param user_id: GUID.
    :param legacy_id: its older, numeric id, by which alone a mail can be ordered; `None` if it is not told.
    :param logged_in: it has logged in before; `None` if that is unknown, as many servers report the last login of the
        calling account only.
    :param has_tokens: it may hold tokens of the login service in addition to its sessions.
    :param active: `False` if it is known to be inactive.
    """

    kind: str
    username: str
    user_id: str
    legacy_id: str | None
    is_saml: bool
    logged_in: bool | None
    has_tokens: bool
    active: bool = True


@dataclass(frozen=True)
class Reset:
    """What is reset of an account."""

    reset: tuple[str, ...] = ()

    @property
    def values_and_lists(self) -> dict[str, t.Any]:
        """What is reset, as no option has a value that differs."""
        return {"reset": self.reset}

    @property
    def lost(self) -> dict[str, t.Any]:
        """Nothing."""
        return {}

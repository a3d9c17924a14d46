# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The kinds of objects, and how messages speak of them."""

from __future__ import annotations

USER = "user"
API_USER = "api_user"

TEAM = "team"
BUSINESS_UNIT = "business_unit"
ROLE = "role"

# How messages speak of a kind.
WORDS = {TEAM: "team", BUSINESS_UNIT: "business unit", ROLE: "role"}
NOUNS = {**WORDS, USER: "user", API_USER: "API user"}

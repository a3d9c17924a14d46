# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a refusal means is said with care: by its status and by what was sent, and never what it cannot mean."""

from __future__ import annotations

import pytest

from ansible_collections.community.veracode.plugins.module_utils._api.advice import advice_for, with_advice


def test_advice_rests_on_guesses_and_says_so() -> None:
    assert with_advice("Could not create it", "Already exists", 400, fields=("user_name",)) == (
        "Could not create it (HTTP 400): Already exists. Probably " + str(advice_for("Already exists", 400)) + "."
    )
    assert with_advice("Could not create it", "Nope", 400) == "Could not create it (HTTP 400): Nope."


@pytest.mark.parametrize(
    ("text", "status", "fields", "xml"),
    [
        ("Invalid team", 400, ("phone",), False),  # no roles and no teams were sent
        ("team service is down", 500, ("roles",), False),
        ("Unknown permission viewReprots", 400, ("permissions",), False),  # nothing about the caller
        ("SAML assertion", 400, ("phone",), False),
        ("Use single sign-on", 400, ("roles",), False),  # of the Admin XML API only
        ("Already exists", 500, ("user_name",), False),
        ("duplicate role in roles", 400, ("roles",), False),
        ("IP address is wrong", 400, ("phone",), False),
    ],
)
def test_no_advice_that_cannot_be_meant(text: str, status: int, fields: tuple[str, ...], xml: bool) -> None:
    assert advice_for(text, status, fields=fields, xml=xml) is None


@pytest.mark.parametrize(
    ("text", "status", "fields", "xml", "says"),
    [
        ("The user is not in a team", 400, ("roles",), False, "most roles need a team"),
        ("", 403, (), False, "the calling account lacks a role"),
        ("Access denied", None, ("username",), True, "the calling account lacks a role"),
        ("SAML is not enabled", 400, ("saml_user",), False, "set up SAML"),
        ("Use single sign-on", None, ("username",), True, "use api: rest"),
        ("IP address 10.0.0.1 is private", 400, ("allowed_ip_addresses",), False, "public IPv4 addresses"),
        ("Your IP address is not allowed", 403, (), False, "from certain addresses only"),
        ("Team X already exists", 409, ("team_name",), False, "without case"),
        ("user_name cannot be changed", 400, ("user_name",), False, "the username it has"),
    ],
)
def test_advice_that_is_meant(text: str, status: int | None, fields: tuple[str, ...], xml: bool, says: str) -> None:
    assert says in str(advice_for(text, status, fields=fields, xml=xml))

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What to do about a refusal of Veracode: one place for the advice that both APIs give. Pure."""

from __future__ import annotations

import re

# The texts of the refusals are not published; each pattern is a word that an explanation of that cause needs.
_ADVICE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), advice)
    for pattern, advice in (
        (
            r"identity.provider|prefer\w*\s+(organi[sz]ation|veracode)|\bidp\b",
            "The organization prefers the data of its identity provider, so accounts are changed there and not here: "
            'change the account in the identity provider, or turn off "Prefer Organization Identity Provider Data" in '
            "Veracode's SAML settings",
        ),
        (
            r"single.sign.on|\bsso\b|just.in.time|\bjit\b|admin (xml )?apis? (is|are|has been|have been) disabled",
            "Single sign-on with just-in-time provisioning turns the Admin XML API off for users: use api: rest",
        ),
        (
            r"saml",
            "If the organization has no SAML, leave is_saml_user and custom_id out, or have SAML set up in Veracode's "
            "administration first; a SAML user also needs a custom_id that no other account has",
        ),
        (
            r"e-?learning|curriculum|track",
            "eLearning options need an active eLearning subscription and the eLearning role; leave them out without one",
        ),
        (
            r"already (exists|in use|taken)|duplicate|not unique",
            "The name is taken, perhaps by a deleted account, whose name is not always given back, or by one in "
            "another organization: choose another username, or ask Veracode Support to free it",
        ),
        (
            r"scan (type|permission|role)|at least one scan|submit\w*scan",
            "Roles such as Creator, Security Lead and Submitter need a scan permission, and a scan permission needs "
            "one of them: correct roles",
        ),
        (
            r"not (among|one of|in) (your|the caller|own)|own teams|team (membership )?restriction|outside",
            "The calling account is restricted to its own teams and can only assign those: name only its teams, or "
            "call with an account without team restriction",
        ),
        (
            r"team",
            "Most roles need a team: name teams, and for Team Admin a managed team; a calling account with team "
            "restrictions can only assign its own teams",
        ),
        (
            r"api service account|non-human|logged into",
            "Veracode wants an API service account with the Admin API role as the caller here: call with one, or use "
            "api: rest",
        ),
        (
            r"access denied|permission|not authori[sz]ed|forbidden|privilege",
            "The calling account needs the Admin API role (API service account) or the Administrator role (person); "
            "a Team Admin manages only the people of its own teams",
        ),
        (r"last administrator|own account|yourself", "An account cannot take this from itself: call with another one"),
    )
)


# A refusal may repeat names that were sent, which say nothing about its cause.
_REPEATED = re.compile(r"\S*[@=\\]\S*|\"[^\"]*\"")


def advice_for(message: str, status: int | None = None) -> str | None:
    """Return what to do about a refusal, or C(None).

    :param message: the API's own words, possibly empty.
    :param status: HTTP status.
    """
    words = _REPEATED.sub(" ", message)
    for pattern, advice in _ADVICE:
        if pattern.search(words):
            return advice
    if status == 403:
        return advice_for("forbidden")
    return None


def with_advice(what: str, message: str, status: int | None = None) -> str:
    """Return one sentence on what was refused, in the API's words, and what to do about it."""
    said = f": {message.strip().rstrip('.')}" if message.strip() else ""
    advice = advice_for(message, status)
    code = f" (HTTP {status})" if status is not None else ""
    return f"{what}{code}{said}." + (f" {advice}." if advice else "")

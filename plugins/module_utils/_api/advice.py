# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What to do about a refusal of Veracode: one place for the advice that both APIs give. Pure."""

from __future__ import annotations

import re

# What to do where something cannot be deleted, by kind: what has to go first is documented for teams only.
DELETION = {
    "team": "A team goes only when no application belongs to it: give those to another team in their profiles, or "
    "delete them, then run the task again",
    "business_unit": "If teams are in it, move them first, with teams of another business unit or business_unit of "
    "each team, then run the task again",
    "role": "If accounts hold the role, take it from them first (veracode_user_info lists them by role), then run the "
    "task again",
}

# The texts of the refusals are not published; each pattern is a word that an explanation of that cause needs.
_ADVICE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), advice)
    for pattern, advice in (
        (
            r"no \w+ parameter specified",
            "The Admin XML API does not take an empty value: give a value, or use api: rest where that has the option",
        ),
        (
            r"custom_id is required",
            "A SAML user is selected by its custom_id here: give custom_id, and leave username out",
        ),
        (
            r"identity.provider|prefer\w*\s+(organi[sz]ation|veracode)|\bidp\b",
            "The organization prefers the data of its identity provider, so accounts are changed there and not here: "
            'change the account in the identity provider, or turn off "Prefer Organization Identity Provider Data" in '
            "Veracode's SAML settings",
        ),
        (
            r"assigned by just.in.time",
            "Veracode does not let just-in-time provisioning give every role (veracode_role_info tells which, as "
            "jit_assignable): take that role out of roles",
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
        (r"delet.*\bapplications?\b", DELETION["team"]),
        (r"delet.*\bteams\b", DELETION["business_unit"]),
        (r"\brole\b.*delet", DELETION["role"]),
        (
            r"\b(team|business unit|role)\b.*already (exists|in use|taken)",
            "The name is taken: Veracode compares such names without case, and a calling account with team "
            "restrictions does not see every team",
        ),
        (
            r"already (exists|in use|taken)|duplicate|not unique",
            "The name is taken: by an account created less than a minute ago, which cannot be read yet (run the task "
            "again later), by a deleted one, whose name is not always given back, by one outside the teams that the "
            "calling account is restricted to (call with another one), or by one in another organization (choose another "
            "username or address, or ask Veracode Support to free it)",
        ),
        (
            r"not activated|adminNoVerificationEmail",
            "An account that was never activated cannot confirm a new address: leave verify_email out",
        ),
        (
            r"\bip address",
            "Veracode takes public IPv4 addresses in allowed_ip_addresses, single or with a wildcard or range in the last "
            "octet; its Activity Log shows from which address an account calls",
        ),
        (
            r"cannot grant",
            "A Team Admin may not give every role: call with an account that has the Administrator or Admin API role",
        ),
        (
            r"must be the e-?mail address",
            "This organization wants the address as the username of a person: leave username out, or give the address",
        ),
        (
            r"scan (type|permission|role)|at least one scan|submit\w*scan",
            "Roles such as Creator, Security Lead and Submitter need a scan permission, and a scan permission needs "
            "one of them: correct roles",
        ),
        (
            r"at least one role\b",
            "An account needs a role: name one in roles",
        ),
        (
            r"\brole\b.*\bon its own\b",
            "Sandbox Administrator, Policy Administrator, Collection Manager and Collection Reviewer go with another role "
            "such as Creator, Reviewer or Security Lead: add one to roles",
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


# Turned off, the Admin XML API refuses everybody, and may say no more than it says to those who lack a role.
_XML_OFF = "; single sign-on with just-in-time provisioning turns the Admin XML API off for users, then use api: rest"


def with_advice(what: str, message: str, status: int | None = None, *, xml: bool = False) -> str:
    """Return one sentence on what was refused, in the API's words, and what to do about it.

    :param xml: the Admin XML API refused.
    """
    # It is shown on a terminal, which must not take orders from a server.
    message = "".join(character if character.isprintable() else " " for character in message)
    said = f": {message.strip().rstrip('.')}" if message.strip() else ""
    advice = advice_for(message, status)
    if xml and advice is not None and advice == advice_for("access denied"):
        advice += _XML_OFF
    code = f" (HTTP {status})" if status is not None else ""
    return f"{what}{code}{said}." + (f" {advice}." if advice else "")

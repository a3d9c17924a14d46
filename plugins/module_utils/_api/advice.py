# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What to do about a refusal of Veracode: one place for the advice that both APIs give. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

# What to do where something cannot be deleted, by kind: what has to go first is documented for teams only.
DELETION = {
    "team": "A team with applications cannot be deleted: assign them to another team, or "
    "delete them, then run the task again",
    "business_unit": "If teams are in it, move them first, with teams of another business unit or business_unit of "
    "each team, then run the task again",
    "role": "If accounts hold the role, take it from them first (veracode_user_info lists them by role), then run the "
    "task again",
}


@dataclass(frozen=True)
class Advice:
    """What a refusal probably means, and what to do.

    :param pattern: a word that an explanation of that cause needs; the texts of refusals are not published.
    :param text: completes "Probably …".
    :param statuses: with which it can be meant; `None` means a refusal without a status of its own.
    :param fields: what has to have been sent, at least one of these; empty if that does not matter.
    :param xml: only the Admin XML API refuses so.
    """

    pattern: re.Pattern[str]
    text: str
    statuses: frozenset[int | None] = frozenset()
    fields: frozenset[str] = frozenset()
    xml: bool = False

    def is_meant(self, words: str, status: int | None, fields: t.Collection[str] | None, xml: bool) -> bool:
        """Tell whether the cause is possible.

        :param fields: what was sent, `None` if that is not known.
        """
        if (self.xml and not xml) or (self.statuses and status not in self.statuses):
            return False
        if self.fields and fields is not None and self.fields.isdisjoint(fields):
            return False
        return self.pattern.search(words) is not None


def _advice(
    pattern: str, text: str, fields: str = "", *, statuses: tuple[int | None, ...] = (), xml: bool = False
) -> Advice:
    compiled = re.compile(pattern, re.IGNORECASE)
    return Advice(compiled, text, frozenset(statuses), frozenset(fields.split()), xml)


# What was refused as such, and not because of who asks. The Admin XML API refuses with status 200.
_REFUSED = (400, 409, 422, None)

_ADVICE: tuple[Advice, ...] = (
    _advice(
        r"no \w+ parameter specified",
        "the Admin XML API does not take an empty value: give a value, or use api: rest where that has the option",
        xml=True,
    ),
    _advice(
        r"custom_id is required",
        "a SAML user is selected by its custom_id here: give custom_id, and omit username",
    ),
    _advice(
        r"identity.provider|prefer\w*\s+(organi[sz]ation|veracode)|\bidp\b",
        "the organization prefers the data of its identity provider, so accounts are changed there and not here: "
        'change the account in the identity provider, or turn off "Prefer Organization Identity Provider Data" in '
        "Veracode's SAML settings",
    ),
    _advice(
        r"assigned by just.in.time",
        "Veracode does not let just-in-time provisioning give every role (veracode_role_info shows which, as "
        "jit_assignable): remove that role from roles",
        "roles",
    ),
    _advice(
        r"single.sign.on|\bsso\b|just.in.time|\bjit\b|admin (xml )?apis? (is|are|has been|have been) disabled",
        "single sign-on with just-in-time provisioning turns the Admin XML API off for users: use api: rest",
        xml=True,
    ),
    _advice(
        r"saml",
        "the organization has no SAML, or another account has that custom_id: leave is_saml_user and custom_id out, or "
        "set up SAML in Veracode first, and give a unique custom_id",
        "saml_user saml_subject is_saml_user custom_id new_custom_id prefer_veracode_data",
    ),
    _advice(
        r"e-?learning|curriculum|track",
        "eLearning options need an active eLearning subscription and the eLearning role: omit them without one",
        "roles is_elearning_manager elearning_manager elearning_track elearning_curriculum keep_elearning_active",
    ),
    _advice(r"delet.*\bapplications?\b", DELETION["team"][0].lower() + DELETION["team"][1:]),
    _advice(r"delet.*\bteams\b", "teams are in it: " + DELETION["business_unit"].partition(", ")[2]),
    _advice(r"\brole\b.*delet", "accounts hold the role: " + DELETION["role"].partition(", ")[2]),
    _advice(
        r"\b(team|business unit|role)\b.*already (exists|in use|taken)",
        "the name is taken: Veracode compares such names without case, and a calling account with team restrictions does "
        "not see every team",
        "team_name bu_name role_name role_description",
        statuses=_REFUSED,
    ),
    _advice(
        r"already (exists|in use|taken)|duplicate|not unique",
        "the name is taken: by an account created less than a minute ago, which cannot be read yet (run the task "
        "again later), by a deleted one, whose name is not always given back, by one outside the teams that the "
        "calling account is restricted to (call with another one), or by one in another organization (choose another "
        "username or address, or ask Veracode Support to free it)",
        "user_name username email_address saml_subject custom_id new_custom_id",
        statuses=_REFUSED,
    ),
    _advice(
        r"not activated|adminNoVerificationEmail",
        "an account that was never activated cannot confirm a new address: omit verify_email",
        "email_address",
    ),
    _advice(
        r"\bip address",
        "Veracode takes public IPv4 addresses in allowed_ip_addresses, single or with a wildcard or range in the last "
        "octet; its Activity Log shows from which address an account calls",
        "allowed_ip_addresses ip_restricted has_ip_restrictions",
        statuses=_REFUSED,
    ),
    _advice(
        r"\bip address",
        "the calling account can be used from certain addresses only: call from one of them; Veracode's Activity Log "
        "shows from which one this call came",
        statuses=(401, 403, None),
    ),
    _advice(
        r"cannot grant",
        "a Team Admin may not give every role: call with an account that has the Administrator or Admin API role",
        "roles",
    ),
    _advice(
        r"must be the e-?mail address",
        "this organization wants the address as the username of a person: omit username, or give the address",
        "user_name username",
    ),
    _advice(
        r"user_?name\b.*(can ?not|can't|may not|must not|not (be|allowed|supported|permitted)|read.?only|immutable)",
        "Veracode does not let this username be changed: select the account by the username it has",
        "user_name",
        statuses=_REFUSED,
    ),
    _advice(
        r"scan (type|permission|role)|at least one scan|submit\w*scan",
        "roles such as Creator, Security Lead and Submitter need a scan permission, and a scan permission needs one of "
        "them: correct roles",
        "roles",
        statuses=_REFUSED,
    ),
    _advice(r"at least one role\b", "an account needs a role: name one in roles", "roles", statuses=_REFUSED),
    _advice(
        r"\brole\b.*\bon its own\b",
        "Sandbox Administrator, Policy Administrator, Collection Manager and Collection Reviewer go with another role "
        "such as Creator, Reviewer or Security Lead: add one to roles",
        "roles",
    ),
    _advice(
        r"not (among|one of|in) (your|the caller|own)|own teams|team (membership )?restriction|outside",
        "the calling account is restricted to its own teams and can only assign those: name only its teams, or "
        "call with an account without team restriction",
    ),
    _advice(
        r"team",
        "most roles need a team: name teams, and for Team Admin a managed team; a calling account with team "
        "restrictions can only assign its own teams",
        "roles teams",
        statuses=_REFUSED,
    ),
    _advice(
        r"api service account|non-human|logged into",
        "Veracode requires an API user with the Admin API role as the caller here: call with one, or use api: rest",
        xml=True,
    ),
    _advice(
        r"access denied|permission|not authori[sz]ed|forbidden|privilege",
        "the calling account lacks a role for this: it needs the Admin API role (API user) or the "
        "Administrator role (person); a Team Admin manages only the people of its own teams, and may not delete",
        statuses=(403, None),
    ),
    _advice(
        r"last administrator|own account|yourself", "an account cannot take this from itself: call with another one"
    ),
)


# A refusal may repeat names that were sent, which say nothing about its cause.
_REPEATED = re.compile(r"\S*[@=\\]\S*|\"[^\"]*\"")


def advice_for(
    message: str, status: int | None = None, *, fields: t.Collection[str] | None = None, xml: bool = False
) -> str | None:
    """Return what a refusal probably means and what to do, or `None`.

    :param message: the API's own words, possibly empty.
    :param status: HTTP status.
    :param fields: what was sent, `None` if that is not known.
    :param xml: the Admin XML API refused.
    """
    words = _REPEATED.sub(" ", message)
    for advice in _ADVICE:
        if advice.is_meant(words, status, fields, xml):
            return advice.text
    return advice_for("forbidden", status) if status == 403 and message != "forbidden" else None


# Turned off, the Admin XML API refuses everybody, and may say no more than it says to those who lack a role.
_XML_OFF = "; single sign-on with just-in-time provisioning turns the Admin XML API off for users, then use api: rest"


def with_advice(
    what: str,
    message: str,
    status: int | None = None,
    *,
    fields: t.Collection[str] | None = None,
    xml: bool = False,
) -> str:
    """Return what was refused, in the API's words, and what that probably means.

    :param fields: what was sent, `None` if that is not known.
    :param xml: the Admin XML API refused.
    """
    # It is shown on a terminal, which must not take orders from a server.
    message = "".join(character if character.isprintable() else " " for character in message)
    said = f": {message.strip().rstrip('.')}" if message.strip() else ""
    advice = advice_for(message, status, fields=fields, xml=xml)
    if xml and advice is not None and advice == advice_for("access denied"):
        advice += _XML_OFF
    code = f" (HTTP {status})" if status is not None else ""
    return f"{what}{code}{said}." + (f" Probably {advice}." if advice else "")

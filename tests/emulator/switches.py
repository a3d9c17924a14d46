# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is not known, or on which sources disagree, is a switch with documented positions.

Marks: ``documented`` (Veracode's pages or its API description), ``code`` (seen in a public client that runs
against the service), ``guess``, ``disagree`` (sources contradict each other), ``tool`` (a property of the emulator, or
of the organization that it plays).
"""

from __future__ import annotations

from dataclasses import dataclass, field


class SwitchError(ValueError):
    """An unknown switch, or a position that the switch does not have."""


@dataclass(frozen=True)
class Switch:
    """One switch: a name, its positions (the first is the default) and where the doubt comes from.

    A switch with ``number`` set takes any number not below zero; its positions are then suggestions.
    """

    name: str
    positions: tuple[str, ...]
    mark: str
    meaning: str
    number: bool = False

    @property
    def default(self) -> str:
        return self.positions[0]

    def check(self, value: object) -> str:
        """Return ``value`` as a position; raise SwitchError if the switch has no such position."""
        text = {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else str(value)
        if text is None:
            raise SwitchError(f"{self.name}: {value!r} is no position")
        if self.number:
            try:
                if float(text) >= 0:
                    return text
            except ValueError:
                pass
            raise SwitchError(f"{self.name}: {text!r} is not a number of zero or more")
        if text not in self.positions:
            raise SwitchError(f"{self.name}: {text!r} is none of {', '.join(self.positions)}")
        return text


def _s(name: str, positions: str, mark: str, meaning: str) -> Switch:
    return Switch(name, tuple(positions.split()), mark, meaning)


def _n(name: str, positions: str, mark: str, meaning: str) -> Switch:
    return Switch(name, tuple(positions.split()), mark, meaning, number=True)


TABLE: tuple[Switch, ...] = (
    # --- lists -------------------------------------------------------------------------------------------------------
    _s(
        "list_carries",
        "no roles_teams everything sparse",
        "disagree",
        "what a listing of users carries: summaries whatever is asked; roles and teams where include_roles and "
        "include_teams ask for them; the whole user; the whole user without most of the text fields",
    ),
    _s(
        "search_carries",
        "no roles_teams everything sparse",
        "guess",
        "what users/search carries with detailed=true, beside account_type",
    ),
    _s("summary_names", "yes no", "disagree", "first and last name in the summaries of a listing"),
    _s("inactive_filter", "includes only", "guess", "what inactive=true does: inactive accounts too, or only those"),
    _s("deleted_filter", "includes only", "guess", "what deleted=true does: deleted accounts too, or only those"),
    _s("search_hides_inactive", "yes no", "guess", "users/search leaves out inactive accounts"),
    _s("search_newer_filters", "honoured ignored", "code", "inactive, deleted and ip_restricted in users/search"),
    _s(
        "listings_hide_deleted",
        "yes no",
        "guess",
        "listings of users and teams leave out deleted ones, or show them with deleted=true whatever is asked",
    ),
    _n("max_page_size", "0 20 100 500", "disagree", "largest page; a larger size is cut to it; 0: none"),
    _s("empty_page_embedded", "omitted empty", "code", "an empty page has no _embedded, or one with an empty list"),
    _s("user_name_filter", "exact substring", "documented", "how user_name of a listing matches"),
    _s(
        "search_booleans",
        "any words true_false",
        "disagree",
        "spelling of yes/no filters in users/search: any; Yes and No; true and false",
    ),
    _s("login_status", "any_case capital lower", "disagree", "spelling of login_status in users/search"),
    _s("fields_to_return", "honoured ignored", "guess", "users/search answers with just the fields asked for"),
    _s("shuffle_lists", "no yes", "guess", "lists come in an order that changes and means nothing"),
    _s("team_list_business_unit", "yes no", "code", "items of the team listing carry their business unit"),
    _s(
        "role_list_permissions", "yes no", "disagree", "items of the role listing carry permissions and the newer flags"
    ),
    _s(
        "business_unit_list",
        "keys whole",
        "code",
        "items of the listing of business units: nothing but bu_id, bu_legacy_id and bu_name, or is_default, too",
    ),
    _s(
        "role_name_created",
        "kept own",
        "guess",
        "the short name that the creation of a role sends, or one of the server's own",
    ),
    _s(
        "search_by_role",
        "direct recursive",
        "guess",
        "users/search finds who holds a role, or a role that includes it, too",
    ),
    _s("child_roles_carry", "both name description", "guess", "names that a child role carries in answers"),
    _s("child_roles_shown", "everywhere by_id", "guess", "child_roles in the listing of roles, or only of one role"),
    _s("newer_roles", "no yes", "tool", "the organization has built-in roles and scan permissions of a later release"),
    # --- reads of one user -------------------------------------------------------------------------------------------
    _s("title_readable_rest", "no yes", "disagree", "title in REST reads"),
    _s("title_readable_xml", "no yes", "guess", "title in userinfo documents"),
    _s(
        "relationship_read",
        "object string both",
        "code",
        "form of a team relationship in REST answers; both: object in users, string in teams",
    ),
    _s(
        "relationship_written",
        "both string object",
        "disagree",
        "form of a team relationship that is accepted in REST bodies",
    ),
    _s("unset_fields", "absent null empty", "guess", "text fields that were never set, in REST reads"),
    _s(
        "cleared_fields",
        "empty null unset",
        "guess",
        "text fields that were cleared, in REST reads; unset: as if never set",
    ),
    _s(
        "timestamps",
        "zulu offset text number",
        "code",
        "2023-04-06T12:34:56Z, 2023-04-06T12:34:56.000+0000, 2023-04-06 12:34:56 UTC, or milliseconds since the epoch",
    ),
    _s("account_times", "shown absent", "disagree", "insert_ts and modify_ts of an account"),
    _s(
        "last_login",
        "shown own absent",
        "disagree",
        "last_login of every account, of the calling account only, of none",
    ),
    _s("login_enabled_shown", "always if_false", "guess", "login_enabled of every account, or only where it is false"),
    _s("email_verified", "shown absent", "code", "is_email_verified of an account"),
    _s("user_role_names", "same other", "guess", "role_description in the roles of an account is that of the catalog"),
    _s("user_role_flags", "no yes", "guess", "the roles of an account carry is_api and the other flags of the catalog"),
    _s("revocation_unset", "absent empty", "code", "revocation_ts of a key that is not revoked"),
    _s(
        "deleted_by_id",
        "missing shown",
        "guess",
        "a deleted account read by its id: 404, or the account with deleted=true",
    ),
    _s("team_users", "yes no", "documented", "a team read by its id carries its users"),
    _s("put_answer", "full summary", "guess", "what a PUT of a user answers"),
    _s("key_prefix_in_answers", "no yes", "guess", "key ids and secrets in answers carry the region prefix"),
    # --- writes of one user ------------------------------------------------------------------------------------------
    _s("create_status", "201 200", "disagree", "status of a creation by REST (users, business units)"),
    _s("create_role_status", "201 202 200", "code", "status of the creation of a role"),
    _s("delete_status", "200 204", "disagree", "status of a deletion by REST; the body is empty"),
    _s("duplicate_status", "400 409", "code", "status for a name that already exists"),
    _s("reset_status", "200 204", "guess", "status of reset_mfa and resetPassword"),
    _s("session_status", "200 204 202", "guess", "status of a revocation of sessions"),
    _s("reuse_deleted_name", "allowed refused", "guess", "creating a name that a deleted account or team had"),
    _s("hard_delete", "honoured ignored", "code", "hard_delete=true in the deletion of an account or a team"),
    _s(
        "team_admin_may",
        "delete update",
        "disagree",
        "a Team Admin deletes accounts and resets passwords, or only creates and updates",
    ),
    _s("unknown_property", "ignored refused", "guess", "a property in a REST body that is not known"),
    _s(
        "require_json_type",
        "no yes",
        "documented",
        "REST calls that change something need Content-Type application/json",
    ),
    _s("create_without_roles", "refused allowed", "disagree", "a user created without any role"),
    _s("empty_roles", "empties refused", "code", "roles: [] in a PUT"),
    _s("incremental_roles", "adds ignored", "disagree", "incremental=true for roles"),
    _s(
        "put_user_name",
        "honoured ignored refused",
        "guess",
        "another user_name in a PUT; where it is refused, the user name of a person follows the address",
    ),
    _s("rest_name_follows_address", "no yes", "guess", "the user name of a person follows the address in REST"),
    _s(
        "email_unactivated",
        "refused pending",
        "code",
        "a change of address without adminNoVerificationEmail for an account that was never activated",
    ),
    _s(
        "relationship_omitted",
        "member kept",
        "guess",
        "a team named without relationship, of which the user is manager",
    ),
    _s(
        "manager_needs_team_admin",
        "refused allowed",
        "guess",
        "relationship ADMIN for a user without the Team Admin role",
    ),
    _s("scan_rule", "required free", "disagree", "roles that submit scans need a scan permission, or go without"),
    _s("child_role_rules", "apply ignored", "guess", "a role needs, gives and frees from what its child roles do"),
    _s("leftover_scan_roles", "refused allowed", "code", "scan permissions without a role that uses them"),
    _s(
        "team_rule",
        "docs table off",
        "disagree",
        "which roles need a team: the published page, the table in a public client, or none",
    ),
    _s(
        "api_without_team",
        "allowed refused",
        "disagree",
        "an API account without team and without No Team Restriction API",
    ),
    _s("api_human_roles", "refused allowed", "guess", "human roles on an API account and the reverse"),
    _s("api_shared_address", "yes no", "guess", "several API accounts may have one address"),
    _s("human_name_is_address", "no yes", "guess", "a person's user name must be the address"),
    _s("saml_username", "address custom_id", "guess", "user name of a SAML user that is created without one"),
    _s("saml_with_mfa", "refused allowed", "documented", "MFA of Veracode's own for a SAML user"),
    _s("private_ip", "refused allowed", "documented", "private addresses among the allowed IP addresses"),
    _s("ips_when_unrestricted", "kept cleared", "guess", "the list of addresses once ip_restricted is false"),
    _s("grant_administrator", "allowed refused", "disagree", "the Administrator role can be given by an API call"),
    _n("creation_delay", "0 3 30", "documented", "seconds until a new account can be read; its name is taken at once"),
    # --- credentials -------------------------------------------------------------------------------------------------
    _n("old_key_hours", "24 0", "disagree", "hours for which a replaced key still works"),
    _s("credentials_none", "404 empty", "code", "credentials of a user who has none: 404, or 200 with an empty object"),
    _s("revoked_key_lookup", "404 shown", "guess", "a revoked or expired key read by its id without expired=true"),
    _n("key_days", "365 30", "documented", "days for which a new key is valid"),
    # --- teams, business units, roles -----------------------------------------------------------------------------------
    _s(
        "members_need_team",
        "ignored refused",
        "guess",
        "taking a user out of the last team that the user's roles need, by a change or deletion of the team",
    ),
    _s(
        "business_unit_delete",
        "refused moves deletes",
        "guess",
        "deleting a business unit that has teams: refused, or they move to the default one, or are deleted with it",
    ),
    _s("role_delete_assigned", "refused removes", "guess", "deleting a custom role that users have"),
    _s("jit_none", "404 empty", "guess", "jit_default_settings where there are none"),
    _s("jit_without_roles", "refused kept", "documented", "roles: [] in jit_default_settings: 400, or the roles stay"),
    _s("jit_newer_keys", "no yes", "tool", "jit_default_settings have settings of a later release"),
    # --- OAuth clients -----------------------------------------------------------------------------------------------
    _s(
        "oauth_clients", "on 404 403", "guess", "OAuth client credentials; the status where the organization lacks them"
    ),
    _s(
        "oauth_secret",
        "with_client by_secrets",
        "guess",
        "the creation of an OAuth client answers its first secret, or it has none until one is asked for",
    ),
    _s("oauth_secret_life", "client day", "guess", "a secret of an OAuth client lives as long as the client, or a day"),
    _s("oauth_list_secrets", "yes no", "guess", "listings of OAuth clients carry their secrets' ids and times"),
    # --- XML ---------------------------------------------------------------------------------------------------------
    _s(
        "xml_api",
        "on off off_403",
        "documented",
        "the XML user and team calls; off: switched off by single sign-on, as <error> with 200, or as 403",
    ),
    _s("xml_denied", "error 403", "disagree", "a caller who may not: <error> with 200, or status 403"),
    _s("createuser_caller", "any api_only", "disagree", "who may call createuser.do"),
    _s("xml_undocumented", "ignored error", "guess", "a parameter that is not documented for the call"),
    _s("xml_empty", "clears ignored error", "guess", "a parameter with an empty value"),
    _s(
        "xml_any_scan",
        "added required",
        "disagree",
        "Any Scan for Creator, Security Lead and Submitter: added by the server, or a scan permission has to be passed",
    ),
    _s("xml_narrow_scan", "suppresses adds", "guess", "Any Scan when a narrower scan permission is passed"),
    _s(
        "xml_newer_roles",
        "no yes",
        "guess",
        "roles outside the documented list (Team Admin, custom roles) are accepted",
    ),
    _s("xml_other_roles", "lost kept", "guess", "roles that the XML API cannot name, when roles are updated"),
    _s("xml_shows_newer_roles", "yes no", "guess", "those roles in userinfo documents"),
    _s("xml_name_follows_address", "yes no", "documented", "the user name follows the address in updateuser.do"),
    _s("xml_email_pending", "no yes", "guess", "a change of address by updateuser.do waits for confirmation"),
    _s("xml_saml_by_username", "accepted refused", "documented", "selecting a SAML user by username"),
    _s("xml_filters", "exact substring", "guess", "text filters of getuserlist.do"),
    _s("xml_lists_inactive", "yes no", "guess", "getuserlist.do lists inactive accounts"),
    _s("xml_list_blanks", "no yes", "documented", "a blank after each comma of a list"),
    _s("xml_encoding", "on off", "documented", "attribute values are entity-encoded"),
    _s("xml_double_encoding", "yes no", "documented", "user names in getteaminfo.do are encoded twice"),
    _s("xml_booleans", "lower title", "guess", "true/false or True/False in documents"),
    # --- the organization --------------------------------------------------------------------------------------------
    _s("saml_subscription", "yes no", "tool", "the organization has SAML"),
    _s("elearning_subscription", "yes no", "tool", "the organization has an eLearning subscription"),
    _s(
        "prefer_idp_data",
        "no saml all",
        "documented",
        "identity provider data preferred: whose accounts cannot be updated",
    ),
    _s("no_team_restriction_role", "yes no", "disagree", "the organization has the No Team Restriction API role"),
    _s(
        "restricted_caller_sees",
        "own all",
        "guess",
        "what a calling account with team restrictions sees of users and teams",
    ),
    # --- transport ---------------------------------------------------------------------------------------------------
    _n("clock_window", "300 60", "guess", "seconds by which the time of a signature may be off"),
    _n("clock_skew", "0 600", "tool", "seconds by which the server's clock for signatures is ahead"),
    _s("plus_in_query", "refused accepted", "code", "a + for a blank in a query: 401"),
    _s("nonce_replay", "refused accepted", "documented", "a nonce that was already used: 401"),
    _s("prefixed_key_id", "refused accepted", "guess", "an id sent with its region prefix"),
    _s(
        "enforce_ip",
        "no yes",
        "tool",
        "callers with IP restrictions are refused from other addresses (loopback is never "
        "allowed, as only public addresses can be)",
    ),
    _n("rate_limit_rest", "0 500", "documented", "REST calls in any 60 seconds, 0: no limit"),
    _n("rate_limit_xml", "0 250", "documented", "XML calls in any 60 seconds, 0: no limit"),
    _s("retry_after", "seconds date", "documented", "form of retry-after"),
    _n("latency_ms", "0 100", "tool", "milliseconds that each answer takes longer"),
    _s("gzip", "xml all none", "documented", "answers that are compressed where the client offers it"),
)

BY_NAME: dict[str, Switch] = {switch.name: switch for switch in TABLE}


@dataclass
class Switches:
    """The positions in force."""

    values: dict[str, str] = field(default_factory=lambda: {switch.name: switch.default for switch in TABLE})

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def on(self, name: str) -> bool:
        """True where a yes/no switch stands at yes."""
        return self.values[name] == "yes"

    def number(self, name: str) -> float:
        return float(self.values[name])

    def set(self, name: str, value: object) -> None:
        """Set one switch; SwitchError if there is no such switch or position."""
        switch = BY_NAME.get(name)
        if switch is None:
            raise SwitchError(f"there is no switch {name!r}; --list-switches shows them")
        self.values[name] = switch.check(value)


def as_markdown() -> str:
    """The table of switches for people."""
    rows = ["| switch | positions (the first is the default) | mark | meaning |", "|---|---|---|---|"]
    for switch in TABLE:
        positions = " · ".join(f"`{position}`" for position in switch.positions)
        if switch.number:
            positions += " · any number"
        rows.append(f"| `{switch.name}` | {positions} | {switch.mark} | {switch.meaning} |")
    return "\n".join(rows) + "\n"

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of accounts that both APIs share: names, addresses, teams, and what the calling account may do."""

from __future__ import annotations

import uuid
from typing import Any

from . import rules
from .model import PLAIN_TEXTS, Role, User
from .rules import Rejected
from .store import Store
from .switches import Switches

FORBIDDEN = "Access denied."


class Accounts:
    """The operations of one caller on users."""

    def __init__(self, store: Store, switches: Switches, caller: User) -> None:
        self.store = store
        self.switches = switches
        self.caller = caller

    # --- what the caller may -----------------------------------------------------------------------------------------

    @property
    def is_administrator(self) -> bool:
        return rules.is_administrator(self.store, self.caller)

    @property
    def managed(self) -> set[str]:
        return rules.managed_teams(self.store, self.caller)

    @property
    def restricted_to(self) -> set[str] | None:
        """The teams that the caller is restricted to; None for a caller without team restrictions."""
        if not self.is_administrator:
            return self.managed
        if rules.is_team_restricted(self.store, self.caller):
            return set(self.caller.teams)
        return None

    def may_see(self, user: User) -> bool:
        if user is self.caller:
            return True
        teams = self.restricted_to
        if teams is None or (self.is_administrator and self.switches["restricted_caller_sees"] == "all"):
            return True
        return bool(teams & set(user.teams))

    def require_manager(self) -> None:
        """Administrators and Team Admins only."""
        if not self.is_administrator and not self.managed:
            raise Rejected(FORBIDDEN, 403)

    def require_administrator(self) -> None:
        if not self.is_administrator:
            raise Rejected(FORBIDDEN, 403)

    def require_may_change(self, user: User) -> None:
        self.require_manager()
        if user is self.caller:
            return
        if not self.is_administrator and not (set(user.teams) & self.managed):
            raise Rejected(FORBIDDEN, 403)
        if not self.may_see(user):
            raise Rejected(FORBIDDEN, 403)

    def require_may_delete(self, user: User) -> None:
        """Whether a Team Admin may more than create and update is a switch."""
        self.require_may_change(user)
        if self.switches["team_admin_may"] == "update":
            self.require_administrator()

    def check_grants(
        self, before_roles: list[str], roles: list[Role], before_teams: dict[str, str], teams: dict[str, str]
    ) -> None:
        """What the caller may not give: teams that are not its own, roles that a Team Admin may not grant."""
        own = self.restricted_to
        if own is not None:
            for team_id in teams:
                if team_id not in own and team_id not in before_teams:
                    name = self.store.teams[team_id].team_name
                    raise Rejected(f"Team {name} is not on the list of team memberships of the calling account", 403)
        if not self.is_administrator:
            for role in roles:
                if not role.team_admin_manageable and role.role_id not in before_roles:
                    raise Rejected(f"A Team Admin cannot grant the role {role.role_description}", 403)
            if not set(teams) & self.managed:
                raise Rejected("A Team Admin can only manage users of own teams", 403)
        if self.switches["grant_administrator"] == "refused":
            for role in roles:
                if role.role_name == "extadmin" and role.role_id not in before_roles:
                    raise Rejected("Only Veracode Technical Support can grant the Administrator role")

    # --- changes -----------------------------------------------------------------------------------------------------

    def create(self, values: dict[str, Any], roles: list[Role], teams: dict[str, str], *, is_api: bool) -> User:
        """Check and add an account. ``values`` are fields of model.User. Raises Rejected."""
        for field in ("first_name", "last_name"):
            rules.check_text(field, values.get(field), required=True)
        address = values.get("email_address")
        rules.check_text("email_address", address, required=True)
        rules.check_email(str(address))
        self._check_values(values)
        if values.get("saml_user"):
            self._check_saml(values.get("saml_subject"))
            if self.store.user_by_subject(str(values["saml_subject"])) is not None:
                raise Rejected(
                    f"SAML subject {values['saml_subject']} already exists", int(self.switches["duplicate_status"])
                )
            if not values.get("user_name"):
                by_subject = self.switches["saml_username"] == "custom_id"
                values["user_name"] = values["saml_subject"] if by_subject else address
        rules.check_text("user_name", values.get("user_name"), required=True)
        name = str(values["user_name"])
        if not is_api and not values.get("saml_user") and self.switches.on("human_name_is_address"):
            if name.lower() != str(address).lower():
                raise Rejected("user_name must be the email address")
        rules.check_name_free(self.store, name, self.switches)
        rules.check_address_free(self.store, str(address), is_api=is_api, switches=self.switches)
        if not roles and self.switches["create_without_roles"] == "refused":
            raise Rejected("At least one role is required")
        if roles:
            rules.check_roles(self.store, roles, teams, is_api=is_api, switches=self.switches)
        rules.check_managers(self.store, roles, teams, self.switches)
        self.check_grants([], roles, {}, teams)
        now = self.store.now()
        user = User(str(uuid.uuid4()), self.store.next_legacy(), **values)
        user.is_api = is_api
        user.roles = [role.role_id for role in roles]
        user.teams = dict(teams)
        user.insert_ts = now
        user.visible_from = now + self.switches.number("creation_delay")
        user.activation_mails = 1
        user.okta_user_id = "00u" + uuid.uuid4().hex[:17]
        self.forget_addresses(user)
        self.store.put_user(user)
        return user

    def check_update(self, user: User, values: dict[str, Any]) -> None:
        """Refuse values that an existing account cannot take. Raises Rejected."""
        for field in ("first_name", "last_name"):
            if field in values:
                rules.check_text(field, values[field], required=True)
        self._check_values({"pin_required": user.pin_required, "saml_user": user.saml_user, **values})
        if "saml_user" in values:
            if user.saml_user and not values["saml_user"]:
                raise Rejected("SAML users cannot be switched off")
            if values["saml_user"] and not user.saml_user:
                self._check_saml(values.get("saml_subject", user.saml_subject))
        subject = values.get("saml_subject")
        if subject:
            other = self.store.user_by_subject(subject)
            if other is not None and other is not user:
                raise Rejected(f"SAML subject {subject} already exists", int(self.switches["duplicate_status"]))
        if self.switches["prefer_idp_data"] == "all" or (self.switches["prefer_idp_data"] == "saml" and user.saml_user):
            raise Rejected("User data is managed by the identity provider of your organization", 403)

    def _check_values(self, values: dict[str, Any]) -> None:
        for field in PLAIN_TEXTS:
            rules.check_text(field, values.get(field))
        rules.check_addresses(values.get("allowed_ip_addresses") or (), self.switches)
        if values.get("saml_user") and values.get("pin_required") and self.switches["saml_with_mfa"] == "refused":
            raise Rejected("A SAML user cannot be combined with a Veracode-provided token")

    def _check_saml(self, subject: object) -> None:
        if not self.switches.on("saml_subscription"):
            raise Rejected("SAML is not enabled for your organization")
        if not subject:
            raise Rejected("A SAML user requires a SAML subject (custom_id)")

    def set_values(self, user: User, values: dict[str, Any]) -> None:
        """Set plain fields; the caller of this method has checked them."""
        for field, value in values.items():
            setattr(user, field, value)
        self.forget_addresses(user)
        self.store.put_user(user)

    def forget_addresses(self, user: User) -> None:
        if not user.ip_restricted and self.switches["ips_when_unrestricted"] == "cleared":
            user.allowed_ip_addresses = []

    def change_address(self, user: User, address: str, *, at_once: bool, follows: bool) -> None:
        """Change the e-mail address, or let the change wait for confirmation by its owner."""
        rules.check_email(address)
        if address == user.email_address:
            if user.pending_email is not None and at_once:
                user.pending_email = None
            return
        rules.check_address_free(self.store, address, is_api=user.is_api, switches=self.switches, ignore=user)
        if follows and self._is_named_by_address(user):
            rules.check_name_free(self.store, address, self.switches, ignore=user)
        if not at_once:
            if not user.activated and self.switches["email_unactivated"] == "refused":
                raise Rejected(
                    "The account is not activated: adminNoVerificationEmail must be TRUE to change its email address"
                )
            user.pending_email = address
            user.pending_rename = follows
            self.store.put_user(user)
            return
        user.pending_email = None
        self._apply_address(user, address, follows)

    def _is_named_by_address(self, user: User) -> bool:
        return not user.is_api and user.user_name.lower() == user.email_address.lower()

    def _apply_address(self, user: User, address: str, follows: bool) -> None:
        rename = follows and self._is_named_by_address(user)
        self.store.set_address(user, address)
        if rename:
            self.store.rename_user(user, address)

    def confirm_address(self, user: User) -> bool:
        """The owner of the new address follows the link in the mail. False if nothing was pending."""
        if user.pending_email is None:
            return False
        address, user.pending_email = user.pending_email, None
        self._apply_address(user, address, user.pending_rename)
        return True

    def check_membership(self, user: User, roles: list[Role], teams: dict[str, str]) -> None:
        """Check a complete new set of roles and teams. Raises Rejected."""
        if roles:
            rules.check_roles(self.store, roles, teams, is_api=user.is_api, switches=self.switches)
        if any(teams[team_id] == "ADMIN" and user.teams.get(team_id) != "ADMIN" for team_id in teams):
            rules.check_managers(self.store, roles, teams, self.switches)
        self.check_grants(user.roles, roles, user.teams, teams)

    def set_membership(self, user: User, roles: list[Role], teams: dict[str, str]) -> None:
        """Replace roles and teams that check_membership has seen."""
        user.roles = [role.role_id for role in roles]
        self.store.set_teams(user, teams)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects of an organization, as the store keeps them. Times are seconds since the epoch, UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone

CUSTOM = ("custom_one", "custom_two", "custom_three", "custom_four", "custom_five")
# Of a user, what has no rules of its own.
PLAIN_TEXTS = ("phone", "title", *CUSTOM)


@dataclass
class User:
    """A person's account or an API user.

    A text field that was never set is None; one that was cleared is the empty string.
    """

    user_id: str
    legacy_id: int
    user_name: str
    first_name: str = ""
    last_name: str = ""
    email_address: str = ""
    is_api: bool = False
    user_type: str = "VOSP"
    active: bool = True
    login_enabled: bool = True
    deleted: bool = False
    locked: bool = False
    saml_user: bool = False
    saml_subject: str | None = None
    ip_restricted: bool = False
    allowed_ip_addresses: list[str] = field(default_factory=list)
    pin_required: bool = False
    phone: str | None = None
    title: str | None = None
    custom_one: str | None = None
    custom_two: str | None = None
    custom_three: str | None = None
    custom_four: str | None = None
    custom_five: str | None = None
    roles: list[str] = field(default_factory=list)  # role ids
    teams: dict[str, str] = field(default_factory=dict)  # team id: ADMIN or MEMBER
    pending_email: str | None = None
    pending_rename: bool = False
    activated: bool = False
    is_elearning_manager: bool = False
    elearning_manager: str | None = None
    elearning_track: str | None = None
    elearning_curriculum: str | None = None
    keep_elearning_active: bool = False
    okta_user_id: str | None = None
    insert_ts: float = 0.0
    modify_ts: float = 0.0
    last_login: float | None = None
    visible_from: float = 0.0
    password_mails: int = 0
    activation_mails: int = 0
    mfa_resets: int = 0
    session_revocations: int = 0
    token_revocations: int = 0

    @property
    def elearning_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass
class Team:
    """A team. ``applications`` are the names of the applications that are assigned to it."""

    team_id: str
    legacy_id: int
    team_name: str
    bu_id: str
    member_only: bool = False
    deleted: bool = False
    applications: list[str] = field(default_factory=list)
    insert_ts: float = 0.0
    modify_ts: float = 0.0


@dataclass
class BusinessUnit:
    """A business unit."""

    bu_id: str
    legacy_id: int
    bu_name: str
    is_default: bool = False


@dataclass
class Role:
    """A built-in or a custom role."""

    role_id: str
    legacy_id: int
    role_name: str
    role_description: str
    is_api: bool = False
    is_scan_type: bool = False
    custom: bool = False
    xml: bool = False
    no_team: bool = False
    ignore_team_restrictions: bool = False
    team_admin_manageable: bool = False
    jit_assignable: bool = True
    jit_assignable_default: bool = False
    newer: bool = False
    disabled: bool | None = None
    child_roles: list[str] = field(default_factory=list)  # role ids
    permissions: list[dict[str, object]] = field(default_factory=list)  # name and, in custom roles, types


@dataclass
class Permission:
    """A permission."""

    permission_id: str
    legacy_id: int
    permission_name: str
    permission_description: str
    permission_types: list[str]
    api_only: bool
    custom_role_enabled: bool
    ui_only: bool


@dataclass
class Credentials:
    """An API key pair. ``revocation_ts`` may lie in the future: until then the key still works."""

    api_id: str
    secret: bytes = field(repr=False)
    user_id: str = ""
    created_ts: float = 0.0
    expiration_ts: float = 0.0
    last_used_ts: float | None = None
    revocation_ts: float | None = None
    revocation_user: str | None = None
    replaced: bool = False

    def works(self, now: float) -> bool:
        return now < self.expiration_ts and (self.revocation_ts is None or now < self.revocation_ts)


@dataclass
class ClientSecret:
    """A secret of an OAuth client."""

    secret_id: str
    secret: str = field(repr=False)
    created_ts: float = 0.0
    expiration_ts: float = 0.0


@dataclass
class OauthClient:
    """OAuth client credentials of an account. ``roles`` are role ids; None: all roles of the account."""

    client_id: str
    user_id: str
    name: str
    description: str
    roles: list[str] | None = None
    created_ts: float = 0.0
    expiration_ts: float = 0.0
    deleted: bool = False
    token_revocations: int = 0
    secrets_made: int = 0
    secrets: list[ClientSecret] = field(default_factory=list)


@dataclass
class Organization:
    """The organization."""

    org_id: str
    legacy_id: int
    org_name: str
    tracks: list[str] = field(default_factory=list)
    curricula: list[str] = field(default_factory=list)


@dataclass
class JitSettings:
    """The defaults of just-in-time provisioning."""

    jit_id: str
    document: dict[str, object] = field(default_factory=dict)


def iso(seconds: float) -> str:
    """A time as ISO 8601 with Z, to the second."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

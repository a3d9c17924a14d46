# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Argument specifications: the options that modules share, each described once."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.errors import AnsibleFallbackNotFound

from ansible_collections.community.veracode.plugins.module_utils._model.fields import (
    FLAG,
    NAMES,
    REST,
    TEXT,
    XML,
    fields_of,
)
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER

Spec = dict[str, t.Any]

_TYPES: dict[str, Spec] = {TEXT: {"type": "str"}, FLAG: {"type": "bool"}, NAMES: {"type": "list", "elements": "str"}}


def from_environment(name: str) -> str:
    """Return the value of an environment variable, where an empty one counts as unset."""
    value = os.environ.get(name)
    if not value:
        raise AnsibleFallbackNotFound
    return value


def connection_arguments() -> Spec:
    """Return the options of the doc fragment `connection`.

    The credentials have no fall-back here: their environment variables and file come in an order of their own.
    """
    return {
        "api_key_id": {"type": "str"},
        "api_key_secret": {"type": "str", "no_log": True},
        "credentials_file": {"type": "path"},
        "profile": {"type": "str"},
        "region": {
            "type": "str",
            "default": "auto",
            "choices": ["auto", "commercial", "european", "federal"],
            "fallback": (from_environment, ["VERACODE_REGION"]),
        },
        "api_url": {"type": "str", "fallback": (from_environment, ["VERACODE_API_URL"])},
        "xml_api_url": {"type": "str", "fallback": (from_environment, ["VERACODE_XML_API_URL"])},
        "validate_certs": {
            "type": "bool",
            "default": True,
            "fallback": (from_environment, ["VERACODE_VALIDATE_CERTS"]),
        },
        "ca_path": {"type": "path", "fallback": (from_environment, ["VERACODE_CA_PATH"])},
        "timeout": {"type": "int", "default": 120, "fallback": (from_environment, ["VERACODE_TIMEOUT"])},
        "max_retries": {"type": "int", "default": 5},
        "rate_limit": {"type": "int", "fallback": (from_environment, ["VERACODE_RATE_LIMIT"])},
    }


def account_arguments(kind: str) -> Spec:
    """Return the options of one account, from the table of fields.

    :param kind: `user` or `api_user`.
    """
    spec: Spec = {}
    for field in fields_of(kind):
        spec[field.option] = {**_TYPES[field.type]}
        if field.aliases:
            spec[field.option]["aliases"] = list(field.aliases)
        if "token" in field.option:
            spec[field.option]["no_log"] = False
    spec.update(
        state={"type": "str", "default": "present", "choices": ["present", "disabled", "absent"]},
        previously={"type": "list", "elements": "str"},
        roles_mode={"type": "str", "default": "exact", "choices": ["exact", "add", "remove"]},
        teams_mode={"type": "str", "default": "exact", "choices": ["exact", "add", "remove"]},
        verify_email={"type": "bool", "default": False},
        allow_self_lockout={"type": "bool", "default": False},
        permanently={"type": "bool", "default": False},
    )
    if kind == USER:
        spec["new_custom_id"] = {"type": "str"}
    else:
        spec["unrestricted"] = {"type": "bool", "default": False}
    return spec


def api_argument() -> Spec:
    """Return the option that chooses one of the two APIs."""
    return {"api": {"type": "str", "default": REST, "choices": [REST, XML]}}


def key_store_arguments() -> Spec:
    """Return the options that say where a generated key pair goes."""
    return {
        "credentials_dest": {"type": "path"},
        "credentials_format": {"type": "str", "default": "ini", "choices": ["ini", "json", "env"]},
        "credentials_profile": {"type": "str"},
        "credentials_overwrite": {"type": "bool", "default": False},
        "return_secret": {"type": "bool", "default": False, "no_log": False},
    }


def filter_arguments() -> Spec:
    """Return the filters of `veracode_user_info`."""
    return {
        "username": {"type": "str", "aliases": ["user_name"]},
        "custom_id": {"type": "str", "aliases": ["saml_subject"]},
        "email_address": {"type": "str"},
        "search_term": {"type": "str"},
        "user_type": {"type": "str", "choices": ["human", "api"]},
        "role": {"type": "str"},
        "team": {"type": "str"},
        "login_enabled": {"type": "bool"},
        "is_saml_user": {"type": "bool", "aliases": ["saml_user"]},
        "api_id": {"type": "str"},
        "include_inactive": {"type": "bool", "default": True},
        "detailed": {"type": "bool", "default": False},
    }


def team_arguments() -> Spec:
    """Return the options of one team."""
    return {
        "name": {"type": "str", "required": True},
        "previously": {"type": "list", "elements": "str"},
        "business_unit": {"type": "str"},
        "members": {"type": "list", "elements": "str"},
        "managers": {"type": "list", "elements": "str"},
        "members_mode": {"type": "str", "default": "exact", "choices": ["exact", "add", "remove"]},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
        "permanently": {"type": "bool", "default": False},
        "allow_unrestricted_api_users": {"type": "bool", "default": False},
    }


def business_unit_arguments() -> Spec:
    """Return the options of one business unit."""
    return {
        "name": {"type": "str", "required": True},
        "previously": {"type": "list", "elements": "str"},
        "teams": {"type": "list", "elements": "str"},
        "teams_mode": {"type": "str", "default": "exact", "choices": ["exact", "add", "remove"]},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    }


def _role_flags() -> tuple[str, ...]:
    # Imported here, since the modules for accounts do without it and each import costs each task.
    from ansible_collections.community.veracode.plugins.module_utils._model.custom_role import ROLE_FLAGS

    return ROLE_FLAGS


def role_arguments() -> Spec:
    """Return the options of `veracode_role`."""
    return {
        "name": {"type": "str", "required": True},
        "previously": {"type": "list", "elements": "str"},
        "role_name": {"type": "str"},
        "permissions": {"type": "list", "elements": "str"},
        "child_roles": {"type": "list", "elements": "str"},
        **{option: {"type": "bool"} for option in ("is_api", *_role_flags())},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    }


def structure_filter_arguments(kind: str) -> Spec:
    """Return the filters of `veracode_team_info`, `veracode_business_unit_info` or `veracode_role_info`.

    :param kind: `team`, `business_unit` or `role`.
    """
    spec: Spec = {"name": {"type": "str"}, "detailed": {"type": "bool", "default": False}}
    if kind == "team":
        spec["business_unit"] = {"type": "str"}
    if kind == "role":
        spec.update(is_api={"type": "bool"}, is_custom={"type": "bool"})
    return spec


# What the entry of a person says of itself alone, and no default can fill in for many.
_OWN = frozenset({"username", "custom_id", "new_custom_id", "email_address", "previously"})


def _without_defaults(spec: Spec) -> Spec:
    """Return options as those of an entry: what it omits may come from elsewhere, so nothing has a default."""
    return {name: {key: value for key, value in option.items() if key != "default"} for name, option in spec.items()}


def _optional(spec: Spec) -> Spec:
    return {name: option for name, option in spec.items() if name not in _OWN}


def _entry_of_team() -> Spec:
    """Return the options of a team in a directory, whose own option allows API users without a team."""
    return {name: option for name, option in team_arguments().items() if name != "allow_unrestricted_api_users"}


def entry_arguments() -> dict[str, Spec]:
    """Return the options of the entries of `veracode_directory`, by the list they stand in."""
    keys = {name: option for name, option in key_store_arguments().items() if name != "return_secret"}
    return {
        "business_units": _without_defaults(business_unit_arguments()),
        "teams": _without_defaults(_entry_of_team()),
        "users": _without_defaults(account_arguments(USER)),
        "api_users": _without_defaults({**account_arguments(API_USER), **CREDENTIALS, **keys}),
    }


CREDENTIALS: Spec = {"credentials": {"type": "str", "default": "none", "choices": ["none", "on_create"]}}


def directory_arguments() -> Spec:
    """Return the options of `veracode_directory` in addition to those of the connection."""
    entries = entry_arguments()
    spec: Spec = {name: {"type": "list", "elements": "dict", "options": options} for name, options in entries.items()}
    spec["files"] = {"type": "list", "elements": "path"}
    spec.update(
        user_defaults={"type": "dict", "options": _optional(entries["users"])},
        api_user_defaults={"type": "dict", "options": entries["api_users"]},
        exclusive={
            "type": "list",
            "elements": "str",
            "choices": ["business_units", "teams", "users", "api_users"],
            "default": [],
        },
        absent_action={"type": "str", "choices": ["disable", "delete", "report"], "default": "disable"},
        exclude_saml={"type": "bool", "default": False},
        protected_users={"type": "list", "elements": "str", "default": []},
        required_administrators={"type": "list", "elements": "str", "default": []},
        min_administrators={"type": "int", "default": 2},
        allow_unrestricted_api_users={"type": "bool", "default": False},
        max_removals={"type": "int", "default": 10},
        max_removal_percent={"type": "int", "default": 10},
        plan_file={"type": "path"},
        expect_plan={"type": "path"},
        progress_file={"type": "path"},
        on_error={"type": "str", "choices": ["continue", "stop"], "default": "continue"},
        workers={"type": "int", "default": 4},
    )
    return spec


def export_arguments() -> Spec:
    """Return the options of `veracode_directory_info` in addition to those of the connection."""
    return {
        "kinds": {"type": "list", "elements": "str", "choices": ["business_units", "teams", "users", "api_users"]},
        "compact": {"type": "bool", "default": False},
    }


def key_pair_arguments() -> Spec:
    """Return the options of `veracode_api_credentials` in addition to those on where a key pair goes."""
    return {
        "username": {"type": "str", "aliases": ["user_name"]},
        "api_id": {"type": "str"},
        "state": {"type": "str", "default": "present", "choices": ["present", "rotated", "absent"]},
        "renew_within": {"type": "str", "default": "30d"},
        "renew_if_missing": {"type": "bool", "default": False},
        "verify": {"type": "bool", "default": False},
        "allow_self": {"type": "bool", "default": False},
    }


def oauth_client_arguments() -> Spec:
    """Return the options of `veracode_oauth_client`."""
    store = {name: option for name, option in key_store_arguments().items() if name != "credentials_profile"}
    return {
        "name": {"type": "str"},
        "username": {"type": "str", "aliases": ["user_name"]},
        "description": {"type": "str"},
        "expires_in": {"type": "int"},
        "roles": {"type": "list", "elements": "str"},
        "state": {"type": "str", "default": "present", "choices": ["present", "rotated", "absent"]},
        "revoke_tokens": {"type": "bool", "default": False, "no_log": False},
        "renew_if_missing": {"type": "bool", "default": False},
        **store,
        "credentials_format": {"type": "str", "default": "json", "choices": ["json", "env"]},
    }


def oauth_client_filter_arguments() -> Spec:
    """Return the filters of `veracode_oauth_client_info`."""
    return {"username": {"type": "str", "aliases": ["user_name"]}, "name": {"type": "str"}}


def reset_arguments() -> Spec:
    """Return the options of `veracode_user_reset`."""
    return {
        "username": {"type": "str", "required": True, "aliases": ["user_name"]},
        "reset": {
            "type": "list",
            "elements": "str",
            "required": True,
            "choices": ["password", "mfa", "sessions"],
        },
        "only_never_logged_in": {"type": "bool", "default": True},
    }


def jit_arguments() -> Spec:
    """Return the options of `veracode_jit_settings`."""
    return {
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
        "prefer_veracode_data": {"type": "bool"},
        "roles": {"type": "list", "elements": "str"},
        "teams": {"type": "list", "elements": "str"},
        "ip_restricted": {"type": "bool"},
        "allowed_ip_addresses": {"type": "list", "elements": "str"},
        "use_csv_for_roles_claim": {"type": "bool"},
        "use_csv_for_teams_claim": {"type": "bool"},
        "use_csv_for_teams_managed_claim": {"type": "bool"},
        "use_csv_for_ip_address_claim": {"type": "bool"},
        **{f"custom_{number}": {"type": "str"} for number in ("one", "two", "three", "four", "five")},
    }

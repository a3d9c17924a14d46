# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vaulted texts work in filters, and no error prints what was given in confidence."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.community.veracode.plugins.filter.from_wrapper_csv import from_wrapper_csv
from ansible_collections.community.veracode.plugins.filter.job_profile_roles import job_profile_roles
from ansible_collections.community.veracode.plugins.filter.offboarding_plan import offboarding_plan
from ansible_collections.community.veracode.plugins.filter.onboarding_entries import onboarding_entries
from ansible_collections.community.veracode.plugins.filter.role_name import role_name


def vaulted(text: str) -> t.Any:
    """Return a text as a variable holds it that was encrypted with Ansible Vault."""
    try:
        from ansible._internal._datatag._tags import VaultedValue
    except ImportError:
        from ansible.parsing.yaml.objects import AnsibleVaultEncryptedUnicode

        secret = VaultSecret(b"hush")
        return AnsibleVaultEncryptedUnicode.from_plaintext(text, VaultLib([("default", secret)]), secret)
    return VaultedValue(ciphertext="$ANSIBLE_VAULT;1.1;AES256").tag(text)


def test_vaulted_texts_work() -> None:
    text = vaulted("action,username\nupdateuser,a@example.com\n")
    assert from_wrapper_csv(text) == [{"username": "a@example.com", "state": "present"}]
    assert role_name(vaulted("Creator")) == "extcreator"
    assert role_name([vaulted("Creator")]) == ["extcreator"]
    assert job_profile_roles(vaulted("Developer")) == ["Reviewer"]
    users = [{"username": vaulted("a@example.com"), "phone": vaulted("123")}]
    assert onboarding_entries([], users=users)["users"] == [{"username": "a@example.com", "phone": "123"}]
    plan = offboarding_plan([], {"leavers": [vaulted("secret@example.com")]}, {}, "2026-01-31")
    assert len(plan["errors"]) == 1
    assert "secret@" not in plan["errors"][0]


@pytest.mark.parametrize(
    "use",
    [
        lambda: role_name(vaulted("Creatr")),
        lambda: role_name(vaulted("Creatr ")),
        lambda: role_name(vaulted("Creatr" * 20)),
        lambda: role_name(vaulted(" Creatr\u200b")),
        lambda: role_name({"a": vaulted("Creatr")}),
        lambda: role_name("x", roles=vaulted("Creatr")),
        lambda: job_profile_roles(vaulted("Creatr")),
        lambda: job_profile_roles("x", profiles=vaulted("Creatr")),
        lambda: job_profile_roles("Mine", profiles={"Mine": vaulted("Creatr")}),
        lambda: job_profile_roles("Mine", profiles={"Mine": [vaulted("Creatr ")]}),
        lambda: from_wrapper_csv(vaulted("action,username\nCreatr,a\n"), file="x.csv"),
        lambda: from_wrapper_csv(vaulted("action,Creatr\nupdateuser,a\n")),
        lambda: from_wrapper_csv("action,username\n", action=vaulted("Creatr")),
        lambda: from_wrapper_csv([vaulted("Creatr")]),
        lambda: from_wrapper_csv(vaulted("Creatr ")),
        lambda: from_wrapper_csv(vaulted("Creatr" * 20)),
        lambda: from_wrapper_csv(vaulted("Creatr" * 20 + ",username\nx,y\n")),
        lambda: onboarding_entries(vaulted("Creatr"), files=["a"]),
    ],
)
def test_no_error_prints_what_was_given_in_confidence(use: t.Callable[[], t.Any]) -> None:
    with pytest.raises(AnsibleFilterError) as error:
        use()
    assert "Creatr" not in str(error.value)
    assert "Creator" not in str(error.value)


def test_no_error_that_is_returned_prints_it_either() -> None:
    text = vaulted("username,active\nhush@example.com,Creatr\n,x\n")
    users = [{"username": vaulted("hush@example.com "), "job_profile": vaulted("Creatr")}]
    errors = onboarding_entries([text], files=["a.csv"], users=users)["errors"]
    assert len(errors) == 5
    assert not any("hush" in error or "Creatr" in error for error in errors)
    assert errors[-1].startswith("a.csv: line 3 (row 2)")

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts by what selects them."""

from __future__ import annotations

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.inventory import Inventory
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER

NEED: frozenset[str] = frozenset()


def account(kind: str, handle: str, username: str, address: str, subject: str | None = None) -> Account:
    values = {"username": username, "email_address": address, "custom_id": subject}
    return Account(kind, handle, values)


ALICE = account(USER, "1", "Alice@example.com", "alice@example.com", "EX\\alice")
SCAN = account(API_USER, "2", "scan", "team@example.com")
UPLOAD = account(API_USER, "3", "upload", "team@example.com")


def test_names_and_addresses_are_found_without_case_and_subjects_exactly() -> None:
    inventory = Inventory([ALICE, SCAN], complete=True)
    assert inventory.by_username("ALICE@example.COM", USER, NEED) is ALICE
    assert inventory.by_email("Alice@Example.com", USER, NEED) is ALICE
    assert inventory.by_custom_id("EX\\alice", NEED) is ALICE
    assert inventory.by_custom_id("ex\\alice", NEED) is None
    assert inventory.by_username("nobody", USER, NEED) is None
    assert inventory.by_email("nobody@example.com", USER, NEED) is None


def test_an_address_that_several_accounts_have_selects_none() -> None:
    inventory = Inventory([SCAN, UPLOAD], complete=True)
    with pytest.raises(InputError, match="scan, upload"):
        inventory.by_email("team@example.com", API_USER, NEED)


def test_a_later_reading_replaces_the_earlier() -> None:
    inventory = Inventory([ALICE], complete=True)
    later = account(USER, "1", "Alice@example.com", "alice@example.com", "EX\\alice2")
    inventory.put(later)
    assert inventory.accounts == [later]
    assert inventory.by_username("alice@example.com", USER, NEED) is later
    assert inventory.by_email("alice@example.com", USER, NEED) is later

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that holds an approved plan."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError, InputError
from ansible_collections.community.veracode.plugins.module_utils._model.plan_file import (
    compare_plan,
    plan_document,
    plan_text,
    read_plan,
)

ACTIONS: list[dict[str, Any]] = [{"action": "update", "kind": "user", "name": "zoë@example.com", "fields": ["phone"]}]
DIFF = {
    "before": {"user": {"zoë@example.com": {"phone": None}}},
    "after": {"user": {"zoë@example.com": {"phone": "1"}}},
}
HERE = {"host": "api.veracode.com", "id": "1-2", "name": "Example"}
KEY = {
    "name": "ci",
    "credentials_dest": "/keys/ci.json",
    "credentials_format": "json",
    "credentials_profile": None,
}
PLAN = plan_document(HERE, ACTIONS, DIFF, [KEY])


def test_what_was_written_compares_equal() -> None:
    assert json.loads(plan_text(PLAN)) == {
        "version": 1,
        "organization": HERE,
        "actions": ACTIONS,
        "diff": DIFF,
        "destinations": [KEY],
    }
    compare_plan(read_plan(plan_text(PLAN), "plan.json"), PLAN, "plan.json")


def test_another_value_alone_is_another_plan() -> None:
    other = {**DIFF, "after": {"user": {"zoë@example.com": {"phone": "2"}}}}
    with pytest.raises(GuardError) as caught:
        compare_plan(PLAN, plan_document(HERE, ACTIONS, other, [KEY]), "plan.json")
    assert 'not in the approved plan: update user zoë@example.com [{"phone": null}, {"phone": "2"}]' in caught.value.msg
    assert "no longer planned: update user zoë@example.com" in caught.value.msg


@pytest.mark.parametrize("here", [{"host": "api.veracode.eu"}, {"id": "3-4"}])
def test_a_plan_of_another_organization_is_another_plan(here: dict[str, str]) -> None:
    with pytest.raises(
        GuardError, match=r'it was made for "Example" \(1-2\) at api.veracode.com, and this is "Example"'
    ):
        compare_plan(PLAN, plan_document({**HERE, **here}, ACTIONS, DIFF, [KEY]), "plan.json")


def test_a_secret_that_goes_elsewhere_is_another_plan() -> None:
    with pytest.raises(GuardError, match=r"key pair of ci in .*/tmp/ci.json"):
        compare_plan(
            PLAN, plan_document(HERE, ACTIONS, DIFF, [{**KEY, "credentials_dest": "/tmp/ci.json"}]), "plan.json"
        )


def test_many_differences_are_shown_in_few_words() -> None:
    many = [{**ACTIONS[0], "name": f"p{number}"} for number in range(30)]
    with pytest.raises(GuardError, match="and 20 more"):
        compare_plan(plan_document(HERE, [], {}, []), plan_document(HERE, many, {}, []), "plan.json")


@pytest.mark.parametrize(
    "content", [b"", b"no JSON", b"[1, 2]", b'{"actions": [1], "diff": 7}', b'{"version": 1, "actions": [1]}', b"\xff"]
)
def test_a_file_that_is_no_plan_is_never_taken_for_one(content: bytes) -> None:
    with pytest.raises((GuardError, InputError), match="expect_plan"):
        compare_plan(read_plan(content, "plan.json"), PLAN, "plan.json")

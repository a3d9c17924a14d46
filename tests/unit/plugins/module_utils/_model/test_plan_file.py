# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that holds an approved plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError, InputError
from ansible_collections.community.veracode.plugins.module_utils._model.plan_file import compare_plan, write_plan

ACTIONS: list[dict[str, Any]] = [{"action": "update", "kind": "user", "name": "zoë@example.com", "fields": ["phone"]}]
DIFF = {
    "before": {"user": {"zoë@example.com": {"phone": None}}},
    "after": {"user": {"zoë@example.com": {"phone": "1"}}},
}


def test_what_was_written_compares_equal_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_plan(str(path), ACTIONS, DIFF)
    compare_plan(str(path), ACTIONS, DIFF)
    assert json.loads(path.read_text(encoding="utf-8")) == {"actions": ACTIONS, "diff": DIFF}
    assert [each.name for each in tmp_path.iterdir()] == ["plan.json"]


def test_another_value_alone_is_another_plan(tmp_path: Path) -> None:
    path = str(tmp_path / "plan.json")
    write_plan(path, ACTIONS, DIFF)
    other = {**DIFF, "after": {"user": {"zoë@example.com": {"phone": "2"}}}}
    with pytest.raises(GuardError) as caught:
        compare_plan(path, ACTIONS, other)
    assert 'not in the approved plan: update user zoë@example.com [{"phone": null}, {"phone": "2"}]' in caught.value.msg
    assert "no longer planned: update user zoë@example.com" in caught.value.msg


def test_many_differences_are_told_in_few_words(tmp_path: Path) -> None:
    path = str(tmp_path / "plan.json")
    write_plan(path, [], {})
    many = [{**ACTIONS[0], "name": f"p{number}"} for number in range(30)]
    with pytest.raises(GuardError, match="and 20 more"):
        compare_plan(path, many, {})


@pytest.mark.parametrize("content", ["", "no JSON", "[1, 2]", '{"actions": [1], "diff": 7}', "\u00ff"])
def test_a_file_that_is_no_plan_is_never_taken_for_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises((GuardError, InputError), match="expect_plan"):
        compare_plan(str(path), ACTIONS, DIFF)


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose a folder that exists"):
        write_plan(str(tmp_path / "none" / "plan.json"), ACTIONS, DIFF)

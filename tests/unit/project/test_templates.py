# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Traps of the templates in roles and playbooks."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
FILES = [
    *sorted(ROOT.glob("roles/*/*/**/*.yml")),
    *sorted(ROOT.glob("roles/*/*/*.yml")),
    *sorted(ROOT.glob("playbooks/*.yml")),
]


def texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


@pytest.mark.parametrize("path", dict.fromkeys(FILES), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_line_break_in_a_template_is_one(path: Path) -> None:
    # Ansible doubles a backslash in a template, so `\n` stays two characters. Only in double quotes YAML makes a line break of it.
    found = [text for text in texts(yaml.safe_load(path.read_text(encoding="utf-8"))) if "\\n" in text]
    assert [text for text in found if "{{" in text or "{%" in text] == []


def tasks(value: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """Yield the tasks of a file, however deep they are in blocks, that call a module of this collection."""
    if isinstance(value, list):
        for each in value:
            yield from tasks(each)
    elif isinstance(value, dict):
        if any(str(key).startswith("community.veracode.veracode_") for key in value):
            yield value
        for each in value.values():
            yield from tasks(each)


@pytest.mark.parametrize("path", dict.fromkeys(FILES), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_failure_of_a_module_is_ignored(path: Path) -> None:
    """An error without `failure`, such as Ansible's own of an option, would pass for success where only `failure` is looked at."""
    found = list(tasks(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert [task["name"] for task in found if task.get("failed_when") is False or task.get("ignore_errors")] == []

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

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit passes only where somebody answered, and about every package."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.audit import judge

GOOD = {"name": "requests", "version": "2.34.0", "vulns": []}
BAD = {"name": "lxml", "version": "4.9.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["4.9.1"]}]}
UNKNOWN = {"name": "rich", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "problems"),
    [
        ([GOOD], []),
        ([GOOD, BAD], ["lxml 4.9.0: PYSEC-1, mended in 4.9.1"]),
        ([GOOD, UNKNOWN], ["could not ask about rich: not found"]),
        ([], ["could not ask for known vulnerabilities: no route"]),
    ],
)
def test_judgement(packages: list[dict[str, Any]], problems: list[str]) -> None:
    assert judge({"dependencies": packages, "fixes": []}, "a line\nno route\n") == problems


def test_no_answer_is_no_pass() -> None:
    assert judge(None, "") == ["could not ask for known vulnerabilities: pip-audit says nothing"]

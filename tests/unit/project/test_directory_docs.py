# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of entries of veracode_directory are documented as those of the single modules are."""

from __future__ import annotations

from tests.tools.directory_docs import FILE, fragment


def test_the_file_is_what_its_tool_writes() -> None:
    assert FILE.read_text(encoding="utf-8") == fragment()

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ARCHITECTURE.md is true: its picture shows imports that exist, and its table is the contract that lint keeps."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = ROOT / "plugins"
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PREFIX = "ansible_collections.community.veracode.plugins."


def package(parts: tuple[str, ...]) -> str:
    """Return the package of a module below `plugins`, by its name in the picture."""
    return parts[1] if parts[0] == "module_utils" and len(parts) > 1 else parts[0]


def imports() -> set[tuple[str, str]]:
    """Return which package imports which."""
    found = set()
    for path in PLUGINS.rglob("*.py"):
        own = package(path.relative_to(PLUGINS).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PREFIX):
                below = node.module.removeprefix(PREFIX)
                names = [f"{below}.{alias.name}" for alias in node.names] if below == "module_utils" else [below]
                found |= {(own, package(tuple(name.split(".")))) for name in names}
    return found


def test_every_arrow_of_the_picture_is_an_import() -> None:
    picture = TEXT.partition("```mermaid\n")[2].partition("```")[0]
    arrows = set(re.findall(r"^ *(\w+)(?:\[[^\]]*\])? --> (\w+)", picture, re.MULTILINE))
    assert len(arrows) >= 20
    assert arrows <= imports()


def test_the_table_is_the_contract() -> None:
    contract = (
        (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition('name = "Packages import downwards only"')[2]
    )
    layers = re.findall(r'^    "([\w |]+)",$', contract.partition("\n]")[0], re.MULTILINE)
    table = re.findall(r"^\| (`[^|]+`) \| ", TEXT, re.MULTILINE)
    assert len(layers) == len(table) > 5
    assert [set(re.findall(r"\w+", row)) for row in table] == [set(re.findall(r"\w+", layer)) for layer in layers]
    packages = {path.stem for path in (PLUGINS / "module_utils").iterdir() if path.name[:2] != "__"}
    assert {name for layer in layers for name in re.findall(r"\w+", layer)} == packages

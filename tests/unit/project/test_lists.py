# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written down in two files says the same in both."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "__init__")


def load(name: str) -> t.Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def requirements(name: str) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def noxfile_value(name: str) -> t.Any:
    """Return the arguments of the calls in the value that noxfile.py gives to this name."""
    for node in ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            calls = node.value.elts if isinstance(node.value, ast.List) else [node.value]
            return [tuple(ast.literal_eval(argument) for argument in call.args) for call in calls]  # type: ignore[attr-defined]
    raise AssertionError(f"noxfile.py does not set {name}")


def test_action_group_names_exactly_the_modules() -> None:
    assert MODULES
    assert load("meta/runtime.yml")["action_groups"]["veracode"] == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_readme_links_every_module(module: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"/collections/community/veracode/{module}_module.html" in readme


def test_readme_links_are_absolute() -> None:
    for path in ROOT.glob("*.md"):
        for target in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
            assert target.startswith("https://"), f"{path.name}: {target}"


def test_execution_environments_get_the_same_libraries() -> None:
    declared = requirements("requirements.txt")
    assert declared
    assert requirements("meta/ee-requirements.txt") == declared
    assert all(">=" in line for line in declared)


def test_oldest_libraries_are_the_lower_bounds() -> None:
    lowest = {
        name.strip(): version.strip()
        for name, version in (re.split(r">=|,", line)[:2] for line in requirements("requirements.txt"))
    }
    pinned: dict[str, str] = {}
    for line in requirements("tests/requirements/oldest.txt"):
        name, version = line.partition(";")[0].split("==")
        pinned.setdefault(name.strip(), version.strip())
    assert pinned == lowest


def test_workflow_runs_the_matrix_of_the_noxfile() -> None:
    rows = load(".github/workflows/ci.yml")["jobs"]["matrix"]["strategy"]["matrix"]["include"]
    assert [(row["core"], row["python"], row["libraries"]) for row in rows] == noxfile_value("MATRIX")


def test_matrix_starts_at_the_oldest_ansible_core_that_is_supported() -> None:
    oldest = min((row[0] for row in noxfile_value("MATRIX")), key=lambda core: [int(part) for part in core.split(".")])
    assert load("meta/runtime.yml")["requires_ansible"] == f">={oldest}.0"


def test_tools_use_a_row_of_the_matrix() -> None:
    assert noxfile_value("DEFAULT")[0] in noxfile_value("MATRIX")


def test_matrix_starts_at_the_oldest_python_that_is_supported() -> None:
    oldest = min((row[1] for row in noxfile_value("MATRIX")), key=lambda version: int(version.split(".")[1]))
    assert load("tests/config.yml")["modules"]["python_requires"] == f">={oldest}"


def test_pre_commit_uses_the_tools_of_make_lint() -> None:
    pinned = {line.replace(" ", "") for line in requirements("tests/requirements/lint.txt")}
    hooks = load(".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert {package for hook in hooks for package in hook["additional_dependencies"]} <= pinned


def test_no_sanity_test_is_ignored() -> None:
    assert not list((ROOT / "tests" / "sanity").glob("ignore*.txt"))
    assert not (ROOT / ".ansible-lint-ignore").exists()
    lint = load(".ansible-lint")
    assert (lint["profile"], lint["strict"], lint["skip_list"], lint["warn_list"]) == ("production", True, [], [])


def test_actions_are_pinned_and_may_only_read() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {"contents": "read"}, path.name
        for job in workflow["jobs"].values():
            for step in job["steps"]:
                assert re.search(r"@[0-9a-f]{40}$", step.get("uses", "@" + "0" * 40)), f"{path.name}: {step['uses']}"


def test_the_version_is_the_same_everywhere() -> None:
    version = load("galaxy.yml")["version"]
    assert f'VERSION = "{version}"' in (ROOT / "plugins" / "module_utils" / "_http" / "version.py").read_text(
        encoding="utf-8"
    )
    # What was released last is no newer.
    released = [tuple(map(int, name.split("."))) for name in load("changelogs/changelog.yaml")["releases"]]
    assert max(released) <= tuple(map(int, version.split(".")))


def test_the_checklist_has_every_point_and_names_what_is_there() -> None:
    text = (ROOT / "CHECKLIST.md").read_text(encoding="utf-8")
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)] == list(range(1, 81))
    named = set(re.findall(r"`((?:[\w.]+/)+[\w.-]+|[A-Z]+\.md|[\w.-]+\.(?:yml|toml))`", text))
    assert len(named) > 30
    roots = (ROOT, ROOT / "plugins" / "module_utils")
    assert [name for name in sorted(named) if not any((root / name).exists() for root in roots)] == []


@pytest.mark.parametrize(("section", "folder"), [("modules", "modules"), ("plugins", "filter")])
def test_the_changelog_describes_plugins_as_their_documentation_does(section: str, folder: str) -> None:
    release = max(
        load("changelogs/changelog.yaml")["releases"].items(), key=lambda item: tuple(map(int, item[0].split(".")))
    )[1]
    listed = release.get(section, {}) if section == "modules" else release.get(section, {}).get(folder, {})
    assert listed
    for entry in listed:
        text = (ROOT / "plugins" / folder / f"{entry['name']}.py").read_text(encoding="utf-8")
        short = re.search(r"(?m)^short_description: (.*)$", text)
        assert short
        assert entry["description"] == f"{short[1]}."

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides say of the two APIs what the code knows of them."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from ansible_collections.community.veracode.plugins.module_utils._model.fields import (
    FIELDS,
    REST,
    XML,
    Field,
    can_create,
    can_update,
)
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import RULES

DOCSITE = Path(__file__).resolve().parents[3] / "docs" / "docsite"
MODULES = {USER: "community.veracode.veracode_user", API_USER: "community.veracode.veracode_api_user"}


def ability(field: Field, api: str) -> str:
    """What the guide is to say of an option and an API."""
    if field.option == "username" and api == XML:
        return "selector"
    able = {"create": can_create(field.option, api), "update": can_update(field.option, api)}
    return ", ".join(word for word, can in able.items() if can) or "–"


def expected_table() -> str:
    """The table of the guide, as the code has it."""
    rows = [("Option", "API users have it", "Identity REST API", "Admin XML API")]
    for field in FIELDS:
        reference = f":ansopt:`{MODULES[USER]}#module:{field.option}`"
        rows.append(
            (reference, "yes" if API_USER in field.kinds else "–", ability(field, REST), ability(field, XML)),
        )
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        lines += [f"   {'* -' if not number else '  -'} {cell}" for number, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def test_guide_to_both_apis_has_the_table_of_fields() -> None:
    text = (DOCSITE / "rst" / "both_apis_guide.rst").read_text(encoding="utf-8")
    found = re.search(r"^\.\. list-table::\n(?: .*\n|\n)*?(?=^\S)", text, re.MULTILINE)
    assert found, "the guide has no table"
    assert found[0].strip() == expected_table().strip()


COMMAND = re.compile(r"ansible-playbook community\.veracode\.(\w+)((?: +\S+=\S+| +-\S+)*)")


def test_every_command_of_a_guide_names_a_playbook_and_its_variables() -> None:
    root, seen = DOCSITE.parents[1], 0
    for page in [root / "README.md", *DOCSITE.glob("rst/*.rst"), *root.glob("roles/*/README.md")]:
        for command in COMMAND.finditer(page.read_text(encoding="utf-8")):
            playbook = root / "playbooks" / f"{command[1]}.yml"
            assert playbook.exists(), (page.name, command[0])
            known = playbook.read_text(encoding="utf-8")
            for role in re.findall(r"name: community\.veracode\.(\w+)$", known, re.MULTILINE):
                known += (root / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
            for variable in re.findall(r"(\w+)=", command[2]):
                assert re.search(rf"\b{variable}\b", known), (page.name, command[0])
            seen += 1
    assert seen > 30


def test_every_guide_is_listed_and_has_its_label() -> None:
    sections = yaml.safe_load((DOCSITE / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    listed = [name for section in sections for name in section["toctree"]]
    assert sorted(listed) == sorted(path.stem for path in (DOCSITE / "rst").glob("*.rst"))
    for name in listed:
        text = (DOCSITE / "rst" / f"{name}.rst").read_text(encoding="utf-8")
        assert f"\n.. _ansible_collections.community.veracode.docsite.{name}:\n" in text


def test_pictures_of_the_readme_exist_and_are_small() -> None:
    root = DOCSITE.parents[1]
    prefix = "https://raw.githubusercontent.com/ansible-collections/community.veracode/main/"
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (root / "README.md").read_text(encoding="utf-8"))
    assert pictures
    for url in pictures:
        assert url.startswith(prefix)
        assert (root / url.removeprefix(prefix)).stat().st_size < 200_000


def test_readme_links_every_guide() -> None:
    readme = (DOCSITE.parents[1] / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"/collections/community/veracode/docsite/(\w+)\.html", readme)
    assert sorted(linked) == sorted(path.stem for path in (DOCSITE / "rst").glob("*.rst"))


def test_readme_has_the_figures_of_the_performance_guide() -> None:
    readme = (DOCSITE.parents[1] / "README.md").read_text(encoding="utf-8")
    guide = (DOCSITE / "rst" / "performance_guide.rst").read_text(encoding="utf-8")
    section = readme.partition("## How fast it is")[2].partition("\n## ")[0]
    rows = [row.split("|")[2:-1] for row in section.splitlines() if re.search(r"\| \d", row)]
    figures = [cell.strip() for row in rows for cell in row] + re.findall(r"\d[\d.]* s\b", section)
    assert len(figures) > 10
    cells = set(re.findall(r"(?m)^(?:   \*|    ) - ([\d.,]+)", guide))
    assert [figure for figure in figures if figure.removesuffix(" s") not in cells] == []


def test_readme_is_short() -> None:
    """It takes three screens of 1280 by 900 pixels, as the page of a repository shows it; a line more takes about 27."""
    assert len((DOCSITE.parents[1] / "README.md").read_text(encoding="utf-8").splitlines()) <= 100


def test_the_overview_has_everything_and_what_only_roles_use_last() -> None:
    root = DOCSITE.parents[1]
    text = (DOCSITE / "rst" / "overview.rst").read_text(encoding="utf-8")
    for folder, kind in (("plugins/modules", "module"), ("plugins/filter", "filter"), ("roles", "role")):
        for path in (root / folder).glob("[a-z]*"):
            assert f"<community.veracode.{path.stem}#{kind}>`" in text, path.name
    for path in (root / "playbooks").glob("*.yml"):
        assert f"``community.veracode.{path.stem}``" in text, path.name
    for_everybody, _heading, for_roles = text.partition("Filters that only roles use")
    for path in (root / "plugins" / "filter").glob("*.py"):
        plugin = path.read_text(encoding="utf-8")
        internal = "Only the role P(" in plugin
        assert f".{path.stem}#filter>" in (for_roles if internal else for_everybody), path.name
        assert (" only)\n" in plugin.partition("short_description:")[2][:200]) is internal, path.name


def test_the_guide_to_reviews_has_each_rule_with_its_severity() -> None:
    text = (DOCSITE / "rst" / "review_guide.rst").read_text(encoding="utf-8")
    rows = re.findall(r"   \* - ``(\w+)``\n     - (high|medium|low)\n", text)
    assert sorted(rows) == sorted((rule.id, rule.severity) for rule in RULES)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The patterns, the surveys of the role controller_setup, its job templates and the playbooks are about the same things."""

from __future__ import annotations

import json
import re
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PATTERNS = ROOT / "extensions" / "patterns"
SURVEYS = ROOT / "roles" / "controller_setup" / "files" / "surveys"
NAMES = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
TYPES = {
    "text": "str",
    "textarea": "str",
    "integer": "int",
    "float": "float",
    "multiplechoice": "str",
    "multiselect": "list",
}


def load(path: Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def defaults() -> t.Any:
    return load(ROOT / "roles" / "controller_setup" / "defaults" / "main.yml")


def survey(name: str) -> t.Any:
    return json.loads((SURVEYS / f"{name}.json").read_text(encoding="utf-8"))


def test_every_playbook_has_a_pattern_a_survey_and_a_job_template() -> None:
    assert len(NAMES) == 8
    assert sorted(path.name for path in PATTERNS.iterdir()) == NAMES
    assert sorted(path.stem for path in SURVEYS.iterdir()) == sorted([*NAMES, "apply_directory_workflow"])
    templates = defaults()["controller_setup_job_templates"]
    assert sorted(template["survey"] for template in templates) == NAMES
    specs = load(ROOT / "roles" / "controller_setup" / "meta" / "argument_specs.yml")["argument_specs"]["main"][
        "options"
    ]
    assert sorted(specs["controller_setup_job_templates"]["options"]["survey"]["choices"]) == NAMES
    for template in templates:
        assert template["imports"] == template["survey"]


@pytest.mark.parametrize("name", NAMES)
def test_a_pattern(name: str) -> None:
    pattern = json.loads((PATTERNS / name / "meta" / "pattern.json").read_text(encoding="utf-8"))
    assert pattern["name"] == name
    assert re.fullmatch("[a-z0-9_]{1,64}", name)
    assert len(pattern["title"]) <= 64
    assert not pattern["short_description"].endswith(".")
    resources = pattern["aap_resources"]
    [template] = resources["controller_job_templates"]
    assert template["survey"] == survey(name)
    assert "controller_execution_environment" not in resources, "an image that does not exist"
    assert set(template["labels"]) <= set(resources["controller_labels"])
    assert template["name"] in {each["name"] for each in defaults()["controller_setup_job_templates"]}
    check, play = load(PATTERNS / name / "playbooks" / template["playbook"])
    assert f"'{name}.meta.yml'" in check["tasks"][0]["ansible.builtin.validate_argument_spec"]["argument_spec"]
    imported = PATTERNS / name / "playbooks" / play["ansible.builtin.import_playbook"]
    assert imported.resolve() == ROOT / "playbooks" / f"{name}.yml"
    readme = (PATTERNS / name / "README.md").read_text(encoding="utf-8")
    for question in template["survey"]["spec"]:
        assert f"`{question['variable']}`" in readme


@pytest.mark.parametrize("name", NAMES)
def test_a_survey_asks_what_the_play_takes(name: str) -> None:
    [spec] = load(PATTERNS / name / "playbooks" / f"{name}.meta.yml")["argument_specs"].values()
    questions = {question["variable"]: question for question in survey(name)["spec"]}
    assert list(questions) == list(spec["options"])
    # The playbook passes some of its variables to a role as they are.
    used = (ROOT / "playbooks" / f"{name}.yml").read_text(encoding="utf-8")
    for role in re.findall(r"name: community\.veracode\.(\w+)$", used, re.MULTILINE):
        used += (ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    for variable, question in questions.items():
        option = spec["options"][variable]
        assert option["type"] == TYPES[question["type"]]
        assert option.get("choices") == question.get("choices")
        assert str(option.get("default", "")) == question.get("default", "")
        assert re.search(rf"\b{variable}\b", used), "asked and not used"
        assert question["type"] != "password", "no secret is a variable"


@pytest.mark.parametrize("schedule", defaults()["controller_setup_schedules"], ids=lambda schedule: schedule["name"])
def test_a_schedule_answers_its_survey(schedule: dict[str, t.Any]) -> None:
    [template] = [
        each for each in defaults()["controller_setup_job_templates"] if each["name"] == schedule["job_template"]
    ]
    questions = survey(template["survey"])["spec"]
    assert set(schedule["extra_data"]) <= {question["variable"] for question in questions}
    assert {question["variable"] for question in questions if question["required"]} <= set(schedule["extra_data"])


def test_the_guide_shows_the_credential_type_as_the_role_makes_it() -> None:
    folder = ROOT / "roles" / "controller_setup" / "files" / "credential_type"
    inputs = json.loads((folder / "inputs.json").read_text())
    for field in inputs["fields"]:
        field.pop("help_text")
    text = (ROOT / "docs" / "docsite" / "rst" / "controller_guide.rst").read_text(encoding="utf-8")
    blocks = re.findall(r"^( *)\.\. code-block:: yaml\n\n((?:\1 +\S.*\n|\n)+)", text, re.MULTILINE)
    shown = [yaml.safe_load(textwrap.dedent(block)) for _indentation, block in blocks]
    assert inputs in shown
    assert json.loads((folder / "injectors.json").read_text()) in shown


def test_the_credential_type_sets_what_the_modules_read() -> None:
    folder = ROOT / "roles" / "controller_setup" / "files" / "credential_type"
    inputs = json.loads((folder / "inputs.json").read_text())
    injectors = json.loads((folder / "injectors.json").read_text())
    fields = {field["id"]: field for field in inputs["fields"]}
    assert [name for name, field in fields.items() if field.get("secret")] == ["api_key_secret"]
    # As variables of a playbook, secrets would be shown.
    assert list(injectors) == ["env"]
    fragment = (ROOT / "plugins" / "doc_fragments" / "connection.py").read_text()
    for variable, value in injectors["env"].items():
        assert variable in fragment
        assert re.search(r"{{ (\w+)", value)[1] in fields  # type: ignore[index]

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users read is short and in plain English; docstrings have no markup of Ansible."""

from __future__ import annotations

import ast
import functools
import re
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted(ROOT.glob("plugins/modules/*.py"))
FILTERS = sorted(ROOT.glob("plugins/filter/*.py"))
FRAGMENTS = sorted(ROOT.glob("plugins/doc_fragments/*.py"))
SPECS = sorted(ROOT.glob("roles/*/meta/argument_specs.yml"))
PAGES = sorted([*ROOT.glob("README.md"), *ROOT.glob("docs/docsite/rst/*.rst"), *ROOT.glob("roles/*/README.md")])
TASKS = sorted([*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("roles/*/handlers/*.yml"), *ROOT.glob("playbooks/*.yml")])

MOST_WORDS = 40
MOST_ON_AVERAGE = 25
MARKUP = re.compile(r"\b(?:B|C|E|I|L|M|O|P|R|U|V|RV)\(([^()]|\([^()]*\))*\)")
# Turns that read as if they had been translated, and what to write instead.
PHRASES = {
    r"\bwhat is wanted\b": "State of the …",
    r"\b(?:is|are|was) told\b": "is reported",
    r"\btell(?:s)? (?:at once|of|the time|custom|which)\b": "reports",
    r"\bin passing\b": "transient",
    r"\bis meant\b": "is selected, is intended",
    r"\bwould be: ": "Would create 8, update 1.",
    r"\bis none; write\b": "unknown value; use …",
    r"\b(?<!there )is no (?:path|CSV|folder|file|list|text|name|number|account|boolean|dictionary|day|plan)\b": "is not a …",
    r"\bcame to\b": "tested",
    r"\blook after\b": "rotate, manage",
    r"\bwhat became of\b": "the result",
    r"\bsay what\b": "show the result",
    r"\btotals that lie\b": "wrong totals",
    r"\bwhat was found of whom\b": "findings by account",
    r"\bthe only way to\b": "the only API with",
    r"\bin little time\b": "Performance",
    r"\bfor good\b": "permanently",
    r"\bof its own accord\b": "by itself",
    r"\ball the same\b": "nevertheless, or nothing",
    r"\banew\b": "again",
    r"\bwhatever stands\b": "proxies",
    r"\bgoes on being\b": "is still",
    r"\bcannot be found out\b": "cannot be determined",
    r"\bis believed\b": "is ignored, is used",
    r"\bthe account that signs\b": "the calling account",
    r"\bcase observed\b": "case-sensitive",
    r"\bwithout regard to case\b": "case-insensitive, is ignored",
    r"\bat once\b": "immediately, together, in one task, or at the same time",
    r"\bbeside\b": "next to, with, in addition to",
    r"\b[Tt]he most (?:accounts|people|objects)\b": "maximum number of …",
    r"\b[Tt]he least number\b": "minimum number",
    r"\b[Ii]t counts where\b": "it applies if",
    r"\bleaves? out\b|\b(?:is|are|was) left out\b": "omit, skip",
    r"\bleft alone\b": "not changed, not managed",
    r"\bbrought back\b": "restored",
    r"\bof yours\b": "your own",
    r"\bin (?:the )?place of\b": "instead of",
    r"\bfor want of\b": "without",
    r"\bgets? back\b": "is restored",
    r"\bfilled-in\b": "that were filled in",
    r"\bstands? for\b": "is, means",
    r"\bwhoever\b": "people who, a person who",
    r"\bpersonnel system\b": "HR system",
    r"\btakes? (?:it|them|him|her) for\b|\btaken for\b": "treat as",
    r"\b(?-i:Needed) (?:to|unless|for)\b": "Required",
    r"\bwas found out\b|\bfinds? out\b|\bfound out\b": "determine, recognize",
    r"\bis decided by the server\b|\bthe server decides\b": "the server sets",
}


def documents(path: Path) -> dict[str, t.Any]:
    """Return the documents of a plugin by their names."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                found[node.targets[0].id] = node.value.value
    return found


def words(description: str | list[str]) -> int:
    """Return the number of words of a description. Markup counts as what it marks."""
    text = " ".join([description] if isinstance(description, str) else description)
    return len(re.sub(r"\b[A-Z]+\(([^()]*)\)", r"\1", text).split())


def options_of(options: dict[str, t.Any] | None, inside: str = "") -> t.Iterator[tuple[str, int]]:
    """Yield the name of each option and the number of words of its description."""
    for name, option in (options or {}).items():
        yield inside + name, words(option["description"])
        yield from options_of(option.get("suboptions") or option.get("options"), f"{inside}{name}.")


def documented(path: Path) -> list[tuple[str, int]]:
    """Return the options of a plugin or a role, those of its fragments included."""
    if path.suffix == ".yml":
        specs = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
        return [each for spec in specs.values() for each in options_of(spec.get("options"))]
    documentation = yaml.safe_load(documents(path)["DOCUMENTATION"])
    found = list(options_of(documentation.get("options")))
    for name in documentation.get("extends_documentation_fragment", []):
        _namespace, _collection, file, *part = name.split(".")
        fragment = documents(ROOT / "plugins" / "doc_fragments" / f"{file}.py")
        text = fragment[part[0].upper() if part else "DOCUMENTATION"]
        found += options_of(yaml.safe_load(text).get("options"))
    return found


def about(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*MODULES, *FILTERS, *SPECS], ids=about)
def test_descriptions_of_options_are_short(path: Path) -> None:
    found = documented(path)
    assert not [(name, count) for name, count in found if count > MOST_WORDS]
    assert sum(count for _name, count in found) <= MOST_ON_AVERAGE * len(found)


def test_descriptions_of_modules_are_not_cut_to_nothing() -> None:
    counts = [count for path in MODULES for _name, count in documented(path)]
    assert 15 <= sum(counts) / len(counts) <= MOST_ON_AVERAGE


def strings(path: Path) -> t.Iterator[str]:
    """Yield the texts in a Python file that are no docstrings, with a space where a value goes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            skipped.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            skipped.update(node.values)
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.value


def names_and_messages(node: t.Any) -> t.Iterator[str]:
    """Yield the names of tasks, and what they say."""
    for each in node if isinstance(node, list) else [node]:
        for key, value in each.items() if isinstance(each, dict) else ():
            if key in ("name", "msg", "fail_msg", "success_msg") and isinstance(value, str):
                yield value
            elif isinstance(value, (dict, list)):
                yield from names_and_messages(value)


def texts(path: Path) -> t.Iterator[str]:
    """Yield what users read of a file."""
    if path.suffix == ".py":
        yield from strings(path)
    elif path in TASKS:
        yield from names_and_messages(yaml.safe_load(path.read_text(encoding="utf-8")))
    else:
        yield path.read_text(encoding="utf-8")


def turns(text: str) -> list[str]:
    """Return the translated turns in a text, each with what to write instead."""
    line = " ".join(text.split())
    found = ((re.search(phrase, line, re.IGNORECASE), instead) for phrase, instead in PHRASES.items())
    return [f"{match.group()}: {instead}" for match, instead in found if match]


@pytest.mark.parametrize("path", [*sorted(ROOT.glob("plugins/**/*.py")), *SPECS, *PAGES, *TASKS], ids=about)
def test_users_read_plain_english(path: Path) -> None:
    assert [(text[:80], found) for text in texts(path) if (found := turns(text))] == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("What is wanted. With `disabled` and `absent` only the name counts", 1),
        ("everything that is wrong is told\nat once", 2),
        ("State of the account. V(absent) deletes it.", 0),
    ],
)
def test_a_translated_turn_is_seen(text: str, count: int) -> None:
    assert len(turns(text)) == count


@functools.cache
def docstrings(folder: str) -> list[tuple[str, str]]:
    """Return the path of each Python file below a folder with each of its docstrings."""
    return [
        (about(path), ast.get_docstring(node) or "")
        for path in sorted(ROOT.glob(f"{folder}/**/*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    ]


@pytest.mark.parametrize("folder", ["plugins", "tests"])
def test_docstrings_have_no_markup_of_ansible(folder: str) -> None:
    assert [(path, found.group()) for path, text in docstrings(folder) if (found := MARKUP.search(text))] == []


@pytest.mark.parametrize("folder", ["plugins", "tests/tools", "tests/unit/project"])
def test_maintainers_read_plain_english(folder: str) -> None:
    assert [(path, found) for path, text in docstrings(folder) if (found := turns(text))] == []


@pytest.mark.parametrize("folder", ["plugins", "tests"])
def test_an_api_user_has_one_name(folder: str) -> None:
    """Texts for users explain Veracode's own name once; docstrings use ours."""
    assert [path for path, text in docstrings(folder) if "API service account" in text] == []

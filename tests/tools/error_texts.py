# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collect every error text of the collection, as the code has it: with a placeholder where a value goes.

`python tests/tools/error_texts.py FILE.md` writes them to be read through. A test says which of them lack the option,
the value or the remedy, as far as a text shows it.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
# Who makes an error from a text, the number of the argument that is the text, and what the error is to tell: one about
# the input names option and value, one about an answer or a row of a file the location.
INPUT, OTHER = "input", "other"
MAKERS = {
    "AnsibleFilterError": (0, INPUT),
    "ApiError": (0, OTHER),
    "GuardError": (0, INPUT),
    "FileError": (0, OTHER),
    "InputError": (0, INPUT),
    "ReviewError": (0, OTHER),
    "SelectorError": (0, OTHER),
    "TransportError": (0, OTHER),
    "VeracodeError": (0, OTHER),
    "_Lost": (0, OTHER),
    "_error": (0, INPUT),  # of the key store: why, the remedy, the option
    "_refused": (2, OTHER),
    "_Refused": (0, OTHER),  # of a workbook
    "append": (0, OTHER),  # to a list of errors
    "error": (0, OTHER),  # of a row of a file
    "problem": (0, INPUT),  # of an entry
    "refuse": (0, OTHER),
}
# The words by which a text says what to do. A word counts where an instruction begins.
REMEDY = re.compile(
    r"(?:^|[;:,.] |[(\[|<] ?|\b(?:or|and|then|so|first) )"
    r"(?:add|agree|ask|assign|call|check|choose|copy|correct|create|delete|export|fill|free|generate|give|keep|leave|let|list|look|lower|make|mend|"
    r"move|name|omit|put|raise|read(?! by)|remove|repair|report|reset|review|run|save|say|select|set|shorten|swap|take|try|use|wait|write)\b",
    re.IGNORECASE,
)
# What says by itself what to do: of an unknown name, of a refusal, and what is called a remedy.
ADVISED = re.compile(r"\b(?:did_you_mean|there_is_no|with_advice)\(|\bremedy\}")
# Messages that were made, and are judged, elsewhere.
HANDED_ON = (
    "msg",
    "error.msg",
    "refusal.msg",
    "'\\n'.join(problems)",
    "'\\n'.join(error_lines(errors, file))",
    "_without(error.msg, secrets)",
    "_without(str(error), secrets)",
    "error",
    "hidden",
)


@dataclass(frozen=True)
class Text:
    """One error text.

    :param location: file and line.
    :param function: in which it is.
    :param sort: `INPUT` or `OTHER`.
    :param text: with `{expression}` where a value goes, and all that such an expression can become where that is a text.
    :param option: the expression that names the option, if any.
    :param value: whether the error carries the value or shows one.
    """

    location: str
    function: str
    sort: str
    text: str
    option: str | None
    value: bool

    def lacks(self) -> list[str]:
        """Return what cannot be found in the text."""
        missing = []
        if self.sort == INPUT and self.option is None:
            missing.append("option")
        if self.sort == INPUT and not self.value:
            missing.append("value")
        if not REMEDY.search(self.text) and not ADVISED.search(self.text):
            missing.append("remedy")
        return missing


Function = ast.FunctionDef


class Source:
    """All functions of the plugins, to follow a text to where it is made."""

    def __init__(self, files: t.Iterable[Path]) -> None:
        self.trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(files)}
        self.functions: dict[str, list[Function]] = {}
        self.constants: dict[str, str] = {}
        for tree in self.trees.values():
            for node in tree.body:
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                    self.constants[ast.unparse(node.targets[0])] = str(node.value.value)
            for node in ast.walk(tree):
                if isinstance(node, Function):
                    self.functions.setdefault(node.name, []).append(node)

    def texts(self) -> t.Iterator[Text]:
        """Yield the texts in the order of the files."""
        for path, tree in self.trees.items():
            owners = _owners(tree)
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in MAKERS]
            for call in sorted(calls, key=lambda node: node.lineno):
                text = self._text(path, call, owners.get(call))
                if text is not None:
                    yield text

    def _text(self, path: Path, call: ast.Call, owner: Function | None) -> Text | None:
        """Return the text of a call, `None` if it hands on what was made elsewhere."""
        name = _called(call)
        index, sort = MAKERS[name]
        given = call.args[index] if len(call.args) > index else None
        if given is None or (
            name == "append" and not re.search(r"(?:problems|errors)\.append$", ast.unparse(call.func))
        ):
            return None
        if name == "append" and isinstance(given, ast.Call) and _called(given) in MAKERS:
            return None  # what is appended is looked at by itself
        text = self.template(given, owner)
        if not re.search(r"\w \w", text) or ast.unparse(given) in HANDED_ON:
            return None
        options = [keyword.value for keyword in call.keywords if keyword.arg == "option"]
        values = [keyword.value for keyword in call.keywords if keyword.arg == "value"]
        if name == "problem":
            about = [ast.unparse(argument) for argument in call.args[1:]]
            if not about:
                sort = OTHER
            options, values = call.args[1:2], call.args[2:3]
        elif name == "_error":
            text += "; " + self.template(call.args[1], owner)
            options = values = call.args[2:3] or [ast.Constant("credentials_dest")]
        elif name == "_Lost":
            text += "".join(str(ast.literal_eval(each.value)) for each in call.keywords if each.arg == "remedy")
        elif name == "AnsibleFilterError":
            options = [ast.Constant(text.partition(":")[0])]
        option = self.template(options[0], None) if options else None
        shown = bool(values) or "{" in text or '""' in text
        return Text(f"{path.relative_to(ROOT)}:{call.lineno}", owner.name if owner else "", sort, text, option, shown)

    def template(self, node: ast.expr, owner: Function | None, depth: int = 2) -> str:
        """Return an expression as a text."""
        if isinstance(node, ast.Constant):
            return str(node.value)
        if isinstance(node, ast.JoinedStr):
            return "".join(self.template(part, owner, depth) for part in node.values)
        if isinstance(node, ast.FormattedValue):
            return self.template(node.value, owner, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self.template(node.left, owner, depth) + self.template(node.right, owner, depth)
        if isinstance(node, ast.IfExp):
            return f"<{self.template(node.body, owner, depth)}|{self.template(node.orelse, owner, depth)}>"
        if isinstance(node, ast.Name) and node.id in self.constants:
            return self.constants[node.id]
        shown = "{" + ast.unparse(node) + "}"
        parts = sorted(self._parts(node, owner, depth)) if depth else []
        return shown + (f"[{' | '.join(parts)}]" if parts else "")

    def _parts(self, node: ast.expr, owner: Function | None, depth: int) -> set[str]:
        """Return the texts that the names and functions in an expression can mean."""
        found: set[str] = set()
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and owner is not None:
                for value in _given(owner).get(each.id, ()):
                    found |= self._sentences(value, owner, depth)
            elif isinstance(each, ast.Call) and len(self.functions.get(_called(each), [])) == 1:
                function = self.functions[_called(each)][0]
                for inner in ast.walk(function):
                    if isinstance(inner, (ast.Return, ast.Yield)) and inner.value is not None:
                        found |= self._sentences(inner.value, function, depth)
        return found

    def _sentences(self, value: ast.expr, owner: Function, depth: int) -> set[str]:
        texts = [
            each for each in ast.walk(value) if isinstance(each, (ast.JoinedStr, ast.Constant, ast.Call, ast.Name))
        ]
        found = {self.template(each, owner, depth - 1) for each in texts if not isinstance(each, ast.FormattedValue)}
        return {text for text in found if re.search(r"\w+ \w+", re.sub(r"\{[^{}]*\}", "", text))}


def _called(call: ast.Call) -> str:
    """Return the last name of what is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _owners(tree: ast.AST) -> dict[ast.AST, Function]:
    """Return the innermost function around each node."""
    owners: dict[ast.AST, Function] = {}
    for node in ast.walk(tree):
        if isinstance(node, Function):  # an outer one comes first, so that an inner one wins
            owners.update(dict.fromkeys(ast.walk(node), node))
    return owners


@functools.cache
def _given(owner: Function) -> dict[str, list[ast.expr]]:
    """Return what a function puts into each variable of its own."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(owner):
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}:
                found.setdefault(name, []).append(node.value)
        elif isinstance(node, ast.Call) and _called(node) in ("append", "extend"):
            variable = ast.unparse(node.func).rpartition(".")[0]
            found.setdefault(variable, []).extend(node.args)
    return found


def of_plugins() -> list[Text]:
    """Return the texts of the Python files."""
    return list(Source((ROOT / "plugins").rglob("*.py")).texts())


def of_roles() -> list[Text]:
    """Return the texts by which roles and playbooks fail; those that only hand on the text of a filter are omitted."""
    found = []
    for path in sorted([*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("playbooks/*.yml")]):
        for task in _tasks(yaml.safe_load(path.read_text(encoding="utf-8"))):
            for module, key in (("ansible.builtin.fail", "msg"), ("ansible.builtin.assert", "fail_msg")):
                text = " ".join(str(task.get(module, {}).get(key, "")).split())
                if re.search(r"\w", re.sub(r"\{\{.*?\}\}", "", text)):
                    found.append(Text(str(path.relative_to(ROOT)), task["name"], OTHER, text, None, False))
    return found


def _tasks(node: t.Any) -> t.Iterator[dict[str, t.Any]]:
    for entry in node if isinstance(node, list) else []:
        yield entry
        for key in ("tasks", "block", "rescue", "always"):
            yield from _tasks(entry.get(key))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    everything = of_plugins() + of_roles()
    lines = ["# What the collection says when it refuses", ""]
    for each in everything:
        about = f" (`{each.option}`)" if each.option else ""
        lines += [f"- {each.text}  ", f"  {each.location}{about}"]
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{sys.argv[1]}: {len(everything)} texts")

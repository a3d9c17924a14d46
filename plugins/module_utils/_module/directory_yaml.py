# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""YAML as plain data, with the lines at which its values stand."""

from __future__ import annotations

import functools
import traceback
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._errors import MissingLibraryError

try:
    import yaml
except ImportError:
    _MISSING: str | None = traceback.format_exc()
else:
    _MISSING = None


class Syntax(Exception):
    """A text cannot be read.

    :param msg: why.
    :param line: where, from 1.
    """

    def __init__(self, msg: str, line: int) -> None:
        super().__init__(msg)
        self.msg = msg
        self.line = line


@functools.cache
def _loader() -> t.Any:
    """Return the class of a loader for which every value that is not plain is an error.

    Numbers, booleans and dates are their text: `0123` is not an octal number, and `1.10` not `1.1`.
    """
    if _MISSING is not None:
        raise MissingLibraryError("PyYAML", _MISSING)
    base: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    loader: t.Any = type("Loader", (base,), {})
    for kind in ("bool", "int", "float", "timestamp"):
        loader.add_constructor(f"tag:yaml.org,2002:{kind}", lambda loader, node: loader.construct_scalar(node))
    return loader


def load_yaml(text: str) -> t.Any:
    """Return the one document of a text.

    :raises Syntax: it is not YAML, or holds more than plain data.
    """
    loader = _loader()(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _refuse_doubles(node)
        _refuse_endless_merges(node)
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        raise Syntax(f"this is not plain YAML ({problem})", mark.line + 1 if mark is not None else 1) from None
    except (RecursionError, ValueError) as error:
        raise Syntax(f"this is not plain YAML ({type(error).__name__})", 1) from None
    finally:
        loader.dispose()


def _refuse_doubles(root: t.Any) -> None:
    """Refuse a key that stands twice in one mapping: the first one would be lost without a word."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen or isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack += node.value
            continue
        keys: set[t.Any] = set()
        for key, value in node.value:
            stack.append(value)
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in keys:
                raise Syntax(f'the key "{key.value}" stands twice in one place', key.start_mark.line + 1)
            keys.add(key.value)


_MOST_MERGED = 100_000


def _refuse_endless_merges(root: t.Any) -> None:
    """Refuse merge keys that multiply: some versions of PyYAML write all of them out."""
    sizes: dict[int, int] = {}

    def size(node: t.Any) -> int:
        if not isinstance(node, yaml.MappingNode):
            return sum(size(each) for each in node.value) if isinstance(node, yaml.SequenceNode) else 0
        if id(node) not in sizes:
            sizes[id(node)] = 0  # one that merges itself adds nothing
            merged = [value for key, value in node.value if key.tag == "tag:yaml.org,2002:merge"]
            sizes[id(node)] = len(node.value) + sum(size(value) for value in merged)
            if sizes[id(node)] > _MOST_MERGED:
                raise Syntax("the merge keys come to too many keys", node.start_mark.line + 1)
        return sizes[id(node)]

    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen or isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            size(node)
            stack += [each for pair in node.value for each in pair]
        else:
            stack += node.value


def refuse_doubles_of_json(text: str) -> None:
    """Refuse a key that stands twice in one object of a JSON text, with its line.

    :raises Syntax: it does.
    """
    loader = _loader()(text.replace("\t", " "))
    try:
        _refuse_doubles(loader.get_single_node())
    except yaml.YAMLError:
        return  # JSON that is no YAML; the line is not known
    finally:
        loader.dispose()


@functools.lru_cache(maxsize=8)
def lines_of(text: str) -> dict[str, int]:
    """Return the line of each list, entry and option of a YAML or JSON text, such as `users[17].roles`.

    A value of several lines stands at its first.
    """
    # Between the values of JSON a tab is white space, which YAML does not take.
    loader = _loader()(text.replace("\t", " "))
    try:
        root = loader.get_single_node()
    except yaml.YAMLError:
        return {}
    finally:
        loader.dispose()
    lines: dict[str, int] = {}
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        lines[str(key.value)] = key.start_mark.line + 1
        if isinstance(value, yaml.MappingNode):
            _note_options(lines, str(key.value), value)
        elif isinstance(value, yaml.SequenceNode):
            for number, entry in enumerate(value.value):
                path = f"{key.value}[{number}]"
                lines[path] = entry.start_mark.line + 1
                if isinstance(entry, yaml.MappingNode):
                    _note_options(lines, path, entry)
    return lines


def _note_options(lines: dict[str, int], path: str, node: t.Any) -> None:
    for key, value in node.value:
        lines[f"{path}.{key.value}"] = value.start_mark.line + 1

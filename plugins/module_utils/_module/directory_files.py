# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The files of `veracode_directory`: YAML or JSON, read as plain data, each entry checked as an option of the task is."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.module_utils.common.validation import (
    check_type_bool,
    check_type_list,
    check_type_path,
)

from ansible_collections.community.veracode.plugins.module_utils._argspec import directory_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError, raise_all
from ansible_collections.community.veracode.plugins.module_utils._files import read_text
from ansible_collections.community.veracode.plugins.module_utils._model.names import nearest
from ansible_collections.community.veracode.plugins.module_utils._module.directory_yaml import (
    Syntax,
    lines_of,
    load_yaml,
    refuse_doubles_of_json,
)
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.locations import Part

LISTS = ("business_units", "teams", "users", "api_users")
DEFAULTS = ("user_defaults", "api_user_defaults")

_ENDINGS = (".yml", ".yaml", ".json")
_OPTION = "files"

Spec = t.Mapping[str, t.Any]


def read_files(paths: t.Iterable[str]) -> list[Part]:
    """Return what files and folders hold, in their order; the files of a folder in the order of their names.

    :raises VeracodeError: a file cannot be read, or does not hold lists of entries; of all files together.
    """
    spec = directory_arguments()
    parts: list[Part] = []
    errors: list[VeracodeError] = []
    for path in paths:
        try:
            parts += [_read(name, spec) for name in _files(path)]
        except VeracodeError as error:
            errors += error.all
    raise_all(errors)
    return parts


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    try:
        names = sorted(name for name in os.listdir(path) if name.endswith(_ENDINGS) and not name.startswith("."))
    except OSError as error:
        raise _wrong(path, f"cannot be read ({error.strerror})", "let the user that runs the task read it") from None
    if not names:
        raise _wrong(path, "holds no .yml, .yaml or .json file", "name another folder, or a file")
    return [os.path.join(path, name) for name in names]


def _wrong(path: str, what: str, remedy: str) -> InputError:
    return InputError(f'{_OPTION}: "{path}" {what}; {remedy}', option=_OPTION, value=path)


def _read(path: str, spec: Spec) -> Part:
    text = read_text(path, _OPTION)
    try:
        data = _load_json(text) if path.endswith(".json") else load_yaml(text)
    except Syntax as error:
        raise InputError(
            f"{path}:{error.line}: {error.msg}; correct the file",
            location=f"{path}:{error.line}",
            option=_OPTION,
            value=path,
        ) from None
    if data is None or data in ({}, []):
        raise _wrong(path, "is empty", f"write at least one of {', '.join(LISTS)}")
    if not isinstance(data, dict):
        raise _wrong(path, "does not hold a dictionary", f"write one of {', '.join((*LISTS, *DEFAULTS))}")
    part = Part(path, {}, lambda where: _line(text, where))
    return Part(path, _values(part, data, spec), part.line, part.errors)


def _line(text: str, path: str) -> int | None:
    """Return the line of something, or else of the entry that it belongs to."""
    lines = lines_of(text)
    return lines.get(path) or lines.get(path.rpartition(".")[0])


def _load_json(text: str) -> t.Any:
    def unique(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
        mapping = dict(pairs)
        if len(mapping) < len(pairs):
            refuse_doubles_of_json(text)
            names = [name for name, _value in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise Syntax(f'the key "{twice}" stands twice in one place', 1)
        return mapping

    if not text.strip():
        return None
    try:
        # Numbers are their text, as in YAML.
        return json.loads(
            text, object_pairs_hook=unique, parse_int=str, parse_float=str, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise Syntax(f"this is not JSON ({error.msg})", error.lineno) from None
    except RecursionError:
        raise Syntax("this is nested too deeply", 1) from None


def _refuse_constant(name: str) -> t.Any:
    raise Syntax(f"this is not JSON ({name})", 1)


def _values(part: Part, data: t.Mapping[t.Any, t.Any], spec: Spec) -> dict[str, t.Any]:
    """Return the lists and defaults of a file, each entry with the options that are right."""
    values: dict[str, t.Any] = {}
    for key, value in data.items():
        if key not in (*LISTS, *DEFAULTS):
            _unknown(part, "", str(key), (*LISTS, *DEFAULTS))
        elif value is None:
            continue
        elif key in DEFAULTS:
            values[key] = _entry(part, key, value, spec[key]["options"])
        elif isinstance(value, list):
            options = spec[key]["options"]
            values[key] = [_entry(part, f"{key}[{number}]", each, options) for number, each in enumerate(value)]
        else:
            _note(part, key, None, f"{key}: this is not a list; write a list of entries")
    return values


def _note(part: Part, path: str, name: str | None, msg: str, value: t.Any = None) -> None:
    location = part.location(path)
    option = path.rpartition(".")[2]
    text = msg.partition(": ")[2]
    part.errors.append(InputError(f"{option}: {text}", location=location, name=name, option=option, value=value))


def _unknown(part: Part, prefix: str, key: str, names: t.Iterable[str], name: str | None = None) -> None:
    near = nearest(key, names)
    remedy = f'did you mean "{near}"?' if near else "remove it"
    path = f"{prefix}.{key}" if prefix else key
    msg = (
        f'{key}: there is no option "{key}" here, {remedy}'
        if near
        else f'{key}: there is no option "{key}" here; {remedy}'
    )
    _note(part, path, name, msg, key)


def _entry(part: Part, path: str, raw: t.Any, spec: Spec) -> dict[str, t.Any]:
    """Return the options of an entry, in the types that the options of the task have."""
    if not isinstance(raw, dict):
        _note(part, path, None, f"{path}: this is not a dictionary of options; write one, such as name: …", None)
        return {}
    label = next(
        (
            str(raw[option])
            for option in ("name", "username", "custom_id", "email_address")
            if raw.get(option) and _is_plain(raw[option])
        ),
        None,
    )
    options: dict[str, t.Any] = {}
    for key, value in raw.items():
        option = key if key in spec else _aliases(spec).get(key)
        if option is None:
            _unknown(part, path, str(key), spec, label)
        elif value is not None:
            try:
                options[option] = _converted(value, spec[option])
            except (TypeError, ValueError) as error:
                _note(part, f"{path}.{option}", label, f"{option}: {error}", value if _is_plain(value) else None)
    if spec.get("name", {}).get("required") and "name" not in options:
        _note(part, f"{path}.name", None, f"name: an entry of {path.partition('[')[0]} needs a name; give it")
    return options


def _aliases(spec: Spec) -> dict[str, str]:
    return {alias: option for option, about in spec.items() for alias in about.get("aliases", ())}


def _converted(value: t.Any, about: Spec) -> t.Any:
    """Return a value in the type of its option.

    :raises TypeError: it is of another type.
    :raises ValueError: it is none of the choices.
    """
    if about["type"] == "list":
        items = check_type_list(value) if isinstance(value, str) else value
        if not isinstance(items, list):
            raise TypeError("this is not a list; write one")
        return [_text(item) for item in items]
    if about["type"] == "bool":
        try:
            return check_type_bool(_text(value))
        except TypeError:
            raise TypeError("this is not a boolean; write true or false") from None
    text = _text(value)
    if text not in about.get("choices", (text,)):
        raise ValueError(f'"{text}" is not a choice; use one of {", ".join(about["choices"])}')
    return check_type_path(text) if about["type"] == "path" else text


def _is_plain(value: t.Any) -> bool:
    return isinstance(value, (str, bool, int, float))


def _text(value: t.Any) -> str:
    # What is nested is never shown: by its references, a small file can hold an endless value.
    if _is_plain(value):
        return str(value)
    raise TypeError("this is not a text; write one, in quotes where it looks like something else")

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Where the key pair comes from: options, environment, or one of two files.

No message of this file holds a key id or a secret: the two are easily given in each other's place.
"""

from __future__ import annotations

import os
import re
import stat
import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, MissingLibraryError
from ansible_collections.community.veracode.plugins.module_utils._files import MissingFileError, read_content
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Credentials

_INI_FILE = "~/.veracode/credentials"
_YAML_FILE = "~/.veracode/veracode.yml"  # of `veracode configure`
_DEFAULT_PROFILE = "default"
_INI_KEYS = ("veracode_api_key_id", "veracode_api_key_secret")
_YAML_KEYS = ("key-id", "key-secret")
_OPTION = "credentials_file"

_LIMIT = 1024 * 1024  # bytes; a larger file is not one of credentials
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH

_HOW = (
    "Give the options api_key_id and api_key_secret, or set the environment variables VERACODE_API_KEY_ID and "
    "VERACODE_API_KEY_SECRET where the task runs, or write both to a credentials file"
)


class Found(t.NamedTuple):
    """A key pair, and what the user should know about where it comes from."""

    credentials: Credentials
    source: str
    warnings: tuple[str, ...] = ()


class _File(t.NamedTuple):
    """A file of credentials."""

    path: str
    text: str
    warnings: tuple[str, ...]

    @property
    def is_yaml(self) -> bool:
        """Whether it has the form that `veracode configure` writes."""
        return bool(re.search(r"^api[ \t]*:", self.text, re.MULTILINE)) and not re.search(
            r"^\[[^\]]*\][ \t]*$", self.text, re.MULTILINE
        )


def find_credentials(options: Mapping[str, t.Any], environ: Mapping[str, str], home: str) -> Found:
    """Return the key pair from the first source that names one.

    The sources: the options; a profile or file given as an option; the environment; the file.

    :raises InputError: no pair, half a pair, or a pair of the wrong form; names the source and the remedy.
    :raises MissingLibraryError: the file is in YAML, and PyYAML is missing.
    """
    found = _find(options, environ, home)
    found.credentials.check(found.source)
    return found


def _find(options: Mapping[str, t.Any], environ: Mapping[str, str], home: str) -> Found:
    for name in ("api_key_id", "api_key_secret", "profile", "credentials_file"):
        if options.get(name) == "":
            raise InputError(
                f"{name} is empty. Give it a value, or omit it so that the next source of credentials is used",
                option=name,
            )

    pair = _pair(options.get("api_key_id"), options.get("api_key_secret"), ("api_key_id", "api_key_secret"), "option")
    if pair:
        return Found(pair, "the options")

    file_option, profile_option = options.get("credentials_file"), options.get("profile")
    if file_option is None and profile_option is None:
        variables = ("VERACODE_API_KEY_ID", "VERACODE_API_KEY_SECRET")
        pair = _pair(environ.get(variables[0]), environ.get(variables[1]), variables, "environment variable")
        if pair:
            return Found(pair, "the environment")

    profile = str(profile_option or environ.get("VERACODE_API_PROFILE") or _DEFAULT_PROFILE)
    file_variable = environ.get("VERACODE_CREDENTIALS_FILE")
    if file_option or file_variable:
        path = expand(str(file_option or file_variable), home)
        return _from_named_file(path, profile, "option" if file_option else "environment")
    return _from_default_files(profile, home, is_named=bool(profile_option))


def _pair(key_id: t.Any, secret: t.Any, names: tuple[str, str], noun: str) -> Credentials | None:
    """Return the pair, or `None` if neither half is set (empty counts as unset)."""
    if key_id and secret:
        return Credentials(str(key_id), str(secret))
    if key_id or secret:
        there, missing = names if key_id else (names[1], names[0])
        raise InputError(
            f"The {noun} {there} is set, but {missing} is not. Set both, or neither to use the next source of "
            "credentials",
            option="api_key_secret" if key_id else "api_key_id",
        )
    return None


def _from_named_file(path: str, profile: str, named: str) -> Found:
    file = _read(path)
    if file is None:
        raise InputError(
            f"The credentials file {path} does not exist (named by the {named}). {_HOW}", option=_OPTION, value=path
        )
    if not file.is_yaml:
        return _from_ini(file, profile)
    if profile != _DEFAULT_PROFILE:
        raise _no_profile(f"The credentials file {path}, which is in YAML,", profile, [_DEFAULT_PROFILE])
    return _from_yaml(file)


def _from_default_files(profile: str, home: str, *, is_named: bool) -> Found:
    """Return the pair of the INI file, else that of the YAML file, which means the profile `default`."""
    ini_path, yaml_path = expand(_INI_FILE, home), expand(_YAML_FILE, home)
    ini = _read(ini_path)
    sections = _sections(ini) if ini is not None else []
    if ini is not None and profile in sections:
        return _from_ini(ini, profile)
    from_yaml = _read(yaml_path)
    if ini is not None and from_yaml is None:
        return _from_ini(ini, profile)
    if from_yaml is not None and profile == _DEFAULT_PROFILE:
        return _from_yaml(from_yaml)
    if from_yaml is not None:
        names = list(dict.fromkeys([*sections, _DEFAULT_PROFILE]))
        raise _no_profile(f"Neither of the credentials files {ini_path} and {yaml_path}", profile, names)
    if is_named:
        raise InputError(
            f"profile is {_shown(profile)!r}, but neither {ini_path} nor {yaml_path} exists. {_HOW}",
            option="profile",
            value=_shown(profile),
        )
    raise InputError(
        f"No Veracode credentials were found. {_HOW} (neither {ini_path} nor {yaml_path} exists)", option="api_key_id"
    )


def _read(path: str) -> _File | None:
    """Return a file of credentials, `None` if there is none.

    :raises InputError: it cannot be read, or is encrypted.
    """
    try:
        content = read_content(path, _OPTION, _LIMIT)
    except MissingFileError:
        return None
    try:
        text = content.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            f"The credentials file {path} is not a text file in UTF-8. Save it as UTF-8", option=_OPTION, value=path
        ) from None
    if text.startswith("$ANSIBLE_VAULT;"):
        raise InputError(
            f"The credentials file {path} is encrypted with Ansible Vault, which only Ansible itself decrypts. Keep it in "
            "clear text with mode 0600, or give api_key_id and api_key_secret from a vaulted variable",
            option=_OPTION,
            value=path,
        )
    warnings = []
    if content.info.st_mode & _OTHERS_READ:
        mode = stat.S_IMODE(content.info.st_mode)
        warnings.append(f'credentials_file: other users can read "{path}" (mode {mode:04o}); set its mode to 0600')
    return _File(path, text, tuple(warnings))


def _from_yaml(file: _File) -> Found:
    try:
        import yaml
    except ImportError:
        import traceback

        raise MissingLibraryError(f"PyYAML (for the credentials file {file.path})", traceback.format_exc()) from None
    values: dict[str, str] = {}
    try:
        # Not loaded but composed: an id of digits alone stays the text that it is.
        root = yaml.compose(file.text, Loader=yaml.SafeLoader)
        api = next((value for key, value in _items(root) if key == "api"), None)
        values = {key: value.value for key, value in _items(api) if isinstance(value, yaml.ScalarNode)}
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        # The parser's own message quotes the line at fault, which may hold the secret.
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark is not None else ""
        raise InputError(
            f"The credentials file {file.path} is not valid YAML{line}. Create it again with: veracode configure",
            option=_OPTION,
            value=file.path,
        ) from None
    missing = [f"api.{key}" for key in _YAML_KEYS if not values.get(key)]
    if missing:
        raise InputError(
            f"The credentials file {file.path} has no value for {' and '.join(missing)}. Give both",
            option=_OPTION,
            value=file.path,
        )
    credentials = Credentials(*(values[key].strip() for key in _YAML_KEYS))
    return Found(credentials, file.path, file.warnings)


def _items(node: t.Any) -> list[tuple[t.Any, t.Any]]:
    """Return the keys and values of a YAML mapping, nothing of any other node."""
    value = getattr(node, "value", None)
    if getattr(node, "id", None) != "mapping" or not isinstance(value, list):
        return []
    return [(getattr(key, "value", None), each) for key, each in value]


def _parsed(file: _File) -> t.Any:
    # Imported here as most tasks have their credentials from elsewhere.
    import configparser

    # No section is special and nothing is interpolated: a profile named DEFAULT is one like the others.
    parser = configparser.ConfigParser(interpolation=None, default_section="\0")
    try:
        parser.read_string(file.text, source=file.path)
    except configparser.Error as error:
        # The parser's own messages quote the line at fault, which may hold the secret.
        raise InputError(
            f"The credentials file {file.path} is not a valid INI file: {_ini_problem(error)}. Write a line with the "
            "profile in brackets, as [default], and, below it, lines veracode_api_key_id = ... and "
            "veracode_api_key_secret = ...",
            option=_OPTION,
            value=file.path,
        ) from None
    return parser


def _sections(file: _File) -> list[str]:
    return [str(name) for name in _parsed(file).sections()]


def _from_ini(file: _File, profile: str) -> Found:
    parser = _parsed(file)
    if not parser.has_section(profile):
        raise _no_profile(f"The credentials file {file.path}", profile, parser.sections())
    values = [parser.get(profile, key, fallback="").strip() for key in _INI_KEYS]
    missing = [key for key, value in zip(_INI_KEYS, values, strict=True) if not value]
    if missing:
        raise InputError(
            f"The profile {_shown(profile)!r} of the credentials file {file.path} has no value for "
            f"{' and '.join(missing)}. Give both",
            option="profile",
            value=_shown(profile),
        )
    return Found(Credentials(values[0], values[1]), f"profile {_shown(profile)!r} of {file.path}", file.warnings)


def _no_profile(where: str, profile: str, names: Iterable[str]) -> InputError:
    shown = [_shown(name) for name in names]
    there = ", ".join(repr(name) for name in shown) or "none"
    has = "has a" if where.startswith("Neither") else "has no"
    return InputError(
        f"{where} {has} profile {_shown(profile)!r}{_did_you_mean(profile, shown)}; use one of: {there}",
        option="profile",
        value=_shown(profile),
    )


def _ini_problem(error: Exception) -> str:
    """Return what an exception of configparser says, without the text of the line."""
    kind = type(error).__name__
    section = _shown(str(getattr(error, "section", "")))
    if kind == "DuplicateSectionError":
        return f"section {section!r} appears twice (line {getattr(error, 'lineno', '?')})"
    if kind == "DuplicateOptionError":
        return f"a key appears twice in section {section!r} (line {getattr(error, 'lineno', '?')})"
    if kind == "MissingSectionHeaderError":
        return f"line {getattr(error, 'lineno', '?')} stands before the first [profile]"
    lines = [str(line) for line, _text in getattr(error, "errors", [])]
    return f"line {', '.join(lines)} is neither a [profile] nor a key = value" if lines else "it cannot be read"


def _shown(section: str) -> str:
    """Return the name of a profile, unless a key was written where the name belongs."""
    return re.sub("[0-9A-Fa-f]{32,}", "...", section)


def expand(path: str, home: str) -> str:
    """Return a path with its `~` replaced.

    :param home: the folder that `~` means.
    """
    if path == "~" or path.startswith("~/"):
        return home + path[1:]
    return os.path.expanduser(path)


def _did_you_mean(name: str, candidates: Iterable[str]) -> str:
    import difflib

    by_lower = {candidate.lower(): candidate for candidate in candidates}
    near = difflib.get_close_matches(name.lower(), list(by_lower), n=1)
    return f" (did you mean {by_lower[near[0]]!r}?)" if near else ""

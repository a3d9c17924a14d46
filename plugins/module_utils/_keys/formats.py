# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The three forms of a credentials file: text in, text out. What is not the pair stays as it is, byte for byte."""

from __future__ import annotations

import configparser
import io
import json
import re
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._model.key_pair import bare

_BOM = "\ufeff"
_ID, _SECRET = "veracode_api_key_id", "veracode_api_key_secret"
# Real ones are hexadecimal, some with a prefix; all of these characters mean themselves in INI (no "%") and in a shell.
_PLAIN = re.compile(r"[A-Za-z0-9_+/=.:~-]+")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True)
class Names:
    """How the two halves of a secret are called in a file.

    :param kind: names this in a rescue file.
    :param json: keys of the id and the secret.
    :param env: variables of the id and the secret.
    :param ini: whether Veracode's credentials file can hold it. Only there, both halves may have a region's prefix.
    :param noun: how messages call it, with its article.
    """

    kind: str
    json: tuple[str, str]
    env: tuple[str, str]
    ini: bool
    noun: tuple[str, str]

    @property
    def a(self) -> str:
        """The noun with its article."""
        return " ".join(self.noun)

    def comparable(self, api_id: str) -> str:
        """Return an id as it is compared."""
        return bare(api_id) if self.ini else api_id.casefold()

    def secrets(self, secret: str) -> set[str]:
        """Return a secret in each form in which it must not be shown."""
        return {secret, secret.rpartition("-")[2]} if self.ini else {secret}


KEY_PAIR = Names(
    "api_credentials",
    ("api_key_id", "api_key_secret"),
    ("VERACODE_API_KEY_ID", "VERACODE_API_KEY_SECRET"),
    ini=True,
    noun=("a", "key pair"),
)
OAUTH_CLIENT = Names(
    "oauth_client",
    ("client_id", "client_secret"),
    ("VERACODE_CLIENT_ID", "VERACODE_CLIENT_SECRET"),
    ini=False,
    noun=("an", "OAuth client"),
)
_NAMES = {names.kind: names for names in (KEY_PAIR, OAUTH_CLIENT)}


def names_of(kind: t.Any) -> Names:
    """Return the names that a rescue file tells."""
    return _NAMES.get(kind, KEY_PAIR)


@dataclass(frozen=True)
class KeyPair:
    """A key pair of an account. Its repr shows no secret.

    :param api_id: the public half.
    :param api_secret: the secret half.
    :param expires: when it expires, as the server said it, or `None`.
    """

    api_id: str
    api_secret: str = field(repr=False)
    expires: str | None

    def record(self, names: Names = KEY_PAIR) -> dict[str, str | None]:
        """Return it as the JSON form has it, secret included."""
        return {names.json[0]: self.api_id, names.json[1]: self.api_secret, "expires": self.expires}


class RefusedError(Exception):
    """Why a file cannot be used. Never quotes the file: any line of it may be a secret."""


class Format(t.Protocol):
    def read(self, text: str) -> tuple[str | None, str | None]:
        """Return id and secret as a reader of the file gets them, `None` for what is missing or empty."""

    def read_own(self, text: str) -> tuple[str | None, str | None]:
        """Return id and secret that `edit()` would replace: not those that hold for all sections."""

    def edit(self, text: str, pair: KeyPair) -> str:
        """Return the text with the pair in it and all else as it was. Raises `RefusedError`."""


def _require_plain(pair: KeyPair) -> None:
    if not (_PLAIN.fullmatch(pair.api_id) and _PLAIN.fullmatch(pair.api_secret)):
        raise RefusedError("the generated pair has characters that this format cannot hold")


def _split(text: str) -> tuple[str, list[str], str]:
    """Return the byte order mark, the lines with their endings, and the ending that the file uses."""
    bom = _BOM if text.startswith(_BOM) else ""
    lines = _LINE.findall(text[len(bom) :])
    return bom, lines, (_ending(lines[0]) if lines else "") or "\n"


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


class _Ini:
    """Veracode's form. `configparser` is what its tools read with, and would lose the comments on writing."""

    def __init__(self, profile: str) -> None:
        self.profile = profile

    def _parse(self, text: str) -> configparser.RawConfigParser:
        parser = configparser.RawConfigParser()
        try:
            parser.read_file(io.StringIO(text.removeprefix(_BOM), newline=None))
        except configparser.Error as exc:
            errors = getattr(exc, "errors", None)
            line = errors[0][0] if errors else getattr(exc, "lineno", "?")
            twice = isinstance(exc, (configparser.DuplicateSectionError, configparser.DuplicateOptionError))
            what = "it has a section or an option twice" if twice else "it is not an INI file"
        else:
            return parser
        raise RefusedError(f"{what} (line {line})")

    def read(self, text: str) -> tuple[str | None, str | None]:
        parser = self._parse(text)
        if not parser.has_section(self.profile):
            return None, None
        api_id, api_secret = (parser.get(self.profile, key, fallback=None) for key in (_ID, _SECRET))
        return api_id or None, api_secret or None

    def read_own(self, text: str) -> tuple[str | None, str | None]:
        api_id, api_secret = self.read(text)
        _header, options = self._layout(_split(text)[1])
        return api_id if _ID in options else None, api_secret if _SECRET in options else None

    def _layout(self, lines: list[str]) -> tuple[int | None, dict[str, list[int]]]:
        """Return the line of the profile's header and those of each of its options, by the rules of `configparser`."""
        header: int | None = None
        options: dict[str, list[int]] = {}
        inside, option, depth = False, "", 0
        for number, line in enumerate(lines):
            content = line.strip()
            if not content or content[0] in "#;":
                continue
            indent = len(_indent(line))
            if option and indent > depth:  # the value goes on
                if inside:
                    options[option].append(number)
                continue
            depth = indent
            section = configparser.RawConfigParser.SECTCRE.match(content)
            if section:
                inside, option = section.group("header") == self.profile, ""
                if inside:
                    header = number
            else:
                option = re.split("[=:]", content, maxsplit=1)[0].rstrip().lower()
                if inside:
                    options[option] = [number]
        return header, options

    def edit(self, text: str, pair: KeyPair) -> str:
        _require_plain(pair)
        before = self._parse(text)
        bom, lines, eol = _split(text)
        header, options = self._layout(lines)
        values = {_ID: pair.api_id, _SECRET: pair.api_secret}
        if header is None:
            if lines and not _ending(lines[-1]):
                lines[-1] += eol
            if lines and lines[-1].strip():
                lines.append(eol)
            lines.append(f"[{self.profile}]{eol}")
            lines += [f"{key} = {value}{eol}" for key, value in values.items()]
        else:
            # A new option goes below the last one and as deep, so that neither continues the other's value.
            last = max((numbers for numbers in options.values()), default=[header])
            indent = _indent(lines[last[0]])
            for key, value in values.items():
                if key in options:
                    first, *more = options[key]
                    line = lines[first]
                    kept = re.match(r"[^=:]*[=:][ \t]*", line)
                    lines[first] = (kept.group() if kept else line) + value + _ending(line)
                    for number in more:
                        lines[number] = ""
            for key, value in values.items():
                if key not in options:
                    at = lines[last[-1]]
                    lines[last[-1]] = at + ("" if _ending(at) or not at else eol) + f"{indent}{key} = {value}{eol}"
        result = bom + "".join(lines)
        written = self.read(result) == (pair.api_id, pair.api_secret)
        if not written or self._others(self._parse(result)) != self._others(before):
            raise RefusedError("its layout cannot be edited without changing the meaning of other lines")
        return result

    def _others(self, parser: configparser.RawConfigParser) -> t.Any:
        """Return everything that the file says in addition to the pair."""
        sections = {name: dict(parser.items(name)) for name in parser.sections()}
        own = sections.setdefault(self.profile, dict(parser.defaults()))
        own.pop(_ID, None)
        own.pop(_SECRET, None)
        return sections, dict(parser.defaults())


class _Json:
    """One object with exactly the three keys; nothing else can share the file."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._keys = (*names.json, "expires")

    def _parse(self, text: str) -> dict[str, str | None]:
        text = text.removeprefix(_BOM)
        if not text.strip():
            return {}
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if (
            not isinstance(found, dict)
            or not set(found) <= set(self._keys)
            or not all(value is None or isinstance(value, str) for value in found.values())
        ):
            raise RefusedError(f"it holds something other than a JSON object of {', '.join(self._keys)}")
        return found

    def read(self, text: str) -> tuple[str | None, str | None]:
        found = self._parse(text)
        return found.get(self._names.json[0]) or None, found.get(self._names.json[1]) or None

    def read_own(self, text: str) -> tuple[str | None, str | None]:
        return self.read(text)

    def edit(self, text: str, pair: KeyPair) -> str:
        self._parse(text)
        return json.dumps(pair.record(self._names), indent=2) + "\n"


class _Env:
    """Lines for a shell, systemd, docker or a `.env` reader."""

    _VALUE = re.compile(r"\"([^\"\\$`]*)\"|'([^']*)'|([^\s\"'\\#]*)")

    def __init__(self, names: Names) -> None:
        self._names = names.env
        self._line = re.compile(
            rf"(\s*(?:export[ \t]+)?({'|'.join(names.env)})[ \t]*=[ \t]*)(.*?)((?:[ \t]+#[^\r\n]*)?\s*)", re.DOTALL
        )

    def _find(self, lines: list[str]) -> Iterator[tuple[int, str, re.Match[str], str]]:
        """Yield number, variable, match and value of the lines that set the pair."""
        for number, line in enumerate(lines):
            ours = self._line.fullmatch(line)
            if ours:
                value = self._VALUE.fullmatch(ours.group(3))
                if not value:
                    raise RefusedError(f"line {number + 1} sets {ours.group(2)} to something other than a plain value")
                yield number, ours.group(2), ours, value.group(1) or value.group(2) or value.group(3) or ""

    def read(self, text: str) -> tuple[str | None, str | None]:
        # Of several lines the last one counts.
        found = {variable: value for _number, variable, _match, value in self._find(_split(text)[1])}
        return found.get(self._names[0]) or None, found.get(self._names[1]) or None

    def read_own(self, text: str) -> tuple[str | None, str | None]:
        return self.read(text)

    def edit(self, text: str, pair: KeyPair) -> str:
        _require_plain(pair)
        bom, lines, eol = _split(text)
        missing = {self._names[0]: pair.api_id, self._names[1]: pair.api_secret}
        values = dict(missing)
        export = ""
        for number, variable, match, _value in list(self._find(lines)):
            missing.pop(variable, None)
            lines[number] = match.group(1) + values[variable] + match.group(4)
            export = "export " if "export" in match.group(1) else ""
        if missing and lines and not _ending(lines[-1]):
            lines[-1] += eol
        return bom + "".join(lines + [f"{export}{variable}={value}{eol}" for variable, value in missing.items()])


def find_format(name: str | None, profile: str | None, names: Names = KEY_PAIR) -> Format | None:
    """Return the format `ini` (of that profile), `json` or `env`; `None` for any other name, or where it holds no such secret."""
    if name == "ini" and names.ini:
        return _Ini(profile or "")
    formats: dict[str | None, Format] = {"json": _Json(names), "env": _Env(names)}
    return formats.get(name)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Distinguished names of LDAP (RFC 4514), compared as directories compare them. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata

_PAIR = re.compile(r"\\([0-9A-Fa-f]{2})|\\(.)", re.DOTALL)
_ESCAPES = re.compile(r'[\\"]')
_TYPE = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)\Z")

# A name as a sequence of components, each a sequence of types and values.
Components = tuple[tuple[tuple[str, str], ...], ...]


def parse_dn(text: str) -> Components | None:
    r"""Return the components of a distinguished name with their values unescaped, or `None` if the text is none.

    A value may be escaped by signs (`\,`), by bytes of UTF-8 (`\C3\BC`), or stand in quotes.
    """
    components = []
    for component in _split(text, ",;"):
        pairs = []
        for pair in _split(component, "+"):
            kind, equals, value = pair.partition("=")
            kind = kind.strip()
            if not equals or not _TYPE.match(kind):
                return None
            pairs.append((kind, _unescaped(value)))
        components.append(tuple(pairs))
    return tuple(components)


@functools.lru_cache(maxsize=100_000)
def fold_dn(text: str) -> Components | None:
    """Return a distinguished name in the form by which two are compared: without case, escapes and blanks."""
    components = parse_dn(text)
    if components is None:
        return None
    return tuple(tuple(sorted((kind.casefold(), _folded(value)) for kind, value in pairs)) for pairs in components)


def _folded(value: str) -> str:
    """Return a value as directories compare it (RFC 4518): an umlaut is the same written as one character or as two."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold()).split())


def first_value(text: str) -> str | None:
    """Return the value of the first component, by which people call the object: `Ops, EU` of `CN=Ops\\, EU,DC=example`."""
    components = parse_dn(text)
    return components[0][0][1] if components else None


def _split(text: str, separators: str) -> list[str]:
    """Split at separators that are neither escaped nor in quotes."""
    if not _ESCAPES.search(text):
        return re.split(f"[{separators}]", text)
    parts, start, position, is_quoted = [], 0, 0, False
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
        elif character == '"':
            is_quoted = not is_quoted
        elif character in separators and not is_quoted:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    return [*parts, text[start:]]


def _unescaped(value: str) -> str:
    value = value.lstrip(" ")
    # A blank at the end counts only where it is escaped.
    while value.endswith(" ") and not value.endswith("\\ "):
        value = value[:-1]
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        value = value[1:-1]
    encoded = _PAIR.sub(_as_bytes, value)
    return encoded.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _as_bytes(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[2]
    return bytes([int(found[1], 16)]).decode("utf-8", "surrogateescape")

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that nobody should give an option, and values that look as if nobody should."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

# Ansible itself takes no lone surrogates: neither its YAML nor its JSON reader lets one through.
_CHARACTERS = st.characters(exclude_categories=("Cs",))

_NAMES = [
    *("Demo Team", "demo team", "DEMO TEAM", " Demo Team", "Demo Team ", "Demo  Team", "Demo\u00a0Team", "Demo Taem"),
    *("Engineering", "Quality Team", "Example Unit", "Not Specified", "Custom Reporter", "customreporter"),
    *("Creator", "creator", "extcreator", "Any Scan", "Static Scan", "Administrator", "Results API", "Team Admin"),
    *("tmonarch@example.com", "TMonarch@Example.COM", "build-upload", "BUILD-UPLOAD", "admin-api", "EX\\msaml"),
    *("nobody@example.com", "user@b\u00fccher.example", "a@b@c.example", "@example.com", "Mary Doe", "Mary Ann Doe"),
]
_ODD = [
    *(
        "",
        " ",
        "\t",
        "\n",
        "a\nb",
        "a\r\nb",
        "a\x00b",
        "\x00",
        "\x1b[31mred",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeffa",
        "\uffff",
    ),
    *(
        "Doe, Mary",
        "a,b",
        ",",
        ",,",
        '"',
        '"quoted"',
        "O'Brien",
        "a;b",
        "a|b",
        "R&D",
        "<b>x</b>",
        "]]>",
        "&amp;",
        "&#x41;",
    ),
    *(
        "%",
        "%00",
        "%2e%2e%2f",
        "+",
        "a+b",
        "?x=y",
        "#x",
        "../../etc/passwd",
        "/",
        "\\",
        "a/b",
        ".",
        "..",
        "{{ 7 * 7 }}",
    ),
    *(
        "null",
        "None",
        "true",
        "no",
        "0",
        "-1",
        "1e400",
        "NaN",
        "0x10",
        "[]",
        "{}",
        '["a", "b"]',
        "=1+1",
        "$(id)",
        "`id`",
    ),
    *(
        "e\u0301",
        "\u00e9",
        "\u0130stanbul",
        "stra\u00dfe",
        "STRASSE",
        "\u202eevil",
        "\u200b",
        "\U0001f469\u200d\U0001f4bb",
    ),
    *(
        "74.0.0.1",
        "74.0.0.*",
        "74.0.0.[9-1]",
        "74.0.0.0/24",
        "::1",
        "999.0.0.1",
        "10.0.0.1",
        "30d",
        "-1d",
        "30",
        "1w2d",
    ),
    *(
        "https://",
        "https://x/y",
        "http://127.0.0.1",
        "https://u:p@127.0.0.1:1",
        "https://[::1",
        "https://127.0.0.1:99999",
    ),
    *("a" * 255, "a" * 257, "a" * 5_000, "\u00fc" * 300, "a" * 100_000),
]

texts = st.one_of(
    st.sampled_from(_ODD),
    st.sampled_from(_NAMES),
    st.text(_CHARACTERS, max_size=40),
    st.text(max_size=3, alphabet="a,\" '\n"),
)
wrong_types = st.one_of(
    st.booleans(),
    st.integers(),
    st.sampled_from([10**30, -(10**30), 0, -1, 2**31, 2**63]),
    st.floats(),
    st.dictionaries(texts, texts, max_size=2),
    st.lists(st.lists(texts, max_size=2), max_size=2),
)
lists = st.one_of(
    st.lists(st.sampled_from(_NAMES), max_size=4),
    st.lists(texts, max_size=4),
    st.sampled_from(_NAMES).map(lambda name: [name, name, name.upper(), name.lower()]),
    st.lists(st.one_of(texts, wrong_types, st.none()), max_size=3),
    texts,  # a string where a list belongs: Ansible splits it at its commas
)
# Never so small that a run would really wait for the limit. Ansible itself breaks down over infinity.
_NUMBERS = st.one_of(
    st.integers(max_value=0),
    st.integers(min_value=100_000),
    st.floats(allow_infinity=False),
    texts,
    st.sampled_from([10**30, 2**31, "1,000"]),
)


def paths(folder: Path) -> st.SearchStrategy[Any]:
    """Return paths that stay below a folder, whatever they are."""
    odd = [
        "",
        ".",
        "~nobody-of-that-name/x",
        "no/such/folder/x",
        "\x00",
        "a\x00b",
        "x" * 5_000,
        f"{folder}",
        f"{folder}/",
    ]
    inside = st.text(_CHARACTERS, min_size=1, max_size=40).map(lambda name: f"{folder}/{name.replace('/', '_')}")
    return st.one_of(st.sampled_from(odd), inside, st.booleans(), st.integers(), st.lists(st.just("x"), max_size=2))


def values(spec: Mapping[str, Any], folder: Path) -> st.SearchStrategy[Any]:
    """Return a strategy for an option, good values among the bad ones."""
    kind = spec.get("type", "str")
    if kind == "path":
        return paths(folder)
    if kind == "int":
        return _NUMBERS
    if kind == "list":
        good = [lists] if "choices" not in spec else [st.lists(st.sampled_from(spec["choices"]), max_size=6)]
        return st.one_of(*good, lists, wrong_types)
    good = [st.sampled_from(spec["choices"])] if "choices" in spec else []
    if kind == "bool":
        good = [st.booleans(), st.sampled_from(["yes", "False", "on", "2", 0, 1])]
    if kind == "dict":
        # Ansible itself breaks down where a number means a dictionary with options of its own.
        return st.dictionaries(texts, texts, max_size=2)
    return st.one_of(*good, texts, texts, wrong_types)


def words(value: object) -> Iterator[str]:
    """Yield what a message may show of a value: it, what is in it, or how it begins."""
    if value is None or value in ("", [], {}):
        yield from ('""', "[]", "{}", "empty", "no team")
    if isinstance(value, Mapping):
        value = [*value, *value.values()]
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from words(each)
        return
    if isinstance(value, float) and value.is_integer():  # Ansible makes a whole number of it
        yield str(int(value))
    text = str(value)
    if "," in text:  # Ansible makes a list of it
        yield from words(text.split(","))
    yield text[:30]
    yield repr(text)[1:-1][:29]
    yield json.dumps(text)[1:30].rstrip('"')
    # A message escapes what it cannot show, and leaves backslashes as they are.
    yield "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)[:29]

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error text names the option, the value and the remedy. `make errors` writes all of them to be read."""

from __future__ import annotations

import ast

import pytest

from tests.tools.error_texts import ROOT, Source, Text, of_plugins, of_roles

TEXTS = of_plugins() + of_roles()
# What a text of this function may lack, and why.
EXCEPTIONS = {
    ("key_pair.py", "desired_key"): ["value"],  # it may be a secret
    ("api_credentials.py", "_verify"): ["remedy"],  # in the text of _not_verified, which has it
    ("onboarding_entries.py", "onboarding_entries"): ["value"],  # a whole list, which may hold what is vaulted
    ("onboarding_outcome.py", "onboarding_outcome"): ["value"],  # the same
    ("findings.py", "reading_errors"): ["remedy"],  # follows "run it again"
}


def where(text: Text) -> tuple[str, str]:
    return text.location.rpartition("/")[2].partition(":")[0], text.function


def test_the_texts_are_found() -> None:
    assert len(TEXTS) > 250
    assert sum(text.location.startswith("roles/") for text in TEXTS) >= 10


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text.location} {text.function}")
def test_a_text_says_what_is_wrong_and_what_to_do(text: Text) -> None:
    lacking = [each for each in text.lacks() if each not in EXCEPTIONS.get(where(text), [])]
    assert not lacking, text


def test_no_exception_is_left_over() -> None:
    used = {where(text) for text in TEXTS if text.lacks()}
    assert used == set(EXCEPTIONS)


@pytest.mark.parametrize(
    ("code", "lacking"),
    [
        ("raise InputError('phone: \"1\" is wrong; give another', option='phone', value='1')", []),
        ("raise InputError('phone: \"1\" is wrong', option='phone', value='1')", ["remedy"]),
        ("raise InputError('this is wrong; give another', value='1')", ["option"]),
        ("raise InputError('phone: this is wrong; give another', option='phone')", ["value"]),
        ("raise desired.problem(f'{option}: it cannot be cleared', option, '')", ["remedy"]),
        ("raise desired.problem(f'{option}: it cannot be cleared; omit it', option, '')", []),
        ("raise ApiError('the answer is empty')", ["remedy"]),
        ("raise AnsibleFilterError('x: the input is no text')", ["value", "remedy"]),
        ("why = 'it is broken; repair it'\n    raise ApiError(f'{why} (really)')", []),
        ("problems.append('line 1: it is wrong')", ["remedy"]),
    ],
)
def test_what_a_text_lacks_is_seen(code: str, lacking: list[str]) -> None:
    source = Source([])
    source.trees = {ROOT / "plugins" / "some.py": ast.parse(f"def function():\n    {code}\n")}
    [text] = source.texts()
    assert text.lacks() == lacking

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names are refused, which are the same, and which one is offered."""

from __future__ import annotations

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.names import (
    check_names,
    did_you_mean,
    fault_of,
    nearest,
    select,
)


@pytest.mark.parametrize(
    "name", ["Demo Team", "tmonarch@example.com", "Größe", "Ünï", "日本", "a", "O'Neill", "x (API)"]
)
def test_what_everybody_can_read_is_a_name(name: str) -> None:
    assert fault_of(name) is None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Demo Team ", "ends with a blank (U+0020)"),
        (" Demo Team", "begins with a blank (U+0020)"),
        ("Demo\u00a0Team", "U+00A0 NO-BREAK SPACE at position 5"),
        ("a@example.com\u200b", "U+200B ZERO WIDTH SPACE at position 14"),
        ("a\u00adb", "U+00AD SOFT HYPHEN at position 2"),
        ("\ufeffa", "U+FEFF"),
        ("a\tb", "U+0009"),
        ("a\n", "U+000A"),
        ("a\u2028", "U+2028"),
        ("\u3164", "U+3164"),
        ("a\u2800", "U+2800"),
        ("a\ufe0f", "U+FE0F"),
        ("a\u202eb", "U+202E"),
        ("\u3000a", "U+3000"),
        ("a\U000e0001", "U+E0001"),
    ],
)
def test_a_name_with_a_blank_at_an_end_or_an_invisible_character_is_refused(name: str, says: str) -> None:
    assert says in str(fault_of(name))


def test_every_name_of_a_list_is_looked_at() -> None:
    errors = check_names(
        {"teams": ["a", "b ", "c\u00a0"], "username": None, "name": "x"}, ("teams", "username", "name")
    )
    assert [(error.option, error.value) for error in errors] == [("teams", "b "), ("teams", "c\u00a0")]
    assert "\u00a0" not in errors[1].msg


def test_the_exact_username_is_taken_else_the_only_one_else_it_is_an_error() -> None:
    def one(username: str, *found: str) -> str | None:
        return select(username, found, lambda name: name)

    assert one("smith@a", "Smith@a", "smith@a") == "smith@a"
    assert one("SMITH@a", "smith@a", "other@a") == "smith@a"
    assert one("stra\u00dfe@a", "STRASSE@a") == "STRASSE@a"
    assert one("smith@a") is None
    with pytest.raises(InputError) as caught:
        one("SMITH@a", "smith@a", "\u017fmith@a")
    assert '"smith@a", "\u017fmith@a"' in caught.value.msg


def test_what_looks_the_same_is_never_offered() -> None:
    assert nearest("Demo Team", ["Demo\u00a0Team"]) is None
    assert nearest("Demo Team", ["Demo Team\u200b", "Demo Tam"]) == "Demo Tam"
    assert nearest("Caf\u00e9", ["Cafe\u0301"]) is None
    assert nearest("demo team", ["Demo Team"]) == "Demo Team"
    hint = did_you_mean("Demo Team", ["Demo\u00a0Team"], "create it first")
    assert "did you mean" not in hint
    assert "U+00A0" in hint


def test_what_an_api_calls_an_option_is_not_taken_for_another_option() -> None:
    options = ["teams", "teams_mode", "username", "roles", "roles_mode"]
    assert nearest("team_name", options) == "teams"
    assert nearest("userType", options) is None
    assert nearest("team_mode", options) == "teams_mode"
    assert nearest("Team_name", ["Team name"]) == "Team name"


def test_names_in_one_text_are_offered_as_a_list() -> None:
    assert did_you_mean("A Team; B", ["A Team", "B"], "x") == ', did you mean the list ["A Team", "B"]?'
    assert did_you_mean("A,B", ["A", "B"], "x") == ', did you mean the list ["A", "B"]?'
    assert did_you_mean("A;C", ["A", "B"], "create it first") == " (create it first)"

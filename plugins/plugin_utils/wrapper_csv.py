# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The CSV file of Veracode's Java and C# API wrappers, read as options of C(veracode_user). Pure.

The wrapper itself fills an empty cell from the row above, drops unknown columns and booleans it does not know, and
repeats the row above for a blank line (all seen with the Java wrapper). None of this is done here.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.plugin_utils.csv import (
    Cell,
    Problem,
    Row,
    flag,
    names,
    read_rows,
)

# Documented: the parameters of the XML API without underscores, except custom1 to custom5. The title of an account is
# "position" in older wrappers; "samlsubject" and "active" belong to the wrapper's -rest (seen in code).
TEXTS = {
    "username": "username",
    "customid": "custom_id",
    "samlsubject": "custom_id",
    "newcustomid": "new_custom_id",
    "firstname": "first_name",
    "lastname": "last_name",
    "emailaddress": "email_address",
    "phone": "phone",
    "title": "title",
    "position": "title",
    "elearningmanager": "elearning_manager",
    "elearningtrack": "elearning_track",
    "elearningcurriculum": "elearning_curriculum",
    "custom1": "custom_one",
    "custom2": "custom_two",
    "custom3": "custom_three",
    "custom4": "custom_four",
    "custom5": "custom_five",
}
LISTS = {"roles": "roles", "teams": "teams", "allowedipaddresses": "allowed_ip_addresses"}
FLAGS = {
    "issamluser": "is_saml_user",
    "loginenabled": "login_enabled",
    "active": "active",
    "requirestoken": "requires_token",
    "hasiprestrictions": "has_ip_restrictions",
    "iselearningmanager": "is_elearning_manager",
    "keepelearningactive": "keep_elearning_active",
}
COLUMNS: dict[str, str] = {**TEXTS, **LISTS, **FLAGS}
KNOWN = frozenset({"action", "loginaccounttype", *COLUMNS})

ACTIONS = {"createuser": "present", "updateuser": "present", "deleteuser": "absent"}
SELECTORS = ("username", "custom_id", "email_address")

_COMMAND_LINE = "a parameter of the wrapper's command line; remove the column"
_REFUSED = {
    "userid": "the GUID of the wrapper's -rest option cannot be used; name the account in the column username",
    **dict.fromkeys(
        (
            *("vid", "vkey", "vuser", "vpassword", "credprofile", "format", "inputfilepath", "outputfilepath"),
            *("logfilepath", "phost", "pport", "puser", "ppassword", "maxretrycount", "debug"),
        ),
        _COMMAND_LINE,
    ),
    **{
        f"custom{word}": f'unknown column, did you mean "custom{number}"?'
        for number, word in enumerate(("one", "two", "three", "four", "five"), start=1)
    },
}


@dataclass(frozen=True)
class Entry:
    """The options of one account, and the row that they come from."""

    options: dict[str, t.Any]
    row: Row
    columns: t.Mapping[str, Cell]


def is_wrapper_header(header: t.Collection[str]) -> bool:
    """Tell whether a header is in the wrapper's form: it has a column that only the wrapper names so."""
    return bool(set(header) & (KNOWN - {"username", "phone", "title", "roles", "teams", "active"}))


def read_wrapper_csv(text: str, action: str | None = None) -> tuple[list[Entry], list[Problem]]:
    """Read the wrapper's file.

    :param action: the wrapper's C(-action), for rows without an action of their own.
    :returns: the options of each row (a C(state) is always among them), and everything that is wrong.
    """
    rows, problems = read_rows(text, KNOWN, _REFUSED)
    if any(problem.row is None for problem in problems):
        # Of a file with a broken header, nothing else is worth saying.
        return [], problems
    entries: list[Entry] = []
    for row in rows:
        entry = _entry(row, action, problems)
        if entry is not None:
            entries.append(entry)
    return entries, sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))


def _state(row: Row, action: str | None, problems: list[Problem]) -> str | None:
    cell = row.cells.get("action")
    named = cell.text if cell is not None else action
    if not named:
        problems.append(
            row.problem(
                "no action; write createuser, updateuser or deleteuser into the column action, or give one for the file"
            )
        )
        return None
    state = ACTIONS.get(named.casefold())
    if state is None:
        hint = did_you_mean(named, ACTIONS, "write createuser, updateuser or deleteuser, or remove the row")
        problems.append(row.problem(f'the action "{named}" does not manage accounts{hint}', cell))
    return state


def _entry(row: Row, action: str | None, problems: list[Problem]) -> Entry | None:
    before = len(problems)
    state = _state(row, action, problems)
    options: dict[str, t.Any] = {}
    columns: dict[str, Cell] = {}
    for header, cell in row.cells.items():
        if header == "loginaccounttype" and cell.text.casefold() != "user":
            problems.append(
                row.problem(
                    f'"{cell.text}": the type of an account cannot be changed; write "user", or leave the cell empty',
                    cell,
                )
            )
        option = COLUMNS.get(header)
        if option is None:
            continue
        value: t.Any = cell.text
        if header in LISTS:
            value = names(row, cell, problems)
        elif header in FLAGS:
            value = flag(row, cell, problems)
        if value is None:
            continue
        if option in options and options[option] != value:
            problems.append(
                row.problem(f'contradicts column {columns[option].column} "{columns[option].header}"; keep one', cell)
            )
        options[option] = value
        columns[option] = cell
    if not any(option in options for option in SELECTORS) and len(problems) == before:
        problems.append(row.problem("nothing says whose account is meant; fill in username, customid or emailaddress"))
    if len(problems) > before:
        return None
    if state == "absent":
        options = {option: options[option] for option in SELECTORS if option in options}
    return Entry({**options, "state": state}, row, columns)

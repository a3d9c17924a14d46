# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The CSV file of Veracode's Java and C# API wrappers, read as options of `veracode_user`. Pure.

The wrapper itself fills an empty cell from the row above, drops unknown columns and booleans it does not know, and
repeats the row above for a blank line (all seen with the Java wrapper). None of this is done here.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.plugin_utils.csv import (
    Cell,
    FileError,
    Row,
    Table,
    flag,
    fold_header,
    names,
    read_table,
)
from ansible_collections.community.veracode.plugins.plugin_utils.names import quoted

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
KNOWN = {name: name for name in ("action", "loginaccounttype", *COLUMNS)}

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

_NO_ACTION = "no action; write createuser, updateuser or deleteuser into the column action, or give one for the file"

# Names of columns that our own form does not have; `firstname` is `first_name` there.
_ONLY_WRAPPER = frozenset(
    {"action", "loginaccounttype", "position", *_REFUSED, *(f"custom{number}" for number in range(1, 6))}
) - {f"custom{word}" for word in ("one", "two", "three", "four", "five")}


@dataclass(frozen=True)
class Entry:
    """The options of one account, and the row that they come from."""

    options: dict[str, t.Any]
    row: Row
    columns: t.Mapping[str, Cell]


def is_wrapper_header(header: t.Iterable[str], action: str | None = None) -> bool:
    """Tell whether a header is in the wrapper's form: it has a column that only the wrapper has.

    :param action: the wrapper's action for the whole file; with it, a header that can be the wrapper's is.
    """
    folded = {fold_header(name) for name in header} - {""}
    return bool(folded & _ONLY_WRAPPER) or (action is not None and folded <= KNOWN.keys())


def read_wrapper_csv(
    source: str | bytes, action: str | None = None, *, sheet: str | None = None
) -> tuple[list[Entry], list[FileError]]:
    """Read the wrapper's file.

    :param action: the wrapper's `-action`, for rows without an action of their own.
    :param sheet: the sheet, if the file is a workbook.
    :returns: the options of each row (a `state` is always among them), and everything that is wrong.
    """
    table = read_table(source, KNOWN, _REFUSED, sheet=sheet)
    if table.header_line is None:
        return [], table.errors
    named = set(table.columns)
    missing = missing_selector(table, ("username", "customid", "samlsubject", "emailaddress"))
    if missing is not None:
        table.errors.append(missing)
    if "action" not in named and action is None and not has_unknown_column(table):
        table.errors.append(FileError(_NO_ACTION, table.header_line))
    entries = [_entry(row, action, named, table.errors) for row in table.rows]
    return [entry for entry in entries if entry is not None], table.errors


def has_unknown_column(table: Table) -> bool:
    """Tell whether a column of a table cannot be used: it may be the misspelt one that is missing."""
    return any(error.line == table.header_line and error.column is not None for error in table.errors)


def missing_selector(table: Table, selectors: t.Sequence[str]) -> FileError | None:
    """Return an error if no column selects the account; once, and not for each row."""
    if table.columns.keys() & set(selectors) or has_unknown_column(table):
        return None
    return FileError(f"no column selects the account; add {' or '.join(selectors)}", table.header_line)


def _state(row: Row, action: str | None, named: t.Collection[str], errors: list[FileError]) -> str | None:
    cell = row.cells.get("action")
    word = cell.text if cell is not None else action
    if not word:
        if "action" in named:
            errors.append(row.error(_NO_ACTION))
        return None
    state = ACTIONS.get(word.casefold())
    if state is None:
        hint = did_you_mean(word, ACTIONS, "write createuser, updateuser or deleteuser, or remove the row")
        errors.append(row.error(f"the action {quoted(word)} does not manage accounts{hint}", cell))
    return state


def _value(row: Row, header: str, cell: Cell, errors: list[FileError]) -> t.Any:
    if header in LISTS:
        return names(row, cell, errors)
    if header in FLAGS:
        return flag(row, cell, errors)
    return cell.text


def _entry(row: Row, action: str | None, named: t.Collection[str], errors: list[FileError]) -> Entry | None:
    before = len(errors)
    state = _state(row, action, named, errors)
    options: dict[str, t.Any] = {}
    columns: dict[str, Cell] = {}
    for header, cell in row.cells.items():
        if header == "loginaccounttype" and cell.text.casefold() != "user":
            msg = (
                f'{quoted(cell.text)}: the type of an account cannot be changed; write "user", or leave the cell empty'
            )
            errors.append(row.error(msg, cell))
        option = COLUMNS.get(header)
        value = _value(row, header, cell, errors) if option is not None else None
        if option is None or value is None:
            continue
        if option in options and options[option] != value:
            other = columns[option]
            errors.append(row.error(f'contradicts column {other.column} "{other.header}"; keep one', cell))
        options[option] = value
        columns[option] = cell
    is_selected = any(option in options for option in SELECTORS)
    if not is_selected and any(COLUMNS.get(name) in SELECTORS for name in named):
        errors.append(row.error("no value selects the account; fill in username, customid or emailaddress"))
    if len(errors) > before or state is None or not is_selected:
        return None
    if state == "absent":
        options = {option: options[option] for option in SELECTORS if option in options}
    return Entry({**options, "state": state}, row, columns)

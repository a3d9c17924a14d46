# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Names as users give them to filters and roles: which are refused, and how they are shown in messages. Pure."""

from __future__ import annotations

import re
import typing as t
import unicodedata

from ansible_collections.community.veracode.plugins.module_utils._errors import printable
from ansible_collections.community.veracode.plugins.module_utils._model.names import is_invisible

_MAX_SHOWN = 60


def quoted(value: str) -> str:
    """Return a value for a message: in quotes, on one line and not too long."""
    return '"' + printable(value if len(value) <= _MAX_SHOWN else value[:_MAX_SHOWN] + "…") + '"'


def invisible_character(text: str, *, multiline: bool = False) -> str | None:
    """Return the first character of a text that cannot be seen, or is not the blank it looks like, as `U+00A0 (...)`.

    :param multiline: line breaks and tabs are visible enough.
    """
    for character in text:
        if not is_invisible(character) or (multiline and character in "\t\r\n"):
            continue
        name = unicodedata.name(character, "control character").lower()
        return f"U+{ord(character):04X} ({name})"
    return None


def name_error(name: str) -> str | None:
    """Return why a name is refused: blanks at an end or an invisible character, which mean another object; or `None`."""
    hidden = invisible_character(name)
    if hidden is not None:
        return f"{quoted(name)} has {hidden} in it, which cannot be seen; type the name again"
    if name != name.strip():
        return f"{quoted(name)} has a blank (U+0020) at an end; remove it"
    return None if name else "a name is empty; remove it"


def name_list(value: t.Any, option: str) -> tuple[list[str], list[str]]:
    """Return the names in a list, or in a text with commas between them; and an error for each that is refused.

    The parts of a text are trimmed, as the command line gives lists so. What stands in a list is taken as it is.
    """
    if value is None or value == "":
        return [], []
    if isinstance(value, str):
        value = [part.strip(" \t\r\n") for part in re.split("[,\n]", value)]
        value = [part for part in value if part]
    elif not isinstance(value, (list, tuple)):
        return [], [f"{option}: not a list of names; write one, or a text with commas"]
    wrong = {name: name_error(name) for name in map(str, value)}
    errors = [f"{option}: {error}" for error in wrong.values() if error is not None]
    return [name for name, error in wrong.items() if error is None], errors

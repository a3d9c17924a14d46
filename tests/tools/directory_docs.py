# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the documentation of the lists of C(veracode_directory) from that of the options of single objects.

C(python tests/tools/directory_docs.py) writes C(plugins/doc_fragments/directory.py); a test compares the two.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "plugins" / "doc_fragments" / "directory.py"


def _fragment(name: str) -> Any:
    """Return the fragment of that name, wherever the collection is."""
    spec = importlib.util.spec_from_file_location(name, FILE.with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise FileNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ModuleDocFragment


Account, KeyStore, Structure = (_fragment(name) for name in ("account", "key_store", "structure"))

# In two parts, so that the licence check does not take it for this file's own.
HEAD = """\
# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-"""
HEAD += '''Identifier: GPL-3.0-or-later

"""Entries of a directory: written by C(tests/tools/directory_docs.py) from the options of single objects."""

from __future__ import annotations


class ModuleDocFragment:
    """The lists of C(veracode_directory)."""

    DOCUMENTATION = r"""
'''
TAIL = '''"""
'''

_STATE = """
  state:
    description: What is wanted. With V(disabled) and V(absent) only the options that select the account count.
    type: str
    choices: [present, disabled, absent]
"""
_CREDENTIALS = """
  credentials:
    description: Whether to generate a key pair when the account is created. Needs O(credentials_dest).
    type: str
    choices: [none, on_create]
"""
# What the entry of a person says of itself alone, and no default can fill in for many.
_OWN = ("username", "custom_id", "new_custom_id", "email_address", "previously")


def _options(*sources: str, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the text of each option of some documentation, without its default."""
    options: dict[str, str] = {}
    for source in sources:
        body = re.split(r"(?m)^(?:notes|attributes|requirements):", source.split("options:\n")[-1])[0]
        for part in re.split(r"(?m)^(?=  [a-z_]+:\n)", body):
            name = part.strip().split(":")[0]
            if name and name not in without:
                options[name] = re.sub(r"(?m)^    default: .*\n", "", part)
    return options


def _entries(name: str, description: str, options: dict[str, str], kind: str = "list") -> str:
    """Return the documentation of a list of entries; references between their options get the name of the list."""
    prefix = f"{name}[]." if kind == "list" else f"{name}."
    body = "".join(options.values())
    body = re.sub(r"O\((?=[a-z_]+[)=])", f"O({prefix}", body)
    for own in _OWN if name == "user_defaults" else ():
        body = body.replace(f"O({prefix}{own})", f"O({name.replace('_defaults', 's')}[].{own})")
    text = f"  {name}:\n    description:\n" + "".join(f"      - {line}\n" for line in description.splitlines())
    text += f"    type: {kind}\n" + ("    elements: dict\n" if kind == "list" else "") + "    suboptions:\n"
    return text + re.sub(r"(?m)^(?=.)", "    ", body)


_USER = _options("options:\n" + _STATE.lstrip("\n"), Account.PERSON, Account.DOCUMENTATION)
_API_USER = _options(
    "options:\n" + _STATE.lstrip("\n") + _CREDENTIALS.lstrip("\n"),
    Account.SERVICE,
    Account.DOCUMENTATION,
    KeyStore.DOCUMENTATION,
    without=("return_secret",),
)


def _shared(options: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in options.items() if name not in _OWN}


def documentation() -> str:
    """Return the documentation of the lists."""
    return (
        "options:\n"
        + _entries(
            "business_units",
            "Business units. The same options as those of M(community.veracode.veracode_business_unit).\n"
            "An entry with only a name creates what does not exist. In an O(exclusive) list it keeps what is there, and an unknown name is an error.",
            _options(Structure.BUSINESS_UNIT),
        )
        + _entries(
            "teams",
            "Teams. The same options as those of M(community.veracode.veracode_team).\n"
            "An entry with only a name creates what does not exist. In an O(exclusive) list it keeps what is there, and an unknown name is an error.",
            _options(Structure.TEAM),
        )
        + _entries(
            "users",
            "Accounts of people. The same options as those of M(community.veracode.veracode_user).\n"
            "An entry with only a name keeps that account from O(exclusive) and manages nothing of it.",
            _USER,
        )
        + _entries(
            "api_users",
            "API service accounts. The same options as those of M(community.veracode.veracode_api_user).\n"
            "An entry with only a name keeps that account from O(exclusive) and manages nothing of it.",
            _API_USER,
        )
        + _entries(
            "user_defaults",
            "Fills per option what an entry of O(users) omits. The entry wins, also with an empty list or string; lists are "
            "replaced, never merged.",
            _shared(_USER),
            "dict",
        )
        + _entries(
            "api_user_defaults",
            "Fills per option what an entry of O(api_users) omits, as O(user_defaults) does. Takes every option of an entry.",
            _API_USER,
            "dict",
        )
    )


def fragment() -> str:
    """Return the file."""
    return HEAD + documentation() + TAIL


if __name__ == "__main__":
    FILE.write_text(fragment(), encoding="utf-8")

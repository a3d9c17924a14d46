# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the documentation of the lists of `veracode_directory` from that of the options of single objects.

`python tests/tools/directory_docs.py` writes `plugins/doc_fragments/directory.py`; a test compares the two.
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

# In two parts, so that the license check does not take it for this file's own.
HEAD = """\
# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-"""
HEAD += '''Identifier: GPL-3.0-or-later

"""Entries of a directory: written by `tests/tools/directory_docs.py` from the options of single objects."""

from __future__ import annotations


class ModuleDocFragment:
    """The lists of `veracode_directory`."""

    DOCUMENTATION = r"""
'''
TAIL = '''"""
'''

_STATE = """
  state:
    description:
      - State of the account.
      - V(present) creates or updates it.
      - V(disabled) denies the login and keeps the account.
      - V(absent) deletes it. This cannot be undone.
    type: str
    choices: [present, disabled, absent]
"""
_CREDENTIALS = """
  credentials:
    description: Whether to generate a key pair when the account is created. Requires O(credentials_dest).
    type: str
    choices: [none, on_create]
"""
# A directory uses the Identity REST API, so its entries do not choose between the two APIs.
_ONE_API = {
    "Requires the Admin XML API and an eLearning subscription.": "Refused; use M(community.veracode.veracode_user).",
    " An empty string clears it. Refused;": " Refused;",
    " V(true) requires the Identity REST API.": "",
    " Requires the Identity REST API.": "",
    " and the Identity REST API.": ".",
    " This is slow with the Identity REST API, which cannot search for it.": " This is slow, since the API cannot search for it.",
    "      - The Admin XML API refuses a username that differs from it.\n": "",
}
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
    for text, replacement in _ONE_API.items():
        body = body.replace(text, replacement)
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
            "Business units, with the options of M(community.veracode.veracode_business_unit).\n"
            "An entry with only a name creates the object. If its kind is in O(exclusive), the object must exist, and is kept.",
            _options(Structure.BUSINESS_UNIT),
        )
        + _entries(
            "teams",
            "Teams, with the options of M(community.veracode.veracode_team).\n"
            "An entry with only a name creates the object. If its kind is in O(exclusive), the object must exist, and is kept.",
            _options(Structure.TEAM),
        )
        + _entries(
            "users",
            "Users, with the options of M(community.veracode.veracode_user).\n"
            "An entry with only a name keeps the account from being removed by O(exclusive).",
            _USER,
        )
        + _entries(
            "api_users",
            "API users, with the options of M(community.veracode.veracode_api_user).\n"
            "An entry with only a name keeps the account from being removed by O(exclusive).",
            _API_USER,
        )
        + _entries(
            "user_defaults",
            "Defaults for options that an entry of O(users) omits. Lists are replaced, not merged.",
            _shared(_USER),
            "dict",
        )
        + _entries(
            "api_user_defaults",
            "Defaults for options that an entry of O(api_users) omits. Lists are replaced, not merged.",
            _API_USER,
            "dict",
        )
    )


def fragment() -> str:
    """Return the file."""
    return HEAD + documentation() + TAIL


if __name__ == "__main__":
    FILE.write_text(fragment(), encoding="utf-8")

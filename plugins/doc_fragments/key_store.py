# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a generated key pair goes: keep in sync with `module_utils/_argspec.py`."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that can generate a key pair."""

    DOCUMENTATION = r"""
options:
  credentials_dest:
    description:
      - File for the generated key pair, on the machine where the module runs. It is written whole or not at all, with mode C(0600).
      - Its folder must exist. The module proves that it can write the file before it generates the key pair.
      - In a folder where other users may write, a file or a link of another user is refused.
      - If writing fails all the same, the pair is in a rescue file, which the error names.
    type: path
  credentials_format:
    description:
      - Format of the file.
      - V(ini) is Veracode's credentials file. Other profiles and comments are kept.
      - V(json) is an object with C(api_key_id), C(api_key_secret) and C(expires).
      - V(env) is lines that set E(VERACODE_API_KEY_ID) and E(VERACODE_API_KEY_SECRET). Other lines are kept.
    type: str
    choices: [ini, json, env]
    default: ini
  credentials_profile:
    description:
      - Section of an INI file. The default is the username.
    type: str
  credentials_overwrite:
    description:
      - Whether to replace a key pair of another account in O(credentials_dest). By default this is refused before anything is generated.
      - A pair that no longer belongs to anybody is always replaced.
      - A file belongs to one account, in the format C(ini) a section.
    type: bool
    default: false
  return_secret:
    description:
      - Whether to return the secret. Set C(no_log=true) on the task, since nothing else masks a secret that the server generates.
    type: bool
    default: false
"""

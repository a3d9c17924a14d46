# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a generated key pair goes: keep in sync with C(module_utils/_arguments.py)."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that can generate a key pair."""

    DOCUMENTATION = r"""
options:
  credentials_dest:
    description:
      - A file for the generated key pair, on the machine where the module runs. It is written whole or not at all, with mode C(0600).
      - Its folder has to exist. That the file can be written is proven before the key pair is generated.
      - If writing fails all the same, the pair goes into a rescue file beside it, and the error says where.
    type: path
  credentials_format:
    description:
      - The format of the file.
      - V(ini) is Veracode's credentials file. Other profiles, comments and their order are kept.
      - V(json) is an object with C(api_key_id), C(api_key_secret) and C(expires).
      - V(env) are lines that set E(VERACODE_API_KEY_ID) and E(VERACODE_API_KEY_SECRET). Other lines are kept.
    type: str
    choices: [ini, json, env]
    default: ini
  credentials_profile:
    description:
      - The section of an INI file. If not given, it is the username.
    type: str
  return_secret:
    description:
      - Whether the secret is returned. Use C(no_log) on the task, since a secret that the server generates is masked by nobody else.
    type: bool
    default: false
"""

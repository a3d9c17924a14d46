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
      - File for the generated key pair, with mode C(0600), where the task runs.
      - Its folder must exist. In a shared folder, another user's file or link is refused.
      - If writing fails, the error names a rescue file.
    type: path
  credentials_format:
    description:
      - Format of the file. Other profiles and lines in it are kept.
      - V(ini) is Veracode's credentials file.
      - V(json) is an object with C(api_key_id), C(api_key_secret) and C(expires).
      - V(env) sets E(VERACODE_API_KEY_ID) and E(VERACODE_API_KEY_SECRET).
    type: str
    choices: [ini, json, env]
    default: ini
  credentials_profile:
    description:
      - Section of the INI file. Defaults to the username.
    type: str
  credentials_overwrite:
    description:
      - Whether to replace the key pair of another account in O(credentials_dest).
      - By default this is refused before anything is generated. A key pair that no account owns any more is always replaced.
    type: bool
    default: false
  return_secret:
    description:
      - Whether to return the secret. Set C(no_log=true) on the task, since Ansible does not mask it.
    type: bool
    default: false
"""

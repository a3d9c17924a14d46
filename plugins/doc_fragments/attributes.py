# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes of the modules."""

from __future__ import annotations


class ModuleDocFragment:
    """What the modules say of themselves in their `attributes`."""

    DOCUMENTATION = r"""
attributes:
  action:
    description: Has a corresponding action plugin, so some parts of the options can be executed on the controller.
    support: full
    details:
      - With the connection V(local), the action runs the task in Ansible's own process. This is faster, and the result is the same.
      - The task runs as a module with any other connection, with C(become) or C(async), with another Python interpreter than
        Ansible's own, if a library is missing there, or if the variable C(veracode_run_as_module) is V(true).
  async:
    description: Supports being used with the C(async) keyword.
    support: full
    details:
      - An asynchronous task runs as a module.
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying the target.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
      - This assumes that the organization was not changed in the meantime.
"""

    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This action does not modify state.
  diff_mode:
    support: N/A
    details:
      - This action does not modify state.
  idempotent:
    support: full
    details:
      - This action does not modify state.
"""

    ACTIONGROUP_VERACODE = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.veracode.veracode) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - community.veracode.veracode
"""

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module `veracode_api_credentials` in Ansible's own process."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._module.api_credentials import API_CREDENTIALS
from ansible_collections.community.veracode.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    declaration = API_CREDENTIALS

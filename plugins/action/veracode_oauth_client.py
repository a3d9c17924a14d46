# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module `veracode_oauth_client` in Ansible's own process."""

from __future__ import annotations

from ansible_collections.community.veracode.plugins.module_utils._module.oauth_client import OAUTH_CLIENT
from ansible_collections.community.veracode.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    declaration = OAUTH_CLIENT

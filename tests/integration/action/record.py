# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An action of the tests: write a text into a file, or remove the file.

Modules of Ansible do the same, and take up to a second of the processor for it.
"""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Writes `content` to `dest`, which only the user can read, or removes `dest`; in check mode too."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        arguments = self._task.args
        if "content" not in arguments:
            Path(arguments["dest"]).unlink(missing_ok=True)
            return {"changed": True}
        handle = os.open(str(arguments["dest"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(str(arguments["content"]))
        return {"changed": False}

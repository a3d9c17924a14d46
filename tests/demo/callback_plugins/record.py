# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep what the modules returned, for the demo to check its claims by: one line of JSON for each result."""

from __future__ import annotations

import json
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: aggregate
short_description: Keep the results of modules in a file
description:
  - Appends what each module returned to a file, as one line of JSON.
options:
  path:
    description: The file.
    type: path
    required: true
    env:
      - name: DEMO_RESULTS
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Appends results; see DOCUMENTATION."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _record(self, result: t.Any, **_unused: t.Any) -> None:
        # ansible-core 2.19 has the public name, earlier ones only the other.
        values = result.result if hasattr(result, "result") else result._result
        if "actions" not in values:
            return  # a task that is not of this collection
        with open(self.get_option("path"), "a", encoding="utf-8") as stream:
            stream.write(json.dumps(values, default=str) + "\n")

    v2_runner_on_ok = _record
    v2_runner_on_failed = _record
    v2_runner_item_on_ok = _record
    v2_runner_item_on_failed = _record

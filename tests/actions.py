# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run an action in this process: Ansible's own task, connection and templates, without the start of Ansible."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar

from ansible_collections.community.veracode.plugins.plugin_utils.in_process import InProcessAction


def action(
    name: str,
    options: Mapping[str, Any],
    *,
    check: bool = False,
    variables: Mapping[str, Any] | None = None,
    **task: Any,
) -> InProcessAction:
    """Return the action of a task.

    :param task: further keywords of the task.
    """
    loader = DataLoader()
    loader.set_basedir(str(Path.cwd()))
    context = PlayContext()
    made = Task()
    made.action = f"community.veracode.{name}"
    made.args = dict(options)
    for keyword, value in {"check_mode": check, "diff": True, **task}.items():
        setattr(made, keyword, value)
    connection = connection_loader.get("local", context, os.devnull)
    plugin = importlib.import_module(f"ansible_collections.community.veracode.plugins.action.{name}")
    found: InProcessAction = plugin.ActionModule(
        task=made,
        connection=connection,
        play_context=context,
        loader=loader,
        templar=Templar(loader=loader, variables=dict(variables or {})),
        shared_loader_obj=None,
    )
    return found


def run(
    name: str,
    options: Mapping[str, Any],
    env: Mapping[str, str],
    *,
    check: bool = False,
    variables: Mapping[str, Any] | None = None,
    **task: Any,
) -> dict[str, Any]:
    """Run an action and return its result; what it raises is raised.

    :param env: the whole environment of the run.
    """
    known = {"ansible_inject_invocation": True, **(variables or {})}
    with mock.patch.dict(os.environ, env, clear=True):
        return action(name, options, check=check, variables=known, **task).run(task_vars=known)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one more task costs the machine that runs it, against a module that does nothing."""

from __future__ import annotations

import resource

import pytest

from tests.integration.playbooks import Task, World, task
from tests.integration.scenarios import TED

TASKS = 30
NOTHING = """
from ansible.module_utils.basic import AnsibleModule

AnsibleModule(argument_spec={"username": {"type": "str"}}, supports_check_mode=True).exit_json(changed=False)
"""


def used() -> float:
    """Return the seconds of CPU, user and system, of all processes that ended so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.slow
def test_marginal_cpu_of_a_task(world: World) -> None:
    """Imports, signing, TLS and two calls: at most twice what Ansible itself takes for a task."""
    library = world.folder / "library"
    library.mkdir()
    (library / "nothing.py").write_text(NOTHING)

    def cost(one: Task) -> float:
        before = used()
        results = world.play([one] * TASKS, ANSIBLE_LIBRARY=str(library), ANSIBLE_KEEP_REMOTE_FILES="0")
        assert not any(result.get("failed") or result["changed"] for result in results)
        return used() - before

    nothing = {"nothing": {"username": TED}, "check_mode": False, "diff": True}
    before = used()
    world.play([], ANSIBLE_LIBRARY=str(library))
    start = used() - before
    floor = (cost(nothing) - start) / TASKS
    user = (cost(task("veracode_user", username=TED, phone="", teams=["Demo Team"])) - start) / TASKS
    assert user <= 2 * floor, f"{user:.3f} s a task against {floor:.3f} s"

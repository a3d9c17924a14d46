# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of a playbook that ansible-core itself could not begin is begun again, and no other."""

from __future__ import annotations

import subprocess
import sys
import typing as t

import pytest

from tests.integration.playbooks import finished

NOT_STARTED = "[ERROR]: Unexpected Exception, this is probably a bug: Local RPC server did not start."


@pytest.mark.parametrize(
    ("ends", "starts", "returncode"),
    [
        ([(0, "")], 1, 0),
        ([(250, NOT_STARTED), (250, NOT_STARTED), (2, "fatal")], 3, 2),
        ([(250, "another bug")], 1, 250),
        ([(2, NOT_STARTED)], 1, 2),
        ([(250, NOT_STARTED)] * 9, 4, 250),
    ],
)
def test_a_run_that_did_not_begin_is_begun_again(ends: list[tuple[int, str]], starts: int, returncode: int) -> None:
    left = iter(ends)
    begun = 0

    def start() -> subprocess.Popen[str]:
        nonlocal begun
        begun += 1
        code, output = next(left)
        program = f"import sys; print({output!r}); sys.exit({code})"
        pipe: t.Any = subprocess.PIPE
        return subprocess.Popen([sys.executable, "-c", program], stdout=pipe, text=True)

    process, output = finished(start)
    assert (begun, process.returncode) == (starts, returncode)
    assert output.strip() == ends[starts - 1][1]

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Long lists of cases take turns in `make test`; test-all runs every case."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest


def in_turn(*lists: Iterable[Any], of: int) -> list[Any]:
    """Return the combinations of lists as parameters of a test; a tuple in a list is several of them.

    Those whose positions add up to a multiple of `of` are run by `make test`; all others are slow. So a value of one list is
    always run if the other list is at least as long as `of`.
    """
    found = []
    for combination in itertools.product(*map(enumerate, lists)):
        values: list[Any] = []
        for _position, value in combination:
            values += value if isinstance(value, tuple) else (value,)
        often = sum(position for position, _value in combination) % of == 0
        found.append(pytest.param(*values, marks=() if often else pytest.mark.slow))
    return found

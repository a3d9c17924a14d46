# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of the matrix: a file of figures, and the tables of the guide that tell them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.faults.faults import EXPLAINED, SURVIVED

FILE = Path("tests") / "faults" / "figures.json"
GUIDE = Path("docs") / "docsite" / "rst" / "reliability_guide.rst"

_TABLE = re.compile(r"(?<=\n)\.\. list-table:: (By fault|By run)\n(?: .*\n|\n)*")

# Scenario, fault, outcome: number of cells.
Figures = dict[str, dict[str, dict[str, int]]]


def read(root: Path) -> Figures:
    """Return the figures of a checkout."""
    return dict(json.loads((root / FILE).read_text(encoding="utf-8")))


def write(root: Path, figures: Figures) -> None:
    """Write the figures and the tables of a checkout."""
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in figures.items())
    (root / FILE).write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")
    guide = root / GUIDE
    guide.write_text(with_tables(guide.read_text(encoding="utf-8"), figures), encoding="utf-8")


def with_tables(text: str, figures: Figures) -> str:
    """Return the text of the guide with the tables that the figures make."""
    faults = list(dict.fromkeys(fault for row in figures.values() for fault in row))
    columns = {fault: [row[fault] for row in figures.values() if fault in row] for fault in faults}
    everything = [each for row in figures.values() for each in row.values()]
    tables = {
        "By run": _table("Run", {name: row.values() for name, row in figures.items()} | {"All": everything}),
        "By fault": _table("Fault", columns | {"All": everything}),
    }
    return _TABLE.sub(lambda found: f".. list-table:: {found[1]}\n{tables[found[1]]}\n", text)


def _table(first: str, rows: Mapping[str, Iterable[Mapping[str, int]]]) -> str:
    lines = ["   :header-rows: 1", ""]
    for cells in ((first, "Cells", "Survived", "Explained"), *(_row(name, row) for name, row in rows.items())):
        lines += [f"   {' ' if number else '*'} - {cell}" for number, cell in enumerate(cells)]
    return "\n".join(lines) + "\n"


def _row(name: str, outcomes: Iterable[Mapping[str, int]]) -> tuple[str, ...]:
    total: Counter[str] = Counter()
    for each in outcomes:
        total.update(each)
    return name, f"{total.total():,}", f"{total[SURVIVED]:,}", f"{total[EXPLAINED]:,}"

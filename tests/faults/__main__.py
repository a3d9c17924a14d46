# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strike every call with every fault, and write what came of it into the guide: `make faults`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.emulator.control import Emulator
from tests.faults import page
from tests.faults.matrix import Matrix
from tests.faults.scenarios import SCENARIOS

Row = dict[str, dict[str, int]]


def strike(number: int, known: Row) -> Row | str:
    """Return what came of one scenario by the names of the faults, or what did not hold.

    :param known: figures that are kept.
    """
    with Emulator("small") as emulator, tempfile.TemporaryDirectory(prefix="veracode-faults-") as folder:
        try:
            return Matrix(emulator, Path(folder)).strike_all(SCENARIOS[number], known)
        except AssertionError as error:
            return str(error)


def main() -> int:
    """Run everything; 0 if all of it held."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__, allow_abbrev=False)
    parser.add_argument("runs", nargs="*", help="only the runs whose names contain one of these")
    parser.add_argument("--missing", action="store_true", help="only the cells that have no figures yet")
    parser.add_argument("--root", type=Path, default=Path(), help="the checkout to write into")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    started = time.monotonic()
    figures = page.read(arguments.root)
    numbers = [
        number
        for number, scenario in enumerate(SCENARIOS)
        if not arguments.runs or any(part in scenario.name for part in arguments.runs)
    ]
    order = [scenario.name for scenario in SCENARIOS]
    known = figures if arguments.missing else {}
    failed = 0
    with ProcessPoolExecutor(arguments.processes) as pool:
        running = {
            pool.submit(strike, number, known.get(SCENARIOS[number].name, {})): SCENARIOS[number].name
            for number in numbers
        }
        for done in as_completed(running):
            name, row = running[done], done.result()
            if isinstance(row, str):
                failed += 1
                print(f"{name}: {row}", flush=True)
            else:
                figures[name] = row
                page.write(arguments.root, {name: figures[name] for name in order if name in figures})
                print(f"{name}: {sum(sum(each.values()) for each in row.values())} cells", flush=True)
    print(f"{len(numbers)} runs, {failed} failed; {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

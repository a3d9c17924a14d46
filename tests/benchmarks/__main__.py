# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the benchmarks and fail if a figure is not what it has to be. See `make bench`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks import looping, organization, planning, reading, writing


def run_planning(_client: str | None) -> tuple[dict[str, Any], list[str]]:
    """Plan 10,000 and 50,000 accounts."""
    small, large = planning.measure(10_000), planning.measure(50_000)
    wrong = []
    if large["peak_mib"] >= 300:
        wrong.append(f"planning 50,000 accounts takes {large['peak_mib']:.0f} MiB")
    # Linear, with room for what else the machine does.
    if large["cpu_seconds"] > 5 * small["cpu_seconds"] * 2:
        wrong.append("planning five times as many accounts takes more than ten times as long")
    return {"10000": small, "50000": large}, wrong


def run_looping(_client: str | None) -> tuple[dict[str, Any], list[str]]:
    """Loop over 100 people, in Ansible's own process and by the module."""
    figures = looping.measure()
    return figures, looping.check(figures)


def run_long(_client: str | None) -> tuple[dict[str, Any], list[str]]:
    """Loop over 1,000 people."""
    figures = looping.measure_long()
    return figures, looping.check_long(figures)


def run_organization(_client: str | None) -> tuple[dict[str, Any], list[str]]:
    """Hand 1,000 people to one task, as entries and as files."""
    figures = organization.measure()
    return figures, organization.check(figures)


def run_reading(client: str | None) -> tuple[dict[str, Any], list[str]]:
    """Compare the ways to determine that nothing differs."""
    figures = reading.measure(client)
    return figures, reading.check(figures)


def run_growing(_client: str | None) -> tuple[dict[str, Any], list[str]]:
    """Count the calls for 1,000 and 10,000 people."""
    figures = reading.measure_growth()
    return figures, reading.check_growth(figures)


def run_writing(_client: str | None) -> tuple[dict[str, Any], list[str]]:
    """Write 400 accounts at the limit."""
    figures = writing.measure()
    return figures, writing.check(figures)


def run_refusing(_client: str | None) -> tuple[dict[str, Any], list[str]]:
    """Write to a server that takes fewer calls than the limit allows."""
    figures = writing.measure(server_limit=60, changed=90)
    wrong = [] if figures["updated"] == 90 and figures["refusals"] else ["not everything was written, or none refused"]
    if figures["too_early"]:
        wrong.append(f"{figures['too_early']} calls came before their time")
    return figures, wrong


ALL = {
    "planning": run_planning,
    "looping": run_looping,
    "long": run_long,
    "organization": run_organization,
    "growing": run_growing,
    "reading": run_reading,
    "writing": run_writing,
    "refusing": run_refusing,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", default=list(ALL), help=f"some of {', '.join(ALL)}; all by default")
    parser.add_argument("--client-python", help="an interpreter that has veracode-api-py")
    parser.add_argument("--output", type=Path, help="a JSON file for the figures")
    arguments = parser.parse_args()
    figures: dict[str, Any] = {}
    wrong: list[str] = []
    for name in arguments.names:
        if name not in ALL:
            parser.error(f"there is no benchmark {name}; there are {', '.join(ALL)}")
        print(f"{name}:", file=sys.stderr)
        figures[name], found = ALL[name](arguments.client_python)
        wrong += [f"{name}: {each}" for each in found]
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.output:
        arguments.output.write_text(text + "\n", encoding="utf-8")
    for each in wrong:
        print(f"Not as it has to be: {each}", file=sys.stderr)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

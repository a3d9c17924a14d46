# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fuzz with atheris, each target for some seconds: python -m tests.fuzz SECONDS FOLDER [TARGET ...].

`FOLDER/TARGET` keeps what was found to lead somewhere, for the next time. An input that breaks something is in
`FOLDER/TARGET/broken-*`; once it is mended, it belongs into tests/fuzz/corpus/TARGET, which the unit tests run through.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import atheris

with atheris.instrument_imports(include=["ansible_collections", "csv", "json", "configparser"]):
    from tests.fuzz.targets import CORPUS, TARGETS


def fuzz(target: str, seconds: str, found: Path) -> NoReturn:
    """Fuzz; libFuzzer ends the process, with another code than 0 if something broke."""
    words = CORPUS / f"{target}.dict"
    options = [
        f"-max_total_time={seconds}",
        "-max_len=4096",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        "-verbosity=0",
        f"-artifact_prefix={found}/broken-",
        *([f"-dict={words}"] if words.exists() else []),
    ]
    atheris.Setup([sys.argv[0], *options, str(found / "corpus"), str(CORPUS / target)], TARGETS[target])
    atheris.Fuzz()
    os._exit(0)


def start(target: str, seconds: str, found: Path) -> int:
    """Fuzz in a fork, since instrumenting takes longer than a short run, and return its number."""
    (found / "corpus").mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        log = os.open(found / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        fuzz(target, seconds, found)
    return child


def main(seconds: str, folder: str, *targets: str) -> int:
    """Fuzz targets, as many side by side as there are processors, and return 1 if one of them broke."""
    waiting = list(targets or TARGETS)
    running: dict[int, str] = {}
    broken = False
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            target = waiting.pop()
            running[start(target, seconds, Path(folder, target))] = target
        child, status = os.wait()
        target = running.pop(child)
        broken = broken or status != 0
        print(f"{target}: {'broken' if status else 'passed'}")
        print(Path(folder, target, "log").read_text(encoding="utf-8", errors="replace"))
    return int(broken)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

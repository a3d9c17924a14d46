# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fuzz one target with atheris for some seconds: python -m tests.fuzz TARGET SECONDS FOLDER.

FOLDER keeps what was found to lead somewhere, for the next time. An input that breaks something is in
`FOLDER/broken-*`; once it is mended, it belongs into tests/fuzz/corpus/TARGET, which the unit tests run through.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ansible_collections", "csv", "json", "configparser"]):
    from tests.fuzz.targets import CORPUS, TARGETS


def main(target: str, seconds: str, folder: str) -> None:
    """Fuzz; libFuzzer ends the process, with another code than 0 if something broke."""
    found = Path(folder)
    (found / "corpus").mkdir(parents=True, exist_ok=True)
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


if __name__ == "__main__":
    main(*sys.argv[1:])

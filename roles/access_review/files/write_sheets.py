# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write all sheets of a review at once. The role passes this text to Python, and JSON to its standard input.

Input: `folder`, `fallback` (the folder to use where sheets in the first one are filled in), `sheets` (each with `file` and
`text`) and `record`. Output: JSON with `folder` and `changed`.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
from pathlib import Path

FILLED = ("decision", "new_roles", "note")


def is_filled_in(path: Path) -> bool:
    """Whether a reviewer has written into a sheet; one that cannot be read as a sheet counts as filled in."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return True
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    if not {"decision", "new_roles"} <= {str(name).strip().casefold() for name in rows.fieldnames or ()}:
        return True
    return any((value or "").strip() for row in rows for name, value in row.items() if str(name).casefold() in FILLED)


def write(path: Path, text: str) -> None:
    """Write a file for its owner alone, whole or not at all."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def main() -> None:
    """Write the sheets, then the record of what was written."""
    given = json.load(sys.stdin)
    folder = Path(given["folder"])
    if folder.is_dir() and any(is_filled_in(path) for path in sorted(folder.glob("*.csv"))):
        folder = Path(given["fallback"])
    folder.mkdir(mode=0o700, exist_ok=True)
    names = {sheet["file"] for sheet in given["sheets"]}
    for path in folder.glob("*.csv"):
        if path.name not in names:
            path.unlink()  # of an earlier review, and empty
    for sheet in given["sheets"]:
        write(folder / sheet["file"], sheet["text"])
    write(folder / "review.json", json.dumps(given["record"], indent=2) + "\n")
    sys.stdout.write(json.dumps({"folder": str(folder), "sheets": len(names)}))


if __name__ == "__main__":
    main()

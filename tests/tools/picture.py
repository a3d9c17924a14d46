# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw the picture of the README from what a command prints on a terminal. Needs Pillow and the font DejaVu Sans Mono.

With --from and --to the picture begins and ends at the first line from there on that has this text. Nothing else is
omitted or changed.

Usage: python picture.py [--from=TEXT] [--to=TEXT] FILE.png COMMAND [ARGUMENT ...]
For example: python tests/tools/picture.py --from='=== 5/5' --to='changed: [' docs/docsite/images/demo.png make demo
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

COLUMNS = 86  # as wide as the page of a repository, so that the picture is not scaled down
SIZE = 15
MARGIN = 18
BACKGROUND = "#11151c"
FOREGROUND = "#d7dce4"
COLOURS = {30: "#5c6773", 31: "#f07178", 32: "#7fd962", 33: "#e6b450", 34: "#59c2ff", 35: "#d2a6ff", 36: "#5ccfe6"}
FONTS = Path("/usr/share/fonts/truetype/dejavu")
ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")


def record(command: list[str]) -> list[str]:
    """Run a command on a terminal of our own and return its lines, colours included.

    :raises SystemExit: if it fails.
    """
    output = bytearray()

    def read(descriptor: int) -> bytes:
        data = os.read(descriptor, 65536)
        output.extend(data)
        return data

    pid, descriptor = pty.fork()
    if not pid:
        os.environ.update(TERM="xterm-256color", COLUMNS=str(COLUMNS))
        os.execvp(command[0], command)
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    try:
        while read(descriptor):
            pass
    except OSError:
        pass  # Linux ends the stream so
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    lines = output.decode("utf-8").replace("\r\n", "\n").split("\n")
    if status:
        sys.exit("\n".join([*lines, f"{command[0]} failed with exit code {status}"]))
    return lines


def plain(line: str) -> str:
    return ESCAPE.sub("", line)


def draw(lines: list[str]) -> Image.Image:
    """Return the picture of the lines."""
    regular = ImageFont.truetype(str(FONTS / "DejaVuSansMono.ttf"), SIZE)
    bold = ImageFont.truetype(str(FONTS / "DejaVuSansMono-Bold.ttf"), SIZE)
    width, height = regular.getlength("m"), SIZE + 4
    columns = max(len(plain(line)) for line in lines)
    size = (round(columns * width) + 2 * MARGIN, len(lines) * height + 2 * MARGIN)
    picture = Image.new("RGB", size, BACKGROUND)
    canvas = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        column, colour, font = 0, FOREGROUND, regular
        for index, part in enumerate(ESCAPE.split(line)):
            if index % 2 == 0:
                canvas.text((MARGIN + column * width, MARGIN + number * height), part, fill=colour, font=font)
                column += len(part)
                continue
            for code in (int(text or 0) for text in part.split(";")):
                if code == 0:
                    colour, font = FOREGROUND, regular
                elif code == 1:
                    font = bold
                else:
                    colour = COLOURS.get(code, colour)
    return picture


def position(text: str, lines: list[str]) -> int:
    """Return the number of the first line that has this text.

    :raises SystemExit: if there is none.
    """
    for number, line in enumerate(lines):
        if text in plain(line):
            return number
    sys.exit(f"no line has {text!r}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="first", default="")
    parser.add_argument("--to", dest="last")
    parser.add_argument("target", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    target = options.target
    target.parent.mkdir(parents=True, exist_ok=True)
    printed = record(options.command)
    printed = printed[position(options.first, printed) :]
    if options.last is not None:
        printed = printed[: position(options.last, printed) + 1]
    # Few colours are enough for text, and make the file small.
    draw(printed).quantize(64).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size // 1024} KiB")

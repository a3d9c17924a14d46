# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m tests.emulator``: start the emulator."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from . import seed, switches
from .server import serve
from .world import World


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.emulator", description="A local stand-in for Veracode's Identity and Admin XML APIs."
    )
    parser.add_argument("--port", type=int, default=0, help="port of the API on 127.0.0.1 (0: a free one)")
    parser.add_argument(
        "--seed", default="small", help="a YAML file, or the name of a shipped organization (default: small)"
    )
    parser.add_argument("--state-dir", help="folder for emulator.json and the certificates (default: a temporary one)")
    parser.add_argument("--database", help="SQLite file that the organization and the request log are written to")
    parser.add_argument("--set", action="append", default=[], metavar="SWITCH=POSITION", dest="positions")
    parser.add_argument("--people", type=int, default=0, help="generate that many people")
    parser.add_argument("--api-users", type=int, default=0, help="generate that many API service accounts")
    parser.add_argument("--teams", type=int, default=0, help="generate that many teams")
    parser.add_argument(
        "--key-prefix", choices=("g", "e", "f"), default="", help="hand out credentials with the prefix of a region"
    )
    parser.add_argument(
        "--idle-exit", type=float, default=0, metavar="SECONDS", help="end after so long without a request"
    )
    parser.add_argument("--exports", action="store_true", help="print export lines for a shell in the place of JSON")
    parser.add_argument("--list-switches", action="store_true", help="print the switches as a table and end")
    parser.add_argument("--json", action="store_true", help="with --list-switches: as JSON")
    return parser.parse_args(arguments)


def list_switches(as_json: bool) -> None:
    if as_json:
        rows = [{**vars(one), "default": one.default} for one in switches.TABLE]
        print(json.dumps(rows))
    else:
        print(switches.as_markdown(), end="")


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    if options.list_switches:
        list_switches(options.json)
        return 0
    positions = dict(text.partition("=")[::2] for text in options.positions)
    state_dir = Path(options.state_dir or tempfile.mkdtemp(prefix="veracode-emulator-"))
    state_dir.mkdir(parents=True, exist_ok=True)
    try:
        document = seed.load(options.seed)
        if options.people or options.api_users or options.teams:
            document = seed.generate(document, options.people, options.api_users, options.teams)
        database = Path(options.database) if options.database else None
        world = World(document, positions, database=database, region=options.key_prefix)
    except (seed.SeedError, switches.SwitchError) as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 2
    asyncio.run(
        serve(
            world,
            state_dir=state_dir.resolve(),
            port=options.port,
            caller=str(document["caller"]),
            idle_exit=options.idle_exit,
            exports=options.exports,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

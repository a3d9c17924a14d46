# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print what a real organization tells about the open questions: `python -m tests.probe`.

Only reads, with the credentials found as by the modules; with --with-writes it also makes a team and a role of its own and
deletes them. The report holds counts and forms and no personal data, and ends with a block to paste into a bug report.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import re
import sys
from pathlib import Path

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._http.connection import connection_from_options
from tests.probe.observe import UNKNOWN, Observation, Probe


def main() -> int:
    """Run the probe; 0 if the organization could be looked at."""
    parser = argparse.ArgumentParser(prog="python -m tests.probe", description=__doc__, allow_abbrev=False)
    parser.add_argument("--profile", help="section of the credentials file")
    parser.add_argument("--credentials-file", help="instead of ~/.veracode/credentials")
    parser.add_argument("--region", choices=["auto", "commercial", "european", "federal"], default="auto")
    parser.add_argument("--accounts", type=int, default=20, help="how many accounts are read one by one (default: 20)")
    parser.add_argument(
        "--with-writes", action="store_true", help="make an empty team and a custom role, and delete them again"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    options = {
        "profile": arguments.profile,
        "credentials_file": arguments.credentials_file,
        "region": os.environ.get("VERACODE_REGION", arguments.region),
        "api_url": os.environ.get("VERACODE_API_URL"),
        "xml_api_url": os.environ.get("VERACODE_XML_API_URL"),
        "ca_path": os.environ.get("VERACODE_CA_PATH"),
        "validate_certs": True,
        "timeout": 120,
        "max_retries": 3,
    }
    try:
        connection = connection_from_options(options, os.environ, os.path.expanduser("~"))
        with Probe(connection, most=arguments.accounts, writes=arguments.with_writes) as probe:
            observations = probe.run()
            calls = probe.calls.as_dict()
    except VeracodeError as error:
        print(f"The organization could not be looked at: {error.msg}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps([observation._asdict() for observation in observations], indent=2))
    else:
        print(table(observations))
        print(f"\n{calls['reads']} calls that read, {calls['writes']} that write.\n")
        print(block(observations, connection.region))
    return 0


def block(observations: list[Observation], region: str) -> str:
    """Return what to paste into a bug report: the versions, and every observation that tells something."""
    versions = [f"community.veracode {_collection_version()}", f"Python {platform.python_version()}"]
    versions += [f"{name} {importlib.metadata.version(name)}" for name in ("ansible-core", "requests")]
    told = [each for each in observations if each.verdict != UNKNOWN]
    head = ["Paste from here into a bug report:", "", "```text", f"{', '.join(versions)}, region {region}"]
    return "\n".join([*head, table(told), f"not observable: {len(observations) - len(told)}", "```"])


def _collection_version() -> str:
    text = (Path(__file__).resolve().parents[2] / "galaxy.yml").read_text(encoding="utf-8")
    found = re.search(r"^version: *(\S+)", text, re.MULTILINE)
    return found[1] if found else "unknown"


def table(observations: list[Observation]) -> str:
    """Return the report as a table that survives being pasted."""
    rows = [("question", "assumed", "observed", "verdict")]
    rows += [(each.question, each.assumed, each.observed, each.verdict) for each in observations]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


if __name__ == "__main__":
    sys.exit(main())

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print what a real organization tells about the open questions: C(python -m tests.probe).

Only reads, with the credentials found as by the modules. The report holds counts and forms and no personal data, so that
it can be pasted into a bug report.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import connection_from_options
from tests.probe.observe import Observation, Probe


def main() -> int:
    """Run the probe; 0 if the organization could be looked at."""
    parser = argparse.ArgumentParser(prog="python -m tests.probe", description=__doc__, allow_abbrev=False)
    parser.add_argument("--profile", help="section of the credentials file")
    parser.add_argument("--credentials-file", help="instead of ~/.veracode/credentials")
    parser.add_argument("--region", choices=["auto", "commercial", "european", "federal"], default="auto")
    parser.add_argument("--accounts", type=int, default=20, help="how many accounts are read one by one (default: 20)")
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
        with Probe(connection, most=arguments.accounts) as probe:
            observations = probe.run()
            calls = probe.calls.as_dict()
    except VeracodeError as error:
        print(f"The organization could not be looked at: {error.msg}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps([observation._asdict() for observation in observations], indent=2))
    else:
        print(table(observations))
        print(f"\n{calls['reads']} calls that read, {calls['writes']} that write.")
    return 0


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

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read people with the official Python client, as a plain script would. Runs in an environment of its own.

Usage: ``official_client.py THREADS < usernames``, with the credentials in the environment. Prints JSON.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from veracode_api_py.apihelper import APIHelper
from veracode_api_py.identity import Users

# The client derives its host from the region of the key; this is the only thing that is changed of it.
APIHelper._get_region_url = lambda self, kind: os.environ["VERACODE_API_URL"] + "/"  # type: ignore[method-assign]
os.environ["REQUESTS_CA_BUNDLE"] = os.environ["VERACODE_CA_PATH"]


def read(name: str) -> bool:
    """Find one account by its name and read its details; what comparing roles and teams takes."""
    found = Users().get_by_name(name)
    return bool(Users().get(found[0]["user_id"])["roles"])


def main() -> None:
    logging.disable()  # an error of the client is counted
    names = sys.stdin.read().split()
    failures = 0

    def one(name: str) -> None:
        nonlocal failures
        try:
            if not read(name):
                failures += 1
        except Exception:
            failures += 1

    started = time.monotonic()
    with ThreadPoolExecutor(max_workers=int(sys.argv[1])) as pool:
        list(pool.map(one, names))
    print(json.dumps({"seconds": time.monotonic() - started, "failures": failures}))


if __name__ == "__main__":
    main()

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read people with the official Python client, as a plain script would. Runs in an environment of its own.

Usage: ``official_client.py THREADS < usernames``, with the credentials in the environment. Prints how many
could not be read.
"""

from __future__ import annotations

import logging
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from veracode_api_py.apihelper import APIHelper
from veracode_api_py.identity import Users

# The client derives its host from the region of the key, and its sessions know no CA of one's own; this is all that is
# changed of it.
APIHelper._get_region_url = lambda self, kind: os.environ["VERACODE_API_URL"] + "/"  # type: ignore[method-assign]
_init = requests.Session.__init__


def _with_ca(self: requests.Session) -> None:
    _init(self)
    self.verify = os.environ["VERACODE_CA_PATH"]


requests.Session.__init__ = _with_ca  # type: ignore[method-assign]


def main() -> None:
    logging.disable()  # an error of the client is counted
    names = {name.lower() for name in sys.stdin.read().split()}
    failures = 0

    def one(user: dict[str, Any]) -> None:
        nonlocal failures
        try:
            if not Users().get(user["user_id"])["roles"]:
                failures += 1
        except Exception:
            failures += 1

    with ThreadPoolExecutor(max_workers=int(sys.argv[1])) as pool:
        # The cheapest that its functions allow: all summaries, then what these lack for each person.
        found = [user for user in Users().get_all() if user["user_name"].lower() in names]
        list(pool.map(one, found))
    failures += len(names) - len(found)
    print(failures)


if __name__ == "__main__":
    main()

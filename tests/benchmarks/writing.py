# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing at the rate limit, counted where it counts: at the server."""

from __future__ import annotations

import time
from typing import Any

from tests.benchmarks.support import Figures, check_rate, full_minutes, most_in_a_minute
from tests.emulator.control import Emulator
from tests.inside import apply

LIMIT = 120
CHANGED = 400


def measure(*, server_limit: int = 0, changed: int = CHANGED, limit: int = LIMIT) -> dict[str, Any]:
    """Change the phone of so many accounts.

    :param server_limit: calls a minute that the server takes; 0 for more than are sent.
    """
    figures = Figures()
    switches = {"list_carries": "everything", "rate_limit_rest": str(server_limit)}
    with Emulator("small", people=changed + changed // 10, switches=switches) as emulator:  # not all are active
        people = [user for user in emulator.state()["users"] if not user["is_api"] and user["active"]][:changed]
        users = [{"username": user["user_name"], "phone": "benchmark"} for user in people]
        started = time.monotonic()
        result = apply(emulator, users=users, rate_limit=limit, max_retries=20)
        figures["seconds"] = time.monotonic() - started
        log = emulator.log()
        figures["failed"] = result["failed"]
        figures["updated"] = result.get("summary", {}).get("updated")
        figures["refusals"] = sum(line["status"] == 429 for line in log)
        figures["most_in_a_minute"] = most_in_a_minute(log)
        figures["full_minutes"] = full_minutes(log)
        figures["too_early"] = too_early(log)
    return figures


def too_early(log: list[dict[str, Any]], pause: float = 1.0) -> int:
    """Return how many calls came within a second after a refusal was answered, none of which says less.

    Calls that were under way when it was answered are no more to be helped.
    """
    refused = [float(line["monotonic"]) for line in log if line["status"] == 429]
    sent = [float(line["monotonic"]) for line in log]
    return sum(any(0.25 < moment - each < pause for each in refused) for moment in sent)


def check(figures: dict[str, Any], *, limit: int = LIMIT, changed: int = CHANGED) -> list[str]:
    """Return what is not as it has to be of a run that has the limit for itself."""
    wrong = []
    if figures["failed"] or figures["updated"] != changed:
        wrong.append("not everything was written")
    if figures["refusals"]:
        wrong.append(f"{figures['refusals']} calls were refused")
    return wrong + check_rate(figures["most_in_a_minute"], figures["full_minutes"], limit)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Times in the one form that results use."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timezone

from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:?00)\Z", re.ASCII)


def timestamp(value: t.Any) -> str | None:
    """Return a time in the one form that results use, `2026-01-31T12:00:00Z`.

    Veracode writes times with an offset, with `Z`, with milliseconds, as `2006-01-02 15:04:05 UTC`, as milliseconds
    since 1970, or as an empty string (seen in code); what is none of these is returned as it came.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return _from_milliseconds(value)
    if not isinstance(value, str) or not value:
        return None
    if _UTC.match(value):
        return value[:19] + "Z"  # by far the most, and parsing is slow
    text = value.strip().replace(" UTC", "Z").replace("Z", "+0000")
    text = text.replace(" ", "T", 1)
    if len(text) > 6 and text[-3] == ":" and text[-6] in "+-":
        text = text[:-3] + text[-2:]
    for form in ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"):
        try:
            return datetime.strptime(text, form).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError):
            continue
    return value


def _from_milliseconds(value: int) -> str | None:
    try:
        return datetime.fromtimestamp(value / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if value > 0 else None
    except (OverflowError, ValueError, OSError):
        return str(value)


def moment(text: str) -> datetime:
    """Return a time of an answer.

    :raises ApiError: it is in no form that is known.
    """
    try:
        return datetime.strptime(timestamp(text) or "", "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise ApiError(
            f"Veracode reports the time {text[:40]!r}, in an unknown format, so the "
            "validity of the key pair is unknown; report this to the collection's issue tracker"
        ) from None

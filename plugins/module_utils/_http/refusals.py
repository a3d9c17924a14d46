# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The errors of calls that no API comes to judge, each with all that it has to say."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

from ansible_collections.community.veracode.plugins.module_utils._errors import (
    OUTCOME_UNKNOWN,
    ApiError,
    LostAnswerError,
    TransportError,
)
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Call, Effect
from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection
from ansible_collections.community.veracode.plugins.module_utils._http.session import MAX_ANSWER, RawAnswer

_CLOCK_TOLERANCE = 60  # seconds


def lost_answer(call: Call, reason: str, raw: RawAnswer | None = None) -> LostAnswerError:
    return LostAnswerError(
        f"{call} was sent once, and {OUTCOME_UNKNOWN}: {reason}",
        status=None if raw is None else raw.status,
        request_id=None if raw is None else request_id(raw),
        **call.where,
    )


def too_large(call: Call) -> TransportError | ApiError:
    text = f"{call} returned more than {MAX_ANSWER // 1024**2} MiB, which was not read"
    if call.effect is Effect.ONCE:
        return LostAnswerError(f"{text}; {OUTCOME_UNKNOWN}", **call.where)
    is_open = call.effect is Effect.REPEATABLE
    outcome = f"; {OUTCOME_UNKNOWN}" if is_open else ""
    return ApiError(f"{text}{outcome}; check api_url and xml_api_url", is_outcome_unknown=is_open, **call.where)


def redirected(call: Call, raw: RawAnswer) -> LostAnswerError | ApiError:
    """Return the error for a redirect, with where it led as it was written.

    It is no verdict on a call that writes: many servers answer a form that they have taken with a redirect. Parsers
    disagree on what is the host in something like `https://other:port\\@host`, so none is asked. What follows the path may
    hold names or secrets, and what stands before an @ a password.
    """
    location = re.split(r"[?#]", raw.headers.get("Location", ""), maxsplit=1)[0]
    location = re.sub(r"//[^/\\]*@", "//...@", location)
    shown = (
        f'"{location[:200]}{"..." if len(location) > 200 else ""}"' if location else "an address that it does not name"
    )
    outcome = open_outcome(call, is_unknown=True)
    text = (
        f"{call} was redirected to {shown} (HTTP {raw.status}), and redirects are not followed, as calls are signed for one "
        f"address{outcome}. Check api_url, xml_api_url and region, and that no proxy asks for a login"
    )
    details = {"status": raw.status, "request_id": request_id(raw), **call.where}
    if call.effect is Effect.ONCE:
        return LostAnswerError(text, **details)
    return ApiError(text, is_outcome_unknown=bool(outcome), **details)


def unauthorized(call: Call, raw: RawAnswer, connection: Connection, now: float, is_unknown: bool) -> ApiError:
    """Return the error for a 401.

    :param now: seconds since the epoch by the clock of this machine.
    """
    clock = "check that the clock of this machine is right"
    server = timestamp(raw.headers.get("Date"))
    if server is not None:
        difference = round(now - server)
        if abs(difference) > _CLOCK_TOLERANCE:
            direction = "ahead of" if difference > 0 else "behind"
            clock = (
                f"the clock of this machine is {abs(difference)} seconds {direction} the server's, which alone "
                "makes a signature invalid: set it right"
            )
    return refused(
        call,
        raw,
        "was answered with HTTP status 401. Veracode gives no reason for it. "
        f"Likely ones, for the key id {connection.credentials.bare_id[:6]}...: the key pair was mistyped, "
        "revoked, or has expired; it belongs to another region "
        f"(this is {connection.region}); the account is disabled, or lacks the role for this call "
        "(Administrator; Admin API for an API user); the account may not call from this IP address; "
        f"{clock}{open_outcome(call, is_unknown)}",
        is_outcome_unknown=is_unknown and call.effect is not Effect.READ,
    )


def open_outcome(call: Call, is_unknown: bool) -> str:
    """Return what the error of a call says of its outcome, empty where nothing was written.

    :param is_unknown: an attempt was sent whose outcome is not known.
    """
    return f"; {OUTCOME_UNKNOWN}" if is_unknown and call.effect is not Effect.READ else ""


def refused(call: Call, raw: RawAnswer, text: str, *, is_outcome_unknown: bool = False) -> ApiError:
    return ApiError(
        f"{call} {text}",
        status=raw.status,
        request_id=request_id(raw),
        is_outcome_unknown=is_outcome_unknown,
        **call.where,
    )


def request_id(raw: RawAnswer) -> str | None:
    """Return the conversation id: the last one of the header, which is the one that a 401 has in its body (seen)."""
    text = raw.headers.get("X-Conversation-Id", "").rsplit(",", 1)[-1].strip()
    if not text and raw.status == 401:
        match = re.search(rb'"message"\s*:\s*"([0-9A-Fa-f-]{36})"', raw.body[:1000])
        text = match.group(1).decode("ascii") if match else ""
    return text[:200] if text.isprintable() and text else None


def timestamp(text: str | None) -> float | None:
    """Return the seconds since the epoch of an HTTP date."""
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None

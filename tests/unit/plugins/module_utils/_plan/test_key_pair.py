# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a key pair is generated, revoked, or left as it is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, InputError
from ansible_collections.community.veracode.plugins.module_utils._model.change import Plan
from ansible_collections.community.veracode.plugins.module_utils._model.key_pair import Holder, Key, bare
from ansible_collections.community.veracode.plugins.module_utils._plan.key_pair import Stored, desired_key, plan_key

NOW = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
HOLDER = Holder("pipeline", "1")
ID = "a" * 32


def desired(**options: Any) -> Any:
    return desired_key({"state": "present", "username": "pipeline", "renew_within": "30d", **options})


def at(**distance: float) -> str:
    return (NOW + timedelta(**distance)).strftime("%Y-%m-%dT%H:%M:%SZ")


def plan(key: Key | None, stored: Stored | None = None, holder: Holder = HOLDER, **options: Any) -> Plan:
    return plan_key(desired(**options), holder, key, stored, NOW)


def action(plan: Plan) -> str | None:
    return plan.change.action if plan.change else None


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (None, "generate"),
        (Key(ID, at(days=31)), None),
        (Key(ID, at(days=30)), "generate"),
        (Key(ID, at(days=30, seconds=1)), None),
        (Key(ID, at(days=-1)), "generate"),
        (Key(ID, at(days=300), revoked=at(hours=-1)), "generate"),
        (Key(ID, at(days=300), revoked=at(hours=5)), None),
        (Key(ID), None),
    ],
)
def test_present_wants_a_pair_that_lasts_longer_than_renew_within(key: Key | None, expected: str | None) -> None:
    assert action(plan(key)) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (None, None),
        (Key(ID, at(days=-1)), None),
        (Key(ID, at(days=300), revoked=at(seconds=-1)), None),
        (Key(ID, at(days=300), revoked=at(hours=5)), "revoke"),
        (Key(ID, at(days=1)), "revoke"),
    ],
)
def test_absent_revokes_what_works(key: Key | None, expected: str | None) -> None:
    assert action(plan(key, state="absent")) == expected


def test_rotated_always_generates() -> None:
    for key in (None, Key(ID, at(days=300)), Key(ID, at(days=-1))):
        assert action(plan(key, state="rotated")) == "generate"


@pytest.mark.parametrize("stored", [ID, ID.upper(), f"vera01ei-{ID}"])
def test_the_same_pair_is_known_with_and_without_prefix(stored: str) -> None:
    assert action(plan(Key(f"vera01es-{ID}", at(days=300)), Stored(stored), credentials_dest="f")) is None
    assert bare(stored) == ID


@pytest.mark.parametrize("stored", [Stored(None), Stored("b" * 32), Stored(None, ("f.rescue-1.json",))])
def test_destination_without_the_valid_pair_is_an_error_or_renewed(stored: Stored) -> None:
    key = Key(ID, at(days=300))
    with pytest.raises(InputError) as caught:
        plan(key, stored, credentials_dest="f")
    assert caught.value.option == "credentials_dest"
    assert caught.value.value == "f"
    for text in (ID, "renew_if_missing: true", *stored.rescue_files):
        assert text in caught.value.msg
    assert action(plan(key, stored, credentials_dest="f", renew_if_missing=True)) == "generate"


def test_destination_does_not_matter_when_the_pair_is_renewed_anyway() -> None:
    assert action(plan(Key(ID, at(days=2)), Stored("b" * 32), credentials_dest="f")) == "generate"


def test_pairs_that_live_no_longer_than_renew_within_are_renewed_at_half_of_their_life() -> None:
    fresh = plan(Key(ID, at(days=30), created=at()))
    assert action(fresh) is None
    assert "renew_within" in fresh.warnings[0]
    assert action(plan(Key(ID, at(days=15, seconds=1), created=at(days=-15, seconds=1)))) is None
    assert action(plan(Key(ID, at(days=15), created=at(days=-15)))) == "generate"


def test_account_that_cannot_use_a_pair_is_told() -> None:
    holder = Holder("pipeline", "1", "is inactive")
    assert "is inactive" in plan(Key(ID, at(days=300)), holder=holder).warnings[0]
    assert not plan(Key(ID, at(days=300)), holder=holder, state="absent").warnings


def test_diff_tells_nothing_that_only_the_server_knows() -> None:
    key = Key(ID, at(days=1))
    change = plan(key).change
    assert change is not None
    headers = {"before_header": "api_credentials pipeline", "after_header": "api_credentials pipeline"}
    unknown = {"api_id": None, "expires": None}
    assert change.diff == {**headers, "before": {"api_id": ID, "expires": at(days=1)}, "after": unknown}
    assert change.entry == {"action": "generate", "kind": "api_credentials", "name": "pipeline", "fields": []}
    first, gone = plan(None).change, plan(key, state="absent").change
    assert first is not None
    assert first.diff == {**headers, "before": {}, "after": unknown}
    assert gone is not None
    assert gone.diff == {**headers, "before": {"api_id": ID, "expires": at(days=1)}, "after": {}}


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30d", timedelta(days=30)),
        ("0d", timedelta()),
        ("12h", timedelta(hours=12)),
        ("45m", timedelta(minutes=45)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_spans(text: str, span: timedelta) -> None:
    assert desired(renew_within=text).renew_within == span


@given(st.text(max_size=12))
def test_any_other_span_is_refused_with_its_option(text: str) -> None:
    if re.fullmatch("[0-9]{1,5}[mhdw]", text):
        return
    with pytest.raises(InputError) as caught:
        desired(renew_within=text)
    assert (caught.value.option, caught.value.value) == ("renew_within", text)


@pytest.mark.parametrize("secret", ["f" * 128, "vera01es-" + "0" * 129, "no hex", ""])
def test_value_of_a_wrong_api_id_is_not_shown(secret: str) -> None:
    with pytest.raises(InputError) as caught:
        desired_key({"state": "absent", "api_id": secret, "renew_within": "30d"})
    assert not secret or secret not in str(caught.value.failure())


def test_time_of_no_known_form_is_an_error() -> None:
    with pytest.raises(ApiError, match="in an unknown format"):
        plan(Key(ID, "next Tuesday"))

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who leaves, by a list or a feed, and what is refused before anything is changed."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.veracode.plugins.filter.offboarding_plan import offboarding_plan

TODAY = "2026-02-01"
TED, SAIYA, LI, BOT = "ted@example.com", "saiya@example.com", "li@example.com", "build-upload"


def account(name: str, user_type: str = "human", *, login_enabled: bool = True) -> dict[str, t.Any]:
    address = name if user_type == "human" else "builds@example.com"
    return {"username": name, "email_address": address, "user_type": user_type, "login_enabled": login_enabled}


ACCOUNTS = [
    account(TED),
    account(SAIYA),
    account(LI),
    account(BOT, "api"),
    account("out@example.com", login_enabled=False),
]


def plan(**settings: t.Any) -> dict[str, t.Any]:
    return offboarding_plan(ACCOUNTS, {"feed": "feed.csv", **settings}, {"leavers": {}}, TODAY)


@pytest.mark.parametrize(
    ("feed", "settings", "expected"),
    [
        ("email\n", {}, "nobody is in it"),
        ("", {}, "there is no header"),
        ("email;name\na@example.com;A\n", {}, "separated by semicolons"),
        ("person\nA\n", {}, "no column is called"),
        ("email,state\na@example.com,left\n", {"feed_where": {"status": "left"}}, 'did you mean "state"?'),
        (
            "email,last\na@example.com,31.01.2026\n",
            {"feed_last_day_column": "last"},
            'line 2 (row 1), column 2 "last": "31.01.2026" is not a day',
        ),
        ("email,name\n,A\n", {}, "line 2 (row 1): the column"),
        (f"email\n{TED}\n{SAIYA}\n", {"max_leavers": 1}, "2 accounts would be off-boarded"),
        (
            f"email\n{TED}\n",
            {"feed_kind": "staff", "max_leavers": 1},
            "2 accounts would be off-boarded, and offboarding_max_leavers is 1",
        ),
    ],
)
def test_broken_or_oversized_feed_is_refused(feed: str, settings: dict[str, t.Any], expected: str) -> None:
    problems = plan(feed_text=feed, **settings)["problems"]
    assert any(expected in problem for problem in problems), problems


def test_empty_feed_that_is_allowed_is_nobody() -> None:
    result = plan(feed_text="email\n", allow_empty_feed=True)
    assert (result["problems"], result["begin"]) == ([], [])


def test_feed_of_the_staff_takes_people_who_are_not_in_it() -> None:
    result = plan(feed_text=f"email\n{TED.upper()}\n", feed_kind="staff", hold=[LI])
    assert (result["problems"], result["begin"], result["held"]) == ([], [SAIYA], [LI])


def test_percentage_counts_where_there_are_many() -> None:
    many = [account(f"p{n}@example.com") for n in range(50)]
    leavers = [person["username"] for person in many[:6]]
    result = offboarding_plan(many, {"leavers": leavers}, {"leavers": {}}, TODAY)
    assert any("6 of 50 people" in problem for problem in result["problems"])
    assert offboarding_plan(many, {"leavers": leavers[:5]}, {"leavers": {}}, TODAY)["problems"] == []

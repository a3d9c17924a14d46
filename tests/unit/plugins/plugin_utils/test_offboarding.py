# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who leaves, by a list or a feed, and what is refused before anything is changed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import typing as t
from datetime import date
from pathlib import Path

import pytest

from ansible_collections.community.veracode.plugins.filter.offboarding_plan import offboarding_plan
from ansible_collections.community.veracode.plugins.filter.offboarding_restore import offboarding_restore
from ansible_collections.community.veracode.plugins.plugin_utils.feed import Feed, parse_last_day, read_feed
from ansible_collections.community.veracode.plugins.plugin_utils.ledger import KEPT, check_ledger, plan_restoring
from ansible_collections.community.veracode.plugins.plugin_utils.offboarding import (
    Leaving,
    Limits,
    Plan,
    delete_entries,
    disable_entries,
    plan_leaving,
)
from ansible_collections.community.veracode.plugins.plugin_utils.offboarding_report import (
    date_entries,
    finish,
    leave_entries,
    ledger_begin,
    line,
    refusals,
    report_csv,
    summary,
    without_manager,
)

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
        ("email\n", {}, "the feed is empty"),
        ("", {}, "there is no header"),
        ("email,name\nli@example.com,Li\nted@example.c", {}, "line 3 (row 2): the line has 1 of 2 columns"),
        ('email\n"ted@example.com\n', {}, "line 2: a quote is opened here and never closed"),
        ("email\nted@exam\u200bple.com\n", {}, 'line 2 (row 1), column 1 "email": "ted@exam\\u200bple.com" has U+200B'),
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
            {"feed_kind": "staff", "max_leavers": 1, "min_known_percent": 0},
            "2 accounts would be off-boarded, and offboarding_max_leavers is 1",
        ),
    ],
)
def test_broken_or_oversized_feed_is_refused(feed: str, settings: dict[str, t.Any], expected: str) -> None:
    problems = plan(feed_texts=[feed], **settings)["errors"]
    assert any(expected in problem for problem in problems), problems


def test_empty_feed_that_is_allowed_is_nobody() -> None:
    result = plan(feed_texts=["email\n"], allow_empty_feed=True)
    assert (result["errors"], result["begin"]) == ([], [])


def test_feed_of_the_staff_takes_people_who_are_not_in_it() -> None:
    result = plan(feed_texts=[f"email\n{TED.upper()}\n"], feed_kind="staff", hold=[LI], min_known_percent=33)
    assert (result["errors"], result["begin"], result["held"]) == ([], [SAIYA], [LI])


def test_percentage_counts_where_there_are_many() -> None:
    many = [account(f"p{n}@example.com") for n in range(50)]
    leavers = [person["username"] for person in many[:6]]
    result = offboarding_plan(many, {"leavers": leavers}, {"leavers": {}}, TODAY)
    assert any("6 of 50 people" in problem for problem in result["errors"])
    assert offboarding_plan(many, {"leavers": leavers[:5]}, {"leavers": {}}, TODAY)["errors"] == []


# Feeds

FEED = """\
name,mail,state,last,login
Ted,ted@example.com,left,2026-01-31,t
Li,li@example.com,left,2026-02-01,l
Saiya,saiya@example.com,gone,,s
Wei,wei@example.com,here,,w
"""


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, ["ted", "li", "saiya", "wei"]),
        ({"where": {"state": "left"}}, ["ted", "li"]),
        ({"where": {"state": ["gone", "here"]}}, ["saiya", "wei"]),
        ({"where": {"state": "left", "name": "Li"}}, ["li"]),
        ({"where": {"last": ""}}, ["saiya", "wei"]),
        ({"last_day_column": "last"}, ["ted", "saiya", "wei"]),
        ({"column": "login"}, ["t", "l", "s", "w"]),
    ],
)
def test_rows_of_a_feed_that_count(settings: dict[str, t.Any], names: list[str]) -> None:
    found = read_feed(Feed("feed.csv", FEED, **settings), date(2026, 2, 1))
    assert found.errors == []
    assert [name.removesuffix("@example.com") for name in found.counting] == names


@pytest.mark.parametrize(
    ("today", "staff"),
    [(date(2026, 1, 31), "ted li saiya wei"), (date(2026, 2, 1), "li saiya wei"), (date(2026, 2, 2), "saiya wei")],
)
def test_staff_stays_until_its_last_day_is_past_and_without_one(today: date, staff: str) -> None:
    found = read_feed(Feed("feed.csv", FEED, kind="staff", last_day_column="LAST"), today)
    assert found.errors == []
    assert [name.removesuffix("@example.com") for name in found.counting] == staff.split()
    assert len(found.known) == 4


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2026-01-31", None, "2026-01-31"),
        ("2026-01-31 00:00:00", None, "2026-01-31"),
        ("2026-01-31T23:59:59.5Z", None, "2026-01-31"),
        ("2026-01-31T23:59+02:00", None, "2026-01-31"),
        ("31.01.2026", "%d.%m.%Y", "2026-01-31"),
        ("01/31/2026", "%m/%d/%Y", "2026-01-31"),
        # What a workbook holds as a day is read whatever the form of the others.
        ("2026-01-31", "%d.%m.%Y", "2026-01-31"),
        ("31.01.2026", None, None),
        ("2026-02-30", None, None),
        # Newer Pythons would take these.
        ("20260131", None, None),
        ("2026-W05-6", None, None),
        ("31/01/2026", "%m/%d/%Y", None),
    ],
)
def test_a_day_is_read_in_its_form_and_never_guessed(text: str, form: str | None, expected: str | None) -> None:
    found = parse_last_day(text, form)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        (
            "31.01.2026",
            None,
            '"31.01.2026" is not a day; write it as 2026-01-31, or set offboarding_feed_day_format',
        ),
        ("46053", None, '"46053" is Excel\'s number of a day; format the column as a date'),
        ("soon", "%d.%m.%Y", '"soon" is not a day; write it in the form %d.%m.%Y, or as 2026-01-31'),
        (
            "31.01.2026",
            "%d.%m.",
            'offboarding_feed_day_format: "%d.%m." does not form a day; write it with %d, %m and %Y',
        ),
    ],
)
def test_a_day_that_cannot_be_read_is_an_error_with_what_to_do(text: str, form: str | None, expected: str) -> None:
    feed = Feed("f.csv", f"mail,last\n{TED},{text}\n", last_day_column="last", day_format=form)
    (error,) = leave(feed=feed).errors
    assert expected in error


def test_a_last_day_that_nobody_named_a_column_for_is_refused_where_it_matters() -> None:
    rows = f"mail,Last Day\n{TED},2026-01-31\n{LI},2026-03-01\n{SAIYA},\n"
    (error,) = leave(feed=Feed("f.csv", rows)).errors
    assert error == (
        'f.csv: line 3 (row 2), column 2 "Last Day": "2026-03-01" is to come, and the row would leave now; set '
        'offboarding_feed_last_day_column to "Last Day", or remove the column'
    )
    assert leave(feed=Feed("f.csv", rows.replace("2026-03-01", "2026-01-01"))).begin == [LI, SAIYA, TED]
    (error,) = leave(feed=Feed("f.csv", rows, kind="staff")).errors
    assert 'line 2 (row 1), column 2 "Last Day": "2026-01-31" is past, and the row would stay' in error
    assert leave(feed=Feed("f.csv", rows, last_day_column="last_day")).begin == [SAIYA, TED]


@pytest.mark.parametrize(
    ("now", "zone", "begin"),
    [
        ("2026-02-01T07:59:00", "UTC", [TED]),
        ("2026-02-01T07:59:00", "America/Los_Angeles", []),
        ("2026-02-01T08:00:00+00:00", "America/Los_Angeles", [TED]),
        ("2026-01-31T10:59:00", "Pacific/Auckland", []),
        ("2026-01-31T11:00:00", "Pacific/Auckland", [TED]),
    ],
)
def test_the_last_day_ends_at_midnight_of_the_time_zone(now: str, zone: str, begin: list[str]) -> None:
    settings = {
        "feed": "f.csv",
        "feed_texts": [f"mail,last\n{TED},2026-01-31\n"],
        "feed_last_day_column": "last",
        "time_zone": zone,
    }
    result = offboarding_plan(ACCOUNTS, settings, {"leavers": {}}, now)
    assert (result["errors"], result["begin"]) == ([], begin)
    assert result["today"] == ("2026-02-01" if begin else "2026-01-31")


def test_an_unknown_time_zone_is_an_error() -> None:
    (error,) = offboarding_plan(ACCOUNTS, {"time_zone": "Europe/Berln"}, {"leavers": {}}, TODAY)["errors"]
    assert (
        error == 'offboarding_time_zone: "Europe/Berln" is not the name of a time zone, did you mean "Europe/Berlin"?'
    )


def test_who_has_a_row_that_stays_beside_one_that_leaves_is_kept_and_named() -> None:
    rows = f"mail,state,last\n{TED},left,2025-12-31\n{LI},left,2025-12-31\n{TED.upper()},left,2026-12-31\n{SAIYA},left,\n{SAIYA},Here,\n"
    feed = Feed("f.csv", rows, where={"state": "LEFT"}, last_day_column="last")
    found = leave(feed=feed)
    assert (found.errors, found.begin) == ([], [LI])
    assert found.contradicted == {
        TED: "leaves by line 2 of the feed, and stays by line 4",
        SAIYA: "leaves by line 5 of the feed, and stays by line 6",
    }
    # Named by hand, they leave nevertheless.
    assert leave(TED, feed=feed).begin == [LI, TED]
    # Who came back is not deleted for having left before.
    out = Feed(
        "f.csv", f"mail,last\n{OUT},2025-01-01\n{OUT},\n", last_day_column="last", where={"last": ["2025-01-01"]}
    )
    back = leave(feed=out, ledger={OUT: entry()}, delete_after=0)
    assert back.delete["human"] == []
    assert back.warnings == [f"{OUT} is due to be deleted, but stays by the feed; it was kept"]


@pytest.mark.parametrize("text", ["[1", "[]", '"x"', "1", '{"leavers": []}'])
def test_a_ledger_that_is_not_one_is_an_error(text: str) -> None:
    said = "offboarding_ledger: the file is not a ledger of this role"
    assert offboarding_plan(ACCOUNTS, {"leavers": [TED]}, text, TODAY)["errors"][0].startswith(said)
    assert offboarding_restore(text, [TED])["errors"][0].startswith(said)
    assert offboarding_plan(ACCOUNTS, {"leavers": [TED]}, "", TODAY)["begin"] == [TED]


def test_a_second_account_of_a_leaver_is_named() -> None:
    people = [account(TED), {**account("ted.saml"), "email_address": TED.upper()}, account(SAIYA)]
    found = leave(TED, accounts=people)
    assert found.begin == [TED]
    assert found.warnings == [
        f"{TED} leaves, and ted.saml with the same address can still log in; off-board that as well, or put it on offboarding_hold"
    ]
    assert leave(TED, "ted.saml", accounts=people).warnings == []
    assert leave(TED, accounts=people, hold=["ted.saml"]).warnings == []
    # By the address alone both could be meant.
    (error,) = leave("T@x", accounts=[{**person, "email_address": "t@x"} for person in people[:2]]).errors
    assert "can mean several accounts: ted.saml, ted@example.com" in error
    # A feed of the staff takes both.
    staff = Feed("f.csv", f"mail\n{SAIYA}\n", kind="staff")
    assert leave(feed=staff, accounts=people, limits=Limits(min_known_percent=33)).begin == ["ted.saml", TED]


def test_a_column_of_conditions_that_is_empty_everywhere_is_there() -> None:
    found = read_feed(Feed("f.csv", "mail,left\na@example.com,\n", where={"left": "yes"}), date.today())
    assert (found.counting, found.errors) == ([], [])


@pytest.mark.parametrize(
    ("text", "settings", "names"),
    [
        ("- a\n- ' b '\n- 7\n", {}, ["a", "b", "7"]),
        ("- {mail: a, last: 2026-01-31}\n- {mail: b, last: 2026-02-01}\n", {"last_day_column": "last"}, ["a"]),
        ("- {mail: a, left: true}\n- {mail: b, left: null}\n- {mail: c}\n", {"where": {"left": True}}, ["a"]),
        ("- {who: a, mail: b}\n", {"column": "who"}, ["a"]),
        ("- a\n", {"column": "who"}, ["a"]),
        ("", {}, []),
        ("[]", {}, []),
    ],
)
@pytest.mark.parametrize("name", ["feed.yml", "FEED.YAML", "feed.json"])
def test_feed_of_yaml(name: str, text: str, settings: dict[str, t.Any], names: list[str]) -> None:
    found = read_feed(Feed(name, text, **settings), date(2026, 2, 1))
    assert (found.counting, found.errors) == (names, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[", "feed.yml: line 1: not YAML: "),
        ("2026-99-99", "feed.yml: not YAML: "),
        ("a: 1\n", "feed.yml: not a list of names"),
        ("- a\n- [b]\n", "feed.yml: entry 2 is neither a name nor a dictionary of texts"),
        ("- {mail: [a]}\n", "feed.yml: entry 1 is neither"),
        ("- {mail: 1.5}\n", "feed.yml: entry 1 is neither"),
    ],
)
def test_broken_feed_of_yaml_is_refused(text: str, expected: str) -> None:
    found = read_feed(Feed("feed.yml", text), date(2026, 2, 1))
    assert found.counting == []
    (error,) = found.errors
    assert error.startswith(expected)


# Who leaves


def entry(offboarded: str | None = "2026-01-01", **more: t.Any) -> dict[str, t.Any]:
    return {"before": {"user_type": "human"}, "begun": "2026-01-01", "offboarded": offboarded, **more}


def leave(
    *names: str,
    accounts: list[dict[str, t.Any]] | None = None,
    ledger: dict[str, t.Any] | None = None,
    marked: t.Sequence[dict[str, t.Any]] = (),
    limits: Limits | None = None,
    **more: t.Any,
) -> Plan:
    leaving = Leaving(
        names,
        **{"feed": None, "hold": [], **more},
        ledger={"leavers": ledger or {}},
        today=date(2026, 2, 1),
    )
    return plan_leaving(leaving, ACCOUNTS if accounts is None else accounts, marked, limits or Limits())


def test_leavers_are_found_by_name_and_people_by_address() -> None:
    people = [{**account(TED), "email_address": "Ted.Mail@example.com"}, account(BOT, "api")]
    found = leave(TED.upper(), "ted.mail@EXAMPLE.com", BOT, accounts=people)
    assert found.leavers == {"human": [TED], "api": [BOT]}
    assert found.begin == [BOT, TED]
    assert found.errors == []


def test_a_leaver_without_account_is_an_error_by_hand_and_listed_by_a_feed() -> None:
    people = [account(TED), account(BOT, "api")]
    found = leave(TED, "tedd@example.com", "xyz", accounts=people)
    assert found.errors == [
        'offboarding_leavers: the calling account sees no account "tedd@example.com", did you mean "ted@example.com"?',
        'offboarding_leavers: the calling account sees no account "xyz" (correct the name, or run the role '
        "with an account that sees all teams)",
    ]
    assert found.begin == []
    found = leave(TED, feed=Feed("f.csv", "mail\nnobody\nNobody\n"), accounts=people)
    assert (found.errors, found.missing, found.begin) == ([], ["nobody", "Nobody"], [TED])


def test_who_was_deleted_by_this_role_is_not_missing() -> None:
    found = leave("x", "y", ledger={"X": entry(deleted="2026-01-20"), "y": entry()})
    (error,) = found.errors
    assert error.startswith('offboarding_leavers: the calling account sees no account "y"')


def test_who_differs_by_case_only_is_named_exactly_or_refused() -> None:
    people = [account("Ted@example.com"), account("TED@example.com"), account(LI)]
    assert leave("TED@example.com", accounts=people).begin == ["TED@example.com"]
    (error,) = leave("ted@example.com", accounts=people).errors
    assert error.startswith('"ted@example.com" can mean several accounts: TED@example.com, Ted@example.com')


def test_hold_takes_names_and_addresses_and_each_has_to_match() -> None:
    people = [{**account(TED), "email_address": "ted.mail@example.com"}, account(SAIYA)]
    (error,) = leave(SAIYA, accounts=people, hold=["ted.mail@example.com", "saiya@example.co"]).errors
    assert (
        error
        == 'offboarding_hold: the calling account sees no account "saiya@example.co", did you mean "saiya@example.com"?'
    )
    settings = {"leavers": f"{SAIYA}, {TED}", "hold": f" {TED.upper()} , {LI}"}
    result = offboarding_plan(ACCOUNTS, settings, {"leavers": {}}, TODAY)
    assert (result["errors"], result["begin"], result["held"]) == ([], [SAIYA], [TED])


@pytest.mark.parametrize("option", ["leavers", "hold"])
@pytest.mark.parametrize("name", [f"{TED} ", f"{TED}\u00a0", f"t\u200b{TED[1:]}"])
def test_a_name_that_looks_like_another_is_refused(option: str, name: str) -> None:
    errors = offboarding_plan(ACCOUNTS, {option: [name]}, {"leavers": {}}, TODAY)["errors"]
    assert errors[0].startswith(f"offboarding_{option}: ")
    assert "U+" in errors[0]


def test_a_feed_of_the_staff_that_is_broken_is_refused() -> None:
    feed = Feed("feed.csv", f"mail\n{SAIYA}\nnobody@example.com\n", kind="staff")
    (error,) = leave(feed=feed).errors
    assert error.startswith(
        "feed.csv: it knows 1 of the 3 people who can log in, and offboarding_min_known_percent is 50"
    )
    found = leave(feed=feed, limits=Limits(min_known_percent=33))
    assert (found.errors, found.missing, found.begin) == ([], ["nobody@example.com"], [LI, TED])
    # Who is past the last day is known nevertheless.
    past = Feed("feed.csv", f"mail,last\n{SAIYA},\n{LI},2026-01-01\n", kind="staff", last_day_column="last")
    assert leave(feed=past).begin == [LI, TED]
    cut = Feed("feed.csv", f"mail\n{SAIYA}\n{LI}\nted@exam", kind="staff")
    (error,) = leave(feed=cut).errors
    assert 'the last line has no line end, and "ted@exam" is not an account' in error
    whole = Feed("feed.csv", f"mail\n{SAIYA}\n{LI}\n{TED}", kind="staff")
    assert leave(feed=whole).errors == []


def test_a_ledger_of_another_organization_is_refused() -> None:
    ledger = {"organization": "A", "leavers": {}}
    assert check_ledger(ledger, "A") == check_ledger(ledger) == check_ledger({"leavers": {}}, "B") == []
    (error,) = check_ledger(ledger, "B")
    assert 'belongs to the organization "A", and the calling account to "B"' in error


def test_who_is_on_hold_stays() -> None:
    people = [{**account(TED), "email_address": "ted.mail@example.com"}, account(SAIYA)]
    for hold in ([TED.upper()], ["TED.mail@example.com"]):
        for names in ([TED], ["ted.mail@example.com"], [TED, "ted.mail@example.com"]):
            found = leave(*names, SAIYA, accounts=people, hold=hold)
            assert (found.held, found.begin) == ([TED], [SAIYA])
    # The address of the people behind a service account is not its name.
    assert leave(BOT, hold=["builds@example.com"]).errors


def test_what_is_done_is_not_done_again() -> None:
    out = "out@example.com"
    assert leave(out, ledger={"OUT@example.com": entry()}).begin == []
    assert leave(out, ledger={out: entry()}).leavers["human"] == [out]
    assert leave(out).begin == [out]
    assert leave(out, ledger={out: entry(None)}).begin == [out]
    assert leave(out, ledger={out: entry(restored="2026-01-10")}).begin == [out]
    # Who can log in again is off-boarded again.
    assert leave(TED, ledger={TED: entry()}).begin == [TED]


def test_a_feed_of_the_staff_means_people_who_can_log_in() -> None:
    feed = Feed("feed.csv", f"mail\n{SAIYA}\n", kind="staff")
    some = Limits(min_known_percent=33)
    found = leave(feed=feed, hold=[LI], limits=some)
    assert (found.begin, found.held) == ([TED], [LI])
    assert leave(BOT, feed=feed, limits=some).begin == [BOT, LI, TED]


def test_names_and_a_feed_come_together() -> None:
    assert leave(TED, feed=Feed("feed.csv", f"mail\n{SAIYA}\n{TED}\n")).begin == [SAIYA, TED]


def test_a_broken_feed_or_ledger_means_nobody() -> None:
    for more in (
        {"feed": Feed("feed.csv", "mail\n")},
        {"feed": Feed("feed.csv", f'mail\n{LI}\n"{SAIYA}')},
        {"feed": Feed("feed.csv", f"mail,last\n{LI},\n{SAIYA},soon\n", last_day_column="last")},
        {"ledger": {"x": {}}},
    ):
        found = leave(TED, **t.cast("dict[str, t.Any]", more))
        assert len(found.errors) == 1
        assert (found.begin, found.leavers) == ([], {"human": [], "api": []})
    assert leave(TED, feed=Feed("f.csv", "mail\n"), limits=Limits(empty_feed=True)).begin == [TED]


def test_limits_are_told_with_what_exceeds_them() -> None:
    many = [account(f"p{n:02}@example.com") for n in range(60)]
    names = [each["username"] for each in many]
    wide = Limits(max_leavers=60, max_percent=100)
    assert leave(*names, accounts=many, limits=wide).errors == []
    (problem,) = leave(*names[:21], accounts=many, limits=Limits(max_leavers=20, max_percent=100)).errors
    assert problem.startswith("21 accounts would be off-boarded, and offboarding_max_leavers is 20")
    assert problem.endswith("p19@example.com, …")
    assert leave(*names[:20], accounts=many, limits=Limits(max_leavers=20, max_percent=100)).errors == []
    # Six of sixty are ten percent. Those who cannot log in count on neither side, and few accounts have no percentage.
    for going, disabled, there, expected in (
        (6, 0, 60, False),
        (7, 0, 60, True),
        (6, 10, 60, True),
        (7, 11, 60, False),
    ):
        people = [{**each, "login_enabled": n >= disabled} for n, each in enumerate(many[:there])]
        found = leave(*names[-going:], accounts=people)
        assert [" people would be off-boarded" in problem for problem in found.errors] == [True] * expected
    bots = [account(f"bot{n}", "api") for n in range(50)]
    (problem,) = leave(*(each["username"] for each in bots[:6]), accounts=[*many, *bots]).errors
    assert problem.startswith("6 of 50 API users would be off-boarded, and offboarding_max_percent is 10")


# Who is deleted

OUT = "out@example.com"


@pytest.mark.parametrize(
    ("ledger", "days", "gone"),
    [
        ({OUT: entry("2026-01-02")}, 30, [OUT]),
        ({OUT: entry("2026-01-03")}, 30, []),
        ({OUT.upper(): entry("2026-01-02")}, 30, [OUT]),
        ({OUT: entry("2026-01-02")}, None, []),
        ({OUT: entry(None)}, 0, []),
        ({OUT: entry("2026-01-02", restored="2026-01-03")}, 0, []),
        ({OUT: entry("2026-01-02", deleted="2026-01-03")}, 0, []),
        ({"other@example.com": entry("2026-01-02")}, 0, []),
        ({}, 0, []),
    ],
)
def test_who_is_deleted_by_the_ledger(ledger: dict[str, t.Any], days: int | None, gone: list[str]) -> None:
    found = leave(ledger=ledger, delete_after=days)
    assert (found.delete["human"], found.errors, found.warnings) == (gone, [], [])


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("offboarded 2026-01-02", [OUT]),
        ("offboarded 2026-01-03", []),
        ("offboarded 2026-99-02", []),
        ("offboarded 2026-01-02 or so", []),
        ("was offboarded 2026-01-02", []),
        (None, []),
    ],
)
def test_who_is_deleted_by_a_custom_field(text: str | None, gone: list[str]) -> None:
    marked = [{**account(OUT, login_enabled=False), "custom_five": text}]
    # Then the ledger does not count.
    ledger = {OUT: entry("2025-01-01")}
    found = leave(ledger=ledger, marked=marked, delete_after=30, date_field="custom_five")
    assert found.delete["human"] == gone


def test_who_came_back_is_not_deleted() -> None:
    due = {TED: entry(), OUT: entry(), "bot-out": entry()}
    people = [*ACCOUNTS, account("bot-out", "api", login_enabled=False)]
    found = leave(accounts=people, ledger=due, delete_after=0)
    assert found.delete == {"human": [OUT], "api": ["bot-out"]}
    assert found.warnings == [f"{TED} is due to be deleted, but can log in again; it was kept"]
    held = leave(accounts=people, ledger=due, delete_after=0, hold=[OUT])
    assert (held.delete["human"], held.held) == ([], [OUT])
    staff = Feed("feed.csv", f"mail\n{OUT}\n{TED}\n{SAIYA}\n{LI}\n", kind="staff")
    back = leave(accounts=people, ledger=due, delete_after=0, feed=staff)
    assert back.delete["human"] == []
    others = Feed("feed.csv", f"mail\n{TED}\n{SAIYA}\n{LI}\n", kind="staff")
    assert leave(accounts=people, ledger=due, delete_after=0, feed=others).delete["human"] == [OUT]
    assert f"{OUT} is due to be deleted, but stays by the feed; it was kept" in back.warnings


def test_too_many_deletions_are_refused() -> None:
    due, people = {OUT: entry(), "bot-out": entry()}, [*ACCOUNTS, account("bot-out", "api", login_enabled=False)]
    (problem,) = leave(accounts=people, ledger=due, delete_after=0, limits=Limits(max_deletions=1)).errors
    assert problem.startswith(
        "offboarding_max_deletions: 2 accounts are due to be deleted, and the limit is 1; raise it if this is intended: out@"
    )
    assert leave(accounts=people, ledger=due, delete_after=0, limits=Limits(max_deletions=2)).errors == []


# What is done


def test_entries_of_the_directory() -> None:
    found = Plan(leavers={"human": [TED, OUT], "api": [BOT]}, delete={"human": [OUT], "api": []})
    assert disable_entries(found) == {
        "users": [{"username": TED, "state": "disabled"}],
        "api_users": [{"username": BOT, "state": "disabled"}],
    }
    assert delete_entries(found) == {"users": [{"username": OUT, "state": "absent"}], "api_users": []}
    details = [
        {**account(TED), "teams": ["A"], "managed_teams": ["A"], "roles": ["Executive", "Any Scan"]},
        {**account(LI), "teams": ["A"], "managed_teams": [], "roles": ["Mine"]},
        {**account(SAIYA), "teams": []},
        {**account(BOT, "api"), "teams": ["A"]},
        {**account(OUT), "teams": ["A"], "roles": ["Creator", "Any Scan"]},
    ]
    assert leave_entries(details) == [
        {"username": TED, "teams": [], "managed_teams": []},
        {"username": LI, "teams": []},
    ]
    assert date_entries(details[2:4], "custom_one", TODAY) == {
        "users": [{"username": SAIYA, "custom_one": f"offboarded {TODAY}"}],
        "api_users": [{"username": BOT, "custom_one": f"offboarded {TODAY}"}],
    }
    assert date_entries(details, None, TODAY) == {"users": [], "api_users": []}


def test_teams_that_nobody_manages_who_stays() -> None:
    teams = [
        {"name": "C", "managers": [TED.upper()]},
        {"name": "B", "managers": [TED, LI]},
        {"name": "A", "managers": [OUT]},
        {"name": "D", "managers": None},
    ]
    assert without_manager(teams, [TED], ACCOUNTS) == ["A", "C", "D"]


def test_refusals_to_leave_a_team_are_told_apart_from_other_errors() -> None:
    def error(name: str, status: int | None) -> dict[str, t.Any]:
        return {"name": name, "status": status, "msg": f"{name} {status}"}

    ted = [{**account(TED), "roles": ["Mine", "Other"]}]
    reason = "teams kept: Veracode requires one for the roles Mine, Other"
    for status in (400, 409, 422):
        run = {"summary": {}, "errors": [error(TED.upper(), status)]}
        assert refusals(run, ted) == ({TED: reason}, [])
    for status in (403, 500, None):
        assert refusals({"summary": {}, "errors": [error(TED, status)]}, ted) == ({}, [f"{TED} {status}"])
    assert refusals({"summary": {}, "errors": [error(LI, 400)]}, ted) == ({}, [f"{LI} 400"])
    assert refusals({"failure": error(TED, 400), "msg": "x"}, ted) == ({TED: reason}, [])
    assert refusals({"errors": [error(LI, 400)], "failure": error(TED, 400)}, ted) == ({}, [f"{LI} 400"])
    assert refusals({"msg": "No credentials"}, ted) == ({}, ["No credentials"])
    assert refusals({"msg": "Fine", "summary": {}}, ted) == ({}, [])
    assert refusals({"msg": "x", "errors": [error(TED, 400)]}, ted) == ({TED: reason}, [])
    assert refusals({"skipped": True}, ted) == ({}, [])


def test_what_fails_for_one_leaver_is_an_error_and_tried_again_for_that_one_only() -> None:
    found = {"leavers": {"human": [LI, TED], "api": []}, "delete": {"human": [], "api": []}, "held": [], "missing": []}
    people = [
        {**account(name), "api_credentials": {"api_id": "1"}, "teams": [], "roles": ["Executive"]} for name in (LI, TED)
    ]
    steps = [
        {"item": TED, "failure": {"kind": "api_credentials", "status": 500, "path": "/x", "msg": "Could not revoke"}},
        {
            "item": LI,
            "failure": {"status": 404, "path": "/api/authn/v2/oauth2/client_credentials/user/1", "msg": "none"},
        },
        {"item": TED, "failure": {"status": 403, "path": "/y", "msg": f"Could not end the sessions of {TED}"}},
    ]
    done = finish(found, people, {"skipped": True}, steps, revoked=True, leave_teams=True)
    assert done.errors == [f"{TED}: Could not revoke", f"Could not end the sessions of {TED}"]
    assert done.ledger["done"] == {LI: False}
    assert [(row["account"], row["key_revoked"]) for row in done.rows] == [(LI, True), (TED, False)]


# The ledger


@pytest.mark.parametrize(
    ("ledger", "problems"),
    [
        ({"leavers": {"x": entry()}}, 0),
        ({"leavers": {"x": entry(None)}}, 0),
        ({"leavers": {}}, 0),
        ([], 1),
        ({}, 1),
        ({"leavers": []}, 1),
        ({"leavers": {"x": []}}, 1),
        ({"leavers": {"x": {"before": None}}}, 1),
        ({"leavers": {"x": entry("yesterday"), "y": entry("2026-02-30"), "z": entry()}}, 2),
    ],
)
def test_what_is_a_ledger(ledger: t.Any, problems: int) -> None:
    assert len(check_ledger(ledger)) == problems


def test_what_was_done_with_everyone() -> None:
    details = [
        {**account(TED), "teams": ["A"], "api_credentials": {"api_id": "1"}, "roles": ["Executive"]},
        {**account(LI), "teams": ["A", "B"], "roles": ["Mine"]},
        {**account(OUT), "teams": ["A"], "roles": ["Creator", "Any Scan"]},
        {**account(BOT, "api"), "teams": ["A"], "api_credentials": None},
    ]
    found = {
        "leavers": {"human": [TED, LI, OUT, "before@example.com", "old@example.com"], "api": [BOT]},
        "delete": {"human": ["old@example.com"], "api": []},
        "held": [SAIYA],
        "missing": ["nobody"],
    }
    run = {"summary": {}, "errors": [{"name": LI, "status": 400, "msg": "HTTP 400"}]}
    done = finish(found, details, run, revoked=True, leave_teams=True)
    assert report_csv(done.rows).splitlines()[1:] == [
        f"{TED},human,off-boarded,true,A,,",
        f'{LI},human,off-boarded,false,,"A,B",teams kept: Veracode requires one for the roles Mine',
        f"{OUT},human,off-boarded,false,,A,teams kept: role Creator needs one",
        f"{BOT},api,off-boarded,false,,A,teams kept: an API user without a team could see every application",
        "before@example.com,human,off-boarded before,,,,",
        "old@example.com,human,deleted,,,,",
        f"{SAIYA},,on hold,,,,",
        "nobody,,no account,,,,",
    ]
    assert line(done.rows[0]) == f"{TED}: off-boarded, key revoked, left A"
    assert line(done.rows[2]) == f"{OUT}: off-boarded; teams kept: role Creator needs one"
    assert line(done.rows[0], check_mode=True) == f"{TED}: would off-board, revoke the key, leave A"
    assert line(done.rows[6], check_mode=True) == f"{SAIYA}: on hold"
    others = "1 off-boarded before, 1 on hold, 1 without account."
    assert summary(done.rows, 40, check_mode=False) == f"5 of 40 accounts changed: 4 off-boarded, 1 deleted; {others}"
    assert summary(done.rows, 40, check_mode=True) == f"Would change 5 of 40 accounts: off-board 4, delete 1; {others}"
    assert summary([], 1, check_mode=False) == "0 of 1 account changed."
    assert done.errors == []
    kept = {TED: False, LI: True, OUT: True, BOT: True}
    assert done.ledger == {"done": kept, "deleted": ["old@example.com"]}
    # In check mode nothing is refused, and what the documentation says is said nevertheless.
    assert finish(found, details[2:3], {"summary": {}}, revoked=True, leave_teams=True).rows[0]["message"] == (
        "teams kept: role Creator needs one"
    )
    # Whoever keeps the teams on purpose needs no reason, and without a revocation no key is gone.
    stay = finish(found, details, {"skipped": True}, revoked=False, leave_teams=False)
    assert report_csv(stay.rows).splitlines()[1:3] == [
        f"{TED},human,off-boarded,false,,A,",
        f'{LI},human,off-boarded,false,,"A,B",',
    ]
    # After an error nobody counts as done, so that the next run does the rest.
    failed = finish(found, details, {"msg": "No\x1b[31m"}, revoked=True, leave_teams=True)
    assert failed.errors == ["No\\x1b[31m"]
    assert failed.ledger["done"] == {}


def program() -> t.Any:
    spec = importlib.util.spec_from_file_location("ledger_program", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PROGRAM = Path(__file__).resolve().parents[4] / "roles" / "offboarding" / "files" / "ledger.py"
apply_change = program().apply_change


def test_the_ledger_keeps_what_accounts_had_before() -> None:
    ted = {**account(TED), "teams": ["A"]}
    begun = apply_change({}, ledger_begin([ted], "2026-01-01", "org"))
    assert begun["organization"] == "org"
    assert set(begun["leavers"][TED]["before"]) == set(KEPT)
    assert check_ledger(begun, "org") == []
    # A run that broke off, or one at the same time, has taken access already: what was before stays.
    disabled = {**account(TED.upper(), login_enabled=False), "teams": ["B"]}
    again = ledger_begin([disabled], "2026-01-03", "org")
    assert apply_change(begun, again) == begun
    done = apply_change(begun, {"today": "2026-01-02", "done": {TED: True}})
    assert (done["leavers"][TED]["offboarded"], done["leavers"][TED]["kept_teams"]) == ("2026-01-02", True)
    assert apply_change(done, again) == done
    # Who came back has something new.
    back = ledger_begin([{**account(TED.upper()), "teams": ["B"]}], "2026-01-03", "org")
    restored = apply_change(done, {"today": "2026-01-02", "restored": [TED]})
    deleted = apply_change(done, {"today": "2026-01-02", "deleted": [TED]})
    for ledger in (done, restored, deleted):
        after = apply_change(ledger, back)
        assert list(after["leavers"]) == [TED.upper()]
        assert after["leavers"][TED.upper()]["before"]["teams"] == ["B"]
    assert apply_change(begun, {"today": "2026-01-02", "deleted": ["nobody"]}) == begun


def change(path: Path, **content: t.Any) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({"today": TODAY, "organization": "org", **content}))
    process.stdin.close()
    process.stdin = None
    return process


def test_two_off_boardings_at_once_lose_nobody(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    names = [f"p{number}@example.com" for number in range(12)]
    runs = [change(path, begin={name: {"login_enabled": True}}) for name in names]
    for run in runs:
        assert run.communicate(timeout=120) == ("changed", "")
    assert sorted(json.loads(path.read_text())["leavers"]) == sorted(names)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.json"]
    assert change(path, begin={names[0]: {"login_enabled": False}}).communicate()[0] == "unchanged"


def test_the_ledger_of_another_organization_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    assert change(path, begin={}).communicate()[0] == "changed"
    before = path.read_text()
    run = change(path, organization="other", begin={TED: {}})
    assert "belongs to the organization org, not to other" in run.communicate()[1]
    assert (run.returncode, path.read_text()) == (1, before)
    path.write_text("[1")
    assert change(path, begin={}).communicate()[1].startswith("offboarding_ledger: ")
    assert path.read_text() == "[1"


# Bringing back


def test_what_brings_accounts_back() -> None:
    before = {"user_type": "human", "email_address": "Mail@example.com", "login_enabled": True, "active": None}
    ledger = {
        "leavers": {
            TED: {**entry(), "before": {**before, "teams": ["A"], "managed_teams": [], "custom_one": "x"}},
            BOT: {
                **entry(),
                "before": {"user_type": "api", "email_address": "b@x", "api_credentials": {"api_id": "1"}},
            },
            OUT: entry(deleted="2026-01-20"),
        }
    }
    back = plan_restoring([TED.upper(), "mail@EXAMPLE.com", BOT], ledger, None)
    # Whoever is named twice is one.
    assert back.users == [
        {"username": TED, "state": "present", "login_enabled": True, "teams": ["A"], "managed_teams": []}
    ]
    assert back.api_users == [{"username": BOT, "state": "present"}]
    assert back.errors == []
    assert back.warnings == [
        f"{BOT} had an API key, which stays revoked; generate a new one with veracode_api_credentials"
    ]
    marked = plan_restoring([TED, BOT], ledger, "custom_one")
    assert [options["custom_one"] for options in (*marked.users, *marked.api_users)] == ["x", ""]
    wrong = plan_restoring(["b@x", "tedd@example.com", OUT], ledger, None)
    assert (wrong.names, len(wrong.errors)) == ([], 3)
    assert '"tedd@example.com" is not in the ledger, did you mean "ted@example.com"?' in wrong.errors[1]
    assert "was deleted on 2026-01-20" in wrong.errors[2]
    assert plan_restoring([TED], {}, None).names == []

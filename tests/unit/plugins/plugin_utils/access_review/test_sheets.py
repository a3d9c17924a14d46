# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the sheets say, and what they decide once they are filled in."""

from __future__ import annotations

import base64
import csv
import io
import json
import typing as t

import pytest

from ansible_collections.community.veracode.plugins.filter.access_review_decisions import access_review_decisions
from ansible_collections.community.veracode.plugins.filter.access_review_findings import access_review_findings
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.decisions import decisions
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.sheets import COLUMNS, sheets
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import ReviewError
from tests.review_organization import look, person, service, team


def table(sheet: dict[str, t.Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet["text"].removeprefix("\ufeff"), newline="")))


def write(users: list[t.Any], teams: list[t.Any]) -> tuple[list[dict[str, t.Any]], dict[str, t.Any]]:
    return sheets(users, teams, look(users, teams))


def test_sheets() -> None:
    users = [
        person("boss@example.com", teams=["Web"], managed_teams=["Web"]),
        person("pat@example.com", teams=["Web", "Lost"], last_login=None, is_saml_user=False),
        person("lone@example.com", teams=[]),
        person("gone@example.com", teams=[], login_enabled=False),
    ]
    teams = [team(members=["pat@example.com"], managers=["BOSS@example.com"]), team("Lost", managers=[])]
    made, record = write(users, teams)
    assert [(sheet["manager"], sheet["file"]) for sheet in made] == [
        ("boss@example.com", "boss@example.com.csv"),
        (None, "no-manager.csv"),
    ]
    assert [(row["team"], row["username"], row["team_manager"]) for row in table(made[0])] == [
        ("Web", "boss@example.com", "yes"),
        ("Web", "pat@example.com", ""),
    ]
    assert table(made[0])[1]["findings"] == "Person without single sign-on"
    assert table(made[0])[1]["last_login"] == "unknown"
    assert [(row["team"], row["username"]) for row in table(made[1])] == [
        ("Lost", "pat@example.com"),
        ("", "lone@example.com"),
    ]
    assert {row["review"] for sheet in made for row in table(sheet)} == {record["id"]}
    assert record["sheets"]["no-manager"] == [
        ["Lost", "pat@example.com", "Reviewer"],
        ["", "lone@example.com", "Reviewer"],
    ]


def test_sheets_know_a_membership_from_either_side() -> None:
    """From the account or from the team; an account that was not read is in no sheet."""
    users = [
        person("boss@example.com", teams=[], managed_teams=["Web"], roles=None, last_login=None),
        service(teams=["Web"], managed_teams=None),
    ]
    teams = [team(members=None, managers=["GHOST@example.com"]), team("Shop", members=["svc"], managers=None)]
    rows = {
        sheet["manager"]: [(row["team"], row["username"], row["type"], row["team_manager"]) for row in table(sheet)]
        for sheet in write(users, teams)[0]
    }
    web = [("Web", "svc", "API user", "")]
    assert rows == {
        "boss@example.com": web,
        "ghost@example.com": web,
        None: [("Shop", "svc", "API user", ""), ("", "boss@example.com", "person", "")],
    }


def test_no_cell_is_a_formula_and_what_was_defused_is_found_again() -> None:
    users = [person(first_name='=HYPERLINK("https://example.com")', teams=["+Web"], managed_teams=["+Web"])]
    teams = [team("+Web", members=[], managers=["pat@example.com"])]
    made, record = write(users, teams)
    for row in table(made[0]):
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    decided = decisions([(made[0]["file"], fill(made[0]["text"], "remove"))], users, record)
    assert decided["users"] == [{"username": "pat@example.com", "teams": ["+Web"], "teams_mode": "remove"}]


def test_a_sheet_decides_under_its_own_name_only() -> None:
    users = [person("ann@example.com"), person("bob@example.com", teams=[]), person("cat@example.com")]
    teams = [team(members=["cat@example.com"], managers=["ann@example.com"])]
    made, record = write(users, teams)
    assert record["files"] == {"ann@example.com": "ann@example.com.csv", "no-manager": "no-manager.csv"}
    rest = fill(made[1]["text"], "keep")
    for name in ("no-manager.csv", "No-Manager.xlsx", "no-manager (2).csv", "no-manager(1).csv"):
        assert decisions([(name, rest)], users, record)["counts"]["keep"] == 1
    with pytest.raises(ReviewError) as refused:
        decisions([("ann@example.com.csv", rest)], users, record)
    assert str(refused.value) == (
        'ann@example.com.csv: reviewer: "no-manager" was written into the sheet "no-manager.csv"; give the file this name again, '
        "or correct its rows"
    )


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "[1",
        "{}",
        "[]",
        '{"id": "x", "sheets": [], "applied": {}}',
        '{"id": "x", "sheets": {"a": [1]}, "applied": {}}',
    ],
)
def test_a_broken_record_or_snapshot_is_an_error(broken: str) -> None:
    made, record = write([person()], [team()])
    sheet = [{"source": made[0]["file"], "content": base64.b64encode(fill(made[0]["text"], "keep")).decode()}]
    text = json.dumps(record)
    assert access_review_decisions(sheet, [person()], text)["errors"] == []
    for given, said in (
        ({"record": broken}, "record: not the review.json"),
        ({"snapshot": broken}, "snapshot: the snapshot"),
    ):
        (error,) = access_review_decisions(sheet, [person()], **{"record": text, **given})["errors"]
        assert error.startswith(said)
    if broken != "{}":  # stands for none
        (error,) = access_review_findings([person()], [team()], "2026-11-22T12:00:00Z", previous=broken)["errors"]
        assert error.startswith("previous: not a snapshot of an access review")


def test_names_of_files_stay_in_the_folder_and_are_short_enough() -> None:
    names = ["../../etc/x", ".hidden", "a/b", "a_b", "x" * 250 + "@a", "x" * 250 + "@b"]
    users = [person(name, teams=["Web"]) for name in names]
    made, _record = write(users, [team(members=[], managers=names)])
    files = [sheet["file"] for sheet in made]
    assert len(set(map(str.casefold, files))) == len(names)
    assert not [file for file in files if "/" in file or file.startswith(".") or len(file) > 100]


def fill(text: str, decision: str, new_roles: str = "", delimiter: str = ",") -> bytes:
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows([{**row, "decision": decision, "new_roles": new_roles} for row in rows])
    return out.getvalue().encode()


ID = "2026-11-22-0badcafe"


def record_of(*rows: tuple[str, str, str], **more: t.Any) -> dict[str, t.Any]:
    return {"id": ID, "sheets": {"boss": [list(row) for row in rows]}, "applied": {}, **more}


WRITTEN = (
    ("Web", "pat@example.com", "Reviewer"),
    ("Web", "svc", "Reviewer"),
    ("Shop", "svc", "Reviewer"),
    ("", "pat@example.com", "Reviewer"),
    ("Web", "root@example.com", "Administrator; Reviewer"),
    ("", "root@example.com", "Administrator; Reviewer"),
    ("Web", "gone@example.com", "Reviewer"),
)
ACCOUNTS = [
    person(),
    service(teams=["Web", "Shop"]),
    person("root@example.com", roles=["Administrator", "Reviewer"]),
]


def sheet(*rows: str) -> bytes:
    """Return a sheet of rows of team, username, roles, decision, new roles."""
    header = "team,username,name,type,team_manager,roles,last_login,findings,decision,new_roles,note,reviewer,review"
    lines = [header]
    for row in rows:
        team_name, username, roles, decision, new_roles = row.split(",")
        lines.append(f"{team_name},{username},,,,{roles},,,{decision},{new_roles},,boss,{ID}")
    return "\n".join(lines).encode()


def decide(*rows: str, users: list[t.Any] | None = None, record: t.Any = None, **more: t.Any) -> t.Any:
    return decisions([("a.csv", sheet(*rows))], users or ACCOUNTS, record or record_of(*WRITTEN), **more)


def test_decisions() -> None:
    decided = decide("Web,pat@example.com,Reviewer,Change,Creator; Submitter", "Web,svc,Reviewer,REMOVE,")
    assert decided["users"] == [{"username": "pat@example.com", "roles": ["Creator", "Submitter"]}]
    assert decided["api_users"] == [{"username": "svc", "teams": ["Web"], "teams_mode": "remove"}]
    assert decided["counts"] == {"keep": 0, "change": 1, "remove": 1, "open": 0}


def test_keep_and_open_change_nothing() -> None:
    decided = decide("Web,pat@example.com,Reviewer,keep,", "Web,svc,Reviewer,,")
    assert (decided["users"], decided["api_users"]) == ([], [])
    assert decided["counts"] == {"keep": 1, "change": 0, "remove": 0, "open": 1}


def test_remove_without_a_team_disables() -> None:
    assert decide(",pat@example.com,Reviewer,remove,")["users"] == [
        {"username": "pat@example.com", "state": "disabled"}
    ]


@pytest.mark.parametrize("rows", [("remove,", ","), (",", "remove,"), ("remove,", "remove,")])
def test_one_decision_of_two_managers_is_enough(rows: tuple[str, str]) -> None:
    decided = decide(*(f"Web,pat@example.com,Reviewer,{row}" for row in rows))
    assert decided["users"] == [{"username": "pat@example.com", "teams": ["Web"], "teams_mode": "remove"}]
    assert decided["counts"] == {"keep": 0, "change": 0, "remove": 1, "open": 0}


def test_a_disabled_account_is_not_changed_besides() -> None:
    decided = decide(",pat@example.com,Reviewer,remove,", "Web,pat@example.com,Reviewer,remove,")
    assert decided["users"] == [{"username": "pat@example.com", "state": "disabled"}]


@pytest.mark.parametrize(
    ("row", "now"),
    [
        ("Web,pat@example.com,Reviewer,remove,", person(teams=[])),
        ("Web,pat@example.com,Reviewer,change,Creator", person(roles=["Creator"])),
        (",pat@example.com,Reviewer,remove,", person(login_enabled=False)),
    ],
)
def test_a_decision_that_holds_already_changes_nothing(row: str, now: dict[str, t.Any]) -> None:
    decided = decide(row, users=[now])
    assert (decided["users"], decided["api_users"]) == ([], [])


def test_a_decision_is_applied_once() -> None:
    """Who was removed and added again since is not removed by the same sheet a second time."""
    row = "Web,pat@example.com,Reviewer,remove,"
    first = decide(row)
    assert first["users"]
    again = decide(row, record=first["record"])
    assert again["users"] == []
    assert again["counts"] == first["counts"]


def test_semicolons_of_a_spreadsheet() -> None:
    users = [person()]
    made, record = write(users, [team()])
    text = fill(made[0]["text"], "change", "Creator; Reviewer", ";")
    assert decisions([(made[0]["file"], text)], users, record)["users"][0]["roles"] == ["Creator", "Reviewer"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Web,pat@example.com,Reviewer,delete,", "a.csv: line 2: decision: unknown value 'delete'; use keep"),
        ("Web,pat@example.com,Reviewer,change,", "a.csv: line 2: new_roles"),
        ("Web,pat@example.com,Reviewer,keep,Creator", "a.csv: line 2: decision"),
        ("Web,gone@example.com,Reviewer,remove,", 'no account "gone@example.com" any more'),
        ("Web,stranger@example.com,Reviewer,remove,", '"stranger@example.com" of the team "Web" was not written'),
        ("Booking,pat@example.com,Reviewer,remove,", 'of the team "Booking" was not written'),
        ("Web,pat@example.com,Creator,change,Reviewer", "roles: .* is not what was written into the sheet"),
        ("Web,pat@example.com,Reviewer,change,Administrator", "new_roles: Administrator cannot be given by a sheet"),
        ("Web,svc,Reviewer,change,Admin API", "new_roles: Admin API cannot be given by a sheet"),
        ("Web,root@example.com,Administrator; Reviewer,change,Reviewer", "new_roles: Administrator cannot be removed"),
        (",root@example.com,Administrator; Reviewer,remove,", '"root@example.com" is an administrator'),
    ],
)
def test_what_is_wrong_with_a_sheet(row: str, message: str) -> None:
    with pytest.raises(ReviewError, match=message):
        decide(row)


def test_an_account_that_changed_since_is_refused() -> None:
    with pytest.raises(ReviewError, match="holds other roles by now"):
        decide("Web,pat@example.com,Reviewer,change,Submitter", users=[person(roles=["Creator"])])


def test_contradictions_name_both_lines() -> None:
    with pytest.raises(ReviewError, match=r"a\.csv: line 3: decision: 'remove' contradicts a\.csv: line 2"):
        decide("Web,pat@example.com,Reviewer,keep,", "Web,pat@example.com,Reviewer,remove,")
    with pytest.raises(ReviewError, match=r"a\.csv: line 3: new_roles: they contradict a\.csv: line 2"):
        decide("Web,svc,Reviewer,change,Creator", "Shop,svc,Reviewer,change,Submitter")


def test_an_api_user_never_loses_its_last_team() -> None:
    with pytest.raises(ReviewError, match='"svc" would have no team'):
        decide("Web,svc,Reviewer,remove,", "Shop,svc,Reviewer,remove,")


def test_a_sheet_of_another_review_is_refused() -> None:
    with pytest.raises(ReviewError) as caught:
        decide(
            "Web,svc,Reviewer,keep,", "Shop,svc,Reviewer,keep,", record=record_of(*WRITTEN, id="2027-01-01-00000000")
        )
    assert str(caught.value).count("\n") == 0
    assert f'review: "{ID}" is another review' in str(caught.value)
    with pytest.raises(ReviewError, match='is not the newest review, which is "2027-01-01-00000000"'):
        decide("Web,svc,Reviewer,keep,", newest="2027-01-01-00000000")


def test_all_errors_come_together() -> None:
    with pytest.raises(ReviewError) as caught:
        decide("Web,pat@example.com,Reviewer,x,", "Web,svc,Reviewer,y,")
    assert str(caught.value).count("\n") == 1


@pytest.mark.parametrize("source", [b"team,username,roles,new_roles\n", b"", b"\xff\xfe\x00", b"PK\x03\x04broken"])
def test_what_is_not_a_sheet(source: bytes) -> None:
    with pytest.raises(ReviewError, match=r"a\."):
        decisions([("a.csv", source)], ACCOUNTS, record_of(*WRITTEN))


@pytest.mark.parametrize("record", [None, {}, [], {"id": ID}])
def test_what_is_not_a_record(record: t.Any) -> None:
    with pytest.raises(ReviewError, match=r"review\.json"):
        decisions([], ACCOUNTS, record)

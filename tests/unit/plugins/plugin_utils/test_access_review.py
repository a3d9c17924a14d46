# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a review finds, what changed, and what the sheets say."""

from __future__ import annotations

import csv
import io
import typing as t
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.community.veracode.plugins.plugin_utils import access_review as _review

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


def ago(days: float) -> str:
    return _review.iso(NOW - timedelta(days=days))


def person(username: str = "pat@example.com", **fields: t.Any) -> dict[str, t.Any]:
    """An account about which there is nothing to find."""
    return {
        "username": username,
        "user_type": "human",
        "first_name": "Pat",
        "last_name": "Lee",
        "roles": ["Reviewer"],
        "teams": ["Web"],
        "login_enabled": True,
        "active": True,
        "is_saml_user": True,
        "has_ip_restrictions": True,
        "allowed_ip_addresses": ["203.0.113.1"],
        "created": ago(400),
        "last_login": ago(1),
        "api_credentials": None,
        **fields,
    }


def service(username: str = "svc", **fields: t.Any) -> dict[str, t.Any]:
    return person(username, **{"user_type": "api", "is_saml_user": False, "last_login": None, **fields})


def team(name: str = "Web", **fields: t.Any) -> dict[str, t.Any]:
    return {"name": name, "members": ["pat@example.com"], "managers": ["pat@example.com"], **fields}


def look(users: list[t.Any], teams: list[t.Any] | None = None, **options: t.Any) -> t.Any:
    return _review.review(users, [team()] if teams is None else teams, now=NOW, **options)


def rules(result: t.Any) -> list[tuple[str, str]]:
    return [(finding["rule"], finding["name"]) for finding in result["findings"]]


def key(expires: str | None) -> dict[str, t.Any]:
    return {"api_id": "00000000000000000000000000000001", "expires": expires}


def test_an_organization_without_findings_passes() -> None:
    result = look([person(), service()])
    assert rules(result) == []
    assert result["passed"]
    assert result["complete"]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"last_login": ago(90)}, []),
        ({"last_login": ago(91.5)}, ["not_logged_in"]),
        ({"last_login": None}, ["never_logged_in"]),
        ({"last_login": None, "created": ago(13)}, []),
        ({"last_login": None, "created": None}, ["never_logged_in"]),
        ({"is_saml_user": False}, ["outside_saml"]),
        ({"is_saml_user": None}, []),
        ({"teams": []}, ["person_without_team"]),
        ({"roles": ["Administrator", "Reviewer"]}, ["administrator"]),
        ({"has_ip_restrictions": False}, ["no_ip_restriction"]),
        ({"has_ip_restrictions": True, "allowed_ip_addresses": []}, ["no_ip_restriction"]),
        ({"api_credentials": key(ago(-29.9))}, ["key_expiring"]),
        ({"api_credentials": key(ago(-30.1))}, []),
        ({"api_credentials": key(ago(0))}, ["key_expired"]),
        ({"api_credentials": key(None)}, ["key_without_expiry"]),
        ({"login_enabled": False, "last_login": None, "teams": []}, []),
        ({"active": False, "api_credentials": key(ago(-200))}, ["disabled_with_key"]),
        ({"active": False, "api_credentials": key(ago(1))}, []),
    ],
)
def test_people(fields: dict[str, t.Any], found: list[str]) -> None:
    assert [
        rule for rule, _name in rules(look([person(**fields)], [team(members=[], managers=["pat@example.com"])]))
    ] == found


def test_api_accounts() -> None:
    result = look([person(), service(teams=[], roles=["Admin API"], last_login=None)])
    assert rules(result) == [("api_without_team", "svc"), ("administrator", "svc")]


def test_teams() -> None:
    teams = [team(), team("Empty", members=[], managers=[]), team("Lost", managers=[])]
    result = look([person(teams=["Web", "Lost"])], teams)
    assert rules(result) == [("team_without_manager", "Lost"), ("team_without_members", "Empty")]


@pytest.mark.parametrize(
    ("users", "teams", "options"),
    [
        ([person()], [team()], {"users_complete": False}),
        ([person()], [team()], {"teams_complete": False}),
        ([], [], {}),
        ([person()], [team(members=["pat@example.com", "ghost@example.com"])], {}),
        ([person(teams=["Web", "Secret"])], [team()], {}),
    ],
)
def test_an_incomplete_reading_never_passes(users: t.Any, teams: t.Any, options: t.Any) -> None:
    result = look(users, teams, **options)
    assert not result["complete"]
    assert len(result["problems"]) == 1
    assert not result["passed"]


def test_limits() -> None:
    assert rules(look([person(last_login=ago(5))], limits=_review.limits_of({"inactive_days": 3}))) == [
        ("not_logged_in", "pat@example.com")
    ]
    with pytest.raises(_review.ReviewError, match="inactive_days: -1"):
        _review.limits_of({"inactive_days": -1})


def take(users: list[t.Any], teams: list[t.Any], previous: t.Any = None, now: datetime = NOW) -> t.Any:
    result = _review.review(users, teams, now=now, previous=previous)
    return _review.snapshot(users, teams, now=now, previous=previous, result=result)


def test_changes_since_the_last_snapshot() -> None:
    before = take([person(), person("old@example.com", teams=[])], [team()])
    users = [person(roles=["Creator", "Reviewer"], login_enabled=False), person("new@example.com", teams=[])]
    result = look(users, [team(business_unit="Shop")], previous=before)
    assert [(c["change"], c["name"], c["option"], c["before"], c["after"]) for c in result["changes"]] == [
        ("added", "new@example.com", None, None, None),
        ("removed", "old@example.com", None, None, None),
        ("changed", "pat@example.com", "login_enabled", "yes", "no"),
        ("changed", "pat@example.com", "roles", "Reviewer", "Creator, Reviewer"),
        ("changed", "Web", "business_unit", "–", "Shop"),
    ]
    assert [(f["name"], f["new"]) for f in result["findings"]] == [("new@example.com", True)]


def test_a_key_that_stays_the_same_is_found_through_the_snapshots() -> None:
    users = [person(), service(api_credentials=key(ago(-300)))]
    snapshot = take(users, [team()], now=NOW - timedelta(days=181))
    snapshot = take(users, [team()], snapshot, now=NOW - timedelta(days=60))
    assert rules(look(users, previous=snapshot)) == [("key_unrotated", "svc")]
    users[1]["api_credentials"]["api_id"] = "00000000000000000000000000000002"
    assert rules(look(users, previous=snapshot)) == []


def test_an_old_key_of_a_disabled_account_is_told_as_such() -> None:
    users = [person(), service(api_credentials=key(ago(-300)))]
    snapshot = take(users, [team()], now=NOW - timedelta(days=181))
    users[1]["login_enabled"] = False
    assert rules(look(users, previous=snapshot)) == [("disabled_with_key", "svc")]


def test_findings_are_new_only_against_a_snapshot_that_lacks_them() -> None:
    users = [person(last_login=None), person("lone@example.com", teams=[])]
    first = look(users)
    assert (first["since"], first["passed"], first["totals"]["new"]) == (None, False, 0)
    snapshot = take(users[:1], [team()])
    again = look(users, previous=snapshot)
    assert again["since"] == snapshot["taken"]
    assert [(f["name"], f["new"]) for f in again["findings"]] == [
        ("pat@example.com", False),
        ("lone@example.com", True),
    ]
    assert again["totals"]["new"] == 1
    detail = {f["rule"]: f["detail"] for f in look([person(last_login=None, created=None)])["findings"]}
    assert detail == {"never_logged_in": "Created at an unknown date."}


def test_labels_are_names_where_there_are_any() -> None:
    for fields, label in (
        ({}, "Pat Lee"),
        ({"last_name": None}, "Pat"),
        ({"first_name": None, "last_name": ""}, "pat@example.com"),
    ):
        (found,) = look([person(last_login=None, **fields)])["findings"]
        assert found["label"] == label


def test_an_incomplete_snapshot_is_said() -> None:
    before = take([person()], [team()])
    assert look([person()], previous=before)["notes"] == []
    assert look([person()], previous={**before, "complete": False})["notes"]


@pytest.mark.parametrize("previous", [[], {}, {"format": 1}, "x"])
def test_what_is_no_snapshot(previous: object) -> None:
    with pytest.raises(_review.ReviewError, match=r"snapshot\.json"):
        look([person()], previous=previous)


def test_a_snapshot_of_another_format() -> None:
    with pytest.raises(_review.ReviewError, match="format is 99"):
        look([person()], previous={**take([person()], [team()]), "format": 99})


def table(sheet: dict[str, t.Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet["text"].removeprefix("\ufeff"), newline="")))


def test_sheets() -> None:
    users = [
        person("boss@example.com", teams=["Web"], managed_teams=["Web"]),
        person("pat@example.com", teams=["Web", "Lost"], last_login=None),
        person("lone@example.com", teams=[]),
        person("gone@example.com", teams=[], login_enabled=False),
    ]
    teams = [team(members=["pat@example.com"], managers=["BOSS@example.com"]), team("Lost", managers=[])]
    result = look(users, teams)
    made = _review.sheets(users, teams, result)
    assert [(sheet["manager"], sheet["file"]) for sheet in made] == [
        ("boss@example.com", "boss@example.com.csv"),
        (None, "no-manager.csv"),
    ]
    assert [(row["team"], row["username"], row["team_manager"]) for row in table(made[0])] == [
        ("Web", "boss@example.com", "yes"),
        ("Web", "pat@example.com", ""),
    ]
    assert table(made[0])[1]["findings"] == "Never logged in"
    assert [(row["team"], row["username"]) for row in table(made[1])] == [
        ("Lost", "pat@example.com"),
        ("", "lone@example.com"),
    ]


def test_sheets_know_a_membership_from_either_side() -> None:
    """From the account or from the team; of an account that was not read, nothing is asked."""
    users = [
        person("boss@example.com", teams=[], managed_teams=["Web"], roles=None, last_login=None),
        service(teams=["Web"], managed_teams=None),
    ]
    teams = [team(members=None, managers=["GHOST@example.com"]), team("Shop", members=["svc"], managers=None)]
    made = _review.sheets(users, teams, look(users, teams))
    rows = {
        sheet["manager"]: [(row["team"], row["username"], row["type"], row["team_manager"]) for row in table(sheet)]
        for sheet in made
    }
    web = [("Web", "svc", "API service account", "")]
    assert rows == {
        "boss@example.com": web,
        "ghost@example.com": web,
        None: [("Shop", "svc", "API service account", ""), ("", "boss@example.com", "person", "")],
    }


def test_kinds_of_changes() -> None:
    before = take([person(), service("old")], [team(), team("Gone", managers=["pat@example.com"])])
    result = look([person(phone="1", roles=[]), person("new@example.com")], [team()], previous=before)
    assert [(change["change"], change["kind"], change["name"]) for change in result["changes"]] == [
        ("added", "person", "new@example.com"),
        ("removed", "api", "old"),
        ("changed", "person", "pat@example.com"),
        ("removed", "team", "Gone"),
    ]


def test_no_cell_is_a_formula() -> None:
    users = [person(first_name='=HYPERLINK("https://example.com")', teams=["+Web"], managed_teams=["+Web"])]
    teams = [team("+Web", members=[], managers=["pat@example.com"])]
    sheet = _review.sheets(users, teams, look(users, teams))[0]
    for row in table(sheet):
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    # What was guarded is found again.
    filled = fill(sheet["text"], "remove")
    decided = _review.decisions([{"name": "a.csv", "text": filled}], users)
    assert decided["users"] == [{"username": "pat@example.com", "teams": ["+Web"], "teams_mode": "remove"}]


def test_names_of_files_stay_in_the_folder() -> None:
    names = ["../../etc/x", ".hidden", "a/b", "a_b"]
    users = [person(name, teams=["Web"]) for name in names]
    teams = [team(members=[], managers=names)]
    files = [sheet["file"] for sheet in _review.sheets(users, teams, look(users, teams))]
    assert len(set(map(str.casefold, files))) == 4
    assert not [file for file in files if "/" in file or file.startswith(".")]


def fill(text: str, decision: str, new_roles: str = "", delimiter: str = ",") -> str:
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    out = io.StringIO()
    writer = csv.DictWriter(out, _review.COLUMNS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows([{**row, "decision": decision, "new_roles": new_roles} for row in rows])
    return out.getvalue()


HEADER = "team,username,roles,decision,new_roles\n"


def decide(*rows: str, users: list[t.Any] | None = None, name: str = "a.csv") -> t.Any:
    return _review.decisions([{"name": name, "text": HEADER + "\n".join(rows)}], users or [person(), service()])


def test_decisions() -> None:
    decided = decide(
        "Web,PAT@example.com,Reviewer,Change,Creator; Submitter",
        "Web,svc,Reviewer,REMOVE,",
    )
    assert decided["users"] == [{"username": "pat@example.com", "roles": ["Creator", "Submitter"]}]
    assert decided["api_users"] == [{"username": "svc", "teams": ["Web"], "teams_mode": "remove"}]
    assert decided["counts"] == {"keep": 0, "change": 1, "remove": 1, "open": 0}


def test_keep_and_open_change_nothing() -> None:
    decided = decide("Web,pat@example.com,Reviewer,keep,", "Web,svc,Reviewer,,")
    assert (decided["users"], decided["api_users"]) == ([], [])
    assert decided["counts"] == {"keep": 1, "change": 0, "remove": 0, "open": 1}


def test_remove_without_a_team_disables() -> None:
    assert decide(",pat@example.com,Reviewer,remove,", users=[person(teams=[])])["users"] == [
        {"username": "pat@example.com", "state": "disabled"}
    ]


@pytest.mark.parametrize("rows", [(",remove", ","), (",", ",remove"), (",remove", ",remove")])
def test_one_decision_of_two_managers_is_enough(rows: tuple[str, str]) -> None:
    decided = decide(*(f"Web,pat@example.com,Reviewer{row}," for row in rows))
    assert decided["users"] == [{"username": "pat@example.com", "teams": ["Web"], "teams_mode": "remove"}]
    assert decided["counts"] == {"keep": 0, "change": 0, "remove": 1, "open": 0}


def test_empty_rows_of_a_spreadsheet_say_nothing() -> None:
    assert decide("", ",,,,", " , ,,,", "Web,svc,Reviewer,keep,")["counts"]["keep"] == 1


@pytest.mark.parametrize("days", [True, -1, 1.5, "7"])
def test_what_is_no_number_of_days(days: object) -> None:
    with pytest.raises(_review.ReviewError, match=f"key_days: {days!r} is no number of days; give 0 or more"):
        _review.limits_of({"key_days": days})
    assert _review.limits_of({"key_days": 0, "inactive_days": None}) == _review.Limits(key_days=0)


def test_who_is_disabled_is_not_changed_besides() -> None:
    decided = decide(",pat@example.com,Reviewer,remove,", "Web,pat@example.com,Reviewer,remove,")
    assert decided["users"] == [{"username": "pat@example.com", "state": "disabled"}]


def test_what_was_done_already_is_no_change() -> None:
    assert decide("Web,pat@example.com,Reviewer,remove,", users=[person(teams=[])])["users"] == []


def test_semicolons_of_a_spreadsheet() -> None:
    users = [person()]
    text = fill(_review.sheets(users, [team()], look(users))[0]["text"], "change", "Creator; Reviewer", ";")
    assert _review.decisions([{"name": "a.csv", "text": text}], users)["users"][0]["roles"] == ["Creator", "Reviewer"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Web,pat@example.com,Reviewer,delete,", "a.csv, line 2: decision: 'delete'"),
        ("Web,pat@example.com,Reviewer,change,", "a.csv, line 2: new_roles"),
        ("Web,pat@example.com,Reviewer,keep,Creator", "a.csv, line 2: decision"),
        ("Web,pat@example.com,Creator,change,Reviewer", "a.csv, line 2: roles: .* holds other roles"),
        ("Web,gone@example.com,Reviewer,remove,", "no account 'gone@example.com' any more"),
        ("Web,,Reviewer,remove,", "username: it is empty"),
        (
            "Web,pat@example.com,Reviewer,keep,\nWeb,pat@example.com,Reviewer,remove,",
            "line 3: .*contradicts a.csv, line 2",
        ),
        (
            "Web,pat@example.com,Reviewer,change,Creator\nShop,pat@example.com,Reviewer,change,Submitter",
            "new_roles: they contradict",
        ),
    ],
)
def test_what_is_wrong_with_a_sheet(row: str, message: str) -> None:
    with pytest.raises(_review.ReviewError, match=message):
        decide(row)


def test_all_errors_come_together() -> None:
    with pytest.raises(_review.ReviewError) as caught:
        decide("Web,pat@example.com,Reviewer,x,", "Web,svc,Reviewer,y,")
    assert str(caught.value).count("\n") == 1


def test_a_sheet_without_its_header() -> None:
    with pytest.raises(_review.ReviewError, match="the column decision is missing"):
        _review.decisions([{"name": "a.csv", "text": "team,username,roles,new_roles\n"}], [])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-22T12:00:00Z", 0),
        ("2026-11-22T12:00:00.5Z", 0),
        ("2026-11-22T12:00:00.123456789+0000", 0),
        ("2026-11-22T13:00:00+01:00", 0),
        ("2026-11-22T12:00:05", 5),
    ],
)
def test_moments(text: str, seconds: int) -> None:
    assert _review.moment(text) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("text", [None, "", "soon"])
def test_what_is_no_moment(text: str | None) -> None:
    assert _review.moment(text) is None

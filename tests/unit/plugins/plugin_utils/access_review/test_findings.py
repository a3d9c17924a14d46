# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a review finds, what changed, and what is waived."""

from __future__ import annotations

import json
import typing as t
from datetime import date, timedelta

import pytest

from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import (
    RULES,
    Limits,
    ReviewError,
    limits_of,
    moment,
    rules_without,
)
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.waivers import read_waivers
from tests.review_organization import NOW, ago, key, look, person, rules, service, take, team


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
        ({"last_login": None}, []),
        ({"last_login": None, "created": None}, []),
        ({"is_saml_user": False}, ["outside_saml"]),
        ({"is_saml_user": None}, []),
        ({"teams": []}, ["person_without_team"]),
        ({"roles": ["Administrator", "Reviewer"]}, ["administrator"]),
        ({"roles": ["Creator", "Reviewer"]}, ["separation_of_duties"]),
        ({"roles": ["Submitter", "Mitigation Approver"]}, ["separation_of_duties"]),
        ({"roles": ["Submitter", "Reviewer"]}, []),
        ({"has_ip_restrictions": False}, ["no_ip_restriction"]),
        ({"has_ip_restrictions": True, "allowed_ip_addresses": []}, ["no_ip_restriction"]),
        ({"api_credentials": key(ago(-29.9))}, ["key_expiring", "person_with_key"]),
        ({"api_credentials": key(ago(-30.1))}, ["person_with_key"]),
        ({"api_credentials": key(ago(0))}, ["key_expired"]),
        ({"api_credentials": key(None)}, ["key_without_expiry", "person_with_key"]),
        ({"login_enabled": False, "teams": [], "roles": ["Creator", "Reviewer"]}, []),
        ({"active": False, "api_credentials": key(ago(-200))}, ["disabled_with_key"]),
        ({"active": False, "api_credentials": key(ago(1))}, []),
    ],
)
def test_people(fields: dict[str, t.Any], found: list[str]) -> None:
    result = look([person(**fields)], [team(members=[], managers=["pat@example.com"])])
    assert sorted(rule for rule, _name in rules(result)) == sorted(found)


def test_an_absent_last_login_is_no_finding() -> None:
    assert not any("login" in rule.id and "never" in rule.id for rule in RULES)
    assert rules(look([person(last_login=None, created=ago(4000))])) == []


def test_api_users() -> None:
    result = look([person(), service(teams=[], roles=["Admin API"], last_login=None)])
    assert rules(result) == [("api_without_team", "svc"), ("administrator", "svc")]
    assert rules(look([person(), service(api_credentials=key(ago(-100)))])) == []


def test_teams() -> None:
    teams = [team(), team("Empty", members=[], managers=[]), team("Lost", managers=[])]
    result = look([person(teams=["Web", "Lost"])], teams)
    assert rules(result) == [("team_without_manager", "Lost"), ("team_without_members", "Empty")]


def test_oauth_clients() -> None:
    clients = [
        {"username": "PAT@example.com", "name": "old", "expires": ago(1)},
        {"username": "pat@example.com", "name": "endless", "expires": None},
        {"username": "pat@example.com", "name": "good", "expires": ago(-10)},
        {"username": "gone@example.com", "name": "left", "expires": ago(-10)},
    ]
    users = [person(), person("gone@example.com", login_enabled=False)]
    result = look(users, oauth_clients=clients)
    assert rules(result) == [
        ("oauth_expired", "pat@example.com"),
        ("oauth_without_expiry", "pat@example.com"),
        ("disabled_with_oauth", "gone@example.com"),
    ]


def crowd(administrators: int, saml: int, people: int = 20) -> list[dict[str, t.Any]]:
    return [
        person(
            f"p{number}@example.com",
            roles=["Administrator"] if number < administrators else ["Reviewer"],
            is_saml_user=number < saml,
        )
        for number in range(people)
    ]


@pytest.mark.parametrize(
    ("users", "found"),
    [
        (crowd(2, 20), []),
        (crowd(3, 20), ["many_administrators"]),
        (crowd(1, 16), []),
        (crowd(1, 15), ["little_saml"]),
        (crowd(1, 0), []),  # no single sign-on at all
        (crowd(9, 1, people=19), []),  # too few people for a percentage
    ],
)
def test_shares(users: list[t.Any], found: list[str]) -> None:
    result = look(users, [])
    assert [rule for rule, name in rules(result) if name == "organization"] == found


def test_an_account_is_one_row_with_all_its_findings() -> None:
    result = look([person(teams=[], has_ip_restrictions=False, roles=["Administrator"]), service(teams=[])], [])
    assert [(each["name"], each["severity"]) for each in result["accounts"]] == [
        ("svc", "high"),
        ("pat@example.com", "medium"),
    ]
    row = result["accounts"][1]
    assert [each["rule"] for each in row["findings"]] == ["administrator", "person_without_team", "no_ip_restriction"]
    assert all(each["remedy"] for each in row["findings"])
    assert result["totals"]["accounts"] == 2


def test_rules_can_be_switched_off() -> None:
    users = [person(teams=[], has_ip_restrictions=False)]
    result = look(users, [], off=["no_ip_restriction"])
    assert rules(result) == [("person_without_team", "pat@example.com")]
    assert "no_ip_restriction" not in {rule["id"] for rule in result["rules"]}
    with pytest.raises(ReviewError, match=r'there is no rule "no_ip_restrictio", did you mean "no_ip_restriction"[?]'):
        rules_without(["no_ip_restrictio"])


def waiver(**fields: t.Any) -> dict[str, t.Any]:
    return {
        "rule": "outside_saml",
        "name": "pat@example.com",
        "reason": "break-glass",
        "until": "2026-11-22",
        **fields,
    }


@pytest.mark.parametrize("name", ["pat@example.com", "PAT@example.com", "pat.lee@example.com", None])
def test_a_waived_finding_is_listed_with_its_reason(name: str | None) -> None:
    users = [person(is_saml_user=False, has_ip_restrictions=False)]
    result = look(users, settings={"waivers": [waiver(name=name)]})
    assert rules(result) == [("no_ip_restriction", "pat@example.com")]
    assert [(each["rule"], each["reason"], each["until"]) for each in result["waived"]] == [
        ("outside_saml", "break-glass", "2026-11-22")
    ]
    assert result["totals"]["waived"] == 1
    assert result["notes"] == []


def test_a_waiver_ends() -> None:
    users = [person(is_saml_user=False)]
    result = look(users, settings={"waivers": [waiver(until=date(2026, 11, 21))]})
    assert rules(result) == [("outside_saml", "pat@example.com")]
    assert result["notes"] == ["The waiver of outside_saml for pat@example.com ended on 2026-11-21."]


def test_a_waiver_that_matches_nothing_is_named() -> None:
    result = look([person()], settings={"waivers": [waiver(name="nobody@example.com")]})
    assert result["notes"] == ["The waiver of outside_saml for nobody@example.com matches no finding; remove it."]


def test_all_errors_of_waivers_come_together() -> None:
    wrong = [waiver(rule="outside_smal"), waiver(reason=" "), waiver(until="soon"), waiver(expires="x"), "text"]
    with pytest.raises(ReviewError) as caught:
        read_waivers(wrong)
    lines = str(caught.value).split("\n")
    assert [line.partition(":")[0] for line in lines] == [
        "waivers[0].rule",
        "waivers[1].reason",
        "waivers[2].until",
        "waivers[3]",
        "waivers[4]",
    ]
    assert 'did you mean "outside_saml"?' in lines[0]


@pytest.mark.parametrize(
    ("users", "teams", "options"),
    [
        ([person()], [team()], {"users_complete": False}),
        ([person()], [team()], {"teams_complete": False}),
        ([], [], {}),
        ([person()], [team(members=["ghost@example.com"])], {}),
        ([person(teams=["Web", "Secret"])], [team()], {}),
    ],
)
def test_an_incomplete_reading_never_passes(users: t.Any, teams: t.Any, options: t.Any) -> None:
    result = look(users, teams, **options)
    assert not result["complete"]
    assert len(result["problems"]) == 1
    assert not result["passed"]


def test_limits() -> None:
    assert rules(look([person(last_login=ago(5))], limits={"inactive_days": 3})) == [
        ("not_logged_in", "pat@example.com")
    ]


@pytest.mark.parametrize("days", [True, -1, 1.5, "7"])
def test_what_is_not_a_number_of_days(days: object) -> None:
    with pytest.raises(ReviewError, match=f"key_days: {days!r} is not a number; give 0 or more"):
        limits_of({"key_days": days})
    assert limits_of({"key_days": 0, "inactive_days": None}) == Limits(key_days=0)


def test_changes_say_what_was_added_and_removed() -> None:
    before = take([person(roles=["Reviewer", "Submitter"]), person("old@example.com", teams=[])])
    users = [person(roles=["Creator", "Reviewer"], login_enabled=False), person("new@example.com", teams=[])]
    result = look(users, [team(business_unit="Shop")], previous=before)
    assert result["changes"] == [
        {"change": "added", "kind": "person", "name": "new@example.com", "options": []},
        {"change": "removed", "kind": "person", "name": "old@example.com", "options": []},
        {
            "change": "changed",
            "kind": "person",
            "name": "pat@example.com",
            "options": [
                {"option": "login_enabled", "before": "yes", "after": "no"},
                {"option": "roles", "added": ["Creator"], "removed": ["Submitter"]},
            ],
        },
        {
            "change": "changed",
            "kind": "team",
            "name": "Web",
            "options": [{"option": "business_unit", "before": "–", "after": "Shop"}],
        },
    ]
    assert [(each["name"], each["new"]) for each in result["findings"]] == [("new@example.com", True)]


def test_kinds_of_changes() -> None:
    before = take([person(), service("old")], [team(), team("Gone", managers=["pat@example.com"])])
    result = look([person(phone="1", roles=[]), person("new@example.com")], [team()], previous=before)
    assert [(change["change"], change["kind"], change["name"]) for change in result["changes"]] == [
        ("added", "person", "new@example.com"),
        ("removed", "api", "old"),
        ("changed", "person", "pat@example.com"),
        ("removed", "team", "Gone"),
    ]


def test_a_key_that_stays_the_same_is_found_through_the_snapshots() -> None:
    users = [person(), service(api_credentials=key(ago(-300)))]
    snapshot = take(users, now=NOW - timedelta(days=181))
    snapshot = take(users, previous=snapshot, now=NOW - timedelta(days=60))
    assert rules(look(users, previous=snapshot)) == [("key_unrotated", "svc")]
    users[1]["api_credentials"]["api_id"] = "00000000000000000000000000000002"
    assert rules(look(users, previous=snapshot)) == []


def test_an_old_key_of_a_disabled_account_is_one_finding() -> None:
    users = [person(), service(api_credentials=key(ago(-300)))]
    snapshot = take(users, now=NOW - timedelta(days=181))
    users[1]["login_enabled"] = False
    assert rules(look(users, previous=snapshot)) == [("disabled_with_key", "svc")]


def test_findings_are_new_only_against_a_snapshot_that_lacks_them() -> None:
    users = [person(is_saml_user=False), person("lone@example.com", teams=[])]
    first = look(users)
    assert (first["since"], first["passed"], first["totals"]["new"]) == (None, False, 0)
    snapshot = take(users[:1])
    again = look(users, previous=snapshot)
    assert again["since"] == snapshot["taken"]
    assert [(each["name"], each["new"]) for each in again["findings"]] == [
        ("pat@example.com", False),
        ("lone@example.com", True),
    ]
    assert again["totals"]["new"] == 1


def test_labels_are_names_where_there_are_any() -> None:
    for fields, label in (
        ({}, "Pat Lee"),
        ({"last_name": None}, "Pat"),
        ({"first_name": None, "last_name": ""}, "pat@example.com"),
    ):
        (found,) = look([person(is_saml_user=False, **fields)])["findings"]
        assert found["label"] == label


def test_an_incomplete_snapshot_is_named() -> None:
    before = take([person()])
    assert look([person()], previous=before)["notes"] == []
    assert look([person()], previous={**before, "complete": False})["notes"]


@pytest.mark.parametrize("previous", [[], {}, {"format": 2}, "x"])
def test_what_is_not_a_snapshot(previous: object) -> None:
    with pytest.raises(ReviewError, match="snapshot"):
        look([person()], previous=previous)


def test_a_snapshot_of_another_format() -> None:
    with pytest.raises(ReviewError, match="unknown format 99"):
        look([person()], previous={**take([person()]), "format": 99})


def test_a_snapshot_of_another_organization_is_refused() -> None:
    before = {**take([person()]), "organization": "a"}
    assert look([person()], previous=before, organization="a")["since"]
    with pytest.raises(ReviewError, match='previous: the snapshot is of the organization "a", and this is "b"'):
        look([person()], previous=before, organization="b")


def test_a_review_and_its_snapshot_are_plain_data() -> None:
    users = [person(is_saml_user=False), service(teams=[])]
    result = look(users, previous=take(users[:1]))
    assert json.loads(json.dumps(result)) == result


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
    assert moment(text) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("text", [None, "", "soon"])
def test_what_is_not_a_moment(text: str | None) -> None:
    assert moment(text) is None

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role offboarding: who leaves loses access and nobody else does, and a mistake can be undone."""

from __future__ import annotations

import csv
import json
import re
import stat
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.emulator.control import Emulator
from tests.integration.playbooks import ROOT, Outcome, Runs

CREATOR, LEAD, MANAGER, BOT = "tmonarch@example.com", "sviceroy@example.com", "lpieris@example.com", "build-upload"


@pytest.fixture
def runs(tmp_path: Path, installed: Path, emulator: Emulator) -> Runs:
    return Runs(tmp_path, installed, emulator)


def offboard(runs: Runs, *arguments: str, **variables: t.Any) -> Outcome:
    given = {"offboarding_ledger": "ledger.json", "offboarding_result_file": "result.csv"}
    return runs.play("community.veracode.offboard", {**given, **variables}, *arguments)


def result(runs: Runs) -> dict[str, dict[str, str]]:
    with (runs.folder / "result.csv").open(encoding="utf-8", newline="") as file:
        return {row["account"]: row for row in csv.DictReader(file)}


def ledger(runs: Runs) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads((runs.folder / "ledger.json").read_text())["leavers"])


def account(emulator: Emulator, name: str) -> dict[str, t.Any]:
    found = emulator.user(name)
    assert found is not None, name
    return found


def oauth_clients(emulator: Emulator) -> set[tuple[str, bool, int]]:
    """Return of each OAuth client whose it is, whether it is deleted, and how often its tokens were revoked."""
    return {(one["user_name"], one["deleted"], one["token_revocations"]) for one in emulator.state()["oauth_clients"]}


def age(runs: Runs, name: str, days: int) -> None:
    """Let an entry of the ledger be older."""
    document = json.loads((runs.folder / "ledger.json").read_text())
    day = datetime.now(timezone.utc) - timedelta(days=days)
    document["leavers"][name]["offboarded"] = day.strftime("%Y-%m-%d")
    (runs.folder / "ledger.json").write_text(json.dumps(document))


def test_leavers_lose_access_and_one_command_brings_them_back(runs: Runs, emulator: Emulator) -> None:
    leavers = [CREATOR, LEAD.upper(), MANAGER, BOT]
    before = {name: account(emulator, name) for name in (CREATOR, LEAD, MANAGER, BOT)}
    for name in (CREATOR, "mdoe@example.com"):
        emulator.add("oauth_client", user=name, name="ci")
    first = offboard(runs, "--diff", offboarding_leavers=leavers)
    assert first.returncode == 0, first.output
    total = len(emulator.state()["users"])
    assert f"4 of {total} accounts changed: 4 off-boarded." in first.output
    assert f"{CREATOR}: off-boarded; teams kept: role Creator needs one" in first.output
    assert f"{LEAD}: off-boarded, left Demo Team" in first.output
    assert "HTTP 400" not in first.output
    # The ledger holds names and addresses, and is in no diff.
    assert "begun" not in first.output
    assert oauth_clients(emulator) == {(CREATOR, True, 1), ("mdoe@example.com", False, 0)}
    for name in before:
        now = account(emulator, name)
        assert not now["login_enabled"]
        assert now["session_revocations"] == 1
        assert now["api_id"] is None
        assert now["roles"] == before[name]["roles"]
    assert not account(emulator, BOT)["active"]
    assert account(emulator, LEAD)["teams"] == {}
    assert list(account(emulator, CREATOR)["teams"]) == ["Demo Team"]
    rows = result(runs)
    assert (rows[LEAD]["teams_left"], rows[LEAD]["teams_kept"]) == ("Demo Team", "")
    assert (rows[CREATOR]["teams_left"], rows[CREATOR]["teams_kept"]) == ("", "Demo Team")
    assert rows[CREATOR]["message"] == "teams kept: role Creator needs one"
    assert rows[MANAGER]["key_revoked"] == "true"
    assert rows[BOT]["teams_kept"] == "Release Team"
    assert '"Demo Team"\n' in first.output.split("Show the teams without a manager")[1]
    assert stat.S_IMODE((runs.folder / "ledger.json").stat().st_mode) == 0o600
    assert ledger(runs)[LEAD]["before"]["teams"] == ["Demo Team"]
    assert "secret" not in (runs.folder / "ledger.json").read_text()

    emulator.clear_log()
    second = offboard(runs, offboarding_leavers=leavers)
    assert second.returncode == 0, second.output
    assert second.changed == 0
    assert not emulator.log(writes=True)

    back = offboard(runs, offboarding_restore=[LEAD, BOT], offboarding_leavers=leavers)
    assert back.returncode == 0, back.output
    for name in (LEAD, BOT):
        now = account(emulator, name)
        assert (now["login_enabled"], now["active"], now["teams"]) == (True, True, before[name]["teams"])
    assert f"{BOT} had an API key, which stays revoked" in back.output
    assert not account(emulator, CREATOR)["login_enabled"]
    assert ledger(runs)[LEAD]["restored"]


@pytest.mark.slow
def test_check_mode_says_what_the_run_would_do(runs: Runs, emulator: Emulator) -> None:
    emulator.read_only(True)
    checked = offboard(runs, "--check", "--diff", offboarding_leavers=[CREATOR, LEAD.upper(), MANAGER, BOT])
    assert checked.returncode == 0, checked.output
    assert f"Would change 4 of {len(emulator.state()['users'])} accounts: off-board 4." in checked.output
    assert f"{CREATOR}: would off-board; teams kept: role Creator needs one" in checked.output
    assert f"{LEAD}: would off-board, leave Demo Team" in checked.output
    assert "HTTP 400" not in checked.output
    assert "begun" not in checked.output
    assert emulator.violations() == []


@pytest.mark.slow
def test_the_ledger_of_another_organization_is_refused(runs: Runs, emulator: Emulator) -> None:
    assert offboard(runs, offboarding_leavers=[LEAD]).returncode == 0
    document = json.loads((runs.folder / "ledger.json").read_text())
    assert document["organization"]
    (runs.folder / "ledger.json").write_text(json.dumps({**document, "organization": "another"}))
    emulator.read_only(True)
    foreign = offboard(runs, offboarding_leavers=[LEAD, MANAGER])
    assert foreign.returncode == 2
    assert "offboarding_ledger: the file belongs to the organization another, and the calling account" in foreign.output
    assert emulator.violations() == []


@pytest.mark.slow
@pytest.mark.parametrize("feature", ["403", "404"])
def test_leavers_of_an_organization_without_oauth_clients(runs: Runs, emulator: Emulator, feature: str) -> None:
    emulator.add("oauth_client", user=CREATOR, name="ci")
    emulator.switch(oauth_clients=feature)
    run = offboard(runs, offboarding_leavers=[CREATOR])
    assert run.returncode == 0, run.output
    assert not account(emulator, CREATOR)["login_enabled"]
    assert oauth_clients(emulator) == {(CREATOR, False, 0)}


@pytest.mark.slow
def test_what_cannot_be_revoked_keeps_nobody_from_being_disabled(runs: Runs, emulator: Emulator) -> None:
    emulator.add("oauth_client", user=LEAD, name="ci")
    for path in ("/api_credentials/", "/oauth2/", "/session/"):
        emulator.fault("status", method="DELETE", path=path, status=400, count=100)
    first = offboard(runs, offboarding_leavers=[MANAGER, LEAD])
    assert first.returncode == 2
    for name in (MANAGER, LEAD):
        assert not account(emulator, name)["login_enabled"], first.output
        assert ledger(runs)[name]["offboarded"] is None
    assert result(runs)[MANAGER]["key_revoked"] == "false"
    lines = [line for line in first.output.replace('\\"', '"').splitlines() if "(HTTP 400)" in line]
    for expected in (
        f'the key pair of "{MANAGER}"',
        f'the sessions of "{MANAGER}"',
        f'the sessions of "{LEAD}"',
        "OAuth client",
    ):
        assert any(expected in line for line in lines), first.output
    emulator.clear_faults()
    second = offboard(runs, offboarding_leavers=[MANAGER, LEAD])
    assert second.returncode == 0, second.output
    assert account(emulator, MANAGER)["api_id"] is None
    assert account(emulator, LEAD)["session_revocations"] == 1
    assert [client["deleted"] for client in emulator.state()["oauth_clients"]] == [True]
    assert ledger(runs)[MANAGER]["offboarded"]


def test_the_calling_account_is_refused_before_the_first_write(runs: Runs, emulator: Emulator) -> None:
    emulator.read_only(True)
    outcome = offboard(runs, offboarding_leavers=[MANAGER, "admin-api"])
    assert outcome.returncode == 2
    assert "Nothing was changed: admin-api is the calling account" in outcome.output
    assert not emulator.violations()
    assert account(emulator, MANAGER)["api_id"]
    assert not (runs.folder / "ledger.json").exists()


def test_errors_of_lists_are_one_line_each(runs: Runs, emulator: Emulator) -> None:
    emulator.read_only(True)
    outcome = offboard(
        runs,
        offboarding_leavers=f"{CREATOR}, zz",
        offboarding_hold=[f"{LEAD} ", "mdo@example.com"],
    )
    assert outcome.returncode == 2
    lines = [line.strip() for line in outcome.output.splitlines()]
    for expected in (
        'offboarding_leavers: the calling account sees no account "zz" (correct the name, or run the role with an account that',
        f'offboarding_hold: "{LEAD} " has a blank (U+0020) at an end; remove it',
        'offboarding_hold: the calling account sees no account "mdo@example.com", did you mean "mdoe@example.com"?',
    ):
        shown = (expected, '"' + expected.replace('"', '\\"'))
        assert any(line.startswith(shown) for line in lines), outcome.output
    assert not emulator.violations()


@pytest.mark.slow
def test_check_mode_writes_nothing(runs: Runs, emulator: Emulator) -> None:
    emulator.read_only(True)
    outcome = offboard(runs, "--check", "--diff", offboarding_leavers=[LEAD, MANAGER])
    assert outcome.returncode == 0, outcome.output
    assert outcome.changed
    assert not emulator.violations()
    assert not (runs.folder / "ledger.json").exists()


@pytest.mark.parametrize(
    ("feed", "variables", "expected"),
    [
        (f"email\n{CREATOR}\n{LEAD}\n", {"offboarding_max_leavers": "1"}, "2 accounts would be off-boarded"),
        ("email\naswallowtail@example.com\n", {"offboarding_min_administrators": 1}, "dministrator"),
    ],
    ids=["max_leavers", "min_administrators"],
)
def test_feed_that_takes_too_many_stops(
    runs: Runs, emulator: Emulator, feed: str, variables: dict[str, t.Any], expected: str
) -> None:
    (runs.folder / "feed.csv").write_text(feed)
    emulator.read_only(True)
    outcome = offboard(runs, offboarding_feed="feed.csv", **variables)
    assert outcome.returncode == 2
    assert expected in outcome.output
    assert not emulator.violations()
    assert not (runs.folder / "ledger.json").exists()


def test_empty_feed_and_file_that_is_no_ledger_are_refused(runs: Runs, emulator: Emulator) -> None:
    (runs.folder / "feed.csv").write_text("\ufeffE-Mail;Last Day\r\n")
    (runs.folder / "ledger.json").write_text('{"people": []}')
    emulator.read_only(True)
    # As the command line gives it: a text, not a boolean.
    outcome = offboard(runs, offboarding_feed="feed.csv", offboarding_allow_empty_feed="false")
    assert outcome.returncode == 2
    assert "feed.csv: the feed is empty" in outcome.output
    assert "is not a ledger of this role" in outcome.output
    assert (runs.folder / "ledger.json").read_text() == '{"people": []}'


def test_feed_with_conditions_and_hold_list(runs: Runs, emulator: Emulator) -> None:
    today = datetime.now(timezone.utc)
    yesterday, tomorrow = ((today + timedelta(days=days)).strftime("%Y-%m-%d") for days in (-1, 1))
    (runs.folder / "feed.csv").write_text(
        "Name,E-Mail,Status,Last day\n"
        f"Ted,{CREATOR},left,{yesterday}\n"
        f"Saiya,{LEAD},left,{tomorrow}\n"
        f"Li,{MANAGER},left,{yesterday}\n"
        f"Mary,mdoe@example.com,active,{yesterday}\n"
        f"Nobody,nobody@example.com,left,{yesterday}\n"
    )
    outcome = offboard(
        runs,
        offboarding_feed="feed.csv",
        offboarding_feed_where={"Status": ["left", "terminated"]},
        offboarding_feed_last_day_column="Last day",
        offboarding_hold=f"{MANAGER}, mdoe@example.com",
    )
    assert outcome.returncode == 0, outcome.output
    assert not account(emulator, CREATOR)["login_enabled"]
    assert account(emulator, LEAD)["login_enabled"]
    assert account(emulator, MANAGER)["login_enabled"]
    assert account(emulator, "mdoe@example.com")["login_enabled"]
    assert result(runs)[MANAGER]["outcome"] == "on hold"
    assert result(runs)["nobody@example.com"]["outcome"] == "no account"


@pytest.mark.slow
def test_a_workbook_with_days_and_people_who_came_back(runs: Runs, emulator: Emulator) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    today = datetime.now(timezone.utc)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["E-Mail", "Last Working Day"])
    for name, days in ((CREATOR.upper(), -1), (LEAD, -400), (LEAD, 300), (MANAGER, 1)):
        sheet.append([name, (today + timedelta(days=days)).date()])
    # As somebody typed it.
    sheet.append(["mdoe@example.com", (today - timedelta(days=9)).strftime("%d.%m.%Y")])
    book.save(runs.folder / "leavers.xlsx")
    named: dict[str, t.Any] = {"offboarding_feed": "leavers.xlsx"}
    emulator.read_only(True)
    unnamed = offboard(runs, **named)
    assert unnamed.returncode == 2
    assert "is to come, and the row would leave now; set offboarding_feed_last_day_column to" in unnamed.output
    emulator.read_only(False)
    named.update(offboarding_feed_last_day_column="last working day", offboarding_feed_day_format="%d.%m.%Y")
    run = offboard(runs, **named)
    assert run.returncode == 0, run.output
    outcomes = {name: row["outcome"] for name, row in result(runs).items()}
    assert outcomes == {CREATOR: "off-boarded", "mdoe@example.com": "off-boarded", LEAD: "kept"}
    assert result(runs)[LEAD]["message"] == "leaves by line 3 of the feed, and stays by line 4; correct the feed"
    assert account(emulator, LEAD)["login_enabled"]
    assert account(emulator, MANAGER)["login_enabled"]
    assert offboard(runs, **named).changed == 0


@pytest.mark.slow
def test_staff_feed(runs: Runs, emulator: Emulator) -> None:
    staff = [
        "aswallowtail@example.com",
        CREATOR.upper(),
        LEAD,
        "mdoe@example.com",
        "msaml@example.com",
        "wbuckeye@example.com",
    ]
    (runs.folder / "staff.yml").write_text("".join(f"- {name}\n" for name in staff))
    outcome = offboard(runs, offboarding_feed="staff.yml", offboarding_feed_kind="staff")
    assert outcome.returncode == 0, outcome.output
    assert [name for name, row in result(runs).items() if row["outcome"] == "off-boarded"] == [MANAGER]
    assert account(emulator, BOT)["login_enabled"]
    assert account(emulator, "admin-api")["login_enabled"]


@pytest.mark.slow
@pytest.mark.parametrize("date_field", ["", "custom_five"])
def test_deletion_after_days(runs: Runs, emulator: Emulator, date_field: str) -> None:
    variables = {"offboarding_date_field": date_field} if date_field else {}
    leavers = [CREATOR, LEAD, MANAGER]
    assert offboard(runs, offboarding_leavers=leavers, **variables).returncode == 0
    for name in leavers:
        age(runs, name, 31)
        if date_field:
            day = (datetime.now(timezone.utc) - timedelta(days=31)).strftime("%Y-%m-%d")
            assert account(emulator, name)[date_field].startswith("offboarded ")
            emulator.change("user", name, **{date_field: f"offboarded {day}"})
    emulator.change("user", LEAD, login_enabled=True)
    days = {**variables, "offboarding_delete_after_days": 30, "offboarding_hold": [MANAGER]}
    early = offboard(runs, **{**days, "offboarding_delete_after_days": 32})
    assert early.returncode == 0, early.output
    assert not account(emulator, CREATOR)["deleted"]
    stopped = offboard(runs, offboarding_max_deletions=0, **days)
    assert stopped.returncode == 2
    assert "1 account is due to be deleted" in stopped.output
    outcome = offboard(runs, **days)
    assert outcome.returncode == 0, outcome.output
    gone = emulator.user(CREATOR)
    assert gone is None or gone["deleted"]
    assert account(emulator, LEAD)["login_enabled"]
    assert not account(emulator, MANAGER)["deleted"]
    if not date_field:
        assert f"{LEAD} is due to be deleted, but can log in again" in outcome.output
    assert ledger(runs)[CREATOR]["deleted"]
    assert offboard(runs, **days).changed == 0
    refused = offboard(runs, offboarding_restore=[CREATOR])
    assert refused.returncode == 2
    assert "cannot be undone" in refused.output


@pytest.mark.slow
def test_run_that_broke_off_goes_on_and_keeps_the_state_before(runs: Runs, emulator: Emulator) -> None:
    emulator.fault("status", method="PUT", status=403, count=100)
    first = offboard(runs, offboarding_leavers=[MANAGER])
    assert first.returncode == 2
    assert account(emulator, MANAGER)["login_enabled"]
    assert ledger(runs)[MANAGER]["offboarded"] is None
    had_key = ledger(runs)[MANAGER]["before"]["api_credentials"]
    assert had_key
    emulator.clear_faults()
    second = offboard(runs, offboarding_leavers=[MANAGER])
    assert second.returncode == 0, second.output
    assert not account(emulator, MANAGER)["login_enabled"]
    assert ledger(runs)[MANAGER]["before"]["api_credentials"] == had_key
    assert ledger(runs)[MANAGER]["offboarded"]


@pytest.mark.slow
def test_a_team_that_is_gone_is_named_when_somebody_comes_back(runs: Runs, emulator: Emulator) -> None:
    assert offboard(runs, offboarding_leavers=[LEAD]).returncode == 0
    emulator.remove("team", "Demo Team")
    outcome = offboard(runs, offboarding_restore=[LEAD])
    assert outcome.returncode == 2
    assert "Not everybody could be restored" in outcome.output
    assert 'there is no team "Demo Team"' in outcome.output.replace('\\"', '"')
    assert not account(emulator, LEAD)["login_enabled"]
    assert ledger(runs)[LEAD]["restored"] is None


@pytest.mark.slow
def test_restoring_who_never_left(runs: Runs) -> None:
    assert offboard(runs, offboarding_leavers=[LEAD]).returncode == 0
    outcome = offboard(runs, offboarding_restore=["sviceroi@example.com"])
    assert outcome.returncode == 2
    assert 'is not in the ledger, did you mean \\"sviceroy@example.com\\"?' in outcome.output


@pytest.mark.slow
def test_the_play_in_the_readme(runs: Runs, emulator: Emulator) -> None:
    text = (ROOT / "roles" / "offboarding" / "README.md").read_text(encoding="utf-8")
    play = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0]
    for folder in ("/srv/veracode", "/srv/hr"):
        assert folder in play
        play = play.replace(folder, str(runs.folder))
    # A name on the hold list has to be there.
    assert "emergency@example.com" in play
    (runs.folder / "play.yml").write_text(play.replace("emergency@example.com", MANAGER))
    (runs.folder / "leavers.csv").write_text(f"email\n{CREATOR}\n")
    outcome = runs.play("play.yml", {})
    assert outcome.returncode == 0, outcome.output
    assert not account(emulator, CREATOR)["login_enabled"]

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role onboarding, the filters it stands on, and the playbooks of the directory."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.emulator.control import Emulator
from tests.integration.playbooks import ROOT, Outcome, Runs
from tests.turns import in_turn

ONBOARD = "community.veracode.onboard"

# The example of Veracode's documentation of the API wrapper.
DOCUMENTED = """action,firstname,lastname,emailaddress,roles,teams
createuser,Wayne,Shorter,wayneshorter@example.com,Security Lead,Release Team
createuser,Tony,Williams,tonywilliams@example.com,"Creator,Submitter",Demo Team
createuser,Carla,Bley,carlabley@example.com,Security Insights
"""
OWN = "username,first_name,last_name,roles,teams\n"


@pytest.fixture
def runs(tmp_path: Path, installed: Path, emulator: Emulator) -> Runs:
    return Runs(tmp_path, installed, emulator)


def onboard(runs: Runs, text: str, *arguments: str, name: str = "people.csv", **variables: t.Any) -> Outcome:
    """Run the playbook with one file, by its name alone."""
    (runs.folder / name).write_text(text, encoding="utf-8")
    given = {"onboarding_files": [name], "onboarding_result_file": "result.csv"}
    return runs.play(ONBOARD, {**given, **variables}, *arguments)


def result(runs: Runs) -> list[dict[str, str]]:
    text = (runs.folder / "result.csv").read_bytes().decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def many(count: int) -> list[list[str]]:
    return [[f"p{n}@example.com", "Person", f"Number {n}", "Reviewer", "Demo Team"] for n in range(1, count + 1)]


def as_csv(rows: t.Iterable[t.Sequence[str]]) -> str:
    return OWN + "".join(",".join(row) + "\n" for row in rows)


def names(emulator: Emulator) -> set[str]:
    return {user["user_name"] for user in emulator.state()["users"] if not user["deleted"]}


def account(emulator: Emulator, name: str) -> dict[str, t.Any]:
    found = emulator.user(name)
    assert found is not None, name
    return found


@pytest.mark.slow
def test_documented_file_of_the_wrapper_gives_the_documented_accounts(runs: Runs, emulator: Emulator) -> None:
    emulator.read_only(True)
    checked = onboard(runs, DOCUMENTED, "--check", "--diff")
    assert checked.returncode == 0, checked.output
    assert not (runs.folder / "result.csv").exists()
    emulator.read_only(False)
    first = onboard(runs, DOCUMENTED)
    assert first.returncode == 0, first.output
    assert first.changed == checked.changed == 1
    expected = {
        "wayneshorter@example.com": ("Wayne", "Shorter", {"Security Lead", "Any Scan"}, {"Release Team"}),
        "tonywilliams@example.com": ("Tony", "Williams", {"Creator", "Submitter", "Any Scan"}, {"Demo Team"}),
        "carlabley@example.com": ("Carla", "Bley", {"Security Insights"}, set()),
    }
    for name, (first_name, last_name, roles, teams) in expected.items():
        user = account(emulator, name)
        assert (user["first_name"], user["last_name"]) == (first_name, last_name)
        assert set(user["roles"]) == roles
        assert set(user["teams"]) == teams
    assert [row["outcome"] for row in result(runs)] == ["created"] * 3
    assert stat.S_IMODE((runs.folder / "result.csv").stat().st_mode) == 0o600
    second = onboard(runs, DOCUMENTED)
    assert second.returncode == 0, second.output
    assert second.changed == 0


@pytest.mark.slow
def test_a_workbook_and_an_export_of_excel_are_onboarded(runs: Runs, emulator: Emulator) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Username", "First Name", "Last Name", "Roles", "Teams"])
    book.active.append(["sheet@example.com ", "Sheet", "One", "Reviewer; Submitter", "Demo Team"])
    book.save(runs.folder / "sheet.xlsx")
    text = "\ufeffUsername;First Name;Last Name;Roles;Teams\r\nneu@example.com\u00a0;Jörg;Neu ;Reviewer,Submitter;Demo Team\r\n;;;;\r\n\r\n"
    files = "people.csv, sheet.xlsx"
    checked = onboard(runs, text, "--check", onboarding_files=files)
    assert checked.returncode == 0, checked.output
    assert "Would change 2 of 2 accounts: create 2." in checked.output
    first = onboard(runs, text, onboarding_files=files)
    assert first.returncode == 0, first.output
    assert "2 of 2 accounts changed: 2 created." in first.output
    for name in ("neu@example.com", "sheet@example.com"):
        assert {"Reviewer", "Submitter"} <= set(account(emulator, name)["roles"])
    assert account(emulator, "neu@example.com")["last_name"] == "Neu"


def test_nothing_given_is_an_error(runs: Runs, emulator: Emulator) -> None:
    outcome = runs.play(ONBOARD, {})
    assert outcome.returncode == 2
    assert "onboarding_files: nothing to do; name files, or give accounts in onboarding_users" in outcome.output
    assert not emulator.log()


@pytest.mark.slow
def test_300_rows_in_one_task(runs: Runs, emulator: Emulator) -> None:
    text = as_csv(many(300))
    before = len(names(emulator))
    first = onboard(runs, text)
    assert first.returncode == 0, first.output
    assert first.changed == 1
    assert first.output.count("onboarding : Create and update the accounts]") == 1
    assert first.output.count("(item=") == first.output.count("(item=people.csv)") == 1
    assert len(names(emulator)) == before + 300
    second = onboard(runs, text)
    assert second.returncode == 0, second.output
    assert second.changed == 0
    assert {row["outcome"] for row in result(runs)} == {"unchanged"}


def test_broken_row_is_named_and_nothing_is_written(runs: Runs, emulator: Emulator) -> None:
    rows = many(20)
    rows[16][3] = "Reveiwer"
    before = names(emulator)
    emulator.read_only(True)
    outcome = onboard(runs, as_csv(rows))
    assert outcome.returncode == 2
    expected = 'people.csv: line 18 (row 17), column 4 "roles": unknown role "Reveiwer", did you mean "Reviewer"?'
    assert expected.replace('"', '\\"') in outcome.output
    assert names(emulator) == before
    told = result(runs)
    assert told[16]["outcome"] == "refused"
    assert told[16]["message"] == expected
    assert {row["outcome"] for row in told if row["row"] != "17"} == {"not tried"}


def test_broken_cells_of_all_files_are_named_before_the_first_call(runs: Runs, emulator: Emulator) -> None:
    (runs.folder / "more.yml").write_text("users:\n  - username: a@example.com\n    phne: 1\n")
    (runs.folder / "wrapper.csv").write_text("action,username,issamluser\nupdateuser,a@example.com,maybe\n")
    emulator.reset()
    text = OWN.replace("roles", "login_enabled,job_profile") + "a@example.com,A,B,off,Develper,\n,A,B,,,\n"
    outcome = onboard(runs, text, onboarding_files=["people.csv", "more.yml", "wrapper.csv"])
    assert outcome.returncode == 2
    for expected in (
        'people.csv: line 2 (row 1), column 4 "login_enabled": "off" is not a boolean',
        'people.csv: line 2 (row 1), column 5 "job_profile": unknown job profile "Develper", did you mean "Developer"?',
        "people.csv: line 3 (row 2): no value selects the account",
        'more.yml: line 2 (row 1), phne: unknown option, did you mean "phone"?',
        'wrapper.csv: line 2 (row 1), column 3 "issamluser": "maybe" is not a boolean',
    ):
        assert expected.replace('"', '\\"') in outcome.output, expected
    assert not emulator.log()


def test_refused_row_does_not_stop_the_others_and_a_rerun_does_the_rest(runs: Runs, emulator: Emulator) -> None:
    text = as_csv(
        [
            ["one@example.com", "O", "One", "Reviewer", "Demo Team"],
            ["two@example.com", "T", "Two", "Reviewer", ""],
            ["three@example.com", "T", "Three", "Reviewer", "Newcomers"],
        ]
    )
    before = names(emulator)
    refused = onboard(runs, text)
    assert refused.returncode == 2
    assert 'line 4 (row 3), column 5 \\"teams\\": there is no team \\"Newcomers\\"' in refused.output
    assert names(emulator) == before

    create = {"onboarding_missing_teams": "create"}
    first = onboard(runs, text, **create)
    assert first.returncode == 2
    assert [row["outcome"] for row in result(runs)] == ["created", "failed", "created"]
    assert "At least one team is required" in result(runs)[1]["message"]
    assert list(account(emulator, "three@example.com")["teams"]) == ["Newcomers"]
    second = onboard(runs, text.replace("Two,Reviewer,", "Two,Reviewer,Release Team"), **create)
    assert second.returncode == 0, second.output
    assert [row["outcome"] for row in result(runs)] == ["unchanged", "created", "unchanged"]
    assert {"one@example.com", "two@example.com", "three@example.com"} <= names(emulator)


def test_job_profiles_api_accounts_and_variables(runs: Runs, emulator: Emulator) -> None:
    text = (
        "user_type,username,first_name,last_name,email_address,roles,teams,job_profile\n"
        "human,dev@example.com,D,Dev,,Sandbox User,Demo Team,Developer\n"
        "api,pipeline,P,Line,build@example.com,,Release Team,Pipeline\n"
        # No cell is a template.
        "human,text@example.com,{{ 40 + 2 }},{% raw %},,Reviewer,Demo Team,\n"
    )
    (runs.folder / "more.yml").write_text("users:\n  - {username: tmonarch@example.com, phone: '2'}\n")
    outcome = onboard(
        runs,
        text,
        onboarding_files="people.csv,more.yml",
        onboarding_job_profiles={"Pipeline": ["Upload and Scan API", "Results API"]},
        onboarding_user_defaults={"phone": "1"},
        onboarding_users=[
            {"username": "var@example.com", "first_name": "V", "last_name": "Ar", "job_profile": "Executive"}
        ],
    )
    assert outcome.returncode == 0, outcome.output
    developer = account(emulator, "dev@example.com")
    assert set(developer["roles"]) == {"Reviewer", "Sandbox User"}
    assert developer["phone"] == "1"
    roles = set(account(emulator, "pipeline")["roles"])
    assert roles == {"Upload and Scan API", "Results API", "Any Scan (API)"}
    assert account(emulator, "var@example.com")["roles"] == ["Executive"]
    plain = account(emulator, "text@example.com")
    assert (plain["first_name"], plain["last_name"]) == ("{{ 40 + 2 }}", "{% raw %}")
    # The entry wins over the default.
    assert account(emulator, "tmonarch@example.com")["phone"] == "2"


def test_wrong_credentials_are_told_and_shown_nowhere(runs: Runs, emulator: Emulator) -> None:
    secret = "f" * 128
    runs.env["VERACODE_API_KEY_SECRET"] = secret
    outcome = onboard(runs, DOCUMENTED)
    assert outcome.returncode == 2
    assert "Nothing was changed" in outcome.output
    assert "401" in outcome.output
    assert secret not in outcome.output
    assert {row["outcome"] for row in result(runs)} == {"not tried"}


def test_filters_in_a_playbook(runs: Runs) -> None:
    (runs.folder / "new.csv").write_text(DOCUMENTED)
    (runs.folder / "broken.csv").write_text("action,emailadress\ncreateuser,a@example.com\n")
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [
            {
                "ansible.builtin.copy": {
                    "dest": str(runs.folder / "out.json"),
                    "content": "{{ out | to_json }}",
                },
                "vars": {
                    "out": {
                        "file": "{{ lookup('ansible.builtin.file', 'new.csv') | community.veracode.from_wrapper_csv }}",
                        "name": "{{ ['Creator', 'extseclead'] | community.veracode.role_name }}",
                        "description": "{{ 'extsubmitanyscan' | community.veracode.role_description }}",
                        "custom": "{{ 'mine' | community.veracode.role_description(roles=[{'name': 'My Own', 'role_name': 'mine'}]) }}",
                        "profile": "{{ 'Developer' | community.veracode.job_profile_roles(common=true) }}",
                    }
                },
            },
            {
                "ansible.builtin.debug": {
                    "msg": "{{ lookup('ansible.builtin.file', 'broken.csv') | community.veracode.from_wrapper_csv(file='broken.csv') }}"
                }
            },
        ],
    }
    (runs.folder / "play.yml").write_text(yaml.safe_dump([play]))
    outcome = runs.play("play.yml", {})
    assert outcome.returncode == 2
    assert "broken.csv: line 1, column 2" in outcome.output
    assert "did you mean" in outcome.output
    out = json.loads((runs.folder / "out.json").read_text())
    assert [entry["state"] for entry in out["file"]] == ["present"] * 3
    assert "teams" not in out["file"][2]
    assert out["name"] == ["extcreator", "extseclead"]
    assert out["description"] == "Any Scan"
    assert out["custom"] == "My Own"
    assert "Security Labs User" in out["profile"]


def test_export_is_what_apply_takes(runs: Runs, emulator: Emulator) -> None:
    both = (
        "community.veracode.export_directory",
        {"directory_file": "directory.yml"},
        "community.veracode.apply_directory",
    )
    exported = runs.play(*both)
    assert exported.returncode == 0, exported.output
    assert exported.changed == 1  # the file
    assert stat.S_IMODE((runs.folder / "directory.yml").stat().st_mode) == 0o600
    again = runs.play(*both)
    assert again.returncode == 0, again.output
    assert again.changed == 0
    data = yaml.safe_load((runs.folder / "directory.yml").read_text())
    person = next(user for user in data["users"] if user["username"] == "tmonarch@example.com")
    assert person["login_enabled"] is True
    person["phone"] = "111"
    (runs.folder / "directory.yml").write_text(yaml.safe_dump(data))
    variables = {"directory_file": "directory.yml", "directory_plan_file": "plan.json"}
    planned = runs.play("community.veracode.apply_directory", variables, "--check")
    assert planned.returncode == 0, planned.output
    assert account(emulator, "tmonarch@example.com")["phone"] != "111"
    approved = {"directory_file": "directory.yml", "directory_expect_plan": "plan.json"}
    assert runs.play("community.veracode.apply_directory", approved).changed == 1
    assert account(emulator, "tmonarch@example.com")["phone"] == "111"


def test_apply_refuses_a_file_with_something_else_in_it(runs: Runs) -> None:
    (runs.folder / "directory.yml").write_text("users: []\nteems: []\n")
    outcome = runs.play("community.veracode.apply_directory", {"directory_file": "directory.yml"})
    assert outcome.returncode == 2
    assert "directory.yml:2 (teems): there is no option" in outcome.output


def test_a_missing_file_hides_no_other_error(runs: Runs, emulator: Emulator) -> None:
    emulator.clear_log()
    outcome = onboard(runs, OWN + ",A,B,,\n", onboarding_files=["none.csv", "people.csv", "."])
    assert outcome.returncode == 2
    assert 'onboarding_files: there is no file \\"none.csv\\" that can be read; correct the path' in outcome.output
    assert 'onboarding_files: there is no file \\".\\" that can be read; correct the path' in outcome.output
    assert "people.csv: line 2 (row 1): no value selects the account" in outcome.output
    assert not emulator.log()


def test_a_run_that_failed_in_part_says_so_with_a_line_for_each_error(runs: Runs, emulator: Emulator) -> None:
    lines = [
        f"  - {{username: n{number}@example.com, first_name: N, last_name: N, roles: [Reviewer]}}" for number in (1, 2)
    ]
    (runs.folder / "directory.yml").write_text(
        "\n".join(["users:", "  - {username: tmonarch@example.com, phone: '5'}", *lines])
    )
    outcome = runs.play("community.veracode.apply_directory", {"directory_file": "directory.yml"})
    assert outcome.returncode == 2
    assert outcome.changed == 1
    assert "1 of 3 accounts changed: 1 updated; 2 failed. " in outcome.output
    for number in (1, 2):
        assert (
            f"directory.yml:{number + 2} (users[{number}], n{number}@example.com): Could not create" in outcome.output
        )
    # No line break is shown as two characters, but for the one line of JSON.
    assert [line for line in outcome.output.splitlines() if "\\n" in line and not line.startswith("fatal: ")] == []


NOTHING = [
    ("onboard", {}, "onboarding_files: nothing to do; name files"),
    ("offboard", {}, "offboarding_ledger: no file is given; name the file"),
    ("rotate_credentials", {}, "credential_rotation_accounts: no account is given; name the accounts"),
    ("access_review", {}, "access_review_dest: no folder is given; name the folder"),
    ("apply_directory", {}, "directory_file: no file is given; name the file"),
    ("export_directory", {}, "directory_file: no file is given; name the YAML file"),
]
WRONG = [
    (
        "offboard",
        {"offboarding_ledger": "l.json", "offboarding_feed": "none.csv"},
        'offboarding_feed: there is no file "none.csv" that can be read',
    ),
    (
        "rotate_credentials",
        {"credential_rotation_file": "no.yml"},
        'credential_rotation_file: there is no file "no.yml"',
    ),
    ("access_review", {"access_review_decisions": "none"}, "access_review_decisions: no sheets in "),
    ("apply_directory", {"directory_file": "none.yml"}, 'none.yml" does not exist; check the path'),
    # What Ansible itself says of an option is an error like all others.
    *(
        (
            playbook,
            {"directory_file": "none.yml", "directory_max_removals": "lots"},
            "argument 'max_removals' is of type",
        )
        for playbook in ("apply_directory", "detect_drift")
    ),
    ("export_directory", {"directory_file": "no/such.yml"}, "directory_file: there is no folder "),
]


@pytest.mark.parametrize(("playbook", "given", "message"), in_turn(NOTHING + WRONG, of=2))
def test_a_playbook_names_the_variable_that_is_missing_or_wrong(
    runs: Runs, emulator: Emulator, playbook: str, given: dict[str, t.Any], message: str
) -> None:
    emulator.read_only(True)
    outcome = runs.play(f"community.veracode.{playbook}", given)
    assert outcome.returncode == 2, outcome.output
    assert message in outcome.output.replace('\\"', '"')
    assert not emulator.violations()
    # The documentation of all variables is not part of a message.
    assert "argument_spec_data" not in outcome.output


@pytest.mark.slow
def test_the_play_in_the_readme(runs: Runs, emulator: Emulator) -> None:
    text = (ROOT / "roles" / "onboarding" / "README.md").read_text(encoding="utf-8")
    (runs.folder / "play.yml").write_text(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0])
    for example in re.findall(r"```csv\n(.*?)```", text, re.DOTALL):
        (runs.folder / "people.csv").write_text(example)
        outcome = runs.play("play.yml", {})
        assert outcome.returncode == 0, outcome.output
    assert account(emulator, "regina@example.com")["last_name"] == "Monarch"
    assert "Reviewer" in account(emulator, "ted@example.com")["roles"]

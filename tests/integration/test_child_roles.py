# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Custom roles against the emulator: short names, roles that include others, and what accounts with these need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.emulator.control import Emulator
from tests.integration.scenarios import TED
from tests.integration.test_structure import run_inside

Result = dict[str, Any]
BOT, TEAM = "build-upload", "Release Team"
VIEW = ["viewReports"]
SHOWN = pytest.mark.parametrize("shown", ["everywhere", "by_id"])
RULES = pytest.mark.parametrize("rules", ["apply", "ignored"])


class Bench:
    """Runs modules in this process, and makes roles."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder, self.emulator = folder, emulator

    def run(self, module: str, *, check: bool = False, **options: Any) -> Result:
        return run_inside(self.folder, self.emulator, f"veracode_{module}", options, check)

    def role(self, name: str, *children: str, **more: Any) -> None:
        result = self.run("role", name=name, permissions=VIEW, child_roles=list(children), **more)
        assert not result["failed"], result["msg"]

    def proven(self, module: str, **options: Any) -> Result:
        """Return a run that its check mode foretold and that the second run does not repeat."""
        check, run, again = (self.run(module, check=check, **options) for check in (True, False, False))
        for result in (check, run, again):
            assert not result["failed"], result["msg"]
        assert (check["changed"], check["actions"], check["diff"]) == (run["changed"], run["actions"], run["diff"])
        assert (again["changed"], again["calls"]["writes"]) == (False, 0)
        return run

    def refused(self, module: str, **options: Any) -> Result:
        """Return a failure that wrote nothing, the same in check mode."""
        check, run = (self.run(module, check=check, **options) for check in (True, False))
        assert check["failed"], check
        assert (check["msg"], run["msg"]) == (run["msg"], check["msg"])
        assert (check["calls"]["writes"], run["calls"]["writes"]) == (0, 0)
        return run


@pytest.fixture
def bench(tmp_path: Path, emulator: Emulator) -> Bench:
    return Bench(tmp_path, emulator)


@pytest.mark.parametrize("created", ["kept", "own"])
def test_a_role_gets_the_short_name_that_follows_from_its_name(bench: Bench, created: str) -> None:
    bench.emulator.switch(role_name_created=created)
    check = bench.run("role", check=True, name="Lead Auditor (EU)", permissions=VIEW)
    run = bench.proven("role", name="Lead Auditor (EU)", permissions=VIEW)
    assert check["role"]["role_name"] == "leadauditoreu"
    assert run["role"]["role_name"] == ("leadauditoreu" if created == "kept" else "customleadauditor(eu)")
    assert run["actions"][0]["fields"] == ["name", "permissions"]
    # Later it is not managed, also where the display name changes.
    renamed = bench.proven("role", name="Auditor", previously=["Lead Auditor (EU)"])
    assert renamed["role"]["role_name"] == run["role"]["role_name"]


def test_a_short_name_that_cannot_be_made_is_refused_before_anything_is_written(bench: Bench) -> None:
    assert "set role_name" in bench.refused("role", name="***", permissions=VIEW)["msg"]
    taken = bench.refused("role", name="custom-reporter", permissions=VIEW)
    assert taken["failure"]["option"] == "role_name"
    assert '"Custom Reporter"' in taken["msg"]
    bench.proven("role", name="custom-reporter", permissions=VIEW, role_name="customreporter2")


@pytest.mark.parametrize("carry", ["both", "name", "description"])
@SHOWN
def test_roles_do_not_include_each_other_over_several_roles(bench: Bench, carry: str, shown: str) -> None:
    bench.emulator.switch(child_roles_carry=carry, child_roles_shown=shown)
    bench.role("A")
    bench.role("B", "A")
    bench.proven("role", name="C", permissions=VIEW, child_roles=["B", "Reviewer"])
    for child in ("A", "B", "C"):
        refused = bench.refused("role", name="A", child_roles=[child])
        assert refused["failure"]["option"] == "child_roles"
    assert "is the role itself" in bench.refused("role", name="A", child_roles=["a"])["msg"]
    assert "is a role of API users" in bench.refused("role", name="A", child_roles=["Results API"])["msg"]
    robot = {"name": "Robot", "permissions": VIEW, "child_roles": ["Results API"]}
    assert "set is_api: true" in bench.refused("role", **robot)["msg"]
    bench.proven("role", **robot, is_api=True)


@SHOWN
@RULES
def test_a_person_gets_the_scan_permission_that_a_child_role_needs(bench: Bench, shown: str, rules: str) -> None:
    bench.emulator.switch(child_roles_shown=shown, child_role_rules=rules)
    bench.role("Inner", "Creator")
    bench.role("Outer", "Inner")
    person = {"username": TED, "teams": ["Demo Team"]}
    (outer,) = (role for role in bench.run("role_info", detailed=True)["roles"] if role["name"] == "Outer")
    assert (outer["child_roles"], outer["needs"]) == (["Inner"], ["a scan permission, such as Any Scan"])
    run = bench.proven("user", **person, roles=["Outer", "Reviewer"])
    assert run["user"]["roles"] == ["Any Scan", "Outer", "Reviewer"]
    refused = bench.refused("user", **person, roles=["Any Scan"], roles_mode="remove")
    assert "the last scan permission and Outer needs one" in refused["msg"]
    run = bench.proven("user", **person, roles=["outer", "Static Scan"])
    assert run["user"]["roles"] == ["Outer", "Static Scan"]
    bench.role("Whole", "Inner", "Static Scan")
    assert bench.proven("user", **person, roles=["Reviewer"])["user"]["roles"] == ["Reviewer"]
    assert bench.proven("user", **person, roles=["Whole"])["user"]["roles"] == ["Whole"]
    assert bench.proven("role", name="Whole", jit_assignable=True)["role"]["needs"] == []


@SHOWN
def test_an_api_user_gets_the_scan_permission_that_a_child_role_needs(bench: Bench, shown: str) -> None:
    bench.emulator.switch(child_roles_shown=shown)
    bench.role("Uploader", "Upload and Scan API", is_api=True)
    run = bench.proven("api_user", username=BOT, roles=["Uploader"])
    assert "Any Scan (API)" in run["user"]["roles"] or len(run["user"]["roles"]) > 1
    refused = bench.refused("user", username=TED, roles=["Uploader"])
    assert "is for API users only" in refused["msg"]


@SHOWN
def test_a_directory_gives_what_child_roles_need(bench: Bench, shown: str) -> None:
    bench.emulator.switch(child_roles_shown=shown)
    bench.role("Inner", "Creator")
    bench.role("Outer", "Inner")
    bench.role("Deputy", "Team Admin")
    wanted: list[Result] = [{"username": TED, "roles": ["Outer"], "teams": ["Demo Team"]}]
    bench.proven("directory", users=wanted)
    assert bench.run("user_info", username=TED)["users"][0]["roles"] == ["Any Scan", "Outer"]
    deputy = {"username": TED, "roles": ["Deputy"], "teams": ["Demo Team"]}
    assert "needs at least one team to manage" in bench.refused("directory", users=[deputy])["msg"]
    bench.proven("directory", users=[deputy], teams=[{"name": "Demo Team", "managers": [TED], "members_mode": "add"}])
    assert bench.run("user_info", username=TED)["users"][0]["managed_teams"] == ["Demo Team"]


@SHOWN
def test_a_role_that_includes_team_admin_manages_teams_and_needs_one(bench: Bench, shown: str) -> None:
    bench.emulator.switch(child_roles_shown=shown)
    bench.role("Deputy", "Team Admin")
    refused = bench.refused("user", username=TED, roles=["Deputy"], teams=["Demo Team"])
    assert refused["failure"]["option"] == "managed_teams"
    assert "Deputy, which includes Team Admin, needs at least one team" in refused["msg"]
    run = bench.proven("user", username=TED, roles=["Deputy"], managed_teams=["Demo Team"])
    assert run["user"]["managed_teams"] == ["Demo Team"]
    assert "Team Admin cannot be combined" in bench.refused("user", username=TED, roles=["Deputy", "extadmin"])["msg"]
    bench.proven("team", name="Release Team", managers=[TED], members_mode="add")


@SHOWN
def test_the_last_administrators_may_hold_the_role_by_another_one(bench: Bench, shown: str) -> None:
    bench.emulator.switch(child_roles_shown=shown)
    bench.role("Chief", "Administrator")
    administrators = [
        user["username"]
        for user in bench.run("user_info", role="Administrator", user_type="human")["users"]
        if user["login_enabled"] and user["active"]
    ]
    bench.proven("directory", users=[{"username": name, "roles": ["Chief"]} for name in administrators])
    guard = {"min_administrators": len(administrators), "required_administrators": administrators[:1]}
    users = [{"username": name, "roles": ["Reviewer"], "teams": ["Demo Team"]} for name in administrators[:1]]
    refused = bench.refused("directory", users=users, **guard)
    assert "min_administrators" in refused["msg"] or "required_administrators" in refused["msg"]


@pytest.mark.parametrize("search", ["direct", "recursive"])
def test_who_holds_a_role_by_another_one_is_no_holder_of_it(bench: Bench, search: str) -> None:
    bench.emulator.switch(search_by_role=search)
    bench.role("Outer", "Reviewer", ignore_team_restrictions=True)
    bench.proven("user", username=TED, roles=["Outer"])
    assert TED not in [user["username"] for user in bench.run("user_info", role="Reviewer")["users"]]
    assert [user["username"] for user in bench.run("user_info", role="Outer")["users"]] == [TED]


@SHOWN
def test_the_calling_account_does_not_lose_administration_by_another_role(bench: Bench, shown: str) -> None:
    bench.emulator.switch(child_roles_shown=shown)
    bench.role("Chief", "Admin API", is_api=True)
    caller = {"username": bench.emulator.caller}
    kept = "No Team Restriction API"
    bench.proven("api_user", **caller, roles=["Chief", kept])
    refused = bench.refused("api_user", **caller, roles=["Results API", kept])
    assert refused["failure"]["option"] == "allow_self_lockout"
    assert "this would take Admin API from" in refused["msg"]


@SHOWN
def test_check_mode_warns_of_a_team_that_a_child_role_may_need(bench: Bench, shown: str) -> None:
    bench.emulator.switch(child_roles_shown=shown)
    bench.role("Outer", "Reviewer")
    bench.role("Free", "Reviewer", ignore_team_restrictions=True)
    person = {"username": "new@example.com", "first_name": "N", "last_name": "W"}
    warnings = {
        name: bench.run("user", check=True, **person, roles=[name]).get("warnings", []) for name in ("Outer", "Free")
    }
    assert any("Veracode may refuse Outer without a team" in each for each in warnings["Outer"])
    assert not any("without a team" in each for each in warnings["Free"])


@SHOWN
def test_provisioning_gives_what_child_roles_need(bench: Bench, shown: str) -> None:
    bench.emulator.switch(child_roles_shown=shown)
    bench.role("Outer", "Creator")
    run = bench.proven("jit_settings", prefer_veracode_data=True, roles=["Outer"], ip_restricted=False)
    assert run["jit_settings"]["roles"] == ["Any Scan", "Outer"]

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Teams, business units and roles: checked, run, and run again; by ansible-playbook, and with every switch."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.veracode.plugins.module_utils._apply import object as _apply
from ansible_collections.community.veracode.plugins.module_utils._errors import LostAnswerError
from tests.emulator.control import Emulator
from tests.inside import Inside
from tests.integration.playbooks import World, task
from tests.leaks import Watch

ROOT = Path(__file__).resolve().parents[2]

# An API user whose only team is taken is a matter of its own.
ALLOWED = {"allow_unrestricted_api_users": True}

Task = tuple[str, dict[str, t.Any], bool]
Result = dict[str, t.Any]

# Positions of all switches that concern these objects: as they are, and as they could be as well.
WORLDS: dict[str, dict[str, object]] = {
    "default": {},
    "otherwise": {
        "role_list_permissions": "no",
        "team_list_business_unit": "no",
        "relationship_read": "both",
        "relationship_written": "object",
        "relationship_omitted": "kept",
        "delete_status": "204",
        "create_status": "200",
        "duplicate_status": "409",
        "shuffle_lists": "yes",
        "max_page_size": "20",
        "empty_page_embedded": "empty",
        "unknown_property": "refused",
        "inactive_filter": "only",
        "search_carries": "everything",
    },
    "generous": {
        "team_users": "no",
        "relationship_read": "string",
        "relationship_written": "string",
        "business_unit_delete": "moves",
        "role_delete_assigned": "removes",
        "manager_needs_team_admin": "allowed",
        "search_hides_inactive": "no",
        "list_carries": "roles_teams",
        "max_page_size": "100",
    },
}


def run_inside(folder: Path, emulator: Emulator, module: str, options: dict[str, t.Any], check: bool = False) -> Result:
    """Do the work of a module inside this process; a failure is a result, too."""
    return Inside(emulator, folder).run(module.removeprefix("veracode_"), options, check=check)


class Bench:
    """A place to run modules at.

    :param world: the positions of the emulator's switches.
    """

    def __init__(self, world: str, emulator: Emulator) -> None:
        self.world = world
        self.emulator = emulator
        self.leaks = Watch(Path())

    @property
    def is_default(self) -> bool:
        """Whether no switch was touched."""
        return self.world == "default"

    def run(self, folder: Path, tasks: t.Sequence[Task], *, by_playbook: bool = False) -> list[Result]:
        """Run tasks one after the other, whatever became of the one before, and return their results.

        :param tasks: module, options, check mode.
        :param by_playbook: by ansible-playbook where the world is the default one.
        """
        if by_playbook and self.is_default:
            return play(folder, self.emulator, tasks, self.leaks)
        return [run_inside(folder, self.emulator, module, options, check) for module, options, check in tasks]


def play(folder: Path, emulator: Emulator, tasks: t.Sequence[Task], leaks: Watch) -> list[Result]:
    """Run tasks in one play of ansible-playbook and return their results.

    The connection comes by the action group, so that a module that is not in it reaches nothing.
    """
    connection = {
        "api_key_id": emulator.api_id,
        "api_key_secret": emulator.api_secret,
        "api_url": emulator.url,
        "ca_path": emulator.ca_path,
    }
    defaults = {"module_defaults": {"group/community.veracode.veracode": connection}}
    written = [{**task(module, check=check, **options), **defaults} for module, options, check in tasks]
    world = World(folder, emulator, leaks)
    results = world.play(written, **dict.fromkeys(emulator.env, ""))
    assert emulator.api_secret not in "".join(world.printed)
    return results


def prove(folder: Path, bench: Bench, cases: t.Sequence[tuple[str, dict[str, t.Any], list[str] | None]]) -> None:
    """Prove of each case that check mode tells what the run does, and that a second run does nothing.

    :param cases: module, options, and the fields of the change; `None` if nothing is to be done.
    """
    tasks: list[Task] = []
    for module, options, _fields in cases:
        tasks += [(module, options, True), (module, options, False), (module, options, False)]
    results = bench.run(folder, tasks, by_playbook=True)
    for number, (module, options, fields) in enumerate(cases):
        foretold, done, repeated = results[3 * number : 3 * number + 3]
        where = f"{module} {options}: {done}"
        assert not done["failed"], where
        assert foretold["changed"] == done["changed"] == (fields is not None), where
        assert foretold["actions"] == done["actions"], where
        assert foretold.get("diff") == done.get("diff"), where
        assert [action["fields"] for action in done["actions"]] == ([fields] if fields is not None else []), where
        assert foretold["calls"]["writes"] == 0, where
        # A server that takes relationships in the other form only refuses once.
        most = 2 if bench.world == "otherwise" else 1
        assert (0 if fields is None else 1) <= done["calls"]["writes"] <= (0 if fields is None else most), where
        assert repeated["changed"] is False, repeated
        assert repeated["actions"] == [], repeated
        assert repeated["calls"]["writes"] == 0, repeated


@pytest.fixture(
    scope="module",
    params=[name if name == "default" else pytest.param(name, marks=pytest.mark.slow) for name in WORLDS],
)
def shared_bench(request: pytest.FixtureRequest) -> t.Iterator[Bench]:
    with Emulator(switches=WORLDS[request.param], people=30) as running:
        yield Bench(request.param, running)


@pytest.fixture
def bench(shared_bench: Bench, leaks: Watch) -> Bench:
    """The organization as good as new."""
    shared_bench.emulator.reset()
    shared_bench.leaks = leaks
    return shared_bench


def test_a_team_in_all_its_options(bench: Bench, tmp_path: Path) -> None:
    module = "veracode_team"
    ted, mary, wendy, lee = "tmonarch@example.com", "mdoe@example.com", "wbuckeye@example.com", "lpieris@example.com"
    prove(
        tmp_path,
        bench,
        [
            (module, {"name": "Payments"}, ["name"]),
            (module, {"name": "Payments", "business_unit": "Example Unit"}, ["business_unit"]),
            # The server's spelling is no difference; an inactive account and a service account can be members.
            (module, {"name": "Payments", "members": [ted.upper(), wendy, "build-upload"]}, ["members"]),
            (module, {"name": "Payments", "managers": [lee]}, ["managers", "members"]),
            (module, {"name": "Payments", "members": [mary], "members_mode": "add"}, ["members"]),
            (module, {"name": "Payments", "members": [ted, "never-there"], "members_mode": "remove"}, ["members"]),
            (module, {"name": "Payments", "members": [ted]}, ["members"]),
            (
                module,
                {"name": "Billing", "previously": ["Payments", "Gone"], "business_unit": ""},
                ["business_unit", "name"],
            ),
            (module, {"name": "Billing", "managers": [], "members_mode": "exact"}, ["managers"]),
            (module, {"name": "Billing", "members": [mary], "managers": [lee]}, ["managers", "members"]),
            (module, {"name": "Billing", "members": None, "managers": None, "business_unit": None}, None),
        ],
    )
    team = bench.emulator.team("Billing")
    assert team is not None
    assert team["users"] == {lee: "ADMIN", mary: "MEMBER"}
    assert team["business_unit"] == "Not Specified"
    prove(
        tmp_path / "more",
        bench,
        [
            (
                module,
                {"name": "Whole", "business_unit": "Example Unit", "members": [ted], "managers": [lee]},
                ["business_unit", "managers", "members", "name"],
            ),
            (module, {"name": "Whole", "members": []}, ["members"]),
            (module, {"name": "Whole", "state": "absent"}, []),
            (module, {"name": "Billing", "state": "absent"}, []),
            (module, {"name": "Never There", "state": "absent"}, None),
        ],
    )
    assert bench.emulator.team("Whole") is None


def test_a_business_unit_in_all_its_options(bench: Bench, tmp_path: Path) -> None:
    module = "veracode_business_unit"
    prove(
        tmp_path,
        bench,
        [
            (module, {"name": "Finance"}, ["name"]),
            (module, {"name": "Finance", "teams": ["Release Team", "Quality Team"]}, ["teams"]),
            (module, {"name": "Finance", "teams": ["Release Team"], "teams_mode": "remove"}, ["teams"]),
            (module, {"name": "Finance", "teams": ["Demo Team"], "teams_mode": "add"}, ["teams"]),
            (module, {"name": "Money", "previously": ["Finance"], "teams": ["Demo Team"]}, ["name", "teams"]),
            (module, {"name": "Money", "teams": []}, ["teams"]),
            (module, {"name": "Money", "state": "absent"}, []),
            (module, {"name": "Law", "teams": ["Demo Team"]}, ["name", "teams"]),
        ],
    )
    moved = {name: bench.emulator.team(name) for name in ("Demo Team", "Quality Team")}
    assert {name: team and team["business_unit"] for name, team in moved.items()} == {
        "Demo Team": "Law",
        "Quality Team": "Not Specified",
    }


def test_a_role_in_all_its_options(bench: Bench, tmp_path: Path) -> None:
    module = "veracode_role"
    prove(
        tmp_path,
        bench,
        [
            (module, {"name": "Auditor", "permissions": ["viewReports"]}, ["name", "permissions"]),
            (
                module,
                {"name": "Auditor", "permissions": ["viewResults", "viewReports"], "is_api": False},
                ["permissions"],
            ),
            (
                module,
                {"name": "Auditor", "permissions": ["viewResults"], "role_name": "audit"},
                ["permissions", "role_name"],
            ),
            (
                module,
                {"name": "Auditor", "ignore_team_restrictions": True, "team_admin_manageable": True},
                ["ignore_team_restrictions", "team_admin_manageable"],
            ),
            (module, {"name": "Auditor", "jit_assignable": False, "jit_assignable_default": False}, ["jit_assignable"]),
            (module, {"name": "Internal Auditor", "previously": ["Auditor"]}, ["name"]),
            (
                module,
                {
                    "name": "Robot",
                    "permissions": ["viewReports"],
                    "is_api": True,
                    "role_name": "robot",
                    "jit_assignable": True,
                    "jit_assignable_default": True,
                },
                ["is_api", "jit_assignable", "jit_assignable_default", "name", "permissions", "role_name"],
            ),
        ],
    )
    role = bench.emulator.look("role", "audit")
    assert role is not None
    assert role["role_description"] == "Internal Auditor"
    assert [permission["permission_name"] for permission in role["permissions"]] == ["viewResults"]
    prove(
        tmp_path / "more",
        bench,
        [
            (module, {"name": "Internal Auditor", "state": "absent"}, []),
            (module, {"name": "Robot", "state": "absent"}, []),
        ],
    )
    assert bench.emulator.look("role", "audit") is None


def test_what_cannot_be_is_refused_before_the_first_write(bench: Bench, tmp_path: Path) -> None:
    cases: list[tuple[str, dict[str, t.Any], str, list[str]]] = [
        (
            "veracode_team",
            {
                "name": "Engineering",
                "members": ["tmonarch@exmple.com", "sviceroy@example.com"],
                "managers": ["wbuckeye@example.com", "nobody-like-this"],
                "business_unit": "Exampel Unit",
            },
            "business_unit",
            [
                'did you mean "Example Unit"?',
                'there is no account "tmonarch@exmple.com", did you mean "tmonarch@example.com"?',
                '"wbuckeye@example.com" cannot manage a team without the Team Admin role',
                'there is no account "nobody-like-this"',
            ],
        ),
        ("veracode_team", {"name": "engineering"}, "name", ['did you mean "Engineering"?']),
        (
            "veracode_team",
            {"name": "New", "previously": ["Engineering", "Quality Team"]},
            "previously",
            ['"Engineering", "Quality Team" all exist'],
        ),
        ("veracode_business_unit", {"name": "Not Specified", "state": "absent"}, "name", ["cannot be deleted"]),
        ("veracode_business_unit", {"name": "X", "teams": ["Demo team"]}, "teams", ['did you mean "Demo Team"?']),
        ("veracode_role", {"name": "Reviewer", "permissions": ["viewReports"]}, "name", ["only custom roles"]),
        (
            "veracode_role",
            {"name": "R", "permissions": ["viewReprots"]},
            "permissions",
            ['did you mean "viewReports"?'],
        ),
        ("veracode_role", {"name": "R"}, "permissions", ["creating it needs permissions"]),
        ("veracode_role", {"name": "Custom Reporter", "is_api": True}, "is_api", ["cannot turn it into"]),
        ("veracode_team_info", {"business_unit": "Nowhere"}, "business_unit", ["there is no business unit"]),
    ]
    results = bench.run(tmp_path, [(module, options, False) for module, options, _option, _words in cases])
    for (module, options, option, words), result in zip(cases, results, strict=True):
        where = f"{module} {options}: {result}"
        assert result["failed"], where
        assert result["failure"]["option"] == option, where
        assert all(each in result["msg"] for each in words), where
        assert (result["changed"], result["actions"], result["calls"]["writes"]) == (False, [], 0), where


def test_refusals_come_with_veracode_s_reason_and_the_remedy(bench: Bench, tmp_path: Path) -> None:
    cases = [
        (
            "veracode_team",
            {"name": "Demo Team", **ALLOWED},
            ["applications are assigned", "assign them to another team"],
        ),
        ("veracode_business_unit", {"name": "Example Unit"}, ["teams are assigned to it", "move them first"]),
        ("veracode_role", {"name": "Custom Reporter"}, ["assigned to users", "take it from them first"]),
    ]
    roles = ["extcreator", "extsubmitanyscan", "customreporter"]
    bench.emulator.change("user", "tmonarch@example.com", roles=roles)
    tasks: list[Task] = [(module, {**options, "state": "absent"}, False) for module, options, _words in cases]
    results = bench.run(tmp_path, tasks, by_playbook=True)
    for (module, _options, words), result in zip(cases, results, strict=True):
        if bench.world == "generous" and module != "veracode_team":
            assert (result["failed"], result["changed"]) == (False, True), result
            continue
        assert result["failed"], f"{module}: {result}"
        assert all(each in result["msg"] for each in words), result["msg"]
        assert "most roles need a team" not in result["msg"]
        assert result["failure"]["status"] == 400
        assert (result["changed"], result["calls"]["writes"]) == (False, 1)
    if bench.world == "generous":
        team = bench.emulator.team("Engineering")
        assert team is not None
        assert team["business_unit"] == "Not Specified"


def test_lists_tell_what_there_is(bench: Bench, tmp_path: Path) -> None:
    state = bench.emulator.state()
    tasks: list[tuple[str, dict[str, t.Any]]] = [
        ("veracode_team_info", {}),
        ("veracode_team_info", {"name": "Release Team"}),
        ("veracode_team_info", {"business_unit": "Example Unit"}),
        ("veracode_team_info", {"name": "release team"}),
        ("veracode_business_unit_info", {}),
        ("veracode_business_unit_info", {"name": "Example Unit"}),
        ("veracode_role_info", {}),
        ("veracode_role_info", {"is_custom": True, "detailed": True}),
        ("veracode_role_info", {"name": "extseclead"}),
    ]
    every, one, inside, none, units, unit, roles, custom, lead = bench.run(
        tmp_path, [(module, options, False) for module, options in tasks]
    )
    for result in (every, one, inside, none, units, unit, roles, custom, lead):
        assert (result["changed"], result["complete"], result["calls"]["writes"]) == (False, True, 0)
    there = sorted((team["team_name"] for team in state["teams"] if not team["deleted"]), key=str.casefold)
    assert [team["name"] for team in every["teams"]] == there
    assert every["count"] == len(there)
    stored = bench.emulator.team("Release Team")
    assert stored is not None
    assert one["teams"][0]["members"] == sorted(stored["users"])
    assert one["teams"][0]["managers"] == []
    assert one["teams"][0]["business_unit"] == stored["business_unit"]
    if bench.world != "generous":
        assert one["calls"]["reads"] == 2
    assert [team["name"] for team in inside["teams"]] == ["Engineering"] == unit["business_units"][0]["teams"]
    assert none["teams"] == []
    assert {unit["name"] for unit in units["business_units"] if unit["is_default"]} == {"Not Specified"}
    assert [role["name"] for role in custom["roles"]] == ["Custom Reporter"]
    assert custom["roles"][0]["permissions"] == ["viewReports"]
    assert {role["is_custom"] for role in roles["roles"]} == {True, False}
    assert [(role["name"], role["needs"]) for role in lead["roles"]] == [
        ("Security Lead", ["a scan permission, such as Any Scan"])
    ]


def test_forty_members_are_one_call_and_no_read_of_each(bench: Bench, tmp_path: Path) -> None:
    people = [user["user_name"] for user in bench.emulator.state()["users"] if not user.get("deleted")][:40]
    assert len(people) == 40
    manager = "lpieris@example.com"
    options: dict[str, t.Any] = {"name": "Release Team", "members": people, **ALLOWED}
    bench.emulator.clear_log()
    joined, managed, again = bench.run(
        tmp_path,
        [
            ("veracode_team", options, False),
            ("veracode_team", {**options, "managers": [manager]}, False),
            ("veracode_team", {**options, "managers": [manager]}, False),
        ],
    )
    assert not joined["failed"], joined
    assert not managed["failed"], managed
    stored = bench.emulator.team("Release Team")
    assert stored is not None
    assert {name for name, how in stored["users"].items() if how == "ADMIN"} == {manager}
    assert set(stored["users"]) == {*people, manager}
    assert again["calls"]["writes"] == 0
    assert again["changed"] is False
    if bench.world == "generous":
        # A server that does not tell who is in a team takes more reads, and the change cannot be verified.
        assert ["could not be verified" in warning for warning in joined["warnings"]] == [True]
        return
    assert joined["warnings"] == []
    log = bench.emulator.log()
    assert [call["path"] for call in log if "/users/" in call["path"] and not call["path"].endswith("/search")] == []
    if bench.is_default:
        # The team, its details, two listings of accounts.
        assert joined["calls"] == {"reads": 4, "writes": 1}
        # The team, its details; the manager by name; the roles and who holds one of them.
        assert managed["calls"]["reads"] <= 5
        assert managed["calls"]["writes"] == 1
        assert again["calls"] == {"reads": 2, "writes": 0}


@pytest.mark.parametrize("waits", [(0.01, 0.01)])
@pytest.mark.parametrize(
    ("module", "options", "path"),
    [
        ("veracode_team", {"members": ["tmonarch@example.com"]}, "/teams$"),
        ("veracode_business_unit", {"teams": ["Demo Team"]}, "/business_units$"),
        ("veracode_role", {"permissions": ["viewReports"], "jit_assignable": False}, "/roles$"),
    ],
)
def test_a_creation_whose_answer_was_lost_is_looked_up_before_it_is_repeated(
    bench: Bench,
    tmp_path: Path,
    module: str,
    options: dict[str, t.Any],
    path: str,
    waits: tuple[float, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_apply, "LOOK_UP_WAITS", waits)
    emulator = bench.emulator
    kind = module.removeprefix("veracode_")
    try:
        emulator.fault("reset_after", method="POST", path=path)
        done = run_inside(tmp_path, emulator, module, {"name": "Made Once", **options})
        assert not done["failed"], done
        emulator.clear_faults()
        emulator.fault("reset_before", method="POST", path=path)
        repeated = run_inside(tmp_path, emulator, module, {"name": "Made Again", **options})
        assert not repeated["failed"], repeated
        assert repeated["calls"]["writes"] >= 2
    finally:
        emulator.clear_faults()
    if bench.world != "otherwise":
        assert done["calls"]["writes"] == 1
    for name in ("Made Once", "Made Again"):
        assert emulator.look(kind, name) is not None
        again = run_inside(tmp_path, emulator, module, {"name": name})
        assert (again["failed"], again["changed"]) == (False, False), again


def test_an_object_of_somebody_else_is_not_adopted(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has the name by then, but not what was sent, is not changed."""
    monkeypatch.setattr(_apply, "LOOK_UP_WAITS", (0.01,))
    emulator = bench.emulator
    options = {"name": "Contested", "business_unit": "Example Unit"}
    real_look = _apply.look_for_lost

    def meanwhile(lost: LostAnswerError, look_up: t.Callable[[], t.Any]) -> t.Any:
        emulator.add("team", name="Contested")
        return real_look(lost, look_up)

    monkeypatch.setattr(
        "ansible_collections.community.veracode.plugins.module_utils._apply.object.look_for_lost", meanwhile
    )
    try:
        emulator.fault("reset_before", method="POST", path="/teams$", count=2)
        result = run_inside(tmp_path, emulator, "veracode_team", options)
    finally:
        emulator.clear_faults()
    assert result["failed"]
    assert "not with what was sent, so it was not changed" in result["msg"]
    assert result["changed"] is False

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role group_sync by its playbook: from a variable, a file and a real OpenLDAP server to access on Veracode."""

from __future__ import annotations

import json
import os
import re
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.emulator.control import Emulator
from tests.integration import ldap_server
from tests.integration.ldap_server import ADMIN, BASE, PASSWORD, LdapServer, entry
from tests.integration.playbooks import ROOT, Outcome, Runs

SYNC = "community.veracode.sync_groups"
TED, SAIYA = "tmonarch@example.com", "sviceroy@example.com"
ANN = {"mail": "ann@example.com", "givenName": "Ann", "sn": "Lee"}
MAPPING: dict[str, t.Any] = {
    "Developers": {"roles": ["Submitter"], "teams": ["Demo Team"]},
    "Leads": {"job_profiles": ["Developer Lead"], "managed_teams": ["Release Team"]},
}
STUB = '''
from ansible.module_utils.basic import AnsibleModule
import json

DOCUMENTATION = """
module: ldap_search
short_description: Stand-in
description: [Stand-in.]
author: [nobody]
options: {}
"""


def main():
    names = "dn scope filter attrs page_size server_uri validate_certs referrals_chasing bind_dn bind_pw start_tls".split()
    module = AnsibleModule({name: {"type": "raw", "no_log": False} for name in names}, supports_check_mode=True)
    with open("SEARCHES") as stream:
        searches = json.load(stream)
    [attribute] = [name for name in module.params["attrs"] if "range" in name] or ["first"]
    module.exit_json(results=searches.get(attribute, []))


main()
'''


@pytest.fixture
def runs(tmp_path: Path, installed: Path, emulator: Emulator) -> Runs:
    return Runs(tmp_path, installed, emulator)


def access(emulator: Emulator, name: str) -> tuple[list[str], dict[str, str]]:
    user = emulator.user(name) or {}
    return user["roles"], user["teams"]


def enabled(emulator: Emulator) -> set[str]:
    users = emulator.state()["users"]
    return {user["user_name"] for user in users if not user["is_api"] and user["login_enabled"] and not user["deleted"]}


def result(outcome: Outcome) -> str:
    """The closing words of the role."""
    return re.sub(r"\s+", " ", outcome.output)


# --- variables and files ----------------------------------------------------------------------------------------------


def test_people_get_the_access_of_their_groups_and_a_second_run_changes_nothing(runs: Runs, emulator: Emulator) -> None:
    ted = {"mail": TED, "givenName": "Ted", "sn": "Monarch"}
    groups = [{"name": "Developers", "members": [ANN, ted]}, {"name": "Leads", "members": [ANN]}]
    variables = {"group_sync_groups": groups, "group_sync_mapping": MAPPING}
    emulator.read_only()
    checked = runs.play(SYNC, variables, "--check", "--diff")
    assert (checked.returncode, checked.changed) == (0, 1), checked.output
    emulator.read_only(False)
    first = runs.play(SYNC, variables)
    assert (first.returncode, first.changed) == (0, 1), first.output
    assert "2 people have access by 2 groups." in result(first)
    roles, teams = access(emulator, "ann@example.com")
    assert roles == ["Any Scan", "Reviewer", "Submitter", "Team Admin", "Workspace Editor"]
    assert teams == {"Demo Team": "MEMBER", "Release Team": "ADMIN"}
    assert access(emulator, TED)[0] == ["Any Scan", "Submitter"]
    assert SAIYA in enabled(emulator)
    again = runs.play(SYNC, variables)
    assert (again.returncode, again.changed) == (0, 0), again.output


@pytest.mark.slow
def test_everybody_else_loses_access_only_where_it_is_said_and_within_the_guards(
    runs: Runs, emulator: Emulator
) -> None:
    (runs.folder / "groups.csv").write_text(f"group;E-Mail;givenName;sn\nDevelopers;{TED};Ted;Monarch\n")
    variables: dict[str, t.Any] = {
        "group_sync_file": "groups.csv",
        "group_sync_mapping": {"Developers": MAPPING["Developers"]},
        "group_sync_attributes": {"username": "e-mail", "email_address": "email"},
        "group_sync_exclusive": True,
        "group_sync_plan_file": "plan.json",
    }
    before = enabled(emulator)
    refused = runs.play(SYNC, {**variables, "group_sync_max_removals": 1})
    assert refused.returncode != 0
    assert "max_removals: this plan would" in refused.output
    assert "Nothing was changed." in refused.output
    assert enabled(emulator) == before
    kept = ["aswallowtail@example.com", "mdoe@example.com"]
    (runs.folder / "mapping.yml").write_text(yaml.safe_dump(variables.pop("group_sync_mapping")))
    variables["group_sync_mapping_file"] = "mapping.yml"
    done = runs.play(SYNC, {**variables, "group_sync_protected_users": kept, "group_sync_min_administrators": 1})
    assert done.returncode == 0, done.output
    assert enabled(emulator) == {TED, *kept}
    assert {action["action"] for action in json.loads((runs.folder / "plan.json").read_text())["actions"]} >= {
        "disable"
    }


BROKEN: list[tuple[dict[str, t.Any], str]] = [
    ({"group_sync_mapping": {}, "group_sync_file": "x.csv"}, "group_sync_mapping: no mapping is given"),
    ({}, "No source is given, or it has no group"),
    ({"group_sync_groups": [{"name": "G"}], "group_sync_file": "x.csv"}, "more than one source is given; keep one"),
    ({"group_sync_groups": [{"name": "Developers", "members": []}]}, 'group "Developers": has no members'),
    ({"group_sync_groups": [{"name": "developers", "members": [ANN]}]}, 'did you mean "developers"?'),
    ({"group_sync_file": "broken.yml"}, "broken.yml: line 1: is not YAML"),
    ({"group_sync_file": "nowhere.csv"}, "nowhere.csv"),
    ({"group_sync_ldap": {"server_uri": "ldap://127.0.0.1:1"}}, "group_sync_ldap: dn is missing"),
    ({"group_sync_file": "empty.json"}, "The source has no group at all"),
    ({"group_sync_groups": [{"name": "Developers", "member": [ANN]}]}, "group_sync_groups.member. Supported"),
]


def test_an_empty_or_broken_source_stops(runs: Runs, emulator: Emulator) -> None:
    emulator.read_only()
    (runs.folder / "broken.yml").write_text("a: [")
    (runs.folder / "empty.json").write_text('{"groups": []}')
    given = {
        "group_sync_mapping": {"Developers": MAPPING["Developers"]},
        "group_sync_exclusive": True,
        "group_sync_folder": str(runs.folder),
    }
    role = {"ansible.builtin.include_role": {"name": "community.veracode.group_sync"}}
    tasks = [
        {
            "block": [{**role, "vars": {**given, **variables}}, {"ansible.builtin.meta": "end_play"}],
            "rescue": [{"ansible.legacy.record": {"content": "", "dest": f"{number}.txt"}}],
        }
        for number, (variables, _message) in enumerate(BROKEN)
    ]
    (runs.folder / "play.yml").write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    outcome = runs.play("play.yml", {})
    assert all((runs.folder / f"{number}.txt").exists() for number in range(len(BROKEN))), outcome.output
    output = outcome.output.replace('\\"', '"')
    assert [message for _variables, message in BROKEN if message not in output] == [], outcome.output
    assert emulator.violations() == []


# --- LDAP --------------------------------------------------------------------------------------------------------------


def person(name: str, mail: str, **more: t.Any) -> str:
    first, _blank, last = name.partition(" ")
    dn = f"cn={escaped(name)},ou=people,{BASE}"
    values = {"objectClass": ["inetOrgPerson"], "cn": name, "givenName": first, "sn": last or first, "mail": mail}
    return entry(dn, {**values, **more})


def escaped(name: str) -> str:
    return re.sub(r'([,\\+"<>;=])', r"\\\1", name)


def group(name: str, members: list[str]) -> str:
    return entry(f"cn={escaped(name)},ou=groups,{BASE}", {"objectClass": "groupOfNames", "cn": name, "member": members})


def dn(name: str, folder: str = "people") -> str:
    return f"cn={escaped(name)},ou={folder},{BASE}"


def folders() -> list[str]:
    return [
        entry(f"ou={name},{BASE}", {"objectClass": "organizationalUnit", "ou": name}) for name in ("people", "groups")
    ]


@pytest.fixture(scope="session")
def libraries() -> tuple[Path, Path]:
    """Folders with python-ldap and with the collection community.general, kept next to the test environment."""
    reason = ldap_server.missing()
    if reason is not None:
        pytest.skip(reason)
    place = Path(os.environ.get("VIRTUAL_ENV") or sys.prefix)
    reason = ldap_server.python_ldap(place / "python-ldap")
    if reason is not None:
        pytest.skip(reason)
    requirements = ROOT / "tests" / "requirements" / "controller.txt"
    return place / "python-ldap", ldap_server.community_general(place / "general-collection", requirements)


@pytest.fixture
def ldap_runs(tmp_path: Path, installed: Path, emulator: Emulator, libraries: tuple[Path, Path]) -> Runs:
    runs = Runs(tmp_path, installed, emulator, collections=[libraries[1]])
    runs.env["PYTHONPATH"] = str(libraries[0])
    return runs


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ldap")


def ldap(server: LdapServer, **more: t.Any) -> dict[str, t.Any]:
    return {"server_uri": server.uri, "bind_dn": ADMIN, "bind_pw": PASSWORD, "dn": BASE, **more}


@pytest.mark.slow
def test_groups_of_a_real_directory(ldap_runs: Runs, emulator: Emulator, folder: Path) -> None:
    odd, umlaut, slash = "Doe, Jane", "Jörg Müller", "Back\\slash User"
    entries = [
        *folders(),
        person(odd, "jane@example.com", telephoneNumber="+49 30 1"),
        person(umlaut, "joerg@example.com"),
        person(slash, "back@example.com"),
        person("Gone Person", "gone@example.com", employeeType="disabled"),
        group("Ops, EU (Süd) \\ 1", [dn(odd), dn("Inner", "groups"), dn("Gone Person")]),
        group("Inner", [dn(umlaut).upper(), dn(slash)]),
        group("Others", [dn(slash)]),
    ]
    mapping = {
        "Ops, EU (Süd) \\ 1": {"roles": ["Reviewer"], "teams": ["Demo Team"]},
        f"CN=others,OU=Groups,{BASE}": {"roles": ["Executive"]},
    }
    with LdapServer(folder, entries) as server:
        variables = {
            "group_sync_ldap": ldap(server, filter="(&(objectClass=person)(!(employeeType=disabled)))"),
            "group_sync_mapping": mapping,
            "group_sync_attributes": {"phone": "telephoneNumber"},
        }
        checked = ldap_runs.play(SYNC, variables, "--check")
        assert (checked.returncode, checked.changed) == (0, 1), checked.output
        first = ldap_runs.play(SYNC, variables)
        assert (first.returncode, first.changed) == (0, 1), first.output
        assert "1 member of these groups is not among the people" in result(first)
        assert PASSWORD not in first.output
        assert (emulator.user("jane@example.com") or {})["phone"] == "+49 30 1"
        assert access(emulator, "joerg@example.com")[0] == ["Reviewer"]
        assert (emulator.user("joerg@example.com") or {})["last_name"] == "Müller"
        assert access(emulator, "back@example.com")[0] == ["Executive", "Reviewer"]
        assert emulator.user("gone@example.com") is None
        again = ldap_runs.play(SYNC, variables)
        assert (again.returncode, again.changed) == (0, 0), again.output
        emulator.read_only()
        for wrong, message in (
            ({"bind_pw": "another"}, "INVALID_CREDENTIALS|Invalid credentials|Cannot bind"),
            ({"dn": f"ou=nowhere,{BASE}"}, "Base not found"),
            ({"group_filter": "(objectClass=nothing)"}, "The source has no group at all"),
            ({"filter": "(objectClass=nothing)"}, "has no members"),
        ):
            broken = ldap_runs.play(SYNC, {**variables, "group_sync_ldap": ldap(server, **wrong)})
            assert broken.returncode != 0
            assert re.search(message, broken.output), broken.output
    assert emulator.violations() == []


def test_a_thousand_people_in_sixty_groups_are_one_search_and_one_task(
    ldap_runs: Runs, emulator: Emulator, folder: Path
) -> None:
    names = [f"Person {number}" for number in range(1000)]
    entries = [*folders(), *(person(name, f"p{number}@example.com") for number, name in enumerate(names))]
    entries += [group(f"Group {n}", [dn(name) for name in names[n::60]]) for n in range(60)]
    mapping = {f"Group {n}": {"roles": ["Reviewer"], "teams": ["Demo Team"]} for n in range(60)}
    with LdapServer(folder, entries) as server:
        outcome = ldap_runs.play(SYNC, {"group_sync_ldap": ldap(server), "group_sync_mapping": mapping}, "--check")
    assert outcome.returncode == 0, outcome.output
    assert outcome.output.count(" : Search the LDAP directory]") == 1
    assert outcome.output.count(" : Apply the access]") == 1
    assert "1000 people have access by 60 groups." in result(outcome)
    assert len(emulator.log()) < 50


# --- what Active Directory does ------------------------------------------------------------------------------------------


def stub(tmp_path: Path, searches: dict[str, t.Any]) -> Path:
    """A collection community.general whose ldap_search answers from a file, as Active Directory does."""
    modules = tmp_path / "stub" / "ansible_collections" / "community" / "general" / "plugins" / "modules"
    modules.mkdir(parents=True)
    (tmp_path / "searches.json").write_text(json.dumps(searches))
    (modules / "ldap_search.py").write_text(STUB.replace("SEARCHES", str(tmp_path / "searches.json")))
    return tmp_path / "stub"


@pytest.mark.slow
def test_a_group_of_more_than_1500_members_is_read_to_its_end(
    tmp_path: Path, installed: Path, emulator: Emulator
) -> None:
    people = [
        {
            "dn": dn(f"P{n}"),
            "cn": f"P{n}",
            "mail": f"p{n}@example.com",
            "givenName": "P",
            "sn": str(n),
            "objectClass": "person",
        }
        for n in range(3200)
    ]
    members = [dn(f"P{n}") for n in range(3200)]
    big = {"dn": dn("Big", "groups"), "cn": "Big", "objectClass": "group", "member": []}
    searches = {
        "first": [*people, {**big, "member;range=0-1499": members[:1500]}],
        "member;range=1500-*": [{"dn": big["dn"], "member;range=1500-2999": members[1500:3000]}],
        "member;range=3000-*": [{"dn": big["dn"], "member;range=3000-*": members[3000:]}],
    }
    runs = Runs(tmp_path, installed, emulator, collections=[stub(tmp_path, searches)])
    variables = {
        "group_sync_ldap": {"dn": BASE},
        "group_sync_mapping": {"Big": {"roles": ["Reviewer"], "teams": ["Demo Team"]}},
    }
    outcome = runs.play(SYNC, variables, "--check")
    assert outcome.returncode == 0, outcome.output[-3000:]
    assert "3200 people have access by 1 group." in result(outcome)
    assert outcome.output.count(" : Search the LDAP directory]") == 3
    del searches["member;range=3000-*"]
    (tmp_path / "searches.json").write_text(json.dumps(searches))
    broken = runs.play(SYNC, variables, "--check")
    assert broken.returncode != 0
    assert "could not be read; check what the account may read" in broken.output


def test_without_community_general_the_role_says_what_is_missing(runs: Runs) -> None:
    outcome = runs.play(SYNC, {"group_sync_ldap": {"dn": BASE}, "group_sync_mapping": {"G": {}}})
    assert outcome.returncode != 0
    assert "needs the collection community.general, which is not installed here" in outcome.output


def test_the_defaults_are_those_of_the_documentation() -> None:
    role = ROOT / "roles" / "group_sync"
    defaults = yaml.safe_load((role / "defaults" / "main.yml").read_text(encoding="utf-8"))
    options = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"][
        "main"
    ]
    documented = {name: option["default"] for name, option in options["options"].items() if "default" in option}
    assert documented == defaults

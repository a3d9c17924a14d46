# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sources of the role group_sync: entries of LDAP, files and variables."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.plugin_utils.group_sync import Settings, people_of
from ansible_collections.community.veracode.plugins.plugin_utils.ldap_groups import read_ldap

BASE = "dc=example,dc=com"


def person(name: str, **more: t.Any) -> dict[str, t.Any]:
    dn = f"cn={name},ou=people,{BASE}"
    mail = f"{name.lower()}@example.com"
    return {"dn": dn, "cn": name, "mail": mail, "givenName": name, "sn": "X", "objectClass": ["person"], **more}


def group(name: str, *members: str, **more: t.Any) -> dict[str, t.Any]:
    listed: dict[str, t.Any] = {"member": list(members)} if members else {}
    return {"dn": f"cn={name},ou=groups,{BASE}", "cn": name, "objectClass": ["top", "group"], **listed, **more}


def dn(name: str, folder: str = "people") -> str:
    return f"cn={name},ou={folder},{BASE}"


def usernames(result: dict[str, t.Any]) -> list[str]:
    return [entry["username"].partition("@")[0] for entry in result["users"]]


def sync(form: str, source: t.Any, mapping: t.Any, file: str | None = None, **settings: t.Any) -> dict[str, t.Any]:
    return people_of(form, source, Settings(mapping, **settings), file)


# --- LDAP ------------------------------------------------------------------------------------------------------------


def test_members_are_found_whatever_the_case_and_the_escapes_of_their_names() -> None:
    odd = {**person("M"), "dn": f"CN=M\\C3\\BCller\\, Anna \\\\ B,OU=People,{BASE}"}
    wanted = f"cn=m\u00fcller\\2C anna \\5c b, ou=people, {BASE.upper()}"
    assert usernames(sync("ldap", [odd, person("Bo"), group("G", wanted, dn("BO"))], {"G": {}})) == ["bo", "m"]


def test_members_of_groups_in_groups_count_once_and_a_circle_ends() -> None:
    entries = [
        *(person(name) for name in ("A", "B", "C", "D")),
        group("Outer", dn("A"), dn("Inner", "groups")),
        group("Inner", dn("B"), dn("A"), dn("Deep", "groups")),
        group("Deep", dn("C"), dn("Outer", "groups"), dn("Deep", "groups")),
        group("Other", dn("D")),
    ]
    assert usernames(sync("ldap", entries, {"Outer": {}})) == ["a", "b", "c"]
    assert usernames(sync("ldap", entries, {"Deep": {}, dn("other", "groups"): {}})) == ["a", "b", "c", "d"]


def test_members_by_other_attributes() -> None:
    posix = {"dn": dn("P", "groups"), "cn": ["P"], "objectClass": "posixGroup", "memberUid": ["a", "nobody"]}
    unique = {"dn": dn("U", "groups"), "cn": "U", "objectClass": ["groupOfUniqueNames"], "uniqueMember": dn("B")}
    own = {"dn": dn("O", "groups"), "cn": "O", "objectClass": ["own"], "hasMember": [dn("C")]}
    people = [person("A", uid="a"), person("B", uid="b"), person("C")]
    mapping: dict[str, t.Any] = {"P": {}, "U": {}, "O": {}}
    result = sync("ldap", [*people, posix, unique, own], mapping, member_attributes=["hasMember"])
    assert (usernames(result), result["unknown"]) == (["a", "b", "c"], 1)


def test_a_large_group_is_read_part_by_part() -> None:
    names = [f"P{number}" for number in range(3500)]
    people = [person(name) for name in names]
    members = [dn(name) for name in names]
    first = {**group("Big"), "member": [], "member;range=0-1499": members[:1500]}
    entries = [*people, first, group("Small", dn("P1"))]
    result = sync("ldap", entries, {"Big": {}})
    assert result["ranges"] == [{"dn": dn("Big", "groups"), "attribute": "member;range=1500-*"}]
    assert (result["users"], result["errors"]) == ([], [])
    entries.append({"dn": dn("big", "groups"), "Member;Range=1500-2999": members[1500:3000]})
    assert sync("ldap", entries, {"Big": {}})["ranges"][0]["attribute"] == "member;range=3000-*"
    entries.append({"dn": dn("Big", "groups"), "member;range=3000-*": members[3000:]})
    result = sync("ldap", entries, {"Big": {}})
    assert (len(result["users"]), result["ranges"], result["unknown"]) == (3500, [], 0)


def test_only_groups_that_count_are_read_to_their_end() -> None:
    part = {"member;range=0-0": [dn("A")]}
    entries = [
        person("A"),
        group("Outer", dn("Inner", "groups")),
        {**group("Inner"), **part},
        {**group("Other"), **part},
    ]
    ranges = sync("ldap", entries, {"Outer": {}})["ranges"]
    assert ranges == [{"dn": dn("Inner", "groups"), "attribute": "member;range=1-*"}]


def test_a_reference_to_another_server_is_no_entry() -> None:
    entries = [person("A"), group("G", dn("A")), {"dn": None}, {"dn": "ldap://other"}, "text"]
    assert usernames(sync("ldap", entries, {"G": {}})) == ["a"]
    with pytest.raises(InputError, match="is not a list of entries"):
        read_ldap({"results": []}, [])


def test_what_looks_like_a_broken_source_stops() -> None:
    assert sync("ldap", [person("A")], {"G": {}})["errors"][0] == (
        "The source has no group at all; check its filter, file or variable"
    )
    gone = [group("G", dn("Gone"))]
    message = 'group "G": has no members; remove it from group_sync_mapping, or set group_sync_allow_empty_groups'
    assert sync("ldap", gone, {"G": {}})["errors"] == [message]
    assert sync("ldap", gone, {"G": {}}, allow_empty=True)["errors"] == []
    assert sync("variable", [], {"G": {}}, allow_empty=True)["errors"][0].startswith("The source has no group at all")
    empty = [{"name": "G", "members": []}, {"name": "H"}]
    assert sync("variable", empty, {"G": {}})["errors"] == [message]


# --- files -------------------------------------------------------------------------------------------------------------

GROUPS = [
    {"name": "Dev, EU", "members": [{"mail": "ann@example.com", "givenName": "Ann", "sn": "Lee"}]},
    {"name": "Ops", "members": [{"mail": "bo@example.com", "givenName": "Bo", "sn": "Berg"}]},
]
MAPPING: dict[str, t.Any] = {"Dev, EU": {"roles": ["Reviewer"]}, "Ops": {"teams": ["A"]}}
CSV = """\ufeffGroup;E-Mail;Given Name;SN;Department
"Dev, EU";ann@example.com;Ann;Lee;X

 Ops ;bo@example.com;Bo;Berg;
""".replace("\n", "\r\n")


def test_each_form_of_file_says_the_same() -> None:
    expected = sync("variable", GROUPS, MAPPING)
    assert (usernames(expected), expected["errors"]) == (["ann", "bo"], [])
    attributes = {"username": "email", "email_address": "e_mail"}
    for name, content, given in (
        ("groups.yml", yaml.safe_dump(GROUPS), None),
        ("groups.YAML", yaml.safe_dump({"groups": GROUPS}), None),
        ("groups.json", json.dumps({"groups": GROUPS}), None),
        ("groups.csv", CSV, attributes),
        ("groups.txt", CSV.replace(";", "\t"), attributes),
    ):
        assert sync("file", content, MAPPING, name, attributes=given)["users"] == expected["users"], name


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("g.yml", "", "g.yml: is neither a list of groups nor a dictionary with such a list under groups; write one"),
        ("g.yml", "users: []", "g.yml: is neither a list of groups nor a dictionary with such a list under groups; write one"),
        ("g.yml", "a: [", "g.yml: line 1: is not YAML (expected the node content, but found '<stream end>'); correct it"),
        ("g.json", "[]", "The source has no group at all; check its filter, file or variable"),
        ("g.csv", "", "g.csv: line 1: there is no header; name the columns in the first line"),
        ("g.csv", "group,sn\nG,Lee\n", 'g.csv: line 1: there is no column "mail", which is the email_address; add it, or name '
         "another in group_sync_attributes"),
        ("g.csv", "mail,sn\na@example.com,Lee\n", 'g.csv: line 1: there is no column "group"; add it'),
        ("g.csv", "group,mail\n,a@example.com\n", "g.csv: line 2: the row names no group; write one, or remove the row"),
        ("g.csv", "group,mail\nG,\nG,\n", 'g.csv: lines 2, 3: the row has no "mail"; write it, or remove the row'),
        ("g.csv", "group,mail\nG,a\u200b@example.com\n", "g.csv: line 2, column 2"),
        ("g.csv", "group,mail\n", "The source has no group at all; check its filter, file or variable"),
    ],
)  # fmt: skip
def test_a_broken_file_stops(name: str, content: str, message: str) -> None:
    result = sync("file", content, MAPPING, name)
    assert result["errors"][0].startswith(message), result["errors"]
    assert result["users"] == []


def test_errors_of_the_source_and_of_the_mapping_come_together() -> None:
    groups = [{"name": "G", "members": [{"cn": "Printer"}]}, {"name": "H", "members": []}]
    errors = sync("variable", groups, {"G": {}, "H": {}, "I": {}})["errors"]
    named = ['group "H"', 'group "G", member 1 (cn "Printer")', 'mapping["I"]']
    assert [error.partition(":")[0] for error in errors] == named

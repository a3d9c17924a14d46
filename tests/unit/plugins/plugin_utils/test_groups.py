# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups of a company's directory become people with the access of all their groups."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, VeracodeError
from ansible_collections.community.veracode.plugins.plugin_utils.distinguished_names import (
    first_value,
    fold_dn,
    parse_dn,
)
from ansible_collections.community.veracode.plugins.plugin_utils.groups import (
    Profiles,
    directory_from_groups,
)

ANN = {"mail": "ann@example.com", "givenName": "Ann", "sn": "Lee"}
BO = {"mail": "bo@example.com", "givenName": "Bo", "sn": "Berg"}
ENTRY = {"username": "ann@example.com", "email_address": "ann@example.com", "first_name": "Ann", "last_name": "Lee"}


def group(name: t.Any, *members: t.Any, **more: t.Any) -> dict[str, t.Any]:
    return {"name": name, "members": list(members), **more}


def people(groups: t.Any, mapping: t.Any, *arguments: t.Any, **options: t.Any) -> dict[str, dict[str, t.Any]]:
    return {entry["username"]: entry for entry in directory_from_groups(groups, mapping, *arguments, **options)}


def errors(*arguments: t.Any, **options: t.Any) -> list[str]:
    with pytest.raises(VeracodeError) as caught:
        directory_from_groups(*arguments, **options)
    return [each.msg for each in caught.value.all]


# --- who gets what ---------------------------------------------------------------------------------------------------


def test_a_person_has_the_union_of_what_the_groups_give() -> None:
    groups = [group("Developers", ANN, BO), group("Leads", ANN), group("Others", {"mail": "x@example.com"})]
    mapping = {
        "Developers": {"roles": ["Submitter"], "teams": ["B", "A"]},
        "Leads": {"job_profiles": ["Developer Lead"], "managed_teams": ["A"], "teams": ["A"]},
    }
    found = people(groups, mapping)
    assert found["ann@example.com"] == {
        **ENTRY,
        "roles": ["Reviewer", "Submitter", "Team Admin", "Workspace Editor"],
        "teams": ["A", "B"],
        "managed_teams": ["A"],
    }
    assert (found["bo@example.com"]["roles"], "managed_teams" in found["bo@example.com"]) == (["Submitter"], False)
    assert set(found) == {"ann@example.com", "bo@example.com"}


def test_an_option_that_no_group_names_is_not_managed_and_an_empty_one_is() -> None:
    assert directory_from_groups([group("G", ANN)], {"G": None}) == [ENTRY]
    assert directory_from_groups([group("G", ANN)], {"G": {"teams": [], "roles": None}}) == [{**ENTRY, "teams": []}]
    assert directory_from_groups([group("G", ANN)], {"G": {"roles": "Reviewer"}}) == [{**ENTRY, "roles": ["Reviewer"]}]


def test_values_are_as_ldap_gives_them() -> None:
    as_ldap = {"MAIL": ["ann@example.com"], "givenname": ["Ann"], "sn": "Lee", "telephoneNumber": [], "title": 7}
    attributes = {"phone": "telephoneNumber", "title": "title", "custom_one": "department"}
    assert directory_from_groups([group(["G"], as_ldap)], {"G": {}}, attributes) == [{**ENTRY, "title": "7"}]


def test_attributes_extend_the_default_and_an_empty_one_takes_an_option_out() -> None:
    member = {**ANN, "upn": "EX\\ann", "employeeID": "7"}
    found = directory_from_groups([group("G", member)], {"G": {}}, {"username": None, "custom_id": "upn"})
    assert found == [{"custom_id": "EX\\ann", **{key: value for key, value in ENTRY.items() if key != "username"}}]


def test_a_renamed_person_is_known_by_the_old_addresses() -> None:
    member = {**ANN, "proxyAddresses": ["SMTP:ann@example.com", "smtp:anna@example.com", "anne@example.com"]}
    found = people([group("G", member)], {"G": {}}, {"previously": "proxyAddresses"})
    assert found["ann@example.com"]["previously"] == ["anna@example.com", "anne@example.com"]
    assert "previously" not in people([group("G", ANN)], {"G": {}}, {"previously": "proxyAddresses"})["ann@example.com"]


def test_job_profiles_of_ones_own() -> None:
    groups, mapping = [group("G", ANN)], {"G": {"job_profiles": ["Auditor"]}}
    assert directory_from_groups(groups, mapping, profiles=Profiles({"Auditor": ["Executive"]}))[0]["roles"] == [
        "Executive"
    ]
    assert errors(groups, mapping)[0].startswith('mapping["G"].job_profiles: unknown job profile "Auditor"')


# --- which group is meant ----------------------------------------------------------------------------------------------

OPS = "CN=Ops\\, EU (M\u00fcnchen) \\\\ 1,OU=Groups,DC=example,DC=com"


@pytest.mark.parametrize(
    "key",
    [
        OPS,
        "cn=ops\\2c eu (m\\c3\\bcnchen) \\5C 1, ou=groups, dc=EXAMPLE, dc=com",
        'cn="Ops, EU (M\u00fcnchen) \\\\ 1",ou=Groups,dc=example,dc=com',
        "Ops, EU (M\u00fcnchen) \\ 1",
    ],
)
@pytest.mark.parametrize("form", ["name", "dn", "both"])
def test_a_group_is_meant_by_its_name_or_its_distinguished_name(key: str, form: str) -> None:
    groups = {
        "name": [group(OPS, ANN)],
        "dn": [{"dn": OPS, "members": [ANN]}],
        "both": [group("Ops, EU (M\u00fcnchen) \\ 1", ANN, dn=OPS)],
    }[form]
    assert directory_from_groups(groups, {key: {}}) == [ENTRY]


def test_two_groups_of_one_name_are_told_apart_by_their_distinguished_names() -> None:
    groups = [group("Ops", ANN, dn="cn=Ops,ou=eu"), group("Ops", BO, dn="cn=Ops,ou=us")]
    assert set(people(groups, {"CN=ops,OU=us": {}})) == {"bo@example.com"}
    [message] = errors(groups, {"Ops": {}})
    assert message == (
        'mapping["Ops"]: several groups have this name ("cn=Ops,ou=eu", "cn=Ops,ou=us"); use the distinguished name'
    )


def test_a_mapped_group_that_is_not_there() -> None:
    groups = [group("Developers", ANN)]
    assert errors(groups, {"developers": {}, "Nobody": {}}) == [
        'mapping["developers"]: there is no such group, did you mean "Developers"?',
        'mapping["Nobody"]: there is no such group (correct the name, or use missing=ignore)',
    ]
    assert directory_from_groups(groups, {"developers": {}}, missing="ignore") == []
    assert "missing: unknown value" in errors(groups, {"Developers": {}}, missing="skip")[0]


def test_a_group_mapped_by_its_name_and_by_its_distinguished_name_gives_both() -> None:
    source = [{"name": ["Ops"], "dn": ["CN=Ops,DC=x"], "members": [{key: [value] for key, value in ANN.items()}]}]
    mapping = {"Ops": {"roles": ["Reviewer"]}, "cn=ops, dc=X": {"roles": ["Creator"], "teams": "A"}}
    assert directory_from_groups(source, mapping) == [{**ENTRY, "roles": ["Creator", "Reviewer"], "teams": ["A"]}]


def test_a_group_that_comes_in_parts_and_one_without_members() -> None:
    source = [group("G", ANN), group("G", BO, ANN), {"name": "H"}, {"name": "I", "members": None}]
    mapping = {"G": {"teams": ["A"]}, "H": {}, "I": None}
    assert set(people(source, mapping)) == {"ann@example.com", "bo@example.com"}


def test_names_that_only_folding_makes_equal_are_those_of_two_people() -> None:
    one, other = ({**ANN, "mail": f"{name}@example.com"} for name in ("strasse", "straße"))
    found = people([group("G", one), group("H", other)], {"G": {"teams": ["A"]}, "H": {"teams": ["B"]}})
    assert {name: entry["teams"] for name, entry in found.items()} == {
        "strasse@example.com": ["A"],
        "straße@example.com": ["B"],
    }


def test_an_umlaut_of_a_distinguished_name_is_the_same_in_every_form() -> None:
    forms = ("CN=Prüfer,DC=x", "cn=pru\u0308fer,dc=x", "CN=Pr\\C3\\BCfer,DC=x", "CN=PRÜFER, DC=X", 'CN="Prüfer",DC=x')
    assert len({fold_dn(form) for form in forms}) == 1
    assert first_value("CN=a\\\\b,DC=x") == "a\\b"
    assert fold_dn("CN=a\\5Cb,DC=x") == fold_dn("cn=A\\\\B,dc=X")


def test_distinguished_names() -> None:
    assert parse_dn("no name") is None
    assert parse_dn("") is None
    assert first_value("CN=a\\,b+UID=7,DC=x") == "a,b"
    assert fold_dn("uid=7+CN=A  B,dc=x") == fold_dn("cn=a b+UID=7, DC=X")
    assert fold_dn("cn=a,dc=x") != fold_dn("cn=a\\,dc=x")
    assert parse_dn("cn=a\\ ,dc=x ") == ((("cn", "a "),), (("dc", "x"),))


# --- errors ------------------------------------------------------------------------------------------------------------


def test_members_that_cannot_be_accounts_are_named_all_together() -> None:
    groups = [
        group(
            "G", {"cn": ["Printer"], "dn": "cn=Printer,dc=x"}, {}, "ann@example.com", {"givenName": "Bo", "sn": "Berg"}
        ),
        group("H", {**ANN, "mail": ["a@example.com", "b@example.com"]}),
    ]
    assert errors(groups, {"G": {}, "H": {}}) == [
        'group "G", member 1 (dn "cn=Printer,dc=x"): has no mail, which is its username; set it, or remove it from the group',
        'group "G", member 2 (without any attribute): has no mail, which is its username; set it, or remove it from the group',
        'group "G", member 3: "ann@example.com" is not a dictionary of attributes; give {mail: …}',
        'group "G", member 4 (givenName "Bo", sn "Berg"): has no mail, which is its username; set it, or remove it from the group',
        'group "H", member 1 (mail "[\'a@example.com\', \'b@example.com\']", givenName "Ann", sn "Lee"): '
        "mail has 2 values; map an attribute that has one",
    ]


def test_a_person_without_an_address_is_named() -> None:
    attributes = {"username": "uid"}
    [message] = errors([group("G", {"uid": "bo", "givenName": "Bo", "sn": "Berg"})], {"G": {}}, attributes)
    assert (
        message
        == 'group "G", member 1 (uid "bo"): has no mail, which is its address; set it, or remove it from the group'
    )


def test_two_members_of_one_username_have_to_agree() -> None:
    same = {**ANN, "mail": "Ann@Example.com"}
    assert directory_from_groups([group("G", ANN), group("H", same)], {"G": {}, "H": {}}) == [ENTRY]
    less = {"mail": "ann@example.com"}
    assert directory_from_groups([group("G", less), group("H", ANN)], {"G": {}, "H": {}}) == [ENTRY]
    [message] = errors([group("G", ANN), group("H", {**same, "sn": "Li"})], {"G": {}, "H": {}})
    assert message == (
        'group "H", member 1 (mail "Ann@Example.com"): two members have the username "Ann@Example.com" and another last_name '
        '("Lee" in group "G", "Li" here); correct one'
    )


@pytest.mark.parametrize(
    ("groups", "mapping", "attributes", "message"),
    [
        ({}, {"G": {}}, None, 'groups: is not a list ("{}"); give a list of {name, members}'),
        ("text", {"G": {}}, None, 'groups: is not a list ("text"); give a list of {name, members}'),
        (["G"], {"G": {}}, None, 'groups[0]: is not a dictionary ("G"); give {name, members}'),
        ([{"members": []}], {"G": {}}, None, "groups[0]: has no name; give it one"),
        ([group(["a", "b"])], {"G": {}}, None, "groups[0].name: has 2 values; map an attribute that has one"),
        (
            [{"name": "G", "members": "ann"}],
            {"G": {}},
            None,
            "groups[0].members (G): is not a list; give a list of {attribute: value}",
        ),
        (
            [],
            {},
            None,
            'mapping: "{}" names no group; give {group: {roles, job_profiles, teams, managed_teams}}',
        ),
        (
            [],
            {"G": ["Reviewer"]},
            None,
            'mapping["G"]: is not a dictionary ("[\'Reviewer\']"); give roles, job_profiles, teams, managed_teams',
        ),
        ([], {"G": {"role": ["x"]}}, None, 'mapping["G"]: unknown key "role", did you mean "roles"?'),
        (
            [],
            {"G": {"roles": {"x": 1}}},
            None,
            'mapping["G"].roles: "{\'x\': 1}" is not a list of names; write them as a list',
        ),
        ([], {"G": {"teams": [1]}}, None, 'mapping["G"].teams: "[1]" is not a list of names; write them as a list'),
        ([], {"G": {}}, ["mail"], "attributes: is not a dictionary (\"['mail']\"); give {option: attribute}"),
        ([], {"G": {}}, {"user_name": "x"}, 'attributes: unknown option "user_name", did you mean "username"?'),
        ([], {"G": {}}, {"phone": 1}, 'attributes.phone: is not the name of an attribute ("1"); write it as text'),
    ],
)
def test_input_of_another_form_is_refused(groups: t.Any, mapping: t.Any, attributes: t.Any, message: str) -> None:
    assert errors(groups, mapping, attributes)[0] == message


def test_something_has_to_select_an_account() -> None:
    nothing = {"username": None, "email_address": ""}
    assert errors([group("G", ANN)], {"G": {}}, nothing) == [
        "attributes: none selects an account (first_name, last_name); map username"
    ]


def test_errors_are_of_one_line() -> None:
    with pytest.raises(InputError) as caught:
        directory_from_groups([group("G\n\x1b[31m", {"cn": "a\nb"})], {"G\n\x1b[31m": {}})
    assert "\n" not in caught.value.msg
    assert "\x1b" not in caught.value.msg

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe tells the positions of the emulator's switches apart, writes nothing and shows nobody's data."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from ansible_collections.community.veracode.plugins.module_utils._http.connection import connection_from_options
from tests.emulator.control import Emulator
from tests.emulator.switches import TABLE
from tests.probe.__main__ import block, table
from tests.probe.observe import CONTRADICTED, UNKNOWN, Observation, Probe
from tests.turns import in_turn

# What can be told apart by reading alone, each with another position than the default.
TOLD_APART = [
    ("list_carries", "roles_teams"),
    ("list_carries", "everything"),
    ("summary_names", "no"),
    ("max_page_size", "20"),
    ("inactive_filter", "only"),
    ("empty_page_embedded", "empty"),
    ("user_name_filter", "substring"),
    ("search_carries", "roles_teams"),
    ("search_hides_inactive", "no"),
    ("fields_to_return", "ignored"),
    ("title_readable_rest", "yes"),
    ("relationship_read", "string"),
    ("unset_fields", "null"),
    ("unset_fields", "empty"),
    ("timestamps", "offset"),
    ("timestamps", "text"),
    ("role_list_permissions", "no"),
    ("no_team_restriction_role", "no"),
    ("team_list_business_unit", "no"),
    ("team_users", "no"),
    ("jit_none", "empty"),
    ("revocation_unset", "empty"),
    ("credentials_none", "empty"),
    ("xml_api", "off"),
    ("xml_api", "off_403"),
    ("xml_encoding", "off"),
    ("xml_list_blanks", "yes"),
    ("xml_lists_inactive", "no"),
    ("title_readable_xml", "yes"),
    ("xml_booleans", "title"),
    ("xml_shows_newer_roles", "no"),
    ("xml_saml_by_username", "refused"),
    ("xml_filters", "substring"),
    ("xml_double_encoding", "no"),
    ("deleted_filter", "only"),
    ("deleted_by_id", "shown"),
    ("search_booleans", "words"),
    ("search_booleans", "true_false"),
    ("login_status", "capital"),
    ("login_status", "lower"),
    ("xml_undocumented", "error"),
    ("key_prefix_in_answers", "yes"),
    ("list_carries", "sparse"),
    ("timestamps", "number"),
    ("search_newer_filters", "ignored"),
    ("listings_hide_deleted", "no"),
    ("business_unit_list", "whole"),
    ("child_roles_shown", "by_id"),
    ("account_times", "absent"),
    ("last_login", "own"),
    ("last_login", "absent"),
    ("login_enabled_shown", "if_false"),
    ("email_verified", "absent"),
    ("user_role_names", "other"),
    ("user_role_flags", "yes"),
    ("oauth_clients", "404"),
    ("oauth_clients", "403"),
    ("oauth_list_secrets", "no"),
]

# What is distinguished by making a team and a role and deleting them.
TOLD_APART_BY_WRITING = [
    ("delete_status", "204"),
    ("role_name_created", "own"),
    ("child_roles_carry", "name"),
    ("child_roles_carry", "description"),
    ("create_role_status", "202"),
    ("create_role_status", "200"),
    ("hard_delete", "ignored"),
    ("reuse_deleted_name", "refused"),
]

# An account that is deleted before the probe looks.
LEAVER = "pradeep.nair@example.com"

# The other doubts, and why reading does not settle them; the probe prints what a single account can prove of some.
BY_WRITING = "what a change does, or how it is answered, is seen by making one"
NOT_BY_READING = {
    **dict.fromkeys(
        (
            *(
                "relationship_written",
                "put_answer",
                "create_status",
                "duplicate_status",
                "reset_status",
            ),
            *("session_status", "unknown_property", "create_without_roles", "empty_roles", "incremental_roles"),
            *(
                "put_user_name",
                "rest_name_follows_address",
                "email_unactivated",
                "relationship_omitted",
                "cleared_fields",
            ),
            *(
                "grant_administrator",
                "old_key_hours",
                "members_need_team",
                "business_unit_delete",
                "role_delete_assigned",
            ),
            *(
                "createuser_caller",
                "xml_empty",
                "xml_any_scan",
                "xml_narrow_scan",
                "xml_newer_roles",
                "xml_other_roles",
            ),
            "xml_email_pending",
        ),
        BY_WRITING,
    ),
    **dict.fromkeys(
        (
            *("manager_needs_team_admin", "search_by_role", "leftover_scan_roles", "team_rule", "api_without_team"),
            *(
                "api_human_roles",
                "api_shared_address",
                "human_name_is_address",
                "saml_username",
                "ips_when_unrestricted",
            ),
        ),
        "a case that exists proves it, and the probe looks for one; that there is none proves nothing",
    ),
    **dict.fromkeys(
        ("xml_denied", "restricted_caller_sees", "team_admin_may"), "seen by a caller with fewer rights only"
    ),
    **dict.fromkeys(
        ("clock_window", "prefixed_key_id", "plus_in_query"), "takes calls with a wrong signature, as an attack would"
    ),
    **dict.fromkeys(("child_role_rules", "scan_rule", "oauth_secret", "oauth_secret_life"), BY_WRITING),
    "revoked_key_lookup": "takes the id of a pair that was revoked",
    "shuffle_lists": "any order may mean something",
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator("organization", people=10) as running:
        yield running


@pytest.fixture(autouse=True, scope="module")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def usual(emulator: Emulator) -> set[Observation]:
    """What the probe says with every switch in its default position."""
    _begin(emulator)
    return set(_run(emulator))


def test_every_doubt_is_looked_at_or_cannot_be_seen() -> None:
    doubts = {switch.name for switch in TABLE if switch.mark in ("guess", "disagree", "code")}
    told = {name for name, _position in (*TOLD_APART, *TOLD_APART_BY_WRITING)}
    assert doubts - told == set(NOT_BY_READING)
    assert not told & set(NOT_BY_READING)


def _begin(emulator: Emulator) -> None:
    emulator.reset()
    emulator.remove("user", LEAVER)
    emulator.add("oauth_client", user=emulator.caller, name="pipeline")
    emulator.change("user", emulator.caller, last_login=1_700_000_000)
    someone = next(user for user in emulator.state()["users"] if not user["deleted"] and user["active"])
    emulator.change("user", someone["user_name"], phone="1", custom_two="2", ip_restricted=True)


def _run(emulator: Emulator, *, writes: bool = False) -> list[Observation]:
    options = {
        "api_url": emulator.url,
        "xml_api_url": emulator.url,
        "ca_path": emulator.ca_path,
        "rate_limit": 10_000,
    }
    connection = connection_from_options(options, {**os.environ, **emulator.env}, os.path.expanduser("~"))
    with Probe(connection, most=25, writes=writes) as probe:
        return probe.run()


@pytest.mark.parametrize(("switch", "position"), in_turn(TOLD_APART, of=3))
def test_a_switch_is_told_apart(emulator: Emulator, usual: set[Observation], switch: str, position: str) -> None:
    _begin(emulator)
    emulator.switch(**{switch: position})
    new = set(_run(emulator)) - usual
    assert new
    assert any(each.verdict == CONTRADICTED for each in new) or switch == "list_carries"


@pytest.fixture(scope="module")
def usual_with_writes(emulator: Emulator) -> set[Observation]:
    """What the probe says with every switch in its default position when it may write."""
    _begin(emulator)
    return set(_run(emulator, writes=True))


@pytest.mark.parametrize(("switch", "position"), in_turn(TOLD_APART_BY_WRITING, of=3))
def test_a_switch_is_told_apart_by_writing(
    emulator: Emulator, usual_with_writes: set[Observation], switch: str, position: str
) -> None:
    _begin(emulator)
    emulator.switch(**{switch: position})
    new = set(_run(emulator, writes=True)) - usual_with_writes
    assert any(each.verdict == CONTRADICTED for each in new)


def test_nothing_is_left_of_what_the_probe_writes(emulator: Emulator) -> None:
    def live(state: dict[str, list[dict[str, object]]]) -> list[object]:
        return [state["users"], [team for team in state["teams"] if not team["deleted"]], state["roles"]]

    _begin(emulator)
    before = live(emulator.state())
    _run(emulator, writes=True)
    assert live(emulator.state()) == before


def test_the_report_ends_with_a_block_for_a_bug_report(emulator: Emulator) -> None:
    _begin(emulator)
    observations = _run(emulator)
    lines = block(observations, "commercial").splitlines()
    assert lines[0] == "Paste from here into a bug report:"
    assert (lines[2], lines[-1]) == ("```text", "```")
    assert lines[3].startswith("community.veracode ")
    assert lines[3].endswith("region commercial")
    assert [each.question for each in observations if each.verdict == UNKNOWN and each.question in "".join(lines)] == []
    assert lines[-2] == f"not observable: {sum(each.verdict == UNKNOWN for each in observations)}"


def test_nothing_is_written_and_nobody_is_named(emulator: Emulator) -> None:
    _begin(emulator)
    emulator.read_only(True)
    observations = _run(emulator)
    report = table(observations) + block(observations, "commercial")
    assert emulator.violations() == []
    for user in emulator.state()["users"]:
        for key in ("user_name", "email_address", "last_name"):
            assert user[key] not in report
    assert emulator.api_id not in report
    assert emulator.api_secret not in report

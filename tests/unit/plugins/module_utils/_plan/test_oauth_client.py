# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plans of OAuth clients: when one is created, gets another secret, or is not changed."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.oauth_client import OauthClient, Secret
from ansible_collections.community.veracode.plugins.module_utils._model.role import BY_NAME, Role
from ansible_collections.community.veracode.plugins.module_utils._plan.key_pair import Stored
from ansible_collections.community.veracode.plugins.module_utils._plan.oauth_client import (
    ClientPlan,
    DesiredClient,
    deletion,
    desired_client,
    merged_diff,
    needs_secrets,
    plan_client,
    revocation,
    roles_of_client,
)

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
PAST, SOON, LATER = "2026-02-01T00:00:00Z", "2026-03-02T00:00:00Z", "2026-12-01T00:00:00Z"
LIVING, EXPIRED = Secret("s1", LATER), Secret("s0", PAST)
ADMIN, RESULTS = BY_NAME["adminapi"], BY_NAME["resultsapi"]
CLIENT = OauthClient("c1", "ci", "bot", "u1", "Pipeline", (ADMIN,), True, None, PAST, LATER, (LIVING,))
DEST = "/tmp/client.json"


def desired(**options: t.Any) -> DesiredClient:
    found, errors = desired_client({"state": "present", "name": "ci", "credentials_dest": DEST, **options})
    assert errors == []
    return found


def planned(
    *clients: OauthClient, stored: Stored | None = None, held: tuple[Role, ...] | None = None, **options: t.Any
) -> ClientPlan:
    return plan_client(desired(**options), held, clients, stored or Stored("c1", ()), NOW)


def action(plan: ClientPlan) -> str | None:
    return plan.change.action if plan.change is not None else None


@pytest.mark.parametrize(
    ("clients", "options", "stored", "does"),
    [
        ((), {}, Stored(None, ()), "create"),
        ((), {"state": "rotated"}, Stored(None, ()), "create"),
        ((CLIENT,), {}, Stored("c1", ()), None),
        ((CLIENT,), {}, Stored("C1", ()), None),
        ((CLIENT,), {"state": "rotated"}, Stored("c1", ()), "generate"),
        ((CLIENT,), {"renew_if_missing": True}, Stored(None, ()), "generate"),
        ((CLIENT,), {"renew_if_missing": True}, Stored("c2", ()), "generate"),
        ((CLIENT,), {"credentials_dest": None}, None, None),
        ((replace(CLIENT, secrets=()),), {}, Stored("c1", ()), "generate"),
        ((replace(CLIENT, secrets=(EXPIRED,)),), {}, Stored("c1", ()), "generate"),
        ((replace(CLIENT, secrets=(EXPIRED, LIVING)),), {}, Stored("c1", ()), None),
        ((replace(CLIENT, secrets=()),), {"credentials_dest": None}, None, None),
        ((replace(CLIENT, expires=PAST),), {}, Stored("c1", ()), "create"),
        ((replace(CLIENT, expires=None, secrets=(Secret("s", None),)),), {}, Stored("c1", ()), None),
    ],
)
def test_a_client_gets_a_secret_where_it_lacks_one(
    clients: tuple[OauthClient, ...], options: dict[str, t.Any], stored: Stored | None, does: str | None
) -> None:
    plan = plan_client(desired(**options), None, clients, stored, NOW)
    assert action(plan) == does
    assert plan.reason


def test_an_expired_client_goes_with_the_creation_of_the_new_one() -> None:
    old = replace(CLIENT, expires=PAST)
    plan = planned(old)
    assert (action(plan), plan.expired, plan.reason) == ("create", (old,), f"the client expired on {PAST}")
    beside = planned(old, replace(CLIENT, client_id="c2"), stored=Stored("c2", ()))
    assert (action(beside), beside.expired) == (None, ())


@pytest.mark.parametrize(
    ("options", "roles", "option"),
    [
        ({"description": "Other"}, None, "description"),
        ({"roles": ["Results API"]}, (RESULTS,), "roles"),
        ({"roles": ["Admin API", "Results API"]}, (ADMIN, RESULTS), "roles"),
    ],
)
def test_what_veracode_cannot_change_is_an_error(
    options: dict[str, t.Any], roles: tuple[Role, ...] | None, option: str
) -> None:
    with pytest.raises(InputError, match="delete it with state: absent") as caught:
        planned(CLIENT, held=roles, **options)
    assert caught.value.option == option


def test_a_secret_that_the_destination_lacks_is_named_with_the_client() -> None:
    for stored, words in ((Stored(None, ()), "does not hold it"), (Stored("c2", ()), r"holds another one \(c2\)")):
        with pytest.raises(InputError, match=rf"\(c1\) has a valid secret, but .* {words}"):
            planned(CLIENT, stored=stored)
    with pytest.raises(InputError, match="if /tmp/rescue has it, copy it there"):
        planned(CLIENT, stored=Stored(None, ("/tmp/rescue",)))


def test_several_living_clients_of_one_name_are_listed() -> None:
    with pytest.raises(InputError, match=r"\(c1, c2\)"):
        planned(CLIENT, replace(CLIENT, client_id="c2"))


@pytest.mark.parametrize(("days", "warns"), [(None, False), (303, False), (304, False), (90, True)])
def test_another_life_is_a_warning(days: int | None, warns: bool) -> None:
    assert bool(planned(CLIENT, expires_in=days).warnings) is warns


def test_a_client_has_at_most_the_roles_of_its_account() -> None:
    assert roles_of_client(desired(), "bot", (ADMIN,)) is None
    assert roles_of_client(desired(roles=["adminapi", "Admin API"]), "bot", (ADMIN, RESULTS)) == (ADMIN,)
    with pytest.raises(InputError, match='"Results API" is not a role of "bot"'):
        roles_of_client(desired(roles=["Results API"]), "bot", (ADMIN,))


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"name": ""}, "name"),
        ({"name": "ci "}, "name"),
        ({"description": ""}, "description"),
        ({"expires_in": 0}, "expires_in"),
        ({"roles": []}, "roles"),
        ({"username": "bot"}, "username"),
        ({"username": "bot", "state": "rotated"}, "username"),
        ({"username": "bot", "state": "rotated", "revoke_tokens": True}, "username"),
    ],
)
def test_what_is_wrong_is_found_before_anything_is_read(options: dict[str, t.Any], option: str) -> None:
    _found, errors = desired_client({"state": "present", "name": "ci", **options})
    assert [error.option for error in errors] == [option]


def test_secrets_are_read_where_the_plan_needs_them() -> None:
    unread = replace(CLIENT, secrets=None)
    assert needs_secrets(desired(), unread)
    assert not needs_secrets(desired(), CLIENT)
    assert not needs_secrets(desired(credentials_dest=None), unread)
    assert needs_secrets(desired(state="rotated"), CLIENT)


def test_a_client_is_usable_until_it_or_its_newest_secret_ends() -> None:
    assert replace(CLIENT, secrets=(Secret("a", SOON), Secret("b", PAST))).usable_until == SOON
    assert replace(CLIENT, expires=SOON).usable_until == SOON
    assert replace(CLIENT, secrets=None).usable_until == LATER
    assert replace(CLIENT, expires=None, secrets=(Secret("a"),)).usable_until is None


def test_the_diff_of_several_clients_is_by_their_names_and_of_equal_names_by_their_ids() -> None:
    other = replace(CLIENT, client_id="c2")
    diff = merged_diff("ci", [revocation("ci", CLIENT), deletion(CLIENT), deletion(other)])
    assert diff["before_header"] == "oauth_client ci"
    assert set(diff["before"]) == {"ci", "ci (c1)", "ci (c2)"}
    assert diff["after"] == {"ci": {"revoke_tokens": True}}
    assert merged_diff("ci", []) == {"before": {}, "after": {}}

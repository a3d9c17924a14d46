# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last team of an API user."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team, TeamUser
from ansible_collections.community.veracode.plugins.module_utils._plan.last_team import leaving, refuse_last_team

BEFORE = Team("Web", "1", users=(TeamUser("bot", user_id="b"), TeamUser("Ann", user_id="a")))


def change(after: Team | None) -> Change[Team]:
    if after is None:
        return Change("delete", "team", "Web", (), {}, BEFORE, None)
    return Change("update", "team", "Web", ("members",), {"members": ()}, BEFORE, after)


def account(name: str, kind: str, *teams: str) -> Account:
    return Account(kind, name, {"username": name}, (), tuple(Membership(team) for team in teams))


def test_who_is_no_member_afterwards_leaves() -> None:
    assert [user.username for user in leaving(change(replace(BEFORE, users=(TeamUser("ANN"),))))] == ["bot"]
    assert len(leaving(change(None))) == 2
    renamed = Change("rename", "team", "W", ("name",), {"name": "W"}, BEFORE, replace(BEFORE, name="W", users=None))
    assert leaving(renamed) == []
    assert leaving(None) == []


def test_only_an_api_user_without_another_team_is_refused_and_named() -> None:
    gone = change(None)
    assert refuse_last_team(gone, [account("ann", "user", "Web"), account("bot", "api_user", "Web", "Other")]) is None
    error = refuse_last_team(gone, [account("bot", "api_user", "Web"), account("ci", "api_user", "Web")])
    assert error is not None
    assert error.option == "allow_unrestricted_api_users"
    assert "bot, ci" in error.msg

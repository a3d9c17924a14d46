# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a run has really achieved so far, by which each further step is judged. Pure."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.community.veracode.plugins.module_utils._errors import GuardError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change, Plan
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, TEAM, USER
from ansible_collections.community.veracode.plugins.module_utils._model.team import Team
from ansible_collections.community.veracode.plugins.module_utils._plan.guards import Administrators
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.memberships import Memberships
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.phases import Phase, Step
from ansible_collections.community.veracode.plugins.module_utils._plan.organization.relations import (
    Keys,
    Relations,
    relations_of,
)

_SEE = "see the other errors, then run the task again"


class Outcome(enum.Enum):
    """The outcome of a step."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Admission:
    """What may be done of a step now.

    :param plan: with lists as they really are, `None` if nothing may be done.
    :param errors: what is not carried out, since it would break a guard.
    """

    plan: Plan[t.Any] | None
    errors: tuple[GuardError, ...] = ()


@dataclass
class _Reserved:
    """What a step that is under way takes and gives.

    :param administrator: the name of the administrator it takes.
    :param taken: the relations it takes, each with whether the account managed the team.
    :param given: the relations it gives, likewise.
    """

    key: str = ""
    administrator: str | None = None
    taken: dict[tuple[str, str], bool] = field(default_factory=dict)
    given: dict[tuple[str, str], bool] = field(default_factory=dict)


class Achieved:
    """Who is an administrator and who is in which team, as far as a run knows; kept up with every write.

    What a step takes counts as taken from the moment it is admitted, what it gives only once it is done.

    :param keys: the keys of the accounts.
    :param accounts: the accounts that are there.
    :param teams: the teams whose users were read.
    :param administrators: `None` where no step concerns them.
    :param unrestricted: keys of the API users that may lose their last team, `None` for all.
    """

    def __init__(
        self,
        keys: Keys,
        accounts: t.Iterable[Account],
        teams: t.Iterable[Team],
        administrators: Administrators | None,
        unrestricted: t.Collection[str] | None,
    ) -> None:
        self._keys = keys
        self._memberships = Memberships(keys)
        self._administrators = administrators
        self._unrestricted = unrestricted
        self._api_users: set[str] = set()
        self._arrivals: dict[str, set[str]] = {}
        self._reserved: dict[int, _Reserved] = {}
        self._uncertain_accounts: dict[str, Account] = {}
        self._uncertain_teams: dict[str, Team] = {}
        for account in accounts:
            self.put_account(account)
        for team in teams:
            self.put_team(team)

    def put_account(self, account: Account) -> None:
        """Note an account as it was read."""
        key = self._keys.of_account(account)
        self._uncertain_accounts.pop(key, None)
        if account.kind == API_USER:
            self._api_users.add(key)
        self._memberships.put_account(account)
        if self._administrators is not None:
            self._administrators.put(key, account)

    def put_team(self, team: Team) -> None:
        """Note a team as it was read."""
        self._uncertain_teams.pop(team.name, None)
        self._memberships.put_team(team)

    def expect(self, steps: t.Iterable[Step]) -> None:
        """Note who is to join which team, so that nobody leaves one before having arrived in another."""
        for step in steps:
            change = step.plan.change
            if step.phase == Phase.MEMBERS and change is not None and change.kind == TEAM:
                for key in relations_of(change, self._keys).to_add:
                    self._arrivals.setdefault(key, set()).add(change.name)

    def unclear(self, step: Step) -> list[Account | Team]:
        """Return what has to be read again before a step can be judged, since a write had no clear outcome."""
        change = step.plan.change
        if change is None or change.kind not in (USER, API_USER, TEAM):
            return []
        relations = relations_of(change, self._keys)
        accounts = {self._key(change)} if change.kind != TEAM else set(relations.to_remove)
        teams = {change.name} if change.kind == TEAM and change.action != "create" else set()
        if not (relations.to_add or relations.to_remove):
            return []
        return [
            *(self._uncertain_accounts[key] for key in sorted(accounts & self._uncertain_accounts.keys())),
            *(self._uncertain_teams[name] for name in sorted(teams & self._uncertain_teams.keys())),
        ]

    # Judging

    def admit(self, step: Step) -> Admission:
        """Judge a step by what was really done, and count what it takes as taken."""
        change = step.plan.change
        if change is not None and change.kind in (USER, API_USER):
            return self._admit_account(step, change)
        if change is not None and change.kind == TEAM:
            return self._admit_team(step, change)
        return Admission(step.plan)

    def _key(self, change: Change[t.Any]) -> str:
        account = change.before or change.after
        return self._keys.of_account(account) if account is not None else change.name.casefold()

    def _admit_account(self, step: Step, change: Change[t.Any]) -> Admission:
        key = self._key(change)
        relations = relations_of(change, self._keys)
        errors = list(self._judge_administrators(key, change, step))
        if change.after is not None and relations.to_remove:
            if change.kind == API_USER:
                errors += self._judge_last_team(key, change, relations, step)
            elif not relations.to_add:
                errors += self._judge_move(key, change, relations.to_remove, step)
        if errors:
            return Admission(None, tuple(errors))
        reserved = self._reserved[id(step)] = _Reserved(key)
        if self._administrators is not None and self._administrators.is_lost_by(key, change):
            reserved.administrator = self._administrators.current.pop(key)
        if change.after is not None and (relations.to_add or relations.to_remove):
            teams = dict(self._memberships.teams_of(key)) if change.before is not None else {}
            desired = {team: each for team, each in teams.items() if team not in relations.to_remove}
            change = self._memberships.with_teams(change, key, desired | relations.to_add)
        reserved.given = {(key, team): manages for team, manages in relations.to_add.items()}
        if change.after is not None:
            self._take(reserved, [(key, team) for team in relations.to_remove])
        return Admission(replace(step.plan, change=change))

    def _admit_team(self, step: Step, change: Change[t.Any]) -> Admission:
        relations = relations_of(change, self._keys)
        refused = {key: error for key in relations.to_remove if (error := self._judge_leaving(key, change, step))}
        errors = tuple(error for _key, error in sorted(refused.items()))
        to_remove = relations.to_remove - refused.keys()
        if refused and (change.action == "delete" or not (to_remove or relations.to_add)):
            return Admission(None, errors)
        reserved = self._reserved[id(step)] = _Reserved()
        if relations.to_add or relations.to_remove:
            users = self._memberships.users_of(change.name)
            desired = {key: manages for key, manages in users.items() if key not in to_remove}
            change = self._memberships.with_users(change, desired | relations.to_add)
        reserved.given = {(key, change.name): manages for key, manages in relations.to_add.items()}
        self._take(reserved, [(key, change.name) for key in to_remove])
        return Admission(replace(step.plan, change=change), errors)

    def _judge_administrators(self, key: str, change: Change[t.Any], step: Step) -> t.Iterator[GuardError]:
        if self._administrators is None or not self._administrators.is_lost_by(key, change):
            return
        option, reason = self._administrators.reason_to_keep(key) or ("", "")
        if option:
            text = f'{option}: "{change.name}" stays an administrator, since {reason}; {_SEE}'
            yield _refusal(step, change, option, text)

    def _judge_last_team(
        self, key: str, change: Change[t.Any], relations: Relations, step: Step
    ) -> t.Iterator[GuardError]:
        teams = self._memberships.teams_of(key)
        if not teams or self._unrestricted is None or key in self._unrestricted:
            return
        if not (teams.keys() - relations.to_remove) | relations.to_add.keys():
            yield _refusal(
                step,
                change,
                "teams" if change.kind == API_USER else "members",
                f'teams: "{self._memberships.username(key)}" stays in {", ".join(sorted(teams))}, since it would have no '
                f"team now, and an API user without a team sees every application; {_SEE}",
            )

    def _judge_leaving(self, key: str, change: Change[t.Any], step: Step) -> GuardError | None:
        """Return an error if an account cannot leave a team now."""
        if key in self._api_users:
            own = Relations({change.name: False}, {})
            return next(self._judge_last_team(key, change, own, step), None)
        if change.action == "delete":
            return None
        return next(self._judge_move(key, change, {change.name}, step), None)

    def _judge_move(
        self, key: str, change: Change[t.Any], teams: t.Collection[str], step: Step
    ) -> t.Iterator[GuardError]:
        """Yield an error if an account is to leave teams for others and is in none of those."""
        arrivals = self._arrivals.get(key, set()) - set(teams)
        if not arrivals or arrivals & self._memberships.teams_of(key).keys():
            return
        option = "members" if change.kind == TEAM else "teams"
        text = (
            f'{option}: "{self._memberships.username(key)}" stays in {", ".join(sorted(teams))}, since joining '
            f"{', '.join(sorted(arrivals))} failed; {_SEE}"
        )
        yield _refusal(step, change, option, text)

    def _take(self, reserved: _Reserved, pairs: t.Iterable[tuple[str, str]]) -> None:
        for key, team in pairs:
            managed = self._memberships.remove(key, team)
            if managed is not None:
                reserved.taken[key, team] = managed

    # Keeping up

    def settle(self, step: Step, outcome: Outcome, entity: t.Any = None) -> None:
        """Note the outcome of a step that was admitted.

        :param entity: the object as it is now.
        """
        change, reserved = step.plan.change, self._reserved.pop(id(step), None)
        if change is None or reserved is None:
            return
        if outcome is Outcome.REFUSED:
            for (key, team), manages in reserved.taken.items():
                self._memberships.add(key, team, manages)
            if reserved.administrator is not None and self._administrators is not None:
                self._administrators.current[reserved.key] = reserved.administrator
        elif outcome is Outcome.DONE:
            self._note(change, reserved, entity)
        else:
            self._doubt(change, reserved)

    def _note(self, change: Change[t.Any], reserved: _Reserved, entity: t.Any) -> None:
        account = entity if isinstance(entity, Account) else change.after if change.kind != TEAM else None
        if account is not None:
            if change.kind == API_USER:
                self._api_users.add(reserved.key)
            self._memberships.rename(reserved.key, account)
            if self._administrators is not None:
                self._administrators.note(reserved.key, change)
        elif change.kind != TEAM:
            self._memberships.forget_account(reserved.key)
        elif change.action == "create" and isinstance(change.after, Team):
            self._memberships.put_team(replace(change.after, team_id=getattr(entity, "team_id", None), users=()))
        for (key, team), manages in reserved.given.items():
            self._memberships.add(key, team, manages)

    def _doubt(self, change: Change[t.Any], reserved: _Reserved) -> None:
        """Note that a write may have been done: what it takes counts as taken, and what it gives does not count."""
        for key, team in {**reserved.taken, **reserved.given}:
            self._uncertain_teams.setdefault(team, Team(team, self._memberships.team_id(team)))
            account = self._memberships.account(key, API_USER if key in self._api_users else USER)
            if account is not None:
                self._uncertain_accounts[key] = account


def _refusal(step: Step, change: Change[t.Any], option: str, text: str) -> GuardError:
    return GuardError(
        f"{step.location}.{text}" if step.location else text,
        location=f"{step.location}.{option}" if step.location else None,
        kind=change.kind,
        name=change.name,
        option=option,
    )

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An inventory says that it is complete only where everything that it was made of was."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ansible_collections.community.veracode.plugins.module_utils._api.rest.account_json import account_from
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import Page
from ansible_collections.community.veracode.plugins.module_utils._api.rest.listing import ATTEMPTS
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, Membership
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.role import BUILT_IN, Role, RoleCatalog
from ansible_collections.community.veracode.plugins.module_utils._read.accounts import AccountReader

Item = dict[str, t.Any]
Pages = list[list[str]]

CREATOR, REVIEWER = (next(role for role in BUILT_IN if role.title == title) for title in ("Creator", "Reviewer"))


def item(handle: str) -> Item:
    return {"user_id": handle, "user_name": f"{handle}@example.com", "account_type": "USER"}


class Veracode:
    """Stands in for the client of the accounts.

    :param active: what the listing answers in one pass after the other, page by page; the last pass stays.
    :param total: what each page of it tells.
    """

    def __init__(self, *active: Pages, total: int | None = None, inactive: Pages | None = None) -> None:
        self._active = list(active)
        self._inactive = inactive or [[]]
        self._total = total
        self.passes = 0
        self.kinds = True
        self.searched: tuple[list[Item], bool] = ([], True)
        self.holders: dict[Role, tuple[list[str], bool]] = {}
        self.gone: set[str] = set()

    def page(self, _what: str, _path: str, query: t.Sequence[tuple[str, str]], number: int) -> Page:
        hidden = ("inactive", "true") in query
        if not hidden and number == 0:
            self.passes += 1
        pages = self._inactive if hidden else self._active[min(self.passes, len(self._active)) - 1]
        items = [item(handle) for handle in pages[number]]
        if not self.kinds:
            items = [{key: value for key, value in each.items() if key != "account_type"} for each in items]
        return Page(items, sum(map(len, pages)) if self._total is None or hidden else self._total, len(pages))

    def account(self, each: Item, *, active: bool | None = None) -> tuple[Account, bool]:
        return account_from(each, whole=False, active=active)

    def service_accounts(self) -> tuple[set[str], bool]:
        found, complete = self.searched
        return {str(each["user_id"]) for each in found}, complete

    def roles(self, used: t.Iterable[str] | None = ()) -> RoleCatalog:
        return RoleCatalog([CREATOR, REVIEWER])

    def role_holders(self, role: Role) -> tuple[list[str], bool]:
        return self.holders.get(role, ([], True))

    def details(self, account: Account) -> Account | None:
        if account.handle in self.gone:
            return None
        whole = {**item(str(account.handle)), "active": account.values.get("active"), "first_name": "Whole"}
        whole.update(roles=[], teams=[])
        return account_from(whole, whole=True)[0]


@pytest.fixture
def read() -> Iterator[t.Callable[[Veracode], AccountReader]]:
    readers: list[AccountReader] = []

    def make(veracode: Veracode) -> AccountReader:
        readers.append(AccountReader(t.cast("t.Any", veracode)))
        return readers[-1]

    yield make
    for reader in readers:
        reader.close()


class Composite(Veracode):
    """An organization with a role that includes another, whose accounts hold it alone."""

    LEAD = Role("lead", "Lead", includes=(CREATOR,))

    def roles(self, used: t.Iterable[str] | None = ()) -> RoleCatalog:
        return RoleCatalog([CREATOR, self.LEAD])

    def details(self, account: Account) -> Account | None:
        whole = super().details(account)
        return whole and replace(whole, roles=(self.LEAD,))


Read = t.Callable[[Veracode], AccountReader]


def test_a_listing_that_moves_is_read_again(read: Read) -> None:
    moved, whole = [["a", "b"], ["b"]], [["a", "b"], ["c"]]
    for passes, complete, handles in (
        ([whole], True, "abc"),
        ([moved, whole], True, "abc"),
        ([moved] * (ATTEMPTS - 1) + [whole], True, "abc"),
        ([moved] * ATTEMPTS + [whole], False, "ab"),
    ):
        veracode = Veracode(*passes)
        inventory = read(veracode).active()
        assert (inventory.complete, "".join(sorted(inventory.by_handle))) == (complete, handles)
        assert veracode.passes == min(len(passes), ATTEMPTS)


@pytest.mark.parametrize("total", [2, 4])
def test_a_listing_that_is_not_as_long_as_it_says_is_incomplete(read: Read, total: int) -> None:
    veracode = Veracode([["a", "b"], ["c"]], total=total)
    assert read(veracode).active().complete is False
    assert veracode.passes == ATTEMPTS


@pytest.mark.parametrize("complete", [True, False])
def test_service_accounts_that_are_taken_for_people_leave_it_incomplete(read: Read, complete: bool) -> None:
    veracode = Veracode([["a", "b"]])
    veracode.kinds = False
    veracode.searched = ([item("b")], complete)
    inventory = read(veracode).active()
    assert inventory.complete is complete
    assert [account.kind for account in inventory.accounts] == [USER, API_USER]


def test_who_is_in_both_listings_is_active(read: Read) -> None:
    inventory = read(Veracode([["a", "b"]], inactive=[["b", "c"]])).everyone()
    assert [(account.handle, account.values["active"]) for account in inventory.accounts] == [
        ("a", True),
        ("b", True),
        ("c", False),
    ]
    assert inventory.complete is True


def test_an_incomplete_listing_of_the_inactive_leaves_it_incomplete(read: Read) -> None:
    moved: Pages = [["c"], ["c"]]
    assert read(Veracode([["a"]], inactive=moved)).everyone().complete is False
    reader = read(Veracode([["a"]], inactive=moved))
    inventory = reader.active()
    assert inventory.complete is True
    reader.add_inactive(inventory)
    assert (inventory.complete, sorted(inventory.by_handle)) == (False, ["a", "c"])


def test_an_account_that_is_gone_meanwhile_leaves_it_incomplete(read: Read) -> None:
    veracode = Veracode([["a", "b"]])
    veracode.gone = {"b"}
    reader = read(veracode)
    inventory = reader.active()
    reader.details(inventory, ["a"])
    assert inventory.by_handle["a"].values["first_name"] == "Whole"
    assert inventory.complete is True
    reader.details(inventory, ["b"])
    assert (inventory.complete, sorted(inventory.by_handle)) == (False, ["a"])


def test_who_holds_a_role_and_is_in_a_team(read: Read) -> None:
    veracode = Veracode([["a", "b"]], inactive=[["c"]])
    veracode.holders = {CREATOR: (["a", "b"], True), REVIEWER: (["b", "c"], True)}
    reader = read(veracode)
    inventory = reader.everyone()
    web = Membership("Web", True)
    assert reader.inverse(inventory, ["a", "b", "c"], lambda: {"b": [web]}) is True
    assert inventory.complete is True
    a, b, c = inventory.accounts
    assert (a.roles, a.teams) == ((CREATOR,), ())
    assert (b.roles, b.teams) == ((CREATOR, REVIEWER), (web,))
    # The searches hide the inactive one, which is read on its own.
    assert c.values["first_name"] == "Whole"

    veracode.holders[REVIEWER] = (["b"], False)
    assert reader.inverse(inventory, ["a"], None) is True
    assert inventory.complete is False
    assert inventory.accounts[1].teams == (web,)


def test_nothing_is_learnt_where_the_teams_do_not_tell(read: Read) -> None:
    veracode = Veracode([["a"]])
    veracode.holders = {CREATOR: (["a"], False)}
    reader = read(veracode)
    inventory = reader.active()
    assert reader.inverse(inventory, ["a"], lambda: None) is False
    assert (inventory.complete, inventory.by_handle["a"].roles) == (True, None)


def test_an_inactive_account_that_is_gone_leaves_it_incomplete(read: Read) -> None:
    veracode = Veracode([["a"]], inactive=[["c"]])
    veracode.gone = {"c"}
    reader = read(veracode)
    inventory = reader.everyone()
    assert reader.inverse(inventory, ["c"], None) is True
    assert (inventory.complete, sorted(inventory.by_handle)) == (False, ["a"])


def test_who_is_found_by_a_role_and_by_one_that_it_includes_is_read_alone(read: Read) -> None:
    veracode = Composite([["a", "b"]])
    veracode.holders = {CREATOR: (["a", "b"], True), Composite.LEAD: (["a"], True)}
    reader = read(veracode)
    inventory = reader.active()
    assert reader.inverse(inventory, ["a", "b"], None) is True
    assert inventory.by_handle["a"].roles == (Composite.LEAD,)
    assert inventory.by_handle["b"].roles == (CREATOR,)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is reset, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._model.reset import ORDER, Person
from ansible_collections.community.veracode.plugins.module_utils._plan.resets import plan_reset

PERSON = Person("user", "a@example.com", "1", "2", is_saml=False, logged_in=False, has_tokens=True)
SUBSETS = list(chain.from_iterable(combinations(ORDER, size) for size in (1, 2, 3)))


@pytest.mark.parametrize("only", [True, False])
@pytest.mark.parametrize("logged_in", [True, False])
@pytest.mark.parametrize("reset", SUBSETS)
def test_only_the_mail_depends_on_a_login(reset: tuple[str, ...], logged_in: bool, only: bool) -> None:
    plan = plan_reset(replace(PERSON, logged_in=logged_in), reset, only_never_logged_in=only)
    expected = sorted(each for each in reset if not (each == "password" and logged_in and only))
    assert (list(plan.change.fields) if plan.change else []) == expected
    if plan.change:
        headers = {"before_header": "user a@example.com", "after_header": "user a@example.com"}
        assert plan.diff == {**headers, "before": {"reset": []}, "after": {"reset": expected}}


def test_no_mail_is_sent_where_a_login_is_unknown_unless_it_is_forced() -> None:
    person = replace(PERSON, logged_in=None)
    plan = plan_reset(person, ["password"], only_never_logged_in=True)
    assert plan.change is None
    assert "only_never_logged_in: false" in plan.warnings[0]
    plan = plan_reset(person, ["mfa", "password"], only_never_logged_in=True)
    assert plan.change is not None
    assert plan.change.fields == ("mfa",)
    assert plan.warnings
    assert plan_reset(person, ["password"], only_never_logged_in=False).change
    assert not plan_reset(person, ["mfa"], only_never_logged_in=True).warnings


@pytest.mark.parametrize("reset", SUBSETS)
def test_saml_account_has_neither_password_nor_second_factor(reset: tuple[str, ...]) -> None:
    person = replace(PERSON, is_saml=True)
    if set(reset) == {"sessions"}:
        assert plan_reset(person, reset, only_never_logged_in=True).change
        return
    with pytest.raises(InputError, match="identity provider") as caught:
        plan_reset(person, reset, only_never_logged_in=True)
    assert caught.value.option == "reset"
    assert caught.value.value in reset


def test_mail_to_an_inactive_account_is_warned_of() -> None:
    person = replace(PERSON, active=False)
    assert "is inactive" in plan_reset(person, ["password"], only_never_logged_in=True).warnings[0]
    assert not plan_reset(person, ["sessions"], only_never_logged_in=True).warnings

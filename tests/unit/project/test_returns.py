# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation says of results: the same in every module, complete, and with samples.

The documentation of results cannot be shared by a fragment, as that of options can. So it is compared.
"""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account, report
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER

MODULES = sorted((Path(__file__).resolve().parents[3] / "plugins" / "modules").glob("veracode_*.py"))
ACCOUNTS = ("veracode_user", "veracode_api_user", "veracode_user_info")


def returns(path: Path) -> dict[str, t.Any]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "RETURN":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise AssertionError(f"{path.name} documents no result")


RETURNS = {path.stem: returns(path) for path in MODULES}


@pytest.mark.parametrize("module", ACCOUNTS)
def test_an_account_is_documented_as_it_is_returned(module: str) -> None:
    documented = RETURNS[module]["users" if module.endswith("_info") else "user"]["contains"]
    assert set(documented) == set(report(Account(USER, "1", {})))
    assert documented == RETURNS["veracode_user"]["user"]["contains"]


@pytest.mark.parametrize("kind", ["team", "business_unit", "role"])
def test_an_object_is_documented_alike_where_it_is_written_and_listed(kind: str) -> None:
    one, many = RETURNS[f"veracode_{kind}"][kind], RETURNS[f"veracode_{kind}_info"][f"{kind}s"]
    assert one["contains"] == many["contains"]


@pytest.mark.parametrize("module", RETURNS)
def test_every_result_has_all_that_a_reader_needs(module: str) -> None:
    documented = RETURNS[module]
    assert {"calls", "failure"} <= set(documented)
    for name, value in documented.items():
        assert {"description", "returned", "type", "sample"} <= set(value), f"{module}: {name}"
        assert value["type"] != "list" or value.get("elements"), f"{module}: {name}"
    fields = set(documented["failure"]["contains"])
    assert fields in (set(VeracodeError.FIELDS), set(VeracodeError.FIELDS) - {"place"})
    reference = RETURNS["veracode_user"]["failure"]["contains"]
    assert {name: reference[name] for name in fields} == documented["failure"]["contains"]
    assert documented["calls"] == {**RETURNS["veracode_user"]["calls"], "sample": documented["calls"]["sample"]}

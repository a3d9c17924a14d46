# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two organizations share one escrow, ledger, snapshot and plan: none loses or changes what is the other's.

Both have accounts of the same names, even of the same GUIDs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.control import ROOT, Emulator
from tests.integration.playbooks import Outcome, Runs
from tests.integration.test_role_rotation import ACCOUNT, Rotation
from tests.leaks import Watch

TED = "tmonarch@example.com"
SEED = ROOT / "tests" / "emulator" / "seeds" / "small.yml"


@pytest.fixture(scope="module")
def other_organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    seed = tmp_path_factory.mktemp("seed") / "other.yml"
    text = SEED.read_text(encoding="utf-8")
    assert "name: Example Organization" in text
    seed.write_text(text.replace("name: Example Organization", "name: Other Organization"), encoding="utf-8")
    with Emulator(seed) as running:
        yield running


@pytest.fixture
def other(other_organization: Emulator) -> Emulator:
    other_organization.reset()
    other_organization.read_only(False)
    return other_organization


def as_other(runs: Runs, other: Emulator) -> Runs:
    """Return runs in the same folder that call the other organization."""
    same = Runs.__new__(Runs)
    same.folder, same.env = runs.folder, {**runs.env, **other.env}
    return same


@pytest.mark.slow
def test_the_escrow_keeps_the_pair_of_each(
    tmp_path: Path, installed: Path, emulator: Emulator, other: Emulator, leaks: Watch
) -> None:
    leaks.allow_copies()
    mine = Rotation(tmp_path, installed, emulator)
    assert mine.run(fail_at=f"write {ACCOUNT}").returncode != 0
    kept = mine.escrow.read_text()
    # The other one has a store of its own, and the escrow in common.
    theirs = Rotation.__new__(Rotation)
    theirs.__dict__.update(mine.__dict__, emulator=other, runs=as_other(mine.runs, other), folder=tmp_path / "theirs")
    (tmp_path / "theirs" / "vault").mkdir(parents=True)
    pair = other.make_key(ACCOUNT)
    stored = tmp_path / "theirs" / "vault" / ACCOUNT
    stored.write_text(json.dumps({"api_key_id": pair["api_id"], "api_key_secret": pair["api_secret"]}))
    theirs.variables = {**mine.variables, "folder": str(tmp_path / "theirs")}
    for force in (False, True):
        done = theirs.run(credential_rotation_force=force)
        assert done.returncode == 0, done.output
    assert json.loads(stored.read_text())["api_key_id"] == theirs.valid() != pair["api_id"]
    assert mine.escrow.read_text() == kept
    assert [path.name for path in mine.escrow.parent.iterdir()] == [mine.escrow.name]
    assert mine.run().returncode == 0
    assert mine.entry()["outcome"] == "recovered"
    assert mine.stored() == json.loads(kept)


@pytest.mark.slow
def test_a_ledger_and_a_plan_are_refused_before_the_first_write(
    tmp_path: Path, installed: Path, emulator: Emulator, other: Emulator
) -> None:
    runs = Runs(tmp_path, installed, emulator)
    theirs = as_other(runs, other)
    other.read_only(True)

    def refused(outcome: Outcome, said: str) -> None:
        assert outcome.returncode == 2, outcome.output
        assert said in " ".join(outcome.output.split()), outcome.output
        assert other.log(writes=True) == []
        assert other.violations() == []

    leaving = {"offboarding_ledger": "ledger.json", "offboarding_leavers": [TED]}
    done = runs.play("community.veracode.offboard", leaving)
    assert done.returncode == 0, done.output
    ledger = (tmp_path / "ledger.json").read_text()
    for more in (leaving, {"offboarding_ledger": "ledger.json", "offboarding_restore": [TED]}):
        refused(theirs.play("community.veracode.offboard", more), "the file belongs to the organization")
    assert (tmp_path / "ledger.json").read_text() == ledger

    (tmp_path / "directory.yml").write_text(json.dumps({"users": [{"username": TED, "phone": "111"}]}))
    files = {"directory_file": "directory.yml"}
    planned = runs.play("community.veracode.apply_directory", {**files, "directory_plan_file": "plan.json"}, "--check")
    assert planned.returncode == 0, planned.output
    approved = {**files, "directory_expect_plan": "plan.json"}
    refused(theirs.play("community.veracode.apply_directory", approved), "Other Organization")
    assert runs.play("community.veracode.apply_directory", approved).returncode == 0


@pytest.mark.slow
def test_a_snapshot_and_the_sheets_of_a_review_are_refused(
    tmp_path: Path, installed: Path, emulator: Emulator, other: Emulator
) -> None:
    runs = Runs(tmp_path, installed, emulator)
    theirs = as_other(runs, other)
    review = {"access_review_dest": str(tmp_path / "review")}
    done = runs.play("community.veracode.access_review", review)
    assert done.returncode == 0, done.output
    snapshot = (tmp_path / "review" / "snapshot.json").read_bytes()
    refused = theirs.play("community.veracode.access_review", review)
    assert refused.returncode == 2, refused.output
    assert "the snapshot is of the organization" in " ".join(refused.output.split()), refused.output
    assert (tmp_path / "review" / "snapshot.json").read_bytes() == snapshot

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Onboard an organization against the emulator, and prove each claim on the way: make demo.

Starts the emulator with a real-looking organization, runs real playbooks against it, and fails if anything
that it says does not hold.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.emulator.control import Emulator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PLAYBOOK = HERE / "onboard.yml"
STEPS = 5

# What somebody does by hand between two runs.
VICTIM = "amara.diallo@example.com"
BY_HAND: dict[str, t.Any] = {"roles": ["Creator", "Delete Scans", "Any Scan"], "teams": ["Payments"]}


@dataclass
class Run:
    """What one run of the playbook did: what its modules returned, and what reached the emulator."""

    returncode: int
    results: list[dict[str, t.Any]]
    requests: int
    writes: int

    @property
    def actions(self) -> list[dict[str, t.Any]]:
        """All actions, in a fixed order."""
        actions = [action for result in self.results for action in result["actions"]]
        return sorted(actions, key=lambda action: (action["kind"], action["name"]))

    @property
    def diffs(self) -> list[t.Any]:
        """The diffs of all modules, in the order of the tasks."""
        return [result.get("diff") for result in self.results]


class Demo:
    """The steps of the demo against one emulator.

    :param home: an empty folder for everything that Ansible writes.
    """

    def __init__(self, emulator: Emulator, home: Path) -> None:
        self.emulator = emulator
        self.home = home
        self.steps = 0
        self.failed: list[str] = []
        terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.colours = terminal or bool(os.environ.get("ANSIBLE_FORCE_COLOR"))

    def paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colours else text

    def step(self, text: str) -> None:
        """Announce what comes next."""
        self.steps += 1
        print("\n" + self.paint("1;36", f"=== {self.steps}/{STEPS} {text}"), flush=True)

    def claim(self, holds: bool, text: str) -> None:
        """Say something that was checked just now."""
        print(self.paint("1;32", f"  ✔ {text}") if holds else self.paint("1;31", f"  ✘ {text}"), flush=True)
        if not holds:
            self.failed.append(text)

    def play(self, *flags: str) -> Run:
        """Run the playbook; its output goes where ours goes."""
        # Nothing of the user's own settings takes part, and nothing is written to their home.
        keep = ("ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_FORCE_COLOR", "ANSIBLE_NOCOLOR")
        env = {
            key: value
            for key, value in os.environ.items()
            if key in keep or not key.startswith(("ANSIBLE_", "VERACODE_", "XDG_"))
        }
        results = self.home / "results.jsonl"
        results.unlink(missing_ok=True)
        env.update(
            self.emulator.env,
            ANSIBLE_CONFIG=str(HERE / "ansible.cfg"),
            ANSIBLE_HOME=str(self.home / ".ansible"),
            ANSIBLE_PYTHON_INTERPRETER=sys.executable,
            DEMO_RESULTS=str(results),
            HOME=str(self.home),
            NO_PROXY="127.0.0.1",
            no_proxy="127.0.0.1",
        )
        command = ["ansible-playbook", PLAYBOOK.name, *flags]
        print(self.paint("1", f"$ {' '.join(command)}"), flush=True)
        self.emulator.clear_log()
        program = Path(sys.executable).with_name(command[0])
        code = subprocess.run([program, *command[1:]], cwd=HERE, env=env, check=False).returncode
        lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
        log = self.emulator.log()
        run = Run(code, [json.loads(line) for line in lines], len(log), len(self.emulator.log(writes=True)))
        self.claim(code == 0 and bool(lines), "the playbook succeeded")
        return run

    def accounts(self) -> dict[str, dict[str, t.Any]]:
        """Return what is stored of each account, by its username."""
        return {user["user_name"]: user for user in self.emulator.state()["users"]}

    def run(self) -> None:
        """Go through all steps."""
        declared = yaml.safe_load((HERE / "accounts.yml").read_text(encoding="utf-8"))
        before = self.accounts()

        self.step("What would change? Check mode with its diff, while the emulator refuses every write.")
        self.emulator.read_only(True)
        check = self.play("--check", "--diff")
        self.claim(not self.emulator.violations() and check.writes == 0, f"{check.requests} calls, none of them wrote")
        self.claim(self.accounts() == before, "the organization is as it was")
        self.emulator.read_only(False)

        self.step("Run it.")
        run = self.play()
        self.claim(
            run.actions == check.actions, f"it did exactly the {len(run.actions)} actions that check mode announced"
        )
        self.claim(run.diffs == check.diffs, "with the same diff")
        done = self.accounts()
        created = [action["name"] for action in run.actions if action["action"] == "create"]
        names = [entry["username"] for entry in declared["people"] + declared["service_accounts"]]
        self.claim(
            set(done) - set(before) == set(created) and set(names) <= set(done),
            f"the organization has {len(created)} new accounts",
        )
        touched = {name for name in before if done.get(name) != before[name]}
        updated = {action["name"] for action in run.actions if action["action"] == "update"}
        self.claim(touched == updated, f"{', '.join(sorted(updated))} was updated, no other account was touched")

        self.step("Run it again: everything is as declared, so nothing changes.")
        again = self.play()
        changed = any(result["changed"] for result in again.results)
        self.claim(
            not changed and not again.actions and again.writes == 0,
            f"changed=0: {again.requests} calls, none of them wrote",
        )

        self.step(f"Somebody changes {VICTIM} by hand, other roles and another team.")
        self.emulator.change("user", VICTIM, **BY_HAND)
        meddled = self.accounts()
        for option, value in BY_HAND.items():
            print(f"  {option}: {', '.join(value)}", flush=True)
        self.claim(meddled[VICTIM] != done[VICTIM], "the account is not as declared")

        self.step("The next run repairs exactly that account.")
        repair = self.play("--diff")
        expected = [{"action": "update", "kind": "user", "name": VICTIM, "fields": sorted(BY_HAND)}]
        self.claim(repair.actions == expected and repair.writes == 1, "it changed one account, with one writing call")
        self.claim(self.same(done), "every account is as it was before")

    def same(self, wanted: dict[str, dict[str, t.Any]]) -> bool:
        """Tell whether each account has what it had, but for the time of its last change."""

        def stripped(accounts: dict[str, dict[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
            times = ("modify_ts", "modified")
            return {
                name: {key: value for key, value in user.items() if key not in times} for name, user in accounts.items()
            }

        return stripped(self.accounts()) == stripped(wanted)


def main() -> int:
    """Run the demo and return its exit code."""
    if not Path(sys.executable).with_name("ansible-playbook").exists() or "ANSIBLE_COLLECTIONS_PATH" not in os.environ:
        print("This is started by: make demo", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="veracode-demo-") as home, Emulator(seed="organization") as emulator:
        demo = Demo(emulator, Path(home))
        demo.run()
    print()
    if demo.failed:
        print(demo.paint("1;31", f"{len(demo.failed)} claims do not hold: " + "; ".join(demo.failed)))
        return 1
    print(demo.paint("1;32", "Every claim holds."))
    return 0


if __name__ == "__main__":
    sys.exit(main())

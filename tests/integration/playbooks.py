# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run playbooks against an emulator: those of the installed collection (`Runs`), and single tasks (`World`).

Whatever the developer has set for Ansible and Veracode stays out of every run.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from tests.emulator.control import Emulator
from tests.inside import NO_LIMIT
from tests.integration.starter import Starter
from tests.leaks import Watch, watched_run
from tests.processes import kill

ROOT = Path(__file__).resolve().parents[2]
# Seconds. No test is judged by its time; a run that takes longer hangs.
TIMEOUT = 1800
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")

Task = dict[str, t.Any]


def program(name: str) -> str:
    """Return the path of a program next to this Python, or on the PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or name


def bare_environment() -> dict[str, str]:
    """Return the environment without settings of Ansible, and without any way to the sources of the collection."""
    foreign = ("ANSIBLE_", "VERACODE_", "PYTHON", "XDG_")
    return {key: value for key, value in os.environ.items() if not key.startswith(foreign)}


def environment(folder: Path, emulator: Emulator | None = None) -> dict[str, str]:
    """Return the environment of a run, without the place of the collections.

    :param folder: its home.
    :param emulator: whom it calls, as its administrator.
    """
    proxies = ("http_proxy", "https_proxy")
    return {
        **{key: value for key, value in bare_environment().items() if key.lower() not in proxies},
        **(emulator.env if emulator else {}),
        "VERACODE_RATE_LIMIT": NO_LIMIT,
        "ANSIBLE_ACTION_PLUGINS": str(ROOT / "tests" / "integration" / "action"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "HOME": str(folder),
    }


def install(folder: Path) -> Path:
    """Build the collection and install what was built, as a user does; return the tree that it is in."""
    galaxy, tree = program("ansible-galaxy"), folder / "unfinished"
    folder.mkdir(exist_ok=True)
    env = {**bare_environment(), "ANSIBLE_COLLECTIONS_PATH": str(tree), "HOME": str(folder)}

    def run(*arguments: str) -> None:
        done = subprocess.run([galaxy, "collection", *arguments], env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    run("build", "--output-path", str(folder), str(ROOT))
    [built] = folder.glob("*.tar.gz")
    run("install", "--offline", "--collections-path", str(tree), str(built))
    return tree.rename(folder / "collections")


@dataclass
class Outcome:
    """What one run of `ansible-playbook` said."""

    returncode: int
    output: str

    @property
    def changed(self) -> int:
        """The number of changed tasks in the recap."""
        return int(re.search(r"changed=(\d+)", self.output)[1])  # type: ignore[index]


@functools.cache
def _starter(*, modules: bool = False) -> Starter:
    return Starter(bare_environment(), modules=modules)


def finished(run: t.Callable[[], tuple[int, str]]) -> tuple[int, str]:
    """Do a run and return its exit code and its output.

    ansible-core 2.21 gives a thread of its own five seconds to start, and ends before the first task if a busy machine
    takes longer. Then the run is started again.
    """
    for _attempt in range(4):
        code, output = run()
        if code != 250 or "Local RPC server did not start" not in output:
            break
    return code, output


def fork(command: t.Sequence[str], *, cwd: Path, env: t.Mapping[str, str], modules: bool = False) -> tuple[int, str]:
    """Run a program in Python to its end, in a fork of a process that has loaded the libraries.

    :param modules: whether it is a module.
    :returns: its exit code and its output.
    """
    with watched_run(env) as (own, printed):
        try:
            done = _starter(modules=modules).run(command, cwd=cwd, env=own, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            kill(_starter(modules=modules).process)
            _starter.cache_clear()
            raise
        printed.append(done.stdout)
    return done.returncode, done.stdout


def play(command: t.Sequence[str], *, cwd: Path, env: t.Mapping[str, str]) -> tuple[int, str]:
    """Run `ansible-playbook` as `fork` and `finished` do."""
    return finished(lambda: fork(command, cwd=cwd, env=env))


class Runs:
    """Runs playbooks in a folder of their own.

    :param folder: an empty folder; it is the home and the working directory of every run.
    :param tree: where the collection is installed. The runs find no other collection, and nothing of the sources.
    :param emulator: whom the runs call, as its administrator.
    :param collections: further folders with collections.
    """

    def __init__(
        self, folder: Path, tree: Path, emulator: Emulator | None = None, collections: t.Sequence[Path] = ()
    ) -> None:
        self.folder = folder
        self.env = {
            **environment(folder, emulator),
            "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, [tree, *collections])),
            "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
            # Whatever a role brings into the facts is to be seen in the cache.
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "facts"),
            # Ansible asks the system for the home of the user, not the environment.
            "ANSIBLE_REMOTE_TEMP": str(folder / ".ansible" / "tmp"),
        }

    def start(self, playbook: str, variables: t.Mapping[str, t.Any], *arguments: str) -> subprocess.Popen[str]:
        """Start a run without waiting for its end; further playbooks may be among the arguments."""
        return subprocess.Popen(
            self._command(playbook, variables, *arguments),
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def play(self, playbook: str, variables: t.Mapping[str, t.Any], *arguments: str) -> Outcome:
        """Run a playbook, by its path or its name."""
        return Outcome(*play(self._command(playbook, variables, *arguments), cwd=self.folder, env=self.env))

    def _command(self, playbook: str, variables: t.Mapping[str, t.Any], *arguments: str) -> list[str]:
        return [program("ansible-playbook"), playbook, *arguments, "-e", json.dumps(variables)]

    def cached(self) -> str:
        """Return everything in the fact cache."""
        folder = self.folder / "facts"
        return "".join(path.read_text() for path in folder.iterdir()) if folder.is_dir() else ""


# --- single tasks -----------------------------------------------------------------------------------------------------


def task(module: str, *, check: bool = False, **options: object) -> Task:
    """One task of a playbook; it may fail, and the next one runs nevertheless."""
    return {f"community.veracode.{module}": options, "check_mode": check, "diff": True, "ignore_errors": True}


def three(module: str, **options: object) -> list[Task]:
    """The same task in check mode, for real, and again."""
    return [task(module, check=True, **options), task(module, **options), task(module, **options)]


def assert_three(results: list[dict[str, t.Any]], *, changed: bool = True, again: bool = False) -> dict[str, t.Any]:
    """Check mode promised what the run did, and the second run did nothing (or `again` the same). Returns the run."""
    promised, run, second = results
    for one in results:
        assert not one.get("failed"), one["msg"]
    assert promised["calls"]["writes"] == 0
    for key in ("changed", "actions", "diff"):
        assert promised[key] == run[key], key
    assert run["changed"] is changed
    assert second["changed"] is again
    assert (second["calls"]["writes"] > 0) is again
    return run


@dataclass
class World:
    """A home, temporary folders and a tree of collections; all that a run writes is below `folder`."""

    folder: Path
    emulator: Emulator
    leaks: Watch
    printed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "files"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.tree = self.folder / "tree"
        link = self.tree / "ansible_collections" / "community" / "veracode"
        link.parent.mkdir(parents=True)
        link.symlink_to(ROOT)

    @property
    def files(self) -> Path:
        """Where a test keeps its credentials files."""
        return self.folder / "files"

    def env(self, **more: str) -> dict[str, str]:
        """The environment of a run."""
        return {
            **environment(self.folder / "home", self.emulator),
            "ANSIBLE_COLLECTIONS_PATH": str(self.tree),
            "ANSIBLE_KEEP_REMOTE_FILES": "1",
            "TMPDIR": str(self.folder / "tmp"),
            "XDG_CACHE_HOME": str(self.folder / "home" / "cache"),
            "PYTHONPATH": f"{self.tree}{os.pathsep}{ROOT}",
            **more,
        }

    def start(self, tasks: list[Task], *arguments: str, name: str = "play", **env: str) -> subprocess.Popen[str]:
        """Start a playbook of these tasks, whose results go into a file."""
        command = self._command(tasks, *arguments, name=name)
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.env(**env), stdout=pipe, stderr=subprocess.STDOUT, text=True)

    def _command(self, tasks: list[Task], *arguments: str, name: str) -> list[str]:
        """Write the playbook and return the command that runs it."""
        play = self.folder / f"{name}.json"
        results = self.folder / f"{name}.results.json"
        numbered = [{"name": f"Task {n}", **each, "register": f"r{n}"} for n, each in enumerate(tasks)]
        content = "{{ [" + ", ".join(f"r{n}" for n in range(len(tasks))) + "] | to_json }}"
        collect = {"name": "Results", "ansible.legacy.record": {"content": content, "dest": str(results)}}
        hosts = {"name": "Run", "hosts": "localhost", "gather_facts": False, "connection": "local"}
        hosts["vars"] = {"ansible_python_interpreter": sys.executable}
        play.write_text(json.dumps([{**hosts, "tasks": [*numbered, collect]}]), encoding="utf-8")
        return [str(PLAYBOOK), str(play), *arguments]

    def finish(self, process: subprocess.Popen[str], name: str = "play") -> list[dict[str, t.Any]]:
        """Wait for a playbook and return the results of its tasks."""
        return self._results(process.communicate(timeout=TIMEOUT)[0], name)

    def _results(self, output: str, name: str) -> list[dict[str, t.Any]]:
        self.printed.append(output)
        results = self.folder / f"{name}.results.json"
        assert results.exists(), output
        found = json.loads(results.read_text(encoding="utf-8"))
        self.leaks.returned(found)
        for one in found:
            # Where an import failed is shown as in any collection; an older ansible-core returns it at any verbosity.
            missing = "required Python library" in str(one.get("msg"))
            told = {name: value for name, value in one.items() if not (missing and name == "exception")}
            assert "Traceback" not in json.dumps(told), one
        return list(found)

    def play(self, tasks: list[Task], *arguments: str, **env: str) -> list[dict[str, t.Any]]:
        """Run a playbook of these tasks and return their results."""
        command = self._command(tasks, *arguments, name="play")
        return self._results(play(command, cwd=Path.cwd(), env=self.env(**env))[1], "play")

    def module(self, name: str, **options: object) -> subprocess.Popen[str]:
        """Start a module by itself, as Ansible does on its host."""
        command = [sys.executable, *self._module(name, options)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.env(), stdout=pipe, stderr=subprocess.STDOUT, text=True)

    def run_module(self, name: str, **options: object) -> dict[str, t.Any]:
        """Run a module by itself and return its result: cheaper than a playbook."""
        _code, output = fork(self._module(name, options), cwd=Path.cwd(), env=self.env(), modules=True)
        self.printed.append(output)
        result = dict(json.loads(output))
        self.leaks.returned(result)
        return result

    def _module(self, name: str, options: t.Mapping[str, object]) -> list[str]:
        """Write the arguments of a module and return the program and its argument."""
        arguments = self.folder / f"{name}.args.json"
        arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}), encoding="utf-8")
        return [str(ROOT / "plugins" / "modules" / f"{name}.py"), str(arguments)]

    # Secrets

    def secrets_found(self, *, allowed: tuple[Path, ...] = ()) -> list[str]:
        """Return where a secret of any pair that the emulator ever made is, outside of what is allowed.

        The emulator's log and state know only the hash of a secret, so whatever looks like one is hashed.
        """
        known = {key["secret_sha256"] for key in self.emulator.state()["credentials"]}
        places = [f"output {n}" for n, text in enumerate(self.printed) if _holds(text, known)]
        for path in self.folder.rglob("*"):
            if path.is_file() and self.tree not in path.parents and path not in allowed:
                if _holds(path.read_bytes().decode("latin-1"), known):
                    places.append(str(path))
        return places


def _holds(text: str, known: set[str]) -> bool:
    return any(
        hashlib.sha256(found.lower().encode()).hexdigest() in known for found in re.findall(r"[0-9A-Fa-f]{128}", text)
    )


def holds_pair(path: Path, emulator: Emulator, user: str) -> bool:
    """Tell whether a file of any format holds the pair that is in force for an account, with its secret."""
    if not path.exists():
        return False
    account = emulator.user(user)
    key = emulator.look("credentials", account["api_id"]) if account and account["api_id"] else None
    text = path.read_text(encoding="utf-8")
    return key is not None and key["api_id"] in text and _holds(text, {key["secret_sha256"]})

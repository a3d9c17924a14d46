# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the tests run playbooks: what ansible-core could not begin is begun again; a fork is like a new process."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.playbooks import ROOT, bare_environment, finished
from tests.integration.starter import Starter

NOT_STARTED = "[ERROR]: Unexpected Exception, this is probably a bug: Local RPC server did not start."


@pytest.mark.parametrize(
    ("ends", "starts", "returncode"),
    [
        ([(0, "")], 1, 0),
        ([(250, NOT_STARTED), (250, NOT_STARTED), (2, "fatal")], 3, 2),
        ([(250, "another bug")], 1, 250),
        ([(2, NOT_STARTED)], 1, 2),
        ([(250, NOT_STARTED)] * 9, 4, 250),
    ],
)
def test_a_run_that_did_not_begin_is_begun_again(ends: list[tuple[int, str]], starts: int, returncode: int) -> None:
    left = iter(ends)
    begun = 0

    def run() -> tuple[int, str]:
        nonlocal begun
        begun += 1
        return next(left)

    code, output = finished(run)
    assert (begun, code) == (starts, returncode)
    assert output == ends[starts - 1][1]


PROGRAM = """
import json, os, random, sys, time
print(json.dumps({
    "argv": sys.argv, "path": sys.path, "name": __name__, "cwd": os.getcwd(), "environment": dict(os.environ),
    "input": sys.stdin.read(), "terminal": sys.stdout.isatty(), "zone": time.tzname, "flags": str(sys.flags),
}), flush=True)
print("error", file=sys.stderr)
print(random.random())
print(*(name for name in sys.modules if name.split(".")[0] == "ansible"))
sys.exit(int(sys.argv[1]))
"""


@pytest.mark.parametrize("modules", [False, True])
def test_a_fork_of_the_starter_is_like_a_new_process(tmp_path: Path, modules: bool) -> None:
    program = tmp_path / "bin" / "program"
    program.parent.mkdir()
    program.write_text(PROGRAM, encoding="utf-8")
    starter = Starter(bare_environment(), modules=modules)
    numbers = set()
    for code, zone in ((0, "UTC"), (3, "EST5EDT")):
        env = {**bare_environment(), "PYTHONPATH": f"{tmp_path}:/nowhere", "TZ": zone, "NEW": "ü"}
        command = [sys.executable, str(program), str(code), "an argument"]
        new = subprocess.run(
            command, cwd=tmp_path, env=env, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        forked = starter.run(command[1:], cwd=tmp_path, env=env, timeout=60)
        assert forked.returncode == new.returncode == code
        expected, found = json.loads(new.stdout.splitlines()[0]), json.loads(forked.stdout.splitlines()[0])
        assert found == expected
        assert forked.stdout.splitlines()[1] == "error"
        numbers.add(forked.stdout.splitlines()[2])
        loaded = forked.stdout.splitlines()[3].split()
        assert "ansible.constants" not in loaded, "Ansible has read its settings"
        assert not (modules and loaded), "a module takes itself for the controller"
    assert len(numbers) == 2
    starter.process.communicate()
    assert starter.process.returncode == 0


# Loads a module as Ansible does, and says where its code comes from, to the innermost function.
LOADED = """
import json, os, sys, types
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder, _get_collection_metadata
_AnsibleCollectionFinder([os.environ["TREE"]])._install()
from ansible_collections.community.veracode.plugins.module_utils import _errors, _argspec

def codes(code):
    yield [code.co_filename, code.co_name, code.co_firstlineno, code.co_code.hex()]
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from codes(each)

print(json.dumps({
    module.__file__: list(codes(module.__loader__.get_code(module.__name__))) for module in (_errors, _argspec)
}))
print(json.dumps(_get_collection_metadata("ansible.builtin")))
"""


def test_the_starter_loads_the_collection_as_it_is_in_the_tree_of_the_run(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(LOADED, encoding="utf-8")
    starter = Starter(bare_environment())
    found = []
    for name in ("one", "two"):
        copy = tmp_path / name / "ansible_collections" / "community" / "veracode"
        shutil.copytree(ROOT / "plugins", copy / "plugins")
        if name == "two":
            with (copy / "plugins" / "module_utils" / "_errors.py").open("a") as changed:
                changed.write("\n\ndef added() -> None:\n    pass\n")
        env = {**bare_environment(), "TREE": str(tmp_path / name)}
        new = subprocess.run(
            [sys.executable, str(program)], cwd=tmp_path, env=env, check=False, capture_output=True, text=True
        )
        forked = starter.run([str(program)], cwd=tmp_path, env=env, timeout=60)
        assert new.returncode == 0, new.stderr
        assert (forked.returncode, forked.stdout) == (0, new.stdout)
        code, routing = map(json.loads, forked.stdout.splitlines())
        assert routing["plugin_routing"]
        found.append(code)
        assert {Path(file).is_relative_to(copy) for file in found[-1]} == {True}
    assert "added" in str(found[1])
    assert "added" not in str(found[0])
    starter.process.communicate()


UNAIDED = """
import builtins, os, yaml
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder, _get_collection_metadata
builtins.compile = yaml.load = None
_AnsibleCollectionFinder([os.environ["TREE"]])._install()
from ansible_collections.community.veracode.plugins.module_utils import _errors
assert _get_collection_metadata("ansible.builtin")["plugin_routing"]
"""


def test_a_run_neither_compiles_the_collection_nor_reads_what_has_moved(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(UNAIDED, encoding="utf-8")
    copy = tmp_path / "ansible_collections" / "community" / "veracode"
    shutil.copytree(ROOT / "plugins", copy / "plugins")
    starter = Starter(bare_environment())
    forked = starter.run([str(program)], cwd=tmp_path, env={**bare_environment(), "TREE": str(tmp_path)}, timeout=60)
    assert forked.returncode == 0, forked.stdout
    starter.process.communicate()

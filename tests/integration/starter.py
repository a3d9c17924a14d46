# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run Ansible's programs, and modules, for tests in forks of a process that has loaded the libraries already.

Half of what a start of `ansible-playbook` takes of the processor goes into modules of Python and of libraries, and into
what Ansible's loader of collections does anew in each run: it compiles the collection, and reads the list of what has moved
out of Ansible. A starter does this once and forks for each run. Of Ansible, nothing is loaded before the fork that reads
settings: they come from the environment of the run. The command line that the system shows of a run is the starter's.

`Starter` is the side of the tests. Run as a program, this file is the starter.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import subprocess
import sys
import tempfile
import time
import types
import typing as t
from collections.abc import Mapping, Sequence
from pathlib import Path

# What a run imports beside Ansible, with all that these import; what is not installed is left out.
LIBRARIES = [
    "asyncio",
    "cryptography.hazmat.backends.openssl.backend",
    "cryptography.hazmat.primitives.kdf.pbkdf2",
    "ctypes.util",
    "curses",
    "getpass",
    "jinja2.nativetypes",
    "jinja2.sandbox",
    "lxml.etree",
    "multiprocessing.managers",
    "multiprocessing.popen_fork",
    "multiprocessing.queues",
    "openpyxl",
    "packaging.version",
    "pydoc",
    "requests",
    "syslog",
    "tarfile",
    "tomllib",
    "typing_extensions",
    "unittest",
    "uuid",
    "veracode_api_signing.plugin_requests",
    "xml.dom.minidom",
    "yaml",
]
# What of Ansible reads no settings. It comes first: what is loaded after it knows that this is the controller.
ANSIBLE = "ansible.config.manager"
LOADER = "ansible.utils.collection_loader._collection_finder"
PLUGINS = Path(__file__).resolve().parents[2] / "plugins"


class Starter:
    """A process that forks for each run, and ends with this process.

    :param environment: of the starter; a run has its own.
    :param modules: whether it starts modules by themselves, and so loads nothing of Ansible's controller.
    """

    def __init__(self, environment: Mapping[str, str], *, modules: bool = False) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, __file__, *(["modules"] if modules else [])]
        self.process = subprocess.Popen(command, env=dict(environment), stdin=pipe, stdout=pipe, text=True)

    def run(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in Python, by its path, and return its exit code and what it printed.

        :param timeout: seconds.
        :raises subprocess.TimeoutExpired: the run goes on.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with tempfile.NamedTemporaryFile(prefix="starter-") as output:
            request = {"command": list(command), "folder": str(cwd), "environment": dict(env), "output": output.name}
            print(json.dumps(request), file=self.process.stdin, flush=True)
            if not select.select([self.process.stdout], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(list(command), timeout)
            code = int(self.process.stdout.readline())
            return subprocess.CompletedProcess(list(command), code, Path(output.name).read_text(encoding="utf-8"))


def serve() -> dict[str, t.Any] | None:
    """Fork for each request and print the exit code of the run. Returns a request in its fork, and `None` at the end."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            return dict(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return None


def run(command: list[str], folder: str, environment: dict[str, str], output: str) -> None:
    """Run the program as if this process had just been started for it."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    for path, flags, descriptors in ((os.devnull, os.O_RDONLY, [0]), (output, os.O_WRONLY, [1, 2])):
        opened = os.open(path, flags)
        for descriptor in descriptors:
            os.dup2(opened, descriptor)
        os.close(opened)
    given = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:1] = [os.path.dirname(command[0]), *filter(None, given)]
    sys.argv[:] = command
    atexit.register(gc.freeze)  # the end of the process collects only what is not frozen
    runpy.run_path(command[0], run_name="__main__")


def moved(code: types.CodeType, filename: str) -> types.CodeType:
    """Return compiled code as if it had been compiled from a file of this name."""
    constants = (moved(each, filename) if isinstance(each, types.CodeType) else each for each in code.co_consts)
    return code.replace(co_filename=filename, co_consts=tuple(constants))


def compile_once(folder: Path) -> None:
    """Let Ansible's loader of collections find the code of each file below `folder` compiled, wherever a copy of it is."""
    sources = (path.read_bytes() for path in folder.rglob("*.py"))
    known = {source: compile(source, "", "exec", flags=0, dont_inherit=True) for source in sources}

    def compiled(source: bytes, filename: str, mode: str, flags: int, dont_inherit: bool) -> types.CodeType:
        if source in known:
            return moved(known[source], filename)
        return t.cast(types.CodeType, compile(source, filename, mode, flags=flags, dont_inherit=dont_inherit))

    vars(importlib.import_module(LOADER))["compile"] = compiled


def read_routing_once() -> None:
    """Let Ansible's loader of collections find the list of what has moved out of Ansible itself read."""
    finder = vars(importlib.import_module(LOADER))
    read, routing = finder["_meta_yml_to_dict"], "ansible_builtin_runtime.yml"
    text = Path(str(importlib.import_module("ansible").__file__)).with_name("config").joinpath(routing).read_bytes()
    known = {text: read(text, ("ansible.builtin", routing))}
    # Each run has it once, as Ansible may change it.
    finder["_meta_yml_to_dict"] = lambda found, content: known.pop(found, None) or read(found, content)


if __name__ == "__main__":
    for library in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(library)
    if not sys.argv[1:]:
        importlib.import_module(ANSIBLE)
        compile_once(PLUGINS)
        read_routing_once()
    gc.freeze()  # no collection of garbage in a run goes through all of that
    request = serve()
    if request is not None:
        run(**request)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check of the collection. The targets of the Makefile are thin names for these sessions.

The sessions work on a copy of the collection where Ansible looks for collections, in environments below
`.nox/environments` that are made again when what they hold has changed (see `tests/tools`).
"""

from __future__ import annotations

import ast
import datetime
import hashlib
import json
import os
import shutil
import subprocess  # nosec B404
import sys
import tempfile
import time
import typing as t
import urllib.request
from pathlib import Path

import antsibull_nox
import nox
import nox.command
import yaml

# For bandit: programs are run with words of this file alone, and the one URL that is opened is https.

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from environment import environment, find_python  # noqa: E402
from locks import locked  # noqa: E402
from mirror import COLLECTION, mirror, source_files  # noqa: E402
from tarball import NEEDED, errors, listing, normalise  # noqa: E402

STATE = ROOT / ".nox"
TREE = STATE / "tree"
COPY = TREE / COLLECTION
HOME = STATE / "home"


class Entry(t.NamedTuple):
    """One row of the matrix: versions that are tested together."""

    core: str  # of ansible-core
    python: str
    libraries: str  # oldest or newest of what requirements.txt allows

    def __str__(self) -> str:
        return f"{self.core}-py{self.python}-{self.libraries}"


# The same list as in .github/workflows/ci.yml; a test compares the two.
MATRIX = [
    Entry("2.16", "3.10", "oldest"),
    Entry("2.16", "3.11", "oldest"),
    Entry("2.18", "3.11", "newest"),
    Entry("2.19", "3.11", "newest"),
    Entry("2.20", "3.12", "oldest"),
    Entry("2.21", "3.12", "newest"),
    Entry("2.21", "3.13", "newest"),
]
# What everything but the tests uses: the newest ansible-core that runs on Python 3.11.
DEFAULT = Entry("2.19", "3.11", "newest")
# What `make test` tests: the newest row of which this machine has the Python.
NEWEST = next((entry for entry in reversed(MATRIX) if find_python(entry.python)), DEFAULT)

# The tests that run the code in their own process, where its coverage can be seen.
COVERED = (
    "tests/unit/plugins",
    "tests/integration/test_accounts_calls.py",
    "tests/integration/test_accounts_options.py",
    "tests/integration/test_accounts_rules.py",
    "tests/integration/test_accounts_switches.py",
    "tests/integration/test_structure.py",
    "tests/faults",
)

# antsibull-docs takes the name of its temporary folder, where it ends in "_", for a reference in reStructuredText. So
# it gets names of letters only.
ANTSIBULL_DOCS = """\
import sys, tempfile
tempfile._RandomNameSequence.characters = "abcdefghijklmnopqrstuvwxyz"
from antsibull_docs.cli.antsibull_docs import main
sys.exit(main())
"""

# What the documentation of a single collection cannot link to: labels of Ansible's own documentation.
SPHINX_CONF = r"""
intersphinx_mapping = {}
nitpick_ignore_regex = [
    ("std:ref", r"action_plugins|common_return_values|ansible_configuration_settings|ansible_collections\.ansible\..*"),
]
"""

nox.options.sessions = ["static", "sanity(short)", "units", "integration", "fuzz(short)"]
nox.options.default_venv_backend = "none"

# Its checks of files, action groups and licenses; see antsibull-nox.toml.
antsibull_nox.load_antsibull_nox_toml()


def core_requirement(core: str) -> str:
    """Return what pip is to install for this series of ansible-core."""
    return f"ansible-core ~= {core}.0"


def tools(name: str, *arguments: str, python: str | None = None) -> dict[str, str | None]:
    """Return the process environment in which the programs of the environment `name` are found first.

    Nothing of the developer's own settings of Ansible and Veracode comes in, and nothing is written to their home.
    """
    folder = STATE / "environments" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    programs = environment(folder, list(arguments), python)
    foreign = {key: None for key in os.environ if key.startswith(("ANSIBLE_", "VERACODE_", "PYTHON"))}
    return {
        **foreign,
        "ANSIBLE_COLLECTIONS_PATH": str(TREE),
        # Ansible asks the system for the home of the user, not the environment.
        "ANSIBLE_REMOTE_TEMP": str(HOME / ".ansible" / "tmp"),
        "HOME": str(own_home()),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        # Whatever the locale of the machine is, or a library makes of it.
        "PYTHONUTF8": "1",
        "PYTHONPATH": f"{TREE}{os.pathsep}{COPY}",
        "VIRTUAL_ENV": str(folder),
    }


def test_tools(entry: Entry) -> dict[str, str | None]:
    """Return the process environment for the tests of one row of the matrix."""
    constraints = ["-c", "tests/requirements/oldest.txt"] if entry.libraries == "oldest" else []
    return tools(
        str(entry),
        core_requirement(entry.core),
        *("-r", "requirements.txt", "-r", "tests/emulator/requirements.txt", "-r", "tests/requirements/test.txt"),
        *constraints,
        python=entry.python,
    )


def lint_tools() -> dict[str, str | None]:
    """Return the process environment for the checks that only read."""
    return tools(
        "lint",
        core_requirement(DEFAULT.core),
        *("-r", "requirements.txt", "-r", "tests/emulator/requirements.txt"),
        *("-r", "tests/requirements/test.txt", "-r", "tests/requirements/lint.txt"),
        python=DEFAULT.python,
    )


def own_home() -> Path:
    """Return a home directory for the tools, which knows the settings of pip that hold outside.

    ansible-test hands nothing but HOME and PATH on to pip, so the settings have to be in a file.
    """
    target = HOME / ".config" / "pip" / "pip.conf"
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "config", "list"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # nosec B603
    sections: dict[str, dict[str, str]] = {}
    for line in listing.splitlines():
        key, value = line.split("=", 1)
        section, option = key.rsplit(".", 1)
        sections.setdefault("global" if section == ":env:" else section, {})[option] = ast.literal_eval(value)
    text = ""
    for section, options in sections.items():
        lines = (f"{option} = " + value.replace("\n", "\n    ") for option, value in options.items())
        text += f"[{section}]\n" + "\n".join(lines) + "\n"
    with locked(HOME / "lock"):
        if not target.exists() or target.read_text() != text:
            target.touch(mode=0o600)  # an index may need a password
            target.write_text(text)
    return HOME


def provide_get_pip(session: nox.Session, env: dict[str, str | None], python: str) -> None:
    """Put a get-pip where ansible-test looks for it: the real one, or a stand-in where the download is not possible."""
    code = (
        "import types; from ansible_test._internal.python_requirements import get_venv_packages as packages; "
        f"print(packages(types.SimpleNamespace(version={python!r}))['pip'])"
    )
    version = str(session.run(program("python", env), "-c", code, env=env, external=True, silent=True)).strip()
    target = HOME / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        url = f"https://ci-files.testing.ansible.com/ansible-test/get-pip-{version}.py"
        with urllib.request.urlopen(url, timeout=10) as answer:  # nosec B310
            target.write_bytes(answer.read())
    except OSError:
        shutil.copy(ROOT / "tests" / "tools" / "get_pip.py", target)


def program(name: str, env: dict[str, str | None]) -> str:
    """Return the path of a program in this process environment."""
    return shutil.which(name, path=env.get("PATH") or os.environ["PATH"]) or name


class Checks:
    """Runs checks one after the other, remembers the result of each, and fails at the end if one of them did."""

    def __init__(self, session: nox.Session) -> None:
        self.session = session
        self.results: list[dict[str, t.Any]] = []

    def run(self, name: str, *command: str, env: dict[str, str | None], cwd: Path = COPY, junit: str = "") -> bool:
        """Run a command as a check of this name, and tell whether it passed.

        :param junit: the file that the command writes into the folder of results.
        """
        self.session.log(f"--- {name}")
        started = time.monotonic()
        try:
            with self.session.chdir(cwd):
                self.session.run(program(command[0], env), *command[1:], env=env, external=True)
            ok = True
        except nox.command.CommandFailed:
            ok = False
        self.record(name, ok, started, junit)
        return ok

    def record(self, name: str, ok: bool, started: float, junit: str = "") -> None:
        """Remember the result of a check."""
        self.results.append({"name": name, "ok": ok, "seconds": time.monotonic() - started, "junit": junit})

    def finish(self) -> None:
        """Write the results for `tests/tools/run.py` and fail the session if a check failed."""
        results(self.session).write_text(json.dumps(self.results))
        failed = [result["name"] for result in self.results if not result["ok"]]
        if failed:
            self.session.error(f"failed: {', '.join(failed)}")


def results(session: nox.Session, suffix: str = ".json") -> Path:
    """Return the file for the results of this session."""
    folder = STATE / "results"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{session.name}{suffix}"


def run_sanity(checks: Checks, entry: Entry, *arguments: str) -> None:
    """ansible-test sanity, nothing ignored."""
    env = test_tools(entry)
    provide_get_pip(checks.session, env, entry.python)
    # What the tests of the code need on the path would mislead the tests of ansible-test.
    env = {**env, "PYTHONPATH": None}
    command = ["ansible-test", "sanity", "--local", "--python", entry.python, "--color", "no", *arguments]
    checks.run(f"sanity {entry.core}, Python {entry.python}", *command, env=env)


def run_pytest(checks: Checks, entry: Entry, name: str, *paths: str, slow: bool, more: int = 0) -> None:
    """Tests of these paths, by a worker for each processor, and `more`.

    Their folder has a short name, and stays if one of them fails: ansible-core 2.21 makes a socket in the temporary
    folder of a run, and the path of a socket is limited to about a hundred characters.

    :param slow: also the tests that need minutes or are one of many, and four times as many examples of a property.
    """
    junit = results(checks.session, f"-{name}.xml")
    folder = Path(tempfile.mkdtemp(prefix="v-"))
    workers = (os.cpu_count() or 1) + more
    command = ["python", "-m", "pytest", "-n", str(workers), "--dist=worksteal", f"--basetemp={folder / 't'}"]
    command += [f"--junit-xml={junit}", f"-ojunit_suite_name={name}", *paths]
    command += [*([] if slow else ["-m", "not slow", "--hypothesis-profile=quick"]), *checks.session.posargs]
    if checks.run(f"{name} {entry.core}, Python {entry.python}", *command, env=test_tools(entry), junit=junit.name):
        shutil.rmtree(folder)


def run_units(checks: Checks, entry: Entry, *, slow: bool) -> None:
    """The unit tests and the emulator's own tests."""
    run_pytest(checks, entry, "units", "tests/unit", "tests/emulator_tests", slow=slow)


def run_integration(checks: Checks, entry: Entry, *, slow: bool) -> None:
    """Playbooks against the emulator, every fault, bad input."""
    # Many of these wait for playbooks, and for each other's locks.
    run_pytest(checks, entry, "integration", "tests/integration", "tests/faults", "tests/input", slow=slow, more=1)


@nox.session
def static(session: nox.Session) -> None:
    """Formatters, linters, types, import contracts, licenses, documentation, changelog. (`lint` is a name of antsibull-nox.)"""
    mirror(TREE)
    env = lint_tools()
    checks = Checks(session)
    checks.run("ruff format", "ruff", "format", "--check", "--diff", ".", env=env)
    checks.run("ruff check", "ruff", "check", ".", env=env)
    checks.run("bandit", "bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", ".", env=env)
    plugins = str(COLLECTION / "plugins")
    config = f"--config-file={COPY / 'pyproject.toml'}"
    checks.run("mypy plugins", "mypy", config, plugins, env={**env, "PYTHONPATH": None}, cwd=TREE)
    checks.run("mypy emulator", "mypy", config, "tests/emulator", env={**env, "PYTHONPATH": None})
    packages = import_tree()  # as the working directory it comes first on the path
    command = ["lint-imports", "--no-logo", f"--config={COPY / 'pyproject.toml'}"]
    checks.run("import contracts", *command, env={**env, "PYTHONPATH": None}, cwd=packages)
    checks.run("shellcheck", "shellcheck", ".ci/run", ".ci/fragment", env=env)
    checks.run("spelling", "codespell", env=env)
    pages = [path for path in source_files() if path.suffix in (".md", ".rst") and path.stem != "CHANGELOG"]
    checks.run("prose", "proselint", "check", *map(str, pages), env=env)
    checks.run("changelog", "antsibull-changelog", "lint", env=env)
    command = ["antsibull-changelog", "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml"]
    checks.run("changelog of releases", *command, env=env)
    docs = ["python", "-c", ANTSIBULL_DOCS, "lint-collection-docs", "--plugin-docs", "--check-extra-docs-refs"]
    checks.run("documentation", *docs, "--validate-collection-refs", "self", ".", env=env)
    checks.run("ansible-lint", "ansible-lint", env=env)
    # The sessions of antsibull-nox. Its others install into environments of their own each time, or do nothing.
    command = [sys.executable, "-m", "nox", "--noxfile", str(ROOT / "noxfile.py"), "--session"]
    names = ("extra-checks", "license-check", "yamllint")
    checks.run(", ".join(names), *command, *names, env={**env, "PYTHONPATH": None}, cwd=ROOT)
    checks.finish()


@nox.session(name="format")
def format_code(session: nox.Session) -> None:
    """Format the Python files of the checkout and mend what can be mended without thinking."""
    env = lint_tools()
    for command in (["check", "--fix"], ["format"]):
        session.run(program("ruff", env), *command, ".", env=env, external=True)


def import_tree() -> Path:
    """Copy the Python files to where every folder is a regular package, which is all that import-linter looks into."""
    tree = STATE / "imports"
    shutil.rmtree(tree, ignore_errors=True)
    for source, target in ((COPY / "plugins", tree / COLLECTION / "plugins"), (COPY / "tests", tree / "tests")):
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*", "__pycache__", "output"))
    for folder in [path for path in tree.rglob("*") if path.is_dir()]:
        (folder / "__init__.py").touch()
    return tree


@nox.session
@nox.parametrize("left_out", [["--skip-test", "pylint"], []], ids=["short", "long"])
def sanity(session: nox.Session, left_out: list[str]) -> None:
    """ansible-test sanity without ignore entries, of what is shipped; the short one leaves out pylint, half of its time.

    The matrix runs all of it, on the tests, too.
    """
    mirror(TREE)
    checks = Checks(session)
    run_sanity(checks, NEWEST, "--exclude", "tests/", *left_out)
    checks.finish()


@nox.session
def units(session: nox.Session) -> None:
    """Unit tests and the emulator's own tests. Arguments go to pytest."""
    mirror(TREE)
    checks = Checks(session)
    run_units(checks, NEWEST, slow=False)
    checks.finish()


@nox.session
def integration(session: nox.Session) -> None:
    """Real ansible-playbook runs against the emulator. Arguments go to pytest."""
    mirror(TREE)
    checks = Checks(session)
    run_integration(checks, NEWEST, slow=False)
    checks.finish()


@nox.session
def coverage(session: nox.Session) -> None:
    """How much of the plugins the tests in one process reach; less than 95 % is a failure."""
    mirror(TREE)
    env = tools(
        "coverage",
        core_requirement(DEFAULT.core),
        *("-r", "requirements.txt", "-r", "tests/emulator/requirements.txt"),
        *("-r", "tests/requirements/test.txt", "-r", "tests/requirements/coverage.txt"),
        python=DEFAULT.python,
    )
    env["COVERAGE_FILE"] = str(results(session, ".data"))
    checks = Checks(session)
    command = ["python", "-m", "coverage", "run", "--source=plugins", "-m", "pytest", "-m", "not slow"]
    checks.run("tests under coverage", *command, *COVERED, env=env)
    checks.run("coverage", "python", "-m", "coverage", "report", "--show-missing", "--fail-under=95", env=env)
    checks.finish()


@nox.session
@nox.parametrize("seconds", [2, 300], ids=["short", "long"])
def fuzz(session: nox.Session, seconds: int) -> None:
    """Fuzz everything that reads what others wrote, for some seconds each. What was found is kept for the next time."""
    mirror(TREE)
    requirements = ("-r", "requirements.txt", "-r", "tests/requirements/fuzz.txt")
    env = tools("fuzz", core_requirement(DEFAULT.core), *requirements, python=DEFAULT.python)
    checks = Checks(session)
    checks.run("fuzz", "python", "-m", "tests.fuzz", str(seconds), str(STATE / "fuzz"), env=env)
    checks.finish()


@nox.session
@nox.parametrize("entry", MATRIX, ids=[str(entry) for entry in MATRIX])
def matrix(session: nox.Session, entry: Entry) -> None:
    """Sanity, units and integration on one row of the matrix of versions."""
    mirror(TREE)
    checks = Checks(session)
    run_sanity(checks, entry, "--exclude", "tests/fuzz/corpus/")  # bytes as others send them
    run_units(checks, entry, slow=entry == DEFAULT)
    run_integration(checks, entry, slow=entry == DEFAULT)
    checks.finish()


def galaxy_tools() -> dict[str, str | None]:
    """Return the process environment to build, import and install; galaxy-importer wants old versions of libraries."""
    return tools(
        "importer", core_requirement(DEFAULT.core), "-r", "tests/requirements/importer.txt", python=DEFAULT.python
    )


def build_collection(checks: Checks, tree: Path) -> Path:
    """Build the collection from a copy of its own and return the tarball, of which each byte follows from the content."""
    shutil.rmtree(tree, ignore_errors=True)
    source, built = mirror(tree), tree / "built"
    for path in source.rglob("*"):
        os.utime(path)  # each checkout has times of its own
    command = ["ansible-galaxy", "collection", "build", "--output-path", str(built)]
    checks.run("build", *command, env=galaxy_tools(), cwd=source)
    [found] = built.glob("*.tar.gz")
    release = version_and_release()[1]
    day = release.get("release_date") or datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    moment = datetime.datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()
    normalise(found, tree / found.name, int(moment))
    return tree / found.name


def version_and_release() -> tuple[str, dict[str, t.Any]]:
    """Return the version of the collection, and what the changelog says of it; that is empty if it is not released."""
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    releases = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text())["releases"]
    return version, releases.get(version, {})


def check_tarball(checks: Checks, tarball: Path) -> None:
    """Look at what is in the tarball, and let galaxy-importer look at it; a warning is a failure."""
    session = checks.session
    session.log(f"{tarball.name}: {tarball.stat().st_size} bytes, {len(listing(tarball))} files")
    wrong = errors(tarball, [str(name) for name in source_files()])
    for error in wrong:
        session.warn(error)
    checks.record("content of the tarball", not wrong, time.monotonic())
    env = {**galaxy_tools(), "GALAXY_IMPORTER_CONFIG": str(ROOT / "tests" / "galaxy-importer.cfg")}
    started = time.monotonic()
    with session.chdir(tarball.parent):
        log = session.run(
            *(program("python", env), "-m", "galaxy_importer.main", tarball.name),
            env=env,
            external=True,
            silent=True,
            success_codes=[0, 1],
        )
    session.log(str(log))
    findings = [line for line in str(log).splitlines() if line.startswith(("WARNING", "ERROR"))]
    done = "Importer processing completed successfully" in str(log)
    checks.record("galaxy-importer", done and not findings, started)


@nox.session
def importer(session: nox.Session) -> None:
    """Build the collection, let galaxy-importer look at it, and see what an execution environment gets of it."""
    mirror(TREE)
    checks = Checks(session)
    build = STATE / "build"
    check_tarball(checks, build_collection(checks, build))
    command = ["ansible-builder", "introspect", "--sanitize", "--write-pip", str(build / "pip.txt"), str(TREE)]
    checks.run("execution environment", *command, env=galaxy_tools())
    declared = {line.partition("#")[0].strip() for line in (build / "pip.txt").read_text().splitlines()} - {""}
    listed = {line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()} - {""}
    checks.record("execution environment gets the libraries", bool(declared) and declared == listed, time.monotonic())
    command = ["ansible-builder", "create", "--file", "execution-environment.yml", "--context", str(build / "context")]
    checks.run("execution-environment.yml", *command, env=galaxy_tools())
    checks.finish()


@nox.session
def release(session: nox.Session) -> None:
    """Write the changelog of the version in galaxy.yml, and make the tarball in build: proven, and ready to be published."""
    checks = Checks(session)
    release_changelog(checks)
    folder = STATE / "release"
    shutil.rmtree(folder, ignore_errors=True)
    tarball, again = (build_collection(checks, folder / name) for name in ("first", "second"))
    checks.record("the same bytes twice", tarball.read_bytes() == again.read_bytes(), time.monotonic())
    check_tarball(checks, tarball)
    installed = folder / "installed"
    command = ["ansible-galaxy", "collection", "install", "--offline", "--collections-path", str(installed)]
    env = {**galaxy_tools(), "ANSIBLE_COLLECTIONS_PATH": str(installed), "PYTHONPATH": None}
    checks.run("install into an empty tree", *command, str(tarball), env=env, cwd=folder)
    # All that an installed collection may need is in four folders. The demo and the emulator come from the checkout.
    demo = folder / "demo"
    shutil.copytree(ROOT / "tests", demo / "tests", ignore=shutil.ignore_patterns("__pycache__", "output"))
    for path in (installed / COLLECTION).iterdir():
        if path.name not in NEEDED:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    env = {**test_tools(DEFAULT), "ANSIBLE_COLLECTIONS_PATH": str(installed), "PYTHONPATH": None}
    checks.run("demo of what was installed", "python", "-m", "tests.demo", env=env, cwd=demo)
    target = ROOT / "build" / tarball.name
    target.parent.mkdir(exist_ok=True)
    shutil.copy(tarball, target)
    names = [f"{size:>8}  {name}" for name, size in listing(target)]
    target.with_name(f"{target.name}.txt").write_text("\n".join(names) + "\n")
    checks.finish()
    checksum = hashlib.sha256(target.read_bytes()).hexdigest()
    session.log(f"{target}: sha256 {checksum}; its files are in {target.name}.txt")
    session.log(f"Commit the changelog, tag the commit {version_and_release()[0]}, and publish exactly this file.")


def release_changelog(checks: Checks) -> None:
    """Write the fragments into the changelog as those of the version in galaxy.yml, unless that has been done."""
    version, release = version_and_release()
    left = [path.name for path in (ROOT / "changelogs" / "fragments").glob("*.y*ml")]
    if release and not left:
        return
    tagged = checks.session.run("git", "tag", "--list", version, external=True, silent=True)
    if str(tagged).strip():
        checks.session.error(
            f"{version} is tagged already, and there are {', '.join(left)}: raise the version in galaxy.yml"
        )
    command = ["antsibull-changelog", "release", *(["--update-existing"] if release else [])]
    checks.run("changelog of the release", *command, env={**lint_tools(), "PYTHONPATH": None}, cwd=ROOT)


@nox.session
def audit(session: nox.Session) -> None:
    """Ask for known vulnerabilities of the libraries that pip installs for users today; fails if nobody answers."""
    runtime = tools("runtime", "-r", "requirements.txt", python=DEFAULT.python)
    env = tools("audit", "-r", "tests/requirements/audit.txt", python=DEFAULT.python)
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = str(session.run(program("python", runtime), "-c", code, env=runtime, external=True, silent=True)).strip()
    checks = Checks(session)
    # A package that nobody answers for is a failure, too: that is what --strict means.
    command = ["python", "-m", "pip_audit", "--strict", "--progress-spinner", "off", "--path", packages]
    checks.run("pip-audit", *command, env=env, cwd=ROOT)
    checks.finish()


@nox.session
def bench(session: nox.Session) -> None:
    """Benchmarks, in part against the official client; arguments name some of them."""
    mirror(TREE)
    client = tools("official-client", "veracode-api-py ~= 0.9.68", python=DEFAULT.python)
    checks = Checks(session)
    output = results(session, "-figures.json")
    command = [
        "python",
        "-m",
        "tests.benchmarks",
        "--client-python",
        program("python", client),
        "--output",
        str(output),
    ]
    checks.run("benchmarks", *command, *session.posargs, env=test_tools(DEFAULT))
    checks.finish()


@nox.session
def faults(session: nox.Session) -> None:
    """Meet every call of every module with every fault, and write the results into the guide."""
    mirror(TREE)
    checks = Checks(session)
    command = ["python", "-m", "tests.faults", "--root", str(ROOT)]
    checks.run("faults", *command, *session.posargs, env=test_tools(DEFAULT))
    checks.finish()


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation as a web site into build/docs/build/html; a warning is a failure."""
    source = mirror(STATE / "docs-tree")
    env = tools(
        *("docs", core_requirement(DEFAULT.core), "-r", "requirements.txt", "-r", "tests/requirements/docs.txt"),
        python=DEFAULT.python,
    )
    env["ANSIBLE_COLLECTIONS_PATH"] = str(STATE / "docs-tree")
    env["PYTHONPATH"] = None
    site = ROOT / "build" / "docs"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True, mode=0o755)
    checks = Checks(session)
    if not version_and_release()[1]:
        # So that the changelog of the site has what comes next
        checks.run("changelog of the site", "antsibull-changelog", "release", env=env, cwd=source)
    command = ["antsibull-docs", "sphinx-init", "--use-current", "--squash-hierarchy", "--fail-on-error"]
    checks.run("site", *command, "--dest-dir", str(site), "community.veracode", env=env, cwd=source)
    with (site / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(SPHINX_CONF)
    checks.run("pages", str(site / "build.sh"), env=env, cwd=site)
    checks.finish()
    session.log(f"Open {site / 'build' / 'html' / 'index.html'}")

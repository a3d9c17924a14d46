# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A search for the secrets of all emulators in everything that the runs of a test say, write, cache and start.

While a Watch is open, every `ansible-playbook`, `ansible`, `ansible-runner` and `ansible-rulebook`, and every module that is
run by itself, keeps what Ansible usually removes: files on the host, a fact cache, a log of the highest verbosity. A thread looks at command lines and at files
that are there for a moment only. When it is closed, all of that is searched, as is all that was printed.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import threading
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.emulator.control import Emulator
from tests.processes import descendants

_PROGRAMS = ("ansible-playbook", "ansible", "ansible-runner", "ansible-rulebook")
_MODULES = os.path.join("plugins", "modules", "veracode_")
_HEADER = re.compile(rb"veracode-hmac-sha-256\s+id=[0-9a-z-]{8}|\bsig=[0-9a-f]{32}")
_ENCODED_HEADER = b"VERACODE-HMAC-SHA-256 id="
_SIGNATURE = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
# So Ansible itself hands an option on to the host, in a file that only its user can read: first a temporary one of the
# controller, then AnsiballZ_ and the name of the module.
_HANDED_ON = re.compile(rb'api_key_secret(\\*)": \1"[^"\\]*')
# A file of a key pair or OAuth client in one of the formats, which only its user can read: where it was to go.
_KEY_FILE = re.compile(rb'(?i)(veracode_)?(api_key|client)_secret"?\s*[=:]')
# Plans, ledgers, snapshots, results and reports are no such file, whatever else they hold.
_NO_KEY_FILE = re.compile(rb'"(actions|calls|diff|leavers|organization|outcome|summary|users|workers)"\s*:')
# So ansible-runner keeps the environment of a job, in a file that only its user can read.
_JOB_ENVIRONMENT = re.compile(rb'"VERACODE_API_KEY_SECRET": "[^"\\]*')
# The secret of a key pair may carry the prefix of a region. That of an OAuth client has none, and may have a hyphen.
_PAIR = re.compile("([0-9A-Za-z]{8}-)?[0-9A-Fa-f]+")
_LOCAL = re.compile("ansible-local-")
# As older and newer ansible-core call it, with the ending of what is copied
_REMOTE_COPY = re.compile(r"\.?source(\.[^.]+)?\Z")
_SHORTEST = 30
_LONGEST_TMPDIR = 70


def _encoded(data: bytes) -> Iterator[bytes]:
    """Yield what base64 makes of data, wherever in an encoded text it stands."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data)
        inner = encoded[(shift * 8 + 5) // 6 : -4]
        yield from {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}


def _bare(secret: str) -> str:
    """Return a secret without its prefix, in lower case."""
    return (secret.rsplit("-", 1)[-1] if _PAIR.fullmatch(secret) else secret).lower()


class Search:
    """Finds secrets and what is made of them.

    :param secrets: with or without their prefix.
    :param signatures: in hex.
    """

    def __init__(self, secrets: Iterable[str], signatures: Iterable[str] = ()) -> None:
        self._plain: dict[bytes, str] = {}
        self._coded: dict[bytes, str] = dict.fromkeys(_encoded(_ENCODED_HEADER), "an encoded header")
        for secret in secrets:
            bare = _bare(secret)
            half = max(_SHORTEST, len(bare) // 2)
            self._plain.update({bare[:half].encode(): "a secret", bare[-half:].encode(): "a secret"})
            raw = [bytes.fromhex(bare)] if re.fullmatch("([0-9a-f]{2})+", bare) else []
            self._coded.update(
                {coded: "an encoded secret" for form in (bare.encode(), *raw) for coded in _encoded(form)}
            )
        self._signatures = {signature.lower().encode() for signature in signatures}

    def find(self, data: bytes) -> set[str]:
        """Return what is in there."""
        lower = data.lower()
        found = {name for form, name in self._plain.items() if form in lower}
        found |= {name for form, name in self._coded.items() if form in data}
        if _HEADER.search(lower):
            found.add("a header")
        if self._signatures and any(match in self._signatures for match in _SIGNATURE.findall(lower)):
            found.add("a signature")
        return found


def exception_text(error: BaseException) -> str:
    """Return everything that an exception and those behind it could show."""
    parts = []
    seen: set[int] = set()
    behind: BaseException | None = error
    while behind is not None and id(behind) not in seen:
        seen.add(id(behind))
        parts += [repr(behind), repr(vars(behind)), *traceback.format_exception_only(type(behind), behind)]
        behind = behind.__cause__ or behind.__context__
    return "\n".join(parts)


def assert_silent(emulator: Emulator, *shown: str) -> None:
    """Check that a run in this process has let out no secret."""
    text = "\n".join(shown).encode("utf-8", "surrogatepass")
    found = Search([emulator.api_secret]).find(text)
    assert not found, f"a run in this process shows {', '.join(sorted(found))}"


def _state(about: os.stat_result) -> tuple[int, int]:
    return about.st_mtime_ns, about.st_size


class Content(NamedTuple):
    """What was in a file, and whether only its user can read it, or look into its folder."""

    data: bytes
    private: bool
    shut: bool


class Watch:
    """Looks at what the runs of one test leave.

    :param folder: everything that the test writes is below it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporary = folder / ".leaks"
        self.files = 0
        self.processes = 0
        self.runs = 0
        self._said: list[bytes] = []
        self._allowed: set[Path] = set()
        self._returned: set[str] = set()
        self._copies = False
        self._links: dict[Path, Path] = {}
        self._secrets: set[str] = set()
        self._signatures: set[str] = set()
        # Files as they were when no run was under way, by the time of their last change and their size.
        self._inputs: dict[Path, tuple[int, int]] = {}
        self._contents: dict[Path, list[Content]] = {}
        self._lines: set[bytes] = set()
        self._active = 0
        self._lock = threading.Lock()
        #: Seconds between two looks. What is there for a shorter time may be missed.
        self.interval = 0.1
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    # What a test knows better

    def allow(self, *places: Path) -> None:
        """Say that files, or all files below a folder, are there to hold secrets."""
        self._allowed.update(places)

    def allow_copies(self) -> None:
        """Say that the tasks of a user, as those of a store, write secrets with `ansible.builtin.copy`.

        Ansible hands the content on in files that only its user can read.
        """
        self._copies = True

    def returned(self, results: object) -> None:
        """Do not search for secrets that a task returned because `return_secret` asked for it."""
        if isinstance(results, Mapping):
            for kind in ("api_key", "client"):
                secret = results.get(f"{kind}_secret")
                if isinstance(secret, str) and f"{kind}_id" in results:
                    self._returned.add(_bare(secret))
            results = list(results.values())
        if isinstance(results, list):
            for result in results:
                self.returned(result)

    def also(self, *secrets: str) -> None:
        """Search for these, too."""
        self._secrets.update(secrets)

    # What the runs tell

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a run, in which Ansible keeps whatever it can."""
        self.temporary.mkdir(exist_ok=True)
        remote = Path(env.get("ANSIBLE_REMOTE_TEMP", ""))
        if self.folder not in remote.parents:
            # Otherwise below the home that the system tells, whatever HOME says.
            remote = self.temporary / "remote"
        return {
            "ANSIBLE_KEEP_REMOTE_FILES": "1",
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.temporary / "facts"),
            "ANSIBLE_LOCAL_TEMP": str(self.temporary / "local"),
            "ANSIBLE_LOG_PATH": str(self.temporary / "ansible.log"),
            "ANSIBLE_LOG_VERBOSITY": "4",
            **env,
            "ANSIBLE_REMOTE_TEMP": str(remote),
            "TMPDIR": str(self._short(Path(env.get("TMPDIR", self.temporary)))),
        }

    def _short(self, folder: Path) -> Path:
        """Return a folder by a path with which ansible-core 2.21 starts.

        It makes a socket of its own below TMPDIR, and the path of a socket has 107 bytes at most.
        """
        if len(str(folder)) <= _LONGEST_TMPDIR:
            return folder
        if folder not in self._links:
            self._links[folder] = Path(tempfile.mkdtemp(prefix="v")) / "t"
            self._links[folder].symlink_to(folder)
        return self._links[folder]

    def start(self) -> None:
        """Note what is there before a run, and begin to look."""
        self.runs += 1
        with self._lock:
            if not self._active:
                self._inputs = {path: _state(about) for path, about in self._all()}
            self._active += 1
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="leaks", daemon=True)
            self._thread.start()

    def ended(self, *texts: str | bytes | None) -> None:
        """Note what a run printed and left, and what secrets there are by then; what comes after it is the test's."""
        with self._lock:
            self._read(again=True)
            self._active -= 1
        self._learn()
        self._said += [
            text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text for text in texts if text
        ]

    def _learn(self) -> None:
        for emulator in list(Emulator.running):
            with contextlib.suppress(OSError):
                found = emulator.secrets()
                self._secrets.update(found["secrets"])
                self._signatures.update(found["signatures"])

    def _look(self) -> None:
        own = Path(f"/proc/{os.getpid()}/cmdline").read_bytes() if os.path.isdir("/proc/self") else b""
        while not self._end.wait(self.interval):
            for process in descendants(os.getpid()):
                with contextlib.suppress(OSError):
                    self._lines.add(Path(f"/proc/{process}/cmdline").read_bytes())
            self._lines.discard(own)
            with self._lock:
                if self._active:
                    self._read()

    def _all(self) -> Iterator[tuple[Path, os.stat_result]]:
        for place, folders, files in os.walk(self.folder, followlinks=False):
            folders[:] = [name for name in folders if name not in ("tree", "__pycache__")]
            for name in files:
                with contextlib.suppress(OSError):
                    yield Path(place, name), os.stat(os.path.join(place, name))

    def _read(self, *, again: bool = False) -> None:
        """Read what the runs have written, and what was read before only if asked to, as it may have grown."""
        for path, about in self._all():
            known = self._contents.get(path)
            if self._inputs.get(path) == _state(about) or (known and not again):
                continue
            with contextlib.suppress(OSError):
                data = path.read_bytes()
                content = Content(data, about.st_mode & 0o077 == 0, path.parent.stat().st_mode & 0o077 == 0)
                if known and data.startswith(known[-1].data):
                    known[-1] = content
                else:
                    self._contents.setdefault(path, []).append(content)

    # What comes of it

    def close(self) -> list[str]:
        """End the watch and return where secrets were found."""
        self._end.set()
        if self._thread is not None:
            self._thread.join()
        for link in self._links.values():
            shutil.rmtree(link.parent, ignore_errors=True)
        if not self.runs:
            return []
        self._learn()
        search = Search({each for each in self._secrets if _bare(each) not in self._returned}, self._signatures)
        found = [f"output: {what}" for text in self._said for what in search.find(text)]
        found += [f"command line: {what}" for line in self._lines for what in search.find(line)]
        self.processes = len(self._lines)
        if self._active:
            self._read(again=True)
        self.files = len(self._contents)
        for path, (data, private, shut) in [(path, each) for path, many in self._contents.items() for each in many]:
            if self._allowed & {path, *path.parents}:
                continue
            ansible = bool({".ansible", self.temporary.name} & {parent.name for parent in path.parents})
            job = "artifacts" in {parent.name for parent in path.parents}
            if private and not ansible and not job and _KEY_FILE.search(data) and not _NO_KEY_FILE.search(data):
                continue
            if private and job and path.name == "command":
                data = _JOB_ENVIRONMENT.sub(b"", data)
            if (
                self._copies
                and (private or shut)
                and ansible
                and (_REMOTE_COPY.match(path.name) or _LOCAL.match(path.parent.name))
            ):
                continue
            if (private or shut) and (path.name.startswith("AnsiballZ_") or _LOCAL.match(path.parent.name)):
                data = _HANDED_ON.sub(b"", data)
            found += [f"{path}: {what}" for what in search.find(data)]
        return sorted(set(found))


def _is_watched(word: str) -> bool:
    """Tell whether a word of a command line is a program that is watched."""
    return os.path.basename(word) in _PROGRAMS or _MODULES in word


class _Watched(subprocess.Popen):  # type: ignore[type-arg]
    """A process whose output is searched, if it is one of Ansible's."""

    watch: Watch | None = None

    def __init__(self, args: Any, *more: Any, **options: Any) -> None:
        words = [os.fsdecode(word) for word in args] if isinstance(args, (list, tuple)) else []
        self._watch = _Watched.watch if any(map(_is_watched, words)) else None
        if self._watch is not None:
            options["env"] = self._watch.environment(options.get("env") or dict(os.environ))
            self._watch.start()
        super().__init__(args, *more, **options)

    def communicate(self, *args: Any, **options: Any) -> tuple[Any, Any]:
        """Return the output."""
        output = super().communicate(*args, **options)
        if self._watch is not None:
            self._watch.ended(*output)
            self._watch = None
        return output


@contextlib.contextmanager
def watched_run(env: Mapping[str, str]) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Watch a run that is started in another way: yields its environment, and a list for what it prints."""
    watch = _Watched.watch
    output: list[str] = []
    if watch is None:
        yield dict(env), output
        return
    watch.start()
    try:
        yield watch.environment(env), output
    finally:
        watch.ended(*output)


@contextlib.contextmanager
def watching(folder: Path) -> Iterator[Watch]:
    """Watch every run of Ansible that this process starts meanwhile; the caller closes the watch."""
    watch = Watch(folder)
    real = subprocess.Popen
    subprocess.Popen = _Watched  # type: ignore[misc]
    _Watched.watch = watch
    try:
        yield watch
    finally:
        subprocess.Popen = real  # type: ignore[misc]
        _Watched.watch = None

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import configparser
import errno
import fcntl
import io
import json
import os
import resource
import shutil
import signal
import stat
import tempfile
import time
import traceback
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._keys import destination, slots
from ansible_collections.community.veracode.plugins.module_utils._keys import store as _key_store
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import RefusedError, find_format
from ansible_collections.community.veracode.plugins.module_utils._keys.store import (
    KeyPair,
    KeyStore,
    KeyStoreError,
    Reservation,
)
from tests.turns import in_turn

OLD = KeyPair("0ld1" * 8, "0ld5ec7e7" * 16, None)
NEW = KeyPair("7e57" * 8, "7e575ec7e7" * 16, "2031-01-02T03:04:05.000Z")
PROFILE = "rm@example.com"
NOBODY = 65534
FORMATS = ["ini", "json", "env"]

OLD_TEXT = {
    "ini": f"# mine\n[default]\nveracode_api_key_id = aa\nveracode_api_key_secret = bb\n\n; hers\n[{PROFILE}]\n"
    f"veracode_api_key_id = {OLD.api_id}\nveracode_api_key_secret = {OLD.api_secret}\n",
    "json": json.dumps({"api_key_id": OLD.api_id, "api_key_secret": OLD.api_secret, "expires": None}),
    "env": f"# mine\nPATH=/bin\nVERACODE_API_KEY_ID={OLD.api_id}\nVERACODE_API_KEY_SECRET={OLD.api_secret}\n",
}
NEW_TEXT = {
    **{
        name: OLD_TEXT[name].replace(OLD.api_id, NEW.api_id).replace(OLD.api_secret, NEW.api_secret)
        for name in ("ini", "env")
    },
    "json": json.dumps({"api_key_id": NEW.api_id, "api_key_secret": NEW.api_secret, "expires": NEW.expires}, indent=2)
    + "\n",
}


def key_store(dest: Path | str | bytes, name: str = "ini", profile: str | None = PROFILE) -> KeyStore:
    return KeyStore(os.fspath(dest), format=name, profile=profile)


def store(dest: Path, name: str = "ini", profile: str | None = PROFILE, pair: KeyPair = NEW) -> None:
    with key_store(dest, name, profile).prepare() as reservation:
        reservation.store(pair)


def mode(path: Path | str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def rescued(path: str | None) -> tuple[str, str]:
    assert path is not None
    assert mode(path) == 0o600
    found = json.loads(Path(path).read_text())
    return found["api_key_id"], found["api_key_secret"]


def without_secrets(exc: BaseException) -> str:
    """Return the message of an exception, having looked for secrets in all that a traceback shows."""
    shown = "".join(traceback.format_exception(exc)) + repr(exc)
    assert NEW.api_secret not in shown
    assert OLD.api_secret not in shown
    cause = exc.__cause__ or exc.__context__
    while cause is not None:
        assert OLD.api_secret not in repr(vars(cause)) + repr(cause)
        cause = cause.__cause__ or cause.__context__
    return str(exc)


def refused(build: Callable[[], KeyStore], *, option: str = "credentials_dest", prepare_only: bool = False) -> str:
    """Return the message with which both check() and prepare() refuse."""
    messages = []
    for action in ([] if prepare_only else [KeyStore.check]) + [KeyStore.prepare]:
        with pytest.raises(InputError) as caught:
            action(build())
        assert caught.value.option == option
        messages.append(without_secrets(caught.value))
        assert messages[-1].startswith(option)
    assert len(set(messages)) == 1
    return messages[0]


def child(action: Callable[[], None], *, unprivileged: bool = False) -> int:
    """Run something in a process of its own; return its status as os.waitstatus_to_exitcode does."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            if unprivileged and os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            action()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that an unprivileged user can reach and owns."""
    folder = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


# -- what is written ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_new_file(tmp_path: Path, name: str) -> None:
    dest = tmp_path / "credentials"
    keys = key_store(dest, name)
    assert keys.stored_api_id() is None
    keys.check()
    assert names(tmp_path) == []
    store(dest, name)
    assert keys.stored_api_id() == NEW.api_id
    assert mode(dest) == 0o600
    assert names(tmp_path) == ["credentials"]
    assert (
        dest.read_text()
        == {
            "ini": f"[{PROFILE}]\nveracode_api_key_id = {NEW.api_id}\nveracode_api_key_secret = {NEW.api_secret}\n",
            "json": NEW_TEXT["json"],
            "env": f"VERACODE_API_KEY_ID={NEW.api_id}\nVERACODE_API_KEY_SECRET={NEW.api_secret}\n",
        }[name]
    )


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("start", ["", "\n"])
def test_existing_file(tmp_path: Path, name: str, start: str) -> None:
    dest = tmp_path / "credentials"
    dest.write_text(start + OLD_TEXT[name])
    dest.chmod(0o644)
    assert key_store(dest, name).stored_api_id() == OLD.api_id
    store(dest, name)
    assert dest.read_text() == (start if name != "json" else "") + NEW_TEXT[name]
    assert mode(dest) == 0o600
    assert names(tmp_path) == ["credentials"]


def test_veracodes_library_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from veracode_api_signing.credentials import get_credentials_from_config_file

    dest = tmp_path / "credentials"
    dest.write_text(OLD_TEXT["ini"])
    store(dest)
    monkeypatch.setenv("VERACODE_API_PROFILE", PROFILE)
    assert get_credentials_from_config_file(str(dest)) == (NEW.api_id, NEW.api_secret)
    monkeypatch.setenv("VERACODE_API_PROFILE", "default")
    assert get_credentials_from_config_file(str(dest)) == ("aa", "bb")


INI_CASES = {
    "upper case keys, colon, crooked layout": (
        "[p]\n  VERACODE_API_KEY_ID:x\n  Veracode_Api_Key_Secret   =   y\n",
        "[p]\n  VERACODE_API_KEY_ID:ID\n  Veracode_Api_Key_Secret   =   SECRET\n",
    ),
    "half a pair": (
        "[p]\nveracode_api_key_id=x\nother = 1\n\n[q]\n",
        "[p]\nveracode_api_key_id=ID\nother = 1\nveracode_api_key_secret = SECRET\n\n[q]\n",
    ),
    "empty section at the end, no line break": (
        "[q]\na=1\n[p]",
        "[q]\na=1\n[p]\nveracode_api_key_id = ID\nveracode_api_key_secret = SECRET\n",
    ),
    "no line break at the end of the value": (
        "[p]\nveracode_api_key_secret=y\nveracode_api_key_id=x",
        "[p]\nveracode_api_key_secret=SECRET\nveracode_api_key_id=ID",
    ),
    "indented options": (
        "[p]\n    a = 1\n    b = 2\n      and more\n[q]\n",
        "[p]\n    a = 1\n    b = 2\n      and more\n    veracode_api_key_id = ID\n    veracode_api_key_secret = SECRET\n[q]\n",
    ),
    "a value of several lines": (
        "[p]\nveracode_api_key_id = x\n  y\n# stays\n  z\nveracode_api_key_secret =\n[q]\n",
        "[p]\nveracode_api_key_id = ID\n# stays\nveracode_api_key_secret =SECRET\n[q]\n",
    ),
    "the header within a value is none": (
        "[q]\na = 1\n  [p]\n",
        "[q]\na = 1\n  [p]\n\n[p]\nveracode_api_key_id = ID\nveracode_api_key_secret = SECRET\n",
    ),
    "defaults stay": (
        "[DEFAULT]\nveracode_api_key_id = d\nveracode_api_key_secret = e\n[p]\n[q]\n",
        "[DEFAULT]\nveracode_api_key_id = d\nveracode_api_key_secret = e\n[p]\nveracode_api_key_id = ID\n"
        "veracode_api_key_secret = SECRET\n[q]\n",
    ),
    "byte order mark and CRLF": (
        "\ufeff; c\r\n[q]\r\na = %x\r\n",
        "\ufeff; c\r\n[q]\r\na = %x\r\n\r\n[p]\r\nveracode_api_key_id = ID\r\nveracode_api_key_secret = SECRET\r\n",
    ),
    "CR alone": (
        "[p]\rveracode_api_key_id = 1\r[q]\r",
        "[p]\rveracode_api_key_id = ID\rveracode_api_key_secret = SECRET\r[q]\r",
    ),
    "only comments": ("# c", "# c\n\n[p]\nveracode_api_key_id = ID\nveracode_api_key_secret = SECRET\n"),
    "case of the profile": ("[P]\n", "[P]\n\n[p]\nveracode_api_key_id = ID\nveracode_api_key_secret = SECRET\n"),
    "commented out": (
        "[p]\n#veracode_api_key_id = 1\n",
        "[p]\nveracode_api_key_id = ID\nveracode_api_key_secret = SECRET\n#veracode_api_key_id = 1\n",
    ),
}
ENV_CASES = {
    "export, quotes, comment": (
        "export VERACODE_API_KEY_ID=\"x\" # mine\nA='\n  export  VERACODE_API_KEY_SECRET='y'\n",
        "export VERACODE_API_KEY_ID=ID # mine\nA='\n  export  VERACODE_API_KEY_SECRET=SECRET\n",
    ),
    "half a pair, CRLF, no line break": (
        "A=1\r\nexport VERACODE_API_KEY_ID=x",
        "A=1\r\nexport VERACODE_API_KEY_ID=ID\r\nexport VERACODE_API_KEY_SECRET=SECRET\r\n",
    ),
    "twice": (
        "VERACODE_API_KEY_ID=x\nVERACODE_API_KEY_ID=y\nVERACODE_API_KEY_SECRET=\n",
        "VERACODE_API_KEY_ID=ID\nVERACODE_API_KEY_ID=ID\nVERACODE_API_KEY_SECRET=SECRET\n",
    ),
    "byte order mark": ("\ufeffA=1\n", "\ufeffA=1\nVERACODE_API_KEY_ID=ID\nVERACODE_API_KEY_SECRET=SECRET\n"),
    "others that look like it": (
        "#VERACODE_API_KEY_ID=x\nMY_VERACODE_API_KEY_ID=y\n",
        "#VERACODE_API_KEY_ID=x\nMY_VERACODE_API_KEY_ID=y\nVERACODE_API_KEY_ID=ID\nVERACODE_API_KEY_SECRET=SECRET\n",
    ),
}


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        *(pytest.param("ini", *case, id=f"ini: {title}") for title, case in INI_CASES.items()),
        *(pytest.param("env", *case, id=f"env: {title}") for title, case in ENV_CASES.items()),
    ],
)
def test_all_else_stays_byte_for_byte(tmp_path: Path, name: str, before: str, after: str) -> None:
    dest = tmp_path / "credentials"
    dest.write_bytes(before.encode())
    store(dest, name, "p", KeyPair("ID", "SECRET", None))
    assert dest.read_bytes() == after.encode()
    assert key_store(dest, name, "p").stored_api_id() == "ID"


@pytest.mark.parametrize("name", ["ini", "env"])
def test_bytes_that_are_no_utf8_stay(tmp_path: Path, name: str) -> None:
    dest = tmp_path / "credentials"
    dest.write_bytes(b"# \xff\xfe\x80\n")
    store(dest, name)
    assert dest.read_bytes().startswith(b"# \xff\xfe\x80\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ini", f"[{PROFILE}]\nveracode_api_key_id = x\n"),
        ("ini", f"[{PROFILE}]\nveracode_api_key_id = x\nveracode_api_key_secret =\n"),
        ("ini", "[other]\nveracode_api_key_id = x\nveracode_api_key_secret = y\n"),
        ("env", "VERACODE_API_KEY_ID=x\n"),
        ("json", '{"api_key_id": "x"}'),
        ("json", " \n"),
    ],
)
def test_half_a_pair_is_none(tmp_path: Path, name: str, text: str) -> None:
    dest = tmp_path / "credentials"
    dest.write_text(text)
    assert key_store(dest, name).stored_api_id() is None


# -- properties --------------------------------------------------------------------------------------------------------

WORD = st.text("abcXYZ019_@.-", min_size=1, max_size=6)
VALUE = st.text("abc[]%;#=: é\u2028\x0c", max_size=8)


@st.composite
def ini_files(draw: st.DrawFn) -> tuple[list[tuple[str, bool]], str]:
    """Return lines, each with whether it belongs to the pair of profile "p", and the line ending."""
    eol = draw(st.sampled_from(["\n", "\r\n"]))
    lines: list[tuple[str, bool]] = []

    def filler() -> None:
        for text in draw(
            st.lists(st.one_of(st.just(""), VALUE.map("# ".__add__), VALUE.map("  ;".__add__)), max_size=2)
        ):
            lines.append((text, False))

    filler()
    sections = draw(
        st.lists(st.one_of(WORD.map("s".__add__), st.sampled_from(["p", "DEFAULT"])), unique=True, max_size=4)
    )
    for section in sections:
        lines.append((f"[{section}]", False))
        filler()
        indent = draw(st.sampled_from(["", "", "  "]))
        options = draw(st.lists(WORD, unique_by=str.lower, max_size=3))
        options = [f"o{option}" for option in options] + draw(
            st.lists(st.sampled_from(["veracode_api_key_id", "VERACODE_API_KEY_SECRET"]), unique=True)
        )
        for option in draw(st.permutations(options)):
            ours = section == "p" and option.lower().startswith("veracode")
            delimiter = draw(st.sampled_from(["=", " = ", ": "]))
            lines.append((f"{indent}{option}{delimiter}{draw(VALUE)}", ours))
            for more in draw(st.lists(WORD, max_size=1)):
                lines.append((f"{indent}    {more}", ours))
            filler()
    last = draw(st.sampled_from([eol, eol, ""])) if lines and lines[-1][0] else eol
    return [(text + (eol if n < len(lines) - 1 else last), ours) for n, (text, ours) in enumerate(lines)], eol


def configuration(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser()
    parser.read_file(io.StringIO(text, newline=None))
    return {name: dict(parser.items(name)) for name in parser.sections()} | {"DEFAULT": dict(parser.defaults())}


def tool_reads(text: str, profile: str) -> tuple[str, str]:
    parser = configparser.ConfigParser()
    parser.read_file(io.StringIO(text, newline=None))
    return parser.get(profile, "VERACODE_API_KEY_ID"), parser.get(profile, "VERACODE_API_KEY_SECRET")


@given(ini_files())
def test_ini_keeps_every_line_that_is_not_the_pair(file: tuple[list[tuple[str, bool]], str]) -> None:
    lines, eol = file
    before = "".join(text for text, _ours in lines)
    eol = eol if eol in before else "\n"
    ini = find_format("ini", "p")
    assert ini is not None
    after = ini.edit(before, NEW)
    assert tool_reads(after, "p") == (NEW.api_id, NEW.api_secret)
    assert ini.edit(after, NEW) == after
    old, new = configuration(before), configuration(after)
    assert list(new) == ([*list(old)[:-1], "p", "DEFAULT"] if "p" not in old else list(old))
    assert {name: options for name, options in new.items() if name != "p"} == {
        name: options for name, options in old.items() if name != "p"
    }
    pair_lines = [n for n, line in enumerate(after.split(eol)) if NEW.api_id in line or NEW.api_secret in line]
    others = [line for n, line in enumerate(after.split(eol)) if n not in pair_lines]
    kept = "".join(text for text, ours in lines if not ours)
    assert len(pair_lines) == 2
    if "p" in old:
        assert eol.join(others).rstrip("\r\n") == kept.rstrip("\r\n")
    else:
        assert after.startswith(kept)
        assert after[len(kept) :].strip().startswith("[p]")


@given(st.text("[]=:#; \t\r\npDEFAULTveracode_api_key_id\ufeff%\x0b\u2028", max_size=60) | st.text(max_size=40))
@example("[p]\n\n[q]\n x = 1\n")
@example("[p]\n  [q]\n")
@example(" [p]\n veracode_api_key_id = 1\n[p ]\n")
@example("[p]\nveracode_api_key_id\n = 3\n")
def test_any_text_is_edited_well_or_refused(text: str) -> None:
    for name in FORMATS:
        kind = find_format(name, "p")
        assert kind is not None
        try:
            after = kind.edit(text, NEW)
        except RefusedError:
            continue
        assert kind.read(after) == (NEW.api_id, NEW.api_secret)
        assert kind.edit(after, NEW) == after
        if name == "ini":
            assert tool_reads(after.removeprefix("\ufeff"), "p") == (NEW.api_id, NEW.api_secret)


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["", None, "DEFAULT", "a]b", "[a", "a\nb", " a", "a ", "a\u2028b"])
def test_profiles_that_are_no_section(tmp_path: Path, profile: str | None) -> None:
    refused(lambda: key_store(tmp_path / "c", "ini", profile), option="credentials_profile")
    key_store(tmp_path / "c", "json", profile).check()


def test_bad_arguments(tmp_path: Path) -> None:
    message = refused(lambda: key_store(tmp_path / "c", "yaml"), option="credentials_format")
    assert message == "credentials_format: 'yaml' is not a format; choose ini, json or env"
    for dest in ("", "a\0b", "~\0", "\ud800", f"{tmp_path}/", str(tmp_path)):
        refused(lambda dest=dest: key_store(dest))  # type: ignore[misc]


def test_missing_folder(tmp_path: Path) -> None:
    message = refused(lambda: key_store(tmp_path / "no" / "c"))
    assert message.endswith(f"there is no folder {tmp_path}/no; create it first")
    assert key_store(tmp_path / "no" / "c").stored_api_id() is None
    (tmp_path / "file").touch()
    assert "there is no folder" in refused(lambda: key_store(tmp_path / "file" / "c"))


def test_things_that_are_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for dest in ("/dev/null", tmp_path / "fifo"):
        assert "not a regular file" in refused(lambda dest=dest: key_store(dest))  # type: ignore[misc]
    assert "cannot be read" in refused(lambda: key_store(tmp_path / "loop"))
    assert "too long" in refused(lambda: key_store(tmp_path / ("x" * 250)))
    assert names(tmp_path) == ["fifo", "loop"]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("ini", f"veracode_api_key_secret = {OLD.api_secret}\n", "not an INI file (line 1)"),
        ("ini", f"[a]\n{OLD.api_secret}\n", "not an INI file (line 2)"),
        ("ini", f"[a]\nx = {OLD.api_secret}\nX = 1\n", "twice (line 3)"),
        ("ini", f"[{PROFILE}]\n[a]\n[{PROFILE}]\n", "twice (line 3)"),
        ("ini", json.dumps({"api_key_secret": OLD.api_secret}), "not an INI file"),
        ("json", OLD_TEXT["ini"], "other than a JSON object"),
        ("json", json.dumps({"api_key_secret": OLD.api_secret, "mine": 1}), "other than a JSON object"),
        ("json", json.dumps([OLD.api_secret]), "other than a JSON object"),
        ("json", json.dumps({"api_key_secret": 1}), "other than a JSON object"),
        ("json", "[" * 100000, "other than a JSON object"),
        ("env", f"VERACODE_API_KEY_SECRET='{OLD.api_secret}\n", "line 1 sets VERACODE_API_KEY_SECRET"),
        ("env", f"VERACODE_API_KEY_ID=$(echo {OLD.api_secret})\n", "line 1 sets VERACODE_API_KEY_ID"),
    ],
)
def test_files_that_are_something_else(tmp_path: Path, name: str, text: str, why: str) -> None:
    dest = tmp_path / "credentials"
    dest.write_text(text)
    assert why in refused(lambda: key_store(dest, name))
    with pytest.raises(InputError) as caught:
        key_store(dest, name).stored_api_id()
    assert why in without_secrets(caught.value)
    assert dest.read_text() == text
    assert names(tmp_path) == ["credentials"]


def test_too_large(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"#" * (slots.MAX_BYTES + 1))
    assert "is larger than 1 MiB" in refused(lambda: key_store(tmp_path / "c"))


def test_mount_points() -> None:
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    assert destination.is_mount_point(mounted[0])
    assert not destination.is_mount_point(mounted[0].rstrip("/") + "/no such mount")


def test_a_mounted_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dest = tmp_path / "credentials"
    dest.touch()
    monkeypatch.setattr(destination, "is_mount_point", str(dest).__eq__)
    assert "mount its folder instead" in refused(lambda: key_store(dest))


def test_read_only_folder(open_folder: Path) -> None:
    def attempt() -> None:
        open_folder.chmod(0o555)
        assert "may not write in" in refused(lambda: key_store(open_folder / "c"))

    assert child(attempt, unprivileged=True) == 0
    assert names(open_folder) == []


def test_file_that_cannot_be_read(open_folder: Path) -> None:
    def attempt() -> None:
        dest = open_folder / "c"
        dest.touch(mode=0)
        assert "cannot be read: Permission denied" in refused(lambda: key_store(dest))
        with pytest.raises(InputError):
            key_store(dest).stored_api_id()

    assert child(attempt, unprivileged=True) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
def test_file_of_another_user(open_folder: Path) -> None:
    dest = open_folder / "c"
    dest.touch(mode=0o644)

    def attempt() -> None:
        assert "who alone may write it" in refused(lambda: key_store(dest))

    assert child(attempt, unprivileged=True) == 0
    dest.chmod(0o666)
    assert child(lambda: key_store(dest).check(), unprivileged=True) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
@pytest.mark.parametrize("folder_mode", [0o1777, 0o777, 0o775])
def test_a_file_that_another_user_may_have_put_into_a_shared_folder_is_refused(
    tmp_path: Path, folder_mode: int
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(folder_mode)
    dest = folder / "credentials"
    store(dest)  # its own
    store(dest)
    os.chown(dest, NOBODY, NOBODY)
    assert "belongs to another user" in refused(lambda: key_store(dest))
    with pytest.raises(InputError, match="belongs to another user"):
        key_store(dest).stored_api_id()
    folder.chmod(0o755)
    store(dest)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make links of another user")
@pytest.mark.parametrize("what", ["the file", "its folder", "a link behind a link"])
def test_a_link_that_another_user_made_in_a_shared_folder_is_refused(tmp_path: Path, what: str) -> None:
    shared, real = tmp_path / "shared", tmp_path / "real"
    for folder in (shared, real):
        folder.mkdir()
    shared.chmod(0o1777)
    link = shared / "link"
    link.symlink_to(real / "credentials" if what == "the file" else real)
    (tmp_path / "mine").symlink_to("shared/link")
    dest = {"the file": link, "its folder": link / "credentials", "a link behind a link": tmp_path / "mine" / "c"}[what]
    store(dest)  # the link is its own
    os.chown(link, NOBODY, NOBODY, follow_symlinks=False)
    assert "a link that another user made" in refused(lambda: key_store(dest))
    shared.chmod(0o755)
    store(dest)


def test_a_pair_that_came_there_meanwhile_is_replaced_only_where_that_is_allowed(tmp_path: Path) -> None:
    dest = tmp_path / "credentials"
    late = KeyPair("1a7e" * 8, "1a7e" * 32, None)
    for allowed in (True, False, None):
        store(dest, pair=OLD)
        reservation = key_store(dest).prepare()
        store(dest, pair=late)
        if allowed:
            with reservation:
                reservation.store(NEW, lambda other: other == late)
            assert key_store(dest).stored_api_id() == NEW.api_id
            continue
        with reservation, pytest.raises(KeyStoreError, match="another run has stored") as caught:
            reservation.store(NEW, (lambda _other: False) if allowed is False else None)
        assert key_store(dest).stored_api_id() == late.api_id
        assert rescued(caught.value.rescue) == (NEW.api_id, NEW.api_secret)
        os.unlink(str(caught.value.rescue))


def test_the_defaults_of_an_ini_file_are_read_and_not_replaced(tmp_path: Path) -> None:
    dest = tmp_path / "credentials"
    dest.write_text("[DEFAULT]\nveracode_api_key_id = aa\nveracode_api_key_secret = bb\n[p]\nx = 1\n")
    keys = key_store(dest, profile="p")
    assert keys.stored_api_id() == "aa"
    assert keys.replaceable() is None
    store(dest, profile="p")
    assert keys.replaceable() == KeyPair(NEW.api_id, NEW.api_secret, None)


@pytest.mark.parametrize("name", FORMATS)
def test_no_space_before(tmp_path: Path, name: str) -> None:
    def attempt() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (destination.SPARE_BYTES + 10, resource.RLIM_INFINITY))
        assert "File too large; free some space" in refused(lambda: key_store(tmp_path / "c", name), prepare_only=True)

    assert child(attempt) == 0
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({"f_flag": os.ST_RDONLY}, "is read-only"),
        ({"f_bfree": 1, "f_bavail": 1}, "no space left"),
        ({"f_favail": 1}, "no space left"),
    ],
)
def test_file_system_that_cannot_take_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: dict[str, int], why: str
) -> None:
    """Seen without writing, so that check mode says it, too."""
    usual = {"f_flag": 0, "f_frsize": 4096, "f_files": 99, "f_favail": 99}
    usual |= {"f_blocks": 99, "f_bfree": 99, "f_bavail": 99}
    monkeypatch.setattr(os, "statvfs", lambda _path: types.SimpleNamespace(**usual))
    key_store(tmp_path / "c").check()
    usual |= found
    assert why in refused(lambda: key_store(tmp_path / "c"))


def test_immutable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anything but that, and is told so by access()."""
    dest = tmp_path / "credentials"
    dest.touch()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(destination, "may", lambda path, _mode: path != str(dest))
    assert "it is immutable" in refused(lambda: key_store(dest))


# -- the file and its folder -------------------------------------------------------------------------------------------


def test_links_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    for name, target in (("there", "real/a"), ("dangling", "real/b")):
        (tmp_path / name).symlink_to(target)
    (tmp_path / "real" / "a").write_text("# mine\n")
    store(tmp_path / "there")
    store(tmp_path / "dangling")
    assert os.readlink(tmp_path / "there") == "real/a"
    assert (tmp_path / "real" / "a").read_text().startswith("# mine\n")
    assert names(tmp_path / "real") == ["a", "b"]
    assert names(tmp_path) == ["dangling", "real", "there"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
def test_root_keeps_the_owner(tmp_path: Path) -> None:
    dest = tmp_path / "credentials"
    dest.write_text(OLD_TEXT["ini"])
    dest.chmod(0o644)
    os.chown(dest, NOBODY, NOBODY)
    store(dest)
    assert (dest.stat().st_uid, dest.stat().st_gid, mode(dest)) == (NOBODY, NOBODY, 0o600)


def test_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for dest, name in (("~/a", b"a"), ("b", b"b"), ("./ü \n", "ü \n".encode()), (b"\xff", b"\xff"), ("(.*)", b"(.*)")):
        with key_store(dest).prepare() as reservation:
            assert len(names(tmp_path)) >= 2
            reservation.store(NEW)
        assert name in os.listdir(os.fsencode(tmp_path))
        assert key_store(dest).stored_api_id() == NEW.api_id
    assert len(names(tmp_path)) == 5
    key_store(b"\xff").dest.encode()


@pytest.mark.parametrize("name", FORMATS)
def test_check_and_a_reservation_that_is_left_change_nothing(tmp_path: Path, name: str) -> None:
    dest = tmp_path / "credentials"
    dest.write_text(OLD_TEXT[name])
    os.utime(tmp_path, (1, 1))
    key_store(dest, name).check()
    key_store(dest, name).stored_api_id()
    assert tmp_path.stat().st_mtime == 1
    before = dest.stat()
    with key_store(dest, name).prepare() as reservation:
        prepared = [tmp_path / entry for entry in names(tmp_path) if entry != "credentials"]
        assert len(prepared) == 2
        assert {mode(path) for path in prepared} == {0o600}
        assert {path.read_bytes().strip() for path in prepared} == {b""}
        assert all(path.stat().st_size >= destination.SPARE_BYTES for path in prepared)
    reservation.close()
    assert names(tmp_path) == ["credentials"]
    assert dest.stat() == before or dest.stat().st_mtime_ns == before.st_mtime_ns


def test_modes_whatever_the_umask(tmp_path: Path) -> None:
    def attempt() -> None:
        os.umask(0o777)
        store(tmp_path / "a")
        os.umask(0)
        store(tmp_path / "b")

    assert child(attempt) == 0
    assert mode(tmp_path / "a") == mode(tmp_path / "b") == 0o600


def test_one_pair_for_a_reservation(tmp_path: Path) -> None:
    with key_store(tmp_path / "c").prepare() as reservation:
        reservation.store(NEW)
        with pytest.raises(RuntimeError):
            reservation.store(OLD)
    assert key_store(tmp_path / "c").stored_api_id() == NEW.api_id


def test_repr_shows_no_secret() -> None:
    assert repr(NEW) == f"KeyPair(api_id={NEW.api_id!r}, expires={NEW.expires!r})"


# -- failures after generating -----------------------------------------------------------------------------------------


def failed(reservation: Reservation, pair: KeyPair = NEW) -> KeyStoreError:
    with reservation, pytest.raises(KeyStoreError) as caught:
        reservation.store(pair)
    message = without_secrets(caught.value)
    assert pair.api_secret not in message
    assert pair.api_id in message
    assert caught.value.option == "credentials_dest"
    if caught.value.rescue is not None:
        assert repr(caught.value.rescue) in message
    return caught.value


def test_destination_that_turned_bad(tmp_path: Path) -> None:
    dest = tmp_path / "credentials"
    keys = key_store(dest)
    reservation = keys.prepare()
    dest.write_text(f"{OLD.api_secret}\n")
    error = failed(reservation)
    assert "it is not an INI file (line 1)" in str(error)
    assert rescued(error.rescue) == (NEW.api_id, NEW.api_secret)
    assert names(tmp_path) == ["credentials", os.path.basename(error.rescue or "")]
    assert keys.rescue_files() == [error.rescue]
    dest.unlink()
    with keys.prepare() as reservation:
        assert list(reservation.rescue_files) == [error.rescue]
        reservation.store(NEW)
    with keys.prepare() as reservation:  # the destination has that very pair now
        assert reservation.rescue_files == ()
    assert names(tmp_path) == ["credentials"]


def test_destination_that_became_a_folder_or_leads_elsewhere(tmp_path: Path) -> None:
    dest = tmp_path / "credentials"
    reservation = key_store(dest).prepare()
    dest.mkdir()
    assert rescued(failed(reservation).rescue) == (NEW.api_id, NEW.api_secret)
    dest.rmdir()
    reservation = key_store(dest).prepare()
    dest.symlink_to("other")
    assert "leads to another file now" in str(failed(reservation))
    assert "other" not in names(tmp_path)


def test_pair_that_a_format_cannot_hold(tmp_path: Path) -> None:
    for name in ("ini", "env"):
        pair = KeyPair("aa", "5ec7e7\n[default]", None)
        error = failed(key_store(tmp_path / name, name).prepare(), pair)
        assert rescued(error.rescue) == (pair.api_id, pair.api_secret)
    store(tmp_path / "json", "json", pair=pair)
    assert json.loads((tmp_path / "json").read_text())["api_key_secret"] == pair.api_secret


def test_no_space_after(tmp_path: Path) -> None:
    dest = tmp_path / "credentials"
    text = "# mine\n" * 5000
    dest.write_text(text)

    def attempt(limit: int, kept: bool) -> None:
        reservation = key_store(dest).prepare()
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        error = failed(reservation)
        assert "File too large" in str(error)
        if kept:
            assert os.path.dirname(error.rescue or "") == str(tmp_path)
            assert rescued(error.rescue) == (NEW.api_id, NEW.api_secret)
        else:
            assert error.rescue is None
            assert "its secret is lost" in str(error)

    assert child(lambda: attempt(100, False)) == 0
    assert names(tmp_path) == ["credentials"]
    assert child(lambda: attempt(20000, True)) == 0
    assert len(names(tmp_path)) == 2
    assert dest.read_text() == text


CALLS = (
    "open",
    "pwrite",
    "ftruncate",
    "fsync",
    "replace",
    "unlink",
    "fchown",
    "fchmod",
    "stat",
    "lstat",
    "fstat",
    "listdir",
)


class Broken:
    """The calls of the operating system, of which one fails, or all from one on.

    :param at: number of the first that fails; 0 for none.
    """

    def __init__(self, patch: pytest.MonkeyPatch, at: int, *, for_good: bool = False) -> None:
        self.count = 0
        self._at = at
        self._for_good = for_good
        for name in CALLS:
            patch.setattr(os, name, self._around(getattr(os, name)))

    def _around(self, real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            self.count += 1
            if self._at and (self.count == self._at or (self._for_good and self.count > self._at)):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real(*args, **kwargs)

        return call


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("for_good", [False, True])
def test_whatever_call_of_the_system_fails_the_secret_is_somewhere_or_said_to_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, for_good: bool
) -> None:
    """A single failure loses nothing. What was in the file stays whole."""
    for place in ("home", "temp", "dest"):
        (tmp_path / place).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    dest = tmp_path / "dest" / "credentials"
    step, total = 0, 1
    while step <= total:
        for path in [path for place in ("home", "temp", "dest") for path in (tmp_path / place).iterdir()]:
            path.unlink()
        dest.write_text(OLD_TEXT[name])
        error: KeyStoreError | None = None
        with key_store(dest, name).prepare() as reservation, monkeypatch.context() as patch:
            broken = Broken(patch, step, for_good=for_good)
            try:
                reservation.store(NEW)
            except KeyStoreError as caught:
                error = caught
        if not step:
            total = broken.count
            assert total > 10
        text = dest.read_text()
        where = f"{name}, call {step} of {total}: {error}"
        assert text in (OLD_TEXT[name], NEW_TEXT[name]), where
        if error is None:
            assert text == NEW_TEXT[name], where
        elif error.rescue is not None:
            assert rescued(error.rescue) == (NEW.api_id, NEW.api_secret), where
            assert repr(error.rescue) in without_secrets(error), where
        else:
            assert for_good, where
            assert "its secret is lost" in without_secrets(error), where
        step += 1


def test_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for where in ("home", "temp"):
        (tmp_path / "folder").mkdir()
        reservation = key_store(tmp_path / "folder" / "credentials").prepare()
        shutil.rmtree(tmp_path / "folder")
        if where == "home":
            (tmp_path / "home").mkdir()
        (tmp_path / "temp").mkdir(exist_ok=True)
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
        error = failed(reservation)
        assert os.path.dirname(error.rescue or "") == str(tmp_path / where)
        assert rescued(error.rescue) == (NEW.api_id, NEW.api_secret)
        shutil.rmtree(tmp_path / "home", ignore_errors=True)


def test_folder_that_became_read_only(open_folder: Path) -> None:
    def attempt() -> None:
        reservation = key_store(open_folder / "credentials").prepare()
        open_folder.chmod(0o555)
        error = failed(reservation)
        assert "Permission denied" in str(error)
        assert rescued(error.rescue) == (NEW.api_id, NEW.api_secret)

    assert child(attempt, unprivileged=True) == 0


def test_folder_that_cannot_be_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dest = tmp_path / "credentials"
    real = os.fsync

    def fail(code: int) -> Callable[[int], None]:
        def fsync(fd: int) -> None:
            if stat.S_ISDIR(os.fstat(fd).st_mode):
                raise OSError(code, os.strerror(code))
            real(fd)

        return fsync

    reservation = key_store(dest).prepare()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail(errno.EIO))
        error = failed(reservation)
    assert rescued(error.rescue) == (NEW.api_id, NEW.api_secret)
    monkeypatch.setattr(os, "fsync", fail(errno.EINVAL))  # a file system without it
    store(dest)
    assert names(tmp_path) == ["credentials"]  # the rescue file too has gone: the destination has its pair


def test_lock_that_stays_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_key_store, "FOLDER_SECONDS", 0.1)
    dest = tmp_path / "credentials"
    reservation = key_store(dest).prepare()
    fd = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    assert "another process keeps its folder locked" in refused(lambda: key_store(dest), prepare_only=True)
    key_store(dest).check()
    error = failed(reservation)
    os.close(fd)
    assert rescued(error.rescue) == (NEW.api_id, NEW.api_secret)
    key_store(dest).prepare().close()


# -- crashes -----------------------------------------------------------------------------------------------------------

STEPS = ("open", "fchmod", "pwrite", "ftruncate", "fsync", "fchown", "replace", "unlink", "close")


def killed_at(step: int, dest: Path, name: str, torn: bool) -> tuple[int, str, bool]:
    """Store a pair in a process that is killed before its n-th step (or, torn, halfway through it if it is a write).

    Return its status, the step, and whether the pair had been generated and given to store().
    """
    read, write = os.pipe()

    def attempt() -> None:
        count = 0

        def wrap(title: str) -> None:
            real = getattr(os, title)

            def wrapped(*args: object, **kwargs: object) -> object:
                nonlocal count
                count += 1
                if count == step + 1:
                    real_write(write, f"{title} ".encode())
                    if torn and title == "pwrite":
                        fd, data, offset = args
                        real(fd, data[: len(data) // 2], offset)  # type: ignore[index, arg-type]
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*args, **kwargs)

            setattr(os, title, wrapped)

        real_write = os.write
        for title in STEPS:
            wrap(title)
        with key_store(dest, name).prepare() as reservation:
            real_write(write, b"generated ")
            reservation.store(NEW)

    status = child(attempt)
    os.close(write)
    with open(read) as pipe:
        words = pipe.read().split()
    return status, words[-1], "generated" in words


@pytest.mark.parametrize(("name", "torn"), in_turn(FORMATS, [False, True], of=2))
def test_killed_at_any_step(tmp_path: Path, name: str, torn: bool) -> None:
    lost, saved, steps = 0, 0, []
    for step in range(100):
        folder = tmp_path / str(step)
        folder.mkdir()
        dest = folder / "credentials"
        dest.write_text(OLD_TEXT[name])
        status, last, generated = killed_at(step, dest, name, torn)
        if status == 0:
            break
        assert status == -signal.SIGKILL
        steps.append(last)
        left = [folder / entry for entry in names(folder) if entry != "credentials"]
        assert all(mode(path) == 0o600 for path in left)
        if not generated:
            assert not any(NEW.api_secret in path.read_text() for path in left)

        # Whole or not at all, and the next run finds what there is and clears up the rest.
        text = dest.read_text()
        assert text in (OLD_TEXT[name], NEW_TEXT[name])
        with key_store(dest, name).prepare() as reservation:
            rescues = reservation.rescue_files
        assert names(folder) == ["credentials", *(os.path.basename(path) for path in rescues)]
        if text == NEW_TEXT[name]:
            assert generated
            assert mode(dest) == 0o600
            assert rescues == ()
        elif rescues:
            saved += 1
            assert [rescued(path) for path in rescues] == [(NEW.api_id, NEW.api_secret)]
        else:
            lost += generated
    else:
        pytest.fail("never came to its end")
    # The gap that cannot be closed: the process dies before the first write of the pair has been done.
    assert lost == 1
    assert saved >= 6
    assert steps.count("fsync") == 6
    assert steps.count("replace") == 1


def test_what_a_living_process_works_with_is_left_alone(tmp_path: Path) -> None:
    dest = tmp_path / "credentials"
    first = key_store(dest).prepare()
    assert child(lambda: store(dest, profile="second", pair=OLD)) == 0
    assert key_store(dest).rescue_files() == []
    first.store(NEW)
    assert key_store(dest).stored_api_id() == NEW.api_id
    assert key_store(dest, profile="second").stored_api_id() == OLD.api_id
    assert names(tmp_path) == ["credentials"]


def test_files_that_only_look_like_leftovers_stay(tmp_path: Path) -> None:
    dest = tmp_path / "a"
    others = ["b.rescue-0123456789abcdef.json", ".b.0123456789abcdef.tmp", "a.rescue-1.json", "a.0123456789abcdef.tmp"]
    for other in others:
        (tmp_path / other).touch()
    (tmp_path / "a.rescue-0123456789abcdef.json").symlink_to(others[0])
    (tmp_path / ".a.0123456789abcdef.tmp").mkdir()
    before = names(tmp_path)
    store(dest)
    assert names(tmp_path) == sorted([*before, "a"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
def test_leftovers_of_other_users_stay(tmp_path: Path) -> None:
    dest, leftover = tmp_path / "a", tmp_path / ".a.0123456789abcdef.tmp"
    leftover.touch()
    os.chown(leftover, NOBODY, NOBODY)
    store(dest)
    assert names(tmp_path) == [leftover.name, "a"]
    os.chown(dest, NOBODY, NOBODY)  # root was killed when it had just given the new file to the owner of the old one
    store(dest)
    assert names(tmp_path) == ["a"]


# -- many at once ------------------------------------------------------------------------------------------------------


def test_many_writers_lose_no_profile(tmp_path: Path) -> None:
    dest = tmp_path / "credentials"
    dest.write_text("# mine\n[default]\nveracode_api_key_id = aa\n")
    writers = 20
    ready, start = os.pipe(), os.pipe()
    pids = []
    for number in range(writers):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(start[1])
                for turn in ("a", "b"):
                    with key_store(dest, profile=f"{turn}{number}").prepare() as reservation:
                        if turn == "a":  # all have prepared before the first one stores
                            os.write(ready[1], b".")
                            os.read(start[0], 1)
                        reservation.store(KeyPair(f"{number:032x}", f"{number:0128x}", None))
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        pids.append(pid)
    came = 0
    while came < writers:
        came += len(os.read(ready[0], writers))
    begun = time.monotonic()
    for fd in (start[1], start[0], *ready):
        os.close(fd)
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0] * writers
    assert time.monotonic() - begun < 30
    for turn in ("a", "b"):
        for number in range(writers):
            assert key_store(dest, profile=f"{turn}{number}").stored_api_id() == f"{number:032x}"
    assert dest.read_text().startswith("# mine\n[default]\nveracode_api_key_id = aa\n\n[")
    assert names(tmp_path) == ["credentials"]


def test_reservations_of_one_process_do_not_wait_for_each_other(tmp_path: Path) -> None:
    dest = tmp_path / "credentials"
    reservations = [key_store(dest, profile=f"p{number}").prepare() for number in range(3)]
    for reservation in reversed(reservations):
        reservation.store(NEW)
    assert [key_store(dest, profile=f"p{number}").stored_api_id() for number in range(3)] == [NEW.api_id] * 3
    assert names(tmp_path) == ["credentials"]

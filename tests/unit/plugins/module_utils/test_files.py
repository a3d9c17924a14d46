# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Only regular files are read and written, and only so much of them."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.community.veracode.plugins.module_utils import _files
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, printable
from ansible_collections.community.veracode.plugins.module_utils._files import (
    MissingFileError,
    append_regular,
    read_regular,
    read_text,
    write_regular,
)

WRITERS: list[Callable[[str], None]] = [
    lambda path: write_regular(path, "plan_file", b"x"),
    lambda path: append_regular(path, "plan_file", b"x"),
]


@pytest.fixture(params=["folder", "pipe", "socket", "device", "a link to a device"])
def special(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = tmp_path / "special"
    if request.param == "folder":
        path.mkdir()
    elif request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "socket":
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(path))
        server.close()
    elif request.param == "device":
        return "/dev/zero"
    else:
        path.symlink_to("/dev/zero")
    return str(path)


def test_a_special_file_is_not_read(special: str) -> None:
    with pytest.raises(InputError, match=r'files: ".*" is a .* and not a regular file; name a regular file'):
        read_regular(special, "files")


@pytest.mark.parametrize("write", WRITERS)
def test_a_special_file_is_not_written(special: str, write: Callable[[str], None]) -> None:
    kind = stat.S_IFMT(os.stat(special).st_mode)
    with pytest.raises(InputError, match=r"plan_file: .* and not a regular file; name a regular file"):
        write(special)
    assert stat.S_IFMT(os.stat(special).st_mode) == kind


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1024)
    assert read_regular(str(path), "files", limit=1024) == b"x" * 1024
    with pytest.raises(InputError, match="is larger than 1023 bytes; name another file"):
        read_regular(str(path), "files", limit=1023)


def test_a_missing_file_and_a_missing_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r'files: ".*/none" does not exist; check the path'):
        read_regular(str(tmp_path / "none"), "files")
    with pytest.raises(MissingFileError, match="its folder does not exist; create it"):
        read_regular(str(tmp_path / "none" / "file"), "files")
    for write in WRITERS:
        with pytest.raises(InputError, match="cannot be written: its folder does not exist; create it"):
            write(str(tmp_path / "none" / "file"))


def test_text_is_utf_8_with_or_without_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xef\xbb\xbfZo\xc3\xab")
    assert read_text(str(path), "files") == "Zoë"
    path.write_bytes(b"Zo\xeb")
    with pytest.raises(InputError, match="is not text in UTF-8; save it as UTF-8"):
        read_text(str(path), "files")


def test_no_path_escapes_into_a_message(tmp_path: Path) -> None:
    for path in (f"{tmp_path}/\x1b[31mred", f"{tmp_path}/a\0b", f"{tmp_path}/caf\udce9"):
        with pytest.raises(InputError) as caught:
            read_regular(path, "files")
        assert caught.value.msg.isprintable()
        assert str(caught.value).isprintable()


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_regular(str(path), "plan_file", b"first")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"first", 0o600)
    path.chmod(0o644)
    before = path.stat().st_ino
    write_regular(str(path), "plan_file", b"second")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"second", 0o644)
    assert path.stat().st_ino != before
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first")

    def fail(*paths: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_files.os, "replace", fail)
    with pytest.raises(InputError, match="cannot be written: No space left on device; choose another folder"):
        write_regular(str(path), "plan_file", b"second")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("file", b"first")]


def test_a_link_is_kept_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "file")
    write_regular(str(link), "plan_file", b"text")
    append_regular(str(link), "plan_file", b" and more")
    assert link.is_symlink()
    assert (tmp_path / "file").read_bytes() == b"text and more"


def test_a_link_of_another_user_in_a_shared_folder_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o1777)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "file")
    real = os.lstat

    def foreign(path: str) -> os.stat_result:
        return os.stat_result([*real(path)[:4], os.geteuid() + 1, *real(path)[5:]])

    monkeypatch.setattr(_files.os, "lstat", foreign)
    for write in WRITERS:
        with pytest.raises(InputError, match="is a link that another user made; name a file in a folder of your own"):
            write(str(link))
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë 東京 \u201c…\u201d", "Zoë 東京 \u201c…\u201d"),
        ("\x1b[2J\r\n\x9b", "\\x1b[2J\\r\\n\\x9b"),
        ("a\u200bb\u202ec\u00a0d", "a\\u200bb\\u202ec\\xa0d"),
        ("\udce9", "\\udce9"),
        ("a\u3164b\u2800", "a\\u3164b\\u2800"),
    ],
)
def test_what_a_terminal_could_obey_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown

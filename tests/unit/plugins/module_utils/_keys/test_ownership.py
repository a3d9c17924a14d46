# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A destination belongs to one account."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.veracode.plugins.module_utils._apply.object import Progress
from ansible_collections.community.veracode.plugins.module_utils._errors import ApiError, InputError
from ansible_collections.community.veracode.plugins.module_utils._keys.delivery import KeyDelivery
from ansible_collections.community.veracode.plugins.module_utils._keys.formats import OAUTH_CLIENT, KeyPair
from ansible_collections.community.veracode.plugins.module_utils._keys.ownership import (
    Destination,
    Owner,
    shared_destinations,
)
from ansible_collections.community.veracode.plugins.module_utils._keys.store import KeyStore, KeyStoreError

FOUND, NEW = KeyPair("a" * 32, "b" * 128, None), {"api_id": "c" * 32, "api_secret": "d" * 128}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def delivery(dest: Path, find: t.Callable[[KeyPair], Owner | None], **options: t.Any) -> KeyDelivery:
    params = {"credentials_dest": str(dest), "credentials_format": "json", "return_secret": False, **options}
    return KeyDelivery(params, Progress(), find)


def put(dest: Path, pair: KeyPair = FOUND) -> Path:
    dest.write_text(json.dumps(pair.record()))
    return dest


def unreadable(_pair: KeyPair) -> Owner | None:
    raise ApiError("Could not read the key pair: 503")


def never(_pair: KeyPair) -> Owner | None:
    raise AssertionError("nobody needs to be asked")


@pytest.mark.parametrize(
    ("find", "said"),
    [
        (lambda _pair: Owner("2", "other"), 'of "other"'),
        (lambda _pair: Owner(None), "of an account that this one cannot see"),
        (unreadable, "its owner cannot be determined"),
    ],
)
def test_the_pair_of_another_account_is_never_replaced_unasked(
    tmp_path: Path, find: t.Callable[[KeyPair], Owner | None], said: str
) -> None:
    dest = put(tmp_path / "pair.json")
    for user_id in ("1", None):
        with delivery(dest, find) as keys, pytest.raises(InputError) as caught:
            keys.check("me", user_id)
        assert caught.value.option == "credentials_dest"
        assert said in caught.value.msg
        assert "credentials_overwrite: true" in caught.value.msg
        assert FOUND.api_secret not in caught.value.msg
    with delivery(dest, never, credentials_overwrite=True) as keys:
        keys.check("me", "1")
        keys.prepare()
        keys.receive(NEW)
    assert json.loads(dest.read_text())["api_key_id"] == NEW["api_id"]


@pytest.mark.parametrize("find", [lambda _pair: None, lambda _pair: Owner("1", "me")])
def test_the_own_pair_and_one_that_nobody_owns_are_replaced(
    tmp_path: Path, find: t.Callable[[KeyPair], Owner | None]
) -> None:
    dest = put(tmp_path / "pair.json")
    with delivery(dest, find) as keys:
        keys.check("me", "1")
        keys.prepare()
        keys.receive(NEW)
    assert json.loads(dest.read_text())["api_key_id"] == NEW["api_id"]


def test_nobody_is_asked_about_the_pair_that_the_account_is_known_to_have(tmp_path: Path) -> None:
    dest = put(tmp_path / "pair.json", KeyPair("vera01ei-" + "A" * 32, "b" * 128, None))
    with delivery(dest, never) as keys:
        keys.check("me", "1", {"a" * 32})


def test_another_section_of_the_same_file_matters_to_nobody(tmp_path: Path) -> None:
    dest = tmp_path / "credentials"
    dest.write_text(f"[other]\nveracode_api_key_id = {FOUND.api_id}\nveracode_api_key_secret = {FOUND.api_secret}\n")
    with delivery(dest, never, credentials_format="ini") as keys:
        keys.check("me", "1")
    with (
        delivery(dest, lambda _pair: Owner("2"), credentials_format="ini", credentials_profile="other") as keys,
        pytest.raises(InputError, match=r"the section \[other\]"),
    ):
        keys.check("me", "1")


def test_a_pair_that_another_account_stored_after_the_check_is_not_replaced(tmp_path: Path) -> None:
    dest = tmp_path / "pair.json"
    with delivery(dest, lambda _pair: Owner("2", "other")) as keys:
        keys.check("me", "1")
        put(dest)
        with pytest.raises(InputError, match='of "other"'):
            keys.prepare()
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == ["pair.json"]


@pytest.mark.parametrize(("owner", "newest", "replaced"), [("1", True, True), ("1", False, False), ("2", True, False)])
def test_a_late_pair_replaces_an_older_one_of_its_account_only(
    tmp_path: Path, owner: str, newest: bool, replaced: bool
) -> None:
    dest = tmp_path / "pair.json"
    with delivery(dest, lambda _pair: Owner(owner)) as keys:
        keys.check("me", "1")
        keys.prepare()
        put(dest)
        if replaced:
            keys.receive(NEW, lambda: newest)
        else:
            with pytest.raises(KeyStoreError) as caught:
                keys.receive(NEW, lambda: newest)
            assert json.loads(Path(str(caught.value.rescue)).read_text())["api_key_id"] == NEW["api_id"]
    assert (json.loads(dest.read_text())["api_key_id"] == NEW["api_id"]) is replaced


def test_two_accounts_of_one_run_never_share_a_destination(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    def at(number: int, dest: str, form: str = "json", profile: str | None = None) -> Destination:
        return Destination(f"a[{number}]", KeyStore(f"{tmp_path}/{dest}", format=form, profile=profile))

    alone = [at(0, "real/a"), at(1, "real/b"), at(2, "real/c", "ini", "x"), at(3, "link/c", "ini", "y")]
    assert shared_destinations(alone) == []
    for other in ("link/a", "real/../real/a", "real//a"):
        [error] = shared_destinations([*alone, at(9, other)])
        assert "a[9].credentials_dest" in error.msg
        assert "a[0]" in error.msg
    assert len(shared_destinations([*alone, at(9, "link/c", "ini", "x"), at(10, "real/c", "env")])) == 2


def test_files_of_oauth_clients_have_names_of_their_own(tmp_path: Path) -> None:
    for form, text in (("json", '"client_id": "cc"'), ("env", "VERACODE_CLIENT_ID=cc\n")):
        store = KeyStore(str(tmp_path / form), format=form, profile=None, names=OAUTH_CLIENT)
        with store.prepare() as reservation:
            reservation.store(KeyPair("cc", "dd", None))
        assert text in (tmp_path / form).read_text()
        assert store.stored_api_id() == "cc"
    with pytest.raises(InputError, match="choose json or env"):
        KeyStore(str(tmp_path / "ini"), format="ini", profile="x", names=OAUTH_CLIENT)

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What servers, files, names and the environment bring: nothing sends a call elsewhere, reaches a terminal or a spreadsheet, or hangs a run."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.emulator.control import Emulator
from tests.integration.playbooks import Runs, Task, World, task
from tests.integration.test_key_ownership import put

TED, BOT = "tmonarch@example.com", "build-upload"
INFO = task("veracode_user_info", username=TED)


def line(text: str) -> str:
    return " ".join(text.split())


# Redirects

LOCATIONS = [
    "ELSEWHERE/api/authn/v2/users",
    "//ELSEWHERE_HOST/",
    "/\\ELSEWHERE_HOST/",
    "https://ELSEWHERE_HOST\\@localhost/",
    "https://me:password@ELSEWHERE_HOST/",
    "/api/authn/v2/users?page=0",
    "users",
    "\thttps://ELSEWHERE_HOST/",
]


def test_no_redirect_of_any_form_is_followed(world: World) -> None:
    emulator = world.emulator
    with Emulator() as elsewhere:
        host = elsewhere.url.removeprefix("https://")
        statuses = (300, 301, 302, 303, 305, 307, 308, 302)
        for status, location in zip(statuses, LOCATIONS, strict=True):
            where = location.replace("ELSEWHERE_HOST", host).replace("ELSEWHERE", elsewhere.url)
            emulator.fault("redirect", status=status, location=where)
        results = world.play([INFO] * len(LOCATIONS))
        for status, result in zip(statuses, results, strict=True):
            assert result["failed"], result
            assert f"(HTTP {status}), and redirects are not followed" in result["msg"]
            assert result["failure"]["status"] == status
            assert result["msg"].isprintable()
            assert "me:password" not in json.dumps(result)
        assert elsewhere.log() == []
        assert len(emulator.log()) == len(LOCATIONS)


def test_a_redirected_creation_and_a_redirected_key_pair_are_looked_up(world: World) -> None:
    """The server may have done what it was asked before it redirected."""
    person = {"username": "new@example.com", "first_name": "New", "last_name": "Person", "roles": ["Executive"]}
    dest = world.files / "pair.json"
    pair = {"username": BOT, "state": "rotated", "credentials_dest": str(dest), "credentials_format": "json"}
    world.emulator.fault("status", method="POST", path="/users$", status=303, body="empty", acts=True)
    world.emulator.fault("status", method="POST", path="/api_credentials/", status=302, body="empty", acts=True)
    world.emulator.fault("redirect", method="POST", path="/api_credentials/", status=307, location="/login")
    created, again, lost, refused = world.play(
        [
            task("veracode_user", **person),
            task("veracode_user", **person),
            task("veracode_api_credentials", **pair),
            task("veracode_api_credentials", **pair),
        ]
    )
    assert created["changed"], created
    assert created["actions"][0]["action"] == "create"
    assert not again["changed"]
    assert lost["failed"]
    assert lost["changed"]
    assert "its secret is lost with the answer" in lost["msg"]
    assert refused["failed"]
    assert "probably none was generated" in refused["msg"]
    assert list(world.files.iterdir()) == []


# The terminal

ESCAPE = "\x1b[2J\x07\x9b"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u200b]")


@pytest.mark.parametrize("verbosity", ["", "-vvv"])
def test_nothing_from_outside_reaches_a_terminal_raw(world: World, verbosity: str) -> None:
    emulator = world.emulator
    emulator.add("team", name=f"Team {ESCAPE}")
    emulator.add(
        "user", user_name="odd@example.com", first_name=f"A{ESCAPE}", last_name="B\u202eC", roles=["Executive"]
    )
    emulator.fault("redirect", location=f"/{ESCAPE}login", path="/users", query="nobody")
    (world.files / f"list{ESCAPE}.yml").write_text("users: [1]\n")
    (world.files / "broken.yml").write_text(f'users: [{{username: "a{ESCAPE}", phone: 1}}]\n', encoding="utf-8")
    tasks: list[Task] = [
        task("veracode_user_info", username="nobody@example.com"),
        task("veracode_team", name="Team", business_unit=f"x{ESCAPE}"),
        task("veracode_user", username=TED, teams=["Team  x"]),
        task("veracode_user", username=f"a{ESCAPE}", state="absent"),
        task("veracode_user", username="odd@example.com", phone="1"),
        task("veracode_user", username=TED, custom_one=f"x{ESCAPE}"),
        task("veracode_team_info"),
        task("veracode_user_info", credentials_file=f"/nowhere/{ESCAPE}"),
        task("veracode_user_info", profile=f"p{ESCAPE}"),
        task("veracode_directory", files=[str(world.files / f"list{ESCAPE}.yml")]),
        task("veracode_directory", files=[str(world.files / "broken.yml")]),
        task("veracode_directory", plan_file=f"/nowhere/{ESCAPE}", teams=[{"name": f"T{ESCAPE}"}]),
        task("veracode_api_credentials", username=BOT, credentials_dest=f"/nowhere/{ESCAPE}", state="rotated"),
    ]
    results = world.play(tasks, *([verbosity] if verbosity else []))
    assert sum(bool(result.get("failed")) for result in results) >= 9
    for result in results:
        for text in [str(result.get("msg", "")), *result.get("warnings", [])]:
            assert not CONTROL.search(text), ascii(text)
    # At a higher verbosity Ansible prints values and arguments as JSON, which writes out what ASCII calls control characters.
    raw = CONTROL if not verbosity else re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
    assert [ascii(line) for line in world.printed[0].splitlines() if raw.search(line)] == []


# Credentials in each other's place


def test_a_swapped_pair_shows_neither_half_in_any_form(world: World) -> None:
    emulator = world.emulator
    key, secret = emulator.api_id, emulator.api_secret
    pairs = [
        (secret, key),
        (f"vera01gs-{secret}", f"vera01gi-{key}"),
        (secret, secret),
        (secret[:-1], key),
        (f'"{secret}"', key),
    ]
    tasks: list[Task] = []
    unset = {"VERACODE_API_KEY_ID": "", "VERACODE_API_KEY_SECRET": ""}
    for number, (one, other) in enumerate(pairs):
        ini, yml = world.files / f"swapped{number}", world.files / f"swapped{number}.yml"
        ini.write_text(f"[default]\nveracode_api_key_id = {one}\nveracode_api_key_secret = {other}\n")
        yml.write_text(f"api:\n  key-id: {one}\n  key-secret: {other}\n")
        for path in (ini, yml):
            path.chmod(0o600)
        world.leaks.allow(ini, yml)
        tasks += [
            task("veracode_user_info", username=TED, api_key_id=one, api_key_secret=other),
            {**INFO, "environment": {"VERACODE_API_KEY_ID": one, "VERACODE_API_KEY_SECRET": other}},
            task("veracode_user_info", username=TED, credentials_file=str(ini)),
            task("veracode_user_info", username=TED, credentials_file=str(yml)),
        ]
    tasks += [
        task("veracode_user_info", username=TED, profile=secret),
        task("veracode_user_info", username=TED, credentials_file=f"~/{secret}"),
        {**INFO, "environment": {**unset, "VERACODE_API_PROFILE": secret}},
        {**INFO, "environment": {**unset, "VERACODE_CREDENTIALS_FILE": secret}},
    ]
    results = world.play(tasks)
    for one_task, result in zip(tasks, results, strict=True):
        assert result["failed"], one_task
        assert result["calls"] == {"reads": 0, "writes": 0}
        shown = json.dumps(result)
        assert secret[:64] not in shown, result["msg"]
        assert secret[-64:] not in shown, result["msg"]
    for result in results[: 4 * 2]:
        assert "are swapped" in result["msg"]
        assert key not in json.dumps(result)
    assert secret[:64] not in world.printed[0]
    assert emulator.log() == []


def test_every_place_of_credentials_in_its_turn(world: World) -> None:
    """The options, then a file or profile that is an option, the environment, the INI file, the YAML one."""
    emulator = world.emulator
    names = ("build-upload", "restricted-api", "lpieris@example.com", "admin-api")
    pairs = {name: emulator.make_key(name) for name in names if name != "admin-api"}
    pairs["admin-api"] = {"api_id": emulator.api_id, "api_secret": emulator.api_secret}
    home = world.folder / "home"

    def text(form: str, name: str, section: str = "default") -> str:
        one, other = pairs[name]["api_id"], pairs[name]["api_secret"]
        if form == "yaml":
            return f"api:\n  key-id: {one}\n  key-secret: {other}\n"
        return f"[{section}]\nveracode_api_key_id = {one}\nveracode_api_key_secret = {other}\n"

    def write(path: Path, content: str, mode: int = 0o600) -> str:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(mode)
        world.leaks.allow(path)
        return str(path)

    files = {
        "both": home / "both",
        "ini": home / "ini",
        "yaml": home / "yaml",
        "none": home / "none",
        "ci": home / "ci",
    }
    write(
        files["both"] / ".veracode" / "credentials", text("ini", "build-upload") + text("ini", "restricted-api", "ci")
    )
    write(files["both"] / ".veracode" / "veracode.yml", text("yaml", "lpieris@example.com"))
    write(files["ini"] / ".veracode" / "credentials", "\ufeff" + text("ini", "build-upload").replace("\n", "\r\n"))
    write(files["yaml"] / ".veracode" / "veracode.yml", text("yaml", "lpieris@example.com"), 0o644)
    write(files["ci"] / ".veracode" / "credentials", text("ini", "restricted-api", "ci"))
    write(files["ci"] / ".veracode" / "veracode.yml", text("yaml", "lpieris@example.com"))
    named = write(home / "named.yml", text("yaml", "lpieris@example.com"))
    comment = write(home / "comment", text("ini", "build-upload").replace("\n", "  # of ci\n"))
    vaulted = write(home / "vaulted", "$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    empty = {"VERACODE_API_KEY_ID": "", "VERACODE_API_KEY_SECRET": ""}
    option = {"api_key_id": pairs["admin-api"]["api_id"], "api_key_secret": pairs["admin-api"]["api_secret"]}
    # Home, options, environment, and whose pair it is or what is said.
    cases: list[tuple[str, dict[str, str], dict[str, str], str]] = [
        ("both", option | {"profile": "ci"}, {}, "admin-api"),
        ("both", {"profile": "ci"}, {}, "restricted-api"),
        ("both", {"credentials_file": named}, {}, "lpieris@example.com"),
        ("both", {}, {}, "admin-api"),
        ("both", {}, empty, "build-upload"),
        ("both", {}, {**empty, "VERACODE_API_PROFILE": "ci"}, "restricted-api"),
        ("both", {}, {**empty, "VERACODE_CREDENTIALS_FILE": named}, "lpieris@example.com"),
        ("ini", {}, empty, "build-upload"),
        ("yaml", {}, empty, "lpieris@example.com"),
        ("yaml", {"profile": "default"}, {}, "lpieris@example.com"),
        ("ci", {}, empty, "lpieris@example.com"),
        ("both", {"profile": "nobody"}, {}, "ERROR has a profile 'nobody'"),
        ("none", {"profile": "ci"}, {}, "ERROR neither"),
        ("none", {}, empty, "ERROR No Veracode credentials were found"),
        ("both", {"api_key_id": option["api_key_id"]}, {}, "ERROR api_key_secret is not"),
        ("both", {}, {"VERACODE_API_KEY_SECRET": ""}, "ERROR VERACODE_API_KEY_SECRET is not"),
        ("both", {"credentials_file": comment}, {}, "ERROR is followed by a comment"),
        ("both", {"credentials_file": vaulted}, {}, "ERROR is encrypted with Ansible Vault"),
    ]
    tasks = [
        {
            **task("veracode_api_credentials", username="{{ who }}", return_secret=True, **options),
            "check_mode": True,
            "environment": {"HOME": str(files[place]), **environ},
            "vars": {"who": expected if not expected.startswith("ERROR") else BOT},
        }
        for place, options, environ, expected in cases
    ]
    results = world.play(tasks)
    log = emulator.log()
    for (place, options, _environ, expected), result in zip(cases, results, strict=True):
        calls, log = log[: result["calls"]["reads"]], log[result["calls"]["reads"] :]
        where = f"{place}, {sorted(options)}: {result.get('msg')}"
        if expected.startswith("ERROR "):
            assert result["failed"], where
            assert expected.removeprefix("ERROR ") in result["msg"], where
            continue
        assert {entry["caller"] for entry in calls} == {expected}, where
    assert any("other users can read" in text for text in results[8]["warnings"])


# Special files


def test_no_special_file_is_written_over_or_hangs_a_run(world: World) -> None:
    pipe, device, link, folder = (world.files / name for name in ("pipe", "device", "link", "folder"))
    os.mkfifo(pipe)
    os.mkfifo(folder.with_name("inputs.yml"))
    folder.mkdir()
    device.symlink_to("/dev/null")
    link.symlink_to(world.files / "target.json")
    with (world.files / "huge").open("wb") as stream:
        stream.truncate(10**12)
    before = os.stat("/dev/null")
    entry = {"users": [{"username": TED, "phone": "1"}]}
    refused = [
        *({"plan_file": str(path), **entry} for path in (pipe, device, folder)),
        *({"progress_file": str(path), **entry} for path in (pipe, device, folder)),
        *({"expect_plan": str(path), **entry} for path in (pipe, "/dev/zero", folder, world.files / "huge")),
        *({"files": [str(path)]} for path in (pipe, "/dev/zero", world.files / "huge", folder.with_name("inputs.yml"))),
        *({"credentials_file": str(path), **entry} for path in (pipe, "/dev/zero", folder, world.files / "huge")),
        *({"ca_path": str(path), **entry} for path in (pipe, "/dev/zero")),
    ]
    dests = [
        {"username": BOT, "state": "rotated", "credentials_dest": str(path), "credentials_format": "json"}
        for path in (pipe, device, folder, world.files / "huge")
    ]
    tasks = [task("veracode_directory", **options) for options in refused]
    tasks += [task("veracode_api_credentials", **options) for options in dests]
    tasks.append(task("veracode_directory", check=True, plan_file=str(link), **entry))
    *results, linked = world.play(tasks)
    for options, result in zip([*refused, *dests], results, strict=True):
        assert result["failed"], options
        assert result["calls"]["writes"] == 0, options
        assert re.search(r"regular file|larger than|is a folder|names a folder|is not a", result["msg"]), result["msg"]
    assert not linked.get("failed"), linked["msg"]
    assert link.is_symlink()
    assert json.loads((world.files / "target.json").read_text())["actions"]
    after = os.stat("/dev/null")
    assert (after.st_mode, after.st_rdev) == (before.st_mode, before.st_rdev)
    assert world.emulator.log(writes=True) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of other users")
def test_a_destination_in_a_shared_folder_that_another_user_made_is_refused(world: World) -> None:
    shared = world.folder / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    foreign = put(shared / "foreign.json", {"api_id": "0" * 32, "api_secret": "f" * 128})
    (shared / "link.json").symlink_to(world.files / "mine.json")
    os.chown(foreign, 65534, 65534)
    os.lchown(shared / "link.json", 65534, 65534)
    options = {"username": BOT, "state": "rotated", "credentials_format": "json"}
    *refused, done = world.play(
        [
            task("veracode_api_credentials", **options, credentials_dest=str(shared / name))
            for name in ("foreign.json", "link.json", "own.json")
        ]
    )
    for result, said in zip(refused, ("belongs to another user", "a link that another user made"), strict=True):
        assert said in result["msg"]
        assert result["calls"]["writes"] == 0
    assert done["changed"], done
    assert stat.S_IMODE((shared / "own.json").stat().st_mode) == 0o600
    assert not (world.files / "mine.json").exists()


# Spreadsheets, and names at their limit

FORMULA = "=HYPERLINK(1)"


@pytest.mark.slow
def test_a_review_and_an_off_boarding_write_no_formula_and_take_the_longest_names(
    tmp_path: Path, installed: Path, emulator: Emulator
) -> None:
    runs = Runs(tmp_path, installed, emulator)
    long = "l" * 244 + "@example.com"
    assert len(long) == 256
    emulator.add("team", name=f"{FORMULA} team")
    for name, first in ((long, FORMULA), ("=x@example.com", "+1"), ("@y@example.com", "-1")):
        emulator.add(
            "user",
            user_name=name,
            email_address=name,
            first_name=first,
            last_name="\tTab",
            roles=["Team Admin", "Executive"],
        )
    emulator.change("user", long, teams={f"{FORMULA} team": "ADMIN"})
    emulator.change("user", "=x@example.com", teams={f"{FORMULA} team": "MEMBER"})
    review = runs.play("community.veracode.access_review", {"access_review_dest": str(tmp_path / "review")})
    assert review.returncode == 0, review.output
    off = {
        "offboarding_ledger": "ledger.json",
        "offboarding_result_file": "result.csv",
        "offboarding_leavers": ["=x@example.com", "@y@example.com"],
    }
    left = runs.play("community.veracode.offboard", off)
    assert left.returncode == 0, left.output
    written = [*(tmp_path / "review").rglob("*.csv"), tmp_path / "result.csv"]
    assert len(written) > 1
    texts = [path.read_text(encoding="utf-8-sig") for path in written]
    cells = [cell for text in texts for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell)] == []
    assert "'=x@example.com" in cells
    assert any(long in text for text in texts)


# Texts in confidence


def test_vaulted_texts_work_in_filters_and_no_error_prints_them(world: World) -> None:
    """On every core; older ones hand them over as objects of their own."""
    password = world.folder / "password"
    password.write_text("the password of the vault", encoding="utf-8")
    vault = VaultLib([("default", VaultSecret(password.read_bytes()))])
    values = {"table": "action,username\nupdateuser,hush@example.com\n", "role": "Creator", "wrong": "Hushed Name "}
    lines = []
    for name, value in values.items():
        lines += [f"{name}: !vault |", *(f"  {each}" for each in vault.encrypt(value).decode().splitlines())]
    (world.folder / "vaulted.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def fact(template: str) -> Task:
        return {"ansible.builtin.set_fact": {"value": template}, "ignore_errors": True}

    works = [
        "{{ table | community.veracode.from_wrapper_csv | length }}",
        "{{ role | community.veracode.role_name }}",
        "{{ [role] | community.veracode.role_name | join }}",
        "{{ 'p' | community.veracode.job_profile_roles({'p': [role]}) | join }}",
    ]
    fails = [
        "{{ wrong | community.veracode.role_name }}",
        "{{ wrong | community.veracode.job_profile_roles }}",
        "{{ wrong | community.veracode.from_wrapper_csv }}",
        "{{ 'p' | community.veracode.job_profile_roles({'p': [wrong]}) }}",
    ]
    arguments = ("-e", f"@{world.folder / 'vaulted.yml'}", "--vault-password-file", str(password))
    results = world.play([fact(template) for template in [*works, *fails]], *arguments)
    found = [str(result["ansible_facts"]["value"]) for result in results[: len(works)]]
    assert found == ["1", "extcreator", "extcreator", "Creator"]
    for result in results[len(works) :]:
        assert result["failed"], result
        assert "Hushed" not in json.dumps(result)
    assert "Hushed" not in world.printed[0]

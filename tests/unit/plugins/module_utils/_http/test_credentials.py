# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where credentials come from, what is wrong with them, and that no message shows them."""

from __future__ import annotations

import itertools
import os
import re
import traceback
import typing as t
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, printable
from ansible_collections.community.veracode.plugins.module_utils._http.connection import (
    Connection,
    connection_from_options,
)
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Credentials, misplaced_secrets
from ansible_collections.community.veracode.plugins.module_utils._http.sources import find_credentials


def pair(number: int) -> tuple[str, str]:
    """Return the pair of one of the sources."""
    return f"{number:032x}", f"{number:0128x}"


OPTION, ENVIRONMENT, FILE, OTHER = pair(0xA1), pair(0xE2), pair(0xF3), pair(0xC4)


def ini(*profiles: tuple[str, tuple[str, str]]) -> str:
    return "".join(
        f"[{name}]\nveracode_api_key_id = {key_id}\nveracode_api_key_secret = {secret}\n\n"
        for name, (key_id, secret) in profiles
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def file(home: Path) -> Path:
    path = home / ".veracode" / "credentials"
    path.parent.mkdir()
    path.write_text(ini(("default", FILE), ("Other", OTHER)))
    path.chmod(0o600)
    return path


def options(**given: t.Any) -> dict[str, t.Any]:
    names = ("api_key_id", "api_key_secret", "credentials_file", "profile", "region", "api_url", "xml_api_url")
    return {**dict.fromkeys((*names, "validate_certs", "ca_path", "timeout", "max_retries", "rate_limit")), **given}


def found(home: Path, environ: dict[str, str] | None = None, **given: t.Any) -> tuple[str, str]:
    credentials = find_credentials(options(**given), environ or {}, str(home)).credentials
    return credentials.api_key_id, credentials.api_key_secret


def error_of(home: Path, environ: dict[str, str] | None = None, **given: t.Any) -> InputError:
    """Return the error, after a look for long hexadecimal numbers in everything it carries."""
    with pytest.raises(InputError) as caught:
        connection_from_options(options(**given), environ or {}, str(home))
    everything = "".join(traceback.format_exception(caught.value)) + repr(caught.value.failure())
    assert not re.search("[0-9a-fA-F]{20}", everything.replace(str(home), ""))
    return caught.value


def environment(of: tuple[str, str] = ENVIRONMENT, **more: str) -> dict[str, str]:
    return {"VERACODE_API_KEY_ID": of[0], "VERACODE_API_KEY_SECRET": of[1], **more}


# The order


@pytest.mark.parametrize(
    ("with_options", "with_profile", "with_environment"), list(itertools.product([True, False], repeat=3))
)
def test_the_first_source_wins(
    home: Path, file: Path, with_options: bool, with_profile: bool, with_environment: bool
) -> None:
    given: dict[str, str] = {}
    if with_options:
        given.update(api_key_id=OPTION[0], api_key_secret=OPTION[1])
    if with_profile:
        given.update(profile="Other")
    expected = OPTION if with_options else OTHER if with_profile else ENVIRONMENT if with_environment else FILE
    assert found(home, environment() if with_environment else {}, **given) == expected


def test_a_file_as_an_option_wins_over_the_environment(home: Path, file: Path) -> None:
    other = home / "other"
    other.write_text(ini(("default", OTHER), ("Other", FILE)))
    assert found(home, environment(), credentials_file="~/other") == OTHER
    assert found(home, environment(), credentials_file=str(other)) == OTHER
    assert found(home, environment(VERACODE_API_PROFILE="Other"), credentials_file=str(other)) == FILE
    assert found(home, environment(VERACODE_CREDENTIALS_FILE=str(other)), profile="Other") == FILE


def test_a_file_and_profile_of_the_environment_come_after_its_pair(home: Path, file: Path) -> None:
    other = home / "other"
    other.write_text(ini(("default", OTHER)))
    variables = {"VERACODE_CREDENTIALS_FILE": "~/other"}
    assert found(home, variables) == OTHER
    assert found(home, environment(**variables)) == ENVIRONMENT
    assert found(home, {"VERACODE_API_PROFILE": "Other"}) == OTHER
    assert found(home, environment(VERACODE_API_PROFILE="Other")) == ENVIRONMENT


def test_an_empty_variable_counts_as_unset(home: Path, file: Path) -> None:
    empty = dict.fromkeys(
        ("VERACODE_API_KEY_ID", "VERACODE_API_KEY_SECRET", "VERACODE_CREDENTIALS_FILE", "VERACODE_API_PROFILE"), ""
    )
    assert found(home, empty) == FILE


@pytest.mark.parametrize("half", [0, 1])
def test_half_a_pair_is_an_error(home: Path, file: Path, half: int) -> None:
    names = ("api_key_id", "api_key_secret")
    error = error_of(home, environment(), **{names[half]: OPTION[half]})
    assert f"option {names[half]} is set, but {names[1 - half]} is not" in error.msg
    assert error.option == names[1 - half]

    variables = ("VERACODE_API_KEY_ID", "VERACODE_API_KEY_SECRET")
    for missing in ({}, {variables[1 - half]: ""}):
        error = error_of(home, {variables[half]: ENVIRONMENT[half], **missing})
        assert f"environment variable {variables[half]} is set, but {variables[1 - half]} is not" in error.msg


@pytest.mark.parametrize("name", ["api_key_id", "api_key_secret", "profile", "credentials_file"])
def test_an_empty_option_is_an_error(home: Path, file: Path, name: str) -> None:
    error = error_of(home, environment(), **{name: ""})
    assert f"{name} is empty" in error.msg
    assert error.option == name


def test_half_a_pair_of_the_environment_does_not_matter_when_an_option_names_a_profile(home: Path, file: Path) -> None:
    assert found(home, {"VERACODE_API_KEY_ID": "half"}, profile="Other") == OTHER


# The file


@pytest.mark.parametrize(
    "text",
    [
        "[default]\nVERACODE_API_KEY_ID={id}\nVeracode_Api_Key_Secret: {secret}\n",
        "\ufeff[default]\r\nveracode_api_key_id = {id}\r\nveracode_api_key_secret = {secret}\r\n",
        "# text\n[DEFAULT]\nx = %(y)s\n[default]\n; text\nveracode_api_key_id={id}\n\nveracode_api_key_secret={secret}",
        "[other]\nbroken = %(interpolation\n[default]\nveracode_api_key_secret={secret}\nveracode_api_key_id={id}",
    ],
)
def test_forms_of_the_file(home: Path, file: Path, text: str) -> None:
    file.write_bytes(text.format(id=FILE[0], secret=FILE[1]).encode("utf-8"))
    assert found(home) == FILE


def test_nothing_at_all_names_all_ways(home: Path) -> None:
    error = error_of(home)
    for word in ("api_key_id", "VERACODE_API_KEY_SECRET", f"{home}/.veracode/credentials"):
        assert word in error.msg


def test_a_file_that_does_not_exist(home: Path, file: Path) -> None:
    error = error_of(home, credentials_file="~/none")
    assert (error.option, error.value) == ("credentials_file", f"{home}/none")
    assert "named by the option" in error.msg
    assert "named by the environment" in error_of(home, {"VERACODE_CREDENTIALS_FILE": "~/none"}).msg


def test_a_file_that_is_a_folder(home: Path, file: Path) -> None:
    assert "is a folder and not a regular file" in error_of(home, credentials_file="~/.veracode").msg


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(home: Path, file: Path) -> None:
    file.chmod(0)
    assert "Permission denied" in error_of(home).msg


def test_a_profile_that_does_not_exist(home: Path, file: Path) -> None:
    error = error_of(home, profile="other")
    assert "did you mean 'Other'?" in error.msg
    assert "use one of: 'default', 'Other'" in error.msg
    assert (error.option, error.value) == ("profile", "other")
    file.write_text("")
    assert "use one of: none" in error_of(home).msg


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[default]\nveracode_api_key_id = {id}\n", "no value for veracode_api_key_secret"),
        ("[default]\nveracode_api_key_secret = {secret}\n", "no value for veracode_api_key_id"),
        ("[default]\n", "no value for veracode_api_key_id and veracode_api_key_secret"),
        ("[default]\nveracode_api_key_id =\nveracode_api_key_secret = {secret}\n", "no value for veracode_api_key_id"),
        ("veracode_api_key_secret = {secret}\n[default]\n", "line 1 stands before the first [profile]"),
        ("[default]\n{secret}\n", "line 2 is neither"),
        ("[default]\nveracode_api_key_id = {id}\nveracode_api_key_id = {id}\n", "a key appears twice"),
        ("[default]\n[default]\n", "section 'default' appears twice"),
        ("[default\nveracode_api_key_id = {id}\n", "line 1"),
        ("[{secret}]\n", "use one of: '...'"),
        ("[{secret}]\n[{secret}]\n", "section '...' appears twice"),
    ],
)
def test_a_file_that_is_wrong(home: Path, file: Path, text: str, part: str) -> None:
    file.write_text(text.format(id=FILE[0], secret=FILE[1]))
    error = error_of(home)
    assert part in error.msg
    assert str(file) in error.msg


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_in_another_encoding(home: Path, file: Path, encoding: str) -> None:
    file.write_bytes(("# é\n" + ini(("default", FILE))).encode(encoding))
    assert "not a text file in UTF-8" in error_of(home).msg


YAML = "api:\n    key-id: {}\n    key-secret: {}\n"


@pytest.fixture
def yaml_file(home: Path) -> Path:
    path = home / ".veracode" / "veracode.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("# veracode configure\noauth:\n    enabled: false\n" + YAML.format(*OTHER))
    path.chmod(0o600)
    return path


def test_the_yaml_file_stands_for_the_default_profile_after_the_ini_file(home: Path, yaml_file: Path) -> None:
    assert found(home) == OTHER
    assert found(home, profile="default") == OTHER
    assert found(home, environment(), profile="default") == OTHER
    assert found(home, environment()) == ENVIRONMENT
    error = error_of(home, profile="ci")
    assert "Neither of the credentials files" in error.msg
    assert "has a profile 'ci'; use one of: 'default'" in error.msg
    assert error.option == "profile"


def test_the_ini_file_wins_over_the_yaml_file_where_it_has_the_profile(home: Path, file: Path, yaml_file: Path) -> None:
    assert found(home) == FILE
    file.write_text(ini(("ci", FILE)))
    assert found(home) == OTHER
    assert found(home, profile="ci") == FILE
    assert "use one of: 'ci', 'default'" in error_of(home, profile="CI").msg
    assert "(did you mean 'ci'?)" in error_of(home, profile="CI").msg
    file.write_text("[default]\nveracode_api_key_id = " + FILE[0])
    assert "no value for veracode_api_key_secret" in error_of(home).msg


@pytest.mark.parametrize("text", ["$ANSIBLE_VAULT;1.1;AES256\n6162\n", "api: [", "\xff", "pipe"])
def test_a_yaml_file_that_is_not_needed_stops_nobody(home: Path, file: Path, yaml_file: Path, text: str) -> None:
    yaml_file.write_text(text, encoding="latin-1")
    if text == "pipe":
        yaml_file.unlink()
        os.mkfifo(yaml_file)
    assert found(home) == FILE
    assert error_of(home, profile="ci").option == ("profile" if text == "api: [" else "credentials_file")


def test_a_named_profile_without_any_file(home: Path) -> None:
    error = error_of(home, profile="ci")
    assert "profile is 'ci', but neither" in error.msg
    assert "veracode.yml" in error.msg


def test_the_credentials_file_may_be_the_yaml_one(home: Path, yaml_file: Path) -> None:
    assert found(home, environment(), credentials_file=str(yaml_file)) == OTHER
    assert found(home, {"VERACODE_CREDENTIALS_FILE": str(yaml_file)}) == OTHER
    assert "which is in YAML, has no profile 'ci'" in error_of(home, credentials_file=str(yaml_file), profile="ci").msg


@pytest.mark.parametrize("change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_the_yaml_file_of_an_editor_of_windows(home: Path, yaml_file: Path, change: t.Callable[[str], str]) -> None:
    yaml_file.write_bytes(change(yaml_file.read_text()).encode())
    assert found(home) == found(home, credentials_file=str(yaml_file)) == OTHER


def test_an_id_of_digits_alone_stays_as_it_is_written(home: Path, yaml_file: Path) -> None:
    digits = ("0" * 31 + "8", "1" * 128)
    yaml_file.write_text(YAML.format(*digits))
    assert found(home) == digits


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("api:\n  key-id: {id}\n", "has no value for api.key-secret"),
        ("api:\n", "has no value for api.key-id and api.key-secret"),
        ("api: [{secret}]\n", "has no value for"),
        ("api:\n  key-id: {id}\n  key-secret: [{secret}]\n", "has no value for api.key-secret"),
        ("api:\n  key-id: {id}\n key-secret: {secret}\n", "is not valid YAML (line 3)"),
        ("api:\n  key-secret: '{secret}\n", "is not valid YAML"),
        ("api: {brackets}\n", "is not valid YAML"),
        ("api:\n  key-id: {secret}\n  key-secret: {id}\n", "are swapped"),
    ],
)
def test_a_yaml_file_that_is_wrong(home: Path, yaml_file: Path, text: str, part: str) -> None:
    yaml_file.write_text(text.format(id=FILE[0], secret=FILE[1], brackets="[" * 1200))
    error = error_of(home)
    assert part in error.msg
    assert str(yaml_file) in error.msg


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o600, 0o400])
def test_a_file_that_others_can_read_is_used_with_a_warning(home: Path, file: Path, yaml_file: Path, mode: int) -> None:
    for path in (file, yaml_file):
        path.chmod(mode)
        warnings = connection_from_options(options(credentials_file=str(path)), {}, str(home)).warnings
        expected = f'credentials_file: other users can read "{path}" (mode {mode:04o}); set its mode to 0600'
        assert warnings == ((expected,) if mode & 0o044 else ())


def test_a_vaulted_file_is_called_one(home: Path, file: Path) -> None:
    file.write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    assert "is encrypted with Ansible Vault" in error_of(home).msg


@pytest.mark.parametrize("kind", ["pipe", "device", "huge"])
def test_no_special_file_can_stop_a_run_or_fill_the_memory(home: Path, kind: str) -> None:
    path = home / "special"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with path.open("wb") as stream:
            stream.truncate(10**12)
    part = "is larger than 1 MiB" if kind == "huge" else "and not a regular file"
    assert part in error_of(home, credentials_file=str(path)).msg
    if kind != "huge":
        assert "is neither a regular file nor a folder" in error_of(home, environment(), ca_path=str(path)).msg


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(
        st.sampled_from(
            ["[default]", "[", "]", "\n", "=", ":", " ", "%", "\t", "\0", "veracode_api_key_id", *FILE, '"']
        )
    )
)
def test_no_file_makes_a_secret_visible(home: Path, parts: list[str]) -> None:
    path = home / "any"
    path.write_text("".join(parts))
    shown = ""
    try:
        find_credentials(options(credentials_file=str(path)), {}, str(home))
    except InputError as error:
        shown = "".join(traceback.format_exception(error)) + repr(error.failure())
    assert FILE[1] not in shown


# The form


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("a" * 31, "has 31 hexadecimal digits instead of 32 to 128"),
        ("a" * 129, "has 129 hexadecimal digits"),
        ("vera01gi-" + "a" * 31, "has 31 hexadecimal digits"),
        ("g" * 32, "does not consist of hexadecimal digits"),
        ("a" * 31 + "_", "does not consist"),
        ("0x" + "a" * 32, "does not consist"),
        ("a" * 31 + "é", "does not consist"),
        ("a" * 31 + "٣", "does not consist"),
        (" " + "a" * 32, "white space"),
        ("a" * 32 + "\n", "white space"),
        ('"' + "a" * 32 + '"', "quotation marks"),
        ("a" * 32 + "  # of the robot", "followed by a comment"),
        ("a" * 32 + ";", "followed by a comment"),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162", "still encrypted with Ansible Vault"),
        ("vera01xi-" + "a" * 32, "prefix that is not one of Veracode's"),
        ("vera1ei-" + "a" * 32, "prefix"),
        ("-" + "a" * 32, "prefix"),
        ("vera01gi-vera01gi-" + "a" * 32, "prefix"),
    ],
)
def test_the_form_of_an_id(home: Path, value: str, part: str) -> None:
    error = error_of(home, api_key_id=value, api_key_secret=OPTION[1])
    assert part in error.msg
    assert "from the options" in error.msg
    assert error.option == "api_key_id"
    assert value not in error.msg


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("a" * 127, "has 127 hexadecimal digits instead of 128 to 1024"),
        ("a" * 1026, "has 1026 hexadecimal digits"),
        ("a" * 129, "odd number"),
        ("z" * 128, "does not consist"),
        ("vera01zs-" + "a" * 128, "prefix"),
    ],
)
def test_the_form_of_a_secret_names_its_source(home: Path, value: str, part: str) -> None:
    sources: list[tuple[dict[str, str], dict[str, t.Any], str]] = [
        ({}, {"api_key_id": OPTION[0], "api_key_secret": value}, "the options"),
        (environment((ENVIRONMENT[0], value)), {}, "the environment"),
        ({}, {"credentials_file": "~/bad", "profile": "p"}, f"profile 'p' of {home}/bad"),
    ]
    (home / "bad").write_text(ini(("p", (FILE[0], value))))
    for environ, place, source in sources:
        error = error_of(home, environ, **place)
        assert part in error.msg
        assert f"from {source} " in error.msg
        assert error.option == "api_key_secret"


@pytest.mark.parametrize(
    ("key_id", "secret"),
    [
        (OPTION[1] + "00", OPTION[0]),
        OPTION[::-1],
        ("vera01es-" + OPTION[1], "vera01ei-" + OPTION[0]),
        ("vera01gs-" + OPTION[1], OPTION[0]),
    ],
)
def test_a_swapped_pair_is_refused_and_neither_half_is_shown(home: Path, key_id: str, secret: str) -> None:
    given = {"api_key_id": key_id, "api_key_secret": secret}
    for error in (error_of(home, **given), error_of(home, environment((key_id, secret)))):
        assert "are swapped" in error.msg
    # So that no result shows the arguments with it
    assert misplaced_secrets(given, {}) == {key_id, key_id.rpartition("-")[2]}


@pytest.mark.parametrize(
    ("key_id", "secret"),
    [
        (OPTION[1], OPTION[1]),
        ("vera01es-" + OPTION[1], "vera01es-" + OPTION[1]),
        ("vera01es-" + OPTION[1][:40], OTHER[1]),
    ],
)
def test_a_secret_is_never_signed_as_an_id(home: Path, key_id: str, secret: str) -> None:
    given = {"api_key_id": key_id, "api_key_secret": secret}
    for error in (error_of(home, **given), error_of(home, environment((key_id, secret)))):
        assert "is an API key secret" in error.msg
    assert key_id in misplaced_secrets(given, {})


@pytest.mark.parametrize(
    "key_id", [None, "", "a", "ab-c", OPTION[0], OPTION[0][:-1], "vera01ei-" + OPTION[0], "x" * 50]
)
def test_an_id_is_not_a_secret_and_a_mistyped_one_neither(key_id: str | None) -> None:
    """To mask a short text would make nonsense of each message that has it somewhere."""
    assert misplaced_secrets({"api_key_id": key_id}, {"VERACODE_API_KEY_ID": key_id or ""}) == set()


VARIABLES = {
    "api_key_id": "VERACODE_API_KEY_ID",
    "profile": "VERACODE_API_PROFILE",
    "credentials_file": "VERACODE_CREDENTIALS_FILE",
}


@pytest.mark.parametrize("option", [*VARIABLES, "region"])
@pytest.mark.parametrize("form", ["{}", "vera01es-{}", '"{}"', "{}  # of ci", " {}", "{}x", "~/{}"])
def test_a_secret_in_another_option_is_masked(option: str, form: str) -> None:
    value = form.format(OPTION[1])
    given_as: list[tuple[dict[str, str], dict[str, str]]] = [({option: value}, {})]
    if option in VARIABLES:
        given_as.append(({}, {VARIABLES[option]: value}))
    for options_given, environ in given_as:
        masked = misplaced_secrets(options_given, environ)
        assert any(each in OPTION[1] or OPTION[1] in each for each in masked)
        shown = value
        for each in sorted(masked, key=len, reverse=True):
            shown = shown.replace(each, "")
        assert not re.search("[0-9a-f]{20}", shown)


def test_a_secret_in_place_of_a_profile_is_in_no_message(home: Path, file: Path) -> None:
    for error in (error_of(home, profile=OPTION[1]), error_of(home, {"VERACODE_API_PROFILE": OPTION[1]})):
        assert "has no profile '...'" in error.msg
    file.write_text(f"[{OPTION[1]}]\n")
    assert "has no value for" in error_of(home, profile=OPTION[1]).msg


@given(
    key_id=st.from_regex(r"(vera0[12][gef]i-)?[0-9a-fA-F]{31,40}", fullmatch=True)
    | st.text(alphabet="0aF-x _\n", min_size=30, max_size=40),
    secret=st.from_regex(r"(vera0[12][gef]s-)?[0-9a-fA-F]{127,140}", fullmatch=True)
    | st.text(alphabet="0aF-x _\n", min_size=126, max_size=130),
)
def test_what_passes_here_passes_in_the_signing_library(key_id: str, secret: str) -> None:
    validation = pytest.importorskip("veracode_api_signing.validation")
    signing = pytest.importorskip("veracode_api_signing.veracode_hmac_auth")
    credentials = Credentials(key_id, secret)
    shown = None
    try:
        credentials.check("the test")
    except InputError as error:
        shown = error.msg
    if shown is not None:
        assert key_id not in shown
        assert secret not in shown
        return
    validation.validate_api_key_id(credentials.bare_id)
    validation.validate_api_key_secret(credentials.bare_secret)
    signing.generate_veracode_hmac_header("host", "/", "GET", credentials.bare_id, credentials.bare_secret)


def test_secrets_and_repr() -> None:
    credentials = Credentials("vera01ei-" + OPTION[0].upper(), "vera01es-" + OPTION[1])
    assert credentials.bare_id == OPTION[0]
    assert credentials.secrets() == {"vera01es-" + OPTION[1], OPTION[1]}
    assert OPTION[1] not in repr(credentials)
    assert OPTION[1] not in str(credentials)
    assert OPTION[0].upper() in repr(credentials)


# Region and hosts


@pytest.mark.parametrize(
    ("id_prefix", "secret_prefix", "region", "domain"),
    [
        ("", "", "commercial", "com"),
        ("vera01gi-", "vera01gs-", "commercial", "com"),
        ("vera01ei-", "vera01es-", "european", "eu"),
        ("VERA01EI-", "VERA01ES-", "european", "eu"),
        ("vera01fi-", "vera01fs-", "federal", "us"),
        ("", "vera01es-", "european", "eu"),
        ("vera01fi-", "", "federal", "us"),
    ],
)
@pytest.mark.parametrize("option", [None, "auto", "same"])
def test_the_region_of_a_prefix(
    home: Path, id_prefix: str, secret_prefix: str, region: str, domain: str, option: str | None
) -> None:
    connection = connection_from_options(
        options(
            api_key_id=id_prefix + OPTION[0],
            api_key_secret=secret_prefix + OPTION[1],
            region=region if option == "same" else option,
        ),
        {},
        str(home),
    )
    assert connection == Connection(
        credentials=Credentials(id_prefix + OPTION[0], secret_prefix + OPTION[1]),
        region=region,
        api_url=f"https://api.veracode.{domain}",
        xml_api_url=f"https://analysiscenter.veracode.{domain}",
        validate_certs=True,
        ca_path=None,
        timeout=120.0,
        max_retries=5,
        rate_limit=None,
    )
    assert connection.credentials.region == region


def test_a_region_for_credentials_without_a_prefix(home: Path) -> None:
    connection = connection_from_options(options(region="federal"), environment(), str(home))
    assert (connection.region, connection.api_url) == ("federal", "https://api.veracode.us")


def test_a_prefix_that_contradicts_the_region(home: Path) -> None:
    error = error_of(home, environment(("vera01gi-" + OPTION[0], OPTION[1])), region="european")
    assert "european" in error.msg
    assert "commercial" in error.msg
    assert (error.option, error.value) == ("region", "european")


def test_prefixes_that_contradict_each_other(home: Path) -> None:
    error = error_of(home, environment(("vera01gi-" + OPTION[0], "vera01es-" + OPTION[1])))
    assert "do not belong together" in error.msg


def test_a_region_that_does_not_exist(home: Path) -> None:
    assert 'region: unknown value "asia"; choose auto, commercial' in error_of(home, environment(), region="asia").msg


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://localhost:8443", "https://localhost:8443"),
        ("https://Gateway.Example.com/", "https://gateway.example.com"),
        ("HTTPS://127.0.0.1:1", "https://127.0.0.1:1"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_base_urls(home: Path, value: str, expected: str) -> None:
    connection = connection_from_options(options(api_url=value), environment(), str(home))
    assert (connection.api_url, connection.xml_api_url) == (expected, "https://analysiscenter.veracode.com")
    assert connection_from_options(options(xml_api_url=value), environment(), str(home)).xml_api_url == expected


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("http://localhost", "does not begin with https://"),
        ("localhost:8443", "does not begin with https://"),
        ("https://", "names no host"),
        ("https://host/path", "more than the host and port"),
        ("https://host//", "more than the host and port"),
        ("https://host?a=b", "more than the host and port"),
        ("https://host?", "more than the host and port"),
        ("https://host#", "more than the host and port"),
        ("https://host:port", "not a URL"),
        ("https://host:99999", "not a URL"),
        ("https://host:0", "port 0"),
        ("https://[::1", "not a URL"),
        (" https://host", "white space"),
        ("https://ho st", "white space"),
        ("https://host\n", "white space"),
        ("https://other\\.host", "a backslash"),
        ("https://ho{st", "a host that is not one"),
    ],
)
@pytest.mark.parametrize("option", ["api_url", "xml_api_url"])
def test_base_urls_that_are_refused(home: Path, option: str, value: str, part: str) -> None:
    error = error_of(home, environment(), **{option: value})
    assert part in error.msg
    assert f'{option}: "{printable(value)}"' in error.msg
    assert "https://host:port" in error.msg
    assert (error.option, error.value) == (option, value)


def test_a_password_in_a_url_is_not_shown(home: Path) -> None:
    error = error_of(home, environment(), api_url="https://me:password@host")
    assert "holds a user name or password" in error.msg
    assert "password@" not in error.msg + str(error.value)


# The other options


def test_the_other_options(home: Path) -> None:
    (home / "ca.pem").write_text("")
    given = {"validate_certs": False, "ca_path": "~/ca.pem", "timeout": 7, "max_retries": 0, "rate_limit": 1000}
    connection = connection_from_options(options(**given), environment(), str(home))
    assert connection.validate_certs is False
    assert connection.ca_path == str(home / "ca.pem")
    assert (connection.timeout, connection.max_retries, connection.rate_limit) == (7.0, 0, 1000)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", float("inf")),
        ("timeout", float("nan")),
        ("max_retries", -1),
        ("rate_limit", 0),
        ("rate_limit", -5),
        ("ca_path", "/does/not/exist"),
    ],
)
def test_values_that_are_refused(home: Path, option: str, value: t.Any) -> None:
    error = error_of(home, environment(), **{option: value})
    assert error.option == option
    assert f'{option}: "{value}"' in error.msg

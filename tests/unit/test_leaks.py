# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The search for secrets finds one that is planted, in each place and each form, and nothing where nothing is."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.leaks import Search, exception_text, watching

SECRET = os.urandom(64).hex()
SIGNATURE = os.urandom(32).hex()
HEADER = f"VERACODE-HMAC-SHA-256 id={'0' * 32},ts=1,nonce={'1' * 32},sig={SIGNATURE}"

# What stands in for a run of Ansible: Python code that does something with the secret.
LEAKS = {
    "stdout": "print(secret)",
    "stderr": "import sys; print(secret, file=sys.stderr)",
    "file": "open('leaked', 'w').write(secret)",
    "fact cache": "import os; d = os.environ['ANSIBLE_CACHE_PLUGIN_CONNECTION']; os.makedirs(d); open(d + '/h', 'w').write(secret)",
    "log": "import os; open(os.environ['ANSIBLE_LOG_PATH'], 'w').write(secret)",
    "file on the host": "import os; d = os.environ['ANSIBLE_REMOTE_TEMP']; os.makedirs(d); open(d + '/f', 'w').write(secret)",
    "temporary file that goes": (
        "import tempfile, time, os; f = tempfile.mkstemp()[1]; open(f, 'w').write(secret); time.sleep(1); os.unlink(f)"
    ),
    "command line": "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(1)', secret])",
    "file of a key pair that all can read": "open('pair', 'w').write('api_key_secret = ' + secret)",
    "traceback": "raise ValueError(secret)",
    "plan that only its user can read": (
        "import json, os; f = os.open('plan', os.O_CREAT | os.O_WRONLY, 0o600); "
        "os.write(f, json.dumps({'actions': [], 'api_key_secret': secret}).encode())"
    ),
    "credentials in YAML": (
        "import os; f = os.open('veracode.yml', os.O_CREAT | os.O_WRONLY, 0o600); os.write(f, b'key-secret: ' + secret.encode())"
    ),
    "event of a job": (
        "import os; os.makedirs('artifacts/1/job_events'); f = os.open('artifacts/1/job_events/1.json', os.O_CREAT | os.O_WRONLY, "
        '0o600); os.write(f, b\'"VERACODE_API_KEY_SECRET": "\' + secret.encode())'
    ),
    "temporary file of the controller": (
        "import os; d = os.environ['ANSIBLE_LOCAL_TEMP'] + '/ansible-local-1'; os.makedirs(d, 0o700); "
        "open(d + '/tmp', 'w').write('\"note\": \"' + secret)"
    ),
    "module arguments that all can read": (
        "import os; d = os.environ['ANSIBLE_LOCAL_TEMP'] + '/ansible-local-1'; os.makedirs(d); "
        "open(d + '/tmp', 'w').write('\"api_key_secret\": \"' + secret)"
    ),
}
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": str.upper,
    "with its prefix": lambda secret: f"vera01gs-{secret}",
    "half of it": lambda secret: secret[:64],
    "the other half": lambda secret: secret[64:],
    "in base64": lambda secret: base64.b64encode(f"x{secret}".encode()).decode(),
    "its bytes in base64": lambda secret: base64.urlsafe_b64encode(b"xy" + bytes.fromhex(secret)).decode(),
}


def found(folder: Path, code: str, program: str = "ansible-playbook") -> list[str]:
    """Return what is found after a run of this code, whose secret comes by its environment."""
    with watching(folder) as watch:
        watch.also(SECRET)
        watch.interval = 0.02
        subprocess.run(
            [sys.executable, "-c", f"import os; secret = os.environ['CANARY']\n{code}", program],
            cwd=folder,
            env={**os.environ, "CANARY": SECRET},
            check=False,
            capture_output=True,
            text=True,
        )
    return watch.close()


@pytest.mark.parametrize("place", LEAKS)
def test_planted_secret_is_found(place: str, tmp_path: Path) -> None:
    assert found(tmp_path, LEAKS[place])


@pytest.mark.parametrize(
    "program", ["/usr/bin/ansible", "ansible-runner", "ansible-rulebook", "/c/plugins/modules/veracode_user.py"]
)
def test_every_way_to_run_ansible_is_watched(program: str, tmp_path: Path) -> None:
    assert found(tmp_path, LEAKS["stdout"], program)
    assert found(tmp_path, LEAKS["file"], program)


@pytest.mark.parametrize(
    "code",
    [
        "print('nothing')",
        "import os; f = os.open('pair', os.O_CREAT | os.O_WRONLY, 0o600); os.write(f, b'api_key_secret = ' + secret.encode())",
        "import os; d = os.environ['ANSIBLE_LOCAL_TEMP'] + '/ansible-local-1'; os.makedirs(d, 0o700); "
        "open(d + '/tmp', 'w').write('\"api_key_secret\": \"' + secret)",
        "import os; os.makedirs('artifacts/1'); f = os.open('artifacts/1/command', os.O_CREAT | os.O_WRONLY, 0o600); "
        'os.write(f, b\'{"env": {"VERACODE_API_KEY_SECRET": "\' + secret.encode() + b\'"}}\')',
    ],
    ids=["nothing", "file of a key pair", "module arguments", "environment of a job"],
)
def test_nothing_is_found_where_nothing_is(code: str, tmp_path: Path) -> None:
    (tmp_path / "input").write_text(SECRET)
    assert found(tmp_path, code) == []


def test_what_a_test_writes_between_its_runs_is_its_own(tmp_path: Path) -> None:
    """Also where it changes what a run has left, and what a run leaves is found whatever the test does to it then."""
    left = tmp_path / "left"

    def run(code: str) -> None:
        subprocess.run(
            [sys.executable, "-c", code, "ansible-playbook"], cwd=tmp_path, check=True, env={"CANARY": SECRET}
        )

    leaking = "import os, time; open('left', 'w').write(os.environ['CANARY'])"
    for code, expected in (("open('left', 'w').write('x')", 0), (leaking, 1)):
        with watching(tmp_path) as watch:
            watch.also(SECRET)
            watch.interval = 0.01
            run(code)
            left.write_text("nothing")
            time.sleep(0.1)
            run("import time; time.sleep(0.1)")
            (tmp_path / "input").write_text(SECRET)
            time.sleep(0.1)
            run("import time; time.sleep(0.1)")
            left.write_text(SECRET)
            time.sleep(0.1)
        assert len(watch.close()) == expected


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_found(form: str) -> None:
    text = f"a text with {FORMS[form](SECRET)} in it".encode()
    assert Search([SECRET]).find(text)
    assert Search([f"vera01gs-{SECRET}"]).find(text)
    assert not Search([os.urandom(64).hex()]).find(text)


def test_headers_and_signatures_are_found() -> None:
    search = Search([], [SIGNATURE])
    assert search.find(HEADER.encode()) == {"a header", "a signature"}
    assert search.find(base64.b64encode(HEADER.encode())) == {"an encoded header"}
    assert search.find(f"so {SIGNATURE.upper()}!".encode()) == {"a signature"}
    assert Search([]).find(f"?sig={SIGNATURE}".encode()) == {"a header"}
    assert search.find(f"the scheme is VERACODE-HMAC-SHA-256; {'0' * 64}".encode()) == set()


def test_exceptions_behind_an_exception_are_shown() -> None:
    behind = KeyError(SECRET)
    error = ValueError("explained")
    error.__cause__ = behind
    assert Search([SECRET]).find(exception_text(error).encode())
    error.__cause__, error.__context__ = None, behind
    assert Search([SECRET]).find(exception_text(error).encode())
    error.__context__ = None
    assert not Search([SECRET]).find(exception_text(error).encode())


def test_a_secret_in_the_temporary_folder_of_a_long_path_is_found(tmp_path: Path) -> None:
    """The run has a short path to it, as ansible-core needs one."""
    folder = tmp_path / ("x" * 80)
    folder.mkdir()
    assert found(
        folder, "import os; d = os.environ['TMPDIR']; assert len(d) < 70; open(d + '/leaked', 'w').write(secret)"
    )

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every playbook and task that the READMEs and the guides show runs as it stands, in check mode and in earnest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.emulator.control import Emulator

ROOT = Path(__file__).resolve().parents[2]
# The example of the role controller_setup runs in its own test, as it needs a controller.
ROLES = [path for path in sorted((ROOT / "roles").glob("*/README.md")) if path.parent.name != "controller_setup"]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst")), *ROLES]
# In Markdown a block ends with its fence, in reStructuredText with its indentation.
MARKDOWN = re.compile(r"^( *)```yaml\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
RST = re.compile(r"^( *)\.\. code-block:: yaml\+jinja\n((?:\1 +\S.*\n|\n)+)", re.MULTILINE)
CSV = (
    "action,firstname,lastname,emailaddress,roles,teams\ncreateuser,Amara,Diallo,amara@example.com,Reviewer,Payments\n"
)

PEOPLE = "username,first_name,last_name,roles,teams\nnoah@example.com,Noah,Fischer,Reviewer,Demo Team\n"
GROUPS = "group,mail,givenName,sn\nDevelopers,noah@example.com,Noah,Fischer\nAppSec,noah@example.com,Noah,Fischer\n"
LEAVERS = "username\nregina.monarch@example.com\n"


def plays(page: Path) -> list[dict[str, t.Any]]:
    """Return what a page shows: plays as they are, and a play around tasks; other YAML is none of it."""
    found: list[dict[str, t.Any]] = []
    for match in (RST if page.suffix == ".rst" else MARKDOWN).finditer(page.read_text(encoding="utf-8")):
        content = yaml.safe_load(textwrap.dedent(match[2]))
        if not isinstance(content, list) or not all("name" in entry for entry in content):
            continue
        if not all("hosts" in entry for entry in content):
            content = [{"name": "Tasks", "hosts": "localhost", "gather_facts": False, "tasks": content}]
        found += content
    return found


def is_store(play: dict[str, t.Any]) -> bool:
    """Tell whether a page shows the tasks of a store of key pairs, which a role includes."""
    return "credential_rotation_pair" in str(play)


@pytest.fixture
def emulator() -> t.Iterator[Emulator]:
    with Emulator(seed="organization") as emulator:
        for number, name in enumerate(("regina.monarch", "wayne.shorter", "wanda.buckeye")):
            first, last = name.title().split(".")
            emulator.add(
                "user",
                user_name=f"{name}@example.com",
                first_name=first,
                last_name=last,
                roles=["Reviewer"],
                teams=["Payments"],
                active=number != 2,
                custom_one="CC-4711",
                is_elearning_manager=number == 1,
            )
        emulator.add(
            "api_user",
            user_name="pipeline-web-shop",
            first_name="Pipeline",
            last_name="Web Shop",
            email_address="devops@example.com",
            roles=["Results API"],
            teams=["Payments"],
        )
        emulator.add(
            "user",
            user_name="emergency@example.com",
            first_name="Emergency",
            last_name="Account",
            roles=["Administrator"],
        )
        yield emulator


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if plays(page)],
    ids=lambda page: page.parent.name if page.stem == "README" else page.stem,
)
def test_examples_of_a_page_run(page: Path, emulator: Emulator, tmp_path: Path) -> None:
    shown = [play for play in plays(page) if not is_store(play)]
    text = yaml.safe_dump(shown, sort_keys=False, allow_unicode=True)
    for place in ("/etc/payments", "/srv/veracode", "/srv/hr"):
        text = text.replace(place, str(tmp_path))
    (tmp_path / "page.yml").write_text(text, encoding="utf-8")
    for name, content in {
        "newusers.csv": CSV,
        "people.csv": PEOPLE,
        "leavers.csv": LEAVERS,
        "groups.csv": GROUPS,
    }.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    folder = tmp_path / ".veracode"
    folder.mkdir()
    pair = f"veracode_api_key_id = {emulator.api_id}\nveracode_api_key_secret = {emulator.api_secret}\n"
    (folder / "credentials").write_text("".join(f"[{name}]\n{pair}" for name in ("default", "production")))
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("VERACODE_")},
        **{key: value for key, value in emulator.env.items() if "KEY" not in key},
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "HOME": str(tmp_path),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    program = Path(sys.executable).with_name("ansible-playbook")
    for flags, writes in ((["--check"], False), ([], True)):
        emulator.read_only(not writes)
        run = subprocess.run(
            [program, "page.yml", "--diff", *flags],
            cwd=tmp_path,
            env=env,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1800,
        )
        assert run.returncode == 0, run.stdout
        assert emulator.violations() == []
        assert emulator.api_secret not in run.stdout

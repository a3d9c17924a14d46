# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real OpenLDAP server for a test: its own configuration, on loopback, as the user who runs the test."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

BASE = "dc=example,dc=com"
ADMIN, PASSWORD = f"cn=admin,{BASE}", "reading-only"
_CONFIG = """
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
include {schemas}/nis.schema
modulepath {modules}
moduleload back_mdb
pidfile {folder}/slapd.pid
database mdb
maxsize 1073741824
suffix "{base}"
rootdn "{admin}"
rootpw {password}
directory {folder}/data
access to * by * none
"""
_PLACES = ("/usr/sbin", "/usr/local/sbin", "/usr/lib/openldap", "/usr/local/libexec")
_SCHEMAS = ("/etc/ldap/schema", "/etc/openldap/schema", "/usr/local/etc/openldap/schema")
_MODULES = ("/usr/lib/ldap", "/usr/lib64/openldap", "/usr/lib/openldap", "/usr/local/libexec/openldap")


def missing() -> str | None:
    """Return why a server cannot be started here, or `None`."""
    if program("slapd") is None or program("slapadd") is None:
        return "slapd is not installed (Debian: apt-get install slapd)"
    if not any(Path(folder, "inetorgperson.schema").exists() for folder in _SCHEMAS):
        return "the schemas of OpenLDAP are not installed"
    return None


def program(name: str) -> str | None:
    """Return the path of one of OpenLDAP's programs."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *_PLACES]))


def value(text: str) -> str:
    """Return a text as a value in LDIF, whatever is in it."""
    return ":: " + base64.b64encode(text.encode()).decode()


def entry(dn: str, attributes: Mapping[str, str | Sequence[str]]) -> str:
    """Return an entry in LDIF."""
    lines = [f"dn{value(dn)}"]
    for name, values in attributes.items():
        lines += [f"{name}{value(each)}" for each in ([values] if isinstance(values, str) else values)]
    return "\n".join(lines) + "\n\n"


class LdapServer:
    """A running server. A context manager.

    :param folder: an empty folder of its own.
    :param entries: what it holds, in LDIF, in addition to its base.
    """

    def __init__(self, folder: Path, entries: Iterable[str]) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.uri = f"ldap://127.0.0.1:{self.port}"
        (folder / "data").mkdir(parents=True)
        self._config = folder / "slapd.conf"
        schemas = next(place for place in _SCHEMAS if Path(place, "inetorgperson.schema").exists())
        modules = next((place for place in _MODULES if Path(place).is_dir()), "/usr/lib/ldap")
        self._config.write_text(
            _CONFIG.format(schemas=schemas, modules=modules, folder=folder, base=BASE, admin=ADMIN, password=PASSWORD),
            encoding="utf-8",
        )
        base = entry(BASE, {"objectClass": ["dcObject", "organization"], "dc": "example", "o": "Example"})
        ldif = folder / "content.ldif"
        ldif.write_text(base + "".join(entries), encoding="utf-8")
        self._run(str(program("slapadd")), "-q", "-f", str(self._config), "-l", str(ldif))
        self._process: subprocess.Popen[bytes] | None = None

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr

    def __enter__(self) -> LdapServer:
        command = [str(program("slapd")), "-d", "0", "-f", str(self._config), "-h", self.uri]
        with open(self.folder / "slapd.log", "wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                log_text = (self.folder / "slapd.log").read_text()
                assert self._process.poll() is None, log_text
                assert time.monotonic() < deadline, log_text
                time.sleep(0.05)

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)


def python_ldap(place: Path) -> str | None:
    """Install the library python-ldap into a folder, once; return why that is not possible, or `None`."""
    if place.exists():
        return None
    part = Path(tempfile.mkdtemp(dir=place.parent, prefix=".part-"))
    command = [sys.executable, "-m", "pip", "install", "-qq", "--target", str(part), "python-ldap"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=1800)
    if done.returncode:
        shutil.rmtree(part)
        return f"python-ldap cannot be installed: {done.stderr.strip().splitlines()[-1:]}"
    _settle(part, place)
    return None


def community_general(place: Path, requirements: Path) -> Path:
    """Return a folder with the collection community.general, out of the same package as awx.awx; it is downloaded once."""
    if not place.exists():
        part = Path(tempfile.mkdtemp(dir=place.parent, prefix=".part-"))
        command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--dest", str(part), "-r"]
        subprocess.run([*command, str(requirements)], check=True)
        [wheel] = part.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.startswith("ansible_collections/community/general/")]
            archive.extractall(part, names)
        wheel.unlink()
        _settle(part, place)
    return place


def _settle(part: Path, place: Path) -> None:
    """Give a folder its place, unless a test in another process was faster."""
    try:
        part.rename(place)
    except OSError:
        shutil.rmtree(part)

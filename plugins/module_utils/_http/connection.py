# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the connection options to a connection in which everything is settled and checked."""

from __future__ import annotations

import os
import re
import stat
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import Credentials
from ansible_collections.community.veracode.plugins.module_utils._http.sources import expand, find_credentials

# The top-level domain of each region's two hosts (documented).
DOMAINS = {"commercial": "com", "european": "eu", "federal": "us"}


@dataclass(frozen=True)
class Connection:
    """Everything that a transport needs to know, settled and checked. Hashable.

    :param region: `commercial`, `european` or `federal`.
    :param api_url: base URL of the REST API, `https://host[:port]`.
    :param xml_api_url: base URL of the XML API, `https://host[:port]`.
    :param validate_certs: whether the server's certificate is verified.
    :param ca_path: file or folder of the authorities to trust; `None` for those that requests trusts.
    :param timeout: seconds to wait for an answer.
    :param max_retries: how often a call that is safe to repeat is repeated.
    :param rate_limit: calls in any 60 seconds; `None` for the default of the API.
    :param warnings: what the user should know about the credentials.
    """

    credentials: Credentials
    region: str
    api_url: str
    xml_api_url: str
    validate_certs: bool = True
    ca_path: str | None = None
    timeout: float = 120.0
    max_retries: int = 5
    rate_limit: int | None = None
    warnings: tuple[str, ...] = ()


def connection_from_options(options: Mapping[str, t.Any], environ: Mapping[str, str], home: str) -> Connection:
    """Settle the connection options of a module.

    :param options: the module's options; `None` is what was not given.
    :param environ: the environment of the process; only the variables of the credentials are read from it, as the
        others are fall-backs of the argument specification.
    :param home: the folder that `~` means.
    :raises InputError: an option that cannot be meant as it stands; names option, value and remedy.
    """
    found = find_credentials(options, environ, home)
    region = _region(options.get("region"), found.credentials)
    domain = DOMAINS[region]
    validate_certs = options.get("validate_certs")
    return Connection(
        credentials=found.credentials,
        region=region,
        api_url=_base_url("api_url", options.get("api_url"), f"https://api.veracode.{domain}"),
        xml_api_url=_base_url("xml_api_url", options.get("xml_api_url"), f"https://analysiscenter.veracode.{domain}"),
        validate_certs=True if validate_certs is None else bool(validate_certs),
        ca_path=_ca_path(options.get("ca_path"), home),
        timeout=float(_number(options, "timeout", 120, minimum=1, unit="seconds")),
        max_retries=int(_number(options, "max_retries", 5, minimum=0, unit="repetitions")),
        rate_limit=None
        if options.get("rate_limit") is None
        else int(_number(options, "rate_limit", 0, minimum=1, unit="calls in 60 seconds")),
        warnings=found.warnings,
    )


def _region(option: t.Any, credentials: Credentials) -> str:
    if option is None or option == "auto":
        return credentials.region
    if option not in DOMAINS:
        raise InputError(
            f'region: unknown value "{option}"; choose auto, {", ".join(DOMAINS)}', option="region", value=option
        )
    of_prefix = credentials.prefix_region
    if of_prefix and of_prefix != option:
        raise InputError(
            f'region: "{option}" contradicts the prefix of the API credentials, which names the {of_prefix} region; '
            "leave region at auto, or use credentials of that region",
            option="region",
            value=option,
        )
    return str(option)


def _base_url(option: str, value: t.Any, default: str) -> str:
    if not value:
        return default
    text = str(value)
    # What stands before an @ could be a password.
    shown = re.sub(r"//.*@", "//...@", text)
    problem, netloc = _url_problem(text)
    if problem:
        raise InputError(
            f'{option}: "{shown}" {problem}; write https://host or https://host:port, without a path',
            option=option,
            value=shown,
        )
    return f"https://{netloc.lower()}"


def _url_problem(text: str) -> tuple[str, str]:
    """Return what is wrong with a base URL, empty if nothing is, and its host with the port."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not a URL", ""
    checks = (
        (re.search(r"[\s\x00-\x20\x7f\\]", text), "holds white space or a backslash"),
        (parts.scheme.lower() != "https", "does not begin with https:// (calls are signed for https alone)"),
        (not host, "names no host"),
        ("@" in parts.netloc, "holds a user name or password"),
        (
            parts.path not in ("", "/") or parts.query or parts.fragment or text.rstrip("/").endswith(("?", "#")),
            "holds more than the host and port",
        ),
        (port == 0, "names the port 0"),
        (not re.fullmatch(r"[A-Za-z0-9._:\[\]-]+", parts.netloc), "names a host that is not one"),
    )
    return next((problem for found, problem in checks if found), ""), parts.netloc


def _ca_path(value: t.Any, home: str) -> str | None:
    if not value:
        return None
    path = expand(str(value), home)
    problem = None
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        problem = "does not exist where the task runs" if error.errno == 2 else f"cannot be read ({error.strerror})"
    else:
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            problem = "is neither a regular file nor a folder"
    if problem:
        raise InputError(
            f'ca_path: "{path}" {problem}; name a PEM file of certificate authorities, or a folder prepared with '
            "'openssl rehash'",
            option="ca_path",
            value=path,
        )
    return path


def _number(options: Mapping[str, t.Any], name: str, default: float, *, minimum: int, unit: str) -> float:
    value = options.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not minimum <= value < float("inf"):
        raise InputError(
            f'{name}: "{value}" is out of range; give {unit}, at least {minimum}', option=name, value=value
        )
    return value

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The proxy that the environment names for a call, checked, and shown without its password."""

from __future__ import annotations

import base64
import importlib.util
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from ansible_collections.community.veracode.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.community.veracode.plugins.module_utils._http.failures import NoAnswerError

_WEB = ("http", "https")
_SOCKS = ("socks4", "socks4a", "socks5", "socks5h")
_HIDDEN = "********"

# What a proxy's URL may be: an address, with a name and a password whose special characters are percent-encoded.
_URL = re.compile(
    r"(?P<scheme>[A-Za-z0-9+.-]+)://(?:(?P<user>[^\s/?#\\]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(?P<port>[0-9]{1,5}))?/?\Z"
)


@dataclass(frozen=True)
class Proxy:
    """The way to a host.

    :param url: of the proxy, empty for none. May hold a password.
    :param shown: host and port.
    """

    url: str = field(default="", repr=False)
    shown: str = ""

    def as_mapping(self) -> dict[str, str]:
        """Return the form that requests wants."""
        return {"https": self.url} if self.url else {}

    def hide(self, text: str) -> str:
        """Take name and password of the proxy out of a text."""
        match = _URL.match(self.url)
        user = match.group("user") if match else None
        if not user:
            return text
        plain = unquote(user)
        forms = {user, plain, base64.b64encode(plain.encode()).decode("ascii")}
        # A password of a letter or two cannot be told from other text.
        forms |= {each for form in (user, plain) if len(each := form.partition(":")[2]) > 2}
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, _HIDDEN)
        return text


def proxy_for(url: str, environment_proxies: Callable[[str], Mapping[str, str]]) -> Proxy:
    """Return the proxy for a call.

    :param url: of the call, with `https`.
    :param environment_proxies: the proxies of the environment for a URL, by scheme; none where `NO_PROXY` says so.
    :raises NoAnswerError: the environment names something that is not a proxy.
    :raises MissingLibraryError: it is a SOCKS proxy, and the library for that is missing.
    """
    proxies = environment_proxies(url)
    value = proxies.get("https") or proxies.get("all") or ""
    if not value:
        return Proxy()
    names = ("https_proxy", "HTTPS_PROXY") if proxies.get("https") else ("all_proxy", "ALL_PROXY")
    variable = next((name for name in names if os.environ.get(name)), names[1])
    if "://" not in value:
        value = f"http://{value}"
    match = _URL.match(value)
    if match is None or int(match.group("port") or 1) > 65535:
        raise NoAnswerError(
            f"the environment variable {variable} is not the URL of a proxy; write http://host:port, with special "
            "characters of a name or password percent-encoded",
            sent=False,
            final=True,
        )
    scheme = match.group("scheme").lower()
    if scheme not in (*_WEB, *_SOCKS):
        raise NoAnswerError(
            f"the environment variable {variable} names a proxy of the unknown kind {scheme}; use one of "
            f"{', '.join((*_WEB, *_SOCKS))}",
            sent=False,
            final=True,
        )
    if scheme in _SOCKS:
        _require_socks(variable)
    port = f":{match.group('port')}" if match.group("port") else ""
    return Proxy(value, f"{match.group('host')}{port}")


def _require_socks(variable: str) -> None:
    if importlib.util.find_spec("socks") is None:
        raise MissingLibraryError(f"PySocks >= 1.7.1 (for the SOCKS proxy that {variable} names)", "")

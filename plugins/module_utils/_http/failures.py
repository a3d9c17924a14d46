# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Why an attempt had no answer, in our words.

The texts of libraries quote URLs with the names in them, proxies with their passwords, and headers. So only what the
operating system, TLS or the proxy itself said is shown; of anything else only its kind and where it came from.
"""

from __future__ import annotations

import os
import ssl
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._http.connection import Connection

_CHECK = "Check that it can be reached from where the task runs (api_url or xml_api_url, firewall, proxy variables)"
_REPORT = "Report this to the issue tracker of the collection"


# Of libraries' own exceptions, by their names.
_BROKEN = {
    "IncompleteRead": "its body is cut off",
    "InvalidChunkLength": "its body is cut off",
}


class NoAnswerError(Exception):
    """An attempt without an answer.

    :param reason: completes "the call failed: …".
    :param sent: `False` if the request surely never left.
    :param final: it would be the same once more.
    :param remedy: what to do where the call may be made again.
    """

    def __init__(self, reason: str, *, sent: bool, final: bool = False, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.final = final
        self.remedy = remedy


def explain_unsent(error: Exception, host: str, proxy: str, connection: Connection, seconds: float) -> NoAnswerError:
    """Say why a request could not be sent.

    :param proxy: host and port of the proxy, empty for none.
    :param seconds: the time-out of connecting, where that of the connection is not shorter.
    """
    cause = _root_cause(error)
    text = _text_of(cause)
    way = f" through the proxy {proxy}" if proxy else ""
    if isinstance(cause, (ssl.SSLError, PermissionError)) and not isinstance(
        cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)
    ):
        return NoAnswerError(_tls_reason(cause, f"{host}{way}", connection), sent=False, final=True)
    if text is None:
        return NoAnswerError(f"{_kind_and_origin(cause)}. {_REPORT}", sent=False, final=True)
    if "Tunnel connection failed: 4" in text:
        return NoAnswerError(
            f"the proxy {proxy} refused the connection to {host}: {text}. {_CHECK}", sent=False, final=True
        )
    if type(error).__name__ == "ConnectTimeout" or isinstance(cause, TimeoutError):
        limit = min(seconds, connection.timeout)
        return NoAnswerError(f"no connection to {host}{way} within {limit:g} seconds. {_CHECK}", sent=False)
    return NoAnswerError(f"no connection to {host}{way}: {text}. {_CHECK}", sent=False)


def explain_broken(error: Exception, host: str, timeout: float) -> NoAnswerError:
    """Say why a request that may have been sent has no complete answer."""
    cause = _root_cause(error)
    if isinstance(cause, TimeoutError) or type(error).__name__ in ("ReadTimeout", "ReadTimeoutError"):
        return NoAnswerError(
            f"no complete answer within {timeout:g} seconds. Raise timeout if {host} needs longer", sent=True
        )
    text = _text_of(cause) or _kind_and_origin(cause)
    return NoAnswerError(
        f"the connection to {host} broke before the answer was complete: {text}",
        sent=True,
        remedy=". Run the task again",
    )


def _tls_reason(cause: OSError, host: str, connection: Connection) -> str:
    name, path = "ca_path", connection.ca_path
    if connection.validate_certs and not path:
        name = next((each for each in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if os.environ.get(each)), "")
        path = os.environ.get(name)
    problem = _authorities_problem(path) if path else None
    if problem is not None:
        return (
            f'{name}: "{path}" cannot be used as certificates of authorities: {problem}; give a PEM file of them, or a '
            "folder prepared with 'openssl rehash'"
        )
    reason = getattr(cause, "verify_message", None) or getattr(cause, "reason", None) or cause.strerror
    remedy = "If an authority of your own issued the server's certificate, name it with ca_path"
    if path:
        remedy = (
            f'The authorities are those of {name}, "{path}"; it may lack the one that issued the server\'s certificate'
        )
    return (
        f"no secure connection to {host}: {reason}. {remedy}; validate_certs: false turns the check off, which is for "
        "tests only"
    )


def _authorities_problem(path: str) -> str | None:
    """Return what is wrong with a file or folder of certificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if os.path.isdir(path):
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        return f"it is broken ({error.reason or 'no certificate in it'})"
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def _text_of(cause: BaseException) -> str | None:
    """Return what may be shown of an exception: `None` if its text is a library's own."""
    if isinstance(cause, OSError):
        # requests makes OSErrors of its own, and so does urllib3; those of the system have a number.
        if cause.strerror:
            return cause.strerror
        return str(cause) if type(cause).__module__ in ("builtins", "socket", "ssl", "socks") else None
    if type(cause).__module__ == "http.client" and type(cause).__name__ not in _BROKEN:
        return str(cause) or type(cause).__name__
    return _BROKEN.get(type(cause).__name__)


def _kind_and_origin(cause: BaseException) -> str:
    trace = cause.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = ""
    if trace is not None:
        path = trace.tb_frame.f_code.co_filename.replace("\\", "/").split("/")
        where = f" at {'/'.join(path[-2:])}:{trace.tb_lineno}"
    return f"{type(cause).__name__}{where}"


def _root_cause(error: BaseException) -> BaseException:
    """Return the innermost of the exceptions that libraries wrapped into each other."""
    seen = {id(error)}
    while True:
        inner: t.Any = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((part for part in reversed(error.args) if isinstance(part, BaseException)), None)
        inner = inner or error.__cause__ or error.__context__
        if inner is None or id(inner) in seen:
            return error
        seen.add(id(inner))
        error = inner

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The errors of the collection: each knows what to tell the user."""

from __future__ import annotations

import typing as t

# What an error says of a call that writes and whose answer does not tell.
OUTCOME_UNKNOWN = "whether it was carried out is unknown"


def printable(text: str) -> str:
    """Return a text as it may be shown on a terminal: control, escape and invisible characters are written out.

    Names come from servers, files and other people, and a terminal obeys escape sequences.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


class VeracodeError(Exception):
    """Anything that stops a run and is explained to the user.

    The keyword arguments become the `failure` of the result; what is `None` does not apply.

    :param msg: what happened, what it happened to, and the remedy, in one line. Never holds a secret. What a terminal
        could obey is written out.
    :param place: where in the input, for example `users[17].roles`.
    :param kind: `user`, `api_user`, `team`, ...
    :param name: the username or name of the object.
    :param option: the option at fault.
    :param value: the value at fault (never a secret).
    :param status: HTTP status of the refusal.
    :param method: HTTP method of the refused call.
    :param path: path of the refused call, without its query.
    :param request_id: Veracode's conversation id, for its support.
    """

    FIELDS = ("place", "kind", "name", "option", "value", "msg", "status", "method", "path", "request_id")

    def __init__(
        self,
        msg: str,
        *,
        place: str | None = None,
        kind: str | None = None,
        name: str | None = None,
        option: str | None = None,
        value: t.Any = None,
        status: int | None = None,
        method: str | None = None,
        path: str | None = None,
        request_id: str | None = None,
    ) -> None:
        self.msg = printable(msg)
        super().__init__(self.msg)
        self.place = place
        self.kind = kind
        self.name = name
        self.option = option
        self.value = value
        self.status = status
        self.method = method
        self.path = path
        self.request_id = request_id

    def failure(self) -> dict[str, t.Any]:
        """Return what applies, in the form of the `failure` of a result."""
        return {field: getattr(self, field) for field in self.FIELDS if getattr(self, field) is not None}

    def details(self) -> dict[str, t.Any]:
        """Return what applies beside the message."""
        return {field: value for field, value in self.failure().items() if field != "msg"}

    @property
    def all(self) -> list[VeracodeError]:
        """Each single thing that is wrong."""
        return [self]


class InputError(VeracodeError):
    """The input cannot be meant as it stands; nothing was sent that writes."""


class GuardError(VeracodeError):
    """A guard refused the plan before the first write."""


class ApiError(VeracodeError):
    """Veracode answered with a refusal, or with something that is not an answer."""


class SelectorError(ApiError):
    """The account may be there, but this API wants another selector for it: the custom_id of a SAML user."""


class TransportError(VeracodeError):
    """No answer could be had: connection, TLS, time-out, rate limit, credentials."""


class LostAnswerError(TransportError):
    """A call that must not be repeated blindly was sent, and its answer never arrived: it may have been carried out."""

    def followed_by(self, text: str) -> str:
        """Return the message with what was found out since, and the remedy."""
        return f"{self.msg.rstrip('.')}. {text}"


class MissingLibraryError(VeracodeError):
    """A Python library that the collection needs cannot be imported.

    :param library: the requirement, for example `requests >= 2.28`.
    :param trace: the traceback of the failed import.
    """

    def __init__(self, library: str, trace: str) -> None:
        super().__init__(f"The Python library {library} is required")
        self.library = library
        self.trace = trace


class SeveralErrors(VeracodeError):
    """Several things are wrong with the input or the plan. It says each in a line and carries the details of the first.

    :param problems: all of them, at least one.
    """

    def __init__(self, problems: t.Sequence[VeracodeError]) -> None:
        super().__init__("", **problems[0].details())
        self.msg = "\n".join(dict.fromkeys(problem.msg for problem in problems))
        self.args = (self.msg,)
        self._all = list(problems)

    @property
    def all(self) -> list[VeracodeError]:
        """Each single thing that is wrong."""
        return self._all


def raise_all(problems: t.Sequence[VeracodeError]) -> None:
    """Raise all that is wrong as one error."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SeveralErrors(problems)

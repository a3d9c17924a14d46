# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The errors of the collection: each knows what to tell the user."""

from __future__ import annotations

import re
import typing as t

# What an error says of a call that writes and whose answer does not tell.
OUTCOME_UNKNOWN = "whether it was carried out is unknown"


class Missing(str):
    """A sentence about a name that nothing has, at least now."""

    __slots__ = ()


def names_missing(sentences: t.Iterable[str]) -> bool:
    """Return whether one of the sentences is about a name that nothing has."""
    return any(isinstance(sentence, Missing) for sentence in sentences)


# Statuses below 500 by which a server, or something before it, gives up: the call may have been done nevertheless.
NO_VERDICT = frozenset({408, 421, 425, 499})


def is_no_verdict(status: int) -> bool:
    """Return whether an HTTP status leaves open if the call was done."""
    return status >= 500 or status in NO_VERDICT


#: Invisible, although their category says that they are letters, symbols or marks: fillers of Hangul, the empty Braille
#: pattern, the grapheme joiner, inherent vowels of Khmer.
BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")


def printable(text: str) -> str:
    """Return a text as it may be shown on a terminal: control, escape and invisible characters are written out.

    Names come from servers, files and other people, and a terminal obeys escape sequences.
    """
    if text.isprintable() and BLANK.isdisjoint(text):
        return text
    return "".join(
        each if each.isprintable() and each not in BLANK else each.encode("unicode_escape").decode("ascii")
        for each in text
    )


def _printable_part(part: t.Any) -> t.Any:
    """Return a part of an error for a result, which Ansible prints where a task fails."""
    if isinstance(part, str):
        return "\n".join(map(printable, part.split("\n")))
    return [_printable_part(each) for each in part] if isinstance(part, (list, tuple)) else part


class VeracodeError(Exception):
    """Anything that stops a run and is explained to the user.

    An error is made once, with its parts. Code that knows more makes another one of it: `about`, `followed_by`.

    :param text: what happened, what it happened to, and the remedy, in one line; begins with the option at fault. Never
        holds a secret. What a terminal could obey is written out.
    :param location: where in the input, for example `users[17].roles` or `people.yml:118 (users[17].roles)`.
    :param kind: `user`, `api_user`, `team`, ...
    :param name: the username or name of the object.
    :param option: the option at fault.
    :param value: the value at fault (never a secret).
    :param status: HTTP status of the refusal.
    :param method: HTTP method of the refused call.
    :param path: path of the refused call, without its query.
    :param request_id: Veracode's conversation id, for its support.
    :param is_outcome_unknown: a call that writes may have been carried out or not.
    """

    # The names of the parts in a result; there, the location is called `place`.
    FIELDS = ("place", "kind", "name", "option", "value", "msg", "status", "method", "path", "request_id")

    def __init__(
        self,
        text: str,
        *,
        location: str | None = None,
        kind: str | None = None,
        name: str | None = None,
        option: str | None = None,
        value: t.Any = None,
        status: int | None = None,
        method: str | None = None,
        path: str | None = None,
        request_id: str | None = None,
        is_outcome_unknown: bool = False,
    ) -> None:
        self.text = printable(text)
        super().__init__(self.text)
        self.location = location
        self.kind = kind
        self.name = name
        self.option = option
        self.value = value
        self.status = status
        self.method = method
        self.path = path
        self.request_id = request_id
        self.is_outcome_unknown = is_outcome_unknown
        self.is_about_something_missing = False

    @property
    def msg(self) -> str:
        """The whole message: where it is in the input, whom it is about, and what is wrong."""
        return f"{self.where}: {self.fault}" if self.has_where else self.text

    @property
    def has_where(self) -> bool:
        """Whether the message begins with where it is; a text about several entries names their locations itself."""
        return self.location is not None and not self.text.startswith(self.location.partition(",")[0])

    @property
    def where(self) -> str:
        """Where it is in the input and whom it is about, empty for an error that is about no entry."""
        if self.location is None:
            return ""
        if not self.name:
            return printable(self.location)
        if self.location.endswith(")"):
            return printable(f"{self.location[:-1]}, {self.name})")
        return printable(f"{self.location} ({self.name})")

    @property
    def fault(self) -> str:
        """What is wrong, without the option that the location names already."""
        return self.text.removeprefix(f"{self.option}: ") if self._names_option else self.text

    @property
    def _names_option(self) -> bool:
        last = re.split(r"[. (]", (self.location or "").rstrip(")"))[-1]
        return last.partition("[")[0] == self.option

    def about(self, *, kind: str | None = None, name: str | None = None, location: str | None = None) -> VeracodeError:
        """Return the error with what it did not know yet of the object that it is about.

        :param location: of the entry; the option at fault is added to it.
        """
        if location is not None and self.option is not None:
            location = f"{location}.{self.option}"
        return self._with(
            kind=self.kind or kind, name=self.name or name, location=self.location if self.location else location
        )

    def at(self, location: str) -> VeracodeError:
        """Return the error at another location."""
        return self._with(location=location)

    def followed_by(self, text: str) -> VeracodeError:
        """Return the error with another sentence: what was determined since, or what to do."""
        end = "" if self.text.endswith(("?", ".")) else "."
        return self._with(text=printable(f"{self.text}{end} {text}"))

    def preceded_by(self, text: str) -> VeracodeError:
        """Return the error with a sentence before it: what was done nevertheless."""
        return self._with(text=printable(f"{text} {self.text}"))

    def replaced_by(self, text: str) -> VeracodeError:
        """Return the error with another text."""
        return self._with(text=printable(text))

    def _with(self, **parts: t.Any) -> VeracodeError:
        # As copy.copy does it, but for classes whose arguments are others.
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__, **parts)
        other.args = (other.text,)
        return other

    def failure(self) -> dict[str, t.Any]:
        """Return what applies, in the form of the `failure` of a result."""
        parts = {field: self.location if field == "place" else getattr(self, field) for field in self.FIELDS}
        return {field: _printable_part(part) for field, part in parts.items() if part is not None}

    def details(self) -> dict[str, t.Any]:
        """Return what applies in addition to the message, as the arguments of another error."""
        parts = self.failure()
        del parts["msg"]
        if "place" in parts:
            parts["location"] = parts.pop("place")
        return parts

    @property
    def all(self) -> list[VeracodeError]:
        """Each single error."""
        return [self]

    @property
    def is_unauthorized(self) -> bool:
        """Whether the credentials were not accepted, so that no other call will be answered either."""
        return self.status == 401

    @property
    def is_server_down(self) -> bool:
        """Whether it says more of the server, or of the way to it, than of what was asked."""
        return isinstance(self, TransportError) or (self.status is not None and is_no_verdict(self.status))


class InputError(VeracodeError):
    """The input cannot be meant as it stands; nothing was sent that writes.

    :param is_about_something_missing: the input refers to what does not exist, at least now.
    """

    def __init__(self, text: str, *, is_about_something_missing: bool = False, **details: t.Any) -> None:
        super().__init__(text, **details)
        self.is_about_something_missing = is_about_something_missing


class GuardError(VeracodeError):
    """A guard refused the plan before the first write. It begins with the option that could allow it."""

    @property
    def has_where(self) -> bool:
        """Whether the entry itself has that option."""
        return super().has_where and self._names_option


class ApiError(VeracodeError):
    """Veracode answered with a refusal, or with something that is not an answer."""


class SelectorError(ApiError):
    """The account may be there, but this API wants another selector for it: the custom_id of a SAML user."""


class TransportError(VeracodeError):
    """No answer could be had: connection, TLS, time-out, rate limit, credentials."""


class LostAnswerError(TransportError):
    """A call that must not be repeated blindly was sent, and its answer never arrived: it may have been carried out."""

    def __init__(self, text: str, **details: t.Any) -> None:
        super().__init__(text, is_outcome_unknown=True, **details)


class StoppedError(TransportError):
    """The run is to end before its work is done: a call was not sent, or its answer was not waited for.

    :param reason: why.
    :param unknown: which write has no known outcome.
    """

    def __init__(self, reason: str, unknown: str | None = None) -> None:
        said = f"{unknown}, and not everything was done" if unknown else "Not everything was done"
        super().__init__(f"{said}, since {reason}; run the task again", is_outcome_unknown=unknown is not None)
        self.reason = reason


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
    """Several errors in the input or the plan. Its message has a line for each; it reports the details of the first.

    :param errors: all of them, at least one.
    :param lines: its message, if that is another one.
    """

    def __init__(self, errors: t.Sequence[VeracodeError], lines: t.Sequence[str] | None = None) -> None:
        super().__init__(errors[0].text, **errors[0].details())
        self.is_outcome_unknown = any(error.is_outcome_unknown for error in errors)
        self.is_about_something_missing = any(error.is_about_something_missing for error in errors)
        self._all = list(errors)
        self._lines = lines
        self.args = (self.msg,)

    @property
    def msg(self) -> str:
        """A line for each error."""
        return "\n".join(self._lines or dict.fromkeys(error.msg for error in self._all))

    @property
    def all(self) -> list[VeracodeError]:
        """Each single error."""
        return self._all

    def about(self, *, kind: str | None = None, name: str | None = None, location: str | None = None) -> VeracodeError:
        """Return the errors with what they did not know yet of the object that they are about."""
        return SeveralErrors([error.about(kind=kind, name=name, location=location) for error in self._all])

    def followed_by(self, text: str) -> VeracodeError:
        """Return the errors, the last one with another sentence."""
        return SeveralErrors([*self._all[:-1], self._all[-1].followed_by(text)])


def united(errors: t.Sequence[VeracodeError]) -> VeracodeError:
    """Return all errors, at least one, as one."""
    return errors[0] if len(errors) == 1 else SeveralErrors(errors)


def raise_all(errors: t.Sequence[VeracodeError]) -> None:
    """Raise all errors as one."""
    if errors:
        raise united(errors)

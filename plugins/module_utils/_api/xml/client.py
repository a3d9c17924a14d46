# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Calls of the Admin XML API, their answers checked. This is the only file that imports lxml."""

from __future__ import annotations

import traceback
import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.advice import with_advice
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    OUTCOME_UNKNOWN,
    ApiError,
    LostAnswerError,
    MissingLibraryError,
    VeracodeError,
)
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer, Effect, with_outcome
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport

if t.TYPE_CHECKING:
    from lxml.etree import _Element

BASE = "/api/3.0/"


class XmlRefusal(ApiError):
    """The API answered with an error document, which it sends with status 200 (seen in code).

    :param said: its text.
    """

    said: str = ""


class Document:
    """An answer: attributes and children by local name, since namespaces differ between versions and regions."""

    def __init__(self, element: _Element) -> None:
        self._element = element

    def get(self, name: str) -> str | None:
        """Return an attribute, `None` if it is missing."""
        value = self._element.get(name)
        return value if value is None else str(value)

    def child(self, name: str) -> Document | None:
        """Return the first child of that local name."""
        return next(self.children(name), None)

    def children(self, name: str) -> t.Iterator[Document]:
        """Yield the children of that local name."""
        for element in self._element.iterchildren("{*}" + name):
            yield Document(element)


class XmlClient:
    """Sends calls as forms by POST, so that names and addresses stay out of URLs and logs, and checks the answers.

    :param transport: a transport to the XML host.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def call(self, what: str, name: str, root: str, effect: Effect, parameters: t.Mapping[str, str]) -> Document:
        """Make a call and return its document.

        :param what: completes "Could not …" for a person.
        :param root: local name of the document that is expected.
        :raises XmlRefusal: the API answered with an error document.
        :raises ApiError: the answer is not a document of this API.
        :raises LostAnswerError: the same, of a call that is to be made once.
        """
        answer = self._transport.call("POST", f"{BASE}{name}.do", effect=effect, form=parameters)
        element = self._parse(what, answer)
        local = _local_name(element)
        if local == "error":
            text = "".join(str(part) for part in element.itertext()).strip()
            message = with_advice(f"Could not {what}", text, fields=parameters, xml=True)
            refusal = XmlRefusal(with_outcome(message, answer), is_outcome_unknown=answer.is_open, **_where(answer))
            refusal.said = text
            raise refusal
        if not 200 <= answer.status < 300:
            raise self._refused(what, answer)
        if local != root:
            raise self._wrong(what, answer, f"the answer is a <{local}> document and not <{root}>")
        return Document(element)

    def _parse(self, what: str, answer: Answer) -> _Element:
        try:
            from lxml import etree
        except ImportError:
            raise MissingLibraryError("lxml >= 4.9", traceback.format_exc()) from None
        if not answer.body.strip():
            raise self._wrong(what, answer, "the answer is empty")
        head = answer.body[:1024].lstrip().lower()
        if "html" in answer.content_type or head.startswith((b"<!doctype html", b"<html")):
            raise self._wrong(what, answer, "the answer is an HTML page, as in a maintenance window or from a proxy")
        if b"<!doctype" in answer.body.lower() or b"<!entity" in answer.body.lower():
            raise self._wrong(
                what, answer, "the answer carries a document type or entities, which Veracode never sends"
            )
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            element = etree.fromstring(answer.body, parser)
        except (etree.XMLSyntaxError, ValueError):
            raise self._wrong(what, answer, "the answer is not valid XML, or is cut off") from None
        if element is None:
            raise self._wrong(what, answer, "the answer is not valid XML")
        if element.getroottree().docinfo.internalDTD is not None:
            raise self._wrong(what, answer, "the answer carries a document type, which Veracode never sends")
        return element

    def _refused(self, what: str, answer: Answer) -> ApiError:
        message = with_advice(f"Could not {what}", "", answer.status, xml=True)
        return ApiError(with_outcome(message, answer), is_outcome_unknown=answer.is_open, **_where(answer))

    def _wrong(self, what: str, answer: Answer, why: str) -> VeracodeError:
        if not 200 <= answer.status < 300:
            return self._refused(what, answer)
        is_write = answer.effect is not Effect.READ
        outcome = f", so {OUTCOME_UNKNOWN}" if is_write else ""
        text = (
            f"Could not {what}: {why}{outcome}. Check xml_api_url, Veracode's status page for a maintenance window, and whether "
            "single sign-on has turned the Admin XML API off; api: rest does without it"
        )
        if answer.effect is Effect.ONCE:
            return LostAnswerError(text, **_where(answer))
        return ApiError(text, is_outcome_unknown=is_write, **_where(answer))


def _where(answer: Answer) -> dict[str, t.Any]:
    return {
        "status": answer.status,
        "method": answer.method,
        "path": answer.path,
        "request_id": answer.request_id,
    }


def _local_name(element: _Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""

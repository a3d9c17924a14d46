# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a refusal of the Admin XML API means, whose texts nobody has published."""

from __future__ import annotations

import typing as t
from xml.sax.saxutils import escape, quoteattr

import pytest

from ansible_collections.community.veracode.plugins.module_utils._api.xml.accounts import XmlAccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.xml.client import XmlRefusal
from ansible_collections.community.veracode.plugins.module_utils._errors import SelectorError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Answer, Effect
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import USER

NAME, SUBJECT = "tmonarch@example.com", "EX\\ted"


class Server:
    """Stands in for a transport.

    :param userinfo: the document that every look-up is answered with.
    :param listed: the usernames of every list.
    """

    def __init__(self, userinfo: str, listed: tuple[str, ...] = ()) -> None:
        self._answers = {"getuserinfo": userinfo, "getuserlist": f"<userlist>{self._users(listed)}</userlist>"}
        self.calls: list[str] = []

    @staticmethod
    def _users(names: tuple[str, ...]) -> str:
        return f"<users usernames={quoteattr(','.join(names))}/>"

    def call(self, method: str, path: str, *, effect: Effect, form: t.Mapping[str, str]) -> Answer:
        name = path.rsplit("/", 1)[-1].removesuffix(".do")
        self.calls.append(name)
        body = self._answers[name].encode()
        return Answer(200, body, "text/xml", None, method, path, effect=effect)


def directory(server: Server) -> XmlAccountClient:
    return XmlAccountClient(t.cast("t.Any", server), lambda: "admin-api")


def refusal(text: str) -> str:
    return f"<error>{escape(text)}</error>"


@pytest.mark.parametrize(
    "text",
    [
        *("Could not find user", "couldn't find the user", "User not found", "The user could not be found"),
        *("user does not exist", "User doesn't exist", "Users do not exist", "No such user", "Unknown user x"),
        *("Invalid username", "invalid user", "Invalid custom ID", "There is no user of that name"),
    ],
)
def test_words_that_say_it_is_not_there(text: str) -> None:
    server = Server(refusal(text), (NAME,))
    assert directory(server).by_username(NAME, USER, frozenset()) is None
    assert directory(server).by_custom_id(SUBJECT, frozenset()) is None
    assert server.calls == ["getuserinfo"] * 2


@pytest.mark.parametrize(
    "text",
    [
        *("Access denied", "You do not have permission", "not authorized", "Not authorised: no such user", "Forbidden"),
        *("API access is disabled", "Single Sign-On", "use SSO", "Scheduled maintenance", "This call is deprecated"),
        *("Service unavailable: user not found", "Unknown parameter specified", "Internal server error"),
        *("An error occurred", "This is a SAML user"),
    ],
)
def test_words_that_say_nothing_about_it(text: str) -> None:
    server = Server(refusal(text))
    with pytest.raises(XmlRefusal) as caught:
        directory(server).by_username(NAME, USER, frozenset())
    assert not isinstance(caught.value, SelectorError)
    with pytest.raises(XmlRefusal):
        directory(server).by_custom_id(SUBJECT, frozenset())
    assert server.calls == ["getuserinfo"] * 2


@pytest.mark.parametrize(
    "text", ["custom_id is required", "The customid has to be given", "Use custom_id for SAML users"]
)
def test_words_that_want_the_other_selector(text: str) -> None:
    with pytest.raises(SelectorError):
        directory(Server(refusal(text))).by_username(NAME, USER, frozenset())
    # Where it was given, they are no such thing.
    with pytest.raises(XmlRefusal):
        directory(Server(refusal(text), (NAME,))).by_custom_id(SUBJECT, frozenset())


def test_other_words_are_settled_by_the_list() -> None:
    text = refusal("Nope (17)")
    server = Server(text, ("other@example.com",))
    assert directory(server).by_username(NAME, USER, frozenset()) is None
    assert server.calls == ["getuserinfo", "getuserlist"]
    with pytest.raises(XmlRefusal, match="Nope"):
        directory(Server(text, ("other@example.com", NAME.upper()))).by_username(NAME, USER, frozenset())
    assert directory(Server(text)).by_custom_id(SUBJECT, frozenset()) is None
    with pytest.raises(XmlRefusal, match="Nope"):
        directory(Server(text, (NAME,))).by_custom_id(SUBJECT, frozenset())


@pytest.mark.parametrize("name", ["not-found", "permission", "custom_id is required", "no such user"])
def test_a_name_is_no_word_of_the_refusal(name: str) -> None:
    with pytest.raises(XmlRefusal):
        directory(Server(refusal(f"Nope: {name}"), (name,))).by_username(name, USER, frozenset())
    assert directory(Server(refusal(f"Nope: {name}"))).by_username(name, USER, frozenset()) is None


def test_an_answer_about_another_account_is_none_about_this_one() -> None:
    def userinfo(name: str, subject: str) -> str:
        login = f"<login_account roles='Creator' teams='' custom_id={quoteattr(subject)} is_saml_user='true'/>"
        return f"<userinfo username={quoteattr(name)}>{login}</userinfo>"

    found = directory(Server(userinfo(NAME.upper(), SUBJECT))).by_username(NAME, USER, frozenset())
    assert found is not None
    assert found.username == NAME.upper()
    assert directory(Server(userinfo("other@example.com", SUBJECT))).by_username(NAME, USER, frozenset()) is None
    assert directory(Server(userinfo(NAME, SUBJECT))).by_custom_id(SUBJECT, frozenset()) is not None
    assert directory(Server(userinfo(NAME, "EX\\other"))).by_custom_id(SUBJECT, frozenset()) is None

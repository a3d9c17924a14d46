# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What teams, business units and roles have in common at the Identity REST API."""

from __future__ import annotations

import abc
import typing as t
from dataclasses import dataclass

from ansible_collections.community.veracode.plugins.module_utils._api.advice import DELETION, advice_for
from ansible_collections.community.veracode.plugins.module_utils._api.rest.answers import Json, about
from ansible_collections.community.veracode.plugins.module_utils._api.rest.client import (
    RestClient,
    RestRefusal,
    incomplete,
    segment,
)
from ansible_collections.community.veracode.plugins.module_utils._errors import OUTCOME_UNKNOWN, LostAnswerError
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Effect
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import WORDS
from ansible_collections.community.veracode.plugins.module_utils._model.named import N


@dataclass(frozen=True)
class ObjectListing(t.Generic[N]):
    """Objects that were listed.

    :param items: each once, sorted by name.
    :param complete: the listing agrees with the server's own total.
    """

    items: tuple[N, ...]
    complete: bool


class ObjectClient(abc.ABC, t.Generic[N]):
    """Reads and writes one kind of object.

    :param client: a client of the API.
    """

    kind: str
    path: str
    key: str
    identity: str
    #: Whether a listing can be asked for one name.
    filters_names = False

    def __init__(self, client: RestClient) -> None:
        self._client = client

    @property
    def word(self) -> str:
        """How messages speak of the kind."""
        return WORDS[self.kind]

    @abc.abstractmethod
    def parse(self, item: Json) -> N | None:
        """Return what an item carries, `None` if it is none of them."""

    @abc.abstractmethod
    def body(self, values: t.Mapping[str, t.Any], after: N, before: N | None) -> Json:
        """Return the JSON that sets `values`, with complete lists."""

    def _query(self, name: str | None) -> list[tuple[str, str]]:
        """Return the query of a listing, for one name where the API can filter it (loosely)."""
        return []

    def listing(self, name: str | None = None) -> ObjectListing[N]:
        """Return all objects, or at least all whose name is `name`, however it is spelled."""
        items, complete = self._client.everything(
            f"list the {self.word}s", self.path, self.key, self.identity, self._query(name)
        )
        return ObjectListing(_by_name(parsed for item in items if (parsed := self.parse(item))), complete)

    def named(self, names: t.Iterable[str]) -> list[N]:
        """Return at least all objects that have one of the names, however they are spelled.

        :raises ApiError: none of them has, and not all could be read.
        """
        names = list(names)
        listings = [self.listing(name) for name in (names if self.filters_names else [None])]
        found = {str(item.handle): item for listing in listings for item in listing.items}
        if not all(listing.complete for listing in listings) and not {each.name for each in found.values()} & set(
            names
        ):
            raise incomplete(f"list the {self.word}s")
        return list(found.values())

    def details(self, entity: N) -> N | None:
        """Return the object read on its own, `None` if it is gone.

        :raises ApiError: the answer is about another object.
        """
        item = self._client.read_one(
            f'read the {self.word} "{entity.name}"', self.path, self.identity, str(entity.handle)
        )
        return self.parse(item) if item is not None else None

    def reading(self, entity: N, need: t.Collection[str]) -> N | None:
        """Return the object with everything that is needed, read on its own unless the reading reports it."""
        reported = entity.values_and_lists
        return entity if all(option in reported for option in need) else self.details(entity)

    def create(self, after: N, values: t.Mapping[str, t.Any]) -> N:
        """Create an object and return it as the answer shows it.

        :raises LostAnswerError: whether it was created is not known.
        """
        what = f'create the {self.word} "{after.name}"'
        body = self.body(values, after, None)
        item = self._client.write_related(what, "POST", self.path, effect=Effect.ONCE, body=body)
        created = self._answered(item, after)
        if created.name != after.name:
            raise LostAnswerError(
                f'Could not {what}: the answer is about "{created.name}", so {OUTCOME_UNKNOWN}. Check api_url'
            )
        return created

    def update(self, before: N, after: N, values: t.Mapping[str, t.Any]) -> N:
        """Change what `values` lists and return the object as the answer shows it.

        `partial` keeps what is not sent; lists are sent whole, since `incremental` cannot remove (documented).
        """
        what = f'update the {self.word} "{before.name}"'
        item = self._client.write_related(
            what,
            "PUT",
            f"{self.path}/{segment(str(before.handle))}",
            effect=Effect.REPEATABLE,
            query=[("partial", "true"), ("incremental", "false")],
            body=self.body(values, after, before),
        )
        if item is not None and self.identity in item:
            about(what, item, self.identity, str(before.handle), sent=True)
        return self._answered(item, after)

    @abc.abstractmethod
    def bare(self, entity: N) -> N:
        """Return the object without anything that an answer would have to tell."""

    def _answered(self, item: Json | None, after: N) -> N:
        parsed = self.parse(item) if item is not None else None
        return parsed if parsed is not None else self.bare(after)

    def delete(self, entity: N, *, permanently: bool = False) -> None:
        """Delete an object; one that is gone already is no error.

        :param permanently: not softly, so that its name may be free again (documented for teams as `hard_delete`).
        """
        path = f"{self.path}/{segment(str(entity.handle))}"
        try:
            self._client.delete(f'delete the {self.word} "{entity.name}"', path, permanently=permanently)
        except RestRefusal as refusal:
            if refusal.status in (400, 409) and advice_for(refusal.said, refusal.status, fields=()) is None:
                raise refusal.followed_by(f"{DELETION[self.kind]}.") from None
            raise


def _by_name(items: t.Iterable[N]) -> tuple[N, ...]:
    return tuple(sorted(items, key=lambda item: (item.name.casefold(), item.name)))

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The kinds of objects that are written: how each is created, read, compared with what was sent."""

from __future__ import annotations

import typing as t

from ansible_collections.community.veracode.plugins.module_utils._api.base import AccountClient
from ansible_collections.community.veracode.plugins.module_utils._apply.object import Kind, Progress, current, planned
from ansible_collections.community.veracode.plugins.module_utils._model.account import Account
from ansible_collections.community.veracode.plugins.module_utils._model.change import Change
from ansible_collections.community.veracode.plugins.module_utils._model.jit_settings import JitSettings
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import WORDS
from ansible_collections.community.veracode.plugins.module_utils._model.named import N
from ansible_collections.community.veracode.plugins.module_utils._plan.account_unmet import unmet_of_account
from ansible_collections.community.veracode.plugins.module_utils._plan.object_change import unmet


class Accounts(Kind[Account]):
    """Accounts of people and API users.

    :param client: the client of either API.
    """

    readable_at_once = False
    unreported = frozenset({"title"})

    def __init__(self, client: AccountClient) -> None:
        self._client = client

    def phrase(self, change: Change[Account]) -> str:
        """Return how messages speak of the account."""
        return f'"{change.name}"'

    def create(self, change: Change[Account], *, with_credentials: bool) -> Account:
        """Create the account."""
        return self._client.create(planned(change), change.values, with_credentials=with_credentials)

    def finish(self, change: Change[Account], created: Account) -> Account:
        """Set what the creation could not."""
        return self._client.finish(created, planned(change), change.values)

    def credentials(self, created: Account) -> t.Mapping[str, t.Any]:
        """Return the key pair that was generated with the account."""
        return t.cast("t.Mapping[str, t.Any]", created.facts["api_credentials"])

    def update(self, change: Change[Account]) -> Account:
        """Change the account."""
        return self._client.update(current(change), planned(change), change.values, verify_email=change.verify_email)

    def delete(self, change: Change[Account]) -> None:
        """Delete the account."""
        self._client.delete(current(change), permanently=change.permanently)

    def look_up(self, change: Change[Account]) -> Account | None:
        """Return the account of that username."""
        after = planned(change)
        return self._client.by_username(after.username, after.kind, frozenset({"email_address"}))

    def read(self, entity: Account) -> Account | None:
        """Return the account read again."""
        return self._client.details(entity)

    def is_sent(self, change: Change[Account], found: Account) -> bool:
        """Tell whether the account has the address and the type that were sent."""
        after = planned(change)
        sent, shown = (str(each.values.get("email_address") or "").casefold() for each in (after, found))
        return sent == shown and found.kind == after.kind

    def merged(self, planned: Account, answered: Account) -> Account:
        """Return the planned account with what the answer reports written over it."""
        return planned.updated(answered)

    def unmet(self, change: Change[Account], answered: Account) -> list[str]:
        """Return what was written and is shown with another value."""
        return unmet_of_account(change, answered)

    def explained(self, change: Change[Account], answered: Account, wrong: list[str], progress: Progress) -> list[str]:
        """Take an address that waits for its confirmation, and a username that the server keeps, for no error."""
        name = planned(change).updated(answered).username
        if "email_address" in wrong:
            progress.pending = True
            progress.warnings.append(
                f'The new address of "{name}" waits for its confirmation by mail; until then the old one applies'
            )
            return [option for option in wrong if option not in ("email_address", "username")]
        username, address = (str(change.values.get(option) or "") for option in ("username", "email_address"))
        if "username" in wrong and address and username.casefold() == address.casefold():
            progress.warnings.append(
                f'Veracode kept the username "{name}" although the address changed; the account is still found by it'
            )
            return [option for option in wrong if option != "username"]
        return wrong


class ObjectClient(t.Protocol[N]):
    """Reads and writes objects of one kind that has names."""

    def named(self, names: t.Iterable[str]) -> list[N]:
        """Return at least all objects that have one of the names."""

    def details(self, entity: N) -> N | None:
        """Return the object read on its own, `None` if it is gone."""

    def create(self, after: N, values: t.Mapping[str, t.Any]) -> N:
        """Create an object and return it as the answer shows it."""

    def update(self, before: N, after: N, values: t.Mapping[str, t.Any]) -> N:
        """Change what `values` lists and return the object as the answer shows it."""

    def delete(self, entity: N, *, permanently: bool = False) -> None:
        """Delete an object; one that is gone already is no error."""


class NamedObjects(Kind[N]):
    """Teams, business units and custom roles.

    :param client: the client of their kind.
    """

    def __init__(self, client: ObjectClient[N]) -> None:
        self._client = client

    def phrase(self, change: Change[N]) -> str:
        """Return how messages speak of the object."""
        return f'the {WORDS[change.kind]} "{change.name}"'

    def create(self, change: Change[N], *, with_credentials: bool) -> N:
        """Create the object."""
        return self._client.create(planned(change), change.values)

    def update(self, change: Change[N]) -> N:
        """Change the object."""
        return self._client.update(current(change), planned(change), change.values)

    def delete(self, change: Change[N]) -> None:
        """Delete the object."""
        self._client.delete(current(change), permanently=change.permanently)

    def look_up(self, change: Change[N]) -> N | None:
        """Return the object of that name."""
        return next((each for each in self._client.named([change.name]) if each.name == change.name), None)

    def read(self, entity: N) -> N | None:
        """Return the object read on its own."""
        return self._client.details(entity) if entity.handle is not None else None

    def merged(self, planned: N, answered: N) -> N:
        """Return the planned object with what the answer reports written over it."""
        return planned.updated(answered)

    def unmet(self, change: Change[N], answered: N) -> list[str]:
        """Return what was written and is shown with another value."""
        return unmet(change, answered)


class JitClient(t.Protocol):
    """Reads and writes the just-in-time settings."""

    def read(self) -> JitSettings | None:
        """Return the settings, `None` if there are none."""

    def create(self, after: JitSettings) -> JitSettings | None:
        """Create them, and return them if the answer shows them."""

    def update(self, after: JitSettings) -> JitSettings | None:
        """Write them, and return them if the answer shows them."""

    def delete(self, settings: JitSettings) -> None:
        """Delete them."""


class JitDefaults(Kind[JitSettings]):
    """The one object of just-in-time settings."""

    def __init__(self, client: JitClient) -> None:
        self._client = client

    def phrase(self, change: Change[JitSettings]) -> str:
        """Return how messages speak of the settings."""
        return "the just-in-time settings"

    def create(self, change: Change[JitSettings], *, with_credentials: bool) -> JitSettings | None:
        """Create the settings."""
        return self._client.create(planned(change))

    def update(self, change: Change[JitSettings]) -> JitSettings | None:
        """Write the settings as a whole."""
        return self._client.update(planned(change))

    def delete(self, change: Change[JitSettings]) -> None:
        """Delete the settings."""
        self._client.delete(current(change))

    def look_up(self, change: Change[JitSettings]) -> JitSettings | None:
        """Return the settings if there are any."""
        return self._client.read()

    def read(self, entity: JitSettings) -> JitSettings | None:
        """Return the settings read again."""
        return self._client.read()

    def merged(self, planned: JitSettings, answered: JitSettings) -> JitSettings:
        """Return the settings of the answer, which shows all or nothing."""
        return answered

    def unmet(self, change: Change[JitSettings], answered: JitSettings) -> list[str]:
        """Return what was written and is shown with another value."""
        sent, is_shown = planned(change).values_and_lists, answered.values_and_lists
        return [option for option in change.fields if is_shown.get(option) != sent[option]]

    def explained(
        self, change: Change[JitSettings], answered: JitSettings, wrong: list[str], progress: Progress
    ) -> list[str]:
        """Return all: nothing explains them."""
        return wrong

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The way of every module: open a session, do its work, and shape the result or the error in one place."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.community.veracode.plugins.module_utils._api.base import AccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._apply.object import Progress
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    InputError,
    MissingLibraryError,
    VeracodeError,
)
from ansible_collections.community.veracode.plugins.module_utils._http.client import Calls, Transport
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import (
    Connection,
    connection_from_options,
)
from ansible_collections.community.veracode.plugins.module_utils._model.fields import REST


class Session:
    """One run of one module.

    :param params: the module's options.
    :param check_mode: nothing may be written.
    """

    def __init__(self, params: t.Mapping[str, t.Any], *, check_mode: bool) -> None:
        self.params = params
        self.check_mode = check_mode
        self.calls = Calls()
        self.progress = Progress()
        self.connection: Connection = connection_from_options(params, os.environ, os.path.expanduser("~"))
        if not self.connection.validate_certs:
            self.progress.warnings.append(
                "validate_certs: the server's certificate is not verified, so anyone on the way can read and change "
                "what is sent; give the authority's certificate in ca_path instead"
            )
        self._rest: RestAccountClient | None = None
        self._open: list[AccountClient] = []

    def rest(self) -> RestAccountClient:
        """Return the client of the accounts at the Identity REST API."""
        if self._rest is None:
            transport = Transport(self.connection, self.calls, family="rest")
            self._rest = RestAccountClient(transport, self.connection.credentials.bare_id)
            self._open.append(self._rest)
        return self._rest

    def accounts(self, api: str) -> AccountClient:
        """Return the client of the accounts at one of the two APIs."""
        if api == REST:
            return self.rest()
        from ansible_collections.community.veracode.plugins.module_utils._api.xml.accounts import XmlAccountClient

        transport = Transport(self.connection, self.calls, family="xml")
        directory = XmlAccountClient(transport, lambda: self.rest().caller_username())
        self._open.append(directory)
        return directory

    def close(self) -> None:
        """Give all connections back."""
        for directory in self._open:
            directory.close()


Work = t.Callable[[Session], dict[str, t.Any]]


def run(module: AnsibleModule, work: Work) -> None:
    """Do a module's work and leave it by C(exit_json) or C(fail_json).

    :param work: returns what the module returns beside C(changed), C(actions), C(calls) and C(warnings).
    """
    session: Session | None = None
    try:
        _refuse_impossible_paths(module.argument_spec, module.params)
        session = Session(module.params, check_mode=module.check_mode)
        module.no_log_values |= session.connection.credentials.secrets()
        result = work(session)
    except MissingLibraryError as error:
        error.msg = t.cast("t.Callable[[str], str]", missing_required_lib)(error.library)
        _fail(module, session, error, exception=error.trace)
    except VeracodeError as error:
        _fail(module, session, error)
    finally:
        if session is not None:
            session.close()
    _tell(module, session)
    if session.progress.pending:
        result["pending"] = True
    module.exit_json(**{**_so_far(session), **result, **_invocation(module)})


def _fail(module: AnsibleModule, session: Session | None, error: VeracodeError, **more: t.Any) -> t.NoReturn:
    _tell(module, session)
    module.fail_json(msg=error.msg, failure=error.failure(), **more, **_so_far(session), **_invocation(module))


def _invocation(module: AnsibleModule) -> dict[str, t.Any]:
    """Return the module's arguments as results carry them, without what the entries of lists do not set.

    Of a thousand entries that would be most of a result, and take Ansible longer than all the rest of a run.
    """
    arguments = {
        name: [_set_only(each) for each in value] if isinstance(value, list) else value
        for name, value in module.params.items()
    }
    return {"invocation": {"module_args": arguments}}


def _set_only(entry: t.Any) -> t.Any:
    if not isinstance(entry, dict):
        return entry
    return {name: value for name, value in entry.items() if value is not None}


def _refuse_impossible_paths(spec: t.Any, params: t.Any, place: str = "") -> None:
    """Refuse a path that the operating system cannot even be asked for, which Python answers with a ValueError.

    :param place: where these options stand, with a dot at its end.
    """
    for option, about in spec.items():
        value = params.get(option)
        if about.get("type") == "path" and "\0" in (value or ""):
            raise InputError(
                f"{place}{option}: {value!r} holds a NUL character, which no path can; remove it",
                place=f"{place}{option}" if place else None,
                option=option,
                value=repr(value),
            )
        if about.get("options") and value:
            entries = value if isinstance(value, list) else [value]
            for number, entry in enumerate(entries):
                at = f"[{number}]" if isinstance(value, list) else ""
                _refuse_impossible_paths(about["options"], entry, f"{place}{option}{at}.")


def _so_far(session: Session | None) -> dict[str, t.Any]:
    """Return what every result carries, a failed one too."""
    if session is None:
        return {"changed": False, "actions": [], "calls": Calls().as_dict()}
    return {
        "changed": session.progress.changed,
        "actions": session.progress.actions,
        "calls": session.calls.as_dict(),
        **session.progress.kept,
    }


def _tell(module: AnsibleModule, session: Session | None) -> None:
    """Pass on the warnings and hide the secrets of a run, however it ended."""
    if session is None:
        return
    module.no_log_values |= session.progress.masked
    for warning in session.progress.warnings:
        module.warn(warning)

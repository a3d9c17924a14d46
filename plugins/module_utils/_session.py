# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One run of a module, wherever it runs: open a session, do the work, and shape the result or the error."""

from __future__ import annotations

import os
import traceback
import typing as t
from dataclasses import dataclass, field

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.community.veracode.plugins.module_utils._activity import Activity
from ansible_collections.community.veracode.plugins.module_utils._api.base import AccountClient
from ansible_collections.community.veracode.plugins.module_utils._api.rest.accounts import RestAccountClient
from ansible_collections.community.veracode.plugins.module_utils._apply.object import Progress
from ansible_collections.community.veracode.plugins.module_utils._argspec import connection_arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import (
    InputError,
    MissingLibraryError,
    VeracodeError,
    printable,
)
from ansible_collections.community.veracode.plugins.module_utils._http.calls import Calls
from ansible_collections.community.veracode.plugins.module_utils._http.client import Transport
from ansible_collections.community.veracode.plugins.module_utils._http.connection import (
    Connection,
    connection_from_options,
)
from ansible_collections.community.veracode.plugins.module_utils._http.credentials import misplaced_secrets
from ansible_collections.community.veracode.plugins.module_utils._http.session import Session as Connections
from ansible_collections.community.veracode.plugins.module_utils._model.fields import REST

if t.TYPE_CHECKING:
    from ansible_collections.community.veracode.plugins.module_utils._api.xml.accounts import XmlAccountClient


class Session:
    """One run of one module.

    :param params: the module's options.
    :param check_mode: nothing may be written.
    :param connections: returns connections that outlive the run; without it, the run closes its own.
    :param activity: shows what the run is doing.
    """

    def __init__(
        self,
        params: t.Mapping[str, t.Any],
        *,
        check_mode: bool,
        connections: t.Callable[[Connection], Connections] | None = None,
        activity: Activity | None = None,
    ) -> None:
        self.params = params
        self.check_mode = check_mode
        self.calls = Calls()
        self.activity = activity or Activity()
        self.activity.is_waiting = self.calls.is_waiting
        self.progress = Progress()
        self.connection: Connection = connection_from_options(params, os.environ, os.path.expanduser("~"))
        self.progress.warnings += self.connection.warnings
        self._connections = connections(self.connection) if connections is not None else None
        if not self.connection.validate_certs:
            self.progress.warnings.append(
                "validate_certs: the server's certificate is not verified, so anyone on the network can read and change the "
                "calls; set ca_path to the certificate of the authority instead"
            )
        self._rest: RestAccountClient | None = None
        self._open: list[AccountClient] = []

    def rest(self) -> RestAccountClient:
        """Return the client of the accounts at the Identity REST API."""
        if self._rest is None:
            transport = Transport(self.connection, self.calls, family="rest", session=self._connections)
            self._rest = RestAccountClient(transport, self.connection.credentials.bare_id)
            self._open.append(self._rest)
        return self._rest

    def accounts(self, api: str) -> AccountClient:
        """Return the client of the accounts at one of the two APIs."""
        if api == REST:
            return self.rest()
        return self.xml()

    def xml(self) -> XmlAccountClient:
        """Return the client of the accounts at the Admin XML API."""
        from ansible_collections.community.veracode.plugins.module_utils._api.xml.accounts import XmlAccountClient

        transport = Transport(self.connection, self.calls, family="xml", session=self._connections)
        client = XmlAccountClient(transport, lambda: self.rest().caller_username())
        self._open.append(client)
        return client

    def explained(self, error: VeracodeError) -> VeracodeError:
        """Return an error with what only check mode adds to its causes."""
        if not (self.check_mode and error.is_about_something_missing):
            return error
        return error.followed_by(
            "In check mode, what an earlier task of the same run would create is not there yet; veracode_directory plans "
            "all of it in one task"
        )

    def close(self) -> None:
        """Give all connections back."""
        for client in self._open:
            client.close()


Result = dict[str, t.Any]
Work = t.Callable[[Session], Result]


@dataclass(frozen=True)
class Module:
    """The declaration of one module: all that its own process and an action need to run it.

    :param options: returns the options in addition to those of the connection.
    :param work: returns what the module returns in addition to `changed`, `actions`, `calls` and `warnings`.
    :param rules: between options, by the names that Ansible has for them (`required_one_of`, `mutually_exclusive`).
    :param plans_all: it plans all objects of a run together, so no earlier task has to create what it refers to.
    """

    options: t.Callable[[], dict[str, t.Any]]
    work: Work
    rules: t.Mapping[str, t.Sequence[t.Any]] = field(default_factory=dict)
    plans_all: bool = False

    def argument_spec(self) -> dict[str, t.Any]:
        """Return all options."""
        return {**connection_arguments(), **self.options()}


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    :param result: for the user; `failed` and `msg` are in it if it failed.
    :param warnings: for the user, too.
    :param secrets: must be masked wherever they appear in either.
    :param missing_library: why nothing was done; another Python may have it.
    """

    result: Result
    warnings: list[str]
    secrets: set[str]
    missing_library: str | None = None


def run(
    declaration: Module,
    params: t.Mapping[str, t.Any],
    *,
    check_mode: bool,
    connections: t.Callable[[Connection], Connections] | None = None,
    activity: Activity | None = None,
) -> Outcome:
    """Do a module's work, wherever it runs, and return what came of it.

    :param params: the options, validated, with their defaults; plain data.
    :param connections: as for `Session`.
    :param activity: as for `Session`.
    """
    session: Session | None = None
    missing: str | None = None
    secrets = misplaced_secrets(params, os.environ)
    try:
        _refuse_impossible_paths(declaration.argument_spec(), params)
        session = Session(params, check_mode=check_mode, connections=connections, activity=activity)
        secrets |= session.connection.credentials.secrets()
        result = declaration.work(session)
        if session.progress.pending:
            result["pending"] = True
    except MissingLibraryError as error:
        missing = error.library
        text = t.cast("t.Callable[[str], str]", missing_required_lib)(error.library)
        result = {**_failure(error.replaced_by(text)), "exception": error.trace}
    except VeracodeError as error:
        result = _failure(error if session is None or declaration.plans_all else session.explained(error))
    except Exception as error:  # what is wrong in the collection itself; its text is masked like every other
        name = type(error).__name__
        report = VeracodeError(f"{name}: {error}; report this to the collection's issue tracker")
        result = {**_failure(report), "exception": traceback.format_exc()}
    finally:
        if session is not None:
            session.close()
    if session is not None:
        secrets |= session.progress.masked
    warnings = [printable(warning) for warning in session.progress.warnings] if session is not None else []
    return Outcome({**_so_far(session), **result, **_invocation(params)}, warnings, secrets, missing)


def run_as_module(declaration: Module) -> None:
    """Run a module in a process of its own, and leave it as Ansible expects."""
    module = AnsibleModule(argument_spec=declaration.argument_spec(), supports_check_mode=True, **declaration.rules)
    outcome = run(declaration, module.params, check_mode=module.check_mode)
    module.no_log_values |= outcome.secrets
    for warning in outcome.warnings:
        module.warn(warning)
    if outcome.result.pop("failed", False):
        module.fail_json(**outcome.result)
    module.exit_json(**outcome.result)


def _failure(error: VeracodeError) -> Result:
    return {"failed": True, "msg": error.msg, "failure": error.failure()}


def _invocation(params: t.Mapping[str, t.Any]) -> Result:
    """Return the module's arguments as results report them, without what the entries of lists do not set.

    Of a thousand entries that would be most of a result, and take Ansible longer than all the rest of a run.
    """
    arguments = {
        name: [_set_only(each) for each in value] if isinstance(value, list) else value
        for name, value in params.items()
    }
    return {"invocation": {"module_args": arguments}}


def _set_only(entry: t.Any) -> t.Any:
    if not isinstance(entry, dict):
        return entry
    return {name: value for name, value in entry.items() if value is not None}


def _refuse_impossible_paths(spec: t.Any, params: t.Any, location: str = "") -> None:
    """Refuse a path that the operating system cannot even be asked for, which Python answers with a ValueError.

    :param location: where these options stand, with a dot at its end.
    """
    for option, about in spec.items():
        value = params.get(option)
        if about.get("type") == "path" and "\0" in (value or ""):
            raise InputError(
                f"{option}: {value!r} contains a NUL character; remove it",
                location=f"{location}{option}" if location else None,
                option=option,
                value=repr(value),
            )
        if about.get("options") and value:
            entries = value if isinstance(value, list) else [value]
            for number, entry in enumerate(entries):
                at = f"[{number}]" if isinstance(value, list) else ""
                _refuse_impossible_paths(about["options"], entry, f"{location}{option}{at}.")


def _so_far(session: Session | None) -> Result:
    """Return what every result carries, a failed one too."""
    if session is None:
        return {"changed": False, "actions": [], "calls": Calls().as_dict()}
    return {
        "changed": session.progress.changed,
        "actions": session.progress.actions,
        "calls": session.calls.as_dict(),
        **session.progress.kept,
    }

# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The role onboarding: rows of any form to entries of `veracode_directory`, and its answer back to rows. Pure."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from dataclasses import dataclass, field

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.veracode.plugins.module_utils import _argspec as arguments
from ansible_collections.community.veracode.plugins.module_utils._errors import InputError, printable
from ansible_collections.community.veracode.plugins.module_utils._model.kinds import API_USER, USER
from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.module_utils._model.wording import summary_sentence
from ansible_collections.community.veracode.plugins.plugin_utils.csv import (
    Cell,
    FileError,
    Row,
    Table,
    error_lines,
    flag,
    names,
    read_table,
    write_csv,
)
from ansible_collections.community.veracode.plugins.plugin_utils.job_profiles import job_profile_roles
from ansible_collections.community.veracode.plugins.plugin_utils.names import name_error, quoted
from ansible_collections.community.veracode.plugins.plugin_utils.wrapper_csv import (
    is_wrapper_header,
    missing_selector,
    read_wrapper_csv,
)

Options = dict[str, t.Any]

LISTS = {USER: "users", API_USER: "api_users"}
USER_TYPES = {"human": USER, "api": API_USER}
SELECTORS = ("username", "custom_id", "email_address")
# What tables of people call these columns, in addition to the names and aliases of the options.
HEADERS = {
    **dict.fromkeys(("email", "mail", "email_address"), "email_address"),
    **dict.fromkeys(("given_name", "forename"), "first_name"),
    **dict.fromkeys(("surname", "family_name"), "last_name"),
}
DONE = {
    "create": "created",
    "update": "updated",
    "rename": "renamed",
    "disable": "disabled",
    "delete": "deleted",
}
RESULT_HEADER = ("file", "line", "row", "user_type", "account", "outcome", "fields", "message")

_OTHER = ("done", "failed", "refused", "not tried")

_AT_ONE_PLACE = re.compile(r"(users|api_users)\[([0-9]+)\](?:\.([a-z_]+))?(?: \([^)]*\))?: (.*)\Z", re.DOTALL)
# The name of the account, which follows in parentheses, is in the row.
_PLACE = re.compile(r"\b(users|api_users)\[([0-9]+)\](?:\.([a-z_]+))?(?: \([^()\n]*\))?")


def entry_arguments(kind: str) -> dict[str, t.Any]:
    """Return the argument specification of one entry of `veracode_directory`."""
    return dict(arguments.entry_arguments()[LISTS[kind]])


@dataclass(frozen=True)
class Origin:
    """Where an entry comes from.

    :param columns: the columns of its options, by option.
    """

    file: str
    line: int | None = None
    row: int | None = None
    columns: t.Mapping[str, Cell] = field(default_factory=dict)

    def text(self, option: str | None = None) -> str:
        """Return the place of the entry, or of one of its options."""
        file = printable(self.file)
        if self.line is None:
            return f"{file}[{self.row}]" + (f".{option}" if option else "")
        place = f"{file}: line {self.line}"
        if self.row is not None:
            place += f" (row {self.row})"
        cell = self.columns.get(option) if option else None
        if cell is not None:
            return f'{place}, column {cell.column} "{printable(cell.header)}"'
        return f"{place}, {option}" if option else place


@dataclass
class Onboarding:
    """All rows: the entries of both kinds with their origins, and everything that is wrong."""

    entries: dict[str, list[Options]] = field(default_factory=lambda: {USER: [], API_USER: []})
    origins: dict[str, list[Origin]] = field(default_factory=lambda: {USER: [], API_USER: []})
    errors: list[str] = field(default_factory=list)

    def add(self, kind: str, options: Options, origin: Origin) -> None:
        """Take up one entry."""
        self.entries[kind].append(options)
        self.origins[kind].append(origin)

    @property
    def teams(self) -> list[str]:
        """Every team that an entry joins, sorted."""
        return sorted(
            {
                team
                for entries in self.entries.values()
                for options in entries
                if options.get("state", "present") == "present"
                for option in ("teams", "managed_teams")
                if option == "managed_teams" or options.get("teams_mode") != "remove"
                for team in options.get(option) or ()
            }
        )


@dataclass(frozen=True)
class Profiles:
    """How job profiles are looked up."""

    own: t.Mapping[str, t.Sequence[str]]
    common: bool = False

    def apply(self, options: Options) -> None:
        """Replace `job_profile` by its roles, in addition to those that the entry names.

        :raises InputError: there is no such profile.
        """
        profile = options.pop("job_profile", None)
        if profile is None:
            return
        given = options.get("roles") or []
        roles = job_profile_roles(str(profile), self.own, common=self.common)
        options["roles"] = [*roles, *(role for role in given if role not in roles)]


def nothing_given(result: Onboarding, files: t.Sequence[str]) -> str | None:
    """Return an error if there is not a single account and no other error that says why."""
    if result.errors or any(result.entries.values()):
        return None
    if not files:
        return (
            "onboarding_files: nothing to do; name files, or give accounts in onboarding_users or onboarding_api_users"
        )
    return f"{', '.join(map(printable, files))}: there is no account in it; fill in a row, or name another file"


def add_variables(result: Onboarding, kind: str, variable: str, entries: t.Sequence[t.Any], profiles: Profiles) -> None:
    """Add the entries of a variable; their locations count from 0, as Ansible's do."""
    for number, entry in enumerate(entries):
        _add_entry(result, kind, entry, Origin(variable, None, number), profiles)


def add_file(
    result: Onboarding,
    file: str,
    content: str,
    profiles: Profiles,
    *,
    action: str | None = None,
    sheet: str | None = None,
) -> None:
    """Add a file: YAML by its name, else a table, in the wrapper's form if its header says so.

    :param action: of rows in the wrapper's form that name none.
    :param sheet: the sheet of a workbook; the first if `None`.
    """
    if file.lower().endswith((".yml", ".yaml", ".json")):
        _add_yaml(result, file, content, profiles)
        return
    if is_wrapper_header(read_table(content, sheet=sheet).headers, action):
        entries, errors = read_wrapper_csv(content, action, sheet=sheet)
        for entry in entries:
            result.add(USER, entry.options, Origin(file, entry.row.line, entry.row.row, entry.columns))
    else:
        errors = _add_table(result, file, read_table(content, _columns(), sheet=sheet), profiles)
    result.errors += error_lines(errors, file, with_row=True)


def _add_entry(result: Onboarding, kind: str, entry: t.Any, origin: Origin, profiles: Profiles) -> None:
    if not isinstance(entry, t.Mapping) or not all(isinstance(key, str) for key in entry):
        result.errors.append(f"{origin.text()}: write an account as a dictionary of options, as {{username: …}}")
        return
    options = {key: value for key, value in entry.items() if value is not None}
    spec = {**entry_arguments(kind), "job_profile": {"type": "str"}}
    known = {*spec, *(alias for each in spec.values() for alias in each.get("aliases", ()))}
    unknown = [key for key in options if key not in known]
    for key in unknown:
        hint = did_you_mean(key, known, "correct its name, or remove it")
        result.errors.append(f"{origin.text(printable(key))}: unknown option{hint}")
    checked = ArgumentSpecValidator(spec).validate({key: value for key, value in options.items() if key in known})
    result.errors += [f"{origin.text()}: {printable(message)}" for message in checked.error_messages]
    if unknown or checked.error_messages:
        return
    # What the validator fills in was not given.
    given = {option for option in spec if {option, *spec[option].get("aliases", ())} & set(options)}
    options = {key: value for key, value in checked.validated_parameters.items() if key in given and value is not None}
    wrong = [f"{origin.text(option)}: {msg}" for option, msg in _wrong_names(options)]
    if not any(options.get(option) for option in SELECTORS):
        wrong.append(f"{origin.text()}: no value selects the account; give {' or '.join(SELECTORS)}")
    try:
        profiles.apply(options)
    except InputError as error:
        wrong.append(f"{origin.text('job_profile')}: {error.msg}")
    result.errors += wrong
    if not wrong:
        result.add(kind, options, origin)


_NAMES = (*SELECTORS, "new_custom_id", "previously", "roles", "teams", "managed_teams", "job_profile")


def _wrong_names(options: Options) -> t.Iterator[tuple[str, str]]:
    """Yield the option and the error of each name that is refused."""
    for option in _NAMES:
        value = options.get(option)
        for name in value if isinstance(value, list) else [value] if value else []:
            error = name_error(name)
            if error is not None:
                yield option, error


def _add_yaml(result: Onboarding, file: str, text: str, profiles: Profiles) -> None:
    shown = printable(file)
    try:
        loader = yaml.SafeLoader(text.removeprefix("\ufeff"))
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        result.errors.append(f"{shown}: {yaml_error(error)}")
        return
    if isinstance(data, list):
        _add_nodes(result, file, USER, data, node, profiles)
        return
    if not isinstance(data, dict):
        result.errors.append(f"{shown}: line 1: write a list of people, or a dictionary with users and api_users")
        return
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    nodes = {key.value: value for key, value in pairs if isinstance(key, yaml.ScalarNode)}
    for key, value in data.items():
        kind = {name: kind for kind, name in LISTS.items()}.get(key)
        line = nodes[key].start_mark.line + 1 if key in nodes else 1
        if kind is None:
            hint = did_you_mean(str(key), LISTS.values(), "write users or api_users")
            result.errors.append(f"{shown}: line {line}: unknown key {quoted(str(key))}{hint}")
        elif value is None:
            continue
        elif not isinstance(value, list):
            result.errors.append(f"{shown}: line {line}: {key} is not a list; write a list of accounts")
        else:
            _add_nodes(result, file, kind, value, nodes[key], profiles)


def yaml_error(error: Exception) -> str:
    """Return what is wrong with a YAML file, with its line, and in one line."""
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}: " if mark is not None else ""
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or error
    return f"{where}not YAML: {printable(' '.join(str(reason).split()))}; correct the line"


def _add_nodes(result: Onboarding, file: str, kind: str, entries: list[t.Any], node: t.Any, profiles: Profiles) -> None:
    for number, (entry, each) in enumerate(zip(entries, node.value), start=1):
        _add_entry(result, kind, entry, Origin(file, each.start_mark.line + 1, number), profiles)


def _columns() -> dict[str, str]:
    """Return the option of each column that our own form knows."""
    columns = {"job_profile": "job_profile", "user_type": "user_type", **HEADERS}
    for kind in (USER, API_USER):
        for option, spec in entry_arguments(kind).items():
            for name in (option, *spec.get("aliases", ())):
                columns[name] = option
    return columns


@dataclass(frozen=True)
class _Rows:
    """What the rows of one file have in common."""

    file: str
    specs: t.Mapping[str, dict[str, t.Any]]
    profiles: Profiles
    has_selector: bool
    errors: list[FileError]


def _add_table(result: Onboarding, file: str, table: Table, profiles: Profiles) -> list[FileError]:
    if table.header_line is None:
        return table.errors
    missing = missing_selector(table, SELECTORS)
    if missing is not None:
        table.errors.append(missing)
    specs = {kind: entry_arguments(kind) for kind in (USER, API_USER)}
    has_selector = bool(table.columns.keys() & set(SELECTORS))
    rows = _Rows(file, specs, profiles, has_selector, table.errors)
    for row in table.rows:
        _add_row(result, rows, row)
    return table.errors


def _add_row(result: Onboarding, rows: _Rows, row: Row) -> None:
    before = len(rows.errors)
    type_cell = row.cells.get("user_type")
    kind = USER_TYPES.get(type_cell.text.casefold()) if type_cell is not None else USER
    if kind is None:
        if type_cell is not None:
            msg = f"{quoted(type_cell.text)} is not a type of account; write human or api"
            rows.errors.append(row.error(msg, type_cell))
        return
    spec = {**rows.specs[kind], "job_profile": {"type": "str"}}
    options: Options = {}
    cells = {option: cell for option, cell in row.cells.items() if option != "user_type"}
    for option, cell in cells.items():
        if option not in spec:
            owner = "people" if kind == API_USER else "API users (user_type api)"
            rows.errors.append(row.error(f"only {owner} have this option; leave the cell empty", cell))
            continue
        value = _value(row, cell, spec[option], rows.errors)
        if value is not None:
            options[option] = value
    if "job_profile" in options:
        try:
            rows.profiles.apply(options)
        except InputError as error:
            rows.errors.append(row.error(error.msg, cells["job_profile"]))
        cells.setdefault("roles", cells["job_profile"])
    if rows.has_selector and not any(cells.get(option) for option in SELECTORS):
        rows.errors.append(row.error(f"no value selects the account; fill in {' or '.join(SELECTORS)}"))
    if len(rows.errors) == before and rows.has_selector:
        result.add(kind, options, Origin(rows.file, row.line, row.row, cells))


def _value(row: Row, cell: Cell, spec: t.Mapping[str, t.Any], errors: list[FileError]) -> t.Any:
    if spec["type"] == "bool":
        return flag(row, cell, errors)
    if spec["type"] == "list":
        return names(row, cell, errors)
    if "choices" in spec and cell.text not in spec["choices"]:
        hint = did_you_mean(cell.text, spec["choices"], f"write one of {', '.join(spec['choices'])}")
        errors.append(row.error(f"{quoted(cell.text)} is unknown{hint}", cell))
        return None
    return cell.text


def label(options: t.Mapping[str, t.Any]) -> str:
    """Return the name by which an entry speaks of its account."""
    return str(options.get("username") or options.get("email_address") or options.get("custom_id"))


def outcome(
    entries: t.Mapping[str, t.Sequence[Options]],
    origins: t.Mapping[str, t.Sequence[Origin]],
    run: t.Mapping[str, t.Any],
    *,
    stops: bool = False,
) -> tuple[list[dict[str, t.Any]], list[str]]:
    """Say the outcome of each row.

    :param run: what `veracode_directory` returned, failed or not.
    :param stops: it was to stop at the first failure.
    :returns: a row of the result file for each entry, and the errors in words of the input's files.
    """
    refused = "summary" not in run
    failed, messages = _failures(origins, run)
    if not messages and (refused or run.get("failed")):
        messages = [str(run.get("msg") or "the run failed without a message")]
    actions: dict[tuple[str, str], t.Mapping[str, t.Any]] = {}
    for action in run.get("actions") or ():
        actions[(action["kind"], str(action["name"]).casefold())] = action
    rows = []
    for kind, listed in entries.items():
        for number, options in enumerate(listed):
            keys = [
                (kind, str(options[name]).casefold()) for name in ("username", "email_address") if options.get(name)
            ]
            done = next((actions[key] for key in keys if key in actions), None)
            errors = failed.get((kind, number))
            if errors:
                what = "refused" if refused else "failed"
            elif done is not None:
                what = DONE[done["action"]]
            elif refused or (stops and messages):
                what = "not tried"
            elif not keys:
                # Selected by custom_id alone: the answer speaks of it by a username that the row does not know.
                what = "done"
            else:
                what = "unchanged"
            origin = origins[kind][number]
            rows.append(
                {
                    "file": origin.file,
                    "line": origin.line,
                    "row": origin.row,
                    "user_type": "human" if kind == USER else "api",
                    "account": label(options),
                    "outcome": what,
                    "fields": list(done["fields"]) if done is not None else [],
                    "message": "; ".join(errors or ()),
                }
            )
    files = list(dict.fromkeys(row["file"] for row in rows))
    rows.sort(key=lambda row: (files.index(row["file"]), row["line"] or 0, row["row"] or 0))
    return rows, messages


def _failures(
    origins: t.Mapping[str, t.Sequence[Origin]], run: t.Mapping[str, t.Any]
) -> tuple[dict[tuple[str, int], list[str]], list[str]]:
    """Return the errors by kind and number of the entry, and all of them, in words of the input's files."""
    failures = [failure for failure in run.get("errors") or () if isinstance(failure, t.Mapping)]
    if not failures and isinstance(run.get("failure"), t.Mapping):
        failures = [run["failure"]]

    def place(match: re.Match[str]) -> str:
        kind = next(kind for kind, name in LISTS.items() if name == match.group(1))
        if int(match.group(2)) >= len(origins[kind]):
            return match.group(0)
        return origins[kind][int(match.group(2))].text(match.group(3))

    failed: dict[tuple[str, int], list[str]] = {}
    in_files: dict[str, list[FileError]] = {}
    messages: list[str] = []
    for failure in failures:
        raw, where = printable(str(failure.get("msg"))), str(failure.get("place") or "")
        if not _PLACE.search(raw) and _PLACE.search(where):
            raw = f"{where}: {raw}"
        text = _PLACE.sub(place, raw)
        located = _in_file(origins, raw)
        if located is None:
            messages.append(text)
        else:
            in_files.setdefault(located[0], []).append(located[1])
        for match in _PLACE.finditer(where):
            kind = next(kind for kind, name in LISTS.items() if name == match.group(1))
            failed.setdefault((kind, int(match.group(2))), []).append(text)
    grouped = [line for file, errors in in_files.items() for line in error_lines(errors, file, with_row=True)]
    return failed, list(dict.fromkeys([*grouped, *messages]))


def _in_file(origins: t.Mapping[str, t.Sequence[Origin]], msg: str) -> tuple[str, FileError] | None:
    """Return the file and the location of an error that begins with the location of one entry, or `None`."""
    match = _AT_ONE_PLACE.match(msg)
    if match is None or _PLACE.search(match.group(4)):
        return None
    kind = next(kind for kind, name in LISTS.items() if name == match.group(1))
    origin = origins[kind][int(match.group(2))] if int(match.group(2)) < len(origins[kind]) else None
    if origin is None or origin.line is None:
        return None
    cell = origin.columns.get(match.group(3)) if match.group(3) else None
    if cell is None:
        text = f"{match.group(3)}: {match.group(4)}" if match.group(3) else match.group(4)
        return origin.file, FileError(text, origin.line, origin.row)
    return origin.file, FileError(match.group(4), origin.line, origin.row, cell.column, cell.header)


def summary(rows: t.Sequence[t.Mapping[str, t.Any]], *, check_mode: bool) -> str:
    """Return the sentence that the role ends with."""
    counts = Counter(str(row["outcome"]) for row in rows)
    changed = {word: counts[word] for word in DONE.values()}
    return summary_sentence(changed, len(rows), other={word: counts[word] for word in _OTHER}, check_mode=check_mode)


def result_csv(rows: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """Return the result file."""
    return write_csv(
        RESULT_HEADER,
        [[",".join(row[name]) if name == "fields" else row[name] for name in RESULT_HEADER] for row in rows],
    )

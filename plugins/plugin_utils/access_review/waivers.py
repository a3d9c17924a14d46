# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Exceptions from the findings of an access review, each with a reason and a last day. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import date, datetime

from ansible_collections.community.veracode.plugins.module_utils._model.names import did_you_mean
from ansible_collections.community.veracode.plugins.plugin_utils.access_review.values import BY_ID, Record, ReviewError
from ansible_collections.community.veracode.plugins.plugin_utils.feed import parse_day

KEYS = ("rule", "name", "reason", "until")


@dataclass(frozen=True)
class Waiver:
    """A finding that is accepted until a day.

    :param name: username or address of an account, or name of a team; `None` for every one.
    """

    rule: str
    name: str | None
    reason: str
    until: date

    def covers(self, finding: t.Mapping[str, t.Any]) -> bool:
        """Whether the waiver is about a finding, whatever the day."""
        names = {str(name).casefold() for name in (finding["name"], *finding["also"]) if name}
        return finding["rule"] == self.rule and (self.name is None or self.name.casefold() in names)


def read_waivers(waivers: t.Sequence[t.Any]) -> list[Waiver]:
    """Return the waivers of the option.

    :raises ReviewError: with every error, a line each.
    """
    errors: list[str] = []
    found: list[Waiver] = []
    for number, waiver in enumerate(waivers):
        location = f"waivers[{number}]"
        if not isinstance(waiver, dict):
            errors.append(f"{location}: not a dictionary; give {', '.join(KEYS)}")
            continue
        errors += [
            f'{location}: unknown key "{key}"' + did_you_mean(str(key), KEYS, f"give {', '.join(KEYS)}")
            for key in sorted(set(map(str, waiver)) - set(KEYS))
        ]
        rule, reason, until = str(waiver.get("rule") or ""), waiver.get("reason"), _day(waiver.get("until"))
        name = waiver.get("name")
        if rule not in BY_ID:
            errors.append(f'{location}.rule: there is no rule "{rule}"' + did_you_mean(rule, BY_ID, "name a rule"))
        if isinstance(name, (dict, list)):
            errors.append(f"{location}.name: not one name; write a waiver for each")
        if not isinstance(reason, str) or not reason.strip():
            errors.append(f"{location}.reason: there is none; say why the finding is accepted")
        if until is None:
            errors.append(f'{location}.until: "{waiver.get("until")}" is not a day; give the last day as 2027-06-30')
        elif rule in BY_ID and isinstance(reason, str):
            found.append(Waiver(rule, None if name in (None, "") else str(name), reason.strip(), until))
    if errors:
        raise ReviewError("\n".join(errors))
    return found


def _day(value: t.Any) -> date | None:
    # YAML makes a date of an unquoted day.
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return parse_day(value)


def apply_waivers(
    findings: t.Sequence[Record], waivers: t.Sequence[Waiver], today: date
) -> tuple[list[Record], list[Record], list[str]]:
    """Return the findings that are left, those that are waived, and notes on waivers that do not hold."""
    left: list[Record] = []
    waived: list[Record] = []
    used: set[Waiver] = set()
    expired: set[Waiver] = set()
    for finding in findings:
        covering = [waiver for waiver in waivers if waiver.covers(finding)]
        valid = next((waiver for waiver in covering if waiver.until >= today), None)
        if valid is None:
            expired.update(covering)
            left.append(finding)
        else:
            used.add(valid)
            waived.append({**finding, "reason": valid.reason, "until": valid.until.isoformat()})
    notes = [
        f"The waiver of {waiver.rule} for {waiver.name or 'everybody'} ended on {waiver.until.isoformat()}."
        if waiver in expired
        else f"The waiver of {waiver.rule} for {waiver.name or 'everybody'} matches no finding; remove it."
        for waiver in waivers
        if waiver not in used
    ]
    return left, waived, notes

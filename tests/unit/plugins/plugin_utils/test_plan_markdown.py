# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan becomes a comment in which names are nothing but text."""

from __future__ import annotations

import html
import re
import typing as t

import pytest

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError
from ansible_collections.community.veracode.plugins.plugin_utils.plan_markdown import code, plan_markdown


def action(
    name: str, what: str = "update", kind: str = "user", fields: t.Sequence[str] = ("phone",)
) -> dict[str, t.Any]:
    return {"action": what, "kind": kind, "name": name, "fields": list(fields)}


PLAN = {
    "actions": [
        action("Payments", "create", "team", ["business_unit"]),
        action("new@example.com", "create", fields=["roles", "title"]),
        action("rm@example.com", "update", fields=["phone", "roles"]),
        action("ann@example.com", "rename", fields=["username"]),
        action("old@example.com", "disable", fields=[]),
        action("ci-bot", "delete", "api_user", []),
        action("cd-bot", "generate", "api_credentials", []),
    ],
    "diff": {
        "before": {
            "team": {"Payments": {}},
            "user": {
                "new@example.com": {},
                "rm@example.com": {"phone": None, "roles": ["Creator", "Reviewer"]},
                "ann@example.com": {"username": "anne@example.com"},
                "old@example.com": {"login_enabled": True},
            },
            "api_user": {"ci-bot": {"teams": ["Demo Team", "R, D"], "phone": None}},
        },
        "after": {
            "team": {"Payments": {"business_unit": "Retail"}},
            "user": {
                "new@example.com": {"roles": ["Reviewer"], "title": ""},
                "rm@example.com": {"phone": "1", "roles": ["Any Scan", "Creator"]},
                "ann@example.com": {"username": "ann@example.com"},
                "old@example.com": {"login_enabled": False},
            },
            "api_user": {},
        },
    },
}


def test_a_plan_is_counts_then_removals_then_a_table_for_each_kind() -> None:
    assert (
        plan_markdown(PLAN)
        == """## Veracode plan

3 to create, 2 to change, 2 to remove

### To remove

| Action | Name | Details |
|---|---|---|
| disable user | `old@example.com` | login_enabled: `true` |
| delete API user | `ci-bot` | teams: `Demo Team`, `R, D` |

### Teams

| Action | Name | Details |
|---|---|---|
| create | `Payments` | business_unit: `Retail` |

### Users

| Action | Name | Details |
|---|---|---|
| create | `new@example.com` | roles: `Reviewer` |
| update | `rm@example.com` | phone: nothing → `1`; roles: −`Reviewer`, +`Any Scan` |
| rename | `ann@example.com` | username: `anne@example.com` → `ann@example.com` |

### Key pairs

| Action | Name | Details |
|---|---|---|
| generate | `cd-bot` |  |
"""
    )


def test_no_actions_are_no_changes() -> None:
    assert plan_markdown({"actions": [], "diff": {"before": {}, "after": {}}}) == "## Veracode plan\n\nNo changes.\n"


@pytest.mark.parametrize("plan", [None, [], "text", {}, {"actions": None}, {"actions": ["x"]}])
def test_what_is_no_plan_is_refused(plan: t.Any) -> None:
    with pytest.raises(InputError, match=r"plan: .* has no list of actions; give"):
        plan_markdown(plan)


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "[click](https://example.org)",
    "@octocat",
    "a|b",
    "a\\|b",
    "`code`",
    "``a``` b",
    "# heading",
    "line\n\n# heading",
    "\x1b[31mred",
    "https://example.org",
    "a`",
    " blank ",
    "![x](y)",
    "<!-- -->",
    "*b* _i_ ~s~ #12 !3",
    "",
    "a\\",
    "deadbeef1234567",
    "GH-12 :tada: ~label %1.0 $3 &group",
    "&lt;b&gt;",
    "mailto:a@example.org",
]

# As a reader of Markdown finds them: a run of backticks to the next of that length.
SPANS = re.compile(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", re.DOTALL)


def read(text: str) -> str:
    """What a reader of Markdown sees of a name."""
    shown = SPANS.sub(lambda found: re.sub(r"^ (.*\S.*) $", r"\1", found[2]), text)
    return html.unescape(shown)


def spans_removed(text: str) -> str:
    """The text without what is code in it, and without the signs between."""
    return re.sub(r"&#(?:60|62|124|93|64);", "", SPANS.sub("", text))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_nothing_but_text(name: str) -> None:
    plan = {
        "actions": [action(name), action(name, "delete"), action(name, name, name, [name])],
        "diff": {"before": {"user": {name: {name: name}}}, "after": {"user": {name: {name: [name]}}}},
        "organization": {"name": name, "host": name},
        "destinations": [{"name": name, name: name}],
    }
    text = plan_markdown(plan, title=name or "x")
    rest = spans_removed(text)
    for sign in ("<", ">", "[", "]", "@", "http", "*", "~", "!", "\\", "\x1b", "`"):
        assert sign not in rest.replace("\\|", ""), (sign, rest)
    for raw in ("<img", "](", "\x1b"):
        assert raw not in text
    assert not re.search(r"(?<!\w)@", text)
    assert [line for line in text.splitlines() if line.startswith("#") and not line.startswith(("## ", "### "))] == []
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}, rows


def test_a_plan_says_for_which_organization_it_is_and_where_secrets_go() -> None:
    plan = {
        "organization": {"host": "api.veracode.com", "id": "7", "name": "Example"},
        "actions": [action("ci-bot", "create", "api_user", ["credentials"])],
        "diff": {"before": {"api_user": {"ci-bot": {}}}, "after": {"api_user": {"ci-bot": {"roles": ["Results API"]}}}},
        "destinations": [{"name": "ci-bot", "credentials_dest": "/etc/ci.json", "credentials_format": "json"}],
    }
    text = plan_markdown(plan)
    assert "\nOrganization: `Example`, `api.veracode.com`\n" in text
    assert (
        "| create | `ci-bot` | roles: `Results API`; credentials_dest: `/etc/ci.json`; credentials_format: `json` |"
        in text
    )


def test_a_code_span_keeps_the_name() -> None:
    assert code("rm@example.com") == "`rm@example.com`"
    assert code("a`b") == "``a`b``"
    assert code("`a") == "`` `a ``"
    assert code("a\\|b") == "`a\\`&#124;`b`"
    for name in HOSTILE:
        if name.isprintable() and "&" not in name:
            assert read(code(name)) == (name or "(empty)")


def test_a_long_plan_ends_after_an_entry() -> None:
    plan = {"actions": [action(f"person{n}@example.com") for n in range(2000)], "diff": {"before": {}, "after": {}}}
    whole = plan_markdown(plan, max_length=10**7)
    assert "more" not in whole
    for most in (300, 1000, 60000):
        text = plan_markdown(plan, max_length=most)
        assert len(text) <= most
        shown = text.count("| update |")
        assert text.endswith(f"\n\nand {2000 - shown} more\n")
        assert "0 to create, 2000 to change, 0 to remove" in text
        assert whole.startswith(text[: text.index("\n\nand ")])


def test_a_title_is_text() -> None:
    assert plan_markdown(PLAN, "Access: prod (EU)").startswith("## Access: prod (EU)\n")
    for title in (
        "see https://example.org",
        "_drift_",
        "GH-1",
        "of deadbeef1234567",
        "now :tada: it",
        "www.example.org",
    ):
        assert plan_markdown(PLAN, title).startswith(f"## `{title}`\n")

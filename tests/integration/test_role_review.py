# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role access_review: what it writes, what a browser makes of it, and what the decisions do."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import socket
import stat
import subprocess
import threading
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.control import Emulator
from tests.integration.playbooks import ROOT, Outcome, Runs
from tests.tools.browser import Browser, find

PLAYBOOK = "community.veracode.access_review"
NASTY = "<img src=x onerror=alert(1)>\"'&"


class Review:
    """The role against an organization of its own."""

    def __init__(self, folder: Path, tree: Path, emulator: Emulator) -> None:
        self.emulator = emulator
        self.runs = Runs(folder, tree, emulator)
        self.dest = folder / "review"

    def run(self, *arguments: str, **variables: t.Any) -> Outcome:
        return self.runs.play(PLAYBOOK, {"access_review_dest": str(self.dest), **variables}, *arguments)

    def findings(self) -> t.Any:
        return json.loads((self.dest / "findings.json").read_text())

    def sheet(self, name: str) -> list[dict[str, str]]:
        text = (self.dest / "sheets" / name).read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def decide(self, name: str, decisions: dict[tuple[str, str], tuple[str, str]]) -> None:
        """Fill in a sheet: team and username to decision and new roles."""
        rows = self.sheet(name)
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        for row in rows:
            row["decision"], row["new_roles"] = decisions.get((row["team"], row["username"]), ("", ""))
            writer.writerow(row)
        (self.dest / "sheets" / name).write_text(out.getvalue())


@pytest.fixture(scope="module")
def own_emulator() -> Iterator[Emulator]:
    with Emulator(seed="organization") as running:
        yield running


@pytest.fixture
def review(tmp_path: Path, installed: Path, own_emulator: Emulator) -> Review:
    own_emulator.reset()
    return Review(tmp_path, installed, own_emulator)


def test_review(review: Review, tmp_path: Path) -> None:
    review.emulator.add("oauth_client", user="svc-build-booking", name="ci", created="-40d", expires="-9d")
    review.emulator.read_only()
    check = review.run("--check")
    assert check.returncode == 0, check.output
    assert not review.dest.exists()

    # The play in the README
    text = (ROOT / "roles" / "access_review" / "README.md").read_text(encoding="utf-8")
    (tmp_path / "play.yml").write_text(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[-1])
    first = review.runs.play("play.yml", {})
    assert first.returncode == 0, first.output
    assert review.emulator.violations() == []
    assert "Example Ltd" in (review.dest / "review.html").read_text()
    assert stat.S_IMODE(review.dest.stat().st_mode) == 0o700
    assert sorted(path.name for path in review.dest.iterdir()) == [
        "findings.json",
        "review.html",
        "sheets",
        "snapshot.json",
    ]
    found = {(finding["rule"], finding["name"]) for finding in review.findings()["findings"]}
    assert {
        ("administrator", "helga.lindqvist@example.com"),
        ("not_logged_in", "ingrid.solberg@example.com"),
        ("key_expiring", "svc-build-booking"),
        ("api_without_team", "svc-identity-admin"),
        ("outside_saml", "mateus.oliveira@example.com"),
        ("oauth_expired", "svc-build-booking"),
    } <= found
    assert ("outside_saml", "claire.fontaine@example.com") not in found
    assert review.findings()["complete"]
    assert review.findings()["since"] is None
    assert "mateus.oliveira@example.com" in {row["username"] for row in review.sheet("mateus.oliveira@example.com.csv")}
    review.emulator.read_only(False)

    # What changes by hand between two reviews is reported by the second.
    review.emulator.change("user", "ingrid.solberg@example.com", roles=["Reviewer"])
    review.emulator.change("user", "svc-build-booking", user_name="svc-build-booking-2")
    # A relative path starts from the working directory.
    second = review.run(access_review_fail_on="high", access_review_dest="review")
    assert second.returncode != 0
    assert "access_review_fail_on: there are findings of the severity high" in second.output
    changes = {(change["change"], change["name"]) for change in review.findings()["changes"]}
    assert {
        ("changed", "ingrid.solberg@example.com"),
        ("removed", "svc-build-booking"),
        ("added", "svc-build-booking-2"),
    } <= changes
    page = (review.dest / "review.html").read_text()
    assert "<ins>+ Reviewer</ins>" in page
    assert "<del>− " in page


@pytest.mark.slow
@pytest.mark.parametrize("feature", ["on", "403", "404"])
def test_oauth_clients_are_reviewed_where_the_organization_has_them(review: Review, feature: str) -> None:
    review.emulator.add("oauth_client", user="svc-build-booking", name="ci", created="-40d", expires="-9d")
    review.emulator.switch(oauth_clients=feature)
    run = review.run()
    assert run.returncode == 0, run.output
    found = [(one["rule"], one["name"]) for one in review.findings()["findings"] if "oauth" in one["rule"]]
    assert found == ([("oauth_expired", "svc-build-booking")] if feature == "on" else [])


def test_oauth_clients_are_not_read_if_no_rule_looks_at_them(review: Review) -> None:
    review.emulator.clear_log()
    run = review.run("--check", access_review_disabled_rules="oauth_expired, oauth_without_expiry,disabled_with_oauth")
    assert run.returncode == 0, run.output
    assert [call for call in review.emulator.log() if "/oauth2/" in call["path"]] == []


def test_an_incomplete_reading_is_said_and_never_passes(review: Review) -> None:
    review.emulator.fault("totals", path="/users$", delta=7, count=0)
    failed = review.run()
    review.emulator.clear_faults()
    assert failed.returncode != 0
    assert "The reading is incomplete" in failed.output
    assert not review.findings()["passed"]
    page = (review.dest / "review.html").read_text()
    assert 'class="verdict incomplete" role="alert"' in page
    assert not (review.dest / "snapshot.json").exists(), "the next review would compare with half an organization"


def test_a_snapshot_that_is_named_has_to_be_there(review: Review) -> None:
    missing = review.run(access_review_previous="none.json")
    assert missing.returncode != 0
    assert "there is no file" in missing.output


@pytest.mark.slow
def test_a_snapshot_that_is_named_has_to_be_one(review: Review, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"a": 1}')
    other = review.run(access_review_previous="other.json")
    assert other.returncode != 0
    assert "not a snapshot of an access review" in other.output


WAIVER = {"rule": "outside_saml", "name": "mateus.oliveira@example.com", "reason": "break-glass", "until": "2099-12-31"}


@pytest.mark.slow
def test_waivers_and_rules_that_are_off(review: Review) -> None:
    run = review.run("--check", access_review_waivers=[WAIVER], access_review_disabled_rules=["administrator"])
    assert run.returncode == 0, run.output
    assert "1 waived" in run.output
    wrong = review.run(
        "--check", access_review_waivers=[{**WAIVER, "until": "soon"}], access_review_disabled_rules="administrater"
    )
    assert wrong.returncode != 0
    assert (
        'access_review_disabled_rules: there is no rule "administrater", did you mean "administrator"' in wrong.output
    )


@pytest.mark.slow
def test_decisions_are_applied_with_the_guards(review: Review) -> None:
    assert review.run().returncode == 0
    sheet = "mateus.oliveira@example.com.csv"
    member, leaver = "svc-build-booking", "claire.fontaine@example.com"
    review.decide(sheet, {("Booking Web", member): ("remove", "")})
    review.decide("no-manager.csv", {("", leaver): ("Remove", "")})
    decisions = {"access_review_decisions": "review/sheets"}

    guarded = review.run(access_review_max_removals=0, **decisions)
    assert guarded.returncode != 0
    assert "max_removals" in guarded.output
    review.emulator.read_only()
    check = review.run("--check", **decisions)
    assert check.returncode == 0, check.output
    assert "Would change 2 of" in check.output
    assert review.emulator.violations() == []
    review.emulator.read_only(False)

    applied = review.run(**decisions)
    assert applied.returncode == 0, applied.output
    assert "2 remove" in applied.output
    assert list((review.emulator.user(member) or {})["teams"]) == ["Booking Mobile"]
    assert (review.emulator.user(leaver) or {})["login_enabled"] is False
    again = review.run(**decisions)
    assert (again.returncode, again.changed) == (0, 0), again.output

    # Who came back since is not removed by the same sheet again.
    review.emulator.change("user", leaver, login_enabled=True)
    assert review.run(**decisions).changed == 0
    assert (review.emulator.user(leaver) or {})["login_enabled"] is True

    # A later review does not change the sheets that were filled in, and they are no longer applied.
    filled = (review.dest / "sheets" / sheet).read_text()
    later = review.run()
    assert later.returncode == 0, later.output
    assert (review.dest / "sheets" / sheet).read_text() == filled
    [new] = review.dest.glob("sheets-*")
    assert (new / sheet).exists()
    old = review.run(**decisions)
    assert old.returncode != 0
    assert "is not the newest review" in old.output


@pytest.mark.slow
def test_a_sheet_decides_only_about_its_rows(review: Review) -> None:
    assert review.run().returncode == 0
    sheet = "mateus.oliveira@example.com.csv"
    rows = review.sheet(sheet)
    stranger = {**rows[0], "team": "", "username": "claire.fontaine@example.com", "decision": "remove"}
    rows[0].update(decision="change", new_roles="Administrator")
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows([*rows, stranger])
    (review.dest / "sheets" / sheet).write_text(out.getvalue())
    review.emulator.read_only()
    wrong = review.run(access_review_decisions=f"review/sheets/{sheet}")
    review.emulator.read_only(False)
    assert wrong.returncode != 0
    assert "Administrator cannot be given by a sheet" in wrong.output
    assert "was not written into the sheet of" in wrong.output
    assert review.emulator.violations() == []


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Browser:
    """The browser of the machine, or one that is fetched once and kept in the home of the tests."""
    found = find(Path.home() / ".cache" / "veracode-tests" / "chromium")
    if found is None:
        pytest.skip("needs Chromium, and there is no Debian package of it here: install Chromium or Chrome")
    return found


# Uses the page as a reader does, and leaves what it saw in an element.
PROBE = """
<script>
addEventListener("load", () => setTimeout(() => {
  const rows = () => [...document.querySelectorAll("#table tbody tr")].filter(row => row.offsetParent !== null);
  const names = () => rows().map(row => row.querySelector("th").textContent);
  const set = (id, value) => {
    document.getElementById(id).value = value;
    document.getElementById("tools").dispatchEvent(new Event("input", {bubbles: true}));
  };
  const seen = {all: rows().length, scripts: typeof window.alerted};
  document.getElementById("everybody").open = true;
  set("text", "SOLBERG booking"); seen.text = names();
  seen.accounts = [...document.querySelectorAll("#accounts tbody tr:not([hidden]) th small")].map(name => name.textContent);
  set("text", "");
  set("severity", "high"); seen.high = rows().map(row => row.dataset.severities.includes("high")); set("severity", "");
  set("kind", "team"); seen.teams = rows().length; set("kind", "");
  set("team", "Booking Web"); seen.team = rows().every(row => row.textContent.includes("Booking Web"))
    && rows().length; set("team", "");
  const button = document.querySelector("#rules button[data-rule=administrator]");
  button.click(); seen.rule = rows().length; seen.pressed = button.getAttribute("aria-pressed");
  seen.said = document.getElementById("count").value;
  set("text", "nobody has this name"); seen.none = rows().length;
  seen.empty = !document.querySelector('.empty[data-for=table]').hidden;
  document.getElementById("tools").reset();
  setTimeout(() => {
    seen.reset = rows().length;
    seen.images = document.querySelectorAll("img").length;
    seen.unlabelled = [...document.querySelectorAll("input, select")].filter(field => !field.labels.length).length;
    seen.scrolls = document.documentElement.scrollWidth > innerWidth;
    const result = document.createElement("pre");
    result.id = "seen";
    result.textContent = JSON.stringify(seen);
    document.body.append(result);
  }, 50);
}, 50));
</script>
"""


class Listener:
    """A proxy that answers nobody, and remembers who was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection = self._socket.accept()[0]
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    self.asked.append(connection.recv(1000).decode("latin-1").split("\r\n")[0])
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.close()


def browse(browser: Browser, folder: Path, page: Path, *arguments: str, port: int = 9) -> str:
    """Open a page in a browser without a window; return what is left of it after its scripts."""
    command = [
        browser.program,
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
        # What the browser itself would ask for.
        *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"),
        *("--disable-default-apps", "--disable-domain-reliability", "--no-pings"),
        f"--user-data-dir={folder / 'browser'}",
        *(f"--proxy-server=http://127.0.0.1:{port}", "--proxy-bypass-list=<-loopback>"),
        *("--window-size=1280,1500", "--virtual-time-budget=3000"),
        *arguments,
        page.as_uri(),
    ]
    env = {**os.environ, **browser.env, "HOME": str(folder)}
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=1800, env=env)
    return run.stdout


@pytest.mark.slow
def test_in_a_browser(browser: Browser, review: Review, tmp_path: Path) -> None:
    # A name that tries to become a part of the page.
    review.emulator.change("user", "ingrid.solberg@example.com", first_name=NASTY)
    assert review.run(access_review_organization=f"Example {NASTY}").returncode == 0
    page = (review.dest / "review.html").read_text()
    assert "<img" not in page
    found = review.findings()
    probed = tmp_path / "probed.html"
    probed.write_text(page.replace("</body>", PROBE + "</body>"))
    listener = Listener()
    dom = browse(browser, tmp_path, probed, "--dump-dom", port=listener.port)
    listener.close()
    # Chromium itself may look for updates; the page asks for nothing.
    assert [line for line in listener.asked if "google" not in line and "gvt1" not in line] == []

    seen = json.loads(html.unescape(re.search(r'<pre id="seen">(.*?)</pre>', dom)[1]))  # type: ignore[index]
    total = found["totals"]["accounts"]
    assert seen["all"] == seen["reset"] == total
    assert seen["images"] == 0
    assert seen["scripts"] == "undefined"
    accounts = found["accounts"]
    assert seen["text"] == [
        f"{each['label']} {each['name']}" for each in accounts if each["name"] == "ingrid.solberg@example.com"
    ]
    # All tables are filtered alike.
    assert seen["accounts"] == ["ingrid.solberg@example.com"]
    high = sum(any(finding["severity"] == "high" for finding in each["findings"]) for each in accounts)
    assert seen["high"] == [True] * high != []
    assert seen["teams"] == sum(each["kind"] == "team" for each in accounts)
    assert seen["team"] == sum("Booking Web" in each["teams"] for each in accounts)
    administrators = sum(any(finding["rule"] == "administrator" for finding in each["findings"]) for each in accounts)
    assert (seen["rule"], seen["pressed"]) == (administrators, "true")
    assert seen["said"] == f"{administrators} of {total}"
    assert (seen["none"], seen["empty"]) == (0, True)
    assert seen["unlabelled"] == 0
    assert seen["scrolls"] is False


@pytest.mark.slow
def test_it_prints(browser: Browser, review: Review, tmp_path: Path) -> None:
    assert review.run().returncode == 0
    target = tmp_path / "review.pdf"
    browse(browser, tmp_path, review.dest / "review.html", f"--print-to-pdf={target}")
    assert target.read_bytes().startswith(b"%PDF")
    assert target.stat().st_size > 20_000


def test_the_page_forbids_requests() -> None:
    template = (ROOT / "roles/access_review/templates/review.html.j2").read_text()
    assert "default-src 'none'" in template
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", template)

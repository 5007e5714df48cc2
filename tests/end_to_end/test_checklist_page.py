"""The checklist's page: a run is watched and ends with its desk; reports are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from checklist import files
from checklist.findings import Finding
from checklist.plan import Plan
from checklist.run import write
from config import load
from tests.checklist.reports_for_tests import failed, report_of
from tests.end_to_end.conftest import LOOKS, watched
from tests.end_to_end.held import Held
from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import desk, until

NAME = "20261128-143000"
STARTS = 60_000  # its programs start first


def test_a_run_is_watched_row_by_row_and_ends_with_the_desk(page: Page, tmp_path: Path) -> None:
    with desk(tmp_path, PAPER_SLEEP="0") as running, watched(page, ("status of 409",)):
        Trader(page, running.url).sign_in()
        page.locator("#user-menu summary").click()
        page.get_by_role("link", name="Pre-live checklist").click()
        expect(page.locator("#reports-note")).to_have_text("None yet.", timeout=SECONDS)
        with Held(page, "**/api/v1/checklist", "POST") as started:
            page.locator("#start").click()
            expect(page.locator("#current")).to_contain_text("Starting")  # before any answer
            started.first().continue_()
        expect(page.locator(".check-lines li").first).to_be_visible(timeout=STARTS)
        expect(page.locator("#start")).to_be_disabled()
        assert violations(page) == []
        assert running.call("POST", "/api/v1/checklist", {})[0] == 409
    folder = tmp_path / "checklists"
    report = until(lambda: ended(folder), "the run has cleaned up and ended")
    assert (report["state"], report["leftBehind"]) == ("interrupted", [])


def test_reports_are_listed_and_read_in_every_look(page: Page, tmp_path: Path) -> None:
    plan = Plan(load({"VAR_DIR": str(tmp_path)}, tmp_path / "no.env"), NAME)
    plan.reports.mkdir()
    write(plan, report_of(b_01=failed(), b_4_3b=Finding("not provoked", "It rests")))
    with desk(tmp_path, wait_ready=False) as running, watched(page):
        Trader(page, running.url).sign_in()
        for scheme, width, height in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{running.url}/checklist")
            expect(page.locator("#reports .status")).to_have_text("Red", timeout=SECONDS)
            assert violations(page) == []
            assert fits(page)
            page.locator("#reports a").click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("Red: not ready")
            assert violations(page) == []
            assert fits(page)
        page.locator("summary").first.click()
        expect(page.locator("pre").first).to_contain_text("openOrder")


def test_a_run_that_ends_without_a_report_says_why_beside_older_reports(
    page: Page, tmp_path: Path
) -> None:
    plan = Plan(load({"VAR_DIR": str(tmp_path)}, tmp_path / "no.env"), NAME)
    plan.reports.mkdir()
    write(plan, report_of(b_01=failed()))
    with desk(tmp_path, wait_ready=False) as running, watched(page):
        Trader(page, running.url).sign_in()
        said = running.call("GET", "/api/v1/checklist")[1]
        said |= {"lastWords": "THREADS='many' is not a whole number"}
        page.route("**/api/v1/checklist", lambda route: route.fulfill(json=said))
        page.goto(f"{running.url}/checklist")
        expect(page.locator("#reports .status")).to_have_text("Red", timeout=SECONDS)
        expect(page.locator("#start-note")).to_have_text("THREADS='many' is not a whole number.")


def ended(folder: Path) -> dict[str, Any] | None:
    """The report of the only run, once it has one that is not running."""
    [name] = files.names(folder)
    report = files.read(folder, name)
    return report if report and report["state"] != "running" else None

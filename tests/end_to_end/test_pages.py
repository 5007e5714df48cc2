"""The desk in dark, light and on a phone while it is used; test_walk.py walks every page."""

from __future__ import annotations

from itertools import count
from typing import Any

from playwright.sync_api import APIResponse, Page, Route, expect

from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import ROOT, RunningDesk, until

SIZES = count(10)
AXE = ROOT / "node_modules/axe-core/axe.min.js"
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def test_the_desk_is_accessible_in_every_look(look: Page, a_desk: RunningDesk) -> None:
    trader = Trader(look, a_desk.url)
    trader.sign_in()
    trader.choose("MSFT")
    # The same order again within seconds would be taken for a mistake.
    trader.fill_ticket("BUY", next(SIZES), "MKT")
    trader.preview()
    trader.expect_status(trader.send(), "Filled")
    expect(trader.position("MSFT")).to_be_visible(timeout=SECONDS)
    assert violations(look) == []
    assert fits(look)
    trader.order_rows.first.click()
    expect(look.locator("dialog[open]")).to_be_visible(timeout=SECONDS)
    assert violations(look) == []


def test_a_slow_answer_does_not_undo_a_newer_event(clean_page: Page, a_desk: RunningDesk) -> None:
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        held.append((route, route.fetch()))

    clean_page.route("**/api/v1/status", hold)
    Trader(clean_page, a_desk.url).sign_in()
    expect(clean_page.locator("#conn-stream")).to_have_attribute(
        "data-state", "live", timeout=SECONDS
    )
    until(lambda: clean_page.evaluate("1") and held, "the page has asked for the status")
    notice = clean_page.locator("#frozen")
    try:
        a_desk.call("POST", "/api/v1/freeze")
        expect(notice).to_be_visible(timeout=SECONDS)
        for route, response in held:
            with clean_page.expect_event("requestfinished"):
                route.fulfill(response=response)
        clean_page.evaluate(TWO_FRAMES)
        expect(notice).to_be_visible()
    finally:
        a_desk.call("DELETE", "/api/v1/freeze")


def test_the_folds_and_dialogs_are_accessible_in_every_look(
    look: Page, a_desk: RunningDesk
) -> None:
    trader = Trader(look, a_desk.url)
    trader.sign_in()
    row = trader.rest("MSFT", next(SIZES))
    look.locator("#ticket-new").click()
    for fold in ("#ticket-more", "#ticket-bracket"):
        look.locator(f"{fold} summary").click()
    look.locator("[name=condValue]").fill("15")
    for button in ("#condition-add", "#target-add", "#stop-add"):
        look.locator(button).click()
    look.locator("#ticket [name=orderType]").select_option("TRAIL LIMIT")
    trader.submit_button.click()
    assert violations(look) == []
    assert fits(look)
    row.locator("[data-modify]").click()
    expect(look.locator("#change-dialog")).to_be_visible(timeout=SECONDS)
    assert violations(look) == []
    look.keyboard.press("Escape")
    row.locator("[data-cancel]").click()
    trader.expect_status(row, "Cancelled")


def violations(page: Page) -> list[str]:
    """What axe finds: the rule and the first place of each."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found["violations"]]


def fits(page: Page) -> bool:
    """The page never scrolls sideways."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    viewport = page.viewport_size
    assert viewport is not None
    return width <= viewport["width"]

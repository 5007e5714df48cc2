"""The page of one order: its headline, the proof, why it stands where it does, its timeline."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.end_to_end.held import Held
from tests.end_to_end.test_pages import fits, violations
from tests.end_to_end.test_settings import live
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import RunningDesk

STEPS_OF_A_FILL = 7


def test_a_filled_order_is_told_and_accessible_in_every_look(
    look: Page, a_desk: RunningDesk
) -> None:
    key = place(a_desk, {"totalQuantity": 2, "orderType": "MKT"})["clientOrderId"]
    open_page(look, a_desk, key)
    expect(look.locator("#order-h")).to_have_text("Buy 2 KO MKT DAY", timeout=SECONDS)
    expect(look.locator("#summary [data-status]")).to_contain_text("commission", timeout=SECONDS)
    reached = look.locator("#ladder [data-reached=yes]")
    expect(reached).to_have_count(STEPS_OF_A_FILL, timeout=SECONDS)
    for kind, words in (
        ("request", "BUY 2 KO MKT DAY"),
        ("sent", "Written to TWS"),
        ("execDetails", "Bought 2 at"),
        ("commissionReport", "Commission 1.00 USD"),
    ):
        expect(look.locator(f"#timeline [data-kind={kind}]").first).to_contain_text(words)
    expect(look.locator("#why")).to_contain_text("Why is it Filled?", timeout=SECONDS)
    look.locator("#timeline summary").first.click()
    assert violations(look) == []
    assert fits(look)


def test_a_bracket_is_accessible_and_links_its_legs(look: Page, a_desk: RunningDesk) -> None:
    bracket = {"targets": [{"lmtPrice": 12}], "stop": {"orderType": "STP", "auxPrice": 9}}
    order = {"totalQuantity": 4, "orderType": "LMT", "lmtPrice": 10}
    key = place(a_desk, order, bracket=bracket)["clientOrderId"]
    open_page(look, a_desk, key)
    expect(look.locator("#family li")).to_have_count(2, timeout=SECONDS)
    expect(look.locator("#family")).to_contain_text("LMT 12.00", timeout=SECONDS)
    look.locator("#show-curl").click()
    expect(look.locator("#curl pre")).to_contain_text('"lmtPrice":10')
    assert violations(look) == []
    assert fits(look)
    look.locator("#family a").first.click()
    expect(look.locator("#family")).to_contain_text("Attached to", timeout=SECONDS)
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_the_page_follows_a_change_and_a_cancel(clean_page: Page, a_desk: RunningDesk) -> None:
    order, page = {"totalQuantity": 4, "orderType": "LMT", "lmtPrice": 1}, clean_page
    key = place(a_desk, order)["clientOrderId"]
    open_page(page, a_desk, key)
    expect(page.locator("#ladder [data-reached=yes]")).to_have_count(5, timeout=SECONDS)
    page.locator("#summary [data-modify]").click()
    page.locator("#change-dialog [name=lmtPrice]").fill("1.1")
    page.locator("#change-send").click()
    expect(page.locator("#change-notice")).to_contain_text("Done", timeout=SECONDS)
    page.keyboard.press("Escape")
    expect(page.locator("#order-h")).to_contain_text("LMT 1.10", timeout=SECONDS)
    changed = page.locator("#timeline [data-kind=openOrder]", has_text="Limit price 1 → 1.1")
    expect(changed).to_have_count(1, timeout=SECONDS)
    page.locator("#summary [data-cancel]").click()
    expect(page.locator("#summary [data-status]")).to_contain_text("Cancelled", timeout=SECONDS)
    cancel = page.locator("#timeline [data-kind=cancelOrder]")
    expect(cancel).to_contain_text("Asked IB to cancel", timeout=SECONDS)


def test_the_page_learns_what_happened_before_its_stream_was_up(
    clean_page: Page, a_desk: RunningDesk
) -> None:
    order, page = {"totalQuantity": 7, "orderType": "LMT", "lmtPrice": 1}, clean_page
    key = place(a_desk, order)["clientOrderId"]
    Trader(page, a_desk.url).sign_in()
    live(page)
    streams = Held(page, "**/api/v1/stream*")
    page.goto(f"{a_desk.url}/orders/{key}")
    shown = page.locator("#summary [data-status]")
    expect(shown).to_contain_text("Submitted", timeout=SECONDS)
    expect(page.locator("#timeline-count")).not_to_have_text("0", timeout=SECONDS)
    assert a_desk.call("DELETE", f"/api/v1/orders/{key}")[1]["state"] == "cancelled"
    streams.first().continue_()
    expect(shown).to_contain_text("Cancelled", timeout=SECONDS)
    expect(page.locator("#summary [data-cancel]")).to_be_hidden()


def test_the_list_of_orders_and_the_detail_lead_to_the_page(
    trader: Trader, a_desk: RunningDesk
) -> None:
    key = place(a_desk, {"totalQuantity": 1, "orderType": "MKT"})["clientOrderId"]
    row = trader.page.locator(f'#orders tr[data-client-order-id="{key}"]')
    expect(row.locator("[data-page]")).to_have_attribute("href", f"/orders/{key}", timeout=SECONDS)
    row.locator(".status").click()
    link = trader.page.locator("#order-dialog [data-page]")
    expect(link).to_have_attribute("href", f"/orders/{key}", timeout=SECONDS)


def test_an_order_that_nobody_knows_is_a_plain_page(page: Page, a_desk: RunningDesk) -> None:
    Trader(page, a_desk.url).sign_in()
    answer = page.goto(f"{a_desk.url}/orders/nobody-knows-it")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("There is no such page")


def open_page(page: Page, a_desk: RunningDesk, key: str) -> None:
    Trader(page, a_desk.url).sign_in()
    page.goto(f"{a_desk.url}/orders/{key}")


def place(a_desk: RunningDesk, order: dict[str, Any], **more: Any) -> Any:
    body = {"contract": {"symbol": "KO"}, "order": {"action": "BUY", **order}, **more}
    status, answer = a_desk.call("POST", "/api/v1/orders", body)
    assert status == 201, answer
    return answer

"""Stories at the ticket: reject, cancel, a wrong field, a double click."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import RunningDesk


def test_a_resting_limit_order_is_cancelled_from_its_row(trader: Trader) -> None:
    trader.choose("KO")
    trader.fill_ticket("BUY", 7, "LMT")
    trader.page.locator("[name=lmtPrice]").fill("1.00")
    trader.preview()
    row = trader.send()
    trader.expect_status(row, "Submitted")
    row.locator("[data-cancel]").click()
    trader.expect_status(row, "Cancelled")


def test_a_rejected_order_says_why_and_what_to_do(trader: Trader) -> None:
    trader.choose("AAPL")
    trader.fill_ticket("BUY", 10, "LMT")
    trader.page.locator("[name=lmtPrice]").fill("1.001")
    trader.submit_button.click()
    notice = trader.page.locator("#ticket-notice")
    expect(notice).to_contain_text("minimum price", timeout=SECONDS)


def test_a_wrong_field_is_named_and_nothing_is_sent(trader: Trader, a_desk: RunningDesk) -> None:
    before = len(a_desk.call("GET", "/api/v1/orders?status=all")[1]["orders"])
    trader.choose("AAPL")
    trader.fill_ticket("BUY", 0, "MKT")
    trader.submit_button.click()
    expect(trader.page.locator("#error-totalQuantity")).to_contain_text("above 0")
    after = len(a_desk.call("GET", "/api/v1/orders?status=all")[1]["orders"])
    assert after == before


def test_a_double_click_places_one_order(trader: Trader, a_desk: RunningDesk) -> None:
    trader.choose("INTC")
    trader.fill_ticket("BUY", 3, "MKT")
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)
    trader.submit_button.dblclick()
    expect(trader.position("INTC")).to_have_text("+3", timeout=SECONDS)
    orders = a_desk.call("GET", "/api/v1/orders?status=all")[1]["orders"]
    assert len([o for o in orders if o["contract"]["symbol"] == "INTC"]) == 1


def test_a_wrong_password_is_told_and_nobody_gets_in(trader: Trader) -> None:
    trader.page.context.clear_cookies()
    trader.sign_in("wrong")
    expect(trader.page.get_by_role("alert")).to_be_visible()
    assert trader.page.url.endswith("/login")


def test_signing_out_ends_the_session_on_the_server(trader: Trader, a_desk: RunningDesk) -> None:
    cookies = trader.page.context.cookies()
    trader.page.locator("#user-menu summary").click()
    trader.page.get_by_role("button", name="Sign out").click()
    expect(trader.page.get_by_label("Password")).to_be_visible(timeout=SECONDS)
    trader.page.context.add_cookies(cookies)  # type: ignore[arg-type] # what cookies() gives
    answer = trader.page.request.get(f"{a_desk.url}/api/v1/positions")
    assert answer.status == 401

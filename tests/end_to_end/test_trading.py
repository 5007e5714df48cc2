"""Stories at the desk: reject, cancel, change, a bracket, a double click, the ways out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.end_to_end.held import Held
from tests.end_to_end.test_blotter import TELL
from tests.end_to_end.trader import SECONDS, SOME_FRAMES, Trader
from tests.fakes import order_payload
from tests.processes import RunningDesk

EARLIER, LATER = "2020-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"
# Faster than any frame, so that the price has not come from the quote before.
CHOOSE_LIMIT_AND_GO_TO_ITS_PRICE = """() => {
    const { orderType, lmtPrice } = document.querySelector("#ticket").elements;
    orderType.value = "LMT";
    orderType.dispatchEvent(new Event("input", { bubbles: true }));
    lmtPrice.focus();
}"""


def test_a_resting_limit_order_is_cancelled_from_its_row(trader: Trader) -> None:
    row = trader.rest("KO", 7)
    row.locator("[data-cancel]").click()
    trader.expect_status(row, "Cancelled")


def test_a_rejected_order_says_why_and_what_to_do(trader: Trader) -> None:
    trader.choose("AAPL")
    trader.fill_ticket("BUY", 10, "LMT")
    trader.page.locator("[name=lmtPrice]").fill("1.001")
    trader.submit_button.click()
    # The desk says it beside the field once it knows the contract's price steps; before, IB does.
    words = re.compile("minimum price|Order lmtPrice 1.001 ")
    expect(trader.page.locator("#ticket")).to_contain_text(words, timeout=SECONDS)


def test_a_price_from_the_market_never_mixes_with_what_is_being_typed(trader: Trader) -> None:
    trader.choose("KO")
    price = trader.page.locator("#ticket [name=lmtPrice]")
    trader.page.evaluate(CHOOSE_LIMIT_AND_GO_TO_ITS_PRICE)
    trader.page.evaluate(SOME_FRAMES)
    expect(price).to_have_value("")
    price.press_sequentially("1.50")
    expect(price).to_have_value("1.50")
    price.clear()
    trader.page.locator("#ticket [name=orderType]").select_option("STP LMT")
    trader.page.locator("#ticket [name=auxPrice]").focus()
    expect(price).not_to_have_value("", timeout=SECONDS)


def test_the_button_never_rounds_what_is_sent(trader: Trader) -> None:
    trader.choose("KO")
    trader.fill_ticket("BUY", 1, "LMT")
    trader.page.locator("#ticket [name=lmtPrice]").fill("1.001")
    expect(trader.submit_button).to_have_text("Preview: Buy 1 KO LMT 1.001")


def test_a_preview_goes_on_when_the_account_becomes_known_meanwhile(trader: Trader) -> None:
    page = trader.page
    asked: list[Any] = []

    def answer(route: Route) -> None:
        asked.append(route.request.post_data_json)
        if len(asked) == 1:
            page.evaluate("account => { document.body.dataset.account = account }", account)
        route.continue_()

    trader.choose("KO")
    account = page.locator("body").get_attribute("data-account")
    page.evaluate("document.body.dataset.account = ''")
    page.route("**/api/v1/orders", answer)
    trader.fill_ticket("BUY", 1, "MKT")
    trader.preview()
    assert [body["order"].get("account") for body in asked] == [None, account]


def test_a_wrong_field_is_named_and_nothing_is_sent(trader: Trader, a_desk: RunningDesk) -> None:
    before = len(a_desk.call("GET", "/api/v1/orders?status=all")[1]["orders"])
    trader.choose("AAPL")
    trader.fill_ticket("BUY", 0, "MKT")
    trader.submit_button.click()
    expect(trader.page.locator("#error-size")).to_contain_text("above 0")
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


def test_a_list_takes_no_order_away_that_works(page: Page, a_desk: RunningDesk) -> None:
    """In relay mode an order's time is the agent's, the list's is the desk's: which is older?"""
    key = rest(a_desk)
    Trader(page, a_desk.url).sign_in()
    expect(order_row(page, key)).to_be_visible(timeout=SECONDS)
    page.evaluate(TELL, ["orders", {"asOf": LATER, "orders": [order_payload("listed")]}])
    expect(order_row(page, "listed")).to_be_visible()
    expect(order_row(page, key)).to_be_visible()
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_an_order_that_a_list_lacks_is_asked_for_by_itself(page: Page, a_desk: RunningDesk) -> None:
    key = rest(a_desk)
    a_desk.call("DELETE", f"/api/v1/orders/{key}")
    Trader(page, a_desk.url).sign_in()
    expect(order_row(page, key)).to_contain_text("Cancelled", timeout=SECONDS)
    # What the page missed of the one; the other one is nobody's.
    for name in (key, "nobodys"):
        working = order_payload(name, "live", status="Submitted", updatedAt=EARLIER, seq=99)
        page.evaluate(TELL, ["order", working])
        expect(order_row(page, name)).to_contain_text("Submitted")
    page.evaluate(TELL, ["orders", {"asOf": LATER, "orders": []}])
    expect(order_row(page, key)).to_contain_text("Cancelled", timeout=SECONDS)
    expect(order_row(page, "nobodys")).to_have_count(0, timeout=SECONDS)


def test_cancel_all_counts_an_order_that_is_newer_than_the_list(
    page: Page, a_desk: RunningDesk
) -> None:
    a_desk.call("DELETE", "/api/v1/orders")
    Trader(page, a_desk.url).sign_in()
    cancel_all = page.locator("#cancel-all")
    expect(cancel_all).to_have_text("Cancel all (0)", timeout=SECONDS)
    key = rest(a_desk)
    expect(cancel_all).to_have_text("Cancel all (1)", timeout=SECONDS)
    listed = order_payload("listed", "live")
    page.evaluate(TELL, ["orders", {"asOf": EARLIER, "orders": [listed]}])
    expect(cancel_all).to_have_text("Cancel all (2)")
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_an_open_order_is_drawn_anew_by_a_list(page: Page, a_desk: RunningDesk) -> None:
    """What ended in a gap of the stream is told by the list that follows."""
    key = rest(a_desk)
    Trader(page, a_desk.url).sign_in()
    order_row(page, key).locator(".status").click()
    dialog = page.locator("#order-dialog")
    expect(dialog.locator("[data-status]")).to_contain_text("Submitted", timeout=SECONDS)
    told = a_desk.call("GET", f"/api/v1/orders/{key}")[1]
    filled = told | {"state": "filled", "filled": 9, "seq": told["seq"] + 1, "updatedAt": LATER}
    page.evaluate(TELL, ["orders", {"asOf": LATER, "orders": [filled]}])
    expect(dialog.locator("[data-status]")).to_contain_text("Filled")
    expect(dialog.locator("[data-cancel]")).to_be_hidden()
    a_desk.call("DELETE", f"/api/v1/orders/{key}")


def test_a_bracket_shows_the_parent_with_its_children_below(trader: Trader) -> None:
    trader.choose("KO")
    trader.fill_ticket("BUY", 10, "LMT")
    trader.set_price("lmtPrice", 10)
    page = trader.page
    page.locator("#ticket-bracket summary").click()
    page.locator("#target-add").click()
    page.locator("#bracket-targets [data-name=lmtPrice]").fill("12.5")
    page.locator("#stop-add").click()
    page.locator("#bracket-stop [data-name=auxPrice]").fill("9")
    expect(page.locator("#bracket-bars li")).to_have_count(2)
    expect(page.locator("#bracket-bars")).to_contain_text("+25.00")
    expect(page.locator("#bracket-bars")).to_contain_text("−10.00")
    trader.preview()
    trader.send(rows=3)
    rows = trader.page_rows
    expect(rows.nth(0)).to_contain_text("LMT 10.00")
    for place, terms in ((1, "LMT 12.50"), (2, "STP 9.00")):
        expect(rows.nth(place)).to_have_attribute("data-leg", "yes")
        expect(rows.nth(place)).to_contain_text(terms)
    rows.nth(0).locator("[data-cancel]").click()
    for place in range(3):
        trader.expect_status(rows.nth(place), "Cancelled")


def test_a_target_on_the_wrong_side_is_named_beside_it(trader: Trader) -> None:
    trader.choose("KO")
    trader.fill_ticket("BUY", 10, "LMT")
    trader.set_price("lmtPrice", 10)
    trader.page.locator("#ticket-bracket summary").click()
    trader.page.locator("#target-add").click()
    target = trader.page.locator("#bracket-targets li")
    target.locator("[data-name=lmtPrice]").fill("8")
    trader.submit_button.click()
    expect(target.locator("[data-error]")).to_contain_text("above", timeout=SECONDS)
    expect(target.locator("[data-name=lmtPrice]")).to_have_attribute("aria-invalid", "true")


def test_only_the_fields_of_a_type_are_shown(trader: Trader) -> None:
    trader.choose("KO")
    ticket = trader.page.locator("#ticket")
    trader.fill_ticket("SELL", 5, "TRAIL LIMIT")
    for name in ("auxPrice", "trailStopPrice", "lmtPriceOffset"):
        expect(ticket.locator(f"[name={name}]")).to_be_visible()
    expect(ticket.locator("[name=lmtPrice]")).to_be_hidden()
    trader.fill_ticket("SELL", 5, "LOO")
    expect(ticket.locator("[name=lmtPrice]")).to_be_visible()
    expect(ticket.locator("[name=auxPrice]")).to_be_hidden()
    expect(ticket.locator("[name=tif]")).to_have_value("OPG")


@pytest.mark.parametrize("value", ["MTL", "MOC", "LIT", "TRAIL", "MKT Adaptive"])
def test_a_preview_of_the_type_comes_back_from_ib(trader: Trader, value: str) -> None:
    trader.choose("KO")
    trader.fill_ticket("BUY", 5, value)
    for name in ("auxPrice", "lmtPrice"):
        field = trader.page.locator(f"#ticket [name={name}]")
        if field.is_visible():
            field.fill("9")
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)


def test_a_date_and_a_condition_go_out_with_the_order(trader: Trader, a_desk: RunningDesk) -> None:
    trader.choose("KO")
    trader.fill_ticket("BUY", 6, "LMT")
    trader.set_price("lmtPrice", 1.5)
    page = trader.page
    page.locator("[name=tif]").select_option("GTD")
    page.locator("[name=goodTillDate]").fill("2030-01-15T20:00")
    page.locator("#ticket-more summary").click()
    page.locator("[name=condValue]").fill("15")
    page.locator("#condition-add").click()
    expect(page.locator("#conditions")).to_contain_text("KO at or above 15.00")
    trader.preview()
    row = trader.send()
    key = row.get_attribute("data-client-order-id")
    order = a_desk.call("GET", f"/api/v1/orders/{key}")[1]["order"]
    assert order["goodTillDate"].startswith("2030-01-15T")
    assert order["conditions"][0]["price"] == 15
    row.locator("[data-cancel]").click()
    trader.expect_status(row, "Cancelled")


def test_a_part_of_the_position_is_sized_in_shares(trader: Trader, a_desk: RunningDesk) -> None:
    buy(a_desk, "XOM", 8)
    trader.choose("XOM")
    page = trader.page
    expect(page.locator("#ticket [data-field=held]")).to_contain_text("+8", timeout=SECONDS)
    trader.fill_ticket("BUY", 1, "MKT")
    page.locator("[name=sizeUnit]").select_option("closePercent")
    page.locator("[name=totalQuantity]").fill("50")
    expect(page.locator("[name=action]:checked")).to_have_value("SELL")
    preview = trader.preview()
    expect(preview.locator("[data-field=size]")).to_have_text("4 XOM")
    expect(trader.submit_button).to_contain_text("Send: Sell 4 XOM MKT")


def test_a_change_takes_the_new_price_when_ib_confirms(trader: Trader) -> None:
    row = trader.rest("KO", 9, price=1)
    row.locator("[data-modify]").click()
    dialog = trader.page.locator("#change-dialog[open]")
    expect(dialog.locator("[name=lmtPrice]")).to_have_value("1.00")
    dialog.locator("[name=lmtPrice]").fill("1.25")
    dialog.locator("#change-send").click()
    notice = dialog.locator("#change-notice")
    expect(notice).to_contain_text("Done: Limit price 1 → 1.25", timeout=SECONDS)
    dialog.locator("[data-close]").click()
    expect(row).to_contain_text("LMT 1.25")
    row.locator("[data-cancel]").click()
    trader.expect_status(row, "Cancelled")


def test_the_same_order_twice_asks_whether_both_are_meant(page: Page, a_desk: RunningDesk) -> None:
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    trader.choose("KO")
    trader.fill_ticket("BUY", 11, "MKT")
    trader.preview()
    first = trader.send().get_attribute("data-client-order-id")
    page.locator("#ticket-new").click()
    trader.fill_ticket("BUY", 11, "MKT")
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)
    trader.submit_button.click()
    doubt = page.locator("#ticket-doubt")
    expect(doubt).to_be_visible(timeout=SECONDS)
    expect(page.locator("#ticket-notice")).to_contain_text("the same order")
    expect(doubt.locator("a")).to_have_attribute("href", f"/orders/{first}")
    before = trader.page_rows.count()
    page.locator("#ticket-anyway").click()
    expect(trader.page_rows).to_have_count(before + 1, timeout=SECONDS)


@pytest.mark.parametrize(("symbol", "percent", "left"), [("JPM", 25, ["+6"]), ("V", 100, [])])
def test_so_much_of_a_position_is_closed(
    trader: Trader, a_desk: RunningDesk, symbol: str, percent: int, left: list[str]
) -> None:
    buy(a_desk, symbol, 8)
    expect(trader.position(symbol)).to_have_text("+8", timeout=SECONDS)
    trader.close(symbol, percent)
    expect(trader.position(symbol)).to_have_text(left, timeout=SECONDS)


NOT_CONNECTED = {"error": "IB not connected", "sent": "no", "status": 503}


def hold_closes(page: Page) -> Held:
    return Held(page, "**/api/v1/positions/close", "POST")


def ask_to_close(trader: Trader, symbol: str) -> None:
    trader.page.locator(f'#positions tr[data-symbol="{symbol}"] [data-close]').click()
    expect(trader.page.locator("#close-h")).to_have_text(f"Close {symbol}", timeout=SECONDS)


def sold(a_desk: RunningDesk, symbol: str) -> list[float]:
    orders = a_desk.call("GET", "/api/v1/orders?status=all")[1]["orders"]
    return [
        one["order"]["totalQuantity"]
        for one in orders
        if one["contract"]["symbol"] == symbol and one["order"]["action"] == "SELL"
    ]


def test_the_keyboard_stays_in_a_row_whose_button_is_gone(trader: Trader) -> None:
    row = trader.rest("KO", 12)
    row.locator("[data-cancel]").focus()
    trader.page.keyboard.press("Enter")
    trader.expect_status(row, "Cancelled")
    expect(row.locator("[data-cancel]")).to_be_hidden()
    expect(row.locator("a, .link").first).to_be_focused()


def test_no_single_key_sends_a_close(trader: Trader, a_desk: RunningDesk) -> None:
    """Enter on the chosen part leads to the button."""
    page, send = trader.page, trader.page.locator("#close-send")
    buy(a_desk, "MRK", 4)
    ask_to_close(trader, "MRK")
    expect(page.locator("#close-dialog").get_by_label("100 %")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(send).to_be_focused()
    expect(send).to_contain_text("Send: Sell 2 MRK MKT")
    assert sold(a_desk, "MRK") == []
    page.keyboard.press("Enter")
    expect(page.locator("#close-dialog")).to_be_hidden(timeout=SECONDS)
    assert sold(a_desk, "MRK") == [2]


def test_a_cancel_that_never_arrived_is_found_out(page: Page, a_desk: RunningDesk) -> None:
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    row = trader.rest("KO", 8)
    with Held(page, "**/api/v1/orders/ui-*", "DELETE") as held:
        row.locator("[data-cancel]").click()
        held.first().abort()
        said = page.locator("#toasts-urgent")
        expect(said).to_contain_text("Unknown whether the cancel arrived", timeout=SECONDS)
        expect(said).to_contain_text("The desk has heard of no cancel", timeout=SECONDS)
    trader.expect_status(row, "Submitted")
    row.locator("[data-cancel]").click()
    trader.expect_status(row, "Cancelled")


def test_a_close_that_fails_after_its_dialog_was_left_is_still_told(
    page: Page, a_desk: RunningDesk
) -> None:
    buy(a_desk, "CVX", 4)
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    held = hold_closes(page)
    ask_to_close(trader, "CVX")
    page.locator("#close-send").click()
    (route,) = held.wait_for(1)
    page.keyboard.press("Escape")
    route.fulfill(status=503, json=NOT_CONNECTED)
    said = page.locator("#toasts-urgent")
    expect(said).to_contain_text("CVX: Not closed: IB not connected", timeout=SECONDS)


def test_a_close_that_fails_leaves_the_key_of_another_one_alone(
    page: Page, a_desk: RunningDesk
) -> None:
    """The other one's outcome is unknown: only its own key makes it safe to send it again."""
    buy(a_desk, "CVX", 4)
    buy(a_desk, "BA", 8)
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    held = hold_closes(page)
    ask_to_close(trader, "CVX")
    page.locator("#close-send").click()
    held.wait_for(1)
    page.keyboard.press("Escape")
    ask_to_close(trader, "BA")
    page.locator("#close-dialog .side:has([value='50'])").click()
    page.locator("#close-send").click()
    first, second = held.wait_for(2)
    first.fulfill(status=503, json=NOT_CONNECTED)
    expect(page.locator("#toasts-urgent")).to_contain_text("CVX: Not closed", timeout=SECONDS)
    expect(page.locator("#close-notice")).to_be_hidden()
    second.fetch()
    second.abort()
    expect(page.locator("#close-notice")).to_contain_text("Unknown whether", timeout=SECONDS)
    held.let_go()
    page.locator("#close-send").click()
    expect(page.locator("#close-dialog")).to_be_hidden(timeout=SECONDS)
    assert sold(a_desk, "BA") == [4]


def test_the_question_follows_a_position_that_changes_below_it(
    trader: Trader, a_desk: RunningDesk
) -> None:
    page, send = trader.page, trader.page.locator("#close-send")
    buy(a_desk, "PG", 4)
    ask_to_close(trader, "PG")
    expect(send).to_contain_text("Send: Sell 4 PG MKT", timeout=SECONDS)
    buy(a_desk, "PG", 7)
    expect(send).to_contain_text("Send: Sell 11 PG MKT", timeout=SECONDS)
    changed = "The position has changed: you hold +11 now."
    expect(page.locator("#close-notice")).to_have_text(changed)
    assert a_desk.call("POST", "/api/v1/positions/flatten", {"confirm": True})[0] == 200
    expect(send).to_have_text("Nothing to close", timeout=SECONDS)
    expect(send).to_be_disabled()
    assert sold(a_desk, "PG") == [11]


def test_what_is_not_held_as_the_button_said_is_not_closed(page: Page, a_desk: RunningDesk) -> None:
    buy(a_desk, "ABT", 4)
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    send, held = page.locator("#close-send"), hold_closes(page)
    ask_to_close(trader, "ABT")
    send.click()
    (route,) = held.wait_for(1)
    buy(a_desk, "ABT", 7)
    held.let_go()
    route.continue_()
    refused = "Not closed: The position is 11 now, not 4."
    expect(page.locator("#close-notice")).to_contain_text(refused, timeout=SECONDS)
    expect(send).to_contain_text("Send: Sell 11 ABT MKT", timeout=SECONDS)
    assert sold(a_desk, "ABT") == []
    send.click()
    expect(page.locator("#close-dialog")).to_be_hidden(timeout=SECONDS)
    assert sold(a_desk, "ABT") == [11]


def test_what_was_not_closed_is_still_said_when_the_position_follows(
    page: Page, a_desk: RunningDesk
) -> None:
    """The refusal may come before the page hears of the change that it is about."""
    buy(a_desk, "ABBV", 4)
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    held = hold_closes(page)
    ask_to_close(trader, "ABBV")
    page.locator("#close-send").click()
    (route,) = held.wait_for(1)
    changed = NOT_CONNECTED | {"status": 409, "errorCode": "position_changed"}
    route.fulfill(status=409, json=changed | {"error": "The position is 11 now, not 4."})
    notice = page.locator("#close-notice")
    expect(notice).to_have_text("Not closed: The position is 11 now, not 4.", timeout=SECONDS)
    buy(a_desk, "ABBV", 7)
    said = "Not closed: The position is 11 now, not 4. The position has changed: you hold +11 now."
    expect(notice).to_have_text(said, timeout=SECONDS)
    assert sold(a_desk, "ABBV") == []


def test_a_page_that_has_missed_a_change_asks_what_is_held(page: Page, a_desk: RunningDesk) -> None:
    buy(a_desk, "WMT", 8)
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    changed = NOT_CONNECTED | {"status": 409, "errorCode": "position_changed", "error": "Look"}
    page.route("**/positions/close", lambda route: route.fulfill(status=409, json=changed))
    ask_to_close(trader, "WMT")
    with page.expect_request("**/api/v1/positions"):
        page.locator("#close-send").click()


def test_a_close_whose_answer_is_lost_is_sent_again_as_it_was(
    page: Page, a_desk: RunningDesk
) -> None:
    buy(a_desk, "NKE", 8)
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    held = hold_closes(page)
    ask_to_close(trader, "NKE")
    dialog, send = page.locator("#close-dialog"), page.locator("#close-send")
    dialog.locator(".side:has([value='50'])").click()
    send.click()
    (route,) = held.wait_for(1)
    held.let_go()
    route.fetch()
    route.abort()
    expect(page.locator("#close-notice")).to_contain_text("Unknown whether", timeout=SECONDS)
    expect(trader.position("NKE")).to_have_text("+4", timeout=SECONDS)
    expect(dialog.get_by_label("100 %")).to_be_disabled()
    expect(send).to_contain_text("Send again: Sell 4 NKE MKT")
    with page.expect_response("**/positions/close") as answer:
        send.click()
    assert answer.value.headers["idempotent-replayed"] == "true"
    expect(dialog).to_be_hidden(timeout=SECONDS)
    assert sold(a_desk, "NKE") == [4]
    ask_to_close(trader, "NKE")
    expect(dialog.get_by_label("100 %")).to_be_enabled()
    expect(send).to_contain_text("Send: Sell 4 NKE MKT")


@pytest.fixture
def thawed_desk(a_desk: RunningDesk) -> Iterator[RunningDesk]:
    """The shared desk, which takes new orders again afterwards."""
    yield a_desk
    assert a_desk.call("DELETE", "/api/v1/freeze")[1] == {"frozen": False}


def test_a_freeze_stops_new_orders_and_no_way_out(page: Page, thawed_desk: RunningDesk) -> None:
    buy(thawed_desk, "PFE", 5)
    trader = Trader(page, thawed_desk.url)
    trader.sign_in()
    row = trader.rest("PFE", 3)
    page.locator("#freeze-switch").click()
    expect(page.locator("#frozen")).to_contain_text("New orders are frozen", timeout=SECONDS)
    page.locator("#ticket-new").click()
    trader.fill_ticket("BUY", 2, "MKT")
    expect(trader.preview()).to_contain_text("New orders are frozen")
    expect(trader.submit_button).to_contain_text("Send:", timeout=SECONDS)
    trader.submit_button.click()
    expect(page.locator("#ticket-notice")).to_contain_text("Not sent", timeout=SECONDS)
    row.locator("[data-cancel]").click()
    trader.expect_status(row, "Cancelled")
    trader.close("PFE", 100)
    expect(trader.position("PFE")).to_have_count(0, timeout=SECONDS)


def test_flatten_asks_and_then_closes_every_position(trader: Trader, a_desk: RunningDesk) -> None:
    buy(a_desk, "DIS", 4)
    expect(trader.position("DIS")).to_have_text("+4", timeout=SECONDS)
    trader.page.locator("#flatten").click()
    expect(trader.page.locator("#confirm-text")).to_contain_text("Sell 4 DIS")
    trader.page.locator("#confirm-dialog [value=yes]").click()
    rows = trader.page.locator("#positions tbody tr")
    expect(rows).to_have_count(0, timeout=SECONDS)


def rest(a_desk: RunningDesk) -> str:
    """An order of elsewhere that works until somebody cancels it; returns its name."""
    order = {"action": "BUY", "totalQuantity": 9, "orderType": "LMT", "lmtPrice": 1}
    body = {"contract": {"symbol": "KO"}, "order": order}
    status, answer = a_desk.call("POST", "/api/v1/orders", body)
    assert status == 201, answer
    return str(answer["clientOrderId"])


def order_row(page: Page, key: str) -> Locator:
    return page.locator(f'#orders tr[data-client-order-id="{key}"]')


def buy(a_desk: RunningDesk, symbol: str, quantity: int) -> None:
    order = {"action": "BUY", "totalQuantity": quantity, "orderType": "MKT"}
    body = {"contract": {"symbol": symbol}, "order": order}
    status, answer = a_desk.call("POST", "/api/v1/orders", body)
    assert status == 201, answer


def test_the_profit_is_the_shown_accounts_before_any_status(
    page: Page, a_desk: RunningDesk
) -> None:
    Trader(page, a_desk.url).sign_in()
    expect(page.locator("#cancel-all")).to_contain_text("(", timeout=SECONDS)
    own = page.locator("body").get_attribute("data-account")
    rows = [
        {"account": account, "dailyPnL": amount, "unrealizedPnL": 0, "realizedPnL": 0}
        for account, amount in ((own, 111), ("DU999", 999))
    ]
    answer = {"asOf": LATER, "stale": False, "pnl": rows}
    page.route("**/api/v1/pnl", lambda route: route.fulfill(json=answer))
    for path in ("stream*", "status"):
        Held(page, f"**/api/v1/{path}")
    page.reload()
    expect(page.locator("#account [data-field=dailyPnL]")).to_contain_text("111", timeout=SECONDS)


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

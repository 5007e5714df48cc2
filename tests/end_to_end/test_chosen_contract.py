"""The chosen contract: an option of a stock is another contract than the stock, everywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from paper_gateway.catalogue.expiries import business_days_before, third_friday
from tests.end_to_end.held import Held
from tests.end_to_end.trader import SECONDS, SOME_FRAMES, Trader, sent_orders
from tests.processes import RunningDesk

STRIKE = 220.0
A_PRICE_OF_THE_STOCK = 100  # no option near the money costs as much
MOST_MOVES = 12
# The next prices that the ticket and the quote line show.
MOVES = f"""() => new Promise((done) => {{
    const prices = [];
    const watch = new MutationObserver((changes) => {{
        prices.push(...changes.map(({{ target }}) => target.data).filter((text) => Number(text)));
        if (prices.length >= {MOST_MOVES}) done(prices.slice(0, {MOST_MOVES}));
    }});
    for (const place of ["#ticket [data-field=bid]", "#quote [data-field=last]"]) {{
        watch.observe(document.querySelector(place), {{ characterData: true, subtree: true }});
    }}
}})"""


def test_a_held_option_never_shows_as_its_stock(trader: Trader, a_desk: RunningDesk) -> None:
    name = hold_a_call(a_desk)
    page = trader.page
    trader.choose("AAPL")
    expect(page.locator("#positions")).to_contain_text(name, timeout=SECONDS)
    # Prices of both arrive all the time: whichever came last must not matter.
    moves = page.evaluate(MOVES)
    assert len(moves) == MOST_MOVES
    assert min(float(price) for price in moves) > A_PRICE_OF_THE_STOCK
    expect(page.locator("#ticket [data-field=held]")).to_have_text("none")


def test_a_position_in_an_option_is_traded_as_that_option(
    trader: Trader, a_desk: RunningDesk
) -> None:
    name = hold_a_call(a_desk)
    page = trader.page
    page.locator("#positions tbody tr", has_text=name).locator("td").first.click()
    expect(page.locator("#ticket [name=symbol]")).to_have_value(name, timeout=SECONDS)
    expect(page.locator("#ticket [data-field=held]")).to_contain_text("+", timeout=SECONDS)
    expect(page.locator("#ticket [data-field=bid]")).not_to_have_text("—", timeout=SECONDS)
    assert float(page.locator("#ticket [data-field=bid]").inner_text()) < A_PRICE_OF_THE_STOCK
    trader.fill_ticket("SELL", 1, "MKT")
    preview = trader.preview()
    expect(preview.locator("[data-field=size]")).to_have_text(f"1 {name}")
    expect(trader.submit_button).to_contain_text(f"Send: Sell 1 {name} MKT")
    row = trader.send()
    trader.expect_status(row, "Filled")
    expect(row.locator("[data-field=symbol]")).to_have_text(name)


def test_a_name_of_several_contracts_is_picked_in_the_ticket(trader: Trader) -> None:
    page = trader.page
    trader.choose("AAPL")
    box = page.locator("#ticket [name=symbol]")
    box.fill("RY")
    box.press("Enter")
    expect(page.locator("#error-contract")).to_contain_text("pick one", timeout=SECONDS)
    trader.submit_button.click()
    expect(box).to_be_focused()
    expect(page.locator("#error-contract")).to_contain_text("pick one")
    expect(page.locator("#preview")).to_be_hidden()
    box.focus()
    box.press("ArrowDown")
    page.locator("#symbol-list li", has_text="CAD").click()
    expect(page.locator("#symbol-about")).to_contain_text("CAD", timeout=SECONDS)
    expect(page.locator("#error-contract")).to_be_hidden()
    trader.fill_ticket("BUY", 3, "MKT")
    trader.preview()
    expect(trader.submit_button).to_contain_text("Send: Buy 3 RY MKT", timeout=SECONDS)


def test_a_preview_waits_for_what_was_typed_just_before(trader: Trader) -> None:
    page = trader.page
    trader.choose("AAPL")
    trader.fill_ticket("BUY", 4, "MKT")
    page.locator("#ticket [name=symbol]").fill("JNJ")
    preview = trader.preview()
    expect(preview.locator("[data-field=size]")).to_have_text("4 JNJ")


def test_a_press_that_waits_for_a_look_up_never_sends_what_is_ready_by_then(
    page: Page, a_desk: RunningDesk
) -> None:
    trader = Trader(page, a_desk.url)
    trader.sign_in()
    trader.choose("AAPL")
    trader.fill_ticket("BUY", 4, "MKT")
    sent = sent_orders(page)
    with Held(page, "**/contracts/resolve?symbol=IBM") as look_ups:
        page.locator("#ticket [name=symbol]").fill("IBM")
        trader.submit_button.click()
        look_ups.wait_for()
        trader.choose("MSFT")
        trader.preview()
        expect(trader.submit_button).to_contain_text("Send: Buy 4 MSFT")
        look_ups.routes[0].abort()
        page.evaluate(SOME_FRAMES)
        expect(trader.submit_button).to_contain_text("Send: Buy 4 MSFT")
    assert sent == []


def hold_a_call(desk: RunningDesk) -> str:
    """Buy a call of AAPL; returns how the pages call it."""
    day = datetime.now(UTC).date() + timedelta(days=50)
    expiry = business_days_before(third_friday(day.year, day.month), 0)
    contract: dict[str, Any] = {
        "symbol": "AAPL",
        "secType": "OPT",
        "lastTradeDateOrContractMonth": f"{expiry:%Y%m%d}",
        "strike": STRIKE,
        "right": "C",
    }
    order = {"action": "BUY", "totalQuantity": 1, "orderType": "MKT"}
    body = {"contract": contract, "order": order, "confirmDuplicate": True}
    status, answer = desk.call("POST", "/api/v1/orders", body)
    assert status == 201, answer
    return f"AAPL {expiry.day} {expiry:%b %y} {STRIKE:g} C"

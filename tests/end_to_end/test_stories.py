"""What a bad minute looks like from the desk: races, silence, two tabs, a network that is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.cable import cable
from tests.conftest import ORDERS
from tests.end_to_end.conftest import REFUSALS, Market, watched
from tests.end_to_end.test_pages import violations
from tests.end_to_end.trader import SECONDS, Trader
from tests.processes import until

UNKNOWN_SECONDS = 120


@pytest.fixture
def market(a_market: Market) -> Market:
    return a_market


@pytest.fixture
def trader(page: Page, market: Market) -> Iterator[Trader]:
    with watched(page):
        trader = Trader(page, market.desk.url)
        trader.sign_in()
        yield trader


def position_of(market: Market, symbol: str) -> int:
    """What IB's side holds of it, by the desk's API."""
    _, answer = market.desk.call("GET", "/api/v1/positions")
    rows = [row for row in answer["positions"] if row["contract"]["symbol"] == symbol]
    return sum(int(row["position"]) for row in rows)


@pytest.mark.parametrize(
    ("switch", "symbol"), [("fill_before_cancel", "PFE"), ("fill_after_cancel", "CSCO")]
)
def test_a_cancel_that_loses_the_race_ends_as_the_fill_that_it_is(
    trader: Trader, market: Market, switch: str, symbol: str
) -> None:
    row = trader.rest(symbol, 4)
    market.gateway.drill(**{switch: 1})
    row.locator("[data-cancel]").click()
    trader.expect_status(row, "Filled")
    expect(trader.position(symbol)).to_have_text("+4", timeout=SECONDS)
    assert position_of(market, symbol) == 4
    expect(row.locator("[data-cancel]")).to_be_hidden()


def test_a_cancel_that_ib_does_not_answer_is_never_called_done(
    trader: Trader, market: Market
) -> None:
    row = trader.rest("INTC", 3)
    market.gateway.drill(swallow_cancels=1)
    row.locator("[data-cancel]").click()
    expect(row).to_contain_text("Cancel", timeout=SECONDS)
    expect(row.locator(".status")).not_to_contain_text("Cancelled")
    key = row.get_attribute("data-client-order-id")
    assert market.desk.call("GET", f"/api/v1/orders/{key}")[1]["state"] == "live"
    until(lambda: _cancelled(market, str(key)), "a second cancel is answered")
    trader.expect_status(row, "Cancelled")


def _cancelled(market: Market, key: str) -> bool:
    market.desk.call("DELETE", f"/api/v1/orders/{key}")
    return bool(market.desk.call("GET", f"/api/v1/orders/{key}")[1]["state"] == "cancelled")


def test_an_order_that_vanishes_is_unknown_and_never_sent_again(
    trader: Trader, market: Market
) -> None:
    trader.choose("KO")
    trader.fill_ticket("BUY", 7, "MKT")
    trader.preview()
    market.gateway.drill(swallow_orders=1)
    row = trader.send()
    name = row.get_attribute("data-client-order-id")
    expect(row.locator('[data-field="status"]')).to_contain_text(
        "Unknown", timeout=UNKNOWN_SECONDS * 1000
    )
    trader.page.goto(f"{market.desk.url}/orders/{name}")
    expect(trader.page.locator("main")).to_contain_text("do not place it again", timeout=SECONDS)
    assert position_of(market, "KO") == 0


def test_an_order_that_no_list_names_any_more_is_dismissed_by_whoever_has_looked(
    trader: Trader, market: Market
) -> None:
    page, row = trader.page, trader.rest("PEP", 2)
    name = row.get_attribute("data-client-order-id")
    perm_id = market.desk.call("GET", f"/api/v1/orders/{name}")[1]["permId"]
    market.gateway.drill(lose_order=perm_id)
    market.gateway.drill(drop_client=ORDERS)
    trader.expect_status(row, "Unknown")
    page.goto(f"{market.desk.url}/orders/{name}")
    status = page.locator("#summary [data-status]")
    expect(status).to_contain_text("do not place it again", timeout=SECONDS)
    page.get_by_role("button", name="It is not in TWS").click()
    assert violations(page) == []
    page.get_by_role("button", name="It is not there: dismiss it").click()
    expect(status).to_contain_text("Dismissed", timeout=SECONDS)
    expect(page.locator("#why")).to_contain_text("admin has looked into TWS", timeout=SECONDS)
    told = page.locator("#timeline [data-kind=dismissed]")
    expect(told).to_contain_text("Dismissed: admin has looked into TWS: it is not there")
    expect(page.locator("#summary [data-dismiss]")).to_be_hidden()


def test_two_tabs_see_one_order_and_one_cancel(trader: Trader, market: Market) -> None:
    context: BrowserContext = trader.page.context
    with watched(context.new_page(), (*REFUSALS, "status of 409")) as page:
        other = Trader(page, market.desk.url)
        page.goto(market.desk.url)
        expect(other.submit_button).to_be_enabled(timeout=SECONDS)
        row = trader.rest("MCD", 2)
        name = row.get_attribute("data-client-order-id")
        there = page.locator(f'#orders tr[data-client-order-id="{name}"]')
        other.expect_status(there, "Submitted")
        there.locator("[data-cancel]").click()
        other.expect_status(there, "Cancelled")
        trader.expect_status(row, "Cancelled")


def test_a_page_without_a_network_says_so_and_misses_nothing(page: Page, market: Market) -> None:
    with cable(market.desk.port) as line:
        trader = Trader(page, f"http://127.0.0.1:{line.port}")
        trader.sign_in()
        row = trader.rest("V", 2)
        key = row.get_attribute("data-client-order-id")
        line.pull()
        expect(page.locator("#conn-stream")).to_have_attribute(
            "data-state", "reconnecting", timeout=SECONDS
        )
        expect(page.locator("#banner")).to_contain_text("frozen", timeout=SECONDS)
        assert market.desk.call("DELETE", f"/api/v1/orders/{key}")[0] == 200
        expect(row).to_contain_text("Submitted")  # nothing is cleared, and nothing is guessed
        line.plug()
        trader.expect_status(row, "Cancelled")
        expect(page.locator("#conn-stream")).to_have_attribute("data-state", "live")

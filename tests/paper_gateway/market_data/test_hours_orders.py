"""Orders while their exchange is closed: they wait for it, and say so."""

from typing import Any

import pytest
from ib_async import Contract, Crypto, LimitOrder, MarketOrder, Order

from tests.paper_gateway.market_data.market_desk import AAPL_ID, SATURDAY, exchange_desk
from tests.paper_gateway.wire_client import NOON, names

MONDAY_OPENING = SATURDAY + 2 * 86_400 - 1800
FILLED = ["11", "5 Filled", "3 Filled", "5 Filled", "3 Filled", "59"]
EVENING = NOON + 7 * 3600


def terms(order: Order, **others: Any) -> Order:
    for name, value in {"tif": "DAY", **others}.items():
        setattr(order, name, value)
    return order


def test_a_market_order_waits_for_the_opening_and_says_so() -> None:
    desk = exchange_desk(SATURDAY)
    client = desk.connect()
    found = client.place(1, terms(MarketOrder("BUY", 100)))
    assert names(found) == ["4 399", "5 PreSubmitted", "3 PreSubmitted"]
    assert "will not be placed at the exchange until the next opening" in found[0][4]
    desk.wait(MONDAY_OPENING - desk.clock.now - 1)
    assert client.read() == []
    desk.wait(2)
    filled = client.read()
    assert names(filled) == FILLED
    assert float(filled[0][20]) == desk.hub.market.quote(AAPL_ID, MONDAY_OPENING).ask


def test_a_limit_order_rests_until_regular_hours() -> None:
    desk = exchange_desk(EVENING)
    client = desk.connect()
    limit = desk.hub.market.quote(AAPL_ID, EVENING).ask * 2
    order = terms(LimitOrder("BUY", 100, round(limit, 2)))
    assert names(client.place(1, order)) == ["4 399", "5 Submitted", "3 Submitted"]
    desk.wait(60.0)
    assert client.read() == []


def test_outside_regular_hours_is_for_limit_orders() -> None:
    desk = exchange_desk(EVENING)
    client = desk.connect()
    limit = round(desk.hub.market.quote(AAPL_ID, EVENING).ask * 2, 2)
    found = client.place(1, terms(LimitOrder("BUY", 100, limit), outsideRth=True))
    desk.wait(1.0)
    assert names(found + client.read())[:2] == ["5 Submitted", "3 Submitted"]
    assert desk.hub.book.executions[0].price == desk.hub.market.quote(AAPL_ID, EVENING).ask
    market = client.place(2, terms(MarketOrder("BUY", 100), outsideRth=True))
    assert names(market)[:2] == ["4 2109", "4 399"]


def test_a_day_order_that_came_after_the_closing_is_for_the_next_day() -> None:
    desk = exchange_desk(EVENING)
    client = desk.connect()
    client.place(1, terms(LimitOrder("BUY", 100, 1.0)))
    desk.wait(86_400.0)
    assert client.read() == []
    desk.wait(8 * 3600.0)
    assert names(client.read()) == ["3 Cancelled", "4 202"]


@pytest.mark.parametrize(("kind", "seconds"), [("OPG", -1800), ("DAY", 6 * 3600)])
def test_auctions_are_held_on_trading_days_only(kind: str, seconds: int) -> None:
    desk = exchange_desk(SATURDAY)
    client = desk.connect()
    order = MarketOrder("BUY", 100) if kind == "OPG" else Order(
        action="BUY", totalQuantity=100, orderType="MOC"
    )  # fmt: skip
    client.place(1, terms(order, tif=kind))
    desk.wait(2 * 86_400.0 + seconds - 1)
    client.read()
    assert desk.hub.book.executions == []
    desk.wait(2)
    assert len(desk.hub.book.executions) == 1


def test_what_never_closes_fills_on_a_saturday() -> None:
    desk = exchange_desk(SATURDAY)
    client = desk.connect()
    coin: Contract = Crypto("BTC", "PAXOS", "USD")
    order = terms(LimitOrder("BUY", 0.01, 200_000.0))
    client.place(1, order, coin)
    desk.wait(1.0)
    assert len(desk.hub.book.executions) == 1

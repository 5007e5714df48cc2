"""Pegged orders: where they rest, and that they fill when the market comes there."""

from typing import Any

import pytest
from ib_async import Order

from paper_gateway.market import Quote
from paper_gateway.pegs import peg_price
from tests.paper_gateway.wire_client import NOON, Desk, Message, names

SUBMITTED = ["5 Submitted", "3 Submitted"]
FILLED = ["11", "5 Filled", "3 Filled", "5 Filled", "3 Filled", "59"]
QUOTE = Quote(NOON, 99.98, 100.03, 100.0, 300, 200, 100, 5000, 99.0, 101.0, 98.0, 97.5)


def terms(kind: str, action: str = "BUY", **others: Any) -> Order:
    return Order(action=action, totalQuantity=10, orderType=kind, tif="DAY", **others)


def price_of(found: list[Message]) -> float:
    (execution,) = [message for message in found if message[0] == "11"]
    return float(execution[20])


@pytest.mark.parametrize(
    ("order", "price"),
    [
        (terms("MIDPRICE"), 100.005),
        (terms("MIDPRICE", lmtPrice=100.0), 100.0),
        (terms("MIDPRICE", "SELL", lmtPrice=100.02), 100.02),
        (terms("PEG MID"), 100.005),
        (terms("PEG MID", auxPrice=0.02), 99.985),
        (terms("PEG MID", "SELL", auxPrice=0.02), 100.025),
        (terms("REL"), 99.98),
        (terms("REL", "SELL"), 100.03),
        (terms("REL", auxPrice=0.02), 100.0),
        (terms("REL", "SELL", auxPrice=0.02), 100.01),
        (terms("REL", percentOffset=0.0002), 100.0),
        (terms("REL", auxPrice=0.04, lmtPrice=100.01), 100.01),
    ],
)
def test_the_price_of_a_peg(order: Order, price: float) -> None:
    desk = Desk()
    desk.hub.drills.hold_for_locate = True
    desk.connect().place(1, order)
    (booked,) = desk.hub.book.open_orders()
    assert peg_price(booked, QUOTE) == pytest.approx(price)


@pytest.mark.parametrize("kind", ["MIDPRICE", "PEG MID", "REL"])
def test_a_pegged_order_rests_follows_and_fills_when_the_market_comes(kind: str) -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(110.0, after=10.0)
    desk.move(109.99, after=20.5)
    assert names(client.place(1, terms(kind))) == SUBMITTED
    desk.wait(20)
    assert client.read() == []
    desk.wait(1)
    found = client.read()
    assert names(found) == FILLED
    assert price_of(found) == {"REL": 109.99}.get(kind, 110.0)


def test_a_peg_at_the_other_side_of_the_quote_fills_at_once() -> None:
    found = Desk().connect().place(1, terms("REL", auxPrice=0.02))
    assert names(found) == [*SUBMITTED, *FILLED]


def test_a_cap_keeps_the_order_from_following_too_far() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(110.0, after=10.0)
    desk.move(104.99, after=20.5)
    desk.move(100.0, after=30.0)
    client.place(1, terms("MIDPRICE", lmtPrice=105.0))
    desk.wait(31)
    assert price_of(client.read()) == 105.0


def test_a_peg_that_must_trade_at_once_is_cancelled() -> None:
    found = Desk().connect().place(1, Order(
        action="BUY", totalQuantity=10, orderType="MIDPRICE", tif="IOC",
    ))  # fmt: skip
    assert names(found) == [*SUBMITTED, "3 Cancelled", "4 202"]

"""Auctions of the exchange's day, and times as clients write them."""

from typing import Any

import pytest
from ib_async import Forex, Order

from paper_gateway.session_times import end_instant, next_auction, start_instant
from tests.paper_gateway.wire_client import NOON, Desk, Message, names

PRE = ["5 PreSubmitted", "3 PreSubmitted"]
FILLED = ["11", "5 Filled", "3 Filled", "5 Filled", "3 Filled", "59"]
CANCELLED = ["3 Cancelled", "4 202"]
TO_CLOSE = 6 * 3600.0
TO_OPEN = 23.5 * 3600.0


def terms(kind: str, tif: str = "DAY", **others: Any) -> Order:
    return Order(action="BUY", totalQuantity=600, orderType=kind, tif=tif, **others)


def fills(found: list[Message]) -> list[tuple[float, float]]:
    return [(float(message[19]), float(message[20])) for message in found if message[0] == "11"]


def test_auctions_are_held_at_the_hours_of_new_york() -> None:
    assert next_auction("close", NOON) == NOON + TO_CLOSE
    assert next_auction("open", NOON) == NOON + TO_OPEN
    assert next_auction("close", NOON + TO_CLOSE) == NOON + TO_CLOSE + 86_400
    # Summer time begins on 8 March 2026: that day is an hour short.
    before = NOON + 61 * 86_400
    assert next_auction("close", before + TO_CLOSE) == before + TO_CLOSE + 82_800


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("20260105 10:10:00 US/Eastern", 600, 600),
        ("20260105-15:10:00", 600, 600),
        ("10:10:00", 600, 600),
        ("10:10", 600, 600),
        ("10:10:00 US/Central", 4200, 4200),
        ("20260106", 14 * 3600, 38 * 3600 - 1),
    ],
)
def test_times_in_every_form_clients_write(text: str, start: float, end: float) -> None:
    assert (start_instant(text, NOON) - NOON, end_instant(text, NOON) - NOON) == (start, end)


@pytest.mark.parametrize(
    "text", ["", "noon", "20261301", "25:00:00", "10:10:00 Mars/Base", "99991231"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a|there is no time"):
        start_instant(text, NOON)


@pytest.mark.parametrize(
    ("order", "seconds"),
    [
        (terms("MOC"), TO_CLOSE),
        (terms("LOC", lmtPrice=101.0), TO_CLOSE),
        (terms("MKT", "OPG"), TO_OPEN),
        (terms("LMT", "OPG", lmtPrice=101.0), TO_OPEN),
    ],
)
def test_an_order_for_an_auction_waits_for_it_and_fills_in_one_piece(
    order: Order, seconds: float
) -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(100.5, after=seconds - 60)
    assert names(client.place(1, order)) == PRE
    desk.wait(seconds - 1)
    assert client.read() == []
    desk.wait(2)
    found = client.read()
    assert (names(found), fills(found)) == (FILLED, [(600.0, 100.5)])


@pytest.mark.parametrize(
    ("order", "kind"),
    [(terms("LOC", lmtPrice=99.0), "close"), (terms("LMT", "OPG", lmtPrice=99.0), "open")],
)
def test_a_limit_that_the_auction_does_not_reach_is_cancelled(order: Order, kind: str) -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, order)
    desk.hub.exchange.run_auction(kind)
    found = client.read()
    assert names(found) == CANCELLED
    assert found[1][4] == f"Order Canceled - reason:At the {kind} order can not be executed"


def test_a_test_may_hold_an_auction_now_for_those_that_wait_for_it() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, terms("MOC"))
    client.place(2, terms("MKT", "OPG"))
    desk.hub.exchange.run_auction("close")
    assert names(client.read()) == FILLED
    desk.hub.exchange.run_auction("close")
    assert client.read() == []
    desk.hub.exchange.run_auction("open")
    assert names(client.read()) == FILLED
    desk.wait(2 * 86_400)
    assert client.read() == []


def test_an_order_for_the_next_days_auction_outlives_midnight() -> None:
    desk = Desk()
    desk.clock.now += TO_CLOSE + 3600
    client = desk.connect()
    client.place(1, terms("MOC"))
    desk.wait(22 * 3600)
    assert client.read() == []
    desk.wait(3600)
    assert names(client.read()) == FILLED


def test_a_child_waits_for_its_parent_before_it_waits_for_an_auction() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(90.0, after=10)
    parent = terms("LMT", lmtPrice=90.0, transmit=False)
    child = terms("MOC", parentId=1)
    parent.totalQuantity = child.totalQuantity = 10
    child.action = "SELL"
    client.place(1, parent)
    client.place(2, child)
    desk.hub.exchange.run_auction("close")
    assert client.read() == []
    desk.wait(11)
    client.read()
    desk.hub.exchange.run_auction("close")
    assert names(client.read()) == FILLED


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (terms("MOC", "IOC"), "4 201"),
        (terms("STP", "OPG", auxPrice=110.0), "4 201"),
    ],
)
def test_what_cannot_be_auctioned_is_refused(order: Order, code: str) -> None:
    assert names(Desk().connect().place(1, order)) == [code]


def test_currency_pairs_have_no_auctions() -> None:
    client = Desk().connect()
    assert names(client.place(1, terms("MOC"), Forex("EURUSD"))) == ["4 387"]
    assert names(client.place(1, terms("MKT", "OPG"), Forex("EURUSD"))) == ["4 201"]

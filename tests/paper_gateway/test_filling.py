"""How orders fill that may trade: at once, all or nothing, in parts, by an amount of cash."""

from typing import Any

import pytest
from ib_async import Contract, Crypto, Forex, Order

from tests.paper_gateway.wire_client import Desk, Message, names

PRE = ["5 PreSubmitted", "3 PreSubmitted"]
SUBMITTED = ["5 Submitted", "3 Submitted"]
FILLED = ["11", "5 Filled", "3 Filled", "5 Filled", "3 Filled", "59"]
PART = ["11", *SUBMITTED, "59"]
CANCELLED = ["3 Cancelled", "4 202"]


def terms(kind: str = "MKT", quantity: float = 10, **others: Any) -> Order:
    plain = {"action": "BUY", "totalQuantity": quantity, "orderType": kind, "tif": "DAY"}
    return Order(**{**plain, **others})


def placed(desk: Desk, order: Order, contract: Contract | None = None) -> list[Message]:
    """Everything that an order brings within a second."""
    client = desk.connect()
    found = client.place(1, order, contract)
    desk.wait(1.0)
    return found + client.read()


def sizes(found: list[Message]) -> list[float]:
    return [float(message[19]) for message in found if message[0] == "11"]


# At once


@pytest.mark.parametrize("tif", ["IOC", "FOK"])
def test_what_cannot_trade_now_is_cancelled(tif: str) -> None:
    found = placed(Desk(), terms("LMT", lmtPrice=99.0, tif=tif))
    assert names(found) == [*SUBMITTED, *CANCELLED]


def test_immediate_or_cancel_takes_what_there_is_and_cancels_the_rest() -> None:
    found = placed(Desk(), terms("LMT", 600, lmtPrice=101.0, tif="IOC"))
    assert names(found) == [*SUBMITTED, *PART, *CANCELLED]
    assert sizes(found) == [300.0]


def test_fill_or_kill_fills_in_one_piece_whatever_its_size() -> None:
    found = placed(Desk(), terms(quantity=600, tif="FOK"))
    assert names(found) == [*PRE, *FILLED]
    assert sizes(found) == [600.0]


def test_all_or_none_rests_and_fills_in_one_piece() -> None:
    desk = Desk()
    desk.hub.drills.partial_fills = [100, 100]
    desk.move(99.0, after=0.5)
    found = placed(desk, terms("LMT", 600, lmtPrice=99.0, allOrNone=True))
    assert names(found) == [*SUBMITTED, *FILLED]
    assert sizes(found) == [600.0]


# Market to limit


def test_a_small_market_to_limit_order_is_a_market_order() -> None:
    assert names(placed(Desk(), terms("MTL"))) == [*PRE, *FILLED]


def test_the_rest_of_a_market_to_limit_order_rests_at_the_price_of_the_first_part() -> None:
    desk = Desk()
    desk.move(101.0, after=0.5)
    desk.move(100.0, after=10)
    client = desk.connect()
    found = client.place(1, terms("MTL", 600))
    assert names(found) == [*PRE, *PART]
    assert found[3][15:17] == ["MTL", "100.01"]
    desk.wait(9)
    assert client.read() == []
    desk.wait(2)
    assert sizes(client.read()) == [300.0]


# Cash


@pytest.mark.parametrize(
    ("contract", "cash", "size"),
    [
        (Forex("EURUSD"), 20_000.0, 199.98),
        (Crypto("BTC", "PAXOS", "USD"), 150.0, 1.49985001),
        (None, 1_000.0, 9.0),
    ],
)
def test_an_amount_of_cash_buys_what_it_is_worth_at_the_fill(
    contract: Contract | None, cash: float, size: float
) -> None:
    desk = Desk()
    found = placed(desk, terms(quantity=0, cashQty=cash), contract)
    assert names(found) == [*PRE, *FILLED]
    assert sizes(found) == [size]
    (order,) = desk.hub.book.completed_orders()
    assert (order.quantity, order.remaining) == (size, 0.0)


def test_too_little_cash_for_one_share_is_cancelled() -> None:
    assert names(placed(Desk(), terms(quantity=0, cashQty=50.0))) == [*PRE, *CANCELLED]


def test_a_resting_order_by_cash_is_sized_when_it_fills() -> None:
    desk = Desk()
    desk.move(90.0, after=0.5)
    found = placed(desk, terms("LMT", 0, lmtPrice=95.0, cashQty=1_000.0), Forex("EURUSD"))
    assert found[0][14] == "0"
    assert sizes(found) == [11.1]

"""Instructions that cannot be followed are refused with IB's codes."""

from typing import Any

import pytest
from ib_async import Forex, Order, PriceCondition, TimeCondition

from paper_gateway.instruction_rules import has_none
from tests.paper_gateway.test_rules import TICKET
from tests.paper_gateway.wire_client import Desk


def limit(**others: Any) -> Order:
    plain = {"action": "BUY", "totalQuantity": 10, "orderType": "LMT", "lmtPrice": 50.0}
    return Order(**{**plain, "tif": "DAY", **others})


def trail(**others: Any) -> Order:
    kind = {"orderType": "TRAIL", "lmtPrice": 0.0}
    return limit(**{**kind, **others})


def trail_limit(**others: Any) -> Order:
    return trail(orderType="TRAIL LIMIT", auxPrice=2.0, **others)


@pytest.mark.parametrize(
    ("order", "code", "text"),
    [
        (limit(tif="GTD"), "391", "End Time: The date"),
        (limit(tif="GTD", goodTillDate="whenever"), "391", "End Time: The date"),
        (limit(tif="GTD", goodTillDate="99991231"), "391", "End Time: The date"),
        (limit(tif="GTD", goodTillDate="20250101 10:00:00"), "201", "has passed"),
        (limit(goodTillDate="20270101 10:00:00"), "201", "needs the time-in-force GTD"),
        (limit(goodAfterTime="20261301"), "337", "Start Time: The date"),
        (limit(ocaGroup="g", ocaType=4), "321", "Invalid OCA type"),
        (limit(conditions=[PriceCondition(price=1.0, conId=5)]), "200", "No security definition"),
        (limit(conditions=[TimeCondition(time="soon")]), "320", "is not a date"),
        (trail(), "321", "trailing amount or the trailing percent"),
        (trail(auxPrice=2.0, trailingPercent=1.0), "321", "amount or the trailing percent"),
        (trail(trailingPercent=100.0), "321", "Invalid trailing percent"),
        (trail(auxPrice=-2.0), "321", "Invalid trailing price"),
        (trail(auxPrice=2.0, trailStopPrice=-1.0), "321", "Invalid trailing stop price"),
        (trail(auxPrice=2.0, trailStopPrice=98.001), "110", "minimum price variation"),
        (trail_limit(lmtPriceOffset=0.1), "321", "needs a trailing stop price"),
        (trail_limit(trailStopPrice=98.0), "321", "limit price or the limit price offset"),
        (
            trail_limit(trailStopPrice=98.0, lmtPrice=97.0, lmtPriceOffset=1.0),
            "321",
            "limit price or the limit price offset",
        ),
        (limit(cashQty=100.0), "321", "Set either the size or the cash quantity"),
        (limit(cashQty=-100.0, totalQuantity=0), "201", "A cash quantity cannot be used"),
    ],
)
def test_an_instruction_that_cannot_be_followed_is_refused(
    order: Order, code: str, text: str
) -> None:
    desk = Desk()
    (message,) = desk.connect().place(3, order)
    assert message[2:4] == ["3", code]
    assert text in message[4]
    assert desk.hub.book.orders == {}


@pytest.mark.parametrize("terms", [{"tif": "GTD"}, {"goodAfterTime": "x"}])
def test_a_change_and_a_preview_are_judged_alike(terms: dict[str, Any]) -> None:
    client = Desk().connect()
    client.place(1, limit())
    ((_, _, order_id, *_),) = client.place(1, limit(**terms))
    ((_, _, preview_id, *_),) = client.place(2, limit(whatIf=True, **terms))
    assert (order_id, preview_id) == ("1", "2")


def test_a_future_has_no_cash_quantity() -> None:
    client = Desk().connect()
    future = Forex("EURUSD")
    future.symbol, future.secType, future.exchange = "GC", "FUT", "COMEX"
    future.lastTradeDateOrContractMonth = "202912"
    (message,) = client.place(1, limit(totalQuantity=0, cashQty=100.0, lmtPrice=100.0), future)
    assert message[3] == "201"


def test_a_plain_order_is_not_looked_at() -> None:
    assert has_none(TICKET)

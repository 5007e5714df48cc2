"""Changes of working orders: what may change, and what the market made stays."""

from dataclasses import replace

import pytest
from ib_async import LimitOrder, Order

from paper_gateway.changes import apply_change, refuse_change
from tests.paper_gateway.wire_client import NOON, Desk, names

SUBMITTED = ["5 Submitted", "3 Submitted"]


def test_a_partly_filled_order_may_be_changed_and_goes_on_with_the_new_terms() -> None:
    desk = Desk()
    client = desk.connect()
    desk.hub.drills.partial_fills = [100.0, 100.0]
    client.place(1, LimitOrder("BUY", 400, 101.0, tif="DAY"))
    found = client.place(1, LimitOrder("BUY", 300, 102.0, tif="DAY"))
    assert names(found)[:2] == SUBMITTED
    desk.wait(1)
    (order,) = desk.hub.book.completed_orders()
    assert (order.filled, order.ticket.limit_price) == (300.0, 102.0)


def test_the_limit_that_the_market_made_stays_until_the_client_sets_another() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(101.0, after=0.01)
    plain = Order(action="BUY", totalQuantity=600, orderType="MTL", tif="DAY")
    client.place(1, plain)
    (order,) = desk.hub.book.open_orders()
    assert order.limit == 100.01
    apply_change(order, order.ticket.with_quantity(700), NOON)
    assert order.limit == 100.01
    apply_change(order, replace(order.ticket, limit_price=99.0), NOON)
    assert order.limit == 99.0


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("order_type", "MKT", 329), ("action", "SELL", 105), ("quantity", 0.0, 201)],
)
def test_what_makes_another_order_of_it_is_refused(field: str, value: object, code: int) -> None:
    desk = Desk()
    desk.connect().place(1, LimitOrder("BUY", 10, 50.0))
    (order,) = desk.hub.book.open_orders()
    assert refuse_change(order, order.ticket, order.definition) is None
    changed = replace(order.ticket, **{field: value})  # type: ignore[arg-type]
    refusal = refuse_change(order, changed, order.definition)
    assert refusal is not None
    assert refusal.code == code

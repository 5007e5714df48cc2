"""What IB does on its own: the messages, and when it comes too late."""

from ib_async import LimitOrder, MarketOrder

from paper_gateway import interventions
from tests.paper_gateway.wire_client import AAPL, Desk, WireClient, names


def with_a_resting_order(size: float = 10) -> tuple[Desk, WireClient]:
    desk = Desk()
    client = desk.connect(7)
    client.place(1, LimitOrder("BUY", size, 50.0, tif="DAY", orderRef="key"))
    return desk, client


def test_a_cancel_by_ib_is_pending_for_a_moment() -> None:
    desk, client = with_a_resting_order()
    (order,) = desk.hub.book.open_orders()
    interventions.cancel_by_ib(desk.hub, order)
    assert names(client.read()) == ["5 PendingCancel"]
    assert order.status == "Submitted"
    desk.wait(0.2)
    assert names(client.read()) == ["3 Cancelled", "4 202"]


def test_an_order_that_fills_meanwhile_is_not_cancelled() -> None:
    desk, client = with_a_resting_order()
    (order,) = desk.hub.book.open_orders()
    interventions.cancel_by_ib(desk.hub, order)
    interventions.fill(desk.hub, order)
    client.read()
    desk.wait(0.2)
    assert (order.status, client.read()) == ("Filled", [])


def test_a_told_cancel_can_be_followed_by_the_fill() -> None:
    desk, client = with_a_resting_order()
    (order,) = desk.hub.book.open_orders()
    interventions.fill_after_cancel(desk.hub, order)
    assert names(client.read()) == ["3 Cancelled", "4 202"]
    desk.wait(0.6)
    assert names(client.read())[:3] == ["11", "5 Filled", "3 Filled"]
    assert order.average_price == 50.0


def test_a_part_of_an_order_can_fill_and_the_rest_works_on() -> None:
    desk, _client = with_a_resting_order()
    desk.move(49.0, after=10)
    (order,) = desk.hub.book.open_orders()
    interventions.fill(desk.hub, order, 4)
    assert (order.filled, order.status) == (4, "Submitted")
    desk.wait(20)
    assert order.status == "Filled"


def test_a_short_position_is_bought_back_and_the_books_balance() -> None:
    desk = Desk()
    client = desk.connect(7)
    client.place(1, MarketOrder("SELL", 10, tif="DAY"))
    interventions.liquidate(desk.hub, desk.hub.account.positions[AAPL])
    sold, back = desk.hub.book.executions
    assert (back.side, back.shares, back.order_id) == ("BOT", 10.0, -1)
    paid = back.shares * back.price + back.commission
    got = sold.shares * sold.price - sold.commission
    assert round(desk.hub.account.cash["USD"], 4) == round(1_000_000 + got - paid, 4)


def test_a_flat_position_is_not_liquidated() -> None:
    desk = Desk()
    client = desk.connect(7)
    client.place(1, MarketOrder("BUY", 10, tif="DAY"))
    client.place(2, MarketOrder("SELL", 10, tif="DAY"))
    client.read()
    interventions.liquidate(desk.hub, desk.hub.account.positions[AAPL])
    assert (client.read(), len(desk.hub.book.executions)) == ([], 2)


def test_a_lost_order_is_counted() -> None:
    desk, client = with_a_resting_order()
    (order,) = desk.hub.book.open_orders()
    interventions.lose(desk.hub, order)
    assert names(client.send(5, 1)) == ["53"]
    assert desk.hub.counters.lost == {"7/key": 1}

"""Orders that wait for a price: trailing stops follow the market, touched orders wait for it."""

from typing import Any

import pytest
from ib_async import Order

from paper_gateway.orders import Order as BookedOrder
from paper_gateway.triggers import follow, is_reached, next_best, triggers_above
from tests.paper_gateway.wire_client import Desk, Message, WireClient, decoded, names

PRE = ["5 PreSubmitted", "3 PreSubmitted"]
SUBMITTED = ["5 Submitted", "3 Submitted"]
FILLED = ["11", "5 Filled", "3 Filled", "5 Filled", "3 Filled", "59"]


def terms(kind: str, action: str = "SELL", **others: Any) -> Order:
    return Order(action=action, totalQuantity=10, orderType=kind, tif="DAY", **others)


def price_of(found: list[Message]) -> float:
    (execution,) = [message for message in found if message[0] == "11"]
    return float(execution[20])


def listed(client: WireClient) -> Order:
    """The client's only open order, as ib_async reads it."""
    client.session.receive(b"\0\0\0\x045\x001\0")
    (opened, *_) = [
        arguments
        for name, arguments in decoded(client.session.take_output())
        if name == "openOrder"
    ]
    found = opened[2]
    assert isinstance(found, Order)
    return found


def booked(desk: Desk) -> BookedOrder:
    (order,) = desk.hub.book.open_orders()
    return order


# Trailing stops


@pytest.mark.parametrize(
    ("action", "stop", "better", "moved"), [("SELL", 98, 103, 101), ("BUY", 102, 97, 99)]
)
def test_a_trailing_stop_follows_the_market_and_never_gives_way(
    action: str, stop: float, better: float, moved: float
) -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(better, after=10)
    desk.move((better + moved) / 2, after=20)
    found = client.place(1, terms("TRAIL", action, auxPrice=2.0))
    assert names(found) == PRE
    assert (found[1][10], booked(desk).stop_price) == ("trigger", stop)
    desk.wait(30)
    assert names(client.read()) == PRE
    assert booked(desk).stop_price == moved


def test_a_trailing_stop_triggers_at_its_own_distance_and_fills() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(103.0, after=10)
    desk.move(101.0, after=20)
    client.place(1, terms("TRAIL", auxPrice=2.0))
    desk.wait(15)
    client.read()
    desk.wait(10)
    found = client.read()
    assert names(found) == [*SUBMITTED, *FILLED]
    assert price_of(found) == 100.99


def test_open_order_tells_the_stop_in_both_of_its_places() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(103.0, after=10)
    client.place(1, terms("TRAIL", auxPrice=2.0))
    assert listed(client).trailStopPrice == 98.0
    desk.wait(10)
    assert listed(client).trailStopPrice == 101.0
    (message,) = [each for each in client.send(5, 1) if each[0] == "5"]
    assert message.count("101") == 2


def test_a_moving_stop_is_told_at_most_once_a_second() -> None:
    desk = Desk()
    client = desk.connect()
    for step in range(1, 9):
        desk.move(100.0 + step, after=step * 0.25)
    client.place(1, terms("TRAIL", auxPrice=2.0))
    desk.wait(10)
    assert names(client.read()) == PRE * 2
    assert booked(desk).stop_price == 106.0


@pytest.mark.parametrize(("action", "stop", "moved"), [("SELL", 90, 99), ("BUY", 110, 99)])
def test_a_trailing_percentage_is_of_the_best_price(action: str, stop: float, moved: float) -> None:
    desk = Desk()
    desk.move(110.0 if action == "SELL" else 90.0, after=10)
    desk.connect().place(1, terms("TRAIL", action, trailingPercent=10.0))
    assert booked(desk).stop_price == stop
    desk.wait(11)
    assert booked(desk).stop_price == moved


def test_a_trailing_stop_begins_where_the_client_wants_it() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, terms("TRAIL", auxPrice=5.0, trailStopPrice=99.0))
    assert booked(desk).stop_price == 99.0
    desk.wait(3600)
    assert booked(desk).stop_price == 99.0


def test_a_stop_that_the_market_has_passed_triggers_at_once() -> None:
    order = terms("TRAIL", auxPrice=5.0, trailStopPrice=101.0)
    assert names(Desk().connect().place(1, order)) == [*PRE, *SUBMITTED, *FILLED]


@pytest.mark.parametrize(
    "given", [{"lmtPriceOffset": 0.5}, {"lmtPrice": 97.5}], ids=["offset", "limit"]
)
def test_the_limit_of_a_trailing_stop_limit_order_follows_with_the_stop(
    given: dict[str, Any],
) -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(103.0, after=10)
    desk.move(100.2, after=20)
    desk.move(100.5, after=30)
    client.place(1, terms("TRAIL LIMIT", auxPrice=2.0, trailStopPrice=98.0, **given))
    assert (listed(client).lmtPrice, listed(client).trailStopPrice) == (97.5, 98.0)
    desk.wait(11)
    assert (listed(client).lmtPrice, listed(client).trailStopPrice) == (100.5, 101.0)
    desk.wait(10)
    assert names(client.read()) == SUBMITTED
    desk.wait(10)
    assert price_of(client.read()) == 100.5


def test_new_terms_make_a_new_trailing_stop_and_other_changes_keep_it() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(103.0, after=10)
    client.place(1, terms("TRAIL", auxPrice=2.0))
    desk.wait(20)
    changed = terms("TRAIL", auxPrice=2.0)
    changed.totalQuantity = 5
    client.place(1, changed)
    assert booked(desk).stop_price == 101.0
    client.place(1, terms("TRAIL", auxPrice=5.0))
    assert booked(desk).stop_price == 98.0


def test_a_trailing_stop_on_the_real_market_triggers_only_below_its_own_best() -> None:
    desk = Desk()
    client = desk.connect()
    moves = [100.5, 100.3, 101.0, 100.7, 101.4, 100.9, 100.6]
    for minute, price in enumerate(moves, 1):
        desk.move(price, after=60.0 * minute)
    client.place(1, terms("TRAIL", auxPrice=0.5))
    desk.wait(60 * 5 + 1)
    assert "11" not in names(client.read())
    desk.wait(61)
    assert price_of(client.read()) == 100.89


# Touched orders


@pytest.mark.parametrize(("action", "price"), [("BUY", 99.0), ("SELL", 101.0)])
def test_a_market_if_touched_order_waits_for_a_better_price(action: str, price: float) -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(price, after=10)
    found = client.place(1, terms("MIT", action, auxPrice=price))
    assert (names(found), found[1][10]) == (PRE, "trigger")
    desk.wait(11)
    found = client.read()
    assert names(found) == [*SUBMITTED, *FILLED]
    assert abs(price_of(found) - price) == pytest.approx(0.01)


def test_a_limit_if_touched_order_rests_at_its_limit_once_touched() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(99.0, after=10)
    desk.move(98.5, after=20)
    assert names(client.place(1, terms("LIT", "BUY", auxPrice=99.0, lmtPrice=98.5))) == PRE
    desk.wait(11)
    assert names(client.read()) == SUBMITTED
    desk.wait(10)
    assert price_of(client.read()) == 98.5


# The arithmetic


@pytest.mark.parametrize(
    ("kind", "action", "above"),
    [("STP", "BUY", True), ("STP", "SELL", False), ("MIT", "BUY", False), ("MIT", "SELL", True)],
)
def test_the_side_of_a_trigger(kind: str, action: str, above: bool) -> None:
    desk = Desk()
    level = {("STP", "BUY"): 110.0, ("STP", "SELL"): 90.0, ("MIT", "BUY"): 90.0}
    price = level.get((kind, action), 110.0)
    desk.connect().place(1, terms(kind, action, auxPrice=price))
    order = booked(desk)
    assert triggers_above(order) is above
    assert is_reached(order, price)
    assert not is_reached(order, 100.0)


def test_the_next_best_price_is_the_first_that_moves_the_stop() -> None:
    desk = Desk()
    desk.connect().place(1, terms("TRAIL", auxPrice=2.0))
    order = booked(desk)
    assert next_best(order) == pytest.approx(100.01)
    assert not follow(order, 100.0)
    assert follow(order, 100.01)
    assert order.stop_price == 98.01


@pytest.mark.parametrize("given", [{"auxPrice": 5.0}, {"trailingPercent": 5.0}])
def test_new_trailing_terms_of_a_buy_do_not_trigger_it(given: dict[str, Any]) -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, terms("TRAIL", "BUY", auxPrice=2.0))
    found = client.place(1, terms("TRAIL", "BUY", **given))
    assert names(found) == PRE
    assert found[0].count("105") == 2
    assert booked(desk).stop_price == 105.0

"""Matching: the exact order of messages in the life of an order, one list per case."""

import pytest
from ib_async import Forex, LimitOrder, MarketOrder, Order, StopLimitOrder, StopOrder

from paper_gateway.settings import Settings
from tests.paper_gateway.wire_client import Desk, Message, names

PRE = ["5 PreSubmitted", "3 PreSubmitted"]
SUBMITTED = ["5 Submitted", "3 Submitted"]
FILLED = ["11", "5 Filled", "3 Filled", "5 Filled", "3 Filled", "59"]
PART = ["11", *SUBMITTED, "59"]


def day(order: Order) -> Order:
    order.tif = "DAY"
    return order


def fill_of(found: list[Message]) -> tuple[float, float]:
    """Shares and price of the one execution among the messages."""
    (execution,) = [message for message in found if message[0] == "11"]
    return float(execution[19]), float(execution[20])


def test_a_market_order_fills_in_the_recorded_sequence() -> None:
    found = Desk().connect().place(1, day(MarketOrder("BUY", 10)))
    assert names(found) == [*PRE, *FILLED]
    assert fill_of(found) == (10.0, 100.01)


def test_a_market_order_without_a_time_in_force_gets_the_preset_notice_first() -> None:
    found = Desk().connect().place(1, MarketOrder("BUY", 10))
    assert names(found) == ["4 10349", *PRE, *FILLED]


def test_a_sale_gets_the_bid() -> None:
    found = Desk().connect().place(1, day(MarketOrder("SELL", 10)))
    assert fill_of(found) == (10.0, 99.99)


def test_outside_hours_on_a_market_order_is_told_to_be_ignored() -> None:
    found = Desk().connect().place(1, day(MarketOrder("BUY", 10, outsideRth=True)))
    assert names(found) == ["4 2109", *PRE, *FILLED]


def test_outside_hours_on_a_limit_order_means_something() -> None:
    order = day(LimitOrder("BUY", 10, 50.0, outsideRth=True))
    assert names(Desk().connect().place(1, order)) == SUBMITTED


def test_fill_and_commission_come_later_when_there_is_latency() -> None:
    desk = Desk(Settings(latency_seconds=0.01))
    client = desk.connect()
    assert names(client.place(1, day(MarketOrder("BUY", 10)))) == PRE
    desk.wait(0.011)
    assert names(client.read()) == FILLED[:3]
    desk.wait(0.011)
    assert names(client.read()) == FILLED[3:]


@pytest.mark.parametrize(("quantity", "parts"), [(500, 1), (600, 2), (2000, 3), (50_000, 4)])
def test_a_large_order_fills_in_parts(quantity: int, parts: int) -> None:
    desk = Desk()
    client = desk.connect()
    contract, order = Forex("EURUSD"), day(MarketOrder("SELL", quantity))
    found = client.place(1, order, contract) if quantity > 5000 else client.place(1, order)
    desk.wait(1.0)
    found += client.read()
    assert names(found) == [*PRE, *PART * (parts - 1), *FILLED]


def test_parts_count_up_to_the_whole_and_average_the_price() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(101.0, after=0.02)
    client.place(1, day(MarketOrder("BUY", 600)))
    desk.wait(1.0)
    statuses = [message for message in client.read() if message[0] == "3"]
    filled, remaining, average, last = (float(statuses[-1][index]) for index in (3, 4, 5, 8))
    assert (filled, remaining, last) == (600.0, 0.0, 101.01)
    assert average == pytest.approx((300 * 100.01 + 300 * 101.01) / 600)


def test_the_commission_of_the_parts_is_that_of_the_order() -> None:
    desk = Desk()
    client = desk.connect()
    found = client.place(1, day(MarketOrder("BUY", 600)))
    desk.wait(1.0)
    found += client.read()
    assert sum(float(message[3]) for message in found if message[0] == "59") == 3.0


def test_a_marketable_limit_order_fills_at_the_better_price() -> None:
    found = Desk().connect().place(1, day(LimitOrder("BUY", 10, 105.0)))
    assert names(found) == [*SUBMITTED, *FILLED]
    assert fill_of(found) == (10.0, 100.01)


@pytest.mark.parametrize(("action", "limit"), [("BUY", 99.5), ("SELL", 100.5)])
def test_a_resting_limit_order_fills_when_the_market_comes_to_it(action: str, limit: float) -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(limit, after=3600)
    assert names(client.place(1, day(LimitOrder(action, 10, limit)))) == SUBMITTED
    desk.wait(3599)
    assert client.read() == []
    desk.wait(2)
    found = client.read()
    assert names(found) == FILLED
    assert fill_of(found) == (10.0, limit)


def test_a_limit_order_is_still_watched_after_days_without_a_touch() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(99.0, after=5 * 86_400)
    client.place(1, LimitOrder("BUY", 10, 99.0, tif="GTC"))
    desk.wait(6 * 86_400)
    assert "11" in names(client.read())


@pytest.mark.parametrize(("action", "stop"), [("BUY", 101.0), ("SELL", 99.0)])
def test_a_stop_order_waits_triggers_and_fills(action: str, stop: float) -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(stop, after=10)
    assert names(client.place(1, day(StopOrder(action, 10, stop)))) == PRE
    desk.wait(11)
    assert names(client.read()) == [*SUBMITTED, *FILLED]


def test_a_stop_that_is_reached_already_triggers_at_once() -> None:
    found = Desk().connect().place(1, day(StopOrder("BUY", 10, 99.0)))
    assert names(found) == [*PRE, *SUBMITTED, *FILLED]


def test_a_stop_limit_order_rests_at_its_limit_once_triggered() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(102.0, after=10)
    desk.move(100.5, after=20)
    assert names(client.place(1, day(StopLimitOrder("BUY", 10, 100.5, 101.0)))) == PRE
    desk.wait(11)
    assert names(client.read()) == SUBMITTED
    desk.wait(10)
    found = client.read()
    assert (names(found), fill_of(found)) == (FILLED, (10.0, 100.5))


def test_an_immediate_or_cancel_order_does_not_rest() -> None:
    found = Desk().connect().place(1, LimitOrder("BUY", 10, 99.0, tif="IOC"))
    assert names(found) == [*SUBMITTED, "3 Cancelled", "4 202"]


def test_a_cancelled_order_fills_no_further_part() -> None:
    desk = Desk()
    client = desk.connect()
    assert names(client.place(1, day(MarketOrder("BUY", 600)))) == [*PRE, *PART]
    assert names(client.cancel(1)) == ["3 Cancelled", "4 202"]
    desk.wait(10)
    assert client.read() == []
    assert [each.quantity for each in desk.hub.account.held()] == [300]


def test_execution_ids_are_unique_and_of_ibs_form() -> None:
    client = Desk().connect()
    found = client.place(1, day(MarketOrder("BUY", 1))) + client.place(
        2, day(MarketOrder("BUY", 1))
    )
    ids = [message[14] for message in found if message[0] == "11"]
    assert ids == ["0000e0d5.00000001.01.01", "0000e0d5.00000002.01.01"]


def test_a_closing_trade_reports_its_gain_and_an_opening_one_does_not() -> None:
    client = Desk().connect()
    found = client.place(1, day(MarketOrder("BUY", 10))) + client.place(
        2, day(MarketOrder("SELL", 10))
    )
    gains = [message[5] for message in found if message[0] == "59"]
    assert gains == ["1.7976931348623157E308", "-2.2"]

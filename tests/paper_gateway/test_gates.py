"""What holds orders back, and what ends them: start times, conditions, good-till dates."""

from typing import Any

import pytest
from ib_async import Order, PriceCondition, TimeCondition
from ib_async.order import (
    ExecutionCondition,
    MarginCondition,
    OrderCondition,
    PercentChangeCondition,
    VolumeCondition,
)

from tests.paper_gateway.wire_client import AAPL, MSFT, Desk, Message, names

PRE = ["5 PreSubmitted", "3 PreSubmitted"]
SUBMITTED = ["5 Submitted", "3 Submitted"]
FILLED = ["11", "5 Filled", "3 Filled", "5 Filled", "3 Filled", "59"]
CANCELLED = ["3 Cancelled", "4 202"]
# The desk's clock begins at 10:00 in New York.
IN_TEN_MINUTES = "20260105 10:10:00 US/Eastern"


def terms(kind: str = "LMT", **others: Any) -> Order:
    plain = {"action": "BUY", "totalQuantity": 10, "orderType": kind, "tif": "DAY"}
    price = {"lmtPrice": 50.0} if kind == "LMT" else {}
    return Order(**{**plain, **price, **others})


def above(price: float, con_id: int = AAPL, conjunction: str = "a") -> PriceCondition:
    return PriceCondition(
        price=price, conId=con_id, exch="SMART", isMore=True, conjunction=conjunction
    )


def at(time: str, conjunction: str = "a") -> TimeCondition:
    return TimeCondition(time=time, isMore=True, conjunction=conjunction)


def after(desk: Desk, order: Order, seconds: float) -> tuple[list[Message], list[Message]]:
    """What is told at once, and what is told when some time has passed."""
    client = desk.connect()
    first = client.place(1, order)
    desk.wait(seconds)
    return first, client.read()


# Start times


@pytest.mark.parametrize(
    "text", [IN_TEN_MINUTES, "20260105-15:10:00", "20260105 10:10:00", "10:10:00"]
)
def test_an_order_waits_for_its_start_time(text: str) -> None:
    desk = Desk()
    client = desk.connect()
    assert names(client.place(1, terms(goodAfterTime=text))) == PRE
    desk.wait(599)
    assert client.read() == []
    desk.wait(2)
    assert names(client.read()) == SUBMITTED


def test_a_market_order_with_a_start_time_fills_then() -> None:
    first, later = after(Desk(), terms("MKT", goodAfterTime=IN_TEN_MINUTES), 601)
    assert (names(first), names(later)) == (PRE, [*SUBMITTED, *FILLED])


def test_a_stop_with_a_start_time_is_blind_before_it() -> None:
    desk = Desk()
    desk.move(120.0, after=10)
    desk.move(100.0, after=20)
    order = terms("STP", auxPrice=110.0, goodAfterTime=IN_TEN_MINUTES)
    first, later = after(desk, order, 3600)
    assert (names(first), names(later)) == (PRE, PRE)


def test_a_start_time_that_has_passed_means_nothing() -> None:
    first, _ = after(Desk(), terms(goodAfterTime="20260101 10:00:00 US/Eastern"), 1)
    assert names(first) == SUBMITTED


# Ends


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(IN_TEN_MINUTES, 600), ("20260105", 14 * 3600 - 1), ("20260107 10:00:00", 2 * 86_400)],
)
def test_a_good_till_date_order_ends_at_its_date(text: str, seconds: float) -> None:
    desk = Desk()
    client = desk.connect()
    assert names(client.place(1, terms(tif="GTD", goodTillDate=text))) == SUBMITTED
    desk.wait(seconds - 1)
    assert client.read() == []
    desk.wait(2)
    assert names(client.read()) == CANCELLED


def test_a_later_date_by_a_change_counts() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, terms(tif="GTD", goodTillDate=IN_TEN_MINUTES))
    changed = terms(tif="GTD", goodTillDate="20260105 11:00:00 US/Eastern")
    assert names(client.place(1, changed)) == SUBMITTED
    desk.wait(1800)
    assert client.read() == []
    desk.wait(1801)
    assert names(client.read()) == CANCELLED


def test_a_filled_order_does_not_end_a_second_time() -> None:
    order = terms("MKT", tif="GTD", goodTillDate=IN_TEN_MINUTES)
    first, later = after(Desk(), order, 3600)
    assert (names(first), later) == ([*PRE, *FILLED], [])


# Conditions


def test_a_price_condition_holds_an_order_until_the_market_is_there() -> None:
    desk = Desk()
    desk.move(101.0, after=60)
    client = desk.connect()
    assert names(client.place(1, terms("MKT", conditions=[above(101.0, MSFT)]))) == PRE
    desk.wait(59)
    assert client.read() == []
    desk.wait(2)
    assert names(client.read()) == [*SUBMITTED, *FILLED]


def test_a_time_condition_holds_an_order_until_then() -> None:
    first, later = after(Desk(), terms(conditions=[at(IN_TEN_MINUTES)]), 601)
    assert (names(first), names(later)) == (PRE, SUBMITTED)


def test_a_condition_that_holds_already_holds_nothing_back() -> None:
    first, _ = after(Desk(), terms(conditions=[above(99.0)]), 1)
    assert names(first) == SUBMITTED


def test_once_let_go_an_order_stays_so() -> None:
    desk = Desk()
    desk.move(101.0, after=60)
    desk.move(90.0, after=70)
    _, later = after(desk, terms(conditions=[above(101.0)]), 3600)
    assert names(later) == SUBMITTED


def test_both_conditions_must_hold_at_the_same_moment() -> None:
    desk = Desk()
    desk.move(101.0, after=60)
    desk.move(99.0, after=120)
    desk.move(102.0, after=900)
    client = desk.connect()
    client.place(1, terms(conditions=[above(101.0, conjunction="a"), at(IN_TEN_MINUTES)]))
    client.read()
    desk.wait(899)
    assert client.read() == []
    desk.wait(2)
    assert names(client.read()) == SUBMITTED


def test_one_of_two_conditions_is_enough() -> None:
    desk = Desk()
    order = terms(conditions=[above(101.0, conjunction="o"), at(IN_TEN_MINUTES)])
    _, later = after(desk, order, 601)
    assert names(later) == SUBMITTED


def test_conditions_are_taken_from_left_to_right() -> None:
    false, true = above(500.0, conjunction="a"), above(50.0, conjunction="o")
    first, _ = after(Desk(), terms(conditions=[false, true, above(60.0)]), 1)
    assert names(first) == SUBMITTED
    nothing = [above(50.0, conjunction="o"), above(60.0, conjunction="a"), above(500.0)]
    first, _ = after(Desk(), terms(conditions=nothing), 1)
    assert names(first) == PRE


@pytest.mark.parametrize(
    ("condition", "seconds"),
    [
        (PercentChangeCondition(changePercent=4.0, conId=AAPL, exch="SMART", isMore=True), 61),
        (VolumeCondition(volume=4000, conId=AAPL, exch="SMART", isMore=True), 0),
        (MarginCondition(percent=30, isMore=True), 0),
    ],
)
def test_other_conditions_are_looked_at_every_second(
    condition: OrderCondition, seconds: float
) -> None:
    desk = Desk()
    # The previous close is 97.50.
    desk.move(102.0, after=60)
    first, later = after(desk, terms(conditions=[condition]), seconds)
    assert names(first + later) == [*(PRE if seconds else []), *SUBMITTED]


def test_an_execution_of_a_symbol_after_the_order_came_lets_it_go() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, terms("MKT"))
    desk.wait(1)
    condition = ExecutionCondition(secType="STK", exch="SMART", symbol="AAPL")
    assert names(client.place(2, terms(conditions=[condition]))) == PRE
    desk.wait(10)
    assert client.read() == []
    client.place(3, terms("MKT"))
    desk.wait(1)
    assert names(client.read()) == SUBMITTED


def test_conditions_may_cancel_instead() -> None:
    desk = Desk()
    desk.move(101.0, after=60)
    order = terms(conditions=[above(101.0)], conditionsCancelOrder=True)
    first, later = after(desk, order, 61)
    assert (names(first), names(later)) == (SUBMITTED, CANCELLED)


def test_a_child_waits_for_its_parent_and_then_for_its_conditions() -> None:
    desk = Desk()
    desk.move(101.0, after=60)
    client = desk.connect()
    client.place(1, terms("MKT", transmit=False))
    order = terms(parentId=1, conditions=[above(101.0)])
    order.action, order.lmtPrice = "SELL", 110.0
    assert names(client.place(2, order)) == [*PRE, *PRE, *FILLED]
    desk.wait(61)
    assert names(client.read()) == SUBMITTED


def test_a_day_order_that_starts_tomorrow_outlives_midnight() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, terms(goodAfterTime="20260106 10:00:00 US/Eastern"))
    desk.wait(86_400 - 1)
    assert client.read() == []
    desk.wait(2)
    assert names(client.read()) == SUBMITTED
    desk.wait(86_400)
    assert names(client.read()) == CANCELLED


def test_a_time_without_a_date_is_of_the_day_on_which_it_was_sent() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, terms(tif="GTC"))
    desk.wait(86_400)
    client.place(1, terms(tif="GTD", goodTillDate="10:10:00"))
    client.read()
    desk.wait(599)
    assert client.read() == []
    desk.wait(2)
    assert names(client.read()) == CANCELLED

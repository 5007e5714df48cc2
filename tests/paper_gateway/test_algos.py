"""Adaptive, Twap and Vwap: their parameters, their schedules, and how their orders fill."""

from typing import Any

import pytest
from ib_async import Order, TagValue

from paper_gateway.algos import Algo, AlgoError, parse_algo
from tests.paper_gateway.wire_client import NOON, Desk, Message, names

SUBMITTED = ["5 Submitted", "3 Submitted"]
FILLED = ["11", "5 Filled", "3 Filled", "5 Filled", "3 Filled", "59"]
PART = ["11", *SUBMITTED, "59"]


def algo_order(name: str, quantity: float = 100, kind: str = "MKT", **parameters: str) -> Order:
    tags = [TagValue(tag, value) for tag, value in parameters.items()]
    order = Order(action="BUY", totalQuantity=quantity, orderType=kind, tif="DAY")
    order.algoStrategy, order.algoParams = name, tags
    return order


def sizes(found: list[Message]) -> list[float]:
    return [float(message[19]) for message in found if message[0] == "11"]


def block(**parameters: str) -> list[str]:
    pairs = [text for pair in parameters.items() for text in pair]
    return [str(len(parameters)), *pairs]


# Parameters


@pytest.mark.parametrize(("priority", "delay"), [("Urgent", 0.5), ("Normal", 1), ("Patient", 2)])
def test_the_priority_of_adaptive_is_its_delay(priority: str, delay: float) -> None:
    assert parse_algo("Adaptive", block(adaptivePriority=priority), NOON).delay == delay
    assert parse_algo("Adaptive", ["0"], NOON).delay == 1.0


@pytest.mark.parametrize(
    ("name", "parameters", "code"),
    [
        ("Adaptive", {"adaptivePriority": "Slow"}, 441),
        ("Adaptive", {"startTime": "10:00:00"}, 443),
        ("Twap", {"maxPctVol": "0.1"}, 443),
        ("Twap", {"startTime": "soon"}, 441),
        ("Vwap", {"endTime": "09:00:00 US/Eastern"}, 441),
        ("Vwap", {"startTime": "12:00:00", "endTime": "11:00:00"}, 441),
    ],
)
def test_a_wrong_parameter_is_refused(name: str, parameters: dict[str, str], code: int) -> None:
    with pytest.raises(AlgoError) as caught:
        parse_algo(name, block(**parameters), NOON)
    assert caught.value.code == code


def test_times_are_those_of_the_day() -> None:
    texts = block(startTime="10:05:00 US/Eastern", endTime="11:00:00 US/Eastern")
    algo = parse_algo("Twap", texts, NOON)
    assert algo.span(NOON) == (NOON + 300, NOON + 3600)


# Schedules


def test_twap_has_ten_like_slices_from_start_to_end() -> None:
    algo = Algo("Twap", start=NOON, end=NOON + 100)
    due = [algo.due(NOON, NOON + n * 10, 100) for n in range(-1, 11)]
    assert due == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 100]


def test_vwap_is_larger_at_both_ends() -> None:
    algo = Algo("Vwap", end=NOON + 100)
    due = [algo.due(NOON, NOON + n * 10, 1000) for n in range(10)]
    assert due == [160, 280, 370, 440, 500, 560, 630, 720, 840, 1000]


def test_slices_are_whole_units() -> None:
    algo = Algo("Twap", end=NOON + 100)
    assert [algo.due(NOON, NOON + n * 10, 3) for n in range(10)] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]


def test_the_end_is_the_last_look() -> None:
    algo = Algo("Twap", end=NOON + 100)
    assert algo.next_slice(NOON, NOON) == NOON + 10
    assert algo.next_slice(NOON, NOON + 90) == NOON + 100
    assert algo.next_slice(NOON, NOON + 100) is None


# Orders


def test_an_adaptive_order_fills_a_moment_later() -> None:
    desk = Desk()
    client = desk.connect()
    found = client.place(1, algo_order("Adaptive", adaptivePriority="Patient"))
    assert names(found) == SUBMITTED
    desk.wait(1.9)
    assert client.read() == []
    desk.wait(0.2)
    assert names(client.read()) == FILLED


def test_a_twap_order_fills_slice_by_slice() -> None:
    desk = Desk()
    client = desk.connect()
    assert names(client.place(1, algo_order("Twap"))) == [*SUBMITTED, *PART]
    desk.wait(600)
    found = client.read()
    assert names(found) == [*PART * 8, *FILLED]
    assert sizes(found) == [10.0] * 9


def test_a_slice_that_the_limit_does_not_allow_is_carried_over() -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(99.0, after=150)
    order = algo_order("Twap", kind="LMT")
    order.lmtPrice = 99.5
    assert names(client.place(1, order)) == SUBMITTED
    desk.wait(600)
    assert sizes(client.read()) == [40.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0]


@pytest.mark.parametrize(("goes_on", "status"), [("0", "Cancelled"), ("1", "Filled")])
def test_what_is_left_at_the_end_is_cancelled_or_goes_on(goes_on: str, status: str) -> None:
    desk = Desk()
    client = desk.connect()
    desk.move(99.0, after=700)
    order = algo_order("Vwap", kind="LMT", allowPastEndTime=goes_on)
    order.lmtPrice = 99.5
    client.place(1, order)
    desk.wait(800)
    (done,) = desk.hub.book.completed_orders()
    assert done.status == status


def test_a_larger_size_by_a_change_is_spread_over_the_time_that_is_left() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, algo_order("Twap"))
    desk.wait(301)
    assert sum(sizes(client.read())) == 50.0
    client.place(1, algo_order("Twap", 200))
    desk.wait(300)
    (done,) = desk.hub.book.completed_orders()
    assert done.filled == 200.0


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"orderType": "STP", "auxPrice": 110.0}, "442"), ({"tif": "IOC"}, "442")],
)
def test_an_algorithm_works_plain_orders_only(changes: dict[str, Any], code: str) -> None:
    order = algo_order("Twap")
    for name, value in changes.items():
        setattr(order, name, value)
    assert names(Desk().connect().place(1, order)) == [f"4 {code}"]


def test_new_times_by_a_change_count_from_then_on() -> None:
    desk = Desk()
    client = desk.connect()
    client.place(1, algo_order("Twap", endTime="10:20:00 US/Eastern"))
    desk.wait(60)
    client.read()
    client.place(1, algo_order("Twap", endTime="10:02:00 US/Eastern"))
    desk.wait(61)
    (done,) = desk.hub.book.completed_orders()
    assert done.filled == 100.0

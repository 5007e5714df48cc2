"""Conditions as ib_async writes them are read with every argument in its place."""

import pytest
from ib_async import Order, PriceCondition, TimeCondition
from ib_async.order import (
    ExecutionCondition,
    MarginCondition,
    OrderCondition,
    PercentChangeCondition,
    VolumeCondition,
)

from paper_gateway.conditions import Condition, Kind, parse_conditions
from paper_gateway.wire import FieldError
from tests.paper_gateway.test_tickets import read
from tests.paper_gateway.wire_client import NOON


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (
            PriceCondition(price=5.5, conId=3, exch="ARCA", isMore=False),
            Condition(Kind.PRICE, True, False, 5.5, 3, "ARCA"),
        ),
        (
            TimeCondition(time="20260105 10:00:00 US/Eastern", isMore=True),
            Condition(Kind.TIME, True, True, NOON),
        ),
        (MarginCondition(percent=30, isMore=False), Condition(Kind.MARGIN, True, False, 30.0)),
        (
            ExecutionCondition(secType="STK", exch="SMART", symbol="AAPL", conjunction="o"),
            Condition(Kind.EXECUTION, False, exchange="SMART", sec_type="STK", symbol="AAPL"),
        ),
        (
            VolumeCondition(volume=100, conId=3, exch="X", isMore=True),
            Condition(Kind.VOLUME, True, True, 100.0, 3, "X"),
        ),
        (
            PercentChangeCondition(changePercent=2.5, conId=3, exch="X", isMore=True),
            Condition(Kind.CHANGE, True, True, 2.5, 3, "X"),
        ),
    ],
)
def test_a_condition_is_read(sent: OrderCondition, expected: Condition) -> None:
    ticket = read(Order(orderType="LMT", conditions=[sent]))
    assert ticket.instructions.conditions == (expected,)


def test_conditions_keep_their_order() -> None:
    sent: list[OrderCondition] = [PriceCondition(price=price, conId=1) for price in (1.0, 2.0, 3.0)]
    found = read(Order(orderType="LMT", conditions=sent)).instructions.conditions
    assert [each.value for each in found] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("time", ["", "tomorrow"])
def test_a_time_condition_needs_a_time(time: str) -> None:
    with pytest.raises(FieldError):
        parse_conditions(["3", "a", "1", time, "0", "0"])

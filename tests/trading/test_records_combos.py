"""What a combo has filled: TWS tells its legs' executions as executions of the same order."""

from __future__ import annotations

from tests.trading.orders_for_tests import (
    ACCOUNT,
    CLIENT_ID,
    KEY,
    a_contract,
    a_moment,
    a_request,
    an_execution,
    hear_status,
)
from trading.ib_objects import execution_row
from trading.records import OrderRecord
from trading.statuses import OrderState

SPREAD = {
    "symbol": "AAPL",
    "secType": "BAG",
    "comboLegs": [{"conId": 1, "ratio": 1, "action": "BUY"}]
    + [{"conId": 2, "ratio": 1, "action": "SELL"}],
}


def a_spread(total: float) -> OrderRecord:
    request = a_request(KEY, SPREAD, totalQuantity=total, orderType="LMT", lmtPrice=-2)
    record = OrderRecord(
        KEY, request.contract.to_payload(), request.order.to_payload(), ACCOUNT, a_moment()
    )
    record.on_sending(CLIENT_ID, 7, a_moment())
    return record


def fill(record: OrderRecord, number: int, shares: float, price: float) -> None:
    """One fill of the spread: its own execution and those of its legs."""
    for part, (sec_type, each) in enumerate([("BAG", price), ("OPT", 1.0), ("OPT", 3.0)], 1):
        execution = an_execution(shares, each, f"000e.{number:08x}.{part:02d}.01")
        row = execution_row(a_contract(secType=sec_type, conId=part), execution)
        record.on_execution(row, a_moment(1))


def test_a_part_of_a_combo_is_not_all_of_it() -> None:
    record = a_spread(3)
    fill(record, 1, 1, -2.0)
    assert (record.filled, record.remaining, record.avg_fill_price) == (1, 2, -2.0)
    assert record.state is OrderState.LIVE


def test_the_average_is_that_of_the_combo() -> None:
    record = a_spread(3)
    fill(record, 1, 1, -2.0)
    fill(record, 2, 2, -2.3)
    assert (record.filled, record.remaining, record.avg_fill_price) == (3, 0, -2.2)
    assert record.state is OrderState.FILLED
    assert len(record.executions) == 6


def test_legs_alone_leave_what_ib_says_itself() -> None:
    record = a_spread(2)
    hear_status(record, "Submitted", filled=1.0)
    execution = an_execution(1, 3.0, "000e.00000009.02.01")
    record.on_execution(execution_row(a_contract(secType="OPT"), execution), a_moment(2))
    assert record.filled == 1
    assert record.state is OrderState.LIVE

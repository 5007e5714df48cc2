"""The log lines of an order, in the words of the mission."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from ib.order_log import OrderLog
from trading.records import Moment, OrderRecord
from trading.statuses import OrderState


@pytest.fixture
def record() -> OrderRecord:
    order = {"totalQuantity": 100}
    record = OrderRecord("ui-1", {}, order, "DU1", Moment.now(), order_id=7)
    record.note("request", record.submitted)
    return record


def show(log: OrderLog, record: OrderRecord, **changes: Any) -> OrderRecord:
    changed = replace(record, **changes)
    log.status(changed)
    return changed


def test_a_status_is_told_when_it_changes_and_not_again(
    record: OrderRecord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    log = OrderLog()
    log.submitting(record, "BUY 100 AAPL MKT DAY", 30)
    for status in ("PreSubmitted", "PreSubmitted", "Filled", "Filled"):
        show(log, record, status=status)
    assert caplog.messages == [
        "🚀 Submitting to IB (timeout: 30s)... #7 BUY 100 AAPL MKT DAY",
        "[ 0s] 📊 Status: None → PreSubmitted #7",
        "[ 0s] 📊 Status: PreSubmitted → Filled #7",
    ]


def test_a_change_after_the_outcome_is_told_too(
    record: OrderRecord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    log = OrderLog()
    log.submitting(record, "BUY 100 AAPL LMT 1 GTC", 30)
    resting = show(log, record, status="Submitted", state=OrderState.LIVE)
    log.outcome(resting, is_at_rest=True)
    show(log, resting, status="Filled", state=OrderState.FILLED)
    assert caplog.messages[-1] == "[ 0s] 📊 Status: Submitted → Filled #7"


def test_a_status_of_an_order_found_at_tws_is_not_a_change(
    record: OrderRecord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    show(OrderLog(), record, status="Filled", state=OrderState.FILLED)
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("state", "status", "line"),
    [
        (OrderState.FILLED, "Filled", "🎉 SUCCESS! Order reached: Filled #7"),
        (OrderState.LIVE, "Submitted", "🎉 SUCCESS! Order reached: Submitted #7"),
        (OrderState.LIVE, "PreSubmitted", "⚠️ Order is still working: PreSubmitted #7"),
        (OrderState.UNKNOWN, None, "❓ No word from IB about order #7: state unknown"),
        (OrderState.REJECTED, "Inactive", "❌ Order ended with status: Inactive #7"),
        (OrderState.CANCELLED, "Cancelled", "❌ Order ended with status: Cancelled #7"),
    ],
)
def test_the_outcome_is_one_line(
    record: OrderRecord,
    caplog: pytest.LogCaptureFixture,
    state: OrderState,
    status: str | None,
    line: str,
) -> None:
    caplog.set_level(logging.INFO)
    at_rest = status == "Submitted"  # as a limit order is
    OrderLog().outcome(replace(record, state=state, status=status), is_at_rest=at_rest)
    assert caplog.messages == [line]


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("info", "💬 Message: Error"), ("hold", "⚠️ Error"), ("reject", "❌ Error")],
)
def test_a_message_shows_its_kind(caplog: pytest.LogCaptureFixture, kind: str, begins: str) -> None:
    caplog.set_level(logging.INFO)
    OrderLog().message(kind, 10349, "text", 7)
    assert caplog.messages == [f"{begins} 10349: text #7"]

"""Each line of an order's timeline, with everything that the API says of its kind."""

from __future__ import annotations

from typing import Any

from tests.trading.orders_for_tests import (
    ACCOUNT,
    CORRECTED_EXEC_ID,
    EXEC_ID,
    a_change,
    a_moment,
    a_record,
    hear_code,
    hear_commission,
    hear_fill,
    hear_open_order,
    hear_status,
)
from trading.records import OrderRecord
from trading.statuses import OrderState

HEAD = {"seq", "time", "elapsedMs"}


def last(record: OrderRecord, kind: str) -> dict[str, Any]:
    """The newest line, without what every line has; it must be of that kind."""
    event = record.events[-1]
    assert event["kind"] == kind
    assert set(event) >= HEAD
    return {name: value for name, value in event.items() if name not in HEAD | {"kind"}}


def test_the_time_of_a_line_is_measured_from_the_submit_in_microseconds() -> None:
    record = a_record()
    record.note("request", a_moment(0.0123456))
    assert record.events[-1]["elapsedMs"] == 12.346
    assert record.events[-1]["time"] == record.updated == a_moment(0.0123456).time


def test_an_order_that_is_about_to_leave_has_its_order_id() -> None:
    assert last(a_record(), "sending") == {"clientId": 1000, "orderId": 7}


def test_bytes_that_never_left_say_why() -> None:
    record = a_record()
    record.on_not_written("Not connected", a_moment(1))
    assert last(record, "notSent") == {"reason": "Not connected"}


def test_an_order_status_has_all_its_numbers() -> None:
    record = a_record()
    hear_status(record, "Submitted", filled=40.0)
    assert last(record, "orderStatus") == {
        "status": "Submitted",
        "filled": 40.0,
        "remaining": 60.0,
        "avgFillPrice": 228.08,
        "permId": 500,
        "clientId": 1000,
        "whyHeld": "",
        "mktCapPrice": 0.0,
    }


def test_an_open_order_shows_what_tws_has() -> None:
    record = a_record()
    hear_open_order(record, "PreSubmitted", tif="GTC")
    line = last(record, "openOrder")
    assert (line["status"], line["permId"], line["warningText"]) == ("PreSubmitted", 500, "")
    assert (line["order"]["tif"], line["order"]["account"]) == ("GTC", ACCOUNT)


def test_a_fill_shows_the_execution_without_its_contract() -> None:
    record = a_record()
    hear_fill(record, 60, 228.08)
    line = last(record, "execDetails")
    assert (line["execId"], line["shares"], line["price"]) == (EXEC_ID, 60, 228.08)
    assert (line["exchange"], line["side"]) == ("ISLAND", "BOT")
    assert not {"contract", "time"} & set(line)


def test_a_commission_names_its_execution() -> None:
    record = a_record()
    hear_fill(record)
    hear_commission(record)
    assert last(record, "commissionReport") == {
        "execId": EXEC_ID,
        "commission": 1.0,
        "commissionCurrency": "USD",
        "realizedPNL": None,
    }


def test_an_error_shows_ibs_code_and_text_with_our_meaning() -> None:
    record = a_record()
    hear_code(record, 399, "Order Message: the market is closed")
    line = last(record, "error")
    assert (line["code"], line["text"]) == (399, "Order Message: the market is closed")
    assert line["meaning"] == record.messages[-1]["meaning"]


def test_silence_and_absence_say_why() -> None:
    record = a_record()
    record.on_silence("No word from IB", a_moment(1))
    assert last(record, "silence") == {"reason": "No word from IB"}
    record.on_absent(a_moment(2), 10.0)
    reason = "TWS lists it neither as open nor as completed"
    assert last(record, "absent") == {"reason": reason}
    record.on_absent(a_moment(12), 10.0)
    assert last(record, "notPlaced") == {"reason": "Two complete lists from TWS do not have it"}


def test_a_cancel_and_its_loss_are_lines() -> None:
    record = a_record()
    hear_status(record, "Submitted")
    record.on_cancel_requested(a_moment(2))
    assert last(record, "cancelOrder") == {"orderId": 7}
    record.on_disconnected("socket ended", a_moment(3))
    assert [e["reason"] for e in record.events if e["kind"] == "cancelNotConfirmed"] == [
        "socket ended"
    ]
    assert last(record, "silence") == {"reason": "socket ended"}


def test_a_change_and_its_loss_are_lines() -> None:
    record = a_record()
    hear_status(record, "Submitted")
    record.on_modify_requested(a_change(record, tif="GTC"), a_moment(2))
    assert last(record, "modify") == {"asked": {"tif": "GTC"}, "orderId": 7}
    record.on_disconnected("socket ended", a_moment(3))
    assert [e["reason"] for e in record.events if e["kind"] == "modifyNotConfirmed"] == [
        "socket ended"
    ]


def test_a_change_that_stayed_in_the_queue_says_why() -> None:
    record = a_record()
    hear_status(record, "Submitted")
    record.on_modify_requested(a_change(record, tif="GTC"), a_moment(2))
    record.on_not_written("The connection is gone", a_moment(3))
    assert last(record, "modifyNotSent") == {"reason": "The connection is gone"}


def test_a_twin_is_a_line_with_its_name() -> None:
    record = a_record()
    record.on_duplicate("perm-501", a_moment(1))
    assert last(record, "duplicate") == {"clientOrderId": "perm-501"}


def test_a_twin_is_told_once_and_another_one_beside_it() -> None:
    record = a_record()
    for other in ("perm-501", "perm-501", "perm-502"):
        record.on_duplicate(other, a_moment(1))
    assert record.duplicates == ("perm-501", "perm-502")
    assert [event["kind"] for event in record.events].count("duplicate") == 2


# Executions by their ids.


def test_only_the_last_part_of_an_execution_id_is_its_revision() -> None:
    """0000e0d5.67fe667b.01.02 corrects 0000e0d5.67fe667b.01.01 and nothing else."""
    record = a_record()
    other_fill, other_part = "0000e0d5.67fe667c.01.01", "0000e0d5.67fe667b.02.01"
    for exec_id in (EXEC_ID, other_fill, other_part):
        hear_fill(record, 10, exec_id=exec_id)
    assert record.filled == 30
    hear_fill(record, 5, exec_id=CORRECTED_EXEC_ID)
    assert record.filled == 25


def test_a_commission_is_rounded_to_millionths() -> None:
    record = a_record()
    hear_fill(record)
    hear_commission(record, commission=0.12345678)
    assert record.commission() == (0.123457, "USD")


def test_a_word_is_told_again_when_the_other_kind_has_changed_the_status() -> None:
    """Both openOrder and orderStatus say it: pages take the picture with more lines for newer."""
    record = a_record()
    hear_code(record, 201)
    hear_open_order(record, "PreSubmitted")
    hear_status(record, "Inactive")
    lines = record.seq
    hear_open_order(record, "PreSubmitted")
    assert (record.state, record.seq) == (OrderState.LIVE, lines + 1)

"""A change of a live order: the old terms hold until TWS shows new ones."""

from __future__ import annotations

import pytest

from tests.trading.orders_for_tests import (
    ACCOUNT,
    a_change,
    a_moment,
    a_record,
    a_request,
    hear,
    hear_code,
    hear_fill,
    hear_open_order,
    hear_status,
)
from trading.ib_errors import MODIFY_REFUSED
from trading.record_forms import result_of
from trading.records import OrderRecord
from trading.statuses import OrderState

LIMIT = {"orderType": "LMT", "lmtPrice": 100.0}


def a_resting_order() -> OrderRecord:
    """A live limit order at 100 as we asked for it."""
    record = a_record()
    request = a_request(orderType="LMT", lmtPrice=100)
    record.asked = request.order.to_payload() | {"account": ACCOUNT}
    record.body = request.to_body()
    hear_open_order(record, "Submitted", **LIMIT)
    return record


def a_changing_order() -> OrderRecord:
    """Its price shall be 101, and IB has not answered yet."""
    record = a_resting_order()
    record.on_modify_requested(a_change(record, lmtPrice=101), a_moment(1))
    return record


def change_state(record: OrderRecord) -> str | None:
    return record.modification.state if record.modification else None


def kinds(record: OrderRecord) -> list[str]:
    return [event["kind"] for event in record.events]


def test_a_change_that_was_asked_for_is_no_new_term_yet() -> None:
    record = a_changing_order()
    payload = result_of(record).payload
    assert (payload["order"]["lmtPrice"], payload["modification"]["state"]) == (100, "pending")
    event = record.events[-1]
    assert (event["kind"], event["asked"], event["orderId"]) == ("modify", {"lmtPrice": 101}, 7)


def test_an_open_order_with_the_new_terms_ends_the_change() -> None:
    record = a_changing_order()
    body = record.modification and record.modification.body
    hear_open_order(record, "Submitted", **LIMIT | {"lmtPrice": 101.0})
    assert (change_state(record), record.order["lmtPrice"]) == ("done", 101)
    assert (record.asked["lmtPrice"], record.body, record.differences) == (101, body, [])
    assert kinds(record)[-2:] == ["openOrder", "modifyAnswered"]
    assert record.events[-1]["state"] == "done"


def test_a_repeated_open_order_with_the_old_terms_is_no_answer() -> None:
    record = a_changing_order()
    hear_open_order(record, "Submitted", **LIMIT)
    assert (change_state(record), record.asked["lmtPrice"]) == ("pending", 100)
    assert "modifyAnswered" not in kinds(record)


def test_what_differed_before_a_change_is_shown_until_its_answer() -> None:
    record = a_resting_order()
    hear_open_order(record, "Submitted", **LIMIT, tif="GTC")
    record.on_modify_requested(a_change(record, lmtPrice=101), a_moment(1))
    hear_open_order(record, "Submitted", **LIMIT)
    assert record.differences == [{"field": "tif", "asked": "DAY", "told": "GTC"}]


def test_a_price_that_tws_rounds_is_done_with_a_difference() -> None:
    record = a_resting_order()
    record.on_modify_requested(a_change(record, lmtPrice=101.003), a_moment(1))
    hear_open_order(record, "Submitted", **LIMIT | {"lmtPrice": 101.0})
    assert change_state(record) == "done"
    assert record.differences == [{"field": "lmtPrice", "asked": 101.003, "told": 101.0}]


@pytest.mark.parametrize("code", sorted(MODIFY_REFUSED | {201, 110, 321}))
def test_a_refused_change_leaves_the_order_with_its_old_terms(code: int) -> None:
    record = a_changing_order()
    hear_code(record, code)
    payload = result_of(record).payload
    assert (payload["state"], payload["order"]["lmtPrice"]) == ("live", 100)
    assert (payload["modification"]["state"], record.reject) == ("refused", None)
    assert payload["modification"]["message"]["code"] == code
    assert record.events[-1]["state"] == "refused"


@pytest.mark.parametrize("code", [399, 10349, 202, 10148])
def test_another_code_refuses_no_change(code: int) -> None:
    record = a_changing_order()
    hear_code(record, code)
    assert change_state(record) == "pending"


def test_after_a_refused_change_an_open_order_is_compared_with_the_old_request() -> None:
    record = a_changing_order()
    hear_code(record, 104)
    hear_open_order(record, "Submitted", **LIMIT | {"lmtPrice": 99.5})
    assert change_state(record) == "refused"
    assert record.differences == [{"field": "lmtPrice", "asked": 100, "told": 99.5}]


def test_a_code_after_the_answer_changes_no_change() -> None:
    record = a_changing_order()
    hear_open_order(record, "Submitted", **LIMIT | {"lmtPrice": 101.0})
    hear_code(record, 104)
    assert (change_state(record), record.state) == ("done", OrderState.LIVE)


def test_a_reject_without_a_change_is_the_orders_own() -> None:
    record = a_record()
    hear_code(record, 201)
    assert record.reject is not None
    assert (record.state, change_state(record)) == (OrderState.REJECTED, None)


def test_a_change_that_a_drop_has_swallowed_is_unconfirmed_and_may_still_show() -> None:
    record = a_changing_order()
    record.on_disconnected("socket ended", a_moment(2))
    shown = result_of(record).payload["modification"]
    assert (shown["state"], shown["reason"]) == ("unconfirmed", "socket ended")
    assert "modifyNotConfirmed" in kinds(record)
    hear_open_order(record, "Submitted", **LIMIT)
    assert change_state(record) == "unconfirmed"
    hear_open_order(record, "Submitted", **LIMIT | {"lmtPrice": 101.0})
    assert (change_state(record), record.asked["lmtPrice"]) == ("done", 101)


def test_a_reject_code_after_a_drop_does_not_refuse_an_unconfirmed_change() -> None:
    """Codes name an order id of this connection; the change went with the last one."""
    record = a_changing_order()
    record.on_disconnected("socket ended", a_moment(2))
    hear_code(record, 104)
    assert change_state(record) == "unconfirmed"


def test_a_drop_tells_of_an_open_change_once() -> None:
    record = a_changing_order()
    for second in (2, 3):
        record.on_disconnected("socket ended", a_moment(second))
    assert kinds(record).count("modifyNotConfirmed") == 1


def test_a_change_that_never_left_is_forgotten() -> None:
    record = a_changing_order()
    record.on_modify_unsent("Not connected", a_moment(2))
    assert (record.modification, record.events[-1]["reason"]) == (None, "Not connected")
    assert record.events[-1]["kind"] == "modifyNotSent"


def test_bytes_of_a_change_that_stayed_in_the_queue_leave_the_order_as_it_is() -> None:
    """IB has the order, so `sent` stays yes."""
    record = a_changing_order()
    record.on_not_written("It still stood in the queue", a_moment(2))
    assert (record.state, record.sent) == (OrderState.LIVE, "yes")
    assert (record.modification, record.events[-1]["kind"]) == (None, "modifyNotSent")


def test_an_order_that_nobody_here_asked_for_has_no_differences() -> None:
    record = a_record()
    hear_open_order(record, "Submitted", tif="GTC", totalQuantity=50.0)
    assert record.differences == []


def test_a_reject_answers_a_cancel_and_a_change_that_wait_both() -> None:
    """321 (read-only) refuses whatever was asked last; the order itself lives on."""
    record = a_changing_order()
    record.on_cancel_requested(a_moment(2))
    hear_code(record, 321)
    assert record.cancel_refused is not None
    assert (change_state(record), record.state) == ("refused", OrderState.LIVE)


def test_a_reject_of_an_order_that_never_lived_refuses_no_cancel() -> None:
    record = a_record()
    record.on_cancel_requested(a_moment(1))
    hear(record, [201])
    assert (record.state, record.cancel_refused) == (OrderState.REJECTED, None)


def test_a_term_that_tws_shows_no_more_is_gone() -> None:
    record = a_resting_order()
    hear_open_order(record, "Submitted", **LIMIT, displaySize=50)
    assert record.order["displaySize"] == 50
    hear_open_order(record, "Submitted", **LIMIT)
    assert "displaySize" not in record.order


def test_an_order_that_shall_grow_is_not_filled_by_its_old_size() -> None:
    """The fill comes before the openOrder with the larger size, which holds already."""
    record = a_resting_order()
    hear_fill(record, 60, exec_id="a.01")
    record.on_modify_requested(a_change(record, totalQuantity=150), a_moment(1))
    hear_fill(record, 40, exec_id="b.01")
    assert (record.state, record.filled) == (OrderState.LIVE, 100)
    hear_open_order(record, "Submitted", **LIMIT, totalQuantity=150.0)
    hear_fill(record, 50, exec_id="c.01")
    assert (record.state, record.filled) == (OrderState.FILLED, 150)


def test_an_order_that_shall_grow_too_late_is_filled_by_ibs_word() -> None:
    record = a_resting_order()
    record.on_modify_requested(a_change(record, totalQuantity=150), a_moment(1))
    hear_fill(record, 100)
    hear_status(record, "Filled", 100)
    assert (record.state, record.filled) == (OrderState.FILLED, 100)


def test_a_change_that_nobody_has_heard_of_is_said_once() -> None:
    record = a_changing_order()
    assert record.on_modify_unheard("The desk has ended", a_moment(2))
    assert not record.on_modify_unheard("The desk has ended", a_moment(3))
    assert change_state(record) == "unconfirmed"
    assert kinds(record).count("modifyNotConfirmed") == 1

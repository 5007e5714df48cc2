"""What one order has filled, at which average price, and what it cost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.trading.orders_for_tests import (
    CORRECTED_EXEC_ID,
    EXEC_ID,
    PATIENT,
    a_moment,
    a_record,
    hear_commission,
    hear_fill,
    hear_status,
    status_fields,
)
from trading.record_forms import result_of, timeline
from trading.snapshots import iso
from trading.statuses import OrderState


def test_fills_add_up_with_their_average_price() -> None:
    record = a_record()
    hear_fill(record, 60, 10.0, "a.01")
    assert (record.filled, record.remaining, record.avg_fill_price) == (60, 40, 10.0)
    hear_fill(record, 40, 11.0, "b.01")
    assert (record.filled, record.remaining, record.avg_fill_price) == (100, 0, 10.4)


def test_a_repeated_execution_is_known_and_changes_nothing() -> None:
    """Executions are repeated on every request for them."""
    record = a_record()
    assert hear_fill(record, 60)
    before = result_of(record).payload, len(record.events)
    assert not hear_fill(record, 60)
    assert (result_of(record).payload, len(record.events)) == before


def test_a_correction_takes_the_place_of_its_fill() -> None:
    record = a_record()
    hear_fill(record, 100, 10.0, EXEC_ID)
    assert hear_fill(record, 100, 10.5, CORRECTED_EXEC_ID)
    assert len(record.executions) == 1
    assert (record.filled, record.avg_fill_price) == (100, 10.5)
    assert record.state is OrderState.FILLED


def test_a_correction_may_take_shares_away() -> None:
    record = a_record()
    hear_fill(record, 60, 10.0, EXEC_ID)
    hear_fill(record, 50, 10.0, CORRECTED_EXEC_ID)
    assert (record.filled, record.remaining) == (50, 50)
    assert record.state is OrderState.LIVE


def test_a_fill_that_is_corrected_to_nothing_leaves_no_price() -> None:
    record = a_record()
    hear_fill(record, 60, 10.0, EXEC_ID)
    hear_fill(record, 0, 10.0, CORRECTED_EXEC_ID)
    assert (record.filled, record.avg_fill_price) == (0, None)


def test_a_fill_that_was_corrected_does_not_come_back() -> None:
    record = a_record()
    hear_fill(record, 60, 10.5, CORRECTED_EXEC_ID)
    assert not hear_fill(record, 60, 10.0, EXEC_ID)
    assert record.avg_fill_price == 10.5


def test_fractions_add_up_to_the_whole_order() -> None:
    record = a_record(total=1)
    hear_fill(record, 0.7, exec_id="a.01")
    assert (record.state, record.filled) == (OrderState.LIVE, 0.7)
    for shares, exec_id in ((0.2, "b.01"), (0.1, "c.01")):
        hear_fill(record, shares, exec_id=exec_id)
    assert (record.state, record.filled, record.remaining) == (OrderState.FILLED, 1, 0)


@PATIENT
@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=6))
def test_fills_in_any_order_and_any_often_give_one_sum(order: list[int], again: list[int]) -> None:
    """I5: filled is the sum of the executions."""
    record = a_record()
    for index in [*order, *again]:
        hear_fill(record, 10 * (index + 1), 10.0 + index, f"{index}.01")
    assert (record.filled, record.avg_fill_price) == (100, 12.0)
    assert record.state is OrderState.FILLED


def test_ibs_sum_and_average_stay_until_the_executions_catch_up() -> None:
    """F34: the executions of earlier days are not told again."""
    record = a_record()
    record.on_status("Submitted", a_moment(1), **status_fields(80, avgFillPrice=9.0))
    hear_fill(record, 30, 12.0)
    assert (record.filled, record.remaining, record.avg_fill_price) == (80, 20, 9.0)


def test_ibs_average_stays_when_the_executions_have_caught_up() -> None:
    record = a_record()
    record.on_status("Submitted", a_moment(1), **status_fields(80, avgFillPrice=9.0))
    hear_fill(record, 80, 9.004)
    assert (record.filled, record.avg_fill_price) == (80, 9.0)


def test_a_status_of_the_same_sum_brings_what_is_newer() -> None:
    """IB's own average, and the rest of an order whose size was reduced."""
    record = a_record()
    hear_fill(record, 60, 10.0)
    fields = status_fields(60, total=80, avgFillPrice=10.01)
    record.on_status("Submitted", a_moment(2), **fields)
    assert (record.filled, record.remaining, record.avg_fill_price) == (60, 20, 10.01)


def test_a_sum_without_an_average_does_not_take_that_of_a_part() -> None:
    record = a_record()
    record.on_status("Submitted", a_moment(1), **status_fields(80, avgFillPrice=0.0))
    hear_fill(record, 30, 12.0, "a.01")
    assert (record.filled, record.avg_fill_price) == (80, None)
    hear_fill(record, 50, 12.0, "b.01")
    assert (record.filled, record.avg_fill_price) == (80, 12.0)


def test_a_late_status_does_not_take_fills_away() -> None:
    record = a_record()
    hear_fill(record, 60)
    hear_status(record, "PreSubmitted", filled=0)
    assert (record.filled, record.remaining) == (60, 40)
    assert record.avg_fill_price == 228.08


# Commissions.


def test_commissions_add_up() -> None:
    record = a_record()
    hear_fill(record, 60, exec_id="a.01")
    hear_fill(record, 40, exec_id="b.01")
    assert record.commission() == (None, None)
    assert hear_commission(record, "a.01", 0.1)
    assert hear_commission(record, "b.01", 0.2)
    assert record.commission() == (0.3, "USD")


def test_a_repeated_commission_counts_once() -> None:
    record = a_record()
    hear_fill(record)
    assert hear_commission(record)
    events = len(record.events)
    assert not hear_commission(record)
    assert (record.commission(), len(record.events)) == ((1.0, "USD"), events)


def test_the_commission_of_an_unknown_fill_is_not_taken() -> None:
    record = a_record()
    assert not hear_commission(record)
    assert record.commission() == (None, None)


def test_a_correction_waits_for_a_commission_of_its_own() -> None:
    record = a_record()
    hear_fill(record, exec_id=EXEC_ID)
    hear_commission(record, EXEC_ID, 1.0)
    hear_fill(record, exec_id=CORRECTED_EXEC_ID)
    hear_commission(record, EXEC_ID, 1.0)
    assert record.commission() == (None, None)
    hear_commission(record, CORRECTED_EXEC_ID, 1.5)
    assert record.commission() == (1.5, "USD")


def test_a_fill_in_the_timeline_has_the_time_of_its_message_and_ibs_own() -> None:
    record = a_record()
    hear_fill(record, 100.0)
    event = timeline(record)[-1]
    assert event["kind"] == "execDetails"
    assert event["time"] == iso(record.updated)
    assert event["executionTime"] == record.executions.popitem()[1]["time"]

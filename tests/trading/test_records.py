"""One order's life from its messages: what it is, what it has filled, what is told of it."""

from __future__ import annotations

import json
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.orders_for_tests import (
    ACCOUNT,
    PATIENT,
    a_contract,
    a_moment,
    a_record,
    an_execution,
    hear,
    hear_code,
    hear_fill,
    hear_open_order,
    hear_status,
    status_fields,
)
from trading.ib_objects import execution_row
from trading.record_forms import result_of
from trading.records import Moment, OrderRecord
from trading.statuses import OrderState

NOTICES = (10349, 399, 404, 2109, 10167, 10311, 202, 1100, 777)  # 777: a code nobody knows
WORDS = (
    "PendingSubmit",
    "PreSubmitted",
    "Submitted",
    "PendingCancel",
    "Inactive",
    "ApiCancelled",
    "Cancelled",
    "Filled",
    "ValidationError",
    201,
    460,
    10148,
)
MESSAGES = st.lists(st.sampled_from(WORDS), max_size=8)


def kinds(record: OrderRecord) -> list[str]:
    return [event["kind"] for event in record.events]


def state_after(*words: str | int) -> str:
    return hear(a_record(), words).state.value


# States from runs of messages, as they were recorded from TWS.


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ([], "sending"),
        (["PreSubmitted"], "live"),
        (["PreSubmitted", "Filled", "Filled"], "filled"),
        (["Submitted", "PendingCancel"], "live"),
        (["Submitted", "Cancelled", 202], "cancelled"),
        (["ApiCancelled"], "cancelled"),
        # 201 comes before Inactive; a pair of PreSubmitted may come before or after it.
        ([201], "rejected"),
        ([201, "Inactive", "Inactive"], "rejected"),
        (["PreSubmitted", 201, "Inactive"], "rejected"),
        ([201, "PreSubmitted", "Inactive"], "rejected"),
        (["PreSubmitted", 201, "Cancelled"], "cancelled"),
        (["Inactive", 201], "rejected"),
        ([201, "Cancelled"], "rejected"),
        # These come alone, with no status after them.
        ([103], "rejected"),
        ([110], "rejected"),
        ([200], "rejected"),
        ([321], "rejected"),
        ([434], "rejected"),
        ([460], "rejected"),
        # Held, not refused.
        (["Inactive"], "live"),
        (["PreSubmitted", 404], "live"),
        (["Inactive", "Submitted"], "live"),
        # Notices first, then the order goes on.
        ([399, "PreSubmitted", "PreSubmitted"], "live"),
        ([10349, "PreSubmitted", "Filled"], "filled"),
        ([2109, "PreSubmitted", "Filled"], "filled"),
        # A refused change leaves a live order live.
        (["Submitted", 201], "live"),
        (["Submitted", 201, "Submitted"], "live"),
        (["Submitted", 110, "Filled"], "filled"),
        # A reject by code alone is overruled by the wire.
        ([201, "Submitted"], "live"),
        ([201, "Filled"], "filled"),
        # Late and repeated messages.
        (["Submitted", "Cancelled", "PreSubmitted"], "cancelled"),
        (["Submitted", "Cancelled", "Submitted"], "cancelled"),
        (["Cancelled", "Cancelled"], "cancelled"),
        (["Cancelled", "Filled"], "filled"),
        (["Filled", "Submitted"], "filled"),
        (["Filled", "Cancelled"], "filled"),
        (["Filled", 201], "filled"),
        (["Filled", 399], "filled"),
        (["Submitted", 10147], "live"),
        (["Submitted", 10148], "live"),
        (["ValidationError"], "sending"),
        (["SomethingNew"], "sending"),
    ],
    ids=str,
)
def test_what_a_run_of_messages_makes_of_an_order(words: list[str | int], state: str) -> None:
    """F35 to F40."""
    assert state_after(*words) == state


@pytest.mark.parametrize("code", NOTICES)
@pytest.mark.parametrize(
    "words", [[], ["PreSubmitted"], ["Submitted"], ["Cancelled"], ["Filled"], [201], ["Inactive"]]
)
def test_a_notice_never_changes_a_state(words: list[str | int], code: int) -> None:
    """F35, F36; 202 is about an order whose own status decides."""
    record = hear(a_record(), words)
    state, status = record.state, record.status
    hear_code(record, code)
    assert (record.state, record.status) == (state, status)
    assert record.messages[-1]["code"] == code


@PATIENT
@given(MESSAGES, st.sampled_from(NOTICES), st.integers(0, 8))
def test_a_notice_at_any_moment_changes_nothing(
    words: list[str | int], code: int, place: int
) -> None:
    """F35: the run of messages with the notice in it ends as the run without it."""
    assert state_after(*words[:place], code, *words[place:]) == state_after(*words)


@PATIENT
@given(MESSAGES, MESSAGES)
def test_filled_stays_filled_whatever_comes(
    before: list[str | int], after: list[str | int]
) -> None:
    """F36."""
    record = hear(a_record(), [*before, "Filled"])
    hear(record, after)
    assert record.state is OrderState.FILLED
    assert (record.status, record.filled, record.remaining) == ("Filled", 100.0, 0.0)


@PATIENT
@given(MESSAGES)
def test_each_message_heard_twice_changes_nothing(words: list[str | int]) -> None:
    """TWS repeats itself: two equal Filled, three equal Submitted are normal."""
    twice = chain.from_iterable((word, word) for word in words)
    first, second = hear(a_record(), words), hear(a_record(), twice)
    assert (second.state, second.status) == (first.state, first.status)
    assert (second.filled, second.remaining) == (first.filled, first.remaining)


@PATIENT
@given(MESSAGES)
def test_whatever_was_heard_no_word_makes_an_order_unsent(words: list[str | int]) -> None:
    record = hear(a_record(), words)
    assert record.state is not OrderState.NOT_SENT
    assert record.sent in ("unknown", "yes")
    assert json.loads(json.dumps(result_of(record).payload)) == result_of(record).payload


def test_an_execution_alone_makes_an_order_filled() -> None:
    """A market order may fill with openOrder and execDetails only, without an orderStatus."""
    record = a_record()
    hear_fill(record)
    assert (record.state, record.status) == (OrderState.FILLED, "Filled")
    assert (record.filled, record.remaining, record.avg_fill_price) == (100.0, 0, 228.08)
    assert (record.sent, record.perm_id) == ("yes", 500)


@pytest.mark.parametrize("words", [[], [201], ["Submitted"]], ids=str)
def test_a_part_of_a_fill_proves_that_an_order_lives(words: list[str | int]) -> None:
    record = hear(a_record(), words)
    hear_fill(record, 60)
    assert (record.state, record.sent, record.filled) == (OrderState.LIVE, "yes", 60)


def test_an_unknown_order_of_ours_that_fills_in_part_lives() -> None:
    record = a_record()
    record.on_silence("No word from IB", a_moment(30))
    hear_fill(record, 60)
    assert record.state is OrderState.LIVE


def test_a_cancelled_order_that_fills_in_whole_is_filled() -> None:
    record = hear(a_record(), ["Submitted", "Cancelled"])
    hear_fill(record, 60, exec_id="a.01")
    assert record.state is OrderState.CANCELLED
    hear_fill(record, 40, exec_id="b.01")
    assert (record.state, record.status, record.filled) == (OrderState.FILLED, "Filled", 100)


def test_a_cancelled_order_with_a_part_filled_stays_cancelled_with_its_part() -> None:
    record = a_record()
    hear_status(record, "Submitted", filled=60)
    hear_status(record, "Cancelled", filled=60)
    assert (record.state, record.filled, record.remaining) == (OrderState.CANCELLED, 60, 40)


# Our own cancel.


def test_a_requested_cancel_reads_pending_until_ib_says_more() -> None:
    record = hear(a_record(), ["Submitted"])
    record.on_cancel_requested(a_moment(1))
    assert result_of(record).payload["status"] == "PendingCancel"
    assert (record.state, result_of(record).is_final) == (OrderState.LIVE, False)
    hear(record, ["Cancelled"])
    assert result_of(record).payload["status"] == "Cancelled"


@pytest.mark.parametrize("code", [10147, 10148, 161, 135, 136])
def test_a_refused_cancel_leaves_the_order_to_its_status(code: int) -> None:
    """F37, F38."""
    record = hear(a_record(), ["Submitted"])
    record.on_cancel_requested(a_moment(1))
    hear_code(record, code)
    payload = result_of(record).payload
    assert (payload["state"], payload["status"]) == ("live", "Submitted")
    assert payload["cancelRefused"]["code"] == code


def test_a_cancel_that_crosses_an_earlier_one_is_not_refused() -> None:
    """IB answers the second one with 10148, and the first one goes on."""
    record = hear(a_record(), ["Submitted", "PendingCancel"])
    record.on_cancel_requested(a_moment(1))
    text = "OrderId 7 that needs to be cancelled cannot be cancelled, state: PendingCancel."
    hear_code(record, 10148, text)
    payload = result_of(record).payload
    assert (payload["state"], payload["status"]) == ("live", "PendingCancel")
    assert payload["cancelRefused"] is None
    assert payload["messages"][-1]["meaning"].startswith("An earlier cancel of this order is still")
    hear(record, ["Cancelled"])
    assert record.state is OrderState.CANCELLED


def test_a_second_cancel_forgets_the_refusal_of_the_first() -> None:
    record = hear(a_record(), ["Submitted", 10148])
    record.on_cancel_requested(a_moment(1))
    assert result_of(record).payload["cancelRefused"] is None


def test_a_cancel_after_a_refused_change_is_a_cancel() -> None:
    """F39: the reject was of the change, not of the order."""
    record = hear(a_record(), ["Submitted", 201])
    record.on_cancel_requested(a_moment(1))
    hear(record, ["PendingCancel", "Cancelled", 202])
    assert record.state is OrderState.CANCELLED


def test_a_reject_that_crosses_our_cancel_is_a_reject() -> None:
    record = hear(a_record(), ["PreSubmitted"])
    record.on_cancel_requested(a_moment(1))
    hear(record, [201, "Inactive"])
    assert record.state is OrderState.REJECTED


def test_a_partly_filled_order_that_ends_after_a_reject_code_was_not_rejected() -> None:
    record = a_record()
    hear_status(record, "Submitted", filled=40)
    hear_code(record, 201)
    hear_status(record, "Cancelled", filled=40)
    assert record.state is OrderState.CANCELLED


# What is known of the send.


def test_an_order_is_unsent_until_its_bytes_leave_and_then_unknown() -> None:
    record = OrderRecord("ui-1", {}, {"totalQuantity": 1}, ACCOUNT, a_moment())
    assert record.sent == "no"
    record.on_sending(1000, 7, a_moment())
    assert (record.sent, record.order_id, record.client_id) == ("unknown", 7, 1000)


def test_bytes_that_were_refused_make_an_order_not_sent() -> None:
    record = a_record()
    record.on_not_written("Not connected", a_moment(1))
    result = result_of(record)
    assert (result.state, result.sent, result.is_final) == ("not_sent", "no", True)


def test_silence_makes_an_order_unknown_and_not_failed() -> None:
    record = a_record()
    record.on_silence("No word from IB", a_moment(30))
    result = result_of(record)
    assert (result.state, result.sent, result.is_final) == ("unknown", "unknown", False)


@pytest.mark.parametrize("words", [["Submitted"], ["Filled"], ["Cancelled"], [201]])
def test_silence_after_a_word_of_ib_changes_nothing(words: list[str | int]) -> None:
    record = hear(a_record(), words)
    state = record.state
    record.on_silence("The connection is gone", a_moment(30))
    assert record.state is state


def test_an_unknown_order_becomes_what_the_wire_says() -> None:
    """F16, F03."""
    for word, state in {"Submitted": "live", "Cancelled": "cancelled", "Filled": "filled"}.items():
        record = a_record()
        record.on_silence("No word from IB", a_moment(30))
        assert hear(record, [word]).state == state


def test_an_absent_order_is_unknown() -> None:
    record = hear(a_record(), ["Submitted"])
    record.on_absent(a_moment(60), 10.0)
    assert record.state is OrderState.UNKNOWN
    assert hear(record, ["Submitted"]).state is OrderState.LIVE


@pytest.mark.parametrize("word", ["Filled", "Cancelled", 201])
def test_a_final_order_may_be_absent(word: str | int) -> None:
    record = hear(a_record(), [word])
    state = record.state
    record.on_absent(a_moment(60), 10.0)
    assert record.state is state


@pytest.mark.parametrize("word", ["Submitted", "Inactive", 201])
def test_a_word_of_ib_proves_the_send(word: str | int) -> None:
    """F40: an order that a read-only TWS rejects was sent."""
    assert hear(a_record(), [word]).sent == "yes"


# What is shown.


def test_an_open_order_tells_what_tws_made_of_it() -> None:
    record = a_record()
    hear_open_order(record, "PreSubmitted", totalQuantity=50.0, tif="GTC")
    assert (record.order["totalQuantity"], record.order["tif"]) == (50.0, "GTC")
    assert record.status == "PreSubmitted"


def test_the_account_that_tws_names_is_the_orders_account() -> None:
    record = a_record()
    hear_open_order(record, "Submitted", account="DU2")
    assert record.account == "DU2"
    hear_open_order(record, "Submitted", account="")
    assert record.account == "DU2"


def test_what_holds_an_order_is_shown_until_it_is_over() -> None:
    record = a_record()
    record.on_status("PreSubmitted", a_moment(1), **status_fields(whyHeld="locate"))
    assert result_of(record).payload["whyHeld"] == "locate"
    hear_status(record, "Submitted")
    assert result_of(record).payload["whyHeld"] == ""


def test_a_warning_stays_when_a_later_message_has_none() -> None:
    record = a_record()
    row = dict(record.order) | {"account": ACCOUNT}
    for warning in ("Read this", ""):
        record.on_open_order("Submitted", row, a_moment(1), permId=500, warningText=warning)
    assert result_of(record).payload["warningText"] == "Read this"


def test_a_picture_does_not_change_with_its_order() -> None:
    record = hear(a_record(), ["PreSubmitted"])
    picture = result_of(record)
    hear(record, [399, "Filled"])
    assert (picture.state, picture.payload["messages"]) == ("live", [])


def test_the_order_in_a_picture_does_not_change_with_its_order() -> None:
    record = a_record()
    picture = result_of(record).payload
    hear_open_order(record, "Submitted", totalQuantity=50.0)
    assert picture["order"]["totalQuantity"] == 100


def test_a_picture_names_everything_about_an_order() -> None:
    payload = result_of(hear(a_record(), ["Submitted"])).payload
    shown = {name: payload[name] for name in ("clientOrderId", "orderId", "permId", "clientId")}
    assert shown == {"clientOrderId": "ui-1", "orderId": 7, "permId": 500, "clientId": 1000}
    assert payload["submittedAt"] == "2026-11-20T14:31:02.118Z"
    assert payload["updatedAt"] == "2026-11-20T14:31:03.118Z"
    assert (payload["origin"], payload["commission"], payload["avgFillPrice"]) == (
        "desk",
        None,
        None,
    )


def test_nobody_knows_when_an_adopted_order_was_submitted() -> None:
    record = a_record()
    record.is_adopted = True
    assert result_of(record).payload["submittedAt"] is None


def test_the_timeline_counts_its_lines_and_measures_from_the_submit() -> None:
    record = hear(a_record(), [399, "Submitted"])
    assert [event["seq"] for event in record.events] == [1, 2, 3]
    assert [event["kind"] for event in record.events] == ["sending", "error", "orderStatus"]
    assert [event["elapsedMs"] for event in record.events] == [0.0, 1000.0, 1000.0]
    assert record.events[1]["code"] == 399
    assert record.events[2]["status"] == "Submitted"


def test_a_moment_is_told_by_both_clocks() -> None:
    first, second = Moment.now(), Moment.now()
    assert second.seconds >= first.seconds
    assert first.time.utcoffset() is not None


# Cancels that are not confirmed, outages


def test_a_cancel_that_ib_has_not_confirmed_stays_wanted_through_a_drop() -> None:
    record = hear(a_record(), ["Submitted"])
    record.on_cancel_requested(a_moment(1))
    assert result_of(record).payload["status"] == "PendingCancel"
    assert record.on_disconnected("socket ended", a_moment(2))
    assert result_of(record).payload["status"] == "PendingCancel"
    assert record.events[-2]["kind"] == "cancelNotConfirmed"
    assert "cancelNotConfirmed" in [event["kind"] for event in record.events]


def test_a_reject_while_a_cancel_is_pending_is_the_cancels() -> None:
    """321 (read-only) answers the cancel; the order lives on and can be cancelled again."""
    record = hear(a_record(), ["Submitted"])
    record.on_cancel_requested(a_moment(1))
    hear(record, [321])
    payload = result_of(record).payload
    assert (payload["state"], payload["status"]) == ("live", "Submitted")
    assert payload["cancelRefused"]["code"] == 321


def test_a_day_long_outage_is_one_line_in_the_timeline() -> None:
    record = a_record()
    told = [record.on_disconnected("TWS is away", a_moment(n)) for n in range(50)]
    assert told == [True] + [False] * 49
    assert [event["kind"] for event in record.events].count("silence") == 1


def test_a_word_that_tws_repeats_for_a_day_is_told_once() -> None:
    record = a_record()
    for _ in range(50):
        hear_open_order(record, "Submitted")
        hear_status(record, "Submitted")
    assert kinds(record) == ["sending", "openOrder", "orderStatus"]
    hear_status(record, "Submitted", filled=40.0)
    hear_open_order(record, "Submitted", orderType="LMT", lmtPrice=229.0)
    assert kinds(record)[3:] == ["orderStatus", "openOrder"]


def test_a_word_after_something_else_is_told_again() -> None:
    record = a_record()
    hear_status(record, "Submitted")
    record.on_disconnected("TWS is away", a_moment(2))
    hear_status(record, "Submitted")
    assert kinds(record)[1:] == ["orderStatus", "silence", "orderStatus"]


def test_executions_without_a_revision_are_each_their_own() -> None:
    record = a_record()
    for exec_id in ("E1", "E2"):
        row = execution_row(a_contract(), an_execution(50.0, exec_id=exec_id))
        assert record.on_execution(row, a_moment(1))
    assert (record.filled, record.state) == (100, OrderState.FILLED)

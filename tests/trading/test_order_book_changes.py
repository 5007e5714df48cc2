"""The whole book: changes, orders that IB has twice, bytes that never left, the day's lists."""

from __future__ import annotations

from typing import Any

import ib_async
import pytest
from ib_async.util import UNSET_DOUBLE

from tests.trading.orders_for_tests import (
    ACCOUNT,
    CLIENT_ID,
    CODES,
    EXEC_ID,
    KEY,
    FakeMoments,
    World,
    a_change,
    a_commission,
    a_contract,
    a_moment,
    a_request,
    an_execution,
    an_order,
    status_fields,
)
from trading.order_book import OrderBook
from trading.order_index import KEPT_FINISHED
from trading.orders import parse_order_request
from trading.record_forms import result_of
from trading.records import OrderRecord
from trading.statuses import OrderState

LIMIT: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 100.0}


@pytest.fixture
def world() -> World:
    return World()


def a_live_limit_order(world: World) -> OrderRecord:
    record = world.place(orderType="LMT", lmtPrice=100)
    world.open_order(an_order(**LIMIT))
    world.changes.clear()
    return record


# Changes.


def test_a_change_is_told_when_it_is_asked_and_when_it_is_done(world: World) -> None:
    record = a_live_limit_order(world)
    world.book.mark_modify_requested(record, a_change(record, lmtPrice=101))
    assert world.changes == [KEY]
    world.open_order(an_order(**LIMIT | {"lmtPrice": 101.0}))
    assert result_of(record).payload["modification"]["state"] == "done"
    assert (world.changes, record.order["lmtPrice"]) == ([KEY, KEY], 101)


def test_a_refusal_of_a_change_finds_its_order_by_the_order_id(world: World) -> None:
    record = a_live_limit_order(world)
    world.book.on_disconnected("gone")
    world.book.mark_modify_requested(record, a_change(record, lmtPrice=101))
    assert world.book.on_error(7, 104, "Cannot modify a filled order") is record
    assert result_of(record).payload["modification"]["state"] == "refused"


def test_a_change_that_never_left_is_told(world: World) -> None:
    record = a_live_limit_order(world)
    world.book.mark_modify_requested(record, a_change(record, lmtPrice=101))
    world.book.mark_modify_unsent(record, "Not connected")
    assert (record.modification, world.changes) == (None, [KEY, KEY])


def test_a_change_is_unconfirmed_after_a_drop(world: World) -> None:
    record = a_live_limit_order(world)
    world.book.mark_modify_requested(record, a_change(record, lmtPrice=101))
    world.book.on_disconnected("gone")
    assert result_of(record).payload["modification"]["state"] == "unconfirmed"
    assert world.changes == [KEY, KEY]


def test_a_refused_cancel_finds_its_order_also_in_the_next_connection(world: World) -> None:
    record = a_live_limit_order(world)
    world.book.on_disconnected("gone")
    world.book.mark_cancel_requested(record)
    world.book.on_error(7, 10147, "OrderId 7 that needs to be cancelled is not found.")
    assert record.cancel_refused is not None


# Written, and not.


def test_an_order_that_is_saved_and_waits_is_told(world: World) -> None:
    record = world.book.add(a_request(), ACCOUNT)
    world.book.mark_waiting(record)
    assert (record.state, world.changes) == (OrderState.INTENT, [KEY])


def test_bytes_that_are_written_are_a_line_and_no_change(world: World) -> None:
    record = world.place()
    world.book.mark_sent(record)
    assert (record.events[-1]["kind"], world.changes) == ("sent", [KEY])


def test_an_order_that_stayed_in_the_sockets_queue_was_never_sent(world: World) -> None:
    record = world.place()
    world.book.on_never_written(7, "The connection is gone")
    result = result_of(record)
    assert (result.state, result.sent) == ("not_sent", "no")
    assert record.events[-1]["reason"] == "The connection is gone"
    assert world.changes == [KEY, KEY]
    world.book.on_disconnected("gone")
    assert record.state is OrderState.NOT_SENT


def test_a_change_that_stayed_in_the_sockets_queue_leaves_its_order_sent(world: World) -> None:
    record = a_live_limit_order(world)
    world.book.mark_modify_requested(record, a_change(record, lmtPrice=101))
    world.book.on_never_written(7, "The connection is gone")
    assert (record.state, record.sent, record.modification) == (OrderState.LIVE, "yes", None)


def test_bytes_of_nobody_in_the_sockets_queue_are_left_alone(world: World) -> None:
    """A preview has an order id too."""
    world.place()
    world.book.on_never_written(8, "gone")
    assert world.changes == [KEY]


def test_an_order_that_waits_for_its_turn_hears_of_no_drop_and_no_list(world: World) -> None:
    record = world.book.add(a_request(), ACCOUNT)
    record.order_id = 7
    world.book.on_disconnected("gone")
    world.book.mark_absent(set(), a_moment(3600), 0.0)
    assert (record.state, len(record.events), world.changes) == (OrderState.INTENT, 1, [])


def test_silence_is_told_once(world: World) -> None:
    record = world.place()
    for _ in range(2):
        world.book.mark_silent(record, "No word from IB")
    assert (record.state, world.changes) == (OrderState.UNKNOWN, [KEY, KEY])


def test_an_order_that_is_taken_back_before_it_was_saved_was_never_there(world: World) -> None:
    record = world.place()
    world.book.remove(record)
    assert (len(world.book), world.book.on_error(7, 201, "no")) == (0, None)


# Absent.


def test_two_lists_far_enough_apart_make_an_order_not_placed(world: World) -> None:
    record = world.place()
    asked = world.moments()
    world.book.mark_absent(set(), asked, 0.2)
    world.book.mark_absent(set(), asked, 0.2)
    assert (record.state, world.changes) == (OrderState.UNKNOWN, [KEY, KEY])
    world.book.mark_absent(set(), asked, 0.2)
    assert (record.state, world.changes) == (OrderState.NOT_PLACED, [KEY, KEY, KEY])
    assert world.book.open_records() == []


def test_an_order_of_the_very_moment_of_the_question_is_not_absent(world: World) -> None:
    record = world.place()
    world.book.mark_absent(set(), record.submitted, 0.0)
    assert record.state is OrderState.SENDING


def test_an_order_of_ours_without_an_order_id_is_not_absent(world: World) -> None:
    world.fill(an_execution(40.0, key="", permId=900, orderId=0))
    world.book.mark_absent(set(), a_moment(3600), 0.0)
    record = world.book.get("perm-900")
    assert record is not None
    assert "absent" not in [event["kind"] for event in record.events]


@pytest.mark.parametrize("client_id", [0, 7])
def test_an_order_of_others_that_tws_lists_no_more_is_unknown(world: World, client_id: int) -> None:
    """A stop that was placed by hand: what is called live counts as protection."""
    shown = an_order("", perm_id=900, clientId=client_id, tif="GTC")
    record = world.open_order(shown, order_id=3)
    asked = world.moments()
    world.book.mark_absent({id(record)}, asked, 0.0)
    assert record.state is OrderState.LIVE
    for _ in range(3):
        world.book.mark_absent(set(), asked, 0.0)
    assert (record.state, record.events[-1]["kind"]) == (OrderState.UNKNOWN, "absent")
    world.open_order(shown, order_id=3)
    assert (record.state, record.absent_since) == (OrderState.LIVE, None)


def test_a_dismissed_order_lives_again_when_tws_shows_it(world: World) -> None:
    record = world.place()
    world.book.mark_silent(record, "No word from IB")
    world.changes.clear()
    world.book.mark_dismissed(record, "alice")
    assert (record.state, record.is_final, world.changes) == (OrderState.DISMISSED, True, [KEY])
    reason = "alice has looked into TWS: it is not there"
    assert (record.events[-1]["kind"], record.events[-1]["reason"]) == ("dismissed", reason)
    assert world.book.open_records() == []
    world.open_order(an_order())
    assert (record.state, world.book.open_records()) == (OrderState.LIVE, [record])


# Twice at IB.


def test_an_order_that_ib_has_twice_says_so_and_the_other_is_adopted(world: World) -> None:
    """F30: at most once, and if not, never silent."""
    first = world.place()
    world.open_order(an_order(perm_id=500))
    world.changes.clear()
    second = world.open_order(an_order(perm_id=501), order_id=8)
    assert (first.duplicates, result_of(first).state) == (("perm-501",), "duplicated")
    assert world.changes == [KEY, "perm-501"]
    assert (second.is_adopted, second.origin, second.order_id) == (True, "desk", 8)
    assert first.order_id == 7
    assert first.events[-1]["kind"] == "duplicate"


def test_a_duplicate_is_told_once(world: World) -> None:
    first = world.place()
    world.open_order(an_order(perm_id=500))
    for _ in range(3):
        world.open_order(an_order(perm_id=501), order_id=8)
    assert first.duplicates == ("perm-501",)
    assert [event["kind"] for event in first.events].count("duplicate") == 1


def test_a_third_incarnation_is_told_too(world: World) -> None:
    first = world.place()
    for number in range(3):
        world.open_order(an_order(perm_id=500 + number), order_id=7 + number)
    assert first.duplicates == ("perm-501", "perm-502")


def test_a_duplicate_that_is_over_already_is_told_by_the_completed_orders(world: World) -> None:
    first = world.place()
    world.open_order(an_order(perm_id=500))
    second = world.completed(an_order(perm_id=501, clientId=0, filledQuantity=100.0))
    assert (first.duplicates, second.state) == (("perm-501",), OrderState.FILLED)


def test_a_duplicate_may_show_as_a_fill_alone(world: World) -> None:
    first = world.place()
    world.open_order(an_order(perm_id=500))
    world.fill(an_execution(permId=501, orderId=8))
    assert (first.duplicates, first.filled) == (("perm-501",), 0)


# Numbers that TWS leaves unset.


def test_a_status_with_unset_numbers_keeps_what_is_known(world: World) -> None:
    record = world.place()
    world.fill(an_execution(60.0))
    world.status("Submitted", filled=0.0)
    fields = status_fields(60.0) | {"filled": UNSET_DOUBLE, "remaining": UNSET_DOUBLE}
    world.book.on_order_status(7, "Submitted", fields)
    assert (record.filled, record.remaining, record.status) == (60, 40, "Submitted")


def test_a_completed_order_never_has_less_filled_than_is_known(world: World) -> None:
    record = world.place()
    world.fill(an_execution(60.0))
    world.completed(an_order(clientId=0, filledQuantity=40.0), "Cancelled")
    assert (record.filled, record.remaining) == (60, 40)


def test_a_completed_order_of_no_known_size_has_nothing_left(world: World) -> None:
    record = world.completed(an_order("", 900, totalQuantity=0.0, filledQuantity=0.0), "Cancelled")
    assert (record.order["totalQuantity"], record.filled, record.remaining) == (None, 0, 0)


def test_an_order_for_an_amount_of_cash_fills_without_a_size(world: World) -> None:
    """Only IB's own status says that it is done."""
    order = {"action": "BUY", "orderType": "MKT", "cashQty": 100, "tif": "IOC"}
    contract = {"symbol": "BTC", "secType": "CRYPTO", "exchange": "PAXOS"}
    request = parse_order_request({"contract": contract, "order": order}, KEY)
    record = world.book.add(request, ACCOUNT)
    world.book.mark_sending(record, 7)
    assert result_of(record).payload["remaining"] is None
    world.fill(an_execution(0.5))
    assert (record.state, record.filled, record.remaining) == (OrderState.LIVE, 0.5, None)
    world.status("Filled", filled=0.5, total=0.5)
    assert (record.state, record.remaining) == (OrderState.FILLED, 0)


# What only the journal has.


def test_news_about_an_order_that_was_let_go_brings_it_back() -> None:
    saved: dict[str, OrderRecord] = {}
    changes: list[str] = []
    book = OrderBook(
        CLIENT_ID,
        CODES,
        lambda record: changes.append(record.client_order_id),
        lambda record, row: None,
        FakeMoments(),
        find_saved=lambda perm_id, order_ref: saved.get(order_ref),
    )
    world = World()
    world.book, world.changes = book, changes
    old = world.place("old", 1)
    world.status("Cancelled", order_id=1)
    world.fill(an_execution(40.0, key="old", orderId=1))
    for number in range(KEPT_FINISHED):
        world.place(f"ui-{number}", number + 2)
        world.status("Cancelled", order_id=number + 2, permId=1000 + number)
    assert book.let_go() == ["old"]
    saved["old"] = old
    changes.clear()
    # Repetitions are old news; they ask for nothing and adopt nobody.
    world.status("Cancelled", order_id=1)
    world.fill(an_execution(40.0, key="old", orderId=1))
    book.on_commission(a_commission(EXEC_ID))
    state = ib_async.OrderState(status="Cancelled")
    assert book.on_completed_order(a_contract(), an_order("old"), state) is None
    assert (changes, book.get("old")) == ([], None)
    world.fill(an_execution(60.0, exec_id="new.01", key="old", orderId=1))
    assert (book.get("old"), old.filled, old.state) == (old, 100, OrderState.FILLED)


def test_a_restored_order_is_in_the_book_without_a_word(world: World) -> None:
    record = World().place()
    world.book.restore(record)
    assert (world.book.get(KEY), world.changes) == (record, [])
    assert world.book.highest_order_id() == 7


def test_an_order_that_was_being_saved_when_tws_was_asked_is_not_absent() -> None:
    """TWS can list only what had left for it."""
    world = World()
    record = world.book.add(a_request(), ACCOUNT)
    world.book.mark_sending(record, 7)
    asked, states = a_moment(60), []
    for written, listed in ((None, asked), (a_moment(61), asked), (a_moment(61), a_moment(62))):
        record.written = written
        world.book.mark_absent(set(), listed, 10.0)
        states.append(record.state.value)
    assert states == ["sending", "sending", "unknown"]

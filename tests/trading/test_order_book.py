"""Which message belongs to which order, across connections, restarts and other programs."""

from __future__ import annotations

import ib_async
import pytest

from tests.trading.orders_for_tests import (
    ACCOUNT,
    CLIENT_ID,
    CORRECTED_EXEC_ID,
    EXEC_ID,
    KEY,
    World,
    a_change,
    a_commission,
    a_contract,
    a_moment,
    a_request,
    an_execution,
    an_order,
    hear,
)
from trading.record_forms import result_of
from trading.statuses import OrderState


@pytest.fixture
def world() -> World:
    return World()


# Orders of ours.


def test_a_new_order_is_known_and_nothing_is_sent(world: World) -> None:
    record = world.book.add(a_request(), ACCOUNT)
    assert world.book.get(KEY) is record
    assert (record.state, record.sent, record.order_id) == (OrderState.INTENT, "no", None)
    assert (record.order["account"], record.remaining) == (ACCOUNT, 100.0)
    assert record.events[0]["text"] == "BUY 100 AAPL MKT DAY"


def test_an_order_is_told_when_its_bytes_leave(world: World) -> None:
    record = world.place()
    assert (record.order_id, record.client_id, record.sent) == (7, CLIENT_ID, "unknown")
    assert world.changes == [KEY]


def test_bytes_that_were_refused_are_told(world: World) -> None:
    record = world.place()
    world.book.mark_not_written(record, "Not connected")
    assert (record.state, record.sent) == (OrderState.NOT_SENT, "no")
    assert world.changes == [KEY, KEY]


def test_a_market_order_is_followed_to_its_fill_with_all_duplicates(world: World) -> None:
    """The run of messages that a real TWS sends for a market order."""
    record = world.place()
    world.open_order(an_order(), status="PreSubmitted")
    world.status("PreSubmitted")
    world.fill(an_execution())
    for _ in range(2):
        world.open_order(an_order(), status="Filled")
        world.status("Filled", filled=100.0)
    world.book.on_commission(a_commission())
    payload = result_of(record).payload
    assert (payload["state"], payload["status"], payload["filled"]) == ("filled", "Filled", 100.0)
    assert (payload["commission"], payload["permId"], payload["sent"]) == (1.0, 500, "yes")
    assert [row["commission"] for row in world.fills] == [None, 1.0]
    assert world.names() == [KEY]


def test_an_open_order_keeps_what_only_the_request_knew(world: World) -> None:
    """openOrder has no primaryExchange."""
    contract = {"symbol": "AAPL", "primaryExchange": "NASDAQ"}
    record = world.book.add(a_request(contract=contract), ACCOUNT)
    world.book.mark_sending(record, 7)
    world.open_order(an_order())
    assert record.contract["primaryExchange"] == "NASDAQ"
    assert (record.contract["conId"], record.contract["strike"]) == (265598, None)


# Matching within a connection.


def test_a_status_is_matched_by_its_order_id_before_the_perm_id_is_known(world: World) -> None:
    record = world.place()
    world.status("PreSubmitted")
    assert (record.state, record.perm_id) == (OrderState.LIVE, 500)


def test_a_status_is_matched_by_its_perm_id_when_the_order_id_is_foreign(world: World) -> None:
    record = world.place()
    world.status("PreSubmitted")
    world.status("Filled", order_id=0, clientId=0, filled=100.0)
    assert record.state is OrderState.FILLED


def test_a_status_of_an_order_that_nobody_knows_is_left_alone(world: World) -> None:
    world.status("Submitted", order_id=99)
    assert (world.names(), world.changes) == ([], [])


def test_an_open_order_is_matched_by_its_reference(world: World) -> None:
    record = world.place()
    assert world.open_order(an_order(), order_id=0) is record


def test_an_execution_is_matched_by_its_perm_id_alone(world: World) -> None:
    record = world.place()
    world.status("Submitted")
    world.fill(an_execution(key="", orderId=0, clientId=0))
    assert record.state is OrderState.FILLED


def test_an_execution_is_matched_by_its_order_id_when_nothing_else_is_known(world: World) -> None:
    record = world.place()
    world.fill(an_execution(key="", permId=0))
    assert (world.names(), record.filled) == ([KEY], 100.0)


@pytest.mark.parametrize("client_id", [0, 7, 999])
def test_the_same_order_id_of_another_client_is_another_order(world: World, client_id: int) -> None:
    record = world.place()
    world.status("Filled", clientId=client_id, permId=900, filled=100.0)
    world.open_order(an_order("", 900, clientId=client_id), status="Filled")
    assert record.state is OrderState.SENDING


def test_the_same_reference_with_another_perm_id_is_another_order(world: World) -> None:
    """F30: both incarnations are shown; the first keeps its name."""
    first = world.place()
    world.open_order(an_order(perm_id=500))
    second = world.open_order(an_order(perm_id=501), order_id=8)
    assert second is not first
    assert world.names() == [KEY, "perm-501"]


@pytest.mark.parametrize("order_id", [0, -1])
def test_order_ids_of_unbound_orders_match_nothing(world: World, order_id: int) -> None:
    """Orders typed into TWS all have id 0 until they are bound; a liquidation has -1."""
    first = world.open_order(an_order("", 801, clientId=0), order_id)
    second = world.open_order(an_order("", 802, clientId=0), order_id)
    world.fill(an_execution(key="", permId=0, orderId=order_id, clientId=0))
    assert (first.filled, second.filled) == (0, 0)
    assert world.names() == ["perm-801", "perm-802", "perm-0"]


# Errors.


def test_an_error_is_matched_by_the_order_id_of_this_connection(world: World) -> None:
    record = world.place()
    assert world.book.on_error(7, 201, "Order rejected - reason:no") is record
    assert (record.state, record.messages[0]["code"]) == (OrderState.REJECTED, 201)
    assert record.messages[0]["text"] == "Order rejected - reason:no"


def test_an_error_that_names_no_order_of_ours_changes_nothing(world: World) -> None:
    world.place()
    assert world.book.on_error(8, 201, "no") is None
    assert world.book.on_error(-1, 2104, "Market data farm connection is OK:usfarm") is None
    assert world.changes == [KEY]


@pytest.mark.parametrize("code", [10349, 399, 404, 2109, 10167, 777])
def test_a_notice_on_a_live_order_is_a_note(world: World, code: int) -> None:
    """F35."""
    record = world.place()
    world.open_order(an_order())
    world.book.on_error(7, code, "a notice")
    assert (record.state, record.status) == (OrderState.LIVE, "Submitted")
    assert record.messages[-1]["text"] == "a notice"


def test_an_error_of_a_client_with_the_same_order_id_is_ours_alone(world: World) -> None:
    """Errors carry no client id: TWS sends each client its own."""
    foreign = world.open_order(an_order("", 900, clientId=7), order_id=7)
    ours = world.place()
    assert world.book.on_error(7, 399, "note") is ours
    assert foreign.messages == []


# Across connections.


def test_a_lost_connection_makes_only_unanswered_orders_unknown(world: World) -> None:
    """F16."""
    live, waiting = world.place("live", 6), world.place("waiting", 7)
    world.open_order(an_order("live", 499), order_id=6)
    world.book.on_disconnected("TWS closed the connection")
    assert (live.state, waiting.state) == (OrderState.LIVE, OrderState.UNKNOWN)
    assert waiting.events[-1]["reason"] == "TWS closed the connection"


def test_a_final_order_does_not_hear_of_a_lost_connection(world: World) -> None:
    record = world.place()
    world.fill(an_execution())
    events = len(record.events)
    world.book.on_disconnected("gone")
    assert len(record.events) == events


def test_an_order_is_found_again_by_its_reference(world: World) -> None:
    """F03, F16: unknown, then live, as one order."""
    record = world.place()
    world.book.on_disconnected("gone")
    assert world.open_order(an_order()) is record
    assert (record.state, record.origin, world.names()) == (OrderState.LIVE, "desk", [KEY])


def test_order_ids_rolled_back_by_a_restart_belong_to_the_new_order(world: World) -> None:
    """F24."""
    old = world.place("old")
    world.open_order(an_order("old", 500))
    world.book.on_disconnected("TWS restarts")
    new = world.place("new", 7)
    world.status("PreSubmitted", permId=600)
    world.book.on_error(7, 201, "Order rejected")
    assert (new.state, new.reject and new.reject["code"]) == (OrderState.LIVE, 201)
    assert (old.state, old.perm_id, old.messages) == (OrderState.LIVE, 500, [])


@pytest.mark.failure("F33")
def test_a_late_fill_belongs_to_the_old_order_of_the_same_order_id(world: World) -> None:
    """F33: by permId and execId."""
    old = world.place("old", totalQuantity=500)
    world.open_order(an_order("old", 500, totalQuantity=500.0))
    world.book.on_disconnected("TWS restarts")
    new = world.place("new", 7, totalQuantity=1)
    world.fill(an_execution(500.0, key="old", permId=500))
    assert (old.filled, old.state) == (500.0, OrderState.FILLED)
    assert (new.filled, new.state) == (0, OrderState.SENDING)


@pytest.mark.failure("F33")
@pytest.mark.parametrize("is_acknowledged", [False, True])
def test_a_late_fill_of_an_order_that_nobody_knows_is_not_given_to_a_new_one(
    world: World, is_acknowledged: bool
) -> None:
    """F33: 500 shares of yesterday must not fill an order for 1 with the same order id."""
    new = world.place("new", 7, totalQuantity=1)
    if is_acknowledged:
        world.status("PreSubmitted", permId=600)
    world.fill(an_execution(500.0, key="yesterday", permId=900))
    assert (new.filled, new.state is OrderState.FILLED) == (0, False)
    assert world.names() == ["new", "yesterday"]


def test_a_fill_with_another_perm_id_and_no_reference_is_not_given_to_a_new_order(
    world: World,
) -> None:
    """F33."""
    new = world.place("new", 7, totalQuantity=1)
    world.status("PreSubmitted", permId=600)
    world.fill(an_execution(500.0, key="", permId=900))
    assert new.filled == 0
    assert world.names() == ["new", "perm-900"]


def test_a_status_with_another_perm_id_is_not_given_to_a_new_order(world: World) -> None:
    new = world.place("new", 7)
    world.status("PreSubmitted", permId=600)
    world.status("Filled", permId=900, filled=100.0)
    assert (new.state, new.perm_id) == (OrderState.LIVE, 600)


def test_an_open_order_with_another_reference_is_not_our_order_of_that_id(world: World) -> None:
    new = world.place("new", 7)
    found = world.open_order(an_order("yesterday", 900))
    assert found is not new
    assert (new.perm_id, world.names()) == (None, ["new", "yesterday"])


# Order ids.


def test_the_highest_order_id_is_that_of_this_client(world: World) -> None:
    assert world.book.highest_order_id() == 0
    world.place("a", 7)
    world.open_order(an_order("", 900, clientId=7), order_id=4000)
    assert world.book.highest_order_id() == 7
    world.open_order(an_order("earlier", 901), order_id=55)
    assert world.book.highest_order_id() == 55


def test_an_order_id_that_only_a_fill_tells_of_counts_as_used(world: World) -> None:
    """F24: after a restart an order of the morning is known by its execution alone."""
    world.completed(an_order("morning", 900, clientId=0))
    world.fill(an_execution(key="morning", permId=900, orderId=55))
    assert world.book.highest_order_id() == 55


@pytest.mark.parametrize("order_id", [-1, 0])
def test_the_order_id_of_a_liquidation_is_none(world: World, order_id: int) -> None:
    """IB itself trades with order id -1, and what is typed into TWS has 0."""
    world.fill(an_execution(key="", permId=900, orderId=order_id, clientId=0))
    record = world.book.get("perm-900")
    assert record is not None
    assert (record.order_id, record.origin) == (None, "tws")


# Executions and commissions.


def test_a_fill_is_told_once(world: World) -> None:
    world.place()
    for _ in range(2):
        world.fill(an_execution())
    assert [row["execId"] for row in world.fills] == [EXEC_ID]


def test_a_correction_is_told_and_takes_the_place_of_its_fill(world: World) -> None:
    record = world.place()
    world.fill(an_execution(100.0, 228.0, EXEC_ID))
    world.fill(an_execution(100.0, 229.0, CORRECTED_EXEC_ID))
    world.fill(an_execution(100.0, 228.0, EXEC_ID))
    assert [row["execId"] for row in world.fills] == [EXEC_ID, CORRECTED_EXEC_ID]
    assert (record.filled, record.avg_fill_price) == (100.0, 229.0)


def test_a_commission_may_come_after_its_fill(world: World) -> None:
    record = world.place()
    world.fill(an_execution())
    for _ in range(2):
        world.book.on_commission(a_commission())
    assert record.commission() == (1.0, "USD")
    assert [row["commission"] for row in world.fills] == [None, 1.0]


def test_a_commission_may_come_before_its_fill(world: World) -> None:
    record = world.place()
    world.book.on_commission(a_commission())
    assert world.fills == []
    world.fill(an_execution())
    assert record.commission() == (1.0, "USD")
    assert [row["commission"] for row in world.fills] == [None, 1.0]


def test_the_commission_of_an_opening_trade_has_no_realized_pnl(world: World) -> None:
    world.place()
    world.fill(an_execution())
    world.book.on_commission(a_commission())
    assert world.fills[-1]["realizedPNL"] is None


# A complete snapshot.


def test_an_order_that_a_complete_snapshot_lacks_is_unknown(world: World) -> None:
    record = world.place()
    world.open_order(an_order())
    world.book.mark_absent(set(), world.moments(), 10.0)
    assert record.state is OrderState.UNKNOWN
    assert record.events[-1]["kind"] == "absent"
    assert world.changes[-1] == KEY


def test_an_order_that_the_snapshot_mentions_is_not_absent(world: World) -> None:
    record = world.place()
    asked = world.moments()
    seen = {id(world.open_order(an_order()))}
    world.book.mark_absent(seen, asked, 10.0)
    assert record.state is OrderState.LIVE


def test_an_order_placed_after_the_question_is_not_absent(world: World) -> None:
    asked = world.moments()
    record = world.place()
    world.book.mark_absent(set(), asked, 10.0)
    assert record.state is OrderState.SENDING


def test_a_final_order_is_never_called_absent(world: World) -> None:
    record = world.place()
    world.fill(an_execution())
    world.book.mark_absent(set(), a_moment(3600), 10.0)
    assert record.state is OrderState.FILLED


def test_an_absent_order_that_appears_after_all_lives(world: World) -> None:
    """An order held in a dialog of TWS may surface later."""
    record = world.place()
    world.book.mark_absent(set(), world.moments(), 10.0)
    assert world.open_order(an_order()) is record
    assert record.state is OrderState.LIVE


# Reading the book.


def test_open_records_are_those_that_are_not_final(world: World) -> None:
    done, live = world.place("done", 6), world.place("live", 7)
    world.fill(an_execution(key="done", permId=499, orderId=6))
    assert done.is_final
    assert world.book.open_records() == [live]
    assert list(world.book) == [done, live]


def test_a_request_to_cancel_is_told(world: World) -> None:
    record = world.place()
    world.open_order(an_order())
    world.book.mark_cancel_requested(record)
    assert result_of(record).payload["status"] == "PendingCancel"
    assert world.changes[-1] == KEY
    world.book.on_error(7, 10148, "cannot be cancelled, state: Filled.")
    assert result_of(record).payload["cancelRefused"]["code"] == 10148


@pytest.mark.parametrize("words", [["Cancelled"], [201, "Inactive"]])
def test_a_completed_order_that_filled_was_neither_cancelled_nor_rejected(
    world: World, words: list[str | int]
) -> None:
    """The executions of earlier days are not listed: this may be the only word of the fill."""
    record = world.place()
    world.open_order(an_order(), status="PreSubmitted")
    hear(record, words)
    assert record.is_final
    world.completed(an_order(filledQuantity=100.0))
    assert (record.state, record.filled) == (OrderState.FILLED, 100)


def test_a_completed_order_that_filled_has_not_just_expired(world: World) -> None:
    record = world.place()
    world.open_order(an_order())
    for seconds in (48 * 3600, 48 * 3600 + 60):
        world.book.mark_absent(set(), a_moment(seconds), 10.0)
        record.on_absent(a_moment(seconds), 10.0)
    assert record.state is OrderState.EXPIRED
    world.completed(an_order(filledQuantity=100.0))
    assert (record.state, record.filled) == (OrderState.FILLED, 100)


def test_a_completed_order_that_is_told_again_is_no_news(world: World) -> None:
    record = world.place()
    world.open_order(an_order())
    world.completed(an_order(filledQuantity=40.0), "Cancelled")
    lines = record.seq
    world.completed(an_order(filledQuantity=40.0), "Cancelled")
    assert (record.state, record.filled, record.seq) == (OrderState.CANCELLED, 40, lines)


@pytest.mark.parametrize("arrival", ["12b", "b12"])
def test_a_combo_of_others_counts_its_own_fills_whatever_comes_first(
    world: World, arrival: str
) -> None:
    kinds = {"b": ("BAG", 28812380), "1": ("OPT", 1), "2": ("OPT", 2)}
    contracts = {n: a_contract(secType=kind, conId=con_id) for n, (kind, con_id) in kinds.items()}
    for n in arrival:
        fill = an_execution(10.0, 1.0, f"0000e0d5.67fe667b.0{n}.01", key="", clientId=7, permId=900)
        world.book.on_execution(contracts[n], fill)
    order = an_order("", 900, clientId=0, totalQuantity=10.0, filledQuantity=10.0)
    filled = ib_async.OrderState(status="Filled", completedStatus="Filled")
    record = world.book.on_completed_order(contracts["b"], order, filled)
    assert record is not None
    assert (record.contract["secType"], record.filled) == ("BAG", 10)
    assert record.state is OrderState.FILLED


def test_an_order_id_that_tws_gives_later_is_news(world: World) -> None:
    record = world.open_order(an_order("", 900, clientId=7), order_id=0)
    lines = record.seq
    world.open_order(an_order("", 900, clientId=7), order_id=12)
    assert (record.order_id, record.seq) == (12, lines + 1)


def test_a_change_that_a_later_list_does_not_show_is_unconfirmed(world: World) -> None:
    """TWS may have rounded the new value to the old one: nothing else would ever end it."""
    record = world.place(orderType="LMT", lmtPrice=100)
    world.open_order(an_order(orderType="LMT", lmtPrice=100.0))
    world.book.mark_modify_requested(record, a_change(record, lmtPrice=100.003))
    later = a_moment(3600)
    world.book.mark_changes_unheard({id(record)}, later, "As it was")
    assert record.modification and record.modification.is_pending  # its bytes have not left
    world.book.mark_change_written(record)
    world.book.mark_changes_unheard(set(), later, "As it was")
    assert record.modification.is_pending  # the list does not have the order
    world.book.mark_changes_unheard({id(record)}, later, "As it was")
    assert (record.modification.state, record.modification.reason) == ("unconfirmed", "As it was")

"""The order engine in trouble: one key is one order, unknown is said, what is at IB is found."""

from __future__ import annotations

import sqlite3
from itertools import count
from pathlib import Path

import pytest

from ib.order_snapshots import RECONCILE_SECONDS
from order_handler import OrderHandler
from paper_gateway.store import FILE_NAME
from tests.conftest import (
    DEADLINE,
    Cable,
    PaperGateway,
    Publications,
    Rooms,
    place,
    request,
    wait_until,
)
from tests.processes import free_port
from tests.trading.orders_for_tests import a_change
from trading.refusals import Duplicate, NotConnected, NotFound, Refused

RESTING = {"orderType": "LMT", "lmtPrice": 1, "wait": "ack"}
SHORT = 0.2  # an order timeout that a test can wait for


@pytest.fixture
def cable(rooms: Rooms, gateway: PaperGateway) -> Cable:
    return rooms.cable(gateway)


def was_absent(handler: OrderHandler, client_order_id: str) -> bool:
    """Whether a complete snapshot of TWS has not shown this order."""
    return "absent" in [event["kind"] for event in handler.events(client_order_id)]


def has_left(handler: OrderHandler, client_order_id: str) -> bool:
    """Whether its bytes are written to the socket."""
    return "sent" in [event["kind"] for event in handler.events(client_order_id)]


# One key, one order


@pytest.mark.failure("F55")
def test_callers_with_the_same_key_join_one_order(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    gateway.drill(fill_delay_ms=30)
    futures = [handler.submit(request("ui-1")) for _ in range(10)]
    results = [future.result(DEADLINE) for future in futures]
    assert {(r.state, r.order_id) for r in results} == {("filled", 1)}
    assert [bool(r.payload.get("replayed")) for r in results] == [False] + [True] * 9
    assert gateway.orders_received("ui-1") == 1


@pytest.mark.failure("F60")
def test_a_key_is_answered_again_and_never_sent_again(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    first, again = place(handler, "ui-1"), place(handler, "ui-1")
    assert (again.state, again.order_id) == ("filled", first.order_id)
    assert again.payload["replayed"]
    assert gateway.orders_received("ui-1") == 1


@pytest.mark.failure("F57")
def test_a_key_that_was_used_for_another_order_is_refused(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    first = place(handler, "ui-1")
    with pytest.raises(Duplicate, match="ui-1 was used for another order") as refused:
        place(handler, "ui-1", totalQuantity=200)
    assert (refused.value.sent, refused.value.order_id) == ("no", first.order_id)
    assert gateway.received(3) == 1


def test_a_rejected_key_is_not_tried_again(handler: OrderHandler, gateway: PaperGateway) -> None:
    gateway.drill(reject_orders=1)
    assert [place(handler, "ui-1").state for _ in range(2)] == ["rejected", "rejected"]
    assert gateway.orders_received("ui-1") == 1


def test_a_key_that_was_refused_before_it_was_sent_stays_free(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    with pytest.raises(Refused):
        place(handler, "ui-1", action="HOLD")
    assert place(handler, "ui-1").state == "filled"


# Order ids


def test_an_order_id_that_tws_calls_used_is_rejected_and_the_next_order_goes_on(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    place(handler, "ui-1")
    gateway.call(lambda server: server.hub.book.take_order_id(1000, 500))
    refused = place(handler, "ui-2")
    assert (refused.state, refused.payload["messages"][0]["code"]) == ("rejected", 103)
    later = (place(handler, f"later-{number}") for number in count())
    wait_until(lambda: next(later).state == "filled")
    assert (handler.orders()[0].order_id, gateway.received(8) > 0) == (501, True)


def test_order_ids_start_where_tws_says(rooms: Rooms, gateway: PaperGateway) -> None:
    gateway.call(lambda server: server.hub.book.take_order_id(1000, 700))
    handler = rooms.connected_handler(gateway.port)
    assert [place(handler, name).order_id for name in ("ui-1", "ui-2")] == [701, 702]


@pytest.mark.failure("F24")
def test_order_ids_are_not_used_again_when_tws_comes_back_with_lower_ones(
    handler: OrderHandler, gateway: PaperGateway, tmp_path: Path
) -> None:
    used = [place(handler, f"ui-{number}").order_id for number in range(3)]
    gateway.stop()
    with sqlite3.connect(tmp_path / "gateway" / FILE_NAME) as database:
        database.execute("UPDATE clients SET next_order_id = 1")
    database.close()
    gateway.start()
    wait_until(lambda: handler.status().reconnects == 1 and handler.status().is_connected)
    result = place(handler, "ui-3")
    assert (result.state, used, result.order_id) == ("filled", [1, 2, 3], 4)


def test_a_preview_takes_an_order_id_that_no_order_gets(handler: OrderHandler) -> None:
    handler.preview(request("ui-1", whatIf=True)).result(DEADLINE)
    assert place(handler, "ui-2").order_id == 2


# Unknown


@pytest.mark.failure("F18")
def test_a_swallowed_order_is_unknown_and_never_failed(
    rooms: Rooms, gateway: PaperGateway, published: Publications
) -> None:
    handler = rooms.connected_handler(gateway.port, order_timeout=SHORT)
    gateway.drill(swallow_orders=1)
    result = place(handler, "ui-1")
    assert (result.state, result.sent, result.is_final) == ("unknown", "unknown", False)
    wait_until(lambda: published.states("ui-1")[-1] == "unknown")
    assert set(published.states("ui-1")) <= {"sending", "unknown"}
    assert gateway.orders_received("ui-1") == 1


def test_a_swallowed_order_is_looked_for_at_tws(
    rooms: Rooms, gateway: PaperGateway, published: Publications
) -> None:
    handler = rooms.connected_handler(gateway.port, order_timeout=SHORT)
    gateway.drill(swallow_orders=1)
    place(handler, "ui-1")
    wait_until(lambda: was_absent(handler, "ui-1"))
    assert gateway.received(16) == 2
    assert handler.order("ui-1").state == "unknown"


def test_many_swallowed_orders_share_the_snapshots_that_look_for_them(
    rooms: Rooms, gateway: PaperGateway, caplog: pytest.LogCaptureFixture
) -> None:
    handler = rooms.connected_handler(gateway.port, order_timeout=SHORT)
    gateway.drill(swallow_orders=20)
    names = [f"ui-{number}" for number in range(20)]
    futures = [handler.submit(request(name)) for name in names]
    assert {future.result(DEADLINE).state for future in futures} == {"unknown"}
    wait_until(lambda: all(was_absent(handler, name) for name in names))
    assert gateway.received(16) < len(names)
    assert "snapshot from TWS is incomplete" not in caplog.text


def test_a_live_order_is_not_called_absent_while_snapshots_overlap(
    handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    place(handler, "ui-1", **RESTING)
    for _ in range(10):
        gateway.tell(1102)
    wait_until(lambda: gateway.received(16) > 1 and handler.blockers() == [])
    assert place(handler, "ui-2").state == "filled"
    assert set(published.states("ui-1")) <= {"sending", "live"}


@pytest.mark.failure("F38")
def test_a_swallowed_order_that_is_cancelled_stays_unknown(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    handler = rooms.connected_handler(gateway.port, order_timeout=SHORT)
    gateway.drill(swallow_orders=1)
    place(handler, "ui-1")
    result = handler.cancel("ui-1").result(DEADLINE)
    assert (result.state, result.payload["cancelRefused"]["code"]) == ("unknown", 10147)


def test_a_late_word_about_an_unknown_order_counts(
    rooms: Rooms, gateway: PaperGateway, cable: Cable
) -> None:
    handler = rooms.connected_handler(cable.port, order_timeout=SHORT)
    cable.hold()
    assert place(handler, "ui-1").state == "unknown"
    cable.release()
    wait_until(lambda: handler.order("ui-1").state == "filled")
    assert gateway.orders_received("ui-1") == 1


# Drops


@pytest.mark.failure("F16")
def test_a_drop_right_after_the_order_is_unknown_until_it_is_found(
    rooms: Rooms, gateway: PaperGateway, cable: Cable, published: Publications
) -> None:
    handler = rooms.connected_handler(cable.port)
    cable.hold()
    future = handler.submit(request("ui-1"))
    wait_until(lambda: gateway.orders("ui-1"))
    cable.cut()
    result = future.result(DEADLINE)
    assert (result.state, result.sent, result.payload["filled"]) == ("filled", "yes", 100)
    wait_until(lambda: published.states("ui-1")[-1] == "filled")
    assert list(dict.fromkeys(published.states("ui-1"))) == ["sending", "unknown", "filled"]
    assert (gateway.orders_received("ui-1"), len(gateway.orders("ui-1"))) == (1, 1)
    assert wait_until(handler.executions)[0]["orderRef"] == "ui-1"


def test_a_drop_with_no_return_is_answered_unknown_in_time(
    rooms: Rooms, gateway: PaperGateway, cable: Cable
) -> None:
    handler = rooms.connected_handler(cable.port, order_timeout=SHORT)
    cable.hold()
    future = handler.submit(request("ui-1"))
    wait_until(lambda: gateway.orders("ui-1"))
    gateway.stop()
    result = future.result(DEADLINE)
    assert (result.state, result.sent) == ("unknown", "unknown")


@pytest.mark.failure("F17")
def test_an_order_whose_bytes_were_lost_stays_unknown_and_is_not_sent_again(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    handler = rooms.connected_handler(gateway.port, order_timeout=SHORT)
    gateway.drill(freeze=True)
    future = handler.submit(request("ui-1"))
    wait_until(lambda: handler.orders() and has_left(handler, "ui-1"))
    gateway.restart()
    assert future.result(DEADLINE).state == "unknown"
    wait_until(lambda: handler.status().is_connected)
    assert (handler.order("ui-1").state, gateway.received(3)) == ("unknown", 0)


def test_a_live_order_stays_live_through_a_drop(
    handler: OrderHandler, gateway: PaperGateway, published: Publications
) -> None:
    place(handler, "ui-1", **RESTING)
    gateway.drop_connections()
    wait_until(lambda: handler.status().reconnects == 1 and handler.status().is_connected)
    assert handler.cancel("ui-1").result(DEADLINE).state == "cancelled"
    wait_until(lambda: published.states("ui-1")[-1] == "cancelled")
    assert set(published.states("ui-1")) <= {"sending", "live", "cancelled"}


def test_a_fill_during_an_absence_is_found(handler: OrderHandler, gateway: PaperGateway) -> None:
    gateway.drill(hold_for_locate=True, hold_client_id_seconds=0.3)
    place(handler, "ui-1", wait="ack")
    gateway.drop_connections()
    wait_until(lambda: not handler.status().is_connected)
    gateway.drill(hold_for_locate=False)
    shown = wait_until(lambda: (p := handler.order("ui-1").payload)["commission"] and p)
    assert (shown["state"], shown["filled"], shown["remaining"]) == ("filled", 100, 0)
    assert len(handler.executions()) == 1


@pytest.mark.failure("F51")
def test_the_reader_may_drop_while_an_order_is_under_way(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway
) -> None:
    reader = rooms.reader(gateway.port)
    gateway.drill(fill_delay_ms=60_000)
    future = handler.submit(request("ui-1"))
    wait_until(lambda: gateway.orders("ui-1"))
    gateway.call(lambda s: s.connections[s.hub.sessions[999]].abort())
    wait_until(lambda: reader.status().reconnects == 1)
    assert (future.done(), handler.status().reconnects) == (False, 0)
    assert handler.cancel("ui-1").result(DEADLINE).state == "cancelled"
    assert future.result(DEADLINE).state == "cancelled"


# What earlier runs and others have placed


def test_a_restarted_handler_finds_the_orders_of_before(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway
) -> None:
    place(handler, "ui-1")
    place(handler, "ui-2", **RESTING)
    handler.stop()
    wait_until(lambda: gateway.clients() == [])
    after = rooms.connected_handler(gateway.port)
    found = {r.client_order_id: (r.state, r.payload["origin"]) for r in after.orders()}
    assert found == {"ui-1": ("filled", "desk"), "ui-2": ("live", "desk")}
    assert after.order("ui-1").payload["avgFillPrice"] > 0
    assert after.cancel("ui-2").result(DEADLINE).state == "cancelled"


def test_a_change_that_an_earlier_run_left_unanswered_holds_up_no_other(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    handler = rooms.connected_handler(gateway.port, journal="one")
    place(handler, "ui-1", **RESTING)
    book = handler._engine.book

    def ask() -> None:  # the process ends before the bytes of the change leave
        record = book.get("ui-1")
        assert record
        book.mark_modify_requested(record, a_change(record, totalQuantity=50))

    handler.thread.hand_over(ask)
    wait_until(lambda: handler.order("ui-1").payload["modification"])
    handler.stop()
    wait_until(lambda: gateway.clients() == [])
    after = rooms.connected_handler(gateway.port, journal="one")
    assert after.order("ui-1").payload["modification"]["state"] == "unconfirmed"
    changed = after.modify("ui-1", {"totalQuantity": 60}).result(DEADLINE)
    assert changed.payload["modification"]["state"] == "done"
    assert changed.payload["order"]["totalQuantity"] == 60


def test_a_key_of_an_earlier_run_is_replayed_or_refused(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway
) -> None:
    place(handler, "ui-1")
    handler.stop()
    wait_until(lambda: gateway.clients() == [])
    after = rooms.connected_handler(gateway.port)
    again = place(after, "ui-1")
    assert (again.state, again.payload["replayed"]) == ("filled", True)
    with pytest.raises(Duplicate):
        place(after, "ui-1", totalQuantity=200)
    assert gateway.orders_received("ui-1") == 1


def test_orders_of_another_client_show_their_origin_and_are_not_ours_to_cancel(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    other = rooms.connected_handler(gateway.port, client_id=7)
    place(other, "theirs", **RESTING)
    handler = rooms.connected_handler(gateway.port)
    shown = handler.order("theirs").payload
    assert (shown["origin"], shown["clientId"], shown["state"]) == ("client 7", 7, "live")
    with pytest.raises(Refused, match="Only the program that placed this order"):
        handler.cancel("theirs").result(DEADLINE)
    assert handler.cancel_all().result(DEADLINE) == []
    assert (gateway.received(4), other.order("theirs").state) == (0, "live")


def test_a_restart_of_the_gateway_keeps_orders_and_positions(
    rooms: Rooms, handler: OrderHandler, gateway: PaperGateway
) -> None:
    reader = rooms.reader(gateway.port)
    place(handler, "ui-1")
    place(handler, "ui-2", **RESTING)
    gateway.restart()
    wait_until(lambda: handler.status().reconnects and handler.status().is_connected)
    wait_until(lambda: reader.status().reconnects and reader.status().is_connected)
    assert {r.client_order_id: r.state for r in handler.orders()} == {
        "ui-1": "filled",
        "ui-2": "live",
    }
    assert [row["position"] for row in reader.positions().result(DEADLINE).rows] == [100]
    assert handler.cancel("ui-2").result(DEADLINE).state == "cancelled"


def test_an_order_nobody_knows_is_not_cancelled(
    handler: OrderHandler, gateway: PaperGateway
) -> None:
    with pytest.raises(NotFound):
        handler.cancel("nobody").result(DEADLINE)
    assert gateway.received(4) == 0


def test_open_orders_are_compared_with_tws_at_least_once_a_minute() -> None:
    assert RECONCILE_SECONDS <= 60


# What is not known yet, and what is about to end


def test_before_tws_has_listed_its_orders_nothing_is_called_absent(rooms: Rooms) -> None:
    """An order of an earlier run may be live: no 404 and no empty list may deny it."""
    handler = rooms.handler(free_port())
    with pytest.raises(NotConnected):
        handler.order("ui-1")
    with pytest.raises(NotConnected):
        handler.cancel("ui-1").result(DEADLINE)
    with pytest.raises(NotConnected):
        handler.cancel_all().result(DEADLINE)
    assert not handler.has_read_orders()


def test_a_new_order_waits_until_tws_has_listed_the_old_ones(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    cable = rooms.cable(gateway)
    handler = rooms.handler(cable.port)
    wait_until(handler.has_read_orders)
    wait_until(lambda: handler.blockers() == [])
    assert place(handler, "ui-1").state == "filled"


@pytest.mark.failure("F13")
def test_draining_answers_everybody_who_waits(
    rooms: Rooms, gateway: PaperGateway, published: Publications
) -> None:
    handler = rooms.connected_handler(gateway.port, paper_sleep=(60, 60, 60))
    future = handler.submit(request("ui-1"))
    wait_until(lambda: "filled" in published.states("ui-1"))
    handler.drain()
    assert future.result(DEADLINE).state == "filled"
    with pytest.raises(NotConnected, match="IB not connected") as refused:
        handler.submit(request("ui-2"))
    assert (refused.value.sent, refused.value.code) == ("no", "draining")
    assert handler.blockers() == ["The desk is stopping or not started"]


def test_a_cancel_that_a_drop_has_swallowed_can_be_asked_again(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    handler = rooms.connected_handler(gateway.port)
    place(handler, "ui-1", **RESTING)
    gateway.drill(freeze=True)
    cancel = handler.cancel("ui-1")
    wait_until(lambda: handler.order("ui-1").payload["status"] == "PendingCancel")
    gateway.drop_connections()
    gateway.drill(freeze=False)
    cancel.result(DEADLINE)
    wait_until(lambda: handler.blockers() == [])
    if handler.order("ui-1").payload["status"] == "Submitted":
        assert handler.cancel("ui-1").result(DEADLINE).state == "cancelled"
    wait_until(lambda: handler.order("ui-1").state == "cancelled")

"""F73: the kill switch stops new risk at once and for good; what leads out still passes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from order_handler import OrderHandler
from tests.conftest import (
    DEADLINE,
    NO_SLEEP,
    PaperGateway,
    Publications,
    Rooms,
    endpoint,
    place,
    request,
    wait_until,
)
from tests.faults.desks import JOURNAL, open_desk
from tests.faults.invariants import hold, stop_and_verify
from trading.ib_errors import CodeTable
from trading.policy import OrderPolicy
from trading.refusals import Halted

RESTS: dict[str, Any] = {"orderType": "LMT", "lmtPrice": 1}
RESTING = RESTS | {"wait": "ack"}
PLACE_ORDER = 3


def close(rooms: Rooms, handler: OrderHandler, gateway: PaperGateway) -> None:
    hold(handler, gateway, rooms.journal(JOURNAL))
    stop_and_verify(rooms, handler, JOURNAL)


def fifty(handler: OrderHandler) -> None:
    """Fifty orders, of which IB's pace lets five leave in a second."""
    for number in range(50):
        handler.submit(request(f"ui-{number}", "none", **RESTS)).result(DEADLINE)


def states(handler: OrderHandler) -> list[str]:
    return [result.state for result in handler.orders()]


@pytest.mark.failure("F73")
def test_after_a_freeze_none_of_the_orders_that_wait_is_sent(
    rooms: Rooms, gateway: PaperGateway, published: Publications
) -> None:
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL, requests_per_second=10)
    fifty(handler)
    handler.freeze("alice").result(DEADLINE)
    may_have_left = [name for name in names(handler) if handler.order(name).sent != "no"]
    assert len(may_have_left) < 50
    wait_until(lambda: set(states(handler)) == {"live", "not_sent"})
    # One that was just being sent when the freeze came is known by now.
    sent = [name for name in may_have_left if handler.order(name).sent != "no"]
    assert sorted(row["orderRef"] for row in gateway.state()["orders"]) == sorted(sent)
    with pytest.raises(Halted) as refused:
        place(handler, "later")
    assert (refused.value.code, refused.value.sent) == ("trading_halted", "no")
    assert handler.cancel(sent[0]).result(DEADLINE).state == "cancelled"
    unsent = [name for name in names(handler) if name not in sent]
    assert set(published.states(unsent[0])) <= {"intent", "not_sent"}
    # Most of them had not even got an order id: they are given up at once, not one by one.
    assert sum(handler.order(name).order_id is not None for name in unsent) <= 5
    close(rooms, handler, gateway)


def names(handler: OrderHandler) -> list[str]:
    return [result.client_order_id for result in handler.orders()]


@pytest.mark.failure("F73")
def test_a_freeze_stops_orders_that_are_just_being_saved(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    futures = [handler.submit(request(f"ui-{n}", **RESTS)) for n in range(20)]
    handler.freeze("alice").result(DEADLINE)
    results = [future.result(DEADLINE) for future in futures]
    stopped = [result for result in results if result.state == "not_sent"]
    assert any(result.order_id is not None for result in stopped)
    booked = {row["orderRef"] for row in gateway.state()["orders"]}
    assert booked.isdisjoint(result.client_order_id for result in stopped)
    close(rooms, handler, gateway)


@pytest.mark.failure("F73")
def test_a_freeze_stops_orders_that_wait_in_the_socket(rooms: Rooms, gateway: PaperGateway) -> None:
    """Previews take IB's pace too: behind them orders wait that have already left the lane."""
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL, requests_per_second=10)
    previews = [handler.preview(request(f"p-{n}", whatIf=True)) for n in range(20)]
    futures = [handler.submit(request(f"ui-{n}", **RESTS)) for n in range(3)]
    wait_until(lambda: all("sent" in kinds(handler, f"ui-{n}") for n in range(3)))
    handler.freeze("alice").result(DEADLINE)
    assert {future.result(DEADLINE).state for future in futures} == {"not_sent"}
    assert [preview.exception(DEADLINE) for preview in previews] == [None] * 20
    assert gateway.state()["orders"] == []
    close(rooms, handler, gateway)


def kinds(handler: OrderHandler, name: str) -> list[str]:
    known = name in names(handler)
    return [event["kind"] for event in handler.events(name)] if known else []


@pytest.mark.failure("F73")
def test_a_freeze_survives_a_restart_and_so_does_its_end(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    def restart(handler: OrderHandler | None) -> OrderHandler:
        if handler:
            handler.stop()
            wait_until(lambda: gateway.clients() == [])
        return rooms.connected_handler(gateway.port, journal=JOURNAL)

    first = restart(None)
    first.freeze("alice").result(DEADLINE)
    second = restart(first)
    assert second.is_frozen()
    with pytest.raises(Halted):
        place(second, "ui-1")
    second.unfreeze().result(DEADLINE)
    third = restart(second)
    assert (third.is_frozen(), place(third, "ui-1").state) == (False, "filled")
    close(rooms, third, gateway)


@pytest.mark.failure("F73")
def test_a_freeze_that_meets_the_end_of_another_one_holds(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    """Somebody ends a freeze while somebody else presses the switch: it stays pressed."""
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL)
    handler.freeze("alice").result(DEADLINE)
    both = [handler.unfreeze(), handler.freeze("bob")]
    assert [future.result(DEADLINE) for future in both] == [None, None]
    assert handler.is_frozen()
    with pytest.raises(Halted):
        place(handler, "ui-1")
    close(rooms, handler, gateway)


@pytest.mark.failure("F73")
def test_orders_that_waited_at_a_freeze_are_not_sent_after_a_restart(
    rooms: Rooms, gateway: PaperGateway
) -> None:
    handler = rooms.connected_handler(gateway.port, journal=JOURNAL, requests_per_second=10)
    fifty(handler)
    handler.freeze("alice").result(DEADLINE)
    wait_until(lambda: set(states(handler)) == {"live", "not_sent"})
    before = gateway.received(PLACE_ORDER)
    handler.stop()
    wait_until(lambda: gateway.clients() == [])
    after = rooms.connected_handler(gateway.port, journal=JOURNAL)
    after.unfreeze().result(DEADLINE)
    assert place(after, "later", **RESTING).state == "live"
    assert gateway.received(PLACE_ORDER) == before + 1
    close(rooms, after, gateway)


@pytest.mark.failure("F73")
def test_an_exit_that_waits_at_a_freeze_leaves_all_the_same(
    rooms: Rooms, gateway: PaperGateway, tmp_path: Path
) -> None:
    desk = open_desk(rooms, gateway, tmp_path, requests_per_second=10)
    place(desk.handler, "in")
    desk.holds("AAPL", 100)
    fifty(desk.handler)
    out = desk.handler.submit(request("out", action="SELL"))
    wait_until(lambda: "out" in names(desk.handler))
    desk.handler.freeze("alice").result(DEADLINE)
    assert out.result(DEADLINE).state == "filled"
    desk.holds("AAPL", 0)
    hold(desk.handler, gateway, rooms.journal(JOURNAL))
    desk.close()


@pytest.mark.failure("F73")
@pytest.mark.parametrize("table", ["switches", "orders"])
def test_a_journal_that_cannot_be_read_means_frozen(
    rooms: Rooms, gateway: PaperGateway, table: str
) -> None:
    """What is unknown stops new risk: the switch itself, and the orders that may be open."""
    path = rooms.journal(JOURNAL)
    handler = OrderHandler(
        endpoint(gateway.port, 1000),
        OrderPolicy(paper_sleep=NO_SLEEP),
        CodeTable(),
        Publications(),
        path,
    )
    handler._engine.journal.open()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"ALTER TABLE {table} RENAME TO lost")
    handler.thread.start()
    wait_until(lambda: handler.status().is_connected)
    with pytest.raises(Halted):
        place(handler, "ui-1")
    assert (handler.is_frozen(), gateway.received(PLACE_ORDER)) == (True, 0)
    handler.stop()
